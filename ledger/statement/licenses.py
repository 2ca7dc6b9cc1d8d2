"""Which licenses stand on the right (L-1, L-14, L-18)."""

from typing import Any, Final, get_args

from ledger.facts.licenses import (
    LicenseChanged,
    LicenseEnded,
    LicenseOffered,
    LicenseOfferWithdrawn,
    LicenseRecorded,
)
from ledger.statement.base import Flag, Recorded, names, of_kinds

_Later = LicenseChanged | LicenseEnded | LicenseOfferWithdrawn
_KINDS: Final = frozenset((LicenseRecorded, LicenseOffered, *get_args(_Later)))


def resolve(recorded: list[Recorded]) -> tuple[list[dict[str, Any]], list[Flag]]:
    """Licenses and open-license offers in order of recording, and the flags on them."""
    licenses: dict[str, dict[str, Any]] = {}
    flags: list[Flag] = []
    ordered = sorted(of_kinds(recorded, _KINDS), key=lambda item: item.record.register_order)
    for item in ordered:
        if isinstance(item.fact, LicenseRecorded | LicenseOffered):
            licenses[item.fact.license] = _license(item)
    for item in ordered:
        if isinstance(item.fact, _Later):
            flags += _answer(item, item.fact, licenses)
    return list(licenses.values()), flags


def _license(item: Recorded) -> dict[str, Any]:
    fact = item.fact
    assert isinstance(fact, LicenseRecorded | LicenseOffered)
    offered = isinstance(fact, LicenseOffered)
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
        "until": None,
        "ended_on": None,
        "ended_by": None,
        "end_state": None,
        "detail": None if offered else (getattr(fact, "license_kind", None) or "ordinary"),
        "changes": [],
        "entries": list(item.entries),
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
