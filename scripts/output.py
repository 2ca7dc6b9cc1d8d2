"""What the command prints: tables for people in Chinese or English, JSON for programs, errors for both."""

import json
import sys
from typing import Any, NoReturn

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ledger.errors import InputRejected, LedgerError, StorageUnavailable
from notary.errors import AuthorityUnavailable, NotaryError
from projections import ProjectionBehind, RebuildRunning

FINE = 0
CHECK_FAILED = 1
INPUT_ERROR = 2
UNAVAILABLE = 3


class Output:
    """Prints in one language, as tables or as JSON."""

    def __init__(self, lang: str, *, as_json: bool) -> None:
        """`lang` is `zh` or `en`."""
        self.lang = lang
        self.as_json = as_json
        # A pipe has no width of its own; tables that are kept in files want room.
        self.console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)
        self.errors = Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, en: str, zh: str) -> None:
        """A sentence for people; programs are not told."""
        if not self.as_json:
            self.console.print(zh if self.lang == "zh" else en, markup=False)

    def text(self, en: str, zh: str) -> str:
        """The one of two texts that is in this output's language."""
        return zh if self.lang == "zh" else en

    def json(self, value: Any) -> None:
        """One JSON document on standard output."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")

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

    def fail(self, error: LedgerError | NotaryError) -> NoReturn:
        """Say what was wrong and leave with the exit code of its kind."""
        message = error.message_zh if self.lang == "zh" else error.message_en
        if self.as_json:
            self.json(
                {
                    "error": {
                        "code": error.code,
                        "message": {"en": error.message_en, "zh": error.message_zh},
                        "data": dict(error.data),
                    }
                }
            )
        self.errors.print(f"{error.code}: {message}", markup=False)
        raise SystemExit(exit_code(error))


def exit_code(error: LedgerError | NotaryError) -> int:
    """2 for what the caller can mend, 3 for what is not there now, 1 for what does not hold."""
    if isinstance(error, StorageUnavailable | AuthorityUnavailable | ProjectionBehind | RebuildRunning):
        return UNAVAILABLE
    if isinstance(error, InputRejected) or error.code in {"RIGHT_UNKNOWN", "RIGHT_AMBIGUOUS"}:
        return INPUT_ERROR
    return CHECK_FAILED
