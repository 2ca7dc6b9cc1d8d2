"""What became of an act that was submitted: held, activated, dropped, or only reported; and its warnings.

| event | meaning | class | tags |
|---|---|---|---|
| act.held | a named item is missing; the act has no rank and no effect (N-9) | as the act | asset |
| act.activated | the item arrived and the same rules accepted the act (N-10); its facts stand beside this entry | as the act | asset |
| act.dropped | the item arrived but the act is now refused, or the submitter withdrew it | as the act | asset |
| act.reported | a fact off the platform that breaks a rule, filed with evidence (N-12); part of no rights view | PARTY | asset |
| act.signed | the parties' own signatures over the command, verified when it was submitted | PARTY | asset, party |
| flags.raised | warnings attached when an act or report was accepted | OPERATOR for reports, else as the act | asset, pool, case |
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, RightRef, Text, Value
from ledger.facts.documents import Sha256Hex

ActId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$")]
"""The command id an act was first submitted under."""

ReasonCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,60}(:[a-z_./0-9]{1,60})?$")]

DossierTag = Annotated[str, Field(pattern=r"^(pool|case):[a-z0-9_:/-]{1,120}$")]
"""The tag of a story that is no right's: `pool:pol_…`, `case:loan_…`, `case:fund_…`, `case:subsidies/…`."""

CommandText = Annotated[str, Field(min_length=2, max_length=200_000)]
"""A command as canonical JSON, without its signatures."""


class MissingItem(Value):
    """What an act waits for: a consent, document or step, from whom, for which right."""

    code: ReasonCode
    item: Text
    holder: Text | None = None
    right: Text | None = None


class WarningRaised(Value):
    """A flag: its code, the rule it rests on, and what its sentence speaks of."""

    code: ReasonCode
    rule: Text
    right: Text | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class _OfAct(Fact):
    act: ActId


class ActHeld(_OfAct):
    """The act waits for `missing`, until 24:00 of `until`."""

    TYPE: ClassVar[str] = "act.held"
    command: CommandText
    missing: Annotated[tuple[MissingItem, ...], Field(min_length=1)]
    held_on: Day
    until: Day


class ActActivated(_OfAct):
    """The act took effect on `on`, with the facts recorded beside this entry."""

    TYPE: ClassVar[str] = "act.activated"
    on: Day


class ActDropped(_OfAct):
    """The act will not take effect: `refused` for `codes`, or `withdrawn` by whoever submitted it."""

    TYPE: ClassVar[str] = "act.dropped"
    cause: Literal["refused", "withdrawn"]
    codes: tuple[ReasonCode, ...] = ()
    on: Day


class ActReported(_OfAct):
    """An act that happened elsewhere and breaks `codes`; `document` is the evidence kept for it."""

    TYPE: ClassVar[str] = "act.reported"
    command: CommandText
    codes: Annotated[tuple[ReasonCode, ...], Field(min_length=1)]
    document: Sha256Hex
    happened_on: Day


class DetachedSignature(Value):
    """A detached JWS over the command's canonical bytes (RFC 7515 appendix F, RFC 7797), by a party's key."""

    party: Party
    kid: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    """Thumbprint (RFC 7638) of `jwk`; that it is the party's key stands on the party's file."""
    jwk: dict[str, str]
    protected: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,2000}$")]
    signature: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,200}$")]


class ActSigned(_OfAct):
    """What was signed, exactly, and by whom: an operator cannot invent a deal that bears these."""

    TYPE: ClassVar[str] = "act.signed"
    rights: tuple[RightRef, ...] = ()
    command: CommandText
    signatures: Annotated[tuple[DetachedSignature, ...], Field(min_length=1)]

    def parties(self) -> tuple[Party, ...]:
        """The signers."""
        return tuple(each.party for each in self.signatures)


class FlagsRaised(_OfAct):
    """Warnings attached to the act; they are told wherever its rights are asked about.

    `dossiers` are the tags of the pools, loans and funds it is about: their stories tell the warnings too.
    """

    TYPE: ClassVar[str] = "flags.raised"
    rights: tuple[RightRef, ...] = ()
    dossiers: Annotated[tuple[DossierTag, ...], Field(min_length=1)] | None = None
    flags: Annotated[tuple[WarningRaised, ...], Field(min_length=1)]
    since: Day

    def links(self) -> tuple[str, ...]:
        """The dossiers."""
        return self.dossiers or ()
