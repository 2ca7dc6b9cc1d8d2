"""How far a mixed pledge is perfected: right by right, each in its own register (P-27, B-4).

One debt, one contract, several offices. Each registered right secures the whole debt unless parts are agreed;
that one was refused leaves the others.
"""

from collections.abc import Mapping
from typing import Any

from ledger.statement.pledge_contracts import state_on
from ledger.statement.ranks import ranks_on
from ledger.statement.reading import SECURITY, Statement, has_ended, status_on


def perfection(statements: Mapping[str, Statement], pledge: str, day: str) -> dict[str, Any]:
    """P-27, B-4: the pledge contracted as `pledge` on a day, from the statements of its rights by id.

    Members: `pledge`, `perfection` (`NONE`, `PARTIAL`, `FULL`), `rights`, `flags`. Each of `rights` has
    `right`, `office`, `reference`, `registered_on`, `rank`, `part` (the part of the debt it alone secures,
    where agreed), `state`, and for one that is not registered the `code` and `text` of the reason. A right of
    the contract whose statement is not given counts as not registered.
    """
    contracts = {
        right: contract
        for right, statement in statements.items()
        for contract in statement.get("pledges", ())
        if contract["id"] == pledge and contract["executed_on"] <= day
    }
    named = [right for contract in contracts.values() for right in contract["rights"]]
    rights = [
        _perfected(right, statements.get(right), contracts.get(right), day) for right in dict.fromkeys(named)
    ]
    perfected = [each for each in rights if each["state"] == "registered"]
    degree = "FULL" if rights and len(perfected) == len(rights) else "PARTIAL" if perfected else "NONE"
    missing = [each["right"] for each in rights if each["state"] != "registered"]
    flags = [{"code": "PARTIALLY_PERFECTED", "rights": missing}] if degree == "PARTIAL" else []
    return {"pledge": pledge, "perfection": degree, "rights": rights, "flags": flags}


def _perfected(
    right: str, statement: Statement | None, contract: dict[str, Any] | None, day: str
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "right": right,
        "office": None,
        "reference": None,
        "registered_on": None,
        "rank": None,
        "part": None,
        "state": "contracted",
        "code": None,
        "text": None,
    }
    if statement is None or contract is None:
        return {**found, "state": "unknown", "code": "RIGHT_UNKNOWN"}
    found["part"] = (contract["asset"] or {}).get("part")
    entries = [
        item
        for item in statement["encumbrances"]
        if item["kind"] in SECURITY
        and item.get("contract") == contract["id"]
        and item["registered_on"] <= day
        and item["end_state"] != "revoked"
    ]
    if entries:
        return {**found, **_in_register(statement, entries[-1], day)}
    state, refusal = state_on(contract, day)
    filed = [each["office"] for each in contract["applications"] if each["filed_on"] <= day]
    found.update(state=state, office=filed[-1] if filed else None)
    if refusal:
        found.update({name: refusal[name] for name in ("office", "reference", "code", "text")})
    return found


def _in_register(statement: Statement, item: dict[str, Any], day: str) -> dict[str, Any]:
    entry = {
        "office": item["register"],
        "reference": item["reference"],
        "registered_on": item["registered_on"],
    }
    if status_on(statement, day) == "INVALID_FULL":
        return {**entry, "state": "object_lost", "code": "OBJECT_LOST"}
    if not has_ended(item, day):
        return {**entry, "state": "registered", "rank": ranks_on(statement, day).get(item["id"])}
    if item["ended_on"] is not None and item["ended_on"] <= day:
        return {**entry, "state": item["end_state"]}
    return {**entry, "state": "registration_expired", "code": "REGISTRATION_EXPIRED"}
