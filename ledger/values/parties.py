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

_LONG_FORMS: Final = (
    ("PUBLIC LIMITED COMPANY", "PLC"),
    ("LIMITED LIABILITY COMPANY", "LLC"),
    ("LIMITED LIABILITY PARTNERSHIP", "LLP"),
    ("LIMITED PARTNERSHIP", "LP"),
    ("NATIONAL ASSOCIATION", "NA"),
    ("KABUSHIKI KAISHA", "KK"),
    ("AKTIENGESELLSCHAFT", "AG"),
    ("INCORPORATED", "INC"),
    ("CORPORATION", "CORP"),
    ("COMPANY", "CO"),
    ("LIMITED", "LTD"),
    ("N A", "NA"),
    ("L L C", "LLC"),
    ("L P", "LP"),
    ("有限责任公司", "有限公司"),
)
"""Longest first: LIMITED LIABILITY COMPANY is no LTD."""
_SHORTENED: Final = tuple(
    (long, re.compile(rf"\b{long}\b" if long.isascii() else rf"{long}$"), short)
    for long, short in _LONG_FORMS
)
_FORMS: Final = frozenset(
    ("INC", "CORP", "CO", "LTD", "LLC", "LP", "LLP", "PLC", "AG", "GMBH", "SA", "SAS", "SARL", "NA", "BV",
     "NV", "KK", "SRL", "SPA", "FSB", "KG", "SE", "OY", "AB", "AS", "PTY", "PTE")
)  # fmt: skip
_ROLE: Final = re.compile(
    r"[,;]?\s+\(?(?:AS|IN ITS CAPACITY AS)\s+(?:(?:THE|AN?)\s+)?[A-Z &/-]{0,60}"
    r"(?:AGENT|TRUSTEE|PARTY|LENDER|ASSIGNEE|REPRESENTATIVE)S?\b.*$"
)
_ALIAS: Final = re.compile(
    r"[,(]?\s*\b(?:[FADN][/.]?K[/.]?A|D[/.]?B[/.]?A|(?:FORMERLY|ALSO|NOW) KNOWN AS|FORMERLY)\b[/.:]*\s*"
)
_PUNCTUATION: Final = re.compile(r"[^\w\s]+|_")
_BETWEEN_HAN: Final = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_KEPT_NAMES: Final = 16384
"""What is found out of a name costs much and is asked again for each name it is compared with."""
_NEARLY_LENGTH: Final = 8
"""One sign in so many may be a slip: in a short name one sign is the difference."""


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
    """Case, width, punctuation, spacing and `&` folded away: `U.S. Wells, LLC` becomes `US WELLS LLC`.

    A name of nothing but punctuation stays what it is.
    """
    folded = unicodedata.normalize("NFKC", name).upper().replace("&", " AND ")
    words = " ".join(_PUNCTUATION.sub("", folded).split())
    return _BETWEEN_HAN.sub("", words) or folded.strip()


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
    return next((rule for rule, agree in _RULES if agree(left, right)), None)


def same_party(left: str, right: str) -> NameMatch | None:
    """`match_names` without the `words` rule: strong enough to move or end a right."""
    if left == right:
        return NameMatch.IDENTICAL
    found = match_names(left, right)
    return None if found is NameMatch.WORDS else found


def nearly_same(left: str, right: str) -> bool:
    """Names that differ by a slip of one or two signs: enough to suspect a duplicate, never to act on."""
    if match_names(left, right):
        return True
    one, other = normalize(left), normalize(right)
    return _edits_within(one, other, min(2, min(len(one), len(other)) // _NEARLY_LENGTH))


@lru_cache(maxsize=_KEPT_NAMES)
def _without_role(name: str) -> str:
    return _ROLE.sub("", unicodedata.normalize("NFKC", name).upper())


@lru_cache(maxsize=_KEPT_NAMES)
def _parts(name: str) -> tuple[str, frozenset[str]]:
    """What a name is apart from its legal form, and the form: `ABC CO LTD` is `ABC` and {CO, LTD}."""
    text = normalize(name)
    for long, pattern, short in _SHORTENED:
        if long in text:
            text = pattern.sub(short, text)
    words = text.split()
    forms: set[str] = set()
    while len(words) > 1 and words[-1] in _FORMS:
        forms.add(words.pop())
    if len(words) > 1 and words[0] == "THE":
        del words[0]
    return " ".join(words), frozenset(forms)


def _agree_but_for_form(left: str, right: str) -> bool:
    """One name leaves out what the other says of its form; `ABC LLC` and `ABC INC` are two companies."""
    (one, forms), (other, other_forms) = _parts(left), _parts(right)
    return one == other and (forms <= other_forms or other_forms <= forms)


def _agree_but_for_role(left: str, right: str) -> bool:
    return _agree_but_for_form(_without_role(left), _without_role(right))


@lru_cache(maxsize=_KEPT_NAMES)
def _called(name: str) -> tuple[str, ...]:
    """The name itself, without the role it acts in, then the others it says it bears or bore."""
    folded = unicodedata.normalize("NFKC", name).upper()
    own, *others = (_without_role(part).strip(" ,()") for part in _ALIAS.split(folded))
    return (own, *filter(None, others)) if own else (folded,)


def _agree_by_alias(left: str, right: str) -> bool:
    """One calls itself by a name of the other; a third name shared by both proves nothing."""
    one, other = _called(left), _called(right)
    if len(one) == len(other) == 1:
        return False
    return any(_agree_but_for_form(one[0], name) for name in other) or any(
        _agree_but_for_form(other[0], name) for name in one
    )


@lru_cache(maxsize=_KEPT_NAMES)
def _person_words(name: str) -> frozenset[str]:
    """The words of a person's name but initials; none where a word says that it is no person's."""
    words = _NOT_IN_WORDS.split(_PUNCTUATION_BUT_DOT.sub(" ", name.upper()))
    long = frozenset(word for word in words if len(word) > 1)
    return long if _NO_PERSON.isdisjoint(long) else frozenset()


def _person_words_agree(left: str, right: str) -> bool:
    first, second = _person_words(left), _person_words(right)
    shared = first & second
    return len(shared) >= 2 and (shared in (first, second))


_NO_PERSON: Final = _FORMS | {"THE", "OF", "COMPANY", "CORPORATION", "INCORPORATED", "LIMITED", "UNIVERSITY"}
_PUNCTUATION_BUT_DOT: Final = re.compile(r"[^\w\s.]+")
_NOT_IN_WORDS: Final = re.compile(r"[\s.]+")


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
    (NameMatch.LEGAL_FORM, _agree_but_for_form),
    (NameMatch.ROLE, _agree_but_for_role),
    (NameMatch.ALIAS, _agree_by_alias),
    (NameMatch.WORDS, _person_words_agree),
)
