"""A ledger of its own for each test of the notary, on the session's PostgreSQL."""

from itertools import count

import pytest

from ledger.store import open_store

_schemas = count(1)


@pytest.fixture(scope="session")
def ledger_home(postgres_home):
    """The home of the session's server, for tests that name their schemas themselves."""
    return postgres_home


@pytest.fixture
def store(ledger_home):
    with open_store(ledger_home, schema=f"notary_{next(_schemas)}", origin="test.example/ledger") as opened:
        yield opened
