"""What can be read as commands, and what is refused whole; nothing ends in anything else."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.submission import COMMANDS_MAX, INPUT_BYTES_MAX, Given, read_commands
from tests.submission.commands import consent


def test_the_four_ways_to_hand_commands_in():
    one, two = consent("c-1"), consent("c-2")
    text = json.dumps(one, ensure_ascii=False)
    assert read_commands(text.encode()) == Given((one,))
    assert read_commands(json.dumps([one, two]).encode()) == Given((one, two), listed=True)
    both = {"atomic": True, "commands": [one, two]}
    assert read_commands(json.dumps(both, indent=2).encode()) == Given((one, two), listed=True, atomic=True)
    assert read_commands(json.dumps({"commands": [one]}).encode()) == Given((one,), listed=True)
    assert read_commands(f"{text}\r\n\n{json.dumps(two)}\n".encode()) == Given((one, two), listed=True)


def test_a_byte_order_mark_is_passed_over():
    assert read_commands(b"\xef\xbb\xbf" + json.dumps(consent("c-1")).encode()) == Given((consent("c-1"),))


def test_what_is_no_command_in_a_list_is_left_for_its_own_refusal():
    assert read_commands(b'[1, null, {"a": 1}]').values == (1, None, {"a": 1})


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "JSON_INVALID"),
        (b"  \n ", "JSON_INVALID"),
        (b"{", "JSON_INVALID"),
        (b"nonsense", "JSON_INVALID"),
        (b"7", "JSON_INVALID"),
        (b'"text"', "JSON_INVALID"),
        (b"null", "JSON_INVALID"),
        (b'{"a": 1.5}', "JSON_INVALID"),
        (b'{"a": 1e3}', "JSON_INVALID"),
        (b'{"a": NaN}', "JSON_INVALID"),
        (b'{"a": -Infinity}', "JSON_INVALID"),
        (b'{"a": 1, "a": 1}', "JSON_INVALID"),
        (b'{"a": {"b": 1, "b": 2}}', "JSON_INVALID"),
        (b'{"a": "\xff"}', "JSON_INVALID"),
        ('{"a": 1}'.encode("utf-16"), "JSON_INVALID"),
        (b'{"a": ' + b"9" * 5000 + b"}", "JSON_INVALID"),
        (b"[" * 200_000, "JSON_INVALID"),
        (b"[" * 100_000 + b"]" * 100_000, "JSON_INVALID"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "JSON_INVALID"),
        (b'{"a": 1}\n{"b": 2', "JSON_INVALID"),
        (b'{"a": 1} {"b": 2}', "JSON_INVALID"),
        (b"[]", "LIST_INVALID"),
        (b'{"commands": []}', "LIST_INVALID"),
        (b'{"commands": {}}', "LIST_INVALID"),
        (b'{"commands": [1], "atomic": 1}', "LIST_INVALID"),
        (b'{"commands": [1], "all": true}', "LIST_INVALID"),
        (b'{"commands": [1], "\\ud800": true}', "LIST_INVALID"),
        (b"[" + b"1," * COMMANDS_MAX + b"1]", "TOO_MANY_COMMANDS"),
        (b"1\n" * (COMMANDS_MAX + 1), "TOO_MANY_COMMANDS"),
        (b'{"atomic":true,"commands":[' + b"1," * COMMANDS_MAX + b"1]}", "TOO_MANY_COMMANDS"),
        (b" " * (INPUT_BYTES_MAX + 1), "INPUT_TOO_LARGE"),
    ],
)
def test_what_cannot_be_read_is_refused_whole(raw, code):
    with pytest.raises(InputRejected) as refused:
        read_commands(raw)
    assert refused.value.code == code
    refused.value.message_en.encode()
    refused.value.message_zh.encode()


def test_as_many_commands_as_are_allowed_are_read():
    assert len(read_commands(b"[" + b"1," * (COMMANDS_MAX - 1) + b"1]").values) == COMMANDS_MAX


def test_a_bad_line_is_named():
    with pytest.raises(InputRejected) as refused:
        read_commands(b'{"a": 1}\n\n{"b": 2,}\n')
    assert refused.value.data["line"] == 3


@given(st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_our_error(raw):
    with contextlib.suppress(InputRejected):
        assert read_commands(raw).values
