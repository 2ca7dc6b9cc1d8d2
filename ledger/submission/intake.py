"""From bytes to what was submitted: one command, a list of them, or JSON lines.

What cannot be read is refused whole, before anything is decided. A value that can be read but is no command
is left for its own refusal.
"""

from dataclasses import dataclass
from typing import Any, Final

from ledger.errors import InputRejected
from ledger.rules.form import read_json

COMMANDS_MAX: Final = 10_000
INPUT_BYTES_MAX: Final = 64 * 1024 * 1024

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Given:
    """The values submitted, in order. `listed` where they came as a list, which an answer follows."""

    values: tuple[Any, ...]
    listed: bool = False
    atomic: bool = False


def read_commands(raw: bytes) -> Given:
    """What a file or request says: a command, `[…]`, `{"atomic": true, "commands": […]}`, or JSON lines.

    A byte order mark of UTF-8 is passed over (RFC 8259, section 8.1, allows that).

    Raises:
        InputRejected: JSON_INVALID (RFC 8259, no name twice, no number with a fraction), LIST_INVALID,
            INPUT_TOO_LARGE, TOO_MANY_COMMANDS.
    """
    if len(raw) > INPUT_BYTES_MAX:
        raise InputRejected(
            "INPUT_TOO_LARGE",
            f"{len(raw)} bytes were sent, at most {INPUT_BYTES_MAX} are read; submit in several parts",
            f"提交内容为 {len(raw)} 字节，最多读取 {INPUT_BYTES_MAX} 字节；请分批提交",
            limit=INPUT_BYTES_MAX,
        )
    text = _decoded(raw.removeprefix(_BYTE_ORDER_MARK))
    try:
        value = _read(text)
    except ValueError as error:
        lines = _lines(text)
        if lines is None:
            raise _not_json(str(error)) from error
        return _counted(Given(lines, listed=True))
    match value:
        case list():
            return _counted(Given(tuple(value), listed=True))
        case dict() if "commands" in value and "command" not in value:
            return _counted(_list_of(value))
        case dict():
            return Given((value,))
        case _:
            raise _not_json("a command is an object with the member command")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_json(f"byte {error.start} is not UTF-8") from error


def _read(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is none, or is nested deeper than anything we read.
    """
    try:
        return read_json(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _lines(text: str) -> tuple[Any, ...] | None:
    """The values of JSON lines; None where the text is something else: its first line is no value."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    values: list[Any] = []
    for number, line in lines:
        try:
            values.append(_read(line))
        except ValueError as error:
            if number == lines[0][0]:
                return None
            raise _not_json(f"line {number}: {error}", line=number) from error
    return tuple(values) if values else None


def _list_of(value: dict[str, Any]) -> Given:
    atomic, commands = value.get("atomic", False), value["commands"]
    unknown = sorted(value.keys() - {"atomic", "commands"})
    if unknown or not isinstance(atomic, bool) or not isinstance(commands, list):
        named = ", ".join(unknown)[:100] or ("atomic" if not isinstance(atomic, bool) else "commands")
        raise InputRejected(
            "LIST_INVALID",
            f'a list is {{"atomic": true, "commands": [...]}} and nothing else; look at {_printable(named)}',
            f'列表应为 {{"atomic": true, "commands": […]}}，不含其他成员；请检查 {_printable(named)}',
            member=_printable(named),
        )
    return Given(tuple(commands), listed=True, atomic=atomic)


def _counted(given: Given) -> Given:
    if not given.values:
        raise InputRejected(
            "LIST_INVALID", "the list of commands is empty", "命令列表为空", member="commands"
        )
    if len(given.values) > COMMANDS_MAX:
        raise InputRejected(
            "TOO_MANY_COMMANDS",
            f"{len(given.values)} commands were sent, at most {COMMANDS_MAX} are read at once; "
            "submit in several parts",
            f"提交了 {len(given.values)} 项命令，一次最多 {COMMANDS_MAX} 项；请分批提交",
            limit=COMMANDS_MAX,
        )
    return given


def _not_json(reason: str, **data: Any) -> InputRejected:
    shown = _printable(reason)
    return InputRejected(
        "JSON_INVALID",
        f"what was sent cannot be read as JSON: {shown}; write it in UTF-8, name no member twice, "
        "and write amounts as integers",
        f"提交内容无法按 JSON 读取：{shown}；请使用 UTF-8 编码，成员名不得重复，金额写为整数",
        reason=shown,
        **data,
    )


def _printable(text: str) -> str:
    """Text that every encoder takes: lone surrogates are shown as escapes."""
    return text[:200].encode("utf-8", "backslashreplace").decode()
