"""How a right is named: ids, usual notations, and what a notation may mean (domain 2.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.values.rights import RightName, cn_check_digit, parse_right_id, readings


def keys(text):
    return [name.key for name in readings(text)]


@pytest.mark.parametrize(
    "text",
    [
        "US:patent:15145443",
        "CN:patent:201810200002.3",
        "CN:patent:95115608.X",
        "CN:trademark:12345678",
        "CN:software:2021SR0123456",
        "CN:copyright:国作登字-2023-F-00123456",
        "CN:copyright:粤作登字-2019-A-00001234",
        "CN:patent:CN100334574",
        "CN:layout:BS.155508385",
    ],
)
def test_an_id_is_read_and_written_the_same(text):
    assert str(parse_right_id(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "US", "US:patent", "US:patent:", "us:patent:1", "USA:patent:1", "US:invention:1", "US:patent:1 2",
        "US:patent:1\n", "US:patent:" + "1" * 61, "US:patent:１", "US:patent:a\0", "::", "US:patent:1:2",
    ],
)  # fmt: skip
def test_what_is_no_id_is_refused(text):
    with pytest.raises(InputRejected) as caught:
        parse_right_id(text)
    assert caught.value.code == "ASSET_ID_INVALID"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("US 8,789,601 B2", ["US:patent:grant:8789601"]),
        ("us8789601b2", ["US:patent:grant:8789601"]),
        ("US08789601", ["US:patent:grant:8789601"]),
        ("US D654,321 S", ["US:patent:grant:D654321"]),
        ("RE45,123", ["US:patent:grant:RE45123"]),
        ("15/145,443", ["US:patent:application:15145443"]),
        ("29/123,456", ["US:patent:application:29123456"]),
        ("US 15/145,443", ["US:patent:application:15145443"]),
        ("US 2017/0123456 A1", ["US:patent:publication:20170123456"]),
        ("US20170123456A1", ["US:patent:publication:20170123456"]),
        ("US201815919370A", ["US:patent:application:15919370"]),
        ("15145443", ["US:patent:application:15145443", "US:patent:grant:15145443"]),
        ("8789601", ["US:patent:grant:8789601", "US:patent:application:08789601"]),
        ("ZL201810200002.3", ["CN:patent:application:201810200002.3"]),
        ("ZL 2018 1 0200002.3", ["CN:patent:application:201810200002.3"]),
        ("201810200002.3", ["CN:patent:application:201810200002.3"]),
        ("2018102000023", ["CN:patent:application:201810200002.3"]),
        ("CN201810200002.3", ["CN:patent:application:201810200002.3"]),
        ("ZL95115608.X", ["CN:patent:application:95115608.X"]),
        ("zl95115608x", ["CN:patent:application:95115608.X"]),
        ("ＺＬ２０１８１０２００００２．３", ["CN:patent:application:201810200002.3"]),
        ("CN100334574C", ["CN:patent:publication:100334574"]),
        ("CN108123456A", ["CN:patent:publication:108123456"]),
        ("2021SR0123456", ["CN:software:registration:2021SR0123456"]),
        ("CN:patent:201810200002.3", ["CN:patent:application:201810200002.3"]),
        ("US:patent:8789601", ["US:patent:grant:8789601", "US:patent:application:08789601"]),
        ("No. 8,789,601", ["US:patent:grant:8789601", "US:patent:application:08789601"]),
        ("№8789601", ["US:patent:grant:8789601", "US:patent:application:08789601"]),
        (
            "EP1000000A1",
            ["EP:patent:publication:1000000", "EP:patent:application:1000000", "EP:patent:grant:1000000"],
        ),
        ("U.S. Patent No. 8,789,601", ["US:patent:grant:8789601"]),
        ("Pat. No. 11,400,674", ["US:patent:grant:11400674"]),
        ("U.S. Patent Application Serial No. 15/145,443", ["US:patent:application:15145443"]),
        ("U.S. Appl. No. 15145443", ["US:patent:application:15145443"]),
        ("US Patent Application Publication No. US 2014/0174717 A1", ["US:patent:publication:20140174717"]),
        ("US 15145443 (application)", ["US:patent:application:15145443"]),
        ("US 15145443（申请号）", ["US:patent:application:15145443"]),
        ("US 8789601 (grant)", ["US:patent:grant:8789601"]),
        ("US 8789601（专利号）", ["US:patent:grant:8789601"]),
        ("专利号：ZL 2018 1 0200002.3", ["CN:patent:application:201810200002.3"]),
        ("第ZL201810200002.3号专利", ["CN:patent:application:201810200002.3"]),
        ("授权公告号 CN100334574C", ["CN:patent:publication:100334574"]),
        ("公告号CN100334574C", ["CN:patent:publication:100334574"]),
        ("EP 1000000 (publication)", ["EP:patent:publication:1000000"]),
        ("application", []),
        ("00000000", []),
        ("", []),
        ("battery separator", []),
    ],
)
def test_a_notation_is_read_as_what_it_may_mean_likeliest_first(text, meant):
    assert keys(text) == meant


def test_nine_digits_after_cn_are_an_old_application_number_too_if_the_check_digit_fits():
    number = "10812345"
    fits = f"CN{number}{cn_check_digit(number)}"
    assert keys(fits) == [
        f"CN:patent:application:{number}.{cn_check_digit(number)}",
        f"CN:patent:publication:{number}{cn_check_digit(number)}",
    ]


def test_a_kind_without_a_notation_of_its_own_may_be_named_by_any_number():
    assert RightName("CN", "trademark", "registration", "12345678") in readings("CN:trademark:12345678")


@given(st.text(max_size=40))
def test_any_text_has_readings_or_none_and_each_has_a_number(text):
    for name in readings(text):
        assert name.number
        assert name.office.isascii()


@given(st.integers(1, 99_999_999))
def test_a_us_application_number_is_among_the_readings_of_its_notation(number):
    digits = f"{number:08}"
    name = RightName("US", "patent", "application", digits)
    assert readings(f"{digits[:2]}/{digits[2:5]},{digits[5:]}") == [name]
    assert name in readings(f"US:patent:{digits}") or not digits.strip("0")


@given(st.integers(1985, 2099), st.sampled_from("12389"), st.integers(0, 9_999_999))
def test_a_chinese_application_number_is_read_back_from_every_usual_notation(year, sort, serial):
    number = f"{year}{sort}{serial:07}"
    name = RightName("CN", "patent", "application", f"{number}.{cn_check_digit(number)}")
    check = cn_check_digit(number)
    for notation in (
        f"ZL{number}.{check}",
        f"CN{number}{check}",
        f"{number}.{check}",
        f"CN:patent:{number}.{check}",
    ):
        assert name in readings(notation)


@pytest.mark.parametrize(
    ("number", "check"),
    [
        ("201710601862", "3"),
        ("95115608", "X"),
        ("201510100001", "8"),
        ("201810200002", "3"),
        ("202130400004", "X"),
        ("201620500005", "5"),
    ],
)
def test_check_digits_of_chinese_application_numbers(number, check):
    """A-ID1, and the numbers of the worked scenarios."""
    assert cn_check_digit(number) == check


@given(st.from_regex(r"20[0-9]{2}[1-3][0-9]{7}", fullmatch=True), st.integers(0, 11), st.integers(1, 9))
def test_a_check_digit_tells_every_single_wrong_digit(number, at, by):
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert cn_check_digit(wrong) != cn_check_digit(number)
