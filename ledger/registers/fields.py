"""What one field of a register says: clean text, a day, or nothing.

Registers write nothing in many ways: an empty string, the word NULL, the day 0001-01-01. All of them are
None here. Text is NFC, without control characters and outer white space; what is longer than a fact may
carry is shortened with an ellipsis, the whole stands in the source bytes.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from ledger.errors import InputRejected
from ledger.values.dates import parse_day, parse_moment

TEXT_MAX: Final = 4000
NAME_MAX: Final = 500

_DAY_MAX: Final = 40

_EASTERN: Final = ZoneInfo("America/New_York")
_NOTHING: Final = frozenset(("", "NULL", "null", "None", "N/A"))
_NO_DAY: Final = frozenset(("0001-01-01", "0000-01-01", "0000-00-00", "00010101", "00000101", "00000000"))
_MIDNIGHTS: Final = ("T00:00:00", "T04:00:00", "T05:00:00")
_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_COMPACT_DAY: Final = re.compile(r"\d{8}")


def text_of(raw: object, limit: int = TEXT_MAX) -> str | None:
    """`raw` as text, or None where it says nothing (also where it is no text or number at all)."""
    if not isinstance(raw, str):
        return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else None
    text = raw if raw.isascii() and raw.isprintable() else _cleaned(raw)
    text = text.strip()
    if text in _NOTHING:
        return None
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def name_of(raw: object) -> str | None:
    """A party's name, one line."""
    text = text_of(raw, NAME_MAX)
    return None if text is None else " ".join(text.split())


def day_of(raw: object) -> str | None:
    """The legal day `YYYY-MM-DD` a field gives, None where it gives none.

    Read are `2019-05-07`, `20190507`, and instants. USPTO writes a day as its midnight in US Eastern time,
    `2019-05-07T04:00:00Z` or `T05:00:00Z` (with the winter offset in summer too, so that the offset proves
    nothing): for these the date part is the day. Any other instant counts by the day in New York.

    Raises:
        InputRejected: `DATE_INVALID`, something stands there and it is no day of the calendar.
    """
    # The same days come up time and again; a field too long for a day is not worth keeping.
    if isinstance(raw, str) and len(raw) <= _DAY_MAX:
        return _day(raw)
    text = text_of(raw, _DAY_MAX)
    return None if text is None else _day(text)


@lru_cache(maxsize=65536)
def _day(raw: str) -> str | None:
    text = text_of(raw, _DAY_MAX)
    if text is None:
        return None
    date_part = text[:10]
    if date_part in _NO_DAY or text in _NO_DAY:
        return None
    if _COMPACT_DAY.fullmatch(text):
        return parse_day(f"{text[:4]}-{text[4:6]}-{text[6:]}").isoformat()
    if _ISO_DAY.fullmatch(text) or text.startswith(_MIDNIGHTS, 10):
        return parse_day(date_part).isoformat()
    moment = parse_moment(text)
    return (moment.astimezone(_EASTERN).date() if hasattr(moment, "astimezone") else moment).isoformat()


def day_or_none(raw: object) -> str | None:
    """As `day_of`, for fields that only describe: an impossible day is left out."""
    try:
        return day_of(raw)
    except InputRejected:
        return None


def _cleaned(text: str) -> str:
    kept = "".join(
        " " if sign in "\t\r\n\x85\u2028\u2029" else sign
        for sign in text
        if sign in "\t\r\n\x85\u2028\u2029" or unicodedata.category(sign) not in {"Cc", "Cs"}
    )
    return unicodedata.normalize("NFC", kept)
