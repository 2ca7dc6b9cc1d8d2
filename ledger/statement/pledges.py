"""Which pledges stand on the right, for whom, from when until when (P-3, P-7, P-12, P-21).

A release frees the right of a pledge only if it names that pledge (or can mean no other) and is given by
its pledgee of record. Whatever falls short of that leaves the pledge standing and is flagged, because a
wrong "free of encumbrance" costs a bank its loan.
"""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from ledger.facts.base import Party
from ledger.facts.pledges import PledgeAssigned, PledgeChanged, PledgeRegistered, PledgeReleased
from ledger.statement.base import Flag, Recorded, listed, names
from ledger.statement.transfers import Period, owners_at
from ledger.values.parties import nearly_same, same_party


@dataclass(slots=True)
class Pledge:
    """One pledge on this right."""

    item: Recorded
    fact: PledgeRegistered
    holders: list[tuple[str, tuple[str, ...]]]
    """Pledgees of record from a day on."""
    changes: list[dict[str, Any]] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    ended_on: str | None = None
    ended_by: str | None = None

    @property
    def number(self) -> str:
        """Its number at the register."""
        return self.item.record.number

    @property
    def pledgees(self) -> tuple[str, ...]:
        """Pledgees of record after everything recorded."""
        return self.holders[-1][1]

    @property
    def open(self) -> bool:
        """Not released by anything read so far."""
        return self.ended_on is None

    def is_held_by(self, parties: tuple[Party, ...]) -> bool:
        """Whether one of `parties` is or was its pledgee of record."""
        held = {name for _, holders in self.holders for name in holders}
        return any(same_party(name, party.name) for name in held for party in parties)

    def as_json(self) -> dict[str, Any]:
        """An encumbrance in a statement."""
        return {
            "kind": "lien" if self.fact.lien else "pledge",
            "id": self.fact.pledge,
            "register": self.item.record.register,
            "reference": self.number,
            "grantors": names(self.fact.pledgors),
            "holders": [{"from": day, "names": list(holders)} for day, holders in self.holders],
            "executed_on": self.fact.executed_on,
            "registered_on": self.item.record.registered_on,
            "until": None,
            "ended_on": self.ended_on,
            "ended_by": self.ended_by,
            "end_state": "released" if self.ended_on else None,
            "detail": None,
            "changes": self.changes,
            "entries": [*self.item.entries, *self.entries],
        }


def resolve(recorded: list[Recorded], titles: list[Period], right: str) -> tuple[list[Pledge], list[Flag]]:
    """The pledges in order of registration, and the flags on them."""
    pledges = [
        Pledge(item, item.fact, [(item.record.registered_on, tuple(names(item.fact.pledgees)))])
        for item in sorted(recorded, key=lambda each: each.record.register_order)
        if isinstance(item.fact, PledgeRegistered)
    ]
    flags = [flag for pledge in pledges if (flag := _title_flag(pledge, titles))]
    later = sorted(
        (item for item in recorded if isinstance(item.fact, PledgeAssigned | PledgeChanged | PledgeReleased)),
        key=lambda each: each.record.register_order,
    )
    for item in later:
        match item.fact:
            case PledgeAssigned() as fact:
                flags += _assign(item, fact, pledges)
            case PledgeChanged() as fact:
                flags += _change(item, fact, pledges)
            case PledgeReleased() as fact:
                flags += _release(item, fact, pledges, right)
    return pledges, flags + _twins(pledges)


def _title_flag(pledge: Pledge, titles: list[Period]) -> Flag | None:
    """A pledgor who was not the owner of record when the pledge was signed or registered."""
    days = {pledge.item.record.effective_on, pledge.item.record.registered_on, pledge.fact.executed_on}
    known = [owners for day in days if day and (owners := owners_at(titles, day))]
    if not known or not pledge.fact.pledgors:
        return None
    for owners in known:
        if any(owner.is_called(party.name) for owner in owners for party in pledge.fact.pledgors):
            return None
    return Flag(
        "CHAIN_OF_TITLE_BREAK",
        tuple(dict.fromkeys((*pledge.item.entries, *(owner.entry for owner in known[0])))),
        since=pledge.item.record.registered_on,
        data={
            "number": pledge.number,
            "grantors": listed(names(pledge.fact.pledgors)),
            "owners": listed([owner.name for owner in known[0]]),
        },
    )


def _assign(item: Recorded, fact: PledgeAssigned, pledges: list[Pledge]) -> list[Flag]:
    """The named pledges, or all open ones the grantor holds, pass to the grantees (P-12)."""
    named = [pledge for pledge in pledges if pledge.fact.pledge in fact.pledges]
    if not named and not fact.pledges:
        named = [pledge for pledge in pledges if pledge.open and pledge.is_held_by(fact.grantors)]
    if not named:
        return [_unknown_reference(item, list(fact.references))]
    for pledge in named:
        remaining = tuple(
            name
            for name in pledge.pledgees
            if not any(same_party(name, party.name) for party in fact.grantors)
        )
        pledge.holders.append((item.record.registered_on, (*remaining, *names(fact.grantees))))
        pledge.entries += item.entries
    return []


def _change(item: Recorded, fact: PledgeChanged, pledges: list[Pledge]) -> list[Flag]:
    for pledge in pledges:
        if pledge.fact.pledge == fact.pledge:
            pledge.changes.append(
                {
                    "on": item.record.registered_on,
                    "item": fact.item,
                    "before": fact.before,
                    "after": fact.after,
                }
            )
            pledge.entries += item.entries
            return []
    return [_unknown_reference(item, [item.record.number])]


def _release(item: Recorded, fact: PledgeReleased, pledges: list[Pledge], right: str) -> list[Flag]:
    """Take off what the release names and matches; say what it did not."""
    if right in fact.omits:
        return [_flag("RELEASE_OMITS_RIGHT", item, [], references=listed(list(fact.references)))]
    if fact.pledges or fact.references:
        named = [pledge for pledge in pledges if pledge.fact.pledge in fact.pledges]
        if not named:
            return [_flag("RELEASE_WITHOUT_PLEDGE", item, [], references=listed(list(fact.references)))]
        return [flag for pledge in named for flag in _release_named(item, fact, pledge)]
    fitting = [
        pledge
        for pledge in pledges
        if pledge.open
        and pledge.item.record.registered_on <= item.record.registered_on
        and pledge.is_held_by(fact.releasors)
        and _same_side(pledge.fact.pledgors, fact.beneficiaries)
    ]
    if len(fitting) == 1:
        _end(fitting[0], item, fact)
        return [_flag("RELEASE_MATCHED_BY_PARTIES", item, fitting, references=fitting[0].number)]
    if fitting:
        references = listed([pledge.number for pledge in fitting])
        return [_flag("RELEASE_AMBIGUOUS", item, fitting, references=references)]
    return [_flag("RELEASE_WITHOUT_PLEDGE", item, [], references="–")]


def _release_named(item: Recorded, fact: PledgeReleased, pledge: Pledge) -> list[Flag]:
    """A register that strikes its own entry is believed (N-2); a party's release must be the pledgee's."""
    if item.record.authority or pledge.is_held_by(fact.releasors):
        if pledge.open:
            _end(pledge, item, fact)
        return []
    return [
        _flag(
            "RELEASE_BY_OTHER_PARTY",
            item,
            [pledge],
            reference=pledge.number,
            releasors=listed(names(fact.releasors)),
            holders=listed(list(pledge.pledgees)),
        )
    ]


def _end(pledge: Pledge, item: Recorded, fact: PledgeReleased) -> None:
    pledge.ended_on = fact.ended_on or item.record.registered_on
    pledge.ended_by = item.record.number
    pledge.entries += item.entries


def _same_side(left: tuple[Party, ...], right: tuple[Party, ...]) -> bool:
    if not left or not right:
        return True
    return any(same_party(one.name, other.name) for one in left for other in right)


def _twins(pledges: list[Pledge]) -> list[Flag]:
    """Recordings of the same parties and date under two numbers: one pledge or two, we cannot know."""
    flags = []
    for one, other in combinations(pledges, 2):
        if not _alike(one, other):
            continue
        entries = (*one.item.entries, *other.item.entries)
        since = max(one.item.record.registered_on, other.item.record.registered_on)
        references = listed([one.number, other.number])
        flags.append(
            Flag("PROBABLE_DUPLICATE_RECORDING", entries, since=since, data={"references": references})
        )
        released, standing = (one, other) if standing_alone(other, one) else (other, one)
        if standing_alone(standing, released):
            flags.append(
                Flag(
                    "DUPLICATE_STILL_OPEN",
                    tuple(dict.fromkeys((*standing.item.entries, *released.item.entries, *released.entries))),
                    since=released.ended_on,
                    data={"released": released.number, "open": standing.number},
                )
            )
    return flags


def standing_alone(standing: Pledge, released: Pledge) -> bool:
    """One still stands although the other was released."""
    return standing.open and not released.open


def _alike(one: Pledge, other: Pledge) -> bool:
    return (
        one.fact.executed_on is not None
        and one.fact.executed_on == other.fact.executed_on
        and one.fact.lien == other.fact.lien
        and _nearly(one.fact.pledgors, other.fact.pledgors)
        and _nearly(one.fact.pledgees, other.fact.pledgees)
    )


def _nearly(left: tuple[Party, ...], right: tuple[Party, ...]) -> bool:
    return len(left) == len(right) and all(
        any(nearly_same(one.name, other.name) for other in right) for one in left
    )


def _unknown_reference(item: Recorded, references: list[str]) -> Flag:
    return _flag("PLEDGE_REFERENCE_UNKNOWN", item, [], references=listed(references))


def _flag(code: str, item: Recorded, pledges: list[Pledge], **data: str) -> Flag:
    entries = [*item.entries, *(position for pledge in pledges for position in pledge.item.entries)]
    return Flag(
        code,
        tuple(dict.fromkeys(entries)),
        since=item.record.registered_on,
        data={"number": item.record.number, **data},
    )
