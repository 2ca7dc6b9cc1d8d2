"""Payment periods of a pool: what came in is shared out to the cent, as the contract says (S-10, S-11).

Nobody types what came in: it is reckoned from what was booked. The trustee may hand in its own lines and
draws; they are compared with the reckoned ones, and a difference is refused with what it breaks.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ledger.entry import EntryClass
from ledger.facts.base import Value
from ledger.facts.pools import DrawnFrom, PaidLine, PeriodRun, PoolClosed
from ledger.rules.base import Finding, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.fields import CommandDay, Line
from ledger.rules.pooling import MinorSaid, OfPool, comes_first, happened, known_pool, pool_tag
from ledger.rules.situation import Situation
from ledger.statement.pool_periods import begins_on, next_period, paid_out, undistributed
from ledger.statement.pools import Pool
from ledger.values.money import MINOR_MAX, Money
from ledger.values.waterfall import Result


class LineSaid(Value):
    """A payment as the trustee has it; lines that pay nothing may be left out."""

    item: Line
    tranche: Line | None = None
    paid: MinorSaid


class DrawSaid(Value):
    """Money taken from a source, as the trustee has it."""

    source: Line
    drawn: MinorSaid


class RunPeriod(OfPool):
    """The next payment period, paid on `last`; `lines` and `draws` are the trustee's own, to be compared."""

    KIND: ClassVar[str] = "run_period"
    CLASS: ClassVar[EntryClass] = EntryClass.OPERATOR
    command: Literal["run_period"]
    number: Annotated[int, Field(ge=1, le=10_000)]
    first: CommandDay | None = None
    last: CommandDay
    taxes: MinorSaid = 0
    fees: MinorSaid = 0
    lines: Annotated[tuple[LineSaid, ...], Field(max_length=200)] | None = None
    draws: Annotated[tuple[DrawSaid, ...], Field(max_length=10)] | None = None


class ClosePool(OfPool):
    """Everything is paid, or what is not is written off; `rights` still pooled become free."""

    KIND: ClassVar[str] = "close_pool"
    command: Literal["close_pool"]
    closed_on: CommandDay
    written_off: MinorSaid = 0

    def links(self) -> tuple[str, ...]:
        """The pool, for the rights that become free."""
        return (pool_tag(self.pool),)


def not_closed(command: OfPool, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: the pool was formed and is not closed; after a clean-up it still has periods to run."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        yield refuse("K-1", "REFERENCE_UNKNOWN", pointer="/pool", field="/pool", reference=command.pool)
    elif pool.closed is not None:
        closed_on = pool.closed.closed_on
        yield refuse("K-1", "POOL_ENDED", pointer="/pool", reference=command.pool, day=closed_on)


def too_large(pointer: str, *amounts: int) -> Iterator[Finding]:
    """N-6: a sum beyond 2^53-1 minor units cannot be held by an entry."""
    for amount in amounts:
        if amount > MINOR_MAX:
            yield refuse("N-6", "AMOUNT_TOO_LARGE", pointer=pointer, given=str(amount), limit=MINOR_MAX)
            return


def owed_on(pool: Pool) -> int:
    """What the securities and those with costs are still owed after the last period, in minor units."""
    after = pool.balances()
    return sum(after.principal) + sum(after.unpaid_interest) + after.unpaid_costs


def _in_order(command: RunPeriod, situation: Situation, day: str) -> Iterator[Finding]:
    """S-10: periods follow one another without gap or overlap, each once, from the establishment on."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    yield from happened("/last", command.last, pool, situation)
    first = begins_on(pool)
    if first is None:
        yield comes_first("S-10", command.pool, "the establishment")
        return
    number = len(pool.periods) + 1
    if command.number != number:
        yield _out_of_order("number", command.number, number)
    if command.first not in {None, first}:
        yield _out_of_order("first", command.first, first)
    if command.last <= first:
        yield _out_of_order("last", command.last, f"a day after {first}")


def _out_of_order(field: str, given: object, expected: object) -> Finding:
    return refuse(
        "S-10", "PERIOD_OUT_OF_ORDER", pointer=f"/{field}", field=field, given=given, expected=expected
    )


def _reckoned(command: RunPeriod, situation: Situation) -> tuple[Pool, Result] | None:
    """The pool and the lines of the period asked for; None where it is not the next one."""
    pool = known_pool(command.pool, situation)
    first = begins_on(pool) if pool is not None else None
    if pool is None or first is None or command.number != len(pool.periods) + 1 or command.last <= first:
        return None
    return pool, paid_out(pool, next_period(pool, command.last, command.taxes, command.fees))


def _within_bounds(command: RunPeriod, situation: Situation, day: str) -> Iterator[Finding]:
    """N-6: the sums of the period are amounts that an entry can hold."""
    found = _reckoned(command, situation)
    if found is None:
        return
    after = found[1].after
    sums = [line.due for line in found[1].lines] + [draw.available for draw in found[1].draws]
    yield from too_large("/last", *sums, *after.unpaid_interest, after.unpaid_costs, after.retained)


def _lines_agree(command: RunPeriod, situation: Situation, day: str) -> Iterator[Finding]:
    """S-10: the trustee pays all there is (WATERFALL_UNBALANCED), each item after all before it.

    A junior payment while a senior item is unpaid is out of order, whichever way round they are written.
    """
    if command.lines is None:
        return
    found = _reckoned(command, situation)
    if found is None:
        return
    expected = [(line.item.value, line.tranche, line.paid) for line in found[1].lines if line.paid]
    given = [(line.item, line.tranche, line.paid) for line in command.lines if line.paid]
    total, available = (sum(paid for *_, paid in lines) for lines in (given, expected))
    if total != available:
        yield refuse("S-10", "WATERFALL_UNBALANCED", pointer="/lines", given=total, expected=available)
    places = {(line.item.value, line.tranche): place for place, line in enumerate(found[1].lines)}
    known = [places.get((item, tranche), len(places)) for item, tranche, _ in given]
    if known != sorted(known) or (total == available and given != expected):
        theirs, ours = next(pair for pair in zip_longest(given, expected) if pair[0] != pair[1])
        yield refuse("S-10", "WATERFALL_ORDER", pointer="/lines", given=_told(theirs), expected=_told(ours))


def _told(line: tuple[str, str | None, int] | None) -> str:
    return "–" if line is None else " ".join(str(part) for part in line if part is not None)


def _draws_agree(command: RunPeriod, situation: Situation, day: str) -> Iterator[Finding]:
    """S-11: what collections lack is drawn from the enhancements in the order of the contract."""
    if command.draws is None:
        return
    found = _reckoned(command, situation)
    if found is None:
        return
    expected = [(draw.source.value, draw.drawn) for draw in found[1].draws if draw.drawn]
    given = [(draw.source, draw.drawn) for draw in command.draws if draw.drawn]
    for theirs, ours in zip_longest(given, expected):
        if theirs != ours:
            told = [" ".join(map(str, each)) if each else "–" for each in (theirs, ours)]
            yield refuse("S-11", "ENHANCEMENT_ORDER", pointer="/draws", given=told[0], expected=told[1])
            return


def _with_originator(command: RunPeriod, situation: Situation, day: str) -> Iterator[Finding]:
    """S-6: what the originator has not turned over is shared out as the plan's; it has to hand it in."""
    pool = known_pool(command.pool, situation)
    held = (
        sum(each.minor for deal in pool.deals.values() for each in deal.commingled(command.last))
        if pool
        else 0
    )
    if pool is not None and held:
        yield flag(
            "S-6",
            "COMMINGLING",
            amount=str(Money(held, pool.terms.currency)) if held <= MINOR_MAX else str(held),
            party=pool.fact.originator.name,
            day=pool.fact.cut_off_on,
        )


def _run(command: RunPeriod, situation: Situation) -> tuple[Said, ...]:
    found = _reckoned(command, situation)
    assert found is not None
    pool, result = found
    period = next_period(pool, command.last, command.taxes, command.fees)
    after = result.after
    fact = PeriodRun(
        pool=command.pool,
        number=period.number,
        first=period.first.isoformat(),
        last=command.last,
        collections=period.collections,
        taxes=period.taxes,
        fees=period.fees,
        accelerated=period.accelerated,
        lines=tuple(
            PaidLine(item=line.item.value, tranche=line.tranche, due=line.due, paid=line.paid)
            for line in result.lines
        ),
        draws=tuple(
            DrawnFrom(source=draw.source.value, available=draw.available, drawn=draw.drawn)
            for draw in result.draws
        ),
        principal=after.principal,
        unpaid_interest=after.unpaid_interest,
        unpaid_costs=after.unpaid_costs,
        reserve=after.reserve,
        retained=after.retained,
        shortfall_payer_used=after.shortfall_payer_used,
        guarantor_used=after.guarantor_used,
    )
    return (Said(fact),)


def _closable(command: ClosePool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-10: a pool is closed when all money was shared out and nothing is owed, or that is written off."""
    pool = known_pool(command.pool, situation)
    if pool is None or pool.closed is not None:
        return
    yield from happened("/closed_on", command.closed_on, pool, situation)
    if pool.periods and command.closed_on < pool.periods[-1].last:
        yield _out_of_order("closed_on", command.closed_on, f"a day not before {pool.periods[-1].last}")
    left = undistributed(pool, situation.today)
    if left:
        yield refuse("S-10", "MONEY_NOT_DISTRIBUTED", pointer="/pool", amount=left)
    owed = owed_on(pool) if pool.established is not None else 0
    if owed != command.written_off:
        yield refuse(
            "S-16", "POOL_STILL_OWES", pointer="/written_off", amount=owed, given=command.written_off
        )


def _closed(command: ClosePool, situation: Situation) -> tuple[Said, ...]:
    pool = known_pool(command.pool, situation)
    assert pool is not None
    after = pool.balances()
    fact = PoolClosed(
        rights=tuple(pool.rights_on(command.closed_on)),
        pool=command.pool,
        closed_on=command.closed_on,
        reserve_released=after.reserve + after.retained,
        written_off=command.written_off or None,
    )
    return (Said(fact),)


PROCEDURES: Final = (
    Procedure(
        RunPeriod,
        (
            (Stage.IDENTITY, not_closed),
            (Stage.FORM, _in_order),
            (Stage.FORM, _within_bounds),
            (Stage.FAMILY, _lines_agree),
            (Stage.FAMILY, _draws_agree),
            (Stage.FAMILY, _with_originator),
        ),
        _run,
    ),
    Procedure(ClosePool, ((Stage.IDENTITY, not_closed), (Stage.FAMILY, _closable)), _closed),
)

RULES: Final = (
    Rule(
        "S-10",
        "A period pays taxes, plan fees, then class by class interest and principal; nothing junior while "
        "anything senior of the period is unpaid, and after an acceleration all senior principal first",
        "每期依次支付税费、计划费用，再逐档支付利息和本金；本期优先项目未足额支付前不得支付次级项目；"
        "加速清偿后，优先级本息全部清偿前不得支付次级",
        "market standard",
        "D",
        (
            "WATERFALL_ORDER",
            "WATERFALL_UNBALANCED",
            "PERIOD_OUT_OF_ORDER",
            "MONEY_NOT_DISTRIBUTED",
        ),
        home="ledger.rules.pool_periods:_lines_agree",
    ),
    Rule(
        "S-11",
        "What a period lacks is drawn from the reserve, then the shortfall payer, then the guarantor",
        "当期不足部分依次动用储备金、差额支付人、担保人",
        "from memory",
        "M",
        ("ENHANCEMENT_ORDER",),
        home="ledger.rules.pool_periods:_draws_agree",
    ),
)
