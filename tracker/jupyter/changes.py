"""Waiting for something to hold, from threads and from coroutines of any event loop; nobody polls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class _Wish:
    """What a coroutine waits for."""

    holds: Callable[[], bool]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    granted: asyncio.Event = field(default_factory=asyncio.Event)


class Changes:
    """Whoever changes something calls `tell`, which wakes those whose wish has come true.

    The teller's thread asks whether it has: a change that grants no wish wakes no other thread.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._wishes: set[_Wish] = set()

    def tell(self) -> None:
        """Have all that wait look again."""
        with self._condition:
            self._condition.notify_all()
            for wish in [wish for wish in self._wishes if wish.holds()]:
                try:
                    wish.loop.call_soon_threadsafe(wish.granted.set)
                except RuntimeError:  # that loop was closed
                    self._wishes.discard(wish)

    def wait(self, holds: Callable[[], bool], timeout: float) -> bool:
        """Block this thread until `holds()`, at most `timeout` seconds; whether it does."""
        with self._condition:
            return self._condition.wait_for(holds, timeout)

    async def settle(self, holds: Callable[[], bool], limit: float | None) -> bool:
        """Wait in this event loop until `holds()`, at most `limit` seconds (None: for ever); whether it does.

        It may be cancelled. `holds` is called in any thread, so it must be quick and must not raise.
        """
        wish = _Wish(holds)
        with self._condition:
            self._wishes.add(wish)
        try:
            async with asyncio.timeout(limit):
                while not holds():
                    await wish.granted.wait()
                    wish.granted.clear()
        except TimeoutError:
            return holds()
        finally:
            with self._condition:
                self._wishes.discard(wish)
        return True
