"""Deals that go bad or go back: default, redemption, the clean-up of the tail (S-12, S-13, S-16).

What the originator acts on must stand by itself: `ledger.statement.triggers` derives it from the entries.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts.pools import (
    DealDefaulted,
    DealId,
    DealRedeemed,
    PoolCleanedUp,
    RedemptionTrigger,
)
from ledger.rules.base import Finding, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.fields import CommandDay, PartySaid
from ledger.rules.pool_periods import too_large
from ledger.rules.pooling import (
    MinorSaid,
    OfDeal,
    OfPool,
    contradicts,
    happened,
    is_admitted,
    is_formed,
    known_deal,
    known_pool,
    pool_tag,
)
from ledger.rules.situation import Situation
from ledger.statement.pools import Deal, Pool, after, redemption_price
from ledger.statement.reading import Statement
from ledger.statement.triggers import (
    Trigger,
    cover_on,
    deals_of,
    mass_redemption,
    triggers_on,
    unpaid_since,
)
from ledger.values.parties import same_party


class RecordDealDefault(OfDeal):
    """The licensee did not pay the instalment of `due_on`; what is unpaid is reckoned."""

    KIND: ClassVar[str] = "record_deal_default"
    command: Literal["record_deal_default"]
    due_on: CommandDay
    defaulted_on: CommandDay


class RedeemDeal(OfPool):
    """The originator pays the price and takes deals back: those named, or all of a licensee."""

    KIND: ClassVar[str] = "redeem_deal"
    command: Literal["redeem_deal"]
    licensee: PartySaid | None = None
    deals: Annotated[tuple[DealId, ...], Field(max_length=1000)] = ()
    trigger: RedemptionTrigger
    redeemed_on: CommandDay
    paid: MinorSaid

    def links(self) -> tuple[str, ...]:
        """The pool, for the rights on which a trigger may stand."""
        return (pool_tag(self.pool),)


class CleanUpPool(OfPool):
    """The originator buys what is left of the pool."""

    KIND: ClassVar[str] = "clean_up_pool"
    command: Literal["clean_up_pool"]
    cleaned_up_on: CommandDay
    paid: MinorSaid

    def links(self) -> tuple[str, ...]:
        """The pool, for the rights that leave it."""
        return (pool_tag(self.pool),)


CALLED_FOR: Final = {
    "right_invalid": ("POOLED_RIGHT_INVALID",),
    "licensee_default": ("LICENSEE_DEFAULT",),
    "impairment": ("COVER_TEST_FAILED", "POOLED_RIGHT_INVALID_PART"),
    "ineligible": ("POOLED_RIGHT_ENDED", "POOLED_RIGHT_FROZEN"),
}
"""The triggers of which one must stand for each cause of redemption; what was agreed needs none."""


def pooled_statements(pool: Pool, situation: Situation) -> dict[str, Statement]:
    """Statements of all rights that were ever in the pool."""
    rights = {right: None for deal in pool.deals.values() for right in deal.fact.rights}
    return dict(situation.statements(rights))


def standing(pool: Pool, situation: Situation, day: str) -> list[Trigger]:
    """What stands against the pool on a day."""
    months = situation.policy.value("valuation_months", day)
    return triggers_on(pool, pooled_statements(pool, situation), day, months=months)


def weakened(before: Pool, then: Pool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-13, S-15: the pool's tests run again on what it would be: cover that fails now is flagged."""
    months = situation.policy.value("valuation_months", day)
    statements = pooled_statements(then, situation)
    cover = cover_on(then, statements, day, months=months)
    if not cover.holds and cover_on(before, statements, day, months=months).holds:
        yield flag("S-15", "COVER_TEST_FAILED", given=f"{cover.percent}%", limit=f"{cover.percent_wanted}%")


def _unpaid(command: RecordDealDefault, situation: Situation, day: str) -> Iterator[Finding]:
    """S-12: a default is an instalment whose day is over and that is not paid whole."""
    found = known_deal(command, situation)
    if found is None:
        return
    pool, deal = found
    yield from happened("/defaulted_on", command.defaulted_on, pool, situation)
    if command.due_on not in {each.on for each in deal.fact.installments}:
        yield contradicts("S-12", "/due_on", command.due_on, "the day of an instalment of the deal")
        return
    if deal.defaulted is not None and deal.defaulted.due_on == command.due_on:
        yield refuse("S-12", "DUPLICATE_REPORT", pointer="/due_on", number=command.deal)
    unpaid = unpaid_since(deal, command.defaulted_on)
    if unpaid is None or unpaid[0] > command.due_on or command.due_on >= command.defaulted_on:
        yield refuse(
            "S-12",
            "TRIGGER_NOT_STANDING",
            pointer="/due_on",
            given="LICENSEE_DEFAULT",
            reference=command.deal,
            day=command.defaulted_on,
        )


def _defaulted(command: RecordDealDefault, situation: Situation) -> tuple[Said, ...]:
    found = known_deal(command, situation)
    assert found is not None
    _, deal = found
    fact = DealDefaulted(
        rights=tuple(deal.rights_on(command.defaulted_on)),
        pool=command.pool,
        deal=command.deal,
        due_on=command.due_on,
        unpaid=deal.due_by(command.due_on) - deal.collected_by(command.defaulted_on),
        defaulted_on=command.defaulted_on,
    )
    return (Said(fact),)


def _named(command: RedeemDeal, pool: Pool) -> list[Deal]:
    """The deals to be redeemed that are in the pool: those named, else all of the licensee."""
    if command.deals:
        here = {each.fact.deal: each for each in pool.deals_on(command.redeemed_on)}
        return [here[name] for name in dict.fromkeys(command.deals) if name in here]
    name = command.licensee.name if command.licensee else ""
    return deals_of(pool, name, command.redeemed_on) if name else []


def _are_pooled(command: RedeemDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: deals or a licensee are named, and are in the pool on the day."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    yield from happened("/redeemed_on", command.redeemed_on, pool, situation)
    if not command.deals and command.licensee is None:
        yield refuse("N-11", "FIELD_MISSING", pointer="/deals", field="/deals")
    for place, name in enumerate(command.deals):
        deal = pool.deals.get(name)
        pointer = f"/deals/{place}"
        if deal is None:
            yield refuse("K-1", "REFERENCE_UNKNOWN", pointer=pointer, field=pointer, reference=name)
        elif deal.out_on is not None:
            yield refuse("K-1", "DEAL_LEFT_POOL", pointer=pointer, reference=name, day=deal.out_on)
        elif not deal.is_in(command.redeemed_on):
            expected = f"a day not before {deal.fact.admitted_on}"
            yield contradicts("S-13", "/redeemed_on", command.redeemed_on, expected)
        elif command.licensee and not same_party(deal.fact.licensee.name, command.licensee.name):
            yield contradicts("S-12", "/licensee", command.licensee.name, deal.fact.licensee.name)
    if command.licensee and not deals_of(pool, command.licensee.name, command.redeemed_on):
        reference = command.licensee.name
        yield refuse("K-1", "REFERENCE_UNKNOWN", pointer="/licensee", field="/licensee", reference=reference)


def _is_called_for(command: RedeemDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-12: what the redemption is founded on stands on its day, for each licensee concerned.

    (a) a licensee that does not pay, (b) a right that is finally invalid: then all deals of its licensee go
    together. A trigger against the whole pool stands for every deal.
    """
    pool = known_pool(command.pool, situation)
    codes = CALLED_FOR.get(command.trigger)
    if pool is None or codes is None:
        return
    triggers = [each for each in standing(pool, situation, command.redeemed_on) if each.code in codes]
    deals = _named(command, pool)
    for deal in deals:
        name = deal.fact.licensee.name
        together = [each.fact.deal for each in deals_of(pool, name, command.redeemed_on)]
        if not any(not each.deals or set(each.deals) & set(together) for each in triggers):
            yield refuse(
                "S-12",
                "TRIGGER_NOT_STANDING",
                pointer="/trigger",
                given=list(codes),
                reference=deal.fact.deal,
                day=command.redeemed_on,
            )


def _all_together(command: RedeemDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-12 b: once a right is finally invalid, nothing of its licensee is redeemed without the rest.

    Whatever cause the command names: an agreed redemption cannot go round it.
    """
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    named = {each.fact.deal for each in _named(command, pool)}
    told: set[tuple[str, ...]] = set()
    for trigger in standing(pool, situation, command.redeemed_on):
        wanted = set(trigger.deals)
        if trigger.code != "POOLED_RIGHT_INVALID" or not wanted & named or trigger.deals in told:
            continue
        told.add(trigger.deals)
        if not wanted <= named:
            yield refuse(
                "S-12",
                "REDEMPTION_INCOMPLETE",
                pointer="/deals",
                party=trigger.data["party"],
                given=sorted(wanted & named),
                expected=sorted(wanted),
            )


def _price_is_paid(command: RedeemDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-13: the price is outstanding principal, interest to the day, and the premium agreed."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    price = sum(sum(redemption_price(pool, each, command.redeemed_on)) for each in _named(command, pool))
    yield from too_large("/paid", price)
    if command.paid < price:
        yield refuse("S-13", "REDEMPTION_UNDERPAID", pointer="/paid", given=command.paid, expected=price)


def _tests_again(command: RedeemDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-12 c, S-13: the redemption that reaches the plan's threshold is told, once; cover is tested again."""
    pool = known_pool(command.pool, situation)
    if pool is None or not _named(command, pool):
        return
    then = after(pool, _facts(command, pool))
    if not any(mass_redemption(pool, situation.today)):
        for each in mass_redemption(then, situation.today):
            yield flag("S-12", "MASS_REDEMPTION", **each.data)
    yield from weakened(pool, then, situation, situation.today)


def _facts(command: RedeemDeal, pool: Pool) -> list[DealRedeemed]:
    """One for each deal; what was paid above the price stands with the last."""
    deals, left = _named(command, pool), command.paid
    facts = []
    for place, deal in enumerate(deals, 1):
        principal, interest, premium = redemption_price(pool, deal, command.redeemed_on)
        paid = left if place == len(deals) else principal + interest + premium
        left -= paid
        facts.append(
            DealRedeemed(
                rights=tuple(deal.rights_on(command.redeemed_on)),
                pool=command.pool,
                deal=deal.fact.deal,
                trigger=command.trigger,
                redeemed_on=command.redeemed_on,
                outstanding=principal,
                interest=interest,
                premium=premium,
                paid=paid,
            )
        )
    return facts


def _redeemed(command: RedeemDeal, situation: Situation) -> tuple[Said, ...]:
    pool = known_pool(command.pool, situation)
    assert pool is not None
    return tuple(Said(fact) for fact in _facts(command, pool))


def _is_tail(command: CleanUpPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-16: what is outstanding is at most the share of the initial balance that was agreed (10 % [M]).

    The price is at least the principal outstanding with the interest accrued on it.
    """
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    on = command.cleaned_up_on
    yield from happened("/cleaned_up_on", on, pool, situation)
    outstanding, limit = pool.outstanding(on), pool.initial * pool.terms.cleanup_percent // 100
    if outstanding > limit:
        yield refuse("S-16", "CLEANUP_NOT_ALLOWED", pointer="/pool", given=outstanding, limit=limit)
    price = sum(owed.principal + owed.interest for owed in (deal.owed(on) for deal in pool.deals_on(on)))
    yield from too_large("/paid", price)
    if command.paid < price:
        yield refuse("S-13", "REDEMPTION_UNDERPAID", pointer="/paid", given=command.paid, expected=price)


def _cleaned_up(command: CleanUpPool, situation: Situation) -> tuple[Said, ...]:
    pool = known_pool(command.pool, situation)
    assert pool is not None
    fact = PoolCleanedUp(
        rights=tuple(pool.rights_on(command.cleaned_up_on)),
        pool=command.pool,
        cleaned_up_on=command.cleaned_up_on,
        price=command.paid,
    )
    return (Said(fact),)


PROCEDURES: Final = (
    Procedure(
        RecordDealDefault,
        ((Stage.IDENTITY, is_formed), (Stage.IDENTITY, is_admitted), (Stage.FAMILY, _unpaid)),
        _defaulted,
    ),
    Procedure(
        RedeemDeal,
        (
            (Stage.IDENTITY, is_formed),
            (Stage.IDENTITY, _are_pooled),
            (Stage.FAMILY, _is_called_for),
            (Stage.FAMILY, _all_together),
            (Stage.FAMILY, _price_is_paid),
            (Stage.FAMILY, _tests_again),
        ),
        _redeemed,
    ),
    Procedure(CleanUpPool, ((Stage.IDENTITY, is_formed), (Stage.FAMILY, _is_tail)), _cleaned_up),
)

RULES: Final = (
    Rule(
        "S-12",
        "A deal is redeemed when its licensee fails to pay; everything under a licensee when one of its "
        "pooled rights is finally invalid; so many redemptions as agreed are an event of the whole plan",
        "被许可人未按约付款的，可赎回其资产；其任何一项入池权利被终局宣告无效的，其名下资产应全部赎回；"
        "赎回数量或者比例达到约定阈值的，构成专项计划事件",
        "the project's papers",
        "SEED",
        (
            "TRIGGER_NOT_STANDING",
            "REDEMPTION_INCOMPLETE",
            "POOLED_RIGHT_INVALID",
            "POOLED_RIGHT_ENDED",
            "POOLED_RIGHT_FROZEN",
            "LICENSEE_DEFAULT",
            "MASS_REDEMPTION",
        ),
        home="ledger.rules.redemptions:_is_called_for",
    ),
    Rule(
        "S-13",
        "The redemption price is outstanding principal, interest accrued to the day and the agreed premium; "
        "on payment receivables, licenses and pledge return, and the pool's tests run again",
        "赎回价款为未偿本金、截至赎回日的应计利息及约定溢价；付清后应收款、许可及质权返还，并重新进行资产池测试",
        "design decision",
        "D",
        ("REDEMPTION_UNDERPAID",),
        home="ledger.rules.redemptions:_price_is_paid",
    ),
    Rule(
        "S-16",
        "The originator may buy the rest of a pool when no more than the agreed share of its initial balance "
        "is outstanding",
        "未偿余额不超过初始余额的约定比例时，原始权益人方可行使清仓回购",
        "from memory",
        "M",
        ("CLEANUP_NOT_ALLOWED", "POOL_STILL_OWES"),
        home="ledger.rules.redemptions:_is_tail",
    ),
)
