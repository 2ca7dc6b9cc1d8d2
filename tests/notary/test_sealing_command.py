"""`ipledger reseal` as a user types it."""

import json

import pytest
from typer.testing import CliRunner

from ledger.store import open_store
from scripts.cli import app
from tests.projections.ledgers import append, registered


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("IPLEDGER_HOME", str(tmp_path))
    monkeypatch.delenv("IPLEDGER_DATABASE_URL", raising=False)
    with open_store(tmp_path, origin="test.example/reseal") as store:
        append(store, registered("US:patent:15145443"))
        yield tmp_path


def run(*arguments):
    result = CliRunner().invoke(app, [*arguments, "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_a_seal_is_renewed_though_nothing_is_new(home):
    code, sealed = run("seal")
    assert (code, sealed["sealed"]["size"], sealed["sealed"]["position"]) == (0, 1, 2)
    assert run("seal")[1]["sealed"] is None
    code, renewed = run("reseal")
    assert (code, renewed["sealed"]["size"], renewed["sealed"]["position"]) == (0, 2, 3)
    (old,), (new,) = renewed["renewed"], renewed["by"]
    assert (old["authority"], old["expired"], new["expired"]) == ("embedded", False, False)
    assert old["time"] < new["time"] < new["certificate_ends"]
    code, report = run("verify")
    assert (code, report["ok"], report["findings"]) == (0, True, [])
    for language, word in (("en", "Renewed"), ("zh", "已续展")):
        shown = CliRunner().invoke(app, ["reseal", "--lang", language])
        assert word in shown.stdout
