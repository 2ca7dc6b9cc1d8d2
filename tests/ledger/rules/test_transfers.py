"""Transfers: who may transfer what to whom, and when title passes (T-1 to T-21; S02, S04, S05, S06)."""

import pytest

from ledger.rules import assembled
from ledger.rules.form import parse
from tests.ledger.rules.desk import DIGEST, P1, P2, P3, P4, T1, T2, W1, Desk, codes, report, right
from tests.ledger.rules.records import RecordingDesk

A, B, C, K = "甲公司", "乙公司", "丙公司", "乙银行"
VARIETY = "CN:variety:CNA20180001.1"
HOME = {"seat": "mainland", "state_owned": False, "kind": "legal_person"}


def party(name, on="2024-03-01", share=None, **attributes):
    told = {"name": name, "signed_on": on, "attributes": HOME | attributes}
    return told | ({"share": share} if share else {})


def contract(rights, on="2024-03-01", *, by=(A,), to=(B,), **members):
    """A contract signed by all on `on`, between mainland companies that are not the state's."""
    return {
        "command": "contract_transfer",
        "rights": [rights] if isinstance(rights, str) else list(rights),
        "grantors": [each if isinstance(each, dict) else party(each, on) for each in by],
        "grantees": [each if isinstance(each, dict) else party(each, on) for each in to],
        "executed_on": on,
        "document": DIGEST,
        **members,
    }


def entered(number, rights, by, to, on, **members):
    """The register's entry of a transfer."""
    return report(
        "CNIPA", number, "transfer.registered", rights=rights, grantors=[{"name": by}],
        grantees=[{"name": to}], registered_on=on, **members,
    )  # fmt: skip


def consent(rights, giver, role, *, to=(), act="transfer", on="2024-02-20", **members):
    return {
        "command": "give_consent", "rights": [rights] if isinstance(rights, str) else rights,
        "giver": {"name": giver}, "role": role, "act": act, "to": [{"name": name} for name in to],
        "given_on": on, "document": DIGEST, **members,
    }  # fmt: skip


def filed(rights, kind, on, **members):
    return {
        "command": "file_document", "rights": [rights] if isinstance(rights, str) else rights,
        "kind": kind, "issued_on": on, "sha256": DIGEST, **members,
    }  # fmt: skip


def pledged(rights, to=K, on="2023-06-01", number="Y2023990000001"):
    return report(
        "CNIPA", number, "pledge.registered", rights=rights, pledge="pld_one", pledgors=[{"name": A}],
        pledgees=[{"name": to}], registered_on=on,
    )  # fmt: skip


def patent(id_=P2, owners=A, filed_on="2018-05-20", **members):
    return right(id_, owners, filed_on=filed_on, granted_on="2020-01-03", **members)


def mark(id_, owners=A, **members):
    return right(id_, owners, filed_on="2017-01-10", granted_on="2018-01-14", **members)


def owners(desk, right_, day=None):
    return [(owner["name"], owner["share"]) for owner in desk.view(right_, day)["owners"]]


@pytest.fixture
def desk():
    return Desk("2024-03-05").given(patent())


# Form and entitlement


@pytest.mark.rule("T-1", "accepts")
@pytest.mark.rule("T-2", "accepts")
def test_a_contract_signed_by_both_sides_is_taken_and_waits_for_the_register(desk):
    taken = desk.submit(contract(P2, price={"minor": 300000000, "currency": "CNY"}))
    assert (taken.verdict, taken.codes) == ("accepted", ())
    (pending,) = desk.statement(P2)["transfers"]
    assert (pending["state"], pending["grantors"], pending["document"]) == ("pending", [A], DIGEST)
    assert pending["price"] == {"minor": 300000000, "currency": "CNY"}


@pytest.mark.rule("T-1", "refuses")
def test_a_contract_without_writing_or_signature_is_refused(desk):
    told = contract(P2, by=[{"name": A, "attributes": HOME}])
    del told["document"]
    refused = desk.submit(told)
    assert codes(refused) == ["WRITTEN_FORM_MISSING", "SIGNATURE_MISSING"]
    assert [each.pointer for each in refused.findings][:2] == ["/document", "/grantors/0/signed_on"]
    assert refused.missing[0].missing.holder == A
    late = desk.submit(contract(P2, to=[party(B, "2024-03-02")]))
    assert codes(late) == ["FIELD_INVALID"]


@pytest.mark.rule("T-2", "refuses")
def test_nobody_transfers_what_is_anothers_or_more_than_it_holds(desk):
    assert codes(desk.submit(contract(P2, by=[C]))) == ["NOT_OWNER_OF_RECORD"]
    desk.given(patent(P1, {A: [1, 2], B: [1, 2]}, filed_on="2015-03-10"))
    desk.given(consent(P1, B, "coowner"))
    more = desk.submit(contract(P1, by=[party(A, share=[2, 3])], to=[C]))
    assert codes(more) == ["SHARE_EXCEEDS_HOLDING"]
    assert more.findings[0].data["share"] == "1/2"


@pytest.mark.rule("T-3", "accepts")
@pytest.mark.rule("A-6", "accepts")
def test_an_application_and_a_right_with_a_late_fee_may_go(desk):
    desk.given(right(P1, A, filed_on="2015-03-10"))
    assert desk.view(P1)["status"] == "APPLICATION"
    assert desk.submit(contract(P1)).verdict == "accepted"
    desk.given(
        report(
            "CNIPA", "fee-1", "fee.unpaid", rights=P2, year=6, due_on="2023-05-20", stated_on="2023-06-01"
        ),
        right(P4, A, filed_on="2016-04-15", granted_on="2017-01-01"),
        report(
            "CNIPA", "fee-2", "fee.unpaid", rights=P4, year=9, due_on="2024-04-15", stated_on="2024-05-01"
        ),
    )
    assert desk.on("2024-06-01").view(P4)["status"] == "FEE_LATE"
    assert desk.submit(contract(P4, "2024-06-01")).verdict == "accepted"


@pytest.mark.rule("T-3", "refuses")
def test_an_ended_right_may_not_go(desk):
    desk.given(report("CNIPA", "9", "right.lapsed", rights=P2, effective_from="2024-02-01"))
    assert codes(desk.submit(contract(P2))) == ["ASSET_NOT_IN_FORCE"]


@pytest.mark.rule("T-3", "refuses")
def test_a_geographical_indication_of_a_product_belongs_to_nobody_who_could_transfer_it(desk):
    place = "CN:geographical_indication:GI2020001"
    desk.given(right(place, A))
    assert codes(desk.submit(contract(place))) == ["RIGHT_NOT_TRANSFERABLE"]


@pytest.mark.rule("T-5", "accepts")
def test_a_share_makes_the_transferee_a_co_owner_once_registered(desk):
    desk.given(contract(P2, share=[1, 3], transfer="trf_third"))
    desk.on("2024-04-01").given(entered("1", P2, A, B, "2024-04-01"))
    assert owners(desk, P2) == [(B, [1, 3]), (A, [2, 3])] or owners(desk, P2) == [(A, [2, 3]), (B, [1, 3])]
    assert desk.statement(P2)["transfers"][0]["share"] == [1, 3]


@pytest.mark.rule("T-5", "accepts")
def test_each_co_owner_gives_the_share_it_states(desk):
    desk.given(patent(P1, {A: [1, 2], B: [1, 2]}, filed_on="2015-03-10"))
    told = contract(P1, by=[party(A, share=[1, 2]), party(B, share=[1, 4])], to=[party(C, share=[3, 4])])
    assert desk.submit(told).verdict == "accepted"
    desk.given(
        report(
            "CNIPA", "1", "transfer.registered", rights=P1, grantors=[{"name": A}, {"name": B}],
            grantees=[{"name": C}], registered_on="2024-03-05",
        )
    )  # fmt: skip
    assert sorted(owners(desk, P1)) == sorted([(B, [1, 4]), (C, [3, 4])])


@pytest.mark.rule("T-5", "refuses")
@pytest.mark.parametrize(
    "members",
    [
        {"share": [1, 2], "to": [party(B, share=[1, 3])]},
        {"to": [party(B, share=[1, 2]), party(C)]},
        {"to": [party(B, share=[1, 2]), party(C, share=[1, 3])]},
        {"share": [1, 2], "to": [B, C]},
        {"by": [party(A, share=[1, 2])], "to": [party(B, share=[2, 3])]},
    ],
)
def test_shares_that_do_not_add_up_are_refused(desk, members):
    assert "SHARES_NOT_ONE" in codes(desk.submit(contract(P2, **members)))


def test_a_share_no_entry_could_hold_is_refused_as_such(desk):
    big = 999_999_937
    told = contract(P2, to=[party(B, share=[1, big]), party(C, share=[1, big - 2])], share=[1, 2])
    assert "FIELD_INVALID" in codes(desk.submit(told)) or "SHARES_NOT_ONE" in codes(desk.submit(told))
    told = contract(P2, to=[party(B, share=[1, 10**10])])
    assert codes(desk.submit(told)) == ["FIELD_INVALID"]


def test_a_transfer_s_id_is_its_own(desk):
    desk.given(contract(P2, transfer="trf_x"))
    assert "DUPLICATE_ID" in codes(desk.submit(contract(P2, transfer="trf_x")))


@pytest.mark.rule("ID-4", "refuses")
def test_what_the_rules_ask_of_a_party_must_be_known(desk):
    bare = [{"name": B, "signed_on": "2024-03-01"}]
    refused = desk.submit(contract(P2, to=bare))
    assert [(each.code, each.pointer) for each in refused.findings if each.outcome == "refuse"] == [
        ("PARTY_ATTRIBUTE_MISSING", "/grantees/0/attributes/seat")
    ]
    desk.given(mark(T1))
    assert desk.submit(contract(T1, to=bare)).verdict == "accepted"


# When title passes


@pytest.mark.rule("T-4", "accepts")
def test_s02_until_the_register_s_entry_the_owner_is_unchanged(desk):
    desk.given(contract(P2, "2024-03-01", transfer="trf_s02"))
    desk.on("2024-03-28").given(entered("20240328001", P2, A, B, "2024-03-28", executed_on="2024-03-01"))
    before = desk.view(P2, "2024-03-15")
    assert [owner["name"] for owner in before["owners"]] == [A]
    (pending,) = before["transfer_pending"]
    assert (pending["id"], pending["grantees"][0]["name"], pending["state"]) == ("trf_s02", B, "pending")
    after = desk.view(P2, "2024-03-28", include_ended=True)
    assert [owner["name"] for owner in after["owners"]] == [B]
    assert "transfer_pending" not in after
    (ended,) = after["transfers_ended"]
    assert (ended["state"], ended["ended_on"], ended["ended_by"]) == (
        "completed", "2024-03-28", "20240328001",
    )  # fmt: skip
    assert [owner["name"] for owner in desk.view(P2, "2024-03-27")["owners"]] == [A]


@pytest.mark.rule("T-4", "refuses")
def test_who_only_contracted_cannot_sell_on_before_the_register_s_entry(desk):
    desk.given(contract(P2))
    resale = contract(P2, "2024-03-05", by=[B], to=[C])
    assert codes(desk.submit(resale)) == ["NOT_OWNER_OF_RECORD", "COMPETING_TRANSFER"]
    desk.on("2024-03-28").given(entered("1", P2, A, B, "2024-03-28"))
    assert desk.submit(contract(P2, "2024-03-28", by=[B], to=[C])).verdict == "accepted"


@pytest.mark.rule("T-4", "accepts")
def test_a_work_passes_by_the_contract_and_its_registration_moves_nothing_more(desk):
    desk.given(right(W1, A), contract(W1, share=[1, 2], transfer="trf_w"))
    assert owners(desk, W1, "2024-02-28") == [(A, [1, 1])]
    assert sorted(owners(desk, W1, "2024-03-01")) == sorted([(A, [1, 2]), (B, [1, 2])])
    assert "transfer_pending" not in desk.view(W1)
    desk.given(report(
        "CPCC", "1", "transfer.registered", rights=W1, grantors=[{"name": A}], grantees=[{"name": B}],
        registered_on="2024-03-05", transfer="trf_w",
    ))  # fmt: skip
    assert sorted(owners(desk, W1)) == sorted([(A, [1, 2]), (B, [1, 2])])
    assert desk.statement(W1)["transfers"][0]["ended_by"] == "1"


@pytest.mark.rule("T-4", "accepts")
def test_an_entry_completes_the_contract_it_names_or_else_the_one_its_parties_fit(desk):
    desk.given(patent(P1, {A: [1, 2], B: [1, 2]}, filed_on="2015-03-10"), consent(P1, B, "coowner"))
    desk.given(contract(P1, by=[A], to=[C], transfer="trf_one"))
    desk.given(entered("1", P1, A, C, "2024-03-05", transfer="trf_one"))
    assert desk.statement(P1)["transfers"][0]["state"] == "completed"
    assert sorted(owners(desk, P1)) == sorted([(B, [1, 2]), (C, [1, 2])])
    desk.given(contract(P2, transfer="trf_two"))
    desk.given(entered("2", P2, A, "戊公司", "2024-03-05"))
    (overtaken,) = desk.statement(P2)["transfers"]
    assert (overtaken["state"], overtaken["ended_on"], overtaken["ended_by"]) == (
        "overtaken",
        "2024-03-05",
        "2",
    )


def test_a_contract_its_parties_took_back_is_no_longer_pending():
    desk = RecordingDesk("2024-03-05").given(patent(), contract(P2, transfer="trf_x"))
    taken_back = desk.submit(
        command="correct_act", rights=[P2], kind="retraction", reason="双方协议解除", document=DIGEST,
        target=desk.target(P2, "transfer.contracted"),
        by=[{"name": name, "signed_on": "2024-03-05"} for name in (A, B)],
    )  # fmt: skip
    assert (taken_back.verdict, codes(taken_back)) == ("accepted", [])
    assert "transfer_pending" not in desk.view(P2)
    (told,) = desk.statement(P2)["transfers"]
    assert (told["state"], told["ended_on"]) == ("retracted", "2024-03-05")


# Consents


@pytest.fixture
def shared():
    return Desk("2024-03-05").given(patent(P1, {A: [1, 2], B: [1, 2]}, filed_on="2015-03-10"))


@pytest.mark.rule("T-6", "refuses")
def test_a_co_owner_s_own_share_needs_the_others_too(shared):
    refused = shared.submit(contract(P1, to=[C]))
    assert codes(refused) == ["COOWNER_CONSENT_MISSING"]
    assert [each.missing.holder for each in refused.findings if each.outcome == "refuse"] == [B]


@pytest.mark.rule("T-6", "accepts")
def test_consent_an_agreement_or_buying_oneself_clears_the_way(shared):
    assert shared.dry_run(contract(P1, to=[B]))[0].decision.verdict == "accepted"
    shared.given(consent(P1, B, "coowner", to=[C]))
    assert shared.dry_run(contract(P1, to=[C]))[0].decision.verdict == "accepted"
    assert codes(shared.dry_run(contract(P1, to=["丁公司"]))[0].decision) == ["COOWNER_CONSENT_MISSING"]
    shared.given(filed(P1, "coownership_agreement", "2020-01-01", party={"name": A}, to=[{"name": B}]))
    assert shared.dry_run(contract(P1, to=["丁公司"]))[0].decision.verdict == "accepted"


@pytest.mark.rule("T-6", "refuses")
@pytest.mark.parametrize("named", [{}, {"party": {"name": A}}, {"party": {"name": A}, "to": [{"name": C}]}])
def test_an_agreement_binds_nobody_it_does_not_name(shared, named):
    shared.given(filed(P1, "coownership_agreement", "2020-01-01", **named))
    assert codes(shared.submit(contract(P1, to=["丁公司"]))) == ["COOWNER_CONSENT_MISSING"]


def test_an_agreement_or_waiver_is_the_word_of_those_it_names(shared):
    named = {"party": {"name": A}, "to": [{"name": B}]}
    for kind in ("coownership_agreement", "preemption_waiver"):
        told = {**filed(P1, kind, "2020-01-01", **named), "command_id": "d-1"}
        assert parse(told, assembled()).command.actors() == (A, B)
    told = {**filed(P1, "resolution", "2020-01-01", **named), "command_id": "d-2"}
    assert parse(told, assembled()).command.actors() == ()


@pytest.mark.rule("T-7", "flags")
def test_a_share_sold_to_an_outsider_is_flagged_until_the_co_owner_waived(shared):
    shared.given(consent(P1, B, "coowner"))
    assert "PREEMPTION_NOT_CLEARED" in shared.dry_run(contract(P1, to=[C]))[0].decision.flags
    shared.given(contract(P1, to=[C]))
    assert "PREEMPTION_NOT_CLEARED" in [flag["code"] for flag in shared.view(P1)["flags"]]


@pytest.mark.rule("T-7", "accepts")
def test_a_waiver_or_a_buyer_who_is_a_co_owner_clears_the_flag(shared):
    assert "PREEMPTION_NOT_CLEARED" not in shared.dry_run(contract(P1, to=[B]))[0].decision.flags
    shared.given(consent(P1, B, "coowner"), filed(P1, "preemption_waiver", "2024-02-01", party={"name": B}))
    assert "PREEMPTION_NOT_CLEARED" not in shared.dry_run(contract(P1, to=[C]))[0].decision.flags


@pytest.mark.rule("T-8", "accepts")
def test_a_further_consent_that_routes_the_price_cures_one_that_does_not(desk):
    desk.given(patent(P1, filed_on="2015-03-10"), pledged(P1), consent(P1, K, "pledgee", to=[C]))
    assert codes(desk.submit(contract(P1, to=[C]))) == ["PROCEEDS_ROUTE_MISSING"]
    desk.given(consent(P1, K, "pledgee", to=[C], proceeds="escrow"))
    assert desk.submit(contract(P1, to=[C])).verdict == "accepted"


@pytest.mark.rule("T-8", "refuses")
def test_a_consent_is_used_up_by_the_transfer_that_rests_on_it(desk):
    desk.given(
        patent(P1, filed_on="2015-03-10"), pledged(P1), consent(P1, K, "pledgee", to=[C], proceeds="escrow")
    )
    desk.given(contract(P1, to=[C]))
    for number, giver, taker in (("1", A, C), ("2", C, A)):
        desk.report("CNIPA", number, "transfer.registered", rights=P1, grantors=[{"name": giver}],
                    grantees=[{"name": taker}], registered_on=desk.today)  # fmt: skip
    assert codes(desk.submit(contract(P1, to=[C]))) == ["PLEDGEE_CONSENT_MISSING"]


def test_another_spelling_of_a_registered_party_has_what_is_on_its_file():
    name, variant = "甲科技有限公司", "甲科技有限责任公司"
    desk = Desk("2024-03-05").given(patent(P2, owners=name))
    desk.given({"command": "register_party", "name": name, "attributes": HOME | {"state_owned": True}})
    held = desk.submit(contract(P2, by=[party(variant, state_owned=False)]))
    assert "VALUATION_MISSING" in codes(held)


@pytest.mark.rule("T-8", "refuses")
def test_s04_a_pledged_right_does_not_go_without_the_pledgee(desk):
    desk.given(patent(P1, filed_on="2015-03-10"), pledged(P1))
    assert codes(desk.submit(contract(P1))) == ["PLEDGEE_CONSENT_MISSING"]
    desk.given(consent(P1, K, "pledgee", to=[C], proceeds="escrow"))
    assert codes(desk.submit(contract(P1))) == ["PLEDGEE_CONSENT_MISSING"]
    desk.given(consent(P1, K, "pledgee", to=[B]))
    assert codes(desk.submit(contract(P1))) == ["PROCEEDS_ROUTE_MISSING"]


@pytest.mark.rule("T-8", "accepts")
def test_s04_with_consent_and_the_price_in_escrow_it_is_pending_and_the_pledge_continues(desk):
    desk.given(patent(P1, filed_on="2015-03-10"), pledged(P1))
    desk.given(consent(P1, K, "pledgee", to=[B], proceeds="escrow", consent="cns_k"))
    desk.given(contract(P1, price={"minor": 300000000, "currency": "CNY"}, transfer="trf_s04"))
    answer = desk.view(P1)
    assert [owner["name"] for owner in answer["owners"]] == [A]
    (pending,) = answer["transfer_pending"]
    assert pending["consents"] == [
        {
            "consent": "cns_k", "holder": K, "pledge": "pld_one",
            "disposition": "continues", "proceeds": "escrow",
        }
    ]  # fmt: skip
    assert [(item["id"], item["rank"]) for item in answer["encumbrances"]] == [("pld_one", 1)]
    desk.on("2024-04-10").given(entered("1", P1, A, B, "2024-04-10"))
    answer = desk.view(P1)
    assert [owner["name"] for owner in answer["owners"]] == [B]
    assert [(item["id"], item["rank"]) for item in answer["encumbrances"]] == [("pld_one", 1)]
    assert "AUTHORITY_CONFLICT" not in [flag["code"] for flag in answer["flags"]]


@pytest.mark.rule("T-8", "accepts")
def test_a_gift_has_no_proceeds_to_route(desk):
    desk.given(patent(P1, filed_on="2015-03-10"), pledged(P1), consent(P1, K, "pledgee", to=[B]))
    assert desk.submit(contract(P1, price={"minor": 0, "currency": "CNY"})).verdict == "accepted"


@pytest.mark.rule("T-8", "flags")
@pytest.mark.rule("T-2", "flags")
@pytest.mark.rule("T-9", "flags")
def test_a_register_that_passes_over_pledgee_freeze_or_owner_is_believed_and_flagged(desk):
    desk.given(patent(P1, filed_on="2015-03-10"), pledged(P1))
    done = desk.submit(entered("1", P1, A, B, "2024-03-05"))
    assert (done.verdict, [each.data["broken"] for each in done.findings]) == (
        "accepted", ["PLEDGEE_CONSENT_MISSING"],
    )  # fmt: skip
    desk.given(report(
        "COURT", "(2024)1", "freeze.imposed", rights=P2, freeze="frz_1", effective_from="2024-03-01",
        until="2024-09-01", authorities=[{"name": "某法院"}],
    ))  # fmt: skip
    done = desk.submit(entered("2", P2, C, B, "2024-03-05"))
    assert sorted(each.data["broken"] for each in done.findings) == ["ASSET_FROZEN", "NOT_OWNER_OF_RECORD"]
    assert "AUTHORITY_CONFLICT" in [flag["code"] for flag in desk.view(P2)["flags"]]


@pytest.mark.rule("T-9", "refuses")
def test_a_frozen_or_suspended_right_does_not_go(desk):
    desk.given(report(
        "COURT", "(2024)1", "freeze.imposed", rights=P2, freeze="frz_1", effective_from="2024-03-01",
        until="2024-09-01", authorities=[{"name": "某法院"}],
    ))  # fmt: skip
    assert codes(desk.submit(contract(P2))) == ["ASSET_FROZEN"]


@pytest.mark.rule("T-9", "accepts")
def test_a_freeze_that_has_ended_stands_in_nobody_s_way(desk):
    desk.given(report(
        "COURT", "(2023)1", "freeze.imposed", rights=P2, freeze="frz_1", effective_from="2023-01-01",
        until="2023-06-30", authorities=[{"name": "某法院"}],
    ))  # fmt: skip
    assert desk.submit(contract(P2)).verdict == "accepted"


# Out of the mainland


def abroad(rights, on="2024-04-01", to="US Co", **members):
    return contract(rights, on, to=[party(to, on, seat="foreign", state_owned=None)], **members)


@pytest.mark.rule("T-10", "holds")
@pytest.mark.rule("T-4", "accepts")
def test_s05_free_technology_waits_for_its_certificate_and_passes_at_registration():
    desk = Desk("2024-04-02").given(patent(P1, filed_on="2015-03-10"))
    held = desk.submit(abroad(P1, export_class="free"))
    assert (held.verdict, codes(held)) == ("held", ["EXPORT_CERT_MISSING"])
    assert [each.missing.item for each in held.findings if each.missing and each.outcome == "hold"] == [
        "export_certificate"
    ]
    assert "transfer_pending" not in desk.view(P1)
    desk.on("2024-04-20").given(filed(P1, "export_certificate", "2024-04-20"))
    assert desk.statement(P1)["held"][0]["state"] == "activated"
    assert [owner["name"] for owner in desk.view(P1)["owners"]] == [A]
    assert len(desk.view(P1)["transfer_pending"]) == 1
    desk.on("2024-05-10").given(entered("1", P1, A, "US Co", "2024-05-10"))
    assert [owner["name"] for owner in desk.view(P1, "2024-05-09")["owners"]] == [A]
    assert [(owner["name"], owner["since"]) for owner in desk.view(P1)["owners"]] == [("US Co", "2024-05-10")]


@pytest.mark.rule("T-10", "accepts")
def test_s05_a_design_needs_no_certificate():
    desk = Desk("2024-04-02").given(right(P3, A, filed_on="2021-08-01", granted_on="2022-01-01"))
    assert desk.submit(abroad(P3)).verdict == "accepted"


@pytest.mark.rule("T-10", "refuses")
def test_prohibited_technology_stays_and_restricted_needs_its_license(desk):
    desk.on("2024-04-02")
    assert codes(desk.submit(abroad(P2))) == ["FIELD_MISSING"]
    assert codes(desk.submit(abroad(P2, export_class="prohibited"))) == ["EXPORT_PROHIBITED"]
    refused = desk.submit(abroad(P2, export_class="restricted"))
    assert codes(refused) == ["EXPORT_LICENCE_MISSING", "OUTBOUND_REVIEW_MISSING"]
    assert refused.verdict == "refused"


@pytest.mark.rule("T-10", "accepts")
def test_restricted_technology_binds_from_the_day_of_the_license():
    desk = Desk("2024-05-01").given(right(W1, A))
    desk.given(
        filed(W1, "export_license", "2024-04-15", to=[{"name": "US Co"}]),
        filed(W1, "outbound_review", "2024-04-10"),
    )
    assert desk.submit(abroad(W1, export_class="restricted")).verdict == "accepted"
    assert owners(desk, W1, "2024-04-14") == [(A, [1, 1])]
    assert owners(desk, W1, "2024-04-15") == [("US Co", [1, 1])]


@pytest.mark.rule("T-10", "holds")
@pytest.mark.parametrize("seat", ["hong_kong", "macao", "taiwan", "foreign"])
def test_hong_kong_macao_and_taiwan_are_foreign_here(desk, seat):
    told = contract(P2, to=[party("Far Ltd", seat=seat)], export_class="free")
    assert codes(desk.submit(told)) == ["EXPORT_CERT_MISSING"]


@pytest.mark.rule("T-11", "holds")
def test_restricted_technology_waits_for_review_also_where_only_the_controller_is_foreign(desk):
    told = contract(P2, to=[party(B, controller_seat="foreign")], export_class="restricted")
    held = desk.submit(told)
    assert (held.verdict, codes(held)) == ("held", ["OUTBOUND_REVIEW_MISSING"])
    desk.given(filed(P2, "outbound_review", "2024-03-05"))
    assert desk.statement(P2)["transfers"][0]["state"] == "pending"


@pytest.mark.rule("T-11", "accepts")
def test_free_technology_needs_no_review_and_an_unknown_controller_is_asked_for(desk):
    assert codes(desk.submit(contract(P2, export_class="restricted"))) == ["PARTY_ATTRIBUTE_MISSING"]
    told = contract(P2, to=[party(B, controller_seat="foreign")], export_class="free")
    assert desk.submit(told).verdict == "accepted"


@pytest.mark.rule("T-12", "holds")
def test_a_variety_waits_for_approval_where_the_buyer_is_foreign_or_the_seller_the_state_s(desk):
    desk.given(right(VARIETY, A, granted_on="2020-01-01"))
    assert codes(desk.dry_run(abroad(VARIETY, "2024-03-01", export_class="free"))[0].decision) == [
        "APPROVAL_MISSING"
    ]
    state = contract(VARIETY, by=[party(A, state_owned=True, research_institute=False)])
    desk.given(filed(VARIETY, "valuation", "2024-02-01"))
    assert codes(desk.submit(state)) == ["APPROVAL_MISSING"]
    desk.given(filed(VARIETY, "approval", "2024-03-04"))
    assert desk.view(VARIETY)["transfer_pending"][0]["state"] == "pending"


@pytest.mark.rule("T-12", "accepts")
def test_a_private_domestic_sale_of_a_variety_needs_no_approval(desk):
    desk.given(right(VARIETY, A, granted_on="2020-01-01"))
    assert desk.submit(contract(VARIETY)).verdict == "accepted"


# Marks


@pytest.fixture
def marks():
    return Desk("2024-03-05").given(
        mark(T1), mark(T2), report("CNIPA", "list-1", "marks.listed", rights=[T1, T2], listed_on="2024-01-01")
    )


@pytest.mark.rule("T-13", "refuses")
def test_s06_a_mark_does_not_go_without_the_similar_one(marks):
    refused = marks.submit(contract(T1))
    assert codes(refused) == ["SIMILAR_MARKS_NOT_BUNDLED"]
    assert refused.findings[0].data["reference"] == [T2]


@pytest.mark.rule("T-13", "accepts")
@pytest.mark.rule("T-4", "accepts")
def test_s06_both_together_pass_on_the_day_of_announcement_not_of_approval(marks):
    marks.given(contract([T1, T2]))
    marks.on("2024-06-01").given(entered("approved", [T1, T2], A, B, "2024-06-01"))
    assert owners(marks, T1) == [(A, [1, 1])]
    assert marks.view(T1)["transfer_pending"][0]["approved_on"] == "2024-06-01"
    marks.on("2024-06-27").given(
        entered("announced", [T1, T2], A, B, "2024-06-27", effective_from="2024-06-27")
    )
    for each in (T1, T2):
        assert owners(marks, each, "2024-06-26") == [(A, [1, 1])]
        assert owners(marks, each, "2024-06-27") == [(B, [1, 1])]
        assert marks.statement(each)["transfers"][0]["ended_on"] == "2024-06-27"


@pytest.mark.rule("T-13", "flags")
def test_a_register_that_splits_similar_marks_is_flagged(marks):
    done = marks.submit(entered("1", T1, A, B, "2024-03-05", effective_from="2024-03-05"))
    assert [each.data["broken"] for each in done.findings] == ["SIMILAR_MARKS_NOT_BUNDLED"]


@pytest.mark.rule("T-14", "refuses")
def test_a_mark_is_not_split_by_goods(desk):
    desk.given(mark(T1, particulars={"goods": ["9/蓄电池", "9/充电器"]}))
    assert codes(desk.submit(contract(T1, goods=["9/蓄电池"]))) == ["TM_PARTIAL_GOODS_TRANSFER"]


@pytest.mark.rule("T-14", "accepts")
def test_all_its_goods_are_the_whole_mark(desk):
    desk.given(mark(T1, particulars={"goods": ["9/蓄电池", "9/充电器"]}))
    assert desk.submit(contract(T1, goods=["9/充电器", "9/蓄电池"])).verdict == "accepted"


@pytest.mark.rule("T-15", "holds")
def test_a_collective_mark_waits_for_its_acquirer_s_qualification(desk):
    desk.given(mark(T1, particulars={"mark_kind": "collective"}))
    assert codes(desk.submit(contract(T1))) == ["TRANSFEREE_NOT_QUALIFIED"]
    desk.given(filed(T1, "qualification", "2024-03-04", party={"name": B}))
    assert desk.view(T1)["transfer_pending"][0]["grantees"][0]["name"] == B


@pytest.mark.rule("T-15", "accepts")
def test_a_qualified_association_acquires_a_certification_mark(desk):
    desk.given(mark(T1, particulars={"mark_kind": "certification"}))
    assert desk.submit(contract(T1, to=[party(B, collective_qualified=True)])).verdict == "accepted"


# Licenses


def licensed(id_, on, right_=P2):
    return report(
        "CNIPA", f"X-{id_}", "license.recorded", rights=right_, license=id_, licensors=[{"name": A}],
        licensees=[{"name": C}], executed_on=on, registered_on=on,
    )  # fmt: skip


@pytest.mark.rule("T-16", "flags")
def test_a_license_granted_between_contract_and_registration_is_flagged(desk):
    desk.given(contract(P2), licensed("lic_gap", "2024-03-05"))
    assert "LICENCE_IN_TRANSFER_GAP" in [flag["code"] for flag in desk.view(P2)["flags"]]
    assert "LICENCE_IN_TRANSFER_GAP" not in [flag["code"] for flag in desk.view(P2, "2024-03-04")["flags"]]


@pytest.mark.rule("T-16", "accepts")
def test_earlier_licenses_survive_without_a_flag(desk):
    desk.given(licensed("lic_old", "2024-02-29"), contract(P2))
    desk.on("2024-03-28").given(entered("1", P2, A, B, "2024-03-28"))
    answer = desk.view(P2)
    assert [item["id"] for item in answer["encumbrances"]] == ["lic_old"]
    assert "LICENCE_IN_TRANSFER_GAP" not in [flag["code"] for flag in answer["flags"]]


@pytest.mark.rule("T-17", "flags")
def test_an_open_license_must_be_confirmed_by_the_new_owner(desk):
    desk.given(report(
        "CNIPA", "KF1", "license.offered", rights=P2, license="lic_open", registered_on="2024-02-01"
    ))  # fmt: skip
    assert "OPEN_LICENCE_RECONFIRM" in desk.submit(contract(P2)).flags
    desk.on("2024-03-28").given(entered("1", P2, A, B, "2024-03-28"))
    shown = [flag for flag in desk.view(P2)["flags"] if flag["code"] == "OPEN_LICENCE_RECONFIRM"]
    assert len(shown) == 2


@pytest.mark.rule("T-17", "accepts")
def test_no_offer_no_flag(desk):
    assert "OPEN_LICENCE_RECONFIRM" not in desk.submit(contract(P2)).flags


# Transmissions


def claim(rights, **members):
    return {
        "command": "report_transmission", "rights": [rights] if isinstance(rights, str) else rights,
        "grantors": [{"name": A}], "grantees": [{"name": B}], "cause": "inheritance",
        "happened_on": "2024-02-10", **members,
    }  # fmt: skip


@pytest.mark.rule("T-18", "refuses")
def test_the_acquirer_alone_needs_the_authority_s_document(desk):
    refused = desk.submit(claim(P2))
    assert codes(refused) == ["AUTHORITY_DOCUMENT_MISSING"]
    assert codes(desk.submit(claim(P2, document=DIGEST, happened_on="2024-04-01"))) == ["DATE_IN_FUTURE"]


@pytest.mark.rule("T-18", "accepts")
def test_a_claim_needs_no_transferor_and_waits_for_the_register(desk):
    desk.given(claim(P2, document=DIGEST, transfer="trf_heir"))
    assert owners(desk, P2) == [(A, [1, 1])]
    assert desk.view(P2)["transfer_pending"][0]["kind"] == "transmission"
    desk.on("2024-05-01").given(report(
        "CNIPA", "7", "transmission.registered", rights=P2, grantors=[{"name": A}], grantees=[{"name": B}],
        cause="inheritance", effective_from="2024-02-10", registered_on="2024-05-01",
    ))  # fmt: skip
    assert owners(desk, P2, "2024-02-09") == [(A, [1, 1])]
    assert owners(desk, P2, "2024-02-10") == [(B, [1, 1])]
    told = desk.statement(P2)["transfers"][0]
    assert (told["state"], told["ended_on"], told["cause"]) == ("completed", "2024-05-01", "inheritance")


@pytest.mark.rule("T-18", "accepts")
def test_a_claim_rests_on_the_authority_s_document_that_is_on_file(desk):
    desk.given(filed(P2, "authority_document", "2024-02-20", sha256="cd" * 32))
    desk.given(claim(P2, transfer="trf_heir"))
    assert desk.statement(P2)["transfers"][0]["document"] == "cd" * 32


@pytest.mark.rule("T-18", "flags")
def test_an_authority_s_word_has_effect_before_the_register_and_is_flagged_without_its_document(desk):
    told = {
        "rights": P2, "grantors": [{"name": A}], "grantees": [{"name": B}],
        "cause": "judgment", "effective_from": "2024-03-01",
    }  # fmt: skip
    done = desk.report("COURT", "(2024)2", "transmission.registered", **told)
    assert [each.data["broken"] for each in done.findings] == ["AUTHORITY_DOCUMENT_MISSING"]
    assert owners(desk, P2) == [(B, [1, 1])]
    desk.given(patent(P1, filed_on="2015-03-10"), filed(P1, "authority_document", "2024-03-01"))
    done = desk.report("COURT", "(2024)3", "transmission.registered", **(told | {"rights": P1}))
    assert done.findings == ()


@pytest.mark.rule("T-13", "refuses")
def test_inheritance_does_not_split_similar_marks_either(marks):
    assert codes(marks.submit(claim(T1, document=DIGEST))) == ["SIMILAR_MARKS_NOT_BUNDLED"]


# Employers and the state


@pytest.mark.rule("T-19", "flags")
def test_an_employer_that_did_not_offer_to_its_inventors_is_flagged(desk):
    desk.given(patent(P1, filed_on="2015-03-10", inventors=[{"name": "李四"}]))
    assert "INVENTOR_PREEMPTION_NOT_OFFERED" in desk.submit(contract(P1)).flags


@pytest.mark.rule("T-19", "accepts")
def test_a_waiver_an_inventor_who_sells_or_an_acquired_right_is_not_flagged(desk):
    desk.given(
        patent(P1, "李四", filed_on="2015-03-10", inventors=[{"name": "李四"}]),
        right(P4, A, filed_on="2016-04-15", granted_on="2017-01-01"),
        filed(P4, "inventor_waiver", "2024-01-01"),
        entered("1", P2, A, B, "2024-03-05"),
    )
    for told in (
        contract(P1, by=["李四"]),
        contract(P4),
        contract(P2, "2024-03-05", by=[B], to=[C]),
    ):
        assert "INVENTOR_PREEMPTION_NOT_OFFERED" not in desk.submit(told).flags


@pytest.mark.rule("T-20", "holds")
@pytest.mark.parametrize(
    ("institute", "code", "kind"),
    [(True, "PRICE_PROCEDURE_MISSING", "price_procedure"), (False, "VALUATION_MISSING", "valuation")],
)
def test_the_state_s_seller_shows_how_the_price_was_fixed(desk, institute, code, kind):
    told = contract(P2, by=[party(A, state_owned=True, research_institute=institute)])
    held = desk.submit(told)
    assert (held.verdict, codes(held)) == ("held", [code])
    desk.given(filed(P2, kind, "2024-03-05"))
    assert desk.statement(P2)["held"][0]["state"] == "activated"


@pytest.mark.rule("T-20", "holds")
@pytest.mark.parametrize(
    "about", [{"to": [{"name": C}]}, {"party": {"name": C}}, {"act": "another-contract"}]
)
def test_a_paper_about_another_buyer_party_or_contract_shows_nothing_of_this_price(desk, about):
    told = contract(P2, by=[party(A, state_owned=True, research_institute=True)], command_id="k-1")
    assert codes(desk.submit(told)) == ["PRICE_PROCEDURE_MISSING"]
    desk.given(filed(P2, "price_procedure", "2024-03-05", **about))
    assert desk.statement(P2)["held"][0]["state"] == "held"
    own = {"to": [{"name": B}], "party": {"name": A}, "act": "k-1"}
    desk.given(filed(P2, "price_procedure", "2024-03-05", **own))
    assert desk.statement(P2)["held"][0]["state"] == "activated"


@pytest.mark.rule("T-20", "accepts")
def test_a_natural_person_is_not_asked_whether_it_is_the_state_s(desk):
    desk.given(patent(P1, "李四", filed_on="2015-03-10"))
    seller = {"name": "李四", "signed_on": "2024-03-01"}
    seller["attributes"] = {"seat": "mainland", "kind": "natural_person"}
    assert desk.submit(contract(P1, by=[seller])).verdict == "accepted"


# Competing contracts


@pytest.mark.rule("T-21", "holds")
@pytest.mark.rule("T-21", "flags")
def test_a_second_contract_waits_and_the_register_decides(desk):
    desk.given(contract(P2, transfer="trf_first"))
    held = desk.submit(contract(P2, "2024-03-04", to=[C], transfer="trf_second"))
    assert (held.verdict, codes(held)) == ("held", ["COMPETING_TRANSFER"])
    assert "COMPETING_TRANSFER" in held.flags
    assert [pending["id"] for pending in desk.view(P2)["transfer_pending"]] == ["trf_first"]
    assert "COMPETING_TRANSFER" in [flag["code"] for flag in desk.view(P2)["flags"]]
    desk.on("2024-03-28").given(entered("1", P2, A, B, "2024-03-28"))
    assert desk.statement(P2)["held"][0]["state"] == "refused"
    assert "COMPETING_TRANSFER" not in [flag["code"] for flag in desk.view(P2)["flags"]]


@pytest.mark.rule("T-21", "accepts")
def test_once_the_first_is_overtaken_the_new_owner_s_contract_does_not_compete(desk):
    desk.given(contract(P2), entered("1", P2, A, C, "2024-03-05"))
    taken = desk.submit(contract(P2, "2024-03-05", by=[C], to=[B]))
    assert taken.verdict == "accepted"
    assert "COMPETING_TRANSFER" not in taken.flags
