"""The trucks of docs/mapping.md: a topic in a shape of its own, and the mapping that is proposed for it."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from brokers import until
from patience import PATIENCE

PAPER = Path(__file__).parents[2] / "docs" / "mapping.md"
TRUCKS = {f"id:TRUCK-{number}" for number in range(5)}
CENTRE = (48.1, 11.5)
"""Around it they drive, within 0.1 deg."""
SPEED = 36.0
"""kt, of each."""


@contextlib.contextmanager
def _beside(*command: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def proposed(broker: str, folder: Path) -> Iterator[Path]:
    """The mapping that `tracker sample` writes for the trucks, which the page's script drives until the end.

    Args:
        broker: Its address; it makes topics that are not there.
        folder: Where files may be written.
    """
    (script,) = re.findall(r"^```python\n(import json.*?)^```$", PAPER.read_text(), re.DOTALL | re.MULTILINE)
    assert "localhost:9092" in script
    (folder / "trucks.py").write_text(script.replace("localhost:9092", broker))
    target = folder / "trucks.toml"
    options = ["--bootstrap-servers", broker, "--topic", "trucks", "--propose", str(target)]

    def is_written() -> bool:
        command = [sys.executable, "-m", "tracker", "sample", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0 or "no records" in done.stderr or "does not exist" in done.stderr, done.stderr
        return done.returncode == 0

    with _beside(str(folder / "trucks.py")):
        until(is_written, PATIENCE, "the first trucks")
        yield target


@contextlib.contextmanager
def served(broker: str, mapping: Path) -> Iterator[str]:
    """The address of a server that reads the trucks by a mapping."""
    options = ["--bootstrap-servers", broker, "--topic", "trucks", "--mapping", str(mapping), "--port", "0"]
    with _beside("-m", "tracker", "serve", *options) as process:
        yield process.stdout.readline().split()[1].rstrip("/")
