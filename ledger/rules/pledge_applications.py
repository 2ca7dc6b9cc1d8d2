"""Applications to register a pledge, and what a registration reported by the office may break (P-3 to P-6).

The application asks everything again, because it may come long after the contract. An office that registers
in spite of a ground is believed; what it broke is flagged (N-2).
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.pledges import PledgeApplied, PledgeExtended, PledgeRegistered
from ledger.rules.base import Command, Finding, Missing, Procedure, Rule, Said, Stage, refuse
from ledger.rules.fields import CommandDay, Line, PartySaid, PledgeId, names_of
from ledger.rules.pledge_grounds import (
    AT_APPLICATION,
    LASTING,
    OF_A_REGISTRATION,
    Ground,
    Pledged,
    in_name_of_owner,
    rule_of,
)
from ledger.rules.reports import Contradiction
from ledger.rules.situation import Situation
from ledger.statement.reading import Statement, holders_on, holdings_on, pledge_contract, pledges_on
from ledger.values.parties import same_party
from ledger.values.rights import parse_right_id

OFFICES: Final = {
    ("CN", "patent"): ("CNIPA",),
    ("CN", "trademark"): ("CNIPA",),
    ("CN", "layout"): ("CNIPA",),
    ("CN", "copyright"): ("CPCC", "NCAC"),
    ("CN", "software"): ("CPCC", "NCAC"),
    ("CN", "variety"): ("MARA", "NFGA"),
}
"""Where a pledge of each kind is registered (CC 444; PPM 2; TPP 2; CPM 2), by office and kind of right."""


class ApplyPledgeRegistration(Command):
    """Both sides apply to one office to register a contracted pledge on `rights`, all of one kind (R-2).

    `disclosed` names earlier licenses by id or recordal number (P-6); `proceeds_despite` what both sides
    declare to know of (P-4(10), (11)).
    """

    KIND: ClassVar[str] = "apply_pledge_registration"
    command: Literal["apply_pledge_registration"]
    pledge: PledgeId
    office: Line | None = None
    applicants: Annotated[tuple[PartySaid, ...], Field(min_length=1, max_length=100)]
    number: Line | None = None
    filed_on: CommandDay
    disclosed: Annotated[tuple[Line, ...], Field(max_length=200)] = ()
    proceeds_despite: Annotated[tuple[Literal["dual_filing", "invalidation"], ...], Field(max_length=2)] = ()

    @property
    def acted_on(self) -> str | None:
        """The day it was filed."""
        return self.filed_on

    def names(self) -> tuple[str, ...]:
        """The applicants."""
        return names_of(self.applicants)

    def actors(self) -> tuple[str, ...]:
        """The applicants."""
        return names_of(self.applicants)


def _contract_known(command: ApplyPledgeRegistration, situation: Situation, day: str) -> Iterator[Finding]:
    """P-3, P-27: the contract is on the ledger and covers every right named."""
    for right, statement in situation.statements(command.rights):
        contract = _contract(statement, command.pledge)
        if contract is None or contract["executed_on"] > command.filed_on:
            yield refuse(
                "P-3",
                "REFERENCE_UNKNOWN",
                right=right,
                pointer="/pledge",
                field="/pledge",
                reference=command.pledge,
            )


def _contract(statement: Statement, pledge: str) -> dict[str, Any] | None:
    found = pledge_contract(statement, pledge)
    return found if found is not None and found["id"] == pledge else None


def _not_registered(command: ApplyPledgeRegistration, situation: Situation, day: str) -> Iterator[Finding]:
    """P-3: this very pledge does not stand in the register yet."""
    for right, statement in situation.statements(command.rights):
        for item in pledges_on(statement, day):
            if item.get("contract") == command.pledge:
                yield refuse(
                    "P-3",
                    "PLEDGE_ALREADY_REGISTERED",
                    right=right,
                    holder=holders_on(item, day),
                    reference=item["reference"],
                )


def _right_office(command: ApplyPledgeRegistration, situation: Situation, day: str) -> Iterator[Finding]:
    """P-1, P-3: each kind of right has its own office and procedure: one application is of one kind."""
    first = parse_right_id(command.rights[0])
    for place, right in enumerate(command.rights):
        identity = parse_right_id(right)
        offices = OFFICES.get((identity.office, identity.kind))
        wrong = command.office is not None and offices is not None and command.office not in offices
        if wrong or (identity.office, identity.kind) != (first.office, first.kind):
            office = command.office or _office(command)
            pointer = "/office" if wrong else f"/rights/{place}"
            yield refuse(
                "P-1", "WRONG_REGISTRY", right=right, pointer=pointer, kind=identity.kind, office=office
            )


def _office(command: ApplyPledgeRegistration) -> str:
    """The office asked: the one named, else the first that registers this kind."""
    identity = parse_right_id(command.rights[0])
    offices = OFFICES.get((identity.office, identity.kind))
    return command.office or (offices[0] if offices else identity.office)


def _joint(command: ApplyPledgeRegistration, situation: Situation, day: str) -> Iterator[Finding]:
    """P-3: the pledgors of these rights and the pledgees apply together (TMR 70; PPM 3; CPM 4) [V]."""
    missing: dict[str, str] = {}
    for right, statement in situation.statements(command.rights):
        contract = _contract(statement, command.pledge)
        if contract is None:
            continue
        owners = [holding.name for holding in holdings_on(statement, day)]
        pledgors = [name for name in contract["pledgors"] if any(same_party(owner, name) for owner in owners)]
        for name in (*pledgors, *contract["pledgees"]):
            if not any(same_party(name, applicant.name) for applicant in command.applicants):
                missing.setdefault(name, right)
    for name, right in missing.items():
        wanted = Missing("signature", name, right)
        yield refuse("P-3", "JOINT_FILING_REQUIRED", right=right, missing=wanted, party=name)


def _applied(command: ApplyPledgeRegistration, situation: Situation) -> tuple[Said, ...]:
    fact = PledgeApplied(
        rights=command.rights,
        pledge=command.pledge,
        office=_office(command),
        number=command.number,
        filed_on=command.filed_on,
        applicants=tuple(party.fact for party in command.applicants),
        disclosed=command.disclosed,
        proceeds_despite=command.proceeds_despite,
    )
    return (Said(fact),)


def _of_application(
    ground: Ground,
) -> Callable[[ApplyPledgeRegistration, Situation, str], Iterator[Finding]]:
    def check(command: ApplyPledgeRegistration, situation: Situation, day: str) -> Iterator[Finding]:
        for right, statement in situation.statements(command.rights):
            contract = _contract(statement, command.pledge)
            if contract is not None:
                pledged = pledged_under(contract, command, situation.today)
                yield from ground(right, statement, day, pledged)

    check.__doc__ = ground.__doc__
    return check


def pledged_under(contract: dict[str, Any], command: ApplyPledgeRegistration, today: str) -> Pledged:
    """What an application is asked about, from the contract in a statement."""
    period = (contract["maximum"] or {}).get("ends_on")
    return Pledged(
        pledgors=tuple(contract["pledgors"]),
        pledgees=tuple(contract["pledgees"]),
        rights=tuple(command.rights),
        debt_until=max(day for day in (contract["debt_until"], period) if day),
        consents_by=today,
        disclosed=command.disclosed,
        proceeds_despite=command.proceeds_despite,
        term=(contract["asset"] or {}).get("until"),
    )


PROCEDURES: Final = (
    Procedure(
        ApplyPledgeRegistration,
        (
            (Stage.IDENTITY, _contract_known),
            (Stage.FORM, _right_office),
            (Stage.CONFLICTS, _not_registered),
            (Stage.ENTITLEMENT, _joint),
            *((stage, _of_application(ground)) for stage, ground in (*LASTING, *AT_APPLICATION)),
        ),
        _applied,
    ),
)


def _of_registration(fact: PledgeRegistered, situation: Situation, day: str) -> Iterator[Finding]:
    """P-4 to P-6, N-2: grounds on which the office should not have registered it; and an id used twice."""
    if fact.lien:
        return
    for right, statement in situation.statements(fact.rights):
        contract = pledge_contract(statement, fact.contract or fact.pledge) or {}
        pledgors = tuple(party.name for party in fact.pledgors) or tuple(contract.get("pledgors", ()))
        pledged = Pledged(
            pledgors=pledgors,
            pledgees=tuple(party.name for party in fact.pledgees),
            rights=tuple(contract.get("rights", fact.rights)),
            debt_until=fact.debt_until or contract.get("debt_until"),
            consents_by=day,
        )
        for ground in OF_A_REGISTRATION if rule_of(right) != "P-1" else ():
            if pledgors or ground is not in_name_of_owner:
                yield from ground(right, statement, day, pledged)
        if any(each["id"] == fact.pledge for each in statement["encumbrances"]):
            yield refuse("P-3", "DUPLICATE_ID", right=right, reference=fact.pledge)


def _of_extension(fact: PledgeExtended, situation: Situation, day: str) -> Iterator[Finding]:
    """P-20: a registration is extended before it ends; one that ran out lapsed by itself [M]."""
    for right, statement in situation.statements(fact.rights):
        for item in statement["encumbrances"]:
            if fact.pledge == item["id"] and item["until"] is not None and item["until"] < day:
                yield refuse(
                    "P-20",
                    "REGISTRATION_EXPIRED",
                    right=right,
                    reference=item["reference"],
                    until=item["until"],
                )


CONTRADICTIONS: Final[dict[type[Fact], Contradiction]] = {
    PledgeRegistered: _of_registration,
    PledgeExtended: _of_extension,
}

RULES: Final = (
    Rule(
        "P-3",
        "a pledge arises at registration with the right office on joint application, and not before",
        "质权自双方共同申请并经主管机关登记时设立",
        "CC 444; PIR 15; TMR 70; PPM 3; CPM 4-5",
        "V",
        ("JOINT_FILING_REQUIRED", "REFERENCE_UNKNOWN"),
        "ledger.rules.pledge_applications:_joint",
    ),
    Rule(
        "P-4",
        "a patent's pledge is not registered on any of eleven grounds",
        "专利权质押有十一项不予登记的情形",
        "PPM refusal article",
        "S",
        (
            "PLEDGE_NOT_PATENTEE",
            "ASSET_NOT_IN_FORCE",
            "NOT_GRANTED",
            "ANNUAL_FEE_OVERDUE",
            "ASSET_FROZEN",
            "PROCEDURE_SUSPENDED",
            "DEBT_TERM_EXCEEDS_IP_TERM",
            "PLEDGE_FIELD_MISSING",
            "COOWNER_CONSENT_MISSING",
            "PLEDGE_ALREADY_REGISTERED",
            "DUAL_FILING_NO_ACK",
            "INVALIDATION_PENDING_NO_ACK",
        ),
        "ledger.rules.pledge_grounds:in_name_of_owner",
    ),
    Rule(
        "P-5",
        "a trademark is pledged by its registrant, in force, unfrozen, with its similar marks; also twice",
        "商标由登记的注册人出质，须有效、未被查封，相同近似商标一并出质；允许再次出质",
        "TPP 3, 8",
        "S; M",
        (
            "PLEDGE_NOT_OWNER",
            "ASSET_NOT_IN_FORCE",
            "ASSET_FROZEN",
            "SIMILAR_MARKS_NOT_BUNDLED",
            "COOWNER_CONSENT_MISSING",
        ),
        "ledger.rules.pledge_grounds:bundled",
    ),
    Rule(
        "P-6",
        "a work is pledged by its owner, undisputed, for a debt within its term, licenses disclosed",
        "著作权由权利人出质，权属无争议，债务期限不超过保护期，并披露在先许可",
        "CPM 3, 6",
        "V; grounds S",
        (
            "PLEDGE_NOT_OWNER",
            "DEBT_TERM_EXCEEDS_IP_TERM",
            "OWNERSHIP_DISPUTED",
            "COOWNER_CONSENT_MISSING",
            "PRIOR_LICENCE_UNDISCLOSED",
        ),
        "ledger.rules.pledge_grounds:licenses_disclosed",
    ),
    Rule(
        "P-20",
        "a trademark pledge's registration that is not extended in time expires; that is no release",
        "商标质权登记期满未延期的即行失效，但不属于解除",
        "TPP",
        "M",
        ("REGISTRATION_EXPIRED",),
        "ledger.statement.pledges:_expirations",
    ),
    Rule(
        "P-27",
        "of a mixed pledge each right is perfected in its own register, and each secures the whole debt",
        "混合质押的各项权利分别登记，已登记的权利担保全部债务",
        "CC 444",
        "V; SEED; D",
        ("PARTIALLY_PERFECTED",),
        "ledger.statement.perfection:perfection",
    ),
)
