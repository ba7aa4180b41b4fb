"""Interned texts: a column of callsigns as small integers, four bytes a row, as a pandas categorical keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.arrays import ABSENT, Codes


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Categories:
    """The texts that the codes of a column stand for, at one moment."""

    by_code: list[str]
    order: npt.NDArray[np.intp]
    """The codes in the alphabetical order of their texts, shape (k,)."""

    def __len__(self) -> int:
        return len(self.by_code)


class _Index(dict[str | None, int]):
    """text -> code; a text that is asked for the first time gets the next code."""

    def __missing__(self, text: str | None) -> int:
        code = self[text] = len(self) - 1  # None is in the index too, as -1
        return code


class Interner:
    """A growing set of texts, which numbers them from 0 on in the order of first sight; None is `ABSENT`.

    Args:
        texts: The first members, in the order of their codes.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._index = _Index({None: ABSENT})
        self._categories = Categories([], np.empty(0, np.intp))
        self.codes(texts)

    def __len__(self) -> int:
        return len(self._index) - 1

    def codes(self, texts: Iterable[str | None]) -> Codes:
        """Return the code of each text, int32; take in those that are new."""
        return np.fromiter(map(self._index.__getitem__, texts), np.int32)

    def code(self, text: str) -> int:
        """Return the code of a text, or `ABSENT` if it was never seen."""
        return self._index.get(text, ABSENT)

    def categories(self) -> Categories:
        """Return all texts: the same object until a new one comes, as sorting them takes time."""
        if len(self._categories) != len(self):
            texts = [text for text in self._index if text is not None]
            order = np.array(sorted(range(len(texts)), key=texts.__getitem__), np.intp)
            self._categories = Categories(texts, order)
        return self._categories


def compact(interner: Interner, used: npt.NDArray[np.bool_]) -> tuple[Interner, Codes]:
    """Leave out the texts that are no longer used.

    Args:
        interner: The set so far, of length k.
        used: Which codes to keep, bool of shape (k,).

    Returns:
        The smaller set, and the new code of each old one: int32 of shape (k + 1,), so that `ABSENT` maps to itself.
    """
    kept = Interner(text for text, keep in zip(interner.categories().by_code, used.tolist(), strict=True) if keep)
    mapping = np.full(len(interner) + 1, ABSENT, np.int32)
    mapping[:-1][used] = np.arange(len(kept), dtype=np.int32)
    return kept, mapping
