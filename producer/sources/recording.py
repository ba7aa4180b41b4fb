"""Recordings: files of reports, in the columns and units of the `traffic` library's frame.

    CSV, CSV.gz ───────────> rows ──> parse ───────────────────────────┐
    Parquet (parquet.py) ──> rows ──> parse ───────────────────────────┤──> StateVector
    JSON lines, .gz ───────> lines ─> parse_line: parse, or the wire ──┘

A row that is no report is counted, logged and skipped; a file that is no recording is a `SourceError`.
"""

from __future__ import annotations

import csv
import functools
import gzip
import importlib
import io
import logging
import math
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from producer import wire
from producer.errors import SourceError
from producer.wire import SchemaError, StateVector

logger = logging.getLogger(__name__)

BUNDLED = Path(str(files("producer"))) / "data" / "paris_2021-10-07_1300-1330.csv.gz"
"""Half an hour over Paris: 43,191 reports of 67 aircraft. Its source stands in the README beside it."""

KNOT = 1852 / 3600
"""m/s, exact by definition."""
FOOT = 0.3048
"""m, exact by definition."""

_NUMBERS: Mapping[str, tuple[str, float]] = {
    "lat": ("latitude", 1.0),
    "lon": ("longitude", 1.0),
    "velocity": ("groundspeed", KNOT),
    "track": ("track", 1.0),
    "altitude": ("altitude", FOOT),
    "geo_altitude": ("geoaltitude", FOOT),
    "vertical_rate": ("vertical_rate", FOOT / 60),
}
"""The column of each number on the wire, and what one of its units is in the wire's."""

_NOT_A_VALUE = frozenset({"", "nan", "NaN", "NaT", "<NA>", "null", "None"})  # as frames are written
_TRUTHS = {
    **dict.fromkeys(("true", "True", "TRUE", "1", "1.0"), True),
    **dict.fromkeys(("false", "False", "FALSE", "0", "0.0"), False),
}
_MAX_LINE = 1 << 20  # characters: junk without a line end must not be held whole
_LOGGED_ROWS = 10  # refused rows that are logged one by one; of the others, each thousandth
_HOPELESS = 1000  # refused rows, with no good one before, after which a file is none of ours

Row = Mapping[str, object]


def parse(row: Row) -> StateVector:
    """Reads one row of the `traffic` library's columns.

    Args:
        row: By column: `timestamp` (ISO 8601, UTC where it names no zone; s since 1970; or a datetime), `latitude` and
            `longitude` deg, `icao24` or `callsign`; where known `altitude` and `geoaltitude` ft, `groundspeed` kt,
            `track` deg, `vertical_rate` ft/min, `onground`, `squawk`. Numbers may be texts; None, NaN and "" stand for
            what is not known.

    Raises:
        SchemaError: It is no report.
    """
    fields: dict[str, object] = {}
    for field, (column, scale) in _NUMBERS.items():
        value = row.get(column)
        if value is None or value == "":
            continue
        number = _number(column, value)
        if number is not None:
            fields[field] = number * scale
    time = _time(row.get("timestamp"))
    if time is None:
        raise SchemaError("missing", "timestamp", "absent", "a time is required")
    fields["time"] = time
    fields["icao24"] = _known(row.get("icao24"))
    fields["callsign"] = _known(row.get("callsign"))
    fields["on_ground"] = _truth("onground", row.get("onground"))
    fields["squawk"] = _digits(row.get("squawk"))
    return wire.validate(fields)


def parse_line(line: bytes) -> StateVector:
    """Reads one JSON line: a row of the same columns, or, where it has a `lat`, a state vector as on the wire.

    Raises:
        SchemaError: It is no report, or a state vector without a `time`.
    """
    try:
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        row = None
    if isinstance(row, dict) and "lat" not in row:
        return parse(row)
    state = wire.decode(line)  # also says what is wrong with what is no object
    if state.time is None:
        raise SchemaError("missing", "time", "absent", "a recorded report needs its time")
    return state


def _known(value: object) -> object:
    """Gives None for what stands for no value in a frame: None, NaN, NaT and their spellings."""
    if isinstance(value, str):
        return None if value in _NOT_A_VALUE or value.isspace() else value
    return value if value == value else None  # NaN and NaT differ from themselves


def _number(column: str, value: object) -> float | None:
    value = _known(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise SchemaError("type", column, repr(value)[:60], "a number is required")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise SchemaError("format", column, repr(value)[:60], "a number is required") from None
    if not math.isfinite(number):
        raise SchemaError("not-finite", column, str(number), "a finite number is required")
    return number


def _time(value: object) -> float | None:
    value = _known(value)
    if isinstance(value, datetime):
        return _epoch(value)
    return _time_of_text(value) if isinstance(value, str) else _number("timestamp", value)


@functools.lru_cache(maxsize=64)  # all aircraft report in the same second
def _time_of_text(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return _epoch(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        limit = "ISO 8601, or seconds since 1970, is required"
        raise SchemaError("format", "timestamp", repr(text[:60]), limit) from None


def _epoch(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _truth(column: str, value: object) -> bool | None:
    value = _known(value)
    if value is None or isinstance(value, bool):
        return value
    truth = _TRUTHS.get(str(value).strip())
    if truth is None:
        raise SchemaError("format", column, repr(value)[:60], "true or false is required")
    return truth


def _digits(value: object) -> object:
    """Gives a squawk as text: a frame with unknown ones may hold the others as numbers, 1000.0."""
    value = _known(value)
    if value is None or isinstance(value, bool):
        return value
    return str(value).strip().removesuffix(".0")


class Recording:
    """A file of reports in time order; each iteration reads it anew, row by row.

    Attributes:
        name: The file, as given.
        refused: Rows that were no reports, over all iterations.
    """

    def __init__(self, path: Path, name: str | None = None) -> None:
        """Names a file; it is opened when it is iterated over.

        Raises:
            SourceError: The name tells no format that can be read.
        """
        self.name = name or str(path)
        self.refused = 0
        self._path = path
        self._rows, self._parse = self._format()

    def __iter__(self) -> Generator[StateVector, None, None]:
        """Gives the reports.

        Raises:
            SourceError: The file cannot be read (at any point), or holds no report.
        """
        good = refused = 0
        try:
            with closing(self._rows()) as rows:
                for line, row in rows:
                    try:
                        state = self._state(row)
                    except SchemaError as error:
                        refused += 1
                        self._refuse(line, error, hopeless=not good and refused >= _HOPELESS)
                    else:
                        good += 1
                        yield state
        except (EOFError, OSError, zlib.error) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise SourceError(self.name, f"cannot be read: {reason}") from error
        if not good:
            found = f"{refused} rows were refused" if refused else "it is empty"
            raise SourceError(self.name, f"holds no report: {found}")

    def _state(self, row: Any) -> StateVector:  # noqa: ANN401 - what the format's parse takes
        if isinstance(row, SchemaError):
            raise row
        return self._parse(row)

    def _refuse(self, line: int, error: SchemaError, *, hopeless: bool) -> None:
        self.refused += 1
        if hopeless:
            raise SourceError(self.name, f"holds no report in its first {_HOPELESS} rows; line {line}: {error}")
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
        raise SourceError(self.name, "unknown format; known are .csv, .jsonl and .ndjson (also .gz), and .parquet")

    def _open(self) -> IO[bytes]:
        if self._path.name.lower().endswith(".gz"):
            return cast("IO[bytes]", gzip.open(self._path))
        return self._path.open("rb")

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        with self._open() as file:
            for number, line in enumerate(iter(lambda: file.readline(_MAX_LINE), b""), 1):
                text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if text.strip():
                    yield number, text

    def _csv_rows(self) -> Iterator[tuple[int, Row | SchemaError]]:
        # What is no UTF-8 becomes lone surrogates: such a header has no known column, and no text takes one.
        with self._open() as raw, io.TextIOWrapper(raw, "utf-8-sig", "surrogateescape", newline="") as file:
            reader = csv.reader(iter(lambda: file.readline(_MAX_LINE), ""))
            first = _next_row(reader)
            header = [] if first is None or isinstance(first, SchemaError) else [name.strip() for name in first]
            require_columns(self.name, header)
            while (values := _next_row(reader)) is not None:
                if isinstance(values, SchemaError):
                    yield reader.line_num, values
                elif len(values) == len(header):
                    yield reader.line_num, dict(zip(header, values, strict=True))
                elif values:
                    found = SchemaError("format", "row", f"{len(values)} values", f"{len(header)} are required")
                    yield reader.line_num, found

    def _parquet_rows(self) -> Iterator[tuple[int, Row]]:
        try:
            parquet = importlib.import_module("producer.sources.parquet")
        except ModuleNotFoundError as error:
            raise SourceError(
                self.name, "Parquet files need pyarrow: pip install 'flight-tracker[parquet]', or convert it to CSV"
            ) from error
        rows: Iterator[tuple[int, Row]] = parquet.rows(self._path, self.name)
        return rows


def _next_row(reader: Any) -> list[str] | SchemaError | None:  # noqa: ANN401 - the csv module names no public type
    try:
        row: list[str] | None = next(reader, None)
    except csv.Error as error:  # such as a field of more than 128 KiB, behind a quote that is never closed
        return SchemaError("format", "row", "unreadable", str(error))
    return row


def require_columns(name: str, columns: Iterable[str]) -> None:
    """Refuses a table without the columns that every report needs.

    Raises:
        SourceError: One is missing.
    """
    found = list(columns)
    if not found:
        raise SourceError(name, "holds no report: it is empty")
    missing = [column for column in ("timestamp", "latitude", "longitude") if column not in found]
    if "icao24" not in found and "callsign" not in found:
        missing.append("icao24 (or callsign)")
    if missing:
        listed = repr(", ".join(found))
        shown = listed if len(listed) <= 120 else f"{listed[:120]}..."
        raise SourceError(name, f"has no column {', '.join(missing)}; its first line has {shown}")
