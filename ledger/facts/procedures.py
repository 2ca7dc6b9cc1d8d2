"""Procedures before an office, step by step (R-1): the right changes when its register says so, never at filing.

| event | meaning | class | tags |
|---|---|---|---|
| procedure.recorded | a procedure took a step | AUTHORITY; PARTY for what a party files itself | asset, party, case |
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, Text
from ledger.facts.status import CaseNumber

ProcedureKind = Literal[
    "grant",
    "transfer",
    "transmission",
    "owner_data_change",
    "pledge",
    "pledge_change",
    "pledge_cancellation",
    "license_recordal",
    "open_license",
    "surrender",
    "renewal",
    "restoration",
    "term_compensation",
    "compulsory_license",
    "other",
]
"""What is asked of the office (PIR 106)."""

Step = Literal["FILED", "DEFECT_NOTICED", "CURED", "REGISTERED", "REFUSED", "WITHDRAWN", "ANNOUNCED"]


class ProcedureRecorded(Fact):
    """The procedure `number` at `office` reached `step` on `on`."""

    TYPE: ClassVar[str] = "procedure.recorded"
    office: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_-]{1,30}$")]
    number: CaseNumber
    """The acceptance number; of a filing not yet accepted, the number it was filed under here."""
    filed_as: CaseNumber | None = None
    """The number it was filed under here, where the office has since given another."""
    kind: ProcedureKind
    step: Step
    on: Day
    applicants: tuple[Party, ...] = ()
    grantors: tuple[Party, ...] = ()
    grantees: tuple[Party, ...] = ()
    text: Text | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of the step."""
        return self.on

    def parties(self) -> tuple[Party, ...]:
        """Who filed, and both sides."""
        return self.applicants + self.grantors + self.grantees

    def links(self) -> tuple[str, ...]:
        """The procedure."""
        return (f"case:{self.office}/{self.number}",)
