"""Whether the right is in force, from day to day (A-3, A-4, A-5, A-ID4).

Status is a list of intervals. A lapse for unpaid fees counts from its due date, not from the day it was
recorded; a restoration undoes the lapse as if it had never been; final invalidity is from the beginning.
"""

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, get_args

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
from ledger.statement.base import Flag, Recorded, of_kinds
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
    """Statuses from first to last, and the flags on them.

    Events are taken in order of registration: a restoration undoes the lapse recorded before it, not one
    recorded later, whichever days they count from.
    """
    events = sorted(of_kinds(recorded, _STATUS), key=lambda item: item.record.register_order)
    flags: list[Flag] = []
    intervals = [Interval(None, "APPLICATION", 0)]
    granted_on = _granted_on(events, description)
    if granted_on is None and _has_grant_number(description):
        intervals = [Interval(None, "IN_FORCE", 0)]
    for item in events:
        if granted_on is not None and granted_on <= item.record.registered_on:
            flags += _grant(granted_on, events, intervals)
            granted_on = None
        flags += _take(item, intervals)
    if granted_on is not None:
        flags += _grant(granted_on, events, intervals)
    flags += _renewals(events, description)
    intervals = _partly_voided(events, intervals)
    return _voided(events, intervals), flags + _pending_invalidation(events)


_STATUS: Final = frozenset(
    (
        RightGranted,
        *get_args(_Ending),
        RightRestored,
        RightRenewed,
        InvalidationDecided,
        InvalidationBecameFinal,
    )
)


def _granted_on(events: list[Recorded], description: Description) -> str | None:
    reported = [item.record.effective_on for item in events if isinstance(item.fact, RightGranted)]
    numbered = [day for (kind, _), day in description.names.items() if kind in _GRANTING]
    return min([day for day in (description.granted_on, *reported, *numbered) if day], default=None)


_GRANTING = frozenset(("grant", "registration"))


def _has_grant_number(description: Description) -> bool:
    """A right with a patent or registration number was granted, though nobody told the day."""
    return any(kind in _GRANTING for kind, _ in description.names)


def _grant(day: str, events: list[Recorded], intervals: list[Interval]) -> list[Flag]:
    grants = [item for item in events if isinstance(item.fact, RightGranted)]
    before = intervals[-1]
    intervals.append(Interval(day, "IN_FORCE", grants[0].record.position if grants else 0))
    if before.status == "APPLICATION":
        return []
    entries = (before.entry, *(position for item in grants[:1] for position in item.entries))
    data = {"before": before.status, "status": "IN_FORCE"}
    return [Flag("STATUS_TRANSITION_INVALID", entries, since=day, data=data)]


def _take(item: Recorded, intervals: list[Interval]) -> list[Flag]:
    match item.fact:
        case RightSurrendered(partly=True):
            return []
        case RightLapsed() | RightExpired() | RightSurrendered() | ApplicationEnded():
            return _end(item, intervals)
        case RightRestored():
            return _restore(item, intervals)
    return []


_ENDS: dict[type, str] = {
    RightLapsed: "LAPSED",
    RightExpired: "EXPIRED",
    RightSurrendered: "SURRENDERED",
    ApplicationEnded: "DISCONTINUED",
}


def _end(item: Recorded, intervals: list[Interval]) -> list[Flag]:
    """The right ends on the day of effect, also where another end was reported for a later day."""
    day, before, after = item.record.effective_on, intervals[-1].status, _ENDS[type(item.fact)]
    flags = []
    if before in _ENDS.values() and before != after and (before, after) != ("LAPSED", "EXPIRED"):
        flags.append(_odd(item, before, after))
    while intervals[-1].status in _ENDS.values() and (intervals[-1].since or "") > day:
        intervals.pop()
    if intervals[-1].status == after:
        return flags
    begun = intervals[-1].since
    if begun is not None and day < begun:
        flags.append(_odd(item, intervals[-1].status, after))
        day = begun
    intervals.append(Interval(day, after, item.record.position))
    return flags


def _restore(item: Recorded, intervals: list[Interval]) -> list[Flag]:
    """The lapse falls away from its beginning (PIR 6)."""
    ended = intervals[-1]
    if ended.status not in {"LAPSED", "DISCONTINUED"}:
        return [_odd(item, ended.status, "RESTORED")]
    intervals.pop()
    intervals[-1].entry = item.record.position
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


def _partly_voided(events: list[Recorded], intervals: list[Interval]) -> list[Interval]:
    """From the day a partial invalidity is final the right is in force as to what remains of it."""
    finals = [
        item.record
        for item in events
        if isinstance(item.fact, InvalidationBecameFinal) and item.fact.scope == "part"
    ]
    if not finals:
        return intervals
    final = min(finals, key=lambda record: record.order)
    day, entry = final.effective_on, final.position
    found: list[Interval] = []
    for interval, following in zip_longest(intervals, intervals[1:]):
        ends = following.since if following else None
        if interval.status != "IN_FORCE" or (ends is not None and ends <= day):
            found.append(interval)
        elif interval.since is not None and interval.since >= day:
            found.append(Interval(interval.since, "INVALID_PART", entry))
        else:
            found += [interval, Interval(day, "INVALID_PART", entry)]
    return found


def _voided(events: list[Recorded], intervals: list[Interval]) -> list[Interval]:
    """Final full invalidity leaves nothing of the right from the beginning (PL 47)."""
    final = _full_final(events)
    return intervals if final is None else [Interval(None, "INVALID_FULL", final.record.position)]


def _full_final(events: list[Recorded]) -> Recorded | None:
    return next(
        (
            item
            for item in events
            if isinstance(item.fact, InvalidationBecameFinal) and item.fact.scope == "full"
        ),
        None,
    )


def _pending_invalidation(events: list[Recorded]) -> list[Flag]:
    """Between decision and finality the right is in force and flagged (A-4), unless we know how it ended."""
    if _full_final(events) is not None:
        return []
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
