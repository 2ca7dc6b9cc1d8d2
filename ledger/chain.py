r"""Digests and links of the hash chain, pure (design 4.3).

`D(n)` is the SHA-256 of the n-th entry's bytes, and `H(n)` binds it to its place:

    H(0) = SHA-256("ipledger/genesis/v1\0" ‖ origin)
    H(n) = SHA-256("ipledger/link/v1\0" ‖ H(n-1) ‖ u64(n) ‖ D(n))

Positions start at 1.
"""

from hashlib import sha256
from typing import Final

GENESIS_PREFIX: Final = b"ipledger/genesis/v1\0"
LINK_PREFIX: Final = b"ipledger/link/v1\0"

NO_PREVIOUS: Final = "0" * 64
"""`prev` of a right's first entry, as it stands in the entry (hex)."""


def genesis(origin: str) -> bytes:
    """`H(0)` of the ledger called `origin` (a C2SP checkpoint origin such as `example.com/ipledger`)."""
    return sha256(GENESIS_PREFIX + origin.encode()).digest()


def entry_digest(entry: bytes) -> bytes:
    """`D` of an entry's exact bytes."""
    return sha256(entry).digest()


def link(previous: bytes, position: int, digest: bytes) -> bytes:
    """`H(position)` from `H(position-1)` and `D(position)`."""
    return sha256(LINK_PREFIX + previous + position.to_bytes(8, "big") + digest).digest()
