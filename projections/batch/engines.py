"""Where the SQL of batch analysis runs: DuckDB on this machine, or Apache Spark.

Each engine gives the same views under the same names, so that a question is the same text on both. Only the
views that unnest a list are written twice, in `sql/views_<engine>.sql`.
"""

import contextlib
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar

from projections.batch.errors import EngineFailed
from projections.batch.extras import EngineName, require_duckdb, require_spark

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Given = TypeVar("Given")
Made = TypeVar("Made")

Work = Callable[[Iterable[Given]], Iterable[Made]]
"""A function over the elements of a partition."""

_Errors: TypeAlias = tuple[type[Exception], ...]

_STATEMENT_END: Final = ";\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of a query, with the names of their columns."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Engine(Protocol):
    """What statistics and audits need."""

    name: EngineName

    def open_files(self, files: Sequence[Path]) -> None:
        """Make the Parquet files the view `entries`."""

    def execute(self, statement: str) -> None:
        """Run a statement that has no rows."""

    def keep(self, view: str) -> None:
        """Compute a view that several questions ask once, and keep it, on disk if need be."""

    def query(self, statement: str) -> Answer:
        """The rows of a query."""

    def map(self, work: Work[Given, Made], given: Sequence[Given], *, small: bool) -> list[Made]:
        """What `work` makes of all that is given, each element a partition of its own; in any order.

        A `small` amount of work is not worth starting processes.
        """


@contextlib.contextmanager
def engine(name: EngineName, *, processes: int | None = None) -> Iterator[Engine]:
    """An engine to ask; `processes` defaults to the number of cores (Spark has settings of its own).

    Raises:
        EngineMissing: it is not installed.
    """
    with _duckdb(processes) if name == "duckdb" else _spark() as opened:
        yield opened


def entry_views(asked: Engine, parts: Sequence[Path]) -> None:
    """The views over the files of an export: `entries`, `entry_rights`, `secured`, `counted`."""
    asked.open_files(parts)
    for name in (f"views_{asked.name}", "views"):
        for statement in question(name).split(_STATEMENT_END):
            if statement.strip():
                asked.execute(statement)


def question(name: str) -> str:
    """The text of `sql/<name>.sql`, without its comment."""
    text = files("projections.batch").joinpath("sql", f"{name}.sql").read_text("utf-8")
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("--"))


class _DuckDb:
    name: EngineName = "duckdb"

    def __init__(self, connection: "DuckDBPyConnection", errors: _Errors, processes: int | None) -> None:
        self._connection = connection
        self._processes = processes or os.cpu_count() or 1
        self._errors = errors

    def open_files(self, files: Sequence[Path]) -> None:
        listed = ", ".join(_quoted(str(file)) for file in files)
        self.execute(f"CREATE OR REPLACE TEMPORARY VIEW entries AS SELECT * FROM read_parquet([{listed}])")  # noqa: S608 -- our own names, quoted

    def execute(self, statement: str) -> None:
        with _told("DuckDB", self._errors):
            self._connection.execute(statement)

    def keep(self, view: str) -> None:
        self.execute(f"CREATE OR REPLACE TEMPORARY TABLE kept_{view} AS SELECT * FROM {view}")  # noqa: S608 -- our own names
        self.execute(f"CREATE OR REPLACE TEMPORARY VIEW {view} AS SELECT * FROM kept_{view}")  # noqa: S608

    def query(self, statement: str) -> Answer:
        with _told("DuckDB", self._errors):
            cursor = self._connection.execute(statement)
            columns = tuple(column[0] for column in cursor.description or ())
            return Answer(columns, cursor.fetchall())

    def map(self, work: Work[Given, Made], given: Sequence[Given], *, small: bool) -> list[Made]:
        if small or min(self._processes, len(given)) <= 1:
            return list(work(given))
        # Spawned, not forked: a fork would share the locks of our threads.
        context = multiprocessing.get_context("spawn")
        with (
            _told("a worker process", (BrokenProcessPool,)),
            ProcessPoolExecutor(min(self._processes, len(given)), context) as pool,
        ):
            return [made for several in pool.map(partial(_each, work), given) for made in several]


def _each(work: Work[Given, Made], given: Given) -> list[Made]:
    return list(work([given]))


@contextlib.contextmanager
def _duckdb(processes: int | None) -> Iterator[Engine]:
    require_duckdb()
    import duckdb

    with tempfile.TemporaryDirectory(prefix="ipledger-") as spilled:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": spilled,
            # Nothing is fetched from anywhere.
            "autoinstall_known_extensions": "false",
        }
        connection = duckdb.connect(":memory:", config=settings)
        try:
            yield _DuckDb(connection, (duckdb.Error,), processes)
        finally:
            connection.close()


class _Spark:
    name: EngineName = "spark"

    def __init__(self, session: Any, errors: _Errors) -> None:
        self._session = session
        self._errors = errors

    def open_files(self, files: Sequence[Path]) -> None:
        paths = [file.resolve().as_uri() for file in files]
        with _told("Spark", self._errors):
            self._session.read.parquet(*paths).createOrReplaceTempView("entries")

    def execute(self, statement: str) -> None:
        with _told("Spark", self._errors):
            self._session.sql(statement)

    def keep(self, view: str) -> None:
        self.execute(f"CACHE TABLE {view}")

    def query(self, statement: str) -> Answer:
        with _told("Spark", self._errors):
            frame = self._session.sql(statement)
            return Answer(tuple(frame.columns), [tuple(each) for each in frame.collect()])

    def map(self, work: Work[Given, Made], given: Sequence[Given], *, small: bool) -> list[Made]:  # noqa: ARG002 -- the cluster's processes run anyway
        if not given:
            return []
        with _told("Spark", self._errors):
            partitions = self._session.sparkContext.parallelize(given, len(given))
            made: list[Made] = partitions.mapPartitions(work).collect()
        return made


@contextlib.contextmanager
def _spark() -> Iterator[Engine]:
    """A session as `spark-submit` or SPARK_CONF_DIR configure it; else on all cores of this machine."""
    require_spark()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    errors = (Py4JError, PySparkException)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("ipledger")
    for name, value in _SPARK_SETTINGS.items():
        builder = builder.config(name, value)
    with _told("Spark", errors):
        session = builder.getOrCreate()
    context = session.sparkContext
    context.setLogLevel("ERROR")
    if not context.getConf().contains(_SHUFFLE):
        # Spark's 200 are for a cluster; each costs a task.
        session.conf.set(_SHUFFLE, str(2 * context.defaultParallelism))
    try:
        yield _Spark(session, errors)
    finally:
        session.stop()


_SHUFFLE: Final = "spark.sql.shuffle.partitions"

_SPARK_SETTINGS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    # Registers know days before 1900; they are written in the calendar they are meant in.
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
}


@contextlib.contextmanager
def _told(name: str, errors: _Errors) -> Iterator[None]:
    """What an engine refuses, as an error of ours."""
    try:
        yield
    except errors as error:
        raise EngineFailed(name, str(error)) from error


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
