"""Answers about deposited files."""

from typing import Any

from pydantic import Field

from api.schemas.base import Shape


class Deposited(Shape):
    """A deposit and its timestamp certificate."""

    known: bool = Field(description="Whether the file had been deposited before; the first deposit counts.")
    certificate: dict[str, Any] = Field(
        description="As docs/formats.md 11 has it; `state` becomes `sealed` with the next seal."
    )
