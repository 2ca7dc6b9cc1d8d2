"""Who owned the right, from day to day: the chain of title (T-2, T-4, T-5, ID-5).

Conveyances are taken in order of legal effect. A conveyance by somebody who was not the owner of record is
accepted, because a register is not ours to refuse (N-2), and flagged as a break in the chain of title.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest
from typing import Any, Final

from ledger.canonical import MAX_INTEGER
from ledger.facts.base import Fact, Party
from ledger.facts.pledges import PledgeAssigned, PledgeRegistered
from ledger.facts.registrations import RightDescribed, RightRegistered
from ledger.facts.transfers import (
    PartyRenamed,
    TransferContracted,
    TransferRegistered,
    TransmissionRegistered,
)
from ledger.statement.base import Flag, Recorded, listed, names, of_kinds
from ledger.statement.conveyances import completions, moving_title
from ledger.statement.registrations import DESCRIPTIONS, Description
from ledger.values.parties import match_names, party_id, same_party
from ledger.values.shares import WHOLE, as_pair

_Passing = TransferRegistered | TransmissionRegistered | TransferContracted
Conveyance = _Passing | PartyRenamed

_SECURING: Final[frozenset[type[Fact]]] = frozenset(
    (PledgeRegistered, PledgeAssigned, PartyRenamed, TransmissionRegistered)
)
"""What makes a pledgee, or another out of one."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A holder of a share: since which day, on which recording, and under which earlier names."""

    name: str
    share: Fraction
    since: str | None
    basis: str
    entry: int
    stated: bool = False
    former: tuple[str, ...] = ()

    def is_called(self, name: str) -> bool:
        """Whether `name` is this owner's name or one it bore before."""
        return name == self.name or any(same_party(own, name) for own in (self.name, *self.former))

    def as_json(self) -> dict[str, Any]:
        """An owner in a statement."""
        return {
            "party": party_id(self.name),
            "name": self.name,
            "share": as_pair(self.share),
            "since": self.since,
            "basis": self.basis,
            "entry": self.entry,
            "former_names": list(self.former),
        }


@dataclass(frozen=True, slots=True)
class Period:
    """The owners from a day on, until the next period begins; `entry` is the position that began it."""

    since: str | None
    owners: tuple[Owner, ...]
    entry: int

    def as_json(self) -> dict[str, Any]:
        """A period in a statement's `titles`."""
        return {"from": self.since, "owners": [owner.as_json() for owner in self.owners]}


def resolve(
    recorded: list[Recorded], description: Description, right: str
) -> tuple[list[Period], list[Flag]]:
    """The periods of ownership, earliest first, and the flags on the chain of title."""
    completed = completions(recorded, right)
    agreed = {position: contract.record.position for position, contract in completed.items()}
    chain = _Chain(description, _secured_parties(recorded), _stated_owners(recorded), agreed)
    for item in moving_title(recorded, right, completed):
        chain.take(item)
    return chain.periods(), chain.flags()


def owners_at(periods: list[Period], day: str) -> tuple[Owner, ...]:
    """Owners on a day; empty when none is on record for it."""
    found: tuple[Owner, ...] = ()
    for period in periods:
        if period.since is not None and period.since > day:
            break
        found = period.owners
    return found


def _secured_parties(recorded: list[Recorded]) -> list[tuple[str, str]]:
    """Each pledgee this right ever had, with the day its pledge, or its succession to one, was registered."""
    found: list[tuple[str, str]] = []
    for item in sorted(of_kinds(recorded, _SECURING), key=lambda each: each.record.register_order):
        day = item.record.registered_on
        match item.fact:
            case PledgeRegistered(pledgees=parties) | PledgeAssigned(grantees=parties):
                found += [(name, day) for name in names(parties)]
            case PartyRenamed() | TransmissionRegistered() as fact:
                if any(same_party(known, party.name) for known, _ in found for party in fact.grantors):
                    found += [(name, day) for name in names(fact.grantees)]
    return found


@dataclass(frozen=True, slots=True)
class _Stated:
    """Owners as a register stated them, and the day of the extract it was read from."""

    position: int
    holders: tuple[Party, ...]
    extract_on: str | None


def _stated_owners(recorded: list[Recorded]) -> list[_Stated]:
    return [
        _Stated(item.record.position, item.fact.holders, item.fact.extract_on)
        for item in of_kinds(recorded, DESCRIPTIONS)
        if isinstance(item.fact, RightRegistered | RightDescribed) and item.fact.holders
    ]


class _Chain:
    """The chain of title while it is being followed."""

    def __init__(
        self,
        description: Description,
        secured: list[tuple[str, str]],
        stated: list[_Stated],
        agreed: dict[int, int],
    ) -> None:
        self._description = description
        self._stated = stated
        self._agreed = agreed
        """Position of the contract, by that of the register entry that completes it."""
        self._secured = secured
        self._owners: tuple[Owner, ...] = ()
        self._periods: list[Period] = []
        self._flags: list[Flag] = []
        self._conveyed: set[str] = set()
        self._rooted = False

    def take(self, item: Recorded) -> None:
        """Follow one conveyance."""
        fact = item.fact
        assert isinstance(fact, Conveyance)
        if self._concerns_a_pledgee(item, fact):
            return
        self._note_inventors(fact.grantors)
        if isinstance(fact, TransferRegistered) and fact.nunc_pro_tunc:
            self._flag("NUNC_PRO_TUNC", item, number=item.record.number)
        if not self._rooted:
            self._root(item, fact)
        if isinstance(fact, PartyRenamed):
            self._rename(item, fact)
        elif fact.grantees:
            self._convey(item, fact)

    def periods(self) -> list[Period]:
        """Ownership from first to last; the register's own statement where nothing was conveyed."""
        if self._rooted or not self._description.holders:
            return self._periods
        entry = self._description.holders_entry
        return [Period(None, self._of_record(self._description.holders, entry), entry)]

    def _of_record(self, holders: tuple[Party, ...], entry: int) -> tuple[Owner, ...]:
        """The owners as the register states them."""
        owners = [
            Owner(name, share, self._description.filed_on, "register", entry, stated=stated)
            for name, share, stated in _shares(holders, WHOLE)
        ]
        return _exact(_merged([], owners))

    def _stated_before(self, item: Recorded) -> _Stated | None:
        """What the register last stated before a conveyance, where it is sure that it was before."""
        position = item.record.position
        signed_at = position if isinstance(item.fact, TransferContracted) else self._agreed.get(position)
        for stated in reversed(self._stated):
            known_before = signed_at is not None and stated.position < signed_at
            if known_before or (stated.extract_on or "9999") < item.record.effective_on:
                return stated
        return None

    def flags(self) -> list[Flag]:
        """Flags of the chain as a whole beside those of its steps."""
        flags = self._flags + _unspecified_shares(self.periods())
        stated = [holder.name for holder in self._description.holders]
        if self._rooted and stated and not self._leads_to(stated):
            entries = (self._description.holders_entry, *(owner.entry for owner in self._owners))
            flags.append(
                Flag(
                    "REGISTER_OWNER_DIFFERS",
                    tuple(dict.fromkeys(entries)),
                    data={
                        "stated": listed(stated),
                        "owners": listed([owner.name for owner in self._owners]),
                    },
                )
            )
        outstanding = [
            party.name for party in self._description.inventors if party.name not in self._conveyed
        ]
        if self._conveyed and outstanding:
            flags.append(
                Flag(
                    "INVENTOR_NOT_CONVEYED",
                    tuple(sorted({owner.entry for owner in self._owners})),
                    data={"inventors": listed(outstanding)},
                )
            )
        return flags

    def _concerns_a_pledgee(self, item: Recorded, fact: Conveyance) -> bool:
        """A bank's merger or change of name, recorded against its collateral, moves no title (P-12)."""
        if not isinstance(fact, PartyRenamed | TransmissionRegistered):
            return False
        if any(self._is_owner(party.name) for party in fact.grantors):
            return False
        return any(
            same_party(name, party.name)
            for name, since in self._secured
            for party in fact.grantors
            if since <= item.record.registered_on
        )

    def _root(self, item: Recorded, fact: Conveyance) -> None:
        """Before the first conveyance its grantors are taken to have owned the right.

        Where the register stated the owners before, they are: by an extract of an earlier day, or before the
        conveyance was contracted here. Any other statement may already be that of the owners after it.
        """
        self._rooted = True
        before = self._stated_before(item)
        if before is not None:
            self._owners = self._of_record(before.holders, before.position)
            self._begin(None, item)
            return
        grantors = names(fact.grantors)
        if grantors:
            basis = f"grantor in {item.record.register} {item.record.number}"
            share = Fraction(1, len(grantors))
            self._owners = tuple(
                Owner(name, share, self._description.filed_on, basis, item.record.position, share == WHOLE)
                for name in grantors
            )
            self._begin(None, item)

    def _rename(self, item: Recorded, fact: PartyRenamed) -> None:
        renamed = []
        for owner in self._owners:
            index = next((at for at, old in enumerate(fact.grantors) if owner.is_called(old.name)), None)
            if index is not None and fact.grantees:
                new = fact.grantees[index] if len(fact.grantees) > index else fact.grantees[0]
                if new.name != owner.name:
                    owner = replace(owner, name=new.name, former=(owner.name, *owner.former))  # noqa: PLW2901  # the renamed owner takes its place
            renamed.append(owner)
        if tuple(renamed) != self._owners:
            self._owners = _merged([], renamed)
            self._begin(item.record.effective_on, item)

    def _convey(self, item: Recorded, fact: _Passing) -> None:
        """Whole or fractional shares pass; what a grantor does not convey it keeps (T-5)."""
        giving = self._giving(item, fact)
        staying = [owner for owner in self._owners if owner not in giving]
        if giving:
            freed = _sum([owner.share for owner in giving])
        elif all(self._is_owner(party.name) for party in fact.grantees):
            return
        elif self._owners and any(self._is_inventor(party.name) for party in fact.grantors):
            staying, freed = self._make_room(len(fact.grantees))
        else:
            if self._owners:
                self._break(item, fact)
            giving, staying, freed = list(self._owners), [], WHOLE
        named = _each_named(fact.grantees)
        stated = [Fraction(*party.share) for party in named if party.share]
        conveyed = _sum(stated) if len(stated) == len(named) else freed
        if conveyed > freed:
            self._break(item, fact)
        if giving and conveyed < freed:
            staying += _keeping(giving, fact.grantors, conveyed, freed)
        else:
            conveyed = freed
        self._owners = _merged(staying, _grantees(item, fact, conveyed))
        self._begin(item.record.effective_on, item)

    def _giving(self, item: Recorded, fact: _Passing) -> list[Owner]:
        """The owners who convey; a register that names no grantor says that all of them did (N-2)."""
        if not fact.grantors and item.record.authority:
            return list(self._owners)
        return [
            owner for owner in self._owners if any(owner.is_called(party.name) for party in fact.grantors)
        ]

    def _make_room(self, newcomers: int) -> tuple[list[Owner], Fraction]:
        """Equal shares for all when an inventor's own share comes in beside the owners'."""
        share = Fraction(1, len(self._owners) + newcomers)
        return [replace(owner, share=share, stated=False) for owner in self._owners], share * newcomers

    def _begin(self, since: str | None, item: Recorded) -> None:
        self._owners = _exact(self._owners)
        if self._periods and self._periods[-1].since == since:
            self._periods.pop()
        self._periods.append(Period(since, self._owners, item.record.position))

    def _break(self, item: Recorded, fact: Conveyance) -> None:
        self._flag(
            "CHAIN_OF_TITLE_BREAK",
            item,
            *(owner.entry for owner in self._owners),
            number=item.record.number,
            grantors=listed(names(fact.grantors)),
            owners=listed([owner.name for owner in self._owners]),
        )

    def _flag(self, code: str, item: Recorded, *entries: int, **data: Any) -> None:
        concerned = tuple(dict.fromkeys((*item.entries, *entries)))
        self._flags.append(Flag(code, concerned, since=item.record.effective_on, data=data))

    def _note_inventors(self, grantors: tuple[Party, ...]) -> None:
        for inventor in self._description.inventors:
            if any(match_names(inventor.name, party.name) for party in grantors):
                self._conveyed.add(inventor.name)

    def _is_inventor(self, name: str) -> bool:
        return any(match_names(inventor.name, name) for inventor in self._description.inventors)

    def _is_owner(self, name: str) -> bool:
        return any(owner.is_called(name) for owner in self._owners)

    def _leads_to(self, stated: list[str]) -> bool:
        """Whether the recordings agree with the register, or only go on from what it stated earlier."""
        for period in reversed(self._periods):
            called = all(any(owner.is_called(name) for owner in period.owners) for name in stated)
            if called and len(stated) == len(period.owners):
                return True
            if period.entry <= self._description.holders_entry:
                return False
        return False


def _each_named(parties: tuple[Party, ...]) -> list[Party]:
    return list({party.name: party for party in parties}.values())


def _shares(parties: tuple[Party, ...], whole: Fraction) -> list[tuple[str, Fraction, bool]]:
    """Name, share and whether it was stated; equal shares of `whole` where the source gives none (A-2)."""
    named = _each_named(parties)
    stated = [Fraction(*party.share) for party in named if party.share]
    if len(stated) == len(named) and _sum(stated) == whole:
        return [(party.name, share, True) for party, share in zip(named, stated, strict=True)]
    if len(named) == 1:
        return [(named[0].name, whole, True)]
    share = whole / len(named)
    return [(party.name, share, False) for party in named]


def _sum(shares: list[Fraction]) -> Fraction:
    return sum(shares[1:], start=shares[0])


def _keeping(
    giving: list[Owner], grantors: tuple[Party, ...], conveyed: Fraction, freed: Fraction
) -> list[Owner]:
    """What those who give a part keep: each gives what is stated of it, else all in proportion."""
    given = [
        next((party.share for party in grantors if owner.is_called(party.name)), None) for owner in giving
    ]
    parts = [Fraction(*share) for share in given if share]
    if len(parts) < len(giving) or _sum(parts) != conveyed:
        return [replace(owner, share=owner.share * (freed - conveyed) / freed) for owner in giving]
    return [
        replace(owner, share=owner.share - part)
        for owner, part in zip(giving, parts, strict=True)
        if part < owner.share
    ]


def _grantees(item: Recorded, fact: _Passing, conveyed: Fraction) -> list[Owner]:
    kind = fact.cause if isinstance(fact, TransmissionRegistered) else "transfer"
    basis = f"{kind} {item.record.register} {item.record.number}"
    return [
        Owner(name, share, item.record.effective_on, basis, item.record.position, stated=stated)
        for name, share, stated in _shares(fact.grantees, conveyed)
    ]


def _merged(kept: list[Owner], coming: list[Owner]) -> tuple[Owner, ...]:
    """Owners who already hold a share keep their place and gain the new one."""
    owners = list(kept)
    for owner in coming:
        at = next((index for index, held in enumerate(owners) if held.is_called(owner.name)), None)
        if at is None:
            owners.append(owner)
        else:
            held = owners[at]
            owners[at] = replace(held, share=held.share + owner.share, stated=held.stated and owner.stated)
    return tuple(owners)


def _exact(owners: tuple[Owner, ...]) -> tuple[Owner, ...]:
    """Shares too fine for an integer of the canonical form are told as equal ones, and flagged as such."""
    if all(owner.share.denominator <= MAX_INTEGER for owner in owners):
        return owners
    return tuple(replace(owner, share=Fraction(1, len(owners)), stated=False) for owner in owners)


def _unspecified_shares(periods: list[Period]) -> list[Flag]:
    flags = []
    for period, following in zip_longest(periods, periods[1:]):
        until = None if following is None else following.since
        if len(period.owners) > 1 and not all(owner.stated for owner in period.owners):
            entries = tuple(sorted({owner.entry for owner in period.owners}))
            flags.append(Flag("SHARE_UNSPECIFIED", entries, since=period.since, until=until))
    return flags
