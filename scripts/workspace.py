"""Where a command works: the home folder, the open ledger, the language and the form of its output."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ledger.errors import LedgerError
from ledger.store.database import Store, open_store
from notary.errors import NotaryError
from scripts.output import Output

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs. 输出 JSON。")]
Lang = Annotated[
    str | None,
    typer.Option("--lang", help="zh or en; else IPLEDGER_LANG, else the system's language. 语言。"),
]


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open ledger with its home."""

    home: Path
    store: Store


def home_folder() -> Path:
    """$IPLEDGER_HOME, else `.ipledger` here; keys and kept seals lie in it whichever database is used."""
    return Path(os.environ.get("IPLEDGER_HOME") or ".ipledger").expanduser()


def actor() -> str:
    """The principal commands of this shell act as."""
    try:
        return f"os:{getpass.getuser()}"
    except (KeyError, OSError):  # a container may run as a number that no user has
        return f"os:uid-{os.getuid()}"


def output(lang: str | None, *, as_json: bool) -> Output:
    """The output a command asked for.

    Raises:
        typer.BadParameter: a language other than zh and en.
    """
    chosen = lang or default_language()
    if chosen not in {"zh", "en"}:
        raise typer.BadParameter("--lang takes zh or en")
    return Output(chosen, as_json=as_json)


@contextmanager
def workspace(out: Output) -> Iterator[Workspace]:
    """The ledger, open; any error of ours ends the command with its message and exit code."""
    home = home_folder()
    try:
        with open_store(home) as store:
            yield Workspace(home, store)
    except (LedgerError, NotaryError) as error:
        out.fail(error)


def default_language() -> str:
    """IPLEDGER_LANG, else the language of the system's messages (POSIX: LC_ALL, LC_MESSAGES, LANG)."""
    settings = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    system = next(filter(None, settings), "")
    return os.environ.get("IPLEDGER_LANG") or ("zh" if system.lower().startswith("zh") else "en")
