"""`ipledger pool [POOL]`: a securitized pool on a day, one of its payment periods, or a chart of them."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger.errors import InputRejected
from projections import period as period_of
from projections import pool as pool_of
from projections import pools_on
from scripts.asking import AsOf, KnownAt, amount, listed, question, say_when, worded
from scripts.output import Output
from scripts.workspace import Json, Lang, output

STRUCTURES: Final = {
    "two_step_license": ("two-step license", "二次许可"),
    "license_receivable": ("license receivables", "许可费应收账款"),
    "ip_pledge_loan": ("pledged loans", "知识产权质押贷款"),
    "supply_chain_receivable": ("supply chain receivables", "供应链应收账款"),
    "sale_leaseback": ("sale and leaseback", "售后回租"),
}
STATES: Final = {
    "NOT_FORMED": ("not formed yet", "尚未设立"),
    "FORMED": ("formed", "已组建"),
    "ESTABLISHED": ("established", "已成立"),
    "ACCELERATED": ("accelerated", "已加速清偿"),
    "CLEANED_UP": ("cleaned up", "已清仓回购"),
    "CLOSED": ("closed", "已终结"),
    "pooled": ("in the pool", "在池"),
    "coming": ("not yet in", "未入池"),
    "redeemed": ("redeemed", "已赎回"),
    "substituted": ("substituted", "已替换"),
    "cleaned_up": ("bought back", "已回购"),
    "closed": ("pool closed", "随池终结"),
}
ITEMS: Final = {
    "taxes": ("taxes", "税"),
    "fees": ("fees", "费用"),
    "interest": ("interest", "利息"),
    "principal": ("principal", "本金"),
    "reserve": ("reserve", "储备金"),
    "residual": ("residual", "剩余收益"),
    "retained": ("retained", "留存"),
    "collections": ("collections", "回收款"),
    "shortfall_payer": ("shortfall payer", "差额支付"),
    "guarantor": ("guarantor", "担保人"),
    "collection": ("collection", "回收"),
    "disposal": ("disposal", "处置"),
    "redemption": ("redemption", "赎回"),
    "clean_up": ("clean-up", "清仓回购"),
}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def pool(
        pool: Annotated[str | None, typer.Argument(metavar="[POOL]", help="pol_…; none lists them.")] = None,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        period: Annotated[
            int | None, typer.Option(min=1, help="One payment period line by line. 逐行显示某期。")
        ] = None,
        chart: Annotated[
            Path | None, typer.Option(metavar="FILE.svg|png", help="Draw balances and payments. 作图。")
        ] = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """A pool: tranches, deals, periods, triggers, cover. 资产池。"""
        out = output(lang, as_json=json)
        if chart is not None and (pool is None or chart.suffix.lower() not in {".svg", ".png"}):
            out.fail(
                InputRejected(
                    "CHART_INVALID",
                    "--chart takes a file ending in .svg or .png, and a pool",
                    "--chart 需要以 .svg 或 .png 结尾的文件名，并指明资产池",
                    file=str(chart),
                )
            )
        with question(out, as_of, known_at) as asked:
            if pool is None:
                answer = pools_on(asked.views, as_of=asked.as_of)
            elif period is not None:
                answer = period_of(asked.views, pool, period, known_at=asked.known_at)
            else:
                answer = pool_of(asked.views, pool, as_of=asked.as_of, known_at=asked.known_at)
            if chart is not None:
                _draw(answer, chart, out)
        if json:
            out.json(answer)
        elif pool is None:
            _print_list(answer, out)
        elif period is not None:
            print_period(answer, out)
        else:
            print_pool(answer, out)


def _draw(answer: dict[str, Any], chart: Path, out: Output) -> None:
    from scripts.charts import draw_pool

    if "periods" not in answer:
        raise InputRejected(
            "CHART_INVALID",
            "--chart draws all periods; leave out --period",
            "--chart 绘制全部各期；请去掉 --period",
            file=str(chart),
        )
    drawn = draw_pool(answer, chart, out.lang)
    if not drawn.chinese and out.lang == "zh":
        out.errors.print("未找到中文字体，图中使用英文标注（请安装 ipledger[charts]）。", markup=False)


def _print_list(answer: dict[str, Any], out: Output) -> None:
    say_when(answer, out)
    out.table(
        out.text("Pools", "资产池"),
        [
            out.text("pool", "编号"),
            out.text("name", "名称"),
            out.text("manager", "管理人"),
            out.text("outstanding", "未偿本金"),
        ],
        [
            [
                each["pool"],
                each["name"],
                each["manager"],
                f"{amount(each['outstanding'], each['currency'])} {each['currency']}",
            ]
            for each in answer["items"]
        ],
        wide={1, 2},
    )
    if not answer["items"]:
        out.say("No pool lives on that day.", "该日没有存续的资产池。")


def print_pool(answer: dict[str, Any], out: Output) -> None:
    """The answer for people."""
    currency = answer["currency"]
    out.say(f"{answer['pool']}  {answer['name']}", f"{answer['pool']}  {answer['name']}")
    structure, state = worded(STRUCTURES, answer["structure"], out), worded(STATES, answer["state"], out)
    out.say(f"Structure: {structure}; {state}", f"交易结构：{structure}；{state}")
    out.prose(
        f"Originator: {answer['originator']}; manager: {answer['manager']}",
        f"原始权益人：{answer['originator']}；管理人：{answer['manager']}",
    )
    out.prose(
        f"Initial {amount(answer['initial'], currency)}, issued {amount(answer['issued'], currency)}, "
        f"outstanding {amount(answer['outstanding'], currency)}, "
        f"reserve {amount(answer['reserve'], currency)} ({currency})",
        f"初始 {amount(answer['initial'], currency)}，发行 {amount(answer['issued'], currency)}，"
        f"未偿 {amount(answer['outstanding'], currency)}，储备金 {amount(answer['reserve'], currency)}"
        f"（{currency}）",
    )
    say_when(answer, out)
    _print_tranches(answer, out)
    _print_deals(answer, out)
    _print_rights(answer, out)
    _print_periods(answer, out)
    _print_cover(answer, out)
    for trigger in answer["triggers"]:
        told = trigger["message"][out.lang]
        since = out.text(f" [since {trigger['since']}]", f"〔自 {trigger['since']}〕")
        out.prose(f"! {trigger['code']}: {told}{since}", f"! {trigger['code']}：{told}{since}")
    if not answer["triggers"]:
        out.say("No trigger stands.", "没有已触发的事件。")


def _print_tranches(answer: dict[str, Any], out: Output) -> None:
    currency = answer["currency"]
    out.table(
        out.text("Tranches", "分层"),
        [
            out.text("rank", "顺位"),
            out.text("class", "档"),
            out.text("rate", "利率"),
            out.text("issued", "发行"),
            out.text("owed", "未偿本金"),
            out.text("unpaid interest", "欠息"),
        ],
        [
            [
                str(each["rank"]),
                each["name"],
                each["rate"] or "–",
                amount(each["initial"], currency),
                amount(each["principal"], currency),
                amount(each["unpaid_interest"], currency),
            ]
            for each in answer["tranches"]
        ],
        wide={1},
    )


def _print_deals(answer: dict[str, Any], out: Output) -> None:
    currency = answer["currency"]
    out.table(
        out.text("Deals", "入池交易"),
        [
            out.text("deal", "交易"),
            out.text("licensee", "被许可人"),
            out.text("outstanding", "未偿本金"),
            out.text("next instalment", "下期"),
            out.text("state", "状态"),
        ],
        [
            [
                each["deal"],
                each["licensee"],
                amount(each["outstanding"], currency),
                _due(each["next_installment"], currency),
                listed(_deal_state(each, currency, out)),
            ]
            for each in answer["deals"]
        ],
        wide={1, 4},
    )


def _due(due: dict[str, Any] | None, currency: str) -> str:
    return "–" if due is None else f"{due['on']}\n{amount(due['minor'], currency)}"


def _deal_state(deal: dict[str, Any], currency: str, out: Output) -> list[str]:
    told = [worded(STATES, deal["state"], out) + (f" {deal['out_on']}" if deal["out_on"] else "")]
    if deal["overdue"]:
        unpaid = amount(deal["overdue"]["minor"], currency)
        told.append(
            out.text(
                f"overdue {unpaid} since {deal['overdue']['since']}",
                f"自 {deal['overdue']['since']} 逾期 {unpaid}",
            )
        )
    told.append(
        out.text(f"notified {deal['notified_on']}", f"已通知 {deal['notified_on']}")
        if deal["notified_on"]
        else out.text("debtor not notified", "未通知债务人")
    )
    return told


def _print_rights(answer: dict[str, Any], out: Output) -> None:
    out.table(
        out.text("Rights", "入池权利"),
        [
            out.text("right", "权利"),
            out.text("deal", "交易"),
            out.text("status", "状态"),
            out.text("value", "评估值"),
        ],
        [
            [
                each["right"],
                each["deal"],
                listed(_right_state(each, out)),
                "–" if each["value"] is None else amount(each["value"]["minor"], each["value"]["currency"]),
            ]
            for each in answer["rights"]
        ],
        wide={2},
    )


def _right_state(right: dict[str, Any], out: Output) -> list[str]:
    from scripts.commands.status import STATUSES

    told = [worded(STATUSES, right["status"], out)]
    if not right["pooled"]:
        told.append(out.text("left the pool", "已出池"))
    if right["frozen"]:
        told.append(out.text("frozen", "被冻结"))
    if right["invalidation_pending"]:
        told.append(out.text("invalidation pending", "无效程序中"))
    return told


def _print_periods(answer: dict[str, Any], out: Output) -> None:
    currency = answer["currency"]
    out.table(
        out.text("Periods", "各期兑付"),
        [
            out.text("no.", "期"),
            out.text("paid on", "兑付日"),
            out.text("collections", "回收款"),
            out.text("paid", "支付"),
            out.text("owed after", "期末本金"),
        ],
        [
            [
                str(each["number"]),
                each["last"],
                amount(each["collections"], currency),
                amount(each["paid"], currency),
                listed([amount(minor, currency) for minor in each["principal"]]),
            ]
            for each in answer["periods"]
        ],
        wide=set(),
    )


def _print_cover(answer: dict[str, Any], out: Output) -> None:
    cover = answer["cover"]
    if cover["percent"] is None:
        return
    held_en, held_zh = ("passed", "通过") if cover["holds"] else ("failed", "未通过")
    out.say(
        f"Cover {cover['percent']}% of at least {cover['percent_wanted']}%: {held_en}",
        f"覆盖倍数 {cover['percent']}%（不低于 {cover['percent_wanted']}%）：{held_zh}",
    )


def print_period(answer: dict[str, Any], out: Output) -> None:
    """A period for people: what came in, each line, where the money came from."""
    currency = answer["currency"]
    out.say(
        f"{answer['pool']}  period {answer['number']}, {answer['first']} to {answer['last']} ({currency})",
        f"{answer['pool']}  第 {answer['number']} 期，{answer['first']} 至 {answer['last']}（{currency}）",
    )
    say_when(answer, out)
    _print_inflow(answer, out)
    _print_lines(answer, out)
    entries = sorted({entry for several in answer["rests_on"].values() for entry in several})
    told = ", ".join(map(str, [*entries, *answer["entries"]]))
    out.prose(f"Rests on entries {told}.", f"依据条目：{told}。")
    if answer["reproduced"]:
        out.say(
            "Run again from the entries before it: the same to the cent.", "依此前条目重新计算：分毫不差。"
        )
    else:
        out.say(
            "! Run again from the entries before it: the lines differ.", "! 依此前条目重新计算：结果不一致。"
        )


def _print_inflow(answer: dict[str, Any], out: Output) -> None:
    currency = answer["currency"]
    out.table(
        out.text("Received", "收到"),
        [
            out.text("on", "日期"),
            out.text("what", "项目"),
            out.text("deal", "交易"),
            out.text("amount", "金额"),
            out.text("entry", "条目"),
        ],
        [
            [
                each["on"],
                worded(ITEMS, each["kind"], out),
                each["deal"] or "–",
                amount(each["minor"], currency),
                str(each["entry"]),
            ]
            for each in answer["inflow"]
        ],
        wide={2},
    )


def _print_lines(answer: dict[str, Any], out: Output) -> None:
    currency = answer["currency"]
    out.table(
        out.text("Paid in this order", "支付顺序"),
        [
            out.text("item", "项目"),
            out.text("class", "档"),
            out.text("due", "应付"),
            out.text("paid", "实付"),
            out.text("unpaid", "未付"),
        ],
        [
            [
                worded(ITEMS, each["item"], out),
                each["tranche"] or "–",
                *(amount(each[member], currency) for member in ("due", "paid", "unpaid")),
            ]
            for each in answer["lines"]
        ],
        wide={1},
    )
    out.table(
        out.text("Sources", "资金来源"),
        [out.text("source", "来源"), out.text("available", "可用"), out.text("drawn", "动用")],
        [
            [
                worded(ITEMS, each["source"], out),
                amount(each["available"], currency),
                amount(each["drawn"], currency),
            ]
            for each in answer["draws"]
        ],
        wide=set(),
    )
