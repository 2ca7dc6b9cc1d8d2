"""Signed notes: one way to write them, and every other way refused."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from notary import checkpoints
from notary.checkpoints import Checkpoint, Signature
from notary.errors import CheckpointInvalid
from notary.keys import SigningKey, VerifierKey

ORIGIN = "ledger.example.cn/知识产权"
KEY = SigningKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
WITNESS = SigningKey("witness.example", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
CHECKPOINT = Checkpoint(
    origin=ORIGIN,
    size=20_852_163,
    root=hashlib.sha256(b"root").digest(),
    chain=hashlib.sha256(b"chain").digest(),
    previous=hashlib.sha256(b"previous").digest(),
)
SIGNED = checkpoints.sign(CHECKPOINT, KEY)


def refusal(note, key=KEY.verifier):
    with pytest.raises(CheckpointInvalid) as refused:
        checkpoints.verify(checkpoints.parse(note), key)
    return refused.value.code


def test_the_note_has_the_lines_of_the_format():
    lines = SIGNED.note.decode().split("\n")
    b64 = base64.b64encode
    assert lines[:8] == [
        ORIGIN,
        "20852163",
        b64(CHECKPOINT.root).decode(),
        "chain " + b64(CHECKPOINT.chain).decode(),
        "map AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "previous " + b64(CHECKPOINT.previous).decode(),
        "suite sha256",
        "",
    ]
    dash, name, signature = lines[8].split(" ")
    assert (dash, name, lines[9:]) == ("—", ORIGIN, [""])
    key_id = hashlib.sha256(
        ORIGIN.encode() + b"\n\x01" + KEY.private_key.public_key().public_bytes_raw()
    ).digest()[:4]
    assert base64.b64decode(signature)[:4] == key_id
    signed_text = "".join(f"{line}\n" for line in lines[:7]).encode()
    KEY.private_key.public_key().verify(base64.b64decode(signature)[4:], signed_text)


@given(
    size=st.integers(0, 2**63 - 1),
    hashes=st.tuples(*[st.binary(min_size=32, max_size=32)] * 4),
    origin=st.text(
        st.characters(exclude_categories=["C", "Z"], exclude_characters="+"), min_size=1, max_size=40
    ),
)
def test_what_was_signed_parses_to_itself(size, hashes, origin):
    root, chain, map_root, previous = hashes
    key = SigningKey(origin, KEY.private_key)
    signed = checkpoints.sign(Checkpoint(origin, size, root, chain, map_root, previous), key)
    again = checkpoints.parse(signed.note)
    assert again == signed
    assert again.imprint == hashlib.sha256(signed.note).digest()
    assert checkpoints.verify(again, key.verifier) == signed.checkpoint


def test_cosignatures_are_kept_and_those_of_strangers_ignored():
    stranger = Signature("stranger.example", b"abcd", b"another kind of signature")
    cosigned = SIGNED.with_signature(checkpoints.sign_text(CHECKPOINT, WITNESS)).with_signature(stranger)
    assert checkpoints.parse(cosigned.note).signatures == cosigned.signatures
    assert checkpoints.verify(cosigned, KEY.verifier) == CHECKPOINT
    assert checkpoints.signers(cosigned, [WITNESS.verifier, KEY.verifier]) == (KEY.verifier, WITNESS.verifier)
    assert cosigned.imprint != SIGNED.imprint
    assert cosigned.note.startswith(SIGNED.note)


def test_a_false_cosignature_of_a_known_witness_is_not_ignored():
    other = Checkpoint(ORIGIN, 1, bytes(32), bytes(32))
    cosigned = SIGNED.with_signature(checkpoints.sign_text(other, WITNESS))
    with pytest.raises(CheckpointInvalid) as refused:
        checkpoints.signers(cosigned, [WITNESS.verifier])
    assert refused.value.code == "NOTE_SIGNATURE_INVALID"


def test_a_checkpoint_of_another_key_of_the_same_name_is_unsigned():
    assert refusal(SIGNED.note, VerifierKey(ORIGIN, WITNESS.verifier.public_key)) == "CHECKPOINT_UNSIGNED"


def test_the_key_of_another_log_neither_signs_nor_verifies():
    assert refusal(SIGNED.note, WITNESS.verifier) == "CHECKPOINT_ORIGIN_MISMATCH"
    with pytest.raises(CheckpointInvalid) as refused:
        checkpoints.sign(CHECKPOINT, WITNESS)
    assert refused.value.code == "CHECKPOINT_ORIGIN_MISMATCH"


def test_a_changed_size_breaks_the_signature():
    assert refusal(SIGNED.note.replace(b"20852163", b"20852164")) == "NOTE_SIGNATURE_INVALID"


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("CHECKPOINT_MALFORMED", b"20852163", b"020852163"),
        ("CHECKPOINT_MALFORMED", b"20852163", b"-1"),
        ("CHECKPOINT_MALFORMED", b"20852163", "２０".encode()),
        ("CHECKPOINT_MALFORMED", b"20852163", b"9999999999999999999"),
        ("CHECKPOINT_MALFORMED", b"chain ", b"chian "),
        ("CHECKPOINT_MALFORMED", b"chain ", b"chain  "),
        ("CHECKPOINT_MALFORMED", b"map AAAA", b"map "),
        ("CHECKPOINT_MALFORMED", b"suite sha256", b"suite sha1"),
        ("CHECKPOINT_MALFORMED", b"suite sha256\n", b"suite sha256\nmore\n"),
        ("CHECKPOINT_MALFORMED", b"suite sha256\n", b""),
        ("CHECKPOINT_MALFORMED", ORIGIN.encode(), b"two words"),
        ("CHECKPOINT_MALFORMED", ORIGIN.encode(), b""),
        ("NOTE_MALFORMED", b"AAAA=\n", b"AAAB=\n"),
        ("NOTE_MALFORMED", b"\n\n", b"\n"),
        ("NOTE_MALFORMED", "— ".encode(), b"- "),
        ("NOTE_MALFORMED", "— ".encode(), "—  ".encode()),
    ],
)
def test_another_way_to_write_it_is_refused(code, old, new):
    assert old in SIGNED.note
    assert refusal(SIGNED.note.replace(old, new)) == code


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("NOTE_MALFORMED", b""),
        ("NOTE_MALFORMED", b"\xff\n\n"),
        ("NOTE_MALFORMED", SIGNED.note[:-1]),
        ("NOTE_MALFORMED", SIGNED.note.replace(b"\n", b"\r\n")),
        ("NOTE_MALFORMED", SIGNED.note + b"\n"),
        ("NOTE_MALFORMED", CHECKPOINT.text() + b"\n"),
        ("NOTE_MALFORMED", SIGNED.note + "— a AAAA\n".encode()),
        ("NOTE_MALFORMED", SIGNED.note + "— a+b AAAAAAAA\n".encode()),
        ("NOTE_MALFORMED", SIGNED.note + "".join(f"— n{n} AAAAAAAA\n" for n in range(100)).encode()),
        ("NOTE_SIGNATURE_REPEATED", SIGNED.note + SIGNED.signatures[0].line()),
        ("NOTE_TOO_LARGE", SIGNED.note + b" " * 65536),
    ],
)
def test_what_is_no_note_is_refused(code, note):
    assert refusal(note) == code


@given(st.integers(0, len(SIGNED.note) - 1), st.integers(1, 255))
def test_no_changed_byte_passes(at, change):
    """Every byte of a checkpoint with one signature claims something."""
    note = bytearray(SIGNED.note)
    note[at] ^= change
    refusal(bytes(note))


@given(st.binary(max_size=300))
def test_garbage_ends_in_our_error(garbage):
    refusal(garbage)
    refusal(SIGNED.note[:150] + garbage + SIGNED.note[150:] if garbage else b"")
