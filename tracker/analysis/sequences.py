"""`Sequences`: the rows of a frame by aircraft (or flight), each one's own rows in time order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tracker.analysis.columns import NO_TIME, first_of, require, texts, ticks
from tracker.arrays import Flags, Rows, Ticks

AIRCRAFT = ("key", "icao24")
"""The columns that tell aircraft apart, the better one first."""
FLIGHT = ("flight", *AIRCRAFT)
"""The columns that tell flights apart; without `flight` an aircraft counts as one flight."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """n rows of a frame, sorted by group and then by time; rows without a group or a time are left out."""

    rows: Rows
    """Positions in the frame."""
    group: npt.NDArray[np.int64]
    """Codes into `names`, ascending."""
    time: Ticks
    names: pd.Index[Any]

    @property
    def first(self) -> Flags:
        """Whether a row begins its group."""
        first: Flags = np.diff(self.group, prepend=-1) != 0
        return first

    def begins(self, gap: float) -> Flags:
        """Return whether a row begins its group, or comes more than `gap` seconds after the row before."""
        begins: Flags = self.first | (np.diff(self.time, prepend=self.time[:1]) > gap * 1e6)
        return begins


def in_order(frame: pd.DataFrame, by: str | None, candidates: tuple[str, ...]) -> Sequences:
    """Put the rows of a frame in order; rows of one group and time keep the order that they have.

    Args:
        frame: Needs `timestamp` and the column that tells the groups apart.
        by: That column; None: the first of the candidates that the frame has.
        candidates: Names of columns.

    Raises:
        MissingColumn: The frame lacks one of them.
    """
    require(frame, "timestamp", *([by] if by else []))
    groups = texts(frame, by or first_of(frame, *candidates))
    codes, time = groups.codes.astype(np.int64), ticks(frame)
    order = np.lexsort((time, codes))
    rows = order[(codes[order] >= 0) & (time[order] != NO_TIME)]
    return Sequences(rows, codes[rows], time[rows], groups.categories)
