"""The life of a right: grant, lapse, restoration, expiry, surrender, invalidation.

| event | meaning | class | tags |
|---|---|---|---|
| right.granted | the right was granted | AUTHORITY | asset |
| right.lapsed | it ended early; unpaid fees end it as of the due date (A-ID4) | AUTHORITY | asset |
| right.restored | a lapse was undone, as if never interrupted (PIR 6) | AUTHORITY | asset |
| right.expired | its term ended | AUTHORITY | asset |
| right.surrendered | the owner gave it up (A-7) | AUTHORITY | asset |
| right.renewed | its term was extended by renewal | AUTHORITY | asset |
| application.ended | refused, withdrawn or deemed withdrawn before grant | AUTHORITY | asset |
| invalidation.decided | declared invalid, appealable (A-4) | AUTHORITY | asset |
| invalidation.became_final | void from grant (PL 47) | AUTHORITY | asset |
"""

from typing import ClassVar, Literal

from ledger.facts.base import Day, Fact, Text


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


class InvalidationDecided(_OfStatus):
    """Invalidity was declared and may still be appealed; the right stays in force, flagged (A-4)."""

    TYPE: ClassVar[str] = "invalidation.decided"
    scope: Literal["full", "part"]


class InvalidationBecameFinal(_OfStatus):
    """Invalidity is final: the right is deemed never to have existed (to that extent)."""

    TYPE: ClassVar[str] = "invalidation.became_final"
    scope: Literal["full", "part"]
