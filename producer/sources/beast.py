"""Beast and AVR: frames of Mode S as a receiver hears them, on ports 30005 and 30002 of its decoder.

    chunk ──> FrameBuffer ──> Frame ──> Decoder, twice a second ──> Part ──> Joiner ──> StateVector

A frame has no time of day: it was received when it came.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing

from producer.sources.decoding import Decoder
from producer.sources.faults import Faults
from producer.sources.joining import Joiner
from producer.sources.mode_s import Frame, FrameBuffer, date
from producer.sources.once import Once
from producer.sources.source import Batch, Listener
from producer.sources.tcp import Peer
from producer.stop import Stop
from producer.wire import Repair, SchemaError, StateVector

_TURN = 0.5  # s, between two calls of the decoder


class Beast(Listener):
    """A receiver that sends its frames as a `Source`."""

    label = "beast"
    """What kind of source it is."""
    attribution = None
    """Nobody is to be named: it is one's own receiver."""

    def __init__(
        self,
        peer: Peer,
        at: tuple[float, float] | None = None,
        *,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Choose it; it is connected to when batches are asked for.

        Args:
            peer: What sends.
            at: Latitude and longitude of the receiver, deg; None: not known.
            wall: Seconds since 1970.
            clock: Seconds, monotonic.
        """
        self.name = f"frames from {peer.name}"
        self._peer = peer
        self._wall = wall
        self._clock = clock
        self._faults = Faults(self.name)
        super().__init__(self._faults)
        self._buffer = FrameBuffer()
        self._decoder = Decoder(at)
        self._joiner = Joiner()
        self._once = Once()

    def batches(self, stop: Stop) -> Iterator[Batch]:
        """Yield state vectors as their positions come, as `Source.batches`."""
        waiting: list[tuple[Frame, float]] = []
        turn = self._clock()
        with closing(self._peer.chunks(stop)) as chunks:
            for data, fresh in chunks:
                if fresh:
                    self._buffer.clear()
                waiting += self._split(data)
                if self._clock() < turn:
                    yield Batch(())
                    continue
                yield Batch(self._decode(waiting))
                waiting = []
                turn = self._clock() + _TURN

    def _split(self, data: bytes) -> list[tuple[Frame, float]]:
        frames = []
        for frame in self._buffer.split(data):
            if isinstance(frame, SchemaError):
                self._faults.refuse(frame)
            else:
                frames.append(frame)
        return list(zip(frames, date(frames, self._wall()), strict=True))

    def _decode(self, frames: list[tuple[Frame, float]]) -> list[StateVector]:
        repairs: list[Repair] = []
        heard = self._clock()
        states = []
        for part in self._decoder.decode(frames, repairs):
            if isinstance(part, SchemaError):
                self._faults.refuse(part)
            elif (state := self._joiner.join(part, heard)) and self._once.is_new(state, heard):
                states.append(state)
        self._faults.repair(repairs)
        return states
