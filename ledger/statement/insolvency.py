"""What a party's insolvency means for a right: stays, choices to be made, acts that may fall (F-13 to F-15).

The section `insolvencies` holds the proceedings with their dates. That freezes end is told by the queue
(`ledger.statement.freeze_queue`). Nothing here undoes an act: an avoidable one is flagged, and falls only by
a judgment (K-6).
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

from ledger.facts.base import Amount, Fact
from ledger.facts.insolvency import (
    InsolvencyAccepted,
    InsolvencyConverted,
    InsolvencyEnded,
    InsolvencyEnforcementAllowed,
    InsolvencyLicenseDecided,
)
from ledger.facts.pledges import PledgeContracted
from ledger.facts.transfers import TransferContracted, TransferRegistered
from ledger.statement.base import Flag, Recorded, names, of_kinds
from ledger.statement.conveyances import completions, passes_by_contract, title_day
from ledger.statement.pledges import Pledge
from ledger.statement.reading import Statement, insolvencies_on, licenses_on
from ledger.statement.transfers import Period, owners_at
from ledger.values.calendar import add_months, procedural_term_end
from ledger.values.dates import parse_day
from ledger.values.parties import same_party

_KINDS: Final[frozenset[type[Fact]]] = frozenset(
    (
        InsolvencyAccepted,
        InsolvencyConverted,
        InsolvencyEnded,
        InsolvencyLicenseDecided,
        InsolvencyEnforcementAllowed,
    )
)
_CONTRACTS: Final[frozenset[type[Fact]]] = frozenset((PledgeContracted,))
_TRANSFERS: Final[frozenset[type[Fact]]] = frozenset((TransferRegistered, TransferContracted))
_AVOIDANCE_MONTHS: Final = 12
"""Free or underpriced transfers, security for old debts, early repayment (BKL 31)."""
_PREFERENCE_MONTHS: Final = 6
"""Payment of single creditors though insolvent (BKL 32)."""
_CHOICE_MONTHS: Final = 2
"""In which the administrator says whether a contract goes on (BKL 18)."""


def resolve(
    recorded: list[Recorded], titles: list[Period], pledges: list[Pledge], right: str
) -> tuple[dict[str, list[dict[str, Any]]], list[Flag]]:
    """`insolvencies` in order of acceptance, absent where there is none, and the flags of F-13 to F-15."""
    found: dict[str, dict[str, Any]] = {}
    flags: list[Flag] = []
    for item in sorted(of_kinds(recorded, _KINDS), key=_order):
        match item.fact:
            case InsolvencyAccepted() as fact:
                found[fact.insolvency] = _accepted(item, fact, titles)
            case (
                InsolvencyConverted()
                | InsolvencyEnded()
                | InsolvencyLicenseDecided()
                | InsolvencyEnforcementAllowed()
            ) as fact if fact.insolvency in found:
                _go_on(item, fact, found[fact.insolvency])
            case _:
                data = {"number": item.record.number, "right": right}
                flags.append(
                    Flag("FREEZE_REFERENCE_UNKNOWN", item.entries, since=item.record.effective_on, data=data)
                )
    for case in found.values():
        flags += _stays(case, pledges, right)
        flags += _avoidable_pledges(case, recorded, pledges, right)
        flags += _avoidable_transfers(case, recorded, pledges, right)
    return ({"insolvencies": list(found.values())} if found else {}), flags


def choices_due(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Licenses the administrator must decide on, or has decided on, as of a day (F-13, BKL 18).

    Members: `insolvency`, `license`, `due_on` (rolled to a working day, CC 203), `certain` (whether the
    calendar is), `choice` (`continued`, `rescinded`, `rescinded_by_silence`, or None while it is open), `on`.
    Which licenses both sides have yet to perform is not known to the ledger: all that stood on the day of
    acceptance are listed, a cautious reading. Silence counts from the day after `due_on`.
    """
    found = []
    for case in insolvencies_on(statement, day):
        if not case["owns"]:
            continue
        due = procedural_term_end(parse_day(case["accepted_on"]), months=_CHOICE_MONTHS)
        due_on = due.day.isoformat()
        for license_ in licenses_on(statement, case["accepted_on"]):
            made = [
                each
                for each in case["choices"]
                if each["license"] == license_["id"] and each["on"] <= min(day, due_on)
            ]
            if made:
                choice, on = made[0]["choice"], made[0]["on"]
            elif day > due_on:
                choice, on = "rescinded_by_silence", due_on
            else:
                choice, on = None, None
            found.append(
                {
                    "insolvency": case["id"],
                    "license": license_["id"],
                    "due_on": due_on,
                    "certain": due.certain,
                    "choice": choice,
                    "on": on,
                }
            )
    return found


def procedure_on(case: dict[str, Any], day: str) -> str:
    """Liquidation, reorganization or composition, as of a day."""
    return str([step for step in case["procedures"] if step["from"] <= day][-1]["procedure"])


def stayed_pledges_on(statement: Statement, day: str) -> list[dict[str, Any]]:
    """Proceedings in reorganization on a day that pause the pledges on the right (F-15)."""
    return [
        case
        for case in insolvencies_on(statement, day)
        if case["owns"] and procedure_on(case, day) == "reorganization"
    ]


def may_be_enforced(case: dict[str, Any], pledge: str, day: str) -> bool:
    """Whether the court let this pledge be enforced all the same (BKL 75)."""
    return any(each["pledge"] == pledge and each["from"] <= day for each in case["allowed"])


def shown(statement: Statement, day: str) -> dict[str, Any]:
    """`insolvencies` of the answer for a day, with the choices on licenses; absent where there is none."""
    cases = insolvencies_on(statement, day)
    if not cases:
        return {}
    choices = choices_due(statement, day)
    members = ("id", "register", "reference", "party", "holders", "administrator", "accepted_on", "entries")
    return {
        "insolvencies": [
            {
                **{name: case[name] for name in members},
                "procedure": procedure_on(case, day),
                "licenses": [each for each in choices if each["insolvency"] == case["id"]],
            }
            for case in cases
        ]
    }


def _order(item: Recorded) -> tuple[str, bool, str, str, str]:
    accepted = isinstance(item.fact, InsolvencyAccepted)
    record = item.record
    return (record.effective_on, not accepted, record.register, record.number, record.type)


def _accepted(item: Recorded, fact: InsolvencyAccepted, titles: list[Period]) -> dict[str, Any]:
    owners = owners_at(titles, fact.accepted_on)
    return {
        "id": fact.insolvency,
        "register": item.record.register,
        "reference": item.record.number,
        "party": fact.party.name,
        "holders": names(fact.authorities),
        "administrator": fact.administrator.name if fact.administrator else None,
        "accepted_on": fact.accepted_on,
        # Where no owner is known, the court's word that the right is concerned is taken.
        "owns": not owners or any(owner.is_called(fact.party.name) for owner in owners),
        "procedures": [{"from": fact.accepted_on, "procedure": fact.procedure}],
        "choices": [],
        "allowed": [],
        "outcome": None,
        "ended_on": None,
        "ended_by": None,
        "entries": list(item.entries),
    }


def _go_on(
    item: Recorded,
    fact: InsolvencyConverted | InsolvencyEnded | InsolvencyLicenseDecided | InsolvencyEnforcementAllowed,
    case: dict[str, Any],
) -> None:
    case["entries"] += item.entries
    match fact:
        case InsolvencyConverted():
            case["procedures"].append({"from": fact.effective_from, "procedure": fact.procedure})
        case InsolvencyEnded():
            case.update(ended_on=fact.ended_on, ended_by=item.record.number, outcome=fact.outcome)
        case InsolvencyLicenseDecided():
            case["choices"].append({"license": fact.license, "choice": fact.choice, "on": fact.decided_on})
        case InsolvencyEnforcementAllowed():
            case["allowed"].append({"pledge": fact.pledge, "from": fact.effective_from})


def _stays(case: dict[str, Any], pledges: list[Pledge], right: str) -> Iterator[Flag]:
    """Execution stops while the proceedings last (BKL 19); in reorganization pledges are paused (BKL 75)."""
    if not case["owns"]:
        return
    entries, accepted_on, ended_on = tuple(case["entries"]), case["accepted_on"], case["ended_on"]
    data = {"right": right, "party": case["party"], "day": accepted_on}
    yield Flag("INSOLVENCY_STAY", entries, since=accepted_on, until=ended_on, data=data)
    for step, following in zip_longest(case["procedures"], case["procedures"][1:]):
        if step["procedure"] != "reorganization":
            continue
        over = [day for day in (following and following["from"], ended_on) if day]
        for pledge in pledges:
            allowed = [each["from"] for each in case["allowed"] if each["pledge"] == pledge.fact.pledge]
            until = min([*over, *allowed, *([pledge.ended_on] if pledge.ended_on else [])], default=None)
            since = max(step["from"], pledge.item.record.registered_on)
            if until is None or since < until:
                told = {"right": right, "party": case["party"], "reference": pledge.number}
                concerned = tuple(dict.fromkeys((*pledge.item.entries, *entries)))
                yield Flag("REORG_STAY", concerned, since=since, until=until, data=told)


def _window(case: dict[str, Any], months: int) -> str:
    """The first day of so many months before acceptance: a year before 2024-09-02 is 2023-09-02."""
    return add_months(parse_day(case["accepted_on"]), -months).isoformat()


def _avoidable_pledges(
    case: dict[str, Any], recorded: list[Recorded], pledges: list[Pledge], right: str
) -> Iterator[Flag]:
    """Security of the last year for a debt that had none before (BKL 31(3)).

    Where the contract does not say whether the debt is old, it may be: flagged as unknown.
    """
    marked = {
        item.fact.pledge: item.fact.earlier_debt
        for item in of_kinds(recorded, _CONTRACTS)
        if isinstance(item.fact, PledgeContracted)
    }
    for pledge in pledges:
        day = pledge.item.record.registered_on
        own = any(same_party(party.name, case["party"]) for party in pledge.fact.pledgors)
        if not (own or (case["owns"] and not pledge.fact.pledgors)):
            continue
        # The pledge's number at the register may be told under an id other than its contract's.
        earlier = marked.get(pledge.contract or pledge.fact.pledge)
        if _window(case, _AVOIDANCE_MONTHS) <= day <= case["accepted_on"] and earlier is not False:
            ground = "old_debt" if earlier else "old_debt_unknown"
            yield _avoidable(case, pledge.item, pledge.number, day, ground, right)


def _avoidable_transfers(
    case: dict[str, Any], recorded: list[Recorded], pledges: list[Pledge], right: str
) -> Iterator[Flag]:
    """Transfers of the last year for nothing, or for a price nobody told (BKL 31(1), (2)).

    Within the last six months one to a creditor of record, whose claim it may have paid (BKL 32).
    """
    priced = completions(recorded, right)
    for item in of_kinds(recorded, _TRANSFERS):
        fact = item.fact
        assert isinstance(fact, TransferRegistered | TransferContracted)
        if isinstance(fact, TransferContracted) and not passes_by_contract(right):
            continue
        day = title_day(item, right) or item.record.registered_on
        if not any(same_party(party.name, case["party"]) for party in fact.grantors):
            continue
        contract = priced.get(item.record.position)
        told = fact if contract is None else contract.fact
        ground = _ground(told.price if isinstance(told, TransferContracted) else None)
        creditors = {name for pledge in pledges for name in names(pledge.fact.pledgees)}
        to_creditor = any(same_party(party.name, name) for party in fact.grantees for name in creditors)
        if to_creditor and day >= _window(case, _PREFERENCE_MONTHS):
            ground = "preference"
        if ground is not None and _window(case, _AVOIDANCE_MONTHS) <= day <= case["accepted_on"]:
            yield _avoidable(case, item, item.record.number, day, ground, right)


def _ground(price: Amount | None) -> str | None:
    """A price that was told is not judged here; whether it is reasonable needs a valuation."""
    if price is None:
        return "price_unknown"
    return "free_transfer" if price.minor == 0 else None


def _avoidable(  # noqa: PLR0917  # what the flag speaks of
    case: dict[str, Any], item: Recorded, reference: str, day: str, ground: str, right: str
) -> Flag:
    data = {"right": right, "reference": reference, "day": day, "party": case["party"], "ground": ground}
    concerned = tuple(dict.fromkeys((*item.entries, *case["entries"])))
    return Flag("AVOIDABLE", concerned, since=case["accepted_on"], data=data)
