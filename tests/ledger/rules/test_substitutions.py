"""A deal that takes another's place (S-14)."""

import pytest

from ledger.facts.pools import DealAdmitted, DealSubstituted
from tests.ledger.rules.desk import Desk, codes, report
from tests.ledger.rules.pooled import (
    CUT_OFF,
    MANAGER,
    ORIGINATOR,
    POOL,
    admit,
    collect,
    deal,
    establish,
    form,
    frozen,
    invalid,
    notify,
    owned,
    patent,
    pool_at,
    terms,
    trigger_codes,
    valuation,
)

Q, R, N = "丙公司", "丁公司", "戊公司"
P1, P2, NEW = patent(1), patent(2), patent(3)


def plan(today="2024-07-30", **told):
    limits = {"substitution_limit_percent": 40, "substitution_until": "2025-12-31", **told}
    return Desk(today).given(
        owned(P1, Q), owned(P2, R), owned(NEW, N), form(terms(800, **limits)),
        admit("deal_q", Q, [P1], 400, {"2026-12-20": 400}, rate="0%"),
        admit("deal_r", R, [P2], 600, {"2026-12-20": 600}, rate="0%"), CUT_OFF,
        notify("deal_q"), notify("deal_r"), establish(800),
    )  # fmt: skip


def substitute(on="2024-07-30", *, principal=400, due="2026-12-20", of="deal_q", rights=(NEW,), **told):
    by = deal("deal_n", N, principal, {due: principal}, rate="0%", first_on=on)
    return {
        "command": "substitute_deal", "pool": POOL, "deal": of, "rights": list(rights), "by": by,
        "consented_by": {"name": MANAGER}, "substituted_on": on, **told,
    }  # fmt: skip


@pytest.mark.rule("S-14", "accepts")
def test_a_deal_as_good_takes_the_place_of_another():
    desk = plan()
    admitted, left = [said.fact for said in desk.submit(substitute()).said]
    assert isinstance(admitted, DealAdmitted)
    assert isinstance(left, DealSubstituted)
    assert (admitted.replaces, left.by, left.rights) == ("deal_q", "deal_n", (P1,))
    pool = pool_at(desk)
    assert pool.rights_on("2024-07-30") == sorted([P2, NEW])
    assert (pool.outstanding("2024-07-30"), pool.initial) == (1000, 1000)
    assert desk.statement(P1)["pools"][0]["out_by"] == "substituted"
    assert trigger_codes(desk) == []
    assert codes(desk.submit(collect("deal_q", 1, "2024-07-30"))) == ["DEAL_LEFT_POOL"]
    assert desk.submit(collect("deal_n", 1, "2024-07-30")).verdict == "accepted"


@pytest.mark.rule("S-14", "refuses")
@pytest.mark.parametrize(
    ("told", "reasons"),
    [
        ({"principal": 399}, ["value"]),
        ({"due": "2026-12-19"}, ["term"]),
        ({"of": "deal_r", "principal": 600}, ["limit"]),
        ({"consented_by": {"name": ORIGINATOR}}, ["consent"]),
        ({"principal": 1, "due": "2026-12-19"}, ["value", "term"]),
    ],
)
def test_a_deal_that_is_worse_is_refused_with_each_reason(told, reasons):
    refused = plan().submit(substitute(**told))
    assert list(refused.codes) == [f"SUBSTITUTE_INELIGIBLE:{reason}" for reason in reasons]


def test_no_consent_is_told_as_missing():
    command = substitute()
    del command["consented_by"]
    refused = plan().submit(command)
    assert codes(refused) == ["SUBSTITUTE_INELIGIBLE:consent"]
    assert [each.missing.item for each in refused.missing] == ["consent"]


def test_a_substitution_after_the_deadline_is_refused():
    assert codes(plan("2026-01-01").submit(substitute("2026-01-01"))) == ["SUBSTITUTE_INELIGIBLE:deadline"]
    assert plan("2025-12-31").submit(substitute("2025-12-31")).verdict == "accepted"


def test_several_substitutions_share_one_limit():
    desk = plan(substitution_limit_percent=50).given(
        substitute(), collect("deal_r", 499, "2024-07-30"), owned(patent(4), N)
    )
    again = substitute(of="deal_r", principal=101, rights=[patent(4)])
    again["by"]["deal"] = "deal_m"
    assert codes(desk.submit(again)) == ["SUBSTITUTE_INELIGIBLE:limit"]
    desk.given(collect("deal_r", 1, "2024-07-30"))
    assert desk.submit(again).verdict == "accepted"


def test_rights_worth_less_are_no_substitute_for_rights_that_were_valued():
    desk = plan().given(valuation("1", {P1: 500, P2: 700, NEW: 499}, "2024-06-01"))
    assert codes(desk.submit(substitute())) == ["SUBSTITUTE_INELIGIBLE:value"]


@pytest.mark.rule("S-14", "refuses")
@pytest.mark.parametrize(
    ("obstacle", "reason"),
    [
        (report("CNIPA", "L1", "right.lapsed", rights=NEW, effective_from="2024-07-01"), "not_in_force"),
        (frozen(NEW, "2024-07-01"), "frozen"),
        (
            report("CNIPA", "R1", "invalidation.requested", rights=NEW, effective_from="2024-07-01"),
            "invalidation_pending",
        ),
    ],
)
def test_what_keeps_a_deal_out_of_a_pool_keeps_a_substitute_out(obstacle, reason):
    assert codes(plan().given(obstacle).submit(substitute())) == [f"SUBSTITUTE_INELIGIBLE:{reason}"]


def test_one_licensee_does_not_get_more_than_its_part_by_substitution():
    refused = plan(licensee_limit_percent=60).submit(substitute(principal=1000))
    assert codes(refused) == ["SUBSTITUTE_INELIGIBLE:concentration"]


def test_a_right_of_a_live_pool_is_no_substitute():
    assert codes(plan().submit(substitute(rights=[P2])))[0] == "ASSET_ALREADY_POOLED"


def test_the_same_right_may_stay_under_a_new_deal():
    desk = plan()
    assert desk.submit(substitute(rights=[P1])).verdict == "accepted"
    assert [(each["deal"], each["until"]) for each in desk.statement(P1)["pools"]] == [
        ("deal_q", "2024-07-30"), ("deal_n", None),
    ]  # fmt: skip


def test_a_substitution_cannot_go_round_the_redemption_of_an_invalid_right():
    desk = plan().given(invalid(P1, "2024-07-01"))
    assert "SUBSTITUTE_INELIGIBLE:redemption_due" in codes(desk.submit(substitute()))


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"of": "deal_x"}, "REFERENCE_UNKNOWN"),
        ({"on": "2024-07-31"}, "DATE_IN_FUTURE"),
        ({"rights": ()}, "FIELD_INVALID"),
        ({"rights": (patent(9),)}, "RIGHT_UNKNOWN"),
        ({"principal": 0}, "FIELD_INVALID"),
    ],
)
def test_a_substitution_without_form_is_refused(told, code):
    assert codes(plan().submit(substitute(**told)))[0] == code


def test_the_new_deal_has_an_id_of_its_own():
    command = substitute()
    command["by"]["deal"] = "deal_r"
    assert codes(plan().submit(command))[0] == "DUPLICATE_ID"
