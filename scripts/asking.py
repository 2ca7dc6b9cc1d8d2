"""What commands that ask share: the two times of a question, and amounts for people."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import typer

from ledger.errors import InputRejected, LedgerError
from ledger.values.dates import parse_moment
from ledger.values.money import EXPONENTS, Money
from projections import Views, open_views
from scripts.output import Output
from scripts.workspace import workspace

AsOf = Annotated[
    str | None, typer.Option(metavar="DATE|INSTANT", help="Legal date; default today. 法律日期。")
]
KnownAt = Annotated[
    str | None, typer.Option(metavar="INSTANT", help="As known then; default now. 当时已知。")
]


@dataclass(frozen=True, slots=True)
class Question:
    """The ledger's views, and both times of a question."""

    views: Views
    as_of: date | datetime | None
    known_at: datetime | None


@contextmanager
def question(out: Output, as_of: str | None = None, known_at: str | None = None) -> Iterator[Question]:
    """The views of this home's ledger; an error of ours ends the command with its message and exit code."""
    try:
        day = None if as_of is None else parse_moment(as_of)
        known = None if known_at is None else instant(known_at)
    except LedgerError as error:
        out.fail(error)
    with workspace(out) as here:
        yield Question(open_views(here.store), day, known)


def instant(text: str) -> datetime:
    """An instant with zone.

    Raises:
        InputRejected: `DATE_INVALID`; `INSTANT_INVALID`, a day alone.
    """
    moment = parse_moment(text)
    if not isinstance(moment, datetime):
        raise InputRejected(
            "INSTANT_INVALID",
            f"--known-at takes an instant with zone, such as {text}T18:00:00+08:00",
            f"--known-at 需要带时区的时刻，例如 {text}T18:00:00+08:00",
            text=text,
        )
    return moment


def amount(minor: int | None, currency: str | None) -> str:
    """An amount as money is written, `–` where none is known.

    >>> amount(123456789, "CNY"), amount(5, "JPY"), amount(None, "CNY")
    ('1,234,567.89', '5', '–')
    """
    if minor is None or currency is None:
        return "–"
    if currency not in EXPONENTS:
        return f"{minor:,}"
    whole, _, rest = str(Money(abs(minor), currency)).partition(" ")[0].partition(".")
    return f"{'-' if minor < 0 else ''}{int(whole):,}{'.' if rest else ''}{rest}"


def say_when(answer: dict[str, Any], out: Output) -> None:
    """The day the answer is for, and how much of the ledger it rests on."""
    known = answer["known_at"] or "–"
    if "as_of" in answer:
        out.say(f"As of {answer['as_of']}", f"截至 {answer['as_of']}")
    out.say(
        f"As known at {known}, up to entry {answer['position']}",
        f"依 {known} 所知，至第 {answer['position']} 条",
    )


def listed(values: list[str]) -> str:
    """One a line, `–` where there is none: a terminal is narrow."""
    return "\n".join(values) or "–"


def worded(words: dict[str, tuple[str, str]], key: str | None, out: Output) -> str:
    """A word in the output's language; the key itself where there is none."""
    if key is None:
        return "–"
    return out.text(*words.get(key, (key, key)))
