"""What is agreed about pledges and asked of the office: contracts, applications, refusals (P-2, P-3, P-27).

A contract gives neither pledge nor rank; the encumbrance it leads to names it in its member `contract`.
"""

from itertools import zip_longest
from typing import Any, Final

from ledger.facts.base import Fact
from ledger.facts.pledges import (
    PledgeApplied,
    PledgeChangeAgreed,
    PledgeContracted,
    PledgeRanksSwapped,
    PledgeRankSwapAgreed,
    PledgeRefused,
)
from ledger.statement.base import Flag, Recorded, listed, names, of_kinds
from ledger.statement.pledges import Pledge
from ledger.statement.reading import Statement, contracted_pledges
from ledger.statement.secured import secured_limit
from ledger.values.parties import same_party

_KINDS: Final[frozenset[type[Fact]]] = frozenset(
    (
        PledgeContracted,
        PledgeApplied,
        PledgeRefused,
        PledgeChangeAgreed,
        PledgeRankSwapAgreed,
        PledgeRanksSwapped,
    )
)
_Found = dict[str, list[dict[str, Any]]]


def resolve(recorded: list[Recorded], held: list[Pledge], right: str) -> tuple[_Found, list[Flag]]:
    """`pledges` (contracts), `rank_swaps_agreed` and `rank_swaps`, each absent where empty; and flags.

    Every pledge of `held` is told its contract.
    """
    facts = of_kinds(recorded, _KINDS)
    contracts: dict[str, dict[str, Any]] = {}
    for item in facts:
        if isinstance(item.fact, PledgeContracted) and item.fact.pledge not in contracts:
            contracts[item.fact.pledge] = _contract(item, item.fact, right)
    flags = [flag for item in facts if (flag := _take(item, contracts))]
    for pledge in held:
        if pledge.contract is None and pledge.fact.pledge in contracts:
            pledge.contract = pledge.fact.pledge
        if pledge.contract in contracts:
            contract = contracts[pledge.contract]
            contract["registered"].append(pledge.fact.pledge)
            flags += _mismatches(pledge, contract)
    flags += [flag for contract in contracts.values() if (flag := _refused_part(contract, held, right))]
    found = {
        "pledges": list(contracts.values()),
        "rank_swaps_agreed": [_swap(item) for item in facts if isinstance(item.fact, PledgeRankSwapAgreed)],
        "rank_swaps": [_swap(item) for item in facts if isinstance(item.fact, PledgeRanksSwapped)],
    }
    return {member: items for member, items in found.items() if items}, flags


def _contract(item: Recorded, fact: PledgeContracted, right: str) -> dict[str, Any]:
    told = fact.model_dump(mode="json")
    asset = next((each for each in told["assets"] if each["right"] == right), None)
    return {
        "id": fact.pledge,
        "executed_on": fact.executed_on,
        "pledgors": names(fact.pledgors),
        "debtor": fact.debtor.name,
        "pledgees": names(fact.pledgees),
        "third_party": not all(same_party(each.name, fact.debtor.name) for each in fact.pledgors),
        **{name: told[name] for name in _AS_AGREED},
        "asset": asset,
        "rights": list(fact.rights),
        "applications": [],
        "refusals": [],
        "changes_agreed": [],
        "registered": [],
        "entries": list(item.entries),
    }


_AS_AGREED: Final = (
    "claim",
    "amount",
    "debt_from",
    "debt_until",
    "secures",
    "maximum",
    "earlier_debt",
    "forfeiture_clause",
    "document",
)


def _take(item: Recorded, contracts: dict[str, dict[str, Any]]) -> Flag | None:
    fact = item.fact
    if not isinstance(fact, PledgeApplied | PledgeRefused | PledgeChangeAgreed):
        return None
    contract = contracts.get(fact.pledge)
    match fact:
        case PledgeRefused() if contract is None:
            data = {"number": item.record.number, "references": fact.pledge}
            return Flag("PLEDGE_REFERENCE_UNKNOWN", item.entries, since=item.record.registered_on, data=data)
        case PledgeApplied() if contract:
            contract["applications"].append(_application(item, fact))
        case PledgeRefused() if contract:
            contract["refusals"].append(_refusal(item, fact))
        case PledgeChangeAgreed() if contract:
            contract["changes_agreed"].append(_change(item, fact))
    if contract:
        contract["entries"] += item.entries
    return None


def _application(item: Recorded, fact: PledgeApplied) -> dict[str, Any]:
    return {
        "office": fact.office,
        "number": fact.number,
        "filed_on": fact.filed_on,
        "applicants": names(fact.applicants),
        "disclosed": list(fact.disclosed),
        "proceeds_despite": list(fact.proceeds_despite),
        "entries": list(item.entries),
    }


def _refusal(item: Recorded, fact: PledgeRefused) -> dict[str, Any]:
    return {
        "on": fact.registered_on,
        "office": item.record.register,
        "reference": item.record.number,
        "code": fact.code,
        "text": fact.text,
        "entries": list(item.entries),
    }


def _change(item: Recorded, fact: PledgeChangeAgreed) -> dict[str, Any]:
    told = fact.model_dump(mode="json", include={"amount", "cap", "debt_until", "secures"})
    return {"on": fact.executed_on, **told, "by": names(fact.by), "entries": list(item.entries)}


def _swap(item: Recorded) -> dict[str, Any]:
    fact = item.fact
    assert isinstance(fact, PledgeRankSwapAgreed | PledgeRanksSwapped)
    on = item.record.registered_on
    return {"on": on, "pledges": list(fact.pledges), "entries": list(item.entries)}


def _mismatches(pledge: Pledge, contract: dict[str, Any]) -> list[Flag]:
    """P-9: what the register states otherwise than the contract, until the register changes it."""
    told = pledge.fact.model_dump(mode="json")
    flags = []
    for field in ("amount", "cap", "debt_until", "secures"):
        states = [(pledge.item.record.registered_on, told[field])]
        states += [(step["on"], step.get(field)) for step in pledge.steps]
        stated = [(on, value) for on, value in states if value is not None]
        for (on, expected), later in zip_longest(stated, stated[1:]):
            before, given = _agreed(contract, field, on)
            if not _equal(expected, given) and not _equal(expected, before):
                until = later[0] if later else None
                flags.append(_mismatch(pledge, contract, (field, expected, given), on, until))
    on = pledge.item.record.registered_on
    for field, parties in (("pledgors", pledge.fact.pledgors), ("pledgees", pledge.fact.pledgees)):
        registered = names(parties)
        if registered and not _same_names(registered, contract[field]):
            flags.append(_mismatch(pledge, contract, (field, registered, contract[field]), on, None))
    return flags


def _agreed(contract: dict[str, Any], field: str, day: str) -> tuple[Any, Any]:
    """A term of the contract as amended before a day, and by its end: what came first on it is unknown."""
    before = (contract["maximum"] or {}).get("cap") if field == "cap" else contract[field]
    by_then = before
    for change in contract["changes_agreed"]:
        if change[field] is not None and change["on"] <= day:
            by_then = change[field]
            before = by_then if change["on"] < day else before
    return before, by_then


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return sorted(one) == sorted(other)
    return bool(one == other)


def _same_names(registered: list[str], agreed: list[str]) -> bool:
    """A register may name one of several pledgors where the right is that one's alone: none is a stranger."""
    return all(any(same_party(name, other) for other in agreed) for name in registered)


def _mismatch(
    pledge: Pledge, contract: dict[str, Any], term: tuple[str, Any, Any], since: str, until: str | None
) -> Flag:
    field, expected, given = term
    return Flag(
        "REGISTER_CONTRACT_MISMATCH",
        (*pledge.item.entries, *contract["entries"][:1]),
        since=since,
        until=min([day for day in (until, pledge.ended_on) if day], default=None),
        data={
            "reference": pledge.number,
            "field": field,
            "expected": _words(expected),
            "given": _words(given),
        },
    )


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['minor']} {value['currency']}"
    if isinstance(value, list):
        return listed(value)
    return "–" if value is None else str(value)


def _refused_part(contract: dict[str, Any], held: list[Pledge], right: str) -> Flag | None:
    """P-27: of a mixed pledge this right was refused, and has not been registered since."""
    if len(contract["rights"]) == 1 or not contract["refusals"]:
        return None
    refusal = contract["refusals"][-1]
    registered = [
        pledge.item.record.registered_on
        for pledge in held
        if pledge.contract == contract["id"]
        and pledge.revoked_on is None
        and pledge.item.record.registered_on >= refusal["on"]
    ]
    return Flag(
        "PARTIALLY_PERFECTED",
        (*contract["entries"][:1], *refusal["entries"]),
        since=refusal["on"],
        until=min(registered, default=None),
        data={
            "reference": contract["id"],
            "office": refusal["office"],
            "right": right,
            "ground": refusal["code"],
        },
    )


def pending(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Contracts that led to no registration here: shaped as an encumbrance, without rank or register day.

    `state` is `contracted`, `applied` or `refused`; `reference` is the contract's id on this ledger.
    """
    return [_pending(contract, day) for contract in contracted_pledges(statement, day)]


def _pending(contract: dict[str, Any], day: str) -> dict[str, Any]:
    state, refusal = state_on(contract, day)
    return {
        "kind": "pledge",
        "id": contract["id"],
        "holders": contract["pledgees"],
        "grantors": contract["pledgors"],
        "reference": contract["id"],
        "register": "LEDGER",
        "executed_on": contract["executed_on"],
        "registered_at": None,
        "rank": None,
        "state": state,
        "detail": refusal["code"] or refusal["text"] if refusal else None,
        "until": None,
        "ended_at": None,
        "ended_by": None,
        "entries": contract["entries"],
        "agreed": {
            "amount": contract["amount"],
            "cap": (contract["maximum"] or {}).get("cap"),
            "debt_until": contract["debt_until"],
        },
    }


def state_on(contract: dict[str, Any], day: str) -> tuple[str, dict[str, Any] | None]:
    """`contracted`, `applied` or `refused`, and the refusal, of a contract that is not registered here."""
    filed = [each["filed_on"] for each in contract["applications"] if each["filed_on"] <= day]
    refused = [each for each in contract["refusals"] if each["on"] <= day]
    if refused and max(filed, default="") <= refused[-1]["on"]:
        return "refused", refused[-1]
    return ("applied" if filed else "contracted"), None


def terms_shown(statement: Statement, item: dict[str, Any], day: str) -> dict[str, Any]:
    """What is known of the debt behind an encumbrance; nothing where nobody told (B-1)."""
    found = {name: item[name] for name in ("contract", "time", "revoked_on") if item.get(name)}
    if item.get("secured") or item.get("steps") or item.get("contract"):
        limit = secured_limit(statement, item, day)
        debts = [item.get("secured") or {}, *item.get("steps", ())]
        until = [each["debt_until"] for each in debts if each.get("debt_until") and each.get("on", "") <= day]
        found["secured"] = {
            "limit": limit["limit"],
            "amount": limit["amount"],
            "debt_until": until[-1] if until else None,
        }
    return found
