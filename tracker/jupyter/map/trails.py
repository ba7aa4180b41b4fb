"""Trails: where aircraft came from, as lines for a map; pure.

positions of some aircraft over time ──> broken at gaps and jumps ──> thinned ──> one list of lines

`Trails` asks the window for the positions, every two seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import numpy.typing as npt

from tracker.arrays import Floats
from tracker.geo.mercator import near
from tracker.jupyter.map.jumps import is_jump
from tracker.state.window import Paths

GAP = 60.0
"""A trail is broken where nothing was heard for longer, s: nobody knows what the aircraft did meanwhile."""

POINTS = 60
"""Of one aircraft's trail at most: with 100 aircraft a message of 100 kB."""

TRAILS = 100
"""Aircraft that have a trail at most."""

TRAILS_EVERY = 2.0
"""Trails are drawn no more often than this, s: their message is the largest that a map sends."""

TRAIL = 120.0
"""The length of a trail where none is given, s."""

Line = list[list[float]]
"""Latitude and longitude of each corner, deg."""


class Trails:
    """The trails of one map, and when they are due again.

    Args:
        span: How far back they reach, s; None: there are none.
        paths: Answers where the aircraft of these keys were in the last so many seconds; None: nobody knows.
    """

    def __init__(self, span: float | None, paths: Callable[[Collection[str], float], Paths] | None) -> None:
        self._span, self._paths = span, paths
        self._due = -np.inf

    def draw(self, keys: Collection[str], middle: float, now: float) -> list[Line] | None:
        """Return the lines of the first `TRAILS` of these aircraft; None where those drawn before are to stay.

        Args:
            keys: Of the aircraft.
            middle: The longitude that the map looks at, deg.
            now: Monotonic, s.
        """
        if self._span is None or self._paths is None or now < self._due:
            return None
        self._due = now + TRAILS_EVERY
        return lines(self._paths(list(keys)[:TRAILS], self._span), middle)


def lines(paths: Paths, middle: float, *, points: int = POINTS) -> list[Line]:
    """Return the trails as lines of two points or more.

    Args:
        paths: The positions.
        middle: The longitude that the map looks at, deg: trails are drawn within 180 degrees of it.
        points: Of an aircraft's trail at most; its newest is always one of them.
    """
    order = np.argsort(paths.key, kind="stable")
    key, time, lat, lon = paths.key[order], paths.time[order], paths.lat[order], near(paths.lon[order], middle)
    starts = _starts(key, time, lat, lon)
    kept = np.flatnonzero(_kept(key, points) | starts | np.append(starts[1:], True))
    # 1e-4 degrees are eleven metres.
    places = np.round(np.stack([lat[kept], lon[kept]], axis=1), 4)
    pieces = np.split(places, np.flatnonzero(starts[kept])[1:])
    return [piece.tolist() for piece in pieces if len(piece) > 1]


def _starts(key: npt.NDArray[np.int32], time: Floats, lat: Floats, lon: Floats) -> npt.NDArray[np.bool_]:
    """Return where a line begins, bool of shape (n,): at another aircraft, a gap, a jump, and the edge of the map."""
    passed = np.diff(time)
    jump = is_jump(passed, (lat[:-1], lon[:-1]), (lat[1:], lon[1:]))
    broken = (np.diff(key) != 0) | (passed > GAP) | jump | (np.abs(np.diff(lon)) > 180.0)
    return np.append(np.ones(min(1, len(key)), np.bool_), broken)


def _kept(key: npt.NDArray[np.int32], points: int) -> npt.NDArray[np.bool_]:
    """At most so many of each aircraft, evenly, counted from its newest; bool of shape (n,)."""
    _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    from_newest = np.cumsum(counts)[inverse] - 1 - np.arange(len(key))
    step = -(-counts // points)
    kept: npt.NDArray[np.bool_] = from_newest % step[inverse] == 0
    return kept
