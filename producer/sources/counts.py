"""`Tally`: what a source could not use, counted; and `Counting`, for what tells the counts of a part of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Counts(Protocol):
    """What a source could not use."""

    @property
    def refused(self) -> int:
        """How many rows or messages were not reports, so far."""

    @property
    def repaired(self) -> Mapping[str, int]:
        """How many values were dropped so far, as they could not be understood, by field of the wire."""


class Tally(Counts, Protocol):
    """What a source tells of itself, also while it is read."""

    @property
    def name(self) -> str:
        """What it is called in log and errors."""


class Counting:
    """Base of what tells the counts that a part of it keeps as its own."""

    def __init__(self, counts: Counts) -> None:
        """Begin with what the part has counted.

        Args:
            counts: The part.
        """
        self._counts = counts

    @property
    def refused(self) -> int:
        """How many rows or messages were not reports, so far."""
        return self._counts.refused

    @property
    def repaired(self) -> Mapping[str, int]:
        """How many values were dropped so far, as they could not be understood, by field of the wire."""
        return self._counts.repaired
