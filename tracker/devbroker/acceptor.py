"""Accept the connections of clients, also when the process runs out of file descriptors.

asyncio's own server tries a hundred times in a row then, and logs each failure.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from tracker.devbroker.notices import Notices

RETRY = 1.0
"""Seconds without accepting after the system refused a connection, as a rule."""

_A_TURN = 16  # connections accepted in one turn of the loop


class Acceptor:
    """Sockets that listen.

    Args:
        sockets: They listen already, and do not block.
        connect: Makes the protocol of a connection.
        relieve: Called when the system refuses a connection: something has to be closed.
        notices: Where that is told.
        retry: Seconds without accepting after that.
    """

    def __init__(
        self,
        sockets: list[socket.socket],
        connect: Callable[[], asyncio.BaseProtocol],
        relieve: Callable[[], None],
        notices: Notices,
        retry: float = RETRY,
    ) -> None:
        self.sockets = sockets
        self._connect = connect
        self._relieve = relieve
        self._notices = notices
        self._retry = retry
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[object]] = set()
        self._pause: asyncio.TimerHandle | None = None

    @property
    def paused(self) -> bool:
        """Whether connections have to wait, because the system refused one."""
        return self._pause is not None

    def start(self) -> None:
        """Accept connections from now on."""
        self._pause = None
        for sock in self.sockets:
            self._loop.add_reader(sock, self._accept, sock)

    def stop(self) -> None:
        """Accept no more for now; what comes waits in the system's queue."""
        for sock in self.sockets:
            self._loop.remove_reader(sock)
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None

    async def close(self) -> None:
        """Stop listening; returns once every connection that was accepted has its protocol."""
        self.stop()
        while self.sockets:
            self.sockets.pop().close()
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _accept(self, sock: socket.socket) -> None:
        for _ in range(_A_TURN):
            try:
                client, _ = sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._back_off(error)
                return
            client.settimeout(0)
            opening: asyncio.Task[object] = self._loop.create_task(
                self._loop.connect_accepted_socket(self._connect, client)
            )
            self._opening.add(opening)
            opening.add_done_callback(self._opened)

    def _back_off(self, error: OSError) -> None:
        self.stop()
        self._notices.warn(
            "accept", f"cannot accept a connection: {error.strerror or error}; trying again in {self._retry:g} s"
        )
        self._relieve()
        self._pause = self._loop.call_later(self._retry, self.start)

    def _opened(self, opening: asyncio.Task[object]) -> None:
        self._opening.discard(opening)
        if not opening.cancelled() and opening.exception() is not None:
            self._notices.warn("open", f"a connection failed as it was opened: {opening.exception()!r}")
