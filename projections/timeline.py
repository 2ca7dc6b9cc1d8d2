"""What was recorded of a right, entry by entry, on both axes of time (N-3, J-1, B-11)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import orjson

from ledger.entry import Entry, format_instant, parse
from ledger.errors import RightUnknown
from ledger.statement import read
from ledger.statement.base import Recorded
from projections.rights import knowledge, resolve_right
from projections.tables import EntryTable, Row
from projections.views import Views

PAGE_MAX: Final = 1000

LABELS: Final[dict[str, tuple[str, str]]] = {
    "right.registered": ("Right registered", "权利登记"),
    "right.described": ("Right described", "权利信息补充"),
    "transfer.registered": ("Transfer registered", "转让登记"),
    "transmission.registered": ("Transmission registered", "移转登记"),
    "transfer.contracted": ("Transfer contracted", "转让合同签订"),
    "transmission.claimed": ("Transmission claimed", "移转申报"),
    "conveyance.qualified": ("Value and notice of a conveyance stated", "转让对价与知情情况陈述"),
    "party.renamed": ("Name changed", "名称变更"),
    "party.address_changed": ("Address changed", "地址变更"),
    "license.recorded": ("License recorded", "许可备案"),
    "license.changed": ("License recordal changed", "许可备案变更"),
    "license.ended": ("License recordal cancelled", "许可备案注销"),
    "license.offered": ("Open license declared", "开放许可声明"),
    "license.offer_withdrawn": ("Open license withdrawn", "开放许可声明撤回"),
    "pledge.registered": ("Pledge registered", "质押登记"),
    "pledge.changed": ("Pledge changed", "质押变更"),
    "pledge.assigned": ("Pledge assigned", "质权转让"),
    "pledge.released": ("Release recorded", "质押解除登记"),
    "pledge.contracted": ("Pledge contracted", "质押合同签订"),
    "pledge.applied": ("Pledge applied for", "申请质押登记"),
    "pledge.refused": ("Pledge registration refused", "质押登记不予办理"),
    "pledge.extended": ("Pledge registration extended", "质押登记期限延展"),
    "pledge.revoked": ("Pledge entry revoked", "质押登记撤销"),
    "pledge.change_agreed": ("Pledge change agreed", "约定变更质押"),
    "pledge.rank_swap_agreed": ("Swap of ranks agreed", "约定变更质押顺位"),
    "pledge.ranks_swapped": ("Ranks swapped", "质押顺位变更登记"),
    "freeze.imposed": ("Freeze imposed", "保全冻结"),
    "freeze.lifted": ("Freeze lifted", "保全解除"),
    "freeze.renewed": ("Freeze renewed", "续行冻结"),
    "freeze.converted": ("Freeze converted to execution", "保全转执行冻结"),
    "freeze.limited": ("Freeze limited to a share", "冻结限于份额"),
    "freeze.ceiling_set": ("Ceiling of a freeze noted", "冻结期限上限"),
    "disposal.completed": ("Disposed of in execution", "执行处分"),
    "suspension.started": ("Procedures suspended", "中止程序"),
    "suspension.extended": ("Suspension extended", "中止延期"),
    "suspension.ended": ("Procedures resumed", "恢复程序"),
    "insolvency.accepted": ("Bankruptcy petition accepted", "受理破产申请"),
    "insolvency.converted": ("Bankruptcy proceedings converted", "破产程序转换"),
    "insolvency.ended": ("Bankruptcy proceedings ended", "破产程序终结"),
    "insolvency.license_decided": ("License continued or rescinded", "管理人决定许可合同"),
    "insolvency.enforcement_allowed": ("Enforcement allowed by the court", "法院准许行使质权"),
    "right.granted": ("Right granted", "授权"),
    "right.lapsed": ("Right lapsed", "权利终止"),
    "right.restored": ("Right restored", "权利恢复"),
    "right.expired": ("Term ended", "保护期届满"),
    "right.surrendered": ("Right surrendered", "权利放弃"),
    "right.renewed": ("Right renewed", "权利续展"),
    "application.ended": ("Application ended", "申请终止"),
    "invalidation.decided": ("Declared invalid, not final", "宣告无效（未生效）"),
    "invalidation.became_final": ("Invalidity final", "无效决定生效"),
    "invalidation.requested": ("Invalidation requested", "请求宣告无效"),
    "invalidation.dismissed": ("Right upheld", "维持有效"),
    "right.not_renewed": ("Struck, not renewed", "未续展注销"),
    "right.revoked": ("Right revoked", "权利撤销"),
    "right.term_compensated": ("Term compensated", "专利权期限补偿"),
    "fee.paid": ("Annual fee paid", "年费缴纳"),
    "fee.unpaid": ("Annual fee unpaid", "年费未缴"),
    "dispute.raised": ("Dispute raised", "权属等纠纷提起"),
    "dispute.ended": ("Dispute ended", "纠纷结束"),
    "surrender.declared": ("Surrender declared", "声明放弃"),
    "marks.listed": ("Similar marks listed", "近似商标清单"),
    "procedure.recorded": ("Step of an office procedure", "登记程序进展"),
    "party.registered": ("Party registered", "当事人登记"),
    "party.described": ("Party described", "当事人信息补充"),
    "party.key_revoked": ("Key revoked", "密钥撤销"),
    "recording.corrected": ("Recording corrected", "登记更正"),
    "recording.noted": ("Recording noted", "其他登记事项"),
    "entry.corrected": ("Entry corrected", "记录更正"),
    "entry.retracted": ("Entry retracted by its parties", "当事人撤回记录"),
    "entry.reversed": ("Entry reversed by an authority", "有权机关撤销记录"),
    "document.deposited": ("Document deposited", "文件存证"),
    "license.granted": ("License granted", "许可合同订立"),
    "license.terminated": ("License terminated", "许可终止"),
    "license.recordal_filed": ("License filed for recordal", "许可备案申请"),
    "open_license.declared": ("Open license declared by the owners", "提出开放许可声明"),
    "open_license.accepted": ("Open license taken", "接受开放许可"),
    "open_license.withdrawal_filed": ("Withdrawal of open license filed", "提出撤回开放许可声明"),
    "compulsory_license.granted": ("Compulsory license granted", "强制许可"),
    "use.reported": ("Use reported", "使用情况报告"),
    "claim.drawn": ("Loan drawn under the pledge", "担保债权发生"),
    "claim.repaid": ("Repayment", "债务清偿"),
    "claim.rolled_over": ("Loan rolled over", "借新还旧"),
    "claim.assigned": ("Claim assigned", "债权转让"),
    "claim.debtor_replaced": ("Debtor replaced", "债务转移"),
    "claim.limitation_interrupted": ("Limitation interrupted", "诉讼时效中断"),
    "pledge.claims_determined": ("Claims of the pledge determined", "最高额质权确定"),
    "pledge.held_in_trust": ("Pledge held in trust", "质权代持"),
    "pledge.discharge_asserted": ("Release of the pledge stated", "主张质权消灭"),
    "pledge.used_by_pledgee": ("Used by the pledgee", "质权人使用质物"),
    "pledge.object_replaced": ("Money in the object's place", "代位物"),
    "pledge.top_up_demanded": ("More security demanded", "要求补充担保"),
    "pledge.top_up_provided": ("More security given", "已补充担保"),
    "enforcement.started": ("Enforcement started", "开始实现质权"),
    "proceeds.distributed": ("Proceeds distributed", "价款分配"),
    "judicial_sale.announced": ("Judicial sale announced", "司法拍卖公告"),
    "judicial_sale.completed": ("Judicial sale completed", "司法拍卖成交"),
    "document.filed": ("Document filed", "文件提交"),
    "consent.given": ("Consent given", "同意"),
    "consent.withdrawn": ("Consent withdrawn", "撤回同意"),
    "valuation.reported": ("Valuation reported", "评估报告"),
    "contribution.declared": ("Contribution in kind declared", "知识产权出资"),
    "contribution.delivered": ("Contribution delivered", "出资交付"),
    "contribution.called": ("Contribution called in", "催缴出资"),
    "loan.recorded": ("Loan recorded", "贷款登记"),
    "loan.interest_paid": ("Interest paid", "支付利息"),
    "loan.defaulted": ("Loan in default", "贷款违约"),
    "loan.recovered": ("Recovered from the loan", "贷款追偿"),
    "guarantee.given": ("Guarantee given", "保证"),
    "insurance.issued": ("Insurance issued", "保险"),
    "loss.covered": ("Loss covered", "代偿或理赔"),
    "fund.established": ("Compensation fund established", "风险补偿基金设立"),
    "fund.exposure_reported": ("Exposure to the fund reported", "基金风险敞口报告"),
    "subsidy.granted": ("Subsidy granted", "补贴"),
    "pool.formed": ("Pool formed", "资产池组建"),
    "pool.deal_admitted": ("Admitted to the pool", "资产入池"),
    "pool.cut_off": ("Cut-off of the pool", "资产池封包"),
    "pool.debtor_notified": ("Debtor notified of the pool", "通知债务人"),
    "pool.established": ("Securities issued on the pool", "产品设立"),
    "pool.collected": ("Collected for the pool", "资产池回款"),
    "pool.turned_over": ("Collection turned over to the plan", "回款转付专项计划"),
    "pool.period_run": ("Period of the pool run", "资产池分配"),
    "pool.accelerated": ("Pool accelerated", "加速清偿"),
    "pool.deal_defaulted": ("Default in the pool", "池内资产违约"),
    "pool.deal_redeemed": ("Redeemed from the pool", "资产赎回"),
    "pool.deal_substituted": ("Substituted in the pool", "资产置换"),
    "pool.topped_up": ("Pool topped up", "差额补足"),
    "pool.reviewed": ("Pool reviewed", "跟踪评级/审查"),
    "pool.cleaned_up": ("Clean-up call", "清仓回购"),
    "pool.disposal_started": ("Disposal for the pool started", "开始处置"),
    "pool.disposed": ("Disposed of for the pool", "处置完成"),
    "pool.closed": ("Pool closed", "资产池终止"),
    "act.held": ("Held, an item is missing", "待补正"),
    "act.activated": ("Held act took effect", "待补正行为生效"),
    "act.dropped": ("Held act dropped", "待补正行为终止"),
    "act.reported": ("Reported off the platform", "平台外事实报告"),
    "act.signed": ("Signed by the parties", "当事人电子签名"),
    "flags.raised": ("Warnings attached", "附加警示"),
}
"""What a reader calls each event that concerns a right, in English and Chinese."""

_SIDES: Final = (
    ("grantors", "grantees"),
    ("pledgors", "pledgees"),
    ("licensors", "licensees"),
    ("releasors", "beneficiaries"),
    ("", "holders"),
    ("", "authorities"),
)


def _rows(entry: Entry, recorded: Recorded) -> Iterator[Row]:
    record = recorded.record
    data = orjson.dumps({name: value for name, value in entry.data.items() if name != "rights"}).decode()
    for right in entry.asset_ids:
        yield (
            right,
            entry.position,
            entry.type,
            entry.entry_class.value,
            record.effective_on,
            entry.data.get("registered_on"),
            entry.recorded_at,
            record.register,
            record.number if entry.source else None,
            *_sides(entry.data),
            data,
        )


TABLE = EntryTable(
    name="timeline",
    columns="""right_id text COLLATE "C" NOT NULL, position bigint NOT NULL, type text NOT NULL,
        class text NOT NULL, effective_on date NOT NULL, registered_on date, recorded_at timestamptz NOT NULL,
        register text NOT NULL, number text, giving text[] NOT NULL, receiving text[] NOT NULL,
        data text NOT NULL""",
    key="right_id, position",
    rows=_rows,
)
"""`data` is the fact as recorded, JSON, without the list of rights."""


def timeline(
    views: Views, notation: str, *, known_at: datetime | None = None, after: int = 0, limit: int = PAGE_MAX
) -> dict[str, Any]:
    """What was recorded of a right up to `known_at`, in order of position.

    Members: `right`, `known_at`, `position`, `entries` (each with `position`, `type`, `class`,
    `effective_on`, `registered_on`, `recorded_at`, `register`, `number`, `from`, `to`, `data`, `summary` in
    `en` and `zh`), and `next`: what to give as `after` for the next page, None on the last.

    Raises:
        RightUnknown, RightAmbiguous, StorageUnavailable, ProjectionBehind
    """
    right = resolve_right(views, notation)
    known = knowledge(views, right, known_at)
    if known.projected:
        rows = views.rows(
            """SELECT right_id, position, type, class, effective_on, registered_on, recorded_at, register,
                      number, giving, receiving, data
                 FROM {timeline} WHERE right_id = %s AND position > %s AND position <= %s
                ORDER BY position LIMIT %s""",
            right,
            after,
            known.position,
            limit + 1,
        )
    else:
        rows = _unprojected(views, right, after, known.position, limit + 1)
    if not rows and after == 0:
        raise RightUnknown(right)
    items = [_item(row) for row in rows[:limit]]
    return {
        "right": right,
        "known_at": format_instant(known.known_at),
        "position": known.position,
        "entries": items,
        "next": items[-1]["position"] if len(rows) > limit else None,
    }


def _unprojected(views: Views, right: str, after: int, upto: int, limit: int) -> list[Row]:
    """The same rows from the entries, where the table does not reach so far yet."""
    stored = views.store.reader.tagged([f"asset:{right}"], after=after, upto=upto, limit=limit)
    entries = [parse(item.raw, item.position) for item in stored]
    return [row for entry in entries for row in _rows(entry, read(entry)) if row[0] == right]


def _item(row: Row) -> dict[str, Any]:
    _, position, kind, entry_class, effective_on, registered_on, recorded_at = row[:7]
    register, number, giving, receiving, data = row[7:]
    return {
        "position": position,
        "type": kind,
        "class": entry_class,
        "effective_on": str(effective_on),
        "registered_on": None if registered_on is None else str(registered_on),
        "recorded_at": format_instant(recorded_at),
        "register": register or None,
        "number": number,
        "from": giving,
        "to": receiving,
        "data": orjson.loads(data),
        "summary": _summary(kind, giving, receiving),
    }


def _sides(data: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Who gives and who receives, whatever the fact calls them."""
    for giving, receiving in _SIDES:
        if data.get(giving) or data.get(receiving):
            return _names(data.get(giving)), _names(data.get(receiving))
    return [], []


def _names(parties: list[dict[str, Any]] | None) -> list[str]:
    return list(dict.fromkeys(party["name"] for party in parties or ()))


def _summary(kind: str, giving: list[str], receiving: list[str]) -> dict[str, str]:
    en, zh = LABELS.get(kind, (kind, kind))
    parties = " → ".join(", ".join(side) for side in (giving, receiving) if side)
    return {"en": f"{en}: {parties}" if parties else en, "zh": f"{zh}：{parties}" if parties else zh}
