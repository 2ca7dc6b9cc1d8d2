"""Making seals: a signed checkpoint of the head, stamped by the authorities, recorded as an entry.

Sealing reads what is committed and blocks no append. An authority that does not answer costs nothing but
its token; with none answering nothing is recorded and the next attempt covers all the more.

    1. Read the head; stop if nothing but seals is new.
    2. Hold the log against the last seal, here and as kept outside the database: what does not extend it is
       never signed.
    3. Extend the log's frontier and the map to the head; sign the checkpoint.
    4. Ask all authorities at once for a token over the signed note.
    5. Keep note and tokens outside the database.
    6. Record the seal, unless another process has sealed meanwhile.

A seal with fewer tokens than required is *sealed*, not *anchored*. Tokens that come later are recorded by an
entry of their own. Only the newest seal is asked about again: it covers all before it.
"""

import os
import secrets
import threading
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ledger.entry import Draft, EntryClass, format_instant, new_salt
from ledger.errors import StorageUnavailable
from ledger.facts.seals import SERIES, SealAnchored, SealRecorded, Token
from ledger.store.database import Store
from ledger.store.requests import Appended, AppendRequest, Condition
from notary import checkpoints, merkle
from notary.authorities import load_required
from notary.authority import Clock
from notary.checkpoints import SignedCheckpoint
from notary.errors import CheckpointInvalid, NotaryError, ProofInvalid
from notary.health import note_answer
from notary.keys import SigningKey, create_or_load_signing_key
from notary.log import Log
from notary.map_store import MapStore
from notary.revocation import LIST_TYPE
from notary.seals import NO_SEAL, SEAL_TYPES, Seal, covering_seal, last_seal, newest_kept, seal_of_size
from notary.stamping import Answers, Stamps
from notary.timestamps import Authority, TokenReceipt

ACTOR: Final = "notary"
CERTIFICATE_TYPE: Final = "application/pkix-cert"
_OVERTAKEN_MAX: Final = 10
_UNFINISHED_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one run of sealing did: the seal, if one was made, and what kept authorities from answering.

    `pending` names the authorities that had not answered yet; `anchored` says whether the required number of
    tokens is there.
    """

    seal: Seal | None
    refusals: tuple[tuple[str, NotaryError], ...]
    pending: tuple[str, ...] = ()
    anchored: bool = False


class Sealer:
    """Seals one ledger with the operator's key and the configured authorities; share one between threads."""

    def __init__(
        self,
        store: Store,
        home: Path,
        authorities: Sequence[Authority],
        clock: Clock,
        *,
        required: int | None = None,
    ) -> None:
        """Keys lie in `home/keys`, copies of seals are kept in `home/seals`.

        `required` is the number of authorities whose tokens make a seal *anchored*; else it is read from the
        configuration in `home`.

        Raises:
            KeyUnusable: the key cannot be read or made, or its file may be read by others.
            AuthorityUnavailable: AUTHORITY_MISCONFIGURED, the number required is none.
            StorageUnavailable: the database does not answer.
        """
        self._store = store
        self._folder = home / "seals"
        self._stamps = Stamps(authorities, clock, partial(note_answer, store))
        self._log = Log(store)
        self._map = MapStore(store)
        self._sealing = threading.Lock()
        self._kept_checked = False
        self._unfinished: dict[bytes, int] = {}
        self._covered = 0
        self.required = load_required(home) if required is None else required
        self.key = operator_key(home, store.origin)

    def seal(self, *, patience_ms: int | None = None) -> Sealed:
        """Seal everything committed.

        `seal` is None when nothing was new, when no authority gave a token (`refusals` says why), or when
        another process has just sealed. With `patience_ms` authorities that take longer than that after the
        first token are left behind; `complete` takes up what they say.

        Raises:
            StorageUnavailable: the database does not answer.
            ProofInvalid: SEALED_HISTORY_DIFFERS, SEALED_ENTRIES_MISSING, MAP_AHEAD: the ledger does not
                extend what was sealed, and is not signed.
            CheckpointInvalid: the last seal is not signed by this key.
            ChainBroken, EntryMalformed, UnknownEventType: a new entry is not what was written.
        """
        with self._sealing:
            return self._seal(patience_ms, renew=False)

    def reseal(self) -> Sealed:
        """Seal although nothing is new: the tokens so far are stamped anew before what vouches for them ages.

        Every earlier seal, tokens and chains included, lies under the new one (RFC 4998 section 5.1).

        Raises:
            As `seal`.
        """
        with self._sealing:
            return self._seal(None, renew=True)

    def waiting(self) -> int:
        """About how many entries wait for a seal.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        return self._store.reader.head().position - self._covered

    def seal_entry(self, position: int, *, patience_ms: int | None = None) -> Sealed:
        """The first seal that covers the entry at `position`, made now if there is none yet.

        Raises:
            As `seal`.
        """
        found = covering_seal(self._store, position)
        if found is not None:
            return Sealed(found, (), anchored=self._is_anchored(found))
        sealed = self.seal(patience_ms=patience_ms)
        if sealed.seal is None or sealed.seal.signed.checkpoint.size < position:
            found = covering_seal(self._store, position)
            if found is not None:  # another process was faster
                return Sealed(found, (), anchored=self._is_anchored(found))
        return sealed

    def complete(self, *, ask: bool = True, patience_ms: int | None = None) -> Sealed:
        """Record tokens that came late, and ask for those the newest seal lacks (unless told not to `ask`).

        Earlier seals are not asked about again: a later one covers all before it. `seal` is None when none
        was completed.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        with self._sealing:
            done = Sealed(None, ())
            for imprint, receipt in self._stamps.late():
                size = self._unfinished.pop(imprint, None)
                seal = None if size is None else seal_of_size(self._store, size)
                if seal is not None and not self._is_anchored(seal):
                    done = self._complete(seal, (receipt,), Answers((), (), ()))
            last = last_seal(self._store) if ask else None
            if last is None or self._is_anchored(last):
                return done
            have = {name for name, _ in last.tokens}
            answers = self._stamps.ask(last.signed.imprint, without=have, patience_ms=patience_ms)
            if not answers.receipts:
                return Sealed(done.seal, answers.refusals, answers.pending)
            return self._complete(last, answers.receipts, answers)

    def _seal(self, patience_ms: int | None, *, renew: bool) -> Sealed:
        signed, last = self._signed(renew=renew)
        if signed is None:
            return Sealed(None, ())
        answers = self._stamps.ask(signed.imprint, patience_ms=patience_ms)
        if not answers.receipts:
            return Sealed(None, answers.refusals, answers.pending)
        seal = Seal(None, signed.note, _tokens(answers.receipts))
        self._keep(seal)
        position = self._record(seal, answers.receipts, last)
        if position is None:
            return Sealed(None, answers.refusals, answers.pending)
        self._expect(signed, answers)
        recorded = Seal(position, seal.note, seal.tokens)
        self._covered = position
        return Sealed(recorded, answers.refusals, answers.pending, self._is_anchored(recorded))

    def _signed(self, *, renew: bool) -> tuple[SignedCheckpoint | None, Seal | None]:
        """The signed checkpoint of the head, None if there is nothing to seal; and the seal before it."""
        last = None
        for _ in range(_OVERTAKEN_MAX):
            head = self._store.reader.head().position
            # Read after the head and not beyond it, so that every process signs the same note for one size.
            last = last_seal(self._store)
            if last is not None and last.position is not None and last.position > head:
                continue
            sealed = last.signed.checkpoint.size if last else 0
            if head == 0 or not (renew or self._is_news(sealed, head)):
                self._covered = max(self._covered, head)
                return None, last
            frontier, link = self._extend(last, head)
            map_root = self._map.advance(head)
            if map_root is not None:
                checkpoint = checkpoints.Checkpoint(
                    origin=self._store.origin,
                    size=head,
                    root=frontier.root(),
                    chain=link,
                    map_root=map_root,
                    previous=last.signed.imprint if last else NO_SEAL,
                )
                return checkpoints.sign(checkpoint, self.key), last
        return None, last  # other processes seal faster than this one

    def _is_news(self, sealed: int, head: int) -> bool:
        """Does anything but seals stand after the entries sealed?"""
        row = self._store.database.read(
            lambda connection: connection.execute(
                "SELECT 1 FROM ledger_entry WHERE position > %s AND position <= %s "
                "AND NOT type = ANY(%s) LIMIT 1",
                (sealed, head, list(SEAL_TYPES)),
            ).fetchone()
        )
        return row is not None

    def _extend(self, last: Seal | None, size: int) -> tuple[merkle.Frontier, bytes]:
        """The log's frontier and chain at `size`, shown to extend the last seal and the newest one kept."""
        if last is not None:
            checkpoints.verify(last.signed, self.key.verifier)
        if not self._kept_checked:
            kept = newest_kept(self._folder)
            if kept is not None:
                self._check_continues(kept.signed)
            self._kept_checked = True
        if last is None:
            frontier, link = merkle.Frontier(), self._log.link(0)
        else:
            self._check_continues(last.signed)
            sealed = last.signed.checkpoint
            frontier, link = self._log.frontier(sealed.size), sealed.chain
        self._log.advance(size)
        for links in self._store.reader.links(after=frontier.size, upto=size):
            frontier = frontier.extend(merkle.leaf_hashes(links))
            link = links[-1]
        return frontier, link

    def _check_continues(self, signed: SignedCheckpoint) -> None:
        """Refuse to sign another history than the one signed before.

        Raises:
            ProofInvalid: SEALED_ENTRIES_MISSING, SEALED_HISTORY_DIFFERS.
        """
        checkpoint = signed.checkpoint
        if checkpoint.origin != self._store.origin:
            raise CheckpointInvalid(
                "CHECKPOINT_ORIGIN_MISMATCH",
                "The checkpoint is of the log {origin}, the ledger is {name}.",
                "检查点属于日志 {origin}，而账本为 {name}。",
                origin=checkpoint.origin,
                name=self._store.origin,
            )
        head = self._store.reader.head().position
        if checkpoint.size > head:
            raise ProofInvalid(
                "SEALED_ENTRIES_MISSING",
                "{size} entries were sealed, the ledger holds {head}: entries were removed. "
                "Nothing is sealed on top of that; restore the ledger, or begin a new one.",
                "已封印 {size} 条，账本现有 {head} 条：有条目被删除。在此之上不再封印；"
                "请恢复账本或新建账本。",
                size=checkpoint.size,
                head=head,
            )
        if not self._agrees(checkpoint):
            self._log.rebuild()  # perhaps only the tiles are damaged
        if not self._agrees(checkpoint):
            raise ProofInvalid(
                "SEALED_HISTORY_DIFFERS",
                "The first {size} entries are not those that were sealed. Nothing is sealed on top of that; "
                "run ipledger verify to find the first wrong entry.",
                "前 {size} 条与封印时不符。在此之上不再封印；请运行 ipledger verify 查找首个错误条目。",
                size=checkpoint.size,
            )

    def _agrees(self, checkpoint: checkpoints.Checkpoint) -> bool:
        try:
            root = self._log.root(checkpoint.size)
        except ProofInvalid:  # TILE_MISSING
            return False
        return (root, self._log.link(checkpoint.size)) == (checkpoint.root, checkpoint.chain)

    def _expect(self, signed: SignedCheckpoint, answers: Answers) -> None:
        """Remember which seal an answer that is still to come belongs to."""
        if answers.pending:
            self._unfinished[signed.imprint] = signed.checkpoint.size
        while len(self._unfinished) > _UNFINISHED_MAX:
            self._unfinished.pop(next(iter(self._unfinished)))

    def _is_anchored(self, seal: Seal) -> bool:
        return len({name for name, _ in seal.tokens}) >= self.required

    def _complete(self, seal: Seal, receipts: Sequence[TokenReceipt], answers: Answers) -> Sealed:
        tokens = _tokens(receipts)
        size = seal.signed.checkpoint.size
        self._keep(Seal(None, seal.note, tokens))
        fact = SealAnchored(size=size, tokens=self._facts(receipts))
        names = ",".join(sorted(name for name, _ in tokens))
        command_id = f"seal:{self._store.origin}:{size}:{names}"
        position = self._append(
            fact, receipts, command_id, after=max((seal.position or 0, *seal.completions))
        )
        if position is None:
            return Sealed(None, answers.refusals, answers.pending)
        times = tuple(format_instant(receipt.gen_time) for receipt in receipts)
        completed = Seal(
            seal.position, seal.note, seal.tokens + tokens, (*seal.completions, position), seal.times + times
        )
        return Sealed(completed, answers.refusals, answers.pending, self._is_anchored(completed))

    def _keep(self, seal: Seal) -> None:
        """Keep note and tokens as files.

        Raises:
            StorageUnavailable: they cannot be written.
        """
        size = seal.signed.checkpoint.size
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, response in seal.tokens:
                _write(self._folder / f"{size}.{name}.tsr", response)
            _write(self._folder / f"{size}.checkpoint", seal.note)
        except OSError as error:
            raise StorageUnavailable(f"copies of seals cannot be kept in {self._folder}: {error}") from error

    def _record(self, seal: Seal, receipts: Sequence[TokenReceipt], last: Seal | None) -> int | None:
        size = seal.signed.checkpoint.size
        fact = SealRecorded(size=size, checkpoint=seal.note.decode(), tokens=self._facts(receipts))
        after = 0 if last is None or last.position is None else last.position
        return self._append(fact, receipts, f"seal:{self._store.origin}:{size}", after=after)

    def _append(
        self,
        fact: SealRecorded | SealAnchored,
        receipts: Sequence[TokenReceipt],
        command_id: str,
        *,
        after: int,
    ) -> int | None:
        """The entry's position; None if another process has recorded a seal or these tokens meanwhile."""
        draft = Draft(
            type=fact.TYPE,
            type_v=fact.VERSION,
            entry_class=EntryClass.OPERATOR,
            subjects=fact.tags(),
            effective_at=format_instant(min(receipt.gen_time for receipt in receipts)),
            actor=ACTOR,
            command_id=command_id,
            data=fact.as_data(),
            salt=new_salt(),
        )
        tag = SERIES if isinstance(fact, SealRecorded) else f"seal:{fact.size}"
        request = AppendRequest((draft,), Condition(tags=(tag,), after=after), command_id)
        result = self._store.writer.append(request)
        return result.first_position if isinstance(result, Appended) and not result.replay else None

    def _facts(self, receipts: Sequence[TokenReceipt]) -> tuple[Token, ...]:
        """Tokens as the ledger names them; what they were judged by is kept as documents."""
        facts = []
        for receipt in receipts:
            chain = receipt.report.token.chain if receipt.report.token is not None else ()
            digests = self._store.documents.put_many((each, CERTIFICATE_TYPE) for each in chain)
            lists = self._store.documents.put_many((each, LIST_TYPE) for each in receipt.revocation)
            facts.append(
                Token(
                    authority=receipt.authority,
                    generated_at=format_instant(receipt.gen_time),
                    token=b64encode(receipt.response).decode(),
                    certificates=tuple(digests) or None,
                    revocation=tuple(lists) or None,
                )
            )
        return tuple(facts)


def operator_key(home: Path, origin: str) -> SigningKey:
    """The operator's signing key, made at first use.

    Raises:
        KeyUnusable: it cannot be read or made, or its file may be read by others.
    """
    return create_or_load_signing_key(home / "keys" / "operator.pem", origin)


def _tokens(receipts: Sequence[TokenReceipt]) -> tuple[tuple[str, bytes], ...]:
    return tuple((receipt.authority, receipt.response) for receipt in receipts)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and on disk before the seal is recorded."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
