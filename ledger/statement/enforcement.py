"""How pledges end: discharge, enforcement, distribution by rank, judicial sale, loss of the object.

Nothing here ends a pledge at maturity (P-19), and a pledgee's release is shown beside the register's entry
until that is struck (P-21). A judicial sale ends every pledge on the right and spares licenses (P-25).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ledger.facts.base import Amount, Fact
from ledger.facts.enforcement import (
    EnforcementStarted,
    JudicialSaleAnnounced,
    JudicialSaleCompleted,
    PledgeDischargeAsserted,
    PledgeObjectReplaced,
    PledgeTopUpDemanded,
    PledgeTopUpProvided,
    PledgeUsedByPledgee,
    ProceedsDistributed,
)
from ledger.facts.licenses import LicenseEnded
from ledger.facts.pledges import PledgeReleased
from ledger.facts.transfers import TransmissionRegistered
from ledger.statement.base import Recorded, listed, names, of_kinds
from ledger.statement.claims import (
    debtor_on,
    determinations_of,
    entitled_on,
    ids_of,
    limitation_on,
    owed_on,
    secured_amount,
    terms_on,
    trust_on,
)
from ledger.statement.ranks import ranks_on, slices_on
from ledger.statement.reading import (
    SECURITY,
    Statement,
    has_ended,
    holders_on,
    owners_on,
    pledges_on,
    status_on,
)
from ledger.values.dates import day_before
from ledger.values.money import EXPONENTS, Money, pay_in_order
from ledger.values.parties import same_party

_Json = dict[str, Any]

_SALES: Final[frozenset[type[Fact]]] = frozenset((JudicialSaleCompleted,))
_RELEASES: Final[frozenset[type[Fact]]] = frozenset((PledgeReleased,))


def resolve(recorded: list[Recorded]) -> dict[str, list[_Json]]:
    """Sections by kind of fact, in order of their days; each absent where empty.

    `discharges`, `pledgee_uses`, `substitutes`, `top_ups`, `enforcements`, `distributions`, `judicial_sales`.
    """
    found: dict[str, list[_Json]] = {}
    ordered = sorted(of_kinds(recorded, frozenset(_TELLERS)), key=_order)
    for item in ordered:
        section, tell = _TELLERS[type(item.fact)]
        found.setdefault(section, []).append({**tell(item.fact), "entries": list(item.entries)})
    return found


def sale_effects(recorded: list[Recorded]) -> list[Recorded]:
    """Judicial sales as what they are to title and licenses (P-25).

    To the chain of title a transmission at service of the ruling (AUC 26, T-18); to a license the court took
    off before the sale, its end (AUC 28).
    """
    found = []
    for item in of_kinds(recorded, _SALES):
        fact = item.fact
        assert isinstance(fact, JudicialSaleCompleted)
        title = TransmissionRegistered(
            rights=fact.rights,
            grantors=fact.sellers,
            grantees=fact.buyers,
            effective_from=fact.served_on,
            text=fact.text,
            cause="auction",
        )
        removals = [
            LicenseEnded(rights=fact.rights, license=each, registered_on=fact.served_on)
            for each in fact.removed
        ]
        found += [
            replace(item, record=replace(item.record, type=effect.TYPE), fact=effect)
            for effect in (title, *removals)
        ]
    return found


def close(encumbrances: list[_Json], recorded: list[Recorded]) -> None:
    """P-25: end the pledges a judicial sale extinguishes; tell a cancellation from a release (P-21)."""
    for item in sorted(of_kinds(recorded, _SALES), key=_order):
        fact = item.fact
        assert isinstance(fact, JudicialSaleCompleted)
        for each in encumbrances:
            if each["kind"] in SECURITY and each["registered_on"] <= fact.served_on:
                _end(each, item, fact.served_on)
    for item in of_kinds(recorded, _RELEASES):
        fact = item.fact
        assert isinstance(fact, PledgeReleased)
        for each in encumbrances:
            ended_by_it = each["end_state"] == "released" and each["ended_by"] == item.record.number
            if fact.cancelled and ended_by_it and item.record.authority:
                each["end_state"] = "cancelled"


def discharges_on(statement: Statement, pledge: str, day: str) -> list[_Json]:
    """Releases of the whole pledge on this right, asserted by a day or implied by what was done (P-21)."""
    ids = ids_of(statement, pledge)
    asserted = [
        each
        for each in statement.get("discharges", ())
        if each["pledge"] in ids and each["on"] <= day and each["amount"] is None
    ]
    implied = [*_realized(statement, ids, day), *_released_with_transfer(statement, ids, day)]
    return sorted([*asserted, *implied], key=lambda each: str(each["on"]))


def _released_with_transfer(statement: Statement, ids: set[str], day: str) -> Iterator[_Json]:
    """T-8: consents to a transfer that say the pledge is released, once the transfer is completed."""
    for contract in statement.get("transfers", ()):
        if contract["state"] != "completed" or contract["ended_on"] > day:
            continue
        given = [each for each in contract.get("consents", ()) if each["pledge"] in ids]
        if given and all(each["disposition"] == "released" for each in given):
            told = {"releasors": [each["holder"] for each in given], "cause": "transferred", "amount": None}
            yield {
                "pledge": given[0]["pledge"],
                "on": contract["ended_on"],
                "entries": contract["entries"],
                **told,
            }


def _realized(statement: Statement, ids: set[str], day: str) -> Iterator[_Json]:
    """Proceeds of this very right paid out to its pledgees: the pledge has done its work (P-19)."""
    for each in statement.get("distributions", ()):
        if statement["right"] not in each["sold"] or each["on"] > day:
            continue
        for payment in each["payments"]:
            if payment["pledge"] in ids:
                told = {"releasors": payment["to"], "cause": "realized", "amount": None}
                yield {"pledge": payment["pledge"], "on": each["on"], "entries": each["entries"], **told}


def discharge_shown(statement: Statement, item: _Json, day: str) -> dict[str, Any]:
    """Members of an encumbrance that its pledgee released: `discharge`, and `state` while the entry stands.

    A bank sees both facts, the release and the register's entry or cancellation (P-21).
    """
    asserted = discharges_on(statement, item["id"], day) if item["kind"] in SECURITY else []
    if not asserted:
        return {}
    ended = has_ended(item, day)
    found = {
        "asserted_on": asserted[0]["on"],
        "by": asserted[0]["releasors"],
        "cause": asserted[0]["cause"],
        "cancelled_on": item["ended_on"] if ended else None,
        "entries": asserted[0]["entries"],
    }
    lost = status_on(statement, day) == "INVALID_FULL"
    return {"discharge": found} if ended or lost else {"state": "discharge_asserted", "discharge": found}


def ranking_day(statement: Statement, day: str) -> str:
    """The day whose pledges share in proceeds paid out on `day`: that of the payment itself.

    Of a judicial sale whose proceeds wait to be paid out, the day before it extinguished them (P-25).
    """
    served = [
        each["on"]
        for each in statement.get("judicial_sales", ())
        if each["state"] == "completed" and each["on"] <= day
    ]
    if not served:
        return day
    paid_since = any(
        served[-1] <= each["on"] <= day and statement["right"] in each["sold"]
        for each in statement.get("distributions", ())
    )
    return day if paid_since else day_before(served[-1])


def expected_distribution(
    statement: Statement,
    day: str,
    proceeds: Money,
    costs: Money,
    owed: Mapping[str, Money] | None = None,
) -> _Json:
    """P-24: what each would get of the proceeds of this right on a day (CC 413, 414, 438, 561).

    Costs first, then the pledges by rank with interest before principal, each up to what it secures, equal
    ranks in proportion, the rest to the pledgor. What a pledge does not cover is owed by the debtor alone.
    `owed` states the whole debt under a pledge where the ledger does not know it, or a court found another.
    Amounts are minor units: `payments` (`purpose`, `to`, `pledge`, `rank`, `amount`, `interest`,
    `principal`, `claims`), `shortfalls` (`pledge`, `creditors`, `debtors`, `amount`), `surplus`. A pledge
    nobody knows the amount of is listed in `unknown` and gets nothing here.

    Raises:
        InputRejected: `CURRENCY_MISMATCH`, `AMOUNT_TOO_LARGE`, `ALLOCATION_INVALID`.
    """
    on = ranking_day(statement, day)
    debts = {each["id"]: _debt(statement, each["id"], day, owed or {}) for each in pledges_on(statement, on)}
    known = {pledge: debt for pledge, debt in debts.items() if debt is not None}
    groups = _claims_by_rank(statement, on, known)
    ranked = [[Money(part, known[pledge]["currency"]) for pledge, part in group] for group in groups]
    (given_costs, *shares), surplus = pay_in_order(proceeds, [[costs], *ranked])
    paid = dict.fromkeys(known, 0)
    for group, amounts in zip(groups, shares, strict=True):
        for (pledge, _), amount in zip(group, amounts, strict=True):
            paid[pledge] += amount.minor
    payments = [_payment("costs", given_costs[0].minor)]
    ranks = ranks_on(statement, on)
    payments += [
        _to_pledgee(statement, pledge, day, ranks[pledge], known[pledge], paid[pledge])
        for pledge in sorted(known, key=lambda each: ranks[each])
    ]
    if surplus.minor:
        payments.append({**_payment("surplus", surplus.minor), "to": _pledgors(statement, on)})
    return {
        "currency": proceeds.currency,
        "proceeds": proceeds.minor,
        "payments": payments,
        "shortfalls": [
            _shortfall(statement, pledge, day, debt["owed"] - paid[pledge])
            for pledge, debt in known.items()
            if debt["owed"] > paid[pledge]
        ],
        "surplus": surplus.minor,
        "unknown": [pledge for pledge, debt in debts.items() if debt is None],
    }


def shown(statement: Statement, day: str) -> dict[str, list[_Json]]:
    """`debts` and `enforcement` of an answer about a day; absent for rights of which nothing is told.

    `debts` has for each pledge of record and entitled holders, what it secures (B-5), who owes, the end of
    limitation, and its releases; `enforcement` what was done to realize it, by then.
    """
    debts = [_debt_shown(statement, each, day) for each in _told_of(statement)]
    done = [
        {"kind": section, **each}
        for section in ("pledgee_uses", "substitutes", "top_ups", "enforcements", "distributions")
        for each in statement.get(section, ())
        if each["on"] <= day
    ]
    done += [
        {"kind": "judicial_sale", **each} for each in statement.get("judicial_sales", ()) if each["on"] <= day
    ]
    found = {"debts": debts, "enforcement": done}
    return {member: items for member, items in found.items() if items}


def warnings_on(statement: Statement, day: str) -> list[tuple[str, list[int], _Json]]:
    """Flags that depend on the day: code, entries, data (P-11, P-12, P-19, P-26).

    What a decision already attached to the act itself is not said twice.
    """
    found = [
        (code, entries, {"rule": rule, **data})
        for item in pledges_on(statement, day)
        for rule, code, entries, data in (
            *_late_draws(statement, item, day),
            *_holder_differs(statement, item, day),
            *_time_barred(statement, item, day),
            *_top_up_due(statement, item, day),
        )
    ]
    said = {_subject(flag["code"], flag["data"]) for flag in statement["flags"]}
    return [each for each in found if _subject(each[0], each[2]) not in said]


def _end(encumbrance: _Json, item: Recorded, day: str) -> None:
    if encumbrance["ended_on"] is not None and encumbrance["ended_on"] <= day:
        return
    encumbrance.update(ended_on=day, ended_by=item.record.number, end_state="extinguished")
    encumbrance["entries"] = [*encumbrance["entries"], *item.entries]


def _order(item: Recorded) -> tuple[str, int]:
    return (item.record.effective_on, item.record.position)


def _debt(statement: Statement, pledge: str, day: str, owed: Mapping[str, Money]) -> _Json | None:
    """What is owed and what of it is secured; a stated debt is secured up to the pledge's limit."""
    known = secured_amount(statement, pledge, day)
    stated = next((owed[each] for each in sorted(ids_of(statement, pledge)) if each in owed), None)
    if stated is None:
        if known is None:
            return None
        return {
            "owed": known["principal"] + known["interest"],
            "secured": known["secured"],
            "principal": known["secured_principal"],
            "interest": known["secured_interest"],
            "currency": known["currency"],
            "claims": [each for each in known["claims"] if each["secured"] and each["claim"]],
        }
    interest = min(known["secured_interest"], stated.minor) if known else 0
    limit = known["cap"] if known else None
    secured = stated.minor if limit is None else min(stated.minor, limit)
    return {
        "owed": stated.minor,
        "secured": secured,
        "principal": secured - min(interest, secured),
        "interest": min(interest, secured),
        "currency": stated.currency,
        "claims": [each for each in known["claims"] if each["secured"] and each["claim"]] if known else [],
    }


def _claims_by_rank(
    statement: Statement, day: str, known: Mapping[str, _Json]
) -> list[list[tuple[str, int]]]:
    """What each pledge secures, at the rank of each of its parts: a later increase ranks later (P-8).

    Interest goes with the last part that principal reaches, where the limit is one on the principal.
    """
    left = {pledge: debt["secured"] for pledge, debt in known.items()}
    principal = {pledge: debt["principal"] for pledge, debt in known.items()}
    slices = [(number, part) for number, group in enumerate(slices_on(statement, day)) for part in group]
    groups: list[list[tuple[str, int]]] = [[] for _ in range(len(slices_on(statement, day)))]
    last = {part["pledge"]: place for place, (_, part) in enumerate(slices)}
    for place, (number, part) in enumerate(slices):
        pledge = part["pledge"]
        if pledge not in known:
            continue
        limit = part["amount"]["minor"] if part["amount"] else None
        if place == last[pledge] or limit is None:
            taken = left[pledge]
        elif part["limit"] == "cap":
            taken = min(limit, left[pledge])
        else:
            within = min(limit, principal[pledge])
            principal[pledge] -= within
            taken = within if principal[pledge] else left[pledge]
        left[pledge] -= taken
        groups[number].append((pledge, taken))
    return groups


def _payment(purpose: str, amount: int) -> _Json:
    return {
        "purpose": purpose,
        "to": [],
        "pledge": None,
        "rank": None,
        "amount": amount,
        "interest": 0,
        "principal": 0,
        "claims": [],
    }


def _to_pledgee(  # noqa: PLR0917  # what a payment says
    statement: Statement, pledge: str, day: str, rank: int, debt: _Json, amount: int
) -> _Json:
    """Interest before principal (CC 561), and on the claims in the order they were drawn."""
    interest = min(amount, debt["interest"])
    claims = list(_on_claims(debt["claims"], interest, amount - interest))
    return {
        **_payment("pledge", amount),
        "to": entitled_on(statement, pledge, day),
        "pledge": pledge,
        "rank": rank,
        "interest": interest,
        "principal": amount - interest,
        "claims": claims,
    }


def _on_claims(claims: list[_Json], interest: int, principal: int) -> Iterator[_Json]:
    for claim in claims:
        of_interest, of_principal = min(interest, claim["interest"]), min(principal, claim["principal"])
        interest, principal = interest - of_interest, principal - of_principal
        if of_interest or of_principal:
            yield {"claim": claim["claim"], "interest": of_interest, "principal": of_principal}


def _pledgors(statement: Statement, day: str) -> list[str]:
    """To whom the surplus goes: those who pledged the right, else its owners (CC 438)."""
    found = [
        name
        for each in pledges_on(statement, day)
        for name in terms_on(statement, each["id"], day)["pledgors"]
    ]
    return list(dict.fromkeys(found)) or [owner["name"] for owner in owners_on(statement, day)]


def _shortfall(statement: Statement, pledge: str, day: str, amount: int) -> _Json:
    debtor = debtor_on(statement, pledge, day)
    return {
        "pledge": pledge,
        "creditors": entitled_on(statement, pledge, day),
        "debtors": [debtor] if debtor else [],
        "amount": amount,
    }


def _told_of(statement: Statement) -> list[_Json]:
    """Pledges of which claims, assignments, trusts or releases are told."""
    spoken = {
        each["pledge"]
        for section in (
            "claims",
            "claim_assignments",
            "debtor_changes",
            "determinations",
            "trusts",
            "discharges",
        )
        for each in statement.get(section, ())
    }
    return [
        each
        for each in statement["encumbrances"]
        if each["kind"] in SECURITY and spoken & ids_of(statement, each["id"])
    ]


def _debt_shown(statement: Statement, item: _Json, day: str) -> _Json:
    pledge = item["id"]
    trust = trust_on(statement, pledge, day)
    ids = ids_of(statement, pledge)
    return {
        "pledge": pledge,
        "of_record": holders_on(item, day),
        "entitled": entitled_on(statement, pledge, day),
        "trustee": trust["trustee"] if trust else None,
        "debtor": debtor_on(statement, pledge, day),
        "secured": secured_amount(statement, pledge, day),
        "limitation": [
            {"claim": claim["id"], "until": limitation_on(statement, claim, day)}
            for claim in statement.get("claims", ())
            if claim["pledge"] in ids and claim["drawn_on"] <= day
        ],
        "discharges": [
            each for each in statement.get("discharges", ()) if each["pledge"] in ids and each["on"] <= day
        ],
        "cancelled_on": item["ended_on"] if item["ended_on"] and item["ended_on"] <= day else None,
    }


_Warning = tuple[str, str, list[int], _Json]


def _subject(code: str, data: _Json) -> tuple[str, str, str]:
    return (code, str(data.get("reference")), str(data.get("claim")))


def _late_draws(statement: Statement, item: _Json, day: str) -> Iterator[_Warning]:
    ids = ids_of(statement, item["id"])
    for determined in determinations_of(statement, item["id"])[:1]:
        for claim in statement.get("claims", ()):
            if (
                claim["pledge"] in ids
                and determined["from"] <= claim["counts_from"]
                and claim["drawn_on"] <= day
            ):
                data = {
                    "reference": item["reference"],
                    "claim": claim["id"],
                    "day": claim["drawn_on"],
                    "amount": _in_words(claim["principal"], claim["currency"]),
                }
                entries = [*claim["entries"][:1], *determined["entries"]]
                yield "P-11", "DRAW_AFTER_DETERMINATION", entries, data


def _in_words(minor: int, currency: str) -> str:
    """As money is written, where the currency is one we know."""
    return str(Money(minor, currency)) if currency in EXPONENTS else f"{minor} {currency}"


def _holder_differs(statement: Statement, item: _Json, day: str) -> Iterator[_Warning]:
    if trust_on(statement, item["id"], day) is not None:
        return
    entitled, of_record = entitled_on(statement, item["id"], day), holders_on(item, day)
    missing = [name for name in entitled if not any(same_party(name, other) for other in of_record)]
    if missing:
        data = {"reference": item["reference"], "party": listed(missing), "holder": listed(of_record)}
        ids = ids_of(statement, item["id"])
        told = [each for each in statement.get("claim_assignments", ()) if each["pledge"] in ids]
        entries = [entry for each in told if each["on"] <= day for entry in each["entries"]]
        yield "P-12", "PLEDGEE_OF_RECORD_DIFFERS", [*item["entries"][:1], *entries], data


def _time_barred(statement: Statement, item: _Json, day: str) -> Iterator[_Warning]:
    ids = ids_of(statement, item["id"])
    for claim in statement.get("claims", ()):
        if claim["pledge"] not in ids or claim["drawn_on"] > day or not any(owed_on(claim, day)):
            continue
        until = limitation_on(statement, claim, day)
        if until is not None and until < day:
            data = {"reference": item["reference"], "claim": claim["id"], "until": until}
            yield "P-19", "ENFORCEMENT_TIME_BARRED", claim["entries"], data


def _top_up_due(statement: Statement, item: _Json, day: str) -> Iterator[_Warning]:
    """P-26: the right lost value by a final invalidity in part, or its pledgee says so (CC 433)."""
    ids = ids_of(statement, item["id"])
    told = [each for each in statement.get("top_ups", ()) if each["pledge"] in ids and each["on"] <= day]
    met = max((each["on"] for each in told if each["state"] == "provided"), default="")
    demands = [each for each in told if each["state"] == "demanded" and each["on"] > met]
    losses = [
        each
        for each in statement["status"]
        if each["status"] == "INVALID_PART" and met < (each["from"] or "") <= day and _is_chinese(statement)
    ]
    entries = [entry for each in demands for entry in each["entries"]] + [each["entry"] for each in losses]
    if entries:
        data = {"reference": item["reference"]}
        yield "P-26", "TOP_UP_DUE", [*item["entries"][:1], *entries], data


def _is_chinese(statement: Statement) -> bool:
    """CC 433 speaks of Chinese pledges (N-8); a demand that was made is told of any."""
    return str(statement["right"]).startswith("CN:")


def _amount(amount: Amount | None) -> _Json | None:
    return amount.model_dump() if amount else None


def _discharge(fact: Any) -> _Json:
    return {
        "pledge": fact.pledge,
        "releasors": names(fact.releasors),
        "cause": fact.cause,
        "amount": _amount(fact.amount),
        "on": fact.released_on,
        "document": fact.document,
    }


def _use(fact: Any) -> _Json:
    return {
        "pledge": fact.pledge,
        "pledgee": fact.pledgee.name,
        "use": fact.use,
        "to": names(fact.to),
        "consents": list(fact.consents),
        "on": fact.used_from,
        "until": fact.until,
    }


def _substitute(fact: Any) -> _Json:
    return {
        "pledge": fact.pledge,
        "source": fact.kind,
        "amount": _amount(fact.amount),
        "payer": fact.payer.name if fact.payer else None,
        "holder": fact.holder.name if fact.holder else None,
        "on": fact.received_on,
    }


def _demanded(fact: Any) -> _Json:
    return {
        "pledge": fact.pledge,
        "state": "demanded",
        "pledgee": fact.pledgee.name,
        "amount": _amount(fact.amount),
        "on": fact.demanded_on,
    }


def _provided(fact: Any) -> _Json:
    return {
        "pledge": fact.pledge,
        "state": "provided",
        "pledgee": fact.pledgee.name,
        "amount": None,
        "on": fact.provided_on,
    }


def _started(fact: Any) -> _Json:
    return {
        "pledge": fact.pledge,
        "pledgee": fact.pledgee.name,
        "trigger": fact.trigger,
        "event": fact.event,
        "method": fact.method,
        "price": _amount(fact.price),
        "forum": fact.forum,
        "on": fact.started_on,
    }


def _distributed(fact: Any) -> _Json:
    told = fact.model_dump(mode="json", include={"sold", "source", "currency", "proceeds"})
    return {
        **told,
        "on": fact.distributed_on,
        "payments": [
            {**payment.model_dump(mode="json"), "to": names(payment.to)} for payment in fact.payments
        ],
        "shortfalls": [
            {
                "pledge": each.pledge,
                "creditors": names(each.creditors),
                "debtors": names(each.debtors),
                "amount": each.amount,
            }
            for each in fact.shortfalls
        ],
    }


def _announced(fact: Any) -> _Json:
    return {
        "state": "announced",
        "sale": fact.sale,
        "court": fact.court.name,
        "round": fact.round,
        "online": fact.online,
        "valuation": _amount(fact.valuation),
        "reserve": _amount(fact.reserve),
        "on": fact.announced_on,
    }


def _completed(fact: Any) -> _Json:
    return {
        "state": "completed",
        "sale": fact.sale,
        "court": fact.court.name,
        "sellers": names(fact.sellers),
        "buyers": names(fact.buyers),
        "price": _amount(fact.price),
        "removed": list(fact.removed),
        "on": fact.served_on,
    }


_TELLERS: Final[dict[type[Fact], tuple[str, Callable[[Any], _Json]]]] = {
    PledgeDischargeAsserted: ("discharges", _discharge),
    PledgeUsedByPledgee: ("pledgee_uses", _use),
    PledgeObjectReplaced: ("substitutes", _substitute),
    PledgeTopUpDemanded: ("top_ups", _demanded),
    PledgeTopUpProvided: ("top_ups", _provided),
    EnforcementStarted: ("enforcements", _started),
    ProceedsDistributed: ("distributions", _distributed),
    JudicialSaleAnnounced: ("judicial_sales", _announced),
    JudicialSaleCompleted: ("judicial_sales", _completed),
}
