"""A real PostgreSQL for the whole session, and a ledger of its own, with views, for each test."""

from itertools import count

import pytest

from ledger.store import open_store
from projections import open_views

_schemas = count(1)


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """The embedded server's home; it stays up as long as one ledger on it is open."""
    path = tmp_path_factory.mktemp("pg")
    with open_store(path, schema="keeps_the_server_up"):
        yield path


@pytest.fixture
def store(home):
    with open_store(home, schema=f"views_{next(_schemas)}") as opened:
        yield opened


@pytest.fixture
def views(store):
    return open_views(store)
