"""What commands on a pool share: its dossier, and when it takes nothing more.

A pool is named by its id, and its whole story is read (`pool:<id>`). Amounts are integers of minor units of
the pool's own currency.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from ledger.facts.pools import DealId, PoolId
from ledger.rules.base import Command, Finding, refuse
from ledger.rules.fields import CommandDay, RightId, minor_amount
from ledger.rules.situation import Situation
from ledger.statement.pools import Deal, Pool, pool_of
from ledger.values.money import MINOR_MAX

MinorSaid = Annotated[
    int,
    BeforeValidator(minor_amount),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MINOR_MAX}),
]
"""An amount in minor units of the pool's currency: an integer of zero or more, else `AMOUNT_INVALID`."""


class OfPool(Command):
    """A command about a pool; `rights` are only those whose pooling it changes."""

    rights: Annotated[tuple[RightId, ...], Field(max_length=1000)] = ()
    pool: PoolId

    def dossiers(self) -> tuple[str, ...]:
        """The pool's."""
        return (pool_tag(self.pool),)


class OfDeal(OfPool):
    """A command about one deal of a pool."""

    deal: DealId


def pool_tag(pool: str) -> str:
    """The tag of a pool's dossier."""
    return f"pool:{pool}"


def known_pool(pool: str, situation: Situation) -> Pool | None:
    """The pool as recorded; None where none was formed."""
    return situation.once(_pool, pool)


def _pool(situation: Situation, pool: str) -> Pool | None:
    return pool_of(situation.dossiers.get(pool_tag(pool), ()))


def known_deal(command: OfDeal, situation: Situation) -> tuple[Pool, Deal] | None:
    """The pool and the deal a command speaks of; None where either is unknown."""
    pool = known_pool(command.pool, situation)
    deal = pool.deals.get(command.deal) if pool is not None else None
    return None if pool is None or deal is None else (pool, deal)


def is_formed(command: OfPool, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: the pool was formed, and was neither closed nor bought back."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        yield refuse("K-1", "REFERENCE_UNKNOWN", pointer="/pool", field="/pool", reference=command.pool)
        return
    ended = pool.closed or pool.cleaned_up
    if ended is not None:
        yield refuse("K-1", "POOL_ENDED", pointer="/pool", reference=command.pool, day=ended.effective_on)


def is_admitted(command: OfDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: the deal came into the pool, and has not left it."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    deal = pool.deals.get(command.deal)
    if deal is None:
        yield refuse("K-1", "REFERENCE_UNKNOWN", pointer="/deal", field="/deal", reference=command.deal)
    elif deal.out_on is not None and deal.out_on <= situation.today:
        yield refuse("K-1", "DEAL_LEFT_POOL", pointer="/deal", reference=command.deal, day=deal.out_on)


def happened(pointer: str, on: CommandDay, pool: Pool | None, situation: Situation) -> Iterator[Finding]:
    """N-3: what is recorded has happened, and not before the pool was formed."""
    if on > situation.today:
        yield refuse("N-3", "DATE_IN_FUTURE", pointer=pointer, field=pointer, given=on)
    if pool is not None and on < pool.fact.formed_on:
        yield contradicts("N-3", pointer, on, f"a day not before {pool.fact.formed_on}")


def contradicts(rule: str, pointer: str, given: Any, expected: str) -> Finding:
    """A member that contradicts another, or what is recorded."""
    return refuse(rule, "FIELD_INVALID", pointer=pointer, field=pointer, given=given, expected=expected)


def done_already(rule: str, pool: str, what: str, on: str | None) -> Finding:
    """A step that is made once, or only before another, comes too late."""
    return refuse(rule, "POOL_STEP_DONE", pointer="/pool", reference=pool, given=what, day=on)


def comes_first(rule: str, pool: str, what: str) -> Finding:
    """A step that another must come before."""
    return refuse(rule, "POOL_STEP_MISSING", pointer="/pool", reference=pool, expected=what)
