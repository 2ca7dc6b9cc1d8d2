"""Canonical JSON: one spelling for each value, held against RFC 8785 as others wrote it."""

import json
import unicodedata
from functools import partial
from pathlib import Path

import orjson
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from ledger import canonical
from ledger.errors import NotCanonical

CYBERPHONE = Path(__file__).parents[1] / "vectors" / "cyberphone-json-canonicalization"
MAX = canonical.MAX_INTEGER

KEYS = (
    st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]))
    .map(partial(unicodedata.normalize, "NFC"))
    .filter(lambda key: all(ord(sign) <= 0xFFFF for sign in key))
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"])).map(partial(unicodedata.normalize, "NFC"))
SCALARS = st.none() | st.booleans() | st.integers(-MAX, MAX) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@given(VALUES)
@example({"\u20ac": 1, "\r": 2, "\ufffd": 3, "1": 4, "\x80": 5, "\u00f6": 6})
@example('\x00\x1f\x7f\b\t\n\f\r"\\/\u2028')
def test_permitted_values_print_as_rfc_8785_asks(value):
    assert canonical.encode(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_was_encoded_decodes_to_the_same_value(value):
    assert canonical.decode(canonical.encode(value)) == value


@pytest.mark.parametrize("name", ["french", "structures", "arrays", "unicode", "values", "weird"])
def test_the_vectors_of_the_rfc_print_identically_or_are_refused_where_the_space_is_narrower(name):
    value = json.loads((CYBERPHONE / "input" / f"{name}.json").read_text("utf-8"))
    expected = (CYBERPHONE / "output" / f"{name}.json").read_bytes()
    refused = {
        "unicode": ("/Unnormalized Unicode", "form C"),
        "values": ("/numbers/0", "float"),
        "weird": ("/\U0001f602", "Multilingual"),
    }.get(name)
    if refused is None:
        assert canonical.encode(json.loads(expected)) == expected
        assert canonical.decode(expected) == value
        return
    with pytest.raises(NotCanonical) as caught:
        canonical.encode(value)
    pointer, reason = refused
    assert caught.value.data["pointer"].startswith(pointer)
    assert reason in caught.value.data["reason"]
    with pytest.raises(NotCanonical):
        canonical.decode(expected)


def test_tuples_print_as_lists():
    assert canonical.encode({"share": (1, 2)}) == b'{"share":[1,2]}'


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (1.0, ""),
        ({"a": [0, {"b": 0.5}]}, "/a/1/b"),
        ({"a": MAX + 1}, "/a"),
        ({"a": -MAX - 1}, "/a"),
        ({"a": float("nan")}, "/a"),
        ({"a": b"bytes"}, "/a"),
        ({"a": {1, 2}}, "/a"),
        ({"a": {1: 2}}, "/a"),
        ({"a": "\ud800"}, "/a"),
        (["e\u0301"], "/0"),
        ({"\ud800": 1}, "/\\ud800"),
        ({"e\u0301": 1}, "/e\u0301"),
        ({"\U0001f602": 1}, "/\U0001f602"),
        ({"a/b": {"c~d": 1.5}}, "/a~1b/c~0d"),
        ([object()], "/0"),
    ],
)
def test_what_lies_outside_the_permitted_space_is_refused_with_its_pointer(value, pointer):
    with pytest.raises(NotCanonical) as caught:
        canonical.encode(value)
    assert caught.value.data["pointer"] == pointer


def nested(levels, *, braces=True):
    value = 0
    for _ in range(levels):
        value = {"a": value} if braces else [value]
    return value


@pytest.mark.parametrize("braces", [True, False])
def test_nesting_ends_at_the_stated_depth(braces):
    deep = nested(canonical.MAX_DEPTH, braces=braces)
    assert canonical.decode(canonical.encode(deep)) == deep
    with pytest.raises(NotCanonical):
        canonical.encode(nested(canonical.MAX_DEPTH + 1, braces=braces))


def test_a_value_that_holds_itself_is_refused():
    circle = []
    circle.append(circle)
    with pytest.raises(NotCanonical):
        canonical.encode(circle)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b' {"a":1}',
        b'{"a":1}\n',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\u000A"}',
        b'{"a":"\\u001F"}',
        b'"\\u20ac"',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":0.5}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":9007199254740992}',
        b'{"a":123456789012345678901234567890}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xed\xa0\x80"}',
        '{"a":"e\u0301"}'.encode(),
        '{"e\u0301":1}'.encode(),
        '{"\U0001f602":1}'.encode(),
        '{"a":1}'.encode("utf-16"),
        b'{"a":"\xff"}',
        b'{"a":1,}',
        b"{'a':1}",
        b'{"a":1} {"a":1}',
        b"",
        b"null ",
        b'"\x01"',
        b'"\\x41"',
        b"[1,2",
        b"tRUE",
        b"[" * 33 + b"]" * 33,
        b"[" * 200_000 + b"]" * 200_000,
        b'{"a":' * 200_000,
        b"[" * 1_000_000,
    ],
)
def test_any_other_spelling_is_refused(data):
    with pytest.raises(NotCanonical):
        canonical.decode(data)


@given(st.binary(max_size=200))
@example(b"\x00")
def test_decoding_arbitrary_bytes_gives_their_value_or_not_canonical(data):
    try:
        value = canonical.decode(data)
    except NotCanonical:
        return
    assert canonical.encode(value) == data


@given(VALUES, st.data())
def test_decoding_damaged_bytes_gives_their_value_or_not_canonical(value, data):
    raw = bytearray(canonical.encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = canonical.decode(bytes(raw))
    except NotCanonical:
        return
    assert canonical.encode(found) == bytes(raw)


@given(st.recursive(SCALARS | st.floats() | st.text() | st.integers(), st.lists, max_leaves=8))
def test_json_of_any_value_decodes_only_in_its_canonical_spelling(value):
    raw = orjson.dumps(value) if _encodable(value) else b"?"
    try:
        found = canonical.decode(raw)
    except NotCanonical:
        return
    assert rfc8785.dumps(found) == raw


def _encodable(value):
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return False
    return True
