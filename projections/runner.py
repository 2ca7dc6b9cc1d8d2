"""Filling the read tables from the log: exactly once, in order of position, resuming wherever it was killed.

Promises:
- The position is written in the transaction that writes the rows: a kill leaves both or neither.
- Any number of processes may follow. One works, by a lock of its session that ends with it; the others wait
  for that lock. Were two to work, the lock on the generation's row would still make every entry count once.
- An entry that cannot be read stops the projection at its position; everything before it is projected.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from ledger.errors import StorageUnavailable
from ledger.garbage import collecting_seldom
from ledger.store.database import Connection, Store, unavailable
from projections import generations
from projections.batches import Batch, Batches
from projections.catalog import RIGHT_TABLES
from projections.errors import RebuildRunning
from projections.views import Generation, Progress, Views, serving

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
                    with contextlib.closing(_projector(store, connection)) as projector, collecting_seldom():
                        while (
                            projector.reached < target
                            and not _is_over(deadline)
                            and projector.step(connection)
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
        with contextlib.closing(_Projector(store, new)) as projector, collecting_seldom():
            projector.reach(connection, store.reader.head().position, report)
            generations.add_indexes(connection, new)
            _put_in_service(store, connection, projector, report)
        return _progress(connection, schema)


def _put_in_service(store: Store, connection: Connection, projector: "_Projector", report: Report) -> None:
    for attempt in range(_SWAP_TRIES):
        projector.reach(connection, store.reader.head().position, report)
        try:
            with generations.swap(connection, store.schema, projector.generation) as served:
                projector.reach(connection, served, report)
        except psycopg.errors.LockNotAvailable:
            time.sleep(min(1.0, 0.02 * 2**attempt))
        else:
            return
    raise StorageUnavailable(
        "the old read tables are held by a reader that does not end; rebuild again later"
    )


class _Projector:
    """Projects batches into one generation; `reached` is the position it knows that generation to hold."""

    def __init__(self, store: Store, generation: Generation) -> None:
        self.generation = generation
        self.reached = 0
        self._batches = Batches(store.reader)

    def close(self) -> None:
        """Forget what was prepared."""
        self._batches.close()

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
            batch = self._batches.after(position)
            if batch is not None:
                self._write(connection, batch)
                generations.advance(connection, self.generation, batch.last)
        self.reached = position if batch is None else batch.last
        return batch is not None

    def _write(self, connection: Connection, batch: Batch) -> None:
        for table in RIGHT_TABLES:
            if batch.known:
                delete = self.generation.query("DELETE FROM {" + table.name + "} WHERE right_id = ANY(%s)")  # noqa: S608  # our own table's name
                connection.execute(delete, (batch.known,))
        for name, text in batch.texts.items():
            with connection.cursor().copy(self.generation.query("COPY {" + name + "} FROM STDIN")) as copy:
                copy.write(text)


def _follow(store: Store, connection: Connection, stop: threading.Event) -> None:
    while not stop.is_set():
        with _only_one(connection, store.schema, "follow") as alone:
            if alone:
                with contextlib.closing(_projector(store, connection)) as projector:
                    while not stop.is_set() and serving(connection, store.schema) == projector.generation:
                        with collecting_seldom():
                            # Looking first spares an idle ledger a lock, which is a write, at every poll.
                            while (
                                not stop.is_set()
                                and _progress(connection, store.schema).lag
                                and projector.step(connection)
                            ):
                                pass
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
