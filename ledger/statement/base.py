"""What the families of a statement share: the record of one entry, flags, and the state of a right."""

from dataclasses import dataclass, field
from typing import Any

from ledger.chain import entry_digest
from ledger.entry import Entry, EntryClass, Source
from ledger.facts.base import Fact, Party
from ledger.values.dates import day_of, parse_moment


@dataclass(frozen=True, slots=True)
class Record:
    """Where a fact stands: its position in the ledger and its recording at the register."""

    position: int
    register: str
    number: str
    authority: bool
    registered_on: str
    """The day it stands in the register; the day of legal effect where the register gives none."""
    effective_on: str
    type: str
    raw: bytes = field(default=b"", repr=False, compare=False)
    """The entry's own bytes; empty for what would stand there but is not recorded yet."""

    @property
    def digest(self) -> str | None:
        """`D` of the entry in hex, reckoned when a correction names it: hashing all would cost 1 µs each."""
        return entry_digest(self.raw).hex() if self.raw else None

    @property
    def order(self) -> tuple[str, str, str, str, str, int]:
        """Order of legal effect."""
        return (self.effective_on, *self.register_order)

    @property
    def register_order(self) -> tuple[str, str, str, str, int]:
        """Order of registration (P-7); on one day the register's numbers decide, not who imported first."""
        return (self.registered_on, self.register, self.number, self.type, self.position)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact on this right, with its record and the recordings that corrected it."""

    record: Record
    fact: Fact
    corrected_by: tuple[Record, ...] = ()

    @property
    def entries(self) -> tuple[int, ...]:
        """Positions this fact rests on."""
        return (self.record.position, *(record.position for record in self.corrected_by))


@dataclass(frozen=True, slots=True)
class Flag:
    """A warning: code, entries concerned, the days it holds from and until, and the data of its sentence."""

    code: str
    entries: tuple[int, ...]
    since: str | None = None
    until: str | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The member of a statement's `flags`."""
        return {
            "code": self.code,
            "entries": list(self.entries),
            "since": self.since,
            "until": self.until,
            "data": self.data,
        }


def record_of(entry: Entry, fact: Fact) -> Record:
    """The record of a fact read from `entry`."""
    return record_at(entry.position, fact, entry.entry_class, entry.source, entry.effective_at, entry.raw)


def record_at(  # noqa: PLR0917  # the members of an entry that count here
    position: int,
    fact: Fact,
    entry_class: EntryClass,
    source: Source | None,
    effective_at: str,
    raw: bytes = b"",
) -> Record:
    """The record of a fact that stands, or would stand, at `position`."""
    effective_on = fact.effective_on or day_of(parse_moment(effective_at)).isoformat()
    return Record(
        position=position,
        register=source.register if source else "",
        number=source.number if source else str(position),
        authority=entry_class is EntryClass.AUTHORITY,
        registered_on=vars(fact).get("registered_on") or effective_on,
        effective_on=effective_on,
        type=fact.TYPE,
        raw=raw,
    )


class Grouped(list[Recorded]):
    """Facts that every family looks at for its own types; none is added once it was looked at.

    Fifty families that each walk a long history would take most of the time a statement takes.
    """

    _places: dict[type[Fact], list[int]] | None = None
    _present: frozenset[type[Fact]] = frozenset()

    def of_kinds(self, kinds: frozenset[type[Fact]]) -> list[Recorded]:
        """As the function of that name."""
        places = self._places
        if places is None:
            places = self._places = {}
            for place, item in enumerate(self):
                places.setdefault(type(item.fact), []).append(place)
            self._present = frozenset(places)
        if kinds.isdisjoint(self._present):
            return []
        return [self[place] for place in sorted([at for kind in kinds for at in places.get(kind, ())])]


def of_kinds(recorded: list[Recorded], kinds: frozenset[type[Fact]]) -> list[Recorded]:
    """Those of `recorded` whose facts are of these very types, in their order.

    For the first look at every fact: `isinstance` asks each pydantic class in turn, which takes ten times
    as long.
    """
    if isinstance(recorded, Grouped):
        return recorded.of_kinds(kinds)
    return [item for item in recorded if type(item.fact) in kinds]


def names(parties: tuple[Party, ...]) -> list[str]:
    """The names alone, in order, each once."""
    return list(dict.fromkeys(party.name for party in parties))


def listed(items: list[str]) -> str:
    """Names or numbers for a sentence."""
    return ", ".join(items) if items else "–"
