"""A proxy before an embedded broker, which counts connections and tears them as a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from brokers import free_port
from patience import PATIENCE

from tracker.devbroker import Broker

FETCH = 1
"""The number of the request in Kafka's protocol."""


class TearingProxy:
    """Passes on what clients ask, but ends a connection on which they ask for what is in `torn`."""

    def __init__(self, address: str, behind: int) -> None:
        self.address = address
        self.torn: set[int] = set()
        self.tears = 0
        self.open = 0
        """Connections of clients."""
        self._behind = behind
        self._changed = asyncio.Condition()

    async def until(self, holds) -> None:
        """Wait until it holds, asked after each connection's beginning and end."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(holds)

    async def next_tear(self) -> int:
        """Wait until one more connection was torn; how many there were."""
        tears = self.tears
        await self.until(lambda: self.tears > tears)
        return self.tears

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._count(opened=1)
        there, back = await asyncio.open_connection("127.0.0.1", self._behind)
        answering = asyncio.create_task(_pass_on(there, writer))
        tears = 0
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    head = await reader.readexactly(6)
                    if int.from_bytes(head[4:]) in self.torn:
                        tears = 1
                        break
                    back.write(head + await reader.readexactly(int.from_bytes(head[:4]) - 2))
        finally:
            writer.transport.abort()
            back.transport.abort()
            await asyncio.wait([answering])
            await self._count(opened=-1, torn=tears)

    async def _count(self, *, opened: int, torn: int = 0) -> None:
        async with self._changed:
            self.open += opened
            self.tears += torn
            self._changed.notify_all()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while answer := await reader.read(1 << 16):
            writer.write(answer)


@asynccontextmanager
async def proxied() -> AsyncIterator[TearingProxy]:
    """A broker that is reached through a proxy alone."""
    front, behind = free_port(), free_port()
    proxy = TearingProxy(f"127.0.0.1:{front}", behind)
    async with (
        Broker(port=0, advertised={behind: ("127.0.0.1", front)}),
        await asyncio.start_server(proxy.serve, "127.0.0.1", front),
    ):
        yield proxy
