"""A real PostgreSQL for the whole session, and a ledger of its own for each test."""

from itertools import count

import pytest

from ledger.store import open_store

_schemas = count(1)


@pytest.fixture(scope="session")
def ledger_home(tmp_path_factory):
    """The embedded server's home; it stays up as long as one ledger on it is open."""
    path = tmp_path_factory.mktemp("pg")
    with open_store(path, schema="keeps_the_server_up"):
        yield path


@pytest.fixture
def store(ledger_home):
    with open_store(ledger_home, schema=f"notary_{next(_schemas)}", origin="test.example/ledger") as opened:
        yield opened
