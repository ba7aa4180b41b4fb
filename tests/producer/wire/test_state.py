"""producer/wire/state.py: what a state vector is."""

import json

import msgspec
import pytest
from wire_reports import text

from producer import wire
from producer.wire import StateVector, decode, encode


def test_the_smallest_message_is_whole():
    vector = decode(b'{"callsign": "TEST-1", "lat": 40.7128, "lon": -74.006}')
    assert vector == StateVector(callsign="TEST-1", lat=40.7128, lon=-74.006)
    assert vector.key == "cs:TEST-1"


def test_the_address_is_the_key_where_there_is_one():
    assert decode(text(icao24="39c902")).key == "39c902"


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"id": "TRUCK-1"}, "id:TRUCK-1"),
        ({"id": "TRUCK-1", "kind": "vehicle"}, "id:TRUCK-1"),
        ({"id": 123456789}, "id:123456789"),
        ({"id": "T", "callsign": "AFR1"}, "cs:AFR1"),
        ({"id": "T", "callsign": "AFR1", "kind": "aircraft"}, "cs:AFR1"),
        ({"id": "T", "callsign": "AFR1", "kind": "vessel"}, "id:T"),
        ({"callsign": "AFR1", "kind": "vessel"}, "cs:AFR1"),
        ({"id": "T", "callsign": "AFR1", "icao24": "abcdef", "kind": "vehicle"}, "abcdef"),
        ({"id": "=1", "callsign": "AFR1", "kind": "vessel"}, "cs:AFR1"),
        ({"id": "T", "callsign": "=1"}, "id:T"),
    ],
)
def test_the_key_is_the_first_identity_that_can_be_used(fields, key):
    assert decode(json.dumps({"lat": 1, "lon": 2, **fields}).encode()).key == key


def test_the_choices_are_those_of_the_contract():
    assert wire.KINDS == ("aircraft", "vehicle", "vessel", "container", "other")
    assert wire.POSITION_SOURCES == ("adsb", "mlat", "tisb", "adsc", "flarm", "asterix", "other")


def test_a_message_of_before_reads_as_before_and_what_is_written_without_new_fields_is_as_before():
    old = b'{"icao24":"39c902","callsign":"AFR1","lat":48.5,"lon":2.5,"squawk":"7000","time":1.5}'
    assert encode(decode(old)) == old
    assert decode(old).kind is None


def test_the_fields_stand_in_the_order_of_the_contract():
    assert wire.FIELDS == (
        "icao24", "callsign", "lat", "lon", "velocity", "track", "altitude", "geo_altitude", "vertical_rate",
        "on_ground", "squawk", "time", "id", "kind", "position_source", "typecode", "registration", "category",
    )  # fmt: skip


def test_a_state_vector_cannot_be_changed():
    with pytest.raises(AttributeError):
        decode(text()).lat = 1.0


def test_the_limits_of_the_table_are_those_of_the_decoder():
    strict = msgspec.json.Decoder(StateVector)
    for name, (low, high) in wire.LIMITS.items():
        for value in (low, high - 1 if name == "track" else high):
            assert getattr(strict.decode(text(**{name: value})), name) == value
        for value in (low - 0.5, high + 0.5):
            with pytest.raises(msgspec.ValidationError):
                strict.decode(text(**{name: value}))
