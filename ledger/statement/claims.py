"""What is owed under a pledge, to whom, since when determined, until when enforceable (P-9 to P-14, P-19).

The statement holds draws, payments, assignments and determinations with their days; the questions below
reckon from them on a day. Interest runs actual/365 on the principal outstanding and is rounded half up once
per answer (N-6).
"""

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from ledger.facts.base import Amount, Fact, Party
from ledger.facts.claims import (
    ClaimAssigned,
    ClaimDebtorReplaced,
    ClaimDrawn,
    ClaimLimitationInterrupted,
    ClaimRepaid,
    ClaimRolledOver,
    PledgeClaimsDetermined,
    PledgeHeldInTrust,
)
from ledger.facts.enforcement import ProceedsDistributed
from ledger.statement.base import Recorded, names, of_kinds
from ledger.statement.reading import SECURITY, Statement, holders_on, pledge_contract
from ledger.statement.secured import secured_limit
from ledger.values.calendar import term_end
from ledger.values.dates import LATEST, day_after, parse_day
from ledger.values.money import DAYS_OF_YEAR, half_up, parse_rate
from ledger.values.parties import same_party

LIMITATION_YEARS: Final = 3
"""From the day the claim is due, or from its interruption (CC 188, 195)."""
_ALWAYS: Final = "9999-12-31"


def resolve(recorded: list[Recorded]) -> dict[str, list[dict[str, Any]]]:
    """`claims`, `claim_assignments`, `debtor_changes`, `determinations`, `trusts`; each absent where empty.

    All stand in order of their days. What was paid on a claim never drawn here is left to its entry.
    """
    claims: dict[str, dict[str, Any]] = {}
    for item in sorted(of_kinds(recorded, _MOVEMENTS), key=_order):
        _move(claims, item)
    found = {"claims": list(claims.values())}
    for item in sorted(of_kinds(recorded, frozenset(_TELLERS)), key=_order):
        section, tell = _TELLERS[type(item.fact)]
        found.setdefault(section, []).append(tell(item, item.fact))
    return {member: items for member, items in found.items() if items}


def _move(claims: dict[str, dict[str, Any]], item: Recorded) -> None:
    match item.fact:
        case ClaimDrawn() as fact:
            claims.setdefault(fact.claim, _drawn(item, fact))
        case ClaimRolledOver() as fact if fact.claim not in claims:
            claims[fact.claim] = _rolled_over(item, fact, claims)
        case ClaimRepaid() as fact:
            _pay(claims, fact.claim, item, fact.paid_on, fact.interest, fact.principal)
        case ProceedsDistributed() as fact:
            for paid in (each for payment in fact.payments for each in payment.claims):
                _pay(claims, paid.claim, item, fact.distributed_on, paid.interest, paid.principal)
        case ClaimLimitationInterrupted() as fact:
            _interrupt(claims, item, fact)


_MOVEMENTS: Final[frozenset[type[Fact]]] = frozenset(
    (ClaimDrawn, ClaimRolledOver, ClaimRepaid, ProceedsDistributed, ClaimLimitationInterrupted)
)


def ids_of(statement: Statement, pledge: str) -> set[str]:
    """The ids one pledge goes by: that of its entry in the register, and its contract's, if another."""
    ids = {pledge}
    for item in statement["encumbrances"]:
        if item["kind"] in SECURITY and ids & {item["id"], item.get("contract")}:
            ids |= {item["id"], item.get("contract") or item["id"]}
    return ids


def entry_of(statement: Statement, pledge: str) -> dict[str, Any] | None:
    """The pledge's entry in the register, ended or not."""
    ids = ids_of(statement, pledge)
    found = [item for item in statement["encumbrances"] if item["kind"] in SECURITY and item["id"] in ids]
    return found[0] if found else None


def terms_on(statement: Statement, pledge: str, day: str) -> dict[str, Any]:
    """Parties and secured debt: as registered by `day`, else as agreed (P-9, P-10; SEC 15, 47).

    Members: `debtor`, `pledgors`, `pledgees` (names), `limit` (`cap`, `amount` or None) and `amount`
    (`{"minor", "currency"}`), `debt_until`, `ends_on` (last day of a maximum-amount pledge's period),
    `cap_includes_costs`, `secures`; None where nobody told.
    """
    contract = pledge_contract(statement, pledge) or {}
    entry = entry_of(statement, pledge) or {}
    maximum = contract.get("maximum") or {}
    registered = dict(entry.get("secured") or {})
    for step in entry.get("steps", ()):
        if step["on"] <= day:
            registered |= {name: told for name, told in step.items() if told is not None}
    amount = maximum.get("cap") or contract.get("amount")
    limit = {"limit": "cap" if maximum else "amount" if amount else None, "amount": amount}
    if entry:
        limit = secured_limit(statement, entry, day)
    return {
        "debtor": contract.get("debtor"),
        "pledgors": contract.get("pledgors") or entry.get("grantors") or [],
        "pledgees": contract.get("pledgees") or (entry["holders"][0]["names"] if entry else []),
        "limit": limit["limit"],
        "amount": limit["amount"],
        "debt_until": registered.get("debt_until") or contract.get("debt_until"),
        "ends_on": maximum.get("ends_on"),
        "cap_includes_costs": maximum.get("cap_includes_costs", True),
        "secures": registered.get("secures") or contract.get("secures"),
    }


def claims_on(statement: Statement, pledge: str, day: str) -> list[dict[str, Any]]:
    """Claims drawn under a pledge by a day, as the statement tells them."""
    ids = ids_of(statement, pledge)
    return [
        claim for claim in statement.get("claims", ()) if claim["pledge"] in ids and claim["drawn_on"] <= day
    ]


def determinations_of(statement: Statement, pledge: str) -> list[dict[str, Any]]:
    """What determined the claims of a maximum-amount pledge, the earliest first; empty for any other (P-11).

    `from` is the first day on which a new drawing is not secured: the day of a notice itself, because
    nobody can show which came first (the cautious reading), and the day after the agreed period.
    """
    terms = terms_on(statement, pledge, _ALWAYS)
    if terms["limit"] != "cap":
        return []
    ids = ids_of(statement, pledge)
    found = [
        {"from": each["on"], "cause": each["cause"], "entries": each["entries"]}
        for each in statement.get("determinations", ())
        if each["pledge"] in ids
    ]
    if terms["ends_on"] is not None:
        contract = pledge_contract(statement, pledge)
        entries = contract["entries"] if contract else []
        found.append({"from": day_after(terms["ends_on"]), "cause": "period_end", "entries": entries})
    bankrupt = [name for name in (terms["debtor"], *terms["pledgors"]) if name is not None]
    found += [
        {"from": each["accepted_on"], "cause": "insolvency", "entries": each["entries"]}
        for each in statement.get("insolvencies", ())
        if each["outcome"] != "dismissed" and any(same_party(each["party"], name) for name in bankrupt)
    ]
    return sorted(found, key=lambda each: (each["from"], each["cause"]))


def determination_on(statement: Statement, pledge: str, day: str) -> dict[str, Any] | None:
    """The determination in effect on a day, with its trigger; None while claims may still come in."""
    return next((each for each in determinations_of(statement, pledge) if each["from"] <= day), None)


def owed_on(claim: dict[str, Any], day: str, *, interest_until: str | None = None) -> tuple[int, int]:
    """Principal and interest outstanding on a claim, in minor units, interest rounded half up once (N-6).

    Interest stops on `interest_until`, the day bankruptcy was accepted (BKL 46).
    """
    outstanding, paid, reckoned = claim["principal"], 0, 0
    last = claim["drawn_on"]
    stop = min(day, interest_until or day)
    for payment in claim["payments"]:
        if payment["on"] > day:
            break
        reckoned += outstanding * _days(last, min(payment["on"], stop))
        last = max(last, payment["on"])
        outstanding -= payment["principal"]
        paid += payment["interest"]
    reckoned += outstanding * _days(last, stop)
    rate = parse_rate(claim["rate"]) if claim["rate"] else Fraction(0)
    accrued = half_up(reckoned * rate / DAYS_OF_YEAR)
    return max(outstanding, 0), max(accrued - paid, 0)


def secured_amount(statement: Statement, pledge: str, day: str) -> dict[str, Any] | None:
    """B-5: what a pledge secures on a day; None where neither claims nor an amount are known.

    Amounts are minor units of `currency`: `principal` and `interest` owed in all, `secured_principal`,
    `secured_interest` and their sum `secured` (P-9, P-10), `unsecured` the rest; `cap` and `cap_used`
    of a maximum-amount pledge; `determined` with `from`, `cause` and `entries` (P-11), or None. `basis` is
    `claims`, or `contract` where no drawing was told: then the whole agreed amount counts (cautious).
    """
    terms = terms_on(statement, pledge, day)
    capped, amount = terms["limit"] == "cap", terms["amount"]
    claims = claims_on(statement, pledge, day)
    if not claims and amount is None:
        return None
    told = list(_told(statement, pledge, claims, day)) or list(_implied(terms))
    principal, interest = _sums(told)
    limit = None if amount is None else max(0, amount["minor"] - _released(statement, pledge, day))
    bounded = _bounded(*_sums([claim for claim in told if claim["secured"]]), limit, terms)
    return {
        "pledge": pledge,
        "currency": amount["currency"] if amount else claims[0]["currency"],
        "basis": "claims" if claims else "contract",
        "principal": principal,
        "interest": interest,
        "secured_principal": bounded[0],
        "secured_interest": bounded[1],
        "secured": sum(bounded),
        "unsecured": principal + interest - sum(bounded),
        "cap": limit if capped else None,
        "cap_used": sum(bounded) if capped else None,
        "determined": determination_on(statement, pledge, day),
        "claims": told,
    }


def entitled_on(statement: Statement, pledge: str, day: str) -> list[str]:
    """To whom the pledge belongs: it follows the claim at once, whatever the register shows (CC 547, P-12).

    Before determination a part of the claims of a maximum-amount pledge is assigned without it (CC 421). A
    trustee of record holds for the creditors it named (SEC 4): they are entitled.
    """
    trust = trust_on(statement, pledge, day)
    if trust is not None:
        return list(trust["creditors"])
    entry = entry_of(statement, pledge)
    entitled = list(terms_on(statement, pledge, day)["pledgees"])
    for _, kind, step in sorted(_steps(statement, pledge, entry, day), key=lambda each: each[:2]):
        if kind == "assigned":
            if _moves_the_pledge(statement, pledge, step):
                entitled = _after_assignment(entitled, step)
        else:
            entitled = _after_register(entitled, *step)
    return entitled


def trust_on(statement: Statement, pledge: str, day: str) -> dict[str, Any] | None:
    """The trust under which the pledgee of record holds, if there is one."""
    ids = ids_of(statement, pledge)
    found = [each for each in statement.get("trusts", ()) if each["pledge"] in ids and each["from"] <= day]
    entry = entry_of(statement, pledge)
    if not found:
        return None
    of_record = holders_on(entry, day) if entry else terms_on(statement, pledge, day)["pledgees"]
    return found[-1] if any(same_party(found[-1]["trustee"], name) for name in of_record) else None


def debtor_on(statement: Statement, pledge: str, day: str, claim: str | None = None) -> str | None:
    """Who owes on a day, after every takeover of the debt; None where nobody told."""
    ids = ids_of(statement, pledge)
    told = [each for each in statement.get("claims", ()) if each["id"] == claim]
    debtor = (told[0]["debtor"] if told else None) or terms_on(statement, pledge, day)["debtor"]
    for change in statement.get("debtor_changes", ()):
        if change["pledge"] in ids and change["on"] <= day and change["claim"] in {None, claim}:
            debtor = change["to"]
    return debtor if debtor is None else str(debtor)


def limitation_on(statement: Statement, claim: dict[str, Any], day: str) -> str | None:
    """Last day of the limitation period of a claim as known on `day`; None where no due day is told (P-19).

    It runs three years from the due day and begins anew when the creditor demands payment or sues, or the
    debtor pays or acknowledges within it, or acknowledges after it (CC 188, 192, 195).
    """
    due_on = claim["due_on"] or terms_on(statement, claim["pledge"], day)["debt_until"]
    if due_on is None:
        return None
    ends = _limitation(due_on)
    renewals = [(each["on"], each["cause"]) for each in claim["interruptions"]]
    renewals += [(each["on"], "acknowledgment") for each in claim["payments"] if each["kind"] == "repaid"]
    for on, cause in sorted(renewals):
        if due_on < on <= day and (on <= ends or cause == "acknowledgment"):
            ends = max(ends, _limitation(on))
    return ends


def _limitation(day: str) -> str:
    due_on = parse_day(day)
    if due_on.year + LIMITATION_YEARS > LATEST.year:
        return LATEST.isoformat()
    return term_end(due_on, years=LIMITATION_YEARS).isoformat()


def _days(first: str, last: str) -> int:
    return max(0, (date.fromisoformat(last) - date.fromisoformat(first)).days)


def _told(
    statement: Statement, pledge: str, claims: list[dict[str, Any]], day: str
) -> Iterator[dict[str, Any]]:
    first = next(iter(determinations_of(statement, pledge)), None)
    for claim in claims:
        debtor = debtor_on(statement, pledge, day, claim["id"])
        principal, interest = owed_on(claim, day, interest_until=_bankrupt_since(statement, debtor))
        yield {
            "claim": claim["id"],
            "drawn_on": claim["drawn_on"],
            "due_on": claim["due_on"],
            "principal": principal,
            "interest": interest,
            "secured": first is None or claim["counts_from"] < first["from"],
        }


def _implied(terms: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if terms["amount"] is not None and terms["limit"] != "cap":
        yield {
            "claim": None,
            "drawn_on": None,
            "due_on": terms["debt_until"],
            "principal": terms["amount"]["minor"],
            "interest": 0,
            "secured": True,
        }


def _sums(claims: list[dict[str, Any]]) -> tuple[int, int]:
    return sum(each["principal"] for each in claims), sum(each["interest"] for each in claims)


def _bounded(principal: int, interest: int, limit: int | None, terms: dict[str, Any]) -> tuple[int, int]:
    """What of principal and interest is within the limit and the agreed scope (CC 389; SEC 15)."""
    if terms["secures"] is not None and "interest" not in terms["secures"]:
        interest = 0
    if limit is None:
        return principal, interest
    within = min(principal, limit)
    if terms["limit"] == "cap" and terms["cap_includes_costs"]:
        return within, min(interest, limit - within)
    return within, interest


def _released(statement: Statement, pledge: str, day: str) -> int:
    """Released by amount so far (P-21)."""
    ids = ids_of(statement, pledge)
    return sum(
        each["amount"]["minor"]
        for each in statement.get("discharges", ())
        if each["pledge"] in ids and each["amount"] is not None and each["on"] <= day
    )


def _bankrupt_since(statement: Statement, debtor: str | None) -> str | None:
    return next(
        (
            str(each["accepted_on"])
            for each in statement.get("insolvencies", ())
            if debtor is not None and each["outcome"] != "dismissed" and same_party(each["party"], debtor)
        ),
        None,
    )


def _steps(
    statement: Statement, pledge: str, entry: dict[str, Any] | None, day: str
) -> Iterator[tuple[str, str, Any]]:
    ids = ids_of(statement, pledge)
    for each in statement.get("claim_assignments", ()):
        if each["pledge"] in ids and each["on"] <= day:
            yield each["on"], "assigned", each
    holders = entry["holders"] if entry else []
    for before, after in pairwise(holders):
        if after["from"] <= day:
            yield after["from"], "registered", (before["names"], after["names"])


def _moves_the_pledge(statement: Statement, pledge: str, step: dict[str, Any]) -> bool:
    whole = step["share"] is None and step["claim"] is None
    if whole or step["follows"] or terms_on(statement, pledge, step["on"])["limit"] != "cap":
        return True
    return determination_on(statement, pledge, step["on"]) is not None


def _after_assignment(entitled: list[str], step: dict[str, Any]) -> list[str]:
    """A part brings the assignee in beside the assignor, the whole puts it in its place."""
    whole = step["share"] is None and step["claim"] is None
    staying = [name for name in entitled if not (whole and same_party(name, step["grantor"]))]
    return _with(staying, [step["grantee"]])


def _after_register(entitled: list[str], before: list[str], after: list[str]) -> list[str]:
    """What the register changed, unless it changed what had already left the pledgee of record."""
    gone = [name for name in before if not _among(name, after)]
    leaving = [name for name in entitled if _among(name, gone)]
    if gone and not leaving:
        return entitled
    staying = [name for name in entitled if not _among(name, gone)]
    return _with(staying, [name for name in after if not _among(name, before)])


def _with(staying: list[str], coming: list[str]) -> list[str]:
    return [*staying, *(name for name in coming if not _among(name, staying))]


def _among(name: str, others: list[str]) -> bool:
    return any(same_party(name, other) for other in others)


def _order(item: Recorded) -> tuple[str, int]:
    return (item.record.effective_on, item.record.position)


def _drawn(item: Recorded, fact: ClaimDrawn) -> dict[str, Any]:
    return {
        **_claim(item, fact, fact.drawn_on),
        "creditor": _name(fact.creditor),
        "debtor": _name(fact.debtor),
    }


def _claim(item: Recorded, fact: ClaimDrawn | ClaimRolledOver, drawn_on: str) -> dict[str, Any]:
    amount: Amount = fact.amount
    return {
        "id": fact.claim,
        "pledge": fact.pledge,
        "principal": amount.minor,
        "currency": amount.currency,
        "rate": fact.rate,
        "creditor": None,
        "debtor": None,
        "drawn_on": drawn_on,
        "counts_from": drawn_on,
        "due_on": fact.due_on,
        "replaces": [],
        "payments": [],
        "interruptions": [],
        "entries": list(item.entries),
    }


def _rolled_over(item: Recorded, fact: ClaimRolledOver, claims: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The new claim takes the place of those it replaces, whose principal is paid that day (P-14).

    It counts from when the last of them did, also where the claims have been determined since.
    """
    replaced = [claims[old] for old in fact.replaces if old in claims]
    new = {**_claim(item, fact, fact.rolled_on), "replaces": list(fact.replaces)}
    if replaced:
        new |= {name: replaced[0][name] for name in ("creditor", "debtor")}
        new["counts_from"] = max(old["counts_from"] for old in replaced)
    left = fact.amount.minor
    for old in replaced:
        open_ = old["principal"] - sum(payment["principal"] for payment in old["payments"])
        paid = min(open_, left)
        left -= paid
        _pay(claims, old["id"], item, fact.rolled_on, 0, paid, kind="rolled_over")
    return new


def _pay(  # noqa: PLR0917  # the members of a payment
    claims: dict[str, dict[str, Any]],
    claim: str,
    item: Recorded,
    on: str,
    interest: int,
    principal: int,
    *,
    kind: str | None = None,
) -> None:
    if claim in claims:
        told = kind or item.fact.TYPE.rpartition(".")[2]
        payment = {"on": on, "kind": told, "interest": interest, "principal": principal}
        claims[claim]["payments"].append({**payment, "entry": item.record.position})
        claims[claim]["entries"] += item.entries


def _interrupt(claims: dict[str, dict[str, Any]], item: Recorded, fact: ClaimLimitationInterrupted) -> None:
    for claim in claims.values():
        if claim["pledge"] == fact.pledge and fact.claim in {None, claim["id"]}:
            claim["interruptions"].append({"on": fact.interrupted_on, "cause": fact.cause})
            claim["entries"] += item.entries


def _assigned(item: Recorded, fact: ClaimAssigned) -> dict[str, Any]:
    return {
        "pledge": fact.pledge,
        "claim": fact.claim,
        "grantor": fact.grantor.name,
        "grantee": fact.grantee.name,
        "share": list(fact.share) if fact.share else None,
        "follows": fact.follows,
        "on": fact.assigned_on,
        "notified_on": fact.notified_on,
        "entries": list(item.entries),
    }


def _debtor_replaced(item: Recorded, fact: ClaimDebtorReplaced) -> dict[str, Any]:
    return {
        "pledge": fact.pledge,
        "claim": fact.claim,
        "from": fact.grantor.name,
        "to": fact.grantee.name,
        "on": fact.replaced_on,
        "discharged": names(fact.discharged),
        "entries": list(item.entries),
    }


def _determined(item: Recorded, fact: PledgeClaimsDetermined) -> dict[str, Any]:
    return {
        "pledge": fact.pledge,
        "cause": fact.cause,
        "on": fact.determined_on,
        "by": _name(fact.by),
        "reference": fact.reference or item.record.number,
        "by_authority": item.record.authority,
        "entries": list(item.entries),
    }


def _in_trust(item: Recorded, fact: PledgeHeldInTrust) -> dict[str, Any]:
    return {
        "pledge": fact.pledge,
        "trustee": fact.trustee.name,
        "creditors": names(fact.creditors),
        "from": fact.held_from,
        "entries": list(item.entries),
    }


def _name(party: Party | None) -> str | None:
    return party.name if party else None


_TELLERS: Final[dict[type[Fact], tuple[str, Callable[[Recorded, Any], dict[str, Any]]]]] = {
    ClaimAssigned: ("claim_assignments", _assigned),
    ClaimDebtorReplaced: ("debtor_changes", _debtor_replaced),
    PledgeClaimsDetermined: ("determinations", _determined),
    PledgeHeldInTrust: ("trusts", _in_trust),
}
