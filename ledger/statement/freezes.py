"""Which court measures lie on the right (F-1, F-3)."""

from typing import Any

from ledger.facts.freezes import FreezeImposed, FreezeLifted
from ledger.statement.base import Flag, Recorded, names


def resolve(recorded: list[Recorded]) -> tuple[list[dict[str, Any]], list[Flag]]:
    """Freezes in order of service, and the flags on them.

    A lifting that names no freeze ends the only one standing; with several standing, none is taken off.
    """
    freezes: list[dict[str, Any]] = []
    flags: list[Flag] = []
    for item in sorted(recorded, key=_in_order_of_service):
        match item.fact:
            case FreezeImposed() as fact:
                freezes.append(_freeze(item, fact))
            case FreezeLifted() as fact:
                flags += _lift(item, fact, freezes)
    return freezes, flags


def _in_order_of_service(item: Recorded) -> tuple[str, bool, int]:
    return (item.record.effective_on, isinstance(item.fact, FreezeLifted), item.record.position)


def _freeze(item: Recorded, fact: FreezeImposed) -> dict[str, Any]:
    return {
        "kind": "levy" if fact.levy else "freeze",
        "id": fact.freeze,
        "register": item.record.register,
        "reference": item.record.number,
        "grantors": [],
        "holders": [{"from": item.record.effective_on, "names": names(fact.authorities)}],
        "executed_on": None,
        "registered_on": item.record.effective_on,
        "until": fact.until,
        "ended_on": None,
        "ended_by": None,
        "end_state": None,
        "detail": None,
        "changes": [],
        "entries": list(item.entries),
    }


def _lift(item: Recorded, fact: FreezeLifted, freezes: list[dict[str, Any]]) -> list[Flag]:
    standing = [
        freeze
        for freeze in freezes
        if freeze["ended_on"] is None and (fact.freeze is None or freeze["id"] == fact.freeze)
    ]
    if len(standing) != 1:
        return [
            Flag(
                "FREEZE_LIFT_UNMATCHED",
                item.entries,
                since=item.record.registered_on,
                data={"number": item.record.number},
            )
        ]
    freeze = standing[0]
    freeze["ended_on"] = fact.ended_on or item.record.effective_on
    freeze["ended_by"] = item.record.number
    freeze["end_state"] = "lifted"
    freeze["entries"] += item.entries
    return []
