"""The records of an XML file, one at a time, each with its exact bytes.

The file is never parsed as a whole. Its markup is scanned for the start and end tags of the record, each
record's bytes are cut out and parsed alone inside a root that repeats the namespaces of the file's root.
It follows that

- memory stays flat, whatever the size of the file;
- a document type definition is skipped unread, so no entity is ever expanded, fetched or even declared;
- a broken record rejects itself only, and a truncated file loses no record but its last.

The scan knows comments, CDATA sections, processing instructions, quoted attribute values and the internal
subset, so a tag named inside one of these is not taken for a tag. Records must not nest in one another:
a start tag inside an open record means that the end tag of that record is lost.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from lxml import etree

from ledger.registers.rejections import (
    WHOLE_FILE,
    encoding_invalid,
    file_empty,
    file_not_xml,
    file_truncated,
    file_type_unknown,
    file_unreadable,
    record_malformed,
)
from ledger.registers.reports import Rejection

CHUNK_BYTES: Final = 1 << 20
RECORD_BYTES_MAX: Final = 32 << 20
_PROLOG_BYTES_MAX: Final = 1 << 20
_TAG_BYTES_MAX: Final = 4096

_SKIPPED: Final = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_ATTRIBUTES: Final = rb"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+"""
_START_TAG: Final = re.compile(rb"""<([^\s/><!?&"'=]++)(""" + _ATTRIBUTES + rb")>")
_REST_OF_TAG: Final = re.compile(_ATTRIBUTES + rb">")
_NAMESPACE: Final = re.compile(rb"""\sxmlns(?::[^\s=]+)?\s*=\s*(?:"[^"]*"|'[^']*')""")
_DECLARED: Final = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DOCTYPE: Final = re.compile(rb"""<!--.*?-->|<\?.*?\?>|"[^"]*"|'[^']*'|[\[\]>]""", re.DOTALL)
_CODEC: Final = re.compile(r"(?i)utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d|gb2312|gbk|gb18030")
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")


@dataclass(frozen=True, slots=True)
class Prolog:
    """What stands before the first content: the root's qualified name, its start tag, and the encoding.

    `root_closed` where that tag is an empty-element tag, and so all there is.
    """

    root: str
    namespaces: bytes
    codec: str
    root_begins: int
    root_ends: int
    root_closed: bool


def prolog(path: Path) -> Prolog | Rejection:
    """The prolog of the file, or why it is no XML this module reads.

    Codes: `FILE_UNREADABLE`, `FILE_EMPTY`, `FILE_NOT_XML`, `ENCODING_INVALID`.
    """
    try:
        with path.open("rb") as stream:
            return _prolog(stream.read(_PROLOG_BYTES_MAX))
    except OSError as error:
        return file_unreadable(error)


def records(
    path: Path, tag: str, *, root_tag: str | None = None
) -> Iterator[tuple[int, bytes, etree._Element | Rejection]]:
    """Each record as (number in the file from 1, its exact bytes, its element).

    `tag` is the record's qualified name as it stands in the file (`business:PRSRecord`); with `root_tag`
    the root must bear that name. A Rejection stands in place of the element of a broken record; one that
    concerns the whole file has number 0 and no bytes. Never raises for what the file holds.

    Codes: those of `prolog`, `FILE_TYPE_UNKNOWN`, `FILE_TRUNCATED`, `ENCODING_INVALID`,
    `RECORD_MALFORMED`.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_PROLOG_BYTES_MAX)
            opening = _prolog(head)
            if isinstance(opening, Prolog) and root_tag not in {None, opening.root}:
                opening = file_type_unknown(f"XML with root <{opening.root}>", f"XML with root <{root_tag}>")
            if isinstance(opening, Rejection):
                yield 0, b"", opening
                return
            yield from _parsed(_Scanner(_Window(stream, head), tag, opening).pieces(), opening)
    except OSError as error:
        yield 0, b"", file_unreadable(error)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A record's bytes, or what is wrong with them."""

    source: bytes
    broken: str | None = None
    truncated: bool = False


def _parsed(
    pieces: Iterator[_Piece], opening: Prolog
) -> Iterator[tuple[int, bytes, etree._Element | Rejection]]:
    parser = _parser()
    for number, piece in enumerate(pieces, 1):
        if piece.truncated and piece.broken is None:
            yield 0, b"", file_truncated(WHOLE_FILE, f"<{opening.root}>")
            return
        where = f"record {number}"
        if piece.truncated:
            yield number, piece.source, file_truncated(where, piece.broken or where)
        elif piece.broken:
            yield number, piece.source, record_malformed(where, piece.broken)
        else:
            yield number, piece.source, _element(piece.source, opening, parser, where)


def parse(source: bytes, opening: Prolog, where: str) -> etree._Element | Rejection:
    """Bytes cut out of a file with that prolog, parsed alone as `records` parses a record."""
    return _element(source, opening, _parser(), where)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )


def _element(
    source: bytes, opening: Prolog, parser: etree.XMLParser, where: str
) -> etree._Element | Rejection:
    try:
        text = source.decode(opening.codec)
    except UnicodeDecodeError as error:
        return encoding_invalid(where, f"{error.encoding}, byte {error.start} of the record: {error.reason}")
    content = source if opening.codec == "utf-8" else text.encode()
    try:
        if not opening.namespaces:
            return etree.fromstring(content, parser)
        return etree.fromstring(b"<records" + opening.namespaces + b">" + content + b"</records>", parser)[0]
    except etree.XMLSyntaxError as error:
        return record_malformed(where, error.msg or "not well-formed")


def _prolog(head: bytes) -> Prolog | Rejection:
    if not head.strip():
        return file_empty()
    if head.startswith(_WIDE):
        return encoding_invalid(WHOLE_FILE, "two or four bytes to a character (UTF-16 or UTF-32)")
    at = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    declared = _DECLARED.match(head, at)
    codec = declared[1].decode().lower() if declared else "utf-8"
    if not _CODEC.fullmatch(codec):
        return encoding_invalid(WHOLE_FILE, f"declared as {codec}")
    begins = _root_begins(head, at)
    root = _START_TAG.match(head, begins) if begins is not None else None
    if root is None or begins is None:
        return file_not_xml("no root element at its beginning")
    name = root[1].decode("utf-8", "replace")
    namespaces = b"".join(_NAMESPACE.findall(root[2]))
    return Prolog(
        name, namespaces, "utf-8" if codec == "utf8" else codec, begins, root.end(), root[2].endswith(b"/")
    )


def _root_begins(head: bytes, at: int) -> int | None:
    """Where the root's start tag is, past declaration, comments, instructions and document type."""
    while True:
        while at < len(head) and head[at] in b" \t\r\n":
            at += 1
        if head.startswith(b"<!DOCTYPE", at):
            at = _doctype_ends(head, at + len(b"<!DOCTYPE"))
        elif opened := next((mark for mark in (b"<!--", b"<?") if head.startswith(mark, at)), None):
            found = head.find(_SKIPPED[opened], at + len(opened))
            at = found + len(_SKIPPED[opened]) if found >= 0 else len(head)
        else:
            return at if head.startswith(b"<", at) else None


def _doctype_ends(head: bytes, at: int) -> int:
    inside = False
    for mark in _DOCTYPE.finditer(head, at):
        if mark[0] == b">" and not inside:
            return mark.end()
        if mark[0] in {b"[", b"]"}:
            inside = mark[0] == b"["
    return len(head)


class _Window:
    """The part of a file in memory: from `held`, the first byte still needed, on. Offsets are the file's.

    Should more than `RECORD_BYTES_MAX` be needed, they are let go and `overflowed` is set.
    """

    def __init__(self, stream: BinaryIO, head: bytes) -> None:
        self.data = head
        self.begins = 0
        self.held = 0
        self.overflowed = False
        self._stream = stream

    @property
    def ends(self) -> int:
        """The offset after the last byte in memory."""
        return self.begins + len(self.data)

    def hold(self, offset: int) -> None:
        """Keep the bytes from here on, and none before."""
        self.held, self.overflowed = offset, False

    def find(self, wanted: bytes, at: int) -> int | None:
        """Where `wanted` next begins, reading on as far as needed; None where the file ends first."""
        while True:
            found = self.data.find(wanted, at - self.begins)
            if found >= 0:
                return self.begins + found
            at = max(at, self.ends - len(wanted) + 1)
            if not self._read_on(at):
                return None

    def search(self, pattern: re.Pattern[bytes], at: int, longest: int) -> re.Match[bytes] | None:
        """The next match; `longest` is how far one reaches at most, with what it looks ahead at."""
        while True:
            found = pattern.search(self.data, at - self.begins)
            if found:
                return found
            at = max(at, self.ends - longest)
            if not self._read_on(at):
                return None

    def cut(self, begin: int, end: int) -> bytes:
        """The bytes from `begin` to `end`; none where they overflowed."""
        return b"" if self.overflowed else self.data[begin - self.begins : end - self.begins]

    def _read_on(self, needed: int) -> bool:
        """Append a chunk, letting go of what lies before both `held` and `needed`."""
        chunk = self._stream.read(CHUNK_BYTES)
        if not chunk:
            return False
        self.overflowed = self.overflowed or needed - self.held > RECORD_BYTES_MAX
        keep = needed if self.overflowed else min(self.held, needed)
        self.data = self.data[keep - self.begins :] + chunk
        self.begins = keep
        return True


class _Scanner:
    """Cuts the records out of a window; `_begun` is where a record is open, if one is."""

    def __init__(self, window: _Window, tag: str, opening: Prolog) -> None:
        name, root = re.escape(tag.encode()), re.escape(opening.root.encode())
        self._marks = re.compile(
            rb"<(?:!--|!\[CDATA\[|\?|(?P<close>/" + name + rb"(?=[\s>]))|(?P<open>" + name + rb"(?=[\s/>]))"
            rb"|(?P<end>/" + root + rb"(?=[\s>])))"
        )
        self._longest = max(len(name), len(root), len(b"![CDATA[")) + 3
        self._window = window
        self._tag = tag
        self._root = opening.root
        self._at = opening.root_begins if tag == opening.root else opening.root_ends
        self._begun: int | None = None
        self._complete = opening.root_closed or tag == opening.root

    def pieces(self) -> Iterator[_Piece]:
        """Every record in order, and at last what the file breaks off in."""
        while (mark := self._next_mark()) is not None:
            begins, self._at = self._window.begins + mark.start(), self._window.begins + mark.end()
            if mark.lastgroup is None:
                if not self._past(_SKIPPED[mark[0]]):
                    break
            elif mark.lastgroup == "close":
                if not self._past(b">"):
                    break
                yield self._closed()
            else:
                if self._begun is not None:
                    yield self._unclosed(begins)
                self._complete = self._complete or mark.lastgroup == "end"
                if mark.lastgroup == "open" and self._opened_and_closed(begins):
                    yield self._closed()
        if self._begun is not None:
            yield _Piece(self._window.cut(self._begun, self._window.ends), f"<{self._tag}>", truncated=True)
        elif not self._complete:
            yield _Piece(b"", None, truncated=True)

    def _next_mark(self) -> re.Match[bytes] | None:
        if self._begun is None:
            self._window.hold(self._at)
        return self._window.search(self._marks, self._at, self._longest)

    def _past(self, terminator: bytes) -> bool:
        """Go on after `terminator`; False where the file ends before it."""
        ends = self._window.find(terminator, self._at)
        self._complete = self._complete and ends is not None
        self._at = self._at if ends is None else ends + len(terminator)
        return ends is not None

    def _opened_and_closed(self, begins: int) -> bool:
        """Open a record; True where its start tag is an empty-element tag and so its end."""
        self._begun = begins
        self._window.hold(begins)
        ends = self._at
        while (found := self._window.find(b">", ends)) is not None and found - self._at < _TAG_BYTES_MAX:
            ends = found + 1
            tag = self._window.cut(self._at, ends)
            if _REST_OF_TAG.fullmatch(tag):
                self._at = ends
                return tag.endswith(b"/>")
        return False

    def _closed(self) -> _Piece:
        begun, self._begun = self._begun, None
        if begun is None:
            return _Piece(b"", f"</{self._tag}> has no start tag; the record before it is lost")
        if self._window.overflowed:
            return _Piece(b"", f"it is larger than {RECORD_BYTES_MAX} bytes")
        return _Piece(self._window.cut(begun, self._at))

    def _unclosed(self, ends: int) -> _Piece:
        begun, self._begun = self._begun, None
        assert begun is not None
        return _Piece(self._window.cut(begun, ends), f"its end tag </{self._tag}> is missing")
