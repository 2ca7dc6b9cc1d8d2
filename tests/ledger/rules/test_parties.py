"""Parties: their numbers, files, keys; changes of name (ID-1 to ID-5, E-4)."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.facts.parties import Attributes
from ledger.rules.fields import PartySaid
from ledger.rules.parties import required
from ledger.signatures import command_payload, public_key_of, sign
from tests.ledger.rules.desk import DIGEST, P1, T1, T2, Desk, codes, parties, right

CREDIT_CODE = "91000000MAXX000018"
LEI = "0000TESTBANKALPHA071"
RESIDENT = "11010519491231002X"


def register(name="甲公司", **members):
    return {"command": "register_party", "name": name, **members}


def uscc(value, **members):
    return [{"scheme": "uscc", "value": value, **members}]


@pytest.fixture
def desk():
    return Desk("2024-01-10")


@pytest.mark.rule("ID-1", "accepts")
@pytest.mark.rule("ID-3", "accepts")
def test_a_credit_code_and_an_lei_with_right_check_digits_are_taken(desk):
    identifiers = [*uscc(CREDIT_CODE), {"scheme": "lei", "value": LEI}]
    decision = desk.submit(register(identifiers=identifiers))
    assert (decision.verdict, decision.flags) == ("accepted", ())
    assert [each.value for each in desk.situation.profile("甲公司").identifiers] == [CREDIT_CODE, LEI]


@pytest.mark.rule("ID-1", "refuses")
@pytest.mark.rule("ID-3", "refuses")
@pytest.mark.parametrize(
    ("identifier", "rule", "expected"),
    [
        ({"scheme": "uscc", "value": "91000000MAXX000019"}, "ID-1", "8"),
        ({"scheme": "uscc", "value": "91000000MAXX00001"}, "ID-1", "FORM"),
        ({"scheme": "uscc", "value": "9100000OMAXX000018", "override": DIGEST}, "ID-1", "FORM"),
        ({"scheme": "lei", "value": "0000TESTBANKALPHA072"}, "ID-3", "71"),
        ({"scheme": "lei", "value": "0000TESTBANKALPHA072", "override": DIGEST}, "ID-3", "71"),
    ],
)
def test_a_number_that_fails_is_refused_with_what_was_expected(desk, identifier, rule, expected):
    refused = desk.submit(register(identifiers=[identifier]))
    (finding,) = refused.findings
    assert (finding.code, finding.rule, finding.pointer) == ("PARTY_ID_INVALID", rule, "/identifiers/0/value")
    assert finding.data["expected"] == expected


@pytest.mark.rule("ID-1", "flags")
def test_an_operator_takes_an_early_code_on_the_scan_of_the_license(desk):
    told = register(identifiers=uscc("91000000MAXX000019", override=DIGEST), command_id="p-1")
    (ruling,) = desk.dry_run(told)
    assert ruling.entry_class == "OPERATOR"
    decision = desk.submit(told)
    assert (decision.verdict, decision.flags) == ("accepted", ("PARTY_ID_CHECK_OVERRIDDEN",))
    assert desk.situation.profile("甲公司").identifiers[0].override == DIGEST


@pytest.mark.rule("ID-2", "refuses")
@pytest.mark.parametrize(
    "members", [{"identifiers": [{"scheme": "other", "value": RESIDENT}]}, {"name": f"张三 {RESIDENT}"}]
)
def test_a_resident_number_in_clear_is_refused_unheard(desk, members):
    refused = desk.submit({**register("张三"), **members})
    assert codes(refused) == ["PII_IN_EVENT"]
    assert RESIDENT not in str(refused)


@pytest.mark.rule("ID-2", "accepts")
@pytest.mark.rule("ID-2", "refuses")
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (RESIDENT, []),
        ("110105194912310021", ["PARTY_ID_INVALID"]),
        ("11010519490231002X", ["PARTY_ID_INVALID"]),
        (5, ["PARTY_ID_INVALID"]),
    ],
)
def test_a_confidential_resident_number_is_checked_and_stands_in_no_entry(desk, number, expected):
    decision = desk.submit(register("张三", confidential={"/resident_id": number}))
    assert codes(decision) == expected
    assert all(str(number) not in str(said.fact) for said in decision.said)
    assert all(str(number) not in str(finding) for finding in decision.findings)


@pytest.mark.rule("ID-4", "refuses")
@pytest.mark.rule("ID-4", "accepts")
def test_an_attribute_that_nobody_told_is_asked_for_and_never_taken_for_no(desk):
    said = PartySaid(name="甲公司")
    missing = list(required(desk.situation, said, "seat", "state_owned", pointer="/transferee"))
    assert [(each.code, each.data["field"]) for each in missing] == [
        ("PARTY_ATTRIBUTE_MISSING", "seat"),
        ("PARTY_ATTRIBUTE_MISSING", "state_owned"),
    ]
    desk.given(register(attributes={"seat": "mainland", "state_owned": False}))
    assert list(required(desk.situation, said, "seat", "state_owned")) == []
    of_command = PartySaid(name="乙公司", attributes=Attributes(seat="foreign"))
    assert list(required(desk.situation, of_command, "seat")) == []


@pytest.mark.rule("ID-4", "refuses")
def test_a_party_has_one_file(desk):
    described = {"command": "describe_party", "name": "甲公司", "attributes": {"listed": True}}
    assert codes(desk.submit(described)) == ["PARTY_UNKNOWN"]
    desk.given(register(attributes={"seat": "mainland"}), described)
    assert codes(desk.submit(register())) == ["DUPLICATE_ID"]
    profile = desk.situation.profile("甲公司")
    assert (profile.attributes.seat, profile.attributes.listed) == ("mainland", True)


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
JWK = public_key_of(KEY).as_jwk()
OTHER_JWK = public_key_of(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))).as_jwk()


@pytest.mark.parametrize(
    ("jwk", "reason"),
    [
        ({**JWK, "d": "AAAA"}, "PRIVATE"),
        ({**JWK, "kid": OTHER_JWK["kid"]}, "KID"),
        ({"kty": "RSA"}, "KIND"),
        ({}, "KIND"),
        ({**JWK, "x": 5}, "COORDINATE"),
        ({**JWK, "oops": "1"}, "MEMBER"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_with_its_place_and_not_repeated(desk, jwk, reason):
    (finding,) = desk.submit(register(keys=[jwk])).findings
    assert (finding.code, finding.pointer, finding.data["given"]) == ("KEY_INVALID", "/keys/0", reason)
    assert JWK["x"] not in str(finding)


def signed(command, private_key=KEY, kid=JWK["kid"]):
    signature = sign(command_payload(command), private_key, kid)
    part = {
        "party": command["name"],
        "protected": signature.protected,
        "signature": signature.signature,
    }
    return {**command, "signatures": [part]}


def test_who_must_sign_adds_a_key_with_its_own_signature_only(desk):
    desk.given(register(keys=[JWK], signature_required=True))
    more = {"command": "describe_party", "command_id": "d-1", "name": "甲公司", "keys": [OTHER_JWK]}
    assert codes(desk.submit(more)) == ["SIGNATURE_REQUIRED"]
    assert desk.submit(signed(more)).verdict == "accepted"
    assert [key.kid for key in desk.situation.profile("甲公司").keys] == [JWK["kid"], OTHER_JWK["kid"]]
    again = desk.submit(signed({**more, "command_id": "d-2"}))
    assert codes(again) == ["DUPLICATE_ID"]


def test_a_lost_key_is_revoked_and_replaced_on_the_operator_s_order(desk):
    desk.given(register(keys=[JWK], signature_required=True))
    revoke = {"command": "revoke_party_key", "name": "甲公司", "kid": JWK["kid"], "revoked_on": "2024-01-09"}
    assert codes(desk.submit({**revoke, "revoked_on": "2024-01-11"})) == ["DATE_IN_FUTURE"]
    assert codes(desk.submit({**revoke, "kid": OTHER_JWK["kid"]})) == ["REFERENCE_UNKNOWN"]
    assert desk.submit(revoke).verdict == "accepted"
    assert codes(desk.submit(revoke)) == ["KEY_REVOKED"]
    more = {"command": "describe_party", "command_id": "d-1", "name": "甲公司", "keys": [OTHER_JWK]}
    assert codes(desk.submit(signed(more))) == ["KEY_REVOKED", "SIGNATURE_REQUIRED"]
    ordered = {**more, "order": DIGEST, "command_id": "d-2"}
    (ruling,) = desk.dry_run(ordered)
    assert (ruling.entry_class, desk.submit(ordered).verdict) == ("OPERATOR", "accepted")


def extract(id_, owners, **members):
    """A right as its register's extract of 2024-01-02 has it."""
    return {
        "command": "register_right", "rights": [id_], "owners": parties(owners), "extract_on": "2024-01-02",
        "source": {"register": "CNIPA", "number": f"副本-{id_}"}, "granted_on": "2018-01-14", **members,
    }  # fmt: skip


OWNED = (extract(T1, "甲公司"), extract(T2, ["甲公司", "乙公司"]), extract(P1, "甲公司"))
RENAMED = {
    "grantors": [{"name": "甲公司"}], "grantees": [{"name": "甲集团"}], "executed_on": "2024-01-08",
    "registered_on": "2024-01-09",
}  # fmt: skip


@pytest.mark.rule("ID-5", "accepts")
def test_a_change_of_name_is_no_transfer(desk):
    desk.given(*OWNED)
    reported = desk.report("CNIPA", "变更-1", "party.renamed", rights=[T1, T2, P1], **RENAMED)
    assert (reported.verdict, reported.flags) == ("accepted", ())
    assert [owner["name"] for owner in desk.view(T2)["owners"]] == ["甲集团", "乙公司"]
    assert desk.statement(P1)["titles"][-1]["owners"][0]["former_names"] == ["甲公司"]


@pytest.mark.rule("ID-5", "refuses")
@pytest.mark.rule("ID-5", "flags")
def test_trademarks_of_one_owner_are_changed_together(desk):
    desk.given(*OWNED, right("CN:trademark:10000009", "丙公司"), right("US:trademark:1234567", "甲公司"))
    filing = {
        "command": "file_procedure", "office": "CNIPA", "kind": "owner_data_change", "rights": [T1],
        "applicants": [{"name": "甲公司", "attributes": {"seat": "mainland"}}], "given_on": "2024-01-09",
    }  # fmt: skip
    refused = desk.submit(filing)
    assert [(each.code, each.right) for each in refused.findings] == [("CHANGE_NOT_BUNDLED", T2)]
    assert desk.submit({**filing, "rights": [T1, T2]}).verdict == "accepted"
    reported = desk.report("CNIPA", "变更-1", "party.renamed", rights=T1, **RENAMED)
    assert (reported.verdict, reported.flags) == ("accepted", ("AUTHORITY_CONFLICT",))
    assert [(each.right, each.data["broken"]) for each in reported.findings] == [(T2, "CHANGE_NOT_BUNDLED")]


@pytest.mark.rule("ID-5", "accepts")
def test_a_patent_s_owner_data_change_alone(desk):
    desk.given(*OWNED)
    reported = desk.report("CNIPA", "变更-1", "party.renamed", rights=P1, **RENAMED)
    assert reported.flags == ()
