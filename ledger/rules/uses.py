"""Use of a right by an owner or licensee (L-6, L-19).

A use is reported as it took place. That an owner used what it had licensed exclusively is told; that a
licensee relied on a license for what it does not grant is refused.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Final, Literal

from ledger.facts.licenses import UseReported
from ledger.rules.base import Command, Finding, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.common import is_among
from ledger.rules.fields import LicenseId, PartySaid
from ledger.rules.license_conflicts import meeting
from ledger.rules.license_terms import ScopeSaid, granted_scope, kind_of, license_of, scope_faults
from ledger.rules.situation import Situation
from ledger.statement.license_tree import license_scope
from ledger.statement.reading import Statement, holdings_on, licenses_known
from ledger.values.scope import Scope, remaining
from ledger.values.scope_forms import settled_form

_ITEMIZED: Final = frozenset(("copyright", "software"))


class ReportUse(Command):
    """`user` used the rights within `scope`, whose days are those of use; `under` is what it relies on."""

    KIND: ClassVar[str] = "report_use"
    command: Literal["report_use"]
    user: PartySaid
    scope: ScopeSaid
    under: LicenseId | None = None

    @property
    def acted_on(self) -> str | None:
        """The scope has its own days."""
        return None

    def names(self) -> tuple[str, ...]:
        """The user."""
        return (self.user.name,)

    def links(self) -> tuple[str, ...]:
        """The license relied on."""
        return (f"license:{self.under}",) if self.under else ()


def _scoped(command: ReportUse, situation: Situation, day: str) -> Iterator[Finding]:
    """L-6, N-3: the use is stated so that it can be compared with licenses, and has begun."""
    yield from scope_faults(command.rights, command.scope)
    begun_on = command.scope.get("from")
    if isinstance(begun_on, str) and begun_on > situation.today:
        yield refuse("N-3", "DATE_IN_FUTURE", pointer="/scope/from", field="/scope/from", given=begun_on)


def _excluded(command: ReportUse, situation: Situation, day: str) -> Iterator[Finding]:
    """L-6: an owner may use the right under a sole license, under an exclusive one only by reverse license.

    TCI 25 [V].
    """
    for right, statement in situation.statements(command.rights):
        scope = granted_scope(right, command.scope)
        if scope is None or not _is_owner(command, statement):
            continue
        own = _licensed_to(command.user.name, right, statement)
        excluding = [
            license_["id"]
            for license_ in meeting(licenses_known(statement), kind_of(right), command.scope, {"exclusive"})
            if _is_left_outside(command.user.name, right, scope, license_, own)
        ]
        if excluding:
            yield flag("L-6", "OWNER_EXCLUDED", right=right, owner=command.user.name, reference=excluding)


def _is_left_outside(name: str, right: str, scope: Scope, license_: dict[str, Any], own: list[Scope]) -> bool:
    """Whether part of the use lies in the exclusive license and in none of the user's own."""
    exclusive = license_scope(kind_of(right), license_)
    used = scope.common(exclusive) if exclusive else None
    return used is not None and not is_among(name, license_["licensees"]) and bool(remaining(used, own))


def _is_owner(command: ReportUse, statement: Statement) -> bool:
    begun_on = str(command.scope["from"])
    return any(holding.is_called(command.user.name) for holding in holdings_on(statement, begun_on))


def _licensed_to(name: str, right: str, statement: Statement) -> list[Scope]:
    scopes = [
        license_scope(kind_of(right), license_)
        for license_ in licenses_known(statement)
        if is_among(name, license_["licensees"])
    ]
    return [scope for scope in scopes if scope is not None]


def _granted(command: ReportUse, situation: Situation, day: str) -> Iterator[Finding]:
    """L-19: a licensee exercises what its contract names; of a work, right by right (CL 29) [V]."""
    if command.under is None:
        return
    for right, statement in situation.statements(command.rights):
        license_ = license_of(statement, command.under)
        if license_ is None or not is_among(command.user.name, license_["licensees"]):
            yield refuse(
                "L-19", "REFERENCE_UNKNOWN", right=right, pointer="/under", field="/under",
                reference=command.under,
            )  # fmt: skip
            continue
        scope, granted = granted_scope(right, command.scope), license_scope(kind_of(right), license_)
        if scope is None or license_["scope"] is None or (granted and scope.within(granted)):
            continue
        if kind_of(right) in _ITEMIZED:
            given = command.scope["field"]
            yield refuse("L-19", "RIGHT_NOT_GRANTED", right=right, pointer="/scope", given=given)
        else:
            yield refuse(
                "L-19", "FIELD_INVALID", right=right, pointer="/scope", field="/scope",
                expected=f"a scope within license {command.under}",
            )  # fmt: skip


def _used(command: ReportUse, situation: Situation) -> tuple[Said, ...]:
    kinds = dict.fromkeys(kind_of(right) for right in command.rights)
    return tuple(
        Said(
            UseReported(
                rights=tuple(right for right in command.rights if kind_of(right) == kind),
                user=command.user.fact,
                scope=settled_form(kind, command.scope),
                under=command.under,
            )
        )
        for kind in kinds
    )


PROCEDURES: Final = (
    Procedure(
        ReportUse,
        ((Stage.FORM, _scoped), (Stage.ENTITLEMENT, _granted), (Stage.CONFLICTS, _excluded)),
        _used,
    ),
)

RULES: Final = (
    Rule(
        "L-6",
        "The owner may use the right under a sole license; inside an exclusive one only by a reverse one.",
        "排他许可下权利人可自行实施；独占许可范围内非经反向许可不得自行实施",
        "TCI 25",
        "V",
        ("OWNER_EXCLUDED",),
        home="ledger.rules.uses:_excluded",
    ),
    Rule(
        "L-19",
        "Rights in a work that the contract does not name are not granted.",
        "著作权许可合同未明确许可的权利，视为未许可",
        "CL 29",
        "V",
        ("RIGHT_NOT_GRANTED",),
        home="ledger.rules.uses:_granted",
    ),
)
