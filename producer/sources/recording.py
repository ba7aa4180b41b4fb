"""Recordings: files of reports, in the columns and units of the `traffic` library's frame, row by row.

    CSV, CSV.gz ───────────> rows ───> rows.parse ───────┐
    Parquet (parquet.py) ──> rows ───> rows.parse ───────┤──> StateVector
    JSON lines, .gz ───────> lines ──> rows.parse_line ──┘

A row that is not a report is counted, logged and skipped; a file that is not a recording is a `SourceError`.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import io
import logging
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import IO, Any, cast

from producer.errors import SourceError
from producer.sources.lines import Lines, WholeFile
from producer.sources.rows import Row, parse, parse_line, require_columns
from producer.wire import SchemaError, StateVector

logger = logging.getLogger(__name__)

BUNDLED = Path(str(files("producer"))) / "data" / "paris_2021-10-07_1300-1330.csv.gz"
"""Half an hour over Paris: 43,191 reports of 67 aircraft. The README beside it names its source."""

_LOGGED_ROWS = 10  # refused rows that are logged one by one; of the others, every thousandth
_HOPELESS = 1000  # refused rows before the first good one, after which the file is given up


class Recording:
    """A file of reports in time order; each iteration reads it anew, row by row.

    Attributes:
        name: The file, as the user gave it.
        refused: Rows that were not reports, over all iterations.
    """

    def __init__(self, path: Path, name: str | None = None) -> None:
        """Choose a file; it is opened when it is iterated over.

        Args:
            path: The file; its name tells its format.
            name: What log and errors call it; its path by default.

        Raises:
            SourceError: The name does not tell a format that can be read.
        """
        self.name = name or str(path)
        self.refused = 0
        self._path = path
        self._rows, self._parse = self._format()

    def __iter__(self) -> Generator[StateVector, None, None]:
        """Yield the reports.

        Raises:
            SourceError: The file cannot be read (at any point), or holds no reports.
        """
        good = refused = 0
        example = ""
        try:
            with closing(self._rows()) as rows:
                for line, row in rows:
                    try:
                        state = self._state(row)
                    except SchemaError as error:
                        refused += 1
                        example = example or f", the first in line {line}: {error}"
                        self._refuse(line, error, hopeless=not good and refused >= _HOPELESS)
                    else:
                        good += 1
                        yield state
        except (EOFError, OSError, zlib.error) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise SourceError(self.name, f"cannot be read: {reason}") from error
        if not good:
            reason = f"rows refused: {refused}{example}" if refused else "it is empty"
            raise SourceError(self.name, f"holds no reports ({reason})")

    def _state(self, row: Any) -> StateVector:  # noqa: ANN401 - whatever the format's parser takes
        if isinstance(row, SchemaError):
            raise row
        return self._parse(row)

    def _refuse(self, line: int, error: SchemaError, *, hopeless: bool) -> None:
        self.refused += 1
        if hopeless:
            raise SourceError(self.name, f"holds no reports in its first {_HOPELESS} rows; line {line}: {error}")
        if self.refused <= _LOGGED_ROWS:
            logger.warning("%s, line %d: %s", self.name, line, error)
        elif self.refused % 1000 == 0:
            logger.warning("%s, line %d: %s (%d rows refused so far)", self.name, line, error, self.refused)

    def _format(self) -> tuple[Callable[[], Any], Callable[[Any], StateVector]]:
        name = self._path.name.lower()
        plain = name.removesuffix(".gz")
        if plain.endswith(".csv"):
            return self._csv_rows, parse
        if plain.endswith((".jsonl", ".ndjson", ".json")):
            return self._lines, parse_line
        if name.endswith((".parquet", ".pq")):
            return self._parquet_rows, parse
        raise SourceError(self.name, "unknown format: .csv, .jsonl or .ndjson (also .gz), or .parquet is needed")

    @contextmanager
    def _open(self) -> Iterator[tuple[IO[bytes], WholeFile]]:
        """Open the file, decompressed where it is, and as it lies there."""
        with self._path.open("rb") as file:
            whole = WholeFile(self.name, file)
            if not self._path.name.lower().endswith(".gz"):
                yield file, whole
                return
            try:
                with gzip.open(file) as archive:
                    yield cast("IO[bytes]", archive), whole
            except (EOFError, OSError, zlib.error):
                whole.check_size()
                raise

    def _lines(self) -> Iterator[tuple[int, bytes | SchemaError]]:
        with self._open() as (file, whole):
            lines = Lines(file, whole)
            while line := _next_line(lines):
                text = line.removeprefix(b"\xef\xbb\xbf") if isinstance(line, bytes) and lines.number == 1 else line
                if isinstance(text, SchemaError) or text.strip():
                    yield lines.number, text

    def _csv_rows(self) -> Iterator[tuple[int, Row | SchemaError]]:
        # Bytes that are not UTF-8 become lone surrogates, which neither a known column's name nor a valid text has.
        with (
            self._open() as (raw, whole),
            io.TextIOWrapper(raw, "utf-8-sig", "surrogateescape", newline="") as file,
        ):
            lines = Lines(file, whole)
            reader = csv.reader(iter(lines.read, ""))
            first = _next_row(reader)
            if isinstance(first, SchemaError):
                raise SourceError(self.name, f"holds no reports; line 1: {first}")
            header = [name.strip() for name in first or []]
            require_columns(self.name, header, "its first line has")
            while (values := _next_row(reader)) is not None:
                if isinstance(values, SchemaError):
                    yield lines.number, values
                elif len(values) == len(header):
                    yield lines.number, dict(zip(header, values, strict=True))
                elif values:
                    found = SchemaError("format", "row", f"{len(values)} values", f"{len(header)} are required")
                    yield lines.number, found

    def _parquet_rows(self) -> Iterator[tuple[int, Row]]:
        try:
            parquet = importlib.import_module("producer.sources.parquet")
        except ModuleNotFoundError as error:
            raise SourceError(
                self.name, "Parquet files need pyarrow: pip install 'flight-tracker[parquet]', or convert it to CSV"
            ) from error
        rows: Iterator[tuple[int, Row]] = parquet.rows(self._path, self.name)
        return rows


def _next_line(lines: Lines[bytes]) -> bytes | SchemaError:
    try:
        return lines.read()
    except SchemaError as error:
        return error


def _next_row(reader: Any) -> list[str] | SchemaError | None:  # noqa: ANN401 - the csv module names no public type
    try:
        row: list[str] | None = next(reader, None)
    except SchemaError as error:
        return error
    except csv.Error as error:  # such as a field of more than 128 KiB, behind a quote that is never closed
        return SchemaError("format", "row", "unreadable", str(error))
    return row
