"""What decisions need, read at one position: rights and where they lead, files, dossiers, earlier acts.

Everything read is also watched: the append that follows is refused if any of it has moved since (N-5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.entry import ASSET, Entry, read_own
from ledger.facts.acts import ActHeld
from ledger.facts.base import Fact
from ledger.facts.parties import profile_tag
from ledger.rules.base import PLATFORM, Command
from ledger.rules.form import Procedures, Submitted, parse, read_json
from ledger.rules.policy import POLICY, Policy
from ledger.rules.reports import Report
from ledger.rules.situation import Situation
from ledger.statement import State, read
from ledger.statement.base import Recorded
from ledger.store.reader import Reader
from ledger.store.requests import NO_ENTRY, AssetHead

_FILE: Final = "record:party:"


@dataclass(frozen=True, slots=True)
class Reading:
    """The situation, the heads and tags it rests on, and the entries of acts submitted before, by act id."""

    situation: Situation
    heads: Mapping[str, AssetHead]
    tags: tuple[str, ...]
    acts: Mapping[str, tuple[Entry, ...]]


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
) -> Reading:
    """Everything the rules may ask for to decide `commands`, as the ledger stands; `also` names more rights.

    Raises:
        StorageUnavailable, ChainBroken, EntryMalformed, UnknownEventType.
    """
    gathering = _Gathering(reader)
    gathering.take(commands, [act_tag(command.command_id) for command in commands], also)
    waiting = gathering.waiting(now, procedures)
    gathering.take(waiting)
    gathering.take_files((*commands, *waiting))
    return gathering.reading(commands, now, policy, origin)


class _Gathering:
    """What was read so far, all of it up to one position."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._position = reader.head().position
        self._states: dict[str, State] = {}
        self._heads: dict[str, AssetHead] = {}
        self._tagged: dict[str, list[Recorded]] = {}
        self._acts: dict[str, list[Entry]] = {}
        self._parties: dict[str, None] = {}
        self._dossiers: dict[str, None] = {}
        self._known: dict[int, Recorded] = {}

    def take(self, commands: Iterable[Command], acts: Iterable[str] = (), also: Iterable[str] = ()) -> None:
        """Read the rights of commands, what they lead to, and their dossiers."""
        rights = dict.fromkeys(also)
        links: dict[str, None] = {}
        dossiers: dict[str, None] = {}
        for command in commands:
            rights.update(dict.fromkeys(command.rights))
            if isinstance(command, Report):
                rights.update(dict.fromkeys(command.fact.rights))
            links.update(dict.fromkeys(command.links()))
            dossiers.update(dict.fromkeys(command.dossiers()))
        self._dossiers.update(dossiers)
        reached = self._read(rights, (*links, *dossiers, *acts), follow=links)
        self._read(reached)

    def waiting(self, now: datetime, procedures: Procedures) -> list[Command]:
        """Acts held on the rights read: an accepted command may set them free (N-10)."""
        situation = Situation(now, self._states)
        held = {
            each["act"]: each["command"]
            for right, state in self._states.items()
            if any(type(item.fact) is ActHeld for item in state.recorded)
            for each in situation.statement(right).get("held", ())
            if each["state"] == "held" and situation.today <= each["until"]
        }
        parsed = [parse(read_json(text), procedures) for text in held.values()]
        return [each.command for each in parsed if isinstance(each, Submitted)]

    def take_files(self, commands: Iterable[Command]) -> None:
        """Read the files of everybody named in commands or on the rights read."""
        named = {
            name: None
            for command in commands
            for name in (
                *command.names(),
                *command.actors(),
                *(signature.party for signature in command.signatures),
            )
        }
        files = {profile_tag(name): None for name in named}
        files.update({f"record:{party}": None for party in self._parties})
        self._read((), tuple(files))

    def reading(self, commands: Sequence[Command], now: datetime, policy: Policy, origin: str) -> Reading:
        """All of it."""
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
        )
        acts = {
            command.command_id: tuple(found)
            for command in commands
            if (found := self._acts.get(act_tag(command.command_id)))
        }
        return Reading(situation, self._heads, tuple(self._tagged), acts)

    def _read(self, rights: Iterable[str], tags: Iterable[str] = (), follow: Iterable[str] = ()) -> list[str]:
        """Read rights and tags not read yet; rights that entries under the tags in `follow` concern."""
        new = {right for right in rights if right not in self._heads}
        fresh = {tag for tag in tags if tag not in self._tagged}
        self._heads.update(dict.fromkeys(new, NO_ENTRY))
        self._tagged.update({tag: [] for tag in sorted(fresh)})
        asked = [*(ASSET + right for right in sorted(new)), *sorted(fresh)]
        following = frozenset(follow)
        reached: dict[str, None] = {}
        if not asked:
            return []
        for stored in self._reader.tagged(asked, upto=self._position):
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
                if link.id in new:
                    state = self._states.setdefault(link.id, State(link.id))
                    state.recorded.append(self._recorded(entry))
                    self._heads[link.id] = AssetHead(link.seq, stored.digest.hex())
                    self._parties.update(
                        dict.fromkeys(tag for tag in entry.subjects if tag.startswith("party:"))
                    )
        return list(reached)

    def _recorded(self, entry: Entry) -> Recorded:
        found = self._known.get(entry.position)
        if found is None:
            found = self._known[entry.position] = read(entry)
        return found


def _facts(items: Iterable[Recorded]) -> tuple[Fact, ...]:
    return tuple(item.fact for item in items)
