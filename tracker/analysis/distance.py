"""Great-circle distance: between positions, and flown along the reports of a flight."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from tracker.analysis.columns import numbers, require
from tracker.analysis.sequences import FLIGHT, Sequences, in_order
from tracker.arrays import Flags, Floats, Rows
from tracker.errors import BadOption
from tracker.geo import sphere

METRES_PER_NM = 1852.0
"""Exact by definition."""

MAX_SPEED = 1000.0
"""kt. Airliners reach some 700 over ground in a jet stream; received positions are late by up to a second or so, by
which steps of one second seem faster or slower: in three recorded hours over Paris 61 of 230,000 steps seem to be of
more than 800, and 5 of more than 1000."""


def great_circle_distance(
    latitude: npt.ArrayLike, longitude: npt.ArrayLike, to_latitude: npt.ArrayLike, to_longitude: npt.ArrayLike
) -> Floats:
    """Return the great-circle distance between positions, by the haversine formula on a sphere.

    Against the ellipsoid of WGS84 the sphere errs by up to 0.6 %. Formula and radius: `tracker.geo.sphere`.

    Args:
        latitude: deg, of any shape; the others: of shapes that broadcast with it.
        longitude: deg.
        to_latitude: deg.
        to_longitude: deg.

    Returns:
        nm, NaN where an argument is.
    """
    return sphere.distance(latitude, longitude, to_latitude, to_longitude) / METRES_PER_NM


def measure_distance(frame: pd.DataFrame, by: str | None = None, max_speed: float = MAX_SPEED) -> pd.DataFrame:
    """Measure how far each flight has come by each of its reports, along great circles from position to position.

    A position that is repeated (as receivers do while they hear none) adds nothing, and the step after it counts from
    when the position was first there. A step that would need more than `max_speed` is a jump, and adds nothing; a
    single position off the track, to and from which only jumps lead, is passed over, and the step over it counts.
    Reports without a position carry the distance on. A silence is crossed in a straight line: split flights first.

    Args:
        frame: Needs `timestamp`, `latitude` and `longitude` (deg) and `flight` (or else `key` or `icao24`).
        by: The column that tells flights apart, in place of `flight`.
        max_speed: kt, above zero; infinite: nothing is a jump.

    Returns:
        The frame with a column `distance`, nm (float64): 0 at the first report of a flight, never falling, the whole
        way at the last; NaN where flight or timestamp is missing.

    Raises:
        MissingColumn: The frame lacks one of these columns.
        BadOption: `max_speed` is not above zero.
    """
    if not max_speed > 0:
        raise BadOption("max_speed", max_speed, "a speed above zero is needed, kt")
    sequences = in_order(frame, by, FLIGHT)
    require(frame, "latitude", "longitude")
    latitude, longitude = (numbers(frame, name)[sequences.rows] for name in ("latitude", "longitude"))
    track = _Track(sequences, latitude, longitude, max_speed)
    steps = np.zeros(len(sequences.rows))
    fixes = track.without_strays(track.fixes())
    step, possible = track.steps(fixes)
    steps[fixes[1:][possible]] = step[possible]
    total = np.cumsum(steps)
    first = sequences.first
    distance = np.full(len(frame), np.nan)
    distance[sequences.rows] = total - total[first][np.cumsum(first) - 1]
    return frame.assign(distance=distance)


class _Track:
    """The positions of sequences; `fixes` are rows of theirs."""

    def __init__(self, sequences: Sequences, latitude: Floats, longitude: Floats, max_speed: float) -> None:
        self.sequences, self.latitude, self.longitude, self.max_speed = sequences, latitude, longitude, max_speed

    def fixes(self) -> Rows:
        """Return the rows with a position other than the one before."""
        fixes = np.flatnonzero(~np.isnan(self.latitude) & ~np.isnan(self.longitude))
        new = np.ones(len(fixes), np.bool_)
        new[1:] = np.logical_or.reduce(
            [np.diff(values[fixes]) != 0 for values in (self.sequences.group, self.latitude, self.longitude)]
        )
        return fixes[new]

    def without_strays(self, fixes: Rows) -> Rows:
        """Leave out fixes with a jump before and a jump after them, but none from the one before to the one after."""
        _, possible = self.steps(fixes)
        _, over = self.steps(fixes, 2)
        strays = np.zeros(len(fixes), np.bool_)
        strays[1:-1] = ~possible[:-1] & ~possible[1:] & over
        return fixes[~strays]

    def steps(self, fixes: Rows, apart: int = 1) -> tuple[Floats, Flags]:
        """Measure from each fix to the next (or next but one), nm, and tell whether that is a step of one flight."""
        here, there = fixes[:-apart], fixes[apart:]
        distance = great_circle_distance(
            self.latitude[here], self.longitude[here], self.latitude[there], self.longitude[there]
        )
        hours = (self.sequences.time[there] - self.sequences.time[here]) / 3.6e9
        same = self.sequences.group[here] == self.sequences.group[there]
        # A product with infinity would be NaN where no time has passed.
        return distance, same & ((self.max_speed == np.inf) | (distance <= np.minimum(self.max_speed, 1e9) * hours))
