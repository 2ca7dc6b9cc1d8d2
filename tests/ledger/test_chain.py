"""The hash chain against its definition and against a ledger frozen in schema version 1."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import chain

FROZEN = Path(__file__).parents[1] / "vectors" / "ledger-v1"
LEDGERS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FROZEN.glob("*.json"))}


@pytest.mark.parametrize("ledger", LEDGERS.values(), ids=LEDGERS)
def test_the_genesis_of_a_frozen_ledger_is_found_again(ledger):
    assert chain.genesis(ledger["origin"]).hex() == ledger["genesis"]


@pytest.mark.parametrize("ledger", LEDGERS.values(), ids=LEDGERS)
def test_every_digest_and_link_of_a_frozen_ledger_is_found_again(ledger):
    head = chain.genesis(ledger["origin"])
    for row in ledger["entries"]:
        digest = chain.entry_digest(row["entry"].encode())
        head = chain.link(head, row["position"], digest)
        assert (digest.hex(), head.hex()) == (row["digest"], row["link"])


@pytest.mark.parametrize("ledger", LEDGERS.values(), ids=LEDGERS)
def test_positions_of_a_frozen_ledger_start_at_one_and_have_no_gap(ledger):
    assert [row["position"] for row in ledger["entries"]] == list(range(1, len(ledger["entries"]) + 1))


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**64 - 1), st.binary(min_size=32, max_size=32))
def test_a_link_is_the_hash_the_design_states(previous, position, digest):
    expected = sha256(b"ipledger/link/v1\0" + previous + position.to_bytes(8, "big") + digest).digest()
    assert chain.link(previous, position, digest) == expected


def test_two_ledgers_of_different_origin_share_no_link():
    digest = chain.entry_digest(b"{}")
    heads = {chain.link(chain.genesis(origin), 1, digest) for origin in ("a.example", "b.example")}
    assert len(heads) == 2


def test_an_entry_at_another_position_has_another_link():
    head, digest = chain.genesis("a.example"), chain.entry_digest(b"{}")
    assert chain.link(head, 1, digest) != chain.link(head, 2, digest)


@pytest.mark.parametrize("position", [-1, 2**64])
def test_a_position_that_is_no_unsigned_64_bit_number_is_our_own_mistake(position):
    with pytest.raises(OverflowError):
        chain.link(bytes(32), position, bytes(32))
