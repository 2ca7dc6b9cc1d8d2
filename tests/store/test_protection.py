"""What was written cannot be changed by anybody short of a superuser."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from ledger.store import NO_ENTRY, AppendRequest, Store
from ledger.store.audit import audit

Make = Callable[..., AppendRequest]

TABLES = ["ledger_entry", "ledger_tag", "ledger_asset", "ledger_head", "document"]
CHANGES = ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"]
# The rows of the head and of rights move with the ledger, so their owner may update them.
GUARDED = [
    (table, change)
    for table in TABLES
    for change in CHANGES
    if not (change.startswith("UPDATE") and table in {"ledger_asset", "ledger_head"})
]
WRITES = {
    "ledger_entry": "INSERT INTO ledger_entry SELECT * FROM ledger_entry",
    "ledger_tag": "INSERT INTO ledger_tag VALUES ('party:x', 1)",
    "ledger_asset": "INSERT INTO ledger_asset VALUES ('x', 1, 1, sha256('x'))",
    "ledger_head": "UPDATE ledger_head SET position = 0",
}


@pytest.fixture
def written(store: Store, request_for: Make) -> Store:
    store.documents.put(b"deed", "text/plain")
    store.writer.append(request_for({"a": NO_ENTRY}, tags=("party:p",)))
    return store


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_the_application_changes_nothing(written: Store, table: str, change: str) -> None:
    with written.database.connect() as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(change.format(table, "bytes" if table == "document" else "position"))


@pytest.mark.parametrize("table", WRITES)
def test_the_application_writes_by_the_append_function_alone(written: Store, table: str) -> None:
    with written.database.connect() as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(WRITES[table])


@pytest.mark.parametrize(("table", "change"), GUARDED)
def test_triggers_refuse_the_owner_and_even_a_superuser_s_slip(
    written: Store, table: str, change: str
) -> None:
    with written.database.connect_owner() as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(change.format(table, "bytes" if table == "document" else "position"))


def test_the_application_cannot_become_somebody_else(written: Store) -> None:
    with written.database.connect() as connection:
        assert connection.execute("SELECT current_user, session_user").fetchone() == ("ipledger_app",) * 2
        for role in ("postgres", "ipledger_owner"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(f"SET ROLE {role}")


def test_the_application_makes_its_own_tables_beside_the_ledger(written: Store) -> None:
    with written.database.connect() as connection:
        connection.execute(f"CREATE TABLE {written.schema}_read.view (position bigint)")
        with pytest.raises(InsufficientPrivilege):
            connection.execute(f"CREATE TABLE {written.schema}.view (position bigint)")


def test_the_embedded_server_lacks_only_what_this_suite_switched_off(written: Store) -> None:
    protection = written.database.protection()
    assert protection.role == "ipledger_app"
    assert {sentence.split()[0] for sentence in protection.missing} == {"fsync", "full_page_writes"}


def test_on_an_external_server_the_owner_s_login_is_named_as_a_gap(external_store: Store) -> None:
    protection = external_store.database.protection()
    assert protection.role == "ipledger_app"
    assert len(protection.missing) == 1
    assert "ipledger_owner" in protection.missing[0]
    with external_store.database.connect() as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("DELETE FROM ledger_entry")


def test_a_login_without_roles_still_appends_and_every_gap_is_named(
    external_server: str, request_for: Make
) -> None:
    """A login that may create no roles owns the ledger itself."""
    from ledger.store import open_store

    with psycopg.connect(external_server, autocommit=True) as connection:
        connection.execute("CREATE ROLE plain LOGIN PASSWORD 'plain'")
        connection.execute("GRANT CREATE ON DATABASE tenants TO plain")
    url = external_server.replace("tenant:p%3Aw%2Fd%401", "plain:plain")
    with open_store(url=url, schema="plain_ledger", origin="plain.example/ipledger") as store:
        store.writer.append(request_for({"a": NO_ENTRY}))
        assert audit(store).passed
        missing = store.database.protection().missing
        assert len(missing) >= 2
        with store.database.connect() as connection, pytest.raises(InsufficientPrivilege):
            connection.execute("DELETE FROM ledger_entry")
