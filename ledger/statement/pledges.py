"""Which pledges stand on the right, for whom, from when until when (P-3, P-7, P-12, P-21).

A release frees the right of a pledge only if it names that pledge (or can mean no other) and is given by
its pledgee of record. Whatever falls short of that leaves the pledge standing and is flagged, because a
wrong "free of encumbrance" costs a bank its loan.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from typing import Any, Final, get_args

from ledger.facts.base import Fact, Party, record_id
from ledger.facts.pledges import (
    PledgeAssigned,
    PledgeChanged,
    PledgeExtended,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
)
from ledger.facts.transfers import PartyRenamed, TransmissionRegistered
from ledger.statement.base import Flag, Record, Recorded, listed, names, of_kinds
from ledger.statement.transfers import Period, owners_at
from ledger.values.parties import nearly_same, same_party

_Succession = PartyRenamed | TransmissionRegistered
"""The pledgee goes on under another name, or another goes on in its place; its pledges follow (P-12)."""
_PLEDGED: Final[frozenset[type[Fact]]] = frozenset((PledgeRegistered,))
_LATER: Final = frozenset(
    (
        PledgeAssigned,
        PledgeChanged,
        PledgeExtended,
        PledgeReleased,
        PledgeRevoked,
        *get_args(_Succession),
    )
)
_TERMS: Final = ("amount", "cap", "debt_from", "debt_until", "secures")
"""What a register may state of the debt; members of `secured` and, where changed, of `steps`."""


@dataclass(frozen=True, slots=True)
class Pledgee:
    """A pledgee of record, and the names it or those it succeeded bore before."""

    name: str
    former: tuple[str, ...] = ()

    def is_one_of(self, parties: Iterable[Party]) -> bool:
        """Whether one of `parties` bears a name of this pledgee."""
        called = (self.name, *self.former)
        return any(same_party(name, party.name) for name in called for party in parties)


@dataclass(slots=True)
class Pledge:
    """One pledge on this right."""

    item: Recorded
    fact: PledgeRegistered
    holders: list[tuple[str, tuple[Pledgee, ...]]]
    """Pledgees of record from a day on."""
    ids: set[str]
    """Its id, and those of the recordings that corrected or assigned it: a release may name any of them."""
    changes: list[dict[str, Any]] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    until: str | None = None
    """Last day of the registration itself, where it has one (P-20)."""
    steps: list[dict[str, Any]] = field(default_factory=list)
    """Changes of the secured debt, each with the day and time it was registered (P-8)."""
    contract: str | None = None
    ended_on: str | None = None
    ended_by: str | None = None
    revoked_on: str | None = None

    @property
    def number(self) -> str:
        """Its number at the register."""
        return self.item.record.number

    @property
    def pledgees(self) -> tuple[Pledgee, ...]:
        """Pledgees of record after everything read so far."""
        return self.holders[-1][1]

    @property
    def open(self) -> bool:
        """Not released by anything read so far."""
        return self.ended_on is None

    def is_held_by(self, parties: tuple[Party, ...]) -> bool:
        """Whether `parties` are its pledgees of record: all of them, for one cannot waive another's right."""
        return bool(self.pledgees) and all(pledgee.is_one_of(parties) for pledgee in self.pledgees)

    def is_partly_held_by(self, parties: tuple[Party, ...]) -> bool:
        """Whether one of `parties` is among its pledgees of record."""
        return any(pledgee.is_one_of(parties) for pledgee in self.pledgees)

    def pass_to(self, pledgees: Iterable[Pledgee], item: Recorded) -> None:
        """From this recording on `pledgees` are of record."""
        self.holders.append((item.record.registered_on, tuple(dict.fromkeys(pledgees))))
        self.entries += item.entries

    def as_json(self) -> dict[str, Any]:
        """An encumbrance in a statement."""
        return {
            "kind": "lien" if self.fact.lien else "pledge",
            "id": self.fact.pledge,
            "register": self.item.record.register,
            "reference": self.number,
            "grantors": names(self.fact.pledgors),
            "holders": [
                {"from": day, "names": [pledgee.name for pledgee in pledgees]}
                for day, pledgees in self.holders
            ],
            "executed_on": self.fact.executed_on,
            "registered_on": self.item.record.registered_on,
            "until": self.until,
            "ended_on": self.ended_on,
            "ended_by": self.ended_by,
            "end_state": self._end_state(),
            "detail": None,
            "changes": self.changes,
            "entries": list(dict.fromkeys((*self.item.entries, *self.entries))),
            **self._terms(),
        }

    def _end_state(self) -> str | None:
        if self.revoked_on is not None:
            return "revoked"
        return "released" if self.ended_on else None

    def _terms(self) -> dict[str, Any]:
        """What only later releases of this ledger tell; absent where the register told nothing of it."""
        told = _told(self.fact)
        found = {
            "contract": self.contract,
            "time": self.fact.registered_time,
            "secured": {name: told.get(name) for name in _TERMS} if told else None,
            "steps": self.steps,
            "revoked_on": self.revoked_on,
        }
        return {name: value for name, value in found.items() if value}


def resolve(recorded: list[Recorded], titles: list[Period], right: str) -> tuple[list[Pledge], list[Flag]]:
    """The pledges in order of registration, and the flags on them."""
    pledges = [
        _pledge(item, item.fact)
        for item in sorted(of_kinds(recorded, _PLEDGED), key=lambda each: each.record.register_order)
        if isinstance(item.fact, PledgeRegistered)
    ]
    flags = [flag for pledge in pledges if (flag := _title_flag(pledge, titles))]
    for item in sorted(of_kinds(recorded, _LATER), key=_reading_order):
        match item.fact:
            case PledgeAssigned() as fact:
                flags += _assign(item, fact, pledges)
            case PledgeChanged() as fact:
                flags += _change(item, fact, pledges)
            case PledgeExtended() as fact:
                flags += _extend(item, fact, pledges)
            case PledgeReleased() as fact:
                flags += _release(item, fact, pledges, titles, right)
            case PledgeRevoked() as fact:
                flags += _revoke(item, fact, pledges)
            case PartyRenamed() | TransmissionRegistered() as fact:
                _succeed(item, fact, pledges)
    return pledges, flags + _expirations(pledges) + _twins(pledges)


def _pledge(item: Recorded, fact: PledgeRegistered) -> Pledge:
    pledgees = tuple(Pledgee(name) for name in names(fact.pledgees))
    ids = {fact.pledge, *(_id_of(record) for record in item.corrected_by)}
    if fact.contract:
        ids.add(fact.contract)
    holders = [(item.record.registered_on, pledgees)]
    return Pledge(item, fact, holders, ids, until=fact.until, contract=fact.contract)


def _told(fact: PledgeRegistered | PledgeChanged) -> dict[str, Any]:
    """Those of `_TERMS` the register states."""
    if all(vars(fact).get(name) is None for name in _TERMS):
        return {}  # a register that tells no terms is the rule, and to ask pydantic takes ten times as long
    return fact.model_dump(mode="json", include=set(_TERMS), exclude_none=True)


def _id_of(record: Record) -> str:
    return record_id("pld", record.register, record.number)


def _reading_order(item: Recorded) -> tuple[str, bool, tuple[str, str, str, str, int]]:
    """By registration; on one day a release that names nothing comes last, when the named ones are done."""
    unnamed = isinstance(item.fact, PledgeReleased) and not (item.fact.pledges or item.fact.references)
    return (item.record.registered_on, unnamed, item.record.register_order)


def _title_flag(pledge: Pledge, titles: list[Period]) -> Flag | None:
    """A pledgor who was not the owner of record when the pledge was signed or registered."""
    days = (pledge.fact.executed_on, pledge.item.record.effective_on, pledge.item.record.registered_on)
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
    """The named pledges, or all open ones the grantors hold, pass to the grantees (P-12)."""
    if fact.pledges or fact.references:
        named = _named(fact.pledges, pledges)
    else:
        named = [pledge for pledge in pledges if pledge.open and pledge.is_partly_held_by(fact.grantors)]
    if not named:
        return [_unknown_reference(item, list(fact.references))]
    flags = []
    for pledge in named:
        pledge.ids.add(_id_of(item.record))
        remaining = [pledgee for pledgee in pledge.pledgees if not pledgee.is_one_of(fact.grantors)]
        if len(remaining) < len(pledge.pledgees):
            pledge.pass_to((*remaining, *map(Pledgee, names(fact.grantees))), item)
        elif item.record.authority:
            pledge.pass_to(map(Pledgee, names(fact.grantees)), item)
        else:
            flags.append(_by_other("PLEDGE_ASSIGNED_BY_OTHER_PARTY", item, pledge, fact.grantors))
    return flags


def _succeed(item: Recorded, fact: _Succession, pledges: list[Pledge]) -> None:
    """A pledgee's change of name or merger: its earlier names still speak for it."""
    for pledge in pledges:
        if not (fact.grantees and pledge.open and pledge.is_partly_held_by(fact.grantors)):
            continue
        successors: list[Pledgee] = []
        for pledgee in pledge.pledgees:
            if pledgee.is_one_of(fact.grantors):
                former = (pledgee.name, *pledgee.former)
                successors += [Pledgee(name, former) for name in names(fact.grantees)]
            else:
                successors.append(pledgee)
        pledge.pass_to(successors, item)


def _named(ids: tuple[str, ...], pledges: list[Pledge]) -> list[Pledge]:
    return [pledge for pledge in pledges if not pledge.ids.isdisjoint(ids)]


def _change(item: Recorded, fact: PledgeChanged, pledges: list[Pledge]) -> list[Flag]:
    for pledge in _named((fact.pledge,), pledges):
        pledge.changes.append(
            {"on": item.record.registered_on, "item": fact.item, "before": fact.before, "after": fact.after}
        )
        told = _told(fact)
        if told:
            pledge.steps.append({"on": item.record.registered_on, "time": fact.registered_time, **told})
        pledge.entries += item.entries
        return []
    return [_unknown_reference(item, [])]


def _extend(item: Recorded, fact: PledgeExtended, pledges: list[Pledge]) -> list[Flag]:
    """The register's word on how long its entry runs (P-20)."""
    named = _named((fact.pledge,), pledges)
    for pledge in named:
        pledge.until = max(fact.until, pledge.until or "")
        pledge.entries += item.entries
    return [] if named else [_unknown_reference(item, [fact.pledge])]


def _revoke(item: Recorded, fact: PledgeRevoked, pledges: list[Pledge]) -> list[Flag]:
    """The entry counts as never made: it ends on the day it began (R-5)."""
    named = _named((fact.pledge,), pledges)
    for pledge in named:
        pledge.ended_on, pledge.ended_by = pledge.item.record.registered_on, item.record.number
        pledge.revoked_on = item.record.registered_on
        pledge.entries += item.entries
    return [] if named else [_unknown_reference(item, [fact.pledge])]


def _expirations(pledges: list[Pledge]) -> list[Flag]:
    """P-20: a registration that ran out is no release, and is told until the entry is struck."""
    return [
        Flag(
            "REGISTRATION_EXPIRED",
            (*pledge.item.entries, *pledge.entries),
            since=(date.fromisoformat(pledge.until) + timedelta(1)).isoformat(),
            until=pledge.ended_on,
            data={"reference": pledge.number, "until": pledge.until},
        )
        for pledge in pledges
        if pledge.until is not None and (pledge.ended_on is None or pledge.ended_on > pledge.until)
    ]


def _release(
    item: Recorded, fact: PledgeReleased, pledges: list[Pledge], titles: list[Period], right: str
) -> list[Flag]:
    """Take off what the release names and matches; say what it did not."""
    if right in fact.omits:
        return [_flag("RELEASE_OMITS_RIGHT", item, [], references=listed(list(fact.references)))]
    if fact.pledges or fact.references:
        known = _named(fact.pledges, pledges)
        named = [pledge for pledge in known if _precedes(pledge, item)]
        if not named:
            # A strike dated before the entry it strikes is a slip of a date: the entry stands.
            told = [pledge.number for pledge in known] or list(fact.references)
            return [_flag("RELEASE_WITHOUT_PLEDGE", item, known, references=listed(told))]
        return [flag for pledge in named for flag in _release_named(item, fact, pledge)]
    fitting = [
        pledge
        for pledge in pledges
        if pledge.open
        and _precedes(pledge, item)
        and _may_release(item, fact, pledge)
        and _same_side(pledge.fact.pledgors, fact.beneficiaries, titles)
    ]
    if len(fitting) == 1:
        _end(fitting[0], item, fact)
        return [_flag("RELEASE_MATCHED_BY_PARTIES", item, fitting, references=fitting[0].number)]
    if fitting:
        references = listed([pledge.number for pledge in fitting])
        return [_flag("RELEASE_AMBIGUOUS", item, fitting, references=references)]
    return [_flag("RELEASE_WITHOUT_PLEDGE", item, [], references="–")]


def _precedes(pledge: Pledge, item: Recorded) -> bool:
    return pledge.item.record.registered_on <= item.record.registered_on


def _may_release(item: Recorded, fact: PledgeReleased, pledge: Pledge) -> bool:
    """The pledgees of record; a register need not say on whose word it struck its own entry."""
    return pledge.is_held_by(fact.releasors) or (item.record.authority and not fact.releasors)


def _release_named(item: Recorded, fact: PledgeReleased, pledge: Pledge) -> list[Flag]:
    """A register that strikes its own entry is believed (N-2); a party's release must be the pledgee's."""
    if not item.record.authority and not pledge.is_held_by(fact.releasors):
        return [_by_other("RELEASE_BY_OTHER_PARTY", item, pledge, fact.releasors)]
    if pledge.open:
        _end(pledge, item, fact)
    return []


def _end(pledge: Pledge, item: Recorded, fact: PledgeReleased) -> None:
    stated, began = fact.ended_on, pledge.item.record.registered_on
    pledge.ended_on = stated if stated is not None and stated >= began else item.record.registered_on
    pledge.ended_by = item.record.number
    pledge.entries += item.entries


def _same_side(pledgors: tuple[Party, ...], beneficiaries: tuple[Party, ...], titles: list[Period]) -> bool:
    """Whether the release favors the pledgor, under whichever of its names, or the source does not say."""
    if not pledgors or not beneficiaries:
        return True
    if any(same_party(one.name, other.name) for one in pledgors for other in beneficiaries):
        return True
    owners = [owner for period in titles for owner in period.owners]
    return any(
        any(owner.is_called(party.name) for party in pledgors)
        and any(owner.is_called(party.name) for party in beneficiaries)
        for owner in owners
    )


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
        released, standing = (one, other) if other.open else (other, one)
        if standing.open and not released.open:
            flags.append(
                Flag(
                    "DUPLICATE_STILL_OPEN",
                    tuple(dict.fromkeys((*standing.item.entries, *released.item.entries, *released.entries))),
                    since=released.ended_on,
                    data={"released": released.number, "open": standing.number},
                )
            )
    return flags


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


def _by_other(code: str, item: Recorded, pledge: Pledge, parties: tuple[Party, ...]) -> Flag:
    return _flag(
        code,
        item,
        [pledge],
        reference=pledge.number,
        releasors=listed(names(parties)),
        holders=listed([pledgee.name for pledgee in pledge.pledgees]),
    )


def _flag(code: str, item: Recorded, pledges: list[Pledge], **data: str) -> Flag:
    entries = [*item.entries, *(position for pledge in pledges for position in pledge.item.entries)]
    return Flag(
        code,
        tuple(dict.fromkeys(entries)),
        since=item.record.registered_on,
        data={"number": item.record.number, **data},
    )
