"""Scenario S19: two courts, a renewal that comes too late, and the owner's bankruptcy."""

import pytest

from ledger.statement.freezes import freeze_queue
from tests.ledger.rules.desk import DIGEST, P1, Desk, codes, parties, report, right
from tests.ledger.rules.pledging import contract, flagged, ranks

OWNER, OTHER = "甲公司", "丁公司"
C1, C2 = "杭州市中级人民法院", "北京知识产权法院"
SCOPE = {"acts": ["*"], "territory": ["CN"], "field": ["*"], "from": "2024-05-06", "until": "2025-12-31"}


def mainlander(name):
    seat = {
        "seat": "mainland", "kind": "legal_person", "state_owned": False, "research_institute": False,
        "listed": False, "state_organ": False, "public_welfare": False,
    }  # fmt: skip
    return {"name": name, "signed_on": "2024-05-06", "attributes": seat}


def transfer():
    return {
        "command": "contract_transfer", "rights": [P1], "grantors": [mainlander(OWNER)],
        "grantees": [mainlander(OTHER)], "executed_on": "2024-05-06", "document": DIGEST,
        "price": {"minor": 100_000_000, "currency": "CNY"},
    }  # fmt: skip


def license_():
    return {
        "command": "grant_license", "rights": [P1], "licensors": [mainlander(OWNER)],
        "licensees": [mainlander(OTHER)], "scope": SCOPE, "executed_on": "2024-05-06", "document": DIGEST,
        "fee": {"minor": 10_000_000, "currency": "CNY"},
    }  # fmt: skip


def open_license():
    return {
        "command": "declare_open_license", "rights": [P1], "declarants": [mainlander(OWNER)],
        "fee": {"minor": 2_000_000, "currency": "CNY"}, "fee_terms": "annual", "executed_on": "2024-05-06",
        "offered_from": "2024-05-06", "offered_until": "2025-12-31",
    }  # fmt: skip


def freeze(number, court, served_at, **members):
    return report(
        "CNIPA", number, "freeze.imposed", rights=P1, freeze=f"frz_{number.lower()}", stage="preservation",
        served_at=served_at, authorities=parties(court), **members,
    )  # fmt: skip


def pledged(number, day, pledgee, **members):
    return report(
        "CNIPA", number, "pledge.registered", rights=P1, pledge=f"pld_{number}", pledgors=parties(OWNER),
        pledgees=parties(pledgee), registered_on=day, **members,
    )  # fmt: skip


def queue(desk, day):
    found = freeze_queue(desk.statement(P1), day)
    return tuple([(item["reference"], item["until"]) for item in found[part]] for part in ("live", "waiting"))


def frozen(desk):
    """The desk after both courts' notices."""
    desk.on("2024-01-15").given(freeze("C1", C1, "2024-01-15T10:00:00+08:00", term_months=6))
    return desk.on("2024-03-01").given(freeze("C2", C2, "2024-03-01T15:00:00+08:00", term_months=6))


def owned():
    return right(P1, OWNER, title="一种电池", filed_on="2015-03-10", granted_on="2017-01-03")


@pytest.fixture
def desk():
    """P1, licensed since 2022 and pledged at rank 1; frozen by C1 and, waiting, by C2."""
    licensed = report(
        "CNIPA", "L1", "license.recorded", rights=P1, license="lic_l1", licensors=parties(OWNER),
        licensees=parties("戊公司"), registered_on="2022-03-01",
    )  # fmt: skip
    return frozen(Desk("2023-12-01").given(owned(), licensed, pledged("K", "2023-10-09", "乙银行")))


@pytest.mark.rule("F-8", "refuses")
@pytest.mark.rule("F-9", "refuses")
@pytest.mark.parametrize(
    "act", [transfer(), license_(), open_license(), contract([P1], executed_on="2024-05-06")],
    ids=["transfer", "license", "open license", "pledge"],
)  # fmt: skip
def test_s19_while_frozen_nothing_new_is_done_with_the_right(desk, act):
    """The codes of the freeze stand among the others: the older pledge asks for its own consents."""
    decision = desk.on("2024-05-06").submit(act)
    assert decision.verdict == "refused"
    assert "ASSET_FROZEN" in codes(decision)
    (frozen,) = [each for each in decision.findings if each.code == "ASSET_FROZEN"]
    assert (frozen.data["reference"], frozen.data["until"]) == ("C1", "2024-07-15")


@pytest.mark.rule("F-9", "accepts")
def test_s19_the_older_license_and_the_pledge_at_rank_1_stay(desk):
    assert ranks(desk.view(P1, "2024-05-06")) == {"L1": None, "K": 1, "C1": None}
    assert [item["state"] for item in desk.view(P1, "2024-05-06")["encumbrances"]] == ["registered"] * 3


@pytest.mark.rule("F-3", "accepts")
@pytest.mark.rule("F-5", "accepts")
def test_s19_without_renewal_c1_ends_and_c2_is_live_from_the_next_day(desk):
    assert queue(desk, "2024-07-15") == ([("C1", "2024-07-15")], [("C2", "2025-01-16")])
    assert queue(desk, "2024-07-16") == ([("C2", "2025-01-16")], [])
    assert ranks(desk.view(P1, "2024-07-16")) == {"L1": None, "K": 1, "C2": None}


@pytest.mark.rule("F-3", "flags")
@pytest.mark.parametrize("as_renewal", [True, False])
def test_s19_c1_s_notice_of_2024_07_17_waits_behind_c2(desk, as_renewal):
    late = (
        report(
            "CNIPA", "C1-2", "freeze.renewed", rights=P1, freeze="frz_c1", authorities=parties(C1),
            served_at="2024-07-17T09:00:00+08:00", term_months=6,
        )
        if as_renewal
        else freeze("C1-2", C1, "2024-07-17T09:00:00+08:00", term_months=6)
    )  # fmt: skip
    desk.on("2024-07-17").given(late)
    assert queue(desk, "2024-07-17") == ([("C2", "2025-01-16")], [("C1-2", "2025-07-17")])
    assert ("FREEZE_RENEWED_LATE" in flagged(desk.view(P1))) is as_renewal


@pytest.mark.rule("F-13", "accepts")
@pytest.mark.rule("F-14", "flags")
@pytest.mark.parametrize(
    ("registered_on", "earlier_debt", "avoidable"),
    [("2023-09-01", True, []), ("2023-09-02", True, ["K"]), ("2023-09-02", False, [])],
)
def test_s19_bankruptcy_lifts_all_freezes_and_pledges_of_the_year_before_for_old_debt_may_fall(
    registered_on, earlier_debt, avoidable
):
    signed = contract(
        [P1], pledge="pld_k", executed_on="2023-08-20", debt_until="2025-08-19", earlier_debt=earlier_debt
    )
    desk = Desk("2023-08-20").given(owned(), signed).on(registered_on)
    frozen(desk.given(pledged("K", registered_on, "乙银行", contract="pld_k")))
    desk.on("2024-09-02").given(
        report(
            "HZZY", "（2024）浙01破申8号", "insolvency.accepted", rights=P1, insolvency="ins_1",
            party={"name": OWNER}, procedure="liquidation", accepted_on="2024-09-02", authorities=parties(C1),
        )
    )  # fmt: skip
    assert queue(desk, "2024-09-01") == ([("C2", "2025-01-16")], [])
    assert queue(desk, "2024-09-02") == ([], [])
    assert ranks(desk.view(P1)) == {"K": 1}
    told = [flag["data"] for flag in desk.statement(P1)["flags"] if flag["code"] == "AVOIDABLE"]
    assert [data["reference"] for data in told] == avoidable
    assert ("AVOIDABLE" in flagged(desk.view(P1))) is bool(avoidable)
