"""What has happened to a pool that its documents attach consequences to: derived, never only entered (S-12).

A trigger stands on a day because of what registers, debtors and appraisers did or failed to do. Whoever asks
gets it with the day it stands since and the entries it rests on; the same facts give the same id for ever.
Nothing is waited for: a right that became invalid by a register's report raises its trigger with that report,
an instalment that nobody paid raises one on the day after it was due, also where nobody reports a default.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from ledger.statement.pools import Deal, Pool, review_due_on
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    freezes_on,
    status_on,
    stayed_until,
)
from ledger.statement.valuations import last_day_counted, valued
from ledger.values.parties import same_party

PURPOSE: Final = "securitization"
"""The purpose for which the pooled rights are valued (V-2)."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that stands against a pool, a deal or a right of it.

    `code` is one of ledger.reasons, `data` fills its sentence. `deals` are those it concerns.
    """

    code: str
    pool: str
    since: str
    entries: tuple[int, ...]
    deals: tuple[str, ...] = ()
    right: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The same for the same event: code, pool, what it is about, the day it stands since."""
        about = self.right or (self.deals[0] if len(self.deals) == 1 else "")
        return "/".join(part for part in (self.code, self.pool, about, self.since) if part)


@dataclass(frozen=True, slots=True)
class Cover:
    """Value over principal on a day (S-15): rights at their last valid value, and what was added."""

    value: int
    added: int
    outstanding: int
    percent_wanted: int
    entries: tuple[int, ...]

    @property
    def share(self) -> Fraction | None:
        """Value over what is outstanding; None where nothing is."""
        return Fraction(self.value + self.added, self.outstanding) if self.outstanding else None

    @property
    def holds(self) -> bool:
        """Whether the test is passed; without a threshold, or with nothing outstanding, it always is."""
        return (self.value + self.added) * 100 >= self.percent_wanted * self.outstanding

    @property
    def percent(self) -> int | None:
        """In whole percent, rounded down."""
        return None if self.share is None else int(self.share * 100)


def triggers_on(
    pool: Pool, statements: Mapping[str, Statement], day: str, *, months: int = 12
) -> list[Trigger]:
    """All that stands on a day, the oldest first; none before the pool was formed or after it ended.

    `statements` are those of the rights ever pooled; `months` is how long a valuation counts (V-2).
    """
    if not pool.is_live(day):
        return []
    found = [
        trigger
        for deal in pool.deals_on(day)
        for trigger in (*_of_rights(pool, deal, statements, day), *_defaults(pool, deal, day))
    ]
    found += [
        *mass_redemption(pool, day),
        *_cover_failed(pool, statements, day, months),
        *_review(pool, day),
        *_matured(pool, day),
    ]
    return sorted(found, key=lambda each: (each.since, each.code, each.id))


def deals_of(pool: Pool, licensee: str, day: str) -> list[Deal]:
    """All deals of a licensee that are in the pool on a day: they stand and fall together (S-12 b)."""
    return [deal for deal in pool.deals_on(day) if same_party(deal.fact.licensee.name, licensee)]


def cover_on(pool: Pool, statements: Mapping[str, Statement], day: str, *, months: int = 12) -> Cover:
    """S-15: what the pool is worth against what is outstanding on a day.

    A right whose last report is too old, for another purpose or in another currency counts nothing, and so
    does one that has ended: the cautious reading. Money added counts while it is in the reserve, a further
    pledge with the value it was taken at.
    """
    value, entries = 0, []
    for right in pool.rights_on(day):
        statement = statements.get(right)
        if statement is None or _end_of(statement, day):
            continue
        used = valued(statement, PURPOSE, day, months=months).used
        if used is not None and used["currency"] == pool.terms.currency:
            value += used["minor"] or 0
            entries += used["entries"]
    added = [each for each in pool.topped_up if each.topped_up_on <= day]
    money = min(sum(each.minor for each in added), _reserve_on(pool, day))
    pledged = sum(each.value or 0 for each in added)
    told = (*entries, *pool.entries_of(*added))
    return Cover(value, money + pledged, pool.outstanding(day), pool.terms.cover_percent, told)


def unpaid_since(deal: Deal, day: str) -> tuple[str, int] | None:
    """The oldest instalment that was due before `day` and is not paid whole: its day, what is unpaid by then.

    What came in pays the oldest instalment first. A debtor may pay until 24:00 of the day it owes on.
    """
    paid, due = deal.collected_by(day), 0
    for each in sorted(deal.fact.installments, key=lambda told: told.on):
        if each.on >= day:
            return None
        due += each.minor
        if due > paid:
            return each.on, deal.due_by(_day_before(day)) - paid
    return None


def mass_redemption(pool: Pool, day: str) -> Iterator[Trigger]:
    """S-12 c: the count or share of deals redeemed has reached the plan's threshold, once for ever."""
    terms, principal = pool.terms, 0
    redeemed = sorted(
        (each for each in pool.redeemed if each.redeemed_on <= day), key=lambda each: each.redeemed_on
    )
    for count, each in enumerate(redeemed, 1):
        principal += each.outstanding
        many = count >= terms.mass_redemption_count
        much = pool.initial and principal * 100 >= terms.mass_redemption_percent * pool.initial
        if many or much:
            yield Trigger(
                "MASS_REDEMPTION",
                pool.fact.pool,
                each.redeemed_on,
                pool.entries_of(*redeemed[:count]),
                data={
                    "given": str(count) if many else _percent(principal, pool.initial),
                    "limit": str(terms.mass_redemption_count)
                    if many
                    else f"{terms.mass_redemption_percent}%",
                },
            )
            return


def _of_rights(pool: Pool, deal: Deal, statements: Mapping[str, Statement], day: str) -> Iterator[Trigger]:
    """Pooled rights of a deal that became invalid, ended or are frozen."""
    for right in deal.rights_on(day):
        statement = statements.get(right)
        if statement is None:
            continue
        yield from _invalid(pool, deal, right, statement, day)
        end = _end_of(statement, day)
        if end is not None and end[1] != "INVALID_FULL":
            yield _about(pool, deal, right, "POOLED_RIGHT_ENDED", (end[0], end[2]), status=end[1])
        freezes = freezes_on(statement, day)
        if freezes:
            entries = tuple(entry for each in freezes for entry in each["entries"])
            first = min(each["registered_on"] for each in freezes)
            references = [each["reference"] for each in freezes]
            yield _about(pool, deal, right, "POOLED_RIGHT_FROZEN", (first, entries), reference=references)


def _invalid(pool: Pool, deal: Deal, right: str, statement: Statement, day: str) -> Iterator[Trigger]:
    """S-12 b: final invalidity of one right calls for all of its licensee's deals."""
    for voided in _voided(statement, pool.fact.pool):
        if voided["on"] > day:
            continue
        whole = voided["scope"] == "full"
        code = "POOLED_RIGHT_INVALID" if whole else "POOLED_RIGHT_INVALID_PART"
        licensee = deal.fact.licensee.name
        together = [each.fact.deal for each in deals_of(pool, licensee, day)] if whole else [deal.fact.deal]
        entries = (*pool.entries_of(deal.fact), voided["entry"])
        since = max(voided["on"], deal.fact.admitted_on)
        yield Trigger(
            code,
            pool.fact.pool,
            since,
            entries,
            tuple(together),
            right,
            {"right": right, "party": licensee, "day": voided["on"], "reference": pool.fact.pool},
        )


def _voided(statement: Statement, pool: str) -> list[dict[str, Any]]:
    return next((each.get("voided", []) for each in statement.get("pools", ()) if each["pool"] == pool), [])


def _about(
    pool: Pool, deal: Deal, right: str, code: str, told: tuple[str, tuple[int, ...]], **data: Any
) -> Trigger:
    """A trigger about one right of a deal; `told` is since when, and by which entries."""
    since, entries = told
    return Trigger(
        code,
        pool.fact.pool,
        max(since, deal.fact.admitted_on),
        (*pool.entries_of(deal.fact), *entries),
        (deal.fact.deal,),
        right,
        {"right": right, "party": deal.fact.licensee.name, "day": since, **data},
    )


def _end_of(statement: Statement, day: str) -> tuple[str, str, tuple[int, ...]] | None:
    """Since when the right has ended, how, and by which entries; None where it stands on the day."""
    status = status_on(statement, day)
    if status not in ENDED_STATUSES:
        return None
    if status == "INVALID_FULL":
        voided = [each for each in _all_voided(statement) if each["scope"] == "full"]
        first = min(voided, key=lambda each: each["on"], default=None)
        if first is not None and first["on"] > day:
            return None
    days = {interval["from"]: interval["entry"] for interval in statement["status"] if interval["from"]}
    for expires_on in (statement["expires_on"], (statement.get("renewal") or {}).get("grace_until")):
        if expires_on is not None:
            days.setdefault(_day_after(expires_on), 0)
    for stayed in statement.get("stayed", ()):
        begins = stayed_until(statement, stayed["recorded_on"])
        if begins is not None:
            days[max(begins, stayed["from"])] = stayed["entries"][0]
    since, entry = day, 0
    for candidate in sorted((each for each in days if each <= day), reverse=True):
        if status_on(statement, candidate) not in ENDED_STATUSES:
            break
        since, entry = candidate, days[candidate]
    return since, status, (entry,) if entry else ()


def _all_voided(statement: Statement) -> list[dict[str, Any]]:
    return [voided for each in statement.get("pools", ()) for voided in each.get("voided", ())]


def _defaults(pool: Pool, deal: Deal, day: str) -> Iterator[Trigger]:
    """S-12 a: an instalment was due and is unpaid, whether or not anybody reported it."""
    unpaid = unpaid_since(deal, day)
    if unpaid is None:
        return
    due_on, amount = unpaid
    told = [each for each in deal.collected if each.received_on <= day]
    reported = [deal.defaulted] if deal.defaulted and deal.defaulted.defaulted_on <= day else []
    yield Trigger(
        "LICENSEE_DEFAULT",
        pool.fact.pool,
        max(_day_after(due_on), deal.fact.admitted_on),
        pool.entries_of(deal.fact, *told, *deal.disposed, *reported),
        (deal.fact.deal,),
        data={
            "party": deal.fact.licensee.name,
            "reference": deal.fact.deal,
            "day": due_on,
            "amount": amount,
        },
    )


def _cover_failed(
    pool: Pool, statements: Mapping[str, Statement], day: str, months: int
) -> Iterator[Trigger]:
    """S-15: cover is below its threshold, since the last day on which it fell below it."""
    cover = cover_on(pool, statements, day, months=months)
    if cover.holds:
        return
    since = day
    for candidate in _days_of_change(pool, statements, day, months):
        if candidate < day and cover_on(pool, statements, candidate, months=months).holds:
            break
        since = candidate
    yield Trigger(
        "COVER_TEST_FAILED",
        pool.fact.pool,
        since,
        (*pool.entries_of(pool.fact), *cover.entries),
        data={"given": f"{cover.percent}%", "limit": f"{cover.percent_wanted}%"},
    )


def _days_of_change(pool: Pool, statements: Mapping[str, Statement], day: str, months: int) -> list[str]:
    """Days up to `day` on which value or principal changed, the latest first."""
    days = {each.topped_up_on for each in pool.topped_up} | {each.last for each in pool.periods}
    for deal in pool.deals.values():
        days.update({deal.fact.admitted_on, deal.out_on or day})
        days.update(on for on, _ in deal.payments(day))
        for right in deal.fact.rights:
            statement = statements.get(right)
            for each in statement.get("valuations", ()) if statement else ():
                days.update({each["reported_on"], _day_after(last_day_counted(each["base_date"], months))})
            end = _end_of(statement, day) if statement else None
            days.add(end[0] if end else day)
            days.update(each["on"] for each in (_all_voided(statement) if statement else ()))
    return sorted((each for each in days if pool.fact.formed_on <= each <= day), reverse=True)


def _review(pool: Pool, day: str) -> Iterator[Trigger]:
    """S-18: the yearly look at values and debtors was due before the day."""
    due_on = review_due_on(pool, day)
    if due_on < day:
        told = [each for each in pool.reviewed if each.reviewed_on <= day]
        yield Trigger(
            "REVIEW_OVERDUE",
            pool.fact.pool,
            _day_after(due_on),
            pool.entries_of(pool.fact, *told),
            data={"reference": pool.fact.pool, "day": due_on},
        )


def _matured(pool: Pool, day: str) -> Iterator[Trigger]:
    """The plan's last day is over, and securities are unpaid."""
    matures_on = pool.terms.matures_on
    if matures_on < day and pool.established is not None and any(pool.balances().principal):
        yield Trigger(
            "POOL_MATURED",
            pool.fact.pool,
            _day_after(matures_on),
            pool.entries_of(pool.fact, *pool.periods[-1:]),
            data={"reference": pool.fact.pool, "day": matures_on, "amount": sum(pool.balances().principal)},
        )


def _reserve_on(pool: Pool, day: str) -> int:
    """What the reserve holds on a day: after the last period paid by then, with what was added since."""
    periods = [each for each in pool.periods if each.last <= day]
    base = periods[-1].reserve if periods else (pool.established.reserve if pool.established else 0)
    since = periods[-1].last if periods else ""
    return base + sum(each.minor for each in pool.topped_up if since < each.topped_up_on <= day)


def _percent(part: int, whole: int) -> str:
    return f"{part * 100 // whole}%" if whole else "0%"


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(1)).isoformat()


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(1)).isoformat()
