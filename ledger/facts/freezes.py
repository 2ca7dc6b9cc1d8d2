"""Court measures: property preservation and freezes.

| event | meaning | class | tags |
|---|---|---|---|
| freeze.imposed | a preservation or freeze (保全, 冻结) took effect at the register (F-1) | AUTHORITY | asset, freeze |
| freeze.lifted | it was lifted | AUTHORITY | asset, freeze |
"""

from typing import ClassVar

from ledger.facts.base import Day, Fact, Party, Text


class _OfFreeze(Fact):
    registered_on: Day | None = None
    text: Text | None = None


class FreezeImposed(_OfFreeze):
    """A freeze took effect; `until` only where the document states it (F-1)."""

    TYPE: ClassVar[str] = "freeze.imposed"
    freeze: Text
    """`frz_…`"""
    effective_from: Day | None = None
    until: Day | None = None
    authorities: tuple[Party, ...] = ()
    levy: bool = False
    """A levy of execution (Zwangsvollstreckung) rather than preservation."""

    def parties(self) -> tuple[Party, ...]:
        """The courts."""
        return self.authorities

    def links(self) -> tuple[str, ...]:
        """The freeze."""
        return (f"freeze:{self.freeze}",)


class FreezeLifted(_OfFreeze):
    """A freeze was lifted; without `freeze` the source does not say which."""

    TYPE: ClassVar[str] = "freeze.lifted"
    freeze: Text | None = None
    ended_on: Day | None = None

    def links(self) -> tuple[str, ...]:
        """The freeze, where named."""
        return (f"freeze:{self.freeze}",) if self.freeze else ()
