"""How soon an entry is provable and sealed, and what the map costs.

    python -m scripts.bench.seals [--rights 200000] [--seconds 20] [--home DIRECTORY]

A fresh durable ledger gets `rights` rights, every second one with a pledge, and its first seal. Then rights
at random are pledged again and sealed, map proofs are asked for, and everything is audited: once plainly,
once with log, map and seals recomputed. Last, a steady stream of entries is appended while a worker seals
once a second with the embedded authority, and each entry is timed from its submission until its seal stands
in the ledger.
"""

import json
import resource
import tempfile
import threading
import time
from argparse import ArgumentParser
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

from ledger.entry import Draft, EntryClass, Source, new_salt
from ledger.facts.base import Fact
from ledger.facts.pledges import PledgeRegistered
from ledger.facts.registrations import RightRegistered
from ledger.store import NO_ENTRY, Appended, AppendRequest, Condition, Store, open_store
from ledger.store.audit import audit
from ledger.store.database import utc_now
from notary import merkle
from notary.authorities import load_authorities
from notary.log import Log
from notary.map_store import MapStore
from notary.seal_audit import Trust, check_seals
from notary.sealing import Sealer
from notary.seals import last_seal, recorded_seals
from notary.worker import seal_continually
from scripts.bench.status import Latency

CHANGED: Final = 10_000
INTERVAL_MS: Final = 1000
STREAM_PER_SECOND: Final = 500

_FIRST: Final = 13_000_000
_APPEND: Final = 500
_CLIENTS: Final = 4
_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; seconds are wall time, memory is of this process."""

    rights: int
    entries: int
    first_map_seconds: float
    memory_mib_before_the_first_map: int
    memory_mib_after_the_first_map: int
    changed_rights: int
    changed_map_seconds: float
    """Median of the rounds."""
    map_proof_present: Latency
    map_proof_absent: Latency
    submit_to_provable: Latency
    """From the call of `append` until an inclusion proof of the entry was made and verified."""
    stream_per_second: float
    submit_to_sealed: Latency
    """From the call of `append` until the seal that covers the entry stands in the ledger."""
    seals: int
    audit_seconds: float
    recompute_seconds: float
    """Log, map and seals, beside the audit."""
    notary_bytes: int


def measure(
    home: Path, rights: int = 200_000, *, seconds: int = 20, questions: int = 2000, seed: int = 11
) -> Figures:
    """Fill a ledger in `home`, seal it, change it, ask it, audit it, and stream into it."""
    random = Random(seed)  # noqa: S311  # repeatable on purpose, no secret
    with open_store(home) as store:
        _fill(store, rights)
        authorities = load_authorities(home, clock=utc_now)
        sealer = Sealer(store, home, authorities, utc_now)
        found, log = MapStore(store), Log(store)
        memory = [_memory_mib()]
        first = _timed(lambda: found.advance(store.reader.head().position))
        memory.append(_memory_mib())
        sealer.seal()
        rounds = []
        for number in range(_ROUNDS):
            _pledge_again(store, random.sample(range(rights), min(CHANGED, rights)), number)
            rounds.append(_timed(lambda: found.advance(store.reader.head().position)))
            sealer.seal()
        sealed = last_seal(store)
        assert sealed is not None
        size = sealed.signed.checkpoint.size
        present = _latency(
            lambda _: found.prove(f"asset:{_right(random.randrange(rights))}", size), questions
        )
        absent = _latency(lambda at: found.prove(f"asset:{_right(rights + at + 10**6)}", size), questions)
        trust = Trust(sealer.key.verifier, authorities, utc_now())
        audited = _timed(lambda: audit(store))
        recomputed = _timed(lambda: _expect_none(list(check_seals(store, recorded_seals(store), trust))))
        provable = _latency(lambda at: _append_and_prove(store, log, rights + at), questions // 4)
        sealing, seals, rate = _stream(store, sealer, rights + 2 * 10**6, seconds)
        return Figures(
            rights=rights,
            entries=size,
            first_map_seconds=round(first, 2),
            memory_mib_before_the_first_map=memory[0],
            memory_mib_after_the_first_map=memory[1],
            changed_rights=min(CHANGED, rights),
            changed_map_seconds=round(sorted(rounds)[len(rounds) // 2], 2),
            map_proof_present=present,
            map_proof_absent=absent,
            submit_to_provable=provable,
            stream_per_second=round(rate, 1),
            submit_to_sealed=sealing,
            seals=seals,
            audit_seconds=round(audited, 2),
            recompute_seconds=round(recomputed, 2),
            notary_bytes=_notary_bytes(store),
        )


def main() -> None:
    """Measure on a fresh ledger and print the figures as JSON."""
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rights", type=int, default=200_000)
    parser.add_argument("--seconds", type=int, default=20, help="how long entries are streamed")
    parser.add_argument("--home", type=Path, help="where to put the ledger; default a temporary directory")
    arguments = parser.parse_args()
    if arguments.home is not None:
        print(
            json.dumps(asdict(measure(arguments.home, arguments.rights, seconds=arguments.seconds)), indent=2)
        )
        return
    with tempfile.TemporaryDirectory() as made:
        print(json.dumps(asdict(measure(Path(made), arguments.rights, seconds=arguments.seconds)), indent=2))


def _fill(store: Store, rights: int) -> None:
    for first in range(0, rights, _APPEND):
        numbers = range(first, min(first + _APPEND, rights))
        results = store.writer.append_many([_registration(number, f"fill:{number}") for number in numbers])
        assert all(isinstance(result, Appended) for result in results)


def _registration(number: int, command_id: str) -> AppendRequest:
    right = _right(number)
    facts: list[Fact] = [
        RightRegistered.model_validate(
            {
                "rights": (right,),
                "title": f"VALVE AND METHOD {number % 997}",
                "names": ({"kind": "application", "number": right.rpartition(":")[2], "on": "2013-05-06"},),
                "filed_on": "2013-05-06",
            }
        )
    ]
    if number % 2:
        facts.append(_pledge(number, 0))
    drafts = tuple(_draft(fact, command_id, f"{number}/{place}") for place, fact in enumerate(facts))
    return AppendRequest(drafts, Condition(assets={right: NO_ENTRY}), command_id)


def _pledge_again(store: Store, numbers: Sequence[int], turn: int) -> None:
    for first in range(0, len(numbers), _APPEND):
        batch = numbers[first : first + _APPEND]
        heads = store.reader.asset_heads([_right(number) for number in batch])
        requests = []
        for number in batch:
            command_id = f"again:{turn}:{number}"
            draft = _draft(_pledge(number, turn + 1), command_id, command_id)
            condition = Condition(assets={_right(number): heads[_right(number)]})
            requests.append(AppendRequest((draft,), condition, command_id))
        assert all(isinstance(result, Appended) for result in store.writer.append_many(requests))


def _pledge(number: int, turn: int) -> PledgeRegistered:
    return PledgeRegistered.model_validate(
        {
            "rights": (_right(number),),
            "pledge": f"pld_{turn}_{number}",
            "pledgors": ({"name": f"Company {number % 5000} Inc."},),
            "pledgees": ({"name": f"Bank {number % 50}, N.A."},),
            "registered_on": f"20{16 + turn}-04-05",
        }
    )


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
    return f"US:patent:{_FIRST + number}"


def _append(store: Store, number: int) -> int:
    request = _registration(2 * number, f"one:{number}")
    result = store.writer.append(request)
    assert isinstance(result, Appended)
    return result.last_position


def _append_and_prove(store: Store, log: Log, number: int) -> None:
    position = _append(store, number + 10**6)
    proof = log.inclusion(position, position)
    merkle.verify_inclusion(
        leaf=merkle.leaf_hash(log.link(position)),
        index=merkle.leaf_index(position),
        size=position,
        proof=proof,
        root=log.root(position),
    )


def _stream(store: Store, sealer: Sealer, first: int, seconds: int) -> tuple[Latency, int, float]:
    """Append at a steady rate while a worker seals; latencies until sealed, seals made, entries a second."""
    stop = threading.Event()
    worker = threading.Thread(
        target=seal_continually, args=(sealer,), kwargs={"interval_ms": INTERVAL_MS, "stop": stop}
    )
    submitted: list[tuple[int, float]] = []
    seals: list[tuple[int, float]] = []
    numbers = count(first)
    began = time.perf_counter()

    def submit(client: int) -> None:
        for turn in count():
            due = began + (turn * _CLIENTS + client) / STREAM_PER_SECOND
            if due > began + seconds:
                return
            time.sleep(max(0.0, due - time.perf_counter()))
            start = time.perf_counter()
            submitted.append((_append(store, next(numbers)), start))

    def watch() -> None:
        known = last_seal(store)
        while not (stop.is_set() and seals and seals[-1][0] >= max(position for position, _ in submitted)):
            newest = last_seal(store)
            if newest is not None and newest != known:
                seals.append((newest.signed.checkpoint.size, time.perf_counter()))
                known = newest
            time.sleep(0.005)

    clients = [threading.Thread(target=submit, args=(client,)) for client in range(_CLIENTS)]
    watcher = threading.Thread(target=watch)
    for thread in (worker, watcher, *clients):
        thread.start()
    for thread in clients:
        thread.join()
    rate = len(submitted) / (time.perf_counter() - began)
    time.sleep(3 * INTERVAL_MS / 1000)
    stop.set()
    worker.join()
    watcher.join()
    sizes = [size for size, _ in seals]
    waited = [seals[bisect_left(sizes, position)][1] - start for position, start in submitted]
    return _summary(waited), len(seals), rate


def _expect_none(findings: list[Any]) -> None:
    assert not findings, findings


def _latency(ask: Callable[[int], object], questions: int) -> Latency:
    return _summary([_timed(lambda asked=index: ask(asked)) for index in range(questions)])  # type: ignore[misc]  # a bound argument


def _summary(seconds: Sequence[float]) -> Latency:
    ordered = sorted(seconds)
    at = [ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], ordered[-1]]
    return Latency(len(ordered), *(round(1000 * value, 3) for value in at))


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _notary_bytes(store: Store) -> int:
    with store.database.connection() as connection:
        row = connection.execute(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c "
            "WHERE c.relkind = 'r' AND c.relnamespace = %s::regnamespace",
            (f"{store.schema}_notary",),
        ).fetchone()
    assert row is not None
    return int(row[0])


def _memory_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
