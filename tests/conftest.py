"""PostgreSQL for tests: one real server a session, one schema a test.

The session's server does not wait for the disk (fsync off); tests of durability start their own.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from psycopg import sql

from ledger.store import Store, open_store

ORIGIN = "test.example/ipledger"
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
_numbers = itertools.count(1)

# A deadline measures the machine, which others use too: it says nothing about the code.
settings.register_profile("ipledger", deadline=None)
settings.load_profile("ipledger")


@pytest.fixture(scope="session")
def postgres_home() -> Iterator[Path]:
    """The home of the session's server, which runs as long as the session."""
    home = Path(tempfile.mkdtemp(prefix="ipl-"))
    keeper = open_store(home, schema="keeper", origin=ORIGIN, settings=_FAST)
    yield home
    keeper.close()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def open_ledger(postgres_home: Path) -> Iterator[Callable[..., Store]]:
    """Open this test's ledger, as often as wanted; all are closed and the schemas dropped afterwards."""
    schema = f"t{os.getpid()}_{next(_numbers)}"
    opened: list[Store] = []

    def open_one(**options: object) -> Store:
        options.setdefault("schema", schema)
        options.setdefault("origin", ORIGIN)
        opened.append(open_store(postgres_home, **options))
        return opened[-1]

    yield open_one
    for store in opened:
        with store.database.connect_owner() as connection:
            for suffix in ("", "_read", "_notary", "_vault"):
                name = sql.Identifier(store.schema + suffix)
                connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))
        store.close()


@pytest.fixture
def store(open_ledger: Callable[..., Store]) -> Store:
    """A new, empty ledger."""
    return open_ledger()
