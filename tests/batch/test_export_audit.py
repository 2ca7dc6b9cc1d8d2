"""An export is what the ledger was, and whatever is changed in it is found at its first wrong position."""

from dataclasses import replace
from random import Random

import orjson
import pytest

from ledger import chain
from ledger.errors import ChainBroken
from ledger.store.audit import audit
from projections.batch import auditing
from projections.batch.auditing import audit_export, check_rows
from projections.batch.engines import engine
from projections.batch.export import check_against, export
from projections.batch.manifest import read_manifest
from projections.batch.parquet import read
from tests.batch.conftest import PATENT
from tests.batch.tampering import TAMPERINGS
from tests.projections.ledgers import append, transferred


def found(engine, folder):
    finding = audit_export(engine, folder, read_manifest(folder)).finding
    return finding and (finding.position, finding.what)


def test_a_sound_export_is_told_as_the_ledger_is(ledger, exported, duckdb_engine):
    told, of_ledger = audit_export(duckdb_engine, *exported), audit(ledger)
    assert told.finding is None
    assert of_ledger.passed
    assert (told.origin, told.entries, told.rights, told.link) == (
        of_ledger.origin,
        of_ledger.entries,
        of_ledger.rights,
        of_ledger.link,
    )


def test_worker_processes_say_what_one_process_says(exported, duckdb_engine, monkeypatch):
    monkeypatch.setattr(auditing, "_SMALL", 0)
    with engine("duckdb", processes=2) as several:
        assert audit_export(several, *exported) == audit_export(duckdb_engine, *exported)


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_what_was_changed_is_found_at_its_first_wrong_position(exported, duckdb_engine, tamper):
    folder, _ = exported
    assert found(duckdb_engine, folder) is None
    tamper(folder)
    assert found(duckdb_engine, folder) == TAMPERINGS[tamper]


def test_no_bit_of_any_file_changes_unnoticed(exported, duckdb_engine):
    """Wherever it falls, in a row or in what holds the rows together."""
    folder, manifest = exported
    random = Random(11)
    for _ in range(40):
        part = random.choice(manifest.parts)
        file = folder / part.file
        sound = file.read_bytes()
        damaged = bytearray(sound)
        damaged[random.randrange(len(sound))] ^= 1 << random.randrange(8)
        file.write_bytes(damaged)
        position, _ = found(duckdb_engine, folder)
        assert part.first <= position <= part.last
        file.write_bytes(sound)
    assert found(duckdb_engine, folder) is None


def forge(store, position, old, new, *, relink):
    """What a superuser of the database can do; with `relink` all digests, links and the head follow."""
    with store.database.connect_owner() as connection:
        connection.execute("SET session_replication_role TO replica")
        rows = connection.execute("SELECT position, raw FROM ledger_entry ORDER BY position").fetchall()
        link = chain.genesis(store.origin)
        for at, raw in rows:
            if at == position:
                assert old in raw
                raw = raw.replace(old, new, 1)  # noqa: PLW2901 -- from here on it is this
            digest = chain.entry_digest(raw)
            if at == position or relink:
                connection.execute(
                    "UPDATE ledger_entry SET raw = %s, digest = %s WHERE position = %s", (raw, digest, at)
                )
            link = chain.link(link, at, digest)
            if relink:
                connection.execute("UPDATE ledger_entry SET link = %s WHERE position = %s", (link, at))
        if relink:
            connection.execute("UPDATE ledger_head SET hash = %s", (link,))


@pytest.mark.parametrize("what", ["RIGHT_SEQ", "RIGHT_PREVIOUS"])
def test_a_history_rewritten_with_its_hashes_is_found_where_the_ledger_s_audit_finds_it(
    ledger, tmp_path, duckdb_engine, what
):
    """Everything agrees but a right's own chain, across two parts."""
    link = ledger.reader.entry(13).parse().assets[0]
    old = orjson.dumps([link.id, link.seq, link.prev])
    wrong = replace(link, seq=99) if what == "RIGHT_SEQ" else replace(link, prev="1" * 64)
    forge(ledger, 13, old, orjson.dumps([wrong.id, wrong.seq, wrong.prev]), relink=True)
    of_ledger = audit(ledger).finding
    export(ledger.reader, tmp_path / "export", part_entries=10)
    assert found(duckdb_engine, tmp_path / "export") == (of_ledger.position, of_ledger.what) == (13, what)


def test_a_right_that_begins_twice_is_found(ledger, tmp_path, duckdb_engine):
    link = ledger.reader.entry(13).parse().assets[0]
    old, new = (orjson.dumps(each) for each in ([link.id, link.seq, link.prev], [link.id, 1, "0" * 64]))
    forge(ledger, 13, old, new, relink=True)
    export(ledger.reader, tmp_path / "export", part_entries=10)
    assert found(duckdb_engine, tmp_path / "export") == (13, "RIGHT_SEQ")


def test_a_ledger_with_a_broken_chain_is_not_exported_beyond_it(ledger, tmp_path):
    forge(ledger, 14, b'"test:register"', b'"test:registrar"', relink=False)
    folder = tmp_path / "export"
    with pytest.raises(ChainBroken) as broken:
        export(ledger.reader, folder, part_entries=10)
    assert broken.value.data["position"] == audit(ledger).finding.position == 14
    assert read_manifest(folder).position == 10


def test_a_ledger_rewritten_after_the_export_is_told_from_it(ledger, exported):
    folder, manifest = exported
    check_against(ledger.reader, manifest)
    forge(ledger, 26, b'"test:register"', b'"test:registrar"', relink=True)
    with pytest.raises(ChainBroken) as broken:
        check_against(ledger.reader, manifest)
    assert broken.value.data["position"] == 26
    with pytest.raises(ChainBroken):
        export(ledger.reader, folder, part_entries=10)


def test_recording_times_that_fall_between_parts_are_found(exported, duckdb_engine, monkeypatch):
    """The links of a forger agree; time does not."""
    folder, manifest = exported
    parts = [list(read(folder / part.file)) for part in manifest.parts]
    first, second = (check_rows(rows, part) for rows, part in zip(parts[:2], manifest.parts[:2], strict=True))
    late = replace(first, ends=second.ends.replace(year=2999))
    monkeypatch.setattr(duckdb_engine, "map", lambda work, given, *, small: [late, *work(given[1:])])
    assert found(duckdb_engine, folder) == (11, "RECORDED_AT_ORDER")


def test_an_empty_ledger_has_an_empty_export(store, tmp_path, duckdb_engine):
    done = export(store.reader, tmp_path / "export")
    assert (done.parts, done.entries) == (0, 0)
    told = audit_export(duckdb_engine, tmp_path / "export", done.manifest)
    assert (told.finding, told.entries, told.link) == (None, 0, store.reader.head().link.hex())


def test_the_audit_of_a_continued_export_goes_across_its_parts(ledger, exported, duckdb_engine):
    folder, _ = exported
    append(ledger, transferred(PATENT, "乙公司", "丁公司", "2021-01-01"))
    manifest = export(ledger.reader, folder, part_entries=10).manifest
    assert audit_export(duckdb_engine, folder, manifest).entries == 27
