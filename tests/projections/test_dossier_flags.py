"""Warnings attached to acts on a pool or a fund, in the answer about it."""

from datetime import date

from projections import open_views
from projections.flags import warnings
from projections.funding import fund
from projections.pools import pool
from tests.ledger.rules.pooled import POOL, collect
from tests.projections.stories import Story, small_pool
from tests.projections.test_securing import funded  # noqa: F401  # a fixture


def test_money_with_the_originator_is_told_of_the_pool_with_its_entry_and_both_sentences(open_ledger):
    story = small_pool(Story(open_ledger, "2024-03-20")).on("2024-04-10")
    views = open_views(story.store)
    before = pool(views, POOL)["flags"]
    answer = story.submit({**collect("deal_a", 500, "2024-04-09"), "received_by": "originator"})
    told = pool(views, POOL)["flags"]
    assert told[: len(before)] == before
    (flag,) = told[len(before) :]
    assert (flag["code"], flag["rule"], flag["since"]) == ("COMMINGLING", "S-6", "2024-04-10")
    assert flag["entries"] == answer["positions"][-1:]
    assert flag["data"]["amount"] == "5.00 CNY"
    assert "5.00 CNY" in flag["message"]["zh"]
    assert pool(views, POOL, as_of=date(2024, 4, 9))["flags"] == before


def test_a_cap_that_cut_a_payment_is_told_of_the_fund(funded):  # noqa: F811  # the fixture
    (flag,) = fund(open_views(funded.store), "fund_1")["flags"]
    assert (flag["code"], flag["rule"]) == ("COMP_CAP", "G-3")
    assert flag["message"]["en"] != flag["code"]


def test_a_story_without_warnings_tells_none():
    assert warnings(()) == []
