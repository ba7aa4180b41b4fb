"""`Sources`: where the reports came from, as their records say; pure.

Reading.sources ──> Sources ──> stats ──> status strip, API, page
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tracker.feed.sources import Heard

MOST = 32
"""Sources that are told apart; more than that are names that were made up."""


@dataclass(frozen=True, slots=True)
class Source:
    """What was read of one source since the start."""

    # What is written below each field describes it in OpenAPI too.
    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True}

    name: str
    """As its producer calls it, such as `readsb`."""
    reports: int
    """Valid reports, duplicates and late ones included."""
    age: float
    """How long ago the newest of them was published, s."""
    attribution: str
    """Whom its terms want to be named; empty where nobody."""


class Sources:
    """What was read of each source."""

    def __init__(self) -> None:
        self._heard: dict[str, Heard] = {}

    def note(self, sources: Mapping[str, Heard]) -> None:
        """Take in what a reading has of each source."""
        known = self._heard
        for name, heard in sources.items():
            before = known.get(name)
            if before is not None:
                newest = max(before.published, heard.published)
                attribution = heard.attribution or before.attribution
                known[name] = Heard(before.reports + heard.reports, newest, attribution)
            elif len(known) < MOST:
                known[name] = heard

    def at(self, now: float) -> tuple[Source, ...]:
        """Return them as of `now`, s since 1970, the most talkative first."""
        ordered = sorted(self._heard.items(), key=lambda item: (-item[1].reports, item[0]))
        return tuple(
            Source(name, heard.reports, max(0.0, round(now - heard.published, 1)), heard.attribution)
            for name, heard in ordered
        )
