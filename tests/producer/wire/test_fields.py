"""producer/wire/fields.py: what is forgiven, and what is refused by its name."""

import json

import pytest
from wire_reports import HERE, refusal, text

from producer import wire
from producer.wire import SchemaError, StateVector, decode, validate


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


FORMULAS = (
    "=CMD|' /C CALC'!", " =1+1", "+1", "-1+1", "@SUM(1,1)", "\t=1", "\r=1", "A;=1", 'A",=1', "'=1", "-", "\uff1d1+1",
    "\uff201",
)  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_callsign_that_a_spreadsheet_would_compute_is_dropped(formula):
    for vector in (
        decode(text(icao24="abcdef", callsign=formula)),
        validate({**HERE, "icao24": "abcdef", "callsign": formula}),
    ):
        assert (vector.callsign, vector.key) == (None, "abcdef")


@pytest.mark.parametrize("name", ["callsign", "flight"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_no_identity(formula, name):
    error = refusal(json.dumps({"lat": 1, "lon": 2, name: formula}).encode())
    assert (error.reason, error.field) == ("format", name)
    assert "=, +, - or @" in str(error)


@pytest.mark.parametrize("callsign", ["TEST-1", "A+B", "A=B", "A@B", "A B-1", "D-ABCD", "<B>"])
def test_a_callsign_that_no_spreadsheet_computes_is_kept(callsign):
    assert decode(text(callsign=callsign)).callsign == callsign


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
