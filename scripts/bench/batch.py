"""Statistics and the audit of an export, on DuckDB and on Apache Spark side by side.

    python -m scripts.bench.batch [--entries 1000000] [--engines duckdb,spark] [--folder FOLDER]

A made-up export is written (`generate_parts`, no database), counted and audited by each engine; both must
give the same answers. Opening a session is measured apart. Spark is left out, and said to be, where it is not
installed. FOLDER keeps the export, and one that is there is taken.
"""

import json
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from projections.batch.auditing import ExportAudit, audit_export
from projections.batch.engines import engine
from projections.batch.errors import EngineMissing
from projections.batch.extras import EngineName
from projections.batch.manifest import MANIFEST, Manifest, read_manifest
from projections.batch.statistics import Table, statistics
from scripts.bench import generate_parts

ENGINES: Final[dict[str, EngineName]] = {"duckdb": "duckdb", "spark": "spark"}
_PACKAGES: Final[dict[EngineName, str]] = {"duckdb": "duckdb", "spark": "pyspark"}

Answers = tuple[list[Table], ExportAudit]


def measure(folder: Path, entries: int, engines: Sequence[EngineName]) -> dict[str, Any]:
    """Write the export if need be, then ask each engine the same."""
    began = time.perf_counter()
    there = (folder / MANIFEST).exists()
    manifest = read_manifest(folder) if there else generate_parts.write(folder, entries)
    written = time.perf_counter() - began
    figures: dict[str, Any] = {
        "entries": manifest.position,
        "parts": len(manifest.parts),
        "mib": round(sum(part.bytes for part in manifest.parts) / 2**20),
        "generated_per_second": None if there else round(entries / written),
        "engines": {},
        "missing": [],
    }
    answers: list[Answers] = []
    for name in engines:
        try:
            answer, measured = _ask(name, folder, manifest)
        except EngineMissing as error:
            figures["missing"].append({"engine": name, "reason": error.message_en})
            continue
        answers.append(answer)
        figures["engines"][name] = measured
    assert all(answer == answers[0] for answer in answers), "the engines differ"
    assert all(audit.finding is None for _, audit in answers), answers[0][1]
    figures["rows"] = sum(len(table.rows) for table in answers[0][0]) if answers else 0
    return figures


def _ask(name: EngineName, folder: Path, manifest: Manifest) -> tuple[Answers, dict[str, Any]]:
    clock = [time.perf_counter()]
    with ExitStack() as stack:
        opened = stack.enter_context(engine(name))
        clock.append(time.perf_counter())
        tables = statistics(opened, folder, manifest)
        clock.append(time.perf_counter())
        audit = audit_export(opened, folder, manifest)
        clock.append(time.perf_counter())
    opening, counting, auditing = (after - before for before, after in pairwise(clock))
    return (tables, audit), {
        "version": version(_PACKAGES[name]),
        "open_seconds": round(opening, 2),
        "statistics_seconds": round(counting, 2),
        "audit_seconds": round(auditing, 2),
        "audited_per_second": round(manifest.position / auditing),
    }


def main() -> None:
    """Measure and print the figures as JSON."""
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--engines", default="duckdb,spark")
    parser.add_argument("--folder", type=Path, help="where the export lies; default a temporary directory")
    arguments = parser.parse_args()
    engines = [ENGINES[name] for name in arguments.engines.split(",")]
    with tempfile.TemporaryDirectory() as made:
        figures = measure(arguments.folder or Path(made) / "parquet", arguments.entries, engines)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
