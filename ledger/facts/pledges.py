"""Pledges and security interests as registers record them.

| event | meaning | class | tags |
|---|---|---|---|
| pledge.registered | a pledge stands in the register; its rank follows from this day (P-7) | AUTHORITY; PARTY for US recordings | asset, party, pledge |
| pledge.changed | the registered pledge was changed | same | asset, pledge |
| pledge.assigned | the pledgee of record changed (P-12) | same | asset, party, pledge |
| pledge.released | a release was recorded or the entry struck (P-21) | same | asset, party, pledge |

A grantee of a security interest is the secured party, never an owner.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, Text


class _OfPledge(Fact):
    executed_on: Day | None = None
    registered_on: Day | None = None
    text: Text | None = None


class PledgeRegistered(_OfPledge):
    """A pledge of `rights` was registered for `pledgees`."""

    TYPE: ClassVar[str] = "pledge.registered"
    pledge: Text
    """`pld_…`"""
    pledgors: tuple[Party, ...] = ()
    pledgees: tuple[Party, ...] = ()
    lien: bool = False
    """The register calls it a lien or levy rather than an agreement."""

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.pledgors + self.pledgees

    def links(self) -> tuple[str, ...]:
        """The pledge."""
        return (f"pledge:{self.pledge}",)


class PledgeChanged(_OfPledge):
    """The registered pledge was changed; `before` and `after` are the register's words."""

    TYPE: ClassVar[str] = "pledge.changed"
    pledge: Text
    item: Text | None = None
    before: Text | None = None
    after: Text | None = None

    def links(self) -> tuple[str, ...]:
        """The pledge."""
        return (f"pledge:{self.pledge}",)


class PledgeAssigned(_OfPledge):
    """The secured party conveyed its interest; `pledges` may be empty where the deed names none."""

    TYPE: ClassVar[str] = "pledge.assigned"
    pledges: tuple[Text, ...] = ()
    references: tuple[Text, ...] = ()
    grantors: Annotated[tuple[Party, ...], Field(min_length=1)]
    grantees: Annotated[tuple[Party, ...], Field(min_length=1)]

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.grantors + self.grantees

    def links(self) -> tuple[str, ...]:
        """The pledges named."""
        return tuple(f"pledge:{pledge}" for pledge in self.pledges)


class PledgeReleased(_OfPledge):
    """A release: it frees a right only of a pledge that it names (or clearly means) on that right.

    `references` are the recordings it names, normalized; `pledges` their ids. `omits` are rights under a
    named pledge that this release leaves out: they stay encumbered and are told so.
    """

    TYPE: ClassVar[str] = "pledge.released"
    pledges: tuple[Text, ...] = ()
    references: tuple[Text, ...] = ()
    releasors: tuple[Party, ...] = ()
    beneficiaries: tuple[Party, ...] = ()
    omits: tuple[Text, ...] = ()
    ended_on: Day | None = None
    """The day the register gives for the end, where it gives one."""

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.releasors + self.beneficiaries

    def links(self) -> tuple[str, ...]:
        """The pledges named, and the rights left out, whose statement a release can change too."""
        return tuple(f"pledge:{pledge}" for pledge in self.pledges) + tuple(
            f"asset:{right}" for right in self.omits
        )
