"""What the doctor says of authorities, seals and witnesses that fail, and which of it is grave."""

from dataclasses import replace
from datetime import timedelta

import pytest
import stamina
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from api.witness import create_witness_app
from ledger.store.database import utc_now
from notary.authorities import load_authorities
from notary.authority import open_authority
from notary.checkpoints import sign
from notary.cosignatures import CosigningKey
from notary.sealing import Sealer
from notary.witness import Witness
from notary.witnesses import Witnesses, load_witnesses
from scripts.checkup import notary_checks
from tests.notary.test_timestamps import send, serve
from tests.projections.ledgers import append, registered
from tests.witness.conftest import served

RIGHTS = (f"US:patent:{number}" for number in range(17_000_000, 18_000_000))


@pytest.fixture(autouse=True)
def _direct_and_without_pauses(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    stamina.set_testing(True, attempts=1, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return open_authority(tmp_path_factory.mktemp("authority") / "authority", clock=utc_now)


class Server:
    """An authority over HTTP that can be ill."""

    def __init__(self, authority):
        self.authority = authority
        self.ill = False

    def __call__(self, handler, request):
        if self.ill:
            send(handler, b"", status=500)
        else:
            send(handler, self.authority.answer(request))


@pytest.fixture
def servers(authority):
    """Two authorities and their addresses."""
    first, second = Server(authority), Server(authority)
    with serve(first) as (one, _), serve(second) as (two, _):
        yield (first, one), (second, two)


@pytest.fixture
def home(tmp_path, authority, servers):
    root = x509.load_der_x509_certificate(authority.root).public_bytes(Encoding.PEM)
    (tmp_path / "root.pem").write_bytes(root)
    tables = [
        f'[[authority]]\nname = "{name}"\nurl = "{url}"\nroots = ["root.pem"]\nattempts = 1\n'
        for name, (_, url) in zip(("one", "two"), servers, strict=True)
    ]
    (tmp_path / "authorities.toml").write_text("required = 2\nanchor_within_minutes = 30\n" + "".join(tables))
    return tmp_path


def seal(store, home):
    append(store, registered(next(RIGHTS)))
    return Sealer(store, home, load_authorities(home, clock=utc_now), utc_now).seal()


def look(store, home, later=timedelta(0)):
    """Checks by name; of several of one name, the last."""
    return {check.name: check for check in notary_checks(home, store, lambda: utc_now() + later)}


def authorities(store, home):
    return [check for check in notary_checks(home, store, utc_now) if check.name == "authority"]


def test_with_all_in_order_nothing_is_said_against_it(store, home):
    seal(store, home)
    checks = notary_checks(home, store, utc_now)
    assert all(check.ok for check in checks)
    assert [check.name for check in checks] == [
        "keys",
        "authority",
        "authority",
        "authorities",
        "seal",
        "anchored",
    ]


def test_one_authority_that_is_down_is_named_and_not_yet_grave(store, home, servers):
    assert seal(store, home).anchored
    second = servers[1][0]
    second.ill = True
    assert not seal(store, home).anchored
    seal(store, home)
    one, two = authorities(store, home)
    assert (one.ok, two.ok, two.grave) == (True, False, False)
    for text in (two.en, two.zh):
        assert "AUTHORITY_HTTP_STATUS" in text
    assert "down for seals since" in two.en
    assert "2 times" in two.en
    found = look(store, home)
    assert (found["authorities"].ok, found["anchored"].ok) == (True, True)
    second.ill = False
    assert seal(store, home).anchored
    assert look(store, home)["anchored"].ok


def test_a_revocation_list_that_cannot_be_had_is_told_and_not_grave(store, home):
    file = home / "authorities.toml"
    file.write_text(file.read_text() + 'crl = ["missing.crl"]\n')
    assert seal(store, home).anchored
    one, two = authorities(store, home)
    assert (one.ok, two.ok, two.grave) == (True, False, False)
    for text in (two.en, two.zh):
        assert "REVOCATION_LIST_UNREADABLE" in text
    assert look(store, home)["authorities"].ok


def test_a_seal_that_stays_short_for_too_long_is_grave(store, home, servers):
    servers[1][0].ill = True
    seal(store, home)
    file = home / "authorities.toml"
    file.write_text(file.read_text().replace("within_minutes = 30", "within_minutes = 1"))
    servers[1][0].ill = False
    within, late = look(store, home)["anchored"], look(store, home, later=timedelta(minutes=2))["anchored"]
    assert (within.ok, late.ok, late.grave) == (True, False, True)
    assert "1 of 2 missing" in late.en


def test_no_authority_answering_is_grave(store, home, servers):
    seal(store, home)
    for server, _ in servers:
        server.ill = True
    assert seal(store, home).seal is None
    found = look(store, home)["authorities"]
    assert (found.ok, found.grave) == (False, True)
    # They are back, but nothing was sealed since.
    for server, _ in servers:
        server.ill = False
    back = look(store, home)["authorities"]
    assert not back.ok
    assert "newest seal" in back.en
    seal(store, home)
    assert look(store, home)["authorities"].ok


def test_a_configuration_that_cannot_be_used_is_told(store, home):
    (home / "authorities.toml").write_text("requried = 2\n")
    (check,) = notary_checks(home, store, utc_now)
    assert (check.name, check.ok, check.grave) == ("keys", False, True)


@pytest.fixture
def key():
    return CosigningKey("witness.example/w1", Ed25519PrivateKey.generate())


def configure(home, key, url):
    (home / "witnesses.toml").write_text(
        f'[[witness]]\nname = "bank"\nurl = "{url}"\nvkey = "{key.verifier}"\ntimeout_ms = 2000\n'
    )


def test_a_witness_is_asked_and_told_with_what_it_last_signed(store, home, key):
    made = seal(store, home).seal
    operator = Sealer(store, home, load_authorities(home, clock=utc_now), utc_now).key
    witness = Witness(key, [operator.verifier], home / "w", utc_now)
    with served(create_witness_app(witness)) as url:
        configure(home, key, url)
        before = look(store, home)
        assert (before["witness"].ok, before["witnesses"].ok) == (True, True)
        assert "no cosignature" in before["witness"].en
        Witnesses(store, home, load_witnesses(home), utc_now).cosign_last()
        newer = seal(store, home).seal
        after = look(store, home)["witness"]
        size = made.signed.checkpoint.size
        assert after.ok
        assert f" {size} entries" in after.en
        assert f" {size} 条" in after.zh
        assert newer.signed.checkpoint.size > size
    down = look(store, home)
    assert (down["witness"].ok, down["witness"].grave, down["witnesses"].ok) == (False, False, False)
    assert "WITNESS_UNREACHABLE" in down["witness"].en
    assert f" {size} entries" in down["witness"].en
    witness.close()


def test_a_witness_that_saw_another_history_is_grave(store, home, key):
    made = seal(store, home).seal
    operator = Sealer(store, home, load_authorities(home, clock=utc_now), utc_now).key
    witness = Witness(key, [operator.verifier], home / "w", utc_now)
    other = sign(replace(made.signed.checkpoint, map_root=bytes(32)), operator)
    witness.add_checkpoint(b"old 0\n\n" + other.note)
    with served(create_witness_app(witness)) as url:
        configure(home, key, url)
        found = look(store, home)["witness"]
    witness.close()
    assert (found.ok, found.grave) == (False, True)
    assert "WITNESS_SAW_ANOTHER" in found.zh
