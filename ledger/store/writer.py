"""Group commit: concurrent appends share one round trip, one lock and one commit (design 3).

There is no writer thread. The first caller to arrive leads: it takes what is queued, has it appended in one
call of `ledger_append`, passes the lead on and wakes the others. A lone caller thus pays for no hand-over,
and under load the queue that forms during one commit is the next batch. Callers encode their own entries,
recording time included, while the database works for others; an entry overtaken on its way is encoded again
with a later time.

What an answer means:
- `Appended`: the entries are durable. `Stale`, `Reused`: nothing was written.
- `StorageUnavailable`: nothing was written, or it is unknown. The same request may be given again: its
  command id finds out which.

When a connection breaks during a commit, the leader sends the same batch on a new one. Command ids make that
safe: what was committed is found (and what an old server process still holds is waited for, as it holds the
lock on the head), what was not is judged again.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

import psycopg

from ledger.errors import InputRejected, LedgerError, StorageUnavailable
from ledger.store.batch import (
    Batch,
    ClockBehind,
    Job,
    Outcome,
    execute,
    no_condition,
    prepare,
    prepare_connection,
)
from ledger.store.pgarray import TextArray
from ledger.store.requests import Appended, AppendRequest, AppendResult, AssetHead, Reused

if TYPE_CHECKING:
    from ledger.store.database import Connection, Database

BATCH_ENTRIES: Final = 1024
"""A batch is closed at this many entries; one call of `append_many` is never divided."""

_PATIENCE_SECONDS: Final = 15.0
_TICK: Final = timedelta(microseconds=1)
"""The finest step of a recording time."""
_NOTIFY_SECONDS: Final = 0.01

T = TypeVar("T")


class Writer:
    """The one way into a ledger, for all threads of a process."""

    def __init__(self, database: "Database", clock: Callable[[], datetime]) -> None:
        """`clock` gives aware instants; recording times follow it, and never fall behind an earlier entry."""
        self._database = database
        self._clock = clock
        self._mutex = threading.Lock()  # guards _queue and _led
        self._queue: deque[_Call] = deque()
        self._led = False
        self._connection: Connection | None = None  # used by whoever leads
        self._recorded_at = datetime.min.replace(tzinfo=UTC)  # same
        self._notifier = _Notifier(database)

    def append(self, request: AppendRequest) -> AppendResult:
        """Append one request; return when it is durable, or refused.

        Raises:
            NotCanonical, EntryMalformed: a draft cannot become an entry.
            InputRejected: NO_CONDITION, the condition leaves out a right of the drafts, or says nothing.
            StorageUnavailable: unwritten or unknown; the same request may be given again.
        """
        return self.append_many((request,))[0]

    def append_many(self, requests: Sequence[AppendRequest]) -> list[AppendResult]:
        """Append requests in order with one commit; each succeeds or is refused alone.

        A condition may leave a right's head open (None) where an earlier request of this call names it; if
        that one is refused, those that build on it are stale.

        Raises:
            As `append`; then nothing of this call was written, or (StorageUnavailable) it is unknown.
        """
        if not requests:
            return []
        now = self._clock()
        call = _Call([prepare(request, now) for request in requests])
        call.encode(self._after(now))
        with self._mutex:
            self._queue.append(call)
            lead = not self._led
            self._led = True
        if not lead:
            self._wait(call)
        if not call.answered:
            self._lead()
        return call.results()

    def close(self) -> None:
        """Close the connections."""
        self._notifier.close()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _wait(self, call: "_Call") -> None:
        """Until the call is answered, or asked to lead. An interrupt may take it back only before that."""
        interrupt: BaseException | None = None
        while True:
            try:
                call.wake.acquire()
            except BaseException as error:  # raised below, when nobody depends on us any more
                interrupt = error
                with self._mutex:
                    if not call.asked and call in self._queue:
                        self._queue.remove(call)
                        raise
            else:
                break
        if call.following is not None:
            call.following.wake.release()
        if interrupt is not None:
            if not call.answered:
                self._lead()
            raise interrupt

    def _lead(self) -> None:
        """Append a batch of what is queued, pass the lead on, wake the callers. We are first in the queue."""
        batch = self._take()
        try:
            self._append(batch)
        except BaseException as error:
            for call in batch:
                call.error = call.error or StorageUnavailable(
                    f"the append was cut off ({type(error).__name__})"
                )
            raise
        finally:
            with self._mutex:
                successor = self._queue[0] if self._queue else None
                self._led = successor is not None
                if successor is not None:
                    successor.asked = True
            for call, following in zip(batch, [*batch[1:], None], strict=True):
                call.answered = True
                call.following = following
            if successor is not None:
                successor.wake.release()
            if len(batch) > 1:
                batch[1].wake.release()  # who wakes the next: woken all at once, they would fight for the GIL

    def _take(self) -> list["_Call"]:
        with self._mutex:
            batch = [self._queue.popleft()]
            entries, commands = batch[0].size, set(batch[0].commands)
            while self._queue and entries + self._queue[0].size <= BATCH_ENTRIES:
                # A repeat is answered by what the first left behind, so it waits for the next batch.
                if not commands.isdisjoint(self._queue[0].commands):
                    break
                call = self._queue.popleft()
                entries += call.size
                commands.update(call.commands)
                batch.append(call)
        return batch

    def _append(self, batch: list["_Call"]) -> None:
        try:
            for call in batch:
                if call.builds:
                    self._answer_repeats(call)
            while any(job.result is None for call in batch for job in call.jobs):
                self._send(batch)
        except LedgerError as error:
            for call in batch:
                call.error = error
        except psycopg.Error as error:
            if len(batch) == 1:
                batch[0].error = _rejected(error)
            else:
                for call in batch:  # find the one whose fault it is
                    self._append([call])
        self._notifier.notify()

    def _answer_repeats(self, call: "_Call") -> None:
        """Answer the call's commands that were carried out before: what follows does not build on these."""
        rows = self._durably(
            lambda connection: connection.execute(
                "SELECT f.command_id, f.fingerprint, f.position, l.position FROM unnest(%s) AS u (id) "
                "CROSS JOIN LATERAL (SELECT * FROM ledger_entry e "
                "WHERE e.command_id = u.id ORDER BY e.part LIMIT 1) AS f "
                "CROSS JOIN LATERAL (SELECT e.position FROM ledger_entry e "
                "WHERE e.command_id = u.id ORDER BY e.part DESC LIMIT 1) AS l",
                (TextArray(call.commands),),
                binary=True,
            ).fetchall()
        )
        known = {command: (fingerprint, first, last) for command, fingerprint, first, last in rows}
        for job in call.jobs:
            if job.command_id in known:
                fingerprint, first, last = known[job.command_id]
                same = fingerprint == job.fingerprint
                job.result = Appended(first, last, replay=True) if same else Reused(first)
        if known:
            call.encode(self._after(self._clock()))

    def _after(self, now: datetime) -> datetime:
        """Later than all that was answered before: what was known at a time stays so (K-7)."""
        return max(now, self._recorded_at + _TICK)

    def _send(self, batch: list["_Call"]) -> None:
        """Have open jobs of the batch answered: of several with one command id in a call, the first."""
        for call in batch:
            if call.recorded_at <= self._recorded_at:
                call.encode(self._after(self._clock()))  # overtaken on the way into the queue
        batch.sort(key=lambda call: call.recorded_at)
        sent: set[bytes] = set()

        def send(connection: "Connection") -> tuple[Batch, Outcome]:
            earlier = set(sent)
            encoded = _gather(batch)
            sent.update(encoded.digests)
            outcome = execute(connection, encoded)
            if earlier:
                _recognize(connection, outcome, earlier)
            return encoded, outcome

        def send_holding_head(connection: "Connection") -> tuple[Batch, Outcome]:
            with connection.transaction():
                row = connection.execute("SELECT ledger_lock_head()", binary=True).fetchone()
                assert row is not None
                recorded_at = max(self._clock(), row[0] + _TICK)
                for call in batch:
                    call.encode(recorded_at)
                return send(connection)

        encoded, outcome = self._durably(send)
        self._settle(encoded, outcome)
        if any(isinstance(result, ClockBehind) for result in outcome.results):
            # Another process recorded later than our clock says: encode anew while nobody can.
            encoded, outcome = self._durably(send_holding_head)
            self._settle(encoded, outcome)

    def _settle(self, encoded: Batch, outcome: Outcome) -> None:
        self._recorded_at = outcome.recorded_at
        for job, result in zip(encoded.jobs, outcome.results, strict=True):
            if isinstance(result, LedgerError):
                raise result
            if not isinstance(result, ClockBehind):
                job.result = result

    def _durably(self, work: "Callable[[Connection], T]") -> T:
        """The result of `work`, again on a new connection when one breaks, for as long as patience lasts."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        pause = 0.0
        while True:
            try:
                if self._connection is None:
                    self._connection = self._database.connect()
                    prepare_connection(self._connection)
                return work(self._connection)
            except (psycopg.OperationalError, psycopg.InterfaceError, StorageUnavailable) as error:
                alive = self._disconnect()
                if alive or time.monotonic() + pause > deadline:
                    # Alive, the server itself said no: a full disk, a standby, a timeout.
                    raise _unavailable(error) from error
                time.sleep(pause)
                pause = min(1.0, pause * 2 + 0.02)
                self._recover()
            except BaseException:
                self._disconnect()  # whatever state it is in, the next batch starts on a new one
                raise

    def _disconnect(self) -> bool:
        """Drop the connection; whether there was one that still worked."""
        connection, self._connection = self._connection, None
        if connection is None:
            return False
        alive = not connection.broken
        connection.close()
        return alive

    def _recover(self) -> None:
        try:
            self._database.recover()
        except StorageUnavailable:
            return  # the next attempt to connect says so


class _Call:
    """One `append_many`, waiting at `wake` until `answered` or `asked` to lead; then wakes `following`."""

    __slots__ = (
        "answered", "asked", "builds", "commands", "error",
        "following", "jobs", "recorded_at", "size", "wake",
    )  # fmt: skip

    def __init__(self, jobs: list[Job]) -> None:
        self.jobs = jobs
        self.size = sum(len(job.drafts) for job in jobs)
        self.commands = [job.command_id for job in jobs]
        self.builds = False
        named: set[str] = set()
        for job in jobs:
            for asset, head in job.assets:
                if head is None:
                    self.builds = True
                    if asset not in named:
                        raise no_condition((asset,))
                named.add(asset)
        self.answered = False
        self.asked = False
        self.following: _Call | None = None
        self.error: LedgerError | None = None
        self.wake = threading.Lock()
        self.wake.acquire()

    def encode(self, recorded_at: datetime) -> None:
        """Encode open jobs on the heads their conditions state, or that the jobs before them leave."""
        self.recorded_at = recorded_at
        if len(self.jobs) == 1:
            self.jobs[0].encode(dict(self.jobs[0].assets), recorded_at)  # type: ignore[arg-type]  # no None
            return
        left: dict[str, AssetHead] = {}
        opened = set(map(id, self.open_jobs()))
        for job in self.jobs:
            heads = {asset: left[asset] if head is None else head for asset, head in job.assets}
            if id(job) in opened:
                job.encode(heads, recorded_at)
                left |= heads
            else:
                left = heads | left

    def open_jobs(self) -> list[Job]:
        """Jobs without an answer; of several with one command id, the first."""
        if len(self.jobs) == 1:
            return self.jobs if self.jobs[0].result is None else []
        first: dict[str, Job] = {}
        for job in self.jobs:
            if job.result is None:
                first.setdefault(job.command_id, job)
        return list(first.values())

    def results(self) -> list[AppendResult]:
        if self.error is not None:
            raise self.error
        results = [job.result for job in self.jobs if job.result is not None]
        assert len(results) == len(self.jobs)
        return results


class _Notifier:
    """Tells listeners of new entries: at most one NOTIFY each few milliseconds, outside any append.

    NOTIFY takes a lock of the whole server at commit; on a connection of its own, and not waiting for the
    disk, it delays no append. A lost notification costs a listener the time to its next poll.
    """

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._wanted = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def notify(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ipledger-notify", daemon=True)
            self._thread.start()
        if not self._wanted.is_set():
            self._wanted.set()

    def close(self) -> None:
        self._closed.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        connection: Connection | None = None
        while not self._closed.is_set():
            self._wanted.wait()
            self._wanted.clear()
            try:
                if connection is None:
                    connection = self._database.connect()
                    connection.execute("SET synchronous_commit TO off")
                connection.execute("SELECT pg_notify(%s, '')", (self._database.channel,))
            except (psycopg.Error, StorageUnavailable):
                if connection is not None:
                    connection.close()
                connection = None  # the next batch notifies again, and listeners poll
            self._closed.wait(_NOTIFY_SECONDS)
        if connection is not None:
            connection.close()


def _gather(calls: Sequence[_Call]) -> Batch:
    batch = Batch()
    for call in calls:
        for job in call.open_jobs():
            batch.add(job)
    return batch


def _recognize(connection: "Connection", outcome: Outcome, sent: set[bytes]) -> None:
    """A repeat of what this very batch sent on a connection that broke is no replay: it was ours."""
    repeats = {
        result.first_position: index
        for index, result in enumerate(outcome.results)
        if isinstance(result, Appended) and result.replay
    }
    rows = connection.execute(
        "SELECT position, digest FROM ledger_entry WHERE position = ANY(%s)", (list(repeats),), binary=True
    ).fetchall()
    for position, digest in rows:
        if digest in sent:
            result = outcome.results[repeats[position]]
            assert isinstance(result, Appended)
            outcome.results[repeats[position]] = Appended(result.first_position, result.last_position)


def _unavailable(error: Exception) -> StorageUnavailable:
    if isinstance(error, StorageUnavailable):
        return error
    return StorageUnavailable(" ".join(str(error).split())[:300] or type(error).__name__)


def _rejected(error: psycopg.Error) -> LedgerError:
    if not isinstance(error, psycopg.DataError | psycopg.ProgrammingError | psycopg.IntegrityError):
        return _unavailable(error)
    reason = " ".join(str(error).split())[:300]
    return InputRejected("REFUSED_BY_DATABASE", f"the database refused it: {reason}", f"数据库拒绝:{reason}")
