"""TimeStampResp and TimeStampToken (RFC 3161 section 2.4.2, RFC 5652 section 5) taken apart, unjudged."""

from dataclasses import dataclass
from datetime import datetime

from notary.tokens import der

ID_SIGNED_DATA = "1.2.840.113549.1.7.2"
ID_CT_TST_INFO = "1.2.840.113549.1.9.16.1.4"
ID_CONTENT_TYPE = "1.2.840.113549.1.9.3"
ID_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
ID_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
ID_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"

_CMS_VERSIONS = range(1, 6)
"""The versions of RFC 5652. Which one a structure must state follows from its form; it is not signed, real
tokens get it wrong, and nothing is read differently for it."""


@dataclass(frozen=True, slots=True)
class AlgorithmIdentifier:
    """An algorithm and its parameters (DER, None if absent)."""

    oid: str
    parameters: bytes | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension of RFC 5280; `value` is the content of its OCTET STRING."""

    oid: str
    critical: bool
    value: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """A TimeStampResp, or a bare token, which has no status.

    Attributes:
        status: PKIStatus; None for a bare token.
        explanation: the authority's words and failure bits, for display.
        token: the TimeStampToken, if any.
    """

    status: int | None
    explanation: str
    token: der.Element | None


@dataclass(frozen=True, slots=True)
class SignedData:
    """CMS SignedData, with what was signed and by whom still unread."""

    content_type: str
    content: bytes | None
    certificates: tuple[bytes, ...]
    signer_infos: tuple[der.Element, ...]


@dataclass(frozen=True, slots=True)
class TstInfo:
    """TSTInfo of RFC 3161: what the authority says it stamped and when.

    Attributes:
        hash_oid: algorithm of the imprint.
        gen_time: UTC, microseconds.
        accuracy_us: microseconds; None if the authority states none.
        tsa: the authority's GeneralName (DER), if stated.
    """

    version: int
    policy: str
    hash_oid: str
    imprint: bytes
    serial: int
    gen_time: datetime
    accuracy_us: int | None
    ordering: bool
    nonce: int | None
    tsa: bytes | None
    extensions: tuple[Extension, ...]


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signature and the name of its signer.

    Attributes:
        issuer: DER name of the signer certificate's issuer, with `serial`; or
        key_identifier: its subjectKeyIdentifier.
        attributes: values (elements of the SET) of each signed attribute, by type.
        signed_bytes: the signed attributes as the SET that was signed; None if there are none.
    """

    issuer: bytes | None
    serial: int | None
    key_identifier: bytes | None
    digest: AlgorithmIdentifier
    attributes: tuple[tuple[str, tuple[der.Element, ...]], ...]
    signed_bytes: bytes | None
    algorithm: AlgorithmIdentifier
    signature: bytes


@dataclass(frozen=True, slots=True)
class CertificateId:
    """ESSCertID (RFC 2634) or ESSCertIDv2 (RFC 5035): hash of a certificate, and its issuer and serial."""

    hash_oid: str
    hash: bytes
    issuer: bytes | None
    serial: int | None


def read_response(data: bytes) -> Response:
    """A whole response or a bare token, told apart by the first field."""
    outer = der.single(data, der.SEQUENCE)
    parts = der.Fields(outer)
    first = parts.take()
    if first.tag == der.OBJECT_IDENTIFIER:
        return Response(None, "", outer)
    info = der.fields(first)
    status = der.integer(info.take())
    explanation = _explanation(info)
    token = parts.take_if(der.SEQUENCE)
    parts.end()
    return Response(status, explanation, token)


def read_signed_data(token: der.Element) -> SignedData | None:
    """The SignedData of a ContentInfo; None if the token is CMS of another kind."""
    info = der.fields(token)
    if der.oid(info.take()) != ID_SIGNED_DATA:
        return None
    wrapper = der.fields(info.take(), 0xA0)
    info.end()
    signed = der.fields(wrapper.take())
    wrapper.end()
    _check_cms_version(signed.take())
    signed.take(der.SET)  # digestAlgorithms, a hint only
    content_type, content = _read_encapsulated(signed.take())
    certificates = signed.take_if(0xA0)
    signed.take_if(0xA1)  # revocation data, unsigned; the verifier brings its own
    signer_infos = signed.take(der.SET)
    signed.end()
    return SignedData(
        content_type=content_type,
        content=content,
        certificates=tuple(
            child.raw
            for child in (certificates.children() if certificates else ())
            if child.tag == der.SEQUENCE
        ),
        signer_infos=tuple(signer_infos.children()),
    )


def read_tst_info(content: bytes) -> TstInfo:
    """TSTInfo from the signed content."""
    info = der.fields(der.single(content))
    version = der.integer(info.take())
    policy = der.oid(info.take())
    imprint = der.fields(info.take())
    hash_algorithm = read_algorithm(imprint.take())
    if hash_algorithm.parameters not in {None, b"\x05\x00"}:
        raise der.DerError("the imprint's algorithm has parameters", 0)
    hashed = imprint.take(der.OCTET_STRING).content
    imprint.end()
    serial = der.integer(info.take())
    gen_time = der.generalized_time(info.take())
    accuracy = info.take_if(der.SEQUENCE)
    ordering = info.take_if(der.BOOLEAN)
    nonce = info.take_if(der.INTEGER)
    tsa = info.take_if(0xA0)
    extensions = info.take_if(0xA1)
    info.end()
    if tsa is not None:
        name = der.Fields(tsa)
        tsa_name = name.take().raw
        name.end()
    return TstInfo(
        version=version,
        policy=policy,
        hash_oid=hash_algorithm.oid,
        imprint=hashed,
        serial=serial,
        gen_time=gen_time,
        accuracy_us=None if accuracy is None else _read_accuracy(accuracy),
        ordering=ordering is not None and der.boolean(ordering),
        nonce=None if nonce is None else der.integer(nonce),
        tsa=None if tsa is None else tsa_name,
        extensions=() if extensions is None else read_extensions(extensions),
    )


def read_signer_info(element: der.Element) -> SignerInfo:
    """One SignerInfo with its signed attributes sorted out; unsigned attributes are not read."""
    info = der.fields(element)
    _check_cms_version(info.take())
    issuer = serial = key_identifier = None
    sid = info.take()
    if sid.tag == 0x80:
        key_identifier = sid.content
    else:
        issuer_and_serial = der.fields(sid)
        issuer = issuer_and_serial.take(der.SEQUENCE).raw
        serial = der.integer(issuer_and_serial.take())
        issuer_and_serial.end()
    digest = read_algorithm(info.take())
    attributes = info.take_if(0xA0)
    algorithm = read_algorithm(info.take())
    signature = info.take(der.OCTET_STRING).content
    info.take_if(0xA1)
    info.end()
    return SignerInfo(
        issuer=issuer,
        serial=serial,
        key_identifier=key_identifier,
        digest=digest,
        attributes=()
        if attributes is None
        else tuple(_read_attribute(each) for each in attributes.children()),
        # RFC 5652 section 5.4: signed as a SET, whatever tag stands in the SignerInfo; the bytes as sent,
        # since DigiCert does not sort them.
        signed_bytes=None if attributes is None else bytes((der.SET,)) + attributes.raw[1:],
        algorithm=algorithm,
        signature=signature,
    )


def read_signing_certificate(value: der.Element, *, is_v2: bool) -> CertificateId:
    """The first certificate named by SigningCertificate or SigningCertificateV2: that of the signer."""
    attribute = der.fields(value)
    ids = attribute.take(der.SEQUENCE).children()
    attribute.take_if(der.SEQUENCE)  # policies
    attribute.end()
    if not ids:
        raise der.DerError("the signing-certificate attribute names no certificate", value.start)
    first, *_ = (_read_certificate_id(each, is_v2=is_v2) for each in ids)
    return first


def read_algorithm(element: der.Element) -> AlgorithmIdentifier:
    """An AlgorithmIdentifier."""
    parts = der.fields(element)
    oid = der.oid(parts.take())
    parameters = element.buffer[element.content_start : element.end]
    parameters = parameters[parameters[1] + 2 :]  # an object identifier is shorter than 128 bytes
    if parameters:
        parts.take()
    parts.end()
    return AlgorithmIdentifier(oid, parameters or None)


def read_extensions(element: der.Element) -> tuple[Extension, ...]:
    """Extensions of RFC 5280 section 4.1; each type once."""
    extensions: dict[str, Extension] = {}
    for child in element.children():
        parts = der.fields(child)
        oid = der.oid(parts.take())
        critical = parts.take_if(der.BOOLEAN)
        value = parts.take(der.OCTET_STRING).content
        parts.end()
        if oid in extensions:
            raise der.DerError("an extension stands twice", child.start)
        extensions[oid] = Extension(oid, critical is not None and der.boolean(critical), value)
    return tuple(extensions.values())


def _explanation(info: der.Fields) -> str:
    """Status text and failure bits; some authorities encode them oddly, and nothing depends on them."""
    words: list[str] = []
    while (element := info.take_if(der.SEQUENCE, der.BIT_STRING)) is not None:
        if element.tag == der.SEQUENCE:
            words += [text.content.decode(errors="replace") for text in element.children()]
        else:
            words.append(f"failInfo {element.content.hex()}")
    info.end()
    return "; ".join(words)[:500]


def _check_cms_version(element: der.Element) -> None:
    if der.integer(element) not in _CMS_VERSIONS:
        raise der.DerError("the version is none of CMS", element.start)


def _read_encapsulated(element: der.Element) -> tuple[str, bytes | None]:
    parts = der.fields(element)
    content_type = der.oid(parts.take())
    wrapper = parts.take_if(0xA0)
    parts.end()
    if wrapper is None:
        return content_type, None
    content = der.Fields(wrapper)
    octets = content.take()
    content.end()
    # Only TSTInfo must be in an OCTET STRING; CMS of other kinds is refused for its type, not for its form.
    return content_type, octets.content if octets.tag == der.OCTET_STRING else None


def _read_accuracy(element: der.Element) -> int:
    """Accuracy in microseconds: seconds, millis [0], micros [1], the latter two up to 999."""
    parts = der.fields(element)
    seconds, millis, micros = parts.take_if(der.INTEGER), parts.take_if(0x80), parts.take_if(0x81)
    parts.end()
    whole = der.integer(seconds) if seconds else 0
    thousandths = der.integer(millis, 0x80) if millis else 0
    millionths = der.integer(micros, 0x81) if micros else 0
    if not (0 <= whole < 2**31 and 0 <= thousandths <= 999 and 0 <= millionths <= 999):
        raise der.DerError("the accuracy is out of range", element.start)
    return 1_000_000 * whole + 1_000 * thousandths + millionths


def _read_attribute(element: der.Element) -> tuple[str, tuple[der.Element, ...]]:
    parts = der.fields(element)
    oid = der.oid(parts.take())
    values = parts.take(der.SET).children()
    parts.end()
    return oid, tuple(values)


def _read_certificate_id(element: der.Element, *, is_v2: bool) -> CertificateId:
    parts = der.fields(element)
    hash_oid = "2.16.840.1.101.3.4.2.1" if is_v2 else "1.3.14.3.2.26"
    algorithm = parts.take_if(der.SEQUENCE) if is_v2 else None
    if algorithm is not None:
        hash_oid = read_algorithm(algorithm).oid
    digest = parts.take(der.OCTET_STRING).content
    issuer_serial = parts.take_if(der.SEQUENCE)
    parts.end()
    if issuer_serial is None:
        return CertificateId(hash_oid, digest, None, None)
    named = der.fields(issuer_serial)
    names = der.fields(named.take())
    # RFC 5035 section 5.4.1: exactly one directoryName.
    directory_name = der.Fields(names.take(0xA4))
    names.end()
    issuer = directory_name.take(der.SEQUENCE).raw
    directory_name.end()
    serial = der.integer(named.take())
    named.end()
    return CertificateId(hash_oid, digest, issuer, serial)
