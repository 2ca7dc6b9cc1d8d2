"""The installed command as a user runs it, on homes of its own."""

import contextlib
import fcntl
import io
import itertools
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger.store import open_store
from ledger.store.embedded import SUPERUSER
from scripts.cli import app

USPTO = Path(__file__).parent.parent / "data" / "registers" / "uspto"
OLD, NEW = (USPTO / f"patNum-8789601_snapshot-{month}.xml" for month in ("2019-02", "2023-11"))


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


class Command:
    """`ipledger` with a home."""

    def __init__(self, home, **environment):
        self.home = home
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("IPLEDGER_")},
            "IPLEDGER_HOME": str(home),
            **environment,
        }

    def __call__(self, *arguments, **environment):
        """Run in this process: hundreds of interpreters are slow; `start` has its own."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        given = list(map(str, arguments))
        with (
            mock.patch.dict(os.environ, {**self.environment, **environment}, clear=True),
            mock.patch.object(sys, "argv", ["ipledger", *given]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                app(given, prog_name="ipledger")
                code = 0
            except SystemExit as ended:
                code = ended.code or 0
        return Answer(code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())

    def start(self, *arguments):
        """The command, running; whoever starts it waits for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "scripts.cli", *map(str, arguments)],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def running(self, *arguments, **environment):
        """The command, running, with pipes to read what it says."""
        return subprocess.Popen(
            [sys.executable, "-m", "scripts.cli", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**self.environment, **environment},
        )

    def at_terminal(self, width, *arguments):
        """What a person sees at a terminal of so many columns, without its colors."""
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        command = [sys.executable, "-m", "scripts.cli", *map(str, arguments)]
        with (
            subprocess.Popen(command, stdout=follower, stderr=subprocess.DEVNULL, env=self.environment),
            os.fdopen(leader, "rb") as screen,
        ):
            os.close(follower)
            shown = b""
            with contextlib.suppress(OSError):  # the other end is closed
                while read := screen.read1():
                    shown += read
        return re.sub(r"\x1b\[[0-9;]*m|\r", "", shown.decode())

    def open(self):
        """The same ledger, for whoever looks inside."""
        return open_store(self.home, self.environment.get("IPLEDGER_DATABASE_URL"))


@pytest.fixture
def embedded():
    """A home with nothing in it yet, its own server included."""
    home = Path(tempfile.mkdtemp(prefix="ipl-"))
    yield Command(home / "a home")
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def new_database(postgres_home):
    """Makes databases on the session's server: each a PostgreSQL of its own to the command."""
    numbers = itertools.count(1)
    with open_store(postgres_home, schema="keeps_the_server_up") as store:
        server = store.database.server.conninfo(SUPERUSER)

        def make():
            name = f"command_{next(numbers)}"
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return make_conninfo(server, dbname=name)

        yield make


@pytest.fixture
def ipledger(tmp_path, new_database):
    """A home and a database with nothing in them yet."""
    return Command(tmp_path / "home", IPLEDGER_DATABASE_URL=new_database())


@pytest.fixture(scope="session")
def recorded(tmp_path_factory, new_database):
    """A ledger with both snapshots imported and sealed; read it, do not change it."""
    command = Command(tmp_path_factory.mktemp("recorded"), IPLEDGER_DATABASE_URL=new_database())
    assert command("import", "uspto", OLD, NEW).code == 0
    assert command("seal").code == 0
    return command
