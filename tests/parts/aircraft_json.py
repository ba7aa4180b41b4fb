"""Documents of receivers, aggregators and OpenSky, made for tests; also the stop and the clocks of sources."""

import json

from hypothesis import strategies as st

NOW = 1_790_000_000.0
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**64, -1, 1e308, -1e308])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=3,
)
"""Anything that JSON can say."""


def aircraft(hex_="3c1234", **fields):
    """One aircraft, a position of which is half a second old."""
    known = {"hex": hex_, "flight": "DLH1AB  ", "lat": 50.0, "lon": 8.5, "seen_pos": 0.5, "seen": 0.1, "alt_baro": 1000}
    return {name: value for name, value in (known | fields).items() if value is not None}


def document(*listed, now=NOW, name="aircraft"):
    """An `aircraft.json`, or the answer of an aggregator."""
    return json.dumps({"now": now, name: list(listed)}).encode()


def vector(icao24="3c1234", time=NOW, **fields):
    """A state vector as OpenSky lists it, of 18 columns."""
    columns = {
        "icao24": icao24, "callsign": "DLH1AB  ", "origin_country": "Germany", "time_position": int(time),
        "last_contact": int(time), "longitude": 8.5, "latitude": 50.0, "baro_altitude": 304.8, "on_ground": False,
        "velocity": 100.0, "true_track": 90.0, "vertical_rate": 0.0, "sensors": None, "geo_altitude": 310.0,
        "squawk": "1000", "spi": False, "position_source": 0, "category": 4,
    }  # fmt: skip
    return list((columns | fields).values())


COLUMNS = (
    "icao24", "callsign", "time_position", "last_contact", "longitude", "latitude", "baro_altitude", "on_ground",
    "velocity", "true_track", "vertical_rate", "geo_altitude", "squawk", "position_source", "category",
)  # fmt: skip
"""Of a state vector, those that are read."""


class Clock:
    """A clock that a test moves on, or that waits move on: it is also a stop."""

    def __init__(self, now=100.0):
        self.now = now
        self.waits = []
        self.stops_at = float("inf")

    def __call__(self):
        return self.now

    def is_set(self):
        return self.now >= self.stops_at

    def wait(self, timeout):
        self.waits.append(timeout)
        self.now += timeout
        return self.is_set()
