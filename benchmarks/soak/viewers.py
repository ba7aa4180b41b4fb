"""Innocent viewers of the live server: what they hold, and what they have met."""

from __future__ import annotations

import json
import time
import urllib.request
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from websockets.asyncio.client import connect as dial

from tracker.client import connect
from tracker.geo.boxes import Box
from tracker.stream.mirror import Mirror
from tracker.stream.protocol import PATH, Delta, Frame, Hello

Flight = dict[str, Any]
"""An aircraft as `/api/flights` lists it."""


@dataclass
class Met:
    """What all viewers together have met."""

    joined: int = 0
    """Viewers that came."""
    greeted: int = 0
    """Connections of theirs."""
    faults: Counter[str] = field(default_factory=Counter)
    """Why viewers were turned away, or could not go on."""
    latencies: array[float] = field(default_factory=lambda: array("d"))
    """From the event time of an update until it was read, s."""


class Viewer(Protocol):
    """One that looks on."""

    async def look(self) -> None:
        """Look on until cancelled, or until the connection ends."""

    def agrees(self, fleet: Sequence[Flight]) -> bool:
        """Tell whether it shows what the server holds."""


class Subscriber:
    """A viewer that subscribes, and connects again where it has to.

    Args:
        address: HOST:PORT of the server.
        met: Where it notes what it has met.
        box: The aircraft that it wants; None: all.
        max_hz: Deltas a second that it wants at most; None: as they come, which are timed.
    """

    def __init__(self, address: str, met: Met, box: Box | None = None, max_hz: float | None = None) -> None:
        self._url, self._met, self._box, self._max_hz = f"ws://{address}{PATH}", met, box, max_hz
        self._mirror = Mirror()

    async def look(self) -> None:
        """Look on until cancelled."""
        box = self._box and (self._box.west, self._box.south, self._box.east, self._box.north)
        async with connect(self._url, bbox=box, max_hz=self._max_hz) as frames:
            self._met.joined += 1
            async for frame in frames:
                self._take(frame)

    def agrees(self, fleet: Sequence[Flight]) -> bool:
        """Tell whether it shows what the server holds."""
        expected = {flight["key"]: flight["time"] for flight in fleet if self._covers(flight)}
        return {key: row["time"] for key, row in self._mirror.aircraft(self._box).items()} == expected

    def _covers(self, flight: Flight) -> bool:
        return self._box is None or bool(self._box.contains(flight["lat"], flight["lon"]))

    def _take(self, frame: Frame) -> None:
        self._mirror.apply(frame, time.monotonic())
        if isinstance(frame, Hello):
            self._met.greeted += 1
        elif isinstance(frame, Delta) and self._max_hz is None:
            now = time.time()
            self._met.latencies.extend([now - moment for moment in frame.columns.get("time", ())])


class Listener:
    """A viewer of the plain feed: ten lines, as anybody would write them."""

    def __init__(self, address: str, met: Met) -> None:
        self._url, self._met = f"ws://{address}{PATH}", met
        self._times: dict[str, float] = {}

    async def look(self) -> None:
        """Look on until the connection ends."""
        async with dial(self._url, compression=None) as socket:
            self._met.joined += 1
            self._met.greeted += 1
            async for message in socket:
                report = json.loads(message)
                self._times[report["key"]] = report["time"]

    def agrees(self, fleet: Sequence[Flight]) -> bool:
        """Tell whether it has heard the last of all that the server holds; it does not know who is lost."""
        return all(self._times.get(flight["key"]) == flight["time"] for flight in fleet)


def ask_fleet(address: str) -> list[Flight]:
    """Return what the server at HOST:PORT holds."""
    with urllib.request.urlopen(f"http://{address}/api/flights", timeout=30) as answer:
        flights: list[Flight] = json.load(answer)["flights"]
        return flights
