"""The pandas views: `COLUMNS`, the one table that turns the wire's names and SI units into the analyst's.

Reports (codes and SI columns) ──> frame() ──> DataFrame (categories, feet, knots, UTC)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tracker.errors import BadOption, UnknownColumn
from tracker.records import Reject
from tracker.texts import ABSENT
from tracker.units import FEET_PER_METRE, FPM_PER_MPS, KNOTS_PER_MPS
from tracker.window import Reports

Where = str | Callable[[pd.DataFrame], "pd.Series[bool]"]
"""Which rows of a frame: an expression for `DataFrame.query`, or a function from the frame to a boolean series."""


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


def frame(reports: Reports, columns: Sequence[str] | None = None, where: Where | None = None) -> pd.DataFrame:
    """Turn reports into a frame.

    Args:
        reports: Rows of the window.
        columns: Names out of `COLUMNS`; None: all.
        where: Only these rows: an expression as `DataFrame.query` takes it, or a function from the frame to a boolean
            series. It may ask any column.

    Returns:
        A frame of shape (n, number of columns) with a RangeIndex, of the dtypes in `COLUMNS`. It shares no memory
        with the reports but for columns whose unit is the wire's, so hand over a copy.

    Raises:
        UnknownColumn: A name that is not in `COLUMNS`.
        BadOption: `where` is no expression over the columns.
    """
    known = {column.name: column for column in COLUMNS}
    unknown = [name for name in columns or () if name not in known]
    if unknown:
        raise UnknownColumn(unknown[0], list(known))
    chosen = COLUMNS if columns is None or where is not None else [known[name] for name in columns]
    data = {column.name: _series(column, reports) for column in chosen}
    df = pd.DataFrame(data, index=pd.RangeIndex(len(reports)), copy=False)
    if where is None:
        return df
    return _rows_where(df, where)[list(columns or known)].reset_index(drop=True)


def _rows_where(df: pd.DataFrame, where: Where) -> pd.DataFrame:
    if callable(where):
        return df[where(df)]
    try:
        return df.query(where)
    except (SyntaxError, NameError, TypeError, ValueError) as error:
        names = ", ".join(column.name for column in COLUMNS)
        raise BadOption("where", where, f"an expression over the columns {names} is needed ({error})") from error


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


def _series(column: Column, reports: Reports) -> object:
    if column.dtype == "category":
        return _categories(column.field, reports)
    values = reports.columns[column.field]
    if column.field == "time":
        stamps = np.rint(values.astype(np.float64, copy=False) * 1e6).astype("datetime64[us]")
        return pd.DatetimeIndex(stamps).tz_localize(UTC)
    if column.field == "on_ground":
        return pd.arrays.BooleanArray(values == 1, values < 0)
    return values if column.per_si == 1.0 else values * column.per_si


def _categories(field: str, reports: Reports) -> pd.Categorical[Any]:
    """Codes into sorted names, and only those that occur (else `groupby` shows aircraft that are not there)."""
    source = "key" if field == "icao24" else field
    names = reports.names[source]
    codes = reports.columns[source]
    used = np.zeros(len(names) + 1, np.bool_)
    used[codes] = True
    used[ABSENT] = False
    shown = [code for code in np.flatnonzero(used).tolist() if field != "icao24" or not names[code].startswith("cs:")]
    shown.sort(key=names.__getitem__)
    mapping = np.full(len(names) + 1, ABSENT, _smallest_int(len(shown)))
    mapping[shown] = np.arange(len(shown))
    categories = pd.Index([names[code] for code in shown], dtype="str" if shown else "object")
    return pd.Categorical.from_codes(mapping[codes], categories=categories, validate=False)


def _smallest_int(count: int) -> npt.DTypeLike:
    """The type that pandas keeps codes of so many categories in: no conversion is left to do."""
    return np.int8 if count < 2**7 else np.int16 if count < 2**15 else np.int32
