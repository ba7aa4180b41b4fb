"""The loop that sends, with connections that a test drains by hand and a clock that it sets."""

import asyncio
import time

import pytest

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.feed.records import Reading
from tracker.feed.status import Status
from tracker.server.broadcast import ASKS_WITHIN, SILENT, STALLED, STALLED_AFTER, Broadcast
from tracker.server.dialects.json import JSON
from tracker.server.dialects.plain import PLAIN
from tracker.server.hub import Hub
from tracker.server.metrics import Metrics
from tracker.state.store import Store
from tracker.stream.protocol import Lag, Subscribe

DELAYS = "tracker_publish_to_socket_seconds"


class Line:
    """A connection that drains when the test says so."""

    dialect = PLAIN

    def __init__(self):
        self.waiting = 0
        self.written, self.said, self.dismissed = [], [], None
        self.news = asyncio.Event()

    def write(self, prepared):
        self.written.append(prepared)
        self.news.set()

    def say(self, notice):
        self.said.append(notice)

    def dismiss(self, bye):
        self.dismissed = bye


class SlowHub(Hub):
    """A hub whose every tick takes as long as `cost` says, by the clock of the desk."""

    desk, cost = None, 0.0

    def advance(self, now, lost=()):
        self.desk.now += self.cost
        return super().advance(now, lost)


class Desk:
    """A broadcast and what it stands on."""

    def __init__(self):
        self.now = 1_000.0
        self.store = Store(window=600.0, stale_after=15.0, lost_after=1e9)
        self.status = Status(state="connected", caught_up=True)
        self.metrics = Metrics(lambda: self.store.stats(self.status))
        self.hub = SlowHub(self.store.fleet, "epoch")
        self.hub.desk = self
        self.broadcast = Broadcast(self.hub, self.store, self.status, self.metrics, clock=lambda: self.now)

    def join(self, dialect=PLAIN):
        line = Line()
        return self.broadcast.join(line, dialect), line

    def hear(self, key="aaaaaa", published=None):
        batch = collect(
            [StateVector(lat=1.0, lon=2.0, icao24=key, time=self.now)],
            [time.time() if published is None else published],
        )
        self.store.take(Reading(batch, [], [], 0), backlog=False, now=self.now)

    def delays(self):
        """How many delays were counted."""
        lines = self.metrics.exposition()[0].decode().splitlines()
        return float(next(line for line in lines if line.startswith(f"{DELAYS}_count")).split()[1])


@pytest.fixture
async def desk():
    return Desk()  # in an event loop


async def test_a_viewer_that_has_not_drained_gets_nothing_and_then_the_newest(desk):
    _, line = desk.join()
    line.waiting = 10
    for second in range(3):
        desk.hear("aaaaaa")
        desk.now += 0.1
        assert desk.broadcast.tick(desk.now), second  # something is left for later
    assert line.written == []
    line.waiting = 0
    assert not desk.broadcast.tick(desk.now)
    assert len(line.written) == 1


async def test_one_that_was_behind_for_more_than_a_second_is_told_by_how_much(desk):
    _, line = desk.join()
    line.said.clear()
    line.waiting = 10
    desk.hear()
    desk.broadcast.tick(desk.now)
    line.waiting, desk.now = 0, desk.now + 2.5
    desk.broadcast.tick(desk.now)
    assert line.said == [Lag(2.5, "client")]


async def test_max_hz_holds_frames_back(desk):
    viewer, line = desk.join(JSON)
    desk.broadcast.subscribe(viewer, Subscribe(max_hz=2.0))
    desk.hear("aaaaaa")
    desk.broadcast.tick(desk.now)
    for passed, frames in ((0.1, 1), (0.3, 1), (0.2, 2)):
        desk.now += passed
        desk.hear("aaaaaa")
        desk.broadcast.tick(desk.now)
        assert len(line.written) == frames


async def test_a_client_that_drains_nothing_is_closed_and_one_that_drains_slowly_is_not(desk):
    (_, stalled), (_, slow) = desk.join(), desk.join()
    stalled.waiting = slow.waiting = 1_000_000
    for _ in range(round(STALLED_AFTER) + 2):
        desk.now += 1.0
        slow.waiting -= 10
        desk.broadcast.tick(desk.now)
    assert stalled.dismissed == STALLED
    assert slow.dismissed is None


async def test_only_what_came_live_counts_as_a_delay(desk):
    desk.join()
    desk.status.caught_up = False
    desk.hear("aaaaaa", published=0.0)
    desk.broadcast.tick(desk.now)
    assert desk.delays() == 0
    desk.status.caught_up = True
    desk.hear("bbbbbb")
    desk.broadcast.tick(desk.now)
    assert desk.delays() == 1


async def test_after_a_tick_as_much_time_is_left_to_the_others_as_it_took(desk):
    _, line = desk.join()
    desk.hub.cost = 0.1
    desk.hear("aaaaaa")
    desk.broadcast.publish()
    assert len(line.written) == 1
    desk.hear("bbbbbb")
    desk.broadcast.publish()  # at once: the pause is not over
    assert len(line.written) == 1
    desk.now += 0.2
    desk.broadcast.publish()
    assert len(line.written) == 2


async def test_a_short_tick_needs_no_pause(desk):
    _, line = desk.join()
    desk.hub.cost = 0.0005
    for key in ("aaaaaa", "bbbbbb"):
        desk.hear(key)
        desk.broadcast.publish()
    assert len(line.written) == 2


async def test_while_the_broker_is_away_viewers_are_told_once_a_second_and_once_when_it_is_back(desk):
    viewer, line = desk.join(JSON)
    desk.broadcast.subscribe(viewer, Subscribe())
    desk.broadcast.tick(desk.now)
    line.written.clear()
    desk.store.silence(desk.now)
    for _ in range(4):
        desk.now += 0.5
        desk.broadcast.tick(desk.now)
    assert [b'"cause":"broker"' in frame for frame in line.written] == [True, True]
    desk.store.resume(desk.now)
    for _ in range(3):
        desk.now += 1.0
        desk.broadcast.tick(desk.now)
    assert len(line.written) == 3
    assert b'"behind_s":0.0' in line.written[-1]


async def test_run_sends_what_it_is_woken_for_and_ends_when_it_is_cancelled(desk):
    _, line = desk.join()
    running = asyncio.create_task(desk.broadcast.run())
    desk.hear()
    desk.broadcast.wake()
    await line.news.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def test_one_that_asks_for_nothing_is_closed_and_one_that_cannot_ask_is_not():
    desk = Desk()
    (_, silent), (viewer, late), (_, plain) = desk.join(JSON), desk.join(JSON), desk.join(PLAIN)
    desk.now += ASKS_WITHIN
    desk.broadcast.tick(desk.now)
    assert (silent.dismissed, late.dismissed, plain.dismissed) == (None, None, None)
    desk.broadcast.subscribe(viewer, Subscribe())
    desk.now += 1.0
    desk.broadcast.tick(desk.now)
    assert (silent.dismissed, late.dismissed, plain.dismissed) == (SILENT, None, None)
