"""DER as we write it: the few types the embedded authority's answers are made of."""

from datetime import UTC, datetime

from notary.tokens import der


def tagged(tag: int, content: bytes) -> bytes:
    """A value with a tag of one byte."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of encoded parts."""
    return tagged(der.SEQUENCE, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """A SET OF encoded parts, sorted as DER demands."""
    return tagged(der.SET, b"".join(sorted(parts)))


def explicit(number: int, content: bytes) -> bytes:
    """A value in an explicit or constructed context tag [number]."""
    return tagged(0xA0 | number, content)


def integer(value: int) -> bytes:
    """An INTEGER in its shortest form."""
    return tagged(der.INTEGER, _two_complement(value))


def implicit_integer(number: int, value: int) -> bytes:
    """An INTEGER under the implicit context tag [number]."""
    return tagged(0x80 | number, _two_complement(value))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tagged(der.OBJECT_IDENTIFIER, b"".join(_base128(arc) for arc in (40 * first + second, *rest)))


def octets(content: bytes) -> bytes:
    """An OCTET STRING."""
    return tagged(der.OCTET_STRING, content)


def null() -> bytes:
    """NULL."""
    return tagged(der.NULL, b"")


def utf8(text: str) -> bytes:
    """A UTF8String."""
    return tagged(der.UTF8_STRING, text.encode())


def named_bit(bit: int) -> bytes:
    """A BIT STRING with one named bit set, without trailing zero bits."""
    return tagged(der.BIT_STRING, bytes((7 - bit % 8,)) + bytes(bit // 8) + bytes((0x80 >> bit % 8,)))


def generalized_time(instant: datetime) -> bytes:
    """A GeneralizedTime in UTC, with microseconds but without trailing zeros (RFC 3161 section 2.4.2)."""
    utc = instant.astimezone(UTC)
    text = f"{utc:%Y%m%d%H%M%S}"
    if utc.microsecond:
        text += f".{utc.microsecond:06d}".rstrip("0")
    return tagged(der.GENERALIZED_TIME, f"{text}Z".encode())


def _two_complement(value: int) -> bytes:
    # One bit more than the magnitude, for the sign.
    return value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True)


def _base128(arc: int) -> bytes:
    encoded = bytes((arc & 0x7F,))
    while arc := arc >> 7:
        encoded = bytes((0x80 | arc & 0x7F,)) + encoded
    return encoded
