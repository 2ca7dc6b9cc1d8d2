"""Claims under a pledge: what is owed, secured, determined, assigned and barred (P-11 to P-14, P-19)."""

import pytest

from ledger.statement.claims import entitled_on, secured_amount
from tests.ledger.rules.desk import DIGEST, P2, T1, T2, Desk, codes
from tests.ledger.rules.pledging import (
    BANK,
    MAXIMUM,
    OTHER_BANK,
    OWNER,
    company,
    contract,
    flagged,
    mark,
    money,
    p2,
    registered,
)

PLEDGE = "pld_g1"
THIRD = "第三公司"


@pytest.fixture
def desk():
    """A loan of two million against P2, registered; due 2025-05-05."""
    return Desk("2024-05-06").given(p2(), contract([P2], pledge=PLEDGE)).on("2024-05-10").given(
        registered("Y1", P2, on="2024-05-10", contract=PLEDGE)
    )  # fmt: skip


@pytest.fixture
def running():
    """A maximum-amount pledge with a cap of ten million, registered on 2024-01-10."""
    return capped({**MAXIMUM, "ends_on": "2025-12-31"})


def capped(maximum, **members):
    told = {"amount": None, "maximum": maximum, "debt_until": "2026-12-31", "executed_on": "2024-01-05"}
    desk = Desk("2024-01-05").given(p2(), contract([P2], pledge=PLEDGE, **{**told, **members}))
    return desk.on("2024-01-10").given(
        registered("Y1", P2, on="2024-01-10", contract=PLEDGE, cap=money(10_000_000))
    )


def draw(amount, on, **members):
    return {"command": "draw_claim", "pledge": PLEDGE, "amount": money(amount), "drawn_on": on, **members}


def repay(amount, on, **members):
    return {"command": "repay_claim", "pledge": PLEDGE, "amount": money(amount), "paid_on": on, **members}


def notice(on, **members):
    told = {"cause": "freeze", "by": {"name": BANK}, "determined_on": on, **members}
    return {"command": "determine_claims", "pledge": PLEDGE, **told}


def assign(to, on, **members):
    told = {"grantor": {"name": BANK}, "grantee": {"name": to}, "assigned_on": on, **members}
    return {"command": "assign_claim", "pledge": PLEDGE, **told}


def takeover(to, on, **members):
    told = {"debtor": {"name": OWNER}, "new_debtor": {"name": to}, "creditor": {"name": BANK}}
    return {"command": "replace_debtor", "pledge": PLEDGE, "replaced_on": on, **told, **members}


def consent(giver, act, **members):
    told = {"giver": {"name": giver}, "role": "pledgor", "act": act, "given_on": "2024-05-10"}
    return {"command": "give_consent", "rights": [P2], **told, **members}


def secured(desk, day, right=P2):
    return secured_amount(desk.statement(right), PLEDGE, day)


# What is owed


def test_interest_runs_actual_365_on_what_is_outstanding_and_is_rounded_once(desk):
    desk.given(draw(2_000_000, "2024-05-10", rate="5.8%", claim="clm_1"))
    desk.on("2024-08-10").given(repay(500_000, "2024-08-10", interest=money(0), claim="clm_1"))
    told = secured(desk, "2024-11-10")
    # 2,000,000 × 5.8 % × 92/365 + 1,500,000 × 5.8 % × 92/365 = 29,238.36 + 21,928.77
    assert (told["principal"], told["interest"]) == (150_000_000, 5_116_712)
    assert told["secured"] == 155_116_712
    assert told["unsecured"] == 0


def test_a_payment_goes_to_interest_before_principal(desk):
    desk.given(draw(2_000_000, "2024-05-10", rate="5.8%"))
    desk.on("2024-08-10").given(repay(100_000, "2024-08-10"))
    (claim,) = desk.statement(P2)["claims"]
    (payment,) = claim["payments"]
    assert (payment["interest"], payment["principal"]) == (2_923_836, 7_076_164)
    assert secured(desk, "2024-08-10")["principal"] == 200_000_000 - 7_076_164


def test_an_unnamed_payment_goes_to_what_is_due_and_unsecured_first(running):
    running.given(
        draw(3_000_000, "2024-01-10", claim="clm_1", due_on="2025-01-10"),
        draw(2_000_000, "2024-01-10", claim="clm_2", due_on="2024-06-10"),
    )
    running.on("2024-07-01").given(repay(2_500_000, "2024-07-01"))
    claims = {claim["id"]: claim for claim in running.statement(P2)["claims"]}
    assert [payment["principal"] for payment in claims["clm_2"]["payments"]] == [200_000_000]
    assert [payment["principal"] for payment in claims["clm_1"]["payments"]] == [50_000_000]


def test_a_payment_beyond_the_debt_and_one_in_other_money_are_refused(desk):
    assert codes(desk.submit(repay(1, "2024-05-10"))) == ["FIELD_INVALID"]
    desk.given(draw(1_000_000, "2024-05-10", claim="clm_1"))
    refused = desk.submit(repay(1_000_001, "2024-05-10"))
    assert [(each.code, each.pointer) for each in refused.findings] == [("FIELD_INVALID", "/amount")]
    dollars = desk.submit(repay(1, "2024-05-10") | {"amount": money(1, "USD")})
    assert codes(dollars) == ["CURRENCY_MISMATCH"]
    assert codes(desk.submit(repay(1, "2024-05-10", claim="clm_2")))[0] == "REFERENCE_UNKNOWN"


def test_without_a_drawing_the_whole_contracted_amount_counts(desk):
    told = secured(desk, "2024-06-01")
    assert (told["basis"], told["secured"]) == ("contract", 200_000_000)


def test_a_pledge_is_named_by_its_contract_and_must_be_there(desk):
    entry = desk.submit(draw(1, "2024-05-10") | {"pledge": "pld_y1"})
    assert [(each.code, each.pointer) for each in entry.findings] == [("FIELD_INVALID", "/pledge")]
    assert codes(desk.submit(draw(1, "2024-05-10") | {"pledge": "pld_none"})) == ["REFERENCE_UNKNOWN"]
    stranger = desk.given(mark(T1)).submit(draw(1, "2024-05-10", rights=[P2, T1]))
    assert [(each.code, each.right) for each in stranger.findings] == [("REFERENCE_UNKNOWN", T1)]


def test_every_right_under_the_pledge_is_told_what_is_owed():
    desk = Desk("2024-05-06").given(mark(T1), mark(T2), contract([T1, T2], pledge=PLEDGE))
    desk.given(draw(1_000_000, "2024-05-06"))
    for right in (T1, T2):
        assert secured(desk, "2024-05-06", right)["principal"] == 100_000_000


def test_faults_of_a_drawing_are_told_with_their_places(desk):
    desk.given(draw(1_000_000, "2024-05-10", claim="clm_1"))
    wrong = desk.submit(
        draw(1, "2024-05-10", claim="clm_1", due_on="2024-05-09")
        | {"amount": {"minor": 2**53 - 1, "currency": "USD"}}
    )
    assert [(each.code, each.pointer) for each in wrong.findings] == [
        ("CURRENCY_MISMATCH", "/amount/currency"),
        ("FIELD_INVALID", "/due_on"),
        ("AMOUNT_TOO_LARGE", "/amount"),
        ("DUPLICATE_ID", "/claim"),
    ]
    future = desk.submit(draw(1, "2024-05-11"))
    assert [(each.code, each.pointer) for each in future.findings] == [("DATE_IN_FUTURE", "/drawn_on")]
    rate = desk.submit(draw(1, "2024-05-10", rate="5,8"))
    assert [(each.code, each.pointer) for each in rate.findings] == [("RATE_INVALID", "/rate")]


# P-11


@pytest.mark.rule("P-11", "accepts")
@pytest.mark.rule("P-11", "flags")
def test_s16_a_freeze_known_to_the_pledgee_fixes_the_claims(running):
    running.given(draw(3_000_000, "2024-01-10"))
    running.on("2024-03-01").given(draw(4_000_000, "2024-03-01"))
    running.on("2024-06-01").given(repay(2_000_000, "2024-06-01"))
    running.on("2024-08-01").given(notice("2024-08-01"))
    late = running.on("2024-09-10").submit(draw(5_000_000, "2024-09-10"))

    assert late.verdict == "accepted"
    assert late.flags == ("DRAW_AFTER_DETERMINATION",)
    told = secured(running, "2024-09-10")
    assert told["secured_principal"] == 500_000_000
    assert told["principal"] == 1_000_000_000
    assert told["unsecured"] == 500_000_000
    assert (told["cap"], told["cap_used"]) == (1_000_000_000, 500_000_000)
    assert (told["determined"]["from"], told["determined"]["cause"]) == ("2024-08-01", "freeze")
    assert flagged(running.view(P2)).count("DRAW_AFTER_DETERMINATION") == 1
    assert secured(running, "2024-07-31")["determined"] is None


@pytest.mark.rule("P-11", "flags")
def test_a_court_s_notice_reported_later_shows_the_draw_as_unsecured(running):
    drawn = running.on("2024-09-10").submit(draw(5_000_000, "2024-09-10"))
    assert drawn.flags == ()
    running.on("2024-09-12")
    reported = running.report(
        "COURT", "(2024)京01执12号", "pledge.claims_determined", rights=P2, pledge=PLEDGE, cause="freeze",
        determined_on="2024-08-01", by={"name": "北京一中院"},
    )  # fmt: skip
    assert reported.verdict == "accepted"
    assert "DRAW_AFTER_DETERMINATION" in flagged(running.view(P2))
    assert secured(running, "2024-09-12")["secured"] == 0
    assert running.statement(P2)["determinations"][0]["by_authority"] is True


@pytest.mark.rule("P-11", "flags")
def test_the_agreed_period_ends_by_itself_at_the_end_of_its_last_day():
    desk = capped({**MAXIMUM, "ends_on": "2024-06-30"}).on("2024-07-01")
    desk.given(draw(1_000_000, "2024-06-30"))
    late = desk.submit(draw(1_000_000, "2024-07-01"))
    assert late.flags == ("DRAW_AFTER_DETERMINATION",)
    assert secured(desk, "2024-07-01")["secured"] == 100_000_000
    assert secured(desk, "2024-07-01")["determined"]["cause"] == "period_end"
    assert secured(desk, "2024-06-30")["determined"] is None


@pytest.mark.rule("P-11", "refuses")
@pytest.mark.rule("P-11", "accepts")
def test_a_request_counts_only_two_years_after_registration_where_no_period_is_agreed():
    maximum = {name: told for name, told in MAXIMUM.items() if name != "ends_on"}
    desk = capped({**maximum, "without_period": True})
    asked = {"cause": "request", "by": {"name": OWNER}}
    early = desk.on("2026-01-10").submit(notice("2026-01-10", **asked))
    assert codes(early) == ["DETERMINATION_NOT_DUE"]
    assert early.findings[0].data["until"] == "2026-01-10"
    assert desk.on("2026-01-11").submit(notice("2026-01-11", **asked)).verdict == "accepted"
    assert secured(capped(MAXIMUM), "2026-01-01")["determined"]["cause"] == "period_end"


@pytest.mark.rule("P-11", "refuses")
def test_with_a_period_nobody_requests_and_only_the_pledgee_tells_what_it_knows(running, desk):
    asked = running.submit(notice("2024-01-10", cause="request"))
    assert codes(asked) == ["DETERMINATION_NOT_DUE"]
    assert codes(running.submit(notice("2024-01-10", by={"name": OWNER}))) == ["NOT_PARTY_TO_PLEDGE"]
    assert codes(desk.submit(notice("2024-05-10"))) == ["FIELD_INVALID"]


def test_bankruptcy_of_the_debtor_determines_the_claims_and_stops_interest(running):
    running.given(draw(1_000_000, "2024-01-10", rate="3.65%"))
    running.on("2024-06-01").report(
        "COURT", "破1", "insolvency.accepted", rights=P2, insolvency="ins_1", party={"name": OWNER},
        procedure="liquidation", accepted_on="2024-04-19", authorities=[{"name": "北京一中院"}],
    )  # fmt: skip
    told = secured(running, "2024-06-01")
    assert (told["determined"]["from"], told["determined"]["cause"]) == ("2024-04-19", "insolvency")
    assert told["interest"] == 1_000_000  # 100 days at 100 a day


def test_the_cap_limits_principal_and_interest_together_unless_agreed(running):
    running.given(draw(10_000_000, "2024-01-10", rate="3.65%"))
    told = secured(running, "2024-04-19")
    assert (told["secured"], told["unsecured"]) == (1_000_000_000, 10_000_000)
    apart = capped({**MAXIMUM, "cap_includes_costs": False}).given(
        draw(10_000_000, "2024-01-10", rate="3.65%")
    )
    assert secured(apart, "2024-04-19")["secured"] == 1_010_000_000


# P-12


@pytest.mark.rule("P-12", "accepts")
@pytest.mark.rule("P-12", "flags")
def test_the_pledge_follows_the_claim_before_the_register_does(desk):
    desk.on("2024-09-01").given(assign(OTHER_BANK, "2024-09-01"))
    answer = desk.view(P2)
    (debt,) = answer["debts"]
    assert (debt["of_record"], debt["entitled"]) == ([BANK], [OTHER_BANK])
    assert "PLEDGEE_OF_RECORD_DIFFERS" in flagged(answer)
    assert "PLEDGEE_OF_RECORD_DIFFERS" not in flagged(desk.view(P2, "2024-08-31"))
    desk.on("2024-10-01").report(
        "CNIPA", "Y2", "pledge.assigned", rights=P2, pledges=["pld_y1"], grantors=[{"name": BANK}],
        grantees=[{"name": OTHER_BANK}], registered_on="2024-10-01",
    )  # fmt: skip
    assert "PLEDGEE_OF_RECORD_DIFFERS" not in flagged(desk.view(P2))
    assert "PLEDGEE_OF_RECORD_DIFFERS" in flagged(desk.view(P2, "2024-09-30"))


@pytest.mark.rule("P-12", "refuses")
def test_only_the_creditor_assigns(desk):
    stranger = desk.submit(assign(OTHER_BANK, "2024-05-10", grantor={"name": OWNER}))
    assert [(each.code, each.pointer) for each in stranger.findings] == [
        ("NOT_PARTY_TO_PLEDGE", "/grantor/name")
    ]


@pytest.mark.rule("P-12", "accepts")
def test_part_of_running_claims_leaves_the_pledge_behind_unless_determined_or_agreed(running):
    running.given(draw(3_000_000, "2024-01-10", claim="clm_1"), draw(1_000_000, "2024-01-10", claim="clm_2"))
    running.on("2024-02-01").given(assign(OTHER_BANK, "2024-02-01", claim="clm_1"))
    assert entitled_on(running.statement(P2), PLEDGE, "2024-02-01") == [BANK]
    agreed = running.dry_run(assign(OTHER_BANK, "2024-02-01", claim="clm_2", follows=True))
    assert agreed[0].decision.verdict == "accepted"
    running.on("2024-08-02").given(notice("2024-08-01"), assign(THIRD, "2024-08-02", claim="clm_2"))
    assert entitled_on(running.statement(P2), PLEDGE, "2024-08-02") == [BANK, THIRD]


def test_a_part_that_was_agreed_to_take_the_pledge_along_does(running):
    running.given(draw(3_000_000, "2024-01-10", claim="clm_1"))
    running.given(assign(OTHER_BANK, "2024-01-10", claim="clm_1", follows=True))
    assert entitled_on(running.statement(P2), PLEDGE, "2024-01-10") == [BANK, OTHER_BANK]


@pytest.mark.rule("P-12", "accepts")
def test_a_trustee_of_record_holds_for_the_creditors(desk):
    trust = {
        "command": "declare_trust", "pledge": PLEDGE, "trustee": {"name": BANK},
        "creditors": [{"name": OTHER_BANK}, {"name": THIRD}], "held_from": "2024-05-10",
    }  # fmt: skip
    assert codes(desk.submit(trust | {"trustee": {"name": THIRD}})) == ["NOT_PARTY_TO_PLEDGE"]
    desk.given(trust)
    answer = desk.view(P2)
    (debt,) = answer["debts"]
    assert (debt["trustee"], debt["entitled"]) == (BANK, [OTHER_BANK, THIRD])
    assert "PLEDGEE_OF_RECORD_DIFFERS" not in flagged(answer)


def test_a_bank_that_changes_its_name_after_assigning_does_not_get_the_pledge_back(desk):
    desk.on("2024-09-01").given(assign(OTHER_BANK, "2024-09-01"))
    desk.on("2024-10-01").report(
        "CNIPA", "R1", "party.renamed", rights=P2, grantors=[{"name": BANK}], grantees=[{"name": "丁银行"}],
        registered_on="2024-10-01",
    )  # fmt: skip
    assert entitled_on(desk.statement(P2), PLEDGE, "2024-10-01") == [OTHER_BANK]


# P-13


@pytest.fixture
def secured_by_another():
    """A third party pledges its right for another's debt."""
    told = {"pledgors": [company()], "debtor": {"name": THIRD}, "debtor_is": "other"}
    paper = {
        "command": "file_document", "rights": [P2], "kind": "resolution", "issued_on": "2024-05-01",
        "party": {"name": OWNER}, "act": PLEDGE,
    }  # fmt: skip
    desk = Desk("2024-05-06").given(p2(), paper, contract([P2], pledge=PLEDGE, **told))
    return desk.on("2024-05-10").given(registered("Y1", P2, on="2024-05-10", contract=PLEDGE))


@pytest.mark.rule("P-13", "flags")
def test_a_third_party_pledgor_who_did_not_consent_to_the_new_debtor_is_free(secured_by_another):
    desk = secured_by_another.on("2024-09-01")
    taken = desk.submit(takeover("丁公司", "2024-09-01", debtor={"name": THIRD}))
    assert (taken.verdict, taken.flags) == ("accepted", ("PLEDGOR_DISCHARGED",))
    (change,) = desk.statement(P2)["debtor_changes"]
    assert change["discharged"] == [OWNER]
    assert desk.view(P2)["debts"][0]["debtor"] == "丁公司"
    assert "PLEDGOR_DISCHARGED" in flagged(desk.view(P2))


@pytest.mark.rule("P-13", "accepts")
def test_its_written_consent_keeps_it_liable_and_a_debtor_s_own_pledge_needs_none(secured_by_another, desk):
    other = secured_by_another.on("2024-09-01")
    other.given(consent(OWNER, "debtor_change", to=[{"name": "丁公司"}], pledge=PLEDGE))
    assert other.submit(takeover("丁公司", "2024-09-01", debtor={"name": THIRD})).flags == ()


@pytest.mark.rule("P-13", "refuses")
def test_a_debt_is_taken_over_from_its_debtor_with_its_creditor(desk):
    wrong = desk.submit(
        takeover("丁公司", "2024-05-10", debtor={"name": THIRD}, creditor={"name": OTHER_BANK})
    )
    assert [(each.code, each.pointer) for each in wrong.findings if each.code != "PLEDGOR_DISCHARGED"] == [
        ("NOT_PARTY_TO_PLEDGE", "/debtor/name"),
        ("NOT_PARTY_TO_PLEDGE", "/creditor/name"),
    ]


# P-14


def roll(on, **members):
    told = {"replaces": ["clm_1"], "amount": money(2_000_000), "claim": "clm_2", "rolled_on": on}
    return {"command": "roll_over_loan", "pledge": PLEDGE, **told, **members}


@pytest.mark.rule("P-14", "accepts")
def test_a_rolled_over_loan_keeps_the_rank_of_the_registration():
    desk = Desk("2024-01-02").given(
        mark(T1), contract([T1], pledge=PLEDGE, executed_on="2024-01-02", amount=money(2_000_000))
    )
    desk.on("2024-01-05").given(
        registered("K1", T1, on="2024-01-05", contract=PLEDGE), draw(2_000_000, "2024-01-05", claim="clm_1")
    )
    desk.on("2024-02-05").given(registered("K2", T1, on="2024-02-05", to=OTHER_BANK))
    desk.on("2025-01-05").given(roll("2025-01-05", agreed_by=[{"name": OWNER}]))
    assert {item["reference"]: item["rank"] for item in desk.view(T1)["encumbrances"]} == {"K1": 1, "K2": 2}
    told = secured(desk, "2025-01-05", T1)
    assert [(each["claim"], each["principal"]) for each in told["claims"]] == [
        ("clm_1", 0),
        ("clm_2", 200_000_000),
    ]
    assert told["secured"] == 200_000_000


def test_a_secured_loan_rolled_over_after_determination_stays_secured(running):
    running.given(draw(2_000_000, "2024-01-10", claim="clm_1"))
    running.on("2024-09-01").given(notice("2024-08-01"), roll("2024-09-01", agreed_by=[{"name": OWNER}]))
    assert secured(running, "2024-09-01")["secured"] == 200_000_000
    assert "DRAW_AFTER_DETERMINATION" not in flagged(running.view(P2))


@pytest.mark.rule("P-14", "refuses")
def test_without_the_pledgor_or_after_cancellation_nothing_is_rolled_over(desk):
    desk.given(draw(2_000_000, "2024-05-10", claim="clm_1"))
    assert codes(desk.submit(roll("2024-05-10"))) == ["PLEDGOR_CONSENT_MISSING"]
    more = roll(
        "2024-05-10", amount=money(2_000_001), agreed_by=[{"name": OWNER}], replaces=["clm_1", "clm_9"]
    )
    assert codes(desk.submit(more)) == ["REFERENCE_UNKNOWN", "FIELD_INVALID"]
    desk.on("2024-12-01").report(
        "CNIPA", "Z1", "pledge.released", rights=P2, pledges=["pld_y1"], registered_on="2024-12-01",
        cancelled=True,
    )  # fmt: skip
    assert codes(desk.submit(roll("2024-12-01", agreed_by=[{"name": OWNER}]))) == ["ALREADY_ENDED"]
    assert codes(desk.submit(draw(1, "2024-12-01"))) == ["ALREADY_ENDED"]


@pytest.mark.rule("P-14", "accepts")
def test_a_written_consent_of_the_pledgor_does_as_well(desk):
    desk.given(draw(2_000_000, "2024-05-10", claim="clm_1"), consent(OWNER, "roll_over", pledge=PLEDGE))
    assert desk.submit(roll("2024-05-10")).verdict == "accepted"


# P-19


@pytest.mark.rule("P-19", "accepts")
@pytest.mark.rule("P-19", "flags")
def test_maturity_ends_no_pledge_and_three_years_later_it_is_barred(desk):
    desk.given(draw(2_000_000, "2024-05-10", due_on="2025-05-05"))
    matured = desk.on("2028-05-05").view(P2)
    assert [item["state"] for item in matured["encumbrances"]] == ["registered"]
    assert "ENFORCEMENT_TIME_BARRED" not in flagged(matured)
    assert "ENFORCEMENT_TIME_BARRED" in flagged(desk.on("2028-05-06").view(P2))
    assert [item["state"] for item in desk.view(P2)["encumbrances"]] == ["registered"]


@pytest.mark.rule("P-19", "accepts")
def test_a_demand_in_time_and_a_payment_begin_the_period_anew(desk):
    desk.given(draw(2_000_000, "2024-05-10", claim="clm_1", due_on="2025-05-05"))
    interrupt = {
        "command": "interrupt_limitation", "pledge": PLEDGE, "cause": "demand", "document": DIGEST,
        "interrupted_on": "2028-05-05",
    }  # fmt: skip
    desk.on("2028-05-05").given(interrupt)
    assert desk.view(P2)["debts"][0]["limitation"] == [{"claim": "clm_1", "until": "2031-05-05"}]
    desk.on("2031-06-01").given({**interrupt, "interrupted_on": "2031-06-01"})
    assert "ENFORCEMENT_TIME_BARRED" in flagged(desk.view(P2))
    desk.given(repay(1, "2031-06-01"))
    assert desk.view(P2)["debts"][0]["limitation"] == [{"claim": "clm_1", "until": "2034-06-01"}]
    assert codes(desk.submit({**interrupt, "interrupted_on": "2031-06-01", "claim": "clm_9"})) == [
        "REFERENCE_UNKNOWN"
    ]
