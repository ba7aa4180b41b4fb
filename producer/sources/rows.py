"""Rows of tables in the columns and units of the `traffic` library's frame, and what each is on the wire.

row ──> parse ───────────────────────────────────┐
JSON line ──> parse_line: parse, or the wire's ──┴──> StateVector
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from producer import wire
from producer.errors import SourceError
from producer.wire import VITAL, Repair, SchemaError, StateVector, is_unknown

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
"""By the field of the wire: the column that holds it, and how many of the wire's units one of the column's is."""

COLUMNS = ("timestamp", "icao24", "callsign", *(column for column, _ in _NUMBERS.values()), "onground", "squawk")
"""The columns that are read; a table may have others."""

_NOT_KNOWN_IN_FRAMES = frozenset({"NaT", "<NA>"})
_TRUTHS = {
    **dict.fromkeys(("true", "True", "TRUE", "1", "1.0"), True),
    **dict.fromkeys(("false", "False", "FALSE", "0", "0.0"), False),
}

Row = Mapping[str, object]


def parse(row: Row, repairs: list[Repair] | None = None) -> StateVector:
    """Parse one row of the `traffic` library's columns.

    Args:
        row: By column: `timestamp` (ISO 8601, UTC where it names no zone; s since 1970; or a datetime), `latitude` and
            `longitude` deg, `icao24` or `callsign`; where known `altitude` (or "ground") and `geoaltitude` ft,
            `groundspeed` kt, `track` deg, `vertical_rate` ft/min, `onground`, `squawk`. Numbers may be texts;
            None, NaN, "" and spellings such as `NULL` mean that a value is not known.
        repairs: Is told which fields were dropped, as they could not be understood.

    Raises:
        SchemaError: Identity, position or time is not right.
    """
    fields: dict[str, object] = {}
    for field, (column, scale) in _NUMBERS.items():
        value = row.get(column)
        if value is None or value == "":
            continue
        if field == "altitude" and isinstance(value, str) and value.strip().lower() == "ground":
            fields["on_ground"] = True
            continue
        try:
            number = _number(column, value)
        except SchemaError as error:
            _drop(field, error, repairs)
            continue
        if number is not None:
            fields[field] = number * scale
    time = _time(row.get("timestamp"))
    if time is None:
        raise SchemaError("missing", "timestamp", "absent", "a time is required")
    fields["time"] = time
    fields["icao24"] = _known(row.get("icao24"))
    fields["callsign"] = _known(row.get("callsign"))
    fields["squawk"] = _digits(row.get("squawk"))
    try:
        fields.setdefault("on_ground", _truth("onground", row.get("onground")))
    except SchemaError as error:
        _drop("on_ground", error, repairs)
    return wire.validate(fields, repairs)


def parse_line(line: bytes, repairs: list[Repair] | None = None) -> StateVector:
    """Parse one JSON line: a row of the same columns or, if it has a `lat`, a state vector as on the wire.

    Args:
        line: UTF-8.
        repairs: Is told which fields were dropped, as they could not be understood.

    Raises:
        SchemaError: It is not a report, or is a state vector without a `time`.
    """
    return parse_decoded(line, decode_json(line), repairs)


def parse_decoded(line: bytes, document: object, repairs: list[Repair] | None = None) -> StateVector:
    """Parse one JSON line, as `parse_line`, that is decoded already.

    Args:
        line: UTF-8.
        document: What it holds; None: it is no JSON.
        repairs: Is told which fields were dropped, as they could not be understood.

    Raises:
        SchemaError: As `parse_line`.
    """
    if isinstance(document, dict) and "lat" not in document:
        return parse(document, repairs)
    state = wire.decode(line, repairs)  # which also tells what is wrong with a line that is not an object
    if state.time is None:
        raise SchemaError("missing", "time", "absent", "a recorded report needs its time")
    return state


def decode_json(line: bytes) -> object:
    """Return what a JSON text holds; None where it is none."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _drop(field: str, error: SchemaError, repairs: list[Repair] | None) -> None:
    """Do without a field that cannot be understood, unless a report needs it."""
    if field in VITAL:
        raise error
    if repairs is not None:
        repairs.append(Repair(field, error))


def event_time(row: Row, column: str = "timestamp") -> float | None:
    """Tell the event time of a row without a look at the rest, s since 1970, UTC; None: it tells none."""
    try:
        return _time(row.get(column))
    except SchemaError:
        return None


def _known(value: object) -> object:
    """Return a value, or None for what frames hold where a value is not known: None, NaN, NaT and their spellings."""
    if isinstance(value, str):
        return None if value in _NOT_KNOWN_IN_FRAMES or is_unknown(value) else value
    return value if value == value else None  # NaN and NaT differ from themselves


def _number(column: str, value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        if _known(value) is None:
            return None
        raise SchemaError("type", column, repr(value)[:60], "a number is required")
    try:
        number = _float(value) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if math.isfinite(number):
        return number
    if _known(value) is None:
        return None
    if math.isinf(number):
        raise SchemaError("not-finite", column, str(number), "a finite number is required")
    raise SchemaError("format", column, repr(value)[:60], "a number is required")


def _time(value: object) -> float | None:
    value = _known(value)
    if isinstance(value, datetime):
        return _epoch(value)
    return _time_of_text(value) if isinstance(value, str) else _number("timestamp", value)


@functools.lru_cache(maxsize=64)  # all aircraft report in the same second
def _time_of_text(text: str) -> float:
    try:
        return _float(text)
    except ValueError:
        pass
    try:
        return _epoch(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        limit = "ISO 8601, or seconds since 1970, is required"
        raise SchemaError("format", "timestamp", repr(text[:60]), limit) from None


def _float(text: str) -> float:
    if "_" in text or not text.isascii():  # Python takes 1_0 for ten, and the digits of every script
        raise ValueError(f"{text!r} is not a number")
    return float(text)


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
    """Return a squawk as text: in a frame where some are not known, the others may be numbers, such as 1000.0."""
    value = _known(value)
    if value is None or isinstance(value, bool):
        return value
    return str(value).strip().removesuffix(".0")


def require_columns(name: str, columns: Iterable[str], listed: str) -> None:
    """Refuse a table without the columns that every report needs.

    Args:
        name: What the error calls the table.
        columns: Its columns.
        listed: What stands before the list of them in the error.

    Raises:
        SourceError: One is missing.
    """
    found = list(columns)
    if not found:
        raise SourceError(name, "holds no reports (it is empty)")
    missing = [column for column in ("timestamp", "latitude", "longitude") if column not in found]
    if "icao24" not in found and "callsign" not in found:
        missing.append("icao24 (or callsign)")
    if missing:
        raise SourceError(name, f"has no column {', '.join(missing)}; {listed} {shown(found)}")


def shown(columns: Iterable[str]) -> str:
    """Write the names of columns for a message, in at most about 120 characters."""
    names = repr(", ".join(columns))
    return names if len(names) <= 120 else f"{names[:120]}..."
