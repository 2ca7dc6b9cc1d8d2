"""Cosignatures as the audit finds them: those recorded and those kept, sound, changed and of strangers."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.entry import Draft, EntryClass, format_instant, new_salt
from ledger.facts.registrations import RightRegistered
from ledger.facts.seals import Cosignature, SealCosigned
from ledger.store import Appended, AppendRequest, Condition
from ledger.store.database import utc_now
from notary.authority import open_authority
from notary.cosignatures import CosigningKey
from notary.seal_audit import Trust, Unchecked, check_seals, unchecked_cosignatures
from notary.sealing import Sealer
from notary.seals import kept_seals, recorded_seals
from notary.timestamps import Authority


def append(store, fact, condition, entry_class=EntryClass.OPERATOR):
    draft = Draft(
        type=fact.TYPE,
        type_v=1,
        entry_class=entry_class,
        subjects=fact.tags(),
        effective_at="2026-11-20",
        actor="test",
        command_id=os.urandom(8).hex(),
        data=fact.as_data(),
        salt=new_salt(),
    )
    appended = store.writer.append(AppendRequest((draft,), condition, draft.command_id))
    assert isinstance(appended, Appended)
    return appended.first_position


@pytest.fixture
def authority(tmp_path):
    embedded = open_authority(tmp_path / "authority", clock=utc_now)
    return Authority("embedded", roots=(embedded.root,), embedded=embedded)


@pytest.fixture
def sealer(store, tmp_path, authority):
    return Sealer(store, tmp_path, [authority], utc_now)


@pytest.fixture
def seal(store, sealer):
    right = "US:patent:15000001"
    append(
        store,
        RightRegistered(rights=(right,)),
        Condition(assets=store.reader.asset_heads([right])),
        EntryClass.AUTHORITY,
    )
    return sealer.seal().seal


@pytest.fixture
def trust(sealer, authority, key):
    return Trust(sealer.key.verifier, [authority], utc_now(), (key.verifier,))


def record(store, seal, given, at, **changes):
    """An entry with this line, told truly unless changed, as an operator may append it."""
    line = given.line().decode().rstrip("\n")
    told = {"witness": given.name, "cosigned_at": format_instant(at), "line": line}
    fact = SealCosigned(size=seal.signed.checkpoint.size, cosignatures=(Cosignature(**told | changes),))
    return append(store, fact, Condition(tags=fact.tags(), after=store.reader.head().position))


def codes(store, trust, seals=None):
    seals = list(recorded_seals(store) if seals is None else seals)
    found = check_seals(store, seals, replace(trust, at=utc_now()))
    return [(finding.position, finding.code) for finding in found]


def cosign(key, seal):
    at = utc_now().replace(microsecond=0)
    return key.cosign(seal.signed.checkpoint.text(), at), at


def test_a_sound_cosignature_is_found_sound(store, seal, trust, key):
    record(store, seal, *cosign(key, seal))
    assert codes(store, trust) == []
    assert unchecked_cosignatures(recorded_seals(store), trust) == []


@pytest.mark.parametrize("byte", [0, 7, 8, 71])
def test_a_changed_cosignature_is_named_at_its_entry(store, seal, trust, key, byte):
    line, at = cosign(key, seal)
    signature = bytearray(line.signature)
    signature[byte] ^= 1
    position = record(store, seal, replace(line, signature=bytes(signature)), at)
    assert codes(store, trust) == [(position, "COSIGNATURE_INVALID")]


def test_a_cosignature_of_another_seal_is_invalid(store, seal, trust, key, sealer):
    line, at = cosign(key, seal)
    newer = sealer.reseal().seal
    position = record(store, newer, line, at)
    assert codes(store, trust) == [(position, "COSIGNATURE_INVALID")]


def test_a_line_that_is_none_is_malformed(store, seal, trust, key):
    line, at = cosign(key, seal)
    position = record(store, seal, line, at, line="no line at all")
    assert codes(store, trust) == [(position, "COSIGNATURE_MALFORMED")]


@pytest.mark.parametrize("changes", [{"witness": "a court"}, {"cosigned_at": None}])
def test_an_entry_that_tells_its_line_otherwise_is_named(store, seal, trust, key, changes):
    line, at = cosign(key, seal)
    if "cosigned_at" in changes:
        changes = {"cosigned_at": format_instant(at - timedelta(days=1))}
    position = record(store, seal, line, at, **changes)
    assert codes(store, trust) == [(position, "COSIGNATURE_MISTOLD")]


def test_a_witness_whose_key_is_not_known_is_told_and_not_judged(store, seal, trust, key):
    stranger = CosigningKey("stranger.example", Ed25519PrivateKey.generate())
    line, at = cosign(stranger, seal)
    record(store, seal, replace(line, signature=bytes(72)), at)
    record(store, seal, *cosign(key, seal))
    assert codes(store, trust) == []
    size, key_id = seal.signed.checkpoint.size, stranger.verifier.key_id.hex()
    assert unchecked_cosignatures(recorded_seals(store), trust) == [
        Unchecked("stranger.example", key_id, 1, size)
    ]
    assert {
        each.witness for each in unchecked_cosignatures(recorded_seals(store), replace(trust, witnesses=()))
    } == {
        "stranger.example",
        key.name,
    }


def test_a_changed_copy_outside_the_database_is_found(store, seal, trust, key, tmp_path):
    line, _ = cosign(key, seal)
    size = seal.signed.checkpoint.size
    copy = tmp_path / "seals" / f"{size}.cosignatures"
    copy.write_bytes(line.line())
    assert codes(store, trust, kept_seals(tmp_path / "seals")) == []
    copy.write_bytes(replace(line, signature=bytes(72)).line())
    assert codes(store, trust, kept_seals(tmp_path / "seals")) == [(size, "COSIGNATURE_INVALID")]
    copy.write_bytes(b"\xff\xfe\n")
    assert codes(store, trust, kept_seals(tmp_path / "seals")) == [(size, "COSIGNATURE_MALFORMED")]
