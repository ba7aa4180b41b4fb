"""The event times that mended reports gave: a report that comes again is told by what it claimed; pure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tracker.arrays import Rows
from tracker.feed.batch import Batch

MOST = 1 << 18
"""Claims that are remembered; beyond that the oldest are forgotten, and their repetitions count as reports."""


class Claims:
    """What mended reports claimed, as long as their rows may be in the window."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: dict[tuple[str, float], float] = {}  # (key, claimed event time): event time it was given

    def __len__(self) -> int:
        return len(self._held)

    def repeated(self, batch: Batch, holds: Callable[[str, float], bool]) -> Rows:
        """Return which reports repeat one that was mended, or were mended and repeat one; the others are remembered.

        Args:
            batch: Reports on their way into the window.
            holds: Whether the window has a report of this key and event time.

        Returns:
            Positions in the batch, ascending.
        """
        if batch.claimed is None and not self._held:
            return np.empty(0, np.intp)
        claimed = batch.time if batch.claimed is None else batch.claimed
        again = []
        for row, (key, claim, time) in enumerate(zip(batch.key, claimed.tolist(), batch.time.tolist(), strict=True)):
            if claim == time and not batch.dated[row]:
                continue  # it gave no event time
            if (key, claim) in self._held or (claim != time and holds(key, claim)):
                again.append(row)
            elif claim != time:
                self._held[key, claim] = time
        while len(self._held) > self._most:
            del self._held[next(iter(self._held))]
        return np.array(again, np.intp)

    def forget(self, before: float) -> None:
        """Leave out the claims of reports whose event time lies before this one, s since 1970."""
        self._held = {claim: time for claim, time in self._held.items() if time >= before}
