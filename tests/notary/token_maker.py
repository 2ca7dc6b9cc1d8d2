"""A small maker of certificates, revocation lists and tokens, sound by default and wrong where asked."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from notary.tokens import encoding as enc

NOW = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)
DATA = b"the checkpoint"
DIGEST = hashlib.sha256(DATA).digest()
NONCE = 0xFEDCBA9876543210
POLICY = "1.3.6.1.4.1.99999.1"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
SHA256 = enc.sequence(enc.oid("2.16.840.1.101.3.4.2.1"))
ECDSA_SHA256 = enc.sequence(enc.oid("1.2.840.10045.4.3.2"))
ONE_SECOND = enc.sequence(enc.integer(1))
UNKNOWN = ObjectIdentifier("1.3.6.1.4.1.99999.77")


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @property
    def der(self):
        return self.certificate.public_bytes(Encoding.DER)


@cache
def rsa_key(bits):
    return rsa.generate_private_key(65537, bits)


def name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def key_usage(*uses):
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{use: use in uses for use in every})


def certify(
    common_name,
    issuer=None,
    *,
    key=None,
    ca=None,
    path_length=None,
    usage=None,
    purposes=None,
    purposes_critical=True,
    extensions=(),
    not_before=NOW - timedelta(days=365),
    not_after=NOW + timedelta(days=365),
):
    """A certificate signed by the issuer, or by itself; an authority unless it has purposes."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    ca = purposes is None if ca is None else ca
    usage = usage or (key_usage("key_cert_sign", "crl_sign") if ca else key_usage("digital_signature"))
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common_name))
        .issuer_name(issuer.certificate.subject if issuer else name(common_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
        .add_extension(usage, critical=True)
    )
    if purposes is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=purposes_critical)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Holder(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def certify_tsa(issuer, **changes):
    return certify("Test TSA", issuer, **{"purposes": [ExtendedKeyUsageOID.TIME_STAMPING]} | changes)


ROOT = certify("Test root")
TSA = certify_tsa(ROOT)


def tst_info(
    *,
    version=1,
    digest=DIGEST,
    algorithm=SHA256,
    gen_time=None,
    accuracy=ONE_SECOND,
    ordering=b"",
    nonce=NONCE,
    tsa=b"",
    extensions=b"",
    trailer=b"",
):
    return enc.sequence(
        enc.integer(version),
        enc.oid(POLICY),
        enc.sequence(algorithm, enc.octets(digest)),
        enc.integer(4711),
        gen_time or enc.generalized_time(NOW),
        accuracy,
        ordering,
        b"" if nonce is None else enc.integer(nonce),
        tsa,
        extensions,
        trailer,
    )


def attribute(oid, *values):
    return enc.sequence(enc.oid(oid), enc.set_of(*values))


def certificate_id(signer, *, issuer_serial=b"", digest=None):
    """ESSCertIDv2 within SigningCertificateV2."""
    hashed = digest or hashlib.sha256(signer.der).digest()
    return enc.sequence(enc.sequence(enc.sequence(enc.octets(hashed), issuer_serial)))


def certificate_id_v1(signer, *, digest=None):
    hashed = digest or hashlib.sha1(signer.der).digest()
    return enc.sequence(enc.sequence(enc.sequence(enc.octets(hashed))))


def issuer_serial(issuer, serial):
    return enc.sequence(enc.sequence(enc.explicit(4, issuer.public_bytes())), enc.integer(serial))


def attributes(info, signer, *, drop=(), more=(), **replaced):
    parts = {
        "content_type": attribute(CONTENT_TYPE, enc.oid(TST_INFO)),
        "message_digest": attribute(MESSAGE_DIGEST, enc.octets(hashlib.sha256(info).digest())),
        "signing_certificate": attribute(SIGNING_CERTIFICATE_V2, certificate_id(signer)),
    }
    parts |= replaced
    return [part for key, part in parts.items() if key not in drop] + list(more)


def token(
    *,
    info=None,
    signer=TSA,
    certificates=None,
    signed=None,
    digest_algorithm=SHA256,
    signature_algorithm=None,
    pss=None,
    sid=None,
    unsigned=b"",
    extra_signer_infos=(),
    **attribute_changes,
):
    """A bare TimeStampToken."""
    info = info or tst_info()
    if signed is None:
        signed = attributes(info, signer, **attribute_changes)
    to_sign = enc.set_of(*signed)
    if isinstance(signer.key, rsa.RSAPrivateKey):
        scheme = pss or padding.PKCS1v15()
        signature = signer.key.sign(to_sign, scheme, hashes.SHA256())
        signature_algorithm = signature_algorithm or enc.sequence(enc.oid("1.2.840.113549.1.1.1"), enc.null())
    else:
        signature = signer.key.sign(to_sign, ec.ECDSA(hashes.SHA256()))
    issuer = signer.certificate.issuer.public_bytes()
    signer_info = enc.sequence(
        enc.integer(1),
        sid or enc.sequence(issuer, enc.integer(signer.certificate.serial_number)),
        digest_algorithm,
        b"\xa0" + to_sign[1:],
        signature_algorithm or ECDSA_SHA256,
        enc.octets(signature),
        unsigned,
    )
    embedded = [signer.der] if certificates is None else certificates
    signed_data = enc.sequence(
        enc.integer(3),
        enc.set_of(digest_algorithm),
        enc.sequence(enc.oid(TST_INFO), enc.explicit(0, enc.octets(info))),
        enc.explicit(0, b"".join(embedded)),
        enc.tagged(0x31, b"".join((signer_info, *extra_signer_infos))),
    )
    return enc.sequence(enc.oid("1.2.840.113549.1.7.2"), enc.explicit(0, signed_data))


def response(token_bytes=b"", status=0):
    return enc.sequence(enc.sequence(enc.integer(status)), token_bytes)


def revocation_list(
    issuer,
    *revoked,
    this_update=NOW + timedelta(days=30),
    next_update=NOW + timedelta(days=60),
    extensions=(),
    subject=None,
):
    """A CRL (DER); each revoked is (certificate, when, reason or None)."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(subject or issuer.certificate.subject)
        .last_update(this_update)
        .next_update(next_update)
    )
    for holder, when, reason in revoked:
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(holder.certificate.serial_number)
            .revocation_date(when)
        )
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)
