"""CNIPA's legal-status records (PRS, products CN-PA-PRSS-10/20/30) and event lists made from them.

Two forms are read:

- **PRS XML**, root `business:PRS`, one `business:PRSRecord` an event: `business:ApplicationReference` with
  the application number in the forms `standard` and `original`, `business:PRSCode`, `business:PRSValue` (the
  event's name), `business:PRSInformation` (one `label:value` a line) and `business:PRSPublicationDate`;
- **event lists** in CSV with the columns `patent_id,serial_number,code,event_type,date,description`.

A record speaks of one right. A pledge or license over several rights comes as one record a right under one
registration number, and becomes one recording that grows right by right. Addresses stand in the source
bytes only. What the events mean is `ledger.registers.cn_events`.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from lxml import etree

from ledger.entry import EntryClass
from ledger.errors import InputRejected
from ledger.facts.registrations import RightDescribed
from ledger.facts.status import RightGranted
from ledger.registers import cn_events, cn_labels, cn_numbers, fields, rejections, xml_records
from ledger.registers.cn_events import CnEvent
from ledger.registers.reports import Rejection, Report

MEDIA_XML: Final = "application/xml"
MEDIA_CSV: Final = "text/csv"
COLUMNS: Final = ("patent_id", "serial_number", "code", "event_type", "date", "description")

_BUSINESS: Final = "{http://www.sipo.gov.cn/XMLSchema/business}"
_BASE: Final = "{http://www.sipo.gov.cn/XMLSchema/base}"
_EXPECTED: Final = "CNIPA PRS XML with root <business:PRS>, or an event list in CSV"
_ROW_BYTES_MAX: Final = 1 << 16


def read(path: Path) -> Iterator[Report | Rejection]:
    """The records of a PRS file or event list, in the file's order. Never raises for what the file holds.

    Codes: those of `ledger.registers.rejections`, and `FILE_NOT_CSV`.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError as error:
        yield rejections.file_unreadable(error)
        return
    if not head:
        yield rejections.file_empty()
    elif head.startswith(b"<") or b"\x00" in head:
        yield from _read_xml(path)
    else:
        yield from _read_csv(path)


def _read_xml(path: Path) -> Iterator[Report | Rejection]:
    opening = xml_records.prolog(path)
    if isinstance(opening, Rejection):
        yield opening
        return
    prefix, _, local = opening.root.rpartition(":")
    if local != "PRS":
        yield rejections.file_type_unknown(f"XML with root <{opening.root}>", _EXPECTED)
        return
    tag = f"{prefix}:PRSRecord" if prefix else "PRSRecord"
    for number, source, element in xml_records.records(path, tag):
        if isinstance(element, Rejection):
            yield element
        else:
            yield _of_element(element, source, f"record {number}")


def _of_element(record: etree._Element, source: bytes, where: str) -> Report | Rejection:
    references = {
        reference.get("dataFormat"): reference
        for reference in record.iterfind(f"{_BUSINESS}ApplicationReference")
    }
    ordered = [references[form] for form in ("original", "standard") if form in references]
    numbers = [number for reference in ordered or references.values() if (number := _number_of(reference))]
    if not numbers:
        return rejections.number_missing(where, "application number")
    readings = [reading for number in numbers if (reading := _right_of(number))]
    if not readings:
        return rejections.number_invalid(where, "Chinese application number", numbers[0])
    right = next((reading for reading in readings if reading.check_digit_valid), readings[0])
    filed_on = next((day for reference in ordered if (day := _filed_on(reference))), None)
    text = record.findtext(f"{_BUSINESS}PRSInformation") or ""
    return _report(
        right,
        code=record.findtext(f"{_BUSINESS}PRSCode"),
        day=record.findtext(f"{_BUSINESS}PRSPublicationDate/{_BASE}Date"),
        name=record.findtext(f"{_BUSINESS}PRSValue"),
        text=text,
        filed_on=filed_on,
        source=source,
        media_type=MEDIA_XML,
        where=where,
    )


def _number_of(reference: etree._Element) -> str | None:
    return fields.text_of(reference.findtext(f"{_BASE}DocumentID/{_BASE}DocNumber"))


def _filed_on(reference: etree._Element) -> str | None:
    return cn_labels.day_of(reference.findtext(f"{_BASE}DocumentID/{_BASE}Date"))


def _right_of(text: str) -> cn_numbers.CnNumber | None:
    return cn_numbers.publication(text) or cn_numbers.application(text)


def _report(
    right: cn_numbers.CnNumber,
    *,
    code: str | None,
    day: str | None,
    name: str | None,
    text: str,
    filed_on: str | None,
    source: bytes,
    media_type: str,
    where: str,
) -> Report | Rejection:
    written = fields.text_of(code, 20)
    if written is None:
        return rejections.number_missing(where, "event code (PRSCode)")
    published_on = cn_labels.day_of(day)
    if published_on is None:
        stated = fields.text_of(day, 40)
        if stated is None:
            return rejections.number_missing(where, "publication date")
        return rejections.date_invalid(where, "publication date", stated)
    event = CnEvent(right.right, written.upper(), published_on, text, name)
    try:
        facts = cn_events.facts(event)
        granted_on = next((fact.effective_from for fact in facts if isinstance(fact, RightGranted)), None)
        described = RightDescribed(
            rights=(right.right,), names=(right.name,), filed_on=filed_on, granted_on=granted_on
        )
    except (InputRejected, ValueError) as error:
        return rejections.record_malformed(where, str(error).splitlines()[0])
    return Report(
        register=cn_events.REGISTER,
        number=event.number,
        entry_class=EntryClass.AUTHORITY,
        descriptions=(described,),
        facts=facts,
        source=source,
        media_type=media_type,
        where=f"{where} ({event.number})",
        names_all_rights=False,
    )


def _read_csv(path: Path) -> Iterator[Report | Rejection]:
    try:
        with path.open("rb") as stream:
            yield from _rows(stream)
    except OSError as error:
        yield rejections.file_unreadable(error)


def _rows(stream: BinaryIO) -> Iterator[Report | Rejection]:
    header: tuple[str, ...] | None = None
    for number, (source, values) in enumerate(_lines(stream)):
        where = f"record {number}"
        if isinstance(values, Rejection):
            yield values if header else replace(values, where=rejections.WHOLE_FILE)
            if header is None:
                return
        elif header is None:
            header = tuple(value.strip().lower() for value in values)
            if problem := _header_problem(header):
                yield problem
                return
        elif any(value.strip() for value in values):
            yield _of_row(header, values, source, where)


def _header_problem(header: tuple[str, ...]) -> Rejection | None:
    missing = [column for column in ("patent_id", "code", "date") if column not in header]
    if not missing:
        return None
    if len(header) == 1:
        return rejections.file_not_csv(header[0])
    return rejections.file_type_unknown(f"a table without the columns {', '.join(missing)}", _EXPECTED)


def _of_row(header: tuple[str, ...], values: list[str], source: bytes, where: str) -> Report | Rejection:
    if len(values) != len(header):
        return rejections.record_malformed(where, f"{len(values)} values under {len(header)} columns")
    row = dict(zip(header, values, strict=True))
    stated = fields.text_of(row["patent_id"], 60)
    if stated is None:
        return rejections.number_missing(where, "patent_id")
    right = _right_of(stated)
    if right is None:
        return rejections.number_invalid(where, "Chinese application or publication number", stated)
    return _report(
        right,
        code=row["code"],
        day=row["date"],
        name=row.get("event_type"),
        text=row.get("description") or "",
        filed_on=None,
        source=source,
        media_type=MEDIA_CSV,
        where=where,
    )


def _lines(stream: BinaryIO) -> Iterator[tuple[bytes, list[str] | Rejection]]:
    """Each row's exact bytes and values; a quoted value may run over several lines."""
    number = 0
    while line := stream.readline(_ROW_BYTES_MAX):
        parts, size, quotes = [line], len(line), line.count(b'"')
        while quotes % 2 and size < _ROW_BYTES_MAX:
            following = stream.readline(_ROW_BYTES_MAX)
            if not following:
                yield b"".join(parts), rejections.file_truncated(f"record {number}", "a quoted value")
                return
            parts.append(following)
            size, quotes = size + len(following), quotes + following.count(b'"')
        source = b"".join(parts)
        yield source, _values(source, f"record {number}")
        number += 1


def _values(line: bytes, where: str) -> list[str] | Rejection:
    try:
        text = line.decode("utf-8-sig")
        return next(csv.reader([text.rstrip("\r\n")], strict=True), [])
    except UnicodeDecodeError as error:
        return rejections.encoding_invalid(where, f"utf-8, byte {error.start} of the line: {error.reason}")
    except csv.Error as error:
        return rejections.record_malformed(where, str(error))
