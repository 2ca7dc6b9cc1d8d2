"""The statement of each right and the names it goes by: *who owns it and what encumbers it* (B-1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson

from ledger.entry import format_instant, parse
from ledger.errors import RightAmbiguous, RightUnknown
from ledger.rules.policy import POLICY
from ledger.statement import fold
from ledger.statement.view import view
from ledger.values.dates import day_of
from ledger.values.rights import RightName, parse_right_id, readings
from projections.tables import Projected, RightTable, Row
from projections.views import Views

NOTATION_MAX: Final = 200
"""No number of a right, however written, is longer."""


def _right_rows(projected: Projected) -> Iterator[Row]:
    statement = projected.statement
    encoded = orjson.dumps(statement, option=orjson.OPT_SORT_KEYS).decode()
    yield (projected.right, projected.position, statement["count"], encoded)


def _name_rows(projected: Projected) -> Iterator[Row]:
    identity = parse_right_id(projected.right)
    for name in projected.statement["names"]:
        key = RightName(identity.office, identity.kind, name["kind"], name["number"]).key
        yield (key, projected.right)


RIGHTS = RightTable(
    name="statement",
    columns="""right_id text COLLATE "C" NOT NULL, position bigint NOT NULL, count bigint NOT NULL,
        statement text NOT NULL""",
    key="right_id",
    rows=_right_rows,
)
"""`statement` is the canonical JSON of the right's statement, whose last entry stands at `position`."""

NAMES = RightTable(
    name="name",
    columns="""key text COLLATE "C" NOT NULL, right_id text COLLATE "C" NOT NULL""",
    key="key, right_id",
    rows=_name_rows,
)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a right: the ledger up to `position`, as it was at `known_at`.

    `statement` is the right's statement there, if it is stored; `projected` says whether the read tables hold
    all of the right's entries up to there.
    """

    known_at: datetime
    position: int
    projected: bool
    statement: dict[str, Any] | None


def resolve_right(views: Views, notation: str) -> str:
    """The id of the right that `notation` means: its id, or any usual way to write one of its numbers.

    Raises:
        RightUnknown: none on this ledger goes by it.
        RightAmbiguous: several do.
        StorageUnavailable: the database does not answer.
        ProjectionBehind: none found, but names of the last entries are still to be read.
    """
    text = notation.strip()
    if not text or len(text) > NOTATION_MAX or not text.isprintable():
        raise RightUnknown(ascii(notation[:NOTATION_MAX])[1:-1])
    if views.rows("SELECT FROM ledger_asset WHERE id = %s", text):
        return text
    names = readings(text)
    # A right without described names is found by its id alone, however that is spaced or cased. A patent's id
    # is its application number, so that the same digits read as another number do not mean it.
    ids = sorted(
        f"{name.office}:{name.right_kind}:{name.number}"
        for name in names
        if name.right_kind != "patent" or name.kind == "application"
    )
    keys = [name.key for name in names]
    query = """SELECT right_id FROM {name} WHERE key = ANY(%s)
               UNION SELECT id FROM ledger_asset WHERE id = ANY(%s) ORDER BY 1"""
    found = views.rows(query, keys, ids)
    if not found and names:
        views.reach_head()
        found = views.rows(query, keys, ids)
    candidates = [right for (right,) in found]
    if not candidates:
        raise RightUnknown(text)
    if len(candidates) > 1:
        raise RightAmbiguous(text, candidates)
    return str(candidates[0])


def knowledge(views: Views, right: str, known_at: datetime | None = None) -> Knowledge:
    """How far the ledger had come at `known_at` (None: now), and what it says of `right` there.

    Where `known_at` is not before the ledger's last entry, the answer's own `known_at` is the recording time
    of that entry: to ask again with it gives the same answer for ever, whatever was being recorded meanwhile
    (K-7).

    Raises:
        RightUnknown: it was not on the ledger then.
    """
    rows = views.rows(
        """SELECT h.position, h.recorded_at, r.position, r.position = a.position, r.statement
             FROM ledger_head h JOIN ledger_asset a ON a.id = %s LEFT JOIN {statement} r ON r.right_id = a.id
            WHERE h.position > 0""",
        right,
    )
    if not rows:
        raise RightUnknown(right)
    head, recorded_at, last, current, statement = rows[0]
    if known_at is None or known_at >= recorded_at:
        if current:
            return Knowledge(recorded_at, head, projected=True, statement=orjson.loads(statement))
        return Knowledge(recorded_at, head, projected=False, statement=None)
    position = views.store.reader.position_at(known_at)
    if current and last <= position:
        return Knowledge(known_at, position, projected=True, statement=orjson.loads(statement))
    return Knowledge(known_at, position, projected=bool(last and last >= position), statement=None)


def statement_of(views: Views, right: str, known: Knowledge) -> dict[str, Any]:
    """The statement as known: the stored one if it is that, else the fold of the entries up to there.

    Raises:
        RightUnknown: the right has no entry up to there.
        UnknownEventType, EntryMalformed, ChainBroken: an entry cannot be read.
    """
    if known.statement is not None:
        return known.statement
    stored = views.store.reader.asset_entries(right, upto=known.position)
    statement = fold(right, (parse(item.raw, item.position) for item in stored))
    if statement["count"] == 0:
        raise RightUnknown(right)
    return statement


def status(
    views: Views,
    notation: str,
    *,
    as_of: date | datetime | None = None,
    known_at: datetime | None = None,
    include_ended: bool = False,
) -> dict[str, Any]:
    """Who owns a right and what encumbers it on `as_of` (default: today in Shanghai), as known at `known_at`.

    The members of `ledger.statement.view.view`, and `known_at` and `position`: the answer rests on the ledger
    up to that entry, and reproduces when asked for with that `known_at` (K-7). It is never older than the
    right's last entry: where the read tables lag behind, the entries themselves are read.

    Raises:
        RightUnknown, RightAmbiguous: see `resolve_right`; also unknown is a right recorded after `known_at`.
        StorageUnavailable, ProjectionBehind: cannot be answered now.
        UnknownEventType, EntryMalformed, ChainBroken: an entry of the right cannot be read.
    """
    right = resolve_right(views, notation)
    known = knowledge(views, right, known_at)
    day = day_of(views.store.clock() if as_of is None else as_of)
    stale_after = POLICY.value("extract_age_days", day.isoformat())
    answer = view(
        statement_of(views, right, known), day, include_ended=include_ended, extract_age_days=stale_after
    )
    head = {name: answer.pop(name) for name in ("right", "names", "title", "status", "as_of")}
    return {**head, "known_at": format_instant(known.known_at), "position": known.position, **answer}
