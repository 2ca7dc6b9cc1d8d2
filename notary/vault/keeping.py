"""Confidential values of commands into the vault, under a data subject of their own."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from ledger.confidential import Disclosure
from ledger.store.database import Store
from notary.vault.vault import Vault, new_subject


def keeping(
    store: Store, home: Path, clock: Callable[[], datetime]
) -> Callable[[Sequence[Disclosure]], tuple[str, ...]]:
    """What puts disclosures into the vault of `home`, which is opened (if need be, made) at the first ones.

    It raises KeyUnusable where the vault's key cannot be read or made, StorageUnavailable where nothing was
    kept.
    """
    opened: list[Vault] = []

    def keep(disclosures: Sequence[Disclosure]) -> tuple[str, ...]:
        if not opened:
            opened.append(Vault(store, home, clock))
        return opened[0].put(new_subject(), disclosures)

    return keep
