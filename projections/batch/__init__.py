"""Analysis of the whole ledger at once: exports as Parquet, statistics and a parallel audit on them.

Promises: an export repeats the hashed bytes exactly and is resumed, never half-written; the questions are one
SQL text on DuckDB and on Apache Spark, with equal answers; an audit of the export names the same first wrong
position as an audit of the ledger would.

DuckDB, Arrow and Spark come with the extras `batch` and `spark`; nothing else imports this package, and what
of it needs them is imported when it is used.
"""

from projections.batch.errors import EngineMissing
from projections.batch.extras import require_duckdb, require_spark
from projections.batch.manifest import Manifest, Part, read_manifest

__all__ = ["EngineMissing", "Manifest", "Part", "read_manifest", "require_duckdb", "require_spark"]
