"""Questions to a statement about one day: the answers `view` shows and the rules decide on.

`day` is a Shanghai day `YYYY-MM-DD`. Each family's answers are defined once, here.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from ledger.values.calendar import next_working_day
from ledger.values.parties import same_party

Statement = dict[str, Any]

ENDED_STATUSES: Final = frozenset(
    ("LAPSED", "EXPIRED", "SURRENDERED", "DISCONTINUED", "INVALID_FULL", "NOT_RENEWED", "REVOKED")
)
SECURITY: Final = frozenset(("pledge", "lien"))
FREEZES: Final = frozenset(("freeze", "levy"))


@dataclass(frozen=True, slots=True)
class Holding:
    """An owner of record on a day, with its exact share and the names it bore before."""

    name: str
    share: Fraction
    former: tuple[str, ...]

    def is_called(self, name: str) -> bool:
        """Whether `name` is this owner's."""
        return any(same_party(own, name) for own in (self.name, *self.former))


def owners_on(statement: Statement, day: str) -> list[dict[str, Any]]:
    """The owners of record, as the statement tells them."""
    found: list[dict[str, Any]] = []
    for period in statement["titles"]:
        if period["from"] is not None and period["from"] > day:
            break
        found = period["owners"]
    return found


def holdings_on(statement: Statement, day: str) -> list[Holding]:
    """The owners of record with their shares as numbers."""
    return [
        Holding(owner["name"], Fraction(*owner["share"]), tuple(owner["former_names"]))
        for owner in owners_on(statement, day)
    ]


def status_on(statement: Statement, day: str) -> str:
    """How the right stands on a day (A-3).

    `APPLICATION`, `IN_FORCE`, `INVALID_PART`; `FEE_LATE` and `RENEWAL_GRACE`, in which it is in force (A-6,
    TML 40); or how it ended: one of `ENDED_STATUSES`. An end that was reported while procedures stood still
    begins when they go on (A-8).
    """
    status = "APPLICATION"
    for interval in statement["status"]:
        if interval["from"] is None or interval["from"] <= day:
            status = interval["status"]
    if status in ENDED_STATUSES:
        return str(status)
    stayed = _stayed_end_on(statement, day)
    if stayed is not None:
        return stayed
    expires_on = statement["expires_on"]
    if expires_on is not None and expires_on < day:
        return _after_term(statement, day)
    return "FEE_LATE" if status == "IN_FORCE" and fees_late_on(statement, day) else str(status)


def _after_term(statement: Statement, day: str) -> str:
    renewal = statement.get("renewal")
    if renewal is None:
        return "EXPIRED"
    return "RENEWAL_GRACE" if day <= renewal["grace_until"] else "NOT_RENEWED"


def _stayed_end_on(statement: Statement, day: str) -> str | None:
    for end in statement.get("stayed", ()):
        begins = stayed_until(statement, end["recorded_on"])
        if begins is not None and max(begins, end["from"]) <= day:
            return str(end["status"])
    return None


def stayed_until(statement: Statement, since: str) -> str | None:
    """The first day from `since` on which neither freeze nor suspension holds procedures up; None if none."""
    held = [
        item for item in statement["encumbrances"] if item["kind"] in FREEZES
    ] + list(statement.get("suspensions", ()))  # fmt: skip
    ends = [item["ended_on"] for item in held] + [_day_after(item["until"]) for item in held]
    days: set[str] = {since, *(end for end in ends if end is not None and end > since)}
    for day in sorted(days):
        if not freezes_on(statement, day) and not suspensions_on(statement, day):
            return day
    return None


def _day_after(day: str | None) -> str | None:
    return None if day is None else (date.fromisoformat(day) + timedelta(1)).isoformat()


def fees_late_on(statement: Statement, day: str) -> bool:
    """Whether an annual fee that was due before `day` is known to have been unpaid on it (PIR 115, A-6).

    Silence is no default: where nobody said whether a fee was paid, `fees.unsettled_on` says so.
    """
    return bool(late_fees_on(statement, day))


def late_fees_on(statement: Statement, day: str) -> list[dict[str, Any]]:
    """The fees known to be unpaid after their due day, the earliest first."""
    return [fee for fee in statement.get("fees", ()) if _is_late(fee, day)]


def payable_until(day: str) -> str:
    """The day by which an office takes what is due on `day`: after a holiday the next working day (PIR 5)."""
    return next_working_day(date.fromisoformat(day)).day.isoformat()


def _is_late(fee: dict[str, Any], day: str) -> bool:
    due_on = payable_until(fee["due_on"])
    if due_on >= day:
        return False
    if fee["paid_on"] is None:
        return fee["unpaid_on"] is not None
    return bool(max(fee["paid_on"], due_on) > day)


def is_granted_on(statement: Statement, day: str) -> bool:
    """Whether the right had come into being: granted or registered; works and software need neither (CL 2).

    It may have ended since. A right that was finally invalid never was (PL 47).
    """
    if statement["right"].split(":")[1] in {"copyright", "software"}:
        return status_on(statement, day) != "INVALID_FULL"
    return any(
        interval["status"] in {"IN_FORCE", "INVALID_PART"}
        and (interval["from"] is None or interval["from"] <= day)
        for interval in statement["status"]
    )


def invalidation_pending_on(statement: Statement, day: str) -> bool:
    """Whether an invalidation was requested and has not ended, or was decided and is not final (A-4)."""
    requested = any(
        case["requested_on"] <= day and (case["ended_on"] is None or case["ended_on"] > day)
        for case in statement.get("invalidations", ())
    )
    return requested or any(
        flag["code"] == "INVALIDATION_DECIDED_NOT_FINAL"
        and (flag["since"] is None or flag["since"] <= day)
        and (flag["until"] is None or flag["until"] > day)
        for flag in statement["flags"]
    )


def dispute_on(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Disputes about who owns the right, or about the right itself, that run on a day."""
    return [
        dispute
        for dispute in statement.get("disputes", ())
        if dispute["from"] <= day and (dispute["ended_on"] is None or dispute["ended_on"] > day)
    ]


def bundle_of(statement: Statement) -> list[str]:
    """Ids of all marks that go together, this one among them; empty where no list names it (T-13).

    Lists add up: that an older one was wrong is said by a correction of it.
    """
    return sorted({right for known in statement.get("similar_marks", ()) for right in known["rights"]})


def extract_age(statement: Statement, day: str) -> int | None:
    """Days from the newest register extract by then to `day`; None where none is told (A-10)."""
    known = [each["on"] for each in statement.get("extracts", ()) if each["on"] <= day]
    return None if not known else (date.fromisoformat(day) - date.fromisoformat(max(known))).days


def has_ended(item: dict[str, Any], day: str) -> bool:
    """Released on a day is free on that day; a freeze runs to 24:00 of its last day (F-3)."""
    if item["ended_on"] is not None and item["ended_on"] <= day:
        return True
    return item["until"] is not None and item["until"] < day


def stands(item: dict[str, Any], day: str) -> bool:
    """Whether an encumbrance stands in the register on a day."""
    return bool(item["registered_on"] <= day and not has_ended(item, day))


def standing_on(statement: Statement, kinds: frozenset[str], day: str) -> list[dict[str, Any]]:
    """Encumbrances of these kinds that stand."""
    return [item for item in statement["encumbrances"] if item["kind"] in kinds and stands(item, day)]


def pledges_on(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Registered pledges and liens that stand; never contracted or held ones (N-9)."""
    return standing_on(statement, SECURITY, day)


def contracted_pledges(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Pledge contracts that led to no registration on this right by then: no pledge, no rank (P-3, N-9).

    Those applied for and those the office refused are among them; a registration the office revoked counts
    as never made (R-5).
    """
    registered = {
        item["contract"]
        for item in statement["encumbrances"]
        if item.get("contract") and item["registered_on"] <= day and item["end_state"] != "revoked"
    }
    return [
        contract
        for contract in statement.get("pledges", ())
        if contract["executed_on"] <= day and contract["id"] not in registered
    ]


def pledge_contract(statement: Statement, pledge: str) -> dict[str, Any] | None:
    """The contract behind a pledge, by its own id or by that of its entry in the register."""
    ids = {pledge} | {
        item["contract"]
        for item in statement["encumbrances"]
        if item["id"] == pledge and item.get("contract")
    }
    return next((each for each in statement.get("pledges", ()) if each["id"] in ids), None)


def holders_on(item: dict[str, Any], day: str) -> list[str]:
    """Holders of record of an encumbrance."""
    held = [step for step in item["holders"] if step["from"] <= day] or item["holders"][:1]
    return list(held[-1]["names"])


def freezes_on(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Freezes in effect; one that waits behind another is not (F-5)."""
    return standing_on(statement, FREEZES, day)


def consents_on(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Consents given by then, not withdrawn and not run out."""
    return [
        consent
        for consent in statement.get("consents", ())
        if consent["given_on"] <= day
        and (consent["withdrawn_on"] is None or consent["withdrawn_on"] > day)
        and (consent["until"] is None or consent["until"] >= day)
    ]


def documents_on(statement: Statement, kind: str, day: str) -> list[dict[str, Any]]:
    """Documents of a kind that count on a day."""
    return [
        document
        for document in statement.get("documents", ())
        if document["kind"] == kind
        and document["from"] <= day
        and (document["until"] is None or document["until"] >= day)
    ]


def suspensions_on(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Suspensions of procedures for an ownership dispute in effect on a day (F-12)."""
    return [
        item
        for item in statement.get("suspensions", ())
        if item["from"] <= day
        and (item["until"] is None or item["until"] >= day)
        and (item["ended_on"] is None or item["ended_on"] > day)
    ]


def insolvencies_on(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Insolvency proceedings open on a day that concern the right (F-13)."""
    return [
        case
        for case in statement.get("insolvencies", ())
        if case["accepted_on"] <= day and (case["ended_on"] is None or case["ended_on"] > day)
    ]


def last_day_in_force(statement: Statement) -> str | None:
    """Last day of the right's term as known; None where nobody told it or it cannot be computed."""
    expires_on: str | None = statement["expires_on"]
    return expires_on


def pending_transfers_on(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Transfers signed by then that no register has taken up, overtaken or seen taken back (T-4, T-21)."""
    return [
        contract
        for contract in statement.get("transfers", ())
        if contract["executed_on"] <= day
        and (contract["ended_on"] is None or contract["ended_on"] > day)
        and contract["state"] != "retracted"
    ]


def licenses_known(statement: Statement) -> list[dict[str, Any]]:
    """Every license ever granted, ended ones too: contracted ones, then those the register alone shows.

    Members: `id`, `reference`, `origin` (`contract`, `open_license`, `compulsory`, `register`), `kind`,
    `licensors`, `licensees`, `scope` (None where nobody tells it: it may be the whole right), `from` and
    `until` of that scope, `granted_on`, `effective_from`, `parent`, `reverse`, `sublicense`, `subject_to`,
    `instead_of_own_use`, `recordal`, `ended_on` (it counts no more on that day).
    """
    granted: list[dict[str, Any]] = statement.get("licenses", [])
    known = {license_["id"] for license_ in granted}
    return granted + [
        _on_register_alone(item)
        for item in statement["encumbrances"]
        if item["kind"] == "license" and item["id"] not in known
    ]


def licenses_on(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Licenses granted by a day that have not ended on it, recorded or not; some may only begin later.

    See `licenses_known`. Held acts are no licenses (N-9).
    """
    return [
        license_
        for license_ in licenses_known(statement)
        if license_["granted_on"] <= day
        and (license_["ended_on"] is None or license_["ended_on"] > day)
        and (license_["until"] is None or license_["until"] >= day)
    ]


def _on_register_alone(item: dict[str, Any]) -> dict[str, Any]:
    granted_on = min(item["executed_on"] or item["registered_on"], item["registered_on"])
    scope = item.get("scope")
    ends = [day for day in (item["ended_on"], item.get("contract_ended_on")) if day]
    return {
        "id": item["id"],
        "reference": item["reference"],
        "origin": "register",
        "kind": item["detail"],
        "licensors": item["grantors"],
        "licensees": item["holders"][-1]["names"],
        "scope": scope,
        "from": scope["from"] if scope else granted_on,
        "until": item["until"],
        "granted_on": granted_on,
        "effective_from": granted_on,
        "parent": None,
        "reverse": False,
        "sublicense": "none",
        "subject_to": [],
        "instead_of_own_use": False,
        "contract": None,
        "counterpart": None,
        "fee_shared_with": [],
        "maintained_by": None,
        "document": None,
        "recordal": {
            "due_on": None,
            "filed_on": None,
            "recorded_on": item["registered_on"],
            "number": item["reference"],
            "cancelled_on": item["ended_on"],
        },
        "ended_on": min(ends, default=None),
        "end_cause": None,
        "entries": item["entries"],
    }


def open_offers(statement: Statement) -> list[dict[str, Any]]:
    """Every open license ever published.

    Members: `id`, `number`, `published_on`, `withdrawn_on`, `until`, `fee`, `fee_terms`,
    `withdrawal_filed_on`; fee and term are None where neither owner nor office told them.
    """
    told = {offer["id"]: offer for offer in statement.get("license_offers", ())}
    return [
        {
            "id": item["id"],
            "number": item["reference"],
            "published_on": item["registered_on"],
            "withdrawn_on": item["ended_on"],
            "until": item["until"] or (offer or {}).get("until"),
            "fee": (offer or {}).get("fee"),
            "fee_terms": (offer or {}).get("fee_terms"),
            "withdrawal_filed_on": (offer or {}).get("withdrawal_filed_on"),
        }
        for item in statement["encumbrances"]
        if item["kind"] == "open_license"
        for offer in (told.get(item["id"]),)
    ]


def open_offer_on(statement: Statement, day: str) -> dict[str, Any] | None:
    """The open license on offer on a day: published, not withdrawn by an announcement, not run out (L-13)."""
    for offer in open_offers(statement):
        withdrawn_on, until = offer["withdrawn_on"], offer["until"]
        if (
            offer["published_on"] <= day
            and (withdrawn_on is None or withdrawn_on > day)
            and (until is None or until >= day)
        ):
            return offer
    return None
