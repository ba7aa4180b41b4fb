"""One client's connection: its requests are answered one by one, in the order in which they came.

    bytes ──> frame ──decode──> handler ──> answer, at once or later ──encode──> bytes

It is a protocol of asyncio's and has no task: most requests are answered in the turn of the loop in which they come.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from tracker.devbroker.errors import MalformedError
from tracker.devbroker.handlers import HANDLERS
from tracker.devbroker.listen import reached
from tracker.devbroker.node import Node
from tracker.devbroker.wire import MAX_REQUEST, SIZE, Call, Later, decode, encode

_log = logging.getLogger(__name__)

READ_AHEAD = 1 << 18
"""Bytes read from a client before its requests are answered; more wait in its socket."""


class Connection(asyncio.BufferedProtocol):
    """What one client sends, and is answered.

    Args:
        node: What the handlers work on.
        buffer: Where bytes are read into, for this turn of the loop only: all connections share it.
        accept: Called once the client is there.
    """

    def __init__(self, node: Node, buffer: memoryview, accept: Callable[[Connection], None]) -> None:
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the socket is closed."""
        self._node = node
        self._buffer = buffer
        self._accept = accept
        self._input = bytearray()
        self._later: Later | None = None
        self._made = False
        self._full = False  # it does not take its answers
        self._gone = False  # it sends no more, and so waits for no more

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client is there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._made = transport, True
        self._peer = str((transport.get_extra_info("peername") or ("?",))[0])
        address = reached(transport.get_extra_info("sockname"))
        self._address = self._node.advertised.get(address[1], address)
        self._accept(self)

    def abort(self) -> None:
        """Close at once; what was not sent by then is not worth a wait."""
        if self._made:
            self._transport.abort()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        """Where to read into."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Something has come."""
        self._input += self._buffer[:nbytes]
        self._guard(self._answer)

    def eof_received(self) -> bool:
        """The client sends no more."""
        self._gone = True
        self._stop_waiting()
        self._guard(self._answer)
        return True  # we close when all is answered

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The socket is closed."""
        self._stop_waiting()
        self.closed.set_result(None)

    def pause_writing(self) -> None:
        """The client does not take its answers: there are no more until it does."""
        self._full = True

    def resume_writing(self) -> None:
        """It takes them again."""
        self._full = False
        self._guard(self._answer)

    def _guard(self, step: Callable[[], None]) -> None:
        """Take a step; whatever one client brings about must not reach the others."""
        try:
            step()
        except MalformedError as error:
            _log.info("hung up on %s: %s", self._peer, error)
            self.abort()
        except Exception:  # noqa: BLE001
            _log.exception("a request of %s failed", self._peer)
            self.abort()

    def _answer(self) -> None:
        """Answer what has come, unless the client has to wait, or does not take it."""
        while self._later is None and not self._full and (frame := self._next()) is not None:
            call = decode(frame, self._peer, self._address)
            answer = HANDLERS[call.key](self._node, call)
            if isinstance(answer, Later):
                self._wait(call, answer)
            elif answer is not None:
                self._transport.write(encode(call, answer))
        if self._later is not None or self._full:
            if len(self._input) >= READ_AHEAD:
                self._transport.pause_reading()
        elif self._gone:
            self._transport.close()  # once all that was answered has left
        else:
            self._transport.resume_reading()

    def _next(self) -> bytearray | None:
        """The next request, less its length; None: it is not here yet."""
        if len(self._input) < SIZE.size:
            return None
        (size,) = SIZE.unpack_from(self._input)
        if not 0 < size <= MAX_REQUEST:
            raise MalformedError(f"a request of {size} bytes")
        end = SIZE.size + size
        if len(self._input) < end:
            return None
        frame = self._input[SIZE.size : end]
        del self._input[:end]
        return frame

    def _wait(self, call: Call, later: Later) -> None:
        self._later = later
        later.ready.add_done_callback(lambda _: self._guard(partial(self._finish, call, later)))
        if self._gone:
            self._stop_waiting()

    def _stop_waiting(self) -> None:
        """Fetches and joins may wait for minutes; a client that hangs up meanwhile must not leave them behind."""
        if self._later is not None:
            self._later.ready.cancel()

    def _finish(self, call: Call, later: Later) -> None:
        """Give the answer that had to wait, and go on."""
        self._later = None
        if later.ready.cancelled():  # the client is gone; what it was answered before may still be on its way
            self._transport.close()
            return
        self._transport.write(encode(call, later.answer()))
        self._answer()
