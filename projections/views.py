"""Reading the generation of read tables that serves.

A *generation* is one set of tables, `g<number>_<table>`, in the schema `<ledger>_read`. The swap that lets a
new one serve drops the old one in the same transaction, so that a table that exists and serves is never
stale: a reader who still asks for the old one is told that it is gone, and asks for the new one.
"""

import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from ledger.store.database import Connection, Store
from projections.errors import ProjectionBehind

LAYOUT: Final = 2
"""Raise it when a table, or what a statement means, changes: generations of another layout are rebuilt."""

_SWAPS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Generation:
    """One set of read tables beside the ledger's schema."""

    schema: str
    number: int

    def query(self, template: LiteralString) -> bytes:
        """`template` with every `{table}` replaced by this generation's table of that name.

        `{generation}` is the one table all generations share: which there are, and how far they reach.
        """
        return _query(self.schema, self.number, template)


@lru_cache(maxsize=512)
def _query(schema: str, number: int, template: LiteralString) -> bytes:
    tables = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    names = {table: sql.Identifier(f"{schema}_read", f"g{number}_{table}") for table in tables}
    names["generation"] = sql.Identifier(f"{schema}_read", "generation")
    return sql.SQL(template).format(**names).as_bytes()


def serving(connection: Connection, schema: str) -> Generation | None:
    """The generation that serves, if one of this release's layout does."""
    row = connection.execute(
        Generation(schema, 0).query("SELECT number FROM {generation} WHERE serving AND layout = %s"),
        (LAYOUT,),
    ).fetchone()
    return None if row is None else Generation(schema, row[0])


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the read tables reach: `position` of the ledger's `head`.

    `waiting_since` is the recording time of the first entry they do not hold yet.
    """

    generation: int
    position: int
    head: int
    waiting_since: datetime | None

    @property
    def lag(self) -> int:
        """Entries not projected yet."""
        return self.head - self.position


class Views:
    """The read side of one open ledger; share one between threads."""

    def __init__(self, store: Store, catch_up: Callable[[Store], Progress]) -> None:
        """Use `projections.open_views`; `catch_up` brings the tables up to the ledger's head, if it can."""
        self.store = store
        self._catch_up = catch_up
        self._generation: Generation | None = None

    def rows(self, template: LiteralString, *arguments: Any) -> list[TupleRow]:
        """What one query finds, all of it in one snapshot of the database.

        `{table}` is the serving generation's table; the ledger's own tables are named as they are.

        Raises:
            StorageUnavailable: the database does not answer.
            ProjectionBehind: no generation serves yet.
        """
        for _ in range(_SWAPS_MAX):
            generation = self._generation or self._look_up()
            statement = generation.query(template)
            try:
                return self.store.database.read(
                    lambda connection, asked=statement: connection.execute(asked, arguments).fetchall()  # type: ignore[misc]  # a bound argument
                )
            except psycopg.errors.UndefinedTable:
                self._generation = None
        raise ProjectionBehind(0, self.store.reader.head().position)

    def progress(self) -> Progress:
        """How far the read tables reach now.

        Raises:
            StorageUnavailable, ProjectionBehind
        """
        rows = self.rows(
            """SELECT g.number, g.position, h.position,
                      (SELECT e.recorded_at FROM ledger_entry e WHERE e.position = g.position + 1)
                 FROM {generation} g, ledger_head h WHERE g.serving"""
        )
        if not rows:
            raise ProjectionBehind(0, self.store.reader.head().position)
        return Progress(*rows[0])

    def reach_head(self) -> None:
        """Return when the tables hold every entry that stood in the ledger at the call.

        Raises:
            StorageUnavailable: the database does not answer.
            ProjectionBehind: they do not get there in time.
            UnknownEventType, EntryMalformed, ChainBroken: an entry on the way cannot be read.
        """
        before = self.progress()
        if before.lag and (reached := self._catch_up(self.store)).position < before.head:
            raise ProjectionBehind(reached.position, before.head)

    def _look_up(self) -> Generation:
        found = self.store.database.read(lambda connection: serving(connection, self.store.schema))
        if found is None:
            raise ProjectionBehind(0, self.store.reader.head().position)
        self._generation = found
        return found
