"""Decisions a second, and submissions against the event-sourcing library's own aggregates.

    python -m scripts.bench.deciding [--seconds 0.03] [--submissions 200] [--rounds 3]

*Deciding*, in this process, per second of one core's time: each example of docs/commands is decided again and
again on the situation it stands in. The rights whose statements it asks for have their histories filled up to
20 and to 2,000 entries by register notes and filed papers. *Read anew*: the form is read, the statements are
folded from all entries, the rules asked. *At hand*: the same, with the statements known, as they are of a
right remembered since it was read last. A family's figure is the mean over its examples.

*Submitting*: pledge contracts on rights of their own, end to end on one durable server, 1 and 8 threads.
*ledger*: `Submissions.submit`, with form, rules, documents and chain. *stock*: an aggregate of the
event-sourcing library that is loaded, refuses a second pledge, and is saved. The figure is the median.
"""

import gc
import json
import shutil
import statistics
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

from ledger.entry import EntryClass
from ledger.facts.base import Fact
from ledger.facts.corrections import RecordingNoted
from ledger.facts.documents import DocumentFiled
from ledger.rules import PROCEDURES
from ledger.rules.base import Verdict
from ledger.rules.docket import rule_on
from ledger.rules.form import Submitted, parse
from ledger.rules.situation import Situation
from ledger.statement import State
from ledger.statement.base import Recorded, record_at
from ledger.store import Store, open_store
from ledger.store.audit import audit
from ledger.store.embedded import SUPERUSER
from ledger.submission import Given, Submissions

EXAMPLES: Final = Path(__file__).parents[2] / "docs" / "commands" / "examples"
SIZES: Final = (20, 2000)
THREADS: Final = (1, 8)
LEAST: Final = 3
"""How often a command is decided at least, however slow."""


@dataclass(frozen=True, slots=True)
class Step:
    """An example, its family, and the situation it is decided in."""

    family: str
    value: dict[str, Any]
    situation: Situation


def story() -> list[Step]:
    """The examples in order, each in the situation that those before it leave."""
    situation = Situation(datetime.now(UTC))
    steps = []
    for path in sorted(EXAMPLES.glob("*.json")):
        value = json.loads(path.read_text("utf-8"))
        submitted = parse(value, PROCEDURES)
        assert isinstance(submitted, Submitted), path
        family = type(submitted.command).__module__.rpartition(".")[2]
        steps.append(Step(family, value, situation))
        rulings, situation = rule_on(submitted, situation, PROCEDURES)
        assert rulings[0].decision.verdict is not Verdict.REFUSED, (path, rulings[0].decision.codes)
    return steps


def filled(step: Step, size: int) -> Situation:
    """The situation of an example, each right whose statement it asks for filled up to `size` entries."""
    situation = _unread(step.situation)
    _decide(step.value, situation)
    rights = {
        right: _filled(state, size) if situation.folded(right) else state
        for right, state in situation.rights.items()
    }
    return replace(situation, rights=rights, position=2 * _FILLED_FROM, _statements={}, _profiles={})


def _filled(state: State, size: int) -> State:
    missing = range(_FILLED_FROM, _FILLED_FROM + size - len(state.recorded))
    return State(state.right, [*state.recorded, *(_filling(state.right, position) for position in missing)])


_FILLED_FROM: Final = 100_000
"""A position behind every entry of the story."""


@cache
def _filling(right: str, position: int) -> Recorded:
    day = (datetime(2020, 1, 1, tzinfo=UTC) + timedelta(position % 1500)).date().isoformat()
    fact: Fact
    if position % 2:
        fact = RecordingNoted(rights=(right,), code="N", text=f"note {position}")
    else:
        fact = DocumentFiled(rights=(right,), kind="other", number=str(position), issued_on=day)
    return Recorded(record_at(position, fact, EntryClass.PARTY, None, day), fact)


def deciding(seconds: float) -> list[dict[str, Any]]:
    """Decisions a second by family, read anew and at hand, for each size of history."""
    steps = story()
    gc.collect()
    gc.freeze()  # no decision pays for looking through the story
    figures: dict[str, list[dict[str, float]]] = {}
    for step in steps:
        rates: dict[str, float] = {}
        for size in SIZES:
            situation = filled(step, size)
            rates[f"anew_{size}"] = _rate(step.value, situation, seconds, anew=True)
            rates[f"at_hand_{size}"] = _rate(step.value, situation, seconds, anew=False)
        figures.setdefault(step.family, []).append(rates)
    return [
        {"family": family, "examples": len(several)}
        | {name: round(statistics.harmonic_mean([rates[name] for rates in several])) for name in several[0]}
        for family, several in figures.items()
    ]


def _rate(value: dict[str, Any], situation: Situation, seconds: float, *, anew: bool) -> float:
    """Decisions on a command per second of processor time, measured for about so many seconds."""
    if not anew:
        _decide(value, situation)
    decided = 0
    began = time.thread_time()
    while (passed := time.thread_time() - began) < seconds or decided < LEAST:
        _decide(value, _unread(situation) if anew else replace(situation))
        decided += 1
    return decided / passed


def _unread(situation: Situation) -> Situation:
    """The situation with no statement folded yet."""
    return replace(situation, _statements={}, _profiles={})


def _decide(value: dict[str, Any], situation: Situation) -> None:
    submitted = parse(value, PROCEDURES)
    assert isinstance(submitted, Submitted)
    rule_on(submitted, situation, PROCEDURES)


# Submitting, against aggregates


class Right(Aggregate):
    """A right as the library's documentation would model it."""

    @event("Registered")
    def __init__(self, owner: str) -> None:
        """Nothing encumbers it yet."""
        self.owner = owner
        self.pledgee = ""

    def pledge(self, pledgor: str, pledgee: str, amount_minor: int, executed_on: str) -> None:
        """Refused where the pledgor is not the owner, or there is a pledge."""
        assert not self.pledgee
        self._pledge(pledgor, pledgee, amount_minor, executed_on)

    @event("PledgeContracted")
    def _pledge(self, pledgor: str, pledgee: str, amount_minor: int, executed_on: str) -> None:
        assert pledgor == self.owner
        self.pledgee = pledgee
        self.secured = (amount_minor, executed_on)


Side = Callable[[int], None]
"""One pledge on the right of this number."""


def submitting(home: Path, count: int, rounds: int) -> dict[str, Any]:
    """Pledges contracted a second, each on a right of its own, by 1 and by 8 threads; sides in turns."""
    samples: dict[tuple[str, int], list[float]] = {
        (side, threads): [] for threads in THREADS for side in ("ledger", "stock")
    }
    with open_store(home / "ledger", settings={"max_connections": "200"}) as store, _aggregates(store) as app:
        for turn in range(rounds):
            for (side, threads), rates in samples.items():
                base = (THREADS.index(threads) * rounds + turn) * count
                pledge = _ledger(store, base, count) if side == "ledger" else _stock(app, count)
                rates.append(_per_second(pledge, count, threads))
        report = audit(store)
        assert report.passed, report
    figures = {
        f"{side}_{threads}": round(statistics.median(rates), 1) for (side, threads), rates in samples.items()
    }
    ratios = {
        f"ratio_{threads}": round(figures[f"ledger_{threads}"] / figures[f"stock_{threads}"], 2)
        for threads in THREADS
    }
    return figures | ratios | {"audited_entries": report.entries}


def _ledger(store: Store, base: int, count: int) -> Side:
    """Rights registered beforehand; each pledge is a command through form, rules and append."""
    desk = Submissions(store, actor="bench")
    rights = [f"CN:software:2021SR{base + number:07d}" for number in range(count)]
    desk.submit(Given(tuple(_registration(right) for right in rights), listed=True, atomic=True))

    def pledge(number: int) -> None:
        (answer,) = desk.submit(Given((_contract(rights[number]),)))
        assert answer["decision"] == "accepted", answer["codes"]

    return pledge


def _registration(right: str) -> dict[str, Any]:
    return {
        "command": "report",
        "command_id": f"r:{right}",
        "source": {"register": "CPCC", "number": right},
        "fact": {
            "type": "right.registered",
            "rights": [right],
            "names": [],
            "title": "管理软件",
            "holders": [{"name": "甲公司"}],
            "granted_on": "2021-03-01",
            "expires_on": "2071-12-31",
        },
    }


def _contract(right: str) -> dict[str, Any]:
    known = {"kind": "legal_person", "state_organ": False, "public_welfare": False, "listed": False}
    return {
        "command": "contract_pledge",
        "command_id": f"p:{right}",
        "rights": [right],
        "pledgors": [{"name": "甲公司", "attributes": known}],
        "debtor": {"name": "甲公司"},
        "pledgees": [{"name": "乙银行"}],
        "addresses_stated": True,
        "claim": "loan",
        "amount": {"minor": 200000000, "currency": "CNY"},
        "debt_until": "2030-05-05",
        "secures": ["principal", "interest"],
        "assets": [{"right": right, "items": [5, 6]}],
        "executed_on": "2025-05-06",
        "document": "ab" * 32,
    }


@contextmanager
def _aggregates(store: Store) -> Iterator[Application[UUID]]:
    """The library's application on the same server, in a database of its own."""
    server = store.database.server
    assert server is not None
    address = conninfo_to_dict(server.conninfo(SUPERUSER))
    with store.database.connect_owner() as connection:
        connection.execute("CREATE DATABASE stock")
    app: Application[UUID] = Application(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": "stock",
            "POSTGRES_HOST": str(address["host"]),
            "POSTGRES_PORT": str(address["port"]),
            "POSTGRES_USER": str(address["user"]),
            "POSTGRES_PASSWORD": "",
            "POSTGRES_POOL_SIZE": str(max(THREADS)),
        }
    )
    try:
        yield app
    finally:
        app.close()


def _stock(app: Application[UUID], count: int) -> Side:
    """Aggregates saved beforehand; each pledge loads one, decides and saves it."""
    rights = [Right("甲公司") for _ in range(count)]
    for right in rights:
        app.save(right)

    def pledge(number: int) -> None:
        right: Right = app.repository.get(rights[number].id)
        right.pledge("甲公司", "乙银行", 200000000, "2025-05-06")
        app.save(right)

    return pledge


def _per_second(pledge: Side, count: int, threads: int) -> float:
    """Pledges a second of so many threads, each with its part of the rights."""
    failures: list[BaseException] = []

    def run(first: int) -> None:
        try:
            for number in range(first, count, threads):
                pledge(number)
        except BaseException as error:  # noqa: BLE001 -- raised by whoever waits for the threads
            failures.append(error)

    workers = [threading.Thread(target=run, args=(first,)) for first in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]
    return count / (time.perf_counter() - began)


def main() -> None:
    """Print the figures as JSON."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=0.03)
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="iplb-"))
    try:
        submitted = submitting(home, options.submissions, options.rounds)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(json.dumps({"families": deciding(options.seconds), "submitting": submitted}, indent=2))


if __name__ == "__main__":
    main()
