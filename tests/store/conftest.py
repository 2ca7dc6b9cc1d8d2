"""Makers of drafts and requests, and the attacker's connection."""

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from ledger.entry import Draft, EntryClass, new_salt
from ledger.store import AppendRequest, AssetHead, Condition, Store, open_store
from ledger.store.embedded import SUPERUSER, EmbeddedServer


@pytest.fixture
def draft() -> Callable[..., Draft]:
    """`draft(right, …, command_id=…)`: a fact about these rights."""

    def make(
        *assets: str,
        command_id: str = "",
        tags: tuple[str, ...] = (),
        kind: str = "test.noted",
        **data: object,
    ) -> Draft:
        return Draft(
            type=kind,
            type_v=1,
            entry_class=EntryClass.OPERATOR,
            subjects=tuple(f"asset:{asset}" for asset in assets) + tags,
            effective_at="2026-01-01",
            actor="test",
            command_id=command_id or f"cmd-{uuid4()}",
            data=data,
            salt=new_salt(),
        )

    return make


@pytest.fixture
def request_for(draft: Callable[..., Draft]) -> Callable[..., AppendRequest]:
    """`request_for({right: head, …}, count=1, …)`: so many drafts about these rights, on these heads."""

    def make(
        heads: dict[str, AssetHead | None],
        *,
        count: int = 1,
        command_id: str = "",
        tags: tuple[str, ...] = (),
        kind: str = "test.noted",
        absent: tuple[str, ...] = (),
        after: int = 0,
        **data: object,
    ) -> AppendRequest:
        command_id = command_id or f"cmd-{uuid4()}"
        drafts = tuple(
            draft(*heads, command_id=command_id, tags=tags, kind=kind, part=part, **data)
            for part in range(count)
        )
        return AppendRequest(drafts, Condition(heads, tags=absent, after=after), command_id)

    return make


@pytest.fixture
def superuser(store: Store) -> Iterator[psycopg.Connection]:
    """A superuser whom no trigger stops, in the test's schema."""
    with store.database.connect_owner() as connection:
        connection.execute("SET session_replication_role TO replica")
        yield connection


@pytest.fixture(scope="session")
def external_server() -> Iterator[str]:
    """The address of a server that is not ours: reached by TCP, with a password, as no superuser."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = Path(tempfile.mkdtemp(prefix="iple-"))
    server = EmbeddedServer(home, {"listen_addresses": "127.0.0.1", "port": str(port)})
    with psycopg.connect(server.conninfo(SUPERUSER), autocommit=True) as connection:
        connection.execute("CREATE ROLE tenant LOGIN CREATEROLE PASSWORD 'p:w/d@1'")
        connection.execute("CREATE DATABASE tenants OWNER tenant")
        access = server.data / "pg_hba.conf"
        access.write_text("host all all 127.0.0.1/32 scram-sha-256\n" + access.read_text())
        connection.execute("SELECT pg_reload_conf()")
    yield f"postgresql://tenant:p%3Aw%2Fd%401@127.0.0.1:{port}/tenants"
    server.close()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def external_store(external_server: str) -> Iterator[Store]:
    """A new ledger on it."""
    with open_store(
        url=external_server, schema=f"x{uuid4().hex}", origin="external.example/ipledger"
    ) as opened:
        yield opened
