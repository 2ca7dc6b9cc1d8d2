"""Seals: proof that everything before them existed by then (design 4.7).

| event | meaning | class | tags |
|---|---|---|---|
| seal.recorded | a signed checkpoint was stamped by time-stamping authorities | OPERATOR | seal |
| seal.cosigned | witnesses found the checkpoint consistent with all they saw before, and signed it | OPERATOR | seal |
| seal.anchored | further authorities stamped the checkpoint of an earlier seal | OPERATOR | seal |
"""

from typing import Annotated, ClassVar

from pydantic import Field

from ledger.facts.base import Fact, RightRef, Text, Value

SERIES = "seal:series"
"""The tag every seal carries: the list of all seals."""

COMPLETIONS = "seal:completions"
"""The tag of every entry that completes an earlier seal."""

DocumentDigest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
"""SHA-256 in hex of bytes kept in the document store."""


class Token(Value):
    """One RFC 3161 answer: the authority's name, its time, and the bytes in base64."""

    authority: Text
    generated_at: Text
    """genTime, `YYYY-MM-DDThh:mm:ss.ffffffZ`."""
    token: Annotated[str, Field(min_length=1, max_length=200_000)]
    certificates: tuple[DocumentDigest, ...] | None = None
    """Documents: the chain from the signer's certificate to the root it was judged by, DER each."""
    revocation: tuple[DocumentDigest, ...] | None = None
    """Documents: the revocation lists at hand then, DER each."""


class SealRecorded(Fact):
    """A sealed checkpoint; it concerns no right, so `rights` is empty. Tags: `seal:<size>` and `seal:series`."""

    TYPE: ClassVar[str] = "seal.recorded"
    rights: tuple[RightRef, ...] = ()
    size: Annotated[int, Field(ge=1)]
    checkpoint: Text
    """The signed note, exactly."""
    tokens: tuple[Token, ...]

    def links(self) -> tuple[str, ...]:
        """The seal, and the series of all seals."""
        return (f"seal:{self.size}", SERIES)


class SealAnchored(Fact):
    """Tokens that came after their seal was recorded. Tags: `seal:<size>` and `seal:completions`."""

    TYPE: ClassVar[str] = "seal.anchored"
    rights: tuple[RightRef, ...] = ()
    size: Annotated[int, Field(ge=1)]
    tokens: Annotated[tuple[Token, ...], Field(min_length=1)]
    """Over the same signed note."""

    def links(self) -> tuple[str, ...]:
        """The seal, and the series of all completions."""
        return (f"seal:{self.size}", COMPLETIONS)


class Cosignature(Value):
    """A witness's line for a signed note (C2SP tlog-cosignature), and the second it was signed at, UTC."""

    witness: Text
    cosigned_at: Text
    line: Text


class SealCosigned(Fact):
    """Cosignatures of the sealed checkpoint of `size` entries; it concerns no right. Tags: `seal:<size>`.

    It stands outside the series of seals, as it proves no time and needs no seal of its own.
    """

    TYPE: ClassVar[str] = "seal.cosigned"
    rights: tuple[RightRef, ...] = ()
    size: Annotated[int, Field(ge=1)]
    cosignatures: Annotated[tuple[Cosignature, ...], Field(min_length=1)]

    def links(self) -> tuple[str, ...]:
        """The seal."""
        return (f"seal:{self.size}",)
