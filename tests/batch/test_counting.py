"""What an entry counts as, whatever its data look like."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import facts
from ledger.entry import AssetLink, Entry, EntryClass
from projections.batch.counting import COUNTINGS, counted
from projections.batch.rows import placed, row

AMOUNT = {"minor": 1234567, "currency": "CNY"}


def entry(kind, data, *, position=9):
    return Entry(
        position=position,
        raw=b"{}",
        type=kind,
        type_v=1,
        entry_class=EntryClass.PARTY,
        subjects=(),
        assets=(AssetLink("CN:patent:201810200002.3", 1, "0" * 64),),
        effective_at="2020-02-03",
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        actor="test",
        command_id="c",
        source=None,
        data=data,
        commitments=(),
        salt="A" * 22,
    )


def test_every_type_in_the_table_is_an_event_of_this_release():
    assert set(COUNTINGS) <= {name for name, _ in facts.REGISTRY}


@pytest.mark.parametrize("kind", COUNTINGS)
def test_members_in_the_table_are_those_of_the_event(kind):
    counting, members = COUNTINGS[kind], facts.REGISTRY[kind, 1].model_fields
    assert {counting.act, counting.secured} - {None} <= set(members)


@pytest.mark.parametrize(
    ("kind", "data", "minor"),
    [
        ("pledge.registered", {"amount": AMOUNT}, 1234567),
        ("pledge.registered", {"cap": AMOUNT}, 1234567),
        ("pledge.contracted", {"maximum": {"cap": AMOUNT}}, 1234567),
        ("transfer.contracted", {"price": AMOUNT}, 1234567),
        ("license.granted", {"fee": AMOUNT}, 1234567),
        ("loan.recorded", {"principal": AMOUNT}, 1234567),
        ("subsidy.granted", {"granted": AMOUNT, "basis": {**AMOUNT, "minor": 1}}, 1234567),
        (
            "pool.formed",
            {"terms": {"currency": "CNY", "tranches": [{"principal": 1234000}, {"principal": 567}]}},
            1234567,
        ),
        (
            "valuation.reported",
            {"currency": "CNY", "values": [{"minor": 1234000}, {"minor": 567}]},
            1234567,
        ),
        ("later.invented", {"amount": AMOUNT}, 1234567),
        ("transfer.registered", {"amount": AMOUNT}, None),
        ("pledge.registered", {"amount": {**AMOUNT, "currency": "XXX"}}, None),
        ("pledge.registered", {"amount": {**AMOUNT, "minor": -1}}, None),
        ("pledge.registered", {"amount": {**AMOUNT, "minor": True}}, None),
        ("pool.formed", {"terms": {"currency": "CNY", "tranches": [{"principal": "1"}]}}, None),
        ("pool.formed", {"terms": []}, None),
    ],
)
def test_amounts(kind, data, minor):
    sums = counted(entry(kind, data))
    assert sums.minor == minor
    assert (sums.currency, sums.whole) == (("CNY", 12345) if minor else (None, None))


def test_a_currency_without_decimals_is_whole_as_it_stands():
    assert counted(entry("pledge.registered", {"amount": {"minor": 500, "currency": "JPY"}})).whole == 500


def test_a_secured_party_named_twice_is_one():
    data = {
        "pledgees": [{"name": "Bank of Nowhere, N.A."}, {"name": "BANK OF NOWHERE NA"}, {"name": "别的银行"}]
    }
    assert [name for _, name in counted(entry("pledge.registered", data)).secured] == [
        "Bank of Nowhere, N.A.",
        "别的银行",
    ]


def test_an_act_without_a_name_is_its_entry():
    assert counted(entry("pledge.released", {})).act == "entry:9"
    assert counted(entry("pledge.registered", {"pledge": "pld_1"})).act == "pld_1"


def test_an_answer_names_what_it_answers_and_only_what_stands_before_it():
    assert counted(entry("entry.retracted", {"target": {"position": 4}})).answers == 4
    assert counted(entry("entry.retracted", {"target": {"position": 9}})).answers is None
    assert counted(entry("entry.retracted", {"target": "4"})).answers is None


def test_the_day_is_that_of_registration_if_it_is_one():
    assert counted(entry("pledge.registered", {"registered_on": "2019-05-07"})).on == date(2019, 5, 7)
    assert counted(entry("pledge.registered", {"registered_on": "2019-13-07"})).on == date(2020, 2, 3)


_MEMBERS = st.sampled_from(
    ["amount", "cap", "maximum", "minor", "currency", "pledgees", "name", "pledge", "registered_on", "target",
     "position", "terms", "tranches", "principal", "values", "restates", "data", "rights"]
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_MEMBERS, inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from([*COUNTINGS, "entry.corrected", "entry.reversed", "later.invented"]), _JSON)
def test_no_data_stop_an_export(kind, inner):
    """Whatever stands where an amount, a name or a day should be."""
    for data in (
        inner if isinstance(inner, dict) else {},
        dict.fromkeys(("amount", "pledgees", "target"), inner),
    ):
        made = row(entry(kind, data), b"", b"")
        assert made["amount_minor"] is None or made["amount_whole"] is not None
        assert isinstance(made["act"], str)


@pytest.mark.parametrize(
    ("right", "office", "kind", "region"),
    [
        ("CN:patent:201810200002.3", "CN", "patent", None),
        ("CN:copyright:粤作登字-2023-F-00012345", "CN", "copyright", "CN-44"),
        ("CN:copyright:国作登字-2023-F-00012345", "CN", "copyright", None),
        ("CN:copyright:港作登字-2023-F-00012345", "CN", "copyright", "HK"),
        ("a", None, None, None),
    ],
)
def test_where_a_right_is(right, office, kind, region):
    assert placed(right) == {"office": office, "kind": kind, "region": region}
