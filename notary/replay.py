"""The map recomputed from the entries, as an auditor does it (design 4.5): the notary is not believed.

Entries are read in order of position. Of a right, all entries are fetched again whenever it has changed, and
must count 1, 2, 3 … and name their predecessors up to the one just read, so that no index can hide one. Lists
are accumulated in memory. That each entry is in canonical form is for `ledger.store.audit` to check.

Nodes of the tree are taken from the notary's tables, because each is named by its hash and hashed again; so
an audit needs memory for what changed between two seals, and for the lists. Without those tables
(`in_memory`) the tree is kept in memory.
"""

import multiprocessing
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Final, Self

from ledger import chain
from ledger.entry import ASSET, read_own
from ledger.errors import ChainBroken, LedgerError
from ledger.statement import State
from ledger.store.database import Database, Store
from ledger.store.reader import Reader, StoredEntry
from notary import map as maps
from notary.map import EMPTY, Leaf, Node
from notary.map_store import (
    ListLeaf,
    RightLeaf,
    entries_of_rights,
    groups_of_rights,
    is_mapped,
    statement_digest,
    stored_nodes,
)

FOLDED_BY_PROCESSES: Final = 4000
"""From so many changed rights on, starting processes costs less than it saves."""


@dataclass(frozen=True, slots=True)
class _Last:
    """The last entry of a right or list as read: its number there, its digest, its position."""

    count: int
    digest: bytes
    position: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A leaf as recomputed, and the position of the entry that changed it last."""

    leaf: RightLeaf | ListLeaf
    position: int


class Replay:
    """Recomputes the map of one ledger, from the first entry on.

    Attributes:
        position: how far it has come.
        root: of the map there.
        changed: by tag, the leaves that the last advance made anew.
    """

    def __init__(self, store: Store, *, in_memory: bool = False, processes: int | None = None) -> None:
        """`in_memory` keeps the tree here and asks the notary's tables for nothing.

        `processes` fold the statements where many rights have changed; by default one for each core.
        """
        self._processes = processes or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None
        self._store = store
        self._in_memory = in_memory
        self._nodes: dict[bytes, Leaf | Node] = {}
        self._lists: dict[str, ListLeaf] = {}
        self._link = chain.genesis(store.origin)
        self.position = 0
        self.root = EMPTY
        self.changed: dict[str, Changed] = {}

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def advance(self, size: int) -> bytes:
        """The root of the map of the first `size` entries.

        Raises:
            ChainBroken: an entry is missing, does not continue the chain, or does not continue its right.
            EntryMalformed, UnknownEventType: an entry cannot be read.
            ProofInvalid: MAP_NODE_MISSING, a node needed is missing from the notary's tables.
            StorageUnavailable: the database does not answer.
        """
        rights, lists = self._read(size)
        self.changed = {tag: Changed(self._lists[tag], position) for tag, position in lists.items()}
        for right, leaf in self._right_leaves(rights, size):
            self.changed[ASSET + right] = Changed(leaf, rights[right].position)
        updated = maps.update(
            self.root,
            {maps.map_key(tag): changed.leaf.value for tag, changed in self.changed.items()},
            self._read_nodes,
        )
        if self._in_memory:
            self._nodes.update(updated.added)
        self.root = updated.root
        return self.root

    def _read(self, size: int) -> tuple[dict[str, _Last], dict[str, int]]:
        """What the entries up to `size` change: rights with their last entry, lists with its position."""
        rights: dict[str, _Last] = {}
        lists: dict[str, int] = {}
        for stored in self._store.reader.entries(self.position, upto=size):
            self.position += 1
            self._link = chain.link(self._link, self.position, stored.digest)
            if (stored.position, stored.link) != (self.position, self._link):
                raise ChainBroken(self.position, "link", self._link.hex(), stored.link.hex())
            entry = read_own(stored.raw, stored.position)
            for link in entry.assets:
                rights[link.id] = _Last(link.seq, stored.digest, stored.position)
            for tag in entry.subjects:
                if is_mapped(tag) and not tag.startswith(ASSET):
                    known = self._lists.get(tag, ListLeaf(0, EMPTY))
                    accumulator = sha256(known.accumulator + stored.link).digest()
                    self._lists[tag] = ListLeaf(known.count + 1, accumulator)
                    lists[tag] = stored.position
        if self.position < size:
            raise ChainBroken(self.position + 1, "position", str(self.position + 1), "nothing")
        return rights, lists

    def _right_leaves(self, rights: Mapping[str, _Last], size: int) -> Iterator[tuple[str, RightLeaf]]:
        reader = self._store.reader
        if len(rights) < FOLDED_BY_PROCESSES:
            for group, entries in entries_of_rights(reader, list(rights), size):
                yield from _leaves_of(group, entries, rights)
            return
        jobs = [
            ({right: rights[right] for right in group}, size)
            for group in groups_of_rights(reader, list(rights))
        ]
        for (lasts, _), leaves in zip(jobs, self._workers().map(_work, jobs), strict=True):
            # A worker that met something wrong says only that: here it is met again, and named.
            yield from leaves if leaves is not None else _fold(reader, lasts, size)

    def _workers(self) -> ProcessPoolExecutor:
        if self._pool is None:
            database = self._store.database
            self._pool = ProcessPoolExecutor(
                self._processes,
                # Spawned, not forked: a fork would share our connections and the locks of our threads.
                multiprocessing.get_context("spawn"),
                initializer=_start_worker,
                initargs=(database.schema, database.conninfo()),
            )
        return self._pool

    def _read_nodes(self, hashes: Sequence[bytes]) -> Mapping[bytes, Leaf | Node]:
        return self._nodes if self._in_memory else stored_nodes(self._store, hashes)


def _leaves_of(
    group: Iterable[str], entries: Iterable[StoredEntry], lasts: Mapping[str, _Last]
) -> Iterator[tuple[str, RightLeaf]]:
    """The leaf of each right, whose entries must continue each other up to the last one known."""
    states = {right: State(right) for right in group}
    previous = dict.fromkeys(group, chain.NO_PREVIOUS)
    for stored in entries:
        entry = read_own(stored.raw, stored.position)
        for link in entry.assets:
            if link.id not in states:
                continue
            expected = (len(states[link.id].recorded) + 1, previous[link.id])
            if (link.seq, link.prev) != expected:
                what = f"the number of this entry in {link.id} and the digest of the one before"
                raise ChainBroken(
                    stored.position, what, f"{expected[0]} {expected[1]}", f"{link.seq} {link.prev}"
                )
            states[link.id].evolve(entry)
            previous[link.id] = stored.digest.hex()
    for right, state in states.items():
        last = lasts[right]
        if (len(state.recorded), previous[right]) != (last.count, last.digest.hex()):
            what = f"the number of entries of {right} up to here"
            raise ChainBroken(last.position, what, str(last.count), str(len(state.recorded)))
        yield right, RightLeaf(last.count, last.digest, statement_digest(state))


def _fold(reader: Reader, lasts: Mapping[str, _Last], size: int) -> list[tuple[str, RightLeaf]]:
    """The leaves of a group of rights, whose entries one reading brings."""
    return list(_leaves_of(lasts, reader.tagged([ASSET + right for right in lasts], upto=size), lasts))


_worker: list[Reader] = []


def _start_worker(schema: str, conninfo: str) -> None:
    _worker.append(Reader(Database(schema, conninfo, None)))


def _work(job: tuple[dict[str, _Last], int]) -> list[tuple[str, RightLeaf]] | None:
    """The leaves of a group of rights, or None if something is wrong with them."""
    try:
        return _fold(_worker[0], *job)
    except LedgerError:
        return None
