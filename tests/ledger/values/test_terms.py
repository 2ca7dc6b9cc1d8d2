"""How long rights last and when they must be paid for (A-3, A-ID2 to A-ID4, S01, S06, S12, S21)."""

import doctest
import inspect
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.values import terms
from ledger.values.calendar import add_months
from ledger.values.identifiers import PatentSort
from ledger.values.money import Money
from ledger.values.terms import (
    FeeState,
    MaintenanceFee,
    RenewalState,
    annual_fee,
    annual_fees,
    authored_work_last_day,
    corporate_work_last_day,
    counting_date,
    layout_last_day,
    patent_last_day,
    surcharge,
    trademark_period,
    us_authored_work_last_day,
    us_design_last_day,
    us_maintenance_fees,
    us_patent_last_day,
    us_trademark_period,
    us_work_for_hire_last_day,
    variety_last_day,
)

INVENTION, UTILITY_MODEL, DESIGN = PatentSort.INVENTION, PatentSort.UTILITY_MODEL, PatentSort.DESIGN
DAYS = st.dates(date(1993, 1, 1), date(2080, 1, 1))


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(terms).failed == 0


# A-ID2


def test_a_id2_no_term_is_derived_from_a_number():
    functions = [
        each for _, each in inspect.getmembers(terms, inspect.isfunction) if each.__module__ == terms.__name__
    ]
    names = {name for each in functions for name in inspect.signature(each).parameters}
    assert not any("number" in name or "text" in name for name in names)


def test_a_id2_a_divisional_application_counts_from_its_parent():
    assert counting_date(date(2019, 6, 3), parent_filed_on=date(2016, 1, 5)) == date(2016, 1, 5)


def test_a_id2_an_international_application_counts_from_its_international_filing():
    assert counting_date(date(2019, 6, 3), international_filed_on=date(2016, 12, 9)) == date(2016, 12, 9)
    parent = {"international_filed_on": date(2019, 6, 3), "parent_filed_on": date(2016, 12, 9)}
    assert counting_date(date(2019, 6, 3), **parent) == date(2016, 12, 9)
    assert counting_date(date(2019, 6, 3)) == date(2019, 6, 3)


@pytest.mark.parametrize("which", ["parent", "international"])
def test_a_id2_a_parent_filed_later_is_refused(which):
    with pytest.raises(InputRejected) as caught:
        counting_date(date(2016, 1, 5), **{f"{which}_filed_on": date(2019, 6, 3)})
    assert (caught.value.code, caught.value.data["which"]) == ("DATE_ORDER_INVALID", which)


# A-ID3


@pytest.mark.parametrize(
    ("sort", "filed_on", "last"),
    [
        (INVENTION, date(2015, 3, 10), date(2035, 3, 9)),
        (INVENTION, date(2018, 5, 20), date(2038, 5, 19)),
        (UTILITY_MODEL, date(2016, 4, 15), date(2026, 4, 14)),
        (DESIGN, date(2021, 8, 1), date(2036, 7, 31)),
        (DESIGN, date(2021, 6, 1), date(2036, 5, 31)),
        (DESIGN, date(2021, 5, 31), date(2031, 5, 30)),
        (INVENTION, date(2024, 2, 29), date(2044, 2, 28)),
        (INVENTION, date(1993, 1, 1), date(2012, 12, 31)),
        (INVENTION, date(1992, 12, 31), None),
    ],
)
def test_a_id3_the_last_day_is_the_one_before_the_anniversary(sort, filed_on, last):
    assert patent_last_day(sort, filed_on) == last


def test_a_id3_a_term_that_ends_on_a_holiday_is_not_rolled():
    assert patent_last_day(UTILITY_MODEL, date(2014, 10, 2)) == date(2024, 10, 1)


def test_pl_42_compensation_is_added():
    assert patent_last_day(INVENTION, date(2015, 3, 10), compensation_days=100) == date(2035, 6, 17)
    with pytest.raises(InputRejected) as caught:
        patent_last_day(INVENTION, date(2015, 3, 10), compensation_days=-1)
    assert caught.value.code == "TERM_INVALID"


# A-ID4, S12


def test_s12_an_unpaid_fee_is_late_then_ends_the_right_as_of_its_due_date():
    fee = annual_fee(date(2016, 4, 15), 9)
    assert fee.due_on == date(2024, 4, 15)
    assert fee.state(date(2024, 4, 15)) is FeeState.PAYABLE
    assert fee.state(date(2024, 6, 1)) is FeeState.LATE
    assert fee.state(date(2024, 10, 15)) is FeeState.LATE
    assert fee.state(date(2024, 10, 16)) is FeeState.LAPSED
    assert fee.lapsed_on == date(2024, 4, 15)


def test_s12_a_fee_paid_in_the_late_period_saves_the_right():
    fee = annual_fee(date(2016, 4, 15), 9)
    assert fee.state(date(2024, 12, 1), paid_on=date(2024, 10, 15)) is FeeState.PAID
    assert fee.state(date(2024, 12, 1), paid_on=date(2024, 10, 16)) is FeeState.LAPSED
    assert fee.state(date(2024, 6, 1), paid_on=date(2024, 7, 1)) is FeeState.LATE
    assert fee.state(date(2024, 4, 1), paid_on=date(2024, 7, 1)) is FeeState.PAYABLE


def test_s12_the_variant_with_the_fee_paid_ends_with_the_term():
    assert patent_last_day(UTILITY_MODEL, date(2016, 4, 15)) == date(2026, 4, 14)


@pytest.mark.parametrize(
    ("paid_on", "percent"),
    [
        (date(2024, 4, 1), 0),
        (date(2024, 5, 15), 0),
        (date(2024, 5, 16), 5),
        (date(2024, 6, 15), 5),
        (date(2024, 6, 16), 10),
        (date(2024, 7, 16), 15),
        (date(2024, 8, 16), 20),
        (date(2024, 9, 16), 25),
        (date(2024, 10, 15), 25),
        (date(2024, 10, 16), None),
    ],
)
def test_a_id4_the_surcharge_grows_by_five_percent_a_month(paid_on, percent):
    fee = annual_fee(date(2016, 4, 15), 9)
    expected = None if percent is None else Fraction(percent, 100)
    assert fee.surcharge_rate(paid_on) == expected
    paid = surcharge(fee, Money(120000, "CNY"), paid_on)
    assert paid == (None if percent is None else Money(1200 * percent, "CNY"))


def test_a_id4_the_year_of_grant_was_paid_at_registration():
    """The example of the Guidelines: filed 1997-06-03, granted 2001-08-01, the sixth year due 2002-06-03."""
    fees = annual_fees(date(1997, 6, 3), date(2001, 8, 1), date(2017, 6, 2))
    assert (fees[0].year, fees[0].due_on) == (6, date(2002, 6, 3))
    assert (fees[-1].year, fees[-1].due_on) == (20, date(2016, 6, 3))
    assert [fee.year for fee in fees] == list(range(6, 21))


@pytest.mark.parametrize(
    ("granted_on", "first_year"), [(date(2020, 6, 2), 2), (date(2020, 6, 3), 3), (date(2019, 6, 3), 2)]
)
def test_a_id4_the_year_counts_from_filing(granted_on, first_year):
    fees = annual_fees(date(2019, 6, 3), granted_on, date(2029, 6, 2))
    assert fees[0].year == first_year


def test_a_id4_no_fee_is_due_for_a_year_that_never_begins():
    last = patent_last_day(UTILITY_MODEL, date(2016, 2, 29))
    assert annual_fees(date(2016, 2, 29), date(2016, 9, 1), last)[-1].due_on == date(2025, 2, 28)


@given(DAYS, st.integers(0, 3000))
def test_a_id4_fees_follow_each_other_by_years_until_the_term_ends(filed_on, wait):
    last = patent_last_day(UTILITY_MODEL, filed_on)
    granted_on = filed_on + timedelta(wait)
    fees = annual_fees(filed_on, granted_on, last)
    assert [fee.year for fee in fees] == list(range(11 - len(fees), 11))
    assert all(granted_on < fee.due_on < last for fee in fees)
    assert all(fee.late_until == add_months(fee.due_on, 6) for fee in fees)


def test_a_right_granted_before_it_was_filed_is_refused():
    with pytest.raises(InputRejected) as caught:
        annual_fees(date(2019, 6, 3), date(2019, 6, 2), date(2029, 6, 2))
    assert caught.value.code == "DATE_ORDER_INVALID"


def test_a_year_beyond_the_ledger_is_refused():
    with pytest.raises(InputRejected) as caught:
        annual_fee(date(2019, 6, 3), 9000)
    assert caught.value.code == "DATE_INVALID"


# Trademarks


def test_tml_39_a_mark_lasts_ten_years_and_each_renewal_starts_the_day_after():
    first, second = trademark_period(date(2018, 1, 14)), trademark_period(date(2018, 1, 14), renewals=1)
    assert (first.first_day, first.last_day) == (date(2018, 1, 14), date(2028, 1, 13))
    assert (second.first_day, second.last_day) == (date(2028, 1, 14), date(2038, 1, 13))


def test_tml_40_renewal_is_open_twelve_months_before_and_six_after():
    period = trademark_period(date(2018, 1, 14))
    assert (period.renewable_from, period.grace_until) == (date(2027, 1, 14), date(2028, 7, 13))
    assert period.state(date(2027, 1, 13)) is RenewalState.IN_FORCE
    assert period.state(date(2027, 1, 14)) is RenewalState.RENEWABLE
    assert period.state(date(2028, 1, 13)) is RenewalState.RENEWABLE
    assert period.state(date(2028, 1, 14)) is RenewalState.RENEWAL_GRACE
    assert period.state(date(2028, 7, 13)) is RenewalState.RENEWAL_GRACE
    assert period.state(date(2028, 7, 14)) is RenewalState.NOT_RENEWED


@given(DAYS, st.integers(0, 9))
def test_tml_40_periods_follow_without_gap(registered_on, renewals):
    one, next_ = (trademark_period(registered_on, renewals=count) for count in (renewals, renewals + 1))
    assert next_.first_day - one.last_day == timedelta(1)
    assert one.first_day < one.renewable_from < one.last_day < one.grace_until < next_.last_day


@pytest.mark.parametrize("renewals", [-1, 41, 10**6])
def test_more_renewals_than_any_mark_has_had_are_refused(renewals):
    for period in (trademark_period, us_trademark_period):
        with pytest.raises(InputRejected) as caught:
            period(date(2018, 1, 14), renewals=renewals)
        assert caught.value.code == "TERM_INVALID"


# Other Chinese rights


@pytest.mark.parametrize(
    ("dates", "last"),
    [
        ({}, date(2030, 4, 30)),
        ({"first_exploited_on": date(2019, 1, 1)}, date(2028, 12, 31)),
        ({"first_exploited_on": date(2021, 1, 1)}, date(2030, 4, 30)),
        ({"completed_on": date(2014, 1, 1)}, date(2028, 12, 31)),
        ({"completed_on": date(2019, 1, 1)}, date(2030, 4, 30)),
        ({"first_exploited_on": date(2019, 1, 1), "completed_on": date(2010, 1, 1)}, date(2024, 12, 31)),
    ],
)
def test_icr_12_a_layout_lasts_ten_years_and_never_beyond_fifteen_from_completion(dates, last):
    assert layout_last_day(date(2020, 5, 1), **dates) == last


@pytest.mark.parametrize(
    ("granted_on", "woody", "last"),
    [
        (date(2015, 7, 1), True, date(2035, 6, 30)),
        (date(2015, 7, 1), False, date(2030, 6, 30)),
        (date(2025, 5, 31), True, date(2045, 5, 30)),
        (date(2025, 5, 31), False, date(2040, 5, 30)),
        (date(2025, 6, 1), True, date(2050, 5, 31)),
        (date(2025, 6, 1), False, date(2045, 5, 31)),
    ],
)
def test_n_7_a_variety_lasts_as_the_rules_at_its_grant_say(granted_on, woody, last):
    assert variety_last_day(granted_on, woody=woody) == last


def test_cl_23_a_natural_person_s_work_lasts_life_and_fifty_years():
    assert authored_work_last_day(date(1973, 3, 1)) == date(2023, 12, 31)
    assert authored_work_last_day(date(1973, 12, 31)) == date(2023, 12, 31)
    assert authored_work_last_day(None) is None


@pytest.mark.parametrize(
    ("completed_on", "published_on", "last"),
    [
        (date(2000, 5, 5), date(2010, 1, 1), date(2060, 12, 31)),
        (date(2000, 5, 5), None, date(2050, 12, 31)),
        (date(1960, 5, 5), date(2010, 12, 31), date(2060, 12, 31)),
        (date(1960, 5, 5), date(2011, 1, 1), date(2010, 12, 31)),
    ],
)
def test_cl_23_a_legal_person_s_work_lasts_fifty_years_from_publication(completed_on, published_on, last):
    assert corporate_work_last_day(completed_on, published_on) == last


def test_a_work_published_before_it_was_completed_is_refused():
    with pytest.raises(InputRejected) as caught:
        corporate_work_last_day(date(2000, 5, 5), date(2000, 5, 4))
    assert caught.value.code == "DATE_ORDER_INVALID"


# United States


def test_35_usc_154_a_us_patent_ends_on_the_anniversary():
    assert us_patent_last_day(date(2001, 5, 7), date(2004, 1, 6)) == date(2021, 5, 7)
    assert us_patent_last_day(date(2001, 5, 7), date(2004, 1, 6), adjustment_days=30) == date(2021, 6, 6)
    disclaimed = us_patent_last_day(date(2001, 5, 7), date(2004, 1, 6), disclaimed_after=date(2020, 1, 1))
    assert disclaimed == date(2020, 1, 1)


def test_35_usc_154_c_an_older_patent_has_the_longer_of_two_terms():
    assert us_patent_last_day(date(1995, 6, 7), date(1999, 6, 1)) == date(2016, 6, 1)
    assert us_patent_last_day(date(1995, 6, 7), date(1996, 6, 1)) == date(2015, 6, 7)
    assert us_patent_last_day(date(1995, 6, 8), date(1999, 6, 1)) == date(2015, 6, 8)


def test_35_usc_173_designs():
    assert us_design_last_day(date(2015, 5, 12), date(2016, 3, 1)) == date(2030, 3, 1)
    assert us_design_last_day(date(2015, 5, 13), date(2016, 3, 1)) == date(2031, 3, 1)


def test_35_usc_41_maintenance_fees():
    fees = us_maintenance_fees(date(2014, 7, 29))
    assert fees[0] == MaintenanceFee(date(2017, 7, 29), date(2018, 1, 29), date(2018, 7, 29))
    assert [fee.grace_until.year for fee in fees] == [2018, 2022, 2026]


def test_15_usc_1059_us_marks():
    first, second = us_trademark_period(date(2018, 1, 14)), us_trademark_period(date(2018, 1, 14), renewals=1)
    assert (first.last_day, first.grace_until) == (date(2028, 1, 14), date(2028, 7, 14))
    assert first.renewable_from == date(2027, 1, 14)
    assert (second.first_day, second.last_day) == (date(2028, 1, 15), date(2038, 1, 14))


def test_17_usc_302_us_works():
    assert us_authored_work_last_day(date(1980, 2, 2)) == date(2050, 12, 31)
    assert us_authored_work_last_day(None) is None
    assert us_work_for_hire_last_day(date(1990, 1, 1)) == date(2110, 12, 31)
    assert us_work_for_hire_last_day(date(1990, 1, 1), date(1991, 6, 1)) == date(2086, 12, 31)
    assert us_work_for_hire_last_day(date(1990, 1, 1), date(2050, 6, 1)) == date(2110, 12, 31)
