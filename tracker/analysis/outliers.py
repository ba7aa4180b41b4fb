"""Wild values: single readings far from their neighbours, as broken messages and mistaken decoding make them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from tracker.analysis.columns import numbers, require
from tracker.analysis.sequences import FLIGHT, Sequences, in_order
from tracker.arrays import Floats
from tracker.errors import BadOption

LEAST: Mapping[str, float] = {"altitude": 500.0, "geoaltitude": 500.0, "groundspeed": 30.0, "vertical_rate": 1_500.0}
"""By column, in its unit: what deviates by no more than this is never wild. Several steps of what transponders report
(25 or 100 ft, 1 kt, 64 ft/min), and room for how far an aircraft's own motion goes within a few reports."""

_SIGMAS = 3.0
_GAUSSIAN = 1.4826  # standard deviations in a median absolute deviation, where errors are normal


def remove_outliers(
    frame: pd.DataFrame, by: str | None = None, width: int = 17, least: Mapping[str, float] = LEAST
) -> pd.DataFrame:
    """Replace wild values by missing ones, so that extremes and plots show what the aircraft did.

    The Hampel identifier (L. Davies and U. Gather, "The Identification of Multiple Outliers", Journal of the American
    Statistical Association 88 (1993); R. K. Pearson, "Outliers in Process Modeling and Identification", IEEE
    Transactions on Control Systems Technology 10 (2002)): a value is wild where it differs from the median of its
    `width` neighbours by more than three standard deviations, which are 1.4826 times the median of such differences.
    The library `traffic` cleans trajectories by moving medians too. As medians keep the order of values, a steady climb
    or descent has no deviation at all, however irregularly it was heard; and up to `width // 2` wild values in a row
    are found.

    Args:
        frame: Needs `timestamp`, `flight` (or else `key` or `icao24`) and the columns to be judged.
        by: The column that tells flights apart, in place of `flight`.
        width: How many known values of a flight are compared, the value itself in their middle; odd, 3 or more.
        least: By column, the deviation in its unit that is never wild; without it the columns of `LEAST` that the frame
            has are judged.

    Returns:
        The frame with NaN in place of wild values; all else, and the order of rows, as it was.

    Raises:
        MissingColumn: The frame lacks one of these columns.
        BadOption: `width` is not an odd number of 3 or more, or a deviation is negative.
    """
    if width < 3 or width % 2 == 0:
        raise BadOption("width", width, "an odd number of values, 3 or more, is needed")
    for name, deviation in least.items():
        if not deviation >= 0:
            raise BadOption("least", f"{name}: {deviation}", "a deviation of 0 or more is needed")
    sequences = in_order(frame, by, FLIGHT)
    judged = [name for name in least if least is not LEAST or name in frame.columns]
    require(frame, *judged)
    return frame.assign(**{name: _without_outliers(frame, name, sequences, width, least[name]) for name in judged})


def _without_outliers(frame: pd.DataFrame, name: str, sequences: Sequences, width: int, least: float) -> Floats:
    values = numbers(frame, name).copy()
    known = ~np.isnan(values[sequences.rows])
    rows, group = sequences.rows[known], sequences.group[known]
    deviation = np.abs(values[rows] - _moving_median(values[rows], group, width))
    sigma = _GAUSSIAN * _moving_median(deviation, group, width)
    values[rows[deviation > np.maximum(least, _SIGMAS * sigma)]] = np.nan
    return values


def _moving_median(values: Floats, group: npt.NDArray[np.int64], width: int) -> Floats:
    """Return the median of the values around each, of its own group; fewer at both ends of a group."""
    rolling = pd.Series(values).groupby(group, sort=False).rolling(width, center=True, min_periods=1)
    return np.asarray(rolling.median(), np.float64)
