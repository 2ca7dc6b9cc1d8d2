"""Registration of pledges: the office's grounds, its word, and how far a mixed pledge is perfected.

P-3 to P-6, P-20, P-27; scenarios S11, S12, S14, S17.
"""

import pytest

from ledger.rules import PROCEDURES
from ledger.rules.docket import rule_on_all
from ledger.statement.perfection import perfection
from tests.ledger.rules.desk import DIGEST, P2, P4, T1, T2, W1, Desk, codes, report, right
from tests.ledger.rules.pledging import (
    BANK,
    MARKS,
    OTHER_BANK,
    OWNER,
    application,
    company,
    contract,
    flagged,
    mark,
    money,
    p2,
    p4,
    ranks,
    refused,
    registered,
    similar,
    w1,
)

V1 = "CN:variety:CNA20180001.2"


@pytest.fixture
def desk():
    """甲公司 owns P2 and contracted to pledge it on 2024-05-06."""
    return Desk("2024-05-06").given(p2(), contract([P2], pledge="pld_g1"))


def apply(desk, rights=(P2,), pledge="pld_g1", **members):
    return desk.submit(application(pledge, rights, on=desk.today, **members))


def broken(decision):
    """The rules a reported fact breaks (N-2)."""
    return [each.data["broken"] for each in decision.findings if each.code == "AUTHORITY_CONFLICT"]


# Scenarios


@pytest.mark.rule("P-3", "accepts")
@pytest.mark.rule("P-7", "accepts")
def test_s11_a_pledge_arises_when_it_is_registered(desk):
    desk.on("2024-05-07").given(application("pld_g1", [P2], on="2024-05-07"))
    desk.on("2024-05-10").given(registered("Y1", P2, on="2024-05-10", contract="pld_g1"))
    before = desk.view(P2, "2024-05-06")
    assert (before["encumbrances"], before["pending"][0]["state"]) == ([], "contracted")
    before = desk.view(P2, "2024-05-08")
    assert (before["encumbrances"], [item["state"] for item in before["pending"]]) == ([], ["applied"])
    after = desk.view(P2, "2024-05-10")
    (pledge,) = after["encumbrances"]
    assert (pledge["rank"], pledge["registered_at"], pledge["state"]) == (1, "2024-05-10", "registered")
    assert pledge["secured"] == {"limit": "amount", "amount": money(2_000_000), "debt_until": None}
    assert after["pending"] == []


def test_s11_without_an_application_on_file_the_contract_stays_contracted(desk):
    desk.on("2024-05-10").given(registered("Y1", P2, on="2024-05-10", contract="pld_g1"))
    before = desk.view(P2, "2024-05-08")
    assert (before["encumbrances"], [item["state"] for item in before["pending"]]) == ([], ["contracted"])


@pytest.mark.rule("P-4", "refuses")
@pytest.mark.rule("P-4", "accepts")
def test_s12_a_late_fee_blocks_registration_although_the_patent_is_in_force():
    desk = Desk("2024-05-20").given(p4(), contract([P4], pledge="pld_g4", executed_on="2024-05-20"))
    desk.given(report("CNIPA", "fee-9", "fee.unpaid", rights=[P4], year=9, stated_on="2024-05-20"))
    late = apply(desk.on("2024-06-01"), [P4], "pld_g4")
    assert codes(late) == ["ANNUAL_FEE_OVERDUE"]
    assert late.findings[0].data["day"] == "2024-04-15"
    assert desk.view(P4)["status"] == "FEE_LATE"
    desk.given(report("CNIPA", "fee-9p", "fee.paid", rights=[P4], year=9, paid_on="2024-06-01"))
    assert apply(desk, [P4], "pld_g4").verdict == "accepted"


@pytest.mark.rule("P-4", "refuses")
@pytest.mark.rule("P-4", "accepts")
def test_s12_the_debt_must_fall_due_by_the_patent_s_last_day():
    desk = Desk("2024-06-01").given(p4())
    long = desk.submit(contract([P4], debt_until="2026-06-30", executed_on="2024-06-01"))
    assert codes(long) == ["DEBT_TERM_EXCEEDS_IP_TERM"]
    assert (long.findings[0].data["until"], long.findings[0].data["day"]) == ("2026-06-30", "2026-04-14")
    assert desk.submit(contract([P4], debt_until="2026-04-15", executed_on="2024-06-01")).verdict == "refused"
    fits = contract([P4], debt_until="2026-04-14", executed_on="2024-06-01", pledge="pld_g4")
    assert desk.submit(fits).verdict == "accepted"
    assert apply(desk, [P4], "pld_g4").verdict == "accepted"


@pytest.mark.rule("P-4", "refuses")
def test_s14_a_patent_is_not_pledged_twice(desk):
    desk.on("2024-05-10").given(registered("Y1", P2, on="2024-05-10", contract="pld_g1"))
    second = desk.submit(contract([P2], pledgees=[{"name": OTHER_BANK}], executed_on="2024-05-10"))
    assert codes(second) == ["PLEDGE_ALREADY_REGISTERED"]
    assert second.findings[0].data == {"holder": [BANK], "reference": "Y1"}


@pytest.mark.rule("P-4", "refuses")
def test_s14_of_two_contracts_on_one_patent_the_second_finds_the_register_closed(desk):
    other = [{"name": OTHER_BANK}]
    desk.given(contract([P2], pledge="pld_g2", pledgees=other))
    desk.on("2024-05-10").given(registered("Y1", P2, on="2024-05-10", contract="pld_g1"))
    late = apply(desk, pledge="pld_g2", applicants=[{"name": OWNER}, *other])
    assert codes(late) == ["PLEDGE_ALREADY_REGISTERED"]


@pytest.mark.rule("P-5", "accepts")
@pytest.mark.rule("P-7", "accepts")
def test_s14_marks_are_pledged_twice_and_rank_by_registration():
    desk = Desk("2024-01-02").given(mark(T1), mark(T2), similar(T1, T2))
    for number, pledge, bank, day in (
        ("TM1", "pld_k1", "K1银行", "2024-01-05"),
        ("TM2", "pld_k2", "K2银行", "2024-02-05"),
    ):
        told = {"pledge": pledge, "pledgees": [{"name": bank}], "executed_on": desk.today}
        desk.given(contract(MARKS, **told))
        both = [{"name": OWNER}, {"name": bank}]
        desk.given(application(pledge, MARKS, on=desk.today, applicants=both))
        desk.on(day).given(registered(number, MARKS, on=day, to=bank, contract=pledge))
    for id_ in MARKS:
        assert ranks(desk.view(id_)) == {"TM1": 1, "TM2": 2}
        assert desk.view(id_)["flags"] == []


@pytest.mark.rule("P-27", "flags")
@pytest.mark.rule("P-27", "accepts")
@pytest.mark.rule("P-6", "refuses")
def test_s17_a_mixed_pledge_is_perfected_office_by_office():
    rights = [P2, T1, T2, W1]
    desk = Desk("2024-05-06").given(p2(), mark(T1), mark(T2), similar(T1, T2), w1())
    desk.given(contract(rights, pledge="pld_mix", amount=money(2_500_000)))
    assert mixed(desk)["perfection"] == "NONE"
    for part in ([P2], [T1, T2], [W1]):
        desk.given(application("pld_mix", part, on="2024-05-06"))
    desk.on("2024-05-10").given(registered("Y1", P2, on="2024-05-10", contract="pld_mix"))
    desk.on("2024-05-14").given(registered("S1", [T1, T2], on="2024-05-14", contract="pld_mix"))
    desk.on("2024-05-20").given(
        refused("R1", W1, pledge="pld_mix", on="2024-05-20", code="PRIOR_LICENCE_UNDISCLOSED")
    )
    answer = mixed(desk)
    assert answer["perfection"] == "PARTIAL"
    assert answer["flags"] == [{"code": "PARTIALLY_PERFECTED", "rights": [W1]}]
    told = [
        (each["right"], each["office"], each["registered_on"], each["rank"], each["state"], each["code"])
        for each in answer["rights"]
    ]
    assert told == [
        (P2, "CNIPA", "2024-05-10", 1, "registered", None),
        (T1, "CNIPA", "2024-05-14", 1, "registered", None),
        (T2, "CNIPA", "2024-05-14", 1, "registered", None),
        (W1, "CPCC", None, None, "refused", "PRIOR_LICENCE_UNDISCLOSED"),
    ]
    assert mixed(desk, "2024-05-09")["perfection"] == "NONE"
    assert mixed(desk, "2024-05-12")["perfection"] == "PARTIAL"
    shown = desk.view(W1)
    assert (shown["encumbrances"], flagged(shown)) == ([], ["PARTIALLY_PERFECTED"])
    assert [item["state"] for item in shown["pending"]] == ["refused"]
    assert all(flagged(desk.view(id_)) == [] for id_ in (P2, T1, T2))
    desk.on("2024-06-03").given(registered("R2", W1, on="2024-06-03", register="CPCC", contract="pld_mix"))
    assert (mixed(desk)["perfection"], mixed(desk)["flags"], flagged(desk.view(W1))) == ("FULL", [], [])


def mixed(desk, day=None, rights=(P2, T1, T2, W1)):
    return perfection({id_: desk.statement(id_) for id_ in rights}, "pld_mix", day or desk.today)


# P-3, R-2: who applies, where


@pytest.mark.rule("P-3", "refuses")
@pytest.mark.rule("R-2", "refuses")
@pytest.mark.parametrize("alone", [OWNER, BANK])
def test_one_side_alone_cannot_apply(desk, alone):
    lone = apply(desk, applicants=[{"name": alone}])
    assert codes(lone) == ["JOINT_FILING_REQUIRED"]
    assert {lone.findings[0].missing.holder, alone} == {OWNER, BANK}


@pytest.mark.rule("P-3", "refuses")
def test_an_application_needs_its_contract(desk):
    assert codes(apply(desk, pledge="pld_none")) == ["REFERENCE_UNKNOWN"]
    desk.given(p4())
    assert codes(apply(desk, [P4])) == ["REFERENCE_UNKNOWN"]


@pytest.mark.rule("P-3", "refuses")
def test_what_is_registered_is_not_applied_for_again():
    desk = Desk("2024-05-06").given(mark(T1), contract([T1], pledge="pld_g1"))
    desk.on("2024-05-10").given(registered("S1", T1, on="2024-05-10", contract="pld_g1"))
    assert codes(apply(desk, [T1])) == ["PLEDGE_ALREADY_REGISTERED"]


@pytest.mark.rule("P-1", "refuses")
def test_each_kind_has_its_own_office_and_application():
    desk = Desk("2024-05-06").given(p2(), w1(), contract([P2, W1], pledge="pld_g1"))
    assert codes(apply(desk, [P2, W1])) == ["WRONG_REGISTRY"]
    assert codes(apply(desk, [W1], office="CNIPA")) == ["WRONG_REGISTRY"]
    assert apply(desk, [W1]).verdict == "accepted"
    assert desk.statement(W1)["pledges"][0]["applications"][0]["office"] == "CPCC"


def test_an_application_filed_earlier_is_judged_on_its_day_and_today(desk):
    desk.on("2024-05-20").given(
        report("CNIPA", "fee-6", "fee.unpaid", rights=[P2], year=6, stated_on="2024-05-21")
    )
    early = desk.on("2024-05-22").submit(application("pld_g1", [P2], on="2024-05-07"))
    assert codes(early) == ["ANNUAL_FEE_OVERDUE"]
    ahead = desk.submit(application("pld_g1", [P2], on="2024-05-23"))
    assert "DATE_IN_FUTURE" in codes(ahead)


# P-4: the grounds of the patent office, (1) to (11)


def refusal(told, *, today="2024-05-06", before=(), **members):
    """Codes on a contract, and on the application where the contract could be made."""
    desk = Desk(today).given(told, *before)
    made = desk.submit(contract([P2], pledge="pld_g1", executed_on=today, **members))
    return codes(made) if made.verdict == "refused" else codes(apply(desk))


@pytest.mark.rule("P-4", "refuses")
def test_ground_1_the_pledgor_is_not_the_registered_patentee():
    assert refusal(p2("丁公司")) == ["PLEDGE_NOT_PATENTEE"]


@pytest.mark.rule("P-4", "refuses")
def test_ground_1_after_the_contract_the_patent_was_transferred(desk):
    desk.on("2024-05-08").report(
        "CNIPA", "Z1", "transfer.registered", rights=P2, grantors=[{"name": OWNER}],
        grantees=[{"name": "丁公司"}], registered_on="2024-05-08", effective_from="2024-05-08",
    )  # fmt: skip
    late = apply(desk, applicants=[{"name": OWNER}, {"name": BANK}])
    assert codes(late) == ["PLEDGE_NOT_PATENTEE"]


@pytest.mark.rule("P-4", "refuses")
@pytest.mark.parametrize(
    "end",
    [
        report("CNIPA", "e1", "right.lapsed", rights=[P2], effective_from="2023-05-20"),
        report("CNIPA", "e2", "invalidation.became_final", rights=[P2], scope="full"),
    ],
)
def test_ground_2_the_patent_has_ended_or_is_invalid(end):
    assert refusal(p2(), before=(end,))[0] == "ASSET_NOT_IN_FORCE"


@pytest.mark.rule("P-4", "refuses")
def test_ground_3_the_patent_is_not_granted():
    assert refusal(p2(granted_on="2024-05-07")) == ["NOT_GRANTED"]


@pytest.mark.rule("P-4", "refuses")
def test_ground_4_the_annual_fee_is_unpaid():
    unpaid = report("CNIPA", "f1", "fee.unpaid", rights=[P2], year=6, stated_on="2023-05-21")
    assert refusal(p2(), before=(unpaid,)) == ["ANNUAL_FEE_OVERDUE"]


@pytest.mark.rule("P-4", "refuses")
def test_ground_5_the_patent_is_frozen_or_suspended():
    frozen = report(
        "CNIPA", "z1", "freeze.imposed", rights=[P2], freeze="frz_1", effective_from="2024-05-01",
        until="2024-10-31", authorities=[{"name": "某法院"}],
    )  # fmt: skip
    assert refusal(p2(), before=(frozen,)) == ["ASSET_FROZEN"]
    suspended = report(
        "CNIPA", "z2", "suspension.started", rights=[P2], suspension="sus_1", effective_from="2024-05-01"
    )
    assert refusal(p2(), before=(suspended,)) == ["PROCEDURE_SUSPENDED"]


@pytest.mark.rule("P-4", "refuses")
def test_ground_6_the_debt_outlives_the_patent():
    assert refusal(p2(), debt_until="2038-05-20") == ["DEBT_TERM_EXCEEDS_IP_TERM"]
    assert refusal(p2(), debt_until="2038-05-19") == []


@pytest.mark.rule("P-4", "refuses")
def test_ground_7_the_contract_lacks_content():
    assert refusal(p2(), debt_until=None) == ["PLEDGE_FIELD_MISSING:debt_until"]


@pytest.mark.rule("P-4", "refuses")
@pytest.mark.rule("P-4", "accepts")
def test_ground_8_a_co_owner_has_not_consented():
    shared = p2({OWNER: [1, 2], "丁公司": [1, 2]})
    assert refusal(shared) == ["COOWNER_CONSENT_MISSING"]
    consent = {
        "command": "give_consent", "rights": [P2], "giver": {"name": "丁公司"}, "role": "coowner",
        "act": "pledge", "to": [{"name": BANK}], "given_on": "2024-05-06", "document": DIGEST,
    }  # fmt: skip
    assert refusal(shared, before=(consent,)) == []
    assert refusal(shared, before=({**consent, "to": [{"name": OTHER_BANK}]},)) == ["COOWNER_CONSENT_MISSING"]
    natural = [company(), {"name": "张三", "attributes": {"kind": "natural_person"}}]
    assert refusal(p2({OWNER: [1, 2], "张三": [1, 2]}), pledgors=natural) == ["JOINT_FILING_REQUIRED"]


@pytest.mark.rule("P-4", "refuses")
def test_ground_9_the_patent_is_pledged_already():
    earlier = registered("Y0", P2, on="2024-01-05", to=OTHER_BANK)
    assert refusal(p2(), before=(earlier,)) == ["PLEDGE_ALREADY_REGISTERED"]


@pytest.mark.rule("P-4", "refuses")
@pytest.mark.rule("P-4", "accepts")
def test_ground_10_a_utility_model_with_a_same_day_invention():
    twin = p4(particulars={"same_day_invention": "201610500001.1"})
    desk = Desk("2024-05-06").given(twin, contract([P4], pledge="pld_g1"))
    assert codes(apply(desk, [P4])) == ["DUAL_FILING_NO_ACK"]
    assert apply(desk, [P4], proceeds_despite=["dual_filing"]).verdict == "accepted"


@pytest.mark.rule("P-4", "refuses")
@pytest.mark.rule("P-4", "accepts")
def test_ground_11_an_invalidation_is_pending(desk):
    desk.on("2024-05-07").given(
        report("CNIPA", "i1", "invalidation.requested", rights=[P2], case="4W1", effective_from="2024-05-07")
    )
    pending = apply(desk)
    assert codes(pending) == ["INVALIDATION_PENDING_NO_ACK"]
    assert pending.findings[0].data["reference"] == ["4W1"]
    assert apply(desk, proceeds_despite=["invalidation"]).verdict == "accepted"


def test_all_grounds_are_told_at_once_in_the_order_of_the_checks():
    told = (
        registered("Y0", P2, on="2024-01-05", to=OTHER_BANK, by="丁公司"),
        report(
            "CNIPA", "z1", "freeze.imposed", rights=[P2], freeze="frz_1", effective_from="2024-05-01",
            until="2024-10-31",
        ),
    )  # fmt: skip
    assert refusal(p2("丁公司"), before=told, debt_until="2040-01-01", claim=None) == [
        "PLEDGE_FIELD_MISSING:claim",
        "ASSET_FROZEN",
        "PLEDGE_NOT_PATENTEE",
        "PLEDGE_ALREADY_REGISTERED",
        "DEBT_TERM_EXCEEDS_IP_TERM",
    ]


def test_a_variety_follows_the_patent_s_grounds_by_analogy():
    variety = right(V1, OWNER, title="某稻", granted_on="2018-01-01", expires_on="2032-12-31")
    desk = Desk("2024-05-06").given(variety)
    long = desk.submit(contract([V1], debt_until="2033-01-01"))
    assert codes(long) == ["DEBT_TERM_EXCEEDS_IP_TERM"]


# P-5: trademarks


def mark_refusal(*told, rights=(T1,), **members):
    desk = Desk("2024-05-06").given(*told)
    return codes(desk.submit(contract(rights, **members)))


@pytest.mark.rule("P-5", "refuses")
def test_a_mark_is_pledged_by_its_registrant_in_the_registered_name():
    assert mark_refusal(mark(T1, "丁公司")) == ["PLEDGE_NOT_OWNER"]
    renamed = report(
        "CNIPA", "n1", "party.renamed", rights=[T1], grantors=[{"name": OWNER}],
        grantees=[{"name": "甲集团公司"}], registered_on="2024-02-01",
    )  # fmt: skip
    assert mark_refusal(mark(T1), renamed) == ["PLEDGE_NOT_OWNER"]
    assert (
        mark_refusal(mark(T1), renamed, pledgors=[company("甲集团公司")], debtor={"name": "甲集团公司"}) == []
    )


@pytest.mark.rule("P-5", "refuses")
def test_a_mark_that_ended_or_runs_in_its_grace_is_not_pledged():
    revoked = report("CNIPA", "r1", "right.revoked", rights=[T1], effective_from="2024-03-01")
    assert mark_refusal(mark(T1), revoked)[0] == "ASSET_NOT_IN_FORCE"
    old = mark(T1, granted_on="2014-01-14")
    assert mark_refusal(old) == ["ASSET_NOT_IN_FORCE"]


@pytest.mark.rule("P-5", "refuses")
def test_a_frozen_mark_is_not_pledged():
    frozen = report(
        "CNIPA", "z1", "freeze.imposed", rights=[T1], freeze="frz_1", effective_from="2024-05-01",
        until="2025-04-30",
    )  # fmt: skip
    assert mark_refusal(mark(T1), frozen) == ["ASSET_FROZEN"]


@pytest.mark.rule("P-5", "refuses")
@pytest.mark.rule("P-5", "accepts")
def test_similar_marks_are_pledged_together():
    pair = (mark(T1), mark(T2), similar(T1, T2))
    assert mark_refusal(*pair) == ["SIMILAR_MARKS_NOT_BUNDLED"]
    assert mark_refusal(*pair, rights=MARKS) == []
    desk = Desk("2024-05-06").given(*pair, contract(MARKS, pledge="pld_g1"))
    assert codes(apply(desk, [T1])) == ["SIMILAR_MARKS_NOT_BUNDLED"]


@pytest.mark.rule("P-5", "refuses")
def test_a_co_owned_mark_needs_all_owners():
    assert mark_refusal(mark(T1, {OWNER: [1, 2], "丁公司": [1, 2]})) == ["COOWNER_CONSENT_MISSING"]


@pytest.mark.rule("P-5", "accepts")
def test_a_mark_s_period_does_not_limit_the_debt():
    assert mark_refusal(mark(T1), debt_until="2029-12-31") == []


# P-6: works and software


@pytest.fixture
def software():
    return Desk("2024-05-06").given(w1())


@pytest.mark.rule("P-6", "refuses")
def test_software_is_pledged_by_its_owner_within_its_term(software):
    assert codes(software.submit(contract([W1], debt_until="2072-01-01"))) == ["DEBT_TERM_EXCEEDS_IP_TERM"]
    desk = Desk("2024-05-06").given(w1("丁公司"))
    assert codes(desk.submit(contract([W1]))) == ["PLEDGE_NOT_OWNER"]


@pytest.mark.rule("P-6", "refuses")
@pytest.mark.rule("P-6", "accepts")
def test_a_disputed_work_is_not_pledged_until_the_dispute_has_ended(software):
    dispute = {"rights": [W1], "dispute": "D1", "effective_from": "2024-05-01"}
    software.given(report("COURT", "d1", "dispute.raised", kind="ownership", **dispute))
    assert codes(software.submit(contract([W1]))) == ["OWNERSHIP_DISPUTED"]
    ended = {**dispute, "effective_from": "2024-05-06"}
    software.on("2024-05-07").given(report("COURT", "d2", "dispute.ended", **ended))
    assert software.submit(contract([W1], executed_on="2024-05-07")).verdict == "accepted"


def test_a_dispute_about_remuneration_does_not_stand_in_the_way(software):
    software.given(
        report(
            "COURT", "d1", "dispute.raised", rights=[W1], dispute="D1", kind="remuneration",
            effective_from="2024-05-01",
        )
    )  # fmt: skip
    assert software.submit(contract([W1])).verdict == "accepted"


@pytest.mark.rule("P-6", "refuses")
@pytest.mark.rule("P-6", "accepts")
def test_the_application_discloses_earlier_licenses(software):
    software.given(
        report(
            "CPCC", "L-7", "license.recorded", rights=[W1], license="lic_7", licensors=[{"name": OWNER}],
            licensees=[{"name": "戊公司"}], registered_on="2023-06-01",
        ),
        contract([W1], pledge="pld_g1"),
    )  # fmt: skip
    silent = apply(software, [W1])
    assert codes(silent) == ["PRIOR_LICENCE_UNDISCLOSED"]
    assert silent.findings[0].data["reference"] == "L-7"
    assert apply(software, [W1], disclosed=["L-7"]).verdict == "accepted"


@pytest.mark.rule("P-6", "refuses")
def test_a_joint_work_is_pledged_by_all():
    desk = Desk("2024-05-06").given(w1({OWNER: [1, 2], "丁公司": [1, 2]}))
    assert codes(desk.submit(contract([W1]))) == ["COOWNER_CONSENT_MISSING"]


# N-2: what the office registers in spite of a ground


@pytest.mark.rule("N-2", "flags")
@pytest.mark.rule("P-4", "flags")
def test_a_registration_that_breaks_a_ground_is_believed_and_flagged():
    desk = Desk("2024-05-10").given(p2())
    desk.given(
        report(
            "CNIPA", "z1", "freeze.imposed", rights=[P2], freeze="frz_1", effective_from="2024-05-01",
            until="2024-10-31",
        ),
        registered("Y0", P2, on="2024-01-05", to=OTHER_BANK),
    )  # fmt: skip
    again = desk.submit(registered("Y1", P2, on="2024-05-10", by="丁公司", debt_until="2040-01-01"))
    assert again.verdict == "accepted"
    assert broken(again) == [
        "PLEDGE_NOT_PATENTEE",
        "ASSET_FROZEN",
        "DEBT_TERM_EXCEEDS_IP_TERM",
        "PLEDGE_ALREADY_REGISTERED",
    ]
    assert ranks(desk.view(P2))["Y1"] == 2


@pytest.mark.rule("N-2", "accepts")
def test_a_registration_that_breaks_nothing_bears_no_flag(desk):
    first = desk.on("2024-05-10").submit(registered("Y1", P2, on="2024-05-10", contract="pld_g1"))
    assert (first.verdict, first.flags) == ("accepted", ())


def test_an_entry_s_id_is_its_own():
    desk = Desk("2024-05-10").given(mark(T1), registered("S1", T1, on="2024-05-10", pledge="pld_s"))
    assert broken(desk.submit(registered("S2", T1, on="2024-05-10", pledge="pld_s"))) == ["DUPLICATE_ID"]


# P-20, R-5: how a registration ends by itself or falls away


@pytest.fixture
def marks():
    """T1 pledged in the register for a year."""
    desk = Desk("2024-05-06").given(mark(T1), contract([T1], pledge="pld_g1"))
    return desk.on("2024-05-10").given(
        registered("S1", T1, on="2024-05-10", contract="pld_g1", until="2025-05-09")
    )


@pytest.mark.rule("P-20", "flags")
def test_a_registration_that_is_not_extended_expires_and_is_no_release(marks):
    assert ranks(marks.view(T1, "2025-05-09")) == {"S1": 1}
    after = marks.view(T1, "2025-05-10", include_ended=True)
    (ended,) = after["encumbrances"]
    assert (ended["state"], ended["rank"], ended["ended_at"], ended["ended_by"]) == (
        "registration_expired", None, "2025-05-09", None,
    )  # fmt: skip
    assert flagged(after) == ["REGISTRATION_EXPIRED"]
    assert marks.view(T1, "2025-05-10")["encumbrances"] == []
    assert perfection({T1: marks.statement(T1)}, "pld_g1", "2025-05-10")["rights"][0]["code"] == (
        "REGISTRATION_EXPIRED"
    )


@pytest.mark.rule("P-20", "accepts")
def test_an_extension_in_time_keeps_the_place(marks):
    extended = marks.on("2025-05-08").report(
        "CNIPA", "S1-ext", "pledge.extended", rights=T1, pledge="pld_s1", until="2026-05-09",
        registered_on="2025-05-08",
    )  # fmt: skip
    assert (extended.verdict, extended.flags) == ("accepted", ())
    later = marks.view(T1, "2025-05-10")
    assert (ranks(later), flagged(later)) == ({"S1": 1}, [])
    assert flagged(marks.view(T1, "2026-05-10")) == ["REGISTRATION_EXPIRED"]


@pytest.mark.rule("P-20", "flags")
def test_an_extension_of_what_had_expired_is_believed_and_flagged(marks):
    late = marks.on("2025-05-12").report(
        "CNIPA", "S1-ext", "pledge.extended", rights=T1, pledge="pld_s1", until="2026-05-09",
        registered_on="2025-05-12",
    )  # fmt: skip
    assert (late.verdict, broken(late)) == ("accepted", ["REGISTRATION_EXPIRED"])


@pytest.mark.rule("R-5", "accepts")
def test_an_entry_struck_ends_from_then_on_and_a_revoked_one_never_was(marks):
    marks.given(registered("S2", T1, on="2024-05-10", to=OTHER_BANK))
    marks.on("2024-09-02").given(
        report(
            "CNIPA", "S2-end", "pledge.released", rights=[T1], pledges=["pld_s2"], references=["S2"],
            registered_on="2024-09-02",
        ),
        report(
            "CNIPA", "S1-rev", "pledge.revoked", rights=[T1], pledge="pld_s1", registered_on="2024-09-02",
            cause="false_papers",
        ),
    )  # fmt: skip
    assert ranks(marks.view(T1, "2024-09-01")) == {"S2": 1}
    ended = {item["reference"]: item for item in marks.view(T1, include_ended=True)["encumbrances"]}
    assert (ended["S1"]["state"], ended["S1"]["ended_at"], ended["S1"]["revoked_on"]) == (
        "revoked", "2024-05-10", "2024-09-02",
    )  # fmt: skip
    assert ended["S2"]["ended_at"] == "2024-09-02"
    (pending,) = marks.view(T1)["pending"]
    assert (pending["id"], pending["state"]) == ("pld_g1", "contracted")
    (right_,) = perfection({T1: marks.statement(T1)}, "pld_g1", "2024-06-01")["rights"]
    assert right_["state"] == "contracted"


def test_a_refusal_of_an_unknown_contract_is_kept_and_flagged(desk):
    desk.given(refused("R1", P2, pledge="pld_none", on="2024-05-06"))
    assert flagged(desk.view(P2)) == ["PLEDGE_REFERENCE_UNKNOWN"]


@pytest.mark.rule("P-27", "accepts")
def test_a_right_whose_statement_is_not_at_hand_is_not_taken_for_registered():
    desk = Desk("2024-05-06").given(p2(), p4(), contract([P2, P4], pledge="pld_mix"))
    desk.given(registered("Y1", [P2, P4], on="2024-05-06", contract="pld_mix"))
    assert mixed(desk, rights=(P2, P4))["perfection"] == "FULL"
    alone = mixed(desk, rights=(P2,))
    assert (alone["perfection"], alone["rights"][1]["state"]) == ("PARTIAL", "unknown")


@pytest.mark.rule("P-27", "accepts")
def test_agreed_parts_of_the_debt_are_told_right_by_right():
    desk = Desk("2024-05-06").given(p2(), p4())
    parts = [{"right": P2, "part": money(1_500_000)}, {"right": P4, "part": money(500_000)}]
    desk.given(contract([P2, P4], pledge="pld_mix", assets=parts))
    assert [each["part"] for each in mixed(desk, rights=(P2, P4))["rights"]] == [
        money(1_500_000),
        money(500_000),
    ]


def test_an_invalid_patent_perfects_nothing(desk):
    desk.on("2024-05-10").given(registered("Y1", P2, on="2024-05-10", contract="pld_g1"))
    desk.on("2024-06-03").given(
        report(
            "CNIPA", "i9", "invalidation.became_final", rights=[P2], scope="full", effective_from="2024-06-03"
        )
    )
    told = perfection({P2: desk.statement(P2)}, "pld_g1", desk.today)
    assert (told["perfection"], told["rights"][0]["code"]) == ("NONE", "OBJECT_LOST")


# B-2


def test_whether_a_right_may_be_pledged_now_is_the_dry_run_of_contract_and_application():
    desk = Desk("2024-06-01").given(p4())
    desk.given(report("CNIPA", "fee-9", "fee.unpaid", rights=[P4], year=9, stated_on="2024-05-20"))
    asked = contract([P4], executed_on="2024-06-01", debt_until="2026-04-14", pledge="pld_q")
    filed = application("pld_q", [P4], on="2024-06-01")
    values = [{**told, "command_id": f"q-{place}"} for place, told in enumerate((asked, filed))]
    made, applied = rule_on_all(values, desk.situation, PROCEDURES, atomic=False)
    assert (made[0].decision.verdict, codes(applied[0].decision)) == ("accepted", ["ANNUAL_FEE_OVERDUE"])
    assert desk.view(P4)["pending"] == []


def test_a_second_entry_of_a_right_has_an_id_of_its_own():
    desk = Desk("2024-05-10").given(p2(), registered("Y1", P2, on="2024-05-10"))
    again = registered("Y2", P2, on="2024-05-10")
    again["fact"]["pledge"] = registered("Y1", P2, on="2024-05-10")["fact"]["pledge"]
    assert codes(desk.submit(again)) == ["DUPLICATE_ID"]
