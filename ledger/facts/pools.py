"""Securitization: a pool of deals over rights, its tranches, and what happens to them until it is closed.

| event | meaning | class | tags |
|---|---|---|---|
| pool.formed | a product's structure, terms and limits were fixed (S-1) | PARTY | pool, party |
| pool.deal_admitted | a licensee's deal with its rights and receivable came into the pool (S-2, S-5) | PARTY | pool, asset, party, license |
| pool.cut_off | the cut-off balance was fixed (S-6) | PARTY | pool |
| pool.debtor_notified | a debtor learned that its receivable was sold (S-7) | PARTY | pool, party |
| pool.established | the plan was established with its investors (S-9) | PARTY | pool, party |
| pool.collected | money came in on a deal (S-6) | PARTY | pool, party |
| pool.turned_over | the originator paid over what it had received (S-6) | PARTY | pool |
| pool.period_run | a payment period was run, line by line (S-10, S-11) | OPERATOR | pool |
| pool.accelerated | an acceleration event was declared | PARTY | pool |
| pool.deal_defaulted | a licensee failed to pay (S-12) | PARTY | pool, asset, party |
| pool.deal_redeemed | the originator took a deal back, and its rights left the pool (S-13) | PARTY | pool, asset, party |
| pool.deal_substituted | a deal was replaced by another (S-14) | PARTY | pool, asset, party |
| pool.topped_up | money or a further pledge was added for cover (S-15) | PARTY | pool |
| pool.reviewed | values and debtors were looked at again (S-18) | OPERATOR | pool |
| pool.cleaned_up | the tail was bought back (S-16) | PARTY | pool, asset |
| pool.disposal_started | notice of default, with the end of the cure (S-17) | PARTY | pool, asset |
| pool.disposed | a right or receivable was sold after default (S-17) | PARTY | pool, asset |
| pool.closed | everything is paid or written off | PARTY | pool, asset |

A pool's dossier is every entry tagged `pool:<id>`. Facts carry a right where they change whether it is pooled.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, RightRef, Text, Value
from ledger.facts.documents import Sha256Hex

PoolId = Annotated[str, Field(pattern=r"^pol_[a-z0-9_-]{1,60}$")]
DealId = Annotated[str, Field(pattern=r"^deal_[a-z0-9_-]{1,60}$")]
Minor = Annotated[int, Field(ge=0, le=2**53 - 1)]
Rate = Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})?%$")]
"""Per year, `4.20%`."""
Structure = Literal[
    "two_step_license",
    "license_receivable",
    "ip_pledge_loan",
    "supply_chain_receivable",
    "sale_leaseback",
]
DepositedWith = Literal["plan", "originator"]
RedemptionTrigger = Literal["right_invalid", "licensee_default", "agreed", "impairment", "ineligible"]


class Scheduled(Value):
    """An amount due on a day."""

    on: Day
    minor: Minor


class TrancheIssued(Value):
    """A class of securities; `rate` None takes what is left; an empty schedule is pass-through."""

    name: Text
    principal: Minor
    rate: Rate | None = None
    schedule: tuple[Scheduled, ...] = ()


class Enhancement(Value):
    """Somebody who pays what a period lacks, up to `limit`."""

    party: Party
    limit: Minor


class PoolTerms(Value):
    """What the product's documents fix; tranches in order of rank."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    tranches: Annotated[tuple[TrancheIssued, ...], Field(min_length=1)]
    matures_on: Day
    days_of_year: Literal[360, 365] = 365
    reserve_target: Minor = 0
    shortfall_payer: Enhancement | None = None
    guarantor: Enhancement | None = None
    enhanced: Annotated[int, Field(ge=0)] = 1
    overcollateral_percent: Annotated[int, Field(ge=100)] = 100
    """Eligible value over issue size, in percent (S-9)."""
    subscription_minimum: Minor = 0
    licensee_limit_percent: Annotated[int, Field(ge=1, le=100)] = 100
    """The most one licensee may have of the pool (S-5)."""
    mass_redemption_percent: Annotated[int, Field(ge=1, le=100)] = 100
    mass_redemption_count: Annotated[int, Field(ge=1)] = 1000
    cleanup_percent: Annotated[int, Field(ge=0, le=100)] = 10
    substitution_limit_percent: Annotated[int, Field(ge=0, le=100)] = 0
    substitution_until: Day | None = None
    redemption_premium: Rate | None = None
    cover_percent: Annotated[int, Field(ge=0)] = 0
    """Value of the pooled rights over outstanding principal that must not be fallen short of (S-15)."""
    review_months: Annotated[int, Field(ge=1)] = 12


class _OfPool(Fact):
    rights: tuple[RightRef, ...] = ()
    pool: PoolId

    def links(self) -> tuple[str, ...]:
        """The dossier of the pool."""
        return (f"pool:{self.pool}",)


class PoolFormed(_OfPool):
    """A plan and its terms; `manager` holds everything of record for it (S-8)."""

    TYPE: ClassVar[str] = "pool.formed"
    name: Text
    structure: Structure
    originator: Party
    manager: Party
    custodian: Party | None = None
    cut_off_on: Day
    formed_on: Day
    terms: PoolTerms
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day its documents were signed."""
        return self.formed_on

    def parties(self) -> tuple[Party, ...]:
        """Originator, manager, custodian."""
        return (self.originator, self.manager, *((self.custodian,) if self.custodian else ()))


class PooledLicense(Value):
    """The two steps on one right: owner to originator, originator back to the owner (S-2).

    Where the receivable rests on one license alone, that is `step_one`.
    """

    right: RightRef
    step_one: Text
    step_two: Text | None = None


class DealAdmitted(_OfPool):
    """A licensee's deal: `rights` are pooled, `installments` the receivable sold to the plan."""

    TYPE: ClassVar[str] = "pool.deal_admitted"
    deal: DealId
    licensee: Party
    licenses: tuple[PooledLicense, ...] = ()
    principal: Minor
    rate: Rate
    first_on: Day
    """Interest of the deal runs from this day."""
    installments: Annotated[tuple[Scheduled, ...], Field(min_length=1)]
    admitted_on: Day
    disclosed: tuple[RightRef, ...] = ()
    """Rights whose pending invalidation was disclosed to investors (S-5)."""
    replaces: DealId | None = None
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day it came into the pool."""
        return self.admitted_on

    def parties(self) -> tuple[Party, ...]:
        """The licensee."""
        return (self.licensee,)

    def links(self) -> tuple[str, ...]:
        """The pool, and the licenses it rests on."""
        licenses = [name for each in self.licenses for name in (each.step_one, each.step_two) if name]
        return (f"pool:{self.pool}", *(f"license:{name}" for name in licenses))


class PoolCutOff(_OfPool):
    """The balance of all deals on the cut-off day."""

    TYPE: ClassVar[str] = "pool.cut_off"
    cut_off_on: Day
    balance: Minor

    @property
    def effective_on(self) -> str | None:
        """The cut-off day."""
        return self.cut_off_on


class DebtorNotified(_OfPool):
    """The licensee learned that it now owes the plan (CC 546)."""

    TYPE: ClassVar[str] = "pool.debtor_notified"
    deal: DealId
    licensee: Party
    notified_on: Day
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day the notice arrived."""
        return self.notified_on

    def parties(self) -> tuple[Party, ...]:
        """The debtor."""
        return (self.licensee,)


class PoolEstablished(_OfPool):
    """Securities of `issued` were subscribed by `investors` qualified investors."""

    TYPE: ClassVar[str] = "pool.established"
    established_on: Day
    issued: Minor
    subscribed: Minor
    investors: Annotated[int, Field(ge=1)]
    holder_of_record: Party
    reserve: Minor = 0

    @property
    def effective_on(self) -> str | None:
        """The day it was established."""
        return self.established_on

    def parties(self) -> tuple[Party, ...]:
        """Who holds of record."""
        return (self.holder_of_record,)


class CollectionBooked(_OfPool):
    """Money that came in on a deal; with the originator it is the plan's all the same, and commingled (S-6)."""

    TYPE: ClassVar[str] = "pool.collected"
    deal: DealId
    minor: Minor
    received_on: Day
    received_by: DepositedWith = "plan"
    turned_over_on: Day | None = None

    @property
    def effective_on(self) -> str | None:
        """The day it came in."""
        return self.received_on


class CollectionTurnedOver(_OfPool):
    """What the originator had received on a deal on `received_on` was paid over to the plan (S-6)."""

    TYPE: ClassVar[str] = "pool.turned_over"
    deal: DealId
    received_on: Day
    turned_over_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day it was paid over."""
        return self.turned_over_on


class PaidLine(Value):
    """One payment of a period."""

    item: Text
    tranche: Text | None = None
    due: Minor
    paid: Minor


class DrawnFrom(Value):
    """What one source gave."""

    source: Text
    available: Minor
    drawn: Minor


class PeriodRun(_OfPool):
    """Period `number`: inputs, every line, where the money came from, balances after."""

    TYPE: ClassVar[str] = "pool.period_run"
    number: Annotated[int, Field(ge=1)]
    first: Day
    last: Day
    collections: Minor
    taxes: Minor
    fees: Minor
    accelerated: bool = False
    lines: tuple[PaidLine, ...]
    draws: tuple[DrawnFrom, ...]
    principal: tuple[Minor, ...]
    unpaid_interest: tuple[Minor, ...]
    unpaid_costs: Minor = 0
    reserve: Minor = 0
    retained: Minor = 0
    shortfall_payer_used: Minor = 0
    guarantor_used: Minor = 0

    @property
    def effective_on(self) -> str | None:
        """The payment day."""
        return self.last


class PoolAccelerated(_OfPool):
    """From `accelerated_on` on all senior interest and principal goes before anything junior."""

    TYPE: ClassVar[str] = "pool.accelerated"
    accelerated_on: Day
    cause: Text
    """The code of the trigger."""
    trigger: Text | None = None
    """Its id."""

    @property
    def effective_on(self) -> str | None:
        """The day it was declared."""
        return self.accelerated_on


class DealDefaulted(_OfPool):
    """The licensee did not pay `unpaid` that was due on `due_on`; `rights` are those of the deal."""

    TYPE: ClassVar[str] = "pool.deal_defaulted"
    deal: DealId
    due_on: Day
    unpaid: Minor
    defaulted_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day of default."""
        return self.defaulted_on


class DealRedeemed(_OfPool):
    """The originator paid the price; receivable, licenses and pledge return to it, `rights` leave the pool."""

    TYPE: ClassVar[str] = "pool.deal_redeemed"
    deal: DealId
    trigger: RedemptionTrigger
    redeemed_on: Day
    outstanding: Minor
    interest: Minor
    premium: Minor = 0
    paid: Minor

    @property
    def effective_on(self) -> str | None:
        """The day the price was paid."""
        return self.redeemed_on


class DealSubstituted(_OfPool):
    """`deal` left, `by` came in its place; `rights` are those that left."""

    TYPE: ClassVar[str] = "pool.deal_substituted"
    deal: DealId
    by: DealId
    substituted_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day of the change."""
        return self.substituted_on


class PoolToppedUp(_OfPool):
    """Cover was added: money to the reserve, or a further pledge."""

    TYPE: ClassVar[str] = "pool.topped_up"
    minor: Minor = 0
    pledge: Text | None = None
    value: Minor | None = None
    """What the further pledge was taken to be worth."""
    topped_up_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day it was added."""
        return self.topped_up_on


class PoolReviewed(_OfPool):
    """Values and debtors were reviewed on a day."""

    TYPE: ClassVar[str] = "pool.reviewed"
    reviewed_on: Day
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of the review."""
        return self.reviewed_on


class PoolCleanedUp(_OfPool):
    """The originator bought what was left of the pool; `rights` leave it."""

    TYPE: ClassVar[str] = "pool.cleaned_up"
    cleaned_up_on: Day
    price: Minor
    """What was paid."""

    @property
    def effective_on(self) -> str | None:
        """The day the price was paid."""
        return self.cleaned_up_on


class DisposalStarted(_OfPool):
    """Notice of default was given; until 24:00 of `cure_until` the debtor may still pay."""

    TYPE: ClassVar[str] = "pool.disposal_started"
    deal: DealId
    noticed_on: Day
    cure_until: Day

    @property
    def effective_on(self) -> str | None:
        """The day of the notice."""
        return self.noticed_on


class RightDisposed(_OfPool):
    """`rights` or the receivable of a deal were sold or sued for; proceeds go through the waterfall."""

    TYPE: ClassVar[str] = "pool.disposed"
    deal: DealId
    method: Literal["auction", "sale", "enforcement", "judgment"]
    proceeds: Minor
    disposed_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day of disposal."""
        return self.disposed_on


class PoolClosed(_OfPool):
    """Nothing is owed any more, or will be paid; `rights` still pooled are free of it."""

    TYPE: ClassVar[str] = "pool.closed"
    closed_on: Day
    reserve_released: Minor = 0
    """What the reserve and the account still held."""
    written_off: Minor | None = None
    """What the securities were still owed and will never be paid."""

    @property
    def effective_on(self) -> str | None:
        """The day it was closed."""
        return self.closed_on
