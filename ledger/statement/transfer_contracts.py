"""Transfers signed or claimed, and what became of them: the section `transfers` (T-4, T-8, T-18, T-21).

A contract is *pending* until the register takes it up (*completed*), until the register shows that its
transferor owns the right no more (*overtaken*), or until its parties take it back (*retracted*). While it
is pending the owner is unchanged. A contract over a work or software is completed by itself (T-4).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final, TypeAlias

from ledger.facts.base import Fact
from ledger.facts.corrections import EntryRetracted, EntryReversed
from ledger.facts.transfers import TransferContracted, TransmissionClaimed, TransmissionRegistered
from ledger.statement.base import Flag, Recorded, listed, names, of_kinds
from ledger.statement.conveyances import (
    CONTRACTED,
    REGISTERED,
    Awaited,
    RegisterEntry,
    completions,
    passes_by_contract,
    title_day,
)
from ledger.statement.reading import (
    Statement,
    holdings_on,
    licenses_known,
    open_offer_on,
    owners_on,
    pending_transfers_on,
)
from ledger.statement.transfers import Owner, Period, owners_at
from ledger.values.parties import same_party

Warned: TypeAlias = tuple[str, list[int], dict[str, Any]]
"""Code, positions concerned, and the data of its sentence."""

_VOIDING: Final[frozenset[type[Fact]]] = frozenset((EntryRetracted, EntryReversed))


@dataclass(slots=True)
class _Contract:
    """A contract or claim while its fate is followed."""

    item: Recorded
    fact: Awaited
    state: str = "pending"
    ended_on: str | None = None
    ended_by: str | None = None
    approved_on: str | None = None
    """Of a trademark's transfer: approved by the office, not announced yet."""
    competes_with: list[str] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)

    @property
    def since(self) -> str:
        """The day it was signed or, of a claim, happened."""
        return _signed_on(self.fact)

    def end(self, state: str, on: str, by: Recorded | None) -> None:
        self.state, self.ended_on = state, on
        if by is not None:
            self.ended_by = by.record.number
            self.entries += by.entries


def resolve(
    recorded: list[Recorded], told: list[Recorded], titles: list[Period], right: str
) -> tuple[dict[str, list[dict[str, Any]]], list[Flag]]:
    """`transfers` in order of signing, absent where there is none; and the flags on those that compete.

    `recorded` are the facts that count, `told` all that were recorded, those taken back among them.
    """
    contracts = [
        _Contract(item, item.fact) for item in of_kinds(told, CONTRACTED) if isinstance(item.fact, Awaited)
    ]
    if not contracts:
        return {}, []
    standing = {item.record.position: item for item in recorded}
    completed = _entries_of(recorded, right)
    for contract in contracts:
        current = standing.get(contract.item.record.position)
        if current is None:
            _retract(contract, told)
            continue
        assert isinstance(current.fact, Awaited)
        contract.item, contract.fact = current, current.fact
        contract.entries += current.entries
        _follow(contract, completed.get(current.record.position, []), recorded, titles, right)
    contracts.sort(key=lambda each: (each.since, each.item.record.position))
    flags = [flag for one, other in combinations(contracts, 2) if (flag := _competing(one, other, right))]
    return {"transfers": [_as_json(contract, right) for contract in contracts]}, flags


def _signed_on(fact: Awaited) -> str:
    return fact.executed_on if isinstance(fact, TransferContracted) else fact.happened_on


def _entries_of(recorded: list[Recorded], right: str) -> dict[int, list[Recorded]]:
    """The register entries that take up each contract, by the contract's position, earliest first."""
    completed = completions(recorded, right)
    found: dict[int, list[Recorded]] = {}
    for entry in sorted(of_kinds(recorded, REGISTERED), key=lambda each: each.record.register_order):
        contract = completed.get(entry.record.position)
        if contract is not None:
            found.setdefault(contract.record.position, []).append(entry)
    return found


def _retract(contract: _Contract, told: list[Recorded]) -> None:
    contract.entries += contract.item.entries
    for item in of_kinds(told, _VOIDING):
        assert isinstance(item.fact, EntryRetracted | EntryReversed)
        if item.fact.target.position == contract.item.record.position:
            contract.end("retracted", item.record.effective_on, item)
            return
    contract.end("retracted", contract.since, None)


def _follow(
    contract: _Contract, taken_up: list[Recorded], recorded: list[Recorded], titles: list[Period], right: str
) -> None:
    if isinstance(contract.fact, TransferContracted) and passes_by_contract(right):
        contract.end("completed", contract.item.record.effective_on, None)
        for entry in taken_up:
            contract.ended_by = entry.record.number
            contract.entries += entry.entries
        return
    for entry in taken_up:
        day = title_day(entry, right)
        if day is None:
            contract.approved_on = entry.record.registered_on
            contract.entries += entry.entries
        else:
            # Title by law passes on the day it happened; the claim waits for the register all the same.
            claimed = isinstance(entry.fact, TransmissionRegistered)
            contract.end("completed", entry.record.registered_on if claimed else day, entry)
            return
    _overtake(contract, recorded, titles, right)


def _overtake(contract: _Contract, recorded: list[Recorded], titles: list[Period], right: str) -> None:
    """The first entry since the signing after which a transferor of the contract owns nothing more."""
    for entry in sorted(of_kinds(recorded, REGISTERED), key=lambda each: each.record.register_order):
        day = title_day(entry, right)
        if day is None or entry.record.registered_on < contract.since:
            continue
        assert isinstance(entry.fact, RegisterEntry)
        owners = owners_at(titles, max(day, contract.since))
        if owners and not all(_owns(owners, party.name) for party in contract.fact.grantors):
            contract.end("overtaken", max(day, entry.record.registered_on), entry)
            return


def _owns(owners: tuple[Owner, ...], name: str) -> bool:
    return any(owner.is_called(name) for owner in owners)


def _competing(one: _Contract, other: _Contract, right: str) -> Flag | None:
    """Two contracts of one transferor that waited at the same time: the register decides (T-21)."""
    since = max(one.since, other.since)
    ends = [day for day in (one.ended_on, other.ended_on) if day is not None]
    until = min(ends) if ends else None
    shared = any(same_party(a.name, b.name) for a in one.fact.grantors for b in other.fact.grantors)
    if not shared or (until is not None and until <= since):
        return None
    one.competes_with.append(other.fact.transfer)
    other.competes_with.append(one.fact.transfer)
    return Flag(
        "COMPETING_TRANSFER",
        tuple(sorted({*one.entries, *other.entries})),
        since=since,
        until=until,
        data={"rule": "T-21", "right": right, "reference": listed([one.fact.transfer, other.fact.transfer])},
    )


def _as_json(contract: _Contract, right: str) -> dict[str, Any]:
    fact = contract.fact
    told: dict[str, Any] = {
        "id": fact.transfer,
        "kind": "transfer" if isinstance(fact, TransferContracted) else "transmission",
        "number": contract.item.record.number,
        "grantors": names(fact.grantors),
        "grantees": [
            {"name": party.name, "share": list(party.share) if party.share else None}
            for party in fact.grantees
        ],
        "executed_on": contract.since,
        "effective_on": contract.item.record.effective_on,
        "approved_on": contract.approved_on,
        "state": contract.state,
        "ended_on": contract.ended_on,
        "ended_by": contract.ended_by,
        "competes_with": contract.competes_with,
        "document": fact.document,
    }
    if isinstance(fact, TransmissionClaimed):
        told["cause"] = fact.cause
    else:
        told |= {
            "share": list(fact.share) if fact.share else None,
            "price": fact.price.model_dump(mode="json") if fact.price else None,
            "export_class": fact.export_class,
            "contribution": fact.contribution,
            "consents": [
                each.model_dump(mode="json", exclude={"right"})
                for each in fact.consents
                if each.right == right
            ],
        }
    return {**told, "entries": list(dict.fromkeys(contract.entries))}


def shown(statement: Statement, day: str, *, include_ended: bool) -> dict[str, list[dict[str, Any]]]:
    """`transfer_pending` on a day and, where asked for, `transfers_ended`; absent where there is none."""
    pending = pending_transfers_on(statement, day)
    found = {"transfer_pending": [_shown(contract, "pending") for contract in pending]}
    if include_ended:
        found["transfers_ended"] = [
            _shown(contract, contract["state"])
            for contract in statement.get("transfers", ())
            if contract["ended_on"] is not None and contract["ended_on"] <= day
        ]
    return {member: contracts for member, contracts in found.items() if contracts}


def warnings_on(statement: Statement, day: str) -> list[Warned]:
    """What must be said of a right's transfers on a day, beside the flags of its statement."""
    return [
        *_licensed_in_gap(statement, day),
        *_offers_of_earlier_owners(statement, day),
        *_held_behind(statement, day),
    ]


def _shown(contract: dict[str, Any], state: str) -> dict[str, Any]:
    members = (
        "id", "kind", "grantors", "grantees", "executed_on", "approved_on", "competes_with", "entries"
    )  # fmt: skip
    told = {member: contract[member] for member in members}
    ended = {"ended_on": None, "ended_by": None}
    if state != "pending":
        ended = {"ended_on": contract["ended_on"], "ended_by": contract["ended_by"]}
    return {**told, "state": state, "consents": contract.get("consents", []), **ended}


def _licensed_in_gap(statement: Statement, day: str) -> Iterator[Warned]:
    """T-16: a license granted from the day the contract was formed until the register took it up.

    Licenses made before that day survive (TCI 24; TMCI 20); one of the very day is told too, because the
    order of two contracts of one day is not known.
    """
    for contract in statement.get("transfers", ()):
        if contract["kind"] != "transfer" or contract["state"] not in {"pending", "completed"}:
            continue
        for license_ in licenses_known(statement):
            granted = license_["granted_on"]
            if not contract["executed_on"] <= granted <= day:
                continue
            if contract["ended_on"] is None or granted < contract["ended_on"]:
                data = {"right": statement["right"], "reference": license_["id"], "day": granted}
                yield ("LICENCE_IN_TRANSFER_GAP", [*contract["entries"], *license_["entries"]], data)


def _offers_of_earlier_owners(statement: Statement, day: str) -> Iterator[Warned]:
    """T-17: an open license on offer that its present owner has not declared (PL 50 by analogy)."""
    offer = open_offer_on(statement, day)
    if offer is None:
        return
    before = holdings_on(statement, offer["published_on"])
    after = owners_on(statement, day)
    new = [owner for owner in after if not any(old.is_called(owner["name"]) for old in before)]
    if before and new:
        data = {"right": statement["right"], "owner": [owner["name"] for owner in new]}
        yield ("OPEN_LICENCE_RECONFIRM", [owner["entry"] for owner in new], data)


def _held_behind(statement: Statement, day: str) -> Iterator[Warned]:
    """T-21: another contract was submitted and waits for the register's decision."""
    for held in statement.get("held", ()):
        behind = any(missing["code"] == "COMPETING_TRANSFER" for missing in held["missing"])
        ended = held["ended_on"] is not None and held["ended_on"] <= day
        if behind and not ended and held["held_on"] <= day <= held["until"]:
            data = {"right": statement["right"], "reference": held["act"]}
            yield ("COMPETING_TRANSFER", list(held["entries"]), data)
