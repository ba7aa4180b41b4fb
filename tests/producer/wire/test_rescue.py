"""producer/wire/rescue.py: objects of which all but one value can be read."""

import json

import pytest
from wire_reports import HERE

from producer.wire import SchemaError, StateVector, decode

WHOLE = json.dumps({**HERE, "altitude": 0}).encode()


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"9" * 400, b"[1e999]"])
def test_a_number_that_no_float_holds_costs_its_field_alone(number):
    repairs = []
    assert decode(WHOLE.replace(b" 0}", number + b"}"), repairs) == StateVector(**HERE)
    assert [repair.field for repair in repairs] == ["altitude"]
    assert len(str(repairs[0])) < 200


@pytest.mark.parametrize("first", [b"NaN", b"1e999"])
def test_a_constant_and_a_number_beyond_floats_cost_their_two_fields(first):
    repairs = []
    second = {b"NaN": b"1e999", b"1e999": b"NaN"}[first]
    data = WHOLE.replace(b" 0}", first + b', "velocity": ' + second + b"}")
    assert decode(data, repairs) == StateVector(**HERE)
    assert sorted(repair.field for repair in repairs) == ["altitude", "velocity"]


@pytest.mark.parametrize("number", [b"NaN", b"-Infinity"])
def test_in_a_field_that_nobody_reads_it_costs_nothing(number):
    repairs = []
    data = WHOLE.replace(b" 0}", b' 1, "other": {"deep": [' + number + b"]}}")
    assert decode(data, repairs) == StateVector(**HERE, altitude=1.0)
    assert repairs == []


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize(
    ("text", "fields", "mended"),
    [
        ('"altitude": @', {}, ["altitude"]),
        ('"altitude" :@ , "velocity":\t@', {}, ["velocity", "altitude"]),
        ('"altitude": @, "altitude": 3', {"altitude": 3.0}, []),  # of two under one name the last holds
        ('"altitude": 3, "altitude": @', {}, ["altitude"]),
        ('"baro_altitude": @', {}, ["altitude"]),
        ('"altitude": 3, "colour": @', {"altitude": 3.0}, []),
        ('"colour": "altitude\\":@,", "altitude": 3', {"altitude": 3.0}, []),
        ('"other": {"altitude": @}, "altitude": 3', {"altitude": 3.0}, []),
        ('"altitude": [@]', {}, ["altitude"]),
    ],
)
def test_constants_that_are_no_json_cost_the_field_in_which_they_stand(constant, text, fields, mended):
    repairs = []
    data = json.dumps(HERE)[:-1] + ", " + text.replace("@", constant) + "}"
    assert decode(data.encode(), repairs) == StateVector(**HERE, **fields)
    assert sorted(repair.field for repair in repairs) == sorted(mended)


@pytest.mark.parametrize("name", ["lat", "lon", "time"])
def test_in_the_place_or_the_time_they_cost_the_report(name):
    with pytest.raises(SchemaError, match=f"{name} = (nan|NaN).*not-finite"):
        decode(json.dumps({**HERE, name: float("nan")}).encode())
