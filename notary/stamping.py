"""Asking several authorities at once, without ever waiting for the slow ones.

Each authority is asked by a thread of its own and about one checkpoint at a time. Whoever has not answered
when the patience ends goes on being waited for: what it says is collected later, and it is asked nothing new
until then. So an authority that hangs costs its own token and nothing else.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass

from notary.authority import Clock
from notary.errors import NotaryError
from notary.revocation import RevocationLists
from notary.timestamps import Authority, TokenReceipt, request_token

Noted = Callable[[str, NotaryError | None, NotaryError | None], None]
"""Told of each answer: the authority's name, what was wrong with it, and with the revocation lists it was
judged by (None: nothing)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answers:
    """What authorities answered so far: tokens in the order of configuration, and refusals.

    `pending` names those who have not answered yet, about this or about an earlier checkpoint.
    """

    receipts: tuple[TokenReceipt, ...]
    refusals: tuple[tuple[str, NotaryError], ...]
    pending: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    imprint: bytes
    answer: Future[TokenReceipt]


class Stamps:
    """Asks the authorities of one ledger; used by one thread at a time."""

    def __init__(self, authorities: Sequence[Authority], clock: Clock, noted: Noted) -> None:
        """`noted` is called in the thread that asks."""
        self._authorities = authorities
        self._clock = clock
        self._noted = noted
        self._asked: dict[str, _Question] = {}
        self._late: list[tuple[bytes, TokenReceipt]] = []
        self._lists = RevocationLists(clock)
        self._unlisted: dict[str, str | None] = {}

    def ask(
        self, imprint: bytes, *, without: Collection[str] = (), patience_ms: int | None = None
    ) -> Answers:
        """Tokens of all authorities but those named `without`.

        Returns when all have answered, or `patience_ms` after the first token; without a token it waits for
        all, because there is nothing to go on with.
        """
        names = [authority.name for authority in self._authorities if authority.name not in without]
        self._collect_late()
        for authority in self._authorities:
            if authority.name in names and authority.name not in self._asked:
                self._asked[authority.name] = _Question(
                    imprint, _start(authority, imprint, self._clock, self._lists)
                )
        asked = {name: self._asked[name] for name in names}
        _wait_for_tokens([each.answer for each in asked.values() if each.imprint == imprint], patience_ms)
        receipts: list[TokenReceipt] = []
        refusals: list[tuple[str, NotaryError]] = []
        pending: list[str] = []
        for name, question in asked.items():
            if question.imprint != imprint or not question.answer.done():
                pending.append(name)
                continue
            error = self._collect(name)
            if error is None:
                receipts.append(question.answer.result())
            else:
                refusals.append((name, error))
        return Answers(tuple(receipts), tuple(refusals), tuple(pending))

    def late(self) -> list[tuple[bytes, TokenReceipt]]:
        """Imprints and tokens over them that came after `ask` had returned; each is given once."""
        self._collect_late()
        found, self._late = self._late, []
        return found

    def _collect_late(self) -> None:
        for name, question in list(self._asked.items()):
            if question.answer.done() and self._collect(name) is None:
                self._late.append((question.imprint, question.answer.result()))

    def _collect(self, name: str) -> NotaryError | None:
        """Take an answer that has come, and note how the authority did."""
        answer = self._asked.pop(name).answer
        error = answer.exception()
        if error is not None and not isinstance(error, NotaryError):
            raise error
        unlisted = None if error is not None else answer.result().unlisted
        code = None if unlisted is None else unlisted.code
        if unlisted is not None and self._unlisted.get(name) != code:
            _log.warning("authority %s: %s: %s", name, unlisted.code, unlisted.message_en)
        self._unlisted[name] = code
        self._noted(name, error, unlisted)
        return error


def _start(
    authority: Authority, imprint: bytes, clock: Clock, lists: RevocationLists
) -> Future[TokenReceipt]:
    """Ask in a thread that does not keep the process from ending."""
    answer: Future[TokenReceipt] = Future()

    def run() -> None:
        try:
            answer.set_result(request_token(authority, imprint, clock, lists))
        except BaseException as error:  # noqa: BLE001 -- handed to whoever collects the answer
            answer.set_exception(error)

    threading.Thread(target=run, name=f"authority {authority.name}", daemon=True).start()
    return answer


def _wait_for_tokens(answers: Collection[Future[TokenReceipt]], patience_ms: int | None) -> None:
    waiting = set(answers)
    deadline: float | None = None
    while waiting:
        timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
        done, waiting = wait(waiting, timeout, FIRST_COMPLETED)
        if not done:
            return
        if patience_ms is not None and deadline is None and any(each.exception() is None for each in done):
            deadline = time.monotonic() + patience_ms / 1000
