"""`ipledger stats`: the counts that an annual report prints, over the whole ledger."""

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ledger.errors import LedgerError
from projections.batch.counting import NAMES
from projections.batch.extras import EngineName
from scripts.commands.export import EngineOption, bring_up, chosen_engine, needs
from scripts.output import Output
from scripts.workspace import Json, Lang, home_folder, output

if TYPE_CHECKING:
    from projections.batch.manifest import Manifest
    from projections.batch.statistics import Table

_NUMBERS: Final = frozenset(
    (
        "acts",
        "entries",
        "rights",
        "with_amount",
        "amount_minor",
        "amount_from",
        "first_position",
        "last_position",
    )
)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def stats(
        folder: Annotated[
            Path | None,
            typer.Argument(
                metavar="[DIR]", help="An export; else one in the home folder, brought up. 导出目录。"
            ),
        ] = None,
        engine: EngineOption = "duckdb",
        only: Annotated[
            list[str] | None, typer.Option(help="A question by its name; repeat. 仅统计所列问题，可多次。")
        ] = None,
        as_csv: Annotated[
            bool, typer.Option("--csv", help="Print CSV, all questions in one. 输出 CSV。")
        ] = False,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Count transfers, licenses, pledges and more by year, kind, office and amount. 统计。"""
        if json and as_csv:
            raise typer.BadParameter("--json and --csv exclude each other")
        out = output(lang, as_json=json)
        asked = chosen_engine(engine)
        needs(out, asked)
        if folder is None:
            folder = home_folder() / "parquet"
            bring_up(out, folder)
        manifest, tables = _tables(out, folder, asked, only or [])
        if json:
            out.json(_as_json(manifest, tables))
        elif as_csv:
            _print_csv(tables)
        else:
            _print(out, manifest, tables)


def _tables(out: Output, folder: Path, asked: EngineName, only: list[str]) -> "tuple[Manifest, list[Table]]":
    from projections.batch.engines import engine as opened
    from projections.batch.manifest import check_files, read_manifest
    from projections.batch.statistics import QUESTIONS, statistics

    known = [question.name for question in QUESTIONS]
    if unknown := [name for name in only if name not in known]:
        raise typer.BadParameter(f"--only {unknown[0]}: the questions are {', '.join(known)}")
    questions = [question for question in QUESTIONS if not only or question.name in only]
    try:
        manifest = read_manifest(folder)
        check_files(folder, manifest)
        with opened(asked) as running:
            return manifest, statistics(running, folder, manifest, questions)
    except LedgerError as error:
        out.fail(error)


def _as_json(manifest: "Manifest", tables: "list[Table]") -> dict[str, Any]:
    return {
        "origin": manifest.origin,
        "position": manifest.position,
        "link": manifest.link.hex(),
        "statistics": [
            {
                "name": table.question.name,
                "title": {"en": table.question.en, "zh": table.question.zh},
                "rows": table.records(),
            }
            for table in tables
        ],
    }


def _print_csv(tables: "list[Table]") -> None:
    """One header for all questions; a column that a question does not have is empty."""
    from projections.batch.statistics import COLUMNS, records

    writer = csv.DictWriter(sys.stdout, ["question", *COLUMNS], lineterminator="\n")
    writer.writeheader()
    writer.writerows(records(tables))


def _print(out: Output, manifest: "Manifest", tables: "list[Table]") -> None:
    from projections.batch.statistics import COLUMNS

    for table in tables:
        out.table(
            out.text(table.question.en, table.question.zh),
            [out.text(*COLUMNS[name]) for name in table.columns],
            [[_cell(out, name, value) for name, value in record.items()] for record in table.records()],
            wide={index for index, name in enumerate(table.columns) if name in {"name", "counted_as"}},
        )
    out.say(
        f"Counted over entries 1 to {manifest.position} of {manifest.origin}.",
        f"统计范围：{manifest.origin} 第 1 至 {manifest.position} 条。",
    )


def _cell(out: Output, column: str, value: Any) -> str:
    if value is None:
        return "–"
    if column == "counted_as":
        return out.text(*NAMES[value])
    return f"{value:,}" if column in _NUMBERS else str(value)
