"""What decisions need, read at one position: rights and where they lead, files, dossiers, earlier acts.

Everything read is also watched: the append that follows is refused if any of it has moved since (N-5).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ledger.entry import ASSET, AssetLink, Entry, read_own
from ledger.facts.acts import ActHeld
from ledger.facts.base import Fact
from ledger.facts.parties import profile_tag
from ledger.rules.base import PLATFORM, Command
from ledger.rules.form import Procedures, Submitted, parse, read_json
from ledger.rules.policy import POLICY, Policy
from ledger.rules.reports import Report
from ledger.rules.situation import Situation
from ledger.statement import State, held_acts, read
from ledger.statement.base import Recorded
from ledger.store.reader import Reader, StoredEntry
from ledger.store.requests import NO_ENTRY, AssetHead
from ledger.submission.memory import Known, Memory
from ledger.values.dates import day_of

_FILE: Final = "record:party:"
_FOREVER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Reading:
    """The situation, the heads and tags it rests on, and the entries of acts submitted before, by act id.

    `parties` are the tags of all that are named on each right.
    """

    situation: Situation
    heads: Mapping[str, AssetHead]
    tags: tuple[str, ...]
    acts: Mapping[str, tuple[Entry, ...]]
    parties: Mapping[str, Mapping[str, None]]

    def known(self) -> Iterator[Known]:
        """The rights read, for a memory."""
        situation = self.situation
        for right, state in situation.rights.items():
            yield Known(
                situation.position,
                state,
                self.heads[right],
                tuple(self.parties[right]),
                situation.folded(right),
            )


def act_tag(command_id: str) -> str:
    """The tag of every entry that an act made, also one that took effect when another command arrived."""
    return f"record:{PLATFORM}:{command_id}"


def read_for(
    commands: Sequence[Command],
    reader: Reader,
    now: datetime,
    procedures: Procedures,
    *,
    policy: Policy = POLICY,
    origin: str = "",
    also: Iterable[str] = (),
    memory: Memory | None = None,
) -> Reading:
    """Everything the rules may ask for to decide `commands`, as the ledger stands; `also` names more rights.

    Of rights in `memory` only what was recorded since is read.

    Raises:
        StorageUnavailable, ChainBroken, EntryMalformed, UnknownEventType.
    """
    gathering = _Gathering(reader, memory or Memory(0))
    gathering.take(commands, [act_tag(command.command_id) for command in commands], also)
    gathering.take(gathering.waiting(now, procedures))
    gathering.take_files()
    return gathering.reading(commands, now, policy, origin)


class _Gathering:
    """What was read so far, all of it up to one position."""

    def __init__(self, reader: Reader, memory: Memory) -> None:
        self._reader = reader
        self._memory = memory
        self._position: int | None = None
        """Of the ledger when it was first read: what is recorded after that is not looked at."""
        self._remembered: dict[str, Known] = {}
        self._states: dict[str, State] = {}
        self._heads: dict[str, AssetHead] = {}
        self._tagged: dict[str, list[Recorded]] = {}
        self._acts: dict[str, list[Entry]] = {}
        self._parties_of: dict[str, dict[str, None]] = {}
        self._dossiers: dict[str, None] = {}
        self._known: dict[int, Recorded] = {}

    def take(self, commands: Iterable[Command], acts: Iterable[str] = (), also: Iterable[str] = ()) -> None:
        """Read the rights of commands, what they lead to, their dossiers and the files of who is named."""
        rights = dict.fromkeys(also)
        links: dict[str, None] = {}
        dossiers: dict[str, None] = {}
        files: dict[str, None] = {}
        for command in commands:
            files.update(dict.fromkeys(map(profile_tag, _named(command))))
            rights.update(dict.fromkeys(command.rights))
            if isinstance(command, Report):
                rights.update(dict.fromkeys(command.fact.rights))
            links.update(dict.fromkeys(command.links()))
            dossiers.update(dict.fromkeys(command.dossiers()))
        self._dossiers.update(dossiers)
        reached = self._read(rights, (*links, *dossiers, *files, *acts), follow=links)
        if reached:
            self._read(reached)

    def waiting(self, now: datetime, procedures: Procedures) -> list[Command]:
        """Acts held on the rights read: an accepted command may set them free (N-10)."""
        today = day_of(now).isoformat()
        held = {
            each["act"]: each["command"]
            for state in self._states.values()
            if any(type(item.fact) is ActHeld for item in state.recorded)
            for each in held_acts(state)
            if each["state"] == "held" and today <= each["until"]
        }
        parsed = [parse(read_json(text), procedures) for text in held.values()]
        return [each.command for each in parsed if isinstance(each, Submitted)]

    def take_files(self) -> None:
        """Read the files of everybody named on the rights read."""
        self._read((), [f"record:{party}" for named in self._parties_of.values() for party in named])

    def reading(self, commands: Sequence[Command], now: datetime, policy: Policy, origin: str) -> Reading:
        """All of it."""
        assert self._position is not None
        situation = Situation(
            now,
            rights=self._states,
            files={
                tag.removeprefix(_FILE): _facts(items)
                for tag, items in self._tagged.items()
                if tag.startswith(_FILE) and items
            },
            dossiers={tag: tuple(self._tagged[tag]) for tag in self._dossiers},
            policy=policy,
            position=self._position,
            origin=origin,
            _statements=self._folded(),
        )
        acts = {
            command.command_id: tuple(found)
            for command in commands
            if (found := self._acts.get(act_tag(command.command_id)))
        }
        return Reading(situation, self._heads, tuple(self._tagged), acts, self._parties_of)

    def _folded(self) -> dict[str, dict[str, Any]]:
        """Statements remembered of rights to which nothing was added."""
        return {
            right: known.statement
            for right, known in self._remembered.items()
            if known.statement is not None and self._states[right] is known.state
        }

    def _read(self, rights: Iterable[str], tags: Iterable[str] = (), follow: Iterable[str] = ()) -> list[str]:
        """Read rights and tags not read yet; rights that entries under the tags in `follow` concern."""
        new = sorted({right for right in rights if right not in self._heads})
        fresh = {tag for tag in tags if tag not in self._tagged}
        if not new and not fresh and self._position is not None:
            return []
        since = {ASSET + right: self._remember(right) for right in new}
        since.update(dict.fromkeys(sorted(fresh), 0))
        self._tagged.update({tag: [] for tag in sorted(fresh)})
        position, found = self._reader.tagged_since(since, upto=self._position)
        if self._position is None:
            self._position = position
            if position < max(since.values(), default=0):
                # The database was set back to before what is remembered, which nobody can rely on then.
                self._memory.forget(new)
                since.update({ASSET + right: self._remember(right) for right in new})
                position, found = self._reader.tagged_since(since, upto=self._position)
        following = frozenset(follow)
        reached: dict[str, None] = {}
        for stored in found:
            entry = read_own(stored.raw, stored.position)
            carried = fresh.intersection(entry.subjects)
            if carried & following:
                reached.update(dict.fromkeys(entry.asset_ids))
            for tag in carried:
                if tag.startswith(f"record:{PLATFORM}:"):
                    self._acts.setdefault(tag, []).append(entry)
                else:
                    self._tagged[tag].append(self._recorded(entry))
            for link in entry.assets:
                if entry.position > since.get(ASSET + link.id, _FOREVER):
                    self._add(link, entry, stored)
        return list(reached)

    def _remember(self, right: str) -> int:
        """Begin with what the memory has of a right; the position behind which its entries are to be read."""
        self._heads[right] = NO_ENTRY
        self._parties_of[right] = {}
        self._remembered.pop(right, None)
        self._states.pop(right, None)
        known = self._memory.get(right)
        if known is None or (self._position is not None and known.position > self._position):
            return 0
        self._remembered[right] = known
        self._states[right] = known.state
        self._heads[right] = known.head
        self._parties_of[right] = dict.fromkeys(known.parties)
        return known.position

    def _add(self, link: AssetLink, entry: Entry, stored: StoredEntry) -> None:
        """The next entry of a right; what is remembered is shared, and stays as it is."""
        right = link.id
        known = self._remembered.get(right)
        if right not in self._states:
            self._states[right] = State(right)
        elif known is not None and self._states[right] is known.state:
            self._states[right] = State(right, list(known.state.recorded))
        self._states[right].recorded.append(self._recorded(entry))
        self._heads[right] = AssetHead(link.seq, stored.digest.hex())
        self._parties_of[right].update(
            dict.fromkeys(tag for tag in entry.subjects if tag.startswith("party:"))
        )

    def _recorded(self, entry: Entry) -> Recorded:
        found = self._known.get(entry.position)
        if found is None:
            found = self._known[entry.position] = read(entry)
        return found


def _named(command: Command) -> Iterator[str]:
    """Everybody a command names, acts for, or bears the signature of."""
    yield from command.names()
    yield from command.actors()
    yield from (signature.party for signature in command.signatures)


def _facts(items: Iterable[Recorded]) -> tuple[Fact, ...]:
    return tuple(item.fact for item in items)
