"""Corrections, retractions, reversals: what each leaves standing, and what was known before (K-1 to K-9)."""

import orjson
import pytest

from ledger.entry import EntryClass, Source
from ledger.facts.transfers import TransferContracted
from ledger.rules.base import PLATFORM, Said
from tests.ledger.rules.desk import DIGEST, P1, P2, codes, right
from tests.ledger.rules.records import RecordingDesk

PLEDGED = {
    "pledge": "pld_k", "pledgors": [{"name": "甲公司"}], "pledgees": [{"name": "乙银行"}],
    "executed_on": "2024-06-03", "registered_on": "2024-06-21",
}  # fmt: skip
JUNIOR = {
    "pledge": "pld_j", "pledgors": [{"name": "甲公司"}], "pledgees": [{"name": "丙银行"}],
    "executed_on": "2024-06-03", "registered_on": "2024-06-14",
}  # fmt: skip
CONSENT = {
    "rights": [P1], "consent": "cns_1", "giver": {"name": "甲公司"}, "role": "coowner", "act": "license",
    "license_kinds": ["exclusive"], "given_on": "2024-06-20",
}  # fmt: skip


@pytest.fixture
def desk():
    """P1 owned by two; pledged to one bank on 06-14 and to another on 06-21."""
    desk = RecordingDesk("2024-06-24").given(
        right(P1, {"甲公司": [1, 2], "丁公司": [1, 2]}, filed_on="2015-03-10", granted_on="2017-01-03")
    )
    desk.report("CNIPA", "J", "pledge.registered", rights=P1, **JUNIOR)
    desk.report("CNIPA", "K", "pledge.registered", rights=P1, **PLEDGED)
    desk.given({"command": "give_consent", **CONSENT})
    return desk


def restated(type_, **members):
    return {"type": type_, "rights": [P1], **members}


def correct(desk, type_, *, kind="clerical", target=None, **members):
    return desk.submit(
        command="correct_act", kind=kind, rights=[P1], reason="笔误",
        target=target or desk.target(P1, type_), **members,
    )  # fmt: skip


def consent_restated(**changes):
    return restated("consent.given", **{**{k: v for k, v in CONSENT.items() if k != "rights"}, **changes})


def moved(day):
    return restated("pledge.registered", **{**PLEDGED, "registered_on": day})


def by(*names, signed_on=None):
    return [{"name": name, **({"signed_on": signed_on} if signed_on else {})} for name in names]


def ranks(answer):
    return {item["id"]: item["rank"] for item in answer["encumbrances"]}


def flags(answer):
    return [flag["code"] for flag in answer["flags"]]


def certify(desk, day="2024-06-24", **members):
    return desk.submit(
        command="file_document", rights=[P1], kind="register_certificate", issued_on=day,
        issuer="国家知识产权局", sha256=DIGEST, **members,
    )  # fmt: skip


# K-1


@pytest.mark.rule("K-1", "accepts")
def test_a_correction_names_its_target_and_the_original_stays_on_record(desk):
    before = desk.position
    fact = consent_restated(license_kinds=["sole"])
    decision = correct(desk, "consent.given", fact=fact, by=by("甲公司"))
    assert decision.verdict == "accepted"
    (said,) = decision.said
    assert (said.fact.TYPE, said.fact.target.position) == ("entry.corrected", before)
    statement = desk.statement(P1)
    assert statement["consents"][0]["license_kinds"] == ["sole"]
    assert statement["corrections"] == [
        {"entry": before, "type": "consent.given", "reference": desk.entries[before].source.number,
         "state": "corrected", "entries": [before + 1]},
    ]  # fmt: skip
    assert desk.entries[before].data["license_kinds"] == ["exclusive"]
    assert desk.known_at(before, P1)["consents"][0]["license_kinds"] == ["exclusive"]
    assert "RECORDING_CORRECTED" in flags(desk.view(P1))


@pytest.mark.rule("K-1", "refuses")
@pytest.mark.parametrize(
    "change",
    [{"digest": "0" * 64}, {"position": 1}, {"position": 999}, {"digest": None}],
    ids=["another digest", "another entry", "no entry", "the digest of another entry"],
)
def test_a_target_is_refused_that_is_not_the_entry_with_that_digest(desk, change):
    target = desk.target(P1, "consent.given") | change
    if target["digest"] is None:
        target["digest"] = desk.target(P1, "pledge.registered")["digest"]
    decision = correct(
        desk, "", target=target, fact=consent_restated(license_kinds=["sole"]), by=by("甲公司")
    )
    assert codes(decision) == ["TARGET_UNKNOWN"]
    assert decision.findings[0].pointer == "/target"


@pytest.mark.parametrize(
    ("kind", "fact", "pointer"),
    [
        ("clerical", None, "/fact"),
        ("clerical", consent_restated(), "/fact"),
        ("clerical", moved("2024-06-22"), "/fact/type"),
        ("clerical", consent_restated() | {"rights": [P1, P2]}, "/fact/rights"),
        ("late_report", consent_restated(license_kinds=["sole"]), "/fact"),
        ("retraction", consent_restated(license_kinds=["sole"]), "/fact"),
    ],
)
def test_what_restates_must_restate_the_same_kind_of_fact_and_change_it(desk, kind, fact, pointer):
    members = {"fact": fact} if fact else {}
    decision = correct(desk, "consent.given", kind=kind, by=by("甲公司"), **members)
    assert decision.verdict == "refused"
    assert pointer in [finding.pointer for finding in decision.findings]


def test_the_command_names_every_right_of_the_target(desk):
    desk.given(right(P2, "甲公司", filed_on="2018-05-20", granted_on="2020-01-03"))
    desk.given({"command": "give_consent", **CONSENT, "rights": [P1], "consent": "cns_2"})
    both = {**CONSENT, "rights": [P1, P2], "consent": "cns_3", "role": "licensor"}
    desk.given({"command": "give_consent", **both})
    fact = {"type": "consent.given", **both, "license_kinds": ["sole"]}
    decision = correct(desk, "consent.given", fact=fact, by=by("甲公司"))
    assert [(each.code, each.pointer) for each in decision.findings] == [("FIELD_INVALID", "/rights")]


@pytest.mark.parametrize("type_", ["act.held", "flags.raised", "entry.corrected", "no.such"])
def test_what_the_ledger_did_itself_is_restated_by_nobody(desk, type_):
    decision = correct(desk, "consent.given", fact=restated(type_), by=by("甲公司"))
    assert [(each.code, each.pointer) for each in decision.findings] == [("FIELD_INVALID", "/fact")]


# K-2


@pytest.mark.rule("K-2", "refuses")
def test_a_stranger_corrects_nothing_and_takes_nothing_back(desk):
    fact = consent_restated(license_kinds=["sole"])
    assert codes(correct(desk, "consent.given", fact=fact, by=by("戊公司"))) == ["CORRECTION_NOT_AUTHORISED"]
    assert codes(correct(desk, "consent.given", kind="retraction", by=by("戊公司"))) == [
        "CORRECTION_NOT_AUTHORISED"
    ]
    assert codes(correct(desk, "consent.given", kind="retraction")) == ["CORRECTION_NOT_AUTHORISED"]


@pytest.mark.rule("K-2", "refuses")
def test_a_stranger_corrects_nothing_with_a_paper_either(desk):
    told = {"fact": consent_restated(license_kinds=["sole"]), "document": DIGEST}
    refused = correct(desk, "consent.given", by=by("甲公司", "戊公司"), **told)
    assert [(each.code, each.data["party"]) for each in refused.findings] == [
        ("CORRECTION_NOT_AUTHORISED", ["戊公司"])
    ]
    assert correct(desk, "consent.given", by=by("甲公司"), **told).verdict == "accepted"


@pytest.mark.rule("K-2", "refuses")
def test_the_operator_needs_proof_from_the_source(desk):
    fact = consent_restated(license_kinds=["sole"])
    assert codes(correct(desk, "consent.given", fact=fact)) == ["CORRECTION_NOT_AUTHORISED"]
    decision = correct(desk, "consent.given", fact=fact, document=DIGEST)
    assert decision.verdict == "accepted"


@pytest.mark.rule("K-2", "refuses")
def test_a_party_does_not_correct_or_take_back_what_a_register_stated(desk):
    later = moved("2024-06-25")
    refused = correct(desk, "pledge.registered", fact=later, by=by("甲公司"), document=DIGEST)
    assert codes(refused) == ["CORRECTION_NOT_AUTHORISED"]
    assert refused.missing[0].missing.item == "authority_document"
    taken_back = correct(desk, "pledge.registered", kind="retraction", by=by("甲公司", "乙银行"))
    assert codes(taken_back) == ["CORRECTION_NOT_AUTHORISED"]
    reversal = correct(desk, "consent.given", kind="reversal", by=by("甲公司"))
    assert codes(reversal) == ["CORRECTION_NOT_AUTHORISED"]


@pytest.mark.rule("K-2", "accepts")
def test_the_operator_corrects_what_a_register_stated_with_its_proof(desk):
    decision = correct(desk, "pledge.registered", fact=moved("2024-06-25"), document=DIGEST)
    assert decision.verdict == "accepted"
    assert [item["registered_at"] for item in desk.on("2024-06-25").view(P1)["encumbrances"]] == [
        "2024-06-14", "2024-06-25",
    ]  # fmt: skip


@pytest.mark.rule("K-2", "accepts")
def test_a_party_act_is_taken_back_by_all_its_parties(desk):
    decision = correct(desk, "consent.given", kind="retraction", by=by("甲公司"))
    assert decision.verdict == "accepted"
    statement = desk.statement(P1)
    assert "consents" not in statement
    assert [each["state"] for each in statement["corrections"]] == ["void"]
    assert "ENTRY_VOIDED" in flags(desk.view(P1))


@pytest.mark.rule("K-2", "refuses")
def test_a_contract_is_taken_back_by_both_sides_and_only_until_it_is_registered(desk):
    desk.situation = contracted(desk)
    desk._record()
    alone = correct(desk, "transfer.contracted", kind="retraction", by=by("甲公司"))
    assert codes(alone) == ["CORRECTION_NOT_AUTHORISED"]
    assert [each.missing.holder for each in alone.missing] == ["戊公司"]
    corrected = correct(
        desk, "transfer.contracted", by=by("甲公司"),
        fact=restated("transfer.contracted", **CONTRACT, price={"minor": 1, "currency": "CNY"}),
    )  # fmt: skip
    assert codes(corrected) == ["CORRECTION_NOT_AUTHORISED"]
    desk.report(
        "CNIPA", "T", "transfer.registered", rights=P1, transfer="trf_1", registered_on="2024-06-24",
        grantors=[{"name": "甲公司"}], grantees=[{"name": "戊公司"}],
    )  # fmt: skip
    too_late = correct(desk, "transfer.contracted", kind="retraction", by=by("甲公司", "戊公司"))
    assert codes(too_late) == ["CORRECTION_NOT_AUTHORISED"]
    assert too_late.missing[0].missing.item == "authority_document"


CONTRACT = {
    "transfer": "trf_1", "grantors": [{"name": "甲公司"}], "grantees": [{"name": "戊公司"}],
    "executed_on": "2024-06-22", "document": DIGEST,
}  # fmt: skip


def contracted(desk, **changes):
    """The situation after a transfer contract, whatever its own rules ask."""
    fact = TransferContracted.model_validate_json(
        orjson.dumps({"rights": [P1], **CONTRACT, **changes}), strict=True
    )
    source = Source(PLATFORM, f"t-{desk.position}", DIGEST, "application/json")
    return desk.situation.after((Said(fact),), EntryClass.PARTY, source)


@pytest.mark.rule("K-2", "accepts")
def test_both_sides_take_a_contract_back_that_no_register_has(desk):
    desk.situation = contracted(desk)
    desk._record()
    decision = correct(desk, "transfer.contracted", kind="retraction", by=by("甲公司", "戊公司"))
    assert decision.verdict == "accepted"
    assert desk.view(P1)["pending"] == []


def registered(desk, number, acquirer, **members):
    return desk.report(
        "CNIPA", number, "transfer.registered", rights=P1, registered_on="2024-06-24",
        grantors=[{"name": "甲公司"}], grantees=[{"name": acquirer}], **members,
    )  # fmt: skip


def test_an_entry_that_names_no_contract_registers_the_one_with_its_acquirer(desk):
    desk.situation = contracted(desk)
    desk._record()
    registered(desk, "T", "戊公司")
    too_late = correct(desk, "transfer.contracted", kind="retraction", by=by("甲公司", "戊公司"))
    assert [each.missing.item for each in too_late.missing] == ["authority_document"]


def test_an_entry_for_another_acquirer_or_of_another_contract_registers_nothing_of_this_one(desk):
    desk.situation = contracted(desk)
    desk._record()
    registered(desk, "T", "己公司")
    registered(desk, "U", "戊公司", transfer="trf_2")
    back = correct(desk, "transfer.contracted", kind="retraction", by=by("甲公司", "戊公司"))
    assert back.verdict == "accepted"


def test_an_entry_before_the_contract_registers_nothing_of_it(desk):
    registered(desk, "T", "戊公司")
    desk.situation = contracted(desk)
    desk._record()
    back = correct(desk, "transfer.contracted", kind="retraction", by=by("甲公司", "戊公司"))
    assert back.verdict == "accepted"


def test_a_court_reverses_by_report_whatever_its_class(desk):
    decision = reverse(desk, "consent.given")
    assert (decision.verdict, decision.flags) == ("accepted", ())
    assert "consents" not in desk.statement(P1)


def reverse(desk, type_, number="(2024)京01民终1号", **members):
    return desk.report(
        "COURT", number, "entry.reversed", rights=P1, target=desk.target(P1, type_), reason="判决确认无效",
        by=[{"name": "北京知识产权法院"}], **members,
    )  # fmt: skip


def test_a_reversal_can_itself_be_reversed(desk):
    reverse(desk, "consent.given")
    reverse(desk, "entry.reversed", "(2025)最高法知民终2号")
    statement = desk.statement(P1)
    assert [consent["id"] for consent in statement["consents"]] == ["cns_1"]


def test_a_retraction_is_itself_retracted(desk):
    correct(desk, "consent.given", kind="retraction", by=by("甲公司"))
    correct(desk, "entry.retracted", kind="retraction", by=by("甲公司"))
    assert [consent["id"] for consent in desk.statement(P1)["consents"]] == ["cns_1"]


def test_a_void_entry_is_no_target(desk):
    target = desk.target(P1, "consent.given")
    correct(desk, "consent.given", kind="retraction", by=by("甲公司"))
    fact = consent_restated(license_kinds=["sole"])
    decision = correct(desk, "", target=target, fact=fact, by=by("甲公司"))
    assert codes(decision) == ["TARGET_UNKNOWN"]


def test_a_report_that_reverses_what_is_not_there_is_flagged(desk):
    decision = desk.report(
        "COURT", "1", "entry.reversed", rights=P1, target={"position": 4, "digest": "0" * 64}, reason="x",
    )  # fmt: skip
    assert (decision.verdict, decision.flags) == ("accepted", ("AUTHORITY_CONFLICT",))


def test_nobody_reports_a_retraction(desk):
    decision = desk.report(
        "COURT", "1", "entry.retracted", rights=P1, target=desk.target(P1, "consent.given"), reason="x"
    )
    assert codes(decision) == ["FIELD_INVALID"]


# K-3


@pytest.mark.rule("K-3", "refuses")
def test_an_earlier_effect_needs_proof_or_everybody_affected(desk):
    fact = consent_restated(given_on="2024-06-10")
    decision = correct(desk, "consent.given", kind="late_report", fact=fact, by=by("甲公司"))
    assert codes(decision) == ["BACKDATING_NOT_PROVEN"]
    assert decision.findings[0].data["party"] == ["丁公司", "丙银行", "乙银行"]
    unsigned = correct(
        desk, "consent.given", kind="late_report", fact=fact, by=by("甲公司"),
        agreed=by("丁公司", "丙银行", "乙银行"),
    )  # fmt: skip
    assert codes(unsigned) == ["BACKDATING_NOT_PROVEN"]


@pytest.mark.rule("K-3", "accepts")
def test_all_who_are_affected_sign_for_an_earlier_effect(desk):
    decision = correct(
        desk, "consent.given", kind="late_report", fact=consent_restated(given_on="2024-06-10"),
        by=by("甲公司"), agreed=by("丁公司", "丙银行", "乙银行", signed_on="2024-06-23"),
    )  # fmt: skip
    assert decision.verdict == "accepted"
    assert desk.statement(P1)["consents"][0]["given_on"] == "2024-06-10"


@pytest.mark.rule("K-3", "accepts")
def test_an_authority_paper_proves_an_earlier_effect(desk):
    desk.submit(
        command="file_document", rights=[P1], kind="authority_document", issued_on="2024-06-23", sha256=DIGEST
    )
    fact = consent_restated(given_on="2024-06-10")
    decision = correct(desk, "consent.given", kind="late_report", fact=fact, by=by("甲公司"))
    assert decision.verdict == "accepted"


def test_a_later_effect_needs_no_proof(desk):
    fact = consent_restated(given_on="2024-06-21")
    decision = correct(desk, "consent.given", kind="late_report", fact=fact, by=by("甲公司"))
    assert decision.verdict == "accepted"


@pytest.mark.rule("K-3", "refuses")
@pytest.mark.rule("N-3", "refuses")
@pytest.mark.parametrize("member", ["recorded_at", "position", "known_at"])
def test_the_time_of_recording_is_no_member_of_any_command(desk, member):
    told = {"command": "give_consent", **CONSENT, "consent": "cns_9", member: "2024-01-01T00:00:00.000000Z"}
    decision = desk.submit(told)
    assert [(each.code, each.pointer) for each in decision.findings] == [("FIELD_UNKNOWN", f"/{member}")]
    fact = consent_restated(given_on="2024-06-21")
    decision = correct(
        desk, "consent.given", fact=fact, by=by("甲公司"), **{member: "2024-01-01T00:00:00.000000Z"}
    )
    assert codes(decision) == ["FIELD_UNKNOWN"]


# K-4, and the correction parts of S25


@pytest.mark.rule("K-4", "refuses")
def test_s25_a_registration_moved_back_without_the_register_is_refused(desk):
    decision = correct(desk, "pledge.registered", fact=moved("2024-06-12"), document=DIGEST)
    assert codes(decision) == ["RANK_BACKDATING"]
    assert decision.missing[0].missing.item == "register_certificate"
    assert ranks(desk.view(P1)) == {"pld_j": 1, "pld_k": 2}


@pytest.mark.rule("K-4", "accepts")
@pytest.mark.rule("K-7", "accepts")
def test_s25_with_the_register_certificate_the_rank_moves_and_the_old_answer_stays(desk):
    certify(desk, act="pld_k")
    before, answer = desk.position, desk.answered(P1, "2024-06-24", desk.position)
    assert ranks(answer) == {"pld_j": 1, "pld_k": 2}
    decision = correct(desk, "pledge.registered", fact=moved("2024-06-12"), document=DIGEST)
    assert decision.verdict == "accepted"
    assert ranks(desk.view(P1)) == {"pld_k": 1, "pld_j": 2}
    assert ranks(desk.view(P1, "2024-06-13")) == {"pld_k": 1}
    assert desk.answered(P1, "2024-06-24", before) == answer


@pytest.mark.rule("K-4", "refuses")
def test_a_certificate_for_another_pledge_proves_nothing(desk):
    certify(desk, act="pld_j")
    decision = correct(desk, "pledge.registered", fact=moved("2024-06-12"), document=DIGEST)
    assert codes(decision) == ["RANK_BACKDATING"]


def test_a_certificate_does_not_make_a_party_the_register(desk):
    certify(desk)
    decision = correct(desk, "pledge.registered", fact=moved("2024-06-12"), by=by("乙银行"), document=DIGEST)
    assert codes(decision) == ["CORRECTION_NOT_AUTHORISED"]


def test_a_registration_that_is_left_out_is_no_way_to_an_earlier_rank(desk):
    fact = moved("2024-06-12")
    del fact["registered_on"]
    decision = correct(desk, "pledge.registered", fact=fact, document=DIGEST)
    assert codes(decision) == ["RANK_BACKDATING"]


def reported_correction(desk, register, **members):
    fact = moved("2024-06-12")
    return desk.report(
        register, "C-1", "entry.corrected", rights=P1, target=desk.target(P1, "pledge.registered"),
        reason="更正登记日", cause="clerical", restates=fact.pop("type"), data=fact, **members,
    )  # fmt: skip


def test_the_register_itself_may_show_the_earlier_time(desk):
    assert reported_correction(desk, "CNIPA").flags == ()
    assert ranks(desk.view(P1)) == {"pld_k": 1, "pld_j": 2}


@pytest.mark.rule("K-4", "flags")
def test_another_authority_improves_no_rank_without_the_register(desk):
    assert reported_correction(desk, "COURT").verdict == "accepted"
    answer = desk.view(P1)
    assert ranks(answer) == {"pld_j": 1, "pld_k": 2}
    assert "RANK_BACKDATING" in flags(answer)


# K-5


@pytest.mark.rule("K-5", "accepts")
def test_the_latest_accepted_correction_counts(desk):
    target = desk.target(P1, "consent.given")
    for kinds in (["sole"], ["ordinary"]):
        fact = consent_restated(license_kinds=kinds)
        assert correct(desk, "", target=target, fact=fact, by=by("甲公司")).verdict == "accepted"
    assert desk.statement(P1)["consents"][0]["license_kinds"] == ["ordinary"]


@pytest.mark.rule("K-5", "accepts")
def test_a_correction_is_corrected_and_taken_back(desk):
    correct(desk, "consent.given", fact=consent_restated(license_kinds=["sole"]), by=by("甲公司"))
    first = desk.target(P1, "entry.corrected")
    again = consent_restated(license_kinds=["ordinary"])
    assert correct(desk, "", target=first, fact=again, by=by("甲公司")).verdict == "accepted"
    assert desk.statement(P1)["consents"][0]["license_kinds"] == ["ordinary"]
    assert correct(desk, "entry.corrected", kind="retraction", by=by("甲公司")).verdict == "accepted"
    assert desk.statement(P1)["consents"][0]["license_kinds"] == ["sole"]


@pytest.mark.rule("K-5", "flags")
def test_register_corrections_in_a_circle_are_flagged(desk):
    for number, corrects in (("X", "Y"), ("Y", "X")):
        desk.report(
            "CNIPA", number, "recording.corrected", rights=P1, corrects=corrects, registered_on="2024-06-22",
            grantors=[{"name": "甲公司"}], grantees=[{"name": "丁公司"}],
        )  # fmt: skip
    assert "CORRECTION_CYCLE" in flags(desk.view(P1))


@pytest.mark.rule("K-5", "flags")
def test_an_entry_that_claims_to_correct_itself_corrects_nothing(desk):
    position = desk.position + 1
    decision = desk.report(
        "COURT", "1", "entry.reversed", rights=P1, target={"position": position, "digest": "0" * 64},
        reason="x",
    )  # fmt: skip
    assert decision.flags == ("AUTHORITY_CONFLICT",)
    assert "CORRECTION_CYCLE" in flags(desk.view(P1))


# K-6


@pytest.fixture
def sold_on(desk):
    """A sells to B, B pledges to a bank and sells on to C, who is registered."""
    for number, grantors, grantees, day in (
        ("T1", "甲公司", "戊公司", "2024-06-22"), ("T2", "戊公司", "己公司", "2024-06-24"),
    ):  # fmt: skip
        desk.report(
            "CNIPA", number, "transfer.registered", rights=P1, registered_on=day,
            grantors=[{"name": grantors}], grantees=[{"name": grantees}],
        )  # fmt: skip
    desk.report(
        "CNIPA", "P", "pledge.registered", rights=P1, pledge="pld_p", registered_on="2024-06-23",
        pledgors=[{"name": "戊公司"}], pledgees=[{"name": "庚银行"}],
    )  # fmt: skip
    return desk


@pytest.mark.rule("K-6", "accepts")
@pytest.mark.rule("K-6", "flags")
def test_later_rights_on_a_void_transfer_stand_and_are_listed(sold_on):
    target = sold_on.target(P1, "transfer.registered", nth=0)
    sold_on.report("COURT", "判决", "entry.reversed", rights=P1, target=target, reason="欺诈")
    answer = sold_on.view(P1)
    assert ranks(answer) == {"pld_j": 1, "pld_k": 2, "pld_p": 3}
    dependants = [flag for flag in sold_on.statement(P1)["flags"] if flag["code"] == "DEPENDS_ON_VOID"]
    assert {flag["data"]["reference"] for flag in dependants} == {"P", "T2"}
    assert flags(answer).count("DEPENDS_ON_VOID") == 2


def test_each_dependant_falls_by_its_own_reversal_only(sold_on):
    for nth, number in ((0, "1"), (1, "2")):
        sold_on.report(
            "COURT", number, "entry.reversed", rights=P1, reason="欺诈",
            target=sold_on.target(P1, "transfer.registered", nth=nth),
        )  # fmt: skip
    assert {owner["name"] for owner in sold_on.view(P1)["owners"]} == {"甲公司", "丁公司"}
    dependants = [flag for flag in sold_on.statement(P1)["flags"] if flag["code"] == "DEPENDS_ON_VOID"]
    assert {flag["data"]["reference"] for flag in dependants} == {"P"}


# K-8


@pytest.mark.rule("K-8", "accepts")
def test_a_confidential_member_is_committed_to_anew(desk):
    fact = consent_restated()
    decision = correct(
        desk, "consent.given", fact=fact, by=by("甲公司"), confidential={"/data/document": DIGEST}
    )
    assert decision.verdict == "accepted"
    assert DIGEST not in str(decision.said[0].fact.as_data())


@pytest.mark.rule("K-8", "refuses")
def test_a_personal_identifier_is_no_content_of_a_correction(desk):
    fact = consent_restated(giver={"name": "甲公司 11010519491231002X"})
    decision = correct(desk, "consent.given", fact=fact, by=by("甲公司"), document=DIGEST)
    assert codes(decision) == ["PII_IN_EVENT"]


# K-9


@pytest.fixture
def fee_paid(desk):
    desk.report("CNIPA", "F", "fee.paid", rights=P1, year=10, paid_on="2024-03-01")
    return desk


@pytest.mark.rule("K-9", "accepts")
@pytest.mark.rule("K-9", "flags")
def test_a_payment_is_not_rewritten_but_flagged(fee_paid):
    before = fee_paid.statement(P1)["fees"]
    fact = restated("fee.paid", year=10, paid_on="2024-03-10")
    assert correct(fee_paid, "fee.paid", fact=fact, document=DIGEST).verdict == "accepted"
    reverse(fee_paid, "fee.paid")
    statement = fee_paid.statement(P1)
    assert statement["fees"] == before
    assert [each["state"] for each in statement["corrections"]] == ["executed"]
    assert "EXECUTED_STANDS" in flags(fee_paid.view(P1))


# S25


@pytest.mark.rule("K-7", "accepts")
def test_s25_what_was_known_then_and_what_is_known_now():
    desk = RecordingDesk("2024-05-30").given(
        right(P1, "甲公司", filed_on="2015-03-10", granted_on="2017-01-03")
    )
    desk.report("CNIPA", "F", "fee.paid", rights=P1, year=10, paid_on="2024-03-01")
    desk.report("CNIPA", "K", "pledge.registered", rights=P1, **{**PLEDGED, "registered_on": "2024-05-20"})
    then = desk.position
    answer_then = desk.answered(P1, "2024-06-01", then)
    assert answer_then["status"] == "IN_FORCE"
    assert ranks(answer_then) == {"pld_k": 1}
    fees = desk.statement(P1)["fees"]
    desk.on("2025-02-14").report(
        "CNIPA", "W", "invalidation.became_final", rights=P1, scope="full", effective_from="2025-02-10"
    )
    answer_now = desk.answered(P1, "2024-06-01", desk.position)
    assert answer_now["status"] == "INVALID_FULL"
    (pledge,) = answer_now["encumbrances"]
    assert pledge["state"] == "object_lost"
    assert "OBJECT_LOST" in flags(answer_now)
    assert desk.statement(P1)["fees"] == fees
    assert desk.answered(P1, "2024-06-01", then) == answer_then
