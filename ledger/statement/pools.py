"""A pool's story, folded from its dossier, and what a right says of the pools it was in (S-5 to S-18).

`pool_of` tells what was recorded; nothing in it depends on the day it is asked. Days are given to the
questions below it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ledger.facts.acts import FlagsRaised
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
    inflows: Mapping[str, int] = field(default_factory=dict)
    """Money of the plan by the day it came in: collections, disposals, redemptions, the clean-up price."""
    dossier: tuple[Recorded, ...] = ()
    cut_off: PoolCutOff | None = None
    established: PoolEstablished | None = None
    accelerated: PoolAccelerated | None = None
    periods: tuple[PeriodRun, ...] = ()
    redeemed: tuple[DealRedeemed, ...] = ()
    substituted: tuple[DealSubstituted, ...] = ()
    topped_up: tuple[PoolToppedUp, ...] = ()
    reviewed: tuple[PoolReviewed, ...] = ()
    flags: tuple[FlagsRaised, ...] = ()
    """Warnings that came with acts on it."""
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
    dossier = tuple(recorded)
    facts = [item.fact for item in dossier]
    formed = next((place for place, fact in enumerate(facts) if isinstance(fact, PoolFormed)), None)
    if formed is None:
        return None
    fact = facts[formed]
    assert isinstance(fact, PoolFormed)
    return replace(after(Pool(fact, {}), facts[formed + 1 :]), dossier=dossier)


def after(pool: Pool, facts: Iterable[Fact]) -> Pool:
    """The pool after further facts. All of one deal are taken together: a dossier may hold very many."""
    single: dict[str, Any] = {}
    several: dict[str, list[Fact]] = {}
    by_deal: dict[str, list[Fact]] = {}
    for fact in facts:
        kind = type(fact)
        if name := _ONCE.get(kind):
            single.setdefault(name, getattr(pool, name) or fact)
        elif name := _SEVERAL.get(kind):
            several.setdefault(name, []).append(fact)
        if deal := getattr(fact, "deal", None):
            by_deal.setdefault(deal, []).append(fact)
    deals, inflows = dict(pool.deals), dict(pool.inflows)
    for name, told in by_deal.items():
        built = _deal_after(deals.get(name), told, pool.terms.days_of_year)
        if built is not None:
            deals[name] = built
            _add_up(inflows, told)
    _add_up(inflows, single.values())
    single.update({name: (*getattr(pool, name), *told) for name, told in several.items()})
    return _ended(replace(pool, deals=deals, inflows=inflows, **single))


_ONCE: Final[dict[type[Fact], str]] = {
    PoolCutOff: "cut_off",
    PoolEstablished: "established",
    PoolAccelerated: "accelerated",
    PoolCleanedUp: "cleaned_up",
    PoolClosed: "closed",
}
_SEVERAL: Final[dict[type[Fact], str]] = {
    PeriodRun: "periods",
    PoolToppedUp: "topped_up",
    PoolReviewed: "reviewed",
    FlagsRaised: "flags",
    DealRedeemed: "redeemed",
    DealSubstituted: "substituted",
}


def _add_up(inflows: dict[str, int], facts: Iterable[Fact]) -> None:
    """Money of the plan by the day it came in."""
    for fact in facts:
        match fact:
            case CollectionBooked():
                on, minor = fact.received_on, fact.minor
            case RightDisposed():
                on, minor = fact.disposed_on, fact.proceeds
            case DealRedeemed():
                on, minor = fact.redeemed_on, fact.paid
            case PoolCleanedUp():
                on, minor = fact.cleaned_up_on, fact.price
            case _:
                continue
        inflows[on] = inflows.get(on, 0) + minor


def _ended(pool: Pool) -> Pool:
    """What was still in a pool that ended left it then."""
    end = pool.cleaned_up or pool.closed
    if end is None:
        return pool
    cause = "cleaned_up" if pool.cleaned_up else "closed"
    deals = {
        name: deal if deal.out_on else replace(deal, out_on=end.effective_on, out_by=cause)
        for name, deal in pool.deals.items()
    }
    return replace(pool, deals=deals)


def _deal_after(deal: Deal | None, facts: list[Fact], days_of_year: int) -> Deal | None:
    """A deal after further facts of its own; None where it was never admitted."""
    changes: dict[str, Any] = {}
    lists: dict[str, list[Fact]] = {}
    for fact in facts:
        kind = type(fact)
        if isinstance(fact, DealAdmitted):
            deal = deal or Deal(fact, days_of_year)
        elif name := _OF_DEAL.get(kind):
            lists.setdefault(name, []).append(fact)
        elif isinstance(fact, DebtorNotified):
            changes["notified_on"] = fact.notified_on
        elif isinstance(fact, DealDefaulted):
            changes["defaulted"] = fact
        elif isinstance(fact, DisposalStarted):
            changes["disposal"] = fact
        elif isinstance(fact, DealRedeemed):
            changes.update(out_on=fact.redeemed_on, out_by="redeemed")
        elif isinstance(fact, DealSubstituted):
            changes.update(out_on=fact.substituted_on, out_by="substituted")
    if deal is None:
        return None
    changes.update({name: (*getattr(deal, name), *told) for name, told in lists.items()})
    return replace(deal, **changes) if changes else deal


_OF_DEAL: Final[dict[type[Fact], str]] = {
    CollectionBooked: "collected",
    CollectionTurnedOver: "turned_over",
    RightDisposed: "disposed",
}


def redemption_price(pool: Pool, deal: Deal, day: str) -> tuple[int, int, int]:
    """S-13: outstanding principal, interest since the last payment, agreed premium, in minor units."""
    owed = deal.owed(day)
    premium = pool.terms.redemption_premium
    added = half_up(owed.principal * parse_rate(premium)) if premium else 0
    return owed.principal, owed.interest, added


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
