"""`ipledger submit FILE|-`: hand in commands, or see beforehand what would become of them."""

import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger.errors import InputRejected, LedgerError
from ledger.reasons.words import in_chinese
from ledger.store.database import utc_now
from ledger.submission import INPUT_BYTES_MAX, Given, Submissions, read_commands
from notary.vault import keeping
from scripts.output import CHECK_FAILED, Output
from scripts.workspace import Json, Lang, actor, output, workspace

DECISIONS: Final = {
    "accepted": ("accepted", "接受", "green"),
    "held": ("held", "待补正", "yellow"),
    "refused": ("refused", "拒绝", "red"),
}
STATES: Final = {
    "held": ("still held", "仍待补正"),
    "expired": ("lapsed on {on}", "已于 {on} 失效"),
    "activated": ("took effect on {on}", "已于 {on} 生效"),
    "refused": ("refused on {on}", "已于 {on} 被拒绝"),
    "withdrawn": ("withdrawn on {on}", "已于 {on} 撤回"),
}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def submit(
        file: Annotated[
            str,
            typer.Argument(
                metavar="FILE|-",
                help="JSON: a command, a list, or JSON lines; - reads standard input. 命令文件。",
                show_default=False,
            ),
        ],
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Write nothing; say what would be. 仅预审，不记录。")
        ] = False,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Submit commands: accepted, held or refused, with every reason. 提交命令。"""
        out = output(lang, as_json=json)
        try:
            given = read_commands(_read(file))
        except LedgerError as error:
            out.fail(error)
        with workspace(out) as here:
            submissions = Submissions(here.store, actor=actor(), keep=keeping(here.store, here.home, utc_now))
            answers = submissions.dry_run(given) if dry_run else submissions.submit(given)
        if json:
            out.json({"decisions": answers} if given.listed else answers[0])
        else:
            _print(answers, given, out, dry_run=dry_run)
        if any(answer["decision"] == "refused" for answer in answers):
            raise SystemExit(CHECK_FAILED)


def _read(file: str) -> bytes:
    """The bytes of a file or of standard input, as many as are read at all.

    Raises:
        InputRejected: FILE_UNREADABLE.
    """
    try:
        if file == "-":
            return sys.stdin.buffer.read(INPUT_BYTES_MAX + 1)
        with Path(file).open("rb") as stream:
            return stream.read(INPUT_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputRejected(
            "FILE_UNREADABLE",
            f"{file!r} cannot be read: {reason}",
            f"无法读取 {file!r}：{reason}",
            file=file[:300],
            reason=reason,
        ) from error


def _print(answers: list[dict[str, Any]], given: Given, out: Output, *, dry_run: bool) -> None:
    if dry_run:
        out.say("Dry run: nothing was written.", "预审：未作任何记录。")
    for answer in answers:
        _print_answer(answer, out)
    if given.listed:
        counts = {name: sum(answer["decision"] == name for answer in answers) for name in DECISIONS}
        out.say(
            f"{len(answers)} commands: {counts['accepted']} accepted, {counts['held']} held, "
            f"{counts['refused']} refused.",
            f"共 {len(answers)} 项：接受 {counts['accepted']}，待补正 {counts['held']}，"
            f"拒绝 {counts['refused']}。",
        )


def _print_answer(answer: dict[str, Any], out: Output, indent: str = "") -> None:
    en, zh, color = DECISIONS[answer["decision"]]
    repeated = out.text(" (the first answer)", "（首次答复）") if answer.get("repeated") else ""
    until = answer.get("until")
    waits = out.text(f" until {until}", f"，期限 {until}") if until else ""
    where = _positions(answer["positions"], out)
    out.console.print(f"{indent}[{color}]{out.text(en, zh)}[/]{waits}", end="")
    out.console.print(f"  {answer['command_id'] or '–'}{where}{repeated}", markup=False)
    for reason in answer["reasons"]:
        mark = "!" if reason["outcome"] == "flag" else "-"
        place = f" {reason['pointer']}" if reason["pointer"] else ""
        text = f"{indent}  {mark} {reason['code']}{place}: {reason['message'][out.lang]}"
        out.prose(text, text)
    _print_missing(answer["missing"], out, indent)
    if "now" in answer:
        _print_now(answer["now"], out, indent)
    for act in answer["acts"]:
        out.say(f"{indent}  Set free by this:", f"{indent}  因此恢复处理：")
        _print_answer(act, out, indent + "    ")


def _print_missing(missing: list[dict[str, Any]], out: Output, indent: str) -> None:
    if missing:
        out.say(f"{indent}  Missing:", f"{indent}  尚缺：")
    for each in missing:
        item = out.text(each["item"].replace("_", " "), in_chinese(each["item"]))
        holder = out.text(f" of {each['holder']}", f"（{each['holder']}）") if each["holder"] else ""
        right = f"  {each['right']}" if each["right"] else ""
        out.say(f"{indent}  [ ] {item}{holder}{right}", f"{indent}  □ {item}{holder}{right}")


def _print_now(now: dict[str, Any], out: Output, indent: str) -> None:
    en, zh = STATES[now["state"]]
    codes = f" ({', '.join(now['codes'])})" if now["codes"] else ""
    where = _positions(now["positions"], out)
    out.say(
        f"{indent}  Now: {en.format_map(now)}{codes}{where}",
        f"{indent}  目前：{zh.format_map(now)}{codes}{where}",
    )


def _positions(positions: list[int], out: Output) -> str:
    if not positions:
        return ""
    first, last = positions[0], positions[-1]
    span = str(first) if first == last else f"{first}–{last}"
    return out.text(f"  entry {span}" if first == last else f"  entries {span}", f"  第 {span} 条")
