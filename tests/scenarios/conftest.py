"""Ledgers to play stories on."""

import json
from datetime import UTC, datetime
from itertools import count

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from api.principals import FILE, Principals, as_toml, new_principal
from ledger.entry import EntryClass
from notary.authority import open_authority
from notary.evidence.trust import TrustFolder
from notary.sealing import Sealer
from notary.timestamps import Authority
from tests.api.serving import serving
from tests.scenarios.players import HandSetClock, InMemory, OnLedger, OverHttp


@pytest.fixture
def in_memory():
    return InMemory()


@pytest.fixture
def clock():
    return HandSetClock()


@pytest.fixture
def on_ledger(open_ledger, clock):
    clock.on("2000-01-01")
    return OnLedger(open_ledger(clock=clock), clock)


@pytest.fixture
def over_http(open_ledger, clock, tmp_path):
    clock.on("2000-01-01")
    store = open_ledger(clock=clock)
    clerk, token = new_principal("clerk", list(EntryClass), [])
    (tmp_path / FILE).write_bytes(as_toml([clerk]))
    with serving(store, principals=Principals(tmp_path)) as client:

        def post(command):
            bearer = {"Authorization": f"Bearer {token}"}
            answer = client.post("/v1/commands", content=json.dumps(command).encode(), headers=bearer)
            assert answer.status_code == 200, answer.text
            return answer.json()

        yield OverHttp(store, clock, post)


class Notary:
    """Seals ledgers, each with a home of its own, and has all stamped by one authority."""

    def __init__(self, home):
        ticks = count()
        self.clock = lambda: datetime.fromtimestamp(datetime.now(UTC).timestamp() + next(ticks) / 1e6, UTC)
        embedded = open_authority(home / "authority", clock=self.clock)
        self.authority = Authority("embedded", roots=(embedded.root,), embedded=embedded)

    def seal(self, store, home):
        """What a verifier trusts afterwards."""
        sealer = Sealer(store, home, [self.authority], self.clock)
        assert sealer.seal().seal is not None
        trusted = home / "trust"
        (trusted / "authorities").mkdir(parents=True, exist_ok=True)
        (trusted / "operator.vkey").write_text(f"{sealer.key.verifier}\n")
        root = x509.load_der_x509_certificate(self.authority.roots[0]).public_bytes(Encoding.PEM)
        (trusted / "authorities" / "test.pem").write_bytes(root)
        return TrustFolder.load(trusted)


@pytest.fixture(scope="session")
def notary(tmp_path_factory):
    return Notary(tmp_path_factory.mktemp("notary"))
