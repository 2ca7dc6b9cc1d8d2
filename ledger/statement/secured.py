"""How much a registered pledge secures, and which part of it since when (P-8 to P-10).

The register prevails over the contract (SEC 15, 47); the contract is asked where the register is silent.
Amounts are `{"minor", "currency"}`; None is an amount nobody told, and no zero.
"""

from typing import Any

from ledger.statement.reading import Statement, pledge_contract

Part = dict[str, Any]
"""`limit` (`cap`: all that may be paid; `amount`: the principal; None), `amount`, `on`, `time`."""


def secured_parts(statement: Statement, item: dict[str, Any], day: str) -> list[Part]:
    """The secured amount of an encumbrance in parts: the first, and what each registered change added (P-8).

    A decrease takes from the latest parts, so that nothing that was given up ranks again as before.
    """
    told = item.get("secured") or {}
    agreed = pledge_contract(statement, item["id"]) or {}
    cap = told.get("cap") or (agreed.get("maximum") or {}).get("cap")
    amount = cap or told.get("amount") or agreed.get("amount")
    limit = "cap" if cap else "amount" if amount else None
    parts: list[Part] = [
        {"limit": limit, "amount": amount, "on": item["registered_on"], "time": item.get("time")}
    ]
    for step in item.get("steps", ()):
        now = step.get("cap") or step.get("amount")
        if step["on"] <= day and now is not None:
            limit = "cap" if step.get("cap") else limit or "amount"
            parts = _changed(parts, now, limit, step)
    return parts


def secured_limit(statement: Statement, item: dict[str, Any], day: str) -> dict[str, Any]:
    """Up to how much an encumbrance secures on a day: `limit`, `amount`, and its `parts`."""
    parts = secured_parts(statement, item, day)
    known = [part["amount"] for part in parts if part["amount"] is not None]
    whole = {**known[-1], "minor": sum(each["minor"] for each in known)} if known else None
    return {"limit": parts[-1]["limit"], "amount": whole, "parts": parts}


def _changed(parts: list[Part], now: dict[str, Any], limit: str, step: dict[str, Any]) -> list[Part]:
    if any(part["amount"] is None or part["amount"]["currency"] != now["currency"] for part in parts):
        return [{**parts[0], "limit": limit, "amount": now}]
    left = now["minor"]
    kept: list[Part] = []
    for part in parts:
        minor = min(left, part["amount"]["minor"])
        left -= minor
        if minor or not kept:
            kept.append({**part, "limit": limit, "amount": {**now, "minor": minor}})
    if left:
        added = {"limit": limit, "amount": {**now, "minor": left}, "on": step["on"], "time": step["time"]}
        kept.append(added)
    return kept
