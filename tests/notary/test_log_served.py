"""A follower of the log that fetches nothing but `/log/`, and believes nothing but the operator's key."""

import hashlib
import struct

import pytest

from ledger import chain
from ledger.store import open_store
from ledger.store.database import utc_now
from notary import checkpoints, merkle
from notary import map as maps
from notary.authorities import load_authorities
from notary.map import Leaf, MapProof
from notary.sealing import Sealer
from notary.seals import last_seal
from notary.tokens import judge_token
from tests.api.serving import serving
from tests.notary.test_log import grow
from tests.projections.ledgers import append, pledged, registered, released

RIGHT = "US:patent:15145443"


@pytest.fixture(scope="module")
def served(ledger_home, tmp_path_factory):
    """A sealed ledger of some 530 entries, and a client of its interface."""
    home = tmp_path_factory.mktemp("home")
    with open_store(ledger_home, schema="log_served", origin="test.example/served") as store:
        sealer = Sealer(store, home, load_authorities(home, clock=utc_now), utc_now)
        append(store, registered(RIGHT), pledged(RIGHT, "pld_1", "Wells LLC", "First Bank", "2019-05-08"))
        sealer.seal()
        grow(store, 520)
        append(store, released(RIGHT, "pld_1", "First Bank", "2020-01-01"))
        sealer.seal()
        grow(store, 3)
        with serving(store) as client:
            yield client, sealer.key.verifier, store


def path_of(number):
    """C2SP tlog-tiles, written apart from the server's."""
    text = f"{number:03d}"
    text = text.zfill(-(-len(text) // 3) * 3)
    groups = [text[at : at + 3] for at in range(0, len(text), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


class Follower:
    """Reads tiles and nothing else."""

    def __init__(self, client, key):
        self.client = client
        note = client.get("/log/checkpoint")
        assert note.headers["content-type"] == "text/plain; charset=utf-8"
        self.checkpoint = checkpoints.verify(checkpoints.parse(note.content), key)
        self.size = self.checkpoint.size

    def tile(self, level, number):
        width = min(256, (self.size >> (8 * level)) - number * 256)
        return self._get(f"{level}/{path_of(number)}", width)

    def entries(self, number):
        return self._get(f"entries/{path_of(number)}", min(256, self.size - number * 256))

    def _get(self, path, width):
        answer = self.client.get(f"/log/tile/{path}" + (f".p/{width}" if width < 256 else ""))
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        return answer.content

    def leaf_hashes(self):
        content = b"".join(self.tile(0, number) for number in range(-(-self.size // 256)))
        return [content[at : at + 32] for at in range(0, len(content), 32)]


def test_the_sealed_root_is_that_of_the_tiles_served(served):
    client, key, _ = served
    follower = Follower(client, key)
    leaves = follower.leaf_hashes()
    assert len(leaves) == follower.size == 524
    assert merkle.root(leaves) == follower.checkpoint.root
    upper = follower.tile(1, 0)
    assert upper == b"".join(merkle.root(leaves[at : at + 256]) for at in (0, 256))


def test_the_entries_served_lead_to_the_sealed_chain_and_its_leaves(served):
    client, key, _ = served
    follower = Follower(client, key)
    leaves, link, position = follower.leaf_hashes(), chain.genesis(follower.checkpoint.origin), 0
    for number in range(-(-follower.size // 256)):
        bundle = follower.entries(number)
        assert bundle[:32] == link
        at = 32
        while at < len(bundle):
            (length,) = struct.unpack_from(">I", bundle, at)
            position += 1
            link = chain.link(link, position, hashlib.sha256(bundle[at + 4 : at + 4 + length]).digest())
            assert merkle.leaf_hash(link) == leaves[position - 1]
            at += 4 + length
    assert (position, link) == (follower.size, follower.checkpoint.chain)


def test_an_entry_after_the_last_seal_is_proved_in_the_log_of_all(served):
    client, _, store = served
    head = store.reader.head().position
    answer = client.get("/log/inclusion", params={"position": head}).json()
    assert (answer["position"], answer["size"]) == (head, head)
    merkle.verify_inclusion(
        leaf=merkle.leaf_hash(bytes.fromhex(answer["link"])),
        index=head - 1,
        size=head,
        proof=[bytes.fromhex(hash_) for hash_ in answer["inclusion"]],
        root=bytes.fromhex(answer["root"]),
    )
    entry = store.reader.entry(head)
    assert chain.link(bytes.fromhex(answer["previous"]), head, entry.digest).hex() == answer["link"]


def test_the_log_of_all_extends_the_sealed_one(served):
    client, key, store = served
    sealed = Follower(client, key).checkpoint
    answer = client.get("/log/consistency", params={"from": sealed.size}).json()
    assert answer["from"] == {"size": sealed.size, "root": sealed.root.hex()}
    assert answer["to"]["size"] == store.reader.head().position
    merkle.verify_consistency(
        size1=sealed.size,
        root1=sealed.root,
        size2=answer["to"]["size"],
        root2=bytes.fromhex(answer["to"]["root"]),
        proof=[bytes.fromhex(hash_) for hash_ in answer["proof"]],
    )


def proof_of(answer):
    key = hashlib.sha256(answer["key_of"].encode()).digest()
    siblings = tuple(bytes.fromhex(hash_) for hash_ in answer["siblings"])
    if answer["leaf"] is None:
        other = answer["other"]
        leaf = other and Leaf(bytes.fromhex(other["key"]), bytes.fromhex(other["value"]))
        return key, MapProof(siblings, leaf)
    made_of = answer["leaf"]
    last = bytes.fromhex(made_of["statement"]) if "statement" in made_of else bytes(32)
    head = bytes.fromhex(made_of.get("head") or made_of["acc"])
    value = hashlib.sha256(made_of["count"].to_bytes(8, "big") + head + last).digest()
    return key, MapProof(siblings, Leaf(key, value))


@pytest.mark.parametrize("key", [RIGHT, f"asset:{RIGHT}"])
def test_the_map_tells_of_a_right_under_the_sealed_root(served, key):
    client, operator, store = served
    sealed = Follower(client, operator).checkpoint
    answer = client.get(f"/log/map/{key}").json()
    assert (answer["size"], answer["root"]) == (sealed.size, sealed.map_root.hex())
    map_key, proof = proof_of(answer)
    assert maps.verify(sealed.map_root, map_key, proof) == proof.leaf.value
    assert answer["leaf"]["count"] == 3
    assert answer["leaf"]["head"] == list(store.reader.asset_entries(RIGHT))[-1].digest.hex()


def test_the_map_tells_at_an_earlier_seal_what_it_told_then(served):
    client, _, _ = served
    answer = client.get(f"/log/map/{RIGHT}", params={"size": 2}).json()
    assert (answer["size"], answer["leaf"]["count"]) == (2, 2)
    map_key, proof = proof_of(answer)
    assert maps.verify(bytes.fromhex(answer["root"]), map_key, proof) == proof.leaf.value


def test_the_map_tells_of_a_right_it_does_not_hold(served):
    client, operator, _ = served
    sealed = Follower(client, operator).checkpoint
    answer = client.get("/log/map/US:patent:99999999").json()
    map_key, proof = proof_of(answer)
    maps.verify_absence(sealed.map_root, map_key, proof)


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("tile/0/002.p/200", 404, "TILE_UNAVAILABLE"),
        ("tile/0/000.p/256", 404, "NOT_FOUND"),
        ("tile/0/000.p/0", 404, "NOT_FOUND"),
        ("tile/0/0", 404, "NOT_FOUND"),
        ("tile/0/x000/000", 404, "NOT_FOUND"),
        ("tile/00/000", 404, "NOT_FOUND"),
        ("tile/8/000", 404, "NOT_FOUND"),
        ("tile/data/000", 404, "NOT_FOUND"),
        ("tile/0/" + "x999/" * 6 + "999", 404, "TILE_UNAVAILABLE"),
        ("tile/0/" + "x999/" * 60 + "999", 404, "NOT_FOUND"),
        ("tile/0/٠٠٠", 404, "NOT_FOUND"),
        ("tile/entries/000/000", 404, "NOT_FOUND"),
        ("inclusion", 422, "PARAMETER_INVALID"),
        ("inclusion?position=0", 422, "PARAMETER_INVALID"),
        ("inclusion?position=9&size=8", 422, "LEAF_INDEX_INVALID"),
        ("inclusion?position=1&size=999999", 404, "LOG_SIZE_UNCOMMITTED"),
        ("inclusion?position=1&seize=9", 422, "PARAMETER_INVALID"),
        ("consistency?from=9&to=8", 422, "TREE_SIZE_INVALID"),
        ("consistency?from=1&to=99999999999999999999", 422, "PARAMETER_INVALID"),
        ("map/US:patent:15145443?size=3", 404, "MAP_SIZE_NOT_SEALED"),
        ("map/" + "x" * 301, 422, "PARAMETER_INVALID"),
    ],
)
def test_what_is_not_served_is_a_problem_document(served, address, status, code):
    client, _, _ = served
    answer = client.get(f"/log/{address}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_nearest_sealed_sizes_are_named(served):
    client, _, _ = served
    data = client.get(f"/log/map/{RIGHT}?size=3").json()["data"]
    assert (data["before"], data["size"], data["after"]) == (2, 3, 524)


def test_a_large_number_is_written_in_groups_of_three(served):
    client, _, _ = served
    assert path_of(1234067) == "x001/x234/067"
    assert client.get("/log/tile/0/x001/x234/067").json()["data"]["number"] == 1234067


def test_nothing_sealed_is_said_so(ledger_home):
    with open_store(ledger_home, schema="log_unsealed") as store:
        append(store, registered(RIGHT))
        with serving(store) as client:
            for address in ("/log/checkpoint", f"/log/map/{RIGHT}"):
                answer = client.get(address)
                assert (answer.status_code, answer.json()["code"]) == (404, "NOT_SEALED")
            assert client.get("/log/inclusion?position=1").json()["inclusion"] == []


def test_the_imprint_of_the_note_served_is_what_was_stamped(served):
    client, _, store = served
    note = client.get("/log/checkpoint").content
    token = last_seal(store).tokens[0][1]
    report = judge_token(token, digest=hashlib.sha256(note).digest(), at=utc_now(), roots=())
    assert report.token.imprint == hashlib.sha256(note).digest()
