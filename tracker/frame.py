"""The pandas views: reports of a window, and refused records, as frames.

Reports (codes and SI columns) ──> columns ──> frame() ──> DataFrame (categories, feet, knots, UTC)
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from tracker.arrays import Floats
from tracker.columns.conversion import Categorical, categorise, convert_times, convert_units
from tracker.columns.names import COLUMNS, Column, choose_columns
from tracker.errors import BadOption, UnknownAircraft
from tracker.feed.records import Reject
from tracker.state.interning import Categories
from tracker.state.window import Reports, Window

Where = str | Callable[[pd.DataFrame], "pd.Series[bool]"]
"""Which rows of a frame: an expression for `DataFrame.query`, or a function from the frame to a boolean series."""


_KINDS = {column.name: column for column in COLUMNS}
_AT = re.compile(r"@([A-Za-z_]\w*)")
_NAMED = "_named_by_the_caller_"  # `@name` is no Python: how it is written for the parser
_whole_indexes: WeakKeyDictionary[Categories, pd.Index[Any]] = WeakKeyDictionary()


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
    chosen = choose_columns(columns)
    # One block for all numbers: memory that is new to the process costs more than what is written to it, and a large
    # piece comes in larger pages (64 MB in 12 ms instead of 20).
    numbers = sum(column.dtype not in ("category", "boolean") for column in chosen)
    room = iter(np.empty((numbers, len(reports))))
    data = {column.name: _series(column, reports, room) for column in chosen}
    return pd.DataFrame(data, index=pd.RangeIndex(len(reports)), copy=False)


def rows_where(
    df: pd.DataFrame,
    where: Where,
    columns: Sequence[str] | None = None,
    names: Mapping[str, object] = MappingProxyType({}),
) -> pd.DataFrame:
    """Return some rows of a frame, numbered anew.

    Args:
        df: A frame of all `COLUMNS`.
        where: An expression as `DataFrame.query` takes it, or a function from the frame to a boolean series.
        columns: The names to keep; None: all.
        names: What `@name` stands for in the expression.

    Raises:
        UnknownColumn: A name that is not in `COLUMNS`.
        BadOption: `where` is not an expression over the columns, compares a text with a number or a time without a
            zone, or is not true or false for each row.
    """
    chosen = [column.name for column in choose_columns(columns)]
    if callable(where):
        return df.loc[where(df), chosen].reset_index(drop=True)
    check_where(where, names)
    try:
        rows = df.eval(where, local_dict=dict(names), global_dict={})
    except (SyntaxError, NameError, TypeError, ValueError) as error:
        raise _no_expression(where, error) from error
    if not isinstance(rows, pd.Series) or not pd.api.types.is_bool_dtype(rows):
        raise BadOption("where", where, "an expression that is true or false for each row is needed, as altitude > 3e4")
    return df.loc[rows, chosen].reset_index(drop=True)


def check_where(where: str, names: Mapping[str, object]) -> None:
    """Refuse to compare a column with what none of its values can equal: that would leave no row, without a word.

    Args:
        where: As in `rows_where`; it is not evaluated.
        names: As there.

    Raises:
        BadOption: It is not an expression, or compares a text with a number or a time without a zone.
    """
    try:
        tree = ast.parse(_AT.sub(rf"{_NAMED}\1", where.replace("`", "").strip()), mode="eval")
    except (SyntaxError, ValueError) as error:
        raise _no_expression(where, error) from error
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            columns = [_KINDS[side.id] for side in sides if isinstance(side, ast.Name) and side.id in _KINDS]
            values = [value for side in sides for value in _values(side, names)]
            for column, value in product(columns, values):
                _check_comparison(where, column, value)


def _no_expression(where: str, error: Exception) -> BadOption:
    known = ", ".join(column.name for column in COLUMNS)
    return BadOption("where", where, f"an expression over the columns {known} is needed ({error})")


def _check_comparison(where: str, column: Column, value: object) -> None:
    is_text = column.dtype == "category"
    if is_text and isinstance(value, int | float | np.number) and not isinstance(value, bool):
        raise BadOption("where", where, f"{column.name} is a text: compare it with {str(value)!r}, not with {value!r}")
    if not is_text and column.field != "time" and isinstance(value, str):
        raise BadOption("where", where, f"{column.name} is no text: compare it with a number, not with {value!r}")
    if column.field == "time" and isinstance(value, str) and _lacks_zone(value):
        raise BadOption("where", where, f"{column.name} is in UTC: compare it with '{value}Z', not with {value!r}")


def _lacks_zone(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return False


def _values(side: ast.expr, names: Mapping[str, object]) -> list[object]:
    """Return the values that one side of a comparison has for certain."""
    if isinstance(side, ast.Name) and side.id.startswith(_NAMED):
        value = names.get(side.id.removeprefix(_NAMED))
        return list(value) if isinstance(value, list | tuple | set) else [value]
    try:
        value = ast.literal_eval(side)
    except ValueError:
        return []
    return list(value) if isinstance(value, list | tuple | set) else [value]


def names_of_caller() -> Mapping[str, object]:
    """Return the variables where the function was called that calls this one, as they are now."""
    caller = sys._getframe(2)
    return {**caller.f_globals, **caller.f_locals}


def track_frame(window: Window, aircraft: str) -> pd.DataFrame:
    """Return the rows of one object in time order, by its key or callsign, in whichever case, or its id.

    Raises:
        UnknownAircraft: The window holds none of that key, callsign or id.
    """
    reports = window.track(aircraft.strip())
    if len(reports):
        return frame(reports)
    known = window.reports().categories
    raise UnknownAircraft(aircraft, known["key"].by_code + known["callsign"].by_code)


def rejected_frame(rejects: Iterable[Reject]) -> pd.DataFrame:
    """Return refused and mended records as a frame, the newest last.

    Returns:
        A frame with `when` (when the record was published, UTC), `partition`, `offset`, `outcome` (`refused` or
        `mended`), `reason`, `field` (or None), `error` (a sentence) and `first_bytes` (bytes).
    """
    rows = list(rejects)
    return pd.DataFrame(
        {
            "when": pd.DatetimeIndex([datetime.fromtimestamp(row.published, UTC) for row in rows], tz=UTC).as_unit(
                "ms"
            ),
            "partition": np.array([row.partition for row in rows], np.int32),
            "offset": np.array([row.offset for row in rows], np.int64),
            "outcome": [row.outcome for row in rows],
            "reason": [row.reason for row in rows],
            "field": np.array([row.field for row in rows], np.object_),
            "error": [row.error for row in rows],
            "first_bytes": np.array([row.first_bytes for row in rows], np.object_),
        }
    )


def _series(column: Column, reports: Reports, room: Iterator[Floats]) -> object:
    """Return a column's values as pandas keeps them: numbers in the next row of `room`, the rest in new memory."""
    if column.dtype == "category":
        return _categorical(categorise(column.field, reports))
    values = reports.columns[column.field]
    if column.field == "time":
        stamps = convert_times(values, next(room))
        return pd.DatetimeIndex(stamps.view("datetime64[us]"), dtype=column.dtype, copy=False)
    if column.field == "on_ground":
        return pd.arrays.BooleanArray(values == 1, values < 0)
    return convert_units(values, column.per_si, next(room))


def _categorical(column: Categorical) -> pd.Categorical[Any]:
    return pd.Categorical.from_codes(column.codes, categories=_index(column), validate=False)


def _index(column: Categorical) -> pd.Index[Any]:
    """Return the texts that occur as an index; that of all is kept, as making it takes longer than a frame."""
    if column.skipped or len(column.order) < len(column.categories):
        return _texts(column.texts)
    if column.categories not in _whole_indexes:
        _whole_indexes[column.categories] = _texts(column.texts)
    return _whole_indexes[column.categories]


def _texts(texts: list[str]) -> pd.Index[Any]:
    return pd.Index(texts, dtype="str" if texts else "object")
