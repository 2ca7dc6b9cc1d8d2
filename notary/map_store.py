"""The map of a ledger in PostgreSQL (design 4.5): advanced by what changed, provable at every sealed size.

Advancing goes in two steps, each in short transactions under one lock, so that it takes flat memory for any
number of entries, continues after a kill where it was, and two processes may do it at once:

    1. Read the entries after the position reached; note the keys they change.
    2. Take the noted keys in order of the tree, some at a time; make their leaves anew as of the position
       reached; write the nodes.

When no noted key is left, the root belongs to the position reached, and is kept under that size. Nodes and
the contents of leaves are never overwritten, so proofs of earlier sizes stay possible.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from ledger import chain
from ledger.entry import ASSET, parse, read_own
from ledger.errors import ChainBroken, RightUnknown
from ledger.statement import State, document
from ledger.store.database import Connection, Store
from ledger.store.pgarray import BigintArray, ByteaArray, TextArray
from ledger.store.reader import Reader, StoredEntry
from notary import map as maps
from notary import tables
from notary.errors import ProofInvalid
from notary.map import EMPTY, Leaf, MapProof, Node

LISTS: Final = ("party:", "pool:")
"""Tags whose leaf is the list of entries that carry them."""

SCAN_ENTRIES: Final = 5000
"""Entries read in one transaction of the first step."""
KEYS_AT_ONCE: Final = 5000
"""Keys made anew in one transaction of the second step."""
FOLDED_AT_ONCE: Final = 900
"""Rights are folded in groups of at most this many entries."""
LINKS_AT_ONCE: Final = 20_000


@dataclass(frozen=True, slots=True)
class RightLeaf:
    """What the map says of a right: number of its entries, digest D of the last, SHA-256 of its statement."""

    count: int
    head: bytes
    statement: bytes

    @property
    def value(self) -> bytes:
        """The leaf's value."""
        return sha256(self.count.to_bytes(8) + self.head + self.statement).digest()

    def as_json(self) -> dict[str, Any]:
        """The member `leaf` of a map proof (docs/formats.md 8.2)."""
        return {"count": self.count, "head": self.head.hex(), "statement": self.statement.hex()}


@dataclass(frozen=True, slots=True)
class ListLeaf:
    """What the map says of a party or pool: number of entries so tagged, accumulator over their links."""

    count: int
    accumulator: bytes

    @property
    def value(self) -> bytes:
        """The leaf's value."""
        return maps.list_value(count=self.count, accumulator=self.accumulator)

    def as_json(self) -> dict[str, Any]:
        """The member `leaf` of a map proof (docs/formats.md 8.2)."""
        return {"count": self.count, "acc": self.accumulator.hex()}


@dataclass(frozen=True, slots=True)
class KeyProof:
    """What the map of `size` entries says of a tag, with the path to it.

    `leaf` is None where the map says nothing; the path then ends at an empty place or at another key's leaf.
    """

    key_of: str
    size: int
    root: bytes
    proof: MapProof
    leaf: RightLeaf | ListLeaf | None

    def as_json(self) -> dict[str, Any]:
        """The object of `proofs/map.json` (docs/formats.md 8.2)."""
        shown: dict[str, Any] = {
            "key_of": self.key_of,
            "siblings": [hash_.hex() for hash_ in self.proof.siblings],
            "leaf": None if self.leaf is None else self.leaf.as_json(),
        }
        if self.leaf is None:
            other = self.proof.leaf
            shown["other"] = None if other is None else {"key": other.key.hex(), "value": other.value.hex()}
        return shown


def is_mapped(tag: str) -> bool:
    """Has a tag a leaf in the map?"""
    return tag.startswith((ASSET, *LISTS))


class MapStore:
    """The map of one open ledger; share one between threads."""

    def __init__(self, store: Store) -> None:
        """Make the notary's tables if there are none.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        tables.prepare(store)
        self._store = store
        self._schema = store.schema
        # Whoever advances holds two connections: the pool must not be full of those who wait to do so.
        self._advancing = threading.Lock()

    def advance(self, size: int) -> bytes | None:
        """Bring the map to the first `size` entries; its root, or None if another process has gone further.

        Then there is no root for `size`: read the head again and advance to that.

        Raises:
            StorageUnavailable: the database does not answer; advancing again continues.
            ProofInvalid: MAP_AHEAD, the map was made from a longer ledger; MAP_NODE_MISSING, its tables are
                damaged.
            UnknownEventType, EntryMalformed, ChainBroken: an entry cannot be read.
        """
        with self._advancing:
            while not self._scan(size):
                pass
            while True:
                done = self._update(size)
                if done is not None:
                    return done.root

    def root(self, size: int) -> bytes:
        """The root of the map of the first `size` entries.

        Raises:
            ProofInvalid: MAP_SIZE_NOT_SEALED, no seal was made of that many entries.
            StorageUnavailable: the database does not answer.
        """
        query = tables.query(
            self._schema,
            """SELECT (SELECT root FROM {root} WHERE size = %(size)s),
                      (SELECT max(size) FROM {root} WHERE size < %(size)s),
                      (SELECT min(size) FROM {root} WHERE size > %(size)s)""",
        )
        row = self._store.database.read(
            lambda connection: connection.execute(query, {"size": size}, binary=True).fetchone()
        )
        assert row is not None
        if size and row[0] is None:
            raise ProofInvalid(
                "MAP_SIZE_NOT_SEALED",
                "The map is proved at seals only, and {size} entries were never sealed; "
                "the nearest sizes are {before} and {after}.",
                "映射仅可在封印处证明，从未封印 {size} 条；最近的大小为 {before} 与 {after}。",
                size=size,
                before=row[1],
                after=row[2],
            )
        return bytes(row[0]) if size else EMPTY

    def prove(self, key_of: str, size: int) -> KeyProof:
        """What the map of `size` entries says of a tag: presence with the leaf's content, or absence.

        Args:
            key_of: `asset:US:patent:15145443`, `party:…` or `pool:…`.
            size: a sealed size.

        Raises:
            ProofInvalid: MAP_KEY_INVALID, MAP_SIZE_NOT_SEALED; MAP_NODE_MISSING and MAP_LEAF_DIFFERS, the
                notary's tables are damaged.
            StorageUnavailable: the database does not answer.
        """
        if not is_mapped(key_of):
            raise ProofInvalid(
                "MAP_KEY_INVALID",
                "The map holds rights, parties and pools: {key_of} is not asset:…, party:… or pool:….",
                "映射仅含权利、当事人与专利池：{key_of} 不是 asset:…、party:… 或 pool:…。",
                key_of=key_of[:300],
            )
        root = self.root(size)
        key = maps.map_key(key_of)
        proof = maps.prove(root, key, lambda _: self._path(root, key))
        if proof.leaf is None or proof.leaf.key != key:
            return KeyProof(key_of, size, root, proof, None)
        leaf = stored_leaves(self._store, [key_of], size).get(key_of)
        if leaf is None or leaf.value != proof.leaf.value:
            raise _leaf_differs(key_of, size)
        return KeyProof(key_of, size, root, proof, leaf)

    def statement(self, right: str, size: int) -> bytes:
        """The canonical statement of a right as of the first `size` entries, which its map leaf commits to.

        Raises:
            RightUnknown: it has no entry up to there.
            StorageUnavailable: the database does not answer.
            UnknownEventType, EntryMalformed, ChainBroken: an entry cannot be read.
        """
        state = State(right)
        for stored in self._store.reader.asset_entries(right, upto=size):
            state.evolve(parse(stored.raw, stored.position))
        if not state.recorded:
            raise RightUnknown(right)
        return statement_bytes(state)

    def rebuild(self, sizes: Iterable[int]) -> None:
        """Throw the map away and make it anew, complete at each of `sizes` (ascending): the sealed ones.

        Raises:
            As `advance`.
        """
        with tables.following(self._store, tables.MAP) as (connection, _, _):
            connection.execute(tables.query(self._schema, "TRUNCATE {node}, {leaf}, {changed}, {root}"))
            tables.move(connection, self._schema, tables.MAP, 0, EMPTY)
        for size in sizes:
            self.advance(size)

    def _scan(self, size: int) -> bool:
        """Note the keys that some entries after the position reached change; True at `size` or beyond."""
        with tables.following(self._store, tables.MAP) as (connection, position, root):
            head = self._store.reader.head().position
            if position > head:
                raise ProofInvalid(
                    "MAP_AHEAD",
                    "The map was made from {position} entries, the ledger holds {head}: some were removed.",
                    "映射由 {position} 条生成，账本现有 {head} 条：有条目被删除。",
                    position=position,
                    head=head,
                )
            upto = min(size, position + SCAN_ENTRIES)
            if upto <= position:
                return True
            tags = sorted(self._changed_tags(position, upto))
            connection.execute(
                tables.query(
                    self._schema, "INSERT INTO {changed} SELECT * FROM unnest(%s, %s) ON CONFLICT DO NOTHING"
                ),
                (ByteaArray([maps.map_key(tag) for tag in tags]), TextArray(tags)),
            )
            tables.move(connection, self._schema, tables.MAP, upto, root)
        return upto >= size

    def _changed_tags(self, after: int, upto: int) -> set[str]:
        """Mapped tags of the entries after `after`, which are only sealed if they continue the chain."""
        before = self._store.reader.entry(after) if after else None
        link = before.link if before else chain.genesis(self._store.origin)
        expected = after + 1
        changed: set[str] = set()
        for stored in self._store.reader.entries(after, upto=upto):
            link = chain.link(link, expected, stored.digest)
            if (stored.position, stored.link) != (expected, link):
                raise ChainBroken(expected, "link", link.hex(), stored.link.hex())
            changed.update(filter(is_mapped, read_own(stored.raw, stored.position).subjects))
            expected += 1
        if expected <= upto:
            raise ChainBroken(expected, "position", str(expected), "nothing")
        return changed

    def _update(self, size: int) -> "_Reached | None":
        """Make some of the noted keys' leaves anew; where the map stands once there are none, else None."""
        with tables.following(self._store, tables.MAP) as (connection, position, old_root):
            root = old_root
            tags = _noted(connection, self._schema)
            if tags:
                leaves = self._leaves(tags, position)
                updated = maps.update(
                    old_root,
                    {maps.map_key(tag): leaf.value for tag, leaf in leaves.items()},
                    lambda hashes: _read_nodes(connection, self._schema, hashes),
                )
                _write_nodes(connection, self._schema, updated.added)
                _write_leaves(connection, self._schema, leaves, position)
                _forget(connection, self._schema, tags)
                tables.move(connection, self._schema, tables.MAP, position, updated.root)
                root = updated.root
            if len(tags) == KEYS_AT_ONCE:
                return None
            connection.execute(
                tables.query(
                    self._schema, "INSERT INTO {root} (size, root) VALUES (%s, %s) ON CONFLICT DO NOTHING"
                ),
                (position, root),
            )
            known = connection.execute(
                tables.query(self._schema, "SELECT root FROM {root} WHERE size = %s"), (size,), binary=True
            ).fetchone()
        return _Reached(known[0] if known else None)

    def _leaves(self, tags: Sequence[str], size: int) -> dict[str, RightLeaf | ListLeaf]:
        rights = [tag.removeprefix(ASSET) for tag in tags if tag.startswith(ASSET)]
        lists = [tag for tag in tags if not tag.startswith(ASSET)]
        leaves: dict[str, RightLeaf | ListLeaf] = {}
        for group, entries in entries_of_rights(self._store.reader, rights, size):
            for right, leaf in _right_leaves(group, entries):
                leaves[ASSET + right] = leaf
        leaves.update(self._list_leaves(lists, size))
        return leaves

    def _list_leaves(self, tags: Sequence[str], size: int) -> dict[str, ListLeaf]:
        """Each list continued from its last leaf by the links of the entries tagged since."""
        known = self._store.database.read(
            lambda connection: connection.execute(
                tables.query(
                    self._schema,
                    """SELECT u.tag, l.size, l.count, l.head FROM unnest(%s) AS u (tag)
                       CROSS JOIN LATERAL (SELECT o.size, o.count, o.head FROM {leaf} o
                                            WHERE o.tag = u.tag ORDER BY o.size DESC LIMIT 1) AS l""",
                ),
                (TextArray(tags),),
                binary=True,
            ).fetchall()
        )
        counts = dict.fromkeys(tags, 0)
        accumulators = dict.fromkeys(tags, EMPTY)
        since = dict.fromkeys(tags, 0)
        for tag, at, count, head in known:
            since[tag], counts[tag], accumulators[tag] = at, count, head
        for tag, link in self._tagged_links(since, size):
            counts[tag] += 1
            accumulators[tag] = sha256(accumulators[tag] + link).digest()
        return {tag: ListLeaf(counts[tag], accumulators[tag]) for tag in tags}

    def _tagged_links(self, since: Mapping[str, int], size: int) -> Iterator[tuple[str, bytes]]:
        """Links of the entries that carry a tag, after its position, in order for each tag."""
        after = dict(since)
        while after:
            asked = dict(after)
            rows = self._store.database.read(
                lambda connection, asked=asked: connection.execute(  # type: ignore[misc]  # a bound argument
                    """SELECT u.tag, t.position, e.link
                         FROM unnest(%s, %s) WITH ORDINALITY AS u (tag, after, i)
                         JOIN ledger_tag t ON t.tag = u.tag AND t.position > u.after AND t.position <= %s
                         JOIN ledger_entry e USING (position)
                        ORDER BY u.i, t.position LIMIT %s""",
                    (TextArray(asked), BigintArray(list(asked.values())), size, LINKS_AT_ONCE),
                    binary=True,
                ).fetchall()
            )
            for tag, _, link in rows:
                yield tag, link
            if len(rows) < LINKS_AT_ONCE:
                return
            # The page ended within the tag of its last row: those before it are done.
            last_tag, last_position, _ = rows[-1]
            tags = list(after)
            after = {tag: after[tag] for tag in tags[tags.index(last_tag) :]}
            after[last_tag] = last_position

    def _path(self, root: bytes, key: bytes) -> dict[bytes, Leaf | Node]:
        """All nodes on a key's path, in one round trip. PostgreSQL numbers a byte's bits from the right."""
        query = tables.query(
            self._schema,
            """WITH RECURSIVE path (depth, hash, content) AS (
                   SELECT 0, hash, content FROM {node} WHERE hash = %(root)s
                   UNION ALL
                   SELECT p.depth + 1, n.hash, n.content FROM path p
                     JOIN {node} n ON get_byte(p.content, 0) = 78 AND p.depth < 256 AND n.hash = substring(
                          p.content FROM CASE get_bit(%(key)s, (p.depth & 248) + 7 - (p.depth & 7))
                                         WHEN 0 THEN 2 ELSE 34 END FOR 32))
               SELECT hash, content FROM path""",
        )
        rows = self._store.database.read(
            lambda connection: connection.execute(query, {"root": root, "key": key}, binary=True).fetchall()
        )
        return {hash_: maps.read_node(content) for hash_, content in rows}


@dataclass(frozen=True, slots=True)
class _Reached:
    """No noted key is left; `root` is that of the size asked for, if the map was ever complete there."""

    root: bytes | None


def entries_of_rights(
    reader: Reader, rights: Sequence[str], size: int
) -> Iterator[tuple[list[str], list[StoredEntry]]]:
    """Rights in groups, with all their entries up to `size`; the next group is read while one is folded."""

    def read(group: list[str]) -> list[StoredEntry]:
        return list(reader.tagged([ASSET + right for right in group], upto=size))

    with ThreadPoolExecutor(1) as ahead:
        reading: deque[tuple[list[str], Future[list[StoredEntry]]]] = deque()
        for group in groups_of_rights(reader, rights):
            reading.append((group, ahead.submit(read, group)))
            if len(reading) > 1:
                earlier, entries = reading.popleft()
                yield earlier, entries.result()
        for last, entries in reading:
            yield last, entries.result()


def groups_of_rights(reader: Reader, rights: Sequence[str]) -> Iterator[list[str]]:
    """Rights in groups whose entries one reading brings."""
    heads = reader.asset_heads(rights)
    group: list[str] = []
    total = 0
    for right in rights:
        count = heads[right].seq
        if group and total + count > FOLDED_AT_ONCE:
            yield group
            group, total = [], 0
        group.append(right)
        total += count
    if group:
        yield group


def _right_leaves(rights: Sequence[str], entries: Sequence[StoredEntry]) -> Iterator[tuple[str, RightLeaf]]:
    """The leaf of each right from all the entries that concern one of them."""
    states = {right: State(right) for right in rights}
    heads: dict[str, bytes] = {}
    for stored in entries:
        entry = read_own(stored.raw, stored.position)
        for right in entry.asset_ids:
            state = states.get(right)
            if state is not None:
                state.evolve(entry)
                heads[right] = stored.digest
    for right, state in states.items():
        yield right, RightLeaf(len(state.recorded), heads[right], statement_digest(state))


def statement_bytes(state: State) -> bytes:
    """The canonical statement of a right.

    Printed without the checks of `canonical.encode`: all its members come from entries, which passed them,
    and a statement must never be the reason why nothing is sealed any more.
    """
    return orjson.dumps(document(state), option=orjson.OPT_SORT_KEYS)


def statement_digest(state: State) -> bytes:
    """SHA-256 of the canonical statement, as the map commits to it."""
    return sha256(statement_bytes(state)).digest()


def _noted(connection: Connection, schema: str) -> list[str]:
    rows = connection.execute(
        tables.query(schema, "SELECT tag FROM {changed} ORDER BY key LIMIT %s"), (KEYS_AT_ONCE,)
    ).fetchall()
    return [tag for (tag,) in rows]


def _forget(connection: Connection, schema: str, tags: Sequence[str]) -> None:
    connection.execute(
        tables.query(schema, "DELETE FROM {changed} WHERE key = ANY(%s)"),
        (ByteaArray([maps.map_key(tag) for tag in tags]),),
    )


def stored_nodes(store: Store, hashes: Sequence[bytes]) -> dict[bytes, Leaf | Node]:
    """What the notary's tables hold under these hashes; whoever uses it hashes it again."""
    return store.database.read(lambda connection: _read_nodes(connection, store.schema, hashes))


def stored_leaves(store: Store, tags: Sequence[str], size: int) -> dict[str, RightLeaf | ListLeaf]:
    """What the notary's tables say the leaves of tags were made of in the map of `size` entries."""
    query = tables.query(
        store.schema,
        """SELECT u.tag, l.count, l.head, l.statement FROM unnest(%s) AS u (tag)
           CROSS JOIN LATERAL (SELECT o.count, o.head, o.statement FROM {leaf} o
                                WHERE o.tag = u.tag AND o.size <= %s ORDER BY o.size DESC LIMIT 1) AS l""",
    )
    rows = store.database.read(
        lambda connection: connection.execute(query, (TextArray(tags), size), binary=True).fetchall()
    )
    return {
        tag: ListLeaf(count, head) if statement is None else RightLeaf(count, head, statement)
        for tag, count, head, statement in rows
    }


def _read_nodes(connection: Connection, schema: str, hashes: Sequence[bytes]) -> dict[bytes, Leaf | Node]:
    rows = connection.execute(
        tables.query(
            schema, "SELECT n.hash, n.content FROM unnest(%s) AS u (hash) JOIN {node} n USING (hash)"
        ),
        (ByteaArray(hashes),),
        binary=True,
    ).fetchall()
    return {hash_: maps.read_node(content) for hash_, content in rows}


def _write_nodes(connection: Connection, schema: str, added: Mapping[bytes, Leaf | Node]) -> None:
    hashes = sorted(added)
    connection.execute(
        tables.query(schema, "INSERT INTO {node} SELECT * FROM unnest(%s, %s) ON CONFLICT DO NOTHING"),
        (ByteaArray(hashes), ByteaArray([added[hash_].to_bytes() for hash_ in hashes])),
    )


def _write_leaves(
    connection: Connection, schema: str, leaves: Mapping[str, RightLeaf | ListLeaf], size: int
) -> None:
    rows = [
        (tag, leaf.count, leaf.head, leaf.statement)
        if isinstance(leaf, RightLeaf)
        else (tag, leaf.count, leaf.accumulator, None)
        for tag, leaf in leaves.items()
    ]
    tags, counts, heads, statements = zip(*rows, strict=True)
    connection.execute(
        tables.query(
            schema,
            """INSERT INTO {leaf} (tag, size, count, head, statement)
               SELECT u.tag, %s, u.count, u.head, u.statement FROM unnest(%s, %s, %s, %s)
                   AS u (tag, count, head, statement)
               ON CONFLICT (tag, size) DO UPDATE SET count = EXCLUDED.count, head = EXCLUDED.head,
                                                    statement = EXCLUDED.statement""",
        ),
        (size, TextArray(tags), BigintArray(counts), ByteaArray(heads), ByteaArray(statements)),
    )


def _leaf_differs(key_of: str, size: int) -> ProofInvalid:
    return ProofInvalid(
        "MAP_LEAF_DIFFERS",
        "What the notary's tables say of {key_of} at {size} entries is not what was sealed: "
        "they are damaged.",
        "公证表中 {key_of} 在 {size} 条处的记载与封印内容不符：数据已损坏。",
        key_of=key_of,
        size=size,
    )
