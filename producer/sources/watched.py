"""`Watched`: the `aircraft.json` that a receiver writes on this machine, as a `Source`.

It is renamed into its place once a second: another file each time. One that is written in place is read half now and
then, which the next look mends.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from producer.sources.exchange import MAX_ANSWER
from producer.sources.reader import Reading
from producer.sources.readsb import LABEL, News, make_reader
from producer.sources.source import Batch
from producer.sources.trouble import Trouble
from producer.stop import Stop
from producer.wire import StateVector

logger = logging.getLogger(__name__)

_LOOK = 0.25  # s, between two looks at the file
_PATIENCE = 3.0  # s, for which it may be missing or half written, before that is worth a word


class Watched(Reading):
    """A file that is replaced as long as the receiver runs; it never ends."""

    label = LABEL
    attribution: str | None = None

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Choose it.

        Args:
            path: The file; it may come later.
            clock: Seconds, monotonic.
        """
        self.name = str(path)
        self._path = path
        self._clock = clock
        super().__init__(make_reader(self.name))
        self._news = News(self._reader)
        self._trouble = Trouble(self.name)
        self._read: tuple[int, int, int] | None = None
        self._bad_since: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader.without_position:
            logger.info("%s: %d records without a position", self.name, self._reader.without_position)

    def batches(self, stop: Stop) -> Iterator[Batch]:
        """Yield the reports of each file that comes into the place; as `Source.batches`."""
        while not stop.is_set():
            yield Batch(self.look())
            stop.wait(_LOOK)

    def look(self) -> list[StateVector]:
        """Return what is new since the last look; nothing, too, where the file cannot be read."""
        now = self._clock()
        try:
            with self._path.open("rb") as file:
                status = os.fstat(file.fileno())
                signature = (status.st_ino, status.st_mtime_ns, status.st_size)
                if signature == self._read:
                    return []
                body = file.read(MAX_ANSWER + 1)
        except OSError as error:
            self._fail(f"cannot be read ({(error.strerror or str(error)).lower()})", now)
            return []
        states = self._news.read(body, now) if len(body) <= MAX_ANSWER else None
        if states is None:
            self._fail("is no aircraft.json", now)
            return []
        self._read = signature
        self._bad_since = None
        self._trouble.end(now)
        return states

    def _fail(self, what: str, now: float) -> None:
        if self._bad_since is None:
            self._bad_since = now
        if now - self._bad_since >= _PATIENCE:
            self._trouble.tell(what)
