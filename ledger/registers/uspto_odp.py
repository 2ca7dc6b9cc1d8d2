"""Reader of assignment data from the USPTO Open Data Portal: JSON, in the key names of all its versions.

An application (in `patentFileWrapperDataBag`, earlier `patentBag`, or a bare list) holds an `assignmentBag`,
a list or, in some samples, one object. Reel and frame are numbers without leading zeros, text with them, or
one text `reelAndFrameNumber` (earlier `reelNumber/frameNumber`). The property is the application that
encloses the bag; a recording met under several applications is one report about all of them. JSON has no
exact bytes of one record: the source of every report is the whole file. The portal answers by application,
so a recording need not be stated with all its rights here (`Report.names_all_rights`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from ledger.registers.conveyances import reel_frame
from ledger.registers.fields import text_of
from ledger.registers.rejections import (
    WHOLE_FILE,
    encoding_invalid,
    file_empty,
    file_not_json,
    file_too_large,
    file_type_unknown,
    file_unreadable,
    record_malformed,
)
from ledger.registers.reports import Rejection, Report
from ledger.registers.uspto_recordings import Property, Recording, report

MEDIA_TYPE: Final = "application/json"
FILE_BYTES_MAX: Final = 64 << 20

_WRAPPERS: Final = ("patentFileWrapperDataBag", "patentBag")
_BAG: Final = "assignmentBag"


def read(path: Path) -> Iterator[Report | Rejection]:
    """Every recording of the file; never raises for what it holds."""
    content = _content(path)
    if isinstance(content, Rejection):
        yield content
        return
    source, value = content
    applications = _applications(value)
    if applications is None:
        yield file_type_unknown("JSON of another kind", "Open Data Portal JSON with an assignmentBag")
        return
    groups: dict[str, list[tuple[dict[str, Any], Property]]] = {}
    for index, application in enumerate(applications, 1):
        row = _property(application)
        for place, assignment in enumerate(_listed(application.get(_BAG)), 1):
            where = f"application {index}, assignment {place}"
            if isinstance(assignment, dict):
                groups.setdefault(_reel_and_frame(assignment) or where, []).append((assignment, row))
            else:
                yield record_malformed(where, "the assignment is not an object")
    for number, group in enumerate(groups.values(), 1):
        yield report(_recording(group), source, MEDIA_TYPE, f"record {number}", names_all_rights=False)


def _content(path: Path) -> tuple[bytes, Any] | Rejection:
    try:
        size = path.stat().st_size
        if size > FILE_BYTES_MAX:
            return file_too_large(size, FILE_BYTES_MAX)
        source = path.read_bytes()
    except OSError as error:
        return file_unreadable(error)
    text = source.removeprefix(b"\xef\xbb\xbf")
    if not text.strip():
        return file_empty()
    try:
        text.decode()
        return source, orjson.loads(text)
    except UnicodeDecodeError as error:
        return encoding_invalid(WHOLE_FILE, f"byte {error.start}: {error.reason}")
    except orjson.JSONDecodeError as error:
        return file_not_json(error.msg)


def _applications(value: Any) -> list[dict[str, Any]] | None:
    """The objects that hold an assignment bag, or may; None where the file is of another kind."""
    if isinstance(value, list):
        found = [_applications(item) for item in value]
        known = [item for item in found if item is not None]
        return [application for item in known for application in item] if known else None
    if not isinstance(value, dict):
        return None
    if _BAG in value:
        return [value]
    wrapped = [_listed(value[key]) for key in _WRAPPERS if key in value]
    if not wrapped:
        return None
    return [item for items in wrapped for item in items if isinstance(item, dict)]


def _recording(group: list[tuple[dict[str, Any], Property]]) -> Recording:
    """One recording from the objects that state it, each under an application of its own."""
    assignment = group[0][0]
    reel, _, frame = (_reel_and_frame(assignment) or "/").partition("/")
    return Recording(
        reel=reel,
        frame=frame,
        text=assignment.get("conveyanceText"),
        recorded_on=assignment.get("assignmentRecordedDate"),
        assignors=[
            (_member(assignor, "assignorName"), _member(assignor, "executionDate"))
            for assignor in _listed(assignment.get("assignorBag"))
        ],
        assignees=[
            _member(assignee, "assigneeNameText") for assignee in _listed(assignment.get("assigneeBag"))
        ],
        properties=[row for _, row in group],
    )


def _reel_and_frame(assignment: dict[str, Any]) -> str | None:
    """Both numbers as `reel/frame`; where the file states them twice and differently, both statements."""
    joined = text_of(assignment.get("reelAndFrameNumber")) or text_of(
        assignment.get("reelNumber/frameNumber")
    )
    reel, frame = text_of(assignment.get("reelNumber")), text_of(assignment.get("frameNumber"))
    stated = [text for text in (joined, f"{reel}/{frame}" if reel and frame else None) if text]
    read = {reel_frame(*text.split("/", 1)) if "/" in text else None for text in stated}
    if len(read) == 1 and None not in read:
        return read.pop()
    return " or ".join(stated) or None


def _property(application: dict[str, Any]) -> Property:
    described = application.get("applicationMetaData")
    meta = described if isinstance(described, dict) else {}
    names = (text_of(_member(item, "inventorNameText")) for item in _listed(meta.get("inventorBag")))
    return Property(
        application=application.get("applicationNumberText"),
        publication=meta.get("earliestPublicationNumber"),
        grant=meta.get("patentNumber"),
        title=meta.get("inventionTitle"),
        filed_on=meta.get("filingDate"),
        published_on=meta.get("earliestPublicationDate"),
        granted_on=meta.get("grantDate"),
        inventors=tuple(name for name in names if name),
    )


def _listed(value: Any) -> list[Any]:
    """A list as it is, one object as a list of one, anything else as none."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
