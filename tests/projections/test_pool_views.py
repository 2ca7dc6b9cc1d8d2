"""A pool on a day, and each of its periods with what it rests on."""

from datetime import date

import pytest

from ledger.statement.base import Recorded
from ledger.statement.pools import pool_of
from ledger.statement.triggers import triggers_on
from ledger.values.dates import parse_moment
from projections import open_views
from projections.dossiers import asked, dossier, statements
from projections.errors import PeriodUnknown, PoolUnknown
from projections.pools import period, pool
from tests.ledger.rules.pooled import JUNIOR, MANAGER, POOL, SENIOR
from tests.projections.stories import FIRST, GOOD, LATE, SECOND, Story, small_pool, three_periods


@pytest.fixture
def story(open_ledger):
    return three_periods(small_pool(Story(open_ledger, "2024-03-20")))


def test_a_pool_is_told_with_tranches_deals_rights_and_what_stands(story):
    views = open_views(story.store)
    told = pool(views, POOL)
    assert (told["state"], told["structure"], told["manager"]) == ("ESTABLISHED", "ip_pledge_loan", MANAGER)
    assert (told["initial"], told["issued"], told["currency"]) == (1_000_000, 1_000_000, "CNY")
    assert [each["name"] for each in told["tranches"]] == [SENIOR, JUNIOR]
    assert told["tranches"][0]["principal"] == told["periods"][-1]["principal"][0]
    first, second = told["deals"]
    assert (first["licensee"], first["collected"], first["overdue"]) == (FIRST, 350_000, None)
    assert first["next_installment"] == {"on": "2026-06-15", "minor": 360_000}
    assert (first["notified_on"], second["notified_on"]) == ("2024-03-05", None)
    assert (second["licensee"], second["overdue"]) == (SECOND, {"since": "2024-06-15", "minor": 100_000})
    assert [(each["right"], each["pooled"], each["status"]) for each in told["rights"]] == [
        (GOOD, True, "IN_FORCE"),
        (LATE, True, "IN_FORCE"),
    ]
    assert [each["minor"] for each in (right["value"] for right in told["rights"])] == [1_000_000, 800_000]
    assert "LICENSEE_DEFAULT" in [each["code"] for each in told["triggers"]]
    assert told["cover"]["value"] == 1_800_000
    assert told["cover"]["outstanding"] == told["outstanding"]


def test_the_answer_is_the_fold_of_the_dossier(story):
    """Triggers and balances are those of the ledger's own questions over all entries of the pool's tag."""
    views = open_views(story.store)
    about = asked(views)
    recorded = dossier(views, f"pool:{POOL}", about.position)
    assert all(isinstance(item, Recorded) for item in recorded)
    folded = pool_of(recorded)
    known = statements(views, [GOOD, LATE], about.position)
    told = pool(views, POOL)
    assert [each["id"] for each in told["triggers"]] == [
        each.id for each in triggers_on(folded, known, about.day)
    ]
    assert tuple(each["principal"] for each in told["tranches"]) == folded.balances().principal
    assert told["outstanding"] == folded.outstanding(about.day)


def test_an_earlier_day_knows_no_later_payment(story):
    views = open_views(story.store)
    june = pool(views, POOL, as_of=date.fromisoformat("2024-06-20"))
    assert len(june["periods"]) == 1
    assert june["deals"][0]["collected"] == 300_000
    begun = pool(views, POOL, as_of=date.fromisoformat("2024-03-10"))
    assert (begun["state"], begun["periods"], begun["issued"]) == ("FORMED", [], None)
    before = pool(views, POOL, as_of=date.fromisoformat("2024-02-01"))
    assert (before["state"], before["deals"]) == ("NOT_FORMED", [])


def test_what_was_known_then_is_told_again(story):
    views = open_views(story.store)
    then = pool(views, POOL, as_of=date.fromisoformat("2024-12-20"))["known_at"]
    before = pool(views, POOL, as_of=date.fromisoformat("2024-06-20"))
    story.on("2025-01-10").given(
        {"command": "notify_debtor", "pool": POOL, "deal": "deal_b", "notified_on": "2024-06-01"}
    )
    again = pool(views, POOL, as_of=date.fromisoformat("2024-06-20"), known_at=parse_moment(then))
    assert again == before
    now = pool(views, POOL, as_of=date.fromisoformat("2024-06-20"))
    assert now["deals"][1]["notified_on"] == "2024-06-01"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_period_balances_to_the_cent_and_names_its_entries(story, number):
    views = open_views(story.store)
    told = period(views, POOL, number)
    assert told["reproduced"] is True
    assert sum(each["minor"] for each in told["inflow"]) == told["collections"]
    assert sum(each["paid"] for each in told["lines"]) + told["after"]["retained"] == sum(
        each["drawn"] for each in told["draws"]
    )
    for each in told["inflow"]:
        stored = story.store.reader.entry(each["entry"]).parse()
        assert (stored.type, stored.data["minor"]) == ("pool.collected", each["minor"])
    assert told["rests_on"]["terms"]
    assert story.store.reader.entry(told["entries"][0]).parse().type == "pool.period_run"


def test_money_booked_late_is_the_next_periods(story):
    views = open_views(story.store)
    assert [each["minor"] for each in period(views, POOL, 2)["inflow"]] == []
    assert [each["minor"] for each in period(views, POOL, 3)["inflow"]] == [20_000, 30_000]


@pytest.mark.parametrize("name", ["pol_none", "", "x" * 500, "pol_\x00", "pol_1; DROP TABLE"])
def test_an_unknown_pool_is_our_error(store, views, name):
    with pytest.raises(PoolUnknown) as caught:
        pool(views, name)
    assert caught.value.code == "POOL_UNKNOWN"


def test_a_period_not_run_is_our_error(story):
    views = open_views(story.store)
    with pytest.raises(PeriodUnknown) as caught:
        period(views, POOL, 4)
    assert (caught.value.data["number"], caught.value.data["last"]) == (4, 3)
