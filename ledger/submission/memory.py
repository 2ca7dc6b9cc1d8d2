"""Rights as read before, so that one submitted to again is not read and folded from its first entry.

A ledger only grows: what carried a tag up to a position carries it for ever. So of a right remembered only
the entries behind it are read. Nothing recorded rests on this: the append that follows is refused unless each
right's head is that of the last entry read (N-5), and the second reading remembers nothing.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from ledger.statement import State
from ledger.store.requests import AssetHead

ENTRIES_MAX: Final = 20_000
"""How many entries a memory holds, by default: some tens of megabytes."""


@dataclass(frozen=True, slots=True)
class Known:
    """A right up to `position`: its facts, head and party tags, and its statement if it was folded.

    Shared by threads: nobody may change any of it.
    """

    position: int
    state: State
    head: AssetHead
    parties: tuple[str, ...]
    statement: dict[str, Any] | None = None


class Memory:
    """The rights of one ledger that were read last; threads may share it."""

    def __init__(self, entries_max: int = ENTRIES_MAX) -> None:
        """A right with more than `entries_max` entries is not kept."""
        self._max = entries_max
        self._rights: OrderedDict[str, Known] = OrderedDict()
        self._entries = 0
        self._lock = Lock()

    def get(self, right: str) -> Known | None:
        """The right as last read."""
        with self._lock:
            found = self._rights.get(right)
            if found is not None:
                self._rights.move_to_end(right)
            return found

    def keep(self, read: Iterable[Known]) -> None:
        """Remember rights; those not asked for longest are dropped."""
        with self._lock:
            for known in read:
                right = known.state.right
                earlier = self._rights.get(right)
                if earlier is not None and earlier.position > known.position:
                    continue  # another thread read further meanwhile
                self._drop(right)
                self._rights[right] = known
                self._entries += len(known.state.recorded)
            while self._entries > self._max:
                self._drop(next(iter(self._rights)))

    def forget(self, rights: Iterable[str]) -> None:
        """Read these from their first entry next time."""
        with self._lock:
            for right in rights:
                self._drop(right)

    def _drop(self, right: str) -> None:
        known = self._rights.pop(right, None)
        if known is not None:
            self._entries -= len(known.state.recorded)
