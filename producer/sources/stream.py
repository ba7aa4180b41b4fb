"""`Stream`: readsb's `--net-json-port`, an aircraft a line as soon as something is heard of it, as a `Source`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from types import TracebackType
from typing import Self

from producer.sources.reader import Reading
from producer.sources.readsb import LABEL, make_reader
from producer.sources.source import Batch
from producer.sources.tcp import Peer
from producer.stop import Stop

logger = logging.getLogger(__name__)


class Stream(Reading):
    """Lines of aircraft, each with its own `now`; it never ends."""

    label = LABEL
    attribution: str | None = None

    def __init__(self, peer: Peer, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Choose it.

        Args:
            peer: Sends the lines.
            clock: Seconds, monotonic.
        """
        self.name = peer.name
        self._peer = peer
        self._clock = clock
        super().__init__(make_reader(self.name))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader.without_position:
            logger.info("%s: %d lines without a position", self.name, self._reader.without_position)

    def batches(self, stop: Stop) -> Iterator[Batch]:
        """Yield the reports of the lines as they come; as `Source.batches`."""
        with closing(self._peer.lines(stop)) as pieces:
            for lines in pieces:
                now = self._clock()
                yield Batch([state for line in lines for state in self._reader.read_line(line, now)])
