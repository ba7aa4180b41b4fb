"""A WebSocket client by hand, which sends what no library would."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterator

from served import Served

from tracker.stream.protocol import DIALECT, PATH

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
SUBSCRIBE = b'{"type":"subscribe"}'


def upgrade(base: str, *headers: str, protocol: str | None = DIALECT, method: str = "GET") -> bytes:
    """A request for a WebSocket."""
    lines = [
        f"{method} {PATH} HTTP/1.1", f"Host: {base}", "Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", *headers,
    ]  # fmt: skip
    lines += [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True) -> bytes:
    """A frame of a client; the mask is of zeros, which leaves the payload as it is."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    else:
        length = struct.pack("!BH", 0xFE, size) if size < 1 << 16 else struct.pack("!BQ", 0xFF, size)
    return bytes([0x80 * fin | opcode]) + length + bytes(4) + payload


class RefusedError(Exception):
    """The server has not upgraded the connection."""


class RawSocket:
    """A connection that was upgraded."""

    def __init__(self, server: Served, *headers: str, protocol: str | None = DIALECT, receive: int = 0) -> None:
        self.socket = socket.socket()
        if receive:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.socket.settimeout(30)
        self.socket.connect(server.address)
        self.socket.sendall(upgrade(server.base, *headers, protocol=protocol))
        self._data = b""
        while b"\r\n\r\n" not in self._data:
            self._data += self._more()
        head, self._data = self._data.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 101 "):
            self.socket.close()
            raise RefusedError(head.split(b"\r\n")[0].decode())

    def __enter__(self) -> RawSocket:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *frames: bytes) -> bool:
        """Whether the server took them all; it may have closed meanwhile."""
        try:
            self.socket.sendall(b"".join(frames))
        except OSError:
            return False
        return True

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """Opcodes and payloads of what the server sends, to the end."""
        with contextlib.suppress(ConnectionError):
            while True:
                while (size := self._size()) is None or len(self._data) < size[0] + size[1]:
                    self._data += self._more()
                begin, length = size
                opcode, payload = self._data[0] & 15, self._data[begin : begin + length]
                self._data = self._data[begin + length :]
                yield opcode, payload

    def closed(self) -> tuple[int, str]:
        """Code and reason with which the server closes; 1006 where it says nothing."""
        for opcode, payload in self.frames():
            if opcode == CLOSE:
                return int.from_bytes(payload[:2], "big"), payload[2:].decode()
        return 1006, ""

    def heard(self, text: bytes) -> bytes:
        """The first message that holds a text."""
        return next(payload for opcode, payload in self.frames() if opcode == TEXT and text in payload)

    def _size(self) -> tuple[int, int] | None:
        """Where the payload of the next frame begins, and its length."""
        if len(self._data) < 10 and (len(self._data) < 2 or self._data[1] >= 126):
            return None
        if self._data[1] < 126:
            return 2, self._data[1]
        begin = 4 if self._data[1] == 126 else 10
        return begin, int.from_bytes(self._data[2:begin], "big")

    def _more(self) -> bytes:
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionResetError
        return data
