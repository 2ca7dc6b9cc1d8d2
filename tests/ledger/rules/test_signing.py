"""A party's own signature on its command: verified when submitted, kept with what was signed (T-1, E-4)."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.entry import EntryClass, Source
from ledger.facts.acts import ActSigned
from ledger.facts.base import Party
from ledger.facts.parties import Key, PartyKeyRevoked, PartyRegistered
from ledger.rules.base import Said
from ledger.signatures import (
    PublicKey,
    Signature,
    command_payload,
    public_key_of,
    read_jwk,
    sign,
    verify,
)
from tests.ledger.rules.desk import P1, Desk, codes, right

OWNER, OTHER, LEDGER = "甲公司", "乙公司", "example.com/ipledger"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGE = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def key_of(private):
    key: PublicKey = public_key_of(private)
    return Key(kid=key.kid, jwk=key.as_jwk())


def on_file(desk, *facts):
    said = tuple(Said(fact) for fact in facts)
    desk.situation = desk.situation.after(said, EntryClass.PARTY, Source("LEDGER", "file", "ab" * 32, "a/b"))


@pytest.fixture
def desk():
    made = Desk("2024-01-10")
    made.situation = replace(made.situation, origin=LEDGER)
    made.given(right(P1, {OWNER: [1, 2], OTHER: [1, 2]}, filed_on="2015-03-10"))
    on_file(made, PartyRegistered(party=Party(name=OWNER), keys=(key_of(PRIVATE),), signature_required=True))
    return made


def consent(**members):
    return {
        "command": "give_consent", "command_id": "c-1", "rights": [P1], "giver": {"name": OWNER},
        "role": "coowner", "act": "license", "given_on": "2024-01-10", "ledger": LEDGER, **members,
    }  # fmt: skip


def signed(command, private=PRIVATE, party=OWNER):
    made = sign(command_payload(command), private, public_key_of(private).kid)
    return {**command, "signatures": [{"party": party, **made.as_json()}]}


def test_a_signed_command_keeps_what_was_signed_and_by_which_key(desk):
    command = consent()
    assert desk.submit(signed(command)).verdict == "accepted"
    (kept,) = [each.fact for each in desk.situation.rights[P1].recorded if isinstance(each.fact, ActSigned)]
    assert json.loads(kept.command) == command
    (signature,) = kept.signatures
    verify(
        Signature(signature.protected, signature.signature), kept.command.encode(), read_jwk(signature.jwk)
    )


def test_a_party_whose_policy_demands_signatures_is_not_spoken_for(desk):
    refused = desk.submit(consent())
    assert codes(refused) == ["SIGNATURE_REQUIRED"]
    assert [(each.missing.item, each.missing.holder) for each in refused.missing] == [("signature", OWNER)]


def test_another_partys_signature_does_not_stand_for_the_giver(desk):
    on_file(desk, PartyRegistered(party=Party(name=OTHER), keys=(key_of(STRANGE),)))
    assert codes(desk.submit(signed(consent(), STRANGE, OTHER))) == ["SIGNATURE_REQUIRED"]


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (lambda command: {**signed(command), "given_on": "2024-01-09"}, "SIGNATURE_INVALID"),
        (lambda command: {**signed(command), "command_id": "c-2"}, "SIGNATURE_INVALID"),
        (lambda command: signed(command, STRANGE), "SIGNER_UNKNOWN"),
        (lambda command: signed(command, party="丙公司"), "SIGNER_UNKNOWN"),
    ],
)
def test_a_signature_over_other_words_or_by_another_key_is_refused(desk, forge, code):
    assert codes(desk.submit(forge(consent())))[0] == code


def test_a_revoked_key_counts_no_more(desk):
    kid = key_of(PRIVATE).kid
    on_file(desk, PartyKeyRevoked(party=Party(name=OWNER), kid=kid, revoked_on="2024-01-10"))
    assert codes(desk.submit(signed(consent())))[0] == "KEY_REVOKED"


def test_values_held_back_are_not_signed_but_the_command_is(desk):
    command = signed(consent(confidential={"/price": 5}))
    assert desk.submit(command).verdict == "accepted"


@pytest.mark.parametrize("ledger", ["example.com/another", None])
def test_what_was_signed_for_another_ledger_or_for_any_does_not_count_here(desk, ledger):
    command = {name: value for name, value in consent(ledger=ledger).items() if value is not None}
    refused = desk.submit(signed(command))
    assert next((each.code, each.pointer) for each in refused.findings) == ("FIELD_INVALID", "/ledger")


@pytest.mark.parametrize(
    ("owner", "variant"), [("甲科技有限公司", "甲科技有限责任公司"), ("ACME INC", "Acme, Inc., as Agent")]
)
def test_another_spelling_of_a_name_of_record_is_no_way_around_its_signature(owner, variant):
    desk = Desk("2024-01-10")
    desk.situation = replace(desk.situation, origin=LEDGER)
    desk.given(right(P1, {owner: [1, 2], OTHER: [1, 2]}, filed_on="2015-03-10"))
    on_file(desk, PartyRegistered(party=Party(name=owner), keys=(key_of(PRIVATE),), signature_required=True))
    on_file(desk, PartyRegistered(party=Party(name=variant), keys=(key_of(STRANGE),)))
    spelled = consent(giver={"name": variant})
    assert "SIGNATURE_REQUIRED" in desk.submit(spelled).codes
    assert "SIGNATURE_REQUIRED" in desk.submit(signed(spelled, STRANGE, variant)).codes
    own = desk.submit(signed(spelled, PRIVATE, owner))
    assert own.verdict == "accepted", own.codes
