"""Which court measures lie on the right (F-1 to F-12).

Freezes of Chinese rights whose notice was seen stand in a queue (`ledger.statement.freeze_queue`). Those a
register merely lists, levies, and freezes of other offices' rights stand beside it, each by itself.
"""

from typing import Any, Final

from ledger.facts.base import Fact
from ledger.facts.freezes import (
    DisposalCompleted,
    FreezeConverted,
    FreezeImposed,
    FreezeLifted,
    FreezeLimited,
    FreezeRenewed,
    SuspensionEnded,
    SuspensionExtended,
    SuspensionStarted,
)
from ledger.facts.insolvency import InsolvencyAccepted
from ledger.statement.base import Flag, Recorded, names, of_kinds
from ledger.statement.freeze_queue import Queue, end_beside, gather
from ledger.statement.registrations import Description
from ledger.statement.transfers import Period
from ledger.values.calendar import term_end
from ledger.values.dates import parse_day

_KINDS: Final[frozenset[type[Fact]]] = frozenset((FreezeImposed, FreezeLifted))
_OF_THE_QUEUE: Final[frozenset[type[Fact]]] = frozenset(
    (FreezeRenewed, FreezeConverted, FreezeLimited, DisposalCompleted, InsolvencyAccepted)
)
_SUSPENSIONS: Final[frozenset[type[Fact]]] = frozenset(
    (SuspensionStarted, SuspensionExtended, SuspensionEnded)
)
_SUSPENSION_YEARS: Final = 1
"""PIR 103: the procedures resume after a year unless more time was asked for and granted."""

Resolved = tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]], list[Flag]]


def resolve(recorded: list[Recorded], titles: list[Period], description: Description, right: str) -> Resolved:
    """Freezes that are or were live, as encumbrances; `freezes` and `suspensions` where there are any; flags.

    `freezes` is the whole queue in order of service, with those that wait and those not served yet.
    """
    suspensions, flags = _suspended(recorded)
    queued = gather(recorded, right)
    ids = {freeze.id for freeze in queued}
    ordered = sorted(of_kinds(recorded, _KINDS), key=lambda item: item.record.order)
    beside = [
        _freeze(item, item.fact)
        for item in ordered
        if isinstance(item.fact, FreezeImposed) and item.fact.freeze not in ids
    ]
    lifted = [item for item in ordered if isinstance(item.fact, FreezeLifted)]
    in_line: list[dict[str, Any]] = []
    if queued or (right.startswith("CN:") and of_kinds(recorded, _OF_THE_QUEUE)):
        named = {freeze["id"] for freeze in beside}
        own = [item for item in lifted if getattr(item.fact, "freeze", None) in named]
        others = [item for item in recorded if item not in own]
        flags += _lift_all(own, beside)
        found, queue_flags = Queue(right, others, titles, description, beside).run(queued)
        flags += queue_flags
        live = sorted((each for each in found if each.since is not None), key=lambda each: each.since or "")
        beside += [freeze.as_encumbrance() for freeze in live]
        in_line = [freeze.as_json() for freeze in found]
    else:
        flags += _lift_all(lifted, beside)
    sections = {"freezes": in_line, "suspensions": suspensions}
    return beside, {member: items for member, items in sections.items() if items}, flags


def freeze_queue(statement: dict[str, Any], day: str) -> dict[str, list[dict[str, Any]]]:
    """The queue on a day (J-10): `live` with its last day, `waiting` in order of service, `unserved`.

    Each: `id`, `reference`, `register`, `holders`, `debtors`, `stage`, `share`, `served_on`, `served_at`,
    `from`, `until`, `entries`. A freeze that waits has the `from` it will have if nothing else is recorded.
    Freezes that stand beside the queue are live too; where the source tells no more, members are None.
    """
    live, waiting, unserved = [], [], []
    in_line = statement.get("freezes", ())
    for freeze in in_line:
        if freeze["ended_on"] is not None and freeze["ended_on"] <= day:
            continue
        if freeze["served_on"] is None:
            if freeze["reported_on"] <= day:
                unserved.append(_on(freeze, day))
        elif freeze["served_on"] > day or (freeze["until"] is not None and freeze["until"] < day):
            continue
        elif freeze["from"] is not None and freeze["from"] <= day:
            live.append(_on(freeze, day))
        elif freeze["end_state"] != "ineffective":
            waiting.append(_on(freeze, day))
    known = {freeze["id"] for freeze in in_line}
    beside = [
        _beside_on(item)
        for item in statement["encumbrances"]
        if item["kind"] in {"freeze", "levy"} and item["id"] not in known and _lies(item, day)
    ]
    return {"live": live + beside, "waiting": waiting, "unserved": unserved}


def shown(statement: dict[str, Any], day: str) -> dict[str, Any]:
    """`freeze_queue` and `suspensions` of the answer for a day; absent where there are none."""
    found: dict[str, Any] = {}
    if "freezes" in statement:
        queue = freeze_queue(statement, day)
        if any(queue.values()):
            found["freeze_queue"] = queue
    suspended = [
        {name: item[name] for name in ("id", "reference", "register", "holders", "from", "until", "entries")}
        for item in statement.get("suspensions", ())
        if item["from"] <= day
        and (item["until"] is None or item["until"] >= day)
        and (item["ended_on"] is None or item["ended_on"] > day)
    ]
    return found | ({"suspensions": suspended} if suspended else {})


def _on(freeze: dict[str, Any], day: str) -> dict[str, Any]:
    stages = [step for step in freeze["stages"] if step["from"] is None or step["from"] <= day]
    shares = [step["share"] for step in freeze["shares"] if step["from"] <= day]
    members = ("id", "reference", "register")
    return {
        **{name: freeze[name] for name in members},
        "holders": freeze["authorities"],
        "debtors": freeze["debtors"],
        "stage": stages[-1]["stage"],
        "share": shares[-1] if shares else None,
        "served_on": freeze["served_on"],
        "served_at": freeze["served_at"],
        "from": freeze["from"],
        "until": freeze["until"],
        "entries": freeze["entries"],
    }


def _beside_on(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": item["id"],
        "reference": item["reference"],
        "register": item["register"],
        "holders": item["holders"][-1]["names"],
        "debtors": item["grantors"],
        "stage": None,
        "share": None,
        "served_on": None,
        "served_at": None,
        "from": item["registered_on"],
        "until": item["until"],
        "entries": item["entries"],
    }


# Freezes beside the queue


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


def _lift_all(lifted: list[Recorded], freezes: list[dict[str, Any]]) -> list[Flag]:
    """A lifting that names no freeze ends the only one standing; with several standing, none is taken off."""
    flags: list[Flag] = []
    for item in sorted(lifted, key=_named_first):
        assert isinstance(item.fact, FreezeLifted)
        flags += _lift(item, item.fact, freezes)
    return flags


def _named_first(item: Recorded) -> tuple[str, bool]:
    return (item.record.effective_on, getattr(item.fact, "freeze", None) is None)


def _lift(item: Recorded, fact: FreezeLifted, freezes: list[dict[str, Any]]) -> list[Flag]:
    day = fact.ended_on or item.record.effective_on
    if fact.freeze is None:
        standing = [freeze for freeze in freezes if freeze["ended_on"] is None and _lies(freeze, day)]
    else:
        standing = [
            freeze
            for freeze in freezes
            if freeze["id"] == fact.freeze and not freeze["ended_on"] and freeze["registered_on"] <= day
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
    end_beside(standing[0], day, item)
    return []


def _lies(freeze: dict[str, Any], day: str) -> bool:
    """In effect on a day: served by then, not lifted, and not run out the day before (F-3)."""
    return bool(
        freeze["registered_on"] <= day
        and (freeze["ended_on"] is None or freeze["ended_on"] > day)
        and (freeze["until"] is None or freeze["until"] >= day)
    )


# Suspensions


def _suspended(recorded: list[Recorded]) -> tuple[list[dict[str, Any]], list[Flag]]:
    """Suspensions in order of their first days (F-12), and the flags on them.

    Granted in time, an extension moves the last day, to none where it states none. Granted late it begins
    anew, because the procedures had resumed by themselves.
    """
    found: dict[str, dict[str, Any]] = {}
    again: list[dict[str, Any]] = []
    flags: list[Flag] = []
    for item in sorted(of_kinds(recorded, _SUSPENSIONS), key=_suspension_order):
        match item.fact:
            case SuspensionStarted() as fact:
                found[fact.suspension] = _suspension(item, fact)
            case SuspensionExtended(suspension=key) as fact if key in found:
                later = _extend(item, fact, found[key])
                if later is not None:
                    again.append(found[key])
                    found[key] = later
            case SuspensionEnded(suspension=key) as fact if key in found:
                found[key]["ended_on"] = fact.ended_on
                found[key]["ended_by"] = item.record.number
                found[key]["entries"] += item.entries
            case _:
                data = {"number": item.record.number}
                flags.append(
                    Flag("FREEZE_REFERENCE_UNKNOWN", item.entries, since=item.record.effective_on, data=data)
                )
    return sorted([*found.values(), *again], key=lambda each: (each["from"], each["id"])), flags


def _suspension_order(item: Recorded) -> tuple[str, int, str, str]:
    place = (SuspensionStarted, SuspensionExtended, SuspensionEnded).index(type(item.fact))
    return (item.record.effective_on, place, item.record.register, item.record.number)


def _suspension(item: Recorded, fact: SuspensionStarted) -> dict[str, Any]:
    year = term_end(parse_day(fact.effective_from), years=_SUSPENSION_YEARS).isoformat()
    return {
        "id": fact.suspension,
        "register": item.record.register,
        "reference": item.record.number,
        "holders": names(fact.authorities),
        "requesters": names(fact.requesters),
        "from": fact.effective_from,
        "until": fact.until or year,
        "ended_on": None,
        "ended_by": None,
        "extensions": [],
        "entries": list(item.entries),
    }


def _extend(item: Recorded, fact: SuspensionExtended, running: dict[str, Any]) -> dict[str, Any] | None:
    """None where the running suspension goes on; else the one that begins anew."""
    over = running["until"] is not None and running["until"] < fact.effective_from
    if not over and running["ended_on"] is None:
        running["extensions"].append({"on": fact.effective_from, "until": fact.until})
        running["until"] = fact.until
        running["entries"] += item.entries
        return None
    year = term_end(parse_day(fact.effective_from), years=_SUSPENSION_YEARS).isoformat()
    return {
        **running,
        "reference": item.record.number,
        "register": item.record.register,
        "from": fact.effective_from,
        "until": fact.until or year,
        "ended_on": None,
        "ended_by": None,
        "extensions": [],
        "entries": list(item.entries),
    }
