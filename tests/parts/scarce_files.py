"""This process without files that it may open, and a listening socket that says how often it was asked."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
from collections.abc import Iterator


class CountedSocket(socket.socket):
    """A socket that counts how often it was asked for a connection."""

    asked = 0

    def accept(self):
        self.asked += 1
        return super().accept()


@contextlib.contextmanager
def none_left() -> Iterator[None]:
    """A block in which the process can open no more files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
