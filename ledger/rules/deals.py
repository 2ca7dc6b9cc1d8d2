"""Deals: what comes into a pool with a licensee, and what keeps a right or a debtor out of it (S-5).

A deal is a licensee's receivable with the rights it rests on. `obstacles` says of a deal, on a day, each
reason why it does not qualify; admission, the cut-off, the issue and a substitution all ask it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import Field

from ledger.facts.base import Value
from ledger.facts.pools import DealAdmitted, DealId, PooledLicense, Rate, Scheduled
from ledger.rules.base import Finding, refuse
from ledger.rules.fields import CommandDay, Digest, LicenseId, PartySaid, RightId
from ledger.rules.papers import consent_for
from ledger.rules.pooling import MinorSaid, contradicts
from ledger.rules.situation import Situation
from ledger.statement.pools import Pool
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    dispute_on,
    fees_late_on,
    freezes_on,
    holders_on,
    holdings_on,
    insolvencies_on,
    invalidation_pending_on,
    is_granted_on,
    last_day_in_force,
    pledges_on,
    status_on,
    suspensions_on,
)
from ledger.values.dates import parse_day
from ledger.values.money import DAYS_OF_YEAR, parse_rate
from ledger.values.parties import same_party


class ScheduledSaid(Value):
    """An amount due on a day."""

    on: CommandDay
    minor: MinorSaid


class PooledLicenseSaid(Value):
    """The licenses a receivable rests on: both steps of a two-step license, else the one license."""

    right: RightId
    step_one: LicenseId
    step_two: LicenseId | None = None


class DealSaid(Value):
    """A licensee's deal: the rights are pooled, the instalments are the receivable that is sold.

    `principal` bears interest at `rate` from `first_on`; instalments hold both. `disclosed` are rights whose
    pending invalidation investors were told of (S-5).
    """

    deal: DealId
    licensee: PartySaid
    licenses: Annotated[tuple[PooledLicenseSaid, ...], Field(max_length=1000)] = ()
    principal: MinorSaid
    rate: Rate
    first_on: CommandDay
    installments: Annotated[tuple[ScheduledSaid, ...], Field(min_length=1, max_length=1000)]
    disclosed: Annotated[tuple[RightId, ...], Field(max_length=1000)] = ()
    document: Digest | None = None


def deal_fact(
    said: DealSaid, rights: tuple[str, ...], pool: str, admitted_on: str, replaces: str | None = None
) -> DealAdmitted:
    """The admission of a deal as a fact."""
    return DealAdmitted(
        rights=rights,
        pool=pool,
        deal=said.deal,
        licensee=said.licensee.fact,
        licenses=tuple(PooledLicense(**each.model_dump()) for each in said.licenses),
        principal=said.principal,
        rate=said.rate,
        first_on=said.first_on,
        installments=tuple(Scheduled(on=each.on, minor=each.minor) for each in said.installments),
        admitted_on=admitted_on,
        disclosed=said.disclosed,
        replaces=replaces,
        document=said.document,
    )


# Form


def deal_faults(said: DealSaid, rights: tuple[str, ...], pool: Pool | None) -> Iterator[Finding]:
    """S-5: what in a deal contradicts itself; a cash flow has to be identifiable and predictable."""
    days = [each.on for each in said.installments]
    if not said.principal:
        yield contradicts("S-5", "/principal", 0, "an amount above 0")
    if sorted(set(days)) != days:
        yield contradicts("S-5", "/installments", days, "days that follow one another")
    if min(days) < said.first_on:
        yield contradicts("S-5", "/installments/0/on", min(days), f"a day not before {said.first_on}")
    total = sum(each.minor for each in said.installments)
    most = said.principal + _simple_interest(said, max(days), pool)
    if not said.principal <= total <= most:
        yield contradicts("S-5", "/installments", total, f"{said.principal} to {most}")
    for place, each in enumerate(said.licenses):
        if each.right not in rights:
            yield contradicts("S-5", f"/licenses/{place}/right", each.right, "a right of the deal")
    named = [each.right for each in said.licenses]
    if len(set(named)) < len(named):
        yield contradicts("S-5", "/licenses", named, "each right once")
    for place, right in enumerate(said.disclosed):
        if right not in rights:
            yield contradicts("S-5", f"/disclosed/{place}", right, "a right of the deal")


def _simple_interest(said: DealSaid, last: str, pool: Pool | None) -> int:
    """The most interest there can be: on all of the principal up to the last instalment, rounded up."""
    days = max(0, (parse_day(last) - parse_day(said.first_on)).days)
    of_year = pool.terms.days_of_year if pool is not None else DAYS_OF_YEAR
    return int(said.principal * parse_rate(said.rate) * Fraction(days, of_year)) + 1


# Eligibility


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a deal does not qualify: one reason, on one right where it concerns one."""

    reason: str
    right: str | None = None


def obstacles(deal: DealAdmitted, pool: Pool, situation: Situation, day: str) -> Iterator[Obstacle]:
    """S-5: each reason why a deal does not qualify on a day, right by right.

    In force, fees paid, no freeze, no pledge but one to manager or originator, clean title, no pending
    invalidation unless disclosed, a term that covers the last instalment, a debtor that is not insolvent
    (ABS49 [S]; the rest [D]). `concentration` is asked once the cut-off fixed what the whole is. An
    application is no right in force, and a dispute of whatever kind is no clean title: cautious readings.
    """
    for right, statement in situation.statements(deal.rights):
        for reason, stands in _reasons(deal, pool, right, statement, day):
            if stands:
                yield Obstacle(reason, right)
    if pool.cut_off is not None and concentration(pool, deal) > pool.terms.licensee_limit_percent:
        yield Obstacle("concentration")


def _reasons(
    deal: DealAdmitted, pool: Pool, right: str, statement: Statement, day: str
) -> Iterator[tuple[str, bool]]:
    insolvent = [case["party"] for case in insolvencies_on(statement, day)]
    last = last_day_in_force(statement)
    last_due = max(each.on for each in deal.installments)
    pending = invalidation_pending_on(statement, day) and right not in deal.disclosed
    yield "not_in_force", not _stands_in_force(statement, day)
    yield "fees_late", fees_late_on(statement, day)
    yield "frozen", bool(freezes_on(statement, day))
    yield "suspended", bool(suspensions_on(statement, day))
    yield "foreign_pledge", bool(foreign_pledges(pool, statement, day))
    yield "owner_differs", not _has_clean_title(deal, pool, statement, day)
    yield "invalidation_pending", pending
    yield "disputed", bool(dispute_on(statement, day))
    yield "term_too_short", last is not None and last < last_due
    yield "debtor_insolvent", any(same_party(name, deal.licensee.name) for name in insolvent)


def _stands_in_force(statement: Statement, day: str) -> bool:
    return status_on(statement, day) not in ENDED_STATUSES and is_granted_on(statement, day)


def foreign_pledges(pool: Pool, statement: Statement, day: str) -> list[dict[str, Any]]:
    """Pledges of record in favor of others than the manager and the originator.

    But for those whose holders agreed, by a consent to `release` that names the manager, to let go of the
    right when it is the plan's.
    """
    own = (pool.fact.manager.name, pool.fact.originator.name)
    return [
        pledge
        for pledge in pledges_on(statement, day)
        if not all(
            any(same_party(name, each) for each in own)
            or consent_for(
                statement, day, giver=name, role="pledgee", act="release",
                to=(pool.fact.manager.name,), pledge=pledge["id"],
            )
            for name in holders_on(pledge, day)
        )
    ]  # fmt: skip


_TITLE: Final = {
    "two_step_license": "licensee",
    "license_receivable": "originator",
    "sale_leaseback": "originator",
}
"""Whose the rights are: who licenses them back from the originator, or the originator itself.

The rights behind a pledged loan or a supply chain's receivable may be anybody's.
"""


def _has_clean_title(deal: DealAdmitted, pool: Pool, statement: Statement, day: str) -> bool:
    owner = _TITLE.get(pool.fact.structure)
    if owner is None:
        return True
    name = deal.licensee.name if owner == "licensee" else pool.fact.originator.name
    holdings = holdings_on(statement, day)
    return bool(holdings) and all(holding.is_called(name) for holding in holdings)


def concentration(pool: Pool, deal: DealAdmitted | None = None) -> Fraction:
    """The percentage of the pool that the licensee of `deal` has, with it and without what it replaces.

    Without a deal, the highest of any licensee. Counted is principal outstanding on the cut-off day, so that
    later payments move nobody over the limit.
    """
    day = pool.fact.cut_off_on
    inside = [each for each in pool.deals.values() if each.out_on is None]
    parts = {each.fact.deal: (each.fact.licensee.name, each.outstanding(day)) for each in inside}
    if deal is not None:
        parts.setdefault(deal.deal, (deal.licensee.name, deal.principal))
        parts.pop(deal.replaces or "", None)
    total = sum(principal for _, principal in parts.values())
    if not total:
        return Fraction(0)
    asked = [deal.licensee.name] if deal is not None else [name for name, _ in parts.values()]
    return max(
        Fraction(100 * sum(principal for name, principal in parts.values() if same_party(name, each)), total)
        for each in asked
    )


def already_pooled(deal: DealAdmitted, situation: Situation) -> Iterator[Finding]:
    """S-5: a right is in one live pool only, whether it entered that one before or after."""
    for right, statement in situation.statements(deal.rights):
        for each in statement.get("pools", ()):
            until = each["until"]
            replaced = each["pool"] == deal.pool and each["deal"] == deal.replaces
            if not replaced and (until is None or until > deal.admitted_on):
                yield refuse("S-5", "ASSET_ALREADY_POOLED", right=right, reference=each["pool"])
                break
