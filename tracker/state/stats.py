"""`Stats`: the numbers that a tracker knows of itself, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from tracker.feed.status import State
from tracker.state.ledger import Refusal
from tracker.state.sources import Source


@dataclass(frozen=True, slots=True)
class Stats:
    """Counters since the start, and the state of the connection, at one moment."""

    # What is written below each field describes it in OpenAPI too.
    __pydantic_config__: ClassVar = {
        "use_attribute_docstrings": True,
        "json_schema_serialization_defaults_required": True,
    }

    received: int = 0
    """Valid reports read, duplicates and late ones included, refused ones not."""
    rejected: int = 0
    """Values or elements refused; see `Tracker.rejected()`."""
    refused: tuple[Refusal, ...] = ()
    """The same by reason, the most frequent first, each with its newest example."""
    repaired: dict[str, int] = field(default_factory=dict)
    """By field: values that were mended, so that the rest of their report could be taken."""
    unused: dict[str, int] = field(default_factory=dict)
    """By name: fields that nobody reads, in so many records of a sample (one in 61)."""
    sources: tuple[Source, ...] = ()
    """Where the reports came from, where their records say so, the most talkative first."""
    duplicates: int = 0
    """Reports with the key and event time of one already held: dropped."""
    late: int = 0
    """Reports older than their aircraft's newest: they entered the window and moved nothing."""
    outside_window: int = 0
    """Reports older than the window: dropped."""
    tombstones: int = 0
    """Records without a value: ignored."""
    reconnects: int = 0
    """How often the broker was found again after it could not be reached."""
    logs_replaced: int = 0
    """Partitions found to hold another log than before: read again from their start."""
    truncated: int = 0
    """Records that retention removed before they could be read."""
    rate: float = 0.0
    """Valid reports a second over the last five seconds."""
    lag: int | None = None
    """Records in the log that are not read yet; None before that is known."""
    rows: int = 0
    """Rows in the window."""
    evicted: int = 0
    """Rows that left the window before their time, as it holds no more than `max_rows`."""
    aircraft: int = 0
    """Aircraft that are not lost."""
    stale: int = 0
    """Aircraft among them that were not heard for a while."""
    newest: datetime | None = None
    """The newest event time, UTC."""
    state: State = "connecting"
    """`connecting` before the broker has ever answered, `connected` while it does, `away` while it does not any more;
    `stopped` or `failed` once nobody reads."""
    connected: bool = field(init=False, default=False)
    """Whether the broker answers: whether `state` is `connected`."""
    since: datetime | None = None
    """Since when `connected` is as it is, UTC."""
    clock_correction: float = 0.0
    """How far this machine's clock was found to be behind, s; 0: it is believed."""
    trouble: str | None = None
    """Why what is shown may be wrong although the broker answers, in a sentence: most reports are refused, or a clock
    lies."""
    error: str | None = None
    """The last error, in a sentence."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "connected", self.state == "connected")
