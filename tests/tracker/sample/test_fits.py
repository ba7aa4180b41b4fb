"""tracker/sample/fits.py: which mapping reads records, told by decoding them."""

import json

import pytest

from producer.wire import load_mapping
from tracker.sample.fits import WIRE, best, built_in_fits, fit

NATIVE = {"icao24": "3c1234", "lat": 48.0, "lon": 2.0, "velocity": 100.0, "time": 1767225600}
TRAFFIC = {
    "icao24": "3c1234", "latitude": 48.0, "longitude": 2.0, "altitude": 35_000, "groundspeed": 450, "onground": False,
    "timestamp": "2026-01-01T00:00:00Z",
}  # fmt: skip
READSB = {"hex": "3c1234", "lat": 48.0, "lon": 2.0, "alt_baro": 35_000, "gs": 450.0, "now": 1767225600}
OPENSKY = {
    "time": 1767225600, "icao24": "3c1234", "lat": 48.0, "lon": 2.0, "velocity": 230.0, "baroaltitude": 10_000.0,
    "vertrate": 0.0, "onground": False,
}  # fmt: skip


def values(*documents):
    return [json.dumps(document).encode() for document in documents]


@pytest.mark.parametrize(
    ("document", "name"), [(NATIVE, WIRE), (TRAFFIC, "traffic"), (READSB, "readsb"), (OPENSKY, "opensky")]
)
def test_each_dialect_is_told_from_the_others(document, name):
    found = best(built_in_fits(values(document, document)))
    assert (found.name, found.whole, found.mended, found.refused, found.holds) == (name, 2, 0, 0, True)


def test_whole_mended_and_refused_are_counted_with_the_first_reason_of_each():
    found = fit(values(NATIVE, NATIVE | {"velocity": "fast", "track": "north"}, NATIVE | {"lat": 91}, {}), None)
    assert (found.whole, found.mended, found.refused, found.fields) == (1, 1, 2, 5 + 4)
    assert found.refusal == "lat = 91: refused (range): -90 to 90 is allowed"
    assert found.repair.startswith("velocity = 'fast': dropped (type)")


def test_names_that_nobody_reads_are_told_once():
    assert fit(values(NATIVE | {"a": 1}, NATIVE | {"b": 1, "a": 2}), None).unread == ["a", "b"]
    assert fit(values(READSB | {"rssi": 1}), load_mapping("readsb")).unread == ["rssi"]


def test_elements_of_an_array_count_one_by_one():
    found = fit(values([NATIVE, NATIVE, 7]), None)
    assert (found.whole, found.refused) == (2, 1)


def test_of_two_that_read_all_the_one_that_knows_more_is_the_best():
    found = best(built_in_fits(values({"callsign": "A", "latitude": 1.0, "longitude": 2.0, "groundspeed": 100})))
    assert (found.name, found.fields) == ("traffic", 4)


def test_what_nothing_reads_does_not_fit():
    found = best(built_in_fits([b"\xff\x00", b"{}"]))
    assert (found.read, found.refused, found.holds) == (0, 2, False)
