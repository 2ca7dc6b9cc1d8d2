"""Contributions in kind: what may be subscribed with a right, and when it counts as paid (C-1 to C-7).

A later fall of the market, or an invalidation without fault, makes nobody pay again unless agreed (C-5): no
check asks for it. Where the contract is silent the company owns the right (C-6): the transfer's grantee is
the company alone, and co-ownership needs the share agreed in the transfer itself.
"""

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from ledger.facts.base import Amount as AmountTold
from ledger.facts.contributions import (
    ContributionCalled,
    ContributionDeclared,
    ContributionDelivered,
    ContributionId,
)
from ledger.facts.transfers import ExportClass
from ledger.rules import transfers
from ledger.rules.base import Command, Finding, Missing, Procedure, Rule, Said, Stage, flag, hold, refuse
from ledger.rules.common import alienable
from ledger.rules.fields import Amount, CommandDay, Digest, PartySaid, names_of
from ledger.rules.papers import document_for
from ledger.rules.situation import Situation
from ledger.rules.valuations import unvalued
from ledger.statement.valuations import valued
from ledger.values.calendar import add_months
from ledger.values.dates import parse_day


class DeclareContribution(Command):
    """`contributor` pays its subscription to `company` with `rights`; the transfer is contracted apart.

    `due_on` is the day the articles fix; none is the last day the law allows.
    """

    KIND: ClassVar[str] = "declare_contribution"
    command: Literal["declare_contribution"]
    contribution: ContributionId | None = None
    contributor: PartySaid
    company: PartySaid
    form: Literal["limited", "joint_stock"]
    founded_on: CommandDay
    executed_on: CommandDay
    due_on: CommandDay | None = None
    subscribed: Amount
    mode: Literal["transfer", "license"] = "transfer"
    export_class: ExportClass | None = None
    document: Digest | None = None

    def names(self) -> tuple[str, ...]:
        """Shareholder and company."""
        return names_of((self.contributor, self.company))

    def actors(self) -> tuple[str, ...]:
        """Both act."""
        return self.names()

    @property
    def last_day(self) -> str:
        """The day by which it must be paid (CoL 47, 98): five years for an LLC, founding for others."""
        if self.form == "joint_stock":
            legal = self.founded_on
        else:
            legal = add_months(parse_day(self.founded_on), _YEARS * 12).isoformat()
        return min(legal, self.due_on) if self.due_on else legal


class DeliverContribution(Command):
    """The company confirms that it received what it needs to use the rights (C-2)."""

    KIND: ClassVar[str] = "deliver_contribution"
    command: Literal["deliver_contribution"]
    contribution: ContributionId
    company: PartySaid
    delivered_on: CommandDay
    document: Digest

    def actors(self) -> tuple[str, ...]:
        """The company."""
        return (self.company.name,)


class CallContribution(Command):
    """The company calls an overdue contribution in, with a grace of 60 days or more (CoL 52)."""

    KIND: ClassVar[str] = "call_contribution"
    command: Literal["call_contribution"]
    contribution: ContributionId
    company: PartySaid
    called_on: CommandDay
    grace_until: CommandDay

    def actors(self) -> tuple[str, ...]:
        """The company."""
        return (self.company.name,)


def _contributable(command: DeclareContribution, situation: Situation, day: str) -> Iterator[Finding]:
    """C-1: the right can be transferred and valued in money (CoL 48)."""
    for right, statement in situation.statements(command.rights):
        yield from alienable("C-1", right, statement)


def _valued(command: DeclareContribution, situation: Situation, day: str) -> Iterator[Finding]:
    """C-1: a valuation made for the contribution is attached; until one counts, the act is flagged."""
    if day != situation.today:
        return
    for right, _ in situation.statements(command.rights):
        yield from unvalued("C-1", right, situation, "contribution", day)


def _worth_it(command: DeclareContribution, situation: Situation, day: str) -> Iterator[Finding]:
    """C-5: the value at contribution is not well below what was subscribed (CoL 50; COL3 9).

    Any value below it is flagged: what is *well* below is for a court, and the founders are liable jointly.
    """
    if day != situation.today:
        return
    worth = 0
    months = situation.policy.value("valuation_months", day)
    for _, statement in situation.statements(command.rights):
        used = valued(statement, "contribution", day, months=months).used
        if used is None or used["currency"] != command.subscribed.currency:
            return
        worth += used["minor"] or 0
    if worth < command.subscribed.minor:
        yield flag(
            "C-5", "OVERVALUED", right=command.rights[0], given=worth, expected=command.subscribed.minor
        )


def _transferable(command: DeclareContribution, situation: Situation, day: str) -> Iterator[Finding]:
    """C-3, C-6: what stands in the way of a transfer to the company stands in the way of the contribution."""
    if command.mode == "license":
        return
    contract = transfers.ContractTransfer(
        command="contract_transfer",
        command_id=command.command_id,
        rights=command.rights,
        grantors=(command.contributor,),
        grantees=(command.company,),
        executed_on=command.executed_on,
        export_class=command.export_class,
        contribution=command.contribution,
    )
    for stage, check in _TRANSFER.checks:
        if stage not in {Stage.IDENTITY, Stage.FORM}:
            yield from check(contract, situation, day)


def _in_time(command: DeclareContribution, situation: Situation, day: str) -> Iterator[Finding]:
    """C-4: an LLC's capital is paid within five years of founding, a joint stock's before it (CoL 47, 98)."""
    if command.executed_on > command.last_day:
        yield flag("C-4", "CONTRIBUTION_OVERDUE", right=command.rights[0], day=command.last_day)


def _not_by_license_alone(command: DeclareContribution, situation: Situation, day: str) -> Iterator[Finding]:
    """C-7: whether a right to use alone can be contributed is unsettled; it waits for a confirmation [M]."""
    if command.mode != "license":
        return
    for right, statement in situation.statements(command.rights):
        confirmed = document_for(
            statement, "approval", situation.today, act=command.command_id, party=command.company.name
        )
        if confirmed is None:
            yield hold("C-7", "LICENCE_CONTRIBUTION_REVIEW", Missing("approval", None, right), right=right)


def _new_contribution(command: DeclareContribution, situation: Situation, day: str) -> Iterator[Finding]:
    """A contribution's id is its own, and a right is contributed once at a time."""
    for right, statement in situation.statements(command.rights):
        for each in statement.get("contributions", ()):
            if each["id"] == command.contribution:
                yield refuse(
                    "C-1", "DUPLICATE_ID", right=right, pointer="/contribution", reference=each["id"]
                )


def _known(
    command: DeliverContribution | CallContribution, situation: Situation, day: str
) -> Iterator[Finding]:
    """C-2, C-4: the contribution was declared on each right, to this company."""
    for right, statement in situation.statements(command.rights):
        declared = [
            each
            for each in statement.get("contributions", ())
            if each["id"] == command.contribution and each["company"] == command.company.name
        ]
        if not declared:
            yield refuse(
                "C-2",
                "REFERENCE_UNKNOWN",
                right=right,
                pointer="/contribution",
                reference=command.contribution,
            )


def _delivered_by_now(command: DeliverContribution, situation: Situation, day: str) -> Iterator[Finding]:
    """C-2: what is delivered was delivered."""
    if command.delivered_on > situation.today:
        yield refuse("C-2", "DATE_IN_FUTURE", pointer="/delivered_on", given=command.delivered_on)


def _with_grace(command: CallContribution, situation: Situation, day: str) -> Iterator[Finding]:
    """C-4: the grace of a call is 60 days or more (CoL 52)."""
    grace = (parse_day(command.grace_until) - parse_day(command.called_on)).days
    if grace < situation.policy.value("contribution_grace_days", command.called_on):
        yield refuse(
            "C-4", "FIELD_INVALID", pointer="/grace_until", field="grace_until", expected="60 days or more"
        )


def _declared(command: DeclareContribution, situation: Situation) -> tuple[Said, ...]:
    fact = ContributionDeclared(
        rights=command.rights,
        contribution=command.contribution or command.new_id("con"),
        contributor=command.contributor.fact,
        company=command.company.fact,
        form=command.form,
        founded_on=command.founded_on,
        declared_on=command.executed_on,
        due_on=command.last_day,
        subscribed=AmountTold(minor=command.subscribed.minor, currency=command.subscribed.currency),
        mode=command.mode,
        document=command.document,
    )
    return (Said(fact),)


def _delivered(command: DeliverContribution, situation: Situation) -> tuple[Said, ...]:
    fact = ContributionDelivered(
        rights=command.rights,
        contribution=command.contribution,
        company=command.company.fact,
        delivered_on=command.delivered_on,
        document=command.document,
    )
    return (Said(fact),)


def _called(command: CallContribution, situation: Situation) -> tuple[Said, ...]:
    fact = ContributionCalled(
        rights=command.rights,
        contribution=command.contribution,
        company=command.company.fact,
        called_on=command.called_on,
        grace_until=command.grace_until,
    )
    return (Said(fact),)


_YEARS: Final = 5
_TRANSFER: Final = next(each for each in transfers.PROCEDURES if each.command is transfers.ContractTransfer)

PROCEDURES: Final = (
    Procedure(
        DeclareContribution,
        (
            (Stage.IDENTITY, _new_contribution),
            (Stage.STATUS, _contributable),
            (Stage.ENTITLEMENT, _transferable),
            (Stage.FAMILY, _not_by_license_alone),
            (Stage.FAMILY, _valued),
            (Stage.FAMILY, _worth_it),
            (Stage.FAMILY, _in_time),
        ),
        _declared,
    ),
    Procedure(DeliverContribution, ((Stage.IDENTITY, _known), (Stage.FORM, _delivered_by_now)), _delivered),
    Procedure(CallContribution, ((Stage.IDENTITY, _known), (Stage.FORM, _with_grace)), _called),
)

RULES: Final = (
    Rule(
        "C-1",
        "A right contributed is transferable and valued in money, by a report made for it",
        "作价出资的权利须可转让、可用货币估价，并附为出资出具的评估报告",
        "CoL 48",
        "V",
        ("VALUATION_MISSING", "RIGHT_NOT_TRANSFERABLE"),
        home="ledger.rules.contributions:_contributable",
    ),
    Rule(
        "C-2",
        "Paid in only when title is registered to the company and the right is delivered",
        "权属变更登记至公司名下且已交付的，方视为实缴",
        "CoL 49; COL3 10",
        "V",
        home="ledger.statement.contributions:contribution_on",
    ),
    Rule(
        "C-3",
        "What bars a transfer bars the contribution",
        "转让受限的权利不得用于出资",
        "CC 444; PL 14",
        "V",
        home="ledger.rules.contributions:_transferable",
    ),
    Rule(
        "C-4",
        "LLC: within five years of founding and by the day of the articles; joint stock: before founding",
        "有限责任公司自成立之日起五年内并按章程缴足；股份有限公司应在成立前缴足",
        "CoL 47, 51–52, 98",
        "V",
        ("CONTRIBUTION_OVERDUE",),
        home="ledger.rules.contributions:_in_time",
    ),
    Rule(
        "C-5",
        "Worth less than subscribed at contribution: the founders are liable; later falls are nobody's debt",
        "出资时实际价额显著低于认缴额的，设立时股东承担连带责任；其后贬值的，无补足义务",
        "CoL 50; COL3 9, 16",
        "V",
        ("OVERVALUED",),
        home="ledger.rules.contributions:_worth_it",
    ),
    Rule(
        "C-6",
        "A contract silent on ownership makes the company owner; an agreed percentage makes co-owners",
        "合同未约定权属的归公司所有；约定比例的为共有",
        "TCI 16",
        "V",
        home="ledger.rules.contributions:_transferable",
    ),
    Rule(
        "C-7",
        "A contribution by license alone waits for review",
        "仅以许可使用权出资的，待审核",
        "unsettled",
        "M",
        ("LICENCE_CONTRIBUTION_REVIEW",),
        home="ledger.rules.contributions:_not_by_license_alone",
    ),
)
