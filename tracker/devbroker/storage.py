"""The memory that the logs of all partitions share."""

from __future__ import annotations

from dataclasses import dataclass

TOTAL_BYTES = 512 << 20
"""Bytes that all logs together may hold: eight partitions of the default retention.bytes."""

OVERHEAD = 96
"""Bytes that a batch takes beside its own: those of its object, and its entries in the log's indexes."""


@dataclass(slots=True)
class Storage:
    """How much all logs hold, and may hold."""

    limit: int = TOTAL_BYTES
    """Bytes."""
    used: int = 0
    """Bytes of batches and of what goes with them."""

    def excess(self, needed: int) -> int:
        """Return how many bytes must go before so many can come; 0 or less: none."""
        return self.used + needed - self.limit
