"""Scenes to draw, and a wire to count what a widget sends; shared by the tests of the screens."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from comm.base_comm import BaseComm
from patience import PATIENCE

from tracker.feed.batch import FLOATS
from tracker.state.fleet import Picture
from tracker.state.scene import Scene
from tracker.state.stats import Stats


class Wire(list[tuple[str, Any]]):
    """Every message that a widget has sent: its type and its data. Stands where a kernel would send them."""

    def open(self, **options: Any) -> BaseComm:
        return _Comm(self, **options)

    def take(self) -> list[tuple[str, Any]]:
        """What was sent since the last time."""
        sent = list(self)
        self.clear()
        return sent


class _Comm(BaseComm):
    def __init__(self, wire: Wire, **options: Any) -> None:
        self.wire = wire
        super().__init__(**options)

    def publish_msg(self, msg_type: str, data: Any = None, **_: Any) -> None:
        self.wire.append((msg_type, data))


def picture(n: int, *, first: int = 0, **columns: Any) -> Picture:
    """`n` aircraft on a line over Paris, at 30,000 ft and 100 m/s to the north-east; any column can be given."""
    numbers = np.arange(first, first + n)
    icao24 = [f"{number:06x}" for number in numbers]
    values: dict[str, Any] = {
        "key": icao24,
        "icao24": icao24,
        "callsign": [f"TEST{number}" for number in numbers],
        "squawk": ["1000"] * n,
        "time": np.full(n, 1e9),
        "lat": 48.0 + (numbers % 100) * 0.01,
        "lon": 2.0 + (numbers % 100) * 0.01,
        "velocity": np.full(n, 100.0),
        "track": np.full(n, 45.0),
        "altitude": np.full(n, 30_000 * 0.3048),
        "geo_altitude": np.full(n, 30_000 * 0.3048),
        "vertical_rate": np.zeros(n),
        "on_ground": np.zeros(n, np.int8),
        "age": np.ones(n),
        "stale": np.zeros(n, np.bool_),
        "seq": numbers,
        "position_source": [None] * n,
        "kind": ["aircraft"] * n,
        "typecode": [None] * n,
        "registration": [None] * n,
        "category": [None] * n,
        "published": np.full(n, 1e9),
        **columns,
    }
    values["floats"] = np.array([np.broadcast_to(values.pop(name), n) for name in FLOATS], np.float64)
    values |= {"age": np.asarray(values["age"], np.float64)}
    values |= {"on_ground": np.asarray(values["on_ground"], np.int8), "stale": np.asarray(values["stale"], np.bool_)}
    return Picture(**values)


def scene(n: int, *, first: int = 0, **columns: Any) -> Scene:
    """The same aircraft as all that there is to draw."""
    return seen(picture(n, first=first, **columns))


def seen(shown: Picture) -> Scene:
    """A picture as all that there is to draw."""
    return Scene(Stats(aircraft=len(shown), stale=int(shown.stale.sum()), state="connected"), shown)


def run_in_thread(work: Any) -> None:
    """Runs `work()` in another thread to its end; what it raises is raised here."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(PATIENCE)
    if failed:
        raise failed[0]
