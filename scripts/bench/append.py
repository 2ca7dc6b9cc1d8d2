"""Conditional appends a second, side by side in one run.

    python -m scripts.bench.append [--rounds 3] [--home DIRECTORY] [--json]

Four sides, each with 1, 8 and 64 client threads of this one process, in turns, on one disk:

- *ledger*: `Writer.append` of one entry on the head of its right. The entry is canonical JSON, hashed,
  linked, protected, idempotent by its command id.
- *stock*: the event-sourcing library's own tag-based recorder on the same PostgreSQL server, on the condition
  that no event has the right's tag.
- *umadb*: the UmaDB server of its wheel, on the same condition.
- *bare*: one INSERT of the same bytes into a table without an index, one connection a thread: what the server
  can do at all without group commit of our own.

Each append is durable when it returns (fsync on; UmaDB as it comes). All sides are given the same payload and
three tags, made before the clock starts. The figure of a side is the median of its rounds.
"""

import itertools
import json
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeAlias
from uuid import uuid4

import psycopg
import umadb
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from ledger.entry import Draft, EntryClass, new_salt
from ledger.store import NO_ENTRY, Appended, AppendRequest, Condition, Store, open_store
from ledger.store.audit import audit
from ledger.store.embedded import SUPERUSER

CLIENTS: Final = (1, 8, 64)
APPENDS: Final = {1: 1500, 8: 4000, 64: 9600}
"""How many a round makes, with so many clients."""

SIDES: Final = ("ledger", "stock", "umadb", "bare")
_PAYLOAD: Final = {"grantors": [{"name": "ACME SEMICONDUCTOR CO., LTD."}], "text": "conveyance " * 24}

Work: TypeAlias = Callable[[], None]
Side: TypeAlias = Callable[[int], Iterator[Work]]
"""Given a client's number, its appends one after another, each made before it is timed."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Appends a second of a side with so many clients: the median of `rounds`."""

    side: str
    clients: int
    per_second: float
    rounds: list[float]


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, on what."""

    figures: list[Figure]
    ratios: dict[str, dict[int, float]]
    machine: dict[str, str]
    versions: dict[str, str]
    durability: dict[str, str]
    audited_entries: int

    def figure(self, side: str, clients: int) -> float:
        """Appends a second."""
        return next(f.per_second for f in self.figures if (f.side, f.clients) == (side, clients))


def measure(home: Path, *, rounds: int = 3) -> Report:
    """Run all sides in turns on fresh databases in `home`."""
    samples: dict[tuple[str, int], list[float]] = {
        (side, clients): [] for clients in CLIENTS for side in SIDES
    }
    with ExitStack() as stack:
        store = stack.enter_context(
            open_store(home / "ledger", origin="bench.example/ipledger", settings={"max_connections": "200"})
        )
        sides: dict[str, Side] = {
            "ledger": _ledger(store),
            "stock": stack.enter_context(_stock(store)),
            "umadb": stack.enter_context(_umadb(home / "umadb")),
            "bare": stack.enter_context(_bare(store)),
        }
        for _ in range(rounds):
            for (side, clients), rates in samples.items():
                rates.append(_rate(sides[side], clients))
        protection = store.database.protection()
        report = audit(store)
        assert report.passed, report
    figures = [
        Figure(side, clients, round(statistics.median(rates), 1), [round(rate, 1) for rate in rates])
        for (side, clients), rates in samples.items()
    ]
    median = {(figure.side, figure.clients): figure.per_second for figure in figures}
    return Report(
        figures=figures,
        ratios={
            f"ledger/{side}": {
                clients: round(median["ledger", clients] / median[side, clients], 2) for clients in CLIENTS
            }
            for side in SIDES[1:]
        },
        machine=_machine(),
        versions={"postgresql": protection.server_version, "python": platform.python_version()}
        | {name: version(name) for name in ("eventsourcing", "umadb", "psycopg")},
        durability=protection.durability,
        audited_entries=report.entries,
    )


def _rate(side: Side, clients: int) -> float:
    """Appends a second of `clients` threads that each append one after another, all made beforehand."""
    each = APPENDS[clients] // clients
    failures: list[BaseException] = []
    start = threading.Barrier(clients + 1)

    def run(client: int) -> None:
        try:
            appends = side(client)
            works = [next(appends) for _ in range(each + 1)]
            works.pop()()  # connections and statements are made before the clock starts
            start.wait()
            for append in works:
                append()
        except BaseException as error:  # noqa: BLE001 -- raised by whoever waits for the threads
            failures.append(error)
            start.abort()

    threads = [threading.Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    with suppress(threading.BrokenBarrierError):
        start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return each * clients / (time.perf_counter() - began)


def _endless(make: Callable[[], Work]) -> Iterator[Work]:
    while True:
        yield make()


def _ledger(store: Store) -> Side:
    def side(client: int) -> Iterator[Work]:
        def make() -> Work:
            right, command = f"US:patent:{uuid4().int % 10**8}-{uuid4().hex[:8]}", uuid4().hex
            draft = Draft(
                type="pledge.registered",
                type_v=1,
                entry_class=EntryClass.AUTHORITY,
                subjects=(f"asset:{right}", f"party:{client}", f"pledge:{command}"),
                effective_at="2026-01-01",
                actor="bench",
                command_id=command,
                data=_PAYLOAD,
                salt=new_salt(),
            )
            request = AppendRequest((draft,), Condition({right: NO_ENTRY}), command)

            def append() -> None:
                result = store.writer.append(request)
                assert isinstance(result, Appended)

            return append

        return _endless(make)

    return side


def _tags(client: int) -> list[str]:
    return [f"asset:US:patent:{uuid4().hex}", f"party:{client}", f"pledge:{uuid4().hex}"]


def _payload(tags: list[str]) -> bytes:
    """As many bytes as the ledger's entry has: its members, without place and hashes."""
    return json.dumps({"data": _PAYLOAD, "subjects": tags, "filling": "x" * 260}).encode()


@contextmanager
def _stock(store: Store) -> Iterator[Side]:
    address = conninfo_to_dict(_superuser(store))
    with store.database.connect_owner() as connection:
        connection.execute("CREATE DATABASE stock")
    datastore = PostgresDatastore(
        dbname="stock",
        host=str(address["host"]),
        port=str(address["port"]),
        user=str(address["user"]),
        password="",
        pool_size=max(CLIENTS),
        max_overflow=0,
    )
    recorder = PostgresDCBRecorderTT(datastore)
    recorder.create_table()

    def side(client: int) -> Iterator[Work]:
        def make() -> Work:
            tags = _tags(client)
            event = DCBEvent("pledge.registered", _payload(tags), tags)
            condition = DCBAppendCondition(DCBQuery([DCBQueryItem(tags=tags[:1])]))
            return lambda: _done(recorder.append([event], condition))

        return _endless(make)

    yield side
    datastore.close()


@contextmanager
def _umadb(directory: Path) -> Iterator[Side]:
    directory.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    server = subprocess.Popen(
        [Path(sys.executable).parent / "umadb", "--listen", address, "--db-path", directory],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    clients: dict[int, Any] = {}

    def connect() -> Any:
        for attempt in itertools.count():
            try:
                client = umadb.Client(f"http://{address}")
                client.head()
            except umadb.TransportError:
                if attempt > 100:
                    raise
                time.sleep(0.05)
            else:
                return client
        return None

    def side(client: int) -> Iterator[Work]:
        if client not in clients:
            clients[client] = connect()

        def make() -> Work:
            tags = _tags(client)
            event = umadb.Event("pledge.registered", _payload(tags), tags)
            condition = umadb.AppendCondition(umadb.Query([umadb.QueryItem(tags=tags[:1])]))
            return lambda: _done(clients[client].append([event], condition))

        return _endless(make)

    yield side
    server.terminate()
    server.wait()


@contextmanager
def _bare(store: Store) -> Iterator[Side]:
    with store.database.connect_owner() as connection:
        connection.execute("CREATE TABLE bare (id bigserial, data bytea)")
    connections: dict[int, psycopg.Connection[Any]] = {}

    def side(client: int) -> Iterator[Work]:
        if client not in connections:
            connections[client] = psycopg.connect(_superuser(store), autocommit=True, prepare_threshold=0)
            connections[client].execute(f"SET search_path TO {store.schema}")

        def make() -> Work:
            data = _payload(_tags(client))
            return lambda: _done(connections[client].execute("INSERT INTO bare (data) VALUES (%b)", (data,)))

        return _endless(make)

    yield side
    for one in connections.values():
        one.close()


def _done(_: object) -> None:
    """The answer is in; the append is durable."""


def _superuser(store: Store) -> str:
    server = store.database.server
    assert server is not None
    return server.conninfo(SUPERUSER)


def _machine() -> dict[str, str]:
    model = platform.processor() or platform.machine()
    memory = "unknown"
    cores = "unknown"
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        model, cores = (names[0] if names else model), str(len(names))
        total = Path("/proc/meminfo").read_text().split()[1]
        memory = f"{int(total) // 2**20} GiB"
    return {"cpu": model, "cores": cores, "memory": memory, "system": platform.platform()}


def main() -> None:
    """Print the figures, or all of it as JSON."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="iplb-", dir=options.home))
    try:
        report = measure(home, rounds=options.rounds)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    if options.json:
        print(json.dumps(asdict(report), indent=2))
        return
    print("appends/s  " + "".join(f"{clients:>5} client(s)" for clients in CLIENTS))
    for side in SIDES:
        print(f"{side:<11}" + "".join(f"{report.figure(side, clients):>15,.0f}" for clients in CLIENTS))
    for name, by_clients in report.ratios.items():
        print(f"{name:<15}" + "".join(f"{by_clients[clients]:>11.2f}    " for clients in CLIENTS))
    for facts in (report.machine, report.versions, report.durability):
        print(", ".join(f"{name} {value}" for name, value in facts.items()))


if __name__ == "__main__":
    main()
