"""What can go wrong in a proof.

NotaryError
├── TimestampInvalid      a token or an authority's answer is not what was asked for, or cannot be trusted
├── ProofInvalid          an inclusion or consistency proof does not prove what it claims
├── CheckpointInvalid     a signed note is malformed or not signed by the key expected
├── PackageInvalid        an evidence package or a trust folder that cannot be read
├── AuthorityUnavailable  an authority is down, slow or answers something that is no answer; may be retried
├── VaultRefused          a confidential field that is erased, restricted, unknown or not this role's to open
├── WitnessRefused        a witness that does not cosign what it was shown
└── KeyUnusable           a key, key name or key file that must not be used

Each error has a stable code, a message in English and one in Chinese, and the data both were built from.
"""

from collections.abc import Mapping

Datum = str | int | bool | None


class NotaryError(Exception):
    """A refusal with a stable code.

    Args:
        code: stable UPPER_SNAKE name of what is wrong.
        message_en: one sentence; `{name}` is replaced by the datum of that name.
        message_zh: the same in Chinese.
        data: what the messages are built from; bytes are shown as hex.
    """

    code: str
    message_en: str
    message_zh: str
    data: Mapping[str, Datum]

    def __init__(self, code: str, message_en: str, message_zh: str, **data: Datum | bytes) -> None:
        self.code = code
        self.data = {name: value.hex() if isinstance(value, bytes) else value for name, value in data.items()}
        # Without data the text is taken as it stands, so that an error also survives pickling.
        self.message_en = message_en.format_map(self.data) if data else message_en
        self.message_zh = message_zh.format_map(self.data) if data else message_zh
        super().__init__(code, self.message_en, self.message_zh)

    def __str__(self) -> str:
        return f"{self.code}: {self.message_en}"


class TimestampInvalid(NotaryError):
    """A token, response or request of RFC 3161 that must not be accepted."""


class ProofInvalid(NotaryError):
    """A Merkle proof that does not prove what it claims."""


class CheckpointInvalid(NotaryError):
    """A signed note that is malformed or not signed as expected."""


class PackageInvalid(NotaryError):
    """An evidence package, a member of one or a trust folder that is not of its form (docs/formats.md 8)."""


class AuthorityUnavailable(NotaryError):
    """An authority that gave no usable answer; nothing is lost by asking again later."""


class VaultRefused(NotaryError):
    """A confidential field that must not or can no longer be opened, or a subject that must not be erased."""


class WitnessRefused(NotaryError):
    """A checkpoint that a witness does not cosign, or an answer of a witness that is no cosignature."""


class KeyUnusable(NotaryError):
    """A key, key name or key file that must not be used."""
