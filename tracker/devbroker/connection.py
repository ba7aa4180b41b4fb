"""One client's connection: its requests are answered one by one, in the order in which they came."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from tracker.devbroker.errors import MalformedError
from tracker.devbroker.handlers import HANDLERS
from tracker.devbroker.listen import reached
from tracker.devbroker.node import Node
from tracker.devbroker.wire import MAX_REQUEST, SIZE, Call, decode, encode

_log = logging.getLogger(__name__)

READ_AHEAD = 1 << 18
"""Bytes read from a client before its requests are answered; more wait in its socket."""

Accept = Callable[["Connection", asyncio.StreamReader, asyncio.StreamWriter], None]
"""Called with each new connection."""


class Connection(asyncio.StreamReaderProtocol):
    """A stream that stops waiting on behalf of a client that is gone.

    Fetches and joins may wait for minutes. A client that hangs up meanwhile must not leave them behind.
    """

    def __init__(self, accept: Accept) -> None:
        reader = asyncio.StreamReader(limit=READ_AHEAD)
        super().__init__(reader, lambda reader, writer: accept(self, reader, writer))
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the socket is closed."""
        self._gone = False
        self._waiting: asyncio.Timeout | None = None

    def eof_received(self) -> bool | None:
        """The client sends no more, and so waits for no more."""
        self._hang_up()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection broke."""
        self._hang_up()
        super().connection_lost(exc)
        self.closed.set_result(None)

    def _hang_up(self) -> None:
        self._gone = True
        if self._waiting is not None:
            self._waiting.reschedule(0)

    async def answer(self, node: Node, call: Call) -> bytes | bytearray | None:
        """Answer a call; of a client that is gone, only if that needs no waiting.

        Raises:
            TimeoutError: The client is gone.
        """
        try:
            async with asyncio.timeout(0 if self._gone else None) as self._waiting:
                response = await HANDLERS[call.key](node, call)
        finally:
            self._waiting = None
        return None if response is None else encode(call, response)


async def converse(
    node: Node, connection: Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer a client until it hangs up, or sends what is no request. Safe to cancel."""
    peer = str((writer.get_extra_info("peername") or ("?",))[0])
    address = reached(writer.get_extra_info("sockname"))
    address = node.advertised.get(address[1], address)
    try:
        while True:
            frame = await _read(reader)
            reply = await connection.answer(node, decode(frame, peer, address))
            if reply is not None:
                writer.write(reply)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
        pass
    except MalformedError as error:
        _log.info("hung up on %s: %s", peer, error)
    except Exception:  # noqa: BLE001
        # The top of a connection: whatever one client brings about must not reach the others.
        _log.exception("a request of %s failed", peer)


async def _read(reader: asyncio.StreamReader) -> bytes:
    (size,) = SIZE.unpack(await reader.readexactly(SIZE.size))
    if not 0 < size <= MAX_REQUEST:
        raise MalformedError(f"a request of {size} bytes")
    return await reader.readexactly(size)
