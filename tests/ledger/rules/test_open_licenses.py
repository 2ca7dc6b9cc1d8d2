"""Open licenses: declared, published, taken, withdrawn (L-12, L-13)."""

import pytest

from tests.ledger.rules.desk import DIGEST, P2, P4, T1, Desk, codes, parties, right
from tests.ledger.rules.licensing import consent, grant, paper

A, B, C, D = "甲公司", "乙公司", "丙公司", "丁公司"
FEE = {"minor": 2000000, "currency": "CNY"}


def declare(rights=P4, by=A, **members):
    return {
        "command": "declare_open_license", "rights": [rights], "license": "lic_open",
        "declarants": parties(by), "fee": FEE, "fee_terms": "每年支付一次",
        "offered_from": "2024-02-01", "offered_until": "2026-04-14", "executed_on": "2024-01-08", **members,
    }  # fmt: skip


def take(by=C, notified="2024-03-05", paid="2024-03-05", **members):
    told = {
        "command": "accept_open_license", "rights": [P4], "offer": "lic_open", "licensees": parties(by),
        "notified_on": notified, "paid_on": paid, "amount": FEE, "payment": DIGEST, **members,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def withdraw(by=A, on="2024-05-20"):
    return {
        "command": "withdraw_open_license", "rights": [P4], "offer": "lic_open", "by": parties(by),
        "filed_on": on,
    }  # fmt: skip


def publish(desk, on="2024-02-01", **members):
    return desk.report("CNIPA", "OL1", "license.offered", rights=P4, license="lic_open", registered_on=on,
                       **members)  # fmt: skip


@pytest.fixture
def desk():
    return Desk("2024-01-10").given(
        right(P4, A, filed_on="2016-04-15", granted_on="2016-10-05", sort="utility_model"),
        right(P2, A, filed_on="2018-05-20", granted_on="2020-06-02"),
    )


@pytest.fixture
def offered(desk):
    desk.given(paper("evaluation_report", rights=P4), declare())
    desk.on("2024-02-01")
    assert publish(desk).flags == ()
    return desk


@pytest.mark.rule("L-12", "accepts")
@pytest.mark.rule("L-13", "accepts")
@pytest.mark.rule("L-13", "refuses")
def test_s10_open_license(offered):
    desk = offered.on("2024-03-05")
    assert desk.submit(take(license="lic_c")).verdict == "accepted"
    (node,) = desk.view(P4)["licenses"]
    assert (node["id"], node["origin"], node["kind"], node["from"]) == (
        "lic_c", "open_license", "ordinary", "2024-03-05",
    )  # fmt: skip
    exclusive = desk.submit(
        grant(A, B, None, "exclusive", rights=P4, from_="2025-01-01", until="2025-12-31", on="2024-03-05",
              subject_to=["lic_c"])
    )  # fmt: skip
    assert codes(exclusive) == ["OPEN_LICENCE_ACTIVE"]
    ordinary = desk.submit(grant(A, B, rights=P4, until="2025-12-31", on="2024-03-05"))
    assert ordinary.verdict == "accepted"
    desk.on("2024-05-20").given(withdraw())
    assert desk.view(P4)["open_license"]["withdrawal_filed_on"] == "2024-05-20"
    desk.on("2024-06-01").report("CNIPA", "OL2", "license.offer_withdrawn", rights=P4, license="lic_open",
                                 registered_on="2024-06-01")  # fmt: skip
    assert "open_license" not in desk.view(P4)
    assert "lic_c" in [node["id"] for node in desk.view(P4, "2025-01-01")["licenses"]]
    late = desk.on("2024-06-02").submit(take(D, "2024-06-02", "2024-06-02"))
    assert codes(late) == ["OPEN_LICENCE_WITHDRAWN"]
    assert late.findings[0].data["day"] == "2024-06-01"


@pytest.mark.rule("L-13", "accepts")
@pytest.mark.rule("L-13", "refuses")
@pytest.mark.parametrize(
    ("notified", "paid", "verdict"),
    [
        ("2024-05-30", "2024-05-31", "accepted"),
        ("2024-05-30", "2024-06-01", "refused"),
        ("2024-06-01", "2024-05-30", "refused"),
    ],
)
def test_notice_and_payment_both_come_before_the_announcement(offered, notified, paid, verdict):
    desk = offered.on("2024-06-03")
    desk.report("CNIPA", "OL2", "license.offer_withdrawn", rights=P4, license="lic_open",
                registered_on="2024-06-01")  # fmt: skip
    assert desk.submit(take(D, notified, paid, license="lic_d")).verdict == verdict
    if verdict == "accepted":
        assert desk.statement(P4)["licenses"][0]["from"] == "2024-05-31"


@pytest.mark.rule("L-13", "refuses")
@pytest.mark.parametrize(
    "change",
    [
        {"paid": None},
        {"amount": None},
        {"amount": {"minor": 1999999, "currency": "CNY"}},
        {"amount": {"minor": 2000000, "currency": "USD"}},
    ],
)
def test_the_announced_fee_is_paid(offered, change):
    refused = offered.on("2024-03-05").submit(take(**change))
    assert codes(refused) == ["FEE_NOT_PAID"]
    assert refused.missing[0].missing.item == "payment_proof"


@pytest.mark.rule("L-13", "refuses")
def test_nothing_is_taken_that_is_not_published(desk):
    desk.given(paper("evaluation_report", rights=P4), declare())
    desk.on("2024-03-05")
    assert codes(desk.submit(take())) == ["REFERENCE_UNKNOWN", "FEE_NOT_PAID"][:1]
    publish(desk, "2024-03-05")
    assert codes(desk.submit(take(notified="2024-03-04"))) == ["REFERENCE_UNKNOWN"]
    assert codes(desk.submit(take(paid="2024-03-06"))) == ["DATE_IN_FUTURE"]
    assert codes(desk.submit(take(until="2026-04-15"))) == ["LICENCE_TERM_EXCEEDS_IP_TERM"]
    assert codes(desk.submit(take(until="2024-03-01"))) == ["FIELD_INVALID"]
    assert desk.submit(take(until="2026-04-14")).verdict == "accepted"


@pytest.mark.rule("L-13", "refuses")
def test_an_offer_that_ran_out_is_not_taken(desk):
    desk.given(paper("evaluation_report", rights=P4), declare(offered_until="2024-02-29"))
    publish(desk.on("2024-02-01"))
    desk.on("2024-03-05")
    assert codes(desk.submit(take())) == ["OPEN_LICENCE_WITHDRAWN"]
    assert desk.submit(take(notified="2024-02-29", paid="2024-02-29")).verdict == "accepted"


def test_the_announcement_counts_over_the_declaration(offered):
    desk = offered
    desk.report("CNIPA", "OL1b", "license.offered", rights=P4, license="lic_open", registered_on="2024-02-01",
                fee={"minor": 3000000, "currency": "CNY"}, fee_terms="一次性支付")  # fmt: skip
    offer = desk.view(P4)["open_license"]
    assert (offer["fee"], offer["fee_terms"]) == ({"minor": 3000000, "currency": "CNY"}, "一次性支付")


@pytest.mark.rule("L-12", "refuses")
def test_a_utility_model_is_offered_with_its_evaluation_report(desk):
    refused = desk.submit(declare())
    assert codes(refused) == ["EVAL_REPORT_MISSING"]
    assert desk.submit(declare(P2)).verdict == "accepted"


@pytest.mark.rule("L-12", "refuses")
def test_an_application_a_mark_and_a_dead_patent_are_not_offered(desk):
    desk.given(
        right("CN:patent:202010300003.2", A, filed_on="2020-01-02"),
        right(T1, A),
    )  # fmt: skip
    assert codes(desk.submit(declare("CN:patent:202010300003.2"))) == ["ASSET_NOT_IN_FORCE"]
    assert codes(desk.submit(declare(T1)))[0] == "FIELD_INVALID"
    desk.report("CNIPA", "L1", "right.lapsed", rights=P2, effective_from="2024-01-05")
    assert codes(desk.submit(declare(P2))) == ["ASSET_NOT_IN_FORCE"]


@pytest.mark.rule("L-12", "refuses")
def test_what_stands_in_the_way_of_an_offer(desk):
    desk.given(grant(A, B, "lic_1", "exclusive", territory=["CN-44"]))
    assert codes(desk.submit(declare(P2))) == ["LICENCE_CONFLICT_EXCLUSIVE"]
    desk.report("CNIPA", "PL1", "pledge.registered", rights=P2, pledge="pld_1", pledgors=[{"name": A}],
                pledgees=[{"name": "乙银行"}], registered_on="2023-06-01")  # fmt: skip
    desk.report("CNIPA", "FR1", "freeze.imposed", rights=P2, freeze="frz_1", effective_from="2024-01-09",
                until="2024-07-09", authorities=[{"name": "某法院"}])  # fmt: skip
    assert codes(desk.submit(declare(P2))) == [
        "ASSET_FROZEN", "PLEDGEE_CONSENT_MISSING", "LICENCE_CONFLICT_EXCLUSIVE",
    ]  # fmt: skip


@pytest.mark.rule("L-12", "refuses")
def test_a_patent_in_arrears_is_not_offered(desk):
    desk.report("CNIPA", "F1", "fee.unpaid", rights=P2, due_on="2023-05-20", stated_on="2023-12-01")
    assert codes(desk.submit(declare(P2))) == ["ANNUAL_FEE_OVERDUE"]


@pytest.mark.rule("L-12", "accepts")
def test_a_pledged_patent_is_offered_with_the_pledgees_consent(desk):
    desk.report("CNIPA", "PL1", "pledge.registered", rights=P2, pledge="pld_1", pledgors=[{"name": A}],
                pledgees=[{"name": "乙银行"}], registered_on="2023-06-01")  # fmt: skip
    desk.given(consent("乙银行", "pledgee", "open_license", proceeds="escrow"))
    assert desk.submit(declare(P2)).verdict == "accepted"


@pytest.mark.rule("L-11", "refuses")
@pytest.mark.rule("L-2", "refuses")
def test_all_owners_and_only_they_declare_and_withdraw():
    desk = Desk("2024-01-10").given(
        right(P2, {A: [1, 2], B: [1, 2]}, filed_on="2018-05-20", granted_on="2020-06-02")
    )
    assert codes(desk.submit(declare(P2))) == ["COOWNER_CONSENT_MISSING"]
    assert codes(desk.submit(declare(P2, [A, B, C]))) == ["GRANTOR_NOT_ENTITLED"]
    assert desk.submit(declare(P2, [A, B])).verdict == "accepted"
    alone = desk.submit({**withdraw(on="2024-01-09"), "rights": [P2]})
    assert codes(alone) == ["COOWNER_CONSENT_MISSING"]
    assert desk.submit({**withdraw([A, B], "2024-01-09"), "rights": [P2]}).verdict == "accepted"


def test_an_offer_ends_after_it_begins_and_within_the_term(desk):
    assert codes(desk.submit(declare(P2, offered_until="2024-01-31"))) == ["FIELD_INVALID"]
    assert codes(desk.submit(declare(P2, offered_until="2038-05-20"))) == ["LICENCE_TERM_EXCEEDS_IP_TERM"]


@pytest.mark.rule("L-13", "refuses")
def test_what_is_withdrawn_is_on_offer(offered):
    assert codes(offered.submit({**withdraw(on="2024-02-01"), "offer": "lic_x"})) == ["REFERENCE_UNKNOWN"]
    offered.report("CNIPA", "OL2", "license.offer_withdrawn", rights=P4, license="lic_open",
                   registered_on="2024-02-01")  # fmt: skip
    assert codes(offered.submit(withdraw(on="2024-02-01"))) == ["ALREADY_ENDED"]


def test_a_takers_id_is_its_own_and_a_frozen_patent_is_not_taken(offered):
    desk = offered.on("2024-03-05")
    assert codes(desk.submit(take(license="lic_open"))) == ["DUPLICATE_ID"]
    desk.report("CNIPA", "FR1", "freeze.imposed", rights=P4, freeze="frz_1", effective_from="2024-03-01",
                until="2024-09-01", authorities=[{"name": "某法院"}])  # fmt: skip
    assert codes(desk.submit(take())) == ["ASSET_FROZEN"]


@pytest.mark.rule("L-12", "flags")
def test_an_offer_published_against_an_exclusive_license_is_flagged(desk):
    desk.given(grant(A, B, "lic_1", "exclusive", rights=P4, until="2026-04-14"))
    told = publish(desk, "2024-01-09")
    assert (told.verdict, told.flags) == ("accepted", ("AUTHORITY_CONFLICT",))
    assert told.findings[0].data["broken"] == "LICENCE_CONFLICT_EXCLUSIVE"


def test_an_offer_known_from_the_register_alone_is_taken_for_what_was_paid(desk):
    publish(desk, "2024-01-09")
    accepted = desk.submit(take(notified="2024-01-10", paid="2024-01-10"))
    assert accepted.verdict == "accepted"
    assert desk.statement(P4)["licenses"][0]["until"] == "2026-04-14"
