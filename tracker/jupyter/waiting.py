"""`Waiting`: until a tracker holds what somebody wants of it.

thread ──> Changes ──> a coroutine that waits: does its condition hold now?
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict

from tracker.errors import NotRunning, NotSettled
from tracker.jupyter.background import Background
from tracker.jupyter.changes import Changes
from tracker.state.stats import Stats


class Waiting:
    """Waits for what a background thread brings.

    Both ways raise `FeedFailed` where the thread ended with an error, `NotRunning` where it was not started or was
    stopped, and `NotSettled` where the time is over.

    Args:
        background: The thread.
        changes: Notified after each change of the numbers.
        stats: Answers with the numbers of now.
    """

    def __init__(self, background: Background, changes: Changes, stats: Callable[[], Stats]) -> None:
        self._background, self._changes, self._stats = background, changes, stats

    async def settle(self, reached: Callable[[], bool], timeout: float, wanted: str) -> None:  # noqa: ASYNC109
        """Wait until something is reached.

        Args:
            reached: Asked in the thread itself, so it must be quick and must not raise.
            timeout: s.
            wanted: What is waited for, for the error.
        """
        await self._changes.wait_async(lambda: reached() or not self._background.running, timeout)
        self._background.check()
        if not reached():
            self._refuse_ended(wanted)
            raise _late(wanted, timeout, self._stats())

    async def until(self, condition: Callable[[Stats], bool], timeout: float) -> Stats:  # noqa: ASYNC109
        """Wait until the numbers are as wanted, and return them.

        Args:
            condition: Asked now and after each change, in the coroutine that waits: one that is slow, or raises, harms
                nobody else.
            timeout: s.
        """
        wanted, end = "what was waited for", time.monotonic() + timeout
        while True:
            seen, stats = self._changes.seq, self._stats()
            self._background.check()
            if condition(stats):
                return stats
            self._refuse_ended(wanted)
            left = end - time.monotonic()
            if left <= 0 or not await self._changes.wait_for_another(seen, left):
                raise _late(wanted, timeout, stats)

    def _refuse_ended(self, wanted: str) -> None:
        if not self._background.running:
            raise NotRunning(f"{wanted} cannot come, as the tracker is not running: start() it")


def _late(wanted: str, timeout: float, stats: Stats) -> NotSettled:
    """Return what is raised where the time is over: it tells by numbers what came instead."""
    numbers = {name: value for name, value in asdict(stats).items() if type(value) in (int, float) and value}
    told = ", ".join([stats.state, *(f"{name} {round(value, 1):,}" for name, value in numbers.items())])
    said = "; ".join(filter(None, [told, stats.trouble, stats.error]))
    return NotSettled(f"{wanted} did not come within {timeout:g} s: {said}")
