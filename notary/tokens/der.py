"""A small reader of DER (X.690 section 10) for input nobody vouches for.

It reads what it is asked for and no more: lengths must be definite and minimal, values end exactly where
their container ends, tags are those expected. SET order is not demanded: DigiCert, GlobalSign, FreeTSA
and others do not keep it. It never recurses by itself, so depth is bounded by the structures asked for.
Everything wrong ends in `DerError`.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OBJECT_IDENTIFIER: Final = 0x06
ENUMERATED: Final = 0x0A
UTF8_STRING: Final = 0x0C
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31
CONSTRUCTED: Final = 0x20

_UTC_TIME = re.compile(rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z")
_GENERALIZED_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z")
_INTEGER_BYTES_MAX = 128  # a serial number or nonce, far longer than any in use


class DerError(Exception):
    """Bytes that are not the DER expected.

    Attributes:
        reason: what was wrong, in English.
        offset: where, in bytes from the start of the buffer read.
    """

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason, offset)
        self.reason = reason
        self.offset = offset


class Element:
    """One value: its tag and where in the buffer it starts, where its content starts and where it ends."""

    __slots__ = ("buffer", "content_start", "end", "start", "tag")

    def __init__(self, buffer: bytes, start: int, limit: int) -> None:
        self.buffer = buffer
        self.start = start
        try:
            self.tag = buffer[start]
            length = buffer[start + 1]
        except IndexError:
            raise DerError("a value is cut short", start) from None
        if self.tag & 0x1F == 0x1F:
            raise DerError("a tag has several bytes", start)
        content_start = start + 2
        if length >= 0x80:
            count = length & 0x7F
            if count == 0:
                raise DerError("a length is indefinite", start)
            if count > 4:
                raise DerError("a length has more than four bytes", start)
            content_start += count
            if content_start > limit:
                raise DerError("a value is cut short", start)
            length = int.from_bytes(buffer[start + 2 : content_start], "big")
            if length < 0x80 or length >> (8 * (count - 1)) == 0:
                raise DerError("a length is longer than needed", start)
        self.content_start = content_start
        self.end = content_start + length
        if self.end > limit:
            raise DerError("a value ends after its container", start)

    @property
    def content(self) -> bytes:
        """The bytes without tag and length."""
        return self.buffer[self.content_start : self.end]

    @property
    def raw(self) -> bytes:
        """The bytes with tag and length."""
        return self.buffer[self.start : self.end]

    def children(self) -> list["Element"]:
        """The values a constructed value is made of."""
        if not self.tag & CONSTRUCTED:
            raise DerError("a constructed value was expected", self.start)
        found = []
        at = self.content_start
        while at < self.end:
            child = Element(self.buffer, at, self.end)
            found.append(child)
            at = child.end
        return found

    def expect(self, tag: int) -> "Element":
        """Itself, if it has this tag."""
        if self.tag != tag:
            raise DerError(f"tag {self.tag:#04x} stands where {tag:#04x} is expected", self.start)
        return self


class Fields:
    """The values in a constructed value, taken from left to right."""

    __slots__ = ("_at", "_elements", "_parent")

    def __init__(self, parent: Element) -> None:
        self._parent = parent
        self._elements = parent.children()
        self._at = 0

    def take(self, tag: int | None = None) -> Element:
        """The next value, which must have the tag, if one is given."""
        if self._at >= len(self._elements):
            raise DerError("a field is missing", self._parent.end)
        element = self._elements[self._at]
        if tag is not None:
            element.expect(tag)
        self._at += 1
        return element

    def take_if(self, *tags: int) -> Element | None:
        """The next value if it has one of the tags."""
        if self._at < len(self._elements) and self._elements[self._at].tag in tags:
            self._at += 1
            return self._elements[self._at - 1]
        return None

    def end(self) -> None:
        """Refuse further fields."""
        if self._at < len(self._elements):
            raise DerError("a field is unexpected", self._elements[self._at].start)


def single(buffer: bytes, tag: int | None = None) -> Element:
    """The one value a buffer consists of."""
    element = Element(buffer, 0, len(buffer))
    if tag is not None:
        element.expect(tag)
    if element.end != len(buffer):
        raise DerError("bytes follow the value", element.end)
    return element


def fields(element: Element, tag: int = SEQUENCE) -> Fields:
    """The fields of a SEQUENCE (or of a value tagged otherwise)."""
    return Fields(element.expect(tag))


def integer(element: Element, tag: int = INTEGER) -> int:
    """An INTEGER in its shortest form."""
    content = element.expect(tag).content
    if not content or len(content) > _INTEGER_BYTES_MAX:
        raise DerError("an integer is empty or too long", element.start)
    if len(content) > 1 and (content[0], content[1] >> 7) in {(0, 0), (255, 1)}:
        raise DerError("an integer is longer than needed", element.start)
    return int.from_bytes(content, "big", signed=True)


def boolean(element: Element) -> bool:
    """A BOOLEAN: 00 or FF."""
    content = element.expect(BOOLEAN).content
    if content not in {b"\x00", b"\xff"}:
        raise DerError("a boolean is neither 00 nor FF", element.start)
    return content == b"\xff"


def oid(element: Element) -> str:
    """An OBJECT IDENTIFIER in dotted form."""
    try:
        return _dotted(element.expect(OBJECT_IDENTIFIER).content)
    except ValueError:
        raise DerError("an object identifier is malformed", element.start) from None


def bit_string(element: Element, tag: int = BIT_STRING) -> bytes:
    """The bytes of a BIT STRING of whole bytes, as keys and signatures are."""
    content = element.expect(tag).content
    if content[:1] != b"\x00":
        raise DerError("a bit string is not of whole bytes", element.start)
    return content[1:]


def named_bits(element: Element) -> int:
    """A BIT STRING of named bits as a number in which bit n is 1 << n."""
    content = element.expect(BIT_STRING).content
    if not content or content[0] > 7 or (len(content) == 1 and content[0]):
        raise DerError("a bit string is malformed", element.start)
    unused = content[0]
    if unused and content[-1] & ((1 << unused) - 1):
        raise DerError("a bit string has unused bits that are set", element.start)
    bits = 0
    for at, byte in enumerate(content[1:]):
        for bit in range(8):
            if byte & (0x80 >> bit):
                bits |= 1 << (8 * at + bit)
    return bits


def generalized_time(element: Element) -> datetime:
    """A GeneralizedTime in UTC with seconds, fractions without trailing zeros (RFC 3161 section 2.4.2).

    Digits beyond microseconds are cut off.
    """
    match = _GENERALIZED_TIME.fullmatch(element.expect(GENERALIZED_TIME).content)
    if not match:
        raise DerError("a time is not of the form YYYYMMDDhhmmss[.s…]Z", element.start)
    fraction = (match[7] or b"").ljust(6, b"0")[:6]
    return _instant(element, int(match[1]), *(int(part) for part in match.groups()[1:6]), int(fraction))


def time(element: Element) -> datetime:
    """A Time of RFC 5280: UTCTime from 1950 to 2049, GeneralizedTime else."""
    if element.tag != UTC_TIME:
        return generalized_time(element)
    match = _UTC_TIME.fullmatch(element.content)
    if not match:
        raise DerError("a time is not of the form YYMMDDhhmmssZ", element.start)
    year = int(match[1])
    return _instant(
        element, year + (1900 if year >= 50 else 2000), *(int(part) for part in match.groups()[1:])
    )


def _instant(element: Element, *parts: int) -> datetime:
    make: Callable[..., datetime] = datetime
    try:
        return make(*parts, tzinfo=UTC)
    except ValueError:
        raise DerError("a time is no instant of the calendar", element.start) from None


@lru_cache(maxsize=1024)
def _dotted(content: bytes) -> str:
    if not content or content[-1] & 0x80 or len(content) > 64:
        raise ValueError(content)
    arcs: list[int] = []
    arc, is_first_byte = 0, True
    for byte in content:
        if is_first_byte and byte == 0x80:
            raise ValueError(content)
        arc = arc << 7 | byte & 0x7F
        is_first_byte = not byte & 0x80
        if is_first_byte:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(part) for part in (first, arcs[0] - 40 * first, *arcs[1:]))
