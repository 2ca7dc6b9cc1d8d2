"""Freezes and suspensions: what courts and the register say of them is believed; here is what it breaks (F).

There is no command of this family: a freeze is an authority's act, and comes as a report. Who is live and
who waits is told by the statement (`ledger.statement.freeze_queue`); that others' acts on a frozen right are
refused stands in `ledger.rules.common.not_frozen`.
"""

from collections.abc import Iterator
from typing import Any, Final

from ledger.entry import EntryClass
from ledger.facts.base import Fact
from ledger.facts.freezes import (
    FreezeCeilingSet,
    FreezeConverted,
    FreezeImposed,
    FreezeLimited,
    FreezeRenewed,
    SuspensionExtended,
)
from ledger.rules.base import Finding, Procedure, Rule, Said, refuse
from ledger.rules.situation import Situation
from ledger.statement.freeze_queue import is_queued
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    insolvencies_on,
    status_on,
    suspensions_on,
)
from ledger.values.parties import same_party
from ledger.values.rights import parse_right_id


def ceilings_of(fact: FreezeImposed | FreezeRenewed, situation: Situation) -> Iterator[Said]:
    """F-2: the ceilings in force on the day of the notice are recorded beside it, by kind of right.

    PATI; TMF 2; CPLI 485 [V]. That the stage chooses between six months and three years is [M].
    """
    day = fact.effective_on or situation.today
    by_ceiling: dict[tuple[int, int], list[str]] = {}
    for right in fact.rights:
        if not isinstance(fact, FreezeImposed) or is_queued(right, fact):
            by_ceiling.setdefault(_ceilings(right, situation, day), []).append(right)
    for (preservation, execution), rights in by_ceiling.items():
        ceiling = FreezeCeilingSet(
            rights=tuple(rights),
            freeze=fact.freeze,
            preservation_months=preservation,
            execution_months=execution,
            since=day,
        )
        yield Said(ceiling, by=EntryClass.OPERATOR)


def _ceilings(right: str, situation: Situation, day: str) -> tuple[int, int]:
    kind = parse_right_id(right).kind
    own = kind if kind in {"patent", "trademark"} else "other"
    return (
        situation.policy.value(f"freeze_{own}_preservation_months", day),
        situation.policy.value("freeze_execution_months", day),
    )


def _imposed(fact: FreezeImposed, situation: Situation, day: str) -> Iterator[Finding]:
    """F-1, F-7, F-13: a freeze of a right that has ended, of a stranger's right, or in spite of a stay.

    F-9: that the right is pledged or licensed is no contradiction (PATI).
    """
    for right, statement in situation.statements(fact.rights):
        status = status_on(statement, day)
        if status in ENDED_STATUSES:
            yield refuse("F-1", "ASSET_NOT_IN_FORCE", right=right, status=status, day=day)
        yield from _of_strangers(fact, right, statement)
        yield from _passed_on_since(right, statement, day)
        yield from _stayed(fact, right, statement, day)


def _of_strangers(fact: FreezeImposed, right: str, statement: Statement) -> Iterator[Finding]:
    """Debtors of whom the chain of title knows nothing; of former owners the statement itself tells."""
    names = [party.name for party in fact.debtors or ()]
    owners = [owner for period in statement["titles"] for owner in period["owners"]]
    if not names or not owners:
        return
    known = [name for owner in owners for name in (owner["name"], *owner["former_names"])]
    if not any(same_party(one, other) for one in names for other in known):
        yield refuse("F-7", "NOT_OWNER_OF_RECORD", right=right, party=names, owner=known[-1:])


def _passed_on_since(right: str, statement: Statement, day: str) -> Iterator[Finding]:
    """F-7: transfers that were completed only after the service; the freeze prevails over them."""
    for period in statement["titles"]:
        moved = [owner for owner in period["owners"] if owner["basis"].startswith("transfer ")]
        if period["from"] is not None and period["from"] > day and moved:
            reference = [owner["basis"] for owner in moved if owner["since"] == period["from"]]
            yield refuse("F-7", "ASSET_FROZEN", right=right, day=period["from"], reference=reference)


def _stayed(fact: Fact, right: str, statement: Statement, day: str) -> Iterator[Finding]:
    """After acceptance no freeze may be imposed or renewed (BKL 19), but on a co-owner's share."""
    debtors = [party.name for party in getattr(fact, "debtors", None) or ()]
    for case in insolvencies_on(statement, day):
        if case["owns"] and (not debtors or any(same_party(case["party"], name) for name in debtors)):
            yield refuse("F-13", "INSOLVENCY_STAY", right=right, party=case["party"], day=case["accepted_on"])


def _renewed(fact: FreezeRenewed, situation: Situation, day: str) -> Iterator[Finding]:
    """F-13: a renewal in spite of a stay."""
    for right, statement in situation.statements(fact.rights):
        yield from _stayed(fact, right, statement, day)


def _on_ended(fact: FreezeConverted | FreezeLimited, situation: Situation, day: str) -> Iterator[Finding]:
    """F-4, F-10: what has ended is neither converted nor limited."""
    rule = "F-4" if isinstance(fact, FreezeConverted) else "F-10"
    for right, statement in situation.statements(fact.rights):
        for freeze in statement.get("freezes", ()):
            if freeze["id"] == fact.freeze and _is_over(freeze, day):
                yield refuse(rule, "ALREADY_ENDED", right=right, reference=fact.freeze, day=day)


def _is_over(freeze: dict[str, Any], day: str) -> bool:
    ended = freeze["ended_on"] is not None and freeze["ended_on"] <= day
    return ended or (freeze["until"] is not None and freeze["until"] < day)


def _extended(fact: SuspensionExtended, situation: Situation, day: str) -> Iterator[Finding]:
    """F-12: procedures that had resumed by themselves are suspended anew."""
    for right, statement in situation.statements(fact.rights):
        if not any(each["id"] == fact.suspension for each in suspensions_on(statement, day)):
            yield refuse("F-12", "ALREADY_ENDED", right=right, reference=fact.suspension, day=day)


PROCEDURES: Final[tuple[Procedure[Any], ...]] = ()

CONTRADICTIONS: Final = {
    FreezeImposed: _imposed,
    FreezeRenewed: _renewed,
    FreezeConverted: _on_ended,
    FreezeLimited: _on_ended,
    SuspensionExtended: _extended,
}

SUPPLEMENTS: Final = {FreezeImposed: ceilings_of, FreezeRenewed: ceilings_of}

_QUEUE: Final = "ledger.statement.freeze_queue:Queue"
RULES: Final = (
    Rule(
        "F-1",
        "A freeze takes effect when the notice is served on the register; a stated end prevails. A notice "
        "without proof of service is kept, shown as unserved, and has no effect until an authority's return "
        "of service or a further report gives the time",
        "冻结自协助执行通知送达登记机关时生效，文书载明的期限优先；未载明送达时间的，先行收录并标示，待官方送达回证或者补充文书载明时间后生效",
        "FRZ 1; PIR 104; PATI; TMF 1-2",
        "V",
        ("SERVICE_TIME_MISSING",),
        home="ledger.statement.freeze_queue:gather",
    ),
    Rule(
        "F-2",
        "Ceilings: patent preservation 6 months, trademark preservation 1 year, any execution freeze and "
        "other preservation 3 years, from the day the freeze is live; a longer one is flagged, never "
        "refused; where no end is stated the freeze ends with the ceiling, and that is said",
        "期限上限：专利财产保全6个月，商标财产保全1年，执行冻结及其他知识产权保全3年，自生效之日起算；超过上限仅作提示；未载明期限的按上限届满并提示",
        "PATI; TMF 2; CPLI 485",
        "V",
        ("FREEZE_TERM_OVER_CEILING", "FREEZE_TERM_COMPUTED"),
        home="ledger.rules.freezes:ceilings_of",
    ),
    Rule(
        "F-3",
        "A freeze ends at 24:00 of its last day unless the renewal was served by then; a later renewal is a "
        "new freeze at the end of the queue",
        "冻结期限届满日24时前未送达续行冻结通知的，冻结自动失效；此后送达的按新的冻结排在末位",
        "PATI; TMF 2; FRZ 27",
        "V",
        ("FREEZE_RENEWED_LATE",),
        home=f"{_QUEUE}._renew",
    ),
    Rule(
        "F-4",
        "Preservation turns into an execution freeze by itself, its time running on",
        "财产保全自动转为执行中的冻结，期限连续计算",
        "CPLI 168",
        "V",
        home=f"{_QUEUE}._convert",
    ),
    Rule(
        "F-5",
        "A second court's freeze waits; order is order of service; the first in line is live the instant the "
        "live one is lifted or lapses, and its own term starts then. A stated last day that passes while the "
        "freeze waits ends it",
        "不得重复冻结，在后者轮候；按送达先后排序；在先冻结解除或者失效时，排列在先的轮候冻结即时生效，其期限自此起算；轮候期间载明期限届满的，轮候失效",
        "CPL 106; FRZ 26; TMF 3",
        "V",
        home=f"{_QUEUE}._advance",
    ),
    Rule(
        "F-6",
        "The first court disposes of the whole right: all waiting freezes lapse; of a part: they attach to "
        "the rest, the first of them live",
        "首先冻结的法院全部处分的，轮候冻结失效；部分处分的，轮候冻结及于剩余部分，排列在先者生效",
        "法发〔2004〕5号 art. 20 by analogy",
        "S",
        ("DISPOSAL_UNMATCHED",),
        home=f"{_QUEUE}._dispose",
    ),
    Rule(
        "F-7",
        "A freeze served while a transfer is pending prevails over it; served after title passed it does not "
        "take hold; a court's transfer order effective before goes first",
        "转让登记完成前送达的冻结优先；权利已转移后送达的，不发生效力；在先生效的法院转让裁定优先",
        "FRZ 23",
        "V",
        ("FREEZE_ON_FORMER_OWNER",),
        home=f"{_QUEUE}._is_former_owners",
    ),
    Rule(
        "F-8",
        "Transfer, pledge and license after a freeze are refused; a freeze that is not published does not "
        "bind a third party in good faith, which is said, and the right stays frozen to everybody who asks",
        "冻结后转让、出质、许可不得对抗申请执行人；未公示的冻结不能对抗善意第三人，系统予以提示，但权利仍按冻结处理",
        "FRZ 24",
        "V",
        ("ASSET_FROZEN", "FREEZE_UNPUBLISHED"),
        home="ledger.rules.common:not_frozen",
    ),
    Rule(
        "F-9",
        "A pledged right may be frozen; the pledge keeps its rank and licenses go on",
        "已出质的权利可以冻结；质权顺位不变，已有许可继续有效",
        "PATI",
        "V",
        home="ledger.rules.freezes:_imposed",
    ),
    Rule(
        "F-10",
        "A co-owned right may be frozen and the co-owners are notified; after an agreed partition only the "
        "debtor's share stays frozen",
        "共有权利可以冻结并应通知共有人；协议分割并经债权人认可的，冻结仅及于债务人的份额",
        "FRZ 12",
        "V",
        ("COOWNERS_TO_BE_NOTIFIED",),
        home="ledger.rules.common:not_frozen",
    ),
    Rule(
        "F-11",
        "An unpublished work or undisclosed invention is exempt from seizure",
        "未发表的著作、未公开的发明不得查封、冻结",
        "FRZ 3",
        "V",
        ("EXEMPT_PROPERTY",),
        home=f"{_QUEUE}._is_undisclosed",
    ),
    Rule(
        "F-12",
        "A suspension for an ownership dispute blocks the same procedures for a year, longer where an "
        "extension was granted in time; else they resume by themselves",
        "因权属纠纷中止的，一年内停止同样的程序；期满未获延长的自行恢复",
        "PIR 103, 105",
        "V",
        ("PROCEDURE_SUSPENDED",),
        home="ledger.statement.freezes:_suspended",
    ),
)
