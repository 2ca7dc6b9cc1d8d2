"""The operator's key file and the keys of verifiers."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from notary.errors import KeyUnusable
from notary.keys import (
    SigningKey,
    VerifierKey,
    create_or_load_signing_key,
    load_signing_key,
    parse_verifier_key,
)

# Published with the Go checksum database; its form is the one C2SP signed-note took over.
GOLANG = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


def test_a_key_of_another_log_is_read_and_written_back():
    key = parse_verifier_key(GOLANG)
    assert (key.name, key.key_id.hex(), str(key)) == ("sum.golang.org", "033de0ae", GOLANG)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        GOLANG.replace("033de0ae", "033de0af"),
        GOLANG.replace("033de0ae", "033DE0AE"),
        GOLANG.replace("sum.", "sun."),
        GOLANG[:-4],
        GOLANG.replace("+Ac4", "+Bc4"),
        GOLANG + "=",
        "a b" + GOLANG,
        "+" + GOLANG,
    ],
)
def test_a_malformed_verifier_key_is_refused(text):
    with pytest.raises(KeyUnusable):
        parse_verifier_key(text)


@given(st.text(max_size=80))
def test_any_text_is_a_key_or_our_refusal(text):
    with pytest.raises(KeyUnusable):
        parse_verifier_key(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\u200bb", "x" * 256])
def test_names_that_would_break_a_note_are_refused(name):
    with pytest.raises(KeyUnusable) as refused:
        VerifierKey(name, bytes(32))
    assert refused.value.code == "KEY_NAME_INVALID"


def test_the_key_is_made_once_for_its_owner_only(tmp_path):
    path = tmp_path / "keys" / "operator.pem"
    made = create_or_load_signing_key(path, "ledger.example")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert isinstance(load_pem_private_key(path.read_bytes(), None), Ed25519PrivateKey)
    again = create_or_load_signing_key(path, "ledger.example")
    assert again.verifier == made.verifier
    assert made.verifier.verifies(again.sign(b"text"), b"text")
    assert not made.verifier.verifies(again.sign(b"text"), b"test")
    assert [file.name for file in path.parent.iterdir()] == ["operator.pem"]


def test_all_who_come_at_once_get_the_same_key(tmp_path):
    path = tmp_path / "operator.pem"
    with ThreadPoolExecutor(8) as pool:
        keys = list(
            pool.map(lambda _: create_or_load_signing_key(path, "ledger.example").verifier, range(16))
        )
    assert len(set(keys)) == 1


def test_a_key_others_can_read_is_refused(tmp_path):
    path = tmp_path / "operator.pem"
    create_or_load_signing_key(path, "ledger.example")
    for mode in (0o640, 0o604, 0o660):
        path.chmod(mode)
        with pytest.raises(KeyUnusable) as refused:
            load_signing_key(path, "ledger.example")
        assert refused.value.code == "KEY_FILE_PERMISSIONS"


def test_a_file_that_is_no_ed25519_key_is_refused(tmp_path):
    path = tmp_path / "operator.pem"
    p256 = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    for content in (b"", b"garbage", p256):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(KeyUnusable) as refused:
            create_or_load_signing_key(path, "ledger.example")
        assert refused.value.code == "KEY_FILE_MALFORMED"


def test_a_missing_or_unwritable_file_is_named(tmp_path):
    with pytest.raises(KeyUnusable) as refused:
        load_signing_key(tmp_path / "none.pem", "ledger.example")
    assert refused.value.code == "KEY_FILE_UNREADABLE"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KeyUnusable) as refused:
        create_or_load_signing_key(tmp_path / "file" / "operator.pem", "ledger.example")
    assert refused.value.code == "KEY_FILE_UNREADABLE"


def test_the_private_key_is_not_printed():
    key = SigningKey("ledger.example", Ed25519PrivateKey.generate())
    assert repr(key) == "SigningKey(name='ledger.example')"
