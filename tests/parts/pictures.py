"""Pictures of a fleet for the tests of what is made of them."""

import numpy as np

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.state.descriptions import Descriptions
from tracker.state.fleet import Fleet, Picture

WHOLE = StateVector(icao24="400001", callsign="AFR1", lat=49.0, lon=2.5, altitude=1000.0, on_ground=False, time=1e9)
BARE = StateVector(callsign="TEST-1", lat=0.0, lon=0.0, velocity=3.5, squawk="0421", time=1e9)
TRUCK = StateVector(
    id="TRUCK-7", kind="vehicle", lat=50.0, lon=8.5, time=1e9, position_source="other", registration="FRA 1234",
    category="C2",
)  # fmt: skip
JET = StateVector(
    icao24="400003", lat=49.0, lon=2.5, time=1e9, position_source="mlat", typecode="A320", kind="aircraft"
)


def picture(*vectors: StateVector, age: float = 0.0) -> Picture:
    """A fleet of these aircraft, as it is `age` s after it was heard."""
    if not vectors:
        return Fleet().picture(age)
    batch, descriptions = collect(vectors, [1e9] * len(vectors)), Descriptions()
    descriptions.learn(batch)
    fleet = Fleet(descriptions=descriptions)
    fleet.apply(batch, np.arange(len(vectors)), 0.0)
    return fleet.picture(age)
