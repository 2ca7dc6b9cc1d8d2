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
    return Path(os.environ.get("IPLEDGER_HOME") or ".ipledger")


def actor() -> str:
    """The principal commands of this shell act as."""
    return f"os:{getpass.getuser()}"


def output(lang: str | None, *, as_json: bool) -> Output:
    """The output a command asked for.

    Raises:
        typer.BadParameter: a language other than zh and en.
    """
    chosen = lang or os.environ.get("IPLEDGER_LANG") or _system_language()
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


def _system_language() -> str:
    return "zh" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).lower().startswith("zh") else "en"
