"""What can be asked of the ledger's one way in, and the answers (design 3, rule N-5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ledger.chain import NO_PREVIOUS
from ledger.entry import Draft


@dataclass(frozen=True, slots=True)
class AssetHead:
    """How far a right's entries reach: their number and the digest (hex) of the last one."""

    seq: int
    digest: str


NO_ENTRY: Final = AssetHead(0, NO_PREVIOUS)
"""The head of a right without entries."""


@dataclass(frozen=True, slots=True)
class QueryItem:
    """Matches an entry whose type is among `types` (or none are given) and that carries all of `tags`."""

    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """What a decision was based on: if any of it has moved, the append is refused as stale (rule N-5).

    `assets` holds the head of every right that was read, and at least those the drafts concern; None stands
    for *whatever the earlier requests of this very `append_many` leave*, so at least one of them must name
    the right with a head. No entry after position `after` may carry one of `tags` or match `query`; an empty
    query matches every entry, None is no query.
    """

    assets: Mapping[str, AssetHead | None] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    query: tuple[QueryItem, ...] | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class AppendRequest:
    """Drafts that become entries together or not at all, on a condition, under an idempotency key.

    A repeat of `command_id` with an equal `fingerprint` is answered with the first result. Where no
    fingerprint (32 bytes) is given it is that of the drafts without their salts.
    """

    drafts: tuple[Draft, ...]
    condition: Condition
    command_id: str
    fingerprint: bytes | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """The entries stand at `first_position` to `last_position`; `replay` if they did before this request."""

    first_position: int
    last_position: int
    replay: bool = False


@dataclass(frozen=True, slots=True)
class Stale:
    """Nothing was written (STALE_VERSION): `detail` is the tag, or the query, that has a newer entry."""

    detail: str


@dataclass(frozen=True, slots=True)
class Reused:
    """Nothing was written (COMMAND_ID_REUSED): the command id made other entries, from `position` on."""

    position: int


AppendResult: TypeAlias = Appended | Stale | Reused
