"""`ipledger licenses|freezes|calendar RIGHT`: one right's licenses, its queue of freezes, its dates."""

from typing import Annotated, Any, Final

import typer

from projections import calendar as calendar_of
from projections import freezes as freezes_of
from projections import licenses as licenses_of
from scripts.asking import AsOf, KnownAt, listed, question, say_when, worded
from scripts.commands.status import STATUSES
from scripts.output import Output
from scripts.workspace import Json, Lang, output

KINDS: Final = {
    "ordinary": ("ordinary", "普通"),
    "exclusive": ("exclusive", "独占"),
    "sole": ("sole", "排他"),
    "annual": ("annual fee", "年费"),
    "maintenance": ("maintenance fee", "维持费"),
    "renewal": ("renewal", "续展"),
    "held_act": ("act held", "待补正行为"),
    "pledge_registration": ("pledge registration", "质押登记"),
    "transfer_registration": ("transfer registration", "转让登记"),
    "license_recordal": ("license recordal", "许可备案"),
    "contribution": ("contribution", "出资"),
}
STATES: Final = {
    "granted": ("granted, not begun", "已授予，未开始"),
    "in_force": ("in force", "有效"),
    "right_ended": ("right has ended", "权利已终止"),
    "ended": ("ended", "已终止"),
    "DUE": ("due", "待缴"),
    "LATE": ("late", "滞纳"),
    "UNKNOWN": ("not known whether paid", "缴纳情况不明"),
    "held": ("held", "待补正"),
    "expired": ("expired", "已逾期"),
    "contracted": ("signed", "已签约"),
    "applied": ("applied for", "已申请"),
    "refused": ("refused", "不予登记"),
    "pending": ("pending", "待登记"),
    "open": ("open", "待备案"),
    "overdue": ("overdue", "已逾期"),
    "filed": ("filed", "已申请备案"),
    "recorded": ("recorded", "已备案"),
    "cancelled": ("cancelled", "备案已注销"),
    "not_required": ("not required", "无须备案"),
    "DECLARED": ("declared", "已申报"),
    "PARTLY_PERFORMED": ("partly performed", "部分履行"),
    "preservation": ("preservation", "财产保全"),
    "execution": ("execution", "执行"),
}

Right = Annotated[str, typer.Argument(metavar="RIGHT")]


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def licenses(
        right: Right,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        include_ended: Annotated[
            bool, typer.Option("--all", help="Ended ones too. 含已终止的许可。")
        ] = False,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """The licenses on a right, and what can still be licensed. 许可与剩余范围。"""
        out = output(lang, as_json=json)
        with question(out, as_of, known_at) as asked:
            answer = licenses_of(
                asked.views, right, as_of=asked.as_of, known_at=asked.known_at, include_ended=include_ended
            )
        if json:
            out.json(answer)
        else:
            _head(answer, out)
            _print_licenses(answer, out)

    @app.command()
    def freezes(
        right: Right, as_of: AsOf = None, known_at: KnownAt = None, json: Json = False, lang: Lang = None
    ) -> None:
        """The queue of freezes on a right. 冻结与轮候。"""
        out = output(lang, as_json=json)
        with question(out, as_of, known_at) as asked:
            answer = freezes_of(asked.views, right, as_of=asked.as_of, known_at=asked.known_at)
        if json:
            out.json(answer)
        else:
            _head(answer, out)
            _print_freezes(answer, out)

    @app.command()
    def calendar(
        right: Right, as_of: AsOf = None, known_at: KnownAt = None, json: Json = False, lang: Lang = None
    ) -> None:
        """Fees, terms against debts, and deadlines of a right. 费用与期限。"""
        out = output(lang, as_json=json)
        with question(out, as_of, known_at) as asked:
            answer = calendar_of(asked.views, right, as_of=asked.as_of, known_at=asked.known_at)
        if json:
            out.json(answer)
        else:
            _head(answer, out)
            _print_calendar(answer, out)


def _head(answer: dict[str, Any], out: Output) -> None:
    title = f"  {answer['title']}" if answer["title"] else ""
    out.say(f"{answer['right']}{title}", f"{answer['right']}{title}")
    status = worded(STATUSES, answer["status"], out)
    out.say(f"Status: {status}", f"状态：{status}")
    say_when(answer, out)


def _print_licenses(answer: dict[str, Any], out: Output) -> None:
    out.table(
        out.text("Licenses", "许可"),
        [
            out.text("license", "许可"),
            out.text("kind", "种类"),
            out.text("licensee", "被许可人"),
            out.text("from, until", "起止"),
            out.text("state", "状态"),
        ],
        [
            [
                "  " * each["level"] + each["id"],
                worded(KINDS, each["kind"], out),
                listed(each["licensees"]),
                listed([each["from"] or "–", each["until"] or "–"]),
                listed(
                    [
                        worded(STATES, each["state"], out),
                        worded(STATES, each["recordal"]["state"], out),
                        *(
                            [each["recordal"]["due_on"]]
                            if each["recordal"]["state"] in {"open", "overdue"}
                            else []
                        ),
                    ]
                ),
            ]
            for each in answer["licenses"]
        ],
        wide={2, 4},
    )
    if not answer["licenses"]:
        out.say("No license is recorded on this ledger for that day.", "本账本中该日没有许可记录。")
    for name, en, zh in (
        ("ordinary", "Open to an ordinary license", "可授予普通许可的范围"),
        ("exclusive", "Open to an exclusive or sole license", "可授予独占或排他许可的范围"),
    ):
        free = answer["free_scope"][name]
        if not free:
            out.say(f"{en}: nothing", f"{zh}：无")
        for each in free:
            told = "; ".join(f"{part}: {_scope(value)}" for part, value in each.items())
            out.prose(f"{en}: {told}", f"{zh}：{told}")
    if answer["open_license"]:
        out.say("An open license is on offer.", "该权利正在实行开放许可。")


def _scope(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _print_freezes(answer: dict[str, Any], out: Output) -> None:
    for name, title in (
        ("live", out.text("In effect", "生效冻结")),
        ("waiting", out.text("Waiting, in order of service", "轮候（按送达先后）")),
        ("unserved", out.text("Not served yet", "尚未送达")),
    ):
        out.table(
            title,
            [
                out.text("number", "文号"),
                out.text("court", "机关"),
                out.text("against", "被执行人"),
                out.text("stage", "阶段"),
                out.text("from, until", "起止"),
            ],
            [
                [
                    each["reference"],
                    listed(each["holders"]),
                    listed(each["debtors"]),
                    worded(STATES, each["stage"], out),
                    listed([each["from"] or "–", each["until"] or "–"]),
                ]
                for each in answer[name]
            ],
            wide={0, 1, 2},
        )
    if not any(answer[name] for name in ("live", "waiting", "unserved")):
        out.say("No freeze is recorded on this ledger for that day.", "本账本中该日没有冻结记录。")
    for each in answer["suspensions"]:
        out.say(
            f"! Procedures suspended since {each['from']} ({each['reference']})",
            f"! 自 {each['from']} 起中止程序（{each['reference']}）",
        )
    for each in answer["insolvencies"]:
        out.say(
            f"! Bankruptcy of {each['party']} accepted on {each['accepted_on']}",
            f"! {each['party']} 的破产申请已于 {each['accepted_on']} 受理",
        )


def _print_calendar(answer: dict[str, Any], out: Output) -> None:
    out.say(f"Term ends: {answer['expires_on'] or '–'}", f"保护期至：{answer['expires_on'] or '–'}")
    out.table(
        out.text("Fees", "费用"),
        [
            out.text("what", "项目"),
            out.text("due", "应缴日"),
            out.text("late until", "滞纳期至"),
            out.text("state", "状态"),
            out.text("payer", "缴费人"),
        ],
        [
            [
                worded(KINDS, each["kind"], out) + (f" {each['year']}" if each["year"] else ""),
                each["due_on"],
                each["late_until"],
                worded(STATES, each["state"], out),
                listed(each["payer"]),
            ]
            for each in answer["fees"]
        ],
        wide={3, 4},
    )
    out.table(
        out.text("Term of the right against the debt", "权利期限与债务期限"),
        [
            out.text("pledge", "质押"),
            out.text("debt until", "债务至"),
            out.text("days left after it", "余量（日）"),
            out.text("registered until", "登记至"),
        ],
        [
            [
                each["pledge"],
                each["debt_until"] or "–",
                "–" if each["margin_days"] is None else str(each["margin_days"]),
                each["registration_until"] or "–",
            ]
            for each in answer["terms"]
        ],
        wide={0},
    )
    out.table(
        out.text("Pending", "待办"),
        [
            out.text("what", "事项"),
            out.text("reference", "编号"),
            out.text("state", "状态"),
            out.text("since", "自"),
            out.text("due", "期限"),
        ],
        [
            [
                worded(KINDS, each["kind"], out),
                each["id"],
                worded(STATES, each["state"], out),
                each["since"],
                each["due_on"] or "–",
            ]
            for each in answer["pending"]
        ],
        wide={1},
    )
