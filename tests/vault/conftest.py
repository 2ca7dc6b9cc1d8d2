"""A vault on the test's ledger, and entries that commit to confidential fields."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from ledger.confidential import disclose
from ledger.entry import Draft, EntryClass, new_salt
from ledger.facts.registrations import RightRegistered
from ledger.store import Appended, AppendRequest, Condition
from notary.vault import Vault, new_subject
from notary.vault.vault import Asked

OFFICER = Asked("test:officer", "custodian", "the pledgee asks for the contact in a dispute")
_numbers = count(1)


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)

    def __call__(self):
        return self.now

    def pass_days(self, days):
        self.now += timedelta(days=days)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def vault(store, tmp_path, clock):
    return Vault(store, tmp_path, clock)


@pytest.fixture
def recorded(store, vault):
    """Record an entry with confidential fields of one subject; its subject and position."""

    def record(fields, subject=None):
        subject = subject or new_subject()
        commitments = vault.put(subject, [disclose(path, value) for path, value in fields.items()])
        return subject, commit(store, commitments)

    return record


def commit(store, commitments):
    """Append an entry with these commitments; its position."""
    number = next(_numbers)
    right = f"US:patent:{15_000_000 + number}"
    fact = RightRegistered(rights=(right,))
    draft = Draft(
        type=fact.TYPE,
        type_v=fact.VERSION,
        entry_class=EntryClass.AUTHORITY,
        subjects=fact.tags(),
        effective_at="2026-11-20",
        actor="test",
        command_id=f"confidential-{number}",
        data=fact.as_data(),
        salt=new_salt(),
        commitments=commitments,
    )
    condition = Condition(assets=store.reader.asset_heads([right]))
    result = store.writer.append(AppendRequest((draft,), condition, draft.command_id))
    assert isinstance(result, Appended)
    return result.first_position
