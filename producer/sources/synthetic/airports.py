"""Airports of the real world, and the routes that are flown between them.

    airportsdata ──> load_airports(region) ──> Airports ──> choose_routes ──> origins, destinations

Only airports that have another within reach are taken, so that there is a route from each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import airportsdata
import numpy as np
from numpy.typing import NDArray

from producer.errors import ProducerError
from producer.sources.rows import FOOT
from producer.sources.synthetic.chance import Chance, Draw
from producer.sources.synthetic.sphere import EARTH_RADIUS, arc, places

MIN_DISTANCE = 100_000.0
"""The shortest flight, m: a climb and a descent have to fit, also from and to the highest airports."""

MAX_DISTANCE = 14_000_000.0
"""The longest flight, m: about the longest that is flown; also keeps clear of antipodes, which many circles join."""

_CANDIDATES = 16  # destinations that a flight chooses from

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


class Region(NamedTuple):
    """A box of latitudes and longitudes, degrees; where `lon_min` is above `lon_max` it crosses the antimeridian."""

    lat_min: float
    lon_min: float
    lat_max: float
    lon_max: float

    def holds(self, lat: _Floats, lon: _Floats) -> NDArray[np.bool_]:
        """Return whether positions, degrees, are inside or on the edge."""
        east, west = lon >= self.lon_min, lon <= self.lon_max
        inside = (east & west) if self.lon_min <= self.lon_max else (east | west)
        return inside & (lat >= self.lat_min) & (lat <= self.lat_max)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Airports:
    """Where flights begin and end, as columns of n airports, each with at least one other to fly to.

    Attributes:
        icao: Location indicators, (n,) str.
        lat: Degrees, (n,) float64.
        lon: Degrees, (n,) float64.
        elevation: m, (n,) float64.
        place: Unit vectors from the earth's centre, (n, 3) float64.
    """

    icao: NDArray[np.str_]
    lat: _Floats
    lon: _Floats
    elevation: _Floats
    place: _Floats


def load_airports(region: Region | None = None) -> Airports:
    """Choose the airports of a region, or of the world: those that have an IATA code too, as airlines' have.

    Raises:
        ProducerError: There are no two that are far enough apart.
    """
    found = [
        airport
        for icao, airport in sorted(airportsdata.load("ICAO").items())
        if airport["iata"] and icao.isalpha() and abs(airport["lat"]) < 85  # at a pole every track is south or north
    ]
    lat = np.array([airport["lat"] for airport in found])
    lon = np.array([airport["lon"] for airport in found])
    inside = np.ones(len(found), bool) if region is None else region.holds(lat, lon)
    place = places(lat, lon)
    chosen = np.flatnonzero(inside)
    chosen = chosen[_has_a_partner(place[chosen])]
    if not len(chosen):
        raise ProducerError(
            f"the region has no two airports that are {MIN_DISTANCE / 1000:.0f} km or more apart: choose a larger "
            "--region (lat_min,lon_min,lat_max,lon_max)"
        )
    elevation = np.array([airport["elevation"] for airport in found]) * FOOT
    icao = np.array([airport["icao"] for airport in found])
    return Airports(icao[chosen], lat[chosen], lon[chosen], elevation[chosen], place[chosen])


def choose_routes(airports: Airports, chance: Chance) -> tuple[_Ints, _Ints]:
    """Choose origins and destinations: of a few destinations the one nearest to a wished length, mostly short."""
    count = len(airports.icao)
    origin = (chance(Draw.ORIGIN, 0, 1) * count).astype(np.int64)
    wish = np.exp(chance(Draw.LENGTH, np.log(3e5), np.log(1.2e7)))
    picks = [(chance(Draw.CANDIDATE + number, 0, 1) * count).astype(np.int64) for number in range(_CANDIDATES)]
    candidates = np.stack(picks, axis=1)
    near = np.einsum("ik,ijk->ij", airports.place[origin], airports.place[candidates])
    miss = np.abs(np.log(np.maximum(arc(near), 1.0) / wish[:, None]))
    miss[~_can_be_flown(near)] = np.inf
    best = miss.argmin(axis=1)
    rows = np.arange(len(origin))
    destination = candidates[rows, best]
    # In a small region all candidates may be too near: any other airport that is not.
    luckless = np.flatnonzero(np.isinf(miss[rows, best]))
    luck = chance(Draw.LUCK, 0, 1)
    for row in luckless.tolist():
        others = np.flatnonzero(_can_be_flown(airports.place @ airports.place[origin[row]]))
        destination[row] = others[int(luck[row] * len(others))]
    return origin, destination


def _can_be_flown(cosine: _Floats) -> NDArray[np.bool_]:
    """Return whether two places are neither too near nor too far, from the scalar product of their unit vectors."""
    nearest, farthest = np.cos(MIN_DISTANCE / EARTH_RADIUS), np.cos(MAX_DISTANCE / EARTH_RADIUS)
    flyable: NDArray[np.bool_] = (cosine <= nearest) & (cosine >= farthest)
    return flyable


def _has_a_partner(place: _Floats) -> NDArray[np.bool_]:
    """Return whether there is another to fly to, for each place."""
    found = np.zeros(len(place), bool)
    # Nearly all find one among a few; all with all would take a second and 500 MB.
    for some in np.array_split(np.arange(len(place)), len(place) // 256 + 1):
        lonely = np.flatnonzero(~found)
        found[lonely] = _can_be_flown(place[lonely] @ place[some].T).any(axis=1)
    return found
