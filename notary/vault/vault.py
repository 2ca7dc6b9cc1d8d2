"""Confidential fields, each encrypted under the key of its data subject (design 4.2, PV-1 to PV-5).

Promises: the database alone says nothing of a field, not even which it is; a value leaves only after an entry
says who asked and why; what leaves has the digest its entry committed to; an erased subject's fields are gone
for whoever holds the database, its backups and today's vault key; and no opening, hold or erasure changes an
entry, the chain or a proof.

Erasing destroys twice: the subject's wrapped key is overwritten, and the vault's key, which could still open
the copies of it in backups and write-ahead logs, is replaced. What this cannot reach is a backup of the
vault's key itself: keep none older than the last erasure.
"""

import re
import secrets
import threading
from base64 import b32encode, urlsafe_b64decode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ledger.confidential import Disclosure, commitment, read_disclosure
from ledger.entry import Draft, EntryClass, format_instant, new_salt
from ledger.errors import ConcurrencyConflict, InputRejected
from ledger.facts.base import Fact
from ledger.facts.openings import (
    FieldOpened,
    HoldBasis,
    SubjectErased,
    SubjectErasureRestricted,
    SubjectHeld,
    SubjectHoldLifted,
)
from ledger.personal import refuse_personal
from ledger.store.database import Connection, Store
from ledger.store.requests import Appended, AppendRequest, Condition
from ledger.values.dates import day_of, parse_day
from notary.errors import VaultRefused
from notary.vault import tables
from notary.vault.keyring import (
    KEY_SIZE,
    Keyring,
    decrypt,
    encrypt,
    new_key,
    open_keyring,
    replace_keyring,
)
from notary.vault.subjects import SubjectState

AUTHORIZED_ROLES: Final = frozenset(("custodian", "court_liaison"))
"""Who may open a field where nothing else is configured; a court liaison only under an order (J-15)."""

_NEEDS_ORDER: Final = frozenset(("court_liaison",))
_ATTEMPTS: Final = 8
_REWRAP: Final = 5000
_REASON_MAX: Final = 1000
_SUBJECT: Final = re.compile(r"sub_[a-z2-7]{26}")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants a field opened.

    Attributes:
        who: the authenticated principal.
        role: in which it asks; decides whether it may.
        why: the reason, without personal data: it stands in the ledger for ever.
        order: number of the order of a court or agency, if there is one.
    """

    who: str
    role: str
    why: str
    order: str | None = None


def new_subject() -> str:
    """A random pseudonym for a data subject (PV-5): it is derived from nothing and so leads to nobody."""
    return _new_id("sub")


class Vault:
    """The vault of one ledger; share one between threads."""

    def __init__(
        self,
        store: Store,
        home: Path,
        clock: Callable[[], datetime],
        authorized: frozenset[str] = AUTHORIZED_ROLES,
    ) -> None:
        """The vault's key lies in `home/keys/vault.key`. Erasures that were cut off are completed.

        Raises:
            KeyUnusable: the key cannot be read or made, or its file may be read by others.
            StorageUnavailable: the database does not answer.
        """
        self._store = store
        self._path = home / "keys" / "vault.key"
        self._clock = clock
        self._authorized = authorized
        # Whoever is alone in the vault reads on a second connection: the pool must not be full of waiters.
        self._changing = threading.Lock()
        ring = open_keyring(self._path)
        if len(ring.keys) > 1 or self._erasing():
            self._complete()

    def put(self, subject: str, disclosures: Sequence[Disclosure]) -> tuple[str, ...]:
        """Keep disclosures of a subject; their commitments, sorted, for the entry that is appended next.

        Put them before the entry: an entry then never commits to a field that nobody can open.

        Raises:
            VaultRefused: ERASED, the subject was erased; VAULT_KEY_LOST.
            StorageUnavailable: nothing was kept.
        """
        assert _SUBJECT.fullmatch(subject), "a subject is named by new_subject"
        with tables.writing(self._store) as connection:
            secret = self._secret_for_writing(connection, subject)
            rows = [
                (digest, encrypt(secret, made.text.encode(), _bound_disclosure(subject, digest)))
                for made in disclosures
                if (digest := _raw(made.commitment))
            ]
            tables.insert_disclosures(connection, self._store.schema, subject, rows)
        return tuple(sorted(made.commitment for made in disclosures))

    def open(self, position: int, path: str, asked: Asked) -> Disclosure:
        """The field at `path` of the entry at `position`, after an entry has recorded who asked and why.

        Raises:
            VaultRefused: ROLE_NOT_AUTHORIZED, ORDER_REQUIRED, FIELD_UNKNOWN, ERASED, FIELD_RESTRICTED,
                DISCLOSURE_SWAPPED, VAULT_KEY_LOST.
            PersonalDataInEvent: the reason or order holds personal data.
            StorageUnavailable: nothing was shown.
        """
        self._authorize(asked)
        subject, disclosure = self._find(position, path)
        for _ in range(_ATTEMPTS):
            state = self.state(subject)
            if state.erased is not None:
                raise _erased(position, path)
            if state.restricted and asked.order is None:
                raise VaultRefused(
                    "FIELD_RESTRICTED",
                    "{path} of entry {position} is only stored since its erasure was asked for; "
                    "opening it takes an order of a court or agency.",
                    "第 {position} 条的 {path} 自请求删除后仅作存储；打开须有法院或主管机关的命令。",
                    position=position,
                    path=path,
                )
            opened = FieldOpened(
                subject=subject,
                reason=asked.why,
                position=position,
                path=path,
                commitment=disclosure.commitment,
                opened_by=asked.who,
                role=asked.role,
                order=asked.order,
            )
            if self._record(opened, asked.who, state.position) is not None:
                return disclosure
        raise ConcurrencyConflict(f"subject {subject}")

    def disclosures_for(self, position: int, paths: Iterable[str], asked: Asked) -> tuple[str, ...]:
        """Disclosures as they lie in an evidence package, each opened as by `open` and so logged.

        Raises:
            As `open`; then fields before the refused one were logged as opened, but none is handed out.
        """
        return tuple(self.open(position, path, asked).text for path in dict.fromkeys(paths))

    def state(self, subject: str) -> SubjectState:
        """Holds, restriction and erasure of a subject, from its entries."""
        entries = self._store.reader.tagged([f"subject:{subject}"])
        return SubjectState.of(stored.parse() for stored in entries)

    def subject_of(self, position: int) -> tuple[str, ...]:
        """The subjects whose fields the entry at `position` commits to, erased ones included."""
        return tuple(dict.fromkeys(subject for _, subject, _ in self._rows(position)))

    def hold(self, subject: str, basis: HoldBasis, reason: str, *, until: str | None = None, who: str) -> str:
        """Keep a subject's fields for a reason the law accepts; the id of the hold (PV-4).

        Args:
            subject: whose fields.
            basis: which of the reasons of PIPL 47 it is.
            reason: in words, without personal data.
            until: last day `YYYY-MM-DD` of the hold; None until it is lifted.
            who: the authenticated principal.

        Raises:
            VaultRefused: SUBJECT_UNKNOWN, ERASED.
            InputRejected: DATE_INVALID, REASON_INVALID.
            PersonalDataInEvent: the reason holds personal data.
        """
        _check_text(reason)
        if until is not None:
            parse_day(until)
        hold = _new_id("hld")
        held = SubjectHeld(subject=subject, reason=reason, hold=hold, basis=basis, until=until)
        self._append(subject, held, who)
        return hold

    def lift(self, subject: str, hold: str, reason: str, *, who: str) -> None:
        """End a hold.

        Raises:
            VaultRefused: SUBJECT_UNKNOWN, ERASED, HOLD_UNKNOWN.
            PersonalDataInEvent: the reason holds personal data.
        """
        _check_text(reason)
        if hold not in self.state(subject).holds:
            raise VaultRefused(
                "HOLD_UNKNOWN",
                "No hold {hold} runs on {subject}.",
                "{subject} 上没有编号为 {hold} 的保留事由。",
                hold=hold[:100],
                subject=subject[:100],
            )
        self._append(subject, SubjectHoldLifted(subject=subject, reason=reason, hold=hold), who)

    def erase(self, subject: str, reason: str, *, who: str) -> int:
        """Destroy a subject's key; the position of the entry that says so. Erasing again changes nothing.

        The entry comes first and the key goes after it: cut off in between, the fields already answer ERASED,
        and the next vault that opens destroys the key.

        Raises:
            VaultRefused: SUBJECT_UNKNOWN; ERASURE_RESTRICTED, a hold runs: the refusal is recorded, and from
                then on the fields are only stored (PV-4).
            PersonalDataInEvent: the reason holds personal data.
        """
        _check_text(reason)
        self._check_known(subject)
        with self._changing, tables.alone(self._store) as connection:
            position = self._decide_erasure(connection, subject, reason, who)
            self._destroy(connection, subject)
            self._change_key(connection)
        return position

    def change_key(self) -> None:
        """Wrap every subject's key under a new vault key and forget the old one.

        Raises:
            VaultRefused: VAULT_KEY_LOST.
            KeyUnusable: the key's file cannot be written.
        """
        with self._changing, tables.alone(self._store) as connection:
            self._change_key(connection)

    def _authorize(self, asked: Asked) -> None:
        if asked.role not in self._authorized:
            raise VaultRefused(
                "ROLE_NOT_AUTHORIZED",
                "The role {role} may not open confidential fields.",
                "角色 {role} 无权打开保密字段。",
                role=asked.role[:100],
            )
        if asked.role in _NEEDS_ORDER and asked.order is None:
            raise VaultRefused(
                "ORDER_REQUIRED",
                "The role {role} opens fields under an order only; give its number.",
                "角色 {role} 仅可依命令打开字段；请提供命令编号。",
                role=asked.role[:100],
            )
        _check_text(asked.why)
        if asked.order is not None:
            _check_text(asked.order)

    def _find(self, position: int, path: str) -> tuple[str, Disclosure]:
        """The subject and the disclosure of a field; only its ciphertext is looked at, nothing is shown."""
        erased = False
        for digest, subject, sealed in self._rows(position):
            disclosure = None if sealed is None else self._decrypted(digest, subject, sealed)
            if disclosure is None:
                if self.state(subject).erased is None:
                    raise _swapped(digest)
                erased = True
            elif disclosure.path == path:
                return subject, disclosure
        if erased:
            raise _erased(position, path)
        raise VaultRefused(
            "FIELD_UNKNOWN",
            "The vault holds no field {path} of an entry {position}.",
            "保险库中没有第 {position} 条的字段 {path}。",
            position=position,
            path=path[:300],
        )

    def _rows(self, position: int) -> list[tuple[bytes, str, bytes | None]]:
        """Commitment, subject and ciphertext of the fields the entry at `position` commits to."""
        stored = self._store.reader.entry(position) if 0 < position < 1 << 63 else None
        if stored is None:
            return []
        wanted = [_raw(digest) for digest in stored.parse().commitments]
        read = tables.query(
            self._store.schema,
            "SELECT commitment, subject, sealed FROM {disclosure} WHERE commitment = ANY(%s) ORDER BY 1",
        )
        return self._store.database.read(
            lambda connection: connection.execute(read, (wanted,), binary=True).fetchall()
        )

    def _decrypted(self, digest: bytes, subject: str, sealed: bytes) -> Disclosure | None:
        """The disclosure a ciphertext holds, checked against its commitment; None if it was just erased."""
        secret = self._secret(subject)
        if secret is None:
            return None
        text = decrypt(secret, sealed, _bound_disclosure(subject, digest))
        if text is None or _raw(commitment(text.decode("ascii", "replace").replace("\ufffd", "?"))) != digest:
            raise _swapped(digest)
        return read_disclosure(text.decode("ascii"))

    def _secret(self, subject: str) -> bytes | None:
        """A subject's key, None if it was destroyed."""
        key_id = ""
        for _ in range(_ATTEMPTS):  # the vault's key may change between the two reads
            wrapped = self._store.database.read(lambda connection: self._wrapped(connection, subject))
            if wrapped is None:
                return None
            key_id = wrapped[0]
            ring = open_keyring(self._path)
            if ring.find(key_id) is not None:
                return _unwrap(ring, subject, *wrapped)
        raise _key_lost(key_id)

    def _secret_for_writing(self, connection: Connection, subject: str) -> bytes:
        """A subject's key, made now if the subject is new. The vault's key cannot change meanwhile."""
        ring = open_keyring(self._path)
        secret = secrets.token_bytes(KEY_SIZE)
        connection.execute(
            tables.query(
                self._store.schema,
                "INSERT INTO {subject} (id, key_id, wrapped) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            ),
            (subject, ring.newest.id, _wrap(ring, subject, secret)),
        )
        wrapped = self._wrapped(connection, subject, lock=True)
        if wrapped is None:
            raise VaultRefused(
                "ERASED", "{subject} was erased.", "{subject} 的数据已被删除。", subject=subject[:100]
            )
        return _unwrap(ring, subject, *wrapped)

    def _wrapped(
        self, connection: Connection, subject: str, *, lock: bool = False
    ) -> tuple[str, bytes] | None:
        read = "SELECT key_id, wrapped FROM {subject} WHERE id = %s AND wrapped IS NOT NULL"
        template = tables.query(self._store.schema, read)
        row = connection.execute(
            template + (b" FOR SHARE" if lock else b""), (subject,), binary=True
        ).fetchone()
        return None if row is None else (row[0], row[1])

    def _check_known(self, subject: str) -> None:
        known = tables.query(self._store.schema, "SELECT 1 FROM {subject} WHERE id = %s")
        if not self._store.database.read(lambda connection: connection.execute(known, (subject,)).fetchone()):
            raise VaultRefused(
                "SUBJECT_UNKNOWN",
                "The vault knows no subject {subject}.",
                "保险库中没有主体 {subject}。",
                subject=subject[:100],
            )

    def _append(self, subject: str, fact: Fact, who: str) -> None:
        """Record a fact about a subject that lives."""
        self._check_known(subject)
        for _ in range(_ATTEMPTS):
            state = self.state(subject)
            if state.erased is not None:
                raise VaultRefused(
                    "ERASED", "{subject} was erased.", "{subject} 的数据已被删除。", subject=subject
                )
            if self._record(fact, who, state.position) is not None:
                return
        raise ConcurrencyConflict(f"subject {subject}")

    def _decide_erasure(self, connection: Connection, subject: str, reason: str, who: str) -> int:
        """The position of the entry that says a subject is erased; it is marked before that is said."""
        for _ in range(_ATTEMPTS):
            state = self.state(subject)
            if state.erased is not None:
                return state.erased
            running = state.running(day_of(self._clock()))
            if running:
                holds = tuple(held.hold for held in running)
                refused = SubjectErasureRestricted(
                    subject=subject, reason=reason, requested_by=who, holds=holds
                )
                if state.restricted == holds or self._record(refused, who, state.position) is not None:
                    raise _restricted(subject, running)
                continue
            connection.execute(
                tables.query(self._store.schema, "UPDATE {subject} SET erasing = true WHERE id = %s"),
                (subject,),
            )
            erased = SubjectErased(subject=subject, reason=reason, requested_by=who)
            position = self._record(erased, who, state.position)
            if position is not None:
                return position
        raise ConcurrencyConflict(f"subject {subject}")

    def _record(self, fact: Fact, who: str, after: int) -> int | None:
        """Append a fact unless something was appended about its subject after `after`; its position."""
        command_id = f"{fact.TYPE}:{secrets.token_hex(16)}"
        draft = Draft(
            type=fact.TYPE,
            type_v=fact.VERSION,
            entry_class=EntryClass.OPERATOR,
            subjects=fact.tags(),
            effective_at=format_instant(self._clock()),
            actor=who,
            command_id=command_id,
            data=fact.as_data(),
            salt=new_salt(),
        )
        request = AppendRequest((draft,), Condition(tags=fact.tags(), after=after), command_id)
        result = self._store.writer.append(request)
        return result.first_position if isinstance(result, Appended) else None

    def _destroy(self, connection: Connection, subject: str) -> None:
        with connection.transaction():
            for statement in (
                "UPDATE {subject} SET key_id = NULL, wrapped = NULL WHERE id = %s",
                "UPDATE {disclosure} SET sealed = NULL WHERE subject = %s",
            ):
                connection.execute(tables.query(self._store.schema, statement), (subject,))

    def _change_key(self, connection: Connection) -> None:
        """New key into the file, rows under it, old keys out of the file; cut off anywhere, it can go on."""
        ring = open_keyring(self._path)
        ring = Keyring((*ring.keys, new_key()))
        replace_keyring(self._path, ring)
        with connection.transaction():
            after = ""
            while rows := connection.execute(
                tables.query(
                    self._store.schema,
                    "SELECT id, key_id, wrapped FROM {subject} "
                    "WHERE id > %s AND wrapped IS NOT NULL ORDER BY id LIMIT %s",
                ),
                (after, _REWRAP),
                binary=True,
            ).fetchall():
                renewed = [(row[0], _wrap(ring, row[0], _unwrap(ring, *row))) for row in rows]
                tables.update_keys(connection, self._store.schema, ring.newest.id, renewed)
                after = rows[-1][0]
            connection.execute(
                tables.query(
                    self._store.schema,
                    "UPDATE {subject} SET erasing = false WHERE erasing AND wrapped IS NULL",
                )
            )
        replace_keyring(self._path, Keyring((ring.newest,)))

    def _complete(self) -> None:
        """Finish the erasures that were cut off: keys of those whose entry was appended are destroyed."""
        with self._changing, tables.alone(self._store) as connection:
            for subject in self._erasing():
                if self.state(subject).erased is not None:
                    self._destroy(connection, subject)
                else:
                    connection.execute(
                        tables.query(
                            self._store.schema, "UPDATE {subject} SET erasing = false WHERE id = %s"
                        ),
                        (subject,),
                    )
            self._change_key(connection)

    def _erasing(self) -> list[str]:
        read = tables.query(self._store.schema, "SELECT id FROM {subject} WHERE erasing ORDER BY id")
        return [row[0] for row in self._store.database.read(lambda c: c.execute(read).fetchall())]


def _wrap(ring: Keyring, subject: str, secret: bytes) -> bytes:
    return encrypt(ring.newest.secret, secret, _bound_key(subject, ring.newest.id))


def _unwrap(ring: Keyring, subject: str, key_id: str, wrapped: bytes) -> bytes:
    key = ring.find(key_id)
    secret = None if key is None else decrypt(key.secret, wrapped, _bound_key(subject, key_id))
    if secret is None:
        raise _key_lost(key_id)
    return secret


def _bound_key(subject: str, key_id: str) -> bytes:
    return f"ipledger/vault-key/v1\0{subject}\0{key_id}".encode()


def _bound_disclosure(subject: str, digest: bytes) -> bytes:
    return f"ipledger/vault-disclosure/v1\0{subject}\0".encode() + digest


def _raw(digest: str) -> bytes:
    return urlsafe_b64decode(digest + "=")


def _check_text(text: str) -> None:
    """A reason or order as it may stand in an entry for ever.

    Raises:
        InputRejected: REASON_INVALID.
        PersonalDataInEvent: it holds personal data.
    """
    if not text.strip() or len(text) > _REASON_MAX:
        raise InputRejected(
            "REASON_INVALID",
            f"a reason or an order is named in 1 to {_REASON_MAX} signs",
            f"理由或命令须写明，且不超过 {_REASON_MAX} 字",
            maximum=_REASON_MAX,
        )
    refuse_personal(text)


def _new_id(kind: str) -> str:
    return f"{kind}_{b32encode(secrets.token_bytes(16)).decode().rstrip('=').lower()}"


def _erased(position: int, path: str) -> VaultRefused:
    return VaultRefused(
        "ERASED",
        "{path} of entry {position} was erased: the key of its subject was destroyed. The entry stands.",
        "第 {position} 条的 {path} 已被删除：其主体的密钥已销毁。条目本身不受影响。",
        position=position,
        path=path[:300],
    )


def _swapped(digest: bytes) -> VaultRefused:
    return VaultRefused(
        "DISCLOSURE_SWAPPED",
        "What the vault holds for the commitment {digest} is not what the entry committed to.",
        "保险库中对应承诺 {digest} 的内容并非条目所承诺的内容。",
        digest=digest,
    )


def _restricted(subject: str, running: tuple[SubjectHeld, ...]) -> VaultRefused:
    return VaultRefused(
        "ERASURE_RESTRICTED",
        "{subject} may not be erased yet, because of {holds}; until then its fields are only stored.",
        "{subject} 的数据暂不得删除，事由：{holds}；在此之前仅作存储。",
        subject=subject,
        holds="; ".join(
            f"{held.hold} {held.basis.value}" + (f" until {held.until}" if held.until else "")
            for held in running
        ),
    )


def _key_lost(key_id: str) -> VaultRefused:
    return VaultRefused(
        "VAULT_KEY_LOST",
        "The key {key_id} that wraps a subject's key is not in keys/vault.key; put its backup back.",
        "keys/vault.key 中没有密钥 {key_id}，无法打开主体密钥；请恢复其备份。",
        key_id=key_id,
    )
