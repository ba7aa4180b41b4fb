"""producer/wire/dialects.py: other dialects and envelopes are refused whole, native data with extras is not."""

import json

import pytest
from wire_reports import HERE, refusal

from producer.wire import StateVector, decode, decode_array, unused_fields

FRAME = {
    "timestamp": 1633611600, "icao24": "3c1234", "callsign": "TST101", "latitude": 48.0, "longitude": 2.0,
    "altitude": 35000, "groundspeed": 420, "track": 45, "vertical_rate": -800, "onground": False, "geoaltitude": 35400,
    "squawk": "1000",
}  # fmt: skip
STATES = {
    "time": 1633611600, "icao24": "3c1234", "lat": 48.0, "lon": 2.0, "velocity": 216.1, "heading": 45.0,
    "vertrate": 5.0, "callsign": "TST101  ", "onground": False, "squawk": "1000", "baroaltitude": 9144.0,
    "geoaltitude": 9300.0,
}  # fmt: skip
READSB = {
    "hex": "3c1234", "flight": "TST101  ", "alt_baro": 30000, "gs": 420.1, "track": 45.0, "baro_rate": 0, "lat": 48.1,
    "lon": 2.1,
}  # fmt: skip
DUMP1090 = {
    "hex": "3c1234", "flight": "TST101", "altitude": 30000, "speed": 420, "vert_rate": 0, "track": 45, "lat": 48,
    "lon": 2,
}  # fmt: skip


def without(record, *names):
    return {name: value for name, value in record.items() if name not in names}


@pytest.mark.parametrize(
    ("mapping", "record"),
    [
        ("traffic", FRAME),
        ("traffic", FRAME | {"groundspeed": None, "geoaltitude": None}),
        ("traffic", without(FRAME, "timestamp", "latitude", "longitude") | {"time": 1.5, "lat": 48.0, "lon": 2.0}),
        ("traffic", {**HERE, "time": 1.5, "track": 1.0, "altitude": 2.0, "groundspeed": 3, "geoaltitude": 4}),
        ("opensky", STATES),
        ("opensky", without(STATES, "heading")),
        ("opensky", without(STATES, "onground", "geoaltitude")),
        ("opensky", STATES | {"baroaltitude": None, "vertrate": None}),
        ("opensky", STATES | {"vertrate": float("nan")}),
        ("readsb", READSB),
        ("readsb", without(READSB, "hex")),
        ("readsb", {"hex": "3c1234", "lat": 48, "lon": 2}),
        ("readsb", without(READSB, "hex", "flight") | {"icao24": "3c1234"}),
        ("readsb", {"flight": "AFR1", "gs": 400, "lat": 1, "lon": 2}),
        ("readsb", DUMP1090),
        ("readsb", without(DUMP1090, "hex")),
        ("readsb", without(DUMP1090, "hex", "speed")),
    ],
)
def test_a_record_of_another_dialect_is_refused_and_the_mapping_named(mapping, record):
    data = json.dumps(record).encode()
    error = refusal(data)
    assert (error.reason, error.field) == ("dialect", None)
    assert f"mapping {mapping!r}" in error.limit
    assert error.value
    assert [one.reason for one in decode_array(b"[%s]" % data)[1]] == ["dialect"]


@pytest.mark.parametrize(
    "extra",
    [
        {"groundspeed": 420},
        {"icao24": "abcdef", "hex": "abcdef"},
        {"hex": "abcdef"},
        {"velocity": 200, "altitude": 3000, "gs": 400, "alt_baro": 10000},
        {"velocity": 200, "on_ground": False, "groundspeed": 400, "onground": False, "geoaltitude": 1},
        {"baro_altitude": 3000, "alt_baro": 10000, "gs": 400},
        {"flight": "AFR1", "gs": 400},
        {"speed": 3, "vert_rate": 4, "altitude": 5},
        {"op": "c", "schema": "x", "payload": {}},
    ],
)
def test_native_data_with_foreign_extras_stays_native(extra):
    data = json.dumps({**HERE, **extra}).encode()
    assert decode(data).key == extra.get("icao24", "cs:TEST-1")


CONNECT = {"schema": {"type": "struct"}, "payload": HERE}
DEBEZIUM = {"before": None, "after": HERE, "op": "c"}


@pytest.mark.parametrize(
    ("names", "data"),
    [
        ("Kafka Connect", json.dumps(CONNECT).encode()),
        ("Debezium", json.dumps(DEBEZIUM).encode()),
        ("schema registry", b"\0\0\0\0\x07" + json.dumps(HERE).encode()),
        ("schema registry", b"\0\xff\xff\xff\xff" + json.dumps(HERE).encode()),
    ],
)
def test_an_envelope_is_named(names, data):
    error = refusal(data)
    assert error.reason == "envelope"
    assert names in str(error)


def test_what_is_neither_is_refused_as_before():
    assert refusal(b'{"payload": {}}').reason == "missing"
    assert refusal(b"\0\0\0").reason == "json"


def test_the_fields_that_nobody_reads_are_told_by_name():
    assert unused_fields(json.dumps({**HERE, "flight": "A", "colour": 1, "gs": None}).encode()) == ["colour", "gs"]
    assert unused_fields(b"[1]") == unused_fields(b"junk") == unused_fields(b"\xff") == []
    assert decode(json.dumps({**HERE, "colour": 1}).encode()) == StateVector(**HERE)
