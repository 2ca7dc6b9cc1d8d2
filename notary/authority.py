"""The embedded time-stamp authority, for a first run without a network.

It speaks RFC 3161 in full and its tokens pass `openssl ts -verify`, but the time in them is that of the
operator's own clock, and so says its name in every token: whoever must not trust the operator must not
trust it. Its keys (ECDSA P-256: signing takes microseconds) lie in one folder with its two certificates.
"""

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from notary.errors import KeyUnusable
from notary.keys import read_private_file, sync_folder
from notary.tokens import der
from notary.tokens import encoding as enc
from notary.tokens.signatures import HASH_NAMES
from notary.tokens.structures import (
    ID_CONTENT_TYPE,
    ID_CT_TST_INFO,
    ID_MESSAGE_DIGEST,
    ID_SIGNED_DATA,
    ID_SIGNING_CERTIFICATE_V2,
    read_algorithm,
)

NAME_EN = "Time vouched for by the operator only"
NAME_ZH = "时间仅由运营方担保"
"""Common name and organizational unit of the authority's certificate; every token carries them."""

POLICY = "2.25.127737033599645326915076731903568256359"
"""The one policy of embedded authorities: the operator's own clock, vouched for by nobody else.

An identifier of the UUID arc (ITU-T X.667), which anybody may use without registration.
"""

REQUEST_BYTES_MAX = 64 * 1024

Clock = Callable[[], datetime]

_ORGANIZATION = "ipledger"
_VALIDITY = timedelta(days=30 * 365)
_SHA256 = "2.16.840.1.101.3.4.2.1"
_ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"

# PKIFailureInfo of RFC 3161 section 2.4.2.
BAD_ALGORITHM = 0
BAD_REQUEST = 2
BAD_DATA_FORMAT = 5
TIME_NOT_AVAILABLE = 14
UNACCEPTED_POLICY = 15
UNACCEPTED_EXTENSION = 16


@dataclass(frozen=True, slots=True)
class EmbeddedAuthority:
    """An authority ready to answer; safe to share between threads.

    Attributes:
        certificate, root: DER; the root is what a verifier must trust to accept the tokens.
        key: the private key of the certificate.
        clock: now, aware.
        accuracy_us: the accuracy stated in tokens, microseconds.
    """

    certificate: bytes
    root: bytes
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    clock: Clock = field(repr=False)
    accuracy_us: int

    def answer(self, request: bytes) -> bytes:
        """The TimeStampResp to a TimeStampReq (both DER); a bad request is answered with a rejection."""
        try:
            return self._grant(_read_request(request))
        except _Rejected as rejected:
            return _rejection(rejected)

    def _grant(self, request: "_Request") -> bytes:
        now = self.clock()
        certificate = x509.load_der_x509_certificate(self.certificate)
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise _Rejected(TIME_NOT_AVAILABLE, "the authority's certificate is not valid now")
        info = self._tst_info(request, now, certificate.subject.public_bytes())
        token = self._sign(info, with_certificate=request.wants_certificate, certificate=certificate)
        return enc.sequence(enc.sequence(enc.integer(0)), token)

    def _tst_info(self, request: "_Request", now: datetime, subject: bytes) -> bytes:
        seconds, micros = divmod(self.accuracy_us, 1_000_000)
        accuracy = enc.integer(seconds) if seconds else b""
        for number, part in enumerate(divmod(micros, 1_000)):
            accuracy += enc.implicit_integer(number, part) if part else b""
        return enc.sequence(
            enc.integer(1),
            enc.oid(POLICY),
            request.imprint,
            # RFC 3161 section 2.4.2: unique for ever, also after a loss of the machine; so 159 random bits.
            enc.integer(secrets.randbits(158) | 1 << 158),
            enc.generalized_time(now),
            enc.sequence(accuracy) if accuracy else b"",
            b"" if request.nonce is None else enc.integer(request.nonce),
            enc.explicit(0, enc.explicit(4, subject)),
        )

    def _sign(self, info: bytes, *, with_certificate: bool, certificate: x509.Certificate) -> bytes:
        """The TimeStampToken over TSTInfo (RFC 5652 section 5, RFC 5816)."""
        certificate_id = enc.sequence(enc.octets(hashlib.sha256(self.certificate).digest()))
        attributes = enc.set_of(
            _attribute(ID_CONTENT_TYPE, enc.oid(ID_CT_TST_INFO)),
            _attribute(ID_MESSAGE_DIGEST, enc.octets(hashlib.sha256(info).digest())),
            _attribute(ID_SIGNING_CERTIFICATE_V2, enc.sequence(enc.sequence(certificate_id))),
        )
        signature = self.key.sign(attributes, ec.ECDSA(hashes.SHA256()))
        digest_algorithm = enc.sequence(enc.oid(_SHA256))
        signer_info = enc.sequence(
            enc.integer(1),
            enc.sequence(certificate.issuer.public_bytes(), enc.integer(certificate.serial_number)),
            digest_algorithm,
            enc.explicit(0, der.single(attributes).content),
            enc.sequence(enc.oid(_ECDSA_WITH_SHA256)),
            enc.octets(signature),
        )
        signed_data = enc.sequence(
            enc.integer(3),
            enc.set_of(digest_algorithm),
            enc.sequence(enc.oid(ID_CT_TST_INFO), enc.explicit(0, enc.octets(info))),
            enc.explicit(0, self.certificate) if with_certificate else b"",
            enc.set_of(signer_info),
        )
        return enc.sequence(enc.oid(ID_SIGNED_DATA), enc.explicit(0, signed_data))


def open_authority(folder: Path, *, clock: Clock, accuracy_us: int = 1_000_000) -> EmbeddedAuthority:
    """The authority whose keys lie in the folder; made at the first call, by one of several processes only.

    Args:
        folder: holds `ca.pem`, `ca-key.pem`, `tsa.pem`, `tsa-key.pem`; only its owner can read it.
        clock: where the authority takes its time from.
        accuracy_us: how far, in microseconds, the operator holds its clock to be off at most.

    Raises:
        KeyUnusable: KEY_FILE_UNREADABLE, KEY_FILE_PERMISSIONS, AUTHORITY_MALFORMED.
    """
    assert accuracy_us >= 0
    try:
        if not folder.exists():
            _create(folder, clock())
        certificates = [(folder / name).read_bytes() for name in ("tsa.pem", "ca.pem")]
    except OSError as error:
        raise KeyUnusable(
            "KEY_FILE_UNREADABLE",
            "The authority's folder {path} cannot be read or made: {reason}.",
            "无法读取或创建时间戳机构目录 {path}：{reason}。",
            path=str(folder),
            reason=error.strerror or str(error),
        ) from error
    pem = read_private_file(folder / "tsa-key.pem")
    try:
        key = load_pem_private_key(pem, password=None)
        certificate = x509.load_pem_x509_certificate(certificates[0])
        root = x509.load_pem_x509_certificate(certificates[1])
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _malformed(folder) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise _malformed(folder)
    return EmbeddedAuthority(
        certificate=certificate.public_bytes(Encoding.DER),
        root=root.public_bytes(Encoding.DER),
        key=key,
        clock=clock,
        accuracy_us=accuracy_us,
    )


@dataclass(frozen=True, slots=True)
class _Request:
    imprint: bytes
    nonce: int | None
    wants_certificate: bool


class _Rejected(Exception):
    """The request is answered with this failure bit and text."""

    def __init__(self, failure: int, text: str) -> None:
        super().__init__(failure, text)
        self.failure = failure
        self.text = text


def _read_request(data: bytes) -> _Request:
    """TimeStampReq of RFC 3161 section 2.4.1."""
    if len(data) > REQUEST_BYTES_MAX:
        raise _Rejected(BAD_DATA_FORMAT, "the request is too large")
    try:
        parts = der.fields(der.single(data))
        version = der.integer(parts.take())
        imprint = parts.take(der.SEQUENCE)
        imprint_parts = der.Fields(imprint)
        algorithm = read_algorithm(imprint_parts.take())
        digest = imprint_parts.take(der.OCTET_STRING).content
        imprint_parts.end()
        policy = parts.take_if(der.OBJECT_IDENTIFIER)
        policy_oid = None if policy is None else der.oid(policy)
        nonce = parts.take_if(der.INTEGER)
        nonce_value = None if nonce is None else der.integer(nonce)
        certificate_flag = parts.take_if(der.BOOLEAN)
        wants_certificate = certificate_flag is not None and der.boolean(certificate_flag)
        extensions = parts.take_if(0xA0)
        parts.end()
    except der.DerError as error:
        raise _Rejected(BAD_DATA_FORMAT, error.reason) from error
    if version != 1:
        raise _Rejected(BAD_REQUEST, f"version {version} is not supported")
    name = HASH_NAMES.get(algorithm.oid)
    if name is None or algorithm.parameters not in {None, enc.null()}:
        raise _Rejected(BAD_ALGORITHM, "the imprint must be of SHA-256, SHA-384 or SHA-512")
    if len(digest) != hashlib.new(name).digest_size:
        raise _Rejected(BAD_DATA_FORMAT, "the imprint's length does not fit its algorithm")
    if policy_oid not in {None, POLICY}:
        raise _Rejected(UNACCEPTED_POLICY, f"the only policy is {POLICY}")
    if extensions is not None:
        raise _Rejected(UNACCEPTED_EXTENSION, "no extension is supported")
    return _Request(imprint.raw, nonce_value, wants_certificate)


def _rejection(rejected: _Rejected) -> bytes:
    status_info = enc.sequence(
        enc.integer(2), enc.sequence(enc.utf8(rejected.text)), enc.named_bit(rejected.failure)
    )
    return enc.sequence(status_info)


def _attribute(oid: str, value: bytes) -> bytes:
    return enc.sequence(enc.oid(oid), enc.set_of(value))


def _create(folder: Path, now: datetime) -> None:
    """Make keys and certificates beside the folder, then move them into place in one step."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))  # mode 0700
    try:
        ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = _root_certificate(ca_key, now)
        _write(new / "ca-key.pem", _pem(ca_key))
        _write(new / "ca.pem", root.public_bytes(Encoding.PEM))
        _write(new / "tsa-key.pem", _pem(key))
        _write(new / "tsa.pem", _certificate(key, root, ca_key, now).public_bytes(Encoding.PEM))
        sync_folder(new)
        try:
            new.rename(folder)
        except OSError:
            # Another process was first: its folder stands, and is not empty.
            if not folder.is_dir():
                raise
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _builder(
    common_name: str, issuer: x509.Name | None, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, NAME_ZH),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # A day early: another machine's clock may be behind.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALIDITY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _root_certificate(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    # Each root has a name of its own, so that tokens of two ledgers are never taken for each other's.
    common_name = f"Operator's own root {secrets.token_hex(4)}"
    return (
        _builder(common_name, None, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(cert_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    root: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    return (
        _builder(NAME_EN, root.subject, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(cert_sign=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )


def _key_usage(*, cert_sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=cert_sign,
        crl_sign=cert_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _malformed(folder: Path) -> KeyUnusable:
    return KeyUnusable(
        "AUTHORITY_MALFORMED",
        "The authority's folder {path} holds no P-256 key that fits its certificate.",
        "时间戳机构目录 {path} 中没有与证书相符的 P-256 密钥。",
        path=str(folder),
    )
