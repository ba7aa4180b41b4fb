"""tracker/sample/guessing.py: which field lies where."""

import pytest

from tracker.sample.guessing import guess, guess_kind
from tracker.sample.places import flatten


def guessed(*records):
    return {one.field: ".".join(one.path) for one in guess(flatten(list(records)))}


def doubts(*records):
    return {one.field for one in guess(flatten(list(records))) if one.doubt}


AT = {"lat": 48.0, "lon": 2.0}


@pytest.mark.parametrize(
    ("record", "lat", "lon"),
    [
        (AT, "lat", "lon"),
        ({"Latitude": "48.0", "Longitude": "2.0"}, "Latitude", "Longitude"),
        ({"gps": {"lat": 48.0, "lng": 2.0}}, "gps.lat", "gps.lng"),
        ({"lat_deg": 48.0, "long_deg": 2.0}, "lat_deg", "long_deg"),
        ({"loc": {"y": 48.0, "x": 2.0}}, "loc.y", "loc.x"),
        ({"destination": {"lat": 1.0, "lon": 2.0}, "position": AT}, "position.lat", "position.lon"),
        ({"x": 1.0, "y": 2.0, "point": AT}, "point.lat", "point.lon"),
        ({"start_lat": 1.0, "start_lon": 2.0, "gps_lat": 3.0, "gps_lon": 4.0}, "gps_lat", "gps_lon"),
    ],
)
def test_a_position_lies_side_by_side(record, lat, lon):
    found = guessed(record)
    assert (found["lat"], found["lon"]) == (lat, lon)


@pytest.mark.parametrize(
    "record",
    [
        {}, {"lat": 48.0}, {"a": {"lat": 48.0}, "b": {"lon": 2.0}}, {"lat": 48.0, "lon": 181.0},
        {"lat": "N48", "lon": "E2"},
        {"x": 2.0, "lat": 48.0}, {"y": 5_411_000.0, "x": 261_000.0}, {"coordinates": [2.0, 48.0]},
        {"a.lat": 1, "a.lon": 2},
        {"lat": None, "lon": None},
    ],
)  # fmt: skip
def test_without_a_position_nothing_is_guessed(record):
    assert guessed(record) == {}


@pytest.mark.parametrize(
    ("fields", "field", "place"),
    [
        ({"icao": "3C1234"}, "icao24", "icao"), ({"hex": "~3c1234"}, "icao24", "hex"),
        ({"flight": "AFR12 "}, "callsign", "flight"),
        ({"id": 1, "mmsi": 211_000_000}, "id", "mmsi"), ({"id": "a", "truck_id": "b"}, "id", "truck_id"),
        ({"name": "a", "id": "b"}, "id", "id"), ({"device": {"id": "b"}}, "id", "device.id"),
        ({"message_id": "a", "vehicle": "b"}, "id", "vehicle"),
        ({"ts": 1767225600}, "time", "ts"), ({"created_at": 1767225600, "ts": 1767225600}, "time", "ts"),
        ({"time": 12.5, "updatedAt": "2026-01-01"}, "time", "updatedAt"),
        ({"start_time": 1767225600, "ts": 1767225600}, "time", "ts"),
        ({"heading": 10, "cog": 12.0}, "track", "cog"), ({"heading": 400}, "track", None),
        ({"alt_ft": 1}, "altitude", "alt_ft"), ({"alt_geom": 1, "alt_baro": "ground"}, "geo_altitude", "alt_geom"),
        ({"climb_rate_fpm": -100}, "vertical_rate", "climb_rate_fpm"),
        ({"on_ground": "false"}, "on_ground", "on_ground"),
        ({"squawk": "1000"}, "squawk", "squawk"), ({"squawk": "9999"}, "squawk", None),
        ({"type": "vessel"}, "kind", "type"), ({"type": "adsb_icao"}, "kind", None),
        ({"reg": "F-GZCP"}, "registration", "reg"),
        ({"category": "A3"}, "category", "category"), ({"aircraft_type": "A320"}, "typecode", "aircraft_type"),
    ],
)  # fmt: skip
def test_fields_are_told_by_names_and_values(fields, field, place):
    assert guessed(AT | fields).get(field) == place


@pytest.mark.parametrize(
    ("name", "unit", "doubted"),
    [("speed_kt", "kt", False), ("speedKmh", "km/h", False), ("sog", "kt", True), ("speed", "m/s", True)],
)
def test_a_unit_in_the_name_is_certain_and_others_are_not(name, unit, doubted):
    record = AT | {name: 12.0}
    (found,) = [one for one in guess(flatten([record])) if one.field == "velocity"]
    assert (found.unit, found.field in doubts(record)) == (unit, doubted)


def test_a_position_of_something_else_is_doubted():
    assert doubts({"destination_lat": 1.0, "destination_lon": 2.0}) == {"lat", "lon"}
    assert doubts({"y": 1.0, "x": 2.0}) == {"lat", "lon"}


def test_what_counts_messages_is_no_identity_where_objects_repeat():
    rows = [AT | {"id": number, "truck": number % 3} for number in range(9)]
    assert guessed(*rows)["id"] == "truck"
    assert guessed(*rows[:3])["id"] == "id"  # of so few nothing can be told
    assert guessed(*(AT | {"id": number} for number in range(9)))["id"] == "id"


def test_a_place_is_of_one_field_alone():
    motion = guessed(AT | {"vertical_speed": 3, "gps_altitude": 400})
    assert (motion["vertical_rate"], motion["geo_altitude"]) == ("vertical_speed", "gps_altitude")
    assert {"velocity", "altitude"} & motion.keys() == set()
    motion = guessed(AT | {"vertical_speed": 3, "gps_altitude": 400, "speed": 12, "altitude": 380})
    assert (motion["velocity"], motion["altitude"]) == ("speed", "altitude")


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["trucks"], ("vehicle", "truck")), (["bus-7"], ("vehicle", "bus")), (["buses"], ("vehicle", "bus")),
        (["MMSI", "vehicle"], ("vessel", "mmsi")), (["containerNo"], ("container", "container")),
        (["thing"], ("other", "")),
    ],
)  # fmt: skip
def test_words_tell_what_the_objects_are(texts, kind):
    assert guess_kind(texts) == kind
