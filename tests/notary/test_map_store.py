"""The map kept in tables: equal to the naive one at every size, whoever advances it, however often killed."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import ChainBroken, RightUnknown
from ledger.statement import fold
from ledger.store import open_store
from notary import map as maps
from notary import map_store, tables
from notary.errors import ProofInvalid
from notary.map import EMPTY
from notary.map_store import ListLeaf, MapStore, RightLeaf
from tests.notary import map_naive
from tests.notary.test_log import grow
from tests.projections.ledgers import append, draft, pledged, registered, released, transferred

_schemas = count(1)


def right(number):
    return f"US:patent:{10_000_000 + number}"


def some_history(store, seed, length):
    """Entries about few rights and few parties, some about several rights, some in a pool."""
    chosen = random.Random(seed)
    for step in range(length):
        rights = chosen.sample(range(6), chosen.choice([1, 1, 1, 3]))
        names = [right(number) for number in rights]
        fact = chosen.choice(
            [
                registered(names[0]),
                transferred(names[0], "Ann", f"Owner {chosen.randrange(3)}", "2019-01-02"),
                pledged(names, f"pld_{step}", "Ann", f"Bank {chosen.randrange(2)}", "2019-05-08"),
                released(names, f"pld_{step // 2}", f"Bank {chosen.randrange(2)}", "2020-01-01"),
            ]
        )
        entry = draft(fact)
        if chosen.random() < 0.2:
            entry = replace(entry, subjects=(*entry.subjects, f"pool:pol_{chosen.randrange(2)}"))
        append(store, entry)


def assert_proves_everything(store, size):
    """Every leaf of the naive map is proved with its content, and so is the absence of others."""
    found = MapStore(store)
    root = map_naive.root(store, size)
    assert found.root(size) == root
    for tag, (number, head, statement) in map_naive.leaves(store, size).items():
        proof = found.prove(tag, size)
        if statement is None:
            assert proof.leaf == ListLeaf(number, head)
            assert proof.as_json()["leaf"] == {"count": number, "acc": head.hex()}
        else:
            assert proof.leaf == RightLeaf(number, head, statement)
        maps.verify_presence(root, maps.map_key(tag), proof.leaf.value, proof.proof)
    for tag in ("asset:US:patent:1", "party:pty_nobody", "pool:pol_none"):
        proof = found.prove(tag, size)
        assert proof.leaf is None
        maps.verify_absence(root, maps.map_key(tag), proof.proof)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_after_every_advance_the_map_is_the_naive_one_and_earlier_ones_stay_provable(
    ledger_home, seed, steps
):
    with open_store(ledger_home, schema=f"map_random_{next(_schemas)}", origin="test.example/map") as store:
        found = MapStore(store)
        sizes = []
        for number, length in enumerate(steps):
            some_history(store, seed + number, length)
            sizes.append(store.reader.head().position)
            assert found.advance(sizes[-1]) == map_naive.root(store, sizes[-1])
        for size in sizes:
            assert_proves_everything(store, size)


def test_pages_of_every_kind_may_be_as_small_as_one(store, monkeypatch):
    """Boundaries between transactions leave no trace in the tree."""
    for name in ("SCAN_ENTRIES", "KEYS_AT_ONCE", "FOLDED_AT_ONCE", "LINKS_AT_ONCE"):
        monkeypatch.setattr(map_store, name, 1)
    some_history(store, 7, 25)
    found = MapStore(store)
    assert found.advance(11) == map_naive.root(store, 11)
    assert found.advance(25) == map_naive.root(store, 25)
    assert_proves_everything(store, 11)
    assert_proves_everything(store, 25)


def test_the_empty_map_proves_that_nothing_is_said(store):
    found = MapStore(store)
    assert found.root(0) == EMPTY
    assert found.prove("asset:US:patent:1", 0).as_json() == {
        "key_of": "asset:US:patent:1", "siblings": [], "leaf": None, "other": None,
    }  # fmt: skip


def test_advancing_to_a_size_reached_before_gives_its_root_again(store):
    some_history(store, 1, 4)
    found = MapStore(store)
    earlier = found.advance(4)
    some_history(store, 2, 4)
    assert found.advance(8) != earlier
    assert found.advance(4) == earlier


def test_between_seals_there_is_no_map_and_the_error_names_the_nearest(store):
    some_history(store, 1, 9)
    found = MapStore(store)
    found.advance(3)
    found.advance(9)
    assert found.advance(6) is None
    for ask in (lambda: found.root(6), lambda: found.prove("asset:US:patent:1", 6)):
        with pytest.raises(ProofInvalid) as refused:
            ask()
        assert refused.value.code == "MAP_SIZE_NOT_SEALED"
        assert refused.value.data == {"size": 6, "before": 3, "after": 9}


@pytest.mark.parametrize("key_of", ["", "US:patent:1", "license:lic_1", "asset", "seal:series"])
def test_what_has_no_leaf_is_no_key(store, key_of):
    with pytest.raises(ProofInvalid) as refused:
        MapStore(store).prove(key_of, 0)
    assert refused.value.code == "MAP_KEY_INVALID"


def test_the_statement_is_the_one_the_leaf_commits_to(store):
    some_history(store, 3, 20)
    found = MapStore(store)
    found.advance(20)
    for number in range(6):
        entries = [stored.parse() for stored in store.reader.asset_entries(right(number), upto=20)]
        proof = found.prove(f"asset:{right(number)}", 20)
        if not entries:
            assert proof.leaf is None
            continue
        statement = found.statement(right(number), 20)
        assert (
            maps.right_value(count=len(entries), head=entries[-1].digest, statement=statement)
            == proof.leaf.value
        )
        assert map_store.orjson.loads(statement) == fold(right(number), entries)


def test_a_right_without_entries_has_no_statement(store):
    append(store, registered(right(1)))
    with pytest.raises(RightUnknown):
        MapStore(store).statement(right(2), 1)
    append(store, registered(right(2)))
    with pytest.raises(RightUnknown):
        MapStore(store).statement(right(2), 1)


def test_two_processes_may_advance_at_once(ledger_home):
    """Each with connections of its own, to sizes of its own; whatever root either gets is the right one."""
    schema = "map_two"
    with open_store(ledger_home, schema=schema, origin="test.example/map") as first:
        grow(first, 400)
        sizes = [[100, 250, 399], [50, 251, 400], [120, 260, 398]]

        def advance(targets):
            with open_store(ledger_home, schema=schema) as store:
                return {size: MapStore(store).advance(size) for size in targets}

        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(advance, sizes))
        roots = {size: root for each in found for size, root in each.items() if root is not None}
        assert 400 in roots
        for size, root in roots.items():
            assert root == map_naive.root(first, size)
            assert MapStore(first).root(size) == root


_ADVANCE = """
import sys
from ledger.store import open_store
from notary import map_store
map_store.SCAN_ENTRIES, map_store.KEYS_AT_ONCE = 40, 15
with open_store(sys.argv[1], schema=sys.argv[2]) as store:
    print("begin", flush=True)
    map_store.MapStore(store).advance(int(sys.argv[3]))
    print("done", flush=True)
"""


def test_a_process_killed_anywhere_leaves_what_the_next_one_continues(ledger_home):
    schema = "map_killed"
    with open_store(ledger_home, schema=schema, origin="test.example/map") as store:
        grow(store, 600)
        some_history(store, 5, 40)
        killed = 0
        for attempt in range(6):
            process = subprocess.Popen(
                [sys.executable, "-c", _ADVANCE, str(ledger_home), schema, str(560 + attempt)],
                stdout=subprocess.PIPE,
                text=True,
            )
            with process:
                assert process.stdout.readline() == "begin\n"
                time.sleep(0.04 * attempt)
                os.kill(process.pid, signal.SIGKILL)
                killed += "done" not in process.stdout.read()
        assert killed
        assert MapStore(store).advance(640) == map_naive.root(store, 640)
        assert_proves_everything(store, 640)


def test_a_map_from_a_longer_ledger_is_not_advanced(store):
    """The tail of the ledger was cut off by somebody who may."""
    some_history(store, 1, 9)
    found = MapStore(store)
    found.advance(9)
    with store.database.connect_owner() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM ledger_entry WHERE position > 7")
        connection.execute("DELETE FROM ledger_tag WHERE position > 7")
        connection.execute("UPDATE ledger_head SET position = 7")
    with pytest.raises(ProofInvalid) as refused:
        found.advance(7)
    assert refused.value.code == "MAP_AHEAD"


def test_a_new_entry_that_does_not_continue_the_chain_is_not_taken_in(store):
    some_history(store, 1, 9)
    found = MapStore(store)
    found.advance(5)
    with store.database.connect_owner() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger_entry SET link = sha256(link) WHERE position = 8")
    with pytest.raises(ChainBroken) as broken:
        found.advance(9)
    assert broken.value.data["position"] == 8


def test_an_altered_leaf_proves_nothing(store):
    some_history(store, 1, 9)
    found = MapStore(store)
    found.advance(9)
    tag = next(iter(map_naive.leaves(store, 9)))
    with store.database.connection() as connection:
        altered = "UPDATE {leaf} SET count = count + 1 WHERE tag = %s"
        connection.execute(tables.query(store.schema, altered), (tag,))
    with pytest.raises(ProofInvalid) as refused:
        found.prove(tag, 9)
    assert refused.value.code == "MAP_LEAF_DIFFERS"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM {node}", "MAP_NODE_MISSING"),
        ("UPDATE {node} SET content = set_byte(content, 40, get_byte(content, 40) # 1)", "MAP_NODE_MISSING"),
        ("UPDATE {node} SET content = substring(content FOR 9)", "MAP_NODE_MALFORMED"),
    ],
)
def test_a_damaged_node_proves_nothing_and_is_made_anew(store, statement, code):
    some_history(store, 1, 9)
    found = MapStore(store)
    sizes = [4, 9]
    for size in sizes:
        found.advance(size)
    tag = f"asset:{right(1)}"
    with store.database.connection() as connection:
        connection.execute(tables.query(store.schema, statement))
    with pytest.raises(ProofInvalid) as refused:
        found.prove(tag, 9)
    assert refused.value.code == code
    found.rebuild(sizes)
    for size in sizes:
        assert_proves_everything(store, size)


def test_tables_of_another_layout_are_made_anew(store):
    some_history(store, 1, 5)
    MapStore(store).advance(5)
    with store.database.connection() as connection:
        connection.execute(tables.query(store.schema, "UPDATE {layout} SET number = number + 1"))
    found = MapStore(store)
    with pytest.raises(ProofInvalid):
        found.root(5)
    found.rebuild([5])
    assert_proves_everything(store, 5)
