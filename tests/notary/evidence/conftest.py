"""A sealed ledger with something to prove, and both verifiers."""

import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.entry import EntryClass, Source
from ledger.facts.base import record_id
from ledger.facts.documents import DocumentDeposited
from ledger.facts.status import InvalidationBecameFinal
from notary.authority import open_authority
from notary.evidence.trust import TrustFolder
from notary.keys import VerifierKey
from notary.sealing import Sealer
from notary.standalone import SCRIPT
from notary.timestamps import Authority
from tests.projections.ledgers import append, draft, pledged, registered, released, transferred

RIGHT, OTHER, UNKNOWN = "CN:patent:201810200002.3", "CN:patent:201620500005.5", "CN:patent:202130400004.X"
FIRST, SECOND, GONE = (record_id("pld", "CNIPA", number) for number in ("Y1", "Y2", "Y0"))
FILE_DIGEST = "ab" * 32
STAMPED = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


@dataclass
class World:
    """An open ledger with its home, what a verifier trusts, and where."""

    store: object
    home: Path
    sealer: Sealer
    operator: VerifierKey
    authority: Authority

    def seal(self):
        return self.sealer.seal().seal

    @cached_property
    def trust_folder(self):
        folder = self.home / "trust"
        (folder / "authorities").mkdir(parents=True)
        (folder / "operator.vkey").write_text(f"{self.operator}\n")
        root = x509.load_der_x509_certificate(self.authority.roots[0]).public_bytes(Encoding.PEM)
        (folder / "authorities" / "test.pem").write_bytes(root)
        return folder

    @property
    def trust(self):
        return TrustFolder.load(self.trust_folder)

    @property
    def now(self):
        return datetime.now(UTC)


def official(fact, number, **changes):
    """A fact as the register reports it."""
    made = draft(fact, number=number, entry_class=EntryClass.AUTHORITY, **changes)
    return replace(made, source=Source("CNIPA", number, "cd" * 32, "application/xml"))


def world_of(store, home):
    """A ledger with a sealer of its own; what lies in it is not sealed yet."""
    ticks = count()
    clock = lambda: datetime.now(UTC) + timedelta(microseconds=next(ticks))  # noqa: E731 -- a clock
    embedded = open_authority(home / "authority", clock=clock)
    authority = Authority("embedded", roots=(embedded.root,), embedded=embedded)
    sealer = Sealer(store, home, [authority], clock)
    return World(store, home, sealer, sealer.key.verifier, authority)


@pytest.fixture
def world(store, tmp_path):
    """Nine entries on three subjects: rights with two live pledges and a released one, and a deposit."""
    append(store, official(registered(RIGHT, title="一种电池"), "R1"))
    append(store, official(registered(OTHER, title="一种支架"), "R2"))
    append(store, official(transferred(RIGHT, "甲科技有限公司", "乙能源股份有限公司", "2021-01-04"), "Z1"))
    append(store, official(pledged(RIGHT, GONE, "乙能源股份有限公司", "某城市商业银行", "2022-03-01"), "Y0"))
    append(store, official(released(RIGHT, GONE, "某城市商业银行", "2023-03-01"), "J0"))
    append(store, official(pledged(RIGHT, FIRST, "乙能源股份有限公司", "中国农业银行", "2024-05-10"), "Y1"))
    append(store, official(pledged(RIGHT, SECOND, "乙能源股份有限公司", "招商银行", "2024-06-21"), "Y2"))
    deposit = DocumentDeposited(sha256=FILE_DIGEST, size=12, media_type="application/pdf")
    append(store, draft(deposit))
    return world_of(store, tmp_path)


@pytest.fixture
def sealed(world):
    """The same, sealed once."""
    assert world.seal() is not None
    return world


def invalidated(right):
    return official(
        InvalidationBecameFinal(rights=(right,), scope="full", effective_from="2025-02-10"),
        "W1",
    )


def run_standalone(script, package, trust):
    """The verifier without our software, in a Python that sees nothing else."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(package), "--trust", str(trust), "--lang", "en"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


STANDALONE = SCRIPT
