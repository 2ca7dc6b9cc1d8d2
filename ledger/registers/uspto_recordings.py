"""What the three formats of the USPTO assignment register have in common: a recording, and what it reports.

A recording is known by its reel and frame. Recording is no finding of validity (37 CFR 3.54, rule U-2), so
every fact is of class PARTY. The conveyance text says what was recorded (`conveyances`); the receiving party
of a security interest is the secured party, never an owner (rule U-1).

Where the record cannot be taken at its word it is kept and flagged (`RecordingNoted.unknown`) rather than
guessed at: a conveyance text that is not understood, a transfer without a receiving party, a part conveyed
to several without saying which part to whom, a court order that does not say that title passes, the end of a
license that names none, and a recording whose purge indicator is Y: the Office has withdrawn it from the
register, and whether what it conveyed still stands is for a person to decide.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from ledger.entry import EntryClass
from ledger.errors import InputRejected
from ledger.facts.base import Fact, Party, latest, record_id
from ledger.facts.corrections import RecordingCorrected, RecordingNoted
from ledger.facts.licenses import LicenseEnded, LicenseRecorded
from ledger.facts.pledges import PledgeAssigned, PledgeRegistered, PledgeReleased
from ledger.facts.registrations import RightDescribed
from ledger.facts.transfers import (
    PartyAddressChanged,
    PartyRenamed,
    TransferRegistered,
    TransmissionRegistered,
)
from ledger.registers.conveyances import Conveyance, classify, reel_frame
from ledger.registers.fields import day_of, day_or_none, name_of, text_of
from ledger.registers.rejections import date_invalid, number_invalid, number_missing
from ledger.registers.reports import Rejection, Report
from ledger.values.rights import us_grant_number

REGISTER: Final = "USPTO"
NOT_STATED: Final = "CONVEYANCE NOT STATED"
PURGED: Final = "PURGED"


@dataclass(frozen=True, slots=True)
class Property:
    """One row of the properties, as the file writes it; any field may be missing or say NULL."""

    application: object = None
    publication: object = None
    grant: object = None
    international: object = None
    title: object = None
    filed_on: object = None
    published_on: object = None
    granted_on: object = None
    inventors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """One reel and frame, as the file writes it; `assignors` are pairs of name and execution date."""

    reel: object
    frame: object
    text: object
    recorded_on: object
    assignors: Sequence[tuple[object, object]]
    assignees: Sequence[object]
    properties: Sequence[Property]
    purged: bool = False


def report(
    recording: Recording, source: bytes, media_type: str, where: str, *, names_all_rights: bool = True
) -> Report | Rejection:
    """The recording as a report.

    Rejected with `NUMBER_MISSING` or `NUMBER_INVALID` (reel and frame, or no property has a number) and
    `DATE_INVALID` (the recording date: ranks follow from it). An impossible execution date, or one after the
    recording, is a slip of the pen in the deed or its cover sheet: it stays with its party where it is a day
    at all, but does not count as the day of execution.
    """
    number = _number(recording, where)
    if isinstance(number, Rejection):
        return number
    where = f"{where} ({number})"
    try:
        recorded_on = day_of(recording.recorded_on)
    except InputRejected:
        return date_invalid(where, "recording date", str(recording.recorded_on))
    descriptions = _descriptions(recording.properties)
    if not descriptions:
        return number_missing(where, "application, patent or publication number")
    facts = _facts(recording, number, recorded_on, tuple(fact.rights[0] for fact in descriptions))
    return Report(
        REGISTER,
        number,
        EntryClass.PARTY,
        descriptions,
        facts,
        source,
        media_type,
        where,
        names_all_rights=names_all_rights,
    )


def _number(recording: Recording, where: str) -> str | Rejection:
    reel, frame = text_of(recording.reel), text_of(recording.frame)
    if reel is None or frame is None:
        return number_missing(where, "reel and frame")
    return reel_frame(reel, frame) or number_invalid(where, "reel and frame", f"{reel}/{frame}")


@dataclass(frozen=True, slots=True)
class _Deed:
    """The fields every fact of a recording repeats."""

    number: str
    text: str | None
    grantors: tuple[Party, ...]
    grantees: tuple[Party, ...]
    common: dict[str, Any]


def _facts(
    recording: Recording, number: str, recorded_on: str | None, rights: tuple[str, ...]
) -> tuple[Fact, ...]:
    text = text_of(recording.text)
    grantors = tuple(_assignors(recording.assignors))
    executed = latest(
        [party.on for party in grantors if not (party.on and recorded_on and party.on > recorded_on)]
    )
    deed = _Deed(
        number,
        text,
        grantors,
        tuple(_party(name) for name in map(party_name, recording.assignees) if name),
        {"rights": rights, "executed_on": executed, "registered_on": recorded_on, "text": text},
    )
    if recording.purged:
        return (_noted(deed, PURGED),)
    return _of_title(deed, classify(text or ""))


def _of_title(deed: _Deed, found: Conveyance) -> tuple[Fact, ...]:
    sides = {"grantors": deed.grantors, "grantees": deed.grantees, **deed.common}
    match found.kind:
        case "assignment" | "nunc_pro_tunc" if deed.grantees:
            return _transfer(deed, found)
        case "merger" | "court_order" if deed.grantees and found.cause:
            return (TransmissionRegistered(cause=found.cause, **sides),)
        case "name_change" if deed.grantees:
            return (PartyRenamed(**sides),)
        case "address_change":
            return (PartyAddressChanged(**sides),)
        case "correction":
            corrected = (found.corrects, *found.also_corrects)
            restates = _RESTATED.get(found.confirms or "")
            return tuple(RecordingCorrected(corrects=each, restates=restates, **sides) for each in corrected)
        case _:
            return _of_encumbrance(deed, found)


def _transfer(deed: _Deed, found: Conveyance) -> tuple[Fact, ...]:
    grantees = deed.grantees
    if found.share:
        if len(grantees) > 1:
            return (_noted(deed),)
        grantees = (grantees[0].model_copy(update={"share": found.share}),)
    nunc_pro_tunc = found.kind == "nunc_pro_tunc"
    return (
        TransferRegistered(
            grantors=deed.grantors, grantees=grantees, nunc_pro_tunc=nunc_pro_tunc, **deed.common
        ),
    )


def _of_encumbrance(deed: _Deed, found: Conveyance) -> tuple[Fact, ...]:
    named = tuple(record_id("pld", REGISTER, reference) for reference in found.references)
    match found.kind:
        case "security_interest" | "lien":
            pledge = record_id("pld", REGISTER, deed.number)
            return (
                PledgeRegistered(
                    pledge=pledge,
                    pledgors=deed.grantors,
                    pledgees=deed.grantees,
                    lien=found.kind == "lien",
                    **deed.common,
                ),
            )
        case "release":
            return (
                PledgeReleased(
                    pledges=named,
                    references=found.references,
                    releasors=deed.grantors,
                    beneficiaries=deed.grantees,
                    **deed.common,
                ),
            )
        case "pledge_assignment" if deed.grantors and deed.grantees:
            return (
                PledgeAssigned(
                    pledges=named,
                    references=found.references,
                    grantors=deed.grantors,
                    grantees=deed.grantees,
                    **deed.common,
                ),
            )
        case "license":
            return (
                LicenseRecorded(
                    license=record_id("lic", REGISTER, deed.number),
                    licensors=deed.grantors,
                    licensees=deed.grantees,
                    license_kind=found.license_kind,
                    **deed.common,
                ),
            )
        case "license_end" if found.references:
            licenses = (record_id("lic", REGISTER, reference) for reference in found.references)
            return tuple(LicenseEnded(license=each, **deed.common) for each in licenses)
        case _:
            return (_noted(deed),)


def _noted(deed: _Deed, code: str | None = None) -> RecordingNoted:
    code = code or (deed.text or NOT_STATED)[:200]
    return RecordingNoted(
        code=code, unknown=True, grantors=deed.grantors, grantees=deed.grantees, **deed.common
    )


_RESTATED: Final[dict[str, Any]] = {
    "assignment": "transfer",
    "nunc_pro_tunc": "transfer",
    "merger": "transmission",
    "court_order": "transmission",
    "name_change": "rename",
    "security_interest": "pledge",
    "lien": "pledge",
    "release": "release",
    "license": "license",
}


def _assignors(rows: Iterable[tuple[object, object]]) -> Iterable[Party]:
    for raw_name, raw_day in rows:
        name = party_name(raw_name)
        if name:
            yield _party(name, day_or_none(raw_day))


@lru_cache(maxsize=16384)
def _party(name: str, on: str | None = None) -> Party:
    """One party object for all that name it: an inventor stands in every property of a recording."""
    return Party(name=name, on=on)


def _descriptions(properties: Iterable[Property]) -> tuple[RightDescribed, ...]:
    """One for each right, in order; rows of one right are joined, rows that name none are left out."""
    found: dict[str, RightDescribed] = {}
    for row in properties:
        described = _described(row)
        if described is None:
            continue
        right = described.rights[0]
        found[right] = _joined(found[right], described) if right in found else described
    return tuple(found.values())


def _described(row: Property) -> RightDescribed | None:
    filed_on, granted_on = day_or_none(row.filed_on), day_or_none(row.granted_on)
    published_on = day_or_none(row.published_on)
    application, grant = us_application(row.application), us_grant(row.grant)
    publication = us_publication(row.publication)
    international = international_number(row.international) or international_number(row.application)
    names = (
        ("application", application, filed_on),
        ("publication", publication, published_on),
        ("grant", grant, granted_on),
        ("international", international, None),
    )
    if application:
        right = f"US:patent:{application}"
    elif grant or publication:
        right = f"US:patent:US{grant or publication}"
    elif international:
        right = f"WO:patent:{international}"
    else:
        return None
    # Validated as a whole, which takes half the time of making each name an object first.
    return RightDescribed.model_validate(
        {
            "rights": (right,),
            "names": tuple(
                {"kind": kind, "number": number, "on": on} for kind, number, on in names if number
            ),
            "title": text_of(row.title),
            "filed_on": filed_on,
            "granted_on": granted_on,
            "inventors": tuple(map(_party, row.inventors)),
        }
    )


def _joined(first: RightDescribed, second: RightDescribed) -> RightDescribed:
    return first.model_copy(
        update={
            "names": tuple(dict.fromkeys(first.names + second.names)),
            "title": first.title or second.title,
            "filed_on": first.filed_on or second.filed_on,
            "granted_on": first.granted_on or second.granted_on,
            "inventors": first.inventors or second.inventors,
        }
    )


def us_application(raw: object) -> str | None:
    """`15/145,443`, `6731170` or `US15145443` as eight digits; None where it is no application number."""
    match = _APPLICATION.fullmatch(_compact(raw))
    return ((match[1] or "") + match[2]).zfill(8) if match else None


def us_publication(raw: object) -> str | None:
    """`US20130141635A1` as `20130141635`."""
    match = _PUBLICATION.fullmatch(_compact(raw))
    return match[1] if match else None


def us_grant(raw: object) -> str | None:
    """`US 8,789,601 B2` as `8789601`, `D0654321` as `D654321`."""
    match = _GRANT.fullmatch(_compact(raw))
    return us_grant_number(match[1]) if match else None


def international_number(raw: object) -> str | None:
    """`PCT/US12/12345` and `US2012012345` as `PCT/US2012/012345`; a Hague registration as `DM/081234`."""
    text = _compact(raw)
    if not text[:1].isalpha():
        return None
    if match := _HAGUE.fullmatch(text):
        return f"DM/{int(match[1]):06}"
    match = _PCT.fullmatch(text)
    if not match:
        return None
    year = match[2] if len(match[2]) == 4 else ("19" if int(match[2]) >= 78 else "20") + match[2]
    return f"PCT/{match[1]}{year}/{int(match[3]):06}"


def party_name(raw: object) -> str | None:
    """A party's name without the address that recordings of the 1980s write behind it (rule PV-1).

    `SCIENTIFIC DRILLING INTERNATIONAL, 14716 JERSEY SHORE DRIVE, HOUSTON, TEXAS 77047` ends before the
    number. What looks like a house number but ends the name (`FLEET, 10 LLC`) belongs to it.
    """
    name = name_of(raw)
    return name if name is None or "," not in name else _without_address(name)


@lru_cache(maxsize=16384)
def _without_address(name: str) -> str:
    return _ADDRESS.sub("", name).rstrip(" ,;") or name


def given_names(listed: object) -> tuple[str, ...]:
    """`James J. Fallon, John Roe, Jr.` as names; a suffix belongs to the name before it."""
    text = text_of(listed)
    return () if text is None else _given_names(text)


@lru_cache(maxsize=4096)
def _given_names(text: str) -> tuple[str, ...]:
    names: list[str] = []
    for part in text.split(","):
        name = name_of(part)
        if name and names and _SUFFIX.fullmatch(name):
            names[-1] = f"{names[-1]}, {name}"
        elif name:
            names.append(name)
    return tuple(names)


def _compact(raw: object) -> str:
    if isinstance(raw, str) and len(raw) <= _NUMBER_MAX:
        return _compacted(raw)
    return _compacted(text_of(raw) or "")


@lru_cache(maxsize=4096)
def _compacted(raw: str) -> str:
    """A number without spaces and commas; columns are full of the same NULL, and one number is read twice."""
    return (text_of(raw) or "").upper().replace(",", "").replace(" ", "")


_NUMBER_MAX: Final = 40
"""What is longer is no number, and not worth keeping."""
_APPLICATION: Final = re.compile(r"(?:US)?(?:([0-9]{2})/(?=[0-9]{6}$))?([0-9]{6,8})")
_PUBLICATION: Final = re.compile(r"(?:US)?(20[0-9]{9})(?:[AP][0-9])?")
_GRANT: Final = re.compile(r"(?:US)?((?:D|RE|PP|H|T)?0*[1-9][0-9]{0,7})(?:[A-Z][0-9]?)?")
_PCT: Final = re.compile(r"(?:PCT/?)?([A-Z]{2})/?([0-9]{2}(?=/)|(?:19|20)[0-9]{2})/?([0-9]{5,6})")
_HAGUE: Final = re.compile(r"DM/?([0-9]{1,6})")
_ADDRESS: Final = re.compile(r"(?i)[,;]\s*(?:\d{1,6}[A-Z]? [^,]+,|P\.? ?O\.? ?BOX\b).*")
_SUFFIX: Final = re.compile(r"(?i)(?:JR|SR|II|III|IV|PH\.?D|M\.?D|DECEASED)\.?")
