"""What needs attention on a day, as a feed: of rights from a table of dated items, of pools as they stand.

Promises: an item has the same id for ever (code, subject, first day); whoever reads page after page sees each
item of that day once; an answer is never older than the ledger at the call.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson

from ledger.entry import Entry
from ledger.facts.pools import DealAdmitted, PoolCleanedUp, PoolClosed, PoolFormed
from ledger.rules.policy import POLICY
from ledger.statement.base import Recorded
from ledger.statement.pools import Deal, Pool, pool_of, review_due_on
from ledger.statement.reading import Statement
from ledger.statement.triggers import Trigger, triggers_on
from ledger.values.dates import day_after, parse_day
from ledger.values.money import EXPONENTS, Money
from ledger.values.parties import party_id
from projections.attention_items import Item, concerned, items_of, spans_of
from projections.attention_kinds import Role, codes_of, kind_of, message
from projections.dossiers import asked, by, dossier, statements
from projections.errors import CursorInvalid
from projections.tables import EntryTable, Projected, RightTable, Row
from projections.views import Views

Json = dict[str, Any]

PAGE_MAX: Final = 500
_INSTALLMENT_DAYS: Final = 14
_REVIEW_DAYS: Final = 30
_ID_SIGNS: Final = len("pty_") + 26
_NEVER: Final = "0000-00-00"


def _rows(projected: Projected) -> Iterator[Row]:
    statement = projected.statement
    items = items_of(statement)
    spans = spans_of(statement) if items else []
    for item in items:
        data = orjson.dumps({"data": item.data, "entries": item.entries}).decode()
        yield (
            projected.right,
            item.id,
            item.code,
            item.subject,
            item.since,
            item.until,
            item.due_on,
            concerned(spans, item),
            data,
        )


TABLE = RightTable(
    name="attention",
    columns="""right_id text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL,
        code text COLLATE "C" NOT NULL, subject text NOT NULL, from_on date, until_on date, due_on date,
        parties text[] NOT NULL, data text NOT NULL""",
    key="right_id, id",
    rows=_rows,
    indexes=("USING gist (daterange(from_on, until_on))", "USING gin (parties)"),
)
"""An item stands from `from_on` (null: from the beginning) until the day before `until_on` (null: still)."""


def _pool_rows(entry: Entry, recorded: Recorded) -> Iterator[Row]:
    fact = recorded.fact
    match fact:
        case PoolFormed():
            step, named = "formed", fact.parties()
        case DealAdmitted():
            step, named = "deal", fact.parties()
        case PoolClosed() | PoolCleanedUp():
            step, named = "ended", ()
        case _:
            return
    parties = [party_id(party.name) for party in named]
    yield (fact.pool, entry.position, step, recorded.record.effective_on, parties)


POOLS = EntryTable(
    name="pool",
    columns="""pool text COLLATE "C" NOT NULL, position bigint NOT NULL, step text NOT NULL,
        on_day date NOT NULL, parties text[] NOT NULL""",
    key="pool, position",
    rows=_pool_rows,
    indexes=("USING gin (parties)",),
)
"""That a pool was formed, took a deal in or ended, with originator, manager and custodian, or licensee."""


def attention(
    views: Views,
    *,
    role: Role | None = None,
    party: str | None = None,
    as_of: date | datetime | None = None,
    after: str = "",
    limit: int = 100,
) -> Json:
    """What needs attention on a day, the oldest first, for a role, a party (`pty_…`, or a name), or both.

    Without either all is told. Members: `items`, each with `id`, `code`, `since`, `due_on`, `until`, `right`,
    `pool`, `subject`, `message` (en, zh), `data`, `entries`, `roles`; `next`: what to give as `after` for the
    next page, None on the last. A trustee's items are those of its pools and of the rights in them.

    Raises:
        CursorInvalid: `after` is not the `next` of a page.
        StorageUnavailable, ProjectionBehind, UnknownEventType, EntryMalformed, ChainBroken
    """
    begin = _cursor(after)
    views.reach_head()
    about = asked(views, as_of)
    identity = None if party is None else party if _is_id(party) else party_id(party)
    pools = _live_pools(views, identity, about.day, about.position)
    known = statements(
        views,
        {right for pool in pools for deal in pool.deals.values() for right in deal.fact.rights},
        about.position,
    )
    found = [
        told
        for pool in pools
        for told in _of_pool(pool, known, about.day)
        if _is_for(told, role, identity, pool)
    ]
    found = [told for told in found if _place(told) > begin]
    found += _of_rights(views, _Whose(role, identity), pools, about.day, (begin, limit + 1))
    found.sort(key=_place)
    page = found[:limit]
    return {
        "role": role,
        "party": identity,
        **about.as_json(),
        "items": [{**told, "parties": sorted(set(told["parties"]))} for told in page],
        "next": "/".join(_place(page[-1])) if len(found) > limit else None,
    }


def pools_on(views: Views, *, party: str | None = None, as_of: date | datetime | None = None) -> Json:
    """Pools that live on a day, those of a party if one is given: `pool`, `name`, `structure`, `manager`, ….

    Raises:
        StorageUnavailable, ProjectionBehind, UnknownEventType, EntryMalformed, ChainBroken
    """
    views.reach_head()
    about = asked(views, as_of)
    identity = None if party is None else party if _is_id(party) else party_id(party)
    return {
        "party": identity,
        **about.as_json(),
        "items": [
            {
                "pool": pool.fact.pool,
                "name": pool.fact.name,
                "structure": pool.fact.structure,
                "manager": pool.fact.manager.name,
                "originator": pool.fact.originator.name,
                "formed_on": pool.fact.formed_on,
                "matures_on": pool.terms.matures_on,
                "currency": pool.terms.currency,
                "outstanding": pool.outstanding(about.day),
                "deals": len(pool.deals_on(about.day)),
                "rights": len(pool.rights_on(about.day)),
            }
            for pool in _live_pools(views, identity, about.day, about.position)
        ],
    }


def _live_pools(views: Views, identity: str | None, day: str, position: int) -> list[Pool]:
    """Pools that live on a day, of a party if one is given."""
    rows = views.rows(
        """SELECT DISTINCT p.pool FROM {pool} p
            WHERE p.step = 'formed' AND p.on_day <= %s
              AND NOT EXISTS (SELECT FROM {pool} e
                               WHERE e.pool = p.pool AND e.step = 'ended' AND e.on_day <= %s)
              AND (%s::text IS NULL OR EXISTS (SELECT FROM {pool} n
                                        WHERE n.pool = p.pool AND n.parties @> ARRAY[%s::text]))
            ORDER BY p.pool""",
        *(day, day, identity, identity),
    )
    told = (pool_of(by(dossier(views, f"pool:{pool}", position), day)) for (pool,) in rows)
    return [pool for pool in told if pool is not None and pool.is_live(day)]


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose items are asked for."""

    role: Role | None
    identity: str | None


def _of_rights(
    views: Views,
    whose: _Whose,
    pools: list[Pool],
    day: str,
    page: tuple[tuple[str, str], int],
) -> list[Json]:
    """Items of rights, from the table: a party's own, and those of rights in the pools it manages."""
    (since, last), limit = page
    role, identity = whose.role, whose.identity
    managed = [pool for pool in pools if identity is None or _manages(pool, identity)]
    pooled = sorted({right for pool in managed for right in pool.rights_on(day)})
    sides = [side for side in ("owner", "bank") if role in {None, side, "platform"}]
    named = [f"{side}:{identity}" for side in sides] if identity is not None else []
    whole = identity is None and role != "trustee"
    rows = views.rows(
        """SELECT right_id, id, code, subject, from_on::text, until_on::text, due_on::text, parties, data
             FROM {attention}
            WHERE daterange(from_on, until_on) @> %s::date
              AND (%s::text[] IS NULL OR code = ANY(%s::text[]))
              AND (%s::boolean OR parties && %s::text[] OR right_id = ANY(%s::text[]))
              AND (coalesce(from_on::text, %s) COLLATE "C", id) > (%s, %s)
            ORDER BY coalesce(from_on::text, %s) COLLATE "C", id LIMIT %s""",
        day,
        None if role is None else codes_of(role),
        None if role is None else codes_of(role),
        whole,
        named,
        pooled if role in {None, "trustee"} and not whole else [],
        *(_NEVER, since, last, _NEVER, limit),
    )
    return [_right_item(row) for row in rows]


def _right_item(row: tuple[Any, ...]) -> Json:
    right, name, code, subject, since, until, due_on, parties, told = row
    rest = orjson.loads(told)
    return {
        "id": name,
        "code": code,
        "since": since,
        "due_on": due_on,
        "until": until,
        "right": right,
        "pool": None,
        "subject": subject,
        "message": message(code, rest["data"]),
        "data": rest["data"],
        "entries": rest["entries"],
        "roles": list(kind_of(code).roles),
        "parties": [each.partition(":")[2] for each in parties],
    }


def _of_pool(pool: Pool, known: dict[str, Statement], day: str) -> Iterator[Json]:
    months = POLICY.value("valuation_months", day)
    for trigger in triggers_on(pool, known, day, months=months):
        yield _pool_item(pool, _of_trigger(trigger), trigger.right, list(trigger.deals))
    for item, deals in _dated(pool, day):
        if item.stands(day):
            yield _pool_item(pool, item, None, deals)


def _of_trigger(trigger: Trigger) -> Item:
    data = {"right": trigger.right, "reference": trigger.pool, **trigger.data}
    about = trigger.right or (trigger.deals[0] if len(trigger.deals) == 1 else "")
    subject = f"{trigger.pool}#{about}" if about else trigger.pool
    return Item(trigger.code, subject, trigger.since, None, None, data, tuple(sorted(set(trigger.entries))))


def _dated(pool: Pool, day: str) -> Iterator[tuple[Item, list[str]]]:
    """What is coming: instalments, the end of a cure, the review; and debtors who know nothing yet (S-7)."""
    name = pool.fact.pool
    for deal in pool.deals_on(day):
        subject, party = f"{name}#{deal.fact.deal}", deal.fact.licensee.name
        entries = pool.entries_of(deal.fact)
        told = {"party": party, "reference": deal.fact.deal}
        for each in deal.fact.installments:
            data = {**told, "until": each.on, "amount": _in_words(each.minor, pool.terms.currency)}
            since = _days_before(each.on, _INSTALLMENT_DAYS)
            due = Item(
                "INSTALLMENT_DUE", f"{subject}#{each.on}", since, day_after(each.on), each.on, data, entries
            )
            yield due, [deal.fact.deal]
        if deal.notified_on is None:
            yield (
                Item("DEBTOR_NOT_NOTIFIED", subject, deal.fact.admitted_on, None, None, told, entries),
                [deal.fact.deal],
            )
        if deal.disposal is not None:
            until = deal.disposal.cure_until
            data = {**told, "until": until}
            rests = pool.entries_of(deal.disposal)
            cure = Item(
                "CURE_RUNNING", subject, deal.disposal.noticed_on, day_after(until), until, data, rests
            )
            yield cure, [deal.fact.deal]
    due_on = review_due_on(pool, day)
    data = {"reference": name, "until": due_on}
    since = _days_before(due_on, _REVIEW_DAYS)
    yield Item("REVIEW_DUE", name, since, day_after(due_on), due_on, data, pool.entries_of(pool.fact)), []


def _pool_item(pool: Pool, item: Item, right: str | None, deals: list[str]) -> Json:
    return {
        "id": item.id,
        "code": item.code,
        "since": item.since,
        "due_on": item.due_on,
        "until": item.until,
        "right": right,
        "pool": pool.fact.pool,
        "subject": item.subject,
        "message": message(item.code, item.data),
        "data": item.data,
        "entries": list(item.entries),
        "roles": list(kind_of(item.code).roles),
        "parties": [
            party_id(name) for name in (*_managers(pool), pool.fact.originator.name, *_licensees(pool, deals))
        ],
    }


def _is_for(told: Json, role: Role | None, identity: str | None, pool: Pool) -> bool:
    if role is not None and role not in told["roles"]:
        return False
    if identity is None:
        return role != "bank"
    if role == "trustee":
        return _manages(pool, identity)
    if role == "owner":
        return identity in told["parties"] and not _manages(pool, identity)
    return role is None and identity in told["parties"]


def _manages(pool: Pool, identity: str) -> bool:
    return identity in {party_id(name) for name in _managers(pool)}


def _managers(pool: Pool) -> list[str]:
    custodian = pool.fact.custodian
    return [pool.fact.manager.name, *([custodian.name] if custodian else [])]


def _licensees(pool: Pool, deals: list[str]) -> list[str]:
    known: list[Deal] = [pool.deals[deal] for deal in deals if deal in pool.deals]
    return [deal.fact.licensee.name for deal in known]


def _place(told: Json) -> tuple[str, str]:
    return (told["since"] or _NEVER, told["id"])


def _cursor(after: str) -> tuple[str, str]:
    if not after:
        return ("", "")
    since, _, name = after.partition("/")
    if len(since) != len(_NEVER) or not name.startswith("att_") or not (since + name).isascii():
        raise CursorInvalid(after)
    return (since, name)


def _days_before(day: str, days: int) -> str:
    return date.fromordinal(max(1, parse_day(day).toordinal() - days)).isoformat()


def _in_words(minor: int, currency: str) -> str:
    return str(Money(minor, currency)) if currency in EXPONENTS else f"{minor} {currency}"


def _is_id(party: str) -> bool:
    return party.startswith("pty_") and len(party) == _ID_SIGNS
