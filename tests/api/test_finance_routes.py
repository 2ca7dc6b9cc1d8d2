"""Pools, pledges, exposure, loans, funds, dates and the feed over HTTP: the views' answers, our errors."""

from datetime import date
from urllib.parse import quote

import pytest

from ledger.values.parties import party_id
from projections import attention, exposure, open_views, period, pledge, pool
from tests.api.serving import serving
from tests.ledger.rules.desk import P2
from tests.ledger.rules.pledging import BANK, OWNER
from tests.ledger.rules.pooled import MANAGER, POOL
from tests.projections.stories import Story, freeze, mixed_pledge, small_pool, three_periods

DAY = "2024-12-20"


@pytest.fixture
def told(open_ledger):
    story = small_pool(Story(open_ledger, "2024-03-20"))
    mixed_pledge(story.on("2024-05-06")).on("2024-06-05").given(freeze(P2))
    with serving(three_periods(story).store) as client:
        yield story, client


def test_each_address_serves_what_the_views_answer(told):
    story, client = told
    views, day = open_views(story.store), date.fromisoformat(DAY)

    def get(address, **parameters):
        answer = client.get(f"/v1/{address}", params={"as_of": DAY, **parameters})
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        return answer.json()

    assert get(f"pools/{POOL}") == pool(views, POOL, as_of=day)
    assert client.get(f"/v1/pools/{POOL}/periods/3").json() == period(views, POOL, 3)
    assert [each["pool"] for each in get("pools", party=MANAGER)["items"]] == [POOL]
    assert get("pledges/pld_mix") == pledge(views, "pld_mix", as_of=day)
    for party in (quote(BANK), party_id(BANK)):
        assert get(f"parties/{party}/exposure") == exposure(views, BANK, as_of=day)
    assert get(f"parties/{quote(OWNER)}/exposure", side="debtor")["totals"]["pledges"] == 2
    feed = get("attention", role="bank", party=BANK)
    assert feed == attention(views, role="bank", party=BANK, as_of=day)
    assert get("attention", limit=1, after=get("attention", limit=1)["next"])["items"]
    for part in ("licenses", "freezes", "calendar"):
        assert get(f"rights/{P2}/{part}")["right"] == P2
    assert get(f"rights/{P2}/freezes", as_of="2024-06-05")["live"][0]["reference"] == "F-1"


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("pools/pol_none", 404, "POOL_UNKNOWN"),
        (f"pools/{POOL}/periods/1", 404, "POOL_UNKNOWN"),
        (f"pools/{POOL}/periods/0", 422, "PARAMETER_INVALID"),
        (f"pools/{POOL}?as_of=never", 422, "DATE_INVALID"),
        (f"pools/{POOL}?as_off=2024-01-01", 422, "PARAMETER_INVALID"),
        ("loans/loan_none", 404, "LOAN_UNKNOWN"),
        ("funds/fund_none", 404, "FUND_UNKNOWN"),
        ("pledges/pld_none", 404, "PLEDGE_UNKNOWN"),
        (f"pledges/{'x' * 81}", 422, "PARAMETER_INVALID"),
        ("pledges/%00", 404, "PLEDGE_UNKNOWN"),
        ("parties/A/exposure?side=both", 422, "PARAMETER_INVALID"),
        ("parties/A/exposure?limit=0", 422, "PARAMETER_INVALID"),
        ("attention?role=king", 422, "PARAMETER_INVALID"),
        ("attention?after=nowhere", 422, "CURSOR_INVALID"),
        ("attention?known_at=2024-01-01", 422, "PARAMETER_INVALID"),
        ("rights/US:patent:1/licenses", 404, "RIGHT_UNKNOWN"),
        ("rights/US:patent:1/freezes", 404, "RIGHT_UNKNOWN"),
        ("rights/US:patent:1/calendar", 404, "RIGHT_UNKNOWN"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_document(reader, address, status, code):
    answer = reader.get(f"/v1/{address}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code


def test_a_party_nobody_knows_has_nothing_at_stake(reader):
    for party in ("Nobody", "%00", "pty_x", "'; DROP TABLE", "中" * 50):
        answer = reader.get(f"/v1/parties/{quote(party, safe='%')}/exposure")
        assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_addresses_are_described_in_the_document(reader):
    paths = reader.get("/openapi.json").json()["paths"]
    for address in (
        "/v1/pools", "/v1/pools/{pool_id}", "/v1/pools/{pool_id}/periods/{number}", "/v1/loans/{loan_id}",
        "/v1/funds/{fund_id}", "/v1/pledges/{pledge_id}", "/v1/parties/{party}/exposure", "/v1/attention",
        "/v1/rights/{right}/licenses", "/v1/rights/{right}/freezes", "/v1/rights/{right}/calendar",
    ):  # fmt: skip
        assert paths[address]["get"]["summary"]
        assert paths[address]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
