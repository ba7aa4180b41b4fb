"""`Deliveries`: what becomes of the reports that the client has taken."""

from __future__ import annotations

import contextlib
import logging
from collections import deque

from kafka.errors import KafkaError

from producer.publish.bulk import Future

logger = logging.getLogger(__name__)


class Deliveries:
    """Counts reports until the broker has confirmed them, in the order in which they were taken.

    Attributes:
        sent: Reports that were taken.
        delivered: Reports that the broker has confirmed.
        failed: Reports that it has refused, or that were given up.
        in_flight: Reports that are neither.
    """

    def __init__(self) -> None:
        self.sent = self.delivered = self.failed = self.in_flight = 0
        self._pending: deque[tuple[Future, int]] = deque()  # each with how many reports it stands for

    def take(self, future: Future, count: int) -> None:
        """Count reports that are on their way, all of one future."""
        self._pending.append((future, count))
        self.in_flight += count
        self.sent += count

    def wait(self, seconds: float) -> None:
        """Wait for the oldest that are in flight, at most so many seconds."""
        with contextlib.suppress(KafkaError):  # `settle` counts a failure; a timeout is not one
            self._pending[0][0].get(seconds)

    def settle(self) -> bool:
        """Count the oldest that are done, up to the first that are not; return whether there were any."""
        pending = self._pending
        before = len(pending)
        while pending and pending[0][0].is_done:
            future, count = pending.popleft()
            self.in_flight -= count
            if future.exception is None:
                self.delivered += count
                continue
            thousands = self.failed // 1000
            self.failed += count
            if self.failed == count or self.failed // 1000 > thousands:
                logger.warning("a report was not delivered (%d so far): %s", self.failed, future.exception)
        return len(pending) < before

    def give_up(self) -> int:
        """Count all that are in flight as failed; return how many that are."""
        lost, self.in_flight = self.in_flight, 0
        self._pending.clear()
        self.failed += lost
        return lost
