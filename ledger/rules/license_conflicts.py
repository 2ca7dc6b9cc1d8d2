"""Which licenses stand in each other's way (L-5, L-7)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.statement.license_tree import EXCLUDING
from ledger.statement.reading import Statement, licenses_known
from ledger.values.dates import day_before
from ledger.values.parties import same_party
from ledger.values.scope_forms import meets_space_of

ANY_KIND: Final = frozenset(("exclusive", "sole", "ordinary"))
FOREVER: Final = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A license as it is to be granted."""

    id: str
    kind: str
    right_kind: str
    scope: Mapping[str, Any]
    """In its JSON form, which was read for the kind of right."""
    licensors: tuple[str, ...]
    parent: str | None = None
    subject_to: tuple[str, ...] = ()
    instead_of_own_use: bool = False


def conflicting(
    statement: Statement, proposed: Proposed, *, recorded_only: bool = False
) -> Iterator[tuple[str, dict[str, Any]]]:
    """L-5: pairs of code and license that `proposed` meets in acts, territory, field and time.

    An exclusive or sole license stands in the way of any other, an ordinary one of exclusive and sole ones
    that are not subject to it (TCI 25). A license counts until it ended; one whose scope nobody tells covers
    everything. Left aside are the licenses `proposed` itself comes from (L-9) and compulsory ones (R-6).
    `recorded_only` looks at those that stand in the register.
    """
    known = licenses_known(statement)
    kinds = ANY_KIND if proposed.kind in EXCLUDING else EXCLUDING
    found = [
        license_
        for license_ in meeting(known, proposed.right_kind, proposed.scope, kinds)
        if not recorded_only or _is_recorded(license_)
    ]
    if not found:
        return
    by_id = {license_["id"]: license_ for license_ in known}
    aside = {proposed.id, *ancestors(by_id, proposed.parent)}
    for license_ in found:
        if license_["id"] in aside:
            continue
        if license_["kind"] not in EXCLUDING:
            spared = {license_["id"], *ancestors(by_id, license_["parent"])}
            if spared.isdisjoint(proposed.subject_to):
                yield "LICENCE_CONFLICT_PRIOR_ORDINARY", license_
        elif not _is_own_use(proposed, license_, known):
            yield "LICENCE_CONFLICT_EXCLUSIVE", license_


def ancestors(by_id: dict[str, dict[str, Any]], license_: str | None) -> list[str]:
    """A license and those it comes from, the nearest first."""
    found: list[str] = []
    while license_ is not None and license_ not in found:
        found.append(license_)
        license_ = by_id[license_]["parent"] if license_ in by_id else None
    return found


def meeting(
    licenses: Iterable[dict[str, Any]], right_kind: str, scope: Mapping[str, Any], kinds: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Licenses of these kinds that meet a scope in all four dimensions; compulsory ones never do (R-6).

    Time comes first: it is compared as text, and most licenses of a long-licensed right are over.
    """
    first, last = scope["from"], scope.get("until") or FOREVER
    meets = meets_space_of(right_kind, scope)
    for license_ in licenses:
        if license_["kind"] not in kinds or license_["origin"] == "compulsory":
            continue
        if license_["from"] > last or (license_["until"] or FOREVER) < first or last_day(license_) < first:
            continue
        if license_["scope"] is None or meets(license_["scope"]):
            yield license_


def last_day(license_: dict[str, Any]) -> str:
    """The last day a license counts; before its first where it never came to."""
    until: str = license_["until"] or FOREVER
    return until if license_["ended_on"] is None else min(day_before(license_["ended_on"]), until)


def _is_recorded(license_: dict[str, Any]) -> bool:
    recordal = license_["recordal"]
    return recordal["recorded_on"] is not None and recordal["cancelled_on"] is None


def _is_own_use(proposed: Proposed, sole: dict[str, Any], known: list[dict[str, Any]]) -> bool:
    """L-7: whether it is the one ordinary license a sole licensor may grant for its own use (TCI 27) [V].

    One at a time: an earlier one counts for as long as it runs.
    """
    if not proposed.instead_of_own_use or proposed.kind != "ordinary" or sole["kind"] != "sole":
        return False
    if not all(any(same_party(name, own) for own in sole["licensors"]) for name in proposed.licensors):
        return False
    return not any(
        license_["instead_of_own_use"]
        and any(same_party(name, own) for name in license_["licensors"] for own in sole["licensors"])
        and last_day(license_) >= proposed.scope["from"]
        and license_["from"] <= (proposed.scope.get("until") or FOREVER)
        for license_ in known
        if license_["id"] != proposed.id
    )
