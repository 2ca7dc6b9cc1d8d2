"""Claims under a pledge: drawn, repaid, assigned, taken over, rolled over, determined.

| event | meaning | class | tags |
|---|---|---|---|
| claim.drawn | money was lent under the pledge | PARTY | asset, party, pledge |
| claim.repaid | money was paid on a claim; a correction never rewrites it (K-9) | PARTY | asset, party, pledge |
| claim.rolled_over | a new loan repaid earlier ones under the same registration (P-14) | PARTY | asset, party, pledge |
| claim.assigned | the claim passed to another creditor, the pledge with it (P-12) | PARTY | asset, party, pledge |
| claim.debtor_replaced | another took the debt over (P-13) | PARTY | asset, party, pledge |
| claim.limitation_interrupted | the limitation period began anew (CC 195) | PARTY | asset, party, pledge |
| pledge.claims_determined | no new claim enters a maximum-amount pledge from here on (P-11) | PARTY; AUTHORITY for a court's notice | asset, party, pledge |
| pledge.held_in_trust | the pledgee of record holds for the creditors named (SEC 4) | PARTY | asset, party, pledge |

Every event carries all rights under its pledge: what is owed is told wherever one of them is asked about.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from ledger.facts.base import Amount, Day, Fact, Party, Share, Text
from ledger.facts.documents import Sha256Hex
from ledger.values.money import parse_rate

ClaimId = Annotated[str, Field(pattern=r"^clm_[a-z0-9_-]{1,60}$")]


def _is_rate(text: str) -> str:
    parse_rate(text)
    return text


Rate = Annotated[str, AfterValidator(_is_rate)]
"""A rate per year as text, `5.8%`: interest runs actual/365 (N-6)."""

Parties = Annotated[tuple[Party, ...], Field(min_length=1, max_length=100)]

DeterminationCause = Literal["request", "no_further_claim", "freeze", "insolvency", "dissolution"]
"""CC 423, but for the end of the agreed period, which needs no event (P-11)."""


class _UnderPledge(Fact):
    REPORTABLE: ClassVar[bool] = False
    pledge: Text
    """`pld_…`"""

    def links(self) -> tuple[str, ...]:
        """The pledge."""
        return (f"pledge:{self.pledge}",)


class ClaimDrawn(_UnderPledge):
    """`amount` was lent on `drawn_on`; it is due on `due_on` where a day is agreed."""

    TYPE: ClassVar[str] = "claim.drawn"
    claim: ClaimId
    amount: Amount
    rate: Rate | None = None
    creditor: Party | None = None
    debtor: Party | None = None
    drawn_on: Day
    due_on: Day | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of the loan."""
        return self.drawn_on

    def parties(self) -> tuple[Party, ...]:
        """Creditor and debtor."""
        return tuple(party for party in (self.creditor, self.debtor) if party)


class ClaimRepaid(_UnderPledge):
    """`interest` and `principal`, in minor units of the claim's currency, were paid on one claim."""

    TYPE: ClassVar[str] = "claim.repaid"
    claim: ClaimId
    interest: Annotated[int, Field(ge=0, le=2**53 - 1)]
    principal: Annotated[int, Field(ge=0, le=2**53 - 1)]
    paid_on: Day
    payer: Party | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of the payment."""
        return self.paid_on

    def parties(self) -> tuple[Party, ...]:
        """Who paid, where told."""
        return (self.payer,) if self.payer else ()


class ClaimRolledOver(_UnderPledge):
    """The new loan `claim` repaid the principal of `replaces`; `agreed_by` are the pledgors who agreed."""

    TYPE: ClassVar[str] = "claim.rolled_over"
    claim: ClaimId
    replaces: Annotated[tuple[ClaimId, ...], Field(min_length=1)]
    amount: Amount
    rate: Rate | None = None
    rolled_on: Day
    due_on: Day | None = None
    agreed_by: Parties

    @property
    def effective_on(self) -> str | None:
        """The day of the new loan."""
        return self.rolled_on

    def parties(self) -> tuple[Party, ...]:
        """The pledgors who agreed."""
        return self.agreed_by


class ClaimAssigned(_UnderPledge):
    """`grantor` assigned its claims to `grantee`; without `claim` all of them, without `share` the whole.

    `follows`: agreed that a part assigned before determination takes the pledge along (CC 421).
    """

    TYPE: ClassVar[str] = "claim.assigned"
    claim: ClaimId | None = None
    grantor: Party
    grantee: Party
    share: Share | None = None
    follows: bool = False
    assigned_on: Day
    notified_on: Day | None = None
    """The day the debtor was told (CC 546): until then it may pay the assignor."""

    @property
    def effective_on(self) -> str | None:
        """The day of the assignment."""
        return self.assigned_on

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return (self.grantor, self.grantee)


class ClaimDebtorReplaced(_UnderPledge):
    """`grantee` took the debt over from `grantor` with the creditor's consent (CC 551).

    `discharged` are third-party pledgors who had not consented in writing: they are free (CC 391).
    """

    TYPE: ClassVar[str] = "claim.debtor_replaced"
    claim: ClaimId | None = None
    grantor: Party
    grantee: Party
    creditor: Party
    replaced_on: Day
    discharged: tuple[Party, ...] = ()

    @property
    def effective_on(self) -> str | None:
        """The day of the takeover."""
        return self.replaced_on

    def parties(self) -> tuple[Party, ...]:
        """Both debtors, the creditor, and the pledgors freed."""
        return (self.grantor, self.grantee, self.creditor, *self.discharged)


class ClaimLimitationInterrupted(_UnderPledge):
    """The limitation period began anew on `interrupted_on`; without `claim` that of every claim."""

    TYPE: ClassVar[str] = "claim.limitation_interrupted"
    claim: ClaimId | None = None
    cause: Literal["demand", "acknowledgment", "suit"]
    interrupted_on: Day
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of the interruption."""
        return self.interrupted_on


class PledgeClaimsDetermined(_UnderPledge):
    """The claims under a maximum-amount pledge were determined on `determined_on`.

    For a freeze that is the day the pledgee learned of it: the court's notice, or earlier knowledge (FRZ 25).
    """

    TYPE: ClassVar[str] = "pledge.claims_determined"
    REPORTABLE: ClassVar[bool] = True
    cause: DeterminationCause
    determined_on: Day
    by: Party | None = None
    """Who asked, or the court whose notice it is."""
    reference: Text | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of determination."""
        return self.determined_on

    def parties(self) -> tuple[Party, ...]:
        """Who asked or gave notice."""
        return (self.by,) if self.by else ()


class PledgeHeldInTrust(_UnderPledge):
    """`trustee`, the pledgee of record, holds the pledge for `creditors` from `held_from` on."""

    TYPE: ClassVar[str] = "pledge.held_in_trust"
    trustee: Party
    creditors: Parties
    held_from: Day

    @property
    def effective_on(self) -> str | None:
        """The day the trust begins."""
        return self.held_from

    def parties(self) -> tuple[Party, ...]:
        """The trustee and those it holds for."""
        return (self.trustee, *self.creditors)
