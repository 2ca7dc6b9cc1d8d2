"""How a pledge ends: discharge, enforcement, distribution, judicial sale, loss of the object.

| event | meaning | class | tags |
|---|---|---|---|
| pledge.discharge_asserted | the pledgee released the pledge; its entry still stands in the register (P-21) | PARTY | asset, party, pledge |
| pledge.used_by_pledgee | the pledgee used, licensed or re-pledged the right with the pledgor's consent (P-18) | PARTY | asset, party, pledge |
| pledge.object_replaced | insurance or other money took the place of the right, at the same rank (CC 390) | PARTY; AUTHORITY | asset, party, pledge |
| pledge.top_up_demanded | the value fell and the pledgee asked for more security (CC 433) | PARTY | asset, party, pledge |
| pledge.top_up_provided | it was given, or the debt paid early | PARTY | asset, party, pledge |
| enforcement.started | the pledgee began to realize the pledge (P-23) | PARTY; AUTHORITY for a court's order | asset, party, pledge |
| proceeds.distributed | proceeds were paid out; a correction never rewrites it (K-9, P-24) | PARTY; AUTHORITY | asset, party, pledge |
| judicial_sale.announced | a court offered the right for sale, at a reserve (NETA 10, 26) | AUTHORITY | asset, party |
| judicial_sale.completed | it was sold: pledges end, licenses go on, title passes at service (P-25) | AUTHORITY | asset, party, license |
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Amount, Day, Fact, Party, RightRef, Text, Value
from ledger.facts.claims import ClaimId
from ledger.facts.documents import Sha256Hex

Minor = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""An amount in minor units of the currency told beside it."""

Parties = Annotated[tuple[Party, ...], Field(min_length=1, max_length=100)]

Trigger = Literal["due_unpaid", "agreed_event"]
Method = Literal["conversion", "auction", "sale", "self_sale", "court_sale"]
"""Agreed conversion, auction or sale; sale by the pledgee under its clause; by the court (CC 436, SEC 45)."""


class _UnderPledge(Fact):
    pledge: Text
    """`pld_…`"""

    def links(self) -> tuple[str, ...]:
        """The pledge."""
        return (f"pledge:{self.pledge}",)


class PledgeDischargeAsserted(_UnderPledge):
    """`releasors` released the pledge on `rights`; with `amount` only to that extent.

    `cause` says whether the debt was paid, or the security given up (`waived`, CC 435).
    """

    TYPE: ClassVar[str] = "pledge.discharge_asserted"
    REPORTABLE: ClassVar[bool] = False
    releasors: Parties
    cause: Literal["repaid", "waived", "replaced", "other"]
    amount: Amount | None = None
    released_on: Day
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of the release."""
        return self.released_on

    def parties(self) -> tuple[Party, ...]:
        """Who released it."""
        return self.releasors


class PledgeUsedByPledgee(_UnderPledge):
    """The pledgee did `use` with the right, from `used_from` to `until`, with consent `consent`."""

    TYPE: ClassVar[str] = "pledge.used_by_pledgee"
    REPORTABLE: ClassVar[bool] = False
    pledgee: Party
    use: Literal["use", "license", "repledge"]
    to: tuple[Party, ...] = ()
    consents: tuple[Text, ...] = ()
    """Ids of the pledgors' consents."""
    used_from: Day
    until: Day | None = None

    @property
    def effective_on(self) -> str | None:
        """The first day of the use."""
        return self.used_from

    def parties(self) -> tuple[Party, ...]:
        """The pledgee and the other side."""
        return (self.pledgee, *self.to)


class PledgeObjectReplaced(_UnderPledge):
    """`payer` paid `amount` for the loss of the right; `holder` keeps it for the pledgees (CC 390, SEC 42)."""

    TYPE: ClassVar[str] = "pledge.object_replaced"
    kind: Literal["insurance", "compensation", "expropriation"]
    amount: Amount
    payer: Party | None = None
    holder: Party | None = None
    received_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day the money came."""
        return self.received_on

    def parties(self) -> tuple[Party, ...]:
        """Who paid, and who keeps it."""
        return tuple(party for party in (self.payer, self.holder) if party)


class PledgeTopUpDemanded(_UnderPledge):
    """`pledgee` asked for security of `amount` more, because the right lost value."""

    TYPE: ClassVar[str] = "pledge.top_up_demanded"
    REPORTABLE: ClassVar[bool] = False
    pledgee: Party
    amount: Amount | None = None
    demanded_on: Day
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of the demand."""
        return self.demanded_on

    def parties(self) -> tuple[Party, ...]:
        """The pledgee."""
        return (self.pledgee,)


class PledgeTopUpProvided(_UnderPledge):
    """The pledgee accepted what was given on `provided_on`: the demands made by then are met."""

    TYPE: ClassVar[str] = "pledge.top_up_provided"
    REPORTABLE: ClassVar[bool] = False
    pledgee: Party
    provided_on: Day
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day it was given."""
        return self.provided_on

    def parties(self) -> tuple[Party, ...]:
        """The pledgee."""
        return (self.pledgee,)


class EnforcementStarted(_UnderPledge):
    """`pledgee` realizes the pledge by `method`, because of `trigger`."""

    TYPE: ClassVar[str] = "enforcement.started"
    pledgee: Party
    trigger: Trigger
    event: Text | None = None
    """The agreed event, in words."""
    method: Method
    price: Amount | None = None
    """Of an agreed conversion, at market reference."""
    forum: Text | None = None
    """The court, of a sale by court."""
    started_on: Day
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day it began."""
        return self.started_on

    def parties(self) -> tuple[Party, ...]:
        """The pledgee."""
        return (self.pledgee,)


class PaidOnClaim(Value):
    """What a payment did to one claim."""

    claim: ClaimId
    interest: Minor
    principal: Minor


class Payment(Value):
    """One payment out of the proceeds; `pledge`, `rank`, `interest`, `principal` for a pledgee's."""

    purpose: Literal["costs", "pledge", "surplus"]
    to: tuple[Party, ...] = ()
    pledge: Text | None = None
    rank: Annotated[int, Field(ge=1, le=10_000)] | None = None
    amount: Minor
    interest: Minor = 0
    principal: Minor = 0
    claims: tuple[PaidOnClaim, ...] = ()


class Shortfall(Value):
    """What a pledge did not cover: an unsecured claim on the debtor, never on a third-party pledgor."""

    pledge: Text
    creditors: tuple[Party, ...] = ()
    debtors: tuple[Party, ...] = ()
    amount: Minor


class ProceedsDistributed(Fact):
    """The proceeds of the rights `sold` were paid out (CC 413, 414, 438, 561).

    `rights` also has those that stand under the same pledges, because what is owed under them changed.
    """

    TYPE: ClassVar[str] = "proceeds.distributed"
    sold: Annotated[tuple[RightRef, ...], Field(min_length=1)]
    source: Literal["sale", "conversion", "substitute"] = "sale"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    proceeds: Minor
    payments: tuple[Payment, ...]
    shortfalls: tuple[Shortfall, ...] = ()
    distributed_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day it was paid out."""
        return self.distributed_on

    def parties(self) -> tuple[Party, ...]:
        """Who was paid, and who is still owed by whom."""
        paid = [party for payment in self.payments for party in payment.to]
        owing = [party for each in self.shortfalls for party in each.creditors + each.debtors]
        return (*paid, *owing)

    def links(self) -> tuple[str, ...]:
        """The pledges paid or left short."""
        pledges = [payment.pledge for payment in self.payments if payment.pledge]
        return tuple(f"pledge:{each}" for each in (*pledges, *(short.pledge for short in self.shortfalls)))


class JudicialSaleAnnounced(Fact):
    """A court offers the right in its `round`-th sale at `reserve`; `valuation` is what it was valued at."""

    TYPE: ClassVar[str] = "judicial_sale.announced"
    sale: Text
    """The court's case number."""
    court: Party
    round: Annotated[int, Field(ge=1, le=10)] = 1
    online: bool = True
    valuation: Amount | None = None
    reserve: Amount
    announced_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day of the announcement."""
        return self.announced_on

    def parties(self) -> tuple[Party, ...]:
        """The court."""
        return (self.court,)


class JudicialSaleCompleted(Fact):
    """The right was sold by a court; its ruling was served on the buyer on `served_on` (AUC 26).

    `removed` are licenses the court took off before the sale, being later than and harmful to a prior pledge
    (AUC 28). Every other license goes on; every pledge ends.
    """

    TYPE: ClassVar[str] = "judicial_sale.completed"
    sale: Text
    court: Party
    sellers: tuple[Party, ...] = ()
    buyers: Parties
    price: Amount
    removed: tuple[Text, ...] = ()
    """`lic_…`"""
    served_on: Day
    text: Text | None = None

    @property
    def effective_on(self) -> str | None:
        """The day title passes."""
        return self.served_on

    def parties(self) -> tuple[Party, ...]:
        """The court, and both sides."""
        return (self.court, *self.sellers, *self.buyers)

    def links(self) -> tuple[str, ...]:
        """The licenses taken off."""
        return tuple(f"license:{each}" for each in self.removed)
