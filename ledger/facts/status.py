"""The life of a right: grant, lapse, restoration, expiry, surrender, invalidation.

| event | meaning | class | tags |
|---|---|---|---|
| right.granted | the right was granted | AUTHORITY | asset |
| right.lapsed | it ended early; unpaid fees end it as of the due date (A-ID4) | AUTHORITY | asset |
| right.restored | a lapse was undone, as if never interrupted (PIR 6) | AUTHORITY | asset |
| right.expired | its term ended | AUTHORITY | asset |
| right.surrendered | the owner gave it up (A-7) | AUTHORITY | asset |
| right.renewed | its term was extended by renewal | AUTHORITY | asset |
| right.not_renewed | a mark was struck because nobody renewed it (TMR 74) | AUTHORITY | asset |
| right.revoked | revoked by its office, from the announcement on (TML 55) | AUTHORITY | asset |
| right.term_compensated | days were added to its term (PL 42) | AUTHORITY | asset |
| application.ended | refused, withdrawn or deemed withdrawn before grant | AUTHORITY | asset |
| invalidation.requested | somebody asked for invalidation | AUTHORITY | asset, case |
| invalidation.dismissed | the request ended without effect, or the decision on it was quashed | AUTHORITY | asset, case |
| invalidation.decided | declared invalid, appealable (A-4) | AUTHORITY | asset, case |
| invalidation.became_final | void from grant (PL 47) | AUTHORITY | asset, case |
| fee.paid | the fee of a year was paid (A-ID4) | AUTHORITY | asset |
| fee.unpaid | the fee of a year was not paid when due | AUTHORITY | asset |
| dispute.raised | a dispute about the right was brought before a court or office | AUTHORITY | asset, case |
| dispute.ended | it ended | AUTHORITY | asset, case |
| surrender.declared | the owner declared surrender; the right ends by the register (A-7) | PARTY | asset, party |
| marks.listed | marks of one owner that go together as similar (T-13) | AUTHORITY, OPERATOR | asset |
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, Text

CaseNumber = Annotated[str, Field(pattern=r"^[^\s\x00][^\n\x00]{0,127}$")]
"""The number of proceedings at a court or office, short enough for a tag."""


class _OfStatus(Fact):
    effective_from: Day | None = None
    registered_on: Day | None = None
    """The gazette or register day."""
    text: Text | None = None


class RightGranted(_OfStatus):
    """The right was granted or registered by its office."""

    TYPE: ClassVar[str] = "right.granted"


class RightLapsed(_OfStatus):
    """The right ended before its term, as of `effective_from`."""

    TYPE: ClassVar[str] = "right.lapsed"
    cause: Literal["fee", "other"] = "other"


class RightRestored(_OfStatus):
    """A lapse was undone."""

    TYPE: ClassVar[str] = "right.restored"


class RightExpired(_OfStatus):
    """The term ended."""

    TYPE: ClassVar[str] = "right.expired"


class RightSurrendered(_OfStatus):
    """The owner surrendered the right; `partly` where claims or goods remain."""

    TYPE: ClassVar[str] = "right.surrendered"
    partly: bool = False


class RightRenewed(_OfStatus):
    """The right was renewed."""

    TYPE: ClassVar[str] = "right.renewed"
    expires_on: Day | None = None


class ApplicationEnded(_OfStatus):
    """The application ended without grant."""

    TYPE: ClassVar[str] = "application.ended"
    cause: Literal["refused", "withdrawn", "other"] = "other"


class RightNotRenewed(_OfStatus):
    """A mark was struck for want of renewal; `effective_from` is the day after its last (TMR 74)."""

    TYPE: ClassVar[str] = "right.not_renewed"


class RightRevoked(_OfStatus):
    """The office revoked the right; it ends with the announcement (TML 55)."""

    TYPE: ClassVar[str] = "right.revoked"
    cause: Literal["non_use", "generic", "change_without_permission", "office", "other"] = "other"


class TermCompensated(_OfStatus):
    """`days` were added for a delay of grant or for the time a drug took to be approved (PL 42(2), (3))."""

    TYPE: ClassVar[str] = "right.term_compensated"
    days: Annotated[int, Field(ge=1, le=10_000)]
    ground: Literal["grant_delay", "drug_approval"]


class _OfInvalidation(_OfStatus):
    case: CaseNumber | None = None
    """The number of the proceedings, where known."""

    def links(self) -> tuple[str, ...]:
        """The proceedings."""
        return (f"case:{self.case}",) if self.case else ()


class InvalidationRequested(_OfInvalidation):
    """Somebody asked the office to declare the right invalid (PL 45); it stays in force."""

    TYPE: ClassVar[str] = "invalidation.requested"


class InvalidationDismissed(_OfInvalidation):
    """The right stands: the request failed or was withdrawn, or a court quashed the decision.

    Without `case` it ends every request and decision that is open.
    """

    TYPE: ClassVar[str] = "invalidation.dismissed"
    cause: Literal["maintained", "withdrawn", "decision_quashed"]


class InvalidationDecided(_OfInvalidation):
    """Invalidity was declared and may still be appealed; the right stays in force, flagged (A-4)."""

    TYPE: ClassVar[str] = "invalidation.decided"
    scope: Literal["full", "part"]


class InvalidationBecameFinal(_OfInvalidation):
    """Invalidity is final: the right is deemed never to have existed (to that extent)."""

    TYPE: ClassVar[str] = "invalidation.became_final"
    scope: Literal["full", "part"]


class _OfFee(Fact):
    year: Annotated[int, Field(ge=1, le=100)] | None = None
    """Counted from the filing date, the first being 1."""
    due_on: Day | None = None
    """Where it cannot be reckoned from filing date and year."""
    registered_on: Day | None = None
    text: Text | None = None


class FeePaid(_OfFee):
    """The fee of a year was paid. That of an earlier year is not thereby known to be."""

    TYPE: ClassVar[str] = "fee.paid"
    paid_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day of payment."""
        return self.paid_on


class FeeUnpaid(_OfFee):
    """The office says that the fee of a year was not paid by its due date (PIR 115)."""

    TYPE: ClassVar[str] = "fee.unpaid"
    stated_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day it was said."""
        return self.stated_on


class _OfDispute(Fact):
    dispute: CaseNumber
    """The number of the case."""
    effective_from: Day | None = None
    registered_on: Day | None = None
    text: Text | None = None

    def links(self) -> tuple[str, ...]:
        """The case."""
        return (f"case:{self.dispute}",)


class DisputeRaised(_OfDispute):
    """Somebody claims the right, or disputes something of it; by itself it stops no procedure (F-12 does)."""

    TYPE: ClassVar[str] = "dispute.raised"
    kind: Literal["ownership", "inventorship", "remuneration", "other"]
    claimants: tuple[Party, ...] = ()
    authority: Text | None = None
    """The court or office it is before."""

    def parties(self) -> tuple[Party, ...]:
        """Those who claim."""
        return self.claimants


class DisputeEnded(_OfDispute):
    """The dispute is over, however it ended; a change of owner is a fact of its own."""

    TYPE: ClassVar[str] = "dispute.ended"


class SurrenderDeclared(Fact):
    """The owners declared that they give the right up; it ends when the register says so (N-1, A-7)."""

    TYPE: ClassVar[str] = "surrender.declared"
    owners: Annotated[tuple[Party, ...], Field(min_length=1)]
    partly: bool = False
    declared_on: Day
    text: Text | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of the declaration."""
        return self.declared_on

    def parties(self) -> tuple[Party, ...]:
        """The owners."""
        return self.owners


class MarksListed(Fact):
    """`rights` are identical or similar marks on identical or similar goods (TML 42)."""

    TYPE: ClassVar[str] = "marks.listed"
    listed_on: Day
    text: Text | None = None

    @property
    def effective_on(self) -> str | None:
        """The day of the list."""
        return self.listed_on
