"""`ipledger verify`: audit everything from the raw rows, then the seals against it."""

from typing import Any

import typer
from ledger.store.audit import audit
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from notary.seals import Finding
from scripts.output import CHECK_FAILED, Output
from scripts.workspace import Json, Lang, Workspace, output, workspace


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def verify(json: Json = False, lang: Lang = None) -> None:
        """Audit the whole ledger; on damage name the first wrong position. 审计账本。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            report = verify_ledger(here, out)
        if json:
            out.json(report)
        else:
            _print(report, out)
        if not report["ok"]:
            raise SystemExit(CHECK_FAILED)


def verify_ledger(here: Workspace, out: Output) -> dict[str, Any]:
    """Audit entries, links, rights and tags from the raw rows, and every seal in and outside the database."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=out.errors, transient=True, disable=out.as_json) as progress:
        progress.add_task(out.text("entries and links", "条目与链"), total=None)
        audited = audit(here.store)
        findings: list[Finding] = []
        seals = 0
        if audited.ok:
            progress.add_task(out.text("seals", "封印"), total=None)
            findings, seals = _seals(here)
    wrong: list[dict[str, Any]] = []
    if audited.finding is not None:
        wrong.append(_shown(audited.finding))
    wrong += [_shown(finding) for finding in sorted(findings, key=lambda each: each.position)]
    return {
        "ok": not wrong,
        "entries": audited.entries,
        "seals": seals,
        "first_wrong": wrong[0] if wrong else None,
        "findings": wrong,
    }
