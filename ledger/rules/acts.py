"""Acts that wait or happened elsewhere: withdrawing a held one (N-9), filing a reported one (N-12).

Both are about another act, so that their procedures are made over those of all others (`over`).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger import canonical
from ledger.entry import EntryClass
from ledger.facts.acts import ActDropped, ActReported
from ledger.rules.base import Command, Finding, Outcome, Procedure, Said, Stage, flag, refuse
from ledger.rules.common import is_among
from ledger.rules.decide import decide
from ledger.rules.fields import CommandDay, CommandId, Digest, PartySaid
from ledger.rules.form import Procedures, Submitted, parse, read_json
from ledger.rules.situation import Situation
from ledger.values.dates import SHANGHAI, parse_day


class WithdrawAct(Command):
    """A held act is taken back by whoever submitted it; it never had any effect (N-9)."""

    KIND: ClassVar[str] = "withdraw_act"
    command: Literal["withdraw_act"]
    act: CommandId
    by: PartySaid

    def actors(self) -> tuple[str, ...]:
        """Who takes it back."""
        return (self.by.name,)


class ReportAct(Command):
    """A fact that happened off the platform and breaks rules, kept with its evidence (N-12).

    `act` is the command as it would have been submitted. What it breaks is found by putting it to the rules
    as of `happened_on`. It is listed separately and is part of no rights view.
    """

    KIND: ClassVar[str] = "report_act"
    command: Literal["report_act"]
    act: Annotated[dict[str, Any], Field(min_length=1)]
    document: Digest
    happened_on: CommandDay

    def names(self) -> tuple[str, ...]:
        """Everybody the reported act names."""
        return tuple(dict.fromkeys(told for member, told in _texts(self.act) if member == "name"))

    def links(self) -> tuple[str, ...]:
        """The pledges and licenses it speaks of."""
        found = (_RECORD.fullmatch(told) for _, told in _texts(self.act))
        return tuple(dict.fromkeys(f"{_TAGS[match[1]]}:{match[0]}" for match in found if match))


_TAGS: Final = {"pld": "pledge", "lic": "license"}
_RECORD: Final = re.compile(r"(pld|lic)_[a-z0-9_-]{1,60}")


def _texts(value: Any, member: str = "") -> Iterator[tuple[str, str]]:
    """Each text in a JSON value, with the name of the member it stands under."""
    match value:
        case str():
            yield member, value
        case dict():
            for name, told in value.items():
                yield from _texts(told, name)
        case list():
            for told in value:
                yield from _texts(told, member)


def over(procedures: Procedures) -> tuple[Procedure[Any], ...]:
    """N-9, N-12: how acts on acts are decided, by the procedures of the acts they are about."""

    def submitted_by(command: WithdrawAct, situation: Situation, day: str) -> Iterator[Finding]:
        """N-9, K-2: a held act is withdrawn by one of those whose act it is."""
        for right, held in _waiting(command, situation):
            found = parse(read_json(held["command"]), procedures)
            if isinstance(found, Submitted) and not is_among(command.by.name, found.command.actors()):
                yield refuse(
                    "K-2",
                    "CORRECTION_NOT_AUTHORISED",
                    right=right,
                    pointer="/by",
                    party=command.by.name,
                    reference=command.act,
                )

    def judged(situation: Situation, command: ReportAct) -> tuple[Finding, ...]:
        return _judged(command, situation, procedures)

    def breaks(command: ReportAct, situation: Situation, day: str) -> Iterator[Finding]:
        """N-12: what the act broke on its day is flagged; what breaks nothing is an ordinary act."""
        if any(_faults(command, procedures)):
            return
        found = situation.once(judged, command)
        yield from (
            flag(each.rule, "REPORTED_OFF_PLATFORM", right=each.right, broken=each.code)
            for each in found
            if each.outcome is not Outcome.FLAG
        )
        if all(each.outcome is Outcome.FLAG for each in found):
            yield refuse("N-12", "NO_RULE_BROKEN", pointer="/act", day=command.happened_on)

    def well_formed(command: ReportAct, situation: Situation, day: str) -> Iterator[Finding]:
        """N-12: the reported act is a party's act on the same rights, whatever else is wrong with it."""
        yield from _faults(command, procedures)

    def said(command: ReportAct, situation: Situation) -> tuple[Said, ...]:
        found = situation.once(judged, command)
        codes = dict.fromkeys(each.code for each in found if each.outcome is not Outcome.FLAG)
        fact = ActReported(
            rights=command.rights,
            act=command.command_id,
            command=canonical.encode(command.act).decode(),
            codes=tuple(codes),
            document=command.document,
            happened_on=command.happened_on,
        )
        return (Said(fact, command.happened_on),)

    return (
        Procedure(WithdrawAct, ((Stage.IDENTITY, _is_held), (Stage.ENTITLEMENT, submitted_by)), _withdrawn),
        Procedure(
            ReportAct,
            ((Stage.FORM, _happened), (Stage.FORM, well_formed), (Stage.FAMILY, breaks)),
            said,
        ),
    )


def _faults(command: ReportAct, procedures: Procedures) -> Iterator[Finding]:
    found = parse(_as_submitted(command), procedures)
    if not isinstance(found, Submitted):
        for fault in found:
            yield replace(fault, pointer=f"/act{fault.pointer or ''}")
        return
    act = found.command
    if {act.CLASS, act.entry_class} != {EntryClass.PARTY} or isinstance(act, ReportAct | WithdrawAct):
        yield refuse(
            "N-12", "FIELD_INVALID", pointer="/act/command", field="act", expected="an act of parties"
        )
    if set(act.rights) != set(command.rights):
        yield refuse(
            "N-12", "FIELD_INVALID", pointer="/act/rights", field="act", expected=list(command.rights)
        )


def _judged(command: ReportAct, situation: Situation, procedures: Procedures) -> tuple[Finding, ...]:
    """What the rules say of the reported act, which has no fault of form, on the day it happened."""
    submitted = parse(_as_submitted(command), procedures)
    assert isinstance(submitted, Submitted)
    noon = datetime.combine(parse_day(command.happened_on), time(12), SHANGHAI).astimezone(UTC)
    then = replace(situation, now=min(noon, situation.now))
    return decide(procedures[submitted.command.command], submitted.command, then).findings


def _as_submitted(command: ReportAct) -> dict[str, Any]:
    return {"command_id": command.command_id, **command.act}


def _waiting(command: WithdrawAct, situation: Situation) -> Iterator[tuple[str, dict[str, Any]]]:
    for right, statement in situation.statements(command.rights):
        for held in statement.get("held", ()):
            if held["act"] == command.act and held["state"] == "held":
                yield right, held


def _is_held(command: WithdrawAct, situation: Situation, day: str) -> Iterator[Finding]:
    """N-9, N-10: only an act that waits can be withdrawn; one whose time is over has ended by itself."""
    waiting = dict(_waiting(command, situation))
    for right in command.rights:
        if not situation.knows(right):
            continue
        held = waiting.get(right)
        if held is None:
            yield refuse("N-9", "NOT_HELD", right=right, pointer="/act", reference=command.act)
        elif held["until"] < day:
            yield refuse(
                "N-10",
                "HOLD_EXPIRED",
                right=right,
                pointer="/act",
                reference=command.act,
                until=held["until"],
            )


def _withdrawn(command: WithdrawAct, situation: Situation) -> tuple[Said, ...]:
    fact = ActDropped(rights=command.rights, act=command.act, cause="withdrawn", on=situation.today)
    return (Said(fact, situation.today),)


def _happened(command: ReportAct, situation: Situation, day: str) -> Iterator[Finding]:
    """N-12: it has happened."""
    if command.happened_on > situation.today:
        yield refuse("N-3", "DATE_IN_FUTURE", pointer="/happened_on", day=command.happened_on)
