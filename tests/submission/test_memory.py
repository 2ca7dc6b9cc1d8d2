"""What a desk remembers of rights saves reading, and never changes a decision or an entry."""

from dataclasses import replace
from os import getpid

import pytest

from ledger.entry import ASSET
from ledger.statement import State
from ledger.store.audit import audit
from ledger.store.requests import AssetHead
from ledger.submission import Given, Memory, Submissions
from ledger.submission.memory import Known
from tests.ledger.rules.desk import P1, P3
from tests.submission.commands import consent, count, entries, paper, registration
from tests.submission.deals import DEALS, deal


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def remembering(ledger, memory):
    return Submissions(ledger, actor="test", procedures=DEALS, memory=memory)


def one(desk, command):
    (answer,) = desk.submit(Given((command,)))
    return answer


def test_only_what_is_behind_the_remembered_is_read(remembering, ledger, monkeypatch):
    one(remembering, registration())
    one(remembering, paper("d-1"))
    asked = []
    read = ledger.reader.tagged_since

    def watched(since, *, upto=None):
        asked.append({tag: position for tag, position in since.items() if tag.startswith(ASSET)})
        position, found = read(since, upto=upto)
        asked.append([stored.position for stored in found])
        return position, found

    monkeypatch.setattr(ledger.reader, "tagged_since", watched)
    assert one(remembering, paper("d-2"))["positions"] == [3]
    assert asked[:2] == [{ASSET + P1: 1}, [2]]


def test_a_statement_is_folded_once_while_nothing_is_added(remembering, ledger, memory):
    one(remembering, registration())
    remembering.dry_run(Given((consent("c-1"),)))
    folded = memory.get(P1).statement
    assert (folded["right"], folded["count"]) == (P1, 1)
    remembering.dry_run(Given((consent("c-2"),)))
    assert memory.get(P1).statement is folded


def test_what_another_desk_recorded_is_decided_upon(remembering, ledger, memory):
    one(remembering, registration())
    remembering.dry_run(Given((deal("mine", P1, sole=True),)))
    one(Submissions(ledger, actor="other", procedures=DEALS), deal("other", P1, sole=True))
    assert len(memory.get(P1).state.recorded) == 1
    assert one(remembering, deal("mine", P1, sole=True))["codes"] == ["COMPETING_TRANSFER"]
    assert count(ledger) == 2


def test_a_remembered_state_that_lacks_an_entry_is_found_stale_and_read_afresh(remembering, ledger, memory):
    """The desk would accept on what it remembers; the heads say otherwise, and the rule refuses."""
    one(remembering, registration())
    remembering.dry_run(Given((deal("mine", P1, sole=True),)))
    before = memory.get(P1)
    one(Submissions(ledger, actor="other", procedures=DEALS), deal("other", P1, sole=True))
    memory.keep([replace(before, position=count(ledger))])
    (foreseen,) = remembering.dry_run(Given((deal("mine", P1, sole=True),)))
    assert foreseen["decision"] == "accepted"
    answer = one(remembering, deal("mine", P1, sole=True))
    assert (answer["decision"], answer["codes"]) == ("refused", ["COMPETING_TRANSFER"])
    assert count(ledger) == 2
    assert len(memory.get(P1).state.recorded) == 2


def test_what_was_remembered_of_a_database_that_was_set_back_is_not_used(remembering, ledger, memory):
    one(remembering, registration())
    memory.keep([Known(7, State(P1), AssetHead(3, "ab" * 32), (), None)])
    foreseen = remembering.dry_run(Given((consent("c-1"),)))
    assert foreseen[0]["decision"] == "accepted"
    answer = one(remembering, consent("c-1"))
    assert (answer["decision"], answer["positions"]) == ("accepted", [2])
    assert audit(ledger).finding is None


def test_with_and_without_memory_the_same_is_recorded(open_ledger, clock):
    told = [
        registration(), registration(P3), deal("x-1", P1, needs="approval"), consent("c-1"),
        deal("x-2", P3, sole=True), paper("d-1", P1, kind="approval"), deal("x-3", P3, sole=True),
        deal("x-1", P1, needs="approval"), consent("c-1", role="pledgee"),
    ]  # fmt: skip
    ledgers = {size: open_ledger(schema=f"memory_{size}_{getpid()}", clock=clock) for size in (0, 1000)}
    answers = {}
    for size, store in ledgers.items():
        desk = Submissions(store, actor="test", procedures=DEALS, memory=Memory(size))
        answers[size] = [one(desk, command) for command in told]
    assert answers[0] == answers[1000]
    recorded = [
        [(entry.type, entry.data, entry.subjects) for entry in entries(store)] for store in ledgers.values()
    ]
    assert recorded[0] == recorded[1]
    assert len(recorded[0]) == 8


def known(right, entries_, position=1):
    return Known(position, State(right, [None] * entries_), AssetHead(entries_, "00" * 32), ())


def test_the_right_not_asked_for_longest_is_dropped_first():
    memory = Memory(10)
    memory.keep([known("a", 4), known("b", 4)])
    assert memory.get("a") is not None
    memory.keep([known("c", 4)])
    assert [right for right in "abc" if memory.get(right)] == ["a", "c"]
    memory.keep([known("d", 11)])
    assert [right for right in "abcd" if memory.get(right)] == []
    memory.keep([known("a", 10)])
    assert memory.get("a") is not None


def test_a_slower_reading_does_not_replace_one_that_read_further():
    memory = Memory(10)
    memory.keep([known("a", 4, position=9)])
    memory.keep([known("a", 3, position=5)])
    assert memory.get("a").position == 9
    memory.forget(["a", "b"])
    assert memory.get("a") is None
