"""Floor 3: what is allowed. Commands, the rules each must pass, and the pure decision over them.

`PROCEDURES` has every kind of command by its name; `ledger.submission` reads what a decision needs and
appends what it says.
"""

from typing import Any, Final

from ledger.facts.base import Fact
from ledger.rules import acts, corrections, ground, papers, reports, valuations
from ledger.rules.base import Procedure
from ledger.rules.reports import Contradiction

FAMILIES: Final = (ground, papers, valuations, corrections)
"""The files of this floor that define commands, in the order they are read."""

CONTRADICTIONS: Final[dict[type[Fact], Contradiction]] = {
    fact: find for family in FAMILIES for fact, find in getattr(family, "CONTRADICTIONS", {}).items()
}
"""What each kind of reported fact may break (N-2)."""

PROCEDURES: Final[dict[str, Procedure[Any]]] = {
    procedure.command.KIND: procedure
    for procedure in (
        *(procedure for family in FAMILIES for procedure in family.PROCEDURES),
        reports.procedure(CONTRADICTIONS),
    )
}
"""Every kind of command, by the name it is submitted under."""

PROCEDURES.update((procedure.command.KIND, procedure) for procedure in acts.over(PROCEDURES))
