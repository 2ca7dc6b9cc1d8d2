"""A file is recorded once, by its digest, whoever deposits it and however often."""

import hashlib
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.errors import InputRejected, LedgerError, RightUnknown
from ledger.personal import PersonalDataInEvent
from ledger.store.audit import audit
from ledger.store.database import utc_now
from notary import deposits as module
from notary.deposits import Deposits, Digesting, Document, FileDigest, digest_file, read_to_keep
from notary.vault.vault import Asked
from projections import catch_up, open_views, timeline

ROOT = Path(__file__).parents[2]


def refusal(work):
    with pytest.raises(LedgerError) as caught:
        work()
    return caught.value.code


def test_a_deposit_is_one_entry_that_names_the_file(store, deposits, document, file):
    made = deposits.deposit(document, "os:notary")
    entry = store.reader.entry(made.position).parse()
    assert (entry.type, entry.entry_class.value, entry.actor) == ("document.deposited", "PARTY", "os:notary")
    assert entry.data == {
        "rights": [],
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "size": file.stat().st_size,
        "media_type": "application/pdf",
        "title": "交底书",
    }
    assert entry.subjects == (f"document:{entry.data['sha256']}",)
    assert (made.known, made.kept, made.commitments) == (False, False, ())


def test_the_same_file_again_is_answered_with_the_first_deposit(store, deposits, document):
    first = deposits.deposit(document, "os:first")
    head = store.reader.head().position
    again = deposits.deposit(replace(document, title="another title"), "os:second")
    assert (again.position, again.fact, again.deposited_by) == (first.position, first.fact, "os:first")
    assert again.known
    assert store.reader.head().position == head


def test_many_at_once_deposit_one_file_once(store, document):
    results = []

    def run(number):
        made = Deposits(store, utc_now).deposit(replace(document, title=f"copy {number}"), f"os:{number}")
        results.append(made)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {made.position for made in results} == {1}
    assert sum(not made.known for made in results) == 1
    assert store.reader.head().position == 1


def test_a_file_that_was_not_deposited_is_not_found(deposits, document):
    deposits.deposit(document, "os:notary")
    assert deposits.find(hashlib.sha256(b"another").hexdigest()) is None
    assert deposits.find(document.digest.sha256).position == 1


def test_a_deposit_for_a_right_stands_in_its_history(store, deposits, document, right):
    made = deposits.deposit(replace(document, rights=(right, right)), "os:notary")
    assert made.fact.rights == (right,)
    entry = store.reader.entry(made.position).parse()
    assert entry.asset_ids == (right,)
    catch_up(store)
    shown = timeline(open_views(store), right)["entries"][-1]
    assert (shown["type"], shown["summary"]["zh"]) == ("document.deposited", "文件存证")
    assert audit(store).finding is None


def test_a_right_that_is_not_on_the_ledger_is_refused(store, deposits, document, file):
    with pytest.raises(RightUnknown):
        deposits.deposit(replace(document, rights=("US:patent:1",)), "os:notary")
    assert (
        refusal(lambda: deposits.deposit(replace(document, rights=("no right",)), "x")) == "ASSET_ID_INVALID"
    )
    assert store.reader.head().position == 0


def test_a_confidential_title_is_committed_to_and_opens(store, deposits, document, vault):
    made = deposits.deposit(replace(document, title="并购意向书", confidential=True), "os:notary")
    stored = store.reader.entry(made.position)
    assert "并购意向书".encode() not in stored.raw
    assert (made.fact.title, len(made.commitments)) == (None, 1)
    opened = vault.open(made.position, "/title", Asked("officer", "custodian", "shown in court"))
    assert opened.value == "并购意向书"
    assert vault.subject_of(made.position) == (made.subject,)


def test_a_confidential_title_needs_a_vault(store, document):
    without = Deposits(store, utc_now)
    assert refusal(lambda: without.deposit(replace(document, confidential=True), "x")) == "VAULT_MISSING"
    assert store.reader.head().position == 0


def test_personal_data_in_a_title_is_refused_in_clear_and_allowed_in_the_vault(store, deposits, document):
    personal = replace(document, title="张三 11010519491231002X 的借条")
    with pytest.raises(PersonalDataInEvent):
        deposits.deposit(personal, "os:notary")
    assert store.reader.head().position == 0
    assert deposits.deposit(replace(personal, confidential=True), "os:notary").position == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": ""}, "TITLE_INVALID"),
        ({"title": "  "}, "TITLE_INVALID"),
        ({"title": "x" * 4001}, "TITLE_INVALID"),
        ({"title": "x" * 4001, "confidential": True}, "TITLE_INVALID"),
        ({"media_type": "pdf"}, "MEDIA_TYPE_INVALID"),
        ({"media_type": "text/pl ain"}, "MEDIA_TYPE_INVALID"),
        ({"digest": FileDigest("ab", 1)}, "DIGEST_INVALID"),
        ({"digest": FileDigest("AB" * 32, 1)}, "DIGEST_INVALID"),
        ({"digest": FileDigest("ab" * 32, -1)}, "DIGEST_INVALID"),
        ({"digest": FileDigest("ab" * 32, 2**53)}, "DIGEST_INVALID"),
        ({"title": "\ud800"}, "TITLE_INVALID"),
    ],
)
def test_what_cannot_be_recorded_is_refused_by_name(store, deposits, document, change, code):
    assert refusal(lambda: deposits.deposit(replace(document, **change), "x")) == code
    assert store.reader.head().position == 0


def test_media_types_and_titles_are_written_one_way(deposits, document):
    made = deposits.deposit(
        replace(document, media_type="Text/HTML; charset=utf-8", title=" Cafe\u0301 "), "x"
    )
    assert (made.fact.media_type, made.fact.title) == ("text/html", "Café")


def test_bytes_are_kept_if_asked_for_also_later(store, deposits, document, file):
    assert not deposits.deposit(document, "x").kept
    again = deposits.deposit(document, "x", content=read_to_keep(file, document.digest))
    assert (again.known, again.kept) == (True, True)
    assert store.documents.get(document.digest.sha256).content == file.read_bytes()


def test_a_file_too_large_to_be_kept_is_refused_before_anything_stands(
    store, deposits, document, file, monkeypatch
):
    monkeypatch.setattr(module, "KEPT_BYTES_MAX", 3)
    assert refusal(lambda: read_to_keep(file, document.digest)) == "DOCUMENT_TOO_LARGE"
    content = file.read_bytes()
    assert refusal(lambda: deposits.deposit(document, "x", content=content)) == "DOCUMENT_TOO_LARGE"
    assert store.reader.head().position == 0


def test_a_file_that_changes_meanwhile_is_not_kept_under_the_old_digest(file, document):
    file.write_bytes(b"something else")
    assert refusal(lambda: read_to_keep(file, document.digest)) == "FILE_CHANGED"


@pytest.mark.parametrize("name", ["missing", "."])
def test_what_is_no_file_is_refused(tmp_path, name):
    assert refusal(lambda: digest_file(tmp_path / name)) == "FILE_UNREADABLE"


def test_a_digest_does_not_depend_on_the_pieces():
    content = bytes(range(256)) * 41
    whole = Digesting()
    whole.update(content)
    for step in (1, 7, 4096):
        pieces = Digesting()
        for start in range(0, len(content), step):
            pieces.update(content[start : start + step])
        assert pieces.result() == whole.result() == FileDigest(hashlib.sha256(content).hexdigest(), 10496)


_MEASURED = """
import resource, sys
from pathlib import Path
from notary.deposits import digest_file
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
digest = digest_file(Path(sys.argv[1]))
print(digest.sha256, digest.size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_large_file_is_digested_in_flat_memory(tmp_path):
    """A sparse file of 512 MiB takes a few blocks of memory."""
    path = tmp_path / "large.bin"
    with path.open("wb") as large:
        large.truncate(1 << 29)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    sha256, size, grown_kib = done.stdout.split()
    assert (sha256, int(size)) == (
        "9acca8e8c22201155389f65abbf6bc9723edc7384ead80503839f49dcc56d767",
        1 << 29,
    )
    assert int(grown_kib) < 16_384


def test_an_empty_file_can_be_deposited(deposits, tmp_path):
    (tmp_path / "empty").touch()
    made = deposits.deposit(Document(digest_file(tmp_path / "empty")), "x")
    assert made.fact.size == 0


def test_an_unreachable_right_name_is_no_crash(deposits, document):
    with pytest.raises(InputRejected):
        deposits.deposit(replace(document, rights=("\0",)), "x")
