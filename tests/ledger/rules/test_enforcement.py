"""Realizing pledges: trigger, method, stays, distribution by rank, judicial sale (P-17, P-23 to P-25)."""

import pytest

from tests.ledger.rules.desk import DIGEST, P2, T1, T2, Desk, codes, report
from tests.ledger.rules.pledging import (
    BANK,
    MAXIMUM,
    OTHER_BANK,
    OWNER,
    contract,
    flagged,
    mark,
    money,
    p2,
    registered,
    similar,
)
from tests.ledger.rules.records import RecordingDesk

PLEDGE = "pld_g1"
BUYER, COURT = "买受人公司", "北京知识产权法院"


@pytest.fixture
def desk():
    """A loan of two million against P2, drawn, due 2025-05-05."""
    desk = Desk("2024-05-06").given(p2(), contract([P2], pledge=PLEDGE)).on("2024-05-10")
    return desk.given(
        registered("Y1", P2, on="2024-05-10", contract=PLEDGE),
        {
            "command": "draw_claim", "pledge": PLEDGE, "amount": money(2_000_000), "drawn_on": "2024-05-10",
            "due_on": "2025-05-05",
        },
    )  # fmt: skip


def pledged_twice(desk):
    """S14, S15: T1 and T2 pledged to K1, then to K2 up to one million; what each is owed."""
    desk.given(mark(T1), mark(T2), similar(T1, T2))
    desk.given(contract([T1, T2], pledge="pld_k1", executed_on="2024-01-02", amount=money(2_150_000)))
    desk.on("2024-01-05").given(registered("K1", [T1, T2], on="2024-01-05", contract="pld_k1"))
    maximum = {**MAXIMUM, "cap": money(1_000_000)}
    second = {"executed_on": "2024-02-01", "amount": None, "maximum": maximum, "debt_until": "2025-12-31"}
    desk.on("2024-02-05").given(
        contract([T1, T2], pledge="pld_k2", pledgees=[{"name": OTHER_BANK}], **second),
        registered("K2", [T1, T2], on="2024-02-05", to=OTHER_BANK, contract="pld_k2", cap=money(1_000_000)),
    )
    return desk.given(drawn("pld_k1", 2_150_000), drawn("pld_k2", 1_180_000)).on("2025-06-01")


@pytest.fixture
def lot():
    return pledged_twice(Desk("2024-01-02"))


def drawn(pledge, amount, on="2024-02-05", **members):
    return {"command": "draw_claim", "pledge": pledge, "amount": money(amount), "drawn_on": on, **members}


def start(on, method="auction", **members):
    told = {"pledgee": {"name": BANK}, "trigger": "due_unpaid", "method": method, "started_on": on}
    return {"command": "start_enforcement", "pledge": PLEDGE, **told, **members}


def distribute(rights, on="2025-06-01", **members):
    told = {"proceeds": money(3_200_000), "costs": money(80_000), "pledges": ["pld_k1", "pld_k2"]}
    return {"command": "distribute_proceeds", "rights": rights, "distributed_on": on, **told, **members}


# P-23, P-17


@pytest.mark.rule("P-23", "refuses")
@pytest.mark.rule("P-23", "accepts")
def test_enforcement_begins_the_day_after_the_debt_was_due_and_unpaid(desk):
    assert codes(desk.on("2025-05-05").submit(start("2025-05-05"))) == ["NO_ENFORCEMENT_EVENT"]
    assert desk.on("2025-05-06").submit(start("2025-05-06")).verdict == "accepted"
    (told,) = desk.view(P2)["enforcement"]
    assert (told["method"], told["on"]) == ("auction", "2025-05-06")


@pytest.mark.rule("P-23", "refuses")
def test_a_paid_debt_is_not_enforced(desk):
    paid = {"command": "repay_claim", "pledge": PLEDGE, "amount": money(2_000_000), "paid_on": "2025-05-05"}
    desk.on("2025-05-05").given(paid)
    assert codes(desk.on("2025-06-01").submit(start("2025-06-01"))) == ["NO_ENFORCEMENT_EVENT"]


@pytest.mark.rule("P-23", "accepts")
@pytest.mark.rule("P-23", "refuses")
def test_an_agreed_event_is_named_and_proven(desk):
    event = {"trigger": "agreed_event", "event": "连续两期未付利息"}
    assert codes(desk.submit(start("2024-05-10", **event))) == ["NO_ENFORCEMENT_EVENT"]
    assert desk.submit(start("2024-05-10", **event, document=DIGEST)).verdict == "accepted"


@pytest.mark.rule("P-23", "refuses")
@pytest.mark.rule("P-23", "accepts")
@pytest.mark.parametrize(
    ("method", "lacking", "cured"),
    [
        ("court_sale", ["forum"], {"forum": COURT}),
        ("self_sale", ["document"], {"document": DIGEST}),
        (
            "conversion",
            ["price", "agreed_by", "valuation"],
            {"price": money(2_500_000), "agreed_by": [{"name": OWNER}]},
        ),
    ],
)
def test_each_method_has_what_the_law_asks_of_it(desk, method, lacking, cured):
    desk.on("2025-06-01")
    lame = desk.submit(start("2025-06-01", method))
    assert codes(lame) == ["METHOD_INVALID"]
    assert lame.findings[0].data["expected"] == lacking
    desk.given({"command": "file_document", "rights": [P2], "kind": "valuation", "issued_on": "2025-05-20"})
    assert desk.submit(start("2025-06-01", method, **cured)).verdict == "accepted"


@pytest.mark.rule("P-17", "refuses")
def test_the_right_does_not_fall_to_the_pledgee_by_default(desk):
    assert codes(desk.on("2025-06-01").submit(start("2025-06-01", "retention"))) == ["NO_TITLE_BY_DEFAULT"]


@pytest.mark.rule("P-17", "flags")
def test_a_register_that_gave_title_under_a_forfeiture_clause_is_flagged():
    desk = Desk("2024-05-06").given(p2(), contract([P2], pledge=PLEDGE, forfeiture_clause=True))
    desk.on("2024-05-10").given(registered("Y1", P2, on="2024-05-10", contract=PLEDGE)).on("2025-06-01")
    moved = desk.report(
        "CNIPA", "T1", "transfer.registered", rights=P2, grantors=[{"name": OWNER}],
        grantees=[{"name": BANK}], registered_on="2025-06-01",
    )  # fmt: skip
    assert moved.verdict == "accepted"
    assert "NO_TITLE_BY_DEFAULT" in {each.data["broken"] for each in moved.findings}


def title_to(desk, taker):
    """The codes that are broken when the register gives the right to `taker`."""
    moved = desk.on("2025-06-01").report(
        "CNIPA", "T1", "transfer.registered", rights=P2, grantors=[{"name": OWNER}],
        grantees=[{"name": taker}], registered_on="2025-06-01",
    )  # fmt: skip
    assert moved.verdict == "accepted"
    return {each.data["broken"] for each in moved.findings}


@pytest.mark.rule("P-17", "accepts")
@pytest.mark.parametrize(
    ("clause", "converted", "taker"), [(None, False, BANK), (True, True, BANK), (True, False, BUYER)]
)
def test_title_that_was_bought_or_converted_after_default_is_no_forfeiture(clause, converted, taker):
    desk = Desk("2024-05-06").given(p2(), contract([P2], pledge=PLEDGE, forfeiture_clause=clause))
    desk.on("2024-05-10").given(
        registered("Y1", P2, on="2024-05-10", contract=PLEDGE),
        drawn(PLEDGE, 2_000_000, "2024-05-10", due_on="2025-05-05"),
    )
    desk.on("2025-06-01")
    if converted:
        paper = {"command": "file_document", "rights": [P2], "kind": "valuation", "issued_on": "2025-05-20"}
        agreed = {"price": money(2_500_000), "agreed_by": [{"name": OWNER}]}
        desk.given(paper, start("2025-06-01", "conversion", **agreed))
    assert "NO_TITLE_BY_DEFAULT" not in title_to(desk, taker)


@pytest.mark.rule("P-23", "refuses")
def test_a_stranger_an_unregistered_and_a_struck_pledge_are_not_enforced(desk):
    desk.on("2025-06-01")
    assert codes(desk.submit(start("2025-06-01", pledgee={"name": OTHER_BANK}))) == ["NOT_PARTY_TO_PLEDGE"]
    desk.report(
        "CNIPA", "Z1", "pledge.released", rights=P2, pledges=["pld_y1"], registered_on="2025-06-01",
        cancelled=True,
    )  # fmt: skip
    assert "ALREADY_ENDED" in codes(desk.submit(start("2025-06-01")))
    bare = Desk("2024-05-06").given(p2(), contract([P2], pledge=PLEDGE)).on("2025-06-01")
    assert codes(bare.submit(start("2025-06-01")))[0] == "REFERENCE_UNKNOWN"


@pytest.mark.rule("P-23", "refuses")
@pytest.mark.rule("F-15", "refuses")
def test_reorganization_pauses_every_method_and_insolvency_a_court_sale(desk):
    told = {"party": {"name": OWNER}, "accepted_on": "2025-05-20", "authorities": [{"name": COURT}]}
    desk.on("2025-06-01")
    desk.report("COURT", "破1", "insolvency.accepted", rights=P2, insolvency="ins_1",
                procedure="liquidation", **told)  # fmt: skip
    assert desk.dry_run(start("2025-06-01"))[0].decision.verdict == "accepted"
    court = start("2025-06-01", "court_sale", forum=COURT)
    assert codes(desk.submit(court)) == ["INSOLVENCY_STAY"]
    desk.report("COURT", "破2", "insolvency.converted", rights=P2, insolvency="ins_1",
                procedure="reorganization", effective_from="2025-06-01")  # fmt: skip
    assert codes(desk.submit(start("2025-06-01"))) == ["REORG_STAY"]
    desk.report("COURT", "破3", "insolvency.enforcement_allowed", rights=P2, insolvency="ins_1",
                pledge=PLEDGE, effective_from="2025-06-01")  # fmt: skip
    assert desk.submit(start("2025-06-01")).verdict == "accepted"


@pytest.mark.rule("F-15", "flags")
def test_a_court_that_orders_enforcement_during_reorganization_is_believed_and_flagged(desk):
    desk.on("2025-06-01").report(
        "COURT", "破1", "insolvency.accepted", rights=P2, insolvency="ins_1", procedure="reorganization",
        party={"name": OWNER}, accepted_on="2025-05-20", authorities=[{"name": COURT}],
    )  # fmt: skip
    ordered = desk.report(
        "COURT", "执1", "enforcement.started", rights=P2, pledge=PLEDGE, pledgee={"name": BANK},
        trigger="due_unpaid", method="court_sale", forum=COURT, started_on="2025-06-01",
    )  # fmt: skip
    assert ordered.verdict == "accepted"
    (finding,) = ordered.findings
    assert (finding.rule, finding.right, finding.data["broken"]) == ("F-15", P2, "REORG_STAY")
    assert (finding.data["party"], finding.data["reference"]) == (OWNER, PLEDGE)


@pytest.mark.rule("P-19", "flags")
def test_enforcement_after_limitation_is_flagged(desk):
    late = desk.on("2028-05-06").submit(start("2028-05-06"))
    assert (late.verdict, late.flags) == ("accepted", ("ENFORCEMENT_TIME_BARRED",))


@pytest.mark.rule("P-26", "refuses")
def test_a_right_that_is_gone_is_not_realized_but_the_money_in_its_place_is(desk):
    desk.on("2025-06-01").report(
        "CNIPA", "W1", "invalidation.became_final", rights=P2, scope="full", effective_from="2025-05-20",
        registered_on="2025-05-20",
    )  # fmt: skip
    assert "ASSET_NOT_IN_FORCE" in codes(desk.submit(start("2025-06-01")))
    desk.given(
        {
            "command": "replace_object", "pledge": PLEDGE, "kind": "insurance", "amount": money(500_000),
            "received_on": "2025-06-01", "payer": {"name": "保险公司"},
        }
    )  # fmt: skip
    told = distribute([P2], proceeds=money(500_000), costs=money(0), pledges=[PLEDGE], of="substitute")
    assert desk.submit(told).verdict == "accepted"
    (done,) = desk.statement(P2)["distributions"]
    assert [(each["purpose"], each["amount"]) for each in done["payments"]] == [
        ("costs", 0),
        ("pledge", 50_000_000),
    ]
    assert done["shortfalls"][0]["amount"] == 150_000_000


# P-24


@pytest.mark.rule("P-24", "accepts")
def test_s15_the_proceeds_go_to_costs_then_by_rank_and_the_rest_is_owed_by_the_debtor(lot):
    assert lot.submit(distribute([T1, T2])).verdict == "accepted"
    for right in (T1, T2):
        (done,) = lot.statement(right)["distributions"]
        assert [
            (each["purpose"], each["pledge"], each["rank"], each["amount"]) for each in done["payments"]
        ] == [
            ("costs", None, None, 8_000_000),
            ("pledge", "pld_k1", 1, 215_000_000),
            ("pledge", "pld_k2", 2, 97_000_000),
        ]
        assert sum(each["amount"] for each in done["payments"]) == done["proceeds"] == 320_000_000
        assert done["shortfalls"] == [
            {"pledge": "pld_k2", "creditors": [OTHER_BANK], "debtors": [OWNER], "amount": 21_000_000}
        ]
        debts = {each["pledge"]: each["secured"]["principal"] for each in lot.view(right)["debts"]}
        assert debts == {"pld_k1": 0, "pld_k2": 21_000_000}
        assert {item["state"] for item in lot.view(right)["encumbrances"]} == {"discharge_asserted"}


@pytest.mark.rule("P-24", "accepts")
def test_a_surplus_goes_to_the_pledgor(lot):
    lot.given(distribute([T1, T2], proceeds=money(4_000_000)))
    (done,) = lot.statement(T1)["distributions"]
    assert (done["payments"][-1]["purpose"], done["payments"][-1]["to"]) == ("surplus", [OWNER])
    # The cap leaves 180,000 of the second debt to the debtor although there is a surplus.
    assert [each["amount"] for each in done["payments"]] == [8_000_000, 215_000_000, 100_000_000, 77_000_000]
    assert done["shortfalls"][0]["amount"] == 18_000_000


def payments(*amounts):
    kinds = [("costs", None), ("pledge", "pld_k1"), ("pledge", "pld_k2")]
    return [
        {"purpose": purpose, "amount": money(amount), **({"pledge": pledge} if pledge else {})}
        for (purpose, pledge), amount in zip(kinds, amounts, strict=True)
    ]


@pytest.mark.rule("P-24", "refuses")
@pytest.mark.parametrize(
    ("amounts", "pointers"),
    [
        ((80_000, 2_150_000, 969_999), ["/payments", "/payments/2"]),
        ((80_000, 2_140_000, 980_000), ["/payments/1", "/payments/2"]),
    ],
)
def test_payments_that_miss_a_cent_or_pass_a_senior_over_are_refused(lot, amounts, pointers):
    refused = lot.submit(distribute([T1, T2], payments=payments(*amounts)))
    assert [(each.code, each.pointer) for each in refused.findings] == [
        ("DISTRIBUTION_UNBALANCED", pointer) for pointer in pointers
    ]
    right = distribute([T1, T2], payments=payments(80_000, 2_150_000, 970_000))
    assert lot.submit(right).verdict == "accepted"


@pytest.mark.rule("P-24", "refuses")
def test_every_pledge_takes_part_in_one_currency_and_with_a_known_debt(lot):
    left_out = lot.submit(distribute([T1], pledges=["pld_k1"]))
    assert [(each.code, each.data["field"]) for each in left_out.findings] == [("FIELD_MISSING", "pld_k2")]
    dollars = lot.submit(distribute([T1, T2], costs=money(80_000, "USD")))
    assert set(codes(dollars)) == {"CURRENCY_MISMATCH"}
    bare = Desk("2024-01-02").given(mark(T1), registered("K9", T1, on="2024-01-02"))
    unknown = distribute([T1], "2024-01-02", pledges=["pld_k9"])
    assert [(each.code, each.pointer) for each in bare.submit(unknown).findings] == [
        ("FIELD_MISSING", "/owed")
    ]
    owed = [{"pledge": "pld_k9", "amount": money(100_000)}]
    assert bare.submit(unknown | {"owed": owed}).verdict == "accepted"


@pytest.mark.rule("P-24", "refuses")
def test_rights_of_one_lot_bear_the_same_ranks(lot):
    lot.given(registered("K3", T2, on="2025-06-01", to="丁银行", amount=money(1)))
    mixed = lot.submit(distribute([T1, T2], pledges=["pld_k1", "pld_k2", "pld_k3"]))
    assert [(each.code, each.pointer) for each in mixed.findings][:1] == [("FIELD_INVALID", "/rights/1")]


@pytest.mark.rule("P-24", "flags")
def test_a_court_s_unbalanced_distribution_is_believed_and_flagged(lot):
    told = {"sold": [T1, T2], "currency": "CNY", "proceeds": 100, "distributed_on": "2025-06-01"}
    paid = [{"purpose": "costs", "amount": 99}]
    odd = lot.report("COURT", "(2025)执1号", "proceeds.distributed", rights=[T1, T2], payments=paid, **told)
    assert (odd.verdict, odd.flags) == ("accepted", ("AUTHORITY_CONFLICT",))


def test_what_a_pledge_got_for_one_right_lessens_what_its_others_secure():
    desk = Desk("2024-05-06").given(
        p2(), mark(T1), contract([P2, T1], pledge=PLEDGE, amount=money(1_000_000))
    )
    desk.on("2024-05-14").given(
        registered("Y1", P2, on="2024-05-10", contract=PLEDGE),
        registered("Y2", T1, on="2024-05-14", contract=PLEDGE, register="CTMO"),
        drawn(PLEDGE, 1_000_000, "2024-05-14"),
    )
    told = distribute([P2], "2024-05-14", proceeds=money(400_000), costs=money(0), pledges=[PLEDGE])
    desk.given(told)
    assert desk.view(T1)["debts"][0]["secured"]["principal"] == 60_000_000
    assert [item["state"] for item in desk.view(T1)["encumbrances"]] == ["registered"]
    assert [item["state"] for item in desk.view(P2)["encumbrances"]] == ["discharge_asserted"]


@pytest.mark.rule("P-8", "accepts")
def test_an_increase_is_paid_behind_those_who_came_in_between(lot):
    lot.given(
        report(
            "CNIPA", "K1-2", "pledge.changed", rights=[T1, T2], pledge="pld_k1",
            registered_on="2025-06-01", amount=money(3_000_000),
        ),
        drawn("pld_k1", 850_000, "2025-06-01"),
    )  # fmt: skip
    lot.given(distribute([T1, T2], proceeds=money(3_500_000)))
    (done,) = lot.statement(T1)["distributions"]
    # 2,150,000 at its old rank, then 1,000,000 of the second, then what is left of the increase.
    paid = {each["pledge"]: each["amount"] for each in done["payments"]}
    assert paid == {None: 8_000_000, "pld_k1": 242_000_000, "pld_k2": 100_000_000}


@pytest.mark.rule("K-9", "accepts")
@pytest.mark.rule("K-9", "flags")
def test_a_distribution_stands_although_a_court_reverses_its_entry():
    lot = pledged_twice(RecordingDesk("2024-01-02"))
    lot.given(distribute([T1, T2]))
    before = lot.statement(T1)
    target = lot.target(T1, "proceeds.distributed")
    told = {"target": target, "reason": "判决撤销分配", "corrected_on": "2025-06-01"}
    assert (
        lot.report("COURT", "(2025)京民终1号", "entry.reversed", rights=[T1, T2], **told).verdict
        == "accepted"
    )
    after = lot.statement(T1)
    assert after["distributions"] == before["distributions"]
    assert after["claims"] == before["claims"]
    assert "EXECUTED_STANDS" in flagged(lot.view(T1))


# P-25


def sold(desk, rights, on="2025-06-01", **members):
    told = {
        "sale": "(2025)京73执1号", "court": {"name": COURT}, "sellers": [{"name": OWNER}],
        "buyers": [{"name": BUYER}], "price": money(3_200_000), "served_on": on, **members,
    }  # fmt: skip
    return desk.report("COURT", "(2025)京73执1号之一", "judicial_sale.completed", rights=rights, **told)


def offered(desk, round_, reserve, **members):
    told = {
        "sale": "(2025)京73执1号", "court": {"name": COURT}, "round": round_, "reserve": money(reserve),
        "announced_on": desk.today, **members,
    }  # fmt: skip
    return desk.report("COURT", f"公告{round_}", "judicial_sale.announced", rights=[T1, T2], **told)


@pytest.mark.rule("P-25", "accepts")
def test_a_judicial_sale_purges_pledges_spares_licenses_and_moves_title_at_service(lot):
    for number, license_ in (("L1", "lic_old"), ("L2", "lic_harmful")):
        lot.report(
            "CNIPA", number, "license.recorded", rights=[T1], license=license_, registered_on="2025-01-05",
            licensors=[{"name": OWNER}], licensees=[{"name": "被许可人"}],
        )  # fmt: skip
    assert sold(lot.on("2025-07-01"), [T1, T2], removed=["lic_harmful"]).verdict == "accepted"
    before, after = lot.view(T1, "2025-05-31"), lot.view(T1, "2025-06-01")
    assert [owner["name"] for owner in before["owners"]] == [OWNER]
    assert [owner["name"] for owner in after["owners"]] == [BUYER]
    assert [item["id"] for item in after["encumbrances"]] == ["lic_old"]
    ended = lot.view(T1, "2025-06-01", include_ended=True)["encumbrances"]
    assert {item["id"]: item["state"] for item in ended if item["kind"] == "pledge"} == {
        "pld_k1": "extinguished",
        "pld_k2": "extinguished",
    }
    assert len(before["encumbrances"]) == 4


@pytest.mark.rule("P-25", "accepts")
@pytest.mark.rule("P-24", "accepts")
def test_the_proceeds_of_a_judicial_sale_go_to_the_pledges_it_extinguished(lot):
    sold(lot, [T1, T2])
    lot.on("2025-06-20").given(distribute([T1, T2], "2025-06-20"))
    (done,) = lot.statement(T1)["distributions"]
    assert [each["amount"] for each in done["payments"]] == [8_000_000, 215_000_000, 97_000_000]
    again = lot.on("2025-07-01").submit(
        distribute([T1, T2], "2025-07-01", proceeds=money(100), costs=money(0))
    )
    assert again.verdict == "accepted"
    assert [each["to"] for each in lot.statement(T1)["distributions"][1]["payments"]] == [[], [BUYER]]


@pytest.mark.rule("P-25", "flags")
def test_a_reserve_below_seventy_percent_or_cut_by_more_than_a_fifth_is_flagged(lot):
    assert offered(lot, 1, 700_000, valuation=money(1_000_000)).flags == ()
    assert offered(lot, 2, 560_000).flags == ()
    third = offered(lot, 3, 447_999)
    assert third.flags == ("AUTHORITY_CONFLICT",)
    assert {each.data["broken"] for each in third.findings} == {"RESERVE_TOO_LOW"}
    assert {each.data["limit"] for each in third.findings} == {"44800000 CNY"}
    cheap = sold(lot, [T1, T2], price=money(400_000))
    assert "RESERVE_TOO_LOW" in {each.data["broken"] for each in cheap.findings}


@pytest.mark.rule("P-25", "flags")
@pytest.mark.parametrize(("reserve", "online", "flags"), [(699_999, True, 1), (699_999, False, 0)])
def test_the_seventy_percent_are_asked_of_online_sales(lot, reserve, online, flags):
    told = offered(lot, 1, reserve, valuation=money(1_000_000), online=online)
    assert len(told.flags) == flags


@pytest.mark.rule("P-25", "flags")
def test_a_license_older_than_every_pledge_is_not_for_the_court_to_remove(lot):
    lot.report(
        "CNIPA", "L0", "license.recorded", rights=[T1], license="lic_first", registered_on="2024-01-04",
        licensors=[{"name": OWNER}], licensees=[{"name": "被许可人"}],
    )  # fmt: skip
    told = sold(lot, [T1, T2], removed=["lic_first"])
    assert (told.verdict, {each.data["broken"] for each in told.findings}) == (
        "accepted", {"REFERENCE_UNKNOWN"},
    )  # fmt: skip


def test_before_the_rules_on_online_sales_nothing_is_flagged():
    desk = Desk("2016-12-30").given(mark(T1, granted_on="2010-01-14"), mark(T2, granted_on="2010-01-14"))
    assert offered(desk, 1, 1, valuation=money(1_000_000)).flags == ()
    assert offered(desk, 2, 1).flags == ()


def test_a_view_before_the_distribution_shows_none_of_it(lot):
    lot.given(distribute([T1, T2]))
    assert "enforcement" not in lot.view(T1, "2025-05-31")
    assert "PLEDGEE_OF_RECORD_DIFFERS" not in flagged(lot.view(T1))
