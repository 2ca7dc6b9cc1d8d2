"""`ipledger status RIGHT`: who owns the right and what encumbers it, as of a day, as known at an instant."""

from typing import Annotated, Any, Final

import typer

from ledger.errors import LedgerError
from ledger.values.dates import parse_moment
from projections import open_views
from projections import status as status_of
from scripts.asking import instant
from scripts.commands.standing import print_standing
from scripts.output import Output
from scripts.workspace import Json, Lang, output, workspace

KINDS: Final = {
    "pledge": ("pledge", "质押"),
    "lien": ("lien", "留置/扣押"),
    "license": ("license", "许可"),
    "open_license": ("open license", "开放许可"),
    "freeze": ("freeze", "保全/冻结"),
    "levy": ("levy of execution", "强制执行"),
}
NAME_KINDS: Final = {
    "application": "申请号",
    "publication": "公布号",
    "grant": "专利号",
    "registration": "注册号",
    "international": "国际号",
}
STATES: Final = {
    "registered": ("registered", "已登记"),
    "contracted": ("signed, not registered", "已签约，未登记"),
    "discharge_asserted": ("released by the pledgee, entry stands", "质权人已出具解除，登记尚未注销"),
    "extinguished": ("extinguished by judicial sale", "因司法处置消灭"),
    "lapsed": ("lapsed with the court's disposal", "随法院处分失效"),
    "released": ("released", "已解除"),
    "cancelled": ("cancelled", "已注销"),
    "withdrawn": ("withdrawn", "已撤回"),
    "lifted": ("lifted", "已解除"),
    "disposed": ("disposed of by the court", "已由法院处分"),
    "expired": ("expired", "已届满"),
    "object_lost": ("no object: right invalid", "标的丧失：权利无效"),
    "applied": ("applied for, not registered", "已申请，未登记"),
    "refused": ("registration refused", "登记机关不予登记"),
    "revoked": ("entry revoked, as if never made", "登记已撤销，视为自始未登记"),
    "registration_expired": ("registration expired, not released", "登记期限届满，并非解除"),
}
BASES: Final = {
    "transfer": "转让",
    "merger": "合并承继",
    "inheritance": "继承",
    "judgment": "判决",
    "auction": "拍卖",
    "other": "其他移转",
    "grantor in": "转让人，见",
    "register": "登记簿",
}
STATUSES: Final = {
    "APPLICATION": ("application", "申请中"),
    "IN_FORCE": ("in force", "有效"),
    "FEE_LATE": ("in force, annual fee late", "有效，年费滞纳期"),
    "RENEWAL_GRACE": ("in force, in its grace period for renewal", "有效，续展宽展期"),
    "LAPSED": ("lapsed", "终止"),
    "EXPIRED": ("expired", "届满"),
    "SURRENDERED": ("surrendered", "放弃"),
    "DISCONTINUED": ("application ended", "申请终止"),
    "NOT_RENEWED": ("not renewed", "未续展"),
    "REVOKED": ("revoked", "撤销"),
    "INVALID_PART": ("in force, partly invalid", "部分无效，其余有效"),
    "INVALID_FULL": ("invalid from the beginning", "自始无效"),
}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def status(
        right: Annotated[str, typer.Argument(metavar="RIGHT", help="US:patent:15145443, US 8,789,601 B2 …")],
        as_of: Annotated[
            str | None, typer.Option(metavar="DATE|INSTANT", help="Legal date; default today. 法律日期。")
        ] = None,
        known_at: Annotated[
            str | None, typer.Option(metavar="INSTANT", help="As known then; default now. 当时已知。")
        ] = None,
        include_ended: Annotated[
            bool, typer.Option("--all", help="Ended encumbrances too. 含已终止的负担。")
        ] = False,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Who owns a right and what encumbers it. 权属与负担。"""
        out = output(lang, as_json=json)
        try:
            day = None if as_of is None else parse_moment(as_of)
            known = None if known_at is None else instant(known_at)
        except LedgerError as error:
            out.fail(error)
        with workspace(out) as here:
            answer = status_of(
                open_views(here.store), right, as_of=day, known_at=known, include_ended=include_ended
            )
        if json:
            out.json(answer)
        else:
            print_status(answer, out)


def print_status(answer: dict[str, Any], out: Output) -> None:
    """The answer for people: owners, encumbrances by rank, what is pending, and every flag."""
    name = f"  {answer['title']}" if answer.get("title") else ""
    out.say(f"{answer['right']}{name}", f"{answer['right']}{name}")
    names = out.text(", ".join(answer["names"]), "、".join(map(_name_in_chinese, answer["names"])))
    status = _word(STATUSES, answer["status"], out)
    if names:
        out.say(f"Names: {names}", f"号码：{names}")
    out.say(
        f"Status: {status}, as of {answer['as_of']}",
        f"状态：{status}（截至 {answer['as_of']}）",
    )
    out.say(
        f"As known at {answer['known_at']}, up to entry {answer['position']}",
        f"依 {answer['known_at']} 所知，至第 {answer['position']} 条",
    )
    _print_owners(answer["owners"], out)
    _print_encumbrances(answer["encumbrances"], out.text("Encumbrances", "负担"), out)
    _print_encumbrances(answer["pending"], out.text("Signed, not yet registered", "已签约未登记"), out)
    beside = print_standing(answer, out)
    if not any(item["ended_at"] is None for item in answer["encumbrances"]):
        if beside or answer["pending"]:
            out.prose(
                "No live encumbrance is registered on that day, but the right is not free of what is listed "
                "above. This is not a statement about registers that were not imported.",
                "该日没有存续的登记负担，但权利受上列事项影响。此结论不涉及未导入的登记簿。",
            )
        elif answer["flags"]:
            out.prose(
                "No live encumbrance is recorded on this ledger for that day, but heed the warnings below. "
                "This is not a statement about registers that were not imported.",
                "本账本中该日没有存续的负担记录，但请注意下列提示。此结论不涉及未导入的登记簿。",
            )
        else:
            out.prose(
                "No live encumbrance is recorded on this ledger for that day. "
                "This is not a statement about registers that were not imported.",
                "本账本中该日没有存续的负担记录。此结论不涉及未导入的登记簿。",
            )
    for flag in answer["flags"]:
        entries = ", ".join(map(str, flag["entries"]))
        where = out.text(f" [entries {entries}]", f"〔第 {entries} 条〕") if entries else ""
        text = f"! {flag['code']}: {flag['message'][out.lang]}{where}"
        out.prose(text, text)


def _print_owners(owners: list[dict[str, Any]], out: Output) -> None:
    if not owners:
        out.say("Owners: none on record", "权利人：无记录")
    out.table(
        out.text("Owners", "权利人"),
        [
            out.text("name", "名称"),
            out.text("share", "份额"),
            out.text("since", "自"),
            out.text("basis", "依据"),
        ],
        [
            [owner["name"], "/".join(map(str, owner["share"])), owner["since"] or "–", _basis(owner, out)]
            for owner in owners
        ],
        wide={0, 3},
    )


def _print_encumbrances(items: list[dict[str, Any]], title: str, out: Output) -> None:
    out.table(
        title,
        [
            out.text("rank", "顺位"),
            out.text("kind", "种类"),
            out.text("holder", "负担权利人"),
            out.text("registered", "登记"),
            out.text("state", "状态"),
        ],
        [
            [
                "–" if item["rank"] is None else str(item["rank"]),
                _word(KINDS, item["kind"], out),
                "; ".join(item["holders"]) or "–",
                _lines(item["registered_at"], item["reference"]),
                _lines(_word(STATES, item["state"], out), item["ended_at"], item["ended_by"]),
            ]
            for item in items
        ],
        wide={2},
    )


def _lines(*parts: str | None) -> str:
    """What belongs together in one cell, a line each: a terminal is narrow."""
    return "\n".join(part for part in parts if part) or "–"


def _basis(owner: dict[str, Any], out: Output) -> str:
    basis = str(owner["basis"])
    words = next((words for words in BASES if basis.startswith(words)), "")
    return out.text(basis, BASES.get(words, "") + basis.removeprefix(words))


def _name_in_chinese(name: str) -> str:
    number, _, kind = name.rpartition(" (")
    return f"{number}（{NAME_KINDS.get(kind.rstrip(')'), kind)}）"


def _word(words: dict[str, tuple[str, str]], key: str, out: Output) -> str:
    en, zh = words.get(key, (key, key))
    return out.text(en, zh)
