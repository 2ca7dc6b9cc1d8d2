"""The map recomputed from the entries, as an auditor does it (design 4.5): the notary is not believed.

Entries are read in order of position. Of a right, all entries are fetched again whenever it has changed, and
must count 1, 2, 3 … and name their predecessors up to the one just read, so that no index can hide one. Lists
are accumulated in memory. That each entry is in canonical form is for `ledger.store.audit` to check.

Nodes of the tree are taken from the notary's tables, because each is named by its hash and hashed again; so
an audit needs memory for what changed between two seals, and for the lists. Without those tables
(`in_memory`) the tree is kept in memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ledger import chain
from ledger.entry import ASSET, read_own
from ledger.errors import ChainBroken
from ledger.statement import State
from ledger.store.database import Store
from ledger.store.reader import StoredEntry
from notary import map as maps
from notary.map import EMPTY, Leaf, Node
from notary.map_store import ListLeaf, RightLeaf, entries_of_rights, is_mapped, statement_digest, stored_nodes


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

    def __init__(self, store: Store, *, in_memory: bool = False) -> None:
        """`in_memory` keeps the tree here and asks the notary's tables for nothing."""
        self._store = store
        self._in_memory = in_memory
        self._nodes: dict[bytes, Leaf | Node] = {}
        self._lists: dict[str, ListLeaf] = {}
        self._link = chain.genesis(store.origin)
        self.position = 0
        self.root = EMPTY
        self.changed: dict[str, Changed] = {}

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
        for group, entries in entries_of_rights(self._store.reader, list(rights), size):
            for right, leaf in _right_leaves(group, entries, rights):
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

    def _read_nodes(self, hashes: Sequence[bytes]) -> Mapping[bytes, Leaf | Node]:
        return self._nodes if self._in_memory else stored_nodes(self._store, hashes)


def _right_leaves(
    group: Sequence[str], entries: Iterable[StoredEntry], lasts: Mapping[str, _Last]
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
