"""`Status`: what the feed knows of its connection, for all who show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from tracker.feed.clocks import Clocks

State = Literal["connecting", "connected", "away", "stopped", "failed"]
"""How a feed stands with its broker.

`connecting`: it has never answered; `connected`: it answers; `away`: it did, and is being looked for; `stopped` and
`failed`: nobody reads any more, because that was wanted or because of an error.
"""


@dataclass(slots=True)
class Status:
    """What the feed knows of its connection."""

    state: State = "connecting"
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    """Since when `connected` is as it is, UTC."""
    lag: int | None = None
    """Records in the log that have not been read yet; None before that is known."""
    caught_up: bool = False
    """Whether everything has been read that the log held at the start."""
    reconnects: int = 0
    """How often the broker was found again after it had been away."""
    logs_replaced: int = 0
    """Partitions found to hold another log than before."""
    truncated: int = 0
    """Records that retention removed before they could be read."""
    clocks: Clocks = field(default_factory=Clocks)
    """Whose clocks are believed."""
    error: str | None = None
    """What is wrong now, or was last, in a sentence."""

    @property
    def connected(self) -> bool:
        """Whether the broker answers."""
        return self.state == "connected"
