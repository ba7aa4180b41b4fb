"""producer/wire/refusal.py: values that cannot be read, whatever they are."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_reports import leaves, names, refusal, text, within

from producer import wire
from producer.wire import SchemaError, decode, decode_array

junk_json = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


def refused_by(read, data):
    try:
        read(data)
    except SchemaError as error:
        return error


@given(st.binary())
def test_junk_bytes_raise_only_schema_errors(data):
    for read in (decode, decode_array):
        error = refused_by(read, data)
        assert error is None or (error.reason in wire.REASONS and len(str(error)) < 400)


@given(junk_json | st.dictionaries(names, leaves | within("lat")))
def test_junk_json_raises_only_schema_errors(document):
    data = json.dumps(document).encode()
    for read in (decode, decode_array):
        error = refused_by(read, data)
        assert error is None or (error.reason in wire.REASONS and len(str(error)) < 400)


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("empty", b""),
        ("empty", b" \n"),
        ("too-large", b" " * (wire.MAX_VALUE_BYTES + 1)),
        ("utf-8", b'{"callsign":"\xff","lat":1,"lon":2}'),
        ("utf-8", b'{"callsign":"A","lat":1,"lon":2,"other":"\xff"}'),
        ("json", b"junk"),
        ("json", b"{"),
        ("json", b"tru"),
        ("json", b'{"callsign":"A","lat":1,"lon":2}x'),
        ("json", b'\xef\xbb\xbf{"callsign":"A","lat":1,"lon":2}'),
        ("json", rb'{"callsign":"\ud800","lat":1,"lon":2}'),
        ("json", b'{"callsign":"A","lat":01,"lon":2}'),
        ("nesting", b'{"a":' * 10_000),
        ("nesting", b'{"callsign":"A","lat":1,"lon":2,"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
        ("nesting", b'{"lat":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
        ("array", b"[]"),
        ("array", b"[" * 10_000),
        ("type", b"null"),
        ("type", b"5"),
        ("type", b'"text"'),
        ("type", b"true"),
        ("range", b'{"callsign":"A","lat":1e999,"lon":2}'),
        ("range", b'{"callsign":"A","lat":' + b"1" * 5000 + b',"lon":2}'),
        ("not-finite", b'{"callsign":"A","lat":NaN,"lon":2}'),
        ("not-finite", b'{"callsign":"A","lat":1,"lon":-Infinity}'),
        ("json", b'{"callsign":"A","lat":NaN,"lon":2'),
        ("json", b"NaN"),
    ],
)
def test_a_value_that_is_no_state_vector_is_refused(reason, data):
    assert refusal(data).reason == reason


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("empty", b""),
        ("type", b"{}"),
        ("type", b"null"),
        ("json", b"[1"),
        ("json", b"[1,]"),
        ("nesting", b"[" * 10_000),
        ("json", b'[{"lat":NaN}'),
        ("too-large", b" " * (wire.MAX_VALUE_BYTES + 1)),
        ("too-large", b"[" + b"1," * wire.MAX_ARRAY_ITEMS + b"1]"),
    ],
)
def test_a_value_that_is_no_array_is_refused_whole(reason, data):
    with pytest.raises(SchemaError) as caught:
        decode_array(data)
    assert caught.value.reason == reason


def test_an_error_survives_pickling():
    error = refusal(text(lat=91))
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.reason, copy.field, copy.value) == (str(error), "range", "lat", "91")
