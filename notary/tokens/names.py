"""Distinguished names: compared as RFC 5280 section 7.1 compares them, and printed for people."""

from functools import lru_cache

from notary.tokens import der

_LABELS = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "street",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
_UTF8_LIKE = {0x0C, 0x12, 0x13, 0x16, 0x1A}
_UTF16_STRING = 0x1E
_LATIN_STRING = 0x14

_Attribute = tuple[str, str]


def same_name(left: bytes, right: bytes) -> bool:
    """Do two DER names name the same? Case, runs of spaces and the kind of string do not matter."""
    return left == right or name_key(left) == name_key(right)


@lru_cache(maxsize=1024)
def name_key(name: bytes) -> tuple[frozenset[_Attribute], ...]:
    """A value that is equal for names that are the same."""
    return tuple(
        frozenset((oid, " ".join(value.casefold().split())) for oid, value in rdn) for rdn in _read_name(name)
    )


def display_name(name: bytes) -> str:
    """A DER name as text, such as `C=BE, O=GlobalSign nv-sa, CN=…`, in the order of the certificate."""
    return ", ".join(
        "+".join(f"{_LABELS.get(oid, oid)}={value}" for oid, value in rdn) for rdn in _read_name(name)
    )


def display_general_name(general_name: bytes) -> str:
    """A DER GeneralName as text: the directory name, or the URI, domain or address."""
    element = der.single(general_name)
    if element.tag == 0xA4:
        return display_name(element.content)
    return element.content.decode(errors="replace")


def _read_name(name: bytes) -> list[list[_Attribute]]:
    return [
        [_read_attribute(attribute) for attribute in rdn.expect(der.SET).children()]
        for rdn in der.single(name, der.SEQUENCE).children()
    ]


def _read_attribute(attribute: der.Element) -> _Attribute:
    parts = der.fields(attribute)
    oid = der.oid(parts.take())
    value = parts.take()
    parts.end()
    try:
        if value.tag in _UTF8_LIKE:
            return oid, value.content.decode()
        if value.tag == _UTF16_STRING:
            return oid, value.content.decode("utf-16-be")
    except UnicodeDecodeError:
        pass  # shown and compared by its bytes, below
    if value.tag == _LATIN_STRING:
        return oid, value.content.decode("latin-1")
    return oid, f"#{value.raw.hex()}"
