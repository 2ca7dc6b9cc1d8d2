"""From append requests to the arguments of `ledger_append`, and from its row to answers. No queue here.

The work is divided so that callers do most of it, at the same time as the database works for others:
`prepare` and `Job.encode` run in the caller's thread, only `Batch.add` in the leader's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import orjson
import psycopg
from psycopg import pq
from psycopg.pq.abc import PGresult

from ledger.entry import PreparedDraft, format_instant
from ledger.errors import InputRejected, LedgerError
from ledger.store import pgarray
from ledger.store.pgarray import BigintArray, ByteaArray, IntegerArray, PgArray, TextArray, TimestamptzArray
from ledger.store.requests import Appended, AppendRequest, AppendResult, AssetHead, QueryItem, Reused, Stale

if TYPE_CHECKING:
    from ledger.store.database import Connection

_APPEND: Final = (
    b"SELECT first_position, head_recorded_at, answers FROM ledger_append("
    b"$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
    b"$14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)"
)
_STATEMENT: Final = b"ledger_append"
_NO_WATCHES: Final = (
    TextArray(()), TextArray(()), BigintArray(()), IntegerArray(()), IntegerArray(()), BigintArray(()),
    IntegerArray(()), IntegerArray(()),
)  # fmt: skip


class ClockBehind:
    """An answer that no caller sees: the entries must be recorded at a later time."""


@dataclass(slots=True)
class Read:
    """A right a request read: the head its entries continue, how many concern it, the last one (from 0)."""

    asset: str
    head: AssetHead
    added: int = 0
    last: int = 0


@dataclass(slots=True)
class Job:
    """One request on its way: encoded by its caller, answered once."""

    drafts: list[PreparedDraft]
    assets: list[tuple[str, AssetHead | None]]
    tags: tuple[str, ...]
    query: tuple[QueryItem, ...] | None
    after: int
    command_id: str
    fingerprint: bytes
    recorded_at: datetime
    reads: list[Read] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    result: AppendResult | None = None

    def encode(self, heads: dict[str, AssetHead], recorded_at: datetime) -> None:
        """Make the entries' bytes, following `heads`, which then are what they leave."""
        instant = format_instant(recorded_at)
        self.recorded_at = recorded_at
        reads = {asset: Read(asset, heads[asset]) for asset, _ in self.assets}
        self.reads = list(reads.values())
        self.digests = []
        self.raws = []
        for part, draft in enumerate(self.drafts):
            links = [(asset, heads[asset].seq + 1, heads[asset].digest) for asset in draft.assets]
            raw = draft.encode(links, instant)
            digest = sha256(raw)
            self.raws.append(raw)
            self.digests.append(digest.digest())
            for asset, seq, _ in links:
                heads[asset] = AssetHead(seq, digest.hexdigest())
                reads[asset].added += 1
                reads[asset].last = part


def prepare(request: AppendRequest, now: datetime) -> Job:
    """Everything that can be done, and refused, before the rights' heads are known.

    Raises:
        NotCanonical, EntryMalformed: a draft cannot become an entry.
        InputRejected: NO_CONDITION, COMMAND_ID_DIFFERS.
    """
    condition = request.condition
    drafts = [draft.prepare() for draft in request.drafts]
    unread = {asset for draft in drafts for asset in draft.assets}.difference(condition.assets)
    if unread or not (condition.assets or condition.tags or condition.query is not None):
        raise no_condition(sorted(unread))
    if not drafts or any(draft.command_id != request.command_id for draft in request.drafts):
        raise InputRejected(
            "COMMAND_ID_DIFFERS",
            f"each entry of request {request.command_id!r} must carry its command id, and there must be one",
            f"请求 {request.command_id!r} 须至少含一个条目,且各条目的命令编号须与之一致",
            command_id=request.command_id,
        )
    return Job(
        drafts=drafts,
        assets=list(condition.assets.items()),
        tags=condition.tags,
        query=condition.query,
        after=condition.after,
        command_id=request.command_id,
        fingerprint=request.fingerprint or sha256(b"\n".join([draft.content for draft in drafts])).digest(),
        recorded_at=now,
    )


def no_condition(unread: Sequence[str]) -> InputRejected:
    """The refusal of an append that does not say what it is based on (rule N-5)."""
    named = ", ".join(unread) or "—"
    return InputRejected(
        "NO_CONDITION",
        f"an append states the head of every right it concerns, and at least one condition; missing: {named}",
        f"追加须声明其所涉各权利的最新位置,且至少一项条件;缺少:{named}",
        assets=list(unread),
    )


class Batch:
    """The arguments of one call, for `jobs` in order."""

    def __init__(self) -> None:
        """Empty."""
        self.jobs: list[Job] = []
        self._asset_index: dict[str, int] = {}
        self._c_request: list[int] = []
        self._c_asset: list[int] = []
        self._c_seq: list[int] = []
        self._c_head: list[bytes] = []
        self._c_added: list[int] = []
        self._c_last: list[int] = []
        self._e_request: list[int] = []
        self._e_part: list[int] = []
        self._types: list[str] = []
        self.digests: list[bytes] = []
        self._raws: list[bytes] = []
        self._tag_entries: list[int] = []
        self._tags: list[str] = []

    def add(self, job: Job) -> None:
        """Put an encoded job behind those before it."""
        self.jobs.append(job)
        request = len(self.jobs)
        entry = len(self._raws) + 1
        for read in job.reads:
            self._c_request.append(request)
            self._c_asset.append(self._asset_index.setdefault(read.asset, len(self._asset_index) + 1))
            self._c_seq.append(read.head.seq)
            self._c_head.append(bytes.fromhex(read.head.digest))
            self._c_added.append(read.added)
            self._c_last.append(entry + read.last)
        self.digests += job.digests
        self._raws += job.raws
        for part, draft in enumerate(job.drafts):
            self._types.append(draft.type)
            self._e_request.append(request)
            self._e_part.append(part)
            self._tags += draft.subjects
            self._tag_entries += [entry + part] * len(draft.subjects)

    def arguments(self) -> tuple[PgArray, ...]:
        """As `ledger_append` wants them."""
        jobs = self.jobs
        return (
            TextArray([job.command_id for job in jobs]),
            ByteaArray([job.fingerprint for job in jobs]),
            TimestamptzArray([job.recorded_at for job in jobs]),
            IntegerArray([len(job.drafts) for job in jobs]),
            TextArray(list(self._asset_index)),
            IntegerArray(self._c_request),
            IntegerArray(self._c_asset),
            BigintArray(self._c_seq),
            ByteaArray(self._c_head),
            IntegerArray(self._c_added),
            IntegerArray(self._c_last),
            *_watches(jobs),
            IntegerArray(self._e_request),
            IntegerArray(self._e_part),
            TextArray(self._types),
            ByteaArray(self.digests),
            ByteaArray(self._raws),
            IntegerArray(self._tag_entries),
            TextArray(self._tags),
        )


@dataclass(slots=True)
class Outcome:
    """What `ledger_append` answered to each job, and when the head was recorded."""

    recorded_at: datetime
    results: list[AppendResult | ClockBehind | LedgerError]


def prepare_connection(connection: "Connection") -> None:
    """Plan the call once for the connection.

    The call goes to libpq directly: its arguments are packed already, and the driver's way through adaptation
    would cost a lone append a fifth of its time.
    """
    types = [argument.array for argument in Batch().arguments()]
    _answered(connection, connection.pgconn.prepare(_STATEMENT, _APPEND, types), pq.ExecStatus.COMMAND_OK)


def execute(connection: "Connection", batch: Batch) -> Outcome:
    """Send the batch; it is durable on return unless a transaction is open.

    Raises:
        psycopg.Error: as the driver would.
    """
    packed = [argument.packed for argument in batch.arguments()]
    formats = [pq.Format.BINARY] * len(packed)
    result = connection.pgconn.exec_prepared(_STATEMENT, packed, formats, pq.Format.BINARY)
    _answered(connection, result, pq.ExecStatus.TUPLES_OK)
    first = int.from_bytes(result.get_value(0, 0) or b"", "big")
    recorded_at = pgarray.instant(int.from_bytes(result.get_value(0, 1) or b"", "big", signed=True))
    answers = result.get_value(0, 2)
    if answers is not None:
        return Outcome(recorded_at, [_result(*answer) for answer in orjson.loads(answers)])
    results: list[AppendResult | ClockBehind | LedgerError] = []
    for job in batch.jobs:
        results.append(Appended(first, first + len(job.drafts) - 1))
        first += len(job.drafts)
    return Outcome(recorded_at, results)


def _answered(connection: "Connection", result: PGresult, wanted: pq.ExecStatus) -> None:
    if result.status != wanted:
        if connection.broken:  # the server said nothing, libpq speaks for it
            raise psycopg.OperationalError(connection.pgconn.get_error_message())
        raise psycopg.errors.error_from_result(result, connection.info.encoding)


def _result(
    status: str, first: int | None, last: int | None, detail: str | None
) -> AppendResult | ClockBehind | LedgerError:
    match status:
        case "OK" | "REPEATED" if first is not None and last is not None:
            return Appended(first, last, replay=status == "REPEATED")
        case "REUSED" if first is not None:
            return Reused(first)
        case "STALE" if detail is not None:
            return Stale(detail)
        case "CLOCK_BEHIND":
            return ClockBehind()
        case "NO_CONDITION":
            return no_condition(())
        case _:
            raise AssertionError(f"ledger_append answered {status}")


def _watches(jobs: Sequence[Job]) -> tuple[PgArray, ...]:
    """Conditions on tags and queries: what is watched, who watches it, whose entries match it."""
    if not any(job.tags or job.query is not None for job in jobs):
        return _NO_WATCHES
    tags: dict[str, int] = {}
    queries: dict[tuple[str, int], tuple[int, tuple[QueryItem, ...]]] = {}
    texts: list[tuple[str | None, str | None, int]] = []
    watching: list[tuple[int, int, int]] = []
    for request, job in enumerate(jobs, 1):
        for tag in job.tags:
            if tag not in tags:
                texts.append((tag, None, 0))
                tags[tag] = len(texts)
            watching.append((request, tags[tag], job.after))
        if job.query is not None:
            text = _query_json(job.query)
            if (text, job.after) not in queries:
                texts.append((None, text, job.after))
                queries[text, job.after] = (len(texts), job.query)
            watching.append((request, queries[text, job.after][0], job.after))
    matching = [
        (request, watch)
        for request, job in enumerate(jobs, 1)
        for watch in sorted(_matched(job, tags, list(queries.values())))
    ]
    g_tag, g_query, g_after = zip(*texts, strict=True)
    t_request, t_watch, t_after = zip(*watching, strict=True)
    w_request, w_watch = zip(*matching, strict=True) if matching else ((), ())
    return (
        TextArray(g_tag),
        TextArray(g_query),
        BigintArray(g_after),
        IntegerArray(t_request),
        IntegerArray(t_watch),
        BigintArray(t_after),
        IntegerArray(w_request),
        IntegerArray(w_watch),
    )


def _matched(
    job: Job, tags: dict[str, int], queries: Sequence[tuple[int, tuple[QueryItem, ...]]]
) -> set[int]:
    found: set[int] = set()
    for draft in job.drafts:
        found.update(tags[tag] for tag in draft.subjects if tag in tags)
        carried = frozenset(draft.subjects)
        found.update(
            watch
            for watch, items in queries
            if not items
            or any(
                (not item.types or draft.type in item.types) and carried.issuperset(item.tags)
                for item in items
            )
        )
    return found


def _query_json(items: Sequence[QueryItem]) -> str:
    return orjson.dumps([{"types": item.types, "tags": item.tags} for item in items]).decode()
