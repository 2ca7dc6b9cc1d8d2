"""US assignment recordings (code AS) as INPADOC repeats them.

INPADOC gives every recording one code and its nature in the free text only:

    SECURITY INTEREST;ASSIGNORS:A, INC.;B, LLC;AND OTHERS;SIGNING DATES FROM 20131127 TO 20131210;
    REEL/FRAME:053520/0064

so the `OWNER` of the entry is the owner only if the text conveys title; under SECURITY INTEREST it is the
secured party. The parts after the assignors come in any order, one entry may hold several owners and the
same text twice, and `AND OTHERS` hides assignors: what is missing stands in the USPTO's own data, which
these reports meet under the USPTO's number of the recording.

An owner is followed by its state or country (`WELLS FARGO BANK NATIONAL ASSOCIATION, TEXAS`), in older
entries by the form of the company and a city too. Those are addresses and are cut off.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Final

from ledger.facts.base import latest
from ledger.registers import uspto_recordings
from ledger.registers.conveyances import reel_frame
from ledger.registers.fields import day_or_none, name_of, text_of
from ledger.registers.reports import Rejection, Report
from ledger.registers.uspto_recordings import Property, Recording
from ledger.values.parties import nearly_same

MEDIA_TYPE: Final = "application/vnd.epo.ops-legal+xml"

_ASSIGNORS: Final = re.compile(r";\s*ASSIGNORS?\s*:", re.IGNORECASE)
_PARTS: Final = re.compile(
    r"\s*(?:AND OTHERS|SIGNING DATES?(?: FROM \d{8} TO (?P<to>\d{8}))?.*"
    r"|REEL/FRAME\s*:.*|EFFECTIVE DATE.*)\s*",
    re.IGNORECASE,
)
_REEL_FRAME: Final = re.compile(r"REEL/FRAME\s*:\s*(\d+)\s*/\s*(\d+)", re.IGNORECASE)
_SIGNED: Final = re.compile(r"SIGNING DATES FROM \d{8} TO (\d{8})", re.IGNORECASE)
_REST: Final = re.compile(r";\s*(?:REEL/FRAME|SIGNING DATES?|AND OTHERS)\b.*", re.IGNORECASE | re.DOTALL)
_LEGAL_FORM: Final = re.compile(
    r"\b(?:INC|CORP|CORPORATION|INCORPORATED|COMPANY|CO|LTD|LIMITED|LLC|L\.L\.C|LP|L\.P|LLP|PLC|GMBH|AG|NA|N\.A"
    r"|BV|B\.V|SA|S\.A|KK|K\.K|ASSOCIATION|BANK|TRUST|AGENT|TRUSTEE|PARTNERSHIP|FSB)\.?$",
    re.IGNORECASE,
)
_FORM_SPELLED_OUT: Final = re.compile(
    r"^AN? (?:[A-Z .]+ )?"
    r"(?:CORP|CORPORATION|COMPANY|CO|LLC|LTD|LIMITED|PARTNERSHIP|ASSOCIATION|TRUST|BANK)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    """States, their abbreviations, and countries as the USPTO writes them."""
    text = files("ledger.registers").joinpath("us_places.txt").read_text(encoding="utf-8")
    return frozenset(text.splitlines())


@dataclass(frozen=True, slots=True)
class Told:
    """One recording as an AS event tells it; `text` is the conveyance in the register's words.

    `signed_on` is the last of several days of signing, `executed_on` the one day all signed on.
    """

    number: str
    text: str
    assignors: tuple[str, ...]
    owners: tuple[str, ...]
    signed_on: str | None = None
    executed_on: str | None = None


def reports(
    event: Iterable[tuple[str, str]], gazette_day: str, right: Property, source: bytes, where: str
) -> list[Report | Rejection]:
    """The USPTO's recordings told by one event on `right`, given as (`L509EP`, value) in order.

    They bear the USPTO's register and number, and their media type names INPADOC as the source. Empty for an
    event that names no recording.
    """
    return [_report(told, gazette_day, right, source, where) for told in recordings(event)]


def _report(told: Told, gazette_day: str, right: Property, source: bytes, where: str) -> Report | Rejection:
    reel, _, frame = told.number.partition("/")
    recording = Recording(
        reel=reel,
        frame=frame,
        text=told.text,
        recorded_on=gazette_day,
        assignors=[(name, told.executed_on) for name in told.assignors],
        assignees=told.owners,
        properties=[right],
    )
    report = uspto_recordings.report(recording, source, MEDIA_TYPE, where)
    if isinstance(report, Rejection):
        return report
    executed_on = latest([told.executed_on, told.signed_on])
    facts = report.facts
    if executed_on and executed_on <= gazette_day:
        facts = tuple(
            fact.model_copy(update={"executed_on": executed_on})
            if "executed_on" in type(fact).model_fields
            else fact
            for fact in facts
        )
    return replace(report, facts=facts, names_all_rights=False)


def recordings(event: Iterable[tuple[str, str]]) -> list[Told]:
    """What the fields of one event tell, given as (`L509EP`, value) in order.

    Owners belong to the text that follows them. The same recording told twice is one; texts without a
    reel and frame are left out, an event without any such text gives nothing.
    """
    found: dict[str, Told] = {}
    owners: list[str] = []
    number: str | None = None
    for field, value in event:
        if field == "L509EP":
            owners = [*owners, value] if number is None else [value]
            number = None
        elif field == "L510EP" and (told := _told(value, owners)):
            number = told.number
            found[number] = _merged(found.get(number), told)
        elif field == "L525EP" and number and (day := day_or_none(value)):
            found[number] = replace(found[number], executed_on=latest([found[number].executed_on, day]))
    return list(found.values())


def _told(text: str, owners: list[str]) -> Told | None:
    reference = _REEL_FRAME.search(text)
    number = reel_frame(reference[1], reference[2]) if reference else None
    if number is None:
        return None
    conveyance, *after = _ASSIGNORS.split(text, maxsplit=1)
    assignors: list[str] = []
    signed: list[str | None] = []
    for part in "".join(after).split(";"):
        other = _PARTS.fullmatch(part)
        if other is None and (name := name_of(part)):
            assignors.append(name)
        elif other and other["to"]:
            signed.append(day_or_none(other["to"]))
    signed += [day_or_none(found[1]) for found in _SIGNED.finditer(conveyance)]
    return Told(
        number,
        text_of(_REST.sub("", conveyance).strip(" ;")) or "UNKNOWN",
        tuple(dict.fromkeys(assignors)),
        tuple(dict.fromkeys(name for owner in owners if (name := owner_of(owner)))),
        latest(signed),
    )


def _merged(earlier: Told | None, told: Told) -> Told:
    """One recording told twice: an owner spelled otherwise the second time is not another owner."""
    if earlier is None:
        return told
    owners = list(earlier.owners)
    owners += [name for name in told.owners if not any(nearly_same(name, known) for known in owners)]
    return replace(
        earlier,
        assignors=tuple(dict.fromkeys((*earlier.assignors, *told.assignors))),
        owners=tuple(owners),
        signed_on=latest([earlier.signed_on, told.signed_on]),
    )


def owner_of(text: str, *, country_codes: bool = False) -> str | None:
    """The name in `NCUBE CORPORATION, BEAVERTON, OR., A CORP. OF CA.`: what follows it is an address.

    `country_codes`: a country stands behind the name as its code (`SIEMENS AG, 80333 MUENCHEN, DE`).
    """
    name = name_of(text)
    if name is None:
        return None
    segments = [segment for part in name.split(",") if (segment := part.strip())]
    kept = _before_numbers(segments) if country_codes else _without_places(segments)
    if len(kept) < len(segments):
        forms = [index for index, segment in enumerate(kept) if _LEGAL_FORM.search(segment)]
        kept = kept[: forms[-1] + 1] if forms else kept
    return ", ".join(kept) or name


def _without_places(segments: list[str]) -> list[str]:
    """Without trailing places; a person's given name is not taken for a second place (KING, VIRGINIA)."""
    kept = segments
    while len(kept) > 1:
        for_a_company = any(_LEGAL_FORM.search(segment) for segment in kept[:-1])
        if len(kept) < len(segments) and not for_a_company:
            break
        if len(kept) > 2 and ", ".join(kept[-2:]).upper() in _places():
            kept = kept[:-2]
        elif kept[-1].rstrip(".").upper() in _places() or _FORM_SPELLED_OUT.match(kept[-1]):
            kept = kept[:-1]
        else:
            break
    return kept


def _before_numbers(segments: list[str]) -> list[str]:
    """Without a trailing country code, and without all from a segment with a digit (a postcode) on."""
    kept = segments[:-1] if len(segments) > 1 and re.fullmatch("[A-Z]{2}", segments[-1]) else segments
    coded = (index for index, part in enumerate(kept) if index and any(sign.isdigit() for sign in part))
    return kept[: next(coded, len(kept))]
