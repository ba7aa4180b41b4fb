"""The JSON of a state vector: read, written, and built from values.

Numbers are checked while the bytes are read, texts by one cached look-up; whatever does not pass so (an alias, a
forgiven spelling, a field to be dropped, an error) is read again, slowly, value by value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NoReturn

import msgspec

from producer.wire.dialects import SIGNS, envelope_of, refuse_foreign
from producer.wire.fields import Texts, build, spell_texts
from producer.wire.refusal import UNREADABLE, Repair, SchemaError, refuse_unreadable, shorten
from producer.wire.rescue import blank_constants, read_constants, read_object
from producer.wire.state import ALIASES, FIELDS, NAMES, StateVector

MAX_VALUE_BYTES = 1 << 20
"""The longest value that is read, bytes."""

MAX_ARRAY_ITEMS = 1 << 15
"""The most elements of an array that are read: a whole state vector takes 32 bytes, so 1 MiB holds no more of them."""

# What the slow path reads: every field and alias, of any type. Unknown fields are skipped by the same parser as on the
# fast path, so both agree on what is JSON.
_Loose = msgspec.defstruct(
    "_Loose", [*((name, Any, None) for name in NAMES), *((name, Any, msgspec.UNSET) for name in SIGNS)]
)
# Aliases of the fields that may be absent from a valid state vector, and the signs of other dialects.
_OPTIONAL_ALIASES = tuple(name for field in ("callsign", "track", "altitude", "time") for name in ALIASES[field])
_Aliases = msgspec.defstruct(
    "_Aliases",
    [
        *((name, msgspec.Raw | None, None) for name in _OPTIONAL_ALIASES),
        *((name, msgspec.Raw | msgspec.UnsetType, msgspec.UNSET) for name in SIGNS),
    ],
)
_NO_ALIASES = _Aliases()
_NO_SIGNS = (msgspec.UNSET,) * len(SIGNS)

_decode_strictly = msgspec.json.Decoder(StateVector).decode
_decode_aliases = msgspec.json.Decoder(_Aliases).decode
_decode_loosely = msgspec.json.Decoder(_Loose).decode
_decode_names = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_READ = frozenset(NAMES)
_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode

_encoder = msgspec.json.Encoder()


def decode(data: bytes | bytearray | memoryview, repairs: list[Repair] | None = None) -> StateVector:
    """Read one state vector from JSON.

    Args:
        data: UTF-8, at most `MAX_VALUE_BYTES`.
        repairs: Is told which fields were dropped, as they could not be understood.

    Raises:
        SchemaError: Identity, position or time is not right, or it is no JSON object; with reason `array` it is to be
            read by `decode_array`.
    """
    found: list[tuple[int, Repair]] = []
    (vector,) = decode_batch((data,), found)
    if repairs is not None:
        repairs += [repair for _, repair in found]
    return vector


def decode_batch(
    values: Iterable[bytes | bytearray | memoryview], repairs: list[tuple[int, Repair]] | None = None
) -> list[StateVector]:
    """Read state vectors as `decode` reads one, but faster where there are many.

    Args:
        values: Each as `decode` takes it.
        repairs: Is told which fields were dropped, each with the place of its value, from 0.

    Raises:
        SchemaError: The first value that is no state vector; to tell the others, read them one by one.
    """
    # This loop is what every record passes: nothing is called here that can be asked for cheaper.
    strictly, spell, most = _decode_strictly, spell_texts, MAX_VALUE_BYTES
    vectors: list[StateVector] = []
    for value in values:
        data = value if type(value) is bytes else bytes(value)
        if len(data) > most:
            _refuse_size(data)
        try:
            vector = strictly(data)
            texts = spell(vector.icao24, vector.callsign, vector.squawk, vector.id)
            if not data.isascii():
                data.decode()  # a field that is skipped is not checked by the parser
            # Two foreign fields without their native counterparts leave one of these unknown.
            if (
                vector.time is None
                or vector.track is None
                or vector.altitude is None
                or vector.callsign is None
                or vector.velocity is None
                or vector.vertical_rate is None
                or vector.on_ground is None
            ) and _decode_aliases(data) != _NO_ALIASES:
                vector = _decode_slowly(data, len(vectors), repairs)
            elif texts is not None:
                if texts[1] is None and vector.callsign is not None:  # not known after all: is there an alias?
                    vector = _decode_slowly(data, len(vectors), repairs)
                else:
                    vector = _with_texts(vector, texts)
        except (*UNREADABLE, SchemaError):
            vector = _decode_slowly(data, len(vectors), repairs)
        vectors.append(vector)
    return vectors


def decode_array(
    data: bytes | bytearray | memoryview, repairs: list[tuple[int, Repair]] | None = None
) -> tuple[list[StateVector], list[SchemaError]]:
    """Read an array of state vectors from JSON; a bad element does not spoil the others.

    Args:
        data: As `decode` takes it.
        repairs: Is told which fields were dropped, each with the place of its state vector among those returned.

    Returns:
        The good elements, and an error for each bad one (an array inside the array is one), both in order.

    Raises:
        SchemaError: The whole cannot be read as an array, or has more than `MAX_ARRAY_ITEMS` elements.
    """
    data = bytes(data)
    if len(data) > MAX_VALUE_BYTES:
        _refuse_size(data)
    items: list[Any]
    try:
        items, read = _decode_items(data), _read_item
    except UNREADABLE as error:
        items, read = read_constants(data), _build_item
        if not isinstance(items, list):
            refuse_unreadable(data, error, "an array of state vectors")
    if len(items) > MAX_ARRAY_ITEMS:
        raise SchemaError("too-large", value=f"an array of {len(items)}", limit=f"at most {MAX_ARRAY_ITEMS} elements")
    vectors: list[StateVector] = []
    errors = []
    for item in items:
        mended: list[Repair] = []
        try:
            vectors.append(read(item, mended))
        except SchemaError as error:
            errors.append(error.with_traceback(None))
        if repairs is not None:
            repairs += [(len(vectors) - 1, repair) for repair in mended]
    return vectors, errors


def encode(vector: StateVector) -> bytes:
    """Write one state vector as compact JSON; fields that are not known are absent."""
    return _encoder.encode(vector)


def encode_array(vectors: Iterable[StateVector]) -> bytes:
    """Write state vectors as one JSON array."""
    return _encoder.encode(list(vectors))


def validate(fields: Mapping[str, object], repairs: list[Repair] | None = None) -> StateVector:
    """Build a state vector from values by their names on the wire (no aliases), None meaning absent.

    What `decode` forgives or drops is forgiven or dropped here: blanks, case, a short squawk, a track of 360, any
    spelling of "not known".

    Args:
        fields: In SI units; names that the wire does not have are ignored.
        repairs: Is told which fields were dropped, as they could not be understood.

    Raises:
        SchemaError: Identity, position or time is missing, of the wrong type or out of range.
    """
    known = {name: value for name in FIELDS if (value := fields.get(name)) is not None}
    try:
        vector = msgspec.convert(known, StateVector)
        texts = spell_texts(vector.icao24, vector.callsign, vector.squawk, vector.id)
    except (msgspec.ValidationError, OverflowError, SystemError, SchemaError):  # SystemError: before 0.22
        return build(map(known.get, NAMES), repairs)
    return vector if texts is None else _with_texts(vector, texts)


def _decode_slowly(data: bytes, place: int, repairs: list[tuple[int, Repair]] | None) -> StateVector:
    """Read one state vector without expecting anything: takes aliases, forgives, drops, and names what is wrong."""
    mended: list[Repair] = []
    try:
        data.decode()
        loose = _read_loosely(data)
    except UNREADABLE as error:
        rescued = read_object(data, error)
        if rescued is None:
            if envelope := envelope_of(data):
                raise envelope from None
            refuse_unreadable(data, error, "an object")
        vector = _build(rescued, mended)
    else:
        given = msgspec.structs.astuple(loose)
        signs = given[len(NAMES) :]
        if signs != _NO_SIGNS:
            found = [name for name, value in zip(SIGNS, signs, strict=True) if value is not msgspec.UNSET]
            refuse_foreign(found, partial(getattr, loose))
        try:
            vector = build(given[: len(NAMES)], mended)
        except SchemaError as error:
            raise (error.reason == "missing" and envelope_of(data)) or error from None
    if repairs is not None:
        repairs += [(place, repair) for repair in mended]
    return vector


def _read_loosely(data: bytes) -> Any:  # noqa: ANN401 - a _Loose, made at run time
    if b"NaN" not in data and b"Infinity" not in data:
        return _decode_loosely(data)
    blanked, constants = blank_constants(data)
    loose = _decode_loosely(blanked)
    for name, constant in constants.items():
        if name in _READ and getattr(loose, name) is None:  # of two under one name the last holds
            setattr(loose, name, constant)
    return loose


def _read_item(item: msgspec.Raw, repairs: list[Repair]) -> StateVector:
    return decode(bytes(item), repairs)


def _build_item(item: object, repairs: list[Repair]) -> StateVector:
    if isinstance(item, dict):
        return _build(item, repairs)
    reason = "array" if isinstance(item, list) else "type"
    raise SchemaError(reason, value=shorten(item), limit="one state vector is required here")


def _build(document: dict[str, Any], repairs: list[Repair]) -> StateVector:
    refuse_foreign([name for name in SIGNS if name in document], document.get)
    return build(map(document.get, NAMES), repairs)


def unused_fields(data: bytes | bytearray | memoryview) -> list[str]:
    """Return the names of an object that nobody reads; nothing where it is no JSON object."""
    try:
        names = _decode_names(data)
    except UNREADABLE:
        return []
    return [name for name in names if name not in _READ]


def _with_texts(vector: StateVector, texts: Texts) -> StateVector:
    for name, text in zip(("icao24", "callsign", "squawk"), texts, strict=True):
        msgspec.structs.force_setattr(vector, name, text)  # frozen, but nobody else holds it yet
    return vector


def _refuse_size(data: bytes) -> NoReturn:
    raise SchemaError("too-large", value=f"{len(data)} bytes", limit=f"at most {MAX_VALUE_BYTES} bytes")
