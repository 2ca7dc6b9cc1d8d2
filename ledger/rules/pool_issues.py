"""The money and the issue: collections, notice to debtors, establishment of the plan (S-6 to S-9)."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts.pools import (
    CollectionBooked,
    CollectionTurnedOver,
    DebtorNotified,
    DepositedWith,
    PoolEstablished,
)
from ledger.rules.base import Finding, Missing, Procedure, Said, Stage, flag, refuse
from ledger.rules.deals import obstacles
from ledger.rules.fields import CommandDay, Digest, PartySaid
from ledger.rules.pooling import (
    MinorSaid,
    OfDeal,
    OfPool,
    comes_first,
    contradicts,
    done_already,
    happened,
    is_admitted,
    is_formed,
    known_deal,
    known_pool,
    pool_tag,
)
from ledger.rules.situation import Situation
from ledger.statement.pools import Pool
from ledger.values.money import Money
from ledger.values.parties import same_party

# Collections


class BookCollection(OfDeal):
    """Money that came in on a deal, with the plan or with the originator, who has to turn it over (S-6)."""

    KIND: ClassVar[str] = "book_collection"
    command: Literal["book_collection"]
    amount: MinorSaid
    received_on: CommandDay
    received_by: DepositedWith = "plan"
    turned_over_on: CommandDay | None = None


class TurnOverCollection(OfDeal):
    """The originator paid over to the plan what it had received on a day (S-6)."""

    KIND: ClassVar[str] = "turn_over_collection"
    command: Literal["turn_over_collection"]
    received_on: CommandDay
    turned_over_on: CommandDay


def _receivable(command: BookCollection, situation: Situation, day: str) -> Iterator[Finding]:
    """S-6: an amount came in on a day after the cut-off; what came in before is the originator's own."""
    pool = known_pool(command.pool, situation)
    yield from happened("/received_on", command.received_on, pool, situation)
    if not command.amount:
        yield contradicts("S-6", "/amount", 0, "an amount above 0")
    if pool is not None and command.received_on <= pool.fact.cut_off_on:
        yield contradicts("S-6", "/received_on", command.received_on, f"a day after {pool.fact.cut_off_on}")
    if command.turned_over_on is None:
        return
    yield from happened("/turned_over_on", command.turned_over_on, pool, situation)
    if command.received_by == "plan" or command.turned_over_on < command.received_on:
        expected = "a day not before received_on, of money the originator received"
        yield contradicts("S-6", "/turned_over_on", command.turned_over_on, expected)


def _apart(command: BookCollection, situation: Situation, day: str) -> Iterator[Finding]:
    """S-6: money of the plan that the originator received lies with its own until it is turned over [M]."""
    pool = known_pool(command.pool, situation)
    if pool is not None and command.received_by == "originator":
        yield flag(
            "S-6", "COMMINGLING", amount=str(Money(command.amount, pool.terms.currency)),
            party=pool.fact.originator.name, day=pool.fact.cut_off_on, reference=command.deal,
        )  # fmt: skip


def _collected(command: BookCollection, situation: Situation) -> tuple[Said, ...]:
    fact = CollectionBooked(
        pool=command.pool,
        deal=command.deal,
        minor=command.amount,
        received_on=command.received_on,
        received_by=command.received_by,
        turned_over_on=command.turned_over_on,
    )
    return (Said(fact),)


def _with_originator(command: TurnOverCollection, situation: Situation, day: str) -> Iterator[Finding]:
    """S-6: there is money of that day that the originator received and has not turned over."""
    found = known_deal(command, situation)
    if found is None:
        return
    pool, deal = found
    yield from happened("/turned_over_on", command.turned_over_on, pool, situation)
    if command.turned_over_on < command.received_on:
        expected = f"a day not before {command.received_on}"
        yield contradicts("S-6", "/turned_over_on", command.turned_over_on, expected)
    if not any(each.received_on == command.received_on for each in deal.commingled(situation.today)):
        yield refuse(
            "S-6", "REFERENCE_UNKNOWN", pointer="/received_on", field="/received_on",
            reference=command.received_on,
        )  # fmt: skip


def _turned_over(command: TurnOverCollection, situation: Situation) -> tuple[Said, ...]:
    members = command.model_dump(include={"pool", "deal", "received_on", "turned_over_on"})
    return (Said(CollectionTurnedOver(**members)),)


# Notice


class NotifyDebtor(OfDeal):
    """The licensee was told that it now owes the plan; it is bound from then on (CC 546)."""

    KIND: ClassVar[str] = "notify_debtor"
    command: Literal["notify_debtor"]
    notified_on: CommandDay
    document: Digest | None = None


def _first_notice(command: NotifyDebtor, situation: Situation, day: str) -> Iterator[Finding]:
    """S-7: notice is given once, of what was sold, and has arrived."""
    found = known_deal(command, situation)
    if found is None:
        return
    pool, deal = found
    yield from happened("/notified_on", command.notified_on, pool, situation)
    if deal.notified_on is not None:
        yield done_already("S-7", command.pool, f"notify_debtor {command.deal}", deal.notified_on)


def _notified(command: NotifyDebtor, situation: Situation) -> tuple[Said, ...]:
    found = known_deal(command, situation)
    assert found is not None
    fact = DebtorNotified(
        pool=command.pool,
        deal=command.deal,
        licensee=found[1].fact.licensee,
        notified_on=command.notified_on,
        document=command.document,
    )
    return (Said(fact),)


# Establishment


class EstablishPool(OfPool):
    """The plan is established: securities of `issued` were subscribed to `subscribed` by `investors`.

    `unqualified` is how many of them are no qualified investors; `reserve` what the reserve begins with.
    """

    KIND: ClassVar[str] = "establish_pool"
    command: Literal["establish_pool"]
    established_on: CommandDay
    issued: MinorSaid
    subscribed: MinorSaid
    investors: Annotated[int, Field(ge=1, le=1_000_000)]
    unqualified: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    holder_of_record: PartySaid
    reserve: MinorSaid = 0

    def names(self) -> tuple[str, ...]:
        """Who holds for the plan."""
        return (self.holder_of_record.name,)

    def actors(self) -> tuple[str, ...]:
        """Who holds for the plan."""
        return self.names()

    def links(self) -> tuple[str, ...]:
        """The pool, whose rights are all read."""
        return (pool_tag(self.pool),)


def _in_order(command: EstablishPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-6, S-9: a plan is established once, after its cut-off was fixed and before it matures."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    yield from happened("/established_on", command.established_on, pool, situation)
    if pool.established is not None:
        yield done_already("S-9", command.pool, "establish_pool", pool.established.established_on)
    if pool.cut_off is None:
        yield comes_first("S-6", command.pool, "fix_cut_off")
    if not pool.fact.cut_off_on <= command.established_on < pool.terms.matures_on:
        expected = f"{pool.fact.cut_off_on} or later, before {pool.terms.matures_on}"
        yield contradicts("S-9", "/established_on", command.established_on, expected)


def _held_by_manager(command: EstablishPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-8: the plan is no person: its manager holds of record (ABS49 5 [S]; TRU 15 to 17, SEC 4 [V])."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    manager = pool.fact.manager.name
    if not same_party(manager, command.holder_of_record.name):
        yield refuse(
            "S-8", "HOLDER_NOT_MANAGER", pointer="/holder_of_record",
            holder=command.holder_of_record.name, expected=manager,
        )  # fmt: skip


def eligible_value(pool: Pool, situation: Situation, day: str) -> int:
    """S-9: the cut-off balance of the deals that still qualify on a day, in minor units.

    What came in since the cut-off is the plan's (S-6), so that it lowers nothing. The value of the rights is
    no part of it: that is the cover test's (S-15).
    """
    return sum(
        deal.outstanding(pool.fact.cut_off_on)
        for deal in pool.deals_on(day)
        if not any(obstacles(deal.fact, pool, situation, day))
    )


def _issued(command: EstablishPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-9: the tranches are the issue, and the eligible pool over the agreed cover carries it (ABS49 [S])."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    total = sum(each.principal for each in pool.terms.tranches)
    if total != command.issued:
        yield refuse("S-9", "TRANCHE_SUM_MISMATCH", pointer="/issued", given=total, expected=command.issued)
    limit = eligible_value(pool, situation, command.established_on) * 100 // pool.terms.overcollateral_percent
    if command.issued > limit:
        yield refuse("S-9", "OVERCOLLATERAL_SHORT", pointer="/issued", amount=command.issued, limit=limit)


def _subscribed(command: EstablishPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-9: qualified investors, no more than are allowed, who took the minimum at least (ABS49 [S])."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    limit = situation.policy.value("plan_investors", command.established_on)
    if command.investors > limit or command.unqualified:
        yield refuse(
            "S-9", "INVESTOR_LIMIT", pointer="/unqualified" if command.unqualified else "/investors",
            given=command.investors, limit=limit,
        )  # fmt: skip
    if command.unqualified > command.investors:
        yield contradicts("S-9", "/unqualified", command.unqualified, f"at most {command.investors}")
    if not pool.terms.subscription_minimum <= command.subscribed <= command.issued:
        yield refuse(
            "S-9", "SUBSCRIPTION_SHORT", pointer="/subscribed", given=command.subscribed,
            limit=pool.terms.subscription_minimum, expected=command.issued,
        )  # fmt: skip


def _unaware(command: EstablishPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-7: until it was notified, a debtor may pay the originator and is free (CC 546) [V]."""
    pool = known_pool(command.pool, situation)
    for deal in pool.unaware(command.established_on) if pool is not None else ():
        name = deal.fact.licensee.name
        for right in deal.fact.rights:
            yield flag(
                "S-7", "DEBTOR_NOT_NOTIFIED", right=right, party=name, reference=deal.fact.deal,
                missing=Missing("notice", name, right),
            )  # fmt: skip


def _established(command: EstablishPool, situation: Situation) -> tuple[Said, ...]:
    members = {"pool", "established_on", "issued", "subscribed", "investors", "reserve"}
    fact = PoolEstablished(
        **command.model_dump(include=members), holder_of_record=command.holder_of_record.fact
    )
    return (Said(fact),)


_FORMED: Final = (Stage.IDENTITY, is_formed)
_ADMITTED: Final = (Stage.IDENTITY, is_admitted)

PROCEDURES: Final = (
    Procedure(
        BookCollection, (_FORMED, _ADMITTED, (Stage.FORM, _receivable), (Stage.FAMILY, _apart)), _collected
    ),
    Procedure(TurnOverCollection, (_FORMED, _ADMITTED, (Stage.FORM, _with_originator)), _turned_over),
    Procedure(NotifyDebtor, (_FORMED, _ADMITTED, (Stage.FORM, _first_notice)), _notified),
    Procedure(
        EstablishPool,
        (
            _FORMED,
            (Stage.FORM, _in_order),
            (Stage.ENTITLEMENT, _held_by_manager),
            (Stage.FAMILY, _issued),
            (Stage.FAMILY, _subscribed),
            (Stage.FAMILY, _unaware),
        ),
        _established,
    ),
)
