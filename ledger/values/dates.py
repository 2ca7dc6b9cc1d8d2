"""Legal dates: days in Asia/Shanghai, written `YYYY-MM-DD` (rules N-3, N-4)."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from ledger.errors import InputRejected

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
EARLIEST: Final = date(1790, 1, 1)
"""No right on any register is older than the first patent acts."""
LATEST: Final = date(2200, 12, 31)

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@lru_cache(maxsize=65536)
def parse_day(text: str) -> date:
    """`2019-05-07` as a date.

    Raises:
        InputRejected: `DATE_INVALID`, not a day of the calendar between 1790 and 2200.
    """
    if not _DAY.fullmatch(text):
        raise _invalid(text)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise _invalid(text) from error
    if not EARLIEST <= day <= LATEST:
        raise _invalid(text)
    return day


def parse_moment(text: str) -> datetime | date:
    """A day, or an instant with zone such as `2019-05-07T09:00:00Z`.

    Raises:
        InputRejected: `DATE_INVALID`; an instant without a zone is refused too.
    """
    if "T" not in text and " " not in text:
        return parse_day(text)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise _invalid(text) from error
    if instant.tzinfo is None or not EARLIEST <= instant.date() <= LATEST:
        raise _invalid(text)
    return instant.astimezone(UTC)


def day_of(moment: datetime | date) -> date:
    """The Shanghai day a moment falls on."""
    return moment.astimezone(SHANGHAI).date() if isinstance(moment, datetime) else moment


def end_of_day(day: date) -> datetime:
    """The last microsecond of a Shanghai day, in UTC: what was known *on* that day includes all of it."""
    following = datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)
    return following.astimezone(UTC) - timedelta(microseconds=1)


def add_years(day: date, years: int) -> date:
    """The corresponding day `years` later; no such day → the last day of that month (rule N-4)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def last_day_of_term(start: date, years: int) -> date:
    """Last day of a term that counts from `start` itself: the one before the anniversary (rule A-ID3).

    Where the month of the anniversary has no such day, its last day is the last of the term (CC 202).

    >>> last_day_of_term(date(2015, 3, 10), 20), last_day_of_term(date(2016, 2, 29), 10)
    (datetime.date(2035, 3, 9), datetime.date(2026, 2, 28))
    """
    anniversary = add_years(start, years)
    return anniversary if anniversary.day != start.day else anniversary - timedelta(days=1)


@lru_cache(maxsize=65536)
def day_after(day: str) -> str:
    """The following day, both `YYYY-MM-DD`."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


@lru_cache(maxsize=65536)
def day_before(day: str) -> str:
    """The day before, both `YYYY-MM-DD`."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _invalid(text: str) -> InputRejected:
    return InputRejected(
        "DATE_INVALID",
        f"{text!r} is not a date: write YYYY-MM-DD, or an instant with zone "
        "such as 2019-05-07T09:00:00+08:00",
        f"{text!r} 不是有效日期：请写成 YYYY-MM-DD，或带时区的时刻，例如 2019-05-07T09:00:00+08:00",
        text=text,
    )
