"""An export repeats the ledger exactly, goes on where it ended, and never counts what is half-written."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from ledger.errors import InputRejected
from projections.batch import export as export_module
from projections.batch import parquet
from projections.batch.export import export
from projections.batch.manifest import MANIFEST, part_name, read_manifest
from tests.batch.conftest import PATENT
from tests.conftest import ORIGIN
from tests.projections.ledgers import append, transferred, unknown_event


def rows(folder, manifest):
    return [
        row
        for part in manifest.parts
        for batch in parquet.read(folder / part.file)
        for row in batch.to_pylist()
    ]


def files(folder):
    return {
        str(file.relative_to(folder)): (file.stat().st_mtime_ns, file.stat().st_ino)
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_every_entry_is_exported_with_the_bytes_that_were_hashed(ledger, exported):
    folder, manifest = exported
    stored = list(ledger.reader.entries())
    found = rows(folder, manifest)
    assert [(row["position"], row["raw"], row["digest"], row["link"]) for row in found] == [
        (each.position, each.raw, each.digest, each.link) for each in stored
    ]
    for row, entry in zip(found, (each.parse() for each in stored), strict=True):
        assert (row["type"], row["actor"], row["command_id"]) == (entry.type, entry.actor, entry.command_id)
        assert row["recorded_at"] == entry.recorded_at
        assert row["tags"] == list(entry.subjects)
        assert [(each["id"], each["seq"], each["prev"]) for each in row["assets"]] == [
            (asset.id, asset.seq, asset.prev) for asset in entry.assets
        ]
        assert row["source_number"] == entry.source.number


def test_parts_are_named_by_their_positions_and_end_at_round_ones(ledger, exported):
    folder, manifest = exported
    assert [(part.first, part.last) for part in manifest.parts] == [(1, 10), (11, 20), (21, 26)]
    assert manifest == read_manifest(folder)
    head = ledger.reader.head()
    assert (manifest.origin, manifest.position, manifest.link) == (head.origin, head.position, head.link)


def test_a_second_export_adds_only_what_is_new(ledger, exported):
    folder, _ = exported
    before = files(folder)
    append(ledger, *(transferred(PATENT, "乙公司", "丁公司", "2021-01-01") for _ in range(7)))
    done = export(ledger.reader, folder, part_entries=10)
    assert (done.parts, done.entries) == (2, 7)
    assert [(part.first, part.last) for part in done.manifest.parts[3:]] == [(27, 30), (31, 33)]
    after = files(folder)
    assert {name: after[name] for name in before if name not in {MANIFEST, ".lock"}} == {
        name: stamp for name, stamp in before.items() if name not in {MANIFEST, ".lock"}
    }
    assert [row["position"] for row in rows(folder, done.manifest)] == list(range(1, 34))


def test_an_export_of_what_is_exported_writes_nothing(ledger, exported):
    folder, manifest = exported
    before = files(folder)
    done = export(ledger.reader, folder, part_entries=10)
    assert (done.parts, done.entries, done.manifest) == (0, 0, manifest)
    assert {**files(folder), ".lock": None} == {**before, ".lock": None}


def test_an_event_of_a_later_release_is_exported_too(ledger, tmp_path):
    append(ledger, unknown_event("CN:patent:202010000001.1"))
    manifest = export(ledger.reader, tmp_path / "export").manifest
    assert rows(tmp_path / "export", manifest)[-1]["counted_as"] is None


@pytest.mark.parametrize("when", ["rows", "rename", "manifest"])
def test_an_export_that_fails_leaves_no_part_that_counts(ledger, tmp_path, monkeypatch, when):
    folder = tmp_path / "export"
    done = 0

    def fails_the_second_time(work):
        def step(*arguments):
            nonlocal done
            done += 1
            if done == 2:
                raise OSError(28, "No space left on device")
            return work(*arguments)

        return step

    name = {"rows": "measure", "rename": "sync_folder", "manifest": "write_manifest"}[when]
    monkeypatch.setattr(export_module, name, fails_the_second_time(getattr(export_module, name)))
    with pytest.raises(OSError, match="No space"):
        export(ledger.reader, folder, part_entries=10)
    monkeypatch.undo()
    assert read_manifest(folder).position in {0, 10}
    manifest = export(ledger.reader, folder, part_entries=10).manifest
    assert [row["position"] for row in rows(folder, manifest)] == list(range(1, 27))
    assert {file.name for file in (folder / "entries").iterdir()} == {
        part.file.rpartition("/")[2] for part in manifest.parts
    }


def test_a_killed_export_is_gone_on_with(open_ledger, postgres_home, tmp_path):
    """Killed while it writes its second part: that has a temporary name only, and counts nowhere."""
    store = open_ledger()
    append(store, *(transferred(PATENT, "甲公司", "乙公司", "2015-03-01") for _ in range(25)))
    folder = tmp_path / "export"
    code = f"""
        import time
        from pathlib import Path
        from ledger.store import open_store
        from projections.batch.export import export
        def slowly(reader):
            def entries(after, *, upto):
                for each in type(reader).entries(reader, after, upto=upto):
                    yield each
                    if each.position == 15:
                        time.sleep(600)
            reader.entries = entries
            return reader
        store = open_store({str(postgres_home)!r}, schema={store.schema!r}, origin={ORIGIN!r})
        export(slowly(store.reader), Path({str(folder)!r}), part_entries=10)
    """
    running = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)])
    part = folder / part_name(11, 20)
    temporary = part.with_name(f".{part.name}.tmp")
    deadline = time.monotonic() + 60
    while not temporary.exists():
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with pytest.raises(InputRejected) as refused:
        export(store.reader, folder, part_entries=10)
    assert refused.value.code == "EXPORT_RUNNING"
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert read_manifest(folder).position == 10
    done = export(store.reader, folder, part_entries=10)
    assert (done.parts, done.entries) == (2, 15)
    assert not temporary.exists()
    assert [row["position"] for row in rows(folder, done.manifest)] == list(range(1, 26))


def test_a_folder_of_somebody_else_is_not_written_into(ledger, tmp_path):
    (tmp_path / "thesis.tex").write_text("\\documentclass{article}")
    with pytest.raises(InputRejected) as refused:
        export(ledger.reader, tmp_path)
    assert refused.value.code == "EXPORT_FOREIGN"
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_no_folder(ledger, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(InputRejected) as refused:
        export(ledger.reader, file)
    assert refused.value.code == "EXPORT_FOREIGN"


def test_a_stranger_s_file_among_the_parts_is_not_removed(ledger, exported):
    folder, _ = exported
    (folder / "entries" / "notes.txt").write_text("mine")
    with pytest.raises(InputRejected) as refused:
        export(ledger.reader, folder)
    assert refused.value.code == "EXPORT_FOREIGN"
    assert (folder / "entries" / "notes.txt").read_text() == "mine"


def test_an_export_of_another_ledger_is_not_gone_on_with(exported, open_ledger):
    folder, manifest = exported
    other = open_ledger(schema="another_ledger", origin="other.example/ledger")
    with pytest.raises(InputRejected) as refused:
        export(other.reader, folder)
    assert refused.value.code == "EXPORT_FOREIGN"
    assert read_manifest(folder) == manifest


def test_an_export_that_lost_a_part_is_not_gone_on_with(ledger, exported):
    folder, manifest = exported
    (folder / manifest.parts[1].file).unlink()
    with pytest.raises(InputRejected) as refused:
        export(ledger.reader, folder)
    assert refused.value.code == "EXPORT_DAMAGED"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v": 1', b'"v": 2'),
        (b"entries/part-000000000011", b"entries/../part-0000000011"),
        (b'"first": 11', b'"first": 12'),
        (b'"position": 26', b'"position": 25'),
        (b'"origin"', b'"name"'),
        (b"{", b"["),
        (b'"bytes": ', b'"bytes": -'),
    ],
)
def test_a_manifest_that_is_none_is_refused(exported, old, new):
    folder, _ = exported
    text = (folder / MANIFEST).read_bytes()
    assert old in text
    (folder / MANIFEST).write_bytes(text.replace(old, new, 1))
    with pytest.raises(InputRejected) as refused:
        read_manifest(folder)
    assert refused.value.code == "EXPORT_MANIFEST_INVALID"


@pytest.mark.parametrize("what", ["a folder without one", "nothing", "a file"])
def test_where_there_is_no_export_that_is_said(tmp_path, what):
    folder = tmp_path / "export"
    if what == "a folder without one":
        folder.mkdir()
    if what == "a file":
        folder.write_text("")
    with pytest.raises(InputRejected) as refused:
        read_manifest(folder)
    assert refused.value.code == "EXPORT_MISSING"
