"""Legal events from INPADOC as the EPO's Open Patent Services answer them: `ops:world-patent-data`.

One report an `ops:legal` element. The right comes from the element's own number, joined with the names and
dates of the family member it stands in. What the code means comes from `ledger.registers.inpadoc_codes`,
always under the authority that gave it; US and Chinese events carry their content in free text and are read
by `inpadoc_us` and `cn_events`.

A report's number is country, application, code, day of gazette and a digest of the content. The days on
which the EPO exchanged or created the record (L018EP, L019EP) are not part of it: the same event is the same
report whenever it is fetched. Where the event repeats a recording that has a number at its own register (US
reel and frame, Chinese pledge and license numbers), the report bears that register's name and number, so
that both sources meet in one recording; the media type says that it came by INPADOC.

INPADOC speaks of one right at a time: facts name that right, whatever else the deed covered. Free text is
taken into a fact only for codes whose text is wording of the procedure; elsewhere it may hold addresses.

What a state reports of its part of a European patent (PG25, GBPC, BERE …) is noted on the European patent,
which does not end with one of its parts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

from lxml import etree

from ledger.entry import EntryClass
from ledger.errors import InputRejected
from ledger.facts.base import Fact, Party, record_id
from ledger.facts.corrections import RecordingNoted
from ledger.facts.freezes import FreezeImposed, FreezeLifted
from ledger.facts.licenses import LicenseEnded, LicenseOffered, LicenseOfferWithdrawn, LicenseRecorded
from ledger.facts.pledges import PledgeRegistered, PledgeReleased
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
from ledger.facts.transfers import (
    PartyAddressChanged,
    PartyRenamed,
    TransferRegistered,
    TransmissionRegistered,
)
from ledger.registers import (
    cn_events,
    docdb_numbers,
    fields,
    inpadoc_codes,
    inpadoc_us,
    rejections,
    xml_records,
)
from ledger.registers.reports import Rejection, Report
from ledger.registers.uspto_recordings import Property

REGISTER: Final = "INPADOC"
MEDIA_TYPE: Final = inpadoc_us.MEDIA_TYPE

_OPS: Final = "{http://ops.epo.org}"
_EXCHANGE: Final = "{http://www.epo.org/exchange}"
_EXPECTED: Final = "an OPS legal-event response with root <ops:world-patent-data>"
_NUMBER_MAX: Final = 40
_SORTS: Final[dict[str, Literal["invention", "utility_model", "design"]]] = {
    "PI": "invention",
    "UM": "utility_model",
    "DP": "design",
}


def read(path: Path) -> Iterator[Report | Rejection]:
    """The events of an OPS response, in the file's order. Never raises for what the file holds.

    Codes: those of `ledger.registers.rejections`.
    """
    opening = xml_records.prolog(path)
    if isinstance(opening, Rejection):
        yield opening
        return
    prefix, _, local = opening.root.rpartition(":")
    if local != "world-patent-data":
        yield rejections.file_type_unknown(f"XML with root <{opening.root}>", _EXPECTED)
        return
    qualify = f"{prefix}:{{}}".format if prefix else str
    reader = _Reader(opening, qualify("legal"))
    rejected = False
    for _, source, member in xml_records.records(path, qualify("family-member")):
        if source:
            yield from reader.member(source, member)
        if isinstance(member, Rejection) and (not source or not reader.explains(member)):
            rejected = True
            yield member
    if not (reader.members or rejected):
        yield rejections.file_type_unknown(f"<{opening.root}> without a family member", _EXPECTED)


class _Reader:
    """Takes family members apart into events, counting them through the file."""

    def __init__(self, opening: xml_records.Prolog, tag: str) -> None:
        name = re.escape(tag.encode())
        self._opening = opening
        self._begins = re.compile(rb"<" + name + rb"(?=[\s>/])")
        self._ends = re.compile(rb"</" + name + rb"\s*>")
        self._count = 0
        self.members = 0
        self.rejected = 0

    def member(self, source: bytes, member: etree._Element | Rejection) -> Iterator[Report | Rejection]:
        """The events of one family member; of a broken member those that can be read alone."""
        self.members += 1
        pieces = self._pieces(source)
        if isinstance(member, Rejection):
            header = self._header(source[: source.find(pieces[0])]) if pieces else _Header()
            for piece in pieces:
                self._count += 1
                where = f"record {self._count}"
                legal = xml_records.parse(piece, self._opening, where)
                if isinstance(legal, Rejection):
                    self.rejected += 1
                    yield legal
                else:
                    yield from _reports(_Event(legal, header), piece, where)
            return
        header = _header(member)
        elements = list(member.iterfind(f"{_OPS}legal"))
        exact = len(pieces) == len(elements)
        for index, legal in enumerate(elements):
            self._count += 1
            piece = pieces[index] if exact else source
            yield from _reports(_Event(legal, header), piece, f"record {self._count}")

    def explains(self, member: Rejection) -> bool:
        """Whether a member is broken by nothing but events that were rejected for themselves."""
        explained, self.rejected = self.rejected > 0, 0
        return explained and member.code == "RECORD_MALFORMED"

    def _pieces(self, source: bytes) -> list[bytes]:
        """The exact bytes of each event; one without its end tag reaches to the next."""
        begins = [mark.start() for mark in self._begins.finditer(source)]
        pieces = []
        for begin, following in zip(begins, [*begins[1:], len(source)], strict=True):
            end = self._ends.search(source, begin, following)
            pieces.append(source[begin : end.end() if end else following])
        return pieces

    def _header(self, source: bytes) -> "_Header":
        tag = re.match(rb"<([^\s/>]+)", source)
        if tag is None:
            return _Header()
        member = xml_records.parse(source + b"</" + tag[1] + b">", self._opening, "family member")
        return _Header() if isinstance(member, Rejection) else _header(member)


@dataclass(frozen=True, slots=True)
class _Header:
    """What a family member says of its application and publication (DOCDB form)."""

    office: str | None = None
    number: str | None = None
    kind: str = ""
    filed_on: str | None = None
    publications: tuple[tuple[str, str, str, str | None], ...] = ()
    """Office, number, kind and day of each."""


def _header(member: etree._Element) -> _Header:
    found = _references(member, "application-reference")
    publications = tuple(_references(member, "publication-reference"))
    if not found:
        return _Header(publications=publications)
    office, number, kind, filed_on = found[0]
    return _Header(office, number, kind, filed_on, publications)


def _references(member: etree._Element, name: str) -> list[tuple[str, str, str, str | None]]:
    found = []
    for document in member.iterfind(f"{_EXCHANGE}{name}/{_EXCHANGE}document-id"):
        office = fields.text_of(document.findtext(f"{_EXCHANGE}country"))
        number = fields.text_of(document.findtext(f"{_EXCHANGE}doc-number"))
        if document.get("document-id-type") == "docdb" and office and number:
            kind = fields.text_of(document.findtext(f"{_EXCHANGE}kind")) or ""
            day = fields.day_or_none(document.findtext(f"{_EXCHANGE}date"))
            found.append((office, number, kind, day))
    return found


@dataclass(frozen=True)
class _Event:
    """One `ops:legal` in its family member."""

    legal: etree._Element
    header: _Header

    def text(self, tag: str) -> str | None:
        """The text of a field of the event."""
        return fields.text_of(self.legal.findtext(f"{_OPS}{tag}"))

    @cached_property
    def content(self) -> list[tuple[str, str]]:
        """The fields below L500EP in order, as (`L509EP`, value)."""
        return [
            (etree.QName(child).localname, text)
            for group in self.legal.iterfind(f"{_OPS}L500EP")
            for child in group
            if (text := fields.text_of(child.text))
        ]

    def values(self, tag: str) -> list[str]:
        """Every value of one field below L500EP."""
        return [value for name, value in self.content if name == tag]

    @cached_property
    def authority(self) -> str:
        """The authority whose code it is."""
        return (self.text("L001EP") or "").upper()

    @cached_property
    def code(self) -> str:
        """The code, as the authority writes it."""
        return (self.text("L008EP") or fields.text_of(self.legal.get("code")) or "").upper()

    @cached_property
    def known(self) -> inpadoc_codes.EventCode | None:
        """The code's row in the table."""
        return inpadoc_codes.look_up(self.authority, self.code)

    @cached_property
    def gazette_day(self) -> str | None:
        """The day of the gazette; raises InputRejected where it is none."""
        return fields.day_of(self.text("L007EP"))

    @cached_property
    def is_of_the_header(self) -> bool:
        """The event's own number is that of the family member it stands in."""
        own, header = "".join((self.text("L003EP") or "").split()), self.header
        if header.office != self.authority:
            return False
        published = [number for _, number, _, _ in header.publications]
        return own == header.number if self.text("L002EP") != "P" else own in published

    @cached_property
    def filed_on(self) -> str | None:
        """The day of filing, where the family member gives it."""
        return self.header.filed_on if self.is_of_the_header else None

    @cached_property
    def application(self) -> str | None:
        """The application number as a right's id holds it."""
        if self.is_of_the_header and self.header.number:
            number, kind = self.header.number, self.header.kind
        elif self.text("L002EP") != "P":
            number, kind = self.text("L003EP") or "", self.text("L004EP") or ""
        else:
            return None
        return docdb_numbers.application(self.authority, number, kind, self.filed_on)

    @cached_property
    def right(self) -> str | None:
        """The right's id: by application number, else by publication number with its office in front."""
        if self.application:
            return f"{self.authority}:patent:{self.application}"
        published = docdb_numbers.name(
            self.authority, self.text("L003EP") or "", self.text("L004EP") or "", None
        )
        return f"{self.authority}:patent:{self.authority}{published.number}" if published else None

    @cached_property
    def number(self) -> str:
        """The report's number at INPADOC."""
        document = "".join((self.text("L003EP") or "").split())
        code = cn_events.TWINS.get(self.code, self.code) if self.authority == "CN" else self.code
        number = f"{self.authority}{document}/{code}/{self.gazette_day}"
        if not self.content:
            return number
        content = "\n".join(f"{name}={value}" for name, value in self.content)
        return f"{number}/{sha256(content.encode()).hexdigest()[:8]}"


def _reports(event: _Event, source: bytes, where: str) -> Iterator[Report | Rejection]:
    problem = _problem(event, where)
    if problem:
        yield problem
        return
    assert event.right is not None
    assert event.gazette_day is not None
    if event.known and event.known.fact == "us_recording":
        found = inpadoc_us.reports(event.content, event.gazette_day, _us_property(event), source, where)
        if found:
            yield from found
            return
    facts = _facts(event)
    described = _described(event, event.right, facts)
    register, number = REGISTER, event.number
    if event.authority == "CN" and (told := _cn(event)).register_number:
        register, number = cn_events.REGISTER, told.number
    yield Report(
        register=register,
        number=number,
        entry_class=EntryClass.AUTHORITY,
        descriptions=(described,),
        facts=facts,
        source=source,
        media_type=MEDIA_TYPE,
        where=f"{where} ({number})",
        names_all_rights=False,
    )


def _problem(event: _Event, where: str) -> Rejection | None:
    if not re.fullmatch(r"[A-Z]{2}", event.authority):
        return rejections.number_missing(where, "country (L001EP)")
    number = event.text("L003EP")
    if number is None:
        return rejections.number_missing(where, "document number (L003EP)")
    if not re.fullmatch(r"\S{1,20}", event.code):
        return rejections.number_missing(where, "event code (L008EP)")
    if event.right is None or len(number) > _NUMBER_MAX:
        return rejections.number_invalid(where, "document number (L003EP)", number)
    try:
        day = event.gazette_day
    except InputRejected:
        return rejections.date_invalid(where, "the gazette date (L007EP)", event.text("L007EP") or "")
    return None if day else rejections.number_missing(where, "gazette date (L007EP)")


def _described(event: _Event, right: str, facts: tuple[Fact, ...]) -> RightDescribed:
    names = (
        [NameGiven(kind="application", number=event.application, on=event.filed_on)]
        if event.application
        else []
    )
    publications = event.header.publications if event.is_of_the_header else ()
    own = (
        ()
        if event.application
        else ((event.authority, event.text("L003EP") or "", event.text("L004EP") or "", None),)
    )
    for office, number, kind, on in (*publications, *own):
        if office == event.authority and (name := docdb_numbers.name(office, number, kind, on)):
            names.append(name)
    granted = [name.on for name in names if name.kind == "grant" and event.authority == "US"]
    granted += [fact.effective_from for fact in facts if isinstance(fact, RightGranted)]
    return RightDescribed(
        rights=(right,),
        sort=_SORTS.get(event.text("L005EP") or ""),
        names=tuple(dict.fromkeys(names)),
        filed_on=event.filed_on,
        granted_on=next((day for day in granted if day), None),
    )


def _us_property(event: _Event) -> Property:
    published = {
        name.kind: name
        for office, number, kind, on in (event.header.publications if event.is_of_the_header else ())
        if (name := docdb_numbers.name(office, number, kind, on))
    }
    publication, grant = published.get("publication"), published.get("grant")
    if event.application is None:
        grant = docdb_numbers.name("US", event.text("L003EP") or "", event.text("L004EP") or "", None)
    return Property(
        application=event.application,
        publication=publication.number if publication else None,
        grant=grant.number if grant else None,
        filed_on=event.filed_on,
        published_on=publication.on if publication else None,
        granted_on=grant.on if grant else None,
    )


def _cn(event: _Event) -> cn_events.CnEvent:
    """The event for the common reading; the owner stands outside the text here."""
    return cn_events.CnEvent(
        right=event.right or "",
        code=event.code,
        published_on=event.gazette_day,
        text="\n".join(event.values("L510EP")),
        name=event.legal.get("desc"),
        owners=tuple(name for value in event.values("L509EP") if (name := fields.name_of(value))),
    )


def _facts(event: _Event) -> tuple[Fact, ...]:
    if event.authority == "CN":
        return cn_events.facts(_cn(event))
    meaning = _Meaning(event)
    if event.known is None:
        return (meaning.noted(unknown=True),)
    reading = _READINGS.get(event.known.fact or "noted")
    return (reading(meaning) if reading else meaning.noted(unknown=True),)


@dataclass(frozen=True)
class _Meaning:
    """An event outside the US and China, with what every fact of it repeats."""

    event: _Event

    @cached_property
    def rights(self) -> tuple[str]:
        """The one right."""
        assert self.event.right is not None
        return (self.event.right,)

    @cached_property
    def registered_on(self) -> str | None:
        """The day of the gazette."""
        return self.event.gazette_day

    @cached_property
    def effective_on(self) -> str | None:
        """The day of effect (L525EP), where the event gives one."""
        return next(
            (day for value in self.event.values("L525EP") if (day := fields.day_or_none(value))), None
        )

    @cached_property
    def description(self) -> str:
        """The code in words, with the state it is reported for where that is another (L501EP)."""
        known, states = self.event.known, self.event.values("L501EP")
        words = known.description if known else self.event.legal.get("desc") or self.event.code
        return fields.text_of(f"{words} ({', '.join(states)})" if states else words) or self.event.code

    @cached_property
    def free_text(self) -> str:
        """The free text in capitals, to be searched for words; it is not quoted."""
        return " ".join(self.event.values("L510EP")).upper()

    @cached_property
    def owners(self) -> tuple[Party, ...]:
        """Owners after the event (L509EP)."""
        return _owners(self.event.values("L509EP"))

    @cached_property
    def former_owners(self) -> tuple[Party, ...]:
        """Owners before it, where the free text names them."""
        found = [match[1] for text in self.event.values("L510EP") for match in _FORMER_OWNER.finditer(text)]
        return _owners(found)

    def id(self, prefix: str) -> str:
        """Id of what this event records."""
        return record_id(prefix, REGISTER, self.event.number)

    def noted(self, *, unknown: bool = False, with_text: bool = False) -> RecordingNoted:
        """The event kept with its code and words."""
        texts = [self.description, *(self.event.values("L510EP") if with_text else ())]
        return RecordingNoted(
            rights=self.rights,
            code=f"{self.event.authority}/{self.event.code}",
            text=fields.text_of(": ".join(texts)),
            unknown=unknown,
            grantees=self.owners,
            registered_on=self.registered_on,
        )


_FORMER_OWNER: Final = re.compile(r"FORMER (?:OWNER|NAME|PROPRIETOR)S?\s*:\s*([^;]+)", re.IGNORECASE)
_Reading = Callable[[_Meaning], Fact]


def _owners(texts: list[str]) -> tuple[Party, ...]:
    names = [name for text in texts if (name := inpadoc_us.owner_of(text, country_codes=True))]
    return tuple(Party(name=name) for name in dict.fromkeys(names))


def _conveyed(fact: type[TransferRegistered | PartyRenamed]) -> _Reading:
    """A change of owner that names no new owner tells nothing but that there was one: it is flagged."""

    def reading(meaning: _Meaning) -> Fact:
        if not meaning.owners:
            return meaning.noted(unknown=True)
        return fact(
            rights=meaning.rights,
            grantors=meaning.former_owners,
            grantees=meaning.owners,
            effective_from=meaning.effective_on,
            registered_on=meaning.registered_on,
            text=meaning.description,
        )

    return reading


def _transmitted(cause: Literal["merger", "inheritance", "other"]) -> _Reading:
    def reading(meaning: _Meaning) -> Fact:
        if not meaning.owners:
            return meaning.noted(unknown=True)
        return TransmissionRegistered(
            rights=meaning.rights,
            grantors=meaning.former_owners,
            grantees=meaning.owners,
            cause=cause,
            effective_from=meaning.effective_on,
            registered_on=meaning.registered_on,
            text=meaning.description,
        )

    return reading


def _pledged(meaning: _Meaning, *, lien: bool = False) -> Fact:
    """The pledgee is not among INPADOC's fields: the pledge stands without a name."""
    return PledgeRegistered(
        rights=meaning.rights,
        pledge=meaning.id("pld"),
        lien=lien,
        registered_on=meaning.registered_on,
        text=meaning.description,
    )


def _pledge_released(meaning: _Meaning) -> Fact:
    """It names no pledge: the statement takes one off only where it can mean no other."""
    return PledgeReleased(
        rights=meaning.rights,
        ended_on=meaning.effective_on,
        registered_on=meaning.registered_on,
        text=meaning.description,
    )


def _frozen(meaning: _Meaning, *, levy: bool) -> Fact:
    return FreezeImposed(
        rights=meaning.rights,
        freeze=meaning.id("frz"),
        levy=levy,
        effective_from=meaning.effective_on,
        registered_on=meaning.registered_on,
        text=meaning.description,
    )


def _freeze_lifted(meaning: _Meaning) -> Fact:
    return FreezeLifted(
        rights=meaning.rights,
        ended_on=meaning.effective_on,
        registered_on=meaning.registered_on,
        text=meaning.description,
    )


def _encumbered_by_text(meaning: _Meaning) -> Fact:
    """One code for rights in rem and for execution (EPC Rules 23 and 24): the free text decides."""
    match _encumbrance_named(meaning.free_text):
        case "levy":
            return _frozen(meaning, levy=True)
        case "pledge":
            return _pledged(meaning)
        case _:
            return meaning.noted(unknown=True)


def _encumbrance_ended_by_text(meaning: _Meaning) -> Fact:
    match _encumbrance_named(meaning.free_text):
        case "levy":
            return _freeze_lifted(meaning)
        case "pledge":
            return _pledge_released(meaning)
        case _:
            return meaning.noted(unknown=True)


def _encumbrance_named(text: str) -> Literal["pledge", "levy"] | None:
    levy = any(word in text for word in ("EXECUTION", "SEIZURE", "ATTACHMENT", "CONFISCATION", "DISTRAINT"))
    pledge = any(word in text for word in ("PLEDGE", "IN REM", "MORTGAGE", "LIEN", "SECURITY"))
    if levy == pledge:
        return None
    return "levy" if levy else "pledge"


def _license(meaning: _Meaning) -> Fact:
    """Neither side is among INPADOC's fields."""
    return LicenseRecorded(
        rights=meaning.rights,
        license=meaning.id("lic"),
        effective_from=meaning.effective_on,
        registered_on=meaning.registered_on,
        text=meaning.description,
    )


def _license_ended(meaning: _Meaning) -> Fact:
    """It names no license; the statement flags it."""
    return LicenseEnded(
        rights=meaning.rights,
        license=meaning.id("lic"),
        ended_on=meaning.effective_on,
        registered_on=meaning.registered_on,
        text=meaning.description,
    )


def _license_offer(fact: type[LicenseOffered | LicenseOfferWithdrawn]) -> _Reading:
    def reading(meaning: _Meaning) -> Fact:
        return fact(
            rights=meaning.rights,
            license=cn_events.open_license(meaning.rights[0]),
            effective_from=meaning.effective_on,
            registered_on=meaning.registered_on,
            text=meaning.description,
        )

    return reading


def _status(fact: Callable[..., Fact], **members: Any) -> _Reading:
    def reading(meaning: _Meaning) -> Fact:
        return fact(
            rights=meaning.rights,
            effective_from=meaning.effective_on,
            registered_on=meaning.registered_on,
            text=meaning.description,
            **members,
        )

    return reading


def _granted(meaning: _Meaning) -> Fact:
    """The US status comes weeks before the grant, whose day is that of the patent's publication."""
    published = [
        day
        for office, number, kind, day in (
            meaning.event.header.publications if meaning.event.is_of_the_header else ()
        )
        if (name := docdb_numbers.name(office, number, kind, day)) and name.kind == "grant"
    ]
    known = meaning.event.authority == "US" and published
    return RightGranted(
        rights=meaning.rights,
        effective_from=published[0] if known else meaning.effective_on,
        registered_on=meaning.registered_on,
        text=meaning.description,
    )


def _us_discontinued(meaning: _Meaning) -> Fact:
    """STCH: the free text says whether for unpaid fees (37 CFR 1.362)."""
    unpaid = "NONPAYMENT" in meaning.free_text.replace("-", "")
    return _status(RightLapsed, cause="fee" if unpaid else "other")(meaning)


def _corrected(meaning: _Meaning) -> Fact:
    """INPADOC does not say which earlier event is corrected or deleted: the statement flags it.

    It restates nothing and is therefore noted, not read as a conveyance of its own.
    """
    return meaning.noted(unknown=True)


_READINGS: Final[dict[str, _Reading]] = {
    "noted": lambda meaning: meaning.noted(),
    "noted_text": lambda meaning: meaning.noted(with_text=True),
    "flagged": lambda meaning: meaning.noted(unknown=True),
    "owner_unclear": lambda meaning: meaning.noted(unknown=True),
    "corrected": _corrected,
    "pledge_registered": _pledged,
    "pledge_lien": lambda meaning: _pledged(meaning, lien=True),
    "pledge_released": _pledge_released,
    "freeze_imposed": lambda meaning: _frozen(meaning, levy=False),
    "levy_imposed": lambda meaning: _frozen(meaning, levy=True),
    "freeze_lifted": _freeze_lifted,
    "encumbrance_by_text": _encumbered_by_text,
    "encumbrance_ended_by_text": _encumbrance_ended_by_text,
    "license_recorded": _license,
    "license_ended": _license_ended,
    "license_offered": _license_offer(LicenseOffered),
    "license_offer_withdrawn": _license_offer(LicenseOfferWithdrawn),
    "transfer": _conveyed(TransferRegistered),
    "transmission": _transmitted("other"),
    "transmission_merger": _transmitted("merger"),
    "transmission_inheritance": _transmitted("inheritance"),
    "renamed": _conveyed(PartyRenamed),
    "address_changed": _status(PartyAddressChanged),
    "granted": _granted,
    "lapsed": _status(RightLapsed),
    "lapsed_fee": _status(RightLapsed, cause="fee"),
    "us_discontinued": _us_discontinued,
    "restored": _status(RightRestored),
    "expired": _status(RightExpired),
    "surrendered": _status(RightSurrendered),
    "surrendered_partly": _status(RightSurrendered, partly=True),
    "application_ended": _status(ApplicationEnded),
    "application_withdrawn": _status(ApplicationEnded, cause="withdrawn"),
    "application_refused": _status(ApplicationEnded, cause="refused"),
    "invalidation_decided": _status(InvalidationDecided, scope="full"),
    "invalidated": _status(InvalidationBecameFinal, scope="full"),
    "invalidated_partly": _status(InvalidationBecameFinal, scope="part"),
}
"""Our words for a code to what is made of it. A word not listed here is noted and flagged."""
