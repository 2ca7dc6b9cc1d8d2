"""Processes that compete for one right, and processes that are killed: nothing doubled, nothing halved."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from ledger.store import open_store
from ledger.store.audit import audit
from ledger.submission import Given, Submissions
from tests.ledger.rules.desk import DIGEST
from tests.submission.commands import entries, paper, registration
from tests.submission.deals import DEALS, deal

ROOT = Path(__file__).parents[2]
RIGHTS = [f"CN:software:2021SR{number:07d}" for number in range(20)]
SEEDS = range(2)
CAMPAIGN_SEEDS = range(40)
SUBMIT = """
import json, sys
from ledger.store import open_store
from ledger.submission import Submissions, read_commands
from tests.submission.deals import DEALS
with open_store(sys.argv[1], schema=sys.argv[2]) as store:
    given = read_commands(sys.argv[3].encode())
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(Submissions(store, actor="process", procedures=DEALS).submit(given)), flush=True)
"""


def start(home, schema, commands):
    """A process that submits `commands` when it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-c", SUBMIT, str(home), schema, json.dumps(commands)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    return process


def test_of_two_processes_exactly_one_gets_each_right(postgres_home, ledger):
    registered = tuple(registration(right) for right in RIGHTS)
    Submissions(ledger, actor="test").submit(Given(registered, listed=True))
    lists = {
        name: [deal(f"{name}-{place}", right, sole=True) for place, right in enumerate(RIGHTS)]
        for name in ("one", "two")
    }
    processes = [start(postgres_home, ledger.schema, commands) for commands in lists.values()]
    answers = []
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        out, _ = process.communicate(timeout=60)
        answers.append(json.loads(out))
    for one, two in zip(*answers, strict=True):
        decisions = sorted((one["decision"], two["decision"]))
        assert decisions == ["accepted", "refused"]
        (refused,) = (each for each in (one, two) if each["decision"] == "refused")
        assert refused["codes"] == ["COMPETING_TRANSFER"]
    assert audit(ledger).finding is None
    contracts = Counter(entry.asset_ids for entry in entries(ledger) if entry.type == "document.filed")
    assert contracts == {(right,): 1 for right in RIGHTS}


@pytest.fixture(scope="module")
def durable_home(tmp_path_factory):
    """A server of its own, with fsync on."""
    path = tmp_path_factory.mktemp("submission-kills")
    with open_store(path, schema="keeps_the_server_up"):
        yield path


def story(seed):
    """Registrations, deals that are held, and the papers that set them free."""
    random = Random(seed)
    told = [registration(right) for right in RIGHTS]
    for place, right in enumerate(RIGHTS):
        told.append(deal(f"x-{place}", right, needs=random.choice([None, "approval"])))
        told.append(paper(f"d-{place}", right, kind=random.choice(["approval", "other"]), sha256=DIGEST))
    return told


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_process_leaves_whole_commands_and_its_list_can_be_given_again(durable_home, seed):
    kill_and_complete(durable_home, seed)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", CAMPAIGN_SEEDS)
def test_campaign_of_killed_processes(durable_home, seed):
    kill_and_complete(durable_home, 1000 + seed)


def kill_and_complete(home, seed):
    told = story(seed)
    schema = f"killed_{seed}"
    process = start(home, schema, told)
    process.stdin.write("go\n")
    process.stdin.flush()
    time.sleep(Random(seed).uniform(0.0, 0.5))
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    with (
        open_store(home, schema=schema) as store,
        open_store(home, schema=f"control_{seed}") as control,
    ):
        assert audit(store).finding is None
        written = store.reader.head().position
        answers = Submissions(store, actor="process", procedures=DEALS).submit(
            Given(tuple(told), listed=True)
        )
        undisturbed = Submissions(control, actor="process", procedures=DEALS)
        expected = undisturbed.submit(Given(tuple(told), listed=True))
        assert [shown(answer) for answer in answers] == [shown(answer) for answer in expected]
        repeated = [place for place, answer in enumerate(answers) if answer.get("repeated")]
        assert repeated == list(range(len(repeated)))
        assert bool(written) == bool(repeated)
        assert audit(store).finding is None
        assert content(store) == content(control)


def shown(answer):
    """What does not depend on whether it is a repeat."""
    return {name: told for name, told in answer.items() if name not in {"repeated", "now"}}


def content(store):
    return [(entry.type, entry.command_id, entry.data, entry.subjects) for entry in entries(store)]


def test_what_was_answered_survives_a_killed_server(tmp_path_factory):
    """Also the documents, which do not wait for the disk themselves: the append behind them does."""
    home = tmp_path_factory.mktemp("submission-crash")
    told = Given(tuple(story(7)), listed=True)
    with open_store(home) as store:
        answers = Submissions(store, actor="process", procedures=DEALS).submit(told)
        server = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
        for process in (server, *children(server)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
    with open_store(home) as store:
        again = Submissions(store, actor="process", procedures=DEALS).submit(told)
        assert [shown(answer) for answer in again] == [shown(answer) for answer in answers]
        assert all(answer["repeated"] for answer in again)
        for entry in entries(store):
            assert store.documents.get(entry.source.digest) is not None
        assert audit(store).finding is None


def children(pid):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found
