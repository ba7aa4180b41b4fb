"""Columns of a frame as NumPy arrays, whatever types the frame keeps them in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tracker.arrays import Flags, Floats, Ticks
from tracker.errors import MissingColumn

NO_TIME = np.iinfo(np.int64).min
"""In `Ticks`: not known. It is pandas' own value for NaT."""


def require(frame: pd.DataFrame, *names: str) -> None:
    """Check that a frame has these columns.

    Raises:
        MissingColumn: It lacks one; the first is named.
    """
    for name in names:
        if name not in frame.columns:
            raise MissingColumn(name, [str(column) for column in frame.columns])


def first_of(frame: pd.DataFrame, *names: str) -> str:
    """Return the first of these columns that a frame has.

    Raises:
        MissingColumn: It has none; the last is named, which all sources of reports know.
    """
    for name in names:
        if name in frame.columns:
            return name
    raise MissingColumn(names[-1], [str(column) for column in frame.columns])


def numbers(frame: pd.DataFrame, name: str) -> Floats:
    """Return a column of numbers as float64, NaN where not known."""
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def flags(frame: pd.DataFrame, name: str) -> Flags:
    """Return a column of truths: whether each is known and true."""
    known_and_true: Flags = numbers(frame, name) == 1.0
    return known_and_true


def ticks(frame: pd.DataFrame) -> Ticks:
    """Return the column `timestamp` in us since 1970, `NO_TIME` where not known; no zone is UTC, texts are ISO 8601."""
    dated = pd.api.types.is_datetime64_any_dtype(frame["timestamp"].dtype)
    stamps = pd.to_datetime(frame["timestamp"], utc=True, format=None if dated else "ISO8601")
    return pd.DatetimeIndex(stamps).as_unit("us").asi8


def texts(frame: pd.DataFrame, name: str) -> pd.Categorical[Any]:
    """Return a column of texts as codes into its sorted names, -1 where not known."""
    values = frame[name]
    return pd.Categorical(values.array if isinstance(values.dtype, pd.CategoricalDtype) else values)
