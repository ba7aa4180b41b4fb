"""producer/recording.py and parquet.py: rows to state vectors."""

import gzip
import json
import logging
import math
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.errors import SourceError
from producer.sources.recording import BUNDLED, FOOT, KNOT, Recording, parse, parse_line
from producer.wire import SchemaError, StateVector, encode

ROW = {
    "timestamp": "2021-10-07T13:00:01Z",
    "icao24": "392AE7",
    "callsign": "afr21sq ",
    "latitude": "49.008148",
    "longitude": "2.857385",
    "altitude": "3125",
    "geoaltitude": "3200",
    "groundspeed": "216",
    "track": "265.479042",
    "vertical_rate": "-960",
    "onground": "False",
    "squawk": "52",
}
STATE = StateVector(
    icao24="392ae7",
    callsign="AFR21SQ",
    lat=49.008148,
    lon=2.857385,
    velocity=216 * KNOT,
    track=265.479042,
    altitude=3125 * FOOT,
    geo_altitude=3200 * FOOT,
    vertical_rate=-960 * (FOOT / 60),
    on_ground=False,
    squawk="0052",
    time=1633611601.0,
)
NEEDED = {"timestamp": "1633611601", "icao24": "392ae7", "latitude": "49", "longitude": "2"}


def csv_text(*rows, header=tuple(NEEDED)):
    return "\n".join([",".join(header), *(",".join(row) for row in rows)]) + "\n"


def write(path, content):
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


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
        ("longitude", "inf", "not-finite", "longitude"),
        ("icao24", "", "missing", "icao24"),
        ("icao24", "xyz", "format", "icao24"),
        ("groundspeed", "-1", "range", "velocity"),
        ("onground", "maybe", "format", "onground"),
        ("squawk", "8", "format", "squawk"),
    ],
)
def test_a_bad_row_names_its_field(column, value, reason, field):
    with pytest.raises(SchemaError) as caught:
        parse({**NEEDED, column: value})
    assert (caught.value.reason, caught.value.field) == (reason, field)


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


def test_the_bundled_half_hour_is_what_its_attribution_says():
    states = list(Recording(BUNDLED))
    readme = (BUNDLED.parent / "README.md").read_text()
    assert f"{len(states):,} reports of {len({state.key for state in states})} aircraft" in readme
    assert (len(states), len({state.key for state in states})) == (43_191, 67)
    times = [state.time for state in states]
    assert times == sorted(times)
    assert times[0] == datetime(2021, 10, 7, 13, 0, 1, tzinfo=UTC).timestamp()
    assert times[-1] - times[0] <= 1800
    assert sum(state.altitude is None for state in states) == 8144
    assert sum(state.velocity is None for state in states) == 6570
    assert all(len(state.squawk) == 4 for state in states if state.squawk)
    for name in ("traffic", "Xavier Olive", "MIT", "OpenSky Network"):
        assert name in readme


def test_the_bundled_file_stands_alone():
    code = "import sys; from producer.sources.recording import *; next(iter(Recording(BUNDLED)))\n"
    code += "assert not {'pyarrow', 'pandas', 'numpy', 'kafka', 'tracker'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["r.csv", "r.csv.gz", "R.CSV"])
def test_csv_with_every_line_end_and_a_byte_order_mark(tmp_path, name):
    text = "\ufeff" + csv_text(ROW.values(), [], ROW.values(), header=ROW)
    assert list(Recording(write(tmp_path / name, text.replace("\n", "\r\n")))) == [STATE, STATE]


@pytest.mark.parametrize("name", ["r.jsonl", "r.ndjson", "r.jsonl.gz"])
def test_json_lines(tmp_path, name):
    lines = b"\n".join([b"\xef\xbb\xbf" + json.dumps(ROW).encode(), b"", encode(STATE)])
    assert list(Recording(write(tmp_path / name, lines))) == [STATE, STATE]


def test_parquet(tmp_path):
    row = {**ROW, "timestamp": datetime(2021, 10, 7, 13, 0, 1, tzinfo=UTC), "latitude": 49.008148, "other": [1]}
    pq.write_table(pa.Table.from_pylist([row, {**row, "squawk": None, "latitude": None}]), tmp_path / "r.parquet")
    recording = Recording(tmp_path / "r.parquet")
    assert list(recording) == [STATE]
    assert recording.refused == 1


def test_parquet_without_pyarrow_names_the_extra(tmp_path):
    pq.write_table(pa.Table.from_pylist([ROW]), tmp_path / "r.parquet")
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pathlib import Path; from producer.sources.recording import Recording\n"
        "list(Recording(Path(sys.argv[1])))"
    )
    run_ = subprocess.run([sys.executable, "-c", code, str(tmp_path / "r.parquet")], capture_output=True, text=True)
    assert "flight-tracker[parquet]" in run_.stderr.splitlines()[-1]


def test_a_bad_row_is_counted_logged_and_skipped(tmp_path, caplog):
    good = NEEDED.values()
    text = csv_text(good, ("1633611602", "392ae7", "91", "2"), ("1633611602", "392ae7", "49"), good)
    recording = Recording(write(tmp_path / "r.csv", text), "r.csv")
    with caplog.at_level(logging.WARNING):
        assert len(list(recording)) == 2
    assert recording.refused == 2
    assert "r.csv, line 3: lat = 91.0" in caplog.messages[0]
    assert "r.csv, line 4: row = 3 values" in caplog.messages[1]


def test_many_bad_rows_do_not_fill_the_log(tmp_path, caplog):
    text = csv_text(NEEDED.values(), *[("x", "392ae7", "49", "2")] * 2500)
    recording = Recording(write(tmp_path / "r.csv", text))
    with caplog.at_level(logging.WARNING):
        list(recording)
    assert recording.refused == 2500
    assert len(caplog.messages) == 12


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("r.csv", "", "empty"),
        ("r.csv.gz", "", "empty"),
        ("r.jsonl", "", "empty"),
        ("r.csv", csv_text(), "empty"),
        ("r.csv", csv_text(("x", "y", "z", "0")), "1 rows were refused"),
        ("r.csv", "timestamp,latitude\n1,2\n", "no column longitude, icao24 (or callsign)"),
        ("r.csv", b"\x00\x01\xff\xfe" * 1000, "no column timestamp"),
        ("r.csv", b'"' + b"x" * 300_000, "holds no report"),
        ("r.jsonl", b"\x00\x01\xff\xfe" * 1000, "1 rows were refused"),
        ("r.jsonl", b"junk\n" * 2000, "in its first 1000 rows"),
        ("r.jsonl", b'{"timestamp": 1, "latitude": 2}\n' * 1000, "lon = absent"),
        ("r.parquet", b"junk", "cannot be read as Parquet"),
        ("r.parquet", b"", "cannot be read as Parquet"),
        ("r.txt", "", "unknown format"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_in_one_line(tmp_path, name, content, says):
    path = write(tmp_path / name, content)
    with pytest.raises(SourceError) as caught:
        list(Recording(path, "given/name"))
    message = str(caught.value)
    assert says in message
    assert message.startswith("given/name: ")
    assert "\n" not in message
    assert message.isprintable()


def test_a_file_that_is_not_there_or_is_a_directory_is_refused(tmp_path):
    (tmp_path / "d.csv").mkdir()
    for name in ("d.csv", "absent.csv", "absent.csv.gz", "absent.parquet", "d.jsonl.gz"):
        with pytest.raises(SourceError, match="cannot be read"):
            list(Recording(tmp_path / name))


def test_a_damaged_archive_is_refused(tmp_path):
    (tmp_path / "junk.csv.gz").write_bytes(b"junk")
    with pytest.raises(SourceError, match="cannot be read"):
        list(Recording(tmp_path / "junk.csv.gz"))
    whole = gzip.compress(csv_text(*[NEEDED.values()] * 10_000).encode())
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    states = iter(Recording(tmp_path / "cut.csv.gz"))
    assert next(states).key == "392ae7"
    with pytest.raises(SourceError, match="cannot be read"):
        list(states)


def test_a_parquet_file_without_a_needed_column_is_refused(tmp_path):
    pq.write_table(pa.Table.from_pylist([{"timestamp": 1.0}]), tmp_path / "r.parquet")
    with pytest.raises(SourceError, match=r"no column latitude, longitude, icao24 \(or callsign\)"):
        list(Recording(tmp_path / "r.parquet"))


def test_the_data_is_part_of_the_package():
    assert Path(str(BUNDLED)).is_file()
    assert BUNDLED.stat().st_size < 1 << 20
    assert BUNDLED.read_bytes()[4:8] == bytes(4), (
        "the archive holds no time, so that it is the same wherever it is made"
    )
