"""Which court measures lie on the right (F-1, F-3)."""

from typing import Any, Final

from ledger.facts.base import Fact
from ledger.facts.freezes import FreezeImposed, FreezeLifted
from ledger.statement.base import Flag, Recorded, names, of_kinds

_KINDS: Final[frozenset[type[Fact]]] = frozenset((FreezeImposed, FreezeLifted))


def resolve(recorded: list[Recorded]) -> tuple[list[dict[str, Any]], list[Flag]]:
    """Freezes in order of service, and the flags on them.

    A lifting that names no freeze ends the only one standing; with several standing, none is taken off.
    """
    ordered = sorted(of_kinds(recorded, _KINDS), key=lambda item: item.record.order)
    freezes = [_freeze(item, item.fact) for item in ordered if isinstance(item.fact, FreezeImposed)]
    lifted = [item for item in ordered if isinstance(item.fact, FreezeLifted)]
    flags: list[Flag] = []
    for item in sorted(lifted, key=_named_first):
        assert isinstance(item.fact, FreezeLifted)
        flags += _lift(item, item.fact, freezes)
    return freezes, flags


def _named_first(item: Recorded) -> tuple[str, bool]:
    return (item.record.effective_on, getattr(item.fact, "freeze", None) is None)


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
    day = fact.ended_on or item.record.effective_on
    if fact.freeze is None:
        standing = [freeze for freeze in freezes if _stands(freeze, day)]
    else:
        standing = [freeze for freeze in freezes if freeze["id"] == fact.freeze and not freeze["ended_on"]]
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
    freeze["ended_on"] = day
    freeze["ended_by"] = item.record.number
    freeze["end_state"] = "lifted"
    freeze["entries"] += item.entries
    return []


def _stands(freeze: dict[str, Any], day: str) -> bool:
    """In effect on a day: served by then, not lifted, and not run out the day before (F-3)."""
    return (
        freeze["ended_on"] is None
        and freeze["registered_on"] <= day
        and (freeze["until"] is None or freeze["until"] >= day)
    )
