"""Parts of the standalone verifier beside the product's own code and published vectors."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from ledger import canonical
from ledger.errors import InputRejected
from ledger.signatures import read_header, read_jwk
from ledger.statement.view import view
from ledger.values.dates import parse_day
from notary import merkle
from notary.standalone import verify
from tests.notary import evidence_lies as lies
from tests.notary.standalone import package_maker as maker

VECTORS = Path(__file__).parents[2] / "vectors" / "transparency-dev-merkle"

_texts = st.text(st.characters(codec="utf-8")).map(lambda text: verify.unicodedata.normalize("NFC", text))
_keys = st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF)).map(
    lambda text: verify.unicodedata.normalize("NFC", text)
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-verify.MAX_INTEGER, verify.MAX_INTEGER) | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)


@given(_json)
def test_canonical_json_of_the_product_is_canonical_here(value):
    assert verify.load_canonical(canonical.encode(value), "x") == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"nul",
        b"1.0",
        b"1e2",
        b"-0",
        b"01",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"1" * 10_000,
        b" 1",
        b"[1, 2]",
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud800"',
        b'"\xed\xa0\x80"',
        b'"\xff"',
        b'"\t"',
        b"\xef\xbb\xbf1",
        '"e\u0301"'.encode(),
        '{"\U00010000":1}'.encode(),
        b"[" * 33 + b"]" * 33,
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_other_writings_are_refused(data):
    with pytest.raises(verify.Refused) as refused:
        verify.load_canonical(data, "x")
    assert refused.value.code == "NOT_CANONICAL"


def test_the_deepest_nesting_allowed_is_read():
    data = b"[" * 32 + b"]" * 32
    assert canonical.decode(data) == verify.load_canonical(data, "x")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 64, 100])
def test_proofs_of_the_log_hold_for_every_leaf_and_every_earlier_size(size):
    hashes = [hashlib.sha256(bytes([n])).digest() for n in range(size)]
    root = merkle.root(hashes)
    for index in range(size):
        path = merkle.inclusion_proof(hashes, index)
        assert verify.root_from_inclusion(hashes[index], index, size, path) == root
        assert verify.root_from_inclusion(hashes[index], index, size, [*path, hashes[0]]) != root
        if path:
            assert verify.root_from_inclusion(hashes[index], index, size, path[:-1]) != root
    for earlier in range(1, size):
        path = merkle.consistency_proof(hashes, earlier)
        old = merkle.root(hashes[:earlier])
        assert verify.roots_from_consistency(earlier, old, size, path) == (old, root)
        assert verify.roots_from_consistency(earlier, old, size, path[:-1]) != (old, root)
        assert verify.roots_from_consistency(earlier, old, size, [*path, root]) != (old, root)


def vectors(folder):
    return [
        pytest.param(json.loads(path.read_text()), id=str(path.relative_to(VECTORS)))
        for path in sorted((VECTORS / folder).rglob("*.json"))
    ]


def unhex(text):
    return base64.b64decode(text or "")


@pytest.mark.parametrize("vector", vectors("inclusion"))
def test_published_inclusion_vectors(vector):
    """RFC 6962 proofs, sound and broken, of transparency-dev."""
    path = [unhex(each) for each in vector["proof"] or []]
    leaf, root = unhex(vector["leafHash"]), unhex(vector["root"])
    # Lengths and range are the shape's business: in a package a hash is 64 hex digits, n at most the size.
    fits = all(len(each) == 32 for each in (leaf, root, *path)) and vector["leafIdx"] < vector["treeSize"]
    accepted = fits and verify.root_from_inclusion(leaf, vector["leafIdx"], vector["treeSize"], path) == root
    assert accepted is not vector["wantErr"]


@pytest.mark.parametrize("vector", vectors("consistency"))
def test_published_consistency_vectors(vector):
    """Proofs between equal sizes need no hashing and are judged in `Examination._extends`."""
    path = [unhex(each) for each in vector["proof"] or []]
    old, new = unhex(vector["root1"]), unhex(vector["root2"])
    if vector["size1"] == vector["size2"]:
        accepted = not path and old == new
    else:
        found = verify.roots_from_consistency(vector["size1"], old, vector["size2"], path)
        accepted = found is not None and found == (old, new)
    if verify.is_count(vector["size1"]):
        assert accepted is not vector["wantErr"]
    else:
        assert vector["size1"] == 0, "a package names no size 0, so such a proof is refused by its shape"


@pytest.mark.parametrize(
    "day", ["2019-01-01", "2020-03-01", "2020-04-01", "2021-04-30", "2021-05-01", "2030-01-01"]
)
def test_a_statement_evaluates_as_in_the_product(day):
    """The same owners, standing encumbrances and ranks, by two implementations of section 4."""
    statement = canonical.decode(lies.sealed().ledger.statement(maker.RIGHT))
    ours, theirs = verify.evaluate(statement, day), view(statement, parse_day(day))
    assert [owner["name"] for owner in ours["owners"]] == [owner["name"] for owner in theirs["owners"]]
    assert [(each["id"], each["rank"], each["holders"]) for each in ours["encumbrances"]] == [
        (each["id"], each["rank"], each["holders"]) for each in theirs["encumbrances"]
    ]


def _encumbrance(identifier, kind, registered_on, *, until=None, ended_on=None):
    return {
        "kind": kind,
        "id": identifier,
        "register": "CN",
        "reference": identifier,
        "holders": [{"from": registered_on, "names": ["BANK"]}],
        "registered_on": registered_on,
        "until": until,
        "ended_on": ended_on,
    }


_DAYS = st.sampled_from(["2020-01-01", "2020-02-01", "2020-02-02"])
_TIMES = st.sampled_from([{}, {"time": "09:30:00"}, {"time": "14:00:00"}])


def _pledge(number, drawn):
    on, time, ended_on = drawn
    item = _encumbrance(str(number), "pledge", on, ended_on=ended_on) | time
    return item | {
        "grantors": [], "executed_on": None, "end_state": None, "ended_by": None, "detail": None,
        "changes": [], "entries": [number],
    }  # fmt: skip


@given(
    st.lists(st.tuples(_DAYS, _TIMES, st.none() | _DAYS), max_size=5),
    st.lists(st.tuples(_DAYS, st.sampled_from("01234"), st.sampled_from("01234")), max_size=3),
    _DAYS,
)
def test_ranks_by_time_and_after_swaps_are_those_of_the_product(drawn, swaps, day):
    statement = canonical.decode(lies.sealed().ledger.statement(maker.RIGHT))
    statement["encumbrances"] = [_pledge(*numbered) for numbered in enumerate(drawn)]
    if swaps:
        statement["rank_swaps"] = [
            {"on": on, "pledges": list(pair), "entries": [1]} for on, *pair in swaps
        ]  # fmt: skip
    ours = verify.evaluate(verify.read_statement(canonical.encode(statement)), day)["encumbrances"]
    theirs = view(statement, parse_day(day))["encumbrances"]
    assert [(each["id"], each["rank"]) for each in ours] == [(each["id"], each["rank"]) for each in theirs]


def test_ranks_count_earlier_days_of_what_stands():
    """Two of one day rank equally, an ended one frees its rank, a license has none (P-7)."""
    items = [
        _encumbrance("a", "pledge", "2020-01-01", ended_on="2020-06-01"),
        _encumbrance("b", "pledge", "2020-02-01"),
        _encumbrance("c", "lien", "2020-02-01"),
        _encumbrance("d", "license", "2020-02-15"),
        _encumbrance("e", "pledge", "2020-03-01", until="2020-12-31"),
    ]
    statement = {"titles": [], "encumbrances": items, "flags": []}

    def ranks(day):
        return {each["id"]: each["rank"] for each in verify.evaluate(statement, day)["encumbrances"]}

    assert ranks("2020-05-31") == {"a": 1, "b": 2, "c": 2, "d": None, "e": 4}
    assert ranks("2020-06-01") == {"b": 1, "c": 1, "d": None, "e": 3}
    assert ranks("2020-12-31") == {"b": 1, "c": 1, "d": None, "e": 3}
    assert ranks("2021-01-01") == {"b": 1, "c": 1, "d": None}


def test_flags_hold_from_their_day_until_the_day_before_their_end():
    flag = {"code": "SHARE_UNSPECIFIED", "entries": [1], "since": "2020-02-01", "until": "2020-03-01"}
    statement = {"titles": [], "encumbrances": [], "flags": [flag]}
    days = ["2020-01-31", "2020-02-01", "2020-02-29", "2020-03-01"]
    assert [bool(verify.evaluate(statement, day)["flags"]) for day in days] == [False, True, True, False]


def test_a_verifier_key_is_read_only_if_its_id_fits():
    text = str(maker.KEY.verifier)
    assert verify.read_key(f" {text}\n").public == maker.KEY.verifier.public_key
    name, key_id, encoded = text.split("+", 2)
    other = f"{int(key_id, 16) ^ 1:08x}"
    for wrong in (
        f"{name}+{other}+{encoded}",
        f"{name}+{key_id}+{encoded[:-4]}",
        f"{name}+{encoded}",
        "",
        "++",
    ):
        assert verify.read_key(wrong) is None


def _members(sound, *others):
    """A sound object in which members were replaced, added or left out."""
    value = st.sampled_from(
        [*sound.values(), *others, None, True, False, 0, -1, 1.5, "", "x", [], {}, "A" * 43]
    )
    name = st.sampled_from([*sound, "alg", "use", "key_ops", "ext", "kid", "crit", "b64", "typ", "iat", "d"])
    return st.tuples(st.dictionaries(name, value, max_size=2), st.sets(name, max_size=1)).map(
        lambda drawn: {name: each for name, each in (sound | drawn[0]).items() if name not in drawn[1]}
    )


def _accepts(read, refusal, *arguments):
    try:
        return read(*arguments)
    except refusal:
        return None


_COORDINATES = [
    maker.base64url(number.to_bytes(32, order))
    for order in ("little", "big")
    for number in (0, 1, 2, 9, 2**255 - 20, 2**255 - 19, 2**255, verify._P256_PRIME, verify._P256_PRIME + 5)
]


@pytest.mark.parametrize("private", [maker.ED25519, maker.P256], ids=["Ed25519", "P-256"])
@given(st.data())
def test_keys_are_read_as_in_the_product(private, data):
    jwk = data.draw(_members(maker.public_jwk(private), *_COORDINATES, ["verify"], "sig", "EdDSA", "ES256"))
    ours, theirs = _accepts(verify.read_jwk, verify.JwsError, jwk), _accepts(read_jwk, InputRejected, jwk)
    assert (ours and (ours.algorithm, ours.kid)) == (theirs and (theirs.algorithm, theirs.kid))


@given(_members(maker.header_of(maker.P256), ["b64"], ["b64", "b64"], ["exp"], "EdDSA", "none", 253402300800))
def test_headers_are_read_as_in_the_product(header):
    """A header without `kid` may be read there; nothing verifies by it."""
    text = maker.base64url(json.dumps(header).encode())
    ours = _accepts(verify.read_protected, verify.JwsError, text)
    theirs = _accepts(read_header, InputRejected, text)
    theirs = None if theirs is None or theirs.kid is None else theirs
    assert (ours and (ours["alg"], ours["kid"], ours["b64"])) == (
        theirs and (theirs.algorithm, theirs.kid, theirs.b64)
    )


@pytest.mark.parametrize("number", [0, 1, 0x7F, 0x80, 2**248 - 1, 2**255, 2**256 - 1])
def test_numbers_of_a_signature_are_written_as_der_has_them(number):
    der = verify.der_sequence(
        verify.der_unsigned(number.to_bytes(32, "big")) + verify.der_unsigned(bytes(32))
    )
    assert der == encode_dss_signature(number, 0)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_der_end_in_our_error(data):
    for read in (verify.read_answer, verify.read_certificate, verify.read_revocation_list):
        with pytest.raises((verify.DerError, verify.Refused)):
            read(data)


@given(st.data())
def test_mutated_tokens_end_in_our_error_or_say_the_same(data):
    """Cuts and flips of a real answer, judged without openssl."""
    sound = _answer()
    at = data.draw(st.integers(0, len(sound) - 1))
    mutated = bytearray(sound)
    mutated[at] ^= data.draw(st.integers(1, 255))
    try:
        stamp = verify.read_answer(bytes(mutated[: data.draw(st.sampled_from((at + 1, len(sound))))]))
        verify.check_imprint(stamp, lies.sealed().note)
        verify.check_strength(stamp)
        verify.check_attributes(stamp)
        verify.check_signer(verify.signer_certificate(stamp, []))
    except (verify.DerError, verify.Refused):
        return
    assert stamp.info == verify.read_answer(sound).info


@cache
def _answer():
    return lies.KINDS["entry"]().members["tokens/embedded.tsr"]
