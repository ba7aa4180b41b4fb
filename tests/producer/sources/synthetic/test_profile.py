"""producer/synthetic/profile.py: every phase of a flight, in its order, as fast and as steep as airliners are."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_fleets import EUROPEAN, WORLD, at, moments, seeds, some_airports

from producer.sources.synthetic import Airports, launch, step
from producer.sources.synthetic.profile import MAX_ACCELERATION, MAX_VERTICAL_ACCELERATION
from producer.sources.synthetic.sphere import EARTH_RADIUS


@settings(max_examples=40)
@given(seeds, some_airports, moments, st.floats(0.1, 60))
def test_the_next_altitude_follows_from_the_vertical_rate(seed, airports, when, later):
    fleet, before = at(launch(seed, 100, airports), when)
    _, after = at(fleet, when + later)
    same = before.icao24 == after.icao24
    climbed = after.altitude - before.altitude - before.vertical_rate * later
    assert (abs(climbed) <= MAX_VERTICAL_ACCELERATION * later**2 / 2 + 0.011 + 0.005 * later)[same].all()
    assert (abs(after.vertical_rate - before.vertical_rate) <= MAX_VERTICAL_ACCELERATION * later + 0.011)[same].all()


def test_every_phase_is_there_at_the_start():
    _, reports = at(launch(0, 2000, WORLD), 0)
    climbing, descending = reports.vertical_rate > 5, reports.vertical_rate < -5
    level = ~reports.on_ground & (reports.vertical_rate == 0)
    standing = reports.on_ground & (reports.velocity == 0)
    for phase in (climbing, descending, level, standing):
        assert phase.sum() > 50
    assert reports.altitude[level].min() > 2000
    assert reports.altitude.max() < 12_500
    assert 130 < reports.velocity[level].min() < reports.velocity[level].max() < 270


def test_the_mix_of_phases_stays_as_it_was():
    fleet, early = at(launch(0, 2000, WORLD), 0)
    _, late = at(fleet, 100_000)
    assert abs(early.on_ground.mean() - late.on_ground.mean()) < 0.05


def test_a_flight_stands_climbs_cruises_descends_and_lands_in_this_order():
    fleet = launch(7, 50, EUROPEAN)
    slot = int((fleet.ends - fleet.begins[:, 0]).argmin())
    follower, _ = at(fleet, fleet.ends[slot])  # its next flight, from the first moment on
    begin, end = follower.begins[slot, 0], follower.ends[slot]
    words = []
    for when in np.arange(begin, end, 4.0):
        follower, report = step(follower, np.array([when]), slot)
        if report.on_ground[0]:
            words.append("stands" if report.velocity[0] == 0 else "rolls")
        else:
            words.append({1.0: "climbs", 0.0: "cruises", -1.0: "descends"}[float(np.sign(report.vertical_rate[0]))])
    order = [word for word, _ in itertools.groupby(words)]
    expected = ["stands", "rolls", "climbs", "cruises", "descends", "rolls", "stands"]
    # Lift-off and touch-down have a vertical rate of 0 themselves.
    assert [word for number, word in enumerate(order) if word != "cruises" or number == order.index("cruises", 3)] == (
        expected
    )


@pytest.mark.parametrize("low", [-400.0, 0.0, 2000.0, 4411.0])
@pytest.mark.parametrize("high", [-400.0, 0.0, 2000.0, 4411.0])
@pytest.mark.parametrize("route", [100_000.0, 101_000.0, 150_000.0, 400_000.0, 14_000_000.0])
def test_every_length_and_elevation_can_be_flown(low, high, route):
    lat, lon = np.zeros(2), np.array([0.0, math.degrees(route / EARTH_RADIUS) * (1 + 1e-9)])
    if route == 14_000_000.0:
        lon[1] -= 1e-6
    place = np.stack([np.cos(np.radians(lon)), np.sin(np.radians(lon)), np.zeros(2)], axis=1)
    airports = Airports(np.array(["AAAA", "BBBB"]), lat, lon, np.array([low, high]), place)
    fleet = launch(3, 200, airports)
    lasts = np.diff(np.concatenate([fleet.begins, fleet.ends[:, None]], axis=1), axis=1)
    assert (lasts > 0).all()
    assert (abs(fleet.vertical_acceleration) <= MAX_VERTICAL_ACCELERATION).all()
    assert (abs(fleet.acceleration) <= MAX_ACCELERATION).all()
    assert np.allclose(fleet.distance[:, -1], route, atol=20)
    assert np.allclose(fleet.altitude[:, -1], airports.elevation[fleet.destination], atol=1e-6)
    assert (fleet.origin != fleet.destination).all()
