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
        """CLASS_NOT_PERMITTED where the command is another's to say.

        What registers say is an authority's to bring, also where it is recorded as a party's word (U-2):
        a report names no actor of whom this could ask more.
        """
        authority = command.CLASS is EntryClass.AUTHORITY
        needed = EntryClass.AUTHORITY if authority else command.entry_class
        if needed not in self.classes:
            yield refuse("N-1", "CLASS_NOT_PERMITTED", pointer="/command", class_=needed.value)
        if self.parties is None:
            return
        own = {party_id(name) for name in self.parties}
        for name in command.actors():
            if party_id(name) not in own:
                yield refuse("N-1", "CLASS_NOT_PERMITTED", class_=name)


ALL: Final = Permissions(frozenset(EntryClass))
"""The operator on its own machine."""
