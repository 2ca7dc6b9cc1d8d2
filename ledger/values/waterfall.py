"""One period of a securitized product: who is paid what, in which order, to the cent (S-10, S-11).

The order is strict: taxes, plan fees, then tranche by tranche in order of rank its interest (with what
earlier periods left unpaid) and its principal due, then pass-through principal, then the reserve up to its
target, then what is left to the lowest tranche. A junior item gets nothing while a senior one of the period
is unpaid. After an acceleration all principal of a tranche is due before anything of the next. What a
period lacks is drawn from the credit enhancements in the order of the contract (reserve, shortfall payer,
guarantor), for the items they cover. A reserve is given back when the product is closed, not by a period.

All amounts are integer minor units of one currency. Interest is rounded half up once per tranche and period
(N-6). Everything is pure: the same inputs give the same lines for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from ledger.errors import InputRejected
from ledger.values.money import DAYS_OF_YEAR, half_up


class Item(StrEnum):
    """What a line of the waterfall pays."""

    TAXES = "taxes"
    FEES = "fees"
    INTEREST = "interest"
    PRINCIPAL = "principal"
    RESERVE = "reserve"
    RESIDUAL = "residual"
    RETAINED = "retained"


class Source(StrEnum):
    """Where money of a period comes from, in the order enhancements are drawn (S-11)."""

    COLLECTIONS = "collections"
    RESERVE = "reserve"
    SHORTFALL_PAYER = "shortfall_payer"
    GUARANTOR = "guarantor"


@dataclass(frozen=True, slots=True)
class Tranche:
    """A class of securities; the order in `Terms.tranches` is its rank.

    `rate` is per year; None for the lowest tranche, which takes what is left. `schedule` holds the principal
    due on each payment day; empty is pass-through: whatever is left pays principal until none is owed.
    """

    name: str
    principal: int
    rate: Fraction | None = None
    schedule: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What the product's documents fix.

    `enhanced` is the number of tranches, from the first, whose interest and principal due the enhancements
    cover. On `matures_on` all principal is due.
    """

    currency: str
    tranches: tuple[Tranche, ...]
    matures_on: date
    reserve_target: int = 0
    shortfall_payer_limit: int = 0
    guarantor_limit: int = 0
    enhanced: int = 1
    days_of_year: int = DAYS_OF_YEAR


@dataclass(frozen=True, slots=True)
class Balances:
    """What stands after a period: principal and unpaid interest per tranche, reserve, enhancements used."""

    principal: tuple[int, ...]
    unpaid_interest: tuple[int, ...]
    unpaid_costs: int = 0
    reserve: int = 0
    retained: int = 0
    shortfall_payer_used: int = 0
    guarantor_used: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """One payment period: interest runs after `first` up to and including `last`, its payment day."""

    number: int
    first: date
    last: date
    collections: int
    taxes: int = 0
    fees: int = 0
    accelerated: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A payment: `due` and `paid`; `tranche` names whose."""

    item: Item
    due: int
    paid: int
    tranche: str | None = None

    @property
    def unpaid(self) -> int:
        """What was due and not paid."""
        return max(0, self.due - self.paid)


@dataclass(frozen=True, slots=True)
class Draw:
    """Money taken from a source, and what it still had."""

    source: Source
    available: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Result:
    """The lines in order of payment, where the money came from, and the balances after."""

    lines: tuple[Line, ...]
    draws: tuple[Draw, ...]
    after: Balances

    @property
    def paid(self) -> int:
        """The sum of all lines: equals the sum of all draws."""
        return sum(line.paid for line in self.lines)


def opening(terms: Terms, *, reserve: int = 0) -> Balances:
    """Balances on the day the product is established."""
    return Balances(
        tuple(tranche.principal for tranche in terms.tranches), (0,) * len(terms.tranches), reserve=reserve
    )


def run(terms: Terms, before: Balances, period: Period) -> Result:
    """One period from the balances before it.

    Raises:
        InputRejected: `WATERFALL_INPUT_INVALID`, a negative amount, a period that ends before it begins, or
            balances that are not those of these tranches.
    """
    _check(terms, before, period)
    dues = _dues(terms, before, period)
    protected = sum(due for _, due, covered in dues if covered)
    inflow = period.collections + before.retained
    draws = _draws(terms, before, inflow, protected)
    left = sum(draw.drawn for draw in draws)
    lines: list[Line] = []
    principal = list(before.principal)
    unpaid = list(before.unpaid_interest)
    for (item, tranche), due, _ in dues:
        paid = min(due, left)
        left -= paid
        lines.append(Line(item, due, paid, None if tranche is None else terms.tranches[tranche].name))
        if tranche is None:
            continue
        if item is Item.PRINCIPAL:
            principal[tranche] -= paid
        else:
            unpaid[tranche] = due - paid
    reserve = before.reserve - _drawn(draws, Source.RESERVE)
    owed = any(line.unpaid for line in lines)
    rest, left, reserve = _rest(terms, principal, left, reserve, owed=owed)
    lines += rest
    costs = sum(line.unpaid for line in lines if line.item in _COSTS)
    after = replace(
        before,
        principal=tuple(principal),
        unpaid_interest=tuple(unpaid),
        unpaid_costs=costs,
        reserve=reserve,
        retained=left,
        shortfall_payer_used=before.shortfall_payer_used + _drawn(draws, Source.SHORTFALL_PAYER),
        guarantor_used=before.guarantor_used + _drawn(draws, Source.GUARANTOR),
    )
    return Result(tuple(lines), draws, after)


def accrued(principal: int, rate: Fraction, first: date, last: date, days_of_year: int) -> int:
    """Interest of one period in minor units, rounded half up once (N-6)."""
    return half_up(principal * rate * Fraction((last - first).days, days_of_year))


_COSTS: Final = frozenset((Item.TAXES, Item.FEES))
_Due = tuple[tuple[Item, int | None], int, bool]
"""Item and tranche, the amount due, and whether enhancements cover it."""


def _dues(terms: Terms, before: Balances, period: Period) -> list[_Due]:
    """Everything due in the period, in order of payment."""
    dues: list[_Due] = [
        ((Item.TAXES, None), period.taxes, True),
        ((Item.FEES, None), period.fees + before.unpaid_costs, True),
    ]
    for place, tranche in enumerate(terms.tranches):
        covered = place < terms.enhanced
        owed = before.principal[place]
        if tranche.rate is not None:
            interest = accrued(owed, tranche.rate, period.first, period.last, terms.days_of_year)
            dues.append(((Item.INTEREST, place), interest + before.unpaid_interest[place], covered))
        dues.append(((Item.PRINCIPAL, place), _principal_due(terms, tranche, owed, period), covered))
    return dues


def _principal_due(terms: Terms, tranche: Tranche, owed: int, period: Period) -> int:
    """All of it at maturity or after an acceleration; else what the schedule leaves above the balance.

    A schedule that an earlier period fell short of is caught up: due is whatever stands above what should
    be left by now.
    """
    if period.accelerated or period.last >= terms.matures_on:
        return owed
    if not tranche.schedule:
        return 0
    repaid = sum(amount for day, amount in tranche.schedule if day <= period.last)
    return max(0, owed - max(0, tranche.principal - repaid))


def _draws(terms: Terms, before: Balances, inflow: int, protected: int) -> tuple[Draw, ...]:
    """Collections first; then each enhancement in the order of the contract, for what is still lacking."""
    draws = [Draw(Source.COLLECTIONS, inflow, inflow)]
    lacking = max(0, protected - inflow)
    available = (
        (Source.RESERVE, before.reserve),
        (Source.SHORTFALL_PAYER, terms.shortfall_payer_limit - before.shortfall_payer_used),
        (Source.GUARANTOR, terms.guarantor_limit - before.guarantor_used),
    )
    for source, limit in available:
        drawn = min(lacking, max(0, limit))
        lacking -= drawn
        draws.append(Draw(source, max(0, limit), drawn))
    return tuple(draws)


def _drawn(draws: Sequence[Draw], source: Source) -> int:
    return sum(draw.drawn for draw in draws if draw.source is source)


def _rest(
    terms: Terms, principal: list[int], left: int, reserve: int, *, owed: bool
) -> tuple[list[Line], int, int]:
    """What is left once everything due is paid: pass-through principal, the reserve, the lowest tranche."""
    lines: list[Line] = []
    for place, tranche in enumerate(terms.tranches):
        if owed or not left or not principal[place]:
            continue
        if tranche.schedule or any(principal[:place]):
            break
        if tranche.rate is None and reserve < terms.reserve_target:
            break
        paid = min(principal[place], left)
        principal[place] -= paid
        left -= paid
        lines.append(Line(Item.PRINCIPAL, paid, paid, tranche.name))
    if owed:
        return lines, left, reserve
    lacking = max(0, terms.reserve_target - reserve)
    top_up = min(left, lacking)
    if lacking:
        lines.append(Line(Item.RESERVE, lacking, top_up))
    left -= top_up
    lowest = terms.tranches[-1]
    if lowest.rate is None:
        lines.append(Line(Item.RESIDUAL, left, left, lowest.name))
        left = 0
    return lines, left, reserve + top_up


def _check(terms: Terms, before: Balances, period: Period) -> None:
    count = len(terms.tranches)
    amounts = (period.collections, period.taxes, period.fees, before.reserve, before.retained)
    if (
        not count
        or len(before.principal) != count
        or len(before.unpaid_interest) != count
        or min(*amounts, *before.principal, *before.unpaid_interest) < 0
        or period.last < period.first
    ):
        raise InputRejected(
            "WATERFALL_INPUT_INVALID",
            f"period {period.number}: amounts are zero or more, it ends after it begins, and balances are "
            "one for each tranche",
            f"第 {period.number} 期：金额不得为负，期末不得早于期初，且余额须与各档证券一一对应",
            number=period.number,
        )
