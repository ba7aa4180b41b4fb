"""A program that sends to those who connect over TCP, such as a receiver's decoder."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from patience import PATIENCE

from producer.cluster.address import Address


@contextlib.contextmanager
def sending(*connections: bytes) -> Iterator[Address]:
    """Send each connection its bytes and close it, one after another; the last stays open, and silent, to the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        end = threading.Event()

        def serve() -> None:
            for number, data in enumerate(connections, 1):
                with listener.accept()[0] as other:
                    other.sendall(data)
                    if number == len(connections):
                        end.wait(PATIENCE)

        server = threading.Thread(target=serve)
        server.start()
        try:
            yield Address("127.0.0.1", listener.getsockname()[1])
        finally:
            end.set()
            server.join(PATIENCE)
