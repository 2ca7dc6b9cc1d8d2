"""What of one right needs attention from which day until which: a pure function of its statement.

Nothing here knows what day it is. An item stands from `since` until the day before `until`; who asks about a
day compares. What a later entry changes is reckoned anew with the statement.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import orjson

from ledger.errors import InputRejected
from ledger.rules.policy import POLICY
from ledger.statement.claims import limitation_on, owed_on
from ledger.statement.reading import (
    ENDED_STATUSES,
    FREEZES,
    SECURITY,
    Statement,
    payable_until,
    status_on,
)
from ledger.statement.valuations import last_day_counted
from ledger.values.dates import EARLIEST, day_after
from ledger.values.parties import party_id
from projections.licensing import scheduled_fees
from projections.ownership import with_ends

FEE_DAYS: Final = 90
EXPIRY_DAYS: Final = 180
REGISTRATION_DAYS: Final = 90
FREEZE_DAYS: Final = 30
LIMITATION_DAYS: Final = 180
CONTRIBUTION_DAYS: Final = 60
HELD_DAYS: Final = 14
NEWS_DAYS: Final = 90
"""So many days before its due day an item appears; news of an end stands for the last of these."""

_SHOWN_FLAGS: Final = frozenset(
    ("RECORDAL_OVERDUE", "CONTRIBUTION_OVERDUE", "AUTHORITY_CONFLICT", "AVOIDABLE")
)
_VALUED_FOR: Final = ("pledge", "securitization")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to attend to. `subject` is what it is about: a right, or a right and something on it."""

    code: str
    subject: str
    since: str | None
    until: str | None
    """The first day on which it needs none any more; None: until something is recorded."""
    due_on: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    entries: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        """The same for the same code, subject and first day, in every run and on every machine."""
        said = orjson.dumps([self.code, self.subject, self.since])
        return "att_" + sha256(b"ipledger/attention/v1\0" + said).hexdigest()[:32]

    def stands(self, day: str) -> bool:
        """Whether it needs attention on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


def items_of(statement: Statement) -> list[Item]:
    """All of a right, past, present and to come, each code, subject and first day once; the oldest first."""
    end = ended_from(statement)
    found = [
        *_clipped(_fees(statement), end),
        *_clipped(_expiry(statement), end),
        *_clipped(_stale(statement), end),
        *_ended(statement, end),
        *_invalidity(statement),
        *_measures(statement),
        *_registrations(statement),
        *_limitations(statement),
        *_recordals(statement),
        *_contributions(statement),
        *_held(statement),
        *_flags(statement),
    ]
    once = {
        (item.since or "", item.code, item.subject): item
        for item in found
        if item.until is None or (item.since or "") < item.until
    }
    return [once[key] for key in sorted(once)]


Span = tuple[str, str | None, str | None]
"""Who, `role:pty_…`, from which day until which."""


def spans_of(statement: Statement) -> list[Span]:
    """Whom a right concerns and when: its owners, and holders of pledges on it, of record or by contract."""
    found = [
        (f"owner:{owner['party']}", period["from"], until)
        for period, until in with_ends(statement["titles"])
        for owner in period["owners"]
    ]
    for each in statement["encumbrances"]:
        if each["kind"] in SECURITY:
            ends = [step["from"] for step in each["holders"][1:]] + [each["ended_on"]]
            for step, until in zip(each["holders"], ends, strict=True):
                found += [(f"bank:{party_id(name)}", step["from"], until) for name in step["names"]]
    for contract in statement.get("pledges", ()):
        since = contract["executed_on"]
        found += [(f"bank:{party_id(name)}", since, None) for name in contract["pledgees"]]
    for each in statement.get("claim_assignments", ()):
        found.append((f"bank:{party_id(each['grantee'])}", each["on"], None))
    for each in statement.get("contributions", ()):
        for side in ("contributor", "company"):
            found.append((f"owner:{party_id(each[side])}", each["declared_on"], each["paid_in_on"]))
    return found


def concerned(spans: list[Span], item: Item) -> list[str]:
    """Those whose days overlap the item's."""
    return sorted({who for who, since, until in spans if _overlaps(item, since, until)})


def ended_from(statement: Statement) -> str | None:
    """The day from which the right has ended for good as far as is known; None while it goes on."""
    days = {interval["from"] or EARLIEST.isoformat() for interval in statement["status"]}
    renewal = statement.get("renewal")
    days |= {
        day_after(each) for each in (statement["expires_on"], (renewal or {}).get("grace_until")) if each
    }
    days |= {each["from"] for each in statement.get("stayed", ())}
    for item in statement["encumbrances"] if statement.get("stayed") else ():
        days |= {each for each in (item["ended_on"], item["until"] and day_after(item["until"])) if each}
    end = None
    for day in sorted(days, reverse=True):
        if status_on(statement, day) not in ENDED_STATUSES:
            break
        end = day
    return end


def _overlaps(item: Item, since: str | None, until: str | None) -> bool:
    begins = item.until is None or (since or "") < item.until
    return begins and (until is None or until > (item.since or ""))


def _clipped(items: Iterable[Item], end: str | None) -> Iterator[Item]:
    """What a right that has ended needs no more."""
    for item in items:
        if end is None or (item.since or "") < end:
            yield item if end is None or (item.until or "9") <= end else _until(item, end)


def _until(item: Item, until: str) -> Item:
    return Item(item.code, item.subject, item.since, until, item.due_on, item.data, item.entries)


_payable = lru_cache(maxsize=65536)(payable_until)


def _fees(statement: Statement) -> Iterator[Item]:
    """Fees to come, late ones, and those of which nobody said whether they were paid (A-6, PIR 115)."""
    right = statement["right"]
    known = {fee["due_on"]: fee for fee in statement.get("fees", ())}
    told_to = max(known, default="")
    scheduled = list(scheduled_fees(statement))
    for place, (kind, year, due, late) in enumerate(scheduled):
        if kind == "renewal":
            yield from _renewal(statement, due, late)
            continue
        fee = known.get(due)
        due_on = _payable(due)
        over = day_after(due_on)
        code = "FEE_DUE" if kind == "annual" else "MAINTENANCE_DUE"
        subject, data = f"{right}#{due}", {"right": right, "number": year, "until": due_on}
        until = _first(fee["paid_on"] if fee else None, over)
        entries = tuple(fee["entries"]) if fee else ()
        yield Item(code, subject, _before(due_on, FEE_DAYS), until, due_on, data, entries)
        if kind == "annual" and due > told_to and ("details" in statement or "fees" in statement):
            # Once the next one was due too, that is the last of which nothing is known.
            following = scheduled[place + 1][2] if place + 1 < len(scheduled) else None
            until = None if following is None else day_after(_payable(following))
            data = {"right": right, "day": due, "until": late}
            yield Item("FEE_STATUS_UNKNOWN", subject, over, until, None, data)
    yield from _unpaid(statement)


def _renewal(statement: Statement, due: str, late: str) -> Iterator[Item]:
    """TML 40: a year before the end, and half a year behind it."""
    right, opens, over = statement["right"], statement["renewal"]["from"], day_after(due)
    yield Item("RENEWAL_DUE", right, opens, over, due, {"right": right, "until": due})
    yield Item("RENEWAL_GRACE", right, over, day_after(late), late, {"right": right, "until": late})


def _unpaid(statement: Statement) -> Iterator[Item]:
    """Fees known to be unpaid: late, and then expected to end the right (A-6)."""
    for fee in statement.get("fees", ()):
        if fee["unpaid_on"] is None:
            continue
        due_on, late_until = _payable(fee["due_on"]), _payable(fee["late_until"])
        subject, entries = f"{statement['right']}#{fee['due_on']}", tuple(fee["entries"])
        told = {"right": statement["right"], "reference": fee["due_on"], "until": late_until}
        over = day_after(late_until)
        until = _first(fee["paid_on"] and max(fee["paid_on"], due_on), over)
        yield Item("FEE_LATE", subject, day_after(due_on), until, late_until, told, entries)
        if fee["paid_on"] is None:
            told = {"right": statement["right"], "day": fee["due_on"], "until": late_until}
            yield Item("LAPSE_EXPECTED", subject, over, None, None, told, entries)


def _expiry(statement: Statement) -> Iterator[Item]:
    """The end of a term that cannot be renewed."""
    expires_on, right = statement["expires_on"], statement["right"]
    if expires_on is not None and "renewal" not in statement:
        told = {"right": right, "until": expires_on}
        yield Item(
            "RIGHT_EXPIRING", right, _before(expires_on, EXPIRY_DAYS), day_after(expires_on), expires_on, told
        )


def _stale(statement: Statement) -> Iterator[Item]:
    """V-2: while the right is pledged, or pooled, its last report for that purpose is too old."""
    reports = statement.get("valuations", ())
    for purpose in _VALUED_FOR:
        made = [each for each in reports if each["purpose"] == purpose]
        spans = _spans(statement, purpose)
        for place, each in enumerate(made):
            since = _stale_from(each)
            if since is None:
                continue
            later = [other["reported_on"] for other in made[place + 1 :]]
            until = min((on for on in later if on >= each["reported_on"]), default=None)
            told = {"right": statement["right"], "reference": each["id"]}
            subject = f"{statement['right']}#{each['id']}"
            for first, last in spans:
                begins, ends = max(since, first), _first(until, last)
                data = {**told, "day": begins}
                yield Item("VALUATION_STALE", subject, begins, ends, None, data, tuple(each["entries"]))


def _stale_from(report: dict[str, Any]) -> str | None:
    """The first day a report no longer counts; None beyond the days the ledger knows."""
    months = POLICY.value("valuation_months", report["base_date"])
    try:
        return day_after(last_day_counted(report["base_date"], months))
    except InputRejected:
        return None


def _spans(statement: Statement, purpose: str) -> list[tuple[str, str | None]]:
    """The days on which the right is pledged, or in a pool."""
    if purpose == "securitization":
        return [(each["from"], each["until"]) for each in statement.get("pools", ())]
    found: list[tuple[str, str | None]] = []
    pledged = [
        (each["registered_on"], each["ended_on"])
        for each in statement["encumbrances"]
        if each["kind"] in SECURITY and each["end_state"] != "revoked"
    ]
    for first, last in sorted(pledged, key=lambda span: span[0]):
        if found and (found[-1][1] is None or first <= found[-1][1]):
            ends = None if last is None or found[-1][1] is None else max(last, found[-1][1])
            found[-1] = (found[-1][0], ends)
        else:
            found.append((first, last))
    return found


def _ended(statement: Statement, end: str | None) -> Iterator[Item]:
    """That the right ended otherwise than by final invalidity, which is told by itself."""
    if end is None or status_on(statement, end) == "INVALID_FULL":
        return
    entries = tuple(each["entry"] for each in statement["status"] if each["from"] == end and each["entry"])
    told = {"right": statement["right"], "day": end, "status": status_on(statement, end)}
    yield Item("RIGHT_ENDED", statement["right"], end, _later(end, NEWS_DAYS), None, told, entries)


def _invalidity(statement: Statement) -> Iterator[Item]:
    """A-4: requested, decided, final; and disputes about who owns the right."""
    right = statement["right"]
    final: str | None = None
    for each in statement.get("invalidations", ()):
        subject = f"{right}#{each['case'] or each['requested_on']}"
        requested, decided, ended = each["requested_on"], each["decided_on"], each["ended_on"]
        told, entries = {"right": right, "reference": each["case"]}, tuple(each["entries"])
        until = _first(decided, ended)
        data = {**told, "day": requested}
        yield Item("INVALIDATION_PENDING", subject, requested, until, None, data, entries)
        if decided is not None:
            data = {**told, "day": decided}
            yield Item("INVALIDATION_DECIDED", subject, decided, ended, None, data, entries)
        if each["ended_by"] == "final":
            final = _first(final, ended)
    for interval in statement["status"]:
        since, entries = interval["from"], (interval["entry"],) if interval["entry"] else ()
        if interval["status"] == "INVALID_PART" and since is not None:
            told = {"right": right, "day": since}
            yield Item("RIGHT_INVALID_PART", right, since, _later(since, NEWS_DAYS), None, told, entries)
        if interval["status"] == "INVALID_FULL":
            told = {"right": right, "day": final}
            yield Item("RIGHT_INVALID", right, final, None, None, told, entries)
    for each in statement.get("disputes", ()):
        told, entries = {"right": right, "day": each["from"]}, tuple(each["entries"])
        subject = f"{right}#{entries[0]}"
        yield Item("OWNERSHIP_DISPUTE", subject, each["from"], each["ended_on"], None, told, entries)


def _measures(statement: Statement) -> Iterator[Item]:
    """Freezes in effect and about to run out (F-3), suspensions (F-12), insolvencies (F-13)."""
    right = statement["right"]
    for each in statement["encumbrances"]:
        if each["kind"] not in FREEZES:
            continue
        until = each["until"]
        ends = _first(each["ended_on"], until and day_after(until))
        subject, entries = f"{right}#{each['id']}", tuple(each["entries"])
        told = {"right": right, "reference": each["reference"], "until": until, "day": each["registered_on"]}
        yield Item("ASSET_FROZEN", subject, each["registered_on"], ends, until, told, entries)
        if until is not None:
            since = max(each["registered_on"], _before(until, FREEZE_DAYS))
            yield Item("FREEZE_EXPIRING", subject, since, ends, until, told, entries)
    for each in statement.get("suspensions", ()):
        ends = _first(each["ended_on"], each["until"] and day_after(each["until"]))
        told = {"right": right, "reference": each["reference"], "day": each["from"]}
        subject, entries = f"{right}#{each['id']}", tuple(each["entries"])
        yield Item("PROCEDURES_SUSPENDED", subject, each["from"], ends, each["until"], told, entries)
    for each in statement.get("insolvencies", ()):
        told = {"right": right, "reference": each["reference"], "party": each["party"]}
        told["day"] = each["accepted_on"]
        subject, entries = f"{right}#{each['id']}", tuple(each["entries"])
        yield Item("INSOLVENCY_PENDING", subject, each["accepted_on"], each["ended_on"], None, told, entries)


def _registrations(statement: Statement) -> Iterator[Item]:
    """P-20: the registration of a pledge runs out; that is no release."""
    for each in statement["encumbrances"]:
        until, ended_on = each["until"], each["ended_on"]
        if each["kind"] not in SECURITY or until is None:
            continue
        subject, entries = f"{statement['right']}#{each['id']}", tuple(each["entries"])
        told = {"right": statement["right"], "reference": each["reference"], "until": until, "day": until}
        since = max(each["registered_on"], _before(until, REGISTRATION_DAYS))
        over = day_after(until)
        yield Item("REGISTRATION_EXPIRING", subject, since, _first(ended_on, over), until, told, entries)
        yield Item("REGISTRATION_EXPIRED", subject, over, ended_on, None, told, entries)


def _limitations(statement: Statement) -> Iterator[Item]:
    """P-19: until when each claim can be enforced, as known on each day, while anything is owed on it."""
    for claim in statement.get("claims", ()):
        settled = _settled_on(claim)
        renewed = sorted(
            {each["on"] for each in (*claim["interruptions"], *claim["payments"])} | {claim["drawn_on"]}
        )
        subject = f"{statement['right']}#{claim['id']}"
        told = {"right": statement["right"], "reference": claim["id"]}
        for place, day in enumerate(renewed):
            last = limitation_on(statement, claim, day)
            until = _first(settled, *renewed[place + 1 : place + 2])
            if last is None:
                continue
            entries, over = tuple(claim["entries"]), day_after(last)
            near, data = max(day, _before(last, LIMITATION_DAYS)), {**told, "until": last, "day": over}
            yield Item("LIMITATION_NEAR", subject, near, _first(until, over), last, data, entries)
            yield Item("ENFORCEMENT_TIME_BARRED", subject, max(day, over), until, None, data, entries)


def _settled_on(claim: dict[str, Any]) -> str | None:
    """The day of the payment after which nothing was owed."""
    return next((each["on"] for each in claim["payments"] if not any(owed_on(claim, each["on"]))), None)


def _recordals(statement: Statement) -> Iterator[Item]:
    """L-14: a license that is to be recorded, until it was filed or ended."""
    for each in statement.get("licenses", ()):
        recordal = each["recordal"]
        due_on = recordal["due_on"]
        if due_on is None:
            continue
        done = _first(recordal["filed_on"], recordal["recorded_on"], each["ended_on"], day_after(due_on))
        told = {"right": statement["right"], "reference": each["id"], "until": due_on}
        subject, entries = f"{statement['right']}#{each['id']}", tuple(each["entries"])
        yield Item("RECORDAL_DUE", subject, each["granted_on"], done, due_on, told, entries)


def _contributions(statement: Statement) -> Iterator[Item]:
    """C-4: title and delivery are due."""
    for each in statement.get("contributions", ()):
        due_on = each["due_on"]
        since = max(each["declared_on"], _before(due_on, CONTRIBUTION_DAYS))
        done = _first(each["paid_in_on"], day_after(due_on))
        told = {"right": statement["right"], "reference": each["id"], "until": due_on}
        subject, entries = f"{statement['right']}#{each['id']}", tuple(each["entries"])
        yield Item("CONTRIBUTION_DUE", subject, since, done, due_on, told, entries)


def _held(statement: Statement) -> Iterator[Item]:
    """N-10: an act waits, and will be dropped."""
    for each in statement.get("held", ()):
        since = max(each["held_on"], _before(each["until"], HELD_DAYS))
        ends = _first(each["ended_on"], day_after(each["until"]))
        missing = [str(item["item"]) for item in each["missing"]]
        told = {"right": statement["right"], "reference": each["act"], "until": each["until"]}
        told["missing"] = missing
        subject, entries = f"{statement['right']}#{each['act']}", tuple(each["entries"])
        yield Item("HELD_ACT_EXPIRING", subject, since, ends, each["until"], told, entries)


def _flags(statement: Statement) -> Iterator[Item]:
    for flag in statement["flags"]:
        if flag["code"] in _SHOWN_FLAGS:
            about = flag["data"].get("reference") or ",".join(map(str, flag["entries"]))
            subject = f"{statement['right']}#{about}"
            data = {"right": statement["right"], **flag["data"]}
            yield Item(
                flag["code"], subject, flag["since"], flag["until"], None, data, tuple(flag["entries"])
            )


def _first(*days: str | None) -> str | None:
    return min((day for day in days if day), default=None)


def _before(day: str, days: int) -> str:
    return max(EARLIEST, date.fromisoformat(day) - timedelta(days)).isoformat()


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat()
