"""Insolvency: what a court says is believed; here is what it breaks, and the rules of F-13 to F-15."""

from collections.abc import Iterator
from typing import Any, Final

from ledger.facts.insolvency import InsolvencyAccepted
from ledger.rules.base import Finding, Procedure, Rule, refuse
from ledger.rules.situation import Situation
from ledger.values.parties import same_party


def _accepted(fact: InsolvencyAccepted, situation: Situation, day: str) -> Iterator[Finding]:
    """F-13: a right the insolvent party never owned and never pledged."""
    for right, statement in situation.statements(fact.rights):
        owners = [owner for period in statement["titles"] for owner in period["owners"]]
        known = [name for owner in owners for name in (owner["name"], *owner["former_names"])]
        known += [name for item in statement["encumbrances"] for name in item["grantors"]]
        if owners and not any(same_party(fact.party.name, name) for name in known):
            yield refuse(
                "F-13",
                "NOT_OWNER_OF_RECORD",
                right=right,
                party=fact.party.name,
                owner=[owner["name"] for owner in statement["titles"][-1]["owners"]],
            )


PROCEDURES: Final[tuple[Procedure[Any], ...]] = ()

CONTRADICTIONS: Final = {InsolvencyAccepted: _accepted}

RULES: Final = (
    Rule(
        "F-13",
        "On acceptance of a bankruptcy petition freezes of the debtor's rights end, execution and single "
        "payments stop; the administrator has two months (rolled to a working day) to go on with a license, "
        "silence rescinds it. A co-owner's freeze stays. That interest stops is for those who reckon claims",
        "受理破产申请后，有关债务人财产的保全解除、执行中止、个别清偿无效；管理人二个月内决定是否继续履行许可合同，逾期未通知视为解除；针对其他共有人的冻结不受影响",
        "BKL 16, 18, 19, 46",
        "V",
        ("INSOLVENCY_STAY",),
        home="ledger.statement.insolvency:choices_due",
    ),
    Rule(
        "F-14",
        "Within a year before acceptance: security for an old unsecured debt (or one not known to be new), "
        "transfers for nothing or for a price nobody told; within six months: a transfer to a creditor of "
        "record. Flagged, never undone. Early repayment and unreasonable prices are not judged: the ledger "
        "knows neither payments nor fair values",
        "受理前一年内为无财产担保的旧债提供担保（是否旧债不明的一并提示）、无偿或者价格不明的转让，六个月内向已登记债权人的转让，予以提示而不自动撤销；提前清偿与价格是否合理不作判断",
        "BKL 31-32",
        "V",
        ("AVOIDABLE",),
        home="ledger.statement.insolvency:resolve",
    ),
    Rule(
        "F-15",
        "In reorganization pledges are not enforced unless the court allows it; in liquidation the pledgee "
        "is paid first from the right (P-24)",
        "重整期间暂停行使质权，但法院批准恢复行使的除外；清算中质权人就该权利优先受偿",
        "BKL 75, 109-110",
        "V",
        ("REORG_STAY",),
        home="ledger.rules.common:not_paused",
    ),
)
