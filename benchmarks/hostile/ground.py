"""`Ground`: where attacks take place, and what they may take themselves."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeAlias

from benchmarks.sockets import upgrade
from tracker.stream.protocol import DIALECT, PATH

Address: TypeAlias = tuple[str, int]

_LEAST_REST = 0.001  # s, for others whose turn it is
_HEAD_END = b"\r\n\r\n"


class TurnedAway(ConnectionError):
    """The other end has closed, or has said no."""


class Ground:
    """The addresses of both victims, and what has come of it so far.

    Args:
        server: Where the live server listens.
        broker: Where the broker listens.
        share: The share of a core that the attack may use.
    """

    def __init__(self, server: Address, broker: Address, share: float) -> None:
        self.server, self.broker = server, broker
        self.tries = 0
        """Connections, or requests, that were begun."""
        self.refused = 0
        """Those of them that were not served, or were ended."""
        self._share = share
        self._begun, self._cpu = time.monotonic(), time.process_time()

    @property
    def cpu(self) -> float:
        """CPU that this process has used since the attack began, s."""
        return time.process_time() - self._cpu

    @property
    def host(self) -> str:
        """The server, as the header `Host` names it."""
        return "{}:{}".format(*self.server)

    async def rest(self) -> None:
        """Wait until no more than the share of a core is used."""
        ahead = self.cpu / self._share - (time.monotonic() - self._begun)
        await asyncio.sleep(max(_LEAST_REST, ahead))

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Count a try, and whether it failed."""
        self.tries += 1
        try:
            yield
        except OSError:
            self.refused += 1

    @asynccontextmanager
    async def joined(self, *headers: str, receive: int = 0) -> AsyncIterator[socket.socket]:
        """A WebSocket of the server.

        Args:
            headers: Of the request, besides the usual ones.
            receive: Bytes that the system holds for us; 0: as many as it likes to.

        Raises:
            OSError: There is none.
        """
        async with connected(self.server, receive=receive) as connection:
            await send(connection, upgrade(self.host, PATH, DIALECT, *headers))
            answer = b""
            while _HEAD_END not in answer:
                answer += await receive_some(connection)
            if not answer.startswith(b"HTTP/1.1 101 "):
                raise TurnedAway(answer.split(b"\r\n")[0].decode())
            yield connection


@asynccontextmanager
async def connected(address: Address, *, receive: int = 0) -> AsyncIterator[socket.socket]:
    """A connection for as long as the context lasts."""
    with socket.socket() as connection:
        connection.settimeout(0)
        if receive:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        await asyncio.get_running_loop().sock_connect(connection, address)
        yield connection


async def send(connection: socket.socket, data: bytes) -> None:
    """Send all of it, however long the other end takes to read."""
    await asyncio.get_running_loop().sock_sendall(connection, data)


async def receive_some(connection: socket.socket) -> bytes:
    """Return what has come.

    Raises:
        TurnedAway: The other end has closed.
    """
    data = await asyncio.get_running_loop().sock_recv(connection, 1 << 16)
    if not data:
        raise TurnedAway("closed")
    return data


async def receive_all(connection: socket.socket) -> int:
    """Read until the other end closes, and return the number of bytes."""
    size = 0
    while data := await asyncio.get_running_loop().sock_recv(connection, 1 << 16):
        size += len(data)
    return size
