"""Who pays on a defaulted loan: fund, insurer, guarantor; together never more than the loss (G-3 to G-7)."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ledger.entry import EntryClass
from ledger.facts.funding import (
    FundEstablished,
    FundExposureReported,
    FundId,
    InsuranceId,
    LossCovered,
)
from ledger.rules.base import Command, Finding, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.fields import Amount, CommandDay, Line, Parties, PartySaid, RightId, names_of
from ledger.rules.loans import OfLoan, is_known, known_loan, loan_tag, not_to_come, same_currency, told
from ledger.rules.schemes import Version, version
from ledger.rules.situation import Situation
from ledger.statement.funding import Fund, Loan, fund_of
from ledger.statement.reading import pledges_on
from ledger.values.rights import parse_right_id


class EstablishFund(Command):
    """A public fund comes on the ledger, with its balance and its banks."""

    KIND: ClassVar[str] = "establish_fund"
    CLASS: ClassVar[EntryClass] = EntryClass.AUTHORITY
    command: Literal["establish_fund"]
    rights: Annotated[tuple[RightId, ...], Field(max_length=0)] = ()
    fund: FundId
    manager: PartySaid
    balance: Amount
    banks: Parties
    established_on: CommandDay

    def names(self) -> tuple[str, ...]:
        """Manager and banks."""
        return names_of((self.manager,), self.banks)

    def dossiers(self) -> tuple[str, ...]:
        """The fund's."""
        return (fund_tag(self.fund),)


class ReportExposure(Command):
    """A bank's total loans under the scheme of a fund, as of a day."""

    KIND: ClassVar[str] = "report_exposure"
    command: Literal["report_exposure"]
    rights: Annotated[tuple[RightId, ...], Field(max_length=0)] = ()
    fund: FundId
    bank: PartySaid
    total: Amount
    as_of: CommandDay

    def actors(self) -> tuple[str, ...]:
        """The bank."""
        return (self.bank.name,)

    def dossiers(self) -> tuple[str, ...]:
        """The fund's."""
        return (fund_tag(self.fund),)


class ClaimCompensation(OfLoan):
    """The bank claims the loss of a loan from a fund; `rights` are those pledged for it.

    What is paid follows from the scheme: the least of its part of the loss, what the bank's cap leaves, and
    the fund's balance.
    """

    KIND: ClassVar[str] = "claim_compensation"
    command: Literal["claim_compensation"]
    rights: Annotated[tuple[RightId, ...], Field(max_length=1000)] = ()
    fund: FundId
    scheme: Line
    executed_on: CommandDay

    def dossiers(self) -> tuple[str, ...]:
        """The loan's and the fund's."""
        return (loan_tag(self.loan), fund_tag(self.fund))


class CoverLoss(OfLoan):
    """An insurer's or guarantor's payment on the loss of a loan."""

    KIND: ClassVar[str] = "cover_loss"
    command: Literal["cover_loss"]
    payer: PartySaid
    capacity: Literal["insurer", "guarantor"]
    insurance: InsuranceId | None = None
    amount: Amount
    paid_on: CommandDay

    def actors(self) -> tuple[str, ...]:
        """Who pays."""
        return (self.payer.name,)


def fund_tag(fund: str) -> str:
    """The tag of a fund's dossier."""
    return f"case:{fund}"


def compensation(loan: Loan, fund: Fund, terms: Version, day: str) -> int:
    """G-3: the least of the scheme's part of what is still uncovered, the bank's cap, and the balance.

    The cap is a percentage of the bank's total loans under the scheme, less all it was paid: cumulative [D].
    """
    bank = loan.fact.lender.name
    lost = loan.loss - loan.covered_total
    part = loan.loss * (terms.value("compensation_percent") or 0) // 100
    return max(0, min(part, lost, _cap_left(fund, terms, bank, day), fund.balance))


def _cap_left(fund: Fund, terms: Version, bank: str, day: str) -> int:
    cap = fund.exposure(bank, day) * (terms.value("compensation_cap_percent") or 0) // 100
    return cap - fund.paid_to(bank)


def _fund(command: ClaimCompensation | ReportExposure, situation: Situation) -> Fund | None:
    return fund_of(situation.dossiers.get(fund_tag(command.fund), ()))


def _terms(command: ClaimCompensation, loan: Loan | None) -> Version | None:
    """G-8: the version in force on the day of the default."""
    day = loan.default.defaulted_on if loan and loan.default else command.executed_on
    return version(command.scheme, day)


def _known_fund(
    command: ClaimCompensation | ReportExposure, situation: Situation, day: str
) -> Iterator[Finding]:
    """K-1: the fund is on the ledger, and the bank is one of its own."""
    fund = _fund(command, situation)
    if fund is None:
        yield refuse("K-1", "REFERENCE_UNKNOWN", pointer="/fund", reference=command.fund)
    elif isinstance(command, ReportExposure) and not fund.takes_part(command.bank.name):
        yield refuse("G-3", "GRANTOR_NOT_ENTITLED", pointer="/bank", party=command.bank.name)


def _in_force(command: ClaimCompensation, situation: Situation, day: str) -> Iterator[Finding]:
    """G-8: a claim uses the version of the scheme in force on its trigger date."""
    loan = known_loan(command.loan, situation)
    terms = _terms(command, loan)
    if terms is None or terms.value("compensation_percent") is None:
        trigger = loan.default.defaulted_on if loan and loan.default else command.executed_on
        yield refuse("G-8", "POLICY_NOT_IN_FORCE", pointer="/scheme", number=command.scheme, day=trigger)


def _evidence(command: ClaimCompensation, situation: Situation, day: str) -> Iterator[Finding]:
    """G-4: default date, unpaid principal and notices, and a pledge registered when the loan was drawn."""
    loan = known_loan(command.loan, situation)
    if loan is None:
        return
    if loan.default is None:
        yield refuse("G-4", "CLAIM_EVIDENCE_MISSING", pointer="/loan", field="default")
    secured = [
        right
        for right, statement in situation.statements(command.rights)
        if any(pledge["id"] in loan.fact.pledges for pledge in pledges_on(statement, loan.fact.drawn_on))
    ]
    if not secured:
        yield refuse(
            "G-4", "CLAIM_EVIDENCE_MISSING", pointer="/rights", field="registered pledge at drawdown"
        )


def _eligible(command: ClaimCompensation, situation: Situation, day: str) -> Iterator[Finding]:
    """G-3: a loan of a bank of the fund with a patent pledge perfected; a mixed pledge counts then too."""
    loan, fund = known_loan(command.loan, situation), _fund(command, situation)
    if loan is None or fund is None:
        return
    perfected = any(
        parse_right_id(right).kind == "patent"
        and any(pledge["id"] in loan.fact.pledges for pledge in pledges_on(statement, loan.fact.drawn_on))
        for right, statement in situation.statements(command.rights)
    )
    if not (perfected and fund.takes_part(loan.fact.lender.name)):
        yield refuse("G-3", "NOT_ELIGIBLE_LOAN", pointer="/loan", reference=command.loan)


def _payable(command: ClaimCompensation, situation: Situation, day: str) -> Iterator[Finding]:
    """G-3, G-7: what the cap or the balance leaves is paid, the rest is told; nothing left is refused."""
    loan, fund = known_loan(command.loan, situation), _fund(command, situation)
    terms = _terms(command, loan)
    if loan is None or fund is None or terms is None or loan.default is None:
        return
    bank = loan.fact.lender.name
    if loan.fact.principal.currency != fund.fact.balance.currency:
        yield refuse(
            "N-6",
            "CURRENCY_MISMATCH",
            pointer="/fund",
            given=fund.fact.balance.currency,
            expected=loan.fact.principal.currency,
        )
        return
    if loan.covered_total >= loan.loss:
        yield refuse(
            "G-7", "DOUBLE_RECOVERY", pointer="/loan", given=loan.covered_total + loan.loss, limit=loan.loss
        )
        return
    paid = compensation(loan, fund, terms, day)
    owed = min(loan.loss * (terms.value("compensation_percent") or 0) // 100, loan.loss - loan.covered_total)
    report = flag if paid else refuse
    if _cap_left(fund, terms, bank, day) < owed:
        limit = fund.exposure(bank, day) * (terms.value("compensation_cap_percent") or 0) // 100
        yield report("G-3", "COMP_CAP", party=bank, limit=limit, amount=owed - paid)
    if fund.balance < owed:
        yield report("G-3", "FUND_EXHAUSTED", limit=fund.balance, amount=owed)


def _not_above_the_loss(command: CoverLoss, situation: Situation, day: str) -> Iterator[Finding]:
    """G-6, G-7: all sources together never pay more than the loss; an insurance no more than its sum."""
    yield from not_to_come("paid_on", command.paid_on, situation)
    yield from same_currency(command, "amount", command.amount, situation)
    loan = known_loan(command.loan, situation)
    if loan is None:
        return
    if loan.default is None:
        yield refuse("G-4", "CLAIM_EVIDENCE_MISSING", pointer="/loan", field="default")
        return
    total = loan.covered_total + command.amount.minor
    if total > loan.loss:
        yield refuse("G-7", "DOUBLE_RECOVERY", pointer="/amount", given=total, limit=loan.loss)
    yield from _within_its_sum(command, loan)


def _within_its_sum(command: CoverLoss, loan: Loan) -> Iterator[Finding]:
    if command.capacity == "guarantor":
        limits = [each.limit.minor for each in loan.guarantees if each.guarantor.name == command.payer.name]
        paid = sum(each.amount.minor for each in loan.covered if each.payer.name == command.payer.name)
        pointer = "/payer"
    else:
        limits = [each.insured.minor for each in loan.insurances if each.insurance == command.insurance]
        paid = sum(each.amount.minor for each in loan.covered if each.insurance == command.insurance)
        pointer = "/insurance"
    if not limits:
        yield refuse(
            "K-1", "REFERENCE_UNKNOWN", pointer=pointer, reference=command.insurance or command.payer.name
        )
    elif paid + command.amount.minor > sum(limits):
        yield refuse(
            "G-6", "OVER_INSURED", pointer="/amount", given=paid + command.amount.minor, limit=sum(limits)
        )


def _new_fund(command: EstablishFund, situation: Situation, day: str) -> Iterator[Finding]:
    """A fund's id is its own."""
    if fund_of(situation.dossiers.get(fund_tag(command.fund), ())) is not None:
        yield refuse("K-1", "DUPLICATE_ID", pointer="/fund", reference=command.fund)


def _established(command: EstablishFund, situation: Situation) -> tuple[Said, ...]:
    fact = FundEstablished(
        fund=command.fund,
        manager=command.manager.fact,
        balance=told(command.balance),
        banks=tuple(bank.fact for bank in command.banks),
        established_on=command.established_on,
    )
    return (Said(fact),)


def _exposed(command: ReportExposure, situation: Situation) -> tuple[Said, ...]:
    fact = FundExposureReported(
        fund=command.fund, bank=command.bank.fact, total=told(command.total), as_of=command.as_of
    )
    return (Said(fact),)


def _compensated(command: ClaimCompensation, situation: Situation) -> tuple[Said, ...]:
    loan, fund = known_loan(command.loan, situation), _fund(command, situation)
    terms = _terms(command, loan)
    assert loan is not None
    assert fund is not None
    assert terms is not None
    paid = compensation(loan, fund, terms, situation.today)
    fact = LossCovered(
        loan=command.loan,
        payer=fund.fact.manager,
        to=loan.fact.lender,
        capacity="fund",
        amount=told(Amount(minor=paid, currency=loan.fact.principal.currency)),
        paid_on=command.executed_on,
        fund=command.fund,
        policy=terms.reference,
    )
    return (Said(fact),)


def _covered(command: CoverLoss, situation: Situation) -> tuple[Said, ...]:
    loan = known_loan(command.loan, situation)
    assert loan is not None
    fact = LossCovered(
        loan=command.loan,
        payer=command.payer.fact,
        to=loan.fact.lender,
        capacity=command.capacity,
        amount=told(command.amount),
        paid_on=command.paid_on,
        insurance=command.insurance,
    )
    return (Said(fact),)


PROCEDURES: Final = (
    Procedure(EstablishFund, ((Stage.IDENTITY, _new_fund),), _established),
    Procedure(ReportExposure, ((Stage.IDENTITY, _known_fund),), _exposed),
    Procedure(
        ClaimCompensation,
        (
            (Stage.IDENTITY, is_known),
            (Stage.IDENTITY, _known_fund),
            (Stage.FORM, _in_force),
            (Stage.FORM, _evidence),
            (Stage.ENTITLEMENT, _eligible),
            (Stage.FAMILY, _payable),
        ),
        _compensated,
    ),
    Procedure(CoverLoss, ((Stage.IDENTITY, is_known), (Stage.FAMILY, _not_above_the_loss)), _covered),
)

RULES: Final = (
    Rule(
        "G-3",
        "A fund pays the least of the loss, what the bank's cumulative cap leaves, and its balance",
        "风险补偿基金按损失额、银行累计补偿上限余额和基金余额三者中最低者支付",
        "sample policy; reading of the cap as cumulative",
        "SEED; D",
        ("COMP_CAP", "FUND_EXHAUSTED", "NOT_ELIGIBLE_LOAN"),
        home="ledger.rules.compensation:compensation",
    ),
    Rule(
        "G-4",
        "A claim has default date, unpaid principal, notices, a pledge at drawdown; recoveries go back",
        "申请补偿须有违约日期、未偿本金、通知及放款时已登记的质押；追回款按比例返还",
        "design decision",
        "D",
        ("CLAIM_EVIDENCE_MISSING", "REFUND_DUE"),
        home="ledger.rules.compensation:_evidence",
    ),
    Rule(
        "G-7",
        "One loss, several sources: together they pay no more than the loss",
        "同一损失由多方赔付的，合计不得超过损失",
        "design decision",
        "D",
        ("DOUBLE_RECOVERY",),
        home="ledger.rules.compensation:_not_above_the_loss",
    ),
    Rule(
        "G-8",
        "Parameters carry authority, document and validity; a claim uses the version of its trigger date",
        "政策参数须载明制定机关、文号和有效期；申请适用触发日施行的版本",
        "policies change",
        "SEED",
        ("POLICY_NOT_IN_FORCE",),
        home="ledger.rules.compensation:_in_force",
    ),
)
