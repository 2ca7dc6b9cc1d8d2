"""`ipledger loan|fund|pledge|exposure`: what a bank asks about its loans and the rights behind them."""

from typing import Annotated, Any, Final

import typer

from ledger.errors import InputRejected
from projections import exposure as exposure_of
from projections import fund as fund_of
from projections import loan as loan_of
from projections import pledge as pledge_of
from scripts.asking import AsOf, KnownAt, amount, listed, question, say_when, worded
from scripts.commands.status import STATES as ENCUMBRANCE_STATES
from scripts.commands.status import STATUSES
from scripts.output import Output
from scripts.workspace import Json, Lang, output

STATES: Final = {
    "RUNNING": ("running", "正常"),
    "DUE": ("due", "已到期"),
    "DEFAULTED": ("defaulted", "已违约"),
}
CAPACITIES: Final = {
    "insurer": ("insurer", "保险人"),
    "fund": ("fund", "风险补偿基金"),
    "guarantor": ("guarantor", "保证人"),
}
DEGREES: Final = {
    "FULL": ("every right is registered", "全部权利已登记"),
    "PARTIAL": ("only some rights are registered", "仅部分权利已登记"),
    "NONE": ("no right is registered", "均未登记"),
}
IGNORED: Final = {
    "VALUATION_STALE": ("too old", "已过期"),
    "VALUATION_PURPOSE": ("for another purpose", "评估目的不符"),
    "ASSET_NOT_IN_FORCE": ("right has ended", "权利已终止"),
    "CURRENCY_MISMATCH": ("another currency", "币种不同"),
    "VALUATION_FIELD_MISSING": ("no value told", "无评估值"),
}
SIDES: Final = ("creditor", "debtor")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    _register_dossiers(app)

    @app.command()
    def pledge(
        pledge: Annotated[str, typer.Argument(metavar="PLEDGE", help="pld_…")],
        as_of: AsOf = None,
        known_at: KnownAt = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """One pledge over all its rights: perfection, debt, cover, enforcement. 质押。"""
        out = output(lang, as_json=json)
        with question(out, as_of, known_at) as asked:
            answer = pledge_of(asked.views, pledge, as_of=asked.as_of, known_at=asked.known_at)
        if json:
            out.json(answer)
        else:
            _print_pledge(answer, out)

    @app.command()
    def exposure(
        party: Annotated[str, typer.Argument(metavar="PARTY", help="A name, or pty_….")],
        side: Annotated[str, typer.Option(help="creditor or debtor. 债权人或债务人/出质人。")] = "creditor",
        as_of: AsOf = None,
        limit: Annotated[int, typer.Option(min=1, max=500)] = 100,
        after: Annotated[str, typer.Option(metavar="RIGHT", help="The page behind it. 续页。")] = "",
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """All pledges of a party, with rank, debt, value and total. 质押敞口。"""
        out = output(lang, as_json=json)
        if side not in SIDES:
            out.fail(
                InputRejected(
                    "SIDE_INVALID",
                    "--side takes creditor or debtor",
                    "--side 须为 creditor（债权人）或 debtor（债务人、出质人）",
                    given=side[:40],
                )
            )
        with question(out, as_of) as asked:
            answer = exposure_of(
                asked.views,
                party,
                side="debtor" if side == "debtor" else "creditor",
                as_of=asked.as_of,
                after=after,
                limit=limit,
            )
        if json:
            out.json(answer)
        else:
            _print_exposure(party, answer, out)


def _register_dossiers(app: typer.Typer) -> None:
    @app.command()
    def loan(
        loan: Annotated[str, typer.Argument(metavar="LOAN", help="loan_…")],
        as_of: AsOf = None,
        known_at: KnownAt = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """A loan: interest, default, who covered the loss, recoveries. 贷款。"""
        out = output(lang, as_json=json)
        with question(out, as_of, known_at) as asked:
            answer = loan_of(asked.views, loan, as_of=asked.as_of, known_at=asked.known_at)
        if json:
            out.json(answer)
        else:
            _print_loan(answer, out)

    @app.command()
    def fund(
        fund: Annotated[str, typer.Argument(metavar="FUND", help="fund_…")],
        as_of: AsOf = None,
        known_at: KnownAt = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """A compensation fund: balance, and what each bank's caps leave. 风险补偿基金。"""
        out = output(lang, as_json=json)
        with question(out, as_of, known_at) as asked:
            answer = fund_of(asked.views, fund, as_of=asked.as_of, known_at=asked.known_at)
        if json:
            out.json(answer)
        else:
            _print_fund(answer, out)


def _print_loan(answer: dict[str, Any], out: Output) -> None:
    currency = answer["currency"]
    state = worded(STATES, answer["state"], out)
    out.say(f"{answer['loan']}: {state}", f"{answer['loan']}：{state}")
    out.prose(
        f"{answer['lender']} lent {amount(answer['principal'], currency)} {currency} to "
        f"{answer['borrower']}, {answer['drawn_on']} to {answer['due_on']}",
        f"{answer['lender']} 向 {answer['borrower']} 贷款 "
        f"{amount(answer['principal'], currency)} {currency}，"
        f"{answer['drawn_on']} 至 {answer['due_on']}",
    )
    pledges = ", ".join(answer["pledges"]) or "–"
    out.say(f"Pledges: {pledges}", f"质押：{pledges}")
    say_when(answer, out)
    rows = [
        (out.text("interest paid", "已付利息"), answer["interest_paid"]),
        (out.text("loss", "损失"), answer["loss"]),
        (out.text("covered", "已获赔付"), answer["covered_total"]),
        (out.text("uncovered", "未获赔付"), answer["uncovered"]),
        (out.text("recovered since", "其后追回"), answer["recovered_total"]),
        (out.text("due back to payers", "应返还赔付方"), sum(answer["refunds"].values())),
        (out.text("subsidies", "补贴"), sum(each["minor"] for each in answer["subsidies"])),
    ]
    out.table(
        out.text("Amounts", "金额") + f" ({currency})",
        [out.text("what", "项目"), out.text("amount", "金额")],
        [[name, amount(minor, currency)] for name, minor in rows],
        wide=set(),
    )
    out.table(
        out.text("Covered by", "赔付"),
        [
            out.text("on", "日期"),
            out.text("by", "赔付方"),
            out.text("as", "身份"),
            out.text("amount", "金额"),
        ],
        [
            [
                each["on"],
                each["by"],
                worded(CAPACITIES, each["capacity"], out),
                amount(each["minor"], currency),
            ]
            for each in answer["covered"]
        ],
        wide={1},
    )


def _print_fund(answer: dict[str, Any], out: Output) -> None:
    currency = answer["currency"]
    out.prose(
        f"{answer['fund']}, managed by {answer['manager']}: {amount(answer['balance'], currency)} of "
        f"{amount(answer['initial'], currency)} {currency} left",
        f"{answer['fund']}（管理人 {answer['manager']}）：余额 {amount(answer['balance'], currency)}，"
        f"初始 {amount(answer['initial'], currency)} {currency}",
    )
    say_when(answer, out)
    out.table(
        out.text("Banks", "合作银行"),
        [
            out.text("bank", "银行"),
            out.text("loans", "贷款总额"),
            out.text("paid", "已补偿"),
            out.text("cap left", "补偿额度余额"),
        ],
        [
            [
                bank["name"],
                amount(bank["exposure"], currency),
                amount(bank["paid"], currency),
                listed([f"{cap['scheme']}: {amount(cap['left'], currency)}" for cap in bank["caps"]]),
            ]
            for bank in answer["banks"]
        ],
        wide={0},
    )
    out.table(
        out.text("Payments", "补偿支付"),
        [
            out.text("on", "日期"),
            out.text("to", "银行"),
            out.text("loan", "贷款"),
            out.text("amount", "金额"),
        ],
        [
            [each["on"], each["to"], each["loan"], amount(each["minor"], currency)]
            for each in answer["payments"]
        ],
        wide={1},
    )


def _print_pledge(answer: dict[str, Any], out: Output) -> None:
    degree = worded(DEGREES, answer["perfection"], out)
    out.say(f"{answer['pledge']}: {degree}", f"{answer['pledge']}：{degree}")
    pledgors, holders = (", ".join(answer[side]) or "–" for side in ("pledgors", "entitled"))
    out.prose(
        f"Pledgors: {pledgors}; debtor: {answer['debtor'] or '–'}; entitled: {holders}",
        f"出质人：{pledgors}；债务人：{answer['debtor'] or '–'}；权利人：{holders}",
    )
    say_when(answer, out)
    out.table(
        out.text("Rights", "质押权利"),
        [
            out.text("right", "权利"),
            out.text("office", "登记机关"),
            out.text("registered", "登记"),
            out.text("rank", "顺位"),
            out.text("state", "状态"),
        ],
        [
            [
                each["right"],
                each["office"] or "–",
                listed([part for part in (each["registered_on"], each["reference"]) if part]),
                "–" if each["rank"] is None else str(each["rank"]),
                listed(
                    [part for part in (worded(ENCUMBRANCE_STATES, each["state"], out), each["code"]) if part]
                ),
            ]
            for each in answer["rights"]
        ],
        wide={4},
    )
    _print_debt(answer, out)
    for each in answer["enforcement"]["limitation"]:
        barred = out.text(" (over)", "（已届满）") if each["barred"] else ""
        out.say(
            f"Limitation of {each['claim']}: {each['until'] or '–'}{barred}",
            f"债权 {each['claim']} 的诉讼时效：{each['until'] or '–'}{barred}",
        )
    for each in answer["enforcement"]["stays"]:
        out.say(
            f"! {each['code']} on {each['right']} since {each['since']}",
            f"! {each['code']}：{each['right']}，自 {each['since']} 起",
        )
    for each in answer["warnings"]:
        text = f"! {each['code']}: {each['message'][out.lang]}"
        out.prose(text, text)


def _print_debt(answer: dict[str, Any], out: Output) -> None:
    secured, cover = answer["secured"], answer["cover"]
    if secured is None:
        out.say("What it secures is not told.", "担保金额未知。")
        return
    currency = secured["currency"]
    out.prose(
        f"Secures {amount(secured['secured'], currency)} {currency}: principal "
        f"{amount(secured['secured_principal'], currency)}, interest "
        f"{amount(secured['secured_interest'], currency)}",
        f"担保 {amount(secured['secured'], currency)} {currency}：本金 "
        f"{amount(secured['secured_principal'], currency)}，利息 "
        f"{amount(secured['secured_interest'], currency)}",
    )
    ahead = sum(each["secured"] or 0 for each in cover["senior"])
    ratio = cover["percent"] or out.text("unknown", "无法计算")
    out.prose(
        f"Before or beside it {amount(ahead, currency)}; rights worth {amount(cover['value'], currency)}; "
        f"loan to value {ratio}",
        f"先顺位及同顺位 {amount(ahead, currency)}；"
        f"权利价值 {amount(cover['value'], currency)}；质押率 {ratio}",
    )
    for value in cover["values"]:
        for each in value["ignored"]:
            why = worded(IGNORED, each["code"], out)
            out.say(
                f"Not counted: {each['id']} on {value['right']} ({why})",
                f"未计入：{value['right']} 的评估 {each['id']}（{why}）",
            )


def _print_exposure(party: str, answer: dict[str, Any], out: Output) -> None:
    names = ", ".join(answer["names"]) or party
    out.say(f"{names}  {answer['party']}", f"{names}  {answer['party']}")
    say_when(answer, out)
    out.table(
        out.text("Pledges by right", "各权利上的质押"),
        [
            out.text("right", "权利"),
            out.text("pledge", "质押"),
            out.text("rank", "顺位"),
            out.text("secures", "担保金额"),
            out.text("value", "评估值"),
        ],
        [
            [
                listed([each["right"], worded(STATUSES, each["status"], out)]),
                listed([each["pledge"], each["reference"]]),
                str(each["rank"]),
                _money(each["secured"], "secured"),
                _value(each["valuation"], out),
            ]
            for each in answer["items"]
        ],
        wide={1},
    )
    out.table(
        out.text("Pledges, each once", "各质押（不重复计算）"),
        [
            out.text("pledge", "质押"),
            out.text("debtor", "债务人"),
            out.text("secures", "担保金额"),
            out.text("loan to value", "质押率"),
        ],
        [
            [
                each["pledge"],
                listed([each["debtor"] or "–", *_third(each, out)]),
                _money(each["secured"], "secured"),
                each["percent"] or out.text("unknown", "无法计算"),
            ]
            for each in answer["pledges"]
        ],
        wide={1},
    )
    totals = answer["totals"]
    for total in totals["secured"]:
        out.say(
            f"Total {amount(total['minor'], total['currency'])} {total['currency']} "
            f"under {total['pledges']} pledges on {totals['rights']} rights",
            f"合计 {amount(total['minor'], total['currency'])} {total['currency']}，"
            f"{total['pledges']} 项质押，涉及 {totals['rights']} 项权利",
        )
    if totals["unknown"]:
        out.say(
            f"! Of {totals['unknown']} pledges nobody told the amount.",
            f"! 另有 {totals['unknown']} 项质押金额未知。",
        )
    if not answer["items"]:
        out.say("No registered pledge on this ledger for that day.", "本账本中该日没有已登记的质押。")
    if answer["pending"]:
        count = len(answer["pending"])
        out.say(f"Agreed, not registered: {count}.", f"已签约未登记：{count} 项。")
    if answer["next"]:
        out.say(f"More: --after {answer['next']}", f"还有更多：--after {answer['next']}")


def _third(pledge: dict[str, Any], out: Output) -> list[str]:
    return [out.text("given by another", "第三人出质")] if pledge["third_party"] else []


def _money(secured: dict[str, Any] | None, member: str) -> str:
    return (
        "–" if secured is None else f"{amount(secured[member], secured['currency'])}\n{secured['currency']}"
    )


def _value(valuation: dict[str, Any], out: Output) -> str:
    used = valuation["used"]
    if used is not None:
        return f"{amount(used['minor'], used['currency'])}\n{used['base_date']}"
    return listed([worded(IGNORED, each["code"], out) for each in valuation["ignored"][-1:]])
