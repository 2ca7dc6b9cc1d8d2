"""The two-step license: owner to originator, and back as a sublicense, both or none (S-2 to S-4).

Both are ordinary licenses: each passes the license family's own checks, the second on what the first would
leave. What the owner may still do afterwards is answered by those rules and by no others.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property, partial
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger.entry import Source
from ledger.facts.base import Value
from ledger.facts.licenses import SublicenseAuthority
from ledger.facts.pools import DealAdmitted
from ledger.rules.base import PLATFORM, Command, Finding, Procedure, Said, Stage, flag, refuse
from ledger.rules.common import is_among, pledgee_consents
from ledger.rules.fields import Amount, CommandDay, Digest, LicenseId, Line, Parties, PartySaid, names_of
from ledger.rules.license_checks import CHECKS
from ledger.rules.license_terms import GrantLicense, ScopeSaid, granted_scope, license_of, scope_faults
from ledger.rules.licenses import license_facts
from ledger.rules.papers import consent_for
from ledger.rules.situation import Situation
from ledger.statement.pools import Pool
from ledger.statement.reading import Statement, holders_on, last_day_in_force, pledges_on
from ledger.values.parties import same_party


class LicenseStep(Value):
    """One of the two licenses, an exclusive one; `fee` is paid at once, `fee_terms` tell of instalments.

    `sublicense` is what the contract expressly lets the licensee grant: the first has to say `exclusive`.
    """

    license: LicenseId | None = None
    scope: ScopeSaid
    sublicense: SublicenseAuthority = "none"
    subject_to: Annotated[tuple[LicenseId, ...], Field(max_length=2000)] = ()
    fee: Amount | None = None
    fee_terms: Line | None = None
    executed_on: CommandDay
    effective_from: CommandDay | None = None
    document: Digest | None = None


class GrantTwoStepLicense(Command):
    """Owner licenses originator, who licenses the owner back: two exclusive licenses, granted both or none.

    `matures_on` is the day the plan matures that their fees are to carry. Both bear the number `contract`,
    or the command's own id.
    """

    KIND: ClassVar[str] = "grant_two_step_license"
    command: Literal["grant_two_step_license"]
    owners: Parties
    originator: PartySaid
    step_one: LicenseStep | None = None
    step_two: LicenseStep
    matures_on: CommandDay
    contract: Line | None = None
    export_class: Literal["prohibited", "restricted", "free"] | None = None

    @property
    def acted_on(self) -> str | None:
        """The day the first of both was signed."""
        return min(each.executed_on for each in (self.step_one, self.step_two) if each is not None)

    def names(self) -> tuple[str, ...]:
        """Both sides."""
        return names_of(self.owners, (self.originator,))

    def actors(self) -> tuple[str, ...]:
        """Both sides."""
        return self.names()

    def links(self) -> tuple[str, ...]:
        """The licenses, whose further rights are read."""
        steps = (self.step_one, self.step_two)
        return tuple(f"license:{each.license}" for each in steps if each is not None and each.license)

    @cached_property
    def first(self) -> GrantLicense | None:
        """The license of the owner to the originator; None where it is not told."""
        if self.step_one is None:
            return None
        return self._step(self.step_one, 1, self.owners, (self.originator,))

    @cached_property
    def second(self) -> GrantLicense:
        """The reverse license, a sublicense of the first."""
        first = self.first
        return self._step(
            self.step_two, 2, (self.originator,), self.owners, first.id if first is not None else None
        )

    def _step(
        self,
        said: LicenseStep,
        number: int,
        licensors: tuple[PartySaid, ...],
        licensees: tuple[PartySaid, ...],
        parent: str | None = None,
    ) -> GrantLicense:
        return GrantLicense.model_construct(
            **vars(said),
            command="grant_license",
            command_id=f"{self.command_id}.{number}",
            rights=self.rights,
            kind="exclusive",
            licensors=tuple(each.model_copy(update={"share": None}) for each in licensors),
            licensees=tuple(each.model_copy(update={"share": None}) for each in licensees),
            parent=parent,
            reverse=number == _SECOND,
            contract=self.contract or self.command_id,
            export_class=self.export_class,
        )


_SECOND: Final = 2


# Both steps by the license family's own rules


def _at_stage(
    stage: Stage, command: GrantTwoStepLicense, situation: Situation, day: str
) -> Iterator[Finding]:
    """S-2, L-1 to L-19: all that the license rules say of one stage, of each step in its turn.

    The second is judged on what the first leaves, on the day it was signed itself where that is past.
    """
    first, second = command.first, command.second
    checks = [check for at, check in CHECKS if at is stage]
    if first is not None:
        for check in checks:
            yield from _pointed(check(first, situation, day), _FIRST_POINTERS, "/step_one")
        if any(scope_faults(command.rights, first.scope)) or second.executed_on < first.executed_on:
            return
        situation = situation.once(_after_first, first)
    elif stage is not Stage.FORM:
        return
    on = day if day == situation.today else max(day, second.executed_on)
    for check in checks:
        yield from _pointed(check(second, situation, on), _SECOND_POINTERS, "/step_two")


def _after_first(situation: Situation, first: GrantLicense) -> Situation:
    """As if the first license were recorded; what is said of it is recorded only with the second."""
    said = tuple(Said(fact) for fact in license_facts(first, situation))
    nowhere = Source(PLATFORM, first.command_id, "0" * 64, "application/json")
    return situation.after(said, GrantLicense.CLASS, nowhere)


_FIRST_POINTERS: Final = {"/licensors": "/owners", "/licensees": "/originator"}
_SECOND_POINTERS: Final = {"/licensors": "/originator", "/licensees": "/owners", "/parent": "/step_one"}


def _pointed(findings: Iterator[Finding], told: dict[str, str], step: str) -> Iterator[Finding]:
    """Findings with pointers into this command instead of into a license."""
    for finding in findings:
        pointer = finding.pointer
        if pointer is not None and pointer != "/export_class":
            pointer = told.get(pointer, f"{step}{pointer}")
        yield replace(finding, pointer=pointer)


# S-2 to S-4


def _in_turn(command: GrantTwoStepLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """S-2: the first license is there, signed before the second or on the same day; both have happened."""
    for place, step in (("/step_one", command.step_one), ("/step_two", command.step_two)):
        if step is not None and step.executed_on > situation.today:
            pointer = f"{place}/executed_on"
            yield refuse("N-3", "DATE_IN_FUTURE", pointer=pointer, field=pointer, given=step.executed_on)
    if command.step_one is None or command.step_one.executed_on > command.step_two.executed_on:
        for right in command.rights:
            yield refuse("S-2", "STEP1_MISSING", right=right, pointer="/step_one")
    if command.first is not None and command.first.id == command.second.id:
        yield refuse("K-1", "DUPLICATE_ID", pointer="/step_two/license", reference=command.second.id)


def _tenor(command: GrantTwoStepLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """S-2: plan maturity <= end of the second <= end of the first <= end of the right.

    That the second ends with the first or before is said by its scope already (L-8).
    """
    for right, statement in situation.statements(command.rights):
        yield from tenor(
            right,
            statement,
            command.matures_on,
            _until(command.step_one, right),
            _until(command.step_two, right),
        )


def tenor(
    right: str, statement: Statement, matures_on: str, end_one: str | None, end_two: str | None
) -> Iterator[Finding]:
    """S-2: what ends before that which it has to carry; None is a license whose end is not told."""
    if end_two is not None and end_two < matures_on:
        yield refuse(
            "S-2", "TENOR_MISMATCH", right=right, pointer="/matures_on", field="plan",
            given=matures_on, expected=end_two,
        )  # fmt: skip
    last = last_day_in_force(statement)
    if end_one is not None and last is not None and last < end_one:
        yield refuse(
            "S-2", "TENOR_MISMATCH", right=right, pointer="/step_one/scope/until", field="step_one",
            given=end_one, expected=last,
        )  # fmt: skip


def _until(step: LicenseStep | None, right: str) -> str | None:
    scope = granted_scope(right, step.scope) if step is not None else None
    return None if scope is None or scope.period.last is None else scope.period.last.isoformat()


def _disclosed(command: GrantTwoStepLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """S-3: out and back at once is economically a loan, and may be read as one (CC 146, SEC 68) [V].

    That a license back of less than went out is flagged as well is the cautious reading.
    """
    for right in command.rights:
        yield flag("S-3", "RECHARACTERISATION_RISK", right=right)


def _consented(command: GrantTwoStepLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """S-4: whoever holds the rights in pledge consents to the license back too (CC 444) [V].

    To the first license it consents by L-16. That the second, which the pledgor does not grant, needs it as
    well is the cautious reading; its fee is the plan's, so that there is no price to route.
    """
    to = names_of(command.owners)
    for right, statement in situation.statements(command.rights):
        for finding in pledgee_consents(
            "S-4", right, statement, day, "sublicense", to=to, license_kind="exclusive", priced=False
        ):
            yield replace(finding, pointer="/step_two")


def _granted(command: GrantTwoStepLicense, situation: Situation) -> tuple[Said, ...]:
    assert command.first is not None
    steps = (command.first, command.second)
    return tuple(Said(fact) for step in steps for fact in license_facts(step, situation))


# The two steps behind a deal


def two_steps(deal: DealAdmitted, pool: Pool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-2 to S-4: each right of a deal in a two-step plan has both licenses, nested and long enough."""
    named = {each.right: each for each in deal.licenses}
    for right, statement in situation.statements(deal.rights):
        licenses = named.get(right)
        one = license_of(statement, licenses.step_one) if licenses is not None else None
        if licenses is None or one is None or not _goes_out(one, deal, pool, day):
            yield refuse("S-2", "STEP1_MISSING", right=right, pointer="/licenses")
            continue
        two = license_of(statement, licenses.step_two) if licenses.step_two else None
        if two is None or not _comes_back(two, one, deal, pool, day):
            yield refuse(
                "S-2", "REFERENCE_UNKNOWN", right=right, pointer="/licenses", field="step_two",
                reference=licenses.step_two or "step_two",
            )  # fmt: skip
            continue
        yield from tenor(right, statement, pool.terms.matures_on, one["until"], two["until"])
        yield from _agreed_by_pledgees(right, statement, day, (one, "license"), (two, "sublicense"))
        if not any(each["code"] == "RECHARACTERISATION_RISK" for each in statement["flags"]):
            yield flag("S-3", "RECHARACTERISATION_RISK", right=right)


def _goes_out(one: dict[str, Any], deal: DealAdmitted, pool: Pool, day: str) -> bool:
    """Exclusive, from the debtor to the originator, with words for an exclusive sublicense; still running."""
    return (
        one["kind"] == "exclusive"
        and one["parent"] is None
        and one["sublicense"] == "exclusive"
        and is_among(pool.fact.originator.name, one["licensees"])
        and is_among(deal.licensee.name, one["licensors"])
        and _runs(one, day)
    )


def _comes_back(two: dict[str, Any], one: dict[str, Any], deal: DealAdmitted, pool: Pool, day: str) -> bool:
    return (
        two["kind"] == "exclusive"
        and two["reverse"]
        and two["parent"] == one["id"]
        and is_among(pool.fact.originator.name, two["licensors"])
        and is_among(deal.licensee.name, two["licensees"])
        and _runs(two, day)
    )


def _runs(license_: dict[str, Any], day: str) -> bool:
    return license_["granted_on"] <= day and (license_["ended_on"] is None or license_["ended_on"] > day)


def _agreed_by_pledgees(
    right: str, statement: Statement, day: str, *licenses: tuple[dict[str, Any], str]
) -> Iterator[Finding]:
    """S-4: a pledge in aid came after the licenses, or its holder consented to them (CC 444) [V]."""
    for pledge in pledges_on(statement, day):
        for license_, act in licenses:
            if license_["granted_on"] < pledge["registered_on"]:
                continue
            for holder in holders_on(pledge, day):
                to = tuple(license_["licensees"])
                if not _agreed(statement, day, holder, act, to, pledge["id"]):
                    yield refuse(
                        "S-4", "PLEDGEE_CONSENT_MISSING", right=right, pointer="/licenses",
                        holder=holder, reference=pledge["reference"],
                    )  # fmt: skip


def _agreed(  # noqa: PLR0917  # whose consent to what
    statement: Statement, day: str, holder: str, act: str, to: tuple[str, ...], pledge: str
) -> bool:
    given = consent_for(
        statement, day, giver=holder, role="pledgee", act=act, to=to, license_kind="exclusive", pledge=pledge
    )
    return given is not None


def one_step(deal: DealAdmitted, situation: Situation, day: str) -> Iterator[Finding]:
    """S-5: a license a receivable rests on was granted to the debtor, and runs."""
    statements = dict(situation.statements(deal.rights))
    for each in deal.licenses:
        statement = statements.get(each.right)
        license_ = license_of(statement, each.step_one) if statement is not None else None
        if license_ is None or not _runs(license_, day) or not _is_debtor(deal, license_):
            yield refuse(
                "S-5", "REFERENCE_UNKNOWN", right=each.right, pointer="/licenses", field="step_one",
                reference=each.step_one,
            )  # fmt: skip


def _is_debtor(deal: DealAdmitted, license_: dict[str, Any]) -> bool:
    return any(same_party(deal.licensee.name, name) for name in license_["licensees"])


_STAGES: Final = tuple(dict.fromkeys(stage for stage, _ in CHECKS))

PROCEDURES: Final = (
    Procedure(
        GrantTwoStepLicense,
        (
            (Stage.FORM, _in_turn),
            *((stage, partial(_at_stage, stage)) for stage in _STAGES),
            (Stage.CONSENTS, _consented),
            (Stage.FAMILY, _tenor),
            (Stage.FAMILY, _disclosed),
        ),
        _granted,
    ),
)
