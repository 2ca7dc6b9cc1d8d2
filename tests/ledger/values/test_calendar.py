"""Terms and working days (N-4, S09, S19; CC 201-204)."""

import doctest
from calendar import monthrange
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.values import calendar as terms
from ledger.values.calendar import (
    CALENDAR_YEAR_MISSING,
    CHINA,
    Calendar,
    add_months,
    next_working_day,
    procedural_term_end,
    read_calendar,
    term_end,
)

KNOWN_DAYS = st.dates(date(2013, 1, 1), date(2026, 12, 24))
HEADER = "year,first,last,kind,name,source,published_on"


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(terms).failed == 0


# S09


@pytest.mark.parametrize(
    ("effective", "due"),
    [(date(2024, 7, 1), date(2024, 10, 8)), (date(2024, 11, 30), date(2025, 2, 28))],
)
def test_s09_a_license_is_recorded_within_three_months(effective, due):
    assert procedural_term_end(effective, months=3) == (due, True)


def test_s19_a_freeze_of_six_months_ends_on_the_corresponding_day_and_is_not_rolled():
    assert term_end(date(2024, 1, 15), months=6) == date(2024, 7, 15)
    holiday = term_end(date(2024, 4, 1), months=6)
    assert holiday == date(2024, 10, 1)
    assert not CHINA.is_working_day(holiday)


# N-4: terms


@pytest.mark.parametrize(
    ("start", "term", "last"),
    [
        (date(2024, 1, 31), {"months": 1}, date(2024, 2, 29)),
        (date(2023, 1, 31), {"months": 1}, date(2023, 2, 28)),
        (date(2023, 12, 31), {"months": 2}, date(2024, 2, 29)),
        (date(2024, 2, 29), {"years": 1}, date(2025, 2, 28)),
        (date(2024, 2, 29), {"months": 1}, date(2024, 3, 29)),
        (date(2024, 12, 31), {"days": 15}, date(2025, 1, 15)),
        (date(2024, 12, 15), {"months": 1, "days": 3}, date(2025, 1, 18)),
        (date(2024, 5, 5), {}, date(2024, 5, 5)),
    ],
)
def test_n_4_a_term_ends_on_the_corresponding_day_or_the_last_of_its_month(start, term, last):
    assert term_end(start, **term) == last


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-600, 600))
def test_n_4_only_the_length_of_the_month_can_change_the_day(day, months):
    moved = add_months(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day == min(day.day, monthrange(moved.year, moved.month)[1])


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 3650))
def test_n_4_the_start_day_is_not_counted(day, days):
    counted = term_end(day, days=days) - day
    assert counted == timedelta(days)


@pytest.mark.parametrize("term", [{"years": 300}, {"months": -40_000}, {"days": 100_000}, {"days": -1}])
def test_n_4_a_term_beyond_the_years_of_the_ledger_is_refused(term):
    with pytest.raises(InputRejected) as caught:
        term_end(date(2024, 1, 1), **term)
    assert caught.value.code == "DATE_INVALID"


# N-4: working days


def test_n_4_these_years_are_at_hand():
    assert CHINA.years == tuple(range(2013, 2027))


@pytest.mark.parametrize(
    ("day", "next_"),
    [
        (date(2024, 10, 7), date(2024, 10, 8)),
        (date(2024, 10, 12), date(2024, 10, 12)),  # a Saturday, made up for
        (date(2024, 2, 9), date(2024, 2, 9)),  # New Year's Eve was no holiday that year
        (date(2024, 2, 10), date(2024, 2, 18)),  # the next day offices worked was a Sunday
        (date(2019, 5, 2), date(2019, 5, 5)),  # by the later notice of March 2019
        (date(2020, 1, 31), date(2020, 2, 3)),  # the epidemic
        (date(2020, 2, 1), date(2020, 2, 3)),  # no longer made up for
        (date(2015, 9, 3), date(2015, 9, 6)),
        (date(2018, 12, 29), date(2018, 12, 29)),
        (date(2018, 12, 30), date(2019, 1, 2)),
        (date(2022, 12, 31), date(2023, 1, 3)),
        (date(2025, 1, 28), date(2025, 2, 5)),
        (date(2026, 2, 15), date(2026, 2, 24)),
        (date(2026, 1, 4), date(2026, 1, 4)),
        (date(2024, 7, 6), date(2024, 7, 8)),
        (date(2024, 7, 8), date(2024, 7, 8)),
    ],
)
def test_n_4_the_last_day_rolls_to_the_next_day_offices_work(day, next_):
    assert next_working_day(day) == (next_, True)


@pytest.mark.parametrize(
    "day",
    [
        date(2012, 3, 14),
        date(2012, 12, 31),
        date(2027, 1, 1),
        date(2026, 12, 25),
        date(2026, 12, 31),
        date(1985, 4, 1),
    ],
)
def test_n_4_a_year_without_notice_is_flagged_never_guessed_in_silence(day):
    rolled = next_working_day(day)
    assert not rolled.certain
    assert rolled.flag == CALENDAR_YEAR_MISSING


def test_n_4_a_term_that_rolls_into_a_year_without_notice_is_flagged():
    calendar = read_calendar([HEADER, "2024,2024-12-28,2024-12-31,holiday,test,test,2023-01-01"])
    assert calendar.roll(date(2024, 12, 24)) == (date(2024, 12, 24), True)
    assert calendar.roll(date(2024, 12, 30)) == (date(2025, 1, 1), False)


@given(KNOWN_DAYS)
def test_n_4_rolling_never_goes_back_and_stops_at_once(day):
    rolled = next_working_day(day)
    assert rolled.certain
    assert rolled.flag is None
    assert timedelta(0) <= rolled.day - day <= timedelta(10)
    assert next_working_day(rolled.day) == rolled
    skipped = [day + timedelta(offset) for offset in range((rolled.day - day).days)]
    assert not any(CHINA.is_working_day(each) for each in skipped)


@pytest.mark.parametrize("year", CHINA.years)
def test_every_notice_gives_the_statutory_days_and_moves_the_rest(year):
    """Weekdays taken off less weekend days worked are the statutory days.

    They were 11, and are 13 since 2025; 2015 had one more for the seventieth anniversary of victory; in 2020
    the epidemic added a weekday and canceled a Saturday made up for.
    """
    days = {
        run.first + timedelta(offset): run.working
        for run in CHINA.arrangements
        for offset in range((run.last - run.first).days + 1)
        if run.year == year
    }
    off = sum(not working and day.weekday() < 5 for day, working in days.items())
    worked = sum(days.values())
    assert off - worked == {2015: 12, 2020: 13}.get(year, 11 if year < 2025 else 13)


def test_no_working_weekday_is_made_up_for():
    assert all(run.first.weekday() >= 5 for run in CHINA.arrangements if run.working)


def test_every_row_names_its_notice():
    assert all("号" in run.source and run.published_on.year >= 2012 for run in CHINA.arrangements)
    assert all(run.published_on < run.last for run in CHINA.arrangements)


def test_n_3_an_answer_can_be_given_again_as_the_calendar_stood_then():
    before = CHINA.published_until(date(2019, 3, 21))
    assert before.roll(date(2019, 5, 2)) == (date(2019, 5, 2), True)
    assert CHINA.published_until(date(2019, 3, 22)).roll(date(2019, 5, 2)) == (date(2019, 5, 5), True)
    assert before.roll(date(2020, 10, 1)).flag == CALENDAR_YEAR_MISSING


def test_without_any_notice_nothing_is_certain():
    assert Calendar(()).roll(date(2024, 7, 6)) == (date(2024, 7, 8), False)


def test_the_calendar_shipped_reads_the_same_from_its_file():
    text = files("ledger.values").joinpath("holidays_cn.csv").read_text("utf-8")
    assert read_calendar(text.splitlines()) == CHINA


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["year,first,last"],
        [HEADER, "2024,2024-01-01"],
        [HEADER, "2024,2024-01-01,2024-01-01,holiday,a,b,2023-01-01,extra"],
        [HEADER, "2024,2024-01-01,2024-01-01,half,a,b,2023-01-01"],
        [HEADER, "MMXXIV,2024-01-01,2024-01-01,holiday,a,b,2023-01-01"],
        [HEADER, "2024,2024-01-01,2024-01-01,holiday,a,,2023-01-01"],
        [HEADER, "2024,2024-01-02,2024-01-01,holiday,a,b,2023-01-01"],
        [HEADER, "2024,2024-01-01,2024-12-01,holiday,a,b,2023-01-01"],
        [HEADER, "2023,2024-01-01,2024-01-01,holiday,a,b,2023-01-01"],
    ],
)
def test_a_file_that_is_no_calendar_is_refused(lines):
    with pytest.raises(InputRejected) as caught:
        read_calendar(lines)
    assert caught.value.code == "CALENDAR_INVALID"


def test_a_file_with_a_day_that_does_not_exist_is_refused():
    with pytest.raises(InputRejected) as caught:
        read_calendar([HEADER, "2024,2024-02-30,2024-02-30,holiday,a,b,2023-01-01"])
    assert caught.value.code == "DATE_INVALID"
