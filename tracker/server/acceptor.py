"""Accepts connections, as many as there are files for.

    listening socket ──> Acceptor ──> HttpConnection ──> Outlet, where it becomes a WebSocket

It stands in for asyncio's own server, which accepts 2,048 connections in one turn, knows no limit, and where files run
out writes a traceback for each attempt.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Collection

from tracker.server.aging import Aging
from tracker.server.http import HttpConnection

_AT_ONCE = 8  # connections that are accepted in one turn: with one, newcomers to a busy machine waited for many turns
_PAUSE = 0.1  # s, until a full server looks again whether there is room
_RETRY = 1.0  # s, after the system had no files or no memory
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

log = logging.getLogger(__name__)


class Acceptor:
    """A listening socket within the event loop.

    Where there is no room for a newcomer, the connection that has been idle for longest makes it: one that asks for
    nothing keeps nobody out. Where none is idle, newcomers wait in the system.

    Args:
        listener: A socket that listens.
        make: Makes the protocol of a connection.
        connections: All that are open.
        idle: Those of them that wait for a request.
        most: Connections at most.
    """

    def __init__(
        self,
        listener: socket.socket,
        make: Callable[[], asyncio.BaseProtocol],
        connections: Collection[object],
        idle: Aging[HttpConnection],
        most: int,
    ) -> None:
        listener.settimeout(0)
        self._listener, self._make, self._connections, self._idle, self._most = listener, make, connections, idle, most
        self._loop = asyncio.get_running_loop()
        self._arriving: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None
        self._listen()

    def close(self) -> None:
        """Accept no more."""
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._listener)

    async def wait_closed(self) -> None:
        """Return at once: uvicorn waits for the connections itself."""

    def _listen(self) -> None:
        self._pause = None
        self._loop.add_reader(self._listener, self._accept)

    def _rest(self, seconds: float) -> None:
        self._loop.remove_reader(self._listener)
        self._pause = self._loop.call_later(seconds, self._listen)

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            if len(self._connections) + len(self._arriving) >= self._most and not self._make_room():
                log.warning("No room for newcomers: %d connections are open, and none is idle", len(self._connections))
                self._rest(_PAUSE)
                return
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    log.warning("No connection can be accepted: %s", error.strerror)
                    self._rest(_RETRY)
                return
            task = self._loop.create_task(self._welcome(connection))
            self._arriving.add(task)
            task.add_done_callback(self._arriving.discard)

    def _make_room(self) -> bool:
        longest = self._idle.oldest()
        if longest is None:
            return False
        self._idle.discard(longest)
        longest.transport.abort()
        return True

    async def _welcome(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(0)
            await self._loop.connect_accepted_socket(self._make, connection)
        except OSError:
            connection.close()  # it has gone already
