"""Triggers of redemption, its price, and the clean-up call (S-12, S-13, S-16, S22)."""

import pytest

from ledger.facts.pools import DealDefaulted, DealRedeemed
from ledger.reasons import reason_of
from tests.ledger.rules.desk import Desk, codes, report
from tests.ledger.rules.pooled import (
    CUT_OFF,
    POOL,
    admit,
    collect,
    establish,
    form,
    frozen,
    invalid,
    notify,
    owned,
    patent,
    pool_at,
    redeem,
    run,
    terms,
    trigger_codes,
    triggers,
)

Q, R = "丙公司", "丁公司"
Q_RIGHTS = [patent(1), patent(2), patent(3)]
R_RIGHT = patent(4)
PRICE = 603_813_699
DUE = {"2024-06-20": 50_000_000, "2025-06-20": 550_000_000}


def plan(today="2024-07-30", **told):
    """S22: Q has two deals over three patents, R one; Q's last payment was on 2024-06-20."""
    return Desk(today).given(
        *(owned(each, Q) for each in Q_RIGHTS), owned(R_RIGHT, R),
        form(terms(700_000_000, **told)),
        admit("deal_q1", Q, Q_RIGHTS[:2], 400_000_000, {"2025-06-20": 400_000_000}, first_on="2024-06-20"),
        admit("deal_q2", Q, Q_RIGHTS[2:], 200_000_000, {"2025-06-20": 200_000_000}, first_on="2024-06-20"),
        admit("deal_r", R, [R_RIGHT], 400_000_000, {"2026-06-20": 400_000_000}),
        CUT_OFF, *(notify(name) for name in ("deal_q1", "deal_q2", "deal_r")), establish(700_000_000),
    )  # fmt: skip


def facts(decision, kind):
    return [said.fact for said in decision.said if isinstance(said.fact, kind)]


@pytest.mark.rule("S-12", "accepts")
@pytest.mark.rule("S-13", "accepts")
def test_s22_a_patent_that_became_invalid_takes_all_of_its_licensee_with_it():
    """S22: 6,000,000 outstanding at 5.8 %, 40 days: 38,136.99 of interest; 6,038,136.99 takes all back."""
    desk = plan()
    assert trigger_codes(desk) == []
    assert desk.submit(invalid(Q_RIGHTS[0], "2024-07-30")).verdict == "accepted"
    (trigger,) = triggers(desk)
    assert (trigger.code, trigger.since, trigger.right) == ("POOLED_RIGHT_INVALID", "2024-07-30", Q_RIGHTS[0])
    assert trigger.deals == ("deal_q1", "deal_q2")
    decision = desk.submit(redeem(PRICE, "2024-07-30", "right_invalid", licensee={"name": Q}))
    redeemed = facts(decision, DealRedeemed)
    assert sum(each.outstanding for each in redeemed) == 600_000_000
    assert sum(each.interest for each in redeemed) == 3_813_699
    assert [each.paid for each in redeemed] == [402_542_466, 201_271_233]
    assert trigger_codes(desk) == []
    assert pool_at(desk).rights_on("2024-07-30") == [R_RIGHT]
    for right in Q_RIGHTS:
        (membership,) = desk.statement(right)["pools"]
        assert (membership["until"], membership["out_by"]) == ("2024-07-30", "redeemed")


def test_s22_in_one_deal_of_three_patents_after_a_payment():
    """S22 with one deal whose payment of 2024-06-20 left 6,000,000: the interest runs from that day."""
    desk = Desk("2024-07-30").given(
        *(owned(each, Q) for each in Q_RIGHTS), form(terms(500_000_000)),
        admit("deal_q", Q, Q_RIGHTS, 650_000_000, {"2025-06-20": 650_000_000}, first_on="2024-03-20"),
        CUT_OFF, notify("deal_q"), establish(500_000_000),
        collect("deal_q", 50_000_000 + 9_502_466, "2024-06-20"), invalid(Q_RIGHTS[2], "2024-07-30"),
    )  # fmt: skip
    pay = redeem(600_000_000, "2024-07-30", "right_invalid", licensee={"name": Q})
    refused = desk.submit(pay)
    assert codes(refused) == ["REDEMPTION_UNDERPAID"]
    assert refused.findings[0].data == {"given": 600_000_000, "expected": PRICE}
    (redeemed,) = facts(desk.submit(pay, paid=PRICE), DealRedeemed)
    assert (redeemed.outstanding, redeemed.interest, redeemed.paid) == (600_000_000, 3_813_699, PRICE)


@pytest.mark.rule("S-13", "refuses")
def test_s22_a_price_that_lacks_the_interest_is_underpaid():
    desk = plan().given(invalid(Q_RIGHTS[0], "2024-07-30"))
    position = desk.situation.position
    for paid in (600_000_000, PRICE - 1):
        refused = desk.submit(redeem(paid, "2024-07-30", "right_invalid", licensee={"name": Q}))
        assert codes(refused) == ["REDEMPTION_UNDERPAID"]
    assert desk.situation.position == position


@pytest.mark.rule("S-12", "refuses")
def test_some_of_an_invalid_rights_licensee_cannot_be_redeemed_alone_under_whatever_cause():
    desk = plan().given(invalid(Q_RIGHTS[0], "2024-07-30"))
    for cause in ("right_invalid", "agreed"):
        refused = desk.submit(redeem(PRICE, "2024-07-30", cause, deals=["deal_q2"]))
        assert codes(refused) == ["REDEMPTION_INCOMPLETE"]
    assert desk.submit(redeem(PRICE, "2024-07-30", "agreed", deals=["deal_r"])).verdict == "accepted"


@pytest.mark.rule("S-12", "refuses")
@pytest.mark.parametrize("cause", ["right_invalid", "licensee_default", "impairment", "ineligible"])
def test_a_redemption_for_what_has_not_happened_is_refused(cause):
    refused = plan().submit(redeem(10**9, "2024-07-30", cause, licensee={"name": Q}))
    assert codes(refused) == ["TRIGGER_NOT_STANDING"]


def test_a_trigger_on_one_licensee_says_nothing_of_another():
    desk = plan().given(invalid(Q_RIGHTS[0], "2024-07-30"))
    refused = desk.submit(redeem(10**9, "2024-07-30", "right_invalid", licensee={"name": R}))
    assert codes(refused) == ["TRIGGER_NOT_STANDING"]
    early = desk.submit(redeem(10**9, "2024-07-29", "right_invalid", licensee={"name": Q}))
    assert codes(early) == ["TRIGGER_NOT_STANDING"]


def test_a_decision_that_is_not_final_yet_calls_for_nothing():
    decided = report(
        "CNIPA", "D1", "invalidation.decided", rights=Q_RIGHTS[0], scope="full", effective_from="2024-07-01"
    )
    assert trigger_codes(plan().given(decided)) == []


def test_partial_invalidity_is_an_impairment_of_its_own_deal():
    desk = plan().given(invalid(Q_RIGHTS[2], "2024-07-30", scope="part"))
    (trigger,) = triggers(desk)
    assert (trigger.code, trigger.deals) == ("POOLED_RIGHT_INVALID_PART", ("deal_q2",))
    assert desk.submit(redeem(10**9, "2024-07-30", "impairment", deals=["deal_q2"])).verdict == "accepted"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({}, "FIELD_MISSING"),
        ({"deals": ["deal_x"]}, "REFERENCE_UNKNOWN"),
        ({"licensee": {"name": "无名公司"}}, "REFERENCE_UNKNOWN"),
        ({"deals": ["deal_r"], "licensee": {"name": Q}}, "FIELD_INVALID"),
        ({"deals": ["deal_r"], "redeemed_on": "2024-07-31"}, "DATE_IN_FUTURE"),
        ({"deals": ["deal_r"], "redeemed_on": "2024-02-29"}, "FIELD_INVALID"),
        ({"deals": ["deal_r"], "paid": -1}, "AMOUNT_INVALID"),
        ({"deals": ["deal_r"], "pool": "pol_x"}, "REFERENCE_UNKNOWN"),
    ],
)
def test_a_redemption_that_names_nothing_in_the_pool_is_refused(told, code):
    desk = plan()
    position = desk.situation.position
    assert codes(desk.submit({**redeem(10**9, "2024-07-30"), **told}))[0] == code
    assert desk.situation.position == position


def test_what_left_the_pool_is_not_redeemed_again():
    desk = plan().given(redeem(10**9, "2024-07-30", deals=["deal_r"]))
    again = desk.submit(redeem(10**9, "2024-07-30", deals=["deal_r"]))
    assert codes(again) == ["DEAL_LEFT_POOL"]


def test_the_agreed_premium_is_part_of_the_price():
    desk = plan(redemption_premium="1.5%").given(invalid(Q_RIGHTS[0], "2024-07-30"))
    pay = redeem(PRICE + 9_000_000 - 1, "2024-07-30", "right_invalid", licensee={"name": Q})
    assert codes(desk.submit(pay)) == ["REDEMPTION_UNDERPAID"]
    assert [each.premium for each in facts(desk.submit(pay, paid=PRICE + 9_000_000), DealRedeemed)] == [
        6_000_000, 3_000_000,
    ]  # fmt: skip


def test_what_the_originator_paid_goes_through_the_next_period():
    desk = plan("2024-09-20").given(redeem(500_000_000, "2024-07-30", deals=["deal_r"]), run(1, "2024-09-20"))
    assert pool_at(desk).periods[0].collections == 500_000_000


@pytest.mark.rule("S-12", "flags")
def test_a_debtor_that_does_not_pay_is_in_default_though_nobody_says_so():
    desk = Desk("2024-06-20").given(
        owned(R_RIGHT, R), form(terms(500_000_000)), admit("deal_r", R, [R_RIGHT], 600_000_000, DUE), CUT_OFF,
        notify("deal_r"), establish(500_000_000), collect("deal_r", 20_000_000, "2024-06-10"),
    )  # fmt: skip
    assert trigger_codes(desk) == []
    (trigger,) = triggers(desk.on("2024-06-21"))
    assert (trigger.code, trigger.since, trigger.data["amount"]) == (
        "LICENSEE_DEFAULT",
        "2024-06-21",
        30_000_000,
    )
    assert trigger.id == f"LICENSEE_DEFAULT/{POOL}/deal_r/2024-06-21"
    assert len(trigger.entries) == 2
    told = {"command": "record_deal_default", "pool": POOL, "deal": "deal_r", "due_on": "2024-06-20"}
    (defaulted,) = facts(desk.submit(told, defaulted_on="2024-06-21"), DealDefaulted)
    assert (defaulted.unpaid, defaulted.rights) == (30_000_000, (R_RIGHT,))
    assert [each.id for each in triggers(desk)] == [trigger.id]
    assert codes(desk.submit(told, defaulted_on="2024-06-21")) == ["DUPLICATE_REPORT"]
    assert (
        desk.submit(redeem(10**9, "2024-06-21", "licensee_default", deals=["deal_r"])).verdict == "accepted"
    )


def test_a_default_ends_when_it_is_paid():
    desk = Desk("2024-06-25").given(
        owned(R_RIGHT, R), form(terms(500_000_000)), admit("deal_r", R, [R_RIGHT], 600_000_000, DUE), CUT_OFF,
        notify("deal_r"), establish(500_000_000),
    )  # fmt: skip
    assert trigger_codes(desk) == ["LICENSEE_DEFAULT"]
    desk.given(collect("deal_r", 50_000_000, "2024-06-25"))
    assert trigger_codes(desk) == []
    assert trigger_codes(desk, "2024-06-24") == ["LICENSEE_DEFAULT"]


@pytest.mark.rule("S-12", "refuses")
@pytest.mark.parametrize(
    ("due_on", "defaulted_on", "code"),
    [
        ("2024-06-20", "2024-06-20", "TRIGGER_NOT_STANDING"),
        ("2024-06-19", "2024-06-25", "FIELD_INVALID"),
        ("2025-06-20", "2024-06-25", "TRIGGER_NOT_STANDING"),
        ("2024-06-20", "2024-06-26", "DATE_IN_FUTURE"),
    ],
)
def test_a_default_that_is_none_is_not_recorded(due_on, defaulted_on, code):
    desk = Desk("2024-06-25").given(
        owned(R_RIGHT, R), form(terms(500_000_000)), admit("deal_r", R, [R_RIGHT], 600_000_000, DUE), CUT_OFF,
    )  # fmt: skip
    told = {"command": "record_deal_default", "pool": POOL, "deal": "deal_r", "due_on": due_on}
    assert codes(desk.submit(told, defaulted_on=defaulted_on))[0] == code


def test_rights_that_lapse_or_are_frozen_raise_triggers_for_their_deals():
    desk = plan().given(
        report("CNIPA", "L1", "right.lapsed", rights=Q_RIGHTS[2], effective_from="2024-06-25"),
        frozen(R_RIGHT, "2024-07-01"),
    )  # fmt: skip
    assert [(each.code, each.deals, each.since) for each in triggers(desk)] == [
        ("POOLED_RIGHT_ENDED", ("deal_q2",), "2024-06-25"),
        ("POOLED_RIGHT_FROZEN", ("deal_r",), "2024-07-01"),
    ]
    assert desk.submit(redeem(10**9, "2024-07-30", "ineligible", deals=["deal_r"])).verdict == "accepted"
    refused = desk.submit(redeem(10**9, "2024-07-30", "right_invalid", deals=["deal_q2"]))
    assert codes(refused) == ["TRIGGER_NOT_STANDING"]


def test_a_right_that_runs_out_raises_a_trigger_by_itself():
    desk = plan()
    (expired,) = [each for each in triggers(desk, "2038-05-20") if each.right == R_RIGHT]
    assert (expired.code, expired.since, expired.data["status"]) == (
        "POOLED_RIGHT_ENDED", "2038-05-20", "EXPIRED",
    )  # fmt: skip


@pytest.mark.rule("S-12", "flags")
@pytest.mark.parametrize("told", [{"mass_redemption_count": 2}, {"mass_redemption_percent": 60}])
def test_the_redemption_that_reaches_the_threshold_is_a_plan_event_once(told):
    desk = plan(**told)
    first = desk.submit(redeem(10**9, "2024-07-30", deals=["deal_q1"]))
    assert (first.flags, trigger_codes(desk)) == ((), [])
    second = desk.submit(redeem(10**9, "2024-07-30", deals=["deal_q2"]))
    assert second.flags == ("MASS_REDEMPTION",)
    before = triggers(desk)
    assert [each.code for each in before] == ["MASS_REDEMPTION"]
    third = desk.submit(redeem(10**9, "2024-07-30", deals=["deal_r"]))
    assert third.flags == ()
    assert [each.id for each in triggers(desk)] == [each.id for each in before]


@pytest.mark.rule("S-16", "accepts")
@pytest.mark.rule("S-16", "refuses")
def test_the_tail_is_bought_back_only_when_it_is_small_enough():
    desk = Desk("2024-09-20").given(
        owned(R_RIGHT, R), form(terms(500_000_000)),
        admit("deal_r", R, [R_RIGHT], 600_000_000, {"2026-06-20": 600_000_000}, rate="0%"), CUT_OFF,
        notify("deal_r"), establish(500_000_000), collect("deal_r", 539_999_999, "2024-06-20"),
    )  # fmt: skip
    buy = {"command": "clean_up_pool", "pool": POOL, "cleaned_up_on": "2024-09-20", "paid": 60_000_000}
    refused = desk.submit(buy, paid=60_000_001)
    assert codes(refused) == ["CLEANUP_NOT_ALLOWED"]
    assert refused.findings[0].data == {"given": 60_000_001, "limit": 60_000_000}
    desk.given(collect("deal_r", 1, "2024-06-21"))
    assert codes(desk.submit(buy, paid=59_999_999)) == ["REDEMPTION_UNDERPAID"]
    bought = desk.submit(buy)
    assert bought.said[0].fact.rights == (R_RIGHT,)
    assert desk.statement(R_RIGHT)["pools"][0]["out_by"] == "cleaned_up"
    assert codes(desk.submit(redeem(1, "2024-09-20", deals=["deal_r"])))[0] == "POOL_ENDED"
    desk.given(run(1, "2024-09-20"))
    assert pool_at(desk).periods[0].collections == 600_000_000
    assert desk.submit(command="close_pool", pool=POOL, closed_on="2024-09-20").verdict == "accepted"
    assert trigger_codes(desk, "2024-09-20") == trigger_codes(desk, "2030-01-01") == []


def test_every_trigger_has_a_sentence_that_its_data_fills():
    desk = plan("2027-12-31", cover_percent=100, mass_redemption_count=1).given(
        invalid(Q_RIGHTS[0], "2024-07-30"), invalid(Q_RIGHTS[1], "2024-07-30", scope="part"),
        redeem(10**9, "2024-08-01", deals=["deal_r"]),
    )  # fmt: skip
    found = triggers(desk)
    assert {each.code for each in found} == {
        "POOLED_RIGHT_INVALID", "POOLED_RIGHT_INVALID_PART", "LICENSEE_DEFAULT", "MASS_REDEMPTION",
        "COVER_TEST_FAILED", "REVIEW_OVERDUE", "POOL_MATURED",
    }  # fmt: skip
    assert len({each.id for each in found}) == len(found)
    for each in found:
        assert each.entries
        assert "–" not in reason_of(each.code).message(each.data)["zh"]
