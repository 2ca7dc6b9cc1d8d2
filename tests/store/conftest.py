"""Makers of drafts and requests, and the attacker's connection."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest

from ledger.entry import Draft, EntryClass, new_salt
from ledger.store import AppendRequest, AssetHead, Condition, Store


@pytest.fixture
def draft() -> Callable[..., Draft]:
    """`draft(right, …, command_id=…)`: a fact about these rights."""

    def make(
        *assets: str,
        command_id: str = "",
        tags: tuple[str, ...] = (),
        kind: str = "test.noted",
        **data: object,
    ) -> Draft:
        return Draft(
            type=kind,
            type_v=1,
            entry_class=EntryClass.OPERATOR,
            subjects=tuple(f"asset:{asset}" for asset in assets) + tags,
            effective_at="2026-01-01",
            actor="test",
            command_id=command_id or f"cmd-{uuid4()}",
            data=data,
            salt=new_salt(),
        )

    return make


@pytest.fixture
def request_for(draft: Callable[..., Draft]) -> Callable[..., AppendRequest]:
    """`request_for({right: head, …}, count=1, …)`: so many drafts about these rights, on these heads."""

    def make(
        heads: dict[str, AssetHead | None],
        *,
        count: int = 1,
        command_id: str = "",
        tags: tuple[str, ...] = (),
        kind: str = "test.noted",
        absent: tuple[str, ...] = (),
        after: int = 0,
        **data: object,
    ) -> AppendRequest:
        command_id = command_id or f"cmd-{uuid4()}"
        drafts = tuple(
            draft(*heads, command_id=command_id, tags=tags, kind=kind, part=part, **data)
            for part in range(count)
        )
        return AppendRequest(drafts, Condition(heads, tags=absent, after=after), command_id)

    return make


@pytest.fixture
def superuser(store: Store) -> Iterator[psycopg.Connection]:
    """A superuser whom no trigger stops, in the test's schema."""
    with store.database.connect_owner() as connection:
        connection.execute("SET session_replication_role TO replica")
        yield connection
