"""The standalone verifier's judgement of real and made-up tokens, as far as they are whole answers."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notary.standalone import verify

REPOSITORY = Path(__file__).parents[3]
CLOCK = datetime(2027, 1, 1, tzinfo=UTC)
NOT_IN_A_PACKAGE = {"bad-nonce.tsr", "bad-policy.tsr"}
"""Wrong only beside the request, which no package holds."""


class OpenSslByDigest(verify.OpenSsl):
    """Where only the digest of the stamped bytes is known, openssl is given that."""

    digest = ""

    def run(self, arguments, files):
        replaced = list(arguments)
        if "-data" in replaced:
            at = replaced.index("-data")
            replaced[at : at + 2] = ["-digest", self.digest]
        return super().run(replaced, files)


def verdicts():
    folders = {
        path.parent.name: path for path in (REPOSITORY.parent / "shared/vectors").glob("*/verdicts.json")
    }
    folders |= {path.parent.name: path for path in (REPOSITORY / "tests/vectors").glob("*/verdicts.json")}
    for path in sorted(folders.values()):
        for verdict in json.loads(path.read_text()):
            if verdict["file"] not in NOT_IN_A_PACKAGE and is_whole_answer(path.parent / verdict["file"]):
                yield pytest.param(path.parent, verdict, id=f"{path.parent.name}/{verdict['file']}")


def is_whole_answer(path):
    """A bare token begins with an object identifier, an answer with its status."""
    try:
        first = verify.der_elements(verify.der_elements(path.read_bytes())[0].content)[0]
    except verify.DerError:
        return path.suffix == ".tsr"
    return first.tag != 0x06


def certificates(folder, names):
    read = [(folder / name).read_bytes() for name in names]
    return [
        verify.read_certificate(der) for data in read for der in verify.unpem("CERTIFICATE", data) or [data]
    ]


def judge(folder, verdict, monkeypatch):
    def check_imprint(stamp, _data):
        named = verify._SHA2.get(stamp.imprint_algorithm)
        if (named, stamp.imprint.hex()) != (verdict["hash"], verdict["digest"]):
            raise verify.Refused("TOKEN_IMPRINT")

    monkeypatch.setattr(verify, "check_imprint", check_imprint)
    openssl = OpenSslByDigest()
    openssl.digest = verdict["digest"]
    lists = [(folder / verdict["crl"]).read_bytes()] if verdict.get("crl") else []
    return verify.judge_token(
        (folder / verdict["file"]).read_bytes(),
        b"",
        roots=certificates(folder, verdict["roots"]),
        chain=certificates(folder, verdict["extra"]),
        lists=[verify.read_revocation_list(each) for each in lists],
        clock=CLOCK,
        openssl=openssl,
    )


@pytest.mark.parametrize(("folder", "verdict"), list(verdicts()))
def test_the_verdict_is_reproduced(folder, verdict, monkeypatch):
    """What is beyond `openssl ts` or lacks a certificate is left open; nothing bad is accepted."""
    if verdict["expected"] == "accept" and verdict["level"] != "may":
        assert judge(folder, verdict, monkeypatch).stamp.gen_time < CLOCK
        return
    with pytest.raises(verify.Refused) as refused:
        judge(folder, verdict, monkeypatch)
    if refused.value.outcome != verify.FAIL:
        assert verdict["level"] == "may" or refused.value.code == "TOKEN_SIGNER_MISSING"


def test_the_vectors_are_there():
    assert len(list(verdicts())) > 60


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("bad-imprint-oid-swapped.tsr", "TOKEN_IMPRINT_ALGORITHM"),
        ("bad-sha1-imprint.tsr", "TOKEN_IMPRINT_ALGORITHM"),
        ("bad-sha1-signer.tsr", "TOKEN_WEAK"),
        ("bad-rsa1024.tsr", "TOKEN_WEAK"),
        ("bad-trailing-garbage.tsr", "TOKEN_MALFORMED"),
        ("bad-ber-indefinite.tsr", "TOKEN_MALFORMED"),
        ("bad-tstinfo-v2.tsr", "TOKEN_VERSION"),
        ("bad-eku-noncritical.tsr", "TOKEN_EXTENDED_KEY_USAGE"),
        ("bad-ess-mismatch.tsr", "TOKEN_SIGNER_OTHER"),
        ("bad-future-gentime.tsr", "TOKEN_IN_FUTURE"),
        ("bad-untrusted-same-name-root.tsr", "TOKEN_NOT_VERIFIED"),
        ("bad-injected-root.tsr", "TOKEN_NOT_VERIFIED"),
        ("bad-leaf-as-ca.tsr", "TOKEN_NOT_VERIFIED"),
        ("bad-tsa-name.tsr", "TOKEN_NOT_VERIFIED"),
        ("bad-expired-at-gentime.tsr", "TOKEN_NOT_VERIFIED"),
    ],
)
def test_what_openssl_misses_is_read_from_the_bytes(name, code):
    folder = REPOSITORY / "tests/vectors/own-tsa"
    with pytest.raises(verify.Refused) as refused:
        verify.judge_token(
            (folder / name).read_bytes(),
            (folder / "data.bin").read_bytes(),
            roots=certificates(folder, ["root.pem"]),
            chain=[],
            lists=[],
            clock=CLOCK,
            openssl=verify.OpenSsl(),
        )
    assert refused.value.code == code
