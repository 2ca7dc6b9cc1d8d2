"""The thin path: a report, a consent, and what each leaves behind (N-2, N-9, K-1)."""

import pytest

from tests.ledger.rules.desk import DIGEST, P1, Desk, codes, right


@pytest.fixture
def desk():
    return Desk("2024-01-10").given(
        right(P1, {"甲公司": [1, 2], "乙公司": [1, 2]}, filed_on="2015-03-10", granted_on="2017-01-03")
    )


@pytest.mark.rule("N-2", "accepts")
def test_a_register_tells_of_a_right_and_its_owners(desk):
    answer = desk.view(P1)
    assert [owner["name"] for owner in answer["owners"]] == ["甲公司", "乙公司"]
    assert answer["status"] == "IN_FORCE"


@pytest.mark.rule("N-2", "refuses")
def test_a_report_of_an_unknown_right_and_a_repeated_one_are_refused(desk):
    unknown = desk.report("CNIPA", "1", "right.lapsed", rights="CN:patent:201810200002.3")
    assert codes(unknown) == ["RIGHT_UNKNOWN"]
    assert desk.report("CNIPA", "2", "invalidation.decided", rights=P1, scope="part").verdict == "accepted"
    again = desk.report("CNIPA", "2", "invalidation.decided", rights=P1, scope="part")
    assert codes(again) == ["DUPLICATE_REPORT"]


@pytest.mark.rule("N-2", "accepts")
def test_the_number_of_a_report_is_its_own_register_s_and_holds_one_fact_of_a_kind(desk):
    told = {"rights": P1, "scope": "part"}
    assert desk.report("CNIPA", "2", "invalidation.decided", **told).verdict == "accepted"
    assert desk.report("COURT", "2", "invalidation.decided", **told).verdict == "accepted"
    assert desk.report("CNIPA", "3", "invalidation.decided", **told).verdict == "accepted"
    other = desk.report("CNIPA", "2", "invalidation.requested", rights=P1, registered_on="2024-01-09")
    assert other.verdict == "accepted"


@pytest.mark.rule("T-6", "accepts")
def test_a_co_owner_consents(desk):
    given = desk.submit(
        command="give_consent", rights=[P1], giver={"name": "乙公司"}, role="coowner", act="license",
        license_kinds=["exclusive"], given_on="2024-01-09", document=DIGEST,
    )  # fmt: skip
    assert given.verdict == "accepted"
    (consent,) = desk.statement(P1)["consents"]
    assert (consent["giver"], consent["given_on"]) == ("乙公司", "2024-01-09")


@pytest.mark.rule("T-6", "refuses")
def test_a_stranger_has_nothing_to_consent_to(desk):
    given = desk.submit(
        command="give_consent", rights=[P1], giver={"name": "丙公司"}, role="coowner", act="license",
        given_on="2024-01-11", oops=1,
    )  # fmt: skip
    assert codes(given) == ["FIELD_UNKNOWN"]
    given = desk.submit(
        command="give_consent", rights=[P1, "CN:patent:201810200002.3"], giver={"name": "丙公司"},
        role="coowner", act="license", given_on="2024-01-11",
    )  # fmt: skip
    assert codes(given) == ["RIGHT_UNKNOWN", "DATE_IN_FUTURE", "GRANTOR_NOT_ENTITLED"]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"giver": {"name": "乙\u202e公司"}}, "TEXT_UNREADABLE", "/giver/name"),
        ({"given_on": "1899-12-31"}, "DATE_OUT_OF_RANGE", "/given_on"),
        ({"given_on": "2024-02-30"}, "DATE_INVALID", "/given_on"),
        ({"role": "owner"}, "FIELD_INVALID", "/role"),
        ({"rights": ["CN:patent:20\u0430"]}, "ASSET_ID_INVALID", "/rights/0"),
        ({"note": "身份证 11010519491231002X"}, "PII_IN_EVENT", "/note"),
        ({"giver": {"name": 5}}, "FIELD_INVALID", "/giver/name"),
        ({"act": None}, "FIELD_INVALID", "/act"),
    ],
)
def test_faults_of_form_name_their_place(desk, change, code, pointer):
    told = {
        "command": "give_consent", "rights": [P1], "giver": {"name": "乙公司"}, "role": "coowner",
        "act": "license", "given_on": "2024-01-09", **change,
    }  # fmt: skip
    refused = desk.submit(told)
    assert [(each.code, each.pointer) for each in refused.findings] == [(code, pointer)]
