"""The live server's socket from Python: frames of `flights.v1.json`, over as many connections as it takes.

    async with connect("ws://127.0.0.1:8000/ws/flights", bbox=(-10, 35, 30, 60)) as frames:
        async for frame in frames:
            mirror.apply(frame, time.monotonic())

A connection that ends is made anew, and goes on where the one before left off; each begins with a `Hello`.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as dial
from websockets.exceptions import ConnectionClosed, InvalidStatus, InvalidURI, WebSocketException
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from tracker.errors import BadFrame, BadOption, ServerRefused, ServerUnreachable
from tracker.geo.boxes import Box
from tracker.stream.protocol import (
    DIALECT,
    MAX_HZ,
    PATH,
    Bye,
    Delta,
    Frame,
    Hello,
    Resume,
    Snapshot,
    Subscribe,
    decode,
    encode,
)

Bounds = Box | tuple[float, float, float, float]
"""A box, or its west, south, east and north, deg."""

_MAX_SIZE = 64 << 20  # bytes of a frame: a snapshot of 10,000 aircraft has one or two million
_OPEN_TIMEOUT = 10.0  # s, for the handshake, and again for the greeting
_CLOSE_TIMEOUT = 2.0  # s
_FIRST_DELAY, _LONGEST_DELAY = 0.2, 10.0  # s, between two attempts
_PROTOCOL_ERROR, _TORN = 1002, 1006
_CLEAN = frozenset({1000, 1001, 1005, 1012, 1013})  # done, going away, no code, restart, try again later
_FATAL = frozenset({_PROTOCOL_ERROR, 1003, 1007, 1008, 1009})  # refused now is refused again: junk, policy, size


class Frames:
    """The frames of a server, one after another; `connect` makes them.

    Cancelling the wait for a frame is safe: none is lost. Nothing runs in the background but the answers to pings, so
    a reader that is slow is sent fewer, newer frames.
    """

    def __init__(self, url: str, wish: Subscribe, *, reconnect: bool) -> None:
        parts = urlsplit(url)
        self.url = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
        """As it stands in messages: without what may be secret."""
        self.trouble = ""
        """Why there is no connection at the moment; empty where there is one."""
        self._target = url
        self._wish = wish
        self._reconnect = reconnect
        self._socket: ClientConnection | None = None
        self._epoch: str | None = None  # of this connection; None: it has not greeted
        self._place: Resume | None = None  # what was handed out last, of the box that is wished for
        self._one_box = True  # whether this connection had no other box
        self._bye: Bye | None = None
        self._failures = 0  # since the last frame of aircraft
        self._over = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection, and the server has greeted."""
        return self._epoch is not None

    async def subscribe(self, *, bbox: Bounds | None = None, max_hz: float | None = None) -> None:
        """Ask for something else, now or as soon as there is a connection; another box is answered with a snapshot.

        Args:
            bbox: The aircraft wanted; None: all.
            max_hz: Deltas a second at most; None: as they come.

        Raises:
            BadOption: For one outside its limits.
        """
        wish = _wish(bbox, max_hz)
        if wish.bbox != self._wish.bbox:
            self._place = None
            self._one_box = False  # a frame under way may still be of the box before
        self._wish = wish
        if self._socket is not None and self.connected:
            await self._send(wish)

    def __aiter__(self) -> AsyncIterator[Frame]:
        return self

    async def __anext__(self) -> Frame:
        """Return the next frame.

        Raises:
            ServerRefused: The server ended the connection because of us, or has turned us away since (HTTP 4xx).
            ServerUnreachable: The connection was torn, and is not to be made anew.
            BadFrame: What came is none.
        """
        while not self._over:
            try:
                if self._socket is None:
                    await self._open()
                return await self._read()
            except (ServerRefused, ServerUnreachable, BadFrame) as error:
                self._over = not (self._reconnect and _heals(error))
                await self._hang_up()
                if self._over and not (self._bye is not None and self._bye.code in _CLEAN):
                    raise
                self.trouble = str(getattr(error, "reason", error))
            if not self._over:
                self._failures += 1
                await asyncio.sleep(delay(self._failures, random.random()))  # noqa: S311 - spreads load, hides nothing
        raise StopAsyncIteration

    async def _open(self) -> None:
        """Connect, once.

        Raises:
            ServerRefused: It answers, but turns us away.
            ServerUnreachable: It does not answer, or not as a WebSocket server does.
        """
        self._bye = None
        try:
            socket = await dial(
                self._target,
                subprotocols=[Subprotocol(DIALECT)],
                compression=None,
                max_size=_MAX_SIZE,
                open_timeout=_OPEN_TIMEOUT,
                close_timeout=_CLOSE_TIMEOUT,
            )
        except InvalidStatus as error:
            answer = error.response
            words = bytes(answer.body or b"").decode(errors="replace").strip()[:200] or answer.reason_phrase
            raise ServerRefused(self.url, answer.status_code, words) from error
        except (OSError, UnicodeError, WebSocketException) as error:
            raise ServerUnreachable(self.url, _why(error)) from error
        self._socket = socket
        if socket.subprotocol != DIALECT:
            await self._hang_up()
            raise ServerRefused(self.url, _PROTOCOL_ERROR, f"it does not speak {DIALECT}")

    async def _close(self) -> None:
        """End the iteration, and the connection if there is one."""
        self._over = True
        await self._hang_up()

    async def _hang_up(self) -> None:
        self._epoch = None
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()

    async def _read(self) -> Frame:
        """Return the next frame of this connection."""
        assert self._socket is not None
        try:
            async with asyncio.timeout(None if self.connected else _OPEN_TIMEOUT):
                data = await self._socket.recv(decode=False)
        except TimeoutError:
            raise ServerUnreachable(self.url, f"no greeting within {_OPEN_TIMEOUT:.0f} s") from None
        except ConnectionClosed as error:
            raise self._ending(error) from error
        try:
            frame = decode(data)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise BadFrame(f"{self.url} sent what is no frame of {DIALECT}: {error}") from error
        match frame:
            case Hello(epoch=epoch):
                await self._greet(epoch)
            case Snapshot(seq=seq) | Delta(seq=seq):
                self._failures = 0
                if self._one_box and self._epoch is not None:
                    self._place = Resume(self._epoch, seq)
            case Bye():
                self._bye = frame
        return frame

    async def _greet(self, epoch: str) -> None:
        """Say what is wanted, and what is there already."""
        assert self._socket is not None
        if self._place is not None and self._place.epoch != epoch:
            self._place = None
        self._epoch, self._one_box, self.trouble = epoch, True, ""
        await self._send(msgspec.structs.replace(self._wish, resume=self._place))

    async def _send(self, wish: Subscribe) -> None:
        assert self._socket is not None
        with suppress(ConnectionClosed):  # who waits for the next frame finds out, and asks anew
            await self._socket.send(encode(wish), text=True)

    def _ending(self, error: ConnectionClosed) -> ServerRefused | ServerUnreachable:
        """Say why this connection ended: in the server's words, else the close frame's, else that there were none."""
        if self._bye is None:
            close = error.sent if error.rcvd is None or error.rcvd_then_sent is False else error.rcvd
            code, reason = (_TORN, "the connection was torn") if close is None else (close.code, close.reason)
            self._bye = Bye(code, reason or f"the connection was closed with {code}")
        code, reason = self._bye.code, self._bye.reason
        return ServerRefused(self.url, code, reason) if code in _FATAL else ServerUnreachable(self.url, reason)


@asynccontextmanager
async def connect(
    url: str, *, bbox: Bounds | None = None, max_hz: float | None = None, reconnect: bool = True
) -> AsyncIterator[Frames]:
    """Connect to a live server; the connection ends with the context.

    Args:
        url: `ws://` or `wss://`; without a path, the server's own is taken.
        bbox: The aircraft wanted; None: all. The server may send some around it.
        max_hz: Deltas a second at most; None: as they come.
        reconnect: Whether a connection that ends is made anew, for ever, with growing pauses of at most 10 s. Otherwise
            the iteration ends with it.

    Raises:
        BadOption: For one outside its limits.
        ServerRefused: The server answers, but turns us away.
        ServerUnreachable: It does not answer.
    """
    frames = Frames(_address(url), _wish(bbox, max_hz), reconnect=reconnect)
    await frames._open()
    try:
        yield frames
    finally:
        await frames._close()


def delay(failures: int, chance: float) -> float:
    """Return how long to wait before the next attempt, s; a matter of chance, as many clients may have lost one server.

    Args:
        failures: Attempts and connections in a row that brought no aircraft, at least 1.
        chance: From 0 to 1.
    """
    longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** min(failures - 1, 16))
    return longest * (0.25 + 0.75 * chance)


def _heals(error: Exception) -> bool:
    """Return whether to try again: a refusal of the 500s tells of a server, or a proxy of it, that is not well."""
    return isinstance(error, ServerUnreachable) or (isinstance(error, ServerRefused) and 500 <= error.code < 600)


def _why(error: Exception) -> str:
    if isinstance(error, ConnectionError) and error.errno:  # asyncio says "Connect call failed" and the address
        return os.strerror(error.errno)
    return str(error) or type(error).__name__


def _address(url: str) -> str:
    try:
        parse_uri(url)
        parts = urlsplit(url)
    except (InvalidURI, ValueError) as error:
        why = getattr(error, "msg", error)
        raise BadOption("url", url, f"ws://host:port{PATH} or wss://... is needed: {why}") from None
    return url if parts.path.strip("/") else urlunsplit(parts._replace(path=PATH))


def _wish(bbox: Bounds | None, max_hz: float | None) -> Subscribe:
    if bbox is not None:
        try:
            box = bbox if isinstance(bbox, Box) else Box(*bbox)
        except (TypeError, ValueError) as error:
            raise BadOption("bbox", bbox, str(error).removeprefix("bbox: ")) from None
        bbox = (box.west, box.south, box.east, box.north)
    if max_hz is not None and not 0 < max_hz <= MAX_HZ:
        raise BadOption("max_hz", max_hz, f"above 0, to {MAX_HZ:g} is allowed")
    return Subscribe(bbox, max_hz)
