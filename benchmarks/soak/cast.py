"""The processes of a soak: started, restarted, measured, ended."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.processes import Child, running
from benchmarks.soak.figures import PROCESSES
from benchmarks.stage import find_broker, find_server, server_options

VIEWERS, FLIGHTS = 200, 300
_WINDOW = "2min"  # so that it is full early
_SPARE = 100  # WebSockets of attackers


class Cast:
    """All processes, up once this is made, and ended with the stack.

    Args:
        stack: Ends them.
        folder: Where their logs are written, one file each.
        limit: s, after which they are ended whatever happens.
    """

    def __init__(self, stack: ExitStack, folder: Path, limit: float) -> None:
        self._stack, self._folder, self._limit = stack, folder, limit
        self.children: dict[str, Child] = {}
        self._before: defaultdict[str, float] = defaultdict(float)  # CPU of those that have ended, s
        self._most: defaultdict[str, float] = defaultdict(float)  # memory of those that have ended, MB
        self.address = find_broker(self._start("broker", "tracker.devbroker", "--port", 0))
        self._start("producer", "producer", "synthetic", "--bootstrap-servers", self.address, "--flights", FLIGHTS,
                    "--stop-on-eof")  # fmt: skip
        options = (*server_options(self.address, VIEWERS + _SPARE), "--window", _WINDOW)
        self.server = find_server(self._start("server", "tracker", *options))
        self._start("notebook", "benchmarks.soak.notebook", self.address, self.server).hear("ready")
        self._start("attacker", "benchmarks.hostile", self.server, self.address).hear("ready")
        self._start("crowd", "benchmarks.soak.crowd", self.server, VIEWERS)

    def _start(self, name: str, module: str, *options: object) -> Child:
        log = self._folder / f"{name}.log"
        self.children[name] = self._stack.enter_context(running(module, *options, limit=self._limit, log=log))
        return self.children[name]

    def restart_broker(self, *, kill: bool) -> None:
        """End the broker, and start another one in its place, which begins empty."""
        old = self.children["broker"]
        self._before["broker"] += old.cpu()
        self._most["broker"] = max(self._most["broker"], old.peak())
        if kill:
            old.kill()
        old.stop()
        port = self.address.rsplit(":", 1)[1]
        find_broker(self._start("broker", "tracker.devbroker", "--port", port))

    def stop_producer(self) -> None:
        """End the producer; what it has published stays."""
        self._most["producer"] = self.children["producer"].peak()
        self.children.pop("producer").stop()

    def ask(self, name: str, question: str) -> dict[str, Any]:
        """Return what a process answers."""
        self.children[name].tell(question)
        answer: dict[str, Any] = self.children[name].hear_json()
        return answer

    def dead(self) -> list[str]:
        """Return the names of the processes that have ended by themselves."""
        return [name for name, child in self.children.items() if not child.alive]

    def cpu(self) -> float:
        """Return the CPU that all have used, s."""
        return sum(self._before.values()) + sum(child.cpu() for child in self.children.values())

    def memory(self) -> dict[str, float]:
        """Return resident memory by process, MB."""
        return {name: child.memory() for name, child in self.children.items()}

    def peaks(self) -> dict[str, float]:
        """Return the most resident memory that each process has had, MB."""
        now = {name: child.peak() for name, child in self.children.items() if child.alive}
        return {name: max(self._most[name], now.get(name, 0.0)) for name in PROCESSES}

    def files(self) -> dict[str, int]:
        """Return open files by process."""
        return {name: child.files() for name, child in self.children.items()}

    def log_bytes(self) -> dict[str, int]:
        """Return the bytes that each process has logged."""
        return {name: (self._folder / f"{name}.log").stat().st_size for name in PROCESSES}

    def tracebacks(self) -> list[str]:
        """Return the names of the processes whose logs hold a traceback."""
        return [name for name in PROCESSES if "Traceback" in (self._folder / f"{name}.log").read_text(errors="replace")]
