"""Whether the right is in force, from day to day (A-3, A-4, A-5, A-ID4).

Status is a list of intervals. A lapse for unpaid fees counts from its due date, not from the day it was
recorded; a restoration undoes the lapse as if it had never been; final invalidity is from the beginning.
"""

from dataclasses import dataclass
from typing import Any

from ledger.facts.status import (
    ApplicationEnded,
    InvalidationBecameFinal,
    InvalidationDecided,
    RightExpired,
    RightGranted,
    RightLapsed,
    RightRenewed,
    RightRestored,
    RightSurrendered,
)
from ledger.statement.base import Flag, Recorded
from ledger.statement.registrations import Description

_Ending = RightLapsed | RightExpired | RightSurrendered | ApplicationEnded


@dataclass(slots=True)
class Interval:
    """A status from a day on; `since` None is from the beginning."""

    since: str | None
    status: str
    entry: int

    def as_json(self) -> dict[str, Any]:
        """A member of a statement's `status`."""
        return {"from": self.since, "status": self.status, "entry": self.entry}


def resolve(recorded: list[Recorded], description: Description) -> tuple[list[Interval], list[Flag]]:
    """Statuses from first to last, and the flags on them."""
    events = sorted(
        (item for item in recorded if isinstance(item.fact, _Status)), key=lambda item: item.record.order
    )
    intervals = [Interval(None, "APPLICATION", 0)]
    granted_on = _granted_on(events, description)
    if granted_on:
        intervals.append(Interval(granted_on, "IN_FORCE", _granting_entry(events)))
    flags: list[Flag] = []
    for item in events:
        flags += _take(item, intervals)
    flags += _renewals(events, description)
    return _voided(events, intervals), flags + _pending_invalidation(events)


_Status = (
    RightGranted | _Ending | RightRestored | RightRenewed | InvalidationDecided | InvalidationBecameFinal
)


def _granted_on(events: list[Recorded], description: Description) -> str | None:
    reported = [item.record.effective_on for item in events if isinstance(item.fact, RightGranted)]
    return min([day for day in (description.granted_on, *reported) if day], default=None)


def _granting_entry(events: list[Recorded]) -> int:
    return next((item.record.position for item in events if isinstance(item.fact, RightGranted)), 0)


def _take(item: Recorded, intervals: list[Interval]) -> list[Flag]:
    day, entry = item.record.effective_on, item.record.position
    match item.fact:
        case RightSurrendered(partly=True) | RightGranted() | RightRenewed() | InvalidationDecided():
            return []
        case RightLapsed() | RightExpired() | RightSurrendered() | ApplicationEnded():
            return _end(item, day, entry, intervals)
        case RightRestored():
            return _restore(item, entry, intervals)
        case InvalidationBecameFinal(scope="part"):
            if intervals[-1].status == "IN_FORCE":
                intervals.append(Interval(day, "INVALID_PART", entry))
            return []
    return []


_ENDS: dict[type, str] = {
    RightLapsed: "LAPSED",
    RightExpired: "EXPIRED",
    RightSurrendered: "SURRENDERED",
    ApplicationEnded: "DISCONTINUED",
}


def _end(item: Recorded, day: str, entry: int, intervals: list[Interval]) -> list[Flag]:
    before, after = intervals[-1].status, _ENDS[type(item.fact)]
    if before == after:
        return []
    intervals.append(Interval(day, after, entry))
    if before in _ENDS.values() and not (before == "LAPSED" and after == "EXPIRED"):
        return [_odd(item, before, after)]
    return []


def _restore(item: Recorded, entry: int, intervals: list[Interval]) -> list[Flag]:
    """The lapse falls away from its beginning (PIR 6)."""
    ended = intervals[-1]
    if ended.status not in {"LAPSED", "DISCONTINUED"}:
        return [_odd(item, ended.status, "RESTORED")]
    intervals.pop()
    intervals[-1].entry = entry
    return []


def _odd(item: Recorded, before: str, after: str) -> Flag:
    return Flag(
        "STATUS_TRANSITION_INVALID",
        item.entries,
        since=item.record.effective_on,
        data={"before": before, "status": after},
    )


def _renewals(events: list[Recorded], description: Description) -> list[Flag]:
    """A renewal moves the last day; it raises no flag."""
    for item in events:
        if isinstance(item.fact, RightRenewed) and item.fact.expires_on:
            description.expires_on = max(item.fact.expires_on, description.expires_on or "")
    return []


def _voided(events: list[Recorded], intervals: list[Interval]) -> list[Interval]:
    """Final full invalidity leaves nothing of the right from the beginning (PL 47)."""
    for item in events:
        if isinstance(item.fact, InvalidationBecameFinal) and item.fact.scope == "full":
            return [Interval(None, "INVALID_FULL", item.record.position)]
    return intervals


def _pending_invalidation(events: list[Recorded]) -> list[Flag]:
    finals = sorted(
        item.record.effective_on for item in events if isinstance(item.fact, InvalidationBecameFinal)
    )
    return [
        Flag(
            "INVALIDATION_DECIDED_NOT_FINAL",
            item.entries,
            since=item.record.effective_on,
            until=next((day for day in finals if day >= item.record.effective_on), None),
            data={"day": item.record.effective_on, "scope": item.fact.scope},
        )
        for item in events
        if isinstance(item.fact, InvalidationDecided)
    ]
