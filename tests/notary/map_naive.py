"""The map of a ledger as the formats define it, word for word, from all entries at once."""

import hashlib

import orjson

from ledger.statement import fold

PREFIXES = ("asset:", "party:", "pool:")


def leaves(store, size):
    """What the leaf of each tag is made of: (count, head, statement digest) or (count, accumulator, None)."""
    tagged = {}
    for stored in store.reader.entries(upto=size):
        for tag in stored.parse().subjects:
            if tag.startswith(PREFIXES):
                tagged.setdefault(tag, []).append(stored)
    return {tag: _made_of(tag, entries) for tag, entries in tagged.items()}


def _made_of(tag, entries):
    if tag.startswith("asset:"):
        statement = fold(tag.removeprefix("asset:"), [stored.parse() for stored in entries])
        encoded = orjson.dumps(statement, option=orjson.OPT_SORT_KEYS)
        return len(entries), entries[-1].digest, hashlib.sha256(encoded).digest()
    accumulator = bytes(32)
    for stored in entries:
        accumulator = hashlib.sha256(accumulator + stored.link).digest()
    return len(entries), accumulator, None


def root(store, size):
    """The root of the map of the first `size` entries."""
    found = {}
    for tag, (count, head, statement) in leaves(store, size).items():
        key = hashlib.sha256(tag.encode()).digest()
        value = hashlib.sha256(count.to_bytes(8, "big") + head + (statement or bytes(32))).digest()
        leaf = hashlib.sha256(b"ipledger/map-leaf/v1\0" + key + value).digest()
        found[f"{int.from_bytes(key):0256b}"] = leaf
    return _hash(found, 0)


def _hash(found, depth):
    if not found:
        return bytes(32)
    if len(found) == 1:
        return next(iter(found.values()))
    left, right = ({bits: leaf for bits, leaf in found.items() if bits[depth] == side} for side in "01")
    return hashlib.sha256(
        b"ipledger/map-node/v1\0" + _hash(left, depth + 1) + _hash(right, depth + 1)
    ).digest()
