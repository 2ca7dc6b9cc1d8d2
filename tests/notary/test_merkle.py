"""The Merkle tree against the definition in RFC 6962 and against proofs made by others."""

import base64
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notary import merkle
from notary.errors import ProofInvalid

VECTORS = Path(__file__).parents[1] / "vectors" / "transparency-dev-merkle"
REKOR = Path(__file__).parents[1] / "vectors" / "sigstore-python" / "staging-rekor-v2.txt.sigstore.json"


def naive_root(hashes):
    """MTH of RFC 6962 section 2.1, word for word."""
    if not hashes:
        return merkle.EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return merkle.node_hash(naive_root(hashes[:split]), naive_root(hashes[split:]))


def naive_path(index, hashes):
    """PATH of RFC 6962 section 2.1.1, word for word."""
    if len(hashes) == 1:
        return []
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if index < split:
        return [*naive_path(index, hashes[:split]), naive_root(hashes[split:])]
    return [*naive_path(index - split, hashes[split:]), naive_root(hashes[:split])]


def naive_subproof(size1, hashes, *, whole):
    """SUBPROOF of RFC 6962 section 2.1.2, word for word."""
    if size1 == len(hashes):
        return [] if whole else [naive_root(hashes)]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if size1 <= split:
        return [*naive_subproof(size1, hashes[:split], whole=whole), naive_root(hashes[split:])]
    return [*naive_subproof(size1 - split, hashes[split:], whole=False), naive_root(hashes[:split])]


def hashes_of(size):
    return [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(size)]


def b64(value):
    return base64.b64decode(value or "")


def vector_files(kind):
    return sorted((VECTORS / kind).rglob("*.json"))


def vector_id(path):
    return str(path.relative_to(VECTORS))


@pytest.mark.parametrize("path", vector_files("inclusion"), ids=vector_id)
def test_inclusion_verdicts_of_another_log_are_reproduced(path):
    vector = json.loads(path.read_text())

    def verify():
        merkle.verify_inclusion(
            leaf=b64(vector["leafHash"]),
            index=vector["leafIdx"],
            size=vector["treeSize"],
            proof=[b64(hash_) for hash_ in vector["proof"] or []],
            root=b64(vector["root"]),
        )

    if vector["wantErr"]:
        with pytest.raises(ProofInvalid):
            verify()
    else:
        verify()


@pytest.mark.parametrize("path", vector_files("consistency"), ids=vector_id)
def test_consistency_verdicts_of_another_log_are_reproduced(path):
    vector = json.loads(path.read_text())

    def verify():
        merkle.verify_consistency(
            size1=vector["size1"],
            root1=b64(vector["root1"]),
            size2=vector["size2"],
            root2=b64(vector["root2"]),
            proof=[b64(hash_) for hash_ in vector["proof"] or []],
        )

    if vector["wantErr"]:
        with pytest.raises(ProofInvalid):
            verify()
    else:
        verify()


def test_the_vectors_are_all_there():
    assert (len(vector_files("inclusion")), len(vector_files("consistency"))) == (98, 98)


def test_an_inclusion_proof_of_a_public_log_verifies():
    """The entry of a sigstore bundle lies in rekor's tree as rekor says."""
    entry = json.loads(REKOR.read_text())["verificationMaterial"]["tlogEntries"][0]
    proof = entry["inclusionProof"]
    arguments = {
        "leaf": merkle.leaf_hash(b64(entry["canonicalizedBody"])),
        "index": int(proof["logIndex"]),
        "size": int(proof["treeSize"]),
        "proof": [b64(hash_) for hash_ in proof["hashes"]],
        "root": b64(proof["rootHash"]),
    }
    merkle.verify_inclusion(**arguments)
    with pytest.raises(ProofInvalid) as refused:
        merkle.verify_inclusion(**arguments | {"leaf": merkle.leaf_hash(b"another entry")})
    assert refused.value.code == "INCLUSION_ROOT_MISMATCH"


@given(st.integers(0, 300))
def test_the_root_is_the_one_of_the_definition(size):
    hashes = hashes_of(size)
    assert merkle.root(hashes) == naive_root(hashes)


@given(st.lists(st.integers(0, 70), max_size=8))
def test_a_frontier_grown_in_any_steps_has_the_root_of_the_whole(steps):
    hashes = hashes_of(sum(steps))
    frontier, done = merkle.Frontier(), 0
    for step in steps:
        frontier = merkle.Frontier.from_bytes(frontier.extend(hashes[done : done + step]).to_bytes())
        done += step
        assert frontier.size == done
        assert frontier.root() == naive_root(hashes[:done])


def test_appending_one_by_one_equals_extending():
    hashes = hashes_of(33)
    frontier = merkle.Frontier()
    for hash_ in hashes:
        frontier = frontier.append(hash_)
    assert frontier == merkle.Frontier().extend(hashes)


@given(st.data())
def test_every_inclusion_proof_is_the_one_of_the_definition_and_verifies_for_its_leaf_only(data):
    size = data.draw(st.integers(1, 130))
    index = data.draw(st.integers(0, size - 1))
    hashes = hashes_of(size)
    proof = merkle.inclusion_proof(hashes, index)
    assert proof == naive_path(index, hashes)
    arguments = {"size": size, "proof": proof, "root": merkle.root(hashes)}
    merkle.verify_inclusion(leaf=hashes[index], index=index, **arguments)
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        with pytest.raises(ProofInvalid):
            merkle.verify_inclusion(leaf=hashes[index], index=other, **arguments)
        with pytest.raises(ProofInvalid):
            merkle.verify_inclusion(leaf=hashes[other], index=index, **arguments)


@given(st.data())
def test_every_consistency_proof_is_the_one_of_the_definition_and_catches_a_rewritten_leaf(data):
    size2 = data.draw(st.integers(1, 130))
    size1 = data.draw(st.integers(1, size2))
    hashes = hashes_of(size2)
    proof = merkle.consistency_proof(hashes, size1)
    assert proof == naive_subproof(size1, hashes, whole=True)
    old_root = merkle.root(hashes[:size1])
    merkle.verify_consistency(
        size1=size1, root1=old_root, size2=size2, root2=merkle.root(hashes), proof=proof
    )
    rewritten = list(hashes)
    rewritten[data.draw(st.integers(0, size1 - 1))] = merkle.leaf_hash(b"another history")
    with pytest.raises(ProofInvalid) as refused:
        merkle.verify_consistency(
            size1=size1,
            root1=old_root,
            size2=size2,
            root2=merkle.root(rewritten),
            proof=merkle.consistency_proof(rewritten, size1),
        )
    assert refused.value.code == "CONSISTENCY_ROOT_MISMATCH"


@given(st.data())
def test_proofs_hashed_from_stored_subtrees_equal_those_from_all_leaves(data):
    size = data.draw(st.integers(1, 130))
    index = data.draw(st.integers(0, size - 1))
    hashes = hashes_of(size)

    def node(level, number):
        assert (number + 1) << level <= size, "only complete subtrees are stored"
        return naive_root(hashes[number << level : (number + 1) << level])

    inclusion = [merkle.range_root(*range_, node) for range_ in merkle.inclusion_ranges(index, size)]
    assert inclusion == merkle.inclusion_proof(hashes, index)
    consistency = [merkle.range_root(*range_, node) for range_ in merkle.consistency_ranges(index + 1, size)]
    assert consistency == merkle.consistency_proof(hashes, index + 1)
    assert merkle.range_root(0, size, node) == merkle.root(hashes)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("LEAF_INDEX_INVALID", {"size": 0}),
        ("LEAF_INDEX_INVALID", {"index": 8}),
        ("LEAF_INDEX_INVALID", {"index": -1}),
        ("TREE_SIZE_INVALID", {"size": -1}),
        ("TREE_SIZE_INVALID", {"size": 2**63}),
        ("HASH_LENGTH_INVALID", {"leaf": b""}),
        ("HASH_LENGTH_INVALID", {"root": bytes(31)}),
        ("HASH_LENGTH_INVALID", {"proof": [bytes(32), bytes(33), bytes(32)]}),
        ("PROOF_LENGTH_INVALID", {"proof": [bytes(32)] * 2}),
        ("PROOF_LENGTH_INVALID", {"proof": [bytes(32)] * 4}),
        ("INCLUSION_ROOT_MISMATCH", {"proof": [bytes(32)] * 3}),
    ],
)
def test_a_wrong_inclusion_proof_says_what_is_wrong(code, change):
    hashes = hashes_of(8)
    arguments = {
        "leaf": hashes[3],
        "index": 3,
        "size": 8,
        "proof": merkle.inclusion_proof(hashes, 3),
        "root": merkle.root(hashes),
    }
    merkle.verify_inclusion(**arguments)
    with pytest.raises(ProofInvalid) as refused:
        merkle.verify_inclusion(**arguments | change)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("TREE_SIZE_INVALID", {"size1": 0}),
        ("TREE_SIZE_INVALID", {"size1": 9}),
        ("HASH_LENGTH_INVALID", {"root1": b""}),
        ("PROOF_LENGTH_INVALID", {"proof": []}),
        ("PROOF_LENGTH_INVALID", {"proof": [bytes(32)] * 9}),
        ("CONSISTENCY_ROOT_MISMATCH", {"root1": bytes(32)}),
        ("CONSISTENCY_ROOT_MISMATCH", {"root2": bytes(32)}),
        ("CONSISTENCY_ROOT_MISMATCH", {"size1": 8, "proof": []}),
    ],
)
def test_a_wrong_consistency_proof_says_what_is_wrong(code, change):
    hashes = hashes_of(8)
    arguments = {
        "size1": 5,
        "root1": merkle.root(hashes[:5]),
        "size2": 8,
        "root2": merkle.root(hashes),
        "proof": merkle.consistency_proof(hashes, 5),
    }
    merkle.verify_consistency(**arguments)
    with pytest.raises(ProofInvalid) as refused:
        merkle.verify_consistency(**arguments | change)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "stored", [b"", bytes(7), bytes(8) + bytes(31), bytes(8) + bytes(32), b"\xff" * 8 + bytes(64 * 32)]
)
def test_a_damaged_frontier_is_refused(stored):
    with pytest.raises(ProofInvalid):
        merkle.Frontier.from_bytes(stored)


def test_positions_start_at_one():
    assert merkle.leaf_index(1) == 0
    with pytest.raises(ProofInvalid) as refused:
        merkle.leaf_index(0)
    assert refused.value.code == "POSITION_INVALID"


def test_an_error_survives_the_way_between_processes():
    with pytest.raises(ProofInvalid) as refused:
        merkle.leaf_index(-4)
    again = pickle.loads(pickle.dumps(refused.value))
    assert (again.code, again.data, str(again)) == ("POSITION_INVALID", {"position": -4}, str(refused.value))
