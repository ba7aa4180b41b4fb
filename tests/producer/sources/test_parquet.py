"""producer/sources/parquet.py: Parquet files as recordings."""

import subprocess
import sys
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from traffic_rows import NEEDED, ROW, STATE

from producer.errors import SourceError
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
    with pytest.raises(SourceError, match=r"no column latitude, longitude, icao24 \(or callsign\)"):
        list(Recording(tmp_path / "r.parquet"))


def test_only_the_columns_that_are_read_are_loaded(tmp_path):
    nested = [{"deep": list(range(100))}]
    pq.write_table(pa.Table.from_pylist([{**NEEDED, "ours": nested, "timestamp": 1.0}]), tmp_path / "r.parquet")
    ((number, row),) = rows(tmp_path / "r.parquet", "r")
    assert number == 1
    assert set(row) == set(NEEDED)
