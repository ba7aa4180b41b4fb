"""`Status`: what the feed knows of its connection, for all who show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(slots=True)
class Status:
    """What the feed knows of its connection."""

    connected: bool = False
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    """Since when `connected` is as it is."""
    lag: int | None = None
    """Records in the log that are not read yet."""
    caught_up: bool = False
    """Whether all is read that the log held at the start."""
    reconnects: int = 0
    logs_replaced: int = 0
    truncated: int = 0
    error: str | None = None
    """What is wrong now, or was last, in a sentence."""
