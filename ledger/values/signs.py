"""Signs that deceive: look-alikes of other scripts, full-width forms, direction marks, what cannot be seen.

Two texts that look the same to a clerk must be the same to the ledger. So such signs are found and named,
with their place counted from 1, and never folded away.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Deception(StrEnum):
    """Why a sign does not belong."""

    FULL_WIDTH = "FULL_WIDTH"
    """A compatibility form (Unicode NFKC) of the ASCII sign that was meant."""
    LOOK_ALIKE = "LOOK_ALIKE"
    """A letter, digit or dash of another script, such as Cyrillic or Greek."""
    RIGHT_TO_LEFT = "RIGHT_TO_LEFT"
    """A mark that sets the direction signs are shown in."""
    CONTROL = "CONTROL"
    """A control character, line or paragraph separator."""
    INVISIBLE = "INVISIBLE"
    """A sign without width, a private, unassigned or half one."""
    FOREIGN = "FOREIGN"
    """Any other sign outside those expected."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that does not belong: where it stands (from 1), its code point and name in Unicode, and why."""

    position: int
    code_point: str
    name: str
    reason: Deception


def unreadable_sign(text: str) -> Sign | None:
    r"""The first sign that may stand in no text at all: control, direction, invisible.

    >>> unreadable_sign("12\u202e34").code_point
    'U+202E'
    """
    if text.isprintable():
        return None  # what is printable is neither control nor format sign, and was assigned
    for position, sign in enumerate(text, 1):
        reason = _unreadable(sign)
        if reason is not None:
            return _sign(position, sign, reason)
    return None


def deceptive_sign(text: str, expected: str = "") -> Sign | None:
    r"""The first sign that is neither printable ASCII nor one of `expected`.

    >>> deceptive_sign("2015\u0410").name
    'CYRILLIC CAPITAL LETTER A'
    """
    for position, sign in enumerate(text, 1):
        if not (" " <= sign <= "~" or sign in expected):
            return _sign(position, sign, _unreadable(sign) or _misleading(sign))
    return None


_DIRECTIONS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LETTERS: Final = frozenset(("Lu", "Ll", "Lt", "Nd", "Nl", "Pd"))
"""Letters with two cases (Cyrillic, Greek, Cherokee …), digits of other scripts, dashes."""


def _unreadable(sign: str) -> Deception | None:
    if sign in _DIRECTIONS:
        return Deception.RIGHT_TO_LEFT
    match unicodedata.category(sign):
        case "Cc" | "Zl" | "Zp":
            return Deception.CONTROL
        case "Cf" | "Cn" | "Co" | "Cs":
            return Deception.INVISIBLE
    return None


def _misleading(sign: str) -> Deception:
    if unicodedata.normalize("NFKC", sign).isascii():
        return Deception.FULL_WIDTH
    return Deception.LOOK_ALIKE if unicodedata.category(sign) in _LETTERS else Deception.FOREIGN


def _sign(position: int, sign: str, reason: Deception) -> Sign:
    return Sign(position, f"U+{ord(sign):04X}", unicodedata.name(sign, "without a name"), reason)
