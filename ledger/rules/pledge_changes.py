"""Changes of a pledge and of ranks: agreed here, effective towards others from their registration (P-8).

What a change adds to the secured amount ranks behind those registered meanwhile and harms nobody. What
reaches further at the old rank (more kinds of claims, a longer debt, another currency), and any change of
ranks, needs the written consent of each pledgee it passes (CC 409).
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.pledges import PledgeChangeAgreed, PledgeRanksSwapped, PledgeRankSwapAgreed, SecuredItem
from ledger.rules.base import Command, Finding, Missing, Procedure, Rule, Said, Stage, refuse
from ledger.rules.fields import Amount, CommandDay, Digest, PartySaid, PledgeId, names_of
from ledger.rules.papers import consent_for
from ledger.rules.pledge_grounds import Pledged, outlives_debt
from ledger.rules.pledges import amount_of
from ledger.rules.reports import Contradiction
from ledger.rules.situation import Situation
from ledger.statement.claims import terms_on
from ledger.statement.ranks import ranks_on
from ledger.statement.reading import (
    Statement,
    contracted_pledges,
    holders_on,
    pledge_contract,
    pledges_on,
)
from ledger.values.parties import same_party

_Parties = Annotated[tuple[PartySaid, ...], Field(min_length=1, max_length=100)]


class ChangePledge(Command):
    """Pledgors and pledgees change the secured debt; a member left out stays as it is."""

    KIND: ClassVar[str] = "change_pledge"
    command: Literal["change_pledge"]
    pledge: PledgeId
    by: _Parties
    amount: Amount | None = None
    """The whole secured amount from then on."""
    cap: Amount | None = None
    debt_until: CommandDay | None = None
    secures: Annotated[tuple[SecuredItem, ...], Field(min_length=1, max_length=6)] | None = None
    executed_on: CommandDay
    document: Digest | None = None

    def names(self) -> tuple[str, ...]:
        """Those who agree."""
        return names_of(self.by)

    def actors(self) -> tuple[str, ...]:
        """Those who agree."""
        return names_of(self.by)

    def links(self) -> tuple[str, ...]:
        """The pledge."""
        return (f"pledge:{self.pledge}",)


class SwapRanks(Command):
    """The pledgees of two registered pledges, and the pledgor, agree that they take each other's place."""

    KIND: ClassVar[str] = "swap_ranks"
    command: Literal["swap_ranks"]
    pledges: tuple[PledgeId, PledgeId]
    by: _Parties
    executed_on: CommandDay
    document: Digest | None = None

    def names(self) -> tuple[str, ...]:
        """Those who agree."""
        return names_of(self.by)

    def actors(self) -> tuple[str, ...]:
        """Those who agree."""
        return names_of(self.by)

    def links(self) -> tuple[str, ...]:
        """Both pledges."""
        return tuple(f"pledge:{pledge}" for pledge in self.pledges)


def _entry(statement: Statement, pledge: str, day: str) -> dict[str, Any] | None:
    """The live entry of a pledge in the register, by its own id or its contract's."""
    for item in pledges_on(statement, day):
        if pledge in {item["id"], item.get("contract")}:
            return item
    return None


def _agreed(statement: Statement, pledge: str, day: str) -> dict[str, Any] | None:
    return next((each for each in contracted_pledges(statement, day) if each["id"] == pledge), None)


def _known(command: ChangePledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-8: the pledge is agreed or registered on every right named."""
    for right, statement in situation.statements(command.rights):
        if not (_entry(statement, command.pledge, day) or _agreed(statement, command.pledge, day)):
            yield _stranger(right, "/pledge", command.pledge)


def _stranger(right: str, pointer: str, pledge: str) -> Finding:
    return refuse("P-8", "REFERENCE_UNKNOWN", right=right, pointer=pointer, field=pointer, reference=pledge)


def _changes_something(command: ChangePledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-8: a change names what is changed."""
    if all(value is None for value in (command.amount, command.cap, command.debt_until, command.secures)):
        yield refuse("P-8", "FIELD_MISSING", pointer="/amount", field="amount")


def _agreed_by_both(command: ChangePledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-8: pledgors and pledgees of record change it together (CC 409, 543 by analogy)."""
    wanted: dict[str, str] = {}
    for right, statement in situation.statements(command.rights):
        for name in _sides(statement, command.pledge, day):
            wanted.setdefault(name, right)
    yield from _signed(wanted, command.by, command.document)


def _sides(statement: Statement, pledge: str, day: str) -> list[str]:
    entry, agreed = _entry(statement, pledge, day), pledge_contract(statement, pledge)
    if entry is not None:
        return [*holders_on(entry, day), *(entry["grantors"] or (agreed or {}).get("pledgors", ()))]
    return [*agreed["pledgees"], *agreed["pledgors"]] if agreed else []


def _signed(wanted: dict[str, str], by: tuple[PartySaid, ...], document: str | None) -> Iterator[Finding]:
    for name, right in wanted.items():
        if not any(same_party(name, party.name) for party in by):
            missing = Missing("signature", name, right)
            yield refuse(
                "P-8",
                "SIGNATURE_MISSING",
                right=right,
                pointer="/by",
                missing=missing,
                party=name,
                document=document,
            )


def _juniors_agree(command: ChangePledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-8: who ranks equal or behind agrees to what reaches further at the old rank (CC 409) [V]."""
    for right, statement in situation.statements(command.rights):
        entry = _entry(statement, command.pledge, day)
        if entry is None or not _reaches_further(command, statement, entry, day):
            continue
        ranks = ranks_on(statement, day)
        behind = [
            item
            for item in pledges_on(statement, day)
            if item["id"] != entry["id"] and ranks[item["id"]] >= ranks[entry["id"]]
        ]
        yield from _consents(right, statement, day, behind, "pledge_change", (entry,))


def _reaches_further(command: ChangePledge, statement: Statement, entry: dict[str, Any], day: str) -> bool:
    """More kinds of claims, a later day of performance, another currency; what is unknown counts as more."""
    terms, now = terms_on(statement, entry["id"], day), command.cap or command.amount
    return (
        (command.secures is not None and not set(command.secures) <= set(terms["secures"] or ()))
        or (command.debt_until is not None and command.debt_until > (terms["debt_until"] or ""))
        or bool(now and terms["amount"] and now.currency != terms["amount"]["currency"])
    )


def _consents(  # noqa: PLR0917  # the first four are the same in every check
    right: str,
    statement: Statement,
    day: str,
    affected: list[dict[str, Any]],
    act: str,
    changed: tuple[dict[str, Any], ...],
) -> Iterator[Finding]:
    for item in affected:
        for holder in holders_on(item, day):
            given = any(
                consent_for(statement, day, giver=holder, role="junior_pledgee", act=act, pledge=pledge)
                for one in changed
                for pledge in (one["id"], one.get("contract") or one["id"])
            )
            if not given:
                yield refuse(
                    "P-8",
                    "JUNIOR_CONSENT_MISSING",
                    right=right,
                    missing=Missing("consent", holder, right),
                    holder=holder,
                    reference=changed[0]["reference"],
                )


def _debt_fits(command: ChangePledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-4(6), P-6: the longer debt still falls due by the last day of the right."""
    for right, statement in situation.statements(command.rights):
        asset = (pledge_contract(statement, command.pledge) or {}).get("asset") or {}
        longer = Pledged(
            pledgors=(),
            pledgees=(),
            rights=command.rights,
            debt_until=command.debt_until,
            consents_by=situation.today,
            term=asset.get("until"),
        )
        yield from outlives_debt(right, statement, day, longer)


def _changed(command: ChangePledge, situation: Situation) -> tuple[Said, ...]:
    fact = PledgeChangeAgreed(
        rights=command.rights,
        pledge=_contract_id(command, situation),
        executed_on=command.executed_on,
        by=tuple(party.fact for party in command.by),
        amount=amount_of(command.amount),
        cap=amount_of(command.cap),
        debt_until=command.debt_until,
        secures=command.secures,
        document=command.document,
    )
    return (Said(fact),)


def _contract_id(command: ChangePledge, situation: Situation) -> str:
    """The contract that is changed, where it is known; else the entry it was named by."""
    for _, statement in situation.statements(command.rights):
        contract = pledge_contract(statement, command.pledge)
        if contract is not None:
            return str(contract["id"])
    return str(command.pledge)


def _both_stand(command: SwapRanks, situation: Situation, day: str) -> Iterator[Finding]:
    """P-8: both pledges stand in the register of every right named, and are two."""
    if command.pledges[0] == command.pledges[1]:
        yield refuse(
            "P-8", "FIELD_INVALID", pointer="/pledges/1", field="/pledges/1", expected="another pledge"
        )
    for right, statement in situation.statements(command.rights):
        for place, pledge in enumerate(command.pledges):
            if _entry(statement, pledge, day) is None:
                yield _stranger(right, f"/pledges/{place}", pledge)


def _swap_signed(command: SwapRanks, situation: Situation, day: str) -> Iterator[Finding]:
    """P-8: both pledgees and the pledgor agree on the swap in writing (CC 409) [V]."""
    wanted: dict[str, str] = {}
    for right, statement in situation.statements(command.rights):
        for pledge in command.pledges:
            for name in _sides(statement, pledge, day):
                wanted.setdefault(name, right)
    yield from _signed(wanted, command.by, command.document)


def _passed_agree(command: SwapRanks, situation: Situation, day: str) -> Iterator[Finding]:
    """P-8: each pledgee ranking between the two agrees: a larger claim may come before his (CC 409) [V]."""
    for right, statement in situation.statements(command.rights):
        yield from _passed(right, statement, command.pledges, day)


def _passed(right: str, statement: Statement, pledges: tuple[str, str], day: str) -> Iterator[Finding]:
    entries = [entry for pledge in pledges if (entry := _entry(statement, pledge, day))]
    if len(entries) < len(pledges):
        return
    ranks = ranks_on(statement, day)
    first, last = sorted(ranks[entry["id"]] for entry in entries)
    between = [
        item
        for item in pledges_on(statement, day)
        if first <= ranks[item["id"]] <= last and item["id"] not in {entry["id"] for entry in entries}
    ]
    yield from _consents(right, statement, day, between, "rank_change", tuple(entries))


def _swapped(command: SwapRanks, situation: Situation) -> tuple[Said, ...]:
    fact = PledgeRankSwapAgreed(
        rights=command.rights,
        pledges=command.pledges,
        executed_on=command.executed_on,
        by=tuple(party.fact for party in command.by),
        document=command.document,
    )
    return (Said(fact),)


def _of_swap(fact: PledgeRanksSwapped, situation: Situation, day: str) -> Iterator[Finding]:
    """P-8, N-2: the register swapped ranks, and a consent it takes is not known here."""
    for right, statement in situation.statements(fact.rights):
        yield from _passed(right, statement, fact.pledges, day)


PROCEDURES: Final = (
    Procedure(
        ChangePledge,
        (
            (Stage.IDENTITY, _known),
            (Stage.FORM, _changes_something),
            (Stage.ENTITLEMENT, _agreed_by_both),
            (Stage.CONSENTS, _juniors_agree),
            (Stage.FAMILY, _debt_fits),
        ),
        _changed,
    ),
    Procedure(
        SwapRanks,
        (
            (Stage.IDENTITY, _both_stand),
            (Stage.ENTITLEMENT, _swap_signed),
            (Stage.CONSENTS, _passed_agree),
        ),
        _swapped,
    ),
)

CONTRADICTIONS: Final[dict[type[Fact], Contradiction]] = {PledgeRanksSwapped: _of_swap}

RULES: Final = (
    Rule(
        "P-7",
        "rank follows the time of registration on each right; same day without order, same rank",
        "顺位依各权利上质权登记的先后确定；同日且无先后的，顺位相同",
        "CC 414, 415",
        "V; tie rule D",
        ("RANK_TIE",),
        "ledger.statement.ranks:ranked_on",
    ),
    Rule(
        "P-8",
        "an increase ranks from its own registration; what harms another pledgee needs his written consent",
        "增加的担保金额自变更登记时起取得顺位；变更对其他质权人不利的，须经其书面同意",
        "CC 409",
        "V; extra-part rule M",
        ("JUNIOR_CONSENT_MISSING",),
        "ledger.rules.pledge_changes:_juniors_agree",
    ),
)
