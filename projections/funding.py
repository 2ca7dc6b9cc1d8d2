"""Loans and funds as their dossiers tell them: interest, default, cover, recovery, caps (G-1 to G-7).

Amounts are minor units of `currency`.
"""

from datetime import date, datetime
from typing import Any

from ledger.facts.funding import InsuranceIssued, LossCovered, subsidies_tag
from ledger.rules.loans import refunds
from ledger.rules.schemes import SHIPPED, version
from ledger.statement.base import Recorded
from ledger.statement.funding import Fund, Loan, fund_of, loan_of, subsidies_of
from projections.dossiers import asked, by, dossier
from projections.errors import FundUnknown, LoanUnknown
from projections.flags import warnings
from projections.views import Views

Json = dict[str, Any]

_ID_MAX = 80


def loan(
    views: Views, name: str, *, as_of: date | datetime | None = None, known_at: datetime | None = None
) -> Json:
    """A loan on a day: terms, interest paid, default, who covered the loss, what came in since.

    `uncovered` is what of the loss nobody paid; `refunds` what each who covered it gets of all that was
    recovered, by name (G-4). `subsidies` are those granted to the borrower for this loan.

    Raises:
        LoanUnknown: it was not recorded by then.
        StorageUnavailable, UnknownEventType, EntryMalformed, ChainBroken
    """
    about = asked(views, as_of, known_at)
    recorded = by(dossier(views, f"case:{name}", about.position), about.day) if _is_id(name) else ()
    told = loan_of(recorded)
    if told is None:
        raise LoanUnknown(name)
    fact = told.fact
    granted = subsidies_of(by(dossier(views, subsidies_tag(fact.borrower.name), about.position), about.day))
    return {
        "loan": fact.loan,
        **about.as_json(),
        "lender": fact.lender.name,
        "borrower": fact.borrower.name,
        "currency": fact.principal.currency,
        "principal": fact.principal.minor,
        "drawn_on": fact.drawn_on,
        "due_on": fact.due_on,
        "pledges": list(fact.pledges),
        "state": _state(told, about.day),
        "interest": [{"on": each.paid_on, "minor": each.amount.minor} for each in told.interest],
        "interest_paid": sum(each.amount.minor for each in told.interest),
        "default": None
        if told.default is None
        else {"on": told.default.defaulted_on, "unpaid": told.default.unpaid.minor},
        "loss": told.loss,
        "covered": [_cover(each) for each in told.covered],
        "covered_total": told.covered_total,
        "uncovered": max(0, told.loss - told.covered_total),
        "recovered": [{"on": each.recovered_on, "minor": each.amount.minor} for each in told.recovered],
        "recovered_total": told.recovered_total,
        "refunds": _refunds(told),
        "guarantees": [
            {"by": each.guarantor.name, "limit": each.limit.minor, "on": each.given_on}
            for each in told.guarantees
        ],
        "insurances": [_insurance(each) for each in told.insurances],
        "subsidies": [
            {
                "kind": each.kind,
                "year": each.year,
                "minor": each.granted.minor,
                "on": each.granted_on,
                "policy": each.policy,
            }
            for each in granted.granted
            if each.reference == fact.loan
        ],
        "flags": warnings(recorded),
        "entries": _entries(recorded),
    }


def fund(
    views: Views, name: str, *, as_of: date | datetime | None = None, known_at: datetime | None = None
) -> Json:
    """A fund on a day: balance, and of each bank its exposure, what it was paid and what its caps leave.

    `caps` has one for each scheme in force on the day that caps a bank's compensation: the cap is its part
    of the bank's total loans under the scheme, less all it was paid (G-3); what is left may be more than the
    fund's balance, which is then the limit.

    Raises:
        FundUnknown: it was not established by then.
        StorageUnavailable, UnknownEventType, EntryMalformed, ChainBroken
    """
    about = asked(views, as_of, known_at)
    recorded = by(dossier(views, f"case:{name}", about.position), about.day) if _is_id(name) else ()
    told = fund_of(recorded)
    if told is None:
        raise FundUnknown(name)
    fact = told.fact
    return {
        "fund": fact.fund,
        **about.as_json(),
        "manager": fact.manager.name,
        "currency": fact.balance.currency,
        "initial": fact.balance.minor,
        "paid": fact.balance.minor - told.balance,
        "balance": told.balance,
        "established_on": fact.established_on,
        "banks": [_bank(told, each.name, about.day) for each in fact.banks],
        "payments": [
            {
                "to": bank,
                "loan": each.loan,
                "on": each.paid_on,
                "minor": each.amount.minor,
                "policy": each.policy,
            }
            for bank, each in told.payments
        ],
        "flags": warnings(recorded),
        "entries": _entries(recorded),
    }


def _cover(fact: LossCovered) -> Json:
    return {
        "by": fact.payer.name,
        "capacity": fact.capacity,
        "on": fact.paid_on,
        "minor": fact.amount.minor,
        "fund": fact.fund,
        "insurance": fact.insurance,
        "policy": fact.policy,
    }


def _insurance(fact: InsuranceIssued) -> Json:
    return {
        "insurance": fact.insurance,
        "kind": fact.kind,
        "by": fact.insurer.name,
        "insured": fact.insured.minor,
        "from": fact.issued_on,
        "until": fact.until,
    }


def _refunds(told: Loan) -> dict[str, int]:
    """Each recovery is shared back by itself, as it was when it came in."""
    due: dict[str, int] = {}
    for each in told.recovered:
        for name, minor in refunds(told, each.amount.minor).items():
            due[name] = due.get(name, 0) + minor
    return due


def _bank(told: Fund, bank: str, day: str) -> Json:
    exposure, paid = told.exposure(bank, day), told.paid_to(bank)
    caps = []
    for scheme in sorted({each.scheme for each in SHIPPED}):
        terms = version(scheme, day)
        percent = terms.value("compensation_cap_percent") if terms else None
        if terms is not None and percent is not None:
            cap = exposure * percent // 100
            caps.append({"scheme": scheme, "policy": terms.reference, "cap": cap, "left": max(0, cap - paid)})
    return {"name": bank, "exposure": exposure, "paid": paid, "caps": caps}


def _state(told: Loan, day: str) -> str:
    """`RUNNING`, `DUE` from the day it is to be repaid, `DEFAULTED`."""
    if told.default is not None:
        return "DEFAULTED"
    return "RUNNING" if day < told.fact.due_on else "DUE"


def _entries(recorded: tuple[Recorded, ...]) -> list[int]:
    return [item.record.position for item in recorded]


def _is_id(name: str) -> bool:
    return 0 < len(name) <= _ID_MAX and name.isprintable()
