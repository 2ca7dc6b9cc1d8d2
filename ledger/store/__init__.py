"""The ledger's storage on PostgreSQL: append on a condition, read, audit (design 3).

Promises: an acknowledged entry is durable and never changes; positions have no gaps; what is read was checked
against its digest; two writers cannot both decide on the same state of a right.
"""

from ledger.store.database import Store, open_store
from ledger.store.reader import Head, StoredEntry
from ledger.store.requests import (
    NO_ENTRY,
    Appended,
    AppendRequest,
    AppendResult,
    AssetHead,
    Condition,
    QueryItem,
    Reused,
    Stale,
)

__all__ = [
    "NO_ENTRY",
    "AppendRequest",
    "AppendResult",
    "Appended",
    "AssetHead",
    "Condition",
    "Head",
    "QueryItem",
    "Reused",
    "Stale",
    "Store",
    "StoredEntry",
    "open_store",
]
