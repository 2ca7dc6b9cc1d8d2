"""The compact sparse Merkle map (design 4.5): from a right, party or pool to what the ledger says; pure.

A map over 256-bit keys admits one value per key under one root, so a proof of presence shows that nothing
else is said, and a proof of absence that nothing is said at all. A subtree without leaves hashes to 32 zero
bytes, one with a single leaf to that leaf, any other to its node.

Nodes are kept by their hash and never change, so every root ever sealed stays provable from one store. Leaves
are added and replaced, never removed: the ledger forgets no right.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from notary.errors import ProofInvalid
from notary.merkle import HASH_SIZE

EMPTY = bytes(HASH_SIZE)
"""The hash of a subtree without leaves, and the root of an empty map."""

DEPTH_MAX = 8 * HASH_SIZE

_LEAF_PREFIX = b"ipledger/map-leaf/v1\0"
_NODE_PREFIX = b"ipledger/map-node/v1\0"
_LEAF_TAG, _NODE_TAG = b"L", b"N"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One key and its value, 32 bytes each."""

    key: bytes
    value: bytes

    @property
    def hash(self) -> bytes:
        """SHA-256(leaf prefix ‖ key ‖ value)."""
        return hashlib.sha256(_LEAF_PREFIX + self.key + self.value).digest()

    def to_bytes(self) -> bytes:
        """65 bytes for a store; `read_node` reads them."""
        return _LEAF_TAG + self.key + self.value


@dataclass(frozen=True, slots=True)
class Node:
    """The hashes of two subtrees, of which together at least two leaves hang."""

    left: bytes
    right: bytes

    @property
    def hash(self) -> bytes:
        """SHA-256(node prefix ‖ left ‖ right)."""
        return hashlib.sha256(_NODE_PREFIX + self.left + self.right).digest()

    def to_bytes(self) -> bytes:
        """65 bytes for a store; `read_node` reads them."""
        return _NODE_TAG + self.left + self.right


NodesReader = Callable[[Sequence[bytes]], Mapping[bytes, Leaf | Node]]
"""`reader(hashes)`: the stored leaves and nodes of these hashes; asked once for each level of the tree."""


def map_key(tag: str) -> bytes:
    """The key of a subject tag, such as `asset:US:patent:15145443`, `party:…` or `pool:…`: its SHA-256."""
    return hashlib.sha256(tag.encode()).digest()


def right_value(*, count: int, head: bytes, statement: bytes) -> bytes:
    """What the map says of a right: SHA-256(u64(count) ‖ head ‖ SHA-256(statement)).

    Args:
        count: number of the right's entries.
        head: digest D of its last entry.
        statement: canonical JSON of its statement.
    """
    return hashlib.sha256(count.to_bytes(8, "big") + head + hashlib.sha256(statement).digest()).digest()


def list_value(*, count: int, accumulator: bytes) -> bytes:
    """What the map says of a party or pool: SHA-256(u64(count) ‖ accumulator ‖ 32 zero bytes)."""
    return hashlib.sha256(count.to_bytes(8, "big") + accumulator + EMPTY).digest()


def accumulate(accumulator: bytes, links: Iterable[bytes]) -> bytes:
    """acc(k) = SHA-256(acc(k−1) ‖ H) over the link values of further entries tagged with a party or pool.

    acc(0) is 32 zero bytes.
    """
    for link in links:
        accumulator = hashlib.sha256(accumulator + link).digest()
    return accumulator


def read_node(stored: bytes) -> Leaf | Node:
    """A leaf or node from `to_bytes`.

    Raises:
        ProofInvalid: MAP_NODE_MALFORMED.
    """
    first, second = stored[1 : 1 + HASH_SIZE], stored[1 + HASH_SIZE :]
    if len(stored) == 1 + 2 * HASH_SIZE and stored[:1] == _LEAF_TAG:
        return Leaf(first, second)
    if len(stored) == 1 + 2 * HASH_SIZE and stored[:1] == _NODE_TAG:
        return Node(first, second)
    raise ProofInvalid(
        "MAP_NODE_MALFORMED",
        "The stored map node {stored} is neither a leaf nor a node.",
        "存储的映射节点 {stored} 既非叶也非节点。",
        stored=stored[:80],
    )


@dataclass(frozen=True, slots=True)
class MapUpdate:
    """The root after an update, and the leaves and nodes that must be stored with it."""

    root: bytes
    added: Mapping[bytes, Leaf | Node]


def update(root: bytes, changes: Mapping[bytes, bytes], read: NodesReader) -> MapUpdate:
    """Set values of keys (32 bytes each); only the paths to them are read and written.

    Raises:
        ProofInvalid: HASH_LENGTH_INVALID, MAP_NODE_MISSING.
    """
    for each in (root, *changes, *changes.values()):
        _check_hash(each)
    leaves = [Leaf(key, changes[key]) for key in sorted(changes)]
    loaded = _load_paths(root, [leaf.key for leaf in leaves], read)
    builder = _Builder(leaves, loaded)
    new_root = builder.rebuild(root, 0, 0, len(leaves))
    return MapUpdate(new_root, builder.added)


@dataclass(frozen=True, slots=True)
class MapProof:
    """The path of a key.

    Attributes:
        siblings: hashes of the subtrees beside the path, from the root down.
        leaf: the leaf at its end, of this key or of another; None if the place is empty.
    """

    siblings: tuple[bytes, ...]
    leaf: Leaf | None

    def to_bytes(self) -> bytes:
        """The leaf (65 bytes) or a zero byte, then the siblings."""
        return (self.leaf.to_bytes() if self.leaf else b"\0") + b"".join(self.siblings)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The proof written by `to_bytes`.

        Raises:
            ProofInvalid: MAP_PROOF_MALFORMED.
        """
        leaf_size = 1 if data[:1] == b"\0" else 1 + 2 * HASH_SIZE
        leaf = None
        siblings = data[leaf_size:]
        if data[:1] == _LEAF_TAG and len(data) >= leaf_size:
            leaf = Leaf(data[1 : 1 + HASH_SIZE], data[1 + HASH_SIZE : leaf_size])
        elif data[:1] != b"\0":
            raise _proof_malformed("its leaf is malformed", "叶格式错误")
        if len(siblings) % HASH_SIZE:
            raise _proof_malformed("its siblings are not of 32 bytes each", "兄弟哈希不是每个 32 字节")
        return cls(tuple(siblings[at : at + HASH_SIZE] for at in range(0, len(siblings), HASH_SIZE)), leaf)


def prove(root: bytes, key: bytes, read: NodesReader) -> MapProof:
    """The path of a key under a root: of presence or of absence, whichever is true.

    Raises:
        ProofInvalid: HASH_LENGTH_INVALID, MAP_NODE_MISSING.
    """
    _check_hash(root)
    _check_hash(key)
    siblings: list[bytes] = []
    at = root
    while at != EMPTY:
        found = _get(read([at]), at)
        if isinstance(found, Leaf):
            return MapProof(tuple(siblings), found)
        goes_right = _bit(key, len(siblings))
        siblings.append(found.left if goes_right else found.right)
        at = found.right if goes_right else found.left
    return MapProof(tuple(siblings), None)


def verify(root: bytes, key: bytes, proof: MapProof) -> bytes | None:
    """The value of the key under the root, or None if the map has none for it.

    Raises:
        ProofInvalid: HASH_LENGTH_INVALID, MAP_PROOF_MALFORMED, MAP_LEAF_OFF_PATH, MAP_ROOT_MISMATCH.
    """
    for each in (root, key, *proof.siblings):
        _check_hash(each)
    depth = len(proof.siblings)
    if depth > DEPTH_MAX:
        raise _proof_malformed("it is longer than a key", "长于键的位数")
    if proof.leaf is not None:
        _check_hash(proof.leaf.key)
        _check_hash(proof.leaf.value)
        _check_on_path(proof.leaf.key, key, depth)
        if depth and proof.siblings[-1] == EMPTY:
            raise _proof_malformed("a leaf alone in its subtree stands too deep", "子树中唯一的叶位置过深")
    result = proof.leaf.hash if proof.leaf else EMPTY
    for level in range(depth - 1, -1, -1):
        sibling = proof.siblings[level]
        result = (Node(sibling, result) if _bit(key, level) else Node(result, sibling)).hash
    if result != root:
        raise ProofInvalid(
            "MAP_ROOT_MISMATCH",
            "The proof gives the map root {found}, the checkpoint says {expected}.",
            "证明得出映射根 {found}，检查点所载为 {expected}。",
            found=result,
            expected=root,
        )
    return proof.leaf.value if proof.leaf is not None and proof.leaf.key == key else None


def verify_presence(root: bytes, key: bytes, value: bytes, proof: MapProof) -> None:
    """Accept only if the map has this value for the key.

    Raises:
        ProofInvalid: MAP_VALUE_MISMATCH, and those of `verify`.
    """
    found = verify(root, key, proof)
    if found != value:
        raise ProofInvalid(
            "MAP_VALUE_MISMATCH",
            "The map has {found} for the key {key}, not {expected}.",
            "映射中键 {key} 的值为 {found}，而非 {expected}。",
            key=key,
            found=found,
            expected=value,
        )


def verify_absence(root: bytes, key: bytes, proof: MapProof) -> None:
    """Accept only if the map has no value for the key.

    Raises:
        ProofInvalid: MAP_KEY_PRESENT, and those of `verify`.
    """
    found = verify(root, key, proof)
    if found is not None:
        raise ProofInvalid(
            "MAP_KEY_PRESENT",
            "The map has {found} for the key {key}, which was said to be absent.",
            "映射中键 {key} 的值为 {found}，而所称为不存在。",
            key=key,
            found=found,
        )


def _load_paths(root: bytes, keys: Sequence[bytes], read: NodesReader) -> dict[bytes, Leaf | Node]:
    """All nodes on the paths of the sorted keys, one read per level."""
    loaded: dict[bytes, Leaf | Node] = {}
    level = [(root, 0, len(keys))] if keys and root != EMPTY else []
    depth = 0
    while level:
        found = read([hash_ for hash_, _, _ in level])
        below: list[tuple[bytes, int, int]] = []
        for hash_, start, end in level:
            node = _get(found, hash_)
            loaded[hash_] = node
            if isinstance(node, Node):
                middle = _middle(keys, start, end, depth)
                if start < middle and node.left != EMPTY:
                    below.append((node.left, start, middle))
                if middle < end and node.right != EMPTY:
                    below.append((node.right, middle, end))
        level = below
        depth += 1
    return loaded


class _Builder:
    """Hashes the changed paths anew. Ranges are of the sorted changed leaves."""

    def __init__(self, leaves: Sequence[Leaf], loaded: Mapping[bytes, Leaf | Node]) -> None:
        self._leaves = leaves
        self._keys = [leaf.key for leaf in leaves]
        self._loaded = loaded
        self.added: dict[bytes, Leaf | Node] = {}

    def rebuild(self, hash_: bytes, depth: int, start: int, end: int) -> bytes:
        """The new hash of the subtree that had this hash, with the changed leaves of the range in it."""
        if start == end:
            return hash_
        if hash_ == EMPTY:
            return self._grow(self._leaves[start:end], depth)
        old = self._loaded[hash_]
        if isinstance(old, Leaf):
            leaves = list(self._leaves[start:end])
            at = bisect_left(self._keys, old.key, start, end)
            if at == end or self._keys[at] != old.key:
                leaves.insert(at - start, old)
            return self._grow(leaves, depth)
        middle = _middle(self._keys, start, end, depth)
        left = self.rebuild(old.left, depth + 1, start, middle)
        right = self.rebuild(old.right, depth + 1, middle, end)
        return self._add(Node(left, right))

    def _grow(self, leaves: Sequence[Leaf], depth: int) -> bytes:
        """A subtree of leaves sorted by key."""
        if not leaves:
            return EMPTY
        if len(leaves) == 1:
            return self._add(leaves[0])
        middle = _middle([leaf.key for leaf in leaves], 0, len(leaves), depth)
        return self._add(Node(self._grow(leaves[:middle], depth + 1), self._grow(leaves[middle:], depth + 1)))

    def _add(self, node: Leaf | Node) -> bytes:
        hash_ = node.hash
        self.added[hash_] = node
        return hash_


def _middle(keys: Sequence[bytes], start: int, end: int, depth: int) -> int:
    """Where, among sorted keys that agree in the bits before `depth`, the bit at `depth` becomes 1."""
    return bisect_left(keys, 1, start, end, key=lambda key: _bit(key, depth))


def _bit(key: bytes, depth: int) -> int:
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


def _get(found: Mapping[bytes, Leaf | Node], hash_: bytes) -> Leaf | Node:
    """A stored node, hashed again: what the store returns must be what was put in."""
    node = found.get(hash_)
    if node is None or node.hash != hash_:
        raise ProofInvalid(
            "MAP_NODE_MISSING",
            "The map node {hash} is missing from the store or damaged there.",
            "存储中缺少映射节点 {hash}，或该节点已损坏。",
            hash=hash_,
        )
    return node


def _check_on_path(found: bytes, key: bytes, depth: int) -> None:
    """Another key's leaf shows absence only where the two keys' paths have not yet parted."""
    differing = int.from_bytes(found, "big") ^ int.from_bytes(key, "big")
    if differing >> (DEPTH_MAX - depth):
        raise ProofInvalid(
            "MAP_LEAF_OFF_PATH",
            "The leaf of key {found} does not stand on the path of key {key}.",
            "键 {found} 的叶不在键 {key} 的路径上。",
            found=found,
            key=key,
        )


def _check_hash(hash_: bytes) -> None:
    if len(hash_) != HASH_SIZE:
        raise ProofInvalid(
            "HASH_LENGTH_INVALID",
            "A hash, key or value of the map has 32 bytes; {hash} has {length}.",
            "映射的哈希、键或值应为 32 字节；{hash} 为 {length} 字节。",
            hash=hash_,
            length=len(hash_),
        )


def _proof_malformed(reason_en: str, reason_zh: str) -> ProofInvalid:
    return ProofInvalid(
        "MAP_PROOF_MALFORMED",
        "This is no proof of a map: {reason_en}.",
        "这不是有效的映射证明：{reason_zh}。",
        reason_en=reason_en,
        reason_zh=reason_zh,
    )
