"""Insolvency: freezes end, execution stops, acts of the time before may fall (F-13 to F-15)."""

import pytest

from ledger.rules import common
from ledger.rules.insolvency import RULES
from ledger.statement.freezes import freeze_queue
from ledger.statement.insolvency import choices_due
from tests.ledger.rules.desk import DIGEST, P1, P2, W1, Desk, parties, report, right
from tests.ledger.rules.pledging import contract

COURT = "杭州市中级人民法院"


def accepted(day="2024-09-02", *, rights=P1, party="甲公司", procedure="liquidation", **members):
    return report(
        "HZZY", "（2024）浙01破申8号", "insolvency.accepted", rights=rights, insolvency="ins_1",
        party={"name": party}, procedure=procedure, accepted_on=day, authorities=parties(COURT),
        administrator={"name": "某律师事务所"}, **members,
    )  # fmt: skip


def case(number, type_, **members):
    return report("HZZY", number, f"insolvency.{type_}", rights=P1, insolvency="ins_1", **members)


def freeze(number, served_at, **members):
    return report(
        "CNIPA", number, "freeze.imposed", rights=P1, freeze=f"frz_{number.lower()}", stage="execution",
        served_at=served_at, authorities=parties(COURT), **members,
    )  # fmt: skip


def pledge(number, day, *, pledgor="甲公司", contract=None):
    return report(
        "CNIPA", number, "pledge.registered", rights=P1, pledge=f"pld_{number}", pledgors=parties(pledgor),
        pledgees=parties("乙银行"), registered_on=day, **({"contract": contract} if contract else {}),
    )  # fmt: skip


def mainlander(name):
    seat = {"seat": "mainland", "state_owned": False, "research_institute": False}
    return {"name": name, "signed_on": "2024-05-06", "attributes": seat}


def transfer(number, day, grantee, *, on=P1):
    return report(
        "CNIPA", number, "transfer.registered", rights=on, grantors=parties("甲公司"),
        grantees=parties(grantee), executed_on=day, registered_on=day,
    )  # fmt: skip


def queue(desk, day):
    found = freeze_queue(desk.statement(P1), day)
    return tuple([item["reference"] for item in found[part]] for part in ("live", "waiting"))


def flagged(desk, code, right_id=P1):
    """Data of the statement's flags of a code."""
    return [flag["data"] for flag in desk.statement(right_id)["flags"] if flag["code"] == code]


def shown(desk, day):
    return [flag["code"] for flag in desk.view(P1, day)["flags"]]


@pytest.fixture
def desk():
    return Desk("2023-01-10").given(
        right(P1, "甲公司", title="一种电池", filed_on="2015-03-10", granted_on="2017-01-03"),
        right(P2, "甲公司", filed_on="2018-05-20", granted_on="2020-03-03"),
    )


# F-13


@pytest.mark.rule("F-13", "accepts")
def test_on_acceptance_all_freezes_of_the_debtor_end(desk):
    desk.on("2024-09-03").given(freeze("C1", "2024-01-15"), freeze("C2", "2024-03-01"), accepted())
    assert queue(desk, "2024-09-01") == (["C1"], ["C2"])
    assert queue(desk, "2024-09-02") == ([], [])
    assert [item["end_state"] for item in desk.statement(P1)["freezes"]] == ["lifted", "lifted"]


def test_a_freeze_the_register_merely_lists_ends_as_well(desk):
    plain = report("CNIPA", "G1", "freeze.imposed", rights=P1, freeze="frz_g1", effective_from="2024-01-15")
    desk.on("2024-09-03").given(plain, accepted())
    assert queue(desk, "2024-09-01") == (["G1"], [])
    assert queue(desk, "2024-09-02") == ([], [])


def test_the_order_of_recording_does_not_matter(desk):
    desk.on("2024-09-03").given(accepted(), freeze("C1", "2024-01-15"))
    assert queue(desk, "2024-09-01") == (["C1"], [])
    assert queue(desk, "2024-09-02") == ([], [])


def test_freezes_of_a_right_that_is_not_the_insolvent_s_stand(desk):
    desk.on("2024-09-03").given(
        transfer("T1", "2023-02-01", "丁公司"), freeze("C1", "2024-01-15"), accepted()
    )
    assert queue(desk, "2024-09-02") == (["C1"], [])
    assert flagged(desk, "INSOLVENCY_STAY") == []


@pytest.mark.parametrize(
    ("debtors", "left"),
    [(["甲公司"], []), (["乙公司"], ["C1"]), (["甲公司", "乙公司"], ["C1"]), ([], ["C1"])],
)
def test_a_co_owner_s_freeze_stays(debtors, left):
    """Where it is not told whose share is frozen it may be the co-owner's: it stands."""
    desk = Desk("2024-09-03").given(right(P1, {"甲公司": [1, 2], "乙公司": [1, 2]}, filed_on="2015-03-10"))
    named = {"debtors": parties(debtors)} if debtors else {}
    desk.given(freeze("C1", "2024-01-15", **named), accepted())
    assert queue(desk, "2024-09-02") == (left, [])


@pytest.mark.rule("F-13", "flags")
def test_a_freeze_or_renewal_after_acceptance_stands_and_is_flagged(desk):
    desk.on("2024-09-05").given(freeze("C1", "2024-01-15"), accepted())
    for late in (
        freeze("C3", "2024-09-04"),
        report("CNIPA", "R", "freeze.renewed", rights=P1, freeze="frz_c1", served_at="2024-09-05"),
    ):
        decision = desk.submit(late)
        assert [(each.code, each.data["broken"]) for each in decision.findings] == [
            ("AUTHORITY_CONFLICT", "INSOLVENCY_STAY")
        ]
    assert queue(desk, "2024-09-05") == (["C3"], ["R"])
    assert shown(desk, "2024-09-05").count("AUTHORITY_CONFLICT") == 2


@pytest.mark.rule("F-13", "refuses")
def test_execution_against_the_insolvent_is_refused_until_the_proceedings_end(desk):
    desk.on("2025-06-02").given(accepted(), case("E", "ended", ended_on="2025-06-01", outcome="closed"))
    for day, stayed in (("2024-09-01", 0), ("2024-09-02", 1), ("2025-05-31", 1), ("2025-06-01", 0)):
        found = list(common.not_stayed("P-23", P1, desk.statement(P1), day, "甲公司"))
        assert [each.code for each in found] == ["INSOLVENCY_STAY"] * stayed
        assert ("INSOLVENCY_STAY" in shown(desk, day)) is bool(stayed)
    assert list(common.not_stayed("P-23", P1, desk.statement(P1), "2024-10-01", "丁公司")) == []


@pytest.mark.rule("F-13", "flags")
def test_insolvency_of_a_stranger_is_accepted_and_flagged(desk):
    decision = desk.on("2024-09-03").submit(accepted(party="丙公司"))
    assert [each.data["broken"] for each in decision.findings] == ["NOT_OWNER_OF_RECORD"]


@pytest.mark.rule("F-13", "accepts")
def test_the_administrator_has_two_months_and_silence_rescinds(desk):
    """Two months from 2024-09-02 end on a Saturday: the next working day is 2024-11-04 (N-4)."""
    recorded = [
        report(
            "CNIPA", f"L{number}", "license.recorded", rights=P1, license=f"lic_{number}",
            licensors=parties("甲公司"), licensees=parties("丁公司"), registered_on=day,
        )
        for number, day in ((1, "2023-05-06"), (2, "2023-05-06"), (3, "2024-09-10"))
    ]  # fmt: skip
    decided = case("W1", "license_decided", license="lic_1", choice="continued", decided_on="2024-10-10")
    desk.on("2024-11-06").given(*recorded, accepted(), decided)

    def told(day):
        return [
            (each["license"], each["due_on"], each["choice"]) for each in choices_due(desk.statement(P1), day)
        ]

    assert told("2024-10-09") == [("lic_1", "2024-11-04", None), ("lic_2", "2024-11-04", None)]
    assert told("2024-11-04") == [("lic_1", "2024-11-04", "continued"), ("lic_2", "2024-11-04", None)]
    assert told("2024-11-05")[1] == ("lic_2", "2024-11-04", "rescinded_by_silence")
    assert desk.view(P1)["insolvencies"][0]["licenses"][0]["choice"] == "continued"


def test_a_notice_of_the_administrator_after_two_months_comes_too_late(desk):
    recorded = report(
        "CNIPA", "L1", "license.recorded", rights=P1, license="lic_1", licensors=parties("甲公司"),
        licensees=parties("丁公司"), registered_on="2023-05-06",
    )  # fmt: skip
    late = case("W1", "license_decided", license="lic_1", choice="continued", decided_on="2024-11-05")
    desk.on("2024-11-06").given(recorded, accepted(), late)
    assert [each["choice"] for each in choices_due(desk.statement(P1), "2024-11-05")] == [
        "rescinded_by_silence"
    ]


def test_a_document_of_unknown_proceedings_is_flagged(desk):
    desk.on("2024-11-06").given(case("E", "ended", ended_on="2024-11-01", outcome="dismissed"))
    assert flagged(desk, "FREEZE_REFERENCE_UNKNOWN") == [{"number": "E", "right": P1}]
    assert "insolvencies" not in desk.statement(P1)


# F-14


@pytest.mark.rule("F-14", "flags")
@pytest.mark.parametrize(
    ("day", "avoidable"), [("2023-09-01", 0), ("2023-09-02", 1), ("2024-08-30", 1), ("2024-09-02", 1)]
)
def test_a_pledge_of_the_last_year_may_secure_an_old_debt(desk, day, avoidable):
    """Of this one no contract is known, so that the debt may be old."""
    desk.on("2024-09-03").given(pledge("1", day), accepted())
    told = [(data["reference"], data["day"], data["ground"]) for data in flagged(desk, "AVOIDABLE")]
    assert told == [("1", day, "old_debt_unknown")] * avoidable
    assert ("AVOIDABLE" in shown(desk, "2024-09-02")) is bool(avoidable)
    assert "AVOIDABLE" not in shown(desk, "2024-09-01")


@pytest.mark.rule("F-14", "accepts")
def test_an_older_pledge_and_another_s_pledge_are_not_avoidable(desk):
    desk.on("2024-09-03").given(pledge("1", "2023-06-01"))
    desk.given(pledge("2", "2024-03-01", pledgor="丁公司"), accepted())
    assert flagged(desk, "AVOIDABLE") == []


@pytest.mark.rule("F-14", "flags")
@pytest.mark.parametrize(
    ("day", "grantee", "ground"),
    [
        ("2023-09-01", "丁公司", []),
        ("2023-09-02", "丁公司", ["price_unknown"]),
        ("2024-03-01", "乙银行", ["price_unknown"]),
        ("2024-03-02", "乙银行", ["preference"]),
    ],
)
def test_transfers_of_the_last_year_for_no_known_price_and_to_creditors(desk, day, grantee, ground):
    desk.on("2024-09-03").given(pledge("1", "2023-06-01"), transfer("T1", day, grantee), accepted())
    assert [data["ground"] for data in flagged(desk, "AVOIDABLE")] == ground


@pytest.mark.parametrize(("minor", "ground"), [(0, ["free_transfer"]), (100, [])])
def test_a_transfer_by_contract_is_judged_by_its_price(minor, ground):
    desk = Desk("2024-09-03").given(right(W1, "甲公司"))
    contract = {
        "command": "contract_transfer", "rights": [W1], "executed_on": "2024-05-06", "document": DIGEST,
        "grantors": [mainlander("甲公司")], "grantees": [mainlander("丁公司")],
        "price": {"minor": minor, "currency": "CNY"},
    }  # fmt: skip
    desk.given(contract, accepted(rights=W1))
    assert [data["ground"] for data in flagged(desk, "AVOIDABLE", W1)] == ground


@pytest.mark.rule("F-14", "accepts")
@pytest.mark.parametrize(
    ("earlier_debt", "ground"), [(True, ["old_debt"]), (None, ["old_debt_unknown"]), (False, [])]
)
def test_the_contract_says_whether_the_debt_was_old(desk, earlier_debt, ground):
    signed = contract([P1], pledge="pld_g1", executed_on="2024-05-06", earlier_debt=earlier_debt)
    desk.on("2024-05-06").given(signed).on("2024-09-03")
    desk.given(pledge("1", "2024-05-10", contract="pld_g1"), accepted())
    assert [data["ground"] for data in flagged(desk, "AVOIDABLE")] == ground


# F-15


@pytest.mark.rule("F-15", "refuses")
def test_reorganization_pauses_the_enforcement_of_pledges(desk):
    desk.on("2025-03-03").given(
        pledge("1", "2023-06-01"),
        accepted(procedure="reorganization"),
        case("V", "converted", procedure="liquidation", effective_from="2025-03-03"),
    )
    for day, paused in (("2024-09-01", 0), ("2024-09-02", 1), ("2025-03-02", 1), ("2025-03-03", 0)):
        found = list(common.not_paused("P-23", P1, desk.statement(P1), day, "pld_1"))
        assert [each.code for each in found] == ["REORG_STAY"] * paused
        assert ("REORG_STAY" in shown(desk, day)) is bool(paused)


@pytest.mark.rule("F-15", "accepts")
def test_the_court_may_allow_one_pledge_to_be_enforced(desk):
    desk.on("2024-12-03").given(
        pledge("1", "2023-06-01"),
        pledge("2", "2023-06-02"),
        accepted(procedure="reorganization"),
        case("A", "enforcement_allowed", pledge="pld_1", effective_from="2024-12-02"),
    )
    statement = desk.statement(P1)
    assert list(common.not_paused("P-23", P1, statement, "2024-12-02", "pld_1")) == []
    assert len(list(common.not_paused("P-23", P1, statement, "2024-12-02", "pld_2"))) == 1
    assert len(list(common.not_paused("P-23", P1, statement, "2024-12-01", "pld_1"))) == 1
    assert shown(desk, "2024-12-02").count("REORG_STAY") == 1


@pytest.mark.rule("F-15", "accepts")
def test_liquidation_pauses_no_pledge(desk):
    desk.on("2024-09-03").given(pledge("1", "2023-06-01"), accepted())
    assert list(common.not_paused("P-23", P1, desk.statement(P1), "2024-09-03", "pld_1")) == []
    assert "REORG_STAY" not in shown(desk, "2024-09-03")


def test_every_rule_stands_once():
    assert [rule.number for rule in RULES] == ["F-13", "F-14", "F-15"]
