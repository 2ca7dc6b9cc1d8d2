"""What the right was found to be worth, report by report; which one counts is a question of the day (V-2)."""

from dataclasses import dataclass
from typing import Any, Final

from ledger.facts.base import Fact
from ledger.facts.valuations import ValuationReported
from ledger.statement.base import Recorded, of_kinds
from ledger.values.calendar import term_end
from ledger.values.dates import parse_day

_KINDS: Final[frozenset[type[Fact]]] = frozenset((ValuationReported,))


def resolve(recorded: list[Recorded], right: str) -> dict[str, list[dict[str, Any]]]:
    """`valuations` of this right in order of base date, absent where there is none."""
    found = [
        _valuation(item, item.fact, right)
        for item in of_kinds(recorded, _KINDS)
        if isinstance(item.fact, ValuationReported)
    ]
    found.sort(key=lambda each: (each["base_date"], each["reported_on"], each["entries"]))
    return {"valuations": found} if found else {}


@dataclass(frozen=True, slots=True)
class Valued:
    """What counts on a day: the newest usable report, and every other with the code for which it does not."""

    used: dict[str, Any] | None
    ignored: tuple[tuple[str, dict[str, Any]], ...]


def valued(statement: dict[str, Any], purpose: str, day: str, *, months: int = 12) -> Valued:
    """The valuation that counts for `purpose` on a day, and those that do not, with the reason (V-2, B-6).

    A report counts from the day it was made until `months` after its base date; `VALUATION_STALE` later,
    `VALUATION_PURPOSE` for another purpose. One year is the rule of practice [M].
    """
    usable: list[dict[str, Any]] = []
    ignored: list[tuple[str, dict[str, Any]]] = []
    for each in statement.get("valuations", ()):
        if each["reported_on"] > day:
            continue
        if each["purpose"] != purpose:
            ignored.append(("VALUATION_PURPOSE", each))
        elif last_day_counted(each["base_date"], months) < day:
            ignored.append(("VALUATION_STALE", each))
        else:
            usable.append(each)
    return Valued(usable[-1] if usable else None, tuple(ignored))


def last_day_counted(base_date: str, months: int) -> str:
    """The last day a report of this base date counts: a term, of which the first day is not counted (N-4)."""
    return term_end(parse_day(base_date), months=months).isoformat()


def _valuation(item: Recorded, fact: ValuationReported, right: str) -> dict[str, Any]:
    return {
        "id": fact.valuation,
        "agency": fact.agency.name,
        "purpose": fact.purpose,
        "methods": list(fact.methods),
        "base_date": fact.base_date,
        "reported_on": fact.reported_on,
        "minor": next((each.minor for each in fact.values if each.right == right), None),
        "currency": fact.currency,
        "document": fact.document,
        "entries": list(item.entries),
    }
