"""Confidential fields after they were recorded: who opened them, what keeps them, when they were erased (PV-3, PV-4).

| event | meaning | class | tags |
|---|---|---|---|
| field.opened | a confidential field was about to be shown to somebody; no value (J-15) | OPERATOR | subject |
| subject.held | a reason against erasing the subject's fields: period, contract, freeze, claim (PV-4) | OPERATOR | subject |
| subject.hold_lifted | that reason fell away | OPERATOR | subject |
| subject.erasure_restricted | erasure was asked for and refused; the fields are only stored from here on (PV-4) | OPERATOR | subject |
| subject.erased | the subject's key was destroyed; commitments stay and open no more (PV-3) | OPERATOR | subject |
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from ledger.facts.base import Day, Fact, RightRef, Text

SubjectRef = Annotated[str, Field(pattern=r"^sub_[a-z2-7]{26}$")]
"""A data subject's random pseudonym in this ledger (PV-5)."""

HoldRef = Annotated[str, Field(pattern=r"^hld_[a-z2-7]{26}$")]


class HoldBasis(StrEnum):
    """Why the law lets a subject's fields be kept against its wish (PIPL 47, last paragraph; GDPR 17(3))."""

    STATUTORY_PERIOD = "STATUTORY_PERIOD"
    LIVE_CONTRACT = "LIVE_CONTRACT"
    FREEZE = "FREEZE"
    LEGAL_CLAIM = "LEGAL_CLAIM"


class _OfSubject(Fact):
    """A fact about a data subject; it concerns no right."""

    rights: tuple[RightRef, ...] = ()
    subject: SubjectRef
    reason: Text

    def links(self) -> tuple[str, ...]:
        """The subject."""
        return (f"subject:{self.subject}",)


class FieldOpened(_OfSubject):
    """The field at `path` of the entry at `position`; recorded before the value is handed out."""

    TYPE: ClassVar[str] = "field.opened"
    position: Annotated[int, Field(ge=1)]
    path: Text
    commitment: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    opened_by: Text
    role: Text
    order: Text | None = None
    """The order of a court or agency, by its number."""


class SubjectHeld(_OfSubject):
    """A hold; `until` is its last day, none means until it is lifted."""

    TYPE: ClassVar[str] = "subject.held"
    hold: HoldRef
    basis: HoldBasis
    until: Day | None = None


class SubjectHoldLifted(_OfSubject):
    """The end of a hold."""

    TYPE: ClassVar[str] = "subject.hold_lifted"
    hold: HoldRef


class SubjectErasureRestricted(_OfSubject):
    """An erasure refused for the holds named."""

    TYPE: ClassVar[str] = "subject.erasure_restricted"
    requested_by: Text
    holds: Annotated[tuple[HoldRef, ...], Field(min_length=1)]


class SubjectErased(_OfSubject):
    """An erasure carried out."""

    TYPE: ClassVar[str] = "subject.erased"
    requested_by: Text
