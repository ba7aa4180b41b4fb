"""producer/sources/parquet.py: Parquet files as recordings."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from traffic_rows import NEEDED, ROW, STATE

from producer.errors import SourceError
from producer.sources.dialects import Dialects
from producer.sources.parquet import rows
from producer.sources.recording import Recording


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


def test_a_parquet_file_without_a_needed_column_is_refused(tmp_path):
    pq.write_table(pa.Table.from_pylist([{"timestamp": 1.0}]), tmp_path / "r.parquet")
    missing = r"no column latitude, longitude, icao24 \(or callsign\); its columns are 'timestamp'$"
    with pytest.raises(SourceError, match=missing):
        list(Recording(tmp_path / "r.parquet"))


def test_only_the_columns_that_are_read_are_loaded(tmp_path):
    nested = [{"deep": list(range(100))}]
    pq.write_table(pa.Table.from_pylist([{**NEEDED, "ours": nested, "timestamp": 1.0}]), tmp_path / "r.parquet")
    ((number, row),) = rows(tmp_path / "r.parquet", "r", Dialects("r", None).choose)
    assert number == 1
    assert set(row) == set(NEEDED)


@pytest.mark.parametrize("left", [0, 100_000])
def test_a_parquet_file_that_is_truncated_while_it_is_read_is_refused(tmp_path, left):
    moments = np.linspace(1.6e9, 1.7e9, 200_000)
    table = pa.table({"timestamp": moments, "icao24": ["392ae7"] * len(moments), "latitude": moments % 90,
                      "longitude": moments % 180})  # fmt: skip
    path = tmp_path / "r.parquet"
    pq.write_table(table, path, row_group_size=20_000)
    states = iter(Recording(path))
    next(states)
    with path.open("r+b") as file:
        file.truncate(left)
    with pytest.raises(SourceError, match=f"truncated while it was read: it ends at byte {left:,} of "):
        list(states)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Europe/Paris"])
def test_moments_may_be_of_any_unit_and_zone(tmp_path, unit, zone):
    moments = pa.array([1633611601], pa.int64()).cast(pa.timestamp("s", zone)).cast(pa.timestamp(unit, zone))
    columns = {name: [value] for name, value in ROW.items()} | {"timestamp": moments}
    pq.write_table(pa.table(columns), tmp_path / "r.parquet", version="2.6")
    assert list(Recording(tmp_path / "r.parquet")) == [STATE]


def test_nanoseconds_are_read_without_pandas(tmp_path):
    moments = pa.array([1633611601_000_000_123], pa.timestamp("ns"))
    pq.write_table(pa.table({**{name: [value] for name, value in NEEDED.items()}, "timestamp": moments}),
                   tmp_path / "r.parquet", version="2.6")  # fmt: skip
    code = (
        "import sys; sys.modules['pandas'] = None\n"
        "from pathlib import Path; from producer.sources.recording import Recording\n"
        "print([state.time for state in Recording(Path(sys.argv[1]))])"
    )
    run_ = subprocess.run([sys.executable, "-c", code, str(tmp_path / "r.parquet")], capture_output=True, text=True)
    assert run_.stdout == "[1633611601.0000002]\n", run_.stderr


def test_a_moment_that_python_cannot_hold_refuses_its_row(tmp_path):
    moments = pa.array([1633611601_000_000, 2**62], pa.int64()).cast(pa.timestamp("us"))
    pq.write_table(pa.table({**{name: [value] * 2 for name, value in NEEDED.items()}, "timestamp": moments}),
                   tmp_path / "r.parquet")  # fmt: skip
    recording = Recording(tmp_path / "r.parquet")
    assert len(list(recording)) == 1
    assert recording.refused == 1


def test_columns_may_be_of_any_type_that_holds_their_values(tmp_path):
    columns = {
        "timestamp": pa.array([datetime(2021, 10, 7).date()], pa.date32()),
        "icao24": pa.array(["392ae7"]).dictionary_encode(),
        "callsign": pa.array([b"AFR21SQ"], pa.binary()),
        "latitude": pa.array([Decimal("49.25")]),
        "longitude": pa.array([2], pa.int8()),
        "altitude": pa.array(["3125"], pa.large_string()),
    }
    pq.write_table(pa.table(columns), tmp_path / "r.parquet")
    (state,) = Recording(tmp_path / "r.parquet")
    assert (state.icao24, state.callsign, state.lat, state.lon) == ("392ae7", "AFR21SQ", 49.25, 2.0)
    assert state.time == datetime(2021, 10, 7, tzinfo=UTC).timestamp()


def test_a_text_that_is_no_utf_8_costs_its_field_alone(tmp_path):
    columns = {name: [value] for name, value in ROW.items()}
    broken = pa.array([b"\xe9A1"], pa.binary()).view(pa.string())
    pq.write_table(pa.table(columns | {"callsign": broken}), tmp_path / "r.parquet")
    recording = Recording(tmp_path / "r.parquet")
    (state,) = recording
    assert (state.icao24, state.callsign) == ("392ae7", None)
    assert recording.repaired == {"callsign": 1}
