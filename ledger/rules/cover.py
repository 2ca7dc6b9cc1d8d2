"""Cover and review: what is added to a pool, and the yearly look at values and debtors (S-15, S-18).

Whether cover holds is derived (`ledger.statement.triggers.cover_on`): nobody has to report that it failed.
"""

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from ledger.entry import EntryClass
from ledger.facts.pools import PoolReviewed, PoolToppedUp
from ledger.rules.base import Finding, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.fields import CommandDay, Digest, PledgeId
from ledger.rules.pooling import (
    MinorSaid,
    OfPool,
    contradicts,
    happened,
    is_formed,
    known_pool,
    pool_tag,
)
from ledger.rules.redemptions import pooled_statements
from ledger.rules.situation import Situation
from ledger.rules.valuations import unvalued
from ledger.statement.pools import Pool
from ledger.statement.reading import pledges_on
from ledger.statement.triggers import PURPOSE, cover_on
from ledger.statement.valuations import valued


class TopUpPool(OfPool):
    """Cover is added: `minor` to the reserve, or a registered `pledge` on the `rights` named, as valued."""

    KIND: ClassVar[str] = "top_up_pool"
    command: Literal["top_up_pool"]
    minor: MinorSaid = 0
    pledge: PledgeId | None = None
    topped_up_on: CommandDay

    def links(self) -> tuple[str, ...]:
        """The pool and the pledge, for the rights they are about."""
        return (pool_tag(self.pool), *((f"pledge:{self.pledge}",) if self.pledge else ()))


class ReviewPool(OfPool):
    """The manager looked at values and debtors again; `document` is its report."""

    KIND: ClassVar[str] = "review_pool"
    CLASS: ClassVar[EntryClass] = EntryClass.OPERATOR
    command: Literal["review_pool"]
    reviewed_on: CommandDay
    document: Digest | None = None

    def links(self) -> tuple[str, ...]:
        """The pool, for the values of its rights."""
        return (pool_tag(self.pool),)


def pledged_value(command: TopUpPool, situation: Situation, pool: Pool, day: str) -> int:
    """The last valid values of the rights under the further pledge, in minor units of the pool's currency."""
    months = situation.policy.value("valuation_months", day)
    found = [
        valued(statement, "pledge", day, months=months).used
        for _, statement in situation.statements(dict.fromkeys(command.rights))
    ]
    return sum(each["minor"] or 0 for each in found if each and each["currency"] == pool.terms.currency)


def _adds_something(command: TopUpPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-15: money or a pledge is added, after the last period was paid, so that the next one counts it."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    yield from happened("/topped_up_on", command.topped_up_on, pool, situation)
    if not command.minor and command.pledge is None:
        yield refuse("N-11", "FIELD_MISSING", pointer="/minor", field="/minor")
    if pool.periods and command.topped_up_on <= pool.periods[-1].last:
        expected = f"a day after {pool.periods[-1].last}"
        yield contradicts("S-15", "/topped_up_on", command.topped_up_on, expected)


def _is_pledged(command: TopUpPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-15: a further pledge is registered on each right named, is none of the pool's own, and is valued."""
    pool = known_pool(command.pool, situation)
    if pool is None or (command.pledge is None and not command.rights):
        return
    if command.pledge is None or not command.rights:
        lacking = "/pledge" if command.pledge is None else "/rights"
        yield refuse("N-11", "FIELD_MISSING", pointer=lacking, field=lacking)
        return
    on = command.topped_up_on
    if any(each.pledge == command.pledge for each in pool.topped_up):
        yield refuse("K-1", "DUPLICATE_ID", pointer="/pledge", reference=command.pledge)
    own = pool.rights_on(on)
    for right, statement in situation.statements(command.rights):
        stands = any(
            command.pledge in {each["id"], each.get("contract")} for each in pledges_on(statement, on)
        )
        if not stands or right in own:
            yield refuse("K-1", "REFERENCE_UNKNOWN", right=right, pointer="/pledge", reference=command.pledge)
        yield from unvalued("S-15", right, situation, "pledge", on)


def _cover_still_fails(command: TopUpPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-15: what was added is told not to be enough, where it is not."""
    pool = known_pool(command.pool, situation)
    if pool is None or pool.fact.formed_on > command.topped_up_on:
        return
    months = situation.policy.value("valuation_months", day)
    cover = cover_on(pool, pooled_statements(pool, situation), situation.today, months=months)
    value = pledged_value(command, situation, pool, command.topped_up_on) if command.pledge else 0
    reached = cover.value + cover.added + command.minor + value
    if cover.outstanding and reached * 100 < cover.percent_wanted * cover.outstanding:
        given = f"{reached * 100 // cover.outstanding}%"
        yield flag("S-15", "COVER_TEST_FAILED", given=given, limit=f"{cover.percent_wanted}%")


def _topped_up(command: TopUpPool, situation: Situation) -> tuple[Said, ...]:
    pool = known_pool(command.pool, situation)
    assert pool is not None
    value = pledged_value(command, situation, pool, command.topped_up_on) if command.pledge else None
    fact = PoolToppedUp(
        pool=command.pool,
        minor=command.minor,
        pledge=command.pledge,
        value=value,
        topped_up_on=command.topped_up_on,
    )
    return (Said(fact),)


def _was_made(command: ReviewPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-18: a review has happened, later than the one before."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    yield from happened("/reviewed_on", command.reviewed_on, pool, situation)
    last = max((each.reviewed_on for each in pool.reviewed), default=None)
    if last is not None and command.reviewed_on <= last:
        yield contradicts("S-18", "/reviewed_on", command.reviewed_on, f"a day after {last}")


def _values_are_new(command: ReviewPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-18: each pooled right has a value that counts for the securitization; else the review says so."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    for right, _ in situation.statements(pool.rights_on(command.reviewed_on)):
        yield from unvalued("S-18", right, situation, PURPOSE, command.reviewed_on)


def _reviewed(command: ReviewPool, situation: Situation) -> tuple[Said, ...]:
    fact = PoolReviewed(pool=command.pool, reviewed_on=command.reviewed_on, document=command.document)
    return (Said(fact),)


PROCEDURES: Final = (
    Procedure(
        TopUpPool,
        (
            (Stage.IDENTITY, is_formed),
            (Stage.FORM, _adds_something),
            (Stage.CONFLICTS, _is_pledged),
            (Stage.FAMILY, _cover_still_fails),
        ),
        _topped_up,
    ),
    Procedure(
        ReviewPool,
        ((Stage.IDENTITY, is_formed), (Stage.FORM, _was_made), (Stage.FAMILY, _values_are_new)),
        _reviewed,
    ),
)

RULES: Final = (
    Rule(
        "S-15",
        "When a pooled right loses value the pool's cover is tested again; below the trigger it is "
        "topped up, pledged for, or redeemed",
        "入池权利减值的，应重新测试资产池覆盖率；低于触发值的，应补足、追加质押或者赎回",
        "the project's papers",
        "SEED",
        ("COVER_TEST_FAILED", "POOLED_RIGHT_INVALID_PART"),
        home="ledger.statement.triggers:cover_on",
    ),
    Rule(
        "S-18",
        "A pool lasts longer than the year a valuation counts: values and debtors are looked at every year",
        "资产池存续期长于评估有效期，应每年重新评估并核查债务人",
        "the project's papers",
        "SEED",
        ("REVIEW_OVERDUE",),
        home="ledger.statement.triggers:_review",
    ),
)
