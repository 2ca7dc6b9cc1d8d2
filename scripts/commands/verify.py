"""`ipledger verify`: audit everything from the raw rows, then the seals against it."""

from dataclasses import asdict
from typing import Any, Final

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ledger.store.audit import Finding as AuditFinding
from ledger.store.audit import audit
from ledger.store.database import Store, utc_now
from notary.authorities import load_authorities
from notary.seal_audit import Finding, Trust, check_seals, unchecked_cosignatures
from notary.sealing import operator_key
from notary.seals import Seal, kept_seals, recorded_seals
from notary.witnesses import load_witnesses
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


WRONG: Final = {
    "POSITION_GAP": ("a position is missing", "缺少条目"),
    "DIGEST": ("the bytes are not those that were hashed", "条目内容与其摘要不符，已被改动"),
    "LINK": ("the link does not follow from the one before", "链值与前一条不衔接"),
    "MALFORMED": ("the bytes are no entry", "内容不是合法条目"),
    "TYPE": ("the type column differs from the entry", "类型列与条目不符"),
    "COMMAND_ID": ("the command id column differs from the entry", "命令编号列与条目不符"),
    "RECORDED_AT": ("the time column differs from the entry", "时间列与条目不符"),
    "RECORDED_AT_ORDER": ("recorded earlier than the entry before", "记录时间早于前一条"),
    "PART": ("the parts of a request are out of order", "同一请求的条目次序有误"),
    "RIGHT_SEQ": ("the right's entries do not count on", "该权利的条目序号不连续"),
    "RIGHT_PREVIOUS": ("the right's previous entry is another", "该权利的前一条不符"),
    "RIGHT_ROW": ("the right's row names another last entry", "权利表所记末条不符"),
    "TAGS": ("the tag rows differ from the entry's subjects", "标签行与条目主体不符"),
    "HEAD": ("the head row differs from the last entry", "账本末端记录与末条不符"),
    "DOCUMENT": ("a document's bytes are not those of its name", "留存文件内容与其摘要不符"),
}


def verify_ledger(here: Workspace, out: Output) -> dict[str, Any]:
    """Audit entries, links, rights, tags and documents from the raw rows, then the seals against them.

    Seals are those recorded in the ledger and those kept in the home folder. They are not looked at where the
    rows contradict each other already. `unchecked_witnesses` lists those that cosigned and whose key
    `witnesses.toml` does not hold.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=out.errors, transient=True, disable=not out.shows_progress) as progress:
        progress.add_task(out.text("entries, links, rights, tags", "条目、链、权利、标签"), total=None)
        audited = audit(here.store)
        wrong = [] if audited.finding is None else [_of_audit(audited.finding)]
        seals: list[Seal] = []
        unchecked: list[dict[str, Any]] = []
        if not wrong:
            progress.add_task(out.text("seals", "封印"), total=None)
            seals = [*recorded_seals(here.store), *kept_seals(here.home / "seals")]
            trust = _trust(here)
            wrong = _of_seals(here.store, trust, seals)
            unchecked = [asdict(each) for each in unchecked_cosignatures(seals, trust)]
    return {
        "ok": not wrong,
        "origin": audited.origin,
        "entries": audited.entries,
        "rights": audited.rights,
        "documents": audited.documents,
        "link": audited.link,
        "seals": sum(seal.position is not None for seal in seals),
        "kept_seals": sum(seal.position is None for seal in seals),
        "unchecked_witnesses": unchecked,
        "first_wrong": wrong[0] if wrong else None,
        "findings": wrong,
    }


def _of_audit(finding: AuditFinding) -> dict[str, Any]:
    en, zh = WRONG[finding.what]
    return {
        "position": finding.position,
        "code": finding.what,
        "message": {
            "en": f"{en} (expected {finding.expected}, found {finding.found})",
            "zh": f"{zh}（应为 {finding.expected}，实为 {finding.found}）",
        },
    }


def _trust(here: Workspace) -> Trust:
    return Trust(
        operator_key(here.home, here.store.origin).verifier,
        load_authorities(here.home, clock=utc_now),
        utc_now(),
        load_witnesses(here.home).keys,
    )


def _of_seals(store: Store, trust: Trust, seals: list[Seal]) -> list[dict[str, Any]]:
    findings: list[Finding] = sorted(check_seals(store, seals, trust), key=lambda found: found.position)
    return [
        {
            "position": finding.position,
            "code": finding.code,
            "message": {"en": finding.message_en, "zh": finding.message_zh},
        }
        for finding in findings
    ]


def _print(report: dict[str, Any], out: Output) -> None:
    if any(finding["code"] in WRONG for finding in report["findings"]):
        _print_findings(report["findings"], out)
        out.prose(
            "The audit ends here; seals were not looked at. Keep this database as it is, as evidence; "
            "restore an earlier copy elsewhere, and verify that.",
            "审计到此为止，未再核对封印。请原样保留该数据库作为证据，另行恢复此前的备份并审计。",
        )
        return
    out.say(
        f"Entries: {report['entries']}; rights: {report['rights']}; documents: {report['documents']}; "
        f"seals: {report['seals']} in the ledger, {report['kept_seals']} kept beside it.",
        f"共 {report['entries']} 条，{report['rights']} 件权利，{report['documents']} 份文件；"
        f"账本内封印 {report['seals']} 个，目录中留存 {report['kept_seals']} 个。",
    )
    for witness in report["unchecked_witnesses"]:
        out.say(
            f"Not checked: {witness['seals']} cosignatures of {witness['witness']} "
            f"(key {witness['key_id']}), whose key is not in witnesses.toml.",
            f"未核验：{witness['witness']}（密钥 {witness['key_id']}）的 {witness['seals']} 个联署，"
            "其公钥未列入 witnesses.toml。",
        )
    if report["ok"]:
        out.say(
            f"No change was found: the chain ends in {report['link']}.",
            f"未发现改动：链的末值为 {report['link']}。",
        )
        if not report["seals"] and not report["kept_seals"] and report["entries"]:
            out.prose(
                "Nothing is sealed yet: a history rewritten whole would not be noticed. Run: ipledger seal",
                "尚无封印：若有人重写全部历史，将无从发现。请运行 ipledger seal",
            )
        return
    _print_findings(report["findings"], out)


def _print_findings(findings: list[dict[str, Any]], out: Output) -> None:
    for finding in findings:
        out.prose(
            f"✗ position {finding['position']}: {finding['code']}: {finding['message']['en']}",
            f"✗ 第 {finding['position']} 条：{finding['code']}：{finding['message']['zh']}",
        )
