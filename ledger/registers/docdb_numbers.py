"""Application and publication numbers as DOCDB writes them, and the right each of them means."""

import re
from typing import Final, Literal

from ledger.facts.registrations import NameGiven
from ledger.registers import cn_numbers, uspto_recordings
from ledger.values.rights import us_grant_number

NameKind = Literal["application", "publication", "grant"]

_US_WITH_YEAR: Final = re.compile(r"(?:19|20)\d{2}(\d{8})")
_US_SERIAL_AND_YEAR: Final = re.compile(r"(\d{1,6})(\d{2})")
_US_SERIES: Final = (("1998", "09"), ("1993", "08"), ("1987", "07"), ("1979", "06"), ("1970", "05"))
_NUMBER: Final = re.compile(r"[0-9A-Z./-]{1,40}")
_SELF_TELLING: Final = frozenset(("CN", "DE", "EP", "US"))
"""Offices that never give one application number to a patent and to a utility model."""


def application(office: str, number: str, kind: str, filed_on: str | None) -> str | None:
    """The application number as a right's id holds it, or None for anything that is no number.

    >>> application("US", "201815919370", "A", "2018-03-13"), application("CN", "201810200002", "A", None)
    ('15919370', '201810200002.3')

    US numbers of 12 digits carry the year of filing in front, older ones its last two digits behind the
    serial number, the series then following from the day of filing (37 CFR 1.5, MPEP 503).
    """
    compact = re.sub(r"\s", "", number).upper()
    if not _NUMBER.fullmatch(compact) or not any(sign.isdigit() for sign in compact):
        return None
    if office == "US":
        return _us_application(compact, kind, filed_on)
    if office == "CN":
        found = cn_numbers.application(compact)
        return found.number if found else compact
    return compact if office in _SELF_TELLING or kind[:1] in {"", "A"} else compact + kind[:1]


def _us_application(number: str, kind: str, filed_on: str | None) -> str:
    if match := _US_WITH_YEAR.fullmatch(number):
        return match[1]
    match = _US_SERIAL_AND_YEAR.fullmatch(number)
    if match and filed_on and filed_on < "2001" and match[2] == filed_on[2:4] and kind[:1] == "A":
        series = next((series for since, series in _US_SERIES if filed_on >= since), None)
        if series:
            return series + match[1].zfill(6)
    return uspto_recordings.us_application(number) or number


def name(office: str, number: str, kind: str, on: str | None) -> NameGiven | None:
    """The name a publication number is of its right: a grant from kind B on, a publication before.

    A US document of kind A was a granted patent until publications began in 2001. Chinese grants and
    publications share one series of numbers and are both called publications.
    """
    compact = re.sub(r"\s", "", number).upper()
    if not _NUMBER.fullmatch(compact):
        return None
    if office == "US":
        published = uspto_recordings.us_publication(compact) if kind[:1] == "A" else None
        stated = published or us_grant_number(compact)
        return (
            NameGiven(kind="publication" if published else "grant", number=stated, on=on) if stated else None
        )
    is_grant = kind[:1] in {"B", "C", "Y"} and office != "CN"
    return NameGiven(kind="grant" if is_grant else "publication", number=compact, on=on)
