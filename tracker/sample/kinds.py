"""`kind_of`: what the value of a record is, in words; pure."""

from __future__ import annotations

from typing import Any

import msgspec

from producer import wire
from producer.wire.rescue import read_any
from tracker.sample.escaping import shown

_REGISTRY = 5  # bytes: 0x00 and the id of a schema
_OURS = "a state vector of this wire"
_decode_any = msgspec.json.Decoder().decode


def read_json(data: bytes) -> tuple[bool, Any]:
    """Tell whether bytes are JSON (`NaN` and numbers beyond floats may stand in it), and what they hold."""
    try:
        return True, _decode_any(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        document = read_any(data, error)
        return document is not None, document


def is_framed(data: bytes) -> bool:
    """Tell whether bytes begin as those that a schema registry frames."""
    return len(data) > _REGISTRY and data[:1] == b"\0"


def unframed(data: bytes) -> bytes:
    """Return bytes without what a schema registry puts before them."""
    return data[_REGISTRY:] if is_framed(data) else data


def kind_of(value: bytes | None) -> str:
    """Say what a value is; equal for records of one format."""
    if value is None:
        return "no value (a tombstone)"
    if not value.strip():
        return "no bytes, or blanks"
    if len(value) > wire.MAX_VALUE_BYTES:
        return f"more than {wire.MAX_VALUE_BYTES:,} bytes: refused, whatever it is"
    inner = unframed(value)
    is_json, document = read_json(inner)
    if is_framed(value):
        what = f"JSON: {_kind_of_json(inner, document)}" if is_json else "no JSON (Avro or Protobuf?)"
        return f"a schema registry's frame around {what}"
    if is_json:
        return f"JSON: {_kind_of_json(value, document)}"
    return f"no JSON: {'binary' if shown(value, 64).startswith('0x') else 'text'}"


def _kind_of_json(data: bytes, document: object) -> str:
    if isinstance(document, dict):
        return _kind_of_object(data, document)
    if isinstance(document, list):
        if not document:
            return "an empty array"
        return "an array of objects" if all(isinstance(item, dict) for item in document) else "an array"
    return "neither an object nor an array"


def _kind_of_object(data: bytes, document: dict[str, object]) -> str:
    payload = document.get("payload")
    if "schema" in document and isinstance(payload, dict):
        inner = "a change event of Debezium" if {"op", "after"} <= payload.keys() else "a value"
        return f"an envelope of Kafka Connect (schema, payload) around {inner}"
    if {"op", "after"} <= document.keys():
        return "a change event of Debezium (op, after)"
    try:
        wire.decode(data)
    except wire.SchemaError as error:
        return "an object of another dialect" if error.reason == "dialect" else "an object"
    return _OURS
