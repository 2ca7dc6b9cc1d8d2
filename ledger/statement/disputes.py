"""What is pending about a right: requests for invalidation, disputes, the owners' own surrender (A-4, A-7).

None of it changes the status by itself: that is for final decisions and the register.
"""

from typing import Any, Final

from ledger.facts.base import Fact
from ledger.facts.status import (
    DisputeEnded,
    DisputeRaised,
    InvalidationBecameFinal,
    InvalidationDecided,
    InvalidationDismissed,
    InvalidationRequested,
    RightSurrendered,
    SurrenderDeclared,
)
from ledger.statement.base import Recorded, names, of_kinds

_INVALIDATION: Final[tuple[type[Fact], ...]] = (
    InvalidationRequested,
    InvalidationDecided,
    InvalidationDismissed,
    InvalidationBecameFinal,
)
_DISPUTES: Final[tuple[type[Fact], ...]] = (DisputeRaised, DisputeEnded)
_SURRENDER: Final[tuple[type[Fact], ...]] = (SurrenderDeclared, RightSurrendered)


def resolve(recorded: list[Recorded]) -> dict[str, list[dict[str, Any]]]:
    """`invalidations`, `disputes` and `surrenders`, each in order of legal effect and absent where none."""
    found = {
        "invalidations": _invalidations(_ordered(recorded, _INVALIDATION)),
        "disputes": _disputes(_ordered(recorded, _DISPUTES)),
        "surrenders": _surrenders(_ordered(recorded, _SURRENDER)),
    }
    return {member: items for member, items in found.items() if items}


def shown(statement: dict[str, Any], day: str) -> dict[str, list[dict[str, Any]]]:
    """What is pending on a day, under the same names; absent where nothing is."""
    begun = {"invalidations": "requested_on", "disputes": "from", "surrenders": "declared_on"}
    ended = {"invalidations": "ended_on", "disputes": "ended_on", "surrenders": "registered_on"}
    found = {
        member: [
            item
            for item in statement.get(member, ())
            if item[begun[member]] <= day and (item[ended[member]] is None or item[ended[member]] > day)
        ]
        for member in begun
    }
    return {member: items for member, items in found.items() if items}


def _ordered(recorded: list[Recorded], kinds: tuple[type[Fact], ...]) -> list[Recorded]:
    """By day of effect; on one day what begins stands before what ends it."""
    return sorted(
        of_kinds(recorded, frozenset(kinds)),
        key=lambda item: (item.record.effective_on, kinds.index(type(item.fact)), item.record.order),
    )


def _invalidations(items: list[Recorded]) -> list[dict[str, Any]]:
    """Requests; a final decision or a dismissal that names no case ends all that are open."""
    requests: list[dict[str, Any]] = []
    for item in items:
        match item.fact:
            case InvalidationRequested() as fact:
                requests.append(
                    {
                        "case": fact.case,
                        "requested_on": item.record.effective_on,
                        "decided_on": None,
                        "ended_on": None,
                        "ended_by": None,
                        "entries": list(item.entries),
                    }
                )
            case InvalidationDecided() as fact:
                for request in _open(requests, fact.case):
                    request["decided_on"] = item.record.effective_on
                    request["entries"] += item.entries
            case InvalidationDismissed() as fact:
                _end(requests, fact.case, item, fact.cause)
            case InvalidationBecameFinal() as fact:
                _end(requests, fact.case, item, "final")
    return requests


def _open(requests: list[dict[str, Any]], case: str | None) -> list[dict[str, Any]]:
    return [
        request
        for request in requests
        if request["ended_on"] is None and (case is None or request["case"] in {None, case})
    ]


def _end(requests: list[dict[str, Any]], case: str | None, item: Recorded, cause: str) -> None:
    for request in _open(requests, case):
        request.update(ended_on=item.record.effective_on, ended_by=cause)
        request["entries"] += item.entries


def _disputes(items: list[Recorded]) -> list[dict[str, Any]]:
    disputes: dict[str, dict[str, Any]] = {}
    for item in items:
        match item.fact:
            case DisputeRaised() as fact:
                disputes[fact.dispute] = {
                    "dispute": fact.dispute,
                    "kind": fact.kind,
                    "authority": fact.authority,
                    "claimants": names(fact.claimants),
                    "from": item.record.effective_on,
                    "ended_on": None,
                    "entries": list(item.entries),
                }
            case DisputeEnded() as fact if fact.dispute in disputes:
                disputes[fact.dispute]["ended_on"] = item.record.effective_on
                disputes[fact.dispute]["entries"] += item.entries
    return list(disputes.values())


def _surrenders(items: list[Recorded]) -> list[dict[str, Any]]:
    """Declarations, each with the day the register followed it."""
    declared: list[dict[str, Any]] = []
    for item in items:
        match item.fact:
            case SurrenderDeclared() as fact:
                declared.append(
                    {
                        "owners": names(fact.owners),
                        "partly": fact.partly,
                        "declared_on": fact.declared_on,
                        "registered_on": None,
                        "entries": list(item.entries),
                    }
                )
            case RightSurrendered() as fact:
                for each in declared:
                    if each["registered_on"] is None and each["partly"] == fact.partly:
                        each["registered_on"] = item.record.registered_on
                        each["entries"] += item.entries
    return declared
