"""producer/synthetic/airports.py: where flights begin and end."""

import numpy as np
import pytest
from hypothesis import given, settings
from synthetic_fleets import EUROPE, WORLD, apart, at, moments, seeds, some_airports

from producer.errors import ProducerError
from producer.sources.synthetic import Region, launch, load_airports


@settings(max_examples=30)
@given(seeds, some_airports, moments)
def test_what_stands_is_at_an_airport_of_the_region_and_still(seed, airports, when):
    fleet, reports = at(launch(seed, 100, airports), when)
    still = reports.on_ground & (reports.velocity == 0)
    assert not reports.vertical_rate[reports.on_ground].any()
    for ends in (fleet.origin, fleet.destination):
        assert (EUROPE.holds(airports.lat[ends], airports.lon[ends])).all() or airports is WORLD
    at_origin, at_destination = (
        apart(reports.lat, reports.lon, airports.lat[ends], airports.lon[ends]) < 1.0
        for ends in (fleet.origin, fleet.destination)
    )
    assert (at_origin | at_destination)[still].all()
    ground = np.where(at_origin, airports.elevation[fleet.origin], airports.elevation[fleet.destination])
    assert (abs(reports.altitude - ground) < 0.02)[still].all()
    assert (reports.velocity[~reports.on_ground] > 60).all()


@pytest.mark.parametrize("box", [(48, 2, 48.4, 2.5), (-70, -150, -60, -100), (89, -180, 90, 180)])
def test_a_region_without_two_distant_airports_is_refused(box):
    with pytest.raises(ProducerError, match="larger --region"):
        load_airports(Region(*box))
