"""Fleets of made-up flights, and where they are."""

import numpy as np
from hypothesis import strategies as st

from producer.sources.synthetic import Region, launch, load_airports, schedule, step
from producer.sources.synthetic.sphere import EARTH_RADIUS

EUROPE = Region(36, -10, 60, 25)
WORLD = load_airports()
EUROPEAN = load_airports(EUROPE)
seeds = st.integers(0, 2**63 - 1)
some_airports = st.sampled_from([WORLD, EUROPEAN])
moments = st.floats(0, 200_000)


def at(fleet, when):
    """All reports of a moment, and the fleet then."""
    return step(fleet, np.full(len(fleet), float(when)))


def apart(lat, lon, other_lat, other_lon):
    """Great-circle distance, m, by the haversine formula; good also where it is small."""
    phi, other_phi = np.radians(lat), np.radians(other_lat)
    half = np.sin((other_phi - phi) / 2) ** 2
    half += np.cos(phi) * np.cos(other_phi) * np.sin(np.radians(np.asarray(other_lon) - lon) / 2) ** 2
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(half))


def stream(seed, *, flights=30, rate=0.5, speed=1.0, duration=100.0, start=1.7e9):
    reports = schedule(launch(seed, flights, EUROPEAN), rate, speed=speed, duration=duration)
    return [state for some in reports for state in some.states(start)]
