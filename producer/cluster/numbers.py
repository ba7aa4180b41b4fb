"""Numbers on a command line, as people write them.

Python's own readers take more than that: `1_0` for 10, `nan`, and the digits of every script.
"""

from __future__ import annotations

import math
import re
from typing import Any

import click

_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def parse_number(text: str) -> float:
    """Read a number in decimal notation, with an exponent or without; blanks around it do not matter.

    Raises:
        ValueError: It is another text, or too large for a float.
    """
    if not _DECIMAL.fullmatch(text.strip()):
        raise ValueError(f"{text!r}: a number is needed")
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text!r}: a finite number is needed")
    return number


class Whole(click.IntRange):
    """A whole number within limits, in decimal digits."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401
        """Read the number, or fail with what is needed."""
        if isinstance(value, str) and not _WHOLE.fullmatch(value.strip()):
            self.fail(f"{value!r}: a whole number is needed", param, ctx)
        number: int = super().convert(value, param, ctx)
        return number


class Real(click.FloatRange):
    """A finite number within limits, in decimal notation."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Read the number, or fail with what is needed."""
        try:
            number = parse_number(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(str(error), param, ctx)
        converted: float = super().convert(number, param, ctx)
        return converted
