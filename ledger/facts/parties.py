"""Parties: what the rules must know of one, and the keys it signs with (domain.md 2.2, ID-1 to ID-4).

| event | meaning | class | tags |
|---|---|---|---|
| party.registered | a party's name, identifiers, attributes and keys came on the ledger | PARTY; OPERATOR with an override | party, record |
| party.described | attributes or keys were added or replaced | same | party, record |
| party.key_revoked | a key speaks for the party no more, from a time on (E-4) | PARTY, OPERATOR | party, record |

A party is found by its name, normalized (`ledger.values.parties.party_id`). Its file is the list of entries
tagged `record:party:<id>`; none of them concerns a right.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, RightRef, Text, Value
from ledger.facts.documents import Sha256Hex
from ledger.values.parties import party_id

Seat = Literal["mainland", "hong_kong", "macao", "taiwan", "foreign"]
"""Where a party, or whoever controls it, has its nationality or seat (T-10 treats all but the first as foreign)."""


class Attributes(Value):
    """What rules ask of a party (ID-4); None is *not known*, which no rule reads as *no*."""

    kind: Literal["legal_person", "natural_person", "organization"] | None = None
    seat: Seat | None = None
    controller_seat: Seat | None = None
    """Of the actual controller (T-11)."""
    seated_in_china: bool | None = None
    """Whether it has a residence or place of business in the mainland (R-3)."""
    state_owned: bool | None = None
    research_institute: bool | None = None
    """A state university or research institute (T-20)."""
    public_welfare: bool | None = None
    state_organ: bool | None = None
    listed: bool | None = None
    collective_qualified: bool | None = None
    """Qualified to hold a collective or certification mark (T-15)."""


class Identifier(Value):
    """A number a party goes by; natural persons' numbers are committed to, never told (PV-1)."""

    scheme: Literal["uscc", "lei", "other"]
    value: Annotated[str, Field(min_length=1, max_length=60)]
    override: Sha256Hex | None = None
    """The scan of the license by which an operator accepted a code that fails its check (ID-1)."""


class Key(Value):
    """A public key (RFC 7517) by its thumbprint (RFC 7638)."""

    kid: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    jwk: dict[str, str]


class _OfParty(Fact):
    rights: tuple[RightRef, ...] = ()
    party: Party

    def parties(self) -> tuple[Party, ...]:
        """The party."""
        return (self.party,)

    def links(self) -> tuple[str, ...]:
        """Its file."""
        return (profile_tag(self.party.name),)


class PartyRegistered(_OfParty):
    """A party came on the ledger. `signature_required`: no act of its own is accepted unsigned."""

    TYPE: ClassVar[str] = "party.registered"
    identifiers: tuple[Identifier, ...] = ()
    attributes: Attributes = Attributes()
    keys: tuple[Key, ...] = ()
    signature_required: bool = False


class PartyDescribed(_OfParty):
    """More became known; members that are given replace the earlier ones, keys are added."""

    TYPE: ClassVar[str] = "party.described"
    identifiers: tuple[Identifier, ...] = ()
    attributes: Attributes = Attributes()
    keys: tuple[Key, ...] = ()
    signature_required: bool | None = None
    order: Sha256Hex | None = None
    """The written order on which an operator did it in the party's place."""


class PartyKeyRevoked(_OfParty):
    """Signatures by `kid` count no more from `revoked_on` on."""

    TYPE: ClassVar[str] = "party.key_revoked"
    kid: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    revoked_on: Day
    reason: Text | None = None


def profile_tag(name: str) -> str:
    """The tag of the file of the party of this name."""
    return f"record:party:{party_id(name)}"


def as_members(attributes: Attributes) -> dict[str, Any]:
    """Those that are known."""
    return attributes.model_dump(mode="json", exclude_none=True)
