"""The traps found in the real files of the USPTO, one test each, and every file read with its counts."""

import re
from collections import Counter
from itertools import chain
from pathlib import Path

import orjson
import pytest
from lxml import etree

from ledger.entry import EntryClass
from ledger.facts.base import record_id
from ledger.registers.reports import Rejection, Report
from ledger.registers.uspto import read
from ledger.registers.uspto_recordings import party_name
from ledger.values.rights import readings

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data" / "registers" / "uspto"
SHARED = ROOT.parent / "shared" / "data"

LATER = "patNum-8789601_snapshot-2023-11.xml"
EARLIER = "patNum-8789601_snapshot-2019-02.xml"
EXCERPT = "excerpt_corrections-merger-address.xml"
PADX = "padx_3-records.xml"
PORTAL = (
    "15000001_assignment_response.json",
    "application-fixture_assignmentBag-only.json",
    "search-response-2024-05_assignmentBag-only.json",
)

COUNTS = {
    "applNum-13842218_snapshot-2016-07.xml": (3, 12, {"transfer.registered": 2, "party.renamed": 1}),
    "assignee-Google_50-records_snapshot-2019-02_facets-cut.xml": (
        50,
        68,
        {"transfer.registered": 48, "recording.corrected": 2},
    ),
    "fixture-11a1cd68_50-records.xml": (50, 51, {"transfer.registered": 49, "recording.corrected": 1}),
    "owner-Borealis_page1_snapshot-2022-08.xml": (
        20,
        837,
        {"transfer.registered": 15, "party.address_changed": 4, "recording.corrected": 1},
    ),
    "owner-LogicBlox_snapshot-2022-06.xml": (
        14,
        40,
        {"transfer.registered": 10, "transmission.registered": 4},
    ),
    "owner-US-Well-Services_snapshot-2022-10.xml": (22, 22, {"transfer.registered": 22}),
    "patNum-6095661_snapshot-2018-02.xml": (
        6,
        35,
        {"transfer.registered": 5, "transmission.registered": 1},
    ),
    EARLIER: (2, 36, {"pledge.registered": 1, "transfer.registered": 1}),
    "patNum-8789601_snapshot-2022-04.xml": (
        9,
        379,
        {"pledge.registered": 6, "pledge.released": 2, "transfer.registered": 1},
    ),
    LATER: (13, 675, {"pledge.registered": 8, "pledge.released": 4, "transfer.registered": 1}),
    "reelframe-18247-405.xml": (1, 5, {"transfer.registered": 1}),
    EXCERPT: (
        9,
        18,
        {
            "transfer.registered": 3,
            "recording.corrected": 4,
            "transmission.registered": 1,
            "party.address_changed": 1,
        },
    ),
    PADX: (3, 3, {"transfer.registered": 2, "recording.corrected": 1}),
    "15000001_assignment_response.json": (1, 1, {"transfer.registered": 1}),
    "application-fixture_assignmentBag-only.json": (
        7,
        7,
        {"transfer.registered": 6, "transmission.registered": 1},
    ),
    "search-response-2024-05_assignmentBag-only.json": (
        5,
        5,
        {"transfer.registered": 4, "party.renamed": 1},
    ),
}
FILES = [path for path in sorted(DATA.iterdir()) if path.name in COUNTS] + [
    path for path in sorted(SHARED.glob("uspto-*/*")) if path.name in COUNTS
]


def reports(name):
    found = list(read(DATA / name))
    assert all(isinstance(item, Report) for item in found)
    return {item.number: item for item in found}


def only_fact(report):
    assert len(report.facts) == 1
    return report.facts[0]


def names(parties):
    return [party.name for party in parties]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_record_of_every_file_reads_with_these_counts(path):
    found = list(read(path))
    assert [item for item in found if isinstance(item, Rejection)] == []
    facts = Counter(fact.TYPE for item in found for fact in item.facts)
    rights = sum(len(item.descriptions) for item in found)
    assert (len(found), rights, dict(facts)) == COUNTS[path.name]
    assert {item.entry_class for item in found} == {EntryClass.PARTY}
    assert {item.register for item in found} == {"USPTO"}


def test_the_shared_folder_holds_no_file_without_counts():
    stray = {path.name for path in SHARED.glob("uspto-*/*") if path.suffix in {".xml", ".json"}}
    assert stray <= COUNTS.keys() | {"older-patentBag-schema_assignment.json"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_address_correspondent_or_docket_number_reaches_a_fact(path):
    withheld = _withheld(path)
    assert withheld
    for item in read(path):
        said = "\n".join(
            orjson.dumps(fact.as_data()).decode() for fact in chain(item.descriptions, item.facts)
        )
        people = {party.name for fact in item.facts for party in fact.parties()} | {
            party.name.upper() for described in item.descriptions for party in described.inventors
        }
        for text in withheld - people:
            assert not re.search(rf"(?<!\w){re.escape(text)}(?!\w)", said), (item.number, text)


def _withheld(path):
    """Address lines, correspondents and docket numbers of the file, if longer than a word in a name."""
    content = path.read_bytes()
    if path.suffix == ".json":
        found = re.findall(r'"(?:address\w+|correspondentNameText|postalCode)": "([^"]+)"', content.decode())
    elif b"<patent-assignment>" in content:
        found = [
            "".join(element.itertext())
            for tag in ("address-1", "address-2", "address-3", "postcode", "correspondent/name")
            for element in etree.fromstring(content).iterfind(f".//{tag}")
        ]
    else:
        wanted = re.compile(
            r"corrName|corrAddress\d|attorneyDockNum|patAssigneeAddress\d|patAssigneePostcode"
        )
        found = [
            text
            for field in etree.fromstring(content).iterfind(".//doc/*")
            if wanted.fullmatch(field.get("name"))
            for text in field.itertext()
        ]
    return {text.strip() for text in found if len(text.strip()) > 4 and text.strip() != "NULL"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_source_is_the_exact_bytes_of_the_record(path):
    content = path.read_bytes()
    for item in read(path):
        if path.suffix == ".json":
            assert item.source == content
            assert item.media_type == "application/json"
            assert not item.names_all_rights
        else:
            assert content.count(item.source) == 1
            assert item.source.startswith((b"<doc>", b"<patent-assignment>"))
            assert item.source.endswith((b"</doc>", b"</patent-assignment>"))
            assert item.media_type == "application/xml"
            assert item.names_all_rights


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_name_is_found_again_by_its_usual_notation(path):
    usual = {
        "application": ("{0}", "{1}/{2}", "US:patent:{0}"),
        "publication": ("US{0}A1", "US {0} A1", "{0}"),
        "grant": ("US{0}B2", "US {0} B2", "US:patent:US{0}"),
    }
    for item in read(path):
        for described in item.descriptions:
            for name in described.names:
                for notation in usual[name.kind]:
                    text = notation.format(name.number, name.number[:2], name.number[2:])
                    assert ("US", "patent", name.kind, name.number) in {
                        (found.office, found.right_kind, found.kind, found.number) for found in readings(text)
                    }, text


def test_in_a_security_interest_the_assignee_is_the_secured_party():
    fact = only_fact(reports(LATER)["049107/0392"])
    assert fact.TYPE == "pledge.registered"
    assert fact.pledge == record_id("pld", "USPTO", "049107/0392")
    assert names(fact.pledgors) == ["U.S. WELL SERVICES, LLC"]
    assert names(fact.pledgees) == ["CLMG CORP."]
    assert (len(fact.rights), fact.lien, fact.registered_on) == (44, False, "2019-05-07")
    assert all(not described.holders for described in reports(LATER)["049107/0392"].descriptions)


def test_release_061835_0778_names_15145543_in_place_of_15145443():
    found = reports(LATER)
    pledge, release = only_fact(found["049107/0392"]), only_fact(found["061835/0778"])
    assert release.references == ("049107/0392",)
    assert release.pledges == (pledge.pledge,)
    assert set(pledge.rights) - set(release.rights) == {"US:patent:15145443"}
    assert set(release.rights) - set(pledge.rights) == {"US:patent:15145543"}
    assert names(release.releasors) == ["CLMG CORP."]
    assert names(release.beneficiaries) == ["U.S. WELL SERVICES, LLC"]
    stray = next(each for each in found["061835/0778"].descriptions if each.rights == ("US:patent:15145543",))
    assert stray.title.upper().startswith("SCALABLE LOGIC VERIFICATION")


def test_twin_recordings_of_one_pledge_stay_two():
    found = reports(LATER)
    first, second = only_fact(found["048818/0520"]), only_fact(found["049342/0819"])
    assert set(first.rights) == set(second.rights)
    assert (len(first.rights), first.executed_on) == (39, second.executed_on)
    assert first.pledge != second.pledge
    assert names(first.pledgees) == ["U.S. BANK NATIONAL ASSOCIATION, AS ADMINISTRATIVE AGENT"]
    assert names(second.pledgees) == ["U.S. BANK NATIONAL ASSOCIATION, AS ADMINSTRATIVE AGENT"]
    assert only_fact(found["049109/0610"]).references == ("048818/0520",)


@pytest.mark.parametrize(
    ("release", "pledge"), [("049109/0610", "048818/0520"), ("049110/0319", "048041/0605")]
)
def test_a_release_may_list_more_than_its_pledge(release, pledge):
    found = reports(LATER)
    freed, bound = only_fact(found[release]), only_fact(found[pledge])
    assert freed.references == (pledge,)
    assert set(bound.rights) < set(freed.rights)
    assert (len(bound.rights), len(freed.rights)) == (39, 44)


def test_a_release_names_reel_and_frame_without_leading_zeros():
    assert only_fact(reports(LATER)["061875/0260"]).references == ("049111/0583",)


def test_release_and_new_pledge_of_one_day():
    found = reports(LATER)
    days = {number: only_fact(found[number]).registered_on for number in ("049109/0610", "049107/0392")}
    assert set(days.values()) == {"2019-05-07"}


def test_property_rows_of_one_recording_move_between_snapshots():
    before, after = reports(EARLIER)["048041/0605"], reports(LATER)["048041/0605"]
    assert (len(before.descriptions), len(after.descriptions)) == (35, 39)
    assert set(only_fact(before).rights) < set(only_fact(after).rights)
    assert only_fact(before).pledge == only_fact(after).pledge


def test_a_later_snapshot_repeats_a_recording_without_a_word_changed():
    before, after = reports(EARLIER)["032861/0806"], reports(LATER)["032861/0806"]
    assert before.facts == after.facts
    assert before.source != after.source


def test_corrections_chain():
    found = reports(EXCERPT)
    first, second = only_fact(found["047493/0453"]), only_fact(found["047577/0306"])
    assert only_fact(found["046669/0401"]).TYPE == "transfer.registered"
    assert (first.TYPE, first.corrects, first.restates) == ("recording.corrected", "046669/0401", "transfer")
    assert (second.corrects, second.restates) == ("047493/0453", None)
    assert names(second.grantees) == ["GOOGLE LLC"]


def test_a_correction_may_point_at_a_recording_that_is_not_there():
    found = reports(EXCERPT)
    assert only_fact(found["013779/0166"]).corrects == "013206/0683"
    assert only_fact(found["058599/0027"]).corrects == "049552/0991"
    assert only_fact(reports(PADX)["029862/0645"]).corrects == "028805/0592"


def test_merger_nunc_pro_tunc_change_of_name_and_of_address():
    found = reports(EXCERPT)
    merger = only_fact(found["043053/0871"])
    assert (merger.TYPE, merger.cause) == ("transmission.registered", "merger")
    assert only_fact(found["049519/0955"]).nunc_pro_tunc
    assert not only_fact(found["006456/0660"]).nunc_pro_tunc
    assert only_fact(found["059719/0081"]).TYPE == "party.address_changed"
    renamed = next(
        item for item in reports("applNum-13842218_snapshot-2016-07.xml").values()
        if item.facts[0].TYPE == "party.renamed"
    )  # fmt: skip
    assert names(only_fact(renamed).grantors) != names(only_fact(renamed).grantees)


def test_days_are_us_eastern_midnights_whatever_their_offset():
    fact = only_fact(reports("reelframe-18247-405.xml")["018247/0405"])
    assert (fact.executed_on, fact.registered_on) == ("2006-09-14", "2006-09-14")
    described = reports("reelframe-18247-405.xml")["018247/0405"].descriptions
    assert [each.filed_on for each in described] == [
        "2003-07-28",
        "2006-04-08",
        "1998-12-11",
        "2000-11-03",
        "1999-03-11",
    ]


def test_null_words_and_sentinel_days_say_nothing():
    for path in FILES:
        for item in read(path):
            said = b"".join(orjson.dumps(fact.as_data()) for fact in (*item.descriptions, *item.facts))
            assert b'"NULL"' not in said
            assert b"0001-01-01" not in said
    ungranted = [each for each in reports(LATER)["061875/0001"].descriptions if each.granted_on is None]
    assert ungranted
    assert all("grant" not in {name.kind for name in each.names} for each in ungranted)


def test_counters_that_disagree_with_their_arrays_are_not_read():
    record = reports("reelframe-18247-405.xml")["018247/0405"]
    stated = re.search(rb'name="patAssigneeNameSize">(\d+)<', record.source)
    assert int(stated[1]) != len(only_fact(record).grantees) == 1


def test_arrays_run_in_parallel_by_position():
    described = reports("reelframe-18247-405.xml")["018247/0405"].descriptions[2]
    assert described.rights == ("US:patent:09210491",)
    assert [(name.kind, name.number, name.on) for name in described.names if name.kind != "publication"] == [
        ("application", "09210491", "1998-12-11"),
        ("grant", "6195024", "2001-02-27"),
    ]
    assert described.title == "CONTENT INDEPENDENT DATA COMPRESSION METHOD AND SYSTEM"
    assert names(described.inventors) == ["JAMES J. FALLON"]


def test_execution_days_belong_to_their_assignor_and_the_last_one_counts():
    fact = only_fact(reports(PADX)["015946/0343"])
    assert [(party.name, party.on) for party in fact.grantors][1:3] == [
        ("DORLAND, ERWIN", "2005-04-25"),
        ("AL-JAFARI, MOHAMMED SALEM", "2005-04-12"),
    ]
    assert fact.executed_on == "2005-04-25"


def test_an_address_written_into_a_name_is_cut_off():
    polluted = "SCIENTIFIC DRILLING, 14716 JERSEY SHORE DRIVE, HOUSTON, TEXAS 77047, A NEVADA CORP."
    assert party_name(polluted) == "SCIENTIFIC DRILLING"
    assert party_name("ACME CORP., P.O. BOX 12, NEWARK, NJ") == "ACME CORP."
    for whole in ("USWS FLEET 10, LLC", "FLEET, 10 LLC", "3M COMPANY, INC.", "BOURN, CHARLES T."):
        assert party_name(whole) == whole


def test_padx_numbers_are_told_apart_by_kind():
    described = reports(PADX)["015946/0343"].descriptions[0]
    assert described.rights == ("US:patent:10852336",)
    assert [(name.kind, name.number, name.on) for name in described.names] == [
        ("application", "10852336", "2004-05-24"),
        ("publication", "20050260764", "2005-11-24"),
        ("grant", "7919325", "2011-04-05"),
    ]
    assert described.title.startswith("METHOD AND APPARATUS FOR MONITORING")
    assert names(only_fact(reports(PADX)["029862/0645"]).grantors) == ["DÜRR, MATTHIAS"]


def test_the_document_type_definition_before_bulk_files_is_skipped(tmp_path):
    dtd = (DATA / "us-patent-assignments_doctype.dtd.txt").read_bytes()
    content = (DATA / PADX).read_bytes()
    path = tmp_path / "ad20130824.xml"
    path.write_bytes(content.replace(b"?>\n", b"?>\n" + dtd, 1))
    assert [item.facts for item in read(path)] == [item.facts for item in read(DATA / PADX)]


def test_portal_reel_and_frame_are_numbers_beside_padded_text():
    assert list(reports(PORTAL[0])) == ["038323/0190"]
    assert only_fact(reports(PORTAL[0])["038323/0190"]).rights == ("US:patent:15000001",)
    assert "035731/0345" in reports(PORTAL[1])
    assert only_fact(reports(PORTAL[1])["050034/0451"]).TYPE == "transmission.registered"


def test_the_earlier_portal_names_no_application_and_is_rejected_for_it():
    found = list(read(DATA / "older-patentBag-schema_assignment.json"))
    assert [(item.code, "047305/0442" in item.where) for item in found] == [("NUMBER_MISSING", True)]


def test_the_earlier_portal_key_names_read_where_an_application_is_named(tmp_path):
    content = orjson.loads((DATA / "older-patentBag-schema_assignment.json").read_bytes())
    content["patentBag"][0]["applicationNumberText"] = "15/123,456"
    content["patentBag"][0]["assignmentBag"] = content["patentBag"][0]["assignmentBag"][0]
    path = tmp_path / "older.json"
    path.write_bytes(orjson.dumps(content))
    (report,) = read(path)
    assert (report.number, report.facts[0].rights) == ("047305/0442", ("US:patent:15123456",))
    assert names(report.facts[0].grantors) == ["WANG, MARVIN"]
