"""What a verifier brings along (docs/formats.md 8.3): never anything that lies in the package.

    operator.vkey             the operator's key, one line
    authorities/*.pem, *.crl  roots of time-stamping authorities, revocation lists
    checkpoints/*.checkpoint  notes of the ledger seen before
    witnesses/*.vkey          keys of witnesses
    policy.json               {"authorities": 1, "witnesses": 0}

Everything is optional: what was not given cannot be checked, and the answer says so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Self, TypeVar

from pydantic import Field, ValidationError

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
POLICY: Final = "policy.json"

_FILE_BYTES_MAX: Final = 1 << 26

T = TypeVar("T")


class Policy(Member):
    """How many independent authorities and how many witnesses must have signed."""

    authorities: Annotated[int, Field(ge=0, le=1000)] = 1
    witnesses: Annotated[int, Field(ge=0, le=1000)] = 0


@dataclass(frozen=True, slots=True)
class TrustFolder:
    """What a verifier trusts. Certificates and revocation lists are DER."""

    operator: VerifierKey | None = None
    roots: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = ()
    checkpoints: tuple[SignedCheckpoint, ...] = ()
    witnesses: tuple[WitnessKey, ...] = ()
    policy: Policy = field(default_factory=Policy)

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


def _unreadable(path: Path, reason: str) -> PackageInvalid:
    return PackageInvalid(
        "TRUST_FILE_UNREADABLE",
        "The trust file {path} cannot be used: {reason}",
        "信任文件 {path} 无法使用：{reason}",
        path=str(path),
        reason=reason,
    )
