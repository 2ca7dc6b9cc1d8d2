"""Rights and their status (A-1 to A-10, A-ID1 to A-ID4; S01, S12, S25)."""

from datetime import date

import pytest

from ledger.facts.status import FeePaid
from ledger.rules import assembled
from ledger.rules.common import alienable, fees_paid
from ledger.rules.form import parse
from ledger.rules.policy import POLICY
from ledger.statement.reading import (
    bundle_of,
    dispute_on,
    extract_age,
    fees_late_on,
    invalidation_pending_on,
    is_granted_on,
    last_day_in_force,
    status_on,
)
from ledger.statement.view import view
from tests.ledger.rules.desk import (
    DIGEST,
    P1,
    P2,
    P3,
    P4,
    T1,
    T2,
    US,
    W1,
    Desk,
    codes,
    parties,
    report,
    right,
)

EXTRACT = {"register": "CNIPA", "number": "副本 2024-000001", "digest": DIGEST}
LAYOUT = "CN:layout:BS.155508385"
VARIETY = "CN:variety:CNA20191006012"
WORK = "CN:copyright:粤作登字-2019-A-00001234"


def register(id_, owners="甲公司", *, source=EXTRACT, extract_on="2024-01-05", **members):
    told = {"source": source, "extract_on": extract_on, **members}
    return {
        "command": "register_right", "rights": [id_], "owners": parties(owners),
        **{name: value for name, value in told.items() if value is not None},
    }  # fmt: skip


def own_word(id_, owners="甲公司", **members):
    return register(id_, owners, source=None, extract_on=None, **members)


def flags(answer):
    return [flag["code"] for flag in answer["flags"]]


def statuses(statement, *days):
    return [status_on(statement, day) for day in days]


@pytest.fixture
def desk():
    return Desk("2024-01-10")


@pytest.mark.rule("A-ID1", "refuses")
@pytest.mark.rule("A-1", "refuses")
@pytest.mark.rule("A-ID1", "accepts")
@pytest.mark.rule("A-1", "accepts")
@pytest.mark.rule("A-ID3", "accepts")
def test_s01_a_wrong_check_digit_is_refused_and_the_right_one_gives_the_term(desk):
    """S01: 201510100001.7 has the check digit 8; filed 2015-03-10 the right lasts through 2035-03-09."""
    wrong = desk.submit(register("CN:patent:201510100001.7", filed_on="2015-03-10", granted_on="2017-01-03"))
    assert codes(wrong) == ["ASSET_ID_INVALID"]
    assert (wrong.findings[0].pointer, wrong.findings[0].data["expected"]) == ("/rights/0", "8")
    assert desk.submit(register(P1, filed_on="2015-03-10", granted_on="2017-01-03")).verdict == "accepted"
    assert last_day_in_force(desk.statement(P1)) == "2035-03-09"
    assert desk.view(P1, "2035-03-09")["status"] == "IN_FORCE"
    assert desk.view(P1, "2035-03-10")["status"] == "EXPIRED"


@pytest.mark.rule("A-ID3", "refuses")
def test_what_has_expired_can_no_longer_be_given_up():
    late = Desk("2035-03-10").given(register(P1, filed_on="2015-03-10", granted_on="2017-01-03"))
    refused = late.submit(
        command="surrender_right", rights=[P1], owners=[{"name": "甲公司"}], given_on="2035-03-10"
    )
    assert codes(refused) == ["ASSET_NOT_IN_FORCE"]


@pytest.mark.rule("A-ID1", "refuses")
@pytest.mark.parametrize(
    ("id_", "members", "pointer"),
    [
        ("CN:patent:CN100334574", {}, "/rights/0"),
        ("CN:patent:2015101000018", {}, "/rights/0"),
        ("CN:trademark:0123", {}, "/rights/0"),
        ("CN:software:2021SR012", {}, "/rights/0"),
        (P1, {"numbers": [{"kind": "publication", "number": "CN104000001"}]}, "/numbers/0/number"),
        (P1, {"numbers": [{"kind": "application", "number": "201510100001.7"}]}, "/numbers/0/number"),
        (W1, {"numbers": [{"kind": "grant", "number": "软著登字第0号"}]}, "/numbers/0/number"),
        (P1, {"sort": "design"}, "/sort"),
    ],
)
def test_numbers_that_are_not_of_their_kind_are_refused_with_their_place(desk, id_, members, pointer):
    refused = desk.submit(register(id_, **members))
    assert [(each.code, each.pointer) for each in refused.findings] == [("ASSET_ID_INVALID", pointer)]


@pytest.mark.rule("A-1", "refuses")
def test_application_publication_and_grant_are_one_right(desk):
    published = [{"kind": "publication", "number": "CN104000001A", "on": "2015-09-02"}]
    desk.given(register(P1, filed_on="2015-03-10", numbers=published))
    again = desk.submit(register(P1, filed_on="2015-03-10", granted_on="2017-01-03"))
    assert codes(again) == ["ASSET_DUPLICATE"]
    by_name = desk.submit(register(P2, filed_on="2018-02-05", numbers=published))
    assert [(each.code, each.right) for each in by_name.findings] == [("ASSET_DUPLICATE", P1)]
    desk.report("CNIPA", "grant-1", "right.granted", rights=P1, effective_from="2017-01-03")
    assert desk.view(P1)["status"] == "IN_FORCE"


@pytest.mark.rule("N-1", "refuses")
@pytest.mark.rule("N-1", "accepts")
def test_a_patent_needs_its_register_s_extract_and_a_work_does_not(desk):
    assert codes(desk.submit(own_word(P1, filed_on="2015-03-10"))) == ["FIELD_MISSING"]
    assert codes(desk.submit(register(P1, extract_on=None))) == ["FIELD_MISSING"]
    assert desk.submit(own_word(WORK, particulars={"author_kind": "natural_person"})).verdict == "accepted"
    assert desk.view(WORK)["status"] == "IN_FORCE"
    assert is_granted_on(desk.statement(WORK), desk.today)


@pytest.mark.rule("A-2", "refuses")
@pytest.mark.parametrize(
    "owners",
    [{"甲": [1, 2], "乙": [1, 3]}, {"甲": [2, 3], "乙": [2, 3]}, {"甲": [1, 2], "乙": None}, {"甲": [1, 3]}],
)
def test_shares_that_do_not_sum_to_one_are_refused(desk, owners):
    told = [{"name": name, **({"share": share} if share else {})} for name, share in owners.items()]
    assert codes(desk.submit(register(P1, told))) == ["SHARES_NOT_ONE"]


@pytest.mark.rule("A-2", "accepts")
@pytest.mark.rule("A-2", "flags")
def test_stated_shares_are_exact_and_unstated_ones_equal_and_flagged(desk):
    desk.given(register(P1, {"甲": [1, 3], "乙": [1, 3], "丙": [1, 3]}), register(P2, ["甲", "乙", "丙"]))
    assert [owner["share"] for owner in desk.view(P1)["owners"]] == [[1, 3]] * 3
    assert "SHARE_UNSPECIFIED" not in flags(desk.view(P1))
    assert [owner["share"] for owner in desk.view(P2)["owners"]] == [[1, 3]] * 3
    assert "SHARE_UNSPECIFIED" in flags(desk.view(P2))


@pytest.mark.rule("A-ID2", "accepts")
@pytest.mark.parametrize(
    ("particulars", "last_day"),
    [
        ({}, "2038-05-19"),
        ({"priority_on": "2017-05-22"}, "2038-05-19"),
        ({"international_filed_on": "2016-11-30"}, "2036-11-29"),
        ({"parent_filed_on": "2015-03-10"}, "2035-03-09"),
    ],
)
def test_the_term_counts_from_the_filing_date_that_the_law_names(desk, particulars, last_day):
    desk.given(register(P2, filed_on="2018-05-20", granted_on="2020-03-17", particulars=particulars))
    assert last_day_in_force(desk.statement(P2)) == last_day


@pytest.mark.rule("A-ID2", "refuses")
def test_a_parent_filed_later_is_no_parent(desk):
    refused = desk.submit(register(P2, filed_on="2018-05-20", particulars={"parent_filed_on": "2018-05-21"}))
    assert [(each.code, each.pointer) for each in refused.findings] == [
        ("DATE_ORDER_INVALID", "/particulars/parent_filed_on")
    ]
    to_come = desk.submit(register(P2, filed_on="2024-01-11"))
    assert codes(to_come) == ["DATE_IN_FUTURE"]


@pytest.mark.rule("A-ID3", "accepts")
@pytest.mark.parametrize(
    ("command", "last_day"),
    [
        (register(P3, filed_on="2021-08-01", granted_on="2022-01-04"), "2036-07-31"),
        (register(P3, filed_on="2021-05-31", granted_on="2022-01-04"), "2031-05-30"),
        (register(P4, filed_on="2016-04-15", granted_on="2016-09-21"), "2026-04-14"),
        (register(T1, granted_on="2018-01-14"), "2028-01-13"),
        (
            register(LAYOUT, filed_on="2015-06-01", particulars={"first_exploited_on": "2014-01-10"}),
            "2024-01-09",
        ),
        (register(LAYOUT, filed_on="2015-06-01", particulars={"completed_on": "2005-02-01"}), "2020-01-31"),
        (register(VARIETY, granted_on="2020-05-01", particulars={"woody": True}), "2040-04-30"),
        (register(VARIETY, granted_on="2020-05-01", particulars={"woody": False}), "2035-04-30"),
        (register(VARIETY, granted_on="2020-05-01"), None),
        (
            register(W1, particulars={"author_kind": "legal_person", "completed_on": "2020-12-01",
                                      "published_on": "2021-02-03"}),
            "2071-12-31",
        ),
        (
            register(WORK, particulars={"author_kind": "natural_person",
                                        "last_author_died_on": "2001-05-05"}),
            "2051-12-31",
        ),
        (
            register(US, sort="invention", granted_on="2018-10-30", filed_on="2016-05-03",
                     particulars={"earliest_filed_on": "2014-05-03", "adjustment_days": 10}),
            "2034-05-13",
        ),
        (register(US, sort="invention", granted_on="2018-10-30", filed_on="2016-05-03"), None),
        (register("US:trademark:1234567", granted_on="2018-10-30"), "2028-10-30"),
    ],
)  # fmt: skip
def test_each_kind_of_right_has_its_term(desk, command, last_day):
    desk.given(command)
    assert last_day_in_force(desk.statement(command["rights"][0])) == last_day


@pytest.mark.rule("U-2", "accepts")
def test_an_american_recording_is_a_party_s_word(desk):
    office = {"register": "USPTO", "number": "045678/0123"}
    desk.given(register(US, source=office, sort="invention", filed_on="2016-05-03"))
    (recorded,) = desk.situation.rights[US].recorded
    assert recorded.record.authority is False


@pytest.mark.rule("A-3", "accepts")
def test_compensated_days_are_added_to_the_term(desk):
    desk.given(register(P2, filed_on="2018-05-20", granted_on="2020-03-17"))
    desk.report(
        "CNIPA", "comp-1", "right.term_compensated", rights=P2, days=30, ground="grant_delay",
        registered_on="2024-01-02",
    )  # fmt: skip
    assert last_day_in_force(desk.statement(P2)) == "2038-06-18"
    desk.report("CNIPA", "副本-2", "right.described", rights=P2, expires_on="2038-06-18")
    assert last_day_in_force(desk.statement(P2)) == "2038-06-18"


@pytest.mark.rule("A-3", "accepts")
def test_a_mark_can_be_renewed_in_its_last_year_and_six_months_after(desk):
    desk.given(register(T1, granted_on="2018-01-14"))
    assert desk.view(T1)["renewal"] == {"from": "2027-01-14", "grace_until": "2028-07-13"}
    assert statuses(desk.statement(T1), "2028-01-13", "2028-01-14", "2028-07-13", "2028-07-14") == [
        "IN_FORCE", "RENEWAL_GRACE", "RENEWAL_GRACE", "NOT_RENEWED",
    ]  # fmt: skip
    desk.on("2028-05-01").report("CNIPA", "续展-1", "right.renewed", rights=T1, registered_on="2028-04-20")
    assert last_day_in_force(desk.statement(T1)) == "2038-01-13"
    assert desk.view(T1, "2028-07-14")["status"] == "IN_FORCE"


@pytest.mark.rule("A-3", "accepts")
def test_a_mark_is_revoked_from_the_announcement_and_struck_from_the_day_after_its_last(desk):
    desk.given(register(T1, granted_on="2013-01-14"), register(T2, granted_on="2013-01-14"))
    desk.report("CNIPA", "撤三-1", "right.revoked", rights=T1, cause="non_use", effective_from="2022-06-06")
    desk.report("CNIPA", "注销-1", "right.not_renewed", rights=T2, effective_from="2023-01-14",
                registered_on="2023-08-01")  # fmt: skip
    assert [desk.view(T1, day)["status"] for day in ("2022-06-05", "2022-06-06")] == ["IN_FORCE", "REVOKED"]
    assert [desk.view(T2, day)["status"] for day in ("2023-01-13", "2023-01-14")] == [
        "IN_FORCE",
        "NOT_RENEWED",
    ]


@pytest.mark.rule("A-3", "flags")
def test_a_step_the_status_does_not_provide_for_is_accepted_and_flagged(desk):
    desk.given(register(P1, filed_on="2015-03-10", granted_on="2017-01-03"))
    odd = desk.report("CNIPA", "恢复-1", "right.restored", rights=P1, registered_on="2023-05-05")
    assert odd.verdict == "accepted"
    assert "STATUS_TRANSITION_INVALID" in flags(desk.view(P1))


FEE_YEAR_9 = {"rights": P4, "year": 9}
P4_COMMAND = register(P4, filed_on="2016-04-15", granted_on="2016-09-21")


@pytest.mark.rule("A-ID4", "refuses")
@pytest.mark.rule("A-6", "refuses")
def test_s12_an_unpaid_fee_is_late_for_six_months_and_then_ends_the_right_on_its_due_day():
    """S12: P4's ninth fee was due on 2024-04-15; unpaid through 2024-10-15, its lapse comes in November."""
    desk = Desk("2024-06-01").given(P4_COMMAND)
    desk.report("CNIPA", "缴费通知-9", "fee.unpaid", stated_on="2024-05-20", **FEE_YEAR_9)
    statement = desk.statement(P4)
    assert [fees_late_on(statement, day) for day in ("2024-04-15", "2024-04-16", "2024-06-01")] == [
        False, True, True,
    ]  # fmt: skip
    assert [status_on(statement, day) for day in ("2024-04-15", "2024-06-01")] == ["IN_FORCE", "FEE_LATE"]
    (late,) = fees_paid("P-4", P4, statement, "2024-06-01")
    assert (late.code, late.data["day"], late.data["until"]) == (
        "ANNUAL_FEE_OVERDUE",
        "2024-04-15",
        "2024-10-15",
    )
    assert "LAPSE_EXPECTED" not in flags(desk.view(P4, "2024-10-15"))
    assert "LAPSE_EXPECTED" in flags(desk.on("2024-10-16").view(P4))
    desk.on("2024-11-20").report(
        "CNIPA", "终止-9", "right.lapsed", rights=P4, cause="fee", effective_from="2024-04-15",
        registered_on="2024-11-19",
    )  # fmt: skip
    assert [desk.view(P4, day)["status"] for day in ("2024-04-14", "2024-04-15", "2024-06-01")] == [
        "IN_FORCE", "LAPSED", "LAPSED",
    ]  # fmt: skip
    assert "LAPSE_EXPECTED" not in flags(desk.view(P4))


@pytest.mark.rule("A-ID4", "accepts")
@pytest.mark.rule("A-6", "accepts")
def test_s12_a_fee_paid_in_the_late_period_leaves_the_right_as_it_was():
    desk = Desk("2024-06-01").given(P4_COMMAND)
    desk.report("CNIPA", "缴费通知-9", "fee.unpaid", stated_on="2024-05-20", **FEE_YEAR_9)
    desk.on("2024-07-02").report("CNIPA", "收据-9", "fee.paid", paid_on="2024-07-01", **FEE_YEAR_9)
    statement = desk.statement(P4)
    assert [fees_late_on(statement, day) for day in ("2024-06-30", "2024-07-01")] == [True, False]
    assert list(fees_paid("P-4", P4, statement, "2024-07-01")) == []
    assert last_day_in_force(statement) == "2026-04-14"
    assert flags(desk.view(P4)) == []


@pytest.mark.rule("A-6", "accepts")
def test_a_right_with_a_late_fee_can_still_be_given_up_or_transferred():
    desk = Desk("2024-06-01").given(P4_COMMAND)
    desk.report("CNIPA", "缴费通知-9", "fee.unpaid", stated_on="2024-05-20", **FEE_YEAR_9)
    given_up = desk.submit(
        command="surrender_right", rights=[P4], owners=[{"name": "甲公司"}], given_on="2024-06-01"
    )
    assert given_up.verdict == "accepted"


@pytest.mark.rule("A-ID4", "flags")
def test_silence_about_a_fee_is_told_and_stops_nobody():
    desk = Desk("2024-04-15").given(P4_COMMAND)
    desk.report("CNIPA", "收据-8", "fee.paid", rights=P4, year=8, paid_on="2023-04-01")
    assert flags(desk.view(P4)) == []
    assert flags(desk.on("2024-04-16").view(P4)) == ["FEE_STATUS_UNKNOWN"]
    assert list(fees_paid("P-4", P4, desk.statement(P4), "2024-04-16")) == []
    desk.report("CNIPA", "收据-9", "fee.paid", paid_on="2024-04-10", **FEE_YEAR_9)
    assert flags(desk.view(P4)) == []


def test_rights_imported_without_a_word_on_fees_are_answered_as_before():
    desk = Desk("2024-06-01").given(right(P4, "甲公司", filed_on="2016-04-15", granted_on="2016-09-21"))
    assert flags(desk.view(P4)) == []
    assert {"fees", "details", "extracts", "stayed"}.isdisjoint(desk.statement(P4))


@pytest.mark.rule("A-ID4", "accepts")
def test_a_restoration_settles_the_fee_and_the_right_was_never_interrupted():
    desk = Desk("2024-06-01").given(P4_COMMAND)
    desk.report("CNIPA", "缴费通知-9", "fee.unpaid", stated_on="2024-05-20", **FEE_YEAR_9)
    desk.on("2024-11-20").report(
        "CNIPA", "终止-9", "right.lapsed", rights=P4, cause="fee", effective_from="2024-04-15",
        registered_on="2024-11-19",
    )  # fmt: skip
    desk.on("2025-01-20").report("CNIPA", "恢复-9", "right.restored", rights=P4, registered_on="2025-01-15")
    assert desk.view(P4)["status"] == "IN_FORCE"
    assert not fees_late_on(desk.statement(P4), "2025-01-20")


@pytest.mark.rule("A-4", "flags")
@pytest.mark.rule("A-4", "accepts")
def test_invalidation_is_requested_decided_and_quashed_while_the_right_stays_in_force():
    desk = Desk("2024-10-01").given(right(P1, "甲公司", filed_on="2015-03-10", granted_on="2017-01-03"))
    desk.report(
        "CNIPA", "W1", "invalidation.requested", rights=P1, case="4W118001", effective_from="2024-05-01"
    )
    desk.report("CNIPA", "W2", "invalidation.decided", rights=P1, case="4W118001", scope="full",
                effective_from="2024-09-20")  # fmt: skip
    answer = desk.view(P1)
    assert (answer["status"], flags(answer)) == ("IN_FORCE", ["INVALIDATION_DECIDED_NOT_FINAL"])
    assert [item["case"] for item in answer["invalidations"]] == ["4W118001"]
    desk.on("2025-06-01").report(
        "CNIPA", "J1", "invalidation.dismissed", rights=P1, case="4W118001", cause="decision_quashed",
        effective_from="2025-05-30",
    )  # fmt: skip
    statement = desk.statement(P1)
    days = ("2024-04-30", "2024-05-01", "2025-05-30")
    assert [invalidation_pending_on(statement, day) for day in days] == [False, True, False]
    assert flags(desk.view(P1)) == []
    assert "invalidations" not in desk.view(P1)


@pytest.mark.rule("A-4", "accepts")
@pytest.mark.rule("A-5", "accepts")
def test_s25_final_invalidity_reaches_back_and_reverses_no_payment():
    """S25: final 2025-02-10, recorded 2025-02-14; asked as of 2024-06-01, before and after it was known."""
    desk = Desk("2024-06-01").given(register(P1, filed_on="2015-03-10", granted_on="2017-01-03"))
    desk.report("CNIPA", "收据-10", "fee.paid", rights=P1, year=10, paid_on="2024-03-01")
    desk.report(
        "CNIPA", "质押-1", "pledge.registered", rights=P1, pledge="pld_one", pledgors=[{"name": "甲公司"}],
        pledgees=[{"name": "乙银行"}], registered_on="2024-05-06",
    )  # fmt: skip
    known_then = desk.situation.rights[P1]
    before = desk.view(P1, "2024-06-01")
    assert (before["status"], [item["rank"] for item in before["encumbrances"]]) == ("IN_FORCE", [1])
    fees = desk.statement(P1)["fees"]
    decision = desk.on("2025-02-14").report(
        "CNIPA", "F1", "invalidation.became_final", rights=P1, scope="full", effective_from="2025-02-10",
        registered_on="2025-02-14",
    )  # fmt: skip
    assert [said.fact.TYPE for said in decision.said] == ["invalidation.became_final"]
    after = desk.view(P1, "2024-06-01")
    assert (after["status"], "OBJECT_LOST" in flags(after)) == ("INVALID_FULL", True)
    assert not is_granted_on(desk.statement(P1), "2024-06-01")
    assert desk.statement(P1)["fees"] == fees
    paid = [item.fact for item in desk.situation.rights[P1].recorded if isinstance(item.fact, FeePaid)]
    assert [fact.paid_on for fact in paid] == ["2024-03-01"]
    desk.situation = type(desk.situation)(desk.situation.now, {P1: known_then})
    assert desk.view(P1, "2024-06-01") == before


@pytest.mark.rule("A-5", "refuses")
def test_what_became_void_can_be_disposed_of_no_more():
    desk = Desk("2025-02-14").given(register(P1, filed_on="2015-03-10", granted_on="2017-01-03"))
    desk.report(
        "CNIPA", "F1", "invalidation.became_final", rights=P1, scope="full", effective_from="2025-02-10"
    )
    refused = desk.submit(
        command="surrender_right", rights=[P1], owners=[{"name": "甲公司"}], given_on="2025-02-14"
    )
    assert codes(refused) == ["ASSET_NOT_IN_FORCE"]


PLEDGED = report(
    "CNIPA", "质押-1", "pledge.registered", rights=P1, pledge="pld_one", pledgors=[{"name": "甲公司"}],
    pledgees=[{"name": "乙银行"}], registered_on="2023-05-06",
)  # fmt: skip
FROZEN = report(
    "CNIPA", "(2023)粤01执1号", "freeze.imposed", rights=P1, freeze="frz_one", effective_from="2023-06-01",
    until="2024-05-31", authorities=[{"name": "广州中院"}],
)  # fmt: skip


def surrender(**members):
    return {
        "command": "surrender_right", "rights": [P1], "owners": [{"name": "甲公司"}],
        "given_on": "2024-01-10", **members,
    }  # fmt: skip


@pytest.fixture
def owned(desk):
    return desk.given(right(P1, "甲公司", filed_on="2015-03-10", granted_on="2017-01-03"))


@pytest.mark.rule("A-7", "refuses")
@pytest.mark.rule("A-7", "accepts")
def test_a_pledged_right_is_given_up_with_its_pledgee_s_consent_only(owned):
    owned.given(PLEDGED)
    refused = owned.submit(surrender())
    assert codes(refused) == ["PLEDGEE_CONSENT_MISSING"]
    assert [each.missing.holder for each in refused.missing] == ["乙银行"]
    owned.given(
        {"command": "give_consent", "rights": [P1], "giver": {"name": "乙银行"}, "role": "pledgee",
         "act": "surrender", "given_on": "2024-01-09"}
    )  # fmt: skip
    assert owned.submit(surrender()).verdict == "accepted"
    answer = owned.view(P1)
    assert answer["status"] == "IN_FORCE"
    assert [item["declared_on"] for item in answer["surrenders"]] == ["2024-01-10"]
    owned.report("CNIPA", "放弃-1", "right.surrendered", rights=P1, effective_from="2024-01-10",
                 registered_on="2024-01-10")  # fmt: skip
    answer = owned.view(P1)
    assert (answer["status"], "surrenders" in answer, flags(answer)) == ("SURRENDERED", False, [])


@pytest.mark.rule("A-7", "refuses")
def test_a_frozen_right_is_not_given_up_nor_by_who_does_not_own_it(owned):
    owned.given(FROZEN)
    assert codes(owned.submit(surrender())) == ["ASSET_FROZEN"]
    stranger = surrender(owners=[{"name": "丙公司"}], given_on="2023-05-01")
    assert codes(owned.submit(stranger)) == ["ASSET_FROZEN", "NOT_OWNER_OF_RECORD"]


@pytest.mark.rule("A-7", "flags")
def test_a_surrender_registered_without_the_pledgee_is_flagged(owned):
    owned.given(PLEDGED)
    reported = owned.report("CNIPA", "放弃-1", "right.surrendered", rights=P1, registered_on="2024-01-09")
    assert (reported.verdict, reported.flags) == ("accepted", ("AUTHORITY_CONFLICT",))
    assert {each.data["broken"] for each in reported.findings} == {"PLEDGEE_CONSENT_MISSING"}


LAPSED = {
    "rights": P1, "cause": "fee", "effective_from": "2023-03-10", "registered_on": "2023-11-08",
}  # fmt: skip


@pytest.mark.rule("A-8", "flags")
@pytest.mark.rule("A-8", "accepts")
def test_a_lapse_reported_while_frozen_waits_for_the_end_of_the_freeze(owned):
    owned.given(FROZEN)
    reported = owned.report("CNIPA", "终止-1", "right.lapsed", **LAPSED)
    assert (reported.verdict, reported.flags) == ("accepted", ("AUTHORITY_CONFLICT",))
    assert [(each.rule, each.data["broken"]) for each in reported.findings] == [("A-8", "ASSET_FROZEN")]
    statement = owned.statement(P1)
    assert [(item["status"], item["from"]) for item in statement["stayed"]] == [("LAPSED", "2023-03-10")]
    assert statuses(statement, "2023-03-10", "2024-01-10", "2024-05-31", "2024-06-01") == [
        "IN_FORCE", "IN_FORCE", "IN_FORCE", "LAPSED",
    ]  # fmt: skip
    assert "AUTHORITY_CONFLICT" in flags(owned.view(P1))


@pytest.mark.rule("A-8", "accepts")
def test_a_lifting_sets_the_lapse_free_and_a_restoration_takes_it_away(owned):
    owned.given(FROZEN)
    owned.report("CNIPA", "终止-1", "right.lapsed", **LAPSED)
    owned.report("CNIPA", "解冻-1", "freeze.lifted", rights=P1, freeze="frz_one", ended_on="2024-01-08",
                 registered_on="2024-01-08")  # fmt: skip
    statement = owned.statement(P1)
    assert [status_on(statement, day) for day in ("2024-01-07", "2024-01-08")] == ["IN_FORCE", "LAPSED"]
    owned.report("CNIPA", "恢复-1", "right.restored", rights=P1, registered_on="2024-01-09")
    statement = owned.statement(P1)
    assert (status_on(statement, "2024-01-10"), "stayed" in statement) == ("IN_FORCE", False)
    assert "STATUS_TRANSITION_INVALID" not in flags(owned.view(P1))


@pytest.mark.rule("A-8", "accepts")
def test_a_lapse_of_a_right_that_is_free_takes_effect_at_its_due_day(owned):
    reported = owned.report("CNIPA", "终止-1", "right.lapsed", **LAPSED)
    assert reported.flags == ()
    assert status_on(owned.statement(P1), "2023-03-10") == "LAPSED"


@pytest.mark.rule("A-9", "refuses")
@pytest.mark.rule("A-9", "accepts")
@pytest.mark.parametrize(
    ("id_", "particulars", "expected"),
    [
        (WORK, {"items": ["5", "information_network"]}, []),
        (WORK, {"items": ["attribution"]}, ["RIGHT_NOT_TRANSFERABLE"]),
        (WORK, {"items": ["2"]}, ["RIGHT_NOT_TRANSFERABLE"]),
        (WORK, {"items": ["18"]}, ["SCOPE_INVALID"]),
        (WORK, {"goods": ["9"]}, ["FIELD_UNKNOWN"]),
        (T1, {"goods": ["9/蓄电池", "42"]}, []),
        (T1, {"goods": ["46"]}, ["SCOPE_INVALID"]),
    ],
)
def test_what_a_work_or_mark_covers_is_named_as_grants_name_it(desk, id_, particulars, expected):
    assert codes(desk.submit(register(id_, particulars=particulars))) == expected


@pytest.mark.rule("A-9", "refuses")
@pytest.mark.rule("A-9", "accepts")
@pytest.mark.parametrize(
    ("particulars", "expected"),
    [({"protection": "mark"}, []), ({"protection": "product"}, ["RIGHT_NOT_TRANSFERABLE"]),
     ({}, ["RIGHT_NOT_TRANSFERABLE"])],
)  # fmt: skip
def test_a_product_s_geographical_indication_is_nobody_s_to_convey(desk, particulars, expected):
    id_ = "CN:geographical_indication:2019-123"
    desk.given(register(id_, particulars=particulars))
    assert [each.code for each in alienable("T-3", id_, desk.statement(id_))] == expected


def test_other_rights_are_alienable(owned):
    assert list(alienable("T-3", P1, owned.statement(P1))) == []


@pytest.mark.rule("A-10", "accepts")
@pytest.mark.rule("A-10", "flags")
def test_the_age_of_the_newest_extract_is_told_and_flagged_when_policy_says_it_is_stale(desk):
    limit = POLICY.value("extract_age_days", "2024-02-05")
    desk.given(register(P1, filed_on="2015-03-10", granted_on="2017-01-03", extract_on="2024-01-05"))

    def answer(day):
        return view(desk.statement(P1), date.fromisoformat(day), extract_age_days=limit)

    assert answer("2024-02-04")["extract"] == {"on": "2024-01-05", "age_days": 30}
    assert "STALE_EXTRACT" not in flags(answer("2024-02-04"))
    assert "STALE_EXTRACT" in flags(answer("2024-02-05"))
    assert extract_age(desk.statement(P1), "2024-01-04") is None
    desk.on("2024-02-06").report("CNIPA", "副本-2", "right.described", rights=P1, extract_on="2024-02-05")
    assert "STALE_EXTRACT" not in flags(answer("2024-02-06"))


@pytest.mark.rule("T-13", "accepts")
@pytest.mark.rule("T-13", "refuses")
def test_the_operator_lists_marks_that_go_together(desk):
    desk.given(register(T1, granted_on="2018-01-14"), register(T2, granted_on="2019-01-14"), register(P1))
    listed = desk.submit(command="list_similar_marks", rights=[T1, T2], listed_on="2024-01-09")
    assert listed.verdict == "accepted"
    assert bundle_of(desk.statement(T2)) == [T1, T2]
    assert desk.view(T1)["similar_marks"] == [T1, T2]
    odd = desk.submit(command="list_similar_marks", rights=[T1, P1], listed_on="2024-01-11")
    assert codes(odd) == ["FIELD_INVALID", "DATE_IN_FUTURE"]
    other = "CN:trademark:10000003"
    desk.given(register(other, "丁公司", granted_on="2018-01-14"))
    strangers = desk.submit(command="list_similar_marks", rights=[T1, other], listed_on="2024-01-09")
    assert codes(strangers) == ["NOT_OWNER_OF_RECORD"]


def test_a_dispute_runs_from_its_raising_to_its_end(owned):
    raised = {"rights": P1, "dispute": "(2023)粤73民初5号"}
    owned.report("IPCOURT", "D1", "dispute.raised", kind="ownership", effective_from="2023-05-01",
                 claimants=[{"name": "丙公司"}], **raised)  # fmt: skip
    assert [item["dispute"] for item in owned.view(P1)["disputes"]] == ["(2023)粤73民初5号"]
    owned.report("IPCOURT", "D2", "dispute.ended", effective_from="2023-12-01", **raised)
    statement = owned.statement(P1)
    assert [len(dispute_on(statement, day)) for day in ("2023-04-30", "2023-05-01", "2023-12-01")] == [
        0,
        1,
        0,
    ]


def test_an_extract_of_an_office_that_only_records_is_its_owners_word_and_of_no_foreign_right():
    source = {"register": "USPTO", "number": "052000/0001"}
    told = {
        "command": "register_right", "source": source, "extract_on": "2024-01-08",
        "owners": [{"name": "甲公司"}], "sort": "invention", "filed_on": "2018-05-20",
    }  # fmt: skip
    desk = Desk("2024-01-09")
    assert "FIELD_INVALID" in codes(desk.submit(told | {"rights": [P2]}))
    command = parse(told | {"rights": [US], "command_id": "r-1"}, assembled()).command
    assert command.actors() == ("甲公司",)
