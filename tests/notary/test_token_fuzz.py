"""Mutated real tokens: no error escapes, and none is accepted unless only what nobody signed was changed."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notary.errors import TimestampInvalid
from notary.tokens import judge_token, load_certificates, load_revocation_lists
from notary.tokens.structures import read_response, read_signed_data, read_signer_info

VECTORS = Path(__file__).parents[1] / "vectors"
CLOCK = datetime(2027, 1, 1, tzinfo=UTC)


def load_samples():
    """Every accepted token of the vectors with what it was accepted for."""
    samples = []
    for path in sorted(VECTORS.glob("*/verdicts.json")):
        for verdict in json.loads(path.read_text()):
            if verdict["expected"] != "accept" or path.parent.name == "own-sm2":
                continue
            folder = path.parent
            given_files = {
                key: [
                    each for name in verdict[key] for each in load_certificates((folder / name).read_bytes())
                ]
                for key in ("roots", "extra")
            }
            arguments = {
                "digest": bytes.fromhex(verdict["digest"]),
                "hash_name": verdict["hash"],
                "nonce": int(verdict["nonce"]) if verdict["nonce"] else None,
                "roots": given_files["roots"],
                "untrusted": given_files["extra"],
                "at": CLOCK,
            }
            samples.append(((folder / verdict["file"]).read_bytes(), arguments))
    return samples


SAMPLES = load_samples()


def signed_parts(token, report):
    """All that a token claims: what was signed, the signature, and by whom."""
    signed_data = read_signed_data(read_response(token).token)
    signer = read_signer_info(signed_data.signer_infos[0])
    return (
        signed_data.content,
        signer.signed_bytes,
        signer.signature,
        report.token.signer_certificate,
        report.token.chain,
    )


def refusal(call):
    """The code of our error, or None."""
    try:
        call()
    except TimestampInvalid as error:
        return error.code
    return None


def mutate(random_, token):
    """One to three changes: a bit, a byte, bytes dropped, doubled, moved, or the end cut off."""
    changed = bytearray(token)
    for _ in range(random_.choice((1, 1, 1, 2, 3))):
        at = random_.randrange(len(changed))
        length = random_.choice((1, 1, 2, 4, 16, 64))
        match random_.randrange(7):
            case 0:
                changed[at] ^= 1 << random_.randrange(8)
            case 1:
                changed[at] = random_.randrange(256)
            case 2:
                del changed[at : at + length]
            case 3:
                changed[at:at] = changed[at : at + length]
            case 4:
                changed[at:at] = random_.randbytes(length)
            case 5:
                to = random_.randrange(len(changed))
                changed[to : to + length] = changed[at : at + length]
            case 6:
                changed = changed[: max(at, 1)]
    return bytes(changed)


def run_mutations(seed, count):
    """Judge so many mutations; how many of them were accepted."""
    random_ = random.Random(seed)
    originals = [signed_parts(token, judge_token(token, **arguments)) for token, arguments in SAMPLES]
    accepted = 0
    for _ in range(count):
        number = random_.randrange(len(SAMPLES))
        token, arguments = SAMPLES[number]
        mutated = mutate(random_, token)
        report = judge_token(mutated, **arguments)
        assert len(report.checks) == 19
        if report.accepted and mutated != token:
            accepted += 1
            assert signed_parts(mutated, report) == originals[number]
    return accepted


def test_all_samples_are_accepted_unchanged():
    assert len(SAMPLES) >= 25
    for token, arguments in SAMPLES:
        assert judge_token(token, **arguments).accepted


def test_mutated_tokens_are_refused_or_claim_what_they_claimed():
    assert run_mutations(seed=20260601, count=3_000) > 0


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(10))
def test_mutated_tokens_by_the_hundred_thousand(seed):
    assert run_mutations(seed=seed, count=10_000) > 0


def test_every_byte_of_a_token_is_signed_or_known_to_claim_nothing():
    """Flips that pass lie where RFC 3161 and 5652 put no signature; this test lists those places."""
    token, arguments = next(sample for sample in SAMPLES if b"Vectors A" in sample[0])
    response = read_response(token)
    signed_data = read_signed_data(response.token)
    info = signed_data.signer_infos[0]
    cms = response.token.children()[1].children()[0].children()
    # PKIStatus (granted, or granted with modifications).
    unsigned = set(range(response.token.start))
    # The version and the digestAlgorithms of SignedData, a hint for one-pass readers.
    unsigned |= set(range(cms[0].start, cms[1].end))
    # The version of SignerInfo, and upper or lower case in the issuer's name: names are compared without
    # regard to case, and the signed attributes name the certificate by its hash.
    version, sid, *_ = info.children()
    unsigned |= set(range(version.start, sid.end))
    for at in range(len(token)):
        for bit in range(8):
            flipped = bytearray(token)
            flipped[at] ^= 1 << bit
            if judge_token(bytes(flipped), **arguments).accepted:
                assert at in unsigned, f"byte {at} may be changed"


@given(st.binary(max_size=200))
def test_garbage_is_refused(garbage):
    token, arguments = SAMPLES[0]
    assert not judge_token(garbage, **arguments).accepted
    assert not judge_token(token[:40] + garbage, **arguments).accepted


@given(st.data())
def test_what_the_verifier_gives_is_read_or_refused_by_our_error(data):
    """Damaged roots and lists never make a stray error either."""
    random_ = random.Random(data.draw(st.integers(0, 2**32)))
    token, arguments = SAMPLES[0]
    damaged_list = mutate(random_, (VECTORS / "own-tsa" / "crl-keycompromise.der").read_bytes())
    damaged_root = mutate(random_, arguments["roots"][0])
    codes = {None, "CERTIFICATE_FILE_MALFORMED", "REVOCATION_LIST_MALFORMED"}
    assert refusal(lambda: judge_token(token, **arguments | {"roots": [damaged_root]})) in codes
    assert refusal(lambda: judge_token(token, **arguments | {"revocation_lists": [damaged_list]})) in codes
    damaged_pem = mutate(random_, (VECTORS / "own-tsa" / "root.pem").read_bytes())
    assert refusal(lambda: load_certificates(damaged_pem)) in codes
    assert refusal(lambda: load_revocation_lists(damaged_pem)) in codes
