"""The importer or PostgreSQL is killed at seeded moments: nothing is lost, nothing is doubled."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from ledger.entry import parse
from ledger.importing import Importer
from ledger.registers import uspto
from ledger.store import open_store
from ledger.store.audit import audit
from ledger.store.database import utc_now
from scripts.bench import generate_uspto

RECORDINGS = 1500
SEEDS = range(2)
CAMPAIGN_SEEDS = range(50)
IMPORT = """
import sys
from pathlib import Path
from ledger.importing import Importer
from ledger.registers import uspto
from ledger.store import open_store
from ledger.store.database import utc_now
with open_store(sys.argv[1], schema=sys.argv[2]) as store:
    print("ready", flush=True)
    Importer(store, actor="test", clock=utc_now).run(uspto.read(Path(sys.argv[3])), "file")
"""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    path = tmp_path_factory.mktemp("recordings") / "recordings.xml"
    with path.open("wb") as stream:
        generate_uspto.write(stream, RECORDINGS, seed=11)
    return path


@pytest.fixture(scope="module")
def durable_home(tmp_path_factory):
    """A server of its own, with fsync on: it is killed."""
    return tmp_path_factory.mktemp("kills")


@pytest.fixture(scope="module")
def control(durable_home, recordings):
    """What an undisturbed import makes: each entry without its place, times and salts."""
    with open_store(durable_home, schema="control") as store:
        _run(store, recordings)
        return _content(store)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_importer_leaves_a_sound_ledger_and_a_second_run_completes_it(
    durable_home, recordings, control, seed
):
    _kill_the_importer(durable_home, recordings, control, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_server_loses_no_acknowledged_record(durable_home, recordings, control, seed):
    _kill_the_server(durable_home, recordings, control, seed)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", CAMPAIGN_SEEDS)
def test_campaign_of_killed_importers(durable_home, recordings, control, seed):
    _kill_the_importer(durable_home, recordings, control, 1000 + seed)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", CAMPAIGN_SEEDS)
def test_campaign_of_killed_servers(durable_home, recordings, control, seed):
    _kill_the_server(durable_home, recordings, control, 2000 + seed)


def _kill_the_importer(home, recordings, control, seed):
    schema = f"importer_{seed}"
    importer = _start(home, schema, recordings)
    time.sleep(Random(seed).uniform(0.0, 0.8))
    importer.kill()
    importer.wait()
    _check(home, schema, recordings, control)


def _kill_the_server(home, recordings, control, seed):
    """Every process of the server dies at once, as at a power cut; the importer may recover or give up."""
    schema = f"server_{seed}"
    importer = _start(home, schema, recordings)
    pid = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
    time.sleep(Random(seed).uniform(0.0, 0.8))
    for process in (pid, *_children(pid)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    importer.wait(timeout=120)
    _check(home, schema, recordings, control)


def _start(home, schema, recordings):
    importer = subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(home), schema, str(recordings)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert importer.stdout.readline() == "ready\n"
    importer.stdout.close()
    return importer


def _check(home, schema, recordings, control):
    with open_store(home, schema=schema) as store:
        report = audit(store)
        assert report.finding is None
        assert report.entries == store.reader.head().position
        partly = report.entries
        summary = _run(store, recordings)
        assert summary.rejected == []
        assert summary.appended + summary.unchanged == RECORDINGS
        assert audit(store).finding is None
        assert store.reader.head().position >= partly
        assert sorted(_content(store)) == sorted(control)
        assert _run(store, recordings).unchanged == RECORDINGS


def _run(store, recordings):
    return Importer(store, actor="test", clock=utc_now).run(uspto.read(recordings), "file")


def _content(store):
    """Type, source and rights of every entry: the same set, whatever happened on the way."""
    entries = (parse(stored.raw, stored.position) for stored in store.reader.entries())
    return [(entry.type, entry.source.number, str(sorted(entry.data["rights"]))) for entry in entries]


def _children(pid):
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                children.append(int(stat.parent.name))
    return children
