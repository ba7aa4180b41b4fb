"""`Descriptions`: what is known of each aircraft beside its reports, once a key; pure.

batches ──> learn ──> newest known value by event time ──> of (screens), code (frames)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tracker.arrays import Codes
from tracker.feed.batch import DESCRIPTION, Batch
from tracker.state.interning import Categories, Interner

_AIRCRAFT: tuple[str, None, None, None] = ("aircraft", None, None, None)
_COUNT = len(DESCRIPTION)


@dataclass(frozen=True, slots=True)
class Coded:
    """One field of the description by key: a code for each key, and what the codes stand for."""

    codes: Codes
    """Shape (k,): by key code; `ABSENT` where not known."""
    categories: Categories


class Descriptions:
    """The newest known value of each field by event time; a report that does not name a field does not clear it."""

    def __init__(self) -> None:
        self.version = 0
        """Changes with what is known."""
        self._known: dict[str, list[Any]] = {}  # key: the values, and the event time of each

    def __len__(self) -> int:
        return len(self._known)

    def learn(self, batch: Batch) -> None:
        """Take in what the reports of a batch say."""
        if batch.description is None:
            return
        known = self._known
        for key, time, description in zip(batch.key, batch.time.tolist(), batch.description, strict=True):
            for place, value in enumerate(description):
                if value is None:
                    continue
                entry = known.get(key)
                if entry is None:
                    entry = known[key] = [*_AIRCRAFT, *[-np.inf] * _COUNT]
                if time >= entry[_COUNT + place]:
                    entry[_COUNT + place] = time
                    if entry[place] != value:
                        entry[place] = value
                        self.version += 1

    def of(self, keys: Sequence[str]) -> list[list[Any]]:
        """Return the values of these keys, a list a field, None where not known; the kind is always known."""
        if not self._known:
            return [[value] * len(keys) for value in _AIRCRAFT]
        entries = [self._known.get(key, _AIRCRAFT) for key in keys]
        return [[entry[place] for entry in entries] for place in range(_COUNT)]

    def code(self, keys: Sequence[str]) -> dict[str, Coded]:
        """Return the values of these keys by field, as codes."""
        coded = {}
        for field, values in zip(DESCRIPTION, self.of(keys), strict=True):
            interner = Interner()
            coded[field] = Coded(interner.codes(values), interner.categories())
        return coded

    def keep(self, keys: Collection[str]) -> None:
        """Forget all keys but these."""
        self._known = {key: entry for key, entry in self._known.items() if key in keys}
        self.version += 1
