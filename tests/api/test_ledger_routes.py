"""`/v1/entries`, `/v1/seals`: the exact ledger, without gaps; health and readiness; the OpenAPI document."""

import base64
import hashlib
import json
import time
from datetime import timedelta

import pytest

from api.follower import Follower
from api.routes import health
from ledger import chain
from ledger.entry import EntryClass
from ledger.facts.seals import SealAnchored, SealCosigned, SealRecorded
from notary.errors import AuthorityUnavailable
from notary.health import note_answer
from notary.log import Log
from notary.timestamps import Authority
from tests.api.serving import serving, wait_until_projected
from tests.projections.ledgers import append, draft, registered, unknown_event

RIGHT = "US:patent:15145443"


def token(authority):
    return {"authority": authority, "generated_at": "2024-05-01T00:00:00.000000Z", "token": "MAA="}


def of_operator(fact):
    return draft(fact, entry_class=EntryClass.OPERATOR, source=None)


def sealed(size):
    return of_operator(SealRecorded(size=size, checkpoint="note\n", tokens=(token("embedded"),)))


def authorities(*names):
    return [Authority(name, roots=(b"a root",), url="http://127.0.0.1:1/") for name in names]


def test_the_feed_has_no_gaps_and_goes_on(client, store):
    first = client.get("/v1/entries", params={"limit": 2}).json()
    assert [item["position"] for item in first["entries"]] == [1, 2]
    assert (first["next"], first["head"]) == (2, 3)
    second = client.get("/v1/entries", params={"after": first["next"]}).json()
    assert [item["position"] for item in second["entries"]] == [3]
    idle = client.get("/v1/entries", params={"after": second["next"]}).json()
    assert (idle["entries"], idle["next"]) == ([], 3)
    append(store, registered("US:patent:15000001"))
    third = client.get("/v1/entries", params={"after": idle["next"]}).json()
    assert [item["position"] for item in third["entries"]] == [4]


def test_the_feed_can_be_chained_by_whoever_reads_it(client, store):
    """Each link follows from the one before, the position and the digest of the exact bytes (design 4.3)."""
    link = chain.genesis(store.origin)
    for item in client.get("/v1/entries").json()["entries"]:
        raw = client.get(f"/v1/entries/{item['position']}", params={"raw": 1}).content
        assert hashlib.sha256(raw).hexdigest() == item["digest"]
        assert json.loads(raw) == item["entry"]
        link = chain.link(link, item["position"], bytes.fromhex(item["digest"]))
        assert link.hex() == item["link"]


@pytest.mark.parametrize(
    ("address", "accept"),
    [("/v1/entries/2?raw=1", "*/*"), ("/v1/entries/2", "application/octet-stream")],
)
def test_the_exact_bytes_are_given_in_both_ways(client, store, address, accept):
    answer = client.get(address, headers={"Accept": accept})
    stored = store.reader.entry(2)
    assert answer.content == stored.raw
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["etag"] == f'"{stored.digest.hex()}"'
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert "immutable" in answer.headers["cache-control"]


def test_one_entry_shows_digest_and_link(client, store):
    stored = store.reader.entry(3)
    answer = client.get("/v1/entries/3")
    assert answer.json()["digest"] == stored.digest.hex()
    assert answer.json()["link"] == stored.link.hex()
    assert answer.json()["entry"]["type"] == "pledge.registered"


def test_a_position_behind_the_head_is_unknown(reader):
    answer = reader.get("/v1/entries/4")
    assert (answer.status_code, answer.json()["code"]) == (404, "ENTRY_UNKNOWN")
    assert answer.json()["data"] == {"position": 4}


def test_seals_are_listed_in_pages(client, store):
    for size in (3, 4, 5):
        append(store, sealed(size))
    first = client.get("/v1/seals", params={"limit": 2}).json()
    second = client.get("/v1/seals", params={"after": first["next"]}).json()
    found = first["seals"] + second["seals"]
    assert [(item["position"], item["size"]) for item in found] == [(4, 3), (5, 4), (6, 5)]
    assert found[0]["checkpoint"] == "note\n"
    assert found[0]["tokens"][0]["authority"] == "embedded"
    assert found[0]["cosignatures"] == []
    behind = client.get("/v1/seals", params={"after": second["next"]}).json()
    assert behind == {"seals": [], "next": 6, "authorities": []}


def test_a_seal_shows_what_completed_it_later(client, store):
    append(store, sealed(3), sealed(4))
    anchored = SealAnchored(size=3, tokens=(token("independent"),))
    line = {"witness": "a court", "cosigned_at": "2024-05-01T00:00:00Z", "line": "— a court AAAA"}
    append(store, of_operator(anchored), of_operator(SealCosigned(size=3, cosignatures=(line,))))
    first, second = client.get("/v1/seals").json()["seals"]
    assert [given["authority"] for given in first["tokens"]] == ["embedded", "independent"]
    assert [given["witness"] for given in first["cosignatures"]] == ["a court"]
    assert ([given["authority"] for given in second["tokens"]], second["cosignatures"]) == (["embedded"], [])


def test_a_seal_short_of_its_number_says_so_and_why(store):
    """Two authorities are required: one is down, so seals lack it until a later one is anchored."""
    Log(store)  # makes the notary's tables
    note_answer(store, "embedded", None)
    down = AuthorityUnavailable("AUTHORITY_UNREACHABLE", "It is down.", "无法连接。")
    note_answer(store, "independent", down)
    note_answer(store, "independent", down)
    note_answer(store, "given up", AuthorityUnavailable("AUTHORITY_TIMEOUT", "It is slow.", "应答过慢。"))
    append(store, sealed(3), sealed(4), sealed(5))
    append(store, of_operator(SealAnchored(size=4, tokens=(token("independent"),))))
    with serving(store, authorities("embedded", "independent", "new"), required=2) as client:
        answer = client.get("/v1/seals").json()
        page = client.get("/v1/seals", params={"limit": 1}).json()["seals"]
    states = [
        (seal["size"], seal["state"], seal["required"], seal["missing"], seal["anchored_by"])
        for seal in answer["seals"]
    ]
    assert states == [(3, "sealed", 2, 1, 4), (4, "anchored", 2, 0, 4), (5, "sealed", 2, 1, None)]
    assert page == answer["seals"][:1]
    shown = {each["name"]: each for each in answer["authorities"]}
    assert {name: (each["state"], each["configured"]) for name, each in shown.items()} == {
        "embedded": ("answers", True),
        "independent": ("down", True),
        "new": ("unasked", True),
        "given up": ("slow", False),
    }
    failing = shown["independent"]
    assert (failing["failures"], failing["code"]) == (2, "AUTHORITY_UNREACHABLE")
    assert failing["message"] == {"en": "It is down.", "zh": "无法连接。"}
    assert failing["failing_since"] is not None
    assert failing["answered_at"] is None
    assert shown["embedded"]["answered_at"] is not None


def test_the_process_is_healthy_and_ready(reader):
    assert reader.get("/healthz").json() == {"status": "ok"}
    wait_until_projected(reader)
    ready = reader.get("/readyz").json()
    assert (ready["status"], ready["head"], ready["position"], ready["lag"]) == ("ready", 3, 3, 0)


def test_it_is_not_ready_when_the_projection_has_stopped(client, store):
    """An entry it cannot read stops it; what is already projected is still answered."""
    append(store, unknown_event("US:patent:15000001"))
    deadline = time.monotonic() + 10
    while client.get("/readyz").status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.01)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "PROJECTION_BEHIND")
    assert answer.json()["data"] == {"position": 3, "head": 4}
    assert client.get(f"/v1/rights/{RIGHT}").status_code == 200
    blocked = client.get("/v1/rights/US:patent:15000001")
    assert (blocked.status_code, blocked.json()["code"]) == (500, "UNKNOWN_EVENT_TYPE")
    assert blocked.json()["data"]["position"] == 4


def test_it_is_not_ready_when_the_projection_is_long_behind(store, monkeypatch):
    """Without a follower nobody projects; for a while that is called a lag, then it is a failure."""
    monkeypatch.setattr(Follower, "_run", lambda _: None)
    append(store, registered(RIGHT))
    with serving(store) as client:
        assert client.get("/readyz").json()["lag"] == 1
        monkeypatch.setattr(health, "LAG_MAX", timedelta(microseconds=1))
        assert client.get("/readyz").json()["code"] == "PROJECTION_BEHIND"


def test_the_openapi_document_describes_every_address_and_problem(reader):
    document = reader.get("/openapi.json").json()
    assert document["paths"].keys() >= {
        "/v1/rights",
        "/v1/rights/{right}",
        "/v1/rights/{right}/encumbrances",
        "/v1/rights/{right}/timeline",
        "/v1/entries",
        "/v1/entries/{position}",
        "/v1/seals",
        "/healthz",
        "/readyz",
    }
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    for responses in (operation["responses"] for operation in operations):
        assert responses["200"]["content"]
        assert responses["422"]["content"].keys() == {"application/problem+json"}
    status = document["paths"]["/v1/rights/{right}"]["get"]
    assert {item["name"] for item in status["parameters"]} == {"right", "as_of", "known_at", "all"}
    assert status["responses"]["404"]["content"].keys() == {"application/problem+json"}
    schema = document["components"]["schemas"]["Status"]
    assert schema["examples"][0]["encumbrances"][0]["reference"] == "049107/0392"
    assert set(schema["required"]) <= schema["examples"][0].keys()


def test_an_append_shows_at_once(client, store):
    """Asked for by id it is there before it is projected, and a moment later in the search."""
    append(store, registered("US:patent:15000001", title="Valve"))
    assert client.get("/v1/rights/US:patent:15000001").json()["title"] == "Valve"
    wait_until_projected(client)
    assert client.get("/v1/rights?q=valve").json()["items"][0]["right"] == "US:patent:15000001"
