"""A right and its names.

| event | meaning | class | tags |
|---|---|---|---|
| right.registered | a register reports a right this ledger did not know | AUTHORITY | asset, party |
| right.described | further names, title, dates or holders of a known right | AUTHORITY | asset, party |
"""

from typing import ClassVar, Literal

from ledger.facts.base import Day, Fact, Party, Text, Value


class NameGiven(Value):
    """One number of the right, and the day it was given."""

    kind: Literal["application", "publication", "grant", "registration", "international"]
    number: Text
    on: Day | None = None


class _Description(Fact):
    sort: Literal["invention", "utility_model", "design", "plant"] | None = None
    names: tuple[NameGiven, ...] = ()
    title: Text | None = None
    filed_on: Day | None = None
    granted_on: Day | None = None
    expires_on: Day | None = None
    holders: tuple[Party, ...] = ()
    """Owners of record as the register states them, where it does."""
    inventors: tuple[Party, ...] = ()

    def parties(self) -> tuple[Party, ...]:
        """Holders; inventors are named but are not tagged as owners or debtors."""
        return self.holders


class RightRegistered(_Description):
    """A right came on the ledger; `rights` holds exactly its id."""

    TYPE: ClassVar[str] = "right.registered"


class RightDescribed(_Description):
    """More became known about a right that is on the ledger."""

    TYPE: ClassVar[str] = "right.described"
