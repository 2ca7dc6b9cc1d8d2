"""Terms of the law and the working days they end on (CC 200-204, rule N-4).

A term does not count the day it starts on and ends at 24:00 of the corresponding day; where that month has
no such day, on its last one. A *procedural* term whose last day is a holiday ends on the next working day.
Terms of IP rights, of court freezes and of pledges are not rolled: give them to `term_end` only.

Holidays and make-up working days are data, `holidays_cn.csv`: one row a run of days, with the State
Council's notice and the day it was published. Of two notices on one day the later stands. Years without a
notice are not guessed: the answer then carries CALENDAR_YEAR_MISSING.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from typing import Final, NamedTuple

from ledger.errors import InputRejected
from ledger.values.dates import LATEST, parse_day

CALENDAR_YEAR_MISSING: Final = "CALENDAR_YEAR_MISSING"
"""Flag of an answer for which no notice on the year's holidays is at hand."""


class WorkingDay(NamedTuple):
    """A day, and whether the notices at hand settle it."""

    day: date
    certain: bool

    @property
    def flag(self) -> str | None:
        """CALENDAR_YEAR_MISSING where weekends alone decided."""
        return None if self.certain else CALENDAR_YEAR_MISSING


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A run of days that one notice makes holidays, or working days though they are a weekend."""

    year: int
    first: date
    last: date
    working: bool
    name: str
    source: str
    published_on: date


@dataclass(frozen=True)
class Calendar:
    """Working days by the notices given."""

    arrangements: tuple[Arrangement, ...]
    _working: dict[date, bool] = field(init=False, repr=False, compare=False)
    _years: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Spread the runs out, later notices over earlier ones."""
        working: dict[date, bool] = {}
        for run in sorted(self.arrangements, key=lambda run: run.published_on):
            for offset in range((run.last - run.first).days + 1):
                working[run.first + timedelta(offset)] = run.working
        object.__setattr__(self, "_working", working)
        object.__setattr__(self, "_years", frozenset(run.year for run in self.arrangements))

    @property
    def years(self) -> tuple[int, ...]:
        """The years a notice is at hand for."""
        return tuple(sorted(self._years))

    def published_until(self, day: date) -> "Calendar":
        """The calendar as it was known on `day`, so that an answer given then can be given again."""
        return Calendar(tuple(run for run in self.arrangements if run.published_on <= day))

    def is_working_day(self, day: date) -> bool:
        """Whether offices work; a year without notice knows weekends only (see `is_certain`)."""
        return self._working.get(day, day.weekday() < 5)

    def is_certain(self, day: date) -> bool:
        """Whether a notice covers the day.

        New Year's holiday has taken days of the December before it (2018, 2022), so the last week of a year
        needs the notice of the next year too.
        """
        if day in self._working:
            return True
        return day.year in self._years and (day < date(day.year, 12, 25) or day.year + 1 in self._years)

    def roll(self, day: date) -> WorkingDay:
        """The day itself if offices work, else the next day they do (CC 203).

        Certain only if every day looked at is.
        """
        certain = self.is_certain(day)
        while not self.is_working_day(day):
            day += timedelta(1)
            certain = certain and self.is_certain(day)
        return WorkingDay(day, certain)


def read_calendar(lines: Iterable[str]) -> Calendar:
    """A calendar from CSV with the columns of `holidays_cn.csv`.

    Raises:
        InputRejected: `CALENDAR_INVALID`, with the line.
    """
    reader = csv.DictReader(lines)
    if reader.fieldnames is None or tuple(reader.fieldnames) != _COLUMNS:
        raise _invalid(1, f"the columns must be {', '.join(_COLUMNS)}", f"各列应为 {'、'.join(_COLUMNS)}")
    return Calendar(tuple(_arrangement(row, reader.line_num) for row in reader))


def next_working_day(day: date) -> WorkingDay:
    """`day` if it is a working day in mainland China, else the next one; see `Calendar.roll`.

    >>> next_working_day(date(2024, 10, 1))
    WorkingDay(day=datetime.date(2024, 10, 8), certain=True)
    >>> next_working_day(date(2012, 10, 1)).flag
    'CALENDAR_YEAR_MISSING'
    """
    return CHINA.roll(day)


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later or earlier; no such day → the last of that month (CC 202).

    Raises:
        InputRejected: `DATE_INVALID`, beyond the years the ledger knows.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= LATEST.year:
        raise _beyond(day)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    last = following - timedelta(1)
    return last.replace(day=min(day.day, last.day))


def term_end(start: date, *, years: int = 0, months: int = 0, days: int = 0) -> date:
    """Last day of a term that starts on `start`, which is not counted (CC 201, 202); not rolled.

    Years and months come before days. The term ends at 24:00 of the day returned.

    Raises:
        InputRejected: `DATE_INVALID`, beyond the years the ledger knows.

    >>> term_end(date(2024, 1, 15), months=6), term_end(date(2024, 11, 30), months=3)
    (datetime.date(2024, 7, 15), datetime.date(2025, 2, 28))
    """
    corresponding = add_months(start, years * 12 + months)
    if not 0 <= days <= (LATEST - corresponding).days:
        raise _beyond(start)
    return corresponding + timedelta(days)


def procedural_term_end(
    start: date, *, years: int = 0, months: int = 0, days: int = 0, calendar: Calendar | None = None
) -> WorkingDay:
    """Last day of a term before an office or court: `term_end`, rolled to a working day (N-4; CC 203, PIR 5).

    Raises:
        InputRejected: `DATE_INVALID`, beyond the years the ledger knows.

    >>> procedural_term_end(date(2024, 7, 1), months=3).day
    datetime.date(2024, 10, 8)
    """
    return (calendar or CHINA).roll(term_end(start, years=years, months=months, days=days))


_COLUMNS: Final = ("year", "first", "last", "kind", "name", "source", "published_on")
_RUN_DAYS_MAX: Final = 31


def _arrangement(row: dict[str, str], line: int) -> Arrangement:
    if None in row or None in row.values():
        raise _invalid(line, "the number of columns is wrong", "列数不符")
    if row["kind"] not in {"holiday", "working"} or not row["year"].isdecimal() or not row["source"]:
        raise _invalid(line, "a row has a year, holiday or working, and a source", "须有年份、类别和文号")
    first, last, published_on = (parse_day(row[name]) for name in ("first", "last", "published_on"))
    if not 0 <= (last - first).days < _RUN_DAYS_MAX or int(row["year"]) - first.year not in {0, 1}:
        raise _invalid(line, "a run lies in its year and has at most 31 days", "起止日期有误")
    working = row["kind"] == "working"
    return Arrangement(int(row["year"]), first, last, working, row["name"], row["source"], published_on)


def _invalid(line: int, message_en: str, message_zh: str) -> InputRejected:
    return InputRejected(
        "CALENDAR_INVALID",
        f"line {line} of the calendar: {message_en}",
        f"日历第 {line} 行：{message_zh}",
        line=line,
    )


def _beyond(day: date) -> InputRejected:
    return InputRejected(
        "DATE_INVALID",
        f"the term from {day} ends before year 1 or after {LATEST}; give a shorter one",
        f"自 {day} 起算的期限超出 {LATEST}；请缩短期限",
        day=day.isoformat(),
    )


def _shipped() -> Calendar:
    text = files("ledger.values").joinpath("holidays_cn.csv").read_text("utf-8")
    return read_calendar(text.splitlines())


CHINA: Final = _shipped()
"""Mainland China by the notices shipped with this release: 2013 to 2026."""
