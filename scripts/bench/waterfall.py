"""Payment periods a second: a plan of many rights run month by month, with seeded defaults and redemptions.

    python -m scripts.bench.waterfall [--rights 1000] [--periods 60] [--seed 1]

Every right is a deal of its own that pays an instalment each month. *Simulated*: facts are made, folded and
shared out period after period, as the ledger folds them; each period must place every cent. *Waterfall*: the
pure function over the same inputs. *Rerun*: the last period again, from all facts before it.
"""

import json
import random
import time
from argparse import ArgumentParser
from dataclasses import replace
from datetime import date
from typing import Any, Final

from ledger.entry import EntryClass
from ledger.facts.base import Fact, Party
from ledger.facts.pools import (
    CollectionBooked,
    DealAdmitted,
    DealRedeemed,
    DrawnFrom,
    PaidLine,
    PeriodRun,
    PoolEstablished,
    PoolFormed,
    PoolTerms,
    Scheduled,
    TrancheIssued,
)
from ledger.statement.base import Recorded, record_at
from ledger.statement.pool_periods import next_period, paid_out, rerun
from ledger.statement.pools import Pool, after, pool_of, redemption_price
from ledger.values.calendar import add_months
from ledger.values.waterfall import Period, Result, run

POOL: Final = "pol_bench"
FORMED: Final = date(2021, 1, 20)
PRINCIPAL: Final = 100_000_00
"""Of each right, in cents."""


def plan(rights: int, periods: int) -> list[Fact]:
    """A pool of deals of one right each, established with nine tenths senior."""
    issue = rights * PRINCIPAL
    senior = issue * 9 // 10
    days = [add_months(FORMED, month).isoformat() for month in range(1, periods + 1)]
    part = PRINCIPAL * 23 // 20 // periods
    terms = PoolTerms(
        currency="CNY",
        tranches=(
            TrancheIssued(name="优先级", principal=senior, rate="4.20%"),
            TrancheIssued(name="次级", principal=issue - senior),
        ),
        matures_on=days[-1],
        reserve_target=issue // 100,
    )
    manager = Party(name="管理人")
    formed = PoolFormed(
        pool=POOL,
        name="计划",
        structure="ip_pledge_loan",
        originator=Party(name="原始权益人"),
        manager=manager,
        cut_off_on=FORMED.isoformat(),
        formed_on=FORMED.isoformat(),
        terms=terms,
    )
    deals = [
        DealAdmitted(
            rights=(f"CN:software:2021SR{number:07d}",),
            pool=POOL,
            deal=f"deal_{number}",
            licensee=Party(name=f"公司{number}"),
            principal=PRINCIPAL,
            rate="5.8%",
            first_on=FORMED.isoformat(),
            installments=tuple(Scheduled(on=day, minor=part) for day in days),
            admitted_on=FORMED.isoformat(),
        )
        for number in range(rights)
    ]
    established = PoolEstablished(
        pool=POOL,
        established_on=FORMED.isoformat(),
        issued=issue,
        subscribed=issue,
        investors=100,
        holder_of_record=manager,
        reserve=issue // 100,
    )
    return [formed, *deals, established]


def simulate(rights: int, periods: int, seed: int) -> tuple[Pool, list[Fact], list[Period]]:
    """The plan after all its periods, its facts, and the inputs of each period."""
    dice = random.Random(seed)  # noqa: S311  # a story, no secret
    facts = plan(rights, periods)
    pool = pool_of(recorded(facts))
    assert pool is not None
    inputs = []
    for month in range(1, periods + 1):
        day = add_months(FORMED, month).isoformat()
        told = [fact for deal in pool.deals_on(day) for fact in _paid(dice, pool, deal.fact, day)]
        pool = after(pool, told)
        period = next_period(pool, day, fees=PRINCIPAL // 10)
        result = paid_out(pool, period)
        assert result.paid + result.after.retained == sum(draw.drawn for draw in result.draws)
        ran = _fact(period, result)
        pool = after(pool, [ran])
        facts += [*told, ran]
        inputs.append(period)
    return pool, facts, inputs


def recorded(facts: list[Fact]) -> list[Recorded]:
    """The facts as a dossier holds them."""
    return [
        Recorded(record_at(position, fact, EntryClass.PARTY, None, fact.effective_on or ""), fact)
        for position, fact in enumerate(facts, 1)
    ]


def _paid(dice: random.Random, pool: Pool, admitted: DealAdmitted, day: str) -> list[Fact]:
    """An instalment; now and then nothing, and seldom everything."""
    chance = dice.random()
    if chance < 0.002:  # one deal in five hundred is redeemed each month
        outstanding, interest, premium = redemption_price(pool, pool.deals[admitted.deal], day)
        return [
            DealRedeemed(
                rights=admitted.rights,
                pool=POOL,
                deal=admitted.deal,
                trigger="agreed",
                redeemed_on=day,
                outstanding=outstanding,
                interest=interest,
                premium=premium,
                paid=outstanding + interest + premium,
            )
        ]
    if chance < 0.02:  # one in fifty pays nothing
        return []
    part = admitted.installments[0].minor
    return [CollectionBooked(pool=POOL, deal=admitted.deal, minor=part, received_on=day)]


def _fact(period: Period, result: Result) -> PeriodRun:
    left = result.after
    return PeriodRun(
        pool=POOL,
        number=period.number,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        collections=period.collections,
        taxes=period.taxes,
        fees=period.fees,
        lines=tuple(
            PaidLine(item=line.item.value, tranche=line.tranche, due=line.due, paid=line.paid)
            for line in result.lines
        ),
        draws=tuple(
            DrawnFrom(source=draw.source.value, available=draw.available, drawn=draw.drawn)
            for draw in result.draws
        ),
        principal=left.principal,
        unpaid_interest=left.unpaid_interest,
        unpaid_costs=left.unpaid_costs,
        reserve=left.reserve,
        retained=left.retained,
    )


def measured(rights: int, periods: int, seed: int) -> dict[str, Any]:
    """Seconds of each part, and what was simulated."""
    began, busy = time.perf_counter(), time.process_time()
    pool, facts, inputs = simulate(rights, periods, seed)
    simulated, worked = time.perf_counter() - began, time.process_time() - busy
    dossier = recorded(facts)
    began = time.perf_counter()
    whole = pool_of(dossier)
    folded = time.perf_counter() - began
    assert whole is not None
    assert replace(whole, dossier=()) == replace(pool, dossier=())
    began = time.perf_counter()
    again = rerun(whole, periods)
    reran = time.perf_counter() - began
    assert again.after.principal == pool.periods[-1].principal
    began = time.perf_counter()
    before = replace(pool, periods=()).balances()
    for period in inputs:
        before = run(pool.waterfall, before, period).after
    alone = time.perf_counter() - began
    assert before.principal == pool.periods[-1].principal
    return {
        "rights": rights,
        "periods": periods,
        "facts": len(facts),
        "redeemed": len(pool.redeemed),
        "simulated_seconds": round(simulated, 3),
        "simulated_cpu_seconds": round(worked, 3),
        "folded_seconds": round(folded, 3),
        "rerun_seconds": round(reran, 3),
        "waterfall_alone_per_second": round(periods / alone),
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rights", type=int, default=1000)
    parser.add_argument("--periods", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(measured(options.rights, options.periods, options.seed), indent=2))


if __name__ == "__main__":
    main()
