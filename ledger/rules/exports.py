"""What must be cleared before technology leaves the mainland or the state sells (T-10 to T-12, T-20).

The papers are asked for as of today, not as of the day of signing: they come after the contract, and an act
that waited for one takes its place when it arrives (N-10).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ledger.facts.parties import Attributes
from ledger.rules.base import Finding, Missing, hold, refuse
from ledger.rules.fields import PartySaid
from ledger.rules.situation import Situation
from ledger.statement.reading import Statement, documents_on
from ledger.statement.valuations import valued
from ledger.values.parties import same_party
from ledger.values.rights import parse_right_id

if TYPE_CHECKING:
    from ledger.rules.transfers import ContractTransfer


def is_technology(right: str, statement: Statement) -> bool:
    """Whether a Chinese right is one in technology: every patent but a design, layout, software, variety."""
    identity = parse_right_id(right)
    if identity.office != "CN":
        return False
    if identity.kind == "patent":
        return not _is_design(identity.number, statement)
    return identity.kind in {"layout", "software", "variety"}


def paper(
    command: "ContractTransfer", situation: Situation, statement: Statement, kind: str
) -> dict[str, object] | None:
    """A document of a kind that counts today and speaks of no other act, transferor or transferee."""
    acts = {None, command.command_id, command.id}
    givers = [party.name for party in command.grantors]
    takers = [party.name for party in command.grantees]
    for document in documents_on(statement, kind, situation.today):
        to = document["to"]
        covers = not to or all(any(same_party(each, name) for each in to) for name in takers)
        if document["act"] in acts and _names_one(document["party"], (*givers, *takers)) and covers:
            return document
    return None


def attributes_known(command: "ContractTransfer", situation: Situation, day: str) -> Iterator[Finding]:
    """ID-4: what the rules on exports and state assets ask of the parties is known.

    A party that is no natural person and not seated abroad is asked whether it is state-owned (T-12, T-20);
    the seats only where technology passes (T-10, T-11).
    """
    for right, statement in situation.statements(command.rights):
        if parse_right_id(right).office != "CN":
            continue
        technology = is_technology(right, statement)
        for side, parties in (("grantors", command.grantors), ("grantees", command.grantees)):
            for place, party in enumerate(parties):
                known = situation.attributes(party)
                for field in _lacking(command, side, known, technology=technology):
                    pointer = f"/{side}/{place}/attributes/{field}"
                    yield refuse(
                        "ID-4", "PARTY_ATTRIBUTE_MISSING", pointer=pointer, party=party.name, field=field
                    )


def export_control(command: "ContractTransfer", situation: Situation, day: str) -> Iterator[Finding]:
    """T-10: technology leaves the mainland only as its export class allows (TIER 2, 28 to 39; PL 10; V).

    Hong Kong, Macao and Taiwan are foreign here [M]. The certificate of free technology is asked for
    inventions and utility models (GUIDE part 1 ch. 1 no. 6.7.2.2 [S]); a design is no technology.
    """
    takers = [party.name for party in command.grantees if _is_foreign(situation.attributes(party).seat)]
    if not takers or not _from_mainland(command, situation):
        return
    for right, statement in situation.statements(command.rights):
        if not is_technology(right, statement):
            continue
        if command.export_class is None:
            yield refuse("T-10", "FIELD_MISSING", pointer="/export_class", field="export_class")
            continue
        if command.export_class == "prohibited":
            yield refuse("T-10", "EXPORT_PROHIBITED", right=right, party=takers)
            continue
        needed = _export_paper(right, command.export_class)
        if needed is None or paper(command, situation, statement, needed) is not None:
            continue
        missing = Missing(needed, command.grantors[0].name, right)
        if needed == "export_license":
            yield refuse("T-10", "EXPORT_LICENCE_MISSING", right=right, missing=missing, party=takers)
        else:
            yield hold("T-10", "EXPORT_CERT_MISSING", missing, party=takers)


def outward_review(command: "ContractTransfer", situation: Situation, day: str) -> Iterator[Finding]:
    """T-11: restricted technology that passes into foreign hands, also of a controller (OUT part 1; V)."""
    takers = [party for party in command.grantees if _is_foreign_held(situation.attributes(party))]
    if not takers or not _from_mainland(command, situation):
        return
    for right, statement in situation.statements(command.rights):
        if not is_technology(right, statement):
            continue
        if command.export_class is None:
            yield refuse("T-11", "FIELD_MISSING", pointer="/export_class", field="export_class")
            continue
        reviewed = paper(command, situation, statement, "outbound_review") is not None
        if command.export_class == "restricted" and not reviewed:
            missing = Missing("outbound_review", command.grantors[0].name, right)
            yield hold("T-11", "OUTBOUND_REVIEW_MISSING", missing, party=[party.name for party in takers])


def variety_approval(command: "ContractTransfer", situation: Situation, day: str) -> Iterator[Finding]:
    """T-12: a Chinese variety to a foreigner, or from a state-owned seller, needs approval (PVR 9; V).

    A variety in the Chinese register is taken to be bred in China.
    """
    foreign = any(_is_foreign(situation.attributes(party).seat) for party in command.grantees)
    state_owned = any(situation.attributes(party).state_owned for party in command.grantors)
    if not (foreign or state_owned):
        return
    for right, statement in situation.statements(command.rights):
        identity = parse_right_id(right)
        if (identity.office, identity.kind) != ("CN", "variety"):
            continue
        if paper(command, situation, statement, "approval") is None:
            missing = Missing("approval", command.grantors[0].name, right)
            yield hold("T-12", "APPROVAL_MISSING", missing)


def state_price(command: "ContractTransfer", situation: Situation, day: str) -> Iterator[Finding]:
    """T-20: how a state seller's price was fixed (TTA 18; Measures on State Asset Valuation art. 3; V).

    A state university or institute shows its agreement with the announcement, its listed trade or its
    auction; every other state-owned seller a valuation. A Chinese right only: the rule is on the seller, but
    no register abroad asks for it.
    """
    for party in command.grantors:
        known = situation.attributes(party)
        if not known.state_owned:
            continue
        for right, statement in situation.statements(command.rights):
            if parse_right_id(right).office != "CN":
                continue
            if known.research_institute:
                if paper(command, situation, statement, "price_procedure") is None:
                    missing = Missing("price_procedure", party.name, right)
                    yield hold("T-20", "PRICE_PROCEDURE_MISSING", missing, owner=party.name)
            elif not _is_valued(command, situation, statement):
                yield hold("T-20", "VALUATION_MISSING", Missing("valuation", party.name, right))


def license_day(command: "ContractTransfer", situation: Situation) -> str | None:
    """The day the contract binds because of an export license, the latest of all rights; None without one."""
    if command.export_class != "restricted":
        return None
    found = [
        str(license_["from"])
        for right, statement in situation.statements(command.rights)
        if is_technology(right, statement)
        and (license_ := paper(command, situation, statement, "export_license")) is not None
    ]
    return max(found, default=None)


def _is_valued(command: "ContractTransfer", situation: Situation, statement: Statement) -> bool:
    if valued(statement, "transfer", situation.today).used is not None:
        return True
    return paper(command, situation, statement, "valuation") is not None


def _lacking(command: "ContractTransfer", side: str, known: Attributes, *, technology: bool) -> Iterator[str]:
    if technology and known.seat is None:
        yield "seat"
    if side == "grantors" and known.kind != "natural_person" and not _is_foreign(known.seat):
        if known.state_owned is None:
            yield "state_owned"
        elif known.state_owned and known.research_institute is None:
            yield "research_institute"
    controlled = side == "grantees" and known.kind != "natural_person" and known.seat == "mainland"
    if technology and command.export_class == "restricted" and controlled and known.controller_seat is None:
        yield "controller_seat"


def _from_mainland(command: "ContractTransfer", situation: Situation) -> bool:
    return any(_seat(party, situation) == "mainland" for party in command.grantors)


def _seat(party: PartySaid, situation: Situation) -> str | None:
    return situation.attributes(party).seat


def _is_foreign(seat: str | None) -> bool:
    return seat is not None and seat != "mainland"


def _is_foreign_held(known: Attributes) -> bool:
    return _is_foreign(known.seat) or _is_foreign(known.controller_seat)


def _is_design(number: str, statement: Statement) -> bool:
    """As described, else by the number: the digit behind the year is 3 (domain.md 2.1)."""
    if statement["sort"] is not None:
        return bool(statement["sort"] == "design")
    digits = number.partition(".")[0]
    return digits.isdecimal() and {8: digits[2:3], 12: digits[4:5]}.get(len(digits)) == "3"


def _export_paper(right: str, export_class: str) -> str | None:
    if export_class == "restricted":
        return "export_license"
    return "export_certificate" if parse_right_id(right).kind == "patent" else None


def _names_one(party: str | None, names: tuple[str, ...]) -> bool:
    return party is None or any(same_party(party, name) for name in names)
