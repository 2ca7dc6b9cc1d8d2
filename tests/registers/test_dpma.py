"""DPMAregister: patents with their events and restrictions, trade marks with their records."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ledger.entry import EntryClass
from ledger.facts.corrections import RecordingNoted
from ledger.facts.freezes import FreezeImposed
from ledger.facts.licenses import LicenseEnded, LicenseOffered, LicenseOfferWithdrawn, LicenseRecorded
from ledger.facts.pledges import PledgeRegistered
from ledger.facts.status import (
    InvalidationBecameFinal,
    RightExpired,
    RightGranted,
    RightLapsed,
    RightRenewed,
    RightSurrendered,
)
from ledger.facts.transfers import PartyAddressChanged, TransferRegistered
from ledger.registers import dpma
from ledger.registers.reports import Rejection, Report
from ledger.values.rights import parse_right_id, readings

HERE = Path(__file__).parents[1] / "data" / "registers" / "dpma"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "dpma-register-xml"
PATENT = HERE / "patent_info.xml"
MADE_UP = HERE / "made-up_patent_with_restrictions.xml"
MARK = HERE / "trademark_info.xml"
RIGHT = "DE:patent:10027360.2"
COUNTS = {PATENT.name: 5, MADE_UP.name: 12, MARK.name: 6}


def reports(path):
    found = list(dpma.read(path))
    assert all(isinstance(each, Report) for each in found)
    return found


def fact_of(path, number):
    (fact,) = next(each for each in reports(path) if each.number == number).facts
    return fact


def names(parties):
    return [party.name for party in parties]


@pytest.fixture
def read(tmp_path):
    def reading(content):
        path = tmp_path / "file.xml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(dpma.read(path))

    return reading


@pytest.mark.parametrize(
    "path", [PATENT, MADE_UP, MARK, *sorted(SHARED.glob("*_info.xml"))], ids=lambda path: path.name
)
def test_every_record_of_every_file_reads(path):
    found = reports(path)
    assert len(found) == COUNTS[path.name]
    assert len({each.number for each in found}) == len(found)
    whole = path.read_bytes()
    for each in found:
        assert each.source in whole
        assert (each.register, each.entry_class) == ("DPMA", EntryClass.AUTHORITY)
    assert found == reports(path)


@pytest.mark.parametrize("path", [PATENT, MADE_UP, MARK], ids=lambda path: path.name)
def test_no_line_of_an_address_and_no_representative_occurs_in_any_fact(path):
    text = path.read_text()
    lines = re.findall(
        r"<(?:address-1|AddressStreet|AddressCity|AddressPostcode)>([^<]+)<|<text>([^<]+)</text>", text
    )
    lines = {line for pair in lines for line in pair if line}
    lines -= {"H02K0016000000"}
    assert len(lines) >= 3
    told = "".join(
        str(fact.as_data()) for each in reports(path) for fact in (*each.facts, *each.descriptions)
    )
    for line in (*lines, "KUHNEN", "Kariya", "Kreye", "Drechslerstr", "niedergelegt"):
        assert line not in told


@pytest.mark.parametrize("path", [PATENT, MADE_UP, MARK], ids=lambda path: path.name)
def test_every_name_is_found_by_its_usual_notation(path):
    for each in reports(path):
        for described in each.descriptions:
            right = parse_right_id(described.rights[0])
            for name in described.names:
                found = {(one.kind, one.number) for one in readings(f"DE:{right.kind}:{name.number}")}
                assert (name.kind, name.number) in found


def test_a_patent_is_described():
    described = reports(PATENT)[0].descriptions[0]
    assert described.rights == (RIGHT,)
    assert described.sort == "invention"
    assert [(name.kind, name.number) for name in described.names] == [
        ("application", "10027360.2"),
        ("application", "10027360"),
        ("publication", "10027360"),
    ]
    assert described.title == "Dreh-Energieumsetzer für ein Hybrid-Elektrofahrzeug"
    assert described.filed_on == "2000-06-02"
    assert names(described.holders) == ["DENSO CORPORATION"]
    assert names(described.inventors) == ["Seguchi, Masahiro"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("DENSO CORPORATION, Kariya-city", "DENSO CORPORATION"),
        ("Seguchi, Masahiro, Kariya", "Seguchi, Masahiro"),
        ("Müller, Hans", "Müller, Hans"),
        ("Siemens AG, 80333 München", "Siemens AG"),
        ("Fraunhofer-Gesellschaft zur Förderung der angewandten Forschung e.V., München",
         "Fraunhofer-Gesellschaft zur Förderung der angewandten Forschung e.V."),
        ("Muster, 80331 München", "Muster"),
        ("Toyota Jidosha K.K., Toyota", "Toyota Jidosha K.K."),
        ("", None),
    ],
)  # fmt: skip
def test_the_town_is_cut_off_a_name(written, name):
    assert dpma._without_town(written) == name


def test_a_lapse_for_fees_counts_from_its_day_and_stands_from_its_publication():
    fact = fact_of(PATENT, "10027360.2/R119/2007-01-03")
    assert isinstance(fact, RightLapsed)
    assert (fact.cause, fact.effective_from, fact.registered_on) == ("fee", "2007-01-03", "2007-04-19")


@pytest.mark.parametrize(
    "number", ["R000/2000-06-02", "R004/2000-07-20", "R200/2000-12-07", "R079/2005-10-17"]
)
def test_steps_of_the_procedure_are_noted(number):
    fact = fact_of(PATENT, f"10027360.2/{number}")
    assert isinstance(fact, RecordingNoted)
    assert not fact.unknown


def test_the_made_up_file_is_valid_against_the_schema_of_the_register():
    schema = etree.XMLSchema(file=str(HERE / "DE-PATGBM-RegisterExt.xsd"))
    assert schema.validate(etree.parse(MADE_UP)), schema.error_log
    assert schema.validate(etree.parse(PATENT))
    assert "Made up" in MADE_UP.read_text()


def test_a_pledge_a_levy_and_another_right_in_rem_are_three_things():
    pledge = fact_of(MADE_UP, "10027360.2/verpfaendung/2003-02-03")
    levy = fact_of(MADE_UP, "10027360.2/zwangsvollstreckung/2004-05-06")
    other = fact_of(MADE_UP, "10027360.2/sonstiges-dingliches-recht/2005-06-07")
    assert isinstance(pledge, PledgeRegistered)
    assert pledge.registered_on == "2003-02-03"
    assert isinstance(levy, FreezeImposed)
    assert levy.levy
    assert isinstance(other, RecordingNoted)
    assert other.unknown


def test_every_limitation_and_license_of_the_schema_is_read(read):
    schema = (HERE / "DE-PATGBM-RegisterExt.xsd").read_text()
    limits = _enumerated(schema, "TypeOfLimitationEnumType")
    licenses = _enumerated(schema, "LicenseType")
    assert len(limits) == 3
    assert len(licenses) == 5
    text = MADE_UP.read_text()
    for limit in limits:
        found = read(text.replace(">verpfaendung<", f">{limit}<"))
        assert any(each.number == f"10027360.2/{limit}/2003-02-03" for each in found)
    for remark in licenses:
        found = read(re.sub(r"R08[45]", "R200", text).replace("ausschliessliche-lizenz-vorhanden", remark))
        assert any(each.number == f"10027360.2/{remark}" for each in found)


def test_every_status_of_the_schema_is_in_the_table():
    schema = (HERE / "DE-PATGBM-RegisterExt.xsd").read_text()
    assert set(_enumerated(schema, "ProceduralStatusType")) == dpma._statuses().keys()
    known = dpma._READINGS.keys() | {"owner_unclear"}
    assert {status.fact for status in dpma._statuses().values()} <= known


def _enumerated(schema, name):
    begin = schema.index(f'simpleType name="{name}"')
    return re.findall(r'enumeration value="([^"]+)"', schema[begin : schema.index("</xs:simpleType>", begin)])


def test_a_change_of_applicant_may_be_of_name_or_of_owner_and_is_flagged():
    fact = fact_of(MADE_UP, "10027360.2/R081/2002-03-04")
    assert fact.unknown
    assert (names(fact.grantors), names(fact.grantees)) == (["Nippondenso Co., Ltd."], ["DENSO CORPORATION"])


def test_willingness_to_license_and_its_withdrawal_meet():
    offered = fact_of(MADE_UP, "10027360.2/R084/2002-04-05")
    withdrawn = fact_of(MADE_UP, "10027360.2/R085/2003-04-05")
    assert (type(offered), type(withdrawn)) == (LicenseOffered, LicenseOfferWithdrawn)
    assert offered.license == withdrawn.license


def test_an_exclusive_license_is_recorded_once_and_its_end_meets_it(read):
    remark = fact_of(MADE_UP, "10027360.2/ausschliessliche-lizenz-vorhanden")
    assert isinstance(remark, LicenseRecorded)
    assert remark.license_kind == "exclusive"
    text = MADE_UP.read_text().replace("R084", "R088").replace("R085", "R089")
    facts = [fact for each in read(text) for fact in each.facts]
    recorded = [fact for fact in facts if isinstance(fact, LicenseRecorded)]
    ended = [fact for fact in facts if isinstance(fact, LicenseEnded)]
    assert [fact.license for fact in recorded] == [fact.license for fact in ended] == [remark.license]


def test_a_right_not_in_force_without_an_event_that_says_why_is_flagged():
    assert fact_of(MADE_UP, "10027360.2/nicht-anhaengig-erloschen").unknown
    assert not any("erloschen" in each.number for each in reports(PATENT))


def test_a_later_file_of_the_same_right_has_the_same_numbers_and_facts_for_what_was_known(read):
    later = PATENT.read_text().replace(
        "   </events>",
        "<event-data><procedural-status>R120</procedural-status>"
        "<date-of-procedural-status>2020-01-01</date-of-procedural-status></event-data></events>",
    )
    before = {each.number: each.facts for each in reports(PATENT)}
    after = {each.number: each.facts for each in read(later)}
    assert after.items() > before.items()
    assert len(after) == len(before) + 1


def test_a_utility_model_is_told_from_a_patent(read):
    text = PATENT.read_text().replace(">patent<", ">gebrauchsmuster<")
    assert read(text)[0].descriptions[0].sort == "utility_model"


def test_a_mark_is_described():
    described = reports(MARK)[0].descriptions[0]
    assert described.rights == ("DE:trademark:919224",)
    assert [(name.kind, name.number) for name in described.names] == [
        ("registration", "919224"),
        ("application", "E17341"),
    ]
    assert (described.filed_on, described.granted_on, described.expires_on) == (
        "1974-01-25",
        "1974-06-06",
        "2014-01-31",
    )
    assert names(described.holders) == ["Joh. Wilh. von Eicken GmbH"]
    assert described.title == "von Eicken`s Apple and Grape"


@pytest.mark.parametrize(
    ("number", "fact"),
    [
        ("197400268347", RightGranted),
        ("200403125105", RightRenewed),
        ("197400268368", RecordingNoted),
        ("200290039073", RecordingNoted),
        ("200302744632", TransferRegistered),
        ("201400411284", RightExpired),
    ],
)
def test_records_of_a_mark(number, fact):
    assert type(fact_of(MARK, number)) is fact


def test_each_record_of_a_mark_has_its_own_bytes():
    for each in reports(MARK):
        assert each.source.startswith(b"<MarkRecord>")
        assert each.source.count(b"<RecordIdentifier>") == 1


def test_a_change_of_legal_form_stays_the_transfer_the_register_says_it_is():
    fact = fact_of(MARK, "200302744632")
    assert names(fact.grantors) == ["Joh. Wilh. von Eicken GmbH & Co."]
    assert names(fact.grantees) == ["Joh. Wilh. von Eicken GmbH"]
    assert fact.registered_on == "2003-01-16"


def test_a_transfer_not_completed_is_flagged_and_one_between_equal_names_moved_only(read):
    text = MARK.read_text()
    found = {
        each.number: each.facts[0] for each in read(text.replace(">Abgeschlossen<", ">Antrag gestellt<"))
    }
    assert found["200302744632"].unknown
    found = {each.number: each.facts[0] for each in read(text.replace("GmbH &amp; Co.", "GmbH"))}
    assert isinstance(found["200302744632"], PartyAddressChanged)


def test_a_deletion_takes_effect_months_before_its_entry():
    fact = fact_of(MARK, "201400411284")
    assert (fact.effective_from, fact.registered_on) == ("2014-02-01", "2014-11-13")
    assert fact.effective_on == "2014-02-01"


@pytest.mark.parametrize(
    ("ground", "fact"),
    [
        ("Löschung wegen Verzichts", RightSurrendered),
        ("Löschung wegen Nichtigkeit", InvalidationBecameFinal),
        ("Löschung wegen Verfalls", RightLapsed),
        ("Löschung aufgrund Urteils", RightLapsed),
        ("Teilweise Löschung wegen Verzichts", RightSurrendered),
    ],
)
def test_the_legal_ground_of_a_deletion_decides(read, ground, fact):
    found = read(MARK.read_text().replace("Löschung wegen Nichtverlängerung nach § 47", ground))
    deletion = next(each.facts[0] for each in found if each.number == "201400411284")
    assert type(deletion) is fact
    assert getattr(deletion, "partly", False) == ground.startswith("Teil")


def test_a_mark_said_not_to_be_deleted_is_not(read):
    found = read(MARK.read_text().replace(">Marke geloescht<", ">Marke nicht geloescht<"))
    assert isinstance(next(each.facts[0] for each in found if each.number == "201400411284"), RecordingNoted)


@pytest.mark.parametrize(
    ("kind", "fact", "unknown"),
    [
        ("Verpfaendung", PledgeRegistered, False),
        ("Zwangsvollstreckung", FreezeImposed, False),
        ("Pfaendung", FreezeImposed, False),
        ("Aufhebung Zwangsvollstreckung", RecordingNoted, True),
        ("Loeschung Verpfaendung", RecordingNoted, True),
        ("Sonstiges dingliches Recht", RecordingNoted, True),
        ("Insolvenzverfahren", RecordingNoted, True),
        ("Teiluebertragung", RecordingNoted, True),
        ("Zustelladresse", RecordingNoted, False),
    ],
)
def test_other_kinds_of_records(read, kind, fact, unknown):
    found = read(MARK.read_text().replace(">Widerspruch<", f">{kind}<"))
    record = next(each.facts[0] for each in found if each.number == "197400268368")
    assert type(record) is fact
    assert getattr(record, "unknown", False) == unknown


def test_a_mark_without_records_is_described_only(read):
    text = re.sub(r"<MarkRecordDetails>.*</MarkRecordDetails>", "", MARK.read_text(), flags=re.DOTALL)
    (report,) = read(text)
    assert (report.number, report.facts) == ("919224", ())


def test_an_application_without_registration_is_known_by_its_own_number(read):
    text = MARK.read_text().replace("<RegistrationNumber>919224</RegistrationNumber>", "")
    assert read(text)[0].descriptions[0].rights == ("DE:trademark:E17341",)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"{}", "FILE_NOT_XML"),
        (b"<a/>", "FILE_TYPE_UNKNOWN"),
        (b"\xfe\xff\x00<", "ENCODING_INVALID"),
        (b"<Transaction></Transaction>", "FILE_TYPE_UNKNOWN"),
    ],
)
def test_other_files_are_rejected_as_a_whole(read, content, code):
    (rejection,) = read(content)
    assert (rejection.where, rejection.code) == ("file", code)
    assert rejection.message_zh


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "count"),
    [
        (PATENT, "<doc-number>10027360.2<", "<doc-number><", "NUMBER_MISSING", 0),
        (PATENT, "<doc-number>10027360.2<", "<doc-number>?<", "NUMBER_INVALID", 0),
        (PATENT, ">2007-01-03<", ">2007-13-03<", "DATE_INVALID", 5),
        (PATENT, "<procedural-status>R119<", "<procedural-status><", "NUMBER_MISSING", 5),
        (PATENT, "DENSO CORPORATION, Kariya-city<", "&x;<", "RECORD_MALFORMED", 0),
        (
            MARK,
            ">1974-06-06</RecordCurrentStatusDate>",
            ">1974-06-36</RecordCurrentStatusDate>",
            "DATE_INVALID",
            4,
        ),
        (MARK, "<RecordIdentifier>197400268347", "<RecordIdentifier", "RECORD_MALFORMED", 0),
    ],
)
def test_a_broken_record_rejects_only_itself(read, path, old, new, code, count):  # noqa: PLR0917  # one row
    """Without its R119 the patent's status is told, and flagged, by a report of its own."""
    found = read(path.read_text().replace(old, new))
    assert {each.code for each in found if isinstance(each, Rejection)} == {code}
    assert sum(isinstance(each, Report) for each in found) == count


@pytest.mark.parametrize("path", [PATENT, MARK], ids=lambda path: path.name)
def test_a_truncated_file_is_told(read, path):
    found = read(path.read_bytes()[:-200])
    assert "FILE_TRUNCATED" in [each.code for each in found if isinstance(each, Rejection)]


def test_entities_are_never_expanded(read, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("TOP SECRET")
    doctype = f"<!DOCTYPE x [<!ENTITY a SYSTEM '{secret.as_uri()}'>]>"
    text = PATENT.read_text().replace("<dpma-patent-document", f"{doctype}<dpma-patent-document", 1)
    (rejection,) = read(text.replace("Dreh-Energieumsetzer", "&a;", 1))
    assert rejection.code == "RECORD_MALFORMED"
    assert len(read(text)) == 5


@settings(max_examples=60, deadline=None)
@given(
    at=st.integers(0, 13_000),
    instead=st.binary(max_size=6),
    length=st.integers(0, 60),
    path=st.sampled_from([PATENT, MADE_UP, MARK]),
)
def test_mutated_files_end_in_reports_and_rejections(tmp_path_factory, at, instead, length, path):
    data = path.read_bytes()
    at %= len(data)
    mutated = tmp_path_factory.mktemp("fuzz") / "file.xml"
    mutated.write_bytes(data[:at] + instead + data[at + length :])
    assert all(isinstance(each, Report | Rejection) for each in dpma.read(mutated))
