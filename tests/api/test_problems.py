"""Every refusal is a problem document with a stable code, in the language asked for."""

import ast
import os
import signal
import tempfile
import time
from pathlib import Path

import pytest

import api
import ledger.values.dates
import ledger.values.rights
import projections
from api.problems import KINDS, preferred_language
from ledger.errors import InputRejected, LedgerError
from ledger.store import open_store
from tests.api.serving import serving, wait_until_projected
from tests.projections.ledgers import append, registered

RIGHT = "US:patent:15145443"


def subclasses(kind):
    yield kind
    for subclass in kind.__subclasses__():
        if subclass.__module__.split(".")[0] in {"ledger", "projections", "api"}:
            yield from subclasses(subclass)


def rejection_codes(*paths):
    """Codes given to InputRejected as text in these files and folders."""
    for path in paths:
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InputRejected":
                    yield node.args[0].value


def test_every_code_has_a_status():
    """The ledger's, the projections' and our own; and those of arguments a request can carry.

    Exports and their analysis run at the terminal only.
    """
    served = (kind for kind in subclasses(LedgerError) if "batch" not in kind.__module__)
    codes = {kind.code for kind in served}
    arguments = [Path(module.__file__) for module in (ledger.values.dates, ledger.values.rights)]
    folders = [Path(package.__file__).parent for package in (projections, api)]
    batch = Path(projections.__file__).parent / "batch"
    codes.update(set(rejection_codes(*arguments, *folders)) - set(rejection_codes(batch)))
    assert {"RIGHT_UNKNOWN", "PROJECTION_BEHIND", "ENTRY_UNKNOWN", "DATE_INVALID"} <= codes
    assert codes <= KINDS.keys()
    for kind in KINDS.values():
        assert 400 <= kind.status <= 599
        assert kind.en
        assert kind.zh


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-US,zh;q=0.5", "en"), (None, "en"), ("fr", "en")],
)
def test_a_problem_speaks_the_language_asked_for_and_holds_both(reader, language, expected):
    headers = {} if language is None else {"Accept-Language": language}
    answer = reader.get("/v1/rights/US:patent:99999999", headers=headers)
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == expected
    assert answer.headers["cache-control"] == "no-store"
    assert body.keys() == {"type", "title", "status", "detail", "instance", "code", "message", "data"}
    assert body["status"] == answer.status_code == 404
    assert body["type"] == "urn:ipledger:problem:right-unknown"
    assert body["instance"] == "/v1/rights/US:patent:99999999"
    assert body["detail"] == body["message"][expected]
    assert body["message"]["en"] != body["message"]["zh"]
    assert body["title"] == getattr(KINDS["RIGHT_UNKNOWN"], expected)


@pytest.mark.parametrize("header", ["", ";;;", "zh;q=", "zh;q=x", "en;q=1;q=2", "," * 5000, "zh;q=0, *"])
def test_any_language_header_is_survived(header):
    assert preferred_language(header) == "en"


@pytest.mark.parametrize(
    ("method", "address", "code"),
    [
        ("GET", "/", "NOT_FOUND"),
        ("GET", "/v2/rights", "NOT_FOUND"),
        ("GET", "/v1/nothing", "NOT_FOUND"),
        ("POST", "/v1/rights/x", "METHOD_NOT_ALLOWED"),
        ("DELETE", "/v1/entries/1", "METHOD_NOT_ALLOWED"),
    ],
)
def test_an_address_that_is_not_served_is_a_problem_too(reader, method, address, code):
    answer = reader.request(method, address)
    assert answer.status_code == KINDS[code].status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_a_damaged_entry_is_named_by_its_position(client, store):
    """Bytes that are not those that were hashed are never given out as an entry."""
    with store.database.connect_owner() as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE ledger_entry SET raw = raw || ' ' WHERE position = 2")
    answer = client.get("/v1/entries/2", params={"raw": 1})
    assert (answer.status_code, answer.json()["code"]) == (500, "CHAIN_BROKEN")
    assert answer.json()["data"]["position"] == 2


def test_a_fault_of_ours_is_a_problem_without_its_insides(client, monkeypatch):
    monkeypatch.setattr("api.routes.rights.status", lambda *_args, **_named: 1 // 0)
    answer = client.get(f"/v1/rights/{RIGHT}")
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert "ZeroDivision" not in answer.text


def test_a_code_nobody_listed_is_still_a_problem(client, monkeypatch):
    def refuse(*_args, **_named):
        raise InputRejected("SOMETHING_NEW", "new", "新")

    monkeypatch.setattr("api.routes.rights.status", refuse)
    answer = client.get(f"/v1/rights/{RIGHT}")
    assert (answer.status_code, answer.json()["code"]) == (422, "SOMETHING_NEW")


@pytest.fixture
def own_home():
    """A server of the test's own. Not below pytest's folder, which the server's user may not pass through."""
    with tempfile.TemporaryDirectory(prefix="ipl-", ignore_cleanup_errors=True) as path:
        yield Path(path)


def test_a_lost_database_is_unavailable_and_comes_back(own_home, monkeypatch):
    """The server is killed under the application, and stays away until it may be started again."""
    monkeypatch.setattr("ledger.store.database._PATIENCE_SECONDS", 1.0)
    with open_store(own_home) as store:
        append(store, registered(RIGHT))
        with serving(store) as client:
            assert client.get(f"/v1/rights/{RIGHT}").status_code == 200
            with monkeypatch.context() as away:
                away.setattr(type(store.database), "recover", lambda _: None)
                kill(int((own_home / "postgres" / "postmaster.pid").read_text().split()[0]))
                for address in (f"/v1/rights/{RIGHT}", "/v1/entries", "/readyz"):
                    answer = client.get(address)
                    assert (answer.status_code, answer.json()["code"]) == (503, "STORAGE_UNAVAILABLE")
                    assert answer.headers["retry-after"]
                assert client.get("/healthz").status_code == 200
            monkeypatch.undo()
            assert client.get(f"/v1/rights/{RIGHT}").status_code == 200
            wait_until_projected(client)


def kill(process):
    """End a database server at once, as a crash would, and see it gone."""
    os.kill(process, signal.SIGQUIT)
    deadline = time.monotonic() + 15
    while Path(f"/proc/{process}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
