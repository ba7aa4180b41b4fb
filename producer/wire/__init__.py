"""The wire: one state vector of an aircraft, its JSON codec, and the error that a bad one raises.

    fields ──> validate ──> StateVector ──> encode ──> bytes ──> decode ──> StateVector, Repair: a dropped field
                                                         └─────> decode_array, where a value is an array of them

    bytes of another dialect ──> Mapping ──> StateVector

A Kafka value is one JSON object (a reader also takes an array of them), in SI units; a field that is not known is
absent, and `null` means the same. This is all that both packages share of a report.
"""

from producer.wire.codec import (
    MAX_ARRAY_ITEMS,
    MAX_VALUE_BYTES,
    decode,
    decode_array,
    decode_batch,
    encode,
    encode_array,
    unused_fields,
    validate,
)
from producer.wire.fields import ICAO24, MAX_CALLSIGN, MAX_ID, MAX_REGISTRATION, VITAL, is_unknown
from producer.wire.mapping import BUILT_IN, Mapping, MappingError, load_mapping
from producer.wire.refusal import REASONS, Repair, SchemaError
from producer.wire.state import ALIASES, FIELDS, KINDS, LIMITS, MAX_MAGNITUDE, MAX_TIME, POSITION_SOURCES, StateVector

__all__ = [
    "ALIASES",
    "BUILT_IN",
    "FIELDS",
    "ICAO24",
    "KINDS",
    "LIMITS",
    "MAX_ARRAY_ITEMS",
    "MAX_CALLSIGN",
    "MAX_ID",
    "MAX_MAGNITUDE",
    "MAX_REGISTRATION",
    "MAX_TIME",
    "MAX_VALUE_BYTES",
    "POSITION_SOURCES",
    "Mapping",
    "MappingError",
    "REASONS",
    "VITAL",
    "Repair",
    "SchemaError",
    "StateVector",
    "decode",
    "decode_array",
    "decode_batch",
    "encode",
    "encode_array",
    "is_unknown",
    "load_mapping",
    "unused_fields",
    "validate",
]
