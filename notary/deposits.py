"""Depositing documents: that somebody held certain bytes not later than a time (J-4, E-7).

A deposit is one entry that names the file's SHA-256. The file itself may be of any size and is read in a
stream; its bytes are kept only if asked for, and only up to `KEPT_BYTES_MAX`. A file that was deposited
before is answered with the first deposit, whoever asks: the earlier one proves more.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from ledger import facts
from ledger.confidential import disclose
from ledger.entry import Draft, EntryClass, format_instant, new_salt
from ledger.errors import ConcurrencyConflict, InputRejected, RightUnknown
from ledger.facts.documents import DocumentDeposited
from ledger.personal import refuse_personal
from ledger.store.database import Store
from ledger.store.reader import StoredEntry
from ledger.store.requests import NO_ENTRY, Appended, AppendRequest, AssetHead, Condition, Stale
from notary.vault import Vault, new_subject

KEPT_BYTES_MAX: Final = 64 * 1024 * 1024
"""The store holds a kept file as one value, which is written and read whole."""

TITLE_PATH: Final = "/title"
DEFAULT_MEDIA_TYPE: Final = "application/octet-stream"

_BLOCK: Final = 1 << 20
_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class FileDigest:
    """SHA-256 in lower-case hex, and the number of bytes."""

    sha256: str
    size: int


class Digesting:
    """A digest of bytes that come in pieces, in flat memory."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self._hash = hashlib.sha256()
        self._size = 0

    def update(self, piece: bytes) -> None:
        """Take in the next piece."""
        self._hash.update(piece)
        self._size += len(piece)

    def result(self) -> FileDigest:
        """The digest of all that came."""
        return FileDigest(self._hash.hexdigest(), self._size)


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be deposited.

    Attributes:
        digest: of the exact bytes.
        media_type: such as `application/pdf`.
        title: as people call it; None for none.
        confidential: whether the title is to stand in the vault and not in the entry.
        rights: ids of rights of this ledger that it is deposited for.
    """

    digest: FileDigest
    media_type: str = DEFAULT_MEDIA_TYPE
    title: str | None = None
    confidential: bool = False
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deposit:
    """A recorded deposit.

    Attributes:
        position: of its entry.
        fact: what the entry says.
        deposited_by: the authenticated principal.
        recorded_at: by the operator's clock; the seals say how far to believe it.
        commitments: of confidential fields, such as the title.
        kept: whether the bytes lie in the store.
        known: whether the file had been deposited before it was deposited this time.
        subject: whose key keeps the confidential title; only told when it is deposited.
    """

    position: int
    fact: DocumentDeposited
    deposited_by: str
    recorded_at: datetime
    commitments: tuple[str, ...]
    kept: bool
    known: bool = True
    subject: str | None = None


def digest_file(path: Path) -> FileDigest:
    """The digest of a file of any size.

    Raises:
        InputRejected: FILE_UNREADABLE.
    """
    digesting = Digesting()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digesting.update(block)
    except OSError as error:
        raise _unreadable(path, error) from error
    return digesting.result()


def read_to_keep(path: Path, digest: FileDigest) -> bytes:
    """The bytes of a file that was digested, to be kept.

    Raises:
        InputRejected: DOCUMENT_TOO_LARGE, FILE_CHANGED, FILE_UNREADABLE.
    """
    check_keepable(digest.size)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    if hashlib.sha256(content).hexdigest() != digest.sha256:
        raise InputRejected(
            "FILE_CHANGED",
            f"{path} changed while it was read; deposit it again when it is at rest",
            f"{path} 在读取期间发生变化；请在文件不再变动后重新存证",
            file=str(path),
        )
    return content


def check_keepable(size: int) -> None:
    """Nothing, if a file of this size can be kept.

    Raises:
        InputRejected: DOCUMENT_TOO_LARGE.
    """
    if size > KEPT_BYTES_MAX:
        raise InputRejected(
            "DOCUMENT_TOO_LARGE",
            f"a file is kept up to {KEPT_BYTES_MAX} bytes, this one has {size}; "
            "deposit its digest and keep the file yourself",
            f"留存的文件不得超过 {KEPT_BYTES_MAX} 字节，此文件为 {size} 字节；请仅存证摘要并自行保管文件",
            maximum=KEPT_BYTES_MAX,
            size=size,
        )


class Deposits:
    """The deposits of one ledger."""

    def __init__(self, store: Store, clock: Callable[[], datetime], vault: Vault | None = None) -> None:
        """`vault` is needed for confidential titles only."""
        self._store = store
        self._clock = clock
        self._vault = vault

    def deposit(self, document: Document, actor: str, *, content: bytes | None = None) -> Deposit:
        """Record a file; the first deposit of the same bytes, if there is one.

        Args:
            document: what to deposit.
            actor: the authenticated principal.
            content: its bytes, to be kept; also if the file was deposited before without them.

        Raises:
            InputRejected: DOCUMENT_TOO_LARGE, DIGEST_INVALID, TITLE_INVALID, MEDIA_TYPE_INVALID,
                ASSET_ID_INVALID, VAULT_MISSING.
            PersonalDataInEvent: a title in clear holds personal data.
            RightUnknown: a right is not on this ledger.
            StorageUnavailable: whether it was recorded is unknown; depositing again is harmless.
        """
        fact = _fact(document)
        if content is not None:
            check_keepable(len(content))
            assert hashlib.sha256(content).hexdigest() == fact.sha256
        for _ in range(_ATTEMPTS):
            found = self.find(fact.sha256)
            heads = {} if found is not None else self._heads(fact.rights)
            if content is not None:
                self._store.documents.put(content, fact.media_type)
            if found is not None:
                return replace(found, kept=found.kept or content is not None)
            made = self._append(fact, document, actor, heads)
            if made is not None:
                return made
        raise ConcurrencyConflict(f"document {fact.sha256}")

    def find(self, sha256: str) -> Deposit | None:
        """The first deposit of a file with this digest (lower-case hex), or None.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        for stored in self._store.reader.tagged([f"document:{sha256}"]):
            if stored.parse().type == DocumentDeposited.TYPE:
                return self._read(stored)
        return None

    def _heads(self, rights: tuple[str, ...]) -> dict[str, AssetHead]:
        """The heads of rights that are all on this ledger."""
        heads = self._store.reader.asset_heads(rights)
        for right, head in heads.items():
            if head == NO_ENTRY:
                raise RightUnknown(right)
        return heads

    def _append(
        self, fact: DocumentDeposited, document: Document, actor: str, heads: dict[str, AssetHead]
    ) -> Deposit | None:
        """The deposit that is first now; None if another one, or a right's news, came in between."""
        subject, commitments = self._commit(document)
        command_id = f"deposit:{fact.sha256}"
        draft = Draft(
            type=fact.TYPE,
            type_v=fact.VERSION,
            entry_class=EntryClass.PARTY,
            subjects=fact.tags(),
            effective_at=format_instant(self._clock()),
            actor=actor,
            command_id=command_id,
            data=fact.as_data(),
            salt=new_salt(),
            commitments=commitments,
        )
        condition = Condition(assets=heads, tags=fact.links())
        result = self._store.writer.append(AppendRequest((draft,), condition, command_id))
        if isinstance(result, Stale):
            return None
        found = self.find(fact.sha256)
        if found is None or not isinstance(result, Appended) or result.replay:
            return found
        return replace(found, known=False, subject=subject)

    def _commit(self, document: Document) -> tuple[str | None, tuple[str, ...]]:
        """The subject and commitments of a confidential title, which is in the vault when this returns."""
        if not document.confidential or document.title is None:
            return None, ()
        if self._vault is None:
            raise InputRejected(
                "VAULT_MISSING",
                "a confidential title needs a vault, and none is open here",
                "保密标题须有保险库，此处未打开",
            )
        subject = new_subject()
        title = unicodedata.normalize("NFC", document.title)
        return subject, self._vault.put(subject, [disclose(TITLE_PATH, title)])

    def _read(self, stored: StoredEntry) -> Deposit:
        entry = stored.parse()
        fact = facts.read(entry)
        assert isinstance(fact, DocumentDeposited)
        return Deposit(
            position=entry.position,
            fact=fact,
            deposited_by=entry.actor,
            recorded_at=entry.recorded_at,
            commitments=entry.commitments,
            kept=self._is_kept(fact.sha256),
        )

    def _is_kept(self, sha256: str) -> bool:
        row = self._store.database.read(
            lambda connection: connection.execute(
                "SELECT 1 FROM document WHERE digest = %s", (bytes.fromhex(sha256),)
            ).fetchone()
        )
        return row is not None


def _fact(document: Document) -> DocumentDeposited:
    """The fact, with every member checked before anything is written."""
    title = None if document.title is None else unicodedata.normalize("NFC", document.title).strip()
    clear = None if document.confidential else title
    refuse_personal({"title": clear, "media_type": document.media_type})
    try:
        fact = DocumentDeposited(
            rights=tuple(dict.fromkeys(document.rights)),
            sha256=document.digest.sha256,
            size=document.digest.size,
            media_type=document.media_type.partition(";")[0].strip().lower(),
            title=title,
        )
    except ValidationError as error:
        raise _invalid(error.errors(include_url=False, include_input=False)[0]["loc"]) from error
    return fact.model_copy(update={"title": clear})


def _invalid(place: Iterable[str | int]) -> InputRejected:
    member = next(iter(place), "")
    code, en, zh = {
        "title": ("TITLE_INVALID", "a title has 1 to 4000 signs", "标题应为 1 至 4000 字"),
        "media_type": (
            "MEDIA_TYPE_INVALID",
            "a media type is written type/subtype, such as application/pdf",
            "媒体类型应写作 类型/子类型，例如 application/pdf",
        ),
    }.get(
        str(member),
        (
            "DIGEST_INVALID",
            "a document is named by its SHA-256, 64 hex digits, and its size in bytes",
            "文件以 64 位十六进制的 SHA-256 摘要及字节数表示",
        ),
    )
    return InputRejected(code, en, zh)


def _unreadable(path: Path, error: OSError) -> InputRejected:
    reason = error.strerror or str(error)
    return InputRejected(
        "FILE_UNREADABLE",
        f"{path} cannot be read: {reason}",
        f"无法读取 {path}：{reason}",
        file=str(path),
        reason=reason,
    )
