"""`/v1/rights`: the contract's shape, both axes of time, every notation, and no parameter ignored."""

from datetime import date, datetime
from urllib.parse import quote

import pytest

from projections import open_views, status
from tests.projections.ledgers import append, registered, released, transferred

RIGHT = "US:patent:15145443"


def test_status_is_what_the_views_answer(client, store):
    answer = client.get(f"/v1/rights/{RIGHT}", params={"as_of": "2020-01-01", "all": "true"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == status(open_views(store), RIGHT, as_of=date(2020, 1, 1), include_ended=True)
    assert answer.json()["position"] == 3
    assert answer.json()["owners"][0]["share"] == [1, 1]


@pytest.mark.parametrize(
    "notation", [RIGHT, "15/145,443", "15145443", "US 8,789,601 B2", "8789601", "us:patent:15145443"]
)
@pytest.mark.parametrize("part", ["", "/encumbrances", "/timeline"])
@pytest.mark.parametrize("escape", [quote, lambda text: quote(text, safe="")])
def test_a_right_may_be_written_as_usual(reader, notation, part, escape):
    """Also with a slash in it, escaped or not."""
    answer = reader.get(f"/v1/rights/{escape(notation)}{part}")
    assert answer.status_code == 200
    assert answer.json()["right"] == RIGHT


def test_encumbrances_are_those_of_the_status(reader):
    whole = reader.get(f"/v1/rights/{RIGHT}", params={"as_of": "2020-01-01"}).json()
    part = reader.get(f"/v1/rights/{RIGHT}/encumbrances", params={"as_of": "2020-01-01"}).json()
    assert part == {name: whole[name] for name in part}
    (pledge,) = part["encumbrances"]
    assert (pledge["rank"], pledge["holders"], pledge["register"]) == (1, ["First Bank"], "USPTO")
    before = reader.get(f"/v1/rights/{RIGHT}/encumbrances", params={"as_of": "2019-05-07"}).json()
    assert before["encumbrances"] == []


def test_ended_encumbrances_are_shown_when_asked_for(client, store):
    append(store, released(RIGHT, "pld_a", "First Bank", "2020-06-01"))
    address = f"/v1/rights/{RIGHT}/encumbrances"
    assert client.get(address).json()["encumbrances"] == []
    (ended,) = client.get(address, params={"all": "1"}).json()["encumbrances"]
    assert (ended["state"], ended["ended_at"]) == ("released", "2020-06-01")


def test_asked_again_as_known_then_the_answer_is_the_same(client, store):
    """K-7 over HTTP, with the instant as it came, and in another zone with its plus sign unescaped."""
    then = client.get(f"/v1/rights/{RIGHT}", params={"as_of": "2024-01-01"}).json()
    append(store, released(RIGHT, "pld_a", "First Bank", "2020-06-01"))
    now = client.get(f"/v1/rights/{RIGHT}", params={"as_of": "2024-01-01"}).json()
    assert now["encumbrances"] != then["encumbrances"]
    known_at = then["known_at"]
    again = client.get(f"/v1/rights/{RIGHT}", params={"as_of": "2024-01-01", "known_at": known_at})
    assert again.json() == then
    shanghai = datetime.fromisoformat(known_at).astimezone().isoformat().replace("Z", "+00:00")
    address = f"/v1/rights/{RIGHT}?as_of=2024-01-01&known_at={shanghai}"
    assert client.get(address).json() == then


def test_as_known_on_a_day_includes_all_of_that_day(client, store):
    today = store.reader.head().recorded_at.date().isoformat()
    assert client.get(f"/v1/rights/{RIGHT}", params={"known_at": today}).json()["position"] == 3
    before = client.get(f"/v1/rights/{RIGHT}", params={"known_at": "2001-01-01"})
    assert before.json()["code"] == "RIGHT_UNKNOWN"


def test_the_timeline_comes_in_pages(client, store):
    append(store, transferred(RIGHT, "Wells LLC", "Ben", "2021-01-02"))
    address = f"/v1/rights/{RIGHT}/timeline"
    whole = client.get(address).json()
    assert [item["position"] for item in whole["entries"]] == [1, 2, 3, 4]
    assert whole["entries"][2]["summary"]["en"] == "Pledge registered: Wells LLC → First Bank"
    assert (whole["entries"][2]["class"], whole["entries"][2]["from"]) == ("PARTY", ["Wells LLC"])
    first = client.get(address, params={"limit": 3}).json()
    second = client.get(address, params={"after": first["next"]}).json()
    assert first["entries"] + second["entries"] == whole["entries"]
    assert second["next"] is None


def test_search_finds_by_title_number_and_party(client, store):
    append(store, registered("CN:patent:201810200002.3", title="一种专利权质押方法"))
    client.get("/v1/rights/ZL201810200002.3")  # returns when the name has been projected
    for text, found in (
        ("fracturing", [RIGHT]),
        ("8,789,601", [RIGHT]),
        ("first bank", [RIGHT]),
        ("质押", ["CN:patent:201810200002.3"]),
        ("nothing", []),
    ):
        answer = client.get("/v1/rights", params={"q": text})
        assert [item["right"] for item in answer.json()["items"]] == found
    assert answer.json()["next"] is None


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        (f"/v1/rights/{RIGHT}?known-at=2020-01-01", "known-at"),
        (f"/v1/rights/{RIGHT}/encumbrances?asof=2020-01-01", "asof"),
        (f"/v1/rights/{RIGHT}?all=perhaps", "all"),
        (f"/v1/rights/{RIGHT}?as_of={'2' * 41}", "as_of"),
        (f"/v1/rights/{RIGHT}/timeline?limit=1001", "limit"),
        (f"/v1/rights/{RIGHT}/timeline?after=-1", "after"),
        ("/v1/rights", "q"),
        ("/v1/rights?q=", "q"),
        (f"/v1/rights?q={'x' * 201}", "q"),
        ("/v1/rights?q=x&limit=101", "limit"),
        (f"/v1/rights/{'1' * 201}", "right"),
        ("/v1/entries?limit=501", "limit"),
        (f"/v1/entries?after={2**63}", "after"),
        ("/v1/entries/0", "position"),
        ("/v1/entries/first", "position"),
    ],
)
def test_a_parameter_unknown_or_out_of_bounds_is_refused(reader, address, parameter):
    answer = reader.get(address)
    assert (answer.status_code, answer.json()["code"]) == (422, "PARAMETER_INVALID")
    assert [fault["parameter"] for fault in answer.json()["data"]["faults"]] == [parameter]


@pytest.mark.parametrize("parameter", ["as_of", "known_at"])
@pytest.mark.parametrize(
    "text", ["2020-02-30", "yesterday", "2020-01-01T00:00:00", "0001-01-01", "", "２０２０-01-01"]
)
def test_what_is_no_date_is_refused(reader, parameter, text):
    answer = reader.get(f"/v1/rights/{RIGHT}", params={parameter: text})
    assert (answer.status_code, answer.json()["code"]) == (422, "DATE_INVALID")


@pytest.mark.parametrize(
    "notation", ["US:patent:99999999", "%00", "%ED%B2%80", "x", "..%2F..", "US:car:1", "'%3B--"]
)
def test_an_unknown_right_is_not_called_free(reader, notation):
    answer = reader.get(f"/v1/rights/{notation}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "RIGHT_UNKNOWN"
    assert "not the same as free of encumbrance" in answer.json()["title"]


def test_an_ambiguous_number_is_answered_with_the_candidates(client, store):
    append(store, registered("US:patent:10000001"))
    append(store, registered("US:patent:15000001", names=({"kind": "grant", "number": "10000001"},)))
    client.get("/v1/rights/15000001?as_of=2020-01-01")
    client.get("/v1/rights/US%20D999999")  # unknown: returns when all has been projected
    answer = client.get("/v1/rights/10,000,001")
    assert (answer.status_code, answer.json()["code"]) == (409, "RIGHT_AMBIGUOUS")
    assert answer.json()["data"]["candidates"] == ["US:patent:10000001", "US:patent:15000001"]
