"""producer/synthetic/identity.py: no two aircraft of a moment are called alike."""

from synthetic_fleets import EUROPEAN, WORLD, at

from producer.commands import synthetic
from producer.sources.synthetic import launch
from producer.sources.synthetic.identity import MAX_FLIGHTS


def test_addresses_and_callsigns_stay_unique_over_days_of_replacement():
    fleet = launch(9, 3000, EUROPEAN)
    met = set()
    for hour in range(0, 72, 6):
        fleet, reports = at(fleet, hour * 3600.0)
        assert len(set(reports.icao24)) == len(set(reports.callsign)) == 3000
        met.update(reports.icao24)
    assert len(met) > 12_000
    assert fleet.generation.min() >= 5


def test_the_largest_fleet_has_addresses_for_all():
    fleet = launch(1, MAX_FLIGHTS, WORLD)
    assert len(set(fleet.icao24)) == len(set(fleet.callsign)) == MAX_FLIGHTS


def test_the_command_allows_as_many_flights_as_there_are_addresses_for():
    assert synthetic._MAX_FLIGHTS == MAX_FLIGHTS
