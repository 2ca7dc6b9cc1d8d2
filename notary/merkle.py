"""The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1) over SHA-256; pure.

Everything here works on *leaf hashes* (32 bytes, `leaf_hash` of a leaf's bytes). Sizes count leaves, an
index starts at 0; the ledger's positions start at 1 and are converted by `leaf_index` and nowhere else.

A proof is made from ranges of leaves (`inclusion_ranges`, `consistency_ranges`): whoever keeps the tree in
tiles hashes those ranges from stored nodes (`range_root`), whoever has all leaves uses `inclusion_proof` and
`consistency_proof`. `Frontier` is the state from which the root grows with each new run of leaves.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from notary.errors import ProofInvalid

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256().digest()
"""The root of a tree without leaves: SHA-256 of the empty string."""

TREE_SIZE_MAX = 2**63 - 1
"""Sizes are stored as signed 64-bit integers by the ledger and by most other logs."""

Range = tuple[int, int]
"""Leaves from the first number up to, and without, the second."""

NodeReader = Callable[[int, int], bytes]
"""`reader(level, index)`: hash of the complete subtree over leaves index·2^level … (index+1)·2^level − 1."""


def leaf_index(position: int) -> int:
    """The index in the tree (from 0) of the entry at a position of the ledger (from 1)."""
    if position < 1:
        raise ProofInvalid(
            "POSITION_INVALID",
            "Positions start at 1, {position} is none.",
            "位置从 1 开始，{position} 不是有效位置。",
            position=position,
        )
    return position - 1


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 ‖ leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """The leaf hashes of a long run of leaves."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + leaf).digest() for leaf in leaves]


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; `EMPTY_ROOT` if there are none."""
    return Frontier().extend(hashes).root()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The complete subtrees at the right edge of a tree: all one needs to append to it.

    Attributes:
        size: number of leaves.
        peaks: one hash for each 1 bit of `size`, largest subtree first.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        _check_size(self.size)
        if len(self.peaks) != self.size.bit_count():
            raise ProofInvalid(
                "FRONTIER_MALFORMED",
                "A frontier of size {size} has {expected} peaks, not {found}.",
                "大小为 {size} 的前沿应有 {expected} 个峰，实有 {found} 个。",
                size=self.size,
                expected=self.size.bit_count(),
                found=len(self.peaks),
            )
        for peak in self.peaks:
            _check_hash(peak)

    def append(self, hash_: bytes) -> "Frontier":
        """The frontier after one more leaf hash, in O(log size)."""
        return self.extend((hash_,))

    def extend(self, hashes: Sequence[bytes]) -> "Frontier":
        """The frontier after a run of leaf hashes.

        Level by level: a waiting left sibling is put before the run, pairs are hashed to the level above, and
        an odd last node waits in its turn. So a million leaves cost a few dozen tight loops.
        """
        for hash_ in hashes:
            if len(hash_) != HASH_SIZE:
                _check_hash(hash_)
        sha256 = hashlib.sha256
        waiting = list(self.peaks)  # the last one is the lowest
        new_peaks: list[bytes] = []  # lowest first
        size, level_nodes = self.size, list(hashes)
        while level_nodes or size:
            if size & 1:
                level_nodes.insert(0, waiting.pop())
            if len(level_nodes) & 1:
                new_peaks.append(level_nodes.pop())
            pairs = iter(level_nodes)
            level_nodes = [
                sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)
            ]
            size >>= 1
        return Frontier(self.size + len(hashes), tuple(reversed(new_peaks)))

    def root(self) -> bytes:
        """The root of the tree: the peaks folded from the right."""
        if not self.peaks:
            return EMPTY_ROOT
        result = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            result = node_hash(peak, result)
        return result

    def to_bytes(self) -> bytes:
        """u64(size) ‖ peaks."""
        return self.size.to_bytes(8, "big") + b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """The frontier stored by `to_bytes`.

        Raises:
            ProofInvalid: FRONTIER_MALFORMED, TREE_SIZE_INVALID.
        """
        peaks = tuple(stored[at : at + HASH_SIZE] for at in range(8, len(stored), HASH_SIZE))
        if len(stored) < 8 or len(stored) % HASH_SIZE != 8:
            raise ProofInvalid(
                "FRONTIER_MALFORMED",
                "A stored frontier has 8 bytes and then 32 for each peak, not {length} in all.",
                "存储的前沿应为 8 字节加每峰 32 字节，实为 {length} 字节。",
                length=len(stored),
            )
        return cls(int.from_bytes(stored[:8], "big"), peaks)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """PATH(index, D[size]) of RFC 6962 section 2.1.1 as the ranges whose hashes make the proof."""
    _check_index(index, size)
    ranges: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    ranges.reverse()
    return ranges


def consistency_ranges(size1: int, size2: int) -> list[Range]:
    """PROOF(size1, D[size2]) of RFC 6962 section 2.1.2 as the ranges whose hashes make the proof."""
    _check_sizes(size1, size2)
    ranges: list[Range] = []
    start, end = 0, size2
    while end != size1:
        middle = start + _split(end - start)
        if size1 <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start:  # else the old tree is itself a subtree of the new one, and the verifier has its root
        ranges.append((start, end))
    ranges.reverse()
    return ranges


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of the leaf at `index` in the tree over all `hashes`, lowest sibling first."""
    return [root(hashes[start:end]) for start, end in inclusion_ranges(index, len(hashes))]


def consistency_proof(hashes: Sequence[bytes], size1: int) -> list[bytes]:
    """The proof that the tree over `hashes` only appended to the tree over its first `size1` leaves."""
    return [root(hashes[start:end]) for start, end in consistency_ranges(size1, len(hashes))]


def complete_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """A range cut, from the left, into its largest complete subtrees, each as (level, index)."""
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level, start >> level
        start += 1 << level


def range_root(start: int, end: int, node: NodeReader) -> bytes:
    """The hash of one of a proof's ranges, read from stored nodes."""
    hashes = [node(level, index) for level, index in complete_subtrees(start, end)]
    result = hashes.pop()
    while hashes:
        result = node_hash(hashes.pop(), result)
    return result


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Accept only if the tree of `size` leaves with this root has leaf hash `leaf` at `index`.

    RFC 9162 section 2.1.3.2.

    Raises:
        ProofInvalid: TREE_SIZE_INVALID, LEAF_INDEX_INVALID, HASH_LENGTH_INVALID, PROOF_LENGTH_INVALID,
            INCLUSION_ROOT_MISMATCH.
    """
    _check_index(index, size)
    _check_hashes(leaf, root, *proof)
    result = leaf
    for sibling, is_left in zip(proof, _sides(index, size - 1, len(proof)), strict=True):
        result = node_hash(sibling, result) if is_left else node_hash(result, sibling)
    if result != root:
        raise ProofInvalid(
            "INCLUSION_ROOT_MISMATCH",
            "Leaf {index} and its proof give the root {found}, the checkpoint says {expected}.",
            "第 {index} 片叶及其证明得出根 {found}，检查点所载为 {expected}。",
            index=index,
            found=result,
            expected=root,
        )


def verify_consistency(*, size1: int, root1: bytes, size2: int, root2: bytes, proof: Sequence[bytes]) -> None:
    """Accept only if the tree of `size1` leaves with `root1` begins that of `size2` with `root2`.

    RFC 9162 section 2.1.4.2. An old tree of size 0 proves nothing and is refused. For equal sizes the roots
    are only compared: nothing is hashed.

    Raises:
        ProofInvalid: TREE_SIZE_INVALID, HASH_LENGTH_INVALID, PROOF_LENGTH_INVALID, CONSISTENCY_ROOT_MISMATCH.
    """
    _check_sizes(size1, size2)
    if size1 == size2:
        if proof:
            raise _wrong_length(len(proof))
        _check_consistent(root1, root2, root2, root2)
        return
    _check_hashes(root1, root2, *proof)
    path = list(proof)
    if not proof:
        raise _wrong_length(0)
    path = list(proof)
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)
    # The path starts at the largest complete subtree that ends where the old tree ends.
    skipped = (size1 & -size1).bit_length() - 1
    sides = _sides((size1 - 1) >> skipped, (size2 - 1) >> skipped, len(path) - 1)
    old = new = path[0]
    for sibling, is_left in zip(path[1:], sides, strict=True):
        if is_left:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    _check_consistent(root1, old, root2, new)


def _sides(node: int, last: int, count: int) -> list[bool]:
    """For each step from a node of a level up to the root: does the sibling in the proof stand left?

    `last` is the index of the level's last node: where a node is last and left, the levels on which it has no
    sibling are skipped.
    """
    sides: list[bool] = []
    while last:
        if node & 1:
            sides.append(True)
        elif node == last:
            level = (node & -node).bit_length() - 1
            node >>= level
            last >>= level
            sides.append(True)
        else:
            sides.append(False)
        node >>= 1
        last >>= 1
    if len(sides) != count:
        raise _wrong_length(count)
    return sides


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def _check_consistent(root1: bytes, old: bytes, root2: bytes, new: bytes) -> None:
    if (root1, root2) != (old, new):
        raise ProofInvalid(
            "CONSISTENCY_ROOT_MISMATCH",
            "The proof gives old root {old} and new root {new}; the checkpoints say {root1} and {root2}.",
            "证明得出旧根 {old}、新根 {new}；检查点所载为 {root1} 与 {root2}。",
            old=old,
            new=new,
            root1=root1,
            root2=root2,
        )


def _check_size(size: int) -> None:
    if not 0 <= size <= TREE_SIZE_MAX:
        raise ProofInvalid(
            "TREE_SIZE_INVALID",
            "{size} is not the size of a tree.",
            "{size} 不是有效的树大小。",
            size=size,
        )


def _check_sizes(size1: int, size2: int) -> None:
    _check_size(size2)
    if not 0 < size1 <= size2:
        raise ProofInvalid(
            "TREE_SIZE_INVALID",
            "Consistency from size {size1} to size {size2} cannot be proved: sizes start at 1 and only grow.",
            "无法证明从大小 {size1} 到 {size2} 的一致性：大小从 1 起且只增不减。",
            size1=size1,
            size2=size2,
        )


def _check_index(index: int, size: int) -> None:
    _check_size(size)
    if not 0 <= index < size:
        raise ProofInvalid(
            "LEAF_INDEX_INVALID",
            "A tree of {size} leaves has no leaf {index}.",
            "有 {size} 片叶的树没有第 {index} 片叶。",
            size=size,
            index=index,
        )


def _check_hashes(*hashes: bytes) -> None:
    for hash_ in hashes:
        _check_hash(hash_)


def _check_hash(hash_: bytes) -> None:
    if len(hash_) != HASH_SIZE:
        raise ProofInvalid(
            "HASH_LENGTH_INVALID",
            "A hash has 32 bytes; {hash} has {length}.",
            "哈希应为 32 字节；{hash} 为 {length} 字节。",
            hash=hash_,
            length=len(hash_),
        )


def _wrong_length(length: int) -> ProofInvalid:
    return ProofInvalid(
        "PROOF_LENGTH_INVALID",
        "A proof of {length} hashes does not fit the sizes it is for.",
        "含 {length} 个哈希的证明与所述大小不符。",
        length=length,
    )
