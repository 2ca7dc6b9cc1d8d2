"""The read side of a test's ledger."""

import pytest

from projections import open_views


@pytest.fixture
def views(store):
    return open_views(store)
