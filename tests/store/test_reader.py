"""Reading entries, heads, times and documents."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import psycopg
import pytest

from ledger.errors import ChainBroken
from ledger.store import NO_ENTRY, AppendRequest, AssetHead, Store
from ledger.store.reader import PAGE

Make = Callable[..., AppendRequest]


def _positions(entries: object) -> list[int]:
    return [entry.position for entry in entries]  # type: ignore[attr-defined]


def test_entries_stream_in_order_across_pages(store: Store, request_for: Make) -> None:
    count = 2 * PAGE + 7
    store.writer.append_many([request_for({f"r{number}": NO_ENTRY}) for number in range(count)])
    assert _positions(store.reader.entries()) == list(range(1, count + 1))
    assert _positions(store.reader.entries(PAGE, upto=PAGE + 3)) == [PAGE + 1, PAGE + 2, PAGE + 3]
    assert _positions(store.reader.entries(5, limit=2)) == [6, 7]
    assert _positions(store.reader.entries(count)) == []
    assert _positions(store.reader.entries(limit=0)) == []


def test_a_position_beyond_the_head_has_no_entry(store: Store, request_for: Make) -> None:
    store.writer.append(request_for({"r": NO_ENTRY}))
    first = store.reader.entry(1)
    assert first is not None
    assert first.parse().asset_ids == ("r",)
    assert store.reader.entry(2) is None


def test_a_right_s_entries_are_its_own_up_to_a_position(store: Store, request_for: Make) -> None:
    store.writer.append(request_for({"a": NO_ENTRY}, count=2))
    store.writer.append(request_for({"b": NO_ENTRY}))
    heads = store.reader.asset_heads(["a", "b"])
    store.writer.append(request_for(heads))
    assert _positions(store.reader.asset_entries("a")) == [1, 2, 4]
    assert _positions(store.reader.asset_entries("a", upto=3)) == [1, 2]
    assert _positions(store.reader.asset_entries("c")) == []


def test_any_of_several_tags_gives_each_entry_once(store: Store, request_for: Make) -> None:
    store.writer.append(request_for({"a": NO_ENTRY}, tags=("party:p", "case:c")))
    store.writer.append(request_for({"b": NO_ENTRY}, tags=("party:q",)))
    store.writer.append(request_for({"c": NO_ENTRY}, tags=("case:c",)))
    assert _positions(store.reader.tagged(["party:p", "case:c"])) == [1, 3]
    assert _positions(store.reader.tagged(["case:c"], after=1)) == [3]
    assert _positions(store.reader.tagged(["party:p", "party:q", "case:c"], limit=2)) == [1, 2]
    assert _positions(store.reader.tagged([])) == []


def test_heads_name_the_last_entry_or_none(store: Store, request_for: Make) -> None:
    store.writer.append(request_for({"a": NO_ENTRY}, count=2))
    last = store.reader.entry(2)
    assert last is not None
    assert store.reader.asset_heads(["a", "b"]) == {"a": AssetHead(2, last.digest.hex()), "b": NO_ENTRY}
    assert store.reader.asset_heads([]) == {}


def test_the_position_at_an_instant_is_the_last_recorded_by_then(
    open_ledger: Callable[..., Store], request_for: Make
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    together = {0: 2, 3: 3, 10: 1}
    times = iter([start + timedelta(minutes=minute) for minute in together])
    store = open_ledger(clock=lambda: next(times))
    for minute, count in together.items():
        store.writer.append_many([request_for({f"{minute}-{number}": NO_ENTRY}) for number in range(count)])
    at = {-1: 0, 0: 2, 1: 2, 3: 5, 9: 5, 10: 6, 99: 6}
    found = {minute: store.reader.position_at(start + timedelta(minutes=minute)) for minute in at}
    assert found == at


def test_bytes_that_are_not_the_hashed_ones_never_leave_the_store(
    store: Store, request_for: Make, superuser: psycopg.Connection
) -> None:
    store.writer.append(request_for({"a": NO_ENTRY}))
    superuser.execute("UPDATE ledger_entry SET raw = raw || ' '")
    with pytest.raises(ChainBroken) as raised:
        list(store.reader.asset_entries("a"))
    assert raised.value.data["position"] == 1


def test_a_document_is_kept_once_under_its_digest(store: Store) -> None:
    content = b"\0<xml/>" * 1000
    digest = store.documents.put(content, "application/xml")
    assert digest == sha256(content).hexdigest()
    assert store.documents.put(content, "text/plain") == digest
    found = store.documents.get(digest)
    assert found is not None
    assert (found.content, found.media_type) == (content, "application/xml")
    assert store.documents.get("00" * 32) is None
    assert store.documents.put_many([(b"a", "t"), (b"b", "t"), (b"a", "u")]) == [
        sha256(one).hexdigest() for one in (b"a", b"b", b"a")
    ]
    assert store.documents.put_many([]) == []


def test_a_changed_document_is_not_given_out(store: Store, superuser: psycopg.Connection) -> None:
    digest = store.documents.put(b"deed", "text/plain")
    superuser.execute("ALTER TABLE document DROP CONSTRAINT document_check")
    superuser.execute("UPDATE document SET bytes = 'dead'")
    with pytest.raises(ChainBroken):
        store.documents.get(digest)
