"""Where a ledger lives and how it is reached: `open_store` (design 3).

Promises: the same behaviour on the embedded server and on an external one; tables made and changed only by
the numbered migrations, under a lock, so that any number of processes may start at once; the application's
connections run as a role that cannot change what was written, wherever the login allows that.
"""

import contextlib
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, TypeVar
from urllib.parse import urlencode

import psycopg
import yoyo
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from ledger.errors import InputRejected, StorageUnavailable
from ledger.store import pgarray
from ledger.store.documents import Documents
from ledger.store.embedded import APPLICATION, SUPERUSER, EmbeddedServer
from ledger.store.reader import Reader
from ledger.store.writer import Writer

SCHEMA: Final = "ipledger"
MIGRATIONS: Final = Path(__file__).parent / "migrations"

_SCHEMA_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,40}")
_MIGRATION_LOCK: Final = 0x69706C6564676572  # "ipledger" as a 64-bit number
_POOL_MAX: Final = 16
_PATIENCE_SECONDS: Final = 15.0

Connection: TypeAlias = psycopg.Connection[TupleRow]
T = TypeVar("T")


def utc_now() -> datetime:
    """The system clock, the default of every ledger."""
    return datetime.now(UTC)


def open_store(
    home: Path | str | None = None,
    url: str | None = None,
    *,
    schema: str = SCHEMA,
    origin: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    settings: Mapping[str, str] | None = None,
) -> "Store":
    """Open the ledger, and make it if there is none.

    `url` (else the environment's IPLEDGER_DATABASE_URL) names an external server; without one the embedded
    server in `home` (else IPLEDGER_HOME, else ./.ipledger) is used, with `settings` for its configuration.
    `origin` names a ledger that is made now (else IPLEDGER_ORIGIN, else a random name) and is checked on one
    that exists.

    Raises:
        StorageUnavailable: the database cannot be reached or made.
        InputRejected: ORIGIN_DIFFERS, SCHEMA_NAME_INVALID, DATABASE_URL_INVALID.
    """
    if not _SCHEMA_NAME.fullmatch(schema):
        raise InputRejected(
            "SCHEMA_NAME_INVALID",
            f"{schema!r} is no schema name; use lower-case letters, digits and _",
            f"{schema!r} 不是有效的模式名;请使用小写字母、数字和下划线",
            schema=schema,
        )
    url = url or os.environ.get("IPLEDGER_DATABASE_URL")
    if url:
        database = Database(schema, _checked_url(url), None)
    else:
        server = EmbeddedServer(Path(home or os.environ.get("IPLEDGER_HOME") or ".ipledger"), settings)
        database = Database(schema, server.conninfo(SUPERUSER), server)
    try:
        database.prepare()
        return Store(database, _origin(database, origin or os.environ.get("IPLEDGER_ORIGIN")), clock)
    except BaseException:
        database.close()
        raise


class Store:
    """One open ledger: `reader`, `writer`, `documents`, and its `origin`. Close it, or use it with `with`."""

    def __init__(self, database: "Database", origin: str, clock: Callable[[], datetime]) -> None:
        """Use `open_store`."""
        self.database = database
        self.origin = origin
        self.clock = clock
        self.reader = Reader(database)
        self.documents = Documents(database)
        self.writer = Writer(database, clock)

    @property
    def schema(self) -> str:
        """The ledger's schema; `<schema>_read` and `<schema>_notary` beside it belong to the application."""
        return self.database.schema

    def close(self) -> None:
        """Give back connections, and the embedded server."""
        self.writer.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Protection:
    """What guards this ledger on its server, for `doctor`: each missing guard in one sentence."""

    role: str
    server_version: str
    durability: dict[str, str]
    missing: tuple[str, ...]


class Database:
    """Connections to one ledger's schema, on either kind of server."""

    def __init__(self, schema: str, login: str, server: EmbeddedServer | None) -> None:
        """`login` is the connection string that migrations use."""
        self.schema = schema
        self.server = server
        self._login = login
        self._role: str | None = None
        self._opening = threading.Lock()
        self._pool: ConnectionPool[Connection] | None = None

    @property
    def channel(self) -> str:
        """What a writer notifies after each batch."""
        return f"{self.schema}_appended"

    def prepare(self) -> None:
        """Bring the schema to this release's version, and find the role to run as."""
        with self._connect_login() as connection:
            if _missing_migrations(connection, self.schema):
                _migrate(connection, self._login_now(), self.schema)
            self._role = _application_role(connection, self.schema)
            if self.server is not None:
                _allow_login(connection)

    def conninfo(self) -> str:
        """How the application connects (may hold a password)."""
        return self._application_now()

    def connect(self) -> Connection:
        """A connection of its own, in autocommit, as the application's role.

        Raises:
            StorageUnavailable: the server cannot be reached.
        """
        try:
            connection = psycopg.connect(self._application_now(), autocommit=True)
            self._configure(connection)
        except psycopg.Error as error:
            raise unavailable(error) from error
        return connection

    def connect_owner(self) -> Connection:
        """A connection of the login itself (for migrations of neighbours, and for tests).

        Raises:
            StorageUnavailable: the server cannot be reached.
        """
        connection = self._connect_login()
        connection.execute(sql.SQL("SET search_path TO {}, pg_temp").format(sql.Identifier(self.schema)))
        return connection

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection from the pool, in autocommit.

        Raises:
            StorageUnavailable: the server cannot be reached, or went away while it was used.
        """
        try:
            with self._opened_pool().connection() as connection:
                yield connection
        except PoolTimeout as error:
            raise unavailable(error) from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise unavailable(error) from error

    def _opened_pool(self) -> "ConnectionPool[Connection]":
        with self._opening:
            if self._pool is None:
                self._pool = ConnectionPool(
                    self._application_now(),
                    kwargs={"autocommit": True},
                    configure=self._configure,
                    min_size=0,
                    max_size=_POOL_MAX,
                    timeout=_PATIENCE_SECONDS,
                    max_idle=300,
                    open=True,
                )
            return self._pool

    def read(self, work: Callable[[Connection], T]) -> T:
        """The result of `work`, which only reads, again on a fresh connection if the server went away.

        Raises:
            StorageUnavailable: it does not come back in time.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        pause = 0.0
        while True:
            try:
                with self.connection() as connection:
                    return work(connection)
            except StorageUnavailable:
                if time.monotonic() + pause > deadline:
                    raise
                self.recover()
                time.sleep(pause)
                pause = min(1.0, pause * 2 + 0.02)

    def recover(self) -> None:
        """Start the embedded server again if it has died, and drop broken connections."""
        if self.server is not None:
            self.server.ensure()
        if self._pool is not None:
            self._pool.check()

    def close(self) -> None:
        """Close the pool and leave the server."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        if self.server is not None:
            self.server.close()

    def protection(self) -> Protection:
        """Which guards of design 3 hold here."""
        with self.connection() as connection:
            return _protection(connection, self.schema)

    def _configure(self, connection: Connection) -> None:
        pgarray.register(connection)
        connection.prepare_threshold = 0
        statements = [
            sql.SQL("SET search_path TO {}, pg_temp").format(sql.Identifier(self.schema)),
            sql.SQL("SET timezone TO 'UTC'"),
            # A plan made while the ledger was small must not outlive that.
            sql.SQL("SET plan_cache_mode TO force_custom_plan"),
            sql.SQL(
                "SELECT set_config('synchronous_commit', 'on', false) "
                "WHERE current_setting('synchronous_commit') IN ('off', 'local')"
            ),
        ]
        if self._role is not None and self.server is None:
            statements.insert(0, sql.SQL("SET ROLE {}").format(sql.Identifier(self._role)))
        connection.execute(sql.SQL("; ").join(statements), prepare=False)

    def _connect_login(self) -> Connection:
        try:
            return psycopg.connect(self._login_now(), autocommit=True)
        except psycopg.Error as error:
            raise unavailable(error) from error

    def _login_now(self) -> str:
        return self._login if self.server is None else self.server.conninfo(SUPERUSER)

    def _application_now(self) -> str:
        return self._login if self.server is None else self.server.conninfo(APPLICATION)


def unavailable(error: Exception) -> StorageUnavailable:
    """The driver's error as ours, in one line."""
    return StorageUnavailable(" ".join(str(error).split())[:300] or type(error).__name__)


def _checked_url(url: str) -> str:
    try:
        return make_conninfo(url, connect_timeout=conninfo_to_dict(url).get("connect_timeout") or 10)
    except psycopg.ProgrammingError as error:
        # The text may hold a password: say what is wrong, not what was given.
        reason = str(error).split(":", maxsplit=1)[0].strip()
        raise InputRejected(
            "DATABASE_URL_INVALID",
            f"the database address cannot be read ({reason}); write postgresql://user:password@host:5432/name",
            f"无法解析数据库地址({reason});格式为 postgresql://user:password@host:5432/name",
        ) from None


def _missing_migrations(connection: Connection, schema: str) -> bool:
    wanted = {path.stem for path in MIGRATIONS.glob("*.sql")}
    if connection.execute("SELECT to_regclass(%s)", (f"{schema}._yoyo_migration",)).fetchone() == (None,):
        return True
    rows = connection.execute(
        sql.SQL("SELECT migration_id FROM {}._yoyo_migration").format(sql.Identifier(schema))
    ).fetchall()
    applied = {row[0] for row in rows}
    if applied - wanted:
        raise StorageUnavailable(
            f"the ledger was made by a newer release (it has {max(applied - wanted)}); install that release"
        )
    return bool(wanted - applied)


def _migrate(connection: Connection, login: str, schema: str) -> None:
    """Apply what is missing. The lock is a session's, so a process that dies leaves none behind."""
    connection.execute("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
    try:
        if not _missing_migrations(connection, schema):
            return
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        parameters = {
            name: str(value) for name, value in conninfo_to_dict(login).items() if value is not None
        }
        arguments = urlencode(parameters | {"schema": f"{schema}, pg_temp"})
        with yoyo.get_backend(f"postgresql+psycopg:///?{arguments}") as backend:
            backend.break_lock()  # yoyo's own lock is a row, which a killed process leaves behind
            backend.apply_migrations(backend.to_apply(yoyo.read_migrations(str(MIGRATIONS))))
    except psycopg.Error as error:
        raise unavailable(error) from error
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", (_MIGRATION_LOCK,))


def _allow_login(connection: Connection) -> None:
    """Let the application's role log in on the embedded server, whose socket is ours alone."""
    query = "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s"
    if connection.execute(query, (APPLICATION,)).fetchone() == (False,):
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
            connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(APPLICATION)))


def _application_role(connection: Connection, schema: str) -> str | None:
    row = connection.execute(
        "SELECT pg_has_role(oid, 'MEMBER') AND has_schema_privilege(oid, %s, 'USAGE') "
        "FROM pg_roles WHERE rolname = %s",
        (schema, APPLICATION),
    ).fetchone()
    return APPLICATION if row == (True,) else None


def _origin(database: Database, wanted: str | None) -> str:
    with database.connection() as connection:
        row = connection.execute("SELECT origin FROM ledger_head").fetchone()
        if row is None:
            name = wanted or f"localhost/ipledger/{secrets.token_hex(6)}"
            row = connection.execute("SELECT ledger_begin(%s)", (name,)).fetchone()
    assert row is not None
    origin: str = row[0]
    if wanted is not None and wanted != origin:
        raise InputRejected(
            "ORIGIN_DIFFERS",
            f"this ledger is {origin!r}, not {wanted!r}; a ledger keeps the name it began with",
            f"本账本名称为 {origin!r},而非 {wanted!r};账本名称一经创建不可更改",
            origin=origin,
            wanted=wanted,
        )
    return origin


def _protection(connection: Connection, schema: str) -> Protection:
    def value(query: str, *arguments: Any) -> Any:
        row = connection.execute(query, arguments).fetchone()
        return None if row is None else row[0]

    owner = value(
        "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass(%s)", f"{schema}.ledger_entry"
    )
    names = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums", "wal_sync_method")
    durability = {name: str(value("SELECT current_setting(%s)", name)) for name in names}
    role = value("SELECT current_user")
    login = value("SELECT session_user")
    checks = [
        (
            value("SELECT rolsuper FROM pg_roles WHERE rolname = session_user"),
            f"the login {login} is a superuser: it can switch the triggers off",
        ),
        (
            value("SELECT pg_has_role(session_user, %s, 'MEMBER')", owner),
            f"the login {login} may act for {owner}, the owner of the tables: it can switch the triggers off",
        ),
        (role == owner, f"the application runs as {owner}, the owner of the tables"),
        (
            value(
                "SELECT has_table_privilege(%s, 'INSERT, UPDATE, DELETE, TRUNCATE')", f"{schema}.ledger_entry"
            ),
            f"the role {role} may write entries past the append function",
        ),
        (durability["fsync"] != "on", "fsync is off: a power failure loses acknowledged entries"),
        (durability["full_page_writes"] != "on", "full_page_writes is off: a power failure can tear pages"),
        (durability["data_checksums"] != "on", "data checksums are off: a decaying disk goes unnoticed"),
    ]
    return Protection(
        role=role,
        server_version=value("SELECT current_setting('server_version')"),
        durability=durability,
        missing=tuple(sentence for bad, sentence in checks if bad),
    )
