"""Reading entries: whatever leaves the store was checked against its digest.

Lists are in order of positions. Nothing is held longer than a page, so a ledger of any length streams through
flat memory, and no read keeps a connection between pages.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.rows import TupleRow

from ledger.entry import ASSET, Entry, parse
from ledger.errors import ChainBroken
from ledger.store.pgarray import BigintArray, TextArray
from ledger.store.requests import NO_ENTRY, AssetHead, QueryItem

if TYPE_CHECKING:
    from ledger.store.database import Database

LINKS_PAGE: Final = 20_000
PAGE: Final = 1000
_FOREVER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the ledger: its last position, `H(position)`, and when that was recorded (None: empty)."""

    origin: str
    position: int
    link: bytes
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it lies in the store: exact bytes, their digest `D` and the link `H` at its position."""

    position: int
    raw: bytes
    digest: bytes
    link: bytes

    def parse(self) -> Entry:
        """The entry these bytes say.

        Raises:
            EntryMalformed: they are not an entry of a version this release reads.
        """
        return parse(self.raw, self.position)


class Reader:
    """Reads one ledger. All methods raise StorageUnavailable when the database does not answer."""

    def __init__(self, database: "Database") -> None:
        """Share the ledger's connections."""
        self._database = database

    def head(self) -> Head:
        """Where the ledger ends now."""
        rows = self._rows("SELECT origin, position, hash, recorded_at FROM ledger_head")
        origin, position, link, recorded_at = rows[0]
        return Head(origin, position, link, recorded_at if position else None)

    def entry(self, position: int) -> StoredEntry | None:
        """The entry at `position`, or None if the ledger does not reach so far."""
        rows = self._rows(
            "SELECT e.position, e.raw, e.digest, e.link FROM ledger_entry e WHERE e.position = %s", position
        )
        return _checked(rows[0]) if rows else None

    def entries(
        self, after: int = 0, *, upto: int | None = None, limit: int | None = None
    ) -> Iterator[StoredEntry]:
        """Entries at positions `after` < n ≤ `upto`, at most `limit` of them; one read per thousand."""
        return self._pages(
            "SELECT e.position, e.raw, e.digest, e.link FROM ledger_entry e WHERE ", (), after, upto, limit
        )

    def asset_entries(self, asset: str, *, upto: int | None = None) -> Iterator[StoredEntry]:
        """All entries of right `asset`, up to position `upto`: the right *as known* then."""
        return self.tagged([ASSET + asset], upto=upto)

    def tagged(
        self, tags: Sequence[str], *, after: int = 0, upto: int | None = None, limit: int | None = None
    ) -> Iterator[StoredEntry]:
        """Entries that carry any of `tags`, once each."""
        if len(tags) == 1:
            return self._pages(
                "SELECT e.position, e.raw, e.digest, e.link "
                "FROM ledger_tag l JOIN ledger_entry e USING (position) "
                "WHERE l.tag = %s AND ",
                (tags[0],),
                after,
                upto,
                limit,
                key="l.position",
            )
        return self._pages(
            "SELECT e.position, e.raw, e.digest, e.link "
            "FROM (SELECT DISTINCT t.position FROM unnest(%s) AS u (tag) "
            "JOIN ledger_tag t ON t.tag = u.tag) AS l JOIN ledger_entry e USING (position) WHERE ",
            (TextArray(tags),),
            after,
            upto,
            limit,
            key="l.position",
        )

    def tagged_since(
        self, since: Mapping[str, int], *, upto: int | None = None
    ) -> tuple[int, list[StoredEntry]]:
        """Where the ledger ends, and all entries up to there, or `upto`, that carry any of these tags.

        Of each tag only those behind the position told for it; each entry once. One read of one moment.
        """
        rows = self._rows(
            "SELECT h.position, e.position, e.raw, e.digest, e.link FROM ledger_head h LEFT JOIN ("
            "SELECT DISTINCT t.position FROM unnest(%s, %s) AS u (tag, since) "
            "JOIN ledger_tag t ON t.tag = u.tag AND t.position > u.since WHERE t.position <= %s"
            ") AS l ON true LEFT JOIN ledger_entry e ON e.position = l.position ORDER BY e.position",
            TextArray(since),
            BigintArray(list(since.values())),
            _FOREVER if upto is None else upto,
        )
        return rows[0][0], [_checked(row[1:]) for row in rows if row[1] is not None]

    def last_tagged(self, tag: str) -> StoredEntry | None:
        """The newest entry that carries `tag`, or None."""
        rows = self._rows(
            "SELECT e.position, e.raw, e.digest, e.link "
            "FROM ledger_tag l JOIN ledger_entry e USING (position) "
            "WHERE l.tag = %s ORDER BY l.position DESC LIMIT 1",
            tag,
        )
        return _checked(rows[0]) if rows else None

    def links(self, after: int = 0, *, upto: int | None = None) -> Iterator[list[bytes]]:
        """The links `H` of positions `after` < n ≤ `upto`, in runs: leaves for whoever recomputes the log.

        Raises:
            ChainBroken: a position is missing.
        """
        last = self.head().position if upto is None else upto
        while after < last:
            rows = self._rows(
                "SELECT position, link FROM ledger_entry WHERE position > %s AND position <= %s "
                "ORDER BY position LIMIT %s",
                after,
                last,
                LINKS_PAGE,
            )
            for expected, (position, _) in enumerate(rows, after + 1):
                if position != expected:
                    raise ChainBroken(expected, "position", str(expected), str(position))
            if not rows:
                raise ChainBroken(after + 1, "position", str(after + 1), "nothing")
            yield [link for _, link in rows]
            after = rows[-1][0]

    def matching(
        self,
        items: Sequence[QueryItem],
        *,
        after: int = 0,
        upto: int | None = None,
        limit: int | None = None,
    ) -> Iterator[StoredEntry]:
        """Entries that match any of `items`, once each; all entries where there are none.

        An item without tags looks at every entry: there is no index by type.
        """
        if not items:
            return self.entries(after, upto=upto, limit=limit)
        branches, arguments = zip(*map(_branch, items), strict=True)
        return self._pages(
            "SELECT e.position, e.raw, e.digest, e.link FROM ("  # noqa: S608 -- our text; values are parameters
            + " UNION ".join(branches)
            + ") AS l (position) JOIN ledger_entry e USING (position) WHERE ",
            tuple(argument for several in arguments for argument in several),
            after,
            upto,
            limit,
            key="l.position",
        )

    def asset_heads(self, assets: Iterable[str]) -> dict[str, AssetHead]:
        """The head of each right, for the condition of an append; `NO_ENTRY` where there is none."""
        heads = dict.fromkeys(assets, NO_ENTRY)
        rows = self._rows(
            "SELECT a.id, a.seq, a.head FROM unnest(%s) AS u (id) JOIN ledger_asset a USING (id)",
            TextArray(heads),
        )
        heads.update((asset, AssetHead(seq, head.hex())) for asset, seq, head in rows)
        return heads

    def position_at(self, instant: datetime) -> int:
        """The last position recorded at or before `instant`; 0 before the first."""
        position: int = self._rows("SELECT ledger_position_at(%s)", instant)[0][0]
        return position

    def _pages(
        self,
        query: str,
        arguments: tuple[Any, ...],
        after: int,
        upto: int | None,
        limit: int | None,
        *,
        key: str = "e.position",
    ) -> Iterator[StoredEntry]:
        query += f"{key} > %s AND {key} <= %s ORDER BY {key} LIMIT %s"
        last = _FOREVER if upto is None else upto
        left = _FOREVER if limit is None else limit
        while left > 0 and after < last:
            page = min(left, PAGE)
            rows = self._rows(query, *arguments, after, last, page)
            yield from map(_checked, rows)
            if len(rows) < page:
                return
            left -= len(rows)
            after = rows[-1][0]

    def _rows(self, query: str, *arguments: Any) -> list[TupleRow]:
        def work(connection: psycopg.Connection[TupleRow]) -> list[TupleRow]:
            return connection.execute(query, arguments, binary=True).fetchall()

        return self._database.read(work)


def _branch(item: QueryItem) -> tuple[str, tuple[Any, ...]]:
    """The positions an item matches, as a query."""
    types = list(item.types)
    if not item.tags:
        return "SELECT o.position FROM ledger_entry o WHERE o.type = ANY (%s)", (types,)
    first, *others = item.tags
    query = "SELECT t.position FROM ledger_tag t WHERE t.tag = %s"
    arguments: list[Any] = [first]
    for other in others:
        query += " AND EXISTS (SELECT FROM ledger_tag o WHERE o.tag = %s AND o.position = t.position)"
        arguments.append(other)
    if types:
        query += " AND (SELECT o.type FROM ledger_entry o WHERE o.position = t.position) = ANY (%s)"
        arguments.append(types)
    return query, tuple(arguments)


def _checked(row: TupleRow) -> StoredEntry:
    position, raw, digest, link = row
    found = sha256(raw).digest()
    if found != digest:
        raise ChainBroken(position, "digest of the stored bytes", digest.hex(), found.hex())
    return StoredEntry(position, raw, digest, link)
