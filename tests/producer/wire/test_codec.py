"""producer/wire/codec.py: what is written, and what is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_reports import HERE, known, leaves, names, text, vectors, within

from producer import wire
from producer.wire import SchemaError, StateVector, decode, decode_array, decode_batch, encode, encode_array, validate


@given(vectors)
def test_what_was_encoded_is_decoded(vector):
    assert decode(encode(vector)) == vector


@given(st.lists(vectors, max_size=5))
def test_an_array_that_was_encoded_is_decoded(batch):
    assert decode_array(encode_array(batch)) == (batch, [])


@given(known)
def test_validate_and_decode_agree(fields):
    assert validate(fields) == decode(json.dumps(fields).encode())


@given(st.dictionaries(names, leaves | within("lat"), min_size=3))
def test_what_is_accepted_is_canonical(fields):
    try:
        vector = decode(json.dumps(fields).encode())
    except SchemaError:
        return
    assert decode(encode(vector)) == vector


def test_encoded_is_compact_and_without_what_is_not_known():
    assert encode(StateVector(callsign="A", lat=1, lon=2, on_ground=False)) == (
        b'{"callsign":"A","lat":1,"lon":2,"on_ground":false}'
    )


def test_null_is_absent():
    vector = decode(json.dumps({**dict.fromkeys(wire.FIELDS), **HERE}).encode())
    assert vector == StateVector(**HERE)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_bytes_is_read(kind):
    assert decode(kind(text())) == StateVector(**HERE)
    assert decode_array(kind(b"[%s]" % text())) == ([StateVector(**HERE)], [])


@pytest.mark.parametrize(
    ("alias", "field"), [(alias, field) for field, aliases in wire.ALIASES.items() for alias in aliases]
)
def test_an_alias_is_taken_where_the_name_is_absent_or_null(alias, field):
    fields = {"icao24": "abcdef", **HERE, "track": 1.0, "altitude": 2.0, "time": 3.0}  # nothing else is absent
    value = "FLIGHT2" if field == "callsign" else 12.5
    del fields[field]
    assert getattr(decode(json.dumps({**fields, alias: value}).encode()), field) == value
    assert getattr(decode(json.dumps({**fields, field: None, alias: value}).encode()), field) == value
    own = "OWN1" if field == "callsign" else 7.25
    assert getattr(decode(json.dumps({**fields, field: own, alias: value}).encode()), field) == own


def test_true_track_goes_before_heading():
    assert decode(text(heading=1.0, true_track=2.0)).track == 2.0
    assert decode(text(heading=1.0, true_track=None)).track == 1.0


def test_an_alias_in_escapes_is_the_same_name():
    assert decode(text(x=1).replace(b'"x"', rb'"h\u0065ading"')).track == 1.0


def test_unknown_fields_are_ignored_whatever_they_hold():
    assert decode(text(colour="red", nested={"lat": [1]})) == StateVector(**HERE)
    assert decode(text(x=0).replace(b" 0}", b" 1e999}")) == StateVector(**HERE)


def test_the_largest_value_is_read():
    data = text()
    assert decode(data + b" " * (wire.MAX_VALUE_BYTES - len(data))) == StateVector(**HERE)


def test_in_an_array_the_good_elements_count():
    good = text()
    vectors, errors = decode_array(b"[%s, 5, [%s], null, {}, %s]" % (good, good, good))
    assert vectors == [StateVector(**HERE)] * 2
    assert [error.reason for error in errors] == ["type", "array", "type", "missing"]


def test_in_an_array_what_is_dropped_is_told_with_the_place_of_its_state_vector():
    good = text()
    for bad in (text(track=-1), text(track=float("nan"))):  # the latter has the whole array read by other means
        repairs = []
        vectors, errors = decode_array(b"[%s, 5, [], %s, {}]" % (good, bad), repairs)
        assert vectors == [StateVector(**HERE)] * 2
        assert [error.reason for error in errors] == ["type", "array", "missing"]
        assert [(place, repair.field) for place, repair in repairs] == [(1, "track")]


def test_in_a_batch_what_is_dropped_is_told_with_the_place_of_its_value():
    repairs = []
    decode_batch([text(), text(squawk=9999), text(), text(track=-1, velocity="x")], repairs)
    assert [(place, repair.field) for place, repair in repairs] == [(1, "squawk"), (3, "velocity"), (3, "track")]


def test_an_empty_array_holds_nothing():
    assert decode_array(b" [] ") == ([], [])


def test_the_longest_array_of_the_shortest_vectors_is_read():
    shortest = b'{"callsign":"A","lat":1,"lon":2}'
    assert len(shortest) == wire.MAX_VALUE_BYTES // wire.MAX_ARRAY_ITEMS
    count = (wire.MAX_VALUE_BYTES - 1) // (len(shortest) + 1)
    vectors, errors = decode_array(b"[" + b",".join([shortest] * count) + b"]")
    assert (len(vectors), errors) == (count, [])
