"""Seals as they stand in the ledger and are kept beside it, and how far each has come (design 4.7).

What is read here is not yet believed: `notary.seal_audit` says why it is to be.
"""

from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ledger import facts
from ledger.entry import parse as parse_entry
from ledger.errors import EntryMalformed
from ledger.facts.seals import SERIES, SealAnchored, SealCosigned, SealRecorded, Token
from ledger.store.database import Store
from ledger.store.reader import StoredEntry
from notary import checkpoints
from notary.checkpoints import SignedCheckpoint

NO_SEAL: Final = bytes(32)
SEAL_TYPES: Final = (SealRecorded.TYPE, SealAnchored.TYPE, SealCosigned.TYPE)
"""Entries of these types alone are no reason for another seal."""

_PAGE: Final = 100
_AHEAD: Final = 1000


@dataclass(frozen=True, slots=True)
class WitnessLine:
    """A witness's line over a sealed note, as it was kept.

    Attributes:
        position: of the entry that records it; None for one kept outside the database.
        line: of C2SP signed-note, without its newline.
        witness, cosigned_at: whose it is and of which second, as its entry says; None without an entry.
    """

    position: int | None
    line: str
    witness: str | None = None
    cosigned_at: str | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed checkpoint; `position` is that of its entry, None for one kept outside the database."""

    position: int | None
    note: bytes
    tokens: tuple[tuple[str, bytes], ...]
    """Authority's name and its whole response, exactly as received; those that came later stand behind."""
    completions: tuple[int, ...] = ()
    """Positions of the entries that brought later tokens or cosignatures."""
    times: tuple[str, ...] = ()
    """genTime of each token, as its entry says; none for a kept seal."""
    cosignatures: tuple[WitnessLine, ...] = ()
    revocation: tuple[tuple[str, str], ...] = ()
    """Authority's name and SHA-256 (hex) of each revocation list kept with its token, a document."""

    @property
    def signed(self) -> SignedCheckpoint:
        """The note, read. Raises CheckpointInvalid."""
        return checkpoints.parse(self.note)


def recorded_seals(store: Store) -> Iterator[Seal]:
    """All seals of the ledger, in order of position, each with all its tokens."""
    return _seals(store, store.reader.tagged([SERIES]))


def last_seal(store: Store) -> Seal | None:
    """The newest seal of the ledger."""
    stored = store.reader.last_tagged(SERIES)
    return None if stored is None else seal_of(store, stored)


def seal_of(store: Store, stored: StoredEntry) -> Seal:
    """The seal that an entry of `recorded_seals` records, with all its tokens."""
    return next(_seals(store, [stored]))


def seal_of_size(store: Store, size: int) -> Seal | None:
    """The seal whose checkpoint names this size, if there is one."""
    stored = next(store.reader.tagged([f"seal:{size}"], limit=1), None)
    return None if stored is None else seal_of(store, stored)


def covering_seal(store: Store, position: int) -> Seal | None:
    """The first seal that covers the entry at `position`."""
    for seal in _seals(store, store.reader.tagged([SERIES], after=position)):
        if seal.signed.checkpoint.size >= position:
            return seal
    return None


def _seals(store: Store, recorded: Iterable[StoredEntry]) -> Iterator[Seal]:
    """Seals with the tokens that completed them."""
    for position, sealed, later in _with_completions(store, recorded):
        tokens = _tokens_of(sealed, later)
        yield Seal(
            position,
            sealed.checkpoint.encode(),
            tuple((token.authority, b64decode(token.token)) for token in tokens),
            tuple(at for at, _ in later),
            tuple(token.generated_at for token in tokens),
            tuple(
                WitnessLine(at, each.line, each.witness, each.cosigned_at)
                for at, fact in later
                if isinstance(fact, SealCosigned)
                for each in fact.cosignatures
            ),
            tuple((token.authority, digest) for token in tokens for digest in token.revocation or ()),
        )


def _with_completions(
    store: Store, recorded: Iterable[StoredEntry]
) -> Iterator[tuple[int, SealRecorded, list[tuple[int, SealAnchored | SealCosigned]]]]:
    """Position and fact of each seal, with those of the entries that completed it; some seals at a time."""
    stream = iter(recorded)
    while page := [(stored.position, _fact(stored)) for stored in islice(stream, _PAGE)]:
        completing: dict[int, list[tuple[int, SealAnchored | SealCosigned]]] = {}
        for stored in store.reader.tagged([f"seal:{fact.size}" for _, fact in page]):
            fact = _fact(stored)
            if not isinstance(fact, SealRecorded):
                completing.setdefault(fact.size, []).append((stored.position, fact))
        for position, sealed in page:
            assert isinstance(sealed, SealRecorded)
            yield position, sealed, completing.get(sealed.size, [])


def _tokens_of(sealed: SealRecorded, later: Iterable[tuple[int, SealAnchored | SealCosigned]]) -> list[Token]:
    anchored = [each for _, each in later if isinstance(each, SealAnchored)]
    return [*sealed.tokens, *(token for each in anchored for token in each.tokens)]


def _fact(stored: StoredEntry) -> SealRecorded | SealAnchored | SealCosigned:
    fact = facts.read(parse_entry(stored.raw, stored.position))
    if not isinstance(fact, SealRecorded | SealAnchored | SealCosigned):
        raise EntryMalformed("it is tagged as a seal and is none", stored.position)
    return fact


def kept_seals(folder: Path) -> Iterator[Seal]:
    """Seals kept as files `<size>.checkpoint`, `<size>.<authority>.tsr` and `<size>.cosignatures`."""
    for path in sorted(folder.glob("*.checkpoint")):
        yield _kept(path)


def newest_kept(folder: Path) -> Seal | None:
    """The kept seal of the most entries."""
    sizes = [int(path.stem) for path in folder.glob("*.checkpoint") if path.stem.isdecimal()]
    return _kept(folder / f"{max(sizes)}.checkpoint") if sizes else None


def _kept(path: Path) -> Seal:
    tokens = tuple(
        (token.name.removeprefix(f"{path.stem}.").removesuffix(".tsr"), token.read_bytes())
        for token in sorted(path.parent.glob(f"{path.stem}.*.tsr"))
    )
    lines = path.with_suffix(".cosignatures")
    text = lines.read_text(encoding="utf-8", errors="backslashreplace") if lines.exists() else ""
    cosignatures = tuple(WitnessLine(None, line) for line in text.removesuffix("\n").split("\n") if line)
    return Seal(None, path.read_bytes(), tokens, cosignatures=cosignatures)


@dataclass(frozen=True, slots=True)
class SealState:
    """How far one seal has come.

    Attributes:
        size, position: entries covered; the seal's own entry.
        tokens: authority and genTime (`YYYY-MM-DDThh:mm:ss.ffffffZ`) of each, in the order they came.
        required: how many authorities make a seal anchored.
        anchored_by: size of the first seal with that many that covers this one: its own if it has them, None
            if there is none yet, or none among the next thousand.
    """

    size: int
    position: int
    tokens: tuple[tuple[str, str], ...]
    required: int
    anchored_by: int | None

    @property
    def anchored(self) -> bool:
        """Has the seal itself the required number of authorities?"""
        return self.anchored_by == self.size

    @property
    def missing(self) -> int:
        """How many authorities it is short of the number required."""
        return max(0, self.required - len({name for name, _ in self.tokens}))

    def as_json(self) -> dict[str, Any]:
        """The form the interface prints."""
        return {
            "size": self.size,
            "position": self.position,
            "state": "anchored" if self.anchored else "sealed",
            "required": self.required,
            "missing": self.missing,
            "anchored_by": self.anchored_by,
            "tokens": [{"authority": name, "time": time} for name, time in self.tokens],
        }


def seal_states(
    store: Store, *, required: int = 1, before: int | None = None, limit: int = _PAGE
) -> list[SealState]:
    """The newest seals first, at most `limit`, of those recorded before position `before`.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    rows = store.database.read(
        lambda connection: connection.execute(
            "SELECT position FROM ledger_tag WHERE tag = %s AND position < %s "
            "ORDER BY position DESC LIMIT %s",
            (SERIES, 2**63 - 1 if before is None else before, limit),
        ).fetchall()
    )
    if not rows:
        return []
    page = list(
        _with_completions(store, store.reader.tagged([SERIES], after=rows[-1][0] - 1, upto=rows[0][0]))
    )
    later = None if before is None else _first_anchored(store, rows[0][0], required)
    states: list[SealState] = []
    for position, sealed, completions in reversed(page):
        tokens = _tokens_of(sealed, completions)
        later = sealed.size if _authorities(tokens) >= required else later
        stamped = tuple((token.authority, token.generated_at) for token in tokens)
        states.append(SealState(sealed.size, position, stamped, required, later))
    return states


def oldest_unanchored(store: Store, *, required: int = 1) -> SealState | None:
    """The oldest seal that no anchored seal covers, of the newest thousand; None if the newest is anchored.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    found: SealState | None = None
    for state in seal_states(store, required=required, limit=_AHEAD):
        if state.anchored:
            break
        found = state
    return found


def _first_anchored(store: Store, after: int, required: int) -> int | None:
    stored = store.reader.tagged([SERIES], after=after, limit=_AHEAD)
    for _, sealed, completions in _with_completions(store, stored):
        if _authorities(_tokens_of(sealed, completions)) >= required:
            return sealed.size
    return None


def _authorities(tokens: Iterable[Token]) -> int:
    return len({token.authority for token in tokens})
