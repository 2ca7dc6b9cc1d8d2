"""Consents and documents: handed in by themselves, found by the rules of the acts that need them.

`consent_for` and `document_for` are those finders: one place decides when a consent covers an act (T-6, T-8,
L-11, L-16) and when a paper speaks of it.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts.consents import ConsentedAct, ConsentGiven, ConsentRole, ConsentWithdrawn
from ledger.facts.documents import DocumentFiled, PaperKind
from ledger.rules.base import Command, Finding, Procedure, Said, Stage, refuse
from ledger.rules.fields import CommandDay, ConsentIdSaid, Digest, Line, PartySaid, PledgeId, names_of
from ledger.rules.situation import Situation
from ledger.statement.reading import Statement, consents_on, documents_on, holders_on, holdings_on, pledges_on
from ledger.values.parties import same_party

LicenseKind = Literal["exclusive", "sole", "ordinary"]


class GiveConsent(Command):
    """A written consent, by whoever may give it, to an act on `rights`.

    A pledgee's consent to a transfer or license names the other side in `to` and says where the price goes.
    """

    KIND: ClassVar[str] = "give_consent"
    command: Literal["give_consent"]
    consent: ConsentIdSaid | None = None
    giver: PartySaid
    role: ConsentRole
    act: ConsentedAct
    to: Annotated[tuple[PartySaid, ...], Field(max_length=50)] = ()
    pledge: PledgeId | None = None
    license_kinds: Annotated[tuple[LicenseKind, ...], Field(max_length=3)] = ()
    disposition: Literal["continues", "released"] = "continues"
    proceeds: Literal["prepayment", "escrow"] | None = None
    given_on: CommandDay
    until: CommandDay | None = None
    document: Digest | None = None

    def names(self) -> tuple[str, ...]:
        """The giver and the other side."""
        return names_of((self.giver,), self.to)

    def actors(self) -> tuple[str, ...]:
        """The giver."""
        return (self.giver.name,)


class WithdrawConsent(Command):
    """An unused consent is taken back by its giver."""

    KIND: ClassVar[str] = "withdraw_consent"
    command: Literal["withdraw_consent"]
    consent: ConsentIdSaid
    giver: PartySaid
    withdrawn_on: CommandDay

    @property
    def acted_on(self) -> str | None:
        """The day it is taken back."""
        return self.withdrawn_on

    def actors(self) -> tuple[str, ...]:
        """The giver."""
        return (self.giver.name,)


class FileDocument(Command):
    """A paper the rules ask for, by its digest; the bytes may be deposited beside it."""

    KIND: ClassVar[str] = "file_document"
    command: Literal["file_document"]
    kind: PaperKind
    number: Line | None = None
    issuer: Line | None = None
    issued_on: CommandDay
    effective_from: CommandDay | None = None
    until: CommandDay | None = None
    party: PartySaid | None = None
    to: Annotated[tuple[PartySaid, ...], Field(max_length=50)] = ()
    act: Line | None = None
    sha256: Digest | None = None

    @property
    def acted_on(self) -> str | None:
        """The paper's own day says nothing of when it was filed."""
        return None

    def actors(self) -> tuple[str, ...]:
        """Those whose agreement the paper stands for; any other paper anybody may file."""
        if self.kind not in _AGREED:
            return ()
        return tuple(party.name for party in (self.party, *self.to) if party is not None)


_AGREED: Final = frozenset(("coownership_agreement", "preemption_waiver"))
"""Papers that stand for a co-owner's own consent."""


def consent_for(  # every one of them narrows what a consent covers
    statement: Statement,
    day: str,
    *,
    giver: str,
    role: str,
    act: str,
    to: tuple[str, ...] = (),
    license_kind: str | None = None,
    pledge: str | None = None,
) -> dict[str, Any] | None:
    """The consent of `giver` in this position that covers the act on this day.

    A consent that names the other side covers that one only; a pledgee's must name it (T-8). One that names
    no kind of license covers ordinary ones only. A completed transfer uses up those it rests on (B-7). Of
    several the first that says where the price goes, else the first.
    """
    used = _used(statement) if act == "transfer" else ()
    found = None
    for consent in consents_on(statement, day):
        if consent["role"] != role or consent["act"] != act or not same_party(consent["giver"], giver):
            continue
        if consent["id"] in used or (pledge is not None and consent["pledge"] not in {None, pledge}):
            continue
        kinds = consent["license_kinds"] or ["ordinary"]
        if license_kind is not None and license_kind not in kinds:
            continue
        if _covers(consent["to"], to, must_name=role == "pledgee"):
            if consent["proceeds"] is not None:
                return consent
            found = found or consent
    return found


def _used(statement: Statement) -> set[str]:
    """Consents that a completed transfer rests on; while one is pending, another is held (T-21)."""
    return {
        each["consent"]
        for contract in statement.get("transfers", ())
        if contract["state"] == "completed"
        for each in contract.get("consents", ())
    }


def document_for(
    statement: Statement, kind: str, day: str, *, act: str | None = None, party: str | None = None
) -> dict[str, Any] | None:
    """The first document of a kind that counts on a day and speaks of no other act or party."""
    for document in documents_on(statement, kind, day):
        if document["act"] not in {None, act}:
            continue
        if document["party"] is None or party is None or same_party(document["party"], party):
            return document
    return None


def _covers(named: list[str], to: tuple[str, ...], *, must_name: bool) -> bool:
    if not named:
        return not (must_name and to)
    return all(any(same_party(each, name) for each in named) for name in to)


def _given(command: GiveConsent, situation: Situation) -> tuple[Said, ...]:
    fact = ConsentGiven(
        rights=command.rights,
        consent=command.consent or command.new_id("cns"),
        giver=command.giver.fact,
        role=command.role,
        act=command.act,
        to=tuple(party.fact for party in command.to),
        pledge=command.pledge,
        license_kinds=command.license_kinds,
        disposition=command.disposition,
        proceeds=command.proceeds,
        given_on=command.given_on,
        until=command.until,
        document=command.document,
    )
    return (Said(fact),)


def _may_consent(command: GiveConsent, situation: Situation, day: str) -> Iterator[Finding]:
    """T-6, T-8: a co-owner's or pledgee's consent is that of a co-owner or pledgee of record."""
    for right, statement in situation.statements(command.rights):
        if command.role == "coowner":
            entitled = [each.name for each in holdings_on(statement, day)]
        elif command.role in {"pledgee", "junior_pledgee"}:
            entitled = [name for each in pledges_on(statement, day) for name in holders_on(each, day)]
        else:
            continue
        if not any(same_party(name, command.giver.name) for name in entitled):
            rule = "T-6" if command.role == "coowner" else "T-8"
            yield refuse(
                rule, "GRANTOR_NOT_ENTITLED", right=right, pointer="/giver", party=command.giver.name
            )


def _names_the_other_side(command: GiveConsent, situation: Situation, day: str) -> Iterator[Finding]:
    """T-8, L-16: a pledgee consents to one transferee or licensee, by name."""
    if command.role == "pledgee" and command.act in {"transfer", "license", "sublicense"} and not command.to:
        yield refuse("T-8", "FIELD_MISSING", pointer="/to", field="to")


def _new_consent(command: GiveConsent, situation: Situation, day: str) -> Iterator[Finding]:
    """A consent's id is its own."""
    for right, statement in situation.statements(command.rights):
        if any(each["id"] == command.consent for each in statement.get("consents", ())):
            yield refuse("K-1", "DUPLICATE_ID", right=right, pointer="/consent", reference=command.consent)


def _known_consent(command: WithdrawConsent, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: what is taken back was given, by the same party, on each right named."""
    for right, statement in situation.statements(command.rights):
        given = [
            each
            for each in consents_on(statement, day)
            if each["id"] == command.consent and same_party(each["giver"], command.giver.name)
        ]
        if not given:
            yield refuse(
                "K-1", "REFERENCE_UNKNOWN", right=right, pointer="/consent", reference=command.consent
            )


def _withdrawn(command: WithdrawConsent, situation: Situation) -> tuple[Said, ...]:
    fact = ConsentWithdrawn(
        rights=command.rights,
        consent=command.consent,
        giver=command.giver.fact,
        withdrawn_on=command.withdrawn_on,
    )
    return (Said(fact),)


def _filed(command: FileDocument, situation: Situation) -> tuple[Said, ...]:
    fact = DocumentFiled(
        rights=command.rights,
        kind=command.kind,
        number=command.number,
        issuer=command.issuer,
        issued_on=command.issued_on,
        effective_from=command.effective_from,
        until=command.until,
        party=command.party.fact if command.party else None,
        to=tuple(party.fact for party in command.to),
        act=command.act,
        sha256=command.sha256,
    )
    return (Said(fact),)


def _of_the_past(command: FileDocument, situation: Situation, day: str) -> Iterator[Finding]:
    """A paper bears a day that has come."""
    if command.issued_on > situation.today:
        yield refuse("N-3", "DATE_IN_FUTURE", pointer="/issued_on", given=command.issued_on)


PROCEDURES: Final = (
    Procedure(
        GiveConsent,
        (
            (Stage.FORM, _names_the_other_side),
            (Stage.ENTITLEMENT, _may_consent),
            (Stage.CONFLICTS, _new_consent),
        ),
        _given,
    ),
    Procedure(WithdrawConsent, ((Stage.IDENTITY, _known_consent),), _withdrawn),
    Procedure(FileDocument, ((Stage.FORM, _of_the_past),), _filed),
)
