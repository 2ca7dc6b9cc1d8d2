"""Deposits: that somebody held certain bytes at a time (J-4). Of the bytes only the digest is told.

| event | meaning | class | tags |
|---|---|---|---|
| document.deposited | a file of this digest and size was held by the depositor | PARTY | document, asset where rights are named |
"""

from typing import Annotated, ClassVar

from pydantic import Field

from ledger.facts.base import Fact, RightRef, Text

Sha256Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hex."""


class DocumentDeposited(Fact):
    """A file, by its digest. Tags: `document:<sha256>`, and the rights it was deposited for, if any.

    A confidential title is left out here and stands in the entry's commitments under the path `/title`.
    """

    TYPE: ClassVar[str] = "document.deposited"
    rights: tuple[RightRef, ...] = ()
    sha256: Sha256Hex
    size: Annotated[int, Field(ge=0, le=2**53 - 1)]
    """In bytes."""
    media_type: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,100}$")]
    title: Text | None = None

    def links(self) -> tuple[str, ...]:
        """The document."""
        return (f"document:{self.sha256}",)
