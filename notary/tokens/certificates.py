"""X.509 certificates (RFC 5280) read far enough to build and judge a chain, and PEM files of them.

Read with our own reader, so that a certificate that somebody put into a token can be odd in any way without
any error but `DerError`, and so that names and keys are compared by their bytes.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from notary.errors import TimestampInvalid
from notary.tokens import der
from notary.tokens.structures import AlgorithmIdentifier, Extension, read_algorithm, read_extensions

BASIC_CONSTRAINTS = "2.5.29.19"
KEY_USAGE = "2.5.29.15"
EXTENDED_KEY_USAGE = "2.5.29.37"
SUBJECT_ALTERNATIVE_NAME = "2.5.29.17"
SUBJECT_KEY_IDENTIFIER = "2.5.29.14"

TIME_STAMPING = "1.3.6.1.5.5.7.3.8"

DIGITAL_SIGNATURE = 1 << 0
NON_REPUDIATION = 1 << 1
KEY_CERT_SIGN = 1 << 5
CRL_SIGN = 1 << 6

_UNDERSTOOD = {
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    EXTENDED_KEY_USAGE,
    SUBJECT_ALTERNATIVE_NAME,
    SUBJECT_KEY_IDENTIFIER,
    "2.5.29.18",  # issuerAltName, a name only
    "2.5.29.31",  # cRLDistributionPoints: the verifier brings the lists
    "2.5.29.32",  # certificatePolicies: no policy is demanded, so each is fine
    "2.5.29.35",  # authorityKeyIdentifier: a hint, the signature decides
}

T = TypeVar("T")

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate; two are equal if their bytes are.

    Attributes:
        der: the whole certificate.
        tbs: the signed part.
        issuer, subject: DER names.
        spki: SubjectPublicKeyInfo (DER).
        is_ca, path_length: basicConstraints.
        key_usage: bits of keyUsage, bit n as 1 << n; None if absent.
        purposes: extended key usage; None if absent. `purposes_critical` is its flag.
        unknown_critical: critical extensions that are not understood here.
        alternative_names: GeneralNames of the subject (DER).
    """

    der: bytes
    tbs: bytes = field(compare=False, repr=False)
    serial: int = field(compare=False)
    issuer: bytes = field(compare=False)
    subject: bytes = field(compare=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    spki: bytes = field(compare=False, repr=False)
    algorithm: AlgorithmIdentifier = field(compare=False)
    signature: bytes = field(compare=False, repr=False)
    is_ca: bool = field(compare=False)
    path_length: int | None = field(compare=False)
    key_usage: int | None = field(compare=False)
    purposes: tuple[str, ...] | None = field(compare=False)
    purposes_critical: bool = field(compare=False)
    key_identifier: bytes | None = field(compare=False)
    alternative_names: tuple[bytes, ...] = field(compare=False)
    unknown_critical: tuple[str, ...] = field(compare=False)

    @property
    def is_self_issued(self) -> bool:
        """Does the certificate name itself as issuer?"""
        return self.issuer == self.subject


@lru_cache(maxsize=1024)
def read_certificate(data: bytes) -> Certificate:
    """A certificate from its DER; authorities come back, so reading is remembered."""
    outer = der.fields(der.single(data))
    tbs_element = outer.take(der.SEQUENCE)
    algorithm_element = outer.take(der.SEQUENCE)
    signature = der.bit_string(outer.take())
    outer.end()
    tbs = der.Fields(tbs_element)
    version = tbs.take_if(0xA0)
    serial = der.integer(tbs.take())
    # RFC 5280 section 4.1.1.2: the signed part names the same algorithm.
    if tbs.take(der.SEQUENCE).raw != algorithm_element.raw:
        raise der.DerError("a certificate names two signature algorithms", tbs_element.start)
    issuer = tbs.take(der.SEQUENCE).raw
    validity = der.fields(tbs.take())
    not_before, not_after = der.time(validity.take()), der.time(validity.take())
    validity.end()
    subject = tbs.take(der.SEQUENCE).raw
    spki = tbs.take(der.SEQUENCE).raw
    tbs.take_if(0x81)
    tbs.take_if(0x82)
    wrapper = tbs.take_if(0xA3) if version is not None else None
    tbs.end()
    extensions: dict[str, Extension] = {}
    if wrapper is not None:
        inner = der.Fields(wrapper)
        extensions = {each.oid: each for each in read_extensions(inner.take(der.SEQUENCE))}
        inner.end()
    is_ca, path_length = _optional(extensions, BASIC_CONSTRAINTS, _read_basic_constraints) or (False, None)
    purposes = extensions.get(EXTENDED_KEY_USAGE)
    return Certificate(
        der=data,
        tbs=tbs_element.raw,
        serial=serial,
        issuer=issuer,
        subject=subject,
        not_before=not_before,
        not_after=not_after,
        spki=spki,
        algorithm=read_algorithm(algorithm_element),
        signature=signature,
        is_ca=is_ca,
        path_length=path_length,
        key_usage=_optional(extensions, KEY_USAGE, der.named_bits),
        purposes=_optional(extensions, EXTENDED_KEY_USAGE, _read_purposes),
        purposes_critical=purposes is not None and purposes.critical,
        key_identifier=_optional(
            extensions, SUBJECT_KEY_IDENTIFIER, lambda value: value.expect(der.OCTET_STRING).content
        ),
        alternative_names=_optional(extensions, SUBJECT_ALTERNATIVE_NAME, _read_names) or (),
        unknown_critical=tuple(
            each.oid for each in extensions.values() if each.critical and each.oid not in _UNDERSTOOD
        ),
    )


def load_certificates(data: bytes) -> tuple[bytes, ...]:
    """The DER certificates in a PEM file (one or more) or a DER file (one).

    Raises:
        TimestampInvalid: CERTIFICATE_FILE_MALFORMED.
    """
    found = _load(data, {b"CERTIFICATE", b"TRUSTED CERTIFICATE", b"X509 CERTIFICATE"})
    try:
        for each in found:
            read_certificate(each)
    except der.DerError as error:
        raise certificate_malformed(error) from error
    return found


def load_revocation_lists(data: bytes) -> tuple[bytes, ...]:
    """The DER revocation lists in a PEM file (one or more) or a DER file (one); not yet read."""
    return _load(data, {b"X509 CRL"})


def certificate_malformed(error: der.DerError | None) -> TimestampInvalid:
    """What the verifier gave as a certificate is none."""
    return TimestampInvalid(
        "CERTIFICATE_FILE_MALFORMED",
        "What was given as a certificate is none: {reason}.",
        "所提供的证书无法识别：{reason}。",
        reason=error.reason if error else "neither PEM nor DER",
    )


def _load(data: bytes, labels: set[bytes]) -> tuple[bytes, ...]:
    if data[:1] == b"\x30":
        return (data,)
    try:
        found = tuple(
            base64.b64decode(b"".join(body.split()), validate=True)
            for label, body in _PEM.findall(data)
            if label in labels
        )
    except (binascii.Error, ValueError):
        found = ()
    if not found:
        raise certificate_malformed(None)
    return found


def _optional(extensions: dict[str, Extension], oid: str, read: Callable[[der.Element], T]) -> T | None:
    extension = extensions.get(oid)
    return None if extension is None else read(der.single(extension.value))


def _read_basic_constraints(value: der.Element) -> tuple[bool, int | None]:
    parts = der.fields(value)
    is_ca = parts.take_if(der.BOOLEAN)
    length = parts.take_if(der.INTEGER)
    parts.end()
    path_length = None if length is None else der.integer(length)
    if path_length is not None and path_length < 0:
        raise der.DerError("a path length is negative", value.start)
    return is_ca is not None and der.boolean(is_ca), path_length


def _read_purposes(value: der.Element) -> tuple[str, ...]:
    return tuple(der.oid(purpose) for purpose in value.expect(der.SEQUENCE).children())


def _read_names(value: der.Element) -> tuple[bytes, ...]:
    return tuple(name.raw for name in value.expect(der.SEQUENCE).children())
