"""Programs that run beside us, each as a process of its own.

A child ends with its parent, however that ends: it is given a pipe as standard input, and stops when that closes.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from producer.cluster.connection import without

_STOP_TIMEOUT = 5.0  # s
_GRACE = 3.0  # s, from the wish to stop until a child is killed
_LAST_WORDS = 15  # lines of a child that died


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


@dataclass
class Child:
    """A program that `tracker up` runs; what it says is kept for the case that it dies."""

    name: str
    process: asyncio.subprocess.Process
    words: deque[str] = field(default_factory=lambda: deque(maxlen=_LAST_WORDS))

    @classmethod
    async def start(cls, name: str, command: Sequence[str], **environment: str) -> Child:
        """Start a program, with some variables added to our environment."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,  # closes when we end, however we end: then it ends too
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=without(os.environ) | environment,  # their broker is ours, which knows no users, and no TLS
            start_new_session=True,  # Ctrl-C is for us; JupyterLab would ask whether we are sure
        )
        return cls(name, process)

    async def ended(self) -> str:
        """Wait until it ends by itself, and return what there is to say then."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.words.append(line.decode(errors="replace").rstrip())
        status = await self.process.wait()
        return "\n    ".join([f"{self.name} ended (status {status}). Its last words:", *self.words])

    async def stop(self) -> None:
        """End it: politely, then not."""
        if self.process.returncode is None:
            self.process.terminate()
        try:
            async with asyncio.timeout(_GRACE):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
