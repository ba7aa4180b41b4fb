"""The server's end of an HTTP connection: what uvicorn's protocol lets a client hold for ever has an end here.

    idle:      accepted or answered, and no request is complete ──> closed after REQUEST_WITHIN
    slow:      a part of an answer waits for the client ──> aborted after TAKEN_WITHIN, or if all hold too much
    otherwise: an endpoint works on the answer

A request's body is not wanted by any endpoint: after `MAX_BODY` bytes of it the connection is closed.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol
from uvicorn.server import ServerState

from tracker.server.aging import Aging
from tracker.server.intake import Intake

REQUEST_WITHIN = 15.0
"""How long a connection may be idle, s: until its first request is complete, and from an answer to the next request."""
TAKEN_WITHIN = 60.0
"""How long the client may take to receive an answer, s."""
MOST_WAITING = 128 << 20
"""Bytes of answers that wait for all clients together; above that the slowest is aborted."""
MAX_HEAD = 64 << 10
"""Bytes of a request without its body."""
MAX_BODY = 64 << 10
"""Bytes of a request's body."""
_LONGEST_LINE, _MOST_LINES = 8 << 10, 128  # of a handshake, as websockets takes them


@dataclass(slots=True)
class Guests:
    """The HTTP connections of a server, as far as they hold something without need."""

    idle: Aging[HttpConnection] = field(default_factory=Aging)
    slow: Aging[HttpConnection] = field(default_factory=Aging)

    async def run(self) -> None:
        """Close those whose time is over, until cancelled."""
        while True:
            await asyncio.sleep(1.0)
            self.close_late(asyncio.get_running_loop().time())

    def close_late(self, now: float) -> None:
        """Close those whose time is over."""
        for connection in self.idle.before(now - REQUEST_WITHIN):
            connection.transport.close()
        for connection in self.slow.before(now - TAKEN_WITHIN):
            connection.transport.abort()

    def make_room(self) -> None:
        """Abort the slowest until what waits for all is little enough."""
        while sum(connection.transport.get_write_buffer_size() for connection in self.slow) > MOST_WAITING:
            slowest = self.slow.oldest()
            assert slowest is not None
            self.slow.discard(slowest)
            slowest.transport.abort()


class HttpConnection(H11Protocol, Intake):
    """One connection, until it becomes a WebSocket.

    Args:
        config: uvicorn's.
        server_state: uvicorn's.
        app_state: uvicorn's.
        guests: Takes note of this connection.
    """

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any], guests: Guests) -> None:
        super().__init__(config, server_state, app_state)
        self._guests = guests
        self._body = 0  # bytes of the request's body so far

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # so that we are told of whatever waits
        self._guests.idle.add(self, self.loop.time())

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._guests.idle.discard(self)
        self._guests.slow.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has come, and see whether a request is complete or has become too long."""
        self._body = self._body + len(data) if self.conn.their_state is h11.SEND_BODY else 0
        if self._body > MAX_BODY:
            self.transport.close()
            return
        super().data_received(data)
        self._note()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request, unless that has come already."""
        self._guests.idle.add(self, self.loop.time())
        super().on_response_complete()
        self._note()

    def pause_writing(self) -> None:
        """Take note that a part of an answer waits."""
        super().pause_writing()
        self._guests.slow.add(self, self.loop.time())
        self._guests.make_room()

    def resume_writing(self) -> None:
        """Take note that nothing waits any more."""
        super().resume_writing()
        self._guests.slow.discard(self)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over, unless its handshake is too long.

        Cookies are left out: those of localhost, which all servers there share, get longer than a handshake may be, and
        nobody here wants them.
        """
        self._guests.idle.discard(self)
        self._guests.slow.discard(self)
        self.headers = [(name, value) for name, value in self.headers if name != b"cookie"]
        longest = max(len(name) + len(value) + 4 for name, value in self.headers)
        if longest > _LONGEST_LINE or len(self.headers) > _MOST_LINES:
            self._refuse(431, "the handshake has a header of over 8 KiB, or over 128 headers")
            return
        self.transport.set_write_buffer_limits()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that cannot be parsed, with the status that fits, unless an answer has begun."""
        error = sys.exc_info()[1]
        if self.cycle is not None:
            self.cycle.disconnected = True  # or its endpoint would answer beside us
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._refuse(getattr(error, "error_status_hint", 400), msg)
        else:
            self.transport.close()

    def _note(self) -> None:
        """Take note whether an answer is being worked on."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._guests.idle.discard(self)

    def _refuse(self, status: int, reason: str) -> None:
        body = reason.encode()
        headers = [
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        response = h11.Response(status_code=status, headers=headers, reason=STATUS_PHRASES[status])
        for event in (response, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
