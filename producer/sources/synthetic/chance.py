"""Random numbers without a state: each is a hash of the seed, the flight that it is for, and what is drawn.

No generator is handed about, so the same flight is drawn the same whenever, and beside whatever others, it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Draw(IntEnum):
    """What is drawn for a flight. Another number gives other flights for the same seed."""

    ORIGIN = 0
    LENGTH = 1
    LUCK = 2  # which destination, where all candidates are too near
    CRUISE = 3  # altitude
    SPEED = 4
    CLIMB = 5  # vertical rate
    DESCENT = 6  # vertical rate
    SQUAWK = 7
    STAND_BEFORE = 8
    STAND_AFTER = 9
    PROGRESS = 99  # how much of the first flights is over at the start
    CANDIDATE = 100  # the first destination to choose from; the others follow


@dataclass(frozen=True, slots=True, eq=False)
class Chance:
    """Numbers for m flights, the same for the same draw.

    Attributes:
        seed: 0 or more, below 2^63.
        slots: Those of the flights, (m,) int64.
        generations: How many flights each slot had before, (m,) int64.
    """

    seed: int
    slots: NDArray[np.int64]
    generations: NDArray[np.int64]

    def __call__(self, draw: int, low: float, high: float) -> NDArray[np.float64]:
        """Give a number in [low, high) for each flight, all equally likely."""
        mixed = self.slots.astype(np.uint64)
        for other in (self.seed, self.generations, draw):
            mixed = _mix(mixed + _mix(np.atleast_1d(np.asarray(other, np.uint64))))
        uniform = (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53
        drawn: NDArray[np.float64] = low + (high - low) * uniform
        return drawn


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64-bit numbers, no two to the same.

    SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014), with the constants of
    David Stafford's variant 13.
    """
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
