"""Transfers: a signed contract, and title that passed without one (family T).

A contract changes no owner of a patent or mark: it is pending until the register's entry (T-4, N-1). Consents
and papers are asked for as of today, because they may follow the contract (N-10); owners, freezes and the
status of the right on the day of signing and today.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts.base import Amount as AmountTold
from ledger.facts.base import Fact, Party
from ledger.facts.transfers import (
    ConsentRelied,
    ExportClass,
    TransferContracted,
    TransferRegistered,
    TransmissionCause,
    TransmissionClaimed,
    TransmissionRegistered,
)
from ledger.rules import exports
from ledger.rules.base import Command, Finding, Missing, Procedure, Said, Stage, flag, hold, refuse
from ledger.rules.common import (
    alienable,
    are_owners,
    coowner_consents,
    in_force,
    is_among,
    not_frozen,
    pledgee_consents,
)
from ledger.rules.fields import (
    SHARE_MAX,
    Amount,
    CommandDay,
    Digest,
    Line,
    Parties,
    PartySaid,
    ShareSaid,
    TransferId,
    names_of,
)
from ledger.rules.papers import consent_for
from ledger.rules.reports import Contradiction
from ledger.rules.situation import Situation
from ledger.rules.transfer_rules import RULES
from ledger.rules.us_records import goodwill_passes, is_us
from ledger.statement.base import names
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    bundle_of,
    documents_on,
    holders_on,
    holdings_on,
    open_offer_on,
    owners_on,
    pending_transfers_on,
    pledges_on,
    status_on,
)
from ledger.values.parties import same_party
from ledger.values.rights import parse_right_id
from ledger.values.shares import as_pair

__all__ = ["CONTRADICTIONS", "PROCEDURES", "RULES", "ContractTransfer", "ReportTransmission"]


class ContractTransfer(Command):
    """A signed contract by which `grantors` transfer `rights`, or a share of each, to `grantees`.

    `executed_on` is the day the last party signed. `share`, and the shares of the parties, are parts of the
    whole right; without any, all the grantors hold passes. `goods` is given only to say that not the whole
    mark is meant. `goodwill`, `filing_basis` and `business_successor` are asked of US marks (15 USC 1060).
    """

    KIND: ClassVar[str] = "contract_transfer"
    command: Literal["contract_transfer"]
    transfer: TransferId | None = None
    grantors: Parties
    grantees: Parties
    share: ShareSaid | None = None
    executed_on: CommandDay
    document: Digest | None = None
    price: Amount | None = None
    export_class: ExportClass | None = None
    goods: Annotated[tuple[Line, ...], Field(max_length=500)] = ()
    contribution: Line | None = None
    goodwill: bool | None = None
    filing_basis: Literal["use", "intent_to_use"] | None = None
    business_successor: bool = False

    @property
    def id(self) -> str:
        """The id of the transfer."""
        return self.transfer or self.new_id("trf")

    @property
    def transferees(self) -> tuple[str, ...]:
        """Names of those who acquire."""
        return names_of(self.grantees)

    def names(self) -> tuple[str, ...]:
        """Both sides."""
        return names_of(self.grantors, self.grantees)

    def actors(self) -> tuple[str, ...]:
        """Both sides."""
        return self.names()


class ReportTransmission(Command):
    """The acquirer alone files that title passed by law, with the authority's document (TMR 32; PIR 15).

    It waits for the register like a contract. What the authority itself reports (`report` of
    `transmission.registered` with the day of death, merger or ruling in `effective_from`) changes the owner
    from that day on.
    """

    KIND: ClassVar[str] = "report_transmission"
    command: Literal["report_transmission"]
    transfer: TransferId | None = None
    grantors: Parties
    grantees: Parties
    cause: TransmissionCause
    happened_on: CommandDay
    document: Digest | None = None

    @property
    def id(self) -> str:
        """The id of the claim."""
        return self.transfer or self.new_id("trf")

    def names(self) -> tuple[str, ...]:
        """Both sides."""
        return names_of(self.grantors, self.grantees)

    def actors(self) -> tuple[str, ...]:
        """The acquirers: nobody else signs."""
        return names_of(self.grantees)


# Form


def _new_transfer(
    command: ContractTransfer | ReportTransmission, situation: Situation, day: str
) -> Iterator[Finding]:
    """A transfer's id is its own."""
    for right, statement in situation.statements(command.rights):
        if any(each["id"] == command.id for each in statement.get("transfers", ())):
            yield refuse("K-1", "DUPLICATE_ID", right=right, pointer="/transfer", reference=command.id)


def _written(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-1: a written contract that all transferors and transferees signed (PL 10; TML 42; CL 27; V)."""
    if command.document is None:
        yield refuse("T-1", "WRITTEN_FORM_MISSING", pointer="/document")
    for side, parties in (("grantors", command.grantors), ("grantees", command.grantees)):
        for place, party in enumerate(parties):
            pointer = f"/{side}/{place}/signed_on"
            if party.signed_on is None:
                missing = Missing("signature", party.name)
                yield refuse(
                    "T-1",
                    "SIGNATURE_MISSING",
                    pointer=pointer,
                    missing=missing,
                    party=party.name,
                    document=command.document,
                )
            elif party.signed_on > command.executed_on:
                yield refuse(
                    "T-1",
                    "FIELD_INVALID",
                    pointer=pointer,
                    field=pointer,
                    expected=f"a day not after {command.executed_on}, when the last party signed",
                )


# Entitlement


def _in_force(
    command: ContractTransfer | ReportTransmission, situation: Situation, day: str
) -> Iterator[Finding]:
    """T-3: an application may go, a right whose fee is late too; an ended right may not (PL 10; V)."""
    for right, statement in situation.statements(command.rights):
        yield from in_force("T-3", right, statement, day)
        yield from alienable("A-9", right, statement)


def _not_frozen(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-9: no freeze and no suspension for an ownership dispute (PIR 103 to 105; TMF 1; V)."""
    for right, statement in situation.statements(command.rights):
        yield from not_frozen("T-9", right, statement, day)


def _owners(
    command: ContractTransfer | ReportTransmission, situation: Situation, day: str
) -> Iterator[Finding]:
    """T-2: each transferor is an owner of record (PL 10; V)."""
    rule = "T-2" if isinstance(command, ContractTransfer) else "T-18"
    on = day if isinstance(command, ContractTransfer) else situation.today
    for right, statement in situation.statements(command.rights):
        yield from are_owners(
            rule, "NOT_OWNER_OF_RECORD", right, statement, on, [party.name for party in command.grantors]
        )


def _holdings(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-2: nobody transfers more than it holds of record."""
    for right, statement in situation.statements(command.rights):
        held = {
            party.name: holding.share
            for party in command.grantors
            for holding in holdings_on(statement, day)
            if holding.is_called(party.name)
        }
        if len(held) < len(names_of(command.grantors)):
            continue
        for place, party in enumerate(command.grantors):
            if party.fraction is not None and party.fraction > held[party.name]:
                yield _exceeds(
                    right, f"/grantors/{place}/share", [party.name], party.fraction, held[party.name]
                )
        total, conveyed = sum(held.values(), Fraction()), _stated(command)
        if conveyed is not None and conveyed > total:
            yield _exceeds(right, "/share", list(held), conveyed, total)


def _exceeds(right: str, pointer: str, parties: list[str], given: Fraction, share: Fraction) -> Finding:
    return refuse(
        "T-2",
        "SHARE_EXCEEDS_HOLDING",
        right=right,
        pointer=pointer,
        party=parties,
        given=str(given),
        share=str(share),
    )


def _shares(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-5: what is given, what is taken and the share named are one, so that the new shares sum to 1 (D).

    Either all parties of a side state a share or none does; several transferees of a part must.
    """
    for side, parties in (("grantors", command.grantors), ("grantees", command.grantees)):
        stated = [party for party in parties if party.share]
        if stated and len(stated) < len(parties):
            yield _not_one(command, f"/{side}", _sum(parties))
    given, taken = _side(command.grantors), _side(command.grantees)
    named = Fraction(*command.share) if command.share else None
    amounts = {amount for amount in (given, taken, named) if amount is not None}
    if len(amounts) > 1:
        yield _not_one(command, "/grantees", taken if taken is not None else given)
    partly = given is not None or named is not None
    if partly and taken is None and len(command.grantees) > 1:
        yield _not_one(command, "/grantees", None)
    if taken is not None and len(amounts) == 1 and not partly and len(command.grantees) > 1:
        for right, statement in situation.statements(command.rights):
            if taken != _held(command, statement, day):
                yield _not_one(command, "/grantees", taken, right)
    conveyed = _stated(command)
    if conveyed is not None and conveyed.denominator > SHARE_MAX:
        yield refuse("T-5", "FIELD_INVALID", pointer="/share", field="/share", expected="a simpler fraction")


def _not_one(
    command: ContractTransfer, pointer: str, share: Fraction | None, right: str | None = None
) -> Finding:
    told = None if share is None else str(share)
    return refuse("T-5", "SHARES_NOT_ONE", right=right or command.rights[0], pointer=pointer, share=told)


def _side(parties: tuple[PartySaid, ...]) -> Fraction | None:
    return _sum(parties) if all(party.share for party in parties) else None


def _sum(parties: tuple[PartySaid, ...]) -> Fraction:
    return sum((party.fraction for party in parties if party.fraction), Fraction())


def _stated(command: ContractTransfer) -> Fraction | None:
    """The part of the right that passes, where anybody states it."""
    if command.share:
        return Fraction(*command.share)
    taken = _side(command.grantees)
    return taken if taken is not None else _side(command.grantors)


def _held(command: ContractTransfer, statement: Statement, day: str) -> Fraction:
    shares = [
        holding.share
        for holding in holdings_on(statement, day)
        if any(holding.is_called(party.name) for party in command.grantors)
    ]
    return sum(shares, Fraction())


# Consents


def _coowners(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-6: all co-owners agree, also to the transfer of one's own share (PL 14, V; own share M: cautious).

    Their agreement among themselves, filed as `coownership_agreement`, comes first; it binds the co-owners it
    names as its `party` and `to`, and nobody else. A co-owner who acquires has agreed by signing. CC 301 and
    305 do not displace it. US co-owners need nobody's consent (U-6).
    """
    for right, statement in situation.statements(command.rights):
        if is_us(right):
            continue
        yield from coowner_consents(
            "T-6", right, statement, situation.today, "transfer",
            acting=(*command.names(), *_agreed(statement, situation.today)), to=command.transferees,
        )  # fmt: skip


def _agreed(statement: Statement, day: str) -> Iterator[str]:
    """Parties of an agreement among co-owners."""
    for agreement in documents_on(statement, "coownership_agreement", day):
        yield from filter(None, (agreement["party"], *agreement["to"]))


def _preemption(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-7: a share sold to outsiders was offered to the co-owners first (CC 305, 306 by analogy; V)."""
    for right, statement in situation.statements(command.rights):
        holdings = holdings_on(statement, situation.today)
        if is_us(right) or all(
            any(each.is_called(name) for each in holdings) for name in command.transferees
        ):
            continue
        for holding in holdings:
            if any(holding.is_called(name) for name in command.names()):
                continue
            if not _waived(statement, "preemption_waiver", situation.today, holding.name):
                missing = Missing("preemption_waiver", holding.name, right)
                yield flag("T-7", "PREEMPTION_NOT_CLEARED", right=right, missing=missing, owner=holding.name)


def _waived(statement: Statement, kind: str, day: str, party: str | None) -> bool:
    return any(
        party is None or document["party"] is None or same_party(document["party"], party)
        for document in documents_on(statement, kind, day)
    )


def _pledgees(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-8: every pledgee consents in writing to this transferee, and the price is routed (CC 444; V).

    CC 406, by which mortgaged goods are freely transferred, does not apply. A gift has no proceeds. A lien
    on a US right follows the right into other hands (U-7).
    """
    priced = command.price is None or command.price.minor > 0
    for right, statement in situation.statements(command.rights):
        if not is_us(right):
            yield from pledgee_consents(
                "T-8", right, statement, situation.today, "transfer", to=command.transferees, priced=priced
            )


# Conflicts


def _competing(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-21: while a contract waits for the register, another is held; the register decides (PL 10; D).

    Also where co-owners sell their own shares to two buyers: which entry comes first decides who must
    consent to the other.
    """
    for right, statement in situation.statements(command.rights):
        for pending in pending_transfers_on(statement, situation.today):
            missing = Missing("registration", None, right)
            yield hold("T-21", "COMPETING_TRANSFER", missing, reference=pending["id"])
            yield flag("T-21", "COMPETING_TRANSFER", right=right, reference=pending["id"])


# Marks


def _bundled(
    command: ContractTransfer | ReportTransmission, situation: Situation, day: str
) -> Iterator[Finding]:
    """T-13: identical and similar marks go together, also by inheritance (TML 42; TMR 31, 32; V)."""
    yield from _left_out(command.rights, situation)


def _left_out(rights: tuple[str, ...], situation: Situation) -> Iterator[Finding]:
    today = situation.today
    for right, statement in situation.statements(rights):
        missing = [
            other
            for other in bundle_of(statement)
            if other not in rights
            and not (
                situation.knows(other) and status_on(situation.statement(other), today) in ENDED_STATUSES
            )
        ]
        if missing:
            yield refuse(
                "T-13", "SIMILAR_MARKS_NOT_BUNDLED", right=right, pointer="/rights", reference=missing
            )


def _whole_mark(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-14: a Chinese mark is transferred whole, never for some of its goods [M: taken strictly]."""
    for right, statement in situation.statements(command.rights):
        identity = parse_right_id(right)
        registered = statement.get("details", {}).get("goods", ())
        partly = bool(command.goods) and set(command.goods) != set(registered)
        if partly and (identity.office, identity.kind) == ("CN", "trademark"):
            yield refuse("T-14", "TM_PARTIAL_GOODS_TRANSFER", right=right, pointer="/goods")


def _qualified(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-15: who acquires a collective or certification mark qualifies to hold it [M]."""
    for right, statement in situation.statements(command.rights):
        if statement.get("details", {}).get("mark_kind") not in {"collective", "certification"}:
            continue
        for party in command.grantees:
            if situation.attributes(party).collective_qualified:
                continue
            if not _waived(statement, "qualification", situation.today, party.name):
                missing = Missing("qualification", party.name, right)
                yield hold("T-15", "TRANSFEREE_NOT_QUALIFIED", missing, party=party.name)


# Warnings


def _open_license(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-17: an open license on offer must be confirmed by the new owner; those taken go on (PL 50; D)."""
    for right, statement in situation.statements(command.rights):
        if open_offer_on(statement, situation.today) is not None:
            yield flag("T-17", "OPEN_LICENCE_RECONFIRM", right=right, owner=list(command.transferees))


def _inventors(command: ContractTransfer, situation: Situation, day: str) -> Iterator[Finding]:
    """T-19: an employer offered its service invention to the inventors first (CC 847; V).

    Told also where nobody said that it is one, unless the seller is a natural person, an inventor itself, or
    acquired the right from another.
    """
    for right, statement in situation.statements(command.rights):
        if not exports.is_technology(right, statement):
            continue
        service = statement.get("details", {}).get("service_invention")
        employers = [party for party in command.grantors if _may_employ(party, situation, statement)]
        if service is False or not employers:
            continue
        if not _waived(statement, "inventor_waiver", situation.today, None):
            missing = Missing("inventor_waiver", employers[0].name, right)
            yield flag("T-19", "INVENTOR_PREEMPTION_NOT_OFFERED", right=right, missing=missing)


def _may_employ(party: PartySaid, situation: Situation, statement: Statement) -> bool:
    if situation.attributes(party).kind == "natural_person" or is_among(party.name, statement["inventors"]):
        return False
    owner = next(
        (each for each in owners_on(statement, situation.today) if same_party(each["name"], party.name)), None
    )
    return owner is None or not str(owner["basis"]).startswith("transfer ")


# What follows


def _contracted(command: ContractTransfer, situation: Situation) -> tuple[Said, ...]:
    binding = exports.license_day(command, situation)
    conveyed = _stated(command)
    price = command.price
    fact = TransferContracted(
        rights=command.rights,
        transfer=command.id,
        grantors=tuple(party.fact for party in command.grantors),
        grantees=_taking(command, conveyed),
        share=_pair(conveyed),
        executed_on=command.executed_on,
        effective_from=binding if binding is not None and binding > command.executed_on else None,
        document=command.document or "",
        price=AmountTold(minor=price.minor, currency=price.currency) if price else None,
        export_class=command.export_class,
        consents=tuple(_relied(command, situation)),
        goodwill=command.goodwill,
        contribution=command.contribution,
    )
    return (Said(fact),)


def _taking(command: ContractTransfer, conveyed: Fraction | None) -> tuple[Party, ...]:
    """The transferees; the only one takes what is conveyed."""
    first = command.grantees[0]
    if conveyed is not None and len(command.grantees) == 1 and first.share is None:
        return (first.fact.model_copy(update={"share": _pair(conveyed)}),)
    return tuple(party.fact for party in command.grantees)


def _pair(share: Fraction | None) -> tuple[int, int] | None:
    if share is None:
        return None
    numerator, denominator = as_pair(share)
    return (numerator, denominator)


def _relied(command: ContractTransfer, situation: Situation) -> Iterator[ConsentRelied]:
    """The consents the contract rests on: each is used up by it (B-7)."""
    today, to = situation.today, command.transferees
    for right, statement in situation.statements(command.rights):
        for pledge in pledges_on(statement, today):
            for holder in holders_on(pledge, today):
                given = consent_for(
                    statement, today, giver=holder, role="pledgee", act="transfer", to=to, pledge=pledge["id"]
                )
                if given is not None:
                    yield ConsentRelied(
                        right=right,
                        consent=given["id"],
                        holder=holder,
                        pledge=pledge["id"],
                        disposition=given["disposition"],
                        proceeds=given["proceeds"],
                    )
        for holding in holdings_on(statement, today):
            given = consent_for(statement, today, giver=holding.name, role="coowner", act="transfer", to=to)
            if given is not None:
                yield ConsentRelied(right=right, consent=given["id"], holder=holding.name)


# Transmissions


def _authority_document(command: ReportTransmission, situation: Situation, day: str) -> Iterator[Finding]:
    """T-18: the acquirer has an authority's document (CC 229, 230; PIR 15; TMR 32; V)."""
    if command.document is not None:
        return
    for right, statement in situation.statements(command.rights):
        if not documents_on(statement, "authority_document", situation.today):
            missing = Missing("authority_document", command.grantees[0].name, right)
            yield refuse(
                "T-18",
                "AUTHORITY_DOCUMENT_MISSING",
                right=right,
                pointer="/document",
                missing=missing,
                party=[party.name for party in command.grantees],
            )


def _has_happened(command: ReportTransmission, situation: Situation, day: str) -> Iterator[Finding]:
    """N-3: it has happened."""
    if command.happened_on > situation.today:
        yield refuse(
            "N-3", "DATE_IN_FUTURE", pointer="/happened_on", given=command.happened_on, field="happened_on"
        )


def _claimed(command: ReportTransmission, situation: Situation) -> tuple[Said, ...]:
    document = command.document or _filed_document(command, situation)
    fact = TransmissionClaimed(
        rights=command.rights,
        transfer=command.id,
        grantors=tuple(party.fact for party in command.grantors),
        grantees=tuple(party.fact for party in command.grantees),
        cause=command.cause,
        happened_on=command.happened_on,
        document=document,
    )
    return (Said(fact),)


def _filed_document(command: ReportTransmission, situation: Situation) -> str | None:
    for _, statement in situation.statements(command.rights):
        for document in documents_on(statement, "authority_document", situation.today):
            if document["sha256"] is not None:
                return str(document["sha256"])
    return None


# What a report may break


def _entry_breaks(fact: TransferRegistered, situation: Situation, day: str) -> Iterator[Finding]:
    """T-2, T-3, T-6, T-8, T-9, T-13: what a registered transfer contradicts (N-2).

    An entry that takes up a contract of this ledger was judged with it: only what stands in the way since is
    told. A US recording is no finding, and its chain of title is judged by the fold (U-2).
    """
    givers, takers = names(fact.grantors), tuple(names(fact.grantees))
    alone = []
    for right, statement in situation.statements(fact.rights):
        if is_us(right):
            continue
        contract = _taken_up(fact, statement, day)
        yield from in_force("T-3", right, statement, day)
        yield from not_frozen("T-9", right, statement, day)
        yield from _pledgees_left_out(right, statement, day, takers, contract)
        if contract is None:
            alone.append(right)
            if holdings_on(statement, day):
                yield from are_owners("T-2", "NOT_OWNER_OF_RECORD", right, statement, day, givers)
            if givers:
                acting = (*givers, *takers, *_agreed(statement, day))
                yield from coowner_consents(
                    "T-6", right, statement, day, "transfer", acting=acting, to=takers
                )
    for found in _left_out(fact.rights, situation):
        if found.right in alone:
            yield found


def _pledgees_left_out(
    right: str, statement: Statement, day: str, takers: tuple[str, ...], contract: dict[str, Any] | None
) -> Iterator[Finding]:
    """A pledgee whose consent the contract rests on need not consent again when the register acts on it."""
    relied = {each["holder"] for each in contract["consents"]} if contract else set()
    for found in pledgee_consents("T-8", right, statement, day, "transfer", to=takers, priced=False):
        if found.data["holder"] not in relied:
            yield found


def _taken_up(fact: TransferRegistered, statement: Statement, day: str) -> dict[str, Any] | None:
    """The contract the entry completes, as the fold will see it."""
    for contract in statement.get("transfers", ()):
        if contract["kind"] != "transfer" or contract["state"] not in {"pending", "completed"}:
            continue
        if fact.transfer == contract["id"]:
            return dict(contract)
        takers = [each["name"] for each in contract["grantees"]]
        fits = all(any(same_party(party.name, name) for party in fact.grantees) for name in takers)
        if fact.transfer is None and fits and contract["executed_on"] <= (fact.registered_on or day):
            return dict(contract)
    return None


def _transmission_breaks(fact: TransmissionRegistered, situation: Situation, day: str) -> Iterator[Finding]:
    """T-18, T-13, T-2: a transmission told before the register shows it rests on an authority's document."""
    takers = names(fact.grantees)
    for right, statement in situation.statements(fact.rights):
        if is_us(right):
            continue
        if holdings_on(statement, day):
            yield from are_owners("T-2", "NOT_OWNER_OF_RECORD", right, statement, day, names(fact.grantors))
        if fact.registered_on is None and not documents_on(statement, "authority_document", situation.today):
            yield refuse("T-18", "AUTHORITY_DOCUMENT_MISSING", right=right, party=takers)
    yield from _left_out(fact.rights, situation)


CONTRADICTIONS: Final[dict[type[Fact], Contradiction]] = {
    TransferRegistered: _entry_breaks,
    TransmissionRegistered: _transmission_breaks,
}

PROCEDURES: Final = (
    Procedure(
        ContractTransfer,
        (
            (Stage.IDENTITY, _new_transfer),
            (Stage.IDENTITY, exports.attributes_known),
            (Stage.FORM, _written),
            (Stage.FORM, _shares),
            (Stage.STATUS, _in_force),
            (Stage.FREEZE, _not_frozen),
            (Stage.ENTITLEMENT, _owners),
            (Stage.ENTITLEMENT, _holdings),
            (Stage.CONSENTS, _coowners),
            (Stage.CONSENTS, _preemption),
            (Stage.CONSENTS, _pledgees),
            (Stage.CONFLICTS, _competing),
            (Stage.FAMILY, exports.export_control),
            (Stage.FAMILY, exports.outward_review),
            (Stage.FAMILY, exports.variety_approval),
            (Stage.FAMILY, _bundled),
            (Stage.FAMILY, _whole_mark),
            (Stage.FAMILY, _qualified),
            (Stage.FAMILY, _open_license),
            (Stage.FAMILY, _inventors),
            (Stage.FAMILY, exports.state_price),
            (Stage.FAMILY, goodwill_passes),
        ),
        _contracted,
    ),
    Procedure(
        ReportTransmission,
        (
            (Stage.IDENTITY, _new_transfer),
            (Stage.FORM, _has_happened),
            (Stage.FORM, _authority_document),
            (Stage.STATUS, _in_force),
            (Stage.ENTITLEMENT, _owners),
            (Stage.FAMILY, _bundled),
        ),
        _claimed,
    ),
)
