"""The server's end of a WebSocket: frames that were prepared once are written as they are, and nothing queues up.

An ASGI server frames each message anew for each client, and waits for each. `Outlet` is uvicorn's own protocol with a
second entrance, for prepared bytes, which is used only while everything sent before has left.
"""

from __future__ import annotations

import asyncio
import socket
from asyncio.transports import BaseTransport
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import State

from tracker.server.allowance import Allowance
from tracker.server.dialects import SPOKEN, Dialect, Notice
from tracker.server.intake import Intake
from tracker.stream.protocol import FRAMES_A_SECOND, FRAMES_AT_ONCE, MAX_FRAGMENTS, Bye

STOPPING = Bye(1001, "the server stops")
_FLOOD = Bye(1008, f"over {FRAMES_AT_ONCE} frames at once, or {FRAMES_A_SECOND} a second")
_IN_PIECES = Bye(1008, f"a message in over {MAX_FRAGMENTS} fragments")
_NOT_TEXT = Bye(1007, "a text message that is not UTF-8")
_NO_PONG = Bye(1011, "a ping was not answered")
_SEND_BUFFER = 256 << 10  # bytes, in the system
_ABORT_AFTER = 1.0  # s, for a client that does not even take the reason


class Outlet(WebSocketsSansIOProtocol, Intake):
    """One connection; the endpoint finds it in the scope's state, as `outlet`.

    A client may send so many frames, of any kind, at once and a second. That bounds what it can make the server do and,
    where it does not read, the pongs that wait for it.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.dialect: Dialect = SPOKEN[None]
        """How notices are encoded; until a viewer has joined there are none."""
        self._allowance = Allowance(FRAMES_AT_ONCE, FRAMES_A_SECOND, self.loop.time())
        self._ending: asyncio.TimerHandle | None = None  # aborts what the endpoint has left

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
            if self.conn.state is State.OPEN:  # otherwise the client's own goodbye is among what was just parsed
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
        """Put this connection where the endpoint finds it; nothing more is read before that has answered."""
        super().handle_connect(event)
        scope: dict[str, Any] | None = getattr(self, "scope", None)
        if scope is not None:
            scope["state"]["outlet"] = self
            self.read_paused = True
            self.transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        """Parse what has come, and answer a handshake that cannot be parsed: uvicorn would leave that open."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            answer = b"".join(self.conn.data_to_send()) or self.conn.reject(400, "malformed handshake\n").serialize()
            self.transport.write(answer)
            self.transport.close()

    def handle_events(self) -> None:
        """Heed what was parsed, as long as the client sends no more than it may."""
        frames = sum(isinstance(event, Frame) for event in self.conn.events)
        if frames and not self._allowance.take(frames, self.loop.time()):
            self._end(_FLOOD)
            return
        super().handle_events()
        if len(self.frames) > MAX_FRAGMENTS:
            self._end(_IN_PIECES)

    def send_receive_event_to_app(self) -> None:
        """Hand a message over to the endpoint, unless it is a text that is not UTF-8."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self._end(_NOT_TEXT)
                return
        super().send_receive_event_to_app()

    def keepalive_timeout(self) -> None:
        """Close a client that answers no ping; uvicorn would wait until it has read what it was sent."""
        self.dismiss(_NO_PONG)

    async def send(self, message: ASGISendEvent) -> None:
        """Forward the endpoint's message.

        uvicorn considers a refused request unfinished, and would complain: mark the handshake as complete.
        """
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True

    def _end(self, bye: Bye) -> None:
        """Close with a reason, and read nothing more: to throw a flood away would take a core while it lasts."""
        self.frames = []
        self.dismiss(bye)
        self.transport.pause_reading()

    async def run_asgi(self) -> None:
        """Let the endpoint serve the connection, and see to it that this ends though the client reads no more."""
        await super().run_asgi()
        if not self.disconnected:
            self._ending = self.loop.call_later(_ABORT_AFTER, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and whatever was still to be done to it: a transport that has ended bears no abort."""
        if self._ending is not None:
            self._ending.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Tell the client why before uvicorn closes."""
        if self.handshake_complete:
            self.dismiss(STOPPING)
        else:
            super().shutdown()
