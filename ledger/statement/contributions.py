"""Whether a right subscribed as capital was paid in: registered to the company, and delivered (C-2, C-4).

One without the other is partly performed. Each right tells its own half; a contribution of several rights is
paid in when the last of them is.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from ledger.facts.base import Fact
from ledger.facts.contributions import ContributionCalled, ContributionDeclared, ContributionDelivered
from ledger.statement.base import Flag, Recorded, of_kinds
from ledger.statement.transfers import Period
from ledger.values.dates import parse_day

_KINDS: Final[frozenset[type[Fact]]] = frozenset(
    (ContributionDeclared, ContributionDelivered, ContributionCalled)
)


def resolve(
    recorded: list[Recorded], titles: list[Period]
) -> tuple[dict[str, list[dict[str, Any]]], list[Flag]]:
    """`contributions` in order of position, absent where there is none; and the flags on overdue ones."""
    found: dict[str, dict[str, Any]] = {}
    for item in of_kinds(recorded, _KINDS):
        match item.fact:
            case ContributionDeclared() as fact:
                found[fact.contribution] = _declared(item, fact, titles)
            case ContributionDelivered() as fact if fact.contribution in found:
                found[fact.contribution]["delivered_on"] = fact.delivered_on
                found[fact.contribution]["entries"] += item.entries
            case ContributionCalled() as fact if fact.contribution in found:
                found[fact.contribution].update(called_on=fact.called_on, grace_until=fact.grace_until)
                found[fact.contribution]["entries"] += item.entries
    for each in found.values():
        each["paid_in_on"] = _paid_in_on(each)
    flags = [_overdue(each) for each in found.values()]
    return ({"contributions": list(found.values())} if found else {}), [flag for flag in flags if flag]


def contribution_on(each: dict[str, Any], day: str) -> str:
    """C-2: `DECLARED`, `PARTLY_PERFORMED` or `PAID_IN` as of a day (CoL 49)."""
    if each["paid_in_on"] is not None and each["paid_in_on"] <= day:
        return "PAID_IN"
    done = [each[step] for step in ("registered_on", "delivered_on") if each[step] and each[step] <= day]
    return "PARTLY_PERFORMED" if done else "DECLARED"


def paid_in_from(statements: Iterable[dict[str, Any]], contribution: str) -> str | None:
    """The day from which the whole contribution is paid in: the last of its rights; None while one lacks."""
    days = [
        each["paid_in_on"]
        for statement in statements
        for each in statement.get("contributions", ())
        if each["id"] == contribution
    ]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _declared(item: Recorded, fact: ContributionDeclared, titles: list[Period]) -> dict[str, Any]:
    return {
        "id": fact.contribution,
        "contributor": fact.contributor.name,
        "company": fact.company.name,
        "mode": fact.mode,
        "subscribed": fact.subscribed.model_dump(),
        "rights": list(fact.rights),
        "declared_on": fact.declared_on,
        "due_on": fact.due_on,
        "registered_on": _title_since(titles, fact.company.name, fact.declared_on),
        "delivered_on": None,
        "called_on": None,
        "grace_until": None,
        "paid_in_on": None,
        "entries": list(item.entries),
    }


def _title_since(titles: list[Period], company: str, declared_on: str) -> str | None:
    """The day title stands with the company: from the declaration on, if it had the right before."""
    for period in titles:
        if any(owner.is_called(company) for owner in period.owners):
            return max(period.since or declared_on, declared_on)
    return None


def _paid_in_on(each: dict[str, Any]) -> str | None:
    registered, delivered = each["registered_on"], each["delivered_on"]
    return max(registered, delivered) if registered and delivered else None


def _day_after(day: str) -> str:
    return (parse_day(day) + timedelta(1)).isoformat()


def _overdue(each: dict[str, Any]) -> Flag | None:
    """C-4: from the day after it was due until it is paid in."""
    due, paid = each["due_on"], each["paid_in_on"]
    if paid is not None and paid <= due:
        return None
    return Flag(
        "CONTRIBUTION_OVERDUE",
        tuple(each["entries"]),
        since=_day_after(due),
        until=paid,
        data={"day": due, "right": ", ".join(each["rights"]), "rule": "C-4"},
    )
