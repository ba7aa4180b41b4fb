"""One attack after the other, in the process that does them."""

from __future__ import annotations

import itertools
import time

from benchmarks.hostile.attacks import ATTACKS
from benchmarks.processes import Child

EVERY = 10.0
"""s from one attack to the next."""
_LASTS = 8.0  # s
_SHARE = 0.15  # of a core


class Attacker:
    """Which attack is on, and what came of those before.

    Args:
        process: `benchmarks.hostile`, which is ready.
    """

    def __init__(self, process: Child) -> None:
        self._process = process
        self._names = itertools.cycle(ATTACKS)
        self._busy = False
        self.refused = 0
        """Tries that were turned away, since the start."""
        self.recent: list[str] = []
        """Attacks since this was last emptied."""

    def next(self) -> None:
        """Begin the next attack; the one before is over by then."""
        self.finish()
        name, now = next(self._names), time.time()
        self._process.tell(f"{name} {now} {now + _LASTS} {_SHARE}")
        self._busy = True
        self.recent.append(name)

    def finish(self) -> None:
        """Wait until the attack is over."""
        if self._busy:
            self.refused += self._process.hear_json()["refused"]
            self._busy = False
