"""Records that are not of this wire: other dialects, which share names with it but not units, and envelopes.

Half of such a record would look right: 35,000 ft would be taken for as many metres. So it is refused whole, told by the
names of its fields alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import msgspec

from producer.wire.refusal import UNREADABLE, SchemaError
from producer.wire.state import ALIASES

FOREIGN: Mapping[str, tuple[str, str]] = {
    "groundspeed": ("velocity", "traffic"),
    "onground": ("on_ground", "traffic"),
    "geoaltitude": ("geo_altitude", "traffic"),
    "alt_baro": ("altitude", "readsb"),
    "gs": ("velocity", "readsb"),
    "baro_rate": ("vertical_rate", "readsb"),
    "alt_geom": ("geo_altitude", "readsb"),
    "baroaltitude": ("altitude", "opensky"),
    "vertrate": ("vertical_rate", "opensky"),
}
"""By the name that another dialect has: the field of the wire that means the same, and the dialect."""

SIGNS = (*FOREIGN, "hex", "speed", "vert_rate")
"""All names of other dialects that tell one."""

_ENOUGH = 2  # foreign fields without a native counterpart: one may be an extra of a producer of our own
_ENVELOPE = ("schema", "payload", "before", "after", "op")
_Envelope = msgspec.defstruct(
    "_Envelope", [(name, msgspec.Raw | msgspec.UnsetType, msgspec.UNSET) for name in _ENVELOPE]
)
_decode_envelope = msgspec.json.Decoder(_Envelope).decode


def refuse_foreign(signs: Collection[str], get: Callable[[str], object]) -> None:
    """Refuse a record of another dialect.

    Args:
        signs: Those of `SIGNS` that the record has, whatever their values.
        get: Returns the value of a field or alias by its name, None where there is none.

    Raises:
        SchemaError: With the reason `dialect`; it names the mapping that reads it.
    """
    if not signs:
        return

    def knows(field: str) -> bool:
        return any(get(name) is not None for name in (field, *ALIASES.get(field, ())))

    found = [sign for sign in signs if sign in FOREIGN and not knows(FOREIGN[sign][0])]
    if "hex" in signs and not any(get(name) is not None for name in ("icao24", "callsign", "id")):
        _refuse("readsb", ["hex", *found])
    if get("flight") is not None and get("callsign") is None:
        if "alt_baro" in signs or "gs" in signs:
            _refuse("readsb", ["flight", *found])
        if get("altitude") is not None and ("speed" in signs or "vert_rate" in signs):
            _refuse("readsb", ["flight", "altitude", *(sign for sign in signs if sign in ("speed", "vert_rate"))])
    if len(found) >= _ENOUGH:
        dialects = {FOREIGN[sign][1] for sign in found}  # OpenSky shares two names with traffic
        _refuse(next(name for name in ("opensky", "readsb", "traffic") if name in dialects), found)


def envelope_of(data: bytes) -> SchemaError | None:
    """Return why a record that holds no state vector is an envelope around one, or None where it is none."""
    if data[:1] == b"\0" and len(data) > 5:
        return _envelope("0x00 and 4 bytes", "a frame of a schema registry", "registry")
    try:
        found = _decode_envelope(data)
    except UNREADABLE:
        return None
    given = {name for name in _ENVELOPE if getattr(found, name) is not msgspec.UNSET}
    if {"after", "op"} <= given:
        return _envelope("after and op", "a change event of Debezium", "after")
    if {"schema", "payload"} <= given:
        return _envelope("schema and payload", "an envelope of Kafka Connect", "payload")
    return None


def _refuse(dialect: str, found: Collection[str]) -> None:
    limit = (
        "these are fields of another dialect, in other units or under other names: "
        f'the mapping {dialect!r} reads it: --mapping {dialect}, or mapping="{dialect}" in a notebook'
    )
    raise SchemaError("dialect", value=", ".join(found), limit=limit)


def _envelope(value: str, what: str, envelope: str) -> SchemaError:
    return SchemaError(
        "envelope", value=value, limit=f"this is {what}: a mapping with envelope = {envelope!r} opens it"
    )
