"""Seals as they stand in the ledger, and whether the ledger still is what they sealed (design 4.7).

A seal is believed for three reasons, each checked by itself: the operator signed its checkpoint, an
authority stamped the signed note, and the log and chain recomputed from the entries are the ones it names.
Seals that were also kept outside the database bind an operator's administrator who rewrites all of it.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ledger import chain, facts
from ledger.entry import parse as parse_entry
from ledger.errors import ChainBroken, EntryMalformed, UnknownEventType
from ledger.facts.seals import SERIES, SealAnchored, SealCosigned, SealRecorded, Token
from ledger.store.database import Store
from ledger.store.reader import StoredEntry
from notary import checkpoints, merkle
from notary.checkpoints import SignedCheckpoint
from notary.errors import CheckpointInvalid, ProofInvalid
from notary.keys import VerifierKey
from notary.log import Log
from notary.map_store import stored_leaves
from notary.replay import Replay
from notary.timestamps import Authority
from notary.tokens import judge_token

NO_SEAL: Final = bytes(32)
SEAL_TYPES: Final = (SealRecorded.TYPE, SealAnchored.TYPE, SealCosigned.TYPE)
"""Entries of these types alone are no reason for another seal."""

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far the ledger's clock and an authority's may be apart."""

_PAGE: Final = 100
_AHEAD: Final = 1000
_LEAVES_AT_ONCE: Final = 2000


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

    @property
    def signed(self) -> SignedCheckpoint:
        """The note, read. Raises CheckpointInvalid."""
        return checkpoints.parse(self.note)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a seal, or with the ledger against it."""

    position: int
    """The entry to look at: the seal's own, or the last one it covers, or the first one that is wrong."""
    code: str
    message_en: str
    message_zh: str


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
    """Seals kept as files `<size>.checkpoint` and `<size>.<authority>.tsr`."""
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
    return Seal(None, path.read_bytes(), tokens)


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


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier brings along: the operator's key, and the authorities it believes."""

    operator: VerifierKey
    authorities: Sequence[Authority]
    at: datetime


def check_seals(
    store: Store,
    seals: Iterable[Seal],
    trust: Trust,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Finding]:
    """Everything wrong with `seals`, and with the ledger against them; nothing means all hold.

    Log and map are recomputed once, from the first entry on; the map up to the first seal it differs from.
    """
    readable: list[tuple[Seal, SignedCheckpoint]] = []
    for seal in seals:
        try:
            readable.append((seal, seal.signed))
        except CheckpointInvalid as error:
            yield Finding(seal.position or 0, error.code, error.message_en, error.message_zh)
    readable.sort(key=lambda pair: (pair[1].checkpoint.size, pair[0].position or 0))
    extended: list[tuple[Seal, SignedCheckpoint]] = []
    yield from _compare_with_log(store, readable, extended, progress)
    yield from _compare_with_map(store, extended, progress)
    previous = NO_SEAL
    for seal, signed in readable:
        yield from _check_signature(seal, signed, trust)
        times: list[datetime] = []
        yield from _check_tokens(seal, signed, trust, times)
        yield from _check_times(store, seal, signed, times)
        if seal.position is not None:
            if signed.checkpoint.previous != previous:
                yield _finding(
                    seal,
                    signed,
                    "SEAL_PREVIOUS_DIFFERS",
                    f"names {signed.checkpoint.previous.hex()} as the seal before it, "
                    f"which is {previous.hex()}",
                    f"所引用的前一封印为 {signed.checkpoint.previous.hex()}，实际为 {previous.hex()}",
                )
            previous = signed.imprint


def _compare_with_log(
    store: Store,
    seals: list[tuple[Seal, SignedCheckpoint]],
    extended: list[tuple[Seal, SignedCheckpoint]],
    progress: Callable[[int], None],
) -> Iterator[Finding]:
    """Findings; the seals that the ledger extends are put into `extended`."""
    head = store.reader.head().position
    frontier = merkle.Frontier()
    link = chain.genesis(store.origin)
    agreed, first = 0, None
    for seal, signed in seals:
        checkpoint = signed.checkpoint
        if checkpoint.origin != store.origin:
            yield _finding(
                seal,
                signed,
                "SEAL_OF_OTHER_LEDGER",
                f"is of {checkpoint.origin}, this ledger is {store.origin}",
                f"属于 {checkpoint.origin}，而本账本为 {store.origin}",
            )
            continue
        if checkpoint.size > head:
            yield _finding(
                seal,
                signed,
                "SEALED_ENTRIES_MISSING",
                f"covers {checkpoint.size} entries, the ledger holds {head}: entries were removed",
                f"涵盖 {checkpoint.size} 条，而账本仅有 {head} 条：有条目被删除",
            )
            continue
        for links in store.reader.links(after=frontier.size, upto=checkpoint.size):
            frontier = frontier.extend(merkle.leaf_hashes(links))
            link = links[-1]
            progress(len(links))
        if link != checkpoint.chain or frontier.root() != checkpoint.root:
            first = first or Log(store).first_difference(agreed, checkpoint.size)
            yield _finding(
                seal,
                signed,
                "SEALED_HISTORY_DIFFERS",
                f"sealed chain {checkpoint.chain.hex()}, the ledger now has {link.hex()} there: entries from "
                f"{first or agreed + 1} on, or later, were rewritten after they were sealed",
                f"封印时链值为 {checkpoint.chain.hex()}，现为 {link.hex()}："
                f"第 {first or agreed + 1} 条或其后的条目在封印后被改写",
                position=first,
            )
            continue
        agreed = checkpoint.size
        extended.append((seal, signed))


def _compare_with_map(
    store: Store, seals: list[tuple[Seal, SignedCheckpoint]], progress: Callable[[int], None]
) -> Iterator[Finding]:
    try:
        with Replay(store) as replay:
            yield from _replay_map(store, seals, replay, progress)
    except ProofInvalid as error:
        yield Finding(
            seals[0][1].checkpoint.size,
            "MAP_TABLES_DAMAGED",
            f"the notary's tables cannot prove what was sealed ({error.code}: {error.message_en}); "
            "the map is recomputed in memory",
            f"公证表无法证明已封印的内容（{error.code}：{error.message_zh}）；映射改为在内存中重算",
        )
        with Replay(store, in_memory=True) as replay:
            yield from _replay_map(store, seals, replay, progress)


def _replay_map(
    store: Store,
    seals: list[tuple[Seal, SignedCheckpoint]],
    replay: Replay,
    progress: Callable[[int], None],
) -> Iterator[Finding]:
    """Findings up to the first seal whose map root is not the one recomputed."""
    for seal, signed in seals:
        checkpoint = signed.checkpoint
        before = replay.position
        try:
            root = replay.advance(checkpoint.size) if checkpoint.size > before else replay.root
        except (ChainBroken, EntryMalformed, UnknownEventType) as error:
            position = error.data.get("position") or before
            yield Finding(position, error.code, error.message_en, error.message_zh)
            return
        progress(replay.position - before)
        differing = _differing(store, replay) if replay.position > before else None
        if differing is not None:
            tag, position = differing
            yield Finding(
                position,
                "MAP_LEAF_DIFFERS",
                f"the notary's tables tell another leaf of {tag} than the entries up to {position} give",
                f"公证表中 {tag} 的叶与截至第 {position} 条的条目所得不符",
            )
        if root != checkpoint.map_root:
            yield _finding(
                seal,
                signed,
                "SEALED_MAP_DIFFERS",
                f"sealed the map {checkpoint.map_root.hex()}, the entries give {root.hex()}",
                f"封印的映射根为 {checkpoint.map_root.hex()}，由条目重算得 {root.hex()}",
            )
            return


def _differing(store: Store, replay: Replay) -> tuple[str, int] | None:
    """The changed tag with the earliest entry whose leaf the notary's tables tell otherwise."""
    tags = list(replay.changed)
    found: tuple[str, int] | None = None
    for at in range(0, len(tags), _LEAVES_AT_ONCE):
        page = tags[at : at + _LEAVES_AT_ONCE]
        told = stored_leaves(store, page, replay.position)
        for tag in page:
            changed = replay.changed[tag]
            if told.get(tag) != changed.leaf and (found is None or changed.position < found[1]):
                found = (tag, changed.position)
    return found


def _check_signature(seal: Seal, signed: SignedCheckpoint, trust: Trust) -> Iterator[Finding]:
    try:
        checkpoints.verify(signed, trust.operator)
    except CheckpointInvalid as error:
        yield _finding(seal, signed, error.code, error.message_en, error.message_zh)


def _check_tokens(
    seal: Seal, signed: SignedCheckpoint, trust: Trust, times: list[datetime]
) -> Iterator[Finding]:
    """Each token by an authority we know; one valid token carries the time (E-10), each failure is told.

    The times of those that hold are put into `times`.
    """
    known = {authority.name: authority for authority in trust.authorities}
    for name, response in seal.tokens:
        authority = known.get(name)
        if authority is None:
            yield _finding(
                seal,
                signed,
                "AUTHORITY_NOT_TRUSTED",
                f"was stamped by {name}, for which no root is configured",
                f"由 {name} 加盖时间戳，但未配置其信任根",
            )
            continue
        report = judge_token(
            response,
            digest=signed.imprint,
            at=trust.at,
            roots=authority.roots,
            untrusted=authority.untrusted,
            policy=authority.policy,
        )
        if report.leading is not None:
            check = report.leading
            yield _finding(
                seal, signed, check.code, f"{name}: {check.message_en}", f"{name}：{check.message_zh}"
            )
        elif report.token is not None:
            times.append(report.token.gen_time)
    if not seal.tokens:
        yield _finding(seal, signed, "SEAL_WITHOUT_TOKEN", "has no time-stamp", "没有时间戳")


def _check_times(
    store: Store, seal: Seal, signed: SignedCheckpoint, times: Sequence[datetime]
) -> Iterator[Finding]:
    """The ledger's own clock against the authorities': neither entries nor the seal may be back-dated.

    What a checkpoint covers was recorded before its tokens, and the seal's own entry after the first of them.
    """
    try:
        covered_at = _recorded_at(store, signed.checkpoint.size)
        own_at = None if seal.position is None else _recorded_at(store, seal.position)
    except (ChainBroken, EntryMalformed) as error:
        yield Finding(int(error.data["position"]), error.code, error.message_en, error.message_zh)
        return
    if not times or covered_at is None:
        return
    if min(times) + CLOCK_TOLERANCE < covered_at:
        yield _finding(
            seal,
            signed,
            "SEAL_BEFORE_ITS_ENTRIES",
            f"was stamped at {min(times).isoformat()}, before what it covers was recorded "
            f"({covered_at.isoformat()})",
            f"的时间戳为 {min(times).isoformat()}，早于其所涵盖条目的记录时间（{covered_at.isoformat()}）",
        )
    if own_at is not None and own_at + CLOCK_TOLERANCE < min(times):
        yield _finding(
            seal,
            signed,
            "SEAL_BACKDATED",
            f"says it was recorded at {own_at.isoformat()}, before its time-stamp ({min(times).isoformat()})",
            f"称记录于 {own_at.isoformat()}，早于其时间戳（{min(times).isoformat()}）",
        )


def _recorded_at(store: Store, position: int) -> datetime | None:
    stored = store.reader.entry(position)
    return None if stored is None else stored.parse().recorded_at


def _finding(
    seal: Seal, signed: SignedCheckpoint, code: str, en: str, zh: str, *, position: int | None = None
) -> Finding:
    """A finding at `position`, else at the seal's entry, else at the last entry the seal covers."""
    size = signed.checkpoint.size
    position = position or seal.position or size
    return Finding(position, code, f"the seal of {size} entries {en}", f"{size} 条的封印{zh}")
