"""One pledge over all its rights: perfection, debt, cover, discharge, enforcement (B-4 to B-6, B-13)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from ledger.entry import ASSET, parse
from ledger.reasons import REASONS
from ledger.rules.policy import POLICY
from ledger.statement.claims import (
    claims_on,
    debtor_on,
    determination_on,
    entitled_on,
    entry_of,
    ids_of,
    limitation_on,
    owed_on,
    secured_amount,
    terms_on,
)
from ledger.statement.enforcement import discharges_on, expected_distribution, warnings_on
from ledger.statement.perfection import perfection
from ledger.statement.ranks import ranks_on
from ledger.statement.reading import (
    Statement,
    freezes_on,
    has_ended,
    holders_on,
    insolvencies_on,
    licenses_on,
    pledge_contract,
    pledges_on,
    status_on,
    suspensions_on,
)
from ledger.values.money import Money
from projections.dossiers import Asked, asked, statements
from projections.errors import PledgeUnknown
from projections.exposure import coverage
from projections.views import Views

Json = dict[str, Any]

_ID_MAX: Final = 80
_STAYS: Final = ("INSOLVENCY_STAY", "REORG_STAY")


def pledge(
    views: Views, name: str, *, as_of: date | datetime | None = None, known_at: datetime | None = None
) -> Json:
    """A pledge, by its id here, on a day.

    `perfection` is `FULL`, `PARTIAL` or `NONE`, and `rights` tell it right by right: office, date, rank, or
    the reason why it is not registered (B-4). `secured` is what it secures now, with what determined its
    claims (B-5); `cover` its loan to value (B-6); `licenses` those on its rights, older ones surviving a
    judicial sale (B-12, P-25); `discharges` the releases told; `enforcement` how ready it is (B-13);
    `warnings` what must be said of it on the day.

    Raises:
        PledgeUnknown: no entry up to then speaks of it.
        StorageUnavailable, ProjectionBehind, UnknownEventType, EntryMalformed, ChainBroken
    """
    about = asked(views, as_of, known_at)
    known = _statements(views, name, about)
    lead = _lead(known, name)
    if lead is None:
        raise PledgeUnknown(name)
    day, ids = about.day, ids_of(lead, name)
    contract = pledge_contract(lead, name)
    terms = terms_on(lead, name, day)
    perfected = perfection(known, contract["id"], day) if contract else _registered(known, ids, day)
    months = POLICY.value("valuation_months", day)
    entry = entry_of(lead, name)
    return {
        "pledge": name,
        "contract": contract["id"] if contract else None,
        **about.as_json(),
        "executed_on": contract["executed_on"] if contract else entry and entry["executed_on"],
        "pledgors": terms["pledgors"],
        "debtor": debtor_on(lead, name, day),
        "third_party": contract["third_party"] if contract else None,
        "of_record": holders_on(entry, day) if entry else [],
        "entitled": entitled_on(lead, name, day),
        "debt_until": terms["debt_until"],
        "perfection": perfected["perfection"],
        "rights": [{**each, **_lying(known.get(each["right"]), ids, day)} for each in perfected["rights"]],
        "secured": secured_amount(lead, name, day),
        "determined": determination_on(lead, name, day),
        "cover": coverage(known, contract["id"] if contract else name, day, months=months),
        "discharges": _discharges(known, name, day),
        "licenses": [each for statement in known.values() for each in _licenses(statement, ids, day)],
        "enforcement": _readiness(known, lead, name, day, months),
        "warnings": _warnings(known, ids, day),
        "entries": sorted({*(contract["entries"] if contract else ()), *(entry["entries"] if entry else ())}),
    }


def _statements(views: Views, name: str, about: Asked) -> dict[str, Statement]:
    """Of every right an entry about the pledge, or about its contract, names."""
    if not name or len(name) > _ID_MAX or not name.isprintable():
        return {}
    known: dict[str, Statement] = {}
    asked_of: set[str] = set()
    ids = {name}
    while ids - asked_of:
        tags = [f"pledge:{each}" for each in sorted(ids - asked_of)]
        asked_of |= ids
        rights: set[str] = set()
        for stored in views.store.reader.tagged(tags, upto=about.position):
            entry = parse(stored.raw, stored.position)
            rights.update(tag.removeprefix(ASSET) for tag in entry.subjects if tag.startswith(ASSET))
        known |= statements(views, rights - known.keys(), about.position)
        for statement in known.values():
            for each in tuple(ids):
                ids |= ids_of(statement, each)
    return known


def _lead(known: Mapping[str, Statement], name: str) -> Statement | None:
    """The statement to ask about the debt: one on which it is registered, else one of its contract."""
    of_record = [each for each in known.values() if entry_of(each, name) is not None]
    agreed = [each for each in known.values() if pledge_contract(each, name) is not None]
    return next(iter([*of_record, *agreed]), None)


def _registered(known: Mapping[str, Statement], ids: set[str], day: str) -> Json:
    """The same for a pledge whose contract is not on this ledger: what the registers show."""
    rights = []
    for right in sorted(known):
        statement = known[right]
        item = next((each for each in statement["encumbrances"] if each["id"] in ids), None)
        if item is None or item["registered_on"] > day:
            continue
        ended = has_ended(item, day)
        rights.append(
            {
                "right": right,
                "office": item["register"],
                "reference": item["reference"],
                "registered_on": item["registered_on"],
                "rank": ranks_on(statement, day).get(item["id"]),
                "part": None,
                "state": (item["end_state"] or "registration_expired") if ended else "registered",
                "code": None,
                "text": None,
            }
        )
        if status_on(statement, day) == "INVALID_FULL":
            rights[-1].update(state="object_lost", code="OBJECT_LOST", rank=None)
    standing = [each for each in rights if each["state"] == "registered"]
    degree = "FULL" if rights and len(standing) == len(rights) else "PARTIAL" if standing else "NONE"
    return {"perfection": degree, "rights": rights}


def _lying(statement: Statement | None, ids: set[str], day: str) -> Json:
    """What is told of a right beside its perfection: status, term, days the term outlasts the debt (B-10)."""
    if statement is None:
        return {"status": None, "expires_on": None, "registration_until": None}
    items = [each for each in statement["encumbrances"] if each["id"] in ids and each["registered_on"] <= day]
    return {
        "status": status_on(statement, day),
        "expires_on": statement["expires_on"],
        "registration_until": items[-1]["until"] if items else None,
    }


def _discharges(known: Mapping[str, Statement], name: str, day: str) -> list[Json]:
    found: dict[tuple[Any, ...], Json] = {}
    for right, statement in known.items():
        for each in discharges_on(statement, name, day):
            told = found.setdefault((each["on"], each["cause"], *each["entries"]), {**each, "rights": []})
            told["rights"].append(right)
    return list(found.values())


def _licenses(statement: Statement, ids: set[str], day: str) -> Iterator[Json]:
    item = next((each for each in pledges_on(statement, day) if each["id"] in ids), None)
    if item is None:
        return
    for each in licenses_on(statement, day):
        older = each["granted_on"] < item["registered_on"]
        yield {
            "right": statement["right"],
            "license": each["id"],
            "kind": each["kind"],
            "licensees": each["licensees"],
            "granted_on": each["granted_on"],
            "until": each["until"],
            "older": older,
            "on_sale": "survives" if older else "removable",
        }


def _readiness(known: Mapping[str, Statement], lead: Statement, name: str, day: str, months: int) -> Json:
    """B-13: what is due, until when, what stays it, what was begun, and what a sale would bring.

    `expected` distributes the last valid value of each right, before costs; it is no forecast of a price.
    """
    due = [
        {"claim": claim["id"], "due_on": until, "principal": owed[0], "interest": owed[1]}
        for claim in claims_on(lead, name, day)
        if (until := claim["due_on"] or terms_on(lead, name, day)["debt_until"]) is not None
        and until < day
        and any(owed := owed_on(claim, day))
    ]
    limitation = [
        {"claim": claim["id"], "until": until, "barred": until is not None and until < day}
        for claim in claims_on(lead, name, day)
        for until in (limitation_on(lead, claim, day),)
    ]
    ids = ids_of(lead, name)
    begun = {
        (each["on"], *each["entries"]): {**each, "right": right}
        for right, statement in known.items()
        for each in statement.get("enforcements", ())
        if each["pledge"] in ids and each["on"] <= day
    }
    expected = [told for right in sorted(known) if (told := _expected(known, right, name, day, months))]
    return {
        "due": due,
        "limitation": limitation,
        "stays": [each for right in sorted(known) for each in _stays(known[right], day)],
        "begun": list(begun.values()),
        "expected": expected,
    }


def _expected(known: Mapping[str, Statement], right: str, name: str, day: str, months: int) -> Json | None:
    statement = known[right]
    if not any(name in ids_of(statement, item["id"]) for item in pledges_on(statement, day)):
        return None
    (told,) = coverage({right: statement}, name, day, months=months)["values"]
    if told["used"] is None:
        return None
    worth = Money(told["used"]["minor"], told["used"]["currency"])
    amounts = [secured_amount(statement, item["id"], day) for item in pledges_on(statement, day)]
    if any(amount is not None and amount["currency"] != worth.currency for amount in amounts):
        return None
    shared = expected_distribution(statement, day, worth, Money(0, worth.currency))
    return {"right": right, "valuation": told["used"]["id"], **shared}


def _stays(statement: Statement, day: str) -> Iterator[Json]:
    right = statement["right"]
    for flag in statement["flags"]:
        if flag["code"] in _STAYS and _stands(flag, day):
            yield {"right": right, "code": flag["code"], "since": flag["since"], "entries": flag["entries"]}
    for item in freezes_on(statement, day):
        told = {"since": item["registered_on"], "entries": item["entries"]}
        yield {"right": right, "code": "ASSET_FROZEN", **told}
    for item in suspensions_on(statement, day):
        told = {"since": item["from"], "entries": item["entries"]}
        yield {"right": right, "code": "PROCEDURES_SUSPENDED", **told}
    for case in insolvencies_on(statement, day):
        if not any(flag["code"] in _STAYS and _stands(flag, day) for flag in statement["flags"]):
            told = {"since": case["accepted_on"], "entries": case["entries"]}
            yield {"right": right, "code": "INSOLVENCY_ACCEPTED", **told}


def _warnings(known: Mapping[str, Statement], ids: set[str], day: str) -> list[Json]:
    found = []
    for right in sorted(known):
        statement = known[right]
        named = set(ids)
        for item in statement["encumbrances"]:
            if item["id"] in ids:
                named.add(item["reference"])
        told = [
            (flag["code"], flag["entries"], flag["data"]) for flag in statement["flags"] if _stands(flag, day)
        ]
        for code, entries, data in (*told, *warnings_on(statement, day)):
            if str(data.get("reference")) in named and code in REASONS:
                message = REASONS[code].message({"right": right, **data})
                found.append({"right": right, "code": code, "entries": list(entries), "message": message})
    return found


def _stands(flag: Json, day: str) -> bool:
    return (flag["since"] is None or flag["since"] <= day) and (flag["until"] is None or day < flag["until"])
