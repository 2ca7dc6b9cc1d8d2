"""Exact shares (N-6)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.values.shares import as_pair, from_pair


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=1))
def test_a_share_is_read_back_exactly(share):
    assert from_pair(as_pair(share)) == share


@pytest.mark.parametrize("pair", [[0, 1], [3, 2], [-1, 2], [1, -2]])
def test_what_is_no_share_of_a_whole_is_refused(pair):
    with pytest.raises(ValueError, match="share"):
        from_pair(pair)


def test_a_share_of_nothing_is_refused():
    with pytest.raises(ZeroDivisionError):
        from_pair([1, 0])
