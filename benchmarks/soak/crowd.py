"""Viewers that come and go, in a process of their own, which the soak starts.

`python -m benchmarks.soak.crowd HOST:PORT SEATS` fills so many seats: a viewer sits for a while, leaves, and another
comes. It answers lines of its standard input in JSON: `report` with what was met since the last one, `settle` with how
many viewers show what the server holds, once nobody comes and goes any more. It ends with its input.
"""

import asyncio
import json
import random
import sys
from array import array
from collections.abc import AsyncIterator
from typing import Any

from websockets.exceptions import WebSocketException

from benchmarks.readers import quantiles
from benchmarks.soak.viewers import Listener, Met, Subscriber, Viewer, ask_fleet
from tracker.errors import TrackerError
from tracker.geo.boxes import Box

_SHORTEST, _LONGEST = 5.0, 60.0  # s that a viewer stays
_EMPTY = 1.0  # s at most until another one comes
_SETTLING = 40.0  # s until all have to agree: less than it takes until aircraft are lost
_GLANCE = 0.5  # s
_KINDS = 20  # seats, after which the kinds of viewers repeat


class Crowd:
    """The seats.

    Args:
        address: HOST:PORT of the server.
        seats: How many there are.
    """

    def __init__(self, address: str, seats: int) -> None:
        self._address, self._seats = address, seats
        self._met = Met()
        self._seated: dict[int, Viewer] = {}
        self._leaving: dict[int, asyncio.Timeout] = {}  # of those who are seated
        self._staying = False

    async def run(self) -> None:
        """Have viewers come and go, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for seat in range(self._seats):
                group.create_task(self._fill(seat))

    async def _fill(self, seat: int) -> None:
        while True:
            stay = None if self._staying else random.uniform(_SHORTEST, _LONGEST)
            self._seated[seat] = viewer = self._invite(seat)
            try:
                async with asyncio.timeout(stay) as self._leaving[seat]:
                    await viewer.look()
            except TimeoutError:
                pass
            except (TrackerError, WebSocketException, OSError) as error:
                self._met.faults[f"{type(error).__name__}: {error}"] += 1
            finally:
                del self._seated[seat], self._leaving[seat]
            await asyncio.sleep(random.uniform(0, _EMPTY))

    def report(self) -> dict[str, Any]:
        """Return what was met, the latencies since the last report."""
        met = self._met
        latencies, met.latencies = met.latencies, array("d")
        return {
            "viewers": len(self._seated),
            "joined": met.joined,
            "reconnects": met.greeted - met.joined,
            "faults": met.faults,
            **quantiles(latencies),
        }

    async def settle(self) -> dict[str, Any]:
        """Have everybody stay; return how many agree with the server, and with how many aircraft."""
        self._staying = True
        for timeout in self._leaving.values():
            if not timeout.expired():
                timeout.reschedule(None)
        loop = asyncio.get_running_loop()
        until = loop.time() + _SETTLING
        while True:
            fleet = await asyncio.to_thread(ask_fleet, self._address)
            agreeing = sum(viewer.agrees(fleet) for viewer in self._seated.values())
            if agreeing == self._seats or loop.time() > until:
                return {"agreeing": agreeing, "viewers": self._seats, "aircraft": len(fleet)}
            await asyncio.sleep(_GLANCE)

    def _invite(self, seat: int) -> Viewer:
        """Return a viewer of the seat's kind: timed, of the plain dialect, or of the world or a box of it."""
        kind = seat % _KINDS
        if kind == 0:
            return Subscriber(self._address, self._met)
        if kind == 1:
            return Listener(self._address, self._met)
        return Subscriber(self._address, self._met, None if kind % 2 else _choose_box(), random.choice((0.5, 1.0)))


def _choose_box() -> Box:
    west, south = random.uniform(-180, 180), random.uniform(-60, 40)
    east = west + random.uniform(10, 120)
    return Box(west, south, east - 360 if east > 180 else east, south + random.uniform(10, 45))


async def _orders() -> AsyncIterator[str]:
    """The lines of standard input."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().strip()


async def _run(address: str, seats: int) -> None:
    crowd = Crowd(address, seats)
    running = asyncio.create_task(crowd.run())
    async for order in _orders():
        if running.done():
            running.result()
        print(json.dumps(await crowd.settle() if order == "settle" else crowd.report()), flush=True)
    running.cancel()
    await asyncio.wait([running])


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], int(sys.argv[2])))
