"""Licenses: granting one, or two that cross, and ending one (L-1 to L-11, L-16 to L-20, R-6).

A license contract binds its parties at once; whether it is recorded with the office is another act
(`ledger.rules.recordals`). Open licenses are in `ledger.rules.open_licenses`, use in `ledger.rules.uses`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, ClassVar, Final, Literal

from ledger.facts.base import Amount, Party
from ledger.facts.licenses import (
    CompulsoryLicenseGranted,
    LicenseGranted,
    LicenseRecorded,
    LicenseTerminated,
    TerminationCause,
)
from ledger.rules.base import Command, Finding, Missing, Procedure, Rule, Said, Stage, refuse
from ledger.rules.common import are_owners, in_force, is_among, not_frozen
from ledger.rules.fields import CommandDay, Digest, LicenseId, Parties, names_of
from ledger.rules.license_checks import CHECKS
from ledger.rules.license_conflicts import Proposed, conflicting
from ledger.rules.license_terms import (
    GrantCrossLicense,
    GrantLicense,
    is_recordable,
    kind_of,
    license_of,
    recordal_due,
)
from ledger.rules.situation import Situation
from ledger.statement.grants import WHOLE
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    holdings_on,
    insolvencies_on,
    licenses_on,
    status_on,
)
from ledger.values.dates import day_after
from ledger.values.parties import same_party
from ledger.values.scope_forms import settled_form


class TerminateLicense(Command):
    """A license ends at 00:00 of `ended_on` for a `cause` other than a register's word; sublicenses too.

    By agreement both sides sign, for a breach the side that gave notice; any other cause must be known here.
    """

    KIND: ClassVar[str] = "terminate_license"
    command: Literal["terminate_license"]
    license: LicenseId
    cause: TerminationCause
    by: Parties
    ended_on: CommandDay
    document: Digest | None = None

    def names(self) -> tuple[str, ...]:
        """Who ends it."""
        return names_of(self.by)

    def actors(self) -> tuple[str, ...]:
        """Who ends it."""
        return names_of(self.by)

    def links(self) -> tuple[str, ...]:
        """The license, whose further rights are read."""
        return (f"license:{self.license}",)


# What is said


def _granted(command: GrantLicense, situation: Situation) -> tuple[Said, ...]:
    return tuple(Said(fact) for fact in license_facts(command, situation))


def license_facts(
    command: GrantLicense, situation: Situation, counterpart: str | None = None
) -> Iterator[LicenseGranted]:
    """The grant as facts: one for each kind of right and each way to share the fee."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for right, statement in situation.statements(command.rights):
        sharing = _sharing(command, right, statement, situation.today)
        groups.setdefault((kind_of(right), is_recordable(right), sharing), []).append(right)
    due = recordal_due(command)
    for (kind, recordable, sharing), rights in groups.items():
        yield LicenseGranted(
            rights=tuple(rights),
            license=command.id,
            licensors=tuple(party.fact for party in command.licensors),
            licensees=tuple(party.fact for party in command.licensees),
            license_kind=command.license_kind,
            scope=settled_form(kind, command.scope),
            parent=command.parent,
            reverse=command.reverse,
            sublicense=command.sublicense,
            subject_to=command.subject_to,
            instead_of_own_use=command.instead_of_own_use,
            contract=command.contract,
            counterpart=counterpart,
            fee=Amount(**command.fee.model_dump()) if command.fee else None,
            fee_terms=command.fee_terms,
            fee_shared_with=tuple(Party(name=name) for name in sharing),
            maintained_by=command.maintained_by,
            recordal_due_on=due.day.isoformat() if recordable else None,
            document=command.document,
            executed_on=command.executed_on,
            effective_from=command.effective_from,
        )


def _sharing(command: GrantLicense, right: str, statement: Statement, day: str) -> tuple[str, ...]:
    """L-11: co-owners who did not grant an ordinary license of a Chinese patent share its fee (PL 14)."""
    if command.parent is not None or command.license_kind != "ordinary" or not is_recordable(right):
        return ()
    return tuple(
        holding.name
        for holding in holdings_on(statement, day)
        if not any(holding.is_called(name) for name in command.licensor_names)
    )


# Cross licenses


def _mutual(command: GrantCrossLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-10: each side licenses the other, on the rights the command names."""
    first, second = command.directions
    for place, (one, other) in enumerate(((first, second), (second, first))):
        if not all(is_among(name, other.licensee_names) for name in one.licensor_names):
            yield refuse(
                "L-10", "FIELD_INVALID", pointer=f"/grants/{place}/licensors",
                field=f"/grants/{place}/licensors", given=list(one.licensor_names),
                expected=list(other.licensee_names),
            )  # fmt: skip
    if set(command.rights) != {*first.rights, *second.rights}:
        expected = sorted({*first.rights, *second.rights})
        yield refuse("L-10", "FIELD_INVALID", pointer="/rights", field="/rights", expected=expected)
    if first.id == second.id:
        yield refuse("K-1", "DUPLICATE_ID", pointer="/grants/1/license", reference=second.id)


def _in_each_direction(
    check: Callable[[GrantLicense, Situation, str], Iterator[Finding]],
) -> Callable[[GrantCrossLicense, Situation, str], Iterator[Finding]]:
    """The check of a single license, made of both, so that one that fails refuses both (L-10)."""

    def both(command: GrantCrossLicense, situation: Situation, day: str) -> Iterator[Finding]:
        for place, grant in enumerate(command.directions):
            for finding in check(grant, situation, day):
                pointer = None if finding.pointer is None else f"/grants/{place}{finding.pointer}"
                yield replace(finding, pointer=pointer)

    both.__doc__ = f"L-10, {check.__doc__}"
    return both


def _crossed(command: GrantCrossLicense, situation: Situation) -> tuple[Said, ...]:
    first, second = command.directions
    return tuple(
        Said(fact)
        for one, other in ((first, second), (second, first))
        for fact in license_facts(one, situation, other.id)
    )


# Termination


def _running(command: TerminateLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-18: what is ended was granted on the rights named, and has not ended by then."""
    if day != situation.today:
        return
    for right, statement in situation.statements(command.rights):
        license_ = license_of(statement, command.license)
        if license_ is None:
            yield refuse(
                "L-18", "REFERENCE_UNKNOWN", right=right, pointer="/license", field="/license",
                reference=command.license,
            )  # fmt: skip
            continue
        ends = [license_["ended_on"], license_["until"] and day_after(license_["until"])]
        ended_on = min((end for end in ends if end), default=None)
        already = license_["ended_on"] or (ended_on if ended_on and ended_on < command.ended_on else None)
        if already is not None:
            yield refuse(
                "L-18", "ALREADY_ENDED", right=right, pointer="/license",
                reference=command.license, day=already,
            )  # fmt: skip
        elif command.ended_on < license_["granted_on"]:
            yield refuse(
                "L-18", "FIELD_INVALID", pointer="/ended_on", field="/ended_on",
                given=command.ended_on, expected=license_["granted_on"],
            )  # fmt: skip


def _caused(command: TerminateLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-18: what ended it is so: both sides agreed, one gave notice, the term ran out, the right ended.

    CC 865, 867; BKL 18 [V]. That one of several licensors or licensees cannot agree for the others, or
    give notice for them, is the cautious reading. An administrator rescinds while an insolvency runs.
    """
    if day != situation.today:
        return
    for right, statement in situation.statements(command.rights):
        license_ = license_of(statement, command.license)
        if license_ is None:
            continue
        if command.cause in {"agreement", "breach"}:
            yield from _signed(command, right, license_)
        elif not _is_so(command, statement, license_):
            yield refuse(
                "L-18",
                "FIELD_INVALID",
                right=right,
                pointer="/cause",
                field="/cause",
                given=command.cause,
                expected="a cause that the ledger knows to have come about by ended_on",
            )


def _signed(command: TerminateLicense, right: str, license_: dict[str, Any]) -> Iterator[Finding]:
    by = names_of(command.by)
    sides = (license_["licensors"], license_["licensees"])
    absent = [[name for name in side if not is_among(name, by)] for side in sides if side]
    lacking = [name for side in absent for name in side]
    if command.cause == "breach":
        lacking = min(absent, key=len)
    for name in lacking:
        yield refuse(
            "L-18",
            "SIGNATURE_MISSING",
            right=right,
            pointer="/by",
            party=name,
            document=command.cause,
            missing=Missing("signature", name, right),
        )


def _is_so(command: TerminateLicense, statement: Statement, license_: dict[str, Any]) -> bool:
    match command.cause:
        case "expiry":
            return license_["until"] is not None and day_after(license_["until"]) == command.ended_on
        case "right_ended":
            return status_on(statement, command.ended_on) in ENDED_STATUSES
        case "administrator":
            return bool(insolvencies_on(statement, command.ended_on))
        case _:
            # A sublicense whose head license ended has ended with it.
            return False


def _terminated(command: TerminateLicense, situation: Situation) -> tuple[Said, ...]:
    fact = LicenseTerminated(
        rights=command.rights,
        license=command.license,
        cause=command.cause,
        by=tuple(party.fact for party in command.by),
        ended_on=command.ended_on,
        document=command.document,
    )
    return (Said(fact),)


# What registers say


def _recorded_against(fact: LicenseRecorded, situation: Situation, day: str) -> Iterator[Finding]:
    """L-2, L-3, L-5, L-17: what a recorded license breaks; one contracted here was judged when granted."""
    for right, statement in situation.statements(fact.rights):
        license_ = license_of(statement, fact.license)
        if license_ is not None and license_["origin"] == "contract":
            continue
        yield from in_force("L-3", right, statement, day)
        yield from not_frozen("L-17", right, statement, day)
        names = tuple(party.name for party in fact.licensors)
        held = [name for each in licenses_on(statement, day) for name in each["licensees"]]
        strangers = [name for name in names if not is_among(name, held)]
        yield from are_owners("L-2", "GRANTOR_NOT_ENTITLED", right, statement, day, strangers)
        scope = fact.scope or {**WHOLE, "from": day}
        new = Proposed(fact.license, fact.license_kind or "ordinary", kind_of(right), scope, names)
        for code, other in conflicting(statement, new):
            if not any(same_party(name, own) for name in names for own in other["licensees"]):
                yield refuse("L-5", code, right=right, reference=other["id"])


def _compelled_against(fact: CompulsoryLicenseGranted, situation: Situation, day: str) -> Iterator[Finding]:
    """R-6, L-3: a compulsory license breaks no license (L-5), but there must be a patent (PL 53)."""
    for right, statement in situation.statements(fact.rights):
        yield from in_force("L-3", right, statement, day)


PROCEDURES: Final = (
    Procedure(GrantLicense, CHECKS, _granted),
    Procedure(
        GrantCrossLicense,
        (
            (Stage.FORM, _mutual),
            *((stage, _in_each_direction(check)) for stage, check in CHECKS),
        ),
        _crossed,
    ),
    Procedure(
        TerminateLicense,
        ((Stage.IDENTITY, _running), (Stage.ENTITLEMENT, _caused)),
        _terminated,
    ),
)

CONTRADICTIONS: Final = {
    LicenseRecorded: _recorded_against,
    CompulsoryLicenseGranted: _compelled_against,
}

RULES: Final = (
    Rule(
        "L-1",
        "Licenses of technology and exclusive ones of works and software are in writing; without a kind a "
        "license is ordinary.",
        "技术许可合同以及著作权、软件的专有许可应采用书面形式；种类未约定的，为普通许可",
        "CC 863; TCI 25; CIR 23; SWR 19",
        "V",
        ("WRITTEN_FORM_MISSING",),
        home="ledger.rules.license_checks:_written",
    ),
    Rule(
        "L-2",
        "The grantor is owner of record, or a licensee with authority to sublicense.",
        "许可人为登记权利人，或者有再许可权的被许可人",
        "PL 12; CC 867",
        "V",
        ("GRANTOR_NOT_ENTITLED",),
        home="ledger.rules.license_checks:_entitled",
    ),
    Rule(
        "L-3",
        "The right is in force or applied for, and the license ends within its term.",
        "权利有效或者在申请中，许可期限不超出权利期限",
        "CC 865; LRM 12; TCI 29",
        "V/S",
        ("ASSET_NOT_IN_FORCE", "LICENCE_TERM_EXCEEDS_IP_TERM"),
        home="ledger.rules.license_checks:_within_term",
    ),
    Rule(
        "L-4",
        "A mark is licensed for registered goods; past the registration the license depends on renewal; the "
        "licensor controls quality.",
        "商标使用许可限于核定使用的商品；超出注册有效期的取决于续展；许可人负有质量监督义务",
        "TML 43, 56",
        "V/M",
        ("SCOPE_EXCEEDS_REGISTRATION", "RENEWAL_DEPENDENT"),
        home="ledger.rules.license_checks:_within_goods",
    ),
    Rule(
        "L-5",
        "Where scopes meet, an exclusive or sole license excludes any other, and an ordinary one excludes "
        "them unless they are subject to it.",
        "范围重叠时，独占或者排他许可排除其他许可；在先普通许可排除后来的独占或者排他许可，但其明示受该许可约束的除外",
        "TCI 25; TMCI 3; LRM 12(10)",
        "V/S",
        ("LICENCE_CONFLICT_EXCLUSIVE", "LICENCE_CONFLICT_PRIOR_ORDINARY"),
        home="ledger.rules.license_conflicts:conflicting",
    ),
    Rule(
        "L-7",
        "A sole licensor that cannot use the right itself may grant one ordinary license instead.",
        "排他许可人不具备实施条件的，可以以一个普通许可代替自行实施",
        "TCI 27",
        "V",
        ("LICENCE_CONFLICT_EXCLUSIVE",),
        home="ledger.rules.license_conflicts:_is_own_use",
    ),
    Rule(
        "L-8",
        "A sublicense is allowed by its head license, lies within it, and ends with it; an exclusive one "
        "needs express words.",
        "再许可须有主许可授权、不超出其范围并随其终止；独占再许可须有明示约定",
        "CC 867; TCI 25; CIR 24",
        "V",
        ("SUBLICENCE_NOT_AUTHORISED", "SUBLICENCE_SCOPE_EXCEEDED"),
        home="ledger.rules.license_checks:_under_head",
    ),
    Rule(
        "L-9",
        "A reverse license is a sublicense of the exclusive license it comes from.",
        "反向许可作为其所依据的独占许可的再许可登载",
        "design decision, from L-8",
        "D",
        ("REVERSE_WITHOUT_PARENT",),
        home="ledger.rules.license_checks:_reverse",
    ),
    Rule(
        "L-10",
        "Each direction of a cross license is checked alone; one that fails fails both.",
        "交叉许可的两个方向分别审查，一方不成立则均不成立",
        "design decision",
        "D",
        (),
        home="ledger.rules.licenses:_in_each_direction",
    ),
    Rule(
        "L-11",
        "A co-owner of a patent may alone grant an ordinary license and shares the fee; any other license "
        "needs all. Co-authors need consultation for an ordinary one, co-owners of a mark all agree.",
        "专利共有人可以单独给予普通许可并分配使用费，其他许可须经全体同意；合作作品的普通许可须经协商；"
        "共有商标的许可须经全体同意",
        "PL 14; CL 14",
        "V/M",
        ("COOWNER_CONSENT_MISSING",),
        home="ledger.rules.license_checks:coowners_stand_in_the_way",
    ),
    Rule(
        "L-16",
        "A pledged right is licensed with every pledgee's consent, and the fee goes to prepayment or escrow.",
        "出质权利的许可须经质权人同意，所得价款提前清偿或者提存",
        "CC 444, 430, 446",
        "V",
        ("PLEDGEE_CONSENT_MISSING", "PROCEEDS_ROUTE_MISSING"),
        home="ledger.rules.license_checks:_pledgees",
    ),
    Rule(
        "L-17",
        "A frozen right is not licensed anew; earlier licenses go on.",
        "被保全的权利不得新设许可，在先许可继续有效",
        "FRZ 24; LRM 12(7); PATI 9",
        "V/S",
        ("ASSET_FROZEN",),
        home="ledger.rules.license_checks:_not_frozen",
    ),
    Rule(
        "L-18",
        "A license ends by expiry, agreement, notice for breach, with the right, with its head license or by "
        "the administrator; sublicenses end at the same instant.",
        "许可因期满、协议、违约解除、权利终止、主许可终止或者管理人解除而终止，再许可同时终止",
        "CC 865, 867; BKL 18",
        "V",
        ("ALREADY_ENDED",),
        home="ledger.statement.grants:_end_with_parents",
    ),
    Rule(
        "L-20",
        "The licensor keeps the patent alive and defends it unless agreed otherwise; the view reminds of it.",
        "许可人负有维持专利权有效、应对无效宣告的义务，另有约定的除外；查询结果予以提示",
        "TCI 26",
        "V",
        (),
        home="ledger.statement.license_tree:_duties",
    ),
)
