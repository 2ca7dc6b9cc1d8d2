"""From append requests to the arguments of `ledger_append`, and from its row to answers. No queue, no retries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import orjson

from ledger.entry import PreparedDraft, format_instant
from ledger.errors import InputRejected, LedgerError
from ledger.store.pgarray import BigintArray, ByteaArray, IntegerArray, TextArray
from ledger.store.requests import Appended, AppendRequest, AppendResult, AssetHead, QueryItem, Reused, Stale

if TYPE_CHECKING:
    from ledger.store.database import Connection

_ARGUMENTS: Final = 26
_APPEND: Final = (
    "SELECT first_position, head_recorded_at, statuses, firsts, lasts, details "
    f"FROM ledger_append({', '.join(['%s'] * _ARGUMENTS)})"
)
_NO_WATCHES: Final = (
    TextArray(()), TextArray(()), BigintArray(()), IntegerArray(()), IntegerArray(()), BigintArray(()),
    IntegerArray(()), IntegerArray(()),
)  # fmt: skip


@dataclass(slots=True)
class Job:
    """One request on its way: checked and encoded by its caller as far as possible, then answered once."""

    drafts: list[PreparedDraft]
    assets: list[tuple[str, AssetHead | None]]
    tags: tuple[str, ...]
    query: tuple[QueryItem, ...] | None
    after: int
    command_id: str
    fingerprint: bytes
    result: AppendResult | None = None


def prepare(request: AppendRequest) -> Job:
    """Everything that can be done, and refused, before the request meets others.

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
        fingerprint=request.fingerprint or sha256(b"\n".join(draft.content for draft in drafts)).digest(),
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


@dataclass(slots=True)
class Batch:
    """The arguments of one call, for `jobs` in order."""

    jobs: list[Job]
    recorded_at: datetime
    instant: str
    sizes: list[int] = field(default_factory=list)
    asset_index: dict[str, int] = field(default_factory=dict)
    c_request: list[int] = field(default_factory=list)
    c_asset: list[int] = field(default_factory=list)
    c_seq: list[int] = field(default_factory=list)
    c_head: list[bytes] = field(default_factory=list)
    c_added: list[int] = field(default_factory=list)
    c_last: list[int] = field(default_factory=list)
    e_request: list[int] = field(default_factory=list)
    e_part: list[int] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    tag_entries: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def add(self, job: Job, heads: dict[str, AssetHead]) -> None:
        """Encode a job's entries as following `heads`, which then are what it leaves."""
        self.jobs.append(job)
        self.sizes.append(len(job.drafts))
        request = len(self.jobs)
        condition = len(self.c_request)
        place: dict[str, int] = {}
        for asset, head in heads.items():
            place[asset] = condition + len(place)
            self.c_request.append(request)
            self.c_asset.append(self.asset_index.setdefault(asset, len(self.asset_index) + 1))
            self.c_seq.append(head.seq)
            self.c_head.append(bytes.fromhex(head.digest))
            self.c_added.append(0)
            self.c_last.append(0)
        for part, draft in enumerate(job.drafts):
            links = [[asset, heads[asset].seq + 1, heads[asset].digest] for asset in draft.assets]
            raw = draft.encode(links, self.instant)
            digest = sha256(raw)
            self.digests.append(digest.digest())
            self.raws.append(raw)
            self.types.append(draft.type)
            self.e_request.append(request)
            self.e_part.append(part)
            entry = len(self.raws)
            for asset, seq, _ in links:
                heads[asset] = AssetHead(seq, digest.hexdigest())
                self.c_added[place[asset]] += 1
                self.c_last[place[asset]] = entry
            self.tags += draft.subjects
            self.tag_entries += [entry] * len(draft.subjects)

    def arguments(self) -> tuple[Any, ...]:
        """As `ledger_append` wants them."""
        return (
            self.recorded_at,
            TextArray([job.command_id for job in self.jobs]),
            ByteaArray([job.fingerprint for job in self.jobs]),
            IntegerArray(self.sizes),
            TextArray(self.asset_index),
            IntegerArray(self.c_request),
            IntegerArray(self.c_asset),
            BigintArray(self.c_seq),
            ByteaArray(self.c_head),
            IntegerArray(self.c_added),
            IntegerArray(self.c_last),
            *_watches(self.jobs),
            IntegerArray(self.e_request),
            IntegerArray(self.e_part),
            TextArray(self.types),
            ByteaArray(self.digests),
            ByteaArray(self.raws),
            IntegerArray(self.tag_entries),
            TextArray(self.tags),
        )


@dataclass(slots=True)
class Outcome:
    """What `ledger_append` did. `clock_behind`: nothing, the head was recorded later, at `recorded_at`."""

    recorded_at: datetime
    clock_behind: bool
    results: list[AppendResult | LedgerError]


def execute(connection: "Connection", batch: Batch) -> Outcome:
    """Send the batch; it is durable on return unless a transaction is open."""
    row = connection.execute(_APPEND, batch.arguments(), prepare=True, binary=True).fetchone()
    assert row is not None
    first, recorded_at, statuses, firsts, lasts, details = row
    results: list[AppendResult | LedgerError] = []
    if statuses is None:
        for size in batch.sizes:
            results.append(Appended(first, first + size - 1))
            first += size
    elif statuses == ["CLOCK_BEHIND"]:
        return Outcome(recorded_at, clock_behind=True, results=[])
    else:
        results = list(map(_result, statuses, firsts, lasts, details))
    return Outcome(recorded_at, clock_behind=False, results=results)


def _result(status: str, first: int | None, last: int | None, detail: str | None) -> AppendResult | LedgerError:
    match status:
        case "OK" | "REPEATED" if first is not None and last is not None:
            return Appended(first, last, replay=status == "REPEATED")
        case "REUSED" if first is not None:
            return Reused(first)
        case "STALE" if detail is not None:
            return Stale(detail)
        case "NO_CONDITION":
            return no_condition(())
        case _:
            raise AssertionError(f"ledger_append answered {status}")


def _watches(jobs: Sequence[Job]) -> tuple[Any, ...]:
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
    g_tag, g_query, g_after = zip(*texts, strict=True) if texts else ((),) * 3
    t_request, t_watch, t_after = zip(*watching, strict=True) if watching else ((),) * 3
    w_request, w_watch = zip(*matching, strict=True) if matching else ((),) * 2
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
