"""Confidential fields: what an entry commits to without saying it (docs/formats.md 9, as RFC 9901).

A disclosure is base64url(JSON `[salt, path, value]`) without padding; its digest stands among the entry's
commitments. Whoever holds the disclosure shows one field and nothing else; whoever holds only the entry
learns nothing, because the salt cannot be guessed.
"""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from ledger import canonical
from ledger.entry import new_salt
from ledger.errors import InputRejected, NotCanonical

DISCLOSURE_BYTES_MAX: Final = 1 << 20
"""A field is a value, not a file: files are deposited."""

_PATH: Final = re.compile(r"(/([^~/]|~[01])*)+")
_SALT: Final = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One opened field; `path` is a JSON pointer (RFC 6901) into the entry's data."""

    salt: str = field(repr=False)
    path: str
    value: Any = field(repr=False)

    @property
    def text(self) -> str:
        """What is handed out, and what is hashed."""
        return _encoded(canonical.encode([self.salt, self.path, self.value]))

    @property
    def commitment(self) -> str:
        """SHA-256 of the text, base64url without padding: what stands in the entry."""
        return commitment(self.text)


def disclose(path: str, value: Any) -> Disclosure:
    """A fresh disclosure of `value`, with a salt of 16 random bytes.

    Raises:
        InputRejected: PATH_INVALID, VALUE_TOO_LARGE.
        NotCanonical: the value cannot be written as canonical JSON.
    """
    _check_path(path)
    made = Disclosure(new_salt(), path, value)
    if len(made.text) > DISCLOSURE_BYTES_MAX:
        raise InputRejected(
            "VALUE_TOO_LARGE",
            f"a confidential field has at most {DISCLOSURE_BYTES_MAX} bytes with its salt; "
            "deposit a file instead",
            f"保密字段连同盐值最多 {DISCLOSURE_BYTES_MAX} 字节；较大的内容请作为文件存证",
            maximum=DISCLOSURE_BYTES_MAX,
        )
    return made


def commitment(disclosure: str) -> str:
    """The digest that an entry must hold for this disclosure to be of it."""
    return _encoded(sha256(disclosure.encode("ascii")).digest())


def read_disclosure(text: str) -> Disclosure:
    """A disclosure as it was handed out.

    Only canonical JSON is read: one field has one disclosure for one salt.

    Raises:
        InputRejected: DISCLOSURE_MALFORMED.
    """
    try:
        if len(text) > DISCLOSURE_BYTES_MAX or not text.isascii() or "=" in text:
            raise _malformed()
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if _encoded(raw) != text:
            raise _malformed()
        value = canonical.decode(raw)
    except (binascii.Error, ValueError, NotCanonical) as error:
        raise _malformed() from error
    match value:
        case [str(salt), str(path), content] if _SALT.fullmatch(salt) and _PATH.fullmatch(path):
            return Disclosure(salt, path, content)
        case _:
            raise _malformed()


def opens(text: str, commitments: Collection[str]) -> Disclosure:
    """The field that `text` discloses of an entry with these commitments.

    Raises:
        InputRejected: DISCLOSURE_MALFORMED; DISCLOSURE_NOT_COMMITTED, it is of another entry, or was changed.
    """
    disclosure = read_disclosure(text)
    digest = commitment(text)
    if digest not in commitments:
        raise InputRejected(
            "DISCLOSURE_NOT_COMMITTED",
            f"the digest {digest} of this disclosure is not among the entry's commitments: "
            "it was changed, or is of another entry",
            f"该披露的摘要 {digest} 不在条目的承诺之中：披露被改动，或属于其他条目",
            commitment=digest,
        )
    return disclosure


def _check_path(path: str) -> None:
    if not _PATH.fullmatch(path) or len(path) > 300:
        raise InputRejected(
            "PATH_INVALID",
            "a field is named by a JSON pointer such as /title or /pledgors/0/contact",
            "字段以 JSON 指针表示，例如 /title 或 /pledgors/0/contact",
            path=path[:300],
        )


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _malformed() -> InputRejected:
    return InputRejected(
        "DISCLOSURE_MALFORMED",
        "this is not a disclosure: base64url, without padding, of canonical JSON [salt, path, value]",
        "这不是有效的披露：应为规范 JSON [盐值, 路径, 值] 的无填充 base64url 编码",
    )
