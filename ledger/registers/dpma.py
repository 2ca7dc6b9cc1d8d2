"""DPMAregister XML: patents and utility models (DE-PATGBM-RegisterExt), trade marks (WIPO ST.66).

A patent file is one document, the register's whole entry as of one day. Each event and each restriction on
disposal becomes a report of its own, so that a later file of the same right adds only what is new:

| in the document | fact |
|---|---|
| procedural status (R119, R071 …) | as `dpma_status.csv` says, else noted; an unknown code is flagged |
| restriction `verpfaendung` | pledge registered |
| restriction `zwangsvollstreckung` | levy of execution |
| restriction `sonstiges-dingliches-recht` | another right in rem: noted and flagged |
| license `lizenzbereitschaftserklaerung-vorhanden` | open license offered (PatG 23) |
| license `ausschliessliche-lizenz-vorhanden`, `zwangslizenz-vorhanden` | license recorded |

`dpma_status.csv` holds the codes of the schema (version 0.18) with the description the INPADOC table gives
them and our word for those that change something; the words are those of `inpadoc_codes`.

R081 (change of applicant or proprietor) covers transfers and changes of name alike; it is noted with both
sides and flagged. The entry says who holds the right today, and that a restriction stands; it does not say
when one was struck, so a restriction missing from a later file ends nothing here.

An address book entry's name carries the town (`DENSO CORPORATION, Kariya-city`), which is cut off.
Representatives and correspondence addresses are not read at all.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

from lxml import etree

from ledger.entry import EntryClass
from ledger.errors import InputRejected
from ledger.facts.base import Fact, Party, record_id
from ledger.facts.corrections import RecordingNoted
from ledger.facts.freezes import FreezeImposed
from ledger.facts.licenses import LicenseEnded, LicenseOffered, LicenseOfferWithdrawn, LicenseRecorded
from ledger.facts.pledges import PledgeRegistered
from ledger.facts.registrations import NameGiven, RightDescribed
from ledger.facts.status import (
    ApplicationEnded,
    InvalidationBecameFinal,
    InvalidationDecided,
    RightExpired,
    RightGranted,
    RightLapsed,
    RightRestored,
    RightSurrendered,
)
from ledger.registers import dpma_marks, fields, rejections, xml_records
from ledger.registers.cn_events import open_license
from ledger.registers.dpma_marks import MEDIA_TYPE, REGISTER
from ledger.registers.reports import Rejection, Report

_EXPECTED: Final = "DPMAregister XML with root <dpma-patent-document> or <Transaction>"
_LEGAL_FORM: Final = re.compile(
    r"(?:\b(?:GMBH|MBH|AG|KG|KGAA|OHG|GBR|SE|UG|EG|INC|CORP|CORPORATION|INCORPORATED|COMPANY|CO|LTD|LIMITED"
    r"|LLC|LP|PLC|S\.?A|S\.?P\.?A|S\.?R\.?L|B\.?V|N\.?V|K\.?\s?K|OY|AB|A/S|APS|SAS|SARL|KABUSHIKI KAISHA)"
    r"|\bE\.\s?V|\b(?:UNIVERSITÄT|STIFTUNG|HOCHSCHULE|INSTITUT)\b.*)\.?$",
    re.IGNORECASE,
)
_SORTS: Final[dict[str, Literal["invention", "utility_model"]]] = {
    "patent": "invention",
    "einheitspatent": "invention",
    "gebrauchsmuster": "utility_model",
}
_ENDING: Final = (RightLapsed, RightExpired, RightSurrendered, ApplicationEnded, InvalidationBecameFinal)


def read(path: Path) -> Iterator[Report | Rejection]:
    """The reports of a DPMAregister file. Never raises for what the file holds.

    Codes: those of `ledger.registers.rejections`.
    """
    opening = xml_records.prolog(path)
    if isinstance(opening, Rejection):
        yield opening
        return
    prefix, _, local = opening.root.rpartition(":")
    if local == "dpma-patent-document":
        for _, source, document in xml_records.records(path, opening.root):
            if isinstance(document, Rejection):
                yield document
            else:
                yield from _patent(document, source)
    elif local == "Transaction":
        yield from dpma_marks.read(path, opening, f"{prefix}:" if prefix else "")
    else:
        yield rejections.file_type_unknown(f"XML with root <{opening.root}>", _EXPECTED)


@dataclass(frozen=True, slots=True)
class _Status:
    """One procedural status of the schema: our word for it, and its description where one is known."""

    fact: str
    description: str | None


@lru_cache(maxsize=1)
def _statuses() -> dict[str, _Status]:
    text = files("ledger.registers").joinpath("dpma_status.csv").read_text(encoding="utf-8")
    return {
        row["code"]: _Status(row["fact"], row["description"] or None)
        for row in csv.DictReader(text.splitlines())
    }


@dataclass(frozen=True, slots=True)
class _Patent:
    """What every report of one document repeats."""

    number: str
    right: str
    described: RightDescribed
    source: bytes

    def report(self, number: str, facts: tuple[Fact, ...], where: str) -> Report:
        """One report of the document."""
        return Report(
            register=REGISTER,
            number=number,
            entry_class=EntryClass.AUTHORITY,
            descriptions=(self.described,),
            facts=facts,
            source=self.source,
            media_type=MEDIA_TYPE,
            where=f"{where} ({number})",
            names_all_rights=False,
        )


def _patent(document: etree._Element, source: bytes) -> Iterator[Report | Rejection]:
    described = _described(document)
    if isinstance(described, Rejection):
        yield described
        return
    right = described.rights[0]
    patent = _Patent(right.rpartition(":")[2], right, described, source)
    reports = list(_restrictions(document, patent))
    for found in _events(document, patent):
        if isinstance(found, Rejection):
            yield found
        else:
            reports.append(found)
    facts = [fact for report in reports for fact in report.facts]
    reports += _licenses(document, patent, facts)
    status = _text(document, ".//{*}office-specific-bib-data/{*}status")
    if status == "nicht-anhaengig-erloschen" and not any(isinstance(fact, _ENDING) for fact in facts):
        ended = RecordingNoted(
            rights=(right,), code=f"DE/{status}", text="not pending, or lapsed", unknown=True
        )
        reports.append(patent.report(f"{patent.number}/{status}", (ended,), "status"))
    yield from reports or [patent.report(patent.number, (), "document")]


def _described(document: etree._Element) -> RightDescribed | Rejection:
    references = [
        (_text(reference, "{*}doc-number"), _day(reference, "{*}date"))
        for reference in document.iterfind("{*}bibliographic-data/{*}application-reference/{*}document-id")
        if _text(reference, "{*}country") == "DE"
    ]
    number, filed_on = references[0] if references else (None, None)
    if number is None:
        return rejections.number_missing("document", "German application number (application-reference)")
    compact = "".join(number.split())
    if not re.fullmatch(r"[0-9A-Z.]{4,20}", compact):
        return rejections.number_invalid("document", "German application number", number)
    sort = _text(document, ".//{*}office-specific-bib-data/{*}type-of-ip-right") or ""
    kind = "layout" if sort == "topografie" else "patent"
    names = [NameGiven(kind="application", number=compact, on=filed_on)]
    if "." in compact:
        names.append(NameGiven(kind="application", number=compact.partition(".")[0], on=filed_on))
    return RightDescribed(
        rights=(f"DE:{kind}:{compact}",),
        sort=_SORTS.get(sort),
        names=tuple(dict.fromkeys([*names, *_publications(document)])),
        title=_title(document),
        filed_on=filed_on,
        granted_on=_day(document, ".//{*}office-specific-bib-data/{*}date-of-publication-of-grant"),
        expires_on=_day(document, ".//{*}office-specific-bib-data/{*}end-of-term-of-protection"),
        holders=_people(document, "{*}bibliographic-data/{*}parties/{*}applicants/{*}applicant"),
        inventors=_people(document, "{*}bibliographic-data/{*}parties/{*}inventors/{*}inventor"),
    )


def _publications(document: etree._Element) -> Iterator[NameGiven]:
    path = "{*}bibliographic-data/{*}publication-references/{*}publication-reference/{*}document-id"
    for reference in document.iterfind(path):
        number = (_text(reference, "{*}doc-number") or "").lstrip("0")
        if _text(reference, "{*}country") == "DE" and re.fullmatch(r"[0-9A-Z]{1,20}", number):
            granted = (_text(reference, "{*}kind") or "").startswith(("B", "C"))
            yield NameGiven(
                kind="grant" if granted else "publication", number=number, on=_day(reference, "{*}date")
            )


def _title(document: etree._Element) -> str | None:
    titles = {
        title.get("lang"): fields.text_of(title.text)
        for title in document.iterfind("{*}bibliographic-data/{*}invention-title")
    }
    return titles.get("DE") or next((title for title in titles.values() if title), None)


def _events(document: etree._Element, patent: _Patent) -> Iterator[Report | Rejection]:
    seen: dict[str, str] = {}
    for index, event in enumerate(document.iterfind("{*}events/{*}event-data"), 1):
        where = f"event {index}"
        code = _text(event, "{*}procedural-status")
        if code is None or not re.fullmatch(r"\S{1,20}", code):
            yield rejections.number_missing(where, "procedural status")
            continue
        stated = _text(event, "{*}date-of-procedural-status")
        try:
            day = fields.day_of(stated)
        except InputRejected:
            yield rejections.date_invalid(where, "date-of-procedural-status", stated or "")
            continue
        number = f"{patent.number}/{code}/{day or 'undated'}"
        content = sha256(etree.tostring(event, method="c14n")).hexdigest()[:8]
        if seen.setdefault(number, content) != content:
            number = f"{number}/{content}"
        yield patent.report(number, (_fact_of_status(code, day, event, patent.right),), where)


@dataclass(frozen=True, slots=True)
class _Change:
    """One event, and what every fact of it repeats."""

    code: str
    day: str | None
    published_on: str | None
    event: etree._Element
    right: str
    words: str | None

    def fact(self, kind: Callable[..., Fact], **members: Any) -> Fact:
        """A fact of this event; it stands in the register from its publication, where it has one."""
        return kind(
            rights=(self.right,), registered_on=self.published_on or self.day, text=self.words, **members
        )

    @property
    def exclusive_license(self) -> str:
        """Id of the one exclusive license the register can show (PatG 30 IV)."""
        return record_id("lic", REGISTER, f"{self.right}/exclusive")


def _fact_of_status(code: str, day: str | None, event: etree._Element, right: str) -> Fact:
    status = _statuses().get(code)
    published_on = _day(event, "{*}publication-info/{*}publication-date")
    change = _Change(code, day, published_on, event, right, status.description if status else None)
    reading = _READINGS.get(status.fact) if status else None
    return (reading or _unclear)(change)


def _unclear(change: _Change) -> Fact:
    return change.fact(
        RecordingNoted,
        code=f"DE/{change.code}",
        unknown=True,
        grantors=_changed(change.event, "previous-applicants"),
        grantees=_changed(change.event, "applicants"),
    )


def _since_its_day(kind: Callable[..., Fact], **members: Any) -> "_Reading":
    return lambda change: change.fact(kind, effective_from=change.day, **members)


_Reading = Callable[[_Change], Fact]
_READINGS: Final[dict[str, _Reading]] = {
    "noted": lambda change: change.fact(RecordingNoted, code=f"DE/{change.code}"),
    "granted": lambda change: change.fact(RightGranted, effective_from=change.published_on or change.day),
    "lapsed": _since_its_day(RightLapsed),
    "lapsed_fee": _since_its_day(RightLapsed, cause="fee"),
    "expired": _since_its_day(RightExpired),
    "surrendered": _since_its_day(RightSurrendered),
    "surrendered_partly": _since_its_day(RightSurrendered, partly=True),
    "restored": _since_its_day(RightRestored),
    "invalidation_decided": _since_its_day(InvalidationDecided, scope="full"),
    "invalidated": _since_its_day(InvalidationBecameFinal, scope="full"),
    "invalidated_partly": _since_its_day(InvalidationBecameFinal, scope="part"),
    "application_withdrawn": _since_its_day(ApplicationEnded, cause="withdrawn"),
    "application_refused": _since_its_day(ApplicationEnded, cause="refused"),
    "license_offered": lambda change: change.fact(LicenseOffered, license=open_license(change.right)),
    "license_offer_withdrawn": lambda change: change.fact(
        LicenseOfferWithdrawn, license=open_license(change.right)
    ),
    "license_recorded": lambda change: change.fact(
        LicenseRecorded, license=change.exclusive_license, license_kind="exclusive"
    ),
    "license_ended": lambda change: change.fact(
        LicenseEnded, license=change.exclusive_license, ended_on=change.day
    ),
}


def _changed(event: etree._Element, side: str) -> tuple[Party, ...]:
    structured = _people(event, f"{{*}}{side}-structured/{{*}}applicant")
    if structured:
        return structured
    names = [_without_town(applicant.text) for applicant in event.iterfind(f"{{*}}{side}/{{*}}applicant")]
    return tuple(Party(name=name) for name in dict.fromkeys(names) if name)


def _restrictions(document: etree._Element, patent: _Patent) -> Iterator[Report]:
    path = ".//{*}office-specific-bib-data/{*}restrictions-on-disposal/{*}restriction-on-disposal"
    for index, restriction in enumerate(document.iterfind(path), 1):
        kind = _text(restriction, "{*}type-of-limitation") or "restriction-on-disposal"
        day = _day(restriction, "{*}date-of-registration")
        number = f"{patent.number}/{kind[:60]}/{day or 'undated'}"
        yield patent.report(number, (_restriction(kind, day, number, patent.right),), f"restriction {index}")


def _restriction(kind: str, day: str | None, number: str, right: str) -> Fact:
    common: dict[str, Any] = {"rights": (right,), "registered_on": day, "text": kind}
    match kind:
        case "verpfaendung":
            return PledgeRegistered(pledge=record_id("pld", REGISTER, number), **common)
        case "zwangsvollstreckung":
            return FreezeImposed(
                freeze=record_id("frz", REGISTER, number), effective_from=day, levy=True, **common
            )
        case _:
            return RecordingNoted(code=f"DE/{kind}"[:200], unknown=True, **common)


def _licenses(document: etree._Element, patent: _Patent, facts: list[Fact]) -> list[Report]:
    """The license remark of the entry, where no event with its day says the same."""
    remark = _text(document, ".//{*}office-specific-bib-data/{*}license")
    if remark is None:
        return []
    common: dict[str, Any] = {"rights": (patent.right,), "text": remark}
    match remark:
        case "lizenzbereitschaftserklaerung-vorhanden":
            if any(isinstance(fact, LicenseOffered) for fact in facts):
                return []
            fact: Fact = LicenseOffered(license=open_license(patent.right), **common)
        case "ausschliessliche-lizenz-vorhanden":
            if any(isinstance(fact, LicenseRecorded) for fact in facts):
                return []
            license_ = record_id("lic", REGISTER, f"{patent.right}/exclusive")
            fact = LicenseRecorded(license=license_, license_kind="exclusive", **common)
        case "zwangslizenz-vorhanden":
            license_ = record_id("lic", REGISTER, f"{patent.right}/compulsory")
            fact = LicenseRecorded(license=license_, license_kind="ordinary", **common)
        case _:
            fact = RecordingNoted(code=f"DE/{remark}"[:200], **common)
    return [patent.report(f"{patent.number}/{remark[:60]}", (fact,), "license")]


def _people(element: etree._Element, path: str) -> tuple[Party, ...]:
    names = [_without_town(person.findtext("{*}addressbook/{*}name")) for person in element.iterfind(path)]
    return tuple(Party(name=name) for name in dict.fromkeys(names) if name)


def _without_town(text: object) -> str | None:
    """`DENSO CORPORATION, Kariya-city` and `Seguchi, Masahiro, Kariya` without the town.

    A name ends with its legal form; one without a legal form is a person's, surname and given name.
    """
    name = fields.name_of(text)
    segments = [segment for part in (name or "").split(",") if (segment := part.strip())]
    forms = [index for index, segment in enumerate(segments) if _LEGAL_FORM.search(segment)]
    if forms:
        segments = segments[: forms[-1] + 1]
    elif len(segments) > 2 or (len(segments) == 2 and any(sign.isdigit() for sign in segments[1])):
        segments = segments[:2] if len(segments) > 2 else segments[:1]
    return ", ".join(segments) or name


def _text(element: etree._Element, path: str) -> str | None:
    return fields.text_of(element.findtext(path))


def _day(element: etree._Element, path: str) -> str | None:
    return fields.day_or_none(element.findtext(path))
