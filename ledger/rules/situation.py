"""What a decision is based on: the rights concerned as known now, the parties' profiles, the clock, policy.

A situation never changes. `after` gives the one that would hold if facts were recorded: so that a list of
commands is decided one upon the other, and a held act again when what it waits for arrives (N-10).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final, TypeVar

from ledger.entry import ASSET, EntryClass, Source
from ledger.facts.base import Fact
from ledger.facts.parties import Attributes, PartyDescribed, PartyKeyRevoked, PartyRegistered, profile_tag
from ledger.rules.base import Said
from ledger.rules.fields import PartySaid
from ledger.rules.policy import POLICY, Policy
from ledger.rules.profiles import Profile, merged, profile
from ledger.statement import State, document
from ledger.statement.base import Recorded, record_at
from ledger.values.dates import day_of
from ledger.values.parties import party_id, same_party

_About = TypeVar("_About")
_T = TypeVar("_T")

DOSSIERS: Final = ("pool:", "case:")
"""Tags under which whole stories other than a right's are kept."""


@dataclass(frozen=True)
class Situation:
    """Rights by id, each as the facts recorded of it so far; `position` is the last one read."""

    now: datetime
    rights: Mapping[str, State] = field(default_factory=dict)
    files: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    """Facts of each party's file, by party id."""
    dossiers: Mapping[str, tuple[Recorded, ...]] = field(default_factory=dict)
    """All that is recorded under each further tag a command asks for: a pool, a loan, a fund."""
    policy: Policy = POLICY
    position: int = 0
    origin: str = ""
    """The name of the ledger."""
    _statements: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False, compare=False)
    _profiles: dict[str, Profile | None] = field(default_factory=dict, repr=False, compare=False)
    _answers: dict[tuple[Any, ...], tuple[Any, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def today(self) -> str:
        """The Shanghai day of the clock."""
        return day_of(self.now).isoformat()

    def knows(self, right: str) -> bool:
        """Whether the right is on the ledger."""
        return right in self.rights

    def statement(self, right: str) -> dict[str, Any]:
        """The statement of a right that `knows`."""
        found = self._statements.get(right)
        if found is None:
            found = self._statements[right] = document(self.rights[right])
        return found

    def folded(self, right: str) -> dict[str, Any] | None:
        """The statement of a right if anybody asked for it."""
        return self._statements.get(right)

    def statements(self, rights: Iterable[str]) -> list[tuple[str, dict[str, Any]]]:
        """Pairs of id and statement for those of `rights` that are on the ledger."""
        return [(right, self.statement(right)) for right in rights if self.knows(right)]

    def profile(self, name: str) -> Profile | None:
        """What is on file of the party of this name."""
        key = party_id(name)
        if key not in self._profiles:
            self._profiles[key] = profile(self.files.get(key, ()))
        return self._profiles[key]

    @cached_property
    def _filed(self) -> tuple[str, ...]:
        return tuple(
            fact.party.name
            for file in self.files.values()
            for fact in file
            if isinstance(fact, PartyRegistered)
        )

    def file_name(self, name: str) -> str:
        """The name a party's file bears where another spelling of it is given; else the name itself."""
        return next((filed for filed in self._filed if same_party(filed, name)), name)

    def attributes(self, party: PartySaid) -> Attributes:
        """What is known of a party: its file first, then what the command says of it."""
        return self.once(_attributes, party)

    def once(self, reckon: Callable[["Situation", _About], _T], about: _About) -> _T:
        """`reckon(self, about)`, however many checks of a decision ask: neither of the two ever changes.

        Nobody may change the answer. `about` is known by its identity, and kept so that it stays its own.
        """
        key = (reckon, id(about))
        if key not in self._answers:
            self._answers[key] = (about, reckon(self, about))
        answer: _T = self._answers[key][1]
        return answer

    def after(self, said: tuple[Said, ...], entry_class: EntryClass, source: Source) -> "Situation":
        """The situation in which these facts stand behind everything read, as recorded from `source`."""
        rights = dict(self.rights)
        files = dict(self.files)
        dossiers = dict(self.dossiers)
        position = self.position
        touched: set[str] = set()
        for each, numbered in zip(said, sources(said, source), strict=True):
            position += 1
            effective_at = each.effective_at or each.fact.effective_on or self.today
            record = record_at(position, each.fact, each.by or entry_class, numbered, effective_at)
            recorded = Recorded(record, each.fact)
            for tag in each.fact.tags():
                if tag.startswith(ASSET):
                    right = tag.removeprefix(ASSET)
                    if right not in touched:
                        known = rights.get(right)
                        rights[right] = State(right, [] if known is None else list(known.recorded))
                        touched.add(right)
                    rights[right].recorded.append(recorded)
                elif tag.startswith(DOSSIERS):
                    dossiers[tag] = (*dossiers.get(tag, ()), recorded)
            if isinstance(each.fact, PartyRegistered | PartyDescribed | PartyKeyRevoked):
                key = profile_tag(each.fact.party.name).rpartition(":")[2]
                files[key] = (*files.get(key, ()), each.fact)
        kept = {right: found for right, found in self._statements.items() if right not in touched}
        return replace(
            self,
            rights=rights,
            files=files,
            dossiers=dossiers,
            position=position,
            _statements=kept,
            _profiles={},
        )


def _attributes(situation: Situation, party: PartySaid) -> Attributes:
    known = situation.profile(party.name) or situation.profile(situation.file_name(party.name))
    return merged(party.attributes, known.attributes) if known else party.attributes


def sources(said: tuple[Said, ...], source: Source) -> list[Source]:
    """The source of each fact: those of one kind that come from one act are numbered apart.

    Register and number are what a later correction names, and one number holds one fact of a kind.
    """
    seen: Counter[str] = Counter()
    found = []
    for each in said:
        seen[each.fact.TYPE] += 1
        place = seen[each.fact.TYPE]
        found.append(source if place == 1 else replace(source, number=f"{source.number}#{place}"))
    return found
