"""producer/sources/synthetic/stream.py: when each made-up report comes, and a fleet as a source."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_fleets import EUROPEAN, stream

from producer.sources.synthetic import Synthetic, launch
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


def play(*, start=None, speed=1.0, duration=30.0, walls=(5000.0,)):
    """Batches of 20 flights that report every 2 s; the wall clock shows each of these in turn, and then the last."""
    shown = itertools.chain(walls[:-1], itertools.repeat(walls[-1]))
    fleet = launch(1, 20, EUROPEAN)
    source = Synthetic(fleet, 0.5, speed=speed, start=start, duration=duration, wall=lambda: next(shown))
    with source:
        return list(source.batches(Stop()))


def test_at_speed_1_each_batch_is_due_when_its_last_report_is_true():
    batches = play()
    assert sum(len(states) for states, _ in batches) == 300
    for states, due in batches:
        assert states[-1].time == 5000.0 + due
        assert due - (states[0].time - 5000.0) <= 0.05 + 1e-6, "so none is published more than a tick late"


def test_at_speed_10_it_goes_ten_times_as_fast():
    for states, due in play(start=1000.0, speed=10.0):
        assert abs(states[-1].time - 1000.0 - 10 * due) < 1e-6
        assert states[-1].time - states[0].time <= 0.5


@pytest.mark.parametrize("speed", [2.0, math.inf])
def test_from_the_past_it_ends_when_event_time_reaches_the_present(speed):
    begin = 5000.0 if speed == math.inf else 4995.0  # which, at speed 2, a stream from 4990 reaches at 5000
    batches = play(start=4990.0, speed=speed, walls=(begin,))
    times = [state.time for states, _ in batches for state in states]
    assert max(times) == 5000.0
    assert len(times) == 101, "ten a second, from 4990 to 5000"
    assert len([states for states, _ in batches if not states]) <= 1


def test_what_is_published_late_reaches_a_later_present():
    walls = (4995.0, *(4995.0 + number for number in range(1000)))
    times = [state.time for states, _ in play(start=4990.0, speed=2.0, walls=walls) for state in states]
    assert max(times) > 5005


def test_a_stop_ends_it():
    stop = Stop()
    with Synthetic(launch(1, 20, EUROPEAN), 0.5, speed=math.inf, start=0.0) as source:
        batches = source.batches(stop)
        assert next(batches).states
        stop.set()
        assert list(batches) == []
