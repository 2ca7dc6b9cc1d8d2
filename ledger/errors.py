"""What can go wrong in the ledger, apart from refusals, which are values (`ledger.codes`).

    LedgerError
    ├── NotCanonical          a value or bytes outside the canonical form
    ├── EntryMalformed        an entry whose fields are not those of its version
    ├── UnknownEventType      a stored type or version this release does not know
    ├── ChainBroken           a run of entries whose digests or links do not continue
    ├── ConcurrencyConflict   somebody appended to what was read (STALE_VERSION, rule N-5)
    ├── CommandIdReused       the same command id with other content
    ├── RightUnknown          no right of that name is on the ledger
    ├── RightAmbiguous        a notation that fits several rights
    ├── InputRejected         a file or form that cannot be read
    └── StorageUnavailable    the database cannot be reached or does not answer

Each carries its data; the message is built from it, in English and Chinese.
"""

from typing import Any, ClassVar


class LedgerError(Exception):
    """Base of the ledger's errors: a stable `code`, the `data` it speaks of, and both messages."""

    code: ClassVar[str] = "LEDGER_ERROR"

    def __init__(self, message_en: str, message_zh: str, **data: Any) -> None:
        """Keep both messages and the data."""
        super().__init__(message_en)
        self.message_en = message_en
        self.message_zh = message_zh
        self.data = data

    def message(self, lang: str) -> str:
        """The message in `lang`, `en` or `zh`."""
        return self.message_zh if lang == "zh" else self.message_en


class NotCanonical(LedgerError):
    """A value that has no canonical form here, or bytes that are not in it (RFC 8785, design 4.1)."""

    code = "NOT_CANONICAL"

    def __init__(self, pointer: str, reason: str) -> None:
        """`pointer` is the JSON pointer (RFC 6901) of the offending value."""
        at = pointer or "the value"
        super().__init__(
            f"{at}: {reason}",
            f"{pointer or '该值'}：不符合规范格式（{reason}）",
            pointer=pointer,
            reason=reason,
        )


class EntryMalformed(LedgerError):
    """An entry that lacks a field, has one too many, or one of the wrong shape."""

    code = "ENTRY_MALFORMED"

    def __init__(self, reason: str, position: int | None = None) -> None:
        """`position` is known when the entry came from the store."""
        where = "entry" if position is None else f"entry {position}"
        super().__init__(
            f"{where} is malformed: {reason}", f"条目格式错误：{reason}", position=position, reason=reason
        )


class UnknownEventType(LedgerError):
    """A stored event this release cannot read; reading stops here rather than skipping it."""

    code = "UNKNOWN_EVENT_TYPE"

    def __init__(self, event_type: str, version: int, position: int | None) -> None:
        """Name the type, its version and the position it stands at."""
        super().__init__(
            f"entry {position} is a {event_type} version {version}, which this release does not know; "
            "install the release that wrote it",
            f"第 {position} 条为 {event_type} 第 {version} 版，本版本无法识别；请安装写入该条目的版本",
            event_type=event_type,
            version=version,
            position=position,
        )


class ChainBroken(LedgerError):
    """The first position at which the ledger is not what was written."""

    code = "CHAIN_BROKEN"

    def __init__(self, position: int, what: str, expected: str, found: str) -> None:
        """`what` names the failed comparison; `expected` and `found` are hex digests or numbers."""
        super().__init__(
            f"position {position}: {what} should be {expected}, found {found}",
            f"第 {position} 条：{what} 应为 {expected}，实为 {found}",
            position=position,
            what=what,
            expected=expected,
            found=found,
        )


class ConcurrencyConflict(LedgerError):
    """Something was appended to a right or tag after it was read (rule N-5)."""

    code = "STALE_VERSION"

    def __init__(self, detail: str) -> None:
        """`detail` names the right or tag that moved."""
        super().__init__(
            f"{detail} has changed since it was read; read it again and decide again",
            f"{detail} 在读取之后已有新条目；请重新读取后再决定",
            detail=detail,
        )


class CommandIdReused(LedgerError):
    """A command id that was already used for something else."""

    code = "COMMAND_ID_REUSED"

    def __init__(self, command_id: str, position: int) -> None:
        """`position` is the entry the id first made."""
        super().__init__(
            f"command id {command_id} already made entry {position} with other content; use a new id",
            f"命令编号 {command_id} 已用于第 {position} 条且内容不同；请使用新的编号",
            command_id=command_id,
            position=position,
        )


class RightUnknown(LedgerError):
    """No right of that name is on the ledger: not the same as a right without encumbrances."""

    code = "RIGHT_UNKNOWN"

    def __init__(self, notation: str) -> None:
        """`notation` is what was asked for."""
        super().__init__(
            f"no right named {notation!r} is on this ledger; this says nothing about what the register holds",
            f"本账本中没有名为 {notation!r} 的权利；这不表示登记簿上没有该权利或负担",
            notation=notation,
        )


class RightAmbiguous(LedgerError):
    """A notation that fits several rights on the ledger."""

    code = "RIGHT_AMBIGUOUS"

    def __init__(self, notation: str, candidates: list[str]) -> None:
        """`candidates` are right ids to choose from."""
        listed = ", ".join(candidates)
        super().__init__(
            f"{notation!r} may be any of {listed}; ask for one of them",
            f"{notation!r} 可能指以下任一权利：{listed}；请明确其一",
            notation=notation,
            candidates=candidates,
        )


class InputRejected(LedgerError):
    """A file, record or argument that cannot be read; nothing was written from it."""

    def __init__(self, code: str, message_en: str, message_zh: str, **data: Any) -> None:
        """`code` is stable and says why."""
        super().__init__(message_en, message_zh, **data)
        self.code = code  # type: ignore[misc]  # an instance may narrow the class's code


class StorageUnavailable(LedgerError):
    """The database cannot be reached, or stopped answering; nothing unacknowledged counts as written."""

    code = "STORAGE_UNAVAILABLE"

    def __init__(self, detail: str) -> None:
        """`detail` is the server's own words, one line."""
        super().__init__(
            f"the database does not answer: {detail}", f"数据库无法访问：{detail}", detail=detail
        )
