"""How commands end when the terminal, the disk, the user or the home does something awkward."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from projections import runner
from scripts.bench import generate_uspto
from scripts.cli import app
from tests.projections.ledgers import append, unknown_event

USPTO = Path(__file__).parent.parent / "data" / "registers" / "uspto"
OLD, NEW = (USPTO / f"patNum-8789601_snapshot-{month}.xml" for month in ("2019-02", "2023-11"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("status", "US:patent:1", "--as-off", "2020-01-01"),
        ("nonsense",),
        ("import", "nobody", NEW),
        ("evidence", "nonsense"),
        ("serve", "--port", "99999"),
        ("status", "US:patent:1", "--lang", "fr"),
    ],
)
def test_wrong_usage_is_told_to_programs_too(recorded, arguments):
    answer = recorded(*arguments, "--json")
    assert answer.code == 2
    assert answer.json["error"]["code"] == "USAGE"
    assert answer.json["error"]["message"]["en"]
    assert answer.json["error"]["message"]["zh"]
    assert answer.err


def test_a_reader_who_leaves_early_is_no_failed_check(recorded):
    for arguments in (("search", "fracturing"), ("search", "fracturing", "--json"), ("verify",)):
        with recorded.running(*arguments) as command:
            command.stdout.close()
            errors = command.stderr.read()
            assert command.wait(60) == 128 + signal.SIGPIPE
            assert "Traceback" not in errors
            assert "Exception ignored" not in errors


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_an_answer_that_cannot_be_written_is_not_given_as_fine(recorded, form):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "scripts.cli", "verify", *form],
            stdout=full,
            stderr=subprocess.PIPE,
            env=recorded.environment,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 3
    assert "FILE_SYSTEM_REFUSED" in done.stderr
    assert "Traceback" not in done.stderr


def test_closed_streams_change_no_exit_code(recorded):
    closed = 'exec "$0" -m scripts.cli verify >&- 2>&-'
    done = subprocess.run(
        ["sh", "-c", closed, sys.executable], env=recorded.environment, check=False, timeout=60
    )
    assert done.returncode == 0


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "latin-1"])
def test_a_terminal_that_lacks_a_sign_is_shown_another(recorded, encoding):
    for arguments in (("doctor", "--lang", "zh"), ("status", "15/145,443", "--all", "--lang", "zh")):
        with recorded.running(*arguments, PYTHONIOENCODING=encoding) as command:
            out, errors = command.communicate(timeout=60)
        assert out
        assert "Traceback" not in errors


def test_json_is_the_same_whatever_the_terminal_can_show(recorded):
    with recorded.running("status", "15/145,443", "--json", PYTHONIOENCODING="ascii") as command:
        out, _ = command.communicate(timeout=60)
    assert json.loads(out) == recorded("status", "15/145,443", "--json").json


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_an_import_that_is_interrupted_says_so_and_is_completed_by_the_next(ipledger, tmp_path, number, code):
    file = tmp_path / "many.xml"
    with file.open("wb") as stream:
        generate_uspto.write(stream, 6000, seed=3)
    ipledger("init")
    with ipledger.running("import", "uspto", file) as command:
        _wait_for_entries(ipledger)
        command.send_signal(number)
        out, errors = command.communicate(timeout=60)
    assert command.returncode == code, errors
    assert out == ""
    assert "INTERRUPTED" in errors
    assert "Traceback" not in errors
    assert ipledger("verify").code == 0
    completed = ipledger("import", "uspto", file, "--json").json
    assert completed["appended"] + completed["unchanged"] == completed["read"] == 6000
    assert completed["unchanged"] > 0


def test_an_import_waits_for_the_views_as_long_as_they_take(ipledger, monkeypatch, capsys):
    monkeypatch.setattr(runner, "_QUESTION_PATIENCE_SECONDS", 0.0)
    for name, value in ipledger.environment.items():
        monkeypatch.setenv(name, value)
    app(["import", "uspto", str(NEW), "--json"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["flagged"] == 5


def test_an_import_behind_an_entry_of_a_later_release_is_counted_all_the_same(ipledger):
    ipledger("import", "uspto", OLD)
    with ipledger.open() as store:
        unknown = append(store, unknown_event("US:patent:15000001")).first_position
    answer = ipledger("import", "uspto", NEW, "--json")
    assert answer.json["appended"] == 12
    assert answer.json["flagged"] is None
    assert answer.json["error"]["code"] == "UNKNOWN_EVENT_TYPE"
    assert answer.json["error"]["data"]["position"] == unknown
    assert answer.code == 1


def test_an_origin_that_cannot_sign_is_refused_before_a_ledger_is_made(ipledger):
    for origin in ("a name", "a+b", "x" * 300, "line\nfeed"):
        refused = ipledger("init", "--origin", origin, "--json")
        assert refused.code == 2
        assert refused.json["error"]["code"] == "KEY_NAME_INVALID"
    assert ipledger("init", "--json", IPLEDGER_ORIGIN="a name").code == 2
    assert ipledger("init", "--origin", "ledger.example/one").code == 0


def test_a_home_in_the_user_s_folder_is_one_folder(ipledger, tmp_path):
    environment = {"IPLEDGER_HOME": "~/ledger", "HOME": str(tmp_path)}
    assert ipledger("init", "--json", **environment).json["home"] == str(tmp_path / "ledger")
    assert (tmp_path / "ledger" / "keys").is_dir()


def test_wrong_configuration_is_an_input_error_and_a_missing_disk_is_unavailable(ipledger):
    ipledger("init")
    (ipledger.home / "authorities.toml").write_text("not toml [")
    for command in ("seal", "verify", "init"):
        assert ipledger(command, "--json").code == 2
    (ipledger.home / "authorities.toml").unlink()
    (ipledger.home / "keys" / "operator.pem").chmod(0o644)
    assert ipledger("verify", "--json").json["error"]["code"] == "KEY_FILE_PERMISSIONS"
    assert ipledger("verify").code == 2
    nowhere = ipledger("init", "--json", IPLEDGER_HOME="/proc/nowhere")
    assert nowhere.json["error"]["code"] == "KEY_FILE_UNREADABLE"
    assert nowhere.code == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without a name")
def test_a_user_without_a_name_is_called_by_number(ipledger, tmp_path):
    ipledger("import", "uspto", OLD)
    anybody = subprocess.run(
        [sys.executable, "-c", "from scripts.workspace import actor; print(actor())"],
        env={"PATH": os.environ["PATH"]},
        user=54321,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert anybody.stdout == "os:uid-54321\n"


def _wait_for_entries(ipledger):
    deadline = time.monotonic() + 60
    with ipledger.open() as store:
        while store.reader.head().position < 100:
            assert time.monotonic() < deadline
            time.sleep(0.01)
