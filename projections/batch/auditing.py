"""The audit of an export: every part by itself, then what only the whole shows; one code for every engine.

`check_rows` is a pure function over a part's rows, run by worker processes or by Spark's `mapPartitions`:

1. positions follow one another without a gap, from the part's first to its last;
2. `digest` is the SHA-256 of `raw`;
3. the link follows from the one before, starting at the part's `previous`;
4. `raw` is an entry, in canonical form;
5. all other columns are what `rows.row` makes of it; recording times never fall.

Then, on the engine's SQL, a shuffle by right (`sql/continuity.sql`): its entries count 1, 2, 3 … and name
their predecessor's digest. Then the parts are joined at their ends and with the manifest. The codes are those
of `ledger.store.audit`; an export tampered with as a ledger was gives the same first wrong position.
Codes of its own are `COLUMN`, `MANIFEST`, `PART_DIGEST` and `PART_UNREADABLE`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pyarrow import RecordBatch

from ledger import chain
from ledger.entry import format_instant, parse
from ledger.errors import EntryMalformed
from ledger.store.audit import Finding
from projections.batch import parquet
from projections.batch.engines import Engine, entry_views, question
from projections.batch.export import measure
from projections.batch.manifest import Manifest, Part
from projections.batch.rows import Row, row

_SMALL: Final = 20_000
"""Entries that are checked before other processes have started."""

_CODES: Final = {"type": "TYPE", "command_id": "COMMAND_ID", "recorded_at": "RECORDED_AT"}
"""Columns that a ledger's audit knows too."""


@dataclass(frozen=True, slots=True)
class Task:
    """A part to be checked, wherever the worker runs that opens the file."""

    folder: str
    part: Part


@dataclass(frozen=True, slots=True)
class PartChecked:
    """What a part holds, up to its first fault if it has one."""

    first: int
    entries: int
    rights: int
    link: bytes
    begins: datetime | None
    ends: datetime | None
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class ExportAudit:
    """What was audited, and the first wrong position if there is one; `rights` are those that began."""

    origin: str
    parts: int
    entries: int
    rights: int
    link: str
    finding: Finding | None


class _Wrong(Exception):
    """Ends a part at its first fault."""

    def __init__(self, position: int, what: str, expected: object, found: object) -> None:
        self.finding = Finding(position, what, _text(expected), _text(found))


def audit_export(engine: Engine, folder: Path, manifest: Manifest) -> ExportAudit:
    """Check the whole export in `folder`; comparing it with a ledger is `export.check_against`."""
    tasks = [Task(str(folder), part) for part in manifest.parts]
    small = sum(part.last - part.first + 1 for part in manifest.parts) <= _SMALL
    checked = sorted(engine.map(check_tasks, tasks, small=small), key=lambda each: each.first)
    findings = [*_joined(manifest, checked), *(each.finding for each in checked if each.finding)]
    first = min(findings, key=lambda each: each.position, default=None)
    broken = _continuity(engine, folder, manifest, first)
    return ExportAudit(
        origin=manifest.origin,
        parts=len(manifest.parts),
        entries=sum(each.entries for each in checked),
        rights=sum(each.rights for each in checked),
        link=manifest.link.hex(),
        finding=broken or first,
    )


def check_tasks(tasks: Iterable[Task]) -> Iterator[PartChecked]:
    """Check parts, one after the other, in the shape that `mapPartitions` asks for."""
    for task in tasks:
        yield check_file(Path(task.folder), task.part)


def check_file(folder: Path, part: Part) -> PartChecked:
    """Check a part where it lies; that the file is another one is told where its rows show nothing."""
    file = folder / part.file
    try:
        checked = check_rows(_readable(file, part), part)
        if checked.finding is not None:
            return checked
        size, digest = measure(file)
    except OSError as error:
        return replace(checked, finding=Finding(part.first, "PART_UNREADABLE", part.file, _reason(error)))
    if (size, digest) != (part.bytes, part.sha256):
        return replace(checked, finding=Finding(part.first, "PART_DIGEST", part.sha256, digest))
    return checked


def check_rows(batches: Iterable[RecordBatch], part: Part) -> PartChecked:
    """Check the rows of a part against it and against themselves: no file, no clock, no state outside."""
    state = _State(part.first, bytes.fromhex(part.previous))
    finding = None
    try:
        for batch in batches:
            _check_batch(batch, part, state)
    except _Wrong as wrong:
        finding = wrong.finding
    if finding is None and state.position != part.last + 1:
        finding = Finding(state.position, "POSITION_GAP", "an entry", "none")
    return PartChecked(
        first=part.first,
        entries=state.position - part.first,
        rights=state.rights,
        link=state.link,
        begins=state.begins,
        ends=state.ends,
        finding=finding,
    )


@dataclass(slots=True)
class _State:
    """What the rows before leave for the next; `position` is the next one's."""

    position: int
    link: bytes
    begins: datetime | None = None
    ends: datetime | None = None
    rights: int = 0


def _check_batch(batch: RecordBatch, part: Part, state: _State) -> None:
    """Check each row by what was hashed, then compare all columns with what they should be at once."""
    hashed = (batch.column(name).to_pylist() for name in ("position", "raw", "digest", "link"))
    wanted: list[Row] = []
    fault = None
    for each in zip(*hashed, strict=True):
        try:
            wanted.append(_checked_row(each, part, state))
        except _Wrong as wrong:
            fault = wrong
            break
    found, made = batch.slice(0, len(wanted)), parquet.batch(wanted)
    if not found.equals(made):
        raise _differing(made, found)
    if fault is not None:
        raise fault


def _checked_row(hashed: tuple[int, bytes, bytes, bytes], part: Part, state: _State) -> Row:
    """The row that an entry should have, if digest, link and the entry itself are right."""
    (at, raw, digest, found), position = hashed, state.position
    if at != position or position > part.last:
        expected = position if position <= part.last else f"the end of the part at {part.last}"
        raise _Wrong(position, "POSITION_GAP", expected, at)
    if sha256(raw).digest() != digest:
        raise _Wrong(position, "DIGEST", sha256(raw).digest(), digest)
    link = chain.link(state.link, position, digest)
    if link != found:
        raise _Wrong(position, "LINK", link, found)
    try:
        entry = parse(raw, position)
    except EntryMalformed as error:
        raise _Wrong(position, "MALFORMED", "an entry of version 1", error.data["reason"]) from error
    if state.ends is not None and entry.recorded_at < state.ends:
        raise _out_of_order(position, state.ends, entry.recorded_at)
    state.begins = state.begins or entry.recorded_at
    state.ends, state.link, state.position = entry.recorded_at, link, position + 1
    state.rights += sum(asset.seq == 1 for asset in entry.assets)
    return row(entry, digest, link)


def _differing(wanted: RecordBatch, found: RecordBatch) -> _Wrong:
    """The first column of the first row that is not what it should be."""
    differing = [name for name in wanted.schema.names if not wanted.column(name).equals(found.column(name))]
    index, name = min(
        (next(at for at in range(len(found)) if not wanted[name][at].equals(found[name][at])), name)
        for name in differing
    )
    position = wanted["position"][index].as_py()
    ours, theirs = (_shown(batch[name][index]) for batch in (wanted, found))
    return _Wrong(position, _CODES.get(name, "COLUMN"), f"{name} {ours}", f"{name} {theirs}")


def _shown(scalar: Any) -> str:
    """A value for people, also where it is none: text that is no UTF-8, a day of no calendar."""
    try:
        return str(scalar.as_py())
    except (ValueError, OverflowError):
        return "no value"


def _readable(file: Path, part: Part) -> Iterator[RecordBatch]:
    """The rows of a file; where it cannot be read on is a fault at the next position."""
    position = part.first
    try:
        for each in parquet.read(file):
            yield each
            position += each.num_rows
    except parquet.UNREADABLE as error:
        raise _Wrong(position, "PART_UNREADABLE", part.file, _reason(error)) from error


def _joined(manifest: Manifest, checked: Sequence[PartChecked]) -> Iterator[Finding]:
    """Parts follow one another, in positions, links and time, as the manifest says they do."""
    position, link, ends = 0, chain.genesis(manifest.origin), None
    for part, found in zip(manifest.parts, checked, strict=True):
        if part.first != position + 1:
            yield Finding(position + 1, "POSITION_GAP", str(position + 1), str(part.first))
        if part.previous != link.hex():
            yield Finding(part.first, "MANIFEST", f"previous {link.hex()}", f"previous {part.previous}")
        if found.finding is None and found.link.hex() != part.link:
            yield Finding(part.last, "MANIFEST", f"link {found.link.hex()}", f"link {part.link}")
        if ends is not None and found.begins is not None and found.begins < ends:
            yield _out_of_order(part.first, ends, found.begins).finding
        position, link, ends = part.last, bytes.fromhex(part.link), found.ends


def _continuity(engine: Engine, folder: Path, manifest: Manifest, fault: Finding | None) -> Finding | None:
    """The first entry that is not the next one of one of its rights, among those up to the first fault."""
    end = manifest.position + 1 if fault is None else fault.position
    if fault is not None and fault.what == "PART_UNREADABLE":
        end = max(part.first for part in manifest.parts if part.first <= fault.position)
    parts = [part for part in manifest.parts if part.first < end]
    if not parts:
        return None
    entry_views(engine, [folder / part.file for part in parts])
    answer = engine.query(question("continuity").replace(":before", str(end)))
    for position, right, seq, previous, expected, digest in answer.rows:
        if seq != expected:
            return Finding(position, "RIGHT_SEQ", str(expected), f"{seq} of {right}")
        return Finding(position, "RIGHT_PREVIOUS", digest, f"{previous} of {right}")
    return None


def _out_of_order(position: int, before: datetime, found: datetime) -> _Wrong:
    return _Wrong(position, "RECORDED_AT_ORDER", format_instant(before), format_instant(found))


def _reason(error: Exception) -> str:
    """The first line of what a library says."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
