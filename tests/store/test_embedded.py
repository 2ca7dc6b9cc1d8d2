"""The server in the wheel: shared, killed, half made, in awkward places."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.errors import InputRejected, StorageUnavailable
from ledger.store import NO_ENTRY, Appended, AppendRequest, open_store
from ledger.store.audit import audit

Make = Callable[..., AppendRequest]

OPEN_AND_WAIT = """
import sys
from ledger.store import open_store
store = open_store(sys.argv[1], origin="test.example/ipledger")
print(store.origin, store.reader.head().position, flush=True)
sys.stdin.readline()
store.close()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of its own, short enough for a socket."""
    path = Path(tempfile.mkdtemp(prefix="iplh-"))
    yield path / "home"
    shutil.rmtree(path, ignore_errors=True)


def _process(home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_WAIT, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )


def _said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _leave(process: "subprocess.Popen[str]") -> None:
    assert process.communicate("\n", timeout=60) is not None
    assert process.returncode == 0


def _server_pid(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().split()[0])


def _running(home: Path) -> bool:
    return (home / "postgres" / "postmaster.pid").exists()


def test_processes_share_one_server_and_the_last_one_out_stops_it(home: Path, request_for: Make) -> None:
    with open_store(home, origin="test.example/ipledger") as store:
        pid = _server_pid(home)
        store.writer.append(request_for({"a": NO_ENTRY}))
        other = _process(home)
        assert _said(other) == "test.example/ipledger 1"
        assert _server_pid(home) == pid
    assert _running(home)
    _leave(other)
    assert not _running(home)


def test_processes_that_start_at_once_on_a_fresh_home_find_one_ledger(home: Path) -> None:
    processes = [_process(home) for _ in range(4)]
    assert [_said(process) for process in processes] == ["test.example/ipledger 0"] * 4
    for process in processes:
        _leave(process)
    assert not _running(home)


def test_a_killed_process_leaves_no_lock_and_its_server_is_found(home: Path, request_for: Make) -> None:
    process = _process(home)
    _said(process)
    pid = _server_pid(home)
    process.kill()
    process.communicate()
    with open_store(home) as store:
        assert _server_pid(home) == pid
        assert store.writer.append(request_for({"a": NO_ENTRY})) == Appended(1, 1)
    assert not _running(home)


def test_a_killed_server_is_started_again_under_reader_and_writer(home: Path, request_for: Make) -> None:
    with open_store(home) as store:
        store.writer.append(request_for({"a": NO_ENTRY}))
        os.kill(_server_pid(home), signal.SIGKILL)
        assert store.writer.append(request_for({"b": NO_ENTRY})) == Appended(2, 2)
        os.kill(_server_pid(home), signal.SIGKILL)
        assert store.reader.head().position == 2
        assert [entry.position for entry in store.reader.entries()] == [1, 2]
        assert audit(store).passed


def test_a_pid_file_whose_number_another_program_has_now_is_put_aside(home: Path) -> None:
    with open_store(home) as store:
        origin = store.origin
        pid_file = home / "postgres" / "postmaster.pid"
        leftover = pid_file.read_text()
    pid_file.write_text(leftover.replace(leftover.split()[0], str(os.getpid()), 1))
    with open_store(home) as store:
        assert store.origin == origin


def test_a_pid_file_whose_number_another_ledger_s_server_has_now_is_put_aside(home: Path) -> None:
    with open_store(home / "one") as store:
        origin = store.origin
        pid_file = home / "one" / "postgres" / "postmaster.pid"
        leftover = pid_file.read_text()
    with open_store(home / "other"):
        other = _server_pid(home / "other")
        pid_file.write_text(leftover.replace(leftover.split()[0], str(other), 1))
        with open_store(home / "one") as store:
            assert store.origin == origin
        assert _server_pid(home / "other") == other


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can serve another user's ledger")
def test_root_leaves_another_user_s_ledger_that_user_s(home: Path) -> None:
    """Also what the server writes meanwhile: a log that the user may not write would end every later use."""
    open_store(home).close()
    user = pwd.getpwnam("nobody")
    for path in (home, *home.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    with open_store(home) as store:
        assert store.reader.head().position == 0
    assert {path.stat().st_uid for path in home.rglob("*")} == {user.pw_uid}


def test_a_data_directory_that_cannot_be_made_is_told_in_the_server_s_words(home: Path) -> None:
    with pytest.raises(StorageUnavailable) as raised:
        open_store(home / "a\nb")
    assert "newline" in raised.value.message_en


@pytest.mark.parametrize("content", ["", "garbage\n", "1\n", "999999999\n/nowhere\n"])
def test_a_damaged_pid_file_stops_nothing(home: Path, content: str) -> None:
    open_store(home).close()
    (home / "postgres" / "postmaster.pid").write_text(content)
    open_store(home).close()


def test_a_set_up_that_was_cut_off_is_begun_again(home: Path) -> None:
    (home / "postgres.new" / "base").mkdir(parents=True)
    (home / "postgres.new" / "PG_VERSION").write_text("18\n")
    with open_store(home) as store:
        assert store.reader.head().position == 0


@pytest.mark.parametrize("name", ["with space", 'it\'s "quoted", 100%', "账本", "long" * 40])
def test_a_home_may_have_any_name(home: Path, name: str, request_for: Make) -> None:
    place = home / name
    for _ in range(2):
        with open_store(place) as store:
            store.writer.append(request_for({f"r{time.monotonic_ns()}": NO_ENTRY}))
    with open_store(place) as store:
        assert store.reader.head().position == 2


def test_a_home_that_cannot_be_made_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageUnavailable) as raised:
        open_store(tmp_path / "file" / "home")
    assert raised.value.code == "STORAGE_UNAVAILABLE"
    assert str(tmp_path / "file" / "home") in raised.value.message_en
    assert "\n" not in raised.value.message_en


def test_data_of_another_major_version_is_not_touched(home: Path) -> None:
    open_store(home).close()
    version = home / "postgres" / "PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(StorageUnavailable) as raised:
        open_store(home)
    assert "16" in raised.value.message_en


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    open_store(home).close()
    with pytest.raises(StorageUnavailable) as raised:
        open_store(home, settings={"shared_buffers": "nonsense"})
    assert "shared_buffers" in raised.value.message_en


def test_a_ledger_keeps_the_origin_it_began_with(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(home, origin="a.example/ledger"):
        pass
    with pytest.raises(InputRejected) as raised:
        open_store(home, origin="b.example/ledger")
    assert raised.value.code == "ORIGIN_DIFFERS"
    monkeypatch.setenv("IPLEDGER_HOME", str(home))
    with open_store() as store:
        assert store.origin == "a.example/ledger"


def test_a_ledger_of_a_newer_release_is_not_opened(home: Path) -> None:
    with open_store(home) as store, store.database.connect_owner() as connection:
        connection.execute(
            "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc) "
            "VALUES ('x', '9999_x', now())"
        )
    with pytest.raises(StorageUnavailable) as raised:
        open_store(home)
    assert "9999_x" in raised.value.message_en


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql://user:secret@127.0.0.1:1/none", "STORAGE_UNAVAILABLE"),
        ("postgresql://user:secret@[::1/none", "DATABASE_URL_INVALID"),
        ("mysql://user:secret@host/none", "DATABASE_URL_INVALID"),
    ],
)
def test_an_unreachable_or_unreadable_address_is_named_without_its_password(url: str, code: str) -> None:
    with pytest.raises((StorageUnavailable, InputRejected)) as raised:
        open_store(url=url)
    assert raised.value.code == code
    assert "secret" not in raised.value.message_en
    assert "\n" not in raised.value.message_en


def test_a_schema_name_is_checked() -> None:
    with pytest.raises(InputRejected) as raised:
        open_store(schema='x"; DROP')
    assert raised.value.code == "SCHEMA_NAME_INVALID"
