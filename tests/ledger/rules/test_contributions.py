"""Capital paid in with a right: when it counts, and what stands in its way (C-1 to C-7)."""

import pytest

from ledger.statement.contributions import contribution_on, paid_in_from
from tests.ledger.rules.desk import DIGEST, P1, P2, Desk, codes, report, right
from tests.ledger.rules.test_valuations import valuation

A, Q, BANK = "甲公司", "丁科技有限公司", "乙银行"
MAINLAND = {"attributes": {"kind": "legal_person", "seat": "mainland", "state_owned": False}}


def contribution(subscribed=300_000_000, rights=(P2,), **members):
    return {
        "command": "declare_contribution", "rights": list(rights), "contribution": "con_q",
        "contributor": {"name": A, **MAINLAND}, "company": {"name": Q, **MAINLAND}, "form": "limited",
        "founded_on": "2024-08-01", "executed_on": "2024-08-20", "export_class": "free",
        "subscribed": {"minor": subscribed, "currency": "CNY"}, "document": DIGEST, **members,
    }  # fmt: skip


def delivery(on="2024-11-05"):
    return {
        "command": "deliver_contribution", "rights": [P2], "contribution": "con_q",
        "company": {"name": Q}, "delivered_on": on, "document": DIGEST,
    }  # fmt: skip


@pytest.fixture
def desk():
    return Desk("2024-08-20").given(
        right(P2, A, filed_on="2018-05-20", granted_on="2020-01-03"),
        right(P1, A, filed_on="2015-03-10", granted_on="2017-01-03"),
        {
            "command": "file_document", "rights": [P1, P2], "kind": "inventor_waiver",
            "issued_on": "2024-08-01", "sha256": DIGEST,
        },
    )  # fmt: skip


@pytest.mark.rule("C-1", "flags")
@pytest.mark.rule("C-1", "accepts")
@pytest.mark.rule("C-2", "accepts")
@pytest.mark.rule("C-2", "flags")
@pytest.mark.rule("C-3", "accepts")
@pytest.mark.rule("C-6", "accepts")
def test_s13_paid_in_from_the_later_of_registration_and_delivery(desk):
    """S13: a report of 2023-06-30 is too old; registered 2024-10-09, delivered 2024-11-05: paid in."""
    desk.given(valuation("2023-06-30", purpose="contribution"))
    declared = desk.submit(contribution())
    assert (declared.verdict, declared.flags) == ("accepted", ("VALUATION_STALE", "VALUATION_MISSING"))
    desk.given(valuation("2024-07-31", 310_000_000, purpose="contribution"))
    desk.on("2024-10-09").given(
        report(
            "CNIPA", "t-1", "transfer.registered", rights=P2, grantors=[{"name": A}], grantees=[{"name": Q}],
            registered_on="2024-10-09", effective_from="2024-10-09",
        )
    )  # fmt: skip
    (told,) = desk.statement(P2)["contributions"]
    assert (contribution_on(told, "2024-10-08"), contribution_on(told, "2024-10-09")) == (
        "DECLARED",
        "PARTLY_PERFORMED",
    )
    assert paid_in_from([desk.statement(P2)], "con_q") is None
    desk.on("2024-11-05").given(delivery())
    (told,) = desk.statement(P2)["contributions"]
    assert (contribution_on(told, "2024-11-04"), contribution_on(told, "2024-11-05")) == (
        "PARTLY_PERFORMED",
        "PAID_IN",
    )
    assert paid_in_from([desk.statement(P2)], "con_q") == "2024-11-05"


@pytest.mark.rule("C-3", "refuses")
def test_s13_a_pledged_right_is_not_contributed_without_the_pledgee(desk):
    desk.given(
        report(
            "CNIPA", "p-1", "pledge.registered", rights=P2, pledge="pld_1", pledgors=[{"name": A}],
            pledgees=[{"name": BANK}], registered_on="2024-05-10",
        )
    )  # fmt: skip
    assert codes(desk.submit(contribution())) == ["PLEDGEE_CONSENT_MISSING"]


def test_a_stranger_contributes_nothing(desk):
    refused = desk.submit(contribution(contributor={"name": "戊公司", **MAINLAND}))
    assert "NOT_OWNER_OF_RECORD" in codes(refused)


@pytest.mark.rule("C-1", "refuses")
def test_a_product_protected_by_origin_is_nobodys_capital(desk):
    origin = "CN:geographical_indication:AGI00001"
    desk.given(right(origin, A))
    assert "RIGHT_NOT_TRANSFERABLE" in codes(desk.submit(contribution(rights=[origin])))


@pytest.mark.rule("C-4", "accepts")
@pytest.mark.rule("C-4", "flags")
def test_a_contribution_is_overdue_after_five_years_until_it_is_paid_in(desk):
    desk.given(contribution())
    assert "CONTRIBUTION_OVERDUE" not in [each["code"] for each in desk.view(P2, "2029-08-01")["flags"]]
    assert "CONTRIBUTION_OVERDUE" in [each["code"] for each in desk.view(P2, "2029-08-02")["flags"]]


@pytest.mark.rule("C-4", "flags")
def test_a_joint_stock_company_is_paid_before_it_is_founded(desk):
    assert "CONTRIBUTION_OVERDUE" in desk.submit(contribution(form="joint_stock")).flags


@pytest.mark.rule("C-4", "refuses")
def test_a_call_leaves_sixty_days(desk):
    desk.given(contribution())
    call = {
        "command": "call_contribution", "rights": [P2], "contribution": "con_q", "company": {"name": Q},
        "called_on": "2024-08-20",
    }  # fmt: skip
    assert codes(desk.submit(call, grace_until="2024-10-18")) == ["FIELD_INVALID"]
    assert desk.submit(call, grace_until="2024-10-19").verdict == "accepted"


@pytest.mark.rule("C-5", "flags")
@pytest.mark.rule("C-5", "accepts")
def test_less_worth_than_subscribed_is_flagged_at_the_contribution_only(desk):
    desk.given(valuation("2024-07-31", 290_000_000, purpose="contribution"))
    assert desk.submit(contribution()).flags == ("OVERVALUED",)
    desk.given(valuation("2024-08-01", 300_000_000, purpose="contribution"))
    assert desk.submit(contribution(contribution="con_r")).flags == ()


@pytest.mark.rule("C-7", "holds")
@pytest.mark.rule("C-7", "accepts")
def test_a_contribution_by_license_alone_waits_for_a_confirmation(desk):
    held = desk.submit(contribution(mode="license", command_id="c-7"))
    assert (held.verdict, codes(held)) == ("held", ["LICENCE_CONTRIBUTION_REVIEW"])
    assert "contributions" not in desk.statement(P2)
    desk.given(
        {
            "command": "file_document", "rights": [P2], "kind": "approval", "issued_on": "2024-08-20",
            "act": "c-7", "sha256": DIGEST,
        }
    )  # fmt: skip
    assert desk.statement(P2)["contributions"][0]["mode"] == "license"


def test_what_was_not_declared_is_not_delivered(desk):
    assert codes(desk.submit(delivery("2024-08-21"))) == ["REFERENCE_UNKNOWN", "DATE_IN_FUTURE"]


@pytest.mark.rule("C-6", "refuses")
def test_a_company_agreed_to_be_co_owner_needs_the_share_in_the_transfer(desk):
    """TCI 16: silence makes the company sole owner; a share is agreed in the transfer contract, exactly."""
    contract = {
        "command": "contract_transfer", "rights": [P2],
        "grantors": [{"name": A, "signed_on": "2024-08-20", **MAINLAND}],
        "grantees": [{"name": Q, "signed_on": "2024-08-20", "share": [2, 3], **MAINLAND}],
        "share": [1, 2], "executed_on": "2024-08-20", "export_class": "free", "document": DIGEST,
        "contribution": "con_q",
    }  # fmt: skip
    assert "SHARES_NOT_ONE" in codes(desk.submit(contract))
