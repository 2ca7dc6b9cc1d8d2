"""Court measures: property preservation, execution freezes, suspensions for a dispute over ownership.

| event | meaning | class | tags |
|---|---|---|---|
| freeze.imposed | a preservation or freeze (保全, 冻结) took effect at the register (F-1); with a stage it queues (F-5) | AUTHORITY | asset, party, freeze |
| freeze.renewed | a renewal notice (续行冻结) was served (F-3) | AUTHORITY | asset, party, freeze |
| freeze.converted | preservation turned into an execution freeze, its time running on (F-4) | AUTHORITY | asset, freeze |
| freeze.limited | after an agreed partition only the debtor's share stays frozen (F-10) | AUTHORITY | asset, freeze |
| freeze.lifted | it was lifted | AUTHORITY | asset, freeze |
| freeze.ceiling_set | the longest terms the law allowed when the notice was recorded (F-2) | OPERATOR | asset, freeze |
| disposal.completed | the court that froze first disposed of the right, whole or in part (F-6) | AUTHORITY | asset, freeze |
| suspension.started | procedures stopped for an ownership dispute (中止, F-12) | AUTHORITY | asset, case |
| suspension.extended | the suspension goes on | AUTHORITY | asset, case |
| suspension.ended | the procedures were resumed | AUTHORITY | asset, case |

A second `freeze.imposed` with the same `freeze` completes the first: it may bring the time of service that
was missing. A fact without any of the optional members means what it meant before there were any.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from ledger.facts.base import Day, Fact, Party, Share, Text
from ledger.values.dates import day_of, parse_moment

Stage = Literal["preservation", "execution"]
"""Preservation (财产保全) before judgment, or a freeze in execution (执行中冻结)."""

TermMonths = Annotated[int, Field(ge=1, le=1200)]


def _is_moment(text: str) -> str:
    parse_moment(text)
    return text


Moment = Annotated[str, AfterValidator(_is_moment)]
"""A day, or an instant with zone: `2024-01-15T10:30:00+08:00`."""


def service_day(served_at: str) -> str:
    """The Shanghai day of a service."""
    return day_of(parse_moment(served_at)).isoformat()


class _OfFreeze(Fact):
    registered_on: Day | None = None
    text: Text | None = None


class FreezeImposed(_OfFreeze):
    """A freeze took effect; `until` only where the document states it (F-1).

    `stage` says that the notice itself was seen: such a freeze of a Chinese right takes its place in the
    queue by `served_at` (else by `effective_from` or `registered_on`), and waits for proof of service where
    none of the three is known.
    """

    TYPE: ClassVar[str] = "freeze.imposed"
    freeze: Text
    """`frz_…`"""
    effective_from: Day | None = None
    until: Day | None = None
    authorities: tuple[Party, ...] = ()
    levy: bool = False
    """A levy of execution (Zwangsvollstreckung) rather than preservation."""
    stage: Stage | None = None
    served_at: Moment | None = None
    """When the register received the notice (F-1)."""
    term_months: TermMonths | None = None
    """The term the notice states, counted from the day the freeze is live."""
    debtors: tuple[Party, ...] | None = None
    """Whose property is frozen."""
    published_on: Day | None = None
    """When the register made the freeze public (F-8)."""
    unpublished_object: bool | None = None
    """The object is an unpublished work or undisclosed invention (F-11)."""

    @property
    def effective_on(self) -> str | None:
        """The day of service, else the day the register gives."""
        return service_day(self.served_at) if self.served_at else super().effective_on

    def parties(self) -> tuple[Party, ...]:
        """The courts, and the debtors where named."""
        return self.authorities + (self.debtors or ())

    def links(self) -> tuple[str, ...]:
        """The freeze."""
        return (f"freeze:{self.freeze}",)


class FreezeRenewed(_OfFreeze):
    """The notice that renews a freeze was served; too late, it is a new freeze at the end of the queue (F-3)."""

    TYPE: ClassVar[str] = "freeze.renewed"
    freeze: Text
    served_at: Moment
    until: Day | None = None
    term_months: TermMonths | None = None
    """The term the notice states, counted from the last day of the running one."""
    authorities: tuple[Party, ...] = ()
    debtors: tuple[Party, ...] | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of service."""
        return service_day(self.served_at)

    def parties(self) -> tuple[Party, ...]:
        """The courts, and the debtors where named."""
        return self.authorities + (self.debtors or ())

    def links(self) -> tuple[str, ...]:
        """The freeze."""
        return (f"freeze:{self.freeze}",)


class _OnFreeze(_OfFreeze):
    freeze: Text
    effective_from: Day

    def links(self) -> tuple[str, ...]:
        """The freeze."""
        return (f"freeze:{self.freeze}",)


class FreezeConverted(_OnFreeze):
    """The case came to execution; the freeze goes on as an execution freeze (F-4)."""

    TYPE: ClassVar[str] = "freeze.converted"


class FreezeLimited(_OnFreeze):
    """The co-owners partitioned with the creditor's or court's approval: only `share` stays frozen (F-10)."""

    TYPE: ClassVar[str] = "freeze.limited"
    share: Share


class FreezeLifted(_OfFreeze):
    """A freeze was lifted; without `freeze` the source does not say which."""

    TYPE: ClassVar[str] = "freeze.lifted"
    freeze: Text | None = None
    ended_on: Day | None = None

    def links(self) -> tuple[str, ...]:
        """The freeze, where named."""
        return (f"freeze:{self.freeze}",) if self.freeze else ()


class FreezeCeilingSet(Fact):
    """The ceilings in months for freezes of `rights`, in force on `since`, recorded beside a notice (F-2).

    They are recorded so that the statement does not change when the policy does.
    """

    TYPE: ClassVar[str] = "freeze.ceiling_set"
    REPORTABLE: ClassVar[bool] = False
    freeze: Text
    preservation_months: TermMonths
    execution_months: TermMonths
    since: Day

    @property
    def effective_on(self) -> str | None:
        """The day they were looked up for."""
        return self.since

    def links(self) -> tuple[str, ...]:
        """The freeze."""
        return (f"freeze:{self.freeze}",)


class DisposalCompleted(_OfFreeze):
    """The right was disposed of in execution: wholly, or with `remainder` left (F-6)."""

    TYPE: ClassVar[str] = "disposal.completed"
    freeze: Text | None = None
    """That of the court that disposed; none where the source does not say."""
    effective_from: Day
    scope: Literal["full", "part"]
    remainder: Share | None = None

    def links(self) -> tuple[str, ...]:
        """The freeze, where named."""
        return (f"freeze:{self.freeze}",) if self.freeze else ()


class _OfSuspension(Fact):
    suspension: Text
    """`sus_…`"""
    registered_on: Day | None = None
    text: Text | None = None

    def links(self) -> tuple[str, ...]:
        """The case of the suspension."""
        return (f"case:{self.suspension}",)


class SuspensionStarted(_OfSuspension):
    """The office stopped its procedures for an ownership dispute, one year unless `until` is stated (F-12)."""

    TYPE: ClassVar[str] = "suspension.started"
    effective_from: Day
    until: Day | None = None
    authorities: tuple[Party, ...] = ()
    requesters: tuple[Party, ...] = ()

    def parties(self) -> tuple[Party, ...]:
        """Who suspended, and on whose request."""
        return self.authorities + self.requesters


class SuspensionExtended(_OfSuspension):
    """The office granted more time; without `until` none is stated."""

    TYPE: ClassVar[str] = "suspension.extended"
    effective_from: Day
    until: Day | None = None


class SuspensionEnded(_OfSuspension):
    """The dispute was settled and the procedures resumed."""

    TYPE: ClassVar[str] = "suspension.ended"
    ended_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day they resumed."""
        return self.ended_on
