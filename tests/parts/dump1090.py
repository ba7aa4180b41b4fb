"""Debian's dump1090-mutability: a decoder that nobody here wrote, fed with frames as they were heard."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from brokers import free_port
from mode_s_frames import beast
from patience import PATIENCE

PROGRAM = shutil.which("dump1090-mutability")
"""None: it is not installed."""

TICKS = 12_000_000  # of the receiver's counter, in a second


class Dump1090:
    """The decoder as a process, without a radio."""

    def __init__(self, folder: Path) -> None:
        self.json = folder / "aircraft.json"
        """What it writes once a second."""
        self.input, self.sbs, self.beast = (free_port() for _ in range(3))

    def start(self) -> subprocess.Popen[bytes]:
        ports = {"bi": self.input, "sbs": self.sbs, "bo": self.beast, "ri": 0, "ro": 0}
        return subprocess.Popen(
            [
                str(PROGRAM), "--net-only", "--quiet", "--net-bind-address", "127.0.0.1",
                *(word for name, port in ports.items() for word in (f"--net-{name}-port", str(port))),
                "--write-json", str(self.json.parent), "--write-json-every", "1",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def feed(self, rows: Sequence[dict[str, Any]]) -> float:
        """Send it frames at the pace at which they were heard: it judges motion by the clock.

        Returns:
            How much later than it was recorded the first one was sent, s.
        """
        begin = rows[0]["timestamp"]
        with socket.create_connection(("127.0.0.1", self.input), PATIENCE) as receiver:
            start = time.time()
            for row in rows:
                after = row["timestamp"] - begin
                if (early := start + after - time.time()) > 0:
                    time.sleep(early)  # the pace, no wait for something
                receiver.sendall(beast(row["frame"], int((1000 + after) * TICKS)))
        return start - begin


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Dump1090]:
    """The decoder, listening."""
    decoder = Dump1090(folder)
    process = decoder.start()
    try:
        deadline = time.monotonic() + PATIENCE
        for port in (decoder.input, decoder.sbs, decoder.beast):
            while True:
                with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                assert process.poll() is None, f"it ended with status {process.returncode}"
                assert time.monotonic() < deadline, "it does not listen"
                time.sleep(0.05)  # nothing but the port tells
        yield decoder
    finally:
        process.terminate()
        process.wait(PATIENCE)
