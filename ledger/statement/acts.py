"""Acts that wait, were dropped or only reported, and the warnings that came with accepted ones.

A held act has no rank and no effect (N-9); a reported one is listed by itself (N-12).
"""

from typing import Any, Final

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
