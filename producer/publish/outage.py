"""`Outage`: whether the broker is away, judged by its answers alone.

    expect ──> (no answer for `SILENCE` seconds) ──> begins ──> is_look_due, every `LOOK_EVERY` seconds ──> hear: over

Pure: each method is told the time, in seconds of a monotonic clock.
"""

from __future__ import annotations

import math

SILENCE = 3.0
"""Seconds without an answer that are called an outage: a hundred times as long as one usually takes."""

LOOK_EVERY = 5.0
"""Seconds between two looks at a broker that is away."""


class Outage:
    """The watch over a broker that owes us answers."""

    def __init__(self) -> None:
        self._expected: float | None = None  # since when an answer is awaited
        self._began: float | None = None
        self._looked = -math.inf
        self._reason = ""

    def expect(self, now: float) -> None:
        """Note that an answer is awaited from now on."""
        self._expected = now

    def hear(self, now: float, *, more: bool) -> float | None:
        """Note that the broker has answered, or that it no longer owes us an answer.

        Args:
            now: s.
            more: Whether further answers are awaited.

        Returns:
            The length of the outage that this ends, s; None if there was none.
        """
        self._expected = now if more else None
        began, self._began = self._began, None
        return None if began is None else now - began

    def begins(self, now: float) -> bool:
        """Return whether an outage is noticed by this call, rather than by an earlier one."""
        if self._began is not None or self._expected is None or now - self._expected < SILENCE:
            return False
        self._began = self._expected
        self._looked, self._reason = -math.inf, ""
        return True

    def silent_for(self, now: float) -> float:
        """Return how long the outage has lasted, s; 0 while there is none."""
        return 0.0 if self._began is None else now - self._began

    def is_look_due(self, now: float) -> bool:
        """Return whether it is time to look at the broker that is away."""
        return self._began is not None and now - self._looked >= LOOK_EVERY

    def look(self, now: float, reason: str = "") -> bool:
        """Note a look at the broker.

        Args:
            now: s.
            reason: Why the broker refuses us; empty if it does not.

        Returns:
            Whether the reason is news in this outage.
        """
        self._looked = now
        is_news = bool(reason) and reason != self._reason
        self._reason = reason or self._reason
        return is_news
