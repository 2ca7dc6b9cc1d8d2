"""A pool on a day, as known at an instant: tranches, deals, periods, what stands against it (M-11 to M-13).

Everything is told from its dossier and the statements of its rights; nothing is reckoned here that the
ledger's own questions do not answer.
"""

from datetime import date, datetime
from typing import Any, Final

from ledger.facts.base import Fact, Party
from ledger.facts.pools import (
    CollectionBooked,
    DealRedeemed,
    PeriodRun,
    PoolCleanedUp,
    RightDisposed,
    TrancheIssued,
)
from ledger.reasons import REASONS
from ledger.rules.policy import POLICY
from ledger.statement.base import Recorded
from ledger.statement.pool_periods import rerun
from ledger.statement.pools import Deal, Pool, pool_of, review_due_on
from ledger.statement.reading import Statement, freezes_on, invalidation_pending_on, pledges_on, status_on
from ledger.statement.triggers import PURPOSE, Trigger, cover_on, triggers_on, unpaid_since
from ledger.statement.valuations import valued
from projections.dossiers import Asked, asked, by, dossier, statements
from projections.errors import PeriodUnknown, PoolUnknown
from projections.flags import warnings
from projections.views import Views

Json = dict[str, Any]

_ID_MAX: Final = 80


def pool(
    views: Views, name: str, *, as_of: date | datetime | None = None, known_at: datetime | None = None
) -> Json:
    """A pool on a day: structure, tranches with balances, deals, rights, periods, triggers, cover.

    Amounts are minor units of `currency`; `state` is `NOT_FORMED` (before it was signed), `FORMED`,
    `ESTABLISHED`, `ACCELERATED`, `CLEANED_UP` or `CLOSED`.

    Raises:
        PoolUnknown: it was not formed by then, as known.
        StorageUnavailable, ProjectionBehind, UnknownEventType, EntryMalformed, ChainBroken
    """
    about = asked(views, as_of, known_at)
    recorded = dossier_of(views, name, about)
    then = by(recorded, about.day)
    told = pool_of(then)
    if told is None:
        raise PoolUnknown(name)
    known = statements(
        views, (right for deal in told.deals.values() for right in deal.fact.rights), about.position
    )
    months = POLICY.value("valuation_months", about.day)
    cover = cover_on(told, known, about.day, months=months)
    return {
        "pool": told.fact.pool,
        **_particulars(told, about.day),
        **about.as_json(),
        "tranches": _tranches(told, about.day),
        "deals": [_deal(told, deal, about.day) for deal in told.deals.values()],
        "rights": [
            _pooled(right, deal, known.get(right), about.day, months)
            for deal in told.deals.values()
            for right in deal.fact.rights
        ],
        "periods": [_period(told, each) for each in told.periods],
        "redemptions": [_story(told, each) for each in told.redeemed],
        "substitutions": [_story(told, each) for each in told.substituted],
        "top_ups": [_story(told, each) for each in told.topped_up],
        "reviews": [_story(told, each) for each in told.reviewed],
        "review_due_on": review_due_on(told, about.day),
        "flags": warnings(then),
        "triggers": [shown(each) for each in triggers_on(told, known, about.day, months=months)],
        "cover": {
            "value": cover.value,
            "added": cover.added,
            "outstanding": cover.outstanding,
            "percent": cover.percent,
            "percent_wanted": cover.percent_wanted,
            "holds": cover.holds,
            "entries": sorted(set(cover.entries)),
        },
    }


def period(views: Views, name: str, number: int, *, known_at: datetime | None = None) -> Json:
    """One payment period line by line, with the entries each line rests on (M-12).

    `inflow` are the receipts it shared out, with their entries: they sum to `collections`. `before` and
    `after` are balances. `reproduced` says whether the waterfall, run again on the entries before this
    period's own, gives the recorded lines and balances.

    Raises:
        PoolUnknown, PeriodUnknown
        StorageUnavailable, UnknownEventType, EntryMalformed, ChainBroken
    """
    about = asked(views, None, known_at)
    recorded = dossier_of(views, name, about)
    told = pool_of(recorded)
    if told is None:
        raise PoolUnknown(name)
    fact = next((each for each in told.periods if each.number == number), None)
    if fact is None:
        raise PeriodUnknown(name, number, len(told.periods))
    place = next(place for place, item in enumerate(recorded) if item.fact is fact)
    then = pool_of(recorded[:place])
    assert then is not None
    inflow = _inflow(recorded[: place + 1], told, fact)
    before = then.balances(fact.last)
    terms = list(then.entries_of(then.fact))
    balances = list(then.entries_of(*(then.periods[-1:] or ([then.established] if then.established else []))))
    return {
        "pool": name,
        "currency": told.terms.currency,
        "known_at": about.as_json()["known_at"],
        "position": about.position,
        **_period(told, fact),
        "inflow": inflow,
        "before": {
            "principal": list(before.principal),
            "unpaid_interest": list(before.unpaid_interest),
            "unpaid_costs": before.unpaid_costs,
            "reserve": before.reserve,
            "retained": before.retained,
        },
        "after": {
            "principal": list(fact.principal),
            "unpaid_interest": list(fact.unpaid_interest),
            "unpaid_costs": fact.unpaid_costs,
            "reserve": fact.reserve,
            "retained": fact.retained,
        },
        "rests_on": {
            "terms": terms,
            "balances": balances,
            "inflow": [each["entry"] for each in inflow],
            "reserve": list(then.entries_of(*then.topped_up)),
        },
        "reproduced": _is_reproduced(told, fact),
    }


def dossier_of(views: Views, name: str, about: Asked) -> tuple[Recorded, ...]:
    """What is recorded of a pool.

    Raises:
        PoolUnknown: nothing is, or the id is none.
    """
    recorded = dossier(views, f"pool:{name}", about.position) if _is_id(name) else ()
    if pool_of(recorded) is None:
        raise PoolUnknown(name)
    return recorded


def shown(trigger: Trigger) -> Json:
    """What stands against a pool, with its sentence in both languages."""
    reason = REASONS.get(trigger.code)
    data = {"right": trigger.right, "reference": trigger.pool, **trigger.data}
    return {
        "id": trigger.id,
        "code": trigger.code,
        "since": trigger.since,
        "deals": list(trigger.deals),
        "right": trigger.right,
        "data": dict(trigger.data),
        "entries": sorted(set(trigger.entries)),
        "message": reason.message(data) if reason else {"en": trigger.code, "zh": trigger.code},
    }


def state_on(told: Pool, day: str) -> str:
    """Where a pool is in its life on a day; see `pool`."""
    steps: tuple[tuple[str, Fact | None], ...] = (
        ("CLOSED", told.closed),
        ("CLEANED_UP", told.cleaned_up),
        ("ACCELERATED", told.accelerated),
        ("ESTABLISHED", told.established),
    )
    for state, fact in steps:
        if fact is not None and (fact.effective_on or "") <= day:
            return state
    return "FORMED" if told.fact.formed_on <= day else "NOT_FORMED"


def _particulars(told: Pool, day: str) -> Json:
    fact, terms, balances = told.fact, told.terms, told.balances()
    established = told.established
    return {
        "name": fact.name,
        "structure": fact.structure,
        "state": state_on(told, day),
        "currency": terms.currency,
        "originator": fact.originator.name,
        "manager": fact.manager.name,
        "custodian": _name(fact.custodian),
        "holder_of_record": established.holder_of_record.name if established else None,
        "cut_off_on": fact.cut_off_on,
        "formed_on": fact.formed_on,
        "established_on": established.established_on if established else None,
        "accelerated_on": told.accelerated.accelerated_on if told.accelerated else None,
        "matures_on": terms.matures_on,
        "closed_on": told.closed.closed_on if told.closed else None,
        "issued": established.issued if established else None,
        "investors": established.investors if established else None,
        "initial": told.initial,
        "outstanding": told.outstanding(day),
        "reserve": balances.reserve,
        "retained": balances.retained,
        "enhancements": [
            {
                "source": source,
                "party": each.party.name,
                "limit": each.limit,
                "used": used,
                "left": max(0, each.limit - used),
            }
            for source, each, used in (
                ("shortfall_payer", terms.shortfall_payer, balances.shortfall_payer_used),
                ("guarantor", terms.guarantor, balances.guarantor_used),
            )
            if each is not None
        ],
        "entries": list(told.entries_of(fact, *([established] if established else []))),
    }


def _tranches(told: Pool, day: str) -> list[Json]:
    balances = told.balances()
    return [
        {
            "rank": place + 1,
            "name": each.name,
            "rate": each.rate,
            "initial": each.principal,
            "principal": balances.principal[place],
            "unpaid_interest": balances.unpaid_interest[place],
            "next": _next_scheduled(each, day),
        }
        for place, each in enumerate(told.terms.tranches)
    ]


def _next_scheduled(tranche: TrancheIssued, day: str) -> Json | None:
    due = [each for each in tranche.schedule if each.on >= day]
    first = min(due, key=lambda each: each.on, default=None)
    return None if first is None else {"on": first.on, "minor": first.minor}


def _deal(told: Pool, deal: Deal, day: str) -> Json:
    pooled, owed = deal.is_in(day), deal.owed(day)
    coming = [each for each in deal.fact.installments if each.on >= day] if pooled else []
    following = min(coming, key=lambda each: each.on, default=None)
    unpaid = unpaid_since(deal, day) if pooled else None
    known = [deal.fact, *deal.collected, *deal.disposed]
    known += [each for each in (deal.defaulted, deal.disposal) if each is not None]
    return {
        "deal": deal.fact.deal,
        "licensee": deal.fact.licensee.name,
        "state": (deal.out_by or "left") if not pooled and deal.out_on else "pooled" if pooled else "coming",
        "rights": list(deal.fact.rights),
        "licenses": [each.model_dump() for each in deal.fact.licenses],
        "principal": deal.fact.principal,
        "rate": deal.fact.rate,
        "outstanding": owed.principal,
        "interest": owed.interest,
        "collected": deal.collected_by(day),
        "next_installment": None if following is None else {"on": following.on, "minor": following.minor},
        "last_installment": deal.last_installment,
        "overdue": None if unpaid is None else {"since": unpaid[0], "minor": unpaid[1]},
        "notified_on": deal.notified_on,
        "defaulted_on": deal.defaulted.defaulted_on if deal.defaulted else None,
        "cure_until": deal.disposal.cure_until if deal.disposal else None,
        "admitted_on": deal.fact.admitted_on,
        "replaces": deal.fact.replaces,
        "out_on": deal.out_on,
        "out_by": deal.out_by,
        "entries": list(told.entries_of(*known)),
    }


def _pooled(right: str, deal: Deal, statement: Statement | None, day: str, months: int) -> Json:
    found: Json = {
        "right": right,
        "deal": deal.fact.deal,
        "licensee": deal.fact.licensee.name,
        "pooled": right in deal.rights_on(day),
        "status": None,
        "value": None,
        "frozen": False,
        "invalidation_pending": False,
        "pledges": [],
    }
    if statement is None:
        return found
    used = valued(statement, PURPOSE, day, months=months).used
    return {
        **found,
        "status": status_on(statement, day),
        "value": used and {member: used[member] for member in ("id", "minor", "currency", "base_date")},
        "frozen": bool(freezes_on(statement, day)),
        "invalidation_pending": invalidation_pending_on(statement, day),
        "pledges": [item["id"] for item in pledges_on(statement, day)],
    }


def _period(told: Pool, fact: PeriodRun) -> Json:
    return {
        "number": fact.number,
        "first": fact.first,
        "last": fact.last,
        "collections": fact.collections,
        "taxes": fact.taxes,
        "fees": fact.fees,
        "accelerated": fact.accelerated,
        "lines": [{**each.model_dump(), "unpaid": max(0, each.due - each.paid)} for each in fact.lines],
        "draws": [each.model_dump() for each in fact.draws],
        "paid": sum(each.paid for each in fact.lines),
        "principal": list(fact.principal),
        "unpaid_interest": list(fact.unpaid_interest),
        "reserve": fact.reserve,
        "retained": fact.retained,
        "entries": list(told.entries_of(fact)),
    }


def _story(told: Pool, fact: Fact) -> Json:
    data = fact.model_dump(mode="json")
    return {
        **{name: value for name, value in data.items() if name != "pool"},
        "entries": list(told.entries_of(fact)),
    }


def _inflow(recorded: tuple[Recorded, ...], told: Pool, fact: PeriodRun) -> list[Json]:
    """The receipts a period shared out: known before it, due to the plan, in none of the periods before."""
    pending: list[Json] = []
    for item in recorded:
        if item.fact is fact:
            return [each for each in pending if each["on"] <= fact.last]
        if isinstance(item.fact, PeriodRun):
            last = item.fact.last
            pending = [each for each in pending if each["on"] > last]
        received = _received(item.fact)
        if received is not None and received["on"] > told.fact.cut_off_on:
            pending.append({**received, "entry": item.record.position})
    return []


def _received(fact: Fact) -> Json | None:
    match fact:
        case CollectionBooked():
            return {"on": fact.received_on, "kind": "collection", "deal": fact.deal, "minor": fact.minor}
        case RightDisposed():
            return {"on": fact.disposed_on, "kind": "disposal", "deal": fact.deal, "minor": fact.proceeds}
        case DealRedeemed():
            return {"on": fact.redeemed_on, "kind": "redemption", "deal": fact.deal, "minor": fact.paid}
        case PoolCleanedUp():
            return {"on": fact.cleaned_up_on, "kind": "clean_up", "deal": None, "minor": fact.price}
    return None


def _is_reproduced(told: Pool, fact: PeriodRun) -> bool:
    again = rerun(told, fact.number)
    lines = [(each.item.value, each.tranche, each.due, each.paid) for each in again.lines]
    draws = [(each.source.value, each.available, each.drawn) for each in again.draws]
    return (
        lines == [(each.item, each.tranche, each.due, each.paid) for each in fact.lines]
        and draws == [(each.source, each.available, each.drawn) for each in fact.draws]
        and again.after.principal == fact.principal
        and again.after.unpaid_interest == fact.unpaid_interest
        and (again.after.reserve, again.after.retained) == (fact.reserve, fact.retained)
    )


def _name(party: Party | None) -> str | None:
    return party.name if party else None


def _is_id(name: str) -> bool:
    return 0 < len(name) <= _ID_MAX and name.isprintable()
