"""The life of a generation of read tables: made, filled, put in service, dropped.

The table `generation` holds one row each: its number, its layout, the position up to which it holds the
ledger, and whether it serves. That row is written in the transaction that writes the tables, and locked while
they are written: this is what makes a projection exactly-once, however many processes try and whenever they
are killed.
"""

import contextlib
from collections.abc import Iterator
from hashlib import sha256
from typing import Final, LiteralString

from psycopg import sql

from ledger.store.database import Connection
from projections.catalog import RIGHT_TABLES, TABLES
from projections.views import LAYOUT, Generation

_SWAP_LOCK_MS: Final = 200
"""How long readers may have to queue behind a swap that itself waits for a slow reader."""


def prepare(connection: Connection, schema: str) -> None:
    """Make the table of generations, and a first one that serves, if there are none."""
    with connection.transaction():
        # Two processes may get here at once, and CREATE TABLE IF NOT EXISTS is no help in that.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock_key(schema, "prepare"),))
        exists = connection.execute("SELECT to_regclass(%s)", (f"{schema}_read.generation",)).fetchone()
        if exists == (None,):
            connection.execute(
                Generation(schema, 0).query(
                    """CREATE TABLE {generation} (
                           number   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                           layout   integer NOT NULL,
                           position bigint NOT NULL DEFAULT 0,
                           serving  boolean NOT NULL
                       ) WITH (fillfactor = 10)"""
                )
            )
            create(connection, schema, serves=True)


def create(connection: Connection, schema: str, *, serves: bool) -> Generation:
    """A new generation at position 0; one that does not serve yet gets its indexes from `add_indexes`."""
    row = connection.execute(
        Generation(schema, 0).query(
            "INSERT INTO {generation} (layout, serving) VALUES (%s, %s) RETURNING number"
        ),
        (LAYOUT, serves),
    ).fetchone()
    assert row is not None
    generation = Generation(schema, row[0])
    for table in TABLES:
        name = _table(generation, table.name)
        key = f", PRIMARY KEY ({table.key})" if table.key else ""
        connection.execute(f"CREATE TABLE {name} ({table.columns}{key})".encode())
    for right_table in RIGHT_TABLES:
        if not right_table.key.startswith("right_id"):
            # Needed from the first row: the rows of a right are found by it to be replaced.
            name = _table(generation, right_table.name)
            connection.execute(f"CREATE INDEX ON {name} (right_id)".encode())
    if serves:
        add_indexes(connection, generation)
    return generation


def add_indexes(connection: Connection, generation: Generation) -> None:
    """The indexes that only queries need, and the statistics for them; quick to build once rows are there."""
    for table in TABLES:
        name = _table(generation, table.name)
        for index in table.indexes:
            connection.execute(f"CREATE INDEX ON {name} {index}".encode())
        connection.execute(f"ANALYZE {name}".encode())


def lock(connection: Connection, generation: Generation) -> int | None:
    """Lock a generation for this transaction and say up to which position it reaches; None if it is gone."""
    row = connection.execute(
        generation.query("SELECT position FROM {generation} WHERE number = %s FOR UPDATE"),
        (generation.number,),
    ).fetchone()
    return None if row is None else int(row[0])


def advance(connection: Connection, generation: Generation, position: int) -> None:
    """Say that the tables hold the ledger up to `position`."""
    connection.execute(
        generation.query("UPDATE {generation} SET position = %s WHERE number = %s"),
        (position, generation.number),
    )


def drop_leavings(connection: Connection, schema: str) -> None:
    """Drop every generation that does not serve: what killed rebuilds left."""
    rows = connection.execute(
        Generation(schema, 0).query("SELECT number FROM {generation} WHERE NOT serving")
    ).fetchall()
    for (number,) in rows:
        with connection.transaction():
            _drop(connection, Generation(schema, number))


@contextlib.contextmanager
def swap(connection: Connection, schema: str, new: Generation) -> Iterator[int]:
    """Put `new` in service after what is done inside the context, and drop its predecessor: one transaction.

    The predecessor stands still meanwhile at the position given, which `new` must reach. Readers see the one
    or the other, whole.

    Raises:
        LockNotAvailable: a reader held the old tables too long; nothing has changed, try again.
    """
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = {_SWAP_LOCK_MS}".encode())
        row = connection.execute(
            new.query("SELECT number, position FROM {generation} WHERE serving FOR UPDATE")
        ).fetchone()
        yield 0 if row is None else row[1]
        if row is not None:
            _drop(connection, Generation(schema, row[0]))
        connection.execute(
            new.query("UPDATE {generation} SET serving = true WHERE number = %s"), (new.number,)
        )


def lock_key(schema: str, purpose: LiteralString) -> int:
    """The advisory lock of this ledger for `purpose`, a signed 64-bit number."""
    return int.from_bytes(sha256(f"{schema}_read {purpose}".encode()).digest()[:8], signed=True)


def _drop(connection: Connection, generation: Generation) -> None:
    connection.execute(generation.query("DELETE FROM {generation} WHERE number = %s"), (generation.number,))
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s AND starts_with(tablename, %s)",
        (f"{generation.schema}_read", f"g{generation.number}_"),
    ).fetchall()
    for (table,) in tables:
        connection.execute(
            sql.SQL("DROP TABLE {}").format(sql.Identifier(f"{generation.schema}_read", table))
        )


def _table(generation: Generation, name: LiteralString) -> str:
    return generation.query("{" + name + "}").decode()
