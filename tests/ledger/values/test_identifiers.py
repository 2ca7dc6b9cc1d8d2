"""Numbers of parties and rights with their check digits (ID-1 to ID-3, A-1, A-ID1, S01)."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.values import identifiers
from ledger.values.identifiers import (
    PatentSort,
    UsNumberKind,
    canonical_number,
    is_resident_id,
    parse_cn_application_number,
    parse_cn_copyright_number,
    parse_cn_layout_number,
    parse_cn_publication_number,
    parse_cn_software_certificate,
    parse_cn_software_number,
    parse_cn_trademark_number,
    parse_cn_variety_number,
    parse_credit_code,
    parse_lei,
    parse_resident_id,
    parse_us_copyright_number,
    parse_us_patent_number,
    parse_us_trademark_number,
)
from ledger.values.rights import cn_check_digit, parse_right_id

PARSERS = [getattr(identifiers, name) for name in dir(identifiers) if name.startswith("parse_")]
RESIDENT = "11010519491231002X"  # the example printed in GB 11643


def refused(parse, text):
    with pytest.raises(InputRejected) as caught:
        parse(text)
    return caught.value


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(identifiers).failed == 0


# ID-1


@pytest.mark.parametrize("text", ["91000000MAXX000018", "91000000maxx000018"])
def test_id_1_a_credit_code_with_its_check_sign_is_read(text):
    assert parse_credit_code(text).number == "91000000MAXX000018"


def test_id_1_a_wrong_check_sign_is_refused_with_the_right_one():
    error = refused(parse_credit_code, "91000000MAXX000019")
    assert error.code == "PARTY_ID_INVALID"
    assert (error.data["reason"], error.data["expected"]) == ("CHECK_DIGIT", "8")


@pytest.mark.parametrize(
    "text", ["", "9100", "91000000MAXX00001I", "91000000MAXX0000188", "91000000MAXX00001 "]
)
def test_id_1_what_has_not_eighteen_signs_of_the_alphabet_is_refused(text):
    assert refused(parse_credit_code, text).data["reason"] == "FORM"


@given(st.integers(0, 16), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_id_1_one_wrong_sign_is_always_found(place, sign):
    right = "91000000MAXX000018"
    text = right[:place] + sign + right[place + 1 :]
    if text != right:
        assert refused(parse_credit_code, text).data["reason"] == "CHECK_DIGIT"


# ID-2


def test_id_2_a_resident_number_is_read_and_never_printed():
    value = parse_resident_id(RESIDENT.lower())
    assert value.number == RESIDENT
    assert RESIDENT not in repr(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110105194912310021", "CHECK_DIGIT"),
        ("110105194902310020", "DATE"),
        ("110105194913310020", "DATE"),
        ("990105194912310020", "REGION"),
        ("1101051949123100", "FORM"),
        ("11010519491231002\u0425", "LOOK_ALIKE"),
    ],
)
def test_id_2_what_is_no_resident_number_is_refused_without_repeating_it(text, reason):
    error = refused(parse_resident_id, text)
    assert (error.code, error.data["reason"]) == ("PARTY_ID_INVALID", reason)
    said = repr(error.data) + error.message_en + error.message_zh
    assert text not in said
    assert text[6:14] not in said


@given(st.integers(0, 10**17 - 1))
def test_id_2_both_readings_agree(number):
    for check in "0123456789X":
        text = f"{number:017d}{check}"
        try:
            parse_resident_id(text)
        except InputRejected:
            assert not is_resident_id(text)
        else:
            assert is_resident_id(text)


# ID-3


def test_id_3_an_lei_is_read():
    assert parse_lei("0000TESTBANKALPHA071").number == "0000TESTBANKALPHA071"


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18))
def test_id_3_the_check_digits_asked_for_are_those_that_pass(body):
    number = body + refused_check(body)
    assert parse_lei(number).number == number
    assert int("".join(str(int(sign, 36)) for sign in number)) % 97 == 1


def refused_check(body):
    for tail in ("00", "01"):  # the check digits are never 00 or 01
        expected = refused(parse_lei, body + tail).data["expected"]
    return expected


# A-ID1 and S01


def test_s01_a_wrong_check_digit_is_refused_with_the_right_one():
    error = refused(parse_cn_application_number, "201510100001.7")
    assert error.code == "ASSET_ID_INVALID"
    assert (error.data["reason"], error.data["expected"]) == ("CHECK_DIGIT", "8")


@pytest.mark.parametrize(
    ("text", "number", "sort", "pct"),
    [
        ("201510100001.8", "201510100001.8", PatentSort.INVENTION, False),
        ("201710601862.3", "201710601862.3", PatentSort.INVENTION, False),
        ("ZL2017106018623", "201710601862.3", PatentSort.INVENTION, False),
        ("95115608.x", "95115608.X", PatentSort.INVENTION, False),
        ("202130400004.X", "202130400004.X", PatentSort.DESIGN, False),
        ("201620500005.5", "201620500005.5", PatentSort.UTILITY_MODEL, False),
        ("988052458", "98805245.8", PatentSort.INVENTION, True),
        ("2016900000019", "201690000001.9", PatentSort.UTILITY_MODEL, True),
    ],
)  # fmt: skip
def test_a_id1_an_application_number_tells_its_sort(text, number, sort, pct):
    value = parse_cn_application_number(text)
    assert (value.number, value.sort, value.pct) == (number, sort, pct)


def test_a_id1_a_missing_check_digit_is_asked_for():
    error = refused(parse_cn_application_number, "201510100001")
    assert (error.data["reason"], error.data["expected"]) == ("CHECK_DIGIT", "8")


@pytest.mark.parametrize(
    "text",
    ["", "201540100001.8", "200210100001.8", "84100001.1", "04100001.1", "2015101000018.8", "201510100001.8 ",
     "201510100001..8", "ZLCN201510100001.8", "201510100001.Y"],
)  # fmt: skip
def test_a_id1_what_has_another_form_is_refused(text):
    assert refused(parse_cn_application_number, text).data["reason"] == "FORM"


@given(st.integers(2003, 2099), st.sampled_from("12389"), st.integers(0, 9_999_999))
def test_a_id1_exactly_one_check_digit_passes(year, digit, serial):
    number = f"{year}{digit}{serial:07d}"
    right = cn_check_digit(number)
    assert parse_cn_application_number(f"{number}.{right}").number == f"{number}.{right}"
    for check in "0123456789X".replace(right, ""):
        assert refused(parse_cn_application_number, f"{number}.{check}").data["expected"] == right


def test_a_id2_no_value_carries_a_filing_date_or_year():
    value = parse_cn_application_number("201510100001.8")
    assert set(type(value).__dataclass_fields__) == {"number", "sort", "pct"}


@pytest.mark.parametrize(
    ("text", "number", "sort", "kind_code"),
    [
        ("CN100334574C", "100334574", "invention", "C"),
        ("CN1334574A", "1334574", "invention", "A"),
        ("cn107012345b", "107012345", "invention", "B"),
        ("CN107012345C7", "107012345", "invention", "C7"),
        ("CN205012345U", "205012345", "utility_model", "U"),
        ("CN305012345S", "305012345", "design", "S"),
    ],
)
def test_a_1_a_publication_number_tells_sort_and_kind_code(text, number, sort, kind_code):
    value = parse_cn_publication_number(text)
    assert (value.number, value.sort, value.kind_code) == (number, sort, kind_code)


@pytest.mark.parametrize(
    "text", ["CN107012345", "CN107012345U", "CN205012345A", "CN405012345A", "CN107012345C8"]
)
def test_a_1_a_publication_number_whose_kind_code_does_not_fit_is_refused(text):
    assert refused(parse_cn_publication_number, text).code == "ASSET_ID_INVALID"


# the other forms of 2.1


@pytest.mark.parametrize(
    ("parse", "text", "number"),
    [
        (parse_cn_trademark_number, "1", "1"),
        (parse_cn_trademark_number, "12345678", "12345678"),
        (parse_cn_trademark_number, "12345678a", "12345678A"),
        (parse_cn_trademark_number, "G1234567", "G1234567"),
        (parse_cn_software_number, "2021SR0123456", "2021SR0123456"),
        (parse_cn_software_number, "2009SR012345", "2009SR012345"),
        (parse_cn_software_certificate, "软著登字第7891234号", "软著登字第7891234号"),
        (parse_cn_copyright_number, "国作登字-2023-F-00123456", "国作登字-2023-F-00123456"),
        (parse_cn_copyright_number, "粤作登字-2019-A-00001234", "粤作登字-2019-A-00001234"),
        (parse_cn_layout_number, "BS.155508385", "BS.155508385"),
        (parse_cn_variety_number, "CNA20191006012", "CNA20191006012"),
        (parse_cn_variety_number, "CNA20070123.4", "CNA20070123.4"),
        (parse_cn_variety_number, "20200001", "20200001"),
        (parse_us_trademark_number, "1,234,567", "1234567"),
        (parse_us_trademark_number, "88/123,456", "88123456"),
        (parse_us_copyright_number, "TX 1-234-567", "TX0001234567"),
        (parse_us_copyright_number, "PAu000123456", "PAU0000123456"),
    ],
)
def test_a_1_a_number_of_its_register_is_read(parse, text, number):
    assert parse(text).number == number


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_cn_trademark_number, "012345"),
        (parse_cn_trademark_number, "123456789"),
        (parse_cn_trademark_number, "第9类"),
        (parse_cn_software_number, "2021SR12345"),
        (parse_cn_software_number, "软著登字第7891234号"),
        (parse_cn_software_certificate, "2021SR0123456"),
        (parse_cn_copyright_number, "国作登字-2023-M-00123456"),
        (parse_cn_copyright_number, "国作登字2023F00123456"),
        (parse_cn_layout_number, "155508385"),
        (parse_cn_variety_number, "CNA2019"),
        (parse_us_patent_number, "12345678"),
        (parse_us_patent_number, "0000000"),
        (parse_us_patent_number, "2017/01234567"),
        (parse_us_trademark_number, "88/12345"),
        (parse_us_copyright_number, "AB123"),
    ],
)
def test_a_1_a_number_of_another_form_is_refused(parse, text):
    assert refused(parse, text).code == "ASSET_ID_INVALID"


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("8,789,601", UsNumberKind.GRANT, "8789601"),
        ("US8789601B2", UsNumberKind.GRANT, "8789601"),
        ("US 12345678 B2", UsNumberKind.GRANT, "12345678"),
        ("12,345,678", UsNumberKind.GRANT, "12345678"),
        ("8789601", UsNumberKind.GRANT, "8789601"),
        ("D654,321", UsNumberKind.GRANT, "D654321"),
        ("RE45,123", UsNumberKind.GRANT, "RE45123"),
        ("15/145,443", UsNumberKind.APPLICATION, "15145443"),
        ("US 2017/0123456 A1", UsNumberKind.PUBLICATION, "20170123456"),
    ],
)
def test_a_1_a_us_patent_number_tells_what_it_is_a_number_of(text, kind, number):
    value = parse_us_patent_number(text)
    assert (value.kind, value.number) == (kind, number)


@pytest.mark.parametrize(
    ("office", "kind", "text", "number"),
    [
        ("CN", "patent", "ZL2015101000018", "201510100001.8"),
        ("CN", "trademark", "g123", "G123"),
        ("CN", "software", "2021sr0123456", "2021SR0123456"),
        ("CN", "copyright", "国作登字-2023-F-00123456", "国作登字-2023-F-00123456"),
        ("CN", "layout", "bs.155508385", "BS.155508385"),
        ("CN", "variety", "cna20191006012", "CNA20191006012"),
        ("US", "patent", "US 8,789,601 B2", "8789601"),
        ("US", "trademark", "88/123456", "88123456"),
        ("US", "copyright", "VA 2-000-000", "VA0002000000"),
        ("DE", "patent", "102015000001.2", "102015000001.2"),
    ],
)
def test_a_1_one_right_has_one_spelling(office, kind, text, number):
    assert canonical_number(office, kind, text) == number
    assert canonical_number(office, kind, number if (office, number) != ("US", "8789601") else text) == number


def test_a_1_a_canonical_number_names_a_right():
    number = canonical_number("CN", "patent", "ZL2018102000023")
    assert str(parse_right_id(f"CN:patent:{number}")) == "CN:patent:201810200002.3"


@pytest.mark.parametrize("text", ["", " ", " 1", "1 ", "1\n", "1\u200b2", "x" * 81])
def test_a_1_also_a_number_of_unknown_form_must_be_readable(text):
    assert refused(lambda it: canonical_number("DE", "patent", it), text).code == "ASSET_ID_INVALID"


# Deceptive signs


@pytest.mark.parametrize(
    ("text", "reason", "position", "code_point"),
    [
        ("2015\uff11\uff10100001.8", "FULL_WIDTH", 5, "U+FF11"),
        ("201510100001\uff0e8", "FULL_WIDTH", 13, "U+FF0E"),
        ("95115608.\u0425", "LOOK_ALIKE", 10, "U+0425"),
        ("95115608.\u03a7", "LOOK_ALIKE", 10, "U+03A7"),
        ("20151010000\u0661.8", "LOOK_ALIKE", 12, "U+0661"),
        ("\u202e201510100001.8", "RIGHT_TO_LEFT", 1, "U+202E"),
        ("2015101\u200f00001.8", "RIGHT_TO_LEFT", 8, "U+200F"),
        ("2015101\u206600001.8", "RIGHT_TO_LEFT", 8, "U+2066"),
        ("201510100001.8\n", "CONTROL", 15, "U+000A"),
        ("2015\x00", "CONTROL", 5, "U+0000"),
        ("2015\u200b10100001.8", "INVISIBLE", 5, "U+200B"),
        ("\ufeff201510100001.8", "INVISIBLE", 1, "U+FEFF"),
        ("201510100001.8\ud800", "INVISIBLE", 15, "U+D800"),
        ("\u53f7201510100001.8", "FOREIGN", 1, "U+53F7"),
    ],
)
def test_a_sign_that_deceives_is_refused_with_its_place(text, reason, position, code_point):
    error = refused(parse_cn_application_number, text)
    assert error.code == "ASSET_ID_INVALID"
    assert error.data["reason"] == reason
    assert (error.data["position"], error.data["code_point"]) == (position, code_point)


@given(
    st.sampled_from(PARSERS),
    st.one_of(st.text(max_size=40), st.from_regex(r"[0-9A-Z./-]{1,20}", fullmatch=True)),
)
def test_any_text_is_a_number_or_refused_in_our_words(parse, text):
    try:
        number = parse(text).number
    except InputRejected as error:
        number = error.code
    assert number


def test_a_refusal_does_not_carry_a_whole_file_back():
    error = refused(parse_lei, "A" * 100_000)
    assert len(error.message_en) < 300
