"""Public refunds: loan interest, valuation fees, insurance premiums, securitization (G-1, G-2, G-5).

What is granted follows from the version of the scheme in force at the end of the year claimed for, never from
the claim: the caller names the basis, the rules reckon.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ledger.entry import EntryClass
from ledger.facts.funding import LoanId, SubsidyGranted, SubsidyKind, subsidies_tag
from ledger.rules.base import Command, Finding, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.fields import Amount, CommandDay, Digest, Line, PartySaid, RightId
from ledger.rules.loans import known_loan, loan_tag, told
from ledger.rules.schemes import Version, version
from ledger.rules.situation import Situation
from ledger.statement.funding import Subsidies, subsidies_of
from ledger.values.parties import same_party


class ClaimSubsidy(Command):
    """`enterprise` claims a refund for a calendar year, on the basis of what it paid or raised.

    The basis of interest is what the loan's dossier says was paid that year, if that is less than `basis`.
    """

    KIND: ClassVar[str] = "claim_subsidy"
    CLASS: ClassVar[EntryClass] = EntryClass.AUTHORITY
    command: Literal["claim_subsidy"]
    rights: Annotated[tuple[RightId, ...], Field(max_length=0)] = ()
    enterprise: PartySaid
    kind: SubsidyKind
    scheme: Line
    year: Annotated[int, Field(ge=1985, le=2200)]
    basis: Amount
    loan: LoanId | None = None
    reference: Line | None = None
    executed_on: CommandDay
    document: Digest | None = None

    def names(self) -> tuple[str, ...]:
        """The enterprise."""
        return (self.enterprise.name,)

    def dossiers(self) -> tuple[str, ...]:
        """The enterprise's subsidies, and the loan's dossier."""
        loan = (loan_tag(self.loan),) if self.loan else ()
        return (subsidies_tag(self.enterprise.name), *loan)

    @property
    def about(self) -> str | None:
        """What it is claimed for: the loan, or the insurance, report or financing named."""
        return self.loan or self.reference

    @property
    def trigger_date(self) -> str:
        """The last day of the year claimed for, or the day of the claim if that is earlier."""
        return min(f"{self.year}-12-31", self.executed_on)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a claim comes to: basis counted, full amount by rate, what the cap leaves of it."""

    basis: int
    full: int
    granted: int
    cap: int | None


def reckon(command: ClaimSubsidy, terms: Version, before: Subsidies, paid: int | None) -> Reckoned:
    """G-1, G-2, G-5: a percentage of the basis, within what the yearly cap of its kind leaves."""
    claimed = command.basis.minor if paid is None else min(command.basis.minor, paid)
    basis = max(0, claimed - before.basis(command.kind, command.about or "", command.year))
    full = basis * (terms.value(f"{command.kind}_percent") or 0) // 100
    cap = terms.value(f"{command.kind}_cap")
    left = full if cap is None else cap - before.total((command.kind,), command.year)
    return Reckoned(basis, full, max(0, min(full, left)), cap)


def _before(command: ClaimSubsidy, situation: Situation) -> Subsidies:
    return subsidies_of(situation.dossiers.get(subsidies_tag(command.enterprise.name), ()))


def _paid(command: ClaimSubsidy, situation: Situation) -> int | None:
    """Interest paid in the year by the loan's dossier; None for other kinds."""
    if command.kind != "loan_interest":
        return None
    loan = known_loan(command.loan, situation) if command.loan else None
    return loan.interest_paid_in(command.year) if loan else 0


def _reckoned(command: ClaimSubsidy, situation: Situation) -> Reckoned | None:
    terms = version(command.scheme, command.trigger_date)
    if terms is None:
        return None
    return reckon(command, terms, _before(command, situation), _paid(command, situation))


def _in_force(command: ClaimSubsidy, situation: Situation, day: str) -> Iterator[Finding]:
    """G-8: the scheme has something of this kind in force on the trigger date."""
    terms = version(command.scheme, command.trigger_date)
    if terms is None or terms.value(f"{command.kind}_percent") is None:
        yield refuse(
            "G-8",
            "POLICY_NOT_IN_FORCE",
            pointer="/scheme",
            number=command.scheme,
            day=command.trigger_date,
        )


def _interest_was_paid(command: ClaimSubsidy, situation: Situation, day: str) -> Iterator[Finding]:
    """G-1: only interest actually paid, by this enterprise, on a loan that is on the ledger, is refunded."""
    if command.kind != "loan_interest":
        return
    loan = known_loan(command.loan, situation) if command.loan else None
    if loan is None or not same_party(loan.fact.borrower.name, command.enterprise.name):
        yield refuse("K-1", "REFERENCE_UNKNOWN", pointer="/loan", reference=command.loan)
    elif loan.interest_paid_in(command.year) < command.basis.minor:
        yield refuse("G-1", "INTEREST_NOT_PAID", pointer="/basis", amount=command.basis.minor)


def _payment_is_proven(command: ClaimSubsidy, situation: Situation, day: str) -> Iterator[Finding]:
    """G-2: half of a fee or premium that was paid, which a receipt proves."""
    if command.kind in {"valuation_fee", "insurance_premium"} and command.document is None:
        yield refuse("G-2", "NO_PAYMENT_PROOF", pointer="/document", amount=command.basis.minor)


def _within_its_years(command: ClaimSubsidy, situation: Situation, day: str) -> Iterator[Finding]:
    """G-5: a financing is subsidized for as many years as the scheme says."""
    terms = version(command.scheme, command.trigger_date)
    years = terms.value(f"{command.kind}_years") if terms else None
    if years is None:
        return
    if command.reference is None:
        yield refuse("G-5", "FIELD_MISSING", pointer="/reference", field="reference")
        return
    taken = _before(command, situation).years_of(command.reference)
    if command.year not in taken and len(taken) >= years:
        yield refuse("G-5", "SUBSIDY_TERM", pointer="/year", reference=command.reference, limit=years)


def _within_its_cap(command: ClaimSubsidy, situation: Situation, day: str) -> Iterator[Finding]:
    """G-1, G-5: what the yearly cap leaves is granted and the cut told; nothing left is refused."""
    reckoned = _reckoned(command, situation)
    if reckoned is None:
        return
    taken = _before(command, situation).basis(command.kind, command.about or "", command.year)
    if taken and reckoned.basis == 0:
        yield refuse("G-7", "DOUBLE_RECOVERY", pointer="/basis", given=command.basis.minor, limit=0)
    elif reckoned.granted < reckoned.full:
        report = flag if reckoned.granted else refuse
        yield report(
            "G-1",
            "SUBSIDY_CAP",
            party=command.enterprise.name,
            limit=reckoned.cap,
            amount=reckoned.granted,
        )


def _granted(command: ClaimSubsidy, situation: Situation) -> tuple[Said, ...]:
    terms = version(command.scheme, command.trigger_date)
    reckoned = _reckoned(command, situation)
    assert terms is not None
    assert reckoned is not None
    fact = SubsidyGranted(
        enterprise=command.enterprise.fact,
        kind=command.kind,
        year=command.year,
        basis=told(Amount(minor=reckoned.basis, currency=command.basis.currency)),
        granted=told(Amount(minor=reckoned.granted, currency=command.basis.currency)),
        granted_on=command.executed_on,
        policy=terms.reference,
        reference=command.about,
        document=command.document,
    )
    return (Said(fact),)


PROCEDURES: Final = (
    Procedure(
        ClaimSubsidy,
        (
            (Stage.FORM, _in_force),
            (Stage.FORM, _interest_was_paid),
            (Stage.FORM, _payment_is_proven),
            (Stage.FAMILY, _within_its_years),
            (Stage.FAMILY, _within_its_cap),
        ),
        _granted,
    ),
)

RULES: Final = (
    Rule(
        "G-1",
        "A percentage of interest actually paid, within a cap per enterprise and calendar year",
        "贷款贴息：按实际支付利息的比例补贴，每家企业每年合计不超过上限",
        "sample policy, Dongguan",
        "SEED",
        ("SUBSIDY_CAP", "INTEREST_NOT_PAID"),
        home="ledger.rules.subsidies:_interest_was_paid",
    ),
    Rule(
        "G-2",
        "Valuation fees and insurance premiums: half of what was paid",
        "评估费和质押保险费：按实际支付额的一半补贴",
        "sample policy",
        "SEED",
        ("NO_PAYMENT_PROOF",),
        home="ledger.rules.subsidies:_payment_is_proven",
    ),
    Rule(
        "G-5",
        "Securitization: percentages of issue and of financing, with yearly caps and at most three years",
        "知识产权证券化补贴：按发行额、融资额的比例，设年度上限，单笔融资不超过三年",
        "sample policy",
        "SEED",
        ("SUBSIDY_CAP", "SUBSIDY_TERM"),
        home="ledger.rules.subsidies:_within_its_years",
    ),
)
