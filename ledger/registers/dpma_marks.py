"""Trade marks of DPMAregister in WIPO ST.66 XML: one report a `MarkRecord` of a `TradeMark`.

| BasicRecordKind | fact |
|---|---|
| Eintragung | granted |
| Umschreibung, completed | transfer; a change of legal form too, as the register says |
| Verlaengerung | renewed |
| Loeschung … | by LegalGround: Nichtverlängerung expired, Verzicht surrendered, Nichtigkeit void; or lapsed |
| Verpfaendung, Pfandrecht | pledge registered |
| Zwangsvollstreckung, Pfaendung | levy of execution |
| dingliches Recht, Insolvenz, Lizenz, Teiluebertragung | noted and flagged |
| Widerspruch, Berichtigung and others | noted |

A deletion takes effect on its CancellationDate, which is not the day it was entered (MarkenG 47, 48). The
text of a correction may hold addresses and is not read; nor are representatives and correspondence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from lxml import etree

from ledger.entry import EntryClass
from ledger.errors import InputRejected
from ledger.facts.base import Fact, Party, record_id
from ledger.facts.corrections import RecordingNoted
from ledger.facts.freezes import FreezeImposed
from ledger.facts.pledges import PledgeRegistered
from ledger.facts.registrations import NameGiven, RightDescribed
from ledger.facts.status import (
    InvalidationBecameFinal,
    RightExpired,
    RightGranted,
    RightLapsed,
    RightRenewed,
    RightSurrendered,
)
from ledger.facts.transfers import PartyAddressChanged, TransferRegistered
from ledger.registers import fields, rejections, xml_records
from ledger.registers.reports import Rejection, Report

REGISTER: Final = "DPMA"
MEDIA_TYPE: Final = "application/xml"

_TOUCHES: Final = re.compile(
    "dinglich|insolvenz|lizenz|teil|umschreibung|uebertragung|verfuegung|pf(?:ae|ä)nd|pfand|vollstreckung|loeschung"
)
_ENCUMBRANCE: Final = re.compile("(?P<pledge>verpf(?:ae|ä)nd|pfandrecht)|zwangsvollstreckung|pf(?:ae|ä)ndung")
_ENDS: Final = re.compile("aufhebung|loeschung|löschung|beend|ende")
_IN_PART: Final = re.compile(r"\bteil")
_NUMBER: Final = re.compile(r"[0-9A-Z./-]{1,30}")


def read(path: Path, opening: xml_records.Prolog, prefix: str) -> Iterator[Report | Rejection]:
    """The records of every trade mark of the file; `prefix` is that of its elements, such as `tmk:`."""
    found = False
    for number, source, mark in xml_records.records(path, f"{prefix}TradeMark"):
        found = True
        if isinstance(mark, Rejection):
            yield mark
        else:
            yield from _mark(mark, source, prefix, f"record {number}")
    if not found:
        yield rejections.file_type_unknown(f"<{opening.root}> without a TradeMark", "ST.66 of DPMAregister")


@dataclass(frozen=True)
class _Record:
    """One `MarkRecord`, with the right it is of."""

    element: etree._Element
    right: str
    registered_on: str | None

    def text(self, name: str) -> str | None:
        """The first element of that name anywhere in the record."""
        return fields.text_of(self.element.findtext(f".//{{*}}{name}"))

    @property
    def kind(self) -> str:
        """`Umschreibung` and its like."""
        return self.text("BasicRecordKind") or "MarkRecord"

    @property
    def status(self) -> str:
        """`Abgeschlossen`, `Marke geloescht`."""
        return self.text("RecordCurrentStatusCode") or ""

    def holders(self, side: str) -> tuple[Party, ...]:
        """Names under PreviousHolder or NewHolder."""
        return _names(self.element, f".//{{*}}{side}")


def _mark(mark: etree._Element, source: bytes, prefix: str, where: str) -> Iterator[Report | Rejection]:
    described = _described(mark, where)
    if isinstance(described, Rejection):
        yield described
        return
    elements = list(mark.iterfind("{*}MarkRecordDetails/{*}MarkRecord"))
    sources = _exact(source, f"{prefix}MarkRecord".encode(), len(elements))
    if not elements:
        yield _report(described.rights[0].rpartition(":")[2], described, (), source, where)
    for index, (element, bytes_) in enumerate(zip(elements, sources, strict=True), 1):
        here = f"{where}, MarkRecord {index}"
        stated = element.findtext("{*}BasicRecord/{*}RecordCurrentStatusDate")
        try:
            day = fields.day_of(stated)
        except InputRejected:
            yield rejections.date_invalid(here, "RecordCurrentStatusDate", stated or "")
            continue
        record = _Record(element, described.rights[0], day)
        yield _report(_record_number(record, bytes_), described, (_fact(record),), bytes_, here)


def _exact(source: bytes, tag: bytes, count: int) -> list[bytes]:
    """The bytes of each record; those of the whole mark for each where they cannot be told apart."""
    name = re.escape(tag)
    pieces = re.findall(rb"<" + name + rb"(?=[\s>]).*?</" + name + rb"\s*>", source, re.DOTALL)
    return pieces if len(pieces) == count else [source] * count


def _record_number(record: _Record, source: bytes) -> str:
    stated = record.text("RecordIdentifier")
    if stated and re.fullmatch(r"\S{1,60}", stated):
        return stated
    digest = sha256(source).hexdigest()[:8]
    return f"{record.right.rpartition(':')[2]}/{record.kind[:60]}/{record.registered_on}/{digest}"


def _report(
    number: str, described: RightDescribed, facts: tuple[Fact, ...], source: bytes, where: str
) -> Report:
    return Report(
        register=REGISTER,
        number=number,
        entry_class=EntryClass.AUTHORITY,
        descriptions=(described,),
        facts=facts,
        source=source,
        media_type=MEDIA_TYPE,
        where=f"{where} ({number})",
        names_all_rights=False,
    )


def _described(mark: etree._Element, where: str) -> RightDescribed | Rejection:
    registration = fields.text_of(mark.findtext("{*}RegistrationNumber"))
    application = fields.text_of(mark.findtext("{*}ApplicationNumber"))
    stated = registration or application
    if stated is None:
        return rejections.number_missing(where, "registration or application number")
    numbers = {
        "registration": ("".join((registration or "").split()), mark.findtext("{*}RegistrationDate")),
        "application": ("".join((application or "").split()), mark.findtext("{*}ApplicationDate")),
    }
    kept: dict[Any, tuple[str, str | None]] = {
        kind: (number, fields.day_or_none(day))
        for kind, (number, day) in numbers.items()
        if _NUMBER.fullmatch(number)
    }
    if not kept:
        return rejections.number_invalid(where, "registration or application number", stated)
    number = next(iter(kept.values()))[0]
    return RightDescribed(
        rights=(f"DE:trademark:{number}",),
        names=tuple(NameGiven(kind=kind, number=name, on=on) for kind, (name, on) in kept.items()),
        title=fields.text_of(mark.findtext("{*}WordMarkSpecification/{*}MarkVerbalElementText")),
        filed_on=fields.day_or_none(mark.findtext("{*}ApplicationDate")),
        granted_on=fields.day_or_none(mark.findtext("{*}RegistrationDate")),
        expires_on=fields.day_or_none(mark.findtext("{*}ExpiryDate")),
        holders=_names(mark, "{*}ApplicantDetails/{*}Applicant"),
    )


def _names(element: etree._Element, path: str) -> tuple[Party, ...]:
    found = []
    for party in element.iterfind(path):
        lines = [line.text or "" for line in party.iterfind(".//{*}Name//{*}FreeFormatNameLine")]
        parts = [
            part.text or ""
            for part in party.iterfind(".//{*}Name//{*}FormattedName/*")
            if etree.QName(part).localname in {"OrganizationName", "FirstName", "MiddleName", "LastName"}
        ]
        if name := fields.name_of(" ".join(lines or parts)):
            found.append(name)
    return tuple(Party(name=name) for name in dict.fromkeys(found))


def _fact(record: _Record) -> Fact:
    common: dict[str, Any] = {
        "rights": (record.right,),
        "registered_on": record.registered_on,
        "text": record.kind,
    }
    kind = record.kind.lower()
    if kind == "umschreibung":
        return _transferred(record, common)
    if kind.startswith("loeschung") and not _ENCUMBRANCE.search(kind):
        return _deleted(record, common)
    match kind:
        case "eintragung":
            return RightGranted(effective_from=record.registered_on, **common)
        case "verlaengerung":
            return RightRenewed(**common)
        case _:
            return _encumbered(record, common) or _noted(record, unknown=bool(_TOUCHES.search(kind)))


def _encumbered(record: _Record, common: dict[str, Any]) -> Fact | None:
    """A pledge or a levy begins with such a record; the end of one names none and is left to be flagged."""
    found = _ENCUMBRANCE.search(record.kind.lower())
    if found is None or _ENDS.search(record.kind.lower()):
        return None
    if found["pledge"]:
        return PledgeRegistered(pledge=_id("pld", record), **common)
    return FreezeImposed(freeze=_id("frz", record), levy=True, effective_from=record.registered_on, **common)


def _id(prefix: str, record: _Record) -> str:
    number = record.text("RecordIdentifier") or f"{record.right}/{record.kind}/{record.registered_on}"
    return record_id(prefix, REGISTER, number)


def _transferred(record: _Record, common: dict[str, Any]) -> Fact:
    """A transfer counts when its entry is completed; one whose sides bear the same name moved only."""
    before, after = record.holders("PreviousHolder"), record.holders("NewHolder")
    if record.status.lower() != "abgeschlossen" or not after:
        return _noted(record, unknown=True)
    if before == after:
        return PartyAddressChanged(grantees=after, **common)
    return TransferRegistered(grantors=before, grantees=after, **common)


def _deleted(record: _Record, common: dict[str, Any]) -> Fact:
    """The legal ground decides; a record that the mark was not deleted is noted only."""
    if "nicht geloescht" in record.status.lower():
        return _noted(record)
    ground = record.text("LegalGround") or record.kind
    day = fields.day_or_none(record.text("CancellationDate"))
    common = {**common, "text": ground}
    words = ground.lower()
    if _IN_PART.search(words) or _IN_PART.search(record.kind.lower()):
        return RightSurrendered(partly=True, effective_from=day, **common)
    if "nichtverlängerung" in words or "schutzdauer" in words:
        return RightExpired(effective_from=day, **common)
    if "verzicht" in words or "antrag des inhabers" in words:
        return RightSurrendered(effective_from=day, **common)
    if "nichtigkeit" in words:
        return InvalidationBecameFinal(scope="full", effective_from=day, **common)
    return RightLapsed(effective_from=day, **common)


def _noted(record: _Record, *, unknown: bool = False) -> RecordingNoted:
    """The register's kind and status; its other words may hold addresses."""
    words = f"{record.kind}: {record.status}" if record.status else record.kind
    return RecordingNoted(
        rights=(record.right,),
        code=f"DE/{record.kind}"[:200],
        text=fields.text_of(words),
        unknown=unknown,
        registered_on=record.registered_on,
    )
