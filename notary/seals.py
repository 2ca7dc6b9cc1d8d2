"""Seals as they stand in the ledger, and whether the ledger still is what they sealed (design 4.7).

A seal is believed for three reasons, each checked by itself: the operator signed its checkpoint, an
authority stamped the signed note, and the log and chain recomputed from the entries are the ones it names.
Seals that were also kept outside the database bind an operator's administrator who rewrites all of it.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ledger import chain, facts
from ledger.entry import parse as parse_entry
from ledger.facts.seals import SERIES, SealRecorded
from ledger.store.database import Store
from ledger.store.reader import StoredEntry
from notary import checkpoints, merkle
from notary.checkpoints import SignedCheckpoint
from notary.errors import CheckpointInvalid
from notary.keys import VerifierKey
from notary.timestamps import Authority
from notary.tokens import judge_token

NO_SEAL: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed checkpoint; `position` is that of its entry, None for one kept outside the database."""

    position: int | None
    note: bytes
    tokens: tuple[tuple[str, bytes], ...]
    """Authority's name and its whole response, exactly as received."""

    @property
    def signed(self) -> SignedCheckpoint:
        """The note, read. Raises CheckpointInvalid."""
        return checkpoints.parse(self.note)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a seal, or with the ledger against it."""

    position: int
    """The entry to look at: the seal's own, or the last one it covers."""
    code: str
    message_en: str
    message_zh: str


def recorded_seals(store: Store) -> Iterator[Seal]:
    """All seals of the ledger, in order of position."""
    return map(_seal, store.reader.tagged([SERIES]))


def last_seal(store: Store) -> Seal | None:
    """The newest seal of the ledger."""
    stored = store.reader.last_tagged(SERIES)
    return None if stored is None else _seal(stored)


def _seal(stored: StoredEntry) -> Seal:
    fact = facts.read(parse_entry(stored.raw, stored.position))
    assert isinstance(fact, SealRecorded)
    tokens = tuple((token.authority, b64decode(token.token)) for token in fact.tokens)
    return Seal(stored.position, fact.checkpoint.encode(), tokens)


def kept_seals(folder: Path) -> Iterator[Seal]:
    """Seals kept as files `<size>.checkpoint` and `<size>.<authority>.tsr`."""
    for path in sorted(folder.glob("*.checkpoint")):
        tokens = tuple(
            (token.name.removeprefix(f"{path.stem}.").removesuffix(".tsr"), token.read_bytes())
            for token in sorted(folder.glob(f"{path.stem}.*.tsr"))
        )
        yield Seal(None, path.read_bytes(), tokens)


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

    The log is recomputed once from the raw links of the database, from the first entry on.
    """
    readable: list[tuple[Seal, SignedCheckpoint]] = []
    for seal in seals:
        try:
            readable.append((seal, seal.signed))
        except CheckpointInvalid as error:
            yield Finding(seal.position or 0, error.code, error.message_en, error.message_zh)
    readable.sort(key=lambda pair: (pair[1].checkpoint.size, pair[0].position or 0))
    yield from _compare_with_log(store, readable, progress)
    previous = NO_SEAL
    for seal, signed in readable:
        yield from _check_signature(seal, signed, trust)
        yield from _check_tokens(seal, signed, trust)
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
    store: Store, seals: list[tuple[Seal, SignedCheckpoint]], progress: Callable[[int], None]
) -> Iterator[Finding]:
    head = store.reader.head().position
    frontier = merkle.Frontier()
    link = chain.genesis(store.origin)
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
            yield _finding(
                seal,
                signed,
                "SEALED_HISTORY_DIFFERS",
                f"sealed chain {checkpoint.chain.hex()}, the ledger now has {link.hex()} there: "
                "entries up to it were rewritten after they were sealed",
                f"封印时链值为 {checkpoint.chain.hex()}，现为 {link.hex()}：此前的条目在封印后被改写",
            )


def _check_signature(seal: Seal, signed: SignedCheckpoint, trust: Trust) -> Iterator[Finding]:
    try:
        checkpoints.verify(signed, trust.operator)
    except CheckpointInvalid as error:
        yield _finding(seal, signed, error.code, error.message_en, error.message_zh)


def _check_tokens(seal: Seal, signed: SignedCheckpoint, trust: Trust) -> Iterator[Finding]:
    """Each token by an authority we know; one valid token carries the time (E-10), each failure is told."""
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
    if not seal.tokens:
        yield _finding(seal, signed, "SEAL_WITHOUT_TOKEN", "has no time-stamp", "没有时间戳")


def _finding(seal: Seal, signed: SignedCheckpoint, code: str, en: str, zh: str) -> Finding:
    size = signed.checkpoint.size
    position = seal.position if seal.position is not None else size
    return Finding(position, code, f"the seal of {size} entries {en}", f"{size} 条的封印{zh}")
