"""Notice, cure, acceleration and disposal after a default (S-17)."""

import pytest

from ledger.facts.pools import PoolAccelerated, RightDisposed
from tests.ledger.rules.desk import Desk, codes, report
from tests.ledger.rules.pooled import (
    CUT_OFF,
    JUNIOR,
    POOL,
    SENIOR,
    admit,
    collect,
    establish,
    form,
    notify,
    owned,
    patent,
    pool_at,
    run,
    terms,
    trigger_codes,
)

Q = "丙公司"
P1, P2 = patent(1), patent(2)


def plan(today, **told):
    """A deal of 1,000 over two patents; 300 of it were due on 2024-06-20."""
    return Desk(today).given(
        owned(P1, Q), owned(P2, Q), form(terms(700, 100, rate="0%", **told)),
        admit("deal_q", Q, [P1, P2], 1000, {"2024-06-20": 300, "2025-06-20": 700}, rate="0%"), CUT_OFF,
        notify("deal_q"), establish(800),
    )  # fmt: skip


def notice(noticed_on="2024-06-25", cure_until="2024-07-25"):
    return {
        "command": "start_disposal", "pool": POOL, "deal": "deal_q", "noticed_on": noticed_on,
        "cure_until": cure_until,
    }  # fmt: skip


def dispose(on, *rights, proceeds=500, method="auction"):
    return {
        "command": "dispose", "pool": POOL, "deal": "deal_q", "rights": list(rights), "method": method,
        "proceeds": proceeds, "disposed_on": on,
    }  # fmt: skip


def accelerate(on, cause="LICENSEE_DEFAULT"):
    return {"command": "accelerate_pool", "pool": POOL, "cause": cause, "accelerated_on": on}


@pytest.mark.rule("S-17", "accepts")
def test_rights_are_sold_after_the_cure_and_the_proceeds_go_through_the_waterfall():
    desk = plan("2024-07-26").given(notice())
    (sold,) = [said.fact for said in desk.submit(dispose("2024-07-26", P1)).said]
    assert isinstance(sold, RightDisposed)
    assert pool_at(desk).rights_on("2024-07-26") == [P2]
    assert desk.statement(P1)["pools"][0]["out_by"] == "disposed"
    assert pool_at(desk).deals["deal_q"].outstanding("2024-07-26") == 500
    desk.given(run(1, "2024-07-26"))
    (period,) = pool_at(desk).periods
    assert (period.collections, period.principal) == (500, (200, 100))


@pytest.mark.rule("S-17", "refuses")
def test_nothing_is_sold_before_the_cure_is_over():
    desk = plan("2024-07-25").given(notice())
    assert codes(desk.submit(dispose("2024-07-25", P1))) == ["CURE_RUNNING"]
    assert codes(desk.submit(accelerate("2024-07-25"))) == ["CURE_RUNNING"]
    assert desk.on("2024-07-26").submit(accelerate("2024-07-26")).verdict == "accepted"


@pytest.mark.rule("S-17", "refuses")
def test_nothing_is_sold_without_notice():
    desk = plan("2024-07-26")
    assert codes(desk.submit(dispose("2024-07-26", P1))) == ["DISPOSAL_NOTICE_MISSING"]
    assert codes(desk.submit(accelerate("2024-07-26"))) == ["DISPOSAL_NOTICE_MISSING"]


@pytest.mark.rule("S-17", "refuses")
def test_a_right_that_has_ended_cannot_be_sold_but_the_debt_can_be_sued_for():
    desk = plan("2024-07-26").given(
        notice(), report("CNIPA", "L1", "right.lapsed", rights=P1, effective_from="2024-07-01")
    )
    assert codes(desk.submit(dispose("2024-07-26", P1))) == ["ASSET_NOT_IN_FORCE"]
    sued = desk.submit(dispose("2024-07-26", proceeds=100, method="judgment"))
    assert (sued.verdict, sued.said[0].fact.rights) == ("accepted", ())


@pytest.mark.rule("S-17", "refuses")
def test_a_default_that_was_cured_is_no_ground_for_disposal():
    desk = plan("2024-07-26").given(notice(), collect("deal_q", 300, "2024-07-25"))
    assert codes(desk.submit(dispose("2024-07-26", P1))) == ["TRIGGER_NOT_STANDING"]
    assert codes(desk.submit(accelerate("2024-07-26"))) == ["TRIGGER_NOT_STANDING"]
    assert codes(desk.on("2025-06-21").submit(dispose("2025-06-21", P1))) == ["DISPOSAL_NOTICE_MISSING"]
    assert desk.submit(notice("2025-06-21", "2025-07-01")).verdict == "accepted"


@pytest.mark.rule("S-17", "refuses")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (notice("2024-06-20"), "TRIGGER_NOT_STANDING"),
        (notice("2024-06-25", "2024-06-25"), "FIELD_INVALID"),
        (notice("2024-07-27"), "DATE_IN_FUTURE"),
        ({**notice(), "deal": "deal_x"}, "REFERENCE_UNKNOWN"),
        (dispose("2024-07-26", patent(9)), "RIGHT_UNKNOWN"),
        (dispose("2024-07-26", proceeds=-1), "AMOUNT_INVALID"),
        (accelerate("2024-07-26", "MASS_REDEMPTION"), "TRIGGER_NOT_STANDING"),
        (accelerate("2024-07-26", "SOMETHING"), "FIELD_INVALID"),
    ],
)
def test_a_step_without_its_ground_is_refused(command, code):
    desk = plan("2024-07-26")
    position = desk.situation.position
    assert codes(desk.submit(command))[0] == code
    assert desk.situation.position == position


def test_notice_of_one_default_is_given_once():
    desk = plan("2024-07-26").given(notice())
    assert codes(desk.submit(notice("2024-07-01", "2024-08-01"))) == ["POOL_STEP_DONE"]


def test_a_right_that_was_sold_is_not_sold_again():
    desk = plan("2024-07-27").given(notice(), dispose("2024-07-26", P1, proceeds=100))
    assert codes(desk.submit(dispose("2024-07-27", P1))) == ["REFERENCE_UNKNOWN"]


@pytest.mark.rule("S-10", "accepts")
def test_after_an_acceleration_nothing_junior_is_paid_before_the_senior_is_out():
    interest = {"name": "中间级", "principal": 100, "rate": "10%"}
    tranches = [
        {"name": SENIOR, "principal": 600, "rate": "0%"},
        interest,
        {"name": JUNIOR, "principal": 100},
    ]
    desk = plan("2024-09-20", tranches=tranches).given(notice(), accelerate("2024-08-01"))
    (fact,) = [
        said.fact for each in desk.decisions for said in each.said if isinstance(said.fact, PoolAccelerated)
    ]
    assert (fact.cause, fact.trigger) == ("LICENSEE_DEFAULT", f"LICENSEE_DEFAULT/{POOL}/deal_q/2024-06-21")
    desk.given(collect("deal_q", 100, "2024-09-01"), run(1, "2024-09-20"))
    (period,) = pool_at(desk).periods
    assert (period.accelerated, period.principal) == (True, (500, 100, 100))
    assert period.unpaid_interest == (0, 5, 0)
    assert codes(desk.submit(accelerate("2024-09-20"))) == ["POOL_STEP_DONE"]
    assert trigger_codes(desk) == ["LICENSEE_DEFAULT"]
