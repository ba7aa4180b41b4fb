"""The pandas views: `COLUMNS`, the one table that turns the wire's names and SI units into the analyst's.

Reports (codes and SI columns) ──> frame() ──> DataFrame (categories, feet, knots, UTC)
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from tracker.errors import BadOption, UnknownColumn
from tracker.feed.batch import Floats, Rows
from tracker.feed.records import Reject
from tracker.state.interning import ABSENT, Names
from tracker.state.window import Reports
from tracker.units import FEET_PER_METRE, FPM_PER_MPS, KNOTS_PER_MPS

Where = str | Callable[[pd.DataFrame], "pd.Series[bool]"]
"""Which rows of a frame: an expression for `DataFrame.query`, or a function from the frame to a boolean series."""


_whole_indexes: WeakKeyDictionary[Names, pd.Index[Any]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the frames, and where it comes from."""

    name: str
    dtype: str
    """pandas' name of the type; `category` has text categories in alphabetical order."""
    unit: str
    field: str
    """The wire's field (or `key`)."""
    per_si: float = 1.0
    """How many of the unit are one of the wire's SI unit."""


COLUMNS = (
    Column("timestamp", "datetime64[us, UTC]", "UTC", "time"),
    Column("icao24", "category", "", "icao24"),
    Column("callsign", "category", "", "callsign"),
    Column("latitude", "float64", "deg", "lat"),
    Column("longitude", "float64", "deg", "lon"),
    Column("altitude", "float64", "ft", "altitude", FEET_PER_METRE),
    Column("geoaltitude", "float64", "ft", "geo_altitude", FEET_PER_METRE),
    Column("groundspeed", "float64", "kt", "velocity", KNOTS_PER_MPS),
    Column("track", "float64", "deg", "track"),
    Column("vertical_rate", "float64", "ft/min", "vertical_rate", FPM_PER_MPS),
    Column("onground", "boolean", "", "on_ground"),
    Column("squawk", "category", "", "squawk"),
    Column("key", "category", "", "key"),
)
"""The columns of every frame of reports, in their order; names and units are those of the package `traffic`."""


def frame(reports: Reports, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Turn reports into a frame.

    Args:
        reports: Rows of the window.
        columns: Names out of `COLUMNS`; None: all.

    Returns:
        A frame of shape (n, number of columns) with a RangeIndex, of the dtypes in `COLUMNS`; it shares no memory with
        the reports.

    Raises:
        UnknownColumn: A name that is not in `COLUMNS`.
    """
    chosen = _chosen(columns)
    # One block for all numbers: memory that is new to the process costs more than what is written to it, and a large
    # piece comes in larger pages (64 MB in 12 ms instead of 20).
    numbers = sum(column.dtype not in ("category", "boolean") for column in chosen)
    room = iter(np.empty((numbers, len(reports))))
    data = {column.name: _series(column, reports, room) for column in chosen}
    return pd.DataFrame(data, index=pd.RangeIndex(len(reports)), copy=False)


def rows_where(df: pd.DataFrame, where: Where, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Some rows of a frame, numbered anew.

    Args:
        df: A frame of all `COLUMNS`.
        where: An expression as `DataFrame.query` takes it, or a function from the frame to a boolean series.
        columns: The names to keep; None: all.

    Raises:
        UnknownColumn: A name that is not in `COLUMNS`.
        BadOption: `where` is no expression over the columns.
    """
    names = [column.name for column in _chosen(columns)]
    if callable(where):
        return df.loc[where(df), names].reset_index(drop=True)
    try:
        return df.query(where)[names].reset_index(drop=True)
    except (SyntaxError, NameError, TypeError, ValueError) as error:
        known = ", ".join(column.name for column in COLUMNS)
        raise BadOption("where", where, f"an expression over the columns {known} is needed ({error})") from error


def rejected_frame(rejects: Iterable[Reject]) -> pd.DataFrame:
    """Refused records, the newest last.

    Returns:
        A frame with `when` (when the record was published, UTC), `partition`, `offset`, `reason`, `field` (or None),
        `error` (a sentence) and `first_bytes` (bytes).
    """
    rows = list(rejects)
    return pd.DataFrame(
        {
            "when": pd.DatetimeIndex([datetime.fromtimestamp(row.published, UTC) for row in rows], tz=UTC).as_unit(
                "ms"
            ),
            "partition": np.array([row.partition for row in rows], np.int32),
            "offset": np.array([row.offset for row in rows], np.int64),
            "reason": [row.reason for row in rows],
            "field": np.array([row.field for row in rows], np.object_),
            "error": [row.error for row in rows],
            "first_bytes": np.array([row.first_bytes for row in rows], np.object_),
        }
    )


def _chosen(names: Sequence[str] | None) -> Sequence[Column]:
    known = {column.name: column for column in COLUMNS}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise UnknownColumn(unknown[0], list(known))
    return COLUMNS if names is None else [known[name] for name in names]


def _series(column: Column, reports: Reports, room: Iterator[Floats]) -> object:
    """The values of a column as pandas keeps them: numbers in the next row of `room`, the rest in memory of its own."""
    if column.dtype == "category":
        return _categories(column.field, reports)
    values = reports.columns[column.field]
    if column.field == "time":
        micros = np.multiply(values, 1e6, out=next(room))
        stamps = micros.view(np.int64)
        stamps[:] = np.rint(micros, out=micros)
        return pd.DatetimeIndex(stamps.view("datetime64[us]"), dtype=column.dtype, copy=False)
    if column.field == "on_ground":
        return pd.arrays.BooleanArray(values == 1, values < 0)
    return np.multiply(values, column.per_si, out=next(room))


def _categories(field: str, reports: Reports) -> pd.Categorical[Any]:
    """Codes into sorted names, and only those that occur (else `groupby` shows aircraft that are not there)."""
    source = "key" if field == "icao24" else field
    names, codes = reports.names[source], reports.columns[source].astype(np.intp)  # one cast, not one a look-up
    shown = np.zeros(len(names) + 1, np.bool_)
    shown[codes] = True
    if field == "icao24":
        shown[names.order[_between(names, "cs:", "cs;")]] = False  # ";" follows ":"
    order = names.order[shown[names.order]]
    mapping = np.full(len(names) + 1, ABSENT, _smallest_int(len(order)))
    mapping[order] = np.arange(len(order))
    return pd.Categorical.from_codes(mapping[codes], categories=_index(names, order), validate=False)


def _between(names: Names, low: str, high: str) -> slice:
    """Where in alphabetical order the names from `low` on, and below `high`, stand."""
    find = partial(bisect_left, names.order, key=names.by_code.__getitem__)
    return slice(find(low), find(high))


def _index(names: Names, order: Rows) -> pd.Index[Any]:
    """The names of these codes as an index; that of all of them is kept, as making it takes longer than a frame."""
    if len(order) < len(names):
        return _texts([names.by_code[code] for code in order.tolist()])
    if names not in _whole_indexes:
        _whole_indexes[names] = _texts([names.by_code[code] for code in order.tolist()])
    return _whole_indexes[names]


def _texts(texts: list[str]) -> pd.Index[Any]:
    return pd.Index(texts, dtype="str" if texts else "object")


def _smallest_int(count: int) -> npt.DTypeLike:
    """The type that pandas keeps codes of so many categories in: no conversion is left to do."""
    return np.int8 if count < 2**7 else np.int16 if count < 2**15 else np.int32
