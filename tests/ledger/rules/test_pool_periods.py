"""Payment periods and the end of a pool through the desk (S-10, S-11, S23)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.facts.pools import PeriodRun
from ledger.statement.pool_periods import rerun
from ledger.values.waterfall import Source
from tests.ledger.rules.desk import Desk, codes
from tests.ledger.rules.pooled import (
    CUT_OFF,
    JUNIOR,
    MANAGER,
    POOL,
    SENIOR,
    admit,
    collect,
    establish,
    form,
    notify,
    owned,
    patent,
    pool_at,
    run,
    terms,
)

P = patent(1)
Q = "丙公司"
ISSUE = 10_000_000_000


def established(today="2024-06-20", *, senior=9_500_000_000, junior=500_000_000, reserve=0, **told):
    """A plan of one deal, as large as its issue, on the day given."""
    issue = senior + junior
    return Desk(today).given(
        owned(P, Q), form(terms(senior, junior, **told)),
        admit("deal_q", Q, [P], issue, {"2027-03-20": issue}), CUT_OFF, notify("deal_q"),
        establish(issue, reserve=reserve),
    )  # fmt: skip


def period(decision):
    (fact,) = [said.fact for said in decision.said if isinstance(said.fact, PeriodRun)]
    return fact


def paid(fact):
    return {(line.item, line.tranche): line.paid for line in fact.lines if line.paid}


@pytest.mark.rule("S-10", "accepts")
def test_s23_the_senior_class_is_paid_interest_then_what_is_left():
    """S23: 12,000,000 in, 180,000 of taxes and fees, 92 days at 4.20 %: to the cent, the junior gets 0."""
    desk = established().given(collect("deal_q", 1_200_000_000, "2024-06-19"))
    fact = period(desk.submit(run(1, "2024-06-20", taxes=8_000_000, fees=10_000_000)))
    assert (fact.first, fact.collections) == ("2024-03-20", 1_200_000_000)
    assert paid(fact) == {
        ("taxes", None): 8_000_000, ("fees", None): 10_000_000, ("interest", SENIOR): 100_569_863,
        ("principal", SENIOR): 1_081_430_137,
    }  # fmt: skip
    assert fact.principal == (8_418_569_863, 500_000_000)


def test_what_came_in_is_reckoned_from_what_was_booked_and_each_cent_once():
    desk = established("2024-12-20").given(
        collect("deal_q", 5, "2024-03-02"), collect("deal_q", 7, "2024-06-20"), run(1, "2024-06-20"),
    )  # fmt: skip
    desk.given(collect("deal_q", 11, "2024-06-21"), run(2, "2024-09-20"))
    late = desk.given(collect("deal_q", 13, "2024-09-01"), run(3, "2024-12-20"))
    assert [each.collections for each in pool_at(late).periods] == [12, 11, 13]


@pytest.mark.rule("S-10", "refuses")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (run(1, "2024-09-20"), "PERIOD_OUT_OF_ORDER"),
        (run(3, "2024-09-20"), "PERIOD_OUT_OF_ORDER"),
        (run(2, "2024-06-20"), "PERIOD_OUT_OF_ORDER"),
        (run(2, "2024-05-20"), "PERIOD_OUT_OF_ORDER"),
        (run(2, "2024-09-20", first="2024-06-19"), "PERIOD_OUT_OF_ORDER"),
        (run(2, "2024-09-20", first="2024-06-21"), "PERIOD_OUT_OF_ORDER"),
        (run(2, "2024-12-21"), "DATE_IN_FUTURE"),
        (run(2, "2024-09-20", fees=-1), "AMOUNT_INVALID"),
        (run(2, "2024-09-20", taxes=0.5), "AMOUNT_INVALID"),
        (run(2, "2024-09-20", fees=2**53 - 1, taxes=2**53 - 1), "AMOUNT_TOO_LARGE"),
        (run(2, "2024-09-20", collections=1), "FIELD_UNKNOWN"),
        (run(2, "2024-09-20", pool="pol_none"), "REFERENCE_UNKNOWN"),
    ],
)
def test_a_period_that_is_not_the_next_one_is_refused_and_nothing_is_written(command, code):
    desk = established("2024-12-20").given(run(1, "2024-06-20"))
    position = desk.situation.position
    decision = desk.submit(command)
    assert codes(decision)[0] == code
    assert desk.situation.position == position


def test_a_period_before_the_plan_is_established_is_refused():
    desk = Desk("2024-06-20").given(owned(P, Q), form(terms(100)))
    assert codes(desk.submit(run(1, "2024-06-20"))) == ["POOL_STEP_MISSING"]


def test_sums_that_no_entry_can_hold_are_refused():
    desk = established("2024-12-20").given(run(1, "2024-06-20", fees=2**53 - 1))
    assert codes(desk.submit(run(2, "2024-12-20", fees=1))) == ["AMOUNT_TOO_LARGE"]


OWN = [
    {"item": "fees", "paid": 18_000_000},
    {"item": "interest", "tranche": SENIOR, "paid": 100_569_863},
    {"item": "principal", "tranche": SENIOR, "paid": 1_081_430_137},
]


def lines(*changes):
    """The trustee's lines of S23 with some of them as given."""
    return [{**line, **change} for line, change in zip(OWN, changes, strict=True)]


@pytest.mark.rule("S-10", "refuses")
@pytest.mark.parametrize(
    ("told", "found"),
    [
        (OWN, []),
        ([{"item": "taxes", "paid": 0}, *OWN], []),
        (OWN[:2], ["WATERFALL_UNBALANCED"]),
        (lines({}, {}, {"paid": 1_081_430_138}), ["WATERFALL_UNBALANCED"]),
        ([OWN[0], OWN[2], OWN[1]], ["WATERFALL_ORDER"]),
        (lines({}, {"paid": 100_569_862}, {"paid": 1_081_430_138}), ["WATERFALL_ORDER"]),
        (
            [*lines({}, {}, {"paid": 1_081_430_136}), {"item": "principal", "tranche": JUNIOR, "paid": 1}],
            ["WATERFALL_ORDER"],
        ),
        ([OWN[2], OWN[0]], ["WATERFALL_UNBALANCED", "WATERFALL_ORDER"]),
        ([{"item": "bonus", "paid": 1_200_000_000}], ["WATERFALL_ORDER"]),
        ([], ["WATERFALL_UNBALANCED"]),
    ],
)
def test_the_trustees_own_lines_must_be_the_ones_reckoned(told, found):
    desk = established().given(collect("deal_q", 1_200_000_000, "2024-06-19"))
    assert codes(desk.submit(run(1, "2024-06-20", fees=18_000_000, lines=told))) == found


@pytest.fixture
def short():
    """A plan that cannot pay its interest of 100,569,863 from what came in."""
    payer = {"party": {"name": "差额支付人"}, "limit": 30_000_000}
    guarantor = {"party": {"name": "担保人"}, "limit": 1_000_000_000}
    desk = established(reserve=20_000_000, shortfall_payer=payer, guarantor=guarantor)
    return desk.given(collect("deal_q", 40_569_863, "2024-06-19"))


DRAWN = {
    "collections": 40_569_863,
    "reserve": 20_000_000,
    "shortfall_payer": 30_000_000,
    "guarantor": 10_000_000,
}


def draws(**drawn):
    return [{"source": source, "drawn": minor} for source, minor in drawn.items()]


@pytest.mark.rule("S-11", "accepts")
def test_a_shortfall_is_drawn_from_reserve_then_payer_then_guarantor(short):
    fact = period(short.submit(run(1, "2024-06-20", draws=draws(**DRAWN))))
    assert {each.source: each.drawn for each in fact.draws} == DRAWN
    assert [each.source for each in fact.draws] == list(Source)
    assert paid(fact) == {("interest", SENIOR): 100_569_863}
    assert (fact.reserve, fact.shortfall_payer_used, fact.guarantor_used) == (0, 30_000_000, 10_000_000)


@pytest.mark.rule("S-11", "refuses")
@pytest.mark.parametrize(
    "drawn",
    [
        {**DRAWN, "shortfall_payer": 0, "guarantor": 40_000_000},
        dict(reversed(DRAWN.items())),
        {"collections": 40_569_863},
    ],
)  # fmt: skip
def test_another_order_of_enhancements_is_refused(short, drawn):
    assert codes(short.submit(run(1, "2024-06-20", draws=draws(**drawn)))) == ["ENHANCEMENT_ORDER"]


@pytest.mark.rule("S-10", "flags")
def test_money_that_the_originator_still_holds_is_shared_out_and_told():
    held = {**collect("deal_q", 12, "2024-06-19"), "received_by": "originator"}
    decision = established().given(held).submit(run(1, "2024-06-20"))
    assert (period(decision).collections, decision.flags) == (12, ("COMMINGLING",))


def test_a_pool_is_closed_when_nothing_is_owed_and_is_free_then():
    desk = established("2027-03-20", reserve=30).given(
        collect("deal_q", 12_000_000_000, "2027-03-19"), run(1, "2027-03-20")
    )
    assert sum(pool_at(desk).balances().principal) == 0
    closed = desk.submit(command="close_pool", pool=POOL, closed_on="2027-03-20")
    (fact,) = [said.fact for said in closed.said]
    assert (fact.rights, fact.reserve_released, fact.written_off) == ((P,), 30, None)
    (membership,) = desk.statement(P)["pools"]
    assert (membership["until"], membership["out_by"]) == ("2027-03-20", "closed")
    assert codes(desk.submit(run(2, "2027-03-20")))[0] == "POOL_ENDED"
    assert codes(desk.submit(command="close_pool", pool=POOL, closed_on="2027-03-20")) == ["POOL_ENDED"]


@pytest.mark.rule("S-16", "refuses")
def test_a_pool_that_owes_is_closed_only_by_writing_off_exactly_that():
    desk = established("2027-03-20").given(collect("deal_q", 1_000, "2027-03-19"))
    end = {"command": "close_pool", "pool": POOL, "closed_on": "2027-03-20"}
    assert codes(desk.submit(end)) == ["MONEY_NOT_DISTRIBUTED", "POOL_STILL_OWES"]
    desk.given(run(1, "2027-03-20"))
    after = pool_at(desk).balances()
    owed = sum(after.principal) + sum(after.unpaid_interest)
    assert owed > ISSUE
    assert codes(desk.submit(end)) == codes(desk.submit(end, written_off=owed - 1)) == ["POOL_STILL_OWES"]
    assert desk.submit(end, written_off=owed).said[0].fact.written_off == owed


def test_a_plan_has_its_manager_as_holder():
    assert pool_at(established()).established.holder_of_record.name == MANAGER


amounts = st.integers(0, 5_000_000_000)
quarters = ["2024-06-20", "2024-09-20", "2024-12-20", "2025-03-20", "2025-06-20"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(amounts, st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=5),
    st.integers(0, 10**8),
)
def test_periods_conserve_money_and_give_the_same_lines_again_from_the_entries(story, reserve):
    """What came in is what was paid, kept or put aside; an auditor who reruns a period gets its lines."""
    payer = {"party": {"name": "差额支付人"}, "limit": 1_000_000_000}
    desk = established("2025-06-20", reserve=reserve, shortfall_payer=payer, reserve_target=10**8)
    for number, (last, (income, taxes, fees)) in enumerate(zip(quarters, story, strict=False), 1):
        if income:
            desk.given(collect("deal_q", income, last))
        desk.given(run(number, last, taxes=taxes, fees=fees))
    pool = pool_at(desk)
    received = sum(income for income, *_ in story)
    lines_paid = sum(line.paid for fact in pool.periods for line in fact.lines)
    after = pool.periods[-1]
    drawn = {
        source: sum(draw.drawn for fact in pool.periods for draw in fact.draws if draw.source == source)
        for source in ("reserve", "shortfall_payer")
    }
    refilled = sum(line.paid for fact in pool.periods for line in fact.lines if line.item == "reserve")
    assert received + drawn["reserve"] + drawn["shortfall_payer"] == lines_paid + after.retained
    assert after.reserve == reserve - drawn["reserve"] + refilled
    assert after.shortfall_payer_used == drawn["shortfall_payer"]
    for fact in pool.periods:
        again = rerun(pool, fact.number)
        assert [(str(line.item), line.tranche, line.due, line.paid) for line in again.lines] == [
            (line.item, line.tranche, line.due, line.paid) for line in fact.lines
        ]
        assert (again.after.principal, again.after.reserve) == (fact.principal, fact.reserve)


def test_a_period_that_was_never_run_cannot_be_run_again():
    with pytest.raises(LookupError):
        rerun(pool_at(established()), 1)
