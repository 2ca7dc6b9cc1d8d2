"""Acts that wait, were dropped or only reported, and the warnings that came with accepted ones.

A held act has no rank and no effect (N-9); a reported one is listed by itself (N-12).
"""

from typing import Any, Final

import orjson

from ledger.facts.acts import ActActivated, ActDropped, ActHeld, ActReported, FlagsRaised
from ledger.facts.base import Fact
from ledger.statement.base import Flag, Recorded, of_kinds

_KINDS: Final[frozenset[type[Fact]]] = frozenset(
    (ActHeld, ActActivated, ActDropped, ActReported, FlagsRaised)
)


def resolve(recorded: list[Recorded], right: str) -> tuple[dict[str, list[dict[str, Any]]], list[Flag]]:
    """`held` and `reported` in order of position, absent where empty; and the flags raised."""
    held: dict[str, dict[str, Any]] = {}
    reported: list[dict[str, Any]] = []
    flags: list[Flag] = []
    for item in of_kinds(recorded, _KINDS):
        match item.fact:
            case ActHeld() as fact:
                held[fact.act] = _held(item, fact)
            case ActActivated() as fact if fact.act in held:
                held[fact.act].update(state="activated", ended_on=fact.on)
                held[fact.act]["entries"] += item.entries
            case ActDropped() as fact if fact.act in held:
                held[fact.act].update(state=fact.cause, ended_on=fact.on, codes=list(fact.codes))
                held[fact.act]["entries"] += item.entries
            case ActReported() as fact:
                reported.append(_reported(item, fact))
            case FlagsRaised() as fact:
                flags += _raised(item, fact, right)
    found = {"held": list(held.values()), "reported": reported}
    return {member: items for member, items in found.items() if items}, flags


def shown(statement: dict[str, Any], day: str, *, include_ended: bool = False) -> dict[str, list[Any]]:
    """`held` and `reported` as of a day, each absent where empty; neither has rank or effect (N-9, N-12)."""
    found = {
        "held": held_on(statement, day, include_ended=include_ended),
        "reported": reported_on(statement, day),
    }
    return {member: items for member, items in found.items() if items}


def held_on(statement: dict[str, Any], day: str, *, include_ended: bool = False) -> list[dict[str, Any]]:
    """Acts that wait on a day, with what is missing and until when; `expired` where that day has passed.

    Those that were activated, refused or withdrawn by then are left out unless `include_ended`.
    """
    found = []
    for held in statement.get("held", ()):
        if held["held_on"] > day:
            continue
        ended = held["ended_on"] is not None and held["ended_on"] <= day
        if ended and not include_ended:
            continue
        state = held["state"] if ended else "expired" if held["until"] < day else "held"
        members = ("act", "missing", "held_on", "until", "entries")
        told = {member: held[member] for member in members}
        found.append(
            {
                **told,
                "kind": kind_of(held["command"]),
                "state": state,
                "codes": held["codes"] if ended else [],
            }
        )
    return found


def reported_on(statement: dict[str, Any], day: str) -> list[dict[str, Any]]:
    """Acts off the platform that had happened by a day, with the codes of what they broke."""
    members = ("act", "codes", "document", "happened_on", "entries")
    return [
        {
            **{member: reported[member] for member in members},
            "kind": kind_of(reported["command"]),
        }
        for reported in statement.get("reported", ())
        if reported["happened_on"] <= day
    ]


def kind_of(command: str) -> str | None:
    """The name of the command; None where an entry holds a text that is none."""
    try:
        value = orjson.loads(command)
    except orjson.JSONDecodeError:
        return None
    kind = value.get("command") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else None


def _held(item: Recorded, fact: ActHeld) -> dict[str, Any]:
    return {
        "act": fact.act,
        "command": fact.command,
        "missing": [missing.model_dump(mode="json") for missing in fact.missing],
        "held_on": fact.held_on,
        "until": fact.until,
        "state": "held",
        "ended_on": None,
        "codes": [],
        "entries": list(item.entries),
    }


def _reported(item: Recorded, fact: ActReported) -> dict[str, Any]:
    return {
        "act": fact.act,
        "command": fact.command,
        "codes": list(fact.codes),
        "document": fact.document,
        "happened_on": fact.happened_on,
        "entries": list(item.entries),
    }


def _raised(item: Recorded, fact: FlagsRaised, right: str) -> list[Flag]:
    """Those that speak of this right, or of none in particular."""
    return [
        Flag(
            flag.code, item.entries, since=fact.since, data={"act": fact.act, "rule": flag.rule, **flag.data}
        )
        for flag in fact.flags
        if flag.right in {None, right}
    ]
