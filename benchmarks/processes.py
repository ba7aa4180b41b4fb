"""The processes of a benchmark of the live server: started, asked, measured, and ended by their id; Linux."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn

_STOP_TIMEOUT = 5.0  # s
_READY_TIMEOUT = 30.0  # s
_TICKS = os.sysconf("SC_CLK_TCK")


class Child:
    """A Python module that runs in a process of its own, and speaks in lines.

    Args:
        module: What `python -m` runs.
        options: Its command line.
        log: A file that what it writes to standard error is appended to; None: ours.
    """

    def __init__(self, module: str, *options: object, log: Path | None = None) -> None:
        self.module = module
        with ExitStack() as opened:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *map(str, options)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if log is None else opened.enter_context(log.open("ab")),
                text=True,
                start_new_session=True,  # Ctrl-C is for the benchmark, which ends them in order
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def hear(self, word: str = "") -> str:
        """The next line that it prints in which a word stands."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if word in line:
                return line
        raise RuntimeError(f"{self.module} ended, or was ended, before it said {word!r}")

    def hear_json(self) -> Any:  # noqa: ANN401
        """The next line, which is JSON."""
        return json.loads(self.hear())

    def tell(self, line: str) -> None:
        """Write a line to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def cpu(self) -> float:
        """CPU that it has used so far, in the kernel too, s."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """Memory that it holds now, MB."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def peak(self) -> float:
        """Return the most memory that it has held since its start, or since `forget_peak`, MB."""
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        return int(found[1]) * 1024 / 1e6 if found else 0.0  # a process that has just ended has none

    def forget_peak(self) -> None:
        """Have `peak` begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def files(self) -> int:
        """Return the number of files, sockets included, that it has open."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def stop(self) -> None:
        """End it, politely first."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


@contextmanager
def running(
    module: str, *options: object, limit: float, core: int | None = None, log: Path | None = None
) -> Iterator[Child]:
    """A child as long as the context lasts, and never longer than the limit, s; on one core where that is said."""
    child = Child(module, *options, log=log)
    timer = threading.Timer(limit, child.kill)
    timer.daemon = True
    timer.start()
    try:
        if core is not None:
            os.sched_setaffinity(child.pid, {core})
        yield child
    finally:
        timer.cancel()
        child.stop()


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Have SIGTERM end this process as Ctrl-C does, so that the children are ended too."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(*_: object) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)


def wait_ready(address: str) -> None:
    """Wait until the server says that it has caught up."""
    until = time.monotonic() + _READY_TIMEOUT
    while True:
        try:
            with urllib.request.urlopen(f"http://{address}/readyz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            if time.monotonic() > until:
                raise RuntimeError(f"{address} was not ready in {_READY_TIMEOUT:.0f} s: {error}") from error
        time.sleep(0.1)
