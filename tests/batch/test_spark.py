"""On Apache Spark: the same answers and findings as on this machine alone. `make spark` runs these."""

import pytest

from projections.batch.auditing import audit_export
from projections.batch.engines import engine
from projections.batch.export import export
from projections.batch.manifest import read_manifest
from projections.batch.statistics import statistics
from tests.batch.tampering import TAMPERINGS

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def spark_engine(tmp_path_factory):
    """One session for all tests, configured as a user would: two cores, few partitions for little data."""
    settings = tmp_path_factory.mktemp("spark")
    (settings / "spark-defaults.conf").write_text(
        "spark.master local[2]\nspark.sql.shuffle.partitions 4\nspark.driver.bindAddress 127.0.0.1\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(settings))
        with engine("spark") as opened:
            yield opened


def test_statistics_are_equal(made_up, spark_engine, duckdb_engine):
    folder, manifest, _ = made_up
    on_spark = statistics(spark_engine, folder, manifest)
    assert on_spark == statistics(duckdb_engine, folder, manifest)
    assert all(table.rows for table in on_spark)


def test_statistics_of_a_real_ledger_are_equal(exported, spark_engine, duckdb_engine):
    assert statistics(spark_engine, *exported) == statistics(duckdb_engine, *exported)


def test_the_audit_of_a_sound_export_is_equal(made_up, spark_engine, duckdb_engine):
    folder, manifest, _ = made_up
    on_spark = audit_export(spark_engine, folder, manifest)
    assert on_spark == audit_export(duckdb_engine, folder, manifest)
    assert on_spark.finding is None


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_what_was_changed_is_found_where_the_plain_audit_finds_it(
    exported, spark_engine, duckdb_engine, tamper
):
    folder, _ = exported
    tamper(folder)
    manifest = read_manifest(folder)
    on_spark = audit_export(spark_engine, folder, manifest)
    assert on_spark == audit_export(duckdb_engine, folder, manifest)
    assert (on_spark.finding.position, on_spark.finding.what) == TAMPERINGS[tamper]


def test_an_empty_export_is_sound_and_empty(store, tmp_path, spark_engine):
    manifest = export(store.reader, tmp_path / "export").manifest
    assert audit_export(spark_engine, tmp_path / "export", manifest).finding is None
    assert all(not table.rows for table in statistics(spark_engine, tmp_path / "export", manifest))
