"""Judges of values: whether they can be of a field, and in which unit, as far as values alone tell; pure.

A judge is given the known values of one place and returns a `Verdict`, or None where they cannot be of its field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeAlias

from producer.wire import MAX_ID, MAX_TIME

_ENOUGH = 0.9  # share of the values that must make sense
_EARLIEST = 1e8  # s: 1973; from then to the end of MAX_TIME no two units of time overlap
_PARTS = {"s": 1.0, "ms": 1e3, "us": 1e6}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What values of a field are."""

    unit: str | None = None
    doubt: str = ""
    """What is not certain about the unit, in words."""


Judge: TypeAlias = Callable[[Sequence[object]], Verdict | None]


def number(value: object) -> float:
    """Return the number that a value is, or writes as a text; NaN where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    if isinstance(value, str) and ("_" in value or not value.isascii()):  # Python takes 1_0 for ten
        return math.nan
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return math.nan
    return found if math.isfinite(found) else math.nan


def within(low: float, high: float) -> Judge:
    """Return the judge of numbers between two."""
    return partial(_each, lambda value: low <= number(value) <= high)


def matching(pattern: str) -> Judge:
    """Return the judge of texts that a pattern matches, blanks around them and their case aside."""
    found = re.compile(pattern, re.IGNORECASE)
    return partial(_each, lambda value: isinstance(value, str) and found.fullmatch(value.strip()) is not None)


def among(allowed: Sequence[str]) -> Judge:
    """Return the judge of texts that are one of these, in any case."""
    return partial(_each, lambda value: isinstance(value, str) and value.strip().lower() in allowed)


def speed(usual: str) -> Judge:
    """Return the judge of speeds that are usually in this unit; m/s: nothing is usual."""
    return partial(_measure, lambda value: 0 <= number(value) <= 1e4, usual, "m/s", (100.0, "kt"), "kt, km/h or mph")


def height(usual: str) -> Judge:
    """Return the judge of heights, or `ground`, that are usually in this unit; m: nothing is usual."""
    return partial(
        _measure, lambda value: value == "ground" or abs(number(value)) < 2e5, usual, "m", (14_000.0, "ft"), "ft or km"
    )


def rate(values: Sequence[object]) -> Verdict | None:
    """Judge vertical rates."""
    return _measure(lambda value: abs(number(value)) <= 5e4, "m/s", "m/s", (100.0, "ft/min"), "ft/min", values)


def _measure(
    holds: Callable[[object], bool],
    usual: str,
    ours: str,
    beyond: tuple[float, str],
    others: str,
    values: Sequence[object],
) -> Verdict | None:
    """Judge numbers of unknown unit: `ours`, unless another is usual, or they lie beyond what is ever reached in it."""
    if not _most(values, holds):
        return None
    if usual != ours:
        return Verdict(usual, f"{usual}, as it is usual under this name")
    most, unit = beyond
    peak = max((abs(one) for value in values if not math.isnan(one := number(value))), default=0.0)
    return Verdict(unit if peak > most else ours, f"its name has no unit: {ours}, {others}?")


def moment(values: Sequence[object]) -> Verdict | None:
    """Judge times: the unit of a number follows from its size."""
    if _most(values, _is_iso8601):
        return Verdict("iso8601")
    found = {_unit_of_time(number(value)) for value in values}
    if found == {"s", "ms"}:
        return Verdict("s or ms")
    unit = found.pop() if len(found) == 1 else None
    return Verdict(unit) if unit else None


def _unit_of_time(time: float) -> str | None:
    return next((unit for unit, parts in _PARTS.items() if _EARLIEST <= time / parts <= MAX_TIME), None)


def _is_iso8601(value: object) -> bool:
    if not isinstance(value, str) or not math.isnan(number(value)):  # 20260101 may be anything
        return False
    try:
        datetime.fromisoformat(value.strip())
    except ValueError:
        return False
    return True


def identity(values: Sequence[object]) -> Verdict | None:
    """Judge ids: short texts, or whole numbers."""
    return _each(_is_id, values)


def _is_id(value: object) -> bool:
    if isinstance(value, str):
        return 0 < len(value.strip()) <= MAX_ID and value.strip().isprintable()
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MAX_ID


def truth(values: Sequence[object]) -> Verdict | None:
    """Judge booleans, as such, as numbers or as texts."""
    return _each(_is_truth, values)


def _is_truth(value: object) -> bool:
    return value in (0, 1) or (isinstance(value, str) and value.strip().lower() in ("true", "false", "0", "1"))


def _each(holds: Callable[[object], bool], values: Sequence[object]) -> Verdict | None:
    return Verdict() if _most(values, holds) else None


def _most(values: Sequence[object], holds: Callable[[object], bool]) -> bool:
    return bool(values) and sum(map(holds, values)) >= _ENOUGH * len(values)
