"""The ledger as Parquet files, for engines that read everything: parts by range of positions.

Promises: an export is made of the entries' exact bytes, whose digests and links were recomputed on the way;
a part that counts is complete, for it is written under another name, made durable, renamed, and only then
listed in the manifest; a further export goes on after the last part and touches none that is there; memory
does not grow with the ledger.

A part ends at a multiple of the entries a part has, or where the ledger ended. What was exported day by day
lies in small files at its end; an export into a new folder has full ones.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from ledger import chain
from ledger.errors import ChainBroken
from ledger.store.reader import Reader, StoredEntry
from projections.batch import parquet
from projections.batch.errors import export_running, foreign_folder
from projections.batch.manifest import (
    ENTRIES,
    MANIFEST,
    Manifest,
    Part,
    check_files,
    part_name,
    read_manifest,
    sync_folder,
    write_manifest,
)
from projections.batch.rows import Row, row

PART: Final = 100_000
"""Entries a part."""

_LOCK: Final = ".lock"
_OURS: Final = re.compile(r"\.?part-[0-9]+-[0-9]+\.parquet(\.tmp)?")
_CHUNK: Final = 2**20


@dataclass(frozen=True, slots=True)
class Exported:
    """The export as it is now, and how much of it is new."""

    manifest: Manifest
    parts: int
    entries: int


def export(
    reader: Reader,
    folder: Path,
    *,
    part_entries: int = PART,
    report: Callable[[int, int], None] | None = None,
) -> Exported:
    """Bring the export in `folder` up to the ledger's head; it is made if there is none.

    `report` is told how many entries are exported, of how many.

    Raises:
        InputRejected: `EXPORT_FOREIGN`, `EXPORT_MANIFEST_INVALID`, `EXPORT_DAMAGED`, `EXPORT_RUNNING`.
        ChainBroken: the ledger is not what was written, or not what was exported before. What was exported
            up to there stands.
        EntryMalformed: likewise.
        StorageUnavailable: the database does not answer.
    """
    head = reader.head()
    with _held(folder):
        before = manifest = _opened(folder, head.origin)
        check_files(folder, manifest)
        check_against(reader, manifest)
        while manifest.position < head.position:
            first = manifest.position + 1
            last = min((manifest.position // part_entries + 1) * part_entries, head.position)
            stored = _told(reader.entries(first - 1, upto=last), head.position, report)
            manifest = manifest.extended(write_part(stored, folder, first, last, manifest.link))
            write_manifest(folder, manifest)
        if manifest.link != head.link:
            raise ChainBroken(head.position, "link of the head row", manifest.link.hex(), head.link.hex())
    return Exported(manifest, len(manifest.parts) - len(before.parts), manifest.position - before.position)


def write_part(stored: Iterable[StoredEntry], folder: Path, first: int, last: int, previous: bytes) -> Part:
    """Write entries `first` to `last`, which follow the link `previous`, as one file; list it yourself.

    Raises:
        ChainBroken: a position is missing, or a link does not follow.
        EntryMalformed: the bytes of an entry are none.
    """
    chained = _Chained(first, last, previous)
    name = part_name(first, last)
    target = folder / name
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with temporary.open("wb") as stream:
            parquet.write(chained.rows(stored), stream)
            stream.flush()
            os.fsync(stream.fileno())
        size, digest = measure(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(target.parent)
    return Part(
        file=name,
        first=first,
        last=last,
        bytes=size,
        sha256=digest,
        previous=previous.hex(),
        link=chained.link.hex(),
    )


def measure(file: Path) -> tuple[int, str]:
    """Size and SHA-256 (hex) of a file."""
    digest, size = sha256(), 0
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


class _Chained:
    """The rows of consecutive entries; afterwards `link` is the last one's."""

    def __init__(self, first: int, last: int, link: bytes) -> None:
        self._next = first
        self._last = last
        self.link = link

    def rows(self, stored: Iterable[StoredEntry]) -> Iterator[Row]:
        for each in stored:
            if each.position != self._next:
                raise ChainBroken(self._next, "position", str(self._next), str(each.position))
            self.link = chain.link(self.link, self._next, each.digest)
            if each.link != self.link:
                raise ChainBroken(self._next, "link", self.link.hex(), each.link.hex())
            yield row(each.parse(), each.digest, each.link)
            self._next += 1
        if self._next != self._last + 1:
            raise ChainBroken(self._next, "position", str(self._next), "nothing")


def _opened(folder: Path, origin: str) -> Manifest:
    """The manifest, a new one where there is none; what a killed export left is removed."""
    if (folder / MANIFEST).exists():
        manifest = read_manifest(folder)
        if manifest.origin != origin:
            raise foreign_folder(str(folder), manifest.origin)
    else:
        manifest = Manifest(origin)
        write_manifest(folder, manifest)
    entries = folder / ENTRIES
    entries.mkdir(exist_ok=True)
    listed = {(folder / part.file).name for part in manifest.parts}
    for file in entries.iterdir():
        if file.name in listed:
            continue
        if not _OURS.fullmatch(file.name):
            raise foreign_folder(str(entries), file.name)
        file.unlink()
    return manifest


def check_origin(reader: Reader, manifest: Manifest) -> None:
    """Nothing, if the export is of this ledger.

    Raises:
        InputRejected: `EXPORT_FOREIGN`.
    """
    if reader.head().origin != manifest.origin:
        raise foreign_folder("the export", manifest.origin)


def check_against(reader: Reader, manifest: Manifest) -> None:
    """Nothing, if the ledger says at the export's end what the export says.

    Raises:
        ChainBroken: the ledger is shorter, or its link is another.
        InputRejected: `EXPORT_FOREIGN`, the export is of another ledger.
    """
    check_origin(reader, manifest)
    if not manifest.position:
        return
    stored = reader.entry(manifest.position)
    found = "nothing" if stored is None else stored.link.hex()
    if found != manifest.link.hex():
        raise ChainBroken(manifest.position, "link (exported, and on the ledger)", manifest.link.hex(), found)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder, made if need be, for this process alone."""
    _refuse_strangers(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise export_running(str(folder)) from None
        yield


def _refuse_strangers(folder: Path) -> None:
    """Nothing is written into a folder that somebody else uses; an export begins with its manifest."""
    if folder.exists() and not folder.is_dir():
        raise foreign_folder(str(folder), "a file")
    if not folder.exists() or (folder / MANIFEST).exists():
        return
    for each in sorted(folder.iterdir()):
        if each.name not in {_LOCK, f".{MANIFEST}.tmp"}:
            raise foreign_folder(str(folder), each.name)


def _told(
    stored: Iterable[StoredEntry], aim: int, report: Callable[[int, int], None] | None
) -> Iterator[StoredEntry]:
    for each in stored:
        if report is not None and each.position % parquet.ROW_GROUP == 0:
            report(each.position, aim)
        yield each
