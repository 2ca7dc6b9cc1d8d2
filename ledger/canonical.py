"""Canonical JSON: the only place that knows how an entry becomes bytes (design 4.1, RFC 8785).

The value space is narrowed so that a fast encoder prints exactly what RFC 8785 asks for: no floats, no
integer beyond ±(2^53-1), keys within the Basic Multilingual Plane (their UTF-8 and UTF-16 orders then
agree), no lone surrogates, text in Unicode normalization form C.
"""

import unicodedata
from typing import Any, Final, TypeAlias

import orjson

from ledger.errors import NotCanonical

MAX_INTEGER: Final = 2**53 - 1
MAX_DEPTH: Final = 32

Json: TypeAlias = dict[str, Any] | list[Any] | tuple[Any, ...] | str | int | bool | None


def encode(value: Json) -> bytes:
    """`value` as canonical bytes.

    Raises:
        NotCanonical: with the JSON pointer of the first value outside the permitted space.
    """
    if _permitted(value, 0):
        try:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            pass  # a lone surrogate: named below
    _check(value, "", 0)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def decode(data: bytes) -> Any:
    """The value of canonical bytes; bytes that `encode` would not print are refused.

    Raises:
        NotCanonical: the bytes are not JSON, or not the canonical form of what they say.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise NotCanonical("", f"not JSON: {error}") from error
    if encode(value) != data:
        raise NotCanonical("", "the bytes are JSON but not in canonical form")
    return value


def _permitted(value: Any, depth: int) -> bool:  # noqa: C901, PLR0911, PLR0912 -- flat: it is hot
    """Whether `value` is plainly permitted. If not, `_check` decides and names the place, more slowly."""
    kind = type(value)
    if kind is dict:
        for key in value:
            if type(key) is not str or not key.isascii():
                return False
        value = value.values()
    elif kind is not list and kind is not tuple:
        value = (value,)
        depth -= 1
    if depth >= MAX_DEPTH:
        return False
    for member in value:
        kind = type(member)
        if kind is str:
            if not member.isascii() and not unicodedata.is_normalized("NFC", member):
                return False
        elif kind is int:
            if not -MAX_INTEGER <= member <= MAX_INTEGER:
                return False
        elif kind is dict or kind is list or kind is tuple:
            if not _permitted(member, depth + 1):
                return False
        elif member is not None and kind is not bool:
            return False
    return True


def _check(value: Any, pointer: str, depth: int) -> None:
    kind = type(value)
    if kind is str:
        _check_text(value, pointer)
    elif kind is dict:
        _check_members(value, pointer, depth + 1)
    elif kind is list or kind is tuple:
        _check_depth(pointer, depth + 1)
        for index, member in enumerate(value):
            _check(member, f"{pointer}/{index}", depth + 1)
    elif kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise NotCanonical(pointer, f"integer beyond ±{MAX_INTEGER}")
    elif value is not None and kind is not bool:
        raise NotCanonical(pointer, f"{kind.__name__} is not a permitted type")


def _check_members(value: dict[Any, Any], pointer: str, depth: int) -> None:
    _check_depth(pointer, depth)
    for key, member in value.items():
        if type(key) is not str:
            raise NotCanonical(pointer, "a key is not text")
        if not key.isascii():
            _check_key(key, pointer)
        _check(member, f"{pointer}/{_escaped(key)}", depth)


def _check_depth(pointer: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotCanonical(pointer, f"nested deeper than {MAX_DEPTH}")


def _check_text(text: str, pointer: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical(pointer, "lone surrogate in text") from error
    if not unicodedata.is_normalized("NFC", text):
        raise NotCanonical(pointer, "text is not in Unicode normalization form C")


def _check_key(key: str, pointer: str) -> None:
    at = f"{pointer}/{_escaped(key.encode(errors='backslashreplace').decode())}"
    _check_text(key, at)
    if any(ord(sign) > 0xFFFF for sign in key):
        raise NotCanonical(at, "a key lies outside the Basic Multilingual Plane")


def _escaped(key: str) -> str:
    """`key` as a reference token of a JSON pointer (RFC 6901, section 3)."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key
