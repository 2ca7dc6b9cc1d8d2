"""Procedures before offices: sequence, who files, agency and language, headings (R-1 to R-6)."""

import pytest

from ledger import facts
from tests.ledger.rules.desk import DIGEST, P1, P2, T1, W1, Desk, codes, parties, report, right

MAINLAND = {"seat": "mainland"}
ABROAD = {"seat": "foreign", "seated_in_china": False}


@pytest.fixture
def desk():
    return Desk("2024-05-10").given(
        right(P1, "甲公司", filed_on="2015-03-10", granted_on="2017-01-03"),
        right(T1, "甲公司", granted_on="2018-01-14"),
        right(W1, "甲公司"),
    )


def party(name, attributes=MAINLAND):
    return {"name": name, "attributes": attributes}


def filing(kind, applicants, rights=P1, **members):
    return {
        "command": "file_procedure", "office": "CNIPA", "kind": kind, "rights": [rights],
        "applicants": applicants, "given_on": "2024-05-10", **members,
    }  # fmt: skip


def flags(answer):
    return [flag["code"] for flag in answer["flags"]]


def step(desk, name, on, number="2024980000001", **members):
    return desk.report(
        "CNIPA", f"{number}-{name}", "procedure.recorded", rights=members.pop("rights", P1), office="CNIPA",
        number=number, kind=members.pop("kind", "pledge"), step=name, on=on, **members,
    )  # fmt: skip


@pytest.mark.rule("R-1", "accepts")
def test_each_step_of_a_procedure_keeps_its_day_and_filing_changes_no_right(desk):
    for name, on in (("FILED", "2024-03-01"), ("DEFECT_NOTICED", "2024-03-08"), ("CURED", "2024-03-20")):
        assert step(desk, name, on, kind="transfer", grantees=[{"name": "乙公司"}]).verdict == "accepted"
    answer = desk.view(P1)
    (shown,) = answer["procedures"]
    assert (shown["state"], [each["on"] for each in shown["steps"]]) == (
        "CURED", ["2024-03-01", "2024-03-08", "2024-03-20"],
    )  # fmt: skip
    assert [owner["name"] for owner in answer["owners"]] == ["甲公司"]
    assert desk.view(P1, "2024-03-10")["procedures"][0]["state"] == "DEFECT_NOTICED"
    step(desk, "REGISTERED", "2024-04-02")
    step(desk, "ANNOUNCED", "2024-04-12")
    answer = desk.view(P1)
    assert ("procedures" in answer, "REGISTRY_SEQUENCE_INVALID" in flags(answer)) == (False, False)
    assert len(desk.statement(P1)["procedures"][0]["steps"]) == 5


@pytest.mark.rule("R-1", "flags")
@pytest.mark.parametrize(
    "steps",
    [
        ("REGISTERED",),
        ("FILED", "CURED"),
        ("FILED", "DEFECT_NOTICED", "REGISTERED"),
        ("FILED", "REFUSED", "REGISTERED"),
        ("FILED", "ANNOUNCED"),
        ("FILED", "WITHDRAWN", "CURED"),
    ],
)
def test_a_step_out_of_sequence_is_accepted_and_flagged(desk, steps):
    for day, name in enumerate(steps, 1):
        assert step(desk, name, f"2024-03-0{day}").verdict == "accepted"
    assert flags(desk.view(P1)).count("REGISTRY_SEQUENCE_INVALID") == 1


@pytest.mark.rule("R-1", "accepts")
def test_the_office_s_number_takes_the_place_of_ours(desk):
    desk.given(filing("surrender", [party("甲公司")], command_id="f-1"))
    accepted = step(desk, "FILED", "2024-05-10", kind="surrender", filed_as="f-1")
    assert accepted.verdict == "accepted"
    (procedure,) = desk.statement(P1)["procedures"]
    assert (procedure["number"], [each["by_authority"] for each in procedure["steps"]]) == (
        "2024980000001", [False, True],
    )  # fmt: skip
    assert flags(desk.view(P1)) == []


@pytest.mark.rule("R-1", "refuses")
@pytest.mark.rule("R-1", "accepts")
def test_what_is_cured_or_withdrawn_was_filed_and_is_open(desk):
    withdrawal = filing("pledge", [party("甲公司")], step="WITHDRAWN", number="2024980000001")
    assert codes(desk.submit(withdrawal)) == ["REFERENCE_UNKNOWN"]
    step(desk, "FILED", "2024-05-01")
    assert desk.submit(withdrawal).verdict == "accepted"
    assert codes(desk.submit({**withdrawal, "step": "CURED"})) == ["REFERENCE_UNKNOWN"]


SIDES = {"grantors": parties("甲公司"), "grantees": parties("乙银行")}


@pytest.mark.rule("R-2", "refuses")
@pytest.mark.rule("R-2", "accepts")
@pytest.mark.parametrize(
    ("filed", "applicants", "members", "expected"),
    [
        (("pledge", P1), ["甲公司"], SIDES, ["JOINT_FILING_REQUIRED"]),
        (("pledge", P1), ["甲公司", "乙银行"], SIDES, []),
        (("transfer", T1), ["乙银行"], SIDES, ["JOINT_FILING_REQUIRED"]),
        (("transfer", T1), ["甲公司", "乙银行"], SIDES, []),
        (("transfer", P1), ["乙银行"], SIDES, []),
        (("transfer", P1), ["丙公司"], SIDES, ["JOINT_FILING_REQUIRED"]),
        (("license_recordal", P1), ["乙银行"], {**SIDES, "document": DIGEST}, []),
        (("license_recordal", P1), ["乙银行"], SIDES, ["FIELD_MISSING"]),
        (("transmission", P1), ["乙银行"], {**SIDES, "document": DIGEST}, []),
        (("transmission", P1), ["乙银行"], SIDES, ["AUTHORITY_DOCUMENT_MISSING"]),
        (("transmission", P1), ["甲公司"], {**SIDES, "document": DIGEST}, ["JOINT_FILING_REQUIRED"]),
        (("pledge", P1), ["甲公司"], {}, ["FIELD_MISSING", "FIELD_MISSING"]),
    ],
)
def test_who_files_depends_on_the_act(desk, filed, applicants, members, expected):
    kind, rights = filed
    told = filing(kind, [party(name) for name in applicants], rights, **members)
    assert codes(desk.submit(told)) == list(dict.fromkeys(expected))


@pytest.mark.rule("R-3", "holds")
@pytest.mark.rule("R-3", "accepts")
def test_a_foreign_applicant_s_filing_waits_for_its_agency(desk):
    held = desk.submit(filing("surrender", [party("Alpha Inc", ABROAD)], command_id="f-1"))
    assert (held.verdict, codes(held)) == ("held", ["AGENCY_REQUIRED"])
    assert [(each.missing.item, each.missing.holder) for each in held.missing] == [
        ("agency_appointment", "Alpha Inc")
    ]
    assert "procedures" not in desk.statement(P1)
    desk.given(
        {"command": "file_document", "rights": [P1], "kind": "agency_appointment", "issued_on": "2024-05-09",
         "party": {"name": "Alpha Inc"}, "sha256": DIGEST}
    )  # fmt: skip
    assert [each.verdict for each in desk.decisions[-2:]] == ["accepted", "accepted"]
    assert desk.statement(P1)["procedures"][0]["number"] == "f-1"


@pytest.mark.rule("R-3", "holds")
def test_papers_in_another_language_wait_for_their_translation(desk):
    told = filing("surrender", [party("甲公司")], language="other", document=DIGEST)
    held = desk.submit(told)
    assert (held.verdict, codes(held)) == ("held", ["TRANSLATION_MISSING"])
    desk.given({"command": "file_document", "rights": [P1], "kind": "translation", "issued_on": "2024-05-10"})
    assert desk.decisions[-1].verdict == "accepted"
    assert "procedures" in desk.statement(P1)


@pytest.mark.rule("R-3", "refuses")
@pytest.mark.rule("ID-4", "refuses")
@pytest.mark.parametrize(("attributes", "field"), [({}, "seat"), ({"seat": "hong_kong"}, "seated_in_china")])
def test_where_an_applicant_is_seated_must_be_known(desk, attributes, field):
    refused = desk.submit(filing("surrender", [party("甲公司", attributes)]))
    assert [(each.code, each.data["field"]) for each in refused.findings] == [
        ("PARTY_ATTRIBUTE_MISSING", field)
    ]


@pytest.mark.rule("R-3", "accepts")
def test_a_foreign_party_with_a_seat_in_china_needs_no_agency_and_a_work_s_register_asks_for_none(desk):
    seated = party("Alpha Inc", {"seat": "foreign", "seated_in_china": True})
    assert desk.submit(filing("surrender", [seated])).verdict == "accepted"
    work = filing("other", [party("Beta LLC", ABROAD)], W1, office="NCAC")
    assert desk.submit(work).verdict == "accepted"


HEADINGS = {
    "grant": ("right.granted",),
    "transfer": ("transfer.registered", "transmission.registered"),
    "pledge": ("pledge.registered", "pledge.changed", "pledge.released", "pledge.revoked"),
    "preservation and its lifting": ("freeze.imposed", "freeze.lifted"),
    "license recordal": ("license.recorded", "license.changed", "license.ended"),
    "invalidation": ("invalidation.decided", "invalidation.became_final"),
    "termination": ("right.lapsed", "right.expired", "right.surrendered", "right.revoked"),
    "restoration": ("right.restored",),
    "term compensation": ("right.term_compensated",),
    "open license": ("license.offered", "license.offer_withdrawn"),
    "compulsory license": ("compulsory_license.granted",),
    "change of the owner's data": ("party.renamed", "party.address_changed"),
    "office corrections": ("recording.corrected",),
}


@pytest.mark.rule("R-4", "accepts")
@pytest.mark.parametrize("heading", HEADINGS)
def test_every_heading_of_the_register_has_an_event(heading):
    known = {type_ for type_, _ in facts.REGISTRY}
    assert set(HEADINGS[heading]) <= known


@pytest.mark.rule("R-4", "refuses")
def test_what_is_no_event_of_a_register_cannot_be_reported(desk):
    refused = desk.report("CNIPA", "1", "right.forgotten", rights=P1)
    assert codes(refused) == ["FIELD_INVALID"]


PLEDGED = report(
    "CNIPA", "质押-1", "pledge.registered", rights=P1, pledge="pld_one", pledgors=[{"name": "甲公司"}],
    pledgees=[{"name": "乙银行"}], registered_on="2024-02-01",
)  # fmt: skip


@pytest.mark.rule("R-5", "accepts")
def test_a_cancelled_pledge_entry_ended_and_a_revoked_one_was_never_made(desk):
    desk.given(PLEDGED)
    desk.report("CNIPA", "注销-1", "pledge.released", rights=P1, pledges=["pld_one"],
                releasors=[{"name": "乙银行"}], registered_on="2024-04-01")  # fmt: skip
    assert [len(desk.view(P1, day)["encumbrances"]) for day in ("2024-03-01", "2024-04-01")] == [1, 0]
    other = Desk("2024-05-10").given(right(P1, "甲公司", granted_on="2017-01-03"), PLEDGED)
    other.report("CNIPA", "撤销-1", "pledge.revoked", rights=P1, pledge="pld_one", registered_on="2024-04-01")
    assert [len(other.view(P1, day)["encumbrances"]) for day in ("2024-03-01", "2024-04-01")] == [0, 0]


@pytest.mark.rule("R-5", "refuses")
def test_an_entry_of_a_right_that_is_not_on_the_ledger_is_not_revoked(desk):
    refused = desk.report("CNIPA", "撤销-1", "pledge.revoked", rights=P2, pledge="pld_one",
                          registered_on="2024-04-01")  # fmt: skip
    assert codes(refused) == ["RIGHT_UNKNOWN"]


@pytest.mark.rule("R-6", "accepts")
def test_a_compulsory_license_is_granted_over_an_exclusive_one(desk):
    desk.report("CNIPA", "备案-1", "license.recorded", rights=P1, license="lic_one",
                license_kind="exclusive", licensors=[{"name": "甲公司"}], licensees=[{"name": "丙公司"}],
                registered_on="2023-02-01")  # fmt: skip
    granted = desk.report(
        "CNIPA", "强制-1", "compulsory_license.granted", rights=P1, license="lic_two",
        licensees=[{"name": "丁药业"}], effective_from="2024-03-01", registered_on="2024-03-01",
    )  # fmt: skip
    assert (granted.verdict, granted.flags) == ("accepted", ())
