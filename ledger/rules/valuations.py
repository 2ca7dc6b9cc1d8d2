"""Valuation reports: what one must hold, for what and how long it counts, and loan to value (V-1 to V-3)."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ledger.entry import EntryClass
from ledger.facts.base import Value
from ledger.facts.valuations import (
    RightValued,
    ValuationId,
    ValuationMethod,
    ValuationPurpose,
    ValuationReported,
)
from ledger.rules.base import Command, Finding, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.fields import Amount, CommandDay, Digest, Line, PartySaid, RightId, names_of
from ledger.rules.situation import Situation
from ledger.statement.valuations import last_day_counted, valued


class ValueSaid(Value):
    """What one right is worth."""

    right: RightId
    value: Amount


class ReportValuation(Command):
    """An appraisal agency's report over `rights`, imported by the operator (N-1).

    Members the law asks of a report may be left out here, to be told which of them lack (V-1).
    """

    KIND: ClassVar[str] = "report_valuation"
    CLASS: ClassVar[EntryClass] = EntryClass.OPERATOR
    command: Literal["report_valuation"]
    valuation: ValuationId | None = None
    agency: PartySaid | None = None
    appraisers: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    sealed: bool = False
    base_date: CommandDay | None = None
    reported_on: CommandDay | None = None
    methods: Annotated[tuple[ValuationMethod, ...], Field(max_length=3)] = ()
    only_method: Line | None = None
    purpose: ValuationPurpose | None = None
    values: Annotated[tuple[ValueSaid, ...], Field(max_length=1000)] = ()
    document: Digest | None = None

    def names(self) -> tuple[str, ...]:
        """The agency."""
        return names_of((self.agency,)) if self.agency else ()


def loan_to_value(secured_minor: int, value_minor: int) -> Fraction | None:
    """V-3: secured exposure of this and senior ranks over the latest valid value; None without a value."""
    return Fraction(secured_minor, value_minor) if value_minor else None


def _complete(command: ReportValuation, situation: Situation, day: str) -> Iterator[Finding]:
    """V-1: a report has all that VAL 26 and 27 ask for: two appraisers, two methods unless one only fits."""
    present = {
        "agency": command.agency,
        "appraisers": len(set(command.appraisers)) >= _SIGNERS,
        "sealed": command.sealed,
        "base_date": command.base_date,
        "reported_on": command.reported_on,
        "methods": len(set(command.methods)) >= _METHODS or (command.methods and command.only_method),
        "purpose": command.purpose,
        "values": {each.right for each in command.values} == set(command.rights),
        "document": command.document,
    }
    for field, there in present.items():
        if not there:
            yield refuse("V-1", "VALUATION_FIELD_MISSING", pointer=f"/{field}", field=field)


def _in_order(command: ReportValuation, situation: Situation, day: str) -> Iterator[Finding]:
    """V-1: a report is made after the day it speaks to, in one currency, once."""
    if command.reported_on and command.reported_on > situation.today:
        yield refuse("V-1", "DATE_IN_FUTURE", pointer="/reported_on", given=command.reported_on)
    if command.base_date and command.reported_on and command.base_date > command.reported_on:
        yield refuse(
            "V-1", "FIELD_INVALID", pointer="/base_date", field="base_date", expected="not after reported_on"
        )
    currencies = list(dict.fromkeys(each.value.currency for each in command.values))
    if len(currencies) > 1:
        yield refuse(
            "V-1", "CURRENCY_MISMATCH", pointer="/values", given=currencies[1:], expected=currencies[0]
        )
    for right, statement in situation.statements(command.rights):
        if any(each["id"] == command.valuation for each in statement.get("valuations", ())):
            yield refuse(
                "V-1", "DUPLICATE_ID", right=right, pointer="/valuation", reference=command.valuation
            )


def _still_counts(command: ReportValuation, situation: Situation, day: str) -> Iterator[Finding]:
    """V-2: a report whose year is over is kept, and counts for nothing (VAL 32; one year [M])."""
    if command.base_date is None:
        return
    months = situation.policy.value("valuation_months", situation.today)
    if last_day_counted(command.base_date, months) < situation.today:
        yield flag(
            "V-2",
            "VALUATION_STALE",
            day=command.base_date,
            reference=command.valuation or command.new_id("val"),
        )


def _reported(command: ReportValuation, situation: Situation) -> tuple[Said, ...]:
    assert command.agency
    assert command.purpose
    assert command.base_date
    assert command.reported_on
    assert command.document
    fact = ValuationReported(
        rights=command.rights,
        valuation=command.valuation or command.new_id("val"),
        agency=command.agency.fact,
        appraisers=command.appraisers,
        methods=command.methods,
        only_method=command.only_method,
        purpose=command.purpose,
        base_date=command.base_date,
        reported_on=command.reported_on,
        currency=command.values[0].value.currency,
        values=tuple(RightValued(right=each.right, minor=each.value.minor) for each in command.values),
        document=command.document,
    )
    return (Said(fact),)


def unvalued(rule: str, right: str, situation: Situation, purpose: str, day: str) -> Iterator[Finding]:
    """V-2: why no valuation of the right counts for `purpose` on a day: none, too old, for something else."""
    months = situation.policy.value("valuation_months", day)
    found = valued(situation.statement(right), purpose, day, months=months)
    if found.used is not None:
        return
    for code, each in found.ignored:
        yield flag(
            rule,
            code,
            right=right,
            reference=each["id"],
            day=each["base_date"],
            given=each["purpose"],
            expected=purpose,
        )
    yield flag(rule, "VALUATION_MISSING", right=right)


_SIGNERS: Final = 2
_METHODS: Final = 2

PROCEDURES: Final = (
    Procedure(
        ReportValuation,
        ((Stage.FORM, _complete), (Stage.FORM, _in_order), (Stage.FAMILY, _still_counts)),
        _reported,
    ),
)

RULES: Final = (
    Rule(
        "V-1",
        "A report names agency, two appraisers, seal, base date, methods, purpose, rights and value",
        "评估报告须载明评估机构、两名签字评估人员、公章、评估基准日、方法、目的、资产清单和评估值",
        "VAL 26–27",
        "V",
        ("VALUATION_FIELD_MISSING",),
        home="ledger.rules.valuations:_complete",
    ),
    Rule(
        "V-2",
        "A report counts for its stated purpose only, until one year after its base date",
        "评估报告仅可用于其载明的目的，且自评估基准日起一年内有效",
        "VAL 32; one year",
        "V; M",
        ("VALUATION_STALE", "VALUATION_PURPOSE"),
        home="ledger.statement.valuations:valued",
    ),
    Rule(
        "V-3",
        "Loan to value is the secured exposure of this and senior ranks over the latest valid value",
        "质押率为本顺位及在先顺位的担保余额与最近一次有效评估值之比",
        "design decision",
        "D",
        home="ledger.rules.valuations:loan_to_value",
    ),
)
