"""The dialects of `/ws/flights`, in one table; hub, broadcast and sockets treat them alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracker.server.dialects.dialect import Dialect, Due, News, Notice
from tracker.server.dialects.json import JSON
from tracker.server.dialects.plain import PLAIN

SPOKEN: Mapping[str | None, Dialect] = {None: PLAIN, JSON.name: JSON}
"""Dialects by WebSocket subprotocol; None: a client that offers no subprotocol."""


def choose(offered: Sequence[str]) -> str | None:
    """Return the subprotocol to speak with a client, a key of `SPOKEN`.

    Args:
        offered: Subprotocols that the client speaks, the one it likes best first.

    Raises:
        ValueError: None of them is spoken here, with a sentence that says which are.
    """
    if not offered:
        return None
    for subprotocol in offered:
        if subprotocol in SPOKEN:
            return subprotocol
    spoken = ", ".join(subprotocol for subprotocol in SPOKEN if subprotocol is not None)
    raise ValueError(f"none of the subprotocols {', '.join(offered)[:200]!r} is spoken: {spoken}, or none, is")


__all__ = ["SPOKEN", "Dialect", "Due", "News", "Notice", "choose"]
