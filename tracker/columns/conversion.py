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

from tracker.arrays import ABSENT, Flags, Floats, Rows, Ticks
from tracker.state.descriptions import Coded
from tracker.state.interning import Categories
from tracker.state.window import Reports

_PREFIXES = ("cs:", "id:")  # of the keys that are no address
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
    skipped: int = 0
    """Characters at the beginning of a category that do not belong to the text."""

    @property
    def texts(self) -> list[str]:
        """The texts that occur, in alphabetical order."""
        return [self.categories.by_code[code][self.skipped :] for code in self.order.tolist()]


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
        field: The wire's field, or `key`. `icao24` and `id` are keys of their kind; what `DESCRIPTION` lists is the
            same on all rows of a key.
        reports: Rows of a window.
    """
    if field in reports.descriptions:
        return _describe(reports.descriptions[field], reports)
    source = "key" if field in ("icao24", "id") else field
    known, codes = reports.categories[source], reports.columns[source].astype(np.intp)  # one cast, not one a look-up
    shown = _which(codes, len(known))
    if field == "icao24":
        for prefix in _PREFIXES:
            shown[known.order[_beginning(known, prefix)]] = False
    elif field == "id":
        is_id = np.zeros(len(shown), np.bool_)
        is_id[known.order[_beginning(known, "id:")]] = True
        shown &= is_id
    mapping, order = _renumber(known, shown)
    return Categorical(mapping[codes], known, order, skipped=3 if field == "id" else 0)


def _describe(coded: Coded, reports: Reports) -> Categorical:
    """Return a field of the description on every row of its key."""
    keys, codes = reports.columns["key"], coded.codes
    if len(keys) and (codes == codes[0]).all():  # as where nothing is known: no look at each row
        mapping, order = _renumber(coded.categories, _which(codes[:1], len(coded.categories)))
        return Categorical(np.full(len(keys), mapping[codes[0]]), coded.categories, order)
    keys = keys.astype(np.intp)
    mapping, order = _renumber(coded.categories, _which(codes[_which(keys, len(codes))[:-1]], len(coded.categories)))
    return Categorical(mapping[codes][keys], coded.categories, order)


def _which(codes: npt.NDArray[np.signedinteger[Any]], count: int) -> Flags:
    """Return which of so many codes occur: shape (count + 1,), as the last place is that of `ABSENT`."""
    occurs = np.zeros(count + 1, np.bool_)
    occurs[codes] = True
    return occurs


def _renumber(known: Categories, shown: Flags) -> tuple[npt.NDArray[np.signedinteger[Any]], Rows]:
    """Number the texts that are shown in alphabetical order.

    Returns:
        The new code of each old one, shape (len(known) + 1,), so that `ABSENT` maps to itself; and the old codes in the
        order of the new ones.
    """
    order = known.order[shown[known.order]]
    mapping = np.full(len(known) + 1, ABSENT, _smallest_int(len(order)))
    mapping[order] = np.arange(len(order))
    return mapping, order


def _beginning(known: Categories, prefix: str) -> slice:
    """Return where in alphabetical order the texts that begin with `prefix`, and a colon at its end, stand."""
    find = partial(bisect_left, known.order, key=known.by_code.__getitem__)
    return slice(find(prefix), find(prefix[:-1] + ";"))  # ";" follows ":"


def _smallest_int(count: int) -> npt.DTypeLike:
    """Return the type that pandas keeps codes of so many categories in: no conversion is left to do."""
    return np.int8 if count < 2**7 else np.int16 if count < 2**15 else np.int32
