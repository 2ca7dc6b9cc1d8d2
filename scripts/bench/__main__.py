"""`make bench`: every benchmark, one after the other, and `docs/performance.md` from what they print.

    python -m scripts.bench [--only append,importing,status,seals,proofs,deciding,batch,waterfall] [--quick]

Each runs in a process of its own on a fresh durable ledger. With `--quick` they are a tenth as long, nothing
is written, and the figures mean little.
"""

import json
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from scripts.bench.machine import described

PAGE: Final = Path(__file__).parent.parent.parent / "docs" / "performance.md"
HEADER: Final = """# Performance

Measured by `make bench`, which writes this page: one machine on one day, every append durable when
acknowledged. Where two sides stand in one table they ran in turns in the same run, and the ratio is the
figure to look at: the machine is shared and noisy. *Wanted* is the bar the project set itself.
"""

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """One benchmark: its module, its arguments in full and in quick, and how its figures are shown."""

    name: str
    title: str
    full: tuple[str, ...]
    quick: tuple[str, ...]
    show: Callable[[dict[str, Any]], list[str]]


def main() -> None:
    """Run what was asked for and write the page."""
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default=",".join(bench.name for bench in BENCHES))
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    chosen = arguments.only.split(",")
    console = Console(highlight=False)
    parts = [HEADER, "## Machine", *_table(("what", "this run"), described())]
    parts.append(f"\nRun of {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.\n")
    for bench in BENCHES:
        if bench.name not in chosen:
            continue
        console.print(f"[bold]{bench.title}[/bold] …")
        figures = _run(bench, quick=arguments.quick)
        shown = bench.show(figures)
        command = f"python -m scripts.bench.{bench.name} {' '.join(bench.full)}".rstrip()
        parts += [f"\n## {bench.title}\n", f"`{command}`\n", *shown]
        console.print("\n".join(shown), markup=False)
    if not arguments.quick and set(chosen) == {bench.name for bench in BENCHES}:
        PAGE.write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")
        console.print(f"written: {PAGE}")


def _run(bench: Bench, *, quick: bool) -> dict[str, Any]:
    arguments = bench.quick if quick else bench.full
    done = subprocess.run(
        [sys.executable, "-m", f"scripts.bench.{bench.name}", *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


_APPEND_WANTED: Final = """Entries a second, median of the rounds. Wanted: at 1 client at least 1.5 × stock
and not behind UmaDB; at 64 clients at least 10,000 and ahead of UmaDB.
"""


def _append(figures: dict[str, Any]) -> list[str]:
    clients = sorted({figure["clients"] for figure in figures["figures"]})
    sides = list(dict.fromkeys(figure["side"] for figure in figures["figures"]))
    rates = {(figure["side"], figure["clients"]): figure["per_second"] for figure in figures["figures"]}
    rows: list[Row] = [(side, *(f"{rates[side, count]:,.0f}" for count in clients)) for side in sides]
    rows += [
        (sides.replace("/", " ÷ "), *(f"{ratio:.2f}" for ratio in by_clients.values()))
        for sides, by_clients in figures["ratios"].items()
    ]
    facts = {**figures["versions"], **figures["durability"]}
    return [
        _APPEND_WANTED,
        *_table(("side", *(f"{count} client{'s' * (count > 1)}" for count in clients)), rows),
        "",
        ", ".join(f"{name} {value}" for name, value in facts.items()) + ".",
        "",
        f"The {figures['audited_entries']:,} entries of the run were audited afterwards.",
    ]


def _importing(figures: dict[str, Any]) -> list[str]:
    memory = f"{figures['memory_mib_after_a_tenth']} → {figures['memory_mib_at_the_end']} MiB"
    rows: list[Row] = [
        ("recordings read from XML", f"{figures['read_per_second']:,.0f}/s", ""),
        ("recordings imported", f"{figures['imported_per_second']:,.0f}/s", "2,000/s"),
        ("the same file again", f"{figures['repeated_per_second']:,.0f}/s", ""),
        ("memory after a tenth and at the end", memory, "flat"),
        ("entries projected", f"{figures['projected_per_second']:,.0f}/s", ""),
        ("entries audited, both cores", f"{figures['audited_per_second']:,.0f}/s", "200,000/s"),
    ]
    size = f"{figures['recordings']:,} generated recordings, {figures['entries']:,} entries."
    return [size, "", *_table(("what", "measured", "wanted"), rows)]


def _status(figures: dict[str, Any]) -> list[str]:
    names = {
        "status_by_id": ("status by id", "p99 < 5 ms"),
        "status_by_number": ("status by a patent number", "p99 < 5 ms"),
        "status_as_known_before": ("status as known in the past", ""),
        "search_rare": ("search for a rare name", ""),
        "append_to_view": ("append to view", ""),
    }
    rows = [_latency(label, figures[name], wanted) for name, (label, wanted) in names.items()]
    rates: list[Row] = [
        ("entries projected behind an import", f"{figures['projected_per_second']:,.0f}/s"),
        ("entries rebuilt", f"{figures['rebuilt_per_second']:,.0f}/s"),
        ("read tables", f"{figures['tables_bytes'] / 2**20:,.0f} MiB"),
        ("memory of the process", f"{figures['peak_memory_mib']} MiB"),
    ]
    return [
        f"{figures['rights']:,} rights, {figures['entries']:,} entries, one client.",
        "",
        *_table(("question", "p50", "p99", "max", "wanted"), rows),
        "",
        *_table(("what", "measured"), rates),
    ]


def _seals(figures: dict[str, Any]) -> list[str]:
    rows = [
        _latency("submit → inclusion provable", figures["submit_to_provable"], "< 100 ms"),
        _latency("submit → sealed by the embedded authority", figures["submit_to_sealed"], "p99 < 1.5 s"),
        _latency("map proof, presence", figures["map_proof_present"], "p99 < 50 ms"),
        _latency("map proof, absence", figures["map_proof_absent"], "p99 < 50 ms"),
    ]
    changed = f"map update of {figures['changed_rights']:,} changed rights"
    rates: list[Row] = [
        (changed, f"{figures['changed_map_seconds']:.2f} s", "< 3 s"),
        ("first map of all rights", f"{figures['first_map_seconds']:.1f} s", ""),
        ("audit of entries alone", f"{figures['audit_seconds']:.1f} s", ""),
        ("log and every map root recomputed beside it", f"{figures['recompute_seconds']:.1f} s", ""),
        ("stream while sealing", f"{figures['stream_per_second']:,.0f} entries/s", "500/s"),
    ]
    return [
        f"{figures['rights']:,} rights, {figures['entries']:,} entries, {figures['seals']} seals.",
        "",
        *_table(("what", "p50", "p99", "max", "wanted"), rows),
        "",
        *_table(("what", "measured", "wanted"), rates),
    ]


def _proofs(figures: dict[str, Any]) -> list[str]:
    rows: list[Row] = [
        (side, f"{figure['microseconds']:,.0f} µs", f"{figure['ratio']:.1f} ×")
        for side, figure in figures["token"].items()
    ]
    package = figures["package"]
    checked: list[Row] = [
        ("`ipledger evidence verify`", f"{package['full_seconds']:.2f}", "< 1"),
        ("`verify.py`", f"{package['standalone_seconds']:.2f}", ""),
    ]
    return [
        "One RSA-2048 token with its chain, median of the rounds; wanted < 500 µs for ours.\n",
        *_table(("side", "per token", "time against ours"), rows),
        "",
        f"All {package['entries']:,} entries of a right, {package['kib']:,} KiB; each a process of its own:",
        "",
        *_table(("verifier", "seconds", "wanted"), checked),
    ]


_DECIDING: Final = """Per second of one core's time, on rights of 20 and of 2,000 entries, with statements
at hand or folded anew from all entries each time. Wanted: 3,000/s with 20 entries, 200/s with 2,000.
"""
_SUBMITTING: Final = """Pledge contracts submitted end to end, each on a right of its own; *stock* is an
aggregate of the event-sourcing library, without form, documents, chain and log:
"""


def _deciding(figures: dict[str, Any]) -> list[str]:
    rows: list[Row] = [
        (
            each["family"],
            f"{each['examples']}",
            *(f"{each[name]:,}/s" for name in ("at_hand_20", "anew_20", "at_hand_2000", "anew_2000")),
        )
        for each in figures["families"]
    ]
    submitted = figures["submitting"]
    sides: list[Row] = [
        (side, *(f"{submitted[f'{side}_{threads}']:,.0f}/s" for threads in (1, 8)))
        for side in ("ledger", "stock")
    ]
    sides.append(("ledger ÷ stock", *(f"{submitted[f'ratio_{threads}']:.2f}" for threads in (1, 8))))
    columns = ("family", "examples", "20, at hand", "20, anew", "2,000, at hand", "2,000, anew")
    return [
        _DECIDING,
        *_table(columns, rows),
        "",
        _SUBMITTING,
        *_table(("side", "1 client", "8 clients"), sides),
        "",
        f"The {submitted['audited_entries']:,} entries of the run were audited afterwards.",
    ]


def _waterfall(figures: dict[str, Any]) -> list[str]:
    rows: list[Row] = [
        ("all periods simulated, facts made and folded", f"{figures['simulated_seconds']:.2f} s", "< 2 s"),
        ("of it, time on the processor", f"{figures['simulated_cpu_seconds']:.2f} s", ""),
        ("the whole dossier folded once", f"{figures['folded_seconds']:.2f} s", ""),
        ("the last period run again from it", f"{figures['rerun_seconds']:.2f} s", ""),
        ("the waterfall alone", f"{figures['waterfall_alone_per_second']:,.0f} periods/s", ""),
    ]
    size = (
        f"{figures['rights']:,} rights, each a deal of its own, over {figures['periods']} periods: "
        f"{figures['facts']:,} facts, {figures['redeemed']} redemptions."
    )
    return [size, "", *_table(("what", "measured", "wanted"), rows)]


def _batch(figures: dict[str, Any]) -> list[str]:
    rows: list[Row] = [
        (
            f"{name} {each['version']}",
            f"{each['open_seconds']:.1f} s",
            f"{each['statistics_seconds']:.2f} s",
            f"{each['audit_seconds']:.1f} s",
            f"{each['audited_per_second']:,}/s",
        )
        for name, each in figures["engines"].items()
    ]
    rate, files = figures["generated_per_second"], f"{figures['parts']} Parquet files, {figures['mib']:,} MiB"
    made = f"{figures['entries']:,} made-up entries as {files}, written at {rate:,}/s."
    equal = f"All gave the same {figures['rows']:,} rows and the same audit." if len(rows) > 1 else ""
    return [
        f"{made} Wanted: statistics in less than 5 s on DuckDB, and equal answers. {equal}".rstrip(),
        "",
        *_table(("engine", "opening", "all statistics", "audit", "entries audited"), rows),
        *(f"\nNot measured: {each['engine']}: {each['reason']}." for each in figures["missing"]),
    ]


def _latency(label: str, figure: dict[str, Any], wanted: str) -> Row:
    return (
        label,
        f"{figure['p50_ms']:.2f} ms",
        f"{figure['p99_ms']:.2f} ms",
        f"{figure['max_ms']:.1f} ms",
        wanted,
    )


def _table(columns: Row, rows: Sequence[Row]) -> list[str]:
    lines = [columns, tuple("---" for _ in columns), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


BENCHES: Final = (
    Bench("append", "Conditional append", ("--json",), ("--json", "--rounds", "1"), _append),
    Bench("importing", "Import and audit", ("--recordings", "100000"), ("--recordings", "20000"), _importing),
    Bench("status", "Answers", ("--rights", "100000"), ("--rights", "20000"), _status),
    Bench("seals", "Seals and map", ("--rights", "50000", "--seconds", "10"), ("--rights", "20000"), _seals),
    Bench("proofs", "Tokens and packages", (), (), _proofs),
    Bench(
        "deciding", "Decisions", (), ("--seconds", "0.02", "--submissions", "100", "--rounds", "1"), _deciding
    ),
    Bench("batch", "Analysis of the whole ledger", (), ("--entries", "50000"), _batch),
    Bench("waterfall", "Payment periods", (), ("--rights", "100"), _waterfall),
)


if __name__ == "__main__":
    main()
