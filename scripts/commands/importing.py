"""`ipledger import {uspto,inpadoc,cnipa,dpma} FILE…`: register files into entries."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from ledger.importing import Importer, Summary
from ledger.registers import cnipa, dpma, inpadoc, uspto
from ledger.registers.reports import Rejection, Report
from ledger.store.database import utc_now
from projections import flagged_positions, open_views
from scripts.output import INPUT_ERROR, Output
from scripts.workspace import Json, Lang, Workspace, actor, output, workspace


class Register(StrEnum):
    """The sources that can be read."""

    USPTO = "uspto"
    INPADOC = "inpadoc"
    CNIPA = "cnipa"
    DPMA = "dpma"


READERS: Final[dict[Register, Callable[[Path], Iterator[Report | Rejection]]]] = {
    Register.USPTO: uspto.read,
    Register.INPADOC: inpadoc.read,
    Register.CNIPA: cnipa.read,
    Register.DPMA: dpma.read,
}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("import")
    def import_(
        source: Annotated[Register, typer.Argument(metavar="uspto|inpadoc|cnipa|dpma", show_default=False)],
        files: Annotated[list[Path], typer.Argument(metavar="FILE", show_default=False)],
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Import register files; importing again adds only what is new. 导入登记数据。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            summary = import_files(here, READERS[source], files, out)
        if json:
            out.json(summary.as_json())
        else:
            _print(summary, out)
        if summary.rejected:
            raise SystemExit(INPUT_ERROR)


def import_files(
    here: Workspace,
    read: Callable[[Path], Iterator[Report | Rejection]],
    files: list[Path],
    out: Output,
) -> Summary:
    """Import each file, then bring the views up to date; progress on the error stream."""
    importer = Importer(here.store, actor=actor(), clock=utc_now)
    total = Summary()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=out.errors, transient=True, disable=out.as_json) as progress:
        for file in files:
            task = progress.add_task(file.name, total=None)
            total.add(importer.run(read(file), str(file), partial(progress.advance, task)))
        progress.add_task(out.text("updating views", "更新视图"), total=None)
        span = total.span()
        if span is not None:
            total.flagged = total.count_records(flagged_positions(open_views(here.store), *span))
    return total


def _print(summary: Summary, out: Output) -> None:
    out.say(
        f"{summary.read} records read: {summary.appended} appended, {summary.unchanged} already known, "
        f"{summary.flagged} flagged, {len(summary.rejected)} rejected.",
        f"读取 {summary.read} 条：新增 {summary.appended}，已有 {summary.unchanged}，"
        f"带警示 {summary.flagged}，拒收 {len(summary.rejected)}。",
    )
    for rejection in summary.rejected:
        message = rejection["message"][out.lang]
        out.errors.print(
            f"{rejection['file']} {rejection['record']}: {rejection['code']}: {message}", markup=False
        )
