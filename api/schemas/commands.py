"""Answers to commands."""

from typing import Literal

from pydantic import Field

from api.schemas.base import Message, Shape


class ReasonGiven(Shape):
    """Why a command was refused or held, or what it was warned of."""

    code: str = Field(examples=["COOWNER_CONSENT_MISSING"], description="Stable; decide by this.")
    rule: str = Field(examples=["T-6"])
    outcome: Literal["refuse", "hold", "flag"]
    right: str | None
    pointer: str | None = Field(description="Which member of the command (RFC 6901).", examples=["/giver"])
    message: Message


class MissingGiven(Shape):
    """A consent, document or step that would cure a reason, and whose it is."""

    code: str
    item: str = Field(examples=["consent"])
    holder: str | None
    right: str | None


class Became(Shape):
    """Where a held act stands now."""

    state: Literal["held", "expired", "activated", "refused", "withdrawn"]
    on: str | None
    codes: list[str]
    positions: list[int]


class Answer(Shape):
    """The decision on one command, with every reason."""

    command_id: str
    decision: Literal["accepted", "held", "refused"]
    codes: list[str] = Field(description="Codes that refuse or hold, the leading one first.")
    flags: list[str] = Field(description="Codes of warnings.")
    reasons: list[ReasonGiven]
    positions: list[int] = Field(description="Of the entries it made; none in a dry run.")
    missing: list[MissingGiven]
    until: str | None = Field(None, description="The last day a held act waits.")
    acts: list["Answer"] = Field(description="Decisions on held acts that this command set free.")
    repeated: bool = Field(default=False, description="The command was known; this is its first answer.")
    now: Became | None = Field(None, description="Of a repeated held act: what became of it.")


class Answers(Shape):
    """The decisions on a list, in its order."""

    decisions: list[Answer]
