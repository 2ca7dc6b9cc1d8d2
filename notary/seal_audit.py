"""Whether the ledger still is what its seals say, and whether they are to be believed (design 4.7).

A seal is believed for three reasons, each checked by itself: the operator signed its checkpoint, an
authority stamped the signed note, and the log and chain recomputed from the entries are the ones it names.
Seals that were also kept outside the database bind an operator's administrator who rewrites all of it, and a
witness's line binds the operator himself.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger import chain
from ledger.entry import format_instant
from ledger.errors import ChainBroken, EntryMalformed, UnknownEventType
from ledger.store.database import Store
from notary import checkpoints, merkle
from notary.checkpoints import Signature, SignedCheckpoint
from notary.cosignatures import WitnessKey, read_lines
from notary.errors import CheckpointInvalid, ProofInvalid
from notary.held_lists import HeldLists
from notary.keys import VerifierKey
from notary.log import Log
from notary.map_store import stored_leaves
from notary.replay import Replay
from notary.revocation import judge_with_lists
from notary.seals import NO_SEAL, Seal, WitnessLine
from notary.timestamps import Authority

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far the ledger's clock and an authority's may be apart."""

_LEAVES_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a seal, or with the ledger against it."""

    position: int
    """The entry to look at: the seal's own, or the last one it covers, or the first one that is wrong."""
    code: str
    message_en: str
    message_zh: str


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier brings along: the operator's key, and the authorities and witnesses it believes."""

    operator: VerifierKey
    authorities: Sequence[Authority]
    at: datetime
    witnesses: Sequence[WitnessKey] = ()


def check_seals(
    store: Store,
    seals: Iterable[Seal],
    trust: Trust,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Finding]:
    """Everything wrong with `seals`, and with the ledger against them; nothing means all hold.

    Log and map are recomputed once, from the first entry on; the map up to the first seal it differs from.
    """
    seals = list(seals)
    held = HeldLists(store, seals, trust.authorities)
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
        yield from _check_tokens(seal, signed, trust, held, times)
        yield from _check_times(store, seal, signed, times)
        yield from _check_cosignatures(seal, signed, trust)
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
    seal: Seal, signed: SignedCheckpoint, trust: Trust, held: HeldLists, times: list[datetime]
) -> Iterator[Finding]:
    """Each token by an authority we know; one valid token carries the time (E-10), each failure is told.

    A certificate found revoked later voids earlier tokens, too; that a list held does not speak of a token is
    no failure, because when it was sealed there may have been none.

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
        report, _ = judge_with_lists(
            response,
            held.of(seal, name),
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


def _check_cosignatures(seal: Seal, signed: SignedCheckpoint, trust: Trust) -> Iterator[Finding]:
    """Each line by a witness we know, over this note, and as its entry tells it."""
    known = {(key.name, key.key_id): key for key in trust.witnesses}
    for kept in seal.cosignatures:
        line = _read_line(kept)
        if line is None:
            yield _finding(
                seal,
                signed,
                "COSIGNATURE_MALFORMED",
                "has a line of a witness that is none",
                "的见证方签名行格式不符",
                position=kept.position,
            )
            continue
        key = known.get((line.name, line.key_id))
        if key is None:
            continue  # told by unchecked_cosignatures
        at = key.signed_at(line.signature, signed.checkpoint.text())
        if at is None:
            yield _finding(
                seal,
                signed,
                "COSIGNATURE_INVALID",
                f"has a line of {key.name} that is not its signature of this note",
                f"中 {key.name} 的联署与该签名记录不符",
                position=kept.position,
            )
        elif kept.position is not None and (kept.witness, kept.cosigned_at) != (key.name, format_instant(at)):
            yield _finding(
                seal,
                signed,
                "COSIGNATURE_MISTOLD",
                f"was cosigned by {key.name} at {format_instant(at)}; its entry says by {kept.witness} at "
                f"{kept.cosigned_at}",
                f"由 {key.name} 于 {format_instant(at)} 联署，而其条目称由 {kept.witness} 于 "
                f"{kept.cosigned_at} 联署",
                position=kept.position,
            )


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A witness whose key is not known: how many seals have its line, and the size of the first of them."""

    witness: str
    key_id: str
    seals: int
    first: int


def unchecked_cosignatures(seals: Iterable[Seal], trust: Trust) -> list[Unchecked]:
    """The witnesses whose lines `check_seals` could not check, because `trust` has no key of theirs.

    A seal counts once, whether it is recorded, kept or both.
    """
    known = {(key.name, key.key_id) for key in trust.witnesses}
    sizes: dict[tuple[str, bytes], set[int]] = {}
    for seal in seals:
        try:
            size = seal.signed.checkpoint.size
        except CheckpointInvalid:
            continue  # check_seals tells it
        for kept in seal.cosignatures:
            line = _read_line(kept)
            if line is not None and (line.name, line.key_id) not in known:
                sizes.setdefault((line.name, line.key_id), set()).add(size)
    return [
        Unchecked(name, key_id.hex(), len(covered), min(covered))
        for (name, key_id), covered in sorted(sizes.items())
    ]


def _read_line(kept: WitnessLine) -> Signature | None:
    try:
        (line,) = read_lines(f"{kept.line}\n".encode(errors="backslashreplace"))
    except (CheckpointInvalid, ValueError):
        return None
    return line


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
