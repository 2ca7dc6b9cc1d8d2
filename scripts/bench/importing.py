"""How fast register files are imported, and how fast the ledger is audited.

    python -m scripts.bench.importing [--recordings 200000] [--home DIRECTORY]

A generated file of the USPTO assignment register is imported into a fresh durable ledger, imported again
(nothing is new), projected, and audited from the raw rows with both cores.
"""

import json
import resource
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from ledger.importing import Importer
from ledger.registers import uspto
from ledger.store import Store, open_store
from ledger.store.audit import audit
from ledger.store.database import utc_now
from projections import catch_up, flagged_positions, open_views
from scripts.bench import generate_uspto

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; rates are per second, memory is of the importing process."""

    recordings: int
    entries: int
    read_per_second: float
    imported_per_second: float
    repeated_per_second: float
    projected_per_second: float
    flagged: int
    flag_seconds: float
    audited_per_second: float
    audit_seconds: float
    memory_mib_after_a_tenth: int
    memory_mib_at_the_end: int


def measure(home: Path, recordings: int, *, seed: int = 5) -> Figures:
    """Import, repeat, project and audit in `home`."""
    file = home / "recordings.xml"
    with file.open("wb") as stream:
        generate_uspto.write(stream, recordings, seed=seed)
    with open_store(home) as store:
        _, read_seconds = _timed(lambda: sum(1 for _ in uspto.read(file)))
        memory: list[int] = []
        importer = Importer(store, actor="bench", clock=utc_now)
        summary, import_seconds = _timed(
            lambda: importer.run(uspto.read(file), str(file), lambda _: memory.append(_memory_mib()))
        )
        assert summary.appended == recordings, summary.as_json()
        repeated, repeat_seconds = _timed(lambda: importer.run(uspto.read(file), str(file)))
        assert repeated.unchanged == recordings, repeated.as_json()
        entries = store.reader.head().position
        _, project_seconds = _timed(lambda: catch_up(store))
        span = summary.span()
        assert span is not None
        positions, flag_seconds = _timed(lambda: flagged_positions(open_views(store), *span))
        _checkpoint(store)
        report, audit_seconds = _timed(lambda: audit(store))
        assert report.passed, report
    return Figures(
        recordings=recordings,
        entries=entries,
        read_per_second=round(recordings / read_seconds, 1),
        imported_per_second=round(recordings / import_seconds, 1),
        repeated_per_second=round(recordings / repeat_seconds, 1),
        projected_per_second=round(entries / project_seconds, 1),
        flagged=summary.count_records(positions),
        flag_seconds=round(flag_seconds, 2),
        audited_per_second=round(entries / audit_seconds, 1),
        audit_seconds=round(audit_seconds, 2),
        memory_mib_after_a_tenth=memory[len(memory) // 10],
        memory_mib_at_the_end=memory[-1],
    )


def main() -> None:
    """Measure on a fresh ledger and print the figures as JSON."""
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--recordings", type=int, default=200_000)
    parser.add_argument("--home", type=Path, help="where to put the ledger; default a temporary directory")
    arguments = parser.parse_args()
    if arguments.home is not None:
        print(json.dumps(asdict(measure(arguments.home, arguments.recordings)), indent=2))
        return
    with tempfile.TemporaryDirectory() as made:
        print(json.dumps(asdict(measure(Path(made), arguments.recordings)), indent=2))


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def _memory_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _checkpoint(store: Store) -> None:
    """What the server still has to write of the import is not the audit's doing."""
    with store.database.connect_owner() as connection:
        connection.execute("CHECKPOINT")


if __name__ == "__main__":
    main()
