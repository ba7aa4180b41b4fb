"""Dockerfiles as stages of instructions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass
class Stage:
    base: str
    instructions: list[tuple[str, str]] = field(default_factory=list)
    """Keywords, and what follows each."""

    def last(self, keyword: str) -> str:
        """What follows the last one of these, which is the one that counts."""
        return [words for name, words in self.instructions if name == keyword][-1]


def stages(text: str) -> dict[str, Stage]:
    """The stages by name; one without a name is called by its number."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    found: dict[str, Stage] = {}
    for line in filter(None, map(str.strip, joined.splitlines())):
        keyword, _, words = line.partition(" ")
        if keyword == "FROM":
            base, _, name = words.partition(" AS ")
            found[name or str(len(found))] = stage = Stage(base)
        else:
            stage.instructions.append((keyword, words.strip()))
    return found
