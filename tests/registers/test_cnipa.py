"""CNIPA's legal-status records and event lists. The PRS records are made up; see their PROVENANCE."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ledger.entry import EntryClass
from ledger.facts.base import record_id
from ledger.facts.corrections import RecordingNoted
from ledger.facts.freezes import FreezeImposed, FreezeLifted
from ledger.facts.licenses import LicenseChanged, LicenseEnded, LicenseRecorded
from ledger.facts.pledges import PledgeAssigned, PledgeChanged, PledgeReleased
from ledger.facts.status import InvalidationBecameFinal, RightLapsed
from ledger.facts.transfers import PartyAddressChanged, PartyRenamed, TransferRegistered
from ledger.registers import cn_events, cn_labels, cn_numbers, cnipa
from ledger.registers.reports import Rejection, Report
from ledger.values.rights import parse_right_id, readings

HERE = Path(__file__).parents[1] / "data" / "registers" / "cnipa"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "cnipa-prs-format"
PRS = HERE / "made-up_prs.xml"
LIST = HERE / "cn_legal_events_sample.csv"
RIGHT = "CN:patent:201810200002.3"
PLEDGE = record_id("pld", "CNIPA", "Y2024980012345")
BANK = "示范银行股份有限公司杭州分行"


def reports(path):
    found = list(cnipa.read(path))
    assert all(isinstance(each, Report) for each in found)
    return found


def reported(number):
    return next(each for each in reports(PRS) if each.number.startswith(number))


def names(parties):
    return [party.name for party in parties]


@pytest.fixture
def read(tmp_path):
    def reading(content):
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(cnipa.read(path))

    return reading


def record(code, information, number="201810200002", day="20240101"):
    return (
        "<business:PRSRecord><business:ApplicationReference dataFormat='standard'><base:DocumentID>"
        f"<base:DocNumber>{number}</base:DocNumber></base:DocumentID></business:ApplicationReference>"
        f"<business:PRSCode>{code}</business:PRSCode><business:PRSValue>事务</business:PRSValue>"
        f"<business:PRSInformation>{information}</business:PRSInformation><business:PRSPublicationDate>"
        f"<base:Date>{day}</base:Date></business:PRSPublicationDate></business:PRSRecord>"
    )


def prs(*records):
    return (
        "<business:PRS xmlns:business='http://www.sipo.gov.cn/XMLSchema/business' "
        f"xmlns:base='http://www.sipo.gov.cn/XMLSchema/base'>{''.join(records)}</business:PRS>"
    )


@pytest.mark.parametrize(
    ("path", "count"), [(PRS, 25), (LIST, 7), *((path, 7) for path in SHARED.glob("cn_legal_events_*.csv"))]
)
def test_every_record_of_every_file_reads(path, count):
    found = reports(path)
    assert len(found) == count
    whole = path.read_bytes()
    for each in found:
        assert each.source in whole
        assert (each.register, each.entry_class) == ("CNIPA", EntryClass.AUTHORITY)
        assert not each.names_all_rights
    assert found == reports(path)


def test_every_number_but_those_of_one_recording_is_its_own():
    keys = [(each.number, each.facts[0].rights) for each in reports(PRS)]
    assert len(keys) == len(set(keys))


def test_no_address_occurs_in_any_fact():
    lines = re.findall(r"\d{6} \S+", PRS.read_text())
    assert len(lines) == 7
    told = "".join(str(fact.as_data()) for each in reports(PRS) for fact in (*each.facts, *each.descriptions))
    for line in lines:
        assert line not in told
        assert line.split()[1] not in told


@pytest.mark.parametrize("path", [PRS, LIST])
def test_every_name_is_found_by_its_usual_notation(path):
    for each in reports(path):
        for described in each.descriptions:
            number = parse_right_id(described.rights[0]).number
            written = number if number.startswith("CN") else f"CN{number}"
            found = {(one.kind, one.number) for one in readings(written)}
            assert {(name.kind, name.number) for name in described.names} <= found


def test_a_pledge_over_two_rights_is_one_recording():
    one, other = (each for each in reports(PRS) if each.number == "PE01/Y2024980012345")
    assert (one.facts[0].rights, other.facts[0].rights) == ((RIGHT,), ("CN:patent:202010300005.1",))
    assert one.facts[0].pledge == other.facts[0].pledge == PLEDGE
    assert names(one.facts[0].pledgees) == [BANK]
    assert one.facts[0].registered_on == other.facts[0].registered_on == "2024-05-06"


def test_a_change_of_pledgee_is_an_assignment_and_the_rest_a_change():
    assigned, changed = reported("PM01/").facts
    assert isinstance(assigned, PledgeAssigned)
    assert (assigned.pledges, assigned.registered_on) == ((PLEDGE,), "2024-07-01")
    assert (names(assigned.grantors), names(assigned.grantees)) == ([BANK], ["示范银行股份有限公司浙江分行"])
    assert isinstance(changed, PledgeChanged)
    assert (changed.pledge, changed.item, changed.before, changed.after) == (
        PLEDGE,
        "债务履行期限",
        "2025年5月",
        "2026年5月",
    )


def test_two_changes_of_one_pledge_are_two_recordings(read):
    text = "登记号:Y1\n变更日:{}\n变更事项:期限\n变更前:甲\n变更后:乙"
    one, other = read(prs(record("PM01", text.format("20240101")), record("PM01", text.format("20240202"))))
    assert one.number != other.number


def test_a_cancelled_pledge_is_named_by_its_number():
    (fact,) = reported("PC01/").facts
    assert isinstance(fact, PledgeReleased)
    assert (fact.pledges, fact.references) == ((PLEDGE,), ("Y2024980012345",))
    assert fact.ended_on == "2025-03-10"
    assert names(fact.releasors) == ["示范银行股份有限公司浙江分行"]


def test_a_cancellation_without_number_names_no_pledge(read):
    (report,) = read(prs(record("PC01", "出质人:甲\n质权人:乙\n解除日:20240101")))
    assert report.facts[0].pledges == ()
    assert names(report.facts[0].releasors) == ["乙"]


def test_a_license_is_recorded_changed_and_ended_under_one_id():
    recorded, changed, ended = (reported(f"{code}/").facts[0] for code in ("EE01", "EM01", "EC01"))
    assert (type(recorded), type(changed), type(ended)) == (LicenseRecorded, LicenseChanged, LicenseEnded)
    assert recorded.license == changed.license == ended.license
    assert recorded.license_kind == "exclusive"
    assert ended.ended_on == "2024-01-02"


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ("独占许可", "exclusive"),
        ("排他许可", "sole"),
        ("普通许可", "ordinary"),
        ("交叉许可", None),
        ("Exclusive License", "exclusive"),
        ("Common License", "ordinary"),
        ("Sole license", "sole"),
    ],
)
def test_kinds_of_license(stated, kind):
    assert cn_events._license_kind(stated) == kind


def test_a_transfer_names_all_owners_and_no_address():
    (fact,) = reported("201810200002.3/TR01/").facts
    assert isinstance(fact, TransferRegistered)
    assert names(fact.grantors) == ["甲示范有限公司", "甲一示范大学", "甲二示范研究院"]
    assert names(fact.grantees) == ["乙示范股份有限公司", "乙一示范有限公司", "乙二示范有限公司"]
    assert fact.effective_from == fact.registered_on == "2020-01-14"


def test_a_transfer_without_a_new_owner_is_flagged(read):
    (report,) = read(prs(record("TR01", "登记生效日:20200114")))
    assert report.facts[0].unknown


@pytest.mark.parametrize(
    ("code", "fact"), [("CP01", PartyRenamed), ("CP02", PartyAddressChanged), ("CP03", PartyRenamed)]
)
def test_a_change_of_name_is_no_transfer(code, fact):
    assert type(reported(f"201810200002.3/{code}/").facts[0]) is fact


def test_a_change_of_name_or_address_that_is_of_the_address_only(read):
    (report,) = read(prs(record("CP03", "变更事项:地址\n变更前:北京\n变更后:上海")))
    assert isinstance(report.facts[0], PartyAddressChanged)
    (report,) = read(prs(record("CP03", "")))
    assert report.facts[0].unknown


def test_several_freezes_run_at_once_and_the_lifting_names_none():
    found = [each for each in reports(PRS) if "/PP01/" in each.number]
    first, second = (each.facts[0] for each in found)
    assert isinstance(first, FreezeImposed)
    assert first.freeze != second.freeze
    assert (first.effective_from, second.effective_from) == ("2021-04-12", "2021-06-10")
    (lifted,) = reported("201820300003.0/PD01/").facts
    assert isinstance(lifted, FreezeLifted)
    assert lifted.freeze is None
    assert lifted.ended_on == "2022-06-10"


@pytest.mark.parametrize(("code", "scope"), [("IP01", "part"), ("IW01", "full")])
def test_an_announced_invalidation_is_final(code, scope):
    fact = next(each.facts[0] for each in reports(PRS) if f"/{code}/" in each.number)
    assert isinstance(fact, InvalidationBecameFinal)
    assert fact.scope == scope


@pytest.mark.parametrize(
    ("path", "due", "announced"), [(PRS, "2023-01-02", "2023-10-20"), (LIST, "2011-11-21", "2013-01-23")]
)
def test_a_lapse_counts_from_its_due_day_not_from_its_announcement(path, due, announced):
    fact = next(each.facts[0] for each in reports(path) if "/CF01/" in each.number)
    assert isinstance(fact, RightLapsed)
    assert (fact.cause, fact.effective_from, fact.registered_on) == ("fee", due, announced)
    assert fact.effective_on == due


def test_an_event_listed_under_old_and_new_code_is_one_report():
    found = reports(LIST)
    for one, other in ((0, 1), (2, 3), (4, 5)):
        assert found[one].number == found[other].number
        assert found[one].facts == found[other].facts
        assert found[one].source != found[other].source
    assert len({each.number for each in found}) == 4


def test_unknown_codes_are_flagged_and_known_ones_noted():
    unknown, known = reported("201810200002.3/ZZ99").facts[0], reported("201810200002.3/DD01").facts[0]
    assert isinstance(unknown, RecordingNoted)
    assert (unknown.unknown, unknown.code) == (True, "CN/ZZ99")
    assert (known.unknown, known.code) == (False, "CN/DD01")


@pytest.mark.parametrize(
    ("written", "number", "valid"),
    [
        ("201710601862.3", "201710601862.3", True),
        ("2017106018623", "201710601862.3", True),
        ("CN201710601862", "201710601862.3", True),
        ("ZL 2017 1 0601862.3", "201710601862.3", True),
        ("95115608.X", "95115608.X", True),
        ("95115608", "95115608.X", True),
        ("201710601862.4", "201710601862.4", False),
        ("2017106018624", "2017106018624", False),
    ],
)
def test_application_numbers_with_and_without_check_digit(written, number, valid):
    found = cn_numbers.application(written)
    assert (found.number, found.check_digit_valid) == (number, valid)


@given(st.text("0123456789X.CNZL ", max_size=20))
def test_no_notation_of_a_number_raises(written):
    found = cn_numbers.application(written)
    assert found is None or parse_right_id(found.right).number == found.number


def test_a_wrong_check_digit_is_kept_as_the_register_gives_it():
    assert reported("201810200002.9/GR01").descriptions[0].rights == ("CN:patent:201810200002.9",)


def test_an_original_number_whose_check_digit_is_wrong_yields_to_the_standard_one(read):
    text = record("GR01", "").replace(
        "<business:PRSCode>",
        "<business:ApplicationReference dataFormat='original'><base:DocumentID><base:DocNumber>201810200002.9"
        "</base:DocNumber></base:DocumentID></business:ApplicationReference><business:PRSCode>",
    )
    (report,) = read(prs(text))
    assert report.descriptions[0].rights == (RIGHT,)


def test_the_day_of_filing_comes_with_the_right():
    assert reported("PE01/").descriptions[0].filed_on == "2018-01-02"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("登记号:Y1", [("number", "Y1")]),
        ("登记号: Y1 ", [("number", "Y1")]),
        ("专利权的保全\n登记生效日:20210412", [("registered", "20210412")]),
        ("质权人:甲\n银行", [("pledgees", "甲\n银行")]),
        ("质权人:甲\n住所:北京\n海淀", [("pledgees", "甲"), ("dropped", "北京\n海淀")]),
        (
            "Granted publication date: 20070829 Termination date: 20111121",
            [("dropped", "20070829"), ("terminated", "20111121")],
        ),
        ("PLEDGEE:A CO., LTD.;PLEDGOR:B", [("pledgees", "A CO., LTD."), ("pledgors", "B")]),
        ("", []),
    ],
)
def test_labelled_text(text, pairs):
    assert cn_labels.labelled(text) == pairs


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20190718", "2019-07-18"),
        ("2019.07.18", "2019-07-18"),
        ("2019-07-18", "2019-07-18"),
        ("2019年7月18日", "2019-07-18"),
        ("20191318", None),
        ("00010101", None),
        ("", None),
        (None, None),
    ],
)
def test_days(text, day):
    assert cn_labels.day_of(text) == day


HEADER = "patent_id,serial_number,code,event_type,date,description\n"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b" \n", "FILE_EMPTY"),
        (b"hello\nworld\n", "FILE_NOT_CSV"),
        (b"a,b,c\n1,2,3\n", "FILE_TYPE_UNKNOWN"),
        (b'{"a": 1, "b": 2}', "FILE_TYPE_UNKNOWN"),
        (b"<a/>", "FILE_TYPE_UNKNOWN"),
        (b"<a", "FILE_NOT_XML"),
        (b"\xff\xfe<\x00", "ENCODING_INVALID"),
        ("专利号,代码,日期\n".encode("gb18030"), "ENCODING_INVALID"),
    ],
)
def test_other_files_are_rejected_as_a_whole(read, content, code):
    (rejection,) = read(content)
    assert (rejection.where, rejection.code) == ("file", code)
    assert rejection.message_en
    assert rejection.message_zh


def test_a_missing_file_is_rejected(tmp_path):
    (rejection,) = cnipa.read(tmp_path / "none")
    assert rejection.code == "FILE_UNREADABLE"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("CN100334574C,0,PB01,Publication,2005-13-02,", "DATE_INVALID"),
        ("CN100334574C,0,PB01,Publication,,", "NUMBER_MISSING"),
        (",0,PB01,Publication,2005-03-02,", "NUMBER_MISSING"),
        ("NULL,0,PB01,Publication,2005-03-02,", "NUMBER_MISSING"),
        ("CN100334574C,0,,Publication,2005-03-02,", "NUMBER_MISSING"),
        ("US8789601B2,0,PB01,Publication,2005-03-02,", "NUMBER_INVALID"),
        ("CN100334574C,0,PB01", "RECORD_MALFORMED"),
        ('CN100334574C,0,PB01,"a"b,2005-03-02,', "RECORD_MALFORMED"),
    ],
)
def test_a_broken_line_rejects_only_itself(read, line, code):
    good = "CN100334574C,0,PB01,Publication,2005-03-02,\n"
    found = read(HEADER + good + line + "\n" + good)
    assert [each.code for each in found if isinstance(each, Rejection)] == [code]
    assert sum(isinstance(each, Report) for each in found) == 2


def test_a_line_of_another_encoding_rejects_only_itself(read):
    good = b"CN100334574C,0,PB01,Publication,2005-03-02,\n"
    found = read(HEADER.encode() + good + "CN100334574C,0,PB01,公布,2005-03-02,\n".encode("gb18030") + good)
    assert [each.code for each in found if isinstance(each, Rejection)] == ["ENCODING_INVALID"]
    assert sum(isinstance(each, Report) for each in found) == 2


def test_a_quoted_value_may_run_over_lines_and_its_source_is_whole(read):
    text = '"Granted publication date: 20070829\nTermination date: 20111121"'
    line = f"CN100334574C,6,CF01,Lapse,2013-01-23,{text}\n"
    (report,) = read("\ufeff" + HEADER + line)
    assert report.source.decode() == line
    assert report.facts[0].effective_from == "2011-11-21"


def test_a_quoted_value_that_never_ends_is_a_truncated_file(read):
    found = read(HEADER + 'CN100334574C,0,PB01,"Publication,2005-03-02,\n')
    assert [each.code for each in found] == ["FILE_TRUNCATED"]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (record("PE01", "", day="20241399"), "DATE_INVALID"),
        (record("PE01", "", day=""), "NUMBER_MISSING"),
        (record("PE01", "", number=""), "NUMBER_MISSING"),
        (record("PE01", "", number="12"), "NUMBER_INVALID"),
        (record("", ""), "NUMBER_MISSING"),
        (record("PE01", "<b>"), "RECORD_MALFORMED"),
        (record("PE01", "&e;"), "RECORD_MALFORMED"),
    ],
)
def test_a_broken_record_rejects_only_itself(read, broken, code):
    found = read(prs(record("GR01", ""), broken, record("GR01", "", day="20240202")))
    assert [each.code for each in found if isinstance(each, Rejection)] == [code]
    assert sum(isinstance(each, Report) for each in found) == 2


def test_a_truncated_file_loses_its_last_record_only(read):
    whole = prs(record("GR01", ""), record("GR01", "", day="20240202"))
    found = read(whole[: whole.rindex("<business:PRSValue>")])
    assert [type(each) for each in found] == [Report, Rejection]
    assert found[1].code == "FILE_TRUNCATED"


def test_long_and_unnormalized_text_becomes_facts_the_ledger_can_hold(read):
    text = "登记号:Y1\n变更日:20240101\n" + "".join(
        f"变更事项:事项{index}e\u0301\n变更前:{'甲' * 900}\n变更后:\x85乙\n" for index in range(40)
    )
    (report,) = read(prs(record("PM01", text)))
    (fact,) = report.facts
    assert len(fact.before) <= 4000
    assert "e\u0301" not in fact.item


def test_the_made_up_file_is_well_formed_and_says_what_it_is():
    assert etree.parse(PRS).getroot().tag.endswith("PRS")
    assert "Made up" in PRS.read_text()


@settings(max_examples=60, deadline=None)
@given(
    at=st.integers(0, 22_000),
    instead=st.binary(max_size=6),
    length=st.integers(0, 60),
    path=st.sampled_from([PRS, LIST]),
)
def test_mutated_files_end_in_reports_and_rejections(tmp_path_factory, at, instead, length, path):
    data = path.read_bytes()
    at %= len(data)
    mutated = tmp_path_factory.mktemp("fuzz") / "file"
    mutated.write_bytes(data[:at] + instead + data[at + length :])
    assert all(isinstance(each, Report | Rejection) for each in cnipa.read(mutated))
