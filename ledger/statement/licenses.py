"""Which licenses and open-license offers stand in the register (L-1, L-14, L-18).

What was contracted, recorded or not, is told by `ledger.statement.grants`.
"""

from typing import Any, Final, get_args

from ledger.facts.base import Fact
from ledger.facts.licenses import (
    CompulsoryLicenseGranted,
    LicenseChanged,
    LicenseEnded,
    LicenseGranted,
    LicenseOffered,
    LicenseOfferWithdrawn,
    LicenseRecorded,
)
from ledger.statement.base import Flag, Recorded, names, of_kinds

_Later = LicenseChanged | LicenseEnded | LicenseOfferWithdrawn
_KINDS: Final = frozenset((LicenseRecorded, LicenseOffered, *get_args(_Later)))
_GRANTS: Final[frozenset[type[Fact]]] = frozenset((LicenseGranted, CompulsoryLicenseGranted))


def resolve(recorded: list[Recorded]) -> tuple[list[dict[str, Any]], list[Flag]]:
    """Licenses and open-license offers in order of recording, and the flags on them."""
    licenses: dict[str, dict[str, Any]] = {}
    flags: list[Flag] = []
    granted = {getattr(item.fact, "license", None) for item in of_kinds(recorded, _GRANTS)}
    ordered = sorted(of_kinds(recorded, _KINDS), key=lambda item: item.record.register_order)
    for item in ordered:
        if isinstance(item.fact, LicenseRecorded | LicenseOffered):
            licenses[item.fact.license] = _license(item)
    for item in ordered:
        if isinstance(item.fact, _Later):
            found = _answer(item, item.fact, licenses)
            flags += [] if item.fact.license in granted else found
    return list(licenses.values()), flags


def _license(item: Recorded) -> dict[str, Any]:
    fact = item.fact
    assert isinstance(fact, LicenseRecorded | LicenseOffered)
    offered = isinstance(fact, LicenseOffered)
    told = {"scope": fact.scope} if isinstance(fact, LicenseRecorded) and fact.scope else {}
    return {
        "kind": "open_license" if isinstance(fact, LicenseOffered) else "license",
        "id": fact.license,
        "register": item.record.register,
        "reference": item.record.number,
        "grantors": [] if isinstance(fact, LicenseOffered) else names(fact.licensors),
        "holders": [
            {
                "from": item.record.registered_on,
                "names": [] if isinstance(fact, LicenseOffered) else names(fact.licensees),
            }
        ],
        "executed_on": fact.executed_on,
        "registered_on": item.record.registered_on,
        "until": fact.offered_until if isinstance(fact, LicenseOffered) else (fact.scope or {}).get("until"),
        "ended_on": None,
        "ended_by": None,
        "end_state": None,
        "detail": None if offered else (getattr(fact, "license_kind", None) or "ordinary"),
        "changes": [],
        "entries": list(item.entries),
        **told,
    }


def _answer(item: Recorded, fact: _Later, licenses: dict[str, dict[str, Any]]) -> list[Flag]:
    license_ = licenses.get(fact.license)
    if license_ is None:
        return [
            Flag(
                "LICENSE_REFERENCE_UNKNOWN",
                item.entries,
                since=item.record.registered_on,
                data={"number": item.record.number, "reference": fact.license},
            )
        ]
    license_["entries"] += item.entries
    if isinstance(fact, LicenseChanged):
        license_["changes"].append(
            {"on": item.record.registered_on, "item": fact.item, "before": fact.before, "after": fact.after}
        )
    elif license_["ended_on"] is None:
        ended_on = fact.ended_on if isinstance(fact, LicenseEnded) else None
        license_["ended_on"] = ended_on or item.record.registered_on
        license_["ended_by"] = item.record.number
        license_["end_state"] = "cancelled" if isinstance(fact, LicenseEnded) else "withdrawn"
    return []
