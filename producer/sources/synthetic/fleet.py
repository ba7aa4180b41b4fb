"""`Fleet`: the flights of one moment, moved on by `step`; one that has ended is replaced by another elsewhere.

    seed, airports ──> launch ──> Fleet ──> step(times) ──> Fleet, Reports

Pure. Times are seconds after the start of the stream.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from producer.sources.synthetic.airports import Airports, choose_routes
from producer.sources.synthetic.chance import Chance, Draw
from producer.sources.synthetic.identity import give_squawks, name_aircraft
from producer.sources.synthetic.profile import cut_segments, is_on_ground
from producer.sources.synthetic.reports import Reports
from producer.sources.synthetic.sphere import course, follow

_GOLDEN = (5**0.5 - 1) / 2  # its multiples are spread evenly over [0, 1), however many they are

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Fleet:
    """The flights of one moment, as columns of n slots; a flight has k segments of constant acceleration.

    Attributes:
        seed: What everything is made from.
        airports: Where they fly.
        generation: How many flights the slot had before, (n,) int64.
        origin: Index of an airport, (n,) int64.
        destination: Index of an airport, (n,) int64.
        place: Unit vector of the origin, (n, 3) float64.
        direction: Unit vector along which it leaves the origin, (n, 3) float64.
        begins: When each segment begins, s, (n, k) float64.
        ends: When the flight gives its slot up, s, (n,) float64.
        distance: From the origin at the begin of each segment, m, (n, k) float64.
        velocity: Ground speed at the begin of each segment, m/s, (n, k) float64.
        acceleration: Of the ground speed, m/s2, (n, k) float64.
        altitude: At the begin of each segment, m, (n, k) float64.
        vertical_rate: At the begin of each segment, m/s, (n, k) float64.
        vertical_acceleration: m/s2, (n, k) float64.
        icao24: (n,) str objects, no two alike.
        callsign: (n,) str objects, no two alike.
        squawk: (n,) str objects.
    """

    seed: int
    airports: Airports
    generation: _Ints
    origin: _Ints
    destination: _Ints
    place: _Floats
    direction: _Floats
    begins: _Floats
    ends: _Floats
    distance: _Floats
    velocity: _Floats
    acceleration: _Floats
    altitude: _Floats
    vertical_rate: _Floats
    vertical_acceleration: _Floats
    icao24: NDArray[np.object_]
    callsign: NDArray[np.object_]
    squawk: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.ends)


def launch(seed: int, flights: int, airports: Airports) -> Fleet:
    """Make a fleet as it is at time 0, in the midst of its flights.

    Args:
        seed: 0 or more, below 2^63.
        flights: 1 to `identity.MAX_FLIGHTS`.
        airports: From `load_airports`.
    """
    slots = np.arange(flights)
    columns = _flights(airports, Chance(seed, slots, np.zeros_like(slots)), np.zeros(flights), size=flights)
    nil = np.zeros(1, np.int64)
    gone = ((slots * _GOLDEN + Chance(seed, nil, nil)(Draw.PROGRESS, 0, 1)) % 1.0) * columns["ends"]
    columns["begins"] -= gone[:, None]
    columns["ends"] -= gone
    return Fleet(seed=seed, airports=airports, **columns)


def step(fleet: Fleet, times: _Floats, first: int = 0) -> tuple[Fleet, Reports]:
    """Move some aircraft on, each to a time of its own; those that have ended are replaced.

    Args:
        fleet: From `launch` or the last step; it is not changed.
        times: s after the start, (m,) float64; for each slot no earlier than the last time.
        first: The slot of the first of them; the others follow it.

    Returns:
        The fleet, and m reports.
    """
    rows = slice(first, first + len(times))
    while len(over := np.flatnonzero(fleet.ends[rows] <= times)):
        fleet = _replace(fleet, first + over)

    # The segment that each is in, as an index into the columns of k segments laid flat.
    begins = fleet.begins[rows]
    count = begins.shape[1]
    segment = np.arange(len(times)) * count + (begins[:, 1:] <= times[:, None]).sum(axis=1)

    def at_begin(column: _Floats) -> _Floats:
        taken: _Floats = column[rows].reshape(-1)[segment]
        return taken

    elapsed = times - at_begin(fleet.begins)
    velocity, acceleration = at_begin(fleet.velocity), at_begin(fleet.acceleration)
    rate, vertical_acceleration = at_begin(fleet.vertical_rate), at_begin(fleet.vertical_acceleration)
    distance = at_begin(fleet.distance) + (velocity + acceleration * elapsed / 2) * elapsed
    altitude = at_begin(fleet.altitude) + (rate + vertical_acceleration * elapsed / 2) * elapsed

    lat, lon, track = follow(fleet.place[rows], fleet.direction[rows], distance)
    return fleet, Reports(
        time=times,
        icao24=fleet.icao24[rows],
        callsign=fleet.callsign[rows],
        squawk=fleet.squawk[rows],
        lat=_round(lat, 6),
        lon=_round(lon, 6),
        velocity=_round(np.maximum(velocity + acceleration * elapsed, 0.0), 2),
        track=_round(track, 2) % 360.0,
        altitude=_round(altitude, 2),
        vertical_rate=_round(rate + vertical_acceleration * elapsed, 2),
        on_ground=is_on_ground(segment % count),
    )


def _flights(airports: Airports, chance: Chance, begin: _Floats, *, size: int) -> dict[str, Any]:
    """Make up flights that begin at a time: the columns of a `Fleet` of a size, for m of its slots (m,)."""
    origin, destination = choose_routes(airports, chance)
    place = airports.place[origin]
    direction, route = course(place, airports.place[destination])
    icao24, callsign = name_aircraft(chance, size)
    return {
        "generation": chance.generations,
        "origin": origin,
        "destination": destination,
        "place": place,
        "direction": direction,
        **cut_segments(route, airports.elevation[origin], airports.elevation[destination], begin, chance),
        "icao24": icao24,
        "callsign": callsign,
        "squawk": give_squawks(chance),
    }


def _replace(fleet: Fleet, slots: _Ints) -> Fleet:
    """Give a fleet in which the flights of some slots are followed by their next."""
    chance = Chance(fleet.seed, slots, fleet.generation[slots] + 1)
    columns = _flights(fleet.airports, chance, fleet.ends[slots], size=len(fleet))
    whole = {}
    for name, values in columns.items():
        whole[name] = getattr(fleet, name).copy()
        whole[name][slots] = values
    return dataclasses.replace(fleet, **whole)


def _round(values: _Floats, decimals: int) -> _Floats:
    """Round, and never to -0.0."""
    return np.round(values, decimals) + 0.0
