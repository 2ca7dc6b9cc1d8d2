"""The verdicts on real and made-up tokens, in tests/vectors and beside the checkout, are reproduced."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notary.tokens import Outcome, judge_token, load_certificates, load_revocation_lists

REPOSITORY = Path(__file__).parents[2]
VECTORS = REPOSITORY / "tests" / "vectors"
BESIDE = REPOSITORY.parent / "shared" / "vectors"
CLOCK = datetime(2027, 1, 1, tzinfo=UTC)


def verdicts():
    folders = {path.parent.name: path for path in BESIDE.glob("*/verdicts.json")}
    folders |= {path.parent.name: path for path in VECTORS.glob("*/verdicts.json")}
    for path in sorted(folders.values()):
        for verdict in json.loads(path.read_text()):
            yield pytest.param(path.parent, verdict, id=f"{path.parent.name}/{verdict['file']}")


def judge(folder, verdict):
    return judge_token(
        (folder / verdict["file"]).read_bytes(),
        digest=bytes.fromhex(verdict["digest"]),
        hash_name=verdict["hash"],
        nonce=None if verdict["nonce"] is None else int(verdict["nonce"]),
        policy=verdict.get("policy"),
        roots=[each for name in verdict["roots"] for each in load_certificates((folder / name).read_bytes())],
        untrusted=[
            each for name in verdict["extra"] for each in load_certificates((folder / name).read_bytes())
        ],
        revocation_lists=(
            load_revocation_lists((folder / verdict["crl"]).read_bytes()) if verdict.get("crl") else ()
        ),
        at=CLOCK,
    )


def load_verdict(folder, name):
    known = json.loads((VECTORS / folder / "verdicts.json").read_text())
    return next(verdict for verdict in known if verdict["file"] == name)


@pytest.mark.parametrize(("folder", "verdict"), list(verdicts()))
def test_the_verdict_is_reproduced(folder, verdict):
    """Either verdict is right where support is optional, but a refusal then is for want of support."""
    report = judge(folder, verdict)
    assert [check.number for check in report.checks] == list(range(1, 20))
    assert all(check.message_en and check.message_zh for check in report.checks)
    if verdict["level"] == "may":
        assert report.outcome in {Outcome.PASS, Outcome.INDETERMINATE}
    elif verdict["expected"] == "accept":
        assert report.leading is None
        assert report.accepted
    else:
        assert report.outcome is Outcome.FAIL
        assert report.leading.outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("bad-imprint.tsr", "IMPRINT_MISMATCH"),
        ("bad-nonce.tsr", "NONCE_MISMATCH"),
        ("bad-untrusted-same-name-root.tsr", "CHAIN_UNTRUSTED"),
        ("bad-injected-root.tsr", "CHAIN_UNTRUSTED"),
        ("bad-no-eku.tsr", "EXTENDED_KEY_USAGE_MISSING"),
        ("bad-eku-noncritical.tsr", "EXTENDED_KEY_USAGE_NOT_CRITICAL"),
        ("bad-keyusage.tsr", "KEY_USAGE_WRONG"),
        ("bad-expired-at-gentime.tsr", "CHAIN_NOT_VALID_AT_TIME"),
        ("bad-tampered-gentime.tsr", "MESSAGE_DIGEST_MISMATCH"),
        ("bad-ess-mismatch.tsr", "SIGNING_CERTIFICATE_MISMATCH"),
        ("bad-truncated-1.tsr", "ENCODING_INVALID"),
        ("bad-trailing-garbage.tsr", "ENCODING_INVALID"),
        ("bad-ber-indefinite.tsr", "ENCODING_INVALID"),
        ("bad-status-rejection-with-token.tsr", "STATUS_NOT_GRANTED"),
        ("bad-rejection.tsr", "STATUS_NOT_GRANTED"),
        ("bad-sha1-imprint.tsr", "IMPRINT_ALGORITHM_FORBIDDEN"),
        ("bad-imprint-oid-swapped.tsr", "IMPRINT_ALGORITHM_FORBIDDEN"),
        ("bad-policy.tsr", "POLICY_MISMATCH"),
        ("bad-econtenttype.tsr", "CONTENT_TYPE_WRONG"),
        ("bad-messagedigest.tsr", "MESSAGE_DIGEST_MISMATCH"),
        ("bad-tstinfo-v2.tsr", "TSTINFO_VERSION"),
        ("bad-two-signers.tsr", "SIGNER_COUNT"),
        ("bad-rsa1024.tsr", "KEY_TOO_WEAK"),
        ("bad-future-gentime.tsr", "CLOCK_IN_FUTURE"),
        ("bad-tsa-name.tsr", "TSA_NAME_MISMATCH"),
        ("bad-leaf-as-ca.tsr", "CHAIN_ISSUER_NOT_CA"),
        ("bad-revoked-keycompromise.tsr", "CERTIFICATE_REVOKED"),
    ],
)
def test_each_lie_is_caught_by_its_own_check_alone(name, code):
    report = judge(VECTORS / "own-tsa", load_verdict("own-tsa", name))
    assert [check.code for check in report.checks if check.outcome is Outcome.FAIL] == [code]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("bad-sha1-signer.tsr", ["DIGEST_ALGORITHM_FORBIDDEN"] * 2),
        ("bad-no-signed-attrs.tsr", ["SIGNED_ATTRIBUTES_MISSING", "SIGNING_CERTIFICATE_MISSING"]),
    ],
)
def test_some_lies_are_caught_twice(name, codes):
    report = judge(VECTORS / "own-tsa", load_verdict("own-tsa", name))
    assert [check.code for check in report.checks if check.outcome is Outcome.FAIL] == codes


def test_a_missing_signer_certificate_is_named_and_the_rest_still_read():
    verdict = load_verdict("github-smimesign", "symantec-2018-nocert.tsr")
    report = judge(VECTORS / "github-smimesign", verdict)
    assert report.leading.code == "SIGNER_CERTIFICATE_MISSING"
    assert "CN=Symantec SHA256 TimeStamping CA" in report.leading.data["signer"]
    assert report.token.gen_time == datetime(2018, 5, 9, 14, 54, 22, tzinfo=UTC)
    assert report.token.accuracy_us == 30_000_000


def test_injected_certificates_are_listed_but_never_the_signer():
    folder = VECTORS / "trailofbits-rfc3161-client"
    report = judge(folder, load_verdict(folder.name, "test_tsa-response-injected-certs.tsr"))
    clean = judge(folder, load_verdict(folder.name, "test_tsa-response.tsr"))
    assert report.token.signer_certificate == clean.token.signer_certificate
    assert report.token.chain == clean.token.chain
    assert len(report.token.certificates) == 3


def test_an_algorithm_we_lack_is_called_unsupported():
    folder = VECTORS / "own-sm2"
    report = judge(folder, load_verdict(folder.name, "sm2.tsr"))
    assert report.outcome is Outcome.INDETERMINATE
    assert report.leading.code == "DIGEST_ALGORITHM_UNSUPPORTED"


def test_what_a_token_says_is_shown():
    folder = VECTORS / "notaryproject-tspclient-go"
    token = judge(folder, load_verdict(folder.name, "TimeStampToken.p7s")).token
    assert token.gen_time == datetime(2021, 9, 17, 14, 9, 10, tzinfo=UTC)
    assert token.tsa_name == "C=BE, O=GlobalSign nv-sa, CN=Globalsign TSA for Advanced - G4"
    assert (token.accuracy_us, token.policy) == (1_000_000, "1.3.6.1.4.1.4146.2.3")
    assert (token.hash_name, len(token.chain)) == ("sha256", 4)
    assert token.chain[0] == token.signer_certificate
    (root,) = load_certificates((folder / "GlobalSignRootCA.crt").read_bytes())
    assert token.chain[-1] == root


def test_fractions_of_a_second_are_kept():
    folder = VECTORS / "own-tsa"
    assert judge(folder, load_verdict("own-tsa", "ok-fraction.tsr")).token.gen_time.microsecond == 500_000


def test_without_trusted_roots_nothing_is_accepted():
    folder = VECTORS / "own-tsa"
    report = judge(folder, load_verdict("own-tsa", "ok-p256.tsr") | {"roots": []})
    assert (report.outcome, report.leading.code) == (Outcome.INDETERMINATE, "TRUST_ROOT_MISSING")


def test_a_revoked_certificate_is_not_noticed_without_its_list_and_the_report_says_so():
    folder = VECTORS / "own-tsa"
    report = judge(folder, load_verdict("own-tsa", "bad-revoked-keycompromise.tsr") | {"crl": None})
    (check,) = (check for check in report.checks if check.name == "REVOCATION")
    assert report.accepted
    assert (check.outcome, check.code, check.required) == (Outcome.INDETERMINATE, "NOT_ASKED", False)
