"""The interface on a ledger with one pledged patent."""

import pytest

from ledger.store import open_store
from tests.api.serving import serving
from tests.projections.ledgers import append, pledged, registered, transferred

RIGHT = "US:patent:15145443"


@pytest.fixture
def client(store):
    """The interface on a ledger of the test's own: one pledged patent, at positions 1 to 3."""
    one_pledged_patent(store)
    with serving(store) as opened:
        yield opened


@pytest.fixture(scope="session")
def reader(postgres_home):
    """The same, shared by the tests that only read."""
    with open_store(postgres_home, schema="only_read") as opened:
        one_pledged_patent(opened)
        with serving(opened) as client:
            yield client


def one_pledged_patent(store):
    names = ({"kind": "application", "number": "15145443"}, {"kind": "grant", "number": "8789601"})
    append(store, registered(RIGHT, title="Electric fracturing pump", names=names))
    append(store, transferred(RIGHT, "Ann", "Wells LLC", "2019-01-02"))
    append(store, pledged(RIGHT, "pld_a", "Wells LLC", "First Bank", "2019-05-08"))
