"""Scopes against a model of points (L-3, L-4, L-5, L-8, A-9, S07, S08, S21, M-2)."""

from datetime import date, timedelta
from itertools import combinations, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.values.scope import Period, parse_scope, remaining, subtract
from ledger.values.territories import PROVINCES

DAY_ONE = date(2024, 1, 1)
PATENT = {"acts": ["*"], "territory": ["CN"], "field": ["*"], "from": "2018-05-20", "until": "2038-05-19"}


def scope(kind="patent", **changes):
    return parse_scope(kind, PATENT | changes)


def refused(kind="patent", **changes):
    with pytest.raises(InputRejected) as caught:
        scope(kind, **changes)
    return caught.value.code, caught.value.data["pointer"]


# The model: a scope is the set of its points. Each dimension has one point for every set of names that no
# scope below can tell apart.

ACTS = ("make", "use", "offer_to_sell", "sell", "import")
TERRITORIES = {
    "*": (),
    "CN": ("CN",),
    "CN-43": ("CN", "43"),
    "CN-44": ("CN", "44"),
    "CN-4403": ("CN", "44", "03"),
    "US": ("US",),
    "US-CA": ("US", "CA"),
}
FIELDS = {"*": (), "a": ("a",), "a/b": ("a", "b"), "c": ("c",)}
PLACES = (
    ("CN", "11"),
    ("CN", "43"),
    ("CN", "44", "~"),
    ("CN", "44", "03"),
    ("US", "~"),
    ("US", "CA"),
    ("FR",),
)
USES = (("a", "b"), ("a", "~"), ("c",), ("~",))
DAYS = (*(DAY_ONE + timedelta(offset) for offset in range(-1, 6)), date(2199, 1, 1))
POINTS = tuple(product(ACTS, PLACES, USES, DAYS))


def chosen_by(names, point, included, excluded):
    """Whether the longest name that holds the point is an included one."""
    holding = [(len(names[name]), name in included) for name in (*included, *excluded)
               if point[: len(names[name])] == names[name]]  # fmt: skip
    return max(holding, default=(0, False))[1]


def model(form):
    out = form.get("except", {})
    acts = [act for act in ACTS if "*" in form["acts"] or act in form["acts"]]
    places = [p for p in PLACES if chosen_by(TERRITORIES, p, form["territory"], out.get("territory", []))]
    uses = [use for use in USES if chosen_by(FIELDS, use, form["field"], out.get("field", []))]
    until = form["until"] or "9999-12-31"
    days = [day for day in DAYS if form["from"] <= day.isoformat() <= until]
    return frozenset(product(acts, places, uses, days))


def points(value):
    return frozenset(
        (act, place, use, day)
        for act, place, use, day in POINTS
        if (act,) in value.acts
        and place in value.territory
        and use in value.field
        and value.period.first <= day <= (value.period.last or date.max)
    )


@st.composite
def forms(draw):
    """A form of a patent's scope that is not empty in any dimension."""
    form = {"acts": draw(st.lists(st.sampled_from(ACTS), min_size=1, max_size=3, unique=True)), "except": {}}
    for dimension, names in (("territory", TERRITORIES), ("field", FIELDS)):
        form[dimension] = draw(st.lists(st.sampled_from(sorted(names)), min_size=1, max_size=2, unique=True))
        others = sorted(set(names) - set(form[dimension]) - {"*"})
        form["except"][dimension] = draw(st.lists(st.sampled_from(others), max_size=2, unique=True))
    first = draw(st.integers(0, 4))
    form["from"] = (DAY_ONE + timedelta(first)).isoformat()
    last = draw(st.none() | st.integers(first, 4))
    form["until"] = None if last is None else (DAY_ONE + timedelta(last)).isoformat()
    return form


@given(forms())
def test_a_scope_has_the_points_its_form_says(form):
    assert points(parse_scope("patent", form)) == model(form)


def test_a_scope_from_which_everything_was_taken_out_is_refused():
    provinces = [f"CN-{each.code}" for each in PROVINCES if each.jurisdiction == "CN"]
    assert refused(**{"except": {"territory": provinces}}) == ("SCOPE_INVALID", "/territory")
    assert scope(**{"except": {"territory": provinces[1:]}}) == scope(territory=["北京"])


@given(forms())
def test_a_scope_is_read_back_as_written(form):
    value = parse_scope("patent", form)
    assert parse_scope("patent", value.as_json()) == value


@given(forms(), forms())
def test_l_5_scopes_overlap_if_they_share_a_point(one, two):
    first, second = parse_scope("patent", one), parse_scope("patent", two)
    shared = model(one) & model(two)
    assert first.overlaps(second) == second.overlaps(first) == bool(shared)
    common = first.common(second)
    assert (points(common) if common else frozenset()) == shared


@given(forms(), forms())
def test_l_8_a_scope_lies_within_another_if_all_its_points_do(one, two):
    assert parse_scope("patent", one).within(parse_scope("patent", two)) == (model(one) <= model(two))


@given(forms(), forms())
def test_a_difference_is_disjoint_and_exact(one, two):
    pieces = [points(piece) for piece in subtract(parse_scope("patent", one), parse_scope("patent", two))]
    assert all(pieces)
    assert not any(left & right for left, right in combinations(pieces, 2))
    assert frozenset().union(*pieces) == model(one) - model(two)


@settings(max_examples=60)
@given(forms(), st.lists(forms(), max_size=4))
def test_m_2_what_remains_of_a_right_is_disjoint_and_exact(right, grants):
    pieces = remaining(parse_scope("patent", right), [parse_scope("patent", grant) for grant in grants])
    covered = [points(piece) for piece in pieces]
    assert all(covered)
    assert not any(left.overlaps(other) for left, other in combinations(pieces, 2))
    assert frozenset().union(*covered) == model(right) - frozenset().union(*map(model, grants))


@settings(max_examples=30)
@given(forms(), st.lists(forms(), min_size=3, max_size=3))
def test_m_2_the_order_of_grants_does_not_matter(right, grants):
    scopes = [parse_scope("patent", grant) for grant in grants]
    answers = [remaining(parse_scope("patent", right), order) for order in permutations(scopes)]
    assert all(answer == answers[0] for answer in answers)


# Scenarios


def test_s07_one_day_of_overlap_is_a_conflict():
    exclusive = scope(
        territory=["广东"], field=["batteries"], **{"from": "2024-01-01", "until": "2026-12-31"}
    )
    again = {"territory": ["CN-44"], "field": ["Batteries"]}
    assert exclusive.overlaps(scope(**again, **{"from": "2026-12-31", "until": None}))
    assert not exclusive.overlaps(scope(**again, **{"from": "2027-01-01", "until": None}))
    elsewhere = {"territory": ["湖南"], "field": ["batteries"], "from": "2025-01-01", "until": "2025-12-31"}
    assert not exclusive.overlaps(scope(**elsewhere))


def test_s08_an_exclusive_license_meets_an_ordinary_one_until_it_ends():
    ordinary = scope(**{"from": "2020-01-01", "until": "2025-12-31"})
    exclusive = scope(**{"from": "2025-01-01", "until": "2027-12-31"})
    assert exclusive.common(ordinary).period == Period(date(2025, 1, 1), date(2025, 12, 31))
    assert [piece.period for piece in subtract(exclusive, ordinary)] == [
        Period(date(2026, 1, 1), date(2027, 12, 31))
    ]


def test_s21_a_back_license_may_not_outlast_its_head():
    head = scope(**{"from": "2025-01-10", "until": "2028-12-31"})
    assert scope(**{"from": "2025-01-10", "until": "2028-12-31"}).within(head)
    assert not scope(**{"from": "2025-01-10", "until": "2029-01-31"}).within(head)
    assert not scope(**{"from": "2025-01-10", "until": None}).within(head)


def test_m_2_a_city_taken_out_of_a_province_leaves_the_rest_of_it():
    free = remaining(scope(territory=["CN-44"]), [scope(territory=["CN-4403"])])
    assert [piece.as_json()["territory"] for piece in free] == [["CN-44"]]
    assert free[0].as_json()["except"] == {"territory": ["CN-4403"]}


def test_m_2_nothing_is_free_when_every_province_is_given_away():
    half = [f"CN-{code}" for code in (11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37)]
    rest = [f"CN-{code}" for code in (41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65)]
    assert remaining(scope(), [scope(territory=half), scope(territory=rest)]) == []


def test_m_2_what_was_cut_up_is_joined_again():
    grants = [scope(**{"from": f"{year}-01-01", "until": f"{year}-12-31"}) for year in range(2024, 2030)]
    assert len(remaining(scope(), grants)) == 2


# Kinds


def test_l_4_goods_outside_the_registration_are_outside_its_scope():
    mark = scope("trademark", field=["9/蓄电池", "9/充电器", "35"])
    assert scope("trademark", field=["09/蓄电池"]).within(mark)
    assert scope("trademark", field=["35/广告"]).within(mark)
    assert not scope("trademark", field=["9"]).within(mark)
    assert not scope("trademark", field=["12"]).overlaps(mark)


def test_l_19_a_right_not_named_is_not_granted():
    owner = scope("copyright", acts=["exercise"])
    free = remaining(owner, [scope("copyright", field=["5", "12"])])
    assert len(free) == 1
    assert ("reproduction",) not in free[0].field
    assert ("adaptation",) in free[0].field


def test_a_9_all_thirteen_property_rights_and_none_of_the_four_others():
    every = scope("copyright", field=[str(item) for item in range(5, 18)])
    assert every == scope("copyright", field=["*"])
    for item in ("1", "2", "3", "4", "attribution", "integrity"):
        assert refused("copyright", field=[item]) == ("RIGHT_NOT_TRANSFERABLE", "/field/0")


def test_a_9_software_may_be_altered_by_a_licensee_but_not_published_in_another_name():
    assert scope("software", field=["alteration"]).within(scope("software"))
    assert refused("software", field=["attribution"])[0] == "RIGHT_NOT_TRANSFERABLE"


@pytest.mark.parametrize("kind", ["patent", "trademark", "copyright", "software", "layout", "variety"])
def test_every_kind_has_a_whole_scope(kind):
    whole = scope(kind)
    assert whole.as_json() == PATENT
    assert not whole.overlaps(scope("geographical_indication"))
    assert not whole.within(scope("geographical_indication"))


# Bad input


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"acts": []}, "/acts"),
        ({"acts": None}, "/acts"),
        ({"acts": "make"}, "/acts"),
        ({"acts": ["make", "destroy"]}, "/acts/1"),
        ({"acts": [1]}, "/acts/0"),
        ({"acts": ["make"] * 201}, "/acts"),
        ({"territory": ["CN-99"]}, "/territory/0"),
        ({"territory": ["\u0421N"]}, "/territory/0"),
        ({"territory": ["CN\u200b"]}, "/territory/0"),
        ({"field": [""]}, "/field/0"),
        ({"field": ["a//b"]}, "/field/0"),
        ({"field": ["a/*"]}, "/field/0"),
        ({"field": ["a\u202eb"]}, "/field/0"),
        ({"field": ["x" * 121]}, "/field/0"),
        ({"field": ["a/b/c/d/e/f/g"]}, "/field/0"),
        ({"except": []}, "/except"),
        ({"except": {"from": "2024-01-01"}}, "/except"),
        ({"except": {"field": ["a/"]}}, "/except/field/0"),
        ({"except": {"territory": ["CN"]}}, "/except/territory"),
        ({"territory": ["CN-44"], "except": {"territory": ["CN"]}, "field": ["a"], "acts": []}, "/acts"),
        ({"field": ["a"], "except": {"field": ["A"]}}, "/except/field"),
        ({"from": None}, "/from"),
        ({"from": 20240101}, "/from"),
        ({"until": 20240101}, "/until"),
        ({"until": "2018-05-19"}, "/until"),
        ({"price": 1}, ""),
    ],
)
def test_a_wrong_form_is_refused_with_the_place(changes, pointer):
    assert refused(**changes) == ("SCOPE_INVALID", pointer)


def test_a_class_beyond_45_is_refused():
    assert refused("trademark", field=["46"]) == ("SCOPE_INVALID", "/field/0")
    assert refused("trademark", field=["batteries"]) == ("SCOPE_INVALID", "/field/0")


def test_a_kind_without_scopes_and_a_day_that_does_not_exist_are_refused():
    assert refused("know_how") == ("SCOPE_INVALID", "")
    with pytest.raises(InputRejected) as caught:
        scope(**{"from": "2024-02-30"})
    assert caught.value.code == "DATE_INVALID"


WORDS = st.text(max_size=5) | st.sampled_from(["*", "CN", "make", "2024-01-01"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([*PATENT, "except", "x"]), inner, max_size=6),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(["patent", "trademark", "copyright"]), JSON)
def test_any_json_is_a_scope_or_refused_in_our_words(kind, form):
    try:
        found = parse_scope(kind, form).as_json()
    except InputRejected as error:
        found = error.code
    assert found
