"""The wire: one state vector of an aircraft, its JSON codec, and the error that a bad one raises.

    fields ──> validate ──> StateVector ──> encode ──> bytes ──> decode ──> StateVector
                                                         └─────> decode_array, where a value is an array of them

A Kafka value is one JSON object (a reader also takes an array of them), in SI units; a field that is not known is
absent, and `null` means the same. Numbers are checked while the bytes are read, texts by one cached look-up; whatever
does not pass so (an alias, a forgiven spelling, an error) is read again, slowly, by `validate`.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NoReturn

import msgspec

MAX_VALUE_BYTES = 1 << 20
"""The longest value that is read, bytes."""

MAX_ARRAY_ITEMS = 1 << 15
"""The most elements of an array that are read: a whole state vector takes 32 bytes, so 1 MiB holds no more of them."""

MAX_TIME = 4_102_444_800.0
"""The latest event time, s since 1970: the start of the year 2100. An earlier limit tells seconds from milliseconds."""

MAX_MAGNITUDE = 1e9
"""The largest speed (m/s) or altitude (m): nothing that flies comes near, and no conversion of units overflows."""

LIMITS: Mapping[str, tuple[float, float]] = {
    "lat": (-90.0, 90.0),
    "lon": (-180.0, 180.0),
    "velocity": (0.0, MAX_MAGNITUDE),
    "track": (0.0, 360.0),
    "altitude": (-MAX_MAGNITUDE, MAX_MAGNITUDE),
    "geo_altitude": (-MAX_MAGNITUDE, MAX_MAGNITUDE),
    "vertical_rate": (-MAX_MAGNITUDE, MAX_MAGNITUDE),
    "time": (0.0, MAX_TIME),
}
"""The least and greatest value of each number, in the unit of its field."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "callsign": ("flight",),
    "lat": ("latitude",),
    "lon": ("longitude",),
    "track": ("true_track", "heading"),
    "altitude": ("baro_altitude",),
    "time": ("timestamp",),
}
"""Names that `decode` takes, in this order, where the field's own name is absent or null."""

REASONS = (
    "empty",  # no bytes, or blanks
    "too-large",  # more than MAX_VALUE_BYTES or MAX_ARRAY_ITEMS
    "utf-8",  # the bytes are no UTF-8
    "json",  # the text is no JSON
    "nesting",  # nested too deeply to be read
    "array",  # an array where one state vector is expected: decode_array reads it
    "type",  # a value of the wrong JSON type, such as a number as a string
    "missing",  # no position, or neither icao24 nor callsign
    "format",  # a text that is not spelled as its field must be
    "not-finite",  # NaN or an infinity
    "range",  # a number beyond its limits
    "time-unit",  # an event time that looks like milliseconds, or finer
)
"""Every `SchemaError.reason`."""


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
        subject = f"{self.field} = {self.value}" if self.field else self.value
        parts = (subject, f"refused ({self.reason})", self.limit)
        return ": ".join(part for part in parts if part)


def _within(name: str) -> msgspec.Meta:
    low, high = LIMITS[name]
    return msgspec.Meta(ge=low, le=high)


class StateVector(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """All that one report says of one aircraft; it replaces what was known of it.

    Built by `decode` or `validate` it is canonical and within its limits; the constructor itself checks nothing.
    """

    icao24: str | None = None
    """24-bit address, 6 hex digits in lower case, `~` before them where it is no ICAO address."""
    callsign: str | None = None
    """1-16 characters, trimmed, upper case; the identity where there is no `icao24`."""
    lat: Annotated[float, _within("lat")]
    """WGS84 latitude, degrees, -90..90."""
    lon: Annotated[float, _within("lon")]
    """WGS84 longitude, degrees, -180..180."""
    velocity: Annotated[float, _within("velocity")] | None = None
    """Ground speed, m/s, >= 0."""
    track: Annotated[float, msgspec.Meta(ge=0.0, lt=360.0)] | None = None
    """Direction of motion over ground, degrees clockwise from true north, [0, 360)."""
    altitude: Annotated[float, _within("altitude")] | None = None
    """Barometric altitude, metres."""
    geo_altitude: Annotated[float, _within("geo_altitude")] | None = None
    """Geometric altitude above the WGS84 ellipsoid, metres."""
    vertical_rate: Annotated[float, _within("vertical_rate")] | None = None
    """Vertical rate, m/s, up is positive."""
    on_ground: bool | None = None
    """Whether the aircraft is on the ground."""
    squawk: str | None = None
    """Transponder code, 4 octal digits."""
    time: Annotated[float, _within("time")] | None = None
    """Event time: when this was true, s since 1970, UTC; absent: the Kafka record's timestamp."""

    @property
    def key(self) -> str:
        """Identity of the aircraft: `icao24`, else `cs:` and the callsign."""
        return self.icao24 or f"cs:{self.callsign}"


FIELDS = StateVector.__struct_fields__
"""The names on the wire, in order."""

_NAMES = tuple(name for field in FIELDS for name in (field, *ALIASES.get(field, ())))
# What the slow path reads: every field and alias, of any type. Unknown fields are skipped by the same parser as on the
# fast path, so both agree on what is JSON.
_Loose = msgspec.defstruct("_Loose", [(name, Any, None) for name in _NAMES])
# The same with each value left as text, to find the one that no Python value can hold.
_Unread = msgspec.defstruct("_Unread", [(name, msgspec.Raw, msgspec.Raw()) for name in _NAMES])
# Aliases of the fields that may be absent from a valid state vector.
_OPTIONAL_ALIASES = tuple(name for field in ("callsign", "track", "altitude", "time") for name in ALIASES[field])
_Aliases = msgspec.defstruct("_Aliases", [(name, msgspec.Raw | None, None) for name in _OPTIONAL_ALIASES])
_NO_ALIASES = _Aliases()

_decode_strictly = msgspec.json.Decoder(StateVector).decode
_decode_aliases = msgspec.json.Decoder(_Aliases).decode
_decode_loosely = msgspec.json.Decoder(_Loose).decode
_decode_unread = msgspec.json.Decoder(_Unread).decode
_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_any = msgspec.json.Decoder().decode

_encoder = msgspec.json.Encoder()

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decode(data: bytes | bytearray | memoryview) -> StateVector:
    """Reads one state vector from JSON.

    Args:
        data: UTF-8, at most `MAX_VALUE_BYTES`.

    Raises:
        SchemaError: The value is none, whatever it is; with reason `array` it is to be read by `decode_array`.
    """
    return decode_batch((data,))[0]


def decode_batch(values: Iterable[bytes | bytearray | memoryview]) -> list[StateVector]:
    """Reads state vectors as `decode` reads one, but faster where there are many.

    Raises:
        SchemaError: The first value that is none; to tell the others, read them one by one.
    """
    # This loop is what every record passes: nothing is called here that can be asked for cheaper.
    strictly, spell, most = _decode_strictly, _spell, MAX_VALUE_BYTES
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
        except (*_UNREADABLE, SchemaError):
            vector = _decode_slowly(data)
        vectors.append(vector)
    return vectors


def decode_array(data: bytes | bytearray | memoryview) -> tuple[list[StateVector], list[SchemaError]]:
    """Reads an array of state vectors from JSON; a bad element does not spoil the others.

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
    except _UNREADABLE as error:
        _refuse_text(data, error, "an array of state vectors")
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
    """Writes one state vector as compact JSON; fields that are not known are absent."""
    return _encoder.encode(vector)


def encode_array(vectors: Iterable[StateVector]) -> bytes:
    """Writes state vectors as one JSON array."""
    return _encoder.encode(list(vectors))


def validate(fields: Mapping[str, object]) -> StateVector:
    """Builds a state vector from values by their names on the wire (no aliases), None meaning absent.

    What `decode` forgives is forgiven here: blanks, case, an empty callsign or squawk, a short squawk, a track of 360.

    Args:
        fields: In SI units; names that the wire does not have are ignored.

    Raises:
        SchemaError: A value is missing, of the wrong type or out of range.
    """
    known = {name: value for name in FIELDS if (value := fields.get(name)) is not None}
    try:
        vector = msgspec.convert(known, StateVector)
        texts = _spell(vector.icao24, vector.callsign, vector.squawk)
    except (msgspec.ValidationError, OverflowError, SchemaError):
        return _build({name: (name, value) for name, value in known.items()})
    return vector if texts is None else _with_texts(vector, texts)


def _decode_slowly(data: bytes) -> StateVector:
    """Reads one state vector without expecting anything: takes aliases, forgives, and names what is wrong."""
    try:
        data.decode()
        loose = _decode_loosely(data)
    except _UNREADABLE as error:
        _refuse_text(data, error, "an object")
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
    return _build(found)


def _build(found: Mapping[str, tuple[str, object]]) -> StateVector:
    """Checks values by field, each with the name it came under (which an error gives), and builds the state vector."""
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
        raise SchemaError("missing", "icao24", "absent", "icao24 or callsign is required")
    return StateVector(**values)


def _number(field: str, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SchemaError("type", name, _shorten(value), "a number is required")
    if isinstance(value, float) and not math.isfinite(value):
        raise SchemaError("not-finite", name, str(value), "a finite number is required")
    low, high = LIMITS[field]
    if not low <= value <= high:
        unit = _finer_unit(value) if field == "time" else None
        if unit:
            hint = f"seconds since 1970 are required, and this looks like {unit}"
            raise SchemaError("time-unit", name, _shorten(value), hint)
        raise SchemaError("range", name, _shorten(value), _range_text(field))
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


def _range_text(name: str) -> str:
    field = next((field for field, names in ALIASES.items() if name in names), name)
    if field not in LIMITS:
        return "a number that a float can hold"
    low, high = LIMITS[field]
    year = " (the year 2100)" if field == "time" else ""
    return f"{low:.12g} to {high:.12g}{year} is allowed"


def _boolean(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise SchemaError("type", name, _shorten(value), "true or false is required")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise SchemaError("type", name, _shorten(value), "a string is required")
    return value


ICAO24 = re.compile(r"~?[0-9a-f]{6}")
"""An address as it is spelled on the wire."""
_SQUAWK = re.compile(r"[0-7]{1,4}")
MAX_CALLSIGN = 16
"""Characters of a callsign."""


def _spell_icao24(text: str, name: str) -> str:
    spelled = text.strip().lower()
    if not ICAO24.fullmatch(spelled):
        raise SchemaError("format", name, _shorten(text), "6 hex digits, after a ~ where it is no ICAO address")
    return spelled


def _spell_callsign(text: str, name: str) -> str | None:
    spelled = text.strip().upper()
    if len(spelled) > MAX_CALLSIGN or not spelled.isprintable():
        raise SchemaError("format", name, _shorten(text), f"1 to {MAX_CALLSIGN} printable characters")
    return spelled or None


def _spell_squawk(text: str, name: str) -> str | None:
    spelled = text.strip()
    if spelled and not _SQUAWK.fullmatch(spelled):
        raise SchemaError("format", name, _shorten(text), "4 octal digits")
    return spelled.zfill(4) if spelled else None


_SPELLINGS = {"icao24": _spell_icao24, "callsign": _spell_callsign, "squawk": _spell_squawk}


_Texts = tuple[str | None, str | None, str | None]


def _with_texts(vector: StateVector, texts: _Texts) -> StateVector:
    for name, text in zip(("icao24", "callsign", "squawk"), texts, strict=True):
        msgspec.structs.force_setattr(vector, name, text)  # frozen, but nobody else holds it yet
    return vector


@functools.lru_cache(maxsize=1 << 16)
def _spell(icao24: str | None, callsign: str | None, squawk: str | None) -> _Texts | None:
    """Gives the canonical texts of an aircraft, or None where they are so already; they change rarely, so it is cached.

    Raises:
        SchemaError: A text is refused, or there is no identity; it is not cached.
    """
    texts = (
        None if icao24 is None else _spell_icao24(icao24, "icao24"),
        None if callsign is None else _spell_callsign(callsign, "callsign"),
        None if squawk is None else _spell_squawk(squawk, "squawk"),
    )
    if texts[0] is None and texts[1] is None:
        raise SchemaError("missing", "icao24", "absent", "icao24 or callsign is required")
    return None if texts == (icao24, callsign, squawk) else texts


def _refuse_size(data: bytes) -> NoReturn:
    raise SchemaError("too-large", value=f"{len(data)} bytes", limit=f"at most {MAX_VALUE_BYTES} bytes")


def _refuse_text(data: bytes, error: Exception, wanted: str) -> NoReturn:
    """Says why a value could not be read as what was wanted."""
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
        if head.startswith(b"{"):
            _refuse_number(data)
        try:
            _decode_any(data)
        except _UNREADABLE as other:
            if not isinstance(other, msgspec.ValidationError):
                _refuse_text(data, other, wanted)
        raise SchemaError("type", value=_excerpt(data), limit=f"{wanted} is required") from None
    _refuse_constants(data)
    raise SchemaError("json", value=_excerpt(data), limit=str(error)) from None


def _refuse_number(data: bytes) -> None:
    """Names the field whose number is larger than any float, such as 1e999."""
    try:
        unread = _decode_unread(data)
    except _UNREADABLE:
        return
    for name in _NAMES:
        text = bytes(getattr(unread, name))
        try:
            _decode_any(text or b"null")
        except msgspec.ValidationError:
            value = text[:40].decode() + "..." * (len(text) > 40)
            raise SchemaError("range", name, value, _range_text(name)) from None


def _refuse_constants(data: bytes) -> None:
    """Names the field that holds NaN or an infinity, which many writers put into what they call JSON."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return
    for item in document if isinstance(document, list) else [document]:
        for name, value in item.items() if isinstance(item, dict) else ():
            if isinstance(value, float) and not math.isfinite(value):
                limit = "a finite number is required, and JSON has no other"
                raise SchemaError("not-finite", _shorten(name, 40).strip("'"), str(value), limit) from None


def _shorten(value: object, length: int = 60) -> str:
    """Writes a value for a message, in at most about `length` characters."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, int) and value.bit_length() > 64:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, str) and len(value) > length:
        return f"{value[:length]!r}..."
    return repr(value)


def _excerpt(data: bytes, length: int = 60) -> str:
    text = data[:length].decode(errors="replace")
    return f"{text!r}..." if len(data) > length else repr(text)
