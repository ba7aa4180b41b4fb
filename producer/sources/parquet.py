"""Rows of Parquet files. The only module that needs pyarrow: import it only when there is such a file to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from producer.errors import SourceError
from producer.sources.lines import WholeFile
from producer.sources.rows import COLUMNS, Row, require_columns


def rows(path: Path, name: str) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a file, numbered from 1; it is read in batches.

    Args:
        path: The file.
        name: What errors call the file.

    Raises:
        SourceError: It is not a Parquet file, lacks a column that every report needs, or was truncated while it was
            read.
    """
    with path.open("rb") as beneath:
        whole = WholeFile(name, beneath)
        try:
            # Without `pre_buffer` one group of rows is held at a time, and not as many as there is memory for.
            with pq.ParquetFile(path, pre_buffer=False) as file:
                columns = [column for column in COLUMNS if column in file.schema_arrow.names]
                require_columns(name, file.schema_arrow.names, "its columns are")
                number = 0
                for batch in file.iter_batches(batch_size=4096, columns=columns):
                    for row in batch.to_pylist():
                        number += 1
                        yield number, row
        except OSError:
            whole.check_size()
            raise
        except pa.ArrowException as error:
            whole.check_size()
            raise SourceError(name, f"cannot be read as Parquet: {str(error).splitlines()[0]}") from error
