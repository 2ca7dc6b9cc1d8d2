"""Loans, funds and subsidies as their dossiers tell them: plain sums of what was recorded (G-1 to G-7)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ledger.facts.acts import FlagsRaised
from ledger.facts.base import Party
from ledger.facts.funding import (
    FundEstablished,
    FundExposureReported,
    GuaranteeGiven,
    InsuranceIssued,
    InterestPaid,
    LoanDefaulted,
    LoanRecorded,
    LoanRecovered,
    LossCovered,
    SubsidyGranted,
)
from ledger.statement.base import Recorded
from ledger.values.parties import same_party


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan as recorded so far, with what was paid on it, lost, covered and recovered."""

    fact: LoanRecorded
    interest: tuple[InterestPaid, ...] = ()
    default: LoanDefaulted | None = None
    recovered: tuple[LoanRecovered, ...] = ()
    guarantees: tuple[GuaranteeGiven, ...] = ()
    insurances: tuple[InsuranceIssued, ...] = ()
    covered: tuple[LossCovered, ...] = ()
    flags: tuple[FlagsRaised, ...] = ()
    """Warnings that came with acts on it."""

    def interest_paid_in(self, year: int) -> int:
        """Interest actually paid in a calendar year, in minor units."""
        return sum(each.amount.minor for each in self.interest if each.paid_on[:4] == str(year))

    @property
    def loss(self) -> int:
        """Unpaid principal, in minor units; 0 before a default."""
        return self.default.unpaid.minor if self.default else 0

    @property
    def covered_total(self) -> int:
        """What all sources together paid on the loss."""
        return sum(each.amount.minor for each in self.covered)

    @property
    def recovered_total(self) -> int:
        """What came in after the default."""
        return sum(each.amount.minor for each in self.recovered)


@dataclass(frozen=True, slots=True)
class Fund:
    """A compensation fund: its balance, and per bank the newest exposure and what was paid to it."""

    fact: FundEstablished
    exposures: tuple[FundExposureReported, ...] = ()
    payments: tuple[tuple[str, LossCovered], ...] = ()
    """Each with the bank it went to."""
    flags: tuple[FlagsRaised, ...] = ()
    """Warnings that came with acts on it."""

    @property
    def balance(self) -> int:
        """What is left, in minor units."""
        return self.fact.balance.minor - sum(each.amount.minor for _, each in self.payments)

    def takes_part(self, bank: str) -> bool:
        """Whether the bank is one of the fund's."""
        return any(same_party(each.name, bank) for each in self.fact.banks)

    def exposure(self, bank: str, day: str) -> int:
        """The bank's total loans under the scheme as last reported by a day."""
        reported = [each for each in self.exposures if same_party(each.bank.name, bank) and each.as_of <= day]
        return max(reported, key=lambda each: each.as_of).total.minor if reported else 0

    def paid_to(self, bank: str) -> int:
        """What the fund paid to the bank so far."""
        return sum(each.amount.minor for name, each in self.payments if same_party(name, bank))


@dataclass(frozen=True, slots=True)
class Subsidies:
    """All that an enterprise was granted."""

    granted: tuple[SubsidyGranted, ...] = field(default_factory=tuple)
    flags: tuple[FlagsRaised, ...] = ()
    """Warnings that came with them."""

    def total(self, kinds: tuple[str, ...], year: int) -> int:
        """Granted of these kinds for a calendar year, in minor units."""
        return sum(each.granted.minor for each in self.granted if each.kind in kinds and each.year == year)

    def years_of(self, reference: str) -> list[int]:
        """The years a financing was subsidized for."""
        return sorted({each.year for each in self.granted if each.reference == reference})

    def basis(self, kind: str, reference: str, year: int) -> int:
        """The basis already refunded for one loan, insurance or financing in a year."""
        return sum(
            each.basis.minor
            for each in self.granted
            if each.kind == kind and each.reference == reference and each.year == year
        )


def loan_of(recorded: Iterable[Recorded]) -> Loan | None:
    """The loan its dossier tells; None where none was recorded."""
    loan: Loan | None = None
    for item in recorded:
        match item.fact:
            case LoanRecorded() as fact if loan is None:
                loan = Loan(fact)
            case InterestPaid() as fact if loan is not None:
                loan = replace(loan, interest=(*loan.interest, fact))
            case LoanDefaulted() as fact if loan is not None:
                loan = replace(loan, default=fact)
            case LoanRecovered() as fact if loan is not None:
                loan = replace(loan, recovered=(*loan.recovered, fact))
            case GuaranteeGiven() as fact if loan is not None:
                loan = replace(loan, guarantees=(*loan.guarantees, fact))
            case InsuranceIssued() as fact if loan is not None:
                loan = replace(loan, insurances=(*loan.insurances, fact))
            case LossCovered() as fact if loan is not None:
                loan = replace(loan, covered=(*loan.covered, fact))
            case FlagsRaised() as fact if loan is not None:
                loan = replace(loan, flags=(*loan.flags, fact))
    return loan


def fund_of(recorded: Iterable[Recorded]) -> Fund | None:
    """The fund its dossier tells; None where none was established."""
    fund: Fund | None = None
    for item in recorded:
        match item.fact:
            case FundEstablished() as fact if fund is None:
                fund = Fund(fact)
            case FundExposureReported() as fact if fund is not None:
                fund = replace(fund, exposures=(*fund.exposures, fact))
            case LossCovered(to=Party() as bank) as fact if fund is not None:
                fund = replace(fund, payments=(*fund.payments, (bank.name, fact)))
            case FlagsRaised() as fact if fund is not None:
                fund = replace(fund, flags=(*fund.flags, fact))
    return fund


def subsidies_of(recorded: Iterable[Recorded]) -> Subsidies:
    """What an enterprise's dossier says it was granted."""
    facts = [item.fact for item in recorded]
    return Subsidies(
        tuple(each for each in facts if isinstance(each, SubsidyGranted)),
        tuple(each for each in facts if isinstance(each, FlagsRaised)),
    )
