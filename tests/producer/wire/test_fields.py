"""producer/wire/fields.py: what is forgiven, what is dropped, and what is refused, each by its name."""

import json
import tracemalloc

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
        ("id", " 12 \0", "12"),
        ("id", 12, "12"),
        ("id", "Å 1", "Å 1"),
        ("id", "_x_", "_x_"),
        ("kind", " Vessel", "vessel"),
        ("position_source", "ADSB", "adsb"),
        ("typecode", "a20n@", "A20N"),
        ("registration", "f-gkxa ", "F-GKXA"),
        ("registration", "54+01", "54+01"),
        ("category", "a3", "A3"),
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
def test_a_callsign_that_a_spreadsheet_would_compute_is_dropped_and_told(formula):
    repairs = []
    for vector in (
        decode(text(icao24="abcdef", callsign=formula), repairs),
        validate({**HERE, "icao24": "abcdef", "callsign": formula}, repairs),
    ):
        assert (vector.callsign, vector.key) == (None, "abcdef")
    assert [repair.field for repair in repairs] == ["callsign"] * 2


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


@pytest.mark.parametrize("nothing", [None, "", " ", "NULL", "null", "N/A", "n/a", "NaN", "nan", "None", "none"])
@pytest.mark.parametrize("field", [name for name in wire.FIELDS if name not in ("lat", "lon", "icao24")])
def test_every_spelling_of_not_known_is_absent_in_every_field(field, nothing):
    repairs = []
    fields = {**HERE, "icao24": "abcdef", field: nothing}
    assert getattr(decode(json.dumps(fields).encode(), repairs), field) is None
    assert getattr(validate(fields, repairs), field) is None
    assert repairs == []


@pytest.mark.parametrize("filler", ["\0\0\0", "@@@@@@@@", "________", " @_\0 ", "NULL\0\0\0\0"])
def test_what_is_left_of_filler_is_not_known(filler):
    assert decode(text(icao24="abcdef", callsign=filler)).callsign is None
    assert decode(text(icao24=filler)).key == "cs:TEST-1"
    assert refusal(text(callsign=filler)).reason == "missing"


def test_filler_around_a_text_is_no_part_of_it():
    vector = decode(text(icao24="ABCDEF\0", callsign="AFR12\0\0\0", squawk="7000@"))
    assert (vector.icao24, vector.callsign, vector.squawk) == ("abcdef", "AFR12", "7000")
    assert decode(text(callsign="__TST1__")).callsign == "TST1"


@pytest.mark.parametrize("spelling", ["NULL", "________", ""])
def test_an_alias_is_taken_where_the_field_says_not_known(spelling):
    fields = {**HERE, "track": 1.0, "altitude": 2.0, "time": 3.0}
    assert decode(json.dumps({**fields, "callsign": spelling, "flight": "AFR1"}).encode()).callsign == "AFR1"
    assert decode(json.dumps({**fields, "altitude": spelling, "baro_altitude": 5.0}).encode()).altitude == 5.0


@pytest.mark.parametrize(
    ("field", "given_as", "read_as"),
    [
        ("squawk", 1000, "1000"),
        ("squawk", 7, "0007"),
        ("squawk", 1000.0, "1000"),
        ("on_ground", 0, False),
        ("on_ground", 1, True),
        ("on_ground", 1.0, True),
    ],
)
def test_a_number_is_understood_where_it_can_mean_one_thing_only(field, given_as, read_as):
    repairs = []
    assert getattr(decode(text(**{field: given_as}), repairs), field) == read_as
    assert getattr(validate({**HERE, field: given_as}, repairs), field) == read_as
    assert repairs == []


@pytest.mark.parametrize(
    ("reason", "field", "value"),
    [
        ("range", "velocity", -0.1),
        ("range", "track", 360.5),
        ("range", "track", -1),
        ("range", "altitude", 1e10),
        ("range", "altitude", 10**400),
        ("not-finite", "altitude", float("nan")),
        ("not-finite", "velocity", float("inf")),
        ("not-finite", "geo_altitude", float("-inf")),
        ("type", "altitude", [1]),
        ("type", "altitude", "ground"),
        ("type", "velocity", "12.5"),
        ("type", "vertical_rate", {}),
        ("type", "track", True),
        ("type", "on_ground", 2),
        ("type", "on_ground", "maybe"),
        ("type", "squawk", True),
        ("type", "callsign", 123),
        ("format", "callsign", "A" * 17),
        ("format", "callsign", "A\x00B"),
        ("format", "squawk", "77001"),
        ("format", "squawk", "0080"),
        ("format", "squawk", "+7"),
        ("format", "squawk", 9999),
        ("format", "squawk", -7),
        ("format", "squawk", 0.5),
        ("type", "id", 1.5),
        ("type", "id", True),
        ("type", "id", 10**64),
        ("format", "id", -1),
        ("format", "id", "A" * 65),
        ("format", "id", "A\x00B"),
        ("format", "id", "=1+1"),
        ("format", "kind", "truck"),
        ("type", "kind", 1),
        ("format", "position_source", "radar"),
        ("format", "typecode", "A"),
        ("format", "typecode", "A320N"),
        ("format", "typecode", "A-20"),
        ("format", "registration", "A" * 13),
        ("format", "registration", "+1"),
        ("type", "registration", 1),
        ("format", "category", "A8"),
        ("format", "category", "E0"),
        ("format", "category", "A10"),
    ],
)
def test_what_cannot_be_understood_is_dropped_and_told_and_the_rest_is_taken(reason, field, value):
    fields = {"icao24": "abcdef", "lat": 1.0, "lon": 2.0, "time": 3.0, "geo_altitude": 4.0, field: value}
    if field == "geo_altitude":
        fields["altitude"] = 5.0
    repairs = []
    vector = decode(json.dumps(fields).encode(), repairs)
    kept = {name: known for name, known in fields.items() if name != field}
    assert vector == StateVector(**kept)
    (repair,) = repairs
    assert (repair.field, repair.error.field, repair.error.reason) == (field, field, reason)
    assert str(repair).startswith(f"{field} = {repair.error.value}: dropped ({reason}): {repair.error.limit}")
    checked = []
    assert validate(fields, checked) == vector
    assert [(one.field, one.error.reason) for one in checked] == [(field, reason)]


def test_half_a_character_is_no_text():
    data = text(icao24="abcdef", callsign="\ud800", altitude=float("nan"))  # beside NaN, as a strict reader refuses it
    repairs = []
    assert decode(data, repairs).key == "abcdef"
    assert [repair.field for repair in repairs] == ["callsign", "altitude"]


def test_a_field_under_an_alias_is_counted_by_its_own_name():
    repairs = []
    assert decode(text(heading=-1, baro_altitude="ground"), repairs) == StateVector(**HERE)
    assert [(one.field, one.error.field) for one in repairs] == [("track", "heading"), ("altitude", "baro_altitude")]


def test_several_fields_are_dropped_at_once_and_what_can_be_understood_stays():
    repairs = []
    data = text(icao24="abcdef", squawk=1000, on_ground=1, velocity=-1, altitude=float("nan"), track=90)
    assert decode(data, repairs) == StateVector(
        icao24="abcdef", callsign="TEST-1", lat=40.7128, lon=-74.006, squawk="1000", on_ground=True, track=90.0
    )
    assert [repair.field for repair in repairs] == ["velocity", "altitude"]


@pytest.mark.parametrize("field", ["callsign", "flight"])
def test_a_callsign_that_is_the_identity_must_be_right(field):
    error = refusal(json.dumps({"lat": 1, "lon": 2, field: "A" * 17}).encode())
    assert (error.reason, error.field) == ("format", field)


@pytest.mark.parametrize(
    ("reason", "field", "value"),
    [
        ("range", "lat", 91),
        ("range", "lat", -90.0001),
        ("range", "lon", 180.0001),
        ("range", "time", -1),
        ("range", "time", 253402300799),  # the year 9999
        ("time-unit", "time", 1633611601000),
        ("time-unit", "time", 1633611601000000),
        ("time-unit", "timestamp", 1633611601000000000),
        ("not-finite", "lat", float("nan")),
        ("not-finite", "time", float("inf")),
        ("type", "lat", "40.7"),
        ("type", "latitude", True),
        ("type", "time", {}),
        ("type", "time", "2026-01-01T00:00:00Z"),
        ("type", "icao24", 123456),
        ("format", "icao24", "39c90"),
        ("format", "icao24", "39c90g"),
        ("format", "icao24", "~~39c902"),
        ("format", "icao24", "\uff139c902"),
        ("format", "callsign", "A" * 17),
        ("type", "callsign", 123),
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
    if field not in ("latitude", "timestamp"):
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


@pytest.mark.parametrize(("field", "last"), [("icao24", "3c12{:02x}"), ("callsign", "A{}"), ("squawk", "00{:02o}")])
def test_long_texts_that_are_forgiven_do_not_stay_in_memory(field, last):
    tracemalloc.start()
    try:
        for number in range(32):
            spelled = last.format(number)
            fields = {"id": "A", **HERE, field: " " * 100_000 + spelled}
            assert getattr(decode(json.dumps(fields).encode()), field) == spelled
            assert getattr(validate(fields), field) == spelled
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1_000_000
