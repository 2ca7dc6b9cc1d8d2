"""Sets of nested names and the territories made of them."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.values import territories
from ledger.values.extents import EVERYTHING, NOTHING, Extent, at, chosen, closed, described
from ledger.values.territories import PROVINCES, WORLD, territory_path, territory_text

NAMES = st.sampled_from("abc")
PATHS = st.lists(NAMES, max_size=3).map(tuple)
UNIVERSES = st.sampled_from([EVERYTHING, closed("ab"), Extent(rest=True, named=(("a", closed("bc")),))])
POINTS = [(one, two, three, "~") for one in "abc~" for two in "abc~" for three in "abc~"]


@st.composite
def extents(draw, universe=EVERYTHING):
    included = draw(st.lists(PATHS, max_size=4))
    excluded = [path for path in draw(st.lists(PATHS, max_size=3)) if path not in included]
    return chosen(universe, included, excluded)


def members(extent):
    return {point for point in POINTS if point in extent}


@given(extents(), extents())
def test_union_intersection_and_difference_are_those_of_their_members(one, two):
    assert members(one | two) == members(one) | members(two)
    assert members(one & two) == members(one) & members(two)
    assert members(one - two) == members(one) - members(two)
    assert (one <= two) == (members(one) <= members(two))


@given(extents(), extents())
def test_equal_sets_are_equal_values(one, two):
    assert (one == two) == (members(one) == members(two))
    assert (one - two) | (one & two) == one


@given(UNIVERSES.flatmap(lambda universe: st.tuples(st.just(universe), extents(universe))))
def test_what_is_described_is_chosen_again(drawn):
    universe, extent = drawn
    assert chosen(universe, *described(universe, extent)) == extent


@given(st.lists(PATHS, max_size=4, unique=True), st.data())
def test_the_longest_path_decides(paths, data):
    verdicts = {path: data.draw(st.booleans()) for path in paths}
    extent = chosen(EVERYTHING, [p for p in paths if verdicts[p]], [p for p in paths if not verdicts[p]])
    for point in POINTS:
        holding = [path for path in paths if point[: len(path)] == path]
        assert (point in extent) == (bool(holding) and verdicts[max(holding, key=len)])


def test_nothing_remains_of_a_closed_universe_when_all_names_are_gone():
    universe = closed(["a", "b"])
    assert universe - at(("a",)) - at(("b",)) == NOTHING
    assert EVERYTHING - at(("a",)) - at(("b",)) != NOTHING
    assert chosen(universe, [("c",)]) == NOTHING


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(territories).failed == 0


def test_n_8_china_is_its_thirty_one_provinces_and_nothing_else():
    mainland = [each for each in PROVINCES if each.jurisdiction == "CN"]
    assert (len(PROVINCES), len(mainland)) == (34, 31)
    china = chosen(WORLD, [("CN",)])
    for province in mainland:
        assert china != NOTHING
        china = china - at(("CN", province.code))
    assert china == NOTHING


@pytest.mark.parametrize("region", ["HK", "MO", "TW"])
def test_n_8_regions_with_their_own_offices_are_not_within_china(region):
    assert chosen(WORLD, [("CN",)]) & at((region,)) == NOTHING
    assert territory_path(next(each.name_zh for each in PROVINCES if each.jurisdiction == region)) == (
        region,
    )


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("CN", ("CN",)),
        ("CN-44", ("CN", "44")),
        ("广东省", ("CN", "44")),
        ("内蒙古", ("CN", "15")),
        ("CN-440305", ("CN", "44", "03", "05")),
        ("US", ("US",)),
        ("US-CA", ("US", "CA")),
        ("CN-82", ("MO",)),
    ],
)
def test_a_territory_is_a_path_of_nested_names(text, path):
    assert territory_path(text) == path


@pytest.mark.parametrize(
    "text", ["", "C", "cn", "CN-", "CN-99", "CN-4", "CN-440", "CN-GD", "广", "CHN", "US-CALI", "CN-44\n"]
)
def test_what_is_no_territory_has_no_path(text):
    assert territory_path(text) is None


@given(st.sampled_from(["CN", "CN-44", "CN-4403", "CN-440305", "US", "US-CA", "HK"]))
def test_a_path_is_written_as_its_code(text):
    assert territory_text(territory_path(text)) == text
