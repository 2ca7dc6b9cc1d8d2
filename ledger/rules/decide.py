"""The decision: every check of a command's procedure, all codes in order of precedence (N-7, N-10, N-11).

An act that bears an earlier day must have been allowed on that day and must be allowed today, because it
takes its place now (N-10): its checks run for both days.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from ledger import canonical
from ledger.entry import EntryClass
from ledger.facts.acts import ActHeld, FlagsRaised, MissingItem, WarningRaised
from ledger.rules.base import (
    Command,
    Decision,
    Finding,
    Missing,
    Outcome,
    Procedure,
    Said,
    Stage,
    Verdict,
    refuse,
)
from ledger.rules.situation import Situation


def decide(procedure: Procedure[Any], command: Command, situation: Situation) -> Decision:
    """Accepted with the facts to record, held with what is missing, or refused with every reason. Pure."""
    findings = _findings(procedure, command, situation)
    if any(each.outcome is Outcome.REFUSE for each in findings):
        return Decision(Verdict.REFUSED, findings)
    if any(each.outcome is Outcome.HOLD for each in findings):
        return _held(command, situation, findings)
    said: tuple[Said, ...] = procedure.said(command, situation)
    return Decision(Verdict.ACCEPTED, findings, (*said, *_warnings(command, situation, findings, said)))


def act_days(command: Command, situation: Situation) -> tuple[str, ...]:
    """The legal days the checks look at: the act's own day, where it is past, and today."""
    acted_on = command.acted_on
    if acted_on is None or acted_on >= situation.today:
        return (situation.today,)
    return (acted_on, situation.today)


def signed_text(command: Command) -> str:
    """The command as canonical JSON, without signatures and confidential values: what was asked for."""
    members = command.model_dump(
        mode="json",
        by_alias=True,
        exclude_none=True,
        exclude_defaults=True,
        exclude={"signatures", "confidential"},
    )
    return canonical.encode({"command": command.command, **members}).decode()


def _findings(procedure: Procedure[Any], command: Command, situation: Situation) -> tuple[Finding, ...]:
    """N-11: all that fails, by stage and within a stage in the procedure's order; each fault once."""
    found: dict[tuple[Any, ...], Finding] = {}
    days = act_days(command, situation)
    for stage, check in sorted((*_GENERAL, *procedure.checks), key=lambda pair: pair[0]):
        for day in days:
            for finding in check(command, situation, day):
                found.setdefault(_key(finding), replace(finding, stage=stage))
    return tuple(found.values())


def _key(finding: Finding) -> tuple[Any, ...]:
    """A check that fails on both days says so once; a report may break several rules on one right."""
    broken = finding.data.get("broken")
    return (finding.code, finding.outcome, finding.right, finding.pointer, finding.missing, broken)


def _known_rights(command: Command, situation: Situation, day: str) -> Iterator[Finding]:
    """A-1: every right named is on the ledger, unless the command brings it there."""
    for place, right in enumerate(command.rights):
        if not situation.knows(right) and not command.creates(right):
            yield refuse("A-1", "RIGHT_UNKNOWN", right=right, pointer=f"/rights/{place}", given=right)


def _not_to_come(command: Command, situation: Situation, day: str) -> Iterator[Finding]:
    """N-3: nobody records what has not happened yet."""
    if command.acted_on is not None and command.acted_on > situation.today:
        members = vars(command).items()
        pointer = next((f"/{name}" for name, told in members if told == command.acted_on), None)
        yield refuse("N-3", "DATE_IN_FUTURE", pointer=pointer, given=command.acted_on)


_GENERAL: Final = ((Stage.IDENTITY, _known_rights), (Stage.FORM, _not_to_come))
"""What holds for every command."""


def _held(command: Command, situation: Situation, findings: tuple[Finding, ...]) -> Decision:
    today = date.fromisoformat(situation.today)
    until = (today + timedelta(situation.policy.value("hold_days", situation.today))).isoformat()
    missing = tuple(
        _missing_item(each, each.missing)
        for each in findings
        if each.missing and each.outcome is Outcome.HOLD
    )
    fact = ActHeld(
        rights=command.rights,
        act=command.command_id,
        command=signed_text(command),
        missing=missing,
        held_on=situation.today,
        until=until,
    )
    return Decision(Verdict.HELD, findings, (Said(fact, situation.today),), until)


def _missing_item(finding: Finding, missing: Missing) -> MissingItem:
    return MissingItem(
        code=finding.code, item=missing.item, holder=missing.holder, right=missing.right or finding.right
    )


def _warnings(
    command: Command, situation: Situation, findings: tuple[Finding, ...], said: tuple[Said, ...]
) -> tuple[Said, ...]:
    """The flags as a fact on the command's rights and dossiers; a report may leave these to its own fact."""
    flags = tuple(
        WarningRaised(code=each.code, rule=each.rule, right=each.right, data=dict(each.data))
        for each in findings
        if each.outcome is Outcome.FLAG
    )
    if not flags:
        return ()
    rights = command.rights or tuple(dict.fromkeys(right for each in said for right in each.fact.rights))
    fact = FlagsRaised(
        rights=rights,
        dossiers=command.dossiers() or None,
        act=command.command_id,
        flags=flags,
        since=situation.today,
    )
    by = EntryClass.OPERATOR if command.entry_class is EntryClass.AUTHORITY else None
    return (Said(fact, situation.today, by),)
