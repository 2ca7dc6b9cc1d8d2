"""Whether the right is in force, from day to day (A-3, A-4, A-5, A-ID4).

Status is a list of intervals. A lapse for unpaid fees counts from its due date, not from the day it was
recorded; a restoration undoes the lapse as if it had never been; final invalidity is from the beginning.

While a freeze or suspension lasts, procedures that would end the right stand still (PIR 105, A-8). A lapse or
surrender reported then is no error of the office to be refused (N-2): it is kept in `stayed`, with the flag
its report raised, and takes effect no earlier than the day procedures go on. That is the cautious reading for
whoever relies on the freeze; until when it waits is asked of the statement (`reading.stayed_until`), because
a freeze may still be renewed or lifted.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import Any, Final, get_args

from ledger.facts.acts import FlagsRaised
from ledger.facts.base import Fact
from ledger.facts.status import (
    ApplicationEnded,
    InvalidationBecameFinal,
    InvalidationDecided,
    InvalidationDismissed,
    RightExpired,
    RightGranted,
    RightLapsed,
    RightNotRenewed,
    RightRenewed,
    RightRestored,
    RightRevoked,
    RightSurrendered,
    TermCompensated,
)
from ledger.statement.base import Flag, Recorded, of_kinds
from ledger.statement.registrations import Description
from ledger.values.calendar import add_months
from ledger.values.dates import LATEST, parse_day

_Ending = RightLapsed | RightExpired | RightSurrendered | ApplicationEnded | RightNotRenewed | RightRevoked


@dataclass(slots=True)
class Interval:
    """A status from a day on; `since` None is from the beginning."""

    since: str | None
    status: str
    entry: int

    def as_json(self) -> dict[str, Any]:
        """A member of a statement's `status`."""
        return {"from": self.since, "status": self.status, "entry": self.entry}


def resolve(
    recorded: list[Recorded], description: Description, right: str
) -> tuple[list[Interval], list[Flag]]:
    """A-3: statuses from first to last, and the flags on them.

    Events are taken in order of registration: a restoration undoes the lapse recorded before it, not one
    recorded later, whichever days they count from.
    """
    _, aside = _stayed(recorded, right)
    events = [item for item in _events(recorded) if item.record.position not in aside]
    flags: list[Flag] = []
    intervals = [Interval(None, "APPLICATION", 0)]
    granted_on = None if description.arises_by_itself else _granted_on(events, description)
    if description.arises_by_itself or (granted_on is None and _has_grant_number(description)):
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


def stayed(recorded: list[Recorded], right: str) -> dict[str, list[dict[str, Any]]]:
    """A-8: `stayed`, ends reported while procedures stood still, in order of registration; absent where none.

    A restoration takes the latest of them away.
    """
    waiting, _ = _stayed(recorded, right)
    found = [
        {
            "status": _ENDS[type(item.fact)],
            "from": item.record.effective_on,
            "recorded_on": item.record.registered_on,
            "entries": list(item.entries),
        }
        for item in waiting
    ]
    return {"stayed": found} if found else {}


def _events(recorded: list[Recorded]) -> list[Recorded]:
    return sorted(of_kinds(recorded, _STATUS), key=lambda item: item.record.register_order)


def _stayed(recorded: list[Recorded], right: str) -> tuple[list[Recorded], set[int]]:
    """Ends whose report was flagged as coming while the right was frozen (A-8) and that nothing undid.

    And the positions of all that is thereby set aside: those ends, the undone ones, and what undid them.
    """
    numbers = {
        (item.record.register, item.record.number)
        for item in of_kinds(recorded, _RAISED)
        if isinstance(item.fact, FlagsRaised)
        and any(flag.rule == "A-8" and flag.right in {None, right} for flag in item.fact.flags)
    }
    found: list[Recorded] = []
    aside: set[int] = set()
    for item in _events(recorded) if numbers else ():
        if isinstance(item.fact, RightLapsed | RightSurrendered):
            if (item.record.register, item.record.number) in numbers:
                found.append(item)
                aside.add(item.record.position)
        elif isinstance(item.fact, RightRestored) and found:
            found.pop()
            aside.add(item.record.position)
    return found, aside


_RAISED: Final[frozenset[type[Fact]]] = frozenset((FlagsRaised,))
_STATUS: Final = frozenset(
    (
        RightGranted,
        *get_args(_Ending),
        RightRestored,
        RightRenewed,
        TermCompensated,
        InvalidationDecided,
        InvalidationDismissed,
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
        case (
            RightLapsed()
            | RightExpired()
            | RightSurrendered()
            | ApplicationEnded()
            | RightNotRenewed()
            | RightRevoked()
        ):
            return _end(item, intervals)
        case RightRestored():
            return _restore(item, intervals)
    return []


_ENDS: dict[type, str] = {
    RightLapsed: "LAPSED",
    RightExpired: "EXPIRED",
    RightSurrendered: "SURRENDERED",
    ApplicationEnded: "DISCONTINUED",
    RightNotRenewed: "NOT_RENEWED",
    RightRevoked: "REVOKED",
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
    """A renewal or a term compensation moves the last day; it raises no flag.

    A renewal that states no last day adds the ten years of a mark to the one known (TML 40). Days granted
    under PL 42 are added unless a last day was stated after they were reported.
    """
    for item in events:
        match item.fact:
            case RightRenewed(expires_on=str() as stated):
                description.expires_on = max(stated, description.expires_on or "")
            case RightRenewed() if description.mark and description.details is not None:
                description.expires_on = _ten_years_on(description.expires_on)
            case TermCompensated() as fact if item.record.position > description.stated_at:
                description.expires_on = _days_on(description.expires_on, fact.days)
    return []


def _ten_years_on(last: str | None) -> str | None:
    """The corresponding day: a period that ended on the last of February goes on to the next such day."""
    if last is None or last >= LATEST.isoformat():
        return last
    following = parse_day(last) + timedelta(1)
    if following.year + 10 > LATEST.year:
        return LATEST.isoformat()
    return (add_months(following, 120) - timedelta(1)).isoformat()


def _days_on(last: str | None, days: int) -> str | None:
    if last is None or last >= LATEST.isoformat():
        return last
    return min(LATEST, parse_day(last) + timedelta(days)).isoformat()


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
    """Final full invalidity leaves nothing of the right from the beginning (PL 47).

    A-5: it undoes nothing that was done. Fees, transfers and licenses stay in the statement as they were
    told; no refund follows from here. That later instalments stop is for whoever reckons them to ask.
    """
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
    ends = [item for item in events if isinstance(item.fact, InvalidationBecameFinal | InvalidationDismissed)]
    return [
        Flag(
            "INVALIDATION_DECIDED_NOT_FINAL",
            item.entries,
            since=item.record.effective_on,
            until=min((end.record.effective_on for end in ends if _ends(end, item)), default=None),
            data={"day": item.record.effective_on, "scope": item.fact.scope},
        )
        for item in events
        if isinstance(item.fact, InvalidationDecided)
    ]


def _ends(end: Recorded, decided: Recorded) -> bool:
    """Whether a final word is that on this decision; one that names no case is on every open one."""
    cases = {case for item in (end, decided) if (case := getattr(item.fact, "case", None))}
    return len(cases) < 2 and end.record.effective_on >= decided.record.effective_on
