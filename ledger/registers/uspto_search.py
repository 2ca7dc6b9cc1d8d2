"""Reader of USPTO Patent Assignment Search responses: Solr XML, `<response>` with one `<doc>` a recording.

A `<doc>` holds scalars (`reelNo`, `conveyanceText`) and arrays. The arrays of the properties run in parallel
by position, those of the assignors likewise. The counters beside them (`patAssigneeNameSize`) disagree with
the arrays in the real files and are not read, nor are the copies of first values (`applNumFirst`). An
absent value is the word NULL or the day 0001-01-01.
"""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Final

from lxml import etree

from ledger.registers.fields import text_of
from ledger.registers.rejections import file_type_unknown
from ledger.registers.reports import Rejection, Report
from ledger.registers.uspto_recordings import Property, Recording, given_names, report
from ledger.registers.xml_records import records

ROOT: Final = "response"
MEDIA_TYPE: Final = "application/xml"
_NUMBERS: Final = ("applNum", "patNum", "publNum", "pctNum", "intlRegNum")
_DETAILS: Final = ("inventionTitle", "filingDate", "publDate", "issueDate", "inventors")
_READ: Final = frozenset(
    (*_NUMBERS, *_DETAILS, "reelNo", "frameNo", "displayId", "id", "conveyanceText", "recordedDate",
     "purgeIndicator", "patAssignorName", "patAssignorExDate", "patAssigneeName")
)  # fmt: skip


def read(path: Path) -> Iterator[Report | Rejection]:
    """Every recording of the file; never raises for what it holds.

    A response without a list of results, as the search gives when it fails, is `FILE_TYPE_UNKNOWN`.
    """
    empty = True
    for number, source, element in records(path, "doc", root_tag=ROOT):
        empty = False
        if isinstance(element, Rejection):
            yield element
        else:
            yield report(_recording(_fields(element)), source, MEDIA_TYPE, f"record {number}")
    if empty and not any(records(path, "result", root_tag=ROOT)):
        yield file_type_unknown("a response without results", "the results of a USPTO assignment search")


_Fields = dict[str, str | list[str | None] | None]


def _fields(doc: etree._Element) -> _Fields:
    return {
        name: [value.text for value in field] if field.tag == "arr" else field.text
        for field in doc
        if (name := field.get("name")) in _READ
    }


def _recording(fields: _Fields) -> Recording:
    reel, frame = fields.get("reelNo"), fields.get("frameNo")
    if text_of(reel) is None or text_of(frame) is None:
        reel, _, frame = (text_of(fields.get("displayId")) or text_of(fields.get("id")) or "").partition("-")
    assignors = _column(fields, "patAssignorName")
    signed = _column(fields, "patAssignorExDate")
    if len(signed) != len(assignors):
        signed = []
    return Recording(
        reel=reel,
        frame=frame,
        text=fields.get("conveyanceText"),
        recorded_on=fields.get("recordedDate"),
        assignors=list(zip_longest(assignors, signed)),
        assignees=_column(fields, "patAssigneeName"),
        properties=_properties(fields),
        purged=text_of(fields.get("purgeIndicator")) == "Y",
    )


def _properties(fields: _Fields) -> list[Property]:
    """The rows of the longest number column (the application's, where it is among them).

    A column of another length cannot be told to belong to these rows and is left out of them: a patent
    number on the wrong application would be worse than none.
    """
    columns = {name: _column(fields, name) for name in (*_NUMBERS, *_DETAILS)}
    rows = max(len(columns[name]) for name in _NUMBERS)
    blank: list[str | None] = [None] * rows
    aligned = {name: column if len(column) == rows else blank for name, column in columns.items()}
    return [
        Property(
            application=application,
            grant=grant,
            publication=publication,
            international=text_of(pct) or hague,
            title=title,
            filed_on=filed_on,
            published_on=published_on,
            granted_on=granted_on,
            inventors=given_names(inventors),
        )
        for (
            application, grant, publication, pct, hague, title, filed_on, published_on, granted_on, inventors
        ) in zip(*aligned.values(), strict=True)
    ]  # fmt: skip


def _column(fields: _Fields, name: str) -> list[str | None]:
    value = fields.get(name)
    return value if isinstance(value, list) else [value] if value is not None else []
