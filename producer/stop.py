"""`Stop`: a wish to end that may come from a signal handler, and that wakes whoever waits."""

from __future__ import annotations

import queue
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """Like `threading.Event`, but safe to set in a signal handler while the same thread waits for it.

    (An Event holds a lock that is not reentrant; `SimpleQueue.put` is documented to be.)
    """

    def __init__(self) -> None:
        self._set = False
        self._wakeups: queue.SimpleQueue[None] = queue.SimpleQueue()

    def set(self) -> None:
        """Asks for the end. From any thread or signal handler."""
        self._set = True
        self._wakeups.put(None)

    def is_set(self) -> bool:
        """Whether the end was asked for."""
        return self._set

    def wait(self, timeout: float) -> bool:
        """Waits until the end is asked for, at most `timeout` seconds; returns whether it is."""
        if not self._set and timeout > 0:
            try:
                self._wakeups.get(timeout=timeout)
            except queue.Empty:
                return self._set
            self._wakeups.put(None)  # for the next who waits
        return self._set

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Sets it at SIGINT or SIGTERM; a second signal acts as it would without. Only in the main thread."""

        def handle(signum: int, _frame: FrameType | None) -> None:
            signal.signal(signum, before[signal.Signals(signum)])
            self.set()

        signals = (signal.SIGINT, signal.SIGTERM)
        before = {signum: signal.signal(signum, handle) for signum in signals}
        try:
            yield
        finally:
            for signum in signals:
                signal.signal(signum, before[signum])
