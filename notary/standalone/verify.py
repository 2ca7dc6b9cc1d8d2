#!/usr/bin/env python3
"""Check an evidence package of an ipledger ledger: offline, without the ledger's software.

    python verify.py PACKAGE.zip [--trust DIR] [--as-of YYYY-MM-DD] [--lang zh|en] [--json]
    python verify.py .                  within an unpacked package

Needs Python 3.9 or newer with its standard library, and the `openssl` command (3.0 or newer) for signatures
and time-stamps. The format is that of docs/formats.md, version 1; section numbers below are of that page.

DIR is what the verifier brings and the package never does (8.3): `operator.vkey`, `authorities/*.pem`,
`authorities/*.crl`, `checkpoints/*.checkpoint`, `witnesses/*.vkey`, `parties/*.jwk`, `policy.json`. Without
it the answer is INDETERMINATE. Exit status: 0 PASS, 1 FAIL, 3 INDETERMINATE, 2 wrong usage.

A program that came with the evidence can be forged like the evidence: take it from the publisher, or compare
the SHA-256 it prints.
"""
# ruff: noqa: B905, UP017, UP035 - it runs on Python 3.9, where zip has no `strict` and datetime no `UTC`

from __future__ import annotations

import sys

if __name__ == "__main__" and not sys.flags.isolated and not getattr(sys.flags, "safe_path", False):
    # Python looks for modules beside the script first: a package must not bring its own `json.py`.
    del sys.path[0]
import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import stat
import struct
import subprocess
import tempfile
import unicodedata
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO, Callable, Iterator, NamedTuple, Sequence

PASS, FAIL, INDETERMINATE = "PASS", "FAIL", "INDETERMINATE"
EXIT_STATUS = {PASS: 0, FAIL: 1, INDETERMINATE: 3}

UTC = timezone.utc
SHANGHAI = timezone(timedelta(hours=8))
NO_HASH = bytes(32)


class Refused(Exception):
    """Something in the package is not as it must be; what `TEXTS` says of the code, over `data`."""

    outcome = FAIL

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.code, self.data = code, data


class Unjudged(Refused):
    """A check that could not be made with what was given."""

    outcome = INDETERMINATE


class UsageError(Exception):
    """The command line, the package's path or the trust folder cannot be used."""

    def __init__(self, en: str, zh: str, **data: Any) -> None:
        super().__init__(en.format(**data))
        self.en, self.zh = en.format(**data), zh.format(**data)


def not_reached(what: str) -> Unjudged:
    """Another check, which is reported itself, took away what this one stands on."""
    return Unjudged("NOT_REACHED", what=what)


# --- Canonical JSON (section 1) ---------------------------------------------------------------------------

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
JSON_BYTES_MAX = 256 * 1024 * 1024

_HEX = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_ZONED = re.compile(r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})")


def _not_canonical(where: str, reason: str) -> Refused:
    return Refused("NOT_CANONICAL", where=where, reason=reason)


def load_canonical(data: bytes, where: str) -> Any:
    """The value of bytes that are exactly the canonical JSON (RFC 8785, narrowed) of that value."""

    def refuse(_text: str) -> Any:
        raise _not_canonical(where, "a number is not an integer")

    def integer(text: str) -> int:
        if len(text) > 17 or not -MAX_INTEGER <= int(text) <= MAX_INTEGER:
            raise _not_canonical(where, "an integer is too large")
        return int(text)

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            raise _not_canonical(where, "a member stands twice")
        return value

    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_float=refuse,
            parse_constant=refuse,
            parse_int=integer,
            object_pairs_hook=members,
        )
        _check_value(value, where, 0)
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8")
    except UnicodeError:
        raise _not_canonical(where, "it is not UTF-8 or holds lone surrogates") from None
    except RecursionError:
        raise _not_canonical(where, "it is nested too deep") from None
    except ValueError:
        raise _not_canonical(where, "it is not JSON") from None
    if written != data:
        raise _not_canonical(where, "the same value is written otherwise")
    return value


def _check_value(value: Any, where: str, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, (dict, list)):
        if depth >= MAX_DEPTH:
            raise _not_canonical(where, "it is nested too deep")
        for member in value.values() if isinstance(value, dict) else value:
            _check_value(member, where, depth + 1)
        for key in value if isinstance(value, dict) else ():
            _check_text(key, where)
            if any(ord(sign) > 0xFFFF for sign in key):
                raise _not_canonical(where, "a member's name lies outside the Basic Multilingual Plane")


def _check_text(text: str, where: str) -> None:
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise _not_canonical(where, "text is not in normalization form C")


def is_text(value: Any) -> bool:
    """Text that is not empty."""
    return isinstance(value, str) and bool(value)


def is_count(value: Any) -> bool:
    """An integer from 1 on."""
    return type(value) is int and value >= 1


def is_hex(value: Any) -> bool:
    """A SHA-256 in lower-case hex."""
    return isinstance(value, str) and bool(_HEX.fullmatch(value))


def is_day(value: Any) -> bool:
    """A calendar day `YYYY-MM-DD`."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_optional_day(value: Any) -> bool:
    """A calendar day, or null."""
    return value is None or is_day(value)


def is_texts(value: Any) -> bool:
    """An array of text."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def is_hashes(value: Any) -> bool:
    """An array of SHA-256 in hex, at most one for each level of a tree of 256 levels."""
    return isinstance(value, list) and len(value) <= 256 and all(is_hex(each) for each in value)


def is_moment(value: Any) -> bool:
    """A legal date, or an instant with its zone."""
    if not isinstance(value, str) or not is_day(value[:10]):
        return False
    return len(value) == 10 or bool(_ZONED.fullmatch(value[10:]))


def is_base64url(value: Any, size: int) -> bool:
    """Exactly `size` bytes in base64url without padding."""
    decoded = unbase64url(value) if isinstance(value, str) else None
    return decoded is not None and len(decoded) == size


def unbase64url(text: str) -> bytes | None:
    """The bytes of base64url without padding, written in the one canonical way; else None."""
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    return decoded if base64.urlsafe_b64encode(decoded).decode().rstrip("=") == text else None


def unbase64(text: str) -> bytes | None:
    """The bytes of base64 with padding, written in the one canonical way; else None."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


Predicate = Callable[[Any], bool]


def check_shape(value: Any, members: dict[str, Predicate], where: str) -> None:
    """Accept an object of exactly these members, each of its kind."""
    if not isinstance(value, dict):
        raise malformed(where, "it is not an object")
    if value.keys() != members.keys():
        raise malformed(where, "its members are not exactly those of the format")
    for name, fits in members.items():
        if not fits(value[name]):
            raise malformed(f"{where}, {name}", "it is not of its kind")


def malformed(where: str, reason: str) -> Refused:
    """Readable, but not what the format says."""
    return Refused("MALFORMED", where=where, reason=reason)


# --- The archive (section 8) ------------------------------------------------------------------------------

MEMBERS_MAX = 100_000
BYTES_MAX = 1024**3
RATIO_MAX = 200
RATIO_FREE_BYTES = 1024 * 1024
NAME_BYTES_MAX = 255
CHUNK = 256 * 1024

_NAME = re.compile(
    r"manifest\.json|checkpoint|cosignatures|report\.html|report\.pdf|verify\.py"
    r"|entries/[1-9][0-9]{0,15}\.json|disclosures/[1-9][0-9]{0,15}\.json"
    r"|proofs/(entries|map|consistency|statement)\.json"
    r"|tokens/[A-Za-z0-9_-][A-Za-z0-9._-]*\.(tsr|pem|crl)"
    r"|documents/[0-9a-f]{64}"
)
_SAFE_NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_TIME, _DATE = 0, 0x21  # 1980-01-01 00:00:00
_STORED, _DEFLATED = 0, 8
_DOS_FOLDER = 0x10


class Member(NamedTuple):
    """A file of the package: where its packed bytes lie, and what it says to become."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def check_names(names: Sequence[str]) -> None:
    """Accept names of section 8 only, none twice and none that differ by case only."""
    if len(names) > MEMBERS_MAX:
        raise Refused("TOO_MANY_MEMBERS", maximum=MEMBERS_MAX)
    folded = set()
    for name in names:
        segments = name.split("/")
        if not _SAFE_NAME.fullmatch(name) or any(not segment.strip(".") for segment in segments):
            raise Refused("NAME_UNSAFE", name=name)
        if name.lower() in folded:
            raise Refused("MEMBER_REPEATED", name=name)
        if not _NAME.fullmatch(name):
            raise Refused("MEMBER_UNKNOWN", name=name)
        folded.add(name.lower())


def check_sizes(sizes: Sequence[int]) -> None:
    """Accept at most 1 GiB in all."""
    if sum(sizes) > BYTES_MAX:
        raise Refused("TOO_LARGE", maximum=BYTES_MAX)


class ZipPackage:
    """The members of a zip archive, which is read as the format writes it and in no other way.

    Every header is rebuilt from the few values it may choose and compared byte for byte. What it may choose
    and nothing checks: the version and system it was made by, and permission bits of members.
    """

    is_archive = True

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        members = self._directory()
        check_names([member.name for member in members])
        if [member.name for member in members] != sorted(member.name for member in members):
            raise Refused("MEMBERS_UNORDERED")
        check_sizes([member.size for member in members])
        for member in members:
            self._check_packing(member)
        self.members = {member.name: member for member in members}

    @property
    def names(self) -> list[str]:
        """Names of all members, ascending."""
        return list(self.members)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The member's bytes; never more than it says to have, and refused if they are not those."""
        member = self.members[name]
        crc = size = 0
        for chunk in self._unpacked(member):
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
            if size > member.size:
                raise Refused("MEMBER_NOT_AS_STATED", name=name)
            yield chunk
        if size != member.size or crc != member.crc:
            raise Refused("MEMBER_NOT_AS_STATED", name=name)

    def _unpacked(self, member: Member) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        self._file.seek(member.offset)
        left = member.packed
        while left:
            packed = self._file.read(min(CHUNK, left))
            if not packed:
                raise Refused("MEMBER_NOT_AS_STATED", name=member.name)
            left -= len(packed)
            if member.method == _STORED:
                yield packed
                continue
            while packed:
                try:
                    yield inflater.decompress(packed, CHUNK)
                except zlib.error:
                    raise Refused("MEMBER_NOT_AS_STATED", name=member.name) from None
                packed = inflater.unconsumed_tail
            # The last output may wait although all input is taken.
            self._file.seek(member.offset + member.packed - left)
        if member.method == _DEFLATED:
            yield inflater.flush(CHUNK)
            if not inflater.eof or inflater.unused_data:
                raise Refused("MEMBER_NOT_AS_STATED", name=member.name)

    def _directory(self) -> list[Member]:
        count, length, offset = self._end()
        self._file.seek(offset)
        directory = self._file.read(length)
        members: list[Member] = []
        at = local_at = 0
        for _ in range(count):
            if len(directory) - at < _CENTRAL.size:
                raise Refused("HEADER_WRONG")
            member, made_by, attributes = self._central(directory, at, local_at)
            at += _CENTRAL.size + len(member.name)
            local_at = member.offset + member.packed
            del made_by, attributes
            members.append(member)
        if at != length or local_at != offset:
            raise Refused("STRAY_BYTES")
        return members

    def _central(self, directory: bytes, at: int, local_at: int) -> tuple[Member, int, int]:
        """One header of the directory, equal to the local one before the member's bytes."""
        found = _CENTRAL.unpack_from(directory, at)
        made_by, needed, method, crc, packed, size, name_length, attributes = (
            found[index] for index in (1, 2, 4, 7, 8, 9, 10, 15)
        )
        name_bytes = directory[at + _CENTRAL.size : at + _CENTRAL.size + name_length]
        if needed not in (10, 20) or method not in (_STORED, _DEFLATED) or name_length > NAME_BYTES_MAX:
            raise Refused("PACKING_UNKNOWN")
        kind = stat.S_IFMT(attributes >> 16)
        if kind not in (0, stat.S_IFREG) or attributes & _DOS_FOLDER:
            raise Refused("NOT_A_FILE", name=name_bytes.decode("ascii", "replace"))
        central = (
            b"PK\1\2",
            made_by,
            needed,
            0,
            method,
            _TIME,
            _DATE,
            crc,
            packed,
            size,
            name_length,
            0,
            0,
            0,
            0,
            attributes,
            local_at,
        )
        local = _LOCAL.pack(b"PK\3\4", needed, 0, method, _TIME, _DATE, crc, packed, size, name_length, 0)
        self._file.seek(local_at)
        if found != central or self._file.read(_LOCAL.size + name_length) != local + name_bytes:
            raise Refused("HEADER_WRONG")
        try:
            name = name_bytes.decode("ascii")
        except UnicodeDecodeError:
            raise Refused("NAME_NOT_ASCII") from None
        return (
            Member(name, method, crc, packed, size, local_at + _LOCAL.size + name_length),
            made_by,
            attributes,
        )

    def _end(self) -> tuple[int, int, int]:
        """Number of members, length and place of the directory, from an end record written in the one way."""
        self._file.seek(max(0, self._size - _END.size - _LOCATOR_64.size - _END_64.size))
        tail = self._file.read()
        if len(tail) < _END.size:
            raise Refused("NOT_A_ZIP")
        count, length, offset = (_END.unpack(tail[-_END.size :])[index] for index in (3, 5, 6))
        end = b""
        if count == 0xFFFF and len(tail) == _END.size + _LOCATOR_64.size + _END_64.size:
            found = _END_64.unpack_from(tail)
            if found[0] == b"PK\6\6":
                count = found[6]
                end = _END_64.pack(b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, offset)
                end += _LOCATOR_64.pack(b"PK\6\7", 0, offset + length, 1)
        end += _END.pack(b"PK\5\6", 0, 0, min(count, 0xFFFF), min(count, 0xFFFF), length, offset, 0)
        if tail[-len(end) :] != end or offset + length + len(end) != self._size:
            raise Refused("END_WRONG")
        if count > MEMBERS_MAX or length > count * (_CENTRAL.size + NAME_BYTES_MAX):
            raise Refused("TOO_MANY_MEMBERS", maximum=MEMBERS_MAX)
        return count, length, offset

    @staticmethod
    def _check_packing(member: Member) -> None:
        if member.method == _STORED and member.packed != member.size:
            raise Refused("MEMBER_NOT_AS_STATED", name=member.name)
        if member.size > RATIO_FREE_BYTES and member.size > RATIO_MAX * member.packed:
            raise Refused("BOMB", name=member.name, size=member.size, packed=member.packed)


class FolderPackage:
    """The members of an unpacked package; links and other things that are no files are refused."""

    is_archive = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.sizes: dict[str, int] = {}
        for parent, folders, files in os.walk(folder):
            for name in folders + files:
                path = Path(parent, name)
                found = path.lstat()
                member = path.relative_to(folder).as_posix()
                if stat.S_ISREG(found.st_mode):
                    self.sizes[member] = found.st_size
                elif not stat.S_ISDIR(found.st_mode):
                    raise Refused("NOT_A_FILE", name=member)
                if len(self.sizes) > MEMBERS_MAX:
                    check_names(list(self.sizes))
        check_names(self.names)
        check_sizes(list(self.sizes.values()))

    @property
    def names(self) -> list[str]:
        """Names of all members, ascending."""
        return sorted(self.sizes)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The member's bytes; never more than the size its file had."""
        left = self.sizes[name]
        with (self._folder / name).open("rb") as file:
            while left:
                chunk = file.read(min(CHUNK, left))
                if not chunk:
                    return
                left -= len(chunk)
                yield chunk


# --- Log and map (sections 2, 3 and 5) --------------------------------------------------------------------


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of the joined parts."""
    return hashlib.sha256(b"".join(parts)).digest()


def u64(number: int) -> bytes:
    """8 bytes big-endian."""
    return number.to_bytes(8, "big")


def genesis(origin: str) -> bytes:
    """H(0)."""
    return sha256(b"ipledger/genesis/v1\0", origin.encode())


def link(previous: bytes, position: int, digest: bytes) -> bytes:
    """H(n) from H(n-1), n and D(n)."""
    return sha256(b"ipledger/link/v1\0", previous, u64(position), digest)


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf hash and its audit path give (RFC 9162 2.1.3.2); None if the path cannot fit."""
    node, last, result = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            result = sha256(b"\x01", sibling, result)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            result = sha256(b"\x01", result, sibling)
        node >>= 1
        last >>= 1
    return result if last == 0 else None


def roots_from_consistency(
    size1: int, root1: bytes, size2: int, path: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """The old and new root that a consistency proof gives (RFC 9162 2.1.4.2); None if it cannot fit."""
    if not 0 < size1 < size2 or not path:
        return None
    hashes = list(path)
    if size1 & (size1 - 1) == 0:
        hashes.insert(0, root1)
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old, new = sha256(b"\x01", sibling, old), sha256(b"\x01", sibling, new)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            new = sha256(b"\x01", new, sibling)
        node >>= 1
        last >>= 1
    return (old, new) if last == 0 else None


def map_leaf(key: bytes, value: bytes) -> bytes:
    """Hash of a leaf of the map."""
    return sha256(b"ipledger/map-leaf/v1\0", key, value)


def root_from_map_path(key: bytes, end: bytes, siblings: Sequence[bytes]) -> bytes:
    """The map root, from what stands where the path of `key` ends and the siblings from the root down."""
    result = end
    for depth in range(len(siblings) - 1, -1, -1):
        right = key[depth // 8] >> (7 - depth % 8) & 1
        pair = (siblings[depth], result) if right else (result, siblings[depth])
        result = sha256(b"ipledger/map-node/v1\0", *pair)
    return result


def shared_bits(one: bytes, other: bytes) -> int:
    """How many leading bits two keys have in common."""
    return 256 - (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_length()


# --- The signed note (section 6) --------------------------------------------------------------------------

NOTE_BYTES_MAX = 64 * 1024
LAST_SECOND = 253402300799  # of the year 9999, in POSIX seconds
SIGNATURES_MAX = 100
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_ED25519, _COSIGNATURE = 1, 4
_NOTE_PREFIXES = ("", "", "", "chain ", "map ", "previous ", "suite ")


class Key(NamedTuple):
    """A C2SP verifier key: its name, the type of its signatures and an Ed25519 public key."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """First 4 bytes of SHA-256(name, newline, type, key)."""
        return sha256(self.name.encode(), b"\n", bytes([self.kind]), self.public)[:4]


class Line(NamedTuple):
    """A signature line of a note."""

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """A checkpoint with its signature lines; `text` is what is signed, `raw` what is time-stamped."""

    raw: bytes
    text: bytes
    origin: str
    size: int
    root: bytes
    chain: bytes
    map_root: bytes
    lines: tuple[Line, ...]


def _note_malformed(where: str, reason: str) -> Refused:
    return Refused("NOTE_MALFORMED", where=where, reason=reason)


def is_key_name(name: str) -> bool:
    """No plus sign, no space, no control character (C2SP signed-note); at most 255 characters."""
    if not 0 < len(name) <= 255 or "+" in name:
        return False
    return not any(sign.isspace() or unicodedata.category(sign)[0] == "C" for sign in name)


def read_note(raw: bytes, where: str) -> Note:
    """A checkpoint written in the one canonical way."""
    if len(raw) > NOTE_BYTES_MAX:
        raise _note_malformed(where, "too large")
    try:
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _note_malformed(where, "not UTF-8") from None
    text, separator, signatures = decoded.partition("\n\n")
    rows = text.split("\n")
    if not separator or not signatures.endswith("\n") or len(rows) != len(_NOTE_PREFIXES):
        raise _note_malformed(where, "lines missing or too many")
    if not all(row.startswith(prefix) for row, prefix in zip(rows, _NOTE_PREFIXES)):
        raise _note_malformed(where, "a line is not where it must be")
    values = [row[len(prefix) :] for row, prefix in zip(rows, _NOTE_PREFIXES)]
    hashes = [unbase64(value) for value in values[2:6]]
    if any(each is None or len(each) != 32 for each in hashes):
        raise _note_malformed(where, "a hash is not 32 bytes in base64")
    if not is_key_name(values[0]) or not _SIZE.fullmatch(values[1]) or values[6] != "sha256":
        raise _note_malformed(where, "origin, size or suite")
    root, chain, map_root = (each for each in hashes[:3] if each is not None)
    lines = _note_lines(signatures[:-1].split("\n"), where)
    return Note(raw, (text + "\n").encode(), values[0], int(values[1]), root, chain, map_root, lines)


def _note_lines(rows: list[str], where: str) -> tuple[Line, ...]:
    if len(rows) > SIGNATURES_MAX:
        raise _note_malformed(where, "too many signatures")
    lines: list[Line] = []
    for row in rows:
        parts = row.split(" ")
        signature = unbase64(parts[2]) if len(parts) == 3 else None
        if signature is None or parts[0] != "\u2014" or not is_key_name(parts[1]) or len(signature) <= 4:
            raise _note_malformed(where, "a signature line")
        line = Line(parts[1], signature[:4], signature[4:])
        if any(each[:2] == line[:2] for each in lines):
            raise _note_malformed(where, "a key signs twice")
        lines.append(line)
    return tuple(lines)


def read_key(text: str) -> Key | None:
    """A verifier key `<name>+<hex key id>+<base64>`; None if it is none."""
    parts = text.strip().split("+", 2)
    decoded = unbase64(parts[2]) if len(parts) == 3 else None
    if decoded is None or len(decoded) != 33 or decoded[0] not in (_ED25519, _COSIGNATURE):
        return None
    key = Key(parts[0], decoded[0], decoded[1:])
    return key if is_key_name(key.name) and key.id.hex() == parts[1] else None


# --- The openssl command ----------------------------------------------------------------------------------

_ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")
# RFC 8032 section 7.1, test 2: shows whether this openssl can check Ed25519 at all.
_KNOWN_KEY = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
_KNOWN_SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
_P256_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
# RFC 6979 appendix A.2.5, message "sample" with SHA-256: the same for ECDSA on P-256.
_KNOWN_POINT = bytes.fromhex(
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
)
_KNOWN_RS = bytes.fromhex(
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
)
_OPENSSL_VERSION = re.compile(rb"OpenSSL (?:1\.1\.1|[3-9]\.|[1-9][0-9]+\.)")


def pem(label: str, der: bytes) -> bytes:
    """PEM of DER bytes."""
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (
        label.encode(),
        base64.encodebytes(der),
        label.encode(),
    )


def unpem(label: str, data: bytes) -> list[bytes]:
    """The DER of every PEM block of that label."""
    pattern = rb"-----BEGIN %b-----\s*([A-Za-z0-9+/=\s]*?)\s*-----END %b-----" % ((label.encode(),) * 2)
    found = [unbase64(b"".join(match.split()).decode()) for match in re.findall(pattern, data)]
    return [der for der in found if der is not None]


class OpenSsl:
    """The `openssl` command: fixed arguments, files in a private folder, no configuration, time limits."""

    SECONDS = 30

    def __init__(self, path: str | None = None) -> None:
        self._path = path or _find_openssl()
        self._environment = {
            name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ
        }
        self._environment.update(LC_ALL="C", OPENSSL_CONF=os.devnull)
        self._can_ed25519: bool | None = None
        self._can_p256: bool | None = None
        self._can_stamp: bool | None = None

    def run(self, arguments: Sequence[str], files: dict[str, bytes]) -> bytes | None:
        """Standard output if the command succeeds over these files; None if it fails.

        Raises:
            Unjudged: OPENSSL_MISSING, OPENSSL_TIMEOUT.
        """
        if self._path is None:
            raise Unjudged("OPENSSL_MISSING")
        with tempfile.TemporaryDirectory(prefix="verify-") as folder:
            for name, content in files.items():
                Path(folder, name).write_bytes(content)
            try:
                done = subprocess.run(  # noqa: S603 - a fixed argument list, no shell
                    [self._path, *arguments],
                    cwd=folder,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    timeout=self.SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise Unjudged("OPENSSL_TIMEOUT") from None
            except OSError:
                raise Unjudged("OPENSSL_MISSING") from None
        return done.stdout if done.returncode == 0 else None

    def verifies_ed25519(self, public: bytes, signature: bytes, message: bytes) -> bool:
        """Whether this Ed25519 key made the signature.

        Raises:
            Unjudged: OPENSSL_MISSING, OPENSSL_TIMEOUT, ED25519_UNSUPPORTED.
        """
        if self._can_ed25519 is None:
            broken = _KNOWN_SIGNATURE[:-1] + b"\1"
            self._can_ed25519 = self._ed25519(_KNOWN_KEY, _KNOWN_SIGNATURE, b"\x72") and not self._ed25519(
                _KNOWN_KEY, broken, b"\x72"
            )
        if not self._can_ed25519:
            raise Unjudged("ED25519_UNSUPPORTED")
        return len(signature) == 64 and self._ed25519(public, signature, message)

    def _ed25519(self, public: bytes, signature: bytes, message: bytes) -> bool:
        arguments = [
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            "key.pem",
            "-rawin",
            "-in",
            "message",
            "-sigfile",
            "signature",
        ]
        key = pem("PUBLIC KEY", _ED25519_SPKI + public)
        return self.run(arguments, {"key.pem": key, "message": message, "signature": signature}) is not None

    def verifies_p256(self, point: bytes, signature: bytes, message: bytes) -> bool:
        """Whether this key (x and y) made the signature (r and s) by ECDSA with SHA-256 (RFC 7518, 3.4).

        Raises:
            Unjudged: OPENSSL_MISSING, OPENSSL_TIMEOUT, P256_UNSUPPORTED.
        """
        if self._can_p256 is None:
            known = self._p256(_KNOWN_POINT, _KNOWN_RS, b"sample")
            self._can_p256 = known and not self._p256(_KNOWN_POINT, _KNOWN_RS, b"simple")
        if not self._can_p256:
            raise Unjudged("P256_UNSUPPORTED")
        return len(signature) == 64 and self._p256(point, signature, message)

    def _p256(self, point: bytes, signature: bytes, message: bytes) -> bool:
        der = der_sequence(der_unsigned(signature[:32]) + der_unsigned(signature[32:]))
        return self.verifies_digest(_P256_SPKI + point, "sha256", der, message)

    def verifies_digest(self, spki: bytes, digest: str, signature: bytes, message: bytes) -> bool:
        """Whether this RSA (PKCS #1 v1.5) or ECDSA key made the signature."""
        arguments = ["dgst", f"-{digest}", "-verify", "key.pem", "-signature", "signature", "message"]
        files = {"key.pem": pem("PUBLIC KEY", spki), "signature": signature, "message": message}
        return self.run(arguments, files) is not None

    def verifies_stamp(
        self, data: bytes, answer: bytes, roots: Sequence[bytes], chain: Sequence[bytes], at: datetime
    ) -> bool:
        """Whether `openssl ts -verify` accepts the answer, its certificates judged at its own time.

        Raises:
            Unjudged: OPENSSL_MISSING, OPENSSL_TIMEOUT, OPENSSL_UNSUITABLE.
        """
        if self._can_stamp is None:
            self._can_stamp = bool(_OPENSSL_VERSION.match(self.run(["version"], {}) or b""))
        if not self._can_stamp:
            raise Unjudged("OPENSSL_UNSUITABLE")
        files = {
            "checkpoint": data,
            "token.tsr": answer,
            "root.pem": b"".join(pem("CERTIFICATE", root) for root in roots),
        }
        arguments = ["ts", "-verify", "-data", "checkpoint", "-in", "token.tsr", "-CAfile", "root.pem"]
        if chain:
            files["chain.pem"] = b"".join(pem("CERTIFICATE", each) for each in chain)
            arguments += ["-untrusted", "chain.pem"]
        # Level 2: no SHA-1 and no RSA below 2048 bits in the chain.
        arguments += ["-attime", str(int(at.timestamp())), "-auth_level", "2"]
        return self.run(arguments, files) is not None


def _find_openssl() -> str | None:
    """The command on PATH; never one from the current folder, which may be that of the package."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        for name in ("openssl", "openssl.exe"):
            path = Path(folder, name)
            if folder and Path(folder).is_absolute() and path.is_file() and os.access(path, os.X_OK):
                return str(path)
    return None


# --- DER and certificates ---------------------------------------------------------------------------------

_SEQUENCE, _SET, _INTEGER, _BOOLEAN, _BITS, _OCTETS, _OID = 0x30, 0x31, 0x02, 0x01, 0x03, 0x04, 0x06
_ENUMERATED, _UTC_TIME, _GENERALIZED_TIME = 0x0A, 0x17, 0x18
_GENERALIZED = re.compile(rb"([0-9]{14})(?:\.([0-9]*[1-9]))?Z")


class DerError(Exception):
    """The bytes are not the DER they must be."""


def der_sequence(content: bytes) -> bytes:
    """A SEQUENCE of at most 127 bytes."""
    return bytes([0x30, len(content)]) + content


def der_unsigned(number: bytes) -> bytes:
    """The INTEGER of an unsigned big-endian number, in its shortest form."""
    shortest = number.lstrip(b"\0") or b"\0"
    padded = b"\0" + shortest if shortest[0] & 0x80 else shortest
    return bytes([0x02, len(padded)]) + padded


class Node(NamedTuple):
    """One element of DER: its tag, all its bytes, and its content."""

    tag: int
    raw: bytes
    content: bytes


def der_elements(data: bytes) -> list[Node]:
    """The elements that lie one behind the other in `data`."""
    nodes: list[Node] = []
    at = 0
    while at < len(data):
        if len(data) - at < 2 or data[at] & 0x1F == 0x1F:
            raise DerError("cut short or with a long tag")
        length, start = data[at + 1], at + 2
        if length >= 0x80:
            octets = length & 0x7F
            length = int.from_bytes(data[start : start + octets], "big")
            start += octets
            if not 1 <= octets <= 4 or length < 0x80 or length >> (8 * (octets - 1)) == 0:
                raise DerError("a length is indefinite or not written shortest")
        end = start + length
        if end > len(data):
            raise DerError("cut short")
        nodes.append(Node(data[at], data[at:end], data[start:end]))
        at = end
    return nodes


def der_single(data: bytes, tag: int) -> Node:
    """The one element that `data` is."""
    nodes = der_elements(data)
    if len(nodes) != 1 or nodes[0].tag != tag:
        raise DerError("bytes behind the element, or another element")
    return nodes[0]


def der_check(node: Node, depth: int = 0) -> None:
    """Accept definite shortest lengths at every level; sets need not be in order (real tokens err)."""
    if depth > 40:
        raise DerError("nested too deep")
    if node.tag & 0x20:
        for child in der_elements(node.content):
            der_check(child, depth + 1)


class Fields:
    """The elements of a sequence, taken from first to last."""

    def __init__(self, node: Node, tag: int = _SEQUENCE) -> None:
        if node.tag != tag:
            raise DerError("another element than expected")
        self._nodes = der_elements(node.content)

    def take(self, tag: int) -> Node:
        """The next element, of this tag."""
        if not self._nodes or self._nodes[0].tag != tag:
            raise DerError("an element is missing or out of place")
        return self._nodes.pop(0)

    def take_if(self, *tags: int) -> Node | None:
        """The next element if it has one of these tags."""
        return self._nodes.pop(0) if self._nodes and self._nodes[0].tag in tags else None

    def end(self) -> None:
        """Nothing may be left."""
        if self._nodes:
            raise DerError("elements behind the last one")


def der_integer(node: Node) -> int:
    """An INTEGER or ENUMERATED, written shortest."""
    content = node.content
    if not content or (len(content) > 1 and content[0] in (0, 0xFF) and content[0] >> 7 == content[1] >> 7):
        raise DerError("an integer is not written shortest")
    return int.from_bytes(content, "big", signed=True)


def der_oid(node: Node) -> str:
    """An OBJECT IDENTIFIER in dots."""
    if node.tag != _OID or not node.content or node.content[-1] & 0x80:
        raise DerError("no object identifier")
    arcs, value = [], 0
    for octet in node.content:
        if value == 0 and octet == 0x80:
            raise DerError("an object identifier is not written shortest")
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


def der_time(node: Node) -> datetime:
    """A UTCTime (RFC 5280) or GeneralizedTime, in UTC."""
    text, fraction = node.content, b""
    if node.tag == _UTC_TIME:
        text = (b"19" if text[:2] >= b"50" else b"20") + text
    elif node.tag != _GENERALIZED_TIME:
        raise DerError("no time")
    match = _GENERALIZED.fullmatch(text)
    if not match:
        raise DerError("a time is not written as it must be")
    fraction = (match[2] or b"")[:6].ljust(6, b"0")
    try:
        moment = datetime.strptime(match[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise DerError("no such time") from None
    return moment + timedelta(microseconds=int(fraction))


def der_bits(node: Node) -> bytes:
    """A BIT STRING of whole bytes."""
    if node.tag != _BITS or node.content[:1] != b"\0":
        raise DerError("no bit string of whole bytes")
    return node.content[1:]


def der_algorithm(node: Node) -> tuple[str, bytes]:
    """An AlgorithmIdentifier: its OID, and the DER of its parameters."""
    nodes = der_elements(node.content)
    if node.tag != _SEQUENCE or not 1 <= len(nodes) <= 2:
        raise DerError("no algorithm identifier")
    return der_oid(nodes[0]), b"".join(each.raw for each in nodes[1:])


class Certificate(NamedTuple):
    """What the checks read of an X.509 certificate."""

    raw: bytes
    serial: int
    issuer: bytes
    subject: bytes
    not_after: datetime
    spki: bytes
    extensions: dict[str, tuple[bool, bytes]]


def read_certificate(der: bytes) -> Certificate:
    """A certificate (RFC 5280 section 4.1)."""
    outer = Fields(der_single(der, _SEQUENCE))
    tbs = Fields(outer.take(_SEQUENCE))
    tbs.take_if(0xA0)
    serial = der_integer(tbs.take(_INTEGER))
    tbs.take(_SEQUENCE)
    issuer = tbs.take(_SEQUENCE).raw
    validity = der_elements(tbs.take(_SEQUENCE).content)
    if len(validity) != 2:
        raise DerError("a certificate without validity")
    subject, spki = tbs.take(_SEQUENCE).raw, tbs.take(_SEQUENCE).raw
    tbs.take_if(0x81, 0xA1)
    tbs.take_if(0x82, 0xA2)
    wrapper = tbs.take_if(0xA3)
    tbs.end()
    extensions = read_extensions(der_single(wrapper.content, _SEQUENCE)) if wrapper else {}
    return Certificate(der, serial, issuer, subject, der_time(validity[1]), spki, extensions)


def read_extensions(node: Node) -> dict[str, tuple[bool, bytes]]:
    """Extensions by OID: whether critical, and the value's DER."""
    found: dict[str, tuple[bool, bytes]] = {}
    for each in der_elements(node.content):
        fields = Fields(each)
        oid = der_oid(fields.take(_OID))
        critical = fields.take_if(_BOOLEAN)
        value = fields.take(_OCTETS).content
        fields.end()
        if oid in found or (critical is not None and critical.content != b"\xff"):
            raise DerError("an extension stands twice, or its flag is not DER")
        found[oid] = (critical is not None, value)
    return found


def display_name(name: bytes) -> str:
    """The texts of a distinguished name, joined; for people only."""
    texts: list[str] = []
    for group in der_elements(der_single(name, _SEQUENCE).content):
        for attribute in der_elements(group.content):
            parts = der_elements(attribute.content)
            if len(parts) == 2:
                encoding = "utf-16-be" if parts[1].tag == 0x1E else "utf-8"
                texts.append(parts[1].content.decode(encoding, "replace"))
    return ", ".join(texts)


# --- Time-stamp tokens (section 7, RFC 3161, RFC 5816) ----------------------------------------------------

ANSWER_BYTES_MAX = 1024 * 1024
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the authority's clock may be ahead of the verifier's."""

IMPRINTS = {"2.16.840.1.101.3.4.2.1": "sha256"}
"""Algorithms of the imprint: the format has one."""
_SHA2 = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_SHA1 = "1.3.14.3.2.26"
_RSA = "1.2.840.113549.1.1.1"
_EC = "1.2.840.10045.2.1"
_SIGNATURE_DIGESTS = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_WEAK_SIGNATURES = {
    "1.2.840.113549.1.1.2",
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "1.2.840.10045.4.1",
    "1.2.840.10045.4.3.1",
    "1.2.840.10040.4.3",
}
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_KEY_USAGE, _EXTENDED_KEY_USAGE = "2.5.29.15", "2.5.29.37"
_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
_REASON, _EXPIRED_ON_LIST = "2.5.29.21", "2.5.29.60"
_KEY_WAS_SAFE = {0, 3, 4, 5}
_DER_NULL = b"\x05\x00"


class Stamp(NamedTuple):
    """What a token says, read from its DER; nothing of it is trusted yet."""

    imprint_algorithm: str
    imprint: bytes
    policy: str
    serial: int
    gen_time: datetime
    accuracy: timedelta | None
    info: bytes
    digest_algorithm: str
    signature_algorithm: str
    signer: tuple[bytes, int] | None
    attributes: dict[str, list[Node]]
    certificates: tuple[bytes, ...]


def read_answer(answer: bytes) -> Stamp:
    """The token in an authority's whole answer (TimeStampResp), which must have granted it."""
    if len(answer) > ANSWER_BYTES_MAX:
        raise Refused("TOKEN_TOO_LARGE")
    outer = der_single(answer, _SEQUENCE)
    der_check(outer)
    fields = Fields(outer)
    status = der_integer(Fields(fields.take(_SEQUENCE)).take(_INTEGER))
    if status not in (0, 1):
        raise Refused("TOKEN_NOT_GRANTED", status=status)
    content = Fields(fields.take(_SEQUENCE))
    fields.end()
    if der_oid(content.take(_OID)) != _SIGNED_DATA:
        raise DerError("no signed data")
    wrapped = der_single(content.take(0xA0).content, _SEQUENCE)
    content.end()
    return _read_signed_data(wrapped)


def _read_signed_data(node: Node) -> Stamp:
    """SignedData of RFC 5652 section 5.1 over a TSTInfo."""
    fields = Fields(node)
    fields.take(_INTEGER)
    fields.take(_SET)
    encapsulated = Fields(fields.take(_SEQUENCE))
    if der_oid(encapsulated.take(_OID)) != _TST_INFO:
        raise Refused("TOKEN_CONTENT_TYPE")
    info = der_single(encapsulated.take(0xA0).content, _OCTETS).content
    encapsulated.end()
    certificates = fields.take_if(0xA0)
    fields.take_if(0xA1)
    signers = der_elements(fields.take(_SET).content)
    fields.end()
    if len(signers) != 1:
        raise Refused("TOKEN_SIGNERS", count=len(signers))
    embedded = der_elements(certificates.content) if certificates else []
    raw_certificates = tuple(each.raw for each in embedded if each.tag == _SEQUENCE)
    return _read_signer(signers[0], info, raw_certificates)


def _read_signer(node: Node, info: bytes, certificates: tuple[bytes, ...]) -> Stamp:
    """SignerInfo of RFC 5652 section 5.3, together with the TSTInfo it signs."""
    fields = Fields(node)
    fields.take(_INTEGER)
    named = fields.take_if(_SEQUENCE)
    if named is None:
        fields.take(0x80)
    digest_algorithm, _ = der_algorithm(fields.take(_SEQUENCE))
    signed = fields.take_if(0xA0)
    signature_algorithm, _ = der_algorithm(fields.take(_SEQUENCE))
    fields.take(_OCTETS)
    fields.take_if(0xA1)
    fields.end()
    if signed is None:
        raise Refused("TOKEN_ATTRIBUTES")
    attributes: dict[str, list[Node]] = {}
    for each in der_elements(signed.content):
        parts = Fields(each)
        oid = der_oid(parts.take(_OID))
        values = der_elements(parts.take(_SET).content)
        parts.end()
        if oid in attributes:
            raise Refused("TOKEN_ATTRIBUTES")
        attributes[oid] = values
    signer = None
    if named is not None:
        name = Fields(named)
        signer = (name.take(_SEQUENCE).raw, der_integer(name.take(_INTEGER)))
        name.end()
    return _read_info(
        info,
        digest_algorithm=digest_algorithm,
        signature_algorithm=signature_algorithm,
        signer=signer,
        attributes=attributes,
        certificates=certificates,
    )


def _read_info(
    info: bytes,
    *,
    digest_algorithm: str,
    signature_algorithm: str,
    signer: tuple[bytes, int] | None,
    attributes: dict[str, list[Node]],
    certificates: tuple[bytes, ...],
) -> Stamp:
    """TSTInfo of RFC 3161 section 2.4.2, version 1."""
    outer = der_single(info, _SEQUENCE)
    der_check(outer)
    fields = Fields(outer)
    version = der_integer(fields.take(_INTEGER))
    if version != 1:
        raise Refused("TOKEN_VERSION", version=version)
    policy = der_oid(fields.take(_OID))
    imprint = Fields(fields.take(_SEQUENCE))
    imprint_algorithm, parameters = der_algorithm(imprint.take(_SEQUENCE))
    hashed = imprint.take(_OCTETS).content
    imprint.end()
    serial = der_integer(fields.take(_INTEGER))
    gen_time = der_time(fields.take(_GENERALIZED_TIME))
    accuracy = fields.take_if(_SEQUENCE)
    fields.take_if(_BOOLEAN)
    fields.take_if(_INTEGER)
    fields.take_if(0xA0)
    extensions = fields.take_if(0xA1)
    fields.end()
    if parameters not in (b"", _DER_NULL):
        raise DerError("the imprint's algorithm has parameters")
    if extensions is not None and any(
        critical for critical, _ in read_extensions(Node(_SEQUENCE, b"", extensions.content)).values()
    ):
        raise Refused("TOKEN_EXTENSION")
    return Stamp(
        imprint_algorithm,
        hashed,
        policy,
        serial,
        gen_time,
        _read_accuracy(accuracy),
        info,
        digest_algorithm,
        signature_algorithm,
        signer,
        attributes,
        certificates,
    )


def _read_accuracy(node: Node | None) -> timedelta | None:
    if node is None:
        return None
    fields = Fields(node)
    amounts = []
    for tag, limit in ((_INTEGER, 10**9), (0x80, 999), (0x81, 999)):
        part = fields.take_if(tag)
        amount = der_integer(part) if part else 0
        if not 0 <= amount <= limit:
            raise DerError("an accuracy out of range")
        amounts.append(amount)
    fields.end()
    return timedelta(seconds=amounts[0], milliseconds=amounts[1], microseconds=amounts[2])


def check_imprint(stamp: Stamp, data: bytes) -> None:
    """Accept a token whose imprint is the SHA-256 of `data`."""
    name = IMPRINTS.get(stamp.imprint_algorithm)
    if name is None:
        raise Refused("TOKEN_IMPRINT_ALGORITHM", oid=stamp.imprint_algorithm)
    if hashlib.new(name, data).digest() != stamp.imprint:
        raise Refused("TOKEN_IMPRINT")


def check_strength(stamp: Stamp) -> None:
    """Accept SHA-2 with RSA PKCS #1 v1.5 or ECDSA; leave open what `openssl ts` cannot judge."""
    if stamp.digest_algorithm == _SHA1 or stamp.signature_algorithm in _WEAK_SIGNATURES:
        raise Refused("TOKEN_WEAK", found=stamp.signature_algorithm)
    known = stamp.signature_algorithm in (_RSA, *_SIGNATURE_DIGESTS)
    if stamp.digest_algorithm not in _SHA2 or not known or stamp.signer is None:
        raise Unjudged("TOKEN_ALGORITHM_UNSUPPORTED", oid=stamp.signature_algorithm)
    digest = _SIGNATURE_DIGESTS.get(stamp.signature_algorithm)
    if digest is not None and digest != _SHA2[stamp.digest_algorithm]:
        raise Refused("TOKEN_ALGORITHMS_DIFFER")


def check_attributes(stamp: Stamp) -> None:
    """Accept signed attributes that cover the TSTInfo (RFC 5652 section 5.3)."""

    def only(oid: str) -> Node:
        values = stamp.attributes.get(oid, [])
        if len(values) != 1:
            raise Refused("TOKEN_ATTRIBUTES", oid=oid)
        return values[0]

    if der_oid(only(_CONTENT_TYPE)) != _TST_INFO:
        raise Refused("TOKEN_CONTENT_TYPE")
    digest = hashlib.new(_SHA2[stamp.digest_algorithm], stamp.info).digest()
    if only(_MESSAGE_DIGEST) != Node(_OCTETS, b"\x04" + bytes([len(digest)]) + digest, digest):
        raise Refused("TOKEN_SIGNS_OTHER")


def signer_certificate(stamp: Stamp, further: Sequence[Certificate]) -> Certificate:
    """The certificate the token names as its signer's: by issuer and number, and by its hash (ESSCertID)."""
    known = {each.raw: each for each in (*map(read_certificate, stamp.certificates), *further)}
    found = [each for each in known.values() if (each.issuer, each.serial) == stamp.signer]
    if not found:
        raise Unjudged("TOKEN_SIGNER_MISSING")
    named = [certificate for certificate in found if _is_named(stamp, certificate)]
    if not named:
        raise Refused("TOKEN_SIGNER_OTHER")
    return named[0]


def _is_named(stamp: Stamp, certificate: Certificate) -> bool:
    """Whether every signing-certificate attribute (v1, v2), of which one must be there, names it first."""
    attributes = [
        (oid, stamp.attributes[oid])
        for oid in (_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2)
        if oid in stamp.attributes
    ]
    for oid, values in attributes:
        if len(values) != 1:
            return False
        identifiers = der_elements(Fields(values[0]).take(_SEQUENCE).content)
        if not identifiers:
            return False
        fields = Fields(identifiers[0])
        algorithm = "sha1" if oid == _SIGNING_CERTIFICATE else "sha256"
        stated = fields.take_if(_SEQUENCE) if oid == _SIGNING_CERTIFICATE_V2 else None
        if stated is not None:
            algorithm = _SHA2.get(der_algorithm(stated)[0], "")
        if not algorithm:
            raise Unjudged("TOKEN_ALGORITHM_UNSUPPORTED", oid="ESSCertIDv2")
        # SHA-1 only names the certificate here (RFC 2634); the signature binds the key.
        if hashlib.new(algorithm, certificate.raw).digest() != fields.take(_OCTETS).content:
            return False
    return bool(attributes)


def check_signer(certificate: Certificate) -> None:
    """Accept a certificate for time-stamps only (RFC 3161 section 2.3), with a key that is strong enough."""
    critical, value = certificate.extensions.get(_EXTENDED_KEY_USAGE, (False, b""))
    purposes = [der_oid(each) for each in der_elements(der_single(value, _SEQUENCE).content)] if value else []
    if purposes != [_TIME_STAMPING] or not critical:
        raise Refused("TOKEN_EXTENDED_KEY_USAGE")
    if _KEY_USAGE in certificate.extensions:
        bits = der_single(certificate.extensions[_KEY_USAGE][1], _BITS).content
        # digitalSignature 0x80 and nonRepudiation 0x40 are the only uses a time-stamp needs.
        if len(bits) < 2 or not bits[1] & 0xC0 or bits[1] & 0x3F or any(bits[2:]):
            raise Refused("TOKEN_KEY_USAGE")
    spki = Fields(der_single(certificate.spki, _SEQUENCE))
    algorithm, _ = der_algorithm(spki.take(_SEQUENCE))
    if algorithm == _RSA:
        key = Fields(der_single(der_bits(spki.take(_BITS)), _SEQUENCE))
        bit_length = der_integer(key.take(_INTEGER)).bit_length()
        if bit_length < 2048:
            raise Refused("TOKEN_WEAK", found=f"RSA {bit_length}")
    elif algorithm != _EC:
        raise Unjudged("TOKEN_ALGORITHM_UNSUPPORTED", oid=algorithm)


class RevocationList(NamedTuple):
    """What the checks read of a CRL (RFC 5280 section 5.1)."""

    tbs: bytes
    issuer: bytes
    digest: str | None
    signature: bytes
    this_update: datetime
    next_update: datetime | None
    revoked: dict[int, tuple[datetime, int | None]]
    keeps_expired_since: datetime | None
    is_partial: bool


def read_revocation_list(der: bytes) -> RevocationList:
    """A CRL."""
    root = der_single(der, _SEQUENCE)
    der_check(root)
    outer = Fields(root)
    tbs_node = outer.take(_SEQUENCE)
    algorithm, _ = der_algorithm(outer.take(_SEQUENCE))
    signature = der_bits(outer.take(_BITS))
    outer.end()
    tbs = Fields(tbs_node)
    tbs.take_if(_INTEGER)
    tbs.take(_SEQUENCE)
    issuer = tbs.take(_SEQUENCE).raw
    updates = [tbs.take_if(_UTC_TIME, _GENERALIZED_TIME) for _ in range(2)]
    if updates[0] is None:
        raise DerError("a list without its time")
    rows = tbs.take_if(_SEQUENCE)
    wrapper = tbs.take_if(0xA0)
    tbs.end()
    extensions = read_extensions(der_single(wrapper.content, _SEQUENCE)) if wrapper else {}
    kept = extensions.get(_EXPIRED_ON_LIST)
    return RevocationList(
        tbs_node.raw,
        issuer,
        _SIGNATURE_DIGESTS.get(algorithm),
        signature,
        der_time(updates[0]),
        der_time(updates[1]) if updates[1] else None,
        dict(_read_revoked(row) for row in (der_elements(rows.content) if rows else [])),
        der_time(der_single(kept[1], _GENERALIZED_TIME)) if kept else None,
        any(critical for critical, _ in extensions.values()),
    )


def _read_revoked(row: Node) -> tuple[int, tuple[datetime, int | None]]:
    fields = Fields(row)
    serial = der_integer(fields.take(_INTEGER))
    moment = fields.take_if(_UTC_TIME, _GENERALIZED_TIME)
    wrapper = fields.take_if(_SEQUENCE)
    fields.end()
    if moment is None:
        raise DerError("a revocation without its time")
    reason = read_extensions(wrapper).get(_REASON) if wrapper else None
    return serial, (der_time(moment), der_integer(der_single(reason[1], _ENUMERATED)) if reason else None)


@dataclass(frozen=True)
class Judged:
    """A token that was accepted, and by which root."""

    stamp: Stamp
    signer: str
    root: Certificate
    revocation: datetime | None
    """Time of the revocation list that speaks for the signer; None where none was given."""


def judge_token(
    answer: bytes,
    data: bytes,
    *,
    roots: Sequence[Certificate],
    chain: Sequence[Certificate],
    lists: Sequence[RevocationList],
    clock: datetime,
    openssl: OpenSsl,
) -> Judged:
    """Accept an authority's answer over `data` as a time that a trusted root stands behind.

    Raises:
        Refused: what is wrong with it.
        Unjudged: what could not be judged here.
    """
    try:
        stamp = read_answer(answer)
        check_imprint(stamp, data)
        check_strength(stamp)
        check_attributes(stamp)
        signer = signer_certificate(stamp, chain)
        check_signer(signer)
        embedded = [read_certificate(each) for each in stamp.certificates]
        name = display_name(signer.subject)
    except DerError as error:
        raise Refused("TOKEN_MALFORMED", reason=str(error)) from None
    if stamp.gen_time > clock + CLOCK_TOLERANCE:
        raise Refused("TOKEN_IN_FUTURE", time=_utc(stamp.gen_time))
    if not roots:
        raise Unjudged("ROOTS_NOT_GIVEN")
    further = [each.raw for each in chain]

    def leads_to(trusted: Sequence[Certificate]) -> bool:
        return openssl.verifies_stamp(data, answer, [each.raw for each in trusted], further, stamp.gen_time)

    root = next((each for each in roots if leads_to([each])), None) if leads_to(roots) else None
    if root is None:
        raise Refused("TOKEN_NOT_VERIFIED")
    above = [*embedded, *chain, *roots]
    listed = check_revocation(signer, above, lists, at=stamp.gen_time, clock=clock, openssl=openssl)
    return Judged(stamp, name, root, listed)


def check_revocation(
    signer: Certificate,
    above: Sequence[Certificate],
    lists: Sequence[RevocationList],
    *,
    at: datetime,
    clock: datetime,
    openssl: OpenSsl,
) -> datetime | None:
    """The time of the list that says the signer was not revoked for `at`; None where no list is its issuer's.

    A time-stamp stays good if the certificate was revoked later for a reason that says the key was never in
    other hands; it is void if the key was compromised or no reason is stated (RFC 3161 section 4).

    Raises:
        Refused: TOKEN_REVOKED.
        Unjudged: REVOCATION_UNKNOWN, the issuer's lists given do not speak about that time.
    """
    covered: datetime | None = None
    has_list = False
    waiting, seen = [signer], set()
    while waiting:
        certificate = waiting.pop()
        issuers = [each for each in above if each.subject == certificate.issuer]
        for each in lists:
            if each.this_update > clock or not _is_from(each, issuers, openssl):
                continue
            revoked_at, reason = each.revoked.get(certificate.serial, (None, None))
            if revoked_at is not None and (reason not in _KEY_WAS_SAFE or revoked_at <= at):
                raise Refused("TOKEN_REVOKED", name=display_name(certificate.subject), time=_utc(revoked_at))
            if certificate is signer:
                has_list = True
                covered = each.this_update if _covers(each, certificate, at) else covered
        seen.add(certificate.raw)
        waiting += [each for each in issuers if each.raw not in seen]
    if has_list and covered is None:
        raise Unjudged("REVOCATION_UNKNOWN")
    return covered


def _is_from(each: RevocationList, issuers: Sequence[Certificate], openssl: OpenSsl) -> bool:
    if each.digest is None:
        return False
    return any(
        issuer.subject == each.issuer
        and openssl.verifies_digest(issuer.spki, each.digest, each.signature, each.tbs)
        for issuer in issuers
    )


def _covers(each: RevocationList, certificate: Certificate, at: datetime) -> bool:
    """Would this list name the certificate, had it been revoked by then? Lists drop expired certificates."""
    late_enough = each.next_update is None or at <= each.next_update or at <= each.this_update
    kept = each.keeps_expired_since
    still_listed = each.this_update <= certificate.not_after or (
        kept is not None and kept <= certificate.not_after
    )
    return late_enough and still_listed and not each.is_partial


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(sep=" ", timespec="auto").replace("+00:00", " UTC")


# --- Entries (section 1) ----------------------------------------------------------------------------------

_TAG = re.compile(
    r"(asset|party|license|pledge|freeze|pool|case|record|document|subject|seal):[^\s\0][^\n\0]{0,255}"
)
_TYPE = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}")
_NO_PREVIOUS = "0" * 64
SECURITY = ("pledge", "lien")


class Entry(NamedTuple):
    """An entry of the package: where it stands, its digest, and what it says."""

    position: int
    digest: str
    value: dict[str, Any]

    def links(self) -> dict[str, tuple[int, str]]:
        """For each right, which of its entries this is, and the digest of the one before."""
        return {right: (seq, previous) for right, seq, previous in self.value["assets"]}

    def commits_to(self, sha256_hex: str) -> bool:
        """Whether it names a file: as its source, or by a tag as a document or as the command submitted."""
        source = self.value["source"] or {}
        tags = {f"document:{sha256_hex}", f"record:command:{sha256_hex}"}
        return source.get("digest") == sha256_hex or not tags.isdisjoint(self.value["subjects"])


def _is_sorted_texts(value: Any) -> bool:
    return is_texts(value) and value == sorted(set(value))


def _is_source(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, dict) or value.keys() != {"register", "number", "digest", "media_type"}:
        return False
    return all(isinstance(each, str) for each in value.values()) and is_hex(value["digest"])


def _is_link(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 3:
        return False
    right, seq, previous = value
    return is_text(right) and is_count(seq) and is_hex(previous) and (seq == 1) == (previous == _NO_PREVIOUS)


def _is_recorded_at(value: Any) -> bool:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return False
    try:
        datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007 - only whether there is such a time
    except ValueError:
        return False
    return True


_ENTRY_MEMBERS: dict[str, Predicate] = {
    "v": lambda value: type(value) is int and value == 1,
    "type": lambda value: isinstance(value, str) and bool(_TYPE.fullmatch(value)),
    "type_v": is_count,
    "class": lambda value: value in ("PARTY", "AUTHORITY", "OPERATOR"),
    "subjects": lambda value: _is_sorted_texts(value) and all(_TAG.fullmatch(tag) for tag in value),
    "assets": lambda value: isinstance(value, list) and all(_is_link(each) for each in value),
    "effective_at": is_moment,
    "recorded_at": _is_recorded_at,
    "actor": is_text,
    "command_id": is_text,
    "source": _is_source,
    "data": lambda value: isinstance(value, dict),
    "commitments": lambda value: _is_sorted_texts(value) and all(is_base64url(each, 32) for each in value),
    "salt": lambda value: is_base64url(value, 16),
}


def read_entry(position: int, raw: bytes) -> Entry:
    """An entry of version 1."""
    where = f"entries/{position}.json"
    value = load_canonical(raw, where)
    check_shape(value, _ENTRY_MEMBERS, where)
    tagged = [tag[len("asset:") :] for tag in value["subjects"] if tag.startswith("asset:")]
    if [row[0] for row in value["assets"]] != tagged:
        raise malformed(where, "its rights and its tags differ")
    return Entry(position, sha256(raw).hex(), value)


# --- Signatures of acts (section 12) ----------------------------------------------------------------------

HEADER_LENGTH_MAX = 1024
_P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
_P256_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_ED25519_PRIME = 2**255 - 19
_ED25519_D = -121665 * pow(121666, _ED25519_PRIME - 2, _ED25519_PRIME) % _ED25519_PRIME
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+/-]{1,127}")
_ALGORITHMS = {("OKP", "Ed25519"): "EdDSA", ("EC", "P-256"): "ES256"}
_JWK_MEMBERS = {"kty", "crv", "x", "y", "kid", "alg", "use", "key_ops", "ext"}


class JwsError(Exception):
    """A key or signature that is not as section 12 says; the argument says why."""


class SigningKey(NamedTuple):
    """A party's public key: its algorithm, its coordinates, and its thumbprint (RFC 7638)."""

    algorithm: str
    public: bytes
    kid: str


def read_jwk(value: Any) -> SigningKey:
    """A public key: Ed25519 (RFC 8037) or P-256 (RFC 7518, 6.2).

    Raises:
        JwsError.
    """
    if not isinstance(value, dict) or value.keys() - _JWK_MEMBERS:
        raise JwsError("the key has members that no public key has")
    kty, crv = value.get("kty"), value.get("crv")
    algorithm = _ALGORITHMS.get((kty, crv)) if isinstance(kty, str) and isinstance(crv, str) else None
    if algorithm is None:
        raise JwsError("the key is neither Ed25519 nor P-256")
    stated = {"alg": algorithm, "use": "sig", "key_ops": ["verify"]}
    if any(value.get(name, right) != right for name, right in stated.items()):
        raise JwsError("the key is for another use")
    if type(value.get("ext", True)) is not bool:
        raise JwsError("the key is for another use")
    names = ("crv", "kty", "x") if algorithm == "EdDSA" else ("crv", "kty", "x", "y")
    coordinates = [value.get(name) for name in names[2:]]
    if ("y" in value) != ("y" in names) or not all(is_base64url(each, 32) for each in coordinates):
        raise JwsError("a coordinate is not 32 bytes in base64url")
    public = b"".join(unbase64url(str(each)) or b"" for each in coordinates)
    if not (_is_ed25519(public) if algorithm == "EdDSA" else _is_p256(public)):
        raise JwsError("the key is no point that can serve as one")
    named = json.dumps({name: value[name] for name in names}, separators=(",", ":"))
    kid = base64.urlsafe_b64encode(sha256(named.encode())).decode().rstrip("=")
    if value.get("kid", kid) != kid:
        raise JwsError("the key is not named by its thumbprint")
    return SigningKey(algorithm, public, kid)


def _is_p256(point: bytes) -> bool:
    x, y = int.from_bytes(point[:32], "big"), int.from_bytes(point[32:], "big")
    return max(x, y) < _P256_PRIME and (y * y - (x * x * x - 3 * x + _P256_B)) % _P256_PRIME == 0


def _is_ed25519(encoded: bytes) -> bool:
    """A point in its only encoding and not of small order: under one of these anybody can sign."""
    prime, d = _ED25519_PRIME, _ED25519_D
    y = int.from_bytes(encoded, "little") % 2**255
    small = y in (0, 1, prime - 1) or (d * y**4 + 2 * y * y - 1) % prime == 0
    has_root = pow((y * y - 1) * (d * y * y + 1) % prime, (prime - 1) // 2, prime) == 1
    return y < prime and not small and has_root


def read_protected(text: str) -> dict[str, Any]:
    """A protected header with `alg`, `kid` and `b64`, read strictly.

    Raises:
        JwsError.
    """
    decoded = unbase64url(text) if len(text) <= HEADER_LENGTH_MAX else None
    if not decoded:
        raise JwsError("the header is not base64url")

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        header = json.loads(decoded.decode("utf-8"), object_pairs_hook=members)
    except (ValueError, RecursionError):
        raise JwsError("the header is not JSON that names each member once") from None
    if not isinstance(header, dict) or header.keys() - {"alg", "kid", "b64", "crit", "typ", "iat"}:
        raise JwsError("the header has members that are not understood")
    _check_protected(header)
    return {"b64": True, **header}


def _check_protected(header: dict[str, Any]) -> None:
    if header.get("alg") not in ("EdDSA", "ES256") or not is_base64url(header.get("kid"), 32):
        raise JwsError("the header names no algorithm or no key")
    paired = ("b64" in header) == ("crit" in header) and header.get("crit", ["b64"]) == ["b64"]
    if not paired or type(header.get("b64", True)) is not bool:
        raise JwsError("b64 and crit do not stand together")
    typ, iat = header.get("typ", "JOSE"), header.get("iat", 0)
    is_type = isinstance(typ, str) and bool(_MEDIA_TYPE.fullmatch(typ))
    if not is_type or type(iat) is not int or not 0 <= iat <= LAST_SECOND:
        raise JwsError("the header has members that are not understood")


def check_jws(said: dict[str, Any], text: bytes, openssl: OpenSsl) -> SigningKey:
    """The key that made this detached signature over the text (RFC 7515; RFC 7797 where `b64` is false).

    Raises:
        JwsError.
        Unjudged: this openssl cannot judge it.
    """
    key = read_jwk(said["jwk"])
    header = read_protected(said["protected"])
    if {said["kid"], header["kid"]} != {key.kid}:
        raise JwsError("the key is not named by its thumbprint")
    if header["alg"] != key.algorithm:
        raise JwsError("the header names another algorithm than the key's")
    signature = unbase64url(said["signature"])
    if signature is None or len(signature) != 64:
        raise JwsError("the signature is not 64 bytes in base64url")
    signed = base64.urlsafe_b64encode(text).rstrip(b"=") if header["b64"] else text
    message = said["protected"].encode() + b"." + signed
    verifies = openssl.verifies_ed25519 if key.algorithm == "EdDSA" else openssl.verifies_p256
    if not verifies(key.public, signature, message):
        raise JwsError("the key did not sign this text")
    return key


def read_signed_act(entry: Entry, origin: str) -> dict[str, Any]:
    """The data of an `act.signed`: the act, the text that was signed, and the signatures."""
    where = f"entries/{entry.position}.json"
    if entry.value["type_v"] != 1:
        raise Unjudged("SIGNED_ACT_UNKNOWN", position=entry.position)
    data: dict[str, Any] = entry.value["data"]
    texts = isinstance(data.get("act"), str) and isinstance(data.get("command"), str)
    if not texts or not data.get("signatures") or not _listed(data["signatures"], _is_detached):
        raise malformed(where, "it keeps no signed act")
    command = load_canonical(data["command"].encode(), f"{where}, command")
    if not isinstance(command, dict):
        raise malformed(where, "it keeps no signed act")
    if command.get("command_id") != data["act"]:
        raise Refused("SIGNED_ACT_OTHER", position=entry.position, act=data["act"])
    if "ledger" in command and command["ledger"] != origin:
        raise Refused("SIGNED_FOR_ANOTHER_LEDGER", position=entry.position, origin=origin)
    return data


def _is_detached(value: dict[str, Any]) -> bool:
    party = value.get("party")
    texts = all(isinstance(value.get(name), str) for name in ("kid", "protected", "signature"))
    named = isinstance(party, dict) and isinstance(party.get("name"), str)
    return texts and named and isinstance(value.get("jwk"), dict)


# --- Statement (section 4) --------------------------------------------------------------------------------


def _listed(value: Any, fits: Predicate) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) and fits(each) for each in value)


def _is_owner(value: Any) -> bool:
    if not isinstance(value, dict) or not is_text(value.get("name")):
        return False
    share = value.get("share")
    return isinstance(share, list) and len(share) == 2 and all(is_count(each) for each in share)


def _is_period(value: dict[str, Any]) -> bool:
    return is_optional_day(value.get("from", 0)) and _listed(value.get("owners"), _is_owner)


def _is_holding(value: dict[str, Any]) -> bool:
    return is_day(value.get("from")) and is_texts(value.get("names"))


def _is_encumbrance(value: dict[str, Any]) -> bool:
    texts = all(isinstance(value.get(name), str) for name in ("kind", "id", "register", "reference"))
    days = is_day(value.get("registered_on")) and all(
        is_optional_day(value.get(name, 0)) for name in ("until", "ended_on")
    )
    timed = is_text(value.get("time", "absent"))
    return texts and days and timed and _listed(value.get("holders"), _is_holding)


def _is_swap(value: dict[str, Any]) -> bool:
    return is_day(value.get("on")) and is_texts(value.get("pledges")) and len(value["pledges"]) == 2


def _is_flag(value: dict[str, Any]) -> bool:
    days = is_optional_day(value.get("since", 0)) and is_optional_day(value.get("until", 0))
    entries = value.get("entries")
    return days and is_text(value.get("code")) and isinstance(entries, list) and all(map(is_count, entries))


def read_statement(raw: bytes) -> dict[str, Any]:
    """A statement of version 1, as far as evaluating it needs."""
    where = "proofs/statement.json"
    value = load_canonical(raw, where)
    if not isinstance(value, dict) or value.get("v") != 1 or type(value["v"]) is not int:
        raise malformed(where, "it is not a statement of version 1")
    fits = (
        is_text(value.get("right"))
        and is_count(value.get("count"))
        and _listed(value.get("titles"), _is_period)
        and _listed(value.get("encumbrances"), _is_encumbrance)
        and _listed(value.get("flags"), _is_flag)
        and _listed(value.get("rank_swaps", []), _is_swap)
    )
    identifiers = [each["id"] for each in value["encumbrances"]] if fits else []
    if not fits or len(set(identifiers)) != len(identifiers):
        raise malformed(where, "a part of it is not as it must be")
    return value


def evaluate(statement: dict[str, Any], day: str) -> dict[str, Any]:
    """Owners, standing encumbrances with ranks and holding flags on a day (section 4)."""
    owners: list[dict[str, Any]] = []
    for period in statement["titles"]:
        if period["from"] is None or period["from"] <= day:
            owners = period["owners"]
    standing = [each for each in statement["encumbrances"] if _stands(each, day)]
    places = _places(statement, day)
    ranks = _ranks({each["id"]: places[each["id"]] for each in standing if each["kind"] in SECURITY})

    def order(item: dict[str, Any]) -> tuple[str, ...]:
        place = places.get(item["id"], (item["registered_on"], ""))
        return (*place, item["register"], item["reference"], item["id"])

    encumbrances = []
    for each in sorted(standing, key=order):
        holders = [step["names"] for step in each["holders"] if step["from"] <= day]
        first = [step["names"] for step in each["holders"][:1]]
        encumbrances.append(
            {
                "kind": each["kind"],
                "id": each["id"],
                "register": each["register"],
                "reference": each["reference"],
                "holders": (holders or first or [[]])[-1],
                "registered_on": each["registered_on"],
                "until": each["until"],
                "rank": ranks.get(each["id"]),
            }
        )
    flags = [
        {"code": flag["code"], "entries": flag["entries"]}
        for flag in statement["flags"]
        if (flag["since"] is None or flag["since"] <= day) and (flag["until"] is None or flag["until"] > day)
    ]
    shown = [{"name": owner["name"], "share": owner["share"]} for owner in owners]
    return {"as_of": day, "owners": shown, "encumbrances": encumbrances, "flags": flags}


def _places(statement: dict[str, Any], day: str) -> dict[str, tuple[str, str]]:
    """Day and time of registration of every security interest by its id, after the swaps by a day."""
    places = {
        each["id"]: (each["registered_on"], each.get("time", ""))
        for each in statement["encumbrances"]
        if each["kind"] in SECURITY
    }
    for swap in statement.get("rank_swaps", []):
        one, other = swap["pledges"]
        if swap["on"] <= day and one in places and other in places:
            places[one], places[other] = places[other], places[one]
    return places


def _ranks(places: dict[str, tuple[str, str]]) -> dict[str, int]:
    """The rank at each place: by day, and within a day by time where all of that day show one."""
    untimed = {on for on, time in places.values() if not time}
    counted = {key: (on, "" if on in untimed else time) for key, (on, time) in places.items()}
    return {key: 1 + sum(other < place for other in counted.values()) for key, place in counted.items()}


def _stands(item: dict[str, Any], day: str) -> bool:
    if item["registered_on"] > day:
        return False
    has_ended = item["ended_on"] is not None and item["ended_on"] <= day
    has_run_out = item["until"] is not None and item["until"] < day
    return not has_ended and not has_run_out


# --- The manifest (section 8.1) ---------------------------------------------------------------------------


def _is_ranked(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"id", "rank"}
        and is_text(value["id"])
        and is_count(value["rank"])
    )


CLAIMS: dict[str, dict[str, Predicate]] = {
    "entry": {"position": is_count},
    "history": {"right": is_text, "count": is_count, "head": is_hex},
    "status": {"right": is_text, "count": is_count, "head": is_hex, "statement": is_hex},
    "absent": {"right": is_text},
    "priority": {"right": is_text, "first": _is_ranked, "second": _is_ranked, "as_of": is_day},
    "order": {"first": is_count, "second": is_count},
    "document": {"sha256": is_hex, "position": is_count},
    "consistent": {"from": is_count, "to": is_count},
}
_OF_RIGHT = {"right": "right"}
KINDS: dict[str, tuple[tuple[tuple[str, dict[str, str]], ...], ...]] = {
    "entry": ((("entry", {"position": "position"}),),),
    "right": ((("history", _OF_RIGHT), ("status", _OF_RIGHT)),),
    "status": ((("status", _OF_RIGHT),), (("absent", _OF_RIGHT),)),
    "priority": (
        (
            ("priority", {"right": "right", "first": "first", "second": "second", "as_of": "as_of"}),
            ("history", _OF_RIGHT),
            ("status", _OF_RIGHT),
        ),
        (
            ("order", {"first": "first", "second": "second"}),
            ("entry", {"position": "first"}),
            ("entry", {"position": "second"}),
        ),
    ),
    "document": (
        (("document", {"sha256": "sha256", "position": "position"}), ("entry", {"position": "position"})),
    ),
    "consistency": ((("consistent", {"from": "from", "to": "to"}),),),
}
"""For each kind, alternatives; for each of them the claims to make, and what of them the request names."""

_MANIFEST_MEMBERS: dict[str, Predicate] = {
    "v": lambda value: type(value) is int and value == 1,
    "kind": lambda value: isinstance(value, str) and value in KINDS,
    "origin": lambda value: isinstance(value, str) and is_key_name(value),
    "request": lambda value: isinstance(value, dict),
    "checkpoint": lambda value: isinstance(value, dict),
    "claims": lambda value: isinstance(value, list) and bool(value),
    "files": lambda value: isinstance(value, list),
}
_FILE_MEMBERS: dict[str, Predicate] = {
    "name": is_text,
    "size": lambda value: type(value) is int and value >= 0,
    "sha256": is_hex,
}


def read_manifest(raw: bytes) -> dict[str, Any]:
    """A manifest of version 1 whose claims are known and well-formed."""
    value = load_canonical(raw, "manifest.json")
    if isinstance(value, dict) and is_count(value.get("v")) and value["v"] != 1:
        raise Unjudged("VERSION_UNKNOWN", v=value["v"])
    check_shape(value, _MANIFEST_MEMBERS, "manifest.json")
    check_shape(
        value["checkpoint"],
        {"size": is_count, "seal": lambda seal: seal is None or is_count(seal)},
        "manifest.json, checkpoint",
    )
    for claim in value["claims"]:
        name = claim.get("claim") if isinstance(claim, dict) else None
        if not isinstance(name, str) or name not in CLAIMS:
            raise malformed("manifest.json, claims", "a claim is unknown")
        check_shape(claim, {"claim": is_text, **CLAIMS[name]}, f"manifest.json, claim {name}")
    for each in value["files"]:
        check_shape(each, _FILE_MEMBERS, "manifest.json, files")
    names = [each["name"] for each in value["files"]]
    if names != sorted(set(names)):
        raise malformed("manifest.json, files", "they are not in ascending order, each once")
    return dict(value)


# --- Trust (section 8.3) ----------------------------------------------------------------------------------

TRUST_FILE_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True)
class Trust:
    """What the verifier brings."""

    given: bool = False
    operator: Key | None = None
    roots: tuple[Certificate, ...] = ()
    lists: tuple[RevocationList, ...] = ()
    checkpoints: tuple[tuple[str, Note], ...] = ()
    witnesses: tuple[Key, ...] = ()
    authorities_required: int = 1
    witnesses_required: int = 0
    parties: dict[str, frozenset[str]] | None = None
    """Thumbprints of each party's keys; None if there is no folder of them."""


def read_trust(folder: Path) -> Trust:
    """The trust in a folder.

    Raises:
        UsageError: there is no such folder, or a file in it is not what its name says.
    """
    if not folder.is_dir():
        raise UsageError("{path} is not a folder", "{path} 不是目录", path=folder)
    operator = _read_vkey(folder / "operator.vkey", _ED25519) if (folder / "operator.vkey").exists() else None
    policy = _read_policy(folder / "policy.json")
    roots: dict[bytes, Certificate] = {}
    lists: list[RevocationList] = []
    for path in sorted(folder.glob("authorities/*")):
        if path.suffix == ".pem":
            found = [_trusted(path, read_certificate, each) for each in unpem("CERTIFICATE", _bytes(path))]
            if not found:
                raise _unusable(path)
            roots.update((each.raw, each) for each in found)
        elif path.suffix == ".crl":
            blocks = unpem("X509 CRL", _bytes(path)) or [_bytes(path)]
            lists += [_trusted(path, read_revocation_list, each) for each in blocks]
    checkpoints = []
    for path in sorted(folder.glob("checkpoints/*.checkpoint")):
        try:
            checkpoints.append((path.name, read_note(_bytes(path), path.name)))
        except Refused:
            raise _unusable(path) from None
    return Trust(
        given=True,
        operator=operator,
        roots=tuple(roots.values()),
        lists=tuple(lists),
        checkpoints=tuple(checkpoints),
        witnesses=tuple(_read_vkey(path, _COSIGNATURE) for path in sorted(folder.glob("witnesses/*.vkey"))),
        authorities_required=policy.get("authorities", 1),
        witnesses_required=policy.get("witnesses", 0),
        parties=_read_parties(folder / "parties"),
    )


def _unusable(path: Path) -> UsageError:
    return UsageError(
        "{path} cannot be read, or is not what its name says", "{path} 无法读取，或与其名称不符", path=path
    )


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(TRUST_FILE_BYTES_MAX + 1)
    except OSError:
        raise _unusable(path) from None
    if len(content) > TRUST_FILE_BYTES_MAX:
        raise _unusable(path)
    return content


def _trusted(path: Path, read: Callable[[bytes], Any], der: bytes) -> Any:
    try:
        return read(der)
    except DerError:
        raise _unusable(path) from None


def _read_vkey(path: Path, kind: int) -> Key:
    key = read_key(_bytes(path).decode("utf-8", "replace"))
    if key is None or key.kind != kind:
        raise _unusable(path)
    return key


def _read_parties(folder: Path) -> dict[str, frozenset[str]] | None:
    if not folder.is_dir():
        return None
    parties: dict[str, frozenset[str]] = {}
    for path in sorted(folder.glob("*.jwk")):
        try:
            value = json.loads(_bytes(path).decode("utf-8"))
            if not isinstance(value, dict) or value.keys() != {"party", "jwk"} or not is_text(value["party"]):
                raise _unusable(path)
            name = unicodedata.normalize("NFC", value["party"])
            parties[name] = parties.get(name, frozenset()) | {read_jwk(value["jwk"]).kid}
        except (ValueError, RecursionError, JwsError):
            raise _unusable(path) from None
    return parties


def _read_policy(path: Path) -> dict[str, int]:
    if not path.exists():
        return {}
    try:
        value = json.loads(_bytes(path).decode("utf-8"))
    except (ValueError, RecursionError):
        raise _unusable(path) from None
    known = isinstance(value, dict) and value.keys() <= {"authorities", "witnesses"}
    if not known or not all(type(each) is int and each >= 0 for each in value.values()):
        raise _unusable(path)
    return dict(value)


# --- The checks (section 8.4) -----------------------------------------------------------------------------

CHECKS: dict[str, tuple[str, str]] = {
    "ARCHIVE": ("The package is packed as the format says.", "证据包按格式打包。"),
    "MANIFEST": ("Every file is listed with its size and digest.", "清单载明每个文件及其大小、摘要。"),
    "ENTRIES": ("Every entry is well-formed.", "每条记录格式正确。"),
    "CHECKPOINT": ("The checkpoint is that of the named ledger and size.", "检查点属于所称账本及其大小。"),
    "OPERATOR_SIGNATURE": ("The operator's key signed the checkpoint.", "检查点由运营方密钥签名。"),
    "INCLUSION": (
        "Every entry stands in the signed log at its position.",
        "每条记录均在已签名日志的所称位置。",
    ),
    "MAP": ("Every map proof leads to the signed map.", "每项映射证明均通向已签名的映射。"),
    "COMPLETENESS": ("All entries of the right are there, unbroken.", "该权利的全部记录齐全且连续。"),
    "STATEMENT": (
        "The statement is the one the signed map commits to, and follows from the entries if all are here.",
        "权利状态即已签名映射所承诺者；记录齐全时，由记录推出。",
    ),
    "CLAIMS": ("Every claim follows from what was checked.", "各项主张均由以上核验得出。"),
    "TOKENS": ("A trusted authority vouches for the time.", "受信时间戳机构为时间作证。"),
    "AUTHORITIES": ("As many independent authorities as required.", "独立时间戳机构数量达到要求。"),
    "CONSISTENCY": ("The checkpoint extends the earlier ones known.", "检查点延续此前已知的检查点。"),
    "WITNESSES": ("As many witnesses as required signed.", "见证方签名数量达到要求。"),
    "DISCLOSURES": ("Every opened field belongs to its entry.", "每个公开字段均属于其记录。"),
    "DOCUMENTS": ("Every document is the one its entry names.", "每份文件均为其记录所指。"),
    "SIGNATURES": (
        "Signed acts verify by the keys beside them; whose keys, only parties/ of the trust folder says.",
        "所签行为以所附密钥验签成立；密钥归属仅以受信目录 parties/ 为准。",
    ),
}
FINDINGS_MAX = 50


@dataclass
class Check:
    """One numbered check: how many things it looked at, and what it found wrong or could not judge."""

    number: int
    code: str
    subjects: int = 0
    findings: list[Refused] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    carried: bool = False
    """One good subject is enough: findings about others are reported and do not decide."""

    @property
    def outcome(self) -> str:
        """PASS, FAIL or INDETERMINATE."""
        outcomes = {finding.outcome for finding in self.findings}
        if self.carried or not outcomes:
            return PASS
        return FAIL if FAIL in outcomes else INDETERMINATE

    @contextmanager
    def item(self) -> Iterator[None]:
        """Look at one more thing; a refusal is kept and the next thing looked at."""
        self.subjects += 1
        try:
            yield
        except Refused as refused:
            self.findings.append(refused)


@dataclass
class Report:
    """All checks, and what follows from them."""

    checks: list[Check]
    claims: list[dict[str, Any]]
    facts: dict[str, Any]

    @property
    def verdict(self) -> str:
        """FAIL if one check fails, else INDETERMINATE if one is, else PASS."""
        outcomes = {check.outcome for check in self.checks}
        return next((each for each in (FAIL, INDETERMINATE) if each in outcomes), PASS)


Package = Any  # ZipPackage or FolderPackage


class Examination:
    """The checks over one package, in order; each leaves behind what the later ones stand on."""

    def __init__(
        self,
        open_package: Callable[[], Package],
        trust: Trust,
        *,
        openssl: OpenSsl,
        clock: datetime,
        as_of: str | None = None,
    ) -> None:
        self._open, self._trust, self._openssl, self._clock, self._as_of = (
            open_package,
            trust,
            openssl,
            clock,
            as_of,
        )
        self._package: Package | None = None
        self._measured: dict[str, tuple[int, str]] = {}
        self._manifest: dict[str, Any] | None = None
        self._note: Note | None = None
        self._entries: dict[int, Entry] = {}
        self._raw_digests: dict[int, bytes] = {}
        self._links: dict[int, tuple[bytes, bytes]] = {}
        self._leaves: dict[str, dict[str, Any] | None] = {}
        self._bad_keys: set[str] = set()
        self._map_read = False
        self._complete: set[str] = set()
        self._statement: dict[str, Any] | None = None
        self._consistent: set[tuple[int, int]] = set()
        self._judged: list[tuple[str, Judged]] = []
        self._signed: list[dict[str, Any]] = []
        self._checks: dict[str, Check] = {}

    def run(self) -> Report:
        """Make every check."""
        for number, code in enumerate(CHECKS, 1):
            check = self._checks[code] = Check(number, code)
            try:
                getattr(self, f"_check_{code.lower()}")(check)
            except Refused as refused:
                check.findings.append(refused)
        claims = self._claims() if self._manifest else []
        return Report(list(self._checks.values()), claims, self._facts())

    # What the checks share

    def _present(self, name: str) -> bool:
        return name in self._measured

    def _read(self, name: str, limit: int = JSON_BYTES_MAX) -> bytes:
        """A whole member.

        Raises:
            Refused: MEMBER_MISSING, MEMBER_TOO_LARGE.
        """
        if self._package is None or not self._present(name):
            raise Refused("MEMBER_MISSING", name=name)
        if self._measured[name][0] > limit:
            raise Refused("MEMBER_TOO_LARGE", name=name, limit=limit)
        return b"".join(self._package.chunks(name))

    def _need(self, *codes: str) -> None:
        """Stop a check that stands on others which did not pass."""
        for code in codes:
            if self._checks[code].outcome != PASS:
                raise not_reached(code)

    def _claims_of(self, *names: str) -> list[dict[str, Any]]:
        return [claim for claim in self._claims() if claim["claim"] in names]

    def _claims(self) -> list[dict[str, Any]]:
        assert self._manifest is not None
        return list(self._manifest["claims"])

    def _numbered(self, folder: str) -> list[int]:
        prefix = f"{folder}/"
        names = (name for name in self._measured if name.startswith(prefix))
        return sorted(int(name[len(prefix) : -len(".json")]) for name in names)

    def _leaf(self, right: str) -> dict[str, Any] | None:
        """What the signed map holds for a right; None for nothing.

        Raises:
            Refused: MAP_PROOF_MISSING.
            Unjudged: NOT_REACHED.
        """
        key_of = f"asset:{right}"
        if key_of in self._leaves:
            return self._leaves[key_of]
        if key_of in self._bad_keys or not self._map_read:
            raise not_reached("MAP")
        raise Refused("MAP_PROOF_MISSING", right=right)

    # 1 to 4: what the package is

    def _check_archive(self, check: Check) -> None:
        package = self._open()
        measured: dict[str, tuple[int, str]] = {}
        for name in package.names:
            size, digest = 0, hashlib.sha256()
            for chunk in package.chunks(name):
                size += len(chunk)
                digest.update(chunk)
            measured[name] = (size, digest.hexdigest())
        check.subjects = len(measured)
        self._package, self._measured = package, measured

    def _check_manifest(self, check: Check) -> None:
        self._need("ARCHIVE")
        manifest = read_manifest(self._read("manifest.json"))
        listed = {each["name"]: (each["size"], each["sha256"]) for each in manifest["files"]}
        found = {name: measure for name, measure in self._measured.items() if name != "manifest.json"}
        check.subjects = len(found)
        for name in sorted(listed.keys() | found.keys()):
            if listed.get(name) != found.get(name):
                reason = "differs from its size or digest"
                if name not in listed:
                    reason = "is not listed"
                elif name not in found:
                    reason = "is listed and missing"
                check.findings.append(Refused("FILE_MISMATCH", name=name, reason=reason))
        seal, size = manifest["checkpoint"]["seal"], manifest["checkpoint"]["size"]
        if seal is not None and seal <= size:
            raise malformed("manifest.json, checkpoint", "a seal is recorded behind what it seals")
        if not check.findings:
            self._manifest = manifest

    def _check_entries(self, check: Check) -> None:
        self._need("MANIFEST")
        latest = ""
        for position in self._numbered("entries"):
            with check.item():
                raw = self._read(f"entries/{position}.json")
                self._raw_digests[position] = sha256(raw)
                entry = read_entry(position, raw)
                if entry.value["recorded_at"] < latest:
                    raise Refused("RECORDED_BACKWARDS", position=position)
                latest = entry.value["recorded_at"]
                self._entries[position] = entry

    def _check_checkpoint(self, check: Check) -> None:
        self._need("MANIFEST")
        assert self._manifest is not None
        check.subjects = 1
        note = read_note(self._read("checkpoint", NOTE_BYTES_MAX), "checkpoint")
        stated = (self._manifest["origin"], self._manifest["checkpoint"]["size"])
        if (note.origin, note.size) != stated:
            raise Refused(
                "CHECKPOINT_OTHER", origin=note.origin, size=note.size, stated=f"{stated[0]}, {stated[1]}"
            )
        self._note = note

    def _check_operator_signature(self, check: Check) -> None:
        self._need("CHECKPOINT")
        assert self._note is not None
        check.subjects = 1
        self._check_signed(self._note, "checkpoint")

    def _check_signed(self, note: Note, where: str) -> None:
        """Accept a note that the operator's key signed."""
        key = self._trust.operator
        if key is None:
            raise Unjudged("OPERATOR_KEY_NOT_GIVEN")
        lines = [line for line in note.lines if (line.name, line.key_id) == (key.name, key.id)]
        if key.name != note.origin or not lines:
            raise Refused("UNSIGNED", where=where, name=key.name)
        if not self._openssl.verifies_ed25519(key.public, lines[0].signature, note.text):
            raise Refused("SIGNATURE_INVALID", where=where)

    # 6 to 9: what the ledger says

    def _check_inclusion(self, check: Check) -> None:
        self._need("CHECKPOINT")
        proofs = (
            load_canonical(self._read("proofs/entries.json"), "proofs/entries.json")
            if self._present("proofs/entries.json")
            else []
        )
        if not isinstance(proofs, list):
            raise malformed("proofs/entries.json", "it is not an array")
        for proof in proofs:
            check_shape(
                proof,
                {"position": is_count, "previous": is_hex, "inclusion": is_hashes},
                "proofs/entries.json",
            )
        if [proof["position"] for proof in proofs] != self._numbered("entries"):
            raise malformed("proofs/entries.json", "it does not hold one proof for each entry, ascending")
        for proof in proofs:
            with check.item():
                self._check_link(proof)

    def _check_link(self, proof: dict[str, Any]) -> None:
        assert self._note is not None
        note, position = self._note, proof["position"]
        digest = self._raw_digests.get(position)
        if digest is None:
            raise not_reached("ENTRIES")
        previous = bytes.fromhex(proof["previous"])
        value = link(previous, position, digest)
        expected = (
            genesis(note.origin) if position == 1 else self._links.get(position - 1, (b"", previous))[1]
        )
        if previous != expected:
            raise Refused("LINK_BROKEN", position=position)
        if position > note.size or (position == note.size and value != note.chain):
            raise Refused("CHAIN_OTHER", position=position)
        siblings = [bytes.fromhex(each) for each in proof["inclusion"]]
        if root_from_inclusion(sha256(b"\0", value), position - 1, note.size, siblings) != note.root:
            raise Refused("NOT_INCLUDED", position=position)
        self._links[position] = (previous, value)

    def _check_map(self, check: Check) -> None:
        self._need("CHECKPOINT")
        if not self._present("proofs/map.json"):
            self._map_read = True
            return
        proofs = load_canonical(self._read("proofs/map.json"), "proofs/map.json")
        if not isinstance(proofs, list):
            raise malformed("proofs/map.json", "it is not an array")
        keys = [proof.get("key_of") if isinstance(proof, dict) else None for proof in proofs]
        if not all(is_text(key) for key in keys) or len(set(map(str, keys))) != len(keys):
            raise malformed("proofs/map.json", "a proof has no key, or a key has two")
        self._map_read = True
        for key_of, proof in zip(map(str, keys), proofs):
            with check.item():
                self._bad_keys.add(key_of)
                self._leaves[key_of] = self._check_map_proof(key_of, proof)
                self._bad_keys.discard(key_of)

    def _check_map_proof(self, key_of: str, proof: dict[str, Any]) -> dict[str, Any] | None:
        """The leaf that the signed map holds for the key, None if none."""
        assert self._note is not None
        where = f"proofs/map.json, {key_of}"
        kind = key_of.partition(":")[0]
        if kind not in ("asset", "party", "pool"):
            raise malformed(where, "it is no key of a right, party or pool")
        any_value: Predicate = lambda _: True  # noqa: E731 - looked at below
        members = {"key_of": is_text, "siblings": is_hashes, "leaf": any_value}
        if proof.get("leaf", 0) is None:
            members["other"] = any_value
        check_shape(proof, members, where)
        key, siblings = sha256(key_of.encode()), [bytes.fromhex(each) for each in proof["siblings"]]
        end, leaf = self._map_end(key, kind, proof, len(siblings), where)
        if siblings and siblings[-1] == NO_HASH:
            raise malformed(where, "its path is longer than the map's")
        if root_from_map_path(key, end, siblings) != self._note.map_root:
            raise Refused("NOT_IN_MAP", key=key_of)
        return leaf

    @staticmethod
    def _map_end(
        key: bytes, kind: str, proof: dict[str, Any], depth: int, where: str
    ) -> tuple[bytes, dict[str, Any] | None]:
        """What stands where the path ends, and the key's own leaf if it is that."""
        leaf, other = proof["leaf"], proof.get("other")
        if leaf is not None and kind == "asset":
            check_shape(leaf, {"count": is_count, "head": is_hex, "statement": is_hex}, where)
            parts = (bytes.fromhex(leaf["head"]), bytes.fromhex(leaf["statement"]))
            return map_leaf(key, sha256(u64(leaf["count"]), *parts)), leaf
        if leaf is not None:
            check_shape(leaf, {"count": is_count, "acc": is_hex}, where)
            return map_leaf(key, sha256(u64(leaf["count"]), bytes.fromhex(leaf["acc"]), NO_HASH)), leaf
        if other is None:
            return NO_HASH, None
        check_shape(other, {"key": is_hex, "value": is_hex}, where)
        other_key = bytes.fromhex(other["key"])
        if other_key == key or shared_bits(key, other_key) < depth:
            raise malformed(where, "the other leaf does not stand where this key's would")
        return map_leaf(other_key, bytes.fromhex(other["value"])), None

    def _check_completeness(self, check: Check) -> None:
        self._need("MANIFEST")
        for claim in self._claims_of("history"):
            with check.item():
                self._check_history(claim)
                self._complete.add(claim["right"])

    def _check_history(self, claim: dict[str, Any]) -> None:
        self._need("ENTRIES", "INCLUSION")
        right = claim["right"]
        leaf = self._leaf(right)
        if leaf is None or (leaf["count"], leaf["head"]) != (claim["count"], claim["head"]):
            raise Refused(
                "HISTORY_OTHER", right=right, found=leaf["count"] if leaf else 0, count=claim["count"]
            )
        seq, head = 0, _NO_PREVIOUS
        for position in sorted(self._entries):
            entry = self._entries[position]
            if right not in entry.links():
                continue
            if entry.links()[right] != (seq + 1, head):
                raise Refused("BROKEN", position=position, seq=seq, right=right)
            seq, head = seq + 1, entry.digest
        if (seq, head) != (claim["count"], claim["head"]):
            raise Refused("INCOMPLETE", seq=seq, count=claim["count"], right=right)

    def _check_statement(self, check: Check) -> None:
        self._need("MANIFEST")
        if not self._present("proofs/statement.json"):
            return
        check.subjects = 1
        raw = self._read("proofs/statement.json")
        statement = read_statement(raw)
        leaf = self._leaf(statement["right"])
        if leaf is None or leaf["statement"] != sha256(raw).hex() or leaf["count"] != statement["count"]:
            raise Refused("STATEMENT_OTHER", right=statement["right"])
        self._statement = statement
        rests = [
            claim for claim in self._claims_of("status", "priority") if claim["right"] == statement["right"]
        ]
        if rests and statement["right"] in {claim["right"] for claim in self._claims_of("history")}:
            raise Unjudged("STATEMENT_RECOMPUTED")

    # 10: what the package sets out to prove

    def _check_claims(self, check: Check) -> None:
        self._need("MANIFEST")
        assert self._manifest is not None
        claims = self._claims()
        kind, request = self._manifest["kind"], self._manifest["request"]
        if not any(
            all(_is_claimed(name, members, request, claims) for name, members in alternative)
            for alternative in KINDS[kind]
        ):
            raise Refused("CLAIM_MISSING", kind=kind)
        for claim in claims:
            with check.item():
                getattr(self, f"_claim_{claim['claim']}")(claim)

    def _proved(self, position: int) -> Entry:
        if not self._present(f"entries/{position}.json"):
            raise Refused("ENTRY_MISSING", position=position)
        if position not in self._links:
            raise not_reached("INCLUSION")
        if position not in self._entries:
            raise not_reached("ENTRIES")
        return self._entries[position]

    def _claim_entry(self, claim: dict[str, Any]) -> None:
        self._proved(claim["position"])

    def _claim_order(self, claim: dict[str, Any]) -> None:
        self._proved(claim["first"])
        self._proved(claim["second"])
        if claim["first"] == claim["second"]:
            raise Refused("POSITION_REPEATED", **claim)

    def _claim_history(self, claim: dict[str, Any]) -> None:
        if claim["right"] not in self._complete:
            raise not_reached("COMPLETENESS")

    def _claim_absent(self, claim: dict[str, Any]) -> None:
        leaf = self._leaf(claim["right"])
        if leaf is not None:
            raise Refused("NOT_ABSENT", right=claim["right"], count=leaf["count"])

    def _claim_status(self, claim: dict[str, Any]) -> None:
        leaf = self._leaf(claim["right"])
        stated = {name: claim[name] for name in ("count", "head", "statement")}
        if leaf != stated:
            raise Refused("STATUS_OTHER", right=claim["right"])
        self._statement_of(claim["right"])

    def _claim_priority(self, claim: dict[str, Any]) -> None:
        view = evaluate(self._statement_of(claim["right"]), claim["as_of"])
        ranks = {each["id"]: each["rank"] for each in view["encumbrances"]}
        for ranked in (claim["first"], claim["second"]):
            if ranks.get(ranked["id"]) != ranked["rank"]:
                raise Refused("RANK_OTHER", found=ranks.get(ranked["id"]) or "–", **ranked)

    def _statement_of(self, right: str) -> dict[str, Any]:
        if self._statement is not None and self._statement["right"] == right:
            return self._statement
        if self._statement is None and self._present("proofs/statement.json"):
            raise not_reached("STATEMENT")
        raise Refused("STATEMENT_MISSING", right=right)

    def _claim_document(self, claim: dict[str, Any]) -> None:
        if not self._proved(claim["position"]).commits_to(claim["sha256"]):
            raise Refused("FILE_NOT_COMMITTED", **claim)

    def _claim_consistent(self, claim: dict[str, Any]) -> None:
        assert self._manifest is not None
        if claim["to"] != self._manifest["checkpoint"]["size"]:
            raise Refused("CONSISTENT_OTHER_CHECKPOINT", **claim)
        self._need("CHECKPOINT")
        earlier, proof = self._read_consistency()
        if earlier["size"] != claim["from"]:
            raise Refused("CONSISTENT_OTHER_PROOF", size=earlier["size"])
        if not self._extends(earlier, proof):
            raise not_reached("CONSISTENCY")

    # 11 and 12: the time

    def _check_tokens(self, check: Check) -> None:
        self._need("CHECKPOINT")
        assert self._note is not None
        names = [
            name[len("tokens/") : -len(".tsr")]
            for name in self._measured
            if name.startswith("tokens/") and name.endswith(".tsr")
        ]
        for name in sorted(names):
            with check.item():
                try:
                    judged = self._judge(name)
                except Refused as refused:
                    refused.data["token"] = name
                    raise
                self._judged.append((name, judged))
                check.notes.append(_token_note(name, judged))
        check.carried = bool(self._judged)
        if not names and self._trust.authorities_required:
            raise Unjudged("TOKENS_MISSING")

    def _judge(self, name: str) -> Judged:
        assert self._note is not None
        answer = self._read(f"tokens/{name}.tsr", ANSWER_BYTES_MAX)
        chain_pem = self._read(f"tokens/{name}.pem") if self._present(f"tokens/{name}.pem") else b""
        crl_pem = self._read(f"tokens/{name}.crl") if self._present(f"tokens/{name}.crl") else b""
        try:
            chain = [read_certificate(each) for each in unpem("CERTIFICATE", chain_pem)]
            lists = [read_revocation_list(each) for each in unpem("X509 CRL", crl_pem)]
        except DerError:
            raise Refused("TOKEN_CERTIFICATES_MALFORMED") from None
        return judge_token(
            answer,
            self._note.raw,
            roots=self._trust.roots,
            chain=chain,
            lists=[*self._trust.lists, *lists],
            clock=self._clock,
            openssl=self._openssl,
        )

    def _check_authorities(self, check: Check) -> None:
        required = self._trust.authorities_required
        check.subjects = len({judged.root.spki for _, judged in self._judged})
        if check.subjects >= required:
            return
        tokens = self._checks["TOKENS"]
        if tokens.outcome == FAIL or any(finding.code == "NOT_REACHED" for finding in tokens.findings):
            raise not_reached("TOKENS")
        undecided = sum("token" in finding.data for finding in tokens.findings if finding.outcome != FAIL)
        if not self._trust.given or check.subjects + undecided >= required:
            raise Unjudged("AUTHORITIES_TOO_FEW", found=check.subjects, required=required)
        raise Refused("AUTHORITIES_TOO_FEW", found=check.subjects, required=required)

    # 13 and 14: earlier checkpoints and witnesses

    def _read_consistency(self) -> tuple[dict[str, Any], list[str]]:
        where = "proofs/consistency.json"
        value = load_canonical(self._read(where), where)
        check_shape(value, {"from": lambda each: isinstance(each, dict), "proof": is_hashes}, where)
        check_shape(
            value["from"],
            {"size": is_count, "root": is_hex, "note": lambda note: note is None or is_text(note)},
            where,
        )
        return value["from"], value["proof"]

    def _extends(self, earlier: dict[str, Any], proof: list[str]) -> bool:
        assert self._note is not None
        root, siblings = bytes.fromhex(earlier["root"]), [bytes.fromhex(each) for each in proof]
        if earlier["size"] == self._note.size:
            return not siblings and root == self._note.root
        found = roots_from_consistency(earlier["size"], root, self._note.size, siblings)
        return found == (root, self._note.root)

    def _check_consistency(self, check: Check) -> None:
        self._need("CHECKPOINT")
        proved: dict[str, Any] | None = None
        if self._present("proofs/consistency.json"):
            with check.item():
                proved = self._check_consistency_proof()
        for name, known in self._trust.checkpoints:
            if self._note is not None and known.origin == self._note.origin:
                with check.item():
                    self._check_known(check, name, known, proved)

    def _check_consistency_proof(self) -> dict[str, Any]:
        """The earlier state that this checkpoint extends: size and root, and its note where it was sealed."""
        earlier, proof = self._read_consistency()
        if not self._extends(earlier, proof):
            raise Refused("NOT_CONSISTENT", size=earlier["size"])
        assert self._note is not None
        if earlier["note"] is None:
            return earlier
        note = read_note(earlier["note"].encode(), "proofs/consistency.json, note")
        if (note.origin, note.size, note.root.hex()) != (self._note.origin, earlier["size"], earlier["root"]):
            raise malformed("proofs/consistency.json", "the note is of another checkpoint")
        if note.size == self._note.size and _state(note) != _state(self._note):
            raise _forked("proofs/consistency.json", note.size)
        self._check_signed(note, "the earlier note")
        return earlier

    def _check_known(self, check: Check, name: str, known: Note, proved: dict[str, Any] | None) -> None:
        """Hold a note that the verifier saw before against this checkpoint."""
        assert self._note is not None
        if self._trust.operator is not None:
            try:
                self._check_signed(known, name)
            except Unjudged:
                raise
            except Refused:
                raise Unjudged("KNOWN_NOTE_UNSIGNED", name=name) from None
        if known.size == self._note.size and _state(known) != _state(self._note):
            raise _forked(name, known.size)
        if proved is not None and known.size == proved["size"] and known.root.hex() != proved["root"]:
            raise _forked(name, known.size)
        for position, (previous, value) in self._links.items():
            if known.chain != {position - 1: previous, position: value}.get(known.size, known.chain):
                raise _forked(name, known.size)
        compared = known.size in {self._note.size, proved["size"] if proved else 0}
        check.notes.append({"note": name, "size": known.size, "compared": compared})

    def _check_witnesses(self, check: Check) -> None:
        self._need("CHECKPOINT")
        assert self._note is not None
        lines = self._note.lines
        if self._present("cosignatures"):
            lines += self._read_cosignatures()
        signed = set()
        for line in lines:
            for key in self._trust.witnesses:
                if (line.name, line.key_id) != (key.name, key.id):
                    continue
                with check.item():
                    self._check_cosignature(key, line)
                    signed.add(key.public)
        if not check.findings and len(signed) < self._trust.witnesses_required:
            raise Refused("WITNESSES_TOO_FEW", found=len(signed), required=self._trust.witnesses_required)

    def _read_cosignatures(self) -> tuple[Line, ...]:
        raw = self._read("cosignatures", NOTE_BYTES_MAX)
        if not raw.endswith(b"\n"):
            raise _note_malformed("cosignatures", "lines missing or too many")
        try:
            return _note_lines(raw[:-1].decode("utf-8").split("\n"), "cosignatures")
        except UnicodeDecodeError:
            raise _note_malformed("cosignatures", "not UTF-8") from None

    def _check_cosignature(self, key: Key, line: Line) -> None:
        """Accept a C2SP cosignature/v1 of the note's text: u64 seconds and an Ed25519 signature."""
        assert self._note is not None
        moment, signature = int.from_bytes(line.signature[:8], "big"), line.signature[8:]
        message = b"cosignature/v1\ntime %d\n" % moment + self._note.text
        if moment > LAST_SECOND or not self._openssl.verifies_ed25519(key.public, signature, message):
            raise Refused("COSIGNATURE_INVALID", name=key.name)

    # 15 and 16: what is laid beside the entries

    def _check_disclosures(self, check: Check) -> None:
        self._need("MANIFEST")
        for position in self._numbered("disclosures"):
            where = f"disclosures/{position}.json"
            with check.item():
                if not self._present(f"entries/{position}.json"):
                    raise malformed(where, "its entry is not in the package")
                disclosures = load_canonical(self._read(where), where)
                if not is_texts(disclosures) or not disclosures or len(set(disclosures)) != len(disclosures):
                    raise malformed(where, "it is not an array of disclosures, each once")
                if position not in self._entries:
                    raise not_reached("ENTRIES")
                for disclosure in disclosures:
                    path = self._check_disclosure(self._entries[position], disclosure, where)
                    check.notes.append({"position": position, "path": path})

    @staticmethod
    def _check_disclosure(entry: Entry, disclosure: str, where: str) -> str:
        """The path of an opened field that the entry commits to (section 9)."""
        digest = base64.urlsafe_b64encode(sha256(disclosure.encode())).decode().rstrip("=")
        decoded = unbase64url(disclosure)
        value = load_canonical(decoded, where) if decoded is not None else None
        if not isinstance(value, list) or len(value) != 3 or not is_base64url(value[0], 16):
            raise malformed(where, "a disclosure is not [salt, path, value]")
        if not isinstance(value[1], str) or not value[1].startswith("/"):
            raise malformed(where, "a disclosure has no path")
        if digest not in entry.value["commitments"]:
            raise Refused("FIELD_NOT_COMMITTED", position=entry.position, path=value[1])
        return value[1]

    def _check_documents(self, check: Check) -> None:
        self._need("MANIFEST")
        for name in sorted(self._measured):
            if not name.startswith("documents/"):
                continue
            with check.item():
                digest = name[len("documents/") :]
                if self._measured[name][1] != digest:
                    raise Refused("DOCUMENT_OTHER", name=name)
                if not any(entry.commits_to(digest) for entry in self._entries.values()):
                    if len(self._entries) < len(self._numbered("entries")):
                        raise not_reached("ENTRIES")
                    raise Refused("DOCUMENT_NOT_COMMITTED", name=name)

    # 17: the parties' own signatures

    def _check_signatures(self, check: Check) -> None:
        self._need("MANIFEST")
        assert self._manifest is not None
        for position in self._numbered("entries"):
            entry = self._entries.get(position)
            if entry is None:
                check.findings.append(not_reached("ENTRIES"))
            elif entry.value["type"] == "act.signed":
                try:
                    if position not in self._links:
                        raise not_reached("INCLUSION")
                    act = read_signed_act(entry, self._manifest["origin"])
                except Refused as refused:
                    check.findings.append(refused)
                    continue
                for said in act["signatures"]:
                    with check.item():
                        self._check_act_signature(check, position, act, said)

    def _check_act_signature(
        self, check: Check, position: int, act: dict[str, Any], said: dict[str, Any]
    ) -> None:
        party = said["party"]["name"]
        try:
            key = check_jws(said, act["command"].encode(), self._openssl)
        except JwsError as error:
            raise Refused(
                "ACT_SIGNATURE_REFUSED", position=position, party=party, reason=str(error)
            ) from None
        known = self._trust.parties
        note = {"position": position, "act": act["act"], "party": party, "kid": key.kid}
        told = {**note, "party_known": known is not None}
        check.notes.append(told)
        if known is not None and key.kid not in known.get(party, ()):
            raise Unjudged("SIGNER_NOT_KNOWN", position=position, party=party, kid=key.kid)
        self._signed.append(told)

    # What follows

    def _facts(self) -> dict[str, Any]:
        """What is told beside the checks: the checkpoint, its times, the statement on a day."""
        facts: dict[str, Any] = {}
        if self._note is not None:
            facts["checkpoint"] = {
                "origin": self._note.origin,
                "size": self._note.size,
                "sha256": sha256(self._note.raw).hex(),
            }
        facts["signed"] = self._signed
        facts["times"] = [_token_note(name, judged) for name, judged in self._judged]
        if self._statement is not None:
            proved = min((judged.stamp.gen_time for _, judged in self._judged), default=self._clock)
            day = self._as_of or proved.astimezone(SHANGHAI).date().isoformat()
            facts["statement"] = {"right": self._statement["right"], **evaluate(self._statement, day)}
        return facts


def _is_claimed(
    name: str, members: dict[str, str], request: dict[str, Any], claims: list[dict[str, Any]]
) -> bool:
    """Whether a claim of that name speaks about what the request names."""

    def spoken_of(claim: dict[str, Any], member: str) -> Any:
        value = claim[member]
        return value["id"] if isinstance(value, dict) else value

    return any(
        claim["claim"] == name
        and all(
            asked in request and spoken_of(claim, member) == request[asked]
            for member, asked in members.items()
        )
        for claim in claims
    )


def _state(note: Note) -> tuple[bytes, bytes, bytes]:
    return note.root, note.chain, note.map_root


def _forked(name: str, size: int) -> Refused:
    return Refused("FORKED", name=name, size=size)


def _token_note(name: str, judged: Judged) -> dict[str, Any]:
    stamp = judged.stamp
    return {
        "token": name,
        "time": _utc(stamp.gen_time),
        "accuracy_seconds": None if stamp.accuracy is None else str(stamp.accuracy.total_seconds()),
        "signer": judged.signer,
        "root": display_name(judged.root.subject),
        "policy": stamp.policy,
        "serial": f"{stamp.serial:x}",
        "revocation_list_of": None if judged.revocation is None else _utc(judged.revocation),
    }


# --- What is printed --------------------------------------------------------------------------------------

CLAIM_TEXTS: dict[str, tuple[str, str]] = {
    "entry": (
        "The entry at position {position} stands in the ledger, unchanged since the checkpoint.",
        "位置 {position} 的记录载于账本，自检查点起未被更改。",
    ),
    "history": (
        "Exactly {count} entries concern {right} up to the checkpoint; all of them are in this package.",
        "截至检查点，涉及 {right} 的记录恰有 {count} 条，全部在本包内。",
    ),
    "status": (
        "The statement of {right} in this package is the one the ledger committed to, after {count} entries.",
        "本包所载 {right} 的权利状态即账本在第 {count} 条记录之后所承诺者。",
    ),
    "absent": (
        "No entry of this ledger concerns {right} up to the checkpoint.",
        "截至检查点，本账本没有任何记录涉及 {right}。",
    ),
    "priority": (
        "On {as_of}, {first[id]} has rank {first[rank]} and {second[id]} rank {second[rank]} on {right}.",
        "{as_of} 当日，在 {right} 上 {first[id]} 顺位为 {first[rank]}，{second[id]} 顺位为 {second[rank]}。",
    ),
    "order": (
        "The entry at position {first} was recorded before that at position {second}.",
        "位置 {first} 的记录先于位置 {second} 的记录入账。",
    ),
    "document": (
        "The entry at position {position} names the file with SHA-256 {sha256}.",
        "位置 {position} 的记录指明了 SHA-256 为 {sha256} 的文件。",
    ),
    "consistent": (
        "The ledger of {to} entries continues that of {from} entries; nothing was changed or taken out.",
        "{to} 条记录的账本是 {from} 条记录账本的延续，未更改、未删除。",
    ),
}

NOT_SHOWN: tuple[tuple[str, str], ...] = (
    (
        "That what was entered was true, or how it came about: only that it has not changed since its entry.",
        "记录入账之前的内容是否真实及其来源：本核验仅表明入账后未被更改。",
    ),
    (
        "What other registers hold: this ledger is not the register, and knows only what was reported to it.",
        "其他登记簿的内容：本账本不是登记机关，仅载明已向其报告的事项。",
    ),
    (
        "When something was made: a time-stamp shows that it existed not later than its time.",
        "形成时间：时间戳仅表明不晚于该时刻已存在。",
    ),
    (
        "Its effect in law, which is for the court to judge.",
        "法律效力：由法院认定。",
    ),
    (
        "That this program is genuine: compare its SHA-256 with the published one: {program}",
        "本程序是否为原版：请将其 SHA-256 与公布值比对：{program}",
    ),
)

TEXTS: dict[str, tuple[str, str]] = {
    "NOT_REACHED": (
        "not made, because {what} did not pass",
        "{what} 未通过，故未作此项",
    ),
    "NOT_CANONICAL": (
        "{where} is not canonical JSON: {reason}",
        "{where} 不是规范 JSON：{reason}",
    ),
    "MALFORMED": (
        "{where} is malformed: {reason}",
        "{where} 格式错误：{reason}",
    ),
    "NOTE_MALFORMED": (
        "{where} is no signed note of a checkpoint: {reason}",
        "{where} 不是有效的签名检查点：{reason}",
    ),
    "FORKED": (
        "at size {size} the ledger showed another history in {name}",
        "{name} 显示该账本在大小 {size} 处另有一份历史",
    ),
    "TOO_MANY_MEMBERS": (
        "it has more than {maximum} members",
        "成员超过 {maximum} 个",
    ),
    "TOO_LARGE": (
        "it unpacks to more than {maximum} bytes",
        "解包后超过 {maximum} 字节",
    ),
    "TOKEN_TOO_LARGE": (
        "it is larger than 1 MiB",
        "大于 1 MiB",
    ),
    "TOKEN_NOT_GRANTED": (
        "the authority refused, status {status}",
        "机构拒绝签发，状态 {status}",
    ),
    "TOKEN_CONTENT_TYPE": (
        "it signs something else than a time",
        "所签内容不是时间戳信息",
    ),
    "TOKEN_SIGNERS": (
        "it has {count} signatures, not one",
        "有 {count} 个签名，而非一个",
    ),
    "TOKEN_ATTRIBUTES": (
        "its signed attributes are missing or repeated",
        "签名属性缺失或重复",
    ),
    "TOKEN_VERSION": (
        "its information is of version {version}, not 1",
        "时间戳信息版本为 {version}，而非 1",
    ),
    "TOKEN_EXTENSION": (
        "a critical extension is not understood",
        "含无法理解的关键扩展",
    ),
    "TOKEN_IMPRINT_ALGORITHM": (
        "its imprint is not a SHA-256 ({oid})",
        "印记不是 SHA-256（{oid}）",
    ),
    "TOKEN_IMPRINT": (
        "it is for other data than this checkpoint",
        "该令牌对应的不是本检查点",
    ),
    "TOKEN_WEAK": (
        "its signature or key is too weak ({found})",
        "签名或密钥过弱（{found}）",
    ),
    "TOKEN_ALGORITHM_UNSUPPORTED": (
        "its signature, key or certificate hash ({oid}) is of a kind that cannot be judged here",
        "其签名、密钥或证书哈希（{oid}）无法在此判断",
    ),
    "TOKEN_ALGORITHMS_DIFFER": (
        "two digest algorithms are named for one signature",
        "同一签名注明两种摘要算法",
    ),
    "TOKEN_SIGNS_OTHER": (
        "its signature is for another time",
        "签名对应的时间戳信息不同",
    ),
    "TOKEN_SIGNER_MISSING": (
        "the certificate of its signer is not in the package",
        "包内缺少签名者证书",
    ),
    "TOKEN_SIGNER_OTHER": (
        "its signature names another certificate",
        "签名指明的是另一证书",
    ),
    "TOKEN_EXTENDED_KEY_USAGE": (
        "its signer's certificate is not critically and solely for time-stamps",
        "签名者证书未以关键扩展限定为仅用于时间戳",
    ),
    "TOKEN_IN_FUTURE": (
        "its time {time} is later than this computer's",
        "其时间 {time} 晚于本机时钟",
    ),
    "ROOTS_NOT_GIVEN": (
        "no root of a time-stamping authority was given",
        "未提供时间戳机构的受信根证书",
    ),
    "TOKEN_NOT_VERIFIED": (
        "openssl does not accept it: signature, certificates at its time, or no trusted root",
        "openssl 未接受：签名、该时刻的证书或受信根不符",
    ),
    "REVOCATION_UNKNOWN": (
        "the revocation lists given do not speak about its time",
        "所给吊销列表未涵盖该时刻",
    ),
    "VERSION_UNKNOWN": (
        "the package is of version {v}, this program knows 1",
        "证据包版本为 {v}，本程序只识别 1",
    ),
    "MAP_PROOF_MISSING": (
        "there is no map proof for {right}",
        "缺少 {right} 的映射证明",
    ),
    "STATEMENT_MISSING": (
        "there is no statement of {right}",
        "缺少 {right} 的权利状态",
    ),
    "AUTHORITIES_TOO_FEW": (
        "{found} independent authorities vouch for the time, {required} are required",
        "有 {found} 家独立机构为时间作证，要求 {required} 家",
    ),
    "NAME_UNSAFE": (
        "the name {name} could lead outside the package",
        "成员名 {name} 可能指向包外",
    ),
    "MEMBER_REPEATED": (
        "the member {name} stands twice",
        "成员 {name} 重复",
    ),
    "MEMBER_UNKNOWN": (
        "{name} is no member of such a package",
        "证据包不应含有 {name}",
    ),
    "MEMBERS_UNORDERED": (
        "its members are not in ascending order",
        "成员未按名称升序排列",
    ),
    "MEMBER_NOT_AS_STATED": (
        "{name} does not unpack to exactly what the archive says of it",
        "{name} 的解包结果与压缩包所载不符",
    ),
    "STRAY_BYTES": (
        "it holds bytes that belong to no member",
        "存在不属于任何成员的字节",
    ),
    "PACKING_UNKNOWN": (
        "a member is packed in a way the format does not know",
        "成员的打包方式不在格式之内",
    ),
    "NOT_A_FILE": (
        "{name} is a link, a folder or a device, not a file",
        "{name} 是链接、目录或设备而非文件",
    ),
    "HEADER_WRONG": (
        "a header is not as the format writes it (flags, time, extra fields), or differs from the directory",
        "成员头不符合格式（标志、时间、附加字段），或与目录不一致",
    ),
    "NOT_A_ZIP": (
        "it is no zip archive",
        "不是 zip 压缩包",
    ),
    "END_WRONG": (
        "it does not end as the format writes it (comment, other disks, bytes before or behind)",
        "结尾不符合格式（注释、分卷、前后多余字节）",
    ),
    "BOMB": (
        "{name} would unpack to {size} bytes from {packed}",
        "{name} 将由 {packed} 字节解包为 {size} 字节",
    ),
    "OPENSSL_MISSING": (
        "the openssl command is not installed here or cannot be started",
        "本机没有可用的 openssl 命令",
    ),
    "ED25519_UNSUPPORTED": (
        "this openssl cannot check Ed25519 signatures (3.0 or newer can)",
        "本机 openssl 不支持 Ed25519 验签（3.0 及以上支持）",
    ),
    "OPENSSL_UNSUITABLE": (
        "this openssl is not OpenSSL 1.1.1 or newer",
        "本机 openssl 不是 OpenSSL 1.1.1 或更新版本",
    ),
    "TOKEN_KEY_USAGE": (
        "its signer's key is for other uses",
        "签名者密钥用途不符",
    ),
    "TOKEN_MALFORMED": (
        "it is not the DER of a granted time-stamp: {reason}",
        "不是已签发时间戳的 DER 编码",
    ),
    "MEMBER_MISSING": (
        "{name} is missing",
        "缺少 {name}",
    ),
    "MEMBER_TOO_LARGE": (
        "{name} is larger than {limit} bytes",
        "{name} 超过 {limit} 字节",
    ),
    "CHECKPOINT_OTHER": (
        "the checkpoint is of {origin} with {size} entries, the manifest says {stated}",
        "检查点属于 {origin}、共 {size} 条，清单所称为 {stated}",
    ),
    "OPERATOR_KEY_NOT_GIVEN": (
        "the operator's key was not given",
        "未提供运营方公钥",
    ),
    "UNSIGNED": (
        "{where} is not signed with the key {name} given",
        "{where} 未经所给密钥 {name} 签名",
    ),
    "SIGNATURE_INVALID": (
        "the operator's signature does not fit {where}",
        "运营方签名与 {where} 不符",
    ),
    "LINK_BROKEN": (
        "entry {position} is not linked to what stands before it",
        "记录 {position} 与其前未相连",
    ),
    "CHAIN_OTHER": (
        "entry {position} is not within the signed chain",
        "记录 {position} 不在已签名的链上",
    ),
    "NOT_INCLUDED": (
        "entry {position} is not in the signed log",
        "记录 {position} 不在已签名日志中",
    ),
    "NOT_IN_MAP": (
        "the proof for {key} does not lead to the signed map",
        "{key} 的证明不通向已签名的映射",
    ),
    "HISTORY_OTHER": (
        "the signed map gives {right} {found} entries or another last one; {count} are claimed",
        "已签名映射所载 {right} 为 {found} 条或末条不同；主张为 {count} 条",
    ),
    "INCOMPLETE": (
        "{seq} of {count} entries of {right} are there",
        "{right} 共 {count} 条，仅有 {seq} 条",
    ),
    "STATEMENT_OTHER": (
        "the signed map commits to another statement of {right}",
        "已签名映射承诺的是 {right} 的另一份状态",
    ),
    "STATEMENT_RECOMPUTED": (
        "that the statement follows from the entries in this package is for the full verifier to check",
        "权利状态是否由包内记录推出，须由完整核验程序重算",
    ),
    "CLAIM_MISSING": (
        "the package does not claim what its kind ({kind}) and its request ask for",
        "证据包未作其类别（{kind}）与请求所要求的主张",
    ),
    "ENTRY_MISSING": (
        "entry {position} is not in the package",
        "包内缺少记录 {position}",
    ),
    "POSITION_REPEATED": (
        "position {first} is named twice",
        "位置 {first} 被指明两次",
    ),
    "NOT_ABSENT": (
        "the signed map holds {right} with {count} entries",
        "已签名映射载有 {right}，共 {count} 条",
    ),
    "STATUS_OTHER": (
        "the signed map says otherwise of {right} than claimed",
        "已签名映射对 {right} 所载与主张不同",
    ),
    "FILE_NOT_COMMITTED": (
        "entry {position} does not name the file {sha256}",
        "记录 {position} 未指明文件 {sha256}",
    ),
    "CONSISTENT_OTHER_CHECKPOINT": (
        "the checkpoint is of another size than {to}",
        "检查点大小并非 {to}",
    ),
    "CONSISTENT_OTHER_PROOF": (
        "the proof is from size {size}",
        "证明起点大小为 {size}",
    ),
    "TOKENS_MISSING": (
        "the package holds no time-stamp",
        "包内没有时间戳",
    ),
    "NOT_CONSISTENT": (
        "the checkpoint does not extend that of size {size}",
        "检查点未延续大小为 {size} 的检查点",
    ),
    "WITNESSES_TOO_FEW": (
        "{found} witnesses signed, {required} are required",
        "有 {found} 家见证方签名，要求 {required} 家",
    ),
    "COSIGNATURE_INVALID": (
        "the signature of witness {name} does not fit",
        "见证方 {name} 的签名不符",
    ),
    "FIELD_NOT_COMMITTED": (
        "entry {position} does not commit to the opened field {path}",
        "记录 {position} 未承诺所公开的字段 {path}",
    ),
    "NAME_NOT_ASCII": (
        "a member's name is not ASCII",
        "成员名含非 ASCII 字符",
    ),
    "TOKEN_REVOKED": (
        "{name} was revoked on {time}, which makes this time-stamp void",
        "{name} 已于 {time} 被吊销，该时间戳无效",
    ),
    "BROKEN": (
        "entry {position} does not follow entry number {seq} of {right}",
        "记录 {position} 未接续 {right} 的第 {seq} 条",
    ),
    "RANK_OTHER": (
        "{id} has rank {found}, not {rank}",
        "{id} 的顺位为 {found}，而非 {rank}",
    ),
    "TOKEN_CERTIFICATES_MALFORMED": (
        "certificates or lists beside it cannot be read",
        "所附证书或吊销列表无法读取",
    ),
    "OPENSSL_TIMEOUT": (
        "openssl did not answer in time",
        "openssl 超时未答",
    ),
    "RECORDED_BACKWARDS": (
        "entry {position} is recorded earlier than one before it",
        "记录 {position} 的记录时间早于其前的记录",
    ),
    "DOCUMENT_OTHER": (
        "{name} is another document",
        "{name} 是另一份文件",
    ),
    "DOCUMENT_NOT_COMMITTED": (
        "no entry of the package names {name}",
        "包内没有记录指明 {name}",
    ),
    "FILE_MISMATCH": (
        "{name} {reason}",
        "{name} {reason}",
    ),
    "P256_UNSUPPORTED": (
        "this openssl cannot check ECDSA signatures on P-256",
        "本机 openssl 不支持 P-256 的 ECDSA 验签",
    ),
    "SIGNED_ACT_UNKNOWN": (
        "entry {position} keeps signatures in a form that this program does not know",
        "记录 {position} 的签名格式无法识别",
    ),
    "SIGNED_ACT_OTHER": (
        "what was signed in entry {position} is not the act {act}",
        "记录 {position} 中所签内容不是行为 {act}",
    ),
    "SIGNED_FOR_ANOTHER_LEDGER": (
        "what was signed in entry {position} is meant for another ledger than {origin}",
        "记录 {position} 中所签内容指向 {origin} 以外的账本",
    ),
    "ACT_SIGNATURE_REFUSED": (
        "the signature in the name of {party} in entry {position} does not hold: {reason}",
        "记录 {position} 中以 {party} 名义所作签名不成立：{reason}",
    ),
    "SIGNER_NOT_KNOWN": (
        "the key {kid} signed in the name of {party} in entry {position}, and is none of those given for it",
        "记录 {position} 中以 {party} 名义签名的密钥 {kid} 不在所给的该方密钥之中",
    ),
    "KNOWN_NOTE_UNSIGNED": (
        "the earlier checkpoint {name} given is not signed by the operator, or that cannot be checked",
        "所给的此前检查点 {name} 无法使用：未经运营方密钥签名，或无法验签",
    ),
}
"""What each finding says; names in braces are its data."""

REASONS = {
    "a coordinate is not 32 bytes in base64url": "坐标不是 32 字节的 base64url",
    "b64 and crit do not stand together": "b64 与 crit 不匹配",
    "it keeps no signed act": "未载有所签行为",
    "the header has members that are not understood": "受保护头含无法理解的成员",
    "the header is not JSON that names each member once": "受保护头不是成员不重复的 JSON",
    "the header is not base64url": "受保护头不是 base64url",
    "the header names another algorithm than the key's": "受保护头所载算法与密钥不符",
    "the header names no algorithm or no key": "受保护头未载明算法或密钥",
    "the key did not sign this text": "该密钥未签署此文本",
    "the key has members that no public key has": "密钥含公钥不应有的成员",
    "the key is for another use": "密钥用途不符",
    "the key is neither Ed25519 nor P-256": "密钥既非 Ed25519 亦非 P-256",
    "the key is no point that can serve as one": "密钥不是可用的曲线点",
    "the key is not named by its thumbprint": "密钥标识与其指纹不符",
    "the signature is not 64 bytes in base64url": "签名不是 64 字节的 base64url",
    "a claim is unknown": "含未知主张",
    "a disclosure has no path": "公开字段缺少路径",
    "a disclosure is not [salt, path, value]": "公开字段不是 [盐, 路径, 值]",
    "a hash is not 32 bytes in base64": "哈希不是 32 字节的 base64",
    "a key signs twice": "同一密钥签名两次",
    "a line is not where it must be": "行的位置不符",
    "a member stands twice": "成员重复",
    "a member's name lies outside the Basic Multilingual Plane": "成员名超出基本多文种平面",
    "a number is not an integer": "数值不是整数",
    "a proof has no key, or a key has two": "证明缺少键，或同一键有两项证明",
    "a seal is recorded behind what it seals": "封存记录的位置不晚于其所封存者",
    "a signature line": "签名行",
    "an integer is too large": "整数过大",
    "differs from its size or digest": "与所载大小或摘要不符",
    "is listed and missing": "已列入清单但缺失",
    "is not listed": "未列入清单",
    "it does not hold one proof for each entry, ascending": "未按升序为每条记录载一项证明",
    "it is nested too deep": "嵌套过深",
    "it is no key of a right, party or pool": "不是权利、当事人或资产池的键",
    "it is not JSON": "不是 JSON",
    "it is not UTF-8 or holds lone surrogates": "不是 UTF-8，或含孤立代理项",
    "it is not a statement of version 1": "不是版本 1 的权利状态",
    "it is not an array": "不是数组",
    "it is not an array of disclosures, each once": "不是互不重复的公开字段数组",
    "it is not an object": "不是对象",
    "it is not of its kind": "类型不符",
    "its entry is not in the package": "包内缺少其记录",
    "its members are not exactly those of the format": "成员与格式不完全一致",
    "its path is longer than the map's": "路径长于映射中的路径",
    "its rights and its tags differ": "权利与标签不一致",
    "lines missing or too many": "行数不符",
    "not UTF-8": "不是 UTF-8",
    "origin, size or suite": "名称、大小或算法套件",
    "a part of it is not as it must be": "其中一部分不符合格式",
    "text is not in normalization form C": "文本不是 NFC 规范形式",
    "the note is of another checkpoint": "签名记录属于另一检查点",
    "the other leaf does not stand where this key's would": "另一叶不在该键应处的位置",
    "the same value is written otherwise": "同一值有另一种写法",
    "they are not in ascending order, each once": "未按升序排列或有重复",
    "too large": "过大",
    "too many signatures": "签名过多",
}
"""The reasons named in findings, in Chinese."""

_HEADINGS = {
    "title": ("Check of an evidence package", "证据包核验"),
    "follows": ("What follows", "由此得出"),
    "open": (
        "What the package says; it follows only once the checks marked INDETERMINATE have been made",
        "证据包所述内容；须待标为 INDETERMINATE 的各项完成核验后方可得出",
    ),
    "nothing": (
        "A check failed: nothing is concluded from this package.",
        "有核验项未通过：不由本包得出任何结论。",
    ),
    "not_shown": ("Not shown", "未予证明"),
    "as_of": ("{right} on {as_of}, by the statement", "{right} 在 {as_of} 的状态（据权利状态文件）"),
    "owner": ("owner: {name}, share {n}/{d}", "权利人：{name}，份额 {n}/{d}"),
    "no_owner": ("no owner on record", "无在册权利人"),
    "encumbrance": (
        "{kind} {register} {reference}, for {holders}, registered {registered_on}, rank {rank}",
        "{kind} {register} {reference}，权利人 {holders}，登记日 {registered_on}，顺位 {rank}",
    ),
    "no_encumbrance": ("no encumbrance stands", "无有效负担"),
    "flag": ("flag {code}, entries {entries}", "提示 {code}，记录 {entries}"),
    "checkpoint": (
        "Checkpoint of {origin} over {size} entries, SHA-256 {sha256}",
        "{origin} 的检查点，共 {size} 条记录，SHA-256 {sha256}",
    ),
    "time": (
        "It existed not later than {time} (accuracy {accuracy}), by {signer}, under the root {root}",
        "其存在不晚于 {time}（精度 {accuracy}），作证机构 {signer}，根证书 {root}",
    ),
    "unrevoked": (
        "whether that authority's certificate was revoked was not checked: no list was given",
        "未提供吊销列表，未核验该机构证书是否被吊销",
    ),
    "signed": (
        "Act {act} (entry {position}) was signed in the name of {party} by the key {kid}",
        "行为 {act}（记录 {position}）以 {party} 名义由密钥 {kid} 签名",
    ),
    "signer_unasked": (
        "whose key that is was not checked: no keys of parties were given",
        "未提供当事人密钥，未核对该密钥归属",
    ),
    "unpacked": ("unpacked: the zip archive itself was not checked", "已解包：未核验 zip 压缩包本身"),
}


_MANNERS = {
    PASS: ("", ""),
    FAIL: ("Does not hold: ", "不成立："),
    INDETERMINATE: ("Not determined: ", "未能判断："),
    "none": ("Nothing here to check: ", "无此内容可核："),
}
"""What stands before the sentence of a check."""


def printable(text: str) -> str:
    """Text of a package as it may stand on a terminal: no control characters, no changes of direction."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def sentence(finding: Refused, lang: str) -> str:
    """A finding in one language."""
    pick = 1 if lang == "zh" else 0
    data = {name: printable(str(value)) for name, value in finding.data.items()}
    if pick and "reason" in data:
        data["reason"] = REASONS.get(data["reason"], data["reason"])
    token = f"{data['token']}: " if "token" in data else ""
    return token + TEXTS[finding.code][pick].format(**data)


def as_json(report: Report, program: str) -> dict[str, Any]:
    """The report for programs."""
    return {
        "verdict": report.verdict,
        "checks": [
            {
                "number": check.number,
                "code": check.code,
                "outcome": check.outcome,
                "subjects": check.subjects,
                "findings": [
                    {
                        "outcome": finding.outcome,
                        "code": finding.code,
                        "message_en": sentence(finding, "en"),
                        "message_zh": sentence(finding, "zh"),
                    }
                    for finding in check.findings[:FINDINGS_MAX]
                ],
                "notes": check.notes[:FINDINGS_MAX],
            }
            for check in report.checks
        ],
        "claims": report.claims,
        "facts": report.facts,
        "not_shown": [
            {"en": en.format(program=program), "zh": zh.format(program=program)} for en, zh in NOT_SHOWN
        ],
        "program_sha256": program,
    }


def as_text(report: Report, program: str, lang: str, *, is_archive: bool) -> str:
    """The report for people: checks, then what follows, then what is not shown."""
    pick = 1 if lang == "zh" else 0

    def heading(which: str, /, **data: Any) -> str:
        return _HEADINGS[which][pick].format(**{key: printable(str(value)) for key, value in data.items()})

    lines = [heading("title"), ""]
    for check in report.checks:
        manner = check.outcome if check.outcome != PASS or check.subjects else "none"
        told = _MANNERS[manner][pick] + CHECKS[check.code][pick]
        lines.append(f"{check.number:>2}  {check.code:<19} {check.outcome:<14} {told}")
        if check.code == "ARCHIVE" and not is_archive:
            lines.append(f"      {heading('unpacked')}")
        lines += [
            f"      {finding.outcome} {finding.code}: {sentence(finding, lang)}"
            for finding in check.findings[:FINDINGS_MAX]
        ]
    lines += ["", report.verdict, ""]
    if report.verdict == FAIL:
        lines += [heading("nothing"), ""]
    else:
        lines.append(heading("follows" if report.verdict == PASS else "open"))
        lines += [f"  - {each}" for each in _conclusions(report, pick, heading)] + [""]
    lines.append(heading("not_shown"))
    lines += [f"  - {each[pick].format(program=program)}" for each in NOT_SHOWN]
    return "\n".join(lines) + "\n"


def _conclusions(report: Report, pick: int, heading: Callable[..., str]) -> Iterator[str]:
    """Sentences on the claims, the times and the statement."""
    facts = report.facts
    for claim in report.claims:
        yield printable(_conclusion(claim, pick))
    if "checkpoint" in facts:
        yield heading("checkpoint", **facts["checkpoint"])
    for time in facts["times"]:
        accuracy = "–" if time["accuracy_seconds"] is None else f"±{time['accuracy_seconds']} s"
        yield heading("time", accuracy=accuracy, **time)
        if time["revocation_list_of"] is None:
            yield "  " + heading("unrevoked")
    for signed in facts["signed"]:
        yield heading("signed", **signed)
        if not signed["party_known"]:
            yield "  " + heading("signer_unasked")
    if "statement" in facts:
        yield from _statement_lines(facts["statement"], heading)


def _conclusion(claim: dict[str, Any], pick: int) -> str:
    data = dict(claim)
    if claim["claim"] == "order":
        data["first"], data["second"] = sorted((claim["first"], claim["second"]))
    return CLAIM_TEXTS[claim["claim"]][pick].format(**data)


def _statement_lines(statement: dict[str, Any], heading: Callable[..., str]) -> Iterator[str]:
    """Owners, encumbrances and flags on the day."""
    yield heading("as_of", right=statement["right"], as_of=statement["as_of"])
    for owner in statement["owners"]:
        yield "  " + heading("owner", name=owner["name"], n=owner["share"][0], d=owner["share"][1])
    if not statement["owners"]:
        yield "  " + heading("no_owner")
    for each in statement["encumbrances"]:
        shown = {**each, "holders": ", ".join(each["holders"]), "rank": each["rank"] or "–"}
        yield "  " + heading("encumbrance", **shown)
    if not statement["encumbrances"]:
        yield "  " + heading("no_encumbrance")
    for flag in statement["flags"]:
        yield "  " + heading("flag", code=flag["code"], entries=", ".join(map(str, flag["entries"])))


# --- The command ------------------------------------------------------------------------------------------


def examine(
    package: BinaryIO | Path,
    trust: Trust,
    *,
    openssl: OpenSsl | None = None,
    clock: datetime | None = None,
    as_of: str | None = None,
) -> Report:
    """Make every check over an open zip archive or the folder of an unpacked one."""

    def open_package() -> Package:
        return FolderPackage(package) if isinstance(package, Path) else ZipPackage(package)

    examination = Examination(
        open_package,
        trust,
        openssl=openssl or OpenSsl(),
        clock=clock or datetime.now(UTC),
        as_of=as_of,
    )
    return examination.run()


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify.py", description="Check an evidence package / 核验证据包")
    parser.add_argument("package", type=Path, help="PACKAGE.zip, or the folder of an unpacked one")
    parser.add_argument("--trust", type=Path, help="folder with what you trust / 受信材料目录")
    parser.add_argument(
        "--as-of", dest="as_of", help="day YYYY-MM-DD to evaluate the statement at / 状态截止日"
    )
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a package and print what was found; the exit status tells the verdict."""
    options = _parse(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        report = _examine_path(options)
    except UsageError as error:
        sys.stderr.write((error.zh if options.lang == "zh" else error.en) + "\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{options.package}: {error.strerror or error}\n")
        return 2
    program = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    if options.json:
        sys.stdout.write(json.dumps(as_json(report, program), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(as_text(report, program, options.lang, is_archive=not options.package.is_dir()))
    return EXIT_STATUS[report.verdict]


def _examine_path(options: argparse.Namespace) -> Report:
    if options.as_of is not None and not is_day(options.as_of):
        raise UsageError(
            "{day} is not a day YYYY-MM-DD", "{day} 不是 YYYY-MM-DD 形式的日期", day=options.as_of
        )
    trust = read_trust(options.trust) if options.trust is not None else Trust()
    if options.package.is_dir():
        return examine(options.package, trust, as_of=options.as_of)
    with options.package.open("rb") as file:
        return examine(file, trust, as_of=options.as_of)


if __name__ == "__main__":
    sys.exit(main())
