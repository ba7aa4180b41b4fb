"""`SchemaError` and `Repair`: why a value is no state vector, and which of its fields were dropped so that it is one.

A parser says at which byte it gave up. A user wants to know which field it is, what was found and what is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import msgspec

from producer.wire.state import ALIASES, LIMITS

REASONS = (
    "empty",  # no bytes, or blanks
    "too-large",  # more than MAX_VALUE_BYTES or MAX_ARRAY_ITEMS
    "utf-8",  # the bytes are no UTF-8
    "json",  # the text is no JSON
    "nesting",  # nested too deeply to be read
    "array",  # an array where one state vector is expected: decode_array reads it
    "dialect",  # a record of another dialect, whose names or units differ: a mapping reads it
    "envelope",  # a state vector may be within what Kafka Connect, Debezium or a schema registry put around it
    "type",  # a value of the wrong JSON type, such as a number as a string
    "missing",  # no position, or none of icao24, callsign and id
    "format",  # a text that is not spelled as its field must be
    "not-finite",  # NaN or an infinity
    "range",  # a number beyond its limits
    "time-unit",  # an event time that looks like milliseconds, or finer
)
"""Every `SchemaError.reason`."""

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the parser raises where bytes are no JSON of the wanted type."""

_decode_any = msgspec.json.Decoder().decode


class SchemaError(ValueError):
    """A value that is no state vector.

    Attributes:
        reason: One of `REASONS`.
        field: The field of the wire that is at fault, by the name it came under; None where the whole value is.
        value: What was found, shortened.
        limit: What is allowed, or what to do, in words.
    """

    def __init__(self, reason: str, field: str | None = None, value: str = "", limit: str | None = None) -> None:
        super().__init__(reason, field, value, limit)
        self.reason = reason
        self.field = field
        self.value = value
        self.limit = limit

    def __str__(self) -> str:
        return self.tell("refused")

    def tell(self, outcome: str) -> str:
        """Return the sentence: field, value, what became of it, reason, limit."""
        subject = f"{self.field} = {self.value}" if self.field else self.value
        parts = (subject, f"{outcome} ({self.reason})", self.limit)
        return ": ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Repair:
    """A field that was dropped, as it could not be understood, so that the rest of its report could be taken."""

    field: str
    """The field of the wire."""
    error: SchemaError
    """What was wrong with it; its `field` is the name under which the value came."""

    def __str__(self) -> str:
        return self.error.tell("dropped")


def range_text(name: str) -> str:
    """Say what is allowed of a number, by its name or an alias."""
    field = next((field for field, names in ALIASES.items() if name in names), name)
    if field not in LIMITS:
        return "a number that a float can hold"
    low, high = LIMITS[field]
    year = " (the year 2100)" if field == "time" else ""
    return f"{low:.12g} to {high:.12g}{year} is allowed"


def shorten(value: object, length: int = 60) -> str:
    """Write a value for a message, in at most about `length` characters."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, int) and value.bit_length() > 64:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, str) and len(value) > length:
        return f"{value[:length]!r}..."
    return repr(value)


def refuse_unreadable(data: bytes, error: Exception, wanted: str) -> NoReturn:
    """Say why a value could not be read as what was wanted."""
    head = data.lstrip(b" \t\r\n")
    if not head:
        raise SchemaError("empty", value="no bytes", limit=f"{wanted} is required") from None
    if isinstance(error, UnicodeDecodeError):
        raise SchemaError("utf-8", value=_excerpt(data), limit=str(error)) from None
    if isinstance(error, RecursionError):
        raise SchemaError("nesting", value=_excerpt(data), limit="nested too deeply") from None
    if isinstance(error, msgspec.ValidationError):  # some other JSON type, or what begins as one
        if head.startswith(b"["):
            raise SchemaError("array", value=_excerpt(data), limit="one state vector is required here") from None
        try:
            _decode_any(data)
        except UNREADABLE as other:
            if not isinstance(other, msgspec.ValidationError):
                refuse_unreadable(data, other, wanted)
        raise SchemaError("type", value=_excerpt(data), limit=f"{wanted} is required") from None
    raise SchemaError("json", value=_excerpt(data), limit=str(error)) from None


def _excerpt(data: bytes, length: int = 60) -> str:
    text = data[:length].decode(errors="replace")
    return f"{text!r}..." if len(data) > length else repr(text)
