"""One made-up token per lie, caught by one check; and sound tokens of unusual but allowed form."""

import hashlib
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from notary import tokens
from notary.errors import TimestampInvalid
from notary.tokens import (
    TOKEN_BYTES_MAX,
    Outcome,
    judge_token,
    load_certificates,
    load_revocation_lists,
)
from notary.tokens import encoding as enc
from notary.tokens.codes import CHECKS, CODES, INDETERMINATE_CODES
from tests.notary import token_maker as maker
from tests.notary.token_maker import NOW, ROOT, TSA, certify, certify_tsa, token, tst_info

LATER = NOW + timedelta(days=90)
MIDDLE = certify("Middle", ROOT)
MIDDLE_TSA = certify_tsa(MIDDLE)
CLOSED_ROOT = certify("Closed root", path_length=0)
CLOSED_MIDDLE = certify("Closed middle", CLOSED_ROOT)
CLOSED_TSA = certify_tsa(CLOSED_MIDDLE)
UNKNOWN_EXTENSION = x509.UnrecognizedExtension(maker.UNKNOWN, b"\x05\x00")
STRANGE_TSA = certify_tsa(ROOT, extensions=[(UNKNOWN_EXTENSION, True)])
STRANGE_MIDDLE = certify("Strange middle", ROOT, extensions=[(UNKNOWN_EXTENSION, True)])
STRANGE_MIDDLE_TSA = certify_tsa(STRANGE_MIDDLE)
LAX_MIDDLE = certify("Lax middle", ROOT, usage=maker.key_usage("crl_sign"))
LAX_MIDDLE_TSA = certify_tsa(LAX_MIDDLE)
OLD_MIDDLE = certify("Old middle", ROOT, not_after=NOW - timedelta(days=1))
OLD_MIDDLE_TSA = certify_tsa(OLD_MIDDLE)
WEAK_MIDDLE = certify("Weak middle", ROOT, key=maker.rsa_key(1024))
WEAK_MIDDLE_TSA = certify_tsa(WEAK_MIDDLE)
BUSY_TSA = certify_tsa(ROOT, purposes=[ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING])
CODE_SIGNER = certify_tsa(ROOT, purposes=[ExtendedKeyUsageOID.CODE_SIGNING])
SIGNING_CA = certify_tsa(ROOT, usage=maker.key_usage("digital_signature", "key_cert_sign"))
RSA_TSA = certify_tsa(ROOT, key=maker.rsa_key(2048))
P192_TSA = certify_tsa(ROOT, key=ec.generate_private_key(ec.SECP192R1()))
NAMED_TSA = certify_tsa(
    ROOT,
    extensions=[(x509.SubjectAlternativeName([x509.UniformResourceIdentifier("http://tsa.example")]), False)],
)

EXTENSION_OID = enc.oid("1.3.6.1.4.1.99999.77")
CRITICAL = enc.explicit(1, enc.sequence(EXTENSION_OID, enc.tagged(1, b"\xff"), enc.octets(b"\x05\x00")))
SHA1 = enc.sequence(enc.oid("1.3.14.3.2.26"))
SHA384 = enc.sequence(enc.oid("2.16.840.1.101.3.4.2.2"))
ECDSA_SHA384 = enc.sequence(enc.oid("1.2.840.10045.4.3.3"))
RSA_PSS_OID = enc.oid("1.2.840.113549.1.1.10")


def judge(signed, **changes):
    arguments = {
        "digest": maker.DIGEST,
        "nonce": maker.NONCE,
        "policy": maker.POLICY,
        "roots": [ROOT.der, CLOSED_ROOT.der],
        "at": LATER,
    }
    return judge_token(signed, **arguments | changes)


def failures(report):
    return [check.code for check in report.checks if check.outcome is Outcome.FAIL]


def gen_time(text):
    return enc.tagged(0x18, text)


def pss_parameters(*, hash_algorithm=maker.SHA256, mask_hash=maker.SHA256, salt_length=32):
    mask = enc.sequence(enc.oid("1.2.840.113549.1.1.8"), mask_hash)
    return enc.sequence(
        enc.explicit(0, hash_algorithm), enc.explicit(1, mask), enc.explicit(2, enc.integer(salt_length))
    )


def ess(holder, **changes):
    return maker.attribute(maker.SIGNING_CERTIFICATE_V2, maker.certificate_id(holder, **changes))


ISSUER = TSA.certificate.issuer
SERIAL = TSA.certificate.serial_number

SOUND = {
    "bare_token": token(),
    "response": maker.response(token()),
    "granted_with_modifications": maker.response(token(), status=1),
    "issuer_and_serial_named": token(
        signing_certificate=ess(TSA, issuer_serial=maker.issuer_serial(ISSUER, SERIAL))
    ),
    "both_signing_certificate_attributes": token(
        more=[maker.attribute(maker.SIGNING_CERTIFICATE, maker.certificate_id_v1(TSA))]
    ),
    "intermediate": token(signer=MIDDLE_TSA, certificates=[MIDDLE.der, MIDDLE_TSA.der]),
    "certificates_that_are_none": token(certificates=[enc.sequence(b""), TSA.der, enc.explicit(1, b"")]),
    "the_root_inside": token(certificates=[ROOT.der, TSA.der]),
    "rsa_pkcs1": token(signer=RSA_TSA),
    "rsa_pss": token(
        signer=RSA_TSA,
        pss=padding.PSS(padding.MGF1(hashes.SHA256()), 32),
        signature_algorithm=enc.sequence(RSA_PSS_OID, pss_parameters()),
    ),
    "authority_named_by_its_subject": token(
        info=tst_info(tsa=enc.explicit(0, enc.explicit(4, maker.name("test  tsa").public_bytes())))
    ),
    "authority_named_by_its_alternative_name": token(
        signer=NAMED_TSA, info=tst_info(tsa=enc.explicit(0, enc.tagged(0x86, b"http://tsa.example")))
    ),
    "no_accuracy": token(info=tst_info(accuracy=b"")),
    "ordering": token(info=tst_info(ordering=enc.tagged(1, b"\xff"))),
    "signing_time": token(more=[maker.attribute("1.2.840.113549.1.9.5", enc.tagged(0x17, b"260601120000Z"))]),
    "unsigned_attributes": token(unsigned=enc.explicit(1, b"anything")),
}

LIES = {
    "token_too_large": ("TOKEN_TOO_LARGE", token() + bytes(TOKEN_BYTES_MAX)),
    "empty": ("ENCODING_INVALID", b""),
    "granted_but_no_token": ("TOKEN_MISSING", maker.response()),
    "a_request_instead": ("ENCODING_INVALID", enc.sequence(enc.integer(1))),
    "long_length": ("ENCODING_INVALID", b"\x30\x84\x00" + len(token()).to_bytes(3, "big") + token()),
    "tag_of_many_bytes": ("ENCODING_INVALID", b"\x3f\x81\x01" + token()),
    "critical_tst_extension": ("EXTENSION_CRITICAL", token(info=tst_info(extensions=CRITICAL))),
    "nonce_left_out": ("NONCE_MISSING", token(info=tst_info(nonce=None))),
    "sha384_imprint": ("IMPRINT_ALGORITHM_MISMATCH", token(info=tst_info(algorithm=SHA384))),
    "issuer_of_another_certificate": (
        "ISSUER_SERIAL_MISMATCH",
        token(signing_certificate=ess(TSA, issuer_serial=maker.issuer_serial(maker.name("Else"), SERIAL))),
    ),
    "serial_of_another_certificate": (
        "ISSUER_SERIAL_MISMATCH",
        token(signing_certificate=ess(TSA, issuer_serial=maker.issuer_serial(ISSUER, SERIAL + 1))),
    ),
    "sha1_certificate_id_of_another": (
        "SIGNING_CERTIFICATE_MISMATCH",
        token(more=[maker.attribute(maker.SIGNING_CERTIFICATE, maker.certificate_id_v1(RSA_TSA))]),
    ),
    "certificate_id_missing": ("SIGNING_CERTIFICATE_MISSING", token(drop=["signing_certificate"])),
    "content_type_attribute_missing": ("SIGNED_ATTRIBUTE_COUNT", token(drop=["content_type"])),
    "two_message_digests": (
        "SIGNED_ATTRIBUTE_COUNT",
        token(more=[maker.attribute(maker.MESSAGE_DIGEST, enc.octets(bytes(32)))]),
    ),
    "two_values_of_the_message_digest": (
        "SIGNED_ATTRIBUTE_COUNT",
        token(
            message_digest=maker.attribute(
                maker.MESSAGE_DIGEST,
                enc.octets(hashlib.sha256(tst_info()).digest()),
                enc.octets(bytes(32)),
            )
        ),
    ),
    "content_type_attribute_wrong": (
        "CONTENT_TYPE_ATTRIBUTE_WRONG",
        token(content_type=maker.attribute(maker.CONTENT_TYPE, enc.oid("1.2.840.113549.1.7.1"))),
    ),
    "signature_algorithm_of_another_hash": (
        "SIGNATURE_ALGORITHM_MISMATCH",
        token(signature_algorithm=ECDSA_SHA384),
    ),
    "signature_algorithm_of_another_key": (
        "SIGNATURE_ALGORITHM_MISMATCH",
        token(signature_algorithm=enc.sequence(enc.oid("1.2.840.113549.1.1.11"), enc.null())),
    ),
    "signature_with_sha1": (
        "DIGEST_ALGORITHM_FORBIDDEN",
        token(signature_algorithm=enc.sequence(enc.oid("1.2.840.10045.4.1"))),
    ),
    "signed_by_another_key": (
        "SIGNATURE_INVALID",
        token(signer=maker.Holder(TSA.certificate, ec.generate_private_key(ec.SECP256R1()))),
    ),
    "pss_with_another_salt_length": (
        "SIGNATURE_INVALID",
        token(
            signer=RSA_TSA,
            pss=padding.PSS(padding.MGF1(hashes.SHA256()), 20),
            signature_algorithm=enc.sequence(RSA_PSS_OID, pss_parameters()),
        ),
    ),
    "pss_with_sha1": (
        "DIGEST_ALGORITHM_FORBIDDEN",
        token(signer=RSA_TSA, signature_algorithm=enc.sequence(RSA_PSS_OID)),
    ),
    "pss_parameters_malformed": (
        "SIGNATURE_INVALID",
        token(signer=RSA_TSA, signature_algorithm=enc.sequence(RSA_PSS_OID, enc.null())),
    ),
    "weak_curve": ("KEY_TOO_WEAK", token(signer=P192_TSA)),
    "two_purposes": ("EXTENDED_KEY_USAGE_NOT_SOLE", token(signer=BUSY_TSA)),
    "another_purpose": ("EXTENDED_KEY_USAGE_MISSING", token(signer=CODE_SIGNER)),
    "key_also_signs_certificates": ("KEY_USAGE_WRONG", token(signer=SIGNING_CA)),
    "authority_names_itself_by_a_uri_it_lacks": (
        "TSA_NAME_MISMATCH",
        token(info=tst_info(tsa=enc.explicit(0, enc.tagged(0x86, b"http://tsa.example")))),
    ),
    "path_too_long": (
        "CHAIN_PATH_LENGTH",
        token(signer=CLOSED_TSA, certificates=[CLOSED_TSA.der, CLOSED_MIDDLE.der]),
    ),
    "critical_extension_of_the_signer": ("CHAIN_CRITICAL_EXTENSION", token(signer=STRANGE_TSA)),
    "critical_extension_of_an_issuer": (
        "CHAIN_CRITICAL_EXTENSION",
        token(signer=STRANGE_MIDDLE_TSA, certificates=[STRANGE_MIDDLE_TSA.der, STRANGE_MIDDLE.der]),
    ),
    "issuer_key_not_for_certificates": (
        "CHAIN_ISSUER_KEY_USAGE",
        token(signer=LAX_MIDDLE_TSA, certificates=[LAX_MIDDLE_TSA.der, LAX_MIDDLE.der]),
    ),
    "issuer_expired": (
        "CHAIN_NOT_VALID_AT_TIME",
        token(signer=OLD_MIDDLE_TSA, certificates=[OLD_MIDDLE_TSA.der, OLD_MIDDLE.der]),
    ),
    "issuer_key_weak": (
        "CHAIN_WEAK_SIGNATURE",
        token(signer=WEAK_MIDDLE_TSA, certificates=[WEAK_MIDDLE_TSA.der, WEAK_MIDDLE.der]),
    ),
    "issuer_missing": ("CHAIN_UNTRUSTED", token(signer=MIDDLE_TSA)),
    "before_the_certificate": (
        "CHAIN_NOT_VALID_AT_TIME",
        token(info=tst_info(gen_time=gen_time(b"20200101000000Z"))),
    ),
}

MALFORMED_INFOS = {
    "time_with_trailing_zero": tst_info(gen_time=gen_time(b"20260601120000.250Z")),
    "time_with_empty_fraction": tst_info(gen_time=gen_time(b"20260601120000.Z")),
    "time_with_offset": tst_info(gen_time=gen_time(b"20260601120000+0800")),
    "time_without_seconds": tst_info(gen_time=gen_time(b"202606011200Z")),
    "thirteenth_month": tst_info(gen_time=gen_time(b"20261301120000Z")),
    "utc_time": tst_info(gen_time=enc.tagged(0x17, b"260601120000Z")),
    "accuracy_of_1000_millis": tst_info(accuracy=enc.sequence(enc.implicit_integer(0, 1000))),
    "negative_accuracy": tst_info(accuracy=enc.sequence(enc.integer(-1))),
    "field_after_the_last": tst_info(trailer=enc.integer(1)),
    "ordering_neither_true_nor_false": tst_info(ordering=enc.tagged(1, b"\x01")),
    "parameters_of_the_imprint": tst_info(
        algorithm=enc.sequence(enc.oid("2.16.840.1.101.3.4.2.1"), enc.integer(1))
    ),
    "the_same_extension_twice": tst_info(
        extensions=enc.explicit(1, enc.sequence(EXTENSION_OID, enc.octets(b"")) * 2)
    ),
}


@pytest.mark.parametrize("form", SOUND)
def test_a_sound_token_of_this_form_is_accepted(form):
    report = judge(SOUND[form])
    assert report.leading is None
    assert report.token.gen_time == NOW


@pytest.mark.parametrize("lie", LIES)
def test_this_lie_is_caught_by_one_check(lie):
    code, signed = LIES[lie]
    report = judge(signed)
    assert failures(report)[0] == code
    # What follows from an attribute that cannot be read may fail with it; nothing else does.
    assert set(failures(report)) <= {code, "SIGNING_CERTIFICATE_MISSING"}


@pytest.mark.parametrize("fault", MALFORMED_INFOS)
def test_malformed_time_stamp_information_is_refused(fault):
    assert failures(judge(token(info=MALFORMED_INFOS[fault]))) == ["TSTINFO_MALFORMED"]


@pytest.mark.parametrize(
    ("accuracy", "microseconds"),
    [
        (b"", None),
        (enc.sequence(), 0),
        (enc.sequence(enc.integer(30)), 30_000_000),
        (enc.sequence(enc.implicit_integer(0, 500)), 500_000),
        (enc.sequence(enc.integer(1), enc.implicit_integer(0, 2), enc.implicit_integer(1, 3)), 1_002_003),
    ],
)
def test_the_accuracy_is_read_in_microseconds(accuracy, microseconds):
    assert judge(token(info=tst_info(accuracy=accuracy))).token.accuracy_us == microseconds


def test_digits_beyond_microseconds_are_cut_off():
    report = judge(token(info=tst_info(gen_time=gen_time(b"20260601120000.1234567Z"))))
    assert report.token.gen_time == datetime(2026, 6, 1, 12, 0, 0, 123_456, tzinfo=UTC)


def test_a_second_signer_is_refused():
    report = judge(token(extra_signer_infos=[enc.sequence(enc.integer(1))]))
    assert failures(report) == ["SIGNER_COUNT"]


def test_a_clock_that_lags_a_little_is_tolerated_only_where_allowed():
    at = NOW - timedelta(seconds=2)
    assert failures(judge(token(), at=at)) == ["CLOCK_IN_FUTURE"]
    assert judge(token(), at=at, clock_tolerance=timedelta(seconds=2)).accepted


def test_the_root_may_be_trusted_below_the_top():
    signed = token(signer=MIDDLE_TSA, certificates=[MIDDLE_TSA.der])
    assert judge(signed, roots=[MIDDLE.der]).accepted
    assert judge(signed, untrusted=[MIDDLE.der]).accepted


def test_a_token_full_of_certificates_of_the_same_name_costs_little():
    """Injected certificates named like the issuer are each tried at most once, and not all of them."""
    crowd = [certify("Test root").der for _ in range(80)]
    start = time.monotonic()
    report = judge(token(signer=MIDDLE_TSA, certificates=[MIDDLE_TSA.der, MIDDLE.der, *crowd]))
    assert report.accepted
    assert time.monotonic() - start < 2


REVOKED_AT = NOW + timedelta(days=10)
SAFE = x509.ReasonFlags.superseded
ISSUING_POINT = x509.IssuingDistributionPoint(
    full_name=None,
    relative_name=None,
    only_contains_user_certs=True,
    only_contains_ca_certs=False,
    only_some_reasons=None,
    indirect_crl=False,
    only_contains_attribute_certs=False,
)


@pytest.mark.parametrize(
    ("outcome", "lists"),
    [
        ("PASSED", [maker.revocation_list(ROOT)]),
        ("PASSED", [maker.revocation_list(ROOT, (RSA_TSA, REVOKED_AT, None))]),
        ("PASSED", [maker.revocation_list(ROOT, (TSA, REVOKED_AT, SAFE))]),
        ("PASSED", [maker.revocation_list(ROOT, (TSA, REVOKED_AT, x509.ReasonFlags.cessation_of_operation))]),
        ("CERTIFICATE_REVOKED", [maker.revocation_list(ROOT, (TSA, NOW - timedelta(days=1), SAFE))]),
        ("CERTIFICATE_REVOKED", [maker.revocation_list(ROOT, (TSA, REVOKED_AT, None))]),
        (
            "CERTIFICATE_REVOKED",
            [maker.revocation_list(ROOT, (TSA, REVOKED_AT, x509.ReasonFlags.key_compromise))],
        ),
        (
            "CERTIFICATE_REVOKED",
            [maker.revocation_list(ROOT, (TSA, REVOKED_AT, x509.ReasonFlags.certificate_hold))],
        ),
        # An entry counts however old or partial the list is.
        (
            "CERTIFICATE_REVOKED",
            [
                maker.revocation_list(ROOT),
                maker.revocation_list(ROOT, (TSA, REVOKED_AT, None), extensions=[(ISSUING_POINT, True)]),
            ],
        ),
        # Lists that say nothing about the signer.
        ("REVOCATION_UNKNOWN", [maker.revocation_list(CLOSED_ROOT)]),
        ("REVOCATION_UNKNOWN", [maker.revocation_list(ROOT, extensions=[(ISSUING_POINT, True)])]),
        (
            "REVOCATION_UNKNOWN",
            [
                maker.revocation_list(
                    ROOT, this_update=NOW - timedelta(days=9), next_update=NOW - timedelta(days=2)
                )
            ],
        ),
        (
            "REVOCATION_UNKNOWN",
            [
                maker.revocation_list(
                    ROOT, this_update=LATER + timedelta(days=1), next_update=LATER + timedelta(days=9)
                )
            ],
        ),
        # Made by somebody else in the root's name.
        (
            "REVOCATION_UNKNOWN",
            [maker.revocation_list(CLOSED_ROOT, (TSA, REVOKED_AT, None), subject=ROOT.certificate.subject)],
        ),
    ],
)
def test_revocation_is_read_as_rfc_3161_section_4(outcome, lists):
    report = judge(token(), revocation_lists=lists)
    (check,) = (check for check in report.checks if check.name == "REVOCATION")
    assert (check.code, check.required) == (outcome, True)
    assert report.accepted == (outcome == "PASSED")


def test_a_list_from_after_the_certificate_expired_proves_nothing_unless_it_keeps_the_expired():
    """RFC 5280 lets authorities drop entries of expired certificates."""
    short = certify_tsa(ROOT, not_after=NOW + timedelta(days=5))
    signed = token(signer=short)
    late = {"this_update": NOW + timedelta(days=30)}
    assert (
        judge(signed, revocation_lists=[maker.revocation_list(ROOT, **late)]).leading.code
        == "REVOCATION_UNKNOWN"
    )
    kept = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("2.5.29.60"), enc.generalized_time(NOW - timedelta(days=900))
    )
    keeping = maker.revocation_list(ROOT, **late, extensions=[(kept, False)])
    assert judge(signed, revocation_lists=[keeping]).accepted


def test_a_revoked_issuer_takes_its_authorities_with_it():
    signed = token(signer=MIDDLE_TSA, certificates=[MIDDLE_TSA.der, MIDDLE.der])
    of_middle = maker.revocation_list(MIDDLE)
    assert judge(signed, revocation_lists=[of_middle]).accepted
    of_root = maker.revocation_list(ROOT, (MIDDLE, REVOKED_AT, None))
    assert failures(judge(signed, revocation_lists=[of_middle, of_root])) == ["CERTIFICATE_REVOKED"]


@pytest.mark.parametrize("damaged", [b"", b"\x30\x00", maker.revocation_list(ROOT)[:-1], TSA.der])
def test_a_revocation_list_that_is_none_is_the_verifiers_mistake(damaged):
    with pytest.raises(TimestampInvalid) as refused:
        judge(token(), revocation_lists=[damaged])
    assert refused.value.code == "REVOCATION_LIST_MALFORMED"


def test_certificates_are_loaded_from_pem_and_der():
    pem = b"".join(each.certificate.public_bytes(Encoding.PEM) for each in (ROOT, TSA))
    assert load_certificates(b"text around\n" + pem) == (ROOT.der, TSA.der)
    assert load_certificates(ROOT.der) == (ROOT.der,)


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"no certificate",
        b"\x30\x00",
        ROOT.der[:-1],
        b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    ],
)
def test_files_that_hold_no_certificate_are_refused(damaged):
    with pytest.raises(TimestampInvalid) as refused:
        load_certificates(damaged)
    assert refused.value.code == "CERTIFICATE_FILE_MALFORMED"
    with pytest.raises(TimestampInvalid):
        judge(token(), roots=[damaged])


def test_revocation_lists_are_loaded_from_pem_and_der():
    data = maker.revocation_list(ROOT)
    pem = x509.load_der_x509_crl(data).public_bytes(Encoding.PEM)
    assert load_revocation_lists(pem) == load_revocation_lists(data) == (data,)


def test_every_code_is_used_and_speaks_two_languages():
    folder = Path(tokens.__file__).parent
    sources = "".join(path.read_text() for path in folder.glob("*.py") if path.name != "codes.py")
    assert [code for code in CODES if f'"{code}"' not in sources and not code.startswith("NOT_")] == []
    assert set(re.findall(r'Refused\(\s*"([A-Z0-9_]+)"', sources)) <= set(CODES)
    assert set(CODES) >= INDETERMINATE_CODES
    for texts in (*CHECKS.values(), *CODES.values()):
        english, chinese = texts
        assert english.isascii()
        assert not chinese.isascii()
