"""Made-up flights that move as real ones do: between real airports, on great circles, in every phase at once.

    seed, airports ──> launch ──> Fleet ──> step(times) ──> Fleet, Reports ──> batches ──> run ──> Publisher

A flight is a function of time. It stands at its origin, rolls, climbs, cruises, descends, rolls out and stands at its
destination, in segments of constant acceleration, so that speed and vertical rate never jump. After that its slot in
the fleet is taken by another aircraft elsewhere. Every number of a flight is a hash of the seed, the slot and how many
flights the slot had before, so the same seed gives the same flights, whatever the clock and however they are batched.

All but `run` is pure. Times are seconds after the start of the stream; only `run` knows when that was.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import airportsdata
import numpy as np
from numpy.typing import NDArray

from producer.errors import ProducerError
from producer.recording import FOOT
from producer.stop import Stop
from producer.wire import StateVector

logger = logging.getLogger(__name__)

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the earth, m: R1 of GRS 80 (Moritz, Geodetic Reference System 1980, Journal of Geodesy 74, 2000)."""

MAX_ACCELERATION = 2.0
"""The most that ground speed changes, m/s2: the take-off roll."""

MAX_VERTICAL_ACCELERATION = 1.6
"""The most that vertical rate changes, m/s2: a sixth of gravity."""

MAX_FLIGHTS = 100_000
"""The most flights at once: two addresses and callsigns for each, of the 2^18 there are."""

MIN_DISTANCE = 100_000.0
"""The shortest flight, m: a climb and a descent have to fit, also from and to the highest airports."""

MAX_DISTANCE = 14_000_000.0
"""The longest flight, m: about the longest that is flown; also keeps clear of antipodes, which many circles join."""

AIRLINES: Mapping[str, int] = {
    **dict.fromkeys(("AFR", "TVF", "CCM"), 0x380000),  # France
    **dict.fromkeys(("DLH", "EWG", "CFG"), 0x3C0000),  # Germany
    **dict.fromkeys(("BAW", "EZY", "EXS"), 0x400000),  # United Kingdom
    **dict.fromkeys(("ITY", "NOS"), 0x300000),  # Italy
    **dict.fromkeys(("IBE", "VLG", "AEA"), 0x340000),  # Spain
    **dict.fromkeys(("UAL", "AAL", "DAL", "SWA", "JBU"), 0xA00000),  # United States
    **dict.fromkeys(("ACA", "WJA"), 0xC00000),  # Canada
    **dict.fromkeys(("QFA", "VOZ"), 0x7C0000),  # Australia
    **dict.fromkeys(("JAL", "ANA"), 0x840000),  # Japan
    **dict.fromkeys(("AIC", "IGO"), 0x800000),  # India
    **dict.fromkeys(("CCA", "CES"), 0x780000),  # China
    **dict.fromkeys(("TAM", "GLO"), 0xE40000),  # Brazil
    "ARG": 0xE00000,  # Argentina
}
"""ICAO designators of 32 airlines, each with the first 24-bit address of its state (ICAO Annex 10 vol. III, table 9-1).

Only states that have 2^18 addresses or more, so that one number of 18 bits tells a callsign and an address.
"""

SQUAWKS: NDArray[np.int64] = np.setdiff1d(
    np.arange(0o10000), (0o0000, 0o1200, 0o2000, 0o7000, 0o7500, 0o7600, 0o7700, 0o7777)
)
"""Codes that are given to a flight: all but emergencies, and those that mean something to everybody."""

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]

_PREFIXES = tuple(AIRLINES)
_BLOCKS = np.array(tuple(AIRLINES.values()))
_CODES = 1 << 18  # numbers that tell a callsign and an address: 32 airlines x 8192 flight numbers

_RAMP = 15.0  # s, in which the vertical rate builds up, and ends
_LIFT_OFF = 75.0  # m/s, 145 kt; a loaded A320's
_TOUCH_DOWN = 68.0  # m/s, 132 kt
_BRAKING = 1.6  # m/s2, of the landing roll
_HASTE = 1.0  # m/s2, the most in the air
_ROLL = _LIFT_OFF**2 / 2 / MAX_ACCELERATION  # m
_ROLL_OUT = _TOUCH_DOWN**2 / 2 / _BRAKING  # m
_CLEARANCE = 600.0  # m, that the lowest cruise is above both airports
_GOLDEN = (5**0.5 - 1) / 2  # its multiples are spread evenly over [0, 1), however many they are
_CANDIDATES = 16  # destinations that a flight chooses from
_TICK = 0.05  # s, of reports that are published together; nobody sees a twentieth of a second
_MAX_BATCH = 4096  # reports
_POLL = 0.5  # s, between two looks at the progress


class Sink(Protocol):
    """Where reports go: `publish.Publisher`, as far as it is needed here."""

    @property
    def in_flight(self) -> int:
        """Reports that were taken, and not yet delivered."""

    def publish_batch(self, states: Sequence[StateVector]) -> bool:
        """Takes reports; False where it was stopped before it could take all."""

    def poll(self) -> None:
        """Looks what was delivered meanwhile."""


class Region(NamedTuple):
    """A box of latitudes and longitudes, degrees; where `lon_min` is above `lon_max` it crosses the antimeridian."""

    lat_min: float
    lon_min: float
    lat_max: float
    lon_max: float

    def holds(self, lat: _Floats, lon: _Floats) -> NDArray[np.bool_]:
        """Whether positions, degrees, are inside or on the edge."""
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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reports:
    """What some aircraft say, each at its own time, as columns of n reports, rounded as they are published.

    Attributes:
        time: s after the start, (n,) float64, rising.
        icao24: (n,) str objects.
        callsign: (n,) str objects.
        squawk: (n,) str objects.
        lat: Degrees, (n,) float64.
        lon: Degrees, (n,) float64.
        velocity: m/s, (n,) float64.
        track: Degrees, [0, 360), (n,) float64.
        altitude: m, (n,) float64.
        vertical_rate: m/s, (n,) float64.
        on_ground: (n,) bool.
    """

    time: _Floats
    icao24: NDArray[np.object_]
    callsign: NDArray[np.object_]
    squawk: NDArray[np.object_]
    lat: _Floats
    lon: _Floats
    velocity: _Floats
    track: _Floats
    altitude: _Floats
    vertical_rate: _Floats
    on_ground: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time)

    def states(self, start: float) -> list[StateVector]:
        """Gives state vectors, with event times from `start`, s since 1970, on."""
        columns = (getattr(self, field.name) for field in dataclasses.fields(self)[1:])
        return [
            StateVector(
                icao24=icao24,
                callsign=callsign,
                lat=lat,
                lon=lon,
                velocity=velocity,
                track=track,
                altitude=altitude,
                vertical_rate=vertical_rate,
                on_ground=on_ground,
                squawk=squawk,
                time=when,
            )
            for (
                when,
                icao24,
                callsign,
                squawk,
                lat,
                lon,
                velocity,
                track,
                altitude,
                vertical_rate,
                on_ground,
            ) in zip(np.round(start + self.time, 3).tolist(), *(column.tolist() for column in columns), strict=True)
        ]


def load_airports(region: Region | None = None) -> Airports:
    """Chooses the airports of a region, or of the world: those that have an IATA code too, as airlines' have.

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
    place = _places(lat, lon)
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


def launch(seed: int, flights: int, airports: Airports) -> Fleet:
    """Makes a fleet as it is at time 0, in the midst of its flights.

    Args:
        seed: 0 or more, below 2^63.
        flights: 1 to `MAX_FLIGHTS`.
        airports: From `load_airports`.
    """
    slots = np.arange(flights)
    columns = _flights(seed, airports, slots, np.zeros_like(slots), np.zeros(flights), size=flights)
    gone = ((slots * _GOLDEN + _uniform(seed, np.zeros(1, np.int64), 0, 99)) % 1.0) * columns["ends"]
    columns["begins"] -= gone[:, None]
    columns["ends"] -= gone
    return Fleet(seed=seed, airports=airports, **columns)


def step(fleet: Fleet, times: _Floats, first: int = 0) -> tuple[Fleet, Reports]:
    """Moves some aircraft on, each to a time of its own; those that have ended are replaced.

    The point at distance d is `p = u cos(d/R) + w sin(d/R)`, u being the origin and w the direction there, which is the
    formula for intermediate points of a great circle in vectors; the track is the bearing of dp/dd at p. (Ed Williams,
    Aviation Formulary, "Intermediate points on a great circle" and "Course between points"; as vectors: Gade, A
    Non-singular Horizontal Position Representation, Journal of Navigation 63, 2010.)

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

    angle = (distance / EARTH_RADIUS)[:, None]
    sine, cosine = np.sin(angle), np.cos(angle)
    x, y, z = (fleet.place[rows] * cosine + fleet.direction[rows] * sine).T
    dx, dy, dz = (fleet.direction[rows] * cosine - fleet.place[rows] * sine).T
    # East and north of it; both would be divided by the cosine of the latitude.
    track = np.degrees(np.arctan2(x * dy - y * dx, dz))
    phase = segment % count
    return fleet, Reports(
        time=times,
        icao24=fleet.icao24[rows],
        callsign=fleet.callsign[rows],
        squawk=fleet.squawk[rows],
        lat=_round(np.degrees(np.arctan2(z, np.hypot(x, y))), 6),
        lon=_round(np.degrees(np.arctan2(y, x)), 6),
        velocity=_round(np.maximum(velocity + acceleration * elapsed, 0.0), 2),
        track=_round(track, 2) % 360.0,
        altitude=_round(altitude, 2),
        vertical_rate=_round(rate + vertical_acceleration * elapsed, 2),
        on_ground=(phase <= _LAST_BEFORE_FLIGHT) | (phase >= _FIRST_AFTER_FLIGHT),
    )


def batches(fleet: Fleet, rate: float, *, speed: float = 1.0, duration: float = np.inf) -> Iterator[Reports]:
    """Gives all reports of a fleet in time order, for ever or as long as is said.

    Report m comes at m / (flights x rate), from slot m modulo flights: each aircraft reports at its rate, and no two at
    the same moment but for the rounding to ms.

    Args:
        fleet: From `launch`.
        rate: Reports per aircraft, 1/s.
        speed: At which they will be published, which tells how many make a batch.
        duration: s.
    """
    size = len(fleet)
    total = size * rate
    # No batch wraps around the fleet, so each is of neighbouring slots, and of each slot once.
    most = int(min(size, _MAX_BATCH, max(1.0, total * speed * _TICK)))
    report = 0
    while True:
        first = report % size
        times = np.arange(report, report + min(most, size - first)) / total
        times = np.round(times[times < duration], 3)
        if not len(times):
            return
        fleet, reports = step(fleet, times, first)
        yield reports
        report += len(times)


def run(
    reports: Iterable[Reports],
    sink: Sink,
    stop: Stop,
    *,
    start: float | None,
    speed: float,
    progress: Callable[[float], None] = lambda _lag: None,
    clock: Callable[[], float] = time.monotonic,
    wall: Callable[[], float] = time.time,
) -> None:
    """Publishes each batch when its last report is due, then waits until all are delivered; early when stopped.

    Args:
        reports: From `batches`.
        sink: Takes the reports; it may make this wait.
        stop: Ends every wait at once.
        start: Event time of the first report, s since 1970; None is now. From a start in the past it goes on until
            event time has reached the present.
        speed: Seconds of event time a second; `inf` is as fast as possible.
        progress: Called about twice a second, with the seconds that sending lags behind.
        clock: Seconds, monotonic.
        wall: Seconds since 1970.
    """
    begin = tick = clock()
    wait_for_now = start is not None
    start = round(wall() if start is None else start, 3)

    def look(lag: float) -> None:
        nonlocal tick
        if clock() >= tick:
            sink.poll()
            progress(lag)
            tick = clock() + _POLL

    for batch in reports:
        due = begin + float(batch.time[-1]) / speed
        while (delay := due - clock()) > 0 and not stop.wait(min(delay, _POLL)):
            look(0.0)
        past = int(np.searchsorted(batch.time, wall() - start, side="right")) if wait_for_now else len(batch)
        if not sink.publish_batch(batch.states(start)[:past]):
            return
        if past < len(batch):
            break
        look(max(0.0, clock() - due))
    while sink.in_flight and not stop.wait(0.02):  # an outage at the end is waited for like any other
        look(0.0)


# The segments of a flight: standing, roll, climb (vertical rate builds up, stays, ends), cruise, descent (likewise),
# roll-out, standing.
_LAST_BEFORE_FLIGHT, _FIRST_AFTER_FLIGHT = 1, 9


def _flights(
    seed: int, airports: Airports, slots: _Ints, generations: _Ints, begin: _Floats, *, size: int
) -> dict[str, Any]:
    """Makes up flights that begin at a time: the columns of a `Fleet`, for m of its slots (m,)."""

    def chance(draw: int, low: float, high: float) -> _Floats:
        return low + (high - low) * _uniform(seed, slots, generations, draw)

    origin, destination = _routes(airports, chance)
    u, v = airports.place[origin], airports.place[destination]
    along = np.einsum("ij,ij->i", u, v)
    across = v - along[:, None] * u
    length = np.linalg.norm(across, axis=1)
    route = EARTH_RADIUS * np.arctan2(length, along)

    codes = _scramble(seed, slots * (_CODES // size) + generations % (_CODES // size))
    airlines, numbers = codes % len(_PREFIXES), codes // len(_PREFIXES)
    squawks = SQUAWKS[(chance(7, 0, 1) * len(SQUAWKS)).astype(np.int64)]
    return {
        "generation": generations,
        "origin": origin,
        "destination": destination,
        "place": u,
        "direction": across / length[:, None],
        **_profile(route, airports.elevation[origin], airports.elevation[destination], begin, chance),
        "icao24": _objects(f"{address:06x}" for address in (_BLOCKS[airlines] + codes).tolist()),
        "callsign": _objects(
            f"{_PREFIXES[airline]}{number + 1}"
            for airline, number in zip(airlines.tolist(), numbers.tolist(), strict=True)
        ),
        "squawk": _objects(f"{squawk:04o}" for squawk in squawks.tolist()),
    }


_Chance = Callable[[int, float, float], _Floats]
"""Numbers between two limits, the same for the same draw: one for each flight."""


def _routes(airports: Airports, chance: _Chance) -> tuple[_Ints, _Ints]:
    """Chooses origins and destinations: of a few destinations the one nearest to a wished length, mostly short."""
    count = len(airports.icao)
    origin = (chance(0, 0, 1) * count).astype(np.int64)
    wish = np.exp(chance(1, np.log(3e5), np.log(1.2e7)))
    picks = [(chance(100 + number, 0, 1) * count).astype(np.int64) for number in range(_CANDIDATES)]
    candidates = np.stack(picks, axis=1)
    near = np.einsum("ik,ijk->ij", airports.place[origin], airports.place[candidates])
    miss = np.abs(np.log(np.maximum(_arc(near), 1.0) / wish[:, None]))
    miss[~_can_be_flown(near)] = np.inf
    best = miss.argmin(axis=1)
    rows = np.arange(len(origin))
    destination = candidates[rows, best]
    # In a small region all candidates may be too near: any other airport that is not.
    luckless = np.flatnonzero(np.isinf(miss[rows, best]))
    luck = chance(2, 0, 1)
    for row in luckless.tolist():
        others = np.flatnonzero(_can_be_flown(airports.place @ airports.place[origin[row]]))
        destination[row] = others[int(luck[row] * len(others))]
    return origin, destination


def _profile(route: _Floats, low: _Floats, high: _Floats, begin: _Floats, chance: _Chance) -> dict[str, _Floats]:
    """Cuts flights into segments of constant acceleration.

    Args:
        route: Length of the flights, m, (m,).
        low: Elevation of the origins, m, (m,).
        high: Elevation of the destinations, m, (m,).
        begin: When the flights begin, s, (m,).
        chance: Draws numbers.
    """
    # A short flight does not climb to where a long one cruises, and is slower there; all within what airliners do.
    cruise = np.maximum(np.minimum(chance(3, 9_000, 12_200), route / 40), np.maximum(low, high) + _CLEARANCE)
    fast = 130 + 0.01 * cruise + chance(4, -12, 12)
    up, down = chance(5, 8, 13), chance(6, 6, 9)
    mean_up, mean_down = (_LIFT_OFF + fast) / 2, (fast + _TOUCH_DOWN) / 2
    flown = route - _ROLL - _ROLL_OUT
    sloped = mean_up * (cruise - low) / up + mean_down * (cruise - high) / down
    # Steeper where climb and descent would leave less than a tenth of the way.
    steeper = np.maximum(1.0, sloped / (0.9 * flown - (mean_up + mean_down) * _RAMP))
    up, down = up * steeper, down * steeper
    time_up, time_down = (cruise - low) / up + _RAMP, (cruise - high) / down + _RAMP
    # A short climb leaves no time to become fast; what is slower has only more of the way left.
    fast = np.minimum(fast, np.minimum(_LIFT_OFF + _HASTE * time_up, _TOUCH_DOWN + _HASTE * time_down))
    mean_up, mean_down = (_LIFT_OFF + fast) / 2, (fast + _TOUCH_DOWN) / 2
    level = flown - mean_up * time_up - mean_down * time_down

    nil, ramp = np.zeros_like(route), np.full_like(route, _RAMP)
    quicker, slower = (fast - _LIFT_OFF) / time_up, (_TOUCH_DOWN - fast) / time_down
    lasts, acceleration, vertical = (
        np.stack(columns, axis=1)
        for columns in zip(
            (chance(8, 120, 600), nil, nil),
            (nil + _LIFT_OFF / MAX_ACCELERATION, nil + MAX_ACCELERATION, nil),
            (ramp, quicker, up / _RAMP),
            (time_up - 2 * _RAMP, quicker, nil),
            (ramp, quicker, -up / _RAMP),
            (level / fast, nil, nil),
            (ramp, slower, -down / _RAMP),
            (time_down - 2 * _RAMP, slower, nil),
            (ramp, slower, down / _RAMP),
            (nil + _TOUCH_DOWN / _BRAKING, nil - _BRAKING, nil),
            (chance(9, 180, 900), nil, nil),
            strict=True,
        )
    )
    velocity = _sums(acceleration * lasts, nil)
    rate = _sums(vertical * lasts, nil)
    # Sums leave crumbs: what stands stands, and what is level is level.
    velocity[:, (0, 1, 10)] = 0.0
    rate[:, (0, 1, 2, 5, 6, 9, 10)] = 0.0
    begins = _sums(lasts, begin)
    return {
        "begins": begins,
        "ends": begins[:, -1] + lasts[:, -1],
        "distance": _sums((velocity + acceleration * lasts / 2) * lasts, nil),
        "velocity": velocity,
        "acceleration": acceleration,
        "altitude": _sums((rate + vertical * lasts / 2) * lasts, low),
        "vertical_rate": rate,
        "vertical_acceleration": vertical,
    }


def _sums(changes: _Floats, begin: _Floats) -> _Floats:
    """Gives what there is before each of the changes, (m, k), from what there was at the begin, (m,)."""
    return np.concatenate([begin[:, None], begin[:, None] + np.cumsum(changes[:, :-1], axis=1)], axis=1)


def _replace(fleet: Fleet, slots: _Ints) -> Fleet:
    """Gives a fleet in which the flights of some slots are followed by their next."""
    columns = _flights(
        fleet.seed, fleet.airports, slots, fleet.generation[slots] + 1, fleet.ends[slots], size=len(fleet)
    )
    whole = {}
    for name, values in columns.items():
        whole[name] = getattr(fleet, name).copy()
        whole[name][slots] = values
    return dataclasses.replace(fleet, **whole)


def _places(lat: _Floats, lon: _Floats) -> _Floats:
    """Gives unit vectors (n, 3) of positions in degrees: x towards 0 E, y towards 90 E, z towards north."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def _arc(cosine: _Floats) -> _Floats:
    """Gives the distance of two places, m, from the scalar product of their unit vectors; good to a metre or so."""
    distance: _Floats = EARTH_RADIUS * np.arccos(np.clip(cosine, -1.0, 1.0))
    return distance


def _can_be_flown(cosine: _Floats) -> NDArray[np.bool_]:
    """Whether two places are neither too near nor too far, from the scalar product of their unit vectors."""
    nearest, farthest = np.cos(MIN_DISTANCE / EARTH_RADIUS), np.cos(MAX_DISTANCE / EARTH_RADIUS)
    flyable: NDArray[np.bool_] = (cosine <= nearest) & (cosine >= farthest)
    return flyable


def _has_a_partner(place: _Floats) -> NDArray[np.bool_]:
    """Whether there is another to fly to, for each place."""
    found = np.zeros(len(place), bool)
    # Nearly all find one among a few; all with all would take a second and 500 MB.
    for some in np.array_split(np.arange(len(place)), len(place) // 256 + 1):
        lonely = np.flatnonzero(~found)
        found[lonely] = _can_be_flown(place[lonely] @ place[some].T).any(axis=1)
    return found


def _round(values: _Floats, decimals: int) -> _Floats:
    """Rounds, and never to -0.0."""
    return np.round(values, decimals) + 0.0


def _objects(texts: Iterable[str]) -> NDArray[np.object_]:
    return np.array(list(texts), dtype=object)


def _uniform(seed: int, slots: _Ints, generations: _Ints | int, draw: int) -> _Floats:
    """Gives numbers in [0, 1) that depend on nothing but the arguments."""
    mixed = slots.astype(np.uint64)
    for other in (seed, generations, draw):
        mixed = _mix(mixed + _mix(np.atleast_1d(np.asarray(other, np.uint64))))
    uniform: _Floats = (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return uniform


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatters 64-bit numbers, no two to the same.

    SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014), with the constants of
    David Stafford's variant 13.
    """
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _scramble(seed: int, codes: _Ints) -> _Ints:
    """Scatters numbers below 2^18, no two to the same: products with odd numbers and xor-shifts can be undone."""
    mask = _CODES - 1
    codes = (codes + seed % _CODES) * 0x2545F & mask
    codes = (codes ^ (codes >> 9)) * 0x1B873 & mask
    return codes ^ (codes >> 9)
