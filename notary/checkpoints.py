"""The checkpoint: a C2SP tlog-checkpoint in a signed note, naming one state of the log.

    <origin>
    <size>
    <base64 log root>
    chain <base64 H(size)>
    map <base64 map root>
    previous <base64 SHA-256 of the previous sealed note, or 32 zero bytes>
    suite sha256

    — <origin> <base64 key id ‖ Ed25519 signature>

Everything above the empty line, each line with its newline, is what is signed. Further signature lines
(cosignatures of witnesses) may follow; those of unknown signers are kept and ignored. There is one way to
write a checkpoint: whatever reads differently is refused, so equal states have equal bytes.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from notary.errors import CheckpointInvalid, KeyUnusable
from notary.keys import KEY_ID_SIZE, SIGNATURE_SIZE, SigningKey, VerifierKey, check_name
from notary.merkle import HASH_SIZE, TREE_SIZE_MAX

SUITE = "sha256"
NO_HASH = bytes(HASH_SIZE)
"""32 zero bytes: the root of an empty map (design 4.5), and the previous note of the first checkpoint."""

NOTE_BYTES_MAX = 64 * 1024
SIGNATURES_MAX = 100

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_SIGNATURE_BYTES_MAX = 8 * 1024  # room for post-quantum cosignatures


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One state of the log. All hashes are 32 bytes.

    Attributes:
        origin: name of the log and of the key that signs it.
        size: number of entries, the position of the last one.
        root: Merkle root of the log over that many leaves.
        chain: link value H(size).
        map_root: root of the map from right to statement; 32 zero bytes while the map is empty.
        previous: SHA-256 of the previous sealed note; 32 zero bytes if there is none.
        suite: name of the hash suite.
    """

    origin: str
    size: int
    root: bytes
    chain: bytes
    map_root: bytes = NO_HASH
    previous: bytes = NO_HASH
    suite: str = SUITE

    def __post_init__(self) -> None:
        try:
            check_name(self.origin)
        except KeyUnusable as error:
            raise _malformed("origin") from error
        if not 0 <= self.size <= TREE_SIZE_MAX:
            raise _malformed("size")
        if self.suite != SUITE:
            raise _malformed("suite")
        for name in ("root", "chain", "map_root", "previous"):
            if len(getattr(self, name)) != HASH_SIZE:
                raise _malformed(name)

    def text(self) -> bytes:
        """The signed bytes."""
        lines = (
            self.origin,
            str(self.size),
            _b64(self.root),
            f"chain {_b64(self.chain)}",
            f"map {_b64(self.map_root)}",
            f"previous {_b64(self.previous)}",
            f"suite {self.suite}",
        )
        return "".join(f"{line}\n" for line in lines).encode()


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, with which key (4 bytes of id), and the signature."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> bytes:
        """The line with its newline."""
        return f"— {self.name} {_b64(self.key_id + self.signature)}\n".encode()


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint and its signature lines, not yet trusted: `verify` says whether the operator signed it."""

    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]

    @property
    def note(self) -> bytes:
        """The whole signed note; parsing it again gives an equal value."""
        return self.checkpoint.text() + b"\n" + b"".join(signature.line() for signature in self.signatures)

    @property
    def imprint(self) -> bytes:
        """SHA-256 of the signed note: what is time-stamped, and what the next checkpoint calls previous."""
        return hashlib.sha256(self.note).digest()

    def with_signature(self, signature: Signature) -> "SignedCheckpoint":
        """The same checkpoint with a further line; its note and so its imprint differ from the sealed ones.

        Raises:
            CheckpointInvalid: NOTE_SIGNATURE_REPEATED, NOTE_MALFORMED.
        """
        return parse(self.note + signature.line())


def sign(checkpoint: Checkpoint, key: SigningKey) -> SignedCheckpoint:
    """The checkpoint with the operator's signature. The key's name must be the origin.

    Raises:
        CheckpointInvalid: CHECKPOINT_ORIGIN_MISMATCH.
    """
    if key.name != checkpoint.origin:
        raise _other_origin(checkpoint.origin, key.name)
    return SignedCheckpoint(checkpoint, (sign_text(checkpoint, key),))


def sign_text(checkpoint: Checkpoint, key: SigningKey) -> Signature:
    """A signature line of any signer over the checkpoint's text."""
    return Signature(key.name, key.verifier.key_id, key.sign(checkpoint.text()))


def parse(note: bytes) -> SignedCheckpoint:
    """A signed note as it was written; nothing is trusted yet.

    Raises:
        CheckpointInvalid: NOTE_TOO_LARGE, NOTE_MALFORMED, CHECKPOINT_MALFORMED, NOTE_SIGNATURE_REPEATED.
    """
    if len(note) > NOTE_BYTES_MAX:
        raise CheckpointInvalid(
            "NOTE_TOO_LARGE",
            "A signed note has at most {maximum} bytes; this one has {length}.",
            "签名记录最多 {maximum} 字节，此件为 {length} 字节。",
            maximum=NOTE_BYTES_MAX,
            length=len(note),
        )
    try:
        text, separator, signatures = note.decode().partition("\n\n")
    except UnicodeDecodeError as error:
        raise _note_malformed("it is not UTF-8", "不是 UTF-8 文本") from error
    if not separator or not signatures.endswith("\n"):
        raise _note_malformed(
            "text and signatures are not separated by an empty line", "正文与签名之间缺少空行"
        )
    checkpoint = _parse_text(text.split("\n"))
    signed = SignedCheckpoint(checkpoint, parse_signatures(signatures[:-1].split("\n")))
    if signed.note != note:
        raise _note_malformed("it is not written in the one canonical way", "书写方式不规范")
    return signed


def verify(signed: SignedCheckpoint, operator: VerifierKey) -> Checkpoint:
    """The checkpoint, if the operator's key signed it.

    Raises:
        CheckpointInvalid: CHECKPOINT_ORIGIN_MISMATCH, CHECKPOINT_UNSIGNED, NOTE_SIGNATURE_INVALID.
    """
    if operator.name != signed.checkpoint.origin:
        raise _other_origin(signed.checkpoint.origin, operator.name)
    if not signers(signed, [operator]):
        raise CheckpointInvalid(
            "CHECKPOINT_UNSIGNED",
            "No signature line names the key {key}.",
            "没有签名行对应密钥 {key}。",
            key=str(operator),
        )
    return signed.checkpoint


def signers(signed: SignedCheckpoint, known: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Which of the known Ed25519 keys signed the note. Lines of unknown keys are ignored.

    Raises:
        CheckpointInvalid: NOTE_SIGNATURE_INVALID, because a line that names a known key and does not verify
            means the note was tampered with (C2SP signed-note).
    """
    keys = {(key.name, key.key_id): key for key in known}
    text = signed.checkpoint.text()
    found: list[VerifierKey] = []
    for signature in signed.signatures:
        key = keys.get((signature.name, signature.key_id))
        if key is None:
            continue
        if len(signature.signature) != SIGNATURE_SIZE or not key.verifies(signature.signature, text):
            raise CheckpointInvalid(
                "NOTE_SIGNATURE_INVALID",
                "The signature of {key} does not fit the checkpoint of size {size}.",
                "{key} 的签名与大小为 {size} 的检查点不符。",
                key=str(key),
                size=signed.checkpoint.size,
            )
        found.append(key)
    return tuple(found)


def _parse_text(lines: list[str]) -> Checkpoint:
    prefixes = ("", "", "", "chain ", "map ", "previous ", "suite ")
    if len(lines) != len(prefixes):
        raise _malformed("number of lines")
    for line, prefix in zip(lines, prefixes, strict=True):
        if not line.startswith(prefix):
            raise _malformed(prefix.strip())
    origin, size, root, chain, map_root, previous, suite = (
        line.removeprefix(prefix) for line, prefix in zip(lines, prefixes, strict=True)
    )
    if not _SIZE.fullmatch(size):
        raise _malformed("size")
    return Checkpoint(
        origin=origin,
        size=int(size),
        root=_unb64(root, "root"),
        chain=_unb64(chain, "chain"),
        map_root=_unb64(map_root, "map"),
        previous=_unb64(previous, "previous"),
        suite=suite,
    )


def parse_signatures(lines: list[str]) -> tuple[Signature, ...]:
    """Signature lines of any signed note, without their newlines.

    Raises:
        CheckpointInvalid: NOTE_MALFORMED, NOTE_SIGNATURE_REPEATED.
    """
    if len(lines) > SIGNATURES_MAX:
        raise _note_malformed("it has too many signatures", "签名行过多")
    signatures: dict[tuple[str, bytes], Signature] = {}
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—":
            raise _note_malformed("a signature line is malformed", "签名行格式错误")
        try:
            name, signature = check_name(parts[1]), base64.b64decode(parts[2], validate=True)
        except (KeyUnusable, binascii.Error, ValueError) as error:
            raise _note_malformed("a signature line is malformed", "签名行格式错误") from error
        if not KEY_ID_SIZE < len(signature) <= _SIGNATURE_BYTES_MAX:
            raise _note_malformed("a signature is too short or too long", "签名长度不当")
        key = (name, signature[:KEY_ID_SIZE])
        if key in signatures:
            raise CheckpointInvalid(
                "NOTE_SIGNATURE_REPEATED",
                "The key {key_id} of {name} signs twice in one note.",
                "{name} 的密钥 {key_id} 在同一记录中签名两次。",
                name=name,
                key_id=signature[:KEY_ID_SIZE],
            )
        signatures[key] = Signature(name, signature[:KEY_ID_SIZE], signature[KEY_ID_SIZE:])
    return tuple(signatures.values())


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _unb64(text: str, field: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed(field) from error


def _other_origin(origin: str, name: str) -> CheckpointInvalid:
    return CheckpointInvalid(
        "CHECKPOINT_ORIGIN_MISMATCH",
        "The checkpoint is of the log {origin}, the key is that of {name}.",
        "检查点属于日志 {origin}，而密钥属于 {name}。",
        origin=origin,
        name=name,
    )


def _malformed(field: str) -> CheckpointInvalid:
    return CheckpointInvalid(
        "CHECKPOINT_MALFORMED",
        "The checkpoint's {field} is missing, misplaced or malformed.",
        "检查点的 {field} 缺失、位置错误或格式错误。",
        field=field,
    )


def _note_malformed(reason_en: str, reason_zh: str) -> CheckpointInvalid:
    return CheckpointInvalid(
        "NOTE_MALFORMED",
        "This is not a signed note: {reason_en}.",
        "这不是有效的签名记录：{reason_zh}。",
        reason_en=reason_en,
        reason_zh=reason_zh,
    )
