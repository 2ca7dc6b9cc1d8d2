"""What a party has at stake in pledges over all rights: as creditor, or as who pledged or owes (B-3, B-6).

A pledge counts once, on however many rights it lies. Amounts are minor units.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final, Literal

from ledger.rules.policy import POLICY
from ledger.rules.valuations import loan_to_value
from ledger.statement.claims import debtor_on, entitled_on, ids_of, secured_amount, terms_on
from ledger.statement.ranks import ranks_on, slices_on
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    contracted_pledges,
    holders_on,
    pledge_contract,
    pledges_on,
    status_on,
)
from ledger.statement.valuations import valued
from ledger.values.money import half_up
from ledger.values.parties import party_id, same_party
from projections.dossiers import asked, statements
from projections.views import Views

Json = dict[str, Any]
Side = Literal["creditor", "debtor"]

PURPOSE: Final = "pledge"
"""The purpose for which a right is valued that secures a loan (V-2)."""
_ROLES: Final[dict[Side, list[str]]] = {
    "creditor": ["pledgee", "contract_pledgee", "assignee", "beneficiary"],
    "debtor": ["pledgor", "contract_pledgor", "secured_debtor"],
}
_ID_SIGNS: Final = len("pty_") + 26


def exposure(
    views: Views,
    party: str,
    *,
    side: Side = "creditor",
    as_of: date | datetime | None = None,
    after: str = "",
    limit: int = 100,
) -> Json:
    """Every pledge of `party` (`pty_…`, or a name) over all rights on a day.

    As `creditor` those it holds of record or is entitled to; as `debtor` those it gave or whose debt it owes,
    also where another gave the pledge. `items` has one for each right and registered pledge, in order of
    right, `limit` rights a page; `pending` what is agreed and not registered: no pledge (N-9). `pledges` and
    `totals` are always whole: of each pledge what it secures now and its loan to value, and sums by currency.
    A sum leaves out pledges whose amount nobody told; `unknown` of `totals` counts them.

    Raises:
        StorageUnavailable, ProjectionBehind
        UnknownEventType, EntryMalformed, ChainBroken: an entry cannot be read.
    """
    views.reach_head()
    about = asked(views, as_of)
    identity = party if party.startswith("pty_") and len(party) == _ID_SIGNS else party_id(party)
    rows = views.rows(
        """SELECT right_id, min(name) FROM {party} WHERE party = %s AND role = ANY(%s)
              AND (from_on IS NULL OR from_on <= %s) GROUP BY right_id ORDER BY right_id""",
        identity,
        _ROLES[side],
        about.day,
    )
    known = statements(views, (right for right, _ in rows), about.position)
    found = [
        (statement, item)
        for statement in known.values()
        for item in pledges_on(statement, about.day)
        if _is_side(statement, item, identity, side, about.day)
    ]
    known |= _also(views, known, found, about.position)
    months = POLICY.value("valuation_months", about.day)
    under = _by_pledge(known.values(), about.day)
    pledges = [
        {
            **_pledge(statement, item, about.day),
            **coverage(under[key_of(statement, item)], key_of(statement, item), about.day, months=months),
        }
        for statement, item in _each_once(found)
    ]
    rights = sorted({statement["right"] for statement, _ in found})
    page = [right for right in rights if right > after][:limit]
    return {
        "party": identity,
        "names": sorted({name for _, name in rows}),
        "side": side,
        **about.as_json(),
        "items": [
            _item(statement, item, about.day, months)
            for statement, item in found
            if statement["right"] in page
        ],
        "next": page[-1] if page and page[-1] != rights[-1] else None,
        "pending": [
            _pending(statement, contract)
            for statement in known.values()
            for contract in contracted_pledges(statement, about.day)
            if _agreed(contract, identity, side)
        ],
        "pledges": pledges,
        "totals": _totals(pledges, found),
    }


def coverage(known: Mapping[str, Statement], pledge: str, day: str, *, months: int) -> Json:
    """V-3, B-6: what a pledge and those before or beside it secure, over what its rights are worth.

    `secured` (None where nobody told the amount), `senior` (each pledge once, with what it secures), `values`
    (by right: the report `used`, and those `ignored` with the code of the reason), `value` their sum,
    `ratio` an exact fraction or None where there is no value or an amount is unknown, `percent` as text.
    A right that has ended, or is valued in another currency, counts nothing: the cautious reading. So does
    the whole of a senior pledge, also where a part of it ranks behind.
    """
    lying = {
        right: item
        for right, statement in known.items()
        for item in pledges_on(statement, day)
        if pledge in ids_of(statement, item["id"])
    }
    secured = next(
        (
            amount
            for right, item in lying.items()
            if (amount := secured_amount(known[right], item["id"], day)) is not None
        ),
        None,
    )
    senior = {
        key_of(known[right], other): each
        for right, item in lying.items()
        for other, each in _before(known[right], item, day)
    }
    currency = secured["currency"] if secured else None
    values = [_value(known[right], day, currency, months) for right in sorted(lying)]
    value = sum(each["used"]["minor"] for each in values if each["used"] is not None)
    ratio = None
    same = all(each["secured"] is not None and each["currency"] == currency for each in senior.values())
    if secured is not None and same:
        ratio = loan_to_value(secured["secured"] + sum(each["secured"] for each in senior.values()), value)
    return {
        "secured": secured,
        "senior": list(senior.values()),
        "values": values,
        "value": value,
        "currency": currency,
        "ratio": None if ratio is None else [ratio.numerator, ratio.denominator],
        "percent": None if ratio is None else percent(ratio),
    }


def percent(ratio: Fraction) -> str:
    """With two decimals, rounded half up.

    >>> percent(Fraction(2, 3))
    '66.67%'
    """
    hundredths = half_up(ratio * 10_000)
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _value(statement: Statement, day: str, currency: str | None, months: int) -> Json:
    told = valued(statement, PURPOSE, day, months=months)
    ignored = [{"code": code, **_report(each)} for code, each in told.ignored]
    used = told.used
    if used is not None:
        code = None
        if status_on(statement, day) in ENDED_STATUSES:
            code = "ASSET_NOT_IN_FORCE"
        elif used["minor"] is None:
            code = "VALUATION_FIELD_MISSING"
        elif currency is not None and used["currency"] != currency:
            code = "CURRENCY_MISMATCH"
        if code is not None:
            ignored.append({"code": code, **_report(used)})
            used = None
    return {
        "right": statement["right"],
        "used": None if used is None else _report(used),
        "ignored": ignored,
    }


def _report(each: Json) -> Json:
    members = ("id", "agency", "purpose", "base_date", "reported_on", "minor", "currency", "entries")
    return {member: each[member] for member in members}


def _before(statement: Statement, item: Json, day: str) -> Iterator[tuple[Json, Json]]:
    """Other pledges on a right that are paid before any part of this one, or beside it."""
    groups = slices_on(statement, day)
    last = max(
        (place for place, group in enumerate(groups) for part in group if part["pledge"] == item["id"]),
        default=-1,
    )
    ahead = {part["pledge"] for group in groups[: last + 1] for part in group} - {item["id"]}
    ranks = ranks_on(statement, day)
    for other in pledges_on(statement, day):
        if other["id"] in ahead:
            amount = secured_amount(statement, other["id"], day)
            yield (
                other,
                {
                    "pledge": other["id"],
                    "right": statement["right"],
                    "rank": ranks[other["id"]],
                    "holders": holders_on(other, day),
                    "secured": None if amount is None else amount["secured"],
                    "currency": None if amount is None else amount["currency"],
                },
            )


def _is_side(statement: Statement, item: Json, identity: str, side: Side, day: str) -> bool:
    if side == "creditor":
        held = [*holders_on(item, day), *entitled_on(statement, item["id"], day)]
    else:
        debtor = debtor_on(statement, item["id"], day)
        held = [*item["grantors"], *terms_on(statement, item["id"], day)["pledgors"]]
        held += [debtor] if debtor else []
    return any(party_id(name) == identity for name in held)


def _agreed(contract: Json, identity: str, side: Side) -> bool:
    named = contract["pledgees"] if side == "creditor" else [*contract["pledgors"], contract["debtor"]]
    return any(party_id(name) == identity for name in named)


def _also(
    views: Views, known: Mapping[str, Statement], found: Iterable[tuple[Statement, Json]], position: int
) -> dict[str, Statement]:
    """Statements of rights that lie under the same pledges, and were given by somebody else."""
    ids = {name for statement, item in found for name in ids_of(statement, item["id"])}
    named = {
        right
        for statement, item in found
        for right in (pledge_contract(statement, item["id"]) or {}).get("rights", ())
    }
    rows = views.rows("SELECT DISTINCT right_id FROM {encumbrance} WHERE id = ANY(%s)", sorted(ids))
    return statements(views, ({right for (right,) in rows} | named) - known.keys(), position)


def _by_pledge(known: Iterable[Statement], day: str) -> dict[str, dict[str, Statement]]:
    """The statements of the rights that lie under each pledge."""
    under: dict[str, dict[str, Statement]] = {}
    for statement in known:
        for item in pledges_on(statement, day):
            under.setdefault(key_of(statement, item), {})[statement["right"]] = statement
    return under


def _each_once(found: Iterable[tuple[Statement, Json]]) -> list[tuple[Statement, Json]]:
    once: dict[str, tuple[Statement, Json]] = {}
    for statement, item in found:
        once.setdefault(key_of(statement, item), (statement, item))
    return list(once.values())


def key_of(statement: Statement, item: Json) -> str:
    """One debt, one pledge: entries of several registers for one contract are the same pledge (P-27)."""
    return str(item.get("contract") or (pledge_contract(statement, item["id"]) or item)["id"])


def _pledge(statement: Statement, item: Json, day: str) -> Json:
    debtor = debtor_on(statement, item["id"], day)
    pledgors = list(item["grantors"] or terms_on(statement, item["id"], day)["pledgors"])
    return {
        "pledge": key_of(statement, item),
        "of_record": holders_on(item, day),
        "entitled": entitled_on(statement, item["id"], day),
        "pledgors": pledgors,
        "debtor": debtor,
        "third_party": None if debtor is None else not all(same_party(name, debtor) for name in pledgors),
    }


def _item(statement: Statement, item: Json, day: str, months: int) -> Json:
    told = _value(statement, day, None, months)
    return {
        "right": statement["right"],
        "title": statement["title"],
        "status": status_on(statement, day),
        "id": item["id"],
        **_pledge(statement, item, day),
        "office": item["register"],
        "reference": item["reference"],
        "registered_on": item["registered_on"],
        "until": item["until"],
        "rank": ranks_on(statement, day).get(item["id"]),
        "secured": secured_amount(statement, item["id"], day),
        "valuation": {"used": told["used"], "ignored": told["ignored"]},
        "entries": item["entries"],
    }


def _pending(statement: Statement, contract: Json) -> Json:
    members = ("executed_on", "pledgors", "pledgees", "debtor", "third_party", "amount", "entries")
    return {
        "right": statement["right"],
        "pledge": contract["id"],
        **{member: contract[member] for member in members},
    }


def _totals(pledges: list[Json], found: Iterable[tuple[Statement, Json]]) -> Json:
    sums: dict[str, list[int]] = {}
    for each in pledges:
        if each["secured"] is not None:
            sums.setdefault(each["currency"], []).append(each["secured"]["secured"])
    return {
        "rights": len({statement["right"] for statement, _ in found}),
        "pledges": len(pledges),
        "unknown": sum(each["secured"] is None for each in pledges),
        "secured": [
            {"currency": currency, "minor": sum(sums[currency]), "pledges": len(sums[currency])}
            for currency in sorted(sums)
        ],
    }
