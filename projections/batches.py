"""Batches of entries made into rows, one batch ahead of the database.

Promises:
- Each right that a batch touches is resolved once, from a remembered state where it continues it.
- While one batch is written, the next is prepared: the database and this process work at the same time.
- What is prepared depends on the entries alone, so a batch that is never written costs nothing but its time.
"""

from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final, LiteralString

from ledger.entry import ASSET, Entry, read_own
from ledger.errors import ChainBroken, EntryMalformed, UnknownEventType
from ledger.statement import State, document, read
from ledger.statement.base import Recorded
from ledger.store.reader import Reader
from projections.catalog import ENTRY_TABLES, RIGHT_TABLES
from projections.copying import copy_text
from projections.tables import Projected

BATCH_ENTRIES: Final = 2000
BATCH_TOUCHES: Final = 5000
"""A batch is closed at this many entries, or once its entries touch this many rights between them."""
KEPT_ENTRIES: Final = 20_000
"""States are remembered up to this many entries between them, some 100 MB."""
LOADED_ENTRIES: Final = 20_000
"""Rights are resolved in groups of at most this many entries."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What the entries up to position `last` write.

    `known` are the rights whose earlier rows are replaced; `texts` are the rows of each table as
    `copying.copy_text` writes them. More entries may follow a batch that is `full`.
    """

    last: int
    known: list[str]
    texts: dict[LiteralString, str]
    full: bool


class Batches:
    """Prepares one batch after another, and remembers the states of rights lately touched."""

    def __init__(self, reader: Reader) -> None:
        """Close it after use: it has a thread."""
        self._reader = reader
        self._kept: OrderedDict[str, State] = OrderedDict()
        self._kept_entries = 0
        self._thread = ThreadPoolExecutor(1, "projector")
        self._ahead: tuple[int, Future[Batch | None]] | None = None
        """The position after which a batch is being prepared, and that batch."""

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    def after(self, position: int) -> Batch | None:
        """The batch after `position`, None if there are no entries; the one after it is begun.

        Raises:
            UnknownEventType, EntryMalformed, ChainBroken: the first entry after `position` cannot be read.
            StorageUnavailable: the database does not answer.
        """
        batch = self._prepared(position) or self._prepare(position)
        if batch is not None and batch.full:
            self._ahead = (batch.last, self._thread.submit(self._prepare, batch.last))
        return batch

    def _prepared(self, position: int) -> Batch | None:
        """The batch begun before, if it is the one after `position`: another process may have gone on."""
        if self._ahead is None:
            return None
        (after, batch), self._ahead = self._ahead, None
        wait([batch])
        return batch.result() if after == position else None

    def _prepare(self, position: int) -> Batch | None:
        entries, full = self._entries(position)
        if not entries:
            return None
        texts = {
            table.name: copy_text(row for item in entries for row in table.rows(*item))
            for table in ENTRY_TABLES
        }
        projected = list(self._project(entries))
        for right_table in RIGHT_TABLES:
            texts[right_table.name] = copy_text(
                row for right, _ in projected for row in right_table.rows(right)
            )
        known = [right.right for right, is_new in projected if not is_new]
        return Batch(entries[-1][0].position, known, texts, full)

    def _entries(self, position: int) -> tuple[list[tuple[Entry, Recorded]], bool]:
        """The entries after `position`, short of one that cannot be read, and whether a limit ended them."""
        entries: list[tuple[Entry, Recorded]] = []
        touches = 0
        try:
            for stored in self._reader.entries(position, limit=BATCH_ENTRIES):
                _check_follows(stored.position, position + len(entries))
                entry = read_own(stored.raw, stored.position)
                entries.append((entry, read(entry)))
                touches += len(entry.assets)
                if touches >= BATCH_TOUCHES:
                    break
        except (UnknownEventType, EntryMalformed, ChainBroken):
            # Everything before it is projected first; the next batch begins with it, and stops there.
            if not entries:
                raise
        return entries, len(entries) == BATCH_ENTRIES or touches >= BATCH_TOUCHES

    def _project(self, entries: list[tuple[Entry, Recorded]]) -> Iterator[tuple[Projected, bool]]:
        """Each right the entries touch as it stands after them, and whether it is new."""
        news: dict[str, list[Recorded]] = {}
        before: dict[str, int] = {}
        for entry, recorded in entries:
            for link in entry.assets:
                news.setdefault(link.id, []).append(recorded)
                before.setdefault(link.id, link.seq - 1)
        upto = entries[0][0].position - 1
        for group in _groups(before):
            states = self._states(group, upto)
            for right, state in states.items():
                state.recorded += news[right]
                self._keep(state)
                position = state.recorded[-1].record.position
                yield Projected(right, position, document(state)), before[right] == 0

    def _states(self, counts: dict[str, int], upto: int) -> dict[str, State]:
        """The state of each right after so many entries; those not remembered are read, up to `upto`."""
        states: dict[str, State] = {}
        missing: dict[str, State] = {}
        for right, count in counts.items():
            kept = self._kept.pop(right, None)
            self._kept_entries -= len(kept.recorded) if kept else 0
            if kept and len(kept.recorded) == count:
                states[right] = kept
            else:
                # Remembered from before another process went on, or from a batch that was never committed.
                states[right] = missing[right] = State(right)
        wanted = [right for right in missing if counts[right]]
        if wanted:
            for stored in self._reader.tagged([ASSET + right for right in wanted], upto=upto):
                entry = read_own(stored.raw, stored.position)
                recorded = read(entry)
                for right in entry.asset_ids:
                    if right in missing:
                        missing[right].recorded.append(recorded)
        for right, state in missing.items():
            if len(state.recorded) != counts[right]:
                what = f"the number of entries of {right} before it"
                raise ChainBroken(upto + 1, what, str(counts[right]), str(len(state.recorded)))
        return states

    def _keep(self, state: State) -> None:
        self._kept[state.right] = state
        self._kept_entries += len(state.recorded)
        while self._kept_entries > KEPT_ENTRIES:
            _, forgotten = self._kept.popitem(last=False)
            self._kept_entries -= len(forgotten.recorded)


def _check_follows(position: int, last: int) -> None:
    """A gap would silently leave out what stood in it."""
    if position != last + 1:
        raise ChainBroken(last + 1, "the next position", str(last + 1), str(position))


def _groups(before: dict[str, int]) -> Iterator[dict[str, int]]:
    """Rights and their numbers of entries, in groups whose entries can be in memory together."""
    group: dict[str, int] = {}
    total = 0
    for right, count in before.items():
        if group and total + count > LOADED_ENTRIES:
            yield group
            group, total = {}, 0
        group[right] = count
        total += count
    if group:
        yield group
