"""Revocation lists of the authorities' certificates, at hand when tokens are judged (RFC 3161 section 4).

A list comes from a file or is fetched over HTTP, in the background and seldom: one that is late, missing or
garbage never costs a token, and is told; one at hand that names the signer's certificate as revoked does.
Fetched lists are kept until they are due again. After a failure the pause doubles, and the last list serves
on as long as it speaks about the time of the token.
"""

import asyncio
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx

from notary.authority import Clock
from notary.errors import AuthorityUnavailable, NotaryError, TimestampInvalid
from notary.tokens import Check, Outcome, TokenReport, judge_token, load_revocation_lists
from notary.tokens.revocation import load_list, speaking_lists

LIST_BYTES_MAX: Final = 4 * 1024 * 1024
LIST_TYPE: Final = "application/pkix-crl"
PATIENCE_MS: Final = 3000
"""How long a token that has come waits for the first list."""

_REFRESH_S: Final = 3600.0
_RETRY_S: Final = 60.0
_DOUBLINGS_MAX: Final = 6


@dataclass(frozen=True, slots=True)
class AtHand:
    """Lists (DER), and what is wrong with those that should be among them."""

    lists: tuple[bytes, ...]
    problem: NotaryError | None = None


@dataclass(slots=True)
class _Kept:
    """What was last fetched from one address."""

    lists: tuple[bytes, ...] = ()
    problem: NotaryError | None = None
    failures: int = 0
    due: float = 0.0
    arrived: threading.Event = field(default_factory=threading.Event)
    fetching: bool = False


class RevocationLists:
    """The lists of some authorities; share one between threads."""

    def __init__(self, clock: Clock, *, patience_ms: int = PATIENCE_MS) -> None:
        """`clock` says when a list asks to be replaced."""
        self._clock = clock
        self._patience = patience_ms / 1000
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def fetch(self, sources: Iterable[str | Path], timeout_ms: int) -> None:
        """Begin to fetch what is due, and return at once."""
        for url in (source for source in sources if isinstance(source, str)):
            with self._lock:
                kept = self._kept.setdefault(url, _Kept())
                if kept.fetching or time.monotonic() < kept.due:
                    continue
                kept.fetching = True
                kept.arrived.clear()
            threading.Thread(
                target=self._run, args=(url, kept, timeout_ms), name=f"revocation {url}", daemon=True
            ).start()

    def at_hand(self, sources: Iterable[str | Path]) -> AtHand:
        """What is there now; only for a first list that is on its way it waits, and not for long."""
        deadline = time.monotonic() + self._patience
        lists: list[bytes] = []
        problem: NotaryError | None = None
        for source in sources:
            found = read_file(source) if isinstance(source, Path) else self._waited(source, deadline)
            lists += found.lists
            problem = problem or found.problem
        return AtHand(tuple(lists), problem)

    def _waited(self, url: str, deadline: float) -> AtHand:
        kept = self._kept[url]
        if not kept.lists and kept.failures == 0:
            kept.arrived.wait(max(0.0, deadline - time.monotonic()))
        with self._lock:
            if kept.fetching and not kept.lists and kept.problem is None:
                return AtHand(
                    (), _unavailable("REVOCATION_LIST_LATE", url, "it has not come yet", "尚未收到")
                )
            return AtHand(kept.lists, kept.problem)

    def _run(self, url: str, kept: _Kept, timeout_ms: int) -> None:
        try:
            lists = _read(url, asyncio.run(_get(url, timeout_ms / 1000)))
        except NotaryError as error:
            with self._lock:
                kept.problem = error
                kept.due = time.monotonic() + _RETRY_S * 2 ** min(kept.failures, _DOUBLINGS_MAX)
                kept.failures += 1
        else:
            with self._lock:
                kept.lists, kept.problem, kept.failures = lists, None, 0
                kept.due = time.monotonic() + _seconds_good(lists, self._clock())
        finally:
            with self._lock:
                kept.fetching = False
            kept.arrived.set()


def read_file(path: Path) -> AtHand:
    """The lists in a file, PEM or DER."""
    try:
        with path.open("rb") as file:
            content = file.read(LIST_BYTES_MAX + 1)
        return AtHand(_read(str(path), content))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return AtHand((), _unavailable("REVOCATION_LIST_UNREADABLE", str(path), reason, reason))
    except NotaryError as error:
        return AtHand((), error)


def judge_with_lists(
    response: bytes,
    lists: Sequence[bytes],
    *,
    digest: bytes,
    at: datetime,
    roots: Iterable[bytes],
    untrusted: Iterable[bytes] = (),
    policy: str | None = None,
) -> tuple[TokenReport, Check | None]:
    """A token judged by lists we hold; where they do not speak about its signer, as if there were none.

    The check is then the one that could not be made, else None. Arguments are those of `judge_token`.

    Raises:
        TimestampInvalid: CERTIFICATE_FILE_MALFORMED, REVOCATION_LIST_MALFORMED.
    """

    def judge(by: Sequence[bytes]) -> TokenReport:
        return judge_token(
            response,
            digest=digest,
            at=at,
            roots=roots,
            untrusted=untrusted,
            policy=policy,
            revocation_lists=by,
        )

    report = judge(lists)
    silent = silence(report)
    return (report, None) if silent is None else (judge(()), silent)


def silence(report: TokenReport) -> Check | None:
    """The check that the lists given do not speak about the signer, if nothing else is against the token."""
    leading = report.leading
    is_silent = leading is not None and (leading.name, leading.outcome) == (
        "REVOCATION",
        Outcome.INDETERMINATE,
    )
    return leading if is_silent else None


def speaking(report: TokenReport, lists: Sequence[bytes], at: datetime) -> tuple[bytes, ...]:
    """Those of `lists` that an issuer in the token's chain signed; what else a server sends is not kept."""
    return () if report.token is None else speaking_lists(report.token.chain, lists, at)


def _read(source: str, content: bytes) -> tuple[bytes, ...]:
    """The lists in what a source gave.

    Raises:
        AuthorityUnavailable: REVOCATION_LIST_TOO_LARGE, REVOCATION_LIST_MALFORMED.
    """
    if len(content) > LIST_BYTES_MAX:
        raise _too_large(source)
    try:
        lists = load_revocation_lists(content)
        for each in lists:
            load_list(each)
    except TimestampInvalid as error:
        raise _unavailable(
            "REVOCATION_LIST_MALFORMED", source, "it is no revocation list", "内容不是吊销列表"
        ) from error
    return lists


async def _get(url: str, seconds: float) -> bytes:
    """One attempt, bounded as a whole: a server that sends a byte now and then gains nothing by it.

    Raises:
        AuthorityUnavailable: REVOCATION_LIST_LATE, REVOCATION_LIST_UNREACHABLE, REVOCATION_LIST_TOO_LARGE.
    """
    body = bytearray()
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(timeout=seconds) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                status = f"HTTP {response.status_code}"
                raise _unavailable("REVOCATION_LIST_UNREACHABLE", url, status, status)
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > LIST_BYTES_MAX:
                    raise _too_large(url)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise _unavailable("REVOCATION_LIST_LATE", url, "it did not come in time", "未及时收到") from error
    except (httpx.HTTPError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise _unavailable("REVOCATION_LIST_UNREACHABLE", url, reason, reason) from error
    return bytes(body)


def _seconds_good(lists: Sequence[bytes], now: datetime) -> float:
    """How long lists serve before they are fetched again: until the first is replaced, within bounds."""
    ends = [each.next_update for each in map(load_list, lists) if each.next_update is not None]
    left = min(((end - now).total_seconds() for end in ends), default=_REFRESH_S)
    return min(max(left, _RETRY_S), _REFRESH_S)


def _too_large(source: str) -> AuthorityUnavailable:
    most = f"{LIST_BYTES_MAX:,}"
    return _unavailable(
        "REVOCATION_LIST_TOO_LARGE", source, f"it has more than {most} bytes", f"超过 {most} 字节"
    )


def _unavailable(code: str, source: str, en: str, zh: str) -> AuthorityUnavailable:
    return AuthorityUnavailable(
        code,
        "The revocation list {source} cannot be used: {reason_en}.",
        "吊销列表 {source} 不可用：{reason_zh}。",
        source=source,
        reason_en=en,
        reason_zh=zh,
    )
