"""producer/replay.py: when each report is due, and when it is published."""

import logging
import math

from hypothesis import given
from hypothesis import strategies as st

from producer.sources.replay import run, schedule
from producer.stop import Stop
from producer.wire import StateVector


def at(*times):
    return [StateVector(icao24="abcdef", lat=1.0, lon=2.0, time=float(time)) for time in times]


def test_reports_are_due_by_their_times():
    assert [due for _, due in schedule(at(100, 100, 101, 104), speed=1)] == [0, 0, 1, 4]
    assert [due for _, due in schedule(at(100, 101, 104), speed=2)] == [0, 0.5, 2]
    assert [due for _, due in schedule(at(100, 101, 104), speed=math.inf)] == [0, 0, 0]


def test_recorded_times_are_left_alone():
    states = at(100, 101, 104)
    assert [state for state, _ in schedule(states, speed=10)] == states


def test_times_are_shifted_so_that_the_first_is_the_start():
    assert [state.time for state, _ in schedule(at(100, 101, 104), speed=1, start=5000.25)] == [
        5000.25,
        5001.25,
        5004.25,
    ]


def test_a_report_that_runs_back_is_sent_at_once_with_its_own_time():
    played = list(schedule(at(100, 110, 105, 99, 111), speed=1))
    assert [due for _, due in played] == [0, 10, 10, 10, 11]
    assert [state.time for state, _ in played] == [100, 110, 105, 99, 111]


@given(st.lists(st.floats(0, 4e9), min_size=1, max_size=20), st.sampled_from([0.5, 1, 10, math.inf]), st.booleans())
def test_no_report_is_due_before_the_one_before_it(times, speed, now):
    dues = [due for _, due in schedule(at(*times), speed=speed, start=1e9 if now else None)]
    assert dues == sorted(dues)
    assert dues[0] == 0


def test_a_loop_goes_on_in_time():
    played = schedule(at(100, 101, 104), speed=1, loop=True)
    rounds = [next(played) for _ in range(9)]
    assert [state.time for state, _ in rounds] == [100, 101, 104, 106, 107, 110, 112, 113, 116]
    assert [due for _, due in rounds] == [0, 1, 4, 6, 7, 10, 12, 13, 16]


def test_a_loop_from_now_goes_on_in_time():
    played = schedule(at(100, 102), speed=1, start=1000.0, loop=True)
    assert [next(played)[0].time for _ in range(4)] == [1000, 1002, 1004, 1006]


def test_a_loop_of_a_single_moment_does_not_stand_still():
    played = schedule(at(100, 100), speed=1, loop=True)
    assert [next(played)[1] for _ in range(6)] == [0, 0, 1, 1, 2, 2]


def test_a_loop_of_nothing_ends():
    assert list(schedule([], speed=1, loop=True)) == []


class Sink:
    """Takes reports, and delivers them when it is polled."""

    def __init__(self, clock=None, takes=None):
        self.clock, self.takes = clock, takes
        self.taken, self.in_flight, self.polls = [], 0, 0

    def publish(self, state):
        if self.takes is not None and len(self.taken) >= self.takes:
            return False
        self.taken.append((state.time, self.clock.now if self.clock else None))
        self.in_flight += 1
        return True

    def poll(self):
        self.polls += 1
        self.in_flight = 0


class Clock:
    """A clock that waits move on; also a stop, asked for at a given time."""

    def __init__(self, stop_at=math.inf):
        self.now, self.stop_at, self.waits = 50.0, stop_at, []

    def __call__(self):
        return self.now

    def is_set(self):
        return self.now >= self.stop_at

    def wait(self, timeout):
        assert timeout > 0
        self.waits.append(timeout)
        self.now = min(self.now + timeout, max(self.now, self.stop_at))
        return self.is_set()


def test_reports_are_sent_when_they_are_due():
    clock = Clock()
    sink = Sink(clock)
    run(schedule(at(100, 101, 103), speed=1), sink, clock, clock=clock)
    assert sink.taken == [(100, 50), (101, 51), (103, 53)]
    assert sink.in_flight == 0


def test_nothing_is_waited_for_at_the_highest_speed():
    clock = Clock()
    sink = Sink(clock)
    run(schedule(at(100, 500, 300), speed=math.inf), sink, clock, clock=clock)
    assert [when for _, when in sink.taken] == [50, 50, 50]


def test_a_limit_ends_it():
    sink = Sink()
    run(schedule(at(1, 2, 3), speed=math.inf, loop=True), sink, Stop(), limit=5)
    assert [time for time, _ in sink.taken] == [1, 2, 3, 4, 5]


def test_a_stop_ends_a_wait_at_once():
    clock = Clock(stop_at=51.25)
    sink = Sink(clock)
    run(schedule(at(100, 101, 200), speed=1), sink, clock, clock=clock)
    assert [time for time, _ in sink.taken] == [100, 101]
    assert clock.now == 51.25


def test_it_ends_where_the_sink_takes_no_more():
    sink = Sink(takes=2)
    run(schedule(at(1, 2, 3), speed=math.inf), sink, Stop())
    assert len(sink.taken) == 2


def test_progress_tells_the_lag():
    clock = Clock()

    class Slow(Sink):
        def publish(self, state):
            clock.now += 3
            return super().publish(state)

    lags = []
    run(schedule(at(100, 101, 102), speed=1), Slow(clock), clock, progress=lags.append, clock=clock)
    assert lags[:3] == [3, 5, 7]


def test_progress_is_shown_in_long_waits(caplog):
    clock = Clock()
    shown = []
    with caplog.at_level(logging.INFO):
        run(schedule(at(100, 200), speed=1), Sink(clock), clock, progress=shown.append, clock=clock)
    assert len(shown) >= 100
    assert "the next report is due in 100 s" in caplog.messages
