"""Licenses, freezes and dates of one right, each a question of its own (M-2, M-3, M-9, J-10, B-9, B-10)."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from ledger.errors import InputRejected, RightUnknown
from ledger.statement.acts import held_on
from ledger.statement.claims import terms_on
from ledger.statement.contributions import contribution_on
from ledger.statement.freezes import freeze_queue
from ledger.statement.license_tree import free_scope, license_tree
from ledger.statement.pledge_contracts import state_on
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    contracted_pledges,
    insolvencies_on,
    last_day_in_force,
    licenses_on,
    open_offer_on,
    owners_on,
    payable_until,
    pending_transfers_on,
    pledges_on,
    status_on,
    suspensions_on,
)
from ledger.values.dates import parse_day
from ledger.values.terms import annual_fees, us_maintenance_fees
from projections.dossiers import Asked, asked, statements
from projections.rights import resolve_right
from projections.views import Views

Json = dict[str, Any]

_RECORDAL_DONE: Final = ("filed_on", "recorded_on")


def licenses(
    views: Views,
    notation: str,
    *,
    as_of: date | datetime | None = None,
    known_at: datetime | None = None,
    include_ended: bool = False,
) -> Json:
    """The tree of licenses on a right (M-3), what of it is still free to license (M-2), and its open license.

    Members of `ledger.statement.license_tree`: `licenses`, `free_scope`, `open_license` (None where none).

    Raises:
        RightUnknown, RightAmbiguous, StorageUnavailable, ProjectionBehind
    """
    statement, about = _of_right(views, notation, as_of, known_at)
    return {
        "right": statement["right"],
        "title": statement["title"],
        "status": status_on(statement, about.day),
        **about.as_json(),
        "licenses": license_tree(statement, about.day, include_ended=include_ended),
        "free_scope": free_scope(statement, about.day),
        "open_license": open_offer_on(statement, about.day),
    }


def freezes(
    views: Views, notation: str, *, as_of: date | datetime | None = None, known_at: datetime | None = None
) -> Json:
    """The queue of freezes (J-10): `live`, `waiting` in order of service, `unserved`; what else holds it up.

    Raises:
        RightUnknown, RightAmbiguous, StorageUnavailable, ProjectionBehind
    """
    statement, about = _of_right(views, notation, as_of, known_at)
    members = ("id", "reference", "register", "holders", "from", "until", "entries")
    accepted = ("id", "reference", "register", "party", "accepted_on", "entries")
    return {
        "right": statement["right"],
        "title": statement["title"],
        "status": status_on(statement, about.day),
        **about.as_json(),
        **freeze_queue(statement, about.day),
        "suspensions": [
            {member: item[member] for member in members} for item in suspensions_on(statement, about.day)
        ],
        "insolvencies": [
            {member: case[member] for member in accepted} for case in insolvencies_on(statement, about.day)
        ],
    }


def calendar(
    views: Views, notation: str, *, as_of: date | datetime | None = None, known_at: datetime | None = None
) -> Json:
    """Dates of a right: `fees` from the day on (B-9), `terms` of its pledges (B-10), `pending` acts (M-9).

    Each of `fees`: `kind` (`annual`, `renewal`, `maintenance`), `year`, `due_on` (moved to a working day),
    `late_until`, `state` (`DUE`, `LATE`, or `UNKNOWN`: nobody said whether it was paid), `payer`.
    Each of `terms`: what of the right's term is left after the debt, in days, negative where it ends first.
    Each of `pending`: `kind`, `id`, `state`, `since`, `due_on` (None where no term runs), `entries`.

    Raises:
        RightUnknown, RightAmbiguous, StorageUnavailable, ProjectionBehind
    """
    statement, about = _of_right(views, notation, as_of, known_at)
    day = about.day
    return {
        "right": statement["right"],
        "title": statement["title"],
        "status": status_on(statement, day),
        "expires_on": last_day_in_force(statement),
        **about.as_json(),
        "fees": list(fee_calendar(statement, day)),
        "terms": [_term(statement, item, day) for item in pledges_on(statement, day)],
        "pending": sorted(
            pending_on(statement, day), key=lambda each: (each["due_on"] or "9", each["since"])
        ),
    }


def fee_calendar(statement: Statement, day: str) -> Iterator[Json]:
    """B-9: fees not settled on a day, and those to come; none once the right has ended."""
    if status_on(statement, day) in ENDED_STATUSES:
        return
    payer = _payer(statement, day)
    known = {fee["due_on"]: fee for fee in statement.get("fees", ())}
    dues = {due_on: (kind, year, late) for kind, year, due_on, late in scheduled_fees(statement)}
    dues |= {due_on: ("annual", fee["year"], fee["late_until"]) for due_on, fee in known.items()}
    told_to = max(known, default="")
    for due_on, (kind, year, late_until) in sorted(dues.items()):
        state = _fee_state(known.get(due_on), due_on, day, told_to)
        if state != "PAID" and (payable_until(late_until) >= day or state == "LATE"):
            yield {
                "kind": kind,
                "year": year,
                "due_on": payable_until(due_on),
                "late_until": payable_until(late_until),
                "state": state,
                "payer": payer,
            }


def scheduled_fees(statement: Statement) -> Iterator[tuple[str, int | None, str, str]]:
    """What the law makes due to keep a right: kind, year, due day, last day to pay late; not rolled (N-4).

    Annual fees of Chinese patents after grant (PIR 115), renewal of marks (TML 40), maintenance fees of US
    utility patents (37 CFR 1.362) whose filing is known; nothing where the days are not known.
    """
    office, kind, _ = statement["right"].split(":", 2)
    expires_on, renewal = statement["expires_on"], statement.get("renewal")
    if kind == "trademark" and expires_on and renewal:
        yield ("renewal", None, expires_on, renewal["grace_until"])
        return
    granted = [each["from"] for each in statement["status"] if each["status"] == "IN_FORCE" and each["from"]]
    filed_on = statement.get("details", {}).get("counting_on") or statement["filed_on"]
    if kind != "patent" or not granted or not filed_on or not expires_on:
        return
    if office == "CN" or (office == "US" and statement["sort"] == "invention"):
        yield from _patent_fees(office, filed_on, granted[0], expires_on)


@lru_cache(maxsize=65536)
def _patent_fees(
    office: str, filed_on: str, granted_on: str, expires_on: str
) -> tuple[tuple[str, int | None, str, str], ...]:
    filed, granted = parse_day(filed_on), parse_day(granted_on)
    try:
        if office == "CN":
            fees = annual_fees(filed, granted, parse_day(expires_on))
            return tuple(
                ("annual", fee.year, fee.due_on.isoformat(), fee.late_until.isoformat()) for fee in fees
            )
        return tuple(
            ("maintenance", None, fee.due_on.isoformat(), fee.grace_until.isoformat())
            for fee in us_maintenance_fees(granted)
        )
    except InputRejected:
        return ()


def pending_on(statement: Statement, day: str) -> Iterator[Json]:
    """M-9: acts that wait for something on a day, with the day it is due where there is one."""
    for act in held_on(statement, day):
        told = {"since": act["held_on"], "due_on": act["until"], "entries": act["entries"]}
        yield {"kind": "held_act", "id": act["act"], "state": act["state"], "what": act["kind"], **told}
    for contract in contracted_pledges(statement, day):
        told = {"since": contract["executed_on"], "due_on": None, "entries": contract["entries"]}
        state, _ = state_on(contract, day)
        yield {"kind": "pledge_registration", "id": contract["id"], "state": state, "what": None, **told}
    for contract in pending_transfers_on(statement, day):
        told = {"since": contract["executed_on"], "due_on": None, "entries": contract["entries"]}
        yield {
            "kind": "transfer_registration",
            "id": contract["id"],
            "state": "pending",
            "what": None,
            **told,
        }
    for license_ in licenses_on(statement, day):
        recordal = license_["recordal"]
        if recordal["due_on"] is None or any(
            recordal[step] is not None and recordal[step] <= day for step in _RECORDAL_DONE
        ):
            continue
        state = "overdue" if recordal["due_on"] < day else "open"
        told = {"since": license_["granted_on"], "due_on": recordal["due_on"], "entries": license_["entries"]}
        yield {"kind": "license_recordal", "id": license_["id"], "state": state, "what": None, **told}
    for each in statement.get("contributions", ()):
        if each["declared_on"] <= day and (state := contribution_on(each, day)) != "PAID_IN":
            told = {"since": each["declared_on"], "due_on": each["due_on"], "entries": each["entries"]}
            yield {"kind": "contribution", "id": each["id"], "state": state, "what": None, **told}


def _of_right(
    views: Views, notation: str, as_of: date | datetime | None, known_at: datetime | None
) -> tuple[Statement, Asked]:
    right = resolve_right(views, notation)
    about = asked(views, as_of, known_at)
    known = statements(views, [right], about.position)
    if right not in known:
        raise RightUnknown(right)
    return known[right], about


def _payer(statement: Statement, day: str) -> list[str]:
    """Who keeps the right up: its owners, unless a license leaves that to the licensee (L-20)."""
    for license_ in licenses_on(statement, day):
        if license_["maintained_by"] == "licensee":
            return list(license_["licensees"])
    return [owner["name"] for owner in owners_on(statement, day)]


def _fee_state(fee: Json | None, due_on: str, day: str, told_to: str) -> str:
    """A fee behind one that was told of is settled: an office takes no later year while one is open."""
    if fee is not None and fee["paid_on"] is not None and fee["paid_on"] <= day:
        return "PAID"
    if payable_until(due_on) >= day:
        return "DUE"
    if fee is not None and fee["unpaid_on"] is not None:
        return "LATE"
    return "PAID" if due_on < told_to else "UNKNOWN"


def _term(statement: Statement, item: Json, day: str) -> Json:
    """B-10: days of the right's term, and of the registration's, after the debt is due."""
    debt_until = terms_on(statement, item["id"], day)["debt_until"]
    expires_on = last_day_in_force(statement)
    return {
        "pledge": item["id"],
        "reference": item["reference"],
        "debt_until": debt_until,
        "expires_on": expires_on,
        "margin_days": _days_between(debt_until, expires_on),
        "registration_until": item["until"],
        "registration_margin_days": _days_between(debt_until, item["until"]),
    }


def _days_between(first: str | None, last: str | None) -> int | None:
    return None if first is None or last is None else (parse_day(last) - parse_day(first)).days
