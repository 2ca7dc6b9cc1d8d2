"""Party names as registers write them, and when two of them may be one party.

A name is not an identity (design 6): names are compared under named rules, the rule that matched is
kept, and nothing is merged silently. The party id made here is the id of a *name*, so that all rights
a debtor is named in can be listed with proof (B-3); it is not the id of a person.
"""

import re
import unicodedata
from base64 import b32encode
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Final

_LEGAL_FORMS: Final = {
    "INCORPORATED": "INC",
    "CORPORATION": "CORP",
    "COMPANY": "CO",
    "LIMITED": "LTD",
    "PUBLIC LIMITED COMPANY": "PLC",
    "AKTIENGESELLSCHAFT": "AG",
    "LIMITED LIABILITY COMPANY": "LLC",
}
_FORM_WORDS: Final = frozenset(
    ("INC", "CORP", "CO", "LTD", "LLC", "LP", "LLP", "PLC", "AG", "GMBH", "SA", "NA", "BV", "NV", "KK", "SRL",
     "SPA", "FSB", "THE", "KG", "OY", "AB", "AS")
)  # fmt: skip
_ROLE: Final = re.compile(
    r"[,;]?\s+(?:AS|IN ITS CAPACITY AS)\s+(?:THE\s+)?[A-Z ]{0,60}"
    r"(?:AGENT|TRUSTEE|PARTY|LENDER|ASSIGNEE|REPRESENTATIVE)S?\b.*$"
)
_ALIAS: Final = re.compile(r"[,(]?\s*\b(?:F/?K/?A|A/?K/?A|D/?B/?A|N/?K/?A|FORMERLY(?: KNOWN AS)?)\b[/.:]*\s*")
_PUNCTUATION: Final = re.compile(r"[^\w\s]+|_")


class NameMatch(StrEnum):
    """The rule under which two names were taken for one party, strictest first."""

    IDENTICAL = "identical"
    NORMALIZED = "normalized"
    LEGAL_FORM = "legal-form"
    ROLE = "role"
    ALIAS = "alias"
    WORDS = "words"


@lru_cache(maxsize=65536)
def normalize(name: str) -> str:
    """Case, width, punctuation, spacing and `&` folded away: `U.S. Wells, LLC` becomes `US WELLS LLC`."""
    folded = unicodedata.normalize("NFKC", name).upper().replace("&", " AND ")
    return " ".join(_PUNCTUATION.sub("", folded).split())


@lru_cache(maxsize=65536)
def party_id(name: str) -> str:
    """`pty_` and 26 characters: the id of a normalized name, the same in every ledger."""
    digest = sha256(b"ipledger/party-name/v1\0" + normalize(name).encode()).digest()
    return "pty_" + b32encode(digest[:16]).decode().rstrip("=").lower()


@lru_cache(maxsize=65536)
def match_names(left: str, right: str) -> NameMatch | None:
    """The strictest rule under which both names may be one party, or None.

    `words` says only that one person's name words contain the other's (`BOURN, CHARLES` and
    `Charles T. Bourn`); use it for inventors, never to take a security interest off.
    """
    for rule, agree in _RULES:
        if agree(left, right):
            return rule
    return None


def same_party(left: str, right: str) -> NameMatch | None:
    """`match_names` without the `words` rule: strong enough to move or end a right."""
    found = match_names(left, right)
    return None if found is NameMatch.WORDS else found


def nearly_same(left: str, right: str) -> bool:
    """Names that differ by at most two characters' edits: enough to suspect a duplicate, never to act on."""
    if match_names(left, right):
        return True
    return _edits_within(normalize(left), normalize(right), 2)


def _without_role(name: str) -> str:
    return _ROLE.sub("", unicodedata.normalize("NFKC", name).upper())


@lru_cache(maxsize=65536)
def _without_form(normalized: str) -> str:
    text = normalized
    for long, short in _LEGAL_FORMS.items():
        text = re.sub(rf"\b{long}\b", short, text)
    text = re.sub(r"\bL L C\b", "LLC", text)
    words = text.split()
    while len(words) > 1 and words[-1] in _FORM_WORDS:
        words.pop()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "THE" else words)


def _alias_keys(name: str) -> frozenset[str]:
    parts = [part for part in _ALIAS.split(unicodedata.normalize("NFKC", name).upper()) if part.strip(" ,)")]
    return frozenset(_without_form(normalize(_without_role(part))) for part in parts)


def _person_words_agree(left: str, right: str) -> bool:
    first, second = (
        {word for word in re.split(r"[\s.]+", _PUNCTUATION_BUT_DOT.sub(" ", name.upper())) if len(word) > 1}
        for name in (left, right)
    )
    if first & _FORM_WORDS or second & _FORM_WORDS:
        return False
    shared = first & second
    return len(shared) >= 2 and (shared in (first, second))


_PUNCTUATION_BUT_DOT: Final = re.compile(r"[^\w\s.]+")


def _edits_within(left: str, right: str, limit: int) -> bool:
    if abs(len(left) - len(right)) > limit:
        return False
    row = list(range(len(right) + 1))
    for index, sign in enumerate(left, 1):
        previous, row[0] = row[0], index
        for other, target in enumerate(right, 1):
            previous, row[other] = (
                row[other],
                min(row[other] + 1, row[other - 1] + 1, previous + (sign != target)),
            )
        if min(row) > limit:
            return False
    return row[-1] <= limit


_RULES: Final[tuple[tuple[NameMatch, Callable[[str, str], bool]], ...]] = (
    (NameMatch.IDENTICAL, str.__eq__),
    (NameMatch.NORMALIZED, lambda left, right: normalize(left) == normalize(right)),
    (NameMatch.LEGAL_FORM, lambda left, right: _bare(left) == _bare(right)),
    (NameMatch.ROLE, lambda left, right: _bare(_without_role(left)) == _bare(_without_role(right))),
    (NameMatch.ALIAS, lambda left, right: not _alias_keys(left).isdisjoint(_alias_keys(right))),
    (NameMatch.WORDS, _person_words_agree),
)


def _bare(name: str) -> str:
    return _without_form(normalize(name))
