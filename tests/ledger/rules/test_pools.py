"""From the terms of a plan to its establishment (S-1, S-5 to S-9), and what is refused on the way."""

import pytest

from ledger.facts.pools import PoolClosed
from ledger.rules import PROCEDURES
from ledger.rules.base import Said
from ledger.rules.docket import source_of
from ledger.rules.form import parse
from ledger.statement.pools import pool_of
from tests.ledger.rules.desk import DIGEST, P1, P2, P4, Desk, codes, report
from tests.ledger.rules.licensing import consent, grant
from tests.ledger.rules.plans import (
    BANK,
    DEAL,
    MANAGER,
    ORIGINATOR,
    OWNER,
    POOL,
    STEP_ONE,
    STEP_TWO,
    admit,
    collect,
    establish,
    fix,
    fixed_desk,
    form,
    licensed_desk,
    notify,
    owned,
    terms,
    turn_over,
    two_step,
)


def pool(desk):
    return pool_of(desk.situation.dossiers[f"pool:{POOL}"])


def closed(desk, on):
    """The desk after the pool was closed."""
    (command,) = [parse({**fix(), "command_id": "closing"}, PROCEDURES)]
    said = (Said(PoolClosed(rights=tuple(pool(desk).rights_on(on)), pool=POOL, closed_on=on)),)
    desk.situation = desk.situation.after(said, command.command.CLASS, source_of(command))
    return desk


def found(decision):
    """Pairs of code and right, of what refused."""
    return [(each.code, each.right) for each in decision.findings if each.code in decision.codes]


def pointers(decision):
    return [each.pointer for each in decision.findings if each.code in decision.codes]


# S-1, S-8, S-9: the terms


@pytest.mark.rule("S-1", "accepts")
@pytest.mark.parametrize(
    "structure",
    ["two_step_license", "license_receivable", "ip_pledge_loan", "supply_chain_receivable"],
)
def test_a_plan_has_one_of_the_known_structures(structure):
    formed = Desk("2025-01-15").submit(form(structure))
    assert (formed.verdict, formed.flags) == ("accepted", ())


@pytest.mark.rule("S-1", "refuses")
def test_another_structure_is_unknown():
    refused = Desk("2025-01-15").submit(form("whole_business"))
    assert (codes(refused), pointers(refused)) == (["STRUCTURE_UNKNOWN"], ["/structure"])


@pytest.mark.rule("S-1", "flags")
def test_a_leaseback_of_an_intangible_is_flagged_on_the_plan_and_on_each_right():
    desk = Desk("2025-01-15").given(*owned(P2, owner=ORIGINATOR))
    assert desk.submit(form("sale_leaseback")).flags == ("LEASE_INTANGIBLE",)
    assert desk.submit(admit(licenses=False)).flags == ("LEASE_INTANGIBLE",)
    assert "LEASE_INTANGIBLE" in [each["code"] for each in desk.view(P2)["flags"]]


def tranche(**members):
    return {"name": "优先级", "principal": 100, "rate": "4.20%", **members}


LOWEST = {"name": "次级", "principal": 100}


@pytest.mark.rule("S-9", "refuses")
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"tranches": [tranche(), {**LOWEST, "name": "优先级"}]}, "/terms/tranches/1/name"),
        ({"tranches": [tranche(principal=0), LOWEST]}, "/terms/tranches/0/principal"),
        ({"tranches": [LOWEST, tranche()]}, "/terms/tranches/0/rate"),
        (
            {"tranches": [tranche(schedule=[{"on": "2026-06-20", "minor": 101}]), LOWEST]},
            "/terms/tranches/0/schedule",
        ),
        (
            {
                "tranches": [
                    tranche(schedule=[{"on": "2026-06-20", "minor": 50}, {"on": "2026-03-20", "minor": 50}]),
                    LOWEST,
                ]
            },
            "/terms/tranches/0/schedule",
        ),
        (
            {"tranches": [tranche(schedule=[{"on": "2028-07-01", "minor": 50}]), LOWEST]},
            "/terms/tranches/0/schedule/0/on",
        ),
        (
            {"tranches": [tranche(schedule=[{"on": "2025-01-10", "minor": 50}]), LOWEST]},
            "/terms/tranches/0/schedule/0/on",
        ),
        ({"matures_on": "2025-01-31"}, "/terms/matures_on"),
        ({"substitution_until": "2028-07-01"}, "/terms/substitution_until"),
        ({"enhanced": 3}, "/terms/enhanced"),
        ({"reserve_target": 10_000_000_001}, "/terms/reserve_target"),
        ({"subscription_minimum": 10_000_000_001}, "/terms/subscription_minimum"),
        ({"guarantor": {"party": {"name": BANK}, "limit": 0}}, "/terms/guarantor/limit"),
    ],
)
def test_terms_that_contradict_each_other_are_refused_where_they_stand(change, pointer):
    desk = Desk("2025-01-15")
    refused = desk.submit(form(terms=terms(**change)))
    assert (codes(refused), pointers(refused)) == (["FIELD_INVALID"], [pointer])
    assert desk.situation.dossiers == {}


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"reserve_target": -1}, "AMOUNT_INVALID", "/terms/reserve_target"),
        ({"tranches": [tranche(principal=-100)]}, "AMOUNT_INVALID", "/terms/tranches/0/principal"),
        ({"tranches": [tranche(principal=True)]}, "AMOUNT_INVALID", "/terms/tranches/0/principal"),
        ({"tranches": [tranche(principal="100")]}, "AMOUNT_INVALID", "/terms/tranches/0/principal"),
        ({"tranches": [tranche(principal=2**53 - 1), LOWEST]}, "AMOUNT_TOO_LARGE", "/terms/tranches"),
        ({"tranches": [tranche(principal=0.5), LOWEST]}, "AMOUNT_INVALID", "/terms/tranches/0/principal"),
        ({"tranches": [tranche(rate="0.042")]}, "FIELD_INVALID", "/terms/tranches/0/rate"),
        ({"tranches": []}, "FIELD_INVALID", "/terms/tranches"),
        ({"currency": "RMB"}, "CURRENCY_UNKNOWN", "/terms/currency"),
        ({"matures_on": "2028-02-30"}, "DATE_INVALID", "/terms/matures_on"),
        ({"overcollateral_percent": 99}, "FIELD_INVALID", "/terms/overcollateral_percent"),
        ({"cleanup_percent": 101}, "FIELD_INVALID", "/terms/cleanup_percent"),
        ({"first_loss": 1}, "FIELD_UNKNOWN", "/terms/first_loss"),
    ],
)
def test_amounts_days_and_percentages_are_read_strictly(change, code, pointer):
    refused = Desk("2025-01-15").submit(form(terms=terms(**change)))
    assert (codes(refused), pointers(refused)) == ([code], [pointer])


@pytest.mark.rule("S-8", "refuses")
def test_the_originator_does_not_manage_the_plan_it_sells_to():
    refused = Desk("2025-01-15").submit(form(manager={"name": ORIGINATOR}))
    assert (codes(refused), pointers(refused)) == (["FIELD_INVALID"], ["/manager"])


def test_a_plan_is_formed_once_and_not_in_the_future():
    desk = Desk("2025-01-15").given(form())
    assert codes(desk.submit(form())) == ["DUPLICATE_ID"]
    assert codes(desk.submit(form(pool="pol_two", formed_on="2025-01-16"))) == ["DATE_IN_FUTURE"]


@pytest.mark.parametrize(
    "command",
    [admit(), fix(), notify(), collect(1, "2025-02-10"), turn_over("2025-02-10", "2025-02-11"), establish()],
)
def test_nothing_is_recorded_of_a_pool_nobody_formed(command):
    desk = Desk("2025-03-01").given(*owned())
    refused = desk.submit(command)
    assert (codes(refused)[0], refused.findings[0].pointer) == ("REFERENCE_UNKNOWN", "/pool")


# S-5: what qualifies


@pytest.mark.rule("S-5", "accepts")
def test_a_deal_that_qualifies_comes_in_and_the_right_says_what_that_forbids():
    desk = licensed_desk()
    assert desk.submit(admit()).verdict == "accepted"
    assert "pools" not in desk.view(P2, "2025-01-14")
    (told,) = desk.view(P2)["pools"]
    assert {name: told[name] for name in ("pool", "deal", "licensee", "from", "until")} == {
        "pool": POOL, "deal": DEAL, "licensee": OWNER, "from": "2025-01-15", "until": None,
    }  # fmt: skip
    assert told["forbids"] == [
        {"act": "pool", "code": "ASSET_ALREADY_POOLED", "within": []},
        {"act": "license", "code": "LICENCE_CONFLICT_EXCLUSIVE", "within": [STEP_ONE, STEP_TWO]},
    ]


def freeze(on="2025-01-12"):
    return report(
        "CNIPA", "冻1", "freeze.imposed", rights=P2, freeze="frz_1", effective_from=on, until="2026-01-11",
        authorities=[{"name": "杭州中院"}],
    )  # fmt: skip


def pledged(holder=BANK):
    return report(
        "CNIPA", "质1", "pledge.registered", rights=P2, pledge="pld_1", pledgors=[{"name": OWNER}],
        pledgees=[{"name": holder}], registered_on="2025-01-12",
    )  # fmt: skip


OBSTACLES = {
    "not_in_force": report("CNIPA", "终1", "right.lapsed", rights=P2, effective_from="2025-01-12"),
    "fees_late": report(
        "CNIPA", "费1", "fee.unpaid", rights=P2, year=8, due_on="2024-12-20", stated_on="2025-01-12"
    ),
    "frozen": freeze(),
    "suspended": report(
        "CNIPA", "中1", "suspension.started", rights=P2, suspension="sus_1", effective_from="2025-01-12",
        until="2026-01-11",
    ),
    "foreign_pledge": pledged(),
    "owner_differs": report(
        "CNIPA", "转1", "transfer.registered", rights=P2, grantors=[{"name": OWNER}],
        grantees=[{"name": "己公司"}], registered_on="2025-01-12", effective_from="2025-01-12",
    ),
    "invalidation_pending": report(
        "CNIPA", "无1", "invalidation.requested", rights=P2, case="5W-1", effective_from="2025-01-12"
    ),
    "disputed": report(
        "COURT", "诉1", "dispute.raised", rights=P2, dispute="民初1", kind="ownership",
        effective_from="2025-01-12",
    ),
    "debtor_insolvent": report(
        "COURT", "破1", "insolvency.accepted", rights=P2, insolvency="ins_1", party={"name": OWNER},
        procedure="liquidation", accepted_on="2025-01-12",
    ),
}  # fmt: skip


@pytest.mark.rule("S-5", "refuses")
@pytest.mark.parametrize("reason", OBSTACLES)
def test_a_right_or_debtor_that_does_not_qualify_stays_out_with_the_reason(reason):
    desk = licensed_desk().given(OBSTACLES[reason])
    refused = desk.submit(admit())
    assert (f"POOL_INELIGIBLE:{reason}", P2) in found(refused)
    assert codes(refused)[0] == f"POOL_INELIGIBLE:{reason}"
    assert "pools" not in desk.statement(P2)


@pytest.mark.rule("S-5", "refuses")
def test_the_term_of_the_right_covers_the_last_instalment():
    """P4 was filed on 2016-04-15 for ten years: its last day is 2026-04-14."""
    desk = Desk("2025-01-15").given(
        *owned(P2),
        *owned(P4, owner=ORIGINATOR),
        form("license_receivable", terms=terms(matures_on="2040-01-01")),
    )
    last = desk.statement(P4)["expires_on"]
    day = "2025-01-15"

    def until(on):
        due = [{"on": on, "minor": 10_000_000_000}]
        return desk.dry_run(admit(rights=P4, licenses=False, installments=due))[0].decision

    assert until(last).verdict == "accepted"
    assert found(until(f"{last[:-2]}{int(last[-2:]) + 1:02}")) == [("POOL_INELIGIBLE:term_too_short", P4)]
    assert day < last


@pytest.mark.rule("S-5", "accepts")
def test_what_was_disclosed_and_what_secures_the_plan_itself_is_no_obstacle():
    desk = licensed_desk().given(OBSTACLES["invalidation_pending"], pledged(MANAGER))
    assert desk.submit(admit(disclosed=[P2])).verdict == "accepted"


@pytest.mark.rule("S-5", "accepts")
def test_a_bank_that_lets_go_when_the_right_is_the_plans_is_no_obstacle():
    desk = licensed_desk().given(pledged())
    desk.given(consent(BANK, "pledgee", "release", on="2025-01-13", to=[{"name": ORIGINATOR}]))
    assert codes(desk.submit(admit())) == ["POOL_INELIGIBLE:foreign_pledge"]
    desk.given(consent(BANK, "pledgee", "release", on="2025-01-13", to=[{"name": MANAGER}]))
    assert desk.submit(admit()).verdict == "accepted"


@pytest.mark.rule("S-5", "refuses")
def test_every_reason_is_told_for_every_right():
    desk = licensed_desk(P1, P2).given(freeze(), pledged(), *[
        report("CNIPA", "终2", "right.lapsed", rights=P1, effective_from="2025-01-12")
    ])  # fmt: skip
    assert set(found(desk.submit(admit(rights=[P1, P2])))) == {
        ("POOL_INELIGIBLE:not_in_force", P1),
        ("POOL_INELIGIBLE:frozen", P2),
        ("POOL_INELIGIBLE:foreign_pledge", P2),
    }


@pytest.mark.rule("S-5", "refuses")
def test_what_did_not_qualify_on_the_cut_off_day_does_not_for_having_been_cured_since():
    """Cut-off 2025-01-12, frozen that day, lifted on 01-14, admitted on 01-15."""
    desk = Desk("2025-01-15").given(*owned(), two_step(), form(cut_off_on="2025-01-12"), freeze())
    desk.given(report("CNIPA", "解1", "freeze.lifted", rights=P2, freeze="frz_1", registered_on="2025-01-14"))
    refused = desk.submit(admit())
    assert found(refused) == [("POOL_INELIGIBLE:frozen", P2)]
    assert refused.findings[0].data["day"] == "2025-01-12"


@pytest.mark.rule("S-5", "refuses")
def test_a_right_is_in_one_live_pool_only():
    desk = licensed_desk().given(admit(), form(pool="pol_two"))
    refused = desk.submit(admit(pool="pol_two"))
    assert found(refused) == [("ASSET_ALREADY_POOLED", P2)]
    assert refused.findings[0].data["reference"] == POOL
    assert found(desk.submit(admit(deal="deal_two"))) == [("ASSET_ALREADY_POOLED", P2)]


@pytest.mark.rule("S-5", "accepts")
def test_a_right_that_left_a_closed_pool_enters_another():
    desk = licensed_desk().given(admit(), form(pool="pol_two"))
    closed(desk, "2025-01-15")
    assert desk.submit(admit(pool="pol_two")).verdict == "accepted"


def halves(desk, limit):
    """Two licensees with 60 and 40 million in a pool where one may have `limit` percent."""
    other = "己公司"
    desk.given(
        *owned(P1, owner=ORIGINATOR), *owned(P2, owner=ORIGINATOR),
        form("license_receivable", terms=terms(licensee_limit_percent=limit)),
        admit(rights=P1, licenses=False, principal=6_000_000_000),
        admit(rights=P2, licenses=False, deal="deal_two", principal=4_000_000_000, licensee={"name": other}),
    )  # fmt: skip
    return desk.on("2025-02-20")


@pytest.mark.rule("S-5", "refuses")
@pytest.mark.rule("S-5", "accepts")
def test_no_licensee_has_more_of_the_pool_than_the_terms_allow():
    refused = halves(Desk("2025-01-15"), 59).submit(fix())
    assert found(refused) == [("POOL_INELIGIBLE:concentration", None)]
    assert (refused.findings[0].data["party"], refused.findings[0].data["limit"]) == (OWNER, 59)
    assert halves(Desk("2025-01-15"), 60).submit(fix()).verdict == "accepted"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"principal": 0, "installments": [{"on": "2027-06-20", "minor": 0}]}, "/principal"),
        ({"installments": [{"on": "2027-06-20", "minor": 9_999_999_999}]}, "/installments"),
        ({"installments": [{"on": "2027-06-20", "minor": 11_500_000_000}]}, "/installments"),
        (
            {"installments": [{"on": on, "minor": 5_000_000_000} for on in ("2027-06-20", "2026-06-20")]},
            "/installments",
        ),
        ({"installments": [{"on": "2025-01-09", "minor": 10_000_000_000}]}, "/installments/0/on"),
        ({"disclosed": [P1]}, "/disclosed/0"),
        ({"admitted_on": "2025-01-09"}, "/admitted_on"),
    ],
)  # fmt: skip
@pytest.mark.rule("S-5", "refuses")
def test_a_cash_flow_that_cannot_be_is_refused(change, pointer):
    """5.8 % of 100 million over 891 days is at most 14,158,356.16."""
    refused = licensed_desk().submit(admit(**change))
    assert pointer in pointers(refused)
    assert codes(refused)[0] == "FIELD_INVALID"


def test_an_instalment_may_hold_all_interest_there_is_and_no_cent_more():
    most = 10_000_000_000 + 1_415_835_616 + 1
    desk = licensed_desk()
    due = [{"on": "2027-06-20", "minor": most}]
    assert desk.dry_run(admit(installments=due))[0].decision.verdict == "accepted"
    assert codes(desk.submit(admit(installments=[{"on": "2027-06-20", "minor": most + 1}]))) == [
        "FIELD_INVALID"
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"principal": -1}, "AMOUNT_INVALID"),
        ({"rate": "5.8"}, "FIELD_INVALID"),
        ({"deal": "Deal 1"}, "FIELD_INVALID"),
        ({"installments": [{"on": "2027-06-20", "minor": "all"}]}, "AMOUNT_INVALID"),
        ({"rights": []}, "FIELD_INVALID"),
        ({"first_on": "2025-13-01"}, "DATE_INVALID"),
    ],
)
def test_a_deal_is_read_strictly(change, code):
    assert codes(licensed_desk().submit({**admit(), **change})) == [code]


def test_a_receivable_of_one_license_rests_on_that_license():
    desk = Desk("2025-01-15").given(
        *owned(owner=ORIGINATOR),
        grant(ORIGINATOR, OWNER, "lic_fee", on="2025-01-10", from_="2025-01-10", until="2028-12-31"),
        form("license_receivable"),
    )
    missing = admit(licenses=[{"right": P2, "step_one": "lic_none"}])
    assert codes(desk.submit(missing)) == ["REFERENCE_UNKNOWN"]
    stranger = admit(licenses=[{"right": P2, "step_one": "lic_fee"}], licensee={"name": "己公司"})
    assert codes(desk.submit(stranger)) == ["REFERENCE_UNKNOWN"]
    assert desk.submit(admit(licenses=[{"right": P2, "step_one": "lic_fee"}])).verdict == "accepted"
    assert [each["act"] for each in desk.view(P2)["pools"][0]["forbids"]] == ["pool"]


def test_a_deal_has_an_id_of_its_own():
    desk = licensed_desk(P1, P2).given(admit(rights=P1))
    assert codes(desk.submit(admit(rights=P2))) == ["DUPLICATE_ID"]


# S-6: cut-off and what comes in after it


@pytest.mark.rule("S-6", "accepts")
def test_the_balance_is_that_of_all_deals_on_the_cut_off_day():
    desk = licensed_desk().given(admit()).on("2025-02-20")
    assert (codes(desk.submit(fix(balance=9_999_999_999)))) == ["FIELD_INVALID"]
    assert desk.submit(fix(balance=10_000_000_000)).verdict == "accepted"
    assert (pool(desk).cut_off.cut_off_on, pool(desk).initial) == ("2025-01-31", 10_000_000_000)


@pytest.mark.rule("S-6", "refuses")
def test_the_cut_off_is_fixed_once_and_closes_the_pool_to_new_deals():
    desk = fixed_desk()
    assert codes(desk.submit(fix())) == ["POOL_STEP_DONE"]
    desk.given(*owned(P1))
    desk.given(two_step(rights=P1, one={"license": "lic_out1"}, two={"license": "lic_back1"}))
    licenses = [{"right": P1, "step_one": "lic_out1", "step_two": "lic_back1"}]
    late = desk.submit(admit(rights=P1, deal="deal_two", licenses=licenses, on="2025-02-20"))
    assert codes(late) == ["POOL_STEP_DONE"]


@pytest.mark.rule("S-6", "refuses")
def test_there_is_nothing_to_fix_before_its_day_or_without_deals():
    desk = licensed_desk()
    assert codes(desk.submit(fix())) == ["DATE_IN_FUTURE", "POOL_STEP_MISSING"]
    assert codes(desk.on("2025-02-01").submit(fix())) == ["POOL_STEP_MISSING"]


@pytest.mark.rule("S-5", "refuses")
def test_what_qualified_at_admission_and_not_on_the_cut_off_day_is_told_then():
    desk = licensed_desk().given(admit())
    desk.on("2025-02-01").given(freeze("2025-01-31"))
    assert found(desk.submit(fix())) == [("POOL_INELIGIBLE:frozen", P2)]


@pytest.mark.rule("S-6", "flags")
@pytest.mark.rule("S-6", "accepts")
def test_money_the_originator_receives_after_the_cut_off_is_the_plans_and_to_be_turned_over():
    desk = fixed_desk()
    assert desk.submit(collect(100, "2025-02-12")).flags == ()
    kept = desk.submit(collect(5_000_00, "2025-02-14", received_by="originator"))
    assert (kept.verdict, kept.flags) == ("accepted", ("COMMINGLING",))
    told = next(each.data for each in kept.findings if each.code == "COMMINGLING")
    assert (told["amount"], told["party"], told["day"]) == ("5000.00 CNY", ORIGINATOR, "2025-01-31")
    deal = pool(desk).deals[DEAL]
    assert (deal.collected_by("2025-02-20"), [each.minor for each in deal.commingled("2025-02-20")]) == (
        5_001_00,
        [5_000_00],
    )
    assert codes(desk.submit(turn_over("2025-02-14", "2025-02-13"))) == ["FIELD_INVALID"]
    assert codes(desk.submit(turn_over("2025-02-12", "2025-02-18"))) == ["REFERENCE_UNKNOWN"]
    desk.given(turn_over("2025-02-14", "2025-02-18"))
    deal = pool(desk).deals[DEAL]
    assert [len(deal.commingled(day)) for day in ("2025-02-13", "2025-02-17", "2025-02-18")] == [0, 1, 0]
    assert codes(desk.submit(turn_over("2025-02-14", "2025-02-19"))) == ["REFERENCE_UNKNOWN"]


@pytest.mark.parametrize(
    ("command", "code", "pointer"),
    [
        (collect(100, "2025-02-12", "deal_none"), "REFERENCE_UNKNOWN", "/deal"),
        (collect(0, "2025-02-12"), "FIELD_INVALID", "/amount"),
        (collect(-5, "2025-02-12"), "AMOUNT_INVALID", "/amount"),
        (collect(0.5, "2025-02-12"), "AMOUNT_INVALID", "/amount"),
        (collect(100, "2025-02-21"), "DATE_IN_FUTURE", "/received_on"),
        (collect(100, "2025-01-31"), "FIELD_INVALID", "/received_on"),
        (collect(100, "2025-02-12", turned_over_on="2025-02-13"), "FIELD_INVALID", "/turned_over_on"),
        (
            collect(100, "2025-02-12", received_by="originator", turned_over_on="2025-02-11"),
            "FIELD_INVALID",
            "/turned_over_on",
        ),
        (notify("deal_none"), "REFERENCE_UNKNOWN", "/deal"),
    ],
)
@pytest.mark.rule("S-6", "refuses")
def test_money_is_booked_on_a_deal_after_the_cut_off_as_a_whole_amount(command, code, pointer):
    refused = fixed_desk().submit(command)
    assert (codes(refused), pointers(refused)) == ([code], [pointer])


@pytest.mark.parametrize(
    "command",
    [
        collect(100, "2025-02-12"),
        notify(),
        establish(),
        fix(),
        admit(rights=P1),
        turn_over("2025-02-12", "2025-02-13"),
    ],
)
def test_nothing_comes_after_the_closing(command):
    desk = closed(licensed_desk(P1, P2).given(admit()).on("2025-02-20").given(fix()), "2025-02-20")
    refused = desk.submit(command)
    assert "POOL_ENDED" in codes(refused)


# S-7: notice


@pytest.mark.rule("S-7", "accepts")
@pytest.mark.rule("S-7", "flags")
def test_a_debtor_that_was_not_notified_is_not_bound_and_the_plan_says_so():
    desk = licensed_desk().given(admit()).on("2025-02-20").given(fix())
    unaware = desk.dry_run(establish())[0].decision
    assert (unaware.verdict, unaware.flags) == ("accepted", ("DEBTOR_NOT_NOTIFIED",))
    told = next(each for each in unaware.findings if each.code == "DEBTOR_NOT_NOTIFIED")
    assert (told.right, told.data["party"], told.data["reference"]) == (P2, OWNER, DEAL)
    desk.given(notify(document=DIGEST))
    assert pool(desk).deals[DEAL].notified_on == "2025-02-10"
    assert desk.submit(establish()).flags == ()


@pytest.mark.rule("S-7", "refuses")
def test_notice_is_given_once_and_has_arrived():
    desk = fixed_desk()
    assert codes(desk.submit(notify())) == ["POOL_STEP_DONE"]
    early = licensed_desk().given(admit())
    assert codes(early.submit(notify(on="2025-01-16"))) == ["DATE_IN_FUTURE"]


# S-8, S-9: the issue


@pytest.mark.rule("S-8", "accepts")
@pytest.mark.rule("S-9", "accepts")
def test_the_plan_is_established_with_its_manager_as_holder():
    desk = fixed_desk()
    assert (desk.submit(establish()).verdict, desk.today) == ("accepted", "2025-02-20")
    established = pool(desk).established
    assert (established.holder_of_record.name, established.issued) == (MANAGER, 10_000_000_000)
    assert codes(desk.submit(establish())) == ["POOL_STEP_DONE"]


@pytest.mark.rule("S-8", "refuses")
@pytest.mark.parametrize("holder", [ORIGINATOR, BANK])
def test_nobody_but_the_manager_holds_for_the_plan(holder):
    refused = fixed_desk().submit(establish(holder_of_record={"name": holder}))
    assert codes(refused) == ["HOLDER_NOT_MANAGER"]
    assert refused.findings[0].data == {"holder": holder, "expected": MANAGER}


@pytest.mark.rule("S-9", "refuses")
@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"issued": 9_999_999_999, "subscribed": 9_999_999_999}, ["TRANCHE_SUM_MISMATCH"]),
        ({"issued": 10_000_000_001}, ["TRANCHE_SUM_MISMATCH", "OVERCOLLATERAL_SHORT"]),
        ({"investors": 201}, ["INVESTOR_LIMIT"]),
        ({"unqualified": 1}, ["INVESTOR_LIMIT"]),
        ({"subscribed": 10_000_000_001}, ["SUBSCRIPTION_SHORT"]),
        ({"established_on": "2025-02-21"}, ["DATE_IN_FUTURE"]),
        ({"established_on": "2025-01-30"}, ["FIELD_INVALID"]),
        ({"investors": 0}, ["FIELD_INVALID"]),
    ],
)
def test_an_issue_that_its_terms_do_not_allow_is_refused(change, wanted):
    desk = fixed_desk()
    refused = desk.submit(establish(**change))
    assert [code for code in codes(refused) if code != "OVERCOLLATERAL_SHORT" or code in wanted] == wanted
    assert pool(desk).established is None


@pytest.mark.rule("S-9", "accepts")
def test_two_hundred_qualified_investors_are_not_too_many():
    assert fixed_desk().submit(establish(investors=200)).verdict == "accepted"


def with_terms(**members):
    return (
        Desk("2025-01-15")
        .given(*owned(), two_step(), form(terms=terms(**members)), admit())
        .on("2025-02-20")
        .given(fix(), notify())
    )


@pytest.mark.rule("S-9", "refuses")
@pytest.mark.rule("S-9", "accepts")
def test_the_minimum_has_to_be_subscribed():
    desk = with_terms(subscription_minimum=8_000_000_000)
    assert codes(desk.submit(establish(subscribed=7_999_999_999))) == ["SUBSCRIPTION_SHORT"]
    assert desk.submit(establish(subscribed=8_000_000_000)).verdict == "accepted"


@pytest.mark.rule("S-9", "refuses")
def test_the_eligible_pool_over_the_agreed_cover_carries_the_issue():
    """100 million at 110 % carries 90,909,090.90."""
    refused = with_terms(overcollateral_percent=110).submit(establish())
    assert codes(refused) == ["OVERCOLLATERAL_SHORT"]
    assert refused.findings[0].data == {"amount": 10_000_000_000, "limit": 9_090_909_090}


@pytest.mark.rule("S-9", "refuses")
def test_a_deal_that_no_longer_qualifies_counts_for_nothing_in_the_issue():
    desk = fixed_desk().given(freeze("2025-02-19"))
    refused = desk.submit(establish())
    assert codes(refused) == ["OVERCOLLATERAL_SHORT"]
    assert refused.findings[0].data["limit"] == 0


@pytest.mark.rule("S-6", "accepts")
def test_what_came_in_since_the_cut_off_is_the_plans_and_lowers_no_cover():
    desk = fixed_desk().given(collect(1_000_000_000, "2025-02-15"))
    assert pool(desk).outstanding("2025-02-20") < 10_000_000_000
    assert desk.submit(establish()).verdict == "accepted"


@pytest.mark.rule("S-9", "refuses")
def test_a_plan_is_not_established_before_its_cut_off_is_fixed():
    desk = licensed_desk().given(admit()).on("2025-02-20")
    assert codes(desk.submit(establish())) == ["POOL_STEP_MISSING"]
