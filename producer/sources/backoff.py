"""`Backoff`: how long to wait before the next attempt at what has failed. Pure but for the spread."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST = 0.5
"""Seconds before the second attempt: what was restarted is found soon."""

LONGEST = 30.0
"""Seconds between two attempts at most: what has been away for an hour is found within half a minute."""


class Backoff:
    """Waits that double with each attempt that fails, each spread by a quarter so that many do not come at once."""

    def __init__(
        self, first: float = FIRST, longest: float = LONGEST, *, spread: Callable[[], float] = random.random
    ) -> None:
        """Begin anew.

        Args:
            first: The first wait, s.
            longest: The longest wait, s.
            spread: A number from 0 to 1, another one each time.
        """
        self._first = first
        self._longest = longest
        self._spread = spread
        self._next = first

    def grow(self) -> float:
        """Return how long to wait now, s; the next wait is twice as long."""
        wait = self._next * (0.75 + 0.25 * self._spread())
        self._next = min(2 * self._next, self._longest)
        return wait

    def reset(self) -> None:
        """Begin anew: an attempt has succeeded."""
        self._next = self._first
