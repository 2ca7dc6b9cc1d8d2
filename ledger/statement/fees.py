"""Annual fees, as far as anybody told of them (A-ID4): due days, late periods, payments.

`fees` is absent where nothing was told. What is due by law and whether it was paid is a question on a day:
`unsettled_on` answers it for rights whose filing and grant are known.
"""

from datetime import date
from typing import Any, Final

from ledger.errors import InputRejected
from ledger.facts.base import Fact
from ledger.facts.status import FeePaid, FeeUnpaid, RightRestored
from ledger.statement.base import Recorded, of_kinds
from ledger.statement.reading import ENDED_STATUSES, Statement, payable_until, status_on
from ledger.statement.registrations import Description
from ledger.values.calendar import add_months
from ledger.values.dates import LATEST, parse_day
from ledger.values.terms import annual_fee, annual_fees

_KINDS: Final[frozenset[type[Fact]]] = frozenset((FeePaid, FeeUnpaid, RightRestored))


def resolve(recorded: list[Recorded], description: Description) -> dict[str, list[dict[str, Any]]]:
    """A-ID4: `fees` by due day, `{"year", "due_on", "late_until", "paid_on", "unpaid_on", "entries"}`.

    A restoration settles what was unpaid until then: it is not granted otherwise (PIR 6).
    """
    fees: dict[str, dict[str, Any]] = {}
    for item in sorted(of_kinds(recorded, _KINDS), key=lambda item: item.record.register_order):
        match item.fact:
            case FeePaid() as fact:
                fee = _fee(fees, item, fact, description)
                fee["paid_on"] = min(fact.paid_on, fee["paid_on"] or fact.paid_on)
            case FeeUnpaid() as fact:
                fee = _fee(fees, item, fact, description)
                fee["unpaid_on"] = max(fact.stated_on, fee["unpaid_on"] or fact.stated_on)
            case RightRestored():
                _settle(fees, item)
    return {"fees": [fees[due_on] for due_on in sorted(fees)]} if fees else {}


def unsettled_on(statement: Statement, day: str) -> list[tuple[str, list[int], dict[str, Any]]]:
    """What is to be said of fees on a day, as code, entries and data of a flag.

    `FEE_STATUS_UNKNOWN`: a fee fell due and nobody said whether it was paid, so that the right may be in its
    late period. `LAPSE_EXPECTED`: a fee is known to be unpaid past its late period, and no lapse is reported.
    """
    if status_on(statement, day) in ENDED_STATUSES:
        return []
    known = statement.get("fees", [])
    found: list[tuple[str, list[int], dict[str, Any]]] = [
        (
            "LAPSE_EXPECTED",
            fee["entries"],
            {
                "right": statement["right"],
                "day": fee["due_on"],
                "until": payable_until(fee["late_until"]),
            },
        )
        for fee in known
        if fee["unpaid_on"] is not None and fee["paid_on"] is None and payable_until(fee["late_until"]) < day
    ]
    due = _last_due(statement, day)
    if due is not None and not any(fee["due_on"] >= due[0] for fee in known):
        data = {"right": statement["right"], "day": due[0], "until": due[1]}
        found.append(("FEE_STATUS_UNKNOWN", [], data))
    return found


def _last_due(statement: Statement, day: str) -> tuple[str, str] | None:
    """Due day and end of the late period of the last fee of a Chinese patent that was due before `day`."""
    filed_on = statement.get("details", {}).get("counting_on") or statement["filed_on"]
    granted = [interval["from"] for interval in statement["status"] if interval["status"] == "IN_FORCE"]
    told = "details" in statement or "fees" in statement
    if not (told and statement["right"].startswith("CN:patent:") and filed_on and granted and granted[0]):
        return None
    try:
        fees = annual_fees(
            parse_day(filed_on), parse_day(granted[0]), parse_day(statement["expires_on"] or day)
        )
    except InputRejected:
        return None
    due = [fee for fee in fees if payable_until(fee.due_on.isoformat()) < day]
    return (due[-1].due_on.isoformat(), due[-1].late_until.isoformat()) if due else None


def _fee(
    fees: dict[str, dict[str, Any]], item: Recorded, fact: FeePaid | FeeUnpaid, description: Description
) -> dict[str, Any]:
    due_on = fact.due_on or _reckoned(fact, description)
    # Nobody told the day: the payment was in time, what is unpaid is late from the day it was said.
    due_on = due_on or (fact.paid_on if isinstance(fact, FeePaid) else fact.stated_on)
    fee = fees.setdefault(
        due_on,
        {
            "year": fact.year,
            "due_on": due_on,
            "late_until": _late_until(parse_day(due_on)),
            "paid_on": None,
            "unpaid_on": None,
            "entries": [],
        },
    )
    fee["year"] = fee["year"] or fact.year
    fee["entries"] += item.entries
    return fee


def _reckoned(fact: FeePaid | FeeUnpaid, description: Description) -> str | None:
    filed_on = (description.details or {}).get("counting_on") or description.filed_on
    if fact.year is None or filed_on is None:
        return None
    try:
        return annual_fee(parse_day(filed_on), fact.year).due_on.isoformat()
    except InputRejected:
        return None


def _late_until(due_on: date) -> str:
    return (LATEST if due_on.year >= LATEST.year else add_months(due_on, 6)).isoformat()


def _settle(fees: dict[str, dict[str, Any]], item: Recorded) -> None:
    for fee in fees.values():
        if fee["paid_on"] is None and fee["due_on"] <= item.record.registered_on:
            fee["paid_on"] = item.record.registered_on
            fee["entries"] += item.entries
