"""Members of commands: texts, days, names, money, shares, ids, each refused with a code of its own.

Register files are read leniently (N-2); what a person types is not. A text may hold no control character,
no direction mark, nothing invisible (TEXT_UNREADABLE); a day lies between 1900 and 2200; an amount is an
integer of minor units up to 2^53-1.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Final, NoReturn, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from ledger.errors import InputRejected
from ledger.facts.base import Party, Value
from ledger.facts.parties import Attributes
from ledger.values.dates import parse_day
from ledger.values.money import MINOR_MAX, Money
from ledger.values.rights import parse_right_id
from ledger.values.signs import unreadable_sign

FIRST_DAY: Final = "1900-01-01"
LAST_DAY: Final = "2200-12-31"
LINE_MAX: Final = 500
TEXT_MAX: Final = 4000

_T = TypeVar("_T")


def wrong(code: str, **data: Any) -> NoReturn:
    """Refuse a member with one of the codes of `ledger.reasons`; `data` fills its sentence."""
    raise PydanticCustomError("ledger", "{code}", {"code": code, **data})


def checked(parse: Callable[[_T], Any]) -> Callable[[_T], _T]:
    """A validator that keeps the value if `parse` takes it, and else refuses it with the parser's code."""

    def validate(value: _T) -> _T:
        try:
            parse(value)
        except InputRejected as error:
            told = {name: str(data) for name, data in error.data.items() if name != "code"}
            wrong(error.code, **({"given": value[:40]} if isinstance(value, str) else {}) | told)
        return value

    return validate


def _readable(text: str) -> str:
    sign = unreadable_sign(text)
    if sign is not None:
        wrong("TEXT_UNREADABLE", given=f"{sign.code_point} {sign.name}", position=sign.position)
    if text != text.strip():
        wrong("FIELD_INVALID", expected="no blank at either end")
    return unicodedata.normalize("NFC", text)


def _length(limit: int) -> Callable[[str], str]:
    def validate(text: str) -> str:
        if not text:
            wrong("FIELD_INVALID", expected="a text that is not empty")
        if len(text) > limit:
            wrong("TEXT_TOO_LONG", limit=limit)
        return text

    return validate


def _day(text: str) -> str:
    try:
        parse_day(text)
    except InputRejected:
        wrong("DATE_OUT_OF_RANGE" if _is_a_day(text) else "DATE_INVALID", given=text[:40])
    if not FIRST_DAY <= text <= LAST_DAY:
        wrong("DATE_OUT_OF_RANGE", given=text)
    return text


def _is_a_day(text: str) -> bool:
    """Whether it is a day of the calendar so written, whichever its year."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


Line = Annotated[str, AfterValidator(_length(LINE_MAX)), AfterValidator(_readable)]
"""One line of readable text, in Unicode normalization form C."""

Name = Line
"""The name of a party, as its license or passport has it."""

CommandDay = Annotated[str, AfterValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A legal day `YYYY-MM-DD` (Asia/Shanghai), 1900 to 2200."""

RightId = Annotated[
    str,
    AfterValidator(checked(parse_right_id)),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}:[a-z_]+:.{1,60}$"}),
]
"""A right's id, `CN:patent:201810200002.3`."""

_COMMAND_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


def _command_id(text: str) -> str:
    if not _COMMAND_ID.fullmatch(text):
        wrong(
            "FIELD_INVALID",
            expected="1 to 128 letters, digits and . _ : -, beginning with one of the first two",
        )
    return text


CommandId = Annotated[
    str,
    AfterValidator(_command_id),
    WithJsonSchema({"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$"}),
]
"""The caller's idempotency key."""


def record_ref(prefix: str) -> Any:
    """The type of an id `<prefix>_…` that a caller may give or refer to."""
    return Annotated[str, Field(pattern=rf"^{prefix}_[a-z0-9_-]{{1,60}}$")]


PledgeId = record_ref("pld")
LicenseId = record_ref("lic")
TransferId = record_ref("trf")
ConsentIdSaid = record_ref("cns")
FreezeId = record_ref("frz")
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hex, of a document."""


def minor_amount(value: Any) -> Any:
    """Refuse what is no amount in minor units: a fraction, a negative number, one above 2^53-1."""
    if isinstance(value, bool | float) or not isinstance(value, int):
        wrong("AMOUNT_INVALID", given=str(value)[:40])
    if not 0 <= value <= MINOR_MAX:
        wrong("AMOUNT_TOO_LARGE" if value > 0 else "AMOUNT_INVALID", given=str(value)[:40], limit=MINOR_MAX)
    return value


class Amount(Value):
    """Money as a command says it: `{"minor": 200000000, "currency": "CNY"}` is CNY 2,000,000.00 (N-6)."""

    minor: Annotated[int, BeforeValidator(minor_amount)]
    currency: Annotated[str, AfterValidator(checked(lambda code: Money(0, code)))]

    @property
    def money(self) -> Money:
        """As a value to reckon with."""
        return Money(self.minor, self.currency)


SHARE_MAX: Final = 1_000_000_000
"""The largest denominator of a share that an entry holds."""


def _share(pair: tuple[int, int]) -> tuple[int, int]:
    numerator, denominator = pair
    if not 0 < numerator <= denominator <= SHARE_MAX:
        wrong("FIELD_INVALID", expected="a share [n, d] above 0 and at most 1")
    return pair


ShareSaid = Annotated[tuple[int, int], AfterValidator(_share)]
"""An exact fraction `[n, d]` of the whole right (N-6)."""


class PartySaid(Value):
    """A party to an act: its name, the share it gives or takes, the day it signed, and what rules ask of it.

    Attributes already on the party's file need not be repeated.
    """

    name: Name
    share: ShareSaid | None = None
    signed_on: CommandDay | None = None
    attributes: Attributes = Attributes()

    @property
    def fact(self) -> Party:
        """As it stands in an entry."""
        return Party(name=self.name, share=self.share, on=self.signed_on)

    @property
    def fraction(self) -> Fraction | None:
        """The share as a number."""
        return Fraction(*self.share) if self.share else None


Parties = Annotated[tuple[PartySaid, ...], Field(min_length=1, max_length=100)]


def names_of(*groups: tuple[PartySaid, ...]) -> tuple[str, ...]:
    """All names, each once."""
    return tuple(dict.fromkeys(party.name for group in groups for party in group))


class SignatureSaid(Value):
    """A detached JWS over the command (RFC 7515 appendix F, RFC 7797): who signed, and the two strings."""

    party: Name
    protected: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,2000}$")]
    signature: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,200}$")]


class SourceSaid(Value):
    """Where a report comes from (E-1, J-8): the register or court, its number, the digest of the paper."""

    registry: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_-]{1,30}$", alias="register")]
    number: Annotated[str, AfterValidator(_length(200)), AfterValidator(_readable)]
    digest: Digest | None = None
    media_type: Annotated[str, Field(pattern=r"^[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,80}$")] = "application/json"
