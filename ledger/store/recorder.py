"""The ledger behind the event-sourcing library's `DCBRecorder` contract (eventsourcing 9.5.6).

Users of the library get its decision models, mappers and subscriptions on this ledger. Two kinds of entries
are seen through it:

- *native* entries, with their stored type name, exact bytes and tags. They are written by `Writer` alone,
  whose conditions name rights: appending an event with an `asset:` tag here is refused.
- *opaque* events of a library user's own mapper. Such an event becomes an entry of class OPERATOR whose
  `data` is `{"type": …, "tags": […], "payload": base64url}`, so type, tags and bytes come back as they were.
  For look-ups its type becomes `dcb.` and 40 letters (SHA-256 of the type, 160 bits, as a–p). A tag that
  could not stand in an entry becomes `record:dcb/.` and the tag in percent-encoding, or `record:dcb/sha256/…`
  where that is too long.

Every append takes the ledger's lock. The library's own PostgreSQL recorder skips its lock without a
condition, and readers then miss events; here an event without a condition only says that it was decided on
nothing.

A query or condition that names types but no tags looks at every entry after its position: the ledger keeps no
index by type, which each append would pay for.
"""

import re
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote
from uuid import uuid4

import orjson
import psycopg
from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBReadResponse,
    DCBRecorder,
    DCBSequencedEvent,
    DCBSubscription,
)
from eventsourcing.persistence import IntegrityError, ProgrammingError

from ledger.entry import ASSET, Draft, EntryClass, format_instant, new_salt
from ledger.errors import StorageUnavailable
from ledger.store.reader import StoredEntry
from ledger.store.requests import Appended, AppendRequest, Condition, QueryItem, Stale

if TYPE_CHECKING:
    from ledger.store.database import Connection, Database, Store

OPAQUE_TYPE: Final = "dcb."
OPAQUE_TAG: Final = "record:dcb/"
POLL_SECONDS: Final = 0.5
"""A subscription looks for itself this often, whether notified or not."""

_NATIVE_TAG: Final = re.compile(
    r"(?!record:dcb/)(asset|party|license|pledge|freeze|pool|case|record|document|seal):[^\s\0][^\n\0]{0,255}"
)
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_TAG_MAX: Final = 256
_PAGE: Final = 500
# An event without a condition was decided on nothing; the ledger wants that said. No event has this tag.
_NOTHING_READ: Final = (OPAQUE_TAG,)


class LedgerRecorder(DCBRecorder):
    """Reads, appends and subscribes as the library's contract says, on one open ledger."""

    def __init__(self, store: "Store", actor: str = "eventsourcing") -> None:
        """`actor` stands in the entries of opaque events."""
        self._store = store
        self._actor = actor

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        """Events after `after` that match any item of `query`, in order, page by page."""
        items = _items(query)
        head = self._store.reader.head().position if limit is None else None
        return _Response(self._events(items, after or 0, limit, head), head)

    def append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> int:
        """Append opaque events together; the position of the last.

        Raises:
            IntegrityError: an event matching the condition was appended meanwhile.
            ProgrammingError: no events, or one with an `asset:` tag.
        """
        if not events:
            raise ProgrammingError("append needs at least one event")
        command_id = f"dcb-{uuid4()}"
        if condition is None:
            based_on = Condition(tags=_NOTHING_READ)
        else:
            based_on = Condition(query=_items(condition.fail_if_events_match), after=condition.after or 0)
        now = format_instant(self._store.clock())
        drafts = tuple(_draft(event, command_id, self._actor, now) for event in events)
        result = self._store.writer.append(AppendRequest(drafts, based_on, command_id))
        if isinstance(result, Stale):
            raise IntegrityError(f"an event matching the condition was appended: {result.detail}")
        assert isinstance(result, Appended)  # the command id is new
        return result.last_position

    def subscribe(self, query: DCBQuery | None = None, *, after: int | None = None) -> "LedgerSubscription":
        """Events after `after` that match, and then each new one."""
        return LedgerSubscription(self, query, after)

    @property
    def database(self) -> "Database":
        """Where subscriptions listen."""
        return self._store.database

    def _events(
        self, items: tuple[QueryItem, ...], after: int, limit: int | None, upto: int | None
    ) -> Iterator[DCBSequencedEvent]:
        for entry in self._store.reader.matching(items, after=after, upto=upto, limit=limit):
            yield _event(entry)


class LedgerSubscription(DCBSubscription[LedgerRecorder]):
    """Blocks in `next` until there is a matching event, is told of batches by LISTEN, and also polls.

    LISTEN starts before the first read, so nothing falls between the two; a notification that is lost with
    its connection costs at most `POLL_SECONDS`.
    """

    def __init__(self, recorder: LedgerRecorder, query: DCBQuery | None, after: int | None) -> None:
        """As `LedgerRecorder.subscribe`."""
        super().__init__(recorder, query, after)
        self._page: Iterator[DCBSequencedEvent] = iter(())
        self._connection: Connection | None = None
        self._using = threading.Lock()

    def __next__(self) -> DCBSequencedEvent:
        with self._using:
            while not self._has_been_stopped:
                self._listen()
                event = next(self._page, None)
                if event is None:
                    response = self._recorder.read(self._query, after=self._last_position, limit=_PAGE)
                    self._page = iter(list(response))
                    event = next(self._page, None)
                if event is not None:
                    self._last_position = event.position
                    return event
                self._wait()
            self._close()
            raise StopIteration

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        with self._using:
            self._close()

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def _listen(self) -> None:
        if self._connection is None:
            database = self._recorder.database
            try:
                self._connection = database.connect()
                self._connection.execute(f"LISTEN {database.channel}")
            except (psycopg.Error, StorageUnavailable):
                self._close()
                self._recorder.database.recover()

    def _wait(self) -> None:
        if self._connection is None:
            return
        try:
            for _ in self._connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass
        except psycopg.Error:
            self._close()  # listen again, and read meanwhile

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class _Response(DCBReadResponse):
    """`head` is the ledger's last position for a whole read, the last event's for a limited one."""

    def __init__(self, events: Iterator[DCBSequencedEvent], head: int | None) -> None:
        self._events = events
        self._ahead: list[DCBSequencedEvent] | None = None
        self._head = head
        self._limited = head is None

    @property
    def head(self) -> int | None:
        """None if nothing was read."""
        if self._limited and self._ahead is None:
            self._ahead = list(self._events)
            self._events = iter(self._ahead)
            self._head = self._ahead[-1].position if self._ahead else self._head
        return self._head or None

    def __next__(self) -> DCBSequencedEvent:
        event = next(self._events)
        if self._limited:
            self._head = max(self._head or 0, event.position)
        return event


def _items(query: DCBQuery | None) -> tuple[QueryItem, ...]:
    if query is None:
        return ()
    return tuple(
        QueryItem(
            tuple(stored for name in item.types for stored in (name, opaque_type(name))),
            tuple(stored_tag(tag) for tag in item.tags),
        )
        for item in query.items
    )


def opaque_type(name: str) -> str:
    """The type name that entries of opaque events of type `name` are stored under."""
    return OPAQUE_TYPE + sha256(name.encode()).hexdigest()[:40].translate(_LETTERS)


def stored_tag(tag: str) -> str:
    """The tag that entries of events tagged `tag` are stored under."""
    if _NATIVE_TAG.fullmatch(tag):
        return tag
    stored = OPAQUE_TAG + "." + quote(tag, safe="")
    if len(stored) > _TAG_MAX:
        stored = OPAQUE_TAG + "sha256/" + sha256(tag.encode()).hexdigest()
    return stored


def _draft(event: DCBEvent, command_id: str, actor: str, now: str) -> Draft:
    if any(tag.startswith(ASSET) for tag in event.tags):
        raise ProgrammingError("an event about a right is appended by the writer, on the right's head")
    payload = urlsafe_b64encode(event.data).rstrip(b"=").decode()
    return Draft(
        type=opaque_type(event.type),
        type_v=1,
        entry_class=EntryClass.OPERATOR,
        subjects=tuple(sorted({stored_tag(tag) for tag in event.tags})),
        effective_at=now,
        actor=actor,
        command_id=command_id,
        data={"type": event.type, "tags": list(event.tags), "payload": payload},
        salt=new_salt(),
    )


def _event(entry: StoredEntry) -> DCBSequencedEvent:
    value = orjson.loads(entry.raw)
    if not value["type"].startswith(OPAQUE_TYPE):
        event = DCBEvent(type=value["type"], data=entry.raw, tags=value["subjects"])
    else:
        data = value["data"]
        payload = data["payload"]
        event = DCBEvent(
            type=data["type"],
            data=urlsafe_b64decode(payload + "=" * (-len(payload) % 4)),
            tags=data["tags"],
        )
    return DCBSequencedEvent(event=event, position=entry.position)
