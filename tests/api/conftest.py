"""A ledger on a real PostgreSQL, and the application on it, for each test."""

from itertools import count

import pytest

from ledger.store import open_store
from tests.api.serving import serving
from tests.projections.ledgers import append, pledged, registered, transferred

RIGHT = "US:patent:15145443"

_schemas = count(1)


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """The embedded server's home; it stays up as long as one ledger on it is open."""
    path = tmp_path_factory.mktemp("pg")
    with open_store(path, schema="keeps_the_server_up"):
        yield path


@pytest.fixture
def store(home):
    with open_store(home, schema=f"api_{next(_schemas)}") as opened:
        yield opened


@pytest.fixture
def client(store):
    """The application with its follower running, on a ledger with one pledged patent at positions 1 to 3."""
    names = ({"kind": "application", "number": "15145443"}, {"kind": "grant", "number": "8789601"})
    append(store, registered(RIGHT, title="Electric fracturing pump", names=names))
    append(store, transferred(RIGHT, "Ann", "Wells LLC", "2019-01-02"))
    append(store, pledged(RIGHT, "pld_a", "Wells LLC", "First Bank", "2019-05-08"))
    with serving(store) as opened:
        yield opened
