"""After a default: notice, time to cure, acceleration, disposal (S-17).

Disposal is of rights in force only. A deal's own debt falls due with the end of its cure; accelerating the
plan changes the order of payment of all securities, and is a step of its own that needs a trigger too.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Final, Literal

from ledger.facts.pools import DisposalStarted, PoolAccelerated, RightDisposed
from ledger.rules.base import Finding, Missing, Procedure, Rule, Said, Stage, refuse
from ledger.rules.common import in_force
from ledger.rules.fields import CommandDay
from ledger.rules.pooling import (
    MinorSaid,
    OfDeal,
    OfPool,
    contradicts,
    done_already,
    happened,
    is_admitted,
    is_formed,
    known_deal,
    known_pool,
    pool_tag,
)
from ledger.rules.redemptions import standing
from ledger.rules.situation import Situation
from ledger.statement.pools import Deal, Pool
from ledger.statement.triggers import Trigger, unpaid_since

AccelerationCause = Literal[
    "POOLED_RIGHT_INVALID", "LICENSEE_DEFAULT", "MASS_REDEMPTION", "COVER_TEST_FAILED", "POOL_MATURED"
]
"""Triggers that can accelerate a plan."""


class AcceleratePool(OfPool):
    """From now on senior interest and principal go before anything junior; founded on a trigger."""

    KIND: ClassVar[str] = "accelerate_pool"
    command: Literal["accelerate_pool"]
    cause: AccelerationCause
    accelerated_on: CommandDay

    def links(self) -> tuple[str, ...]:
        """The pool, for the rights on which a trigger may stand."""
        return (pool_tag(self.pool),)


class StartDisposal(OfDeal):
    """Notice of default to the licensee, who may still pay until 24:00 of `cure_until`."""

    KIND: ClassVar[str] = "start_disposal"
    command: Literal["start_disposal"]
    noticed_on: CommandDay
    cure_until: CommandDay


class Dispose(OfDeal):
    """`rights` of a deal in default, or without any its receivable, were sold, enforced or sued for."""

    KIND: ClassVar[str] = "dispose"
    command: Literal["dispose"]
    method: Literal["auction", "sale", "enforcement", "judgment"]
    proceeds: MinorSaid
    disposed_on: CommandDay


def cure_runs_until(deal: Deal, day: str) -> str | None:
    """The last day on which the debtor may still cure, where that has not passed."""
    return deal.disposal.cure_until if deal.disposal and deal.disposal.cure_until >= day else None


def _notice(deal: Deal, since: str | None) -> DisposalStarted | None:
    """The notice of the default that stands; one of an earlier default, cured since, counts no more."""
    return deal.disposal if deal.disposal and since and deal.disposal.noticed_on > since else None


def _not_standing(given: Any, reference: str, day: str, pointer: str) -> Finding:
    return refuse("S-12", "TRIGGER_NOT_STANDING", pointer=pointer, given=given, reference=reference, day=day)


def _is_founded(command: AcceleratePool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-17: a plan is accelerated once, on a trigger that stands; a default must be past its cure."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    yield from happened("/accelerated_on", command.accelerated_on, pool, situation)
    if pool.accelerated is not None:
        on = pool.accelerated.accelerated_on
        yield done_already("S-17", command.pool, "the acceleration", on)
    found = _causes(command, pool, situation)
    if not found:
        yield _not_standing(command.cause, command.pool, command.accelerated_on, "/cause")
    elif command.cause == "LICENSEE_DEFAULT":
        yield from _cured_or_not(command, pool, found)


def _causes(command: AcceleratePool, pool: Pool, situation: Situation) -> list[Trigger]:
    return [each for each in standing(pool, situation, command.accelerated_on) if each.code == command.cause]


def _cured_or_not(command: AcceleratePool, pool: Pool, found: list[Trigger]) -> Iterator[Finding]:
    """S-17: notice was given on one of the defaults, and its cure is over."""
    day = command.accelerated_on
    deals = [pool.deals[name] for trigger in found for name in trigger.deals]
    noticed = [deal for deal in deals if _notice(deal, _due_on(deal, day))]
    if not noticed:
        yield _unnoticed(deals[0])
    elif all(cure_runs_until(deal, day) for deal in noticed):
        until = min(deal.disposal.cure_until for deal in noticed if deal.disposal)
        yield refuse("S-17", "CURE_RUNNING", pointer="/accelerated_on", until=until)


def _unnoticed(deal: Deal) -> Finding:
    missing = Missing("notice_of_default", deal.fact.licensee.name)
    return refuse("S-17", "DISPOSAL_NOTICE_MISSING", missing=missing, reference=deal.fact.deal)


def _due_on(deal: Deal, day: str) -> str | None:
    unpaid = unpaid_since(deal, day)
    return unpaid[0] if unpaid else None


def _accelerated(command: AcceleratePool, situation: Situation) -> tuple[Said, ...]:
    pool = known_pool(command.pool, situation)
    assert pool is not None
    trigger = _causes(command, pool, situation)[0]
    fact = PoolAccelerated(
        pool=command.pool,
        accelerated_on=command.accelerated_on,
        cause=command.cause,
        trigger=trigger.id,
    )
    return (Said(fact),)


def _is_in_default(command: StartDisposal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-17: notice is given of a default that stands, once, with a time to cure after it."""
    found = known_deal(command, situation)
    if found is None:
        return
    pool, deal = found
    yield from happened("/noticed_on", command.noticed_on, pool, situation)
    if command.cure_until <= command.noticed_on:
        yield contradicts("S-17", "/cure_until", command.cure_until, f"a day after {command.noticed_on}")
    due_on = _due_on(deal, command.noticed_on)
    if due_on is None:
        yield _not_standing("LICENSEE_DEFAULT", command.deal, command.noticed_on, "/noticed_on")
        return
    earlier = _notice(deal, due_on)
    if earlier is not None:
        yield done_already("S-17", command.pool, "the notice of default", earlier.noticed_on)


def _started(command: StartDisposal, situation: Situation) -> tuple[Said, ...]:
    found = known_deal(command, situation)
    assert found is not None
    fact = DisposalStarted(
        rights=tuple(found[1].rights_on(command.noticed_on)),
        pool=command.pool,
        deal=command.deal,
        noticed_on=command.noticed_on,
        cure_until=command.cure_until,
    )
    return (Said(fact),)


def _cure_is_over(command: Dispose, situation: Situation, day: str) -> Iterator[Finding]:
    """S-17: notice was given, the cure is over, and the default still stands."""
    found = known_deal(command, situation)
    if found is None:
        return
    pool, deal = found
    on = command.disposed_on
    yield from happened("/disposed_on", on, pool, situation)
    due_on = _due_on(deal, on)
    if due_on is None:
        yield _not_standing("LICENSEE_DEFAULT", command.deal, on, "/disposed_on")
    elif _notice(deal, due_on) is None:
        yield _unnoticed(deal)
    else:
        until = cure_runs_until(deal, on)
        if until is not None:
            yield refuse("S-17", "CURE_RUNNING", pointer="/disposed_on", until=until)


def _can_be_sold(command: Dispose, situation: Situation, day: str) -> Iterator[Finding]:
    """S-17: rights of the deal that are still pooled, and in force on the day: an ended right sells nothing.

    Suing for the receivable alone needs no right in force.
    """
    found = known_deal(command, situation)
    if found is None:
        return
    pooled = found[1].rights_on(command.disposed_on)
    for place, right in enumerate(command.rights):
        if right not in pooled:
            yield refuse("K-1", "REFERENCE_UNKNOWN", right=right, pointer=f"/rights/{place}", reference=right)
    for right, statement in situation.statements(command.rights):
        yield from in_force("S-17", right, statement, command.disposed_on)


def _disposed(command: Dispose, situation: Situation) -> tuple[Said, ...]:
    fact = RightDisposed(
        rights=command.rights,
        pool=command.pool,
        deal=command.deal,
        method=command.method,
        proceeds=command.proceeds,
        disposed_on=command.disposed_on,
    )
    return (Said(fact),)


_KNOWN: Final = ((Stage.IDENTITY, is_formed), (Stage.IDENTITY, is_admitted))

PROCEDURES: Final = (
    Procedure(AcceleratePool, ((Stage.IDENTITY, is_formed), (Stage.FAMILY, _is_founded)), _accelerated),
    Procedure(StartDisposal, (*_KNOWN, (Stage.FAMILY, _is_in_default)), _started),
    Procedure(Dispose, (*_KNOWN, (Stage.STATUS, _can_be_sold), (Stage.FAMILY, _cure_is_over)), _disposed),
)

RULES: Final = (
    Rule(
        "S-17",
        "After a default: notice, time to cure, acceleration, then enforcement, sale or suit, of rights in "
        "force only; the proceeds go through the waterfall",
        "违约后依次通知、给予补救期、宣布加速到期，再行使权利、变卖或者起诉，且仅限有效的权利；处置所得按分配顺序支付",
        "the project's papers",
        "SEED",
        ("ASSET_NOT_IN_FORCE", "CURE_RUNNING", "DISPOSAL_NOTICE_MISSING"),
        home="ledger.rules.disposals:_cure_is_over",
    ),
)
