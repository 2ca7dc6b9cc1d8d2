"""Filing licenses for recordal (L-14, L-15)."""

import pytest

from tests.ledger.rules.desk import P2, T1, W1, Desk, codes, parties, right
from tests.ledger.rules.licensing import consent, grant, terminate

A, B, C = "甲公司", "乙公司", "丙公司"


def file(on, by=A, id_="lic_1", *, rights=P2, **members):
    return {
        "command": "file_license_recordal", "rights": [rights], "license": id_, "by": parties(by),
        "filed_on": on, **members,
    }  # fmt: skip


@pytest.fixture
def desk():
    return Desk("2024-07-01").given(
        right(P2, A, filed_on="2018-05-20", granted_on="2020-06-02"),
    )


def flags(desk, as_of, id_=P2):
    return [flag["code"] for flag in desk.view(id_, as_of)["flags"]]


def recordal(desk, as_of):
    (node,) = desk.view(P2, as_of)["licenses"]
    return (node["recordal"]["due_on"], node["recordal"]["state"])


@pytest.mark.rule("L-14", "accepts")
@pytest.mark.rule("L-14", "flags")
def test_s09_recordal_deadline(desk):
    desk.given(grant(A, C, "lic_1", on="2024-07-01"))
    assert recordal(desk, "2024-10-08") == ("2024-10-08", "open")
    assert recordal(desk, "2024-10-09") == ("2024-10-08", "overdue")
    assert flags(desk, "2024-10-08") == []
    assert flags(desk, "2024-10-09") == ["RECORDAL_OVERDUE"]
    desk.on("2024-10-08")
    in_time = desk.submit(file("2024-10-08"))
    assert (in_time.verdict, in_time.flags) == ("accepted", ())
    assert recordal(desk, "2024-12-01") == ("2024-10-08", "filed")
    assert flags(desk, "2024-12-01") == []

    desk.on("2024-11-30").given(grant(A, B, "lic_2", on="2024-11-30", territory=["CN-44"]))
    assert desk.statement(P2)["licenses"][1]["recordal"]["due_on"] == "2025-02-28"
    desk.on("2025-03-03")
    late = desk.submit(file("2025-03-03", id_="lic_2"))
    assert (late.verdict, late.flags) == ("accepted", ("RECORDAL_OVERDUE",))
    assert late.findings[0].data["until"] == "2025-02-28"
    assert flags(desk, "2025-03-01") == ["RECORDAL_OVERDUE"]
    assert flags(desk, "2025-03-03") == ["RECORDAL_OVERDUE"]
    assert [node["state"] for node in desk.view(P2, "2025-03-04")["licenses"]] == ["in_force", "in_force"]


@pytest.mark.rule("L-14", "accepts")
def test_the_three_months_count_from_the_day_the_contract_takes_effect(desk):
    desk.given(grant(A, C, "lic_1", on="2024-07-01", effective_from="2024-08-15"))
    assert recordal(desk, "2024-09-01") == ("2024-11-15", "open")


@pytest.mark.rule("L-14", "flags")
def test_a_year_without_a_calendar_leaves_the_day_uncertain():
    desk = Desk("2031-07-02").given(right(P2, A, filed_on="2018-05-20", granted_on="2020-06-02"))
    accepted = desk.submit(grant(A, C, from_="2031-07-01", until="2032-07-01", on="2031-07-01"))
    assert (accepted.verdict, accepted.flags) == ("accepted", ("CALENDAR_YEAR_MISSING",))
    assert accepted.findings[0].data == {"given": "2031", "day": "2031-10-01"}
    assert "CALENDAR_YEAR_MISSING" in flags(desk, "2031-07-02")


def test_marks_and_software_have_no_day_to_be_filed_by():
    desk = Desk("2024-07-01").given(right(W1, A), right(T1, A))
    desk.given(
        grant(A, C, "lic_1", rights=W1, field=["rental"]), grant(A, C, "lic_2", rights=T1, field=["9"])
    )
    for id_ in (W1, T1):
        (node,) = desk.view(id_)["licenses"]
        assert (node["recordal"]["due_on"], node["recordal"]["state"]) == (None, "not_required")


# Each ground of refusal


def recorded(desk, number, id_, on, **members):
    told = desk.report(
        "CNIPA", number, "license.recorded", rights=P2, license=id_, registered_on=on, **members
    )
    assert told.verdict == "accepted"


@pytest.fixture
def filed(desk):
    """A desk with a license that nothing stands in the way of."""
    return desk.given(grant(A, C, "lic_1", on="2024-06-01")).on("2024-08-01")


@pytest.mark.rule("L-14", "refuses")
def test_not_of_a_right_that_ended(filed):
    filed.report("CNIPA", "L1", "right.lapsed", rights=P2, effective_from="2024-07-20")
    refused = filed.submit(file("2024-08-01"))
    assert codes(refused) == ["RECORDAL_RIGHT_ENDED"]
    assert refused.findings[0].data["status"] == "LAPSED"


@pytest.mark.rule("L-14", "refuses")
def test_not_by_a_licensor_without_title(filed):
    filed.report("CNIPA", "X1", "license.recorded", rights=P2, license="lic_x", licensors=[{"name": B}],
                 licensees=[{"name": C}], registered_on="2024-07-15")  # fmt: skip
    assert "RECORDAL_GRANTOR_NOT_ENTITLED" in codes(filed.submit(file("2024-08-01", by=C, id_="lic_x")))


@pytest.mark.rule("L-14", "accepts")
def test_a_license_of_a_former_owner_goes_on_and_is_filed(filed):
    filed.report("CNIPA", "TR1", "transfer.registered", rights=P2, grantors=[{"name": A}],
                 grantees=[{"name": B}], executed_on="2024-06-20", registered_on="2024-07-10")  # fmt: skip
    assert filed.submit(file("2024-08-01", by=C)).verdict == "accepted"


@pytest.mark.rule("L-14", "refuses")
def test_not_without_the_content_required():
    desk = Desk("2024-07-01").given(right(T1, A))
    desk.given(grant(A, C, "lic_1", rights=T1, field=["9"], until=None, document=None))
    refused = desk.submit(file("2024-07-01", rights=T1))
    assert codes(refused) == ["RECORDAL_CONTENT_MISSING"]
    assert refused.findings[0].data["field"] == ["contract", "until"]


@pytest.mark.rule("L-14", "refuses")
def test_not_past_the_term():
    desk = Desk("2024-07-01").given(right("CN:layout:BS.155508385", A))
    desk.given(grant(A, C, "lic_1", rights="CN:layout:BS.155508385", until="2030-12-31"))
    desk.given(right("CN:layout:BS.155508385", A, on="2", expires_on="2029-05-01"))
    refused = desk.submit(file("2024-07-01", rights="CN:layout:BS.155508385"))
    assert codes(refused) == ["RECORDAL_TERM_EXCEEDS_IP"]
    assert refused.findings[0].data == {"until": "2030-12-31", "day": "2029-05-01"}


@pytest.mark.rule("L-14", "refuses")
def test_not_in_the_late_period_of_the_fee(filed):
    filed.report("CNIPA", "F1", "fee.unpaid", rights=P2, due_on="2024-05-20", stated_on="2024-07-25")
    refused = filed.submit(file("2024-08-01"))
    assert codes(refused) == ["RECORDAL_FEE_LATE"]
    assert refused.findings[0].data == {"day": "2024-05-20", "until": "2024-11-20"}


@pytest.mark.rule("L-14", "refuses")
def test_not_while_frozen_though_the_license_is_older(filed):
    filed.report("CNIPA", "FR1", "freeze.imposed", rights=P2, freeze="frz_1", effective_from="2024-07-15",
                 until="2025-01-15", authorities=[{"name": "某法院"}])  # fmt: skip
    refused = filed.submit(file("2024-08-01"))
    assert codes(refused) == ["RECORDAL_SUSPENDED_OR_FROZEN"]
    assert refused.findings[0].data["reference"] == "FR1"


@pytest.mark.rule("L-14", "refuses")
def test_not_against_co_ownership():
    desk = Desk("2024-07-01").given(right(T1, {A: [1, 2], B: [1, 2]}))
    desk.given(grant(A, C, "lic_1", rights=T1, field=["9"], on="2024-06-01"))
    flagged = desk.submit(file("2024-07-01", rights=T1))
    assert (flagged.verdict, flagged.flags) == ("accepted", ("RECORDAL_COOWNER_BREACH",))
    desk = Desk("2024-07-01").given(
        right(P2, {A: [1, 2], B: [1, 2]}, filed_on="2018-05-20", granted_on="2020-06-02")
    )
    desk.given(consent(B, "coowner", license_kinds=["sole"], on="2024-05-01", consent="cns_1"))
    desk.given(grant(A, C, "lic_1", "sole", on="2024-06-01"))
    desk.given(
        {"command": "withdraw_consent", "rights": [P2], "consent": "cns_1", "giver": {"name": B},
         "withdrawn_on": "2024-05-15"}
    )  # fmt: skip
    refused = desk.submit(file("2024-07-01"))
    assert codes(refused) == ["RECORDAL_COOWNER_BREACH"]
    assert [each.missing.holder for each in refused.missing] == [B]


@pytest.mark.rule("L-14", "refuses")
def test_not_by_a_stranger(filed):
    refused = filed.submit(file("2024-08-01", by=[C, B]))
    assert [(each.code, each.pointer) for each in refused.findings] == [("FIELD_INVALID", "/by")]
    assert refused.findings[0].data["given"] == [B]


@pytest.mark.rule("L-14", "refuses")
def test_not_twice(filed):
    recorded(filed, "EC01", "lic_1", "2024-07-15", licensors=[{"name": A}], licensees=[{"name": C}])
    refused = filed.submit(file("2024-08-01"))
    assert codes(refused) == ["RECORDAL_DUPLICATE"]
    assert refused.findings[0].data["number"] == "EC01"


@pytest.mark.rule("L-14", "refuses")
@pytest.mark.rule("L-14", "accepts")
@pytest.mark.parametrize(("since", "expected"), [("2024-06-01", True), ("2024-06-02", False)])
def test_not_of_a_pledged_right_without_consent_unless_the_license_is_older(filed, since, expected):
    filed.report("CNIPA", "PL1", "pledge.registered", rights=P2, pledge="pld_1", pledgors=[{"name": A}],
                 pledgees=[{"name": "乙银行"}], registered_on=since)  # fmt: skip
    refused = filed.submit(file("2024-08-01"))
    assert codes(refused) == (["RECORDAL_PLEDGED_WITHOUT_CONSENT"] if expected else [])


@pytest.mark.rule("L-14", "refuses")
def test_not_against_a_license_that_is_recorded(filed):
    recorded(filed, "EC01", "lic_9", "2024-07-15", licensors=[{"name": A}], licensees=[{"name": B}],
             license_kind="exclusive")  # fmt: skip
    refused = filed.submit(file("2024-08-01"))
    assert codes(refused) == ["RECORDAL_CONFLICT"]
    assert refused.findings[0].data["reference"] == ["EC01"]


@pytest.mark.rule("L-14", "refuses")
def test_not_of_what_was_never_granted_or_has_ended(filed):
    assert codes(filed.submit(file("2024-08-01", id_="lic_9"))) == ["REFERENCE_UNKNOWN"]
    assert codes(filed.submit(file("2024-05-31"))) == ["REFERENCE_UNKNOWN"]
    assert codes(filed.submit(file("2024-08-02"))) == ["DATE_IN_FUTURE"]
    filed.given(terminate("lic_1", [A, C], "2024-07-20"))
    assert codes(filed.submit(file("2024-08-01"))) == ["ALREADY_ENDED"]


# Opposability


@pytest.mark.rule("L-15", "flags")
@pytest.mark.rule("L-15", "accepts")
def test_a_mark_license_binds_third_parties_once_recorded():
    desk = Desk("2024-07-01").given(right(T1, A, expires_on="2028-01-13"))
    desk.given(grant(A, C, "lic_1", rights=T1, field=["9"], on="2024-06-01"))
    assert flags(desk, "2024-07-01", T1) == ["NOT_OPPOSABLE"]
    desk.on("2024-08-01").report("CNIPA", "EC01", "license.recorded", rights=T1, license="lic_1",
                                 licensors=[{"name": A}], licensees=[{"name": C}],
                                 registered_on="2024-07-20")  # fmt: skip
    assert flags(desk, "2024-07-19", T1) == ["NOT_OPPOSABLE"]
    assert flags(desk, "2024-07-20", T1) == []
    desk.on("2024-09-01").report("CNIPA", "EC02", "license.ended", rights=T1, license="lic_1",
                                 ended_on="2024-08-20")  # fmt: skip
    assert flags(desk, "2024-08-20", T1) == ["NOT_OPPOSABLE"]
    assert flags(desk, "2027-01-01", T1) == []
