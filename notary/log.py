"""The Merkle log of a ledger (design 4.4): root and proofs for any committed size, and C2SP tlog-tiles.

Full tiles of 256 hashes are kept in the notary's tables and follow the ledger when they are needed; the rest
is computed from the links. So there is no merge delay: what is committed is provable at once.

Tiles are a cache and nobody's word. A proof made from a damaged one does not lead to the sealed root, and the
audit recomputes the log from the entries.
"""

import threading
from collections.abc import Iterable
from typing import Final

from ledger import chain
from ledger.store.database import Connection, Store
from ledger.store.pgarray import BigintArray, ByteaArray, IntegerArray
from notary import merkle, tables
from notary.errors import ProofInvalid
from notary.merkle import HASH_SIZE, Frontier

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
"""C2SP tlog-tiles: a full tile holds the hashes of 256 sibling subtrees of height 8 · level."""

LEVEL_MAX: Final = 63 // TILE_HEIGHT
_ADVANCE_TILES: Final = 64
"""Tiles of level 0 stored in one transaction."""


class Log:
    """The log of one open ledger; share one between threads."""

    def __init__(self, store: Store) -> None:
        """Make the notary's tables if there are none.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        tables.prepare(store)
        self._store = store
        # Whoever stores tiles holds two connections: the pool must not be full of those who wait to do so.
        self._storing = threading.Lock()

    def root(self, size: int) -> bytes:
        """The root over the first `size` entries.

        Raises:
            ProofInvalid: LOG_SIZE_UNCOMMITTED, the ledger is not that long.
            StorageUnavailable: the database does not answer.
        """
        return self.frontier(size).root()

    def frontier(self, size: int) -> Frontier:
        """The state from which the root over more than `size` entries is computed. Raises as `root`."""
        nodes = self._nodes(size)
        return Frontier(size, tuple(nodes.at(*node) for node in merkle.complete_subtrees(0, size)))

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """The audit path of the entry at `position` (from 1) in the log of `size` (RFC 9162 section 2.1.3).

        Raises:
            ProofInvalid: LOG_SIZE_UNCOMMITTED, POSITION_INVALID, LEAF_INDEX_INVALID.
            StorageUnavailable: the database does not answer.
        """
        return self.inclusions((position,), size)[0]

    def inclusions(self, positions: Iterable[int], size: int) -> list[list[bytes]]:
        """The audit paths of many entries, each tile read once. Raises as `inclusion`."""
        nodes = self._nodes(size)
        return [
            [merkle.range_root(start, end, nodes.at) for start, end in merkle.inclusion_ranges(index, size)]
            for index in map(merkle.leaf_index, positions)
        ]

    def consistency(self, size1: int, size2: int) -> list[bytes]:
        """The proof that the log of `size2` entries extends that of `size1` (RFC 9162 section 2.1.4).

        Raises:
            ProofInvalid: LOG_SIZE_UNCOMMITTED, TREE_SIZE_INVALID.
            StorageUnavailable: the database does not answer.
        """
        nodes = self._nodes(size2)
        ranges = merkle.consistency_ranges(size1, size2)
        return [merkle.range_root(start, end, nodes.at) for start, end in ranges]

    def tile(self, level: int, number: int, width: int = TILE_WIDTH) -> bytes:
        """The first `width` hashes of a tile, 32 bytes each: of subtrees 256·number … on level 8 · `level`.

        Raises:
            ProofInvalid: TILE_UNAVAILABLE, there is no such tile, or the log is too short for it yet.
            StorageUnavailable: the database does not answer.
        """
        if not (0 <= level <= LEVEL_MAX and 0 <= number < 1 << 55 and 0 < width <= TILE_WIDTH):
            raise _no_tile(level, number, width)
        size = (number * TILE_WIDTH + width) << (TILE_HEIGHT * level)
        head = self._store.reader.head().position
        if size > head:
            raise _no_tile(level, number, width)
        return self._nodes(size, head=head).tile(level, number)[: width * HASH_SIZE]

    def entries(self, number: int, width: int = TILE_WIDTH) -> bytes:
        """The exact bytes of the entries whose hashes tile (0, `number`) holds.

        H(256 · number), from which the links of the entries continue, then each entry as u32(length) ‖ bytes.
        C2SP writes u16 and no link: our entries may be longer, and our leaf is the link, not the entry.

        Raises:
            ProofInvalid: TILE_UNAVAILABLE.
            StorageUnavailable: the database does not answer.
        """
        if not (0 <= number < 1 << 55 and 0 < width <= TILE_WIDTH):
            raise _no_tile(0, number, width)
        before = number * TILE_WIDTH
        stored = list(self._store.reader.entries(before, upto=before + width))
        if len(stored) != width:
            raise _no_tile(0, number, width)
        return self.link(before) + b"".join(len(entry.raw).to_bytes(4) + entry.raw for entry in stored)

    def link(self, position: int) -> bytes:
        """The chain H(`position`). Raises as `root`."""
        if position == 0:
            return chain.genesis(self._store.origin)
        stored = self._store.reader.entry(position)
        if stored is None:
            raise _uncommitted(position, self._store.reader.head().position)
        return stored.link

    def advance(self, size: int) -> None:
        """Store the full tiles of the first `size` entries; otherwise it is done when they are first needed.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        while not self._store_some(size):
            pass

    def first_difference(self, after: int, upto: int) -> int | None:
        """The first position `after` < n ≤ `upto` whose hash in the tiles is not that of the ledger's link.

        None where tiles and links agree, or tiles are missing: then the difference lies elsewhere.
        """
        query = tables.query(self._store.schema, "SELECT hashes FROM {tile} WHERE level = 0 AND number = %s")
        for start in range(after - after % TILE_WIDTH, upto - upto % TILE_WIDTH, TILE_WIDTH):
            kept = self._store.database.read(
                lambda connection, number=start // TILE_WIDTH: connection.execute(  # type: ignore[misc]  # bound
                    query, (number,), binary=True
                ).fetchone()
            )
            now = [
                hash_
                for links in self._store.reader.links(after=start, upto=start + TILE_WIDTH)
                for hash_ in merkle.leaf_hashes(links)
            ]
            for at, hash_ in enumerate(now):
                if kept and kept[0][at * HASH_SIZE : (at + 1) * HASH_SIZE] != hash_:
                    return start + at + 1
        return None

    def rebuild(self) -> None:
        """Throw the tiles away; they are made anew from the links when they are needed."""
        with self._storing, tables.following(self._store, tables.LOG) as (connection, _, _):
            connection.execute(tables.query(self._store.schema, "DELETE FROM {tile}"))
            tables.move(connection, self._store.schema, tables.LOG, 0)

    def _nodes(self, size: int, *, head: int | None = None) -> "_Nodes":
        """Hashes of the complete subtrees of the log of `size` entries."""
        head = self._store.reader.head().position if head is None else head
        if not 0 <= size <= head:
            raise _uncommitted(size, head)
        self.advance(size)
        return _Nodes(self._store, size)

    def _store_some(self, size: int) -> bool:
        """Store full tiles of the first `size` entries, some at a time; True if all are stored."""
        full = size - size % TILE_WIDTH
        if self._stored() >= full:
            return True
        with self._storing, tables.following(self._store, tables.LOG) as (connection, position, _):
            upto = min(full, position + _ADVANCE_TILES * TILE_WIDTH)
            if upto > position:
                hashes = [
                    hash_
                    for links in self._store.reader.links(after=position, upto=upto)
                    for hash_ in merkle.leaf_hashes(links)
                ]
                _store_tiles(connection, self._store.schema, position // TILE_WIDTH, hashes)
                tables.move(connection, self._store.schema, tables.LOG, upto)
        return upto >= full

    def _stored(self) -> int:
        query = tables.query(self._store.schema, "SELECT position FROM {follower} WHERE name = %s")
        row = self._store.database.read(
            lambda connection: connection.execute(query, (tables.LOG,)).fetchone()
        )
        assert row is not None
        return int(row[0])


class _Nodes:
    """Complete subtrees of the log of `size` entries, from its tiles; each is read once."""

    def __init__(self, store: Store, size: int) -> None:
        self._store = store
        self._size = size
        self._tiles: dict[tuple[int, int], bytes] = {}

    def at(self, level: int, index: int) -> bytes:
        """The hash of the subtree over leaves index·2^level … (index+1)·2^level − 1."""
        tile_level, height = divmod(level, TILE_HEIGHT)
        first = index << height
        tile = self.tile(tile_level, first // TILE_WIDTH)
        at = first % TILE_WIDTH
        hashes = [tile[i * HASH_SIZE : (i + 1) * HASH_SIZE] for i in range(at, at + (1 << height))]
        if len(hashes[-1]) != HASH_SIZE:
            raise _damaged(tile_level, first // TILE_WIDTH)
        return merkle.root(hashes)

    def tile(self, level: int, number: int) -> bytes:
        """The hashes of a tile, of at least those subtrees that are complete in this log."""
        key = (level, number)
        if key not in self._tiles:
            query = tables.query(
                self._store.schema, "SELECT hashes FROM {tile} WHERE level = %s AND number = %s"
            )
            row = self._store.database.read(
                lambda connection: connection.execute(query, key, binary=True).fetchone()
            )
            self._tiles[key] = bytes(row[0]) if row else self._tail(level, number)
        return self._tiles[key]

    def _tail(self, level: int, number: int) -> bytes:
        """The hashes of the last tile of level 0, which is not full and so not stored."""
        first = number * TILE_WIDTH
        if level or self._size - first >= TILE_WIDTH:
            raise _damaged(level, number)
        runs = self._store.reader.links(after=first, upto=self._size)
        return b"".join(hash_ for links in runs for hash_ in merkle.leaf_hashes(links))


def _store_tiles(connection: Connection, schema: str, first: int, hashes: list[bytes]) -> None:
    """Store the full tiles of level 0 from number `first` on, and what they add to the levels above."""
    level, start = 0, first * TILE_WIDTH
    while hashes:
        if start % TILE_WIDTH:
            known = connection.execute(
                tables.query(schema, "SELECT hashes FROM {tile} WHERE level = %s AND number = %s"),
                (level, start // TILE_WIDTH),
                binary=True,
            ).fetchone()
            waiting = start % TILE_WIDTH
            if known is None or len(known[0]) != waiting * HASH_SIZE:
                raise _damaged(level, start // TILE_WIDTH)
            hashes = [known[0][at : at + HASH_SIZE] for at in range(0, len(known[0]), HASH_SIZE)] + hashes
            start -= waiting
        runs = [hashes[at : at + TILE_WIDTH] for at in range(0, len(hashes), TILE_WIDTH)]
        _write(connection, schema, level, start // TILE_WIDTH, [b"".join(run) for run in runs])
        # A tile that grew adds its root to the level above only once: when it is full.
        full = [run for run in runs if len(run) == TILE_WIDTH]
        hashes = [merkle.root(run) for run in full]
        level, start = level + 1, start // TILE_WIDTH


def _write(connection: Connection, schema: str, level: int, first: int, contents: list[bytes]) -> None:
    numbers = range(first, first + len(contents))
    connection.execute(
        tables.query(
            schema,
            "INSERT INTO {tile} (level, number, hashes) SELECT * FROM unnest(%s, %s, %s) "
            "ON CONFLICT (level, number) DO UPDATE SET hashes = EXCLUDED.hashes",
        ),
        (IntegerArray([level] * len(contents)), BigintArray(numbers), ByteaArray(contents)),
    )


def _no_tile(level: int, number: int, width: int) -> ProofInvalid:
    return ProofInvalid(
        "TILE_UNAVAILABLE",
        "The log has no tile {number} of width {width} on level {level} yet.",
        "日志尚无第 {level} 层第 {number} 块（宽度 {width}）。",
        level=level,
        number=number,
        width=width,
    )


def _uncommitted(size: int, head: int) -> ProofInvalid:
    return ProofInvalid(
        "LOG_SIZE_UNCOMMITTED",
        "The ledger holds {head} entries, there is no log of {size}.",
        "账本现有 {head} 条，不存在大小为 {size} 的日志。",
        head=head,
        size=size,
    )


def _damaged(level: int, number: int) -> ProofInvalid:
    return ProofInvalid(
        "TILE_MISSING",
        "Tile {number} of level {level} is missing from the notary's tables or damaged there.",
        "公证表中第 {level} 层第 {number} 块缺失或已损坏。",
        level=level,
        number=number,
    )
