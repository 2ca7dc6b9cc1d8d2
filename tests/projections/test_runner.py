"""The runner counts every entry once, in order, whatever happens to it; and it can be watched."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ledger.errors import ChainBroken, RightUnknown, StorageUnavailable, UnknownEventType
from projections import batches, catch_up, follow, open_views, rebuild, runner, status, timeline
from projections import views as views_module
from projections.errors import ProjectionBehind, RebuildRunning
from tests.projections.ledgers import (
    append,
    assert_equals_fold,
    contents,
    pledged,
    registered,
    released,
    transferred,
    unknown_event,
)

RIGHT = "US:patent:15145443"
ROOT = Path(__file__).parents[2]


def history(store, rights, seed=7):
    """A few entries on each right, in a mixed order."""
    shuffled = random.Random(seed)
    for right in rights:
        append(store, registered(right, title=f"Device {right}"))
    for number in range(3 * len(rights)):
        right = shuffled.choice(rights)
        pledge = f"pld_{number % 5}"
        append(
            store,
            shuffled.choice(
                [
                    transferred(right, "Ann", f"Company {number} Inc.", f"2019-0{1 + number % 9}-01"),
                    pledged(right, pledge, "Ann", f"Bank {number % 3}", "2020-02-02"),
                    released(right, pledge, f"Bank {number % 3}", "2021-03-03"),
                ]
            ),
        )


def rights(number):
    return [f"US:patent:{10_000_000 + index}" for index in range(number)]


def test_what_is_stored_equals_the_fold_whatever_the_batches(store, views, monkeypatch):
    """Batches of one, a few and many entries, with states remembered and forgotten, leave the same rows."""
    for size, kept, loaded in ((1, 20_000, 20_000), (3, 0, 1), (7, 12, 5), (2000, 20_000, 20_000)):
        monkeypatch.setattr(batches, "BATCH_ENTRIES", size)
        monkeypatch.setattr(batches, "KEPT_ENTRIES", kept)
        monkeypatch.setattr(batches, "LOADED_ENTRIES", loaded)
        history(store, rights(6), seed=size)
        reached = catch_up(store)
        assert reached.lag == 0
        assert_equals_fold(store, views)
        incremental = contents(store, reached.generation)
        assert contents(store, rebuild(store).generation) == incremental


def test_an_entry_on_many_rights_closes_a_batch(store, views, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_TOUCHES", 4)
    many = rights(10)
    append(store, *(registered(right) for right in many))
    append(store, pledged(many, "pld_all", "Ann", "Bank", "2020-02-02"))
    reports = []
    catch_up(store, report=lambda *told: reports.append(told))
    assert reports == [(4, 11), (8, 11), (11, 11)]
    assert_equals_fold(store, views)


def test_an_unknown_event_stops_the_projection_at_its_position(store, views):
    """Everything before it is projected, nothing after it, and asking again changes nothing."""
    append(store, registered(RIGHT))
    bad = append(store, unknown_event("US:patent:15000001")).first_position
    append(store, transferred(RIGHT, "Ann", "Ben", "2020-01-01"))
    for _ in range(2):
        with pytest.raises(UnknownEventType) as stopped:
            catch_up(store)
        assert stopped.value.data["position"] == bad
        assert (views.progress().position, views.progress().head) == (bad - 1, bad + 1)
    with pytest.raises(UnknownEventType):
        follow(store, threading.Event())
    with pytest.raises(UnknownEventType):
        rebuild(store)
    assert views.progress().position == bad - 1
    # The other right's answer does not rest on the entry that cannot be read.
    assert status(views, RIGHT)["owners"][0]["name"] == "Ben"
    with pytest.raises(UnknownEventType):
        status(views, "US:patent:15000001")


def test_a_missing_position_stops_the_projection(store, views):
    """A ledger somebody took an entry out of is not projected past the gap."""
    append(store, registered(RIGHT))
    append(store, transferred(RIGHT, "Ann", "Ben", "2020-01-01"))
    append(store, transferred(RIGHT, "Ben", "Cy", "2020-02-01"))
    with store.database.connect_owner() as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("DELETE FROM ledger_entry WHERE position = 2")
    with pytest.raises(ChainBroken) as broken:
        catch_up(store)
    assert broken.value.data["position"] == 2
    assert views.progress().position == 1


def test_lag_is_visible_and_the_answer_is_current_all_the_same(store, views):
    append(store, registered(RIGHT))
    catch_up(store)
    assert (views.progress().lag, views.progress().waiting_since) == (0, None)
    appended = append(store, transferred(RIGHT, "Ann", "Ben", "2020-01-01"))
    behind = views.progress()
    assert behind.lag == 1
    assert behind.waiting_since == store.reader.head().recorded_at
    answer = status(views, RIGHT)
    assert answer["position"] == appended.last_position
    assert [owner["name"] for owner in answer["owners"]] == ["Ben"]
    assert [item["type"] for item in timeline(views, RIGHT)["entries"]] == [
        "right.registered",
        "transfer.registered",
    ]
    assert views.progress().lag == 1


def test_a_follower_shows_an_entry_within_fifty_milliseconds(store, views):
    """Measured from the append's return, over several appends; one of them must be quick on any machine."""
    with following(store):
        delays = []
        for index in range(10):
            append(store, registered(f"US:patent:{15_000_000 + index}"))
            start = time.monotonic()
            wait_for(lambda: views.progress().lag == 0)
            delays.append(time.monotonic() - start)
    assert min(delays) < 0.05


def test_a_follower_outlives_its_connection(store, views):
    """The server drops every connection; the follower comes back and misses nothing."""
    with following(store):
        append(store, registered(RIGHT))
        wait_for(lambda: views.progress().lag == 0)
        with store.database.connect_owner() as superuser:
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND query LIKE %s",
                (f"%{store.schema}%",),
            )
        append(store, transferred(RIGHT, "Ann", "Ben", "2020-01-01"))
        wait_for(lambda: views.progress().lag == 0)
    assert_equals_fold(store, views)


def test_two_followers_share_one_ledger(store, views):
    """Each entry is counted once though two follow, and when the one that works stops, the other goes on."""
    stop_first, stop_second = threading.Event(), threading.Event()
    first = threading.Thread(target=follow, args=(store, stop_first))
    second = threading.Thread(target=follow, args=(store, stop_second))
    first.start()
    second.start()
    history(store, rights(4))
    wait_for(lambda: views.progress().lag == 0)
    stop_first.set()
    first.join()
    history(store, [f"US:patent:{16_000_000 + index}" for index in range(4)])
    wait_for(lambda: views.progress().lag == 0)
    stop_second.set()
    second.join()
    assert_equals_fold(store, views)


def test_catching_up_together_counts_every_entry_once(store, views):
    history(store, rights(8))
    threads = [threading.Thread(target=catch_up, args=(store,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert views.progress().lag == 0
    assert_equals_fold(store, views)


def test_two_that_take_turns_count_every_entry_once(store, views, monkeypatch):
    """What one prepared ahead is of no use once the other went on; its remembered states are no danger."""
    monkeypatch.setattr(batches, "BATCH_ENTRIES", 1)
    history(store, rights(4))
    with contextlib.closing(store.database.connect()) as connection:
        generation = views_module.serving(connection, store.schema)
        with (
            contextlib.closing(runner._Projector(store, generation)) as one,
            contextlib.closing(runner._Projector(store, generation)) as other,
        ):
            turns = [one, one, other, one, other, other]
            while turns[0].step(connection):
                turns.append(turns.pop(0))
    assert views.progress().lag == 0
    assert_equals_fold(store, views)


def test_catching_up_gives_up_when_its_patience_ends(store, views):
    append(store, registered(RIGHT))
    with store.database.connect() as other:
        key = runner.generations.lock_key(store.schema, "follow")
        other.execute("SELECT pg_advisory_lock(%s)", (key,))
        assert catch_up(store, patience=0.05).lag == 1
        open_views(store)
        impatient = views_module.Views(store, lambda asked: catch_up(asked, patience=0.05))
        with pytest.raises(ProjectionBehind) as behind:
            impatient.reach_head()
        assert behind.value.data == {"position": 0, "head": 1}


CHILD = """
import sys
from ledger.store import open_store
from projections import batches, catch_up, rebuild

batches.BATCH_ENTRIES = 2
with open_store(sys.argv[1], schema=sys.argv[2]) as store:
    print("ready", flush=True)
    if sys.argv[3] == "rebuild":
        rebuild(store)
    else:
        catch_up(store)
"""


def killed(home, schema, work, delay):
    """Run `work` in a process of its own and kill it after `delay` seconds; whether it was still at it."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home), schema, work],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with child:
        assert child.stdout.readline() == b"ready\n"
        time.sleep(delay)
        running = child.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        child.wait()
    return running


def test_killed_at_any_moment_it_goes_on_where_it_stopped(postgres_home, store, views):
    """Killed again and again while it projects two entries at a time: no row twice, none missing."""
    history(store, rights(60))
    positions = []
    for delay in (0.02, 0.05, 0.08, 0.11):
        killed(postgres_home, store.schema, "catch_up", delay)
        positions.append(views.progress().position)
    assert positions == sorted(positions)
    assert any(0 < position < views.progress().head for position in positions)
    catch_up(store)
    assert_equals_fold(store, views)
    assert contents(store, views.progress().generation) == contents(store, rebuild(store).generation)


def test_a_killed_rebuild_leaves_the_old_tables_serving_and_is_cleaned_up_after(postgres_home, store, views):
    history(store, rights(60))
    old = catch_up(store)
    assert killed(postgres_home, store.schema, "rebuild", 0.1)
    wait_for(lambda: not rebuild_is_running(store))
    assert views.progress() == old
    assert len(generations_of(store)) == 2
    new = rebuild(store)
    assert new.generation > old.generation
    assert generations_of(store) == {new.generation}
    assert_equals_fold(store, views)


def test_a_rebuild_serves_all_the_while(store, views):
    """Readers and a writer go on during rebuilds; every answer is whole and none is older than one before."""
    history(store, rights(20))
    catch_up(store)
    stop = threading.Event()
    problems, answers = [], []

    def ask():
        last = 0
        own = open_views(store)
        while not stop.is_set():
            try:
                answer = status(own, "US:patent:10000003")
                assert answer["position"] >= last
                assert len(timeline(own, "US:patent:10000003")["entries"]) >= 1
                last = answer["position"]
                answers.append(last)
            except Exception as error:  # noqa: BLE001  # whatever it is, the test reports it
                problems.append(error)
                return

    readers = [threading.Thread(target=ask) for _ in range(2)]
    with following(store):
        for reader in readers:
            reader.start()
        for index in range(3):
            append(store, transferred("US:patent:10000003", "Ann", f"Buyer {index}", "2022-01-01"))
            rebuild(store)
        stop.set()
        for reader in readers:
            reader.join()
        wait_for(lambda: views.progress().lag == 0)
    assert not problems
    assert len(answers) > 10
    assert_equals_fold(store, views)
    assert generations_of(store) == {views.progress().generation}


def test_only_one_rebuild_runs_at_a_time(store):
    with store.database.connect() as other:
        other.execute("SELECT pg_advisory_lock(%s)", (runner.generations.lock_key(store.schema, "rebuild"),))
        with pytest.raises(RebuildRunning):
            rebuild(store)


def test_a_slow_reader_delays_the_swap_but_not_for_ever(store, views, monkeypatch):
    """Tables held by an open transaction are not dropped; nothing changes, and the rebuild says why."""
    append(store, registered(RIGHT))
    old = catch_up(store).generation
    monkeypatch.setattr(runner, "_SWAP_TRIES", 2)
    with store.database.connect() as slow:
        slow.execute("BEGIN")
        slow.execute(f'SELECT count(*) FROM "{store.schema}_read"."g{old}_statement"')
        with pytest.raises(StorageUnavailable):
            rebuild(store)
    assert views.progress().generation == old
    assert status(views, RIGHT)["right"] == RIGHT
    assert rebuild(store).generation > old


def test_tables_of_another_layout_are_rebuilt(store, views, monkeypatch):
    """A release that keeps other tables does not read those of the one before; it makes its own."""
    append(store, registered(RIGHT))
    old = catch_up(store).generation
    for module in (views_module, runner.generations):
        monkeypatch.setattr(module, "LAYOUT", 1_000_000)
    fresh = open_views(store)
    with pytest.raises(ProjectionBehind):
        fresh.progress()
    assert catch_up(store).generation > old
    assert status(fresh, RIGHT)["right"] == RIGHT


def test_a_ledger_without_entries_has_views(store, views):
    assert (views.progress().position, views.progress().head) == (0, 0)
    assert catch_up(store).lag == 0
    assert rebuild(store).lag == 0
    with pytest.raises(RightUnknown):
        status(views, RIGHT)


@contextlib.contextmanager
def following(store):
    stop = threading.Event()
    thread = threading.Thread(target=follow, args=(store, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def wait_for(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.002)


def generations_of(store):
    with store.database.connection() as connection:
        rows = connection.execute(
            "SELECT DISTINCT split_part(substr(tablename, 2), '_', 1)::int FROM pg_tables "
            "WHERE schemaname = %s AND tablename <> 'generation'",
            (f"{store.schema}_read",),
        ).fetchall()
    return {number for (number,) in rows}


def rebuild_is_running(store):
    key = runner.generations.lock_key(store.schema, "rebuild")
    with store.database.connect() as connection:
        free = connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()[0]
    return not free
