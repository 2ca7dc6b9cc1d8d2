"""Reader of the USPTO assignment bulk files (PADX, daily and annual): XML, one `<patent-assignment>` each.

A property lists documents by kind: X0 is the application, A1, A2, A9 and the like a publication (eleven
digits), everything else a patent. Dates are written YYYYMMDD. The document type definition in front of the
real files is skipped unread.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lxml import etree

from ledger.registers.fields import text_of
from ledger.registers.reports import Rejection, Report
from ledger.registers.uspto_recordings import Property, Recording, report, us_publication
from ledger.registers.xml_records import records

ROOTS: Final = ("us-patent-assignments", "patent-assignments", "patent-assignment")
MEDIA_TYPE: Final = "application/xml"


def read(path: Path) -> Iterator[Report | Rejection]:
    """Every recording of the file; never raises for what it holds."""
    for number, source, element in records(path, "patent-assignment"):
        if isinstance(element, Rejection):
            yield element
        else:
            yield report(_recording(element), source, MEDIA_TYPE, f"record {number}")


def _recording(record: etree._Element) -> Recording:
    head = "assignment-record/"
    return Recording(
        reel=record.findtext(head + "reel-no"),
        frame=record.findtext(head + "frame-no"),
        text=record.findtext(head + "conveyance-text"),
        recorded_on=record.findtext(head + "recorded-date/date"),
        assignors=[
            (assignor.findtext("name"), assignor.findtext("execution-date/date"))
            for assignor in record.iterfind("patent-assignors/patent-assignor")
        ],
        assignees=[
            assignee.findtext("name") for assignee in record.iterfind("patent-assignees/patent-assignee")
        ],
        properties=[_property(row) for row in record.iterfind("patent-properties/patent-property")],
        purged=text_of(record.findtext(head + "purge-indicator")) == "Y",
    )


def _property(row: etree._Element) -> Property:
    numbers: dict[str, str | None] = {}
    days: dict[str, str | None] = {}
    for document in row.iterfind("document-id"):
        kind = _kind(document)
        if kind and kind not in numbers:
            numbers[kind] = document.findtext("doc-number")
            days[kind] = document.findtext("date")
    title = row.find("invention-title")
    return Property(
        application=numbers.get("application"),
        publication=numbers.get("publication"),
        grant=numbers.get("grant"),
        international=numbers.get("international"),
        title=None if title is None else "".join(map(str, title.itertext())),
        filed_on=days.get("application"),
        published_on=days.get("publication"),
        granted_on=days.get("grant"),
    )


def _kind(document: etree._Element) -> str | None:
    """What a document number is; numbers of foreign offices are no names of a US right."""
    country, number = text_of(document.findtext("country")), document.findtext("doc-number")
    if country in {"WO", "IB"}:
        return "international"
    if country not in {None, "US"}:
        return None
    if text_of(document.findtext("kind")) == "X0":
        return "application"
    return "publication" if us_publication(number) else "grant"
