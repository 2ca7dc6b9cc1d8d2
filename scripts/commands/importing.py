"""`ipledger import {uspto,inpadoc,cnipa,dpma} FILE…`: register files into entries."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from ledger.errors import LedgerError
from ledger.importing import Importer, Summary
from ledger.registers import cnipa, dpma, inpadoc, uspto
from ledger.registers.files import refusal
from ledger.registers.reports import Rejection, Report
from ledger.store.database import utc_now
from projections import catch_up, flagged_positions, open_views
from scripts.output import INPUT_ERROR, Output, as_json, exit_code
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
            unread = _count_flagged(here, summary, out)
        _print(summary, unread, out)
        if unread is not None:
            raise SystemExit(exit_code(unread))
        if summary.rejected:
            raise SystemExit(INPUT_ERROR)


def import_files(
    here: Workspace,
    read: Callable[[Path], Iterator[Report | Rejection]],
    files: list[Path],
    out: Output,
) -> Summary:
    """Import each file; progress on the error stream."""
    importer = Importer(here.store, actor=actor(), clock=utc_now)
    total = Summary()
    with _progress(out) as progress:
        for file in files:
            task = progress.add_task(escape(file.name), total=None)
            total.add(importer.run(_records(read, file), str(file), partial(progress.advance, task)))
    return total


def _records(
    read: Callable[[Path], Iterator[Report | Rejection]], file: Path
) -> Iterator[Report | Rejection]:
    refused = refusal(file)
    return read(file) if refused is None else iter((refused,))


def _count_flagged(here: Workspace, summary: Summary, out: Output) -> LedgerError | None:
    """Bring the views up to date, however long that takes, and count the records that flags speak of.

    An error leaves the records uncounted. It is handed back, because they are recorded all the same.
    """
    span = summary.span()
    if span is None:
        return None
    try:
        with _progress(out) as progress:
            task = progress.add_task(out.text("updating views", "更新视图"), total=None)
            catch_up(here.store, report=lambda done, aim: progress.update(task, completed=done, total=aim))
            summary.flagged = summary.count_records(flagged_positions(open_views(here.store), *span))
    except LedgerError as error:
        return error
    return None


def _progress(out: Output) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=out.errors, transient=True, disable=not out.shows_progress)


def _print(summary: Summary, unread: LedgerError | None, out: Output) -> None:
    """The counts; where the views stopped, without the count of flagged records but with the error."""
    if out.as_json:
        counts = summary.as_json()
        out.json(counts if unread is None else counts | {"flagged": None, "error": as_json(unread)})
    out.say(
        f"{summary.read} records read: {summary.appended} appended, {summary.unchanged} already known, "
        f"{'?' if unread else summary.flagged} flagged, {len(summary.rejected)} rejected.",
        f"读取 {summary.read} 条：新增 {summary.appended}，已有 {summary.unchanged}，"
        f"带警示 {'?' if unread else summary.flagged}，拒收 {len(summary.rejected)}。",
    )
    for rejection in summary.rejected:
        message = rejection["message"][out.lang]
        out.errors.print(
            f"{rejection['file']} {rejection['record']}: {rejection['code']}: {message}", markup=False
        )
    if unread is not None:
        out.errors.print(f"{unread.code}: {unread.message(out.lang)}", markup=False)
