"""Exact bytes of sources, named by their SHA-256 (E-1): put once, never changed.

Put a document before the entry that names its digest: an entry then never names bytes that are not there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import psycopg

from ledger.errors import ChainBroken
from ledger.store.pgarray import ByteaArray, TextArray

if TYPE_CHECKING:
    from ledger.store.database import Database


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes, what they are, and their SHA-256 in hex."""

    digest: str
    media_type: str
    content: bytes


class Documents:
    """The document store of a ledger."""

    def __init__(self, database: "Database") -> None:
        """Share the ledger's connections."""
        self._database = database

    def put(self, content: bytes, media_type: str) -> str:
        """Keep `content`; its digest in hex. Equal bytes are kept once, with the media type first given."""
        return self.put_many([(content, media_type)])[0]

    def put_many(self, documents: Iterable[tuple[bytes, str]], *, entry_follows: bool = False) -> list[str]:
        """Keep each `(content, media type)`, together; their digests in hex, in order.

        Where `entry_follows`, this does not wait for the disk: the append of the entry that names them does,
        and the log it waits for holds them before that entry. Without it nothing named them.

        Raises:
            StorageUnavailable: nothing counts as kept; putting again is harmless.
        """
        given = [(sha256(content).digest(), media_type, content) for content, media_type in documents]
        fresh = {digest: (media_type, content) for digest, media_type, content in reversed(given)}
        ordered = sorted(
            fresh.items()
        )  # two processes putting the same bytes wait for each other in one order

        def insert(connection: psycopg.Connection[tuple[object, ...]]) -> None:
            connection.execute(
                # The setting is that of this one statement's transaction.
                "WITH waiting AS MATERIALIZED (SELECT set_config('synchronous_commit', "
                "CASE WHEN %s THEN 'off' ELSE current_setting('synchronous_commit') END, true)) "
                "INSERT INTO document (digest, media_type, bytes) "
                "SELECT u.digest, u.media_type, u.bytes "
                "FROM unnest(%s, %s, %s) AS u (digest, media_type, bytes), waiting ON CONFLICT DO NOTHING",
                (
                    entry_follows,
                    ByteaArray([digest for digest, _ in ordered]),
                    TextArray([media_type for _, (media_type, _) in ordered]),
                    ByteaArray([content for _, (_, content) in ordered]),
                ),
            )

        if ordered:
            self._database.read(insert)  # safe to repeat, like a read
        return [digest.hex() for digest, _, _ in given]

    def get(self, digest: str) -> Document | None:
        """The document of that digest (hex), or None.

        Raises:
            ChainBroken: the stored bytes are not the ones that were put.
        """
        row = self._database.read(
            lambda connection: connection.execute(
                "SELECT media_type, bytes FROM document WHERE digest = %s",
                (bytes.fromhex(digest),),
                binary=True,
            ).fetchone()
        )
        if row is None:
            return None
        media_type, content = row
        found = sha256(content).hexdigest()
        if found != digest:
            raise ChainBroken(0, "document digest", digest, found)
        return Document(digest, media_type, content)
