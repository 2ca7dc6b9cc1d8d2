"""Who may write over HTTP: `principals.toml` in the ledger's home.

    [[principal]]
    name = "bank"                    # the entries' actor is principal:bank
    token_sha256 = "9f86d081…"       # of the bearer token, which itself is kept nowhere
    classes = ["PARTY"]              # whose word it may give: PARTY, AUTHORITY, OPERATOR
    parties = ["乙银行"]              # optional: the only parties it may act for

`ipledger principal add` writes it. A running server sees a change at the next request.
"""

import json
import re
import secrets
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from ledger.entry import EntryClass
from ledger.errors import InputRejected
from ledger.submission import Permissions
from ledger.values.signs import unreadable_sign

FILE: Final = "principals.toml"

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_SHA256_HEX: Final = re.compile(r"[0-9a-f]{64}")
_MEMBERS: Final = frozenset(("name", "token_sha256", "classes", "parties"))
_TOKEN_BYTES: Final = 32
_PARTY_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who may write: its name, the SHA-256 (hex) of its token, and what it may say."""

    name: str
    token_sha256: str
    permissions: Permissions

    @property
    def actor(self) -> str:
        """As entries name it."""
        return f"principal:{self.name}"


class Principals:
    """The principals of one home; the file is read again when it has changed."""

    def __init__(self, home: Path | None) -> None:
        """Without a home there is nobody.

        Raises:
            InputRejected: PRINCIPALS_MISCONFIGURED.
        """
        self._path = None if home is None else home / FILE
        self._state: tuple[int, int, int] | None = None
        self._by_token: dict[str, Principal] = {}
        self._refresh()

    def of_token(self, token: str) -> Principal | None:
        """Whose token this is.

        Raises:
            InputRejected: PRINCIPALS_MISCONFIGURED, the file has become unreadable: then nobody may write.
        """
        self._refresh()
        return self._by_token.get(sha256(token.encode("utf-8", "surrogateescape")).hexdigest())

    def _refresh(self) -> None:
        state = None
        if self._path is not None and self._path.exists():
            found = self._path.stat()
            state = (found.st_mtime_ns, found.st_size, found.st_ino)
        if state == self._state:
            return
        known = read_principals(self._path) if state is not None and self._path is not None else ()
        self._by_token = {each.token_sha256: each for each in known}
        self._state = state


def read_principals(path: Path) -> tuple[Principal, ...]:
    """The principals a file names.

    Raises:
        InputRejected: PRINCIPALS_MISCONFIGURED.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:  # a TOMLDecodeError and a UnicodeDecodeError are ValueErrors
        raise _misconfigured(str(error)) from error
    listed = tables.get("principal", [])
    if tables.keys() - {"principal"} or not isinstance(listed, list):
        raise _misconfigured("it holds something else than [[principal]]")
    principals = tuple(_principal(table) for table in listed)
    for member in ("name", "token_sha256"):
        if len({getattr(each, member) for each in principals}) != len(principals):
            raise _misconfigured(f"two principals have one {member}")
    return principals


def as_toml(principals: Iterable[Principal]) -> bytes:
    """The file that names these."""
    tables = []
    for each in principals:
        classes = sorted(kind.value for kind in each.permissions.classes)
        lines = [
            "[[principal]]",
            f"name = {_quoted(each.name)}",
            f"token_sha256 = {_quoted(each.token_sha256)}",
            f"classes = [{', '.join(map(_quoted, classes))}]",
        ]
        if each.permissions.parties is not None:
            lines.append(f"parties = [{', '.join(map(_quoted, each.permissions.parties))}]")
        tables.append("\n".join(lines) + "\n")
    return "\n".join(tables).encode()


def new_principal(name: str, classes: Iterable[EntryClass], parties: Sequence[str]) -> tuple[Principal, str]:
    """A principal and its token, which nothing keeps.

    Raises:
        InputRejected: PRINCIPALS_MISCONFIGURED, a name or party cannot be written.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    table: dict[str, Any] = {
        "name": name,
        "token_sha256": sha256(token.encode()).hexdigest(),
        "classes": [kind.value for kind in classes],
    }
    if parties:
        table["parties"] = list(parties)
    return _principal(table), token


def _principal(table: Any) -> Principal:
    if not isinstance(table, dict) or table.keys() - _MEMBERS:
        raise _misconfigured(f"a principal has the members {', '.join(sorted(_MEMBERS))} and no others")
    name, digest = table.get("name"), table.get("token_sha256")
    classes, parties = table.get("classes"), table.get("parties")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _misconfigured("a name has 1 to 64 letters, digits and . _ @ -")
    if not isinstance(digest, str) or not _SHA256_HEX.fullmatch(digest):
        raise _misconfigured(f"token_sha256 of {name} is not SHA-256 in lower-case hex")
    if not isinstance(classes, list) or not classes or not set(map(str, classes)) <= set(EntryClass):
        raise _misconfigured(f"classes of {name} are some of {', '.join(EntryClass)}")
    if parties is not None and not _are_names(parties):
        raise _misconfigured(f"parties of {name} is a list of names")
    return Principal(
        name,
        digest,
        Permissions(frozenset(map(EntryClass, classes)), None if parties is None else tuple(parties)),
    )


def _are_names(parties: Any) -> bool:
    return (
        isinstance(parties, list)
        and bool(parties)
        and all(
            isinstance(each, str) and 0 < len(each) <= _PARTY_MAX and unreadable_sign(each) is None
            for each in parties
        )
    )


def _quoted(text: str) -> str:
    """A basic string of TOML: without control characters its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _misconfigured(reason: str) -> InputRejected:
    return InputRejected(
        "PRINCIPALS_MISCONFIGURED",
        f"{FILE} cannot be used: {reason}",
        f"{FILE} 无法使用：{reason}",
        reason=reason,
    )
