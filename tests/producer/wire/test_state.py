"""producer/wire/state.py: what a state vector is."""

import msgspec
import pytest
from wire_reports import text

from producer import wire
from producer.wire import StateVector, decode


def test_the_smallest_message_is_whole():
    vector = decode(b'{"callsign": "TEST-1", "lat": 40.7128, "lon": -74.006}')
    assert vector == StateVector(callsign="TEST-1", lat=40.7128, lon=-74.006)
    assert vector.key == "cs:TEST-1"


def test_the_address_is_the_key_where_there_is_one():
    assert decode(text(icao24="39c902")).key == "39c902"


def test_the_fields_stand_in_the_order_of_the_contract():
    assert wire.FIELDS == (
        "icao24", "callsign", "lat", "lon", "velocity", "track", "altitude", "geo_altitude", "vertical_rate",
        "on_ground", "squawk", "time",
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
