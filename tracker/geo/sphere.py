"""Great circles on a spherical earth; pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tracker.arrays import Floats

EARTH_RADIUS = 6_371_008.8
"""m. The mean radius R1 = (2a + b) / 3 of WGS84 (Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74,
2000)."""


def distance(lat: npt.ArrayLike, lon: npt.ArrayLike, to_lat: npt.ArrayLike, to_lon: npt.ArrayLike) -> Floats:
    """Return the great-circle distance between positions, by the haversine formula.

        a = sin²(Δlat / 2) + cos(lat₁) cos(lat₂) sin²(Δlon / 2);  distance = 2 R asin √a

    R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984). Against the ellipsoid of WGS84 the sphere
    errs by up to 0.6 %.

    Args:
        lat: deg, of any shape; the others: of shapes that broadcast with it.
        lon: deg.
        to_lat: deg.
        to_lon: deg.

    Returns:
        m, NaN where an argument is.
    """
    here, there = np.radians(np.asarray(lat, np.float64)), np.radians(np.asarray(to_lat, np.float64))
    turn = np.radians(np.asarray(to_lon, np.float64) - np.asarray(lon, np.float64))
    a = np.sin((there - here) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(turn / 2) ** 2
    metres: Floats = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(a, 0, 1)))  # 1 + 2e-16 occurs
    return metres
