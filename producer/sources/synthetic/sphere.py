"""Great circles on a sphere, by unit vectors: x towards 0 E, y towards 90 E, z towards north.

The point at distance d is `p = u cos(d/R) + w sin(d/R)`, u being the origin and w the direction there, which is the
formula for intermediate points of a great circle in vectors; the track is the bearing of dp/dd at p. (Ed Williams,
Aviation Formulary, "Intermediate points on a great circle" and "Course between points"; as vectors: Gade, A
Non-singular Horizontal Position Representation, Journal of Navigation 63, 2010.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the earth, m: R1 of GRS 80 (Moritz, Geodetic Reference System 1980, Journal of Geodesy 74, 2000)."""

_Floats = NDArray[np.float64]


def places(lat: _Floats, lon: _Floats) -> _Floats:
    """Give unit vectors (n, 3) of positions in degrees."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def arc(cosine: _Floats) -> _Floats:
    """Give the distance of two places, m, from the scalar product of their unit vectors; good to a metre or so."""
    distance: _Floats = EARTH_RADIUS * np.arccos(np.clip(cosine, -1.0, 1.0))
    return distance


def course(origin: _Floats, destination: _Floats) -> tuple[_Floats, _Floats]:
    """Give the way from places to others, neither the same nor antipodes.

    Args:
        origin: Unit vectors, (m, 3).
        destination: Unit vectors, (m, 3).

    Returns:
        Unit vectors along which the origins are left, (m, 3), and distances, m, (m,).
    """
    along = np.einsum("ij,ij->i", origin, destination)
    across = destination - along[:, None] * origin
    length = np.linalg.norm(across, axis=1)
    return across / length[:, None], EARTH_RADIUS * np.arctan2(length, along)


def follow(place: _Floats, direction: _Floats, distance: _Floats) -> tuple[_Floats, _Floats, _Floats]:
    """Give where great circles come to, and whither they then go.

    Args:
        place: Unit vectors of their origins, (m, 3).
        direction: Unit vectors along which they leave them, (m, 3).
        distance: m, (m,).

    Returns:
        Latitude, longitude and track, degrees, each (m,); the track from -180 to 180.
    """
    angle = (distance / EARTH_RADIUS)[:, None]
    sine, cosine = np.sin(angle), np.cos(angle)
    x, y, z = (place * cosine + direction * sine).T
    dx, dy, dz = (direction * cosine - place * sine).T
    # East and north of it; both would be divided by the cosine of the latitude.
    track = np.degrees(np.arctan2(x * dy - y * dx, dz))
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x)), track
