"""Loans, insurance, the compensation fund and subsidies, with their caps (G-1 to G-8)."""

import pytest

from ledger.facts.funding import LossCovered, SubsidyGranted
from ledger.rules.compensation import fund_tag
from ledger.rules.loans import loan_tag
from ledger.rules.schemes import read_provisions, version
from ledger.statement.funding import fund_of, loan_of
from tests.ledger.rules.desk import DIGEST, P2, T1, Desk, codes, report, right

BANK, BORROWER, MANAGER, INSURER = "乙银行", "甲公司", "知识产权风险补偿基金管理中心", "某保险公司"
YEAR = 2024


def cny(yuan):
    return {"minor": yuan * 100, "currency": "CNY"}


def loan(id_="loan_1", principal=5_000_000, **members):
    return {
        "command": "record_loan", "loan": id_, "lender": {"name": BANK}, "borrower": {"name": BORROWER},
        "principal": cny(principal), "drawn_on": "2024-01-15", "due_on": "2025-01-14", "pledges": ["pld_1"],
        **members,
    }  # fmt: skip


def interest(id_, yuan, paid_on="2024-06-20"):
    return {"command": "record_interest", "loan": id_, "amount": cny(yuan), "paid_on": paid_on}


def subsidy(id_, yuan, **members):
    return {
        "command": "claim_subsidy", "enterprise": {"name": BORROWER}, "kind": "loan_interest",
        "scheme": "dongguan", "year": YEAR, "basis": cny(yuan), "loan": id_, "executed_on": "2025-02-01",
        **members,
    }  # fmt: skip


def granted(decision):
    return [each.fact.granted.minor // 100 for each in decision.said if isinstance(each.fact, SubsidyGranted)]


@pytest.fixture
def desk():
    pledged = report(
        "CNIPA", "p-1", "pledge.registered", rights=P2, pledge="pld_1", pledgors=[{"name": BORROWER}],
        pledgees=[{"name": BANK}], registered_on="2024-01-10",
    )  # fmt: skip
    return Desk("2025-02-01").given(
        right(P2, BORROWER, filed_on="2018-05-20", granted_on="2020-01-03"), pledged, loan()
    )


@pytest.mark.rule("G-1", "accepts")
@pytest.mark.rule("G-1", "flags")
def test_s24_interest_subsidy_up_to_the_cap_of_the_enterprise_and_year(desk):
    """S24: 400,000 and 1,200,000 of interest: 280,000, then min(840,000, 720,000); together 1,000,000."""
    desk.given(loan("loan_2", 20_000_000), interest("loan_1", 400_000), interest("loan_2", 1_200_000))
    first = desk.submit(subsidy("loan_1", 400_000))
    assert (granted(first), first.flags) == ([280_000], ())
    second = desk.submit(subsidy("loan_2", 1_200_000))
    assert (granted(second), second.flags) == ([720_000], ("SUBSIDY_CAP",))


@pytest.mark.rule("G-1", "refuses")
def test_interest_that_was_not_paid_is_not_refunded(desk):
    assert codes(desk.submit(subsidy("loan_1", 1))) == ["INTEREST_NOT_PAID"]
    desk.given(interest("loan_1", 100, "2023-12-31"))
    assert codes(desk.submit(subsidy("loan_1", 100))) == ["INTEREST_NOT_PAID"]


def test_the_same_interest_is_refunded_once(desk):
    desk.given(interest("loan_1", 100), subsidy("loan_1", 100))
    assert codes(desk.submit(subsidy("loan_1", 100))) == ["DOUBLE_RECOVERY"]


def test_nothing_is_left_under_the_cap(desk):
    desk.given(interest("loan_1", 2_000_000), subsidy("loan_1", 1_500_000))
    assert codes(desk.submit(subsidy("loan_1", 2_000_000))) == ["SUBSIDY_CAP"]


def test_the_interest_of_another_enterprise_is_not_its_own(desk):
    assert codes(desk.submit(subsidy("loan_1", 1, enterprise={"name": "丙公司"}))) == ["REFERENCE_UNKNOWN"]


@pytest.mark.rule("G-2", "accepts")
@pytest.mark.rule("G-2", "refuses")
@pytest.mark.parametrize("kind", ["valuation_fee", "insurance_premium"])
def test_half_of_a_fee_is_refunded_against_a_receipt(desk, kind):
    claim = {
        "command": "claim_subsidy", "enterprise": {"name": BORROWER}, "kind": kind, "scheme": "dongguan",
        "year": YEAR, "basis": cny(30_001), "reference": "report 7", "executed_on": "2025-02-01",
    }  # fmt: skip
    assert codes(desk.submit(claim)) == ["NO_PAYMENT_PROOF"]
    assert [each.fact.granted.minor for each in desk.submit(claim, document=DIGEST).said] == [1_500_050]


def fund(desk, balance=50_000_000, exposure=200_000_000):
    desk.given(
        {
            "command": "establish_fund", "fund": "fund_1", "manager": {"name": MANAGER},
            "balance": cny(balance), "banks": [{"name": BANK}], "established_on": "2020-01-01",
        },
        {
            "command": "report_exposure", "fund": "fund_1", "bank": {"name": BANK}, "total": cny(exposure),
            "as_of": "2024-12-31",
        },
    )  # fmt: skip


def default(id_="loan_1", unpaid=2_500_000, **members):
    return {
        "command": "record_default", "loan": id_, "defaulted_on": "2025-01-20", "unpaid": cny(unpaid),
        "notices": [DIGEST], **members,
    }  # fmt: skip


def claim(id_="loan_1", **members):
    return {
        "command": "claim_compensation", "loan": id_, "fund": "fund_1", "scheme": "dongguan",
        "rights": [P2], "executed_on": "2025-02-01", **members,
    }  # fmt: skip


def paid(decision):
    return [each.fact.amount.minor // 100 for each in decision.said if isinstance(each.fact, LossCovered)]


@pytest.mark.rule("G-3", "accepts")
@pytest.mark.rule("G-3", "flags")
@pytest.mark.rule("G-4", "accepts")
@pytest.mark.rule("G-8", "accepts")
def test_s24_the_fund_pays_what_the_banks_cumulative_cap_leaves(desk):
    """S24: total 200,000,000, compensated 18,500,000, new loss 2,500,000: 1,500,000, COMP_CAP on the rest."""
    fund(desk)
    desk.given(loan("loan_0", 18_500_000), default("loan_0", 18_500_000), default())
    assert paid(desk.submit(claim("loan_0"))) == [18_500_000]
    compensated = desk.submit(claim())
    assert (paid(compensated), compensated.flags) == ([1_500_000], ("COMP_CAP",))
    (capped,) = [each for each in compensated.findings if each.code == "COMP_CAP"]
    assert capped.data["amount"] == 100_000_000
    assert fund_of(desk.situation.dossiers[fund_tag("fund_1")]).balance == 3_000_000_000


@pytest.mark.rule("G-3", "refuses")
def test_a_fund_that_is_empty_pays_nothing(desk):
    fund(desk, balance=0)
    desk.given(default())
    assert codes(desk.submit(claim())) == ["FUND_EXHAUSTED"]


@pytest.mark.rule("G-3", "refuses")
def test_a_loan_on_a_trademark_alone_is_not_the_funds(desk):
    fund(desk)
    pledged = report(
        "CNIPA", "p-2", "pledge.registered", rights=T1, pledge="pld_2", pledgors=[{"name": BORROWER}],
        pledgees=[{"name": BANK}], registered_on="2024-01-10",
    )  # fmt: skip
    desk.given(right(T1, BORROWER), pledged, loan("loan_2", pledges=["pld_2"]), default("loan_2"))
    assert codes(desk.submit(claim("loan_2", rights=[T1]))) == ["NOT_ELIGIBLE_LOAN"]


@pytest.mark.rule("G-4", "refuses")
def test_a_claim_without_default_or_registered_pledge_lacks_evidence(desk):
    fund(desk)
    assert codes(desk.submit(claim(rights=[]))) == ["CLAIM_EVIDENCE_MISSING", "NOT_ELIGIBLE_LOAN"]
    assert codes(desk.submit(default(notices=[]))) == ["CLAIM_EVIDENCE_MISSING"]


def test_a_pledge_registered_after_drawdown_does_not_count(desk):
    fund(desk)
    desk.given(loan("loan_2", drawn_on="2024-01-09"), default("loan_2"))
    assert codes(desk.submit(claim("loan_2"))) == ["CLAIM_EVIDENCE_MISSING", "NOT_ELIGIBLE_LOAN"]


@pytest.mark.rule("G-4", "flags")
def test_a_recovery_after_compensation_is_shared_back_by_what_each_bore(desk):
    fund(desk, exposure=10_000_000)
    desk.given(default(), claim())
    recovered = desk.submit(
        command="record_recovery", loan="loan_1", amount=cny(500_000), recovered_on="2025-02-01"
    )
    assert recovered.flags == ("REFUND_DUE",)
    (due,) = [each for each in recovered.findings if each.code == "REFUND_DUE"]
    assert due.data["amount"] == 500_000_00 * 1_000_000 // 2_500_000


def test_a_recovery_before_any_default_has_nothing_to_recover(desk):
    early = desk.submit(command="record_recovery", loan="loan_1", amount=cny(1), recovered_on="2025-02-01")
    assert codes(early) == ["CLAIM_EVIDENCE_MISSING"]


def financing(year, yuan=100_000_000, **members):
    return {
        "command": "claim_subsidy", "enterprise": {"name": BORROWER}, "kind": "securitization_financing",
        "scheme": "sample_abs", "year": year, "basis": cny(yuan), "reference": "plan 1",
        "executed_on": "2025-02-01", **members,
    }  # fmt: skip


@pytest.mark.rule("G-5", "accepts")
@pytest.mark.rule("G-5", "flags")
def test_financing_is_subsidized_at_three_percent_within_its_yearly_cap(desk):
    assert granted(desk.submit(financing(2024, 50_000_000))) == [1_500_000]
    capped = desk.submit(financing(2024, 50_000_000, reference="plan 2"))
    assert (granted(capped), capped.flags) == ([500_000], ("SUBSIDY_CAP",))
    issue = desk.submit(financing(2024, 400_000_000, kind="securitization_issue"))
    assert granted(issue) == [6_000_000]


@pytest.mark.rule("G-5", "refuses")
def test_one_financing_is_subsidized_for_three_years(desk):
    desk.given(*(financing(year, 1_000_000) for year in (2021, 2022, 2023)))
    assert codes(desk.submit(financing(2024, 1_000_000))) == ["SUBSIDY_TERM"]
    assert codes(desk.submit(financing(2024, 1_000_000, reference=None) | {"reference": "plan 2"})) == []


def insurance(insured, insurable=5_000_000, **members):
    return {
        "command": "issue_insurance", "loan": "loan_1", "insurance": "ins_1", "kind": "loan_guarantee",
        "insurer": {"name": INSURER}, "insured": cny(insured), "insurable": cny(insurable),
        "issued_on": "2024-01-15", "until": "2025-12-31", **members,
    }  # fmt: skip


@pytest.mark.rule("G-6", "accepts")
@pytest.mark.rule("G-6", "refuses")
def test_several_insurers_together_stay_within_the_insurable_value(desk):
    desk.given(insurance(3_000_000))
    more = insurance(2_000_001, insurance="ins_2", insurer={"name": "另一保险公司"})
    assert codes(desk.submit(more)) == ["OVER_INSURED"]
    assert desk.submit(more, insured=cny(2_000_000)).verdict == "accepted"


@pytest.mark.rule("G-7", "accepts")
@pytest.mark.rule("G-7", "refuses")
def test_one_loss_is_never_paid_twice(desk):
    fund(desk)
    desk.given(insurance(2_000_000), default())
    cover = {
        "command": "cover_loss", "loan": "loan_1", "payer": {"name": INSURER}, "capacity": "insurer",
        "insurance": "ins_1", "paid_on": "2025-02-01",
    }  # fmt: skip
    assert desk.submit(cover, amount=cny(2_000_000)).verdict == "accepted"
    assert paid(desk.submit(claim())) == [500_000]
    assert codes(desk.submit(claim())) == ["DOUBLE_RECOVERY"]
    assert loan_of(desk.situation.dossiers[loan_tag("loan_1")]).covered_total == 250_000_000
    guarantee = {
        "command": "give_guarantee", "loan": "loan_1", "guarantor": {"name": "担保公司"},
        "limit": cny(9_000_000), "given_on": "2024-01-15",
    }  # fmt: skip
    desk.given(guarantee)
    more = {**cover, "payer": {"name": "担保公司"}, "capacity": "guarantor", "insurance": None}
    more.pop("insurance")
    assert codes(desk.submit(more, amount=cny(1))) == ["DOUBLE_RECOVERY"]


def test_an_insurer_pays_no_more_than_its_sum(desk):
    desk.given(insurance(1_000_000), default())
    cover = {
        "command": "cover_loss", "loan": "loan_1", "payer": {"name": INSURER}, "capacity": "insurer",
        "insurance": "ins_1", "paid_on": "2025-02-01", "amount": cny(1_000_001),
    }  # fmt: skip
    assert codes(desk.submit(cover)) == ["OVER_INSURED"]


@pytest.mark.rule("G-8", "refuses")
def test_a_policy_that_was_not_in_force_pays_nothing(desk):
    fund(desk)
    desk.given(default())
    assert codes(desk.submit(claim(scheme="elsewhere")))[0] == "POLICY_NOT_IN_FORCE"
    assert codes(desk.submit(financing(2016, 1_000_000)))[0] == "POLICY_NOT_IN_FORCE"


def test_a_scheme_has_the_version_of_the_day():
    table = read_provisions(
        [
            "scheme,parameter,value,valid_from,valid_until,authority,document",
            "s,p,70,2018-01-01,2020-12-31,A,1号",
            "s,p,50,2021-01-01,2026-12-31,A,2号",
        ]
    )
    assert version("s", "2020-12-31", table).value("p") == 70
    assert version("s", "2021-01-01", table).value("p") == 50
    assert version("s", "2021-01-01", table).reference == "s 2号 2021-01-01"
    assert version("s", "2017-12-31", table) is None


@pytest.mark.parametrize(
    "change",
    [{"principal": {"minor": -1, "currency": "CNY"}}, {"due_on": "2023-01-01"}, {"drawn_on": "2026-01-01"}],
)
def test_a_loan_that_cannot_be_is_refused(desk, change):
    assert desk.submit({**loan("loan_9"), **change}).verdict == "refused"
