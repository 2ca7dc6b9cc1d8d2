"""Capital contributions in rights: a right moved to a company for equity (作价入股).

| event | meaning | class | tags |
|---|---|---|---|
| contribution.declared | a shareholder subscribed capital with rights (C-1 to C-7) | PARTY | asset, party, case |
| contribution.delivered | the company received the rights' technical files and means of use (C-2) | PARTY | asset, party, case |
| contribution.called | the company called in an overdue contribution (C-4) | PARTY | asset, party, case |
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Amount, Day, Fact, Party
from ledger.facts.documents import Sha256Hex

ContributionId = Annotated[str, Field(pattern=r"^con_[a-z0-9_-]{1,60}$")]


class _OfContribution(Fact):
    contribution: ContributionId

    def links(self) -> tuple[str, ...]:
        """The dossier of the contribution."""
        return (f"case:{self.contribution}",)


class ContributionDeclared(_OfContribution):
    """`contributor` subscribed `subscribed` of `company`'s capital, to be paid with all of `rights` together.

    `due_on` is the last day for payment by law or articles; `share` what of each right passes, where the
    contract agrees on co-ownership (C-6); `license` where only a right to use is contributed (C-7).
    """

    TYPE: ClassVar[str] = "contribution.declared"
    contributor: Party
    company: Party
    form: Literal["limited", "joint_stock"]
    founded_on: Day
    declared_on: Day
    due_on: Day
    subscribed: Amount
    mode: Literal["transfer", "license"] = "transfer"
    document: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The day it was declared."""
        return self.declared_on

    def parties(self) -> tuple[Party, ...]:
        """Shareholder and company."""
        return (self.contributor, self.company)


class ContributionDelivered(_OfContribution):
    """The company holds all it needs to use `rights` since `delivered_on` (C-2)."""

    TYPE: ClassVar[str] = "contribution.delivered"
    company: Party
    delivered_on: Day
    document: Sha256Hex

    @property
    def effective_on(self) -> str | None:
        """The day of delivery."""
        return self.delivered_on

    def parties(self) -> tuple[Party, ...]:
        """The company, which confirms it."""
        return (self.company,)


class ContributionCalled(_OfContribution):
    """The company's written call; unpaid shares are lost after `grace_until`, 60 days or more later (CoL 52)."""

    TYPE: ClassVar[str] = "contribution.called"
    company: Party
    called_on: Day
    grace_until: Day

    @property
    def effective_on(self) -> str | None:
        """The day of the call."""
        return self.called_on

    def parties(self) -> tuple[Party, ...]:
        """The company."""
        return (self.company,)
