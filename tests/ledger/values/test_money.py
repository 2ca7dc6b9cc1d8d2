"""Money, allocation and interest (N-6, P-7, P-24, S15, S22, S23)."""

import doctest
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.values import money
from ledger.values.money import (
    EXPONENTS,
    MINOR_MAX,
    Money,
    allocate,
    half_up,
    interest,
    parse_money,
    parse_rate,
    pay_in_order,
    share_of,
)

AMOUNTS = st.integers(0, MINOR_MAX)


def cny(text):
    return parse_money(text, "CNY")


def code(call, *arguments):
    with pytest.raises(InputRejected) as caught:
        call(*arguments)
    return caught.value.code


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(money).failed == 0


# Scenarios


def test_s22_interest_to_the_redemption_date():
    accrued = interest(cny("6,000,000"), parse_rate("5.8%"), date(2024, 6, 20), date(2024, 7, 30))
    assert accrued == cny("38,136.99")
    assert cny("6,000,000") + accrued == cny("6,038,136.99")


def test_s23_a_period_of_the_waterfall():
    senior_interest = interest(cny("95,000,000"), parse_rate("4.20 %"), date(2024, 3, 20), date(2024, 6, 20))
    assert senior_interest == cny("1,005,698.63")
    order = [[cny("180,000")], [senior_interest], [cny("95,000,000")], [cny("5,000,000")]]
    paid, left = pay_in_order(cny("12,000,000"), order)
    assert [str(rank[0]) for rank in paid] == [
        "180000.00 CNY",
        "1005698.63 CNY",
        "10814301.37 CNY",
        "0.00 CNY",
    ]
    assert left == cny("0")
    assert cny("95,000,000") - paid[2][0] == cny("84,185,698.63")


def test_s15_proceeds_go_by_rank_and_a_cap_limits_what_is_secured():
    owed, cap = cny("1,180,000"), cny("1,000,000")
    paid, surplus = pay_in_order(cny("3,200,000"), [[cny("80,000")], [cny("2,150,000")], [min(owed, cap)]])
    assert paid == [[cny("80,000")], [cny("2,150,000")], [cny("970,000")]]
    assert surplus == cny("0")
    assert owed - paid[2][0] == cny("210,000")


# N-6: amounts


@pytest.mark.parametrize(
    ("text", "currency", "minor", "written"),
    [
        ("0", "CNY", 0, "0.00 CNY"),
        ("0.1", "CNY", 10, "0.10 CNY"),
        ("1,234,567.89", "CNY", 123456789, "1234567.89 CNY"),
        ("-5.05", "USD", -505, "-5.05 USD"),
        ("1200", "JPY", 1200, "1200 JPY"),
        ("1.234", "KWD", 1234, "1.234 KWD"),
        ("-0.05", "CNY", -5, "-0.05 CNY"),
    ],
)
def test_n_6_an_amount_is_integer_minor_units(text, currency, minor, written):
    value = parse_money(text, currency)
    assert (value.minor, str(value)) == (minor, written)


@given(st.integers(-MINOR_MAX, MINOR_MAX), st.sampled_from(sorted(EXPONENTS)))
def test_n_6_an_amount_is_read_back_as_written(minor, currency):
    value = Money(minor, currency)
    assert parse_money(str(value).removesuffix(f" {currency}"), currency) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.234",
        "1,23",
        "1e6",
        "1.",
        ".5",
        "+1",
        " 1",
        "1 ",
        "\uff11",
        "NaN",
        "0x1",
        "12,34,567",
        "1" * 19,
        "1\n",
    ],
)
def test_n_6_what_is_no_amount_of_the_currency_is_refused(text):
    assert code(parse_money, text, "CNY") == "AMOUNT_INVALID"


@pytest.mark.parametrize("minor", [1.0, True, "1", None, Fraction(1)])
def test_n_6_nothing_but_an_integer_is_an_amount(minor):
    assert code(Money, minor, "CNY") == "AMOUNT_INVALID"


@pytest.mark.parametrize("minor", [MINOR_MAX + 1, -MINOR_MAX - 1, 10**40])
def test_n_6_an_amount_beyond_2_53_is_refused(minor):
    assert code(Money, minor, "CNY") == "AMOUNT_TOO_LARGE"


def test_n_6_a_sum_beyond_2_53_is_refused():
    assert code(lambda: Money(MINOR_MAX, "CNY") + Money(1, "CNY")) == "AMOUNT_TOO_LARGE"
    assert code(parse_money, "90071992547409.92", "CNY") == "AMOUNT_TOO_LARGE"
    assert (
        code(interest, Money(MINOR_MAX, "CNY"), Fraction(2), date(2024, 1, 1), date(2025, 1, 1))
        == "AMOUNT_TOO_LARGE"
    )


@pytest.mark.parametrize("currency", ["", "cny", "RMB", "XXX", "CNYY", "\uff23NY"])
def test_n_6_an_unknown_currency_is_refused(currency):
    assert code(Money, 1, currency) == "CURRENCY_UNKNOWN"
    assert code(parse_money, "1", currency) == "CURRENCY_UNKNOWN"


def test_n_6_two_currencies_are_never_reckoned_together():
    yuan, dollar = Money(1, "CNY"), Money(1, "USD")
    for call in (lambda: yuan + dollar, lambda: yuan - dollar, lambda: yuan < dollar, lambda: yuan <= dollar):
        assert code(call) == "CURRENCY_MISMATCH"
    assert code(pay_in_order, yuan, [[dollar]]) == "CURRENCY_MISMATCH"


def test_the_currencies_without_and_with_three_decimals_are_those_of_iso_4217():
    by_places = {places: {name for name, held in EXPONENTS.items() if held == places} for places in (0, 3)}
    assert {"JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "XPF"} <= by_places[0]
    assert by_places[3] == {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
    assert {EXPONENTS[name] for name in ("CNY", "USD", "EUR", "HKD", "MOP", "TWD", "GBP")} == {2}


# N-6: rates and rounding


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("5.8%", Fraction(58, 1000)),
        ("4.20 %", Fraction(42, 1000)),
        ("0.042", Fraction(42, 1000)),
        ("0", Fraction(0)),
        ("1", Fraction(1)),
        ("150%", Fraction(3, 2)),
    ],
)
def test_n_6_a_rate_is_an_exact_fraction(text, rate):
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["", "5.8", "-1%", "5,8%", "1e-2", "%", "5.8%%", "\uff15%", "99999%", "1/3", "5.8\u2030"]
)
def test_n_6_what_is_no_rate_is_refused(text):
    assert code(parse_rate, text) == "RATE_INVALID"


@given(st.fractions())
def test_n_6_half_up_is_the_nearest_integer(amount):
    rounded = half_up(amount)
    assert abs(rounded - amount) <= Fraction(1, 2)
    assert half_up(-amount) == -rounded
    if abs(rounded - amount) == Fraction(1, 2):
        assert abs(rounded) > abs(amount)


def test_n_6_interest_is_rounded_once():
    """One day's interest is 0.4 of a cent: a year of it is 1.46, never 0 and never 3.65."""
    first, last = date(2023, 1, 1), date(2024, 1, 1)
    assert interest(cny("10.00"), Fraction(146, 1000), first, last) == cny("1.46")


def test_n_6_nothing_accrues_before_its_first_day():
    assert interest(cny("1000"), Fraction(1, 10), date(2024, 2, 1), date(2024, 1, 1)) == cny("0")


def test_n_6_another_year_by_contract():
    one_year = (date(2023, 1, 1), date(2024, 1, 1))
    assert interest(cny("360"), Fraction(1, 10), *one_year, days_of_year=360) == cny("36.50")


def test_n_6_a_share_of_an_amount_is_rounded_half_up():
    assert share_of(Money(5, "CNY"), Fraction(1, 2)) == Money(3, "CNY")


# N-6: allocation


@given(AMOUNTS, st.lists(st.fractions(0, 1000), min_size=1, max_size=8))
def test_n_6_allocation_loses_no_cent_and_leaves_the_residue_to_the_last(minor, weights):
    if not any(weights):
        assert code(allocate, Money(minor, "CNY"), weights) == "ALLOCATION_INVALID"
        return
    parts = allocate(Money(minor, "CNY"), weights)
    assert sum(part.minor for part in parts) == minor
    exact = [minor * weight / sum(weights) for weight in weights]
    last = max(place for place, weight in enumerate(weights) if weight)
    for place, (part, due) in enumerate(zip(parts, exact, strict=True)):
        assert 0 <= part.minor - due < len(weights) if place == last else 0 <= due - part.minor < 1


def test_n_6_instalments_of_a_loan():
    assert [str(part) for part in allocate(cny("1000"), [1, 1, 1])] == [
        "333.33 CNY",
        "333.33 CNY",
        "333.34 CNY",
    ]


@pytest.mark.parametrize(("minor", "weights"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_n_6_what_cannot_be_divided_is_refused(minor, weights):
    assert code(allocate, Money(minor, "CNY"), weights) == "ALLOCATION_INVALID"


# P-7, P-24


@given(AMOUNTS, st.lists(st.lists(st.integers(0, 10**12), max_size=3), max_size=4))
def test_p_24_no_junior_is_paid_before_a_senior_is_and_nothing_is_lost(proceeds, ranks):
    claims = [[Money(minor, "CNY") for minor in rank] for rank in ranks]
    paid, surplus = pay_in_order(Money(proceeds, "CNY"), claims)
    assert sum(part.minor for rank in paid for part in rank) + surplus.minor == proceeds
    short = False
    for rank, given_ in zip(claims, paid, strict=True):
        assert all(part <= claim for part, claim in zip(given_, rank, strict=True))
        assert not short or not any(part.minor for part in given_)
        short = short or given_ != rank
    assert not short or not surplus.minor


def test_p_7_equal_ranks_share_in_proportion():
    paid, _ = pay_in_order(cny("100"), [[cny("100"), cny("200")]])
    assert paid == [[cny("33.33"), cny("66.67")]]


def test_p_7_cents_left_over_never_exceed_what_is_owed():
    paid, _ = pay_in_order(cny("0.20"), [[cny("0.10"), cny("0.10"), cny("0.01"), cny("0")]])
    assert [part.minor for part in paid[0]] == [9, 10, 1, 0]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=5), st.integers(0, 60))
def test_p_7_equal_ranks_differ_from_their_exact_share_by_less_than_a_cent(claims, proceeds):
    (paid,), _ = pay_in_order(Money(proceeds, "CNY"), [[Money(minor, "CNY") for minor in claims]])
    due = sum(claims)
    for part, claim in zip(paid, claims, strict=True):
        exact = claim if due <= proceeds else Fraction(proceeds * claim, due)
        assert part.minor <= claim
        assert abs(part.minor - exact) < 1


def test_p_24_a_negative_claim_is_refused():
    assert code(pay_in_order, cny("1"), [[cny("-1")]]) == "ALLOCATION_INVALID"
    assert code(pay_in_order, cny("-1"), [[cny("1")]]) == "ALLOCATION_INVALID"
