"""The vault's key: a file of mode 0600 outside the database, without which the vault's tables say nothing.

The file names its keys, the newest last, because a change of key passes through a moment at which rows under
both exist. It is written whole or not at all.
"""

import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger import canonical
from ledger.errors import NotCanonical
from notary.errors import KeyUnusable
from notary.files import replace_file
from notary.keys import create_private_file, read_private_file

KEY_SIZE: Final = 32
NONCE_SIZE: Final = 12
"""AES-256-GCM (NIST SP 800-38D) with random nonces."""


@dataclass(frozen=True, slots=True)
class VaultKey:
    """One key and its name."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The vault's keys, the newest last."""

    keys: tuple[VaultKey, ...]

    @property
    def newest(self) -> VaultKey:
        """The key that wraps from now on."""
        return self.keys[-1]

    def find(self, key_id: str) -> VaultKey | None:
        """The key of that name."""
        return next((key for key in self.keys if key.id == key_id), None)


def open_keyring(path: Path) -> Keyring:
    """The keys in a file; the first key is made if there is no file.

    Raises:
        KeyUnusable: KEY_FILE_UNREADABLE, KEY_FILE_PERMISSIONS, VAULT_KEY_MALFORMED.
    """
    try:
        if not path.exists():
            create_private_file(path, _text(Keyring((new_key(),))))
    except OSError as error:
        raise _unwritable(path, error) from error
    return _read(path)


def replace_keyring(path: Path, keyring: Keyring) -> None:
    """Let the file hold these keys and no others, on disk before this returns.

    Raises:
        KeyUnusable: KEY_FILE_UNREADABLE.
    """
    try:
        replace_file(path, _text(keyring))
    except OSError as error:
        raise _unwritable(path, error) from error


def new_key() -> VaultKey:
    """A random key."""
    return VaultKey(secrets.token_hex(8), secrets.token_bytes(KEY_SIZE))


def encrypt(secret: bytes, content: bytes, bound_to: bytes) -> bytes:
    """Nonce and ciphertext, which decrypts only where `bound_to` is the same."""
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + AESGCM(secret).encrypt(nonce, content, bound_to)


def decrypt(secret: bytes, sealed: bytes, bound_to: bytes) -> bytes | None:
    """The inverse of `encrypt`; None if the bytes were not made by it with this key for this place."""
    try:
        return AESGCM(secret).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], bound_to)
    except (InvalidTag, ValueError):
        return None


def _read(path: Path) -> Keyring:
    try:
        value: Any = canonical.decode(read_private_file(path).rstrip(b"\n"))
        match value:
            case {"v": 1, "keys": [*items]} if items:
                keys = tuple(VaultKey(item["id"], b64decode(item["key"], validate=True)) for item in items)
            case _:
                raise _malformed(path)
    except (NotCanonical, KeyError, TypeError, ValueError) as error:
        raise _malformed(path) from error
    if any(type(key.id) is not str or len(key.secret) != KEY_SIZE for key in keys):
        raise _malformed(path)
    return Keyring(keys)


def _text(keyring: Keyring) -> bytes:
    keys = [{"id": key.id, "key": b64encode(key.secret).decode()} for key in keyring.keys]
    return canonical.encode({"v": 1, "keys": keys}) + b"\n"


def _malformed(path: Path) -> KeyUnusable:
    return KeyUnusable(
        "VAULT_KEY_MALFORMED",
        "The file {path} holds no vault keys; put its backup back: what they wrap opens with nothing else.",
        "文件 {path} 不是有效的保险库密钥；请恢复其备份：没有它，保密字段无法打开。",
        path=str(path),
    )


def _unwritable(path: Path, error: OSError) -> KeyUnusable:
    return KeyUnusable(
        "KEY_FILE_UNREADABLE",
        "The key file {path} cannot be read or made: {reason}.",
        "无法读取或创建密钥文件 {path}：{reason}。",
        path=str(path),
        reason=error.strerror or str(error),
    )
