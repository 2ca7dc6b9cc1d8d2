"""The notary's own tables beside the ledger, in the schema `<ledger>_notary`.

Everything in them can be thrown away and made again from the entries; what they say is believed only where a
hash that was sealed confirms it. Promises: made by one of several processes only; each change to a follower's
tables happens in the transaction that moves its `position`, under that row's lock, so that a process killed
anywhere leaves a state another one continues from.
"""

import contextlib
import string
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from typing import Final, LiteralString

from psycopg import sql

from ledger.store.database import Connection, Store

LAYOUT: Final = 2
"""Raise it when a table changes: tables of another layout are dropped and made again from the entries."""

LOG: Final = "log"
MAP: Final = "map"

_NAMES: Final = ("follower", "tile", "node", "leaf", "changed", "root", "authority", "layout")
_TABLES: Final[tuple[LiteralString, ...]] = (
    # One row a follower: up to which entry its tables hold the ledger, and the root they have come to.
    """CREATE TABLE {follower} (
           name     text PRIMARY KEY,
           position bigint NOT NULL,
           root     bytea
       ) WITH (fillfactor = 10)""",
    # C2SP tlog-tiles: up to 256 hashes of 32 bytes. Level 0 holds full tiles only; above, the last one grows.
    """CREATE TABLE {tile} (
           level  integer NOT NULL,
           number bigint NOT NULL,
           hashes bytea NOT NULL,
           PRIMARY KEY (level, number)
       )""",
    "ALTER TABLE {tile} ALTER hashes SET STORAGE EXTERNAL",
    # Leaves and nodes of the map by their hash; never changed, so that every sealed root stays provable.
    """CREATE TABLE {node} (
           hash    bytea PRIMARY KEY,
           content bytea NOT NULL
       )""",
    # What a leaf's value was made of, from the map of this size on: head is the digest of a right's last
    # entry, or a list's accumulator; statement the digest of a right's statement, null for a list.
    """CREATE TABLE {leaf} (
           tag       text COLLATE "C" NOT NULL,
           size      bigint NOT NULL,
           count     bigint NOT NULL,
           head      bytea NOT NULL,
           statement bytea,
           PRIMARY KEY (tag, size)
       )""",
    # Keys whose leaves are older than the follower's position.
    """CREATE TABLE {changed} (
           key bytea PRIMARY KEY,
           tag text COLLATE "C" NOT NULL
       )""",
    # The sizes at which the map was completed: those sealed are among them.
    """CREATE TABLE {root} (
           size bigint PRIMARY KEY,
           root bytea NOT NULL
       )""",
    # How each authority last answered, and why its last token had no revocation list.
    """CREATE TABLE {authority} (
           name          text PRIMARY KEY,
           answered_at   timestamptz,
           failing_since timestamptz,
           failures      bigint NOT NULL DEFAULT 0,
           code          text,
           message_en    text,
           message_zh    text,
           unlisted_since timestamptz,
           unlisted_code  text,
           unlisted_en    text,
           unlisted_zh    text
       )""",
    "CREATE TABLE {layout} (number integer NOT NULL)",
    "INSERT INTO {follower} VALUES ('log', 0, NULL), ('map', 0, decode(repeat('00', 32), 'hex'))",
)


def prepare(store: Store) -> None:
    """Make the tables, or make them again if another release's are there.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    with store.database.connection() as connection:
        if _layout(connection, store.schema) == LAYOUT:
            return
        with connection.transaction():
            # Two processes may get here at once, and CREATE TABLE IF NOT EXISTS is no help in that.
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_lock_key(store.schema),))
            if _layout(connection, store.schema) == LAYOUT:
                return
            _drop(connection, store.schema)
            for statement in _TABLES:
                connection.execute(query(store.schema, statement))
            connection.execute(query(store.schema, "INSERT INTO {layout} (number) VALUES (%s)"), (LAYOUT,))


def query(schema: str, template: LiteralString) -> bytes:
    """`template` with every `{table}` replaced by the notary's table of that name."""
    return _query(schema, template)


@contextlib.contextmanager
def following(store: Store, name: str) -> Iterator[tuple[Connection, int, bytes]]:
    """A transaction that holds the lock of a follower; its connection, and the position and root reached.

    A lost commit loses the position with the rows, and a seal that rests on them is committed after them, so
    nothing need wait for the disk.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    with store.database.connection() as connection, connection.transaction():
        connection.execute("SET LOCAL synchronous_commit = off")
        row = connection.execute(
            query(store.schema, "SELECT position, root FROM {follower} WHERE name = %s FOR UPDATE"),
            (name,),
            binary=True,
        ).fetchone()
        assert row is not None
        yield connection, int(row[0]), bytes(row[1] or b"")


def move(connection: Connection, schema: str, name: str, position: int, root: bytes | None = None) -> None:
    """Say that the follower whose lock is held has come to `position`."""
    connection.execute(
        query(schema, "UPDATE {follower} SET position = %s, root = %s WHERE name = %s"),
        (position, root, name),
    )


@lru_cache(maxsize=256)
def _query(schema: str, template: LiteralString) -> bytes:
    tables = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    names = {table: sql.Identifier(f"{schema}_notary", table) for table in tables}
    return sql.SQL(template).format(**names).as_bytes()


def _layout(connection: Connection, schema: str) -> int | None:
    exists = connection.execute("SELECT to_regclass(%s)", (f"{schema}_notary.layout",)).fetchone()
    if exists == (None,):
        return None
    row = connection.execute(query(schema, "SELECT number FROM {layout}")).fetchone()
    return None if row is None else int(row[0])


def _drop(connection: Connection, schema: str) -> None:
    for table in _NAMES:
        name = sql.Identifier(f"{schema}_notary", table)
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))


def _lock_key(schema: str) -> int:
    """The advisory lock of this ledger's notary, a signed 64-bit number."""
    return int.from_bytes(sha256(f"{schema}_notary prepare".encode()).digest()[:8], signed=True)
