"""The fields of a state vector, checked one by one: what can be forgiven is, and what cannot is dropped or refused.

    identity, position, time ── cannot be understood ──> SchemaError: the report is refused
    any other field ─────────── cannot be understood ──> Repair: the field is dropped, the report is taken

`build` checks all of them, and is slow; `spell_texts` checks those that a parser of JSON cannot, and is cached.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from producer.wire.refusal import Repair, SchemaError, range_text, shorten
from producer.wire.rescue import Oversized
from producer.wire.state import ALIASES, FIELDS, KINDS, LIMITS, MAX_TIME, NAMES, POSITION_SOURCES, StateVector

ICAO24 = re.compile(r"~?[0-9a-f]{6}")
"""An address as it is spelled on the wire."""

MAX_CALLSIGN = 16
"""Characters of a callsign."""

MAX_ID = 64
"""Characters of an id."""

MAX_REGISTRATION = 12
"""Characters of a registration."""

VITAL = frozenset({"icao24", "lat", "lon", "time"})
"""Fields that must be right where they are given; so must a callsign or id that is the identity."""

_SHORT = 64  # characters of a text about which a result is kept
_LARGE = 1 << 63
_SQUAWK = re.compile(r"[0-7]{1,4}")
_TYPECODE = re.compile(r"[0-9A-Z]{2,4}")
_CATEGORY = re.compile(r"[A-D][0-7]")
_NOT_KNOWN = frozenset({"", "null", "n/a", "nan", "none"})
_BLANK = "\0" + "".join(filter(str.isspace, map(chr, range(0x3001))))  # no blank lies beyond U+3000
_FILLER = "@_" + _BLANK

# What makes a spreadsheet compute a cell of a CSV file instead of showing it (OWASP, "CSV Injection"): one of these at
# the beginning of the cell, or behind a character that a spreadsheet may split the line at. The last four are the same
# at full width. No aircraft transmits any of them; hyphens within, as in TEST-1, are free.
_FORMULA = re.compile(r"""(?:^|[,;"'])\s*[=+@\-\uff1d\uff0b\uff20\uff0d]""")

Texts = tuple[str | None, str | None, str | None]
"""`icao24`, `callsign` and `squawk`; the other texts are checked by the parser."""


def is_unknown(text: str) -> bool:
    """Tell whether a text says that a value is not known: empty, filler alone, or such as `NULL` and `N/A`."""
    return _is_unknown(text) if len(text) <= _SHORT else not text.strip(_FILLER)


@functools.lru_cache(maxsize=1 << 16)
def _is_unknown(text: str) -> bool:
    return text.strip(_FILLER).lower() in _NOT_KNOWN


def build(given: Iterable[object], repairs: list[Repair] | None = None) -> StateVector:
    """Check values one by one, and build the state vector.

    Args:
        given: In the order of `NAMES`, None where there is none. An alias is taken where the field's own value is not
            known.
        repairs: Is told which fields were dropped.

    Raises:
        SchemaError: Identity, position or time is not right.
    """
    values, dropped = _check_all(given)
    for field in ("lat", "lon"):
        if field not in values:
            raise SchemaError("missing", field, "absent", "a position is required")
    if "icao24" not in values and "callsign" not in values and "id" not in values:
        repair = dropped.get("callsign") or dropped.get("id")
        raise SchemaError(*repair.error.args) if repair else _missing_identity()
    if dropped and repairs is not None:
        repairs += dropped.values()
    return StateVector(**values)


def _check_all(given: Iterable[object]) -> tuple[dict[str, Any], dict[str, Repair]]:
    """Return the values that are right, by field, and what is wrong with the others."""
    values: dict[str, Any] = {}
    dropped: dict[str, Repair] = {}
    for value, (name, field, alias, low, high) in zip(given, _PLAN, strict=True):
        if value is None or (alias and (field in values or field in dropped)):
            continue
        kind = type(value)
        if kind is float and low <= value < high:  # type: ignore[operator] # as nearly all are: two calls less
            values[field] = value
            continue
        small = len(value) <= _SHORT if kind is str else _is_small(value)  # type: ignore[arg-type]
        checked = _check_small(name, value) if small else _check(name, value)
        if checked is None:
            continue
        if type(checked) is not Repair:
            values[field] = checked
        elif field in VITAL:
            raise SchemaError(*checked.error.args)
        else:
            dropped[field] = checked
    return values, dropped


def _check(name: str, value: object) -> object:
    """Return a value as it is on the wire, None if it says that it is not known, or what is wrong with it."""
    if isinstance(value, str) and is_unknown(value):
        return None
    field = _FIELD_OF[name]
    checked = _CHECKS[field](name, value)
    return Repair(field, checked) if isinstance(checked, SchemaError) else checked


def find_fault(field: str, value: object) -> SchemaError | None:
    """Return what is wrong with the value of a field of the wire, None where it can be understood."""
    checked = _check(field, value)
    return checked.error if isinstance(checked, Repair) else None


# Where a writer gets a field wrong it does so again and again, and to say what is wrong costs as much as six fields. An
# error that is kept is not raised: it would collect tracebacks.
_check_small = functools.lru_cache(maxsize=1 << 14, typed=True)(_check)


def _is_small(value: object) -> bool:
    """Tell whether what is no text takes little memory."""
    kind = type(value)
    return kind is float or (kind in (int, bool) and -_LARGE < value < _LARGE)  # type: ignore[operator]


@functools.lru_cache(maxsize=1 << 16)
def spell_texts(
    icao24: str | None, callsign: str | None, squawk: str | None, identified: str | None = None
) -> Texts | None:
    """Give the canonical texts of an aircraft, or None where they are so already; they change rarely, so it is cached.

    Args:
        icao24: As it was reported.
        callsign: As it was reported.
        squawk: As it was reported.
        identified: The id, an identity where there is no other.

    Raises:
        SchemaError: A text cannot be understood, or there is no identity; it is not cached.
    """
    given = (icao24, callsign, squawk)
    spelled: list[str | None] = []
    for (field, spell), text in zip(_SPELLED.items(), given, strict=True):
        checked = None if text is None or is_unknown(text) else spell(field, text)
        if isinstance(checked, SchemaError):
            raise checked
        spelled.append(checked)
    if spelled[0] is None and spelled[1] is None and identified is None:
        raise _missing_identity()
    texts = (spelled[0], spelled[1], spelled[2])
    return None if texts == given else texts


def _missing_identity() -> SchemaError:
    return SchemaError("missing", "icao24", "absent", "icao24, callsign or id is required")


def _number(field: str, name: str, value: object) -> float | SchemaError:
    if isinstance(value, Oversized):
        return SchemaError("range", name, value.text, range_text(field))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return SchemaError("type", name, shorten(value), "a number is required")
    if isinstance(value, float) and not math.isfinite(value):
        return SchemaError("not-finite", name, str(value), "a finite number is required")
    low, high = LIMITS[field]
    if not low <= value <= high:
        unit = _finer_unit(value) if field == "time" else None
        if unit:
            hint = f"seconds since 1970 are required, and this looks like {unit}"
            return SchemaError("time-unit", name, shorten(value), hint)
        return SchemaError("range", name, shorten(value), range_text(field))
    if field == "track" and value == high:
        return 0.0
    return float(value)


def _finer_unit(value: float) -> str | None:
    """Name the unit in which a time would lie between 2000 and 2100."""
    earliest = 946_684_800  # 2000-01-01: 253e9 is the year 9999 in seconds, not 1978 in milliseconds
    for factor, unit in ((10**3, "milliseconds"), (10**6, "microseconds"), (10**9, "nanoseconds")):
        if earliest * factor <= value <= MAX_TIME * factor:
            return unit
    return None


def _boolean(name: str, value: object) -> bool | SchemaError:
    if isinstance(value, int | float) and value in (0, 1):  # a bool is an int
        return bool(value)
    return SchemaError("type", name, shorten(value), "true or false, or 1 or 0, is required")


def _no_text(name: str, value: object) -> SchemaError:
    return SchemaError("type", name, shorten(value), "a string is required")


def _spell_icao24(name: str, value: object) -> str | SchemaError:
    if not isinstance(value, str):
        return _no_text(name, value)
    spelled = value.strip(_FILLER).lower()
    if not ICAO24.fullmatch(spelled):
        return SchemaError("format", name, shorten(value), "6 hex digits, after a ~ where it is no ICAO address")
    return spelled


def _spell_callsign(name: str, value: object) -> str | SchemaError:
    if not isinstance(value, str):
        return _no_text(name, value)
    return _plain(name, value, value.strip(_FILLER).upper(), MAX_CALLSIGN)


def _spell_squawk(name: str, value: object) -> str | SchemaError:
    if isinstance(value, str):
        spelled = value.strip(_FILLER)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return _no_text(name, value)
    else:
        spelled = str(int(value)) if 0 <= value <= 7777 and value == int(value) else ""  # NaN is not in between
    if not _SQUAWK.fullmatch(spelled):
        return SchemaError("format", name, shorten(value), "4 octal digits")
    return spelled.zfill(4)


def _spell_id(name: str, value: object) -> str | SchemaError:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MAX_ID:
        value = str(value)
    if not isinstance(value, str):
        return _no_text(name, value)
    return _plain(name, value, value.strip(_BLANK), MAX_ID)


def _spell_registration(name: str, value: object) -> str | SchemaError:
    if not isinstance(value, str):
        return _no_text(name, value)
    return _plain(name, value, value.strip(_FILLER).upper(), MAX_REGISTRATION)


def _plain(name: str, value: str, spelled: str, longest: int) -> str | SchemaError:
    """Return a text that is printable, short enough and no formula."""
    if len(spelled) > longest or not spelled.isprintable():
        return SchemaError("format", name, shorten(value), f"1 to {longest} printable characters")
    if _FORMULA.search(spelled) or _FORMULA.search(value):  # an @ may be gone as filler
        return SchemaError("format", name, shorten(value), "no formula of a spreadsheet (=, +, - or @ first)")
    return spelled


def _code(pattern: re.Pattern[str], limit: str, name: str, value: object) -> str | SchemaError:
    if not isinstance(value, str):
        return _no_text(name, value)
    spelled = value.strip(_FILLER).upper()
    return spelled if pattern.fullmatch(spelled) else SchemaError("format", name, shorten(value), limit)


def _choice(allowed: tuple[str, ...], name: str, value: object) -> str | SchemaError:
    if not isinstance(value, str):
        return _no_text(name, value)
    spelled = value.strip(_FILLER).lower()
    return (
        spelled if spelled in allowed else SchemaError("format", name, shorten(value), f"one of {', '.join(allowed)}")
    )


_SPELLED = {"icao24": _spell_icao24, "callsign": _spell_callsign, "squawk": _spell_squawk}
_CHECKS: dict[str, Callable[[str, object], object]] = {
    **_SPELLED,
    **{field: functools.partial(_number, field) for field in LIMITS},
    "on_ground": _boolean,
    "id": _spell_id,
    "kind": functools.partial(_choice, KINDS),
    "position_source": functools.partial(_choice, POSITION_SOURCES),
    "typecode": functools.partial(_code, _TYPECODE, "2 to 4 letters or digits"),
    "registration": _spell_registration,
    "category": functools.partial(_code, _CATEGORY, "A0 to D7"),
}
"""By field: checks a value by the name it came under, and returns it as it is on the wire, or what is wrong."""
_FIELD_OF = {name: field for field in FIELDS for name in (field, *ALIASES.get(field, ()))}
_PLAN = tuple(
    (name, _FIELD_OF[name], name != _FIELD_OF[name], *LIMITS.get(_FIELD_OF[name], (math.nan, math.nan)))
    for name in NAMES
)
