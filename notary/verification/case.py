"""One package under verification: what the checks have read and proved so far."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ledger.entry import ASSET, Entry
from notary.checkpoints import SignedCheckpoint
from notary.evidence import members
from notary.evidence.members import (
    Claim,
    ConsistencyRecord,
    Manifest,
    MapRecord,
    RightLeaf,
)
from notary.evidence.trust import TrustFolder
from notary.tokens.report import Outcome
from notary.verification.report import Check, JudgedToken


@dataclass(slots=True)
class Case:
    """One package: what the checks have read and proved so far. None is what could not be read."""

    package: bytes | Path
    trust: TrustFolder
    at: datetime
    files: dict[str, bytes] | None = None
    manifest: Manifest | None = None
    entries: dict[int, Entry] = field(default_factory=dict)
    unread: set[int] = field(default_factory=set)
    """Positions of entries that are not well-formed."""
    signed: SignedCheckpoint | None = None
    proved: set[int] = field(default_factory=set)
    """Positions of entries whose place in the log is proved."""
    unproved: set[int] = field(default_factory=set)
    leaves: dict[str, MapRecord] = field(default_factory=dict)
    """Map proofs that lead to the root, by the tag they are of."""
    lost: set[str] = field(default_factory=set)
    """Tags whose map proof fails; None of them if the whole member cannot be read."""
    maps_unread: bool = False
    whole: dict[str, Outcome] = field(default_factory=dict)
    """Rights claimed whole: whether all their entries are there."""
    statement: dict[str, Any] | None = None
    statement_digest: str = ""
    statement_outcome: Outcome = Outcome.PASS
    consistency: ConsistencyRecord | None = None
    earlier: Check | None = None
    """What is wrong with the consistency proof; None until it is looked at."""
    tokens: list[JudgedToken] = field(default_factory=list)
    claims: list[tuple[Claim, Outcome]] = field(default_factory=list)

    def claimed(self, kind: type[members.Member]) -> list[Any]:
        """The claims of one form."""
        return (
            [] if self.manifest is None else [each for each in self.manifest.claims if isinstance(each, kind)]
        )

    def of_right(self, right: str) -> list[tuple[int, str, Entry]]:
        """The entries of a right that are in the package: number among them, digest before, entry."""
        found = [
            (link.seq, link.prev, entry)
            for entry in self.entries.values()
            for link in entry.assets
            if link.id == right
        ]
        return sorted(found, key=lambda item: item[2].position)

    def leaf_of(self, right: str) -> RightLeaf | None:
        """What the map is proved to hold of a right."""
        record = self.leaves.get(ASSET + right)
        return record.leaf if record is not None and isinstance(record.leaf, RightLeaf) else None


def member_of(case: Case, check: Check, name: str) -> bytes | None:
    """A member that must be there."""
    if case.files is None:
        check.leave_open()
        return None
    if name not in case.files:
        check.fail("MEMBER_MISSING", name=name)
    return case.files.get(name)
