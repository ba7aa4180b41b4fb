"""producer/wire/mapping.py: records of other dialects become state vectors, and a wrong mapping says what is wrong."""

import json

import pytest

from producer.wire import BUILT_IN, MappingError, SchemaError, StateVector, load_mapping

OWN = {
    "name": "trucks",
    "constants": {"kind": "vehicle"},
    "fields": {
        "id": "id", "lat": "position.lat", "lon": "position.lon", "time": {"from": "ts", "unit": "iso8601"},
        "velocity": {"from": "speed_kt", "unit": "kt"},
    },
}  # fmt: skip
RECORD = {"id": 7, "position": {"lat": 48.0, "lon": 2.0}, "ts": "2026-01-01T00:00:00Z", "speed_kt": 100}
TRUCK = StateVector(id="7", kind="vehicle", lat=48.0, lon=2.0, time=1767225600.0, velocity=100 * (1852 / 3600))


def decode(mapping, document):
    return load_mapping(mapping).decode(json.dumps(document).encode())


def test_ones_own_topic_is_read():
    assert decode(OWN, RECORD) == ([TRUCK], [])
    assert load_mapping(OWN).build(RECORD) == TRUCK


def test_a_mapping_is_a_file_too(tmp_path):
    file = tmp_path / "trucks.toml"
    file.write_text(
        """[constants]
kind = "vehicle"
[fields]
id = "id"
lat = "position.lat"
lon = "position.lon"
time = { from = "ts", unit = "iso8601" }
velocity = { from = "speed_kt", unit = "kt" }
""",
        "utf-8",
    )
    mapping = load_mapping(str(file))
    assert (mapping.name, mapping.build(RECORD)) == ("trucks", TRUCK)


@pytest.mark.parametrize(
    ("field", "unit", "value", "si"),
    [
        ("altitude", "ft", 1000, 304.8), ("altitude", "km", 1.5, 1500), ("geo_altitude", "m", "12.5", 12.5),
        ("velocity", "km/h", 36, 10), ("velocity", "mph", 1, 0.44704), ("velocity", "kt", "3600", 1852),
        ("vertical_rate", "ft/min", -60, -0.3048), ("time", "ms", 1633611600500, 1633611600.5),
        ("time", "us", 1633611600500000, 1633611600.5), ("time", "s", 1.5, 1.5),
        ("time", "s or ms", 1633611600500, 1633611600.5),
        ("time", "iso8601", "2021-10-07 13:00:00", 1633611600),
        ("time", "iso8601", "2021-10-07T15:00:00+02:00", 1633611600),
    ],
)  # fmt: skip
def test_units(field, unit, value, si):
    mapping = {"fields": {"id": "id", "lat": "lat", "lon": "lon", field: {"from": "x", "unit": unit}}}
    ((vector,), _) = decode(mapping, {"id": "A", "lat": 1, "lon": 2, "x": value})
    assert getattr(vector, field) == pytest.approx(si, rel=1e-12)


@pytest.mark.parametrize(
    ("envelope", "data"),
    [
        ("payload", json.dumps({"schema": {}, "payload": RECORD}).encode()),
        ("after", json.dumps({"before": None, "after": RECORD, "op": "c"}).encode()),
        ("payload.after", json.dumps({"schema": {}, "payload": {"after": RECORD}}).encode()),
        ("registry", b"\0\0\0\0\x07" + json.dumps(RECORD).encode()),
    ],
)
def test_an_envelope_is_opened_and_its_absence_told(envelope, data):
    mapping = load_mapping(OWN | {"envelope": envelope})
    assert mapping.decode(data) == ([TRUCK], [])
    with pytest.raises(SchemaError) as caught:
        mapping.decode(json.dumps(RECORD).encode())
    assert caught.value.reason == "envelope"


def test_several_records_in_one_value_do_not_spoil_one_another():
    bad = {"id": 8, "position": {"lat": 91, "lon": 2}}
    vectors, errors = decode(OWN, [RECORD, bad, 5])
    assert (vectors, [error.reason for error in errors]) == ([TRUCK], ["range", "type"])
    assert decode(OWN | {"records": "here.they"}, {"here": {"they": [RECORD]}}) == ([TRUCK], [])
    either = OWN | {"records": ["absent", "here.they"]}
    for value in ({"here": {"they": [RECORD]}}, {"absent": [RECORD], "here": {"they": [7]}}, RECORD, [RECORD]):
        assert decode(either, value) == ([TRUCK], [])


def test_what_cannot_be_understood_is_dropped_and_told_with_its_place():
    repairs = []
    data = json.dumps([{}, RECORD | {"speed_kt": "fast"}]).encode()
    vectors, _ = load_mapping(OWN).decode(data, repairs)
    assert vectors[0].velocity is None
    assert [(place, repair.field) for place, repair in repairs] == [(0, "velocity")]


def test_a_time_that_cannot_be_understood_refuses_the_report():
    assert [error.field for error in decode(OWN, RECORD | {"ts": "yesterday"})[1]] == ["time"]


def test_frames_are_read_in_their_units():
    row = {
        "timestamp": "2021-10-07T13:00:00.5Z", "icao24": "3c1234", "latitude": 48.0, "longitude": 2.0,
        "altitude": 35000, "groundspeed": 420, "vertical_rate": -800, "onground": False, "geoaltitude": None,
        "squawk": "1000",
    }  # fmt: skip
    ((vector,), errors) = decode("traffic", row)
    assert errors == []
    assert (vector.altitude, vector.time, vector.on_ground) == (pytest.approx(10668), 1633611600.5, False)
    assert (vector.velocity, vector.vertical_rate) == (pytest.approx(216.0667, abs=1e-3), pytest.approx(-4.064))


def test_opensky_is_read_from_dumps_and_answers_alike():
    dump = {
        "time": 1633611600, "icao24": "3c1234", "lat": 48.0, "lon": 2.0, "velocity": 216.1, "heading": 45.0,
        "vertrate": 5.0, "callsign": "TST101  ", "onground": False, "squawk": "1000", "baroaltitude": 9144.0,
        "geoaltitude": 9300.0, "lastposupdate": 1633611599.5,
    }  # fmt: skip
    state = ["3c1234", "TST101  ", "Germany", 1633611599.5, 1633611600, 2.0, 48.0, 9144.0, False, 216.1, 45.0, 5.0,
             None, 9300.0, "1000", False, 0, 4, "more"]  # fmt: skip
    whole = StateVector(
        icao24="3c1234", callsign="TST101", lat=48.0, lon=2.0, velocity=216.1, track=45.0, vertical_rate=5.0,
        on_ground=False, squawk="1000", altitude=9144.0, geo_altitude=9300.0, time=1633611599.5,
    )  # fmt: skip
    assert decode("opensky", dump) == ([whole], [])
    ((vector,), _) = decode("opensky", {"time": 1633611600, "states": [state]})
    assert (vector.position_source, vector.category) == ("adsb", "A3")
    assert {name: getattr(vector, name) for name in ("altitude", "track", "time", "callsign")} == {
        "altitude": 9144.0, "track": 45.0, "time": 1633611599.5, "callsign": "TST101",
    }  # fmt: skip


@pytest.mark.parametrize("now", [1633611600.5, 1633611600500])
def test_readsb_is_read_whole_or_one_by_one(now):
    flying = {
        "hex": "3c1234", "type": "adsb_icao", "flight": "TST101  ", "alt_baro": 30000, "alt_geom": 30500, "gs": 420.1,
        "track": 45.0, "baro_rate": 0, "squawk": "1000", "category": "A3", "lat": 48.1, "lon": 2.1, "seen_pos": 0.5,
        "t": "A320", "r": "F-GKXA",
    }  # fmt: skip
    ground = {"hex": "~2c1234", "type": "tisb_other", "alt_baro": "ground", "lat": 48.2, "lon": 2.2, "seen_pos": 1.5}
    vectors, errors = decode("readsb", {"now": now, "aircraft": [flying, ground, {"hex": "3c1235", "alt_baro": 1}]})
    assert [error.reason for error in errors] == ["missing"]
    first, second = vectors
    assert (first.icao24, first.time, first.altitude, first.on_ground) == ("3c1234", 1633611600.0, 9144.0, False)
    assert (first.typecode, first.registration, first.position_source) == ("A320", "F-GKXA", "adsb")
    assert (second.icao24, second.on_ground, second.altitude, second.time) == ("~2c1234", True, None, 1633611599.0)
    assert decode("readsb", {"now": now, **flying})[0] == [first]


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (OWN | {"constants": {"kind": "truck"}}, "constants.kind = 'truck': one of aircraft, vehicle"),
        (OWN | {"constants": {"icao24": "zz"}}, "constants.icao24 = 'zz': 6 hex digits"),
        (OWN | {"constants": {"velocity": "fast"}}, "constants.velocity = 'fast': a number is required"),
        (OWN | {"fields": OWN["fields"] | {"lat": []}}, "fields.lat has no place to come from"),
        (OWN | {"fields": OWN["fields"] | {"time": {"from": []}}}, "fields.time has no place to come from"),
        ({}, "fields = None: a table is needed"),
        ({"fields": {"lat": "a", "lon": "b"}}, "an identity is required"),
        ({"fields": {"id": "a", "lat": "b"}}, "has no lon"),
        ({"fields": OWN["fields"] | {"speed": "x"}}, "fields.speed is not known: one of altitude"),
        (
            {"fields": OWN["fields"] | {"altitude": {"from": "x", "unit": ["m"]}}},
            "fields.altitude.unit = an array: one of m, ft, km",
        ),
        (
            {"fields": OWN["fields"] | {"altitude": {"from": "x", "unit": "kt"}}},
            "fields.altitude.unit = 'kt': one of m, ft, km",
        ),
        ({"fields": OWN["fields"] | {"track": {"from": "x", "unit": "deg"}}}, "no unit that can be chosen"),
        ({"fields": OWN["fields"] | {"altitude": {"unit": "m"}}}, "has no `from`"),
        ({"fields": OWN["fields"] | {"altitude": "a..b"}}, "fields.altitude = 'a..b': names"),
        ({"fields": OWN["fields"] | {"altitude": 3}}, "fields.altitude = 3: a table is needed"),
        (OWN | {"envelop": "x"}, "envelop is not known"),
        (OWN | {"columns": "x"}, "columns = 'x': a list of names"),
        ("nowhere", "no such built-in one (opensky, readsb, traffic), and no file"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_where_and_what_is_needed(mapping, says):
    with pytest.raises(MappingError) as caught:
        load_mapping(mapping)
    assert says in str(caught.value)
    assert str(caught.value).startswith("mapping ")


def test_all_that_is_built_in_is_named():
    assert BUILT_IN == ("opensky", "readsb", "traffic")
    assert [load_mapping(name).name for name in BUILT_IN] == list(BUILT_IN)


@pytest.mark.parametrize(("text", "truth"), [("True", True), (" false", False), ("1", True), (True, True), (0, False)])
def test_a_truth_may_be_a_text_as_in_a_table(text, truth):
    row = {"icao24": "3c1234", "lat": 48, "lon": 2, "time": 1, "onground": text}
    assert load_mapping("opensky").build(row).on_ground is truth


def test_the_names_that_it_does_not_look_at_are_told_of_the_first_record():
    mapping = load_mapping({**OWN, "records": "trucks"})
    record = {**RECORD, "driver": "A", "load": {"kg": 1}}
    assert mapping.unused_fields(json.dumps({"trucks": [record, {"other": 1}]}).encode()) == ["driver", "load"]
    assert mapping.unused_fields(json.dumps(RECORD).encode()) == []
    readsb = load_mapping("readsb")
    assert readsb.unused_fields(
        b'{"now": 1, "aircraft": [{"hex": "a", "alt_baro": 1, "seen_pos": 1, "rssi": -3}]}'
    ) == ["rssi"]
    for nothing in (b"junk", b"[]", b"[1]", b'{"trucks": []}', b"\xff"):
        assert mapping.unused_fields(nothing) == []


@pytest.mark.parametrize(("now", "age"), [(10**400, 0.5), (1e9, 10**400), (True, 0.5)], ids=["now", "age", "truth"])
def test_a_time_that_no_number_holds_is_refused_and_stops_nothing(now, age):
    value = {"now": now, "aircraft": [{"hex": "3c1234", "lat": 1, "lon": 2, "seen_pos": age}]}
    vectors, (error,) = load_mapping("readsb").decode(json.dumps(value).encode())
    assert (vectors, error.field) == ([], "time")


@pytest.mark.parametrize("number", ["1e999", "9" * 400])
def test_a_number_beyond_floats_costs_its_field_alone(number):
    repairs = []
    value = '{"aircraft": [{"hex": "3c1234", "lat": 1, "lon": 2, "gs": @}, {"hex": "3c1235", "lat": 1, "lon": 2}]}'
    vectors, errors = load_mapping("readsb").decode(value.replace("@", number).encode(), repairs)
    assert ([vector.key for vector in vectors], errors) == (["3c1234", "3c1235"], [])
    assert [(place, repair.field) for place, repair in repairs] == [(0, "velocity")]


def test_a_name_with_half_a_character_is_told_in_what_every_screen_can_write():
    data = b'{"hex": "3c1234", "lat": 1, "lon": 2, "gs": NaN, "a\\ud800": 1}'
    assert load_mapping("readsb").unused_fields(data) == ["a?"]
