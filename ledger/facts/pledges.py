"""Pledges and security interests: the contract, the way to the register, and what the register records.

| event | meaning | class | tags |
|---|---|---|---|
| pledge.contracted | a pledge contract was made: no pledge, no rank yet (P-3) | PARTY | asset, party, pledge |
| pledge.applied | both sides applied for registration at one office (R-2) | PARTY | asset, party, pledge |
| pledge.refused | the office refused to register it on these rights | AUTHORITY | asset, pledge |
| pledge.registered | a pledge stands in the register; its rank follows from this day (P-7) | AUTHORITY; PARTY for US recordings | asset, party, pledge |
| pledge.changed | the registered pledge was changed | same | asset, pledge |
| pledge.extended | the period of its registration was extended (P-20) | AUTHORITY | asset, pledge |
| pledge.assigned | the pledgee of record changed (P-12) | same | asset, party, pledge |
| pledge.released | a release was recorded or the entry struck (P-21) | same | asset, party, pledge |
| pledge.revoked | the office revoked its entry, which counts as never made (R-5) | AUTHORITY | asset, pledge |
| pledge.change_agreed | the parties agreed on a change, which is not registered yet (P-8) | PARTY | asset, party, pledge |
| pledge.rank_swap_agreed | two pledgees agreed to change places (CC 409) | PARTY | asset, party, pledge |
| pledge.ranks_swapped | the register shows the two in each other's place | AUTHORITY | asset, pledge |

A grantee of a security interest is the secured party, never an owner. Addresses of the parties stand in the
contract only (PV-1).
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.acts import ReasonCode
from ledger.facts.base import Amount, Day, Fact, Party, RightRef, Text, Value
from ledger.facts.documents import Sha256Hex

DayTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$")]
"""The time of day `HH:MM:SS` (Asia/Shanghai) a register shows beside its day."""

SecuredItem = Literal[
    "principal", "interest", "default_interest", "liquidated_damages", "damages", "enforcement_costs"
]
"""What a pledge secures unless agreed narrower (CC 389): all of these."""


class MaximumAmount(Value):
    """The terms of a maximum-amount pledge (CC 439, 420): claims arising in a period, up to a cap."""

    cap: Amount
    begins_on: Day | None = None
    ends_on: Day | None = None
    """Last day of the period; None where the contract agrees on none (CC 423(2))."""
    claims: Text
    """Which claims are covered, in the contract's words."""
    earlier_claims: tuple[Text, ...] = ()
    """Claims from before the period that the parties took in."""
    cap_includes_costs: bool = True
    """Interest and costs count toward the cap, unless agreed otherwise (SEC 15)."""


class PledgedAsset(Value):
    """One pledged right as the contract lists it (CC 427, PPM 8, CPM 7)."""

    right: RightRef
    title: Text | None = None
    filed_on: Day | None = None
    granted_on: Day | None = None
    classes: tuple[Annotated[int, Field(ge=1, le=45)], ...] = ()
    """Nice classes of a trademark."""
    items: tuple[Annotated[int, Field(ge=5, le=17)], ...] = ()
    """The property rights in a work, by their numbers in CL art. 10."""
    until: Day | None = None
    """Last day of its term."""
    part: Amount | None = None
    """The part of the debt this right alone secures, where shares are agreed (P-27)."""


class _OfContract(Fact):
    REPORTABLE: ClassVar[bool] = False
    pledge: Text
    """`pld_…`"""

    def links(self) -> tuple[str, ...]:
        """The pledge."""
        return (f"pledge:{self.pledge}",)


class PledgeContracted(_OfContract):
    """A pledge contract: one debt, secured by all of `rights` (P-2, P-27). It gives neither pledge nor rank."""

    TYPE: ClassVar[str] = "pledge.contracted"
    executed_on: Day
    pledgors: Annotated[tuple[Party, ...], Field(min_length=1)]
    debtor: Party
    pledgees: Annotated[tuple[Party, ...], Field(min_length=1)]
    claim: Text
    """The kind of claim secured (`loan`)."""
    amount: Amount | None = None
    """The principal; None in a maximum-amount pledge."""
    debt_from: Day | None = None
    debt_until: Day
    """Last day for performance of the debt."""
    secures: tuple[SecuredItem, ...]
    maximum: MaximumAmount | None = None
    assets: tuple[PledgedAsset, ...]
    earlier_debt: bool | None = None
    """Whether the claim existed before, unsecured (BKL 31(3))."""
    forfeiture_clause: bool = False
    """The contract gives the rights to the pledgee on default (CC 428)."""
    document: Sha256Hex
    """The written contract."""

    def parties(self) -> tuple[Party, ...]:
        """Pledgors, debtor and pledgees."""
        return (*self.pledgors, self.debtor, *self.pledgees)


class PledgeApplied(_OfContract):
    """Both sides applied to one office to register the pledge on `rights`."""

    TYPE: ClassVar[str] = "pledge.applied"
    office: Text
    number: Text | None = None
    """Number of acceptance."""
    filed_on: Day
    applicants: Annotated[tuple[Party, ...], Field(min_length=1)]
    disclosed: tuple[Text, ...] = ()
    """Earlier licenses the application names."""
    proceeds_despite: tuple[Literal["dual_filing", "invalidation"], ...] = ()
    """What both sides declared to know of and to proceed in spite of (P-4(10), (11))."""

    @property
    def effective_on(self) -> str | None:
        """The day it was filed."""
        return self.filed_on

    def parties(self) -> tuple[Party, ...]:
        """The applicants."""
        return self.applicants


class PledgeRefused(Fact):
    """The office refused to register the pledge on `rights`; the other rights are untouched (P-27)."""

    TYPE: ClassVar[str] = "pledge.refused"
    pledge: Text
    """The contract, `pld_…`."""
    registered_on: Day
    """The day of the decision."""
    code: ReasonCode | None = None
    """The ground, as this ledger names it."""
    text: Text | None = None
    """The ground in the office's words."""

    def links(self) -> tuple[str, ...]:
        """The pledge."""
        return (f"pledge:{self.pledge}",)


class _OfPledge(Fact):
    executed_on: Day | None = None
    registered_on: Day | None = None
    text: Text | None = None


class PledgeRegistered(_OfPledge):
    """A pledge of `rights` was registered for `pledgees`."""

    TYPE: ClassVar[str] = "pledge.registered"
    pledge: Text
    """`pld_…`"""
    pledgors: tuple[Party, ...] = ()
    pledgees: tuple[Party, ...] = ()
    lien: bool = False
    """The register calls it a lien or levy rather than an agreement."""
    contract: Text | None = None
    """The contract it rests on (`pld_…`), where that has another id than the entry."""
    registered_time: DayTime | None = None
    amount: Amount | None = None
    """The secured amount as registered."""
    cap: Amount | None = None
    """The registered maximum; it prevails over the contract's (SEC 15)."""
    debt_from: Day | None = None
    debt_until: Day | None = None
    secures: Annotated[tuple[SecuredItem, ...], Field(min_length=1)] | None = None
    until: Day | None = None
    """Last day of the registration itself, where the office gives it one (P-20)."""

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.pledgors + self.pledgees

    def links(self) -> tuple[str, ...]:
        """The pledge, and the contract it rests on."""
        return _links(self.pledge, self.contract)


class PledgeChanged(_OfPledge):
    """The registered pledge was changed; `before` and `after` are the register's words."""

    TYPE: ClassVar[str] = "pledge.changed"
    pledge: Text
    item: Text | None = None
    before: Text | None = None
    after: Text | None = None
    registered_time: DayTime | None = None
    amount: Amount | None = None
    """The secured amount from now on."""
    cap: Amount | None = None
    debt_until: Day | None = None
    secures: Annotated[tuple[SecuredItem, ...], Field(min_length=1)] | None = None

    def links(self) -> tuple[str, ...]:
        """The pledge."""
        return (f"pledge:{self.pledge}",)


class PledgeAssigned(_OfPledge):
    """The secured party conveyed its interest; `pledges` may be empty where the deed names none."""

    TYPE: ClassVar[str] = "pledge.assigned"
    pledges: tuple[Text, ...] = ()
    references: tuple[Text, ...] = ()
    grantors: Annotated[tuple[Party, ...], Field(min_length=1)]
    grantees: Annotated[tuple[Party, ...], Field(min_length=1)]

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.grantors + self.grantees

    def links(self) -> tuple[str, ...]:
        """The pledges named."""
        return tuple(f"pledge:{pledge}" for pledge in self.pledges)


class PledgeReleased(_OfPledge):
    """A release: it frees a right only of a pledge that it names (or clearly means) on that right.

    `references` are the recordings it names, normalized; `pledges` their ids. `omits` are rights under a
    named pledge that this release leaves out: they stay encumbered and are told so.
    """

    TYPE: ClassVar[str] = "pledge.released"
    pledges: tuple[Text, ...] = ()
    references: tuple[Text, ...] = ()
    releasors: tuple[Party, ...] = ()
    beneficiaries: tuple[Party, ...] = ()
    omits: tuple[Text, ...] = ()
    ended_on: Day | None = None
    """The day the register gives for the end, where it gives one."""
    cancelled: Literal[True] | None = None
    """The register struck its entry (注销), which is more than a recorded release (P-21)."""

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.releasors + self.beneficiaries

    def links(self) -> tuple[str, ...]:
        """The pledges named, and the rights left out, whose statement a release can change too."""
        return tuple(f"pledge:{pledge}" for pledge in self.pledges) + tuple(
            f"asset:{right}" for right in self.omits
        )


class PledgeExtended(_OfPledge):
    """The registration runs until 24:00 of `until` (P-20)."""

    TYPE: ClassVar[str] = "pledge.extended"
    pledge: Text
    until: Day

    def links(self) -> tuple[str, ...]:
        """The pledge."""
        return (f"pledge:{self.pledge}",)


class PledgeRevoked(_OfPledge):
    """The office revoked its entry: the pledge counts as never registered (R-5)."""

    TYPE: ClassVar[str] = "pledge.revoked"
    pledge: Text
    cause: Literal["false_papers", "ground_of_refusal", "other"] = "other"

    def links(self) -> tuple[str, ...]:
        """The pledge."""
        return (f"pledge:{self.pledge}",)


class PledgeChangeAgreed(_OfContract):
    """Pledgor and pledgee agreed on a change; towards others it counts from its registration (P-8)."""

    TYPE: ClassVar[str] = "pledge.change_agreed"
    executed_on: Day
    by: Annotated[tuple[Party, ...], Field(min_length=1)]
    amount: Amount | None = None
    cap: Amount | None = None
    debt_until: Day | None = None
    secures: Annotated[tuple[SecuredItem, ...], Field(min_length=1)] | None = None
    document: Sha256Hex | None = None

    def parties(self) -> tuple[Party, ...]:
        """Those who agreed."""
        return self.by


class PledgeRankSwapAgreed(Fact):
    """The pledgees of two pledges agreed to take each other's place; it counts from its registration."""

    TYPE: ClassVar[str] = "pledge.rank_swap_agreed"
    REPORTABLE: ClassVar[bool] = False
    pledges: tuple[Text, Text]
    executed_on: Day
    by: Annotated[tuple[Party, ...], Field(min_length=1)]
    document: Sha256Hex | None = None

    def parties(self) -> tuple[Party, ...]:
        """Those who agreed."""
        return self.by

    def links(self) -> tuple[str, ...]:
        """Both pledges."""
        return tuple(f"pledge:{pledge}" for pledge in self.pledges)


class PledgeRanksSwapped(_OfPledge):
    """The register has the two pledges in each other's place."""

    TYPE: ClassVar[str] = "pledge.ranks_swapped"
    pledges: tuple[Text, Text]

    def links(self) -> tuple[str, ...]:
        """Both pledges."""
        return tuple(f"pledge:{pledge}" for pledge in self.pledges)


def _links(*pledges: str | None) -> tuple[str, ...]:
    return tuple(f"pledge:{pledge}" for pledge in pledges if pledge)
