"""A kind of command of the tests' own: it may be refused, held and flagged by what the test says.

`deal` records a contract paper on its rights. It is held until a paper of the kind `needs` is filed, refused
if the right has a contract already and `sole` is said, and flagged if `risky`.
"""

from typing import ClassVar, Literal

from ledger.facts.documents import DocumentFiled, PaperKind
from ledger.rules import PROCEDURES
from ledger.rules.base import Command, Missing, Procedure, Said, Stage, flag, hold, refuse
from ledger.rules.fields import CommandDay
from ledger.rules.papers import document_for


class Deal(Command):
    KIND: ClassVar[str] = "deal"
    command: Literal["deal"]
    needs: PaperKind | None = None
    sole: bool = False
    risky: bool = False
    made_on: CommandDay = "2024-01-05"


def _needs(command, situation, day):
    for right, statement in situation.statements(command.rights):
        if command.needs and document_for(statement, command.needs, day) is None:
            yield hold("X-1", "APPROVAL_MISSING", Missing(command.needs, "主管部门", right), day=day)


def _sole(command, situation, day):
    for right, statement in situation.statements(command.rights):
        if command.sole and document_for(statement, "contract", day) is not None:
            yield refuse("X-2", "COMPETING_TRANSFER", right=right, reference="another")


def _risky(command, situation, day):
    if command.risky:
        yield flag(
            "X-3", "STALE_EXTRACT", right=command.rights[0], missing=Missing("register_extract"), day=day
        )


def _said(command, situation):
    facts = [
        DocumentFiled(rights=(right,), kind="contract", issued_on=command.made_on, number=command.command_id)
        for right in command.rights
    ]
    return tuple(Said(fact) for fact in facts)


DEALS = {
    **PROCEDURES,
    "deal": Procedure(
        Deal, ((Stage.CONSENTS, _needs), (Stage.CONFLICTS, _sole), (Stage.FAMILY, _risky)), _said
    ),
}
"""All real commands, and `deal`."""


def deal(command_id, *rights, **members):
    return {"command": "deal", "command_id": command_id, "rights": list(rights), **members}
