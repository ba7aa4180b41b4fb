"""A dialect of `/ws/flights` as a value: how the hub's news and the server's notices go over the wire; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracker.state.fleet import Picture
from tracker.stream.protocol import Bye, Fault, Hello, Lag, Subscribe

Notice = Hello | Lag | Fault | Bye
"""A frame that tells of the connection instead of aircraft."""


@dataclass(frozen=True, slots=True, eq=False)
class News:
    """What has changed for all viewers with the same cursor and tiles."""

    picture: Picture
    """Aircraft that have changed, also those outside the tiles."""
    rows: Sequence[int]
    """Positions in the picture of those inside."""
    removed: Sequence[str]
    """Keys of aircraft that are lost or have left the tiles."""
    seq: int
    """The sequence number that the viewers are brought to."""
    since: int | None
    """The sequence number that they were at; None: they hold nothing that is still valid."""


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """Prepared frames; one object for all viewers that are due the same."""

    data: bytes
    """The frames as they go over the wire, one after the other."""
    dialect: str
    """Name of the dialect, as in metrics."""
    kind: str
    """`snapshot` or `delta`."""
    frames: int
    rows: int
    """Aircraft in the frames."""


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """What differs between viewers that speak differently."""

    name: str
    """As in metrics; the WebSocket subprotocol, where the dialect has one."""
    encode: Callable[[News], Due | None]
    """Encode what has changed, prepared for the wire; None where that takes no frame."""
    announce: Callable[[Notice], bytes]
    """Encode a notice, prepared for the wire; empty where the dialect has no such frame."""
    decode: Callable[[str | bytes], Subscribe] | None
    """Read a message from a client; raises ValueError with a sentence that names fault, value and limit.

    None: what a client sends is ignored, and it is sent the whole world as soon as it comes."""
