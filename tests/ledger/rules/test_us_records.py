"""US-style records: whose word they are, and who prevails between two conveyances (U-1 to U-7, N-8; S20)."""

import pytest

from ledger.registers.conveyances import classify
from tests.ledger.rules.desk import DIGEST, P2, US, Desk, codes, report, right

MARK = "US:trademark:97123456"
WORK = "US:copyright:TX0001234567"


def recorded(number, by, to, signed, on, rights=US, register="USPTO"):  # noqa: PLR0917  # as one reads it
    return report(
        register, number, "transfer.registered", rights=rights, grantors=[{"name": by}],
        grantees=[{"name": to}], executed_on=signed, registered_on=on,
    )  # fmt: skip


def secured(number, by, to, signed, on, rights=US, register="USPTO"):  # noqa: PLR0917  # as one reads it
    return report(
        register, number, "pledge.registered", rights=rights, pledge=f"pld_{number.replace('/', '_')}",
        pledgors=[{"name": by}], pledgees=[{"name": to}], executed_on=signed, registered_on=on,
    )  # fmt: skip


def contracted(to, on, rights=US, **members):
    return {
        "command": "contract_transfer", "rights": [rights], "executed_on": on, "document": DIGEST,
        "grantors": [{"name": "A Corp", "signed_on": on}], "grantees": [{"name": to, "signed_on": on}],
        **members,
    }  # fmt: skip


def qualified(number, registry="USPTO", rights=US, **members):
    return {
        "command": "qualify_conveyance", "rights": [rights], "by": {"name": "C Corp"},
        "registry": registry, "number": number, **members,
    }  # fmt: skip


def priority(desk, right_=US, day=None):
    (pair,) = desk.view(right_, day)["priority"]
    return pair


def decided(desk, right_=US):
    pair = priority(desk, right_)
    return pair["prevails"], pair["clause"]


@pytest.fixture
def desk():
    return Desk("2023-06-01").given(right(US, "A Corp", filed_on="2016-05-03", granted_on="2018-06-19"))


@pytest.mark.rule("U-1", "flags")
def test_a_text_that_is_not_understood_conveys_nothing_and_is_flagged(desk):
    assert classify("OPTION TO PURCHASE").kind == "unknown"
    desk.given(report(
        "USPTO", "070001/0009", "recording.noted", rights=US, code="OPTION TO PURCHASE", unknown=True,
        registered_on="2023-05-02",
    ))  # fmt: skip
    assert [owner["name"] for owner in desk.view(US)["owners"]] == ["A Corp"]
    assert "RECORDING_UNKNOWN" in [flag["code"] for flag in desk.view(US)["flags"]]


@pytest.mark.rule("U-1", "accepts")
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ASSIGNMENT OF ASSIGNORS INTEREST", "assignment"),
        ("SECURITY INTEREST", "security_interest"),
        ("RELEASE BY SECURED PARTY", "release"),
        ("LICENSE", "license"),
        ("MERGER", "merger"),
        ("CHANGE OF NAME", "name_change"),
        ("TAX LIEN", "lien"),
        ("CORRECTIVE ASSIGNMENT TO CORRECT THE PATENT NUMBER PREVIOUSLY RECORDED ON REEL 046669 FRAME 0401",
         "correction"),
        ("NUNC PRO TUNC ASSIGNMENT", "nunc_pro_tunc"),
    ],
)  # fmt: skip
def test_conveyance_texts_are_mapped(text, kind):
    assert classify(text).kind == kind


@pytest.mark.rule("U-2", "accepts")
def test_a_us_recording_is_a_party_s_word_with_the_office_s_receipt(desk):
    desk.given(recorded("070001/0001", "A Corp", "B Corp", "2023-01-10", "2023-01-12"))
    item = desk.situation.rights[US].recorded[-1]
    assert (item.fact.TYPE, item.record.authority) == ("transfer.registered", False)
    assert (item.record.register, item.record.number) == ("USPTO", "070001/0001")
    assert [owner["name"] for owner in desk.view(US)["owners"]] == ["B Corp"]


@pytest.mark.rule("U-2", "flags")
def test_a_recording_by_a_stranger_breaks_the_chain_but_contradicts_no_authority(desk):
    desk.given(recorded("070001/0001", "A Corp", "B Corp", "2023-01-10", "2023-01-12"))
    done = desk.submit(recorded("070001/0002", "X Corp", "C Corp", "2023-02-10", "2023-02-12"))
    assert (done.verdict, done.flags) == ("accepted", ())
    assert "CHAIN_OF_TITLE_BREAK" in [flag["code"] for flag in desk.view(US)["flags"]]


@pytest.mark.rule("U-3", "accepts")
@pytest.mark.parametrize(
    ("recorded_on", "prevails", "clause"),
    [("2023-04-10", "earlier", "recorded_in_time"), ("2023-04-11", "later", "later_protected")],
)
def test_s20_the_earlier_prevails_if_recorded_within_three_months(desk, recorded_on, prevails, clause):
    desk.given(
        recorded("070002/0001", "A Corp", "C Corp", "2023-03-01", "2023-03-02"),
        recorded("070003/0001", "A Corp", "B Corp", "2023-01-10", recorded_on),
    )
    assert "priority" not in desk.view(US)
    desk.given(qualified("070002/0001", for_value=True, without_notice=True))
    pair = priority(desk)
    assert (pair["prevails"], pair["clause"], pair["deadline"]) == (prevails, clause, "2023-04-10")
    assert (pair["law"], pair["earlier"]["to"], pair["later"]["to"]) == ("35 USC 261", ["B Corp"], ["C Corp"])
    assert (pair["earlier"]["executed_on"], pair["earlier"]["recorded_on"]) == ("2023-01-10", recorded_on)
    assert set(pair["message"]) == {"en", "zh"}
    assert "PRIORITY_CONFLICT" in [flag["code"] for flag in desk.view(US)["flags"]]


@pytest.mark.rule("U-3", "accepts")
@pytest.mark.parametrize(
    ("recorded_on", "prevails", "clause"),
    [("2023-04-10", "earlier", "recorded_in_time"), ("2023-04-11", "later", "later_protected")],
)
def test_s20_the_later_need_not_record_at_all(recorded_on, prevails, clause):
    desk = Desk("2023-03-01").given(right(US, "A Corp", filed_on="2016-05-03", granted_on="2018-06-19"))
    desk.given(contracted("C Corp", "2023-03-01", transfer="trf_c"))
    desk.on("2023-06-01").given(
        recorded("070003/0001", "A Corp", "B Corp", "2023-01-10", recorded_on),
        qualified("trf_c", registry="LEDGER", for_value=True, without_notice=True),
    )
    pair = priority(desk)
    assert (pair["prevails"], pair["clause"]) == (prevails, clause)
    assert pair["later"]["recorded_on"] is None
    assert desk.statement(US)["transfers"][0]["state"] == "overtaken"


@pytest.mark.rule("U-3", "flags")
def test_where_value_or_notice_is_unknown_nobody_is_said_to_prevail(desk):
    desk.given(
        recorded("070002/0001", "A Corp", "C Corp", "2023-03-01", "2023-03-02"),
        recorded("070003/0001", "A Corp", "B Corp", "2023-01-10", "2023-04-11"),
        qualified("070002/0001", for_value=True),
    )
    pair = priority(desk)
    assert (pair["prevails"], pair["clause"], pair["unknown"]) == (None, "undetermined", ["without_notice"])
    assert "PRIORITY_UNDETERMINED" in [flag["code"] for flag in desk.view(US)["flags"]]
    desk.given(qualified("070002/0001", without_notice=False))
    assert decided(desk) == ("earlier", "later_not_protected")


@pytest.mark.rule("U-3", "accepts")
def test_recorded_before_the_later_purchase_is_in_time_however_late(desk):
    desk.given(
        recorded("070003/0001", "A Corp", "B Corp", "2022-01-10", "2022-12-01"),
        secured("070004/0001", "A Corp", "D Bank", "2023-03-01", "2023-03-02"),
        qualified("070004/0001", for_value=True, without_notice=True),
    )
    assert decided(desk) == ("earlier", "recorded_before")


@pytest.mark.rule("U-3", "accepts")
def test_a_mortgagee_is_protected_like_a_purchaser_and_a_gift_is_not(desk):
    desk.given(
        recorded("070003/0001", "A Corp", "B Corp", "2022-01-10", "2023-04-11"),
        secured("070004/0001", "A Corp", "D Bank", "2023-03-01", "2023-03-02"),
        qualified("070004/0001", for_value=True, without_notice=True),
    )
    assert decided(desk) == ("later", "later_protected")
    desk.given(qualified("070004/0001", for_value=False))
    assert decided(desk) == ("earlier", "later_not_protected")


def test_until_three_months_have_passed_nothing_is_settled():
    desk = Desk("2023-03-15").given(right(US, "A Corp", filed_on="2016-05-03", granted_on="2018-06-19"))
    desk.given(contracted("B Corp", "2023-01-10", transfer="trf_b"))
    desk.given(recorded("070002/0001", "A Corp", "C Corp", "2023-03-01", "2023-03-02"))
    desk.given(qualified("070002/0001", for_value=True, without_notice=True))
    assert decided(desk) == (None, "open")
    assert priority(desk)["open_until"] == "2023-04-10"
    assert decided(desk.on("2023-04-10")) == (None, "open")
    assert decided(desk.on("2023-04-11")) == ("later", "later_protected")


def test_a_deadline_on_a_saturday_may_run_to_monday(desk):
    """2023-01-15 plus three months is Saturday, 15 April 2023."""
    desk.given(
        recorded("070002/0001", "A Corp", "C Corp", "2023-03-01", "2023-03-02"),
        recorded("070003/0001", "A Corp", "B Corp", "2023-01-15", "2023-04-17"),
        qualified("070002/0001", for_value=True, without_notice=True),
    )
    pair = priority(desk)
    assert (pair["prevails"], pair["deadline"], pair["unknown"]) == (
        None, "2023-04-15", ["weekend_extension"],
    )  # fmt: skip


def test_one_chain_is_no_conflict(desk):
    desk.given(
        recorded("070002/0001", "A Corp", "B Corp", "2023-01-10", "2023-01-11"),
        recorded("070003/0001", "B Corp", "A Corp", "2023-02-10", "2023-02-11"),
        recorded("070004/0001", "A Corp", "C Corp", "2023-03-10", "2023-03-11"),
        qualified("070004/0001", for_value=True, without_notice=True),
    )
    assert "priority" not in desk.view(US)


@pytest.mark.rule("U-3", "refuses")
def test_only_a_known_conveyance_of_a_us_right_is_qualified(desk):
    assert codes(desk.submit(qualified("070009/0001", for_value=True))) == ["REFERENCE_UNKNOWN"]
    desk.given(right(P2, "A Corp", filed_on="2018-05-20"))
    assert codes(desk.submit(qualified("1", rights=P2)))[0] == "FIELD_INVALID"
    later = qualified("070009/0001", stated_on="2023-07-01")
    assert codes(desk.submit(later)) == ["REFERENCE_UNKNOWN", "DATE_IN_FUTURE"]


# Trademarks


@pytest.mark.rule("U-4", "accepts")
def test_a_mark_passes_with_its_goodwill_and_the_same_three_months_count(desk):
    desk.given(right(MARK, "A Corp", filed_on="2019-01-10", granted_on="2020-01-14"))
    desk.given(contracted("B Corp", "2023-03-01", MARK, goodwill=True, transfer="trf_m"))
    assert desk.statement(MARK)["transfers"][0]["state"] == "pending"
    desk.given(
        recorded("8001/0001", "A Corp", "C Corp", "2023-01-10", "2023-05-01", MARK),
        qualified("trf_m", registry="LEDGER", rights=MARK, for_value=True, without_notice=True),
    )
    pair = priority(desk, MARK)
    assert (pair["law"], pair["prevails"], pair["deadline"]) == ("15 USC 1060(a)(4)", "later", "2023-04-10")


@pytest.mark.rule("U-4", "refuses")
def test_a_mark_in_gross_or_an_intended_one_does_not_pass(desk):
    desk.given(right(MARK, "A Corp", filed_on="2023-01-10"))
    assert codes(desk.submit(contracted("B Corp", "2023-03-01", MARK))) == [
        "GOODWILL_MISSING", "FIELD_MISSING",
    ]  # fmt: skip
    told = contracted("B Corp", "2023-03-01", MARK, goodwill=True, filing_basis="intent_to_use")
    assert codes(desk.submit(told)) == ["ITU_NOT_ASSIGNABLE"]
    assert desk.submit(told | {"business_successor": True}).verdict == "accepted"


# Copyright


@pytest.fixture
def work():
    return Desk("2023-09-01").given(right(WORK, "A Corp", filed_on="2020-01-10", granted_on="2020-02-01"))


@pytest.mark.rule("U-5", "accepts")
@pytest.mark.parametrize(
    ("abroad", "recorded_on", "prevails", "clause"),
    [
        (False, "2023-02-10", "earlier", "recorded_in_time"),
        (False, "2023-02-11", "later", "later_protected"),
        (True, "2023-03-10", "earlier", "recorded_in_time"),
        (True, "2023-03-11", "later", "later_protected"),
        (None, "2023-02-10", "earlier", "recorded_in_time"),
        (None, "2023-03-10", None, "undetermined"),
        (None, "2023-03-11", "later", "later_protected"),
    ],
)
def test_the_transfer_executed_first_has_one_month_or_two(work, abroad, recorded_on, prevails, clause):
    work.given(
        recorded("V1", "A Corp", "B Corp", "2023-01-10", recorded_on, WORK, "USCO"),
        recorded("V2", "A Corp", "C Corp", "2023-01-20", "2023-01-25", WORK, "USCO"),
        qualified("V1", "USCO", WORK, executed_abroad=abroad),
        qualified("V2", "USCO", WORK, for_value=True, without_notice=True, good_faith=True),
    )
    assert decided(work, WORK) == (prevails, clause)


@pytest.mark.rule("U-5", "accepts")
def test_recording_gives_notice_only_once_the_work_is_registered():
    desk = Desk("2023-09-01").given(right(WORK, "A Corp", filed_on="2020-01-10", granted_on="2023-08-01"))
    desk.given(
        recorded("V1", "A Corp", "B Corp", "2023-01-10", "2023-01-11", WORK, "USCO"),
        recorded("V2", "A Corp", "C Corp", "2023-05-20", "2023-08-25", WORK, "USCO"),
        qualified("V2", "USCO", WORK, for_value=True, without_notice=True, good_faith=True),
    )
    assert decided(desk, WORK) == ("earlier", "recorded_before")


@pytest.mark.rule("U-5", "flags")
def test_good_faith_is_asked_for_in_copyright(work):
    work.given(
        recorded("V1", "A Corp", "B Corp", "2023-01-10", "2023-06-10", WORK, "USCO"),
        secured("V2", "A Corp", "D Bank", "2023-03-20", "2023-03-25", WORK, "USCO"),
        qualified("V2", "USCO", WORK, for_value=True, without_notice=True),
    )
    assert priority(work, WORK)["unknown"] == ["good_faith"]
    assert "PRIORITY_UNDETERMINED" in [flag["code"] for flag in work.view(WORK)["flags"]]


@pytest.mark.rule("U-5", "accepts")
def test_of_two_contracts_nobody_recorded_the_first_goes_first(work):
    work.given(contracted("B Corp", "2023-01-10", WORK, share=[1, 2], transfer="trf_1"))
    work.given(contracted("C Corp", "2023-03-10", WORK, transfer="trf_2"))
    work.given(qualified("trf_2", "LEDGER", WORK, for_value=True, without_notice=True, good_faith=True))
    assert decided(work, WORK) == ("earlier", "none_recorded")


@pytest.mark.rule("U-5", "accepts")
def test_a_written_nonexclusive_license_prevails_over_a_later_transfer(work):
    work.given(
        report("USCO", "L1", "license.recorded", rights=WORK, license="lic_1", licensors=[{"name": "A Corp"}],
               licensees=[{"name": "L Corp"}], license_kind="ordinary", executed_on="2023-01-05",
               registered_on="2023-01-06"),
        recorded("V1", "A Corp", "B Corp", "2023-01-10", "2023-01-11", WORK, "USCO"),
        qualified("V1", "USCO", WORK, for_value=True),
    )  # fmt: skip
    assert decided(work, WORK) == ("earlier", "license_taken_before")


@pytest.mark.rule("U-5", "accepts")
@pytest.mark.parametrize(
    ("taken_on", "prevails", "clause"),
    [("2023-02-01", "later", "license_taken_before"), ("2023-03-02", "earlier", "recorded_before")],
)
def test_a_license_taken_before_the_transfer_was_recorded_prevails_in_good_faith(
    work, taken_on, prevails, clause
):
    work.given(
        recorded("V1", "A Corp", "B Corp", "2023-01-10", "2023-03-01", WORK, "USCO"),
        report("USCO", "L1", "license.recorded", rights=WORK, license="lic_1", licensors=[{"name": "A Corp"}],
               licensees=[{"name": "L Corp"}], license_kind="ordinary", executed_on=taken_on,
               registered_on="2023-03-06"),
        qualified("L1", "USCO", WORK, good_faith=True, without_notice=True),
    )  # fmt: skip
    assert decided(work, WORK) == (prevails, clause)


# Co-owners and security interests


def granted(by, kind, rights=US):
    return {
        "command": "grant_license", "rights": [rights], "kind": kind, "document": DIGEST,
        "licensors": [{"name": by, "signed_on": "2023-05-01"}],
        "licensees": [{"name": "L Corp", "signed_on": "2023-05-01"}], "executed_on": "2023-05-01",
        "scope": {
            "acts": ["*"], "territory": ["US"], "field": ["*"], "from": "2023-05-01", "until": "2025-05-01",
        },
    }  # fmt: skip


@pytest.fixture
def joint():
    return Desk("2023-06-01").given(
        right(US, {"A Corp": [1, 2], "B Corp": [1, 2]}, filed_on="2016-05-03", granted_on="2018-06-19")
    )


@pytest.mark.rule("U-6", "accepts")
def test_a_us_co_owner_licenses_and_sells_its_share_without_consent_or_accounting(joint):
    joint.given(granted("A Corp", "ordinary"))
    (license_,) = joint.statement(US)["licenses"]
    assert license_["fee_shared_with"] == []
    assert joint.submit(contracted("C Corp", "2023-05-02")).verdict == "accepted"


@pytest.mark.rule("U-6", "refuses")
def test_an_exclusive_license_needs_all_us_co_owners_too(joint):
    assert "COOWNER_CONSENT_MISSING" in codes(joint.submit(granted("A Corp", "exclusive")))


@pytest.mark.rule("U-7", "accepts")
@pytest.mark.rule("U-7", "flags")
def test_several_security_interests_and_both_filings_of_one_coexist(desk):
    desk.given(
        secured("070004/0001", "A Corp", "D Bank", "2023-03-01", "2023-03-02"),
        secured("2023-1234567", "A Corp", "D Bank", "2023-03-01", "2023-03-03", register="UCC"),
    )
    second = desk.submit(secured("070005/0001", "A Corp", "E Bank", "2023-04-01", "2023-04-02"))
    assert (second.verdict, second.flags) == ("accepted", ())
    shown = desk.view(US)["encumbrances"]
    assert [(item["register"], item["rank"]) for item in shown] == [("USPTO", 1), ("UCC", 2), ("USPTO", 3)]
    assert "PROBABLE_DUPLICATE_RECORDING" in [flag["code"] for flag in desk.view(US)["flags"]]
    assert not any(item.record.authority for item in desk.situation.rights[US].recorded[1:])


@pytest.mark.rule("N-8", "accepts")
@pytest.mark.rule("N-8", "refuses")
def test_a_pledge_of_the_chinese_patent_says_nothing_of_its_us_family_member(desk):
    desk.given(
        right(P2, "A Corp", filed_on="2018-05-20", granted_on="2020-01-03"),
        report("CNIPA", "Y1", "pledge.registered", rights=P2, pledge="pld_cn", pledgors=[{"name": "A Corp"}],
               pledgees=[{"name": "D Bank"}], registered_on="2023-05-01"),
    )  # fmt: skip
    assert len(desk.view(P2)["encumbrances"]) == 1
    assert desk.view(US)["encumbrances"] == []
    refused = desk.submit(
        command="give_consent", rights=[US], giver={"name": "D Bank"}, role="pledgee", act="transfer",
        to=[{"name": "B Corp"}], given_on="2023-05-20",
    )  # fmt: skip
    assert codes(refused) == ["GRANTOR_NOT_ENTITLED"]
    assert desk.submit(contracted("B Corp", "2023-05-02")).verdict == "accepted"
