"""Pools: forming a plan, taking in its deals, fixing their balance (S-1, S-5, S-6, S-9).

The licenses behind a two-step plan are those of `ledger.rules.two_step`; what keeps a deal out of a pool is
in `ledger.rules.deals`, the money and the issue in `ledger.rules.pool_issues`.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Literal, get_args

from pydantic import AfterValidator, Field

from ledger.facts.base import Value
from ledger.facts.pools import (
    DealAdmitted,
    Enhancement,
    PoolCutOff,
    PoolFormed,
    PoolTerms,
    Rate,
    Scheduled,
    Structure,
    TrancheIssued,
)
from ledger.rules.base import Finding, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.deals import (
    DealSaid,
    ScheduledSaid,
    already_pooled,
    concentration,
    deal_fact,
    deal_faults,
    obstacles,
)
from ledger.rules.fields import CommandDay, Digest, Line, PartySaid, RightId, checked, names_of
from ledger.rules.pooling import (
    MinorSaid,
    OfPool,
    comes_first,
    contradicts,
    done_already,
    happened,
    is_formed,
    known_pool,
    pool_tag,
)
from ledger.rules.situation import Situation
from ledger.rules.two_step import one_step, two_steps
from ledger.statement.pools import Pool
from ledger.values.money import MINOR_MAX, Money
from ledger.values.parties import same_party

# Forming


class TrancheSaid(Value):
    """A class of securities; without `rate` it takes what is left, without `schedule` it is pass-through."""

    name: Line
    principal: MinorSaid
    rate: Rate | None = None
    schedule: Annotated[tuple[ScheduledSaid, ...], Field(max_length=1000)] = ()


class EnhancementSaid(Value):
    """Somebody who pays what a period lacks, up to `limit`."""

    party: PartySaid
    limit: MinorSaid


class TermsSaid(Value):
    """What the product's documents fix; tranches in order of rank, percentages as whole numbers."""

    currency: Annotated[str, AfterValidator(checked(lambda code: Money(0, code)))]
    tranches: Annotated[tuple[TrancheSaid, ...], Field(min_length=1, max_length=100)]
    matures_on: CommandDay
    days_of_year: Literal[360, 365] = 365
    reserve_target: MinorSaid = 0
    shortfall_payer: EnhancementSaid | None = None
    guarantor: EnhancementSaid | None = None
    enhanced: Annotated[int, Field(ge=0, le=100)] = 1
    overcollateral_percent: Annotated[int, Field(ge=100, le=100_000)] = 100
    subscription_minimum: MinorSaid = 0
    licensee_limit_percent: Annotated[int, Field(ge=1, le=100)] = 100
    mass_redemption_percent: Annotated[int, Field(ge=1, le=100)] = 100
    mass_redemption_count: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    cleanup_percent: Annotated[int, Field(ge=0, le=100)] = 10
    substitution_limit_percent: Annotated[int, Field(ge=0, le=100)] = 0
    substitution_until: CommandDay | None = None
    redemption_premium: Rate | None = None
    cover_percent: Annotated[int, Field(ge=0, le=100_000)] = 0
    review_months: Annotated[int, Field(ge=1, le=1200)] = 12

    @property
    def fact(self) -> PoolTerms:
        """As they stand in an entry."""
        told = {name: value for name, value in vars(self).items() if name not in _TERMS_OF_THEIR_OWN}
        return PoolTerms(
            **told,
            tranches=tuple(
                TrancheIssued(
                    name=each.name,
                    principal=each.principal,
                    rate=each.rate,
                    schedule=tuple(Scheduled(on=step.on, minor=step.minor) for step in each.schedule),
                )
                for each in self.tranches
            ),
            shortfall_payer=_enhancement(self.shortfall_payer),
            guarantor=_enhancement(self.guarantor),
        )

    @property
    def issue(self) -> int:
        """The size of the issue: the sum of the tranches."""
        return sum(each.principal for each in self.tranches)


_TERMS_OF_THEIR_OWN: Final = frozenset(("tranches", "shortfall_payer", "guarantor"))


def _enhancement(said: EnhancementSaid | None) -> Enhancement | None:
    return None if said is None else Enhancement(party=said.party.fact, limit=said.limit)


class FormPool(OfPool):
    """A plan and its terms. `manager` will hold everything of record for it (S-8)."""

    KIND: ClassVar[str] = "form_pool"
    command: Literal["form_pool"]
    name: Line
    structure: Line
    originator: PartySaid
    manager: PartySaid
    custodian: PartySaid | None = None
    cut_off_on: CommandDay
    formed_on: CommandDay
    terms: TermsSaid
    document: Digest | None = None

    def names(self) -> tuple[str, ...]:
        """Originator, manager, custodian."""
        return names_of((self.originator, self.manager), (self.custodian,) if self.custodian else ())

    def actors(self) -> tuple[str, ...]:
        """Originator and manager."""
        return names_of((self.originator, self.manager))


def _known_structure(command: FormPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-1: one of five structures [SEED]; leasing rules expect fixed assets, so a leaseback is flagged."""
    if command.structure not in get_args(Structure):
        yield refuse("S-1", "STRUCTURE_UNKNOWN", pointer="/structure", given=command.structure)
    elif command.structure == "sale_leaseback":
        yield flag("S-1", "LEASE_INTANGIBLE")


def _is_new(command: FormPool, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: a pool's id is its own."""
    if known_pool(command.pool, situation) is not None:
        yield refuse("K-1", "DUPLICATE_ID", pointer="/pool", reference=command.pool)


def _dated(command: FormPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-9: documents are signed, and the plan matures after that and after the cut-off."""
    yield from happened("/formed_on", command.formed_on, None, situation)
    terms = command.terms
    begins = max(command.formed_on, command.cut_off_on)
    if terms.matures_on <= begins:
        yield contradicts("S-9", "/terms/matures_on", terms.matures_on, f"a day after {begins}")
    if terms.substitution_until is not None and terms.substitution_until > terms.matures_on:
        pointer = "/terms/substitution_until"
        yield contradicts("S-9", pointer, terms.substitution_until, f"a day up to {terms.matures_on}")


def _separate(command: FormPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-8: the plan's property stands apart from the originator's, which is not its manager (ABS49 5)."""
    if same_party(command.manager.name, command.originator.name):
        yield contradicts("S-8", "/manager", command.manager.name, "another party than the originator")


def _ranked(command: FormPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-9: tranches have names of their own and amounts; only the lowest takes what is left."""
    tranches = command.terms.tranches
    if command.terms.issue > MINOR_MAX:
        yield refuse("N-6", "AMOUNT_TOO_LARGE", pointer="/terms/tranches", limit=MINOR_MAX)
    for place, tranche in enumerate(tranches):
        pointer = f"/terms/tranches/{place}"
        if tranche.name in {each.name for each in tranches[:place]}:
            yield contradicts("S-9", f"{pointer}/name", tranche.name, "a name no tranche above has")
        if not tranche.principal:
            yield contradicts("S-9", f"{pointer}/principal", 0, "an amount above 0")
        if tranche.rate is None and place < len(tranches) - 1:
            yield contradicts("S-9", f"{pointer}/rate", None, "a rate, as only the lowest takes what is left")
        yield from _scheduled(command, tranche, pointer)


def _scheduled(command: FormPool, tranche: TrancheSaid, pointer: str) -> Iterator[Finding]:
    """S-9: a schedule goes forward in time, ends by maturity and repays no more than was issued."""
    days = [step.on for step in tranche.schedule]
    if sorted(set(days)) != days:
        yield contradicts("S-9", f"{pointer}/schedule", days, "days that follow one another")
    for place, on in enumerate(days):
        if not command.formed_on < on <= command.terms.matures_on:
            expected = f"a day after {command.formed_on} and up to {command.terms.matures_on}"
            yield contradicts("S-9", f"{pointer}/schedule/{place}/on", on, expected)
    total = sum(step.minor for step in tranche.schedule)
    if total > tranche.principal:
        yield contradicts("S-9", f"{pointer}/schedule", total, f"at most {tranche.principal}")


def _enhanced(command: FormPool, situation: Situation, day: str) -> Iterator[Finding]:
    """S-9, S-11: enhancements cover tranches there are; reserve and minimum lie within the issue."""
    terms = command.terms
    for name, given, most in (
        ("enhanced", terms.enhanced, len(terms.tranches)),
        ("reserve_target", terms.reserve_target, terms.issue),
        ("subscription_minimum", terms.subscription_minimum, terms.issue),
    ):
        if given > most:
            yield contradicts("S-9", f"/terms/{name}", given, f"at most {most}")
    for name, each in (("shortfall_payer", terms.shortfall_payer), ("guarantor", terms.guarantor)):
        if each is not None and not each.limit:
            yield contradicts("S-11", f"/terms/{name}/limit", 0, "an amount above 0")


def _formed(command: FormPool, situation: Situation) -> tuple[Said, ...]:
    members = command.model_dump(include={"pool", "name", "structure", "cut_off_on", "formed_on", "document"})
    fact = PoolFormed(
        **members,
        originator=command.originator.fact,
        manager=command.manager.fact,
        custodian=command.custodian.fact if command.custodian else None,
        terms=command.terms.fact,
    )
    return (Said(fact),)


# Admission


class AdmitDeal(DealSaid, OfPool):
    """A licensee's deal comes into the pool, before its cut-off is fixed; `rights` are pooled with it."""

    KIND: ClassVar[str] = "admit_deal"
    command: Literal["admit_deal"]
    rights: Annotated[tuple[RightId, ...], Field(min_length=1, max_length=1000)]
    admitted_on: CommandDay

    @property
    def acted_on(self) -> str | None:
        """The day of admission."""
        return self.admitted_on

    def names(self) -> tuple[str, ...]:
        """The licensee."""
        return (self.licensee.name,)

    def links(self) -> tuple[str, ...]:
        """The licenses it rests on."""
        named = (name for each in self.licenses for name in (each.step_one, each.step_two) if name)
        return tuple(f"license:{name}" for name in named)


def _admission(command: AdmitDeal) -> DealAdmitted:
    return deal_fact(command, command.rights, command.pool, command.admitted_on)


def _open(command: AdmitDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-6, K-1: deals come in until the cut-off is fixed, each under an id of its own."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    if pool.cut_off is not None:
        yield done_already("S-6", command.pool, "cut_off", pool.cut_off.cut_off_on)
    if command.deal in pool.deals:
        yield refuse("K-1", "DUPLICATE_ID", pointer="/deal", reference=command.deal)
    if command.admitted_on < pool.fact.formed_on:
        yield contradicts(
            "N-3", "/admitted_on", command.admitted_on, f"a day not before {pool.fact.formed_on}"
        )


def _well_formed(command: AdmitDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-5: the cash flow is identifiable: instalments go forward and hold principal and interest."""
    yield from deal_faults(command, command.rights, known_pool(command.pool, situation))


def _eligible(command: AdmitDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-5: every right and the debtor qualify, on the cut-off day where it has come and on admission."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    deal = _admission(command)
    cut_off_on = pool.fact.cut_off_on
    days = (cut_off_on, day) if cut_off_on < day else (day,)
    yield from _failing(deal, pool, situation, days)


def _failing(
    deal: DealAdmitted, pool: Pool, situation: Situation, days: tuple[str, ...]
) -> Iterator[Finding]:
    """S-5: one finding for each reason and right, of the first day it stands on."""
    told = set()
    for day in days:
        for each in obstacles(deal, pool, situation, day):
            if each not in told:
                told.add(each)
                yield refuse(
                    "S-5", f"POOL_INELIGIBLE:{each.reason}", right=each.right, day=day,
                    given=each.reason, reference=deal.deal,
                )  # fmt: skip


def _not_pooled(command: AdmitDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-5: a right is in one live pool only."""
    yield from already_pooled(_admission(command), situation)


def _licensed(command: AdmitDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-2, S-5: the licenses a receivable rests on are there, in the shape the structure asks for."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    deal = _admission(command)
    if pool.fact.structure == "two_step_license":
        yield from two_steps(deal, pool, situation, day)
    else:
        yield from one_step(deal, situation, day)


def _leased(command: AdmitDeal, situation: Situation, day: str) -> Iterator[Finding]:
    """S-1: each right of a sale and leaseback tells that an intangible is leased."""
    pool = known_pool(command.pool, situation)
    if pool is not None and pool.fact.structure == "sale_leaseback":
        for right in command.rights:
            yield flag("S-1", "LEASE_INTANGIBLE", right=right)


def _admitted(command: AdmitDeal, situation: Situation) -> tuple[Said, ...]:
    return (Said(_admission(command)),)


# Cut-off


class FixCutOff(OfPool):
    """The balance of all deals on the cut-off day is fixed; `balance`, where it is given, must be that."""

    KIND: ClassVar[str] = "fix_cut_off"
    command: Literal["fix_cut_off"]
    balance: MinorSaid | None = None

    def links(self) -> tuple[str, ...]:
        """The pool, whose rights are all read."""
        return (pool_tag(self.pool),)


def cut_off_balance(pool: Pool) -> int:
    """S-6: principal outstanding on the cut-off day of the deals that are in the pool, in minor units."""
    deals = (deal for deal in pool.deals.values() if deal.out_on is None)
    return sum(deal.outstanding(pool.fact.cut_off_on) for deal in deals)


def _fixable(command: FixCutOff, situation: Situation, day: str) -> Iterator[Finding]:
    """S-6: the cut-off is fixed once, when its day has come and deals are in the pool."""
    pool = known_pool(command.pool, situation)
    if pool is None:
        return
    if pool.cut_off is not None:
        yield done_already("S-6", command.pool, "cut_off", pool.cut_off.cut_off_on)
    if pool.fact.cut_off_on > situation.today:
        given = pool.fact.cut_off_on
        yield refuse("N-3", "DATE_IN_FUTURE", pointer="/pool", field="cut_off_on", given=given)
    balance = cut_off_balance(pool)
    if not balance:
        yield comes_first("S-6", command.pool, "admit_deal")
    elif balance > MINOR_MAX:
        yield refuse("N-6", "AMOUNT_TOO_LARGE", pointer="/pool", limit=MINOR_MAX)
    elif command.balance is not None and command.balance != balance:
        yield contradicts("S-6", "/balance", command.balance, str(balance))


def _still_eligible(command: FixCutOff, situation: Situation, day: str) -> Iterator[Finding]:
    """S-5: what was admitted qualifies on the cut-off day, and no licensee has more than its part."""
    pool = known_pool(command.pool, situation)
    if pool is None or pool.fact.cut_off_on > situation.today:
        return
    for deal in pool.deals.values():
        if deal.out_on is not None:
            continue
        yield from _failing(deal.fact, pool, situation, (pool.fact.cut_off_on,))
        part = concentration(pool, deal.fact)
        if part > pool.terms.licensee_limit_percent:
            yield refuse(
                "S-5", "POOL_INELIGIBLE:concentration", pointer=f"/deals/{deal.fact.deal}",
                day=pool.fact.cut_off_on, given="concentration", party=deal.fact.licensee.name,
                limit=pool.terms.licensee_limit_percent, reference=deal.fact.deal,
            )  # fmt: skip


def _cut_off(command: FixCutOff, situation: Situation) -> tuple[Said, ...]:
    pool = known_pool(command.pool, situation)
    assert pool is not None
    fact = PoolCutOff(pool=command.pool, cut_off_on=pool.fact.cut_off_on, balance=cut_off_balance(pool))
    return (Said(fact),)


_FORMED: Final = (Stage.IDENTITY, is_formed)

PROCEDURES: Final = (
    Procedure(
        FormPool,
        (
            (Stage.IDENTITY, _is_new),
            (Stage.FORM, _known_structure),
            (Stage.FORM, _dated),
            (Stage.FORM, _ranked),
            (Stage.FORM, _enhanced),
            (Stage.ENTITLEMENT, _separate),
        ),
        _formed,
    ),
    Procedure(
        AdmitDeal,
        (
            _FORMED,
            (Stage.IDENTITY, _open),
            (Stage.FORM, _well_formed),
            (Stage.CONFLICTS, _not_pooled),
            (Stage.FAMILY, _eligible),
            (Stage.FAMILY, _licensed),
            (Stage.FAMILY, _leased),
        ),
        _admitted,
    ),
    Procedure(FixCutOff, (_FORMED, (Stage.FORM, _fixable), (Stage.FAMILY, _still_eligible)), _cut_off),
)

RULES: Final = (
    Rule(
        "S-1",
        "A plan has one of five structures; sale and leaseback of an intangible is flagged.",
        "专项计划采用五种交易结构之一；以无形资产售后回租的予以提示",
        "project papers",
        "SEED",
        ("STRUCTURE_UNKNOWN", "LEASE_INTANGIBLE"),
        home="ledger.rules.pools:_known_structure",
    ),
    Rule(
        "S-2",
        "Two steps: an exclusive license with express words for an exclusive sublicense, then one back "
        "within it; plan maturity, second license, first license and right end in this order.",
        "两次许可：先由权利人给予含独占再许可明示授权的独占许可，再于其范围内反向许可；"
        "计划到期日、第二次许可、第一次许可、权利期限依次届满",
        "project papers; L-8, L-9",
        "SEED",
        (
            "STEP1_MISSING",
            "SUBLICENCE_NOT_AUTHORISED",
            "SUBLICENCE_SCOPE_EXCEEDED",
            "TENOR_MISMATCH",
            "LICENCE_CONFLICT_EXCLUSIVE",
        ),
        home="ledger.rules.two_step:_at_stage",
    ),
    Rule(
        "S-3",
        "The same scope out and back at once may be read as a secured loan, which is disclosed.",
        "以相同范围同时许可并反向许可，可能被认定为担保借款，应予披露",
        "CC 146; SEC 68",
        "V; SEED",
        ("RECHARACTERISATION_RISK",),
        home="ledger.rules.two_step:_disclosed",
    ),
    Rule(
        "S-4",
        "With a pledge in aid, the pledgee consented to both licenses, unless they are earlier.",
        "设有辅助质押的，两次许可均须经质权人同意，但许可在先的除外",
        "CC 444",
        "V; SEED",
        ("PLEDGEE_CONSENT_MISSING",),
        home="ledger.rules.two_step:_consented",
    ),
    Rule(
        "S-5",
        "On the cut-off day every right and debtor qualifies, and a right is in one live pool only.",
        "基准日各权利及债务人均符合入池标准，且同一权利仅可在一个存续资产池中",
        "ABS49; rest design decision",
        "S; D",
        ("POOL_INELIGIBLE", "ASSET_ALREADY_POOLED"),
        home="ledger.rules.deals:obstacles",
    ),
    Rule(
        "S-6",
        "The balance is fixed on the cut-off day; what comes in later is the plan's, whoever receives it.",
        "基准日余额固定；其后收取的款项归专项计划所有，不论由谁收取",
        "market practice",
        "M",
        ("COMMINGLING", "POOL_STEP_DONE", "POOL_STEP_MISSING"),
        home="ledger.rules.pool_issues:_apart",
    ),
    Rule(
        "S-7",
        "A debtor is bound by the sale of its debt once it was notified; the pledge passes with the debt.",
        "债权转让通知债务人后对其发生效力；从属质权随债权转让",
        "CC 546-547",
        "V",
        ("DEBTOR_NOT_NOTIFIED",),
        home="ledger.rules.pool_issues:_unaware",
    ),
    Rule(
        "S-8",
        "The plan is no person: its manager holds of record for it, apart from the originator's estate.",
        "专项计划不具有法人资格，由管理人代为持有，并独立于原始权益人的固有财产",
        "ABS49 5; TRU 15-17; SEC 4",
        "S; V",
        ("HOLDER_NOT_MANAGER",),
        home="ledger.rules.pool_issues:_held_by_manager",
    ),
    Rule(
        "S-9",
        "The tranches are the issue, carried by the eligible pool over the agreed cover; at most 200 "
        "qualified investors; established once the minimum is subscribed.",
        "各档证券合计等于发行规模，且不超过合格资产池除以约定覆盖倍数；合格投资者不超过二百人；达到最低认购额后设立",
        "ABS49",
        "S",
        ("TRANCHE_SUM_MISMATCH", "OVERCOLLATERAL_SHORT", "INVESTOR_LIMIT", "SUBSCRIPTION_SHORT"),
        home="ledger.rules.pool_issues:_issued",
    ),
)
