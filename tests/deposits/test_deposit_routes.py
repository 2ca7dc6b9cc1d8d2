"""Deposits over HTTP: the file streams by, or only its digest comes."""

import hashlib

import pytest

from notary import deposits as module
from tests.api.serving import serving
from tests.deposits.conftest import RIGHT

CONTENT = b"%PDF-1.7 a disclosure"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def client(store, right):
    with serving(store) as opened:
        yield opened


def code_of(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_an_upload_is_deposited_and_found(client):
    answer = client.post(
        "/v1/deposits",
        params={"title": "交底书", "right": RIGHT},
        content=CONTENT,
        headers={"Content-Type": "application/pdf"},
    )
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/deposits/{SHA256}")
    shown = answer.json()["certificate"]
    assert shown["document"] == {
        "sha256": SHA256,
        "size": len(CONTENT),
        "media_type": "application/pdf",
        "title": "交底书",
        "kept": False,
    }
    assert shown["entry"]["rights"] == [RIGHT]
    found = client.get(f"/v1/deposits/{SHA256}")
    assert found.status_code == 200
    assert found.json()["certificate"]["entry"] == shown["entry"]


def test_a_digest_alone_is_deposited(client):
    answer = client.post("/v1/deposits", params={"sha256": SHA256, "size": len(CONTENT)})
    assert answer.status_code == 201
    again = client.post("/v1/deposits", content=CONTENT)
    assert (again.status_code, again.json()["known"]) == (200, True)


def test_an_upload_streams_in_pieces(client):
    answer = client.post("/v1/deposits", content=(bytes([number]) * 70_000 for number in range(50)))
    expected = hashlib.sha256(b"".join(bytes([number]) * 70_000 for number in range(50)))
    assert answer.json()["certificate"]["document"]["sha256"] == expected.hexdigest()


def test_kept_bytes_lie_in_the_store(client, store):
    assert client.post("/v1/deposits", params={"keep": "true"}, content=CONTENT).status_code == 201
    assert store.documents.get(SHA256).content == CONTENT


def test_a_certificate_is_sealed_once_a_seal_covers_it(store, sealer, authority):
    with serving(store, [authority]) as client:
        made = client.post("/v1/deposits", content=CONTENT).json()["certificate"]
        assert made["state"] == "chained"
        sealer.seal()
        found = client.get(f"/v1/deposits/{SHA256}").json()["certificate"]
    assert (found["state"], found["not_later_than"]["authority"]) == ("sealed", "embedded")


def test_an_unknown_file_is_a_clear_no(client):
    assert code_of(client.get(f"/v1/deposits/{SHA256}")) == (404, "DEPOSIT_UNKNOWN")
    assert code_of(client.get("/v1/deposits/abc")) == (422, "PARAMETER_INVALID")


@pytest.mark.parametrize(
    ("parameters", "content", "expected"),
    [
        ({}, b"", (422, "DOCUMENT_MISSING")),
        ({"sha256": SHA256}, b"", (422, "DOCUMENT_MISSING")),
        ({"sha256": SHA256, "size": "9", "keep": "true"}, b"", (422, "DOCUMENT_MISSING")),
        ({"sha256": "00" * 32}, CONTENT, (422, "DIGEST_MISMATCH")),
        ({"size": "1"}, CONTENT, (422, "DIGEST_MISMATCH")),
        ({"sha256": "xyz"}, CONTENT, (422, "PARAMETER_INVALID")),
        ({"size": "-1"}, CONTENT, (422, "PARAMETER_INVALID")),
        ({"surprise": "1"}, CONTENT, (422, "PARAMETER_INVALID")),
        ({"title": "张三 13800138000"}, CONTENT, (422, "PII_IN_EVENT")),
        ({"right": "US:patent:99999999"}, CONTENT, (404, "RIGHT_UNKNOWN")),
    ],
)
def test_what_cannot_be_deposited_is_a_problem_and_leaves_no_entry(
    client, store, parameters, content, expected
):
    head = store.reader.head().position
    assert code_of(client.post("/v1/deposits", params=parameters, content=content)) == expected
    assert store.reader.head().position == head


def test_what_is_too_large_to_be_kept_is_refused_while_it_comes(client, store, monkeypatch):
    monkeypatch.setattr(module, "KEPT_BYTES_MAX", 100_000)
    head = store.reader.head().position
    answer = client.post("/v1/deposits", params={"keep": "true"}, content=b"x" * 200_000)
    assert code_of(answer) == (413, "DOCUMENT_TOO_LARGE")
    assert store.reader.head().position == head
