"""Forms of scopes read once, and compared dimension by dimension (L-5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.values.scope import parse_scope
from ledger.values.scope_forms import (
    dimensions_outside,
    meets_space_of,
    period_form,
    scope_of,
    settled_form,
)

NAMES = {
    "acts": ["*", "make", "use", "sell"],
    "territory": ["*", "CN", "CN-44", "广东", "CN-4403", "CN-43", "US", "US-CA"],
    "field": ["*", "batteries", "Batteries/Lithium", "batteries/lithium/cells", "cars"],
}


def _dimension(names):
    included = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    excluded = st.lists(st.sampled_from(names[1:]), max_size=2, unique=True)
    return st.tuples(included, excluded)


@st.composite
def forms(draw):
    form = {}
    left_out = {}
    for dimension, names in NAMES.items():
        form[dimension], excluded = draw(_dimension(names))
        if excluded:
            left_out[dimension] = excluded
    if left_out:
        form["except"] = left_out
    first, last = sorted(draw(st.tuples(st.integers(0, 9), st.integers(0, 9))))
    form["from"] = f"2024-01-1{first}"
    if draw(st.booleans()):
        form["until"] = f"2024-01-1{last}"
    return form


def parsed(form):
    try:
        return parse_scope("patent", form)
    except InputRejected:
        return None


@given(forms(), forms())
def test_kept_answers_are_those_of_the_scopes(one, other):
    left, right = parsed(one), parsed(other)
    if left is None or right is None:
        with pytest.raises(InputRejected):
            scope_of("patent", one if left is None else other)
        return
    assert scope_of("patent", one) == left
    assert settled_form("patent", one) == {
        name: told for name, told in left.as_json().items() if told is not None
    }
    same_time = (left.period & right.period) is not None
    assert (meets_space_of("patent", one)(other) and same_time) == left.overlaps(right)
    assert (dimensions_outside(left, right) == []) == left.within(right)


@pytest.mark.parametrize("form", [None, [], "whole", {}, {"acts": ["*"], "territory": ["*"], "field": ["*"]}])
def test_what_is_no_scope_is_refused(form):
    with pytest.raises(InputRejected) as caught:
        scope_of("patent", form)
    assert caught.value.code == "SCOPE_INVALID"


def test_a_period_without_end_has_no_last_day_in_its_form():
    scope = scope_of("patent", {"acts": ["*"], "territory": ["*"], "field": ["*"], "from": "2024-01-01"})
    assert period_form(scope.period) == {"from": "2024-01-01"}
