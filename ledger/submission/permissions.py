"""Who may say what (N-1): the classes a principal may speak as, and the parties it may act for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.entry import EntryClass
from ledger.rules.base import Command, Finding, refuse
from ledger.values.parties import party_id


@dataclass(frozen=True, slots=True)
class Permissions:
    """The `classes` a principal may speak as; `parties` it may act for, where it may not act for all."""

    classes: frozenset[EntryClass]
    parties: tuple[str, ...] | None = None

    def refusals(self, command: Command) -> Iterable[Finding]:
        """CLASS_NOT_PERMITTED where the command is another's to say."""
        if command.entry_class not in self.classes:
            yield refuse("N-1", "CLASS_NOT_PERMITTED", pointer="/command", class_=command.entry_class.value)
        if self.parties is None:
            return
        own = {party_id(name) for name in self.parties}
        for name in command.actors():
            if party_id(name) not in own:
                yield refuse("N-1", "CLASS_NOT_PERMITTED", class_=name)


ALL: Final = Permissions(frozenset(EntryClass))
"""The operator on its own machine."""
