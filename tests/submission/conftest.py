"""A desk on a real ledger, with a clock set by hand where a test needs one."""

from datetime import timedelta

import pytest

from ledger.submission import Given, Submissions
from tests.ledger.rules.desk import noon
from tests.submission.deals import DEALS

TODAY = "2024-05-06"


class Clock:
    """Instants of one day, each later than the one before."""

    def __init__(self, day=TODAY):
        self.now = noon(day)

    def on(self, day):
        assert noon(day) > self.now
        self.now = noon(day)

    def __call__(self):
        self.now += timedelta(microseconds=1)
        return self.now


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
