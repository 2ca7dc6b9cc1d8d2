"""The strict judgement of an RFC 3161 token (design 5): nineteen numbered checks, each with its own code.

The checks are made in the order of `notary.tokens.codes.CHECKS`, all of them, as far as what they need could
be read; so a report says everything that is wrong, and its leading check the first thing. The token is
whatever an outsider sent; roots, further certificates and revocation lists come from the verifier.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from notary.errors import Datum
from notary.tokens import der
from notary.tokens.certificates import (
    DIGITAL_SIGNATURE,
    NON_REPUDIATION,
    TIME_STAMPING,
    Certificate,
    certificate_malformed,
    read_certificate,
)
from notary.tokens.chains import Chain, build_chain
from notary.tokens.codes import CHECKS, INDETERMINATE_CODES, NOT_ASKED, NOT_REACHED, PASSED
from notary.tokens.names import display_general_name, display_name, same_name
from notary.tokens.refusals import Refused
from notary.tokens.report import Check, Outcome, TimestampToken, TokenReport
from notary.tokens.revocation import check_revocation, load_list
from notary.tokens.signatures import HASH_NAMES, HASH_OIDS, SHA1, hash_name, signature_digest, verify
from notary.tokens.structures import (
    ID_CONTENT_TYPE,
    ID_CT_TST_INFO,
    ID_MESSAGE_DIGEST,
    ID_SIGNING_CERTIFICATE,
    ID_SIGNING_CERTIFICATE_V2,
    CertificateId,
    Response,
    SignedData,
    SignerInfo,
    TstInfo,
    read_response,
    read_signed_data,
    read_signer_info,
    read_signing_certificate,
    read_tst_info,
)

TOKEN_BYTES_MAX = 1024 * 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the verifier knows and holds against the token.

    Attributes:
        digest, hash_name: of the stamped bytes; the name is sha256, sha384 or sha512.
        nonce, policy: of the request; None if unknown.
        roots: trusted certificates (DER).
        untrusted: further certificates (DER) that may stand in the chain.
        revocation_lists: CRLs (DER); without any, revocation is not judged.
        at: the verifier's clock, aware.
        clock_tolerance: how far the authority's clock may be ahead of it.
    """

    digest: bytes
    hash_name: str
    nonce: int | None
    policy: str | None
    roots: tuple[Certificate, ...]
    untrusted: tuple[Certificate, ...]
    revocation_lists: tuple[bytes, ...]
    at: datetime
    clock_tolerance: timedelta


def judge_token(
    token: bytes,
    *,
    digest: bytes,
    at: datetime,
    roots: Iterable[bytes],
    hash_name: str = "sha256",
    nonce: int | None = None,
    policy: str | None = None,
    untrusted: Iterable[bytes] = (),
    revocation_lists: Iterable[bytes] = (),
    clock_tolerance: timedelta = timedelta(0),
) -> TokenReport:
    """Judge a TimeStampResp or a bare TimeStampToken; see `Expectation` for the arguments.

    Never raises for anything in `token`.

    Raises:
        TimestampInvalid: CERTIFICATE_FILE_MALFORMED, REVOCATION_LIST_MALFORMED, for what the verifier gave.
    """
    assert at.tzinfo is not None, "the verifier's clock must say its time zone"
    lists = tuple(revocation_lists)
    for each in lists:
        load_list(each)
    expectation = Expectation(
        digest=digest,
        hash_name=hash_name,
        nonce=nonce,
        policy=policy,
        roots=_trusted(roots),
        untrusted=_trusted(untrusted),
        revocation_lists=lists,
        at=at,
        clock_tolerance=clock_tolerance,
    )
    return _Case(token, expectation).judge()


class _NotAsked(Exception):
    """The verifier gave nothing to check against."""


class _NotReached(Exception):
    """An earlier check did not yield what this one needs."""


@dataclass(slots=True)
class _Case:
    """One judgement: what the checks have read so far. Each check reads its part, then judges it."""

    token: bytes
    expected: Expectation
    response: Response | None = None
    signed_data: SignedData | None = None
    info: TstInfo | None = None
    signer: SignerInfo | None = None
    certificate: Certificate | None = None
    chain: Chain = ()
    embedded: list[Certificate] = field(default_factory=list)

    def judge(self) -> TokenReport:
        checks = tuple(_make(number, name, _STEPS[name], self) for number, name in enumerate(CHECKS, start=1))
        return TokenReport(checks, self._extract())

    def _extract(self) -> TimestampToken | None:
        if self.info is None or self.signed_data is None:
            return None
        return TimestampToken(
            gen_time=self.info.gen_time,
            accuracy_us=self.info.accuracy_us,
            serial=self.info.serial,
            policy=self.info.policy,
            hash_name=hash_name(self.info.hash_oid),
            imprint=self.info.imprint,
            nonce=self.info.nonce,
            ordering=self.info.ordering,
            tsa_name=_tsa_name(self.info),
            signer_certificate=None if self.certificate is None else self.certificate.der,
            certificates=self.signed_data.certificates,
            chain=tuple(each.der for each in self.chain),
        )


def _make(number: int, name: str, step: Callable[[_Case], None], case: _Case) -> Check:
    try:
        step(case)
    except Refused as refused:
        outcome = Outcome.INDETERMINATE if refused.code in INDETERMINATE_CODES else Outcome.FAIL
        return Check(number, name, outcome, refused.code, required=True, data=refused.data)
    except der.DerError as error:
        code = _MALFORMED.get(name, "ENCODING_INVALID")
        data: dict[str, Datum] = {"reason": error.reason, "offset": error.offset}
        return Check(number, name, Outcome.FAIL, code, required=True, data=data)
    except _NotReached:
        return Check(number, name, Outcome.INDETERMINATE, NOT_REACHED, required=True, data={})
    except _NotAsked:
        return Check(number, name, Outcome.INDETERMINATE, NOT_ASKED, required=False, data={})
    return Check(number, name, Outcome.PASS, PASSED, required=True, data={})


def _check_encoding(case: _Case) -> None:
    if len(case.token) > TOKEN_BYTES_MAX:
        raise Refused("TOKEN_TOO_LARGE", maximum=TOKEN_BYTES_MAX, length=len(case.token))
    case.response = read_response(case.token)


def _check_status(case: _Case) -> None:
    response = _need(case.response)
    if response.status is None:
        raise _NotAsked  # a bare token: its status was seen by whoever asked for it
    if response.status not in {0, 1}:
        raise Refused("STATUS_NOT_GRANTED", status=response.status, explanation=response.explanation)
    if response.token is None:
        raise Refused("TOKEN_MISSING")


def _check_content_type(case: _Case) -> None:
    signed_data = read_signed_data(_need(_need(case.response).token))
    if signed_data is None:
        raise Refused("CONTENT_TYPE_WRONG", found="not CMS signed data")
    if signed_data.content_type != ID_CT_TST_INFO:
        raise Refused("CONTENT_TYPE_WRONG", found=signed_data.content_type)
    case.signed_data = signed_data
    for each in signed_data.certificates:
        try:
            case.embedded.append(read_certificate(each))
        except der.DerError:
            continue  # unsigned ballast; if the signer's is damaged, that is found missing


def _check_tst_info(case: _Case) -> None:
    content = _need(case.signed_data).content
    if content is None:
        raise Refused("TSTINFO_MALFORMED", reason="it is missing or not an OCTET STRING")
    case.info = read_tst_info(content)
    if case.info.version != 1:
        raise Refused("TSTINFO_VERSION", found=case.info.version)


def _check_imprint(case: _Case) -> None:
    info, expected = _need(case.info), case.expected
    if info.hash_oid != HASH_OIDS.get(expected.hash_name):
        if info.hash_oid not in HASH_NAMES:
            raise Refused("IMPRINT_ALGORITHM_FORBIDDEN", found=hash_name(info.hash_oid))
        raise Refused(
            "IMPRINT_ALGORITHM_MISMATCH", found=hash_name(info.hash_oid), expected=expected.hash_name
        )
    if info.imprint != expected.digest:
        raise Refused("IMPRINT_MISMATCH", found=info.imprint, expected=expected.digest)


def _check_nonce(case: _Case) -> None:
    found, expected = _need(case.info).nonce, case.expected.nonce
    if expected is None:
        raise _NotAsked
    if found is None:
        raise Refused("NONCE_MISSING", expected=str(expected))
    if found != expected:
        raise Refused("NONCE_MISMATCH", found=str(found), expected=str(expected))


def _check_policy(case: _Case) -> None:
    found, expected = _need(case.info).policy, case.expected.policy
    if expected is None:
        raise _NotAsked
    if found != expected:
        raise Refused("POLICY_MISMATCH", found=found, expected=expected)


def _check_extensions(case: _Case) -> None:
    for extension in _need(case.info).extensions:
        if extension.critical:
            raise Refused("EXTENSION_CRITICAL", oid=extension.oid)


def _check_one_signer(case: _Case) -> None:
    signer_infos = _need(case.signed_data).signer_infos
    if len(signer_infos) != 1:
        raise Refused("SIGNER_COUNT", found=len(signer_infos))
    case.signer = read_signer_info(signer_infos[0])


def _check_signer_certificate(case: _Case) -> None:
    """Find the certificate the SignerInfo names; of several that fit, the one the signed attributes name."""
    signer = _need(case.signer)
    found = [
        each
        for each in dict.fromkeys((*case.embedded, *case.expected.untrusted, *case.expected.roots))
        if _is_named(each, signer)
    ]
    if not found:
        name = (signer.key_identifier or b"").hex()
        if signer.issuer is not None:
            name = f"{_printable_name(signer.issuer)}, serial {signer.serial}"
        raise Refused("SIGNER_CERTIFICATE_MISSING", signer=name)
    case.certificate = found[0]
    for each in found[1:]:
        if _is_meant(each, signer) and not _is_meant(case.certificate, signer):
            case.certificate = each


def _check_signed_attributes(case: _Case) -> None:
    signer, signed_data = _need(case.signer), _need(case.signed_data)
    if signer.signed_bytes is None:
        raise Refused("SIGNED_ATTRIBUTES_MISSING")
    content_type = der.oid(_attribute(signer, ID_CONTENT_TYPE))
    if content_type != signed_data.content_type:
        raise Refused("CONTENT_TYPE_ATTRIBUTE_WRONG", found=content_type)
    found = _attribute(signer, ID_MESSAGE_DIGEST).expect(der.OCTET_STRING).content
    digest_name = signature_digest(signer.digest)
    expected = hashlib.new(digest_name, _need(signed_data.content)).digest()
    if found != expected:
        raise Refused("MESSAGE_DIGEST_MISMATCH", found=found, expected=expected)


def _check_signing_certificate(case: _Case) -> None:
    """ESSCertID (RFC 2634, SHA-1 by definition) and ESSCertIDv2 (RFC 5816): whichever are there must fit."""
    signer, certificate = _need(case.signer), _need(case.certificate)
    ids = _certificate_ids(signer)
    if not ids:
        raise Refused("SIGNING_CERTIFICATE_MISSING")
    for certificate_id in ids:
        expected = _certificate_hash(certificate_id, certificate)
        if certificate_id.hash != expected:
            raise Refused("SIGNING_CERTIFICATE_MISMATCH", found=certificate_id.hash, expected=expected)
        if certificate_id.issuer is not None and (
            certificate_id.serial != certificate.serial
            or not same_name(certificate_id.issuer, certificate.issuer)
        ):
            raise Refused("ISSUER_SERIAL_MISMATCH")


def _check_signature(case: _Case) -> None:
    signer, certificate = _need(case.signer), _need(case.certificate)
    digest = signature_digest(signer.digest)
    verify(
        spki=certificate.spki,
        algorithm=signer.algorithm,
        digest=digest,
        signature=signer.signature,
        message=_need(signer.signed_bytes),
    )


def _check_tsa_name(case: _Case) -> None:
    """RFC 3161 section 2.4.2: the name, if stated, is one of the subject names of the certificate."""
    name, certificate = _need(case.info).tsa, _need(case.certificate)
    if name is None:
        return
    element = der.single(name)
    if element.tag == 0xA4 and same_name(element.content, certificate.subject):
        return
    if name not in certificate.alternative_names:
        raise Refused(
            "TSA_NAME_MISMATCH",
            found=display_general_name(name),
            expected=display_name(certificate.subject),
        )


def _check_key_usage(case: _Case) -> None:
    usage = _need(case.certificate).key_usage
    signing = DIGITAL_SIGNATURE | NON_REPUDIATION
    if usage is not None and (not usage & signing or usage & ~signing):
        raise Refused("KEY_USAGE_WRONG")


def _check_extended_key_usage(case: _Case) -> None:
    certificate = _need(case.certificate)
    if certificate.purposes is None or TIME_STAMPING not in certificate.purposes:
        raise Refused("EXTENDED_KEY_USAGE_MISSING")
    if certificate.purposes != (TIME_STAMPING,):
        raise Refused("EXTENDED_KEY_USAGE_NOT_SOLE")
    if not certificate.purposes_critical:
        raise Refused("EXTENDED_KEY_USAGE_NOT_CRITICAL")


def _check_chain(case: _Case) -> None:
    expected = case.expected
    pool = (*case.embedded, *expected.untrusted)
    case.chain = build_chain(_need(case.certificate), expected.roots, pool, _need(case.info).gen_time)


def _check_revocation(case: _Case) -> None:
    expected = case.expected
    if not expected.revocation_lists:
        raise _NotAsked
    if not case.chain:
        raise _NotReached
    check_revocation(
        case.chain, expected.revocation_lists, gen_time=_need(case.info).gen_time, at=expected.at
    )


def _check_clock(case: _Case) -> None:
    gen_time, at = _need(case.info).gen_time, case.expected.at
    if gen_time - case.expected.clock_tolerance > at:
        raise Refused("CLOCK_IN_FUTURE", found=gen_time.isoformat(), at=at.isoformat())


_STEPS: dict[str, Callable[[_Case], None]] = {
    "ENCODING": _check_encoding,
    "STATUS": _check_status,
    "CONTENT_TYPE": _check_content_type,
    "TSTINFO": _check_tst_info,
    "IMPRINT": _check_imprint,
    "NONCE": _check_nonce,
    "POLICY": _check_policy,
    "EXTENSIONS": _check_extensions,
    "ONE_SIGNER": _check_one_signer,
    "SIGNER_CERTIFICATE": _check_signer_certificate,
    "SIGNED_ATTRIBUTES": _check_signed_attributes,
    "SIGNING_CERTIFICATE": _check_signing_certificate,
    "SIGNATURE": _check_signature,
    "TSA_NAME": _check_tsa_name,
    "KEY_USAGE": _check_key_usage,
    "EXTENDED_KEY_USAGE": _check_extended_key_usage,
    "CHAIN": _check_chain,
    "REVOCATION": _check_revocation,
    "CLOCK": _check_clock,
}

_MALFORMED = {
    "TSTINFO": "TSTINFO_MALFORMED",
    "ONE_SIGNER": "SIGNER_MALFORMED",
    "SIGNED_ATTRIBUTES": "SIGNER_MALFORMED",
    "SIGNING_CERTIFICATE": "SIGNING_CERTIFICATE_MALFORMED",
}


def _need(value: T | None) -> T:
    if value is None:
        raise _NotReached
    return value


def _trusted(certificates: Iterable[bytes]) -> tuple[Certificate, ...]:
    try:
        return tuple(read_certificate(each) for each in certificates)
    except der.DerError as error:
        raise certificate_malformed(error) from error


def _attribute(signer: SignerInfo, oid: str) -> der.Element:
    """The one value of a signed attribute that must be there once (RFC 5652 sections 11.1 and 11.2)."""
    found = _attribute_values(signer, oid)
    if len(found) != 1 or len(found[0]) != 1:
        raise Refused("SIGNED_ATTRIBUTE_COUNT", oid=oid)
    return found[0][0]


def _attribute_values(signer: SignerInfo, oid: str) -> Sequence[tuple[der.Element, ...]]:
    return [values for attribute, values in signer.attributes if attribute == oid]


def _certificate_ids(signer: SignerInfo) -> list[CertificateId]:
    return [
        read_signing_certificate(_attribute(signer, oid), is_v2=is_v2)
        for oid, is_v2 in ((ID_SIGNING_CERTIFICATE, False), (ID_SIGNING_CERTIFICATE_V2, True))
        if _attribute_values(signer, oid)
    ]


def _certificate_hash(certificate_id: CertificateId, certificate: Certificate) -> bytes:
    name = HASH_NAMES.get(certificate_id.hash_oid)
    if name is None and certificate_id.hash_oid == SHA1:
        name = "sha1"
    if name is None:
        raise Refused("DIGEST_ALGORITHM_UNSUPPORTED", found=hash_name(certificate_id.hash_oid))
    return hashlib.new(name, certificate.der, usedforsecurity=False).digest()


def _is_named(certificate: Certificate, signer: SignerInfo) -> bool:
    if signer.issuer is None:
        return signer.key_identifier is not None and certificate.key_identifier == signer.key_identifier
    return certificate.serial == signer.serial and same_name(certificate.issuer, signer.issuer)


def _is_meant(certificate: Certificate, signer: SignerInfo) -> bool:
    """Do the signed attributes name this certificate by its hash?"""
    try:
        ids = _certificate_ids(signer)
        return any(each.hash == _certificate_hash(each, certificate) for each in ids)
    except (Refused, der.DerError):
        return False


def _tsa_name(info: TstInfo) -> str | None:
    if info.tsa is None:
        return None
    try:
        return display_general_name(info.tsa)
    except der.DerError:
        return info.tsa.hex()


def _printable_name(name: bytes) -> str:
    try:
        return display_name(name)
    except der.DerError:
        return name.hex()
