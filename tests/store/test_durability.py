"""No acknowledged entry is lost and no lost one acknowledged: kills, cut connections, full disks.

The servers here wait for the disk (fsync on).
"""

import contextlib
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from ledger.errors import StorageUnavailable
from ledger.store import NO_ENTRY, Appended, AppendRequest, Stale, Store, open_store
from ledger.store import writer as writer_module
from ledger.store.audit import audit

Make = Callable[..., AppendRequest]

APPENDER = """
import itertools, sys, threading, uuid
from ledger.entry import Draft, EntryClass, new_salt
from ledger.errors import StorageUnavailable
from ledger.store import NO_ENTRY, Appended, AppendRequest, Condition, open_store

store = open_store(sys.argv[1])
print("ready", flush=True)
lock = threading.Lock()

def append(thread):
    for number in itertools.count():
        command = f"{sys.argv[2]}-{thread}-{number}"
        right = f"r-{command}"
        draft = Draft("test.noted", 1, EntryClass.OPERATOR, (f"asset:{right}",), "2026-01-01", "test",
                      command, {"number": number}, new_salt())
        result = store.writer.append(AppendRequest((draft,), Condition({right: NO_ENTRY}), command))
        with lock:
            print(command, result.first_position, flush=True)

for thread in range(4):
    threading.Thread(target=append, args=(thread,), daemon=True).start()
sys.stdin.readline()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="ipld-"))
    yield path / "home"
    shutil.rmtree(path, ignore_errors=True)


class Appender:
    """A process that appends as fast as it can and says each command it was acknowledged, and where."""

    def __init__(self, home: Path, name: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", APPENDER, str(home), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        self.acknowledged: dict[str, int] = {}
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith("\n"):  # the last one may have been cut
                command, position = line.split()
                self.acknowledged[command] = int(position)

    def stop(self) -> None:
        """Kill it and hear the rest of what it said."""
        self.process.kill()
        self._reader.join()
        self.process.communicate()


def _check(store: Store, acknowledged: dict[str, int]) -> None:
    report = audit(store)
    assert report.passed, report
    # The server may still finish what a killed process sent it last, after the audit's snapshot.
    stored = {entry.parse().command_id: entry.position for entry in store.reader.entries(upto=report.entries)}
    assert len(stored) == report.entries
    assert {command: stored.get(command) for command in acknowledged} == acknowledged


def _kill_writers(home: Path, seeds: range) -> None:
    acknowledged: dict[str, int] = {}
    with open_store(home) as store:
        for seed in seeds:
            chance = random.Random(seed)
            appender = Appender(home, f"w{seed}")
            time.sleep(chance.uniform(0.0, 0.3))
            appender.stop()
            acknowledged |= appender.acknowledged
            _check(store, acknowledged)
    assert acknowledged


def _kill_servers(home: Path, seeds: range) -> None:
    acknowledged: dict[str, int] = {}
    appender = Appender(home, "s")
    for seed in seeds:
        chance = random.Random(seed)
        time.sleep(chance.uniform(0.05, 0.4))
        heard = len(appender.acknowledged)
        _kill_server(home, every_process=chance.random() < 0.5)
        deadline = time.monotonic() + 60
        while len(appender.acknowledged) <= heard + 20:
            assert appender.process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
    appender.stop()
    acknowledged |= appender.acknowledged
    with open_store(home) as store:
        _check(store, acknowledged)


def _kill_server(home: Path, *, every_process: bool) -> None:
    pid = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if every_process else []
    for number in [pid, *map(int, children)]:
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            continue


def test_a_killed_writer_loses_nothing_it_was_acknowledged(home: Path) -> None:
    _kill_writers(home, range(3))


def test_a_killed_server_loses_nothing_it_acknowledged(home: Path) -> None:
    _kill_servers(home, range(3))


@pytest.mark.campaign
def test_fifty_killed_writers_lose_nothing(home: Path) -> None:
    _kill_writers(home, range(100, 150))


@pytest.mark.campaign
def test_fifty_killed_servers_lose_nothing(home: Path) -> None:
    _kill_servers(home, range(100, 150))


class Proxy:
    """Stands between clients and a server, and cuts a connection at a chosen moment.

    `cut_next = "before"`: the next message of a client is not delivered. `"after"`: it is, and the answer is
    not. In both cases the client sees a broken connection. `refusing`: no new connection comes through.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cut_next: str | None = None
        self.refusing = False
        self._silenced: set[socket.socket] = set()
        self._sockets: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments))
        self._threads[-1].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refusing:
                client.close()
                continue
            server = socket.create_connection(self._server)
            self._sockets += [client, server]
            self._start(self._ask, client, server)
            self._start(self._answer, server, client)

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(1 << 16):
                moment, self.cut_next = self.cut_next, None
                if moment == "before":
                    break
                if moment == "after":
                    self._silenced.add(server)
                server.sendall(data)
        _shut(client, server)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(1 << 16):
                if server in self._silenced:
                    break
                client.sendall(data)
        _shut(client, server)

    def cut_all(self) -> None:
        _shut(*self._sockets[1:])

    def close(self) -> None:
        _shut(*self._sockets)
        for thread in self._threads:
            thread.join()
        for one in self._sockets:
            one.close()


def _shut(*sockets: socket.socket) -> None:
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue


@pytest.fixture
def proxy(external_server: str) -> Iterator[Proxy]:
    address = urlsplit(external_server)
    assert address.hostname is not None
    assert address.port is not None
    proxy = Proxy(address.hostname, address.port)
    yield proxy
    proxy.close()


@pytest.fixture
def proxied(external_server: str, proxy: Proxy) -> Iterator[Store]:
    """A ledger reached through the proxy, its statements prepared and its connections quiet."""
    url = external_server.replace(f":{urlsplit(external_server).port}/", f":{proxy.port}/")
    with open_store(url=url, schema=f"p{uuid4().hex}", origin="proxied.example/ipledger") as store:
        yield store


def _quiet() -> None:
    time.sleep(0.1)  # the notification of the append before has gone


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_connection_cut_around_the_commit_is_made_up_for(
    proxied: Store, proxy: Proxy, request_for: Make, moment: str
) -> None:
    assert proxied.writer.append(request_for({"a": NO_ENTRY})) == Appended(1, 1)
    _quiet()
    proxy.cut_next = moment
    assert proxied.writer.append(request_for({"b": NO_ENTRY})) == Appended(2, 2)
    assert proxy.cut_next is None
    assert audit(proxied).entries == 2


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_cut_answers_each_request_of_a_batch_as_if_there_had_been_none(
    proxied: Store, proxy: Proxy, request_for: Make, moment: str
) -> None:
    proxied.writer.append(request_for({"a": NO_ENTRY}, command_id="old"))
    _quiet()
    proxy.cut_next = moment
    results = proxied.writer.append_many(
        [
            request_for({"b": NO_ENTRY}, count=2),
            request_for({"a": NO_ENTRY}),
            request_for({"a": NO_ENTRY}, command_id="old"),
            request_for({"c": NO_ENTRY}),
        ]
    )
    assert results == [Appended(2, 3), Stale("asset:a"), Appended(1, 1, replay=True), Appended(4, 4)]


def test_a_read_is_repeated_on_a_new_connection(proxied: Store, proxy: Proxy, request_for: Make) -> None:
    proxied.writer.append(request_for({"a": NO_ENTRY}))
    assert proxied.reader.head().position == 1
    proxy.cut_all()
    assert proxied.reader.head().position == 1


def test_a_database_that_stays_away_is_said_to_and_the_request_may_come_again(
    proxied: Store, proxy: Proxy, request_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_PATIENCE_SECONDS", 0.5)
    proxied.writer.append(request_for({"a": NO_ENTRY}))
    _quiet()
    proxy.refusing = True
    proxy.cut_next = "after"
    request = request_for({"b": NO_ENTRY})
    with pytest.raises(StorageUnavailable):
        proxied.writer.append(request)
    proxy.refusing = False
    assert proxied.writer.append(request) == Appended(2, 2, replay=True)
    assert audit(proxied).entries == 2


def test_callers_of_one_batch_all_hear_that_the_database_is_away(
    proxied: Store, proxy: Proxy, request_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_PATIENCE_SECONDS", 0.5)
    proxied.writer.append(request_for({"a": NO_ENTRY}))
    proxy.refusing = True
    proxy.cut_all()
    heard: list[str] = []

    def append(number: int) -> None:
        try:
            proxied.writer.append(request_for({f"r{number}": NO_ENTRY}))
        except StorageUnavailable as error:
            heard.append(error.code)

    threads = [threading.Thread(target=append, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert heard == ["STORAGE_UNAVAILABLE"] * 8
    proxy.refusing = False
    assert proxied.writer.append(request_for({"b": NO_ENTRY})) == Appended(2, 2)


def test_a_disk_without_room_refuses_the_append_and_keeps_the_ledger(home: Path, request_for: Make) -> None:
    """The limit on a file's size stands in for the end of the disk."""
    open_store(home).close()
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (17 << 20, allowed[1]))  # the server inherits it
    try:
        store = open_store(home)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    with store:
        payload = [random.Random(number).randbytes(30_000).hex() for number in range(20)]
        appended = 0
        refused = None
        while refused is None:
            assert appended < 40
            try:
                store.writer.append(request_for({f"r{appended}": NO_ENTRY}, payload=payload))
                appended += 1
            except StorageUnavailable as error:
                refused = error
        assert "File too large" in refused.data["detail"]
        assert appended > 1
        assert store.reader.head().position == appended
        assert store.writer.append(request_for({"last": NO_ENTRY})) == Appended(appended + 1, appended + 1)
        assert audit(store).passed


def test_an_interrupt_while_waiting_leaves_nobody_behind(store: Store, request_for: Make) -> None:
    """A waiting caller that is interrupted takes its request back, or sees it through; others go on."""
    with store.database.connect_owner() as connection, connection.transaction():
        connection.execute("SELECT * FROM ledger_head FOR UPDATE")
        results: list[object] = []
        leader = threading.Thread(
            target=lambda: results.append(store.writer.append(request_for({"a": NO_ENTRY})))
        )
        leader.start()
        time.sleep(0.2)
        interrupter = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        interrupter.start()
        with pytest.raises(KeyboardInterrupt):
            store.writer.append(request_for({"b": NO_ENTRY}))
        follower = threading.Thread(
            target=lambda: results.append(store.writer.append(request_for({"c": NO_ENTRY})))
        )
        follower.start()
        time.sleep(0.2)
    leader.join(timeout=20)
    follower.join(timeout=20)
    assert results == [Appended(1, 1), Appended(2, 2)]
