"""Rows of Parquet files. The only module that needs pyarrow: import it only when there is such a file to read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from producer.errors import SourceError
from producer.sources.lines import WholeFile
from producer.sources.rows import COLUMNS, Row

_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
"""A second, by the unit in which moments are counted."""


def rows(
    path: Path, name: str, choose: Callable[[list[str], str], Collection[str] | None]
) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a file, numbered from 1; it is read in batches.

    Args:
        path: The file.
        name: What errors call the file.
        choose: Is told the columns, returns those to read, and raises where a report needs another one.

    Raises:
        SourceError: It is not a Parquet file, lacks a column that every report needs, or was truncated while it was
            read.
    """
    with path.open("rb") as beneath:
        whole = WholeFile(name, beneath)
        try:
            # Without `pre_buffer` one group of rows is held at a time, and not as many as there is memory for.
            with pq.ParquetFile(path, pre_buffer=False) as file:
                read = choose(file.schema_arrow.names, "its columns are") or COLUMNS
                columns = [column for column in file.schema_arrow.names if column in read]
                number = 0
                for batch in file.iter_batches(batch_size=4096, columns=columns):
                    values = [_values(batch.column(place)) for place in range(len(columns))]
                    for row in zip(*values, strict=True):
                        number += 1
                        yield number, dict(zip(batch.schema.names, row, strict=True))
        except OSError:
            whole.check_size()
            raise
        except pa.ArrowException as error:
            whole.check_size()
            raise SourceError(name, f"cannot be read as Parquet: {str(error).splitlines()[0]}") from error


def _values(column: pa.Array) -> list[object]:
    """Return what a column holds: moments as s since 1970, which unlike those of Python may be of any year and unit."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        ticks = _TICKS[column.type.unit]
        return [None if tick is None else tick / ticks for tick in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_date(column.type):
        return _values(column.cast(pa.timestamp("s")))
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.cast(pa.large_binary())
    values: list[object] = column.to_pylist()
    if pa.types.is_large_binary(column.type) or pa.types.is_binary(column.type):
        # Bytes that are not UTF-8 become lone surrogates, which no valid text has.
        return [value.decode(errors="surrogateescape") if isinstance(value, bytes) else value for value in values]
    return [float(value) if isinstance(value, Decimal) else value for value in values]
