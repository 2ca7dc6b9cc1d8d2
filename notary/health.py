"""How each authority last answered, for `doctor` and the list of seals: a failing one is seen at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ledger.entry import format_instant
from ledger.store.database import Store
from notary import tables
from notary.errors import NotaryError

_DOWN: Final = frozenset(
    ("AUTHORITY_UNREACHABLE", "AUTHORITY_HTTP_STATUS", "AUTHORITY_CONTENT_TYPE", "AUTHORITY_ANSWER_TOO_LARGE")
)


@dataclass(frozen=True, slots=True)
class AuthorityState:
    """What one authority did lately.

    Attributes:
        name: as configured.
        answered_at: when it last gave a token that was accepted; None if it never did.
        failing_since: when the first of its failures since then came; None if there is none.
        failures: how many there are since then.
        code, message_en, message_zh: the last failure.
        unlisted_since, unlisted_code, unlisted_en, unlisted_zh: since when and why its tokens were accepted
            without all the revocation lists that are configured; None if with them, or if none are.
    """

    name: str
    answered_at: datetime | None
    failing_since: datetime | None
    failures: int
    code: str | None
    message_en: str | None
    message_zh: str | None
    unlisted_since: datetime | None
    unlisted_code: str | None
    unlisted_en: str | None
    unlisted_zh: str | None

    @property
    def state(self) -> str:
        """`answers`, `unasked`, `slow`, `down` (no time-stamp came) or `refused` (not believed)."""
        if self.code is None:
            return "unasked" if self.answered_at is None else "answers"
        if self.code == "AUTHORITY_TIMEOUT":
            return "slow"
        return "down" if self.code in _DOWN else "refused"

    def as_json(self) -> dict[str, Any]:
        """The form interface and `doctor` print."""
        return {
            "name": self.name,
            "state": self.state,
            "answered_at": self.answered_at and format_instant(self.answered_at),
            "failing_since": self.failing_since and format_instant(self.failing_since),
            "failures": self.failures,
            "code": self.code,
            "message": None if self.code is None else {"en": self.message_en, "zh": self.message_zh},
            "unlisted": self.unlisted_since
            and {
                "since": format_instant(self.unlisted_since),
                "code": self.unlisted_code,
                "message": {"en": self.unlisted_en, "zh": self.unlisted_zh},
            },
        }


def authority_states(store: Store, configured: Iterable[str] = ()) -> list[AuthorityState]:
    """How every authority that was ever asked, or is configured, last answered, by name.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    tables.prepare(store)
    query = tables.query(
        store.schema,
        "SELECT name, answered_at, failing_since, failures, code, message_en, message_zh, "
        "unlisted_since, unlisted_code, unlisted_en, unlisted_zh "
        "FROM {authority} ORDER BY name",
    )
    rows = store.database.read(lambda connection: connection.execute(query).fetchall())
    known = {row[0]: AuthorityState(*row) for row in rows}
    for name in configured:
        known.setdefault(name, AuthorityState(name, None, None, 0, *(None,) * 7))
    return [known[name] for name in sorted(known)]


def note_answer(
    store: Store, name: str, error: NotaryError | None, unlisted: NotaryError | None = None
) -> None:
    """Keep how an authority has just answered; None is a token that was accepted.

    `unlisted` says what was wrong with the revocation lists of a token that was accepted.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    now = store.clock()
    with store.database.connection() as connection, connection.transaction():
        connection.execute("SET LOCAL synchronous_commit = off")
        if error is None:
            connection.execute(
                tables.query(
                    store.schema,
                    """INSERT INTO {authority} AS a
                           (name, answered_at, unlisted_since, unlisted_code, unlisted_en, unlisted_zh)
                       VALUES (%s, %s, %s, %s, %s, %s)
                       ON CONFLICT (name) DO UPDATE SET answered_at = EXCLUDED.answered_at,
                           failing_since = NULL, failures = 0, code = NULL,
                           message_en = NULL, message_zh = NULL,
                           unlisted_since = CASE WHEN EXCLUDED.unlisted_code IS NOT NULL
                               THEN coalesce(a.unlisted_since, EXCLUDED.unlisted_since) END,
                           unlisted_code = EXCLUDED.unlisted_code,
                           unlisted_en = EXCLUDED.unlisted_en, unlisted_zh = EXCLUDED.unlisted_zh""",
                ),
                (name, now)
                + (
                    (None,) * 4
                    if unlisted is None
                    else (now, unlisted.code, unlisted.message_en, unlisted.message_zh)
                ),
            )
        else:
            connection.execute(
                tables.query(
                    store.schema,
                    """INSERT INTO {authority} AS a
                           (name, failing_since, failures, code, message_en, message_zh)
                       VALUES (%s, %s, 1, %s, %s, %s)
                       ON CONFLICT (name) DO UPDATE SET failures = a.failures + 1, code = EXCLUDED.code,
                           failing_since = coalesce(a.failing_since, EXCLUDED.failing_since),
                           message_en = EXCLUDED.message_en, message_zh = EXCLUDED.message_zh""",
                ),
                (name, now, error.code, error.message_en, error.message_zh),
            )
