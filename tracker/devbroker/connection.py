"""One client's connection: its requests are answered one by one, in the order in which they came.

    bytes ──> frame ──decode──> handler ──> answer, at once or deferred ──encode──> bytes

It is a protocol of asyncio's and has no task: most requests are answered in the turn of the loop in which they come.
Each turn answers one request, so that a client that sends many does not keep the others waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from tracker.devbroker.address import reached
from tracker.devbroker.codec import SIZE, Call, Deferred, Message, decode, encode, measure
from tracker.devbroker.errors import MalformedError
from tracker.devbroker.handlers import HANDLERS
from tracker.devbroker.node import Node

READ_AT_ONCE = 1 << 16
"""Bytes read from a client in one turn of the loop, in which others are read from too."""

READ_AHEAD = 1 << 18
"""Bytes read from a client before its requests are answered; more wait in its socket."""


class Connection(asyncio.BufferedProtocol):
    """The broker's end of a connection.

    Args:
        node: The state that the handlers work on.
        buffer: Where bytes are read into, for one turn of the loop only: all connections share it.
        others: All connections that are open; this one is among them while it is.
    """

    def __init__(self, node: Node, buffer: memoryview, others: set[Connection]) -> None:
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the socket is closed."""
        self._node = node
        self._buffer = buffer
        self._others = others
        self._input = bytearray()
        self._deferred: Deferred | None = None
        self._due = False  # whether the next request will be answered in a turn to come
        self._full = False  # whether the client does not read its answers
        self._gone = False  # whether it sends no more, and so waits for no more
        self._peer = "?"

    def __str__(self) -> str:
        return self._peer

    @property
    def held(self) -> int:
        """Bytes of memory that are held for the client: of requests, and of answers that it has not read."""
        waiting = self._deferred.cost if self._deferred is not None else 0
        return len(self._input) + waiting + self._transport.get_write_buffer_size()

    @property
    def waits(self) -> bool:
        """Whether the client has read all and waits for an answer."""
        return self._deferred is not None and not self._transport.get_write_buffer_size()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the client in."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._peer = str((transport.get_extra_info("peername") or ("?",))[0])
        address = reached(transport.get_extra_info("sockname"))
        self._address = self._node.advertised.get(address[1], address)
        self._others.add(self)
        self._node.clients.add(self)

    def drop(self) -> None:
        """Close at once, whatever was not sent yet."""
        self._input.clear()
        self._transport.abort()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        """Return the buffer to read into."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take in bytes that were read."""
        self._input += self._buffer[:nbytes]
        self._guard(self._answer)

    def eof_received(self) -> bool:
        """Note that the client sends no more; the connection is closed when all is answered."""
        self._gone = True
        self._stop_waiting()
        self._guard(self._answer)
        return True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Forget the client: the socket is closed."""
        self._stop_waiting()
        self._input.clear()
        self._others.discard(self)
        self._node.clients.discard(self)
        self.closed.set_result(None)

    def pause_writing(self) -> None:
        """Give no more answers: the client does not read them."""
        self._full = True

    def resume_writing(self) -> None:
        """Go on: the client reads its answers again."""
        self._full = False
        self._guard(self._answer)

    def _guard(self, step: Callable[[], None]) -> None:
        """Take a step; whatever one client causes must not reach the others."""
        try:
            step()
        except MalformedError as error:
            self._node.notices.warn("malformed", f"hung up on {self}: {error}")
            self.drop()
        except Exception as error:  # noqa: BLE001
            self._node.notices.warn("failed", f"a request of {self} failed", error)
            self.drop()
        self._node.clients.weigh(self)

    def _answer(self) -> None:
        """Answer the next request, unless it is not here yet, the client has to wait, or it does not read."""
        if self._deferred is None and not self._full and not self._due:
            frame = self._next()
            if frame is not None:
                self._node.clients.hear(self)
                call = decode(frame, self._peer, self._address)
                self._give(call, HANDLERS[call.key](self._node, call))
        if self._deferred is not None or self._full or self._due:
            if len(self._input) >= READ_AHEAD:
                self._transport.pause_reading()
        elif self._is_due():
            self._due = True
            asyncio.get_running_loop().call_soon(self._go_on)
        elif self._gone:
            self._transport.close()  # once all answers have left
        else:
            self._transport.resume_reading()

    def _go_on(self) -> None:
        self._due = False
        self._guard(self._answer)

    def _give(self, call: Call, answer: Message | Deferred | None) -> None:
        """Send an answer, or wait until it can be given."""
        if isinstance(answer, Deferred):
            self._defer(call, answer)
        elif answer is not None:
            self._transport.write(encode(call, answer))

    def _is_due(self) -> bool:
        """Tell whether a whole request is here."""
        size = measure(self._input)
        return size is not None and len(self._input) >= SIZE.size + size

    def _next(self) -> bytes | None:
        """Take the next request, less its length; None: it is not here yet."""
        size = measure(self._input)
        if size is None or len(self._input) < SIZE.size + size:
            return None
        end = SIZE.size + size
        frame = bytes(memoryview(self._input)[SIZE.size : end])
        del self._input[:end]
        return frame

    def _defer(self, call: Call, deferred: Deferred) -> None:
        self._deferred = deferred
        deferred.ready.add_done_callback(lambda _: self._guard(partial(self._finish, call, deferred)))
        if self._gone:
            self._stop_waiting()

    def _stop_waiting(self) -> None:
        """End fetches and joins that wait, for minutes perhaps: a client that hangs up must not leave them behind."""
        if self._deferred is not None and self._deferred.abandons:
            self._deferred.ready.cancel()

    def _finish(self, call: Call, deferred: Deferred) -> None:
        """Give a deferred answer, and go on."""
        self._deferred = None
        if self.closed.done():
            return
        if deferred.ready.cancelled():  # the client is gone; earlier answers may still be on their way
            self._transport.close()
            return
        self._give(call, deferred.answer())
        self._answer()
