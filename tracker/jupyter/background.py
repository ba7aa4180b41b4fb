"""`Background`: the thread of a tracker. Its event loop reads Kafka and, once a second, draws.

    start ──> feed ──> store ──┬──> screens, once a second, and at once when a browser wants something drawn
                               └──> stopped, or failed: the screens are drawn a last time

It alone sets widget traits while it lives; every other thread only hands over.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

from tracker.feed.session import Feed
from tracker.jupyter.changes import Changes
from tracker.jupyter.screens import Screens
from tracker.state.store import Store

_DRAW_EVERY = 1.0  # s
_STOP_TIMEOUT = 5.0  # s


class Background:
    """A daemon thread with an event loop of its own; once it has ended, it can be started again.

    Args:
        screens: What it draws on.
        changes: Is told when the thread can be stopped, and when it has ended.
        failed: Is called, in the thread, with the error that ends it: the first one, where there are several.
    """

    def __init__(self, screens: Screens, changes: Changes, failed: Callable[[BaseException], None]) -> None:
        self._screens, self._changes, self._failed = screens, changes, failed
        self._thread: threading.Thread | None = None
        self._alive = False  # from start() until the thread has nothing left to do
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._clicked = asyncio.Event()

    @property
    def running(self) -> bool:
        """Whether the thread lives."""
        return self._alive

    def start(self, name: str, feed: Feed, store: Store) -> None:
        """Run a feed and draw what its store holds, until `stop()`; not while it is running."""
        self._alive, self._task = True, None  # a task of before would be cancelled in vain
        self._thread = threading.Thread(target=self._run, args=(feed, store), name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait for that; nothing where there is none."""
        thread = self._thread
        if thread is not None:
            self._changes.wait(lambda: self._task is not None or not self._alive, _STOP_TIMEOUT)
            if self._task is not None:
                self.call(self._task.cancel)
            thread.join(_STOP_TIMEOUT)
            self._thread = self._task = None

    def call(self, call: Callable[[], object]) -> None:
        """Have the thread's loop make a call, from any thread; nothing where the thread has ended."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(call)

    def wake(self) -> None:
        """A browser wants something drawn: the thread does that at once; where it has ended, this one."""
        if self._alive:
            self.call(self._clicked.set)
        else:
            self._screens.draw()

    def _run(self, feed: Feed, store: Store) -> None:
        """The thread: feed and screens, until stopped or failed."""
        try:
            asyncio.run(self._live(feed, store))
        except asyncio.CancelledError:
            feed.close("stopped")
        except Exception as error:  # noqa: BLE001 - the top of the thread: kept, shown, raised where it is waited for
            first = _first(error)
            self._failed(first)
            feed.close("failed", f"{type(first).__name__}: {first}")
        self._screens.draw()
        self._alive = False
        self._changes.tell()

    async def _live(self, feed: Feed, store: Store) -> None:
        self._loop, self._task, self._clicked = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()
        self._changes.tell()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(feed.run())
            tasks.create_task(self._refresh(store))

    async def _refresh(self, store: Store) -> None:
        """Draw once a second, and when somebody clicked, without the aircraft that are lost."""
        while True:
            store.expire()
            self._screens.draw()
            self._clicked.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._clicked.wait(), _DRAW_EVERY)


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
