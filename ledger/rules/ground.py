"""The ground rules every family inherits (domain.md 0.1): where each of N-1 to N-12 is kept.

They have no commands of their own. What each family's rules take from here is the table of the laws' first
days in force (N-7).
"""

from typing import Any, Final

from ledger.rules.base import Procedure, Rule
from ledger.values.dates import parse_day
from ledger.values.statutes import IN_FORCE_SINCE, in_force

PROCEDURES: Final[tuple[Procedure[Any], ...]] = ()


def in_force_since(statute: str) -> str:
    """First day in force, `YYYY-MM-DD`, of the version of a statute that the rules apply (N-7)."""
    return IN_FORCE_SINCE[statute].isoformat()


def applies(statute: str, day: str) -> bool:
    """N-7: whether a fact of that day is judged by the version of a statute that the rules apply."""
    return in_force(statute, parse_day(day))


RULES: Final = (
    Rule(
        "N-1",
        "the ledger is not the register: a right the law creates by registration is shown as such only from "
        "an authority's entry; a party's act alone is contracted, not perfected",
        "本账本不是登记簿：依法经登记设立的权利，仅凭有权机关的记载方显示为已登记；当事人行为仅显示为已订约、未登记",
        "CC 444; PL 10",
        "V",
        ("CLASS_NOT_PERMITTED",),
        home="ledger.rules.base:Command.entry_class",
    ),
    Rule(
        "N-2",
        "reports of authorities are never refused for contradicting the ledger; they are accepted and "
        "flagged",
        "不因与账本相抵触而拒绝有权机关的报告；予以记录并提示",
        "design decision",
        "D",
        ("AUTHORITY_CONFLICT", "DUPLICATE_REPORT", "RIGHT_UNKNOWN"),
        home="ledger.rules.reports:contradictions",
    ),
    Rule(
        "N-3",
        "legal effect and time of recording are two axes; the ledger alone sets the time of recording",
        "法律效力时间与记录时间为两个时间轴；记录时间仅由账本确定",
        "design decision",
        "D",
        ("DATE_IN_FUTURE", "FIELD_UNKNOWN"),
        home="ledger.rules.decide:_not_to_come",
    ),
    Rule(
        "N-4",
        "terms run by dates in Asia/Shanghai and do not count their first day; procedural terms roll over "
        "holidays, terms of rights and freezes do not",
        "期间以北京时间的日期计算，起算日不计入；程序期限遇节假日顺延，权利期限与冻结期限不顺延",
        "CC 201-204; PIR 5; terms of rights and freezes not rolled: from memory",
        "V",
        ("CALENDAR_YEAR_MISSING",),
        home="ledger.values.calendar:procedural_term_end",
    ),
    Rule(
        "N-5",
        "commands on one right take effect one after another; one decided on what has changed since is "
        "decided again or refused",
        "对同一权利的命令依次生效；据以决定的状态已变更的，重新决定或者拒绝",
        "design decision",
        "D",
        ("STALE_VERSION", "COMMAND_ID_REUSED"),
        home="ledger.submission.submissions:Submissions",
    ),
    Rule(
        "N-6",
        "money is an integer of minor units with its currency, a share an exact fraction; interest is "
        "rounded half up once a payment, the residue goes to the last instalment",
        "金额为最小货币单位的整数并附币种，份额为精确分数；利息每次付款四舍五入一次，尾差归入最后一期",
        "design decision",
        "D",
        ("AMOUNT_INVALID", "AMOUNT_TOO_LARGE", "CURRENCY_UNKNOWN", "FIELD_INVALID"),
        home="ledger.rules.fields:Amount",
    ),
    Rule(
        "N-7",
        "a fact is judged by the law and the settings in force on its own day, and today where it takes "
        "effect now",
        "事实依其发生当日施行的法律与参数判断；于今日生效的，并依今日者判断",
        "TPP, PPM, CPM, PIPL, SEC; the other dates from memory",
        "V",
        ("POLICY_NOT_IN_FORCE",),
        home="ledger.rules.ground:applies",
    ),
    Rule(
        "N-8",
        "rights are territorial: a pledge on one office's right says nothing of its family member elsewhere",
        "知识产权具有地域性：一国权利上的质押不及于他国的同族权利",
        "from memory",
        "M",
        (),
        home="ledger.values.rights:RightId",
    ),
    Rule(
        "N-9",
        "what is pending, held or refused has no rank and no effect on others and is not among what is "
        "registered",
        "未决、待补正或者被拒绝的行为没有顺位，对第三人不生效力，不列入已登记事项",
        "design decision",
        "D",
        ("NOT_HELD", "BATCH_ABORTED"),
        home="ledger.statement.acts:shown",
    ),
    Rule(
        "N-10",
        "when the missing item arrives all rules are asked again; the act takes its place and time from then",
        "缺项补齐时重新适用全部规则；行为自生效之时取得其位置与时间",
        "design decision",
        "D",
        ("HOLD_EXPIRED",),
        home="ledger.rules.docket:_freed",
    ),
    Rule(
        "N-11",
        "checks run in a fixed order and every failing code is told, the first one leading",
        "按固定顺序检查，返回全部不符合的代码，最先者居首",
        "design decision",
        "D",
        ("FIELD_MISSING", "COMMAND_UNKNOWN", "JSON_INVALID", "COMMAND_TOO_LARGE"),
        home="ledger.rules.decide:_findings",
    ),
    Rule(
        "N-12",
        "what happened off the platform against a rule is filed with evidence, listed apart with the codes "
        "it broke, and is part of no rights view",
        "平台之外发生且违反规则的事实，附证据另行列示并注明所违反的代码，不计入权利状态",
        "design decision",
        "D",
        ("REPORTED_OFF_PLATFORM", "NO_RULE_BROKEN"),
        home="ledger.rules.acts:over",
    ),
)
"""The ground rules as specified."""
