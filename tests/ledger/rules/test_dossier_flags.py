"""Warnings attached to an act on a pool, a loan or a fund stand in the story of each of them."""

import pytest

from ledger.facts.acts import FlagsRaised
from ledger.rules.compensation import fund_tag
from ledger.rules.loans import loan_tag
from ledger.statement.funding import fund_of, loan_of, subsidies_of
from ledger.statement.pools import pool_of
from tests.ledger.rules.desk import P2, Desk, report, right
from tests.ledger.rules.plans import (
    ORIGINATOR,
    POOL,
    admit,
    collect,
    establish,
    fix,
    fixed_desk,
    form,
    licensed_desk,
    owned,
    two_step,
)
from tests.ledger.rules.test_funding import BANK, BORROWER, claim, default, fund, interest, loan, subsidy


def codes_of(flags):
    return [warning.code for fact in flags for warning in fact.flags]


def pooled(desk):
    """Codes in the story of the pool, and the facts that carry them."""
    flags = pool_of(desk.situation.dossiers[f"pool:{POOL}"]).flags
    assert all(fact.rights or fact.dossiers == (f"pool:{POOL}",) for fact in flags)
    return codes_of(flags)


@pytest.fixture
def borrower():
    pledge = report(
        "CNIPA", "p-1", "pledge.registered", rights=P2, pledge="pld_1", pledgors=[{"name": BORROWER}],
        pledgees=[{"name": BANK}], registered_on="2024-01-10",
    )  # fmt: skip
    owner = right(P2, BORROWER, filed_on="2018-05-20", granted_on="2020-01-03")
    return Desk("2025-02-01").given(owner, pledge, loan())


def story(desk, tag, fold):
    return codes_of(fold(desk.situation.dossiers[tag]).flags)


def test_money_that_lies_with_the_originator_is_told_of_the_pool_though_no_right_is_named():
    desk = fixed_desk()
    desk.given(collect(5_000_00, "2025-02-14", received_by="originator"))
    assert pooled(desk) == ["COMMINGLING"]
    (fact,) = pool_of(desk.situation.dossiers[f"pool:{POOL}"]).flags
    assert (fact.rights, fact.tags()) == ((), (f"pool:{POOL}",))
    assert desk.statement(P2)["flags"] == licensed_desk().statement(P2)["flags"]


def test_a_structure_that_is_doubtful_is_told_of_the_pool_and_of_the_rights_in_it():
    desk = Desk("2025-01-15").given(*owned(P2, owner=ORIGINATOR), form("sale_leaseback"))
    assert pooled(desk) == ["LEASE_INTANGIBLE"]
    desk.given(admit(licenses=False))
    assert pooled(desk) == ["LEASE_INTANGIBLE", "LEASE_INTANGIBLE"]
    assert "LEASE_INTANGIBLE" in [each["code"] for each in desk.statement(P2)["flags"]]


def test_a_risk_of_the_licenses_is_told_of_the_pool_only_where_the_pool_was_named():
    """The two-step license names no pool; the admission of a deal on licenses granted singly does."""
    desk = Desk("2025-01-15").given(*owned(P2), two_step())
    (risk,) = [item.fact for item in desk.situation.rights[P2].recorded if isinstance(item.fact, FlagsRaised)]
    assert (risk.dossiers, "dossiers" in risk.as_data()) == (None, False)
    assert pooled(desk.given(form())) == []


def test_debtors_that_were_not_notified_are_told_of_the_pool():
    desk = licensed_desk().given(admit()).on("2025-02-20").given(fix(), establish())
    assert pooled(desk) == ["DEBTOR_NOT_NOTIFIED"]


def test_a_subsidy_cut_by_its_cap_is_told_of_the_enterprise_and_of_the_loan(borrower):
    borrower.given(loan("loan_2", 20_000_000), interest("loan_1", 400_000), interest("loan_2", 1_200_000))
    borrower.given(subsidy("loan_1", 400_000), subsidy("loan_2", 1_200_000))
    (tag,) = [each for each in borrower.situation.dossiers if each.startswith("case:subsidies/")]
    assert story(borrower, tag, subsidies_of) == ["SUBSIDY_CAP"]
    assert story(borrower, loan_tag("loan_2"), loan_of) == ["SUBSIDY_CAP"]
    assert story(borrower, loan_tag("loan_1"), loan_of) == []


def test_a_capped_compensation_is_told_of_the_loan_and_of_the_fund(borrower):
    fund(borrower)
    borrower.given(loan("loan_0", 18_500_000), default("loan_0", 18_500_000), default())
    borrower.given(claim("loan_0"), claim())
    assert story(borrower, loan_tag("loan_1"), loan_of) == ["COMP_CAP"]
    assert story(borrower, fund_tag("fund_1"), fund_of) == ["COMP_CAP"]
    assert story(borrower, loan_tag("loan_0"), loan_of) == []
    capped = [flag for flag in borrower.statement(P2)["flags"] if flag["code"] == "COMP_CAP"]
    assert len(capped) == 1
