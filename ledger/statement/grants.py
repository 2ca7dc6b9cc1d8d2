"""Licenses as contracted: who may use what, under which license, until when (L-1 to L-18).

A contract binds its parties without a register, so it is told beside what the register shows
(`encumbrances`), with its own recordal. All is told as facts with their days.
"""

from collections.abc import Callable
from typing import Any, Final

from ledger.facts.base import Fact
from ledger.facts.insolvency import InsolvencyLicenseDecided
from ledger.facts.licenses import (
    CompulsoryLicenseGranted,
    LicenseEnded,
    LicenseGranted,
    LicenseOffered,
    LicenseRecordalFiled,
    LicenseRecorded,
    LicenseTerminated,
    OpenLicenseAccepted,
    OpenLicenseDeclared,
    OpenLicenseWithdrawalFiled,
    UseReported,
)
from ledger.statement.base import Flag, Recorded, names, of_kinds
from ledger.values.dates import day_after

Item = dict[str, Any]

WHOLE: Final[dict[str, Any]] = {"acts": ["*"], "territory": ["*"], "field": ["*"]}
"""Acts, territory and field of a license for everything."""

_GRANTS: Final[frozenset[type[Fact]]] = frozenset(
    (LicenseGranted, OpenLicenseAccepted, CompulsoryLicenseGranted)
)
_LATER: Final[frozenset[type[Fact]]] = frozenset(
    (LicenseRecordalFiled, LicenseRecorded, LicenseEnded, LicenseTerminated, InsolvencyLicenseDecided)
)
_OFFERS: Final[frozenset[type[Fact]]] = frozenset(
    (OpenLicenseDeclared, LicenseOffered, OpenLicenseWithdrawalFiled)
)
_USES: Final[frozenset[type[Fact]]] = frozenset((UseReported,))


def resolve(
    recorded: list[Recorded], registered: list[Item], right: str
) -> tuple[dict[str, list[Item]], list[Flag]]:
    """`licenses`, `license_offers` and `uses` in order of position, absent where empty; and the flags.

    `registered` are the licenses in `encumbrances`; one whose contract was ended gains `contract_ended_on`.
    """
    grants: dict[str, Item] = {}
    for item in of_kinds(recorded, _GRANTS):
        grant = _GRANT[type(item.fact)](item, item.fact)
        grants.setdefault(grant["id"], grant)
    on_register = {each["id"]: each for each in registered if each["kind"] == "license"}
    for item in of_kinds(recorded, _LATER):
        _answer(item, grants, on_register)
    _end_with_parents(grants, on_register)
    found = {
        "licenses": list(grants.values()),
        "license_offers": _offers(of_kinds(recorded, _OFFERS)),
        "uses": [_use(item) for item in of_kinds(recorded, _USES)],
    }
    flags = [flag for grant in found["licenses"] for flag in _flags(grant, right)]
    return {member: items for member, items in found.items() if items}, flags


def _granted(item: Recorded, fact: Any) -> Item:
    assert isinstance(fact, LicenseGranted)
    return _license(
        item,
        fact.license,
        fact.scope,
        origin="contract",
        kind=fact.license_kind,
        licensors=names(fact.licensors),
        licensees=names(fact.licensees),
        parent=fact.parent,
        reverse=fact.reverse,
        sublicense=fact.sublicense,
        subject_to=list(fact.subject_to),
        instead_of_own_use=fact.instead_of_own_use,
        contract=fact.contract,
        counterpart=fact.counterpart,
        fee=fact.fee.model_dump() if fact.fee else None,
        fee_terms=fact.fee_terms,
        fee_shared_with=names(fact.fee_shared_with),
        maintained_by=fact.maintained_by,
        executed_on=fact.executed_on,
        recordal_due_on=fact.recordal_due_on,
        document=fact.document,
    )


def _accepted(item: Recorded, fact: Any) -> Item:
    assert isinstance(fact, OpenLicenseAccepted)
    begins_on = fact.effective_on
    ends = {"until": fact.until} if fact.until else {}
    return _license(
        item,
        fact.license,
        {**WHOLE, "from": begins_on, **ends},
        origin="open_license",
        licensees=names(fact.licensees),
        offer=fact.offer,
        fee=fact.fee.model_dump(),
    )


def _compelled(item: Recorded, fact: Any) -> Item:
    assert isinstance(fact, CompulsoryLicenseGranted)
    ends = {"until": fact.until} if fact.until else {}
    scope = fact.scope or {**WHOLE, "from": item.record.effective_on, **ends}
    return _license(item, fact.license, scope, origin="compulsory", licensees=names(fact.licensees))


_GRANT: Final[dict[type[Fact], Callable[[Recorded, Any], Item]]] = {
    LicenseGranted: _granted,
    OpenLicenseAccepted: _accepted,
    CompulsoryLicenseGranted: _compelled,
}


def _license(
    item: Recorded,
    license_: str,
    scope: dict[str, Any],
    *,
    recordal_due_on: str | None = None,
    **told: Any,
) -> Item:
    """A license with all its members; an ordinary one without authority to sublicense unless told."""
    return {
        "id": license_,
        "reference": item.record.number,
        "kind": "ordinary",
        "licensors": [],
        "scope": scope,
        "from": scope["from"],
        "until": scope.get("until"),
        "parent": None,
        "reverse": False,
        "sublicense": "none",
        "subject_to": [],
        "instead_of_own_use": False,
        "contract": None,
        "counterpart": None,
        "offer": None,
        "fee": None,
        "fee_terms": None,
        "fee_shared_with": [],
        "maintained_by": None,
        "executed_on": None,
        "document": None,
        **told,
        "granted_on": told.get("executed_on") or item.record.effective_on,
        "effective_from": item.record.effective_on,
        "recordal": {
            "due_on": recordal_due_on,
            "filed_on": None,
            "recorded_on": None,
            "number": None,
            "cancelled_on": None,
        },
        "ended_on": None,
        "end_cause": None,
        "entries": list(item.entries),
    }


def _answer(item: Recorded, grants: dict[str, Item], on_register: dict[str, Item]) -> None:
    """What was done with a license later; what speaks of none is flagged by `ledger.statement.licenses`."""
    fact: Any = item.fact
    grant = grants.get(fact.license)
    if grant is None:
        recorded = on_register.get(fact.license)
        if recorded is not None and isinstance(fact, LicenseTerminated):
            recorded.setdefault("contract_ended_on", fact.ended_on)
            recorded["entries"] += item.entries
        return
    grant["entries"] += item.entries
    recordal = grant["recordal"]
    match fact:
        case LicenseRecordalFiled():
            recordal["filed_on"] = recordal["filed_on"] or fact.filed_on
        case LicenseRecorded():
            recordal.update(
                recorded_on=item.record.registered_on, number=item.record.number, cancelled_on=None
            )
        case LicenseEnded() if grant["origin"] != "compulsory":
            recordal["cancelled_on"] = fact.ended_on or item.record.registered_on
        case LicenseEnded() if grant["ended_on"] is None:
            grant.update(ended_on=fact.ended_on or item.record.registered_on, end_cause="authority")
        case LicenseTerminated() if grant["ended_on"] is None:
            grant.update(ended_on=fact.ended_on, end_cause=fact.cause)
        case InsolvencyLicenseDecided(choice="rescinded") if grant["ended_on"] is None:
            grant.update(ended_on=fact.decided_on, end_cause="administrator")


def _end_with_parents(grants: dict[str, Item], on_register: dict[str, Item]) -> None:
    """A sublicense ends at the instant its head license does (CC 867, L-18); a parent stands before it."""
    for grant in grants.values():
        parent = grants.get(grant["parent"]) or on_register.get(grant["parent"])
        if parent is None:
            continue
        ended_on = parent.get("contract_ended_on") or parent["ended_on"]
        if ended_on is not None and (grant["ended_on"] is None or grant["ended_on"] > ended_on):
            grant.update(ended_on=ended_on, end_cause="head_ended")


def _offers(recorded: list[Recorded]) -> list[Item]:
    """What is known of open licenses beyond the register's entry: the declaration, fee and term."""
    offers: dict[str, Item] = {}
    for item in recorded:
        fact: Any = item.fact
        if isinstance(fact, LicenseOffered) and not (fact.fee or fact.fee_terms or fact.license in offers):
            continue
        offer = offers.setdefault(fact.license, {"id": fact.license, **_UNKNOWN_OFFER, "entries": []})
        offer["entries"] += item.entries
        match fact:
            case OpenLicenseDeclared():
                offer.update(
                    declarants=names(fact.declarants),
                    declared_on=fact.executed_on,
                    until=fact.offered_until,
                    **{"from": fact.offered_from},
                )
                _state_fee(offer, fact)
            case LicenseOffered():
                _state_fee(offer, fact)
            case OpenLicenseWithdrawalFiled():
                offer["withdrawal_filed_on"] = fact.filed_on
    return list(offers.values())


_UNKNOWN_OFFER: Final[Item] = {
    "declarants": [],
    "declared_on": None,
    "from": None,
    "until": None,
    "fee": None,
    "fee_terms": None,
    "withdrawal_filed_on": None,
}


def _state_fee(offer: Item, fact: OpenLicenseDeclared | LicenseOffered) -> None:
    """The announcement counts over the declaration, whichever was recorded first."""
    announced = isinstance(fact, LicenseOffered)
    if fact.fee and (announced or offer["fee"] is None):
        offer["fee"] = fact.fee.model_dump()
    if fact.fee_terms and (announced or offer["fee_terms"] is None):
        offer["fee_terms"] = fact.fee_terms


def _use(item: Recorded) -> Item:
    fact = item.fact
    assert isinstance(fact, UseReported)
    return {
        "user": fact.user.name,
        "scope": fact.scope,
        "under": fact.under,
        "entries": list(item.entries),
    }


def _flags(grant: Item, right: str) -> list[Flag]:
    """RECORDAL_OVERDUE from the day after the last one to file (L-14); NOT_OPPOSABLE of a mark (L-15)."""
    recordal, ended_on = grant["recordal"], grant["ended_on"]
    runs_out = day_after(grant["until"]) if grant["until"] else None
    flags = []
    if recordal["due_on"] is not None:
        done = _first(recordal["filed_on"], recordal["recorded_on"], ended_on, runs_out)
        since = day_after(recordal["due_on"])
        if done is None or done > since:
            data = {"reference": grant["id"], "until": recordal["due_on"]}
            flags.append(Flag("RECORDAL_OVERDUE", tuple(grant["entries"]), since, done, data))
    if right.split(":")[1] == "trademark" and grant["origin"] == "contract":
        data = {"reference": grant["id"]}
        entries = tuple(grant["entries"])
        done = _first(recordal["recorded_on"], ended_on, runs_out)
        if done is None or done > grant["effective_from"]:
            flags.append(Flag("NOT_OPPOSABLE", entries, grant["effective_from"], done, data))
        gone = recordal["cancelled_on"]
        if gone is not None and gone < (_first(ended_on, runs_out) or "9999"):
            flags.append(Flag("NOT_OPPOSABLE", entries, gone, _first(ended_on, runs_out), data))
    return flags


def _first(*days: str | None) -> str | None:
    return min((day for day in days if day is not None), default=None)
