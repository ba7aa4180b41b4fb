"""The thread of a tracker: it starts, draws, fails and stops, with a feed that does as it is told."""

import asyncio
import contextlib
import gc
import logging
import threading

import pytest
from screens import picture, seen

from tracker import FeedFailed
from tracker.feed.status import Status
from tracker.jupyter.background import Background
from tracker.jupyter.changes import Changes
from tracker.jupyter.screens import Screens
from tracker.state.store import Store


class Feed:
    """A feed without a broker: connected at once, and then it does `work`."""

    def __init__(self, changes: Changes, work=None) -> None:
        self.status, self._changes, self._work = Status(), changes, work

    async def run(self) -> None:
        self.status.state = "connected"
        self._changes.notify()
        if self._work is not None:
            await self._work()
        await asyncio.Event().wait()

    def close(self, state, error=None) -> None:
        self.status.state, self.status.error = state, error


class Screen:
    """A screen that remembers who drew on it, and may fail."""

    comm = "open"

    def __init__(self, fails=None) -> None:
        self.drawn, self.fails = [], fails

    def draw(self, scene) -> None:
        self.drawn.append(threading.current_thread())
        if self.fails:
            raise self.fails


@pytest.fixture
def changes():
    return Changes()


@pytest.fixture
def screens():
    return Screens(lambda: seen(picture(0)))


@pytest.fixture
def background(screens, changes):
    running = Background(screens, changes, draw_every=0.05)
    yield running
    running.stop()


def start(background, feed) -> bool:
    return background.start("a tracker", feed, Store(600.0, 15.0, 60.0), 20.0)


def run_out(background, feed, changes) -> None:
    """Start it, and wait until it has ended of its own accord."""
    with contextlib.suppress(FeedFailed):  # where it was quicker than `start`
        start(background, feed)
    assert changes.wait(lambda: not background.running, 20)


def test_it_draws_in_its_thread_while_that_lives_and_a_last_time_when_it_is_stopped(background, screens, changes):
    screen = screens.show(Screen())
    feed = Feed(changes)
    assert start(background, feed)
    assert background.running
    seen = changes.seq
    assert changes.wait(lambda: len(screen.drawn) >= 3 and changes.seq >= seen + 3, 20)  # time is a change, too
    background.stop()
    assert (background.running, feed.status.state) == (False, "stopped")
    (thread,) = set(screen.drawn[1:])
    assert thread.name == "a tracker"
    assert not thread.is_alive()
    background.wake()
    assert screen.drawn[-1] is threading.current_thread()


def test_what_a_browser_asks_for_is_drawn_by_the_thread_without_waiting_for_the_next_second(screens, changes):
    background, screen = Background(screens, changes, draw_every=3600.0), screens.show(Screen())
    start(background, Feed(changes))
    assert changes.wait(lambda: len(screen.drawn) == 2, 20)
    background.wake()
    assert changes.wait(lambda: len(screen.drawn) == 3, 20)
    background.stop()
    assert threading.current_thread() not in screen.drawn[1:]


class LateBackground(Background):
    """One whose thread does not come to its work until it is let."""

    def __init__(self, screens, changes, let: threading.Event) -> None:
        super().__init__(screens, changes)
        self._let = let

    async def _live(self, feed, store) -> None:
        self._let.wait(20)
        await super()._live(feed, store)


class LettingChanges(Changes):
    """Lets such a thread begin once `stop` waits for that."""

    def __init__(self) -> None:
        super().__init__()
        self.starting, self.let = threading.Event(), threading.Event()

    def wait(self, holds, timeout):
        (self.let if self.starting.is_set() else self.starting).set()
        return super().wait(holds, timeout)


def test_one_that_is_stopped_before_it_has_begun_ends(screens):
    changes = LettingChanges()
    late = LateBackground(screens, changes, changes.let)
    starting = threading.Thread(target=start, args=(late, Feed(changes)))
    starting.start()
    assert changes.starting.wait(20)
    late.stop()
    assert not late.running
    starting.join(20)
    assert not starting.is_alive()


def test_an_error_ends_it_and_is_kept_until_it_runs_again(background, changes):
    async def fail() -> None:
        raise ValueError("broken")

    feed = Feed(changes, fail)
    run_out(background, feed, changes)
    assert isinstance(background.error, ValueError)
    assert (feed.status.state, feed.status.error) == ("failed", "ValueError: broken")
    with pytest.raises(FeedFailed, match="broken") as raised:
        background.check()
    assert raised.value.__cause__ is background.error
    assert start(background, Feed(changes))
    assert background.error is None
    background.check()


def test_a_screen_that_cannot_be_drawn_ends_it_with_its_error_and_leaves_nothing_that_seems_to_run(
    background, screens, changes
):
    screen = screens.show(Screen())
    screen.fails = ZeroDivisionError("no scale")
    run_out(background, Feed(changes), changes)
    assert background.error is screen.fails
    background.stop()


def test_what_nobody_waits_for_is_logged_and_not_printed(background, changes, caplog, capfd):
    told = threading.Event()

    async def forget() -> None:
        asyncio.get_running_loop().create_future().set_exception(ConnectionResetError("by peer"))
        gc.collect()
        asyncio.get_running_loop().call_soon(told.set)

    with caplog.at_level(logging.ERROR, "tracker"):
        start(background, Feed(changes, forget))
        assert told.wait(20)
    assert [record.name for record in caplog.records] == ["tracker.jupyter.background"]
    assert capfd.readouterr().err == ""
