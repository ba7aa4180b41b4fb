"""producer/wire.py: what is read, what is forgiven, what is refused."""

import json
import pickle
import string

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer import wire
from producer.wire import SchemaError, StateVector, decode, decode_array, encode, encode_array, validate

HERE = {"callsign": "TEST-1", "lat": 40.7128, "lon": -74.006}


def text(**fields):
    return json.dumps({**HERE, **fields}).encode()


def refusal(data):
    with pytest.raises(SchemaError) as caught:
        decode(data)
    assert caught.value.reason in wire.REASONS
    return caught.value


def refused_by(read, data):
    try:
        read(data)
    except SchemaError as error:
        return error


def within(name):
    low, high = wire.LIMITS[name]
    return st.floats(low, high, exclude_max=name == "track").map(lambda value: value + 0.0)


callsigns = st.text(string.ascii_uppercase + string.digits + "-ÅΩ日", min_size=1, max_size=16)
addresses = st.builds(str.__add__, st.sampled_from(["", "~"]), st.text(string.hexdigits[:16], min_size=6, max_size=6))
known = st.fixed_dictionaries(
    {"lat": within("lat"), "lon": within("lon"), "callsign": callsigns},
    optional={
        "icao24": addresses,
        **{name: within(name) for name in ("velocity", "track", "altitude", "geo_altitude", "vertical_rate", "time")},
        "on_ground": st.booleans(),
        "squawk": st.text("01234567", min_size=4, max_size=4),
    },
)
vectors = known.map(lambda fields: StateVector(**fields))
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
junk_json = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
names = st.sampled_from([*wire.FIELDS, *(name for aliases in wire.ALIASES.values() for name in aliases), "other"])


@given(vectors)
def test_what_was_encoded_is_decoded(vector):
    assert decode(encode(vector)) == vector


@given(st.lists(vectors, max_size=5))
def test_an_array_that_was_encoded_is_decoded(batch):
    assert decode_array(encode_array(batch)) == (batch, [])


@given(known)
def test_validate_and_decode_agree(fields):
    assert validate(fields) == decode(json.dumps(fields).encode())


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


@given(st.dictionaries(names, leaves | within("lat"), min_size=3))
def test_what_is_accepted_is_canonical(fields):
    try:
        vector = decode(json.dumps(fields).encode())
    except SchemaError:
        return
    assert decode(encode(vector)) == vector


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


def test_encoded_is_compact_and_without_what_is_not_known():
    assert encode(StateVector(callsign="A", lat=1, lon=2, on_ground=False)) == (
        b'{"callsign":"A","lat":1,"lon":2,"on_ground":false}'
    )


def test_null_is_absent():
    vector = decode(json.dumps({**dict.fromkeys(wire.FIELDS), **HERE}).encode())
    assert vector == StateVector(**HERE)


def test_a_state_vector_cannot_be_changed():
    with pytest.raises(AttributeError):
        decode(text()).lat = 1.0


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


@pytest.mark.parametrize(
    ("field", "given_as", "read_as"),
    [
        ("callsign", "  AFR123 ", "AFR123"),
        ("callsign", "afr123", "AFR123"),
        ("icao24", "39C902", "39c902"),
        ("icao24", " ~39C902\n", "~39c902"),
        ("squawk", "", None),
        ("squawk", "  ", None),
        ("squawk", "7", "0007"),
        ("squawk", "52", "0052"),
        ("squawk", " 652 ", "0652"),
        ("squawk", "7700", "7700"),
        ("track", 360, 0.0),
        ("track", 360.0, 0.0),
        ("lon", 180, 180.0),
        ("lon", -180, -180.0),
        ("time", 0, 0.0),
    ],
)
def test_forgiven(field, given_as, read_as):
    vector = decode(text(**{field: given_as}))
    assert getattr(vector, field) == read_as
    assert validate({**HERE, field: given_as}) == vector


def test_an_empty_callsign_is_absent():
    assert decode(text(icao24="abcdef", callsign=" ")).callsign is None


def test_zero_zero_is_a_place():
    assert decode(text(lat=0, lon=0)) == StateVector(callsign="TEST-1", lat=0.0, lon=0.0)


@pytest.mark.parametrize(
    ("reason", "field", "value"),
    [
        ("range", "lat", 91),
        ("range", "lat", -90.0001),
        ("range", "lon", 180.0001),
        ("range", "velocity", -0.1),
        ("range", "track", 360.5),
        ("range", "track", -1),
        ("range", "altitude", 1e10),
        ("range", "altitude", 10**400),
        ("range", "time", -1),
        ("range", "time", 253402300799),  # the year 9999
        ("time-unit", "time", 1633611601000),
        ("time-unit", "time", 1633611601000000),
        ("time-unit", "timestamp", 1633611601000000000),
        ("not-finite", "altitude", float("nan")),
        ("not-finite", "velocity", float("inf")),
        ("type", "lat", "40.7"),
        ("type", "latitude", True),
        ("type", "altitude", [1]),
        ("type", "time", {}),
        ("type", "on_ground", 0),
        ("type", "on_ground", "false"),
        ("type", "squawk", 7700),
        ("type", "callsign", 123),
        ("type", "icao24", 123456),
        ("format", "icao24", ""),
        ("format", "icao24", "39c90"),
        ("format", "icao24", "39c90g"),
        ("format", "icao24", "~~39c902"),
        ("format", "icao24", "\uff139c902"),
        ("format", "callsign", "A" * 17),
        ("format", "callsign", "A\x00B"),
        ("format", "squawk", "77001"),
        ("format", "squawk", "0080"),
        ("format", "squawk", "+7"),
    ],
)
def test_refused_with_the_field_the_value_and_the_limit(reason, field, value):
    fields = {name: known for name, known in HERE.items() if field not in wire.ALIASES.get(name, ())}
    error = refusal(json.dumps({**fields, field: value}).encode())
    assert (error.reason, error.field) == (reason, field)
    assert error.limit
    assert field in str(error)
    assert error.value in str(error)
    assert error.limit in str(error)
    if value == value and reason != "not-finite" and field not in ("latitude", "timestamp"):
        with pytest.raises(SchemaError) as caught:
            validate({**HERE, field: value})
        assert (caught.value.reason, caught.value.field) == (reason, field)


@pytest.mark.parametrize(("missing", "field"), [("lat", "lat"), ("lon", "lon"), ("callsign", "icao24")])
def test_what_is_required_is_missed(missing, field):
    for absent in ({}, {missing: None}):
        fields = {name: value for name, value in HERE.items() if name != missing}
        error = refusal(json.dumps({**fields, **absent}).encode())
        assert (error.reason, error.field) == ("missing", field)


def test_milliseconds_are_refused_with_a_hint():
    assert "milliseconds" in str(refusal(text(time=1633611601000)))
    assert "2100" in str(refusal(text(time=253402300799)))


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
        ("range", b'{"callsign":"A","lat":1,"lon":2,"altitude":' + b"1" * 5000 + b"}"),
        ("not-finite", b'{"callsign":"A","lat":NaN,"lon":2}'),
        ("not-finite", b'{"callsign":"A","lat":1,"lon":2,"track":-Infinity}'),
    ],
)
def test_a_value_that_is_no_state_vector_is_refused(reason, data):
    assert refusal(data).reason == reason


def test_the_largest_value_is_read():
    data = text()
    assert decode(data + b" " * (wire.MAX_VALUE_BYTES - len(data))) == StateVector(**HERE)


def test_in_an_array_the_good_elements_count():
    good = text()
    vectors, errors = decode_array(b"[%s, 5, [%s], null, {}, %s]" % (good, good, good))
    assert vectors == [StateVector(**HERE)] * 2
    assert [error.reason for error in errors] == ["type", "array", "type", "missing"]


def test_an_empty_array_holds_nothing():
    assert decode_array(b" [] ") == ([], [])


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("empty", b""),
        ("type", b"{}"),
        ("type", b"null"),
        ("json", b"[1"),
        ("json", b"[1,]"),
        ("nesting", b"[" * 10_000),
        ("not-finite", b'[{"lat":NaN}]'),
        ("too-large", b" " * (wire.MAX_VALUE_BYTES + 1)),
        ("too-large", b"[" + b"1," * wire.MAX_ARRAY_ITEMS + b"1]"),
    ],
)
def test_a_value_that_is_no_array_is_refused_whole(reason, data):
    with pytest.raises(SchemaError) as caught:
        decode_array(data)
    assert caught.value.reason == reason


def test_the_longest_array_of_the_shortest_vectors_is_read():
    shortest = b'{"callsign":"A","lat":1,"lon":2}'
    assert len(shortest) == wire.MAX_VALUE_BYTES // wire.MAX_ARRAY_ITEMS
    count = (wire.MAX_VALUE_BYTES - 1) // (len(shortest) + 1)
    vectors, errors = decode_array(b"[" + b",".join([shortest] * count) + b"]")
    assert (len(vectors), errors) == (count, [])


def test_an_error_survives_pickling():
    error = refusal(text(lat=91))
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.reason, copy.field, copy.value) == (str(error), "range", "lat", "91")


def test_the_limits_of_the_table_are_those_of_the_decoder():
    strict = msgspec.json.Decoder(StateVector)
    for name, (low, high) in wire.LIMITS.items():
        for value in (low, high - 1 if name == "track" else high):
            assert getattr(strict.decode(text(**{name: value})), name) == value
        for value in (low - 0.5, high + 0.5):
            with pytest.raises(msgspec.ValidationError):
                strict.decode(text(**{name: value}))
