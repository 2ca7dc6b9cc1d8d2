"""Appending: conditions, idempotency, order and the chain."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import chain
from ledger.entry import Draft
from ledger.errors import EntryMalformed, InputRejected, NotCanonical
from ledger.store import (
    NO_ENTRY,
    Appended,
    AppendRequest,
    AssetHead,
    Condition,
    QueryItem,
    Reused,
    Stale,
    Store,
)
from ledger.store.audit import audit

Make = Callable[..., AppendRequest]


def test_an_empty_ledger_has_the_genesis_link_of_its_origin(store: Store) -> None:
    head = store.reader.head()
    assert (head.position, head.recorded_at) == (0, None)
    assert head.link == chain.genesis(store.origin)


def test_an_entry_is_linked_to_the_one_before(store: Store, request_for: Make) -> None:
    for number in range(1, 4):
        result = store.writer.append(request_for({f"r{number}": NO_ENTRY}))
        assert result == Appended(number, number)
    link = chain.genesis(store.origin)
    for entry in store.reader.entries():
        link = chain.link(link, entry.position, chain.entry_digest(entry.raw))
        assert entry.link == link
    assert store.reader.head().link == link


def test_what_is_read_is_what_was_appended(store: Store, request_for: Make) -> None:
    request = request_for({"r": NO_ENTRY}, tags=("party:a",), text="中文 “é”", nested={"b": [1, None, True]})
    store.writer.append(request)
    entry = next(store.reader.entries()).parse()
    assert entry.subjects == ("asset:r", "party:a")
    assert entry.data == dict(request.drafts[0].data)
    assert [(link.id, link.seq, link.prev) for link in entry.assets] == [("r", 1, chain.NO_PREVIOUS)]


def test_a_stale_head_is_refused_and_nothing_is_written(store: Store, request_for: Make) -> None:
    store.writer.append(request_for({"r": NO_ENTRY}))
    assert store.writer.append(request_for({"r": NO_ENTRY})) == Stale("asset:r")
    assert store.reader.head().position == 1


def test_a_head_with_the_right_count_but_another_digest_is_stale(store: Store, request_for: Make) -> None:
    store.writer.append(request_for({"r": NO_ENTRY}))
    assert store.writer.append(request_for({"r": AssetHead(1, "ab" * 32)})) == Stale("asset:r")


def test_a_right_that_was_only_read_guards_the_append_too(store: Store, draft: Callable[..., Draft]) -> None:
    moved = draft("read")
    store.writer.append(AppendRequest((moved,), Condition({"read": NO_ENTRY}), moved.command_id))
    based = draft("written")
    request = AppendRequest((based,), Condition({"written": NO_ENTRY, "read": NO_ENTRY}), based.command_id)
    assert store.writer.append(request) == Stale("asset:read")
    heads = store.reader.asset_heads(["read", "written"])
    request = replace(request, condition=Condition(heads))
    assert store.writer.append(request) == Appended(2, 2)
    assert store.reader.asset_heads(["read"])["read"] == heads["read"]


def test_one_request_may_hit_a_right_several_times(store: Store, request_for: Make) -> None:
    assert store.writer.append(request_for({"a": NO_ENTRY, "b": NO_ENTRY}, count=3)) == Appended(1, 3)
    entries = [entry.parse() for entry in store.reader.asset_entries("a")]
    assert [entry.assets[0].seq for entry in entries] == [1, 2, 3]
    assert [entry.assets[0].prev for entry in entries[1:]] == [entry.digest.hex() for entry in entries[:2]]
    assert store.reader.asset_heads(["b"])["b"] == AssetHead(3, entries[-1].digest.hex())


@pytest.mark.parametrize(
    "condition",
    [
        Condition(),
        Condition({"other": NO_ENTRY}),
        Condition(tags=("party:x",)),
    ],
)
def test_an_append_must_state_what_it_read_of_each_right(
    store: Store, draft: Callable[..., Draft], condition: Condition
) -> None:
    one = draft("r")
    with pytest.raises(InputRejected) as raised:
        store.writer.append(AppendRequest((one,), condition, one.command_id))
    assert raised.value.code == "NO_CONDITION"
    assert store.reader.head().position == 0


def test_the_database_itself_refuses_an_entry_whose_right_is_in_no_condition(
    store: Store, request_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.store.batch.Job.encode", _encode_forgetting(0))
    with pytest.raises(InputRejected) as raised:
        store.writer.append(request_for({"r": NO_ENTRY}))
    assert raised.value.code == "NO_CONDITION"
    assert store.reader.head().position == 0


def _encode_forgetting(index: int) -> Callable[..., None]:
    from ledger.store.batch import Job

    original = Job.encode

    def encode(job: Job, heads: dict[str, AssetHead], recorded_at: datetime) -> None:
        original(job, heads, recorded_at)
        del job.reads[index]

    return encode


def test_a_tag_condition_refuses_what_was_decided_without_a_later_entry(
    store: Store, request_for: Make
) -> None:
    store.writer.append(request_for({"a": NO_ENTRY}, tags=("record:1/2",)))
    assert store.writer.append(request_for({"b": NO_ENTRY}, absent=("record:1/2",))) == Stale("record:1/2")
    after = store.reader.head().position
    assert store.writer.append(request_for({"b": NO_ENTRY}, absent=("record:1/2",), after=after)) == Appended(
        2, 2
    )


def test_a_tag_condition_also_sees_earlier_requests_of_the_same_batch(
    store: Store, request_for: Make
) -> None:
    requests = [
        request_for({right: NO_ENTRY}, tags=("record:1/2",), absent=("record:1/2",))
        for right in ("a", "b", "c")
    ]
    results = store.writer.append_many(requests)
    assert results == [Appended(1, 1), Stale("record:1/2"), Stale("record:1/2")]


def test_a_query_condition_matches_types_and_tags_together(store: Store, request_for: Make) -> None:
    store.writer.append(request_for({"a": NO_ENTRY}, tags=("party:p", "case:c"), kind="test.seen"))

    def append(*items: QueryItem) -> object:
        one = request_for({"b": NO_ENTRY})
        condition = Condition({"b": NO_ENTRY}, query=items)
        return store.writer.append(replace(one, condition=condition))

    assert isinstance(append(QueryItem(("test.seen",), ("party:p", "case:c"))), Stale)
    assert isinstance(append(QueryItem(("test.other",)), QueryItem(tags=("party:p",))), Stale)
    assert isinstance(append(), Stale)
    assert append(
        QueryItem(("test.other",), ("party:p",)), QueryItem(tags=("party:p", "case:x"))
    ) == Appended(2, 2)


def test_query_conditions_see_earlier_requests_of_the_same_batch(store: Store, request_for: Make) -> None:
    requests = [request_for({right: NO_ENTRY}, tags=("party:p",)) for right in ("a", "b")]
    requests = [
        replace(one, condition=replace(one.condition, query=(QueryItem(("test.noted",), ("party:p",)),)))
        for one in requests
    ]
    first, second = store.writer.append_many(requests)
    assert first == Appended(1, 1)
    assert isinstance(second, Stale)


def test_an_equal_repeat_is_answered_with_the_first_result(store: Store, request_for: Make) -> None:
    request = request_for({"r": NO_ENTRY}, count=2, command_id="c")
    assert store.writer.append(request) == Appended(1, 2)
    again = request_for({"r": NO_ENTRY}, count=2, command_id="c")
    assert again.drafts[0].salt != request.drafts[0].salt
    assert store.writer.append(again) == Appended(1, 2, replay=True)
    assert store.reader.head().position == 2


def test_another_content_under_a_used_command_id_is_named(store: Store, request_for: Make) -> None:
    store.writer.append(request_for({"q": NO_ENTRY}))
    store.writer.append(request_for({"r": NO_ENTRY}, command_id="c", value=1))
    assert store.writer.append(request_for({"r": NO_ENTRY}, command_id="c", value=2)) == Reused(2)


def test_a_given_fingerprint_decides_what_is_a_repeat(store: Store, request_for: Make) -> None:
    first = replace(request_for({"r": NO_ENTRY}, command_id="c", value=1), fingerprint=b"f" * 32)
    other = replace(request_for({"r": NO_ENTRY}, command_id="c", value=2), fingerprint=b"f" * 32)
    assert store.writer.append(first) == Appended(1, 1)
    assert store.writer.append(other) == Appended(1, 1, replay=True)


def test_a_repeat_within_one_call_is_answered_once_the_first_is(store: Store, request_for: Make) -> None:
    results = store.writer.append_many(
        [
            request_for({"r": NO_ENTRY}, command_id="c"),
            request_for({"s": NO_ENTRY}),
            request_for({"r": NO_ENTRY}, command_id="c"),
            request_for({"r": NO_ENTRY}, command_id="c", other=1),
        ]
    )
    assert results == [Appended(1, 1), Appended(2, 2), Appended(1, 1, replay=True), Reused(1)]


def test_requests_of_a_call_may_build_on_each_other(store: Store, request_for: Make) -> None:
    results = store.writer.append_many(
        [request_for({"r": NO_ENTRY if number == 0 else None}) for number in range(5)]
    )
    assert results == [Appended(number, number) for number in range(1, 6)]
    assert store.reader.asset_heads(["r"])["r"].seq == 5


def test_what_builds_on_a_refused_request_is_stale(store: Store, request_for: Make) -> None:
    store.writer.append(request_for({"r": NO_ENTRY}))
    results = store.writer.append_many(
        [request_for({"r": NO_ENTRY}), request_for({"r": None}), request_for({"s": NO_ENTRY})]
    )
    assert results == [Stale("asset:r"), Stale("asset:r"), Appended(2, 2)]


def test_repeats_among_dependent_requests_do_not_stop_the_rest(store: Store, request_for: Make) -> None:
    """An import that was cut off is run again with other batches."""
    commands = [f"c{number}" for number in range(10)]
    heads = store.reader.asset_heads(["r"])
    store.writer.append_many(
        [request_for({"r": heads["r"] if c == "c0" else None}, command_id=c) for c in commands[:6]]
    )
    heads = store.reader.asset_heads(["r"])
    results = store.writer.append_many(
        [request_for({"r": heads["r"] if c == "c0" else None}, command_id=c) for c in commands]
    )
    assert [result.replay for result in results] == [True] * 6 + [False] * 4
    assert store.reader.asset_heads(["r"])["r"].seq == 10
    assert audit(store).passed


def test_an_open_head_needs_an_earlier_request_that_names_the_right(store: Store, request_for: Make) -> None:
    with pytest.raises(InputRejected) as raised:
        store.writer.append_many([request_for({"r": None})])
    assert raised.value.code == "NO_CONDITION"


def test_one_bad_draft_stops_its_call_and_nothing_else(
    store: Store, request_for: Make, draft: Callable[..., Draft]
) -> None:
    with pytest.raises(NotCanonical):
        store.writer.append(request_for({"r": NO_ENTRY}, value=1.5))
    with pytest.raises(EntryMalformed):
        store.writer.append(request_for({"r": NO_ENTRY}, tags=("nonsense",)))
    with pytest.raises(EntryMalformed):
        store.writer.append(request_for({"r": NO_ENTRY}, tags=("party:a\0b",)))
    with pytest.raises(InputRejected) as raised:
        store.writer.append(AppendRequest((draft("r"),), Condition({"r": NO_ENTRY}), "another"))
    assert raised.value.code == "COMMAND_ID_DIFFERS"
    assert store.writer.append(request_for({"r": NO_ENTRY})) == Appended(1, 1)


def test_eight_threads_on_overlapping_rights_have_one_winner_each(store: Store, request_for: Make) -> None:
    rights = [f"r{number}" for number in range(6)]
    rounds = 15
    wins: list[tuple[int, int]] = []
    barrier = threading.Barrier(8)

    def contend(thread: int) -> None:
        for number in range(rounds):
            barrier.wait()
            heads = store.reader.asset_heads([rights[number % 6], rights[(number + 1 + thread % 2) % 6]])
            barrier.wait()
            if isinstance(store.writer.append(request_for(heads)), Appended):
                wins.append((number, thread))

    threads = [threading.Thread(target=contend, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted({number for number, _ in wins}) == list(range(rounds))
    assert len(wins) == rounds  # every two of the pairs share a right
    report = audit(store)
    assert report.passed
    assert report.entries == rounds


def test_many_threads_at_once_lose_nothing(store: Store, request_for: Make) -> None:
    answers: list[Appended] = []

    def work(thread: int) -> None:
        head: AssetHead = NO_ENTRY
        for number in range(20):
            result = store.writer.append(request_for({f"r{thread}": head}, number=number))
            assert isinstance(result, Appended)
            answers.append(result)
            head = store.reader.asset_heads([f"r{thread}"])[f"r{thread}"]

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.first_position for answer in answers) == list(range(1, 641))
    assert audit(store).passed


def test_recording_times_rise_when_the_clock_falls(
    open_ledger: Callable[..., Store], request_for: Make
) -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    times = iter([now, now - timedelta(hours=1), now - timedelta(days=1), now + timedelta(seconds=1)])
    store = open_ledger(clock=lambda: next(times))
    for number in range(4):
        store.writer.append(request_for({f"r{number}": NO_ENTRY}))
    recorded = [entry.parse().recorded_at for entry in store.reader.entries()]
    tick = timedelta(microseconds=1)
    assert recorded == [now, now + tick, now + 2 * tick, now + timedelta(seconds=1)]


def test_what_was_known_at_a_time_stays_so_when_the_clock_stands_still(
    open_ledger: Callable[..., Store], request_for: Make
) -> None:
    """K-7: no later append bears the recording time that an answer was given with."""
    now = datetime(2026, 1, 2, tzinfo=UTC)
    store, other = open_ledger(clock=lambda: now), open_ledger(clock=lambda: now)
    for number, writing in enumerate((store, other, store, other), start=1):
        known_at = store.reader.head().recorded_at or now - timedelta(days=1)
        writing.writer.append(request_for({f"r{number}": NO_ENTRY}))
        assert store.reader.position_at(known_at) == number - 1
    times = [entry.parse().recorded_at for entry in store.reader.entries()]
    assert times == [now + timedelta(microseconds=step) for step in range(4)]


def test_a_writer_behind_another_ones_clock_records_no_earlier(
    open_ledger: Callable[..., Store], request_for: Make
) -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    ahead = open_ledger(clock=lambda: now)
    behind = open_ledger(clock=lambda: now - timedelta(minutes=5))
    assert behind.writer.append(request_for({"a": NO_ENTRY})) == Appended(1, 1)
    assert ahead.writer.append(request_for({"b": NO_ENTRY})) == Appended(2, 2)
    assert behind.writer.append_many([request_for({"c": NO_ENTRY}), request_for({"a": NO_ENTRY})]) == [
        Appended(3, 3),
        Stale("asset:a"),
    ]
    recorded = [entry.parse().recorded_at for entry in behind.reader.entries()]
    assert recorded == [now - timedelta(minutes=5), now, now + timedelta(microseconds=1)]
    assert audit(ahead).passed


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_requests_are_answered_as_a_plain_model_says(
    open_ledger: Callable[..., Store], request_for: Make, data: st.DataObject
) -> None:
    """The model keeps a count a right and a position a tag; heads are read truly, or one entry too old."""
    with open_ledger(schema=f"m{uuid4().hex}") as store:
        _follow_model(store, request_for, data)


def _follow_model(store: Store, request_for: Make, data: st.DataObject) -> None:
    counts: dict[str, int] = {}
    tagged: dict[str, int] = {}
    position = 0
    for _ in range(data.draw(st.integers(1, 6))):
        requests, expected = [], []
        seen = store.reader.asset_heads(["a", "b", "c"])
        start, moved = position, set()
        for _ in range(data.draw(st.integers(1, 4))):
            rights = data.draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True))
            tag = data.draw(st.sampled_from(["party:x", "party:y"]))
            watch = data.draw(st.booleans())
            size = data.draw(st.integers(1, 2))
            requests.append(
                request_for(
                    {right: seen[right] for right in rights},
                    count=size,
                    tags=(tag,),
                    absent=(tag,) if watch else (),
                    after=start,
                )
            )
            if moved & set(rights) or (watch and tagged.get(tag, 0) > start):
                expected.append("stale")
                continue
            expected.append(position + 1)
            position += size
            moved |= set(rights)
            tagged[tag] = position
            for right in rights:
                counts[right] = counts.get(right, 0) + size
        answers = store.writer.append_many(requests)
        assert [a.first_position if isinstance(a, Appended) else "stale" for a in answers] == expected
    heads = store.reader.asset_heads(counts)
    assert {right: head.seq for right, head in heads.items()} == counts
    assert audit(store).passed
