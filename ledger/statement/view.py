"""A statement evaluated at a day: who owns the right, and what encumbers it (N-3, N-9, P-7)."""

from datetime import date
from typing import Any

from ledger import codes
from ledger.reasons import reason_of
from ledger.statement import (
    acts,
    disputes,
    enforcement,
    fees,
    freezes,
    insolvency,
    license_tree,
    pledge_contracts,
    pools,
    priority,
    procedures,
    registrations,
    transfer_contracts,
)
from ledger.statement.ranks import places_on, ranked_on, ranks_on
from ledger.statement.reading import (
    ENDED_STATUSES,
    SECURITY,
    has_ended,
    holders_on,
    owners_on,
    stands,
    status_on,
)

__all__ = ["ENDED_STATUSES", "view"]


def view(
    statement: dict[str, Any],
    as_of: date,
    *,
    include_ended: bool = False,
    extract_age_days: int | None = None,
) -> dict[str, Any]:
    """The answer to *who owns it and what encumbers it* on `as_of` (a Shanghai day).

    Members: `right`, `names`, `title`, `status`, `as_of`, `owners`, `encumbrances` (live ones in order of
    rank; ended ones behind them with `include_ended`), `pending` (signed but not yet registered on that
    day: no rank, no effect on third parties, N-9), `flags`. A register extract older than `extract_age_days`
    is flagged (A-10); None leaves its age to the reader. Where there are any, `transfer_pending` (T-4).
    """
    day = as_of.isoformat()
    owners, status = _owners(statement, day), status_on(statement, day)
    void = status == "INVALID_FULL"
    standing = [item for item in statement["encumbrances"] if stands(item, day)]
    ranks, places = ranks_on(statement, day), places_on(statement, day)
    encumbrances = [
        _encumbrance(statement, item, day, ranks.get(item["id"]), void=void)
        for item in sorted(standing, key=lambda item: _standing_order(item, places))
    ]
    if include_ended:
        ended = [item for item in statement["encumbrances"] if has_ended(item, day)]
        encumbrances += [_encumbrance(statement, item, day, None, void=void) for item in ended]
    pending = [
        _encumbrance(statement, item, day, None, void=void)
        for item in statement["encumbrances"]
        if _pends(item, day)
    ]
    ties = [group for group in ranked_on(statement, day) if len(group) > 1]
    return {
        "right": statement["right"],
        "names": [_name(statement["right"], name) for name in statement["names"]],
        "title": statement["title"],
        "status": status,
        "as_of": day,
        "owners": owners,
        "encumbrances": encumbrances,
        "pending": pending + pledge_contracts.pending(statement, day),
        "flags": _flags(statement, day, owners, ties, extract_age_days),
        **registrations.shown(statement, day),
        **disputes.shown(statement, day),
        **procedures.shown(statement, day),
        **license_tree.shown(statement, day, include_ended=include_ended),
        **transfer_contracts.shown(statement, day, include_ended=include_ended),
        **priority.shown(statement, day),
        **enforcement.shown(statement, day),
        **freezes.shown(statement, day),
        **insolvency.shown(statement, day),
        **pools.shown(statement, day),
        **acts.shown(statement, day, include_ended=include_ended),
    }


def _name(right: str, name: dict[str, Any]) -> str:
    office = right.partition(":")[0]
    return f"{office} {name['number']} ({name['kind']})"


def _owners(statement: dict[str, Any], day: str) -> list[dict[str, Any]]:
    members = ("party", "name", "share", "since", "basis", "entry")
    return [{member: owner[member] for member in members} for owner in owners_on(statement, day)]


def _pends(item: dict[str, Any], day: str) -> bool:
    signed = item["executed_on"]
    if item.get("contract") or signed is None:
        return False  # the contract itself is told, or nobody told when it was signed
    return bool(signed <= day < item["registered_on"] and not has_ended(item, day))


def _standing_order(
    item: dict[str, Any], places: dict[str, tuple[str, str | None]]
) -> tuple[str, str, str, str, str]:
    on, time = places.get(item["id"], (item["registered_on"], None))
    return (on, time or "", item["register"], item["reference"], item["id"])


def _state(item: dict[str, Any], day: str, *, void: bool) -> str:
    if has_ended(item, day):
        return "registration_expired" if _has_run_out(item, day) else str(item["end_state"] or "expired")
    if _pends(item, day):
        return "contracted"
    return "object_lost" if void and item["kind"] in SECURITY else "registered"


def _has_run_out(item: dict[str, Any], day: str) -> bool:
    """Whether the registration of a pledge ran out (P-20) and was not struck as well by then."""
    if item["kind"] not in SECURITY or item["until"] is None or item["until"] >= day:
        return False
    return item["ended_on"] is None or bool(item["ended_on"] > day)


def _encumbrance(
    statement: dict[str, Any], item: dict[str, Any], day: str, rank: int | None, *, void: bool
) -> dict[str, Any]:
    ended = has_ended(item, day)
    struck = item["ended_on"] if ended and not _has_run_out(item, day) else None
    return {
        "kind": item["kind"],
        "id": item["id"],
        "holders": holders_on(item, day),
        "grantors": item["grantors"],
        "reference": item["reference"],
        "register": item["register"],
        "executed_on": item["executed_on"],
        "registered_at": item["registered_on"],
        "rank": rank,
        "state": _state(item, day, void=void),
        "detail": item["detail"],
        "until": item["until"],
        "ended_at": (struck or item["until"]) if ended else None,
        "ended_by": item["ended_by"] if struck else None,
        "entries": item["entries"],
        **pledge_contracts.terms_shown(statement, item, day),
        **enforcement.discharge_shown(statement, item, day),
    }


def _flags(
    statement: dict[str, Any],
    day: str,
    owners: list[dict[str, Any]],
    ties: list[list[dict[str, Any]]],
    extract_age_days: int | None,
) -> list[dict[str, Any]]:
    found = [
        (flag["code"], flag["entries"], flag["data"])
        for flag in statement["flags"]
        if (flag["since"] is None or flag["since"] <= day) and (flag["until"] is None or day < flag["until"])
    ]
    found += transfer_contracts.warnings_on(statement, day) + enforcement.warnings_on(statement, day)
    found += fees.unsettled_on(statement, day) + registrations.stale_on(statement, day, extract_age_days)
    if not owners:
        found.append(("OWNER_UNKNOWN", [], {}))
    for group in ties:
        references = ", ".join(item["reference"] for item in group)
        found.append(("RANK_TIE", [item["entries"][0] for item in group], {"references": references}))
    last = len(codes.PRECEDENCE)
    found.sort(key=lambda flag: (codes.PRECEDENCE.get(flag[0], last), flag[1]))
    return [
        {"code": code, "entries": entries, "message": _message(code, data)} for code, entries, data in found
    ]


def _message(code: str, data: dict[str, Any]) -> dict[str, str]:
    """The flag's sentence: of the fold's own flags, or of a reason a decision attached."""
    known = codes.FLAGS.get(code)
    return known.message(data) if known and "rule" not in data else reason_of(code).message(data)
