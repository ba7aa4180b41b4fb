"""producer/sources/pacing.py: when the batches of a source are published, by a clock that only waits move on."""

import logging
import math

from hypothesis import given
from hypothesis import strategies as st

from producer.sources.pacing import run
from producer.sources.source import Batch
from producer.wire import StateVector

BEGIN = 50.0


def at(*times):
    return [StateVector(icao24="abcdef", lat=1.0, lon=2.0, time=float(time)) for time in times]


class Script:
    """A source that yields what it is told."""

    name, refused = "a script", 0

    def __init__(self, *batches):
        self._batches = batches

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def batches(self, stop):
        yield from self._batches


class Clock:
    """A clock that waits move on; also a stop, asked for at a given time."""

    def __init__(self, stop_at=math.inf):
        self.now, self.stop_at, self.waits = BEGIN, stop_at, []

    def __call__(self):
        return self.now

    def is_set(self):
        return self.now >= self.stop_at

    def wait(self, timeout):
        assert timeout > 0
        self.waits.append(timeout)
        self.now = min(self.now + timeout, max(self.now, self.stop_at))
        return self.is_set()


class Sink:
    """Takes reports in no time or some, and delivers them after some polls."""

    def __init__(self, clock, *, most=math.inf, takes=0.0, polls_to_deliver=1):
        self.taken, self.in_flight, self.polls = [], 0, 0
        self._clock, self._most, self._takes, self._polls_to_deliver = clock, most, takes, polls_to_deliver

    def publish_batch(self, states):
        assert states, "an empty batch is a wait"
        if len(self.taken) + len(states) > self._most:
            return False
        self._clock.now += self._takes
        self.taken += [(state.time, self._clock.now - BEGIN) for state in states]
        self.in_flight += len(states)
        return True

    def poll(self):
        self.polls += 1
        if self.polls >= self._polls_to_deliver:
            self.in_flight = 0


def play(*batches, stop_at=math.inf, **options):
    """Runs batches; gives the sink, the clock and the lags that were shown."""
    clock = Clock(stop_at)
    sink = Sink(clock, **options)
    lags = []
    run(Script(*batches), sink, clock, progress=lags.append, clock=clock)
    return sink, clock, lags


def test_each_batch_is_published_when_it_is_due():
    sink, _, _ = play(Batch(at(100), 0.0), Batch(at(101, 102), 1.25), Batch(at(103), 3.0))
    assert sink.taken == [(100, 0.0), (101, 1.25), (102, 1.25), (103, 3.0)]
    assert sink.in_flight == 0


def test_a_batch_without_a_moment_is_published_at_once():
    sink, clock, _ = play(Batch(at(100), 2.0), Batch(at(500)), Batch(at(300)))
    assert sink.taken == [(100, 2.0), (500, 2.0), (300, 2.0)]
    assert clock.now == BEGIN + 2.02, "and what is in flight is waited for"


def test_what_is_late_is_published_at_once():
    sink, _, _ = play(Batch(at(100), 0.0), Batch(at(101), 1.0), Batch(at(102), 2.0), takes=5.0)
    assert sink.taken == [(100, 5.0), (101, 10.0), (102, 15.0)]


def test_an_empty_batch_only_waits():
    sink, clock, lags = play(Batch((), 3.0), Batch(()), Batch(at(7)))
    assert sink.taken == [(7, 3.0)]
    assert max(clock.waits) <= 0.5
    assert len(lags) >= 5, "progress is shown meanwhile"


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20), st.floats(0, 120))
def test_a_stop_ends_a_wait_at_once_and_nothing_is_published_after_it(dues, stop_at):
    dues.sort()
    batches = [Batch(at(number), due) for number, due in enumerate(dues)]
    sink, clock, _ = play(*batches, stop_at=BEGIN + stop_at, polls_to_deliver=math.inf)
    assert clock.now == BEGIN + stop_at
    assert [number for number, _ in sink.taken] == [
        number for number, due in enumerate(dues) if BEGIN + due < BEGIN + stop_at
    ]


def test_it_ends_where_the_sink_takes_no_more():
    sink, _, _ = play(*(Batch(at(number)) for number in range(5)), most=2)
    assert [time for time, _ in sink.taken] == [0, 1]


def test_at_the_end_it_waits_until_all_is_delivered():
    sink, _, lags = play(Batch(at(1, 2, 3)), polls_to_deliver=200)
    assert sink.in_flight == 0
    assert sink.polls == 200
    assert 5 <= len(lags) <= 10, "twice a second, in about four seconds"


def test_a_stop_ends_the_wait_at_the_end():
    sink, clock, _ = play(Batch(at(1)), polls_to_deliver=math.inf, stop_at=BEGIN + 10)
    assert sink.in_flight == 1
    assert clock.now == BEGIN + 10


def test_progress_tells_how_far_publishing_lags_behind():
    _, _, lags = play(Batch(at(100), 0.0), Batch(at(101), 1.0), Batch(at(102), 2.0), takes=3.0)
    assert lags[:3] == [3, 5, 7]
    _, _, lags = play(Batch(at(100), 0.0), Batch(at(101), 10.0), takes=0.25)
    assert lags[:3] == [0.25, 0, 0], "while it waits, nothing lags"
    _, _, lags = play(Batch(at(100), 5.0), Batch(at(101)), takes=0.625)
    assert set(lags) == {0, 0.625}, "what is published at once lags by no more than the sink takes"


def test_progress_is_shown_twice_a_second_whatever_comes():
    sink, _, lags = play(*(Batch(at(number), number / 100) for number in range(3000)))
    assert len(sink.taken) == 3000
    assert 55 <= len(lags) <= 62


def test_a_long_wait_for_reports_is_worth_a_word(caplog):
    with caplog.at_level(logging.INFO):
        play(Batch(at(100), 0.0), Batch((), 90.0), Batch(at(200), 190.0))
    assert caplog.messages == ["the next report is due in 100 s"]
