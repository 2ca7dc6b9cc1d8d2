"""Cover, further cover and the yearly review (S-15, S-18)."""

import pytest

from ledger.facts.pools import PoolToppedUp
from tests.ledger.rules.desk import Desk, codes, report
from tests.ledger.rules.pooled import (
    CUT_OFF,
    MANAGER,
    POOL,
    admit,
    collect,
    establish,
    form,
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
    valuation,
)

Q, R = "丙公司", "丁公司"
P1, P2, FURTHER = patent(1), patent(2), patent(3)


def plan(today="2024-07-30", *, cover_percent=120, values=(900, 300), **told):
    """Two deals of 600 and 400 over a patent each, worth 900 and 300: exactly 120 %."""
    desk = Desk(today).given(
        owned(P1, Q), owned(P2, R), form(terms(800, cover_percent=cover_percent, **told)),
        admit("deal_q", Q, [P1], 600, {"2026-12-20": 600}, rate="0%"),
        admit("deal_r", R, [P2], 400, {"2026-12-20": 400}, rate="0%"), CUT_OFF,
        notify("deal_q"), notify("deal_r"), establish(800),
    )  # fmt: skip
    return desk.given(valuation("1", {P1: values[0], P2: values[1]}, "2024-03-01"))


def top_up(on, minor=0, **told):
    return {"command": "top_up_pool", "pool": POOL, "minor": minor, "topped_up_on": on, **told}


def review(on):
    return {"command": "review_pool", "pool": POOL, "reviewed_on": on}


def facts(decision, kind):
    return [said.fact for said in decision.said if isinstance(said.fact, kind)]


@pytest.mark.rule("S-15", "accepts")
def test_cover_that_is_just_reached_holds():
    assert trigger_codes(plan()) == []
    assert trigger_codes(plan(values=(900, 299))) == ["COVER_TEST_FAILED"]
    assert trigger_codes(plan(values=(0, 0), cover_percent=0)) == []


@pytest.mark.rule("S-15", "flags")
def test_a_low_new_valuation_fails_the_cover_since_the_day_it_was_reported():
    desk = plan("2024-09-01").given(valuation("2", {P1: 500}, "2024-08-01"))
    (failed,) = triggers(desk)
    assert (failed.code, failed.since, failed.data) == (
        "COVER_TEST_FAILED", "2024-08-01", {"given": "80%", "limit": "120%"},
    )  # fmt: skip
    assert trigger_codes(desk, "2024-07-31") == []
    assert [each.id for each in triggers(desk.on("2024-09-02"))] == [failed.id]


def test_a_valuation_for_another_purpose_or_too_old_counts_nothing():
    desk = plan("2025-03-01").given(
        review("2025-03-01"), valuation("2", {P1: 10_000}, "2024-08-01", purpose="pledge")
    )
    assert trigger_codes(desk) == []
    (failed,) = triggers(desk.on("2025-03-02"))
    assert (failed.code, failed.since, failed.data["given"]) == ("COVER_TEST_FAILED", "2025-03-02", "0%")


def test_a_right_that_became_invalid_covers_nothing_from_that_day():
    desk = plan("2024-09-01").given(invalid(P2, "2024-08-15"))
    assert [(each.code, each.since) for each in triggers(desk)] == [
        ("COVER_TEST_FAILED", "2024-08-15"), ("POOLED_RIGHT_INVALID", "2024-08-15"),
    ]  # fmt: skip
    assert trigger_codes(desk, "2024-08-14") == []


def test_a_failed_cover_test_is_cured_by_money_that_comes_in():
    desk = plan(values=(900, 200)).given(collect("deal_r", 84, "2024-07-30"))
    assert trigger_codes(desk) == []
    (failed,) = triggers(desk, "2024-07-29")
    assert failed.since == "2024-03-01"


@pytest.mark.rule("S-15", "accepts")
def test_money_added_covers_and_goes_into_the_reserve():
    desk = plan(values=(900, 200))
    short = desk.submit(top_up("2024-07-30", 99))
    assert short.flags == ("COVER_TEST_FAILED",)
    assert desk.submit(top_up("2024-07-30", 1)).flags == ()
    assert trigger_codes(desk) == []
    assert pool_at(desk).balances().reserve == 100
    assert pool_at(desk).balances("2024-07-29").reserve == 0


def test_a_reserve_that_is_drawn_covers_no_more():
    desk = plan("2027-03-20", values=(900, 200), rate="0%").given(
        top_up("2024-07-30", 100), run(1, "2027-03-20")
    )
    assert pool_at(desk).balances().reserve == 0
    assert "COVER_TEST_FAILED" in trigger_codes(desk)


def further_pledge(right):
    return report(
        "CNIPA", "p-9", "pledge.registered", rights=right, pledge="pld_9", pledgors=[{"name": Q}],
        pledgees=[{"name": MANAGER}], registered_on="2024-07-20",
    )  # fmt: skip


def test_a_further_pledge_covers_with_its_last_valid_value():
    desk = plan(values=(900, 200)).given(
        owned(FURTHER, Q), further_pledge(FURTHER),
        valuation("9", {FURTHER: 150}, "2024-07-01", purpose="pledge"),
    )  # fmt: skip
    added = desk.submit(top_up("2024-07-30", pledge="pld_9", rights=[FURTHER]))
    (fact,) = facts(added, PoolToppedUp)
    assert (fact.value, fact.pledge, added.flags) == (150, "pld_9", ())
    assert trigger_codes(desk) == []
    again = desk.submit(top_up("2024-07-30", pledge="pld_9", rights=[FURTHER]))
    assert codes(again) == ["DUPLICATE_ID"]


@pytest.mark.rule("S-15", "refuses")
@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({}, "FIELD_MISSING"),
        ({"pledge": "pld_9"}, "FIELD_MISSING"),
        ({"minor": 1, "rights": [P1]}, "FIELD_MISSING"),
        ({"pledge": "pld_8", "rights": [P1]}, "REFERENCE_UNKNOWN"),
        ({"minor": 1, "topped_up_on": "2024-06-20"}, "FIELD_INVALID"),
        ({"minor": 1, "topped_up_on": "2024-07-31"}, "DATE_IN_FUTURE"),
    ],
)
def test_a_top_up_of_nothing_or_of_a_paid_period_is_refused(told, code):
    desk = plan().given(run(1, "2024-06-20"))
    assert codes(desk.submit({**top_up("2024-07-30"), **told}))[0] == code


@pytest.mark.rule("S-15", "flags")
@pytest.mark.rule("S-13", "flags")
def test_a_redemption_that_weakens_the_cover_is_told_so():
    desk = plan()
    redeemed = desk.submit(redeem(600, "2024-07-30", deals=["deal_q"]))
    assert (redeemed.verdict, redeemed.flags) == ("accepted", ("COVER_TEST_FAILED",))
    assert trigger_codes(desk) == ["COVER_TEST_FAILED"]


def test_an_impairment_lets_the_originator_redeem():
    desk = plan(values=(900, 200))
    assert desk.submit(redeem(400, "2024-07-30", "impairment", deals=["deal_r"])).verdict == "accepted"
    assert trigger_codes(desk) == []


@pytest.mark.rule("S-18", "flags")
def test_a_review_is_overdue_on_the_day_after_it_was_due():
    desk = plan("2025-03-01", cover_percent=0)
    assert trigger_codes(desk) == []
    (overdue,) = triggers(desk.on("2025-03-02"))
    assert (overdue.code, overdue.since, overdue.data["day"]) == (
        "REVIEW_OVERDUE", "2025-03-02", "2025-03-01",
    )  # fmt: skip


@pytest.mark.rule("S-18", "accepts")
def test_a_review_with_new_values_is_good_for_another_year():
    desk = plan("2025-03-02", cover_percent=0)
    bare = desk.dry_run(review("2025-03-02"))[0].decision
    assert bare.flags == ("VALUATION_STALE", "VALUATION_MISSING")
    desk.given(valuation("2", {P1: 900, P2: 300}, "2025-03-01"))
    assert desk.submit(review("2025-03-02")).flags == ()
    assert trigger_codes(desk) == []
    assert trigger_codes(desk, "2025-03-01") == []
    assert trigger_codes(desk.on("2026-03-03")) == ["REVIEW_OVERDUE"]


@pytest.mark.rule("S-18", "refuses")
@pytest.mark.parametrize(("on", "code"), [("2025-03-02", "FIELD_INVALID"), ("2025-03-04", "DATE_IN_FUTURE")])
def test_a_review_of_an_earlier_or_later_day_is_refused(on, code):
    desk = plan("2025-03-03").given(review("2025-03-02"))
    assert codes(desk.submit(review(on))) == [code]
