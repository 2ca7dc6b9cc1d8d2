"""Floor 3: what is allowed. Commands, the rules each must pass, and the pure decision over them.

`PROCEDURES` has every kind of command by its name; `ledger.submission` reads what a decision needs and
appends what it says.
"""

from collections.abc import Iterator
from typing import Any, Final

from ledger.facts.base import Fact
from ledger.rules import (
    acts,
    claims,
    compensation,
    contributions,
    corrections,
    cover,
    disposals,
    enforcement,
    freezes,
    ground,
    insolvency,
    licenses,
    loans,
    open_licenses,
    papers,
    parties,
    pledge_applications,
    pledge_changes,
    pledges,
    pool_issues,
    pool_periods,
    pools,
    procedures,
    recordals,
    redemptions,
    releases,
    reports,
    rights,
    subsidies,
    substitutions,
    transfers,
    two_step,
    us_records,
    uses,
    valuations,
)
from ledger.rules.base import Finding, Procedure
from ledger.rules.reports import Contradiction, Supplement
from ledger.rules.situation import Situation

FAMILIES: Final = (
    ground,
    parties,
    papers,
    rights,
    procedures,
    pledges,
    pledge_applications,
    pledge_changes,
    claims,
    releases,
    enforcement,
    valuations,
    corrections,
    freezes,
    insolvency,
    licenses,
    open_licenses,
    recordals,
    uses,
    transfers,
    us_records,
    contributions,
    loans,
    compensation,
    subsidies,
    two_step,
    pools,
    pool_issues,
    pool_periods,
    redemptions,
    substitutions,
    disposals,
    cover,
)
"""The files of this floor that define commands, in the order they are read."""


def _together(finds: list[Contradiction]) -> Contradiction:
    def find(fact: Any, situation: Situation, day: str) -> Iterator[Finding]:
        for each in finds:
            yield from each(fact, situation, day)

    return find


def _contradictions() -> dict[type[Fact], Contradiction]:
    """Several families may have a say on one kind of fact."""
    found: dict[type[Fact], list[Contradiction]] = {}
    for family in FAMILIES:
        for fact, find in getattr(family, "CONTRADICTIONS", {}).items():
            found.setdefault(fact, []).append(find)
    return {fact: _together(finds) for fact, finds in found.items()}


CONTRADICTIONS: Final[dict[type[Fact], Contradiction]] = _contradictions()
"""What each kind of reported fact may break (N-2)."""

SUPPLEMENTS: Final[dict[type[Fact], Supplement]] = {
    fact: add for family in FAMILIES for fact, add in getattr(family, "SUPPLEMENTS", {}).items()
}
"""What is recorded beside each kind of reported fact."""


def assembled() -> dict[str, Procedure[Any]]:
    """The table of procedures, put together from the families; acts on acts are decided by all of it."""
    table = {
        procedure.command.KIND: procedure
        for procedure in (
            *(procedure for family in FAMILIES for procedure in family.PROCEDURES),
            reports.procedure(_contradictions(), SUPPLEMENTS),
        )
    }
    table.update((procedure.command.KIND, procedure) for procedure in acts.over(table))
    return table


PROCEDURES: Final[dict[str, Procedure[Any]]] = assembled()
"""Every kind of command, by the name it is submitted under."""
