"""Cosignatures of witnesses: C2SP tlog-cosignature, type Ed25519 (0x04).

A cosignature says: at this second, this was the largest checkpoint of this log the witness had seen, and it
is consistent with all it had seen before. It is a line of the signed note, and is kept beside it here.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from notary.checkpoints import NOTE_BYTES_MAX, Signature, SignedCheckpoint, parse_signatures
from notary.errors import CheckpointInvalid, KeyUnusable
from notary.keys import KEY_ID_SIZE, PUBLIC_KEY_SIZE, SIGNATURE_SIZE, check_name

COSIGNATURE: Final = b"\x04"
"""The signature type of timestamped Ed25519 cosignatures in C2SP signed-note."""

_TIME_SIZE: Final = 8
_LATEST: Final = datetime.max.replace(tzinfo=UTC, microsecond=0)
_VKEY: Final = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """A witness and the 32 bytes of its Ed25519 public key; `str()` is the C2SP vkey."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != PUBLIC_KEY_SIZE:
            raise _malformed(self.name)

    @property
    def key_id(self) -> bytes:
        """SHA-256(name ‖ 0x0A ‖ 0x04 ‖ public key), its first 4 bytes."""
        named = self.name.encode() + b"\n" + COSIGNATURE + self.public_key
        return hashlib.sha256(named).digest()[:KEY_ID_SIZE]

    def signed_at(self, signature: bytes, text: bytes) -> datetime | None:
        """When this witness signed `text`, to the second; None if `signature` is no cosignature of it."""
        if len(signature) != _TIME_SIZE + SIGNATURE_SIZE:
            return None
        seconds = int.from_bytes(signature[:_TIME_SIZE], "big")
        if seconds > _LATEST.timestamp():
            return None
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(
                signature[_TIME_SIZE:], _message(seconds, text)
            )
        except (InvalidSignature, ValueError):
            return None
        return datetime.fromtimestamp(seconds, UTC)

    def cosigned(self, signed: SignedCheckpoint) -> bool | None:
        """Whether this witness's line in the note is sound; None if it has none there."""
        for line in signed.signatures:
            if (line.name, line.key_id) == (self.name, self.key_id):
                return self.signed_at(line.signature, signed.checkpoint.text()) is not None
        return None

    def __str__(self) -> str:
        encoded = base64.b64encode(COSIGNATURE + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


def parse_witness_key(text: str) -> WitnessKey:
    """A witness's key, `<name>+<hex key id>+<base64 of 0x04 and 32 bytes>`; white space around it is allowed.

    Raises:
        KeyUnusable: WITNESS_KEY_MALFORMED, KEY_NAME_INVALID.
    """
    match = _VKEY.fullmatch(text.strip())
    try:
        decoded = b"" if match is None else base64.b64decode(match[3], validate=True)
    except binascii.Error:
        decoded = b""
    if match is not None and decoded[:1] == COSIGNATURE and len(decoded) == 1 + PUBLIC_KEY_SIZE:
        key = WitnessKey(match[1], decoded[1:])
        if str(key) == text.strip():
            return key
    raise _malformed(text)


@dataclass(frozen=True, slots=True)
class CosigningKey:
    """A witness's private key. One key serves one name: the signed message does not hold the name."""

    name: str
    private_key: Ed25519PrivateKey = field(repr=False)

    @property
    def verifier(self) -> WitnessKey:
        """The public half."""
        return WitnessKey(self.name, self.private_key.public_key().public_bytes_raw())

    def cosign(self, text: bytes, at: datetime) -> Signature:
        """The line over a note's text, with its final newline, at an aware instant."""
        seconds = int(at.timestamp())
        signature = self.private_key.sign(_message(seconds, text))
        return Signature(self.name, self.verifier.key_id, seconds.to_bytes(_TIME_SIZE, "big") + signature)


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A sound cosignature: whose, when, and its line."""

    witness: WitnessKey
    at: datetime
    line: Signature


def verify_cosignatures(note: bytes, cosignatures: bytes, keys: Iterable[WitnessKey]) -> tuple[Cosigned, ...]:
    """The sound cosignatures of known witnesses over a signed note, in the order of the lines.

    Args:
        note: the signed note; lines of witnesses may stand in it too.
        cosignatures: further lines, each with its newline; may be empty.
        keys: the witnesses known. Lines of others are ignored, and one witness counts once.

    Raises:
        CheckpointInvalid: NOTE_MALFORMED, NOTE_TOO_LARGE, NOTE_SIGNATURE_REPEATED; COSIGNATURE_INVALID, a
            line that names a known witness is not its signature of this note.
    """
    text, lines = split_note(note)
    known = {(key.name, key.key_id): key for key in keys}
    found: dict[tuple[str, bytes], Cosigned] = {}
    for line in (*lines, *read_lines(cosignatures)):
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        at = key.signed_at(line.signature, text)
        if at is None:
            raise CheckpointInvalid(
                "COSIGNATURE_INVALID",
                "The cosignature of {witness} is not of this note.",
                "{witness} 的联署与该记录不符。",
                witness=str(key),
            )
        found.setdefault((line.name, line.key_id), Cosigned(key, at, line))
    return tuple(found.values())


def split_note(note: bytes) -> tuple[bytes, tuple[Signature, ...]]:
    """The signed text of any signed note, and its signature lines (C2SP signed-note).

    Raises:
        CheckpointInvalid: NOTE_TOO_LARGE, NOTE_MALFORMED, NOTE_SIGNATURE_REPEATED.
    """
    if len(note) > NOTE_BYTES_MAX:
        raise CheckpointInvalid(
            "NOTE_TOO_LARGE",
            "A signed note has at most {maximum} bytes; this one has {length}.",
            "签名记录最多 {maximum} 字节，此件为 {length} 字节。",
            maximum=NOTE_BYTES_MAX,
            length=len(note),
        )
    text, separator, signatures = note.rpartition(b"\n\n")
    if not separator or not text or not signatures:
        raise _no_note()
    return text + b"\n", read_lines(signatures)


def read_lines(lines: bytes) -> tuple[Signature, ...]:
    """Signature lines, each with its newline; none of none.

    Raises:
        CheckpointInvalid: NOTE_MALFORMED, NOTE_SIGNATURE_REPEATED.
    """
    if not lines:
        return ()
    try:
        text = lines.decode()
    except UnicodeDecodeError as error:
        raise _no_note() from error
    if not text.endswith("\n") or len(lines) > NOTE_BYTES_MAX:
        raise _no_note()
    return parse_signatures(text[:-1].split("\n"))


def join_lines(signatures: Sequence[Signature]) -> bytes:
    """The inverse of `read_lines`."""
    return b"".join(signature.line() for signature in signatures)


def _message(seconds: int, text: bytes) -> bytes:
    return b"cosignature/v1\ntime %d\n" % seconds + text


def _malformed(text: str) -> KeyUnusable:
    return KeyUnusable(
        "WITNESS_KEY_MALFORMED",
        "{text} is not a witness key <name>+<key id>+<base64 of 0x04 and 32 bytes> whose id fits.",
        "{text} 不是有效的见证方密钥（格式：<名称>+<密钥标识>+<base64>，且标识须相符）。",
        text=repr(text[:200]),
    )


def _no_note() -> CheckpointInvalid:
    return CheckpointInvalid(
        "NOTE_MALFORMED", "This is not a signed note, or not its lines.", "这不是有效的签名记录或签名行。"
    )
