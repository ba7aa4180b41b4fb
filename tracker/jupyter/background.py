"""`Background`: the thread of a tracker. Its event loop reads Kafka and, once a second, draws.

    start ──> feed ──> store ──┬──> screens, once a second, and at once when a browser wants something drawn
                               └──> stopped, or failed: the screens are drawn a last time

It alone sets widget traits while it lives; every other thread only hands over.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tracker.errors import FeedFailed
from tracker.feed.session import Feed
from tracker.jupyter.changes import Changes
from tracker.jupyter.screens import Screens
from tracker.state.store import Store

log = logging.getLogger(__name__)

_STOP_TIMEOUT = 5.0  # s


class Background:
    """A daemon thread with an event loop of its own; once it has ended, it can be started again.

    Args:
        screens: What it draws on.
        changes: Notified once the thread can be stopped, whenever it has drawn, and when it has ended.
        draw_every: How often it draws though no browser asked, s.
    """

    def __init__(self, screens: Screens, changes: Changes, draw_every: float = 1.0) -> None:
        self._screens, self._changes, self._draw_every = screens, changes, draw_every
        self._failure: BaseException | None = None  # what ended this run
        self._earlier: BaseException | None = None  # what ended one before, until a run begins well
        self._thread: threading.Thread | None = None
        self._alive = False  # from start() until the thread has nothing left to do
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._clicked = asyncio.Event()

    @property
    def running(self) -> bool:
        """Whether the thread lives."""
        return self._alive

    @property
    def error(self) -> BaseException | None:
        """What ended the thread, the first of several errors; kept until `start` succeeds again."""
        return self._failure or self._earlier

    def check(self) -> None:
        """Raise what ended this run, if an error did.

        Raises:
            FeedFailed: The thread ended with an error, its cause.
        """
        if self._failure is not None:
            raise FeedFailed(f"the background thread ended: {self._failure}") from self._failure

    def start(self, name: str, feed: Feed, store: Store, timeout: float) -> bool:
        """Run a feed and draw what its store holds, until `stop()`; not while it is running.

        Returns:
            Whether the broker answers, or the thread was stopped meanwhile. If neither has come to pass within
            `timeout` seconds, the feed goes on trying.

        Raises:
            FeedFailed: The thread ended with an error meanwhile.
        """
        self._earlier, self._failure = self.error, None
        self._alive, self._task = True, None  # the task of an earlier run would be cancelled in vain
        self._thread = threading.Thread(target=self._run, args=(feed, store), name=name, daemon=True)
        self._thread.start()
        answered = self._changes.wait(lambda: feed.status.connected or not self._alive, timeout)
        self.check()
        self._earlier = None
        return answered

    def stop(self) -> None:
        """End the thread and wait until it has ended; do nothing where there is none."""
        thread = self._thread
        if thread is not None:
            self._changes.wait(lambda: self._task is not None or not self._alive, _STOP_TIMEOUT)
            if self._task is not None:
                self.call(self._task.cancel)
            thread.join(_STOP_TIMEOUT)
            self._thread = self._task = None

    def call(self, call: Callable[[], object]) -> None:
        """Have the thread's loop make a call, from any thread; do nothing where the thread has ended."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(call)

    def wake(self) -> None:
        """Draw at once, because a browser asked: in the thread, or in the caller's where the thread has ended."""
        if self._alive:
            self.call(self._clicked.set)
        else:
            self._screens.draw()

    def _run(self, feed: Feed, store: Store) -> None:
        """Feed and screens, until stopped or failed."""
        try:
            asyncio.run(self._live(feed, store))
        except asyncio.CancelledError:
            feed.close("stopped")
        except Exception as error:  # noqa: BLE001 - the top of the thread: kept, shown, raised where it is waited for
            self._failure = first = _first(error)
            feed.close("failed", f"{type(first).__name__}: {first}")
        try:
            self._screens.draw()
        except Exception as error:  # noqa: BLE001 - likewise: it may be the drawing that fails
            self._failure = self._failure or error
        self._alive = False
        self._changes.notify()

    async def _live(self, feed: Feed, store: Store) -> None:
        self._loop, self._task, self._clicked = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()
        self._loop.set_exception_handler(_note)
        self._changes.notify()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(feed.run())
            tasks.create_task(self._refresh(store))

    async def _refresh(self, store: Store) -> None:
        """Draw again and again, and at once when somebody clicked, without the aircraft that are lost."""
        while True:
            store.expire()
            self._screens.draw()
            self._changes.notify()  # time changes the numbers, too: who is stale, and the rate
            self._clicked.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._clicked.wait(), self._draw_every)


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody waited for: asyncio's own logger would print it into whichever notebook cell runs."""
    log.error(context["message"], exc_info=context.get("exception"))


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
