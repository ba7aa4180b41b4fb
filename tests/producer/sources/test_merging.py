"""producer/sources/merging.py: several recordings as one."""

from pathlib import Path

import pytest
from traffic_rows import write_times

from producer.errors import SourceError
from producer.sources.merging import Merged, find_recordings
from producer.sources.opening import STDIN
from producer.sources.recording import Recording


class Watched(Recording):
    """A recording that says when it is read, and when it is left."""

    def __init__(self, path, name, log):
        super().__init__(path, name)
        self.log = log

    def __iter__(self):
        self.log.append(f"open {self.name}")
        yield from super().__iter__()
        self.log.append(f"end {self.name}")


@pytest.fixture
def log():
    return []


@pytest.fixture
def merged(tmp_path, log):
    def merge(**times):
        files = {name: write_times(tmp_path / f"{name}.csv", each) for name, each in times.items()}
        return Merged([Watched(path, name, log) for name, path in files.items()])

    return merge


def test_reports_come_in_the_order_of_time_across_recordings(merged):
    recording = merged(a=[10.0, 30.0, 50.0], b=[20.0, 30.0], c=[5.0])
    for _ in range(2):
        assert [state.time for state in recording] == [5.0, 10.0, 20.0, 30.0, 30.0, 50.0]
    assert recording.name == "3 recordings"


def test_a_recording_is_opened_when_its_time_has_come(merged, log):
    list(merged(evening=[100.0, 110.0], morning=[10.0, 20.0], noon=[50.0, 105.0]))
    assert log == ["open morning", "end morning", "open noon", "open evening", "end noon", "end evening"]


def test_what_is_refused_is_counted_over_all(merged):
    recording = merged(a=[10.0, "x"], b=["y", 20.0, "z"])
    assert len(list(recording)) == 2
    assert recording.refused == 3


def test_what_is_dropped_is_counted_over_all(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("timestamp,icao24,latitude,longitude,squawk\n1,392ae7,49,2,9999\n")
    recording = Merged([Recording(tmp_path / f"{name}.csv") for name in "ab"])
    assert len(list(recording)) == 2
    assert recording.repaired == {"squawk": 2}


def test_one_without_reports_is_told_at_the_start(merged):
    states = iter(merged(a=[10.0], empty=["x"]))
    with pytest.raises(SourceError, match="empty: holds no reports"):
        next(states)


def test_one_alone_has_its_own_name(merged):
    assert merged(a=[1.0]).name == "a"


def test_a_folder_means_its_recordings_and_those_below(tmp_path):
    (tmp_path / "day" / "hours").mkdir(parents=True)
    for name in ("b.csv", "a.jsonl.gz", "README.md", "hours/c.parquet"):
        (tmp_path / "day" / name).touch()
    lone = tmp_path / "lone.txt"
    assert find_recordings([lone, tmp_path / "day"]) == [
        lone, *(tmp_path / "day" / name for name in ("a.jsonl.gz", "b.csv", "hours/c.parquet"))
    ]  # fmt: skip


def test_a_folder_without_recordings_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"holds no recordings \(\.csv"):
        find_recordings([tmp_path])


def test_standard_input_stands_alone(tmp_path):
    assert find_recordings([STDIN]) == [STDIN]
    with pytest.raises(SourceError, match="standard input: can be read once"):
        find_recordings([STDIN, Path("a.csv")])
