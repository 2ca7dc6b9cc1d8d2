"""`ipledger export`: the whole ledger as Parquet files, and the audit of such files."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ledger.errors import LedgerError
from ledger.store.audit import Finding
from projections.batch.extras import EngineName, require_duckdb, require_spark
from scripts.commands.verify import WRONG as WRONG_IN_LEDGER
from scripts.output import CHECK_FAILED, Output
from scripts.workspace import Json, Lang, output, workspace

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the export. 导出目录。")]
EngineOption = Annotated[str, typer.Option("--engine", help="duckdb or spark. 计算引擎。")]

ENGINES: Final[dict[str, EngineName]] = {"duckdb": "duckdb", "spark": "spark"}

WRONG: Final = {
    **WRONG_IN_LEDGER,
    "COLUMN": ("a column differs from what the entry says", "某列与条目内容不符"),
    "MANIFEST": ("the manifest differs from the parts", "清单与分片不符"),
    "PART_DIGEST": ("the file is not the one that was written", "文件与写入时不同"),
    "PART_UNREADABLE": ("the file cannot be read", "文件无法读取"),
}


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Export the whole ledger. 导出整个账本。", no_args_is_help=True)
    app.add_typer(group, name="export")

    @group.command()
    def parquet(
        folder: Folder,
        part_entries: Annotated[
            int, typer.Option(min=1, max=10_000_000, help="Entries a file. 每个文件的条目数。")
        ] = 100_000,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Write the entries not exported yet as Parquet files into DIR. 导出为 Parquet 文件。"""
        out = output(lang, as_json=json)
        answer = bring_up(out, folder, part_entries=part_entries)
        if json:
            out.json(answer)
            return
        out.say(
            f"{answer['new_entries']} new entries in {answer['new_parts']} files; "
            f"{folder} reaches to entry {answer['position']}, link {answer['link']}.",
            f"新导出 {answer['new_entries']} 条，{answer['new_parts']} 个文件；"
            f"{folder} 已至第 {answer['position']} 条，链值 {answer['link']}。",
        )

    @group.command()
    def audit(
        folder: Folder,
        engine: EngineOption = "duckdb",
        alone: Annotated[
            bool, typer.Option("--alone", help="Without comparing its end with the ledger. 不与账本核对。")
        ] = False,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Check an export in parallel; on damage name the first wrong position. 并行审计导出文件。"""
        out = output(lang, as_json=json)
        report = audit_folder(out, folder, engine, alone=alone)
        if json:
            out.json(report)
        else:
            _print(report, out)
        if not report["ok"]:
            raise SystemExit(CHECK_FAILED)


def chosen_engine(name: str) -> EngineName:
    """`name` if it is an engine's.

    Raises:
        typer.BadParameter: it is not.
    """
    if name not in ENGINES:
        raise typer.BadParameter("--engine takes duckdb or spark")
    return ENGINES[name]


def needs(out: Output, engine: EngineName = "duckdb") -> None:
    """End the command where what it needs is not installed."""
    try:
        if engine == "spark":
            require_spark()
        else:
            require_duckdb()
    except LedgerError as error:
        out.fail(error)


def bring_up(out: Output, folder: Path, *, part_entries: int = 100_000) -> dict[str, Any]:
    """Export what is not exported yet."""
    needs(out)
    from projections.batch.export import export

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        workspace(out) as here,
        Progress(*columns, console=out.errors, transient=True, disable=not out.shows_progress) as progress,
    ):
        task = progress.add_task(out.text("entries", "条目"), total=None)
        done = export(
            here.store.reader,
            folder,
            part_entries=part_entries,
            report=lambda reached, aim: progress.update(task, completed=reached, total=aim),
        )
    return {
        "folder": str(folder),
        "origin": done.manifest.origin,
        "position": done.manifest.position,
        "link": done.manifest.link.hex(),
        "parts": len(done.manifest.parts),
        "new_parts": done.parts,
        "new_entries": done.entries,
    }


def audit_folder(out: Output, folder: Path, engine: str, *, alone: bool) -> dict[str, Any]:
    """Audit the export in `folder`; unless `alone`, the ledger must say at its end what it says."""
    asked = chosen_engine(engine)
    needs(out, asked)
    from projections.batch.auditing import audit_export
    from projections.batch.engines import engine as opened
    from projections.batch.export import check_against, check_origin
    from projections.batch.manifest import read_manifest

    try:
        manifest = read_manifest(folder)
        with ExitStack() as stack:
            reader = None if alone else stack.enter_context(workspace(out)).store.reader
            if reader is not None:
                check_origin(reader, manifest)
            report = audit_export(stack.enter_context(opened(asked)), folder, manifest)
            # Its own first fault says more than that it ends otherwise than the ledger.
            if reader is not None and report.finding is None:
                check_against(reader, manifest)
            head = None if reader is None else reader.head().position
    except LedgerError as error:
        out.fail(error)
    return {
        "ok": report.finding is None,
        "origin": report.origin,
        "engine": asked,
        "parts": report.parts,
        "entries": report.entries,
        "rights": report.rights,
        "position": manifest.position,
        "link": report.link,
        "ledger": head,
        "first_wrong": _finding(report.finding),
    }


def _finding(finding: Finding | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    en, zh = WRONG[finding.what]
    return {
        "position": finding.position,
        "code": finding.what,
        "message": {
            "en": f"{en} (expected {finding.expected}, found {finding.found})",
            "zh": f"{zh}（应为 {finding.expected}，实为 {finding.found}）",
        },
    }


def _print(report: dict[str, Any], out: Output) -> None:
    wrong = report["first_wrong"]
    if wrong is not None:
        out.prose(
            f"✗ position {wrong['position']}: {wrong['code']}: {wrong['message']['en']}",
            f"✗ 第 {wrong['position']} 条：{wrong['code']}：{wrong['message']['zh']}",
        )
        return
    out.say(
        f"Entries: {report['entries']}; rights: {report['rights']}; files: {report['parts']}. "
        f"No change was found: the chain ends in {report['link']}.",
        f"共 {report['entries']} 条，{report['rights']} 件权利，{report['parts']} 个文件。"
        f"未发现改动：链的末值为 {report['link']}。",
    )
    if report["ledger"] is None:
        out.say("Its end was not compared with the ledger.", "未与账本末端核对。")
    elif report["ledger"] > report["position"]:
        more = report["ledger"] - report["position"]
        out.say(f"The ledger has {more} entries more.", f"账本另有 {more} 条尚未导出。")
