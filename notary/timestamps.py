"""Asking time-stamp authorities: one request, one answer, judged strictly before anybody sees it.

An authority that is down, slow or answers anything but a time-stamp ends in `AuthorityUnavailable` and may be
asked again; one that answers with a token for something else, of another time or of doubtful origin ends in
`TimestampInvalid` with the code of the failed check. Nothing is kept of such answers.
"""

import asyncio
import secrets
import ssl
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import rfc3161ng
import stamina

from notary.authority import Clock, EmbeddedAuthority
from notary.errors import AuthorityUnavailable, NotaryError, TimestampInvalid
from notary.revocation import RevocationLists, silence, speaking
from notary.tokens import TOKEN_BYTES_MAX, Check, TokenReport, judge_token

DIGEST_SIZE = 32
_NONCE_BITS = 64
_REPLY_TYPES = {"application/timestamp-reply", "application/timestamp-response"}
_STATUSES_WORTH_A_RETRY = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Authority:
    """One configured authority: an address, or an embedded one.

    Attributes:
        name: what the operator calls it; names the token in seals and packages.
        roots: certificates (DER) that its tokens must lead to; the verifier's trust, not the authority's.
        url: where requests are posted (RFC 3161 section 3.4); None for an embedded authority.
        embedded: the authority itself; None for one with a url.
        policy: the policy to ask for and to insist on.
        untrusted: further certificates (DER) the authority does not send.
        username, password: HTTP basic authentication, if it asks for it.
        timeout_ms: for one attempt as a whole, from connecting to the last byte.
        attempts: how often it is asked before giving up for now.
        clock_tolerance_ms: how far its time may be from ours, before or after.
        crl: files and addresses of revocation lists its certificates are looked up in.
    """

    name: str
    roots: tuple[bytes, ...] = field(repr=False)
    url: str | None = None
    embedded: EmbeddedAuthority | None = None
    policy: str | None = None
    untrusted: tuple[bytes, ...] = field(default=(), repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout_ms: int = 10_000
    attempts: int = 3
    clock_tolerance_ms: int = 300_000
    crl: tuple[str | Path, ...] = ()

    def __post_init__(self) -> None:
        if (self.url is None) == (self.embedded is None):
            raise misconfigured(self.name, "it needs either a url or an embedded authority")
        if self.url is not None:
            self._check_url("url", self.url)
        for source in self.crl:
            if isinstance(source, str):
                self._check_url("crl", source)
        if not self.roots:
            raise misconfigured(self.name, "it has no trusted root")
        if self.timeout_ms <= 0 or self.attempts <= 0 or self.clock_tolerance_ms < 0:
            raise misconfigured(self.name, "timeout and attempts must be positive")

    def _check_url(self, what: str, text: str) -> None:
        try:
            # The client's own reading lets some malformed hosts pass until it is used.
            host = urlsplit(text).hostname
            url = httpx.URL(text)
        except (ValueError, httpx.InvalidURL) as error:
            raise misconfigured(self.name, f"its {what} is malformed") from error
        if url.scheme not in {"http", "https"} or not host or url.userinfo:
            raise misconfigured(self.name, f"its {what} is not http(s)://host/… without credentials")


@dataclass(frozen=True, slots=True)
class TokenReceipt:
    """An accepted time-stamp.

    Attributes:
        authority: its configured name.
        response: the TimeStampResp exactly as received; `openssl ts -verify -in` takes it.
        gen_time: the time in the token, UTC, microseconds.
        nonce: that of the request, which a later judgement can ask for again.
        report: the judgement, every required check passed; its token has the certificates and the chain.
        revocation: the lists (DER) at hand that speak about the chain.
        unlisted: why a list that is configured was not at hand, or did not speak about the signer.
    """

    authority: str
    response: bytes = field(repr=False)
    gen_time: datetime
    nonce: int
    report: TokenReport = field(repr=False)
    revocation: tuple[bytes, ...] = field(default=(), repr=False)
    unlisted: NotaryError | None = None


def request_token(
    authority: Authority, digest: bytes, clock: Clock, lists: RevocationLists | None = None
) -> TokenReceipt:
    """A token of this authority over a SHA-256 digest, as often asked for as configured.

    Blocks for at most `attempts` times `timeout_ms` and pauses between, and for the patience of `lists`; not
    for use in a coroutine. A revocation list that cannot be had costs no token; one that names the signer's
    certificate does.

    Args:
        authority: whom to ask.
        digest: 32 bytes, SHA-256 of what is stamped.
        clock: our own time, aware; the token's must be near it.
        lists: where revocation lists are kept from one call to the next.

    Raises:
        AuthorityUnavailable: AUTHORITY_UNREACHABLE, AUTHORITY_TIMEOUT, AUTHORITY_HTTP_STATUS,
            AUTHORITY_CONTENT_TYPE, AUTHORITY_ANSWER_TOO_LARGE.
        TimestampInvalid: AUTHORITY_CLOCK_BEHIND, or the code of the failed check.
    """
    assert len(digest) == DIGEST_SIZE
    lists = lists or RevocationLists(clock)
    lists.fetch(authority.crl, authority.timeout_ms)
    nonce = secrets.randbits(_NONCE_BITS)
    request = build_request(digest, nonce=nonce, policy=authority.policy)
    asked_at = clock()
    response = _ask(authority, request)
    tolerance = timedelta(milliseconds=authority.clock_tolerance_ms)
    at_hand = lists.at_hand(authority.crl)
    at = clock()

    def judge(by: tuple[bytes, ...]) -> TokenReport:
        return judge_token(
            response,
            digest=digest,
            nonce=nonce,
            policy=authority.policy,
            roots=authority.roots,
            untrusted=authority.untrusted,
            revocation_lists=by,
            at=at,
            clock_tolerance=tolerance,
        )

    report = judge(at_hand.lists)
    silent = silence(report)
    if silent is not None:
        report = judge(())
    if report.leading is not None:
        raise _said(authority, report.leading)
    assert report.token is not None
    gen_time = report.token.gen_time
    if gen_time < asked_at - tolerance:
        raise TimestampInvalid(
            "AUTHORITY_CLOCK_BEHIND",
            "{authority} says {gen_time}, but was asked at {asked_at}.",
            "{authority} 给出的时间为 {gen_time}，而请求时间为 {asked_at}。",
            authority=authority.name,
            gen_time=gen_time.isoformat(),
            asked_at=asked_at.isoformat(),
        )
    spoken = () if silent is not None else speaking(report, at_hand.lists, at)
    unlisted = at_hand.problem or (None if silent is None else _said(authority, silent))
    return TokenReceipt(authority.name, response, gen_time, nonce, report, spoken, unlisted)


def build_request(digest: bytes, *, nonce: int, policy: str | None) -> bytes:
    """A TimeStampReq (DER) over a SHA-256 digest that asks for the authority's certificate."""
    request = rfc3161ng.make_timestamp_request(
        # The library's own hashing defaults to SHA-1; it is never used.
        digest=digest,
        hashname="sha256",
        nonce=nonce,
        include_tsa_certificate=True,
        tsa_policy_id=policy,
    )
    encoded: bytes = rfc3161ng.encode_timestamp_request(request)
    return encoded


def _ask(authority: Authority, request: bytes) -> bytes:
    if authority.embedded is not None:
        return authority.embedded.answer(request)
    for attempt in stamina.retry_context(
        on=_is_worth_a_retry, attempts=authority.attempts, timeout=None, wait_initial=0.1, wait_max=2.0
    ):
        with attempt:
            return asyncio.run(_post(authority, request))
    raise AssertionError("the last attempt raises")  # pragma: no cover


def _is_worth_a_retry(error: Exception) -> bool:
    if not isinstance(error, AuthorityUnavailable):
        return False
    if error.code == "AUTHORITY_HTTP_STATUS":
        return error.data["status"] in _STATUSES_WORTH_A_RETRY
    return error.code in {"AUTHORITY_UNREACHABLE", "AUTHORITY_TIMEOUT"}


async def _post(authority: Authority, request: bytes) -> bytes:
    """One attempt, bounded as a whole: a server that sends a byte now and then gains nothing by it."""
    assert authority.url is not None
    seconds = authority.timeout_ms / 1000
    credentials = (authority.username, authority.password or "") if authority.username else None
    headers = {
        "Content-Type": "application/timestamp-query",
        "Accept": "application/timestamp-reply",
        "Accept-Encoding": "identity",
    }
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(auth=credentials, timeout=seconds, verify=_tls_context()) as client,
            client.stream("POST", authority.url, content=request, headers=headers) as response,
        ):
            return await _read_answer(authority, response)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise AuthorityUnavailable(
            "AUTHORITY_TIMEOUT",
            "{authority} did not answer in full within {timeout_ms} ms.",
            "{authority} 未在 {timeout_ms} 毫秒内完整应答。",
            authority=authority.name,
            timeout_ms=authority.timeout_ms,
        ) from error
    except (httpx.HTTPError, OSError) as error:
        raise AuthorityUnavailable(
            "AUTHORITY_UNREACHABLE",
            "{authority} cannot be reached or broke off: {reason}.",
            "无法连接 {authority}，或其中断了连接：{reason}。",
            authority=authority.name,
            reason=str(error) or type(error).__name__,
        ) from error


async def _read_answer(authority: Authority, response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise AuthorityUnavailable(
            "AUTHORITY_HTTP_STATUS",
            "{authority} answered with HTTP status {status}.",
            "{authority} 返回 HTTP 状态 {status}。",
            authority=authority.name,
            status=response.status_code,
        )
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in _REPLY_TYPES:
        raise AuthorityUnavailable(
            "AUTHORITY_CONTENT_TYPE",
            "{authority} answered with {found}, not with a time-stamp; perhaps something stands between.",
            "{authority} 返回的是 {found} 而非时间戳；中间可能有其他设备。",
            authority=authority.name,
            found=content_type[:100] or "no content type",
        )
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > TOKEN_BYTES_MAX:
            raise AuthorityUnavailable(
                "AUTHORITY_ANSWER_TOO_LARGE",
                "{authority} answered with more than {maximum} bytes.",
                "{authority} 的应答超过 {maximum} 字节。",
                authority=authority.name,
                maximum=TOKEN_BYTES_MAX,
            )
    return bytes(body)


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    """Made once, because reading the list of roots takes longer than a request."""
    return httpx.create_ssl_context()


def _said(authority: Authority, check: Check) -> TimestampInvalid:
    return TimestampInvalid(
        check.code,
        "{authority}: {finding_en}",
        "{authority}：{finding_zh}",
        authority=authority.name,
        check=check.name,
        finding_en=check.message_en,
        finding_zh=check.message_zh,
    )


def misconfigured(name: str, reason: str) -> AuthorityUnavailable:
    """The error for settings of an authority that cannot be used."""
    return AuthorityUnavailable(
        "AUTHORITY_MISCONFIGURED",
        "The authority {authority} cannot be used: {reason}.",
        "时间戳机构 {authority} 的配置不可用：{reason}。",
        authority=name,
        reason=reason,
    )
