"""producer/sources/once.py: no report is handed on twice."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from producer.sources.once import Once
from producer.wire import StateVector

REPORT = StateVector(icao24="abcdef", lat=1.0, lon=2.0, time=1000.0)


def but(**changes):
    return msgspec.structs.replace(REPORT, **changes)


def test_the_same_aircraft_moment_and_place_is_the_same_report_whatever_else_it_says():
    once = Once()
    assert once.is_new(REPORT, 0.0)
    assert not once.is_new(REPORT, 1.0)
    assert not once.is_new(but(velocity=3.0, squawk="1000"), 2.0)


def test_another_aircraft_moment_or_place_is_another_report():
    once = Once()
    once.is_new(REPORT, 0.0)
    others = [but(icao24="abcdee"), but(time=1000.5), but(lat=1.5), but(lon=2.5), but(icao24=None, callsign="A")]
    assert all(once.is_new(other, 0.0) for other in others)
    assert not any(once.is_new(other, 0.0) for other in [REPORT, *others])


def test_a_report_without_an_event_time_is_always_new():
    once = Once()
    assert [once.is_new(but(time=None), 0.0) for _ in range(3)] == [True] * 3
    assert len(once) == 0


def test_what_was_not_seen_for_long_is_forgotten_and_what_is_still_shown_is_not():
    once = Once(memory=10.0)
    once.is_new(REPORT, 0.0)
    once.is_new(but(lat=5.0), 0.0)
    for now in (5.0, 10.0, 15.0):
        assert not once.is_new(REPORT, now)
    assert len(once) == 1, "the other was shown for the last time more than 10 s ago"
    assert once.is_new(but(lat=5.0), 15.0)
    assert once.is_new(REPORT, 26.0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(0, 3)), max_size=60))
def test_it_holds_no_more_than_what_was_seen_in_its_memory(seen):
    once, now, last = Once(memory=10.0), 0.0, {}
    for place, moment, later in seen:
        now += later
        last = {report: when for report, when in last.items() if when >= now - 10.0}
        assert once.is_new(but(lat=float(place), time=float(moment)), now) == ((place, moment) not in last)
        last[place, moment] = now
        assert len(once) == len(last)


@given(st.floats(0, 2e9), st.floats(-0.3, 0.3))
def test_event_times_of_one_report_may_differ_by_the_tolerance(time, by):
    once = Once(tolerance=0.15)
    once.is_new(but(time=time), 0.0)
    later = max(0.0, time + by)
    assert once.is_new(but(time=later), 1.0) == (abs(later - time) > 0.15)
