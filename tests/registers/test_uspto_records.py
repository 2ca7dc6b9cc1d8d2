"""What a USPTO record says, or lacks, decides its facts; nothing an outsider sends raises."""

import random
from pathlib import Path
from xml.sax.saxutils import escape

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.facts.base import record_id
from ledger.registers import rejections
from ledger.registers.reports import Rejection, Report
from ledger.registers.uspto import read
from ledger.registers.uspto_recordings import (
    given_names,
    international_number,
    us_application,
    us_grant,
    us_publication,
)
from scripts.bench.generate_uspto import write

DATA = Path(__file__).resolve().parents[1] / "data" / "registers" / "uspto"

PLAIN = {
    "reelNo": "49107",
    "frameNo": "392",
    "recordedDate": "2019-05-07T04:00:00Z",
    "purgeIndicator": "N",
    "conveyanceText": "ASSIGNMENT OF ASSIGNORS INTEREST (SEE DOCUMENT FOR DETAILS).",
    "patAssignorName": ["ROE, JANE"],
    "patAssignorExDate": ["2019-05-01T04:00:00Z"],
    "patAssigneeName": ["ACME LLC"],
    "applNum": ["15145443"],
}


def search_file(tmp_path, *records):
    docs = "".join(f"<doc>{''.join(map(_field, record.items()))}</doc>" for record in records)
    path = tmp_path / "search.xml"
    path.write_text(f"<response><result>{docs}</result></response>", encoding="utf-8")
    return path


def _field(item):
    name, value = item
    if isinstance(value, list):
        return f'<arr name="{name}">{"".join(f"<str>{escape(each)}</str>" for each in value)}</arr>'
    return f'<str name="{name}">{escape(value)}</str>'


def one(tmp_path, **changes):
    record = {name: value for name, value in (PLAIN | changes).items() if value is not None}
    (found,) = read(search_file(tmp_path, record))
    return found


def fact_of(tmp_path, text, **changes):
    (fact,) = one(tmp_path, conveyanceText=text, **changes).facts
    return fact


@pytest.mark.parametrize(
    ("text", "stored_name"),
    [
        ("ASSIGNMENT OF ASSIGNORS INTEREST", "transfer.registered"),
        ("NUNC PRO TUNC ASSIGNMENT", "transfer.registered"),
        ("SECURITY INTEREST", "pledge.registered"),
        ("TAX LIEN", "pledge.registered"),
        ("RELEASE BY SECURED PARTY", "pledge.released"),
        ("ASSIGNMENT OF SECURITY INTEREST", "pledge.assigned"),
        ("MERGER", "transmission.registered"),
        ("CHANGE OF NAME", "party.renamed"),
        ("CHANGE OF ADDRESS", "party.address_changed"),
        ("EXCLUSIVE LICENSE", "license.recorded"),
        ("TERMINATION OF LICENSE (REEL 012345 FRAME 0678)", "license.ended"),
        ("TERMINATION OF LICENSE", "recording.noted"),
        ("CORRECTIVE ASSIGNMENT", "recording.corrected"),
        ("COURT ORDER TRANSFERRING TITLE", "transmission.registered"),
        ("COURT ORDER", "recording.noted"),
        ("JUDICIAL SALE", "transmission.registered"),
        ("OPTION", "recording.noted"),
    ],
)
def test_the_conveyance_text_decides_the_fact(tmp_path, text, stored_name):
    fact = fact_of(tmp_path, text)
    assert stored_name == fact.TYPE
    assert fact.rights == ("US:patent:15145443",)
    assert (fact.registered_on, fact.executed_on, fact.text) == ("2019-05-07", "2019-05-01", text)
    assert {party.name for party in fact.parties()} <= {"ROE, JANE", "ACME LLC"}


def test_a_lien_is_a_pledge_that_is_called_a_lien(tmp_path):
    fact = fact_of(tmp_path, "NOTICE OF LEVY")
    assert (fact.lien, fact.pledge) == (True, record_id("pld", "USPTO", "049107/0392"))


def test_a_release_of_several_pledges_names_them_all(tmp_path):
    fact = fact_of(tmp_path, "RELEASE OF SECURITY INTEREST AT REEL/FRAME 012345/0678 AND 012346/0001")
    assert fact.references == ("012345/0678", "012346/0001")
    assert fact.pledges == tuple(record_id("pld", "USPTO", number) for number in fact.references)


def test_a_release_without_a_number_names_no_pledge(tmp_path):
    fact = fact_of(tmp_path, "RELEASE BY SECURED PARTY (SEE DOCUMENT FOR DETAILS).")
    assert (fact.references, fact.pledges) == ((), ())


def test_an_assigned_pledge_is_the_one_the_text_names(tmp_path):
    fact = fact_of(tmp_path, "ASSIGNMENT OF SECURITY INTEREST RECORDED AT REEL 012345 FRAME 0678")
    assert fact.pledges == (record_id("pld", "USPTO", "012345/0678"),)
    assert [party.name for party in fact.grantees] == ["ACME LLC"]


def test_the_end_of_a_license_names_it(tmp_path):
    fact = fact_of(tmp_path, "TERMINATION OF LICENSE (REEL 012345 FRAME 0678)")
    assert fact.license == record_id("lic", "USPTO", "012345/0678")


@pytest.mark.parametrize(
    ("confirms", "restates"),
    [
        ("THE ASSIGNMENT", "transfer"),
        ("THE MERGER", "transmission"),
        ("THE CHANGE OF NAME", "rename"),
        ("THE SECURITY INTEREST", "pledge"),
        ("THE RELEASE BY SECURED PARTY", "release"),
        ("THE LICENSE", "license"),
        ("THE CORRECTIVE ASSIGNMENT", None),
    ],
)
def test_a_correction_restates_what_it_confirms(tmp_path, confirms, restates):
    text = "CORRECTIVE ASSIGNMENT PREVIOUSLY RECORDED ON REEL 1 FRAME 2. ASSIGNOR(S) HEREBY CONFIRMS "
    fact = fact_of(tmp_path, f"{text}{confirms}.")
    assert (fact.corrects, fact.restates) == ("000001/0002", restates)


def test_a_correction_of_several_recordings_is_as_many_facts(tmp_path):
    found = one(
        tmp_path, conveyanceText="CORRECTIVE ASSIGNMENT PREVIOUSLY RECORDED ON REEL 1 FRAME 2, REEL 3 FRAME 4"
    )
    assert [fact.corrects for fact in found.facts] == ["000001/0002", "000003/0004"]


def test_a_purged_recording_is_kept_and_flagged(tmp_path):
    fact = fact_of(tmp_path, "SECURITY INTEREST", purgeIndicator="Y")
    assert (fact.TYPE, fact.unknown, fact.code) == ("recording.noted", True, "PURGED")


@pytest.mark.parametrize("text", [None, "", "NULL", "DECLARATION"])
def test_a_text_not_understood_is_kept_and_flagged(tmp_path, text):
    fact = fact_of(tmp_path, text)
    assert (fact.TYPE, fact.unknown) == ("recording.noted", True)
    assert fact.code == (text if text == "DECLARATION" else "CONVEYANCE NOT STATED")


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("ASSIGNMENT OF ASSIGNORS INTEREST", {"patAssigneeName": ["NULL"]}),
        ("MERGER", {"patAssigneeName": None}),
        ("CHANGE OF NAME", {"patAssigneeName": []}),
        ("ASSIGNMENT OF SECURITY INTEREST", {"patAssigneeName": []}),
        ("ASSIGNMENT OF 50% INTEREST", {"patAssigneeName": ["A", "B"]}),
    ],
)
def test_a_conveyance_to_nobody_in_particular_is_kept_and_flagged(tmp_path, text, changes):
    fact = fact_of(tmp_path, text, **changes)
    assert (fact.TYPE, fact.unknown) == ("recording.noted", True)


def test_a_part_of_the_title_goes_to_its_one_receiver(tmp_path):
    fact = fact_of(tmp_path, "ASSIGNMENT OF 50% INTEREST")
    assert [(party.name, party.share) for party in fact.grantees] == [("ACME LLC", (1, 2))]


def test_a_security_interest_without_a_secured_party_still_encumbers(tmp_path):
    fact = fact_of(tmp_path, "SECURITY INTEREST", patAssigneeName=["NULL"])
    assert (fact.TYPE, fact.pledgees) == ("pledge.registered", ())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reelNo": "NULL"}, "NUMBER_MISSING"),
        ({"reelNo": None, "frameNo": None}, "NUMBER_MISSING"),
        ({"frameNo": "12345"}, "NUMBER_INVALID"),
        ({"reelNo": "49x07"}, "NUMBER_INVALID"),
        ({"reelNo": "0"}, "NUMBER_INVALID"),
        ({"recordedDate": "2019-02-30T04:00:00Z"}, "DATE_INVALID"),
        ({"recordedDate": "soon"}, "DATE_INVALID"),
        ({"recordedDate": "9999-99-99"}, "DATE_INVALID"),
        ({"applNum": None}, "NUMBER_MISSING"),
        ({"applNum": ["NULL", ""]}, "NUMBER_MISSING"),
        ({"applNum": ["NOT A NUMBER"]}, "NUMBER_MISSING"),
    ],
)
def test_a_record_that_is_about_nothing_is_rejected_alone(tmp_path, changes, code):
    broken = {name: value for name, value in (PLAIN | changes).items() if value is not None}
    found = list(read(search_file(tmp_path, PLAIN, broken, PLAIN | {"reelNo": "49108"})))
    assert isinstance(found[1], Rejection)
    assert (found[1].code, found[1].where.partition(" (")[0]) == (code, "record 2")
    assert [item.number for item in found if isinstance(item, Report)] == ["049107/0392", "049108/0392"]


def test_reel_and_frame_are_read_from_the_id_where_they_stand_nowhere_else(tmp_path):
    assert one(tmp_path, reelNo=None, frameNo=None, displayId="049107-0392").number == "049107/0392"
    assert one(tmp_path, reelNo=None, frameNo="NULL", id="49107-392").number == "049107/0392"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2019-05-07T04:00:00Z", "2019-05-07"),
        ("2019-01-07T05:00:00Z", "2019-01-07"),
        ("2019-05-07T05:00:00Z", "2019-05-07"),
        ("2019-01-07T04:00:00Z", "2019-01-07"),
        ("2019-05-07T00:00:00Z", "2019-05-07"),
        ("2019-05-07T23:30:00Z", "2019-05-07"),
        ("2019-05-08T02:30:00Z", "2019-05-07"),
        ("2019-05-07", "2019-05-07"),
        ("20190507", "2019-05-07"),
        ("0001-01-01T00:00:00Z", None),
        ("0000-01-01", None),
        ("00010101", None),
        ("NULL", None),
        ("", None),
    ],
)
def test_days_in_every_form(tmp_path, written, day):
    assert one(tmp_path, recordedDate=written).facts[0].registered_on == day


@pytest.mark.parametrize(
    ("signed", "executed"),
    [
        (["2019-04-01T04:00:00Z", "2019-04-03T04:00:00Z"], "2019-04-03"),
        (["2019-04-01T04:00:00Z", "0001-01-01T00:00:00Z"], "2019-04-01"),
        (["2019-04-01T04:00:00Z", "2019-02-30T05:00:00Z"], "2019-04-01"),
        (["2019-04-01T04:00:00Z", "2103-04-03T04:00:00Z"], "2019-04-01"),
        (["2103-04-03T04:00:00Z", "NULL"], None),
        (["2019-04-01T04:00:00Z"], None),
    ],
)
def test_the_last_possible_execution_day_counts(tmp_path, signed, executed):
    fact = one(tmp_path, patAssignorName=["ROE, JANE", "DOE, JOHN"], patAssignorExDate=signed).facts[0]
    assert fact.executed_on == executed
    assert [party.name for party in fact.grantors] == ["ROE, JANE", "DOE, JOHN"]


def test_a_row_without_an_application_is_known_by_its_patent(tmp_path):
    found = one(
        tmp_path,
        applNum=["15145443", "NULL", "NULL", "NULL", "NULL", "NULL"],
        patNum=["NULL", "8789601", "NULL", "NULL", "NULL", "NULL"],
        publNum=["NULL", "NULL", "20130141635", "NULL", "NULL", "NULL"],
        pctNum=["NULL", "NULL", "NULL", "PCT/US12/12345", "NULL", "NULL"],
        intlRegNum=["NULL", "NULL", "NULL", "NULL", "DM/81234", "NULL"],
    )
    assert found.facts[0].rights == (
        "US:patent:15145443",
        "US:patent:US8789601",
        "US:patent:US20130141635",
        "WO:patent:PCT/US2012/012345",
        "WO:patent:DM/081234",
    )


def test_columns_of_another_length_are_not_aligned_and_left_out(tmp_path):
    found = one(
        tmp_path,
        applNum=["15145443", "15145444"],
        patNum=["8789601"],
        inventionTitle=["A", "B"],
        inventors=["Jane Roe", "John Doe", "Ann Poe"],
    )
    assert [each.rights[0] for each in found.descriptions] == ["US:patent:15145443", "US:patent:15145444"]
    assert [name.kind for each in found.descriptions for name in each.names] == ["application"] * 2
    assert [each.title for each in found.descriptions] == ["A", "B"]
    assert all(not each.inventors for each in found.descriptions)


def test_no_property_is_lost_where_the_applications_are_too_few(tmp_path):
    found = one(tmp_path, applNum=["15145443"], patNum=["8789601", "8789602"])
    assert found.facts[0].rights == ("US:patent:US8789601", "US:patent:US8789602")


def test_rows_of_one_right_are_one_description(tmp_path):
    found = one(
        tmp_path,
        applNum=["15145443", "15/145,443"],
        patNum=["NULL", "8789601"],
        inventionTitle=["NULL", "VALVE"],
    )
    (described,) = found.descriptions
    assert [(name.kind, name.number) for name in described.names] == [
        ("application", "15145443"),
        ("grant", "8789601"),
    ]
    assert described.title == "VALVE"
    assert found.facts[0].rights == ("US:patent:15145443",)


def test_long_texts_are_shortened_and_control_characters_removed(tmp_path):
    found = one(
        tmp_path,
        conveyanceText="ASSIGNMENT " + "X" * 5000,
        patAssigneeName=["ACME\n\u0085  LLC" + "Y" * 600],
        inventionTitle=["e\u0301 VALVE"],
    )
    fact = found.facts[0]
    assert (len(fact.text), fact.text[-1]) == (4000, "…")
    assert fact.grantees[0].name.startswith("ACME LLCYY")
    assert len(fact.grantees[0].name) <= 500
    assert found.descriptions[0].title == "\u00e9 VALVE"


@pytest.mark.parametrize(
    ("read_as", "written", "number"),
    [
        (us_application, "15/145,443", "15145443"),
        (us_application, "6731170", "06731170"),
        (us_application, "US15145443", "15145443"),
        (us_application, "1234567890", None),
        (us_publication, "US20130141635A1", "20130141635"),
        (us_publication, "20130141635", "20130141635"),
        (us_publication, "2013014163", None),
        (us_grant, "US 8,789,601 B2", "8789601"),
        (us_grant, "08789601", "8789601"),
        (us_grant, "D0654321", "D654321"),
        (us_grant, "RE045678", "RE45678"),
        (us_grant, "PP12345", "PP12345"),
        (us_grant, "0", None),
        (international_number, "PCT/US2012/012345", "PCT/US2012/012345"),
        (international_number, "US2012012345", "PCT/US2012/012345"),
        (international_number, "PCT/EP98/01234", "PCT/EP1998/001234"),
        (international_number, "DM/081234", "DM/081234"),
        (international_number, "NULL", None),
    ],
)
def test_numbers_as_registers_write_them(read_as, written, number):
    assert read_as(written) == number


def test_inventors_are_split_at_commas_but_not_before_a_suffix():
    assert given_names("James J. Fallon, John Roe, Jr., Ann  Poe") == (
        "James J. Fallon",
        "John Roe, Jr.",
        "Ann Poe",
    )
    assert given_names("NULL") == given_names(None) == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"\n\n", "FILE_EMPTY"),
        (b"PK\x03\x04zip", "FILE_NOT_XML"),
        (b"reel,frame", "FILE_NOT_XML"),
        (b"<html/>", "FILE_TYPE_UNKNOWN"),
        (b"<response><lst name='error'/></response>", "FILE_TYPE_UNKNOWN"),
        (b"{", "FILE_NOT_JSON"),
        (b"[" * 100_000, "FILE_NOT_JSON"),
        (b"{}", "FILE_TYPE_UNKNOWN"),
        (b"[1, 2]", "FILE_TYPE_UNKNOWN"),
        (b'{"assignmentBag": [{}], "x": "\xff"}', "ENCODING_INVALID"),
        ('{"assignmentBag": []}'.encode("utf-16"), "ENCODING_INVALID"),
    ],
)
def test_a_file_of_another_kind_is_rejected_as_a_whole(tmp_path, content, code):
    path = tmp_path / "file"
    path.write_bytes(content)
    (found,) = read(path)
    assert (found.code, found.where) == (code, "file")


def test_a_file_that_is_not_there_is_rejected(tmp_path):
    assert [item.code for item in read(tmp_path / "absent")] == ["FILE_UNREADABLE"]


@pytest.mark.parametrize(
    "content", ['<response><result numFound="0"/></response>', "<us-patent-assignments/>"]
)
def test_a_file_without_recordings_is_read_as_such(tmp_path, content):
    path = tmp_path / "none.xml"
    path.write_text(content)
    assert list(read(path)) == []


def test_json_too_large_to_read_whole_is_rejected(tmp_path, monkeypatch):
    monkeypatch.setattr("ledger.registers.uspto_odp.FILE_BYTES_MAX", 10)
    path = tmp_path / "large.json"
    path.write_text('{"assignmentBag": []}')
    assert [item.code for item in read(path)] == ["FILE_TOO_LARGE"]


ASSIGNMENT = {
    "reelNumber": 49107,
    "frameNumber": 392,
    "assignmentRecordedDate": "2019-05-07",
    "conveyanceText": "SECURITY INTEREST",
    "assignorBag": {"assignorName": "ACME LLC", "executionDate": "2019-05-06"},
    "assigneeBag": [{"assigneeNameText": "BANK N.A."}],
}


def portal(tmp_path, *applications):
    path = tmp_path / "portal.json"
    path.write_bytes(orjson.dumps({"patentFileWrapperDataBag": list(applications)}))
    return list(read(path))


def test_one_recording_under_several_applications_is_one_report(tmp_path):
    (found,) = portal(
        tmp_path,
        {"applicationNumberText": "15145443", "assignmentBag": [ASSIGNMENT]},
        {"applicationNumberText": "15145444", "assignmentBag": ASSIGNMENT},
    )
    assert found.number == "049107/0392"
    assert found.facts[0].rights == ("US:patent:15145443", "US:patent:15145444")
    assert [party.name for party in found.facts[0].pledgors] == ["ACME LLC"]


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"reelAndFrameNumber": "049107/0393"}, "NUMBER_INVALID"),
        ({"reelAndFrameNumber": "049107/0392"}, None),
        ({"reelNumber": "049107", "frameNumber": "0392"}, None),
        ({"reelNumber": None, "reelNumber/frameNumber": "49107/392"}, None),
        ({"reelNumber": None}, "NUMBER_MISSING"),
        ({"reelNumber": 49107.5}, "NUMBER_MISSING"),
        ({"assignmentRecordedDate": "2019-13-01"}, "DATE_INVALID"),
    ],
)
def test_portal_numbers_agree_or_the_record_is_rejected(tmp_path, keys, code):
    (found,) = portal(tmp_path, {"applicationNumberText": "15145443", "assignmentBag": [ASSIGNMENT | keys]})
    assert getattr(found, "code", None) == code


def test_portal_assignments_of_no_shape_are_rejected_alone(tmp_path):
    found = portal(
        tmp_path, {"applicationNumberText": "15145443", "assignmentBag": [7, ASSIGNMENT]}, {"x": 1}, 5
    )
    assert [getattr(item, "code", None) for item in found] == ["RECORD_MALFORMED", None]


def test_the_portals_own_description_of_an_application_is_read(tmp_path):
    (found,) = portal(
        tmp_path,
        {
            "applicationNumberText": "13842218",
            "applicationMetaData": {
                "inventionTitle": "VALVE",
                "filingDate": "2013-03-15",
                "grantDate": "2014-07-29",
                "patentNumber": "8789601",
                "earliestPublicationNumber": "US20130141635A1",
                "inventorBag": [{"inventorNameText": "Jane Roe"}],
            },
            "assignmentBag": [ASSIGNMENT],
        },
    )
    (described,) = found.descriptions
    assert {(name.kind, name.number) for name in described.names} == {
        ("application", "13842218"),
        ("publication", "20130141635"),
        ("grant", "8789601"),
    }
    assert (described.title, described.granted_on) == ("VALVE", "2014-07-29")
    assert [party.name for party in described.inventors] == ["Jane Roe"]


@pytest.mark.parametrize("path", sorted(DATA.glob("[!P]*.*")), ids=lambda path: path.name)
def test_mutated_bytes_of_real_files_never_raise(tmp_path, path):
    content = path.read_bytes()
    start = content.find(b"<doc>") if path.suffix == ".xml" else 0
    content = content[: max(start, 0) + 12_000]
    chance = random.Random(path.name)
    target = tmp_path / path.name
    for _ in range(150):
        mutated = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(mutated))
            change = chance.randrange(4)
            if change == 0:
                mutated[at] = chance.randrange(256)
            elif change == 1:
                del mutated[at : at + chance.randint(1, 40)]
            elif change == 2:
                mutated[at:at] = mutated[at : at + chance.randint(1, 200)]
            else:
                mutated[at:at] = chance.choice(
                    (b"<", b">", b"&", b'"', b"<!--", b"]]>", b"</doc>", b"NULL", b"\x00")
                )
        target.write_bytes(mutated)
        assert all(isinstance(item, Report | Rejection) for item in read(target))


PORTAL_KEYS = sorted(
    {*ASSIGNMENT, "assignmentBag", "assignorName", "reelAndFrameNumber", "applicationMetaData"}
)
SCALARS = (
    st.none() | st.booleans() | st.integers(-10, 10**6) | st.floats(allow_nan=False) | st.text(max_size=8)
)
SEARCH_KEYS = sorted({*PLAIN, "patNum", "publNum", "pctNum", "inventors", "inventionTitle", "issueDate"})


@given(
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PORTAL_KEYS), inner),
        max_leaves=12,
    )
)
def test_json_of_any_shape_never_raises(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("any") / "any.json"
    path.write_bytes(
        orjson.dumps({"patentBag": [{"applicationNumberText": "15145443", "assignmentBag": value}]})
    )
    assert all(isinstance(item, Report | Rejection) for item in read(path))


@given(
    st.dictionaries(
        st.sampled_from(SEARCH_KEYS), st.text(max_size=20) | st.lists(st.text(max_size=20), max_size=3)
    )
)
def test_fields_of_any_content_never_raise(tmp_path_factory, changes):
    path = search_file(tmp_path_factory.mktemp("any"), PLAIN | changes)
    assert all(isinstance(item, Report | Rejection) for item in read(path))


@pytest.mark.parametrize("file_format", ["search", "padx"])
def test_the_generated_benchmark_file_reads_without_a_rejection(tmp_path, file_format):
    path = tmp_path / "generated.xml"
    for _ in range(2):
        with path.open("wb") as stream:
            write(stream, 400, file_format=file_format, seed=3)
    found = list(read(path))
    assert all(isinstance(item, Report) for item in found)
    assert len({item.number for item in found}) == 400
    pledged = {item.facts[0].pledge for item in found if item.facts[0].TYPE == "pledge.registered"}
    released = [item.facts[0] for item in found if item.facts[0].TYPE == "pledge.released"]
    assert any(fact.pledges for fact in released)
    assert {pledge for fact in released for pledge in fact.pledges} <= pledged


def test_the_generated_file_is_the_same_for_the_same_seed(tmp_path):
    paths = [tmp_path / name for name in ("first", "second", "other")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        with path.open("wb") as stream:
            write(stream, 50, seed=seed)
    first, second, other = (path.read_bytes() for path in paths)
    assert first == second
    assert first != other


@pytest.mark.parametrize("chinese", rejections._CHINESE.values())
def test_what_a_rejection_names_is_said_in_chinese_too(chinese):
    assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese)
