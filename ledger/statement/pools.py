"""A pool's story, folded from its dossier, and what a right says of the pools it was in (S-5 to S-18).

`pool_of` tells what was recorded; nothing in it depends on the day it is asked. Days are given to the
questions below it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from ledger.facts.base import Fact
from ledger.facts.pools import (
    CollectionBooked,
    CollectionTurnedOver,
    DealAdmitted,
    DealDefaulted,
    DealRedeemed,
    DealSubstituted,
    DebtorNotified,
    DisposalStarted,
    PeriodRun,
    PoolAccelerated,
    PoolCleanedUp,
    PoolClosed,
    PoolCutOff,
    PoolEstablished,
    PoolFormed,
    PoolReviewed,
    PoolTerms,
    PoolToppedUp,
    RightDisposed,
)
from ledger.facts.status import InvalidationBecameFinal
from ledger.statement.base import Recorded, of_kinds
from ledger.statement.reading import licenses_on
from ledger.values.calendar import term_end
from ledger.values.dates import parse_day
from ledger.values.money import DAYS_OF_YEAR, half_up, parse_rate
from ledger.values.waterfall import Balances, Terms, Tranche, accrued, opening

_MEMBERSHIP: Final[frozenset[type[Fact]]] = frozenset(
    (DealAdmitted, DealRedeemed, DealSubstituted, PoolCleanedUp, PoolClosed, RightDisposed)
)


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed on a deal on a day: principal, and the interest accrued on it and not paid."""

    principal: int
    interest: int


@dataclass(frozen=True, slots=True)
class Deal:
    """A licensee's deal: what was admitted, and what happened to it."""

    fact: DealAdmitted
    days_of_year: int = DAYS_OF_YEAR
    notified_on: str | None = None
    defaulted: DealDefaulted | None = None
    disposal: DisposalStarted | None = None
    collected: tuple[CollectionBooked, ...] = ()
    disposed: tuple[RightDisposed, ...] = ()
    turned_over: tuple[CollectionTurnedOver, ...] = ()
    out_on: str | None = None
    """The day it left the pool: redeemed, substituted, bought back, or the pool was closed."""
    out_by: str | None = None

    def is_in(self, day: str) -> bool:
        """Whether it is in the pool on a day."""
        return self.fact.admitted_on <= day and (self.out_on is None or self.out_on > day)

    def rights_on(self, day: str) -> list[str]:
        """Its rights that are pooled on a day: those sold after a default have left."""
        if not self.is_in(day):
            return []
        sold = {right for each in self.disposed if each.disposed_on <= day for right in each.rights}
        return [right for right in self.fact.rights if right not in sold]

    def payments(self, day: str) -> list[tuple[str, int]]:
        """Money that came in on it by a day, from the licensee or by disposal, in order."""
        paid = [(each.received_on, each.minor) for each in self.collected]
        paid += [(each.disposed_on, each.proceeds) for each in self.disposed]
        return sorted(each for each in paid if each[0] <= day)

    def collected_by(self, day: str) -> int:
        """What came in by a day, in minor units."""
        return sum(minor for _, minor in self.payments(day))

    def commingled(self, day: str) -> list[CollectionBooked]:
        """Money of the plan that lies with the originator on a day, not turned over yet (S-6)."""
        over = {each.received_on for each in self.turned_over if each.turned_over_on <= day}
        return [
            each
            for each in self.collected
            if each.received_by == "originator"
            and each.received_on <= day
            and each.received_on not in over
            and (each.turned_over_on is None or each.turned_over_on > day)
        ]

    def due_by(self, day: str) -> int:
        """Instalments due by a day."""
        return sum(each.minor for each in self.fact.installments if each.on <= day)

    def owed(self, day: str) -> Owed:
        """Principal and interest owed on a day: what comes in pays interest accrued until then first.

        Instalments hold both. Interest is rounded once for each stretch between payments (N-6).
        """
        principal, unpaid, since = self.fact.principal, 0, self.fact.first_on
        for on, minor in self.payments(day):
            unpaid += self._accrued(principal, since, on)
            to_interest = min(unpaid, minor)
            unpaid -= to_interest
            principal -= min(principal, minor - to_interest)
            since = max(since, on)
        return Owed(principal, unpaid + self._accrued(principal, since, day))

    def outstanding(self, day: str) -> int:
        """Principal outstanding on a day, in minor units."""
        return self.owed(day).principal

    def _accrued(self, principal: int, since: str, until: str) -> int:
        if until <= since:
            return 0
        rate = parse_rate(self.fact.rate)
        return accrued(principal, rate, parse_day(since), parse_day(until), self.days_of_year)

    @property
    def last_installment(self) -> str:
        """The day the last instalment is due."""
        return max(each.on for each in self.fact.installments)


@dataclass(frozen=True, slots=True)
class Pool:
    """All that was recorded of a pool; `dossier` is what it was told from."""

    fact: PoolFormed
    deals: Mapping[str, Deal]
    dossier: tuple[Recorded, ...] = ()
    cut_off: PoolCutOff | None = None
    established: PoolEstablished | None = None
    accelerated: PoolAccelerated | None = None
    periods: tuple[PeriodRun, ...] = ()
    redeemed: tuple[DealRedeemed, ...] = ()
    substituted: tuple[DealSubstituted, ...] = ()
    topped_up: tuple[PoolToppedUp, ...] = ()
    reviewed: tuple[PoolReviewed, ...] = ()
    cleaned_up: PoolCleanedUp | None = None
    closed: PoolClosed | None = None

    @property
    def terms(self) -> PoolTerms:
        """What its documents fix."""
        return self.fact.terms

    def deals_on(self, day: str) -> list[Deal]:
        """Deals in the pool on a day, in order of admission."""
        return [deal for deal in self.deals.values() if deal.is_in(day)]

    def unaware(self, day: str) -> list[Deal]:
        """Deals in the pool on a day whose debtor was not notified by then, and is not bound (S-7)."""
        return [deal for deal in self.deals_on(day) if deal.notified_on is None or deal.notified_on > day]

    def rights_on(self, day: str) -> list[str]:
        """Rights pooled on a day, sorted."""
        return sorted({right for deal in self.deals_on(day) for right in deal.rights_on(day)})

    def outstanding(self, day: str) -> int:
        """Outstanding principal of all deals in the pool."""
        return sum(deal.outstanding(day) for deal in self.deals_on(day))

    @property
    def initial(self) -> int:
        """The cut-off balance; what was admitted where none was fixed."""
        if self.cut_off is not None:
            return self.cut_off.balance
        return sum(deal.fact.principal for deal in self.deals.values() if deal.fact.replaces is None)

    def is_live(self, day: str) -> bool:
        """Whether it was formed by then and neither closed nor bought back."""
        ends = [each for each in (self.closed, self.cleaned_up) if each is not None]
        ended = any((each.effective_on or "") <= day for each in ends)
        return self.fact.formed_on <= day and not ended

    def entries_of(self, *told: Fact) -> tuple[int, ...]:
        """Positions of the entries that told these facts."""
        asked = {id(fact) for fact in told}
        return tuple(position for item in self.dossier if id(item.fact) in asked for position in item.entries)

    def balances(self, upto: str | None = None) -> Balances:
        """Balances after the last period run, those of the establishment before the first.

        With the money added to the reserve since then, by the day `upto` where one is given.
        """
        last = self.periods[-1] if self.periods else None
        added = sum(
            each.minor
            for each in self.topped_up
            if (last is None or each.topped_up_on > last.last) and (upto is None or each.topped_up_on <= upto)
        )
        if last is None:
            begun = self.established.reserve if self.established else 0
            return opening(self.waterfall, reserve=begun + added)
        return Balances(
            last.principal,
            last.unpaid_interest,
            last.unpaid_costs,
            last.reserve + added,
            last.retained,
            last.shortfall_payer_used,
            last.guarantor_used,
        )

    @property
    def waterfall(self) -> Terms:
        """The terms a period is run by."""
        terms = self.terms
        tranches = tuple(
            Tranche(
                each.name,
                each.principal,
                parse_rate(each.rate) if each.rate else None,
                tuple((parse_day(step.on), step.minor) for step in each.schedule),
            )
            for each in terms.tranches
        )
        return Terms(
            terms.currency,
            tranches,
            parse_day(terms.matures_on),
            terms.reserve_target,
            terms.shortfall_payer.limit if terms.shortfall_payer else 0,
            terms.guarantor.limit if terms.guarantor else 0,
            terms.enhanced,
            terms.days_of_year,
        )


def pool_of(recorded: Iterable[Recorded]) -> Pool | None:
    """The pool its dossier tells; None where none was formed."""
    pool: Pool | None = None
    told: list[Recorded] = []
    for item in recorded:
        if pool is not None:
            pool = stepped(pool, item.fact)
        elif isinstance(item.fact, PoolFormed):
            pool = Pool(item.fact, {})
        told.append(item)
    return pool and replace(pool, dossier=tuple(told))


def stepped(pool: Pool, fact: Fact) -> Pool:
    """The pool after one more fact."""
    kind = type(fact)
    changes: dict[str, Any] = {}
    if name := _ONCE.get(kind):
        changes[name] = getattr(pool, name) or fact
    elif name := _SEVERAL.get(kind):
        changes[name] = (*getattr(pool, name), fact)
    elif isinstance(fact, PoolCleanedUp | PoolClosed):
        return _ended(pool, fact)
    else:
        return _of_deal(pool, fact)
    return replace(pool, **changes)


_ONCE: Final[dict[type[Fact], str]] = {
    PoolCutOff: "cut_off",
    PoolEstablished: "established",
    PoolAccelerated: "accelerated",
}
_SEVERAL: Final[dict[type[Fact], str]] = {
    PeriodRun: "periods",
    PoolToppedUp: "topped_up",
    PoolReviewed: "reviewed",
}


def _ended(pool: Pool, fact: PoolCleanedUp | PoolClosed) -> Pool:
    day = fact.effective_on or ""
    cause = "cleaned_up" if isinstance(fact, PoolCleanedUp) else "closed"
    deals = {
        name: deal if deal.out_on else replace(deal, out_on=day, out_by=cause)
        for name, deal in pool.deals.items()
    }
    if isinstance(fact, PoolCleanedUp):
        return replace(pool, deals=deals, cleaned_up=fact)
    return replace(pool, deals=deals, closed=fact)


def _of_deal(pool: Pool, fact: Fact) -> Pool:
    if isinstance(fact, DealAdmitted):
        deal = Deal(fact, pool.terms.days_of_year)
        return replace(pool, deals={**pool.deals, fact.deal: deal})
    name = getattr(fact, "deal", "")
    known = pool.deals.get(name)
    if known is None:
        return pool
    if isinstance(fact, DealRedeemed):
        pool = replace(pool, redeemed=(*pool.redeemed, fact))
    elif isinstance(fact, DealSubstituted):
        pool = replace(pool, substituted=(*pool.substituted, fact))
    return replace(pool, deals={**pool.deals, name: _after(known, fact)})


def _after(deal: Deal, fact: Fact) -> Deal:
    """The deal after one more fact of its own."""
    changes: dict[str, Any] = {}
    match fact:
        case DebtorNotified():
            changes["notified_on"] = fact.notified_on
        case CollectionBooked():
            changes["collected"] = (*deal.collected, fact)
        case CollectionTurnedOver():
            changes["turned_over"] = (*deal.turned_over, fact)
        case DealDefaulted():
            changes["defaulted"] = fact
        case DisposalStarted():
            changes["disposal"] = fact
        case RightDisposed():
            changes["disposed"] = (*deal.disposed, fact)
        case DealRedeemed():
            changes.update(out_on=fact.redeemed_on, out_by="redeemed")
        case DealSubstituted():
            changes.update(out_on=fact.substituted_on, out_by="substituted")
    return replace(deal, **changes)


def redemption_price(pool: Pool, deal: Deal, day: str) -> tuple[int, int, int]:
    """S-13: outstanding principal, interest since the last payment, agreed premium, in minor units."""
    owed = deal.owed(day)
    premium = pool.terms.redemption_premium
    added = half_up(owed.principal * parse_rate(premium)) if premium else 0
    return owed.principal, owed.interest, added


def redeemed_share(pool: Pool) -> Fraction:
    """Principal redeemed over the initial balance (S-12)."""
    redeemed = sum(each.outstanding for each in pool.redeemed)
    return Fraction(redeemed, pool.initial) if pool.initial else Fraction(0)


def review_due_on(pool: Pool, day: str | None = None) -> str:
    """The day by which values and debtors must be looked at again (S-18), as it stood on `day`."""
    reviewed = [each.reviewed_on for each in pool.reviewed if day is None or each.reviewed_on <= day]
    since = max([pool.fact.formed_on, *reviewed])
    return term_end(parse_day(since), months=pool.terms.review_months).isoformat()


def resolve(recorded: list[Recorded], right: str) -> dict[str, list[dict[str, Any]]]:
    """`pools` a right was in, with the days from and until; absent where there is none (M-11).

    `voided` tells of each invalidity that became final the day, the scope and the entry: whoever pooled the
    right must know since when it is gone, while its status says that it never was (PL 47, S-12).
    """
    found: list[dict[str, Any]] = []
    for item in of_kinds(recorded, _MEMBERSHIP):
        fact = item.fact
        if isinstance(fact, DealAdmitted):
            found.append(
                {
                    "pool": fact.pool,
                    "deal": fact.deal,
                    "licensee": fact.licensee.name,
                    "licenses": _licenses(fact, right),
                    "from": fact.admitted_on,
                    "until": None,
                    "out_by": None,
                    "entries": list(item.entries),
                }
            )
        elif right in fact.rights:
            _leave(found, item)
    voided = _voided(recorded) if found else []
    for each in found if voided else ():
        each["voided"] = voided
    return {"pools": found} if found else {}


def _voided(recorded: list[Recorded]) -> list[dict[str, Any]]:
    return [
        {"on": item.record.effective_on, "scope": item.fact.scope, "entry": item.record.position}
        for item in of_kinds(recorded, _FINALITY)
        if isinstance(item.fact, InvalidationBecameFinal)
    ]


_FINALITY: Final[frozenset[type[Fact]]] = frozenset((InvalidationBecameFinal,))


def _licenses(fact: DealAdmitted, right: str) -> list[str]:
    """The licenses on the right that the deal rests on, the first step first."""
    named = [each for each in fact.licenses if each.right == right]
    return [license_ for each in named for license_ in (each.step_one, each.step_two) if license_]


def shown(statement: dict[str, Any], day: str) -> dict[str, Any]:
    """`pools` of the answer for a day, each with what it forbids and by which code; absent where empty.

    A right in a live pool enters no other (S-5). Where its licenses are exclusive, they stand in the way of
    any other license within them, as every exclusive license does (L-5, S-2).
    """
    found = pools_on(statement, day)
    running = {each["id"] for each in licenses_on(statement, day) if each["kind"] == "exclusive"}
    return {"pools": [_shown(each, running) for each in found]} if found else {}


def _shown(each: dict[str, Any], running: set[str]) -> dict[str, Any]:
    members = ("pool", "deal", "licensee", "licenses", "from", "until", "entries")
    within = [license_ for license_ in each["licenses"] if license_ in running]
    forbids = [{"act": "pool", "code": "ASSET_ALREADY_POOLED", "within": []}]
    if within:
        forbids.append({"act": "license", "code": "LICENCE_CONFLICT_EXCLUSIVE", "within": within})
    return {**{member: each[member] for member in members}, "forbids": forbids}


def pools_on(statement: dict[str, Any], day: str) -> list[dict[str, Any]]:
    """The pools a right is in on a day."""
    return [
        each
        for each in statement.get("pools", ())
        if each["from"] <= day and (each["until"] is None or each["until"] > day)
    ]


_OUT: Final = {
    DealRedeemed: "redeemed",
    DealSubstituted: "substituted",
    PoolCleanedUp: "cleaned_up",
    PoolClosed: "closed",
    RightDisposed: "disposed",
}


def _leave(found: list[dict[str, Any]], item: Recorded) -> None:
    fact = item.fact
    deal = getattr(fact, "deal", None)
    for each in found:
        if (
            each["pool"] == getattr(fact, "pool", None)
            and each["until"] is None
            and deal in {None, each["deal"]}
        ):
            each.update(until=fact.effective_on, out_by=_OUT[type(fact)])
            each["entries"] += item.entries
