"""Every scenario of the specification, in memory, through submission on a real ledger, and over HTTP."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from ledger import canonical
from ledger.store.audit import audit
from notary.evidence.export import export
from notary.evidence.requests import PriorityRequest, RightRequest
from notary.tokens import Outcome
from notary.verify import verify
from projections import catch_up
from tests.ledger.rules.desk import P1
from tests.notary.evidence.test_tampering import packed, without
from tests.projections.ledgers import assert_equals_fold
from tests.scenarios import courts, finance, licenses, pledges, securitization, transfers
from tests.scenarios.players import play

STORIES = (
    *transfers.STORIES,
    *licenses.STORIES,
    *pledges.STORIES,
    *courts.STORIES,
    *finance.STORIES,
    *securitization.STORIES,
)
each_story = pytest.mark.parametrize("story", STORIES, ids=repr)


@each_story
def test_the_rules_tell_it_in_memory(story, in_memory):
    play(story, in_memory)


@each_story
def test_a_real_ledger_tells_it_and_proves_it(story, on_ledger, in_memory, notary, tmp_path):
    play(story, on_ledger)
    store, views = on_ledger.store, on_ledger.views
    assert audit(store).finding is None
    catch_up(store)
    assert_equals_fold(store, views)
    on_ledger.repeat_all()
    rights = [row[0] for row in views.rows("SELECT id FROM ledger_asset ORDER BY id")]
    assert rights
    if not story.quotes_entries:
        play(story, in_memory)
        for right in rights:
            same = canonical.encode(in_memory.statement(right))
            assert canonical.encode(on_ledger.statement(right)) == same
    on_ledger.clock.to_the_present()
    trust = notary.seal(store, tmp_path)
    on_ledger.clock.to_the_present()
    prove(story, store, rights, trust)


def prove(story, store, rights, trust):
    """The sealed ledger shows each right's whole history, and the order of pledges, to a stranger."""
    requests = [RightRequest(right) for right in rights]
    requests += [PriorityRequest(first, second, right, day) for right, first, second, day in story.ranked]
    for request in requests:
        package = export(store, request, reports=False)
        report = verify(package, trust, datetime.now(UTC))
        assert (report.failed, report.outcome) == ((), Outcome.PASS), request


@each_story
def test_the_interface_decides_the_same(story, over_http):
    play(story, over_http)


@pytest.mark.parametrize("is_last", [True, False])
def test_s25_an_export_without_the_invalidation_fails(on_ledger, notary, tmp_path, is_last):
    """Whether or not something came after it, the history is shown not to be whole."""
    play(courts.S25, on_ledger)
    store = on_ledger.store
    if not is_last:
        later = on_ledger.say({**courts.pledged("Z", P1, "2025-02-20", to="丁银行"), "command_id": "later"})
        assert later["decision"] == "accepted"
    on_ledger.clock.to_the_present()
    trust = notary.seal(store, tmp_path)
    on_ledger.clock.to_the_present()
    package = export(store, RightRequest(P1), reports=False)
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    assert verify(packed(members), trust, datetime.now(UTC)).failed == ()
    kept = [stored.parse() for stored in store.reader.asset_entries(P1)]
    (dropped,) = [entry.position for entry in kept if entry.type == "invalidation.became_final"]
    assert (dropped == kept[-1].position) is is_last
    report = verify(packed(without(members, dropped)), trust, datetime.now(UTC))
    assert (report.failed, report.outcome) == (("COMPLETENESS",), Outcome.FAIL)
