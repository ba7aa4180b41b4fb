"""Reports ──> a grid of latitude and longitude: how many reports and aircraft each cell saw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tracker.analysis.columns import first_of, numbers, require, texts
from tracker.analysis.sequences import AIRCRAFT
from tracker.arrays import Floats
from tracker.errors import BadOption


def count_density(frame: pd.DataFrame, cell: float = 0.1) -> pd.DataFrame:
    """Count reports and aircraft in the cells of a grid.

    Cells are squares in degrees, counted from 90 S 180 W, closed at their southern and western edges; longitude 180 is
    -180, and the pole is in the northernmost row. A two-dimensional histogram, as `numpy.histogram2d` makes it, with
    only the cells that saw something. In nautical miles a cell narrows with the cosine of its latitude: to compare
    cells far apart, divide by it.

    Args:
        frame: Needs `latitude` and `longitude` (deg) and `key` (or else `icao24`).
        cell: deg; goes a whole number of times into 180, so that the grid closes.

    Returns:
        A frame with a row for each cell, southernmost first and then westernmost: `latitude` and `longitude` of its
        centre (deg), `reports` (int64; only those with a position count) and `aircraft` (int64, different keys).

    Raises:
        MissingColumn: The frame lacks one of these columns.
        BadOption: `cell` is no part of 180.
    """
    rows = round(180 / cell) if np.isfinite(cell) and 1e-6 <= cell <= 180 else 0
    if not rows or not np.isclose(rows * cell, 180, rtol=1e-9):
        raise BadOption("cell", cell, "180 divided by a whole number is needed, such as 0.05, 0.1, 0.25 or 1 (degrees)")
    require(frame, "latitude", "longitude")
    aircraft = texts(frame, first_of(frame, *AIRCRAFT)).codes.astype(np.int64)
    latitude, longitude = numbers(frame, "latitude"), numbers(frame, "longitude")
    placed = ~np.isnan(latitude) & ~np.isnan(longitude)
    row = np.minimum(_steps(latitude[placed] + 90, rows), rows - 1)
    column = _steps(longitude[placed] + 180, rows) % (2 * rows)
    cells, index, reports = np.unique(row * 2 * rows + column, return_inverse=True, return_counts=True)
    most = aircraft.max(initial=0) + 1
    seen = np.unique((index * most + aircraft[placed])[aircraft[placed] >= 0]) // most  # a cell for each of its keys
    return pd.DataFrame(
        {
            "latitude": (cells // (2 * rows) + 0.5) * 180 / rows - 90,
            "longitude": (cells % (2 * rows) + 0.5) * 180 / rows - 180,
            "reports": reports.astype(np.int64),
            "aircraft": np.bincount(seen, minlength=len(cells)).astype(np.int64),
        }
    )


def _steps(degrees: Floats, rows: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Count the whole cells below; a position written to six decimals on an edge is on it, whatever its last bit."""
    return np.floor(np.round(degrees * rows / 180, 9)).astype(np.int64)
