"""Reports of a window into the values of the frames' columns: arrays of shape (n,), without pandas; pure.

numbers in SI units ──> feet, knots, feet a minute        times ──> microseconds
codes in order of first sight ──> codes into the names that occur, in alphabetical order
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.arrays import ABSENT, Floats, Rows, Ticks
from tracker.state.interning import Categories
from tracker.state.window import Reports

_DECIMALS = 1e6
_BLOCK = 1 << 13  # values that a processor's first cache holds: three passes over them then cost as one


@dataclass(frozen=True, slots=True)
class Categorical:
    """A column of texts as pandas keeps it."""

    codes: npt.NDArray[np.signedinteger[Any]]
    """Shape (n,): places in `order`, -1 where the text is not known; of the smallest type that pandas would choose."""
    categories: Categories
    order: Rows
    """Shape (k,): the codes in `categories` of the texts that occur, in alphabetical order."""

    @property
    def texts(self) -> list[str]:
        """The texts that occur, in alphabetical order."""
        return [self.categories.by_code[code] for code in self.order.tolist()]


def convert_units(values: Floats, per_si: float, out: Floats) -> Floats:
    """Convert from SI units, rounded to a millionth of the unit: 3,125 ft come back as 3125.0, as they were reported.

    A product alone gives 3124.9999999999995, as neither 3125 ft in metres nor the factor is a binary fraction.

    Args:
        values: Shape (n,), NaN where not known.
        per_si: How many of the unit make one of the SI unit.
        out: Shape (n,), where the result is written; it is returned.
    """
    if per_si == 1.0:
        out[:] = values
        return out
    for begin in range(0, len(values), _BLOCK):
        block = out[begin : begin + _BLOCK]
        np.multiply(values[begin : begin + _BLOCK], per_si * _DECIMALS, out=block)
        np.rint(block, out=block)
        np.divide(block, _DECIMALS, out=block)
    return out


def convert_times(seconds: Floats, out: Floats) -> Ticks:
    """Convert s since 1970 to whole microseconds, in the memory of `out`, a float64 array of the same shape."""
    micros = np.multiply(seconds, 1e6, out=out)
    ticks = micros.view(np.int64)
    ticks[:] = np.rint(micros, out=micros)
    return ticks


def categorise(field: str, reports: Reports) -> Categorical:
    """Return a column of texts as codes into sorted categories, of which only those that occur are listed.

    Args:
        field: The wire's field, `key` or `icao24`, which is a key without `cs:` before it.
        reports: Rows of a window.
    """
    source = "key" if field == "icao24" else field
    known, codes = reports.categories[source], reports.columns[source].astype(np.intp)  # one cast, not one a look-up
    shown = np.zeros(len(known) + 1, np.bool_)
    shown[codes] = True
    if field == "icao24":
        shown[known.order[_between(known, "cs:", "cs;")]] = False  # ";" follows ":"
    order = known.order[shown[known.order]]
    mapping = np.full(len(known) + 1, ABSENT, _smallest_int(len(order)))
    mapping[order] = np.arange(len(order))
    return Categorical(mapping[codes], known, order)


def _between(known: Categories, low: str, high: str) -> slice:
    """Where in alphabetical order the texts from `low` on, and below `high`, stand."""
    find = partial(bisect_left, known.order, key=known.by_code.__getitem__)
    return slice(find(low), find(high))


def _smallest_int(count: int) -> npt.DTypeLike:
    """The type that pandas keeps codes of so many categories in: no conversion is left to do."""
    return np.int8 if count < 2**7 else np.int16 if count < 2**15 else np.int32
