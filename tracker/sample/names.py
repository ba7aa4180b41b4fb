"""`match`: how well the name of a place says that a field lies there, and in which unit; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.sample.places import Path

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

SPEEDS: Mapping[str, str] = {
    **dict.fromkeys(("kt", "kts", "kn", "knot", "knots"), "kt"),
    **dict.fromkeys(("kmh", "kph", "kmph"), "km/h"),
    "mph": "mph",
    **dict.fromkeys(("mps", "ms"), "m/s"),
    **dict.fromkeys(("fpm", "ftmin"), "ft/min"),
}
"""By how a name ends: the unit of a speed."""
LENGTHS: Mapping[str, str] = {
    **dict.fromkeys(("ft", "feet"), "ft"),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), "m"),
    "km": "km",
}
"""By how a name ends: the unit of a length."""
ENDINGS: Mapping[str, str] = dict.fromkeys(
    ("s", "sec", "seconds", "ms", "millis", "us", "micros", "utc", "iso", "iso8601", "deg", "degrees"), ""
)
"""Endings that tell nothing which the values do not tell better."""

_OTHERS = frozenset(
    ["base", "dest", "destination", "end", "event", "from", "home", "max", "message", "min", "msg", "next", "order",
     "origin", "prev", "previous", "receiver", "record", "request", "route", "row", "start", "station", "target", "to",
     "trip"]
)  # fmt: skip
"""Words before a name that say that it is of something else than the object now."""


@dataclass(frozen=True, slots=True)
class Match:
    """How a name was understood."""

    others: int
    """Words before it that say that it is of something else."""
    rank: int
    """Which of the names it is, best first."""
    before: int
    """Words before it."""
    unit: str | None = None
    """As its ending says."""

    @property
    def score(self) -> tuple[int, int, int]:
        """The least is the best."""
        return self.others, self.rank, self.before

    @property
    def doubt(self) -> str:
        """What is not certain about it, in words."""
        return "its name says that it is of something else" if self.others else ""


def match(path: Path, names: Sequence[str], endings: Mapping[str, str] = ENDINGS) -> Match | None:
    """Compare a place with the names of a field.

    Args:
        path: The place; its outer names count as words before the last.
        names: In lower case, letters and digits alone, the best first.
        endings: What may follow a name, and which unit it says.
    """
    words = words_of(path)
    for begin in range(len(words)):
        whole = "".join(words[begin:])
        others = sum(word in _OTHERS for word in words[:begin])
        if whole in names:
            return Match(others, names.index(whole), begin)
        for ending, unit in endings.items():
            base = whole.removesuffix(ending)
            if base != whole and base in names:
                return Match(others, names.index(base), begin, unit or None)
    return None


def words_of(path: Path) -> list[str]:
    """Return the words of which the names of a place consist, in lower case."""
    return [word.lower() for name in path for word in _WORD.findall(name)]
