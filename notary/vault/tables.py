"""The vault's two tables, in the schema `<ledger>_vault`, and the lock between changes of key and writes."""

import contextlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final, LiteralString

from psycopg import sql

from ledger.store.database import Connection, Store
from ledger.store.pgarray import ByteaArray, TextArray

_SALT: Final = "vault"


def query(schema: str, template: LiteralString) -> bytes:
    """`template` with `{subject}` and `{disclosure}` replaced by the vault's tables."""
    return _query(schema, template)


@contextlib.contextmanager
def writing(store: Store) -> Iterator[Connection]:
    """A transaction during which no key changes.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    with store.database.connection() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", (_lock(store.schema),))
        yield connection


@contextlib.contextmanager
def alone(store: Store) -> Iterator[Connection]:
    """A connection that holds the vault alone, over any number of transactions.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    with store.database.connection() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_lock(store.schema),))
        try:
            yield connection
        finally:
            if not connection.broken:
                connection.execute("SELECT pg_advisory_unlock(%s)", (_lock(store.schema),))


def insert_disclosures(
    connection: Connection, schema: str, subject: str, rows: Sequence[tuple[bytes, bytes]]
) -> None:
    """Keep (commitment, ciphertext) pairs of a subject."""
    connection.execute(
        query(
            schema,
            "INSERT INTO {disclosure} (commitment, subject, sealed) "
            "SELECT u.commitment, %s, u.sealed FROM unnest(%s, %s) AS u (commitment, sealed)",
        ),
        (subject, ByteaArray([commitment for commitment, _ in rows]), ByteaArray([row for _, row in rows])),
    )


def update_keys(connection: Connection, schema: str, key_id: str, rows: Sequence[tuple[str, bytes]]) -> None:
    """Replace the wrapped keys of the subjects in (subject, wrapped key) pairs."""
    connection.execute(
        query(
            schema,
            "UPDATE {subject} AS s SET key_id = %s, wrapped = u.wrapped "
            "FROM unnest(%s, %s) AS u (id, wrapped) WHERE s.id = u.id",
        ),
        (key_id, TextArray([subject for subject, _ in rows]), ByteaArray([wrapped for _, wrapped in rows])),
    )


@lru_cache(maxsize=256)
def _query(schema: str, template: LiteralString) -> bytes:
    names = {name: sql.Identifier(f"{schema}_vault", name) for name in ("subject", "disclosure")}
    return sql.SQL(template).format(**names).as_bytes()


def _lock(schema: str) -> int:
    """The advisory lock of this ledger's vault, a signed 64-bit number."""
    return int.from_bytes(sha256(f"{schema} {_SALT}".encode()).digest()[:8], signed=True)
