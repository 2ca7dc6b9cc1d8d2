"""Changes of owner, and changes of an owner's name.

| event | meaning | class | tags |
|---|---|---|---|
| transfer.registered | an assignment (转让) stands in the register | AUTHORITY; PARTY for US recordings (U-2) | asset, party |
| transmission.registered | a merger, inheritance, judgment (移转) | same | asset, party |
| party.renamed | an owner's name changed, the owner did not (ID-5) | same | asset, party |
| party.address_changed | an address changed; it is kept in the source bytes only (PV-1) | same | asset, party |
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, Text

Parties = Annotated[tuple[Party, ...], Field(min_length=1)]


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


class TransmissionRegistered(_Conveyance):
    """Title passed without the transferor's act."""

    TYPE: ClassVar[str] = "transmission.registered"
    cause: Literal["merger", "inheritance", "judgment", "auction", "other"]


class PartyRenamed(_Conveyance):
    """`grantors` is the old name, `grantees` the new one."""

    TYPE: ClassVar[str] = "party.renamed"


class PartyAddressChanged(_Conveyance):
    """The address of `grantees` changed."""

    TYPE: ClassVar[str] = "party.address_changed"
