"""Filling the read tables from the log: exactly once, in order of position, resuming wherever it was killed.

Promises:
- The position is written in the transaction that writes the rows: a kill leaves both or neither.
- Any number of processes may follow. One works, by a lock of its session that ends with it; the others wait
  for that lock. Were two to work, the lock on the generation's row would still make every entry count once.
- Each right that a batch touches is resolved once, from a remembered state where it continues it.
- An entry that cannot be read stops the projection at its position; everything before it is projected.
"""

import contextlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

from ledger.entry import ASSET, Entry, parse
from ledger.errors import ChainBroken, EntryMalformed, StorageUnavailable, UnknownEventType
from ledger.statement import State, document, read
from ledger.statement.base import Recorded
from ledger.store.database import Connection, Store, unavailable
from projections import generations
from projections.catalog import ENTRY_TABLES, RIGHT_TABLES
from projections.errors import RebuildRunning
from projections.tables import EntryTable, Projected, RightTable, Row
from projections.views import Generation, Progress, Views, serving

BATCH_ENTRIES: Final = 2000
BATCH_TOUCHES: Final = 5000
"""A batch is closed at this many entries, or once its entries touch this many rights between them."""
KEPT_ENTRIES: Final = 20_000
"""States are remembered up to this many entries between them, some 100 MB."""
LOADED_ENTRIES: Final = 20_000
"""Rights are resolved in groups of at most this many entries."""

_WAIT_SECONDS: Final = 0.1
_POLL_WAITS: Final = 5
_LOCK_POLL_SECONDS: Final = 0.01
_STANDBY_SECONDS: Final = 1.0
_QUESTION_PATIENCE_SECONDS: Final = 5.0
_SWAP_TRIES: Final = 50

_log = logging.getLogger(__name__)

Report = Callable[[int, int], None]
"""Told after each batch: the position reached, and the head aimed at."""


def open_views(store: Store) -> Views:
    """The read side of `store`, its tables made if there are none.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    with _connected(store):
        return Views(store, lambda asked: catch_up(asked, patience=_QUESTION_PATIENCE_SECONDS))


def catch_up(store: Store, *, patience: float | None = None, report: Report = lambda *_: None) -> Progress:
    """Bring the tables up to the ledger's head as it is at the call, or wait for the process that does so.

    With `patience`, stop after so many seconds and say how far it went.

    Raises:
        StorageUnavailable: the database does not answer.
        UnknownEventType, EntryMalformed, ChainBroken: an entry cannot be read; those before it are projected.
    """
    target = store.reader.head().position
    deadline = None if patience is None else time.monotonic() + patience
    with _connected(store) as connection:
        while True:
            with _only_one(connection, store.schema, "follow") as alone:
                if alone:
                    projector = _projector(store, connection)
                    while (
                        projector.reached < target and not _is_over(deadline) and projector.step(connection)
                    ):
                        report(projector.reached, max(target, projector.reached))
            reached = _progress(connection, store.schema)
            if reached.position >= target or _is_over(deadline):
                return reached
            time.sleep(_LOCK_POLL_SECONDS)


def follow(store: Store, stop: threading.Event) -> None:
    """Keep the tables up to the head until `stop` is set; wait out a database that is away.

    Raises:
        UnknownEventType, EntryMalformed, ChainBroken: an entry cannot be read; those before it are projected.
    """
    while not stop.is_set():
        try:
            with _connected(store) as connection:
                connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(store.database.channel)))
                _follow(store, connection, stop)
        except (StorageUnavailable, RebuildRunning) as error:
            _log.warning("projection waits: %s", error)
            stop.wait(_STANDBY_SECONDS)
            with contextlib.suppress(StorageUnavailable):
                store.database.recover()


def rebuild(store: Store, *, report: Report = lambda *_: None) -> Progress:
    """Fill new tables from the first entry on and put them in service; the old ones serve until then.

    A rebuild that is killed leaves the old tables serving; the next one removes what it left.

    Raises:
        RebuildRunning: another process does it.
        StorageUnavailable: the database does not answer, or its readers never let the old tables go.
        UnknownEventType, EntryMalformed, ChainBroken: an entry cannot be read; the old tables go on serving.
    """
    schema = store.schema
    with _connected(store) as connection, _only_one(connection, schema, "rebuild") as alone:
        if not alone:
            raise RebuildRunning
        generations.drop_leavings(connection, schema)
        with connection.transaction():
            new = generations.create(connection, schema, serves=False)
        projector = _Projector(store, new)
        projector.reach(connection, store.reader.head().position, report)
        generations.add_indexes(connection, new)
        for attempt in range(_SWAP_TRIES):
            projector.reach(connection, store.reader.head().position, report)
            try:
                with generations.swap(connection, schema, new) as served:
                    projector.reach(connection, served, report)
                return _progress(connection, schema)
            except psycopg.errors.LockNotAvailable:
                time.sleep(min(1.0, 0.02 * 2**attempt))
        raise StorageUnavailable(
            "the old read tables are held by a reader that does not end; rebuild again later"
        )


class _Projector:
    """Projects batches into one generation, and remembers the states of rights lately touched.

    `reached` is the position it knows its generation to hold.
    """

    def __init__(self, store: Store, generation: Generation) -> None:
        self.generation = generation
        self.reached = 0
        self._reader = store.reader
        self._kept: OrderedDict[str, State] = OrderedDict()
        self._kept_entries = 0

    def reach(self, connection: Connection, position: int, report: Report) -> None:
        """Project up to `position` at least."""
        while self.reached < position and self.step(connection):
            report(self.reached, max(position, self.reached))

    def step(self, connection: Connection) -> bool:
        """Project one batch; False if there is nothing left to project, or the generation has gone."""
        with connection.transaction():
            # A lost commit loses the position with the rows, so nothing need wait for the disk.
            connection.execute("SET LOCAL synchronous_commit = off")
            position = generations.lock(connection, self.generation)
            if position is None:
                return False
            batch = self._batch(position)
            if batch:
                self._write(connection, batch)
                generations.advance(connection, self.generation, batch[-1][0].position)
        self.reached = batch[-1][0].position if batch else position
        return bool(batch)

    def _batch(self, position: int) -> list[tuple[Entry, Recorded]]:
        """The entries after `position`, and what they say; short of one that cannot be read."""
        batch: list[tuple[Entry, Recorded]] = []
        touches = 0
        try:
            for stored in self._reader.entries(position, limit=BATCH_ENTRIES):
                _check_follows(stored.position, position + len(batch))
                entry = parse(stored.raw, stored.position)
                batch.append((entry, read(entry)))
                touches += len(entry.assets)
                if touches >= BATCH_TOUCHES:
                    break
        except (UnknownEventType, EntryMalformed, ChainBroken):
            # Everything before it is projected first; the next batch begins with it, and stops there.
            if not batch:
                raise
        return batch

    def _write(self, connection: Connection, batch: list[tuple[Entry, Recorded]]) -> None:
        for entry_table in ENTRY_TABLES:
            self._copy(connection, entry_table, [row for item in batch for row in entry_table.rows(*item)])
        rows: dict[str, list[Row]] = {table.name: [] for table in RIGHT_TABLES}
        known: list[str] = []
        for projected, is_new in self._project(batch):
            if not is_new:
                known.append(projected.right)
            for table in RIGHT_TABLES:
                rows[table.name].extend(table.rows(projected))
        for table in RIGHT_TABLES:
            if known:
                delete = self.generation.query("DELETE FROM {" + table.name + "} WHERE right_id = ANY(%s)")  # noqa: S608  # our own table's name
                connection.execute(delete, (known,))
            self._copy(connection, table, rows[table.name])

    def _copy(self, connection: Connection, table: RightTable | EntryTable, rows: list[Row]) -> None:
        if not rows:
            return
        with connection.cursor().copy(self.generation.query("COPY {" + table.name + "} FROM STDIN")) as copy:
            for row in rows:
                copy.write_row([_storable(value) for value in row])

    def _project(self, batch: list[tuple[Entry, Recorded]]) -> Iterator[tuple[Projected, bool]]:
        """Each right the entries touch as it stands after them, and whether it is new."""
        news: dict[str, list[Recorded]] = {}
        before: dict[str, int] = {}
        for entry, recorded in batch:
            for link in entry.assets:
                news.setdefault(link.id, []).append(recorded)
                before.setdefault(link.id, link.seq - 1)
        upto = batch[0][0].position - 1
        for group in _groups(before):
            states = self._states(group, upto)
            for right, state in states.items():
                state.recorded += news[right]
                self._keep(state)
                position = state.recorded[-1].record.position
                yield Projected(right, position, document(state)), before[right] == 0

    def _states(self, counts: dict[str, int], upto: int) -> dict[str, State]:
        """The state of each right after so many entries; those not remembered are read, up to `upto`."""
        states: dict[str, State] = {}
        missing: dict[str, State] = {}
        for right, count in counts.items():
            kept = self._kept.pop(right, None)
            self._kept_entries -= len(kept.recorded) if kept else 0
            if kept and len(kept.recorded) == count:
                states[right] = kept
            else:
                # Remembered from before another process went on, or from a batch that was never committed.
                states[right] = missing[right] = State(right)
        wanted = [right for right in missing if counts[right]]
        if wanted:
            for stored in self._reader.tagged([ASSET + right for right in wanted], upto=upto):
                entry = parse(stored.raw, stored.position)
                recorded = read(entry)
                for right in entry.asset_ids:
                    if right in missing:
                        missing[right].recorded.append(recorded)
        for right, state in missing.items():
            if len(state.recorded) != counts[right]:
                what = f"the number of entries of {right} before it"
                raise ChainBroken(upto + 1, what, str(counts[right]), str(len(state.recorded)))
        return states

    def _keep(self, state: State) -> None:
        self._kept[state.right] = state
        self._kept_entries += len(state.recorded)
        while self._kept_entries > KEPT_ENTRIES:
            _, forgotten = self._kept.popitem(last=False)
            self._kept_entries -= len(forgotten.recorded)


def _storable(value: Any) -> Any:
    """PostgreSQL's text holds every character but the zero one; the statement, being JSON, escapes it."""
    if type(value) is str:
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if type(value) is list:
        return [_storable(member) for member in value]
    return value


def _check_follows(position: int, last: int) -> None:
    """A gap would silently leave out what stood in it."""
    if position != last + 1:
        raise ChainBroken(last + 1, "the next position", str(last + 1), str(position))


def _groups(before: dict[str, int]) -> Iterator[dict[str, int]]:
    """Rights and their numbers of entries, in groups whose entries can be in memory together."""
    group: dict[str, int] = {}
    total = 0
    for right, count in before.items():
        if group and total + count > LOADED_ENTRIES:
            yield group
            group, total = {}, 0
        group[right] = count
        total += count
    if group:
        yield group


def _follow(store: Store, connection: Connection, stop: threading.Event) -> None:
    while not stop.is_set():
        with _only_one(connection, store.schema, "follow") as alone:
            if alone:
                projector = _projector(store, connection)
                while not stop.is_set() and serving(connection, store.schema) == projector.generation:
                    # Looking first spares an idle ledger a lock, which is a write, at every poll.
                    if not (_progress(connection, store.schema).lag and projector.step(connection)):
                        _wait_for_news(connection, stop)
        if not alone:
            stop.wait(_STANDBY_SECONDS)


def _wait_for_news(connection: Connection, stop: threading.Event) -> None:
    """Return at a notification, at `stop`, or when it is time to look anyhow: a notification may be lost."""
    for _ in range(_POLL_WAITS):
        if stop.is_set() or any(True for _ in connection.notifies(timeout=_WAIT_SECONDS, stop_after=1)):
            return


def _projector(store: Store, connection: Connection) -> _Projector:
    """For the generation that serves; tables of another release's layout are rebuilt first."""
    generation = serving(connection, store.schema)
    if generation is None:
        rebuild(store)
        generation = serving(connection, store.schema)
        assert generation is not None
    return _Projector(store, generation)


def _progress(connection: Connection, schema: str) -> Progress:
    row = connection.execute(
        Generation(schema, 0).query(
            """SELECT g.number, g.position, h.position,
                      (SELECT e.recorded_at FROM ledger_entry e WHERE e.position = g.position + 1)
                 FROM {generation} g, ledger_head h WHERE g.serving"""
        )
    ).fetchone()
    assert row is not None
    return Progress(*row)


@contextlib.contextmanager
def _connected(store: Store) -> Iterator[Connection]:
    """A connection of its own, with the tables prepared; its failures are the ledger's errors."""
    try:
        with contextlib.closing(store.database.connect()) as connection:
            generations.prepare(connection, store.schema)
            yield connection
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise unavailable(error) from error


@contextlib.contextmanager
def _only_one(connection: Connection, schema: str, purpose: LiteralString) -> Iterator[bool]:
    """Whether this session has the ledger's lock for `purpose`, kept for the context."""
    key = generations.lock_key(schema, purpose)
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
    alone = row == (True,)
    try:
        yield alone
    finally:
        if alone and not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", (key,))


def _is_over(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() > deadline
