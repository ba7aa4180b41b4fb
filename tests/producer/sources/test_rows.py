"""producer/sources/rows.py: rows of the `traffic` library's columns to state vectors."""

import json
import math
import time
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from traffic_rows import NEEDED, ROW, STATE

from producer.errors import SourceError
from producer.sources.rows import COLUMNS, FOOT, KNOT, parse, parse_line, require_columns
from producer.wire import SchemaError, StateVector, encode


def test_a_row_becomes_a_state_vector_in_si_units():
    assert parse(ROW) == STATE


def test_a_knot_and_a_foot_are_exact():
    assert (KNOT, FOOT) == (1852 / 3600, 0.3048)


@pytest.mark.parametrize("column", ["altitude", "groundspeed", "vertical_rate"])
@given(value=st.floats(-1e5, 1e5))
def test_the_values_of_a_frame_come_back(column, value):
    value = abs(value) if column == "groundspeed" else value
    state = parse({**NEEDED, column: value})
    back = {
        "altitude": lambda: state.altitude / FOOT,
        "groundspeed": lambda: state.velocity / KNOT,
        "vertical_rate": lambda: state.vertical_rate * 60 / FOOT,
    }[column]()
    assert math.isclose(back, value, rel_tol=0, abs_tol=1e-6)


@pytest.mark.parametrize(
    "timestamp",
    [
        "2021-10-07T13:00:01Z",
        "2021-10-07 13:00:01+00:00",
        "2021-10-07 15:00:01+02:00",
        "2021-10-07 13:00:01",
        "1633611601",
        "1633611601.0",
        1633611601,
        1633611601.0,
        datetime(2021, 10, 7, 13, 0, 1, tzinfo=UTC),
        datetime(2021, 10, 7, 13, 0, 1),  # a naive one is UTC
    ],
)
def test_a_time_is_iso_8601_or_epoch_seconds(timestamp):
    assert parse({**NEEDED, "timestamp": timestamp}).time == 1633611601.0


def test_a_time_without_a_zone_is_utc_wherever_it_is_read(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert parse({**NEEDED, "timestamp": "2021-10-07 13:00:01.5"}).time == 1633611601.5
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("nothing", [None, "", " ", "nan", "NaN", float("nan"), "None", "null", "NaT", "<NA>"])
def test_what_a_frame_does_not_know_is_absent(nothing):
    row = {**dict.fromkeys(ROW, nothing), **NEEDED}
    assert parse(row) == StateVector(icao24="392ae7", lat=49.0, lon=2.0, time=1633611601.0)


@pytest.mark.parametrize(
    ("given_as", "read_as"),
    [("652", "0652"), ("7700", "7700"), (652, "0652"), (1000.0, "1000"), ("1000.0", "1000"), ("0", "0000")],
)
def test_a_squawk_has_its_leading_zeros_again(given_as, read_as):
    assert parse({**NEEDED, "squawk": given_as}).squawk == read_as


@pytest.mark.parametrize(
    ("given_as", "read_as"),
    [("True", True), ("false", False), ("1", True), ("0.0", False), (True, True), (False, False), (1, True)],
)
def test_onground_in_every_spelling(given_as, read_as):
    assert parse({**NEEDED, "onground": given_as}).on_ground is read_as


@pytest.mark.parametrize(
    ("column", "value", "reason", "field"),
    [
        ("timestamp", "", "missing", "timestamp"),
        ("timestamp", "yesterday", "format", "timestamp"),
        ("timestamp", "1633611601000", "time-unit", "time"),
        ("timestamp", True, "type", "timestamp"),
        ("latitude", "", "missing", "lat"),
        ("latitude", "north", "format", "latitude"),
        ("latitude", "91", "range", "lat"),
        ("latitude", [1], "type", "latitude"),
        ("latitude", "4_9", "format", "latitude"),
        ("longitude", "inf", "not-finite", "longitude"),
        ("longitude", "1_0", "format", "longitude"),
        ("longitude", "\u0661", "format", "longitude"),
        ("timestamp", "1_633_611_601", "format", "timestamp"),
        ("icao24", "", "missing", "icao24"),
        ("icao24", "xyz", "format", "icao24"),
    ],
)
def test_a_bad_row_names_its_field(column, value, reason, field):
    with pytest.raises(SchemaError) as caught:
        parse({**NEEDED, column: value})
    assert (caught.value.reason, caught.value.field) == (reason, field)


@pytest.mark.parametrize(
    ("column", "value", "field", "reason"),
    [
        ("altitude", "high", "altitude", "format"),
        ("altitude", "1e99", "altitude", "range"),
        ("altitude", "3_000", "altitude", "format"),
        ("groundspeed", "-5", "velocity", "range"),
        ("groundspeed", "inf", "velocity", "not-finite"),
        ("track", [270], "track", "type"),
        ("vertical_rate", True, "vertical_rate", "type"),
        ("onground", "maybe", "on_ground", "format"),
        ("squawk", "9999", "squawk", "format"),
        ("callsign", "x" * 17, "callsign", "format"),
        ("callsign", "AFR\udce91", "callsign", "format"),
    ],
)
def test_a_value_that_cannot_be_understood_costs_its_field_alone(column, value, field, reason):
    repairs = []
    state = parse({**ROW, column: value}, repairs)
    assert getattr(state, field) is None
    assert state == msgspec.structs.replace(STATE, **{field: None})
    assert [(repair.field, repair.error.reason) for repair in repairs] == [(field, reason)]


@pytest.mark.parametrize("nothing", ["NULL", "N/A", "none", "Nan", "\0\0\0", "@@@@@@@@", "________"])
def test_what_is_spelled_as_not_known_is_absent_and_no_repair(nothing):
    repairs = []
    row = {**dict.fromkeys(ROW, nothing), **NEEDED}
    assert parse(row, repairs) == StateVector(icao24="392ae7", lat=49.0, lon=2.0, time=1633611601.0)
    assert not repairs


@pytest.mark.parametrize("ground", ["ground", " GROUND "])
@pytest.mark.parametrize("onground", ["", "False", "junk"])
def test_an_altitude_of_ground_is_on_the_ground(ground, onground):
    repairs = []
    state = parse({**NEEDED, "altitude": ground, "onground": onground}, repairs)
    assert (state.on_ground, state.altitude) == (True, None)
    assert len(repairs) == (onground == "junk")


def test_a_json_line_is_a_row_or_a_state_vector():
    assert parse_line(json.dumps(ROW).encode()) == STATE
    assert parse_line(encode(STATE)) == STATE


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"junk", "json"),
        (b"[" * 10_000, "array"),
        (b"[]", "array"),
        (b"5", "type"),
        (b"\xff", "utf-8"),
        (b'{"callsign":"A","lat":1,"lon":2}', "missing"),
        (b"{}", "missing"),
    ],
)
def test_a_bad_json_line_is_a_schema_error(line, reason):
    with pytest.raises(SchemaError) as caught:
        parse_line(line)
    assert caught.value.reason == reason


def test_the_columns_that_are_read_are_those_of_the_library():
    assert set(COLUMNS) == set(ROW)


def test_no_other_column_is_read():
    read = set()

    class Watched(dict):
        def get(self, column, default=None):
            read.add(column)
            return super().get(column, default)

    assert parse(Watched(ROW)) == STATE
    assert read == set(COLUMNS)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ([], "t.csv: holds no reports (it is empty)"),
        (["timestamp", "latitude"], "t.csv: has no column longitude, icao24 (or callsign)"),
        (["timestamp", "longitude", "callsign"], "t.csv: has no column latitude; its first line has 'timestamp, "),
        ([f"column{number}" for number in range(1000)], "..."),
    ],
)
def test_a_table_without_a_needed_column_is_refused(columns, says):
    with pytest.raises(SourceError) as caught:
        require_columns("t.csv", columns, "its first line has")
    assert says in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("identity", ["icao24", "callsign"])
def test_one_identity_is_enough(identity):
    require_columns("t.csv", ["longitude", identity, "other", "latitude", "timestamp"], "its first line has")
