"""Personal identifiers that must never stand in an entry in clear (PV-1, PV-2): found before it is too late.

What is hashed into the ledger cannot be taken out again. So whoever builds an entry from what people typed
asks `refuse_personal` first. It knows what can be told by its form: resident identity numbers, mainland
mobile numbers, bank cards, and e-mail addresses that are not an office's. Names and addresses have no form.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ledger.errors import LedgerError
from ledger.values.identifiers import is_resident_id

_KINDS: Final = {
    "RESIDENT_ID": ("a resident identity number", "公民身份号码"),
    "MOBILE_NUMBER": ("a mobile telephone number", "手机号码"),
    "BANK_CARD": ("a bank card number", "银行卡号"),
    "EMAIL": ("an e-mail address of a person", "个人电子邮箱"),
}

_RESIDENT: Final = re.compile(r"(?<![0-9A-Za-z])([1-8][0-9]{16}[0-9Xx])(?![0-9A-Za-z])")

_MOBILE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9]\.)(?:(?:\+|00)?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}"
    r"(?![0-9A-Za-z])(?!\.[0-9])"
)

_CARD: Final = re.compile(r"(?<![0-9A-Za-z])(?<![0-9]\.)[0-9](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])(?!\.[0-9])")
_ISSUERS: Final = re.compile(
    r"62[0-9]{14,17}|4[0-9]{12}(?:[0-9]{3})?|(?:5[1-5]|2[2-7])[0-9]{14}|3[47][0-9]{13}"
    r"|(?:6011|65)[0-9]{12,15}|35[0-9]{14}|3[068][0-9]{12}"
)
"""ISO/IEC 7812: ranges of UnionPay, Visa, Mastercard, American Express, Discover, JCB, Diners."""

_RIGHT: Final = re.compile(r"\b[A-Z]{2}:[a-z_]{1,40}:[^\s,;]+")
"""The id of a right: its number is no telephone's, however it looks."""

_EMAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+-])([A-Za-z0-9._%+-]{1,64})@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24})(?![A-Za-z0-9])"
)
_OFFICES: Final = re.compile(
    r"admin|contact|docket(ing)?|enquir(y|ies)|hello|help|info|ipr?|legal|licens(e|ing)|mail|office|patents?"
    r"|registry|sales|service|support|trademarks?|webmaster"
)
"""Addresses of an office; every other one is taken to be somebody's."""


@dataclass(frozen=True, slots=True)
class Personal:
    """An identifier found: its kind, and the JSON pointer to the text it stands in. Never the identifier."""

    pointer: str
    kind: str


class PersonalDataInEvent(LedgerError):
    """Data of a natural person was about to be hashed into the ledger in clear (PV-1)."""

    code = "PII_IN_EVENT"

    def __init__(self, found: tuple[Personal, ...]) -> None:
        """`found` is not empty."""
        en = ", ".join(f"{_KINDS[each.kind][0]} at {each.pointer or '/'}" for each in found)
        zh = "、".join(f"{each.pointer or '/'} 处的{_KINDS[each.kind][1]}" for each in found)
        super().__init__(
            f"an entry may not hold {en} in clear; commit to it as a confidential field, or leave it out",
            f"条目不得以明文含有{zh}；请作为保密字段登记，或删去",
            found=[{"pointer": each.pointer, "kind": each.kind} for each in found],
        )


def find_personal(value: Any, pointer: str = "") -> Iterator[Personal]:
    """Every identifier in the texts and keys of a JSON value, by pointer and kind."""
    match value:
        case str():
            for kind in _kinds(value):
                yield Personal(pointer, kind)
        case dict():
            for key, member in value.items():
                inner = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
                kinds = _kinds(str(key))
                if kinds:
                    inner = f"{pointer}/<key>"  # the pointer must not repeat what it warns of
                    yield Personal(inner, kinds[0])
                yield from find_personal(member, inner)
        case list() | tuple():
            for index, member in enumerate(value):
                yield from find_personal(member, f"{pointer}/{index}")
        case _:
            return


def refuse_personal(value: Any) -> None:
    """Nothing, or a refusal naming every place.

    Raises:
        PersonalDataInEvent: PII_IN_EVENT.
    """
    found = tuple(dict.fromkeys(find_personal(value)))
    if found:
        raise PersonalDataInEvent(found)


_SUSPECT: Final = re.compile(r"@|[0-9](?:[ -]?[0-9]){10}")
"""Without one of these in it no text holds any identifier: the shortest number has eleven digits."""


def _kinds(text: str) -> list[str]:
    """Kinds of identifiers in a text, full-width digits and invisible signs notwithstanding."""
    folded = text
    if not text.isascii():
        folded = unicodedata.normalize("NFKC", text)
        folded = "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")
    return list(_told(folded)) if _SUSPECT.search(folded) else []


def _told(text: str) -> Iterator[str]:
    folded = _RIGHT.sub(" ", text)
    if any(is_resident_id(match[1]) for match in _RESIDENT.finditer(folded)):
        yield "RESIDENT_ID"
    if _MOBILE.search(folded):
        yield "MOBILE_NUMBER"
    if any(_is_card(re.sub(r"[ -]", "", match[0])) for match in _CARD.finditer(folded)):
        yield "BANK_CARD"
    if any(not _OFFICES.fullmatch(match[1].lower()) for match in _EMAIL.finditer(folded)):
        yield "EMAIL"


def _is_card(number: str) -> bool:
    """A known issuer's range, and the check digit of Luhn (ISO/IEC 7812-1, annex B)."""
    if not _ISSUERS.fullmatch(number):
        return False
    total = 0
    for place, sign in enumerate(reversed(number)):
        digit = int(sign) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0
