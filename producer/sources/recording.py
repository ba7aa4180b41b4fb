"""Recordings: files of reports, in the columns and units of the `traffic` library's frame, row by row.

    file ──> opening ──> formats.detect ──┬─ CSV ──────> table ──────┐
                                          ├─ JSON ─────> documents ──┤──> Dialects.read ──> StateVector
                                          └─ Parquet ──> parquet ────┘

A row that is not a report is counted, logged and skipped; a file that is not a recording is a `SourceError`.
"""

from __future__ import annotations

import importlib
import logging
import zlib
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from producer.errors import SourceError
from producer.sources import documents, table
from producer.sources.dialects import Dialects
from producer.sources.formats import Format, detect
from producer.sources.opening import HEAD, STDIN, opened
from producer.sources.rows import Row
from producer.wire import Mapping, Repair, SchemaError, StateVector

logger = logging.getLogger(__name__)

BUNDLED = Path(str(files("producer"))) / "data" / "paris_2021-10-07_1300-1330.csv.gz"
"""Half an hour over Paris: 43,191 reports of 67 aircraft. The README beside it names its source."""

BUNDLED_ATTRIBUTION = (
    "the OpenSky Network, https://opensky-network.org, by the library traffic (Xavier Olive, MIT licence)"
)
"""Who is to be named beside the reports of `BUNDLED`."""

_LOGGED_ROWS = 10  # refused rows that are logged one by one; of the others, every thousandth
_HOPELESS = 1000  # refused rows before the first good one, after which the file is given up


class Recording:
    """A file of reports in time order; each iteration reads it anew, row by row.

    Attributes:
        name: The file, as the user gave it.
        refused: Rows that were not reports, over all iterations.
        repaired: By field of the wire: how many values were dropped, as they could not be understood.
    """

    def __init__(
        self,
        path: Path,
        name: str | None = None,
        *,
        format_: Format | None = None,
        mapping: Mapping | None = None,
    ) -> None:
        """Choose a file; it is opened when it is iterated over.

        Args:
            path: The file, compressed with gzip or not; `STDIN` is standard input, which can be read once.
            name: What log and errors call it; its path by default.
            format_: None: told by how the file begins.
            mapping: How its rows are read; None: told by the names of their columns and fields.
        """
        self.name = name or ("standard input" if path == STDIN else str(path))
        self.refused = 0
        self.repaired: Counter[str] = Counter()
        self._path = path
        self._format = format_
        self._mapping = mapping

    def __iter__(self) -> Generator[StateVector, None, None]:
        """Yield the reports.

        Raises:
            SourceError: The file cannot be read (at any point), or holds no reports.
        """
        good = refused = 0
        repairs: list[Repair] = []
        example = ""
        dialects = Dialects(self.name, self._mapping)
        try:
            with closing(self._rows(dialects)) as rows:
                for line, row in rows:
                    for state in dialects.read(row, repairs):
                        if isinstance(state, SchemaError):
                            refused += 1
                            example = example or f", the first in line {line}: {state}"
                            self._refuse(line, state, hopeless=not good and refused >= _HOPELESS)
                            continue
                        good += 1
                        if repairs:
                            self._note(line, repairs)
                        yield state
        except (EOFError, OSError, zlib.error) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise SourceError(self.name, f"cannot be read: {reason}") from error
        if not good:
            reason = f"rows refused: {refused}{example}" if refused else "it is empty"
            raise SourceError(self.name, f"holds no reports ({reason})")

    @property
    def is_repeatable(self) -> bool:
        """Whether it can be read more than once: a file can, a pipe and standard input cannot."""
        return self._path.is_file()

    def times(self) -> Generator[tuple[int, float], None, None]:
        """Yield line and event time of each row that tells one, s since 1970; nothing is counted, and nothing refused.

        Raises:
            SourceError: The file cannot be read.
        """
        dialects = Dialects(self.name, self._mapping)
        with closing(self._rows(dialects)) as rows:
            for line, row in rows:
                for time in dialects.times(row):
                    yield line, time

    def _rows(self, dialects: Dialects) -> Generator[tuple[int, Row | bytes | SchemaError], None, None]:
        with opened(self._path, self.name) as (file, whole):
            format_ = self._format or detect(file.peek(HEAD), self._path.name)
            if format_ == "parquet":
                yield from self._parquet_rows(dialects)
            elif format_ == "json":
                yield from documents.rows(file, whole)
            else:
                yield from table.rows(file, whole, self.name, dialects.choose)

    def _refuse(self, line: int, error: SchemaError, *, hopeless: bool) -> None:
        self.refused += 1
        if hopeless:
            raise SourceError(self.name, f"holds no reports in its first {_HOPELESS} rows; line {line}: {error}")
        if self.refused <= _LOGGED_ROWS:
            logger.warning("%s, line %d: %s", self.name, line, error)
        elif self.refused % 1000 == 0:
            logger.warning("%s, line %d: %s (%d rows refused so far)", self.name, line, error, self.refused)

    def _note(self, line: int, repairs: list[Repair]) -> None:
        """Count what was dropped of a report, and log the first of each field."""
        for repair in repairs:
            if not self.repaired[repair.field]:
                logger.warning("%s, line %d: %s", self.name, line, repair)
            self.repaired[repair.field] += 1
        repairs.clear()

    def _parquet_rows(self, dialects: Dialects) -> Iterator[tuple[int, Row]]:
        if self._path == STDIN:
            raise SourceError(self.name, "is a Parquet file, which is read from its end: give its name, not a pipe")
        try:
            parquet = importlib.import_module("producer.sources.parquet")
        except ModuleNotFoundError as error:
            raise SourceError(
                self.name, "Parquet files need pyarrow: pip install 'flight-tracker[parquet]', or convert it to CSV"
            ) from error
        rows: Iterator[tuple[int, Row]] = parquet.rows(self._path, self.name, dialects.choose)
        return rows
