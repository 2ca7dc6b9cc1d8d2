"""Licenses: the contracts, the open licenses, what registers record, and how the right is used.

| event | meaning | class | tags |
|---|---|---|---|
| license.granted | a license contract was made; it binds its parties without a register (L-1) | PARTY | asset, party, license |
| license.terminated | the contract ended before its time; sublicenses end with it (L-18) | PARTY; AUTHORITY by judgment | asset, party, license |
| license.recordal_filed | the contract was filed for recordal 备案 (L-14) | PARTY | asset, party, license |
| license.recorded | a license contract was recorded (备案) | AUTHORITY; PARTY for US recordings | asset, party, license |
| license.changed | a recorded license was changed | same | asset, license |
| license.ended | the recordal was cancelled | same | asset, license |
| open_license.declared | the owners declared an open license; it is on offer once published (L-12) | PARTY | asset, party, license |
| open_license.accepted | somebody gave notice and paid: a license exists (L-13) | PARTY | asset, party, license |
| open_license.withdrawal_filed | the owners asked for the withdrawal; it counts once announced (L-13) | PARTY | asset, party, license |
| license.offered | an open license (开放许可) was declared | AUTHORITY | asset, license |
| license.offer_withdrawn | the declaration was withdrawn | AUTHORITY | asset, license |
| compulsory_license.granted | the office granted a compulsory license 强制许可 (R-6) | AUTHORITY | asset, party, license |
| use.reported | an owner or licensee used the right (L-6, L-19) | PARTY | asset, party, license |
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from ledger.errors import InputRejected
from ledger.facts.base import Amount, Day, Fact, Party, Text
from ledger.facts.documents import Sha256Hex
from ledger.values.scope_forms import scope_of

LicenseKind = Literal["exclusive", "sole", "ordinary"]
"""独占, 排他, 普通."""

SublicenseAuthority = Literal["none", "ordinary", "exclusive"]
"""What the contract lets the licensee grant in its turn: nothing, ordinary licenses, or any kind."""

TerminationCause = Literal["expiry", "agreement", "breach", "right_ended", "head_ended", "administrator"]

_NAMES: Any = {"type": "array", "items": {"type": "string"}}


def _without_null(form: dict[str, Any]) -> dict[str, Any]:
    if form.get("until", "") is None:
        raise InputRejected(
            "SCOPE_INVALID",
            "scope/until: leave it out where there is no end",
            "许可范围/until：没有终止日的，请不填写",
            pointer="/until",
            reason="null",
        )
    return form


ScopeForm = Annotated[
    dict[str, Any],
    AfterValidator(_without_null),
    WithJsonSchema(
        {
            "type": "object",
            "required": ["acts", "territory", "field", "from"],
            "additionalProperties": False,
            "properties": {
                "acts": _NAMES,
                "territory": _NAMES,
                "field": _NAMES,
                "except": {"type": "object", "additionalProperties": _NAMES},
                "from": {"type": "string", "format": "date"},
                "until": {"type": "string", "format": "date"},
            },
        }
    ),
]
"""A scope as `ledger.values.scope` writes it; one without end has no `until`."""


def _fits(form: dict[str, Any] | None, info: ValidationInfo) -> dict[str, Any] | None:
    """Whether the scope can be read for every right; InputRejected where it cannot."""
    if form is not None:
        for right in info.data.get("rights", ()):
            scope_of(right.split(":")[1], form)
    return form


class _OfLicense(Fact):
    license: Text
    """`lic_…`"""
    executed_on: Day | None = None
    registered_on: Day | None = None
    effective_from: Day | None = None
    text: Text | None = None

    def links(self) -> tuple[str, ...]:
        """The license."""
        return (f"license:{self.license}",)


class LicenseGranted(_OfLicense):
    """`licensors` grant `licensees` a license within `scope` (CC 862, 863).

    `parent` is the license a sublicense comes from; `reverse` says that it goes back to the owner (L-9).
    `subject_to` lists the ordinary licenses an exclusive or sole one leaves standing. `counterpart` is the
    other direction of a cross license under the same `contract`.
    """

    TYPE: ClassVar[str] = "license.granted"
    REPORTABLE: ClassVar[bool] = False
    licensors: Annotated[tuple[Party, ...], Field(min_length=1)]
    licensees: Annotated[tuple[Party, ...], Field(min_length=1)]
    license_kind: LicenseKind
    scope: ScopeForm
    parent: Text | None = None
    reverse: bool = False
    sublicense: SublicenseAuthority = "none"
    subject_to: tuple[Text, ...] = ()
    instead_of_own_use: bool = False
    """The one ordinary license of a sole licensor that cannot exploit the right itself (TCI 27)."""
    contract: Text | None = None
    counterpart: Text | None = None
    fee: Amount | None = None
    fee_terms: Text | None = None
    fee_shared_with: tuple[Party, ...] = ()
    """Co-owners who did not grant and have a claim to their part of the fee (PL 14)."""
    maintained_by: Literal["licensor", "licensee"] = "licensor"
    """Who keeps the right alive (TCI 26)."""
    recordal_due_on: Day | None = None
    """Last day to file it for recordal by the calendar at hand when it was granted (PIR 15)."""
    document: Sha256Hex | None = None
    """The written contract."""

    @property
    def effective_on(self) -> str | None:
        """The day the contract takes effect."""
        return self.effective_from or self.executed_on

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.licensors + self.licensees

    def links(self) -> tuple[str, ...]:
        """The license, the one it comes from, and the other direction."""
        return tuple(f"license:{each}" for each in (self.license, self.parent, self.counterpart) if each)

    _scope_fits = field_validator("scope")(_fits)


class LicenseTerminated(_OfLicense):
    """The license ended at 00:00 of `ended_on`, and every sublicense under it at the same instant."""

    TYPE: ClassVar[str] = "license.terminated"
    cause: TerminationCause
    by: tuple[Party, ...] = ()
    ended_on: Day
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day it ends."""
        return self.ended_on

    def parties(self) -> tuple[Party, ...]:
        """Who ended it."""
        return self.by


class LicenseRecordalFiled(_OfLicense):
    """The license was filed with the office for recordal; it is on record only by `license.recorded`."""

    TYPE: ClassVar[str] = "license.recordal_filed"
    REPORTABLE: ClassVar[bool] = False
    by: Annotated[tuple[Party, ...], Field(min_length=1)]
    filed_on: Day
    number: Text | None = None
    """The office's number for the application."""

    @property
    def effective_on(self) -> str | None:
        """The day of filing."""
        return self.filed_on

    def parties(self) -> tuple[Party, ...]:
        """Who filed."""
        return self.by


class LicenseRecorded(_OfLicense):
    """A license was recorded; a missing kind is an ordinary license (L-1).

    Where `license` is a license granted on this ledger, this is its recordal. `scope` is given where the
    register tells it; a license whose scope nobody tells may cover the whole right.
    """

    TYPE: ClassVar[str] = "license.recorded"
    licensors: tuple[Party, ...] = ()
    licensees: tuple[Party, ...] = ()
    license_kind: Literal["exclusive", "sole", "ordinary"] | None = None
    scope: ScopeForm | None = None

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.licensors + self.licensees

    _scope_fits = field_validator("scope")(_fits)


class LicenseChanged(_OfLicense):
    """The recordal of a license was changed; `before` and `after` are the register's words."""

    TYPE: ClassVar[str] = "license.changed"
    item: Text | None = None
    before: Text | None = None
    after: Text | None = None


class LicenseEnded(_OfLicense):
    """The recordal of a license was cancelled."""

    TYPE: ClassVar[str] = "license.ended"
    ended_on: Day | None = None


class OpenLicenseDeclared(_OfLicense):
    """The owners declare to license anybody for `fee`, paid as `fee_terms` says (PL 50, PIR 85).

    Nothing is on offer before the office publishes it (`license.offered` of the same `license`).
    """

    TYPE: ClassVar[str] = "open_license.declared"
    REPORTABLE: ClassVar[bool] = False
    declarants: Annotated[tuple[Party, ...], Field(min_length=1)]
    fee: Amount
    fee_terms: Text
    offered_from: Day
    offered_until: Day

    def parties(self) -> tuple[Party, ...]:
        """The owners."""
        return self.declarants


class OpenLicenseAccepted(_OfLicense):
    """An ordinary license from the later of notice and payment, without the owner's signature (PL 51)."""

    TYPE: ClassVar[str] = "open_license.accepted"
    REPORTABLE: ClassVar[bool] = False
    offer: Text
    """`lic_…` of the open license."""
    licensees: Annotated[tuple[Party, ...], Field(min_length=1)]
    notified_on: Day
    paid_on: Day
    fee: Amount
    until: Day | None = None

    @property
    def effective_on(self) -> str | None:
        """The later of notice and payment."""
        return max(self.notified_on, self.paid_on)

    def parties(self) -> tuple[Party, ...]:
        """The takers."""
        return self.licensees

    def links(self) -> tuple[str, ...]:
        """The license and the offer."""
        return (f"license:{self.license}", f"license:{self.offer}")


class OpenLicenseWithdrawalFiled(_OfLicense):
    """The owners ask the office to withdraw the open license."""

    TYPE: ClassVar[str] = "open_license.withdrawal_filed"
    REPORTABLE: ClassVar[bool] = False
    by: Annotated[tuple[Party, ...], Field(min_length=1)]
    filed_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day of filing."""
        return self.filed_on

    def parties(self) -> tuple[Party, ...]:
        """The owners."""
        return self.by


class LicenseOffered(_OfLicense):
    """The owner declared an open license (PL 50); fee and term where the announcement tells them."""

    TYPE: ClassVar[str] = "license.offered"
    fee: Amount | None = None
    fee_terms: Text | None = None
    offered_until: Day | None = None


class LicenseOfferWithdrawn(_OfLicense):
    """The open license was withdrawn; licenses already taken continue (L-13)."""

    TYPE: ClassVar[str] = "license.offer_withdrawn"


class CompulsoryLicenseGranted(_OfLicense):
    """A compulsory license: non-exclusive, never sublicensed, of the decision's scope and time (R-6; PL 60, 61)."""

    TYPE: ClassVar[str] = "compulsory_license.granted"
    licensees: Annotated[tuple[Party, ...], Field(min_length=1)]
    scope: ScopeForm | None = None
    until: Day | None = None

    def parties(self) -> tuple[Party, ...]:
        """The licensees."""
        return self.licensees

    _scope_fits = field_validator("scope")(_fits)


class UseReported(Fact):
    """`user` used the right within `scope`; `under` is the license it relies on."""

    TYPE: ClassVar[str] = "use.reported"
    user: Party
    scope: ScopeForm
    under: Text | None = None

    @property
    def effective_on(self) -> str | None:
        """The first day of use."""
        return str(self.scope["from"])

    def parties(self) -> tuple[Party, ...]:
        """The user."""
        return (self.user,)

    def links(self) -> tuple[str, ...]:
        """The license relied on."""
        return (f"license:{self.under}",) if self.under else ()

    _scope_fits = field_validator("scope")(_fits)
