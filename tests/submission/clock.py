"""A clock set by hand."""

from datetime import timedelta

from tests.ledger.rules.desk import noon

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
