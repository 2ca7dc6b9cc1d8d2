"""Revocation lists beside tokens: fetched, recorded, put into packages, and never the price of a token."""

import io
import threading
import time
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import pytest
import stamina
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ledger import facts
from ledger.store.database import utc_now
from notary import revocation
from notary.authorities import load_authorities
from notary.authority import EmbeddedAuthority
from notary.errors import AuthorityUnavailable, TimestampInvalid
from notary.evidence.export import export
from notary.evidence.requests import EntryRequest
from notary.evidence.trust import TrustFolder
from notary.health import authority_states
from notary.revocation import LIST_BYTES_MAX, RevocationLists, judge_with_lists
from notary.seal_audit import Trust, check_seals
from notary.sealing import Sealer
from notary.seals import last_seal, recorded_seals
from notary.timestamps import Authority, request_token
from notary.tokens import load_certificates, load_revocation_lists
from notary.verify import Outcome, verify
from tests.notary import token_maker as maker
from tests.notary.evidence.conftest import STANDALONE, run_standalone
from tests.projections.ledgers import append, registered

VECTORS = Path(__file__).parents[1] / "vectors" / "own-tsa"
NOW = utc_now()
FRESH = {"this_update": NOW - timedelta(hours=1), "next_update": NOW + timedelta(days=7)}
VALID = {"not_before": NOW - timedelta(days=30), "not_after": NOW + timedelta(days=365)}
STOLEN, SUPERSEDED = x509.ReasonFlags.key_compromise, x509.ReasonFlags.superseded
_numbers = count(21_000_000)


@pytest.fixture(autouse=True)
def _direct_and_without_pauses(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    stamina.set_testing(True, attempts=1, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="module")
def root():
    return maker.certify("Revoking root", **VALID)


@pytest.fixture(scope="module")
def tsa(root):
    return maker.certify_tsa(root, **VALID)


@pytest.fixture(scope="module")
def authority(root, tsa):
    embedded = EmbeddedAuthority(tsa.der, root.der, tsa.key, utc_now, 1_000_000)
    return Authority("revocable", roots=(root.der,), embedded=embedded, timeout_ms=2_000)


@contextmanager
def lists_at(answer):
    """A server of lists; `answer(handler)` writes whatever it likes."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            answer(self)

        def log_message(self, *arguments):
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/issuer.crl", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def giving(body, status=200):
    def answer(handler):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def pem(content):
    return x509.load_der_x509_crl(content).public_bytes(Encoding.PEM)


def ask(authority, *sources, lists=None):
    return request_token(replace(authority, crl=sources), b"d" * 32, utc_now, lists)


# One token


@pytest.mark.parametrize("form", [lambda content: content, pem])
def test_a_list_is_fetched_and_what_it_says_of_the_signer_is_kept(authority, root, form):
    content = maker.revocation_list(root, **FRESH)
    with lists_at(giving(form(content))) as (url, asked):
        receipt = ask(authority, url)
    assert (receipt.revocation, receipt.unlisted, asked) == ((content,), None, ["/issuer.crl"])
    assert next(check for check in receipt.report.checks if check.name == "REVOCATION").required


def test_a_list_from_a_file_serves_as_well(authority, root, tmp_path):
    content = maker.revocation_list(root, **FRESH)
    (tmp_path / "issuer.crl").write_bytes(pem(content))
    receipt = ask(authority, tmp_path / "issuer.crl")
    assert (receipt.revocation, receipt.unlisted) == ((content,), None)


@pytest.mark.parametrize(("reason", "days"), [(STOLEN, 0), (STOLEN, -10), (None, 0), (SUPERSEDED, -1)])
def test_a_token_of_a_revoked_certificate_is_refused(authority, root, tsa, reason, days):
    content = maker.revocation_list(root, (tsa, NOW + timedelta(days=days, hours=-2), reason), **FRESH)
    with lists_at(giving(content)) as (url, _), pytest.raises(TimestampInvalid) as refused:
        ask(authority, url)
    assert refused.value.code == "CERTIFICATE_REVOKED"


def hang(handler):
    time.sleep(1.5)


def drip(handler):
    """A byte now and then, for ever."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b"\x30")
        handler.wfile.flush()
        time.sleep(0.05)


def flood(handler):
    """More than anybody needs."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(bytes(LIST_BYTES_MAX + 1))


def redirect(handler):
    handler.send_response(302)
    handler.send_header("Location", "/elsewhere")
    handler.end_headers()


def break_off(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"\x30\x82")


FAULTS = {
    "hang": (hang, "REVOCATION_LIST_LATE"),
    "drip": (drip, "REVOCATION_LIST_LATE"),
    "flood": (flood, "REVOCATION_LIST_TOO_LARGE"),
    "break_off": (break_off, "REVOCATION_LIST_UNREACHABLE"),
    "redirect": (redirect, "REVOCATION_LIST_UNREACHABLE"),
    "error": (giving(b"", 500), "REVOCATION_LIST_UNREACHABLE"),
    "page": (giving(b"<html>please log in</html>"), "REVOCATION_LIST_MALFORMED"),
    "nothing": (giving(b""), "REVOCATION_LIST_MALFORMED"),
    "der_garbage": (giving(b"\x30\x82\xff\xff" + bytes(100)), "REVOCATION_LIST_MALFORMED"),
    "certificate": (giving(maker.ROOT.der), "REVOCATION_LIST_MALFORMED"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_list_that_cannot_be_had_costs_no_token_and_is_told(authority, fault):
    answer, code = FAULTS[fault]
    with lists_at(answer) as (url, _):
        began = time.monotonic()
        receipt = request_token(
            replace(authority, crl=(url,), timeout_ms=400), b"d" * 32, utc_now, RevocationLists(utc_now)
        )
        assert time.monotonic() - began < 2
    assert receipt.report.accepted
    assert (receipt.revocation, receipt.unlisted.code) == ((), code)


def test_a_server_that_is_down_or_a_file_that_is_not_there_is_told(authority, tmp_path):
    with lists_at(giving(b"")) as (url, _):
        pass  # the port is free again
    assert ask(authority, url).unlisted.code == "REVOCATION_LIST_UNREACHABLE"
    assert ask(authority, tmp_path / "none.crl").unlisted.code == "REVOCATION_LIST_UNREADABLE"


def test_a_list_that_comes_too_late_is_not_waited_for_and_serves_the_next_token(authority, root):
    go = threading.Event()
    content = maker.revocation_list(root, **FRESH)

    def answer(handler):
        assert go.wait(5)
        giving(content)(handler)

    lists = RevocationLists(utc_now, patience_ms=50)
    with lists_at(answer) as (url, asked):
        receipt = ask(authority, url, lists=lists)
        assert (receipt.report.accepted, receipt.unlisted.code) == (True, "REVOCATION_LIST_LATE")
        go.set()
        deadline = time.monotonic() + 5
        while ask(authority, url, lists=lists).revocation != (content,):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert asked == ["/issuer.crl"]


def stale(root, tsa):
    return maker.revocation_list(
        root, this_update=NOW - timedelta(days=20), next_update=NOW - timedelta(days=10)
    )


def premature(root, tsa):
    return maker.revocation_list(
        root, this_update=NOW + timedelta(days=1), next_update=NOW + timedelta(days=2)
    )


def of_another_issuer(root, tsa):
    return maker.revocation_list(maker.ROOT, (tsa, NOW, STOLEN), **FRESH)


def forged(root, tsa):
    """It names the issuer and says the worst, and somebody else signed it."""
    return maker.revocation_list(maker.ROOT, (tsa, NOW, STOLEN), subject=root.certificate.subject, **FRESH)


@pytest.mark.parametrize("made", [stale, premature, of_another_issuer, forged])
def test_a_list_that_does_not_speak_about_the_token_decides_nothing_and_is_not_kept(
    authority, root, tsa, made
):
    with lists_at(giving(made(root, tsa))) as (url, _):
        receipt = ask(authority, url)
    assert receipt.report.accepted
    assert (receipt.revocation, receipt.unlisted.code) == ((), "REVOCATION_UNKNOWN")


def test_a_failing_address_beside_a_good_one_is_told_and_the_good_list_kept(authority, root):
    content = maker.revocation_list(root, **FRESH)
    with lists_at(giving(content)) as (good, _), lists_at(giving(b"", 404)) as (bad, _):
        receipt = ask(authority, bad, good)
    assert (receipt.revocation, receipt.unlisted.code) == ((content,), "REVOCATION_LIST_UNREACHABLE")


def test_a_strangers_list_beside_a_good_one_is_not_kept(authority, root, tsa):
    content = maker.revocation_list(root, **FRESH)
    with lists_at(giving(content)) as (good, _), lists_at(giving(forged(root, tsa))) as (bad, _):
        receipt = ask(authority, bad, good)
    assert (receipt.revocation, receipt.unlisted) == ((content,), None)


def test_lists_are_fetched_seldom_and_a_failing_address_ever_less_often(authority, root, monkeypatch):
    monkeypatch.setattr(revocation, "_RETRY_S", 0.05)
    content = maker.revocation_list(root, **FRESH)
    lists = RevocationLists(utc_now)
    with lists_at(giving(content)) as (good, asked), lists_at(giving(b"", 503)) as (bad, refused):
        for _ in range(20):
            ask(authority, good, bad, lists=lists)
            time.sleep(0.01)
        assert len(asked) == 1
        assert 1 <= len(refused) <= 4


def test_the_last_list_serves_while_a_new_one_cannot_be_had(authority, root, monkeypatch):
    monkeypatch.setattr(revocation, "_REFRESH_S", 0.0)
    monkeypatch.setattr(revocation, "_RETRY_S", 0.0)
    content = maker.revocation_list(root, **FRESH)
    answers = iter([giving(content)])
    lists = RevocationLists(utc_now)

    def answer(handler):
        next(answers, giving(b"", 500))(handler)

    with lists_at(answer) as (url, asked):
        assert ask(authority, url, lists=lists).unlisted is None
        deadline = time.monotonic() + 5
        while (receipt := ask(authority, url, lists=lists)).unlisted is None:
            assert time.monotonic() < deadline
        assert len(asked) >= 2
    assert (receipt.revocation, receipt.unlisted.code) == ((content,), "REVOCATION_LIST_UNREACHABLE")


def test_the_token_of_the_stolen_key_among_the_vectors_is_refused():
    """The list is from after the token, and voids it all the same."""
    lists = load_revocation_lists((VECTORS / "crl-keycompromise.der").read_bytes())
    report, unspoken = judge_with_lists(
        (VECTORS / "bad-revoked-keycompromise.tsr").read_bytes(),
        lists,
        digest=maker.hashlib.sha256((VECTORS / "data.bin").read_bytes()).digest(),
        at=NOW.replace(year=2027, month=1, day=1),
        roots=load_certificates((VECTORS / "root.pem").read_bytes()),
    )
    assert (report.leading.code, unspoken) == ("CERTIFICATE_REVOKED", None)


# The configuration


def configured(home, crl):
    (home / "root.pem").write_bytes(x509.load_der_x509_certificate(maker.ROOT.der).public_bytes(Encoding.PEM))
    table = f'[[authority]]\nname = "a"\nurl = "https://tsa.example/"\nroots = ["root.pem"]\ncrl = {crl}\n'
    (home / "authorities.toml").write_text(table)
    return load_authorities(home, clock=utc_now)


def test_files_and_addresses_are_configured(tmp_path):
    (authority,) = configured(tmp_path, '["issuer.crl", "http://tsa.example/issuer.crl"]')
    assert authority.crl == (tmp_path / "issuer.crl", "http://tsa.example/issuer.crl")


@pytest.mark.parametrize(
    "wrong", ['"issuer.crl"', "[7]", '[""]', '["ftp://tsa.example/a"]', '["http://u:p@tsa.example/a"]']
)
def test_a_configuration_that_cannot_be_used_is_refused(tmp_path, wrong):
    with pytest.raises(AuthorityUnavailable) as refused:
        configured(tmp_path, wrong)
    assert refused.value.code == "AUTHORITY_MISCONFIGURED"


# With the seal


def seal(store, home, authority):
    append(store, registered(f"US:patent:{next(_numbers)}"))
    return Sealer(store, home, [authority], utc_now).seal()


def findings(store, home, authority, seals=None):
    trust = Trust(Sealer(store, home, [authority], utc_now).key.verifier, [authority], utc_now())
    return [found.code for found in check_seals(store, seals or recorded_seals(store), trust)]


def test_the_list_enters_the_ledger_with_the_seal(store, tmp_path, authority, root):
    content = maker.revocation_list(root, **FRESH)
    with lists_at(giving(content)) as (url, _):
        sealed = seal(store, tmp_path, replace(authority, crl=(url,))).seal
    (token,) = facts.read(store.reader.entry(sealed.position).parse()).tokens
    (digest,) = token.revocation
    document = store.documents.get(digest)
    assert (document.content, document.media_type) == (content, "application/pkix-crl")
    assert last_seal(store).revocation == (("revocable", digest),)
    assert findings(store, tmp_path, authority) == []
    (state,) = authority_states(store)
    assert state.as_json()["unlisted"] is None


def test_a_list_that_cannot_be_had_costs_no_seal_and_is_shown_until_it_comes(
    store, tmp_path, authority, root
):
    content = maker.revocation_list(root, **FRESH)
    with lists_at(giving(b"garbage")) as (url, _):
        assert seal(store, tmp_path, replace(authority, crl=(url,))).anchored
        first = authority_states(store)[0].as_json()
        assert seal(store, tmp_path, replace(authority, crl=(url,))).anchored
        shown = authority_states(store)[0].as_json()
    assert (shown["state"], shown["unlisted"]["code"]) == ("answers", "REVOCATION_LIST_MALFORMED")
    assert set(shown["unlisted"]["message"]) == {"en", "zh"}
    assert shown["unlisted"]["since"] == first["unlisted"]["since"]
    assert last_seal(store).revocation == ()
    with lists_at(giving(content)) as (url, _):
        seal(store, tmp_path, replace(authority, crl=(url,)))
    assert authority_states(store)[0].as_json()["unlisted"] is None
    assert findings(store, tmp_path, authority) == []


def test_a_revoked_authority_seals_nothing_and_is_shown_as_refused(store, tmp_path, authority, root, tsa):
    content = maker.revocation_list(root, (tsa, NOW, STOLEN), **FRESH)
    with lists_at(giving(content)) as (url, _):
        sealed = seal(store, tmp_path, replace(authority, crl=(url,)))
    assert sealed.seal is None
    assert [error.code for _, error in sealed.refusals] == ["CERTIFICATE_REVOKED"]
    (state,) = authority_states(store)
    assert (state.state, state.code) == ("refused", "CERTIFICATE_REVOKED")
    assert last_seal(store) is None


def test_the_audit_finds_seals_void_whose_key_turned_out_stolen(store, tmp_path, authority, root, tsa):
    (tmp_path / "issuer.crl").write_bytes(maker.revocation_list(root, **FRESH))
    believing = replace(authority, crl=(tmp_path / "issuer.crl",))
    seal(store, tmp_path, believing)
    seal(store, tmp_path, authority)
    assert findings(store, tmp_path, believing) == []
    later = maker.revocation_list(root, (tsa, NOW + timedelta(minutes=5), STOLEN), **FRESH)
    (tmp_path / "issuer.crl").write_bytes(later)
    assert findings(store, tmp_path, believing) == ["CERTIFICATE_REVOKED"] * 2
    (tmp_path / "issuer.crl").write_bytes(stale(root, tsa))
    assert findings(store, tmp_path, believing) == []


def test_a_recorded_list_that_was_changed_decides_nothing(store, tmp_path, authority, root):
    """The audit of documents names it; the token is judged as if it had come without one."""
    (tmp_path / "issuer.crl").write_bytes(maker.revocation_list(root, **FRESH))
    sealed = seal(store, tmp_path, replace(authority, crl=(tmp_path / "issuer.crl",))).seal
    ((_, digest),) = last_seal(store).revocation
    with store.database.connect_owner() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("ALTER TABLE document DROP CONSTRAINT document_check")
        connection.execute("UPDATE document SET bytes = 'x' WHERE digest = %s", (bytes.fromhex(digest),))
    assert sealed.position is not None
    assert findings(store, tmp_path, authority) == []


# In a package


@pytest.fixture
def package(store, tmp_path, authority, root):
    """One entry, with the list that was recorded with its seal."""
    content = maker.revocation_list(root, **FRESH)
    (tmp_path / "issuer.crl").write_bytes(content)
    seal(store, tmp_path, replace(authority, crl=(tmp_path / "issuer.crl",)))
    made = export(store, EntryRequest(1))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert load_revocation_lists(archive.read("tokens/revocable.crl")) == (content,)
    return made


@pytest.fixture
def verdict(store, tmp_path, authority, root):
    """What both verifiers say, by the revocation lists the verifier brings."""
    folder = tmp_path / "trust"
    (folder / "authorities").mkdir(parents=True)
    operator = Sealer(store, tmp_path, [authority], utc_now).key.verifier
    (folder / "operator.vkey").write_text(f"{operator}\n")
    certificate = x509.load_der_x509_certificate(root.der).public_bytes(Encoding.PEM)
    (folder / "authorities" / "root.pem").write_bytes(certificate)

    def judge(package, brought=None):
        if brought is not None:
            (folder / "authorities" / "newest.crl").write_bytes(pem(brought))
        file = tmp_path / "package.zip"
        file.write_bytes(package)
        report = verify(package, TrustFolder.load(folder), utc_now())
        other = run_standalone(STANDALONE, file, folder)
        assert other.returncode == report.exit_code, other.stdout
        found = {
            str(finding.data["check"])
            for check in report.checks
            for finding in check.findings
            if "check" in finding.data
        }
        return report.outcome, report.failed, found

    return judge


def test_the_recorded_list_goes_into_the_package_and_both_verifiers_use_it(package, verdict):
    assert verdict(package) == (Outcome.PASS, (), set())


def test_both_verifiers_refuse_the_token_once_the_key_is_known_as_stolen(package, verdict, root, tsa):
    newest = maker.revocation_list(root, (tsa, NOW + timedelta(minutes=5), STOLEN), **FRESH)
    outcome, failed, found = verdict(package, newest)
    assert (outcome, failed, found) == (Outcome.FAIL, ("TOKENS",), {"CERTIFICATE_REVOKED"})


def test_both_verifiers_believe_a_token_from_before_an_ordinary_revocation(package, verdict, root, tsa):
    """RFC 3161 section 4: the key was safe when the token was made."""
    newest = maker.revocation_list(root, (tsa, NOW + timedelta(days=1), SUPERSEDED), **FRESH)
    assert verdict(package, newest) == (Outcome.PASS, (), set())
