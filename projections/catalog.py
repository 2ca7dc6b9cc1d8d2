"""Every read table there is."""

from typing import Final

from projections import attention_feed, encumbrances, ownership, parties, rights, search, timeline
from projections.tables import EntryTable, RightTable

RIGHT_TABLES: Final[tuple[RightTable, ...]] = (
    rights.RIGHTS,
    rights.NAMES,
    ownership.TABLE,
    encumbrances.TABLE,
    parties.TABLE,
    search.TABLE,
    attention_feed.TABLE,
)
ENTRY_TABLES: Final[tuple[EntryTable, ...]] = (timeline.TABLE, attention_feed.POOLS)
TABLES: Final[tuple[RightTable | EntryTable, ...]] = RIGHT_TABLES + ENTRY_TABLES
