"""The event-sourcing library on this ledger: its own contract suite, and its higher classes."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.application import DCBRepository
from eventsourcing.dcb.domain import Decision, EnduringObject, InitialDecision, Tagged
from eventsourcing.dcb.persistence import DCBEventStore, DCBMapper
from eventsourcing.dcb.tests import DCBRecorderTestCase
from eventsourcing.domain import event
from eventsourcing.persistence import IntegrityError, ProgrammingError
from eventsourcing.utils import get_topic, resolve_topic

from ledger.store import NO_ENTRY, AppendRequest, Store
from ledger.store.audit import audit
from ledger.store.recorder import LedgerRecorder, opaque_type, stored_tag

Make = Callable[..., AppendRequest]


@pytest.fixture(params=["embedded", "external"])
def recorder(request: pytest.FixtureRequest) -> LedgerRecorder:
    """A recorder on either kind of server."""
    name = "store" if request.param == "embedded" else "external_store"
    return LedgerRecorder(request.getfixturevalue(name))


def test_append_and_read_keep_the_library_s_contract(recorder: LedgerRecorder) -> None:
    DCBRecorderTestCase()._test_append_read(recorder)
    assert audit(recorder._store).passed


def test_subscriptions_keep_the_library_s_contract(recorder: LedgerRecorder) -> None:
    DCBRecorderTestCase()._test_append_subscribe(recorder)


def test_an_opaque_event_comes_back_as_it_was(store: Store) -> None:
    recorder = LedgerRecorder(store)
    given = DCBEvent(
        "app.domain:Thing.Happened", bytes(range(256)), ["b/é 1", "", "x" * 400, "party:p", "b/é 1"]
    )
    position = recorder.append([given])
    (found,) = recorder.read()
    assert (found.position, found.event) == (position, given)
    for tag in given.tags:
        assert [one.position for one in recorder.read(DCBQuery([DCBQueryItem(tags=[tag])]))] == [position]
    entry = store.reader.entry(position)
    assert entry is not None
    assert entry.parse().type == opaque_type("app.domain:Thing.Happened")


def test_a_native_entry_reads_as_its_exact_bytes(store: Store, request_for: Make) -> None:
    store.writer.append(request_for({"r": NO_ENTRY}, tags=("party:p",)))
    recorder = LedgerRecorder(store)
    query = DCBQuery([DCBQueryItem(types=["test.noted"], tags=["asset:r"])])
    (found,) = recorder.read(query)
    entry = store.reader.entry(1)
    assert entry is not None
    assert found.event == DCBEvent("test.noted", entry.raw, ["asset:r", "party:p"])


def test_an_opaque_event_is_not_mistaken_for_a_native_one_of_that_type(
    store: Store, request_for: Make
) -> None:
    recorder = LedgerRecorder(store)
    recorder.append([DCBEvent("test.noted", b"mine", ["t"])])
    store.writer.append(request_for({"r": NO_ENTRY}))
    found = list(recorder.read(DCBQuery([DCBQueryItem(types=["test.noted"])])))
    assert [one.event.data == b"mine" for one in found] == [True, False]


def test_an_event_about_a_right_is_left_to_the_writer(store: Store) -> None:
    with pytest.raises(ProgrammingError):
        LedgerRecorder(store).append([DCBEvent("t", b"", ["asset:r"])])
    with pytest.raises(ProgrammingError):
        LedgerRecorder(store).append([])


@pytest.mark.parametrize("tag", ["a", "record:dcb/x", "party:", "party: x", "party:a\nb", "asset", "é" * 200])
def test_stored_tags_are_tags_and_differ_where_tags_differ(tag: str) -> None:
    from ledger.entry import _TAG

    assert _TAG.fullmatch(stored_tag(tag))
    assert stored_tag(tag) != tag
    assert stored_tag(tag) != stored_tag(tag + "x")


def test_threads_that_decide_on_the_same_events_have_one_winner(store: Store) -> None:
    recorder = LedgerRecorder(store)
    query = DCBQuery([DCBQueryItem(tags=["seat:1"])])
    barrier = threading.Barrier(6)
    outcomes: list[bool] = []

    def reserve() -> None:
        barrier.wait()
        try:
            recorder.append([DCBEvent("Reserved", b"", ["seat:1"])], DCBAppendCondition(query))
        except IntegrityError:
            outcomes.append(False)
        else:
            outcomes.append(True)

    threads = [threading.Thread(target=reserve) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 5 + [True]


def test_a_subscription_misses_nothing_when_its_connection_is_cut(store: Store) -> None:
    recorder = LedgerRecorder(store)
    received: list[int] = []
    with recorder.subscribe() as subscription:
        thread = threading.Thread(target=lambda: received.extend(_take(subscription, 20)))
        thread.start()
        for number in range(20):
            recorder.append([DCBEvent("t", str(number).encode(), [])])
            if number % 5 == 2:
                with store.database.connect_owner() as superuser:
                    superuser.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' "
                        "AND query LIKE %s",
                        (f"%{store.schema}%",),
                    )
        thread.join(timeout=20)
    assert received == list(range(1, 21))


def _take(subscription: Any, count: int) -> list[int]:
    return [next(subscription).position for _ in range(count)]


def test_a_subscription_hears_of_entries_of_another_process_s_writer(
    open_ledger: Callable[..., Store], request_for: Make
) -> None:
    reading, writing = open_ledger(), open_ledger()
    with LedgerRecorder(reading).subscribe(DCBQuery([DCBQueryItem(tags=["party:p"])])) as subscription:
        writing.writer.append(request_for({"a": NO_ENTRY}))
        writing.writer.append(request_for({"b": NO_ENTRY}, tags=("party:p",)))
        started = time.monotonic()
        assert next(subscription).position == 2
        assert time.monotonic() - started < 5


def test_stopping_ends_a_subscription_that_waits(store: Store) -> None:
    subscription = LedgerRecorder(store).subscribe()
    ended = threading.Event()

    def consume() -> None:
        assert list(subscription) == []
        ended.set()

    threading.Thread(target=consume).start()
    time.sleep(0.1)
    subscription.stop()
    assert ended.wait(timeout=5)


@dataclass
class Opened(InitialDecision):
    account_id: str
    originator_topic: str


@dataclass
class Deposited(Decision):
    amount: int


class Account(EnduringObject[Decision]):
    class Opening(Opened):
        pass

    def __init__(self) -> None:
        self.balance = 0

    @event(Deposited)
    def deposit(self, amount: int) -> None:
        self.balance += amount


class JsonMapper(DCBMapper[Decision]):
    """A library user's own mapper: nothing the ledger knows of."""

    def to_dcb_event(self, event: Tagged[Decision]) -> DCBEvent:
        data = json.dumps(asdict(event.decision)).encode()
        return DCBEvent(get_topic(type(event.decision)), data, event.tags)

    def to_domain_event(self, event: DCBEvent) -> Tagged[Decision]:
        return Tagged(event.tags, resolve_topic(event.type)(**json.loads(event.data)))


def test_the_library_s_decision_models_work_on_the_ledger(store: Store) -> None:
    repository = DCBRepository(DCBEventStore(JsonMapper(), LedgerRecorder(store)))
    account = Account()
    account.deposit(amount=5)
    repository.save(account)
    mine, theirs = repository.get(account.id), repository.get(account.id)
    assert isinstance(mine, Account)
    assert isinstance(theirs, Account)
    mine.deposit(amount=7)
    repository.save(mine)
    theirs.deposit(amount=1)
    with pytest.raises(IntegrityError):
        repository.save(theirs)
    again = repository.get(account.id)
    assert isinstance(again, Account)
    assert again.balance == 12
    assert audit(store).passed
