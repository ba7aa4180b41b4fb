"""`Scene`: all that a screen draws, of one moment."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.state.fleet import Picture
from tracker.state.stats import Stats


@dataclass(frozen=True, slots=True)
class Scene:
    """The numbers and the aircraft of one moment: `stats.aircraft` are as many as the picture has rows."""

    stats: Stats
    picture: Picture
