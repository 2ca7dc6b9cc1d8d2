"""A right and its names.

| event | meaning | class | tags |
|---|---|---|---|
| right.registered | a register reports a right this ledger did not know | AUTHORITY | asset, party |
| right.described | further names, title, dates or holders of a known right | AUTHORITY | asset, party |
"""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, Text, Value
from ledger.values.rights import RightName, parse_right_id

TAGGED_LENGTH_MAX: Final = 100
"""No register's numbers are longer; what is longer is found by no tag."""


class NameGiven(Value):
    """One number of the right, and the day it was given."""

    kind: Literal["application", "publication", "grant", "registration", "international"]
    number: Text
    on: Day | None = None


class Particulars(Value):
    """What decides the term of a right and what its rules ask for, beyond its numbers (domain.md 2.1).

    Days a term counts from are stated; none is taken from a number, and a priority date starts no term
    (A-ID2).
    """

    international_filed_on: Day | None = None
    """Of a PCT application (PIR 119)."""
    parent_filed_on: Day | None = None
    """Of the application a divisional one was divided out of (PIR 49)."""
    priority_on: Day | None = None
    earliest_filed_on: Day | None = None
    """The earliest non-provisional filing whose benefit a US patent claims (35 USC 154(a)(2))."""
    adjustment_days: Annotated[int, Field(ge=0, le=10_000)] | None = None
    """Of a US term (35 USC 154(b), 156)."""
    disclaimed_after: Day | None = None
    """Last day left by a terminal disclaimer in the United States."""
    completed_on: Day | None = None
    """Of a work, software or layout design."""
    published_on: Day | None = None
    """First publication of a work or software."""
    first_exploited_on: Day | None = None
    """First commercial exploitation of a layout design anywhere (ICR 12)."""
    author_kind: Literal["natural_person", "legal_person"] | None = None
    """Whose life, or which publication, the term of a work counts from (CL 23)."""
    last_author_died_on: Day | None = None
    woody: bool | None = None
    """A vine, forest, fruit or other tree (PVR 34)."""
    mark_kind: Literal["ordinary", "collective", "certification"] | None = None
    goods: tuple[Text, ...] = ()
    """Nice classes, and goods below them, that a mark is registered for: `9/蓄电池`."""
    items: tuple[Text, ...] = ()
    """Property rights of CL 10 or SWR 8 that are registered; none named is all."""
    protection: Literal["mark", "product"] | None = None
    """How a geographical indication is protected: as a mark, or by announcement for a product (TML 16)."""
    same_day_invention: Text | None = None
    """Number of the invention application its applicant filed on the same day (PL 9; P-4(10))."""
    service_invention: bool | None = None
    """Made in execution of the employer's tasks (PL 6; T-19)."""


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
    particulars: Particulars | None = None
    extract_on: Day | None = None
    """The day of the register extract this rests on (A-10)."""

    def parties(self) -> tuple[Party, ...]:
        """Holders; inventors are named but are not tagged as owners or debtors."""
        return self.holders

    def links(self) -> tuple[str, ...]:
        """The numbers of a right that came with particulars, so that none is registered twice (A-1)."""
        if self.particulars is None:
            return ()
        short = (name for name in self.names if len(name.number) <= TAGGED_LENGTH_MAX)
        return tuple(name_tag(self.rights[0], name.kind, name.number) for name in short)


class RightRegistered(_Description):
    """A right came on the ledger; `rights` holds exactly its id."""

    TYPE: ClassVar[str] = "right.registered"


class RightDescribed(_Description):
    """More became known about a right that is on the ledger."""

    TYPE: ClassVar[str] = "right.described"


def name_tag(right: str, kind: str, number: str) -> str:
    """The tag under which a further number of a right is found: `record:name:CN:patent:grant:…`."""
    identity = parse_right_id(right)
    return f"record:name:{RightName(identity.office, identity.kind, kind, number).key}"
