"""A server of `/ws/flights` that knows no aircraft: the test says what goes over each connection."""

import asyncio
from contextlib import asynccontextmanager

from patience import PATIENCE
from websockets.asyncio.server import serve

from tracker.stream.protocol import DIALECT, PATH, Hello, Subscribe, decode_subscribe, encode


class Seat:
    """The server's end of one connection."""

    def __init__(self, socket) -> None:
        self.socket = socket

    async def say(self, *frames) -> None:
        """Send frames; text and bytes as they are."""
        for frame in frames:
            await self.socket.send(frame if isinstance(frame, str | bytes) else encode(frame).decode())

    async def heard(self) -> Subscribe:
        """The next message of the client."""
        async with asyncio.timeout(PATIENCE):
            return decode_subscribe(await self.socket.recv())

    async def close(self, code: int, reason: str = "") -> None:
        await self.socket.close(code, reason)

    def tear(self) -> None:
        """As a cable that is cut."""
        self.socket.transport.abort()


class FakeServer:
    """Hands each connection to the test, or refuses it."""

    def __init__(self) -> None:
        self.refuses: int | None = None
        """HTTP status of the answer to whoever comes."""
        self.paths: list[str] = []
        self.headers = []
        self._seats: asyncio.Queue[Seat] = asyncio.Queue()
        self._came = asyncio.Condition()

    async def seat(self) -> Seat:
        """The next connection."""
        async with asyncio.timeout(PATIENCE):
            return await self._seats.get()

    async def greeted(self, epoch: str = "e") -> tuple[Seat, Subscribe]:
        """The next connection, after the greeting; and what it asked for."""
        seat = await self.seat()
        await seat.say(Hello(epoch, 0.0))
        return seat, await seat.heard()

    async def came(self, times: int) -> None:
        """Wait until so many have come, refused ones included."""
        async with asyncio.timeout(PATIENCE), self._came:
            await self._came.wait_for(lambda: len(self.paths) >= times)

    async def answer(self, connection, request):
        self.paths.append(request.path)
        self.headers.append(request.headers)
        async with self._came:
            self._came.notify_all()
        return connection.respond(self.refuses, "not you\n") if self.refuses else None

    async def handle(self, socket) -> None:
        await self._seats.put(Seat(socket))
        await socket.wait_closed()


@asynccontextmanager
async def running(port: int = 0, **options):
    """A fake server on a port of 127.0.0.1; its `url` and `port` tell which."""
    fake = FakeServer()
    options = {"subprotocols": [DIALECT], "close_timeout": 1} | options
    async with serve(fake.handle, "127.0.0.1", port, process_request=fake.answer, **options) as server:
        fake.port = server.sockets[0].getsockname()[1]
        fake.url = f"ws://127.0.0.1:{fake.port}{PATH}"
        yield fake
