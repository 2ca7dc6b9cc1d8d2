"""Who owned the right, from day to day: the chain of title (T-2, T-4, T-5, ID-5).

Conveyances are taken in order of legal effect. A conveyance by somebody who was not the owner of record is
accepted, because a register is not ours to refuse (N-2), and flagged as a break in the chain of title.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from ledger.facts.base import Party
from ledger.facts.transfers import PartyRenamed, TransferRegistered, TransmissionRegistered
from ledger.statement.base import Flag, Recorded, listed, names
from ledger.statement.registrations import Description
from ledger.values.parties import match_names, party_id, same_party
from ledger.values.shares import WHOLE, as_pair

Conveyance = TransferRegistered | TransmissionRegistered | PartyRenamed


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
        return any(same_party(own, name) for own in (self.name, *self.former))

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
    """The owners from a day on, until the next period begins."""

    since: str | None
    owners: tuple[Owner, ...]

    def as_json(self) -> dict[str, Any]:
        """A period in a statement's `titles`."""
        return {"from": self.since, "owners": [owner.as_json() for owner in self.owners]}


def resolve(recorded: list[Recorded], description: Description) -> tuple[list[Period], list[Flag]]:
    """The periods of ownership, earliest first, and the flags on the chain of title."""
    conveyances = sorted(
        (item for item in recorded if isinstance(item.fact, Conveyance)), key=lambda item: item.record.order
    )
    chain = _Chain(description)
    for item in conveyances:
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


class _Chain:
    """The chain of title while it is being followed."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._owners: tuple[Owner, ...] = ()
        self._periods: list[Period] = []
        self._flags: list[Flag] = []
        self._conveyed: set[str] = set()
        self._rooted = False

    def take(self, item: Recorded) -> None:
        """Follow one conveyance."""
        fact = item.fact
        assert isinstance(fact, Conveyance)
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
        share = Fraction(1, len(self._description.holders))
        owners = tuple(
            Owner(
                holder.name,
                Fraction(*holder.share) if holder.share else share,
                self._description.filed_on,
                "register",
                self._description.holders_entry,
                stated=holder.share is not None,
            )
            for holder in self._description.holders
        )
        return [Period(None, owners)]

    def flags(self) -> list[Flag]:
        """Flags of the chain as a whole beside those of its steps."""
        flags = self._flags + _unspecified_shares(self.periods())
        stated = [holder.name for holder in self._description.holders]
        if self._rooted and stated and not self._owned_by(stated):
            flags.append(
                Flag(
                    "REGISTER_OWNER_DIFFERS",
                    (self._description.holders_entry, *(owner.entry for owner in self._owners)),
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

    def _root(self, item: Recorded, fact: Conveyance) -> None:
        """Before the first conveyance its grantors are taken to have owned the right."""
        self._rooted = True
        grantors = names(fact.grantors)
        if grantors:
            basis = f"grantor in {item.record.register} {item.record.number}"
            share = Fraction(1, len(grantors))
            self._owners = tuple(
                Owner(name, share, self._description.filed_on, basis, item.record.position)
                for name in grantors
            )
            self._begin(None)

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
            self._owners = tuple(renamed)
            self._begin(item.record.effective_on)

    def _convey(self, item: Recorded, fact: TransferRegistered | TransmissionRegistered) -> None:
        giving = [
            owner for owner in self._owners if any(owner.is_called(party.name) for party in fact.grantors)
        ]
        if giving:
            kept = [owner for owner in self._owners if owner not in giving]
            freed = sum((owner.share for owner in giving), start=Fraction(0))
        elif all(self._is_owner(party.name) for party in fact.grantees):
            return
        elif self._owners and any(self._is_inventor(party.name) for party in fact.grantors):
            kept, freed = self._make_room(len(fact.grantees))
        else:
            if self._owners:
                self._break(item, fact)
            kept, freed = [], WHOLE
        self._owners = _merged(kept, _grantees(item, fact, freed))
        self._begin(item.record.effective_on)

    def _make_room(self, newcomers: int) -> tuple[list[Owner], Fraction]:
        """Equal shares for all when an inventor's own share comes in beside the owners'."""
        share = Fraction(1, len(self._owners) + newcomers)
        return [replace(owner, share=share, stated=False) for owner in self._owners], share * newcomers

    def _begin(self, since: str | None) -> None:
        if self._periods and self._periods[-1].since == since:
            self._periods.pop()
        self._periods.append(Period(since, self._owners))

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

    def _owned_by(self, stated: list[str]) -> bool:
        return all(self._is_owner(name) for name in stated) and len(stated) == len(self._owners)


def _grantees(
    item: Recorded, fact: TransferRegistered | TransmissionRegistered, freed: Fraction
) -> list[Owner]:
    parties = {party.name: party for party in fact.grantees}
    shares = [Fraction(*party.share) if party.share else None for party in parties.values()]
    known = [share for share in shares if share is not None]
    stated = len(known) == len(shares) and sum(known) == freed
    kind = "transfer" if isinstance(fact, TransferRegistered) else fact.cause
    return [
        Owner(
            name,
            share if stated and share is not None else freed / len(parties),
            item.record.effective_on,
            f"{kind} {item.record.register} {item.record.number}",
            item.record.position,
            stated=stated or len(parties) == 1,
        )
        for name, share in zip(parties, shares, strict=True)
    ]


def _merged(kept: list[Owner], coming: list[Owner]) -> tuple[Owner, ...]:
    """Owners who already hold a share keep their place and gain the new one."""
    owners = list(kept)
    for owner in coming:
        at = next((index for index, held in enumerate(owners) if held.is_called(owner.name)), None)
        if at is None:
            owners.append(owner)
        else:
            owners[at] = replace(owners[at], share=owners[at].share + owner.share)
    return tuple(owners)


def _unspecified_shares(periods: list[Period]) -> list[Flag]:
    flags = []
    for period, following in zip_longest(periods, periods[1:]):
        until = None if following is None else following.since
        if len(period.owners) > 1 and not all(owner.stated for owner in period.owners):
            entries = tuple(sorted({owner.entry for owner in period.owners}))
            flags.append(Flag("SHARE_UNSPECIFIED", entries, since=period.since, until=until))
    return flags
