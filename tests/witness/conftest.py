"""A log in memory with its key, a witness of it, and the witness's interface on a real port."""

import base64
import contextlib
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.witness import create_witness_app
from notary import checkpoints, merkle
from notary.checkpoints import Checkpoint
from notary.cosignatures import CosigningKey
from notary.keys import SigningKey
from notary.witness import Witness

ORIGIN = "ledger.example/patents"
NOW = datetime(2026, 11, 20, 8, 0, 1, 500_000, tzinfo=UTC)


@dataclass
class MemoryLog:
    """Leaves anybody may put in any order: an operator who can do what he likes."""

    key: SigningKey
    leaves: list[bytes] = field(default_factory=list)

    def grow(self, number, seed="honest"):
        self.leaves += [sha256(f"{seed} {len(self.leaves) + i}".encode()).digest() for i in range(number)]
        return self

    def copy(self, upto=None):
        return MemoryLog(self.key, self.leaves[:upto])

    def hashes(self, size):
        return merkle.leaf_hashes(self.leaves[:size])

    def note(self, size=None, **changes):
        size = len(self.leaves) if size is None else size
        members = {"origin": self.key.name, "size": size, "root": merkle.root(self.hashes(size))}
        chain = sha256(b"".join(self.leaves[:size])).digest()
        return checkpoints.sign(Checkpoint(**(members | {"chain": chain} | changes)), self.key)

    def consistency(self, old, size):
        return merkle.consistency_proof(self.hashes(size), old)

    def request(self, old, size=None, note=None, proof=None):
        size = len(self.leaves) if size is None else size
        note = self.note(size).note if note is None else note
        proof = self.consistency(old, size) if proof is None and 0 < old < size else proof or []
        lines = b"".join(base64.b64encode(each) + b"\n" for each in proof)
        return b"old %d\n" % old + lines + b"\n" + note


@pytest.fixture
def log():
    return MemoryLog(SigningKey(ORIGIN, Ed25519PrivateKey.generate())).grow(5)


@pytest.fixture
def key():
    return CosigningKey("witness.example/w1", Ed25519PrivateKey.generate())


@pytest.fixture
def make_witness(log, key, tmp_path):
    """Start this test's witness; starting it again stops the one before."""
    running = []

    def make(**options):
        while running:
            running.pop().close()
        running.append(
            Witness(
                options.get("key", key),
                options.get("logs", [log.key.verifier]),
                options.get("folder", tmp_path / "witness"),
                options.get("clock", lambda: NOW),
            )
        )
        return running[-1]

    yield make
    while running:
        running.pop().close()


@pytest.fixture
def witness(make_witness):
    return make_witness()


@contextlib.contextmanager
def served(app):
    """An application on a free port; its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def address(witness):
    with served(create_witness_app(witness)) as url:
        yield url


@pytest.fixture
def post(address):
    """POST /add-checkpoint."""
    with httpx.Client(base_url=address) as client:
        yield lambda body: client.post("/add-checkpoint", content=body)
