"""Checks several families share, each finding under the rule that asks for it.

All take the right, its statement and the legal day, and yield what stands in the way.
"""

from collections.abc import Collection, Iterator
from typing import Any

from ledger.rules.base import Finding, Missing, refuse
from ledger.rules.papers import consent_for
from ledger.statement.insolvency import may_be_enforced, stayed_pledges_on
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    freezes_on,
    holders_on,
    holdings_on,
    insolvencies_on,
    late_fees_on,
    pledges_on,
    status_on,
    suspensions_on,
)
from ledger.values.parties import same_party


def in_force(rule: str, right: str, statement: Statement, day: str) -> Iterator[Finding]:
    """The right has not ended; an application is no ended right."""
    status = status_on(statement, day)
    if status in ENDED_STATUSES:
        yield refuse(rule, "ASSET_NOT_IN_FORCE", right=right, status=status, day=day)


def not_frozen(
    rule: str, right: str, statement: Statement, day: str, *, acting: Collection[str] | None = None
) -> Iterator[Finding]:
    """F-8, F-12: no freeze in effect (FRZ 24, PIR 104), no suspension for a dispute (PIR 103, 105).

    `acting` are those who dispose of shares of their own: a freeze that was limited to the debtors' share
    after a partition does not stand against other co-owners (F-10, FRZ 12).
    """
    for freeze in freezes_on(statement, day):
        if acting and not _reaches(statement, freeze, day, acting):
            continue
        yield refuse(
            rule,
            "ASSET_FROZEN",
            right=right,
            reference=freeze["reference"],
            holder=holders_on(freeze, day),
            until=freeze["until"],
        )
    for suspension in suspensions_on(statement, day):
        yield refuse(
            rule,
            "PROCEDURE_SUSPENDED",
            right=right,
            reference=suspension["reference"],
            until=suspension["until"],
        )


def _reaches(statement: Statement, freeze: dict[str, Any], day: str, acting: Collection[str]) -> bool:
    """Whether a freeze stands against those who act; one that names no debtor stands against all."""
    limited = any(
        step["from"] <= day
        for each in statement.get("freezes", ())
        if each["id"] == freeze["id"]
        for step in each["shares"]
    )
    return not limited or not freeze["grantors"] or any(is_among(name, freeze["grantors"]) for name in acting)


def not_stayed(rule: str, right: str, statement: Statement, day: str, party: str) -> Iterator[Finding]:
    """F-13: no execution and no payment to a single creditor while `party` is insolvent (BKL 16, 19)."""
    for case in insolvencies_on(statement, day):
        if case["owns"] and same_party(case["party"], party):
            yield refuse(
                rule,
                "INSOLVENCY_STAY",
                right=right,
                party=case["party"],
                day=case["accepted_on"],
                reference=case["reference"],
            )


def not_paused(rule: str, right: str, statement: Statement, day: str, pledge: str) -> Iterator[Finding]:
    """F-15: no pledge is enforced during reorganization, unless the court allowed this one (BKL 75)."""
    for case in stayed_pledges_on(statement, day):
        if not may_be_enforced(case, pledge, day):
            yield refuse(rule, "REORG_STAY", right=right, party=case["party"], reference=pledge)


def fees_paid(rule: str, right: str, statement: Statement, day: str) -> Iterator[Finding]:
    """No annual fee is late: late, the right is in force, but nothing is recorded on it (A-6).

    PPM 11, PIR 86, LRM 12; a transfer is not barred [M]. Where nobody said whether a fee was paid, the view
    flags `FEE_STATUS_UNKNOWN`, and no act is stopped by a guess.
    """
    for fee in late_fees_on(statement, day):
        yield refuse(rule, "ANNUAL_FEE_OVERDUE", right=right, day=fee["due_on"], until=fee["late_until"])


def alienable(rule: str, right: str, statement: Statement) -> Iterator[Finding]:
    """A geographical indication protected for a product is nobody's to convey (TML 3, 16; consequence [M]).

    Only one that is known to be protected as a collective or certification mark is alienable; where nobody
    said how it is protected, it is taken not to be.
    """
    if right.split(":")[1] != "geographical_indication":
        return
    if statement.get("details", {}).get("protection") != "mark":
        yield refuse(rule, "RIGHT_NOT_TRANSFERABLE", right=right, field="right")


def pledgee_consents(  # every one of them narrows what a consent covers
    rule: str,
    right: str,
    statement: Statement,
    day: str,
    act: str,
    *,
    to: tuple[str, ...],
    license_kind: str | None = None,
    priced: bool = True,
) -> Iterator[Finding]:
    """Every pledgee of record consented in writing, naming the other side, and the price is routed (CC 444).

    `priced` is False where nothing is paid, so that there are no proceeds to route.
    """
    for pledge in pledges_on(statement, day):
        for holder in holders_on(pledge, day):
            consent = consent_for(
                statement,
                day,
                giver=holder,
                role="pledgee",
                act=act,
                to=to,
                license_kind=license_kind,
                pledge=pledge["id"],
            )
            if consent is None:
                missing = Missing("consent", holder, right)
                yield refuse(
                    rule,
                    "PLEDGEE_CONSENT_MISSING",
                    right=right,
                    missing=missing,
                    holder=holder,
                    reference=pledge["reference"],
                )
            elif priced and consent["proceeds"] is None:
                yield refuse(
                    rule,
                    "PROCEEDS_ROUTE_MISSING",
                    right=right,
                    missing=Missing("proceeds_route", holder, right),
                    holder=holder,
                    reference=pledge["reference"],
                )


def coowner_consents(  # every one of them narrows what a consent covers
    rule: str,
    right: str,
    statement: Statement,
    day: str,
    act: str,
    *,
    acting: Collection[str],
    to: tuple[str, ...] = (),
    license_kind: str | None = None,
) -> Iterator[Finding]:
    """Every co-owner of record acts itself or consented (PL 14); a sole owner has nobody to ask."""
    holdings = holdings_on(statement, day)
    if len(holdings) < 2:  # one owner is no co-owner
        return
    for holding in holdings:
        if any(holding.is_called(name) for name in acting):
            continue
        given = consent_for(
            statement, day, giver=holding.name, role="coowner", act=act, to=to, license_kind=license_kind
        )
        if given is None:
            yield refuse(
                rule,
                "COOWNER_CONSENT_MISSING",
                right=right,
                missing=Missing("consent", holding.name, right),
                holder=holding.name,
                owner=holding.name,
            )


def are_owners(  # noqa: PLR0917  # the first five are the same in every check
    rule: str, code: str, right: str, statement: Statement, day: str, names: Collection[str]
) -> Iterator[Finding]:
    """Each of `names` is an owner of record; `code` says it for the family that asks."""
    holdings = holdings_on(statement, day)
    for name in names:
        if not any(holding.is_called(name) for holding in holdings):
            owner = [holding.name for holding in holdings]
            yield refuse(rule, code, right=right, party=name, owner=owner)


def is_among(name: str, names: Collection[Any]) -> bool:
    """Whether a party of this name is one of `names`."""
    return any(same_party(str(each), name) for each in names)
