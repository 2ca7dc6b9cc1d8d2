"""The guard before an entry: identifiers of natural persons are found, numbers of rights are not."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.personal import PersonalDataInEvent, find_personal, refuse_personal

RESIDENT = "11010519491231002X"  # the specimen number of GB 11643
MOBILE = "13800138000"
CARD = "6222021234567890128"


def kinds(value):
    return [found.kind for found in find_personal(value)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (RESIDENT, "RESIDENT_ID"),
        (f"身份证{RESIDENT}，地址不详", "RESIDENT_ID"),
        ("11010519491231002x", "RESIDENT_ID"),
        ("１１０１０５１９４９１２３１００２Ｘ", "RESIDENT_ID"),
        ("110105\u200b19491231002X", "RESIDENT_ID"),
        (MOBILE, "MOBILE_NUMBER"),
        ("电话：138 0013 8000", "MOBILE_NUMBER"),
        ("+86-138-0013-8000", "MOBILE_NUMBER"),
        ("008613800138000", "MOBILE_NUMBER"),
        ("Tel.13800138000", "MOBILE_NUMBER"),
        (CARD, "BANK_CARD"),
        ("4111 1111 1111 1111", "BANK_CARD"),
        ("5500-0000-0000-0004", "BANK_CARD"),
        ("zhang.san@example.com", "EMAIL"),
        ("致：ZHANGSAN88@QQ.COM。", "EMAIL"),
    ],
)
def test_identifiers_are_found_however_they_are_written(text, kind):
    assert kinds({"note": text}) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # the check sign is wrong
        "110105194902310021",  # no 31 February
        "990105194912310020",  # no such province
        "91110108551385082Q",  # a company's credit code
        "23800138000",
        "138001380001",
        "4111 1111 1111 1112",  # the check digit is wrong
        "9111111111111111",
        "info@example.com",
        "Docketing@firm.example",
        "user@localhost",
        "CN:patent:201810200002.3",
        "CN:trademark:13800138000",
        "ZL 2018 1 0200002.3",
        "US:patent:15145443",
        "US20180123456A1",
        "2021SR0123456",
        "PCT/CN2018/080000",
        "1" * 40,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ],
)
def test_numbers_of_rights_and_companies_are_left_alone(text):
    assert kinds([text]) == []


def test_a_refusal_names_places_and_kinds_and_never_the_identifier():
    with pytest.raises(PersonalDataInEvent) as caught:
        refuse_personal({"parties": [{"name": "张三", "id": RESIDENT}], MOBILE: 1})
    error = caught.value
    assert error.code == "PII_IN_EVENT"
    assert error.data["found"] == [
        {"pointer": "/parties/0/id", "kind": "RESIDENT_ID"},
        {"pointer": "/<key>", "kind": "MOBILE_NUMBER"},
    ]
    shown = error.message_en + error.message_zh + str(error.data)
    assert RESIDENT not in shown
    assert MOBILE not in shown


def test_what_holds_none_passes():
    refuse_personal({"title": "一种电动泵", "shares": [[1, 2]], "none": None, "amount": 13800138000})


@given(st.text(alphabet="0123456789xX", min_size=17, max_size=17), st.sampled_from(string.digits + "X"))
def test_of_all_check_signs_at_most_one_makes_a_resident_number(body, sign):
    """ISO 7064: a number with its check sign changed is none."""
    found = [each for each in string.digits + "X" if kinds([body + each]) == ["RESIDENT_ID"]]
    assert len(found) <= 1
    assert ("RESIDENT_ID" in kinds([body + sign])) == (sign in found)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_any_json_is_looked_through(value):
    for found in find_personal(value):
        assert found.kind in {"RESIDENT_ID", "MOBILE_NUMBER", "BANK_CARD", "EMAIL"}
