"""The fields of a state vector, checked one by one: what can be forgiven is, and what cannot is refused by its name.

`build` checks all of them, and is slow; `spell_texts` checks those that a parser of JSON cannot, and is cached.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from producer.wire.refusal import SchemaError, range_text, shorten
from producer.wire.state import LIMITS, MAX_TIME, StateVector

ICAO24 = re.compile(r"~?[0-9a-f]{6}")
"""An address as it is spelled on the wire."""

MAX_CALLSIGN = 16
"""Characters of a callsign."""

_SQUAWK = re.compile(r"[0-7]{1,4}")

# What makes a spreadsheet compute a cell of a CSV file instead of showing it (OWASP, "CSV Injection"): one of these at
# the beginning of the cell, or behind a character that a spreadsheet may split the line at. The last four are the same
# at full width. No aircraft transmits any of them; hyphens within, as in TEST-1, are free.
_FORMULA = re.compile(r"""(?:^|[,;"'])\s*[=+@\-\uff1d\uff0b\uff20\uff0d]""")

Texts = tuple[str | None, str | None, str | None]
"""`icao24`, `callsign` and `squawk`."""


def build(found: Mapping[str, tuple[str, object]]) -> StateVector:
    """Check values by field, each with the name it came under (which an error gives), and build the state vector."""
    values: dict[str, Any] = {}
    for field, (name, value) in found.items():
        if field in LIMITS:
            values[field] = _number(field, name, value)
        elif field == "on_ground":
            values[field] = _boolean(name, value)
        else:
            values[field] = _SPELLINGS[field](_text(name, value), name)
    for field in ("lat", "lon"):
        if field not in values:
            raise SchemaError("missing", field, "absent", "a position is required")
    if values.get("icao24") is None and values.get("callsign") is None:
        _refuse_identity(*found.get("callsign", ("callsign", "")))
    return StateVector(**values)


@functools.lru_cache(maxsize=1 << 16)
def spell_texts(icao24: str | None, callsign: str | None, squawk: str | None) -> Texts | None:
    """Give the canonical texts of an aircraft, or None where they are so already; they change rarely, so it is cached.

    Raises:
        SchemaError: A text is refused, or there is no identity; it is not cached.
    """
    texts = (
        None if icao24 is None else _spell_icao24(icao24, "icao24"),
        None if callsign is None else _spell_callsign(callsign, "callsign"),
        None if squawk is None else _spell_squawk(squawk, "squawk"),
    )
    if texts[0] is None and texts[1] is None:
        _refuse_identity("callsign", callsign or "")
    return None if texts == (icao24, callsign, squawk) else texts


def _number(field: str, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SchemaError("type", name, shorten(value), "a number is required")
    if isinstance(value, float) and not math.isfinite(value):
        raise SchemaError("not-finite", name, str(value), "a finite number is required")
    low, high = LIMITS[field]
    if not low <= value <= high:
        unit = _finer_unit(value) if field == "time" else None
        if unit:
            hint = f"seconds since 1970 are required, and this looks like {unit}"
            raise SchemaError("time-unit", name, shorten(value), hint)
        raise SchemaError("range", name, shorten(value), range_text(field))
    if field == "track" and value == high:
        return 0.0
    return float(value)


def _finer_unit(value: float) -> str | None:
    """Names the unit in which a time would lie between 2000 and 2100."""
    earliest = 946_684_800  # 2000-01-01: 253e9 is the year 9999 in seconds, not 1978 in milliseconds
    for factor, unit in ((10**3, "milliseconds"), (10**6, "microseconds"), (10**9, "nanoseconds")):
        if earliest * factor <= value <= MAX_TIME * factor:
            return unit
    return None


def _boolean(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise SchemaError("type", name, shorten(value), "true or false is required")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise SchemaError("type", name, shorten(value), "a string is required")
    return value


def _spell_icao24(text: str, name: str) -> str:
    spelled = text.strip().lower()
    if not ICAO24.fullmatch(spelled):
        raise SchemaError("format", name, shorten(text), "6 hex digits, after a ~ where it is no ICAO address")
    return spelled


def _spell_callsign(text: str, name: str) -> str | None:
    spelled = text.strip().upper()
    if len(spelled) > MAX_CALLSIGN or not spelled.isprintable():
        raise SchemaError("format", name, shorten(text), f"1 to {MAX_CALLSIGN} printable characters")
    return None if not spelled or _FORMULA.search(spelled) else spelled


def _refuse_identity(name: str, callsign: object) -> NoReturn:
    """Say why there is no identity: there is no callsign either, or one that is dropped."""
    if isinstance(callsign, str) and callsign.strip():
        raise SchemaError("format", name, shorten(callsign), "no formula of a spreadsheet (=, +, - or @ first)")
    raise SchemaError("missing", "icao24", "absent", "icao24 or callsign is required")


def _spell_squawk(text: str, name: str) -> str | None:
    spelled = text.strip()
    if spelled and not _SQUAWK.fullmatch(spelled):
        raise SchemaError("format", name, shorten(text), "4 octal digits")
    return spelled.zfill(4) if spelled else None


_SPELLINGS = {"icao24": _spell_icao24, "callsign": _spell_callsign, "squawk": _spell_squawk}
