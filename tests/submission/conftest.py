"""A desk on a real ledger, with a clock set by hand where a test needs one."""

import pytest

from ledger.submission import Given, Submissions
from tests.submission.clock import Clock
from tests.submission.deals import DEALS


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ledger(open_ledger, clock):
    return open_ledger(clock=clock)


@pytest.fixture
def desk(ledger):
    """Takes commands and the tests' own deals."""
    return Submissions(ledger, actor="test", procedures=DEALS)


@pytest.fixture
def submit(desk):
    """Submit one command; its answer."""

    def one(command, /, **members):
        (answer,) = desk.submit(Given(({**command, **members},)))
        return answer

    return one


@pytest.fixture
def submit_list(desk):
    """Submit several; their answers."""

    def several(*commands, atomic=False):
        return desk.submit(Given(commands, listed=True, atomic=atomic))

    return several
