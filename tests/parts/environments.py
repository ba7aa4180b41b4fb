"""Environments of their own, into which the wheel of this tree is installed with some of its extras."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
_NO_INDEX = re.compile(
    r"connection broken by .{0,80}|Max retries exceeded|Read timed out|Temporary failure in name resolution"
)
_SECONDS = 1_500  # that an installation may take on a busy machine, until it counts as hanging


class NoIndexError(Exception):
    """The package index cannot be reached."""


def build_wheel(folder: Path, **environment: str) -> Path:
    """Build the wheel, offline: by the hatchling of this environment."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=CHECKOUT, env=os.environ | environment, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


class Environment:
    """A fresh virtual environment, in which nothing of this checkout can be imported but what was installed.

    Args:
        folder: Where it is made.
        wheel: What is installed, with the versions that are locked.
        extras: Its extras, separated by commas.
    """

    def __init__(self, folder: Path, wheel: Path, extras: str) -> None:
        self.folder = folder
        self._bin = folder / "bin"
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("KAFKA_", "PRODUCER_", "PYTHON", "TRACKER_", "VIRTUAL_ENV"))
        } | {"HOME": str(folder), "MPLBACKEND": "agg"}
        begun = time.monotonic()
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        done = subprocess.run(
            [
                sys.executable, "-m", "pip", "--python", str(self._bin / "python"), "--disable-pip-version-check",
                "install", "--quiet", "--no-compile", "--retries", "1",
                "--constraint", str(CHECKOUT / "constraints.txt"), f"flight-tracker[{extras}] @ {wheel.as_uri()}",
            ],
            capture_output=True, text=True, timeout=_SECONDS,
        )  # fmt: skip
        if done.returncode and (found := _NO_INDEX.search(done.stderr)):
            raise NoIndexError(found[0])
        assert done.returncode == 0, done.stderr
        self.took = time.monotonic() - begun

    def command(self, *words: object) -> list[str]:
        """The command line of a program that is installed there."""
        return [str(self._bin / "python"), str(self._bin / str(words[0])), *map(str, words[1:])]

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        return self._run(self.command(*words))

    def python(self, code: str) -> str:
        """Run code there, which must succeed; what it printed."""
        done = self._run([str(self._bin / "python"), "-c", code])
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, *words: object) -> subprocess.Popen[str]:
        """Start a program, whose output is read by the test."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(self.command(*words), cwd=self.folder, env=self._environment, **pipes)

    def has(self, *modules: str) -> list[str]:
        """Those of these modules that can be imported there."""
        code = f"from importlib.util import find_spec; print(*(name for name in {modules!r} if find_spec(name)))"
        return self.python(code).split()

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=100,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
