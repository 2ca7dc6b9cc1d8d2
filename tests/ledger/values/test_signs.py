"""Signs that deceive are found where they stand."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.values import signs
from ledger.values.signs import Deception, deceptive_sign, unreadable_sign


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(signs).failed == 0


@pytest.mark.parametrize(
    "text", ["", "深圳市甲乙科技有限公司", "Société Générale", "（2024）粤01民初1号", "😀"]
)
def test_names_as_people_write_them_are_readable(text):
    assert unreadable_sign(text) is None


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("甲\u202e乙", 2, Deception.RIGHT_TO_LEFT),
        ("甲乙\u0007", 3, Deception.CONTROL),
        ("\u2028", 1, Deception.CONTROL),
        ("甲\u2060乙", 2, Deception.INVISIBLE),
        ("\ue000", 1, Deception.INVISIBLE),
    ],
)
def test_what_cannot_be_read_is_found(text, position, reason):
    sign = unreadable_sign(text)
    assert (sign.position, sign.reason) == (position, reason)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_printable_ascii_never_deceives(text):
    assert deceptive_sign(text) is None


@given(st.text(max_size=20))
def test_a_sign_found_stands_where_it_is_said_to(text):
    sign = deceptive_sign(text, expected="号")
    readable = text if sign is None else text[: sign.position - 1]
    assert all(" " <= each <= "~" or each == "号" for each in readable)
    if sign is not None:
        assert f"U+{ord(text[sign.position - 1]):04X}" == sign.code_point
