"""Release, use by the pledgee, more security, loss of the object (P-18, P-21, P-22, P-26)."""

import pytest

from ledger.statement.claims import secured_amount
from tests.ledger.rules.desk import DIGEST, P2, T1, T2, Desk, codes
from tests.ledger.rules.pledging import (
    BANK,
    OTHER_BANK,
    OWNER,
    contract,
    flagged,
    mark,
    money,
    p2,
    registered,
)

PLEDGE = "pld_g1"
GUARANTOR = "保证人公司"


@pytest.fixture
def desk():
    """S11: P2 pledged for two million, registered on 2024-05-10."""
    desk = Desk("2024-05-06").given(p2(), contract([P2], pledge=PLEDGE)).on("2024-05-10")
    return desk.given(registered("Y1", P2, on="2024-05-10", contract=PLEDGE))


def release(on, by=BANK, **members):
    told = {"by": [{"name": by}], "cause": "repaid", "released_on": on, **members}
    return {"command": "release_pledge", "pledge": PLEDGE, **told}


def struck(desk, number, right, on):
    return desk.report(
        "CNIPA", number, "pledge.released", rights=right, pledges=["pld_y1"], registered_on=on,
        cancelled=True,
    )  # fmt: skip


def states(answer):
    return [item["state"] for item in answer["encumbrances"]]


# P-21


@pytest.mark.rule("P-21", "refuses")
@pytest.mark.rule("P-21", "accepts")
def test_s18_a_release_is_asserted_until_the_register_strikes_its_entry(desk):
    alone = desk.on("2025-05-06").submit(release("2025-05-06", by=OWNER))
    assert codes(alone) == ["RELEASE_NOT_AUTHORISED"]
    assert [(each.missing.item, each.missing.holder) for each in alone.missing] == [("signature", BANK)]

    desk.given(release("2025-05-06"))
    assert struck(desk.on("2025-05-12"), "Z1", P2, "2025-05-12").verdict == "accepted"

    assert states(desk.view(P2, "2025-05-05")) == ["registered"]
    (shown,) = desk.view(P2, "2025-05-08")["encumbrances"]
    assert (shown["state"], shown["rank"]) == ("discharge_asserted", 1)
    assert shown["discharge"]["asserted_on"] == "2025-05-06"
    assert shown["discharge"]["by"] == [BANK]
    assert shown["discharge"]["cancelled_on"] is None
    assert desk.view(P2, "2025-05-12")["encumbrances"] == []
    (ended,) = desk.view(P2, include_ended=True)["encumbrances"]
    assert (ended["state"], ended["ended_at"]) == ("cancelled", "2025-05-12")
    assert ended["discharge"]["asserted_on"] == "2025-05-06"
    assert ended["discharge"]["cancelled_on"] == "2025-05-12"


@pytest.mark.rule("P-21", "accepts")
def test_a_register_strikes_its_entry_without_any_release(desk):
    struck(desk.on("2025-05-12"), "Z1", P2, "2025-05-12")
    (ended,) = desk.view(P2, include_ended=True)["encumbrances"]
    assert (ended["state"], "discharge" in ended) == ("cancelled", False)
    assert codes(desk.submit(release("2025-05-12"))) == ["ALREADY_ENDED"]


@pytest.mark.rule("P-21", "accepts")
def test_a_release_of_one_right_or_of_part_of_the_amount_leaves_the_rest():
    desk = Desk("2024-05-06").given(mark(T1), mark(T2), contract([T1, T2], pledge=PLEDGE))
    desk.on("2024-05-10").given(registered("Y1", [T1, T2], on="2024-05-10", contract=PLEDGE))
    desk.given(release("2024-05-10", rights=[T1]))
    assert states(desk.view(T1)) == ["discharge_asserted"]
    assert states(desk.view(T2)) == ["registered"]
    desk.given(release("2024-05-10", amount=money(500_000), cause="waived", guarantors=[], rights=[T2]))
    assert states(desk.view(T2)) == ["registered"]
    assert secured_amount(desk.statement(T2), PLEDGE, "2024-05-10")["secured"] == 150_000_000


@pytest.mark.rule("P-21", "refuses")
def test_once_the_claim_is_assigned_its_new_creditor_releases(desk):
    desk.given(
        {
            "command": "assign_claim", "pledge": PLEDGE, "grantor": {"name": BANK},
            "grantee": {"name": OTHER_BANK}, "assigned_on": "2024-05-10",
        }
    )  # fmt: skip
    assert codes(desk.submit(release("2024-05-10"))) == ["RELEASE_NOT_AUTHORISED"]
    assert desk.submit(release("2024-05-10", by=OTHER_BANK)).verdict == "accepted"


def test_a_trustee_of_record_releases_for_its_creditors(desk):
    desk.given(
        {
            "command": "declare_trust", "pledge": PLEDGE, "trustee": {"name": BANK},
            "creditors": [{"name": OTHER_BANK}], "held_from": "2024-05-10",
        }
    )  # fmt: skip
    assert desk.submit(release("2024-05-10")).verdict == "accepted"


@pytest.mark.rule("T-8", "accepts")
@pytest.mark.parametrize(
    ("disposition", "state"), [("released", "discharge_asserted"), ("continues", "registered")]
)
def test_s04_a_registered_transfer_releases_the_pledge_only_if_the_consent_says_so(desk, disposition, state):
    home = {"seat": "mainland", "state_owned": False, "kind": "legal_person"}
    buyer = {"name": "受让公司", "signed_on": "2024-05-10", "attributes": home}
    seller = {"name": OWNER, "signed_on": "2024-05-10", "attributes": home}
    desk.given(
        {
            "command": "give_consent", "rights": [P2], "giver": {"name": BANK}, "role": "pledgee",
            "act": "transfer", "to": [buyer], "given_on": "2024-05-10", "proceeds": "escrow",
            "disposition": disposition,
        },
        {
            "command": "contract_transfer", "rights": [P2], "grantors": [seller], "grantees": [buyer],
            "executed_on": "2024-05-10", "price": money(3_000_000), "document": DIGEST, "transfer": "trf_1",
        },
    )  # fmt: skip
    assert states(desk.view(P2)) == ["registered"]
    desk.on("2024-06-10").report(
        "CNIPA", "T1", "transfer.registered", rights=P2, grantors=[{"name": OWNER}],
        grantees=[{"name": "受让公司"}], registered_on="2024-06-10", transfer="trf_1",
    )  # fmt: skip
    assert [owner["name"] for owner in desk.view(P2)["owners"]] == ["受让公司"]
    assert states(desk.view(P2)) == [state]
    assert states(desk.view(P2, "2024-06-09")) == ["registered"]


# P-22


@pytest.mark.rule("P-22", "flags")
@pytest.mark.parametrize("guarantors", [[], [{"name": GUARANTOR}]])
def test_waiving_the_debtor_s_own_pledge_frees_other_guarantors(desk, guarantors):
    waived = desk.submit(release("2024-05-10", cause="waived", guarantors=guarantors))
    assert (waived.verdict, waived.flags) == ("accepted", ("GUARANTOR_RELEASED",))
    assert "GUARANTOR_RELEASED" in flagged(desk.view(P2))


@pytest.mark.rule("P-22", "accepts")
def test_no_guarantor_is_freed_who_promised_or_whose_debt_is_paid(desk):
    both = {"guarantors": [{"name": GUARANTOR}], "promised": [{"name": GUARANTOR}]}
    promised = desk.dry_run(release("2024-05-10", cause="waived", **both))[0].decision
    assert promised.flags == ()
    assert desk.submit(release("2024-05-10")).flags == ()


# P-18


def use(kind, **members):
    told = {"pledgee": {"name": BANK}, "use": kind, "used_from": "2024-06-01", **members}
    return {"command": "use_pledged_right", "pledge": PLEDGE, **told}


@pytest.mark.rule("P-18", "refuses")
@pytest.mark.rule("P-18", "accepts")
@pytest.mark.parametrize("kind", ["use", "license", "repledge"])
def test_a_pledgee_uses_the_right_only_with_the_pledgor_s_consent(desk, kind):
    to = [{"name": OTHER_BANK}]
    alone = desk.submit(use(kind, to=to))
    assert codes(alone) == ["PLEDGOR_CONSENT_MISSING"]
    assert alone.missing[0].missing.holder == OWNER
    desk.given(
        {
            "command": "give_consent", "rights": [P2], "giver": {"name": OWNER}, "role": "pledgor",
            "act": kind, "to": to, "given_on": "2024-05-10", "pledge": PLEDGE, "consent": "cns_1",
        }
    )  # fmt: skip
    assert desk.submit(use(kind, to=to)).verdict == "accepted"
    assert codes(desk.submit(use(kind, to=[{"name": "丁银行"}]))) == ["PLEDGOR_CONSENT_MISSING"]
    (told,) = desk.on("2024-06-01").view(P2)["enforcement"]
    assert (told["kind"], told["use"], told["consents"]) == ("pledgee_uses", kind, ["cns_1"])


@pytest.mark.rule("P-18", "refuses")
def test_somebody_else_is_no_pledgee(desk):
    assert codes(desk.submit(use("use", pledgee={"name": OTHER_BANK})))[0] == "NOT_PARTY_TO_PLEDGE"


@pytest.mark.rule("P-18", "flags")
def test_a_register_that_took_a_repledge_without_consent_is_believed_and_flagged(desk):
    repledged = desk.submit(registered("Y2", P2, on="2024-05-10", by=BANK, to=OTHER_BANK))
    assert repledged.verdict == "accepted"
    broken = {each.data["broken"] for each in repledged.findings}
    assert "PLEDGOR_CONSENT_MISSING" in broken


# P-26


def voided(desk, scope, on, right=P2):
    return desk.on(on).report(
        "CNIPA", f"W-{right[-6:]}", "invalidation.became_final", rights=right, scope=scope,
        effective_from=on, registered_on=on,
    )  # fmt: skip


@pytest.mark.rule("P-26", "accepts")
def test_a_finally_invalid_right_loses_the_pledge_its_object_but_leaves_debt_and_other_rights():
    desk = Desk("2024-05-06").given(mark(T1), mark(T2), contract([T1, T2], pledge=PLEDGE))
    desk.on("2024-05-10").given(registered("Y1", [T1, T2], on="2024-05-10", contract=PLEDGE))
    voided(desk, "full", "2025-02-10", T1)
    assert states(desk.view(T1, "2024-06-01")) == ["object_lost"]
    assert "OBJECT_LOST" in flagged(desk.view(T1))
    assert states(desk.view(T2)) == ["registered"]
    for right in (T1, T2):
        assert secured_amount(desk.statement(right), PLEDGE, "2025-02-10")["principal"] == 200_000_000


@pytest.mark.rule("P-26", "flags")
def test_after_partial_invalidity_the_pledge_goes_on_and_more_security_is_due(desk):
    voided(desk, "part", "2025-02-10")
    answer = desk.view(P2)
    assert states(answer) == ["registered"]
    assert "TOP_UP_DUE" in flagged(answer)
    assert "TOP_UP_DUE" not in flagged(desk.view(P2, "2025-02-09"))


def top_up(command, on, **members):
    day = "demanded_on" if command == "demand_top_up" else "provided_on"
    return {"command": command, "pledge": PLEDGE, "pledgee": {"name": BANK}, day: on, **members}


@pytest.mark.rule("P-26", "flags")
@pytest.mark.rule("P-26", "refuses")
def test_a_demand_for_more_security_is_flagged_until_it_is_met(desk):
    stranger = desk.submit(top_up("demand_top_up", "2024-05-10", pledgee={"name": OTHER_BANK}))
    assert codes(stranger) == ["NOT_PARTY_TO_PLEDGE"]
    desk.on("2024-09-01").given(top_up("demand_top_up", "2024-09-01", amount=money(300_000)))
    assert "TOP_UP_DUE" in flagged(desk.view(P2))
    desk.on("2024-10-01").given(top_up("accept_top_up", "2024-10-01"))
    assert "TOP_UP_DUE" not in flagged(desk.view(P2))
    assert "TOP_UP_DUE" in flagged(desk.view(P2, "2024-09-30"))


def test_a_strike_dated_before_its_entry_takes_nothing_off(desk):
    struck(desk, "Z0", P2, "2022-01-01")
    shown = desk.view(P2)
    assert [item["state"] for item in shown["encumbrances"]] == ["registered"]
    assert "RELEASE_WITHOUT_PLEDGE" in [flag["code"] for flag in shown["flags"]]


def test_an_end_stated_before_the_entry_began_is_that_of_the_strike(desk):
    desk.on("2025-05-06").report(
        "CNIPA", "Z0", "pledge.released", rights=P2, pledges=["pld_y1"], registered_on="2025-05-01",
        ended_on="2022-01-01",
    )  # fmt: skip
    assert [item["ended_at"] for item in desk.view(P2, include_ended=True)["encumbrances"]] == ["2025-05-01"]
    assert desk.view(P2, "2025-04-30")["encumbrances"] != []
