"""The log of a ledger: roots and proofs at any size as computed naively, tiles as C2SP cuts them."""

import struct
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import chain
from ledger.store import open_store
from ledger.store.requests import NO_ENTRY, Appended, AppendRequest, Condition
from notary import merkle, tables
from notary.errors import ProofInvalid
from notary.log import TILE_WIDTH, Log
from tests.projections.ledgers import append, draft, registered


def grow(store, entries):
    """Append so many entries, each about a right of its own, in batches."""
    for start in range(0, entries, 500):
        requests = []
        for _ in range(min(500, entries - start)):
            right = f"US:patent:{store.reader.head().position + len(requests) + 10_000_000}"
            one = draft(registered(right))
            requests.append(AppendRequest((one,), Condition(assets={right: NO_ENTRY}), one.command_id))
        assert all(isinstance(result, Appended) for result in store.writer.append_many(requests))


def naive_leaves(store):
    return [leaf for links in store.reader.links() for leaf in merkle.leaf_hashes(links)]


@pytest.fixture(scope="module")
def grown(ledger_home):
    """A ledger of 1,300 entries: five full tiles and a bit."""
    with open_store(ledger_home, schema="log_grown", origin="test.example/log") as store:
        grow(store, 1300)
        yield store, Log(store), naive_leaves(store)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1024, 1279, 1280, 1281, 1300])
def test_the_root_of_any_size_is_the_one_computed_from_all_leaves(grown, size):
    _, log, leaves = grown
    assert log.root(size) == merkle.root(leaves[:size])
    assert log.frontier(size) == merkle.Frontier().extend(leaves[:size])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_proofs_between_any_sizes_are_those_computed_from_all_leaves(grown, data):
    _, log, leaves = grown
    size = data.draw(st.integers(1, len(leaves)))
    position = data.draw(st.integers(1, size))
    path = log.inclusion(position, size)
    assert path == merkle.inclusion_proof(leaves[:size], position - 1)
    merkle.verify_inclusion(
        leaf=leaves[position - 1], index=position - 1, size=size, proof=path, root=log.root(size)
    )
    earlier = data.draw(st.integers(1, size))
    proof = log.consistency(earlier, size)
    assert proof == merkle.consistency_proof(leaves[:size], earlier)
    merkle.verify_consistency(
        size1=earlier, root1=log.root(earlier), size2=size, root2=log.root(size), proof=proof
    )


def test_many_inclusion_proofs_at_once_are_the_single_ones(grown):
    _, log, _ = grown
    positions = [1, 256, 257, 1000, 1299]
    assert log.inclusions(positions, 1299) == [log.inclusion(position, 1299) for position in positions]


def test_an_entry_is_provable_as_soon_as_it_is_committed(store):
    """There is no merge delay, whether or not anybody stored tiles before."""
    log = Log(store)
    for _ in range(3):
        position = append(store, registered(f"US:patent:1000000{store.reader.head().position}")).last_position
        leaves = naive_leaves(store)
        proof = log.inclusion(position, position)
        merkle.verify_inclusion(
            leaf=leaves[-1], index=position - 1, size=position, proof=proof, root=merkle.root(leaves)
        )


def test_tiles_hold_the_hashes_of_their_level(grown):
    _, log, leaves = grown
    for number in range(5):
        run = leaves[number * TILE_WIDTH : (number + 1) * TILE_WIDTH]
        assert log.tile(0, number) == b"".join(run)
    assert log.tile(0, 5, 20) == b"".join(leaves[1280:1300])
    assert log.tile(0, 5, 7) == b"".join(leaves[1280:1287])
    roots = [merkle.root(leaves[at : at + TILE_WIDTH]) for at in range(0, 1280, TILE_WIDTH)]
    assert log.tile(1, 0, 5) == b"".join(roots)
    assert log.tile(1, 0, 2) == b"".join(roots[:2])


@pytest.mark.parametrize(
    ("level", "number", "width"),
    [
        *((0, 5, 256), (0, 5, 21), (0, 6, 1), (1, 0, 6), (1, 0, 256), (2, 0, 1)),
        *((0, -1, 1), (0, 0, 0), (0, 0, 257), (-1, 0, 1), (9, 0, 1)),
    ],
)
def test_a_tile_the_log_has_not_reached_is_refused(grown, level, number, width):
    _, log, _ = grown
    with pytest.raises(ProofInvalid) as refused:
        log.tile(level, number, width)
    assert refused.value.code == "TILE_UNAVAILABLE"


def test_an_entry_bundle_leads_to_the_leaves_of_its_tile(grown):
    store, log, _ = grown
    for number, width in ((0, 256), (4, 256), (5, 20)):
        bundle = log.entries(number, width)
        link, at, leaves = bundle[:32], 32, []
        for position in range(number * TILE_WIDTH + 1, number * TILE_WIDTH + width + 1):
            (length,) = struct.unpack_from(">I", bundle, at)
            raw = bundle[at + 4 : at + 4 + length]
            assert raw == store.reader.entry(position).raw
            link = chain.link(link, position, chain.entry_digest(raw))
            leaves.append(merkle.leaf_hash(link))
            at += 4 + length
        assert at == len(bundle)
        assert b"".join(leaves) == log.tile(0, number, width)


@pytest.mark.parametrize(("number", "width"), [(5, 21), (6, 1), (-1, 1), (0, 0), (2**60, 1)])
def test_an_entry_bundle_the_log_has_not_reached_is_refused(grown, number, width):
    _, log, _ = grown
    with pytest.raises(ProofInvalid) as refused:
        log.entries(number, width)
    assert refused.value.code == "TILE_UNAVAILABLE"


def test_sizes_the_ledger_has_not_reached_are_refused(grown):
    _, log, _ = grown
    for ask in (
        lambda: log.root(1301),
        lambda: log.root(-1),
        lambda: log.inclusion(1, 1301),
        lambda: log.consistency(1, 1301),
        lambda: log.link(1301),
    ):
        with pytest.raises(ProofInvalid) as refused:
            ask()
        assert refused.value.code == "LOG_SIZE_UNCOMMITTED"


def test_nonsense_in_a_question_is_refused_by_its_own_code(grown):
    _, log, _ = grown
    for ask, code in (
        (lambda: log.inclusion(0, 10), "POSITION_INVALID"),
        (lambda: log.inclusion(11, 10), "LEAF_INDEX_INVALID"),
        (lambda: log.consistency(0, 10), "TREE_SIZE_INVALID"),
        (lambda: log.consistency(11, 10), "TREE_SIZE_INVALID"),
    ):
        with pytest.raises(ProofInvalid) as refused:
            ask()
        assert refused.value.code == code


def test_upper_tiles_grow_over_many_appends_as_they_would_at_once(store):
    """Levels are stored as the log grows, a few tiles at a time, and come to the same tree."""
    log = Log(store)
    for entries in (255, 1, 300, 700, 1, 255):
        grow(store, entries)
        size = store.reader.head().position
        assert log.root(size) == merkle.root(naive_leaves(store))
    leaves = naive_leaves(store)
    assert log.tile(1, 0, size // 256) == b"".join(
        merkle.root(leaves[at : at + 256]) for at in range(0, size - size % 256, 256)
    )


def test_a_missing_tile_is_named_and_rebuilt_from_the_entries(store):
    grow(store, 600)
    log = Log(store)
    root = log.root(600)
    with store.database.connection() as connection:
        connection.execute(tables.query(store.schema, "DELETE FROM {tile} WHERE level = 0 AND number = 1"))
    with pytest.raises(ProofInvalid) as refused:
        log.inclusion(300, 600)
    assert refused.value.code == "TILE_MISSING"
    log.rebuild()
    assert log.root(600) == root
    assert log.inclusion(300, 600) == merkle.inclusion_proof(naive_leaves(store), 299)


def test_a_cut_tile_is_named(store):
    grow(store, 600)
    log = Log(store)
    log.root(600)
    with store.database.connection() as connection:
        connection.execute(
            tables.query(store.schema, "UPDATE {tile} SET hashes = substring(hashes FOR 40) WHERE level = 0")
        )
    with pytest.raises(ProofInvalid) as refused:
        log.inclusion(300, 600)
    assert refused.value.code == "TILE_MISSING"


def test_several_logs_may_store_tiles_at_once(store):
    """Two processes that advance the same tables come to the same tiles."""
    grow(store, 1100)
    logs = [Log(store) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        roots = list(pool.map(lambda log: log.root(1100), logs))
    assert set(roots) == {merkle.root(naive_leaves(store))}
