"""Checking seals against a ledger whose database somebody rewrote, and an operator who lies."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger import chain
from ledger.entry import parse
from ledger.store import open_store
from ledger.store.database import utc_now
from notary import checkpoints, merkle, replay, tables
from notary.authority import open_authority
from notary.errors import ProofInvalid
from notary.keys import create_or_load_signing_key
from notary.log import Log
from notary.map_store import MapStore
from notary.seal_audit import Trust, check_seals
from notary.sealing import Sealer
from notary.seals import Seal, kept_seals, recorded_seals
from notary.timestamps import Authority, request_token
from tests.notary.test_log import grow
from tests.projections.ledgers import append, pledged, registered, released

RIGHT, OTHER = "US:patent:15145443", "US:patent:15145543"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = open_authority(tmp_path_factory.mktemp("good") / "authority", clock=utc_now)
    return Authority("good", roots=(made.root,), embedded=made)


@pytest.fixture
def sealed(store, tmp_path, authority):
    """Three seals: after a pledge (2 entries), its release (4), and entries on another right (7)."""
    sealer = Sealer(store, tmp_path, [authority], utc_now)
    append(store, registered(RIGHT), pledged(RIGHT, "pld_1", "Wells LLC", "First Bank", "2019-05-08"))
    sealer.seal()
    append(store, released(RIGHT, "pld_1", "First Bank", "2020-01-01"))
    sealer.seal()
    append(store, registered(OTHER), pledged(OTHER, "pld_2", "Wells LLC", "Second Bank", "2020-05-08"))
    sealer.seal()
    return store, sealer, tmp_path / "seals"


def check(sealed, authority, seals=None, key=None):
    """Findings of the recorded and the kept seals, as (position, code)."""
    store, sealer, folder = sealed
    trust = Trust(key or sealer.key.verifier, [authority], utc_now())
    given = [*recorded_seals(store), *kept_seals(folder)] if seals is None else seals
    return [(finding.position, finding.code) for finding in check_seals(store, given, trust)]


def tamper(store, *statements):
    """What a superuser of the database can do."""
    with store.database.connect_owner() as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(*statement) if isinstance(statement, tuple) else connection.execute(statement)


def rewrite(store, position, change):
    """Change an entry and recompute all digests, predecessors and links after it: a careful forger."""
    entries = list(store.reader.entries())
    link = chain.genesis(store.origin)
    prevs, statements = {}, []
    for stored in entries:
        raw = change(stored.raw) if stored.position == position else stored.raw
        for asset in parse(stored.raw, stored.position).assets:
            raw = raw.replace(asset.prev.encode(), prevs.get(asset.id, chain.NO_PREVIOUS).encode())
            prevs[asset.id] = chain.entry_digest(raw).hex()
        digest = chain.entry_digest(raw)
        link = chain.link(link, stored.position, digest)
        statements.append(
            (
                "UPDATE ledger_entry SET raw = %s, digest = %s, link = %s WHERE position = %s",
                (raw, digest, link, stored.position),
            )
        )
    statements.append(("UPDATE ledger_head SET hash = %s", (link,)))
    tamper(store, *statements)


def cut(store, position):
    """Remove everything after `position`, and make the head fit."""
    moved = (
        "UPDATE ledger_head SET position = e.position, hash = e.link "
        "FROM ledger_entry e WHERE e.position = %s"
    )
    tamper(
        store,
        ("DELETE FROM ledger_entry WHERE position > %s", (position,)),
        ("DELETE FROM ledger_tag WHERE position > %s", (position,)),
        ("DELETE FROM ledger_asset WHERE position > %s", (position,)),
        (moved, (position,)),
    )


@pytest.fixture(params=[replay.FOLDED_BY_PROCESSES, 1])
def folding(request, monkeypatch):
    """Statements folded here, or by processes of their own."""
    monkeypatch.setattr(replay, "FOLDED_BY_PROCESSES", request.param)


@pytest.mark.usefixtures("folding")
def test_an_untouched_ledger_has_no_findings(sealed, authority):
    assert [seal.signed.checkpoint.size for seal in recorded_seals(sealed[0])] == [2, 4, 7]
    assert check(sealed, authority) == []


def test_a_history_rewritten_with_all_its_hashes_differs_from_its_seals(sealed, authority):
    store = sealed[0]
    rewrite(store, 2, lambda raw: raw.replace(b"First Bank", b"Third Bank"))
    codes = check(sealed, authority)
    assert {code for _, code in codes} == {"SEALED_HISTORY_DIFFERS"}
    assert {position for position, _ in codes} == {2, 3, 4, 5, 7, 8}


def test_the_first_rewritten_entry_is_named_where_the_tiles_still_know_it(store, tmp_path, authority):
    sealer = Sealer(store, tmp_path, [authority], utc_now)
    grow(store, 700)
    sealer.seal()
    rewrite(store, 455, lambda raw: raw.replace(b"test:register", b"test:forger"))
    trust = Trust(sealer.key.verifier, [authority], utc_now())
    (finding,) = check_seals(store, recorded_seals(store), trust)
    assert (finding.position, finding.code) == (455, "SEALED_HISTORY_DIFFERS")


def test_an_entry_whose_bytes_no_longer_fit_its_digest_is_named(sealed, authority):
    store = sealed[0]
    seals = list(recorded_seals(store))
    tamper(store, "UPDATE ledger_entry SET raw = raw || ' ' WHERE position = 4")
    assert {(4, "CHAIN_BROKEN")} == set(check(sealed, authority, seals))


def test_an_entry_rewritten_after_the_first_seal_leaves_that_seal_standing(sealed, authority):
    store = sealed[0]
    rewrite(store, 4, lambda raw: raw.replace(b"2020-01-01", b"2019-12-31"))
    assert {position for position, code in check(sealed, authority) if code == "SEALED_HISTORY_DIFFERS"} == {
        4, 5, 7, 8,
    }  # fmt: skip


def test_a_tail_cut_off_is_remembered_by_the_seals_kept_outside(sealed, authority):
    store, _, folder = sealed
    cut(store, 5)
    assert check(sealed, authority, list(recorded_seals(store))) == []
    assert (7, "SEALED_ENTRIES_MISSING") in check(sealed, authority, list(kept_seals(folder)))


def test_a_seal_taken_out_of_the_ledger_is_missed_by_the_next(sealed, authority):
    """The entry of the second seal is replaced by something harmless, and all hashes recomputed."""
    store = sealed[0]
    rewrite(store, 5, lambda raw: raw.replace(b'"seal:4","seal:series"', b'"seal:4","seal:sequel"'))
    tamper(store, "DELETE FROM ledger_tag WHERE position = 5 AND tag = 'seal:series'")
    recorded = list(recorded_seals(store))
    assert [seal.position for seal in recorded] == [3, 8]
    codes = check(sealed, authority, recorded)
    assert (8, "SEAL_PREVIOUS_DIFFERS") in codes
    assert (8, "SEALED_HISTORY_DIFFERS") in codes


def test_a_leaf_altered_in_the_notary_s_tables_is_named_with_its_last_entry(sealed, authority):
    store = sealed[0]
    with store.database.connection() as connection:
        altered = "UPDATE {leaf} SET count = 1 WHERE tag = %s AND size = 4"
        connection.execute(tables.query(store.schema, altered), (f"asset:{RIGHT}",))
    assert check(sealed, authority) == [(4, "MAP_LEAF_DIFFERS")]
    with pytest.raises(ProofInvalid) as refused:
        MapStore(store).prove(f"asset:{RIGHT}", 7)
    assert refused.value.code == "MAP_LEAF_DIFFERS"


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM {node}", "UPDATE {node} SET content = set_byte(content, 9, get_byte(content, 9) # 1)"],
)
def test_damaged_tables_are_named_and_the_roots_checked_nevertheless(sealed, authority, statement):
    store = sealed[0]
    with store.database.connection() as connection:
        connection.execute(tables.query(store.schema, statement))
    assert [code for _, code in check(sealed, authority)] == ["MAP_TABLES_DAMAGED"]


class Lying(MapStore):
    """The operator's map leaves a right out, or says too little of it."""

    def advance(self, size):
        super().advance(size)
        root = bytes(31) + b"\1"
        with self._store.database.connection() as connection:
            lie = "UPDATE {root} SET root = %s WHERE size = %s"
            connection.execute(tables.query(self._schema, lie), (root, size))
        return root


def test_a_map_that_does_not_follow_from_the_entries_is_caught_though_sealed(sealed, authority):
    store, sealer, _ = sealed
    sealer._map = Lying(store)
    append(store, released(OTHER, "pld_2", "Second Bank", "2021-01-01"))
    position = sealer.seal().seal.position
    assert check(sealed, authority, list(recorded_seals(store))) == [(position, "SEALED_MAP_DIFFERS")]


@pytest.mark.usefixtures("folding")
def test_an_entry_hidden_from_the_index_of_tags_is_missed_by_the_replay(sealed, authority):
    """Whoever counts a right's entries by the index alone would be told of two."""
    store = sealed[0]
    tamper(store, ("DELETE FROM ledger_tag WHERE position = 2 AND tag = %s", (f"asset:{RIGHT}",)))
    assert check(sealed, authority) == [(2, "CHAIN_BROKEN")]


def forge(sealed, authority, key=None, **changes):
    """The last seal signed again over something else, stamped by the same authority."""
    store, sealer, _ = sealed
    last = list(recorded_seals(store))[-1]
    checkpoint = replace(last.signed.checkpoint, **changes)
    signed = checkpoints.sign(checkpoint, key or sealer.key)
    receipt = request_token(authority, signed.imprint, utc_now)
    return Seal(None, signed.note, (("good", receipt.response),))


def test_a_forked_checkpoint_is_caught_by_whoever_kept_the_other(sealed, authority):
    """The operator shows a court another log of the same size; both bear the operator's signature."""
    store = sealed[0]
    log = Log(store)
    forked = forge(sealed, authority, root=merkle.root([bytes(32)] * 7))
    assert check(sealed, authority, [forked]) == [(7, "SEALED_HISTORY_DIFFERS")]
    seen = forked.signed.checkpoint
    append(store, released(OTHER, "pld_2", "Second Bank", "2021-01-01"))
    with pytest.raises(ProofInvalid):
        merkle.verify_consistency(
            size1=seen.size,
            root1=seen.root,
            size2=9,
            root2=log.root(9),
            proof=log.consistency(seen.size, 9),
        )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"chain": bytes(32)}, "SEALED_HISTORY_DIFFERS"),
        ({"size": 6}, "SEALED_HISTORY_DIFFERS"),
        ({"size": 9}, "SEALED_ENTRIES_MISSING"),
        ({"map_root": bytes(32)}, "SEALED_MAP_DIFFERS"),
    ],
)
def test_a_checkpoint_that_says_one_thing_wrong_is_caught(sealed, authority, changes, code):
    size = changes.get("size", 7)
    assert check(sealed, authority, [forge(sealed, authority, **changes)]) == [(size, code)]


def test_a_checkpoint_of_another_ledger_is_none_of_this(sealed, authority, tmp_path):
    key = create_or_load_signing_key(tmp_path / "other.pem", "other.example/ledger")
    forged = forge(sealed, authority, key, origin="other.example/ledger")
    assert check(sealed, authority, [forged], key.verifier) == [(7, "SEAL_OF_OTHER_LEDGER")]


def test_a_history_signed_again_with_another_key_is_not_the_operator_s(sealed, authority, tmp_path):
    store = sealed[0]
    key = create_or_load_signing_key(tmp_path / "new.pem", store.origin)
    assert check(sealed, authority, [forge(sealed, authority, key)]) == [(7, "CHECKPOINT_UNSIGNED")]


def test_an_edited_note_is_not_what_was_signed(sealed, authority):
    _, _, folder = sealed
    path = folder / "7.checkpoint"
    path.write_bytes(path.read_bytes().replace(b"\n7\n", b"\n8\n"))
    codes = [code for _, code in check(sealed, authority, list(kept_seals(folder)))]
    assert {"NOTE_SIGNATURE_INVALID", "IMPRINT_MISMATCH"} <= set(codes)
    path.write_bytes(b"something else")
    assert (0, "NOTE_MALFORMED") in check(sealed, authority, list(kept_seals(folder)))


def test_the_token_of_another_checkpoint_is_no_token_of_this(sealed, authority):
    _, _, folder = sealed
    shutil.copy(folder / "4.good.tsr", folder / "7.good.tsr")
    assert check(sealed, authority, list(kept_seals(folder))) == [(7, "IMPRINT_MISMATCH")]


def test_a_seal_without_its_token_is_named(sealed, authority):
    _, _, folder = sealed
    (folder / "4.good.tsr").unlink()
    assert check(sealed, authority, list(kept_seals(folder))) == [(4, "SEAL_WITHOUT_TOKEN")]


def test_an_authority_nobody_configured_is_named(sealed, authority):
    stranger = replace(authority, name="stranger")
    assert {code for _, code in check(sealed, stranger)} == {"AUTHORITY_NOT_TRUSTED"}


def shifted(authority, offset):
    """An authority in league with the operator, whose clock says what it is told."""
    return replace(authority, embedded=replace(authority.embedded, clock=lambda: utc_now() + offset))


def test_a_checkpoint_stamped_before_what_it_covers_was_recorded_is_back_dated(sealed, authority):
    offset = -timedelta(hours=12)
    signed = forge(sealed, authority).signed
    receipt = request_token(shifted(authority, offset), signed.imprint, lambda: utc_now() + offset)
    early = Seal(None, signed.note, (("good", receipt.response),))
    assert check(sealed, authority, [early]) == [(7, "SEAL_BEFORE_ITS_ENTRIES")]


def test_a_seal_recorded_before_its_token_was_made_is_back_dated(ledger_home, tmp_path, authority):
    """The operator's clock is set back, so that new entries look old; the authority's is not."""
    then = utc_now() - timedelta(days=30)
    with open_store(
        ledger_home, schema="seals_backdated", origin="test.example/back", clock=lambda: then
    ) as store:
        sealer = Sealer(store, tmp_path, [authority], utc_now)
        append(store, registered(RIGHT))
        position = sealer.seal().seal.position
        codes = check((store, sealer, tmp_path / "seals"), authority, list(recorded_seals(store)))
        assert codes == [(position, "SEAL_BACKDATED")]
