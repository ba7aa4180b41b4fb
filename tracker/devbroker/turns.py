"""Share the event loop's turns among requests that are much work, so that those that are little need not wait.

In each turn of the loop every client that has sent something gets an answer. Were all of them long, a turn would last
for as long as all that takes, and a client that asks for little would have to wait for it. So each turn has room for a
few long ones; the others queue for the turns to come.
"""

from __future__ import annotations

import asyncio
from collections import deque

LITTLE = 256 << 10
"""What is little work, and need not queue: some tenths of a millisecond, in bytes to copy."""

ROOM = 4 << 20
"""The work that one turn has room for: some milliseconds, in bytes to copy."""


class Turns:
    """The turns of the running event loop."""

    def __init__(self) -> None:
        self._spent = 0
        self._queue: deque[tuple[asyncio.Future[None], int]] = deque()
        self._ending: asyncio.Handle | None = None

    @property
    def left(self) -> int:
        """The work that this turn still has room for; 0: queue for another one."""
        return 0 if self._queue else max(0, ROOM - self._spent)

    def spend(self, work: int) -> None:
        """Note work that was done in this turn."""
        self._spent += work
        self._end_later()

    def wait(self, work: int) -> asyncio.Future[None]:
        """Queue for a turn; the future is done when it has come, and cancelling it leaves the queue.

        Args:
            work: What is to be done in it; of several that wait, as many come in one turn as it has room for.
        """
        coming: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((coming, work))
        self._end_later()
        return coming

    def _end_later(self) -> None:
        if self._ending is None:
            self._ending = asyncio.get_running_loop().call_soon(self._end)

    def _end(self) -> None:
        self._ending, self._spent = None, 0
        room = ROOM
        while self._queue and (room == ROOM or self._queue[0][1] <= room):
            coming, work = self._queue.popleft()
            if not coming.done():
                coming.set_result(None)
                room -= work
        if self._queue:
            self._end_later()
