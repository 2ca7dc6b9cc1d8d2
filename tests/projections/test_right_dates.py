"""Licenses, freezes and dates of one right equal what the ledger's own questions say of its entries."""

from datetime import date

import pytest

from ledger.errors import RightUnknown
from ledger.statement.freezes import freeze_queue
from ledger.statement.license_tree import free_scope, license_tree
from ledger.values.dates import parse_moment
from projections import calendar, freezes, licenses, open_views
from projections.dossiers import asked, statements
from tests.ledger.rules.desk import P2, P4, T1, report
from tests.ledger.rules.pledging import mark
from tests.projections.stories import Story, freeze, mixed_pledge

DAY = date(2024, 6, 5)


@pytest.fixture
def story(open_ledger):
    return mixed_pledge(Story(open_ledger)).on("2024-06-05").given(freeze(P2), mark(T1))


@pytest.fixture
def views(story):
    return open_views(story.store)


def test_the_queue_of_freezes_and_the_licenses_are_those_of_the_statement(story, views):
    story.on("2024-06-06").given(freeze(P2, on="2024-06-06", number="F-2"))
    told = freezes(views, P2)
    statement = statements(views, [P2], asked(views).position)[P2]
    queue = freeze_queue(statement, "2024-06-06")
    assert {name: told[name] for name in queue} == queue
    assert [len(told[name]) for name in ("live", "waiting", "unserved")] == [1, 1, 0]
    shown = licenses(views, P2)
    assert shown["licenses"] == license_tree(statement, "2024-06-06")
    assert shown["free_scope"] == free_scope(statement, "2024-06-06")
    assert freezes(views, P2, as_of=date(2024, 6, 2))["live"] == []


def test_fees_are_told_until_they_are_paid_and_as_late_once_that_is_said(story, views):
    """Filed 2018-05-20: the seventh year's fee is due 2024-05-20 and payable late until 2024-11-20."""
    before = calendar(views, P2, as_of=date(2024, 5, 20))["fees"]
    assert [(fee["year"], fee["state"]) for fee in before][:2] == [(7, "DUE"), (8, "DUE")]
    (first, *_) = calendar(views, P2, as_of=DAY)["fees"]
    assert (first["due_on"], first["late_until"], first["state"]) == ("2024-05-20", "2024-11-20", "UNKNOWN")
    assert first["payer"] == ["甲公司"]
    unpaid = {"year": 7, "due_on": "2024-05-20", "stated_on": "2024-06-04"}
    story.given(report("CNIPA", "fee-7", "fee.unpaid", rights=P2, **unpaid))
    assert calendar(views, P2, as_of=DAY)["fees"][0]["state"] == "LATE"
    paid = {"year": 7, "due_on": "2024-05-20", "paid_on": "2024-06-05"}
    story.given(report("CNIPA", "fee-7p", "fee.paid", rights=P2, **paid))
    assert calendar(views, P2, as_of=DAY)["fees"][0]["year"] == 8


def test_a_mark_is_renewed_within_a_year_before_its_end_and_half_a_year_behind(views):
    (renewal,) = calendar(views, T1, as_of=DAY)["fees"]
    assert (renewal["kind"], renewal["due_on"], renewal["late_until"]) == (
        "renewal",
        "2028-01-13",
        "2028-07-13",
    )


def test_the_term_left_after_the_debt_is_told_in_days(views):
    terms = {each["reference"]: each for each in calendar(views, P4, as_of=DAY)["terms"]}
    assert terms["K2"]["expires_on"] == "2026-04-14"
    assert terms["K2"]["margin_days"] == (date(2026, 4, 14) - date(2025, 5, 5)).days


def test_what_is_signed_and_not_registered_is_pending(views):
    pending = calendar(views, P2, as_of=date(2024, 5, 9))["pending"]
    assert [(each["kind"], each["id"], each["state"]) for each in pending] == [
        ("pledge_registration", "pld_old", "contracted"),
        ("pledge_registration", "pld_mix", "contracted"),
    ]
    assert calendar(views, P2, as_of=DAY)["pending"] == []


def test_what_was_known_before_the_freeze(story, views):
    then = freezes(views, P4, as_of=DAY)
    story.on("2024-06-07").given(freeze(P4, on="2024-06-05", number="F-3"))
    assert len(freezes(views, P4, as_of=DAY)["live"]) == 1
    assert freezes(views, P4, as_of=DAY, known_at=parse_moment(then["known_at"])) == then


@pytest.mark.parametrize("ask", [licenses, freezes, calendar])
def test_an_unknown_right_is_our_error(views, ask):
    with pytest.raises(RightUnknown):
        ask(views, "CN:patent:201810200009.9")
    with pytest.raises(RightUnknown):
        ask(views, P2, known_at=parse_moment("2001-01-01T00:00:00Z"))
