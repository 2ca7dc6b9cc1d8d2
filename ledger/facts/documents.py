"""Documents: deposited ones (J-4) and those an act rests on. Of the bytes only the digest is told.

| event | meaning | class | tags |
|---|---|---|---|
| document.deposited | a file of this digest and size was held by the depositor | PARTY | document, asset where rights are named |
| document.filed | a paper the rules ask for was filed for these rights | PARTY; AUTHORITY from its issuer | asset, document, party |
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, RightRef, Text

Sha256Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hex."""


class DocumentDeposited(Fact):
    """A file, by its digest. Tags: `document:<sha256>`, and the rights it was deposited for, if any.

    A confidential title is left out here and stands in the entry's commitments under the path `/title`.
    """

    TYPE: ClassVar[str] = "document.deposited"
    rights: tuple[RightRef, ...] = ()
    sha256: Sha256Hex
    size: Annotated[int, Field(ge=0, le=2**53 - 1)]
    """In bytes."""
    media_type: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,100}$")]
    title: Text | None = None

    def links(self) -> tuple[str, ...]:
        """The document."""
        return (f"document:{self.sha256}",)


PaperKind = Literal[
    "contract",
    "export_certificate",
    "export_license",
    "outbound_review",
    "approval",
    "resolution",
    "shareholder_resolution",
    "disclosure",
    "valuation",
    "price_procedure",
    "evaluation_report",
    "agency_appointment",
    "translation",
    "register_extract",
    "register_certificate",
    "authority_document",
    "service_proof",
    "preemption_waiver",
    "inventor_waiver",
    "qualification",
    "coownership_agreement",
    "payment_proof",
    "consultation_record",
    "other",
]
"""What the rules ask for by name."""


class DocumentFiled(Fact):
    """A paper for acts on `rights`; `party` and `to` say whose act it is for, where it speaks of one only.

    `issued_on` is the paper's own day, `effective_from` the first and `until` the last day it counts.
    """

    TYPE: ClassVar[str] = "document.filed"
    kind: PaperKind
    number: Text | None = None
    issuer: Text | None = None
    issued_on: Day
    effective_from: Day | None = None
    until: Day | None = None
    party: Party | None = None
    to: tuple[Party, ...] = ()
    act: Text | None = None
    """The act it was filed for: a command id, or the id of a transfer, license or pledge."""
    sha256: Sha256Hex | None = None

    @property
    def effective_on(self) -> str | None:
        """The first day it counts."""
        return self.effective_from or self.issued_on

    def parties(self) -> tuple[Party, ...]:
        """Those it speaks of."""
        return (*((self.party,) if self.party else ()), *self.to)

    def links(self) -> tuple[str, ...]:
        """The document."""
        return (f"document:{self.sha256}",) if self.sha256 else ()
