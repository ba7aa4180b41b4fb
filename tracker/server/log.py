"""The server's log: the first event of a kind at once, the others once a minute, as a count and an example.

uvicorn, websockets, asyncio and the server itself log what clients do; through this handler no client can fill a disk.
Events are of a kind where their messages are the same before the arguments are put in.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

EVERY = 60.0
"""How long further events of a kind are only counted, s."""
_LOGGERS = ("asyncio", "tracker", "uvicorn", "websockets")
_RARE_BY_ITSELF = "tracker.state"  # reasons of refusals stand in the arguments there, each said once and then rarely
_MOST_KINDS = 200  # messages are constants, a few dozen; events of kinds beyond count as one kind


@dataclass(slots=True)
class _Kind:
    """The events with one message."""

    said_at: float
    """When the last line was written, s."""
    unsaid: int = 0
    """Events since then."""
    last: logging.LogRecord | None = None
    """The last of these."""


class RareHandler(logging.StreamHandler[TextIO]):
    """Writes the first event of a kind, and then at most a line in `EVERY` seconds.

    Args:
        stream: Where it writes; None: standard error.
        clock: Monotonic clock, s.
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        self._clock = clock
        self._kinds: dict[str, _Kind] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write an event, or count it."""
        if record.name.startswith(_RARE_BY_ITSELF):
            super().emit(record)
            return
        message, now = str(record.msg), self._clock()
        if message not in self._kinds and len(self._kinds) >= _MOST_KINDS:
            message = ""
        kind = self._kinds.get(message)
        if kind is None:
            self._kinds[message] = _Kind(now)
            super().emit(record)
            return
        kind.unsaid, kind.last = kind.unsaid + 1, record
        self._sum_up(kind, now)

    def sum_up(self) -> None:
        """Write a line for each kind that was only counted for long enough."""
        with self._locked():
            now = self._clock()
            for kind in self._kinds.values():
                self._sum_up(kind, now)

    async def run(self) -> None:
        """Sum up now and then, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            self.sum_up()

    def close(self) -> None:
        """Write what was only counted."""
        with self._locked():
            for kind in self._kinds.values():
                self._sum_up(kind, kind.said_at + EVERY)
        super().close()

    def _sum_up(self, kind: _Kind, now: float) -> None:
        if kind.last is None or now < kind.said_at + EVERY:
            return
        record = copy.copy(kind.last)
        record.msg = f"{record.getMessage()} (the last of {kind.unsaid:,} since the line before)"
        record.args = None
        kind.said_at, kind.unsaid, kind.last = now, 0, None
        super().emit(record)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.acquire()
        try:
            yield
        finally:
            self.release()


@contextmanager
def rare_log() -> Iterator[RareHandler]:
    """Log warnings and errors of the server, and of the libraries that it stands on, through a `RareHandler`."""
    handler = RareHandler()
    handler.setLevel(logging.WARNING)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield handler
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()
