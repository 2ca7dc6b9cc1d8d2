"""Valuation reports, and which of them counts on a day for which purpose (V-1, V-2, V-3)."""

from fractions import Fraction

import pytest

from ledger.rules.valuations import loan_to_value
from ledger.statement.valuations import valued
from tests.ledger.rules.desk import DIGEST, P1, P2, Desk, codes, right

AGENCY = "北京某某资产评估有限公司"


def valuation(base_date="2024-07-31", minor=310_000_000, rights=(P2,), **members):
    return {
        "command": "report_valuation", "rights": list(rights), "agency": {"name": AGENCY},
        "appraisers": ["11000001", "11000002"], "sealed": True, "base_date": base_date,
        "reported_on": base_date, "methods": ["income", "market"], "purpose": "pledge",
        "values": [{"right": each, "value": {"minor": minor, "currency": "CNY"}} for each in rights],
        "document": DIGEST, **members,
    }  # fmt: skip


@pytest.fixture
def desk():
    return Desk("2024-08-20").given(
        right(P2, "甲公司", filed_on="2018-05-20", granted_on="2020-01-03"),
        right(P1, "甲公司", filed_on="2015-03-10", granted_on="2017-01-03"),
    )


@pytest.mark.rule("V-1", "accepts")
def test_a_complete_report_is_kept_for_each_right_with_its_own_value(desk):
    assert desk.submit(valuation(rights=(P1, P2))).verdict == "accepted"
    (told,) = desk.statement(P1)["valuations"]
    assert (told["minor"], told["currency"], told["base_date"]) == (310_000_000, "CNY", "2024-07-31")


@pytest.mark.rule("V-1", "refuses")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agency": None}, "agency"),
        ({"appraisers": ["11000001", "11000001"]}, "appraisers"),
        ({"sealed": False}, "sealed"),
        ({"methods": ["income"]}, "methods"),
        ({"values": []}, "values"),
        ({"document": None}, "document"),
    ],
)
def test_a_report_that_lacks_something_says_what(desk, change, field):
    told = {name: value for name, value in {**valuation(), **change}.items() if value is not None}
    refused = desk.submit(told)
    assert [(each.code, each.pointer) for each in refused.findings] == [
        ("VALUATION_FIELD_MISSING", f"/{field}")
    ]


def test_one_method_is_enough_where_the_report_says_why_only_it_fits(desk):
    told = valuation(methods=["income"], only_method="没有可比交易，成本法不适用")
    assert desk.submit(told).verdict == "accepted"


@pytest.mark.rule("V-1", "refuses")
def test_a_report_of_the_future_in_two_currencies_is_refused(desk):
    values = [
        {"right": P1, "value": {"minor": 1, "currency": "CNY"}},
        {"right": P2, "value": {"minor": 1, "currency": "USD"}},
    ]
    told = valuation(rights=(P1, P2), base_date="2024-09-01", reported_on="2024-08-30", values=values)
    assert codes(desk.submit(told)) == ["DATE_IN_FUTURE", "FIELD_INVALID", "CURRENCY_MISMATCH"]


@pytest.mark.rule("V-2", "accepts")
def test_the_newest_report_for_the_purpose_counts_to_the_last_day_of_its_year(desk):
    desk.given(
        valuation("2024-05-31", 100),
        valuation("2024-07-31", 200),
        valuation("2024-08-01", 300, purpose="transfer"),
    )
    found = valued(desk.statement(P2), "pledge", "2025-07-31")
    assert found.used["minor"] == 200
    assert [(code, each["minor"]) for code, each in found.ignored] == [
        ("VALUATION_STALE", 100),
        ("VALUATION_PURPOSE", 300),
    ]
    assert valued(desk.statement(P2), "pledge", "2025-08-01").used is None


@pytest.mark.rule("V-2", "flags")
def test_a_report_older_than_a_year_is_kept_and_flagged(desk):
    stale = desk.submit(valuation("2023-06-30"))
    assert (stale.verdict, stale.flags) == ("accepted", ("VALUATION_STALE",))
    assert "VALUATION_STALE" in [flag["code"] for flag in desk.view(P2)["flags"]]


def test_a_report_does_not_count_before_it_was_made(desk):
    desk.given(valuation("2024-06-30", reported_on="2024-08-15"))
    assert valued(desk.statement(P2), "pledge", "2024-08-14").used is None


@pytest.mark.rule("V-3", "accepts")
def test_loan_to_value_is_an_exact_ratio():
    assert loan_to_value(200_000_000, 310_000_000) == Fraction(20, 31)


@pytest.mark.rule("V-3", "refuses")
def test_without_a_value_there_is_no_ratio():
    assert loan_to_value(200_000_000, 0) is None
