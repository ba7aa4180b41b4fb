"""The JSON of a state vector: read, written, and built from values.

Numbers are checked while the bytes are read, texts by one cached look-up; whatever does not pass so (an alias, a
forgiven spelling, an error) is read again, slowly, value by value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import msgspec

from producer.wire.fields import Texts, build, spell_texts
from producer.wire.refusal import UNREADABLE, SchemaError, refuse_unreadable
from producer.wire.state import ALIASES, FIELDS, NAMES, StateVector

MAX_VALUE_BYTES = 1 << 20
"""The longest value that is read, bytes."""

MAX_ARRAY_ITEMS = 1 << 15
"""The most elements of an array that are read: a whole state vector takes 32 bytes, so 1 MiB holds no more of them."""

# What the slow path reads: every field and alias, of any type. Unknown fields are skipped by the same parser as on the
# fast path, so both agree on what is JSON.
_Loose = msgspec.defstruct("_Loose", [(name, Any, None) for name in NAMES])
# Aliases of the fields that may be absent from a valid state vector.
_OPTIONAL_ALIASES = tuple(name for field in ("callsign", "track", "altitude", "time") for name in ALIASES[field])
_Aliases = msgspec.defstruct("_Aliases", [(name, msgspec.Raw | None, None) for name in _OPTIONAL_ALIASES])
_NO_ALIASES = _Aliases()

_decode_strictly = msgspec.json.Decoder(StateVector).decode
_decode_aliases = msgspec.json.Decoder(_Aliases).decode
_decode_loosely = msgspec.json.Decoder(_Loose).decode
_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode

_encoder = msgspec.json.Encoder()


def decode(data: bytes | bytearray | memoryview) -> StateVector:
    """Read one state vector from JSON.

    Args:
        data: UTF-8, at most `MAX_VALUE_BYTES`.

    Raises:
        SchemaError: The value is none, whatever it is; with reason `array` it is to be read by `decode_array`.
    """
    return decode_batch((data,))[0]


def decode_batch(values: Iterable[bytes | bytearray | memoryview]) -> list[StateVector]:
    """Read state vectors as `decode` reads one, but faster where there are many.

    Raises:
        SchemaError: The first value that is none; to tell the others, read them one by one.
    """
    # This loop is what every record passes: nothing is called here that can be asked for cheaper.
    strictly, spell, most = _decode_strictly, spell_texts, MAX_VALUE_BYTES
    vectors = []
    for value in values:
        data = value if type(value) is bytes else bytes(value)
        if len(data) > most:
            _refuse_size(data)
        try:
            vector = strictly(data)
            texts = spell(vector.icao24, vector.callsign, vector.squawk)
            if not data.isascii():
                data.decode()  # a field that is skipped is not checked by the parser
            if (
                vector.time is None or vector.track is None or vector.altitude is None or vector.callsign is None
            ) and _decode_aliases(data) != _NO_ALIASES:
                vector = _decode_slowly(data)
            elif texts is not None:
                vector = _with_texts(vector, texts)
        except (*UNREADABLE, SchemaError):
            vector = _decode_slowly(data)
        vectors.append(vector)
    return vectors


def decode_array(data: bytes | bytearray | memoryview) -> tuple[list[StateVector], list[SchemaError]]:
    """Read an array of state vectors from JSON; a bad element does not spoil the others.

    Returns:
        The good elements, and an error for each bad one (an array inside the array is one), both in order.

    Raises:
        SchemaError: The whole cannot be read as an array, or has more than `MAX_ARRAY_ITEMS` elements.
    """
    data = bytes(data)
    if len(data) > MAX_VALUE_BYTES:
        _refuse_size(data)
    try:
        items = _decode_items(data)
    except UNREADABLE as error:
        refuse_unreadable(data, error, "an array of state vectors")
    if len(items) > MAX_ARRAY_ITEMS:
        raise SchemaError("too-large", value=f"an array of {len(items)}", limit=f"at most {MAX_ARRAY_ITEMS} elements")
    vectors, errors = [], []
    for item in items:
        try:
            vectors.append(decode(bytes(item)))
        except SchemaError as error:
            errors.append(error.with_traceback(None))
    return vectors, errors


def encode(vector: StateVector) -> bytes:
    """Write one state vector as compact JSON; fields that are not known are absent."""
    return _encoder.encode(vector)


def encode_array(vectors: Iterable[StateVector]) -> bytes:
    """Write state vectors as one JSON array."""
    return _encoder.encode(list(vectors))


def validate(fields: Mapping[str, object]) -> StateVector:
    """Build a state vector from values by their names on the wire (no aliases), None meaning absent.

    What `decode` forgives is forgiven here: blanks, case, an empty callsign or squawk, a short squawk, a track of 360.

    Args:
        fields: In SI units; names that the wire does not have are ignored.

    Raises:
        SchemaError: A value is missing, of the wrong type or out of range.
    """
    known = {name: value for name in FIELDS if (value := fields.get(name)) is not None}
    try:
        vector = msgspec.convert(known, StateVector)
        texts = spell_texts(vector.icao24, vector.callsign, vector.squawk)
    except (msgspec.ValidationError, OverflowError, SystemError, SchemaError):  # SystemError: before 0.22
        return build({name: (name, value) for name, value in known.items()})
    return vector if texts is None else _with_texts(vector, texts)


def _decode_slowly(data: bytes) -> StateVector:
    """Read one state vector without expecting anything: takes aliases, forgives, and names what is wrong."""
    try:
        data.decode()
        loose = _decode_loosely(data)
    except UNREADABLE as error:
        refuse_unreadable(data, error, "an object")
    found = {}
    for field in FIELDS:
        value = getattr(loose, field)
        if value is not None:
            found[field] = (field, value)
            continue
        for alias in ALIASES.get(field, ()):
            value = getattr(loose, alias)
            if value is not None:
                found[field] = (alias, value)
                break
    return build(found)


def _with_texts(vector: StateVector, texts: Texts) -> StateVector:
    for name, text in zip(("icao24", "callsign", "squawk"), texts, strict=True):
        msgspec.structs.force_setattr(vector, name, text)  # frozen, but nobody else holds it yet
    return vector


def _refuse_size(data: bytes) -> NoReturn:
    raise SchemaError("too-large", value=f"{len(data)} bytes", limit=f"at most {MAX_VALUE_BYTES} bytes")
