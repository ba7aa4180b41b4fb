"""producer/synthetic/fleet.py: flights that are followed by others, whenever one looks."""

import math

import numpy as np
from synthetic_fleets import EUROPEAN, apart, at

from producer.sources.synthetic import launch


def test_a_slot_is_taken_by_another_aircraft_after_landing_and_standing():
    fleet = launch(4, 200, EUROPEAN)
    end = float(fleet.ends.min())
    slot = int(fleet.ends.argmin())
    _, last = at(fleet, math.nextafter(end, 0))
    assert last.on_ground[slot]
    assert last.velocity[slot] == 0
    assert apart(last.lat, last.lon, EUROPEAN.lat[fleet.destination], EUROPEAN.lon[fleet.destination])[slot] < 1
    successor, first = at(fleet, end)
    assert first.on_ground[slot]
    assert first.velocity[slot] == 0
    assert (last.icao24[slot], last.callsign[slot]) != (first.icao24[slot], first.callsign[slot])
    others = np.arange(200) != slot
    assert (last.icao24 == first.icao24)[others].all()
    assert fleet.generation[slot] == 0, "the fleet of before is left as it was"
    assert successor.generation[slot] == 1


def test_the_same_flights_are_met_at_whatever_times_one_looks():
    fine = coarse = launch(5, 100, EUROPEAN)
    for when in range(0, 20_001, 500):
        fine, seen = at(fine, when)
    _, alone = at(coarse, 20_000)
    assert seen.states(0.0) == alone.states(0.0)
