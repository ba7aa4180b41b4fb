"""JSON objects that a strict parser gives up although nearly all of them can be read.

Many writers put `NaN` and infinities into what they call JSON, and some a number that no float can hold. One such value
must not cost the others, so these objects are read again, slowly.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

import msgspec

from producer.wire.dialects import SIGNS
from producer.wire.refusal import UNREADABLE
from producer.wire.state import NAMES

_READ = (*NAMES, *SIGNS)
_VALUES = {b"NaN": math.nan, b"Infinity": math.inf, b"-Infinity": -math.inf}
# As the value of a name. A quote behind a letter closes a text, so neither lies within one.
_CONSTANT = re.compile(rb":\s*(NaN|-?Infinity)(?=\s*[,}])")
_NAME = re.compile(rb"[a-z0-9_]+", re.IGNORECASE)
# What is read with its value left as text, to find the one that no Python value can hold.
_Unread = msgspec.defstruct("_Unread", [(name, msgspec.Raw, msgspec.Raw()) for name in _READ])
_decode_unread = msgspec.json.Decoder(_Unread).decode
_decode_any = msgspec.json.Decoder().decode
_decode_leniently = json.JSONDecoder().decode


@dataclass(frozen=True, slots=True)
class Oversized:
    """A number larger than any float, such as 1e999."""

    text: str

    def __repr__(self) -> str:
        return self.text


def blank_constants(data: bytes) -> tuple[bytes, dict[str, float]]:
    """Return a flat object with null in the place of `NaN`, `Infinity` and `-Infinity`, and these by name.

    What has another object within is returned as it is: the names there are none of ours.
    """
    if data.count(b"{") != 1:
        return data, {}
    constants: dict[str, float] = {}
    parts: list[bytes] = []
    end = 0
    for match in _CONSTANT.finditer(data):
        before = data[end : match.start()].rstrip()
        name = before[before.rfind(b'"', 0, -1) + 1 : -1]
        if before[-1:] != b'"' or not _NAME.fullmatch(name):
            return data, {}
        constants[name.decode()] = _VALUES[match[1]]
        parts += (data[end : match.start(1)], b"null")
        end = match.end(1)
    return b"".join((*parts, data[end:])), constants


def read_object(data: bytes, error: Exception) -> dict[str, Any] | None:
    """Read an object that the parser gave up with this error; None where it can truly not be read.

    Returns:
        Values by name; at least those of the names that the wire knows.
    """
    if isinstance(error, msgspec.ValidationError) and (values := _read_oversized(data)) is not None:
        return values
    document = read_constants(data) if isinstance(error, msgspec.DecodeError) else None  # may hold both
    return document if isinstance(document, dict) else None


def read_any(data: bytes, error: Exception) -> Any:  # noqa: ANN401 - any JSON
    """Read JSON that a parser of anything gave up with this error; None where it can truly not be read."""
    if isinstance(error, msgspec.ValidationError):  # of anything only a number beyond floats is not valid
        return _read_leniently(data)
    return read_constants(data)


def read_constants(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Read JSON in which `NaN`, `Infinity` or `-Infinity` stands for a number; None where that is not what is wrong."""
    if b"NaN" not in data and b"Infinity" not in data:
        return None
    return _read_leniently(data)


def _read_leniently(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return _decode_leniently(data.decode())
    except (ValueError, RecursionError):
        return None


def _read_oversized(data: bytes) -> dict[str, Any] | None:
    try:
        unread = _decode_unread(data)
    except UNREADABLE:
        return None
    return {name: _read_value(text) for name in _READ if (text := bytes(getattr(unread, name)))}


def _read_value(text: bytes) -> object:
    try:
        return _decode_any(text)
    except msgspec.ValidationError:
        return Oversized(text[:40].decode() + "..." * (len(text) > 40))
