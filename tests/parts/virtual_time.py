"""An event loop whose time does not pass but leaps: where nothing is left to do, the next timer is due at once.

So pauses of minutes take no time, a test of them is the same on every machine, and what would wait for ever fails.
"""

import asyncio
import functools
import selectors
from collections.abc import Callable


class _Leaping(selectors.DefaultSelector):
    """Never waits: the time that it is given counts as passed."""

    passed = 0.0

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everything waits, and nothing is left that could happen"
            self.passed += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Begins at 0; threads and sockets would not be waited for."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.passed


class VirtualClock:
    """Has the clocks of the module `time`, for code that runs in a `VirtualLoop`."""

    EPOCH = 1_700_000_000.0

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def time(self) -> float:
        return self.EPOCH + self.monotonic()


def in_virtual_time(test: Callable) -> Callable:
    """Run a coroutine function in a loop of its own; none of its tasks may be left at its end."""

    @functools.wraps(test)
    def run(*args, **kwargs):
        async def alone():
            await test(*args, **kwargs)
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, left

        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(alone())

    return run
