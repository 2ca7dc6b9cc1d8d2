"""Seals: proof that everything before them existed by then (design 4.7).

| event | meaning | class | tags |
|---|---|---|---|
| seal.recorded | a signed checkpoint was stamped by time-stamping authorities | OPERATOR | seal |
"""

from typing import Annotated, ClassVar

from pydantic import Field

from ledger.facts.base import Fact, RightRef, Text, Value

SERIES = "seal:series"
"""The tag every seal carries: the list of all seals."""


class Token(Value):
    """One RFC 3161 answer: the authority's name, its time, and the bytes in base64."""

    authority: Text
    generated_at: Text
    """genTime, `YYYY-MM-DDThh:mm:ss.ffffffZ`."""
    token: Annotated[str, Field(min_length=1, max_length=200_000)]


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
