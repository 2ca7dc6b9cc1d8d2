"""Acts that wait or happened elsewhere: withdrawing a held one (N-9), filing a reported one (N-12)."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger import canonical
from ledger.facts.acts import ActDropped, ActReported
from ledger.rules.base import Command, Finding, Procedure, Said, Stage, refuse
from ledger.rules.fields import CommandDay, CommandId, Digest, PartySaid
from ledger.rules.situation import Situation


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

    `act` is the command as it would have been submitted, `codes` the reasons it was or would be refused for.
    It is listed separately and is part of no rights view.
    """

    KIND: ClassVar[str] = "report_act"
    command: Literal["report_act"]
    act: Annotated[dict[str, Any], Field(min_length=1)]
    codes: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,60}(:[a-z_./0-9]{1,60})?$")], ...],
        Field(min_length=1, max_length=50),
    ]
    document: Digest
    happened_on: CommandDay


def _is_held(command: WithdrawAct, situation: Situation, day: str) -> Iterator[Finding]:
    """N-9: only an act that waits can be withdrawn."""
    for right, statement in situation.statements(command.rights):
        waiting = [each for each in statement.get("held", ()) if each["act"] == command.act]
        if not any(each["state"] == "held" and each["until"] >= day for each in waiting):
            yield refuse("N-9", "NOT_HELD", right=right, pointer="/act", reference=command.act)


def _withdrawn(command: WithdrawAct, situation: Situation) -> tuple[Said, ...]:
    fact = ActDropped(rights=command.rights, act=command.act, cause="withdrawn", on=situation.today)
    return (Said(fact, situation.today),)


def _happened(command: ReportAct, situation: Situation, day: str) -> Iterator[Finding]:
    """N-12: it has happened."""
    if command.happened_on > situation.today:
        yield refuse("N-3", "DATE_IN_FUTURE", pointer="/happened_on", day=command.happened_on)


def _reported(command: ReportAct, situation: Situation) -> tuple[Said, ...]:
    fact = ActReported(
        rights=command.rights,
        act=command.command_id,
        command=canonical.encode(command.act).decode(),
        codes=command.codes,
        document=command.document,
        happened_on=command.happened_on,
    )
    return (Said(fact, command.happened_on),)


PROCEDURES: Final = (
    Procedure(WithdrawAct, ((Stage.IDENTITY, _is_held),), _withdrawn),
    Procedure(ReportAct, ((Stage.FORM, _happened),), _reported),
)
