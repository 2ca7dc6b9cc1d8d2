"""Making seals: a signed checkpoint of the head, stamped by the authorities, recorded as an entry.

Sealing reads what is committed and blocks no append. An authority that does not answer costs nothing but
its token; with none answering nothing is recorded and the next attempt covers all the more.

    1. Read the head; stop if nothing but a seal is new.
    2. Extend the log's frontier to the head; sign the checkpoint.
    3. Ask all authorities at once for a token over the signed note.
    4. Keep note and tokens outside the database.
    5. Record the seal, unless another process has sealed the same size.
"""

import os
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ledger import chain
from ledger.entry import Draft, EntryClass, format_instant, new_salt
from ledger.facts.seals import SealRecorded, Token
from ledger.store.database import Store
from ledger.store.requests import Appended, AppendRequest, Condition
from notary import checkpoints, merkle
from notary.authority import Clock
from notary.errors import NotaryError
from notary.keys import SigningKey, create_or_load_signing_key
from notary.seals import NO_SEAL, Seal, last_seal
from notary.timestamps import Authority, TokenReceipt, request_token

ACTOR = "notary"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one run of sealing did: the seal, if one was made, and what kept authorities from answering."""

    seal: Seal | None
    refusals: tuple[tuple[str, NotaryError], ...]


class Sealer:
    """Seals one ledger with the operator's key and the configured authorities."""

    def __init__(self, store: Store, home: Path, authorities: Sequence[Authority], clock: Clock) -> None:
        """Keys lie in `home/keys`, copies of seals are kept in `home/seals`.

        Raises:
            KeyUnusable: the key cannot be read or made, or its file may be read by others.
        """
        self._store = store
        self._authorities = authorities
        self._clock = clock
        self._folder = home / "seals"
        self._frontier = merkle.Frontier()
        self._link = chain.genesis(store.origin)
        self.key = operator_key(home, store.origin)

    def seal(self) -> Sealed:
        """Seal everything committed.

        `seal` is None when nothing was new, when no authority gave a token (`refusals` says why), or when
        another process has just sealed the same state.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        head = self._store.reader.head()
        last = last_seal(self._store)
        if head.position == (last.position if last else 0):
            return Sealed(None, ())
        signed = checkpoints.sign(self._checkpoint(head.position, last), self.key)
        receipts, refusals = self._stamps(signed.imprint)
        if not receipts:
            return Sealed(None, refusals)
        seal = Seal(None, signed.note, tuple((receipt.authority, receipt.response) for receipt in receipts))
        self._keep(head.position, seal)
        position = self._record(head.position, signed.note, receipts)
        return Sealed(None if position is None else Seal(position, seal.note, seal.tokens), refusals)

    def _checkpoint(self, size: int, last: Seal | None) -> checkpoints.Checkpoint:
        for links in self._store.reader.links(after=self._frontier.size, upto=size):
            self._frontier = self._frontier.extend(merkle.leaf_hashes(links))
            self._link = links[-1]
        return checkpoints.Checkpoint(
            origin=self._store.origin,
            size=size,
            root=self._frontier.root(),
            chain=self._link,
            previous=last.signed.imprint if last else NO_SEAL,
        )

    def _stamps(self, imprint: bytes) -> tuple[list[TokenReceipt], tuple[tuple[str, NotaryError], ...]]:
        """Tokens of all authorities asked at once, in the order they are configured."""
        receipts: list[TokenReceipt] = []
        refusals: list[tuple[str, NotaryError]] = []
        with ThreadPoolExecutor(max_workers=max(1, len(self._authorities))) as pool:
            asked = [
                (authority.name, pool.submit(request_token, authority, imprint, self._clock))
                for authority in self._authorities
            ]
            for name, answer in asked:
                try:
                    receipts.append(answer.result())
                except NotaryError as error:
                    refusals.append((name, error))
        return receipts, tuple(refusals)

    def _keep(self, size: int, seal: Seal) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, response in seal.tokens:
            _write(self._folder / f"{size}.{name}.tsr", response)
        _write(self._folder / f"{size}.checkpoint", seal.note)

    def _record(self, size: int, note: bytes, receipts: list[TokenReceipt]) -> int | None:
        fact = SealRecorded(
            size=size,
            checkpoint=note.decode(),
            tokens=tuple(
                Token(
                    authority=receipt.authority,
                    generated_at=format_instant(receipt.gen_time),
                    token=b64encode(receipt.response).decode(),
                )
                for receipt in receipts
            ),
        )
        command_id = f"seal:{self._store.origin}:{size}"
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
        request = AppendRequest((draft,), Condition(tags=fact.tags()), command_id)
        result = self._store.writer.append(request)
        return result.first_position if isinstance(result, Appended) and not result.replay else None


def operator_key(home: Path, origin: str) -> SigningKey:
    """The operator's signing key, made at first use.

    Raises:
        KeyUnusable: it cannot be read or made, or its file may be read by others.
    """
    return create_or_load_signing_key(home / "keys" / "operator.pem", origin)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and on disk before the seal is recorded."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
