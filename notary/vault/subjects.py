"""Where a data subject stands, from its entries: holds, restriction, erasure (PV-3, PV-4). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from ledger import facts
from ledger.entry import Entry
from ledger.facts.openings import (
    SubjectErased,
    SubjectErasureRestricted,
    SubjectHeld,
    SubjectHoldLifted,
)
from ledger.values.dates import parse_day


@dataclass(frozen=True, slots=True)
class SubjectState:
    """The fold of a subject's entries.

    Attributes:
        holds: those not lifted, by id; whether one still runs depends on the day.
        restricted: for which holds erasure was refused last; empty if it was never asked for.
        erased: position of the erasure, None if there was none.
        position: of the subject's last entry, 0 without any.
    """

    holds: dict[str, SubjectHeld] = field(default_factory=dict)
    restricted: tuple[str, ...] = ()
    erased: int | None = None
    position: int = 0

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Self:
        """The state after these entries of one subject, in order of position."""
        holds: dict[str, SubjectHeld] = {}
        restricted: tuple[str, ...] = ()
        erased: int | None = None
        position = 0
        for entry in entries:
            position = entry.position
            match facts.read(entry):
                case SubjectHeld() as held:
                    holds[held.hold] = held
                case SubjectHoldLifted() as lifted:
                    holds.pop(lifted.hold, None)
                case SubjectErasureRestricted() as refused:
                    restricted = refused.holds
                case SubjectErased():
                    erased = erased or position
                case _:
                    pass
        return cls(holds, restricted, erased, position)

    def running(self, day: date) -> tuple[SubjectHeld, ...]:
        """The holds that run on a Shanghai day; the last day of a hold is part of it."""
        return tuple(
            held
            for _, held in sorted(self.holds.items())
            if held.until is None or parse_day(held.until) >= day
        )
