"""Insolvency of a party, and what it does to the rights it owns.

| event | meaning | class | tags |
|---|---|---|---|
| insolvency.accepted | a court accepted the petition (受理破产申请): freezes end, execution stops (F-13) | AUTHORITY | asset, party, case |
| insolvency.converted | from liquidation to reorganization or composition, or back (F-15) | AUTHORITY | asset, case |
| insolvency.ended | the proceedings were closed, or the petition dismissed | AUTHORITY | asset, case |
| insolvency.license_decided | the administrator chose to go on with a license or to rescind it (F-13) | AUTHORITY | asset, license, case |
| insolvency.enforcement_allowed | the court let a pledge be enforced during reorganization (F-15) | AUTHORITY | asset, pledge, case |

`rights` are all rights the proceedings concern: those the party owns, and those it gave away or pledged in
the year before, because each of their statements changes.
"""

from typing import ClassVar, Literal

from ledger.facts.base import Day, Fact, Party, Text

ProcedureKind = Literal["liquidation", "reorganization", "composition"]
"""破产清算, 重整, 和解."""


class _OfInsolvency(Fact):
    insolvency: Text
    """`ins_…`"""
    registered_on: Day | None = None
    text: Text | None = None

    def links(self) -> tuple[str, ...]:
        """The proceedings."""
        return (f"case:{self.insolvency}",)


class InsolvencyAccepted(_OfInsolvency):
    """The petition against `party` was accepted on `accepted_on` (BKL 10 to 13)."""

    TYPE: ClassVar[str] = "insolvency.accepted"
    party: Party
    procedure: ProcedureKind
    accepted_on: Day
    authorities: tuple[Party, ...] = ()
    administrator: Party | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of acceptance."""
        return self.accepted_on

    def parties(self) -> tuple[Party, ...]:
        """The debtor, the court and the administrator."""
        return (self.party, *self.authorities, *((self.administrator,) if self.administrator else ()))


class InsolvencyConverted(_OfInsolvency):
    """The proceedings go on as another kind."""

    TYPE: ClassVar[str] = "insolvency.converted"
    procedure: ProcedureKind
    effective_from: Day


class InsolvencyEnded(_OfInsolvency):
    """The proceedings are over."""

    TYPE: ClassVar[str] = "insolvency.ended"
    outcome: Literal["closed", "plan_approved", "dismissed", "other"]
    ended_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day they ended."""
        return self.ended_on


class InsolvencyLicenseDecided(_OfInsolvency):
    """The administrator gave notice whether the license goes on (BKL 18)."""

    TYPE: ClassVar[str] = "insolvency.license_decided"
    license: Text
    choice: Literal["continued", "rescinded"]
    decided_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day of the notice."""
        return self.decided_on

    def links(self) -> tuple[str, ...]:
        """The proceedings and the license."""
        return (*super().links(), f"license:{self.license}")


class InsolvencyEnforcementAllowed(_OfInsolvency):
    """The value of the pledged right is at risk, and the court lets the pledgee enforce (BKL 75)."""

    TYPE: ClassVar[str] = "insolvency.enforcement_allowed"
    pledge: Text
    effective_from: Day

    def links(self) -> tuple[str, ...]:
        """The proceedings and the pledge."""
        return (*super().links(), f"pledge:{self.pledge}")
