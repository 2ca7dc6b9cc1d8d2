"""What was confidential opens only for those who may, leaves a trace, and can be erased without a scar."""

import signal
import stat
import subprocess
import sys
import threading
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest

from ledger.confidential import commitment, disclose, opens
from ledger.errors import InputRejected, LedgerError
from ledger.facts.openings import HoldBasis
from ledger.personal import PersonalDataInEvent
from ledger.store.audit import audit
from notary import merkle
from notary.errors import KeyUnusable, VaultRefused
from notary.evidence import disclosures
from notary.vault import Vault, new_subject
from notary.vault import tables as vault_tables
from notary.vault import vault as vault_module
from notary.vault.keyring import open_keyring
from notary.vault.vault import Asked
from tests.vault.conftest import OFFICER, commit

SECRET = "张三 13800138000 北京市海淀区"
ROOT = Path(__file__).parents[2]


def refusal(work, error=VaultRefused):
    with pytest.raises(error) as caught:
        work()
    return caught.value.code


def entries(store, kind):
    return [entry for stored in store.reader.entries() if (entry := stored.parse()).type == kind]


def test_a_field_opens_with_its_value_and_leaves_who_and_why(store, vault, recorded):
    subject, position = recorded({"/contact": SECRET, "/price": {"amount": 100, "currency": "CNY"}})
    assert vault.open(position, "/contact", OFFICER).value == SECRET
    assert vault.open(position, "/price", OFFICER).value == {"amount": 100, "currency": "CNY"}
    first, second = entries(store, "field.opened")
    assert (first.data["opened_by"], first.data["role"], first.data["reason"]) == (
        OFFICER.who,
        "custodian",
        OFFICER.why,
    )
    assert (first.data["position"], first.data["path"], second.data["path"]) == (
        position,
        "/contact",
        "/price",
    )
    assert first.subjects == (f"subject:{subject}",)
    assert first.data["commitment"] in store.reader.entry(position).parse().commitments
    assert SECRET.encode() not in first.raw


def test_opening_one_field_says_nothing_of_the_others(vault, recorded):
    """PV-10: what is handed out for one path holds that path's value only."""
    _, position = recorded({"/contact": SECRET, "/price": 100})
    (text,) = vault.disclosures_for(position, ["/price"], OFFICER)
    assert SECRET.encode() not in urlsafe_b64decode(text + "==")


def test_disclosures_for_a_package_are_those_the_entry_committed_to(store, vault, recorded):
    _, position = recorded({"/contact": SECRET, "/price": 100})
    texts = vault.disclosures_for(position, ["/price", "/contact"], OFFICER)
    commitments = store.reader.entry(position).parse().commitments
    assert [opens(text, commitments).path for text in texts] == ["/price", "/contact"]
    assert [disclosures.digest(text) in commitments for text in texts] == [True, True]
    assert [disclosures.read(text) for text in texts] == [("/price", 100), ("/contact", SECRET)]
    assert len(entries(store, "field.opened")) == 2


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked("eve", "guest", "curious"), "ROLE_NOT_AUTHORIZED"),
        (Asked("eve", "", "curious"), "ROLE_NOT_AUTHORIZED"),
        (Asked("liaison", "court_liaison", "a court asks"), "ORDER_REQUIRED"),
    ],
)
def test_who_may_not_open_gets_nothing_and_leaves_no_entry(store, vault, recorded, asked, code):
    _, position = recorded({"/contact": SECRET})
    assert refusal(lambda: vault.open(position, "/contact", asked)) == code
    assert entries(store, "field.opened") == []


@pytest.mark.parametrize(
    ("why", "code"), [(" ", "REASON_INVALID"), ("x" * 1001, "REASON_INVALID"), (SECRET, "PII_IN_EVENT")]
)
def test_a_reason_is_given_and_holds_no_personal_data(store, vault, recorded, why, code):
    """It stands in the ledger for ever."""
    _, position = recorded({"/contact": SECRET})
    asked = Asked("officer", "custodian", why)
    assert refusal(lambda: vault.open(position, "/contact", asked), LedgerError) == code
    assert entries(store, "field.opened") == []


@pytest.mark.parametrize(("path", "offset"), [("/other", 0), ("/contact", 7), ("", 0)])
def test_a_field_nobody_put_is_unknown(vault, recorded, path, offset):
    _, position = recorded({"/contact": SECRET})
    assert refusal(lambda: vault.open(position + offset, path, OFFICER)) == "FIELD_UNKNOWN"


def test_no_opening_without_its_entry(store, vault, recorded, monkeypatch):
    """If the log cannot be written, nothing is shown."""
    _, position = recorded({"/contact": SECRET})

    def fails(request):
        raise InputRejected("TEST", "no", "否")

    monkeypatch.setattr(store.writer, "append", fails)
    assert refusal(lambda: vault.open(position, "/contact", OFFICER), InputRejected) == "TEST"


def test_whoever_has_the_database_but_not_the_key_learns_nothing(store, vault, recorded, postgres_home):
    """No column of any table and no page file of the server holds the value, its path or its salt."""
    _, position = recorded({"/contact": SECRET})
    disclosed = vault.open(position, "/contact", OFFICER)
    recorded({"/applicants/0/secret_memo": "value nobody must read"})
    needles = [SECRET.encode(), disclosed.salt.encode(), b"secret_memo", b"nobody must read"]
    needles += [disclosed.text[:-4].encode()]
    with store.database.connect_owner() as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE starts_with(schemaname, %s)", (store.schema,)
        ).fetchall()
        assert (f"{store.schema}_vault", "disclosure") in tables
        seen = b""
        for schema, table in tables:
            for row in connection.execute(f'SELECT * FROM "{schema}"."{table}"', binary=True).fetchall():
                seen += b"\0".join(
                    bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                    for cell in row
                )
        connection.execute("CHECKPOINT")
    for needle in needles:
        assert needle not in seen
    files = [path for path in postgres_home.rglob("*") if path.is_file() and "vault.key" not in path.name]
    assert any("pg_wal" in path.parts for path in files)
    for path in files:
        content = path.read_bytes()
        for needle in needles:
            assert needle not in content, path


def test_the_vault_key_is_the_owners_alone(vault, tmp_path):
    path = tmp_path / "keys" / "vault.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert refusal(lambda: open_keyring(path), KeyUnusable) == "KEY_FILE_PERMISSIONS"


def test_another_vault_key_opens_nothing(store, recorded, tmp_path, clock):
    _, position = recorded({"/contact": SECRET})
    stranger = Vault(store, tmp_path / "elsewhere", clock)
    assert refusal(lambda: stranger.open(position, "/contact", OFFICER)) == "VAULT_KEY_LOST"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"keys":[],"v":1}',
        b'{"keys":[{"id":"a","key":"AA=="}],"v":1}',
        b'{"keys":[1],"v":1}',
        b"\xff",
    ],
)
def test_a_damaged_vault_key_is_named_as_such(tmp_path, content):
    path = tmp_path / "vault.key"
    path.write_bytes(content)
    path.chmod(0o600)
    assert refusal(lambda: open_keyring(path), KeyUnusable) == "VAULT_KEY_MALFORMED"


def test_swapped_disclosures_are_caught(store, vault, recorded):
    """Somebody with the database exchanges two ciphertexts, of one subject and of two."""
    subject, position = recorded({"/price": 100})
    _, same = recorded({"/price": 999}, subject)
    _, other = recorded({"/price": 999})
    for twin in (same, other):
        with store.database.connect_owner() as connection:
            exchange(
                connection,
                store.schema,
                position_commitment(store, position),
                position_commitment(store, twin),
            )
        assert refusal(lambda: vault.open(position, "/price", OFFICER)) == "DISCLOSURE_SWAPPED"


def test_a_disclosure_forged_with_the_vault_key_is_caught_by_its_digest(store, vault, recorded):
    """Even who holds every key cannot make a field say something else than the entry committed to."""
    subject, position = recorded({"/price": 100})
    digest = position_commitment(store, position)
    secret = vault._secret(subject)
    forged = disclose("/price", 999).text.encode()
    sealed = vault_module.encrypt(secret, forged, vault_module._bound_disclosure(subject, digest))
    with store.database.connect_owner() as connection:
        update(connection, store.schema, digest, sealed)
    assert refusal(lambda: vault.open(position, "/price", OFFICER)) == "DISCLOSURE_SWAPPED"


def test_a_ciphertext_that_was_removed_is_not_taken_for_an_erasure(store, vault, recorded):
    _, position = recorded({"/price": 100})
    with store.database.connect_owner() as connection:
        update(connection, store.schema, position_commitment(store, position), None)
    assert refusal(lambda: vault.open(position, "/price", OFFICER)) == "DISCLOSURE_SWAPPED"


def test_an_erased_subject_opens_no_more_and_the_ledger_stands(store, vault, recorded):
    """PV-3: entries, chain and proofs are the same before and after."""
    subject, position = recorded({"/contact": SECRET})
    neighbor, beside = recorded({"/contact": "of somebody else"})
    before = store.reader.entry(position)
    hashes = merkle.leaf_hashes(link for run in store.reader.links() for link in run)
    erased = vault.erase(subject, "the subject asked for it", who="officer")
    assert refusal(lambda: vault.open(position, "/contact", OFFICER)) == "ERASED"
    assert vault.open(beside, "/contact", OFFICER).value == "of somebody else"
    assert store.reader.entry(position) == before
    after = merkle.leaf_hashes(link for run in store.reader.links() for link in run)
    merkle.verify_inclusion(
        leaf=merkle.leaf_hash(before.link),
        index=merkle.leaf_index(position),
        size=len(after),
        proof=merkle.inclusion_proof(after, merkle.leaf_index(position)),
        root=merkle.root(after),
    )
    assert after[: len(hashes)] == hashes
    assert audit(store).finding is None
    (entry,) = entries(store, "subject.erased")
    assert (entry.position, entry.data["reason"]) == (erased, "the subject asked for it")
    assert neighbor not in str(entry.data)


def test_erasing_again_changes_nothing(store, vault, recorded):
    subject, _ = recorded({"/contact": SECRET})
    erased = vault.erase(subject, "asked for", who="officer")
    assert vault.erase(subject, "asked for again", who="officer") == erased
    assert len(entries(store, "subject.erased")) == 1


def test_nothing_is_put_or_held_for_an_erased_subject(vault, recorded):
    subject, _ = recorded({"/contact": SECRET})
    vault.erase(subject, "asked for", who="officer")
    assert refusal(lambda: vault.put(subject, [disclose("/contact", "new")])) == "ERASED"
    late = lambda: vault.hold(subject, HoldBasis.LEGAL_CLAIM, "too late", who="officer")  # noqa: E731
    assert refusal(late) == "ERASED"


def test_old_copies_of_the_tables_and_todays_key_do_not_bring_an_erased_field_back(
    store, vault, recorded, tmp_path, clock
):
    """A backup of the database from before the erasure is put back; the vault's key has changed since."""
    subject, _ = recorded({"/contact": SECRET})
    with store.database.connect_owner() as connection:
        rows = dump(connection, store.schema)
    vault.erase(subject, "asked for", who="officer")
    with store.database.connect_owner() as connection:
        restore(connection, store.schema, rows)
    ring = open_keyring(tmp_path / "keys" / "vault.key")
    (row,) = [row for row in rows["subject"] if row[0] == subject]
    assert ring.find(row[1]) is None
    assert refusal(lambda: vault._secret(subject)) == "VAULT_KEY_LOST"


def test_erasure_waits_for_what_the_law_keeps(store, vault, recorded, clock):
    """PV-4: refused while a hold runs, the refusal is recorded, then storage only, then erased."""
    subject, position = recorded({"/contact": SECRET})
    period = vault.hold(
        subject,
        HoldBasis.STATUTORY_PERIOD,
        "three years of E-Commerce Law 31",
        until="2026-11-25",
        who="officer",
    )
    claim = vault.hold(subject, HoldBasis.LEGAL_CLAIM, "suit pending", who="officer")
    with pytest.raises(VaultRefused) as caught:
        vault.erase(subject, "asked for", who="officer")
    assert caught.value.code == "ERASURE_RESTRICTED"
    assert period in caught.value.data["holds"]
    assert claim in caught.value.data["holds"]
    assert refusal(lambda: vault.erase(subject, "again", who="officer")) == "ERASURE_RESTRICTED"
    (restricted,) = entries(store, "subject.erasure_restricted")
    assert set(restricted.data["holds"]) == {period, claim}
    assert refusal(lambda: vault.open(position, "/contact", OFFICER)) == "FIELD_RESTRICTED"
    ordered = Asked("liaison", "court_liaison", "evidence in court", "(2026)京73民初1号")
    assert vault.open(position, "/contact", ordered).value == SECRET
    assert entries(store, "field.opened")[-1].data["order"] == "(2026)京73民初1号"
    vault.lift(subject, claim, "settled", who="officer")
    clock.pass_days(5)
    assert refusal(lambda: vault.erase(subject, "last day", who="officer")) == "ERASURE_RESTRICTED"
    clock.pass_days(1)
    vault.erase(subject, "the period is over", who="officer")
    assert refusal(lambda: vault.open(position, "/contact", ordered)) == "ERASED"


def test_unknown_subjects_and_holds_are_named(vault, recorded):
    subject, _ = recorded({"/contact": SECRET})
    assert refusal(lambda: vault.erase(new_subject(), "x", who="officer")) == "SUBJECT_UNKNOWN"
    assert refusal(lambda: vault.erase("'; DROP", "x", who="officer")) == "SUBJECT_UNKNOWN"
    assert refusal(lambda: vault.lift(subject, "hld_none", "x", who="officer")) == "HOLD_UNKNOWN"
    wrong = lambda: vault.hold(subject, HoldBasis.FREEZE, "x", until="soon", who="officer")  # noqa: E731
    assert refusal(wrong, InputRejected) == "DATE_INVALID"


def test_a_hold_and_an_erasure_at_once_never_both_win(store, vault, recorded, tmp_path, clock):
    """Whoever is second sees the first: no subject is erased behind a hold that was acknowledged."""
    second = Vault(store, tmp_path, clock)
    for _ in range(8):
        subject, _ = recorded({"/contact": SECRET})
        outcome = {}

        def run(name, work, outcome=outcome):
            try:
                outcome[name] = work()
            except VaultRefused as error:
                outcome[name] = error.code

        hold = threading.Thread(
            target=run,
            args=("hold", lambda s=subject: vault.hold(s, HoldBasis.FREEZE, "frozen", who="court")),
        )
        erase = threading.Thread(
            target=run, args=("erase", lambda s=subject: second.erase(s, "asked for", who="officer"))
        )
        hold.start()
        erase.start()
        hold.join()
        erase.join()
        assert (outcome["hold"] == "ERASED") != (outcome["erase"] == "ERASURE_RESTRICTED"), outcome


def test_changing_the_key_while_others_put_loses_nothing(store, vault, recorded, tmp_path, clock):
    other = Vault(store, tmp_path, clock)
    done = threading.Event()

    def change():
        while not done.is_set():
            other.change_key()

    changing = threading.Thread(target=change)
    changing.start()
    try:
        placed = [(recorded({"/n": number})[1], number) for number in range(25)]
        assert [vault.open(position, "/n", OFFICER).value for position, _ in placed] == list(range(25))
    finally:
        done.set()
        changing.join()
    assert len(open_keyring(tmp_path / "keys" / "vault.key").keys) == 1
    assert [vault.open(position, "/n", OFFICER).value for position, _ in placed] == list(range(25))


_KILLED = """
import os, signal, sys
from ledger.store import open_store
from ledger.store.database import utc_now
from notary.vault import Vault, vault as module, keyring
home, server, schema, subject, place = sys.argv[1:]
def die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)
target, name = place.rsplit(".", 1)
owner = {"vault": Vault, "module": module}[target]
if name == "second_replace":
    real = module.replace_keyring
    calls = []
    def replace(*given):
        calls.append(1)
        die() if len(calls) == 2 else real(*given)
    module.replace_keyring = replace
else:
    setattr(owner, name, die)
with open_store(server, schema=schema) as store:
    Vault(store, __import__("pathlib").Path(home), utc_now).erase(subject, "asked for", who="officer")
"""


@pytest.mark.parametrize(
    "place", ["vault._destroy", "vault._change_key", "module.replace_keyring", "module.second_replace"]
)
def test_an_erasure_killed_anywhere_is_completed(  # noqa: PLR0917 -- fixtures
    store, vault, recorded, tmp_path, clock, postgres_home, place
):
    """kill -9 after the entry, before the key's destruction, and in the middle of the change of key."""
    subject, position = recorded({"/contact": SECRET})
    _, beside = recorded({"/contact": "of somebody else"})
    before = open_keyring(tmp_path / "keys" / "vault.key").newest.id
    arguments = [str(tmp_path), str(postgres_home), store.schema, subject, place]
    killed = subprocess.run([sys.executable, "-c", _KILLED, *arguments], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert refusal(lambda: vault.open(position, "/contact", OFFICER)) == "ERASED"
    again = Vault(store, tmp_path, clock)
    ring = open_keyring(tmp_path / "keys" / "vault.key")
    assert len(ring.keys) == 1
    assert ring.newest.id != before
    with store.database.connection() as connection:
        query = vault_tables.query(store.schema, "SELECT wrapped, erasing FROM {subject} WHERE id = %s")
        assert connection.execute(query, (subject,)).fetchone() == (None, False)
    assert again.open(beside, "/contact", OFFICER).value == "of somebody else"
    assert refusal(lambda: again.open(position, "/contact", OFFICER)) == "ERASED"
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["vault.key"]


def test_the_application_may_not_remove_rows_of_the_vault(store, recorded):
    recorded({"/contact": SECRET})
    with store.database.connection() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(vault_tables.query(store.schema, "DELETE FROM {disclosure}"))


def test_putting_what_no_entry_commits_to_opens_nowhere(store, vault):
    """A field is found by an entry's commitments, never by what lies in the vault."""
    vault.put(new_subject(), [disclose("/contact", SECRET)])
    position = commit(store, ())
    assert refusal(lambda: vault.open(position, "/contact", OFFICER)) == "FIELD_UNKNOWN"


def test_personal_data_in_a_hold_is_refused(vault, recorded):
    subject, _ = recorded({"/contact": SECRET})
    with pytest.raises(PersonalDataInEvent):
        vault.hold(subject, HoldBasis.LEGAL_CLAIM, "call 13800138000", who="officer")


def position_commitment(store, position):
    (digest,) = store.reader.entry(position).parse().commitments
    return urlsafe_b64decode(digest + "=")


def exchange(connection, schema, one, other):
    rows = {
        digest: connection.execute(
            f'SELECT sealed FROM "{schema}_vault".disclosure WHERE commitment = %s', (digest,)
        ).fetchone()[0]
        for digest in (one, other)
    }
    update(connection, schema, one, rows[other])


def update(connection, schema, digest, sealed):
    connection.execute(
        f'UPDATE "{schema}_vault".disclosure SET sealed = %s WHERE commitment = %s', (sealed, digest)
    )


def dump(connection, schema):
    return {
        table: connection.execute(f'SELECT * FROM "{schema}_vault".{table}').fetchall()
        for table in ("subject", "disclosure")
    }


def restore(connection, schema, rows):
    for subject, key_id, wrapped, _ in rows["subject"]:
        connection.execute(
            f'UPDATE "{schema}_vault".subject SET key_id = %s, wrapped = %s WHERE id = %s',
            (key_id, wrapped, subject),
        )
    for digest, _, sealed in rows["disclosure"]:
        update(connection, schema, digest, sealed)


def test_a_commitment_is_what_formats_says(vault):
    """SHA-256 of the disclosure's ASCII, base64url without padding."""
    made = disclose("/a", "b")
    assert made.commitment == commitment(made.text)
    assert "=" not in made.text + made.commitment
