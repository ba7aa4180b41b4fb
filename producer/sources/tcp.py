"""`Peer`: what a program sends over TCP, for as long as one wants to hear it.

    address ──> connect ──> Chunk, Chunk, ... ──> it ends, or cannot be reached ──> back off ──> connect, for ever

The log has one line a change, however often it is tried. Whatever is waited for, an empty chunk comes several times a
second, so that progress is shown and a stop is heeded meanwhile.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, wait
from contextlib import closing
from typing import NamedTuple

from producer.cluster.address import Address
from producer.sources.backoff import Backoff
from producer.sources.line_buffer import LONGEST, LineBuffer
from producer.stop import Stop
from producer.wire import SchemaError

logger = logging.getLogger(__name__)

_TICK = 0.2  # s, between two looks at the stop
_GATHER = 0.05  # s, for which what comes in is gathered: a sender of single lines costs no turn for each
_MOST = 1 << 18  # bytes of a chunk
_LASTING = 10.0  # s, after which a connection has succeeded: one that ends at once is tried less and less often
_KEEP_ALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}  # a peer that vanished is missed in a minute


class Chunk(NamedTuple):
    """A piece of what a peer sends."""

    data: bytes
    """Empty: nothing came meanwhile."""
    fresh: bool = False
    """Whether it is the first of a connection: what came before it has no end."""


_NOTHING = Chunk(b"")


class Peer:
    """A program that sends to all who connect, such as a receiver's decoder."""

    def __init__(
        self,
        address: Address,
        *,
        connect_timeout: float = 5.0,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Choose it; nothing is connected yet.

        Args:
            address: Where it listens.
            connect_timeout: How long it may take to accept, s.
            backoff: How long to wait between attempts.
            clock: Seconds, monotonic.
        """
        self._address = address
        self._connect_timeout = connect_timeout
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._told = ""

    @property
    def name(self) -> str:
        """Its address, as it is written."""
        return str(self._address)

    def lines(self, stop: Stop, longest: int = LONGEST) -> Generator[list[bytes | SchemaError], None, None]:
        """Yield the lines that it sends, several together, until the stop.

        Half a line at the end of a connection is dropped.

        Args:
            stop: Heeded within half a second.
            longest: Bytes of the longest line; one that is longer is an error in its place.

        Yields:
            Lines without their ends; none at all: nothing came for a moment.
        """
        buffer = LineBuffer(longest)
        with closing(self.chunks(stop)) as chunks:
            for data, fresh in chunks:
                if fresh:
                    buffer.clear()
                yield buffer.split(data)

    def chunks(self, stop: Stop) -> Generator[Chunk, None, None]:
        """Yield what it sends as it comes, until the stop.

        Args:
            stop: Heeded within half a second.
        """
        while not stop.is_set():
            opened = yield from self._connect(stop)
            if opened is not None:
                began = self._clock()
                with opened:
                    yield from self._receive(opened, stop)
                if self._clock() - began >= _LASTING:
                    self._backoff.reset()
            yield from self._pause(self._backoff.grow(), stop)

    def _connect(self, stop: Stop) -> Generator[Chunk, None, socket.socket | None]:
        """Return a connection, or None where there is none."""
        attempt = _connect_in_thread(self._address, self._connect_timeout)
        opened = None
        try:
            while not wait([attempt], _TICK).done:
                yield _NOTHING
                if stop.is_set():
                    return None
            opened = attempt.result()
        except (OSError, UnicodeError) as error:
            self._tell(logging.WARNING, f"cannot be reached ({_reason(error)}): trying until it can")
        else:
            self._tell(logging.INFO, "is connected")
        finally:
            if opened is None:
                attempt.add_done_callback(_discard)
        return opened

    def _receive(self, opened: socket.socket, stop: Stop) -> Generator[Chunk, None, None]:
        opened.settimeout(_TICK)
        fresh = True
        while not stop.is_set():
            try:
                data = opened.recv(_MOST)
            except OSError as error:
                if isinstance(error, TimeoutError) and error.errno is None:  # ours: the system's has a number
                    yield _NOTHING
                    continue
                self._tell(logging.WARNING, f"is lost ({_reason(error)}): connecting again")
                return
            if not data:
                self._tell(logging.WARNING, "has ended the connection: connecting again")
                return
            yield Chunk(data, fresh)
            fresh = False
            if len(data) < _MOST:
                stop.wait(_GATHER)

    def _pause(self, seconds: float, stop: Stop) -> Iterator[Chunk]:
        end = self._clock() + seconds
        while (left := end - self._clock()) > 0 and not stop.wait(min(left, _TICK)):
            yield _NOTHING

    def _tell(self, level: int, what: str) -> None:
        if what != self._told:
            logger.log(level, "%s %s", self._address, what)
            self._told = what


def _connect_in_thread(address: Address, timeout: float) -> Future[socket.socket]:
    """Begin to connect: a resolver can take half a minute, in which it heeds nothing."""
    attempt: Future[socket.socket] = Future()

    def connect() -> None:
        try:
            opened = socket.create_connection((address.host, address.port), timeout)
        except (OSError, UnicodeError) as error:
            attempt.set_exception(error)
            return
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEP_ALIVE.items():
            if hasattr(socket, name):
                opened.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        attempt.set_result(opened)

    threading.Thread(target=connect, daemon=True).start()
    return attempt


def _discard(attempt: Future[socket.socket]) -> None:
    """Close a connection that is not wanted any more."""
    if attempt.exception() is None:
        attempt.result().close()


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) and error.errno is None:
        return "no answer"
    return (getattr(error, "strerror", None) or str(error)).lower()
