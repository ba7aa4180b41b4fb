"""producer/synthetic/sphere.py: flights move along great circles, as their tracks and ground speeds say."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_fleets import apart, at, moments, seeds, some_airports

from producer.sources.synthetic import Region, launch, load_airports
from producer.sources.synthetic.profile import MAX_ACCELERATION
from producer.sources.synthetic.sphere import EARTH_RADIUS


def arrive(lat, lon, track, distance):
    """Where one comes to from a point, along the great circle of a track; degrees and m.

    Ed Williams, Aviation Formulary, "Lat/lon given radial and distance".
    """
    phi, lam, bearing, angle = np.radians(lat), np.radians(lon), np.radians(track), distance / EARTH_RADIUS
    there = np.arcsin(np.sin(phi) * np.cos(angle) + np.cos(phi) * np.sin(angle) * np.cos(bearing))
    turn = np.arctan2(np.sin(bearing) * np.sin(angle) * np.cos(phi), np.cos(angle) - np.sin(phi) * np.sin(there))
    return np.degrees(there), np.degrees(lam + turn)


@settings(max_examples=40)
@given(seeds, some_airports, moments, st.floats(0.1, 60))
def test_the_next_position_follows_from_the_last_state(seed, airports, when, later):
    fleet, before = at(launch(seed, 100, airports), when)
    _, after = at(fleet, when + later)
    same = before.icao24 == after.icao24
    lat, lon = arrive(before.lat, before.lon, before.track, before.velocity * later)
    # Speed changes by no more than an acceleration allows; reports are rounded to 1e-6 deg, 0.01 m/s and 0.01 deg.
    rounding = 0.2 + 0.005 * later + np.radians(0.005) * before.velocity * later
    allowed = MAX_ACCELERATION * later**2 / 2 + rounding
    assert (apart(lat, lon, after.lat, after.lon) <= allowed)[same].all()
    assert (abs(after.velocity - before.velocity) <= MAX_ACCELERATION * later + 0.011)[same].all()


def test_the_antimeridian_and_the_equator_are_crossed_without_a_jump():
    fiji = load_airports(Region(-25, 170, 25, -155))
    assert (fiji.lon > 169).any()
    assert (fiji.lon < -154).any()
    assert not ((fiji.lon < 170) & (fiji.lon > -155)).any()
    fleet, before = at(launch(0, 300, fiji), 0)
    crossed = 0
    for when in range(60, 12_000, 60):
        fleet, after = at(fleet, when)
        same = before.icao24 == after.icao24
        moved = apart(before.lat, before.lon, after.lat, after.lon)
        assert (moved[same] <= 60 * 265).all()
        crossed += int((same & (abs(before.lon - after.lon) > 300)).sum())
        before = after
    assert crossed > 5
