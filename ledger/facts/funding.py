"""Money around a loan secured by rights: the loan, who stands in for it, what public funds pay.

| event | meaning | class | tags |
|---|---|---|---|
| loan.recorded | a loan was drawn, and the pledges it is secured by | PARTY | case, party, pledge |
| loan.interest_paid | the borrower paid interest | PARTY | case, party |
| loan.defaulted | principal stayed unpaid after notice (G-4) | PARTY | case, party |
| loan.recovered | money came in after a loss was covered; it is shared back (G-4) | PARTY | case |
| guarantee.given | somebody stands in for the loan up to a limit | PARTY | case, party |
| insurance.issued | an insurer covers a risk of the loan or of rights up to a sum (G-6) | PARTY | case, party |
| loss.covered | an insurer, fund or guarantor paid on a loss (G-3, G-6, G-7) | PARTY | case, party |
| fund.established | a public fund that covers part of defaulted loans (G-3) | AUTHORITY | case, party |
| fund.exposure_reported | a bank's total loans under a fund's scheme | PARTY | case, party |
| subsidy.granted | a public refund was granted under a version of a policy (G-1, G-2, G-5) | AUTHORITY | case, party |

A loan's dossier is `case:<loan>`, a fund's `case:<fund>`, an enterprise's subsidies `case:subsidies/<party>`.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Amount, Day, Fact, Party, RightRef, Text
from ledger.facts.documents import Sha256Hex
from ledger.values.parties import party_id

LoanId = Annotated[str, Field(pattern=r"^loan_[a-z0-9_-]{1,60}$")]
FundId = Annotated[str, Field(pattern=r"^fund_[a-z0-9_-]{1,60}$")]
InsuranceId = Annotated[str, Field(pattern=r"^ins_[a-z0-9_-]{1,60}$")]
InsuranceKind = Literal["loan_guarantee", "infringement_loss", "cost"]
LossPayer = Literal["insurer", "fund", "guarantor"]
SubsidyKind = Literal[
    "loan_interest", "valuation_fee", "insurance_premium", "securitization_issue", "securitization_financing"
]


class _OfLoan(Fact):
    rights: tuple[RightRef, ...] = ()
    loan: LoanId

    def links(self) -> tuple[str, ...]:
        """The dossier of the loan."""
        return (f"case:{self.loan}",)


class LoanRecorded(_OfLoan):
    """`lender` lent `principal` to `borrower`; `pledges` secure it."""

    TYPE: ClassVar[str] = "loan.recorded"
    lender: Party
    borrower: Party
    principal: Amount
    drawn_on: Day
    due_on: Day
    pledges: tuple[Text, ...] = ()
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day it was drawn."""
        return self.drawn_on

    def parties(self) -> tuple[Party, ...]:
        """Bank and borrower."""
        return (self.lender, self.borrower)

    def links(self) -> tuple[str, ...]:
        """The loan, and its pledges."""
        return (f"case:{self.loan}", *(f"pledge:{pledge}" for pledge in self.pledges))


class InterestPaid(_OfLoan):
    """Interest actually paid on a day."""

    TYPE: ClassVar[str] = "loan.interest_paid"
    amount: Amount
    paid_on: Day
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of payment."""
        return self.paid_on


class LoanDefaulted(_OfLoan):
    """What stayed unpaid, and the notices given."""

    TYPE: ClassVar[str] = "loan.defaulted"
    defaulted_on: Day
    unpaid: Amount
    notices: Annotated[tuple[Sha256Hex, ...], Field(min_length=1)]

    @property
    def effective_on(self) -> str | None:
        """The day of default."""
        return self.defaulted_on


class LoanRecovered(_OfLoan):
    """Money that came in on a defaulted loan."""

    TYPE: ClassVar[str] = "loan.recovered"
    amount: Amount
    recovered_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day it came in."""
        return self.recovered_on


class GuaranteeGiven(_OfLoan):
    """`guarantor` stands in for the loan up to `limit`."""

    TYPE: ClassVar[str] = "guarantee.given"
    guarantor: Party
    limit: Amount
    given_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day it was given."""
        return self.given_on

    def parties(self) -> tuple[Party, ...]:
        """The guarantor."""
        return (self.guarantor,)


class InsuranceIssued(_OfLoan):
    """`insurer` covers the loan's loss, an infringement's, or its costs, up to `insured` (INS 55)."""

    TYPE: ClassVar[str] = "insurance.issued"
    insurance: InsuranceId
    kind: InsuranceKind
    insurer: Party
    insured: Amount
    insurable: Amount
    issued_on: Day
    until: Day

    @property
    def effective_on(self) -> str | None:
        """The day it was issued."""
        return self.issued_on

    def parties(self) -> tuple[Party, ...]:
        """The insurer."""
        return (self.insurer,)


class LossCovered(_OfLoan):
    """A payment on the loss of a loan, to `to`, who bore it; `fund` names the fund it came from."""

    TYPE: ClassVar[str] = "loss.covered"
    payer: Party
    to: Party
    capacity: LossPayer
    amount: Amount
    paid_on: Day
    fund: FundId | None = None
    insurance: InsuranceId | None = None
    policy: Text | None = None
    """The version of the policy it was paid under."""

    @property
    def effective_on(self) -> str | None:
        """The day of payment."""
        return self.paid_on

    def parties(self) -> tuple[Party, ...]:
        """Who paid, and to whom."""
        return (self.payer, self.to)

    def links(self) -> tuple[str, ...]:
        """The loan, and the fund that paid."""
        return (f"case:{self.loan}", *((f"case:{self.fund}",) if self.fund else ()))


class _OfFund(Fact):
    rights: tuple[RightRef, ...] = ()
    fund: FundId

    def links(self) -> tuple[str, ...]:
        """The dossier of the fund."""
        return (f"case:{self.fund}",)


class FundEstablished(_OfFund):
    """A fund with its first balance and the banks that take part."""

    TYPE: ClassVar[str] = "fund.established"
    manager: Party
    balance: Amount
    banks: Annotated[tuple[Party, ...], Field(min_length=1)]
    established_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day it was established."""
        return self.established_on

    def parties(self) -> tuple[Party, ...]:
        """Manager and banks."""
        return (self.manager, *self.banks)


class FundExposureReported(_OfFund):
    """The total of a bank's loans under the scheme, as of a day."""

    TYPE: ClassVar[str] = "fund.exposure_reported"
    bank: Party
    total: Amount
    as_of: Day

    @property
    def effective_on(self) -> str | None:
        """The day it speaks to."""
        return self.as_of

    def parties(self) -> tuple[Party, ...]:
        """The bank."""
        return (self.bank,)


class SubsidyGranted(Fact):
    """What `enterprise` was granted for `year`, on what basis, under which version of which policy (G-8)."""

    TYPE: ClassVar[str] = "subsidy.granted"
    rights: tuple[RightRef, ...] = ()
    enterprise: Party
    kind: SubsidyKind
    year: Annotated[int, Field(ge=1985, le=2200)]
    basis: Amount
    granted: Amount
    granted_on: Day
    policy: Text
    reference: Text | None = None
    """The loan, insurance or financing it was granted for."""
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day it was granted."""
        return self.granted_on

    def parties(self) -> tuple[Party, ...]:
        """The enterprise."""
        return (self.enterprise,)

    def links(self) -> tuple[str, ...]:
        """The enterprise's subsidies."""
        return (subsidies_tag(self.enterprise.name),)


def subsidies_tag(enterprise: str) -> str:
    """The dossier of all that an enterprise was granted."""
    return f"case:subsidies/{party_id(enterprise)}"
