"""Texts as small integers: what makes a column of callsigns cost four bytes a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.arrays import ABSENT, Codes


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Names:
    """What the codes of a column stand for, at one moment."""

    by_code: list[str]
    order: npt.NDArray[np.intp]
    """The codes in the alphabetical order of their names, shape (k,)."""

    def __len__(self) -> int:
        return len(self.by_code)


class _Index(dict[str | None, int]):
    """text -> code; a text that is asked for the first time gets the next code."""

    def __missing__(self, text: str | None) -> int:
        code = self[text] = len(self) - 1  # None is in the index too, as -1
        return code


class Texts:
    """An open set of texts, each with a code from 0 on in the order of first sight; None is `ABSENT`."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._index = _Index({None: ABSENT})
        self._names = Names([], np.empty(0, np.intp))
        self.codes(texts)

    def __len__(self) -> int:
        return len(self._index) - 1

    def codes(self, texts: Iterable[str | None]) -> Codes:
        """The code of each text, int32; new texts are taken up."""
        return np.fromiter(map(self._index.__getitem__, texts), np.int32)

    def code(self, text: str) -> int:
        """The code of a text, or `ABSENT` where it was never seen."""
        return self._index.get(text, ABSENT)

    def names(self) -> Names:
        """All texts; the same object until a new one comes, as sorting them takes time."""
        if len(self._names) != len(self):
            texts = [text for text in self._index if text is not None]
            self._names = Names(texts, np.array(sorted(range(len(texts)), key=texts.__getitem__), np.intp))
        return self._names


def recode(texts: Texts, used: npt.NDArray[np.bool_]) -> tuple[Texts, Codes]:
    """Leave out the texts that are not used.

    Args:
        texts: The set so far, of length k.
        used: Which codes to keep, bool of shape (k,).

    Returns:
        The new set, and the new code of each old one: int32 of shape (k + 1,), so that `ABSENT` maps to itself.
    """
    kept = Texts(name for name, keep in zip(texts.names().by_code, used.tolist(), strict=True) if keep)
    mapping = np.full(len(texts) + 1, ABSENT, np.int32)
    mapping[:-1][used] = np.arange(len(kept), dtype=np.int32)
    return kept, mapping
