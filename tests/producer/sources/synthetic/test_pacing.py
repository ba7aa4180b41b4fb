"""producer/synthetic/pacing.py: when each report comes, and when it is published."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_fleets import EUROPEAN, stream

from producer.sources.synthetic import batches, launch, run
from producer.stop import Stop
from producer.wire import encode


def test_the_same_seed_gives_the_same_bytes_however_it_is_batched():
    first = [encode(state) for state in stream(5)]
    assert first == [encode(state) for state in stream(5)]
    assert first == [encode(state) for state in stream(5, speed=math.inf)]
    assert not {(state.lat, state.lon) for state in stream(5)} & {(state.lat, state.lon) for state in stream(6)}
    moved = stream(5, start=0.0)
    assert [state.time for state in moved] != [state.time for state in stream(5)]
    assert [encode(state).split(b'"time"')[0] for state in moved] == [value.split(b'"time"')[0] for value in first]


@settings(max_examples=30)
@given(st.integers(1, 300), st.floats(0.05, 20), st.sampled_from([1.0, 10.0, math.inf]))
def test_reports_are_spread_over_time_and_each_aircraft_keeps_its_rate(flights, rate, speed):
    duration = 4 / rate
    reports = stream(1, flights=flights, rate=rate, speed=speed, duration=duration, start=0.0)
    times = np.array([state.time for state in reports])
    assert (np.diff(times) >= 0).all()
    assert abs(len(times) - 4 * flights) <= 1
    assert (abs(np.diff(times) - 1 / (flights * rate)) <= 0.00101).all()
    assert times[-1] <= duration + 0.0005
    slots = {}
    for number, state in enumerate(reports):
        slots.setdefault(number % flights, []).append(state.time)
    for own in slots.values():
        assert (abs(np.diff(own) - 1 / rate) <= 0.00101).all()


class Sink:
    """Takes reports, and remembers when."""

    def __init__(self, clock, most=math.inf):
        self.taken = []
        self.in_flight = 0
        self.polls = 0
        self._clock = clock
        self._most = most

    def publish_batch(self, states):
        for state in states:
            if len(self.taken) >= self._most:
                return False
            self.taken.append((state, self._clock.now))
        return not self._clock.is_set()

    def poll(self):
        self.polls += 1


class Clock(Stop):
    """A clock that only waiting moves on."""

    def __init__(self):
        super().__init__()
        self.now = 100.0

    def __call__(self):
        return self.now

    def wait(self, timeout):
        self.now += timeout
        return self.is_set()


def play(*, start, speed, wall=lambda: 5000.0, most=math.inf, duration=30.0):
    clock = Clock()
    sink = Sink(clock, most)
    lags = []
    reports = batches(launch(1, 20, EUROPEAN), 0.5, speed=speed, duration=duration)
    run(reports, sink, clock, start=start, speed=speed, progress=lags.append, clock=clock, wall=wall)
    return sink, lags


def test_at_speed_1_each_report_is_published_when_it_is_true():
    sink, lags = play(start=None, speed=1.0)
    assert len(sink.taken) == 300
    for state, when in sink.taken:
        assert abs((state.time - 5000.0) - (when - 100.0)) <= 0.06
        assert when - 100.0 >= state.time - 5000.0 - 1e-6, "never before"
    assert sink.polls == len(lags) > 50
    assert max(lags) == 0


def test_at_speed_10_it_goes_ten_times_as_fast():
    sink, _ = play(start=1000.0, speed=10.0)
    for state, when in sink.taken:
        assert abs((state.time - 1000.0) - 10 * (when - 100.0)) <= 0.6


def test_from_the_past_it_ends_when_event_time_reaches_the_present():
    sink, _ = play(start=4990.0, speed=math.inf)
    times = [state.time for state, _ in sink.taken]
    assert max(times) == 5000.0
    assert len(times) == 101, "ten a second, from 4990 to 5000"


def test_it_ends_when_the_sink_takes_no_more():
    sink, _ = play(start=None, speed=1.0, most=7)
    assert len(sink.taken) == 7
