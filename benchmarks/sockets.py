"""WebSocket connections that do as little as they can: hand-made, so that a thousand cost less than the server.

What comes is neither unmasked (a server does not mask) nor assembled; frames are counted by their headers alone.
"""

import base64
import os
import socket
import struct
import time
from array import array

import msgspec

PING, CLOSE = 9, 8
_CONNECT_TIMEOUT = 30.0  # s


class _Columns(msgspec.Struct):
    time: list[float] = []


class _Update(msgspec.Struct):
    """As much of a frame as has to be known, of either dialect: the rest is skipped."""

    type: str = ""
    columns: _Columns | None = None
    time: float | None = None


_decode = msgspec.json.Decoder(_Update).decode


class LostError(ConnectionError):
    """The server has closed the connection."""


class Reader:
    """A connection that counts frames and bytes, and reads nothing else."""

    __slots__ = ("bytes", "frames", "rest", "skip", "socket")

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.frames = 0
        self.bytes = 0
        self.skip = 0
        """Bytes of a frame's payload that are still to come."""
        self.rest = b""
        """The begin of a frame that could not be read yet."""

    def take(self, data: bytes | bytearray, end: int) -> None:
        """Count what was read: the first `end` bytes of data, of which nothing is kept.

        Raises:
            LostError: It tells that the connection is closed.
        """
        self.bytes += end
        at = self.skip
        if self.rest:
            data, self.rest = self.rest + data[:end], b""
            end = len(data)
        while at < end:
            begin = at
            size = data[at + 1] if at + 1 < end else 128
            at += 2
            if size == 126:
                size = data[at] << 8 | data[at + 1] if at + 2 <= end else 1 << 40
                at += 2
            elif size == 127:
                size = int.from_bytes(data[at : at + 8], "big") if at + 8 <= end else 1 << 40
                at += 8
            control = data[begin] & 8
            if at > end or (control and at + size > end):
                self.rest = bytes(data[begin:end])
                self.skip = 0
                return
            if control:
                self._answer(data[begin] & 15, bytes(data[at : at + size]))
            else:
                self.frames += 1
            at += size
        self.skip = at - end

    def _answer(self, opcode: int, payload: bytes) -> None:
        """Do what a control frame asks for."""
        if opcode == CLOSE:
            raise LostError(payload[2:].decode(errors="replace") or "closed without a reason")
        if opcode == PING:
            self.socket.send(client_frame(payload, 10))


class Sample(Reader):
    """A connection whose every update is read and timed."""

    __slots__ = ("lags", "latencies", "newest", "timing", "updates")

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection)
        self.timing = False
        self.updates = 0
        self.lags = 0
        self.newest = 0.0
        self.latencies = array("d")
        """s from each update's `time` until it was read."""

    def begin(self) -> None:
        """Time from now on, and forget what was timed before."""
        self.timing, self.updates, self.lags = True, 0, 0
        self.latencies = array("d")

    def take(self, data: bytes | bytearray, end: int) -> None:
        """Read and count what was read."""
        now = time.time()
        self.bytes += end
        data, at = self.rest + data[:end], 0
        while (bounds := frame_bounds(data, at)) is not None:
            opcode = data[at] & 15
            payload = bytes(data[bounds[0] : bounds[1]])
            at = bounds[1]
            if opcode & 8:
                self._answer(opcode, payload)
            else:
                self.frames += 1
                self._time(payload, now)
        self.rest = bytes(data[at:])

    def _time(self, payload: bytes, now: float) -> None:
        """Note when the updates of a frame were published."""
        update = _decode(payload)
        self.lags += self.timing and update.type == "lag"
        if update.type == "snapshot":
            return
        times = update.columns.time if update.columns else [update.time] if update.time else []
        if times:
            self.newest = max(self.newest, *times) if len(times) > 1 else max(self.newest, times[0])
            if self.timing:
                self.updates += len(times)
                self.latencies.extend([now - moment for moment in times])


def frame_bounds(data: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """Where the payload of an unmasked frame begins and ends; None where it is not yet complete."""
    if at + 2 > len(data):
        return None
    size, begin = data[at + 1], at + 2
    if size >= 126:
        begin += 2 if size == 126 else 8
        if begin > len(data):
            return None
        size = int.from_bytes(data[at + 2 : begin], "big")
    return (begin, begin + size) if begin + size <= len(data) else None


def client_frame(payload: bytes, opcode: int = 1, *, final: bool = True) -> bytes:
    """A frame as a client must write it; the mask is of zeros, which leaves the payload as it is."""
    assert len(payload) < 126
    return struct.pack("!BBI", 0x80 * final | opcode, 0x80 | len(payload), 0) + payload


def begin(host: str, port: int, path: str, protocol: str | None) -> socket.socket:
    """Connect, and ask for the upgrade."""
    connection = socket.create_connection((host, port), _CONNECT_TIMEOUT)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(upgrade(f"{host}:{port}", path, protocol))
    return connection


def upgrade(host: str, path: str, protocol: str | None, *headers: str) -> bytes:
    """Return a request for a WebSocket, with these headers besides."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *([f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []),
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def finish(connection: socket.socket) -> bytes:
    """Wait for the answer; what was read beyond it."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        some = connection.recv(4096)
        if not some:
            raise LostError(f"closed during the handshake, after {answer!r}")
        answer += some
    head, rest = answer.split(b"\r\n\r\n", 1)
    if not head.startswith(b"HTTP/1.1 101 "):
        raise LostError(f"no upgrade: {head.decode(errors='replace')}")
    return rest
