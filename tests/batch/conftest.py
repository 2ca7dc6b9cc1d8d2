"""A ledger with something to count, its export in parts of ten, and made-up entries without a database."""

from itertools import islice

import pytest

from projections.batch.engines import engine
from projections.batch.export import export
from scripts.bench import generate_parts
from tests.projections.ledgers import append, pledged, registered, released, transferred

PATENT, MARK, WORK = "CN:patent:201810200002.3", "CN:trademark:12345678", "CN:copyright:粤作登字-2023-F-1"


@pytest.fixture
def ledger(store):
    """Twenty-six entries on three rights."""
    for right in (PATENT, MARK, WORK):
        append(store, registered(right))
    for year in range(2015, 2020):
        append(store, transferred(PATENT, "甲公司", "乙公司", f"{year}-03-01"))
        append(store, pledged([PATENT, MARK], f"pld_{year}", "乙公司", "华东银行", f"{year}-04-01"))
        append(store, released([PATENT, MARK], f"pld_{year}", "华东银行", f"{year}-12-01"))
    append(
        store,
        *(pledged(WORK, f"pld_w{number}", "丙公司", "江南银行", "2020-02-03") for number in range(8)),
    )
    return store


@pytest.fixture
def exported(ledger, tmp_path):
    """The folder of its export and the manifest."""
    folder = tmp_path / "parquet"
    return folder, export(ledger.reader, folder, part_entries=10).manifest


@pytest.fixture(scope="session")
def made_up(tmp_path_factory):
    """An export of 5,000 made-up entries in three parts: folder, manifest and the entries."""
    folder = tmp_path_factory.mktemp("made_up") / "parquet"
    manifest = generate_parts.write(folder, 5000, seed=3, part_entries=2000)
    return folder, manifest, list(islice(generate_parts.stored_entries(3), 5000))


@pytest.fixture
def duckdb_engine():
    with engine("duckdb", processes=1) as opened:
        yield opened
