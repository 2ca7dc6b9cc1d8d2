"""What licenses leave free of a right, and how they hang together (M-2, M-3, L-20)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from ledger.statement.grants import WHOLE
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    last_day_in_force,
    licenses_known,
    licenses_on,
    open_offer_on,
    status_on,
)
from ledger.values.dates import day_before
from ledger.values.scope import Period, Scope, remaining
from ledger.values.scope_forms import period_form, scope_of

EXCLUDING: Final = frozenset(("exclusive", "sole"))
"""Kinds that leave no room for another license in their scope (L-5)."""
FREE_SCOPE_MAX: Final = 40
"""`shown` works out what is free for so many different scopes; it takes time that grows with their square."""


def whole_scope(statement: Statement, first: str, last: str | None) -> Scope:
    """Everything there is of a right, where its office's word counts (N-8), between two days."""
    office, kind, _ = statement["right"].split(":", 2)
    form = {**WHOLE, "territory": [office], "from": first, **({"until": last} if last else {})}
    return scope_of(kind, form)


def license_scope(kind: str, license_: dict[str, Any]) -> Scope | None:
    """What a license covers of a right of `kind` until it ended; None where it ended before it began.

    One whose scope nobody tells covers the whole right.
    """
    form = license_["scope"] or {**WHOLE, "from": license_["from"], "until": license_["until"]}
    scope = scope_of(kind, form)
    if license_["ended_on"] is None:
        return scope
    period = scope.period & Period(date.min, date.fromisoformat(day_before(license_["ended_on"])))
    return None if period is None else Scope(kind, scope.acts, scope.territory, scope.field, period)


def free_scope(statement: Statement, day: str) -> dict[str, Any]:
    """What of a right can still be licensed from `day` on (M-2).

    `{"ordinary": […], "exclusive": […], "taken_by": […]}`: disjoint scopes open to an ordinary license and
    to an exclusive or sole one, and the ids of the licenses that take the rest. All is empty once the right
    has ended; nothing is open to an exclusive license while an open one is on offer (PL 51). Sublicenses lie
    within their head license and compulsory ones leave all free (R-6).
    """
    last = last_day_in_force(statement)
    if status_on(statement, day) in ENDED_STATUSES or (last is not None and last < day):
        return {"ordinary": [], "exclusive": [], "taken_by": []}
    heads = _heads(statement, day)
    whole = whole_scope(statement, day, last)
    excluding = [license_ for license_ in heads if license_["kind"] in EXCLUDING]
    for_ordinary = remaining(whole, _scopes(statement, excluding))
    others = [license_ for license_ in heads if license_["kind"] not in EXCLUDING]
    for_exclusive = [rest for piece in for_ordinary for rest in remaining(piece, _scopes(statement, others))]
    if open_offer_on(statement, day) is not None:
        for_exclusive = []
    return {
        "ordinary": [_form(piece) for piece in for_ordinary],
        "exclusive": [_form(piece) for piece in for_exclusive],
        "taken_by": [license_["id"] for license_ in heads],
    }


def license_tree(statement: Statement, day: str, *, include_ended: bool = False) -> list[dict[str, Any]]:
    """Licenses on a day, each sublicense behind the license it comes from, one `level` deeper (M-3).

    `state` is `granted` (not begun), `in_force`, `right_ended` or `ended`; `recordal` has the day it is due
    and its `state`: `not_required`, `open`, `overdue`, `filed`, `recorded`, `cancelled`. `duties` are what
    the parties owe (L-4, L-11, L-20). Ended licenses only with `include_ended`.
    """
    known = licenses_known(statement) if include_ended else licenses_on(statement, day)
    found = [license_ for license_ in known if license_["granted_on"] <= day]
    ids = {license_["id"] for license_ in found}
    below: dict[str | None, list[dict[str, Any]]] = {}
    for license_ in found:
        parent = license_["parent"]
        below.setdefault(parent if parent in ids else None, []).append(license_)
    right_ended = status_on(statement, day) in ENDED_STATUSES
    nodes = []
    waiting = [(license_, 0) for license_ in reversed(below.get(None, []))]
    while waiting:
        license_, level = waiting.pop()
        nodes.append(_node(license_, day, level, statement, right_ended=right_ended))
        waiting += [(each, level + 1) for each in reversed(below.get(license_["id"], []))]
    return nodes


def shown(statement: Statement, day: str, *, include_ended: bool = False) -> dict[str, Any]:
    """What `view` shows of a right with contracted licenses or offers: `licenses`, `free_scope`, `offer`.

    `free_scope` is None where there are too many licenses to work it out at once; ask for it by itself.
    """
    if "licenses" not in statement and "license_offers" not in statement:
        return {}
    few = len({repr(license_["scope"]) for license_ in _heads(statement, day)}) <= FREE_SCOPE_MAX
    told = {
        "licenses": license_tree(statement, day, include_ended=include_ended),
        "free_scope": free_scope(statement, day) if few else None,
    }
    offer = open_offer_on(statement, day)
    return told if offer is None else {**told, "open_license": offer}


def _heads(statement: Statement, day: str) -> list[dict[str, Any]]:
    return [
        license_
        for license_ in licenses_on(statement, day)
        if license_["parent"] is None and license_["origin"] != "compulsory"
    ]


def _scopes(statement: Statement, licenses: Iterable[dict[str, Any]]) -> list[Scope]:
    """Each different scope once."""
    kind = statement["right"].split(":")[1]
    scopes = (license_scope(kind, license_) for license_ in licenses)
    return list(dict.fromkeys(scope for scope in scopes if scope is not None))


def _form(scope: Scope) -> dict[str, Any]:
    form = {name: told for name, told in scope.as_json().items() if name not in {"from", "until"}}
    return {**form, **period_form(scope.period)}


def _node(
    license_: dict[str, Any], day: str, level: int, statement: Statement, *, right_ended: bool
) -> dict[str, Any]:
    members = (
        "id", "reference", "origin", "kind", "licensors", "licensees", "scope", "from", "until", "parent",
        "reverse", "contract", "counterpart", "granted_on", "ended_on", "end_cause", "entries",
    )  # fmt: skip
    return {
        "level": level,
        **{member: license_[member] for member in members},
        "state": _state(license_, day, right_ended=right_ended),
        "recordal": {**license_["recordal"], "state": _recordal_state(license_, day)},
        "duties": _duties(license_, statement),
    }


def _state(license_: dict[str, Any], day: str, *, right_ended: bool) -> str:
    if license_["ended_on"] is not None and license_["ended_on"] <= day:
        return "ended"
    if license_["until"] is not None and license_["until"] < day:
        return "ended"
    if right_ended:
        return "right_ended"
    return "granted" if day < license_["from"] else "in_force"


def _recordal_state(license_: dict[str, Any], day: str) -> str:
    recordal = license_["recordal"]
    for member, state in (("cancelled_on", "cancelled"), ("recorded_on", "recorded"), ("filed_on", "filed")):
        if recordal[member] is not None and recordal[member] <= day:
            return state
    if recordal["due_on"] is None:
        return "not_required"
    return "overdue" if recordal["due_on"] < day else "open"


def _duties(license_: dict[str, Any], statement: Statement) -> list[dict[str, Any]]:
    """L-20, L-4, L-11: whose duty, to whom, by which rule; nobody is refused for it, all are reminded."""
    licensors, licensees = license_["licensors"], license_["licensees"]
    kind = statement["right"].split(":")[1]
    duties = []
    if kind == "patent" and license_["origin"] == "contract" and license_["parent"] is None:
        by, to = licensors, licensees
        if license_["maintained_by"] == "licensee":
            by, to = to, by
        duties += [
            {"duty": duty, "of": by, "to": to, "rule": "L-20"} for duty in ("pay_fees", "defend_validity")
        ]
    if kind == "trademark":
        duties.append({"duty": "control_quality", "of": licensors, "to": [], "rule": "L-4"})
    if license_["fee_shared_with"]:
        to = license_["fee_shared_with"]
        duties.append({"duty": "share_fee", "of": licensors, "to": to, "rule": "L-11"})
    return duties
