"""producer/sources/order.py: recordings that are not in time order."""

import logging
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traffic_rows import write_times

from producer.errors import SourceError
from producer.sources.order import LATE, InOrder, sort_states
from producer.sources.recording import Recording
from producer.wire import StateVector


def times_of(recording):
    return [state.time for state in recording]


def test_flights_one_after_the_other_are_replayed_side_by_side(tmp_path, caplog):
    blocks = [1000.0 + second for _ in range(5) for second in range(20)]
    recording = InOrder(Recording(write_times(tmp_path / "r.csv", blocks), "r.csv"))
    with caplog.at_level(logging.INFO):
        assert times_of(recording) == times_of(recording) == sorted(blocks)
    (said,) = caplog.messages
    assert said.startswith("r.csv, line 22: 19 s older than a report before it")
    assert recording.begin() == 1000.0


def test_reports_that_are_a_little_late_stay_where_they_are(tmp_path, caplog):
    late = [1000.0, 1000.0 + LATE, 1000.0, 1001.0 + LATE]
    with caplog.at_level(logging.INFO):
        assert times_of(InOrder(Recording(write_times(tmp_path / "r.csv", late)))) == late
    assert not caplog.messages


def test_of_a_recording_that_is_too_long_to_be_sorted_the_first_report_that_runs_back_is_told(tmp_path, caplog):
    times = [1000.0, 1100.0, 1000.0, 1050.0]
    recording = InOrder(Recording(write_times(tmp_path / "r.csv", times), "r.csv"), most=3)
    with caplog.at_level(logging.INFO):
        assert times_of(recording) == times
    (said,) = caplog.messages
    assert said.startswith("r.csv, report 3: 100 s older than one before it")


def test_a_pipe_is_read_once_and_as_it_comes(tmp_path, caplog):
    os.mkfifo(tmp_path / "r.csv")
    times = [1000.0, 1100.0, 1000.0]
    writer = threading.Thread(target=write_times, args=(tmp_path / "r.csv", times))
    writer.start()
    with caplog.at_level(logging.INFO):
        assert times_of(InOrder(Recording(tmp_path / "r.csv"))) == times
    writer.join()
    assert "report 3" in caplog.messages[0]


def test_rows_that_are_no_reports_are_counted_once(tmp_path):
    recording = Recording(write_times(tmp_path / "r.csv", [1000.0, "junk", 1100.0, "", 1000.0]))
    assert times_of(InOrder(recording)) == [1000.0, 1000.0, 1100.0]
    assert recording.refused == 2


def test_a_recording_without_reports_is_refused_as_ever(tmp_path):
    with pytest.raises(SourceError, match="rows refused: 1"):
        list(InOrder(Recording(write_times(tmp_path / "r.csv", ["junk"]))))


@given(st.lists(st.tuples(st.integers(0, 20), st.text(max_size=3)), max_size=60), st.integers(1, 70))
def test_sorting_is_stable_however_much_is_held_at_once(rows, run):
    states = [
        StateVector(callsign=f"{place}{text}", lat=0.0, lon=0.0, time=float(time))
        for place, (time, text) in enumerate(rows)
    ]
    assert list(sort_states(states, run)) == sorted(states, key=lambda state: state.time)
