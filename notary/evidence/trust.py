"""What a verifier brings along (docs/formats.md 8.3): never anything that lies in the package.

    operator.vkey             the operator's key, one line
    authorities/*.pem, *.crl  roots of time-stamping authorities, revocation lists
    checkpoints/*.checkpoint  notes of the ledger seen before
    witnesses/*.vkey          keys of witnesses
    parties/*.jwk             {"party": "甲公司", "jwk": {…}}: a key by which a party signs its acts
    policy.json               {"authorities": 1, "witnesses": 0}

Everything is optional: what was not given cannot be checked, and the answer says so.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import Field, ValidationError

from ledger.errors import InputRejected
from ledger.signatures import read_jwk
from notary import checkpoints
from notary.checkpoints import SignedCheckpoint
from notary.cosignatures import WitnessKey, parse_witness_key
from notary.errors import NotaryError, PackageInvalid
from notary.evidence.members import Member
from notary.keys import VerifierKey, parse_verifier_key
from notary.tokens import load_certificates, load_revocation_lists

OPERATOR: Final = "operator.vkey"
AUTHORITIES: Final = "authorities"
CHECKPOINTS: Final = "checkpoints"
WITNESSES: Final = "witnesses"
PARTIES: Final = "parties"
POLICY: Final = "policy.json"

_FILE_BYTES_MAX: Final = 1 << 26

T = TypeVar("T")


class Policy(Member):
    """How many independent authorities and how many witnesses must have signed."""

    authorities: Annotated[int, Field(ge=0, le=1000)] = 1
    witnesses: Annotated[int, Field(ge=0, le=1000)] = 0


class PartyKey(Member):
    """A party's key: its name as entries spell it, and a public JWK (`ledger.signatures.read_jwk`)."""

    party: Annotated[str, Field(min_length=1, max_length=500)]
    jwk: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TrustFolder:
    """What a verifier trusts. Certificates and revocation lists are DER.

    `parties` are the thumbprints (RFC 7638) of each party's keys; None if there is no folder of them.
    """

    operator: VerifierKey | None = None
    roots: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = ()
    checkpoints: tuple[SignedCheckpoint, ...] = ()
    witnesses: tuple[WitnessKey, ...] = ()
    policy: Policy = field(default_factory=Policy)
    parties: Mapping[str, frozenset[str]] | None = None

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The trust in a folder.

        Raises:
            PackageInvalid: TRUST_FOLDER_MISSING, TRUST_FILE_UNREADABLE with the file and what is wrong in it.
        """
        if not folder.is_dir():
            raise PackageInvalid(
                "TRUST_FOLDER_MISSING",
                "{folder} is no folder; make it and put the operator's key and the authorities' roots there.",
                "{folder} 不是文件夹；请建立该文件夹并放入运营方密钥与时间戳机构根证书。",
                folder=str(folder),
            )
        operator = folder / OPERATOR
        policy = folder / POLICY
        authorities = folder / AUTHORITIES
        return cls(
            operator=_file(operator, _text(parse_verifier_key)) if operator.exists() else None,
            roots=_flat(_files(authorities, "*.pem", load_certificates)),
            revocation_lists=_flat(_files(authorities, "*.crl", load_revocation_lists)),
            checkpoints=tuple(_files(folder / CHECKPOINTS, "*.checkpoint", checkpoints.parse)),
            witnesses=tuple(_files(folder / WITNESSES, "*.vkey", _text(parse_witness_key))),
            policy=_file(policy, _policy) if policy.exists() else Policy(),
            parties=_parties(folder / PARTIES),
        )


def _flat(found: Iterable[tuple[bytes, ...]]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(each for several in found for each in several))


def _files(folder: Path, pattern: str, read: Callable[[bytes], T]) -> list[T]:
    return [_file(path, read) for path in sorted(folder.glob(pattern))]


def _file(path: Path, read: Callable[[bytes], T]) -> T:
    try:
        if path.stat().st_size > _FILE_BYTES_MAX:
            raise _unreadable(path, "it is too large")
        return read(path.read_bytes())
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except NotaryError as error:
        raise _unreadable(path, error.message_en) from error


def _text(read: Callable[[str], T]) -> Callable[[bytes], T]:
    return lambda content: read(content.decode(errors="backslashreplace"))


def _policy(content: bytes) -> Policy:
    try:
        return Policy.model_validate_json(content)
    except ValidationError as error:
        raise PackageInvalid(
            "POLICY_MALFORMED",
            'A policy is {{"authorities": number, "witnesses": number}}: {reason}.',
            '策略应为 {{"authorities": 数, "witnesses": 数}}：{reason}。',
            reason=str(error.errors(include_url=False)[0]["msg"]),
        ) from error


def _parties(folder: Path) -> Mapping[str, frozenset[str]] | None:
    if not folder.is_dir():
        return None
    found: dict[str, frozenset[str]] = {}
    for party, kid in _files(folder, "*.jwk", _party_key):
        found[party] = found.get(party, frozenset()) | {kid}
    return found


def _party_key(content: bytes) -> tuple[str, str]:
    """The party, and the thumbprint of its key."""
    try:
        said = PartyKey.model_validate_json(content)
        return unicodedata.normalize("NFC", said.party), read_jwk(said.jwk).kid
    except ValidationError as error:
        reason = str(error.errors(include_url=False)[0]["msg"])
    except InputRejected as error:
        reason = error.message_en
    raise PackageInvalid(
        "PARTY_KEY_MALFORMED",
        'A party\'s key is {{"party": name, "jwk": public key}}: {reason}.',
        '当事人密钥应为 {{"party": 名称, "jwk": 公钥}}：{reason}。',
        reason=reason,
    )


def _unreadable(path: Path, reason: str) -> PackageInvalid:
    return PackageInvalid(
        "TRUST_FILE_UNREADABLE",
        "The trust file {path} cannot be used: {reason}",
        "信任文件 {path} 无法使用：{reason}",
        path=str(path),
        reason=reason,
    )
