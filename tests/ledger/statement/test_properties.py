"""What holds of every history, whatever was recorded and in whichever order it was imported."""

import json
from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import canonical, codes
from ledger.facts.status import (
    ApplicationEnded,
    InvalidationBecameFinal,
    InvalidationDecided,
    RightExpired,
    RightGranted,
    RightLapsed,
    RightRestored,
    RightSurrendered,
)
from ledger.statement import State, document, fold
from ledger.statement.view import view
from tests.ledger.statement.histories import (
    OTHER,
    RIGHT,
    by_authority,
    correction,
    described,
    entries_of,
    freeze,
    freeze_lift,
    license_,
    license_end,
    merger,
    note,
    pledge,
    pledge_assignment,
    release,
    rename,
    status,
    transfer,
)

NAMES = st.sampled_from(["A CORP", "B LLC", "B, LLC", "C INC", "甲公司", "BANK ONE, N.A.", "BANK TWO"])
SOME = st.lists(NAMES, min_size=1, max_size=2, unique=True)
DAYS = st.sampled_from(["2019-12-31", "2020-01-01", "2020-01-02", "2020-06-01", "2021-01-01", "2024-02-29"])
NUMBERS = st.integers(0, 9).map(lambda number: f"1/{number:04}")
SHARED = st.one_of(
    SOME,
    st.dictionaries(NAMES, st.sampled_from([(1, 2), (1, 3), (2, 3), (1, 4), (1, 1)]), min_size=1, max_size=3),
)
RIGHTS = st.sampled_from([(RIGHT,), (RIGHT, OTHER)])


@st.composite
def recordings(draw, number):
    """One recording under `number`, of any family, often speaking of the numbers of others."""
    of = draw(st.lists(NUMBERS, max_size=2, unique=True))
    on, recorded = draw(DAYS), draw(DAYS)
    give, take = draw(SOME), draw(SOME)
    rights = draw(RIGHTS)
    made = draw(
        st.sampled_from(
            [
                lambda: transfer(number, give, draw(SHARED), on, recorded, rights=rights),
                lambda: transfer(number, [], take, on, recorded),
                lambda: merger(number, give, take, on, recorded),
                lambda: rename(number, give, take, on, recorded),
                lambda: pledge(number, give, take, on, recorded, rights=rights, lien=draw(st.booleans())),
                lambda: release(number, give, take, recorded, of, rights=rights),
                lambda: release(number, give, take, recorded, of, rights=(OTHER,), omits=(RIGHT,)),
                lambda: pledge_assignment(number, give, take, recorded, of),
                lambda: correction(number, of[0] if of else None, recorded, give, take, executed_on=on),
                lambda: correction(
                    number,
                    of[0] if of else None,
                    recorded,
                    give,
                    take,
                    restates=draw(
                        st.sampled_from(
                            ["transfer", "transmission", "rename", "pledge", "release", "license"]
                        )
                    ),
                ),
                lambda: license_(number, give, take, recorded),
                lambda: license_end(number, of[0] if of else number, recorded),
                lambda: freeze(number, give, on, draw(st.none() | DAYS)),
                lambda: freeze_lift(number, recorded, of[0] if of else None),
                lambda: note(number, "X", recorded),
                lambda: status(
                    number,
                    draw(
                        st.sampled_from(
                            [RightGranted, RightLapsed, RightRestored, RightExpired, RightSurrendered]
                        )
                    ),
                    on,
                    recorded,
                ),
                lambda: status(number, ApplicationEnded, on, recorded),
                lambda: status(
                    number,
                    draw(st.sampled_from([InvalidationDecided, InvalidationBecameFinal])),
                    on,
                    recorded,
                    scope=draw(st.sampled_from(["full", "part"])),
                ),
            ]
        )
    )()
    return by_authority(made, register="USPTO") if draw(st.booleans()) else made


@st.composite
def histories(draw):
    """Up to eight recordings with different numbers, after a description of the right."""
    numbers = draw(st.lists(NUMBERS, max_size=8, unique=True))
    first = described(inventors=draw(SOME), granted_on=draw(st.none() | DAYS), filed_on="2018-01-01")
    return [first, *(draw(recordings(number)) for number in numbers)]


def of_right(history, right=RIGHT):
    return [entry for entry in entries_of(history) if right in entry.asset_ids]


def with_numbers(value, entries):
    """`value` with every position told as the recording's number, and lists of positions sorted."""
    if isinstance(value, dict):
        return {
            key: sorted({entries[position - 1].source.number for position in member})
            if key == "entries"
            else (member and entries[member - 1].source.number)
            if key == "entry"
            else with_numbers(member, entries)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [with_numbers(member, entries) for member in value]
    return value


def apart_from_positions(history):
    entries = entries_of(history)
    statement = with_numbers(fold(RIGHT, [each for each in entries if RIGHT in each.asset_ids]), entries)
    statement["flags"].sort(key=lambda flag: json.dumps(flag, sort_keys=True))
    return statement


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_the_order_of_import_does_not_matter(history, random):
    shuffled = random.sample(history, len(history))
    assert apart_from_positions(shuffled) == apart_from_positions(history)


@given(histories())
@settings(max_examples=200, deadline=None)
def test_shares_sum_to_one_in_every_period_with_owners(history):
    for period in fold(RIGHT, of_right(history))["titles"]:
        shares = [Fraction(*owner["share"]) for owner in period["owners"]]
        assert not shares or sum(shares) == 1
        assert all(0 < share <= 1 for share in shares)


@given(histories(), st.dates())
@settings(max_examples=200, deadline=None)
def test_a_statement_is_canonical_and_has_a_view_on_every_day(history, day):
    statement = fold(RIGHT, of_right(history))
    assert canonical.decode(canonical.encode(statement)) == statement
    answer = view(statement, day, include_ended=True)
    assert answer["as_of"] == day.isoformat()
    assert all(flag["code"] in codes.FLAGS for flag in answer["flags"])


@given(histories())
@settings(max_examples=100, deadline=None)
def test_what_was_known_at_a_position_does_not_depend_on_what_came_later(history):
    """Also when one state is asked for its statement after each entry and then goes on."""
    entries = of_right(history)
    state = State(RIGHT)
    for count, entry in enumerate(entries, 1):
        state.evolve(entry)
        assert document(state) == fold(RIGHT, entries[:count])
    assert document(state) == document(state)


@given(histories(), DAYS.map(date.fromisoformat))
@settings(max_examples=200, deadline=None)
def test_a_rank_counts_the_security_interests_registered_on_earlier_days(history, day):
    answer = view(fold(RIGHT, of_right(history)), day, include_ended=True)
    secured = [
        item
        for item in answer["encumbrances"]
        if item["kind"] in {"pledge", "lien"} and item["state"] in {"registered", "object_lost"}
    ]
    for item in secured:
        earlier = [other for other in secured if other["registered_at"] < item["registered_at"]]
        assert item["rank"] == len(earlier) + 1
        assert item["registered_at"] <= day.isoformat()
    for item in answer["encumbrances"]:
        assert (item["rank"] is not None) == (item in secured)


@given(histories(), DAYS.map(date.fromisoformat))
@settings(max_examples=200, deadline=None)
def test_what_is_only_contracted_has_no_rank_and_is_not_among_the_registered(history, day):
    answer = view(fold(RIGHT, of_right(history)), day, include_ended=True)
    shown = {item["id"] for item in answer["encumbrances"]}
    for item in answer["pending"]:
        assert (item["state"], item["rank"]) == ("contracted", None)
        assert item["id"] not in shown


@given(histories())
@settings(max_examples=100, deadline=None)
def test_an_entry_is_tagged_with_every_right_it_speaks_of(history):
    """Else a right's statement could change without an entry of its own, and absence could not be proven."""
    for recording, entry in zip(history, entries_of(history), strict=True):
        data = recording.fact.as_data()
        assert {*data["rights"], *data.get("omits", ())} == set(entry.asset_ids)


@given(histories())
@settings(max_examples=100, deadline=None)
def test_the_entries_of_another_right_change_nothing(history):
    alone = [recording for recording in history if RIGHT in recording.draft.assets]
    with_others, without = apart_from_positions(history), apart_from_positions(alone)
    assert with_others == without


@given(histories())
@settings(max_examples=150, deadline=None)
def test_no_pledge_ends_without_a_recording_that_ends_it(history):
    for item in fold(RIGHT, of_right(history))["encumbrances"]:
        assert (item["ended_on"] is None) == (item["ended_by"] is None)
        if item["ended_on"] is not None:
            assert len(item["entries"]) > 1
