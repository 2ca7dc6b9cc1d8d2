"""Pledge contracts: what they must say, what may be pledged, and by whom (P-1, P-2, P-10, P-15 to P-17).

A contract makes no pledge: it stands as *contracted* until the register shows it (P-3). It is refused for
what can never be registered; what only the application must cure, the application is asked. Whether a right
may be pledged now for a debt (B-2) is the dry run of both.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts import base as facts
from ledger.facts.base import Fact, Value
from ledger.facts.pledges import MaximumAmount, PledgeContracted, PledgedAsset, SecuredItem
from ledger.facts.transfers import TransferRegistered, TransmissionRegistered
from ledger.rules.base import Command, Finding, Missing, Procedure, Rule, Said, Stage, flag, hold, refuse
from ledger.rules.fields import Amount, CommandDay, Digest, Line, PartySaid, PledgeId, RightId, names_of
from ledger.rules.papers import document_for
from ledger.rules.pledge_grounds import LASTING, Ground, Pledged, rule_of
from ledger.rules.reports import Contradiction
from ledger.rules.situation import Situation
from ledger.statement.reading import Statement, holdings_on
from ledger.values.parties import same_party
from ledger.values.rights import parse_right_id

_Parties = Annotated[tuple[PartySaid, ...], Field(max_length=100)]


class AssetSaid(Value):
    """One right as the contract lists it; a member the register tells may be left out."""

    right: RightId
    title: Line | None = None
    filed_on: CommandDay | None = None
    granted_on: CommandDay | None = None
    classes: tuple[Annotated[int, Field(ge=1, le=45)], ...] = ()
    items: tuple[Annotated[int, Field(ge=1, le=17)], ...] = ()
    """Rights in a work by their number in CL art. 10; those below 5 are personal and refused."""
    until: CommandDay | None = None
    part: Amount | None = None


class MaximumSaid(Value):
    """The terms of a maximum-amount pledge; `without_period` where the parties agreed on none (CC 423(2))."""

    cap: Amount | None = None
    begins_on: CommandDay | None = None
    ends_on: CommandDay | None = None
    without_period: bool = False
    claims: Line | None = None
    earlier_claims: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    cap_includes_costs: bool = True


class ContractPledge(Command):
    """A written pledge contract: one debt, secured by all of `rights`, of whatever kinds and offices (P-27).

    What the law wants in it may be left out here, so that each missing member gets its own code (P-2).
    `debtor_is` says what the debtor is to a pledgor that is a company and pledges for another's debt (P-15);
    `welfare_rights` which rights serve public welfare, where a pledgor does (P-16).
    """

    KIND: ClassVar[str] = "contract_pledge"
    command: Literal["contract_pledge"]
    pledge: PledgeId | None = None
    object: Literal["right", "right_to_use", "royalties"] = "right"
    pledgors: _Parties = ()
    debtor: PartySaid | None = None
    pledgees: _Parties = ()
    addresses_stated: bool | None = None
    """Whether the contract names the parties' addresses, which stand in it only (PV-1)."""
    claim: Line | None = None
    amount: Amount | None = None
    debt_from: CommandDay | None = None
    debt_until: CommandDay | None = None
    secures: Annotated[tuple[SecuredItem, ...], Field(max_length=6)] = ()
    maximum: MaximumSaid | None = None
    assets: Annotated[tuple[AssetSaid, ...], Field(max_length=1000)] = ()
    earlier_debt: bool | None = None
    forfeiture_clause: bool = False
    debtor_is: Literal["shareholder", "controller", "other"] | None = None
    welfare_rights: Annotated[tuple[RightId, ...], Field(max_length=1000)] | None = None
    executed_on: CommandDay | None = None
    document: Digest | None = None

    @property
    def id(self) -> str:
        """The pledge's."""
        return str(self.pledge or self.new_id("pld"))

    def names(self) -> tuple[str, ...]:
        """Pledgors, debtor and pledgees."""
        return names_of(self.pledgors, self.pledgees, (self.debtor,) if self.debtor else ())

    def actors(self) -> tuple[str, ...]:
        """Both sides of the contract; a debtor that gives nothing need not sign."""
        return names_of(self.pledgors, self.pledgees)

    def links(self) -> tuple[str, ...]:
        """The id it is to have, which nothing may bear yet."""
        return (f"pledge:{self.id}",)

    def asset(self, right: str) -> AssetSaid:
        """What the contract lists of a right."""
        return next((each for each in self.assets if each.right == right), None) or AssetSaid(right=right)


# P-1, P-2, P-10: what is pledged, and what the contract must say


def _pledgeable(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-1: a transferable property right in a patent, mark, work, layout or variety (CC 440, 444) [V].

    A licensee's right to use is none; royalty claims go to the registry of receivables (CC 445) [M].
    """
    if command.object == "royalties":
        yield refuse("P-1", "WRONG_REGISTRY", pointer="/object", kind="royalties", office="CNIPA, CPCC")
    for right, statement in situation.statements(command.rights):
        protected = (statement.get("details") or {}).get("protection")
        product = parse_right_id(right).kind == "geographical_indication" and protected != "mark"
        if command.object == "right_to_use" or product:
            yield refuse("P-1", "RIGHT_NOT_PLEDGEABLE", right=right, pointer="/object")
    for place, asset in enumerate(command.assets):
        if any(item < _FIRST_PROPERTY_RIGHT for item in asset.items):
            yield refuse(
                "P-1",
                "RIGHT_NOT_PLEDGEABLE",
                right=asset.right,
                pointer=f"/assets/{place}/items",
                kind="CL 10",
            )


_FIRST_PROPERTY_RIGHT: Final = 5
"""Nos. 1 to 4 of CL art. 10 are personal rights."""
_ASKED: Final = (
    "pledgors",
    "debtor",
    "pledgees",
    "addresses_stated",
    "claim",
    "debt_until",
    "secures",
    "executed_on",
    "document",
)


def _complete(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-2, P-4(7): the contract says what it must (CC 427 [V]; PPM 8, CPM 7 [S]; TPP [M])."""
    missing = [name for name in _ASKED if not getattr(command, name)]
    if command.amount is None and command.maximum is None:
        missing.append("amount")
    for field in missing:
        yield refuse("P-2", f"PLEDGE_FIELD_MISSING:{field}", pointer=f"/{field}", field=field)


_LISTED: Final = {
    "patent": ("title", "filed_on", "granted_on"),
    "layout": ("title", "filed_on"),
    "variety": ("title", "granted_on"),
    "trademark": ("classes", "until"),
    "copyright": ("title", "items", "until"),
    "software": ("title", "items", "until"),
}
"""What the contract lists of each kind of right, beside its number."""


def _assets_listed(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-2: each right is listed with its particulars; those the register tells here need no repeating [D]."""
    for right, statement in situation.statements(command.rights):
        identity = parse_right_id(right)
        if identity.office != "CN":
            continue
        place = next((at for at, each in enumerate(command.assets) if each.right == right), None)
        told = command.asset(right)
        for field in _LISTED.get(identity.kind, ()):
            if not getattr(told, field) and not _registered(statement, field):
                pointer = "/assets" if place is None else f"/assets/{place}/{field}"
                code = f"PLEDGE_FIELD_MISSING:assets/{field}"
                yield refuse("P-2", code, right=right, pointer=pointer, field=f"assets/{field}")


def _registered(statement: Statement, field: str) -> Any:
    """What the register says of a particular of the contract's list."""
    if field in {"classes", "items"}:
        details = statement.get("details") or {}
        return details.get("goods" if field == "classes" else "items")
    return statement["expires_on" if field == "until" else field]


def _list_fits(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-2, P-27: the list names the pledged rights, once each; agreed parts sum to the debt they divide."""
    listed = [each.right for each in command.assets]
    for place, right in enumerate(listed):
        if right not in command.rights or right in listed[:place]:
            yield _misfit(f"/assets/{place}/right", "a right of /rights, listed once")
    if command.debt_from and command.debt_until and command.debt_until < command.debt_from:
        yield _misfit("/debt_until", "a day on or after debt_from")
    parts = [each.part for each in command.assets if each.part]
    whole = command.maximum.cap if command.maximum else command.amount
    if not parts or whole is None:
        return
    same = all(part.currency == whole.currency for part in parts)
    if not same or len(parts) < len(command.rights) or sum(part.minor for part in parts) != whole.minor:
        yield _misfit("/assets", "a part for each right, which sum to the secured amount")


def _misfit(pointer: str, expected: str) -> Finding:
    return refuse("P-2", "FIELD_INVALID", pointer=pointer, field=pointer, expected=expected)


def _maximum_complete(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-10: cap, period (or that there is none) and claims covered (CC 439, 420; SEC 15) [V]."""
    terms = command.maximum
    if terms is None:
        return
    missing = [name for name in ("cap", "claims") if getattr(terms, name) is None]
    if terms.ends_on is None and not terms.without_period:
        missing.append("ends_on")
    for field in missing:
        yield refuse("P-10", "MAX_AMOUNT_FIELD_MISSING", pointer=f"/maximum/{field}", field=field)


def _differs_from_register(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-9: what the contract lists of a right otherwise than the register; the register is relied on."""
    for right, statement in situation.statements(command.rights):
        told = command.asset(right)
        for field in ("title", "filed_on", "granted_on", "until"):
            given, expected = getattr(told, field), _registered(statement, field)
            if given and expected and given != expected:
                yield flag(
                    "P-9",
                    "REGISTER_CONTRACT_MISMATCH",
                    right=right,
                    reference=command.id,
                    field=field,
                    expected=expected,
                    given=given,
                )


def _new(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """The pledge's id is its own."""
    for right, statement in situation.statements(command.rights):
        items = [*statement.get("pledges", ()), *statement["encumbrances"]]
        if any(each["id"] == command.id for each in items):
            yield refuse("P-2", "DUPLICATE_ID", right=right, pointer="/pledge", reference=command.id)
            return


# P-15 to P-17: who pledges


def _each_gives(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-4(1), P-5, P-6: every pledgor owns one of the rights; a third party may pledge for another's debt."""
    owners = [
        holding.name
        for _, statement in situation.statements(command.rights)
        for holding in holdings_on(statement, day)
    ]
    for place, pledgor in enumerate(command.pledgors):
        if not any(same_party(owner, pledgor.name) for owner in owners):
            code = "PLEDGE_NOT_PATENTEE" if _all_patents(command.rights) else "PLEDGE_NOT_OWNER"
            yield refuse(
                rule_of(command.rights[0]),
                code,
                pointer=f"/pledgors/{place}",
                party=pledgor.name,
                owner=owners,
            )


def _all_patents(rights: tuple[str, ...]) -> bool:
    return all(parse_right_id(right).kind == "patent" for right in rights)


def _capable(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-16: no state organ pledges; a public-welfare body pledges what is no facility of it (SEC 5, 6) [V].

    Not known is not *no* (ID-4): of whoever is no natural person both must be known. A welfare body that does
    not say which rights serve its purpose may pledge none [D].
    """
    for place, pledgor in enumerate(command.pledgors):
        known = situation.attributes(pledgor)
        if known.kind == "natural_person":
            continue
        for field in ("state_organ", "public_welfare"):
            if getattr(known, field) is None:
                yield _unknown(pledgor.name, place, field)
        if known.state_organ:
            yield refuse("P-16", "PLEDGOR_INCAPABLE", pointer=f"/pledgors/{place}", party=pledgor.name)
        elif known.public_welfare:
            for right in _owned(command, situation, pledgor, day):
                if command.welfare_rights is None or right in command.welfare_rights:
                    yield refuse(
                        "P-16",
                        "PLEDGOR_INCAPABLE",
                        right=right,
                        pointer="/welfare_rights",
                        party=pledgor.name,
                    )


def _unknown(name: str, place: int, field: str) -> Finding:
    return refuse(
        "ID-4",
        "PARTY_ATTRIBUTE_MISSING",
        pointer=f"/pledgors/{place}/attributes/{field}",
        missing=Missing(f"attribute:{field}", name),
        party=name,
        field=field,
    )


def _owned(command: ContractPledge, situation: Situation, party: PartySaid, day: str) -> list[str]:
    return [
        right
        for right, statement in situation.statements(command.rights)
        if any(same_party(holding.name, party.name) for holding in holdings_on(statement, day))
    ]


_RESOLUTIONS: Final = ("resolution", "shareholder_resolution")
"""Of board or shareholders; and of the shareholders without those concerned."""


def _resolved(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-15: a company that pledges for another's debt resolved it (CoL 15; SEC 7 to 9) [V].

    For its shareholder's or controller's debt, or if nobody says what the debtor is to it, the shareholders
    do, without the votes of those concerned. A listed one disclosed the resolution; not known is not *no*.
    The paper counts from its own day and is asked for today: it may follow the contract.
    """
    if command.debtor is None:
        return
    for place, pledgor in enumerate(command.pledgors):
        known = situation.attributes(pledgor)
        if known.kind == "natural_person" or same_party(pledgor.name, command.debtor.name):
            continue
        kinds = _RESOLUTIONS if command.debtor_is == "other" else _RESOLUTIONS[1:]
        if not _filed(command, situation, kinds, pledgor.name):
            missing = Missing(kinds[0], pledgor.name, command.rights[0])
            yield hold("P-15", "RESOLUTION_MISSING", missing, party=pledgor.name)
        if known.listed is None:
            yield _unknown(pledgor.name, place, "listed")
        elif known.listed and not _filed(command, situation, ("disclosure",), pledgor.name):
            missing = Missing("disclosure", pledgor.name, command.rights[0])
            yield hold("P-15", "DISCLOSURE_MISSING", missing, party=pledgor.name)


def _filed(command: ContractPledge, situation: Situation, kinds: tuple[str, ...], party: str) -> bool:
    """Whether a paper of one of these kinds lies with one of the rights, for this pledge or for none."""
    return any(
        document_for(statement, kind, situation.today, act=act, party=party)
        for _, statement in situation.statements(command.rights)
        for kind in kinds
        for act in (command.id, command.command_id)
    )


def _forfeits(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-17: a forfeiture clause is accepted and gives priority in payment only (CC 428; SEC 68) [V]."""
    if command.forfeiture_clause:
        for right in command.rights:
            yield flag("P-17", "FORFEITURE_CLAUSE", right=right, reference=command.id)


def title_by_default(
    right: str, statement: Statement, day: str, transferees: tuple[str, ...]
) -> Iterator[Finding]:
    """P-17: a right does not pass to its pledgee on default alone (CC 428) [V].

    Known by a forfeiture clause and no enforcement on record; an agreed conversion is one (P-23).
    """
    enforced = {each.get("pledge") for each in statement.get("enforcements", ())}
    for contract in statement.get("pledges", ()):
        ids = {contract["id"], *contract["registered"]}
        if not contract["forfeiture_clause"] or contract["executed_on"] > day or ids & enforced:
            continue
        for name in transferees:
            if any(same_party(pledgee, name) for pledgee in contract["pledgees"]):
                yield refuse(
                    "P-17", "NO_TITLE_BY_DEFAULT", right=right, holder=name, reference=contract["id"]
                )


def _title_moved(
    fact: TransferRegistered | TransmissionRegistered, situation: Situation, day: str
) -> Iterator[Finding]:
    """P-17, N-2: the register has the pledgee as owner under a forfeiture clause, and no court sold it."""
    if isinstance(fact, TransmissionRegistered) and fact.cause in {"auction", "judgment"}:
        return
    for right, statement in situation.statements(fact.rights):
        yield from title_by_default(right, statement, day, tuple(party.name for party in fact.grantees))


def _contracted(command: ContractPledge, situation: Situation) -> tuple[Said, ...]:
    assert command.debtor is not None
    assert command.claim is not None
    assert command.debt_until is not None
    assert command.executed_on is not None
    assert command.document is not None
    fact = PledgeContracted(
        rights=command.rights,
        pledge=command.id,
        executed_on=command.executed_on,
        pledgors=tuple(party.fact for party in command.pledgors),
        debtor=command.debtor.fact,
        pledgees=tuple(party.fact for party in command.pledgees),
        claim=command.claim,
        amount=amount_of(command.amount),
        debt_from=command.debt_from,
        debt_until=command.debt_until,
        secures=command.secures,
        maximum=_maximum(command.maximum),
        assets=tuple(_asset(command.asset(right)) for right in command.rights),
        earlier_debt=command.earlier_debt,
        forfeiture_clause=command.forfeiture_clause,
        document=command.document,
    )
    return (Said(fact),)


def amount_of(said: Amount | None) -> facts.Amount | None:
    """An amount of a command as it stands in an entry."""
    return None if said is None else facts.Amount(minor=said.minor, currency=said.currency)


def _maximum(said: MaximumSaid | None) -> MaximumAmount | None:
    if said is None:
        return None
    cap = amount_of(said.cap)
    assert cap is not None
    assert said.claims is not None
    return MaximumAmount(
        cap=cap,
        begins_on=said.begins_on,
        ends_on=said.ends_on,
        claims=said.claims,
        earlier_claims=said.earlier_claims,
        cap_includes_costs=said.cap_includes_costs,
    )


def _asset(said: AssetSaid) -> PledgedAsset:
    return PledgedAsset(
        right=said.right,
        title=said.title,
        filed_on=said.filed_on,
        granted_on=said.granted_on,
        classes=said.classes,
        items=said.items,
        until=said.until,
        part=amount_of(said.part),
    )


# P-4 to P-6: the grounds, asked of each right


def _of_contract(ground: Ground) -> Callable[[ContractPledge, Situation, str], Iterator[Finding]]:
    def check(command: ContractPledge, situation: Situation, day: str) -> Iterator[Finding]:
        pledged = situation.once(_pledged, command)
        for right, statement in situation.statements(command.rights):
            yield from ground(right, statement, day, pledged[right])

    check.__doc__ = ground.__doc__
    return check


def _pledged(situation: Situation, command: ContractPledge) -> dict[str, Pledged]:
    """What the grounds look at, for each right."""
    return {
        right: Pledged(
            pledgors=tuple(party.name for party in command.pledgors),
            pledgees=tuple(party.name for party in command.pledgees),
            rights=command.rights,
            debt_until=_last_due(command),
            consents_by=situation.today,
            term=command.asset(right).until,
        )
        for right in command.rights
    }


def _last_due(command: ContractPledge) -> str | None:
    """The last day on which a secured claim may fall due."""
    period = command.maximum.ends_on if command.maximum else None
    return max((day for day in (command.debt_until, period) if day), default=None)


PROCEDURES: Final = (
    Procedure(
        ContractPledge,
        (
            (Stage.IDENTITY, _new),
            (Stage.FORM, _complete),
            (Stage.FORM, _assets_listed),
            (Stage.FORM, _list_fits),
            (Stage.FORM, _maximum_complete),
            (Stage.ENTITLEMENT, _pledgeable),
            (Stage.ENTITLEMENT, _each_gives),
            (Stage.ENTITLEMENT, _capable),
            *((stage, _of_contract(ground)) for stage, ground in LASTING),
            (Stage.CONSENTS, _resolved),
            (Stage.FAMILY, _differs_from_register),
            (Stage.FAMILY, _forfeits),
        ),
        _contracted,
    ),
)

CONTRADICTIONS: Final[dict[type[Fact], Contradiction]] = {
    TransferRegistered: _title_moved,
    TransmissionRegistered: _title_moved,
}

RULES: Final = (
    Rule(
        "P-1",
        "a pledge is of a transferable property right, registered with the office of its kind",
        "质押标的须为可转让的财产权，并在该类权利的主管机关登记",
        "CC 440, 444, 445",
        "V; registry split M",
        ("RIGHT_NOT_PLEDGEABLE", "WRONG_REGISTRY"),
        "ledger.rules.pledges:_pledgeable",
    ),
    Rule(
        "P-2",
        "the written contract names parties, claim, performance period, rights and what is secured",
        "书面质押合同须载明当事人、债权、履行期限、质押财产和担保范围",
        "CC 427; PPM 8; CPM 7; TPP",
        "V; PPM and CPM S; TPP M",
        ("PLEDGE_FIELD_MISSING",),
        "ledger.rules.pledges:_complete",
    ),
    Rule(
        "P-9",
        "the register prevails over the contract for third parties, and a difference is told",
        "登记与合同不一致的，对第三人以登记为准，并予提示",
        "CC 389; SEC 15, 47 by analogy",
        "V",
        ("REGISTER_CONTRACT_MISMATCH",),
        "ledger.statement.pledge_contracts:_mismatches",
    ),
    Rule(
        "P-10",
        "a maximum-amount pledge states cap, period and claims covered; the registered cap prevails",
        "最高额质押须载明最高债权额、确定期间和担保的债权范围，以登记的最高额为准",
        "CC 439, 420; SEC 15",
        "V",
        ("MAX_AMOUNT_FIELD_MISSING",),
        "ledger.rules.pledges:_maximum_complete",
    ),
    Rule(
        "P-15",
        "a company pledging for another's debt has resolved it, and a listed one disclosed it",
        "公司为他人债务出质须经决议，上市公司须公开披露",
        "CoL 15; SEC 7-9",
        "V",
        ("RESOLUTION_MISSING", "DISCLOSURE_MISSING"),
        "ledger.rules.pledges:_resolved",
    ),
    Rule(
        "P-16",
        "a state organ pledges nothing, a public-welfare body no facility of its purpose",
        "国家机关不得出质，公益非营利机构不得以公益设施出质",
        "SEC 5-6",
        "V",
        ("PLEDGOR_INCAPABLE",),
        "ledger.rules.pledges:_capable",
    ),
    Rule(
        "P-17",
        "a forfeiture clause gives priority in payment only, and no title passes by default",
        "流质条款仅产生优先受偿效力，权利不因违约而当然移转",
        "CC 428; SEC 68",
        "V",
        ("FORFEITURE_CLAUSE", "NO_TITLE_BY_DEFAULT"),
        "ledger.rules.pledges:_forfeits",
    ),
)
