"""producer/sources/replay.py: when each report is due, and a recording as a source."""

import itertools
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.errors import SourceError
from producer.sources.recording import Recording
from producer.sources.replay import Replay, schedule
from producer.stop import Stop
from producer.wire import StateVector


def at(*times):
    return [StateVector(icao24="abcdef", lat=1.0, lon=2.0, time=float(time)) for time in times]


def once(*times):
    return [at(*times)]


def forever(*times):
    return itertools.repeat(at(*times))


def test_reports_are_due_by_their_times():
    assert [due for _, due in schedule(once(100, 100, 101, 104), speed=1)] == [0, 0, 1, 4]
    assert [due for _, due in schedule(once(100, 101, 104), speed=2)] == [0, 0.5, 2]
    assert [due for _, due in schedule(once(100, 101, 104), speed=math.inf)] == [0, 0, 0]


def test_recorded_times_are_left_alone():
    assert [state for state, _ in schedule(once(100, 101, 104), speed=10)] == at(100, 101, 104)


def test_times_are_shifted_so_that_the_first_is_the_start():
    played = schedule(once(100, 101, 104), speed=1, start=5000.25)
    assert [state.time for state, _ in played] == [5000.25, 5001.25, 5004.25]


def test_a_report_that_runs_back_is_sent_at_once_with_its_own_time():
    played = list(schedule(once(100, 110, 105, 99, 111), speed=1))
    assert [due for _, due in played] == [0, 10, 10, 10, 11]
    assert [state.time for state, _ in played] == [100, 110, 105, 99, 111]


@given(st.lists(st.floats(0, 4e9), min_size=1, max_size=20), st.sampled_from([0.5, 1, 10, math.inf]), st.booleans())
def test_no_report_is_due_before_the_one_before_it(times, speed, now):
    dues = [due for _, due in schedule(once(*times), speed=speed, start=1e9 if now else None)]
    assert dues == sorted(dues)
    assert dues[0] == 0


def test_a_loop_goes_on_in_time():
    rounds = list(itertools.islice(schedule(forever(100, 101, 104), speed=1), 9))
    assert [state.time for state, _ in rounds] == [100, 101, 104, 106, 107, 110, 112, 113, 116]
    assert [due for _, due in rounds] == [0, 1, 4, 6, 7, 10, 12, 13, 16]


def test_a_loop_from_now_goes_on_in_time():
    played = schedule(forever(100, 102), speed=1, start=1000.0)
    assert [next(played)[0].time for _ in range(4)] == [1000, 1002, 1004, 1006]


def test_a_loop_of_a_single_moment_does_not_stand_still():
    played = schedule(forever(100, 100), speed=1)
    assert [next(played)[1] for _ in range(6)] == [0, 0, 1, 1, 2, 2]


def test_a_loop_of_nothing_ends():
    assert list(schedule(forever(), speed=1)) == []


@pytest.fixture
def recording(tmp_path):
    """Three reports at 100, 101 and 104 s, and a row that is none."""
    path = tmp_path / "r.csv"
    path.write_text("timestamp,icao24,latitude,longitude\n100,abcdef,1,2\n101,abcdef,1,2\nnever,,,\n104,abcdef,1,2\n")
    return Recording(path, "r.csv")


def played(replay, count=None, stop=None):
    """Event times and moments, with the replay entered and left."""
    with replay:
        batches = replay.batches(stop or Stop())
        return [(state.time, due) for states, due in itertools.islice(batches, count) for state in states]


def test_a_replay_yields_the_reports_of_its_recording_as_they_are_due(recording):
    replay = Replay(recording, speed=2)
    assert played(replay) == [(100, 0), (101, 0.5), (104, 2)]
    assert (replay.name, replay.refused) == ("r.csv", 1)


def test_a_replay_from_now_begins_when_its_first_batch_is_asked_for(recording):
    now = [5000.0]
    replay = Replay(recording, from_now=True, wall=lambda: now[0])
    with replay:
        now[0] = 6000.0  # a broker was looked for meanwhile
        assert [states[0].time for states, _ in replay.batches(Stop())] == [6000, 6001, 6004]


def test_a_replay_in_a_loop_reads_its_recording_anew(recording):
    replay = Replay(recording, loop=True)
    assert played(replay, count=7) == [(100, 0), (101, 1), (104, 4), (106, 6), (107, 7), (110, 10), (112, 12)]
    assert replay.refused == 2


def test_a_limit_ends_a_replay(recording):
    assert len(played(Replay(recording, limit=2), count=9)) == 2
    assert len(played(Replay(recording, loop=True, limit=5), count=9)) == 5


def test_a_stop_ends_a_replay(recording):
    stop = Stop()
    with Replay(recording, loop=True, speed=math.inf) as replay:
        batches = replay.batches(stop)
        next(batches)
        stop.set()
        assert list(batches) == []


def test_a_recording_that_cannot_be_read_is_told_when_the_replay_is_entered(tmp_path):
    (tmp_path / "empty.csv").write_text("timestamp,icao24,latitude,longitude\n")
    for name, says in [("absent.csv", "cannot be read"), ("empty.csv", "holds no report")]:
        replay = Replay(Recording(tmp_path / name))
        with pytest.raises(SourceError, match=says), replay:
            pass


def test_a_replay_that_is_left_closes_its_recording(recording, tmp_path):
    def is_open():
        links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        return tmp_path / "r.csv" in [link.readlink() for link in links]

    with Replay(recording) as replay:
        batches = replay.batches(Stop())
        next(batches)
        assert is_open()
    assert not is_open()
