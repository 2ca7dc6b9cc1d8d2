"""Legal dates (N-3, N-4, A-ID3)."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.values.dates import (
    EARLIEST,
    LATEST,
    add_years,
    day_of,
    end_of_day,
    last_day_of_term,
    parse_day,
    parse_moment,
)


@given(st.dates(EARLIEST, LATEST))
def test_a_day_is_read_back(day):
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    [
        "", "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-01", "2024-1-1", "20240101",
        "2024-W01-1", "0001-01-01", "1789-12-31", "2201-01-01", "9999-12-31", "2024-01-01\n",
        " 2024-01-01", "-2024-01-01", "\uff12\uff10\uff12\uff14-01-01", "\u0662\u0660\u0662\u0664-01-01",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(text):
    with pytest.raises(InputRejected) as caught:
        parse_day(text)
    assert caught.value.code == "DATE_INVALID"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-05-07", date(2019, 5, 7)),
        ("2019-05-07T09:00:00+08:00", datetime(2019, 5, 7, 1, tzinfo=UTC)),
        ("2019-05-07T09:00:00Z", datetime(2019, 5, 7, 9, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_day_or_an_instant(text, moment):
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2019-05-07T09:00:00",
        "2019-05-07 09:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "T",
        " ",
    ],
)
def test_an_instant_without_zone_or_out_of_range_is_refused(text):
    with pytest.raises(InputRejected):
        parse_moment(text)


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_invalid(text):
    try:
        day = day_of(parse_moment(text))
    except InputRejected:
        return
    assert isinstance(day, date)


def test_an_instant_falls_on_the_day_in_shanghai():
    assert day_of(datetime(2024, 5, 9, 16, 0, tzinfo=UTC)) == date(2024, 5, 10)
    assert day_of(datetime(2024, 5, 9, 15, 59, 59, 999999, tzinfo=UTC)) == date(2024, 5, 9)


@given(st.dates(date(1902, 1, 1), LATEST))
def test_the_end_of_a_day_is_its_last_microsecond(day):
    end = end_of_day(day)
    assert day_of(end) == day
    assert day_of(datetime.fromtimestamp(end.timestamp() + 1, UTC)) > day


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [
        (date(2015, 3, 10), 20, date(2035, 3, 9)),
        (date(2018, 5, 20), 20, date(2038, 5, 19)),
        (date(2016, 4, 15), 10, date(2026, 4, 14)),
        (date(2024, 1, 1), 10, date(2033, 12, 31)),
        (date(2016, 3, 1), 10, date(2026, 2, 28)),
        (date(2016, 2, 29), 20, date(2036, 2, 28)),
        (date(2016, 2, 29), 10, date(2026, 2, 28)),
        (date(2016, 2, 29), 15, date(2031, 2, 28)),
    ],
)
def test_the_last_day_of_a_term_is_the_one_before_the_anniversary(start, years, last):
    assert last_day_of_term(start, years) == last


def test_an_anniversary_that_does_not_exist_is_the_last_day_of_its_month():
    assert add_years(date(2016, 2, 29), 1) == date(2017, 2, 28)
    assert add_years(date(2016, 2, 29), 4) == date(2020, 2, 29)
