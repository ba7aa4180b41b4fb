"""Frames a second that a browser shows of many moving aircraft: our layer, beside React-Leaflet's `CircleMarker`.

Headless Chromium without a GPU, a map of 1,280 x 800 px. Every aircraft reports once a second, all in one delta; the
layer moves them between two reports, the circles stand still. Each way is measured at rest and while the map is panned
a few pixels a frame, all on the same data (`tracker/web/bench/`). Frames are those that `requestAnimationFrame` counts;
beside them stands the longest time between two.

Usage: `python -m benchmarks drawing`. `BENCH_SCENES` names some of `MODE:AIRCRAFT`, where the mode is `layer`,
`circles-svg` or `circles-canvas`; `BENCH_SECONDS` (default 5) is the span of one measurement.
"""

import functools
import http.server
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.chromium import browsing
from tracker.web.npm import find_npm

SCENES = "layer:10000,circles-canvas:10000,circles-svg:10000,layer:50000,circles-canvas:50000"
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
_PAGE = Path(__file__).parent / "circles"
_PATIENCE = 240_000.0 + 10_000.0 * SECONDS  # ms; 50,000 elements of React's take minutes


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files, and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Build the page, and look at it in each way."""
    with tempfile.TemporaryDirectory() as folder:
        npm = find_npm()
        npm.run("ci", at=_PAGE)
        npm.run("run", "--silent", "build", "--", "--outDir", folder, "--logLevel", "warn", at=_PAGE)
        with _serving(folder) as where:
            print(f"  {'':<16}{'aircraft':>9}{'in view':>9}{'at rest':>18}{'panning':>18}")
            for scene in os.environ.get("BENCH_SCENES", SCENES).split(","):
                mode, aircraft = scene.split(":")
                _show(_measure(f"{where}/?mode={mode}&n={aircraft}&seconds={SECONDS:g}"))


def _measure(address: str) -> dict[str, Any]:
    """What the page found, in a browser of its own."""
    with browsing() as page:
        page.set_default_timeout(_PATIENCE)
        page.goto(address)
        page.wait_for_function("window.result")
        result: dict[str, Any] = page.evaluate("result")
        return result


def _show(result: dict[str, Any]) -> None:
    rest, panning = (
        f"{rate['frames']:.1f} /s, {rate['longest']:.0f} ms" for rate in (result["rest"], result["panning"])
    )
    name = f"{result['mode']:<16}{result['aircraft']:>9,}{result['inView']:>9,}"
    print(f"  {name}{rest:>18}{panning:>18}", flush=True)


@contextmanager
def _serving(folder: str) -> Iterator[str]:
    """The folder over HTTP, on this machine; its address."""
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
