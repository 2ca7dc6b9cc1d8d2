"""`manifest.json` of an export: which parts count. A file that it does not list is no part of the export."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger import chain
from projections.batch.errors import damaged_export, invalid_manifest, no_export

MANIFEST: Final = "manifest.json"
ENTRIES: Final = "entries"

_Position = Annotated[int, Field(ge=0, le=2**53 - 1)]
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """One file: entries `first` to `last`, `previous` and `link` the values `H` before them and at their end.

    `bytes` and `sha256` are of the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    file: Annotated[str, Field(pattern=rf"^{ENTRIES}/part-[0-9]{{12,16}}-[0-9]{{12,16}}\.parquet$")]
    first: _Position
    last: _Position
    bytes: _Position
    sha256: _Hash
    previous: _Hash
    link: _Hash


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    v: Literal[1]
    origin: Annotated[str, Field(min_length=1, max_length=500)]
    head: dict[Literal["position", "link"], int | str]
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Manifest:
    """An export of the ledger `origin` that reaches to the end of its last part."""

    origin: str
    parts: tuple[Part, ...] = ()

    @property
    def position(self) -> int:
        """The last position exported; 0 for none."""
        return self.parts[-1].last if self.parts else 0

    @property
    def link(self) -> bytes:
        """`H` at that position."""
        return bytes.fromhex(self.parts[-1].link) if self.parts else chain.genesis(self.origin)

    def extended(self, part: Part) -> "Manifest":
        """With one more part."""
        return Manifest(self.origin, (*self.parts, part))


def part_name(first: int, last: int) -> str:
    """The file of entries `first` to `last`, under the folder of an export."""
    return f"{ENTRIES}/part-{first:012d}-{last:012d}.parquet"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the export in `folder`.

    Raises:
        InputRejected: `EXPORT_MISSING`; `EXPORT_MANIFEST_INVALID`, also where it names positions that its
            files' names do not.
    """
    try:
        form = _Form.model_validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise no_export(str(folder)) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "/".join(map(str, first["loc"]))
        raise invalid_manifest(str(folder), f"{where}: {first['msg']}") from error
    manifest = Manifest(form.origin, tuple(form.parts))
    for part in manifest.parts:
        if not 1 <= part.first <= part.last or part.file != part_name(part.first, part.last):
            raise invalid_manifest(str(folder), f"{part.file} is not of {part.first} to {part.last}")
    if form.head != _head(manifest):
        raise invalid_manifest(str(folder), "its head is not the end of its last part")
    return manifest


def check_files(folder: Path, manifest: Manifest) -> None:
    """Nothing, if every part lies in `folder` in the size it was written in; what is in it an audit tells.

    Raises:
        InputRejected: `EXPORT_DAMAGED`.
    """
    for part in manifest.parts:
        file = folder / part.file
        if not file.is_file() or file.stat().st_size != part.bytes:
            raise damaged_export(str(file))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put `manifest` in the place of the one before, whole or not at all."""
    form = _Form(v=1, origin=manifest.origin, head=_head(manifest), parts=list(manifest.parts))
    temporary = folder / f".{MANIFEST}.tmp"
    with temporary.open("wb") as stream:
        stream.write(form.model_dump_json(indent=1).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(folder / MANIFEST)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _head(manifest: Manifest) -> dict[Literal["position", "link"], int | str]:
    return {"position": manifest.position, "link": manifest.link.hex()}
