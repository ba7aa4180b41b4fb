"""How much of something a client may do: so much at once, and so much a second for ever; pure."""

from __future__ import annotations


class Allowance:
    """A bucket that is full at first, is emptied by what a client does, and fills again.

    Args:
        burst: How much may be done at once.
        rate: How much may be done for ever, 1/s.
        now: Monotonic clock, s, as in `take`.
    """

    __slots__ = ("_burst", "_left", "_rate", "_seen_at")

    def __init__(self, burst: float, rate: float, now: float) -> None:
        self._burst, self._rate = burst, rate
        self._left, self._seen_at = burst, now

    def take(self, amount: float, now: float) -> bool:
        """Return whether so much may be done now, and count it in any case."""
        self._left = min(self._burst, self._left + self._rate * (now - self._seen_at)) - amount
        self._seen_at = now
        return self._left >= 0
