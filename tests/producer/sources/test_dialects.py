"""producer/sources/dialects.py: recordings of others."""

import csv
import gzip
import json

import pytest

from producer.errors import SourceError
from producer.sources.order import InOrder
from producer.sources.recording import Recording
from producer.sources.rows import FOOT, KNOT
from producer.wire import StateVector, load_mapping

OPENSKY = {
    "time": 1633611600, "icao24": "3c1234", "lat": 48.0, "lon": 2.0, "velocity": 216.1, "heading": 45.0,
    "vertrate": 5.0, "callsign": "TST101  ", "onground": False, "alert": False, "spi": False, "squawk": "1000",
    "baroaltitude": 9144.0, "geoaltitude": 9300.0, "lastposupdate": 1633611599.5, "lastcontact": 1633611599.9,
}  # fmt: skip
STATE = StateVector(
    icao24="3c1234", callsign="TST101", lat=48.0, lon=2.0, velocity=216.1, track=45.0, altitude=9144.0,
    geo_altitude=9300.0, vertical_rate=5.0, on_ground=False, squawk="1000", time=1633611599.5,
)  # fmt: skip
RENAMED = {"time": "timestamp", "lat": "latitude", "lon": "longitude"}
REST = {
    "time": 1633611600,
    "states": [
        ["3c1234", "TST101  ", "Germany", 1633611599.5, 1633611600, 2.0, 48.0, 9144.0, False, 216.1, 45.0, 5.0, None,
         9300.0, "1000", False, 0],
        ["3c1235", None, "Germany", None, 1633611600, *[None] * 10, False, 0],
    ],
}  # fmt: skip
READSB = {
    "now": 1633611600.25,
    "messages": 1234,
    "aircraft": [
        {"hex": "3c1234", "type": "adsb_icao", "flight": "TST101  ", "alt_baro": 30000, "alt_geom": 30500, "gs": 420.0,
         "track": 45.0, "baro_rate": -64, "squawk": "1000", "lat": 48.1, "lon": 2.1, "seen_pos": 0.25},
        {"hex": "~2c1234", "type": "tisb_other", "alt_baro": "ground", "lat": 48.2, "lon": 2.2, "seen_pos": 1.25},
        {"hex": "3c1235", "type": "mode_s", "alt_baro": 31000},
    ],
}  # fmt: skip


def write_csv(path, *rows):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("names", [{}, RENAMED])
def test_state_vectors_of_opensky_are_in_metres(tmp_path, names):
    row = {names.get(name, name): value for name, value in OPENSKY.items()}
    assert list(Recording(write_csv(tmp_path / "r.csv", row, row))) == [STATE, STATE]
    (tmp_path / "r.jsonl").write_text("\n".join([json.dumps(row)] * 2))
    assert list(Recording(tmp_path / "r.jsonl")) == [STATE, STATE]


@pytest.mark.parametrize("indent", [None, 1])
def test_an_answer_of_opensky_is_read_and_those_without_a_position_are_refused(tmp_path, indent):
    (tmp_path / "r.json.gz").write_bytes(gzip.compress(json.dumps(REST, indent=indent).encode()))
    recording = Recording(tmp_path / "r.json.gz")
    (state,) = recording
    assert (state.icao24, state.altitude, state.time, state.position_source) == ("3c1234", 9144.0, 1633611599.5, "adsb")
    assert recording.refused == 1


@pytest.mark.parametrize("listed", ["aircraft", "ac"])
@pytest.mark.parametrize("indent", [None, 1])
def test_aircraft_of_readsb_are_read(tmp_path, listed, indent):
    document = {listed if name == "aircraft" else name: value for name, value in READSB.items()}
    (tmp_path / "aircraft.json").write_text(json.dumps(document, indent=indent))
    recording = Recording(tmp_path / "aircraft.json")
    air, ground = recording
    assert (air.key, air.callsign, air.squawk, air.time) == ("3c1234", "TST101", "1000", 1633611600.0)
    assert (air.altitude, air.velocity) == pytest.approx((30000 * FOOT, 420 * KNOT))
    assert (ground.key, ground.on_ground, ground.altitude, ground.position_source) == ("~2c1234", True, None, "tisb")
    assert recording.refused == 1
    assert recording.repaired == {}


def test_an_answer_a_line_is_a_recording_in_time_order(tmp_path):
    lines = [READSB | {"now": READSB["now"] + seconds} for seconds in (0, 60, 30)]
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, lines)))
    recording = InOrder(Recording(tmp_path / "r.jsonl"))
    assert [state.time - 1633611600 for state in recording if not state.on_ground] == [0.0, 30.0, 60.0]


def test_a_mapping_that_is_given_reads_what_nobody_else_does(tmp_path):
    mapping = load_mapping({
        "name": "trucks", "constants": {"kind": "vehicle"},
        "fields": {"id": "truck", "lat": "y", "lon": "x", "time": {"from": "ts", "unit": "iso8601"},
                   "velocity": {"from": "speed", "unit": "km/h"}},
    })  # fmt: skip
    row = {"truck": "T-1", "y": 48.5, "x": 2.5, "ts": "2021-10-07T13:00:00Z", "speed": 36}
    truck = StateVector(id="T-1", kind="vehicle", lat=48.5, lon=2.5, velocity=10.0, time=1633611600.0)
    write_csv(tmp_path / "r.csv", row)
    (tmp_path / "r.jsonl").write_text(json.dumps(row))
    for name in ("r.csv", "r.jsonl"):
        recording = Recording(tmp_path / name, mapping=mapping)
        assert list(recording) == [truck]
        assert list(recording.times()) == [(2 if name == "r.csv" else 1, truck.time)]


def test_a_table_without_the_columns_of_its_mapping_is_refused(tmp_path):
    path = write_csv(tmp_path / "r.csv", {"time": 1, "baroaltitude": 1, "lat": 2})
    missing = r"no column for lon, icao24 \(or callsign, or id\) by the mapping 'opensky'; its first line has 'time, b"
    with pytest.raises(SourceError, match=missing):
        list(Recording(path))


def test_a_report_without_a_time_is_none(tmp_path):
    (tmp_path / "r.jsonl").write_text(json.dumps({"hex": "3c1234", "lat": 1, "lon": 2}))
    with pytest.raises(SourceError, match="a recorded report needs its time"):
        list(Recording(tmp_path / "r.jsonl"))


def test_a_table_of_traffic_with_extras_of_others_stays_in_feet(tmp_path):
    row = {
        "timestamp": 1633611600,
        "icao24": "3c1234",
        "latitude": 48.0,
        "longitude": 2.0,
        "altitude": 1000,
        "vertrate": 5,
    }
    (state,) = Recording(write_csv(tmp_path / "r.csv", row))
    assert state.altitude == 1000 * FOOT
