"""Waiting for something to hold, from threads and from coroutines of any event loop; nobody polls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable


class Changes:
    """Whoever changes something calls `tell`; whoever waits looks again then."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiters: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def tell(self) -> None:
        """Have all that wait look again."""
        with self._condition:
            self._condition.notify_all()
            for loop, event in list(self._waiters):
                try:
                    loop.call_soon_threadsafe(event.set)
                except RuntimeError:  # that loop was closed
                    self._waiters.discard((loop, event))

    def wait(self, holds: Callable[[], bool], timeout: float) -> bool:
        """Block this thread until `holds()`, at most `timeout` seconds; whether it does."""
        with self._condition:
            return self._condition.wait_for(holds, timeout)

    async def settle(self, holds: Callable[[], bool], limit: float | None) -> bool:
        """Wait in this event loop until `holds()`, at most `limit` seconds (None: for ever); whether it does.

        It may be cancelled.
        """
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._condition:
            self._waiters.add(waiter)
        try:
            async with asyncio.timeout(limit):
                while not holds():
                    await waiter[1].wait()
                    waiter[1].clear()
        except TimeoutError:
            return holds()
        finally:
            with self._condition:
                self._waiters.discard(waiter)
        return True
