"""The auditor's tool: re-derives the whole ledger from its raw rows (design 3, E-1).

It shares nothing with the append path but `canonical`, `chain` and `entry`. On one snapshot of the database
it checks, for every position from 1 to the head:

1. positions follow one another without a gap;
2. the digest column is the SHA-256 of the raw bytes;
3. the link follows from the one before, starting at the origin;
4. the bytes are an entry: canonical JSON with the members of its version, and the columns repeat what it says
   (type, command id, recording time), parts of a request in order;
5. recording times never fall;
6. each right's entries count 1, 2, 3 … and name their predecessor's digest;
7. the tag rows are exactly the entries' subjects, no more and no fewer;
8. each right has exactly one row, and it names its last entry;
9. the head row names the last position, its link and its recording time; nothing lies beyond it;
10. documents hash to their names.

What it cannot see is a history rewritten whole, hashes and all: the sealed checkpoint is for that. The
request fingerprint of an entry (only used to recognize repeats) is not derivable and not checked.

Ranges of positions are checked in parallel by worker processes, each in memory that does not grow with the
ledger.
"""

import contextlib
import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import orjson
import psycopg
from psycopg.rows import TupleRow

from ledger import chain
from ledger.entry import ASSET, parse
from ledger.errors import ChainBroken, EntryMalformed
from ledger.store import pgarray
from ledger.store.database import unavailable
from ledger.store.pgarray import BigintArray, ByteaArray, TextArray

if TYPE_CHECKING:
    from ledger.store.database import Connection, Database, Store

RANGE: Final = 50_000
"""Positions that a worker checks at a time."""

_INLINE_MAX: Final = 20_000
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MEMBERS: Final = frozenset(
    (
        "v", "type", "type_v", "class", "subjects", "assets", "effective_at", "recorded_at",
        "actor", "command_id", "source", "data", "commitments", "salt",
    )
)  # fmt: skip
_PAGE: Final = 5000
_ROWS: Final = (
    "SELECT position, timestamptz_send(recorded_at), part, digest, link, type, command_id, raw "
    "FROM ledger_entry WHERE position BETWEEN %s AND %s ORDER BY position"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing that is wrong at a position: `what`, by a stable code, should be `expected`."""

    position: int
    what: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was audited, and the first wrong position if there is one."""

    origin: str
    entries: int
    rights: int
    tags: int
    documents: int
    link: str
    seconds: float
    finding: Finding | None

    @property
    def passed(self) -> bool:
        """Whether everything was as it was written."""
        return self.finding is None

    def error(self) -> ChainBroken | None:
        """The finding as an error, for callers that stop."""
        if self.finding is None:
            return None
        return ChainBroken(
            self.finding.position, self.finding.what, self.finding.expected, self.finding.found
        )


def audit(store: "Store", *, processes: int | None = None) -> AuditReport:
    """Check everything; `processes` defaults to the number of cores.

    Raises:
        StorageUnavailable: the database cannot be reached. A finding is no error but part of the report.
    """
    try:
        return _audit(store.database, processes)
    except psycopg.Error as error:
        raise unavailable(error) from error


def _audit(database: "Database", processes: int | None) -> AuditReport:
    started = time.monotonic()
    with database.connect() as summarizer, contextlib.suppress(psycopg.errors.ReadOnlySqlTransaction):
        summarizer.execute("SELECT ledger_summarize()")
    with database.connect() as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        origin, position, link, recorded_at = _one(
            connection, "SELECT origin, position, hash, recorded_at FROM ledger_head"
        )
        snapshot = _one(connection, "SELECT pg_export_snapshot()")[0]
        ranges = [
            _Range(first, min(first + RANGE - 1, position), origin) for first in range(1, position + 1, RANGE)
        ]
        workers = 1 if position <= _INLINE_MAX else min(processes or os.cpu_count() or 1, len(ranges))
        with _Workers(workers, database.conninfo(), database.schema, snapshot) as check:
            totals = _total(check(ranges))
            finding = totals.finding or _check_rest(connection, totals, (position, link, recorded_at), origin)
            if finding is not None and finding.what == "RIGHT_ROW":
                thorough = _total(check([replace(part, thorough=True) for part in ranges]))
                finding = thorough.finding or finding
        documents = _one(connection, "SELECT count(*) FROM document")[0]
    return AuditReport(
        origin=origin,
        entries=totals.entries,
        rights=totals.rights,
        tags=totals.tags,
        documents=documents,
        link=link.hex(),
        seconds=time.monotonic() - started,
        finding=finding,
    )


@dataclass(frozen=True, slots=True)
class _Range:
    first: int
    last: int
    origin: str
    thorough: bool = False


@dataclass(slots=True)
class _Checked:
    """What a range holds: for the sums that only the whole can be held against."""

    entries: int = 0
    rights: int = 0
    tags: int = 0
    last_link: bytes = b""
    last_recorded: int = 0
    finding: Finding | None = None

    def add(self, other: "_Checked") -> None:
        self.entries += other.entries
        self.rights += other.rights
        self.tags += other.tags
        self.last_link = other.last_link
        self.last_recorded = other.last_recorded
        self.finding = other.finding


class _Wrong(Exception):
    """Ends a range at its first fault."""

    def __init__(self, position: int, what: str, expected: object, found: object) -> None:
        self.finding = Finding(position, what, _text(expected), _text(found))


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes | memoryview) else str(value)


def _total(checked: Iterable[_Checked]) -> _Checked:
    totals = _Checked()
    for result in checked:
        totals.add(result)
        if totals.finding is not None:
            break
    return totals


class _Workers:
    """Processes that check ranges on the snapshot; entered, a function from ranges to what they hold."""

    def __init__(self, count: int, conninfo: str, schema: str, snapshot: str) -> None:
        # Spawned, not forked: a fork would share our connections and the locks of our threads.
        self._pool = ProcessPoolExecutor(
            count,
            multiprocessing.get_context("spawn"),
            initializer=_start_worker,
            initargs=(conninfo, schema, snapshot),
        )
        self._arguments = (conninfo, schema, snapshot)
        self._inline = count == 1

    def __enter__(self) -> "Callable[[list[_Range]], Iterable[_Checked]]":
        if self._inline:
            _start_worker(*self._arguments)
            return lambda ranges: map(_work, ranges)
        return lambda ranges: self._pool.map(_work, ranges)

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        if self._inline:
            _worker.pop().close()


_worker: "list[Connection]" = []


def _start_worker(conninfo: str, schema: str, snapshot: str) -> None:
    connection = psycopg.connect(conninfo, autocommit=True)
    if multiprocessing.parent_process() is not None:
        gc.disable()  # nothing here refers to itself, and a collection would look at every row held
    pgarray.register(connection)
    connection.execute("SELECT set_config('search_path', %s, false)", (f"{schema}, pg_temp",))
    connection.execute("SET work_mem TO '64MB'")
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
    _worker.append(connection)


def _work(part: _Range) -> _Checked:
    return _check_range(_worker[0], part)


@dataclass(slots=True)
class _State:
    """What the rows before leave for the next."""

    position: int
    link: bytes
    recorded: int
    command_id: str
    part: int
    recorded_bytes: bytes = b""
    recorded_text: str = ""
    # Of each right seen in this range: its first link here, then seq, digest and position of its last.
    firsts: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    lasts: dict[str, tuple[int, bytes, int]] = field(default_factory=dict)
    tags: int = 0
    tag_lines: list[str] = field(default_factory=list)


def _check_range(connection: "Connection", part: _Range) -> _Checked:
    checked = _Checked()
    try:
        state = _before(connection, part)
        for first in range(part.first, part.last + 1, _PAGE):
            last = min(first + _PAGE - 1, part.last)
            _check_rows(connection.execute(_ROWS, (first, last), binary=True).fetchall(), state)
        _check_end(part, state)
        _check_tags(connection, part, state)
        _check_firsts(connection, part, state)
        _check_lasts(connection, state)
    except _Wrong as wrong:
        checked.finding = wrong.finding
        return checked
    checked.entries = part.last - part.first + 1
    checked.rights = sum(1 for seq, _, _ in state.firsts.values() if seq == 1)
    checked.tags = state.tags
    checked.last_link = state.link
    checked.last_recorded = state.recorded
    return checked


def _check_end(part: _Range, state: _State) -> None:
    if state.position != part.last:
        raise _Wrong(state.position + 1, "POSITION_GAP", "an entry", "none")


def _before(connection: "Connection", part: _Range) -> _State:
    """What position `first - 1` left; that its row is right is for the range before to say."""
    if part.first == 1:
        return _State(0, chain.genesis(part.origin), 0, "", 0)
    row = connection.execute(
        "SELECT link, recorded_at, command_id, part FROM ledger_entry WHERE position = %s",
        (part.first - 1,),
        binary=True,
    ).fetchone()
    if row is None:
        raise _Wrong(part.first - 1, "POSITION_GAP", "an entry", "none")
    link, recorded_at, command_id, number = row
    recorded = _microseconds(recorded_at)
    return _State(part.first - 1, link, recorded, command_id, number)


def _check_rows(rows: list[TupleRow], state: _State) -> None:
    loads, dumps, sorted_keys = orjson.loads, orjson.dumps, orjson.OPT_SORT_KEYS
    prefix, position, link = chain.LINK_PREFIX, state.position, state.link
    for row in rows:
        at, _, _, digest, row_link, _, _, raw = row
        position += 1
        if at != position:
            raise _Wrong(position, "POSITION_GAP", position, at)
        if sha256(raw).digest() != digest:
            raise _Wrong(position, "DIGEST", sha256(raw).digest(), digest)
        link = sha256(prefix + link + position.to_bytes(8, "big") + digest).digest()
        if link != row_link:
            raise _Wrong(position, "LINK", link, row_link)
        try:
            entry = loads(raw)
            if entry.keys() != _MEMBERS or dumps(entry, option=sorted_keys) != raw:
                raise _malformed(raw, position)
            _check_columns(entry, row, state)
            _check_links(entry, digest, position, state)
        except (ValueError, TypeError, AttributeError) as error:
            raise _malformed(raw, position) from error
    state.position, state.link = position, link


def _check_columns(entry: dict[str, Any], row: TupleRow, state: _State) -> None:
    """The columns repeat the entry; recording times do not fall; parts of a request follow one another."""
    position, when, part, _, _, kind, command, _ = row
    if entry["type"] != kind:
        raise _Wrong(position, "TYPE", entry["type"], kind)
    if entry["command_id"] != command:
        raise _Wrong(position, "COMMAND_ID", entry["command_id"], command)
    if when != state.recorded_bytes:
        recorded = int.from_bytes(when, "big", signed=True)
        if recorded < state.recorded:
            raise _Wrong(position, "RECORDED_AT_ORDER", _instant(state.recorded), _instant(recorded))
        state.recorded, state.recorded_bytes, state.recorded_text = recorded, when, _instant(recorded)
    if entry["recorded_at"] != state.recorded_text:
        raise _Wrong(position, "RECORDED_AT", entry["recorded_at"], state.recorded_text)
    if part and (command != state.command_id or part != state.part + 1):
        raise _Wrong(position, "PART", state.part + 1 if command == state.command_id else 0, part)
    state.command_id, state.part = command, part


def _check_links(entry: dict[str, Any], digest: bytes, position: int, state: _State) -> None:
    """Within this range, each right's entries follow one another; the subjects are kept for the tags."""
    concerned = []
    lasts = state.lasts
    for identifier, seq, previous in entry["assets"]:
        concerned.append(ASSET + identifier)
        before = lasts.get(identifier)
        if before is None:
            state.firsts[identifier] = (seq, previous, position)
        elif seq != before[0] + 1:
            raise _Wrong(position, "RIGHT_SEQ", before[0] + 1, f"{seq} of {identifier}")
        elif previous != before[1].hex():
            raise _Wrong(position, "RIGHT_PREVIOUS", before[1], f"{previous} of {identifier}")
        lasts[identifier] = (seq, digest, position)
    subjects = entry["subjects"]
    if concerned != [tag for tag in subjects if tag.startswith(ASSET)]:
        raise TypeError
    if subjects:
        state.tags += len(subjects)
        state.tag_lines.append(f"{position} " + f"\n{position} ".join(subjects) + "\n")


def _malformed(raw: bytes, position: int) -> _Wrong:
    try:
        parse(raw, position)
    except EntryMalformed as error:
        return _Wrong(position, "MALFORMED", "an entry of version 1", error.data["reason"])
    return _Wrong(position, "MALFORMED", "an entry of version 1", "not in canonical form")


def _check_tags(connection: "Connection", part: _Range, state: _State) -> None:
    """The database hashes its tag rows of the range, in order of position and tag; so do we the subjects."""
    (found,) = _one(
        connection,
        "SELECT sha256(convert_to(coalesce(string_agg(position || ' ' || tag || E'\\n', '' "
        "ORDER BY position, tag COLLATE \"C\"), ''), 'UTF8')) "
        "FROM ledger_tag WHERE position BETWEEN %s AND %s",
        part.first,
        part.last,
    )
    lines = "".join(state.tag_lines)
    if sha256(lines.encode()).digest() == found:
        return
    rows = connection.execute(
        "SELECT position, tag FROM ledger_tag WHERE position BETWEEN %s AND %s",
        (part.first, part.last),
        binary=True,
    ).fetchall()
    actual = {(position, tag) for position, tag in rows}
    # A tag has no line break, unless it was forged: then the position before it is the wrong one.
    wanted = {
        (int(number), tag) if number.isdigit() else (part.first, line)
        for line in lines.split("\n")[:-1]
        for number, _, tag in (line.partition(" "),)
    }
    position, tag = min(actual ^ wanted)
    if (position, tag) in wanted:
        raise _Wrong(position, "TAGS", tag, "no row")
    raise _Wrong(position, "TAGS", "no row", tag)


def _check_firsts(connection: "Connection", part: _Range, state: _State) -> None:
    """A right's first entry in this range follows its last one before it."""
    # That a right which begins here had not begun before is left to the count of rights, which every second
    # beginning exceeds; only then is each looked up, to name the place.
    sought = [identifier for identifier, (seq, _, _) in state.firsts.items() if seq > 1 or part.thorough]
    rows = connection.execute(
        "SELECT u.id, e.position, e.digest, e.raw FROM unnest(%s) AS u (id) "
        "CROSS JOIN LATERAL (SELECT l.position FROM ledger_tag l "
        "WHERE l.tag = 'asset:' || u.id AND l.position < %s ORDER BY l.position DESC LIMIT 1) AS b "
        "JOIN ledger_entry e ON e.position = b.position",
        (TextArray(sought), part.first),
        binary=True,
    ).fetchall()
    left = {identifier: (_seq(raw, identifier, at), digest.hex()) for identifier, at, digest, raw in rows}
    none = (0, chain.NO_PREVIOUS)
    for identifier, (seq, previous, position) in state.firsts.items():
        before, digest = left.get(identifier, none)
        if seq != before + 1:
            raise _Wrong(position, "RIGHT_SEQ", before + 1, f"{seq} of {identifier}")
        if previous != digest:
            raise _Wrong(position, "RIGHT_PREVIOUS", digest, f"{previous} of {identifier}")


def _seq(raw: bytes, identifier: str, position: int) -> int:
    try:
        links = {link.id: link.seq for link in parse(raw, position).assets}
    except EntryMalformed:
        return -1  # named by the range it stands in
    return links.get(identifier, -1)


def _check_lasts(connection: "Connection", state: _State) -> None:
    """A right's row names its last entry: the one seen here, or a later one."""
    identifiers = list(state.lasts)
    rows = connection.execute(
        "SELECT u.i, a.seq, a.position, a.head FROM unnest(%s, %s, %s, %s) WITH ORDINALITY "
        "AS u (id, seq, position, head, i) LEFT JOIN ledger_asset a ON a.id = u.id "
        "WHERE a.id IS NULL OR a.position < u.position OR a.seq - u.seq > a.position - u.position "
        "OR (a.position > u.position) <> (a.seq > u.seq) OR (a.seq = u.seq AND a.head <> u.head) LIMIT 1",
        (
            TextArray(identifiers),
            BigintArray([seq for seq, _, _ in state.lasts.values()]),
            BigintArray([position for _, _, position in state.lasts.values()]),
            ByteaArray([digest for _, digest, _ in state.lasts.values()]),
        ),
        binary=True,
    ).fetchall()
    for index, seq, position, head in rows:
        identifier = identifiers[index - 1]
        wanted = state.lasts[identifier]
        expected = f"{identifier} seq {wanted[0]} at {wanted[2]}, {wanted[1].hex()}"
        found = "no row" if seq is None else f"seq {seq} at {position}, {head.hex()}"
        raise _Wrong(wanted[2], "RIGHT_ROW", expected, found)


def _check_rest(
    connection: "Connection", totals: _Checked, head: tuple[int, bytes, datetime], origin: str
) -> Finding | None:
    """What only the whole shows: the head row, and rows that belong to no entry."""
    return (
        _check_head(connection, totals, head, origin)
        or _check_strays(connection, totals, head[0])
        or _check_documents(connection)
    )


def _check_head(
    connection: "Connection", totals: _Checked, head: tuple[int, bytes, datetime], origin: str
) -> Finding | None:
    position, link, recorded_at = head
    (first,) = _one(connection, "SELECT min(position) FROM ledger_entry")
    if first is not None and first < 1:
        return Finding(first, "POSITION_GAP", "positions from 1", str(first))
    (beyond,) = _one(connection, "SELECT min(position) FROM ledger_entry WHERE position > %s", position)
    if beyond is not None:
        return Finding(beyond, "HEAD", f"the last entry at {position}", f"an entry at {beyond}")
    expected = totals.last_link if position else chain.genesis(origin)
    if link != expected:
        return Finding(position, "HEAD", expected.hex(), link.hex())
    if position and _microseconds(recorded_at) != totals.last_recorded:
        return Finding(position, "HEAD", _instant(totals.last_recorded), recorded_at.isoformat())
    return None


def _check_strays(connection: "Connection", totals: _Checked, position: int) -> Finding | None:
    tags, stray = _one(
        connection,
        "SELECT count(*), min(position) FILTER (WHERE NOT position BETWEEN 1 AND %s) FROM ledger_tag",
        position,
    )
    if stray is not None:
        return Finding(stray, "TAGS", "no row", "a tag of no entry")
    if tags != totals.tags:
        return Finding(position, "TAGS", f"{totals.tags} rows", f"{tags} rows")
    rights, links = _one(connection, "SELECT count(*), coalesce(sum(seq), 0) FROM ledger_asset")
    (tagged,) = _one(connection, "SELECT count(*) FROM ledger_tag WHERE tag >= 'asset:' AND tag < 'asset;'")
    if rights != totals.rights or links != tagged:
        expected = f"{totals.rights} rights with {tagged} entries"
        return Finding(position, "RIGHT_ROW", expected, f"{rights} with {links}")
    return None


def _check_documents(connection: "Connection") -> Finding | None:
    wrong = connection.execute(
        "SELECT digest, sha256(bytes) FROM document WHERE digest <> sha256(bytes) LIMIT 1", binary=True
    ).fetchone()
    return None if wrong is None else Finding(0, "DOCUMENT", wrong[0].hex(), wrong[1].hex())


def _one(connection: "Connection", query: str, *arguments: Any) -> TupleRow:
    row = connection.execute(query, arguments, binary=True).fetchone()
    assert row is not None
    return row


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _instant(microseconds: int) -> str:
    return (_EPOCH + timedelta(microseconds=microseconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
