"""Attacks on the live server; each goes on until it is cancelled."""

from __future__ import annotations

import asyncio
import math
from contextlib import AsyncExitStack

from benchmarks.hostile.ground import Ground, connected, receive_all, receive_some, send
from benchmarks.sockets import CLOSE, PING, client_frame, upgrade
from tracker.stream.protocol import DIALECT, PATH

_SUBSCRIBE = client_frame(b'{"type":"subscribe"}')
_PINGS = client_frame(bytes(125), PING) * 500
_BEGIN = client_frame(b"", final=False)
_CONTINUATIONS = client_frame(b"", 0, final=False) * 20_000
_JUNK = client_frame(b"\xff\xfe\xfd")
_CLOSING = bytes([0x80 | CLOSE])  # begins the frame with which a server closes; in what it says before there is none
_FOREIGN = ("https://evil.example", "http://[", "null", "http://\xff")
_MUTE, _HALF, _IDLE, _HAMMERS = 20, 200, 400, 8  # connections
_LITTLE = 4096  # bytes that the system holds for a client that does not read
_DRIP = 0.5  # s, between two bytes of a request


async def flood_pings(ground: Ground) -> None:
    """Send pings from a client that does not read the pongs."""
    while True:
        with ground.attempt():
            async with ground.joined(receive=_LITTLE) as connection:
                while True:
                    await send(connection, _PINGS)
                    await ground.rest()
        await ground.rest()


async def send_empty_fragments(ground: Ground) -> None:
    """Send a message in empty fragments without end."""
    while True:
        with ground.attempt():
            async with ground.joined() as connection:
                await send(connection, _BEGIN)
                while True:
                    await send(connection, _CONTINUATIONS)
                    await ground.rest()
        await ground.rest()


async def never_read(ground: Ground) -> None:
    """Subscribe, and read nothing."""
    async with AsyncExitStack() as held:
        for _ in range(_MUTE):
            with ground.attempt():
                connection = await held.enter_async_context(ground.joined(receive=_LITTLE))
                await send(connection, _SUBSCRIBE)
            await ground.rest()
        await asyncio.sleep(math.inf)


async def send_half_requests(ground: Ground) -> None:
    """Begin many requests, and go on a byte at a time."""
    async with AsyncExitStack() as held:
        connections = []
        for _ in range(_HALF):
            with ground.attempt():
                connections.append(await held.enter_async_context(connected(ground.server)))
                await send(connections[-1], f"GET /api/flights HTTP/1.1\r\nHost: {ground.host}\r\nX: ".encode())
            await ground.rest()
        while connections:
            await asyncio.sleep(_DRIP)
            for connection in list(connections):
                try:
                    await send(connection, b"x")
                except OSError:
                    ground.refused += 1
                    connections.remove(connection)
            await ground.rest()
        await asyncio.sleep(math.inf)


async def stay_idle(ground: Ground) -> None:
    """Connect many times, and ask for nothing."""
    async with AsyncExitStack() as held:
        for _ in range(_IDLE):
            with ground.attempt():
                await held.enter_async_context(connected(ground.server))
            await ground.rest()
        await asyncio.sleep(math.inf)


async def send_long_headers(ground: Ground) -> None:
    """Ask for WebSockets with headers of 9 kB and of 100 kB."""
    while True:
        for size in (9_000, 100_000):
            with ground.attempt():
                async with ground.joined(f"Cookie: session={'x' * size}"):
                    pass
            await ground.rest()


async def hammer_flights(ground: Ground) -> None:
    """Ask for the whole fleet again and again."""
    request = (
        f"GET /api/flights HTTP/1.1\r\nHost: {ground.host}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    ).encode()

    async def hammer() -> None:
        while True:
            with ground.attempt():
                async with connected(ground.server) as connection:
                    await send(connection, request)
                    await receive_all(connection)
            await ground.rest()

    async with asyncio.TaskGroup() as group:
        for _ in range(_HAMMERS):
            group.create_task(hammer())


async def send_invalid_utf8(ground: Ground) -> None:
    """Send text that is not UTF-8."""
    while True:
        with ground.attempt():
            async with ground.joined() as connection:
                await send(connection, _JUNK)
                while _CLOSING not in await receive_some(connection):
                    pass
        await ground.rest()


async def claim_foreign_origins(ground: Ground) -> None:
    """Ask as pages would that may not read here."""
    while True:
        for origin in _FOREIGN:
            header = f"Origin: {origin}"
            get = f"GET /api/flights HTTP/1.1\r\nHost: {ground.host}\r\nConnection: close\r\n{header}\r\n\r\n"
            for request in (get.encode(), upgrade(ground.host, PATH, DIALECT, header)):
                with ground.attempt():
                    async with connected(ground.server) as connection:
                        await send(connection, request)
                        answer = await receive_some(connection)
                        ground.refused += b" 403 " in answer[:20] or b" 400 " in answer[:20]
                await ground.rest()
