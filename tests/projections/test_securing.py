"""A bank's pledges over all rights, one pledge over its rights, loans and funds."""

from datetime import date
from fractions import Fraction

import pytest

from ledger.statement.claims import secured_amount
from ledger.values.dates import parse_moment
from projections import open_views
from projections.dossiers import asked, statements
from projections.errors import FundUnknown, LoanUnknown, PledgeUnknown
from projections.exposure import exposure, percent
from projections.funding import fund, loan
from projections.pledges import pledge
from tests.ledger.rules import test_funding as funding
from tests.ledger.rules.desk import P2, P4, T1, W1
from tests.ledger.rules.pledging import BANK, OTHER_BANK, OWNER, contract, mark, money, registered
from tests.ledger.rules.pooled import valuation
from tests.projections.stories import Story, freeze, mixed_pledge

DAY = date(2024, 5, 20)


@pytest.fixture
def story(open_ledger):
    return mixed_pledge(Story(open_ledger))


@pytest.fixture
def views(story):
    return open_views(story.store)


def test_a_bank_s_exposure_counts_a_pledge_once_over_its_rights(views):
    told = exposure(views, BANK, as_of=DAY)
    assert [(each["right"], each["rank"]) for each in told["items"]] == [(P4, 1), (P2, 2)]
    (one,) = told["pledges"]
    assert (one["pledge"], one["secured"]["principal"]) == ("pld_mix", 200_000_000)
    assert told["totals"] == {
        "rights": 2,
        "pledges": 1,
        "unknown": 0,
        "secured": [{"currency": "CNY", "minor": one["secured"]["secured"], "pledges": 1}],
    }
    assert (one["debtor"], one["third_party"]) == (OWNER, False)
    assert [each["right"] for each in told["pending"]] == [W1]


def test_loan_to_value_counts_senior_pledges_and_names_the_reports(views):
    """V-3: 2,000,000 and five days' interest behind 1,000,000, over 4,000,000 and 1,000,000."""
    (one,) = exposure(views, BANK, as_of=DAY)["pledges"]
    assert [(each["pledge"], each["secured"]) for each in one["senior"]] == [("pld_k1", 100_000_000)]
    assert one["value"] == 500_000_000
    interest = one["secured"]["interest"]
    assert Fraction(*one["ratio"]) == Fraction(300_000_000 + interest, 500_000_000)
    assert one["percent"] == percent(Fraction(*one["ratio"]))
    stale = exposure(views, BANK, as_of=date(2025, 5, 2))["pledges"][0]
    assert stale["ratio"] is None
    assert {each["code"] for value in stale["values"] for each in value["ignored"]} == {"VALUATION_STALE"}


def test_the_answer_is_the_fold_of_each_right(views):
    known = statements(views, [P2, P4], asked(views).position)
    for each in exposure(views, BANK, as_of=DAY)["items"]:
        assert each["secured"] == secured_amount(known[each["right"]], each["id"], DAY.isoformat())


def test_a_debtor_s_pledges_include_those_another_gave(story, views):
    story.on("2024-05-21").given(
        mark(T1, "戊公司"),
        contract(
            [T1],
            pledge="pld_third",
            pledgors=[{"name": "戊公司", "attributes": {"kind": "natural_person"}}],
            amount=money(500_000),
            executed_on="2024-05-20",
        ),
        registered("K9", T1, on="2024-05-21", by="戊公司", contract="pld_third", amount=money(500_000)),
    )
    told = exposure(views, OWNER, side="debtor", as_of=date(2024, 5, 21))
    third = next(each for each in told["pledges"] if each["pledge"] == "pld_third")
    assert (third["third_party"], third["pledgors"]) == (True, ["戊公司"])
    assert {each["right"] for each in told["items"]} == {P2, P4, T1}
    giver = exposure(views, "戊公司", side="debtor", as_of=date(2024, 5, 21))
    assert [each["pledge"] for each in giver["pledges"]] == ["pld_third"]


def test_a_page_of_rights_leaves_the_totals_whole(views):
    whole = exposure(views, BANK, as_of=DAY)
    first = exposure(views, BANK, as_of=DAY, limit=1)
    second = exposure(views, BANK, as_of=DAY, limit=1, after=first["next"])
    assert first["items"] + second["items"] == whole["items"]
    assert (first["totals"], second["next"]) == (whole["totals"], None)


def test_a_party_without_pledges_has_none(views):
    told = exposure(views, "无名公司", as_of=DAY)
    assert (told["items"], told["pledges"], told["names"]) == ([], [], [])
    assert told["totals"]["pledges"] == 0
    assert exposure(views, BANK, as_of=date(2023, 1, 1))["items"] == []


def test_a_mixed_pledge_is_told_right_by_right(views):
    told = pledge(views, "pld_mix", as_of=DAY)
    assert (told["perfection"], told["debtor"], told["entitled"]) == ("PARTIAL", OWNER, [BANK])
    states = {
        each["right"]: (each["state"], each["office"], each["rank"], each["code"]) for each in told["rights"]
    }
    assert states == {
        P2: ("registered", "CNIPA", 2, None),
        P4: ("registered", "CNIPA", 1, None),
        W1: ("refused", "CPCC", None, "OWNER_MISMATCH"),
    }
    assert told["secured"]["principal"] == 200_000_000
    assert told["cover"]["value"] == 500_000_000
    assert told["determined"] is None
    assert told["enforcement"]["due"] == []
    assert told["enforcement"]["limitation"] == [{"claim": "clm_1", "until": "2028-05-05", "barred": False}]
    shares = {each["right"]: each["payments"] for each in told["enforcement"]["expected"]}
    assert [each["to"] for each in shares[P2] if each["purpose"] == "pledge"] == [[OTHER_BANK], [BANK]]


def test_the_register_s_own_id_and_the_contract_s_name_one_pledge(views):
    by_entry, by_contract = pledge(views, "pld_k2", as_of=DAY), pledge(views, "pld_mix", as_of=DAY)
    for member in ("rights", "secured", "cover", "perfection", "contract"):
        left, right = by_entry[member], by_contract[member]
        if member == "secured":
            left, right = ({**each, "pledge": None} for each in (left, right))
        assert left == right


def test_default_stays_and_time_are_told(story, views):
    story.on("2024-06-05").given(freeze(P2))
    late = pledge(views, "pld_mix", as_of=date(2025, 5, 6))
    assert [each["claim"] for each in late["enforcement"]["due"]] == ["clm_1"]
    barred = pledge(views, "pld_mix", as_of=date(2028, 5, 6))
    assert barred["enforcement"]["limitation"][0]["barred"] is True
    assert "ENFORCEMENT_TIME_BARRED" in {each["code"] for each in barred["warnings"]}
    frozen = pledge(views, "pld_mix", as_of=date(2024, 6, 5))
    assert [(each["right"], each["code"]) for each in frozen["enforcement"]["stays"]] == [
        (P2, "ASSET_FROZEN")
    ]


def test_a_pledge_as_known_before(story, views):
    then = pledge(views, "pld_mix", as_of=DAY)
    story.on("2024-06-05").given(valuation("again", {P2: 1}, "2024-05-19", purpose="pledge"))
    assert pledge(views, "pld_mix", as_of=DAY)["cover"] != then["cover"]
    assert pledge(views, "pld_mix", as_of=DAY, known_at=parse_moment(then["known_at"])) == then


@pytest.mark.parametrize("name", ["pld_none", "", "x" * 300, "pld_\n", P2])
def test_an_unknown_pledge_loan_or_fund_is_our_error(store, name):
    views = open_views(store)
    for ask, error in ((pledge, PledgeUnknown), (loan, LoanUnknown), (fund, FundUnknown)):
        with pytest.raises(error):
            ask(views, name)


@pytest.fixture
def funded(open_ledger):
    """S21's shape: a loan of 5,000,000 in default, a fund whose bank's cap leaves less than the loss."""
    story = Story(open_ledger, "2025-02-01")
    story.given(
        {**funding.right(P2, OWNER, filed_on="2018-05-20", granted_on="2020-01-03")},
        registered("K1", P2, on="2024-01-10", pledge="pld_1"),
        funding.loan(),
        funding.interest("loan_1", 400_000),
        {
            "command": "establish_fund", "fund": "fund_1", "manager": {"name": funding.MANAGER},
            "balance": funding.cny(50_000_000), "banks": [{"name": BANK}], "established_on": "2018-01-01",
        },
        {
            "command": "report_exposure", "fund": "fund_1", "bank": {"name": BANK},
            "total": funding.cny(30_000_000), "as_of": "2024-12-31",
        },
        {
            "command": "record_default", "loan": "loan_1", "defaulted_on": "2025-01-20",
            "unpaid": funding.cny(4_000_000), "notices": [funding.DIGEST],
        },
    )  # fmt: skip
    answer = story.submit(
        {
            "command": "claim_compensation", "loan": "loan_1", "fund": "fund_1", "scheme": "dongguan",
            "rights": [P2], "executed_on": "2025-02-01",
        }
    )  # fmt: skip
    assert (answer["decision"], answer["flags"]) == ("accepted", ["COMP_CAP"])
    return story


def test_a_loan_tells_interest_loss_cover_and_what_goes_back(funded):
    views = open_views(funded.store)
    told = loan(views, "loan_1")
    assert (told["state"], told["interest_paid"], told["loss"]) == ("DEFAULTED", 40_000_000, 400_000_000)
    assert (told["covered_total"], told["uncovered"]) == (300_000_000, 100_000_000)
    assert [(each["by"], each["capacity"], each["fund"]) for each in told["covered"]] == [
        (funding.MANAGER, "fund", "fund_1")
    ]
    funded.on("2025-03-01").submit(
        {"command": "record_recovery", "loan": "loan_1", "amount": funding.cny(1_000_000),
         "recovered_on": "2025-02-20"}
    )  # fmt: skip
    told = loan(views, "loan_1")
    assert (told["recovered_total"], told["refunds"]) == (100_000_000, {funding.MANAGER: 75_000_000})
    assert loan(views, "loan_1", as_of=date(2024, 12, 31))["state"] == "RUNNING"


def test_a_fund_tells_what_each_bank_s_cap_leaves(funded):
    views = open_views(funded.store)
    told = fund(views, "fund_1", as_of=date(2025, 2, 1))
    assert (told["initial"], told["balance"]) == (5_000_000_000, 4_700_000_000)
    (bank,) = told["banks"]
    assert (bank["exposure"], bank["paid"]) == (3_000_000_000, 300_000_000)
    assert [(each["scheme"], each["cap"], each["left"]) for each in bank["caps"]] == [
        ("dongguan", 300_000_000, 0)
    ]
