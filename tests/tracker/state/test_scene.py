"""Numbers and aircraft of one moment: what a strip says is what a map shows."""

import threading
import time
from dataclasses import replace

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.feed.records import Reading
from tracker.feed.status import Status
from tracker.state.store import Store


def take(store: Store, number: int, ago: float = 0.0) -> None:
    batch = collect([StateVector(icao24=f"{number:06x}", lat=1.0, lon=2.0, time=0.0)], [0.0])
    store.take(Reading(batch, [], [], tombstones=0), backlog=False, now=time.monotonic() - ago)


def test_the_numbers_of_a_scene_are_those_of_its_picture_and_of_the_stats():
    store, status = Store(600.0, 15.0, 60.0), Status(state="connected", lag=3)
    for number, ago in ((1, 0.0), (2, 20.0), (3, 61.0)):
        take(store, number, ago)
    scene = store.look(status)
    assert scene.picture.key == ["000001", "000002"]
    assert scene.picture.stale.tolist() == [False, True]
    assert (scene.stats.aircraft, scene.stats.stale, scene.stats.received, scene.stats.lag) == (2, 1, 3, 3)
    assert replace(store.stats(status), rate=0.0) == replace(scene.stats, rate=0.0)  # it falls with time


def test_what_comes_meanwhile_is_in_both_or_in_neither():
    store, status, over = Store(600.0, 15.0, 60.0), Status(state="connected"), threading.Event()

    def feed() -> None:
        for number in range(2000):
            take(store, number)
        over.set()

    thread = threading.Thread(target=feed)
    thread.start()
    while not over.is_set():
        scene = store.look(status)
        assert scene.stats.aircraft == len(scene.picture) == scene.stats.received
    thread.join()
