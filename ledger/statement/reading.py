"""Questions to a statement about one day: the answers `view` shows and the rules decide on.

`day` is a Shanghai day `YYYY-MM-DD`. Each family's answers are defined once, here.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

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
    """`APPLICATION`, `IN_FORCE`, or how it ended (A-3)."""
    status = "APPLICATION"
    for interval in statement["status"]:
        if interval["from"] is None or interval["from"] <= day:
            status = interval["status"]
    expires_on = statement["expires_on"]
    if expires_on is not None and expires_on < day and status not in ENDED_STATUSES:
        return "EXPIRED"
    return str(status)


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


def last_day_in_force(statement: Statement) -> str | None:
    """Last day of the right's term as known; None where nobody told it or it cannot be computed."""
    expires_on: str | None = statement["expires_on"]
    return expires_on
