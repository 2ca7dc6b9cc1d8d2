"""From the signer's certificate to a trusted root, judged at the time of the token (RFC 5280 section 6.1)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from notary.tokens.certificates import KEY_CERT_SIGN, Certificate
from notary.tokens.names import display_name, name_key
from notary.tokens.refusals import Refused
from notary.tokens.signatures import verify

Chain = tuple[Certificate, ...]

_CHAIN_LENGTH_MAX = 8
_SIGNATURES_TRIED_MAX = 64
"""However many certificates somebody puts into a token, no more signatures are tried than this."""

_WEAK = {"DIGEST_ALGORITHM_FORBIDDEN", "KEY_TOO_WEAK"}
_UNSUPPORTED = {"SIGNATURE_ALGORITHM_UNSUPPORTED", "DIGEST_ALGORITHM_UNSUPPORTED"}


def build_chain(
    signer: Certificate, roots: Sequence[Certificate], pool: Iterable[Certificate], at: datetime
) -> Chain:
    """The first sound chain from the signer to one of the roots; certificates of strangers cost only time.

    Args:
        signer: the certificate to be trusted.
        roots: what the verifier trusts, by itself; may include authorities below a root, or the signer.
        pool: further certificates that may stand between, trusted in nothing.
        at: the time at which all certificates, the root too, must be valid.

    Raises:
        Refused: TRUST_ROOT_MISSING, CHAIN_…; of several dead ends the longest is told.
    """
    if not roots:
        raise Refused("TRUST_ROOT_MISSING")
    search = _Search(roots, [*roots, *pool], at)
    chain = search.extend((signer,))
    if chain is None:
        raise search.reason or Refused("CHAIN_UNTRUSTED", subject=display_name(signer.subject))
    return chain


class _Search:
    """Depth first, with a limit on the signatures tried."""

    def __init__(self, roots: Sequence[Certificate], candidates: Iterable[Certificate], at: datetime) -> None:
        self._roots = frozenset(roots)
        self._at = at
        self._tries_left = _SIGNATURES_TRIED_MAX
        self._issuers: dict[object, list[Certificate]] = {}
        for each in dict.fromkeys(candidates):
            self._issuers.setdefault(name_key(each.subject), []).append(each)
        self.reason: Refused | None = None
        self._reason_depth = 0

    def extend(self, path: Chain) -> Chain | None:
        """The path grown to a root, or None; the reason is kept."""
        last = path[-1]
        try:
            _check_place(path, self._at)
        except Refused as refused:
            self._note(refused, len(path))
            return None
        if last in self._roots:
            return path
        if len(path) == _CHAIN_LENGTH_MAX:
            return None
        for issuer in self._issuers.get(name_key(last.issuer), ()):
            if issuer in path or not self._tries_left:
                continue
            self._tries_left -= 1
            found = _signature_finding(last, issuer)
            if found is None:
                chain = self.extend((*path, issuer))
                if chain is not None:
                    return chain
            elif found != "CHAIN_UNTRUSTED":
                self._note(
                    Refused(found, subject=display_name(last.subject), found=last.algorithm.oid), len(path)
                )
        return None

    def _note(self, refused: Refused, depth: int) -> None:
        if depth > self._reason_depth:
            self.reason, self._reason_depth = refused, depth


def _check_place(path: Chain, at: datetime) -> None:
    """May the last certificate of the path stand where it stands, at this time?"""
    last = path[-1]
    subject = display_name(last.subject)
    if not last.not_before <= at <= last.not_after:
        raise Refused(
            "CHAIN_NOT_VALID_AT_TIME",
            subject=subject,
            not_before=last.not_before.isoformat(),
            not_after=last.not_after.isoformat(),
            at=at.isoformat(),
        )
    if last.unknown_critical:
        raise Refused("CHAIN_CRITICAL_EXTENSION", subject=subject, oid=last.unknown_critical[0])
    if len(path) == 1:
        return
    if not last.is_ca:
        raise Refused("CHAIN_ISSUER_NOT_CA", subject=subject)
    if last.key_usage is not None and not last.key_usage & KEY_CERT_SIGN:
        raise Refused("CHAIN_ISSUER_KEY_USAGE", subject=subject)
    below = sum(not certificate.is_self_issued for certificate in path[1:-1])
    if last.path_length is not None and below > last.path_length:
        raise Refused("CHAIN_PATH_LENGTH", subject=subject, found=below, allowed=last.path_length)


@lru_cache(maxsize=1024)
def _signature_finding(certificate: Certificate, issuer: Certificate) -> str | None:
    """None if the issuer's key signed the certificate, else the code; remembered, since chains come back."""
    try:
        verify(
            spki=issuer.spki,
            algorithm=certificate.algorithm,
            digest=None,
            signature=certificate.signature,
            message=certificate.tbs,
        )
    except Refused as refused:
        if refused.code in _WEAK:
            return "CHAIN_WEAK_SIGNATURE"
        return "CHAIN_UNSUPPORTED_SIGNATURE" if refused.code in _UNSUPPORTED else "CHAIN_UNTRUSTED"
    return None
