"""A deal leaves its pool and another comes in its place (S-14).

The new deal must qualify as if it were admitted today (S-5), and be no worse than the one it replaces.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts.pools import DealAdmitted, DealSubstituted
from ledger.rules.base import Finding, Missing, Procedure, Rule, Said, Stage, refuse
from ledger.rules.deals import DealSaid, already_pooled, deal_fact, deal_faults, obstacles
from ledger.rules.fields import CommandDay, PartySaid, RightId
from ledger.rules.pooling import (
    OfDeal,
    comes_first,
    contradicts,
    happened,
    is_admitted,
    is_formed,
    known_deal,
    known_pool,
    pool_tag,
)
from ledger.rules.redemptions import standing, weakened
from ledger.rules.situation import Situation
from ledger.rules.two_step import one_step, two_steps
from ledger.statement.pools import Deal, Pool, after
from ledger.statement.triggers import PURPOSE
from ledger.statement.valuations import valued
from ledger.values.parties import same_party


class SubstituteDeal(OfDeal):
    """`deal` leaves, `by` comes in with the `rights` named; the manager consents."""

    KIND: ClassVar[str] = "substitute_deal"
    command: Literal["substitute_deal"]
    rights: Annotated[tuple[RightId, ...], Field(min_length=1, max_length=1000)]
    by: DealSaid
    consented_by: PartySaid | None = None
    substituted_on: CommandDay

    @property
    def acted_on(self) -> str | None:
        """The day of the change."""
        return self.substituted_on

    def names(self) -> tuple[str, ...]:
        """The new licensee."""
        return (self.by.licensee.name,)

    def actors(self) -> tuple[str, ...]:
        """The manager."""
        return (self.consented_by.name,) if self.consented_by else ()

    def links(self) -> tuple[str, ...]:
        """The pool, and the licenses the new deal rests on."""
        named = (name for each in self.by.licenses for name in (each.step_one, each.step_two) if name)
        return (pool_tag(self.pool), *(f"license:{name}" for name in named))


def _admission(command: SubstituteDeal) -> DealAdmitted:
    return deal_fact(command.by, command.rights, command.pool, command.substituted_on, command.deal)


def _ineligible(command: SubstituteDeal, reason: str, right: str | None = None) -> Finding:
    missing = Missing("consent") if reason == "consent" else None
    return refuse(
        "S-14",
        f"SUBSTITUTE_INELIGIBLE:{reason}",
        right=right,
        pointer="/by",
        missing=missing,
        given=reason,
        reference=command.deal,
    )


def _well_formed(command: SubstituteDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-14: a new deal under an id of its own, after the cut-off was fixed, on a day that has come."""
    pool = known_pool(command.pool, situation)
    yield from happened("/substituted_on", command.substituted_on, pool, situation)
    yield from deal_faults(command.by, command.rights, pool)
    if pool is None:
        return
    if command.by.deal in pool.deals:
        yield refuse("K-1", "DUPLICATE_ID", pointer="/by/deal", reference=command.by.deal)
    if pool.cut_off is None:
        yield comes_first("S-6", command.pool, "fix_cut_off")
    deal = pool.deals.get(command.deal)
    if deal is not None and deal.out_on is None and not deal.is_in(command.substituted_on):
        expected = f"a day not before {deal.fact.admitted_on}"
        yield contradicts("S-14", "/substituted_on", command.substituted_on, expected)


def _not_pooled(command: SubstituteDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-5, S-14: a right is in one live pool only."""
    yield from already_pooled(_admission(command), situation)


def _qualifies(command: SubstituteDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-14: what keeps a deal out of a pool keeps a substitute out (S-5), and its licenses stand (S-2)."""
    found = known_deal(command, situation)
    if found is None:
        return
    pool, fact = found[0], _admission(command)
    for each in obstacles(fact, pool, situation, day):
        yield _ineligible(command, each.reason, each.right)
    if pool.fact.structure == "two_step_license":
        yield from two_steps(fact, pool, situation, day)
    else:
        yield from one_step(fact, situation, day)


def _no_worse(command: SubstituteDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-14: value and term are no less, the manager consents, limit and deadline are kept.

    Value is that of the receivable, and that of the rights where those that leave were valued [D].
    """
    found = known_deal(command, situation)
    if found is None:
        return
    pool, deal = found
    on, until = command.substituted_on, pool.terms.substitution_until
    consents = command.consented_by is not None and same_party(
        command.consented_by.name, pool.fact.manager.name
    )
    worth = [_worth(rights, pool, situation, on) for rights in (command.rights, deal.rights_on(on))]
    for reason, stands in (
        ("value", command.by.principal < deal.outstanding(on) or worth[0] < worth[1]),
        ("term", max(each.on for each in command.by.installments) < deal.last_installment),
        ("limit", _replaced(pool, deal, on) * 100 > pool.terms.substitution_limit_percent * pool.initial),
        ("deadline", until is not None and on > until),
        ("consent", not consents),
        ("redemption_due", _is_to_be_redeemed(command, pool, situation)),
    ):
        if stands:
            yield _ineligible(command, reason)


def _worth(rights: tuple[str, ...] | list[str], pool: Pool, situation: Situation, day: str) -> int:
    """The last valid values of rights for the securitization, in minor units of the pool's currency."""
    months = situation.policy.value("valuation_months", day)
    found = [valued(each, PURPOSE, day, months=months).used for _, each in situation.statements(rights)]
    return sum(each["minor"] or 0 for each in found if each and each["currency"] == pool.terms.currency)


def _replaced(pool: Pool, deal: Deal, day: str) -> int:
    """Principal replaced so far, with this deal."""
    before = sum(pool.deals[each.deal].outstanding(each.substituted_on) for each in pool.substituted)
    return before + deal.outstanding(day)


def _is_to_be_redeemed(command: SubstituteDeal, pool: Pool, situation: Situation) -> bool:
    """S-12 b: a substitution cannot go round the redemption that a finally invalid right calls for."""
    return any(
        each.code == "POOLED_RIGHT_INVALID" and command.deal in each.deals
        for each in standing(pool, situation, command.substituted_on)
    )


def _tests_again(command: SubstituteDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-13, S-15: the pool's tests run again on what it would be."""
    found = known_deal(command, situation)
    if found is None:
        return
    then = after(found[0], (said.fact for said in _substituted(command, situation)))
    yield from weakened(found[0], then, situation, situation.today)


def _substituted(command: SubstituteDeal, situation: Situation) -> tuple[Said, ...]:
    found = known_deal(command, situation)
    assert found is not None
    left = DealSubstituted(
        rights=tuple(found[1].rights_on(command.substituted_on)),
        pool=command.pool,
        deal=command.deal,
        by=command.by.deal,
        substituted_on=command.substituted_on,
    )
    return (Said(_admission(command)), Said(left))


PROCEDURES: Final = (
    Procedure(
        SubstituteDeal,
        (
            (Stage.IDENTITY, is_formed),
            (Stage.IDENTITY, is_admitted),
            (Stage.FORM, _well_formed),
            (Stage.CONFLICTS, _not_pooled),
            (Stage.FAMILY, _qualifies),
            (Stage.FAMILY, _no_worse),
            (Stage.FAMILY, _tests_again),
        ),
        _substituted,
    ),
)

RULES: Final = (
    Rule(
        "S-14",
        "A substitute qualifies on its day, is worth no less and lasts no shorter than what it replaces, "
        "within the agreed limit and deadline, with the manager's consent",
        "置换资产应于置换日符合入池标准，价值及期限不低于被置换资产，在约定限额和期限内，并经管理人同意",
        "design decision",
        "D",
        ("SUBSTITUTE_INELIGIBLE",),
        home="ledger.rules.substitutions:_no_worse",
    ),
)
