"""What an entry commits to beside its own words: opened fields (docs/formats.md 9) and files."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any, Final

import orjson

from ledger.entry import Entry

SALT_SIZE: Final = 16
FILES: Final = ("document:", "record:command:")
"""Tags that name a file by its SHA-256: a deposited or filed one, and the command an act was submitted as."""

_NAME: Final = re.compile(r"disclosures/([0-9]+)\.json")
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+")
_SHA256_HEX: Final = re.compile(r"[0-9a-f]{64}")


def position_of(name: str) -> int | None:
    """The position whose opened fields a member holds, or None for another member."""
    match = _NAME.fullmatch(name)
    return None if match is None else int(match[1])


def digest(disclosure: str) -> str:
    """What stands among an entry's commitments: SHA-256 of the ASCII, base64url without padding."""
    return _encoded(sha256(disclosure.encode(errors="backslashreplace")).digest())


def read(disclosure: str) -> tuple[str, Any] | None:
    """JSON pointer and value of an opened field, or None if it is not base64url of `[salt, path, value]`."""
    try:
        opened = orjson.loads(_decoded(disclosure))
    except (ValueError, orjson.JSONDecodeError):
        return None
    match opened:
        case [str(salt), str(path), value] if path.startswith("/"):
            try:
                return (path, value) if len(_decoded(salt)) == SALT_SIZE else None
            except ValueError:
                return None
        case _:
            return None


def committed_files(entry: Entry) -> frozenset[str]:
    """SHA-256 (hex) of the files an entry commits to: those its tags name, and that of its source."""
    named = (tag.removeprefix(prefix) for tag in entry.subjects for prefix in FILES if tag.startswith(prefix))
    found = {digest for digest in named if _SHA256_HEX.fullmatch(digest)}
    if entry.source is not None:
        found.add(entry.source.digest)
    return frozenset(found)


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """The bytes of base64url without padding; raises ValueError unless they would be written just so."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError(text)
    content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encoded(content) != text:
        raise ValueError(text)
    return content
