"""`Changes`: a condition variable that threads and coroutines of any event loop wait on; nobody polls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class _Waiter:
    """A coroutine that waits."""

    holds: Callable[[], bool]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    called: bool = False
    """Whether its loop has been asked to wake it and has not come to that yet: a busy one is asked once."""

    def wake(self) -> None:
        """Have its loop wake it, from any thread.

        Raises:
            RuntimeError: That loop was closed.
        """
        if not self.called:
            self.called = True
            self.loop.call_soon_threadsafe(self.woken.set)


class Changes:
    """Wakes those who wait for a predicate once it holds.

    The notifying thread asks whether it does, so that a change for which nobody waits wakes no other thread.
    """

    def __init__(self) -> None:
        self.seq = 0
        """Counts the changes."""
        self._condition = threading.Condition()
        self._waiters: set[_Waiter] = set()

    def notify(self) -> None:
        """Say that something has changed."""
        with self._condition:
            self.seq += 1
            self._condition.notify_all()
            for waiter in [waiter for waiter in self._waiters if waiter.holds()]:
                try:
                    waiter.wake()
                except RuntimeError:
                    self._waiters.discard(waiter)

    def wait(self, holds: Callable[[], bool], timeout: float) -> bool:
        """Block this thread until `holds()`, at most `timeout` seconds, and return whether it does."""
        with self._condition:
            return self._condition.wait_for(holds, timeout)

    async def wait_for_another(self, seen: int, timeout: float) -> bool:  # noqa: ASYNC109
        """Wait until `seq` is no longer `seen`, at most `timeout` seconds, and return whether it is not."""
        return await self.wait_async(lambda: self.seq != seen, timeout)

    async def wait_async(self, holds: Callable[[], bool], timeout: float | None) -> bool:  # noqa: ASYNC109
        """Wait in this event loop until `holds()`, at most `timeout` seconds, and return whether it does.

        Cancelling it is safe.

        Args:
            holds: Called in any thread, so it must be quick and must not raise.
            timeout: s; None: for ever.
        """
        waiter = _Waiter(holds)
        with self._condition:
            self._waiters.add(waiter)
        try:
            async with asyncio.timeout(timeout):
                while not holds():
                    await waiter.woken.wait()
                    waiter.woken.clear()
                    waiter.called = False
        except TimeoutError:
            return holds()
        finally:
            with self._condition:
                self._waiters.discard(waiter)
        return True
