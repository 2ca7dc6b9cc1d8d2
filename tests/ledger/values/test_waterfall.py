"""The period waterfall: strict order, every cent placed, enhancements as the contract says (S-10, S-11)."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.values.waterfall import Balances, Item, Period, Source, Terms, Tranche, opening, run

SENIOR, MEZZANINE, JUNIOR = "优先A", "优先B", "次级"
START, END = date(2024, 3, 20), date(2027, 3, 20)


def product(senior=9_500_000_000, rate=Fraction(42, 1000), junior=500_000_000, **terms):
    tranches = (Tranche(SENIOR, senior, rate), Tranche(JUNIOR, junior))
    return Terms("CNY", tranches, END, **terms)


def quarter(collections, taxes_and_fees=0, number=1, **members):
    return Period(number, START, date(2024, 6, 20), collections, fees=taxes_and_fees, **members)


def paid(result):
    return {(line.item.value, line.tranche): line.paid for line in result.lines if line.paid}


def test_s23_pass_through():
    """S23: 95,000,000 at 4.20 %, 92 days, 12,000,000 collected, 180,000 of taxes and fees."""
    terms = product()
    result = run(terms, opening(terms), quarter(1_200_000_000, 18_000_000))
    assert paid(result) == {
        ("fees", None): 18_000_000,
        ("interest", SENIOR): 100_569_863,
        ("principal", SENIOR): 1_081_430_137,
    }
    assert result.after.principal == (8_418_569_863, 500_000_000)
    assert result.paid == 1_200_000_000


def test_an_acceleration_pays_the_senior_out_before_anything_junior():
    tranches = (
        Tranche(SENIOR, 1000, Fraction(0)),
        Tranche(MEZZANINE, 500, Fraction(1)),
        Tranche(JUNIOR, 100),
    )
    terms = Terms("CNY", tranches, END)
    before = opening(terms)
    calm = run(terms, before, quarter(1100))
    assert ("interest", MEZZANINE) in paid(calm)
    accelerated = run(terms, before, quarter(1000, accelerated=True))
    assert paid(accelerated) == {("principal", SENIOR): 1000}
    assert accelerated.after.unpaid_interest == (0, 126, 0)


def test_a_schedule_that_fell_short_is_caught_up():
    days = (date(2024, 6, 20), date(2024, 9, 20))
    senior = Tranche(SENIOR, 1000, Fraction(0), ((days[0], 400), (days[1], 600)))
    terms = Terms("CNY", (senior, Tranche(JUNIOR, 100)), END)
    first = run(terms, opening(terms), quarter(300))
    assert paid(first) == {("principal", SENIOR): 300}
    second = run(terms, first.after, Period(2, days[0], days[1], 750))
    assert paid(second) == {("principal", SENIOR): 700, ("principal", JUNIOR): 50}
    assert second.after.principal[0] == 0


def test_enhancements_are_drawn_in_order_and_only_for_what_they_cover():
    terms = product(
        senior=1000, rate=Fraction(0), junior=100, shortfall_payer_limit=50, guarantor_limit=1000,
        reserve_target=30,
    )  # fmt: skip
    matured = Period(9, date(2026, 12, 20), END, 900)
    result = run(terms, opening(terms, reserve=30), matured)
    assert [(draw.source, draw.drawn) for draw in result.draws] == [
        (Source.COLLECTIONS, 900), (Source.RESERVE, 30), (Source.SHORTFALL_PAYER, 50), (Source.GUARANTOR, 20),
    ]  # fmt: skip
    assert paid(result) == {("principal", SENIOR): 1000}
    assert (result.after.reserve, result.after.shortfall_payer_used, result.after.guarantor_used) == (
        0,
        50,
        20,
    )


def test_the_reserve_is_refilled_before_the_lowest_tranche_gets_anything():
    terms = product(senior=100, rate=Fraction(0), junior=50, reserve_target=40)
    result = run(terms, opening(terms, reserve=10), quarter(150))
    assert paid(result) == {("principal", SENIOR): 100, ("reserve", None): 30, ("residual", JUNIOR): 20}


def test_what_is_left_without_a_lowest_tranche_waits_for_the_next_period():
    terms = Terms("CNY", (Tranche(SENIOR, 100, Fraction(0)),), END)
    first = run(terms, opening(terms), quarter(150))
    assert first.after.retained == 50
    assert run(terms, first.after, quarter(0, number=2)).after.retained == 50


def test_unpaid_costs_and_interest_are_carried():
    terms = product(senior=1_000_000, rate=Fraction(365, 1000), junior=0)
    first = run(terms, opening(terms), quarter(10, 100))
    assert (first.after.unpaid_costs, first.after.unpaid_interest[0]) == (90, 92_000)
    second = run(terms, first.after, Period(2, date(2024, 6, 20), date(2024, 6, 21), 200_000))
    assert paid(second)["fees", None] == 90
    assert paid(second)["interest", SENIOR] == 93_000


@pytest.mark.parametrize(
    ("before", "period"),
    [
        (Balances((1,), (0,)), quarter(1)),
        (Balances((1, 1), (0, -1)), quarter(1)),
        (Balances((1, 1), (0, 0)), quarter(-1)),
        (Balances((1, 1), (0, 0)), Period(1, END, START, 1)),
    ],
)
def test_inputs_that_cannot_be_are_refused(before, period):
    with pytest.raises(InputRejected) as refused:
        run(product(), before, period)
    assert refused.value.code == "WATERFALL_INPUT_INVALID"


amounts = st.integers(0, 10**12)


@st.composite
def products(draw):
    rated = draw(st.integers(1, 3))
    tranches = []
    for place in range(rated):
        principal = draw(amounts)
        schedule = ()
        if draw(st.booleans()):
            cuts = draw(st.lists(st.integers(0, principal), max_size=3).map(sorted))
            schedule = tuple(
                (START + timedelta(90 * (at + 1)), part)
                for at, part in enumerate(
                    later - earlier for earlier, later in zip([0, *cuts], cuts, strict=False)
                )
            )
        rate = Fraction(draw(st.integers(0, 2000)), 10_000)
        tranches.append(Tranche(f"t{place}", principal, rate, schedule))
    if draw(st.booleans()):
        tranches.append(Tranche("low", draw(amounts)))
    return Terms(
        "CNY", tuple(tranches), END, reserve_target=draw(amounts), shortfall_payer_limit=draw(amounts),
        guarantor_limit=draw(amounts), enhanced=draw(st.integers(0, len(tranches))),
    )  # fmt: skip


@st.composite
def stories(draw):
    terms = draw(products())
    day, periods = START, []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        following = day + timedelta(draw(st.integers(0, 400)))
        periods.append(
            Period(
                number,
                day,
                following,
                draw(amounts),
                taxes=draw(st.integers(0, 10**9)),
                fees=draw(st.integers(0, 10**9)),
                accelerated=draw(st.booleans()),
            )
        )
        day = following
    return terms, opening(terms, reserve=draw(amounts)), periods


@given(stories())
def test_every_cent_is_placed_and_no_junior_one_before_a_senior_due(story):
    terms, before, periods = story
    for period in periods:
        result = run(terms, before, period)
        drawn = sum(draw.drawn for draw in result.draws)
        assert result.paid + result.after.retained == drawn
        short = False
        for line in result.lines:
            assert 0 <= line.paid <= line.due
            assert not (short and line.paid)
            short = short or (line.unpaid > 0 and line.item is not Item.RESERVE)
        repaid = sum(line.paid for line in result.lines if line.item is Item.PRINCIPAL)
        assert sum(before.principal) - sum(result.after.principal) == repaid
        topped_up = sum(line.paid for line in result.lines if line.item is Item.RESERVE)
        spent = sum(draw.drawn for draw in result.draws if draw.source is Source.RESERVE)
        assert result.after.reserve == before.reserve - spent + topped_up
        before = result.after


@given(stories(), st.integers(1, 10**9))
def test_more_collections_never_leave_more_owed(story, more):
    terms, before, (period, *_) = story
    less = run(terms, before, period).after
    richer = Period(
        period.number, period.first, period.last, period.collections + more, period.taxes, period.fees,
        period.accelerated,
    )  # fmt: skip
    after = run(terms, before, richer).after
    for place, _ in enumerate(terms.tranches):
        assert sum(after.principal[: place + 1]) + sum(after.unpaid_interest[: place + 1]) <= sum(
            less.principal[: place + 1]
        ) + sum(less.unpaid_interest[: place + 1])
