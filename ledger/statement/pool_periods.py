"""The next payment period of a pool, and any earlier one again, from what its dossier tells (S-10, S-11).

What comes into a period is reckoned, never typed: all money the plan was told of by the payment day that no
earlier period has shared out. So what was booked late reaches the next period, and no cent is lost.
"""

from ledger.facts.pools import PeriodRun
from ledger.statement.pools import Pool, pool_of
from ledger.values.dates import parse_day
from ledger.values.waterfall import Period, Result, run


def inflow_by(pool: Pool, day: str) -> int:
    """Money of the plan by a day, in minor units: collections, disposals, redemptions, the clean-up price.

    Cash that came in on the cut-off day or before is the originator's (S-6).
    """
    after = pool.fact.cut_off_on
    return sum(minor for on, minor in pool.inflows.items() if after < on <= day)


def undistributed(pool: Pool, day: str) -> int:
    """Of it, what no period has shared out yet."""
    return inflow_by(pool, day) - sum(each.collections for each in pool.periods)


def begins_on(pool: Pool) -> str | None:
    """The day after which the next period's interest runs; None before the plan is established."""
    if pool.periods:
        return pool.periods[-1].last
    return pool.established.established_on if pool.established else None


def accelerated_on(pool: Pool, day: str) -> bool:
    """Whether an acceleration stands on a day."""
    return pool.accelerated is not None and pool.accelerated.accelerated_on <= day


def next_period(pool: Pool, last: str, taxes: int = 0, fees: int = 0) -> Period:
    """The inputs of the next period, paid on `last`; the plan is established."""
    first = begins_on(pool)
    assert first is not None
    return Period(
        number=len(pool.periods) + 1,
        first=parse_day(first),
        last=parse_day(last),
        collections=undistributed(pool, last),
        taxes=taxes,
        fees=fees,
        accelerated=accelerated_on(pool, last),
    )


def paid_out(pool: Pool, period: Period) -> Result:
    """The lines of the next period.

    Raises:
        InputRejected: as `ledger.values.waterfall.run`.
    """
    return run(pool.waterfall, pool.balances(period.last.isoformat()), period)


def rerun(pool: Pool, number: int) -> Result:
    """The lines of a period that was run, reckoned again from the entries before its own (auditor's proof).

    Raises:
        LookupError: no such period was run.
    """
    for place, item in enumerate(pool.dossier):
        fact = item.fact
        if isinstance(fact, PeriodRun) and fact.number == number:
            then = pool_of(pool.dossier[:place])
            assert then is not None
            return paid_out(then, next_period(then, fact.last, fact.taxes, fact.fees))
    raise LookupError(number)
