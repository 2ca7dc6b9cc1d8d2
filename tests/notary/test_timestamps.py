"""Asking authorities over HTTP, with servers that are down, slow, broken or lying."""

import hashlib
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stamina

from notary.authority import POLICY, open_authority
from notary.errors import AuthorityUnavailable, TimestampInvalid
from notary.timestamps import Authority, build_request, request_token
from notary.tokens import encoding as enc
from notary.tokens import judge_token

NOW = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)
DIGEST = hashlib.sha256(b"checkpoint").digest()
REPLY = "application/timestamp-reply"


def clock():
    return NOW


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    return open_authority(tmp_path_factory.mktemp("home") / "authority", clock=clock)


@pytest.fixture(autouse=True)
def _direct_and_without_pauses(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    stamina.set_testing(True, attempts=3, cap=True)
    yield
    stamina.set_testing(False)


@contextmanager
def serve(answer):
    """A server on 127.0.0.1; `answer(handler, request)` writes whatever it likes."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.headers, request))
            answer(self, request)

        def log_message(self, *arguments):
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler, body, *, status=200, content_type=REPLY):
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def ask(embedded, answer, **changes):
    with serve(answer) as (url, asked):
        settings = {"name": "test", "roots": (embedded.root,), "url": url, "timeout_ms": 5_000}
        return request_token(Authority(**settings | changes), DIGEST, clock), asked


def refusal(embedded, answer, error, **changes):
    with pytest.raises(error) as refused:
        ask(embedded, answer, **changes)
    return refused.value


def test_an_honest_answer_is_kept_as_received(embedded):
    answers = []

    def answer(handler, request):
        answers.append(embedded.answer(request))
        send(handler, answers[-1])

    receipt, asked = ask(embedded, answer, policy=POLICY, username="bank", password="geheim")
    assert (receipt.authority, receipt.response, receipt.gen_time) == ("test", answers[0], NOW)
    assert receipt.report.accepted
    again = judge_token(receipt.response, digest=DIGEST, nonce=receipt.nonce, roots=[embedded.root], at=NOW)
    assert again.accepted
    ((headers, request),) = asked
    assert headers["Content-Type"] == "application/timestamp-query"
    assert headers["Authorization"].startswith("Basic ")
    assert request == build_request(DIGEST, nonce=receipt.nonce, policy=POLICY)


def test_every_request_has_a_nonce_of_its_own(embedded):
    authority = Authority("embedded", roots=(embedded.root,), embedded=embedded)
    receipts = [request_token(authority, DIGEST, clock) for _ in range(10)]
    assert len({receipt.nonce for receipt in receipts}) == 10
    assert all(receipt.report.token.nonce == receipt.nonce for receipt in receipts)


def test_an_authority_that_is_down_is_asked_again_and_then_given_up(embedded):
    with serve(send) as (url, _):
        pass  # the port is free again
    authority = Authority("down", roots=(embedded.root,), url=url)
    with pytest.raises(AuthorityUnavailable) as refused:
        request_token(authority, DIGEST, clock)
    assert refused.value.code == "AUTHORITY_UNREACHABLE"


def test_a_passing_fault_costs_only_a_retry(embedded):
    answers = iter([503, 200])

    def answer(handler, request):
        status = next(answers)
        send(handler, embedded.answer(request) if status == 200 else b"", status=status)

    receipt, asked = ask(embedded, answer)
    assert receipt.report.accepted
    assert len(asked) == 2


@pytest.mark.parametrize(("status", "tries"), [(500, 3), (503, 3), (400, 1), (401, 1), (404, 1), (302, 1)])
def test_http_errors_are_named_and_only_passing_ones_tried_again(embedded, status, tries):
    count = []

    def answer(handler, _):
        count.append(status)
        send(handler, b"", status=status)

    error = refusal(embedded, answer, AuthorityUnavailable)
    assert (error.code, error.data["status"]) == ("AUTHORITY_HTTP_STATUS", status)
    assert len(count) == tries


def wait_before_answering(handler, _):
    time.sleep(1)
    handler.close_connection = True


def drip(handler, _):
    """A byte now and then, so that no single read ever times out."""
    handler.send_response(200)
    handler.send_header("Content-Type", REPLY)
    handler.end_headers()
    try:
        for _ in range(40):
            handler.wfile.write(b"0")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        handler.close_connection = True


def drip_headers(handler, _):
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(40):
            handler.wfile.write(b"X-More: yes\r\n")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        handler.close_connection = True


@pytest.mark.parametrize("slow", [wait_before_answering, drip, drip_headers])
def test_a_slow_authority_is_left_at_the_deadline(embedded, slow):
    start = time.monotonic()
    with serve(slow) as (url, _):
        authority = Authority("slow", roots=(embedded.root,), url=url, timeout_ms=300, attempts=1)
        with pytest.raises(AuthorityUnavailable) as refused:
            request_token(authority, DIGEST, clock)
        elapsed = time.monotonic() - start
    assert refused.value.code == "AUTHORITY_TIMEOUT"
    assert elapsed < 0.9


def test_a_huge_body_is_not_read_to_its_end(embedded):
    def answer(handler, _):
        handler.send_response(200)
        handler.send_header("Content-Type", REPLY)
        handler.end_headers()
        try:
            for _ in range(1_000):
                handler.wfile.write(bytes(1024 * 1024))
        except OSError:
            handler.close_connection = True

    assert refusal(embedded, answer, AuthorityUnavailable).code == "AUTHORITY_ANSWER_TOO_LARGE"


def test_a_connection_that_breaks_off_is_named(embedded):
    def answer(handler, _):
        handler.send_response(200)
        handler.send_header("Content-Type", REPLY)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"0")

    assert refusal(embedded, answer, AuthorityUnavailable).code == "AUTHORITY_UNREACHABLE"


def test_what_is_not_http_is_named(embedded):
    def answer(handler, _):
        handler.wfile.write(b"\x00\x01\x02 nonsense\r\n\r\n")

    assert refusal(embedded, answer, AuthorityUnavailable).code == "AUTHORITY_UNREACHABLE"


def test_a_page_of_some_proxy_is_no_time_stamp(embedded):
    def answer(handler, _):
        send(handler, b"<html>please log in</html>", content_type="text/html; charset=utf-8")

    error = refusal(embedded, answer, AuthorityUnavailable)
    assert (error.code, error.data["found"]) == ("AUTHORITY_CONTENT_TYPE", "text/html")


def wrong_nonce(embedded, _):
    return embedded.answer(build_request(DIGEST, nonce=1, policy=None))


def wrong_imprint(embedded, request):
    return embedded.answer(request.replace(DIGEST, bytes(32)))


def no_nonce(embedded, _):
    algorithm = enc.sequence(enc.oid("2.16.840.1.101.3.4.2.1"))
    return embedded.answer(
        enc.sequence(enc.integer(1), enc.sequence(algorithm, enc.octets(DIGEST)), enc.tagged(1, b"\xff"))
    )


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (wrong_nonce, "NONCE_MISMATCH"),
        (no_nonce, "NONCE_MISSING"),
        (wrong_imprint, "IMPRINT_MISMATCH"),
        (lambda embedded, _: embedded.answer(b"another request"), "STATUS_NOT_GRANTED"),
        (lambda _, __: b"garbage", "ENCODING_INVALID"),
        (lambda _, __: b"", "ENCODING_INVALID"),
        (lambda embedded, request: embedded.answer(request) * 2, "ENCODING_INVALID"),
        (lambda embedded, request: embedded.answer(request)[:-3], "ENCODING_INVALID"),
    ],
)
def test_an_answer_to_something_else_is_refused_at_once(embedded, lie, code):
    count = []

    def answer(handler, request):
        count.append(request)
        send(handler, lie(embedded, request))

    error = refusal(embedded, answer, TimestampInvalid)
    assert (error.code, error.data["authority"]) == (code, "test")
    assert len(count) == 1


def test_another_policy_than_asked_for_is_refused(embedded):
    def answer(handler, request):
        asked_for, given = enc.oid("1.2.3.4"), enc.oid(POLICY)
        body = request[2:].replace(asked_for, given)
        send(handler, embedded.answer(enc.tagged(0x30, body)))

    assert refusal(embedded, answer, TimestampInvalid, policy="1.2.3.4").code == "POLICY_MISMATCH"


def test_the_token_of_an_authority_we_do_not_trust_is_refused(embedded, tmp_path):
    stranger = open_authority(tmp_path / "stranger", clock=clock)
    error = refusal(
        embedded, lambda handler, request: send(handler, stranger.answer(request)), TimestampInvalid
    )
    assert (error.code, error.data["check"]) == ("CHAIN_UNTRUSTED", "CHAIN")


@pytest.mark.parametrize(
    ("offset", "code"),
    [
        (timedelta(days=3 * 365), "CLOCK_IN_FUTURE"),
        (timedelta(minutes=6), "CLOCK_IN_FUTURE"),
        (-timedelta(minutes=6), "AUTHORITY_CLOCK_BEHIND"),
        (-timedelta(hours=20), "AUTHORITY_CLOCK_BEHIND"),
    ],
)
def test_an_authority_with_a_wrong_clock_is_refused(tmp_path, offset, code):
    times = iter([NOW, NOW + offset])
    wrong = open_authority(tmp_path / "authority", clock=lambda: next(times))
    authority = Authority("wrong clock", roots=(wrong.root,), embedded=wrong)
    with pytest.raises(TimestampInvalid) as refused:
        request_token(authority, DIGEST, clock)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"url": "ftp://tsa.example"},
        {"url": "file:///etc/passwd"},
        {"url": "tsa.example"},
        {"url": "http://user:secret@tsa.example"},
        {"url": "http://[broken"},
        {"url": "http://tsa.example", "roots": ()},
        {"url": "http://tsa.example", "timeout_ms": 0},
        {"url": "http://tsa.example", "attempts": 0},
    ],
)
def test_a_misconfigured_authority_is_named_at_once(changes):
    with pytest.raises(AuthorityUnavailable) as refused:
        Authority(**{"name": "test", "roots": (b"",)} | changes)
    assert refused.value.code == "AUTHORITY_MISCONFIGURED"


def test_the_password_is_not_printed():
    authority = Authority("test", roots=(b"",), url="http://tsa.example", username="u", password="geheim")
    assert "geheim" not in repr(authority)
