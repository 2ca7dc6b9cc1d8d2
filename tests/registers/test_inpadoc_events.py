"""INPADOC legal events: what they report, under which number, and what broken files end in."""

import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.entry import EntryClass
from ledger.facts.base import record_id
from ledger.facts.corrections import RecordingNoted
from ledger.facts.freezes import FreezeImposed, FreezeLifted
from ledger.facts.licenses import LicenseOffered, LicenseOfferWithdrawn
from ledger.facts.pledges import PledgeRegistered, PledgeReleased
from ledger.facts.status import (
    ApplicationEnded,
    InvalidationBecameFinal,
    RightGranted,
    RightLapsed,
    RightRestored,
)
from ledger.facts.transfers import PartyRenamed, TransferRegistered
from ledger.registers import docdb_numbers, inpadoc
from ledger.registers.reports import Rejection, Report
from ledger.values.rights import parse_right_id, readings

HERE = Path(__file__).parents[1] / "data" / "registers" / "inpadoc"
SHARED = Path(__file__).parents[3] / "shared" / "data"
US = HERE / "US201815919370_legal.xml"
EP = HERE / "EP1000000_legal.xml"
COUNTS = {"US201815919370_legal.xml": 14, "EP1000000_legal.xml": 50}


def event(
    code, *content, country="EP", number="99203729", kind="A", day="2020-01-02", document="F", dates=""
):
    """One ops:legal; `content` are pairs of tag and value below L500EP."""
    inside = "".join(f"<ops:{tag}>{value}</ops:{tag}>" for tag, value in content)
    return (
        f'<ops:legal code="{code:4}" desc="D" infl=" " dateMigr="00010101"><ops:pre line="00001">x</ops:pre>'
        f"<ops:L001EP>{country}</ops:L001EP><ops:L002EP>{document}</ops:L002EP><ops:L003EP>{number}</ops:L003EP>"
        f"<ops:L004EP>{kind}</ops:L004EP><ops:L005EP>PI</ops:L005EP><ops:L007EP>{day}</ops:L007EP>"
        f"<ops:L008EP>{code}</ops:L008EP>{dates}<ops:L500EP>{inside}</ops:L500EP></ops:legal>"
    )


def member(*events, header=""):
    return f"<ops:family-member family-id='1'>{header}{''.join(events)}</ops:family-member>"


def response(*members, doctype=""):
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>{doctype}"
        "<ops:world-patent-data xmlns='http://www.epo.org/exchange' xmlns:ops='http://ops.epo.org'>"
        "<ops:patent-family legal='true'>"
        f"{''.join(members)}</ops:patent-family></ops:world-patent-data>"
    )


def header(country, application, filed, *publications):
    docs = "".join(
        f"<publication-reference><document-id document-id-type='docdb'><country>{country}</country>"
        f"<doc-number>{number}</doc-number><kind>{kind}</kind><date>{day}</date></document-id></publication-reference>"
        for number, kind, day in publications
    )
    return (
        f"{docs}<application-reference><document-id document-id-type='docdb'><country>{country}</country>"
        f"<doc-number>{application}</doc-number><kind>A</kind><date>{filed}</date></document-id></application-reference>"
    )


@pytest.fixture
def read(tmp_path):
    def reading(text):
        path = tmp_path / "legal.xml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return list(inpadoc.read(path))

    return reading


@pytest.fixture
def fact_of(read):
    def reading(*args, **options):
        (report,) = read(response(member(event(*args, **options))))
        (fact,) = report.facts
        return fact

    return reading


def reports(path):
    found = list(inpadoc.read(path))
    assert all(isinstance(each, Report) for each in found)
    return found


@pytest.mark.parametrize(
    "path", [US, EP, *sorted(SHARED.glob("epo-ops-legal-xml/*_legal.xml"))], ids=lambda path: path.name
)
def test_every_record_of_every_file_reads(path):
    found = reports(path)
    assert len(found) == COUNTS[path.name]
    assert len({(each.register, each.number) for each in found}) == len(found)
    whole = path.read_bytes()
    for each in found:
        assert each.source in whole
        assert each.source.startswith(b"<ops:legal")
        assert each.source.endswith(b"</ops:legal>")
        assert each.media_type.startswith("application/vnd.epo")
        assert not each.names_all_rights


def test_a_second_reading_gives_the_same_reports():
    assert reports(US) == reports(US)


def test_us_recordings_share_one_code_and_the_free_text_tells_them_apart():
    recordings = [each for each in reports(US) if each.register == "USPTO"]
    assert [(each.number, type(each.facts[0])) for each in recordings] == [
        ("045210/0369", TransferRegistered),
        ("045829/0888", PartyRenamed),
        ("053520/0064", PledgeRegistered),
    ]
    assert {each.entry_class for each in recordings} == {EntryClass.PARTY}


def test_the_owner_of_a_security_interest_is_the_secured_party():
    pledge = next(each.facts[0] for each in reports(US) if each.number == "053520/0064")
    assert [party.name for party in pledge.pledgees] == ["WELLS FARGO BANK NATIONAL ASSOCIATION"]
    assert [party.name for party in pledge.pledgors] == [
        "NCS MULTISTAGE HOLDINGS, INC",
        "NCS MULTISTAGE INC.",
    ]
    assert pledge.pledge == record_id("pld", "USPTO", "053520/0064")
    assert (pledge.executed_on, pledge.registered_on) == ("2020-08-06", "2020-08-17")
    assert pledge.rights == ("US:patent:15919370",)


def test_several_days_of_signing_count_as_the_last():
    fact = next(each.facts[0] for each in reports(US) if each.number == "045210/0369")
    assert fact.executed_on == "2013-12-10"
    assert all(party.on is None for party in fact.grantors)


def test_events_of_an_authority_are_of_class_authority():
    assert {each.entry_class for each in reports(EP)} == {EntryClass.AUTHORITY}


def test_the_right_and_its_names_come_from_the_family_member():
    described = reports(US)[3].descriptions[0]
    assert described.rights == ("US:patent:15919370",)
    assert [(name.kind, name.number) for name in described.names] == [
        ("application", "15919370"),
        ("grant", "10465445"),
    ]
    assert (described.filed_on, described.granted_on) == ("2018-03-13", "2019-11-05")


@pytest.mark.parametrize("path", [US, EP], ids=lambda path: path.name)
def test_every_name_is_found_by_its_usual_notation(path):
    for each in reports(path):
        for described in each.descriptions:
            right = parse_right_id(described.rights[0])
            for name in described.names:
                written = f"{right.office}:patent:{name.number}"
                found = {(one.kind, one.number) for one in readings(written)}
                assert (name.kind, name.number) in found


def test_the_us_status_comes_before_the_grant_whose_day_is_that_of_the_patent():
    fact = next(each.facts[0] for each in reports(US) if isinstance(each.facts[0], RightGranted))
    assert (fact.effective_from, fact.registered_on) == ("2019-11-05", "2019-10-16")


def test_trials_are_noted_with_their_number_and_two_of_one_day_stay_two():
    trials = [each for each in reports(US) if "/PGR/" in each.number]
    assert len(trials) == 2
    assert {each.facts[0].text.rpartition(": ")[2] for each in trials} == {"PGR2020-00077", "PGR2020-00078"}


def test_a_lapse_in_one_state_does_not_end_the_european_patent():
    assert {type(each.facts[0]) for each in reports(EP)} == {RecordingNoted}
    lapse = next(each.facts[0] for each in reports(EP) if "/PG25/2003-11-10/" in each.number)
    assert "(IE)" in lapse.text
    assert not lapse.unknown


def test_days_of_exchange_and_creation_are_no_part_of_the_number(read):
    text = US.read_text()
    later = re.sub(r"(<ops:L01[89]EP[^>]*>)[0-9-]+", r"\g<1>2031-01-01", text)
    assert later != text
    assert [each.number for each in read(later)] == [each.number for each in reports(US)]


def test_other_content_is_another_number(read):
    one, other = (
        read(response(member(event("PG25", ("L501EP", state)))))[0].number for state in ("DE", "FR")
    )
    assert one != other


@pytest.mark.parametrize(
    ("country", "fact"),
    [("BE", FreezeLifted), ("LU", FreezeLifted), ("NL", RecordingNoted), ("US", RecordingNoted)],
)
def test_rf_means_another_thing_in_every_country(fact_of, country, fact):
    assert type(fact_of("RF", country=country, number="1234567")) is fact


def test_nl_rf_ends_what_its_text_names_else_it_is_flagged(fact_of):
    assert isinstance(fact_of("RF", ("L510EP", "Pledge terminated"), country="NL"), PledgeReleased)
    assert isinstance(fact_of("RF", ("L510EP", "Confiscation"), country="NL"), FreezeLifted)
    assert fact_of("RF", country="NL").unknown


@pytest.mark.parametrize("code", ["R11X", "D11X", "U71", "U72", "R11L"])
def test_codes_that_correct_or_delete_earlier_events_are_flagged(fact_of, code):
    fact = fact_of(code)
    assert isinstance(fact, RecordingNoted)
    assert fact.unknown
    assert fact.code == f"EP/{code}"


def test_rights_in_rem_and_execution_share_a_code_and_the_text_decides(fact_of):
    assert isinstance(fact_of("111Z", ("L510EP", "RIGHT IN REM; PLEDGE")), PledgeRegistered)
    levy = fact_of("U70", ("L510EP", "LEGAL MEANS OF EXECUTION"))
    assert isinstance(levy, FreezeImposed)
    assert levy.levy
    assert fact_of("111Z").unknown
    assert fact_of("111Z", ("L510EP", "RIGHT IN REM OR EXECUTION")).unknown


def test_a_known_code_without_a_word_of_ours_is_noted_and_an_unknown_one_flagged(fact_of):
    known, unknown = fact_of("17P"), fact_of("QQQQ")
    assert (known.code, known.text, known.unknown) == ("EP/17P", "REQUEST FOR EXAMINATION FILED", False)
    assert (unknown.code, unknown.unknown) == ("EP/QQQQ", True)


@pytest.mark.parametrize(
    ("code", "country", "text", "fact", "value"),
    [
        ("LAPS", "US", "", RightLapsed, ("cause", "fee")),
        ("STCH", "US", "PATENT EXPIRED DUE TO NONPAYMENT OF MAINTENANCE FEES", RightLapsed, ("cause", "fee")),
        ("STCH", "US", "WITHDRAWN", RightLapsed, ("cause", "other")),
        ("STCK", "US", "", RightRestored, ("effective_from", None)),
        ("18R", "EP", "", ApplicationEnded, ("cause", "refused")),
        ("27W", "EP", "", InvalidationBecameFinal, ("scope", "full")),
        ("SEIZ", "NL", "", FreezeImposed, ("levy", False)),
        ("SN", "FR", "", FreezeImposed, ("levy", True)),
        ("PLED", "NO", "", PledgeRegistered, ("lien", True)),
        ("GM", "AU", "", PledgeRegistered, ("lien", False)),
    ],
)
def test_codes_of_other_authorities(fact_of, code, country, text, fact, value):  # noqa: PLR0917  # one row of the table
    found = fact_of(code, ("L510EP", text), country=country, number="2003000001")
    assert type(found) is fact
    member_, expected = value
    assert getattr(found, member_) == expected


def test_a_change_of_owner_that_names_no_owner_is_flagged(fact_of):
    assert fact_of("PC2A", country="ES").unknown
    assert isinstance(fact_of("PC2A", ("L509EP", "ACME S.A., MADRID, ES"), country="ES"), TransferRegistered)


def test_a_change_that_may_be_of_name_or_of_owner_is_flagged_with_the_new_owner(fact_of):
    fact = fact_of("R081", ("L509EP", "SIEMENS AG, 80333 MUENCHEN, DE"), country="DE", number="102004012345")
    assert fact.unknown
    assert [party.name for party in fact.grantees] == ["SIEMENS AG"]


def test_free_text_that_may_hold_an_address_is_not_taken_into_a_fact(fact_of):
    fact = fact_of("R082", ("L510EP", "HANS MUSTER, MUSTERSTR. 1, 80333 MUENCHEN"), country="DE")
    assert "MUSTER" not in str(fact.as_data())


def test_an_open_license_and_its_withdrawal_meet(fact_of):
    offered, withdrawn = fact_of("U79"), fact_of("U82")
    assert (type(offered), type(withdrawn)) == (LicenseOffered, LicenseOfferWithdrawn)
    assert offered.license == withdrawn.license


CN = {"country": "CN", "number": "201810200002"}
PLEDGE_TEXT = (
    "EFFECTIVE DATE OF REGISTRATION:20240506;GRANTED PUBLICATION DATE:20190702;PLEDGEE:EXAMPLE BANK CO., LTD."
    ";PLEDGOR:EXAMPLE TECHNOLOGY CO., LTD.;REGISTRATION NUMBER:Y2024980012345"
)


def test_a_chinese_pledge_meets_the_recording_of_cnipa_under_its_number(read):
    (report,) = read(response(member(event("PE01", ("L510EP", PLEDGE_TEXT), **CN))))
    (fact,) = report.facts
    assert (report.register, report.number) == ("CNIPA", "PE01/Y2024980012345")
    assert fact.rights == ("CN:patent:201810200002.3",)
    assert fact.pledge == record_id("pld", "CNIPA", "Y2024980012345")
    assert fact.registered_on == "2024-05-06"
    assert [party.name for party in fact.pledgees] == ["EXAMPLE BANK CO., LTD."]


@pytest.mark.parametrize(
    ("code", "text", "fact"),
    [
        ("PLDC", PLEDGE_TEXT, PledgeRegistered),
        ("PLDC", "DATE OF CANCELLATION:20250310;REGISTRATION NUMBER:Y2024980012345", PledgeReleased),
        ("PLDC", "", RecordingNoted),
        ("RINS", "PLEDGE (PRESERVATION): PRESERVATION", FreezeImposed),
        ("RINS", "DISCHARGE", FreezeLifted),
        ("RINS", "", RecordingNoted),
        ("C35", "PARTIAL INVALIDATION", InvalidationBecameFinal),
        ("C35", "", RecordingNoted),
    ],
)
def test_chinese_codes_for_several_things_are_decided_by_the_text_or_flagged(fact_of, code, text, fact):
    found = fact_of(code, ("L510EP", text), **CN)
    assert type(found) is fact
    assert getattr(found, "unknown", False) == (fact is RecordingNoted)


def test_an_older_chinese_assignment_names_the_former_owner_in_its_text(fact_of):
    fact = fact_of("ASS", ("L509EP", "NEW OWNER CO., LTD."), ("L510EP", "FORMER OWNER: OLD OWNER LTD."), **CN)
    assert [party.name for party in fact.grantors] == ["OLD OWNER LTD."]
    assert [party.name for party in fact.grantees] == ["NEW OWNER CO., LTD."]


def test_old_and_new_code_of_one_chinese_event_are_one_report(read):
    one, other = read(response(member(event("GR01", **CN), event("C14", **CN))))
    assert (one.register, one.number, one.facts) == (other.register, other.number, other.facts)


def test_an_event_known_by_a_publication_number_is_of_the_family_members_application(read):
    text = response(
        member(
            event("PC", ("L509EP", "ACME"), country="AU", number="2003000001", document="P"),
            header=header("AU", "2001000009", "20010101", ("2003000001", "A1", "20030101")),
        )
    )
    assert read(text)[0].descriptions[0].rights == ("AU:patent:2001000009",)


def test_a_family_member_of_another_application_lends_nothing(read):
    text = response(member(event("17P", number="1"), header=header("EP", "99203729", "19991108")))
    described = read(text)[0].descriptions[0]
    assert described.rights == ("EP:patent:1",)
    assert described.filed_on is None


@pytest.mark.parametrize(
    ("office", "number", "kind", "filed_on", "expected"),
    [
        ("US", "201815919370", "A", "2018-03-13", "15919370"),
        ("US", "73117085", "A", "1985-05-06", "06731170"),
        ("US", "15145443", "A", "2016-05-03", "15145443"),
        ("CN", "201810200002", "A", None, "201810200002.3"),
        ("CN", "95115608", "A", None, "95115608.X"),
        ("EP", "99203729", "A", None, "99203729"),
        ("JP", "2005123456", "U", None, "2005123456U"),
        ("JP", "2005123456", "A", None, "2005123456"),
        ("EP", "no number", "A", None, None),
    ],
)
def test_application_numbers_of_docdb(office, number, kind, filed_on, expected):
    assert docdb_numbers.application(office, number, kind, filed_on) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"not xml", "FILE_NOT_XML"),
        (b"{}", "FILE_NOT_XML"),
        (b"<a/>", "FILE_TYPE_UNKNOWN"),
        (b"\xff\xfe<\x00", "ENCODING_INVALID"),
        (
            b"<ops:world-patent-data xmlns:ops='http://ops.epo.org'></ops:world-patent-data>",
            "FILE_TYPE_UNKNOWN",
        ),
    ],
)
def test_other_files_are_rejected_as_a_whole(read, text, code):
    (rejection,) = read(text)
    assert (rejection.where, rejection.code) == ("file", code)
    assert rejection.message_en
    assert rejection.message_zh


@pytest.mark.parametrize("path", sorted(SHARED.glob("epo-register-xml/*.xml")), ids=lambda path: path.name)
def test_a_register_response_is_told_from_a_legal_one(path):
    (rejection,) = inpadoc.read(path)
    assert rejection.code == "FILE_TYPE_UNKNOWN"


def test_a_missing_file_is_rejected(tmp_path):
    (rejection,) = inpadoc.read(tmp_path / "none.xml")
    assert rejection.code == "FILE_UNREADABLE"


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (event("17P", day="2020-13-45"), "DATE_INVALID"),
        (event("17P", day=""), "NUMBER_MISSING"),
        (event("17P", day="00010101"), "NUMBER_MISSING"),
        (event("17P", number=""), "NUMBER_MISSING"),
        (event("17P", number="?!"), "NUMBER_INVALID"),
        (event("17P", number="9" * 60), "NUMBER_INVALID"),
        (event("17P", country=""), "NUMBER_MISSING"),
        (event(""), "NUMBER_MISSING"),
        (event("17P").replace("</ops:L007EP>", ""), "RECORD_MALFORMED"),
        (event("17P").replace("</ops:legal>", ""), "RECORD_MALFORMED"),
        (event("17P", ("L510EP", "&undeclared;")), "RECORD_MALFORMED"),
    ],
)
def test_a_broken_event_rejects_only_itself(read, broken, code):
    found = read(response(member(event("17P"), broken, event("26N", day="2021-01-01"))))
    assert [each.code for each in found if isinstance(each, Rejection)] == [code]
    assert [each.facts[0].code for each in found if isinstance(each, Report)] == ["EP/17P", "EP/26N"]


def test_a_truncated_file_loses_its_last_event_only(read):
    whole = response(member(event("17P"), event("26N")), member(event("REF")))
    found = read(whole[: whole.index("<ops:L008EP>REF")])
    assert [each.facts[0].code for each in found if isinstance(each, Report)] == ["EP/17P", "EP/26N"]
    assert "FILE_TRUNCATED" in [each.code for each in found if isinstance(each, Rejection)]


def test_entities_are_never_expanded(read, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("TOP SECRET")
    doctype = (
        f"<!DOCTYPE x [<!ENTITY a SYSTEM '{secret.as_uri()}'><!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;'>]>"
    )
    for entity in ("&a;", "&c;"):
        text = response(
            member(event("STPP", ("L510EP", entity), country="US", number="201815919370")), doctype=doctype
        )
        (rejection,) = read(text)
        assert rejection.code == "RECORD_MALFORMED"


def test_an_event_inside_a_comment_is_not_one(read):
    found = read(response(member(f"<!-- {event('27W')} -->", event("26N"))))
    assert [each.facts[0].code for each in found] == ["EP/26N"]


def test_a_large_file_is_read_in_flat_memory(tmp_path):
    path = tmp_path / "large.xml"
    with path.open("w") as out:
        head, tail = response("\0").split("\0")
        out.write(head)
        for index in range(200):
            lapses = (event("PG25", ("L510EP", f"{each}" * 4000), number=str(index)) for each in range(10))
            out.write(member(*lapses))
        out.write(tail)
    tracemalloc.start()
    try:
        count = sum(isinstance(each, Report) for each in inpadoc.read(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 2_000
    assert path.stat().st_size > 6_000_000
    assert peak < 6_000_000


@settings(max_examples=60, deadline=None)
@given(
    at=st.integers(0, 22_000),
    instead=st.binary(max_size=6),
    length=st.integers(0, 40),
    path=st.sampled_from([US, EP]),
)
def test_mutated_files_end_in_reports_and_rejections(tmp_path_factory, at, instead, length, path):
    data = path.read_bytes()
    mutated = tmp_path_factory.mktemp("fuzz") / "legal.xml"
    mutated.write_bytes(data[:at] + instead + data[at + length :])
    assert all(isinstance(each, Report | Rejection) for each in inpadoc.read(mutated))
