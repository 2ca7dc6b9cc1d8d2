"""A real PostgreSQL for the session, and a ledger of its own for each test."""

from itertools import count
from pathlib import Path

import pytest

from ledger.store import open_store

_schemas = count(1)
USPTO = Path(__file__).parent.parent / "data" / "registers" / "uspto"


@pytest.fixture(scope="session")
def server_home(tmp_path_factory):
    """The embedded server's home; it stays up as long as one ledger on it is open."""
    path = tmp_path_factory.mktemp("pg")
    with open_store(path, schema="keeps_the_server_up"):
        yield path


@pytest.fixture
def store(server_home):
    with open_store(server_home, schema=f"importing_{next(_schemas)}") as opened:
        yield opened


@pytest.fixture(scope="session")
def uspto_files():
    return {
        "old": USPTO / "patNum-8789601_snapshot-2019-02.xml",
        "new": USPTO / "patNum-8789601_snapshot-2023-11.xml",
    }
