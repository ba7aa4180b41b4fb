"""Programs that a tracker starts beside itself: the producer, as a process of its own.

A child ends with its parent, however that ends: it is given a pipe as standard input, and stops when that closes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from producer.cluster.connection import without

_STOP_TIMEOUT = 5.0  # s


def producer_command(address: str, *options: str, source: str = "replay") -> list[str]:
    """Return the command line of a producer to a broker, which replays the bundled recording or is another."""
    return [sys.executable, "-m", "producer", source, "--stop-on-eof", "--bootstrap-servers", address, *options]


@contextmanager
def running_producer(address: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a producer as long as the context lasts; silent, as nothing may be printed into a notebook's cells."""
    process = subprocess.Popen(
        producer_command(address, *options),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=without(os.environ),  # the embedded broker knows no users, and no TLS
        start_new_session=True,  # an interrupt of the notebook's cell is not for it
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
