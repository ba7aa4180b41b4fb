"""Share the event loop's turns among requests that are much work, so that those that are little need not wait.

In each turn of the loop every client that has sent something gets an answer. Were all of them long, a turn would last
for as long as all that takes, and a client that asks for little would have to wait for it. So a turn has room for one
or two long ones. The others queue, and a turn of theirs is followed by several that belong to those who ask for little:
an update takes some turns from its producer to its consumers.
"""

from __future__ import annotations

import asyncio
from collections import deque

LITTLE = 256 << 10
"""What is little work, and need not queue: some tenths of a millisecond, in bytes to copy."""

ROOM = 1 << 20
"""The work that one turn has room for: some milliseconds, in bytes to copy."""

_REST = 2.0  # times as long as a turn took, until the next one that has long work in it


class Turns:
    """The turns of the running event loop."""

    def __init__(self) -> None:
        self._spent = 0
        self._queue: deque[tuple[asyncio.Future[None], int]] = deque()
        self._next: asyncio.Handle | None = None

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
        if self._next is None:
            self._next = asyncio.get_running_loop().call_soon(self._begin)

    def _begin(self) -> None:
        """Begin a turn, with as many of those that wait as it has room for."""
        loop = asyncio.get_running_loop()
        self._next, self._spent = None, 0
        room = ROOM
        while self._queue and (room == ROOM or self._queue[0][1] <= room):
            coming, work = self._queue.popleft()
            if not coming.done():
                coming.set_result(None)
                room -= work
        if self._queue:
            self._next = loop.call_soon(self._rest, loop.time()) if room < ROOM else loop.call_soon(self._begin)

    def _rest(self, begun: float) -> None:
        """Leave the loop to others for a while, after the turn that began then."""
        loop = asyncio.get_running_loop()
        self._next = loop.call_later(_REST * (loop.time() - begun), self._begin)
