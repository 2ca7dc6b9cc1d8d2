"""What a license contract must pass, one check a rule (L-1 to L-9, L-11, L-13, L-16, L-17, L-19)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final

from ledger.facts.parties import Attributes
from ledger.rules.base import Finding, Missing, Stage, flag, hold, refuse
from ledger.rules.common import (
    are_owners,
    coowner_consents,
    in_force,
    is_among,
    not_frozen,
    pledgee_consents,
)
from ledger.rules.exports import is_technology
from ledger.rules.license_conflicts import Proposed, conflicting
from ledger.rules.license_terms import (
    GrantLicense,
    granted_scope,
    is_recordable,
    kind_of,
    license_of,
    office_of,
    recordal_due,
    scope_faults,
)
from ledger.rules.papers import consent_for, document_for
from ledger.rules.situation import Situation
from ledger.statement.grants import WHOLE
from ledger.statement.license_tree import EXCLUDING, license_scope
from ledger.statement.reading import (
    Statement,
    holdings_on,
    last_day_in_force,
    licenses_known,
    open_offer_on,
    pledges_on,
)
from ledger.values.scope_forms import dimensions_outside

TECHNOLOGY: Final = frozenset(("patent", "layout", "variety"))
"""Rights whose licenses are technology contracts (CC 862, TCI 1) [M for variety]."""
AUTHORED: Final = frozenset(("copyright", "software"))

_AUTHORITY: Final = {"none": 0, "ordinary": 1, "exclusive": 2}
_NEEDED: Final = {"ordinary": 1, "sole": 2, "exclusive": 2}


def proposed(command: GrantLicense, right: str) -> Proposed:
    """The license a command would grant on a right; its scope must have been read."""
    return Proposed(
        command.id,
        command.license_kind,
        kind_of(right),
        command.scope,
        command.licensor_names,
        command.parent,
        command.subject_to,
        command.instead_of_own_use,
    )


# Form


def _scoped(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-5, A-9: acts, territory, field and time are stated so that they can be compared."""
    yield from scope_faults(command.rights, command.scope)


def _named_items(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-19: the contract names the rights in a work it licenses (CL 29) [V].

    That `*` names none of them is the cautious reading.
    """
    for right in command.rights:
        if kind_of(right) in AUTHORED and "*" in (command.scope.get("field") or ()):
            yield refuse("L-19", "RIGHT_NOT_GRANTED", right=right, pointer="/scope/field", given="*")


def _written(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-1: technology contracts are written; of works and software exclusive ones (CC 863, CIR 23, SWR 19).

    [V]. A US patent license is written where it is exclusive (35 USC 261), a mark's never has to be [M].
    """
    if command.document is not None:
        return
    for right, statement in situation.statements(command.rights):
        kind = kind_of(right)
        technology = kind in TECHNOLOGY and office_of(right) != "US"
        exclusive = kind in AUTHORED | TECHNOLOGY and command.license_kind == "exclusive"
        if not (technology or exclusive):
            continue
        if document_for(statement, "contract", day, act=command.id) is None:
            yield refuse("L-1", "WRITTEN_FORM_MISSING", right=right, missing=Missing("contract", None, right))


# Status


def _in_force(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-3: no license of a right that has ended; of an application, yes (CC 865, TCI 29) [V]."""
    for right, statement in situation.statements(command.rights):
        yield from in_force("L-3", right, statement, day)


def _within_term(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-3, L-4: the term lies within the right's; a mark's may depend on renewal (CC 865) [V], [M] for marks.

    A license without an end runs past any term. Nothing is asked where the term is not known.
    """
    for right, statement in situation.statements(command.rights):
        scope, last = granted_scope(right, command.scope), last_day_in_force(statement)
        if scope is None or last is None or (scope.period.last or date.max).isoformat() <= last:
            continue
        until = scope.period.last.isoformat() if scope.period.last else None
        if kind_of(right) == "trademark":
            yield flag("L-4", "RENEWAL_DEPENDENT", right=right, until=until, day=last)
        else:
            yield refuse(
                "L-3", "LICENCE_TERM_EXCEEDS_IP_TERM", right=right, pointer="/scope/until",
                until=until, day=last,
            )  # fmt: skip


def _within_goods(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-4: a mark is licensed for goods it is registered for (TML 56) [V]; asked where the goods are told."""
    for right, statement in situation.statements(command.rights):
        scope = granted_scope(right, command.scope)
        goods = statement.get("details", {}).get("goods")
        if kind_of(right) != "trademark" or not goods or scope is None:
            continue
        registered = granted_scope(right, {**WHOLE, "field": goods, "from": command.scope["from"]})
        if registered is not None and "field" in dimensions_outside(scope, registered):
            yield refuse(
                "L-4",
                "SCOPE_EXCEEDS_REGISTRATION",
                right=right,
                pointer="/scope/field",
                given=command.scope["field"],
            )


def _not_frozen(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-17: no new license of a frozen right (FRZ 24) [V], nor a sublicense, read cautiously."""
    for right, statement in situation.statements(command.rights):
        yield from not_frozen("L-17", right, statement, day)


# Entitlement


def _entitled(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-2: the owner of record grants, or a licensee whose license names it (PL 12, CC 867) [V]."""
    for right, statement in situation.statements(command.rights):
        if command.parent is None:
            yield from are_owners(
                "L-2", "GRANTOR_NOT_ENTITLED", right, statement, day, command.licensor_names
            )
            continue
        parent = license_of(statement, command.parent)
        strangers = [
            name for name in command.licensor_names if parent and not is_among(name, parent["licensees"])
        ]
        if strangers:
            yield refuse("L-2", "GRANTOR_NOT_ENTITLED", right=right, pointer="/licensors", party=strangers)


def _under_head(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-8, L-19: a sublicense needs a head license that runs, allows it and contains it (CC 867, TCI 25) [V].

    An exclusive or sole one needs express words, in the contract or in a consent of every licensor. That
    sole ones do, and that nobody passes on more authority than it has, are cautious readings.
    """
    if command.parent is None:
        return
    for right, statement in situation.statements(command.rights):
        parent = license_of(statement, command.parent)
        if parent is None or parent["granted_on"] > day:
            yield refuse("L-8", "REFERENCE_UNKNOWN", right=right, pointer="/parent", reference=command.parent)
            continue
        if parent["ended_on"] is not None and parent["ended_on"] <= day:
            yield refuse(
                "L-18", "ALREADY_ENDED", right=right, pointer="/parent",
                reference=command.parent, day=parent["ended_on"],
            )  # fmt: skip
        yield from _authorized(command, right, statement, day, parent)
        yield from _contained(command, right, parent)


def _authorized(
    command: GrantLicense, right: str, statement: Statement, day: str, parent: dict[str, Any]
) -> Iterator[Finding]:
    needed = max(_NEEDED[command.license_kind], _AUTHORITY[command.sublicense])
    if _AUTHORITY[parent["sublicense"]] >= needed:
        return
    kind = "exclusive" if needed > 1 else "ordinary"
    asked = [
        name
        for name in parent["licensors"]
        if consent_for(
            statement, day, giver=name, role="licensor", act="sublicense",
            to=command.licensee_names, license_kind=kind,
        ) is None
    ]  # fmt: skip
    if asked or not parent["licensors"]:
        yield refuse(
            "L-8", "SUBLICENCE_NOT_AUTHORISED", right=right, pointer="/parent", reference=command.parent,
            missing=Missing("consent", asked[0], right) if asked else None,
        )  # fmt: skip


def _contained(command: GrantLicense, right: str, parent: dict[str, Any]) -> Iterator[Finding]:
    """All four dimensions within the head's; nothing can be said of one whose scope nobody tells."""
    scope = granted_scope(right, command.scope)
    head = license_scope(kind_of(right), parent) if parent["scope"] else None
    if scope is None or head is None:
        return
    outside = dimensions_outside(scope, head)
    if "field" in outside and kind_of(right) in AUTHORED:
        given = command.scope["field"]
        yield refuse("L-19", "RIGHT_NOT_GRANTED", right=right, pointer="/scope/field", given=given)
    if outside:
        yield refuse(
            "L-8", "SUBLICENCE_SCOPE_EXCEEDED", right=right, pointer="/scope",
            reference=command.parent, field=outside,
        )  # fmt: skip


def _reverse(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-9: a reverse license comes from the exclusive one and goes back to whoever granted that [D]."""
    if not command.reverse:
        return
    for right, statement in situation.statements(command.rights):
        parent = license_of(statement, command.parent) if command.parent else None
        if parent is None or parent["kind"] != "exclusive":
            yield refuse("L-9", "REVERSE_WITHOUT_PARENT", right=right, pointer="/parent")
            continue
        granted = [*parent["licensors"], *(each.name for each in holdings_on(statement, day))]
        if not all(is_among(name, granted) for name in command.licensee_names):
            yield refuse(
                "L-9", "FIELD_INVALID", right=right, pointer="/licensees", field="/licensees",
                given=list(command.licensee_names), expected=parent["licensors"],
            )  # fmt: skip


# Consents


def _coowners(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-11: who of several owners may license alone (PL 14, CL 14) [V], (TML 5, co-owned marks) [M].

    See `coowners_stand_in_the_way`.
    """
    if command.parent is not None:
        return
    for right, statement in situation.statements(command.rights):
        yield from coowners_stand_in_the_way(
            right, statement, day, command.license_kind, command.licensor_names, command.licensee_names
        )


def coowners_stand_in_the_way(  # noqa: PLR0917  # the right, the day and the license
    right: str,
    statement: Statement,
    day: str,
    kind: str,
    licensors: tuple[str, ...],
    licensees: tuple[str, ...],
) -> Iterator[Finding]:
    """Findings for each co-owner that neither grants nor consents, where its consent is needed (L-11).

    Patents: an ordinary license needs none, and the fee is shared (PL 14); in the US neither consent nor
    account (35 USC 262, U-6), an exclusive one needs all there too. Works and software: an ordinary one
    needs none after consultation that failed, of which there is a record (CL 14). Marks: all are needed; an
    ordinary license by some is flagged. Layouts and varieties: the law is silent, all are asked.
    """
    asset = kind_of(right)
    if asset == "patent" and kind == "ordinary":
        return
    if asset in AUTHORED and kind == "ordinary" and document_for(statement, "consultation_record", day):
        return
    for finding in coowner_consents(
        "L-11", right, statement, day, "license", acting=licensors, to=licensees, license_kind=kind
    ):
        told = {**finding.data, "owner": finding.data["holder"]}
        if asset == "trademark" and kind == "ordinary":
            yield flag("L-11", finding.code, right=right, missing=finding.missing, **told)
        else:
            yield replace(finding, data=told)


def _pledgees(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-16: every pledgee consents, and the fee goes to prepayment or escrow (CC 444) [V].

    A sublicense needs it where the pledgor grants it. A license without stated fee counts as paid for.
    """
    priced = command.fee is None or command.fee.minor > 0
    for right, statement in situation.statements(command.rights):
        if command.parent is not None and not _pledgor_grants(command, statement, day):
            continue
        yield from pledgee_consents(
            "L-16", right, statement, day, "license" if command.parent is None else "sublicense",
            to=command.licensee_names, license_kind=command.license_kind, priced=priced,
        )  # fmt: skip


def _pledgor_grants(command: GrantLicense, statement: Statement, day: str) -> bool:
    pledgors = [each.name for each in holdings_on(statement, day)]
    pledgors += [name for pledge in pledges_on(statement, day) for name in pledge["grantors"]]
    return any(is_among(name, pledgors) for name in command.licensor_names)


def _reviewed(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """T-11, T-10: technology licensed abroad: never prohibited one, restricted one only with its papers.

    An exclusive license waits for the outward-transfer review (OUT part 1) [V], any license of restricted
    technology needs the export license (TIER 2, 31) [V]. Asked where a licensee is known to be seated, or
    controlled, outside the mainland, as of today (N-10).
    """
    abroad = [party.name for party in command.licensees if _is_abroad(situation.attributes(party))]
    if not abroad or day != situation.today:
        return
    for right, statement in situation.statements(command.rights):
        if not is_technology(right, statement):
            continue
        if command.export_class is None:
            yield refuse("T-11", "FIELD_MISSING", pointer="/export_class", field="/export_class")
        elif command.export_class == "prohibited":
            yield refuse("T-10", "EXPORT_PROHIBITED", right=right, party=abroad)
        elif command.export_class == "restricted":
            if document_for(statement, "export_license", day, act=command.id) is None:
                missing = Missing("export_license", command.licensor_names[0], right)
                yield refuse("T-10", "EXPORT_LICENCE_MISSING", right=right, missing=missing, party=abroad)
            exclusive = command.license_kind == "exclusive"
            if exclusive and document_for(statement, "outbound_review", day, act=command.id) is None:
                missing = Missing("outbound_review", command.licensor_names[0], right)
                yield hold("T-11", "OUTBOUND_REVIEW_MISSING", missing, party=abroad)


def _is_abroad(known: Attributes) -> bool:
    return any(seat not in {None, "mainland"} for seat in (known.seat, known.controller_seat))


# Conflicts


def _free_of_conflict(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-5, L-7: no overlap with an exclusive or sole license, nor an unlisted one of either with an ordinary.

    TCI 25, 27 [V]; the carve-out by `subject_to` [D]. Licenses count until the day they ended, so that
    asking once, today, covers the day of the contract too.
    """
    if day != situation.today:
        return
    for right, statement in situation.statements(command.rights):
        if granted_scope(right, command.scope) is None:
            continue
        found: dict[tuple[str, str], list[str]] = {}
        for code, license_ in conflicting(statement, proposed(command, right)):
            rule = "L-7" if command.instead_of_own_use and license_["kind"] == "sole" else "L-5"
            found.setdefault((rule, code), []).append(license_["id"])
        for (rule, code), references in found.items():
            yield refuse(rule, code, right=right, pointer="/scope", reference=references)


def _listed(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-5: what the license is subject to is an ordinary license on these rights."""
    if day != situation.today or not command.subject_to:
        return
    known = {
        license_["id"]
        for _, statement in situation.statements(command.rights)
        for license_ in licenses_known(statement)
        if license_["kind"] not in EXCLUDING
    }
    for place, reference in enumerate(command.subject_to):
        if reference not in known:
            yield refuse("L-5", "REFERENCE_UNKNOWN", pointer=f"/subject_to/{place}", reference=reference)


def _no_open_license(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-13: while an open license is on offer no exclusive or sole one is granted (PL 51) [V]."""
    if command.license_kind not in EXCLUDING:
        return
    for right, statement in situation.statements(command.rights):
        offer = open_offer_on(statement, day)
        if offer is not None:
            yield refuse("L-13", "OPEN_LICENCE_ACTIVE", right=right, reference=offer["id"])


def _new_id(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: a license's id is its own."""
    if day == situation.today:
        yield from id_is_free(command.id, "/license", command.rights, situation)


def id_is_free(id_: str, pointer: str, rights: tuple[str, ...], situation: Situation) -> Iterator[Finding]:
    """No license or offer of that id stands on any right read."""
    for right, statement in situation.statements(dict.fromkeys((*rights, *situation.rights))):
        taken = [license_["id"] for license_ in licenses_known(statement)]
        taken += [offer["id"] for offer in statement.get("license_offers", ())]
        taken += [item["id"] for item in statement["encumbrances"] if item["kind"] == "open_license"]
        if id_ in taken:
            yield refuse("K-1", "DUPLICATE_ID", right=right, pointer=pointer, reference=id_)


def _due(command: GrantLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14: the last day to file for recordal is uncertain where the year's holidays are not at hand."""
    due = recordal_due(command)
    if due.flag is None:
        return
    for right in command.rights:
        if is_recordable(right):
            yield flag("L-14", due.flag, right=right, given=str(due.day.year), day=due.day.isoformat())


CHECKS: Final[tuple[tuple[Stage, Callable[[GrantLicense, Situation, str], Iterator[Finding]]], ...]] = (
    (Stage.FORM, _scoped),
    (Stage.FORM, _named_items),
    (Stage.FORM, _written),
    (Stage.STATUS, _in_force),
    (Stage.STATUS, _within_term),
    (Stage.STATUS, _within_goods),
    (Stage.FREEZE, _not_frozen),
    (Stage.ENTITLEMENT, _entitled),
    (Stage.ENTITLEMENT, _reverse),
    (Stage.ENTITLEMENT, _under_head),
    (Stage.CONSENTS, _coowners),
    (Stage.CONSENTS, _pledgees),
    (Stage.CONFLICTS, _free_of_conflict),
    (Stage.CONFLICTS, _listed),
    (Stage.CONFLICTS, _no_open_license),
    (Stage.CONFLICTS, _new_id),
    (Stage.FAMILY, _reviewed),
    (Stage.FAMILY, _due),
)
"""In order of their stages."""
