"""Whatever is owed at whatever ranks, the proceeds are paid out to the cent and in order (P-24)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.statement.enforcement import expected_distribution
from ledger.values.money import Money
from tests.ledger.statement.histories import CN, by_authority, pledge, pledge_id, told

DAY = "2024-12-31"

cents = st.integers(0, 10_000_000_00)
caps = st.none() | st.integers(1, 5_000_000_00)
debts = st.lists(st.tuples(st.integers(0, 3), cents, caps), min_size=0, max_size=6)
"""Of each pledge: the day it was registered on, what is owed, and its cap if it has one."""


def pledged(terms):
    """A right under these pledges, and what is owed under each by its id."""
    recordings = [
        by_authority(
            pledge(
                f"K{place}", "甲公司", f"第{place}银行", registered_on(day), rights=(CN,), register="CNIPA",
                **({"cap": {"minor": cap, "currency": "CNY"}} if cap else {}),
            )
        )
        for place, (day, _, cap) in enumerate(terms)
    ]  # fmt: skip
    owed = {
        pledge_id(f"K{place}", "CNIPA"): Money(amount, "CNY") for place, (_, amount, _) in enumerate(terms)
    }
    return told(*recordings, right=CN), owed


def registered_on(day):
    return (date(2024, 1, 5) + timedelta(day)).isoformat()


def distributed(terms, proceeds, costs):
    statement, owed = pledged(terms)
    found = expected_distribution(statement, DAY, Money(proceeds, "CNY"), Money(costs, "CNY"), owed)
    paid = {each["pledge"]: each["amount"] for each in found["payments"] if each["purpose"] == "pledge"}
    shares = [
        (day, min(amount, cap or amount), amount, paid[pledge_id(f"K{place}", "CNIPA")])
        for place, (day, amount, cap) in enumerate(terms)
    ]
    return found, shares


@given(debts, cents, cents)
def test_every_cent_is_paid_and_none_twice(terms, proceeds, costs):
    found, shares = distributed(terms, proceeds, costs)
    assert sum(each["amount"] for each in found["payments"]) == proceeds
    assert all(0 <= paid <= secured for _, secured, _, paid in shares)
    short = sum(each["amount"] for each in found["shortfalls"])
    assert short == sum(owed - paid for _, _, owed, paid in shares)
    for payment in found["payments"]:
        if payment["purpose"] == "pledge":
            assert payment["interest"] + payment["principal"] == payment["amount"]


@given(debts, cents, cents)
def test_no_junior_gets_a_cent_before_costs_and_every_senior_are_full(terms, proceeds, costs):
    found, shares = distributed(terms, proceeds, costs)
    if any(paid for *_, paid in shares):
        assert found["payments"][0]["amount"] == costs
    for senior, secured, _, got in shares:
        assert got == secured or not any(paid for junior, _, _, paid in shares if junior > senior)
    assert found["surplus"] == 0 or all(got == secured for _, secured, _, got in shares)


@given(debts, cents, cents)
def test_equal_ranks_share_in_proportion_to_the_cent(terms, proceeds, costs):
    _, shares = distributed(terms, proceeds, costs)
    for day in {day for day, *_ in shares}:
        tied = [(secured, paid) for other, secured, _, paid in shares if other == day]
        due, given_ = sum(secured for secured, _ in tied), sum(paid for _, paid in tied)
        for secured, paid in tied:
            assert due == 0 or given_ * secured // due <= paid <= given_ * secured // due + 1
