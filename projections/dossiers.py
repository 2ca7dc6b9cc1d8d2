"""Stories of their own beside those of rights (pools, loans, funds), and statements of many rights at once.

A dossier is every entry of one tag, read from the ledger itself: it is short, and asked for by its name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from ledger.entry import format_instant, parse
from ledger.statement import fold, read
from ledger.statement.base import Recorded
from ledger.statement.reading import Statement
from ledger.values.dates import day_of
from projections.views import Views


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer is about: legal position on `day`, by the ledger up to `position`."""

    day: str
    known_at: datetime | None
    position: int

    def as_json(self) -> dict[str, Any]:
        """The members of an answer that say so; to ask again with `known_at` gives the same (K-7)."""
        known_at = None if self.known_at is None else format_instant(self.known_at)
        return {"as_of": self.day, "known_at": known_at, "position": self.position}


def asked(views: Views, as_of: date | datetime | None = None, known_at: datetime | None = None) -> Asked:
    """Both axes of time; `as_of` default today in Shanghai, `known_at` now. None is known of an empty ledger.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    day = day_of(views.store.clock() if as_of is None else as_of).isoformat()
    head = views.store.reader.head()
    if known_at is None or head.recorded_at is None or known_at >= head.recorded_at:
        return Asked(day, head.recorded_at, head.position)
    return Asked(day, known_at, views.store.reader.position_at(known_at))


def dossier(views: Views, tag: str, position: int) -> tuple[Recorded, ...]:
    """All entries tagged `tag` (`pool:…`, `case:…`) up to `position`, in order.

    Raises:
        UnknownEventType, EntryMalformed, ChainBroken: one cannot be read.
        StorageUnavailable: the database does not answer.
    """
    stored = views.store.reader.tagged([tag], upto=position)
    return tuple(read(parse(item.raw, item.position)) for item in stored)


def by(recorded: Iterable[Recorded], day: str) -> tuple[Recorded, ...]:
    """Of a dossier the first entry, which made what it is about, and what had taken effect by a day."""
    items = tuple(recorded)
    return tuple(item for place, item in enumerate(items) if not place or item.record.effective_on <= day)


def statements(views: Views, rights: Iterable[str], position: int) -> dict[str, Statement]:
    """The statements of those of `rights` that had entries up to `position`, by id.

    Stored ones where they are those; the entries themselves are read for the others.

    Raises:
        UnknownEventType, EntryMalformed, ChainBroken: an entry cannot be read.
        StorageUnavailable, ProjectionBehind
    """
    rows = views.rows(
        """SELECT a.id, a.position, r.position, r.statement
             FROM unnest(%s::text[]) AS u (id) JOIN ledger_asset a USING (id)
                  LEFT JOIN {statement} r ON r.right_id = a.id
            ORDER BY a.id""",
        sorted(set(rights)),
    )
    found: dict[str, Statement] = {}
    for right, last, stored_at, stored in rows:
        if stored_at == last <= position:
            found[right] = orjson.loads(stored)
            continue
        entries = views.store.reader.asset_entries(right, upto=position)
        statement = fold(right, (parse(item.raw, item.position) for item in entries))
        if statement["count"]:
            found[right] = statement
    return found
