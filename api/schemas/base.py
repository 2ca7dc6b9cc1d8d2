"""What all answers share."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """A part of an answer. Members the ledger adds are passed on."""

    model_config = ConfigDict(extra="allow")


class Message(Shape):
    """One sentence in two languages."""

    en: str
    zh: str


class Problem(Shape):
    """A problem document (RFC 9457)."""

    type: str = Field(examples=["urn:ipledger:problem:right-unknown"])
    title: str
    status: int = Field(examples=[404])
    detail: str = Field(description="In the language asked for by Accept-Language.")
    instance: str
    code: str = Field(examples=["RIGHT_UNKNOWN"], description="Stable; decide by this.")
    message: Message
    data: dict[str, Any] = Field(
        description="What the message speaks of, for example `candidates` of RIGHT_AMBIGUOUS."
    )
