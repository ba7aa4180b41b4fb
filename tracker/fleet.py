"""The latest state of each aircraft: NumPy columns, one slot an aircraft, a sequence number a slot.

    batch ──> Fleet.apply ──> slots ──> Fleet.picture(now) ──> screens (map, table, status)

Pure: the clock comes in as `now` (seconds of a monotonic clock).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Picture:
    """What a screen draws: the aircraft that are not lost, one row each; arrays of shape (n,), in the wire's SI units.

    A number that is not known is NaN, a text that is not known is None.
    """

    key: list[str]
    """`icao24`, else `cs:` and the callsign."""
    icao24: list[str | None]
    callsign: list[str | None]
    squawk: list[str | None]
    time: Floats
    """Event time, s since 1970, UTC."""
    lat: Floats
    """deg, WGS84."""
    lon: Floats
    """deg, WGS84."""
    velocity: Floats
    """Ground speed, m/s."""
    track: Floats
    """Direction of motion over ground, deg clockwise from true north, [0, 360)."""
    altitude: Floats
    """Barometric, m."""
    geo_altitude: Floats
    """Above the WGS84 ellipsoid, m."""
    vertical_rate: Floats
    """m/s, up is positive."""
    on_ground: npt.NDArray[np.int8]
    """1 on the ground, 0 in the air, -1 not known."""
    age: Floats
    """How long ago the aircraft was last heard, s."""
    stale: npt.NDArray[np.bool_]
    """Not heard for a while; still drawn, in grey."""
    seq: npt.NDArray[np.int64]
    """The fleet's sequence number at the aircraft's last change."""

    def __len__(self) -> int:
        return len(self.key)
