"""The rows of an export as Parquet: the one place that knows its columns and reads and writes its files.

Digests and links are plain binary, not of fixed size, because Spark reads only that.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Final

import pyarrow as pa
from pyarrow import parquet

from projections.batch.rows import Row

ROW_GROUP: Final = 5_000
"""Rows in memory at a time, for whoever writes and for whoever reads."""

SCHEMA: Final = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        pa.field("recorded_at", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("effective_on", pa.date32(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("type_v", pa.int64(), nullable=False),
        pa.field("class", pa.string(), nullable=False),
        pa.field("actor", pa.string(), nullable=False),
        pa.field("command_id", pa.string(), nullable=False),
        pa.field("source_register", pa.string()),
        pa.field("source_number", pa.string()),
        pa.field("digest", pa.binary(), nullable=False),
        pa.field("link", pa.binary(), nullable=False),
        pa.field("raw", pa.binary(), nullable=False),
        pa.field(
            "assets",
            pa.list_(
                pa.struct(
                    [
                        ("id", pa.string()),
                        ("seq", pa.int64()),
                        ("prev", pa.string()),
                        ("office", pa.string()),
                        ("kind", pa.string()),
                        ("region", pa.string()),
                    ]
                )
            ),
            nullable=False,
        ),
        pa.field("tags", pa.list_(pa.string()), nullable=False),
        pa.field("counted_as", pa.string()),
        pa.field("counted_on", pa.date32(), nullable=False),
        pa.field("act", pa.string(), nullable=False),
        pa.field("amount_minor", pa.int64()),
        pa.field("currency", pa.string()),
        pa.field("amount_whole", pa.int64()),
        pa.field("secured", pa.list_(pa.struct([("party", pa.string()), ("name", pa.string())]))),
        pa.field("answers", pa.int64()),
    ]
)

UNREADABLE: Final = (pa.ArrowException, OSError, ValueError, KeyError)
"""What reading a damaged file may end in."""


def write(rows: Iterable[Row], stream: IO[bytes]) -> None:
    """Write all rows to an open file, in groups of `ROW_GROUP`."""
    with parquet.ParquetWriter(stream, SCHEMA, compression="zstd") as writer:
        left = iter(rows)
        while group := list(islice(left, ROW_GROUP)):
            writer.write_batch(batch(group))


def batch(rows: list[Row]) -> pa.RecordBatch:
    """Rows as Arrow holds them."""
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


def read(file: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a file, in their order, `ROW_GROUP` at a time.

    Raises:
        one of `UNREADABLE`, also for a file of other columns.
    """
    with parquet.ParquetFile(file) as opened:
        if not opened.schema_arrow.equals(SCHEMA):
            raise ValueError("its columns are not those of an export")
        yield from opened.iter_batches(ROW_GROUP)
