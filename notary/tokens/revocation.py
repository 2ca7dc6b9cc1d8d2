"""What revocation lists (RFC 5280 section 5) mean for time-stamps already given (RFC 3161 section 4).

A time-stamp stays good if its authority's certificate was revoked later for a reason that says the key was
never in other hands (unspecified, affiliation changed, superseded, cessation of operation). It is void,
whenever it was given, if the key was compromised or the list states no reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from notary.errors import TimestampInvalid
from notary.tokens import der
from notary.tokens.certificates import CRL_SIGN, Certificate, read_certificate
from notary.tokens.names import display_name, same_name
from notary.tokens.refusals import Refused
from notary.tokens.signatures import verify
from notary.tokens.structures import AlgorithmIdentifier, Extension, read_algorithm, read_extensions

_REASON = "2.5.29.21"
_EXPIRED_ON_LIST = "2.5.29.60"
_KEY_WAS_SAFE = {0, 3, 4, 5}
_REASON_NAMES = {
    None: "not stated",
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}


@dataclass(frozen=True, slots=True)
class Revocation:
    """One entry of a list: since when, and the reason code if stated."""

    revoked_at: datetime
    reason: int | None


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A CRL. `is_partial` if a critical extension says it is not the whole list."""

    tbs: bytes
    issuer: bytes
    this_update: datetime
    next_update: datetime | None
    revoked: dict[int, Revocation]
    expired_kept_since: datetime | None
    is_partial: bool
    algorithm: AlgorithmIdentifier
    signature: bytes


def check_revocation(
    chain: Sequence[Certificate], lists: Sequence[bytes], *, gen_time: datetime, at: datetime
) -> None:
    """Refuse if a certificate of the chain is revoked for `gen_time`, or if no list speaks about the signer.

    Lists must be signed by the issuer itself and be no later than the verifier's clock. Certificates between
    signer and root are looked up in the lists given, but need not be covered.

    Raises:
        Refused: CERTIFICATE_REVOKED, REVOCATION_UNKNOWN.
        TimestampInvalid: REVOCATION_LIST_MALFORMED.
    """
    read = [load_list(each) for each in lists]
    pairs = list(pairwise(chain)) or [(chain[0], chain[0])]
    for certificate, issuer in pairs:
        usable = [each for each in read if each.this_update <= at and _is_from(each, issuer)]
        for each in usable:
            _check_entry(certificate, each.revoked.get(certificate.serial), gen_time)
        if certificate is chain[0] and not any(_covers(each, certificate, gen_time) for each in usable):
            raise Refused(
                "REVOCATION_UNKNOWN", subject=display_name(certificate.subject), at=gen_time.isoformat()
            )


def speaking_lists(chain: Sequence[bytes], lists: Sequence[bytes], at: datetime) -> tuple[bytes, ...]:
    """Those of `lists` (DER) that an issuer in `chain` (DER, signer first) signed, by the verifier's clock.

    Raises:
        TimestampInvalid: REVOCATION_LIST_MALFORMED.
    """
    issuers = [read_certificate(each) for each in chain[1:] or chain]
    read = [(each, load_list(each)) for each in dict.fromkeys(lists)]
    return tuple(
        each
        for each, content in read
        if content.this_update <= at and any(_is_from(content, issuer) for issuer in issuers)
    )


def load_list(data: bytes) -> RevocationList:
    """A CRL the verifier supplied.

    Raises:
        TimestampInvalid: REVOCATION_LIST_MALFORMED.
    """
    try:
        return _read_list(data)
    except der.DerError as error:
        raise TimestampInvalid(
            "REVOCATION_LIST_MALFORMED",
            "What was given as a revocation list is none: {reason} at offset {offset}.",
            "所提供的吊销列表无法识别：偏移 {offset} 处 {reason}。",
            reason=error.reason,
            offset=error.offset,
        ) from error


def _check_entry(certificate: Certificate, entry: Revocation | None, gen_time: datetime) -> None:
    if entry is None or (entry.reason in _KEY_WAS_SAFE and gen_time < entry.revoked_at):
        return
    raise Refused(
        "CERTIFICATE_REVOKED",
        subject=display_name(certificate.subject),
        revoked_at=entry.revoked_at.isoformat(),
        reason=_REASON_NAMES.get(entry.reason, str(entry.reason)),
        at=gen_time.isoformat(),
    )


def _covers(each: RevocationList, certificate: Certificate, gen_time: datetime) -> bool:
    """Would this list name the certificate if it had been revoked by the time of the token?"""
    is_late_enough = each.next_update is None or gen_time <= each.next_update or gen_time <= each.this_update
    # Lists drop certificates once they have expired, unless they say since when they keep them.
    kept_since = each.expired_kept_since
    still_listed = each.this_update <= certificate.not_after or (
        kept_since is not None and kept_since <= certificate.not_after
    )
    return is_late_enough and still_listed and not each.is_partial


def _is_from(each: RevocationList, issuer: Certificate) -> bool:
    if not same_name(each.issuer, issuer.subject):
        return False
    if issuer.key_usage is not None and not issuer.key_usage & CRL_SIGN:
        return False
    try:
        verify(
            spki=issuer.spki,
            algorithm=each.algorithm,
            digest=None,
            signature=each.signature,
            message=each.tbs,
        )
    except Refused:
        return False
    return True


@lru_cache(maxsize=64)
def _read_list(data: bytes) -> RevocationList:
    outer = der.fields(der.single(data))
    tbs_element = outer.take(der.SEQUENCE)
    algorithm_element = outer.take(der.SEQUENCE)
    signature = der.bit_string(outer.take())
    outer.end()
    tbs = der.Fields(tbs_element)
    tbs.take_if(der.INTEGER)
    if tbs.take(der.SEQUENCE).raw != algorithm_element.raw:
        raise der.DerError("a list names two signature algorithms", tbs_element.start)
    issuer = tbs.take(der.SEQUENCE).raw
    this_update = der.time(tbs.take())
    next_update = tbs.take_if(der.UTC_TIME, der.GENERALIZED_TIME)
    revoked = tbs.take_if(der.SEQUENCE)
    wrapper = tbs.take_if(0xA0)
    tbs.end()
    extensions = {} if wrapper is None else _by_oid(der.Fields(wrapper).take())
    kept = extensions.get(_EXPIRED_ON_LIST)
    return RevocationList(
        tbs=tbs_element.raw,
        issuer=issuer,
        this_update=this_update,
        next_update=None if next_update is None else der.time(next_update),
        revoked=dict(_read_entry(entry) for entry in (revoked.children() if revoked else ())),
        expired_kept_since=None if kept is None else der.generalized_time(der.single(kept.value)),
        is_partial=any(each.critical for each in extensions.values()),
        algorithm=read_algorithm(algorithm_element),
        signature=signature,
    )


def _read_entry(element: der.Element) -> tuple[int, Revocation]:
    parts = der.fields(element)
    serial = der.integer(parts.take())
    revoked_at = der.time(parts.take())
    wrapper = parts.take_if(der.SEQUENCE)
    parts.end()
    extensions = {} if wrapper is None else _by_oid(wrapper)
    reason = extensions.get(_REASON)
    code = None if reason is None else der.integer(der.single(reason.value), der.ENUMERATED)
    return serial, Revocation(revoked_at, code)


def _by_oid(element: der.Element) -> dict[str, Extension]:
    return {each.oid: each for each in read_extensions(element)}
