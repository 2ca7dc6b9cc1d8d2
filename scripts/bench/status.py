"""How fast the read tables answer, and how fast they are filled.

    python -m scripts.bench.status [--rights 200000] [--home DIRECTORY]

Facts are appended directly, without a register's file: each right gets its registration, an assignment, and
every second one a pledge. Then the tables are filled behind the import (with their indexes, as after
`ipledger import`), rebuilt, and asked for rights at random from one client, one question at a time.
"""

import json
import resource
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

from ledger.entry import Draft, EntryClass, Source, new_salt
from ledger.facts.base import Fact, record_id
from ledger.facts.pledges import PledgeRegistered
from ledger.facts.registrations import RightRegistered
from ledger.facts.transfers import TransferRegistered
from ledger.store import NO_ENTRY, AppendRequest, Condition, Store, open_store
from projections import Views, catch_up, follow, open_views, rebuild, search, status

FIRST_APPLICATION: Final = 13_000_000
FIRST_PATENT: Final = 9_000_000

_APPEND: Final = 250
_THINGS: Final = ("APPARATUS", "METHOD", "SYSTEM", "COMPOSITION", "CIRCUIT", "VALVE", "SENSOR", "泵送装置")
_USES: Final = ("POWER CONVERSION", "IMAGE ANALYSIS", "DRILLING", "DATA STORAGE", "HEATING", "专利质押")


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds, over so many single questions."""

    questions: int
    p50_ms: float
    p99_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; rates are per second."""

    rights: int
    entries: int
    appended_per_second: float
    projected_per_second: float
    rebuilt_per_second: float
    status_by_id: Latency
    status_by_number: Latency
    status_as_known_before: Latency
    search_rare: Latency
    append_to_view: Latency
    tables_bytes: int
    peak_memory_mib: int


def measure(store: Store, rights: int = 200_000, *, questions: int = 10_000, seed: int = 7) -> Figures:
    """Fill an empty ledger and ask it."""
    random = Random(seed)  # noqa: S311  # repeatable on purpose, no secret
    views = open_views(store)
    append_seconds = _timed(lambda: _fill(store, rights))
    project_seconds = _timed(lambda: catch_up(store))
    rebuild_seconds = _timed(lambda: rebuild(store))
    entries = store.reader.head().position
    middle = store.reader.entry(entries // 2)
    assert middle is not None
    known = middle.parse().recorded_at

    def some_right() -> int:
        return random.randrange(rights)

    def ask(_index: int) -> object:
        return status(views, _right(some_right()), as_of=date(2024, 1, 1))

    by_number = _latency(lambda _: status(views, f"US {FIRST_PATENT + some_right():,} B2"), questions)
    first_half = rights // 2 - _APPEND
    then = _latency(
        lambda _: status(views, _right(random.randrange(first_half)), known_at=known), questions // 10
    )
    rare = _latency(lambda _: search(views, f"COMPANY {some_right()}"), questions // 10)
    figures = {
        "status_by_id": _latency(ask, questions),
        "status_by_number": by_number,
        "status_as_known_before": then,
        "search_rare": rare,
        "append_to_view": _append_to_view(store, views, rights, questions // 50),
    }
    return Figures(
        rights=rights,
        entries=entries,
        appended_per_second=round(entries / append_seconds, 1),
        projected_per_second=round(entries / project_seconds, 1),
        rebuilt_per_second=round(entries / rebuild_seconds, 1),
        **figures,
        tables_bytes=_tables_bytes(store),
        peak_memory_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def main() -> None:
    """Measure on a fresh ledger and print the figures as JSON."""
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rights", type=int, default=200_000)
    parser.add_argument("--home", type=Path, help="where to put the ledger; default a temporary directory")
    arguments = parser.parse_args()
    with _home(arguments.home) as home, open_store(home) as store:
        print(json.dumps(asdict(measure(store, arguments.rights)), indent=2))


@contextmanager
def _home(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def _fill(store: Store, rights: int) -> None:
    for first in range(0, rights, _APPEND):
        store.writer.append_many([_request(number) for number in range(first, min(first + _APPEND, rights))])


def _request(number: int) -> AppendRequest:
    right = _right(number)
    company = f"Company {number} Inc."
    facts: list[Fact] = [
        RightRegistered.model_validate(
            {
                "rights": (right,),
                "title": f"{_THINGS[number % 8]} FOR {_USES[number // 8 % 6]} {number % 997}",
                "names": (
                    {"kind": "application", "number": right.rpartition(":")[2], "on": "2013-05-06"},
                    {"kind": "grant", "number": str(FIRST_PATENT + number), "on": "2015-03-04"},
                ),
                "filed_on": "2013-05-06",
                "granted_on": "2015-03-04",
            }
        ),
        TransferRegistered.model_validate(
            {
                "rights": (right,),
                "grantors": ({"name": f"Inventor {number}"},),
                "grantees": ({"name": company},),
                "executed_on": "2014-01-02",
                "registered_on": "2014-02-03",
            }
        ),
    ]
    if number % 2:
        reference = f"{30_000 + number // 1000:06d}/{number % 1000:04d}"
        facts.append(
            PledgeRegistered.model_validate(
                {
                    "rights": (right,),
                    "pledge": record_id("pld", "USPTO", reference),
                    "pledgors": ({"name": company},),
                    "pledgees": ({"name": f"Bank {number % 50}, N.A."},),
                    "registered_on": "2016-04-05",
                }
            )
        )
    command_id = f"bench:{number}"
    drafts = tuple(_draft(fact, command_id, f"{number}/{place}") for place, fact in enumerate(facts))
    return AppendRequest(drafts, Condition(assets={right: NO_ENTRY}), command_id)


def _draft(fact: Fact, command_id: str, reference: str) -> Draft:
    return Draft(
        type=fact.TYPE,
        type_v=fact.VERSION,
        entry_class=EntryClass.PARTY,
        subjects=fact.tags(),
        effective_at=fact.effective_on or "2013-05-06",
        actor="bench",
        command_id=command_id,
        data=fact.as_data(),
        salt=new_salt(),
        source=Source("USPTO", reference, "0" * 64, "application/xml"),
    )


def _right(number: int) -> str:
    return f"US:patent:{FIRST_APPLICATION + number}"


def _append_to_view(store: Store, views: Views, rights: int, questions: int) -> Latency:
    """From the append's return to the entry's standing in the read tables, with a follower running."""
    stop = threading.Event()
    follower = threading.Thread(target=follow, args=(store, stop))
    follower.start()

    def wait(index: int) -> None:
        store.writer.append(_request(rights + index))
        start = time.perf_counter()
        while views.progress().lag:
            time.sleep(0.0005)
        waited.append(time.perf_counter() - start)

    waited: list[float] = []
    for index in range(questions):
        wait(index)
    stop.set()
    follower.join()
    return _summary(waited)


def _latency(ask: Callable[[int], object], questions: int) -> Latency:
    for index in range(min(100, questions)):
        ask(index)
    return _summary([_timed(lambda asked=index: ask(asked)) for index in range(questions)])  # type: ignore[misc]  # a bound argument


def _summary(seconds: Sequence[float]) -> Latency:
    ordered = sorted(seconds)
    at = [ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], ordered[-1]]
    return Latency(len(ordered), *(round(1000 * value, 3) for value in at))


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _tables_bytes(store: Store) -> int:
    with store.database.connection() as connection:
        row = connection.execute(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c "
            "WHERE c.relkind = 'r' AND c.relnamespace = %s::regnamespace",
            (f"{store.schema}_read",),
        ).fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    main()
