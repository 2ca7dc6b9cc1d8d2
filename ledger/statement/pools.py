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
from ledger.statement.base import Recorded, of_kinds
from ledger.values.calendar import term_end
from ledger.values.dates import parse_day
from ledger.values.money import parse_rate
from ledger.values.waterfall import Balances, Terms, Tranche, accrued, opening

_MEMBERSHIP: Final[frozenset[type[Fact]]] = frozenset(
    (DealAdmitted, DealRedeemed, DealSubstituted, PoolCleanedUp, PoolClosed, RightDisposed)
)


@dataclass(frozen=True, slots=True)
class Deal:
    """A licensee's deal: what was admitted, and what happened to it."""

    fact: DealAdmitted
    notified_on: str | None = None
    defaulted: DealDefaulted | None = None
    disposal: DisposalStarted | None = None
    collected: tuple[CollectionBooked, ...] = ()
    disposed: tuple[RightDisposed, ...] = ()
    out_on: str | None = None
    """The day it left the pool: redeemed, substituted, bought back, or the pool was closed."""
    out_by: str | None = None

    def is_in(self, day: str) -> bool:
        """Whether it is in the pool on a day."""
        return self.fact.admitted_on <= day and (self.out_on is None or self.out_on > day)

    def collected_by(self, day: str) -> int:
        """What came in by a day, in minor units."""
        return sum(each.minor for each in self.collected if each.received_on <= day)

    def due_by(self, day: str) -> int:
        """Instalments due by a day."""
        return sum(each.minor for each in self.fact.installments if each.on <= day)

    def outstanding(self, day: str) -> int:
        """Principal outstanding: what was admitted less what was collected above interest accrued.

        Instalments hold principal and interest; interest comes first.
        """
        owed, since, paid_interest = self.fact.principal, self.fact.first_on, 0
        rate = parse_rate(self.fact.rate)
        for each in sorted(self.collected, key=lambda booked: booked.received_on):
            if each.received_on > day:
                break
            paid_interest = accrued(owed, rate, parse_day(since), parse_day(each.received_on), _YEAR)
            owed -= min(owed, max(0, each.minor - paid_interest))
            since = max(since, each.received_on)
        return owed

    @property
    def last_installment(self) -> str:
        """The day the last instalment is due."""
        return max(each.on for each in self.fact.installments)


@dataclass(frozen=True, slots=True)
class Pool:
    """All that was recorded of a pool."""

    fact: PoolFormed
    deals: Mapping[str, Deal]
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

    def rights_on(self, day: str) -> list[str]:
        """Rights pooled on a day, sorted."""
        return sorted({right for deal in self.deals_on(day) for right in deal.fact.rights})

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

    def balances(self) -> Balances:
        """Balances after the last period run; those of the establishment before the first."""
        if not self.periods:
            return opening(self.waterfall, reserve=self.established.reserve if self.established else 0)
        last = self.periods[-1]
        return Balances(
            last.principal,
            last.unpaid_interest,
            last.unpaid_costs,
            last.reserve + sum(each.minor for each in self.topped_up if each.topped_up_on > last.last),
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


_YEAR: Final = 365


def pool_of(recorded: Iterable[Recorded]) -> Pool | None:  # noqa: C901  # one case for each kind of fact
    """The pool its dossier tells; None where none was formed."""
    pool: Pool | None = None
    for item in recorded:
        fact = item.fact
        if isinstance(fact, PoolFormed):
            pool = pool or Pool(fact, {})
        elif pool is None:
            continue
        elif isinstance(fact, PoolCutOff):
            pool = replace(pool, cut_off=fact)
        elif isinstance(fact, PoolEstablished):
            pool = replace(pool, established=fact)
        elif isinstance(fact, PoolAccelerated):
            pool = replace(pool, accelerated=pool.accelerated or fact)
        elif isinstance(fact, PeriodRun):
            pool = replace(pool, periods=(*pool.periods, fact))
        elif isinstance(fact, PoolToppedUp):
            pool = replace(pool, topped_up=(*pool.topped_up, fact))
        elif isinstance(fact, PoolReviewed):
            pool = replace(pool, reviewed=(*pool.reviewed, fact))
        elif isinstance(fact, PoolCleanedUp | PoolClosed):
            pool = _ended(pool, fact)
        else:
            pool = _of_deal(pool, fact)
    return pool


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
        return replace(pool, deals={**pool.deals, fact.deal: Deal(fact)})
    name = getattr(fact, "deal", "")
    deal = pool.deals.get(name)
    if deal is None:
        return pool
    if isinstance(fact, DealRedeemed):
        pool = replace(pool, redeemed=(*pool.redeemed, fact))
    elif isinstance(fact, DealSubstituted):
        pool = replace(pool, substituted=(*pool.substituted, fact))
    return replace(pool, deals={**pool.deals, name: _stepped(deal, fact)})


def _stepped(deal: Deal, fact: Fact) -> Deal:
    """The deal after one more fact of its own."""
    changes: dict[str, Any] = {}
    match fact:
        case DebtorNotified():
            changes["notified_on"] = fact.notified_on
        case CollectionBooked():
            changes["collected"] = (*deal.collected, fact)
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
    owed = deal.outstanding(day)
    paid = [each.received_on for each in deal.collected if each.received_on <= day]
    since = max([deal.fact.first_on, *paid])
    rate = parse_rate(deal.fact.rate)
    interest = accrued(owed, rate, parse_day(since), parse_day(day), pool.terms.days_of_year)
    premium = pool.terms.redemption_premium
    return owed, interest, int(owed * parse_rate(premium)) if premium else 0


def redeemed_share(pool: Pool) -> Fraction:
    """Principal redeemed over the initial balance (S-12)."""
    redeemed = sum(each.outstanding for each in pool.redeemed)
    return Fraction(redeemed, pool.initial) if pool.initial else Fraction(0)


def review_due_on(pool: Pool) -> str:
    """The day by which values and debtors must be looked at again (S-18)."""
    since = max([pool.fact.formed_on, *(each.reviewed_on for each in pool.reviewed)])
    return term_end(parse_day(since), months=pool.terms.review_months).isoformat()


def resolve(recorded: list[Recorded], right: str) -> dict[str, list[dict[str, Any]]]:
    """`pools` a right was in, with the days from and until; absent where there is none (M-11)."""
    found: list[dict[str, Any]] = []
    for item in of_kinds(recorded, _MEMBERSHIP):
        fact = item.fact
        if isinstance(fact, DealAdmitted):
            found.append(
                {
                    "pool": fact.pool,
                    "deal": fact.deal,
                    "licensee": fact.licensee.name,
                    "from": fact.admitted_on,
                    "until": None,
                    "out_by": None,
                    "entries": list(item.entries),
                }
            )
        elif right in fact.rights and not isinstance(fact, RightDisposed):
            _leave(found, item)
    return {"pools": found} if found else {}


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
