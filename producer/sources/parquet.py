"""Rows of Parquet files. The only module that needs pyarrow; import it only when such a file is to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from producer.errors import SourceError
from producer.sources.recording import require_columns

_COLUMNS = (
    "timestamp",
    "icao24",
    "callsign",
    "latitude",
    "longitude",
    "altitude",
    "geoaltitude",
    "groundspeed",
    "track",
    "vertical_rate",
    "onground",
    "squawk",
)


def rows(path: Path, name: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Gives the rows of a file, numbered from 1, by batches.

    Args:
        path: The file.
        name: What errors call it.

    Raises:
        SourceError: It is no Parquet file, or lacks a column that every report needs.
    """
    try:
        with pq.ParquetFile(path) as file:
            columns = [column for column in _COLUMNS if column in file.schema_arrow.names]
            require_columns(name, file.schema_arrow.names)
            number = 0
            for batch in file.iter_batches(batch_size=4096, columns=columns):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except pa.ArrowException as error:
        raise SourceError(name, f"cannot be read as Parquet: {str(error).splitlines()[0]}") from error
