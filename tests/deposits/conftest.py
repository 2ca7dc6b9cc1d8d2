"""A ledger that can be sealed, and a file to deposit."""

from dataclasses import replace

import pytest

from ledger.facts.registrations import RightRegistered
from ledger.store.database import utc_now
from notary.authority import open_authority
from notary.deposits import Deposits, Document, digest_file
from notary.sealing import Sealer
from notary.timestamps import Authority
from notary.vault import Vault
from tests.projections.ledgers import append

RIGHT = "US:patent:15145443"


def embedded_authority(folder, name):
    made = open_authority(folder, clock=utc_now)
    return Authority(name, roots=(made.root,), embedded=made)


@pytest.fixture
def authority(tmp_path):
    return embedded_authority(tmp_path / "authority", "embedded")


@pytest.fixture
def sealer(store, tmp_path, authority):
    return Sealer(store, tmp_path, [authority], utc_now, required=1)


@pytest.fixture
def vault(store, tmp_path):
    return Vault(store, tmp_path, utc_now)


@pytest.fixture
def deposits(store, vault):
    return Deposits(store, utc_now, vault)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "disclosure.pdf"
    path.write_bytes(b"%PDF-1.7 a disclosure")
    return path


@pytest.fixture
def document(file):
    return Document(digest_file(file), "application/pdf", "交底书")


@pytest.fixture
def right(store):
    append(store, RightRegistered(rights=(RIGHT,)))
    return RIGHT


@pytest.fixture
def independent(tmp_path):
    """An authority that is not the operator's: the same machine, under a name that says otherwise."""
    made = embedded_authority(tmp_path / "independent", "independent")
    return made, replace(made, url="https://tsa.example/", embedded=None)
