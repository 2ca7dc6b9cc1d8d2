"""The sparse Merkle map against its definition: one value per key, presence and absence provable."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notary import map as maps
from notary.errors import ProofInvalid
from notary.map import EMPTY, Leaf, MapProof, Node

# Few distinct bytes and long common prefixes, so that paths part at all depths.
KEYS = st.one_of(
    st.binary(min_size=32, max_size=32),
    st.lists(st.sampled_from([0, 1, 128, 255]), min_size=3, max_size=3).map(
        lambda head: bytes(head) + bytes(29)
    ),
    st.lists(st.sampled_from([0, 1, 3]), min_size=2, max_size=2).map(lambda tail: bytes(30) + bytes(tail)),
)
VALUES = st.integers(0, 5).map(lambda number: hashlib.sha256(bytes([number])).digest())
MAPPINGS = st.dictionaries(KEYS, VALUES, max_size=12)


def naive_hash(leaves, depth=0):
    """Design 4.5, word for word; `leaves` maps bit strings to leaf hashes."""
    if not leaves:
        return bytes(32)
    if len(leaves) == 1:
        return next(iter(leaves.values()))
    sides = [{bits: leaf for bits, leaf in leaves.items() if bits[depth] == side} for side in "01"]
    left, right = (naive_hash(side, depth + 1) for side in sides)
    return hashlib.sha256(b"ipledger/map-node/v1\0" + left + right).digest()


def naive_root(mapping):
    return naive_hash(
        {
            f"{int.from_bytes(key):0256b}": hashlib.sha256(b"ipledger/map-leaf/v1\0" + key + value).digest()
            for key, value in mapping.items()
        }
    )


class Store:
    """Nodes by hash, as bytes, counting the levels read."""

    def __init__(self):
        self.nodes = {}
        self.reads = []

    def read(self, hashes):
        self.reads.append(len(hashes))
        return {hash_: maps.read_node(self.nodes[hash_]) for hash_ in hashes if hash_ in self.nodes}

    def update(self, root, changes):
        result = maps.update(root, changes, self.read)
        self.nodes |= {hash_: node.to_bytes() for hash_, node in result.added.items()}
        return result.root


def build(mapping):
    store = Store()
    return store, store.update(EMPTY, mapping)


@given(st.lists(MAPPINGS, max_size=4))
def test_the_root_is_that_of_the_definition_after_every_batch(batches):
    store, root, known = Store(), EMPTY, {}
    roots = [(root, dict(known))]
    for batch in batches:
        root = store.update(root, batch)
        known |= batch
        assert root == naive_root(known)
        roots.append((root, dict(known)))
    for old_root, old_known in roots:
        for key in known:
            proof = maps.prove(old_root, key, store.read)
            assert maps.verify(old_root, key, proof) == old_known.get(key)


@given(MAPPINGS, KEYS)
def test_every_key_is_proved_present_or_absent_and_never_both(mapping, stranger):
    store, root = build(mapping)
    for key in {*mapping, stranger}:
        proof = MapProof.from_bytes(maps.prove(root, key, store.read).to_bytes())
        assert maps.verify(root, key, proof) == mapping.get(key)
        if key in mapping:
            maps.verify_presence(root, key, mapping[key], proof)
            with pytest.raises(ProofInvalid) as refused:
                maps.verify_absence(root, key, proof)
            assert refused.value.code == "MAP_KEY_PRESENT"
        else:
            maps.verify_absence(root, key, proof)
            with pytest.raises(ProofInvalid) as refused:
                maps.verify_presence(root, key, bytes(32), proof)
            assert refused.value.code == "MAP_VALUE_MISMATCH"


@given(st.data())
def test_no_changed_byte_of_a_proof_passes(data):
    mapping = data.draw(st.dictionaries(KEYS, VALUES, min_size=1, max_size=12))
    store, root = build(mapping)
    key = data.draw(st.one_of(KEYS, st.sampled_from(sorted(mapping))))
    proof = bytearray(maps.prove(root, key, store.read).to_bytes())
    proof[data.draw(st.integers(0, len(proof) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ProofInvalid):
        maps.verify(root, key, MapProof.from_bytes(bytes(proof)))


@given(st.binary(max_size=200))
def test_garbage_is_no_proof(garbage):
    root = naive_root({bytes(32): bytes(32)})
    with pytest.raises(ProofInvalid):
        maps.verify(root, hashlib.sha256(garbage).digest(), MapProof.from_bytes(garbage))


KEY_A, KEY_B, KEY_C = bytes([0b00000000]) + bytes(31), bytes([0b01000000]) + bytes(31), b"\x80" + bytes(31)
VALUE = hashlib.sha256(b"value").digest()


def refusal(root, key, proof):
    with pytest.raises(ProofInvalid) as refused:
        maps.verify(root, key, proof)
    return refused.value.code


def test_the_leaf_of_another_right_proves_no_absence_off_its_path():
    store, root = build({KEY_A: VALUE, KEY_B: VALUE, KEY_C: VALUE})
    of_c = maps.prove(root, KEY_C, store.read)
    assert of_c.leaf == Leaf(KEY_C, VALUE)
    assert refusal(root, KEY_A, of_c) == "MAP_LEAF_OFF_PATH"


def test_an_empty_place_elsewhere_proves_no_absence():
    store, root = build({KEY_A: VALUE, KEY_B: VALUE})
    empty = maps.prove(root, KEY_C, store.read)
    assert empty.leaf is None
    assert refusal(root, KEY_A, empty) == "MAP_ROOT_MISMATCH"


def test_a_leaf_deeper_than_needed_is_refused():
    """Otherwise one content could have several roots."""
    leaf = Leaf(KEY_A, VALUE)
    root = Node(leaf.hash, EMPTY).hash
    assert refusal(root, KEY_A, MapProof((EMPTY,), leaf)) == "MAP_PROOF_MALFORMED"


def test_a_path_longer_than_a_key_is_refused():
    assert refusal(EMPTY, KEY_A, MapProof((VALUE,) * 257, None)) == "MAP_PROOF_MALFORMED"


@pytest.mark.parametrize("data", [b"", b"X", b"L" + bytes(63), b"\0" + bytes(31), b"L" + bytes(64 + 33)])
def test_a_malformed_proof_is_refused(data):
    with pytest.raises(ProofInvalid) as refused:
        MapProof.from_bytes(data)
    assert refused.value.code == "MAP_PROOF_MALFORMED"


def test_what_is_not_of_32_bytes_is_refused():
    with pytest.raises(ProofInvalid) as refused:
        maps.update(EMPTY, {b"short": VALUE}, Store().read)
    assert refused.value.code == "HASH_LENGTH_INVALID"
    assert refusal(EMPTY, b"short", MapProof((), None)) == "HASH_LENGTH_INVALID"
    assert refusal(EMPTY, KEY_A, MapProof((), Leaf(KEY_A, b""))) == "HASH_LENGTH_INVALID"


def test_a_missing_or_damaged_node_is_named():
    store, root = build({KEY_A: VALUE, KEY_B: VALUE})
    store.nodes[root] = Node(VALUE, VALUE).to_bytes()
    with pytest.raises(ProofInvalid) as refused:
        maps.prove(root, KEY_A, store.read)
    assert (refused.value.code, refused.value.data["hash"]) == ("MAP_NODE_MISSING", root.hex())
    del store.nodes[root]
    with pytest.raises(ProofInvalid) as refused:
        store.update(root, {KEY_C: VALUE})
    assert refused.value.code == "MAP_NODE_MISSING"
    with pytest.raises(ProofInvalid) as refused:
        maps.read_node(b"L")
    assert refused.value.code == "MAP_NODE_MALFORMED"


def test_an_update_reads_and_writes_only_the_changed_paths():
    keys = [maps.map_key(f"asset:US:patent:{number}") for number in range(2_000)]
    store, root = build(dict.fromkeys(keys, VALUE))
    store.reads.clear()
    result = maps.update(root, {keys[7]: bytes(32)}, store.read)
    assert len(store.reads) < 30
    assert set(store.reads) == {1}
    assert len(result.added) == len(store.reads)
    assert maps.update(root, {}, store.read).root == root


def test_the_values_are_those_of_the_format():
    sha256 = hashlib.sha256
    assert maps.map_key("asset:CN:patent:1") == sha256(b"asset:CN:patent:1").digest()
    head = sha256(b"entry").digest()
    expected = sha256((3).to_bytes(8, "big") + head + sha256(b"{}").digest()).digest()
    assert maps.right_value(count=3, head=head, statement=b"{}") == expected
    links = [sha256(bytes([number])).digest() for number in range(2)]
    accumulator = sha256(sha256(bytes(32) + links[0]).digest() + links[1]).digest()
    assert maps.accumulate(EMPTY, links) == accumulator
    expected = sha256((2).to_bytes(8, "big") + accumulator + bytes(32)).digest()
    assert maps.list_value(count=2, accumulator=accumulator) == expected
