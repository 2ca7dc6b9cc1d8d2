"""The revocation lists a ledger holds, for tokens judged long after they were made.

A token is judged by the lists recorded with it, by the newest ones recorded with its authority's tokens, and
by those in files: a certificate whose key turned out stolen voids its earlier tokens (RFC 3161 section 4).
Nothing is fetched.
"""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from ledger.errors import ChainBroken
from ledger.store.database import Store
from notary.errors import TimestampInvalid
from notary.revocation import read_file
from notary.seals import Seal
from notary.timestamps import Authority
from notary.tokens import load_revocation_lists
from notary.tokens.revocation import load_list


class HeldLists:
    """The lists of some seals' tokens."""

    def __init__(self, store: Store, seals: Iterable[Seal], authorities: Iterable[Authority]) -> None:
        """Those of the last seal in `seals` that has some of an authority are its newest."""
        self._store = store
        self._newest = {name: seal for seal in seals for name, _ in seal.revocation}
        self._files = {
            authority.name: tuple(
                each
                for source in authority.crl
                if isinstance(source, Path)
                for each in read_file(source).lists
            )
            for authority in authorities
        }
        self._read: dict[str, tuple[bytes, ...]] = {}

    def of(self, seal: Seal, authority: str) -> tuple[bytes, ...]:
        """The lists (DER) for this authority's token over a seal; without recorded ones that are damaged."""
        newest = self._newest.get(authority, seal)
        recorded = dict.fromkeys((*seal.revocation, *newest.revocation))
        documents = (self._document(digest) for name, digest in recorded if name == authority)
        return (*chain.from_iterable(documents), *self._files.get(authority, ()))

    def _document(self, digest: str) -> tuple[bytes, ...]:
        if digest not in self._read:
            try:
                document = self._store.documents.get(digest)
                lists = () if document is None else load_revocation_lists(document.content)
                for each in lists:
                    load_list(each)
            except (ChainBroken, TimestampInvalid):
                lists = ()  # the audit of documents tells it
            self._read[digest] = lists
        return self._read[digest]
