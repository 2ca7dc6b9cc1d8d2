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
    """The interface on a ledger of the test's own: one pledged patent, at positions 1 to 3."""
    one_pledged_patent(store)
    with serving(store) as opened:
        yield opened


@pytest.fixture(scope="session")
def reader(home):
    """The same, shared by the tests that only read."""
    with open_store(home, schema="only_read") as opened:
        one_pledged_patent(opened)
        with serving(opened) as client:
            yield client


def one_pledged_patent(store):
    names = ({"kind": "application", "number": "15145443"}, {"kind": "grant", "number": "8789601"})
    append(store, registered(RIGHT, title="Electric fracturing pump", names=names))
    append(store, transferred(RIGHT, "Ann", "Wells LLC", "2019-01-02"))
    append(store, pledged(RIGHT, "pld_a", "Wells LLC", "First Bank", "2019-05-08"))
