"""The frames of `/ws/flights` in the dialect `flights.v1.json`, as both ends write and read them; pure.

    client ── Subscribe ──> server        server ── Hello, Snapshot, Delta, Lag, Fault, Bye ──> client

docs/protocol.md tells what they mean, and how the plain dialect differs.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

PATH = "/ws/flights"
DIALECT = "flights.v1.json"
"""The WebSocket subprotocol; without one, the plain dialect is spoken."""
MAX_MESSAGE_BYTES = 64 << 10
"""Size up to which a message from a client is read."""
MAX_HZ = 50.0
MAX_FRAGMENTS = 64
"""Fragments of a message from a client."""
FRAMES_AT_ONCE, FRAMES_A_SECOND = 100, 20
"""WebSocket frames that a client may send at once, and a second for ever; pings and fragments count too."""

COLUMNS = (
    "key", "callsign", "squawk", "time", "lat", "lon", "velocity", "track", "altitude", "geo_altitude", "vertical_rate",
    "on_ground", "heard", "kind", "position_source", "typecode", "registration", "category",
)  # fmt: skip
"""Names in `columns`: those of the wire without `icao24` and `id`, which the key holds; and `heard`, s before sending.

`kind` is null for an aircraft, so that the column is absent where there are no others.
"""

Columns = dict[str, list[Any]]
"""A list a column, all of one length; a column in which nothing is known is absent, and null is a value not known."""


class Resume(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a client that was connected before left off."""

    epoch: str
    seq: Annotated[int, msgspec.Meta(ge=0)]


class Subscribe(msgspec.Struct, frozen=True, tag="subscribe", forbid_unknown_fields=True, omit_defaults=True):
    """A client's wish for frames; it replaces the wish before."""

    bbox: tuple[float, float, float, float] | None = None
    """West, south, east, north, deg; west above east crosses the antimeridian. None: the world."""
    max_hz: float | None = None
    """Deltas a second at most, above 0 and up to `MAX_HZ`."""
    resume: Resume | None = None
    """Ask for the difference, which is sent where it is still known."""


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The first frame of a connection."""

    epoch: str
    """One run of the server; `seq` counts within it."""
    server_time: float
    """s since 1970, UTC."""
    stale_after: float = 15.0
    """After how long without being heard an aircraft is to be shown as stale, s."""
    lost_after: float = 60.0
    """After how long without being heard the server removes an aircraft, s; above `stale_after`."""


class Snapshot(msgspec.Struct, frozen=True, tag="snapshot"):
    """All aircraft of the box; a snapshot replaces everything that the client held."""

    seq: int
    columns: Columns


class Delta(msgspec.Struct, frozen=True, tag="delta"):
    """Changes since the frame before; each row replaces all that was known of its aircraft."""

    seq: int
    columns: Columns
    removed: list[str] = []
    """Keys of aircraft that were lost or left the box, some perhaps never held."""


class Lag(msgspec.Struct, frozen=True, tag="lag"):
    """What follows is late, or nothing follows."""

    behind_s: float
    """How far behind, s; 0: no more."""
    cause: str
    """`client`: it drained too slowly, and was sent fewer, newer frames. `broker`: the server hears nothing."""


class Fault(msgspec.Struct, frozen=True, tag="error"):
    """A message from the client was refused; the subscription is as it was."""

    reason: str


class Bye(msgspec.Struct, frozen=True, tag="bye"):
    """The server is about to close the connection."""

    code: int
    """Of the close frame that follows."""
    reason: str


class _Typed(msgspec.Struct, frozen=True):
    """Any message: `Subscribe` alone would take one without a type for its own."""

    type: str


Frame = Hello | Snapshot | Delta | Lag | Fault | Bye

encode = msgspec.json.Encoder().encode
"""A frame as JSON; a number that is NaN becomes null."""
_decode_frame = msgspec.json.Decoder(Frame).decode
_decode_subscribe = msgspec.json.Decoder(Subscribe).decode
_check_typed = msgspec.json.Decoder(_Typed).decode


def decode(data: bytes | str) -> Frame:
    """Read a frame from the server, and skip unknown fields.

    Raises:
        msgspec.DecodeError: The data is not a frame.
    """
    frame: Frame = _decode_frame(data)
    return frame


def decode_subscribe(data: bytes | str) -> Subscribe:
    """Read a message from a client.

    Raises:
        ValueError: It is not a `subscribe`, with a sentence that names the fault, the value and the limit.
    """
    size = len(data.encode(errors="replace")) if isinstance(data, str) else len(data)
    if size > MAX_MESSAGE_BYTES:
        raise ValueError(f"a message of {size} bytes: at most {MAX_MESSAGE_BYTES} are allowed")
    try:
        _check_typed(data)
        subscribe: Subscribe = _decode_subscribe(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(f"no message of {DIALECT}: {error or type(error).__name__}") from None
    if subscribe.max_hz is not None and not 0 < subscribe.max_hz <= MAX_HZ:
        raise ValueError(f"max_hz = {subscribe.max_hz:g}: above 0 and at most {MAX_HZ:g} is allowed")
    return subscribe


def prepare(payload: bytes) -> bytes:
    """Return a text message as a server puts it on the wire: unmasked, so the same for all (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + payload
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload
