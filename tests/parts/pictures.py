"""Pictures of a fleet for the tests of what is made of them."""

import numpy as np

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.state.fleet import Fleet, Picture

WHOLE = StateVector(icao24="400001", callsign="AFR1", lat=49.0, lon=2.5, altitude=1000.0, on_ground=False, time=1e9)
BARE = StateVector(callsign="TEST-1", lat=0.0, lon=0.0, velocity=3.5, squawk="0421", time=1e9)


def picture(*vectors: StateVector, age: float = 0.0) -> Picture:
    """A fleet of these aircraft, as it is `age` s after it was heard."""
    fleet = Fleet()
    fleet.apply(collect(vectors, [1e9] * len(vectors)), np.arange(len(vectors)), 0.0)
    return fleet.picture(age)
