"""The embedded authority: honest answers that other verifiers accept too."""

import hashlib
import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import rfc3161_client
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from rfc3161_client import VerifierBuilder

from notary import authority as authorities
from notary.authority import NAME_EN, NAME_ZH, POLICY, open_authority
from notary.errors import KeyUnusable
from notary.timestamps import build_request
from notary.tokens import encoding as enc
from notary.tokens import judge_token
from notary.tokens.structures import read_response

NOW = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)
DATA = b"checkpoint"
DIGEST = hashlib.sha256(DATA).digest()
SHA256 = enc.sequence(enc.oid("2.16.840.1.101.3.4.2.1"))
SHA1 = enc.sequence(enc.oid("1.3.14.3.2.26"))
IMPRINT = enc.sequence(SHA256, enc.octets(DIGEST))
CERT_REQ = enc.tagged(1, b"\xff")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return open_authority(tmp_path_factory.mktemp("home") / "authority", clock=lambda: NOW)


def judge(authority, response, **changes):
    arguments = {"digest": DIGEST, "nonce": 7, "policy": POLICY, "roots": [authority.root], "at": NOW}
    return judge_token(response, **arguments | changes)


def rejection(response):
    """Status, text and failure bit of an answer that holds no token."""
    read = read_response(response)
    assert read.token is None
    return read.status, read.explanation


def test_its_token_passes_every_check_and_says_whose_time_it_is(authority):
    report = judge(authority, authority.answer(build_request(DIGEST, nonce=7, policy=POLICY)))
    assert report.leading is None
    assert report.token.gen_time == NOW
    assert report.token.accuracy_us == 1_000_000
    assert report.token.tsa_name == f"O=ipledger, OU={NAME_ZH}, CN={NAME_EN}"
    assert report.token.chain == (authority.certificate, authority.root)
    assert not report.token.ordering


def test_openssl_accepts_its_token_and_refuses_it_for_other_data(authority, tmp_path):
    openssl = shutil.which("openssl")
    assert openssl, "the tests need the openssl command"
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "request.tsq").write_bytes(build_request(DIGEST, nonce=7, policy=POLICY))
    (tmp_path / "response.tsr").write_bytes(authority.answer((tmp_path / "request.tsq").read_bytes()))
    root = x509.load_der_x509_certificate(authority.root)
    (tmp_path / "root.pem").write_bytes(root.public_bytes(authorities.Encoding.PEM))

    def verify(*source):
        command = [openssl, "ts", "-verify", "-in", "response.tsr", "-CAfile", "root.pem"]
        at = ["-attime", str(int(NOW.timestamp()))]
        return subprocess.run(
            [*command, *at, *source], cwd=tmp_path, capture_output=True, check=False
        ).returncode

    assert verify("-data", "data") == 0
    assert verify("-queryfile", "request.tsq") == 0
    assert verify("-data", "other") != 0


def test_rfc3161_client_accepts_its_token_and_refuses_it_for_other_data(authority):
    response = rfc3161_client.decode_timestamp_response(
        authority.answer(build_request(DIGEST, nonce=7, policy=POLICY))
    )
    verifier = (
        VerifierBuilder()
        .add_root_certificate(x509.load_der_x509_certificate(authority.root))
        .nonce(7)
        .policy_id(x509.ObjectIdentifier(POLICY))
        .build()
    )
    assert verifier.verify(response, DIGEST)
    with pytest.raises(rfc3161_client.VerificationError):
        verifier.verify(response, bytes(32))


def test_what_was_asked_is_echoed_and_nothing_else(authority):
    bare = authority.answer(enc.sequence(enc.integer(1), IMPRINT))
    token = judge(authority, bare, nonce=None, untrusted=[authority.certificate]).token
    assert (token.nonce, token.policy, token.certificates) == (None, POLICY, ())
    assert token.signer_certificate == authority.certificate
    with_certificate = authority.answer(enc.sequence(enc.integer(1), IMPRINT, enc.integer(-5), CERT_REQ))
    token = judge(authority, with_certificate, nonce=-5).token
    assert (token.nonce, token.certificates) == (-5, (authority.certificate,))


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_longer_digests_are_stamped_too(authority, name):
    digest = hashlib.new(name, DATA).digest()
    oid = {"sha256": 1, "sha384": 2, "sha512": 3}[name]
    algorithm = enc.sequence(enc.oid(f"2.16.840.1.101.3.4.2.{oid}"), enc.null())
    request = enc.sequence(enc.integer(1), enc.sequence(algorithm, enc.octets(digest)), CERT_REQ)
    assert judge(authority, authority.answer(request), digest=digest, hash_name=name, nonce=None).accepted


def test_serial_numbers_do_not_repeat(authority):
    request = build_request(DIGEST, nonce=7, policy=None)
    serials = {judge(authority, authority.answer(request)).token.serial for _ in range(50)}
    assert len(serials) == 50
    assert min(serials) >= 2**128


@pytest.mark.parametrize(
    ("instant", "encoded"),
    [
        (NOW, b"20260601120000.25Z"),
        (NOW.replace(microsecond=0), b"20260601120000Z"),
        (NOW.replace(microsecond=1), b"20260601120000.000001Z"),
        (NOW.replace(microsecond=100_000), b"20260601120000.1Z"),
    ],
)
def test_the_time_is_written_without_trailing_zeros(tmp_path, instant, encoded):
    authority = open_authority(tmp_path / "authority", clock=lambda: instant)
    response = authority.answer(build_request(DIGEST, nonce=7, policy=None))
    assert encoded in response
    assert judge(authority, response, at=instant).token.gen_time == instant


@pytest.mark.parametrize("accuracy_us", [0, 1, 999, 1_000, 1_500, 2_000_001, 60_000_000])
def test_the_accuracy_is_stated(tmp_path, accuracy_us):
    authority = open_authority(tmp_path / "authority", clock=lambda: NOW, accuracy_us=accuracy_us)
    report = judge(authority, authority.answer(build_request(DIGEST, nonce=7, policy=None)))
    assert report.token.accuracy_us == (accuracy_us or None)


@pytest.mark.parametrize(
    ("bit", "request_"),
    [
        # failInfo as DER bits: badAlg 0, badRequest 2, badDataFormat 5, unacceptedPolicy 15, …Extension 16.
        ("0780", enc.sequence(enc.integer(1), enc.sequence(SHA1, enc.octets(bytes(20))))),
        ("0520", enc.sequence(enc.integer(2), IMPRINT)),
        ("0204", b""),
        ("0204", b"junk"),
        ("0204", enc.sequence(enc.integer(1), IMPRINT) + b"\x00"),
        ("0204", enc.sequence(enc.integer(1), enc.sequence(SHA256, enc.octets(bytes(31))))),
        ("0204", bytes(65 * 1024)),
        ("000001", enc.sequence(enc.integer(1), IMPRINT, enc.oid("1.2.3.4"))),
        ("07000080", enc.sequence(enc.integer(1), IMPRINT, enc.explicit(0, b""))),
    ],
)  # fmt: skip
def test_a_request_it_cannot_grant_is_rejected_with_the_reason(authority, bit, request_):
    status, explanation = rejection(authority.answer(request_))
    assert status == 2
    assert explanation.endswith(f"failInfo {bit}")


def test_outside_the_validity_of_its_certificate_it_gives_no_time(authority, tmp_path):
    times = iter([NOW, NOW + timedelta(days=31 * 365)])
    authority = open_authority(tmp_path / "authority", clock=lambda: next(times))
    _, explanation = rejection(authority.answer(build_request(DIGEST, nonce=7, policy=None)))
    assert explanation.endswith("failInfo 010002")


@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(authority, junk):
    assert rejection(authority.answer(junk))[0] == 2


def test_all_who_open_it_at_once_get_the_same_authority(tmp_path):
    folder = tmp_path / "home" / "authority"
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: open_authority(folder, clock=lambda: NOW), range(16)))
    assert len({(each.certificate, each.root) for each in opened}) == 1
    assert [path.name for path in folder.parent.iterdir()] == ["authority"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_keys_others_can_read_and_damaged_folders_are_refused(tmp_path):
    folder = tmp_path / "authority"
    open_authority(folder, clock=lambda: NOW)
    key = folder / "tsa-key.pem"

    def refusal():
        with pytest.raises(KeyUnusable) as refused:
            open_authority(folder, clock=lambda: NOW)
        return refused.value.code

    key.chmod(0o640)
    assert refusal() == "KEY_FILE_PERMISSIONS"
    key.chmod(0o600)
    key.write_bytes((folder / "ca-key.pem").read_bytes())
    assert refusal() == "AUTHORITY_MALFORMED"
    key.write_bytes(b"junk")
    assert refusal() == "AUTHORITY_MALFORMED"
    key.unlink()
    assert refusal() == "KEY_FILE_UNREADABLE"
    shutil.rmtree(folder)
    folder.write_bytes(b"")
    assert refusal() == "KEY_FILE_UNREADABLE"


def test_two_ledgers_have_roots_of_different_names(tmp_path):
    names = {
        x509.load_der_x509_certificate(open_authority(tmp_path / name, clock=lambda: NOW).root).subject
        for name in ("one", "two")
    }
    assert len(names) == 2
