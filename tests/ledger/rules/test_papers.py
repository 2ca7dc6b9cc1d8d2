"""Consents and documents: who gives them, what they must name, and what they leave behind (K-1, T-6, T-8)."""

import pytest

from tests.ledger.rules.desk import DIGEST, P1, P2, Desk, codes, right

GIVEN = {
    "command": "give_consent", "rights": [P1, P2], "consent": "cns_1", "giver": {"name": "乙公司"},
    "role": "coowner", "act": "license", "to": [{"name": "丙公司"}], "pledge": "pld_k",
    "license_kinds": ["sole"], "disposition": "released", "proceeds": "escrow", "given_on": "2024-01-09",
    "until": "2024-12-31", "document": DIGEST,
}  # fmt: skip


@pytest.fixture
def desk():
    """Two patents of two owners, the first pledged."""
    owned = {"甲公司": [1, 2], "乙公司": [1, 2]}
    desk = Desk("2024-01-10").given(
        right(P1, owned, filed_on="2015-03-10", granted_on="2017-01-03"),
        right(P2, owned, filed_on="2018-05-20", granted_on="2020-01-03"),
    )
    desk.report(
        "CNIPA", "K", "pledge.registered", rights=P1, pledge="pld_k", registered_on="2024-01-05",
        pledgors=[{"name": "甲公司"}, {"name": "乙公司"}], pledgees=[{"name": "丁银行"}],
    )  # fmt: skip
    return desk


def faults(decision):
    return [(each.rule, each.code, each.right, each.pointer) for each in decision.findings]


def test_a_consent_is_told_with_everything_it_says(desk):
    desk.given(GIVEN)
    (consent,) = desk.statement(P2)["consents"]
    assert {name: told for name, told in consent.items() if name != "entries"} == {
        "id": "cns_1", "giver": "乙公司", "role": "coowner", "act": "license", "to": ["丙公司"],
        "pledge": "pld_k", "license_kinds": ["sole"], "disposition": "released", "proceeds": "escrow",
        "given_on": "2024-01-09", "until": "2024-12-31", "withdrawn_on": None, "document": DIGEST,
    }  # fmt: skip


def test_a_document_is_told_with_everything_it_says(desk):
    paper = {
        "kind": "export_certificate", "number": "商技字1号", "issuer": "商务部", "issued_on": "2024-01-08",
        "effective_from": "2024-01-09", "until": "2024-12-31", "act": "trf_1", "sha256": DIGEST,
    }  # fmt: skip
    parties = {"party": {"name": "甲公司"}, "to": [{"name": "丙公司"}]}
    desk.given({"command": "file_document", "rights": [P1], **paper, **parties})
    (document,) = desk.statement(P1)["documents"]
    told = {name: document[name] for name in paper if name != "effective_from"}
    assert told == {name: said for name, said in paper.items() if name != "effective_from"}
    assert (document["from"], document["party"], document["to"]) == ("2024-01-09", "甲公司", ["丙公司"])
    assert not document["by_authority"]


def test_a_document_of_tomorrow_is_not_filed(desk):
    filed = {"command": "file_document", "rights": [P1], "kind": "contract"}
    assert faults(desk.submit(filed, issued_on="2024-01-11")) == [
        ("N-3", "DATE_IN_FUTURE", None, "/issued_on")
    ]
    assert desk.submit(filed, issued_on="2024-01-10").verdict == "accepted"


@pytest.mark.rule("K-1", "refuses")
def test_a_consent_keeps_its_own_id(desk):
    desk.given(GIVEN)
    again = desk.submit({**GIVEN, "rights": [P2]})
    assert faults(again) == [("K-1", "DUPLICATE_ID", P2, "/consent")]
    assert again.findings[0].data["reference"] == "cns_1"
    assert desk.submit({**GIVEN, "consent": "cns_2"}).verdict == "accepted"


@pytest.mark.rule("T-8", "accepts")
@pytest.mark.rule("T-8", "refuses")
@pytest.mark.parametrize("role", ["pledgee", "junior_pledgee"])
def test_a_pledgee_consents_where_it_holds_a_pledge_of_record(desk, role):
    consent = {**GIVEN, "giver": {"name": "丁银行"}, "role": role}
    refused = desk.submit(consent)
    assert faults(refused) == [("T-8", "GRANTOR_NOT_ENTITLED", P2, "/giver")]
    assert refused.findings[0].data["party"] == "丁银行"
    assert desk.submit({**consent, "rights": [P1]}).verdict == "accepted"


@pytest.mark.rule("T-8", "refuses")
@pytest.mark.parametrize("act", ["transfer", "license", "sublicense"])
def test_a_pledgee_names_the_other_side(desk, act):
    consent = {**GIVEN, "rights": [P1], "giver": {"name": "丁银行"}, "role": "pledgee", "act": act, "to": []}
    refused = desk.submit(consent)
    assert faults(refused) == [("T-8", "FIELD_MISSING", None, "/to")]
    assert refused.findings[0].data["field"] == "to"


def test_only_a_pledgee_and_only_for_those_acts_names_the_other_side(desk):
    pledgee = {**GIVEN, "rights": [P1], "giver": {"name": "丁银行"}, "role": "pledgee", "to": []}
    assert desk.submit({**pledgee, "act": "surrender"}).verdict == "accepted"
    assert desk.submit({**GIVEN, "consent": "cns_2", "to": []}).verdict == "accepted"


def test_whose_position_no_register_shows_consents_without_question(desk):
    consent = {**GIVEN, "giver": {"name": "戊公司"}, "role": "debtor"}
    assert desk.submit(consent).verdict == "accepted"


@pytest.mark.rule("T-6", "refuses")
def test_a_co_owner_consents_only_where_it_is_one(desk):
    refused = desk.submit({**GIVEN, "giver": {"name": "丁银行"}})
    assert faults(refused) == [
        ("T-6", "GRANTOR_NOT_ENTITLED", P1, "/giver"), ("T-6", "GRANTOR_NOT_ENTITLED", P2, "/giver"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{"consent": "cns_9"}, {"giver": {"name": "甲公司"}}, {"withdrawn_on": "2024-01-08"}],
    ids=["another consent", "another giver", "before it was given"],
)
def test_what_was_not_given_is_not_taken_back(desk, change):
    desk.given({**GIVEN, "rights": [P1]})
    told = {**WITHDRAWAL, **change}
    refused = desk.submit(told)
    assert faults(refused) == [("K-1", "REFERENCE_UNKNOWN", P1, "/consent")]
    assert refused.findings[0].data["reference"] == told["consent"]


def test_nothing_is_taken_back_tomorrow(desk):
    desk.given({**GIVEN, "rights": [P1]})
    refused = desk.submit({**WITHDRAWAL, "withdrawn_on": "2024-01-11"})
    assert faults(refused) == [("N-3", "DATE_IN_FUTURE", None, "/withdrawn_on")]


WITHDRAWAL = {
    "command": "withdraw_consent", "rights": [P1], "consent": "cns_1", "giver": {"name": "乙公司"},
    "withdrawn_on": "2024-01-10",
}  # fmt: skip


def test_a_consent_is_taken_back_by_its_giver_once(desk):
    desk.given({**GIVEN, "rights": [P1]})
    assert desk.submit(WITHDRAWAL).verdict == "accepted"
    (consent,) = desk.statement(P1)["consents"]
    assert (consent["withdrawn_on"], len(consent["entries"])) == ("2024-01-10", 2)
    assert codes(desk.submit(WITHDRAWAL)) == ["REFERENCE_UNKNOWN"]
