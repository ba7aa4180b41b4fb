"""The server's end of a WebSocket: frames that were prepared once are written as they are, and nothing queues up.

An ASGI server frames each message anew for each client, and waits for each. Here uvicorn's own protocol is given a
door beside that: it takes bytes only while all that was sent before has left.
"""

from __future__ import annotations

import socket
from asyncio.transports import BaseTransport
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from tracker.stream.protocol import Bye, Frame, encode, prepare

STOPPING = Bye(1001, "the server stops")
_SEND_BUFFER = 256 << 10  # bytes, in the system
_ABORT_AFTER = 1.0  # s, for a client that does not even take the reason


class Outlet(WebSocketsSansIOProtocol):
    """One connection; the endpoint finds it in the scope's state, as `outlet`."""

    columns = False
    """Whether it speaks `flights.v1.json`: then it is told why it ends."""

    @property
    def open(self) -> bool:
        """Whether frames can be sent."""
        return self.handshake_complete and not (self.close_sent or self.disconnected or self.transport.is_closing())

    @property
    def waiting(self) -> int:
        """Bytes that were sent and have not left; 0: it has drained."""
        return self.transport.get_write_buffer_size()

    def write(self, prepared: bytes) -> None:
        """Send frames that are prepared; for one that has drained, so that no more than one write waits."""
        if self.open:
            self.transport.write(prepared)

    def say(self, frame: Frame) -> None:
        """Send a short frame, whether or not it has drained."""
        if self.columns:
            self.write(prepare(encode(frame)))

    def dismiss(self, bye: Bye) -> None:
        """End the connection with a reason, at last also against its will."""
        if self.open:
            self.say(bye)
            self.queue.put_nowait({"type": "websocket.disconnect", "code": bye.code, "reason": bye.reason})
            self.conn.send_close(bye.code, bye.reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.stop_keepalive()
            if self.read_paused:  # or its answer would not be seen
                self.read_paused = False
                self.transport.resume_reading()
            self.close_timer = self.loop.call_later(_ABORT_AFTER, self.transport.abort)

    def connection_made(self, transport: BaseTransport) -> None:
        """Keep the system from holding megabytes of what is old by the time that it leaves."""
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        super().connection_made(transport)

    def handle_connect(self, event: Request) -> None:
        """Let the endpoint find us."""
        super().handle_connect(event)
        scope: dict[str, Any] | None = getattr(self, "scope", None)
        if scope is not None:
            scope["state"]["outlet"] = self

    async def send(self, message: ASGISendEvent) -> None:
        """What the endpoint sends: to accept, or an answer that refuses, after which uvicorn misses a handshake."""
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True

    def shutdown(self) -> None:
        """Say why before uvicorn closes."""
        if self.handshake_complete:
            self.dismiss(STOPPING)
        else:
            super().shutdown()
