"""The numbers Chinese patents go by in register files, and the right each of them means."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ledger.facts.registrations import NameGiven
from ledger.values.rights import cn_check_digit

_APPLICATION: Final = re.compile(
    r"(?P<number>(?:19|20)\d{2}[1-9]\d{7}|\d{2}[1-9]\d{5})(?:\.?(?P<check>[0-9X]))?"
)
_PUBLICATION: Final = re.compile(r"CN(?P<number>[1-9]\d{5,8})[A-Z]\d?")


@dataclass(frozen=True, slots=True)
class CnNumber:
    """A right's id and the name the number is of it; `on` is not known here."""

    right: str
    name: NameGiven
    check_digit_valid: bool = True

    @property
    def number(self) -> str:
        """The number without office and kind."""
        return self.name.number


@lru_cache(maxsize=65536)
def application(text: str) -> CnNumber | None:
    """`201810200002`, `CN2018102000023`, `ZL201810200002.3` as an application number, or None.

    A missing check digit is supplied. A wrong one is the register's to answer for: the number is kept as it
    was given (rule A-ID1 is no reason to refuse an authority, N-2).
    """
    compact = re.sub(r"^(?:CN|ZL)+|\s", "", text.strip().upper())
    match = _APPLICATION.fullmatch(compact)
    if match is None:
        return None
    check = cn_check_digit(match["number"])
    valid = match["check"] in {None, check}
    number = f"{match['number']}.{check}" if valid else compact
    return CnNumber(f"CN:patent:{number}", NameGiven(kind="application", number=number), valid)


def publication(text: str) -> CnNumber | None:
    """`CN100334574C` as a right known by its publication number only; the kind code must stand with it."""
    match = _PUBLICATION.fullmatch(re.sub(r"\s", "", text.strip().upper()))
    if match is None:
        return None
    number = match["number"]
    return CnNumber(f"CN:patent:CN{number}", NameGiven(kind="publication", number=number))
