"""Loans, guarantees and insurance: what is recorded of them, before anybody claims anything (G-6)."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts.base import Amount as AmountTold
from ledger.facts.base import Fact
from ledger.facts.funding import (
    GuaranteeGiven,
    InsuranceId,
    InsuranceIssued,
    InsuranceKind,
    InterestPaid,
    LoanDefaulted,
    LoanId,
    LoanRecorded,
    LoanRecovered,
)
from ledger.rules.base import Command, Finding, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.fields import Amount, CommandDay, Digest, Line, PartySaid, RightId, names_of
from ledger.rules.situation import Situation
from ledger.statement.funding import Loan, loan_of


class OfLoan(Command):
    """A command about a loan and no right."""

    rights: Annotated[tuple[RightId, ...], Field(max_length=1000)] = ()
    loan: LoanId

    def dossiers(self) -> tuple[str, ...]:
        """The loan's."""
        return (loan_tag(self.loan),)


class RecordLoan(OfLoan):
    """A loan as drawn; `pledges` are the pledges that secure it."""

    KIND: ClassVar[str] = "record_loan"
    command: Literal["record_loan"]
    lender: PartySaid
    borrower: PartySaid
    principal: Amount
    drawn_on: CommandDay
    due_on: CommandDay
    pledges: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    document: Digest | None = None

    def names(self) -> tuple[str, ...]:
        """Bank and borrower."""
        return names_of((self.lender, self.borrower))

    def actors(self) -> tuple[str, ...]:
        """The bank."""
        return (self.lender.name,)


class RecordInterest(OfLoan):
    """Interest actually paid, with the receipt."""

    KIND: ClassVar[str] = "record_interest"
    command: Literal["record_interest"]
    amount: Amount
    paid_on: CommandDay
    document: Digest | None = None


class RecordDefault(OfLoan):
    """What of the principal stayed unpaid, and the notices that were given."""

    KIND: ClassVar[str] = "record_default"
    command: Literal["record_default"]
    defaulted_on: CommandDay
    unpaid: Amount
    notices: Annotated[tuple[Digest, ...], Field(max_length=50)] = ()


class RecordRecovery(OfLoan):
    """Money that came in on a defaulted loan, from whatever source but those who covered the loss."""

    KIND: ClassVar[str] = "record_recovery"
    command: Literal["record_recovery"]
    amount: Amount
    recovered_on: CommandDay


class GiveGuarantee(OfLoan):
    """A guarantor stands in for the loan up to a limit."""

    KIND: ClassVar[str] = "give_guarantee"
    command: Literal["give_guarantee"]
    guarantor: PartySaid
    limit: Amount
    given_on: CommandDay

    def actors(self) -> tuple[str, ...]:
        """The guarantor."""
        return (self.guarantor.name,)


class IssueInsurance(OfLoan):
    """An insurance of the loan, or of a risk to what secures it."""

    KIND: ClassVar[str] = "issue_insurance"
    command: Literal["issue_insurance"]
    insurance: InsuranceId | None = None
    kind: InsuranceKind
    insurer: PartySaid
    insured: Amount
    insurable: Amount
    issued_on: CommandDay
    until: CommandDay

    def actors(self) -> tuple[str, ...]:
        """The insurer."""
        return (self.insurer.name,)


def loan_tag(loan: str) -> str:
    """The tag of a loan's dossier."""
    return f"case:{loan}"


def known_loan(loan: str, situation: Situation) -> Loan | None:
    """The loan as recorded."""
    return loan_of(situation.dossiers.get(loan_tag(loan), ()))


def told(amount: Amount) -> AmountTold:
    """Money as it stands in an entry."""
    return AmountTold(minor=amount.minor, currency=amount.currency)


def not_to_come(field: str, day: str, situation: Situation) -> Iterator[Finding]:
    """N-3: what is recorded has happened."""
    if day > situation.today:
        yield refuse("N-3", "DATE_IN_FUTURE", pointer=f"/{field}", given=day)


def same_currency(command: OfLoan, field: str, amount: Amount, situation: Situation) -> Iterator[Finding]:
    """N-6: amounts of one loan are in its currency."""
    loan = known_loan(command.loan, situation)
    if loan is not None and loan.fact.principal.currency != amount.currency:
        yield refuse(
            "N-6",
            "CURRENCY_MISMATCH",
            pointer=f"/{field}",
            given=amount.currency,
            expected=loan.fact.principal.currency,
        )


def is_known(command: OfLoan, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: the loan is on the ledger."""
    if known_loan(command.loan, situation) is None:
        yield refuse("K-1", "REFERENCE_UNKNOWN", pointer="/loan", reference=command.loan)


def _is_new(command: RecordLoan, situation: Situation, day: str) -> Iterator[Finding]:
    """A loan's id is its own, and it is due after it is drawn."""
    if known_loan(command.loan, situation) is not None:
        yield refuse("K-1", "DUPLICATE_ID", pointer="/loan", reference=command.loan)
    if command.due_on < command.drawn_on:
        yield refuse(
            "N-11", "FIELD_INVALID", pointer="/due_on", field="due_on", expected="a day not before drawn_on"
        )
    yield from not_to_come("drawn_on", command.drawn_on, situation)


def _interest(command: RecordInterest, situation: Situation, day: str) -> Iterator[Finding]:
    """G-1: interest counts when it was paid."""
    yield from not_to_come("paid_on", command.paid_on, situation)
    yield from same_currency(command, "amount", command.amount, situation)


def _default(command: RecordDefault, situation: Situation, day: str) -> Iterator[Finding]:
    """G-4: a default has a day, an unpaid principal within the loan's, and notices."""
    yield from not_to_come("defaulted_on", command.defaulted_on, situation)
    yield from same_currency(command, "unpaid", command.unpaid, situation)
    if not command.notices:
        yield refuse("G-4", "CLAIM_EVIDENCE_MISSING", pointer="/notices", field="notices")
    loan = known_loan(command.loan, situation)
    if loan is None:
        return
    if loan.default is not None:
        yield refuse("G-4", "DUPLICATE_REPORT", pointer="/loan", number=command.loan)
    if command.unpaid.minor > loan.fact.principal.minor:
        yield refuse(
            "G-4",
            "FIELD_INVALID",
            pointer="/unpaid",
            field="unpaid",
            expected=f"at most the principal, {loan.fact.principal.minor}",
        )


def _recovery(command: RecordRecovery, situation: Situation, day: str) -> Iterator[Finding]:
    """G-4: what comes in after others covered the loss is due back to them by what each of them bore."""
    yield from not_to_come("recovered_on", command.recovered_on, situation)
    yield from same_currency(command, "amount", command.amount, situation)
    loan = known_loan(command.loan, situation)
    if loan is None:
        return
    if loan.default is None:
        yield refuse("G-4", "CLAIM_EVIDENCE_MISSING", pointer="/loan", field="default")
    elif loan.covered:
        due = refunds(loan, command.amount.minor)
        yield flag(
            "G-4",
            "REFUND_DUE",
            amount=sum(due.values()),
            holder=[f"{name}: {minor}" for name, minor in due.items()],
        )


def refunds(loan: Loan, recovered: int) -> dict[str, int]:
    """What of a recovery each payer gets back: its part of the loss, rounded down; the bank keeps the rest.

    The bank bears what nobody covered, so that its share and the payers' make the loss (G-4).
    """
    if not loan.loss:
        return {}
    due: dict[str, int] = {}
    for each in loan.covered:
        part = recovered * each.amount.minor // loan.loss
        due[each.payer.name] = due.get(each.payer.name, 0) + part
    return due


def _insurable(command: IssueInsurance, situation: Situation, day: str) -> Iterator[Finding]:
    """G-6: the sum insured stays within the insurable value, of all insurers together (INS 55, 56)."""
    yield from same_currency(command, "insured", command.insured, situation)
    loan = known_loan(command.loan, situation)
    others = [
        each
        for each in (loan.insurances if loan else ())
        if each.kind == command.kind and each.until >= command.issued_on
    ]
    total = command.insured.minor + sum(each.insured.minor for each in others)
    limit = min(command.insurable.minor, *(each.insurable.minor for each in others), command.insurable.minor)
    if total > limit:
        yield refuse("G-6", "OVER_INSURED", pointer="/insured", given=total, limit=limit)
    if any(each.insurance == command.insurance for each in others):
        yield refuse("K-1", "DUPLICATE_ID", pointer="/insurance", reference=command.insurance)


def _guarantee(command: GiveGuarantee, situation: Situation, day: str) -> Iterator[Finding]:
    """G-7: a guarantee is in the loan's currency, and given."""
    yield from not_to_come("given_on", command.given_on, situation)
    yield from same_currency(command, "limit", command.limit, situation)


def _one(fact: Fact) -> tuple[Said, ...]:
    return (Said(fact),)


def _recorded(command: RecordLoan, situation: Situation) -> tuple[Said, ...]:
    return _one(
        LoanRecorded(
            rights=command.rights,
            loan=command.loan,
            lender=command.lender.fact,
            borrower=command.borrower.fact,
            principal=told(command.principal),
            drawn_on=command.drawn_on,
            due_on=command.due_on,
            pledges=command.pledges,
            document=command.document,
        )
    )


def _interest_said(command: RecordInterest, situation: Situation) -> tuple[Said, ...]:
    return _one(
        InterestPaid(
            loan=command.loan, amount=told(command.amount), paid_on=command.paid_on, document=command.document
        )
    )


def _default_said(command: RecordDefault, situation: Situation) -> tuple[Said, ...]:
    return _one(
        LoanDefaulted(
            loan=command.loan,
            defaulted_on=command.defaulted_on,
            unpaid=told(command.unpaid),
            notices=command.notices,
        )
    )


def _recovery_said(command: RecordRecovery, situation: Situation) -> tuple[Said, ...]:
    return _one(
        LoanRecovered(loan=command.loan, amount=told(command.amount), recovered_on=command.recovered_on)
    )


def _guarantee_said(command: GiveGuarantee, situation: Situation) -> tuple[Said, ...]:
    return _one(
        GuaranteeGiven(
            loan=command.loan,
            guarantor=command.guarantor.fact,
            limit=told(command.limit),
            given_on=command.given_on,
        )
    )


def _insurance_said(command: IssueInsurance, situation: Situation) -> tuple[Said, ...]:
    return _one(
        InsuranceIssued(
            loan=command.loan,
            insurance=command.insurance or command.new_id("ins"),
            kind=command.kind,
            insurer=command.insurer.fact,
            insured=told(command.insured),
            insurable=told(command.insurable),
            issued_on=command.issued_on,
            until=command.until,
        )
    )


_KNOWN: Final = (Stage.IDENTITY, is_known)

PROCEDURES: Final = (
    Procedure(RecordLoan, ((Stage.IDENTITY, _is_new),), _recorded),
    Procedure(RecordInterest, (_KNOWN, (Stage.FORM, _interest)), _interest_said),
    Procedure(RecordDefault, (_KNOWN, (Stage.FORM, _default)), _default_said),
    Procedure(RecordRecovery, (_KNOWN, (Stage.FAMILY, _recovery)), _recovery_said),
    Procedure(GiveGuarantee, (_KNOWN, (Stage.FORM, _guarantee)), _guarantee_said),
    Procedure(IssueInsurance, (_KNOWN, (Stage.FAMILY, _insurable)), _insurance_said),
)

RULES: Final = (
    Rule(
        "G-6",
        "The sum insured, of several insurers together, stays within the insurable value",
        "保险金额（含多家保险人合计）不得超过保险价值",
        "INS 55–56, 60",
        "V",
        ("OVER_INSURED",),
        home="ledger.rules.loans:_insurable",
    ),
)
