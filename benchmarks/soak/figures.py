"""What a soak has measured, and what is wrong with it; pure.

Minute ──> line();  Growth of each process's memory ──> summarize(), find_growth()
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

PROCESSES = ("server", "broker", "producer", "notebook", "crowd", "attacker")
"""All there are, in the order in which they are shown."""
PRODUCT = PROCESSES[:4]
"""Those of them that are looked at; the others are the soak's own."""

_LEAST_MINUTES = 10.0  # a shorter soak tells nothing of memory: windows fill up for some minutes
_GROWTH, _GROWTH_MB = 0.15, 20.0  # in the second half, of which the larger is tolerated
_LOG_BYTES, _LOG_BYTES_A_MINUTE = 100_000, 10_000


@dataclass(frozen=True)
class Minute:
    """What is told of a minute."""

    number: float
    rate: float
    """Reports a second that the server has read."""
    viewers: int
    p99: float
    """From the event time of an update until a viewer read it, ms; in a minute with a restart, of the outage too."""
    cores: float
    """CPU of all processes together, cores."""
    memory: Mapping[str, float]
    """Resident memory by process, MB."""
    files: Mapping[str, int]
    """Open files by process."""
    log_bytes: int
    """Of all logs together, since the start."""
    refused: int
    """Tries of the attackers that were turned away, since the start."""
    attacks: str
    """Which there were."""
    restarted: bool
    """Whether the broker was."""


HEAD = (
    f"{'min':>5}{'rate/s':>8}{'viewers':>8}{'p99 ms':>8}{'cores':>6}  MB: "
    + "".join(f"{name:>9}" for name in PROCESSES)
    + f"{'files':>10}{'log kB':>8}{'refused':>9}  attacks"
)
"""Stands above the lines; `files` are those of server and broker."""


def line(minute: Minute) -> str:
    """Return a minute as a line below `HEAD`."""
    memory = "".join(f"{minute.memory[name]:>9.0f}" for name in PROCESSES)
    files = f"{minute.files['server']}/{minute.files['broker']}"
    return (
        f"{minute.number:>5.1f}{minute.rate:>8.0f}{minute.viewers:>8}{minute.p99:>8.0f}{minute.cores:>6.2f}"
        f"      {memory}{files:>10}{minute.log_bytes / 1000:>8.1f}{minute.refused:>9,}  {minute.attacks}"
        f"{'; broker restarted' if minute.restarted else ''}"
    )


Samples: TypeAlias = Sequence[tuple[float, float]]
"""Minutes since the start, and MB."""


def slope(samples: Samples) -> float:
    """Return how fast memory grows in the second half of samples, MB an hour; NaN where that is too short to tell."""
    if not samples or samples[-1][0] < _LEAST_MINUTES:
        return math.nan
    half = _second_half(samples)
    minutes, held = np.array(half).T
    return 60 * float(np.polyfit(minutes, held, 1)[0])


def grows(samples: Samples) -> bool:
    """Tell whether memory grew by more in the second half than a process that has settled does."""
    growth = slope(samples)
    if math.isnan(growth):
        return False
    half = _second_half(samples)
    return growth * (half[-1][0] - half[0][0]) / 60 > max(
        _GROWTH_MB, _GROWTH * float(np.median([held for _, held in half]))
    )


def most_log_bytes(minutes: float) -> float:
    """Return how much a process may log in so long a time."""
    return _LOG_BYTES + _LOG_BYTES_A_MINUTE * minutes


def _second_half(samples: Samples) -> list[tuple[float, float]]:
    return [(minute, held) for minute, held in samples if minute >= samples[-1][0] / 2]
