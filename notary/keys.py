"""The keys that sign and verify notes: Ed25519 under a name, as C2SP signed-note has it.

The private key lies in a PKCS #8 PEM file of mode 0600. It is created whole or not at all, and by one of
several processes only; a file that others can read is refused, because its signatures prove nothing.
"""

import base64
import binascii
import hashlib
import os
import stat
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from notary.errors import KeyUnusable

ED25519 = b"\x01"
"""The signature type of Ed25519 in C2SP signed-note."""

KEY_ID_SIZE = 4
PUBLIC_KEY_SIZE = 32
SIGNATURE_SIZE = 64
NAME_LENGTH_MAX = 255


def check_name(name: str) -> str:
    """A key name, which is also the origin of a log, or a refusal.

    C2SP signed-note: not empty, no plus sign, no space of Unicode; here also no control character and
    at most 255 characters. By custom a URL without scheme, such as `ledger.example.cn/patents`.

    Raises:
        KeyUnusable: KEY_NAME_INVALID.
    """
    wrong = not name or len(name) > NAME_LENGTH_MAX or "+" in name
    if wrong or any(sign.isspace() or unicodedata.category(sign)[0] == "C" for sign in name):
        raise KeyUnusable(
            "KEY_NAME_INVALID",
            "The key name {name} is empty, too long, or has a space, a plus or a control character.",
            "密钥名称 {name} 为空、过长，或含有空格、加号或控制字符。",
            name=repr(name[: NAME_LENGTH_MAX + 1]),
        )
    return name


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and the 32 bytes of an Ed25519 public key.

    Its text form (`str()`, `parse_verifier_key`) is the C2SP vkey `<name>+<hex key id>+<base64>`.
    """

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != PUBLIC_KEY_SIZE:
            raise KeyUnusable(
                "VERIFIER_KEY_MALFORMED",
                "An Ed25519 public key has 32 bytes, not {length}.",
                "Ed25519 公钥应为 32 字节，实为 {length} 字节。",
                length=len(self.public_key),
            )

    @property
    def key_id(self) -> bytes:
        """SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), its first 4 bytes."""
        named = self.name.encode() + b"\n" + ED25519 + self.public_key
        return hashlib.sha256(named).digest()[:KEY_ID_SIZE]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Is this the Ed25519 signature of this key over the message?"""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        encoded = base64.b64encode(ED25519 + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


def parse_verifier_key(text: str) -> VerifierKey:
    """A verifier key from its C2SP text; surrounding white space is allowed.

    Raises:
        KeyUnusable: VERIFIER_KEY_MALFORMED, KEY_NAME_INVALID.
    """
    parts = text.strip().split("+", 2)  # base64 may contain plus signs, a name and an id never do
    try:
        name, key_id, encoded = parts
        decoded = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        decoded = b""
    if decoded[:1] == ED25519 and len(decoded) == 1 + PUBLIC_KEY_SIZE:
        key = VerifierKey(name, decoded[1:])
        if str(key) == f"{name}+{key_id}+{encoded}":
            return key
    raise KeyUnusable(
        "VERIFIER_KEY_MALFORMED",
        "{text} is not a verifier key <name>+<key id>+<base64 of 0x01 and 32 bytes> whose id fits.",
        "{text} 不是有效的验证密钥（格式：<名称>+<密钥标识>+<base64>，且标识须相符）。",
        text=repr(text[:200]),
    )


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A name and an Ed25519 private key."""

    name: str
    private_key: Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.private_key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the Ed25519 signature."""
        return self.private_key.sign(message)


def create_or_load_signing_key(path: Path, name: str) -> SigningKey:
    """The key in a file; a new one is made if there is no file.

    Several processes may call this at once: all get the key of whoever came first.

    Raises:
        KeyUnusable: KEY_NAME_INVALID, KEY_FILE_UNREADABLE, KEY_FILE_PERMISSIONS, KEY_FILE_MALFORMED.
    """
    check_name(name)
    try:
        if not path.exists():
            pem = Ed25519PrivateKey.generate().private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
            create_private_file(path, pem)
    except OSError as error:
        raise _unreadable(path, error) from error
    return load_signing_key(path, name)


def load_signing_key(path: Path, name: str) -> SigningKey:
    """The key in an existing file.

    Raises:
        KeyUnusable: KEY_NAME_INVALID, KEY_FILE_UNREADABLE, KEY_FILE_PERMISSIONS, KEY_FILE_MALFORMED.
    """
    pem = read_private_file(path)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _malformed(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _malformed(path)
    return SigningKey(name, key)


def create_private_file(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 that appears whole; a file that is already there is left as it is.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".new-") as new:  # made with mode 0600
        new.write(content)
        new.flush()
        os.fsync(new.fileno())
        try:
            # Unlike a rename, a link never replaces the key another process has just made.
            os.link(new.name, path)
        except FileExistsError:
            return
    sync_folder(path.parent)


def read_private_file(path: Path) -> bytes:
    """The bytes of a file that only its owner can read.

    Raises:
        KeyUnusable: KEY_FILE_UNREADABLE, KEY_FILE_PERMISSIONS.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read()
    except OSError as error:
        raise _unreadable(path, error) from error
    if mode & 0o077:
        raise KeyUnusable(
            "KEY_FILE_PERMISSIONS",
            "Others can reach the private key {path} (mode {mode}); make it 0600, or replace the key.",
            "他人可访问私钥文件 {path}（权限 {mode}）；请改为 0600 或更换密钥。",
            path=str(path),
            mode=f"{mode:04o}",
        )
    return content


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unreadable(path: Path, error: OSError) -> KeyUnusable:
    return KeyUnusable(
        "KEY_FILE_UNREADABLE",
        "The key file {path} cannot be read or made: {reason}.",
        "无法读取或创建密钥文件 {path}：{reason}。",
        path=str(path),
        reason=error.strerror or str(error),
    )


def _malformed(path: Path) -> KeyUnusable:
    return KeyUnusable(
        "KEY_FILE_MALFORMED",
        "The key file {path} holds no Ed25519 private key in PKCS #8 PEM without password.",
        "密钥文件 {path} 不是无口令的 PKCS #8 PEM 格式 Ed25519 私钥。",
        path=str(path),
    )
