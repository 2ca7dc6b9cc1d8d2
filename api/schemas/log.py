"""Answers about the Merkle log and the map. All hashes are SHA-256 in hex."""

from typing import Any

from pydantic import Field

from api.schemas.base import Shape


class Inclusion(Shape):
    """That an entry is in a log."""

    position: int
    size: int
    previous: str = Field(description="H(position - 1) of the chain.")
    link: str = Field(description="H(position), whose leaf hash is SHA-256(0x00 ‖ link).")
    root: str = Field(description="Root of the log of that size.")
    inclusion: list[str] = Field(description="The audit path, lowest sibling first.")


class LogState(Shape):
    """One state of the log."""

    size: int
    root: str


class Consistency(Shape):
    """That one log extends another."""

    from_: LogState = Field(alias="from")
    to: LogState
    proof: list[str]


class MapAnswer(Shape):
    """The path of a key in the map of a seal (docs/formats.md 8.2)."""

    size: int
    root: str = Field(description="The map root that the checkpoint of that size names.")
    key_of: str = Field(examples=["asset:US:patent:15145443"])
    siblings: list[str] = Field(description="From the root down.")
    leaf: dict[str, Any] | None = Field(description="What the leaf's value is made of; null for absence.")
