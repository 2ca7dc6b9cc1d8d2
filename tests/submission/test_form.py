"""Forms filled in wrongly in every way: the desk answers each with reasons, and writes nothing."""

import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.submission import Given
from tests.ledger.rules.desk import P1
from tests.submission.commands import consent, count, registration
from tests.submission.deals import DEALS


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"oops": 1}, "FIELD_UNKNOWN", "/oops"),
        ({"giver": {"name": "乙公司", "age": 5}}, "FIELD_UNKNOWN", "/giver/age"),
        ({"giver": {"name": "乙\u200b公司"}}, "TEXT_UNREADABLE", "/giver/name"),
        ({"giver": {"name": "x" * 501}}, "TEXT_TOO_LONG", "/giver/name"),
        ({"giver": {"name": "乙公司", "share": [3, 2]}}, "FIELD_INVALID", "/giver/share"),
        ({"giver": {"name": "乙公司", "share": [1.5, 2]}}, "FIELD_INVALID", "/giver/share/0"),
        ({"giver": {"name": "\ud800"}}, "FIELD_INVALID", "/giver/name"),
        ({"given_on": "1899-12-31"}, "DATE_OUT_OF_RANGE", "/given_on"),
        ({"given_on": 20240109}, "FIELD_INVALID", "/given_on"),
        ({"rights": []}, "FIELD_INVALID", "/rights"),
        ({"rights": ["ＣＮ:patent:1"]}, "ASSET_ID_INVALID", "/rights/0"),
        ({"command_id": "a b"}, "FIELD_INVALID", "/command_id"),
        ({"command_id": ""}, "FIELD_INVALID", "/command_id"),
        ({"command_id": "x" * 129}, "FIELD_INVALID", "/command_id"),
        ({"command_id": {"a": 1}}, "FIELD_INVALID", "/command_id"),
        ({"command_id": "\ud800"}, "FIELD_INVALID", "/command_id"),
        ({"note": "联系电话 13800138000"}, "PII_IN_EVENT", "/note"),
        ({"note": 2**53}, "FIELD_INVALID", "/note"),
        ({"confidential": {"price": 1}}, "FIELD_INVALID", "/confidential/price"),
        ({"signatures": [{"party": "乙公司"}]}, "FIELD_MISSING", "/signatures/0/protected"),
        ({"command": ["give_consent"]}, "COMMAND_UNKNOWN", "/command"),
        ({"command": "\udfff"}, "COMMAND_UNKNOWN", "/command"),
        ({"command": "x" * 10_000}, "COMMAND_UNKNOWN", "/command"),
        ({"\ud800": 1}, "FIELD_INVALID", "/\\ud800"),
        ({"note": json.loads("[" * 40 + "]" * 40)}, "FIELD_INVALID", "/note" + "/0" * 31),
    ],
)
def test_a_fault_is_named_by_code_and_place(submit, ledger, change, code, pointer):
    answer = submit({**consent("c-1"), **change})
    assert answer["decision"] == "refused"
    faults = [(reason["code"], reason["pointer"]) for reason in answer["reasons"]]
    assert (code, pointer) in faults, faults
    json.dumps(answer, ensure_ascii=False).encode()
    assert count(ledger) == 0


def test_all_faults_are_told_at_once(submit):
    told = consent("c-1", role="owner", act=5, given_on="2024-13-01", oops=1)
    del told["giver"]
    answer = submit(told)
    assert {reason["pointer"] for reason in answer["reasons"]} == {
        "/giver", "/role", "/act", "/given_on", "/oops"
    }  # fmt: skip


@pytest.fixture(scope="module")
def anything():
    """JSON values, some with the members and words of commands."""
    names = sorted({field for procedure in DEALS.values() for field in procedure.command.model_fields})
    words = st.sampled_from([*DEALS, P1, "2024-01-09", "乙公司", "coowner", "x" * 600, "\ud800", "\u202e"])
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | words
    values = st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*names, *string.ascii_letters, "\ud800"]), inner, max_size=4)
        ),
        max_leaves=8,
    )
    commands = st.fixed_dictionaries(
        {"command": st.sampled_from(sorted(DEALS))},
        optional={name: values for name in names if name != "command"},
    )
    return values | commands


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_ends_in_anything_but_an_answer(desk, anything, data):
    (answer,) = desk.dry_run(Given((data.draw(anything),)))
    assert answer["decision"] in {"refused", "accepted", "held"}
    assert json.loads(json.dumps(answer).encode()) == answer
    json.dumps(answer, ensure_ascii=False).encode()


def test_a_registration_is_a_form_like_any_other(submit):
    assert submit(registration())["decision"] == "accepted"


def test_an_amount_beyond_what_readers_keep_exact_hides_no_other_fault(submit):
    told = {
        "command": "contract_transfer", "command_id": "c-1", "rights": ["CN:patent:20181О200002.3"],
        "grantors": [{"name": "甲\u202e公司"}], "grantees": [], "executed_on": "1789-01-01",
        "price": {"minor": 2**53, "currency": "CNX"}, "x": 1,
    }  # fmt: skip
    found = {(each["code"], each["pointer"]) for each in submit(told)["reasons"]}
    assert found >= {
        ("AMOUNT_TOO_LARGE", "/price/minor"), ("CURRENCY_UNKNOWN", "/price/currency"),
        ("FIELD_UNKNOWN", "/x"),
        ("TEXT_UNREADABLE", "/grantors/0/name"), ("DATE_OUT_OF_RANGE", "/executed_on"),
        ("FIELD_INVALID", "/grantees"),
    }  # fmt: skip
    assert "/rights/0" in {pointer for _, pointer in found}


@pytest.mark.parametrize("day", ["1789-12-31", "1899-12-31", "2201-01-01"])
def test_a_day_of_a_distant_year_is_out_of_range_and_not_misspelled(submit, day):
    assert submit(consent("c-1", given_on=day))["codes"] == ["DATE_OUT_OF_RANGE"]
