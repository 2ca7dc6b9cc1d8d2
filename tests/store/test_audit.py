"""Whatever a superuser changes behind the ledger's back, the audit names the first wrong position."""

from collections.abc import Callable
from hashlib import sha256

import psycopg
import pytest

from ledger import chain
from ledger.store import NO_ENTRY, AppendRequest, Store
from ledger.store import audit as audit_module
from ledger.store.audit import audit

Make = Callable[..., AppendRequest]


@pytest.fixture
def ledger(store: Store, request_for: Make) -> Store:
    """Ten entries: five rights, the first with three entries, one entry of two rights, a document."""
    store.documents.put(b"deed", "text/plain")
    store.writer.append(request_for({"a": NO_ENTRY}, count=2, tags=("party:p",)))
    for right in "bcde":
        store.writer.append(request_for({right: NO_ENTRY}, tags=("party:p", f"case:{right}")))
    store.writer.append(request_for(store.reader.asset_heads(["a", "b"])))
    store.writer.append(request_for({"f": NO_ENTRY}, count=3))
    assert audit(store).passed
    return store


@pytest.fixture(params=["one range", "many ranges"], autouse=True)
def _range_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "many ranges":
        monkeypatch.setattr(audit_module, "RANGE", 2)


def _forge(superuser: psycopg.Connection, position: int, old: bytes, new: bytes) -> None:
    """Change an entry and recompute its own digest."""
    (raw,) = superuser.execute("SELECT raw FROM ledger_entry WHERE position = %s", (position,)).fetchone()
    raw = raw.replace(old, new)
    superuser.execute(
        "UPDATE ledger_entry SET raw = %s, digest = %s WHERE position = %s",
        (raw, sha256(raw).digest(), position),
    )


CHANGES = {
    "a byte of an entry": (
        ("UPDATE ledger_entry SET raw = overlay(raw placing 'X' from 90) WHERE position = 4"),
        4,
        "DIGEST",
    ),
    "a digest": ("UPDATE ledger_entry SET digest = sha256('x') WHERE position = 4", 4, "DIGEST"),
    "a link": ("UPDATE ledger_entry SET link = sha256('x') WHERE position = 4", 4, "LINK"),
    "a type": ("UPDATE ledger_entry SET type = 'test.other' WHERE position = 4", 4, "TYPE"),
    "a command id": ("UPDATE ledger_entry SET command_id = 'other' WHERE position = 4", 4, "COMMAND_ID"),
    "a recording time": (
        ("UPDATE ledger_entry SET recorded_at = recorded_at + interval '1 us' WHERE position = 10"),
        10,
        "RECORDED_AT",
    ),
    "an earlier recording time": (
        ("UPDATE ledger_entry SET recorded_at = '2000-01-01Z' WHERE position = 4"),
        4,
        "RECORDED_AT_ORDER",
    ),
    "a part": ("UPDATE ledger_entry SET part = 7 WHERE position = 2", 2, "PART"),
    "an entry taken out": ("DELETE FROM ledger_entry WHERE position = 4", 4, "POSITION_GAP"),
    "the first entry taken out": ("DELETE FROM ledger_entry WHERE position = 1", 1, "POSITION_GAP"),
    "the tail cut off": ("DELETE FROM ledger_entry WHERE position > 8", 9, "POSITION_GAP"),
    "two entries swapped": (
        (
            "UPDATE ledger_entry e SET raw = o.raw, digest = o.digest, type = o.type FROM "
            "ledger_entry o WHERE (e.position, o.position) IN ((4, 5), (5, 4))"
        ),
        4,
        "LINK",
    ),
    "an entry put in behind": (
        (
            "INSERT INTO ledger_entry SELECT 11, recorded_at, 0, type, 'x', fingerprint, digest, "
            "link, raw FROM ledger_entry WHERE position = 10 - 2"
        ),
        11,
        "HEAD",
    ),
    "an entry put in before": (
        (
            "INSERT INTO "
            "ledger_entry SELECT 0, recorded_at, 0, type, 'x', fingerprint, digest, link, raw "
            "FROM ledger_entry WHERE position = 8"
        ),
        0,
        "POSITION_GAP",
    ),
    "a tag taken away": ("DELETE FROM ledger_tag WHERE tag = 'case:c'", 4, "TAGS"),
    "a tag added": ("INSERT INTO ledger_tag VALUES ('party:q', 5)", 5, "TAGS"),
    "a tag moved": ("UPDATE ledger_tag SET position = 6 WHERE tag = 'case:c'", 4, "TAGS"),
    "a tag of no entry": ("INSERT INTO ledger_tag VALUES ('party:q', 77)", 77, "TAGS"),
    "a right's row taken away": ("DELETE FROM ledger_asset WHERE id = 'c'", 4, "RIGHT_ROW"),
    "a right's count": ("UPDATE ledger_asset SET seq = 2 WHERE id = 'c'", 4, "RIGHT_ROW"),
    "a right's head": ("UPDATE ledger_asset SET head = sha256('x') WHERE id = 'c'", 4, "RIGHT_ROW"),
    "a right's head one back": (
        (
            "UPDATE ledger_asset a SET seq = 2, position = 2, head = e.digest FROM ledger_entry e "
            "WHERE a.id = 'a' AND e.position = 2"
        ),
        7,
        "RIGHT_ROW",
    ),
    "a right's position": ("UPDATE ledger_asset SET position = 6 WHERE id = 'c'", 4, "RIGHT_ROW"),
    "a row of no right": ("INSERT INTO ledger_asset VALUES ('z', 1, 3, sha256('x'))", 10, "RIGHT_ROW"),
    "the head's link": ("UPDATE ledger_head SET hash = sha256('x')", 10, "HEAD"),
    "the head's time": ("UPDATE ledger_head SET recorded_at = recorded_at + interval '1 s'", 10, "HEAD"),
    "the head set back": ("UPDATE ledger_head SET position = 8", 9, "HEAD"),
    "the head set forward": ("UPDATE ledger_head SET position = 12", 11, "POSITION_GAP"),
    "the origin": ("UPDATE ledger_head SET origin = 'elsewhere'", 1, "LINK"),
    "a document": (
        ("ALTER TABLE document DROP CONSTRAINT document_check; UPDATE document SET bytes = 'dead'"),
        0,
        "DOCUMENT",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_behind_the_ledger_s_back_is_named(
    ledger: Store, superuser: psycopg.Connection, change: str
) -> None:
    statement, position, what = CHANGES[change]
    superuser.execute(statement)
    finding = audit(ledger).finding
    assert finding is not None
    assert (finding.position, finding.what) == (position, what)


FORGERIES = {
    "the fact": (4, b'"part":0', b'"part":1', "LINK"),
    "a sequence": (7, b'["a",3,', b'["a",4,', "LINK"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_an_entry_forged_with_its_digest_breaks_the_link(
    ledger: Store, superuser: psycopg.Connection, forgery: str
) -> None:
    position, old, new, what = FORGERIES[forgery]
    _forge(superuser, position, old, new)
    finding = audit(ledger).finding
    assert finding is not None
    assert (finding.position, finding.what) == (position, what)


def _relink(superuser: psycopg.Connection, origin: str) -> None:
    """Recompute every digest and link, and the head: all an attacker with the database can do."""
    link = chain.genesis(origin)
    rows = superuser.execute("SELECT position, raw FROM ledger_entry ORDER BY position").fetchall()
    for position, raw in rows:
        digest = chain.entry_digest(raw)
        link = chain.link(link, position, digest)
        superuser.execute(
            "UPDATE ledger_entry SET digest = %s, link = %s WHERE position = %s", (digest, link, position)
        )
    superuser.execute("UPDATE ledger_head SET hash = %s, position = %s", (link, len(rows)))


REWRITES = {
    "a sequence": (7, b'["a",3,', b'["a",4,', 7, "RIGHT_SEQ"),
    "a predecessor": (7, b'["a",3,"', b'["a",3,"00', 7, "RIGHT_PREVIOUS"),
    "a link that is none": (7, b'["a",3,', b'["a",', 7, "MALFORMED"),
    "a number for a text": (4, b'"type":"test.noted"', b'"type":7', 4, "TYPE"),
    "an early fact of a right": (2, b'"part":1', b'"part":9', 7, "RIGHT_PREVIOUS"),
    "a member taken out": (4, b'"actor":"test",', b"", 4, "MALFORMED"),
    "a member in another order": (4, b'"v":1}', b'"v":1 }', 4, "MALFORMED"),
    "a subject": (4, b'"case:c"', b'"case:x"', 4, "TAGS"),
}


@pytest.mark.parametrize("rewrite", REWRITES)
def test_a_history_rewritten_with_its_hashes_must_still_agree_with_itself(
    ledger: Store, superuser: psycopg.Connection, rewrite: str
) -> None:
    position, old, new, wrong, what = REWRITES[rewrite]
    _forge(superuser, position, old, new)
    _relink(superuser, ledger.origin)
    finding = audit(ledger).finding
    assert finding is not None
    assert (finding.position, finding.what) == (wrong, what)


def test_a_right_that_begins_twice_is_named(ledger: Store, superuser: psycopg.Connection) -> None:
    """Within a range by its count, across ranges by the number of rights."""
    (raw,) = superuser.execute("SELECT raw FROM ledger_entry WHERE position = 7").fetchone()
    start = raw.index(b'["a",3,"')
    _forge(superuser, 7, raw[start : start + 72], b'["a",1,"' + b"0" * 64)
    _relink(superuser, ledger.origin)
    superuser.execute(
        "UPDATE ledger_asset a SET head = e.digest FROM ledger_entry e "
        "WHERE a.position = 7 AND e.position = 7"
    )
    finding = audit(ledger).finding
    assert finding is not None
    assert (finding.position, finding.what) == (7, "RIGHT_SEQ")


def test_a_consistent_rewrite_is_left_to_the_sealed_checkpoint(
    ledger: Store, superuser: psycopg.Connection
) -> None:
    """The last entry of its right, everything recomputed: only what was signed before can tell."""
    before = ledger.reader.head().link
    _forge(superuser, 4, b'"part":0', b'"part":8')
    _relink(superuser, ledger.origin)
    superuser.execute(
        "UPDATE ledger_asset a SET head = e.digest FROM ledger_entry e WHERE a.id = 'c' AND e.position = 4"
    )
    assert audit(ledger).passed
    assert ledger.reader.head().link != before


def test_a_report_counts_what_it_saw(ledger: Store) -> None:
    report = audit(ledger)
    assert (report.entries, report.rights, report.tags, report.documents) == (10, 6, 21, 1)
    assert report.link == ledger.reader.head().link.hex()
    assert report.error() is None


def test_an_empty_ledger_passes(store: Store) -> None:
    report = audit(store)
    assert (report.passed, report.entries) == (True, 0)


def test_worker_processes_find_what_one_process_finds(
    ledger: Store, superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_module, "_INLINE_MAX", 0)
    monkeypatch.setattr(audit_module, "RANGE", 3)
    assert audit(ledger, processes=2).passed
    superuser.execute("UPDATE ledger_asset SET seq = 2 WHERE id = 'c'")
    finding = audit(ledger, processes=2).finding
    assert finding is not None
    assert (finding.position, finding.what) == (4, "RIGHT_ROW")
