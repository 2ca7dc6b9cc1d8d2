"""Changes of owner, and changes of an owner's name.

| event | meaning | class | tags |
|---|---|---|---|
| transfer.contracted | a transfer contract was signed; title passes at registration, of works and software at once (T-4) | PARTY | asset, party |
| transmission.claimed | who acquired without a contract says so with an authority's document (T-18) | PARTY | asset, party |
| transfer.registered | an assignment (转让) stands in the register | AUTHORITY; PARTY for US recordings (U-2) | asset, party |
| transmission.registered | a merger, inheritance, judgment (移转) | same | asset, party |
| party.renamed | an owner's name changed, the owner did not (ID-5) | same | asset, party |
| party.address_changed | an address changed; it is kept in the source bytes only (PV-1) | same | asset, party |
| conveyance.qualified | what decides priority between two conveyances: value, notice, good faith (U-3 to U-5) | PARTY; AUTHORITY from a court | asset |
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Amount, Day, Fact, Party, RightRef, Share, Text, Value
from ledger.facts.documents import Sha256Hex

Parties = Annotated[tuple[Party, ...], Field(min_length=1)]
TransferRef = Annotated[str, Field(pattern=r"^trf_[a-z0-9_-]{1,60}$")]
ExportClass = Literal["prohibited", "restricted", "free"]
"""Of a technology, by the catalogue of technologies prohibited or restricted from export (TIER 31 to 39)."""
TransmissionCause = Literal["merger", "inheritance", "judgment", "auction", "other"]


class ConsentRelied(Value):
    """A consent the act rests on; of a pledgee's, what becomes of the pledge and where the price goes (T-8)."""

    right: RightRef
    consent: Text
    holder: Text
    pledge: Text | None = None
    disposition: Literal["continues", "released"] | None = None
    proceeds: Literal["prepayment", "escrow"] | None = None


class _OfTransfer(Fact):
    transfer: TransferRef
    grantors: Parties
    grantees: Parties
    """A share is the part of the whole right this party gives or takes; `on` is the day it signed."""
    effective_from: Day | None = None

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.grantors + self.grantees


class TransferContracted(_OfTransfer):
    """All transferors and transferees signed a written contract (PL 10; TML 42; CL 27).

    `effective_from` is the day the contract binds, where it is later than the day of signing: of restricted
    technology the day of the export license (TIER 36). `share` is the part of the right that passes; None is
    all the grantors hold.
    """

    TYPE: ClassVar[str] = "transfer.contracted"
    share: Share | None = None
    executed_on: Day
    document: Sha256Hex
    """The contract."""
    price: Amount | None = None
    export_class: ExportClass | None = None
    consents: tuple[ConsentRelied, ...] = ()
    goodwill: bool | None = None
    """Whether the goodwill of the business passes with a US mark (15 USC 1060)."""
    contribution: Text | None = None
    """The contribution of capital this transfer performs, if it does."""


class TransmissionClaimed(_OfTransfer):
    """The acquirer alone files that title passed without the transferor's act, with the document (TMR 32)."""

    TYPE: ClassVar[str] = "transmission.claimed"
    cause: TransmissionCause
    happened_on: Day
    """The day of death, merger, or effect of the document."""
    document: Sha256Hex | None = None
    """The authority's document, by its digest."""

    @property
    def effective_on(self) -> str | None:
        """The day it happened (CC 229, 230)."""
        return self.happened_on


class _Conveyance(Fact):
    grantors: tuple[Party, ...] = ()
    grantees: tuple[Party, ...] = ()
    executed_on: Day | None = None
    registered_on: Day | None = None
    effective_from: Day | None = None
    """The day title passes, where the source states one."""
    text: Text | None = None
    """The register's own words for the nature of the conveyance."""

    @property
    def effective_on(self) -> str | None:
        """The day title passes: stated, else signed, else registered (35 USC 261; T-4 states it for CN)."""
        return self.effective_from or self.executed_on or self.registered_on

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.grantors + self.grantees


class TransferRegistered(_Conveyance):
    """An assignment was entered in the register."""

    TYPE: ClassVar[str] = "transfer.registered"
    nunc_pro_tunc: bool = False
    """The deed declares an earlier effect than its date (U-1); the day stands in the deed only."""
    transfer: TransferRef | None = None
    """The contract this entry completes, where the source names it."""


class TransmissionRegistered(_Conveyance):
    """Title passed without the transferor's act."""

    TYPE: ClassVar[str] = "transmission.registered"
    cause: TransmissionCause
    transfer: TransferRef | None = None
    """The claim this entry completes, where the source names it."""


class PartyRenamed(_Conveyance):
    """`grantors` is the old name, `grantees` the new one."""

    TYPE: ClassVar[str] = "party.renamed"


class PartyAddressChanged(_Conveyance):
    """The address of `grantees` changed."""

    TYPE: ClassVar[str] = "party.address_changed"


class ConveyanceQualified(Fact):
    """What decides priority against another conveyance of the same right (35 USC 261; 15 USC 1060; 17 USC 205).

    `registry` and `number` name the recording; a contract on this ledger is named by its id. None is *not
    known*, which no rule reads as *no*.
    """

    TYPE: ClassVar[str] = "conveyance.qualified"
    registry: Text
    number: Text
    for_value: bool | None = None
    """For a valuable consideration; in copyright also a binding promise to pay royalties."""
    without_notice: bool | None = None
    """Without notice of the earlier conveyance."""
    good_faith: bool | None = None
    """In good faith (17 USC 205(d), (e))."""
    executed_abroad: bool | None = None
    """Signed outside the United States, so that two months count instead of one (17 USC 205(d))."""
    stated_on: Day | None = None
    document: Sha256Hex | None = None
    """The paper that proves it."""

    @property
    def effective_on(self) -> str | None:
        """The day it was stated."""
        return self.stated_on
