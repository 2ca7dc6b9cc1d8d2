"""Reader of the USPTO assignment register. The content decides which of its formats a file is.

| format | known by | module |
|---|---|---|
| assignment search response, Solr XML | root `<response>` | `uspto_search` |
| bulk file (PADX), XML | root `<us-patent-assignments>` | `uspto_padx` |
| Open Data Portal, JSON | an `assignmentBag` | `uspto_odp` |
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ledger.registers import uspto_odp, uspto_padx, uspto_search
from ledger.registers.rejections import file_type_unknown, file_unreadable
from ledger.registers.reports import Rejection, Report
from ledger.registers.xml_records import Prolog, prolog

_FORMATS: Final = (
    "USPTO assignment search XML (<response>), bulk XML (<us-patent-assignments>) "
    "or Open Data Portal JSON (assignmentBag)"
)
_HEAD_BYTES: Final = 4096


def read(path: Path) -> Iterator[Report | Rejection]:
    """Every recording of the file, in its order, as a Report or the Rejection that stands for it.

    Streaming, but for JSON. Never raises for what the file holds; codes are those of
    `ledger.registers.rejections`.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError as error:
        yield file_unreadable(error)
        return
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")):
        yield from uspto_odp.read(path)
        return
    match prolog(path):
        case Rejection() as rejection:
            yield rejection
        case Prolog(root=uspto_search.ROOT):
            yield from uspto_search.read(path)
        case Prolog(root=root) if root in uspto_padx.ROOTS:
            yield from uspto_padx.read(path)
        case Prolog(root=root):
            yield file_type_unknown(f"XML with root <{root}>", _FORMATS)
