"""A registry of random rights, deals and notices: the ledger says of it what a naive model says."""

from datetime import date
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger import canonical
from ledger.statement import fold
from ledger.statement.view import view
from ledger.store import open_store
from ledger.store.audit import audit
from projections import catch_up, rebuild, status
from tests.projections.ledgers import assert_equals_fold, contents
from tests.scenarios.machine import Registry
from tests.scenarios.players import HandSetClock, InMemory, OnLedger

OFTEN = {
    "accepted", "held", "refused", "ASSET_FROZEN", "COOWNER_CONSENT_MISSING", "PLEDGEE_CONSENT_MISSING",
    "COMPETING_TRANSFER", "EXPORT_CERT_MISSING", "NOT_OWNER_OF_RECORD", "PLEDGE_ALREADY_REGISTERED",
    "ALREADY_ENDED", "RIGHT_UNKNOWN",
}  # fmt: skip
SELDOM = {
    "freed: accepted", "freed: refused", "LICENCE_CONFLICT_EXCLUSIVE", "LICENCE_CONFLICT_PRIOR_ORDINARY",
    "PROCEEDS_ROUTE_MISSING",
}  # fmt: skip
"""What must have happened, or the runs have shown nothing of it."""


class Desk(InMemory):
    """Bytes are kept of every fact, so that everything can be told again from zero."""

    @property
    def position(self):
        return self.desk.situation.position

    def answer(self, right, day):
        return view(self.statement(right), date.fromisoformat(day))

    def known_at(self, position, right):
        return self.desk.known_at(position, right)

    def check(self, rights, steps):
        """Replayed from its bytes, each right is the same to the byte."""
        for right in rights if steps % 5 == 0 else ():
            replayed = self.desk.known_at(self.position, right)
            assert canonical.encode(replayed) == canonical.encode(self.statement(right))

    def close(self, rights):
        self.check(rights, 0)


class InMemoryRegistry(Registry):
    def open_teller(self):
        return Desk()


class Database(OnLedger):
    """The same on a ledger of its own, whose read tables are asked."""

    @property
    def position(self):
        return self.store.reader.head().position

    def statement(self, right):
        return self.known_at(self.position, right)

    def answer(self, right, day):
        catch_up(self.store)
        return status(self.views, right, as_of=date.fromisoformat(day))

    def known_at(self, position, right):
        entries = [stored for stored in self.store.reader.asset_entries(right) if stored.position <= position]
        return fold(right, (stored.parse() for stored in entries))

    def check(self, rights, steps):
        if steps % 10 == 0:
            assert audit(self.store).finding is None
            assert_equals_fold(self.store, self.views)

    def close(self, rights):
        catch_up(self.store)
        self.check(rights, 0)
        stored = contents(self.store, self.views.progress().generation)
        assert contents(self.store, rebuild(self.store).generation) == stored
        self.store.close()


def test_the_rules_agree_with_a_naive_model():
    Registry.seen.clear()
    run_state_machine_as_test(
        InMemoryRegistry,
        settings=settings(max_examples=25, stateful_step_count=50, deadline=None, derandomize=True),
    )
    assert Registry.seen.keys() >= OFTEN


@pytest.mark.campaign
def test_long_lives_agree_with_a_naive_model():
    Registry.seen.clear()
    run_state_machine_as_test(
        InMemoryRegistry,
        settings=settings(
            max_examples=150, stateful_step_count=100, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert Registry.seen.keys() >= OFTEN | SELDOM


@pytest.mark.campaign
def test_a_real_ledger_agrees_with_a_naive_model(postgres_home):
    schemas = count(1)

    class OnDatabase(Registry):
        def open_teller(self):
            clock = HandSetClock()
            clock.on("2000-01-01")
            store = open_store(postgres_home, schema=f"machine_{next(schemas)}", clock=clock)
            return Database(store, clock)

    run_state_machine_as_test(
        OnDatabase,
        settings=settings(
            max_examples=30, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
