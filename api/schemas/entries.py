"""Answers about the ledger itself."""

from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Message, Shape


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
    certificates: list[str] | None = Field(
        None, description="SHA-256 of the certificates it was judged by, documents of the ledger."
    )
    revocation: list[str] | None = Field(
        None, description="SHA-256 of the revocation lists it was judged by, documents of the ledger."
    )


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
    state: Literal["sealed", "anchored"] = Field(
        description="Anchored with tokens of `required` authorities."
    )
    required: int
    missing: int = Field(description="How many authorities' tokens it lacks of those required.")
    anchored_by: int | None = Field(
        description="Size of the first anchored seal that covers it, its own or a later one; null if there "
        "is none yet, or none among the next thousand."
    )


class Unlisted(Shape):
    """Why an authority's tokens were accepted without a revocation list that is configured."""

    since: str
    code: str
    message: Message


class Authority(Shape):
    """How a time-stamping authority last answered."""

    name: str
    configured: bool = Field(description="Whether it is asked now.")
    state: Literal["answers", "unasked", "slow", "down", "refused"] = Field(
        description="`refused`: it gave a token that is not believed."
    )
    answered_at: str | None = Field(description="When it last gave a token that was accepted.")
    failing_since: str | None = Field(description="When the first of its failures since then came.")
    failures: int = Field(description="How many there are since then.")
    code: str | None = Field(description="The last failure.")
    message: Message | None
    unlisted: Unlisted | None


class Seals(Shape):
    """Seals in order of position."""

    seals: list[Seal]
    next: int = Field(description="Give it as `after` for what follows, now or later.")
    authorities: list[Authority]


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
