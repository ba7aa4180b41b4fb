"""A small reverse proxy, as people put them before a server: a prefix, and a `Host` that it rewrites or leaves."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class ReverseProxy(socketserver.ThreadingTCPServer):
    """Passes on what is asked below a prefix; each request has a connection of its own.

    Args:
        upstream: Host and port of the server.
        prefix: Such as `/flights`; what lies elsewhere is 404.
        strips: Whether it takes the prefix away.
        rewrites_host: Whether the server is told its own address as `Host`, as nginx does where it is told nothing.
    """

    def __init__(self, upstream: str, prefix: str, *, strips: bool, rewrites_host: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.upstream, self.prefix, self.strips, self.rewrites_host = upstream, prefix, strips, rewrites_host
        self.base = f"127.0.0.1:{self.server_address[1]}"
        self.open: list[socket.socket] = []

    def rewrite(self, head: str) -> str | None:
        """What is passed on; None: nothing."""
        method, path, rest = head.split(" ", 2)
        if not path.startswith(f"{self.prefix}/"):
            return None
        if self.strips:
            path = path.removeprefix(self.prefix)
        if self.rewrites_host:
            rest = re.sub(r"(?im)^host:.*\r$", f"Host: {self.upstream}\r", rest)
        if "upgrade: websocket" not in rest.lower():
            rest = re.sub(r"(?im)^connection:.*\r$", "Connection: close\r", rest)
        return f"{method} {path} {rest}"


class _Request(socketserver.BaseRequestHandler):
    server: ReverseProxy

    def handle(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            some = self.request.recv(1 << 16)
            if not some:
                return
            head += some
        passed_on = self.server.rewrite(head.decode("latin-1"))
        if passed_on is None:
            self.request.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        host, port = self.server.upstream.split(":")
        with socket.create_connection((host, int(port))) as there:
            self.server.open += [self.request, there]
            there.sendall(passed_on.encode("latin-1"))
            back = threading.Thread(target=_pipe, args=(there, self.request))
            back.start()
            _pipe(self.request, there)
            back.join()


def _pipe(source: socket.socket, target: socket.socket) -> None:
    """Pass on until either end is closed, and close both then."""
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    _close([source, target])


def _close(sockets: list[socket.socket]) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def reverse_proxy(upstream: str, prefix: str, *, strips: bool, rewrites_host: bool) -> Iterator[str]:
    """Host and port of a proxy that runs in threads of its own."""
    with ReverseProxy(upstream, prefix, strips=strips, rewrites_host=rewrites_host) as proxy:
        threading.Thread(target=proxy.serve_forever, args=(0.05,)).start()
        try:
            yield proxy.base
        finally:
            proxy.shutdown()
            _close(proxy.open)
