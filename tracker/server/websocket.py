"""The server's end of a WebSocket: frames that were prepared once are written as they are, and nothing queues up.

An ASGI server frames each message anew for each client, and waits for each. `Outlet` is uvicorn's own protocol with a
second entrance, for prepared bytes, which is used only while everything sent before has left.
"""

from __future__ import annotations

import socket
from asyncio.transports import BaseTransport
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from tracker.server.dialects import SPOKEN, Dialect, Notice
from tracker.stream.protocol import Bye

STOPPING = Bye(1001, "the server stops")
_SEND_BUFFER = 256 << 10  # bytes, in the system
_ABORT_AFTER = 1.0  # s, for a client that does not even take the reason


class Outlet(WebSocketsSansIOProtocol):
    """One connection; the endpoint finds it in the scope's state, as `outlet`."""

    dialect: Dialect = SPOKEN[None]
    """How notices are encoded; until a viewer has joined there are none."""

    @property
    def open(self) -> bool:
        """Whether frames can be sent."""
        return self.handshake_complete and not (self.close_sent or self.disconnected or self.transport.is_closing())

    @property
    def waiting(self) -> int:
        """Bytes that were sent and have not left; 0: the client has drained."""
        return self.transport.get_write_buffer_size()

    def write(self, prepared: bytes) -> None:
        """Send prepared frames; only to a client that has drained, so that no more than one write waits."""
        if prepared and self.open:
            self.transport.write(prepared)

    def say(self, notice: Notice) -> None:
        """Send a notice, whether or not the client has drained."""
        self.write(self.dialect.announce(notice))

    def dismiss(self, bye: Bye) -> None:
        """Close with a reason; abort after a second if the client does not answer."""
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
        """Keep the system's send buffer small: megabytes in it would be old by the time they leave."""
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        super().connection_made(transport)

    def handle_connect(self, event: Request) -> None:
        """Put this connection where the endpoint finds it."""
        super().handle_connect(event)
        scope: dict[str, Any] | None = getattr(self, "scope", None)
        if scope is not None:
            scope["state"]["outlet"] = self

    async def send(self, message: ASGISendEvent) -> None:
        """Forward the endpoint's message.

        uvicorn considers a refused request unfinished, and would complain: mark the handshake as complete.
        """
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True

    def shutdown(self) -> None:
        """Tell the client why before uvicorn closes."""
        if self.handshake_complete:
            self.dismiss(STOPPING)
        else:
            super().shutdown()
