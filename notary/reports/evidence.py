"""What a report is written from: the parts of a package, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.entry import Entry
from notary.checkpoints import SignedCheckpoint
from notary.evidence.members import Claim
from notary.tokens import TimestampToken


@dataclass(frozen=True, slots=True)
class Stamp:
    """A token over the checkpoint: the authority's configured name, its name in the archive, what it says."""

    authority: str
    name: str
    token: TimestampToken


@dataclass(frozen=True, slots=True)
class Opened:
    """Confidential fields shown in the package: who opened them, in which role, why, under which order.

    `fields` are the position of the entry, the JSON pointer and the value of each.
    """

    by: str
    role: str
    reason: str
    order: str | None
    fields: tuple[tuple[int, str, Any], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The package a report is about.

    Attributes:
        kind, request, claims: as in the manifest.
        signed: the checkpoint.
        seal: position of the seal's entry.
        stamps: its tokens.
        entries: all entries in the package, ascending.
        statement: the right's statement, if the package has one.
        files: names and SHA-256 (hex) of all members but the manifest and the reports, by name.
        witnesses: names on the lines of witnesses in the package.
        opened: the confidential fields shown, if there are any.
    """

    kind: str
    request: Mapping[str, Any]
    claims: tuple[Claim, ...]
    signed: SignedCheckpoint
    seal: int | None
    stamps: tuple[Stamp, ...]
    entries: tuple[Entry, ...]
    statement: Mapping[str, Any] | None
    files: tuple[tuple[str, str], ...]
    witnesses: tuple[str, ...] = ()
    opened: Opened | None = None

    @property
    def size(self) -> int:
        """Number of entries the checkpoint covers."""
        return self.signed.checkpoint.size

    @property
    def not_later_than(self) -> datetime | None:
        """The earliest time stamped; whether to believe it is the verifier's to say."""
        return min((stamp.token.gen_time for stamp in self.stamps), default=None)
