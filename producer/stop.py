"""`Stop`: a request to end that may come from a signal handler, and that wakes what waits for it."""

from __future__ import annotations

import queue
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(BaseException):
    """The end was requested while something ran that does not look at the stop; no `Exception`, so that it gets out."""


class Stop:
    """Like `threading.Event`, but safe to set in a signal handler while the same thread waits for it.

    (An Event holds a lock that is not reentrant; `SimpleQueue.put` is documented to be.)
    """

    def __init__(self) -> None:
        self._set = False
        self._interrupts = False
        self._insisted = False
        self._wakeups: queue.SimpleQueue[None] = queue.SimpleQueue()

    def set(self) -> None:
        """Request the end; from any thread or signal handler."""
        self._set = True
        self._wakeups.put(None)

    def is_set(self) -> bool:
        """Return whether the end was requested."""
        return self._set

    def wait(self, timeout: float) -> bool:
        """Wait until the end is requested, at most `timeout` seconds; return whether it is."""
        if not self._set and timeout > 0:
            try:
                self._wakeups.get(timeout=timeout)
            except queue.Empty:
                return self._set
            self._wakeups.put(None)  # for the next one that waits
        return self._set

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Set it at SIGINT or SIGTERM; a second signal of either acts as it would without. Only in the main thread."""
        before = {signum: signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)}
        inherited = before[signal.SIGINT]

        def restore() -> None:
            for signum, handler in before.items():
                signal.signal(signum, handler)

        def handle(_signum: int, _frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, insist if callable(inherited) else inherited)
            signal.signal(signal.SIGTERM, before[signal.SIGTERM])
            self.set()
            if self._interrupts:
                self._interrupts = False
                raise Interrupted

        def insist(signum: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, inherited)
            self._insisted = True
            if callable(inherited):
                inherited(signum, frame)

        try:
            for signum in before:
                signal.signal(signum, handle)
            yield
        finally:
            restore()

    def check_insisted(self) -> None:
        """Raise what a second interrupt has raised already: kafka-python's own loop takes exceptions for its tasks'.

        Raises:
            KeyboardInterrupt: There was a second interrupt.
        """
        if self._insisted:
            raise KeyboardInterrupt

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Have a signal raise `Interrupted` as long as this lasts: a client that looks for a broker heeds no stop.

        Raises:
            Interrupted: A signal comes, or the end was requested before.
        """
        self._interrupts = True
        try:
            if self._set:
                raise Interrupted
            yield
        finally:
            self._interrupts = False
