"""Web Mercator: positions to the pixels of a slippy map, and the view that shows a set of aircraft."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.arrays import Floats

MAX_LATITUDE = 85.0511287798066
"""Where the square of the projection ends, deg."""

TILE = 256
"""Width of the whole world at zoom 0, px."""


@dataclass(frozen=True, slots=True)
class View:
    """What a map looks at."""

    lat: float
    """Latitude of the middle, deg."""
    lon: float
    """Longitude of the middle, deg."""
    zoom: float
    """0 shows the world in 256 px; each step doubles it."""


def project(lat: Floats, lon: Floats, zoom: float) -> tuple[Floats, Floats]:
    """Convert positions in degrees to x and y in pixels of the whole world at `zoom`; y grows to the south.

    Latitudes beyond the projection are drawn on its edge, as Leaflet does; longitudes beyond 180 are not wrapped.
    """
    world = TILE * 2.0**zoom
    phi = np.radians(np.clip(lat, -MAX_LATITUDE, MAX_LATITUDE))
    x = (np.asarray(lon) + 180.0) / 360.0 * world
    y = (1.0 - np.arcsinh(np.tan(phi)) / np.pi) / 2.0 * world
    return x, y


def near(lon: Floats, middle: float) -> Floats:
    """Move meridians to within 180 degrees of `middle`: so neighbours stay neighbours across the antimeridian."""
    with np.errstate(invalid="ignore"):
        return np.asarray(lon + 360.0 * np.round((middle - lon) / 360.0))


def overview(lat: Floats, lon: Floats, *, width: float = 760, height: float = 400) -> View | None:
    """Return the view of `width` x `height` px that shows most of the given positions; None where there is none.

    The middle is the median position and the zoom a whole number that fits nine tenths of them, so that a single
    stray report does not zoom out to the world.
    """
    known = np.isfinite(lat) & np.isfinite(lon)
    if not known.any():
        return None
    lat, lon = lat[known], lon[known]
    turn = np.exp(1j * np.radians(lon))
    lon = near(lon, float(np.degrees(np.angle(turn.sum()))))
    middle_lat, middle_lon = float(np.median(lat)), float(np.median(lon))
    x, y = project(lat, lon, 0)
    (x_low, x_high), (y_low, y_high) = np.quantile(x, (0.05, 0.95)), np.quantile(y, (0.05, 0.95))
    spread = max((x_high - x_low) / width, (y_high - y_low) / height, 1e-9)
    # Between the continent and the surroundings of an airport: closer, a lone aircraft would leave the map at once.
    zoom = float(np.clip(np.floor(-np.log2(spread * 1.1)), 2, 9))
    wrapped = (middle_lon + 180.0) % 360.0 - 180.0
    return View(round(middle_lat, 3), round(wrapped, 3), zoom)
