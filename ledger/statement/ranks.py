"""The order of pledges on a right (P-7, P-8): by registration alone, per right, on a day.

A day's pledges rank by the times the register shows; where it shows none for one of them, all of that day
rank equally. A registered swap puts two pledges in each other's place. What a change adds to the secured
amount ranks from the registration of that change.
"""

from collections.abc import Iterable
from typing import Any

from ledger.statement.reading import SECURITY, Statement, pledges_on
from ledger.statement.secured import secured_parts

Item = dict[str, Any]
_Place = tuple[str, str | None]
"""Day and time of registration."""


def places_on(statement: Statement, day: str) -> dict[str, _Place]:
    """The place of every security interest registered by `day`, live or ended, by its id."""
    secured = [item for item in statement["encumbrances"] if item["kind"] in SECURITY]
    places = {item["id"]: (item["registered_on"], item.get("time")) for item in secured}
    for swap in statement.get("rank_swaps", ()):
        one, other = swap["pledges"]
        if swap["on"] <= day and one in places and other in places:
            places[one], places[other] = places[other], places[one]
    return places


def ranked_on(statement: Statement, day: str) -> list[list[Item]]:
    """P-7: registered pledges that stand, in groups of equal rank, the first group first."""
    places = places_on(statement, day)
    standing = sorted(pledges_on(statement, day), key=_by_reference)
    return _grouped((places[item["id"]], item) for item in standing)


def ranks_on(statement: Statement, day: str) -> dict[str, int]:
    """The rank of each by id: 1 for the first; after two at rank 1 comes 3."""
    ranks: dict[str, int] = {}
    for group in ranked_on(statement, day):
        place = len(ranks) + 1
        ranks.update({item["id"]: place for item in group})
    return ranks


def slices_on(statement: Statement, day: str) -> list[list[Item]]:
    """What is secured, in groups of equal rank: `{"pledge", "limit", "amount"}` (P-8, P-24).

    A pledge whose amount was increased has a second part, which ranks from the change's registration.
    `limit` is `cap` (all that may be paid on it), `amount` (the principal) or None where nobody told.
    """
    places = places_on(statement, day)
    parts = []
    for item in sorted(pledges_on(statement, day), key=_by_reference):
        for number, part in enumerate(secured_parts(statement, item, day)):
            place = (part["on"], part["time"]) if number else places[item["id"]]
            told = {"pledge": item["id"], "limit": part["limit"], "amount": part["amount"]}
            parts.append((place, told))
    return _grouped(parts)


def _by_reference(item: Item) -> tuple[str, str, str]:
    return (item["register"], item["reference"], item["id"])


def _grouped(placed: Iterable[tuple[_Place, Item]]) -> list[list[Item]]:
    """Items by place; without a time for each, those of a day share it (CC 414(1) no. 1, 3 by analogy)."""
    days: dict[str, list[tuple[str | None, Item]]] = {}
    for (on, time), item in placed:
        days.setdefault(on, []).append((time, item))
    groups: list[list[Item]] = []
    for on in sorted(days):
        timed = days[on]
        if any(time is None for time, _ in timed):
            groups.append([item for _, item in timed])
            continue
        times = sorted({time for time, _ in timed if time is not None})
        groups += [[item for shown, item in timed if shown == time] for time in times]
    return groups
