"""What the command prints: tables for people in Chinese or English, JSON for programs, errors for both."""

import json
import os
import re
import sys
from typing import Any, Final, NoReturn

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ledger.errors import InputRejected, LedgerError, StorageUnavailable
from notary.errors import AuthorityUnavailable, KeyUnusable, NotaryError
from projections import ProjectionBehind, RebuildRunning

FINE = 0
CHECK_FAILED = 1
INPUT_ERROR = 2
UNAVAILABLE = 3

_INPUT_CODES: Final = frozenset(
    (
        "RIGHT_UNKNOWN",
        "RIGHT_AMBIGUOUS",
        "POOL_UNKNOWN",
        "PERIOD_UNKNOWN",
        "LOAN_UNKNOWN",
        "FUND_UNKNOWN",
        "PLEDGE_UNKNOWN",
        "CURSOR_INVALID",
        "AUTHORITY_MISCONFIGURED",
        "WITNESS_MISCONFIGURED",
    )
)
_UNAVAILABLE_CODES: Final = frozenset(
    ("KEY_FILE_UNREADABLE", "FILE_SYSTEM_REFUSED", "CHARTS_UNAVAILABLE", "ENGINE_MISSING", "EXPORT_RUNNING")
)


class _Terminal(Console):
    def on_broken_pipe(self) -> NoReturn:
        """To whoever ends the command, as with every other writer."""
        raise BrokenPipeError


class Output:
    """Prints in one language, as tables or as JSON."""

    def __init__(self, lang: str, *, as_json: bool) -> None:
        """`lang` is `zh` or `en`."""
        self.lang = lang
        self.as_json = as_json
        # A pipe has no width of its own; tables that are kept in files want room.
        self.console = _Terminal(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)
        self.errors = _Terminal(stderr=True, highlight=False, soft_wrap=True)

    @property
    def shows_progress(self) -> bool:
        """Whether somebody looks on: at a terminal, and not for JSON."""
        return self.errors.is_terminal and not self.as_json

    def say(self, en: str, zh: str) -> None:
        """A sentence for people; programs are not told."""
        if not self.as_json:
            self.console.print(zh if self.lang == "zh" else en, markup=False)

    def prose(self, en: str, zh: str, *, style: str = "") -> None:
        """Sentences for people, broken between words where a terminal's line ends; in a file one line."""
        text = self.text(en, zh)
        if not self.as_json:
            whole = not self.console.is_terminal
            self.console.print(Text(text if whole else broken(text, self.console.width), style))

    def text(self, en: str, zh: str) -> str:
        """The one of two texts that is in this output's language."""
        return zh if self.lang == "zh" else en

    def json(self, value: Any) -> None:
        """One JSON document on standard output: UTF-8, or plain ASCII where that is not what is written."""
        plain = sys.stdout.encoding.lower().replace("-", "") != "utf8"
        sys.stdout.write(json.dumps(value, ensure_ascii=plain, indent=2) + "\n")

    def table(self, title: str, columns: list[str], rows: list[list[str]], *, wide: set[int]) -> None:
        """A table; nothing where there are no rows. Only the columns in `wide`, from 0, may be broken."""
        if not rows:
            return
        table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
        for index, column in enumerate(columns):
            table.add_column(column, overflow="fold", no_wrap=index not in wide)
        for row in rows:
            table.add_row(*(escape(cell) for cell in row))
        self.console.print(table, soft_wrap=False)

    def tell(self, error: LedgerError | NotaryError) -> None:
        """Say what was wrong: to programs on standard output, to people on the error stream."""
        if self.as_json:
            self.json({"error": as_json(error)})
        message = error.message_zh if self.lang == "zh" else error.message_en
        self.errors.print(f"{error.code}: {message}", markup=False)

    def fail(self, error: LedgerError | NotaryError) -> NoReturn:
        """Say what was wrong and leave with the exit code of its kind."""
        self.tell(error)
        raise SystemExit(exit_code(error))


_UNIT: Final = re.compile(r"[（〔《“]*(?:[!-~]+|[^\s])[，。；：、！？）〕》”]*|\s+")
"""What stays on one line: a word, a Chinese character, each with the punctuation that belongs to it."""


def broken(text: str, width: int) -> str:
    """`text` with line ends so that no line is wider than `width` columns, if its words allow that.

    Chinese is broken between any two characters, which Rich does not do.

    >>> print(broken("The seal is entry 138. 封印（138 条）已完成。", 18))
    The seal is entry
    138. 封印（138
    条）已完成。
    """
    lines = [""]
    for unit in _UNIT.findall(text):
        if cell_len(lines[-1] + unit) > width and not unit.isspace():
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += unit
    return "\n".join(lines)


def as_json(error: LedgerError | NotaryError) -> dict[str, Any]:
    """An error for programs."""
    return {
        "code": error.code,
        "message": {"en": error.message_en, "zh": error.message_zh},
        "data": dict(error.data),
    }


def exit_code(error: LedgerError | NotaryError) -> int:
    """2 for what the caller can mend, 3 for what is not there now, 1 for what does not hold."""
    if isinstance(error, StorageUnavailable | ProjectionBehind | RebuildRunning):
        return UNAVAILABLE
    if error.code in _UNAVAILABLE_CODES:
        return UNAVAILABLE
    if isinstance(error, InputRejected | KeyUnusable) or error.code in _INPUT_CODES:
        return INPUT_ERROR
    return UNAVAILABLE if isinstance(error, AuthorityUnavailable) else CHECK_FAILED


def prepare_streams() -> None:
    """Let nothing fail for what the terminal is: a sign it lacks is replaced, a closed stream swallows."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 -- stays open to the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 -- likewise
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # these are text streams


def silence() -> None:
    """Give up standard output: what is still buffered goes nowhere, and the interpreter ends quietly."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
