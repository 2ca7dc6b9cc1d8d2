"""Every read table there is."""

from typing import Final

from projections import attention, encumbrances, ownership, parties, rights, search, timeline
from projections.tables import EntryTable, RightTable

RIGHT_TABLES: Final[tuple[RightTable, ...]] = (
    rights.RIGHTS,
    rights.NAMES,
    ownership.TABLE,
    encumbrances.TABLE,
    parties.TABLE,
    search.TABLE,
    attention.TABLE,
)
ENTRY_TABLES: Final[tuple[EntryTable, ...]] = (timeline.TABLE, attention.POOLS)
TABLES: Final[tuple[RightTable | EntryTable, ...]] = RIGHT_TABLES + ENTRY_TABLES
