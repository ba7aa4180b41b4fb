"""How connections read: little at a time, so that no client holds the event loop by what it sends at once.

asyncio reads up to 256 KiB in one turn; in empty frames or chunks these are 40,000 events, which are worked off before
anybody else is served. What is not read waits in the system, which makes the client wait.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod

AT_ONCE = 1 << 10
"""Bytes that are read from a connection in one turn of the loop: at most 170 frames, a few milliseconds."""
_buffer = memoryview(bytearray(AT_ONCE))  # for all: what is in it is copied within the turn that fills it


class Intake(asyncio.BufferedProtocol):
    """The reading side of a protocol that has a `data_received`."""

    @abstractmethod
    def data_received(self, data: bytes) -> None:
        """Work off what has come."""

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        """Return the buffer into which the transport reads."""
        return _buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Work off what the transport has read."""
        self.data_received(bytes(_buffer[:nbytes]))
