"""Grounds on which an office refuses to register a pledge, one code each (P-4, P-5, P-6).

A ground is asked of one right at a time. `LASTING` ones are asked of the contract already: what they say
cannot be put right by the application, or takes another contract. The application is asked all of them.

Patents follow PPM (P-4). Layouts and varieties follow them by analogy, trademarks TPP (P-5), works and
software CPM (P-6). The law of pledges at other offices is not ours to apply: of their rights only owner,
force and freezes are asked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ledger.rules.base import Finding, Missing, Stage, refuse
from ledger.rules.common import coowner_consents, in_force, not_frozen
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    bundle_of,
    dispute_on,
    fees_late_on,
    holders_on,
    holdings_on,
    invalidation_pending_on,
    is_granted_on,
    last_day_in_force,
    licenses_on,
    pledges_on,
    status_on,
)
from ledger.values.parties import same_party
from ledger.values.rights import parse_right_id

PATENT_LIKE: Final = frozenset(("patent", "layout", "variety"))
AUTHORED: Final = frozenset(("copyright", "software"))


@dataclass(frozen=True, slots=True)
class Pledged:
    """What is to be pledged, as far as a ground asks for it; `consents_by` is the day consents must exist."""

    pledgors: tuple[str, ...]
    pledgees: tuple[str, ...]
    rights: tuple[str, ...]
    debt_until: str | None
    consents_by: str
    disclosed: tuple[str, ...] = ()
    proceeds_despite: tuple[str, ...] = ()
    term: str | None = None
    """Last day of the right as the contract states it, for rights whose register does not."""


Ground = Callable[[str, Statement, str, Pledged], Iterator[Finding]]
"""Findings on one right, its statement, on a legal day."""


def rule_of(right: str) -> str:
    """The rule that lists the grounds for this kind of right."""
    identity = parse_right_id(right)
    if identity.office != "CN":
        return "P-1"
    return "P-6" if identity.kind in AUTHORED else "P-5" if identity.kind == "trademark" else "P-4"


def in_name_of_owner(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-4(1), P-5, P-6: a pledgor is owner of record, by the name the register has now (PPM 11; TPP 8) [S].

    A name given up is refused too: the change of name is registered first (ID-5).
    """
    owners = [holding.name for holding in holdings_on(statement, day)]
    if any(same_party(owner, pledgor) for owner in owners for pledgor in pledged.pledgors):
        return
    code = "PLEDGE_NOT_PATENTEE" if _kind(right) == "patent" else "PLEDGE_NOT_OWNER"
    yield refuse(
        rule_of(right),
        code,
        right=right,
        party=list(pledged.pledgors),
        owner=owners,
    )


def not_ended(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-4(2), P-5, P-6: the right has not ended; a mark in its period of grace has, to this office [M]."""
    yield from in_force(rule_of(right), right, statement, day)
    status = status_on(statement, day)
    if status == "RENEWAL_GRACE":
        yield refuse(rule_of(right), "ASSET_NOT_IN_FORCE", right=right, status=status, day=day)


def granted(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-4(3): the right is granted; an application is not pledged (PPM 11) [S], a mark neither [M]."""
    if status_on(statement, day) not in ENDED_STATUSES and not is_granted_on(statement, day):
        yield refuse(rule_of(right), "NOT_GRANTED", right=right, day=day)


def fees_paid(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-4(4): no annual fee is unpaid, even inside the late period (PPM 11) [S]."""
    if rule_of(right) != "P-4" or not fees_late_on(statement, day):
        return
    late = [fee for fee in statement["fees"] if fee["due_on"] < day]
    yield refuse(
        "P-4", "ANNUAL_FEE_OVERDUE", right=right, day=late[-1]["due_on"], until=late[-1].get("late_until")
    )


def undisturbed(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-4(5), P-5: neither frozen nor suspended for an ownership dispute (PPM 11; FRZ 24; PIR 103) [V]."""
    yield from not_frozen(rule_of(right), right, statement, day)


def outlives_debt(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-4(6), P-6: the debt falls due by the last day of the right (PPM 11 [S]; CPM [S]).

    A trademark is renewed, so its period is no such ground (P-5). A debt due on the last day is in time.
    """
    last = last_day_in_force(statement) or pledged.term
    if rule_of(right) not in {"P-4", "P-6"} or last is None or pledged.debt_until is None:
        return
    if pledged.debt_until > last:
        yield refuse(
            rule_of(right),
            "DEBT_TERM_EXCEEDS_IP_TERM",
            right=right,
            pointer="/debt_until",
            until=pledged.debt_until,
            day=last,
        )


def coowners_agree(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-4(8), P-5, P-6: each co-owner pledges too or consented, to this pledgee (PL 14; CL 14) [V].

    A consent given after the contract was signed is good: it is asked for today.
    """
    if parse_right_id(right).office == "CN":
        yield from coowner_consents(
            rule_of(right),
            right,
            statement,
            max(day, pledged.consents_by),
            "pledge",
            acting=pledged.pledgors,
            to=pledged.pledgees,
        )


def not_pledged(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-4(9): the office registers no second pledge of a patent (PPM 11) [S]; of a mark it does (P-5)."""
    if rule_of(right) == "P-4":
        for pledge in pledges_on(statement, day):
            yield refuse(
                "P-4",
                "PLEDGE_ALREADY_REGISTERED",
                right=right,
                holder=holders_on(pledge, day),
                reference=pledge["reference"],
            )


def dual_filing_known(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-4(10): a utility model with a same-day invention, unless both sides proceed (PPM 11; PL 9) [S]."""
    twin = (statement.get("details") or {}).get("same_day_invention")
    if twin and rule_of(right) == "P-4" and "dual_filing" not in pledged.proceeds_despite:
        missing = Missing("declaration", None, right)
        yield refuse("P-4", "DUAL_FILING_NO_ACK", right=right, missing=missing, reference=twin)


def invalidation_known(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-4(11): an invalidation is pending, unless both sides proceed (PPM 11) [S]."""
    if rule_of(right) != "P-4" or "invalidation" in pledged.proceeds_despite:
        return
    if invalidation_pending_on(statement, day):
        cases = [
            str(case["case"])
            for case in statement.get("invalidations", ())
            if case["case"] and case["requested_on"] <= day
        ]
        missing = Missing("declaration", None, right)
        yield refuse("P-4", "INVALIDATION_PENDING_NO_ACK", right=right, missing=missing, reference=cases)


def bundled(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-5: identical and similar marks are pledged together (TPP 3) [S]."""
    left_out = [each for each in bundle_of(statement) if each not in pledged.rights]
    if rule_of(right) == "P-5" and left_out:
        yield refuse("P-5", "SIMILAR_MARKS_NOT_BUNDLED", right=right, pointer="/rights", reference=left_out)


def undisputed(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-6: nobody disputes who owns the work (CPM 12) [S]; for patents a suspension says it, P-4(5)."""
    if rule_of(right) == "P-6":
        for dispute in dispute_on(statement, day):
            if dispute["kind"] == "ownership":
                yield refuse("P-6", "OWNERSHIP_DISPUTED", right=right, reference=dispute["dispute"])


def licenses_disclosed(right: str, statement: Statement, day: str, pledged: Pledged) -> Iterator[Finding]:
    """P-6: the application names every license of the work granted before (CPM 6) [V]."""
    if rule_of(right) != "P-6":
        return
    for license_ in licenses_on(statement, day):
        if not {license_["id"], license_["reference"]} & set(pledged.disclosed):
            missing = Missing("disclosure", None, right)
            yield refuse(
                "P-6",
                "PRIOR_LICENCE_UNDISCLOSED",
                right=right,
                missing=missing,
                reference=license_["reference"] or license_["id"],
            )


LASTING: Final[tuple[tuple[Stage, Ground], ...]] = (
    (Stage.STATUS, not_ended),
    (Stage.STATUS, granted),
    (Stage.FREEZE, undisturbed),
    (Stage.ENTITLEMENT, in_name_of_owner),
    (Stage.ENTITLEMENT, undisputed),
    (Stage.CONSENTS, coowners_agree),
    (Stage.CONFLICTS, not_pledged),
    (Stage.FAMILY, outlives_debt),
    (Stage.FAMILY, bundled),
)
"""Asked of the contract and of the application."""

AT_APPLICATION: Final[tuple[tuple[Stage, Ground], ...]] = (
    (Stage.STATUS, fees_paid),
    (Stage.CONFLICTS, dual_filing_known),
    (Stage.CONFLICTS, invalidation_known),
    (Stage.CONFLICTS, licenses_disclosed),
)
"""Asked of the application only: a payment, a declaration or a list cures them."""

OF_A_REGISTRATION: Final[tuple[Ground, ...]] = (
    in_name_of_owner,
    not_ended,
    granted,
    fees_paid,
    undisturbed,
    outlives_debt,
    not_pledged,
)
"""What a registration reported by the office may break (N-2); consents and papers lie with the office."""


def _kind(right: str) -> str:
    return parse_right_id(right).kind
