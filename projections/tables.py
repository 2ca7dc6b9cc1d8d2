"""How a projection says which table it keeps and what it writes there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, LiteralString, TypeAlias

from ledger.entry import Entry
from ledger.statement.base import Recorded

Statement: TypeAlias = dict[str, Any]
Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Projected:
    """A right as it stands after a batch: `position` is that of its last entry."""

    right: str
    position: int
    statement: Statement


@dataclass(frozen=True, slots=True)
class RightTable:
    """Holds rows of each right, in a column `right_id`; a right that changes has all its rows replaced.

    `columns` and `key` are DDL; `indexes` are index definitions, made after a rebuild has filled the table.
    """

    name: LiteralString
    columns: LiteralString
    key: LiteralString
    rows: Callable[[Projected], Iterable[Row]]
    indexes: tuple[LiteralString, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryTable:
    """Holds rows of each entry, which like the entry never change."""

    name: LiteralString
    columns: LiteralString
    key: LiteralString
    rows: Callable[[Entry, Recorded], Iterable[Row]]
    indexes: tuple[LiteralString, ...] = ()
