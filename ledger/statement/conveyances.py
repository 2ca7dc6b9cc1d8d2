"""When title passes, and which contract a register's entry completes (T-4).

| right | title passes |
|---|---|
| patent, application, layout, plant variety in China | on the day of registration (PL 10; ICR 22; PVR 9) |
| trademark in China | on the day of announcement (TML 42); approved and not announced moves nothing |
| work, software | when the contract binds; registration is proof only (CL 27; SWR 21) |
| any right, without a contract | on the day of death, merger, or effect of the document (CC 229, 230) |
| elsewhere | on the day the recording states, else that of the deed (35 USC 261) |
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, TypeAlias

from ledger.facts.base import Fact, Party
from ledger.facts.transfers import (
    PartyRenamed,
    TransferContracted,
    TransferRegistered,
    TransmissionClaimed,
    TransmissionRegistered,
)
from ledger.statement.base import Recorded, of_kinds
from ledger.values.parties import same_party
from ledger.values.rights import parse_right_id

RegisterEntry: TypeAlias = TransferRegistered | TransmissionRegistered
Awaited: TypeAlias = TransferContracted | TransmissionClaimed
"""What a party says and the register has yet to take up."""

CONTRACTED: Final[frozenset[type[Fact]]] = frozenset((TransferContracted, TransmissionClaimed))
REGISTERED: Final[frozenset[type[Fact]]] = frozenset((TransferRegistered, TransmissionRegistered))
_CONVEYING: Final[frozenset[type[Fact]]] = REGISTERED | {PartyRenamed, TransferContracted}


def passes_by_contract(right: str) -> bool:
    """Whether title to a right of this kind needs no register (CL 27; SWR 20, 21; 17 USC 204)."""
    return parse_right_id(right).kind in {"copyright", "software"}


def title_day(item: Recorded, right: str) -> str | None:
    """T-4: the day a conveyance passes title; None for a trademark's that was approved and not announced."""
    fact = item.fact
    identity = parse_right_id(right)
    if not isinstance(fact, TransferRegistered) or identity.office != "CN" or passes_by_contract(right):
        return item.record.effective_on
    if identity.kind == "trademark":
        return fact.effective_from
    return fact.effective_from or fact.registered_on or item.record.effective_on


def completions(recorded: list[Recorded], right: str) -> dict[int, Recorded]:
    """The contract or claim each register entry completes, by the entry's position.

    An entry completes the one it names, else the first one waiting that its parties fit.
    """
    waiting = sorted(of_kinds(recorded, CONTRACTED), key=lambda item: item.record.order)
    found: dict[int, Recorded] = {}
    if not waiting:
        return found
    entries = sorted(of_kinds(recorded, REGISTERED), key=lambda item: item.record.register_order)
    for entry in entries:
        taken = next((item for item in waiting if _completes(entry, item)), None)
        if taken is not None:
            found[entry.record.position] = taken
            if title_day(entry, right) is not None:
                waiting.remove(taken)
    return found


def moving_title(recorded: list[Recorded], right: str, completed: dict[int, Recorded]) -> list[Recorded]:
    """The conveyances that move title or rename an owner, in order of legal effect, each by its title day."""
    by_contract = passes_by_contract(right)
    moving: list[Recorded | None] = []
    for item in of_kinds(recorded, _CONVEYING):
        contract = completed.get(item.record.position)
        if isinstance(item.fact, TransferContracted):
            if by_contract:
                moving.append(item)
        elif contract is None or not isinstance(contract.fact, TransferContracted):
            moving.append(_on_title_day(item, right))
        elif not by_contract:
            moving.append(_on_title_day(_with_shares(item, contract.fact), right))
    return sorted((item for item in moving if item is not None), key=lambda item: item.record.order)


def fit(named: Iterable[Party], parties: Iterable[Party]) -> bool:
    """Whether every one of `parties` is among `named`."""
    return all(any(same_party(one.name, party.name) for one in named) for party in parties)


def _completes(entry: Recorded, item: Recorded) -> bool:
    fact, awaited = entry.fact, item.fact
    assert isinstance(fact, RegisterEntry)
    assert isinstance(awaited, Awaited)
    if fact.transfer is not None:
        return fact.transfer == awaited.transfer
    if isinstance(fact, TransferRegistered) is not isinstance(awaited, TransferContracted):
        return False
    signed = awaited.executed_on if isinstance(awaited, TransferContracted) else awaited.happened_on
    return (
        signed <= entry.record.registered_on
        and _may_give(fact, awaited)
        and fit(fact.grantees, awaited.grantees)
        and fit((*awaited.grantees, *awaited.grantors), fact.grantees)
    )


def _may_give(fact: RegisterEntry, awaited: Awaited) -> bool:
    """A register that names no grantor may mean any."""
    return not fact.grantors or (
        fit(fact.grantors, awaited.grantors) and fit(awaited.grantors, fact.grantors)
    )


def _with_shares(item: Recorded, contract: TransferContracted) -> Recorded:
    """The entry with the contract's shares, where the register states none, as it usually does (A-2)."""
    fact = item.fact
    assert isinstance(fact, RegisterEntry)
    if any(party.share for party in fact.grantees) or not all(party.share for party in contract.grantees):
        return item
    sides = {"grantors": contract.grantors, "grantees": contract.grantees}
    return replace(item, fact=fact.model_copy(update=sides))


def _on_title_day(item: Recorded, right: str) -> Recorded | None:
    day = title_day(item, right)
    if day is None or day == item.record.effective_on:
        return item if day else None
    return replace(item, record=replace(item.record, effective_on=day))
