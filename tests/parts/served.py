"""`tracker serve` as a process of its own, asked over raw sockets: what it answers, logs and holds."""

from __future__ import annotations

import contextlib
import re
import resource
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

NOWHERE = "127.0.0.1:1"
"""A broker that cannot be reached: for what needs no aircraft."""
PATIENCE = 30.0
"""s that an answer may take on a busy machine."""


class Served:
    """The process, which has said where it serves."""

    def __init__(self, process: subprocess.Popen[str], log: TextIO) -> None:
        self._process, self._log = process, log
        line = process.stdout.readline()
        assert line.startswith("Serving http://"), self.log()
        self.base = line.split()[1].removeprefix("http://").rstrip("/")
        self.pid = process.pid

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.base.split(":")
        return host, int(port)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, PATIENCE)

    def ask(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of what is answered to a request; it has to ask for the end of the connection."""
        with self.connect() as client:
            client.sendall(request)
            return read_answer(client)

    def get(self, path: str, *headers: str, method: str = "GET", host: str | None = None):
        """As `ask`, of a well-formed request."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host or self.base}", "Connection: close", *headers, "", ""]
        return self.ask("\r\n".join(lines).encode())

    def log(self) -> str:
        """All that was written to standard error."""
        self._log.seek(0)
        return self._log.read()

    def peak(self) -> int:
        """The most resident memory that it has had, bytes."""
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        return 1024 * int(found[1])

    def stop(self) -> int:
        """Its exit status."""
        self._process.terminate()
        return self._process.wait(PATIENCE)


@contextlib.contextmanager
def served(*options: str, broker: str = NOWHERE, files: tuple[int, int] | None = None) -> Iterator[Served]:
    """A server with these options; `files` limits its open files, soft and hard."""
    command = [sys.executable, "-m", "tracker", "serve", "--port", "0", "--bootstrap-servers", broker, *options]
    limit = files and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, files))
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, preexec_fn=limit) as process,
    ):
        try:
            server = Served(process, log)
            yield server
            server.stop()
        finally:
            process.kill()


def read_answer(client: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Read an HTTP answer up to the end of the connection."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while some := client.recv(1 << 16):
            data += some
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    assert first, "closed without an answer"
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body
