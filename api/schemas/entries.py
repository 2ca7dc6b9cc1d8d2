"""Answers about the ledger itself."""

from typing import Any

from pydantic import Field

from api.schemas.base import Shape


class Entry(Shape):
    """One position of the ledger."""

    position: int
    digest: str = Field(description="SHA-256 of the entry's exact bytes, hex.")
    link: str = Field(description="H(position) of the chain, hex.")
    entry: dict[str, Any] = Field(description="What the bytes say; ask with `raw` for the bytes.")


class Entries(Shape):
    """Entries in order of position, without gaps."""

    entries: list[Entry]
    next: int = Field(description="Give it as `after` for what follows, now or later.")
    head: int = Field(description="The ledger's last position when this was read.")


class Token(Shape):
    """An RFC 3161 answer."""

    authority: str
    generated_at: str
    token: str = Field(description="DER, base64.")


class Cosignature(Shape):
    """A witness's signature under a checkpoint it found consistent with all it saw before."""

    witness: str
    cosigned_at: str
    line: str = Field(description="As in the signed note (C2SP tlog-cosignature).")


class Seal(Shape):
    """A checkpoint with its time stamps."""

    position: int
    recorded_at: str
    size: int = Field(description="The ledger was sealed up to this entry.")
    checkpoint: str = Field(description="The signed note, exactly as stamped.")
    tokens: list[Token]
    cosignatures: list[Cosignature]


class Seals(Shape):
    """Seals in order of position."""

    seals: list[Seal]
    next: int = Field(description="Give it as `after` for what follows, now or later.")


class Health(Shape):
    """The process answers."""

    status: str = Field(examples=["ok"])


class Readiness(Shape):
    """The database answers and the read tables follow."""

    status: str = Field(examples=["ready"])
    origin: str
    head: int = Field(description="The ledger's last position.")
    position: int = Field(description="The read tables hold the ledger up to here.")
    lag: int
    generation: int
    waiting_since: str | None = Field(description="When the first entry not yet projected was recorded.")
