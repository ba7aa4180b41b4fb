"""Attacks on the embedded broker; each goes on until it is cancelled."""

from __future__ import annotations

import asyncio
import json
import math
import socket
import struct
import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack

from benchmarks.hostile.ground import Ground, connected, receive_some, send
from benchmarks.hostile.kafka_wire import (
    PRODUCE_BEGIN,
    bomb,
    fetch,
    list_offsets,
    produce,
    record,
    seal,
    two_billion,
)
from benchmarks.publisher import TOPIC

_HALF, _CLAIMED, _SENT, _CHUNK = 12, 30 << 20, 8 << 20, 1 << 18  # connections; bytes of each
_DEAF, _FETCHES = 150, 20  # connections; requests of each
_LITTLE = 4096  # bytes that the system holds for a client that does not read
_RECORDS, _PAUSE = 100, 0.05  # in a batch; s between two of them


async def send_bombs(ground: Ground) -> None:
    """Send batches that are large once they are decompressed, each followed by a search by time."""
    batch = bomb()
    await _repeat(ground, lambda: (produce(TOPIC, batch), list_offsets(TOPIC)))


async def claim_two_billion(ground: Ground) -> None:
    """Send batches that claim to have 2^31-1 records."""
    batch = two_billion()
    await _repeat(ground, lambda: (produce(TOPIC, batch), list_offsets(TOPIC)))


async def send_bad_records(ground: Ground) -> None:
    """Send records that are no reports, and reports of the future: 2,000 a second at most."""
    later = json.dumps({"callsign": "LIAR", "lat": 50.0, "lon": 2.0, "time": time.time() + 1e9}).encode()
    values = [b"junk", b"null", b"{}", b"\xff" * 100, b"[" * 1000, later]
    records = b"".join(record(values[number % len(values)], number) for number in range(_RECORDS))
    await _repeat(ground, lambda: (produce(TOPIC, seal(records, _RECORDS)),), pause=_PAUSE)


async def send_half_requests(ground: Ground) -> None:
    """Announce long requests, and send a part of each."""
    while True:
        async with AsyncExitStack() as held:
            connections: list[socket.socket] = []
            for _ in range(_HALF):
                with ground.attempt():
                    connections.append(await held.enter_async_context(connected(ground.broker)))
                    await send(connections[-1], PRODUCE_BEGIN.pack(_CLAIMED, 0))
            for _ in range(0, _SENT, _CHUNK):
                for connection in list(connections):
                    try:
                        await send(connection, bytes(_CHUNK))
                    except OSError:
                        ground.refused += 1
                        connections.remove(connection)
                    await ground.rest()


async def fetch_and_never_read(ground: Ground) -> None:
    """Ask for all there is, many times over, and read nothing."""
    request = fetch(TOPIC) * _FETCHES
    async with AsyncExitStack() as held:
        for _ in range(_DEAF):
            with ground.attempt():
                connection = await held.enter_async_context(connected(ground.broker, receive=_LITTLE))
                await send(connection, request)
            await ground.rest()
        await asyncio.sleep(math.inf)


async def _repeat(ground: Ground, requests: Callable[[], Iterable[bytes]], *, pause: float = 0.0) -> None:
    """Send requests and read the answers, over and over."""
    while True:
        with ground.attempt():
            async with connected(ground.broker) as connection:
                while True:
                    for request in requests():
                        await send(connection, request)
                        await _receive(connection)
                        await ground.rest()
                    await asyncio.sleep(pause)
        await ground.rest()


async def _receive(connection: socket.socket) -> None:
    """Read one answer."""
    data = await receive_some(connection)
    while len(data) < 4 or len(data) < 4 + struct.unpack_from(">i", data)[0]:
        data += await receive_some(connection)
