"""Reports become entries exactly once, whatever is imported again, in part, at the same time or half-way."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from hashlib import sha256

from ledger.entry import EntryClass, parse
from ledger.facts.base import Party, record_id
from ledger.facts.pledges import PledgeRegistered, PledgeReleased
from ledger.facts.registrations import NameGiven, RightDescribed
from ledger.importing import Importer
from ledger.registers import uspto
from ledger.registers.reports import Rejection, Report
from ledger.statement import fold
from ledger.statement.view import view
from ledger.store.audit import audit
from ledger.store.database import utc_now
from projections import flagged_positions, open_views

LEFT_OUT, WRONGLY_NAMED, PATENT = "US:patent:15145443", "US:patent:15145543", "US:patent:14190982"


def run(store, records, file="file"):
    return Importer(store, actor="test", clock=utc_now).run(records, file)


def answer(store, right, day="2026-01-01"):
    return view(_statement(store, right), date.fromisoformat(day))


def codes(answered):
    return [flag["code"] for flag in answered["flags"]]


def standing(answered):
    return [item["reference"] for item in answered["encumbrances"]]


def test_a_second_import_of_the_same_file_changes_nothing(store, uspto_files):
    first = run(store, uspto.read(uspto_files["new"]))
    head = store.reader.head()
    second = run(store, uspto.read(uspto_files["new"]))
    assert (first.read, first.appended, first.unchanged, first.rejected) == (13, 13, 0, [])
    assert (second.read, second.appended, second.unchanged, second.span()) == (13, 0, 13, None)
    assert store.reader.head() == head


def test_a_later_snapshot_adds_only_what_is_new(store, uspto_files):
    """The later snapshot repeats both earlier recordings, one of them with four further properties."""
    run(store, uspto.read(uspto_files["old"]))
    before = store.reader.head().position
    summary = run(store, uspto.read(uspto_files["new"]))
    assert (summary.read, summary.appended, summary.unchanged) == (13, 12, 1)
    added = [parse(stored.raw, stored.position) for stored in store.reader.entries(after=before)]
    (widened,) = [
        entry for entry in added if entry.type == "pledge.registered" and entry.source.number == "048041/0605"
    ]
    assert len(widened.data["rights"]) == 4


def test_an_earlier_snapshot_after_a_later_one_adds_nothing(store, uspto_files):
    run(store, uspto.read(uspto_files["new"]))
    head = store.reader.head()
    assert run(store, uspto.read(uspto_files["old"])).appended == 0
    assert store.reader.head() == head


def test_the_order_of_snapshots_does_not_change_the_answer(store, server_home, uspto_files):
    from ledger.store import open_store

    run(store, uspto.read(uspto_files["old"]))
    run(store, uspto.read(uspto_files["new"]))
    with open_store(server_home, schema=f"{store.schema}_at_once") as other:
        run(other, uspto.read(uspto_files["new"]))
        for right in (PATENT, LEFT_OUT, WRONGLY_NAMED):
            here, there = answer(store, right), answer(other, right)
            assert standing(here) == standing(there)
            assert codes(here) == codes(there)


def test_the_wrongly_released_right_stays_encumbered_and_both_rights_are_flagged(store, uspto_files):
    """061835/0778 names 15/145,543 where the pledge 049107/0392 has 15/145,443."""
    run(store, uspto.read(uspto_files["new"]))
    left_out, wrongly_named = answer(store, LEFT_OUT), answer(store, WRONGLY_NAMED)
    assert "049107/0392" in standing(left_out)
    assert "RELEASE_OMITS_RIGHT" in codes(left_out)
    assert standing(wrongly_named) == []
    assert "RELEASE_WITHOUT_PLEDGE" in codes(wrongly_named)
    assert "049107/0392" not in standing(answer(store, PATENT))


def test_a_probable_duplicate_is_flagged_and_not_freed_by_the_release_of_its_twin(store, uspto_files):
    run(store, uspto.read(uspto_files["new"]))
    answered = answer(store, PATENT, "2019-06-01")
    assert "049342/0819" in standing(answered)
    assert "048818/0520" not in standing(answered)
    assert {"PROBABLE_DUPLICATE_RECORDING", "DUPLICATE_STILL_OPEN"} <= set(codes(answered))


def test_flagged_counts_reports_some_flag_speaks_of(store, uspto_files):
    summary = run(store, uspto.read(uspto_files["new"]))
    flagged = {
        position
        for right in _rights(store)
        for flag in answer(store, right, "2199-01-01")["flags"]
        for position in flag["entries"]
    }
    numbers = {parse(store.reader.entry(position).raw, position).source.number for position in flagged}
    views = open_views(store)
    assert summary.count_records(flagged_positions(views, *summary.span())) == len(numbers) == 5


def test_the_exact_bytes_of_each_record_are_kept_under_their_digest(store, uspto_files):
    run(store, uspto.read(uspto_files["old"]))
    file = uspto_files["old"].read_bytes()
    for stored in store.reader.entries():
        source = parse(stored.raw, stored.position).source
        kept = store.documents.get(source.digest)
        assert sha256(kept.content).hexdigest() == source.digest
        assert kept.content in file


def test_two_importers_at_once_append_each_record_once(store, uspto_files):
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run, store, uspto.read(uspto_files["new"])) for _ in range(2)]
        summaries = [done.result() for done in runs]
    assert sum(summary.appended for summary in summaries) == 13
    assert sum(summary.unchanged for summary in summaries) == 13
    assert audit(store).passed


def test_rejected_records_are_named_and_the_rest_is_imported(store, uspto_files):
    records = list(uspto.read(uspto_files["old"]))
    records.insert(1, Rejection("record 2", "RECORD_MALFORMED", "broken", "损坏"))
    summary = run(store, records, "mixed.xml")
    assert (summary.read, summary.appended) == (3, 2)
    assert summary.rejected == [
        {
            "file": "mixed.xml",
            "record": "record 2",
            "code": "RECORD_MALFORMED",
            "message": {"en": "broken", "zh": "损坏"},
        }
    ]


def test_the_office_reports_a_recording_anew_and_the_later_report_counts(store):
    """Same number, other pledgee: both stay on record, the right is flagged."""
    run(store, [_pledge("BANK A")])
    run(store, [_pledge("BANK B")])
    answered = answer(store, PATENT)
    assert [item["holders"] for item in answered["encumbrances"]] == [["BANK B"]]
    assert "RECORDING_RESTATED" in codes(answered)
    assert run(store, [_pledge("BANK A")]).unchanged == 1


def test_a_repeating_source_does_not_restate_the_office(store):
    run(store, [_pledge("BANK A")])
    repeated = replace(_pledge("BANK A, OF SOMEWHERE"), media_type="application/vnd.epo.ops-legal+xml")
    assert run(store, [repeated]).unchanged == 1
    assert answer(store, PATENT)["encumbrances"][0]["holders"] == ["BANK A"]


def test_the_office_restates_a_repeating_source(store):
    repeated = replace(_pledge("BANK A, AND OTHERS"), media_type="application/vnd.epo.ops-legal+xml")
    run(store, [repeated])
    assert run(store, [_pledge("BANK A")]).appended == 1
    assert answer(store, PATENT)["encumbrances"][0]["holders"] == ["BANK A"]


def test_a_right_nobody_described_is_registered_by_its_id(store):
    run(store, [replace(_pledge("BANK A"), descriptions=())])
    first = next(iter(store.reader.asset_entries(PATENT)))
    assert parse(first.raw, first.position).type == "right.registered"


def test_a_release_imported_before_its_pledge_frees_it_all_the_same(store):
    run(store, [_release()])
    assert "RELEASE_WITHOUT_PLEDGE" in codes(answer(store, PATENT))
    run(store, [_pledge("BANK A")])
    answered = answer(store, PATENT)
    assert standing(answered) == []
    assert "RELEASE_WITHOUT_PLEDGE" not in codes(answered)


def test_further_names_of_a_known_right_are_added_once(store):
    grant = replace(
        _pledge("BANK A"),
        descriptions=(RightDescribed(rights=(PATENT,), names=(NameGiven(kind="grant", number="8789601"),)),),
    )
    run(store, [_pledge("BANK A")])
    assert run(store, [grant]).appended == 1
    assert run(store, [grant, _pledge("BANK A")]).unchanged == 2
    assert answer(store, PATENT)["names"] == ["US 14190982 (application)", "US 8789601 (grant)"]


def _statement(store, right):
    return fold(right, [parse(stored.raw, stored.position) for stored in store.reader.asset_entries(right)])


def _rights(store):
    return {
        right for stored in store.reader.entries() for right in parse(stored.raw, stored.position).asset_ids
    }


def _pledge(bank):
    fact = PledgeRegistered(
        rights=(PATENT,),
        pledge=record_id("pld", "USPTO", "049107/0392"),
        pledgors=(Party(name="OWNER LLC"),),
        pledgees=(Party(name=bank),),
        executed_on="2019-05-07",
        registered_on="2019-05-07",
    )
    return _report("049107/0392", fact)


def _release():
    fact = PledgeReleased(
        rights=(PATENT,),
        pledges=(record_id("pld", "USPTO", "049107/0392"),),
        references=("049107/0392",),
        releasors=(Party(name="BANK A"),),
        beneficiaries=(Party(name="OWNER LLC"),),
        registered_on="2022-11-01",
    )
    return _report("061835/0778", fact)


def _report(number, fact):
    description = RightDescribed(rights=(PATENT,), names=(NameGiven(kind="application", number="14190982"),))
    return Report(
        register="USPTO",
        number=number,
        entry_class=EntryClass.PARTY,
        descriptions=(description,),
        facts=(fact,),
        source=f"<doc>{number}</doc>".encode(),
        media_type="application/vnd.uspto.assignment-search+xml",
        where="record 1",
    )
