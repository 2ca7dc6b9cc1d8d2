"""What a right says of the pools it was in, and what a pool's dossier tells on any day."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.entry import EntryClass
from ledger.facts.base import Party
from ledger.facts.pools import (
    CollectionBooked,
    CollectionTurnedOver,
    DealAdmitted,
    DealRedeemed,
    DebtorNotified,
    PoolClosed,
    PooledLicense,
    PoolFormed,
    PoolTerms,
    Scheduled,
    TrancheIssued,
)
from ledger.statement import State, document
from ledger.statement.base import Recorded, record_at
from ledger.statement.pools import pool_of, pools_on, shown

RIGHT = "CN:patent:201810200002.3"
POOL, DEAL = "pol_one", "deal_one"
FORMED = PoolFormed(
    pool=POOL, name="一期", structure="license_receivable", originator=Party(name="丙"),
    manager=Party(name="戊"), cut_off_on="2025-01-31", formed_on="2025-01-10",
    terms=PoolTerms(
        currency="CNY", matures_on="2028-06-30", tranches=(TrancheIssued(name="优先级", principal=1000),)
    ),
)  # fmt: skip


def admitted(pool=POOL, on="2025-01-15", deal=DEAL, **members):
    told = {
        "rights": (RIGHT,), "pool": pool, "deal": deal, "licensee": Party(name="甲"), "principal": 1000,
        "rate": "5.8%", "first_on": "2025-01-10", "admitted_on": on,
        "installments": (Scheduled(on="2027-06-20", minor=1000),), **members,
    }  # fmt: skip
    return DealAdmitted(**told)


def redeemed(on, **members):
    return DealRedeemed(
        rights=(RIGHT,), pool=POOL, deal=DEAL, trigger="agreed", redeemed_on=on, outstanding=1000, interest=0,
        paid=1000, **members,
    )  # fmt: skip


def recorded(*facts):
    return [
        Recorded(record_at(place, fact, EntryClass.PARTY, None, fact.effective_on or "2025-01-01"), fact)
        for place, fact in enumerate(facts, 1)
    ]


def statement(*facts):
    return document(State(RIGHT, recorded(*facts)))


def test_a_right_that_was_in_no_pool_says_nothing_of_pools():
    assert "pools" not in statement()
    assert shown(statement(), "2025-01-15") == {}


def test_a_pool_counts_from_admission_until_the_day_the_right_leaves():
    told = statement(admitted(), redeemed("2025-06-01"))
    days = ("2025-01-14", "2025-01-15", "2025-05-31", "2025-06-01")
    assert [len(pools_on(told, day)) for day in days] == [0, 1, 1, 0]
    (each,) = told["pools"]
    assert (each["out_by"], each["entries"], each["licenses"]) == ("redeemed", [1, 2], [])


def test_leaving_one_pool_leaves_the_later_one_alone():
    told = statement(
        admitted(),
        PoolClosed(rights=(RIGHT,), pool=POOL, closed_on="2025-06-01"),
        admitted("pol_two", "2025-07-01"),
    )
    assert [(each["pool"], each["until"]) for each in told["pools"]] == [
        (POOL, "2025-06-01"),
        ("pol_two", None),
    ]
    assert [each["pool"] for each in shown(told, "2025-08-01")["pools"]] == ["pol_two"]


def test_licenses_that_were_never_granted_forbid_nothing():
    licenses = (PooledLicense(right=RIGHT, step_one="lic_out", step_two="lic_back"),)
    (told,) = shown(statement(admitted(licenses=licenses)), "2025-01-15")["pools"]
    assert told["licenses"] == ["lic_out", "lic_back"]
    assert [each["act"] for each in told["forbids"]] == ["pool"]


def test_money_lies_with_the_originator_until_it_is_turned_over():
    def booked(on, minor, by="originator", over=None):
        return CollectionBooked(
            pool=POOL, deal=DEAL, minor=minor, received_on=on, received_by=by, turned_over_on=over
        )

    pool = pool_of(
        recorded(
            FORMED, admitted(), booked("2025-02-10", 1), booked("2025-02-11", 2, "plan"),
            booked("2025-02-12", 4, over="2025-02-14"),
            CollectionTurnedOver(pool=POOL, deal=DEAL, received_on="2025-02-10", turned_over_on="2025-02-13"),
        )
    )  # fmt: skip
    held = {
        day: [each.minor for each in pool.deals[DEAL].commingled(f"2025-02-{day}")] for day in range(10, 15)
    }
    assert held == {10: [1], 11: [1], 12: [1, 4], 13: [4], 14: []}


def test_a_debtor_is_unaware_until_the_day_of_the_notice_and_of_no_concern_once_its_deal_left():
    notice = DebtorNotified(pool=POOL, deal=DEAL, licensee=Party(name="甲"), notified_on="2025-02-10")
    pool = pool_of(recorded(FORMED, admitted(), notice))
    assert [len(pool.unaware(day)) for day in ("2025-01-14", "2025-02-09", "2025-02-10")] == [0, 1, 0]
    assert pool_of(recorded(FORMED, admitted(), redeemed("2025-02-01"))).unaware("2025-02-01") == []


@pytest.mark.parametrize("first", [True, False])
def test_what_is_told_of_a_pool_nobody_formed_is_no_pool(first):
    facts = (admitted(), FORMED) if first else (admitted(),)
    assert (pool_of(recorded(*facts)) is None) is not first


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 600), st.integers(1, 400)), max_size=8))
def test_what_is_owed_never_grows_by_a_payment_nor_falls_below_nothing(payments):
    """Principal and the whole debt only fall, whenever money came in and in whatever order it was told."""
    day = "2027-06-20"
    facts = [FORMED, admitted()]
    owed = pool_of(recorded(*facts)).deals[DEAL].owed(day)
    for after, minor in sorted(payments):
        on = f"2025-{1 + after // 60:02}-{10 + after % 18:02}"
        facts.append(CollectionBooked(pool=POOL, deal=DEAL, minor=minor, received_on=on))
        now = pool_of(recorded(*facts)).deals[DEAL].owed(day)
        assert 0 <= now.principal <= owed.principal
        assert 0 <= now.principal + now.interest <= owed.principal + owed.interest
        owed = now
